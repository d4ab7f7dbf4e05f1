"""The timeline of an entity and the state of the world on a day: all that sources date, and what can cover the day."""

import io

import pyoxigraph as ox
import pytest
import rdflib

from kg import catalog
from kg.dates import PartialDate
from kg.querytext import with_prefixes
from kg.records import EVENTS, RELATIONS
from kg.resources import queries_dir
from kg.timeline import LONG, fold, timeline


@pytest.fixture
def weaver(told):
    """Acme gave Weaver to Harbour, of which Bolt was a member; Weaver was renamed and has a figure."""
    return told(
        acme="company",
        bolt="company",
        harbour=(
            "foundation",
            ("member", {"organization": "bolt", "tier": "gold", "from": "2019", "until": "2024-02"}),
        ),
        weaver=[
            ("opening", {"by": ["acme"], "occurred": "2016-05"}),
            (
                "donation",
                {
                    "from": ["acme"],
                    "donor_basis": "transfer",
                    "to": "harbour",
                    "announced": "2020-02",
                    "accepted": "2020-05-04",
                },
            ),
            ("holding", {"by": "harbour", "role": "trademark", "as_of": "2023-01-01"}),
        ],
    )


def told_of(graph, name, **more):
    return [(r["date"], r["basis"], r["what"], r["other"]) for r in graph.run("timeline", about=name, **more)]


def test_a_timeline_has_each_date_of_each_event_and_relation_in_order(weaver):
    assert told_of(weaver, "weaver") == [
        ("2016-05", "occurred", "open-sourcing", "Acme"),
        ("2020-02", "announced", "donation", "Acme + Harbour"),
        ("2020-05-04", "accepted", "donation", "Acme + Harbour"),
        ("2023-01-01", "seen", "held by", "Harbour"),
    ]


def test_a_timeline_says_which_part_the_entity_had(weaver):
    assert [what for _, _, what, _ in told_of(weaver, "acme")] == ["open-sourcing, by it", "donation, by it", "donation, by it"]
    assert ("2020-05-04", "accepted", "donation, to it", "Acme + Weaver") in told_of(weaver, "harbour")


def test_a_relation_begins_and_ends_and_names_its_detail(weaver):
    rows = list(weaver.run("timeline", about="bolt"))
    assert [(r["date"], r["basis"], r["what"], r["detail"]) for r in rows] == [
        ("2019", "begins", "member of", "gold"),
        ("2024-02", "ends", "member of", "gold"),
    ]
    assert all(r["sources"] == ["https://example.org/page"] for r in rows)


def test_the_bounds_of_a_date_are_the_days_that_it_can_mean(weaver, built_graph):
    rows = [*weaver.run("timeline", about="weaver"), *weaver.run("timeline", about="bolt")]
    for row in [*rows, *built_graph.run("timeline", about="kubernetes"), *built_graph.run("timeline", about="google")]:
        first, _, last = row["date"].partition("/")
        wanted = PartialDate(first).earliest, PartialDate(last or first).latest
        assert (row["earliest"], row["latest"]) == wanted


def test_a_timeline_up_to_a_day_has_what_may_have_happened_by_then(weaver):
    assert [date for date, *_ in told_of(weaver, "weaver", until="2020-02-01")] == ["2016-05", "2020-02"]
    assert [date for date, *_ in told_of(weaver, "weaver", until="2020-01-31")] == ["2016-05"]


@pytest.mark.parametrize("name", ["kubernetes", "pytorch", "google", "istio"])
def test_every_date_that_a_source_states_of_an_event_is_in_the_timeline(built_graph, name):
    iri = built_graph.resolve_iri("entity", name)
    bases = " ".join(f"osgov:{basis}On" for basis in ("announced", "accepted", "effective", "occurred"))
    stated = built_graph.query(
        f"SELECT DISTINCT ?e (STR(?d) AS ?date) ?p {{ VALUES ?p {{ {bases} }} ?e ?l <{iri}> GRAPH ?g {{ ?e ?p ?d }} }}"
    )
    wanted = {(r["e"], r["date"], r["p"].rpartition("#")[2].removesuffix("On")) for r in stated}
    assert wanted
    assert wanted <= {(r["fact"], r["date"], r["basis"]) for r in built_graph.run("timeline", about=name)}


