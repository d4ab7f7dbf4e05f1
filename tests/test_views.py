"""Typed networks: which fact is an edge on which day, under which company, with which sources."""

import networkx as nx
import pytest

from kg.dates import PartialDate
from kg.network import NAMES, Views, inputs, merged
from kg.records import Entity, Observation, Source
from kg.resources import queries_dir
from kg.store import Rows

GIFT = {"event": "to-harbour", "from_": ["acme", "bolt"], "donor_basis": "transfer", "to": "harbour", "accepted": "2020-05"}
HOME = {"by": "harbour", "role": "legal-home"}


def member(name, **dates):
    return ("member", {"organization": name, **dates})


@pytest.fixture
def views(told):
    """The views of a small world, `views(as_of=…, **entities)`."""

    def make(*, as_of=None, apart=False, **entities):
        graph = told(**entities)
        graph.as_of = as_of
        return Views(graph, apart=apart)

    return make


@pytest.fixture
def small_world(views):
    """Acme and Bolt gave Weaver to Harbour, part of Umbrella; Bolt was bought by Acme in 2022; both are members of Harbour."""

    def make(**how):
        return views(
            acme="company",
            bolt=("company", ("acquisition", {"event": "bought", "by": "acme", "effective": "2022-03-01"})),
            umbrella="foundation",
            harbour=(
                "foundation",
                ("affiliation", {"parent": "umbrella"}),
                member("acme", tier="platinum", from_="2021-01-01"),
                member("bolt", tier="silver", from_="2021-01-01", until="2024-01-01"),
                ("board_seats", {"holder": "acme", "voting_seats": 2, "from_": "2021-01-01"}),
            ),
            weaver=[("donation", GIFT), ("holding", HOME)],
            **how,
        )

    return make


def ties(graph):
    return sorted((data["by"], *({one, other} - {data["by"]}), data["weight"]) for one, other, data in graph.edges(data=True))


def test_a_gift_of_two_is_an_edge_from_each_and_one_where_they_are_one_group(small_world):
    assert [(a, b, d["givers"]) for a, b, d in small_world().donations().edges(data=True)] == [
        ("o:acme", "o:harbour", 2),
        ("o:bolt", "o:harbour", 2),
    ]
    edge = small_world().donations().get_edge_data("o:acme", "o:harbour")
    (data,) = edge.values()
    assert (data["what"], data["since"], data["earliest"], data["latest"]) == (
        "p:weaver",
        "2020-05",
        "2020-05-01",
        "2020-05-31",
    )
    assert data["sources"] == ("https://example.org/page",)


def test_a_gift_is_there_from_the_first_day_its_date_can_mean(small_world):
    assert small_world(as_of="2020-04-30").donations().number_of_edges() == 0
    possible = small_world(as_of="2020-05-15").donations()
    assert {d["certainty"] for *_, d in possible.edges(data=True)} == {"possible"}
    assert {d["certainty"] for *_, d in small_world().donations("2020-06-01").edges(data=True)} == {"definite"}


def test_members_are_those_of_the_day_each_under_who_controlled_it_then(small_world):
    view = small_world()
    assert ties(view.memberships("2021-06-30")) == [("o:acme", "o:harbour", 1.0), ("o:bolt", "o:harbour", 1.0)]
    assert ties(view.memberships("2022-06-30")) == [("o:acme", "o:harbour", 2.0)]
    assert view.memberships("2022-06-30").edges["o:acme", "o:harbour"]["what"] == "platinum + silver"
    assert ties(view.memberships("2024-06-30")) == [("o:acme", "o:harbour", 1.0)]
    assert ties(view.memberships("2020-12-31")) == []
    assert ties(view.memberships()) == [("o:acme", "o:harbour", 1.0)]


def test_apart_leaves_each_company_by_itself(small_world):
    assert ties(small_world(apart=True).memberships("2022-06-30")) == [
        ("o:acme", "o:harbour", 1.0),
        ("o:bolt", "o:harbour", 1.0),
    ]


def test_a_company_that_is_asked_about_is_not_rolled_up(small_world):
    view = small_world()
    assert view.focus("Bolt") == "o:bolt"
    assert ("o:bolt", "o:harbour", 1.0) in ties(view.memberships("2022-06-30"))


def test_a_board_seat_weighs_its_votes_and_control_is_a_tree_on_the_day(small_world):
    view = small_world()
    assert ties(view.boards()) == [("o:acme", "o:harbour", 2.0)]
    assert list(view.control().edges) == [("o:acme", "o:bolt")]
    assert list(view.control("2021-01-01").edges) == []


def test_a_list_of_a_day_says_that_it_was_so_and_not_since_when(views):
    view = views(acme="company", harbour=("foundation", member("acme", as_of="2024-01-01"))).memberships()
    edge = view.edges["o:acme", "o:harbour"]
    assert (edge["since"], edge["seen"]) == ("", "2024-01-01")


