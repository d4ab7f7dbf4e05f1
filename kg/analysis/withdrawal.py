"""What breaks if a company leaves, and those it controls with it: projects without most of their maintainers, bodies, ties."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from kg.analysis import Chart, Findings
from kg.errors import NotFound

if TYPE_CHECKING:
    import networkx as nx

    from kg.network import Views

COLUMNS = ("kind", "what", "what_id", "breaks", "lost", "of", "least", "most", "with", "list", "stale", "sources")
STALE_DAYS = 366
"""A list that is older than this on the day asked for is stale: the lists of maintainers and members are made once a year."""
_WORDS = {"employers": "maintainers", "boards": "board votes", "memberships": "members"}


def share_lost(weight: float, total: float, unknown: float = 0.0) -> tuple[float, float]:
    """The least and the greatest share, 0 to 1, that is lost, whoever the `unknown` part of the total belongs to.

    >>> share_lost(4, 10, 3)
    (0.4, 0.7)
    """
    return (weight / total, min(1.0, (weight + unknown) / total)) if total else (0.0, 0.0)


def losses(graph: nx.Graph[str], company: str) -> dict[str, tuple[float, float, float]]:
    """For each project it works on and body it is in: what that loses, of how much, and how much of it is nobody's known.

    The whole is the weight of all edges of the neighbour, and of a project the maintainers that its list counts.
    """
    found = {}
    for other, edge in graph.adj[company].items() if company in graph else ():
        if edge["by"] != company:  # a body is asked about, and this one is its member
            continue
        node = graph.nodes[other]
        whole = sum(tie["weight"] for tie in graph.adj[other].values() if tie["by"] != other)
        found[other] = (edge["weight"], float(node.get("maintainers", whole)), float(node.get("unknown", 0)))
    return found


def pieces(graph: nx.Graph[str], company: str) -> list[frozenset[str]]:
    """The parts that its component falls into without the company, without the largest of them, larger ones first.

    Of two that are equally large, the one with the node that sorts first counts as the larger.
    """
    import networkx as nx

    if company not in graph:
        return []
    rest = graph.subgraph(nx.node_connected_component(graph, company) - {company})
    return sorted(map(frozenset, nx.connected_components(rest)), key=lambda part: (-len(part), min(part)))[1:]


def is_stale(list_day: str, day: str) -> bool:
    """Whether a list of a day is more than STALE_DAYS old on another; False where either is unknown."""
    if not list_day or not day:
        return False
    return (date.fromisoformat(day) - date.fromisoformat(list_day)).days > STALE_DAYS


def measure(views: Views, *, company: str) -> Findings:
    """One row a thing that breaks or may break, maintainers first, those that surely break and lose most on top."""
    from kg.network import INPUT_COLUMNS, inputs

    focus = views.focus(company)
    graphs = {name: views.network(name) for name in _WORDS}
    day = views.read_until()
    tied = {
        name: sum(edge["by"] == focus for edge in graph.adj[focus].values()) for name, graph in graphs.items() if focus in graph
    }
    if not any(tied.values()):
        raise NotFound(
            f"no source shows {views.label(focus)}{f' on {views.day}' if views.day else ''} employing a maintainer, on a "
            "board or "
            f"as a member; `kg show {focus[2:]}` tells what is known of it"
        )
    seen = views.sightings()
    rows: list[dict[str, Any]] = []
    for name, graph in graphs.items():
        if tied.get(name):
            rows += _halves(name, graph, focus, day, seen)
            rows += _pieces(name, graph, focus, day, seen)
    said = (
        f"{views.label(focus)} is on record as an employer of maintainers in {tied.get('employers', 0)} projects, with "
        "seats on "
        f"{tied.get('boards', 0)} boards, and as a member of {tied.get('memberships', 0)} bodies"
    )
    if not rows:
        raise NotFound(
            f"{said}; none of them would lose more than half of its maintainers, votes or members, nor a tie to the rest"
        )
    rows.sort(
        key=lambda row: (
            list(_WORDS.values()).index(row["kind"].split(": ")[0]),
            ": " in row["kind"],
            row["breaks"] != "yes",
            -(row["least"] or 0),
            -row["lost"],
            row["what_id"],
        )
    )
    remarks = [said]
    stale = sorted({f"{row['kind'].split(': ')[0]} of {row['list']}" for row in rows if row["stale"] == "yes"})
    if stale:
        remarks.append(f"stale on {day}, by lists older than {STALE_DAYS} days: {', '.join(stale)}")
    used = [edge for graph in graphs.values() if focus in graph for edge in inputs(graph.subgraph([focus, *graph.adj[focus]]))]
    return Findings(
        COLUMNS,
        rows,
        ("kind", "what", "breaks", "lost", "of", "least", "most", "list", "stale"),
        (),
        remarks,
        INPUT_COLUMNS,
        [edge for edge in used if focus[2:] in (edge["from_id"], edge["to_id"])],
        _chart(rows, views.label(focus)),
    )


def _halves(name: str, graph: nx.Graph[str], focus: str, day: str, seen: dict[str, str]) -> Iterable[dict[str, Any]]:
    for other, (lost, whole, unknown) in losses(graph, focus).items():
        least, most = share_lost(lost, whole, unknown)
        if most > 0.5:
            edge = graph.edges[focus, other]
            row = _row(graph, _WORDS[name], other, "yes" if least > 0.5 else "possible", int(lost), int(whole))
            row["least"], row["most"] = round(100 * least), round(100 * most)
            row["sources"] = list(edge["sources"])
            yield _dated(row, _day(graph, [edge], seen), day)


def _pieces(name: str, graph: nx.Graph[str], focus: str, day: str, seen: dict[str, str]) -> Iterable[dict[str, Any]]:
    import networkx as nx

    whole = len(nx.node_connected_component(graph, focus))
    for part in pieces(graph, focus):
        # The heaviest of it names it: what most of its ties lead to.
        ranked = sorted(part, key=lambda key: (graph.nodes[key]["kind"] == "company", -graph.degree(key, weight="weight"), key))
        row = _row(graph, f"{_WORDS[name]}: cut off", ranked[0], "yes", len(part), whole)
        row["with"] = sorted(graph.nodes[key]["label"] for key in ranked[1:])
        ties = [data for _, other, data in graph.edges(focus, data=True) if other in part]
        row["sources"] = sorted({url for tie in ties for url in tie["sources"]})
        yield _dated(row, _day(graph, ties, seen), day)


def _row(graph: nx.Graph[str], kind: str, key: str, breaks: str, lost: int, whole: int) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(COLUMNS)
    row.update(
        {"kind": kind, "what": graph.nodes[key]["label"], "what_id": key[2:], "breaks": breaks, "lost": lost, "of": whole}
    )
    return {**row, "with": []}


def _day(graph: nx.Graph[str], edges: Iterable[dict[str, Any]], seen: dict[str, str]) -> str:
    """The day of the list that shows the ties; where no list does, that from which they are known."""
    if graph.graph["view"] == "employers":
        return graph.graph["day"] or ""
    return min((max([edge["since"], *(seen.get(fact, "") for fact in edge["facts"])]) for edge in edges), default="")


def _dated(row: dict[str, Any], list_day: str, day: str) -> dict[str, Any]:
    row["list"] = list_day or None
    row["stale"] = None if not list_day else "yes" if is_stale(list_day, day) else "no"
    return row


def _chart(rows: list[dict[str, Any]], who: str) -> Chart | None:
    halves = [row for row in rows if row["least"] is not None][:40]
    if not halves:
        return None
    labels = [f"{row['what'][:24]}: {row['lost']} of {row['of']} {row['kind']}" for row in halves]
    return Chart(
        "bars",
        f"What would lose over half, or might, if {who} left",
        "per cent lost at least",
        labels,
        {"least": [row["least"] for row in halves]},
    )
