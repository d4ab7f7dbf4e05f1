"""Every export is read back by a program that is not ours, and says the same."""

import csv
import io
import re

import networkx as nx
import pyoxigraph as ox
import pytest
import rdflib
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from kg import network
from kg.cli import root
from kg.export import gephi, rdf

FORMATS = ("gexf", "graphml", "csv", "ttl", "trig", "nq", "jsonld")


@pytest.fixture(scope="module")
def built_network(built_graph):
    return network.transfers(built_graph.run)


@pytest.fixture(scope="module")
def built_quads(built_graph):
    return set(built_graph)


@pytest.fixture
def small_network():
    """Acme gave Weaver, on an unknown day; its names hold what trips writers."""
    graph = nx.MultiDiGraph()
    graph.add_node("o:acme", label='Acme "A" & <Söhne>, 日本\x00\x0b\ud800', kind="company")
    graph.add_node("p:weaver", label="Weaver\tand\r\nLoom", kind="project")
    edge = {"label": "gave", "kind": "gave", "weight": 1.0, "sources": "https://a?b=1&c=2 https://d"}
    graph.add_edge("o:acme", "p:weaver", "a", date="", start_year=0, **edge)
    graph.add_edge("o:acme", "p:weaver", "b", date="2015-03", start_year=2015, **edge)
    return graph


def facts(edges):
    return sorted((s, t, d["label"], d["date"], d["start_year"], d["weight"], d["sources"]) for s, t, d in edges)


def read_gexf(text):
    return nx.read_gexf(io.BytesIO(text.encode()))


def read_graphml(text):
    return nx.read_graphml(io.BytesIO(text.encode()), force_multigraph=True)


def export(folder, format, *options):
    answer = CliRunner().invoke(root, ["export", format, "--store", str(folder), *options], catch_exceptions=False)
    assert answer.exit_code == 0
    return answer


@pytest.mark.parametrize(("write", "read"), [(gephi.gexf, read_gexf), (gephi.graphml, read_graphml)])
def test_networkx_reads_back_the_nodes_and_edges_of_the_bundled_graph(built_network, write, read):
    found = read(write(built_network))
    assert {n: d["label"] for n, d in found.nodes(data=True)} == {n: d["label"] for n, d in built_network.nodes(data=True)}
    assert {n: d["kind"] for n, d in found.nodes(data=True)} == {n: d["kind"] for n, d in built_network.nodes(data=True)}
    assert facts(found.edges(data=True)) == facts(built_network.edges(data=True))
    assert len(facts(found.edges(data=True))) > 200


def test_a_pair_of_csv_files_is_read_back_with_the_nodes_and_edges_of_the_bundled_graph(built_network):
    edges, nodes = (list(csv.DictReader(io.StringIO(text, newline=""))) for text in gephi.csv_tables(built_network))
    assert {n["Id"]: (n["Label"], n["kind"]) for n in nodes} == {
        n: (d["label"], d["kind"]) for n, d in built_network.nodes(data=True)
    }
    read = [
        (e["Source"], e["Target"], e["Label"], e["date"], int(e["start_year"]), float(e["Weight"]), e["sources"]) for e in edges
    ]
    assert sorted(read) == facts(built_network.edges(data=True))
    assert {e["Type"] for e in edges} == {"Directed"}
    assert len({e["Id"] for e in edges}) == len(edges)


@pytest.mark.parametrize(("write", "read"), [(gephi.gexf, read_gexf), (gephi.graphml, read_graphml)])
def test_text_that_xml_cannot_hold_becomes_a_mark_and_the_rest_survives(small_network, write, read):
    found = read(write(small_network))
    assert found.nodes["o:acme"]["label"] == 'Acme "A" & <Söhne>, 日本\ufffd\ufffd\ufffd'
    assert found.nodes["p:weaver"]["label"].split() == ["Weaver", "and", "Loom"]
    assert sorted(d["date"] or "" for _, _, d in found.edges(data=True)) == ["", "2015-03"]
    assert sorted(d["start_year"] for _, _, d in found.edges(data=True)) == [0, 2015]


def test_csv_survives_commas_quotes_and_line_breaks(small_network):
    _, nodes = gephi.csv_tables(small_network)
    read = {row["Id"]: row["Label"] for row in csv.DictReader(io.StringIO(nodes, newline=""))}
    assert read["o:acme"] == 'Acme "A" & <Söhne>, 日本\ufffd\ufffd\ufffd'
    assert read["p:weaver"] == "Weaver\tand\r\nLoom"


