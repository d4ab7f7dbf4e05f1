"""Measures of networks equal what other libraries compute on fifty random graphs, whatever nodes are called or come first."""

import math
import random
from itertools import combinations, permutations

import igraph
import networkx as nx
import pytest
import rustworkx

from kg.analysis import communities, engines, flow, influence, interlock, path
from kg.errors import KgError, Misuse

SEEDS = range(50)
EXACTLY = {"rel": 1e-9, "abs": 1e-12}


def random_graph(seed, *, directed=False):
    """A weighted graph of 2 to 30 nodes, some of them alone; seed 0 has one node, seed 1 no edge."""
    dice = random.Random(seed)
    nodes = [f"o:{number:02}" for number in range(1 if seed == 0 else dice.randint(2, 30))]
    graph = nx.DiGraph() if directed else nx.Graph()
    graph.add_nodes_from(nodes)
    for pair in permutations(nodes, 2) if directed else combinations(nodes, 2):
        if seed != 1 and dice.random() < 3 / len(nodes):
            graph.add_edge(*pair, weight=float(dice.randint(1, 9)))
    return graph


def shuffled(graph, seed):
    """The same graph, nodes and edges put in another order."""
    dice = random.Random(seed)
    out = graph.__class__()
    nodes, edges = list(graph), list(graph.edges(data=True))
    dice.shuffle(nodes)
    dice.shuffle(edges)
    out.add_nodes_from(nodes)
    out.add_edges_from((b, a, d) if not graph.is_directed() and dice.random() < 0.5 else (a, b, d) for a, b, d in edges)
    return out


def relabelled(graph, seed):
    """The same graph under other names that sort otherwise, and the new name of each node."""
    names = [f"o:{number}" for number in random.Random(seed).sample(range(1000), len(graph))]
    named = dict(zip(graph, names, strict=True))
    return nx.relabel_nodes(graph, named), named


def as_rustworkx(graph, *, directed):
    made = rustworkx.PyDiGraph() if directed else rustworkx.PyGraph()
    place = {node: made.add_node(node) for node in graph}
    for a, b, data in graph.edges(data=True):
        made.add_edge(place[a], place[b], data["weight"])
        if directed and not graph.is_directed():
            made.add_edge(place[b], place[a], data["weight"])
    return made, place


def same(ours, theirs):
    assert ours == pytest.approx(theirs, **EXACTLY)


@pytest.mark.parametrize("seed", SEEDS)
def test_pagerank_is_that_of_igraph_and_of_rustworkx(seed):
    for directed in (False, True):
        graph = random_graph(seed, directed=directed)
        ours = engines.pagerank(graph)
        same(sum(ours.values()), 1.0)
        assert ours == pytest.approx(engines.pagerank(graph, "igraph"), abs=1e-9)
        made, place = as_rustworkx(graph, directed=True)
        theirs = rustworkx.pagerank(made, weight_fn=float, tol=1e-12, max_iter=1000)
        assert ours == pytest.approx({node: theirs[place[node]] for node in graph}, abs=1e-9)


@pytest.mark.parametrize("seed", SEEDS)
def test_betweenness_is_that_of_igraph_and_of_rustworkx(seed):
    graph = random_graph(seed)
    ours = engines.betweenness(graph)
    same(ours, engines.betweenness(graph, "igraph"))
    made, place = as_rustworkx(graph, directed=False)
    theirs = rustworkx.betweenness_centrality(made)
    if len(graph) > 2:
        same(ours, {node: theirs[place[node]] for node in graph})


@pytest.mark.parametrize("seed", SEEDS)
def test_sampling_every_node_gives_the_exact_betweenness_by_either_library(seed):
    graph = random_graph(seed + 100)
    if len(graph) < 10:
        graph = nx.disjoint_union(graph, nx.path_graph(10))
        graph = nx.relabel_nodes(graph, str)
        nx.set_edge_attributes(graph, 1.0, "weight")
    # As many batches as nodes: their mean is then over each node once.
    for backend in (None, "igraph"):
        means, errors = engines.sampled_betweenness(graph, len(graph), 1, backend, batches=len(graph))
        same(means, engines.betweenness(graph))
        assert min(errors.values()) >= 0


def test_a_sample_is_as_far_off_as_it_says():
    graph = nx.relabel_nodes(nx.barabasi_albert_graph(400, 2, seed=7), str)
    exact = engines.betweenness(graph)
    means, errors = engines.sampled_betweenness(graph, 200, 1)
    for ours, again in zip((means, errors), engines.sampled_betweenness(shuffled(graph, 3), 200, 1), strict=True):
        same(again, ours)
    off = {node: abs(means[node] - exact[node]) for node in graph}
    leading = sorted(graph, key=exact.get)[-40:]
    assert sum(off[node] <= errors[node] for node in leading) >= 36
    # The largest error is what is said of them all.
    assert max(off.values()) <= max(errors.values())


