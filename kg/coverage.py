"""How much the graph knows about the projects of foundations and vendors: the rows of the `coverage` queries, and their age."""

from __future__ import annotations

from datetime import date

from kg.dates import PartialDate
from kg.graph import Graph, Table


def of_foundations(graph: Graph, name: str | None = None) -> Table:
    """A row a foundation, most projects first: the columns of `coverage`, then those that only `coverage-depth` has."""
    given = {"of": name} if name else {}
    wide, deep = graph.run("coverage", given), graph.run("coverage-depth", given)
    columns = dict.fromkeys([*wide.columns, *deep.columns])
    more = {row["foundation_id"]: row for row in deep}
    rows = [{**row, **more[row["foundation_id"]]} for row in wide]
    return _aged(graph, Table(tuple(columns), sorted(rows, key=lambda row: (-row["projects"], row["foundation_id"]))))


def of_vendors(graph: Graph, name: str | None = None) -> Table:
    """A row a company that gave or kept a project, most projects first: the columns of `coverage-vendors`."""
    found = graph.run("coverage-vendors", {"of": name} if name else {})
    return _aged(graph, Table(found.columns, sorted(found, key=lambda row: (-row["projects"], row["vendor_id"]))))


def _aged(graph: Graph, table: Table) -> Table:
    """With `days`, on a day: how long before it the newest sighting was; empty where there is none."""
    if not graph.as_of:
        return table
    day = _last(graph.as_of)
    rows = [{**row, "days": (day - _last(row["seen"])).days if row["seen"] else ""} for row in table]
    return Table((*table.columns, "days"), rows)


def _last(text: str) -> date:
    return date.fromisoformat(PartialDate(text).latest)
