"""What changes a user's graph: load a source, unload it, bring all up to date. Each is done whole or not at all.

The tables are staged first, then the graph is made with them, then both are switched; whoever is killed on the way leaves the
graph that was there. One at a time does this: the others wait.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from kg.build import replace_loaded, shelf_of
from kg.claims import Stated
from kg.curated import read_facts
from kg.errors import FeedError, KgError, Misuse, NotFound
from kg.feeds import FeedSource, Reader, feed_sources
from kg.feeds.reading import Reading
from kg.loading import (
    Loaded,
    Shelf,
    changes,
    curated_sources,
    feed_for,
    folder_of,
    hosted_by,
    registry_of,
    stage,
)
from kg.records import Entity

Say = Callable[[str], None]

PAGES = "wikidata-pages.jsonl"  # what an interrupted reading of Wikidata has finished


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one source: `loaded`, `unchanged`, `failed` or `would load`, and what to tell of it.

    `count` is the number of rows that differ from what the graph held of this source; `changes` are those of a dry run.
    """

    source: str
    state: str
    message: str = ""
    count: int = 0
    changes: tuple[tuple[str, str, str], ...] = ()


def load(
    folder: Path | None,
    name: str,
    origin: str,
    day: str,
    *,
    source: str = "",
    host: str = "",
    dry_run: bool = False,
    say: Say = lambda text: None,
) -> Outcome:
    """Load a file or an address as a source; what was loaded as the same source before is replaced.

    `origin` may be '' for a source that `feeds.toml` gives an address. Raises FeedError where it cannot be read, and Misuse
    for a feed there is none of, or an option that does not go with it; then nothing has changed.
    """
    origin = _whole(origin) or _address_of(name)
    feed = feed_for(name, origin, day, source=source)
    with _alone(folder, say) as shelf:
        entries = shelf.entries()
        if name not in feed_sources():
            _check_name(feed.id, origin, shelf, None if source else entries.get(feed.id))
        registry = None
        if host:
            registry = registry_of(shelf, entries, feed.id)
            is_there = feed.id in entries and (shelf.folder / entries[feed.id].folder).is_dir()
            own = shelf.entities({feed.id: entries[feed.id]}) if is_there else []
            feed = hosted_by(feed, host, registry, own, say)
        with _at_hand(feed, origin, {}, shelf, say) as found:
            assert found is not None
            entry, reading = stage(
                feed, found.path, shelf, origin, found.validators, entries=entries, registry=registry, read=found.reader
            )
        _tell(reading, say)
        differing = changes(_tables_now(feed, shelf, entries), shelf.folder / entry.folder)
        if dry_run:
            rows = tuple(differing)
            outcome = Outcome(feed.id, "would load", "nothing was changed", len(rows), rows)
        else:
            count = sum(1 for _ in differing)
            replace_loaded(folder, {**entries, feed.id: entry})
            outcome = Outcome(feed.id, "loaded", _changed(count), count)
        _forget_pages(feed, shelf)
        return outcome


def unload(folder: Path | None, names: Iterable[str], say: Say = lambda text: None) -> list[str]:
    """Take loaded sources out again; a shipped snapshot that one replaced is back. Raises NotFound, listing what is loaded."""
    with _alone(folder, say) as shelf:
        entries = shelf.entries()
        wanted = list(dict.fromkeys(names))
        unknown = [name for name in wanted if name not in entries]
        if unknown:
            there = ", ".join(sorted(entries)) or "nothing"
            raise NotFound(f"not loaded: {', '.join(unknown)}; loaded: {there}")
        replace_loaded(folder, {name: entry for name, entry in entries.items() if name not in wanted})
        return wanted


def update(folder: Path | None, names: Iterable[str], day: str, say: Say = lambda text: None) -> list[Outcome]:
    """Fetch what each source publishes and load what is new; a source that fails keeps what it had.

    By default every source that has an address, but for Wikidata, which takes hours. Raises NotFound for one without.
    """
    declared = {feed.id: feed for feed in feed_sources().values() if feed.url}
    wanted = list(dict.fromkeys(names)) or [name for name, feed in declared.items() if feed.feed != "wikidata"]
    unknown = [name for name in wanted if name not in declared]
    if unknown:
        raise NotFound(f"no published address of {', '.join(unknown)}; there is one of {', '.join(declared)}")
    with _alone(folder, say) as shelf:
        before = shelf.entries()
        outcomes, after = [], dict(before)
        for name in wanted:
            outcome, entry = _update_one(declared[name], shelf, after, day, say)
            outcomes.append(outcome)
            if entry:
                after[name] = entry
        if after:  # also where nothing is new: a load that was killed may have left a graph without what counts
            replace_loaded(folder, after)
        for outcome in outcomes:
            if outcome.state == "loaded":
                _forget_pages(declared[outcome.source], shelf)
    return outcomes