@pytest.mark.parametrize("seed", SEEDS)
def test_figures_do_not_depend_on_order_or_names(seed):
    graph = random_graph(seed)
    ours = influence.figures(graph)
    again = influence.figures(shuffled(graph, seed))
    other, named = relabelled(graph, seed)
    renamed = influence.figures(other)
    for figure, values in ours.items():
        same(again[figure], values)
        same({node: renamed[figure][named[node]] for node in graph}, values)
    assert influence.ranking(ours["pagerank"], set(graph)) == influence.ranking(again["pagerank"], set(graph))


@pytest.mark.parametrize("seed", SEEDS)
def test_degree_and_strength_are_those_of_igraph(seed):
    graph = random_graph(seed)
    made, order = engines.as_igraph(graph)
    ours = influence.figures(graph, only=("degree", "strength"))
    assert ours["degree"] == dict(zip(order, made.degree(), strict=True))
    same(ours["strength"], dict(zip(order, made.strength(weights="weight"), strict=True)))


def test_freemans_centralization_is_one_of_a_star_and_none_of_a_circle_or_where_all_are_tied():
    for size in (3, 5, 12):
        assert influence.centralization(nx.star_graph(size - 1)) == 1.0
        assert influence.centralization(nx.cycle_graph(size)) == 0.0
        assert influence.centralization(nx.complete_graph(size)) == 0.0
    # A path of n: two ends lack one tie each of the largest degree, 2.
    assert influence.centralization(nx.path_graph(6)) == pytest.approx(2 / (5 * 4))
    assert influence.centralization(nx.path_graph(2)) is None


@pytest.mark.parametrize("seed", SEEDS)
def test_centralization_is_freemans_formula_whatever_nodes_are_called(seed):
    graph = random_graph(seed + 2)
    made, _ = as_rustworkx(graph, directed=False)
    degrees = [made.degree(node) for node in made.node_indices()]
    whole = influence.centralization(graph)
    if len(degrees) > 2:
        same(whole, sum(max(degrees) - d for d in degrees) / ((len(degrees) - 1) * (len(degrees) - 2)))
    assert influence.centralization(relabelled(graph, seed)[0]) == whole


def bipartite(seed):
    """Bodies of each member, and members of each body: up to 12 of up to 6."""
    dice = random.Random(seed)
    bodies = {f"o:m{number}": set() for number in range(dice.randint(1, 12))}
    members = {f"o:b{number}": set() for number in range(dice.randint(1, 6))}
    for member, inside in bodies.items():
        for body, its_members in members.items():
            if dice.random() < 0.4:
                inside.add(body)
                its_members.add(member)
    return bodies, members


def bipartite_graph(bodies):
    graph = nx.Graph()
    graph.add_nodes_from(bodies)
    graph.add_edges_from(((m, b) for m, inside in bodies.items() for b in inside), weight=1.0)
    return graph


@pytest.mark.parametrize("seed", SEEDS)
def test_shared_weights_are_newmans_as_networkx_projects_them(seed):
    bodies, members = bipartite(seed)
    theirs = nx.bipartite.collaboration_weighted_projected_graph(bipartite_graph(bodies), list(bodies))
    ours = interlock.shared_weights(members, set(bodies))
    same(
        {pair: weight for pair, (weight, _) in ours.items()}, {tuple(sorted(e[:2])): e[2] for e in theirs.edges(data="weight")}
    )
    assert all(set(shared) == bodies[one] & bodies[other] for (one, other), (_, shared) in ours.items())
    # What the definition says of their sum.
    for member, inside in bodies.items():
        total = sum(weight for pair, (weight, _) in ours.items() if member in pair)
        same(total, float(sum(len(members[body]) > 1 for body in inside)))


@pytest.mark.parametrize("seed", SEEDS)
def test_brokerage_is_its_definition_counted_out(seed):
    bodies, members = bipartite(seed)
    for member, (value, sole) in interlock.brokerage(bodies).items():
        joint = [len(members[one] & members[other]) for one, other in combinations(bodies[member], 2)]
        same(value, sum((1 / count for count in joint), 0.0))
        assert sole == joint.count(1)


