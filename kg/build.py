"""Builds the graph: readers → triples → store → derived facts → counts; and keeps the default one current.

The default graph lies under the user's cache folder, keyed by the content of everything it is made from. A run compares
file sizes and times with those of the run before, and looks at content only when they differ.
"""

from __future__ import annotations

import gc
import os
import sys
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

from kg.resources import FACTS, PACKAGE, is_installed, ontology_dir, queries_dir

if TYPE_CHECKING:
    from pyoxigraph import Quad

    from kg.loading import Loaded, Shelf
    from kg.store import Store
    from kg.store.embedded import EmbeddedStore

    Entries = dict[str, Loaded]


def source_quads(
    facts: Path = FACTS, shelf: Shelf | None = None, entries: Entries | None = None, only: Collection[str] | None = None
) -> Iterator[Quad]:
    """The quads that go in before anything is derived: curated facts, snapshots, what the user loaded, and the ontology.

    `only` names the snapshots wanted, where not all are.

    Raises FactsError where the curated facts, and FeedError where the tables cannot be read.
    """
    import pyoxigraph as ox

    loaded = {} if shelf is None else shelf.entries() if entries is None else entries
    yield from _record_quads(facts, shelf, loaded, only)
    for path in () if shelf is None else shelf.graphs(loaded):
        yield from ox.parse(path=str(path), format=ox.RdfFormat.N_QUADS)


def _record_quads(facts: Path, shelf: Shelf | None, loaded: Entries, only: Collection[str] | None = None) -> Iterator[Quad]:
    """The same, without what the user loaded as statements: that is kept as a file of them."""
    from kg.curated import read_facts
    from kg.loading import snapshot_records
    from kg.records import Entity
    from kg.triples import Labels, entity_iri, quads

    labels: Labels = {}
    yield from quads(read_facts(facts), labels)
    yield from quads(snapshot_records(facts, without=loaded, only=only), labels)
    if shelf is not None:
        # An entity that the facts have by now is as they say; a release may bring what a user loaded before.
        records = (r for r in shelf.records(loaded) if not isinstance(r, Entity) or entity_iri(r.kind, r.id) not in labels)
        yield from quads(records, labels)
    yield from _ontology_quads()


def _ontology_quads() -> Iterator[Quad]:
    import pyoxigraph as ox

    from kg import terms as t

    graph = ox.NamedNode(t.ONTOLOGY_GRAPH)
    for quad in ox.parse(path=str(ontology_dir() / "governance.ttl"), format=ox.RdfFormat.TURTLE):
        yield ox.Quad(quad.subject, quad.predicate, quad.object, graph)


def fill(
    store: EmbeddedStore,
    facts: Path = FACTS,
    shelf: Shelf | None = None,
    entries: Entries | None = None,
    only: Collection[str] | None = None,
) -> None:
    """Put the graph into an empty store; see `source_quads`. Raises FactsError or FeedError before anything is written."""
    from kg.derive import derive

    store.add(source_quads(facts, shelf, entries, only))
    derive(store)


def build_in_memory(facts: Path = FACTS, shelf: Shelf | None = None, entries: Entries | None = None) -> EmbeddedStore:
    """The whole graph in memory. Raises FactsError or FeedError."""
    from kg.store.embedded import EmbeddedStore

    store = EmbeddedStore.in_memory()
    fill(store, facts, shelf, entries)
    return store


def build_at(path: Path, facts: Path = FACTS, shelf: Shelf | None = None, entries: Entries | None = None) -> None:
    """Make the graph in a new folder and close it."""
    loaded = {} if shelf is None else shelf.entries() if entries is None else entries
    write_with_derived(path, _record_quads(facts, shelf, loaded), [] if shelf is None else list(shelf.graphs(loaded)))


# What is stated is derived from in memory up to so many quads and bytes of files: twenty times as much is held then.
MOST_QUADS, MOST_BYTES = 1_000_000, 150_000_000


