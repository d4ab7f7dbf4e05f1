"""What a withdrawal breaks, on graphs a person can draw and on random ones, by another computation."""

import random

import networkx as nx
import pytest

from kg.analysis.withdrawal import is_stale, losses, pieces, share_lost


def staffed(ties, maintainers=()):
    """Company – project, weighted; `maintainers` has those of projects that have more than their employers account for."""
    graph = nx.Graph(view="employers", day="2024-01-01")
    for company, project, weight in ties:
        graph.add_edge(company, project, weight=float(weight), by=company)
    for node in graph:
        graph.nodes[node].update(label=node, kind="project" if node.startswith("p:") else "company")
        if node.startswith("p:"):
            named = sum(w for _, _, w in graph.edges(node, data="weight"))
            graph.nodes[node]["maintainers"] = dict(maintainers).get(node, named)
            graph.nodes[node]["unknown"] = graph.nodes[node]["maintainers"] - named
    return graph


def test_a_project_loses_what_the_company_employs_of_all_its_maintainers():
    graph = staffed([("o:acme", "p:loom", 3), ("o:bolt", "p:loom", 1), ("o:acme", "p:shuttle", 1)], [("p:loom", 6)])
    assert losses(graph, "o:acme") == {"p:loom": (3, 6, 2), "p:shuttle": (1, 1, 0)}
    assert share_lost(3, 6, 2) == (0.5, 5 / 6)  # half is not over half, but may be
    assert losses(graph, "o:nobody") == {}


def test_a_body_that_leaves_takes_nothing_from_its_members():
    graph = nx.Graph(view="memberships")
    graph.add_edge("o:acme", "o:harbour", weight=1.0, by="o:acme")
    graph.add_edge("o:harbour", "o:umbrella", weight=1.0, by="o:harbour")
    assert losses(graph, "o:harbour") == {"o:umbrella": (1, 1, 0)}
    assert losses(graph, "o:acme") == {"o:harbour": (1, 1, 0)}


def test_what_hangs_on_the_company_alone_is_cut_off():
    ties = [("o:acme", "p:a", 1), ("o:acme", "p:b", 1), ("o:acme", "p:c", 1), ("o:bolt", "p:b", 1), ("o:cord", "p:c", 1)]
    graph = staffed([*ties, ("o:bolt", "p:d", 1), ("o:far", "p:far", 1)])
    assert pieces(graph, "o:acme") == [frozenset({"o:cord", "p:c"}), frozenset({"p:a"})]
    assert pieces(graph, "o:bolt") == [frozenset({"p:d"})]
    assert pieces(graph, "o:cord") == []
    assert pieces(graph, "o:nobody") == []


def reached(edges, start, without):
    """All that a walk from a node gets to, by plain search over pairs."""
    seen, waiting = {start}, [start]
    while waiting:
        here = waiting.pop()
        for a, b in edges:
            for one, other in ((a, b), (b, a)):
                if one == here and other not in seen and other != without:
                    seen.add(other)
                    waiting.append(other)
    return frozenset(seen)


@pytest.mark.parametrize("seed", range(50))
def test_losses_and_pieces_equal_those_of_a_plain_search_whatever_comes_first(seed):
    dice = random.Random(seed)
    companies, projects = [f"o:{n}" for n in range(dice.randint(1, 8))], [f"p:{n}" for n in range(dice.randint(1, 10))]
    ties = [(c, p, dice.randint(1, 5)) for c in companies for p in projects if dice.random() < 0.25] or [("o:0", "p:0", 1)]
    leaver = dice.choice(ties)[0]
    graph = staffed(ties)
    wanted = {p: (w, sum(x for _, q, x in ties if q == p), 0) for c, p, w in ties if c == leaver}
    assert losses(graph, leaver) == wanted
    edges = [(c, p) for c, p, _ in ties]
    parts = {reached(edges, p, leaver) for c, p in edges if c == leaver}
    found = pieces(graph, leaver)
    assert len(found) == len(parts) - 1
    assert set(found) < parts
    assert max(map(len, parts)) == len(next(iter(parts - set(found))))
    again = dice.sample(ties, len(ties))
    assert pieces(staffed(again), leaver) == found
    names = {node: f"{node[:2]}{number}" for number, node in zip(dice.sample(range(100), len(graph)), graph, strict=True)}
    renamed = staffed([(names[c], names[p], w) for c, p, w in ties])
    assert sorted(map(len, pieces(renamed, names[leaver]))) == sorted(map(len, found))
    assert losses(renamed, names[leaver]) == {names[p]: lost for p, lost in wanted.items()}


def test_a_list_is_stale_after_a_year():
    assert is_stale("2023-01-01", "2024-01-03")
    assert not is_stale("2023-01-01", "2024-01-02")
    assert not is_stale("", "2024-01-02")
