"""Neutral and vendor-held are computed: three values, each verdict with the facts it rests on; unknown is never no."""

import pytest

from kg.assess import FAIL, PASS, UNKNOWN, Finding, criteria, judgements, neutral_verdict, project_judgements
from kg.curated import code_lists
from kg.terms import ORG_ID, PROJECT, slug_of

N1, N2, N3, HELD = "n1-nonprofit-form", "n2-not-company-controlled", "n3-no-majority-on-board", "vendor-held"
N4, N5, N6 = "n4-open-membership", "n5-neutral-trademark", "n6-no-vendor-veto"


def form(code, **keys):
    return "legal_form", {"form": code, **keys}


def seat(holder, votes, **keys):
    return "board_seats", {"holder": holder, "voting_seats": votes, **keys}


def rule(kind, **keys):
    return "charter_rule", {"rule": kind, "organ": "governing-board", **keys}


def part_of(parent, **keys):
    return "affiliation", {"parent": parent, **keys}


def outcomes(graph, about="o:commons"):
    """The outcome of each criterion."""
    rows = graph.query(f"SELECT ?c ?o {{ ?a osgov:assesses {about} ; osgov:criterion ?c ; osgov:outcome ?o }}")
    return {slug_of(r["c"]).removeprefix("criterion-"): slug_of(r["o"]).removeprefix("outcome-") for r in rows}


def verdict(graph, about="o:commons", profile="default"):
    (row,) = graph.query(f'SELECT ?v {{ ?a osgov:assesses {about} ; osgov:profile "{profile}" ; osgov:verdict ?v }}')
    return slug_of(row["v"]).removeprefix("verdict-")


def rests_on(graph, criterion, about="o:commons"):
    rows = graph.query(
        f"SELECT ?f {{ ?a osgov:assesses {about} ; osgov:criterion v:criterion-{criterion} ; osgov:restsOn ?f }} ORDER BY ?f"
    )
    return [slug_of(r["f"]) for r in rows]


# N1: the form of its own, or that of every legal person above.


@pytest.mark.parametrize("code", criteria()["nonprofit_forms"])
def test_each_nonprofit_form_passes(code, told):
    graph = told(commons=("foundation", form(code)))
    assert outcomes(graph)[N1] == PASS
    assert rests_on(graph, N1) == [f"commons-legalstatus-{code}"]


@pytest.mark.parametrize("code", ["corporation", "public-benefit-corporation"])
def test_a_form_that_has_owners_fails(code, told):
    graph = told(commons=("foundation", form(code)))
    assert outcomes(graph)[N1] == FAIL
    assert rests_on(graph, N1) == [f"commons-legalstatus-{code}"]


def test_two_nonprofit_forms_pass_and_one_with_owners_beside_them_fails(told):
    both = told(commons=("foundation", form("nonprofit-corporation"), form("us-501c6")))
    mixed = told(commons=("foundation", form("us-501c6"), form("corporation")))
    assert [outcomes(g)[N1] for g in (both, mixed)] == [PASS, FAIL]


def test_a_form_nobody_tells_is_unknown_and_not_a_failure(told):
    graph = told(commons="foundation")
    assert outcomes(graph) == dict.fromkeys((N1, N2, N3, N4, N5, N6), UNKNOWN)
    assert verdict(graph) == "not-shown-neutral"


def test_a_form_that_ended_counts_no_more(told):
    graph = told(commons=("foundation", form("corporation", until="2020"), form("be-aisbl", from_="2021")))
    assert outcomes(graph)[N1] == PASS
    assert rests_on(graph, N1) == ["commons-legalstatus-be-aisbl-2021"]


def test_a_dependent_form_is_judged_by_the_legal_person_above(told):
    graph = told(
        circle=("foundation", form("lf-project"), part_of("commons")),
        commons=("foundation", form("lf-directed-fund"), part_of("harbour")),
        harbour=("foundation", form("us-501c6")),
    )
    assert outcomes(graph, "o:circle")[N1] == PASS
    assert rests_on(graph, N1, "o:circle") == [
        "circle-affiliation-commons",
        "circle-legalstatus-lf-project",
        "commons-affiliation-harbour",
        "commons-legalstatus-lf-directed-fund",
        "harbour-legalstatus-us-501c6",
    ]


