"""Builds the graph: readers → triples → store → derived facts → counts; and keeps the default one current.

The default graph lies under the user's cache folder, keyed by the content of everything it is made from. A run compares
file sizes and times with those of the run before, and looks at content only when they differ.
"""

from __future__ import annotations

import os
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from kg.resources import FACTS, PACKAGE, is_installed, ontology_dir, queries_dir

if TYPE_CHECKING:
    from pyoxigraph import Quad

    from kg.store import Store
    from kg.store.embedded import EmbeddedStore


def source_quads(facts: Path = FACTS) -> list[Quad]:
    """The quads that go in before anything is derived: curated facts and the ontology. Raises FactsError."""
    from kg.curated import read_facts
    from kg.triples import quads

    return [*quads(read_facts(facts)), *_ontology_quads()]


def _ontology_quads() -> Iterator[Quad]:
    import pyoxigraph as ox

    from kg import terms as t

    graph = ox.NamedNode(t.ONTOLOGY_GRAPH)
    for quad in ox.parse(path=str(ontology_dir() / "governance.ttl"), format=ox.RdfFormat.TURTLE):
        yield ox.Quad(quad.subject, quad.predicate, quad.object, graph)


def fill(store: EmbeddedStore, facts: Path = FACTS) -> None:
    """Put the whole graph into an empty store. Raises FactsError before anything is written."""
    from kg.derive import derive

    store.add(source_quads(facts))
    derive(store)


def build_in_memory(facts: Path = FACTS) -> EmbeddedStore:
    """The whole graph in memory. Raises FactsError."""
    from kg.store.embedded import EmbeddedStore

    store = EmbeddedStore.in_memory()
    fill(store, facts)
    return store


def build_at(path: Path, facts: Path = FACTS) -> None:
    """Make the graph in a new folder and close it.

    It is put together in memory and written in one go: a store written in several steps keeps a file for each, and every
    query then looks through all of them.
    """
    from kg.store.embedded import EmbeddedStore

    EmbeddedStore.write(path, build_in_memory(facts))


def build_folder(folder: Path) -> Path:
    """Make the current graph of a store folder, and switch to it; returns the generation's folder."""
    from kg.store.generations import make_generation

    return make_generation(folder, content_key(), build_at, anew=True)


def rebuild_default() -> Path:
    """Make the default graph anew, whatever is there; returns its folder."""
    return _build_default(default_folder(), _stamp(), anew=True)


def default_folder() -> Path:
    """Where the default graph lies: a folder of ours under the user's cache directory."""
    if sys.platform == "linux":
        # platformdirs would say the same here, but importing it costs a fifth of a warm look-up.
        home = os.environ.get("XDG_CACHE_HOME", "")
        return Path(home if os.path.isabs(home) else os.path.expanduser("~/.cache")) / "osgov-kg"
    from platformdirs import user_cache_path

    return user_cache_path("osgov-kg", appauthor=False)


def open_default(say: Callable[[str], None] | None = None) -> EmbeddedStore:
    """The graph of this installation, built on first use; in memory, with a word to `say`, where nothing can be written."""
    from kg.errors import KgError
    from kg.store.embedded import EmbeddedStore

    try:
        path = _current_default()
        try:
            return EmbeddedStore.at(path, str(path.parent))
        except KgError:  # damaged, and ours to make again
            return EmbeddedStore.at(rebuild_default(), str(path.parent))
    except OSError as error:
        (say or _to_stderr)(f"kg: no cache ({error}); the graph is built in memory for this one run")
        return build_in_memory()


def _to_stderr(text: str) -> None:
    sys.stderr.write(text + "\n")


def _current_default() -> Path:
    from kg.store.generations import read_pointer

    folder, stamp = default_folder(), _stamp()
    found = read_pointer(folder, _pointer_name())
    if found and found.note == stamp and (folder / found.name).is_dir():
        return folder / found.name
    return _build_default(folder, stamp)


def _pointer_name() -> str:
    """The name of the file that says which graph this installation saw last, and how its inputs looked then."""
    return f"seen-{zlib.crc32(os.fsencode(PACKAGE)):08x}"


def _build_default(folder: Path, stamp: str, *, anew: bool = False) -> Path:
    from kg.store.generations import Pointer, make_generation

    pointer = Pointer(_pointer_name(), note=stamp, owner=str(PACKAGE))
    return make_generation(folder, content_key(), build_at, pointer, anew=anew)


def _inputs() -> list[tuple[str, Path]]:
    """Every folder whose files the graph is made from, with the ending that counts there."""
    return [
        (".toml", FACTS / "projects"),
        (".toml", FACTS / "organizations"),
        (".ttl", ontology_dir()),
        (".toml", ontology_dir()),
        (".rq", queries_dir() / "rules"),
        (".py", PACKAGE),
        (".py", PACKAGE / "store"),
    ]


def _files() -> Iterator[os.DirEntry[str]]:
    for ending, folder in _inputs():
        with os.scandir(folder) as entries:
            yield from sorted((e for e in entries if e.name.endswith(ending)), key=lambda e: e.name)


def _stamp() -> str:
    """What tells that the inputs are those of the run before, without reading them.

    In a checkout people edit files: name, size and time of each. An installation is only replaced as a whole, which its
    folders show.
    """
    import pyoxigraph

    lines = [f"pyoxigraph {pyoxigraph.__version__}"]
    if is_installed():
        return "\n".join([*lines, *(f"{folder} {os.stat(folder).st_mtime_ns}" for _, folder in _inputs())])
    for entry in _files():
        status = entry.stat()
        lines.append(f"{entry.path} {status.st_size} {status.st_mtime_ns}")
    return "\n".join(lines)


def content_key() -> str:
    """A key that is the same wherever the same content is installed, and differs when any of it does."""
    import hashlib

    import pyoxigraph

    digest = hashlib.sha256(f"pyoxigraph {pyoxigraph.__version__}\n".encode())
    for entry in _files():
        content = Path(entry.path).read_bytes()
        digest.update(f"{Path(entry.path).parent.name}/{entry.name} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()[:16]


def description(store: Store) -> list[tuple[str, str | int]]:
    """What a store holds, as pairs of a name and a number or text."""
    import pyoxigraph

    from kg.store import Rows

    def value(text: str) -> str:
        answer = store.query(text)
        assert isinstance(answer, Rows)
        cell = answer.rows[0][0] if answer.rows else None
        return "" if cell is None else str(cell.value)  # type: ignore[union-attr]

    counts = [
        ("statements", "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"),
        ("sources", "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s a osgov:SourceDocument }"),
        ("projects", "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s a osgov:Project }"),
        ("companies", "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s a osgov:Company }"),
        ("foundations", "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s a osgov:Foundation }"),
        ("events", "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?c rdfs:subClassOf+ osgov:Event . ?s a ?c }"),
        ("dated events", "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s osgov:statedDate ?d }"),
    ]
    first = "SELECT (MIN(STR(?d)) AS ?n) { ?g osgov:readOn ?d }"
    return [
        *((name, int(value(text) or 0)) for name, text in counts),
        ("sources read from", value(first)),
        ("sources read until", value(first.replace("MIN", "MAX"))),
        ("store", store.spec),
        (
            "criteria",
            value(
                'SELECT (CONCAT("profile ", ?p, ", version ", ?v) AS ?n) { ?a osgov:profile ?p ; osgov:ruleVersion ?v } LIMIT 1'
            ),
        ),
        ("pyoxigraph", pyoxigraph.__version__),
    ]
