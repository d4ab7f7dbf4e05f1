"""Statements are read back by programs that are not ours, and are the same."""

import json
from functools import cache

import pyoxigraph as ox
import pytest
import rdflib

from kg.export import rdf
from kg.export.framed import framed
from kg.resources import queries_dir
from tests.conftest import of_rdflib
from tests.jena import jena


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


@pytest.mark.parametrize("format", ["ttl", "trig", "nq", "jsonld"])
def test_jena_reads_every_statement_and_advises_against_none(written, built_quads, format, tmp_path):
    (tmp_path / f"graph.{format}").write_bytes(written(format))
    # As 1.0, which has all that is used: the reader of 1.1 is packaged without the parser that it needs.
    syntax = ["--syntax=jsonld10"] if format == "jsonld" else []
    read = jena(tmp_path, "riotcmd.riot", *syntax, "--count", f"graph.{format}")
    count = len({q.triple for q in built_quads} if format == "ttl" else built_quads)
    said = f"{tmp_path.as_uri()}/graph.{format} : {'Triples' if format == 'ttl' else 'Quads'} = {count:,}\n"
    assert (read.returncode, read.stderr) == (0, said)


@pytest.fixture(scope="module")
def tree(built_graph):
    """The transfers, framed."""
    return framed(built_graph.store)


def test_the_frame_loses_no_statement_and_adds_none(tree, built_graph):
    asked = (queries_dir() / "frames" / "transfers.rq").read_text("utf-8")
    read = rdflib.Graph().parse(data=tree, format="json-ld")
    stated = {(t.subject, t.predicate, t.object) for t in built_graph.store.query(asked)}
    assert {tuple(map(of_rdflib, triple)) for triple in read} == stated


def test_every_transfer_is_one_tree_with_names_and_addresses_in_it(tree, built_graph):
    found = {event["id"]: event for event in json.loads(tree)["@graph"]}
    without_home = sum("toOrganization" not in event for event in found.values())  # forks that went nowhere
    assert len(found) - without_home == len(built_graph.run("moves", all_kinds="yes"))
    pytorch = found["e:pytorch-to-pytorch-foundation"]
    assert ("SpinOut" in pytorch["type"], pytorch["project"]["prefLabel"]) == (True, "PyTorch")
    assert pytorch["fromOrganization"]["prefLabel"] == "Meta"
    assert pytorch["toOrganization"]["prefLabel"] == "PyTorch Foundation"
    assert all(document["url"].startswith("http") for document in pytorch["statedIn"])


def test_the_frame_of_a_day_leaves_out_what_came_later(built_graph):
    found = {event["id"] for event in json.loads(framed(built_graph.store, as_of="2016-12-31"))["@graph"]}
    assert "e:kubernetes-to-cncf" in found
    assert "e:pytorch-to-pytorch-foundation" not in found


def test_shipped_data_has_no_blank_nodes(built_quads):
    assert not [q for q in built_quads if isinstance(q.subject, ox.BlankNode) or isinstance(q.object, ox.BlankNode)]
