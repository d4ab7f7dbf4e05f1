"""Networks to look at in other tools: an edge a fact, over all time or of one day, each with its days, facts and sources.

`kg.network.views` has what surely is, for measures; here is all that sources tell of, for a timeline to run through.

Edges have `label`, `kind`, `weight`, `since` and `until` ('' where unknown), `start` and `end` (days, '' where open or
unknown), `facts` and `sources`. The start is the first day that the beginning can mean, or, of what a list only shows, the day
it is first seen; the end is the first day after. Nodes have `label` and `kind`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise
from typing import Any

import networkx as nx

from kg.catalog import JOINT
from kg.dates import PartialDate
from kg.network.views import Views, key_of
from kg.terms import ORG_ID, PROJECT

Run = Callable[..., Iterable[Mapping[str, Any]]]

KINDS = {
    "donations": "gave",
    "memberships": "member of",
    "boards": "on the board of",
    "holdings": "holds",
    "control": "controls",
    "employers": "employs maintainers of",
}
MOVES = "moves"
EVERYTHING = "everything"
SPANS = (MOVES, *KINDS, EVERYTHING)


def transfers(run: Run) -> nx.MultiDiGraph[str]:
    """Who gave what to whom: organizations and projects as nodes, their ids `o:slug` and `p:slug`.

    Kinds of edges: `gave` (donor → project), `went to` (project → recipient), `holds` (vendor → project), `part of`
    (organization → the one it is part of). `run(name, values)` gives the rows of a named query.
    """
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph(view=MOVES)
    entities = {("p:" if row["kind"] == "project" else "o:") + row["id"]: row for row in run("entities")}

    def edge(source: str, target: str, kind: str, row: Mapping[str, Any], since: str | None, until: str | None = None) -> None:
        for key in (source, target):
            if key not in graph:
                graph.add_node(key, label=entities[key]["name"], kind=entities[key]["kind"])
        key = f"{kind}|{since or ''}"
        if not graph.has_edge(source, target, key):
            start = PartialDate(since).earliest if since else ""
            graph.add_edge(
                source,
                target,
                key,
                label=kind,
                kind=kind,
                weight=1.0,
                since=since or "",
                until=until or "",
                start=start,
                end=PartialDate(until).latest if until else "",
                facts=(),
                sources=tuple(row["sources"]),
            )

    for row in run("affiliations"):
        if row.get("certainty") or not row["until"]:  # as of a day there are only those that can cover it
            edge(f"o:{row['organization_id']}", f"o:{row['parent_id']}", "part of", row, row["from"], row["until"])
    for row in run("moves", {"all_kinds": "yes"}):
        if row["kind"] in {"code grant", "trademark transfer"}:
            continue  # the project did not move
        edge(f"p:{row['project_id']}", f"o:{row['recipient_id']}", "went to", row, row["date"])
        for slug in filter(None, (row["donor_id"] or "").split(JOINT)):
            edge(f"o:{slug}", f"p:{row['project_id']}", "gave", row, row["date"])
    for row in run("nonmoves"):
        edge(f"o:{row['holder_id']}", f"p:{row['project_id']}", "holds", row, row["opened"])
    return graph


def spans(views: Views, name: str) -> nx.MultiDiGraph[str]:
    """Every fact of a view, one of `KINDS` or `everything`, each organization by itself; of the views' day, if they have one.

    On a day there are no days of beginning and end to run through, and a company stands under the one that controls it.
    Everything has a gift as two edges, company → project and project → foundation, and what is part of what.
    """
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph(view=name, day=views.day)
    if name != EVERYTHING:
        (_day if views.day else _span)(graph, views, name)
        return graph
    if views.day:
        for one, other, key, data in views.everything().edges(keys=True, data=True):
            target = other if data["by"] == one else one
            kind = KINDS.get(data["kind"], data["kind"]).replace("affiliations", "part of")
            source = one if kind == "went to" else data["by"]
            _add(graph, views, source, target, key, kind, data["what"] or kind, data, "", "")
        return graph
    for part in KINDS:
        if part != "donations":
            _span(graph, views, part)
    _ties(graph, views, "affiliations", "part of")
    for source, target, fact, data in views.donations().edges(keys=True, data=True):
        for one, other, kind in ((source, data["what"], "gave"), (data["what"], target, "went to")):
            _add(graph, views, one, other, f"{kind} {fact}", kind, kind, data, data["earliest"], "")
    return graph


def _span(graph: nx.MultiDiGraph[str], views: Views, name: str) -> None:
    """Add what a view has over all time."""
    kind = KINDS[name]
    if name == "donations":
        for source, target, fact, data in views.donations().edges(keys=True, data=True):
            _add(graph, views, source, target, fact, kind, views.label(data["what"]), data, data["earliest"], "")
    elif name == "employers":
        # Each list counts anew: what it says holds until the next one.
        for day, following in pairwise([*views.lists(), ""]):
            for source, target, data in views.employers(day).edges(data=True):
                company = data["by"]
                _add(graph, views, company, target if source == company else source, day, kind, kind, data, day, following)
    else:
        _ties(graph, views, name, kind)


def _ties(graph: nx.MultiDiGraph[str], views: Views, name: str, kind: str) -> None:
    for tie in views.ties(name):
        start, end = tie.starts_no_earlier or tie.starts_no_later, tie.ends_no_later or tie.ends_no_earlier
        since = tie.starts_no_later if tie.starts_no_earlier else ""  # a list that shows it does not say since when
        data = {"weight": tie.weight, "since": since, "until": end, "facts": (tie.fact,), "sources": views.urls(tie.documents)}
        _add(graph, views, key_of(tie.source), key_of(tie.target), tie.fact, kind, tie.what or kind, data, start, end)


def _day(graph: nx.MultiDiGraph[str], views: Views, name: str) -> None:
    """Add what a view has on the day of the views."""
    for one, other, data in views.network(name).edges(data=True):
        target = other if data["by"] == one else one
        label = views.label(data["what"]) if name == "donations" else data["what"] or KINDS[name]
        _add(graph, views, data["by"], target, "|".join(data["facts"]), KINDS[name], label, data, "", "")


def _add(
    graph: nx.MultiDiGraph[str],
    views: Views,
    source: str,
    target: str,
    key: str,
    kind: str,
    label: str,
    data: Mapping[str, Any],
    start: str,
    end: str,
) -> None:
    for node in (source, target):
        if node not in graph:
            graph.add_node(node, label=views.label(node), kind=views.kind(node))
    graph.add_edge(
        source,
        target,
        key,
        label=label,
        kind=kind,
        weight=data["weight"],
        since=data["since"],
        until=data["until"],
        start=start,
        end=end,
        facts=data["facts"],
        sources=data["sources"],
    )


def around(graph: nx.MultiDiGraph[str], node: str, depth: int) -> nx.MultiDiGraph[str]:
    """What lies at most `depth` edges from a node, whichever way they point; nothing where the node is not there."""
    if node not in graph:
        return nx.MultiDiGraph(**graph.graph)
    found: nx.MultiDiGraph[str] = nx.ego_graph(graph, node, radius=depth, undirected=True)
    return found


def between(graph: nx.MultiDiGraph[str], since: str | None, until: str | None) -> nx.MultiDiGraph[str]:
    """What can have been so on some day from the first that `since` can mean to the last that `until` can; dates as text.

    An edge of which no beginning is known is left out once there is an `until`: nothing says that it was so by then.
    """
    first, last = PartialDate(since).earliest if since else "", PartialDate(until).latest if until else ""

    def fits(source: str, target: str, key: str) -> bool:
        data = graph.edges[source, target, key]
        return not (data["end"] and data["end"] <= first) and (not last or "" < data["start"] <= last)

    kept = [edge for edge in graph.edges(keys=True) if fits(*edge)]
    out: nx.MultiDiGraph[str] = nx.MultiDiGraph(**graph.graph)
    out.add_nodes_from((node, graph.nodes[node]) for edge in kept for node in edge[:2])
    out.add_edges_from((*edge, graph.edges[edge]) for edge in kept)
    return out


def collapsed(graph: nx.MultiDiGraph[str]) -> nx.MultiDiGraph[str]:
    """One edge a pair and direction: weights added, labels joined, from the first start to the last end, all sources."""
    out: nx.MultiDiGraph[str] = nx.MultiDiGraph(**graph.graph)
    out.add_nodes_from(graph.nodes(data=True))
    for source, target in sorted(set(graph.edges())):
        edges = [data for _, data in sorted(graph[source][target].items())]

        def joined(column: str, edges: list[dict[str, Any]] = edges) -> str:
            return JOINT.join(sorted({edge[column] for edge in edges}))

        def union(column: str, edges: list[dict[str, Any]] = edges) -> tuple[str, ...]:
            return tuple(sorted({value for edge in edges for value in edge[column]}))

        first, last = min(edges, key=lambda edge: edge["start"]), max(edges, key=lambda edge: edge["end"] or "9999")
        out.add_edge(
            source,
            target,
            "",
            label=joined("label"),
            kind=joined("kind"),
            weight=sum(edge["weight"] for edge in edges),
            since=first["since"],
            until=last["until"],
            start=first["start"],
            end=last["end"],
            facts=union("facts"),
            sources=union("sources"),
        )
    return out


def statements(triples: Iterable[tuple[str, str, str, bool]], views: Views) -> nx.MultiDiGraph[str]:
    """The network of statements, as a CONSTRUCT gives them: subject, predicate, object, and whether that is a literal.

    What points to a thing is an edge, labelled by the property's name; a literal is an attribute of its subject. Nodes are what
    the statements are about, under the names that they, or else the graph, give.
    """
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph(view="query")
    for subject, predicate, thing, literal in sorted(triples):
        name = _local(predicate)
        for node in (subject,) if literal else (subject, thing):
            if node not in graph:
                key = key_of(node) if node.startswith((PROJECT, ORG_ID)) else None
                graph.add_node(node, label=views.label(key) if key else _local(node), kind=views.kind(key) if key else "thing")
        if not literal:
            graph.add_edge(
                subject,
                thing,
                predicate,
                label=name,
                kind=name,
                weight=1.0,
                since="",
                until="",
                start="",
                end="",
                facts=(),
                sources=(),
            )
        elif name in {"label", "prefLabel", "name"}:
            graph.nodes[subject]["label"] = thing
        else:
            said = graph.nodes[subject].get(name)
            graph.nodes[subject][name] = f"{said}|{thing}" if said else thing
    return graph


def _local(iri: str) -> str:
    """The last part of an IRI, which is its name as far as it has one."""
    return iri.rstrip("/#").replace("#", "/").rsplit("/", 1)[-1]
