"""What a drawing of a network needs, worked out once for every format: typed columns, colours, sizes, places, days.

A `Picture` gives its nodes and edges one by one, in an order that does not depend on how the network was put together, so that
writers need no memory beyond the network's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from math import log2
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
_DRAWN = {"label", "kind", "weight", "start", "end"}  # what is no column: formats have places of their own for it
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

    @cached_property
    def dynamic(self) -> bool:
        """Whether any edge begins or ends on a known day: then there is a time to run through."""
        return any(data["start"] or data["end"] for _, _, data in self.graph.edges(data=True))

    @cached_property
    def node_columns(self) -> Columns:
        """The columns of nodes beyond id and label, with the one type that all their values fit."""
        return {"kind": "string", **_columns(data for _, data in self.graph.nodes(data=True)), **self._year_columns}

    @cached_property
    def edge_columns(self) -> Columns:
        """The columns of edges beyond id, ends, label and weight."""
        found = _columns(data for _, _, data in self.graph.edges(data=True))
        return {"kind": "string", **found, **self._year_columns}

    def nodes(self) -> Iterator[Node]:
        """The nodes in the order of their ids."""
        for key in self._order:
            data = self.graph.nodes[key]
            start, end = self._spells[key]
            kind = writable(str(data["kind"]))
            values = {"kind": kind, **self._values(data, self.node_columns), **self._years(start, end)}
            yield Node(
                writable(key),
                label(str(data["label"])),
                kind,
                COLOURS.get(kind, OTHER),
                round(3 + 3 * log2(1 + self.graph.degree(key)), 2),
                self.places.get(key),
                self._time(start),
                self._last(end),
                values,
            )

    def edges(self) -> Iterator[Edge]:
        """The edges in the order of their ends and keys."""
        number = 0
        for source in self._order:
            for target in sorted(self.graph.succ[source]):
                for _, data in sorted(self.graph.succ[source][target].items(), key=lambda item: str(item[0])):
                    number += 1
                    kind, start, end = writable(str(data["kind"])), data["start"], data["end"]
                    values = {"kind": kind, **self._values(data, self.edge_columns), **self._years(start, end)}
                    yield Edge(
                        f"e{number}",
                        writable(source),
                        writable(target),
                        label(str(data["label"])),
                        kind,
                        float(data["weight"]),
                        self._time(start),
                        self._last(end),
                        values,
                    )

    @cached_property
    def _order(self) -> list[str]:
        return sorted(self.graph)

    @cached_property
    def _year_columns(self) -> Columns:
        """For tools without a timeline: numbers to filter by."""
        return {"start_year": "integer", "end_year": "integer"} if self.dynamic else {}

    @cached_property
    def _spells(self) -> dict[str, tuple[str, str]]:
        """From when to when a node has an edge; open where one of its edges is."""
        found: dict[str, tuple[str, str]] = {}
        for source, target, data in self.graph.edges(data=True):
            for key in (source, target):
                if key in found:
                    start, end = found[key]
                    found[key] = (min(start, data["start"]), max(end, data["end"]) if end and data["end"] else "")
                else:
                    found[key] = (data["start"], data["end"])
        return {key: found.get(key, ("", "")) for key in self.graph}

    def _values(self, data: Mapping[str, Any], columns: Columns) -> dict[str, Value]:
        values = {name: _cell(data.get(name)) for name in columns if name not in _DRAWN}
        return {
            name: str(value) if columns[name] == "string" else value
            for name, value in values.items()
            if value not in (None, "")
        }

    def _years(self, start: str, end: str) -> dict[str, Value]:
        if not self.dynamic:
            return {}
        days = {"start_year": start, "end_year": _day_before(end)}
        return {name: int(day[:4]) for name, day in days.items() if day}

    def _time(self, day: str) -> str:
        return day[:4] if self.years else day

    def _last(self, end: str) -> str:
        """The last day of an interval that formats read as closed, where ours ends on the first day after it."""
        return self._time(_day_before(end))


def _day_before(day: str) -> str:
    return str(date.fromisoformat(day) - timedelta(days=1)) if day else ""


def _cell(value: Any) -> Value | None:
    """A value as one cell holds it: a list joined, text that XML can hold, nothing for None."""
    if isinstance(value, (list, tuple, set, frozenset)):
        value = LISTED.join(str(part) for part in (sorted(value) if isinstance(value, (set, frozenset)) else value))
    if value is None or (isinstance(value, (int, float)) and not isinstance(value, bool)):
        return value
    return writable(str(value))


def _columns(rows: Iterator[Mapping[str, Any]]) -> Columns:
    """The columns that have a value in some row, by name, each of the narrowest type that holds them all."""
    ranks = {"integer": 0, "double": 1, "string": 2}
    found: Columns = {}
    for row in rows:
        for name, value in row.items():
            if name in _DRAWN or value is None or value in ("", ()):
                continue
            kind = "string"
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                kind = "integer" if isinstance(value, int) else "double"
            found[name] = max(found.get(name, kind), kind, key=ranks.__getitem__)
    return dict(sorted(found.items()))


def writable(text: str) -> str:
    """The text with a mark for each character that XML has no place for."""
    return _UNWRITABLE.sub("\ufffd", text)


def label(text: str) -> str:
    """The text on one line, cut where it would cover its neighbours."""
    line = " ".join(writable(text).split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1].rstrip() + "…"