def write_with_derived(path: Path, quads: Iterator[Quad], files: Collection[Path] = ()) -> None:
    """Write what sources say, and all that follows from it, to a new folder; `files` hold more of it as N-Quads.

    What memory holds is written while what follows is being derived. More is loaded piece by piece, and asked on disk: in
    memory are then a piece, and what one rule finds.
    """
    import pyoxigraph as ox

    from kg.derive import GRAPH, derive
    from kg.store.embedded import Batch, EmbeddedStore, Writer, filling

    piece = list(islice(quads, MOST_QUADS))
    if len(piece) == MOST_QUADS or sum(file.stat().st_size for file in files) > MOST_BYTES:
        with filling(path) as store:
            while piece:
                store.add(piece)
                piece = list(islice(quads, MOST_QUADS))
            for file in files:
                store.load_file(file)
            derive(store)
        return
    with Writer(path) as writer, _no_collection():
        read = Batch.of(chain(piece, *(ox.parse(path=str(file), format=ox.RdfFormat.N_QUADS) for file in files)))
        writer.put(read)
        store = EmbeddedStore.in_memory()
        store.load(read)
        derive(store)
        writer.put(Batch.of(store.store.quads_for_pattern(None, None, None, GRAPH)))


@contextmanager
def _no_collection() -> Iterator[None]:
    """Without the collector of cycles: what is made here is kept to the end, and there are no cycles in it."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def build_folder(folder: Path) -> Path:
    """Make the current graph of a store folder, and switch to it; returns the generation's folder."""
    return _generation(folder, None, anew=True)


def _generation(folder: Path | None, entries: Entries | None, *, anew: bool = False) -> Path:
    """Make the graph with these entries of the shelf (by default those that count), and switch to both at once."""
    from kg.revise import revise
    from kg.store.generations import Pointer, make_generation, read_pointer

    shelf, target = shelf_of(folder), folder or default_folder()
    name = "current" if folder else _pointer_name()
    counting: Entries = {}
    inputs: list[Inputs] = []  # those of the graph before, where it kept them, and those of now

    def key() -> str:
        found = read_pointer(target, name)
        before = Inputs.of(target / found.name) if found else None
        counting.update(shelf.entries() if entries is None else entries)
        now = Inputs.read(shelf.text(counting) if counting else "", before)
        inputs[:] = [before or now, now]
        return now.key

    def switch() -> None:
        if entries is not None:
            shelf.write(entries)

    def fill(path: Path) -> None:
        before, now = inputs
        if (
            anew
            or before.rest != now.rest
            or not before.folder
            or not revise(before.folder, path, FACTS, before.projects, now.projects)
        ):
            build_at(path, FACTS, shelf, counting)
        now.write(path)

    return make_generation(
        target,
        key,
        fill,
        Pointer() if folder else lambda: Pointer(name, note=_stamp(), owner=str(PACKAGE)),
        anew=anew,
        before_switch=switch,
    )


def shelf_of(folder: Path | None) -> Shelf:
    """Where what a user loaded lies: beside the graphs of a store folder; for the default graph, with the user's data."""
    from kg.loading import Shelf

    return Shelf(folder / "loaded" if folder else _data_folder() / "loaded", FACTS)


def replace_loaded(folder: Path | None, entries: Entries) -> Path:
    """Make the graph in which exactly these sources are loaded, and switch to it; returns its folder.

    Whoever is killed on the way leaves the graph that was there. Two processes must not do this at once for one shelf.
    """
    return _generation(folder, entries)


def rebuild_default() -> Path:
    """Make the default graph anew, whatever is there; returns its folder."""
    return _generation(None, None, anew=True)


def default_folder() -> Path:
    """Where the default graph lies: a folder of ours under the user's cache directory."""
    if sys.platform == "linux":
        return _xdg("XDG_CACHE_HOME", "~/.cache")
    from platformdirs import user_cache_path

    return user_cache_path("osgov-kg", appauthor=False)


def _data_folder() -> Path:
    """A folder of ours under the user's data directory: what lies there cannot be made again, and no cleaner removes it."""
    if sys.platform == "linux":
        return _xdg("XDG_DATA_HOME", "~/.local/share")
    from platformdirs import user_data_path

    return user_data_path("osgov-kg", appauthor=False)


def _xdg(variable: str, fallback: str) -> Path:
    # platformdirs would say the same here, but importing it costs a fifth of a warm look-up.
    home = os.environ.get(variable, "")
    return Path(home if os.path.isabs(home) else os.path.expanduser(fallback)) / "osgov-kg"


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
        return build_in_memory(shelf=shelf_of(None))


def _to_stderr(text: str) -> None:
    sys.stderr.write(text + "\n")


def _current_default() -> Path:
    from kg.store.generations import read_pointer

    folder, stamp = default_folder(), _stamp()
    found = read_pointer(folder, _pointer_name())
    if found and found.note == stamp and (folder / found.name).is_dir():
        return folder / found.name
    return _generation(None, None)


