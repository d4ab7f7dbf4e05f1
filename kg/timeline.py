"""The timeline of an entity, readable: every stated date about it, with long runs of sightings and figures folded."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kg.graph import Graph, Table

LONG = 4  # a run of more sightings than this is shown by its first and its last

_REPEATED = ("seen", "counted")


@dataclass(frozen=True, slots=True)
class Timeline:
    """The rows in order, and how many sightings in the middle of long runs are not among them."""

    rows: Table
    folded: int


def timeline(graph: Graph, name: str, *, until: str | None = None, whole: bool = False) -> Timeline:
    """What happened to the entity a name means; rows as of `queries/timeline.rq`, up to a date if one is given.

    Lists and counts are made again and again: of a long run of sightings of one thing, or of figures of one kind, the first
    and the last are kept, or all where the `whole` is wanted. Raises NotFound or Ambiguous for the name.
    """
    from kg.graph import Table

    found = graph.run("timeline", {"about": name, **({"until": until} if until else {})})
    kept = list(found) if whole else fold(list(found))
    return Timeline(Table(found.columns, kept), len(found) - len(kept))


def fold(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows, in order, without those between the first and the last of a long run."""
    runs: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for number, row in enumerate(rows):
        if row["basis"] in _REPEATED:
            runs[_run_of(row)].append(number)
    left_out = {number for run in runs.values() if len(run) > LONG for number in run[1:-1]}
    return [row for number, row in enumerate(rows) if number not in left_out]


def _run_of(row: dict[str, Any]) -> tuple[Any, ...]:
    """What is the same in all sightings of one thing; a figure is of one kind whatever its value."""
    detail = row["detail"] or ""
    if row["what"].startswith("figure"):
        detail = detail.rpartition(", ")[0]
    return row["what"], row["other_id"], detail
