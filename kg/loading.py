"""Loads public files: reads them in their format, finds out who is who, and keeps the records as tables.

A source is loaded whole or not at all. What a user loads lies as tables in a folder beside the graph, so that a rebuild or an
upgrade loses nothing; an index names the tables that count and is switched atomically with the graph made from them.
"""

from __future__ import annotations

import csv
import dataclasses
import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kg import licenses
from kg.claims import Claim, Stated
from kg.curated import read_facts
from kg.dates import PartialDate
from kg.errors import FeedError, Misuse
from kg.feeds import FeedSource, Reader, feed_sources, reader
from kg.feeds.reading import Reading
from kg.identity import ORGANIZATION, Exceptions, Registry, Uses, class_of, records_of
from kg.names import normalise, slugify
from kg.records import Entity, Event, Record, Source, Use
from kg.resources import FACTS
from kg.snapshots import columns_of, entities_table, read_folder, read_table, write_folder
from kg.terms import CURATED_GRAPH, DERIVED_GRAPH, ONTOLOGY_GRAPH, SLUG, slug_of

INDEX = "index.json"
QUADS = "graph.nq"

Row = tuple[str, ...]


def source_of(feed: FeedSource) -> Source:
    """The document that a feed source is, as the graph names it."""
    day = PartialDate(feed.day)
    return Source(
        feed.id,
        feed.page,
        feed.title,
        "dataset",
        feed.publisher,
        read=PartialDate(feed.read or feed.day),
        published=day,
        method="structured-import",
        licence=feed.licence,
        revision=feed.revision,
    )


def read_records(
    feed: FeedSource,
    path: Path,
    registry: Registry,
    reading: Reading,
    leave_out: Collection[str] = (),
    read: Reader | None = None,
) -> Iterator[Record]:
    """The records of a file one by one, then the ways in which it writes each entity. Raises FeedError.

    Claims of the kinds in `leave_out` are read and counted, and not taken. `read` is how to read what is no file.
    Falling short of a declared minimum is a failure, raised at the end: whoever consumes this must not keep what came before.
    """
    if read is None and not path.exists():
        raise FeedError(f"{path}: no such file or folder")
    uses = Uses()
    home = feed.settings.get("host", "")
    read_all = (read or reader(feed.feed))(reading)
    stated = (s for s in _in_words(read_all, path) if not isinstance(s, Claim) or s.kind not in leave_out)
    yield from records_of(stated, feed.id, registry, uses, home if isinstance(home, str) else "")
    yield from uses
    short = {name: (reading.counts[name], least) for name, least in feed.minimum.items() if reading.counts[name] < least}
    if short:
        listed = ", ".join(f"{found:,} {name} where at least {least:,} are expected" for name, (found, least) in short.items())
        raise FeedError(f"{path}: {feed.id} holds {listed}; is the file whole, and of this source?")


def _in_words(stated: Iterator[Stated], path: Path) -> Iterator[Stated]:
    """What a reader yields; what it meets in a file that is of no kind it knows becomes a FeedError."""
    try:
        yield from stated
    except UnicodeDecodeError as error:
        raise FeedError(f"{path}: is no text in UTF-8 ({error.reason} at byte {error.start}); fetch it again") from error
    except csv.Error as error:
        raise FeedError(f"{path}: is no table of separated values ({error}); fetch it again") from error
    except OSError as error:
        raise FeedError(f"{error.filename or path}: cannot be read: {error.strerror or error}") from error


def reading_of(feed: FeedSource, path: Path) -> Reading:
    """A fresh tally for reading a file as this source."""
    return Reading(feed.id, path, PartialDate(feed.day), feed.settings)


# ---- the snapshots that ship


def curated_registry(facts: Path = FACTS) -> Registry:
    """Who is who by the curated facts alone."""
    records = read_facts(facts)
    registry = Registry((r for r in records if isinstance(r, Entity)), Exceptions.declared())
    registry.know_events(r for r in records if isinstance(r, Event))
    return registry


def shipped() -> list[FeedSource]:
    """The sources whose snapshots ship, in the order in which they are loaded."""
    return [feed for feed in feed_sources().values() if feed.ship]


