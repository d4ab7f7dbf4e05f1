"""One reading of one file: what was read, loaded, merged, ignored, skipped and not understood, each with place and reason.

A reader gets a `Reading` and yields `Named`s and `Claim`s. Nothing it meets is lost: a record is loaded, merged into another
of the same file, or skipped; a key is mapped, ignored with a reason, or reported as unknown.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kg.dates import PartialDate
from kg.errors import FeedError

SHOWN = 20  # places listed of one reason; the rest are counted


@dataclass(slots=True)
class Reading:
    """The file (or folder) being read, the settings of its source, the day it shows, and the tally.

    `day` is the date of the snapshot: what a list shows without a date of its own was seen on that day. `counts` are the
    reader's own, named in the plural as people would (`hosted projects`, `members`); `feeds.toml` declares minima for them.
    `loaded` is filled by whoever keeps the records: rows by table.
    """

    source: str
    path: Path
    day: PartialDate
    settings: Mapping[str, Any] = field(default_factory=dict)
    records: int = 0
    merged: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    ignored: Counter[str] = field(default_factory=Counter)
    unknown: dict[str, list[str]] = field(default_factory=dict)
    loaded: dict[str, int] = field(default_factory=dict)

    def skip(self, place: str, reason: str) -> None:
        """Note a record, or a value of it, that cannot be used: where it stands, and why."""
        self.skipped.append((place, reason))

    def fields(self, data: Any, place: str) -> Fields:
        """The keys of one record, to be popped one by one. Anything but a mapping is noted and read as empty."""
        if not isinstance(data, Mapping):
            self.skip(place, f"is {_kind_of(data)}, not a mapping")
            data = {}
        return Fields(dict(data), place, self)

    def require(self, name: str) -> Any:
        """A setting the source must have. Raises FeedError naming it."""
        if name not in self.settings:
            raise FeedError(f"{self.source}: the source has no setting {name!r}; add it to feeds.toml, or give it as an option")
        return self.settings[name]

    def file(self, name: str) -> Path:
        """A file of the folder being read. Raises FeedError where it is missing."""
        path = self.path / name if self.path.is_dir() else self.path
        if not path.exists():
            raise FeedError(f"{path}: no such file; {self.source} is read from a folder that holds it")
        return path

    def summary(self) -> Iterator[str]:
        """The tally in lines for people: counts, then what was skipped, by reason, then what was not understood."""
        counts = ", ".join(f"{n:,} {name}" for name, n in self.counts.items())
        tally = f"{self.source}: {self.records:,} records read, {self.merged:,} merged, {len(self.skipped):,} skipped"
        yield tally + (f": {counts}" if counts else "")
        if self.loaded:
            tables = ", ".join(f"{n:,} {name}" for name, n in self.loaded.items())
            yield f"  loaded {sum(self.loaded.values()):,} rows: {tables}"
        by_reason: dict[str, list[str]] = {}
        for place, reason in self.skipped:
            by_reason.setdefault(reason, []).append(place)
        for reason, places in sorted(by_reason.items(), key=lambda item: (-len(item[1]), item[0])):
            yield f"  skipped {len(places):,}: {reason}: {_listed(places)}"
        for key, places in sorted(self.unknown.items()):
            yield f"  not understood: {key}: {len(places):,} times, first at {places[0]}"


class Fields:
    """The keys of one record. Pop what is mapped, `ignore` what is not wanted; `done` reports what is left."""

    def __init__(self, data: dict[str, Any], place: str, reading: Reading) -> None:
        """Keep the keys, where they stand, and the tally to write to."""
        self.data = data
        self.place = place
        self.reading = reading

    def raw(self, key: str) -> Any:
        """The value as it stands, or None."""
        return self.data.pop(key, None)

    def text(self, key: str) -> str:
        """The value as text without stray blanks; '' where it is missing or null."""
        value = self.data.pop(key, None)
        if value is None:
            return ""
        if isinstance(value, (Mapping, list)):
            self.reading.skip(f"{self.place}: {key}", f"is {_kind_of(value)}, not text")
            return ""
        return " ".join(str(value).split())

    def date(self, key: str) -> PartialDate | None:
        """The value as a date, from text, a date or a time; None where missing. What is no date is noted."""
        value = self.data.pop(key, None)
        try:
            return stated_date(value)
        except ValueError as error:
            self.reading.skip(f"{self.place}: {key}", str(error))
            return None

    def mapping(self, key: str) -> Fields:
        """The mapping under a key, empty where it is missing or null."""
        value = self.data.pop(key, None)
        return self.reading.fields({} if value is None else value, f"{self.place}: {key}")

    def items(self, key: str) -> list[Any]:
        """The list under a key, empty where it is missing or null."""
        value = self.data.pop(key, None)
        if value is None:
            return []
        if not isinstance(value, list):
            self.reading.skip(f"{self.place}: {key}", f"is {_kind_of(value)}, not a list")
            return []
        return value

    def done(self, ignored: Mapping[str, str] | None = None) -> None:
        """Account for the keys that are left: those in `ignored` (key and reason) are counted, others reported as unknown."""
        for key in self.data:
            if ignored and key in ignored:
                self.reading.ignored[key] += 1
            else:
                self.reading.unknown.setdefault(str(key), []).append(self.place)
        self.data.clear()


def stated_date(value: Any) -> PartialDate | None:
    """A date as precise as stated, from text (`2015`, `2015-03`, `2015-03-02`, a timestamp), a date or a time; None of nothing.

    >>> stated_date("2016-03-10T00:00:00Z"), stated_date(datetime.date(2016, 3, 10)), stated_date("")
    (PartialDate(text='2016-03-10'), PartialDate(text='2016-03-10'), None)
    """
    if value is None or value == "":
        return None
    if isinstance(value, datetime.datetime):
        value = value.date()
    text = str(value).strip()
    if len(text) > 10 and text[10] in "T ":
        text = text[:10]
    return PartialDate(text)


def _kind_of(value: Any) -> str:
    names = {"str": "text", "int": "a number", "float": "a number", "list": "a list", "dict": "a mapping", "NoneType": "empty"}
    return names.get(type(value).__name__, f"a {type(value).__name__}")


def _listed(places: list[str]) -> str:
    more = len(places) - SHOWN
    return "; ".join(places[:SHOWN]) + (f"; and {more:,} more" if more > 0 else "")
