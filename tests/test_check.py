"""The checks: queries find what the shapes find, findings say where and what to do, and the bundled graph passes."""

import random
import re
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse
from rdflib import RDF, SH, Graph

import kg.check
from kg import check
from kg import terms as t
from kg.errors import KgError
from kg.resources import ontology_dir
from kg.store.embedded import EmbeddedStore

FIXTURES = Path(__file__).parent / "fixtures" / "shapes"
NAMES = sorted(path.stem for path in FIXTURES.glob("*.ttl"))
PAGE = NamedNode(t.GRAPH + "page")
QUERIES = [path for path in check.queries() if path.stem != "Graphs"]


def in_graph(path, graph):
    triples = parse(path=str(path), format=RdfFormat.TURTLE, lenient=True)
    return [Quad(q.subject, q.predicate, q.object, NamedNode(graph)) for q in triples]


ONTOLOGY = in_graph(ontology_dir() / "governance.ttl", t.ONTOLOGY_GRAPH)


def store_of(quads):
    return EmbeddedStore.in_memory([*ONTOLOGY, *quads])


def fixture_store(name):
    path = FIXTURES / name
    if path.suffix == ".trig":
        return store_of(parse(path=str(path), format=RdfFormat.TRIG, lenient=True))
    return store_of(in_graph(path, PAGE.value))


def broken(faults):
    """Which node breaks which rule, and how bad that is."""
    return {(f.focus, f.shape.removeprefix(t.SHAPES), check.rules()[f.shape].severity) for f in faults}


def by_queries(store, queries=QUERIES):
    return broken(fault for path in queries for fault in check.run(store, path))


def by_shapes(store):
    return broken(check.validate(kg.check._union(store)))


def told_by_shapes(data):
    """All that a validator says; a path may be a blank node, whose name is another one each time."""
    return {(f.shape, f.focus, f.message, f.values.get("value")) for f in check.validate(data)}


@pytest.fixture(autouse=True)
def _quiet(recwarn, caplog):
    """rdflib complains of dates that no calendar has; they are meant here."""
    caplog.set_level("CRITICAL", logger="rdflib.term")


def test_every_node_shape_has_a_query_of_its_name():
    shapes = Graph().parse(ontology_dir() / "shapes.ttl")
    named = {str(s).removeprefix(t.SHAPES) for s in shapes.subjects(RDF.type, SH.NodeShape)}
    assert {path.stem for path in QUERIES} == named


@pytest.mark.parametrize("path", check.queries(), ids=lambda p: p.stem)
def test_a_check_says_what_it_is_about_orders_its_rows_and_joins_nothing_in_a_not_exists(path):
    text = path.read_text("utf-8")
    assert text.startswith("# ")
    assert "ORDER BY ?shape ?focus" in text
    assert all(len(line) <= 128 for line in text.splitlines())
    # Two joined patterns in a FILTER NOT EXISTS take seconds where MINUS takes none.
    for inner in re.findall(r"NOT EXISTS \{([^}]*)\}", text):
        assert " . " not in inner
        assert ";" not in inner


@pytest.mark.parametrize("name", NAMES)
def test_queries_find_in_a_fixture_what_the_shapes_find(name):
    store = fixture_store(f"{name}.ttl")
    assert by_queries(store) == by_shapes(store)


def test_asking_for_all_nodes_at_once_finds_what_asking_for_one_after_the_other_finds():
    """All bad fixtures together, so that a node of one constraint meets the rows of the others."""
    bad = {q for name in NAMES if name.endswith("-bad") for q in in_graph(FIXTURES / f"{name}.ttl", PAGE.value)}
    at_once = kg.check._union(store_of(sorted(bad, key=str)))
    one_by_one = Graph()
    for triple in at_once:
        one_by_one.add(triple)
    found = told_by_shapes(at_once)
    assert found == told_by_shapes(one_by_one)
    assert len(found) > 100


def test_a_query_that_misses_a_fault_is_noticed(tmp_path):
    """The comparison above can fail: blunt one of the queries, and the two differ."""
    blunt = tmp_path / "Stewardship.rq"
    whole = next(path for path in QUERIES if path.stem == "Stewardship")
    blunt.write_text(whole.read_text("utf-8").replace("FILTER(!BOUND(?value))", "FILTER(false)"), encoding="utf-8")
    store = fixture_store("Stewardship-bad.ttl")
    missed = by_shapes(store) - by_queries(store, [blunt if p.stem == "Stewardship" else p for p in QUERIES])
    assert {shape for _, shape, _ in missed} == {"Stewardship-project", "Stewardship-role"}