def make_snapshots(raw: Path, folder: Path, say: Callable[[str], None]) -> Registry:
    """Read the raw file of every source that ships and write its tables below the folder; returns who is who.

    Slugs that the shipped snapshots gave are kept. The same raw files and facts give the same bytes.
    """
    registry = curated_registry()
    there = _shipped_entities()
    for feed in shipped():
        for use in _names(folder_of(feed), feed.id):
            registry.reserve(use)
    for feed in shipped():
        reading = reading_of(feed, raw / feed.data)
        records = read_records(feed, raw / feed.data, registry, reading, feed.leave_out)
        write_folder(folder / feed.id, source_of(feed), records)
        for line in reading.summary():
            say(line)
    licences = folder / licenses.TABLE.parent.name
    licences.mkdir()
    (licences / licenses.TABLE.name).write_text(licenses.table_from(raw / licenses.DATA), encoding="utf-8", newline="\n")
    curated = {key for key, known in registry.known.items() if known.curated}
    told = (entity for entity in (*there, *registry.entities()) if (class_of(entity.kind), entity.id) not in curated)
    entities = {(entity.kind == "Project", entity.id): entity for entity in told}
    (folder / "entities.tsv").write_text(entities_table(entities.values()), encoding="utf-8", newline="\n")
    return registry


def _names(folder: Path, source: str) -> list[Use]:
    path = folder / "names.tsv"
    return [use for use in read_table(path, source) if isinstance(use, Use)] if path.exists() else []


def _shipped_entities(facts: Path = FACTS) -> list[Entity]:
    path = facts / "snapshots" / "entities.tsv"
    return [e for e in read_table(path, "") if isinstance(e, Entity)] if path.exists() else []


def folder_of(feed: FeedSource, facts: Path = FACTS) -> Path:
    """The folder of the tables of a shipped snapshot."""
    return facts / "snapshots" / feed.id


def snapshot_records(facts: Path = FACTS, without: Iterable[str] = (), only: Collection[str] | None = None) -> Iterator[Record]:
    """Every record of the shipped snapshots, but for the sources that a user's own files replace; or of `only` some."""
    left_out = set(without)
    feeds = [feed for feed in shipped() if only is None or feed.id in only]
    named = {(use.kind, use.entity) for feed in feeds for use in _names(folder_of(feed, facts), feed.id)} if only else None
    yield from (e for e in _shipped_entities(facts) if named is None or (class_of(e.kind), e.id) in named)
    for feed in feeds:
        folder = folder_of(feed, facts)
        if feed.id not in left_out and folder.is_dir():
            yield source_of(feed)
            yield from read_folder(folder, feed.id)


def replace_snapshots(raw: Path, say: Callable[[str], None]) -> None:
    """Make the shipped snapshots anew, in a checkout; what was there stays until the new ones are complete."""
    from kg.resources import is_installed

    if is_installed():
        raise Misuse("snapshots are made in a checkout; an installation has those of its release")
    target, building = FACTS / "snapshots", FACTS / f".snapshots-{os.getpid()}"
    try:
        make_snapshots(raw, building, say)
        shutil.rmtree(target, ignore_errors=True)
        building.replace(target)
    finally:
        shutil.rmtree(building, ignore_errors=True)


def review(shelf: Shelf) -> Iterator[tuple[str, str, str, float | None, str]]:
    """What a curator should look at: names that are alike and were not joined, and identifiers that two entities share."""
    registry = registry_of(shelf)
    for kind, one, other, likeness in registry.review():
        yield kind, one, other, likeness, "names alike, not joined"
    for doubt in registry.doubts:
        yield doubt.kind, doubt.entity, doubt.name, None, f"{doubt.source}: {doubt.about}"


# ---- what a user loads