@pytest.mark.parametrize("above", ["us-501c6", "corporation"])
def test_an_organization_of_unknown_form_is_unknown_whatever_it_is_part_of(above, told):
    graph = told(commons=("foundation", part_of("harbour")), harbour=("foundation", form(above)))
    assert outcomes(graph)[N1] == UNKNOWN
    assert rests_on(graph, N1) == []


@pytest.mark.parametrize(
    ("one", "other", "outcome"),
    [
        ([form("us-501c6")], [form("us-501c3")], PASS),
        ([form("us-501c6")], [form("corporation")], FAIL),
        ([form("corporation")], [form("us-501c6")], FAIL),
        ([form("corporation")], [], FAIL),
        ([form("us-501c6")], [], UNKNOWN),
        ([form("us-501c6")], [form("lf-project")], UNKNOWN),
    ],
)
def test_a_dependent_form_is_judged_by_everything_it_is_part_of(one, other, outcome, told):
    graph = told(
        commons=("foundation", form("lf-directed-fund"), part_of("harbour"), part_of("anchor")),
        harbour=("foundation", *one),
        anchor=("foundation", *other),
    )
    assert outcomes(graph)[N1] == outcome
    assert {"commons-affiliation-anchor", "commons-affiliation-harbour"} < set(rests_on(graph, N1))


def test_a_dependent_form_does_not_reach_past_a_body_of_unknown_form(told):
    graph = told(
        circle=("foundation", form("lf-project"), part_of("commons")),
        commons=("foundation", part_of("harbour")),
        harbour=("foundation", form("corporation")),
    )
    assert outcomes(graph, "o:circle")[N1] == UNKNOWN


def test_a_form_of_its_own_counts_beside_a_dependent_one(told):
    graph = told(
        commons=("foundation", form("lf-project"), form("us-501c6"), part_of("harbour")),
        harbour=("foundation", form("corporation")),
    )
    assert outcomes(graph)[N1] == PASS


def test_the_chain_stops_at_the_first_legal_person(told):
    graph = told(commons=("foundation", form("us-501c3"), part_of("harbour")), harbour=("foundation", form("corporation")))
    assert outcomes(graph)[N1] == PASS
    assert rests_on(graph, N1) == ["commons-legalstatus-us-501c3"]


@pytest.mark.parametrize("code", criteria()["dependent_forms"])
def test_a_dependent_form_with_nothing_above_is_unknown(code, told):
    graph = told(commons=("foundation", form(code)))
    assert outcomes(graph)[N1] == UNKNOWN
    assert rests_on(graph, N1) == [f"commons-legalstatus-{code}"]


def test_an_affiliation_that_ended_is_not_walked(told):
    fund = form("lf-directed-fund")
    graph = told(commons=("foundation", fund, part_of("harbour", until="2020")), harbour=("foundation", form("us-501c6")))
    assert outcomes(graph)[N1] == UNKNOWN


def test_organizations_that_are_part_of_each_other_are_unknown_and_end(told):
    fund = form("lf-directed-fund")
    graph = told(commons=("foundation", fund, part_of("harbour")), harbour=("foundation", fund, part_of("commons")))
    assert outcomes(graph)[N1] == UNKNOWN


# N2: no company controls it.


def test_a_nonprofit_without_a_named_right_is_not_controlled(told):
    graph = told(commons=("foundation", form("us-501c6")), acme="company")
    assert outcomes(graph)[N2] == PASS


def test_control_by_a_company_fails(told):
    graph = told(commons=("foundation", form("us-501c6"), ("control", {"by": "acme"})), acme="company")
    assert outcomes(graph)[N2] == FAIL
    assert rests_on(graph, N2) == ["commons-control-acme"]
    assert verdict(graph) == "not-neutral"