def test_who_holds_what_has_the_role_on_the_edge(small_world):
    held = small_world().holdings()
    assert [(a, b, key) for a, b, key in held.edges(keys=True) if b == "p:weaver" and key == "legal home"]
    assert held.nodes["p:weaver"] == {"label": "Weaver", "kind": "project"}


def test_what_only_may_have_been_so_on_the_day_is_counted_and_left_out(views):
    view = views(acme="company", harbour=("foundation", member("acme", as_of="2024-01-01"))).memberships("2022-01-01")
    assert (view.number_of_edges(), view.graph["possible"]) == (0, 1)


def test_parts_of_parts_are_parts_of_the_whole_and_a_circle_ends(views):
    def part(parent):
        return ("affiliation", {"parent": parent})

    found = views(
        a=("foundation", part("b")), b=("foundation", part("c")), c=("foundation", part("a")), d=("foundation", part("a"))
    ).parents()
    assert found == {"o:a": ("o:b", "o:c"), "o:b": ("o:c", "o:a"), "o:c": ("o:a", "o:b"), "o:d": ("o:a", "o:b", "o:c")}


PAGE = Source("page", "https://example.org/page", "A page", "news", "Example", PartialDate("2026-11-23"))


def counted(by, seen, number):
    name = f"weaver-{by or 'all'}-{seen}"
    return Observation(name, "page", "weaver", "maintainers", number, by=by, as_of=PartialDate(seen))


def test_the_newest_list_not_after_the_day_tells_who_employs_whom(graph_of_records):
    records = [PAGE, Entity("weaver", "Project", "Weaver"), *(Entity(n, "Company", n.title()) for n in ("acme", "bolt"))]
    lists = [("acme", "2021-12-01", 3), ("acme", "2022-12-01", 2), ("bolt", "2022-12-01", 1), (None, "2022-12-01", 5)]
    view = Views(graph_of_records(*records, *(counted(*row) for row in lists)))
    assert view.lists() == ["2021-12-01", "2022-12-01"]
    assert ties(view.employers("2022-11-30")) == [("o:acme", "p:weaver", 3.0)]
    newest = view.employers()
    assert ties(newest) == [("o:acme", "p:weaver", 2.0), ("o:bolt", "p:weaver", 1.0)]
    assert (newest.nodes["p:weaver"]["maintainers"], newest.nodes["p:weaver"]["unknown"]) == (5, 2)
    assert newest.graph["day"] == "2022-12-01"
    assert view.employers("2020-01-01").number_of_nodes() == 0


def test_merged_adds_weights_and_keeps_every_source_and_fact():
    graph = nx.MultiDiGraph()
    for fact, since, urls in (("f", "2020", ("u",)), ("g", "2019", ("u", "v"))):
        graph.add_edge("o:a", "o:b", fact, weight=1.0, since=since, seen="", until="", facts=(fact,), sources=urls)
    assert merged(graph).edges["o:a", "o:b"] == {
        "weight": 2.0,
        "since": "2019",
        "seen": "",
        "until": "",
        "facts": ("f", "g"),
        "sources": ("u", "v"),
    }


def test_the_inputs_of_a_view_are_its_edges_with_facts_and_sources(small_world):
    (row,) = inputs(small_world().boards())
    assert (row["from_id"], row["to_id"], row["weight"], row["since"]) == ("acme", "harbour", 2.0, "2021-01-01")
    assert row["facts"][0].startswith("relation/")
    assert row["sources"] == ["https://example.org/page"]


@pytest.fixture(scope="module")
def served(built_folder, serve_folder):
    """The bundled graph behind a SPARQL endpoint, as the views of it."""
    from kg.graph import Graph
    from kg.store import open_store

    return Graph(open_store(serve_folder(built_folder / (built_folder / "current").read_text().split()[0])))


@pytest.mark.parametrize("name", sorted(path.stem for path in queries_dir().glob("views/*.rq")))
def test_a_server_gives_the_rows_that_the_embedded_engine_gives(name, built_graph, served):
    text = (queries_dir() / "views" / f"{name}.rq").read_text("utf-8")
    ours, theirs = built_graph.store.query(text), served.store.query(text)
    assert isinstance(ours, Rows)
    assert ours.columns == theirs.columns
    assert (len(ours.rows) == 1) if name == "reading" else (len(ours.rows) > 20)  # one day: the last
    assert sorted(map(repr, ours.rows)) == sorted(map(repr, theirs.rows))


@pytest.mark.parametrize("name", NAMES)
def test_a_server_gives_the_network_that_the_embedded_engine_gives(name, built_graph, served):
    ours, theirs = Views(built_graph).network(name), Views(served).network(name)
    assert ours.number_of_edges() > 20
    assert inputs(ours) == inputs(theirs)
    assert dict(ours.nodes(data=True)) == dict(theirs.nodes(data=True))
