"""How two things are connected: the shortest chains of facts between them, those over hubs ranked down."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Any

from kg.analysis import Chart, Findings
from kg.errors import NotFound

if TYPE_CHECKING:
    import networkx as nx

    from kg.network import Views

HUB = 100  # ties from which on a thing joins everything with everything
DETOUR = 3.0  # hops that a way over a hub counts more
COLUMNS = (
    *("path", "hops", "hubs", "hop", "from", "from_id", "fact", "to", "to_id", "what", "since", "until", "certainty"),
    *("facts", "sources"),
)
# How a hop reads along the fact, and against it.
WORDS = {
    "gave": ("gave", "was given by"),
    "went to": ("went to", "received"),
    "holdings": ("holds", "is held by"),
    "memberships": ("is a member of", "has the member"),
    "boards": ("has seats on the board of", "has on its board"),
    "control": ("controls", "is controlled by"),
    "affiliations": ("is part of", "has the part"),
    "employers": ("employs maintainers of", "is maintained by people of"),
}


def ways(graph: nx.MultiDiGraph[str], a: str, b: str, *, hub: int = HUB, detour: float = DETOUR) -> Iterator[list[str]]:
    """The simple paths from a to b whichever way the facts point, cheapest first, those of one cost in order of their nodes.

    A hop costs 1, a hub in between `detour` more. Yen's algorithm as networkx has it.
    Raises networkx's NetworkXNoPath where there is none.
    """
    import networkx as nx

    plain = nx.Graph()
    plain.add_nodes_from(sorted(graph))
    for source, target in sorted({(min(pair), max(pair)) for pair in graph.edges(keys=False)}):
        plain.add_edge(source, target)
    extra = {node: detour / 2 if node not in (a, b) and len(plain.adj[node]) >= hub else 0.0 for node in plain}
    for source, target in plain.edges:
        plain.edges[source, target]["cost"] = 1.0 + extra[source] + extra[target]
    waiting: list[list[str]] = []
    dearest = -math.inf
    for path in nx.shortest_simple_paths(plain, a, b, weight="cost"):
        cost = sum(plain.edges[hop]["cost"] for hop in pairwise(path))
        if cost > dearest + 1e-9:
            yield from sorted(waiting)
            waiting, dearest = [], cost
        waiting.append(path)
        if len(waiting) > 200:  # so many alike tell no more than any of them
            break
    yield from sorted(waiting)


def measure(views: Views, *, a: str, b: str, paths: int = 3) -> Findings:
    """The first so many paths, a row a hop: the fact it rests on, its dates, and its sources."""
    import networkx as nx

    from kg.network import INPUT_COLUMNS

    start, end = views.resolve(a), views.resolve(b)
    for key in (start, end):
        views.stop_at(key)
    if start == end:
        raise NotFound(f"{views.label(start)} is one and the same; name two")
    graph = views.everything()
    on = f" on {views.day}" if views.day else ""
    for key in (start, end):
        if key not in graph:
            raise NotFound(f"{views.label(key)} is tied to nothing that the graph knows{on}")
    try:
        found = list(islice(ways(graph, start, end), paths))
    except nx.NetworkXNoPath:
        raise NotFound(f"no chain of facts connects {views.label(start)} and {views.label(end)}{on}") from None
    sizes = {node: len({*graph.predecessors(node), *graph.successors(node)}) for path in found for node in path}
    rows: list[dict[str, Any]] = []
    over_hubs = 0
    for number, path in enumerate(found, 1):
        hubs = [node for node in path[1:-1] if sizes[node] >= HUB]
        over_hubs += bool(hubs)
        for hop, (source, target) in enumerate(pairwise(path), 1):
            rows.append(
                {
                    "path": number,
                    "hops": len(path) - 1,
                    "hubs": [node[2:] for node in hubs],
                    "hop": hop,
                    **_hop(graph, source, target),
                }
            )
    remarks = []
    if over_hubs:
        named = sorted({views.label("o:" + hub) if "o:" + hub in sizes else hub for row in rows for hub in row["hubs"]})
        which = "all of them lead" if over_hubs == len(found) else f"{over_hubs} of {len(found)} paths lead, ranked down,"
        remarks.append(f"{which} over a hub that ties everything to everything, and says little: {', '.join(named)}")
    shown = ("path", "hop", "from", "fact", "to", "what", "since", "until")
    inputs = [{**{c: row.get(c) for c in INPUT_COLUMNS}, "weight": 1.0} for row in rows]
    return Findings(COLUMNS, rows, shown, ("sources",), remarks, INPUT_COLUMNS, inputs, _chart(views, found, rows, start, end))


def _hop(graph: nx.MultiDiGraph[str], source: str, target: str) -> dict[str, Any]:
    """The fact between two neighbours that says most: the earliest dated, one along the way before one against it."""
    options = [
        (way, key, data)
        for way, ends in enumerate(((source, target), (target, source)))
        if graph.has_edge(*ends)
        for key, data in graph[ends[0]][ends[1]].items()
    ]
    way, _, data = min(options, key=lambda option: (option[2]["since"] or "9999", option[0], option[1]))
    kinds = sorted({WORDS[other["kind"]][w] for w, _, other in options} - {WORDS[data["kind"]][way]})
    return {
        "from": graph.nodes[source]["label"],
        "from_id": source[2:],
        "fact": "; ".join([WORDS[data["kind"]][way], *kinds]),
        "to": graph.nodes[target]["label"],
        "to_id": target[2:],
        "what": data["what"] or None,
        "since": data["since"] or None,
        "until": data["until"] or None,
        "certainty": data["certainty"],
        "facts": sorted({fact.split("/id/")[-1] for _, _, other in options for fact in other["facts"]}),
        "sources": sorted({url for _, _, other in options for url in other["sources"]}),
    }


def _chart(views: Views, found: Sequence[Sequence[str]], rows: Sequence[dict[str, Any]], start: str, end: str) -> Chart:
    chains: dict[str, list[str]] = {}
    for number, path in enumerate(found, 1):
        hops = [row for row in rows if row["path"] == number]
        words = [views.label(path[0])]
        for row in hops:
            words += [row["fact"].split(";")[0] + (f" ({row['since']})" if row["since"] else ""), row["to"]]
        over = f", over {', '.join(hops[0]['hubs'])}" if hops[0]["hubs"] else ""
        chains[f"path {number}: {len(hops)} hops{over}"] = words
    return Chart("chains", f"From {views.label(start)} to {views.label(end)}", "", [], chains)