@given(label=st.text(alphabet=st.characters(exclude_categories=())))
@settings(deadline=None, max_examples=60)
def test_no_text_makes_a_network_unreadable(label):
    graph = nx.MultiDiGraph()
    graph.add_node("o:a", label=label, kind="company")
    graph.add_node("p:b", label="B", kind="project")
    graph.add_edge("o:a", "p:b", "k", label=label, kind="gave", date=label, start_year=0, weight=1.0, sources=label)
    for write, read in ((gephi.gexf, read_gexf), (gephi.graphml, read_graphml)):
        found = read(write(graph))
        assert set(found) == {"o:a", "p:b"}
        assert found.number_of_edges() == 1
    edges, nodes = gephi.csv_tables(graph)
    assert len(list(csv.reader(io.StringIO(edges, newline="")))) == 2
    assert len(list(csv.reader(io.StringIO(nodes, newline="")))) == 3


def test_gexf_declares_the_type_of_every_column_and_no_day_of_writing(built_network):
    text = gephi.gexf(built_network)
    assert "lastmodifieddate" not in text
    types = dict(re.findall(r'title="(\w+)" type="(\w+)"', text))
    assert types["start_year"] in {"int", "integer", "long"}
    assert {types[column] for column in ("kind", "date", "sources", "relation")} == {"string"}


def test_the_order_in_which_a_network_was_put_together_leaves_no_trace(built_network):
    backwards = nx.MultiDiGraph()
    backwards.add_nodes_from(reversed(list(built_network.nodes(data=True))))
    backwards.add_edges_from(reversed(list(built_network.edges(keys=True, data=True))))
    assert gephi.gexf(backwards) == gephi.gexf(built_network)
    assert gephi.graphml(backwards) == gephi.graphml(built_network)
    assert gephi.csv_tables(backwards) == gephi.csv_tables(built_network)


@pytest.mark.parametrize("write", [gephi.gexf, gephi.graphml])
def test_a_network_that_was_written_is_left_as_it_was(small_network, write):
    before = [dict(d) for *_, d in small_network.edges(data=True)]
    write(small_network)
    assert [dict(d) for *_, d in small_network.edges(data=True)] == before


def test_an_empty_network_is_still_a_file_of_its_kind():
    assert len(read_gexf(gephi.gexf(nx.MultiDiGraph()))) == 0
    assert len(read_graphml(gephi.graphml(nx.MultiDiGraph()))) == 0


@pytest.mark.parametrize(
    ("format", "reader"), [("trig", ox.RdfFormat.TRIG), ("nq", ox.RdfFormat.N_QUADS), ("jsonld", ox.RdfFormat.JSON_LD)]
)
def test_quads_are_read_back_as_they_were_each_in_a_named_graph(built_graph, built_quads, format, reader):
    read = set(ox.parse(rdf.serialize_store(built_graph.store, format).encode(), format=reader))
    assert read ^ built_quads == set()
    assert all(isinstance(quad.graph_name, ox.NamedNode) for quad in read)


def test_statements_come_in_order_source_by_source(built_graph):
    read = list(ox.parse(rdf.serialize_store(built_graph.store, "nq").encode(), format=ox.RdfFormat.N_QUADS))
    in_order = read == sorted(read, key=lambda quad: (str(quad.graph_name), str(quad)))
    assert in_order


def test_turtle_is_the_union_of_all_graphs(built_graph, built_quads):
    read = list(ox.parse(rdf.serialize_store(built_graph.store, "ttl").encode(), format=ox.RdfFormat.TURTLE))
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


@pytest.mark.parametrize("format", FORMATS)
def test_the_command_writes_each_format_the_same_to_stdout_and_to_a_file(small_folder, tmp_path, format):
    answer = export(small_folder, format)
    export(small_folder, format, "-o", str(tmp_path / f"graph.{format}"))
    assert b"Weaver" in answer.stdout_bytes or format == "csv"
    assert b"weaver" in answer.stdout_bytes
    assert (tmp_path / f"graph.{format}").read_bytes() == answer.stdout_bytes


def test_the_command_writes_the_list_of_nodes_beside_the_list_of_edges(small_folder, tmp_path):
    answer = export(small_folder, "csv", "-o", str(tmp_path / "moves.csv"))
    edges, nodes = (
        list(csv.DictReader((tmp_path / name).read_text().splitlines())) for name in ("moves.csv", "moves.nodes.csv")
    )
    assert {node["Id"] for node in nodes} == {"o:acme", "o:bolt", "o:harbour", "o:umbrella", "p:loom", "p:weaver"}
    assert {edge[end] for edge in edges for end in ("Source", "Target")} == {node["Id"] for node in nodes}
    assert answer.stderr == f"nodes: {tmp_path / 'moves.nodes.csv'}\n6 nodes, 5 edges\n"
    assert export(small_folder, "csv", "--quiet").stderr == ""
