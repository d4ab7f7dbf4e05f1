"""The items of a landscape, one after another: a file of any length is read with the memory that one item takes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from kg.errors import FeedError
from kg.feeds.bodies import MEMBER_SUFFIXES, plain_name
from kg.feeds.reading import Reading

_TOP = ("landscape", "categories")
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_LINE = re.compile(rb"""\s*(?:-\s+)?["']?(name|repo_url)["']?\s*:\s+["']?(.*?)["']?\s*\Z""")


@dataclass(frozen=True, slots=True)
class Item:
    """One item: the names above it, the line on which it starts, and what it says; its scalars are text or None."""

    category: str
    subcategory: str
    line: int
    data: Any


def landscape_items(reading: Reading) -> Iterator[Item]:
    """The items of the file, in its order. Raises FeedError where it is no landscape, or not a whole one."""
    path = reading.path
    _check_whole(path)
    try:
        with path.open("rb") as file:
            yield from _Stream(file, reading).items()
    except (yaml.YAMLError, RecursionError) as error:
        what = " ".join(str(error).split()) or "is nested too deep"
        raise FeedError(f"{path}: is no whole landscape in YAML: {what}; fetch it again, or mend that line") from error


def repository_key(url: str) -> str:
    """A repository as it is compared within a list: without case, a slash or `.git` at the end."""
    return url.casefold().rstrip("/").removesuffix(".git")


def shared_repositories(path: Path) -> set[int]:
    """Hashes of the repositories that items of different names share; hashes, so that a long list takes little room.

    A look at the lines is enough for this, and far quicker than to read the items twice. What it misjudges costs
    a project one identifier.
    """
    named: dict[int, int] = {}
    shared: set[int] = set()
    name = 0
    with path.open("rb") as lines:
        for line in lines:
            if b"name" not in line and b"repo_url" not in line:
                continue
            match = _LINE.match(line)
            if not match:
                continue
            text = match[2].decode("utf-8", "replace")
            if match[1] == b"name":
                name = hash(plain_name(text)[0].casefold())
            else:
                repository = hash(repository_key(text))
                if named.setdefault(repository, name) != name:
                    shared.add(repository)
    return shared


def names_of_members(path: Path) -> Counter[str]:
    """How often each name stands in the file with a suffix of members; by a look at the lines, as above."""
    found: Counter[str] = Counter()
    with path.open("rb") as lines:
        for line in lines:
            if b"name" in line and (match := _LINE.match(line)) and match[1] == b"name":
                name, suffix = plain_name(match[2].decode("utf-8", "replace"))
                if suffix in MEMBER_SUFFIXES:
                    found[name.casefold()] += 1
    return found


def _check_whole(path: Path) -> None:
    """Refuse what cannot be a landscape, or was cut off, before an item of it is read."""
    if not path.is_file():
        raise FeedError(f"{path}: no such file; give a landscape.yml")
    with path.open("rb") as file:
        start = file.read(512).lstrip()
        if not start:
            raise FeedError(f"{path}: the file is empty; fetch it again")
        if start.startswith(b"<"):
            raise FeedError(f"{path}: is a web page, no landscape; fetch the raw file")
        file.seek(-1, 2)
        if file.read(1) not in b"\n}]":
            raise FeedError(f"{path}: ends in the middle of a line, so part of it is missing; fetch it again")