def _update_one(
    declared: FeedSource, shelf: Shelf, entries: dict[str, Loaded], day: str, say: Say
) -> tuple[Outcome, Loaded | None]:
    before = entries.get(declared.id)
    known = before.validators if before and before.origin == declared.url else {}
    feed = feed_for(declared.id, declared.url, day)
    try:
        with _at_hand(feed, declared.url, known, shelf, say) as found:
            if found is None:
                return Outcome(feed.id, "unchanged", "not modified since it was last loaded"), None
            entry, reading = stage(feed, found.path, shelf, declared.url, found.validators, entries=entries, read=found.reader)
    except FeedError as error:
        return Outcome(feed.id, "failed", str(error)), None
    _tell(reading, say)
    count = sum(1 for _ in changes(_tables_now(feed, shelf, entries), shelf.folder / entry.folder))
    return Outcome(feed.id, "loaded", _changed(count), count), entry


def _changed(count: int) -> str:
    return f"{count:,} row{'s' if count != 1 else ''} changed"


def _whole(origin: str) -> str:
    """An address as it is, a path from the root: it is kept, and told apart from another of that name."""
    return origin if not origin or _is_address(origin) else str(Path(origin).absolute())


def _is_address(origin: str) -> bool:
    return origin.startswith(("http://", "https://"))


def _address_of(name: str) -> str:
    declared = feed_sources().get(name)
    if declared is None:
        raise Misuse(f"{name}: name the file or the address to load")
    if not declared.url:
        raise Misuse(
            f"{name}: is published at no address that kg knows; name the file to load: {declared.page} shows what it is"
        )
    return declared.url


def _check_name(id_: str, origin: str, shelf: Shelf, loaded: Loaded | None) -> None:
    """Refuse a name that somebody else's document has; `loaded` is what bears it by chance: many files are named alike."""
    if id_ in curated_sources(shelf.facts):
        raise Misuse(f"{id_}: is a document that the facts of kg rest on; name yours with --as")
    if loaded and loaded.origin != origin:
        raise Misuse(
            f"{id_}: is loaded from {loaded.origin}; name this one otherwise with --as, or replace that one by --as {id_}"
        )


@contextmanager
def _alone(folder: Path | None, say: Say) -> Iterator[Shelf]:
    """The shelf, for one at a time; what does not count in the end is removed. Raises KgError where it cannot be written."""
    shelf = shelf_of(folder)
    lock = FileLock(shelf.folder / "load.lock")
    try:
        shelf.folder.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            say(f"{shelf.folder}: another load is under way; waiting for it")
            lock.acquire()
        try:
            yield shelf
        finally:
            shelf.tidy()
    except BrokenPipeError:  # whoever read what is said has left
        raise
    except OSError as error:
        raise KgError(f"cannot load into {shelf.folder}: {error}; name another folder with --store") from error
    finally:
        lock.release()


@dataclass(frozen=True, slots=True)
class _Found:
    """What there is to read: a file and what its server said of it, or an endpoint and how it is asked."""

    path: Path
    validators: dict[str, str]
    reader: Reader | None = None


@contextmanager
def _at_hand(feed: FeedSource, origin: str, known: dict[str, str], shelf: Shelf, say: Say) -> Iterator[_Found | None]:
    """What there is to read, fetched where it is the address of a file; None where that has not changed."""
    if feed.feed == "wikidata":
        yield _endpoint(feed, origin, shelf)
    elif not _is_address(origin):
        yield _Found(Path(origin), {})
    else:
        from kg.fetch import Validators, fetch

        name = origin.rstrip("/").rsplit("/", 1)[-1].split("?")[0] or "file"
        with tempfile.TemporaryDirectory(prefix="kg-") as scratch:
            path = Path(scratch) / name
            if known:
                path.touch()  # what is kept is the tables; that they are there is what "not modified" needs
            found = fetch(origin, path, known=Validators(**known) if known else None, say=say)
            validators = {"etag": found.validators.etag, "last_modified": found.validators.last_modified}
            try:
                yield _Found(path, validators) if found.modified else None
            except FeedError as error:  # nobody can look at the copy that was read
                raise FeedError(str(error).replace(str(path), origin)) from error


def _endpoint(feed: FeedSource, origin: str, shelf: Shelf) -> _Found:
    if not _is_address(origin):
        raise Misuse(f"{origin}: {feed.id} is asked at an endpoint; write https://host/sparql")
    from kg.feeds import wikidata

    pages = shelf.folder / PAGES
    curated = (record for record in read_facts(shelf.facts) if isinstance(record, Entity))
    items = {entity.wikidata_id: entity.kind for entity in curated if entity.wikidata_id}

    def read(reading: Reading) -> Iterator[Stated]:
        reading.settings = {**reading.settings, "items": items}
        try:
            yield from wikidata.read(reading, endpoint=origin, state=pages)
        except FeedError:
            # Without a page in it the file would only stand in the way of another endpoint.
            if pages.exists() and pages.read_bytes().count(b"\n") <= 1:
                pages.unlink()
            raise

    return _Found(pages, {}, read)


def _forget_pages(feed: FeedSource, shelf: Shelf) -> None:
    if feed.feed == "wikidata":
        (shelf.folder / PAGES).unlink(missing_ok=True)


def _tables_now(feed: FeedSource, shelf: Shelf, entries: dict[str, Loaded]) -> Path | None:
    """The tables of a source as the graph has it."""
    if feed.id in entries:
        return shelf.folder / entries[feed.id].folder
    shipped = folder_of(feed, shelf.facts)
    return shipped if feed.ship and shipped.is_dir() else None


def _tell(reading: Reading, say: Say) -> None:
    for line in reading.summary():
        say(line)
