"""The ontology: documented term by term, and in step with what the package writes."""

import json
import re
from pathlib import Path

import pytest
from rdflib import DCTERMS, OWL, RDF, RDFS, SKOS, VANN, XSD, BNode, Graph, Literal, Namespace, URIRef

from kg.factsheet import TABLES
from kg.records import DATE_BASES, EVENTS, ORGANIZATION_KINDS, RELATIONS, SOURCE_KINDS, VALUES
from kg.resources import PACKAGE, ontology_dir, queries_dir
from kg.terms import DOAP, ONTOLOGY, ONTOLOGY_GRAPH, ORG, ORG_ID, OSGOV, PREFIXES, SCHEMA, VOCAB

GOVERNANCE = Graph().parse(ontology_dir() / "governance.ttl")
O = Namespace(OSGOV)  # noqa: E741  the letter is the ontology's, in this file alone
S = Namespace(SCHEMA)
PROPERTY_TYPES = (OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)
CLASSES = set(GOVERNANCE.subjects(RDF.type, OWL.Class))
PROPERTIES = {p for kind in PROPERTY_TYPES for p in GOVERNANCE.subjects(RDF.type, kind)}
ORGANIZATION = URIRef(ORG + "Organization")

PREFIX_LINES = "".join(f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in PREFIXES.items())


def superclasses(cls):
    return set(GOVERNANCE.transitive_objects(cls, RDFS.subClassOf))


def stated(term, single, several):
    return {*GOVERNANCE.objects(term, single), *GOVERNANCE.objects(term, several)}


def domains(term):
    return stated(term, RDFS.domain, S.domainIncludes)


def ranges(term):
    return stated(term, RDFS.range, S.rangeIncludes)


def links():
    """Every (class, property, what it leads to) that the records allow."""
    return [(kind, name, target) for kind, found in {**EVENTS, **RELATIONS}.items() for name, target in found.items()]


# ---- the header and the form of the file


HEADER_SAYS = [
    OWL.versionIRI,
    OWL.versionInfo,
    DCTERMS.title,
    DCTERMS.abstract,
    DCTERMS.description,
    DCTERMS.creator,
    DCTERMS.contributor,
    DCTERMS.publisher,
    DCTERMS.created,
    DCTERMS.modified,
    DCTERMS.issued,
    DCTERMS.license,
    DCTERMS.rights,
    DCTERMS.bibliographicCitation,
    VANN.preferredNamespacePrefix,
    VANN.preferredNamespaceUri,
]


def times_in_the_header(term):
    return len(list(GOVERNANCE.objects(URIRef(ONTOLOGY), term)))


@pytest.mark.parametrize("term", HEADER_SAYS, ids=lambda term: term.rsplit("/", 1)[-1])
def test_the_header_says_it_once(term):
    assert times_in_the_header(term) == 1


def test_the_header_agrees_with_itself_and_with_the_package():
    header = URIRef(ONTOLOGY)
    version = GOVERNANCE.value(header, OWL.versionInfo)
    assert GOVERNANCE.value(header, OWL.versionIRI) == URIRef(f"{ONTOLOGY}/{version}")
    assert GOVERNANCE.value(header, VANN.preferredNamespaceUri) == Literal(OSGOV)
    assert PREFIXES[str(GOVERNANCE.value(header, VANN.preferredNamespacePrefix))] == OSGOV
    assert isinstance(GOVERNANCE.value(header, DCTERMS.license), URIRef)
    days = (DCTERMS.created, DCTERMS.modified, DCTERMS.issued)
    assert {GOVERNANCE.value(header, day).datatype for day in days} == {XSD.date}


def test_the_file_declares_the_prefixes_of_the_package():
    text = (ontology_dir() / "governance.ttl").read_text("utf-8")
    declared = dict(re.findall(r"^@prefix (\w+): <(\S+)> \.$", text, re.M))
    assert {prefix: declared.get(prefix) for prefix in PREFIXES} == PREFIXES


def test_nothing_is_imported_and_no_node_is_blank():
    assert not list(GOVERNANCE.subject_objects(OWL.imports))
    assert not [node for node in GOVERNANCE.all_nodes() if isinstance(node, BNode)]


