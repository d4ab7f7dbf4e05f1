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

from filelock import FileLock

from kg.build import replace_loaded, shelf_of
from kg.errors import FeedError, NotFound
from kg.feeds import FeedSource, feed_sources
from kg.feeds.reading import Reading
from kg.loading import Loaded, Shelf, changes, feed_for, folder_of, stage

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one source: `loaded`, `unchanged`, `failed` or `would load`, and what to tell of it."""

    source: str
    state: str
    message: str = ""
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

    Raises FeedError where it cannot be read, and Misuse for a feed there is none of; then nothing has changed.
    """
    with _alone(folder) as shelf, tempfile.TemporaryDirectory() as scratch:
        path, validators = _at_hand(origin, Path(scratch), {}, say)
        assert path is not None
        feed = feed_for(name, path, day, source=source, **({"host": host} if host else {}))
        entry, reading = stage(feed, path, shelf, origin, validators)
        _tell(reading, say)
        entries = shelf.entries()
        found = tuple(changes(_tables_now(feed, shelf), shelf.folder / entry.folder))
        if dry_run:
            shelf.tidy()
            return Outcome(feed.id, "would load", changes=found)
        replace_loaded(folder, {**entries, feed.id: entry})
        return Outcome(feed.id, "loaded", f"{feed.id}: {len(found):,} statements differ from before", found)


def unload(folder: Path | None, names: Iterable[str]) -> list[str]:
    """Take loaded sources out again; a shipped snapshot that one replaced is back. Raises NotFound, listing what is loaded."""
    with _alone(folder) as shelf:
        entries = shelf.entries()
        wanted = list(dict.fromkeys(names))
        unknown = [name for name in wanted if name not in entries]
        if unknown:
            there = ", ".join(sorted(entries)) or "nothing"
            raise NotFound(f"not loaded: {', '.join(unknown)}; loaded: {there}")
        replace_loaded(folder, {name: entry for name, entry in entries.items() if name not in wanted})
        return wanted


def update(folder: Path | None, names: Iterable[str], day: str, say: Say = lambda text: None) -> Iterator[Outcome]:
    """Fetch what each source publishes and load what is new; a source that fails keeps what it had.

    By default every source that has an address. Raises NotFound for a source without one.
    """
    declared = {feed.id: feed for feed in feed_sources().values() if feed.url and feed.feed != "wikidata"}
    wanted = list(dict.fromkeys(names)) or list(declared)
    unknown = [name for name in wanted if name not in declared]
    if unknown:
        raise NotFound(f"no published address of {', '.join(unknown)}; there is one of {', '.join(declared)}")
    with _alone(folder) as shelf:
        entries = shelf.entries()
        outcomes, changed = [], dict(entries)
        for name in wanted:
            outcome, entry = _update_one(declared[name], shelf, entries.get(name), day, say)
            outcomes.append(outcome)
            if entry:
                changed[name] = entry
        if changed != entries:
            replace_loaded(folder, changed)
    yield from outcomes


def _update_one(feed: FeedSource, shelf: Shelf, before: Loaded | None, day: str, say: Say) -> tuple[Outcome, Loaded | None]:
    known = before.validators if before and before.origin == feed.url else {}
    with tempfile.TemporaryDirectory() as scratch:
        try:
            path, validators = _at_hand(feed.url, Path(scratch), known, say)
            if path is None:
                return Outcome(feed.id, "unchanged", "not modified since it was last loaded"), None
            entry, reading = stage(feed_for(feed.id, path, day), path, shelf, feed.url, validators)
        except FeedError as error:
            return Outcome(feed.id, "failed", str(error)), None
        _tell(reading, say)
        return Outcome(feed.id, "loaded"), entry


@contextmanager
def _alone(folder: Path | None) -> Iterator[Shelf]:
    shelf = shelf_of(folder)
    shelf.folder.mkdir(parents=True, exist_ok=True)
    with FileLock(shelf.folder / "load.lock"):
        yield shelf


def _at_hand(origin: str, scratch: Path, known: dict[str, str], say: Say) -> tuple[Path | None, dict[str, str]]:
    """The file itself, fetched where it is an address; None where it has not changed."""
    if not origin.startswith(("http://", "https://")):
        return Path(origin), {}
    from kg.fetch import Validators, fetch

    name = origin.rstrip("/").rsplit("/", 1)[-1].split("?")[0] or "file"
    if known:
        (scratch / name).touch()  # what is kept is the tables; that they are there is what "not modified" needs
    found = fetch(origin, scratch / name, known=Validators(**known) if known else None, say=say)
    validators = {"etag": found.validators.etag, "last_modified": found.validators.last_modified}
    return (found.path if found.modified else None), validators


def _tables_now(feed: FeedSource, shelf: Shelf) -> Path | None:
    entry = shelf.entries().get(feed.id)
    if entry:
        return shelf.folder / entry.folder
    shipped = folder_of(feed)
    return shipped if shipped.is_dir() else None


def _tell(reading: Reading, say: Say) -> None:
    for line in reading.summary():
        say(line)