class _Stream:
    """Walks the events of the parser, and builds a value only where one is wanted."""

    def __init__(self, file: Any, reading: Reading) -> None:
        self.get: Callable[[], Any] = yaml.CSafeLoader(file).get_event
        self.reading = reading
        self.anchors: dict[str, Any] = {}

    def items(self) -> Iterator[Item]:
        found = False
        self.get()  # start of the stream
        event = self.get()
        if isinstance(event, StreamEndEvent):
            raise FeedError(f"{self.reading.path}: says nothing; fetch it again")
        event = self.get()
        if not isinstance(event, MappingStartEvent):
            raise FeedError(f"{self.reading.path}: has no list under {' or '.join(_TOP)}; it is no landscape")
        for key, event in self._pairs():
            if key in _TOP and isinstance(event, SequenceStartEvent):
                found = True
                yield from self._categories()
            else:
                self._value(event)
                self._unknown(key, "the file")
        if not found:
            raise FeedError(f"{self.reading.path}: has no list under {' or '.join(_TOP)}; it is no landscape")
        self.get()  # end of the document
        if not isinstance(event := self.get(), StreamEndEvent):
            self.reading.skip(f"line {event.start_mark.line + 1}", "a second document in the file")

    def _categories(self) -> Iterator[Item]:
        for event in self._entries():
            if not isinstance(event, MappingStartEvent):
                self._value(event)
                self.reading.skip(_line(event), "a category that is no mapping")
                continue
            # An item is not told before the names above it are known, in whatever order the keys come.
            name, waiting = "", list[Item]()
            for key, value in self._pairs():
                if key == "subcategories" and isinstance(value, SequenceStartEvent):
                    if name:
                        yield from self._subcategories(name)
                    else:
                        waiting.extend(self._subcategories(""))
                else:
                    name = self._name("category", key, self._value(value), name)
            yield from (Item(name, item.subcategory, item.line, item.data) for item in waiting)

    def _subcategories(self, category: str) -> Iterator[Item]:
        for event in self._entries():
            if not isinstance(event, MappingStartEvent):
                self._value(event)
                self.reading.skip(_line(event), "a subcategory that is no mapping")
                continue
            name, waiting = "", list[Item]()
            for key, value in self._pairs():
                if key == "items" and isinstance(value, SequenceStartEvent):
                    for start in self._entries():
                        item = Item(category, name, start.start_mark.line + 1, self._value(start))
                        if name:
                            yield item
                        else:
                            waiting.append(item)
                else:
                    name = self._name("subcategory", key, self._value(value), name)
            yield from (Item(category, name, item.line, item.data) for item in waiting)

    def _name(self, what: str, key: str, value: Any, name: str) -> str:
        """The name of a category or subcategory after one more of its keys: `name`, or `category: X` in old files."""
        if key in {"name", what} and (value is None or isinstance(value, str)):
            return " ".join((value or "").split()) or name
        if key == "note":
            self.reading.ignored[key] += 1
        elif value is not None:
            self._unknown(key, f"{what} {name}".strip())
        return name

    def _unknown(self, key: str, place: str) -> None:
        self.reading.unknown.setdefault(key, []).append(place)

    def _pairs(self) -> Iterator[tuple[str, Any]]:
        """The keys of the mapping that has begun, each with the event that begins its value."""
        while not isinstance(event := self.get(), MappingEndEvent):
            key = event.value if isinstance(event, ScalarEvent) else str(self._value(event))
            yield key, self.get()

    def _entries(self) -> Iterator[Any]:
        """The events that begin the entries of the list that has begun."""
        while not isinstance(event := self.get(), SequenceEndEvent):
            yield event

    def _value(self, event: Any) -> Any:
        """The value that begins with an event. A scalar stays the text that stands in the file, so that no name turns
        into a number or a truth value; only an empty one is None.
        """
        get = self.get
        kind = type(event)
        if kind is ScalarEvent:
            value: Any = event.value
            if event.implicit[0] and value in _NULLS:
                value = None
        elif kind is MappingStartEvent:
            value = {}
            merged: dict[str, Any] = {}
            while type(event_ := get()) is not MappingEndEvent:
                key = event_.value if type(event_) is ScalarEvent else str(self._value(event_))
                found = self._value(get())
                if key == "<<" and isinstance(found, dict):
                    merged.update(found)
                else:
                    value[key] = found
            if merged:
                value = merged | value
        elif kind is SequenceStartEvent:
            value = []
            while type(event_ := get()) is not SequenceEndEvent:
                value.append(self._value(event_))
        elif isinstance(event, AliasEvent):
            if event.anchor not in self.anchors:
                raise FeedError(f"{self.reading.path}: {_line(event)}: *{event.anchor} stands for nothing; mend that line")
            return self.anchors[event.anchor]
        else:
            raise FeedError(f"{self.reading.path}: {_line(event)}: a value was expected; mend that line")
        if event.anchor:
            self.anchors[event.anchor] = value
        return value


def _line(event: Any) -> str:
    return f"line {event.start_mark.line + 1}"