@dataclass(frozen=True, slots=True)
class Loaded:
    """One source that a user loaded: what it is, where it came from, and the folder of its tables (or its quads)."""

    source: Source
    feed: str
    origin: str
    folder: str
    validators: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The entry of the index."""
        data = dataclasses.asdict(self)
        for name in ("read", "published"):
            value = getattr(self.source, name)
            data["source"][name] = str(value) if value else None
        return data

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Loaded:
        """The entry as read from the index."""
        source = dict(data["source"])
        for name in ("read", "published"):
            source[name] = PartialDate(source[name]) if source[name] else None
        return cls(Source(**source), data["feed"], data["origin"], data["folder"], data["validators"])


class Shelf:
    """The folder of what a user loaded: an index, and one folder of tables for each source."""

    def __init__(self, folder: Path, facts: Path = FACTS) -> None:
        """Point at the folder, which need not exist, and at the facts beside which its sources are loaded."""
        self.folder = folder
        self.facts = facts

    def entries(self) -> dict[str, Loaded]:
        """What is loaded, by source. Raises FeedError where the index cannot be read."""
        path = self.folder / INDEX
        try:
            listed = json.loads(path.read_text("utf-8"))
            if not isinstance(listed, list):
                raise ValueError("is no list")
            found = [Loaded.from_json(data) for data in listed]
        except (FileNotFoundError, NotADirectoryError):
            return {}
        # Whatever else: to take it for an empty one would be to lose what is loaded with the next load.
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise FeedError(f"{path}: cannot be read ({error}); restore it, or move it away to start anew") from error
        return {entry.source.id: entry for entry in found}

    def text(self, entries: dict[str, Loaded]) -> str:
        """The text of an index: the same entries give the same text."""
        return json.dumps([entries[name].as_json() for name in sorted(entries)], indent=1, ensure_ascii=False) + "\n"

    def write(self, entries: dict[str, Loaded]) -> None:
        """Switch to these entries atomically."""
        if not entries and not (self.folder / INDEX).exists():
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        temporary = self.folder / f".{INDEX}-{os.getpid()}"
        temporary.write_text(self.text(entries), encoding="utf-8")
        temporary.replace(self.folder / INDEX)

    def tidy(self) -> None:
        """Remove the tables that the index does not name, and what a killed load left; only the holder of the lock may."""
        named = {entry.folder for entry in self.entries().values()}
        for path in self.folder.iterdir():
            if path.is_dir() and path.name not in named:
                shutil.rmtree(path, ignore_errors=True)
            elif path.name.startswith(f".{INDEX}-"):
                path.unlink(missing_ok=True)

    def tables(self, entry: Loaded) -> Path:
        """The folder of the tables of an entry. Raises FeedError where somebody has taken it away."""
        path = self.folder / entry.folder
        if not path.is_dir():
            raise FeedError(f"{path}: is gone; load {entry.source.id} again, or take it out with `kg unload {entry.source.id}`")
        return path

    def entities(self, entries: dict[str, Loaded]) -> list[Entity]:
        """The entities that the entries made, once each. What one source could not tell of the kind, another may."""
        found: dict[tuple[str, str], Entity] = {}
        for entry in entries.values():
            path = self.tables(entry) / "entities.tsv"
            for entity in read_table(path, entry.source.id) if path.exists() else ():
                assert isinstance(entity, Entity)
                known = found.setdefault((class_of(entity.kind), entity.id), entity)
                if known.kind == "Organization" != entity.kind:
                    found[class_of(entity.kind), entity.id] = dataclasses.replace(known, kind=entity.kind)
        return list(found.values())

    def records(self, entries: dict[str, Loaded]) -> Iterator[Record]:
        """The records of the entries that are kept as tables: entities first."""
        yield from self.entities(entries)
        for entry in entries.values():
            yield entry.source
            if entry.feed != "rdf":
                yield from (r for r in read_folder(self.tables(entry), entry.source.id) if not isinstance(r, Entity))

    def graphs(self, entries: dict[str, Loaded]) -> Iterator[Path]:
        """The N-Quads files of the entries that are kept as quads."""
        return (self.tables(entry) / QUADS for entry in entries.values() if entry.feed == "rdf")


def registry_of(shelf: Shelf, entries: dict[str, Loaded] | None = None, replacing: str = "") -> Registry:
    """Who is who in the graph as it is: curated, shipped and loaded.

    With the entries given in place of those that count. What only the source being replaced tells of is not known, but keeps
    its slug: so the same file gives the same tables, whatever it replaces.
    """
    entries = shelf.entries() if entries is None else entries
    others = {name: entry for name, entry in entries.items() if name != replacing}
    folders = [(feed.id, folder_of(feed, shelf.facts)) for feed in shipped()]
    folders += [(name, shelf.folder / entries[name].folder) for name in sorted(entries)]
    uses = [(name == replacing, use) for name, folder in folders for use in _names(folder, name)]
    told = {(use.kind, use.entity) for is_own, use in uses if not is_own}
    only_here = {(use.kind, use.entity) for is_own, use in uses if is_own} - told
    registry = curated_registry(shelf.facts)
    for entity in (*_shipped_entities(shelf.facts), *shelf.entities(others)):
        key = (class_of(entity.kind), entity.id)
        if key not in registry.known and key not in only_here:
            registry.add(entity)
    for _, use in uses:
        if (use.kind, use.entity) in registry.known:
            registry.learn(use)
        else:
            registry.reserve(use)
    return registry


def feed_for(name: str, origin: str, day: str, *, source: str = "") -> FeedSource:
    """The source that a user means: a declared one by its id, or a file of their own in one of the formats.

    `origin` is an address or a path; it becomes the page that the source leads to. Raises Misuse where the name is neither.
    """
    is_address = origin.startswith(("http://", "https://"))
    page = origin.replace(" ", "%20") if is_address else Path(origin).resolve().as_uri()
    declared = feed_sources().get(name)
    if declared:
        if source and source != name:
            raise Misuse(f"--as {source}: {name} is the name of a source; to use another, load the file as {declared.feed}")
        # The page of wikidata is for people; its endpoint shows them nothing.
        page = declared.page if declared.feed == "wikidata" else page
        return dataclasses.replace(declared, page=page, day=day, read=day, revision="")
    if name != "rdf":
        reader(name)
    file = Path(origin.rstrip("/").split("?")[0]).name
    id_ = source or slugify(file[: -len(Path(file).suffix)] if Path(file).suffix else file)
    if not id_:
        raise Misuse(f"{origin}: no source can be named after it; name it with --as")
    if not SLUG.match(id_):
        raise Misuse(f"--as {id_}: is no id: lower-case letters, digits, single hyphens")
    if taken := feed_sources().get(id_):
        raise Misuse(f"--as {id_}: that is {taken.title}; load it by `kg load {id_} {origin}`, or name yours otherwise")
    if any(slug_of(graph) == id_ for graph in (CURATED_GRAPH, DERIVED_GRAPH, ONTOLOGY_GRAPH)):
        raise Misuse(f"--as {id_}: is the name of a graph of kg's own; name yours otherwise")
    publisher = page.split("/")[2] if is_address else "a file of your own"
    return FeedSource(id_, name.replace("_", "-"), file, publisher, page, "NOASSERTION", day=day, read=day)


def curated_sources(facts: Path = FACTS) -> set[str]:
    """The ids of the documents that curated facts rest on: no source of a user's may take one."""
    return {record.id for record in read_facts(facts) if isinstance(record, Source)}