def test_control_of_the_legal_person_above_fails(told):
    graph = told(
        commons=("foundation", form("lf-directed-fund"), part_of("harbour")),
        harbour=("foundation", form("us-501c6"), ("control", {"by": "acme"})),
        acme="company",
    )
    assert outcomes(graph)[N2] == FAIL


def test_control_of_what_is_above_a_legal_person_or_an_unknown_form_does_not_fail(told):
    harbour = ("foundation", form("us-501c6"), ("control", {"by": "acme"}))
    person = told(commons=("foundation", form("us-501c3"), part_of("harbour")), harbour=harbour, acme="company")
    unknown = told(commons=("foundation", part_of("harbour")), harbour=harbour, acme="company")
    assert [outcomes(g)[N2] for g in (person, unknown)] == [PASS, UNKNOWN]


def test_control_by_another_foundation_or_that_ended_does_not_fail(told):
    by_foundation = told(commons=("foundation", form("us-501c6"), ("control", {"by": "harbour"})), harbour="foundation")
    ended = told(commons=("foundation", form("us-501c6"), ("control", {"by": "acme", "until": "2020"})), acme="company")
    assert [outcomes(g)[N2] for g in (by_foundation, ended)] == [PASS, PASS]


def test_a_foundation_bought_by_a_company_is_controlled_by_it(told):
    graph = told(commons=("foundation", form("us-501c6"), ("acquisition", {"by": "acme", "effective": "2020"})), acme="company")
    assert outcomes(graph)[N2] == FAIL


def test_a_named_company_with_a_right_to_appoint_leaves_it_unknown(told):
    graph = told(
        commons=("foundation", form("us-501c6"), rule("vendor-appointment-right", article="2", holder="acme")), acme="company"
    )
    assert outcomes(graph)[N2] == UNKNOWN
    assert rests_on(graph, N2) == [
        "commons-charterrule-vendor-appointment-right-governing-board-acme-2",
        "commons-legalstatus-us-501c6",
    ]


def test_a_right_to_appoint_of_a_foundation_or_of_nobody_named_is_no_vendors_right(told):
    named = told(
        commons=("foundation", form("us-501c6"), rule("vendor-appointment-right", holder="harbour")), harbour="foundation"
    )
    nobody = told(commons=("foundation", form("us-501c6"), rule("vendor-appointment-right")))
    assert [outcomes(g)[N2] for g in (named, nobody)] == [PASS, PASS]


def test_a_form_with_owners_leaves_control_unknown(told):
    assert outcomes(told(commons=("foundation", form("corporation"))))[N2] == UNKNOWN


# N3: no group of related companies holds half of the votes.


def roster(told, *rows, size=None, **companies):
    """A foundation with these seats, on a board whose charter says how many seats there are, if it does."""
    stated = [rule("seat-composition", board_size=size)] if size else []
    return told(
        commons=("foundation", form("us-501c6"), *rows, *stated), **{"acme": "company", "globex": "company", **companies}
    )


@pytest.mark.parametrize(("acme", "globex", "outcome"), [(1, 2, FAIL), (1, 1, FAIL), (2, 3, FAIL), (0, 1, FAIL)])
def test_a_company_with_half_of_the_votes_or_more_fails(acme, globex, outcome, told):
    graph = roster(told, seat("acme", acme), seat("globex", globex), size=acme + globex)
    assert outcomes(graph)[N3] == outcome
    assert rests_on(graph, N3) == ["commons-boardseats-acme", "commons-boardseats-globex"]


def test_companies_that_each_have_less_than_half_pass(told):
    graph = roster(told, seat("acme", 1), seat("globex", 1), seat("initech", 1), size=3, initech="company")
    assert outcomes(graph)[N3] == PASS
    assert verdict(graph) == "neutral"


def test_related_companies_count_as_one(told):
    seats = (seat("acme", 1), seat("globex", 1), seat("initech", 1))
    graph = roster(told, *seats, size=3, initech=("company", ("control", {"by": "acme"})))
    assert outcomes(graph)[N3] == FAIL