@pytest.mark.parametrize("seed", SEEDS)
def test_core_numbers_are_those_of_igraph_and_rustworkx(seed):
    graph = bipartite_graph(bipartite(seed)[0]) if seed % 2 else random_graph(seed)
    made, place = as_rustworkx(graph, directed=False)
    cores = rustworkx.core_number(made)
    assert interlock.core_numbers(graph) == {node: cores[place[node]] for node in graph}
    assert interlock.core_numbers(graph) == interlock.core_numbers(graph, "igraph")


def random_partition(graph, seed):
    dice = random.Random(seed)
    parts = [set() for _ in range(4)]
    for node in sorted(graph):
        parts[dice.randrange(4)].add(node)
    return [part for part in parts if part]


@pytest.mark.parametrize("seed", SEEDS)
def test_modularity_and_agreement_are_those_of_networkx_and_igraph(seed):
    graph = random_graph(seed)
    one, other = random_partition(graph, seed), random_partition(graph, seed + 1)
    made, order = engines.as_igraph(graph)

    def numbers(parts):
        return [next(n for n, part in enumerate(parts) if node in part) for node in order]

    if graph.number_of_edges():
        same(communities.modularity(graph, one), nx.community.modularity(graph, one))
        same(communities.modularity(graph, one), made.modularity(numbers(one), weights="weight"))
    if len(graph) > 1:
        theirs = igraph.compare_communities(numbers(one), numbers(other), method="adjusted_rand")
        if not math.isnan(theirs):  # igraph divides by nothing where both are one part, or both each node by itself
            assert communities.adjusted_rand(one, other) == pytest.approx(theirs, abs=1e-9)
    assert communities.adjusted_rand(one, one) == 1.0
    other_graph, named = relabelled(graph, seed)
    renamed = [{named[node] for node in part} for part in one]
    same(communities.modularity(other_graph, renamed), communities.modularity(graph, one))


@pytest.mark.parametrize("seed", SEEDS)
def test_communities_part_all_nodes_whatever_their_order(seed):
    graph = random_graph(seed + 2)
    for algorithm, backend in (("louvain", None), ("louvain", "igraph"), ("leiden", None)):
        found = engines.communities(graph, algorithm, 5, backend)
        assert sorted(node for part in found for node in part) == sorted(graph)
        assert sorted(map(sorted, engines.communities(shuffled(graph, seed), algorithm, 5, backend))) == sorted(
            map(sorted, found)
        )


def test_two_cliques_joined_by_a_tie_are_two_communities_found_again_by_every_seed():
    graph = nx.relabel_nodes(nx.barbell_graph(5, 0), str)
    nx.set_edge_attributes(graph, 1.0, "weight")
    for algorithm in ("louvain", "leiden"):
        found = [engines.communities(graph, algorithm, seed) for seed in range(5)]
        assert sorted(map(sorted, found[0])) == [list("01234"), list("56789")]
        assert communities.mean_agreement(found) == 1.0
        assert communities.stability(set("01234"), found) == 1.0
        # 21 ties, 10 in each clique, whose nodes have 21 ends of ties: 20/21 - 1/2.
        same(communities.modularity(graph, found[0]), 20 / 21 - 1 / 2)


@pytest.mark.parametrize("seed", SEEDS)
def test_paths_are_the_cheapest_of_all_simple_ones(seed):
    dice = random.Random(seed)
    graph = nx.MultiDiGraph(random_graph(seed + 2, directed=True).edge_subgraph([]))
    plain = nx.gnp_random_graph(dice.randint(4, 7), 0.5, seed=seed)
    nodes = sorted(f"o:{node}" for node in plain)
    graph.add_nodes_from(nodes)
    graph.add_edges_from((f"o:{a}", f"o:{b}") if dice.random() < 0.5 else (f"o:{b}", f"o:{a}") for a, b in plain.edges)
    a, b = nodes[0], nodes[-1]
    both = nx.Graph(graph)

    def cost(way):
        return len(way) - 1 + 3 * sum(both.degree(node) >= 4 for node in way[1:-1])

    every = sorted(nx.all_simple_paths(both, a, b), key=lambda way: (cost(way), way))
    if not every:
        with pytest.raises(nx.NetworkXNoPath):
            list(path.ways(graph, a, b, hub=4))
    else:
        assert list(path.ways(graph, a, b, hub=4)) == every


def gifts_of(*rows):
    """A view of gifts from (giver, foundation, project, date)."""
    graph = nx.MultiDiGraph()
    for giver, foundation, project, date in rows:
        fact = f"{project}-{date}"
        graph.add_edge(giver, foundation, fact, what=project, since=date, facts=(fact,), sources=("u",), by=giver, weight=1.0)
    return graph


