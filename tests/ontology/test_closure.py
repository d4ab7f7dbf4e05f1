"""What a rule-based reasoner (OWL 2 RL) concludes from our data adds no kind of thing that was not stated."""

import pytest
from owlrl import DeductiveClosure, OWLRL_Semantics
from rdflib import OWL, RDF, RDFS, XSD, Graph, Literal, Namespace, URIRef

from kg.terms import BASE, ORG, ORG_ID, OSGOV, PREFIXES, PROJECT, PROV, SCHEMA

O = Namespace(OSGOV)  # noqa: E741  the letter is the ontology's, in this file alone
PREFIX_LINES = "".join(f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in PREFIXES.items())
OF_EVERYTHING = {OWL.Thing, RDFS.Resource}


def turtle(text):
    return Graph().parse(data=PREFIX_LINES + text, format="turtle")


def closed(terms, data):
    """The axioms and the data, with all that the rules conclude from them. Labels and notes take long and conclude nothing."""
    graph = Graph()
    for s, p, o in terms:
        if p == RDF.type or (str(p).startswith((str(RDFS), str(OWL))) and isinstance(o, URIRef)):
            graph.add((s, p, o))
    graph += data
    DeductiveClosure(OWLRL_Semantics).expand(graph)
    return graph


def above(terms, kinds):
    """The kinds and all that lie above them, by the subclass axioms and equivalences stated, domains and ranges left aside."""
    found, new = set(), set(kinds)
    while new:
        found |= new
        wider = {kind for cls in new for axiom in (RDFS.subClassOf, OWL.equivalentClass) for kind in terms.objects(cls, axiom)}
        new = (wider | {cls for kind in new for cls in terms.subjects(OWL.equivalentClass, kind)}) - found
    return found


def unexpected_types(terms, data, conclusions):
    """Pairs of a node of the data and a type concluded for it that lies above none of the types stated.

    A page on the web, of which we state no type, may be what another vocabulary's property takes its values for.
    """
    nodes = {node for node in data.all_nodes() if isinstance(node, URIRef)} - set(terms.subjects())
    for node in nodes:
        stated = set(data.objects(node, RDF.type))
        if not stated and not node.startswith(BASE):
            used = {p for term in data.predicates(None, node) for p in terms.transitive_objects(term, RDFS.subPropertyOf)}
            stated = {kind for p in used if not p.startswith(OSGOV) for kind in terms.objects(p, RDFS.range)}
        concluded = set(conclusions.objects(node, RDF.type)) - OF_EVERYTHING
        yield from ((node, kind) for kind in concluded - above(terms, stated))


def concluded_types(conclusions, kind):
    """All types of the instances of a kind, but those of everything."""
    instances = set(conclusions.subjects(RDF.type, kind))
    assert instances, f"no {kind} in the data: the test would say nothing"
    return {type_ for node in instances for type_ in conclusions.objects(node, RDF.type)} - OF_EVERYTHING


def test_the_data_in_question_have_every_class_and_property_that_the_graph_has(data_of_every_kind, built_graph):
    rows = built_graph.query("SELECT DISTINCT ?term WHERE { { ?s a ?term } UNION { ?s ?term ?o } } ORDER BY ?term")
    wanted = {URIRef(row["term"]) for row in rows if str(row["term"]).startswith(OSGOV)} - {O.competencyQuestion}
    assert wanted - set(data_of_every_kind.objects(None, RDF.type)) - set(data_of_every_kind.predicates()) == set()


def test_every_node_of_the_graph_is_of_the_kind_that_its_properties_want(terms_of_ours, built_graph):
    """What the rules would conclude from domains and ranges over the whole graph, too large for them, is stated already."""
    wrong = {}
    for axiom, place in ((RDFS.domain, "?s"), (RDFS.range, "?o")):
        for term, kind in terms_of_ours.subject_objects(axiom):
            if str(kind).startswith(str(XSD)):
                continue
            kinds = " ".join(f"<{cls}>" for cls in terms_of_ours.transitive_subjects(RDFS.subClassOf, kind))
            query = f"""SELECT DISTINCT {place} WHERE {{
                ?s <{term}> ?o . OPTIONAL {{ {place} a ?kind . VALUES ?kind {{ {kinds} }} }} FILTER(!BOUND(?kind))
            }} ORDER BY {place} LIMIT 3"""
            if rows := [str(row[place[1:]]) for row in built_graph.query(query)]:
                wrong[str(term), str(axiom)] = rows
    assert wrong == {}


def test_nothing_becomes_a_thing_of_another_kind(terms_of_all, data_of_every_kind, closure):
    assert sorted(set(unexpected_types(terms_of_all, data_of_every_kind, closure)))[:10] == []