def test_a_subsidiary_of_a_subsidiary_counts_for_the_company_at_the_top(told):
    seats = (seat("acme", 1), seat("globex", 2), seat("initech", 1), seat("hooli", 1))
    graph = roster(
        told,
        *seats,
        size=5,
        acme=("company", ("control", {"by": "initech"})),
        initech=("company", ("acquisition", {"by": "hooli", "effective": "2019"})),
        hooli="company",
    )
    assert outcomes(graph)[N3] == FAIL


def test_companies_that_control_each_other_are_judged_and_end(told):
    graph = roster(
        told,
        seat("acme", 1),
        seat("globex", 1),
        seat("initech", 1),
        size=3,
        acme=("company", ("control", {"by": "globex"})),
        globex=("company", ("control", {"by": "acme"})),
        initech="company",
    )
    assert outcomes(graph)[N3] in {PASS, FAIL}


def test_a_company_that_was_sold_counts_for_itself_again(told):
    seats = (seat("acme", 1), seat("globex", 1), seat("initech", 1))
    graph = roster(told, *seats, size=3, initech=("company", ("control", {"by": "acme", "until": "2020"})))
    assert outcomes(graph)[N3] == PASS


def test_seats_of_what_is_no_company_are_votes_but_no_companys(told):
    graph = roster(told, seat("acme", 1), seat("crowd", 2), size=3, crowd="community")
    assert outcomes(graph)[N3] == PASS


def test_of_several_rosters_the_last_counts(told):
    old = [seat(holder, votes, as_of="2020-01-01") for holder, votes in (("acme", 5), ("globex", 1))]
    new = [seat(holder, 1, as_of="2024-01-01") for holder in ("acme", "globex", "initech")]
    graph = roster(told, *old, *new, size=3, initech="company")
    assert outcomes(graph)[N3] == PASS
    assert rests_on(graph, N3) == [f"commons-boardseats-{c}-2024-01-01" for c in ("acme", "globex", "initech")]
    swapped = [
        (table, {**keys, "as_of": "2020-01-01" if keys["as_of"] > "2022" else "2024-01-01"}) for table, keys in (*old, *new)
    ]
    assert outcomes(roster(told, *swapped, size=6, initech="company"))[N3] == FAIL


def test_a_term_of_a_seat_that_ended_counts_no_more(told):
    graph = roster(
        told,
        seat("acme", 6, until="2023"),
        seat("acme", 1, from_="2024"),
        seat("globex", 1),
        seat("initech", 1),
        size=3,
        initech="company",
    )
    assert outcomes(graph)[N3] == PASS


def test_an_incomplete_roster_is_unknown_while_the_rest_could_be_anybodys(told):
    seats = (seat("acme", 1), seat("globex", 1))
    assert outcomes(roster(told, *seats, size=9))[N3] == UNKNOWN


def test_an_incomplete_roster_passes_once_the_rest_cannot_make_a_half(told):
    seats = [seat(c, 1) for c in ("acme", "globex", "initech", "hooli")]
    graph = roster(told, *seats, size=5, initech="company", hooli="company")
    assert outcomes(graph)[N3] == PASS


def test_an_incomplete_roster_fails_where_one_company_has_half_of_the_whole_board(told):
    assert outcomes(roster(told, seat("acme", 5), size=9))[N3] == FAIL


def test_seats_without_a_vote_say_nothing_of_the_board(told):
    assert outcomes(roster(told, seat("acme", 0), seat("globex", 0), size=2))[N3] == UNKNOWN


@pytest.mark.parametrize("votes", [(1, 0, 0), (5, 1, 1), (1, 1, 1)])
def test_a_roster_of_a_board_of_unknown_size_decides_nothing(votes, told):
    seats = [seat(holder, n) for holder, n in zip(("acme", "globex", "initech"), votes, strict=True)]
    assert outcomes(roster(told, *seats, initech="company"))[N3] == UNKNOWN


