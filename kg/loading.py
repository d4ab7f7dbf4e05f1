"""Loads public files: reads them in their format, finds out who is who, and keeps the records as tables.

A source is loaded whole or not at all. What a user loads lies as tables in a folder beside the graph, so that a rebuild or an
upgrade loses nothing; an index names the tables that count and is switched atomically with the graph made from them.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

from kg import licenses
from kg.claims import Claim
from kg.curated import read_facts
from kg.dates import PartialDate
from kg.errors import FeedError, Misuse
from kg.feeds import FeedSource, feed_sources, reader
from kg.feeds.reading import Reading
from kg.identity import Exceptions, Registry, Uses, records_of
from kg.names import slugify
from kg.records import Entity, Event, Record, Source, Use
from kg.resources import FACTS
from kg.snapshots import entities_table, read_folder, read_table, write_folder

INDEX = "index.json"


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
    feed: FeedSource, path: Path, registry: Registry, reading: Reading, leave_out: Collection[str] = ()
) -> Iterator[Record]:
    """The records of a file one by one, then the ways in which it writes each entity. Raises FeedError.

    Claims of the kinds in `leave_out` are read and counted, and not taken.
    Falling short of a declared minimum is a failure, raised at the end: whoever consumes this must not keep what came before.
    """
    if not path.exists():
        raise FeedError(f"{path}: no such file or folder")
    uses = Uses()
    home = feed.settings.get("host", "")
    stated = (s for s in reader(feed.feed)(reading) if not isinstance(s, Claim) or s.kind not in leave_out)
    yield from records_of(stated, feed.id, registry, uses, home if isinstance(home, str) else "")
    yield from uses
    short = {name: (reading.counts[name], least) for name, least in feed.minimum.items() if reading.counts[name] < least}
    if short:
        listed = ", ".join(f"{found:,} {name} where at least {least:,} are expected" for name, (found, least) in short.items())
        raise FeedError(f"{path}: {feed.id} holds {listed}; is the file whole, and of this source?")


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
    entities = {(entity.kind == "Project", entity.id): entity for entity in (*there, *registry.entities())}
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
    yield from _shipped_entities(facts)
    for feed in shipped():
        folder = folder_of(feed, facts)
        if feed.id not in left_out and (only is None or feed.id in only) and folder.is_dir():
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

    def __init__(self, folder: Path) -> None:
        """Point at the folder; it need not exist."""
        self.folder = folder

    def entries(self) -> dict[str, Loaded]:
        """What is loaded, by source. Raises FeedError where the index cannot be read."""
        try:
            text = (self.folder / INDEX).read_text("utf-8")
        except OSError:
            return {}
        try:
            return {data["source"]["id"]: Loaded.from_json(data) for data in json.loads(text)}
        except (ValueError, KeyError, TypeError) as error:
            raise FeedError(
                f"{self.folder / INDEX}: cannot be read ({error}); restore it, or move it away to start anew"
            ) from error

    def text(self, entries: dict[str, Loaded]) -> str:
        """The text of an index: the same entries give the same text."""
        return json.dumps([entries[name].as_json() for name in sorted(entries)], indent=1, ensure_ascii=False) + "\n"

    def write(self, entries: dict[str, Loaded]) -> None:
        """Switch to these entries atomically, and remove the folders that none of them names."""
        self.folder.mkdir(parents=True, exist_ok=True)
        temporary = self.folder / f".{INDEX}-{os.getpid()}"
        temporary.write_text(self.text(entries), encoding="utf-8")
        temporary.replace(self.folder / INDEX)

    def tidy(self) -> None:
        """Remove the folders that the index does not name; only the holder of the lock may."""
        named = {entry.folder for entry in self.entries().values()}
        for path in self.folder.iterdir() if self.folder.is_dir() else ():
            if path.is_dir() and path.name not in named:
                shutil.rmtree(path, ignore_errors=True)

    def records(self, entries: dict[str, Loaded]) -> Iterator[Record]:
        """The records of the entries that are kept as tables."""
        for entry in entries.values():
            yield entry.source
            if entry.feed != "rdf":
                yield from read_folder(self.folder / entry.folder, entry.source.id)

    def graphs(self, entries: dict[str, Loaded]) -> Iterator[Path]:
        """The N-Quads files of the entries that are kept as quads."""
        return (self.folder / entry.folder / "graph.nq" for entry in entries.values() if entry.feed == "rdf")


def registry_of(shelf: Shelf) -> Registry:
    """Who is who in the graph as it is: curated, shipped and loaded."""
    entries = shelf.entries()
    registry = curated_registry()
    records = [*snapshot_records(without=entries), *shelf.records(entries)]
    for record in records:
        if isinstance(record, Entity):
            registry.add(record)
    for record in records:
        if isinstance(record, Use):
            registry.learn(record)
    return registry


def feed_for(name: str, path: Path, day: str, *, source: str = "", **settings: str) -> FeedSource:
    """The source that a user means: a declared one by its id, or a file of their own in one of the formats.

    Raises Misuse where the name is neither.
    """
    declared = feed_sources().get(name)
    if declared:
        return dataclasses.replace(declared, day=day, read=day, revision="", settings={**declared.settings, **settings})
    if name != "rdf":
        reader(name)
    id_ = source or slugify(path.stem if path.suffix else path.name)
    if not id_:
        raise Misuse(f"{path}: no source can be named after it; name it with --as")
    taken = feed_sources().get(id_)
    if taken:
        raise Misuse(f"--as {id_}: that is {taken.title}; load it by `kg load {id_} {path}`")
    page = path.resolve().as_uri()
    return FeedSource(
        id_, name, path.name, "a file of your own", page, "NOASSERTION", day=day, read=day, settings=dict(settings)
    )


def stage(feed: FeedSource, path: Path, shelf: Shelf, origin: str, validators: dict[str, str]) -> tuple[Loaded, Reading]:
    """Read a file and write its tables into a new folder of the shelf; nothing counts until the index names it."""
    shelf.folder.mkdir(parents=True, exist_ok=True)
    building = shelf.folder / f".building-{os.getpid()}-{feed.id}"
    shutil.rmtree(building, ignore_errors=True)
    reading = reading_of(feed, path)
    try:
        if feed.feed == "rdf":
            building.mkdir()
            _write_quads(path, feed.id, building / "graph.nq", reading)
        else:
            registry = registry_of(shelf)
            records = read_records(feed, path, registry, reading)
            write_folder(building, source_of(feed), chain(records, (e for _ in (0,) for e in registry.entities())))
        key = _digest(building)
        target = shelf.folder / f"{feed.id}-{key}"
        if not target.exists():
            building.replace(target)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return Loaded(source_of(feed), feed.feed, origin, target.name, validators), reading


def _write_quads(path: Path, source: str, target: Path, reading: Reading) -> None:
    from pyoxigraph import RdfFormat, serialize

    from kg.feeds.rdf import read_quads

    with target.open("wb") as file:
        serialize(read_quads(path, source, reading.counts), file, format=RdfFormat.N_QUADS)


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        digest.update(f"{path.name} {path.stat().st_size}\n".encode())
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()[:12]


def changes(before: Path | None, after: Path) -> Iterator[tuple[str, str, str]]:
    """What differs between two folders of tables: (`+` or `-`, table, row), rows as their cells joined by ` | `."""
    tables = sorted({p.stem for folder in (before, after) if folder for p in folder.glob("*.tsv")})
    for name in tables:
        old, new = (_rows(folder / f"{name}.tsv" if folder else None) for folder in (before, after))
        yield from (("-", name, row) for row in sorted(old - new))
        yield from (("+", name, row) for row in sorted(new - old))


def _rows(path: Path | None) -> set[str]:
    if path is None or not path.exists():
        return set()
    lines = [line for line in path.read_text("utf-8").splitlines() if not line.startswith("# ")]
    header = lines[0].split("\t") if lines else []
    # By column name: a column that is empty throughout is left out of a table, and is no difference.
    return {" | ".join(f"{n}={c}" for n, c in zip(header, line.split("\t"), strict=False) if c) for line in lines[1:]}