def test_the_timeline_knows_every_link_of_every_event_and_relation_to_an_entity():
    text = (queries_dir() / "timeline.rq").read_text("utf-8")
    for kind, links in {**EVENTS, **RELATIONS}.items():
        for link, target in links.items():
            if target in {"org", "project"}:
                assert f"(osgov:{kind} osgov:{link} " in text


def test_a_long_run_of_sightings_is_shown_by_its_first_and_its_last():
    def seen(year, detail="gold"):
        return {"date": year, "basis": "seen", "what": "member of", "other_id": "cncf", "detail": detail}

    event = {"date": "2015", "basis": "accepted", "what": "donation", "other_id": "cncf", "detail": None}
    run = [seen(str(2014 + n)) for n in range(LONG + 1)]
    assert fold([event, *run]) == [event, run[0], run[-1]]
    assert fold(run[:LONG]) == run[:LONG]
    assert fold([*run, seen("2020", "silver")]) == [run[0], run[-1], seen("2020", "silver")]


def test_figures_of_one_kind_are_one_run_whatever_their_value():
    rows = [
        {"date": str(n), "basis": "counted", "what": "figure", "other_id": None, "detail": f"commits, {n}"} for n in range(9)
    ]
    assert fold(rows) == [rows[0], rows[-1]]


def test_the_whole_timeline_has_what_the_readable_one_leaves_out(built_graph):
    readable, whole = timeline(built_graph, "kubernetes"), timeline(built_graph, "kubernetes", whole=True)
    assert readable.folded > 0
    assert whole.folded == 0
    assert len(whole.rows) == len(readable.rows) + readable.folded


def states(graph, day, about):
    found = graph.run("state", on=day, about=about)
    return {(r["subject_id"], r["state"], r["detail"], r["object_id"]): r["certainty"] for r in found}


def test_a_state_is_definite_where_the_dates_leave_no_other_reading(weaver):
    held = ("weaver", "held by", "legal home", "harbour")
    assert held not in states(weaver, "2020-01-31", "weaver")
    assert states(weaver, "2020-03-01", "weaver")[held] == "possible"
    assert states(weaver, "2020-06-01", "weaver")[held] == "definite"
    assert states(weaver, "2020-03-01", "weaver")["weaver", "held by", "legal home", "acme"] == "possible"
    assert ("weaver", "held by", "legal home", "acme") not in states(weaver, "2020-06-01", "weaver")


def test_a_state_is_found_from_both_its_sides(weaver):
    member = ("bolt", "member of", "gold", "harbour")
    assert states(weaver, "2022-01-01", "bolt")[member] == "definite"
    assert states(weaver, "2022-01-01", "harbour")[member] == "definite"
    assert states(weaver, "2019-06-01", "bolt")[member] == "possible"
    assert member not in states(weaver, "2024-03-01", "bolt")


def test_without_a_day_every_state_on_record_is_there_and_none_is_judged(weaver):
    found = weaver.run("state")
    assert {r["certainty"] for r in found} == {None}
    assert {"acme", "harbour"} <= {r["object_id"] for r in found if r["subject_id"] == "weaver"}


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("timeline", {"about": "weaver"}),
        ("timeline", {"about": "harbour", "until": "2020-03"}),
        ("state", {"about": "weaver", "on": "2020-03-01"}),
        ("state", {"on": "2022-01-01"}),
    ],
)
def test_rdflib_gives_the_rows_that_the_embedded_engine_gives(weaver, name, values):
    dataset = rdflib.Dataset(default_union=True)
    kept = [q for q in weaver if not q.graph_name.value.endswith("/ontology")]  # labels of codes stand in the ontology's graph
    labels = [q for q in weaver if q.graph_name.value.endswith("/ontology") and q.predicate.value.endswith("prefLabel")]
    dataset.parse(io.BytesIO(ox.serialize(kept + labels, format=ox.RdfFormat.N_QUADS)), format="nquads")
    found = dataset.query(with_prefixes(catalog.bind(catalog.load(name), values, weaver.resolve_iri)))
    lists = {"sources": " ", "other": " + ", "other_id": " + "}

    def plain(column, value):
        text = "" if value is None else " + ".join(value) if isinstance(value, list) else str(value)
        return tuple(sorted(text.replace(" + ", lists.get(column, "\0")).split(lists.get(column, "\0"))))

    theirs = sorted(tuple(plain(str(c), row[c]) for c in found.vars) for row in found)
    table = weaver.run(name, values)
    ours = sorted(tuple(plain(c, row[c]) for c in table.columns) for row in table)
    assert theirs == ours
    assert ours
