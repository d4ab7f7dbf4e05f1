"""Statements from files of RDF."""

from collections import Counter

import pytest
from pyoxigraph import BlankNode, NamedNode, Triple

from kg.errors import FeedError
from kg.feeds.rdf import FORMATS, read_quads

A, P, B, G = "http://e.example/a", "http://e.example/p", "http://e.example/b", "http://e.example/g"
BASE = "https://w3id.org/osgov/id/source/mine/"
RDF_NS = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e.example/"'

ONE_STATEMENT = {
    ".ttl": f"<{A}> <{P}> <{B}> .",
    ".nt": f"<{A}> <{P}> <{B}> .",
    ".trig": f"<{G}> {{ <{A}> <{P}> <{B}> }}",
    ".nq": f"<{A}> <{P}> <{B}> <{G}> .",
    ".rdf": f'<rdf:RDF {RDF_NS}><rdf:Description rdf:about="{A}"><e:p rdf:resource="{B}"/></rdf:Description></rdf:RDF>',
    ".jsonld": f'{{"@id": "{A}", "{P}": {{"@id": "{B}"}}}}',
}


@pytest.fixture
def read(tmp_path):
    def read(name, text, counts=None):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return list(read_quads(path, "mine", counts))

    return read


@pytest.mark.parametrize("suffix", ONE_STATEMENT)
def test_each_syntax_gives_the_statement_in_the_graph_of_the_source(read, suffix):
    (quad,) = read("file" + suffix, ONE_STATEMENT[suffix])
    assert [t.value for t in (quad.subject, quad.predicate, quad.object)] == [A, P, B]
    assert quad.graph_name == NamedNode("https://w3id.org/osgov/graph/mine")


def test_other_endings_of_the_same_syntaxes_are_known(read):
    for suffix, like in {".owl": ".rdf", ".xml": ".rdf", ".json": ".jsonld", ".TTL": ".ttl"}.items():
        assert len(read("file" + suffix, ONE_STATEMENT[like])) == 1
    assert {s.lower() for s in FORMATS} == set(FORMATS)


def test_named_graphs_of_the_file_are_flattened_and_counted(read):
    counts = Counter()
    quads = read("f.trig", f"<{G}1> {{ <{A}> <{P}> 1, 2 }} <{G}2> {{ <{A}> <{P}> 3 }} <{A}> <{P}> 4 .", counts)
    assert len({quad.graph_name for quad in quads}) == 1
    assert counts == {"statements": 4, "named graphs flattened": 2}


def test_blank_nodes_become_iris_the_same_ones_at_each_reading(read):
    text = f"<{A}> <{P}> [ <{P}> _:x ] . _:x <{P}> <{B}> ."
    counts = Counter()
    quads = read("f.ttl", text, counts)
    assert quads == read("f.ttl", text)
    terms = {term for quad in quads for term in (quad.subject, quad.object)}
    assert not [term for term in terms if isinstance(term, BlankNode)]
    assert {t.value for t in terms} == {A, B, BASE + ".well-known/genid/1", BASE + ".well-known/genid/2"}
    assert counts["blank nodes named"] == 2


def test_blank_nodes_inside_a_quoted_statement_are_named_too(read):
    first, second = read("f.nt", f'_:a <{P}> <<( _:a <{P}> _:c )>> .\n_:c <{P}> "x" .\n')
    one, two = (NamedNode(f"{BASE}.well-known/genid/{n}") for n in (1, 2))
    assert (first.subject, first.object) == (one, Triple(one, NamedNode(P), two))
    assert second.subject == two


def test_a_relative_iri_is_resolved_by_the_base_of_the_file_or_else_of_the_source(read):
    (own,) = read("f.ttl", f"@base <http://e.example/> . <a> <{P}> 1 .")
    (ours,) = read("f.ttl", f"<a> <{P}> 1 .")
    assert (own.subject.value, ours.subject.value) == (A, BASE + "a")


