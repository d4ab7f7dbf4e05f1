"""A graph that is asked once for all nodes answers for each node as rdflib does."""

import pytest
from rdflib import Graph, Literal, URIRef

from kg.askedonce import AskedOnce, can_be_asked_once

EX = "https://example.org/"
DATA = f"""
@prefix : <{EX}> .
:one :buys :two, :three ; :name "One" .
:two :buys :one .
:three :name "Three" .
"""
BUYS = f"SELECT $this ?value WHERE {{ $this <{EX}buys> ?value }}"
NAMELESS = f"SELECT ?value WHERE {{ ?value <{EX}buys> ?other . FILTER NOT EXISTS {{ $this <{EX}name> ?name }} }}"
BY_BUYER = f"SELECT $this (COUNT(?b) AS ?value) WHERE {{ $this <{EX}buys> ?b }} GROUP BY $this HAVING(COUNT(?b) > 1)"


@pytest.fixture
def graphs():
    return AskedOnce().parse(data=DATA, format="turtle"), Graph().parse(data=DATA, format="turtle")


@pytest.fixture
def texts_read(monkeypatch):
    """Which queries rdflib itself was asked."""
    seen, ask = [], Graph.query

    def query(self, query_object, *args, **kwargs):
        if isinstance(self, AskedOnce):
            seen.append(query_object)
        return ask(self, query_object, *args, **kwargs)

    monkeypatch.setattr(Graph, "query", query)
    return seen


def rows(graph, text, node):
    answer = graph.query(text, initBindings={"this": URIRef(EX + node)})
    return bool(answer), len(answer.bindings), sorted(str(sorted(row.asdict().items())) for row in answer)


@pytest.mark.parametrize("text", [BUYS, BY_BUYER, NAMELESS], ids=["pattern", "group", "no pattern on this"])
def test_each_node_gets_the_rows_that_rdflib_gives_it(graphs, text):
    at_once, one_by_one = graphs
    for node in ("one", "two", "three", "nobody"):
        assert rows(at_once, text, node) == rows(one_by_one, text, node)


def test_a_query_is_asked_once_however_many_nodes_there_are(graphs, texts_read):
    for node in ("one", "two", "three", "nobody", "one"):
        rows(graphs[0], BUYS, node)
    assert texts_read == [BUYS]


def test_a_query_without_a_pattern_on_this_is_asked_for_each_node(graphs, texts_read):
    for node in ("one", "two", "three"):
        rows(graphs[0], NAMELESS, node)
    assert texts_read == [NAMELESS] * 3


@pytest.mark.parametrize(
    ("text", "once"),
    [
        ("SELECT ?this { ?this a ?c }", True),
        (
            "SELECT DISTINCT ?this ?v { { ?this a ?v } UNION { ?v a ?this } OPTIONAL { ?v a ?w } FILTER(?v != 1) } ORDER BY ?v",
            True,
        ),
        ("SELECT ?this (COUNT(?c) AS ?n) { ?this a ?c } GROUP BY ?this", True),
        ("SELECT ?c { ?this a ?c }", False),
        ("SELECT ?this (COUNT(?c) AS ?n) { ?this a ?c }", False),
        ("SELECT ?this ?c { ?this a ?c } LIMIT 1", False),
        ("SELECT ?this ?c { ?c a ?d OPTIONAL { ?this a ?c } }", False),
        ("SELECT ?this ?c { { ?this a ?c } UNION { ?c a ?d } }", False),
        ("SELECT ?this ?c { ?c a ?d FILTER NOT EXISTS { ?this a ?c } }", False),
        ("SELECT ?this ?c { ?c a ?d MINUS { ?this a ?c } }", False),
        ("SELECT ?this { { SELECT ?this { ?this a ?c } LIMIT 1 } }", False),
        ("ASK { ?this a ?c }", False),
    ],
)
def test_a_query_is_asked_once_only_where_a_node_picks_rows_and_changes_none(text, once):
    assert can_be_asked_once(text) is once


def test_questions_about_something_else_than_this_are_left_to_rdflib(graphs):
    for bound in ({}, {"value": URIRef(EX + "one")}, {"this": URIRef(EX + "one"), "value": URIRef(EX + "two")}):
        asked = [{tuple(row) for row in graph.query(BUYS, initBindings=bound)} for graph in graphs]
        assert asked[0] == asked[1] != set()
    assert graphs[0].query(f"ASK {{ ?this <{EX}name> ?name }}", initBindings={"this": URIRef(EX + "one")}).askAnswer
    assert not graphs[0].query(f"ASK {{ ?this <{EX}name> ?name }}", initBindings={"this": URIRef(EX + "two")}).askAnswer
    assert list(graphs[0].query("SELECT ?x { VALUES ?x { 1 } }")) == [(Literal(1),)]
