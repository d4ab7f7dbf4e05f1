"""Who is central in a network: degree, PageRank and betweenness of organizations, and how centralized the whole is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kg.analysis import Chart, Findings, engines
from kg.errors import NotFound

if TYPE_CHECKING:
    import networkx as nx

    from kg.network import Views

EXACT = 5_000  # nodes up to which betweenness is exact
SOURCES = 500  # nodes that paths are followed from beyond that
SEED = 1
BY = ("degree", "strength", "pagerank", "betweenness")
COLUMNS = ("rank", "organization", "organization_id", "kind", *BY, "betweenness_error")
TREND = ("day", "rank", "organization", "organization_id", "figure", "value", "ranked", "centralization")
SHOWN_IN_TREND = 8


def centralization(graph: nx.Graph[str]) -> float | None:
    """Freeman's degree centralization, 0 to 1: how much the network is like a star; None below three nodes.

    Formula: sum of (largest degree - degree) over (n-1)(n-2), for undirected networks (Freeman 1979).

    >>> import networkx as nx
    >>> centralization(nx.star_graph(6)), centralization(nx.cycle_graph(6))
    (1.0, 0.0)
    """
    degrees = [len(graph.adj[node]) - (node in graph.adj[node]) for node in graph]
    if len(degrees) < 3:
        return None
    return sum(max(degrees) - degree for degree in degrees) / ((len(degrees) - 1) * (len(degrees) - 2))


def figures(
    graph: nx.Graph[str], backend: str | None = None, *, only: tuple[str, ...] = BY, exact: int = EXACT, sources: int = SOURCES
) -> dict[str, dict[str, float]]:
    """The figures of every node by name, of an undirected network with one edge a pair.

    degree counts neighbours, strength adds weights. `betweenness_error` is there where betweenness is an estimate: more than
    `exact` nodes.
    """
    found: dict[str, dict[str, float]] = {}
    if "degree" in only:
        found["degree"] = {node: len(graph.adj[node]) for node in graph}
    if "strength" in only:
        found["strength"] = {node: sum(d["weight"] for d in graph.adj[node].values()) for node in graph}
    if "pagerank" in only:
        found["pagerank"] = engines.pagerank(graph, backend)
    if "betweenness" in only and len(graph) <= exact:
        found["betweenness"] = engines.betweenness(graph, backend)
    elif "betweenness" in only:
        found["betweenness"], found["betweenness_error"] = engines.sampled_betweenness(graph, sources, SEED, backend)
    return found


def ranking(values: Mapping[str, float], among: set[str]) -> list[tuple[int, str]]:
    """(rank, node) in falling order; equals share the better rank, and stand in order of their keys."""
    ordered = sorted(among, key=lambda node: (-_rounded(values[node]), node))
    ranks: list[tuple[int, str]] = []
    for number, node in enumerate(ordered, 1):
        is_equal = ranks and _rounded(values[ordered[number - 2]]) == _rounded(values[node])
        ranks.append((ranks[-1][0] if is_equal else number, node))
    return ranks


def _rounded(value: float) -> float:
    """Digits that every engine agrees on."""
    return round(value, 9)


def measure(
    views: Views,
    *,
    view: str = "donations",
    by: str = "pagerank",
    of: str | None = None,
    trend: bool = False,
    backend: str | None = None,
) -> Findings:
    """The organizations of a view, ranked; with `trend`, one figure over the years."""
    engines.check(backend)
    who = views.focus(of) if of else None
    if trend:
        return _trend(views, view, by, who, backend)
    network = views.network(view)
    graph, among = undirected(network), ranked(network)
    if not among:
        raise NotFound(nothing(view, views.day))
    if who and who not in among:
        raise NotFound(f"{views.label(who)} is not in the view {view}" + (f" on {views.day}" if views.day else ""))
    found = figures(graph, backend)
    rows = [
        {
            "rank": rank,
            "organization": views.label(node),
            "organization_id": node[2:],
            "kind": views.kind(node),
            "degree": int(found["degree"][node]),
            "strength": round(found["strength"][node], 6),
            "pagerank": round(found["pagerank"][node], 6),
            "betweenness": round(found["betweenness"][node], 6),
            "betweenness_error": round(found["betweenness_error"][node], 6) if "betweenness_error" in found else None,
        }
        for rank, node in ranking(found[by], among)
        if who in (None, node)
    ]
    from kg.network import INPUT_COLUMNS, inputs

    top = rows[:40]
    chart = Chart(
        "bars",
        f"Organizations by {by}, view {view}",
        by,
        [str(row["organization"]) for row in top],
        {by: [row[by] for row in top]},
    )
    remarks = [*engines.advice(graph, backend), *left_out(network), _shape(graph)]
    if "betweenness_error" in found:
        worst = max(found["betweenness_error"].values())
        remarks.append(
            f"betweenness is estimated from {SOURCES} of {len(graph)} nodes, seed {SEED}: within {worst:.2g} at 95 %"
        )
    shown = ("rank", "organization", "kind", *BY)
    return Findings(COLUMNS, rows, shown, (), remarks, INPUT_COLUMNS, inputs(network), chart)


def ranked(network: nx.Graph[str]) -> set[str]:
    """The organizations that give, hold or are members; foundations are what the others meet in."""
    sides = {data["by"] for _, _, data in network.edges(data=True)}
    return {node for node in sides if network.nodes[node]["kind"] != "foundation"}


def nothing(view: str, day: str | None) -> str:
    """The sentence for a view with nothing in it."""
    return f"the view {view} is empty: no such fact is on record" + (f" that surely held on {day}" if day else "")


def left_out(network: nx.Graph[str]) -> list[str]:
    """What to say of the facts that only may have held on the day, in a list."""
    possible, day = network.graph.get("possible"), network.graph.get("day")
    return [f"{possible} facts that may have held on {day}, for all that sources say, are left out"] if possible else []


def _shape(graph: nx.Graph[str]) -> str:
    whole = centralization(graph)
    said = "" if whole is None else f"; degree centralization {whole:.4f} (Freeman; 1 is a star, 0 all alike)"
    return f"{len(graph)} nodes, {graph.number_of_edges()} pairs{said}"


def undirected(network: nx.Graph[str]) -> nx.Graph[str]:
    """One undirected edge a pair, weights added."""
    import networkx as nx

    from kg.network import merged

    return nx.Graph(merged(network)) if not network.is_directed() else _both_ways(merged(network))


def _both_ways(network: nx.Graph[str]) -> nx.Graph[str]:
    import networkx as nx

    graph: nx.Graph[str] = nx.Graph()
    graph.add_nodes_from(network.nodes(data=True))
    for source, target, data in network.edges(data=True):
        weight = data["weight"] + (graph.edges[source, target]["weight"] if graph.has_edge(source, target) else 0.0)
        graph.add_edge(source, target, **{**data, "weight": weight})
    return graph


def _trend(views: Views, view: str, by: str, who: str | None, backend: str | None) -> Findings:
    from kg.network import INPUT_COLUMNS, inputs

    rows: list[dict[str, Any]] = []
    series: dict[str, dict[str, float]] = {}
    days = views.days(view)
    last: list[str] = []
    for day in days:
        network = views.network(view, day)
        among = ranked(network)
        if not among:
            continue
        graph = undirected(network)
        values = figures(graph, backend, only=(by,))[by]
        whole = centralization(graph)
        last = []
        for rank, node in ranking(values, among):
            last.append(node)
            series.setdefault(node, {})[day] = round(values[node], 6)
            rows.append(
                {
                    "day": day,
                    "rank": rank,
                    "organization": views.label(node),
                    "organization_id": node[2:],
                    "figure": by,
                    "value": round(values[node], 6),
                    "ranked": len(among),
                    "centralization": None if whole is None else round(whole, 6),
                }
            )
    kept = [who] if who else last[:SHOWN_IN_TREND]
    rows = [row for row in rows if "o:" + row["organization_id"] in kept]
    if not rows:
        raise NotFound(f"{views.label(who)} is not in the view {view} on any day" if who else nothing(view, views.day))
    chart = Chart(
        "lines",
        f"{by.capitalize()} of organizations over time, view {view}",
        by,
        days,
        {views.label(node): [series[node].get(day) for day in days] for node in kept},
    )
    return Findings(TREND, rows, TREND[:3] + TREND[4:], (), [], INPUT_COLUMNS, inputs(views.network(view)), chart)