def test_a_rule_of_the_charter_decides_where_the_size_of_the_board_is_unknown(told):
    cap = rule("related-company-cap", article="3", max_representatives=1)
    graph = roster(told, seat("acme", 5), seat("globex", 1), cap)
    assert outcomes(graph)[N3] == PASS
    assert rests_on(graph, N3) == ["commons-charterrule-related-company-cap-governing-board-3"]


def test_a_rule_of_the_charter_decides_where_the_unlisted_seats_leave_it_open(told):
    cap = rule("related-company-cap", article="3", max_representatives=1)
    graph = roster(told, seat("acme", 1), seat("globex", 1), cap, size=9)
    assert outcomes(graph)[N3] == PASS
    assert rests_on(graph, N3) == ["commons-charterrule-related-company-cap-governing-board-3"]


def test_the_size_of_another_body_is_not_that_of_the_board(told):
    other = ("charter_rule", {"rule": "seat-composition", "organ": "technical-body", "board_size": 3})
    seats = (seat("acme", 1), seat("globex", 1), seat("initech", 1))
    assert outcomes(roster(told, *seats, other, initech="company"))[N3] == UNKNOWN


@pytest.mark.parametrize(("size", "outcome"), [(7, PASS), (8, UNKNOWN), (9, UNKNOWN)])
def test_unlisted_seats_count_for_the_largest_group(size, outcome, told):
    seats = [seat(c, n) for c, n in (("acme", 2), ("globex", 2), ("initech", 2))]
    assert outcomes(roster(told, *seats, size=size, initech="company"))[N3] == outcome


@pytest.mark.parametrize(
    ("keys", "outcome"),
    [
        ({"rule": "related-company-cap", "max_representatives": 1}, PASS),
        ({"rule": "related-company-cap", "max_representatives": 2}, UNKNOWN),
        ({"rule": "related-company-cap", "max_representatives": 2, "board_size": 9}, PASS),
        ({"rule": "related-company-cap", "max_representatives": 5, "board_size": 9}, UNKNOWN),
        ({"rule": "related-company-cap"}, UNKNOWN),
        ({"rule": "one-vote-per-member", "max_representatives": 1, "board_size": 6}, PASS),
        ({"rule": "one-vote-per-member", "max_representatives": 1, "board_size": 2}, UNKNOWN),
        ({"rule": "one-vote-per-member"}, UNKNOWN),
        ({"rule": "seat-limit-share", "max_share": 0.49}, PASS),
        ({"rule": "seat-limit-share", "max_share": 0.5}, UNKNOWN),
        ({"rule": "seat-limit-share", "max_share": 0}, PASS),
        ({"rule": "seat-limit-share"}, UNKNOWN),
        ({"rule": "individual-membership"}, PASS),
        ({"rule": "seat-composition", "board_size": 9}, UNKNOWN),
        ({"rule": "trademark-held"}, UNKNOWN),
    ],
)
def test_without_a_roster_a_rule_of_the_charter_decides(keys, outcome, told):
    graph = told(commons=("foundation", form("us-501c6"), ("charter_rule", {"organ": "governing-board", **keys})))
    assert outcomes(graph)[N3] == outcome
    assert bool(rests_on(graph, N3)) == (outcome == PASS)


@pytest.mark.parametrize("organ", sorted(code_lists()["organ"] - {"governing-board"}))
def test_a_rule_for_another_body_says_nothing_of_the_board(organ, told):
    cap = ("charter_rule", {"rule": "related-company-cap", "organ": organ, "max_representatives": 1})
    assert outcomes(told(commons=("foundation", form("us-501c6"), cap)))[N3] == UNKNOWN


def test_a_rule_that_was_repealed_says_nothing_any_more(told):
    cap = rule("related-company-cap", max_representatives=1, until="2020")
    assert outcomes(told(commons=("foundation", form("us-501c6"), cap)))[N3] == UNKNOWN


def test_a_roster_speaks_louder_than_the_charter(told):
    cap = rule("related-company-cap", max_representatives=1)
    assert outcomes(roster(told, seat("acme", 2), seat("globex", 1), cap, size=3))[N3] == FAIL


# N4 to N6, which the strict profile asks for besides.