def latest_default() -> Path:
    """Where the graph of this installation lies that was built last, whether or not its inputs have changed since."""
    from kg.store.generations import read_pointer

    found = read_pointer(default_folder(), _pointer_name())
    return default_folder() / found.name if found else _current_default()


def _pointer_name() -> str:
    """The name of the file that says which graph this installation saw last, and how its inputs looked then."""
    return f"seen-{zlib.crc32(os.fsencode(PACKAGE)):08x}"


def _inputs() -> list[tuple[str, Path]]:
    """Every folder whose files the graph is made from, with the ending that counts there."""
    return [
        (".toml", FACTS / "projects"),
        (".toml", FACTS / "organizations"),
        (".toml", FACTS),
        *((".tsv", folder) for folder in _snapshot_folders()),
        (".ttl", ontology_dir()),
        (".toml", ontology_dir()),
        (".rq", queries_dir() / "rules"),
        (".py", PACKAGE),
        (".py", PACKAGE / "store"),
    ]


def _snapshot_folders() -> list[Path]:
    root = FACTS / "snapshots"
    if not root.is_dir():
        return []
    with os.scandir(root) as entries:
        return [root, *sorted(Path(e.path) for e in entries if e.is_dir())]


def _files(without: Path | None = None) -> Iterator[os.DirEntry[str]]:
    for ending, folder in _inputs():
        if folder == without:
            continue
        with os.scandir(folder) as entries:
            yield from sorted((e for e in entries if e.name.endswith(ending)), key=lambda e: e.name)


def _stamp(without: Path | None = None) -> str:
    """What tells that the inputs, but for those in one folder, are those of the run before, without reading them.

    In a checkout people edit files: name, size and time of each. An installation is only replaced as a whole, which its
    folders show.
    """
    import pyoxigraph

    lines = [f"pyoxigraph {pyoxigraph.__version__}", _index_state()]
    if is_installed():
        return "\n".join([*lines, *(f"{folder} {os.stat(folder).st_mtime_ns}" for _, folder in _inputs() if folder != without)])
    for entry in _files(without):
        status = entry.stat()
        lines.append(f"{entry.path} {status.st_size} {status.st_mtime_ns}")
    return "\n".join(lines)


def _index_state() -> str:
    try:
        status = os.stat(_data_folder() / "loaded" / "index.json")
    except OSError:
        return "nothing loaded"
    return f"loaded {status.st_size} {status.st_mtime_ns} {status.st_ino}"


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a graph is made from: the files of projects as they are, and a digest of all else.

    A graph keeps its own, so that one of which only these files change can be made from it.
    """

    rest: str
    stamp: str
    projects: Mapping[str, str]
    folder: Path | None = None

    @property
    def key(self) -> str:
        """The same wherever the same content is installed and loaded; another when any of it differs."""
        import hashlib

        digest = hashlib.sha256(self.rest.encode())
        for name, text in sorted(self.projects.items()):
            digest.update(f"{name} {len(text)}\n{text}".encode())
        return digest.hexdigest()[:16]

    @classmethod
    def read(cls, loaded: str, before: Inputs | None = None) -> Inputs:
        """Those of now; where all but projects looks as it did before, only these are read."""
        projects = {path.name: path.read_text("utf-8", errors="replace") for path in (FACTS / "projects").glob("*.toml")}
        stamp = loaded + _stamp(without=FACTS / "projects")
        rest = before.rest if before and before.stamp == stamp else _rest(loaded)
        return cls(rest, stamp, projects)

    @classmethod
    def of(cls, generation: Path) -> Inputs | None:
        """Those that a graph keeps; None where it keeps none."""
        import json

        try:
            kept = json.loads((generation / _INPUTS).read_text("utf-8"))
            return cls(kept["rest"], kept["stamp"], kept["projects"], generation)
        except (OSError, ValueError, KeyError):
            return None

    def write(self, generation: Path) -> None:
        """Keep them with a graph."""
        import json

        kept = {"rest": self.rest, "stamp": self.stamp, "projects": self.projects}
        (generation / _INPUTS).write_text(json.dumps(kept), encoding="utf-8")


_INPUTS = "inputs.json"


def _rest(loaded: str) -> str:
    """A digest of everything that a graph is made from but the files of projects."""
    import hashlib

    import pyoxigraph

    digest = hashlib.sha256(f"pyoxigraph {pyoxigraph.__version__}\n{loaded}".encode())
    for entry in _files(without=FACTS / "projects"):
        content = Path(entry.path).read_bytes()
        digest.update(f"{Path(entry.path).parent.name}/{entry.name} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


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
