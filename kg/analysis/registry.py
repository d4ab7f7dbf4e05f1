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
)


def measure(name: str) -> Measure | None:
    """The measure of that name, if there is one."""
    return next((m for m in MEASURES if m.name == name), None)
