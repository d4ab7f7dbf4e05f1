"""check: findings as rows, counts on stderr, and an exit code that tells violations from warnings."""

import json

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from kg import terms as t
from kg.build import build_at
from kg.cli import root
from kg.store.embedded import EmbeddedStore


@pytest.fixture
def faulty_folder(small_folder, tmp_path):
    """The graph of Weaver, in which Acme has two items of Wikidata."""
    store = EmbeddedStore.at(small_folder / "graph-weaver", "small")
    acme, graph = NamedNode(t.ORG_ID + "acme"), NamedNode(t.CURATED_GRAPH)
    items = [Quad(acme, NamedNode(t.OSGOV + "wikidataId"), Literal(item), graph) for item in ("Q1", "Q2")]
    EmbeddedStore.write(tmp_path / "graph-faulty", EmbeddedStore.in_memory([*store.quads(), *items]))
    (tmp_path / "current").write_text("graph-faulty\n")
    return tmp_path


def test_a_graph_without_violations_passes_and_says_what_was_found(kg, small_folder):
    for command in (("check", "graph"), ("check", "shapes"), ("check",)):
        answer = kg(*command, "--store", small_folder)
        assert (answer.exit_code, answer.stderr) == (0, "nothing found\n"), command
    assert kg("check", "graph", "--store", small_folder, "--quiet").stderr == ""


def test_a_violation_is_a_row_is_counted_and_exits_1(kg, faulty_folder):
    answer = kg("check", "graph", "--store", faulty_folder, "--format", "json")
    assert (answer.exit_code, answer.stderr) == (1, "1 violation\n")
    assert json.loads(answer.stdout) == [
        {
            "severity": "violation",
            "where": "o:acme",
            "what": "Write at most one Wikidata item, as Q and its number (Q42), not as an address.",
            "shape": "shapes:NamedEntity-wikidataId",
            "value": "Q1, Q2",
            "file": None,
            "sources": [f"{t.BASE}"],
        }
    ]


def test_the_bare_verb_checks_facts_and_graph_and_tells_each_fault_once(kg, faulty_folder):
    answer = kg("check", "--store", faulty_folder, "--format", "tsv")
    assert answer.exit_code == 1
    assert answer.stderr == "1 violation\n"
    assert [line.split("\t")[1] for line in answer.stdout.splitlines()] == ["where", "o:acme"]


def test_the_validator_finds_what_the_queries_find(kg, faulty_folder):
    found = [json.loads(kg("check", how, "--store", faulty_folder, "--format", "json").stdout) for how in ("graph", "shapes")]
    assert [[(row["severity"], row["where"], row["shape"]) for row in rows] for rows in found] == [
        [("violation", "o:acme", "shapes:NamedEntity-wikidataId")]
    ] * 2


def test_warnings_are_listed_and_are_no_failure(kg, tmp_path, write_facts, facts_of_weaver):
    weaver = facts_of_weaver["projects/weaver"].replace('accepted = "2020-05"\n', "")
    build_at(tmp_path / "graph-undated", write_facts({**facts_of_weaver, "projects/weaver": weaver}))
    (tmp_path / "current").write_text("graph-undated\n")
    answer = kg("check", "graph", "--store", tmp_path, "--format", "tsv")
    assert (answer.exit_code, answer.stderr) == (0, "1 warning\n")
    assert "No source dates this transfer" in answer.stdout


def test_the_graph_of_an_endpoint_is_checked_too(kg, faulty_folder, serve_folder):
    endpoint = serve_folder(faulty_folder / "graph-faulty")
    here, there = (kg("check", "graph", "--store", spec) for spec in (faulty_folder, endpoint))
    assert (there.exit_code, there.stdout, there.stderr) == (here.exit_code, here.stdout, here.stderr)


def test_help_names_the_commands_and_what_each_looks_at():
    commands = root.get_command(None, "check").commands
    assert sorted(commands) == ["facts", "graph", "shapes"]
