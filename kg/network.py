"""From rows to networks: here, and only here, a gift, a holding or an affiliation becomes an edge."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import networkx as nx

Run = Callable[..., Iterable[Mapping[str, Any]]]


def transfers(run: Run) -> nx.MultiDiGraph[str]:
    """Who gave what to whom: organizations and projects as nodes, their ids `o:slug` and `p:slug`.

    Edges: `gave` (donor → project), `went to` (project → recipient), `holds` (vendor → project), `part of` (foundation →
    umbrella). Nodes have `label` and `kind`; edges `label`, `kind`, `date` (as stated, may be empty), `start_year` (0 where
    unknown), `weight` and `sources` (URLs). `run(name, values)` gives the rows of a named query.
    """
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()

    def node(kind: str, prefix: str, slug: str, label: str) -> str:
        key = f"{prefix}:{slug}"
        # A foundation may give, too: the first, more telling kind stays.
        if key not in graph:
            graph.add_node(key, label=label, kind=kind)
        return key

    def edge(source: str, target: str, kind: str, row: Mapping[str, Any], date: str = "") -> None:
        key = f"{kind}|{source}|{target}|{date}"
        if not graph.has_edge(source, target, key):
            urls = " ".join(row.get("sources") or ())
            year = int(date[:4]) if date else 0
            graph.add_edge(source, target, key, label=kind, kind=kind, date=date, start_year=year, weight=1.0, sources=urls)

    for row in run("foundations"):
        node("foundation", "o", row["foundation_id"], row["foundation"])
    for row in run("foundations"):
        if row["umbrella"]:
            umbrella = node("foundation", "o", row["umbrella_id"], row["umbrella"])
            edge(f"o:{row['foundation_id']}", umbrella, "part of", row)
    for row in run("moves", {"all_kinds": "yes"}):
        if row["kind"] in {"code grant", "trademark transfer"}:
            continue  # the project did not move
        project = node("project", "p", row["project_id"], row["project"])
        date = row["date"] or ""
        edge(project, node("foundation", "o", row["recipient_id"], row["recipient"]), "went to", row, date)
        donors = zip((row["donor_id"] or "").split(" + "), (row["donor"] or "").split(" + "), strict=True)
        for slug, label in donors:
            if slug:
                edge(node("donor", "o", slug, label), project, "gave", row, date)
    for row in run("nonmoves"):
        holder = node("company", "o", row["holder_id"], row["holder"])
        edge(holder, node("project", "p", row["project_id"], row["project"]), "holds", row, row["opened"] or "")
    return graph
