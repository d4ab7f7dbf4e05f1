"""What was known by a day: the graph of the sources read by then, with everything derived from them alone."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from kg import terms as t
from kg.dates import PartialDate
from kg.errors import KgError, Misuse, NotFound
from kg.store import Store, texts
from kg.store.embedded import EmbeddedStore

if TYPE_CHECKING:
    from pyoxigraph import Quad

# Who is who, and what the terms mean, were not read in any source on any day.
TIMELESS = frozenset({t.CURATED_GRAPH, t.ONTOLOGY_GRAPH})


def known_by(store: Store, date: str) -> Store:
    """The graph as it would be had reading stopped at the end of that day, month or year; itself where all was read by then.

    A source counts by the day it was read, not by the day it was published. The graph made from the default one is kept on
    disk, so that it is made once. Raises Misuse for what is no date, and NotFound where nothing had been read by then.
    """
    day = last_day(date)
    read = _days_read(store)
    known = {graph for graph, seen in read.items() if seen <= day}
    if read and not known:
        raise NotFound(f"{store.spec}: nothing had been read by {date}; the first source was read on {min(read.values())}")
    if len(known) == len(read):
        return store
    spec = f"{store.spec}, known by {day}"
    if isinstance(store, EmbeddedStore) and store.path and _is_default(store.path):
        try:
            return _kept(store, store.path, known, spec)
        except OSError:  # no room or no right to keep it: it is made for this one run, as the default graph is
            pass
    return _in_memory(store, known, spec)


def last_day(date: str) -> str:
    """The last day that the date can mean. Raises Misuse."""
    try:
        return PartialDate(date).latest
    except ValueError as error:
        raise Misuse(f"known by: {error}") from None


def _days_read(store: Store) -> dict[str, str]:
    """The day on which each source graph was read; the last one, where it says several."""
    read: dict[str, str] = {}
    for graph, day in texts(store, "SELECT ?graph ?day { ?graph osgov:readOn ?day }"):
        read[graph] = max(day, read.get(graph, ""))
    return read


def _quads(store: Store, known: Collection[str]) -> Iterator[Quad]:
    kept = {*known, *TIMELESS}
    return (quad for quad in store.quads() if quad.graph_name.value in kept)  # type: ignore[union-attr]  # all are named


def _in_memory(store: Store, known: Collection[str], spec: str) -> EmbeddedStore:
    from kg.derive import derive

    made = EmbeddedStore.in_memory(_quads(store, known))
    derive(made)
    made.spec = spec
    return made


def _is_default(generation: Path) -> bool:
    from kg.build import default_folder

    return generation.parent == default_folder()


def _kept(store: EmbeddedStore, generation: Path, known: Collection[str], spec: str) -> EmbeddedStore:
    """The graph of the known sources as kept beside the default graph, made on first use; the last few days asked are kept."""
    from kg.build import write_with_derived
    from kg.store.generations import make_generation

    # Keyed by what is in it: two days between which nothing was read share one. A graph built anew has a number at its end.
    content = "-".join(generation.name.split("-")[:2])
    key = hashlib.sha256("\n".join([content, *sorted(known)]).encode()).hexdigest()[:16]
    folder = generation.parent / "known"

    def fill(path: Path) -> None:
        write_with_derived(path, _quads(store, known))

    there = sorted(folder.glob(f"graph-{key}*"), key=lambda path: path.name)
    if there:
        try:
            return EmbeddedStore.at(there[-1], spec)
        except KgError:  # damaged, or removed this moment; ours to make again
            pass
    return EmbeddedStore.at(make_generation(folder, key, fill, anew=bool(there)), spec)