def _typed(text, datatype):
    return Literal(text, datatype=NamedNode(t.XSD + datatype))


WORDS = [Literal("words"), Literal(""), Literal("someone@example.org"), Literal("Name", language="en"), _typed("x", "integer")]
NUMBERS = [_typed("-3", "integer"), _typed("80", "integer"), _typed("1.5", "decimal"), _typed("maybe", "boolean")]
DATES = [_typed("2015", "gYear"), _typed("2015-13", "gYearMonth"), _typed("2015-01-01T00:00:00", "dateTime")]
DAYS = [_typed("2014-12-31", "date"), _typed("2030-01-01", "date"), _typed("2015-02-30", "date")]
NODES = [NamedNode(t.VOCAB + "tier-gold"), NamedNode(t.ORG_ID + "nobody"), NamedNode("mailto:someone@example.org")]
BOUNDS = ("arliest", "latest", "NoEarlier", "NoLater")


def corrupted(quads, seed, faults=60):
    """The quads with some dropped, changed, added, or moved to another subject.

    A value is changed for one of its sort, and a derived day for a day: rdflib, on which the validator stands, puts days,
    numbers and words in one order, where SPARQL has none.
    """
    dice = random.Random(seed)
    out = set(quads)

    def junk(quad):
        if isinstance(quad.object, NamedNode):
            return dice.choice(NODES)
        return dice.choice(DAYS if quad.predicate.value.endswith(BOUNDS) else [*WORDS, *NUMBERS, *DATES, *DAYS])

    for _ in range(faults):
        quad, other, what = dice.choice(quads), dice.choice(quads), dice.choice(("drop", "change", "add", "move", "copy"))
        if what in {"drop", "change"}:
            out.discard(quad)
        if what in {"change", "add"}:
            out.add(Quad(quad.subject, quad.predicate, junk(quad), PAGE))
        if what == "move":
            out.add(Quad(other.subject, quad.predicate, quad.object, PAGE))
        if what == "copy" and isinstance(quad.object, NamedNode) and isinstance(other.object, NamedNode):
            out.add(Quad(quad.subject, quad.predicate, other.object, PAGE))
    return sorted(out, key=str)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_queries_find_in_a_corrupted_graph_what_the_shapes_find(seed):
    """The good fixtures together are a graph that has all kinds of things; sixty faults are thrown into it."""
    good = {q for name in NAMES if name.endswith("-good") for q in in_graph(FIXTURES / f"{name}.ttl", PAGE.value)}
    store = store_of(corrupted(sorted(good, key=str), seed))
    found = by_queries(store)
    assert found == by_shapes(store)
    assert len({shape for _, shape, _ in found}) >= 15


def test_rules_on_graphs_and_on_lists_find_what_no_shape_can_see():
    found = check.check_graph(fixture_store("Graphs-bad.trig"))
    assert {(f.shape, f.where, f.value) for f in found if f.shape.startswith("shapes:Graphs")} == {
        ("shapes:Graphs-undeclared", "g:nowhere", ""),
        ("shapes:Graphs-derivedElsewhere", "e:event", "osgov:earliest"),
        ("shapes:Graphs-unlistedLicence", "r:licence", "Nonesuch-1.0"),
    }
    assert {f.severity for f in found} == {"violation"}


def test_graphs_with_their_entries_and_licences_of_the_list_pass():
    assert check.check_graph(fixture_store("Graphs-good.trig")) == []


def test_every_rule_outside_shacl_has_a_severity_and_a_message():
    shapes = Graph().parse(ontology_dir() / "shapes.ttl")
    named = {str(s) for s in shapes.subjects() if str(s).startswith(t.SHAPES + "Graphs-")}
    assert len(named) == 3
    assert all(check.rules()[name].severity == "violation" for name in named)


def test_a_finding_says_where_what_and_from_which_source(told):
    graph = told(
        acme="company",
        harbour="foundation",
        widget=[("donation", {"from_": ["acme"], "donor_basis": "transfer", "to": "harbour"})],
    )
    found = check.check_graph(graph.store)
    assert [(f.severity, f.where, f.shape) for f in found] == [
        ("warning", "e:widget-donation-1", "shapes:Transfer-date"),
    ]
    assert found[0].what == check.rules()[t.SHAPES + "Transfer-date"].message
    assert found[0].sources == ("https://example.org/page",)


