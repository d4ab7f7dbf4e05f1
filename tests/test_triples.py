"""Records become quads: each source's word in its own graph, no blank nodes, the same bytes every time."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from kg import terms as t
from kg.curated import read_facts
from kg.dates import PartialDate
from kg.export.rdf import serialize_store
from kg.records import EVENTS, RELATIONS, VALUES, Entity, Event, Observation, Relation
from kg.store.embedded import EmbeddedStore
from kg.triples import concept, date_literal, decimal_literal, osgov, quads

NEWS = """
[[source]]
id = "news"
url = "https://example.org/news"
title = "Widget \\"moves\\" – at last"
kind = "news"
publisher = "Example News"
published = "2015-03"
read = "2026-11-23"
"""
REGISTRY = """
[[source]]
id = "registry"
url = "https://example.org/registry"
title = "Projects"
kind = "registry"
publisher = "Commons"
read = "2026-11-22"
"""
FILES = {
    "organizations/acme": 'id = "acme"\nname = "Acme"\nkind = "company"\naliases = ["Acme Corp.", "ACME"]\n'
    'wikidata_id = "Q1"\n',
    "organizations/commons": 'id = "commons"\nname = "Commons"\nkind = "foundation"\nhomepage = "https://example.org/"\n'
    + REGISTRY
    + '\n[[legal_form]]\nform = "us-501c6"\njurisdiction = "US"\nfrom = "2012"\nsources = ["registry"]\n'
    '\n[[charter_rule]]\nrule = "seat-limit-share"\norgan = "governing-board"\narticle = "4 (e)"\nmax_share = 0.3\n'
    'board_size = 9\nnote = "A third at most."\nsources = ["registry"]\n',
    "projects/widget": 'id = "widget"\nname = "Widget"\nrepositories = ["https://github.com/commons/widget"]\n'
    'github_org = "commons"\n'
    + NEWS
    + REGISTRY
    + '\n[[donation]]\nevent = "to-commons"\nfrom = ["acme"]\ndonor_basis = "transfer"\nto = "commons"\n'
    'assets = ["trademark", "repository"]\nannounced = "2015-03-02"\naccepted = "2015-03"\nsources = ["news"]\n'
    '\n[[donation]]\nevent = "to-commons"\nto = "commons"\naccepted = "2015"\nsources = ["registry"]\n'
    '\n[[relicensing]]\nevent = "apache"\nfrom_license = "GPL-2.0-only"\nto_license = "Apache-2.0"\nsources = ["news"]\n'
    '\n[[holding]]\nby = "acme"\nrole = "trademark"\nas_of = "2016-01"\nsources = ["news"]\n'
    '\n[[metric]]\nid = "share"\nvariable = "researcher-share"\nvalue = 0.00001\nfrom = "2014"\nuntil = "2015"\n'
    'claimed_by = "acme"\nnote = "Says Acme."\nsources = ["news"]\n'
    '\n[[metric]]\nid = "stars"\nvariable = "stars"\nvalue = 12\nsources = ["news"]\n',
}


@pytest.fixture
def small_facts(write_facts):
    return write_facts(FILES)


def n_quads(root):
    return serialize_store(EmbeddedStore.in_memory(quads(read_facts(root))), "nq")


def test_a_small_folder_of_facts_gives_these_quads(small_facts, golden):
    golden("small-facts.nq", n_quads(small_facts))


def test_the_same_facts_give_the_same_bytes_twice(small_facts):
    records = read_facts(small_facts)
    assert [str(q) for q in quads(records)] == [str(q) for q in quads(read_facts(small_facts))]
    assert n_quads(small_facts) == n_quads(small_facts)


def test_the_same_facts_give_the_same_bytes_of_derived_facts_too(graph_of):
    one, other = (serialize_store(graph_of(FILES).store, "nq") for _ in range(2))
    assert one == other
    assert t.DERIVED_GRAPH in one


def test_the_whole_graph_gives_the_same_bytes_whatever_order_it_was_loaded_in(built_graph):
    listed = list(built_graph)
    again = EmbeddedStore.in_memory(reversed(listed))
    assert serialize_store(again, "nq") == serialize_store(built_graph.store, "nq")


def test_the_built_graph_has_no_blank_nodes_and_nothing_without_a_graph(built_graph):
    listed = list(built_graph)
    assert len(listed) > 10_000
    assert [q for q in listed if any(isinstance(x, BlankNode) for x in (q.subject, q.object, q.graph_name))] == []
    assert [q for q in listed if not isinstance(q.graph_name, NamedNode)] == []


def test_each_source_says_only_what_it_says(small_facts):
    found = set(quads(read_facts(small_facts)))
    event = NamedNode(t.EVENT + "widget-to-commons")
    giver = Quad(event, osgov("fromOrganization"), NamedNode(t.ORG_ID + "acme"), NamedNode(t.GRAPH + "news"))
    assert giver in found
    assert {q.object for q in found if q.subject == event and q.graph_name == NamedNode(t.GRAPH + "registry")} == {
        osgov("Donation"),
        NamedNode(t.PROJECT + "widget"),
        NamedNode(t.ORG_ID + "commons"),
        Literal("2015", datatype=NamedNode(t.XSD + "gYear")),
    }


def test_each_source_graph_says_where_it_comes_from_and_when_it_was_read(small_facts):
    graph = NamedNode(t.GRAPH + "news")
    about = {q.predicate: q.object for q in quads(read_facts(small_facts)) if q.subject == graph}
    assert about[NamedNode(t.PROV + "wasDerivedFrom")] == NamedNode(t.SOURCE + "news")
    assert about[osgov("readOn")] == Literal("2026-11-23", datatype=NamedNode(t.XSD + "date"))


def test_names_and_repositories_come_in_one_order_however_they_were_listed():
    def listed(aliases, repositories):
        return list(quads([Entity("x", "Project", "X", aliases=aliases, repositories=repositories)]))

    one, other = ("A", "B"), ("https://example.org/a", "https://example.org/b")
    assert listed(one, other) == listed(one[::-1], other[::-1])
    assert len(listed(one, other)) == len(listed((), ())) + 4


@pytest.mark.parametrize(("text", "type"), [("2015", "gYear"), ("2015-03", "gYearMonth"), ("2015-03-02", "date")])
def test_a_date_keeps_the_precision_it_was_stated_in(text, type):
    assert date_literal(PartialDate(text)) == Literal(text, datatype=NamedNode(t.XSD + type))


@pytest.mark.parametrize(
    ("number", "text"),
    [(0.00001, "0.00001"), (1e-7, "0.0000001"), (0.8, "0.8"), (1e20, "100000000000000000000"), (3.0, "3.0"), (-0.5, "-0.5")],
)
def test_a_decimal_has_no_exponent(number, text):
    assert decimal_literal(number) == Literal(text, datatype=NamedNode(t.XSD + "decimal"))


@settings(deadline=None, max_examples=200)
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_decimal_says_exactly_the_number(number):
    literal = decimal_literal(number)
    assert float(literal.value) == number
    assert not set(literal.value) - set("-.0123456789")


@pytest.mark.parametrize(("value", "type"), [(12, "integer"), (0.00001, "decimal")])
def test_an_observation_is_an_integer_or_a_decimal_as_it_was_given(value, type):
    found = {q.predicate: q.object for q in quads([Observation("m", "news", "widget", "stars", value)])}
    assert found[NamedNode(t.SCHEMA + "value")].datatype == NamedNode(t.XSD + type)


@pytest.mark.parametrize("kind", sorted(EVENTS))
def test_every_link_of_every_event_leads_where_its_range_says(kind):
    check_links(Event("e", kind, "news", tuple((name, "x") for name in EVENTS[kind])), EVENTS[kind])


@pytest.mark.parametrize("kind", sorted(RELATIONS))
def test_every_link_of_every_relation_leads_where_its_range_says(kind):
    check_links(Relation("r", kind, "news", tuple((name, "x") for name in RELATIONS[kind])), RELATIONS[kind])


def check_links(record, ranges):
    found = {
        q.predicate.value.removeprefix(t.OSGOV): q.object for q in quads([record]) if q.graph_name.value == t.GRAPH + "news"
    }
    for name, leads_to in ranges.items():
        base = {"project": t.PROJECT, "org": t.ORG_ID}.get(leads_to) or f"{t.VOCAB}{leads_to.partition(':')[2]}-"
        assert found[name] == NamedNode(base + "x")


def test_every_kind_of_value_has_its_own_datatype():
    values = (("grantedCode", "x"), ("toLicense", "MIT"), ("boardSize", 3), ("maxShare", 0.5), ("note", "Said so."))
    assert {VALUES[name] for name, _ in values} == set(VALUES.values())
    found = {q.predicate: q.object for q in quads([Event("e", "Relicensing", "news", (), (), values)])}
    assert found[osgov("grantedCode")] == Literal("x")
    assert found[osgov("toLicense")] == Literal("MIT")
    assert found[osgov("boardSize")] == Literal(3)
    assert found[osgov("maxShare")] == Literal("0.5", datatype=NamedNode(t.XSD + "decimal"))
    assert found[NamedNode(t.SKOS + "note")] == Literal("Said so.", language="en")


def test_a_code_is_named_by_its_list_and_itself():
    assert concept("stage", "graduated") == NamedNode(t.VOCAB + "stage-graduated")
