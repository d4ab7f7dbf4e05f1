"""From rows to a network: which row becomes which edge, on a graph a person can draw.

Acme ─gave→ Weaver ─went to→ Harbour Foundation ─part of→ Umbrella Foundation
Bolt ─gave→ Weaver           Acme ─holds→ Loom
"""

import pytest

from kg import network

ENTITIES = [
    {"id": "acme", "name": "Acme", "kind": "company"},
    {"id": "bolt", "name": "Bolt", "kind": "company"},
    {"id": "harbour", "name": "Harbour Foundation", "kind": "foundation"},
    {"id": "umbrella", "name": "Umbrella Foundation", "kind": "foundation"},
    {"id": "loom", "name": "Loom", "kind": "company"},
    {"id": "loom", "name": "Loom", "kind": "project"},
    {"id": "weaver", "name": "Weaver", "kind": "project"},
]
AFFILIATIONS = [
    {"organization_id": "harbour", "parent_id": "umbrella", "from": None, "until": None, "sources": ["https://h"]},
    {"organization_id": "bolt", "parent_id": "umbrella", "from": "2001", "until": "2002", "sources": ["https://b"]},
]
MOVE = {
    "project": "Weaver",
    "project_id": "weaver",
    "kind": "donation",
    "donor": "Acme + Bolt",
    "donor_id": "acme + bolt",
    "recipient": "Harbour Foundation",
    "recipient_id": "harbour",
    "date": "2020-05",
    "sources": ["https://a", "https://b"],
}
KEPT = {
    "project": "Loom",
    "project_id": "loom",
    "holder": "Acme",
    "holder_id": "acme",
    "opened": "2019",
    "sources": ["https://l"],
}


@pytest.fixture
def network_of():
    """The network of the affiliations above and the moves and holdings given."""

    def make(moves=(), nonmoves=()):
        tables = {"entities": ENTITIES, "affiliations": AFFILIATIONS, "moves": list(moves), "nonmoves": list(nonmoves)}
        return network.transfers(lambda name, values=None: tables[name])

    return make


def edges(graph):
    return sorted((source, data["kind"], target) for source, target, data in graph.edges(data=True))


def test_a_gift_by_two_is_an_edge_from_each_and_one_to_the_recipient(network_of):
    assert edges(network_of([MOVE], [KEPT])) == [
        ("o:acme", "gave", "p:weaver"),
        ("o:acme", "holds", "p:loom"),
        ("o:bolt", "gave", "p:weaver"),
        ("o:harbour", "part of", "o:umbrella"),
        ("p:weaver", "went to", "o:harbour"),
    ]


def test_a_node_says_what_it_is_called_and_what_kind_of_thing_it_is(network_of):
    assert dict(network_of([MOVE], [KEPT]).nodes(data=True)) == {
        "o:acme": {"label": "Acme", "kind": "company"},
        "o:bolt": {"label": "Bolt", "kind": "company"},
        "o:harbour": {"label": "Harbour Foundation", "kind": "foundation"},
        "o:umbrella": {"label": "Umbrella Foundation", "kind": "foundation"},
        "p:loom": {"label": "Loom", "kind": "project"},
        "p:weaver": {"label": "Weaver", "kind": "project"},
    }


def test_a_foundation_that_gives_stays_a_foundation(network_of):
    handed_on = {**MOVE, "donor": "Harbour Foundation", "donor_id": "harbour", "recipient_id": "umbrella"}
    assert network_of([handed_on]).nodes["o:harbour"]["kind"] == "foundation"


def test_a_company_of_the_same_slug_as_its_project_is_another_node(network_of):
    graph = network_of([], [{**KEPT, "holder": "Loom", "holder_id": "loom"}])
    assert ("o:loom", "holds", "p:loom") in edges(graph)


def test_an_edge_keeps_the_date_as_stated_the_first_day_it_can_mean_and_its_sources(network_of):
    (data,) = network_of([MOVE]).get_edge_data("p:weaver", "o:harbour").values()
    assert (data["since"], data["start"], data["sources"]) == ("2020-05", "2020-05-01", ("https://a", "https://b"))


def test_an_undated_edge_has_no_first_day(network_of):
    (data,) = network_of([{**MOVE, "date": None}]).get_edge_data("p:weaver", "o:harbour").values()
    assert (data["since"], data["start"], data["end"]) == ("", "", "")


@pytest.mark.parametrize("kind", ["code grant", "trademark transfer"])
def test_where_the_project_did_not_move_there_is_no_edge(network_of, kind):
    assert "p:weaver" not in network_of([{**MOVE, "kind": kind}])


def test_a_gift_without_a_known_donor_is_an_edge_to_the_recipient_alone(network_of):
    assert edges(network_of([{**MOVE, "donor": None, "donor_id": None}])) == [
        ("o:harbour", "part of", "o:umbrella"),
        ("p:weaver", "went to", "o:harbour"),
    ]


def test_a_project_that_moved_twice_has_both_edges(network_of):
    again = {**MOVE, "recipient": "Umbrella Foundation", "recipient_id": "umbrella", "date": "2022"}
    graph = network_of([MOVE, again, MOVE])
    assert sorted(target for _, target in graph.out_edges("p:weaver")) == ["o:harbour", "o:umbrella"]
    assert graph.number_of_edges("o:acme", "p:weaver") == 2


def test_the_network_of_fact_files_is_the_one_they_draw(graph_of, facts_of_weaver):
    graph = network.transfers(graph_of(facts_of_weaver).run)
    assert edges(graph) == [
        ("o:acme", "gave", "p:weaver"),
        ("o:acme", "holds", "p:loom"),
        ("o:bolt", "gave", "p:weaver"),
        ("o:harbour", "part of", "o:umbrella"),
        ("p:weaver", "went to", "o:harbour"),
    ]
    (data,) = graph.get_edge_data("p:weaver", "o:harbour").values()
    assert (data["since"], data["start"], data["sources"]) == ("2020-05", "2020-05-01", ("https://acme.example/news",))


def test_the_bundled_network_has_an_edge_for_every_move_and_every_donor(built_graph):
    found = set(edges(network.transfers(built_graph.run)))
    for row in built_graph.moves():
        assert (f"p:{row['project_id']}", "went to", f"o:{row['recipient_id']}") in found
        for donor in row["donor_id"].split(" + "):
            assert (f"o:{donor}", "gave", f"p:{row['project_id']}") in found