def test_membership_is_open_where_the_charter_says_so_and_else_unknown(told):
    open_ = told(commons=("foundation", rule("membership-open-on-published-terms")))
    by_person = told(commons=("foundation", rule("individual-membership")))
    assert [outcomes(g)[N4] for g in (open_, by_person)] == [PASS, UNKNOWN]


@pytest.mark.parametrize(
    ("holder", "others", "outcome"),
    [
        ("commons", {}, PASS),
        (None, {}, PASS),
        ("harbour", {"harbour": "foundation"}, PASS),
        ("quay", {"harbour": "foundation", "quay": ("foundation", part_of("harbour"))}, PASS),
        ("elsewhere", {"elsewhere": "foundation"}, UNKNOWN),
        ("acme", {"acme": "company"}, FAIL),
        ("shell", {"shell": ("foundation", ("control", {"by": "acme"})), "acme": "company"}, FAIL),
    ],
)
def test_marks_are_neutral_with_the_house_and_not_with_a_company(holder, others, outcome, told):
    keys = {"holder": holder} if holder else {}
    organizations = {"harbour": "foundation", **others}
    graph = told(commons=("foundation", rule("trademark-held", **keys), part_of("harbour")), **organizations)
    assert outcomes(graph)[N5] == outcome


def test_marks_that_nobody_tells_of_are_unknown(told):
    assert outcomes(told(commons=("foundation", form("us-501c3"))))[N5] == UNKNOWN


def test_a_named_company_with_a_right_fails_the_last_criterion_and_the_strict_profile(told):
    right = rule("vendor-appointment-right", holder="acme")
    graph = told(commons=("foundation", form("us-501c3"), right), acme="company")
    assert outcomes(graph)[N6] == FAIL
    assert verdict(graph, profile="strict") == "not-neutral"
    assert verdict(graph) == "not-shown-neutral"


def test_a_right_in_the_charter_of_the_legal_person_above_fails_too(told):
    graph = told(
        commons=("foundation", form("lf-directed-fund"), part_of("harbour")),
        harbour=("foundation", form("us-501c6"), rule("vendor-appointment-right", holder="acme")),
        acme="company",
    )
    assert outcomes(graph)[N6] == FAIL


def test_silence_on_rights_counts_only_where_the_charter_itself_was_read(told):
    seats = rule("seat-composition")
    told_by_page = told(commons=("foundation", seats))
    nothing = told(commons=("foundation", form("us-501c3")))
    told_by_charter = told(commons=("foundation", seats), page_kind="charter")
    assert [outcomes(g)[N6] for g in (told_by_page, nothing, told_by_charter)] == [UNKNOWN, UNKNOWN, PASS]


def test_a_foundation_that_meets_all_six_is_neutral_by_the_strict_profile(told):
    rules = [
        rule("membership-open-on-published-terms"),
        rule("trademark-held", holder="commons"),
        rule("related-company-cap", max_representatives=1),
    ]
    graph = told(commons=("foundation", form("us-501c3"), *rules), page_kind="charter")
    assert (verdict(graph), verdict(graph, profile="strict")) == ("neutral", "neutral")


# On a day.


def on(graph, day, about="commons"):
    """The outcome of each criterion on the day."""
    return {f.criterion: f.outcome for f in judgements(graph.store, day)[ORG_ID + about].findings}


def test_an_outcome_on_a_day_follows_the_seats_of_that_day(told):
    graph = roster(
        told,
        seat("acme", 6, from_="2022-09-14", until="2023-09-14"),
        seat("globex", 5, from_="2022-09-14", until="2023-09-14"),
        rule("related-company-cap", max_representatives=1, from_="2023-09-14"),
        rule("seat-composition", board_size=11, from_="2022-09-14", article="2"),
    )
    found = {day: on(graph, day)[N3] for day in ("2022-01-01", "2023-01-01", "2024-01-01")}
    assert found == {"2022-01-01": UNKNOWN, "2023-01-01": FAIL, "2024-01-01": PASS}


