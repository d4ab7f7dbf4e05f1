"""A graph that memory does not hold is made piece by piece, and is the same graph."""

import pyoxigraph as ox
import pytest

from kg import build
from kg.store.embedded import EmbeddedStore, Triples


@pytest.fixture
def made(tmp_path, small_folder):
    """A function: the statements, and the union, of a graph made of these files beside the facts of a folder."""

    def make(name, files=()):
        quads = build.source_quads(small_folder / "facts")
        build.write_with_derived(tmp_path / name, quads, files)
        store = EmbeddedStore.at(tmp_path / name, name)
        union = store.store.quads_for_pattern(None, None, None, ox.DefaultGraph())
        return sorted(map(str, store.quads())), sorted(map(str, union))

    return make


@pytest.fixture
def file(tmp_path):
    """Statements of a source of a user's, as `kg load rdf` keeps them: one has an end of line and what looks like one."""
    path = tmp_path / "graph.nq"
    said = ox.Literal('one\n<https://example.org/a> <https://example.org/b> "c" <https://example.org/g> .\n and "two"')
    one, has, graph = (ox.NamedNode(f"https://example.org/{name}") for name in ("one", "has", "graph"))
    quads = [ox.Quad(one, has, value, graph) for value in (said, one, ox.Literal("é", language="fr"), ox.Literal(3))]
    ox.serialize(quads, str(path), format=ox.RdfFormat.N_QUADS)
    return path


def test_in_pieces_it_is_the_same_as_at_once(made, monkeypatch):
    at_once = made("at-once")
    monkeypatch.setattr(build, "MOST_QUADS", 100)
    assert made("in-pieces") == at_once


def test_a_big_file_is_loaded_as_a_small_one_is(made, file, monkeypatch):
    small = made("small", [file])
    monkeypatch.setattr(build, "MOST_BYTES", 100)
    assert made("big", [file]) == small
    assert len(small[0]) == len(made("without")[0]) + 4


@pytest.mark.parametrize("size", [1, 7, 1 << 20])
def test_lines_of_quads_are_read_as_triples_however_much_is_read_at_a_time(file, size):
    with file.open("rb") as stream:
        reader = Triples(stream)
        text = b"".join(iter(lambda: reader.read(size), b""))
    quads = list(ox.parse(path=str(file), format=ox.RdfFormat.N_QUADS))
    assert len(quads) == 4
    assert [q.triple for q in ox.parse(text, format=ox.RdfFormat.N_TRIPLES)] == [q.triple for q in quads]
