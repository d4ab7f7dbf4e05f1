"""From rows to networks: here, and only here, a gift, a holding or an affiliation becomes an edge."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import networkx as nx

from kg.catalog import JOINT
from kg.network.views import INPUT_COLUMNS, NAMES, Views, inputs, key_of, labels, merged

__all__ = ["INPUT_COLUMNS", "NAMES", "Run", "Views", "inputs", "key_of", "labels", "merged", "transfers"]

Run = Callable[..., Iterable[Mapping[str, Any]]]


def transfers(run: Run) -> nx.MultiDiGraph[str]:
    """Who gave what to whom: organizations and projects as nodes, their ids `o:slug` and `p:slug`.

    Edges: `gave` (donor → project), `went to` (project → recipient), `holds` (vendor → project), `part of` (organization →
    the one it is part of). Nodes have `label` and `kind` (project, company, foundation, public body, community,
    organization); edges
    `label`, `kind`, `date` (as stated, may be empty), `start_year` (0 where unknown), `weight` and `sources` (URLs).
    `run(name, values)` gives the rows of a named query.
    """
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    entities = {("p:" if row["kind"] == "project" else "o:") + row["id"]: row for row in run("entities")}

    def edge(source: str, target: str, kind: str, row: Mapping[str, Any], date: str | None) -> None:
        for key in (source, target):
            if key not in graph:
                graph.add_node(key, label=entities[key]["name"], kind=entities[key]["kind"])
        key = f"{kind}|{date or ''}"
        if not graph.has_edge(source, target, key):
            year = int(date[:4]) if date else 0
            urls = " ".join(row["sources"])
            graph.add_edge(
                source, target, key, label=kind, kind=kind, date=date or "", start_year=year, weight=1.0, sources=urls
            )

    for row in run("affiliations"):
        if row.get("certainty") or not row["until"]:  # as of a day there are only those that can cover it
            edge(f"o:{row['organization_id']}", f"o:{row['parent_id']}", "part of", row, row["from"])
    for row in run("moves", {"all_kinds": "yes"}):
        if row["kind"] in {"code grant", "trademark transfer"}:
            continue  # the project did not move
        edge(f"p:{row['project_id']}", f"o:{row['recipient_id']}", "went to", row, row["date"])
        for slug in filter(None, (row["donor_id"] or "").split(JOINT)):
            edge(f"o:{slug}", f"p:{row['project_id']}", "gave", row, row["date"])
    for row in run("nonmoves"):
        edge(f"o:{row['holder_id']}", f"p:{row['project_id']}", "holds", row, row["opened"])
    return graph
