"""Every network format is read back by a program that is not ours, and says the same."""

import csv
import io
import json
import os
import shutil
import subprocess
from datetime import date
from pathlib import Path

import duckdb
import igraph
import networkx as nx
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from kg import export as formats
from kg import network
from kg.cli import exporting, root
from kg.errors import Misuse
from kg.export import diagrams, documents, gexf, graphml, layout, tables
from kg.export.picture import COLOURS, Picture
from tests.servers import absent

READER = Path(__file__).with_name("read.cjs")
NS = {"g": gexf.NAMESPACE}
XSD = Path(__file__).resolve().parents[3] / "shared" / "data" / "gexf-xsd" / "gexf.xsd"
EDGE = {"kind": "gave", "weight": 1.0, "since": "", "until": "", "start": "", "end": "", "facts": (), "sources": ()}


def written(write, picture):
    out = io.BytesIO()
    write(picture, out)
    return out.getvalue()


def read_by_node(format, data, folder):
    if shutil.which("node") is None or not (Path(os.environ.get("NODE_PATH", "")) / "graphology-gexf").is_dir():
        absent(
            "node, or the readers of npm (graphology-gexf, cytoscape, mermaid) on NODE_PATH, are missing: .ci/run installs them"
        )
    (folder / "file").write_bytes(data)
    done = subprocess.run(["node", READER, format, folder / "file"], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.fixture(scope="module", params=network.SPANS)
def view(request, built_graph):
    """Each view of the bundled graph, laid out."""
    if request.param == "moves":
        found = network.transfers(built_graph.run)
    else:
        found = network.spans(network.Views(built_graph), request.param)
    return Picture(found, layout.places(found))


@pytest.fixture(scope="module")
def donations(built_graph):
    return network.spans(network.Views(built_graph), "donations")


@pytest.fixture
def odd():
    """Acme gave Weaver twice; the names hold what trips writers."""
    graph = nx.MultiDiGraph(view="odd")
    graph.add_node("o:acme", label='Acme "A" & <Söhne>, 日本 🙂 שלום\x00\x0b\ud800', kind="company", staff=7)
    graph.add_node("p:weaver", label="Weaver\tand\r\nLoom", kind="project", staff=None)
    graph.add_node("o:long", label="x" * 500, kind="foundation", staff=2.5)
    graph.add_edge("o:acme", "p:weaver", "a", label="gave | -->", **EDGE)
    spells = {"since": "2015-03", "start": "2015-03-01", "end": "2020-01-01", "sources": ("https://a?b=1&c=2", "https://d")}
    graph.add_edge("o:acme", "p:weaver", "b", label="gave", **{**EDGE, **spells})
    graph.add_edge("p:weaver", "o:long", "c", label="went to", **{**EDGE, "kind": "went to"})
    return graph


def test_gexf_of_every_view_is_valid_by_the_schema_of_version_1_3(view):
    if not XSD.is_file():
        absent(f"the schema of GEXF is not beside the checkout: {XSD}")
    schema = etree.XMLSchema(etree.parse(XSD))
    schema.assertValid(etree.fromstring(written(gexf.write, view)))


def test_graphology_reads_from_gexf_the_nodes_edges_values_colours_sizes_and_places_of_every_view(view, tmp_path):
    found = read_by_node("gexf", written(gexf.write, view), tmp_path)
    nodes, edges = list(view.nodes()), list(view.edges())
    assert list(found["nodes"]) == [node.id for node in nodes]
    assert list(found["edges"]) == [edge.id for edge in edges]
    for node in nodes:
        read = found["nodes"][node.id]
        assert (read["label"], read["size"], (read["x"], read["y"])) == (node.label, node.size, node.place)
        assert read["color"] == "rgb({},{},{})".format(*bytes.fromhex(node.colour[1:]))
        assert {name: read[name] for name in node.values} == node.values
    for edge in edges:
        read = found["edges"][edge.id]
        assert (read["source"], read["target"], read["label"]) == (edge.source, edge.target, edge.label)
        assert read.get("weight", 1) == edge.weight  # it leaves out a weight of one
        assert {name: read[name] for name in edge.values} == edge.values


def test_networkx_reads_from_gexf_the_days_of_every_view(view):
    found = nx.read_gexf(io.BytesIO(written(gexf.write, view)))
    assert {n: (d.get("start", ""), d.get("end", "")) for n, d in found.nodes(data=True)} == {
        n.id: (n.start, n.end) for n in view.nodes()
    }
    read = sorted((d["id"], s, t, d.get("start", ""), d.get("end", "")) for s, t, d in found.edges(data=True))
    assert read == sorted((e.id, e.source, e.target, e.start, e.end) for e in view.edges())


def test_days_of_gexf_are_whole_and_an_open_end_is_left_out(odd):
    tree = etree.fromstring(written(gexf.write, Picture(odd, {})))
    assert tree.find("g:graph", NS).get("mode") == "dynamic"
    assert tree.find("g:graph", NS).get("timeformat") == "date"
    assert [(e.get("start"), e.get("end")) for e in tree.iterfind(".//g:edge", NS)] == [
        (None, None),
        ("2015-03-01", "2019-12-31"),  # ours ends on the first day after, theirs on the last day
        (None, None),
    ]


def test_what_was_stated_is_not_padded(odd):
    tree = etree.fromstring(written(gexf.write, Picture(odd, {})))
    assert [v.get("value") for v in tree.iterfind(".//g:edge//g:attvalue[@for='since']", NS)] == ["2015-03"]


def test_by_year_gexf_has_whole_numbers_for_days(odd):
    tree = etree.fromstring(written(gexf.write, Picture(odd, {}, years=True)))
    assert tree.find("g:graph", NS).get("timeformat") == "integer"
    assert [e.get("start") for e in tree.iterfind(".//g:edge", NS)] == [None, "2015", None]


def test_a_network_without_days_has_no_timeline_and_no_years(odd):
    for _, _, data in odd.edges(data=True):
        data["start"] = data["end"] = ""
    picture = Picture(odd, {})
    assert etree.fromstring(written(gexf.write, picture)).find("g:graph", NS).get("mode") == "static"
    assert "start_year" not in picture.edge_columns


def test_tools_without_a_timeline_get_years_to_filter_by(odd):
    assert [edge.values.get("start_year") for edge in Picture(odd, {}).edges()] == [None, 2015, None]
    assert [edge.values.get("end_year") for edge in Picture(odd, {}).edges()] == [None, 2019, None]


def test_a_column_has_one_type_declared_once_and_no_value_of_another(odd):
    picture = Picture(odd, {})
    assert picture.node_columns["staff"] == "double"
    tree = etree.fromstring(written(gexf.write, picture))
    declared = [(a.getparent().get("class"), a.get("id")) for a in tree.iterfind(".//g:attribute", NS)]
    assert len(declared) == len(set(declared))
    assert {node.id: node.values.get("staff") for node in picture.nodes()} == {"o:acme": 7, "o:long": 2.5, "p:weaver": None}


def test_parallel_edges_are_kept_under_ids_of_their_own_and_lists_are_joined(odd):
    edges = list(Picture(odd, {}).edges())
    assert [edge.id for edge in edges] == ["e1", "e2", "e3"]
    assert edges[1].values["sources"] == "https://a?b=1&c=2|https://d"


def test_collapse_adds_weights_and_joins_labels_and_sources(odd):
    found = network.collapsed(odd)
    assert sorted(found.edges()) == [("o:acme", "p:weaver"), ("p:weaver", "o:long")]
    edge = found["o:acme"]["p:weaver"][""]
    assert (edge["weight"], edge["label"], edge["sources"]) == (2.0, "gave + gave | -->", ("https://a?b=1&c=2", "https://d"))
    assert (edge["start"], edge["end"]) == ("", "")


def test_colours_have_no_alpha_and_sizes_grow_with_the_degree(odd):
    text = written(gexf.write, Picture(odd, {})).decode()
    assert ' a="' not in text
    assert "viz:" not in text
    sizes = {node.id: node.size for node in Picture(odd, {}).nodes()}
    assert sizes["p:weaver"] > sizes["o:acme"] > sizes["o:long"]
    assert len(set(COLOURS.values())) == len(COLOURS)


def test_labels_are_short_and_on_one_line(odd):
    labels = {node.id: node.label for node in Picture(odd, {}).nodes()}
    assert labels["p:weaver"] == "Weaver and Loom"
    assert labels["o:long"] == "x" * 39 + "…"
    assert labels["o:acme"] == 'Acme "A" & <Söhne>, 日本 🙂 שלום\ufffd\ufffd\ufffd'


@pytest.mark.parametrize("name", [*formats.NETWORKS])
def test_odd_names_survive_in_every_format(odd, name, tmp_path):
    format = formats.NETWORKS[name]
    module = {"gexf": gexf, "graphml": graphml, "documents": documents, "tables": tables, "diagrams": diagrams}[format.module]
    data = written(getattr(module, format.beside or format.write), Picture(odd, {}))
    if name == "parquet":
        (tmp_path / "x.parquet").write_bytes(data)
        text = " ".join(row[0] for row in duckdb.sql(f"SELECT label FROM '{tmp_path}/x.parquet'").fetchall())
    elif name in {"gexf", "graphml"}:
        tree = etree.fromstring(data)
        text = " ".join([*tree.itertext(), *(value for element in tree.iter() for value in element.attrib.values())])
    elif name in {"cx2", "kumu"}:
        text = json.dumps(json.loads(data), ensure_ascii=False).replace('\\"', '"')
    elif name == "mermaid":
        text = " ".join(read_by_node("mermaid", data, tmp_path)["nodes"])
        for code, mark in (("34", '"'), ("38", "&"), ("60", "<"), ("62", ">"), ("128578", "🙂")):
            text = text.replace(f"#{code};", mark).replace(f"ﬂ°°{code}¶ß", mark)
    elif name == "dot":
        text = data.decode().replace('\\"', '"')
    else:
        text = " ".join(cell for row in csv.reader(io.StringIO(data.decode(), newline="")) for cell in row)
    assert 'Acme "A" & <Söhne>, 日本 🙂 שלום' in text


@given(
    text=st.text(alphabet=st.characters(exclude_categories=())),
    number=st.one_of(st.none(), st.integers(), st.floats(), st.text()),
)
@settings(deadline=None, max_examples=60)
def test_no_text_and_no_mixture_of_types_makes_a_network_unreadable(text, number):
    graph = nx.MultiDiGraph()
    graph.add_node("o:a", label=text, kind="company", figure=number)
    graph.add_node("p:b", label="B", kind=text, figure=1)
    graph.add_edge("o:a", "p:b", "k", label=text, **{**EDGE, "kind": text, "sources": (text,), "since": text})
    picture = Picture(graph, {})
    for write, read in ((gexf.write, nx.read_gexf), (graphml.write, nx.read_graphml)):
        found = read(io.BytesIO(written(write, picture)))
        assert set(found) == {"o:a", "p:b"}
        assert found.number_of_edges() == 1
    assert len(json.loads(written(documents.kumu, picture))["connections"]) == 1
    assert len(list(csv.reader(io.StringIO(written(tables.gephi_nodes, picture).decode("utf-8"), newline="")))) == 3


def test_networkx_and_igraph_read_graphml_with_equal_counts_and_types(view, tmp_path):
    data = written(graphml.write, view)
    found = nx.read_graphml(io.BytesIO(data), force_multigraph=True)
    assert (len(found), found.number_of_edges()) == (len(view.graph), view.graph.number_of_edges())
    assert {n: d["label"] for n, d in found.nodes(data=True)} == {n.id: n.label for n in view.nodes()}
    assert {key: d["weight"] for *_, key, d in found.edges(keys=True, data=True)} == {e.id: e.weight for e in view.edges()}
    (tmp_path / "x.graphml").write_bytes(data)
    read = igraph.Graph.Read_GraphML(str(tmp_path / "x.graphml"))
    assert (read.vcount(), read.ecount()) == (len(view.graph), view.graph.number_of_edges())
    assert read.vs["label"] == [node.label for node in view.nodes()]


def test_cytoscape_reads_from_cx2_the_nodes_and_edges_of_the_donations_in_their_places(donations, tmp_path):
    picture = Picture(donations, layout.places(donations))
    found = read_by_node("cx2", written(documents.cx2, picture), tmp_path)
    assert (found["nodes"], found["edges"]) == (len(donations), donations.number_of_edges())
    assert found["names"] == [node.label for node in picture.nodes()]
    assert found["placed"] >= len(donations) - 1  # one may lie at the origin


def test_cx2_declares_every_attribute_it_uses(donations):
    aspects = {}
    for part in json.loads(written(documents.cx2, Picture(donations, {}))):
        aspects.update(part)
    declared = aspects["attributeDeclarations"][0]
    for kind in ("nodes", "edges"):
        assert {name for row in aspects[kind] for name in row["v"]} <= set(declared[kind])
    assert {m["name"]: m["elementCount"] for m in aspects["metaData"]}["edges"] == donations.number_of_edges()
    assert aspects["status"] == [{"error": "", "success": True}]


def test_kumu_gets_elements_and_connections_that_refer_to_them(donations):
    found = json.loads(written(documents.kumu, Picture(donations, {})))
    ids = {element["id"] for element in found["elements"]}
    assert (len(ids), len(found["connections"])) == (len(donations), donations.number_of_edges())
    assert {end for connection in found["connections"] for end in (connection["from"], connection["to"])} == ids


def test_the_headers_of_gephis_tables_are_those_its_import_knows(donations):
    picture = Picture(donations, {})
    edges, nodes = (
        list(csv.DictReader(io.StringIO(written(write, picture).decode(), newline="")))
        for write in (tables.gephi_edges, tables.gephi_nodes)
    )
    assert list(edges[0])[:6] == ["Source", "Target", "Type", "Id", "Label", "Weight"]
    assert list(nodes[0])[:2] == ["Id", "Label"]
    assert not written(tables.gephi_edges, picture).startswith(b"\xef\xbb\xbf")
    assert [row["Id"] for row in nodes] == sorted(donations)
    assert [(row["Source"], row["Target"]) for row in edges] == [(e.source, e.target) for e in picture.edges()]


def test_cosmographs_tables_have_a_time_and_a_colour(donations):
    picture = Picture(donations, {})
    edges, nodes = (
        list(csv.DictReader(io.StringIO(written(write, picture).decode(), newline="")))
        for write in (tables.cosmograph_edges, tables.cosmograph_nodes)
    )
    assert [row["time"] for row in edges] == [edge.start for edge in picture.edges()]
    assert {row["color"] for row in nodes} <= set(COLOURS.values())


def test_duckdb_reads_from_parquet_typed_days_and_the_counts_of_every_view(view, tmp_path):
    for name, write in (("edges", tables.parquet_edges), ("nodes", tables.parquet_nodes)):
        (tmp_path / f"{name}.parquet").write_bytes(written(write, view))
    edges, nodes = (f"'{tmp_path}/{name}.parquet'" for name in ("edges", "nodes"))
    assert duckdb.sql(f"SELECT count(*), sum(weight) FROM {edges}").fetchall()[0] == (
        view.graph.number_of_edges(),
        sum(edge.weight for edge in view.edges()),
    )
    assert duckdb.sql(f"SELECT min(start), max(start) FROM {edges}").fetchall()[0] == tuple(
        date.fromisoformat(pick(edge.start for edge in view.edges() if edge.start)) for pick in (min, max)
    )
    joined = f"SELECT count(*) FROM {edges} e JOIN {nodes} s ON e.src = s.id JOIN {nodes} t ON e.dst = t.id"
    assert duckdb.sql(joined).fetchall()[0] == (view.graph.number_of_edges(),)


def test_graphviz_draws_every_node_and_edge_of_what_is_around_a_name(built_graph):
    if shutil.which("dot") is None:
        absent("graphviz is missing: apt-get install graphviz")
    found = network.around(network.spans(network.Views(built_graph), "everything"), "p:pytorch", 1)
    drawn = subprocess.run(["dot", "-Tjson"], input=written(diagrams.dot, Picture(found, {})), capture_output=True, check=True)
    read = json.loads(drawn.stdout)
    assert sorted(o["label"] for o in read["objects"]) == sorted(d["label"] for _, d in found.nodes(data=True))
    assert len(read["edges"]) == found.number_of_edges()


def test_mermaids_parser_reads_every_node_and_edge_of_what_is_around_a_name(built_graph, tmp_path):
    found = network.around(network.spans(network.Views(built_graph), "everything"), "p:pytorch", 1)
    read = read_by_node("mermaid", written(diagrams.mermaid, Picture(found, {})), tmp_path)
    assert len(read["nodes"]) == len(found)
    assert len(read["edges"]) == found.number_of_edges()


def test_a_diagram_of_too_many_edges_is_refused_with_what_to_do(donations):
    for write in (diagrams.dot, diagrams.mermaid):
        with pytest.raises(Misuse, match="--around"):
            written(write, Picture(donations, {}))


def test_the_order_in_which_a_network_was_put_together_leaves_no_trace(donations):
    backwards = nx.MultiDiGraph(**donations.graph)
    backwards.add_nodes_from(reversed(list(donations.nodes(data=True))))
    backwards.add_edges_from(reversed(list(donations.edges(keys=True, data=True))))
    one, other = (Picture(graph, layout.places(graph)) for graph in (donations, backwards))
    for write in (gexf.write, graphml.write, documents.cx2, documents.kumu, tables.gephi_edges, tables.parquet_edges):
        assert written(write, one) == written(write, other)


def test_pieces_that_nothing_joins_lie_side_by_side():
    graph = nx.MultiDiGraph([("a", "b"), ("b", "c"), ("d", "e"), ("f", "g")])
    places = layout.places(graph)
    assert set(places) == set(graph)
    assert len(set(places.values())) == len(graph)


@pytest.mark.parametrize("name", [n for n in network.SPANS if n != "moves"])
def test_a_view_of_a_day_has_no_timeline_and_what_the_view_has(built_graph, name):
    on = type(built_graph)(built_graph.store, as_of="2023-06-30")
    found = network.spans(network.Views(on), name)
    assert found.number_of_edges() > 0
    assert not Picture(found, {}).dynamic
    if name != "everything":
        assert found.number_of_edges() == network.Views(on).network(name).number_of_edges()


def test_between_two_dates_is_what_had_begun_and_was_not_over(odd):
    assert [key for *_, key in network.between(odd, None, "2014").edges(keys=True)] == []
    assert [key for *_, key in network.between(odd, None, "2015").edges(keys=True)] == ["b"]
    assert [key for *_, key in network.between(odd, "2019-12", None).edges(keys=True)] == ["a", "b", "c"]
    assert [key for *_, key in network.between(odd, "2020", None).edges(keys=True)] == ["a", "c"]


def export(folder, *words):
    return CliRunner().invoke(root, ["export", *words, "--store", str(folder)], catch_exceptions=False)


def test_the_lists_of_the_command_are_those_of_the_rooms_it_asks():
    assert tuple(formats.NETWORKS) == exporting.NETWORK_FORMATS
    assert exporting.STATEMENT_FORMATS == formats.STATEMENTS
    assert exporting.VIEWS == network.SPANS


@pytest.mark.parametrize("format", [*exporting.NETWORK_FORMATS, *exporting.STATEMENT_FORMATS])
def test_the_command_writes_each_format_the_same_to_stdout_and_to_a_file(small_folder, tmp_path, format):
    file = tmp_path / f"graph.{format}"
    assert export(small_folder, format, "-o", str(file)).exit_code == 0
    if format == "parquet":
        assert "-o NAME.parquet" in CliRunner().invoke(root, ["export", format, "--store", str(small_folder)]).stderr
        assert duckdb.sql(f"SELECT count(*) FROM '{file}'").fetchall()[0] == (5,)
    else:
        answer = export(small_folder, format)
        assert b"eaver" in answer.stdout_bytes
        assert file.read_bytes() == answer.stdout_bytes


def test_the_command_writes_the_list_of_nodes_beside_the_list_of_edges(small_folder, tmp_path):
    answer = export(small_folder, "csv", "-o", str(tmp_path / "moves.csv"))
    edges, nodes = (list(csv.DictReader((tmp_path / n).read_text().splitlines())) for n in ("moves.csv", "moves.nodes.csv"))
    assert {node["Id"] for node in nodes} == {"o:acme", "o:bolt", "o:harbour", "o:umbrella", "p:loom", "p:weaver"}
    assert {edge[end] for edge in edges for end in ("Source", "Target")} == {node["Id"] for node in nodes}
    assert answer.stderr == f"nodes: {tmp_path / 'moves.nodes.csv'}\n6 nodes, 5 edges\n"
    assert export(small_folder, "csv", "--quiet").stderr == ""


def test_around_a_name_is_what_touches_it(small_folder):
    found = nx.read_gexf(io.BytesIO(export(small_folder, "gexf", "--view", "moves", "--around", "loom").stdout_bytes))
    assert "p:loom" in found
    assert all("p:loom" in edge for edge in found.edges())


def test_a_construct_becomes_a_network_of_its_statements(small_folder):
    text = "CONSTRUCT { ?p osgov:heldBy ?o . ?p osgov:note 'x' } WHERE { ?s osgov:project ?p ; osgov:steward ?o }"
    found = nx.read_gexf(io.BytesIO(export(small_folder, "gexf", "--query", text).stdout_bytes))
    assert {data["label"] for *_, data in found.edges(data=True)} == {"heldBy"}
    assert "Weaver" in {data["label"] for _, data in found.nodes(data=True)}
    assert {data.get("note") for _, data in found.nodes(data=True)} == {"x", None}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["ttl", "--view", "boards"], "--view: for a network only"),
        (["gexf", "--view", "boards", "--query", "CONSTRUCT"], "give one of them"),
        (["gexf", "--depth", "2"], "--around NAME"),
        (["gexf", "--query", "SELECT ?s { ?s ?p ?o }"], "takes a CONSTRUCT"),
        (["gexf", "--query", "moves"], "takes a CONSTRUCT"),
    ],
)
def test_what_does_not_go_together_is_misuse(small_folder, words, said):
    answer = CliRunner().invoke(root, ["--store", str(small_folder), "export", *words])
    assert (answer.exit_code, said in answer.stderr) == (2, True)


def test_where_nothing_fits_a_sentence_says_so_and_no_file_is_written(small_folder, tmp_path):
    answer = export(small_folder, "gexf", "--until", "1990", "-o", str(tmp_path / "x.gexf"))
    assert (answer.exit_code, list(tmp_path.iterdir())) == (1, [])
    assert "nothing fits" in answer.stderr