def test_every_competency_question_has_terms_that_it_needs():
    """The rule question-unknown lists all of them: 30 of our own, and 17 that users of other systems asked."""
    rule = (Path(__file__).parents[1] / "hygiene" / "question-unknown.rq").read_text("utf-8")
    asked = set(re.findall(r'"(CQ\d\d)"', rule))
    assert len(asked) == 47
    assert asked - {str(question) for question in GOVERNANCE.objects(None, O.competencyQuestion)} == set()


# ---- versions and what is deprecated

DEPRECATED = set(GOVERNANCE.subjects(OWL.deprecated, Literal(True)))
CHANGES = (ontology_dir() / "CHANGELOG.md").read_text("utf-8")


def test_the_changelog_begins_with_this_version_and_has_the_one_before():
    header = URIRef(ONTOLOGY)
    versions = re.findall(r"^## (\d+\.\d+\.\d+), (\d{4}-\d{2}-\d{2})$", CHANGES, re.M)
    assert versions[0] == (str(GOVERNANCE.value(header, OWL.versionInfo)), str(GOVERNANCE.value(header, DCTERMS.modified)))
    assert GOVERNANCE.value(header, OWL.priorVersion) == URIRef(f"{ONTOLOGY}/{versions[1][0]}")
    assert str(GOVERNANCE.value(header, OWL.versionIRI)) in str(GOVERNANCE.value(header, DCTERMS.bibliographicCitation))


def test_a_deprecated_term_is_in_the_changelog_with_its_successor():
    assert DEPRECATED
    deprecated = "".join(re.findall(r"^### Deprecated\n(.*?)(?=^##)", CHANGES, re.M | re.S))
    for term in DEPRECATED:
        successor = GOVERNANCE.value(term, DCTERMS.isReplacedBy)
        prefix = next(p for p, namespace in PREFIXES.items() if successor.startswith(namespace))
        wanted = f"`{term.replace(OSGOV, 'osgov:')}`: use `{prefix}:{successor.removeprefix(PREFIXES[prefix])}`"
        assert wanted in deprecated


def test_the_data_have_the_successor_of_a_deprecated_term_and_not_the_term(built_graph):
    for term in DEPRECATED:
        successor = GOVERNANCE.value(term, DCTERMS.isReplacedBy)
        assert built_graph.query(f"ASK {{ ?s <{successor}> ?o }}") is True
        assert built_graph.query(f"ASK {{ ?s <{term}> ?o }}") is False


# ---- classes


def test_every_class_of_the_records_is_declared():
    others = {"Project", "MetricObservation", "SourceDocument", "SourceGraph", "Assessment"}
    names = {*EVENTS, *RELATIONS, *ORGANIZATION_KINDS.values(), *others}
    assert {name for name in names if O[name] not in CLASSES} == set()


@pytest.mark.parametrize("kind", EVENTS)
def test_every_event_of_the_records_is_an_event_of_a_project_or_of_an_organization(kind):
    above = superclasses(O[kind])
    assert O.Event in above
    assert (O.ProjectEvent in above) == ("project" in EVENTS[kind])
    assert (O.OrganizationEvent in above) == ("organization" in EVENTS[kind])


@pytest.mark.parametrize("kind", RELATIONS)
def test_every_relation_of_the_records_is_a_relation(kind):
    assert O.Relation in superclasses(O[kind])


@pytest.mark.parametrize("kind", ORGANIZATION_KINDS.values())
def test_every_kind_of_organization_is_one_for_the_organization_ontology_too(kind):
    assert ORGANIZATION in superclasses(O[kind])


def test_a_project_is_one_for_doap_too():
    assert URIRef(DOAP + "Project") in superclasses(O.Project)


def test_projects_events_relations_and_organizations_are_kept_apart():
    apart = {frozenset(pair) for pair in GOVERNANCE.subject_objects(OWL.disjointWith)}
    three = (O.Project, O.Event, O.Relation)
    kinds = tuple(O[kind] for kind in ORGANIZATION_KINDS.values())
    wanted = {frozenset((a, b)) for a in three for b in (*three, *kinds) if a != b}
    assert wanted <= apart


def test_a_company_may_be_a_foundation():
    assert {O.Company, O.Foundation} not in [set(pair) for pair in GOVERNANCE.subject_objects(OWL.disjointWith)]


