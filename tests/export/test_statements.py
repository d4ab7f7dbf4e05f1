"""Statements are read back by programs that are not ours, and are the same."""

from functools import cache

import pyoxigraph as ox
import pytest
import rdflib

from kg.export import rdf


@pytest.fixture(scope="module")
def written(built_graph):
    """The bundled graph in a format, `written("nq")`, once each."""
    return cache(lambda form: rdf.serialize_store(built_graph.store, form).encode())


@pytest.fixture(scope="module")
def built_quads(built_graph):
    return set(built_graph)


@pytest.mark.parametrize(
    ("format", "reader"), [("trig", ox.RdfFormat.TRIG), ("nq", ox.RdfFormat.N_QUADS), ("jsonld", ox.RdfFormat.JSON_LD)]
)
def test_quads_are_read_back_as_they_were_each_in_a_named_graph(written, built_quads, format, reader):
    read = set(ox.parse(written(format), format=reader))
    assert read ^ built_quads == set()
    assert all(isinstance(quad.graph_name, ox.NamedNode) for quad in read)


def test_statements_come_in_order_source_by_source(written):
    read = list(ox.parse(written("nq"), format=ox.RdfFormat.N_QUADS))
    in_order = read == sorted(read, key=lambda quad: (str(quad.graph_name), str(quad)))
    assert in_order


def test_turtle_is_the_union_of_all_graphs(written, built_quads):
    read = list(ox.parse(written("ttl"), format=ox.RdfFormat.TURTLE))
    assert len(read) == len(set(read))
    assert {q.triple for q in read} ^ {q.triple for q in built_quads} == set()


@pytest.mark.parametrize(("format", "reader"), [("ttl", "turtle"), ("trig", "trig"), ("nq", "nquads"), ("jsonld", "json-ld")])
def test_rdflib_reads_as_many_statements_as_were_written(graph_of, facts_of_weaver, format, reader):
    graph = graph_of(facts_of_weaver)
    dataset = rdflib.Dataset()
    dataset.parse(data=rdf.serialize_store(graph.store, format), format=reader)
    quads = set(graph)
    assert len(list(dataset.quads())) == (len({q.triple for q in quads}) if format == "ttl" else len(quads))


def test_shipped_data_has_no_blank_nodes(built_quads):
    assert not [q for q in built_quads if isinstance(q.subject, ox.BlankNode) or isinstance(q.object, ox.BlankNode)]
