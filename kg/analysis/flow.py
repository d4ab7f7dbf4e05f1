"""Who gives to whom: the matrix of vendors and foundations, by year, each project counted once however often it is summed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kg.analysis import Chart, Findings
from kg.errors import NotFound

if TYPE_CHECKING:
    import networkx as nx

    from kg.network import Views

ALL = "all"
UNDATED = "undated"
COLUMNS = ("vendor", "vendor_id", "foundation", "foundation_id", "year", "projects", "first", "last", "which", "sources")


def matrix(
    gifts: nx.MultiDiGraph[str], parents: Mapping[str, Sequence[str]], *, by_year: bool = False
) -> dict[tuple[str, str, str], dict[str, list[dict[str, Any]]]]:
    """The gifts of each cell: (vendor, foundation, year) → project → edges; `all` stands for every vendor, foundation or year.

    A gift is also in the cell of each body that its recipient is part of. A cell counts projects, so that what went from one
    part of an umbrella to another, or was given by two companies, counts once in it.
    """
    cells: dict[tuple[str, str, str], dict[str, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for vendor, foundation, data in sorted(gifts.edges(data=True), key=lambda edge: (edge[0], edge[1], edge[2]["facts"])):
        year = (data["since"][:4] or UNDATED) if by_year else ALL
        for giver in (vendor, ALL):
            for receiver in (foundation, *parents.get(foundation, ()), ALL):
                cells[giver, receiver, year][data["what"]].append(data)
    return cells


def measure(views: Views, *, of: str | None = None, to: str | None = None, by_year: bool = False) -> Findings:
    """The cells as rows, those of single vendors and foundations first, by the number of projects."""
    from kg.network import INPUT_COLUMNS, inputs

    giver = views.focus(of) if of else None
    gifts, parents = views.donations(), views.parents()
    receiver = views.resolve(to, "organization") if to else None
    kept = [
        (vendor, foundation, key)
        for vendor, foundation, key in gifts.edges(keys=True)
        if (not giver or vendor == giver) and (not receiver or receiver in (foundation, *parents.get(foundation, ())))
    ]
    gifts = gifts.edge_subgraph(kept)
    if not kept:
        by = f" by {views.day}" if views.day else ""
        who = views.label(giver) if giver else "a company"
        where = views.label(receiver) if receiver else "a foundation"
        raise NotFound(f"no gift of a whole project by {who} to {where} is on record{by}; `kg moves --all-kinds` shows more")
    cells = matrix(gifts, parents, by_year=by_year)
    name = {**{key: views.label(key) for cell in cells for key in cell[:2] if key != ALL}, ALL: ALL}
    rows: list[dict[str, Any]] = []
    for (vendor, foundation, year), projects in cells.items():
        edges = [edge for found in projects.values() for edge in found]
        dates = sorted(edge["since"] for edge in edges if edge["since"])
        rows.append(
            {
                "vendor": name[vendor],
                "vendor_id": None if vendor == ALL else vendor[2:],
                "foundation": name[foundation],
                "foundation_id": None if foundation == ALL else foundation[2:],
                "year": None if year == ALL else year,
                "projects": len(projects),
                "first": dates[0] if dates else None,
                "last": dates[-1] if dates else None,
                "which": sorted(project[2:] for project in projects),
                "sources": sorted({url for edge in edges for url in edge["sources"]}),
            }
        )
    rows.sort(
        key=lambda row: (
            (row["vendor_id"] is None) + (row["foundation_id"] is None),
            row["year"] or "",
            -row["projects"],
            row["vendor_id"] or "",
            row["foundation_id"] or "",
        )
    )
    shown = ["vendor", "foundation", *(["year"] if by_year else []), "projects", "first", "last"]
    undated = len({edge["facts"] for _, _, edge in gifts.edges(data=True) if not edge["since"]})
    remarks = (
        [f"{undated} of the gifts have no date; they are in the totals" + (" as undated" if by_year else "")] if undated else []
    )
    chart = _by_year(gifts, parents, name) if by_year else _chart(cells, name)
    return Findings(COLUMNS, rows, shown, (), remarks, INPUT_COLUMNS, inputs(gifts), chart)


def _chart(cells: Mapping[tuple[str, str, str], Mapping[str, Any]], name: Mapping[str, str]) -> Chart:
    """The busiest vendors against the busiest foundations that receive for themselves."""
    size = {cell: len(projects) for cell, projects in cells.items()}
    vendors = sorted({v for v, f, _ in size if v != ALL}, key=lambda v: (-size[v, ALL, ALL], v))[:20]
    homes = sorted({f for v, f, _ in size if f != ALL}, key=lambda f: (-size[ALL, f, ALL], f))[:20]
    rows = {name[v]: [size.get((v, f, ALL)) for f in homes] for v in vendors}
    return Chart("matrix", "Projects given, by vendor and foundation", "projects", [name[f] for f in homes], rows)


def _by_year(gifts: nx.MultiDiGraph[str], parents: Mapping[str, Sequence[str]], name: Mapping[str, str]) -> Chart:
    cells = matrix(gifts, parents, by_year=True)
    years = sorted({year for _, _, year in cells if year != UNDATED})
    span = [str(year) for year in range(int(years[0]), int(years[-1]) + 1)] if years else []
    whole: dict[str, int] = defaultdict(int)
    for (vendor, foundation, year), projects in cells.items():
        if vendor == ALL and foundation != ALL and year != UNDATED:
            whole[foundation] += len(projects)
    top = sorted(whole, key=lambda f: (-whole[f], f))[:6]
    series = {name[f]: [len(cells[ALL, f, y]) if (ALL, f, y) in cells else 0 for y in span] for f in top}
    return Chart("lines", "Projects given by vendors, by year and foundation", "projects", span, series)
