"""Company groups on a day: who stood at the top of the chain of control, and which figures are counted for it."""

import pytest

from kg.dates import PartialDate
from kg.records import Entity, Event, Observation, Relation, Source
from kg.rollup import groups
from kg.terms import org_iri

PAGE = Source("page", "https://example.org/page", "A page", "news", "Example", PartialDate("2026-11-23"))
WEAVER = Entity("weaver", "Project", "Weaver")
NAMES = ("acme", "bolt", "crux", "dune")
KNOWN = [PAGE, WEAVER, *(Entity(name, "Company", name.title()) for name in NAMES)]


def bought(company, buyer, **dates):
    links = (("organization", company), ("acquirer", buyer))
    stated = tuple((basis, PartialDate(date)) for basis, date in dates.items())
    return Event(f"{company}-bought-by-{buyer}", "Acquisition", "page", links, stated)


def controlled(company, controller, **when):
    links = (("controlled", company), ("controller", controller))
    dates = {name: PartialDate(text) for name, text in when.items()}
    return Relation(f"{company}-under-{controller}", "Control", "page", links, **dates)


def counted(by, seen="", start="", end="", number=3):
    dates = {name: PartialDate(text) if text else None for name, text in (("as_of", seen), ("start", start), ("end", end))}
    return Observation(f"weaver-{by}-{seen or start}", "page", "weaver", "maintainers", number, by=by, **dates)


@pytest.fixture
def top(graph_of_records):
    """Who stood at the top over a company on a day, by some records."""

    def find(records, company, day):
        return groups(graph_of_records(*KNOWN, *records).store).top(org_iri(company), day).rsplit("/", 1)[-1]

    return find


# ---- chains and dates


def test_nobody_stands_over_a_company_that_nobody_controls(top):
    assert top([], "acme", "2026-01-01") == "acme"


def test_a_chain_is_climbed_to_its_end(top):
    chain = [bought(a, b, effective="2020-01-01") for a, b in (("acme", "bolt"), ("bolt", "crux"), ("crux", "dune"))]
    assert [top(chain, name, "2021-01-01") for name in NAMES] == ["dune"] * 4


def test_a_chain_is_climbed_only_as_far_as_it_reached_on_the_day(top):
    chain = [bought("acme", "bolt", effective="2020-01-01"), bought("bolt", "crux", effective="2022-01-01")]
    days = ("2019-12-31", "2020-01-01", "2021-12-31", "2022-01-01")
    assert [top(chain, "acme", day) for day in days] == ["acme", "bolt", "bolt", "crux"]


@pytest.mark.parametrize(
    ("date", "before", "after"),
    [
        ("2020-06-15", "2020-06-14", "2020-06-15"),
        ("2020-06", "2020-06-29", "2020-06-30"),
        ("2020", "2020-12-30", "2020-12-31"),
    ],
)
def test_control_counts_from_the_first_day_on_which_it_is_certain(top, date, before, after):
    sale = [bought("acme", "bolt", occurred=date)]
    assert [top(sale, "acme", day) for day in (before, after)] == ["acme", "bolt"]


def test_a_company_that_was_sold_again_belongs_to_each_buyer_in_turn(top):
    sales = [bought("acme", "bolt", effective="2015-01-01"), bought("acme", "crux", effective="2018-01-01")]
    assert [top(sales, "acme", day) for day in ("2014-01-01", "2017-01-01", "2019-01-01")] == ["acme", "bolt", "crux"]


def test_a_control_that_has_ended_puts_nobody_over_the_company(top):
    control = [controlled("acme", "bolt", start=PartialDate("2015-01-01").text, end="2018-01-01")]
    assert [top(control, "acme", day) for day in ("2017-12-31", "2018-01-01")] == ["bolt", "acme"]


def test_a_control_that_was_only_seen_counts_from_the_day_it_was_seen(top):
    control = [controlled("acme", "bolt", as_of="2015-01-01")]
    assert [top(control, "acme", day) for day in ("2014-12-31", "2015-01-01")] == ["acme", "bolt"]


# ---- what is not guessed


def test_a_purchase_that_was_only_announced_puts_nobody_in_control(top):
    """It may never have been completed."""
    assert top([bought("acme", "bolt", announced="2015-01-01")], "acme", "2026-01-01") == "acme"


