"""The flags of licences in the graph: approved by the Open Source Initiative or not, by the licence list of SPDX."""

from collections import Counter

import pytest

from kg.dates import PartialDate
from kg.records import Entity, Event, Relation, Source

WEAVER = Entity("weaver", "Project", "Weaver")


def page(name):
    return Source(name, f"https://example.org/{name}", name, "news", "Example", PartialDate("2026-11-23"))


def relicensed(before, after, said_by="page"):
    values = (("fromLicense", before), ("toLicense", after))
    return Event("weaver-relicensing", "Relicensing", said_by, (("project", "weaver"),), values=values)


def shown(licence):
    return Relation(
        "weaver-licence", "LicensePeriod", "page", (("project", "weaver"),), values=(("licenseExpression", licence),)
    )


@pytest.mark.parametrize(
    ("before", "after", "flags"),
    [
        ("MPL-2.0", "BUSL-1.1", (True, False)),
        ("BUSL-1.1", "AGPL-3.0-only OR SSPL-1.0", (False, True)),  # of a choice one is enough
        ("Apache-2.0", "Apache-2.0 AND SSPL-1.0", (True, False)),
        ("LicenseRef-Own", "MIT", (False, True)),  # a licence of one's own is none of the list, which has every approved one
        ("Nonesuch-1.0", "MIT", (None, True)),  # no word on it is no no
    ],
)
def test_a_change_of_licence_says_of_both_licences_whether_they_are_approved(graph_of_records, before, after, flags):
    (row,) = graph_of_records(WEAVER, page("page"), relicensed(before, after)).run("relicensings")
    assert (row["from_osi"], row["to_osi"]) == flags


def test_where_sources_name_licences_that_differ_in_it_nothing_is_said(graph_of_records):
    """Each licence has its row, and no row says of a licence what only holds for the other."""
    told = relicensed("MIT", "Apache-2.0"), relicensed("MIT", "BUSL-1.1", "other")
    rows = graph_of_records(WEAVER, page("page"), page("other"), *told).run("relicensings")
    assert [(r["from_osi"], r["to_license"], r["to_osi"]) for r in rows] == [
        (True, "Apache-2.0", None),
        (True, "BUSL-1.1", None),
    ]


def test_where_sources_name_licences_that_agree_in_it_it_is_said(graph_of_records):
    told = relicensed("MIT", "SSPL-1.0"), relicensed("Apache-2.0", "BUSL-1.1", "other")
    rows = graph_of_records(WEAVER, page("page"), page("other"), *told).run("relicensings")
    assert {(r["from_osi"], r["to_osi"]) for r in rows} == {(True, False)}


@pytest.mark.parametrize(
    ("licence", "flag"), [("MIT", True), ("SSPL-1.0", False), ("LicenseRef-Own", False), ("Nonesuch-1.0", None)]
)
def test_a_licence_that_a_list_shows_has_its_flag(graph_of_records, licence, flag):
    (row,) = graph_of_records(WEAVER, page("page"), shown(licence)).run("licences")
    assert (row["licence"], row["osi"]) == (licence, flag)


def test_the_flags_are_booleans_in_the_derived_graph(graph_of_records):
    graph = graph_of_records(WEAVER, page("page"), relicensed("MIT", "BUSL-1.1"), shown("MIT"))
    found = graph.query(
        "SELECT ?g (STR(?p) AS ?name) (DATATYPE(?f) AS ?type) {"
        " VALUES ?p { osgov:fromOsiApproved osgov:toOsiApproved osgov:osiApproved } GRAPH ?g { ?x ?p ?f } }"
    )
    # Of both sides of the change, and of two periods of a licence.
    assert len(found) == 4
    assert {row["g"].rsplit("/", 1)[-1] for row in found} == {"derived"}
    assert {row["type"].rsplit("#", 1)[-1] for row in found} == {"boolean"}


def test_the_return_to_an_open_licence_shows_beside_the_departure(built_graph):
    """As Elasticsearch in 2021 and 2024, and Redis in 2024 and 2025."""
    rows = built_graph.run("relicensings")
    flags = {(r["project_id"], r["date"][:4]): (r["from_osi"], r["to_osi"]) for r in rows}
    assert flags["elasticsearch", "2021"] == (True, False)
    assert flags["elasticsearch", "2024"] == (False, True)
    assert flags["redis", "2024"] == (True, False)
    assert flags["redis", "2025"] == (False, True)


def test_most_changes_of_licence_told_lead_away_from_an_approved_one(built_graph):
    changes = Counter((r["from_osi"], r["to_osi"]) for r in built_graph.run("relicensings"))
    assert changes[True, False] > 5 * changes[False, True] > 0