def test_no_class_lies_below_two_that_are_kept_apart():
    for one, other in GOVERNANCE.subject_objects(OWL.disjointWith):
        assert not [cls for cls in CLASSES if {one, other} <= superclasses(cls)]


def test_no_class_lies_below_itself():
    assert not [cls for cls in CLASSES if any(cls in superclasses(above) for above in GOVERNANCE.objects(cls, RDFS.subClassOf))]


# ---- properties


def test_every_property_of_the_records_is_declared():
    names = {name for _, name, _ in links()} | {name for name, kind in VALUES.items() if kind != "note"}
    names |= {f"{basis}On" for basis in DATE_BASES}
    assert {name for name in names if O[name] not in PROPERTIES} == set()


@pytest.mark.parametrize(("kind", "name", "target"), links())
def test_a_link_of_the_records_fits_the_domain_and_range_of_its_property(kind, name, target):
    assert domains(O[name]) & superclasses(O[kind]), f"{kind} is in no domain of {name}"
    wanted = {"project": O.Project, "org": ORGANIZATION}.get(target, SKOS.Concept)
    assert ranges(O[name]) == {wanted}
    assert (O[name], RDF.type, OWL.ObjectProperty) in GOVERNANCE


@pytest.mark.parametrize(("name", "kind"), [item for item in VALUES.items() if item[1] != "note"])
def test_a_value_of_the_records_has_the_datatype_of_its_property(name, kind):
    datatype = {"integer": XSD.integer, "decimal": XSD.decimal}.get(kind, XSD.string)
    assert ranges(O[name]) == {datatype}
    assert (O[name], RDF.type, OWL.DatatypeProperty) in GOVERNANCE


@pytest.mark.parametrize("name", [*(f"{basis}On" for basis in DATE_BASES), "from", "until", "observedOn", "statedDate"])
def test_a_stated_date_may_be_a_year_a_month_or_a_day(name):
    assert ranges(O[name]) == {XSD.gYear, XSD.gYearMonth, XSD.date}


@pytest.mark.parametrize(
    "name",
    [
        *("earliest", "latest", "statedDate", "dateBasis", "umbrella"),
        *("startsNoEarlier", "startsNoLater", "endsNoEarlier", "endsNoLater", "startedBy", "endedBy", "inferredFrom"),
        *("fromOsiApproved", "toOsiApproved", "osiApproved", "byGroup", "partOfFigure", "groupValue", "listedOn"),
        *("majorityGroup", "tierChangedTo"),
    ],
)
def test_a_derived_property_says_so(name):
    assert str(GOVERNANCE.value(O[name], SKOS.scopeNote)).startswith("Derived, only in graph/derived.")


def test_every_property_is_of_one_type_only():
    assert [p for p in PROPERTIES if sum((p, RDF.type, kind) in GOVERNANCE for kind in PROPERTY_TYPES) != 1] == []


def terms_written_in(paths):
    """Pairs of a file and a term in it. One letter alone is no term of ours but an example in a docstring."""
    for path in paths:
        for name in re.findall(r'\bosgov(?:\("|:)([A-Za-z]\w+)', path.read_text("utf-8")):
            yield path.name, name


def test_every_term_that_code_and_queries_write_is_declared():
    paths = [*PACKAGE.rglob("*.py"), *queries_dir().rglob("*.rq"), ontology_dir() / "shapes.ttl"]
    unknown = {(where, name) for where, name in terms_written_in(paths) if O[name] not in CLASSES | PROPERTIES}
    assert unknown == set()


# ---- code lists


def codes(scheme):
    concepts = GOVERNANCE.subjects(SKOS.inScheme, URIRef(VOCAB + scheme))
    return {str(GOVERNANCE.value(concept, SKOS.notation)) for concept in concepts}


def test_every_code_list_of_the_records_and_of_the_fact_files_has_codes():
    wanted = {target.removeprefix("concept:") for _, _, target in links() if target.startswith("concept:")}
    keys = [key for tables in TABLES.values() for table in tables.values() for key in table.keys]
    wanted |= {key.type.partition(":")[2] for key in keys if key.type.startswith(("code:", "codes:"))}
    assert {scheme for scheme in wanted if not codes(scheme)} == set()