def test_what_may_or_may_not_have_held_on_the_day_leaves_it_unknown(told):
    graph = told(commons=("foundation", form("us-501c3", from_="2019")))
    assert [on(graph, day)[N1] for day in ("2018-12-31", "2019-06-01", "2020-01-01")] == [UNKNOWN, UNKNOWN, PASS]
    assert "2019-06-01" in judgements(graph.store, "2019-06-01")[ORG_ID + "commons"].findings[0].because


def test_a_project_is_judged_by_its_holder_of_the_day(told):
    rows = [("opening", {"by": ["acme"], "occurred": "2014"}), gift(announced="2015", accepted="2016-03-10")]
    graph = told(acme="company", commons="foundation", widget=rows)
    widget = PROJECT + "widget"
    found = [project_judgements(graph.store, day) for day in ("2013-06-01", "2015-01-01", "2016-02-01", "2017-01-01")]
    verdicts = [f[widget].verdicts["default"] if widget in f else None for f in found]
    assert verdicts == [None, "not-shown-vendor-project", "not-shown-vendor-project", "not-vendor-project"]


def test_without_a_day_the_verdicts_are_those_in_the_graph(built_graph):
    rows = built_graph.query("SELECT ?o ?p ?v { ?a osgov:assesses ?o ; osgov:profile ?p ; osgov:verdict ?v } ORDER BY ?o ?p")
    written = {(r["o"], r["p"]): slug_of(r["v"]).removeprefix("verdict-") for r in rows}
    judged = judgements(built_graph.store) | project_judgements(built_graph.store)
    assert {(iri, p): v for iri, j in judged.items() for p, v in j.verdicts.items()} == written


# The verdicts.


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        ((PASS, PASS, PASS), "neutral"),
        ((PASS, UNKNOWN, PASS), "not-shown-neutral"),
        ((UNKNOWN, UNKNOWN, UNKNOWN), "not-shown-neutral"),
        ((PASS, FAIL, PASS), "not-neutral"),
        ((UNKNOWN, FAIL, PASS), "not-neutral"),
    ],
)
def test_one_failure_is_not_neutral_and_one_unknown_is_not_shown(found, wanted):
    assert neutral_verdict([Finding(f"c{n}", outcome) for n, outcome in enumerate(found)]) == wanted


def test_only_foundations_are_assessed_as_neutral(told):
    graph = told(acme="company", crowd="community", state="public-body", commons="foundation")
    rows = graph.query("SELECT DISTINCT ?o { ?a osgov:assesses ?o } ORDER BY ?o")
    assert [slug_of(r["o"]) for r in rows] == ["commons"]


def test_a_verdict_rests_on_its_criteria_and_names_the_rules_it_was_made_by(told):
    graph = told(commons="foundation")
    rows = graph.query("SELECT ?c { a:org-commons osgov:restsOn ?c } ORDER BY ?c")
    assert [slug_of(r["c"]) for r in rows] == [f"org-commons-{n}" for n in (N1, N2, N3)]
    rows = graph.query("SELECT ?c { a:org-commons-strict osgov:restsOn ?c } ORDER BY ?c")
    assert [slug_of(r["c"]) for r in rows] == [f"org-commons-{n}" for n in (N1, N2, N3, N4, N5, N6)]
    rows = graph.query("SELECT ?a ?p ?v { ?a osgov:profile ?p ; osgov:ruleVersion ?v } ORDER BY ?a")
    assert [(slug_of(r["a"]), r["p"], r["v"]) for r in rows] == [
        ("org-commons", "default", criteria()["version"]),
        ("org-commons-strict", "strict", criteria()["version"]),
    ]


def gift(**keys):
    return "donation", {"from_": ["acme"], "to": "commons", **keys}