# The formats that ask whose list a file is, or learn from it who is meant.
_HOSTED = ("landscape", "landscape-history", "membership-history", "clomonitor", "maintainers", "velocity")


def hosted_by(feed: FeedSource, host: str, registry: Registry, own: Iterable[Entity], say: Callable[[str], None]) -> FeedSource:
    """The source with the foundation whose list it is: the id or a name of one that is known, or the name of a new one.

    `own` are entities that the source made when it was last loaded: they are made again under their names.

    Raises Misuse for an id that is none, a name that several have, and a format that knows no host.
    """
    if feed.feed not in _HOSTED:
        raise Misuse(f"--host: {feed.feed} has no host; it goes with {', '.join(_HOSTED)}")
    settings = {key: value for key, value in feed.settings.items() if key not in {"host", "host_name"}}
    if (ORGANIZATION, host) in registry.known:
        return dataclasses.replace(feed, settings={**settings, "host": host})
    named = registry.by_name.get((ORGANIZATION, normalise(host)), ())
    if len(named) > 1:
        raise Misuse(f"--host {host}: several have that name; say which by id: {', '.join(named)}")
    if named:
        return dataclasses.replace(feed, settings={**settings, "host": named[0]})
    plain = normalise(host)
    if again := next((e for e in own if e.kind != "Project" and (e.id == host or normalise(e.name) == plain)), None):
        return dataclasses.replace(feed, settings={**settings, "host_name": again.name})
    if SLUG.match(host):
        raise Misuse(
            f"--host {host}: there is no organization with that id or name; `kg find {host}` shows what is alike, and the"
            " full name, as it is written, makes a new one"
        )
    if feed.feed != "landscape":
        raise Misuse(f"--host {host}: no organization has that name; only a landscape can tell of a new one")
    if not plain:
        raise Misuse(f"--host {host!r}: is no name")
    say(f"{host}: no organization has that name; taken for a foundation that is new to the graph")
    return dataclasses.replace(feed, settings={**settings, "host_name": " ".join(host.split())})