def test_a_message_names_the_values_and_the_file_of_the_entity():
    item = NamedNode(t.OSGOV + "wikidataId")
    quads = [
        Quad(NamedNode(iri), NamedNode(t.RDF + "type"), NamedNode(t.OSGOV + kind), PAGE)
        for iri, kind in ((t.PROJECT + "pytorch", "Project"), (t.ORG_ID + "nobody", "Company"))
    ]
    quads += [Quad(q.subject, item, Literal("Q42"), PAGE) for q in quads]
    found = check.check_graph(store_of(quads))
    shared = {f.where: f for f in found if f.shape == "shapes:NamedEntity-sharedWikidataId"}
    assert (
        shared["p:pytorch"].what
        == "Wikidata item Q42 is also that of o:nobody: one of the two is wrong, or both are one thing."
    )
    assert shared["p:pytorch"].value == "Q42"
    assert (shared["p:pytorch"].file, shared["o:nobody"].file) == ("projects/pytorch.toml", "")
    assert check.SEVERITIES == ("violation", "warning", "info")


def test_findings_are_ordered_by_severity_and_counted():
    found = [check.Finding("info", "b", "x"), check.Finding("violation", "c", "x"), check.Finding("warning", "a", "x")]
    assert [f.severity for f in check.ordered([*found, found[0]])] == ["violation", "warning", "info"]
    assert check.counted([*found, found[2]]) == "1 violation, 2 warnings, 1 info"
    assert check.counted([]) == "nothing found"


def test_a_finding_of_an_unknown_severity_is_refused():
    with pytest.raises(ValueError, match="'fatal' is none of violation, warning, info"):
        check.Finding("fatal", "a", "b")


def test_a_check_that_names_no_known_shape_is_refused(tmp_path):
    path = tmp_path / "Odd.rq"
    path.write_text(f"SELECT (<{t.SHAPES}Odd> AS ?shape) (<{t.ORG_ID}x> AS ?focus) {{}}", encoding="utf-8")
    with pytest.raises(KgError, match=r"Odd.rq: .*Odd is no shape"):
        check.run(EmbeddedStore.in_memory(), path)
    path.write_text("ASK {}", encoding="utf-8")
    with pytest.raises(KgError, match=r"a check selects \?shape and \?focus"):
        check.run(EmbeddedStore.in_memory(), path)


def test_a_small_graph_is_validated_too_and_each_fault_is_told_once(monkeypatch, write_facts, facts_of_weaver):
    facts = write_facts(facts_of_weaver)
    store = fixture_store("Control-bad.ttl")
    asked = []
    monkeypatch.setattr(kg.check, "validate", lambda data: asked.append(len(data)) or [])
    only_queries = check.check(store, facts)
    assert len(asked) == 1
    monkeypatch.undo()
    assert check.check(store, facts) == only_queries
    monkeypatch.setattr(kg.check, "SMALL", 10)
    monkeypatch.setattr(kg.check, "validate", lambda data: pytest.fail("a big graph was validated"))
    assert check.check(store, facts) == only_queries


def test_a_fault_that_only_the_validator_finds_is_told(monkeypatch, write_facts, facts_of_weaver):
    monkeypatch.setattr(kg.check, "queries", list)
    found = check.check(fixture_store("Control-bad.ttl"), write_facts(facts_of_weaver))
    assert "shapes:Control-cycle" in {f.shape for f in found}
    assert all("{" not in f.what and "https://w3id.org" not in f.what for f in found)


def test_problems_of_fact_files_are_violations(write_facts):
    found = check.check_facts(
        write_facts({"projects/odd": "id = ", "organizations/acme": 'id = "acme"\nname = "Acme"\nkind = "company"\n'})
    )
    assert [(f.severity, f.where, f.file) for f in found] == [("violation", "projects/odd.toml", "projects/odd.toml")]
    assert "not TOML" in found[0].what


def test_the_bundled_graph_has_no_violation(built_graph):
    """pySHACL over the bundled graph takes minutes: .ci/run does that, as `kg check shapes`."""
    assert [f for f in check.check_graph(built_graph.store) if f.severity == "violation"] == []
