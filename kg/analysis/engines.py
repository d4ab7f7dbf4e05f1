"""Which library computes: networkx, one of its dispatch backends, or igraph; every one gives the same figures.

Without a backend asked for it is networkx, whose answers need nothing else installed. Where that takes longer than a moment,
igraph computes what is the same to the last digits shown, if it is there (`pip install 'osgov-kg[analysis]'`).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from importlib.metadata import entry_points
from importlib.util import find_spec
from typing import Any

import networkx as nx

from kg.errors import KgError, Misuse

MANY = 1_000_000  # edges past which networkx takes minutes
_MOMENT = 1_000  # edges past which igraph is worth its import


def check(backend: str | None) -> None:
    """Raises Misuse for a backend that is none, naming those there are; KgError for igraph where it is not installed."""
    if backend in {None, "networkx"}:
        return
    if backend == "igraph":
        if find_spec("igraph") is None:
            raise KgError("--backend igraph: it is not installed; pip install 'osgov-kg[analysis]'")
        return
    known = sorted({"networkx", "igraph", *(found.name for found in entry_points(group="networkx.backends"))})
    if backend not in known:
        raise Misuse(f"--backend {backend}: there is none of that name here; there are {', '.join(known)}")


def advice(graph: nx.Graph[str], backend: str | None) -> list[str]:
    """What to say of a network too large for networkx, in a list; nothing of others."""
    edges = graph.number_of_edges()
    if edges <= MANY or backend not in {None, "networkx"}:
        return []
    return [f"{edges:,} edges take networkx minutes; --backend igraph takes seconds (pip install 'osgov-kg[analysis]')"]


def pagerank(graph: nx.Graph[str], backend: str | None = None, damping: float = 0.85) -> dict[str, float]:
    """The PageRank of each node, edges weighted by `weight`, both ways where the network is undirected; they sum to 1.

    Formula: Brin & Page 1998, by power iteration; what a node without edges would pass on goes to all alike. networkx's own
    needs scipy, larger than everything else installed; so this one stands in for it unless a backend is asked for.
    """
    if _by_igraph(graph, backend):
        made, order = as_igraph(graph)
        return dict(zip(order, made.pagerank(damping=damping, weights="weight", directed=made.is_directed()), strict=True))
    if backend:
        return dict(_dispatched(nx.pagerank, graph, backend, alpha=damping, tol=1e-12, max_iter=1000))
    order = sorted(graph)
    place = {key: number for number, key in enumerate(order)}
    links: list[tuple[int, int, float]] = []
    for source, target, weight in graph.edges(data="weight", default=1.0):
        links.append((place[source], place[target], weight))
        if not graph.is_directed() and source != target:
            links.append((place[target], place[source], weight))
    sent = [0.0] * len(order)
    for source, _, weight in links:
        sent[source] += weight
    shares = [(source, target, damping * weight / sent[source]) for source, target, weight in sorted(links) if weight]
    rank = [1 / len(order)] * len(order)
    for _ in range(1000):
        kept = sum(rank[n] for n, total in enumerate(sent) if not total)
        new = [(1 - damping + damping * kept) / len(order)] * len(order)
        for source, target, share in shares:
            new[target] += rank[source] * share
        moved = sum(abs(a - b) for a, b in zip(new, rank, strict=True))
        rank = new
        if moved < 1e-12:
            break
    return dict(zip(order, rank, strict=True))


def betweenness(graph: nx.Graph[str], backend: str | None = None) -> dict[str, float]:
    """Which part, 0 to 1, of the shortest paths between all others lead over each node: hops, not weights, both ways.

    Formula: Freeman 1977, divided by (n-1)(n-2)/2 as networkx does.
    """
    plain = nx.Graph(graph.to_undirected(as_view=True)) if graph.is_directed() or graph.is_multigraph() else graph
    if _by_igraph(plain, backend):
        made, order = as_igraph(plain)
        pairs = max(1, (len(order) - 1) * (len(order) - 2) / 2)
        return dict(zip(order, (value / pairs for value in made.betweenness(directed=False)), strict=True))
    return dict(_dispatched(nx.betweenness_centrality, plain, backend or "networkx"))


def sampled_betweenness(
    graph: nx.Graph[str], sources: int, seed: int, backend: str | None = None, batches: int = 10
) -> tuple[dict[str, float], dict[str, float]]:
    """Betweenness estimated from paths that start at a random sample of nodes, and how far each may be off (95 %).

    The sample is split into batches; the spread of their estimates gives the standard error, and Student's t with 9 degrees
    of freedom (2.262) the interval. Formula: Brandes & Pich 2007, with batch means. Of nodes that few paths cross the batches
    see too little to tell their own error: for them the largest one stands.
    """
    plain = nx.Graph(graph.to_undirected(as_view=True)) if graph.is_directed() or graph.is_multigraph() else graph
    order = sorted(plain)
    sample = random.Random(seed).sample(order, min(sources, len(order)))
    size, pairs = len(order), max(1, (len(order) - 1) * (len(order) - 2) / 2)
    groups = [sample[number::batches] for number in range(batches)]
    estimates: list[list[float]] = []
    for group in groups:
        scale = size / len(group) / pairs
        if _by_igraph(plain, backend):
            made, names = as_igraph(plain)
            place = {key: number for number, key in enumerate(names)}
            found = dict(zip(names, made.betweenness(directed=False, sources=[place[k] for k in group]), strict=True))
        else:
            found = nx.betweenness_centrality_subset(plain, sources=group, targets=order)
        estimates.append([found[key] * scale for key in order])
    means, errors = {}, {}
    for number, key in enumerate(order):
        values = [estimate[number] for estimate in estimates]
        mean = sum(values) / batches
        spread = (sum((value - mean) ** 2 for value in values) / (batches - 1)) ** 0.5
        means[key], errors[key] = mean, 2.262 * spread / batches**0.5
    return means, errors


def communities(graph: nx.Graph[str], algorithm: str, seed: int, backend: str | None = None) -> list[set[str]]:
    """The communities that Louvain (Blondel 2008) or Leiden (Traag 2019) finds by weight, from this seed.

    networkx has Louvain; Leiden is in igraph, and in backends of networkx. Raises Misuse where the backend has it not.
    """
    if backend == "igraph" or (algorithm == "leiden" and backend is None):
        check("igraph")
        import igraph

        made, order = as_igraph(graph)
        igraph.set_random_number_generator(random.Random(seed))
        if algorithm == "leiden":
            found = made.community_leiden(objective_function="modularity", weights="weight", n_iterations=-1)
        else:
            found = made.community_multilevel(weights="weight")
        return [{order[member] for member in members} for members in found]
    call = nx.community.leiden_communities if algorithm == "leiden" else nx.community.louvain_communities
    return [set(members) for members in _dispatched(call, ordered(graph), backend or "networkx", weight="weight", seed=seed)]


def ordered(graph: nx.Graph[str]) -> nx.Graph[str]:
    """The same undirected network with nodes and edges in order and weights alone: what is random then depends on the seed."""
    plain: nx.Graph[str] = nx.Graph()
    plain.add_nodes_from(sorted(graph))
    plain.add_weighted_edges_from(sorted((*sorted((a, b)), w) for a, b, w in graph.edges(data="weight", default=1.0)))
    return plain


def _by_igraph(graph: nx.Graph[str], backend: str | None) -> bool:
    if backend is None:
        return graph.number_of_edges() > _MOMENT and find_spec("igraph") is not None
    return backend == "igraph"


def as_igraph(graph: nx.Graph[str]) -> tuple[Any, Sequence[str]]:
    """The network as igraph has it, and the key of each of its vertices."""
    import igraph

    order = sorted(graph)
    place = {key: number for number, key in enumerate(order)}
    edges = sorted((place[a], place[b], w) for a, b, w in graph.edges(data="weight", default=1.0))
    make: Any = igraph.Graph
    made = make(n=len(order), edges=[edge[:2] for edge in edges], directed=graph.is_directed())
    made.es["weight"] = [edge[2] for edge in edges]
    return made, order


def _dispatched(call: Callable[..., Any], graph: nx.Graph[str], backend: str, **given: Any) -> Any:
    """What networkx, or the backend, answers. Raises Misuse where the backend cannot."""
    check(backend)
    name = getattr(call, "__name__", "this")
    try:
        return call(graph, backend=backend, **given)
    except (ImportError, NotImplementedError, RuntimeError) as error:
        raise Misuse(f"--backend {backend}: it does not do {name} here ({error}); leave it out, or take igraph") from error