@pytest.mark.parametrize(
    ("rows", "outcome", "wanted"),
    [
        ([("opening", {"by": ["acme"], "occurred": "2014"})], PASS, "vendor-project"),
        ([("holding", {"by": "acme", "role": "legal-home", "as_of": "2024"})], PASS, "vendor-project"),
        ([gift(accepted="2016")], FAIL, "not-vendor-project"),
        ([("opening", {"by": ["acme"], "occurred": "2014"}), gift(accepted="2016")], FAIL, "not-vendor-project"),
        ([("opening", {"by": ["acme"], "occurred": "2014"}), gift()], FAIL, "not-vendor-project"),
        ([("holding", {"by": "acme", "role": "trademark", "as_of": "2024"})], PASS, "vendor-project"),
        ([gift(accepted="2016"), ("holding", {"by": "acme", "role": "trademark", "as_of": "2024"})], PASS, "vendor-project"),
    ],
)
def test_a_project_is_vendor_held_while_a_company_holds_its_legal_home(rows, outcome, wanted, told):
    graph = told(acme="company", commons="foundation", widget=rows)
    assert outcomes(graph, "p:widget") == {HELD: outcome}
    assert verdict(graph, "p:widget") == wanted


def test_a_project_that_a_company_and_a_foundation_both_hold_is_vendor_held(told):
    rows = [gift(accepted="2016"), ("holding", {"by": "acme", "role": "legal-home", "as_of": "2024"})]
    graph = told(acme="company", commons="foundation", widget=rows)
    assert verdict(graph, "p:widget") == "vendor-project"
    assert rests_on(graph, HELD, "p:widget") == ["widget-stewardship-acme-legal-home-2"]


def test_a_vendors_verdict_rests_on_the_periods_of_holding(told):
    graph = told(acme="company", commons="foundation", widget=[gift(accepted="2016")])
    assert rests_on(graph, HELD, "p:widget") == ["widget-stewardship-commons-legal-home"]


# The criteria themselves.


def test_the_forms_and_rules_that_the_criteria_name_are_codes_of_the_ontology():
    settings, lists = criteria(), code_lists()
    assert {*settings["nonprofit_forms"], *settings["dependent_forms"]} <= lists["legal"]
    for rules in ("sufficient_rules", "open_membership_rules", "seat_rules"):
        assert set(settings[rules]) <= lists["rule"]
    assert set(settings["vendor_roles"]) <= lists["role"]
    assert set(settings["criteria"]) == lists["criterion"]
    assert {c for wanted in settings["profiles"].values() for c in wanted} | {HELD} == lists["criterion"]
    assert not set(settings["nonprofit_forms"]) & set(settings["dependent_forms"])


def test_outcomes_verdicts_and_criteria_that_are_written_are_codes_of_the_ontology(built_graph):
    rows = built_graph.query(
        "SELECT DISTINCT ?code { ?a a osgov:Assessment ; osgov:outcome|osgov:verdict|osgov:criterion ?code } ORDER BY ?code"
    )
    lists = code_lists()
    known = {f"{name}-{code}" for name in ("outcome", "verdict", "criterion") for code in lists[name]}
    assert {slug_of(r["code"]) for r in rows} <= known
    assert len(rows) > 6


@pytest.mark.parametrize(
    "rows",
    [
        [("holding", {"by": "acme", "role": "legal-home", "from_": "2014", "until": "2020"})],
        [("holding", {"by": "commons", "role": "trademark", "as_of": "2024"})],
        [("holding", {"by": "acme", "role": "repository-owner", "as_of": "2024"})],
        [],
    ],
)
def test_a_project_that_nobody_is_known_to_hold_is_not_assessed(told, rows):
    graph = told(acme="company", commons="foundation", widget=rows)
    assert list(graph.query("SELECT ?a { ?a osgov:assesses p:widget }")) == []


def test_every_foundation_has_one_verdict_and_every_project_at_most_one(built_graph):
    rows = built_graph.query(
        "SELECT ?x (COUNT(DISTINCT ?a) AS ?n) { VALUES ?kind { osgov:Foundation osgov:Project } ?x a ?kind ."
        ' OPTIONAL { ?a osgov:assesses ?x ; osgov:profile "default" ; osgov:verdict ?v } }'
        " GROUP BY ?x HAVING(COUNT(DISTINCT ?a) != 1)"
    )
    assert [row for row in rows if row["n"] > 1 or "/org/" in row["x"]] == []