def test_the_kinds_of_sources_are_those_of_the_records():
    assert codes("source") == set(SOURCE_KINDS)


def test_every_stage_is_matched_to_one_rung_of_the_common_ladder():
    ladder = set(GOVERNANCE.subjects(SKOS.inScheme, URIRef(VOCAB + "ladder")))
    for stage in GOVERNANCE.subjects(SKOS.inScheme, URIRef(VOCAB + "stage")):
        rungs = [*GOVERNANCE.objects(stage, SKOS.exactMatch), *GOVERNANCE.objects(stage, SKOS.closeMatch)]
        assert len(rungs) == 1, stage
        assert set(rungs) <= ladder, stage


def test_no_rung_is_the_exact_match_of_two_stages():
    """An exact match is transitive: two of them would make the stages of two foundations one."""
    rungs = list(GOVERNANCE.objects(None, SKOS.exactMatch))
    assert len(rungs) == len(set(rungs))


def rung(stage):
    return next(o for match in (SKOS.exactMatch, SKOS.closeMatch) for o in GOVERNANCE.objects(URIRef(VOCAB + stage), match))


@pytest.mark.parametrize(
    ("rung_of_all", "stages"),
    {
        "ladder-entry": ["stage-sandbox", "stage-podling"],
        "ladder-incubation": ["stage-incubating", "stage-growth"],
        "ladder-maturity": ["stage-graduated", "stage-top-level", "stage-impact"],
        "ladder-end": ["stage-archived", "stage-retired", "stage-inactive"],
    }.items(),
)
def test_stages_of_different_foundations_meet_on_one_rung(rung_of_all, stages):
    assert {rung(stage) for stage in stages} == {URIRef(VOCAB + rung_of_all)}


def test_the_rungs_of_the_common_ladder_are_numbered_from_the_bottom():
    rungs = GOVERNANCE.objects(URIRef(VOCAB + "ladder"), SKOS.hasTopConcept)
    numbered = sorted((GOVERNANCE.value(rung, S.position).toPython(), rung.removeprefix(VOCAB)) for rung in rungs)
    assert numbered == [(1, "ladder-entry"), (2, "ladder-incubation"), (3, "ladder-maturity"), (4, "ladder-end")]


def ladders():
    """The stages of each foundation whose ladder the ontology has."""
    collections = GOVERNANCE.subjects(RDF.type, SKOS.Collection)
    return {GOVERNANCE.value(c, DCTERMS.creator): (c, set(GOVERNANCE.objects(c, SKOS.member))) for c in collections}


def test_every_stage_that_a_foundation_puts_a_project_on_is_of_its_own_ladder(built_graph):
    rows = built_graph.query(
        "SELECT DISTINCT ?by ?stage WHERE { ?node osgov:byOrganization ?by ; osgov:stage|osgov:toStage ?stage }"
        " ORDER BY ?by ?stage"
    )
    found = {(URIRef(row["by"]), URIRef(row["stage"])) for row in rows}
    assert found
    assert {(by, stage) for by, stage in found if stage not in ladders().get(by, ("", set()))[1]} == set()


def test_a_ladder_is_named_after_the_foundation_whose_it_is(built_graph):
    assert len(ladders()) == len(list(GOVERNANCE.subjects(RDF.type, SKOS.Collection)))
    for foundation, (collection, _) in ladders().items():
        assert collection == URIRef(VOCAB + "stages-" + foundation.removeprefix(ORG_ID))
        [row] = built_graph.query(f"SELECT ?name WHERE {{ <{foundation}> skos:prefLabel ?name }} ORDER BY ?name")
        name = str(GOVERNANCE.value(collection, SKOS.prefLabel)).removeprefix("stages of ").removeprefix("the ")
        assert name == row["name"].removeprefix("The ")


@pytest.mark.parametrize("name", ["neutral", "not shown neutral", "not neutral"])
def test_a_verdict_is_called_what_the_command_line_prints(name):
    concept = URIRef(VOCAB + "verdict-" + name.replace(" ", "-"))
    assert list(GOVERNANCE.objects(concept, SKOS.prefLabel)) == [Literal(name, lang="en")]


