"""How engines differ, each difference shown by a test, and how queries are put to them."""

import pyoxigraph as ox
import pytest

from kg.errors import KgError
from kg.store import open_store
from kg.store.embedded import EmbeddedStore
from kg.store.push import push
from kg.store.pushed import View, placed, portable
from kg.terms import GRAPH, ORG_ID, OSGOV, XSD


def _asked_of(server_of, kind, quads, query):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KG_STORE_USER", "dba")
        patch.setenv("KG_STORE_PASSWORD", "dba")
        push(EmbeddedStore.in_memory(quads), server_of(kind))
    return open_store(server_of(kind)).query(query)


def test_virtuoso_says_that_it_cut_an_answer_and_so_do_we(server_of):
    label = ox.NamedNode(OSGOV + "note")
    quads = [ox.Quad(ox.NamedNode(f"{ORG_ID}o{n}"), label, ox.Literal(str(n)), ox.NamedNode(GRAPH + "one")) for n in range(12)]
    with pytest.raises(KgError, match="gave 10 rows, which is its limit, and there may be more"):
        _asked_of(server_of, "virtuoso-of-ten-rows", quads, "SELECT ?o { ?s osgov:note ?o }")


def test_virtuoso_writes_numbers_its_own_way(server_of):
    number, size = ox.Literal("007", datatype=ox.NamedNode(XSD + "integer")), ox.NamedNode(OSGOV + "boardSize")
    quads = [ox.Quad(ox.NamedNode(ORG_ID + "a"), size, number, ox.NamedNode(GRAPH + "one"))]
    answer = _asked_of(server_of, "virtuoso-of-ten-rows", quads, "SELECT ?o { ?s osgov:boardSize ?o }")
    assert answer.rows == [(ox.Literal(7),)]


def test_virtuoso_keeps_a_month_and_its_first_day_because_they_are_kept_apart(server_of):
    on, thing = ox.NamedNode(OSGOV + "occurredOn"), ox.NamedNode(ORG_ID + "a")
    day = ox.Literal("2005-12-01", datatype=ox.NamedNode(XSD + "date"))
    month = ox.Literal("2005-12", datatype=ox.NamedNode(XSD + "gYearMonth"))
    quads = [ox.Quad(thing, on, date, ox.NamedNode(GRAPH + name)) for date, name in ((day, "one"), (month, "two"))]
    answer = _asked_of(server_of, "virtuoso-of-ten-rows", quads, "SELECT ?o { ?s osgov:occurredOn ?o }")
    assert {term for (term,) in answer.rows} == {day, month}


# Where a query is put


def test_a_variable_named_like_a_keyword_is_none():
    text = "SELECT ?from ?graph { ?from a ?graph }"
    assert placed(text, View.GRAPHS) == (text, [GRAPH + "union", GRAPH + "union-more"])


def test_a_query_that_names_its_graphs_is_left_alone():
    text = "SELECT ?x FROM <urn:g> { ?x a ?y }"
    assert placed(text, View.WITHIN) == (text, [])


def test_a_graph_by_its_name_is_matched_by_a_variable_for_virtuoso():
    for name in (f"<{GRAPH}one>", "g:one"):
        text, _ = placed(f"ASK {{ GRAPH {name} {{ ?x a ?y }} }}", View.GRAPHS)
        assert text == f"ASK {{ GRAPH ?in_graph_1 {{ ?x a ?y }} FILTER(?in_graph_1 = {name}) }}"


def test_graph_is_put_within_the_union_and_does_not_tell_of_our_own_graphs():
    text, graphs = placed("SELECT ?g { ?x a ?y . GRAPH ?g { ?x a ?z } }", View.WITHIN)
    assert graphs == []
    assert text.startswith(f"SELECT ?g {{ GRAPH <{GRAPH}union> {{ ?x a ?y . GRAPH ?g {{ ?x a ?z }} FILTER(")


def test_what_is_not_given_is_left_out_but_for_a_column_of_its_own():
    assert portable("SELECT ?y { VALUES ?x { UNDEF } ?y a ?x }") == "SELECT ?y {  ?y a ?x }"
    text = "SELECT * { VALUES ?x { UNDEF } ?y a ?z }"
    assert portable(text) == text
