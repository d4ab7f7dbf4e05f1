"""Which groups a network falls into, how clearly, and whether another throw of the dice would find the same ones."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any

from kg.analysis import Chart, Findings, engines
from kg.errors import NotFound

if TYPE_CHECKING:
    import networkx as nx

    from kg.network import Views

SEEDS = 20
COLUMNS = ("community", "name", "size", "organizations", "projects", "inside", "share_inside", "stability", "members")

Partition = Sequence[set[str]]


def modularity(graph: nx.Graph[str], parts: Iterable[set[str]]) -> float:
    """How much more weight lies inside the parts than chance would put there (Newman & Girvan 2004); from -1/2 to 1.

    Formula: sum over parts of inside/total - (strength/(2 total))^2.
    """
    total: float = sum(weight for _, _, weight in graph.edges(data="weight", default=1.0))
    if not total:
        return 0.0
    part_of = {node: number for number, part in enumerate(parts) for node in part}
    inside: dict[int, float] = defaultdict(float)
    strength: dict[int, float] = defaultdict(float)
    for one, other, weight in graph.edges(data="weight", default=1.0):
        strength[part_of[one]] += weight
        strength[part_of[other]] += weight
        if part_of[one] == part_of[other]:
            inside[part_of[one]] += weight
    return sum((inside[part] / total - (strength[part] / (2 * total)) ** 2 for part in strength), 0.0)


def adjusted_rand(one: Partition, other: Partition) -> float:
    """How much two partitions of the same nodes agree: 1 the same, 0 as by chance (Hubert & Arabie 1985).

    >>> adjusted_rand([{"a", "b"}, {"c"}], [{"c"}, {"a", "b"}])
    1.0
    """
    place = {node: number for number, part in enumerate(other) for node in part}
    both = Counter((number, place[node]) for number, part in enumerate(one) for node in part)
    together = sum(_pairs(count) for count in both.values())
    first = sum(_pairs(len(part)) for part in one)
    second = sum(_pairs(len(part)) for part in other)
    chance = first * second / (_pairs(sum(map(len, one))) or 1)
    most = (first + second) / 2
    return 1.0 if most == chance else (together - chance) / (most - chance)


def _pairs(count: int) -> float:
    return count * (count - 1) / 2


def mean_agreement(partitions: Sequence[Partition]) -> float:
    """The mean adjusted Rand index over every two of the partitions."""
    values = [adjusted_rand(one, other) for one, other in combinations(partitions, 2)]
    return sum(values) / len(values) if values else 1.0


def stability(part: set[str], partitions: Sequence[Partition]) -> float:
    """How well a part is found again, 0 to 1: its best overlap (Jaccard) in each partition, on average (Hennig 2007)."""
    return sum(max(len(part & other) / len(part | other) for other in found) for found in partitions) / len(partitions)


def measure(views: Views, *, view: str = "donations", algorithm: str = "louvain", backend: str | None = None) -> Findings:
    """The partition of the highest modularity among those of 20 seeds, a row a community."""
    from kg.analysis.influence import left_out, nothing, undirected
    from kg.network import INPUT_COLUMNS, inputs

    engines.check(backend)
    network = views.network(view)
    if not network.number_of_edges():
        raise NotFound(nothing(view, views.day))
    graph = undirected(network)
    found = [engines.communities(graph, algorithm, seed, backend) for seed in range(SEEDS)]
    scores = [modularity(graph, parts) for parts in found]
    best = max(range(SEEDS), key=lambda seed: (round(scores[seed], 9), -seed))
    strength = {node: sum(data["weight"] for data in graph.adj[node].values()) for node in graph}
    rows: list[dict[str, Any]] = []
    for part in found[best]:
        heaviest = sorted(part, key=lambda node: (-strength[node], node))
        inside = sum(w for a, b, w in graph.subgraph(part).edges(data="weight"))
        weight = sum(strength[node] for node in part)
        rows.append(
            {
                "name": " · ".join(views.label(node) for node in heaviest[:3]),
                "size": len(part),
                "organizations": sum(node.startswith("o:") for node in part),
                "projects": sum(node.startswith("p:") for node in part),
                "inside": round(inside, 6),
                "share_inside": round(2 * inside / weight, 4) if weight else None,
                "stability": round(stability(part, found), 4),
                "members": [node[2:] for node in heaviest],
            }
        )
    rows.sort(key=lambda row: (-row["inside"], -row["size"], row["members"]))
    rows = [{"community": number, **row} for number, row in enumerate(rows, 1)]
    top = rows[:40]
    chart = Chart(
        "bars",
        f"Communities of the view {view}, by what lies inside them",
        "weight of the ties inside",
        [f"{row['community']}  {row['name']}" for row in top],
        {"inside": [row["inside"] for row in top]},
    )
    remarks = [
        *engines.advice(graph, backend),
        *left_out(network),
        f"{algorithm}, the best of seeds 0 to {SEEDS - 1} (seed {best}): modularity {scores[best]:.4f}, from {min(scores):.4f};"
        f" the seeds agree by {mean_agreement(found):.4f} (mean adjusted Rand index; 1 is the same, 0 chance)",
    ]
    shown = ("community", "name", "size", "inside", "share_inside", "stability")
    return Findings(COLUMNS, rows, shown, (), remarks, INPUT_COLUMNS, inputs(network), chart)