def test_a_purchase_counts_from_its_closing_and_not_from_its_announcement(top):
    sale = [bought("acme", "bolt", announced="2022-05-26", effective="2023-11-22")]
    assert [top(sale, "acme", day) for day in ("2023-11-21", "2023-11-22")] == ["acme", "bolt"]


def test_a_purchase_without_any_date_puts_nobody_in_control(top):
    assert top([bought("acme", "bolt")], "acme", "2026-01-01") == "acme"


def test_two_controllers_at_once_end_the_climb(top):
    two = [controlled("acme", "bolt", start="2015-01-01"), controlled("acme", "crux", start="2015-01-01")]
    assert top(two, "acme", "2020-01-01") == "acme"
    assert top([*two, controlled("dune", "acme", start="2015-01-01")], "dune", "2020-01-01") == "acme"


def test_a_circle_of_control_ends_the_climb(top):
    circle = [controlled("acme", "bolt", start="2015-01-01"), controlled("bolt", "acme", start="2015-01-01")]
    assert top(circle, "acme", "2020-01-01") == "bolt"
    assert top(circle, "bolt", "2020-01-01") == "acme"


# ---- figures


def by_group(graph):
    """The group that each figure is counted for, where it is another than the company itself."""
    rows = graph.query(
        "SELECT (STR(?o) AS ?by) (STR(?g) AS ?group) { ?m osgov:byOrganization ?o ; osgov:byGroup ?g FILTER(?o != ?g) }"
    )
    return {(row["by"].rsplit("/", 1)[-1], row["group"].rsplit("/", 1)[-1]) for row in rows}


def test_a_figure_is_counted_for_the_group_of_its_own_day(graph_of_records):
    sale = bought("acme", "bolt", effective="2020-06-01")
    assert by_group(graph_of_records(*KNOWN, sale, counted("acme", "2020-05-31"))) == set()
    assert by_group(graph_of_records(*KNOWN, sale, counted("acme", "2020-06-01"))) == {("acme", "bolt")}


def test_a_figure_of_a_period_is_counted_for_the_group_of_its_first_day(graph_of_records):
    sale = bought("acme", "bolt", effective="2020-06-01")
    assert by_group(graph_of_records(*KNOWN, sale, counted("acme", start="2020-01-01", end="2021-01-01"))) == set()
    assert by_group(graph_of_records(*KNOWN, sale, counted("acme", start="2021-01-01", end="2022-01-01"))) != set()


def test_a_figure_without_a_day_is_counted_for_the_company_itself(graph_of_records):
    sale = bought("acme", "bolt", effective="2020-06-01")
    undated = Observation("weaver-acme", "page", "weaver", "maintainers", 3, by="acme")
    assert by_group(graph_of_records(*KNOWN, sale, undated)) == set()


def test_companies_of_one_group_are_added_up_and_on_request_kept_apart(graph_of_records):
    figures = [counted("acme", "2021-01-01", number=3), counted("bolt", "2021-01-01", number=2), counted("crux", "2021-01-01")]
    graph = graph_of_records(*KNOWN, bought("acme", "bolt", effective="2020-06-01"), *figures)
    together, apart = (
        [(r["employer_id"], r["maintainers"]) for r in graph.run("top-employers", v)] for v in ({}, {"apart": "yes"})
    )
    assert together == [("bolt", 5), ("crux", 3)]
    assert apart == [("acme", 3), ("crux", 3), ("bolt", 2)]


def test_the_share_of_an_employer_is_that_of_its_group_of_all_maintainers(graph_of_records):
    everyone = Observation("weaver-all", "page", "weaver", "maintainers", 10, as_of=PartialDate("2021-01-01"))
    figures = [
        counted("acme", "2021-01-01", number=3),
        counted("bolt", "2021-01-01", number=2),
        counted("crux", "2021-01-01", number=3),
    ]
    graph = graph_of_records(*KNOWN, bought("acme", "bolt", effective="2020-06-01"), everyone, *figures)
    columns = ("maintainers", "without", "employers", "employer", "most", "share")
    (row,) = graph.run("employer-shares")
    assert [row[c] for c in columns] == [10, 2, 2, "Bolt", 5, 50]
    (row,) = graph.run("employer-shares", apart="yes")
    assert [row[c] for c in columns] == [10, 2, 3, "Acme + Crux", 3, 30]
    assert list(graph.run("employer-shares", above="50")) == []
    assert len(graph.run("employer-shares", above="49", at_least="10", employer="bolt")) == 1
    assert list(graph.run("employer-shares", at_least="11")) == []
    assert list(graph.run("employer-shares", employer="crux")) == []