def stage(
    feed: FeedSource,
    path: Path,
    shelf: Shelf,
    origin: str,
    validators: dict[str, str],
    *,
    entries: dict[str, Loaded] | None = None,
    registry: Registry | None = None,
    read: Reader | None = None,
) -> tuple[Loaded, Reading]:
    """Read a file and write its tables into a new folder of the shelf; nothing counts until the index names it.

    `entries` are the sources beside which it is read, by default those that count.
    """
    shelf.folder.mkdir(parents=True, exist_ok=True)
    building = shelf.folder / f".building-{os.getpid()}-{feed.id}"
    shutil.rmtree(building, ignore_errors=True)
    reading = reading_of(feed, path)
    entries = shelf.entries() if entries is None else entries
    try:
        if feed.feed == "rdf":
            building.mkdir()
            _write_quads(path, feed.id, building / QUADS, reading)
        else:
            registry = registry or registry_of(shelf, entries, feed.id)
            records = read_records(feed, path, registry, reading, read=read)
            others = shelf.entities({name: entry for name, entry in entries.items() if name != feed.id})
            ship = _shipped_entities(shelf.facts)
            reading.loaded = write_folder(building, source_of(feed), _with_entities(records, registry, others, ship))
        key = _digest(building)
        target = shelf.folder / f"{feed.id}-{key}"
        if not target.exists():
            building.replace(target)
    except sqlite3.Error as error:
        raise FeedError(f"{shelf.folder}: cannot be written ({error}); is there room?") from error
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return Loaded(source_of(feed), feed.feed, origin, target.name, validators), reading


def _with_entities(
    records: Iterable[Record], registry: Registry, others: Iterable[Entity], ship: Iterable[Entity]
) -> Iterator[Record]:
    """The records, then the entities that they are about and that do not `ship`.

    Also those that another source of the user's made: it may be unloaded, or change its mind.
    """
    theirs = {(class_of(entity.kind), entity.id) for entity in others}
    met: set[tuple[str, str]] = set()
    for record in records:
        if isinstance(record, Use) and (record.kind, record.entity) in theirs:
            met.add((record.kind, record.entity))
        yield record
    shipped_ = {(class_of(entity.kind), entity.id) for entity in ship}
    yield from (e for e in registry.entities() if (class_of(e.kind), e.id) not in shipped_)
    for key in sorted(met):
        known = registry.known[key]
        yield Entity(known.slug, known.kind, known.name)


def _write_quads(path: Path, source: str, target: Path, reading: Reading) -> None:
    from pyoxigraph import RdfFormat, serialize

    from kg.feeds.rdf import read_quads

    with target.open("wb") as file:
        serialize(read_quads(path, source, reading.counts), file, format=RdfFormat.N_QUADS)
    reading.records = reading.counts["statements"]


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        digest.update(f"{path.name} {path.stat().st_size}\n".encode())
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()[:12]


def changes(before: Path | None, after: Path) -> Iterator[tuple[str, str, str]]:
    """What differs between two folders of tables: (`+` or `-`, table, row), rows as their cells joined by ` | `.

    By which key a name was joined is no difference: that depends on what else was known.
    """
    tables = sorted({p.stem for folder in (before, after) if folder for p in folder.glob("*.tsv")})
    for name in tables:
        columns = tuple(column for column in columns_of(name) if (name, column) != ("names", "key"))
        for sign, row in _differing(*(_rows(folder, name, columns) for folder in (before, after))):
            yield sign, name, " | ".join(f"{c}={cell}" for c, cell in zip(columns, row, strict=True) if cell)
    old, new = (_statements(folder) for folder in (before, after))
    for sign, some in (("-", old - new), ("+", new - old)):
        yield from ((sign, Path(QUADS).stem, statement) for statement in sorted(some))


def _differing(old: Iterator[Row], new: Iterator[Row]) -> Iterator[tuple[str, Row]]:
    """The rows that only one of two sorted tables has; the tables are not held in memory."""
    one, other = next(old, None), next(new, None)
    while one is not None or other is not None:
        if one == other:
            one, other = next(old, None), next(new, None)
        elif other is None or (one is not None and one < other):
            assert one is not None
            yield "-", one
            one = next(old, None)
        else:
            yield "+", other
            other = next(new, None)


def _rows(folder: Path | None, name: str, columns: tuple[str, ...]) -> Iterator[Row]:
    path = folder / f"{name}.tsv" if folder else None
    if path is None or not path.exists():
        return
    with path.open(encoding="utf-8", newline="") as file:
        reader_ = csv.DictReader((line for line in file if not line.startswith("# ")), delimiter="\t")
        for row in reader_:
            # A column that is empty throughout is left out of a table, and is no difference.
            yield tuple(row.get(column) or "" for column in columns)


def _statements(folder: Path | None) -> set[str]:
    path = folder / QUADS if folder else None
    if path is None or not path.exists():
        return set()
    # All are in the graph of the source; to say so on each line would only take room.
    return {line.rsplit(" <", 1)[0] for line in path.read_text("utf-8").splitlines()}
