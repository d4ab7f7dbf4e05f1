"""Which organizations tie foundations together: shared members, weighted as Newman does, brokers, and the core."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any

from kg.analysis import Chart, Findings
from kg.errors import NotFound

if TYPE_CHECKING:
    import networkx as nx

    from kg.network import Views

COLUMNS = (
    "organization",
    "organization_id",
    "kind",
    "foundations",
    "umbrellas",
    "newman",
    "brokerage",
    "sole",
    "core",
    "which",
)
PAIRS = ("one", "one_id", "other", "other_id", "weight", "shared", "which", "sources")


def shared_weights(members: Mapping[str, set[str]], among: set[str]) -> dict[tuple[str, str], tuple[float, list[str]]]:
    """For each pair of `among` with a body in common: the sum of 1/(n-1) over these bodies of n members, and the bodies.

    `members` has the members of each body. Formula: Newman 2001, "Scientific collaboration networks II", eq. 2: a body of
    two ties its members firmly, one of thousands hardly.
    """
    found: dict[tuple[str, str], tuple[float, list[str]]] = {}
    for body, inside in sorted(members.items()):
        weight = 1 / (len(inside) - 1) if len(inside) > 1 else 0.0
        for pair in combinations(sorted(inside & among), 2):
            total, bodies = found.get(pair, (0.0, []))
            bodies.append(body)
            found[pair] = (total + weight, bodies)
    return found


def brokerage(bodies: Mapping[str, set[str]]) -> dict[str, tuple[float, int]]:
    """For each member: the sum over the pairs of its bodies of 1/(members that both have), and the pairs only it joins.

    `bodies` has the bodies of each member. It is Newman's weight on the side of the bodies: a tie that few others make counts.
    """
    joining: dict[tuple[str, str], int] = defaultdict(int)
    for inside in bodies.values():
        for pair in combinations(sorted(inside), 2):
            joining[pair] += 1
    found = {}
    for member, inside in bodies.items():
        counts = [joining[pair] for pair in combinations(sorted(inside), 2)]
        found[member] = (sum(1 / count for count in counts), sum(count == 1 for count in counts))
    return found


def measure(
    views: Views,
    *,
    view: str = "memberships",
    of: str | None = None,
    at_least: int = 3,
    pairs: bool = False,
    backend: str | None = None,
) -> Findings:
    """The organizations in at least so many foundations; with `pairs`, each two of them that share one."""
    from kg.analysis import engines
    from kg.analysis.influence import left_out, nothing
    from kg.network import INPUT_COLUMNS, inputs

    engines.check(backend)
    who = views.focus(of) if of else None
    network = views.network(view)
    bodies: dict[str, set[str]] = defaultdict(set)
    members: dict[str, set[str]] = defaultdict(set)
    for one, other, data in network.edges(data=True):
        member, body = (one, other) if data["by"] == one else (other, one)
        bodies[member].add(body)
        members[body].add(member)
    if not bodies:
        raise NotFound(nothing(view, views.day))
    among = {m for m, inside in bodies.items() if len(inside) >= at_least and views.kind(m) != "foundation"}
    if who:
        if who not in bodies:
            on = f" on {views.day}" if views.day else ""
            raise NotFound(f"{views.label(who)} is in no foundation of the view {view}{on}")
        among.add(who)
    if not among:
        raise NotFound(f"no organization is in {at_least} foundations or more in the view {view}; --at-least asks for fewer")
    remarks = left_out(network)
    chain = views.parents()
    if pairs:
        rows, chart = _pairs(views, network, shared_weights(members, among), who)
        if not rows:
            raise NotFound(f"no two of the {len(among)} organizations are in the same foundation")
        return Findings(PAIRS, rows, ("one", "other", "weight", "shared"), (), remarks, INPUT_COLUMNS, inputs(network), chart)
    rows = _members(views, network, bodies, members, among, core_numbers(network, backend), chain)
    rows = [row for row in rows if who in (None, "o:" + row["organization_id"])]
    top = rows[:40]
    chart = Chart(
        "bars",
        f"Who joins foundations that few others join, view {view}",
        "brokerage: pairs of foundations, each divided by how many organizations are in both",
        [row["organization"] for row in top],
        {"brokerage": [row["brokerage"] for row in top]},
    )
    shown = ("organization", "foundations", "umbrellas", "newman", "brokerage", "sole", "core")
    return Findings(COLUMNS, rows, shown, (), remarks, INPUT_COLUMNS, inputs(network), chart)


def core_numbers(network: nx.Graph[str], backend: str | None = None) -> dict[str, int]:
    """The largest k of each node so that it is in a part of the network where all have k neighbours (Seidman 1983)."""
    import networkx as nx

    from kg.analysis import engines

    if backend == "igraph":
        made, order = engines.as_igraph(network)
        return dict(zip(order, made.coreness(), strict=True))
    return dict(nx.core_number(network, backend=backend or "networkx"))


def _members(
    views: Views,
    network: nx.Graph[str],
    bodies: Mapping[str, set[str]],
    members: Mapping[str, set[str]],
    among: set[str],
    cores: Mapping[str, int],
    chain: Mapping[str, Sequence[str]],
) -> list[dict[str, Any]]:
    broker = brokerage(bodies)
    rows = [
        {
            "organization": views.label(member),
            "organization_id": member[2:],
            "kind": views.kind(member),
            "foundations": len(bodies[member]),
            # What is part of another is that other's: members of a part of an umbrella are members of the whole.
            "umbrellas": len({(chain.get(body) or (body,))[-1] for body in bodies[member]}),
            "newman": round(sum(len(members[body]) > 1 for body in bodies[member]), 6),
            "brokerage": round(broker[member][0], 6),
            "sole": broker[member][1],
            "core": cores[member],
            "which": sorted(body[2:] for body in bodies[member]),
            "sources": sorted({url for edge in network.adj[member].values() for url in edge["sources"]}),
        }
        for member in among
    ]
    return sorted(rows, key=lambda row: (-row["brokerage"], -row["foundations"], row["organization_id"]))


def _pairs(
    views: Views, network: nx.Graph[str], weights: Mapping[tuple[str, str], tuple[float, list[str]]], who: str | None
) -> tuple[list[dict[str, Any]], Chart]:
    rows: list[dict[str, Any]] = [
        {
            "one": views.label(one),
            "one_id": one[2:],
            "other": views.label(other),
            "other_id": other[2:],
            "weight": round(weight, 6),
            "shared": len(shared),
            "which": sorted(body[2:] for body in shared),
            "sources": sorted({u for end in (one, other) for body in shared for u in network.edges[end, body]["sources"]}),
        }
        for (one, other), (weight, shared) in weights.items()
        if who in (None, one, other)
    ]
    rows.sort(key=lambda row: (-row["weight"], row["one_id"], row["other_id"]))
    top = rows[:40]
    chart = Chart(
        "bars",
        "Organizations most tied by the foundations they share",
        "Newman's weight: 1/(members - 1), added over the foundations shared",
        [f"{row['one']} – {row['other']}" for row in top],
        {"weight": [row["weight"] for row in top]},
    )
    return rows, chart
