"""The measures of `kg analyze`, one entry each. Nothing here is imported but text: the module named is loaded on use."""

from __future__ import annotations

from kg.analysis import Argument, Measure

VIEWS = ("donations", "memberships", "boards", "holdings", "control", "employers")

MEASURES: tuple[Measure, ...] = (
    Measure(
        name="flow",
        question="Which vendors gave how many projects to which foundations, in which years?",
        definition=(
            "One row a vendor and foundation: whole projects given by the company, counted by the year of the date "
            "stated; a gift of several companies counts once for each. The row of the foundation 'all' counts each of the"
            " vendor's projects once, and so does the row of an umbrella, whichever of its parts received them; the rows "
            "of the vendor 'all' count each project once, however many gave it."
        ),
        example="kg analyze flow --of google",
        module="flow",
        arguments=(
            Argument("of", "organization", "Only what this company gave."),
            Argument("to", "organization", "Only what this foundation, or a part of it, received."),
            Argument("by_year", "flag", "One row a vendor, foundation and year.", False),
        ),
    ),
    Measure(
        name="influence",
        question="Which organizations are central, and how has that changed?",
        definition=(
            "Organizations ranked in one view, its ties taken both ways. degree: how many foundations, projects or others"
            " it is tied to. strength: the weights of these ties, added. pagerank: how often a walk along ties, chosen by"
            " weight, comes by, starting anew anywhere with probability 0.15 (Brin and Page). betweenness: the part of "
            "the shortest paths between all others that lead over it (Freeman), exact up to 5,000 nodes, beyond that "
            "estimated from 500 random ones with the error at 95 %. Foundations are in the network, not in the ranking."
        ),
        example="kg analyze influence --view employers --by betweenness",
        module="influence",
        networked=True,
        arguments=(
            Argument("view", "choice", "The network.", "donations", VIEWS),
            Argument("by", "choice", "The figure to rank by.", "pagerank", ("degree", "strength", "pagerank", "betweenness")),
            Argument("of", "organization", "Only this organization."),
            Argument("trend", "flag", "That figure over the years instead, of those that lead in the last.", False),
        ),
    ),
    Measure(
        name="interlock",
        question="Which organizations tie foundations together, and which organizations do foundations tie?",
        definition=(
            "Organizations in several foundations. umbrellas counts foundations under one umbrella once. newman: the "
            "weights of its ties to all others, each the sum of 1/(members - 1) over the foundations shared (Newman "
            "2001); they add up to its foundations that have other members. brokerage: for each two of its foundations "
            "1/(organizations in both), added; sole: the pairs that it alone joins. core: the largest k so that it is in "
            "a part of the network where every organization has k foundations and every foundation k organizations "
            "(Seidman's k-core)."
        ),
        example="kg analyze interlock --at-least 10",
        module="interlock",
        networked=True,
        arguments=(
            Argument(
                "view", "choice", "Who belongs together: members, or seats on boards.", "memberships", ("memberships", "boards")
            ),
            Argument("of", "organization", "Only this organization; with --pairs, its pairs."),
            Argument("at_least", "integer", "Only organizations in so many foundations.", 3),
            Argument("pairs", "flag", "One row for each two organizations that share a foundation.", False),
        ),
    ),
    Measure(
        name="communities",
        question="Which groups does a network fall into, how clearly, and would chance find them again?",
        definition=(
            "Communities of the highest modularity among 20 runs with the seeds 0 to 19, each named by its three members "
            "with most weight. inside: the weight of the ties within; share_inside: its part of all ties of its members. "
            "stability: how well the 20 runs find it again (mean of the best Jaccard overlap): 1 is always, below 0.5 do "
            "not trust it."
        ),
        example="kg analyze communities --view employers",
        module="communities",
        networked=True,
        arguments=(
            Argument("view", "choice", "The network.", "donations", VIEWS),
            Argument("algorithm", "choice", "leiden needs igraph.", "louvain", ("louvain", "leiden")),
        ),
    ),
    Measure(
        name="concentration",
        question="In how few hands is a project, a foundation, or anything that you have counted?",
        definition=(
            "top_share: the share of the largest holder. elephant_factor: the fewest holders that together have half of "
            "all, or --share per cent (CHAOSS); of people, this is the contributor absence factor. hhi: the sum of "
            "squared shares (Herfindahl-Hirschman); effective: 1/hhi. shannon: -sum of share times ln share; evenness: "
            "shannon over ln of the holders known. What belongs to nobody known makes two figures of each: the least, and"
            " in ..._most the most, whoever it belongs to."
        ),
        example="kg analyze concentration istio --trend",
        module="concentration",
        arguments=(
            Argument("name", "entity", "A project, or a foundation; all projects where none is given.", positional=True),
            Argument(
                "by",
                "choice",
                "What is counted: maintainers of projects, members or votes on the board of foundations.",
                None,
                ("employers", "memberships", "boards"),
            ),
            Argument("counts", "file", "Instead: a CSV file with the columns holder,count or subject,day,holder,count."),
            Argument("share", "integer", "The elephant factor of so many per cent.", 50),
            Argument("trend", "flag", "One row a day of a list, or a year.", False),
        ),
    ),
    Measure(
        name="path",
        question="How are two projects or organizations connected?",
        definition=(
            "The shortest chains of facts from one to the other: gifts, holdings, memberships, seats on boards, parts of "
            "umbrellas, control, employers of maintainers. Each hop counts 1. A path over a hub, which 100 or more things"
            " are tied to, says little, as all are members of the Linux Foundation: each hub in between counts as 3 hops "
            "more, and is named."
        ),
        example="kg analyze path google pytorch",
        module="path",
        arguments=(
            Argument("a", "entity", "One end.", positional=True, required=True),
            Argument("b", "entity", "The other end.", positional=True, required=True),
            Argument("paths", "integer", "So many paths.", 3),
        ),
    ),
    Measure(
        name="withdrawal",
        question="What breaks if a company leaves, with those it controls?",
        definition=(
            "Rows of maintainers: projects that would lose more than half of theirs by the newest list; 'least' and "
            "'most' are per "
            "cent of all maintainers, with those whose employer is unknown counted against and for the company, and "
            "'breaks' is "
            "yes where the least is over half, possible where the most is. Rows of board votes and of members: bodies "
            "that would "
            "lose a majority of the votes, or of the members, that sources name. Rows 'cut off': parts of the network of "
            "each kind "
            "that hang together with the rest through the company alone ('lost' nodes of those 'of' its component, the company "
            "included). 'list' is the day of the list that shows it; one older than a year is stale."
        ),
        example="kg analyze withdrawal google",
        module="withdrawal",
        arguments=(Argument("company", "organization", "The company that leaves.", positional=True, required=True),),
    ),
    Measure(
        name="lifecycle",
        question="How long until a gift graduates or is retired, and how long had the vendor kept it?",
        definition=(
            "Kaplan-Meier estimates, in days: from the first dated gift of a whole project to its graduation (or top "
            "level), and to "
            "its retirement (or archiving), by foundation; from the opening of a project to its gift, by vendor. A "
            "project that has "
            "not got there is censored on the last day a source shows its level, or shows it held. n = events + "
            "censored; low and "
            "high bound the median with 95 % confidence; in_5_years is the share that got there, per cent, empty where "
            "nobody was "
            "followed so long."
        ),
        example="kg analyze lifecycle --to cncf",
        module="lifecycle",
        arguments=(
            Argument("of", "organization", "Only what this company gave, or opened."),
            Argument("to", "organization", "Only what this foundation, or a part of it, received."),
        ),
    ),
    Measure(
        name="before-after",
        question="What changed in a project after a company gave it away, against projects that had no gift then?",
        definition=(
            "A study of one event. Series: authors in each period, employers of maintainers and the giver's share of "
            "them in each "
            "list. 'baseline' says what the periods after the gift are compared with: those before it, or, where none is "
            "counted, "
            "the year of the gift or the first list after it. 'difference' is the change less the mean change of the controls "
            "over the same periods (authors by logarithms); p is the share of all n + 1 that stand out as far, every "
            "assignment "
            "counted; 'placebo' is the same difference between two periods that are both before, or both after, the "
            "gift, where "
            "none should be."
        ),
        example="kg analyze before-after athenz",
        module="before_after",
        arguments=(
            Argument("project", "project", "The project that was given.", positional=True, required=True),
            Argument("months", "integer", "How far before and after the gift a period may lie.", 24),
        ),
    ),
    Measure(
        name="follow",
        question="Which projects that vendors hold look most like those that they gave? A list to look into, not a forecast.",
        definition=(
            "A logistic regression, fitted to each dated gift of a whole project and the projects that companies held on "
            "the day "
            "before it, on what was known that day: the vendor's gifts, recent gifts, other projects held, memberships "
            "and board "
            "seats, years since opening, a public refusal, a trademark given, a licence that left open source. Where "
            "nothing says when a project began, it counts as held for five years before its gift or last sighting. "
            "'times' is its "
            "chance against that of the held projects of the day; 'like' the gifts whose eve was most alike. AUC: how "
            "often a gift "
            "scores above what was kept then; each is scored by a model that has not seen its project."
        ),
        example="kg analyze follow --of google",
        module="follow",
        arguments=(
            Argument("of", "organization", "Only what this company holds."),
            Argument(
                "show",
                "choice",
                "The list; how it would have done year by year; expected and observed gifts; what it goes by.",
                "candidates",
                ("candidates", "backtest", "calibration", "weights"),
            ),
            Argument(
                "horizon", "integer", "Years a project of unknown age counts as held before its gift or last sighting.", 5
            ),
        ),
    ),
)


def measure(name: str) -> Measure | None:
    """The measure of that name, if there is one."""
    return next((m for m in MEASURES if m.name == name), None)