def test_a_figure_has_a_group_a_whole_and_what_its_group_counts(graph_of_records):
    everyone = Observation("weaver-all", "page", "weaver", "maintainers", 10, as_of=PartialDate("2021-01-01"))
    other = [counted("acme", "2022-01-01", number=7), counted("crux", start="2021")]
    figures = [counted("acme", "2021-01-01", number=3), counted("bolt", "2021-01-01", number=2), counted("crux", "2021-01-01")]
    graph = graph_of_records(*KNOWN, bought("acme", "bolt", effective="2020-06-01"), everyone, *figures, *other)
    rows = graph.query(
        "SELECT ?m ?g ?together ?whole { ?m osgov:byGroup ?g"
        " OPTIONAL { ?m osgov:groupValue ?together ; osgov:partOfFigure ?whole } } ORDER BY ?m"
    )
    ends = [(*(row[c] and row[c].rsplit("/", 1)[-1] for c in ("m", "g", "whole")), row["together"]) for row in rows]
    assert ends == [
        ("weaver-acme-2021-01-01", "bolt", "weaver-all", 5),
        ("weaver-acme-2022-01-01", "bolt", None, None),
        ("weaver-bolt-2021-01-01", "bolt", "weaver-all", 5),
        ("weaver-crux-2021", "crux", None, None),
        ("weaver-crux-2021-01-01", "crux", "weaver-all", 3),
    ]
    days = graph.query("SELECT (STR(?d) AS ?day) { v:metric-maintainers osgov:listedOn ?d } ORDER BY ?d")
    assert [row["day"] for row in days] == ["2021-01-01", "2022-01-01"]


@pytest.mark.parametrize(("whole", "group"), [(10, None), (9, "bolt")], ids=["half", "more than half"])
def test_a_group_with_more_than_half_of_a_whole_is_its_majority(graph_of_records, whole, group):
    everyone = Observation("weaver-all", "page", "weaver", "maintainers", whole, as_of=PartialDate("2021-01-01"))
    figures = [counted("acme", "2021-01-01", number=3), counted("bolt", "2021-01-01", number=2), counted("crux", "2021-01-01")]
    graph = graph_of_records(*KNOWN, bought("acme", "bolt", effective="2020-06-01"), everyone, *figures)
    rows = graph.query("SELECT ?m ?g ?together { ?m osgov:majorityGroup ?g ; osgov:groupValue ?together }")
    ends = [(row["m"].rsplit("/", 1)[-1], row["g"].rsplit("/", 1)[-1], row["together"]) for row in rows]
    assert ends == ([("weaver-all", group, 5)] if group else [])


# ---- in the bundled graph


@pytest.mark.parametrize(
    ("employer", "group"),
    [
        ("red-hat", "ibm"),  # 2019-07-09
        ("github", "microsoft"),  # 2018-10-26
        ("linkedin", "microsoft"),  # 2016-12-08
        ("google", "alphabet"),
    ],
)
def test_an_employer_that_was_bought_before_the_first_list_counts_for_its_group_in_all(built_graph, employer, group):
    found = built_graph.run("employers", employer=employer)
    own = {row["group_id"] for row in found if row["employer_id"] == employer}
    assert own == {group}


@pytest.mark.parametrize(
    ("employer", "group", "last_before", "first_after"),
    [
        ("vmware", "broadcom", "2022-12-25", "2023-12-29"),  # 2023-11-22
        ("isovalent", "cisco", "2024-12-19", "2025-12-31"),  # within 2024: certain at its end
    ],
)
def test_an_employer_counts_for_its_buyer_from_the_closing_on(built_graph, employer, group, last_before, first_after):
    found = [row for row in built_graph.run("employers", employer=employer) if row["employer_id"] == employer]
    assert {row["group_id"] for row in found if row["day"] <= last_before} == {employer}
    assert {row["group_id"] for row in found if row["day"] >= first_after} == {group}