# ---- the JSON-LD context


CONTEXT = json.loads((ontology_dir() / "context.jsonld").read_text("utf-8"))["@context"]


def test_the_context_has_every_prefix_of_the_package():
    assert {prefix: CONTEXT.get(prefix) for prefix in PREFIXES} == PREFIXES


def test_the_context_covers_every_property_and_class():
    properties = {p.removeprefix(OSGOV) for p in PROPERTIES}
    classes = {c.removeprefix(OSGOV) for c in CLASSES}
    assert {name for name in properties if CONTEXT.get(name, {}).get("@id") != f"osgov:{name}"} == set()
    assert {name for name in classes if CONTEXT.get(name) != f"osgov:{name}"} == set()


def test_the_context_has_a_word_for_every_property_and_class_of_the_data(built_graph):
    words = {value if isinstance(value, str) else value["@id"] for value in CONTEXT.values() if not isinstance(value, float)}
    known = {PREFIXES[prefix] + name for prefix, _, name in (word.partition(":") for word in words) if prefix in PREFIXES}
    told = f"GRAPH ?g {{ ?s ?p ?o }} FILTER(?g != <{ONTOLOGY_GRAPH}>)"
    rows = built_graph.query(
        f"SELECT DISTINCT ?term WHERE {{ {{ {told} BIND(?p AS ?term) }} UNION {{ {told} ?s a ?term }} }} ORDER BY ?term"
    )
    of_data = {str(row["term"]) for row in rows}
    assert of_data >= {OSGOV + "project", OSGOV + "Donation", SCHEMA + "version"}
    assert of_data - known - {str(RDF.type)} == set()


def test_the_context_has_no_term_of_ours_that_is_not_declared():
    ids = {value if isinstance(value, str) else value["@id"] for value in CONTEXT.values() if not isinstance(value, float)}
    ours = {O[text.removeprefix("osgov:")] for text in ids if text.startswith("osgov:")}
    assert ours == CLASSES | PROPERTIES


@pytest.mark.parametrize("term", sorted(PROPERTIES))
def test_the_context_types_values_as_the_ontology_does(term):
    entry = CONTEXT[term.removeprefix(OSGOV)]
    found = ranges(term)
    if (term, RDF.type, OWL.ObjectProperty) in GOVERNANCE:
        assert entry.get("@type") == "@id"
    elif len(found) == 1 and found <= {XSD.boolean, XSD.date, XSD.integer, XSD.decimal}:
        assert entry.get("@type") == "xsd:" + found.pop().removeprefix(str(XSD))
    else:
        assert "@type" not in entry


def test_json_written_with_the_context_is_the_same_graph():
    document = {
        "@context": CONTEXT,
        "@graph": [
            {
                "id": "e:pytorch-donation",
                "type": "SpinOut",
                "project": "p:pytorch",
                "fromOrganization": "o:meta",
                "announcedOn": {"@type": "xsd:gYearMonth", "@value": "2022-09"},
                "earliest": "2022-09-01",
                "dateBasis": "osgov:announcedOn",
            },
            {
                "id": "p:pytorch",
                "type": "Project",
                "prefLabel": "PyTorch",
                "altLabel": ["Former"],
                "url": "https://pytorch.org/",
            },
            {"id": "r:seats", "type": "BoardSeats", "votingSeats": 1, "until": {"@type": "xsd:gYear", "@value": "2024"}},
        ],
    }
    expected = """
        e:pytorch-donation a osgov:SpinOut ; osgov:project p:pytorch ; osgov:fromOrganization o:meta ;
            osgov:announcedOn "2022-09"^^xsd:gYearMonth ;
            osgov:earliest "2022-09-01"^^xsd:date ;
            osgov:dateBasis osgov:announcedOn .
        p:pytorch a osgov:Project ; skos:prefLabel "PyTorch"@en ; skos:altLabel "Former"@en ;
            schema:url <https://pytorch.org/> .
        r:seats a osgov:BoardSeats ; osgov:votingSeats 1 ; osgov:until "2024"^^xsd:gYear .
    """
    found = Graph().parse(data=json.dumps(document), format="json-ld")
    assert set(found) == set(Graph().parse(data=PREFIX_LINES + expected, format="turtle"))
