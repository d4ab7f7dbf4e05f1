"""What a drawing of a network needs, worked out once for every format: typed columns, colours, sizes, places, days.

A `Picture` gives its nodes and edges one by one, in an order that does not depend on how the network was put together, so that
writers need no memory beyond the network's own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, cached_property
from math import log2
from operator import itemgetter
from typing import Any, NamedTuple

import networkx as nx

Value = str | int | float
Columns = dict[str, str]  # name -> string, integer or double

# Okabe and Ito's colours, which people with any colour vision tell apart (https://jfly.uni-koeln.de/color/).
COLOURS = {
    "company": "#d55e00",
    "foundation": "#0072b2",
    "project": "#009e73",
    "community": "#cc79a7",
    "public body": "#e69f00",
    "organization": "#56b4e9",
}
OTHER = "#999999"
LONGEST = 40  # characters of a label, past which it covers its neighbours
LISTED = "|"  # between the values of a list in one cell
_NUMBERS = (int, float)
_DRAWN = {"label", "kind", "weight", "start", "end"}  # no columns of their own: every format has a place for them
# XML 1.0 has no place for these, escaped or not.
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Node(NamedTuple):
    """One node: where it is, how it looks, from when to when it is there ('' is open), and its values by column."""

    id: str
    label: str
    kind: str
    colour: str
    size: float
    place: tuple[float, float] | None
    start: str
    end: str
    values: dict[str, Value]


class Edge(NamedTuple):
    """One edge, likewise; ids are `e1`, `e2` …"""

    id: str
    source: str
    target: str
    label: str
    kind: str
    weight: float
    start: str
    end: str
    values: dict[str, Value]


class _Survey(NamedTuple):
    """Whether there are days; which classes of values each column of edges has; from when to when a node has an edge; degrees.

    A node's spell is open where one of its edges is.
    """

    dynamic: bool
    classes: set[tuple[str, type]]
    spells: dict[str, tuple[str, str]]
    degrees: dict[str, int]


@dataclass(frozen=True)
class Picture:
    """A network, ready to be written.

    The network is a multigraph whose nodes have `label` and `kind` and whose edges have `label`, `kind`, `weight`, `start` and
    `end`; whatever else they have becomes columns. `places` has x and y by node. `years` cuts days to years.
    """

    graph: nx.MultiDiGraph[str]
    places: Mapping[str, tuple[float, float]]
    title: str = "Who governs open source"
    years: bool = False

    @property
    def dynamic(self) -> bool:
        """Whether any edge begins or ends on a known day: then there is a time to run through."""
        return self._survey.dynamic

    @cached_property
    def node_columns(self) -> Columns:
        """The columns of nodes beyond id and label, with the one type that all their values fit."""
        seen = {seen for _, data in self.graph.nodes(data=True) for seen in _classes(data)}
        return {"kind": "string", **_columns(seen), **self._year_columns}

    @cached_property
    def edge_columns(self) -> Columns:
        """The columns of edges beyond id, ends, label and weight."""
        return {"kind": "string", **_columns(self._survey.classes), **self._year_columns}

    def nodes(self) -> Iterator[Node]:
        """The nodes in the order of their ids."""
        columns, survey = self._stated(self.node_columns), self._survey
        for key in self._order:
            data = self.graph.nodes[key]
            start, end = survey.spells.get(key, ("", ""))
            last = _day_before(end)
            values = self._values(data, columns, start, last)
            kind = str(data["kind"])
            size = round(3 + 3 * log2(1 + survey.degrees[key]), 2)
            colour, place = COLOURS.get(kind, OTHER), self.places.get(key)
            days = start[self._precision], last[self._precision]
            yield Node(writable(key), label(str(data["label"])), writable(kind), colour, size, place, *days, values)

    def edges(self) -> Iterator[Edge]:
        """The edges in the order of their ends and keys."""
        number, columns, beyond, precision = 0, self._stated(self.edge_columns), dict(self.graph.adjacency()), self._precision
        for source in self._order:
            one = writable(source)
            for target, parallel in sorted(beyond[source].items(), key=itemgetter(0)):
                other = writable(target)
                for _, data in sorted(parallel.items(), key=_first) if len(parallel) > 1 else parallel.items():
                    number += 1
                    start, last = data["start"], _day_before(data["end"])
                    name, kind, weight = label(data["label"]), writable(data["kind"]), float(data["weight"])
                    values = self._values(data, columns, start, last)
                    yield Edge(f"e{number}", one, other, name, kind, weight, start[precision], last[precision], values)

    @cached_property
    def _order(self) -> list[str]:
        return sorted(self.graph)

    @cached_property
    def _year_columns(self) -> Columns:
        """For tools without a timeline: numbers to filter by."""
        return {"start_year": "integer", "end_year": "integer"} if self.dynamic else {}

    @cached_property
    def _survey(self) -> _Survey:
        """What one look at every edge tells, by the raw dictionaries of the network: a million edges are looked at once."""
        spells: dict[str, tuple[str, str]] = {}
        degrees: dict[str, int] = dict.fromkeys(self.graph, 0)
        classes: set[tuple[str, type]] = set()
        dynamic = False
        settled = set(_DRAWN)  # columns whose type no further value changes, as one of them is a word
        for source, beyond in self.graph.adjacency():
            degrees[source] += sum(map(len, beyond.values()))
            for target, parallel in beyond.items():
                degrees[target] += len(parallel)
                for data in parallel.values():
                    if not settled.issuperset(data):
                        for name in data.keys() - settled:
                            value = data[name]
                            if value or value == 0:
                                classes.add((name, value.__class__))
                                if value.__class__ not in _NUMBERS:
                                    settled.add(name)
                    spell = start, end = data["start"], data["end"]
                    if start or end:
                        dynamic = True
                    for key in (source, target):
                        known = spells.setdefault(key, spell)
                        if known is not spell and (start < known[0] or end != known[1]):
                            first, last = known
                            spells[key] = min(start, first), max(end, last) if end and last else ""
        return _Survey(dynamic, classes, spells, degrees)

    def _stated(self, columns: Columns) -> list[tuple[str, str]]:
        """The columns whose values the network holds itself, with their types."""
        return [(name, type_) for name, type_ in columns.items() if name not in self._year_columns]

    @property
    def _precision(self) -> slice:
        """What is written of a day."""
        return slice(4 if self.years else None)

    def _values(self, data: Mapping[str, Any], columns: list[tuple[str, str]], start: str, last: str) -> dict[str, Value]:
        values: dict[str, Value] = {}
        for name, type_ in columns:
            value = data.get(name)
            if value.__class__ is tuple and len(value) == 1:
                (value,) = value
            if value.__class__ is str:
                if value:
                    values[name] = value if value.isprintable() else writable(value)
            elif value or value == 0:
                values[name] = _AS[type_](value)
        if start:
            values["start_year"] = int(start[:4])
        if last:
            values["end_year"] = int(last[:4])
        return values


@cache
def _day_before(day: str) -> str:
    """The last day of an interval that formats read as closed, where ours ends on the first day after it."""
    return str(date.fromisoformat(day) - timedelta(days=1)) if day else ""


def _cell(value: Any) -> str:
    """A value as one cell of text holds it: a list joined, a mark for what XML cannot hold."""
    if value.__class__ is not str and isinstance(value, (list, tuple)):
        value = value[0] if len(value) == 1 else LISTED.join(map(str, value))
    return writable(str(value))


_AS: dict[str, Callable[[Any], Value]] = {"string": _cell, "integer": int, "double": float}


def _first(item: tuple[Any, Any]) -> str:
    return str(item[0])


def _classes(data: Mapping[str, Any]) -> list[tuple[str, type]]:
    return [(name, value.__class__) for name, value in data.items() if value or value == 0]


def _columns(seen: set[tuple[str, type]]) -> Columns:
    """The columns that have a value in some row, by name, each of the narrowest type that holds them all."""
    found: Columns = {}
    for name in sorted({name for name, _ in seen} - _DRAWN):
        classes = {class_ for other, class_ in seen if other == name}
        found[name] = "integer" if classes == {int} else "double" if classes <= {int, float} else "string"
    return found


def writable(text: str) -> str:
    """The text with a mark for each character that XML has no place for."""
    return text if text.isprintable() else _UNWRITABLE.sub("\ufffd", text)


def label(text: str) -> str:
    """The text on one line, cut where it would cover its neighbours."""
    line = text if text.isprintable() else " ".join(writable(text).split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1].rstrip() + "…"
