"""Differences: between two days as states, between two builds as statements."""

import gzip

import pytest

from kg.diff import between_builds, between_days, kind_of, same_kind
from kg.errors import KgError, Misuse

NS = "https://w3id.org/osgov/"
LINE = f'<{NS}id/org/acme> <{NS}ns#note> "one" <{NS}graph/page> .\n'
OTHER = f'<{NS}id/org/acme> <{NS}ns#note> "two"@en <{NS}graph/derived> .\n'


@pytest.fixture
def weaver(told):
    """Acme opened Weaver and gave it to Harbour in 2020."""
    return told(
        acme="company",
        harbour="foundation",
        weaver=[
            ("opening", {"by": ["acme"], "occurred": "2016-05"}),
            (
                "donation",
                {
                    "from": ["acme"],
                    "donor_basis": "transfer",
                    "to": "harbour",
                    "announced": "2020-02",
                    "accepted": "2020-05-04",
                },
            ),
        ],
    )


def changes(graph, a, b, about="weaver"):
    found = between_days(graph, a, b, about=about).rows
    return [(r["change"], r["state"], r["object_id"], r["certainty"]) for r in found if r["state"] != "verdict"]


def test_a_gift_ends_one_state_and_begins_another(weaver):
    assert changes(weaver, "2020-01-01", "2020-06-01") == [
        ("-", "held by", "acme", "definite"),
        ("+", "held by", "harbour", "definite"),
    ]


def test_a_state_that_became_sure_is_marked_as_such(weaver):
    assert ("~", "held by", "harbour", "possible → definite") in changes(weaver, "2020-03-01", "2020-06-01")


def test_every_state_that_differs_names_its_sources(weaver):
    for row in between_days(weaver, "2020-01-01", "2020-06-01").rows:
        assert row["sources"] == ["https://example.org/page"] or row["state"] == "verdict"


@pytest.mark.parametrize("day", ["2010-01-01", "2020-03-01", "2026-01-01"])
def test_a_day_does_not_differ_from_itself(weaver, day):
    found = between_days(weaver, day, day)
    assert list(found.rows) == []
    assert found.summary == ""


@pytest.mark.parametrize("about", [None, "weaver", "acme", "harbour"])
def test_the_other_way_round_the_signs_are_swapped(weaver, about):
    swapped = {"+": "-", "-": "+", "~": "~"}

    def rows(a, b, marks):
        found = between_days(weaver, a, b, about=about).rows
        return sorted(
            (marks[r["change"]], str(r["subject_id"]), r["state"], str(r["detail"]), str(r["object_id"])) for r in found
        )

    forth = rows("2015-01-01", "2020-06-01", {m: m for m in swapped})
    assert forth == rows("2020-06-01", "2015-01-01", swapped)


def test_a_verdict_that_changed_is_a_difference_with_the_facts_behind_it(built_graph):
    found = between_days(built_graph, "2000-01-01", "2026-11-23", about="apache-software-foundation").rows
    verdicts = [r for r in found if r["state"] == "verdict"]
    assert {r["change"] for r in verdicts} == {"+", "-"}
    assert all(r["subject_id"] == "apache-software-foundation" and "profile)" in r["detail"] for r in verdicts)
    assert any(r["sources"] for r in verdicts if r["change"] == "+")
    assert all(url.startswith("http") for r in verdicts for url in r["sources"])


def written(path, text):
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_two_builds_differ_by_the_statements_that_one_of_them_has(tmp_path):
    a, b = written(tmp_path / "a.nq", LINE), written(tmp_path / "b.nq", LINE + OTHER)
    found = between_builds(a, b)
    row = {
        "change": "+",
        "subject": "o:acme",
        "predicate": "osgov:note",
        "object": "two",
        "datatype": "@en",
        "graph": "g:derived",
    }
    assert list(found.rows) == [row]
    assert found.summary == "1 added, 0 removed, in 1 graph"
    assert list(between_builds(b, a).rows) == [{**row, "change": "-"}]
    assert list(between_builds(a, a).rows) == []


def test_a_statement_that_moved_to_another_graph_is_a_difference(tmp_path):
    a, b = written(tmp_path / "a.nq", LINE), written(tmp_path / "b.nq", LINE.replace("graph/page", "graph/derived"))
    assert [(r["change"], r["graph"]) for r in between_builds(a, b).rows] == [("+", "g:derived"), ("-", "g:page")]


def test_literals_that_only_differ_in_datatype_are_told_apart(tmp_path):
    year = LINE.replace('"one"', '"2015"^^<http://www.w3.org/2001/XMLSchema#gYear>')
    a, b = written(tmp_path / "a.nq", LINE.replace("one", "2015")), written(tmp_path / "b.nq", year)
    found = [(r["change"], r["object"], r["datatype"]) for r in between_builds(a, b).rows]
    assert found == [("-", "2015", ""), ("+", "2015", "xsd:gYear")]


def test_a_compressed_file_and_a_store_are_builds_too(tmp_path, small_folder, capsys):
    packed = tmp_path / "a.nq.gz"
    packed.write_bytes(gzip.compress(LINE.encode()))
    assert list(between_builds(str(packed), written(tmp_path / "a.nq", LINE)).rows) == []
    found = between_builds(str(packed), str(small_folder))
    assert [r["object"] for r in found.rows if r["change"] == "-"] == ["one"]
    assert {"g:derived", "g:kg-facts", "g:ontology"} <= {r["graph"] for r in found.rows}


def test_blank_nodes_are_compared_by_what_they_say_and_the_reader_is_told(tmp_path):
    a = written(tmp_path / "a.nt", f'_:x <{NS}ns#note> "one" .\n')
    b = written(tmp_path / "b.ttl", f'_:y <{NS}ns#note> "one" .\n')
    found = between_builds(a, b)
    assert list(found.rows) == []
    assert len(found.remarks) == 2
    assert "blank nodes" in found.remarks[0]


def test_text_that_only_looks_like_a_blank_node_is_none(tmp_path):
    a = written(tmp_path / "a.nq", LINE.replace("one", "see _:b0"))
    assert between_builds(a, a).remarks == ()


@pytest.mark.parametrize(
    ("spec", "text"),
    [("nix.nq", "no such file"), ("nix", "no such folder"), ("note.txt", "a build is"), ("bad.nq", "cannot be read")],
)
def test_what_is_no_build_is_refused_by_name(tmp_path, spec, text):
    written(tmp_path / "note.txt", "note")
    written(tmp_path / "bad.nq", "<a> <b>")
    with pytest.raises(KgError, match=text) as caught:
        between_builds(str(tmp_path / spec), str(tmp_path / spec))
    assert spec in str(caught.value)


def test_a_day_and_a_build_are_not_compared():
    assert (kind_of("2020-01-01"), kind_of("./2020-01-01"), kind_of("memory:")) == ("day", "build", "build")
    with pytest.raises(Misuse, match="name two days, or two builds"):
        same_kind("2020-01-01", "a.nq")


@pytest.mark.parametrize("text", ["2020", "2020-02", "2020-02-31"])
def test_a_date_that_is_no_day_is_refused(text):
    with pytest.raises(Misuse):
        kind_of(text)