def test_a_language_and_a_datatype_are_kept(read):
    values = {str(quad.object) for quad in read("f.ttl", f'<{A}> <{P}> "x"@en, 1 .')}
    assert values == {'"x"@en', '"1"^^<http://www.w3.org/2001/XMLSchema#integer>'}


def test_statements_come_one_by_one(tmp_path):
    path = tmp_path / "f.nt"
    path.write_text(f"<{A}> <{P}> <{B}> .\n" * 3 + "broken")
    quads = read_quads(path, "mine")
    assert [next(quads).subject.value for _ in range(3)] == [A, A, A]
    with pytest.raises(FeedError, match="line 4"):
        next(quads)


@pytest.mark.parametrize("ours", ["ns", "ns#Donation", "vocab/stage-graduated", "graph/kg-facts", "shapes#Donation"])
def test_our_own_words_and_graphs_are_not_redefined(read, ours):
    with pytest.raises(FeedError, match="ours; take these statements out"):
        read("f.ttl", f'<https://w3id.org/osgov/{ours}> <{P}> "other" .')


def test_our_projects_may_be_spoken_of_in_our_words(read):
    project = "https://w3id.org/osgov/id/project/pytorch"
    assert len(read("f.ttl", f"<{project}> a <https://w3id.org/osgov/ns#Project> .")) == 1


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("f.ttl", f"<{A}> <{P}> [ <{P}> 1", "f.ttl: line 1, column .*: is no Turtle"),
        ("f.trig", f"<{G}> {{ <{A}> <{P}> 1", "line 1, column .*: is no TriG"),
        ("f.nq", f"<{A}> <{P}> <{B}> .\n<{A}> <{P}", "line 2, column .*: is no N-Quads"),
        ("f.nt", f"<{A}> <{P}> <{B}> .\n<{A}> <{P}", "line 2, column .*: is no N-Triples"),
        ("f.rdf", f'<rdf:RDF {RDF_NS}>\n<rdf:Description rdf:about="{A}"><e:p>1</e:q>', "is no RDF/XML"),
        ("f.jsonld", f'{{"@id": "{A}",\n "{P}": [', "line 2, column .*: is no JSON-LD"),
        ("f.nt", b'<http://a> <http://b> "\xff" .', "line 1, column .*UTF-8"),
    ],
)
def test_a_broken_file_is_refused_at_the_place_where_it_breaks(read, name, text, said):
    with pytest.raises(FeedError, match=said):
        read(name, text)


@pytest.mark.parametrize("suffix", [".ttl", ".trig", ".nq", ".nt", ".rdf", ".jsonld"])
@pytest.mark.parametrize("text", ["", "<!DOCTYPE html>\n<html><head><title>404</title></head></html>"], ids=["empty", "html"])
def test_an_empty_file_and_a_web_page_are_refused(read, suffix, text):
    with pytest.raises(FeedError, match=r"holds no statements|is no .*fetch it again"):
        read("f" + suffix, text)


def test_json_that_says_nothing_is_refused(read):
    with pytest.raises(FeedError, match="holds no statements"):
        read("f.json", '{"name": "x"}')


def test_a_context_on_the_web_is_not_fetched(read):
    with pytest.raises(FeedError, match="write the context into the file"):
        read("f.jsonld", '{"@context": "https://schema.org/", "@id": "http://e.example/a", "name": "x"}')


def test_an_unknown_ending_is_refused_with_the_known_ones(read):
    with pytest.raises(FeedError, match=r"\.csv is no format of RDF; known are \.ttl, \.trig, \.nq, \.nt, \.rdf"):
        read("f.csv", "a,b")


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    (tmp_path / "folder.ttl").mkdir()
    for path in (tmp_path / "none.ttl", tmp_path / "folder.ttl"):
        with pytest.raises(FeedError, match="cannot be read"):
            list(read_quads(path, "mine"))