def test_the_rules_find_no_contradiction(closure):
    """owlrl writes down what it finds as an error message in the graph."""
    errors = URIRef("http://www.daml.org/2002/03/agents/agent-ont#error")
    assert list(closure.objects(None, errors)) == []
    assert list(closure.subjects(RDF.type, OWL.Nothing)) == []


def test_projects_organizations_events_and_relations_share_no_type_but_that_of_having_a_source(closure):
    kinds = [concluded_types(closure, kind) for kind in (O.Project, O.Organization, O.Event, O.Relation)]
    gufo = "http://purl.org/nemo/gufo#"
    shared = {kind for i, one in enumerate(kinds) for other in kinds[i + 1 :] for kind in one & other}
    assert {kind for kind in shared if not kind.startswith(gufo)} <= {URIRef(PROV + "Entity"), URIRef(SCHEMA + "Thing")}


def test_no_project_becomes_an_organization_of_any_vocabulary(closure):
    names = {kind.rsplit("/", 1)[-1].rsplit("#", 1)[-1] for kind in concluded_types(closure, O.Project)}
    assert names & {"Organization", "Agent", "FormalOrganization"} == set()


def test_the_only_organizations_are_those_stated(closure, data_of_every_kind):
    stated = {s for s in data_of_every_kind.subjects(RDF.type) if s.startswith(ORG_ID)}
    assert {s for s in closure.subjects(RDF.type, URIRef(ORG + "Organization")) if isinstance(s, URIRef)} == stated
    assert not [s for s in closure.subjects(RDF.type, O.Organization) if s.startswith(PROJECT)]


def test_no_two_nodes_become_one(closure):
    """A functional or inverse functional property of another vocabulary would join what has a value in common."""
    joined = [(a, b) for a, b in closure.subject_objects(OWL.sameAs) if a != b and not isinstance(a, Literal)]
    assert joined == []


PLANTED = {
    "a company where a project belongs": "e:x a osgov:Donation ; osgov:project o:acme . o:acme a osgov:Company .",
    "a departure with what only an acceptance has": "e:x a osgov:Departure ; osgov:formerOwner o:a . o:a a osgov:Company .",
    "a page that is a steward": "r:x a osgov:Stewardship ; osgov:steward <https://acme.example/> .",
}


@pytest.mark.parametrize("fault", PLANTED)
def test_a_statement_that_makes_a_thing_one_of_another_kind_is_noticed(terms_of_ours, fault):
    data = turtle(PLANTED[fault])
    assert list(unexpected_types(terms_of_ours, data, closed(terms_of_ours, data)))


ALIGNED_WRONGLY = {
    "holders are members": "osgov:holder rdfs:subPropertyOf org:member .",
    "documents are what facts are derived from": "osgov:statedIn rdfs:subPropertyOf prov:wasDerivedFrom .",
    "events make relations as activities do": "osgov:startedBy rdfs:subPropertyOf prov:wasGeneratedBy .",
    "merged organizations were used": "osgov:organization rdfs:subPropertyOf org:originalOrganization .",
}


@pytest.fixture(scope="module")
def small_graph_to_align():
    return turtle("""
        r:seats a osgov:BoardSeats ; osgov:holder o:acme ; osgov:body o:harbour ; osgov:startedBy e:end .
        e:end a osgov:OrganizationMerger ; osgov:organization o:bolt .
        p:weaver a osgov:Project ; osgov:statedIn src:page . src:page a osgov:SourceDocument .
        o:acme a osgov:Company . o:bolt a osgov:Company . o:harbour a osgov:Foundation .
    """)


def test_the_alignments_as_they_are_let_no_type_leak(terms_of_all, small_graph_to_align):
    found = unexpected_types(terms_of_all, small_graph_to_align, closed(terms_of_all, small_graph_to_align))
    assert list(found) == []


@pytest.mark.parametrize("alignment", ALIGNED_WRONGLY)
def test_an_alignment_that_lets_a_type_leak_is_noticed(terms_of_all, small_graph_to_align, alignment):
    terms = terms_of_all + turtle(ALIGNED_WRONGLY[alignment])
    assert list(unexpected_types(terms, small_graph_to_align, closed(terms, small_graph_to_align)))


def test_an_alignment_that_makes_projects_organizations_is_noticed(terms_of_all):
    data = turtle("p:weaver a osgov:Project .")
    terms = terms_of_all + turtle("osgov:Project rdfs:subClassOf schema:Project .")
    assert URIRef(SCHEMA + "Organization") in concluded_types(closed(terms, data), O.Project)


def test_data_with_the_deprecated_property_answer_for_its_successor(terms_of_all):
    data = turtle('src:page a osgov:SourceDocument ; osgov:revision "abc" .')
    found = closed(terms_of_all, data).objects(URIRef(PREFIXES["src"] + "page"), URIRef(SCHEMA + "version"))
    assert [str(value) for value in found] == ["abc"]