def test_the_totals_count_a_project_once_up_the_umbrellas_and_once_for_all_its_givers():
    gifts = gifts_of(
        ("o:acme", "o:part", "p:weaver", "2020"),
        ("o:bolt", "o:part", "p:weaver", "2020"),
        ("o:acme", "o:other", "p:weaver", "2021"),
        ("o:acme", "o:other", "p:loom", ""),
    )
    parents = {"o:part": ("o:whole",), "o:other": ("o:whole",)}
    count = {cell: len(projects) for cell, projects in flow.matrix(gifts, parents).items()}
    assert count["o:acme", "o:part", flow.ALL] == 1
    assert count["o:acme", "o:whole", flow.ALL] == 2
    assert count[flow.ALL, "o:part", flow.ALL] == 1
    assert count[flow.ALL, "o:whole", flow.ALL] == 2
    assert count[flow.ALL, flow.ALL, flow.ALL] == 2
    years = flow.matrix(gifts, parents, by_year=True)
    assert {year for _, _, year in years} == {"2020", "2021", flow.UNDATED}
    assert len(years[flow.ALL, "o:whole", "2020"]) == len(years[flow.ALL, "o:whole", "2021"]) == 1


@pytest.mark.parametrize("seed", SEEDS)
def test_the_matrix_is_its_definition_counted_out_whatever_the_order(seed):
    dice = random.Random(seed)
    rows = [
        (f"o:v{dice.randrange(3)}", f"o:f{dice.randrange(3)}", f"p:{dice.randrange(8)}", f"20{dice.randint(10, 12)}")
        for _ in range(dice.randint(1, 15))
    ]
    parents = {"o:f0": ("o:f1", "o:f2"), "o:f1": ("o:f2",)}
    found = flow.matrix(gifts_of(*rows), parents, by_year=True)
    dice.shuffle(rows)
    assert {k: set(v) for k, v in flow.matrix(gifts_of(*rows), parents, by_year=True).items()} == {
        k: set(v) for k, v in found.items()
    }
    for (vendor, home, year), projects in found.items():
        assert set(projects) == {
            p
            for v, f, p, date in rows
            if vendor in (v, flow.ALL) and home in (f, *parents.get(f, ()), flow.ALL) and date == year
        }


# Backends


def test_a_backend_that_is_none_is_refused_with_those_there_are():
    with pytest.raises(Misuse, match=r"--backend abacus: there is none of that name here; there are .*igraph.*networkx"):
        engines.check("abacus")


def test_networkx_itself_can_be_asked_for_and_gives_the_same():
    graph = random_graph(9)
    same(engines.betweenness(graph, "networkx"), engines.betweenness(graph))
    assert engines.communities(graph, "louvain", 3, "networkx") == engines.communities(graph, "louvain", 3)


def test_a_backend_that_cannot_is_refused_with_what_to_do():
    with pytest.raises(Misuse, match=r"--backend networkx: it does not do leiden_communities here"):
        engines.communities(random_graph(9), "leiden", 1, "networkx")


def test_a_backend_of_networkx_is_asked_by_dispatch(monkeypatch):
    asked = []

    def spy(graph, *, backend, **given):
        asked.append((len(graph), backend, given))
        return dict.fromkeys(graph, 0.5)

    monkeypatch.setattr(engines.nx, "betweenness_centrality", spy)
    monkeypatch.setattr(engines, "check", lambda backend: None)
    assert set(engines.betweenness(random_graph(9), "parallel").values()) == {0.5}
    assert [(backend, given) for _, backend, given in asked] == [("parallel", {})]


def test_where_igraph_is_missing_its_extra_is_named(monkeypatch):
    monkeypatch.setattr(engines, "find_spec", lambda name: None)
    with pytest.raises(KgError, match=r"pip install 'osgov-kg\[analysis\]'"):
        engines.communities(random_graph(9), "leiden", 1)
    large = nx.relabel_nodes(nx.gnm_random_graph(200, 1500, seed=1), str)
    nx.set_edge_attributes(large, 1.0, "weight")
    ours = engines.pagerank(large)
    monkeypatch.undo()
    assert ours == pytest.approx(engines.pagerank(large), abs=1e-9)


def test_past_a_million_edges_the_view_says_which_backend_to_use(monkeypatch):
    monkeypatch.setattr(engines, "MANY", 5)
    graph = nx.complete_graph(5)
    assert engines.advice(graph, None) == [
        "10 edges take networkx minutes; --backend igraph takes seconds (pip install 'osgov-kg[analysis]')"
    ]
    assert engines.advice(graph, "igraph") == engines.advice(nx.path_graph(3), None) == []
