"""Which graph is served."""

from pathlib import Path

import pytest

from kg.errors import Misuse
from kg.graph import Graph
from kg.serve import source
from kg.store.embedded import EmbeddedStore
from kg.store.generations import current, make_generation


def say(text):
    raise AssertionError(text)


def test_of_a_folder_the_newest_generation_is_served(small_folder, tmp_path):
    folder = tmp_path / "graph"
    for key in ("1", "2"):
        make_generation(folder, key, lambda path: EmbeddedStore.write(path, EmbeddedStore.in_memory()))
        if key == "1":
            opened = source.located(str(folder), None, say)
            locate = opened.__enter__()
            assert locate() == folder / "graph-1"
    assert locate() == current(folder) == folder / "graph-2"
    opened.__exit__(None, None, None)


def test_of_the_bundled_graph_the_one_built_last_is_served(monkeypatch, release):
    with source.located(None, None, say) as locate:
        assert EmbeddedStore.at(locate(), "").query("ASK { p:weaver a osgov:Project }") is True


def test_what_was_known_by_a_day_stays_so(small_folder):
    with source.located(str(small_folder), "2025", say) as locate:
        assert locate() == current(small_folder)


def test_a_graph_in_memory_is_written_to_a_folder_that_is_gone_afterwards(monkeypatch, small_folder):
    store = EmbeddedStore.at(current(small_folder), "")
    in_memory = EmbeddedStore.in_memory(store.quads())
    monkeypatch.setattr(source, "open_graph", lambda *_, **__: Graph(in_memory))
    with source.located("memory:", None, say) as locate:
        path = locate()
        assert set(EmbeddedStore.at(path, "").quads()) == set(store.quads())
    assert not Path(path).exists()


def test_an_endpoint_is_served_already():
    with pytest.raises(Misuse, match="served already"), source.located("https://example.org/sparql", None, say):
        pass
