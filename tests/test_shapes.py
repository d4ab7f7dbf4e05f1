"""The SHACL shapes: each one fires on its bad fixture, constraint by constraint, and is silent on its good one."""

from functools import cache
from pathlib import Path

import pyshacl
import pytest
from rdflib import OWL, RDF, SH, Graph, Namespace, URIRef

from kg.askedonce import can_be_asked_once
from kg.resources import ontology_dir
from kg.terms import SHAPES

FIXTURES = Path(__file__).parent / "fixtures" / "shapes"
GOVERNANCE = ontology_dir() / "governance.ttl"
SHAPES_GRAPH = Graph().parse(ontology_dir() / "shapes.ttl")
S = Namespace(SHAPES)
NAMES = sorted(str(shape).removeprefix(SHAPES) for shape in SHAPES_GRAPH.subjects(RDF.type, SH.NodeShape))
SEVERITIES = (SH.Violation, SH.Warning, SH.Info)


def constraints(name):
    """The property shapes and SPARQL constraints of a node shape."""
    return {*SHAPES_GRAPH.objects(S[name], SH.property), *SHAPES_GRAPH.objects(S[name], SH.sparql)}


@cache
def report(name):
    """The results of validating a fixture, together with the ontology, against all shapes."""
    data = Graph().parse(FIXTURES / f"{name}.ttl").parse(GOVERNANCE)
    _, results, _ = pyshacl.validate(data, shacl_graph=SHAPES_GRAPH, advanced=True, inference="none")
    return results


def fired(results):
    """The shapes and SPARQL constraints that have a result."""
    return set(results.objects(None, SH.sourceShape)) | set(results.objects(None, SH.sourceConstraint))


def missing_fixtures(names, folder):
    return [f"{name}-{kind}.ttl" for name in names for kind in ("bad", "good") if not (folder / f"{name}-{kind}.ttl").is_file()]


def test_every_node_shape_has_a_bad_and_a_good_fixture():
    assert NAMES
    assert missing_fixtures(NAMES, FIXTURES) == []


def test_a_shape_without_fixtures_is_noticed(tmp_path):
    (tmp_path / "New-good.ttl").touch()
    assert missing_fixtures(["New"], tmp_path) == ["New-bad.ttl"]


def test_every_fixture_belongs_to_a_shape():
    assert {path.stem.rsplit("-", 1)[0] for path in FIXTURES.glob("*.ttl")} == set(NAMES)


def test_every_node_shape_is_named_in_the_shapes_namespace():
    assert all(isinstance(s, URIRef) and s.startswith(SHAPES) for s in SHAPES_GRAPH.subjects(RDF.type, SH.NodeShape))


@pytest.mark.parametrize("name", NAMES)
def test_every_shape_and_constraint_has_a_severity_and_a_message(name):
    for node in (S[name], *constraints(name)):
        assert SHAPES_GRAPH.value(node, SH.severity) in SEVERITIES, node
        assert len(str(SHAPES_GRAPH.value(node, SH.message))) > 20, node


def test_every_constraint_in_sparql_can_be_asked_once_for_all_nodes():
    """Otherwise validating takes time for each node, and the bundled graph has tens of thousands."""
    declared = SHAPES_GRAPH.objects(None, SH.declare)
    names = [(SHAPES_GRAPH.value(d, SH.prefix), SHAPES_GRAPH.value(d, SH.namespace)) for d in declared]
    prefixes = "".join(f"PREFIX {prefix}: <{namespace}>\n" for prefix, namespace in names)
    queries = [SHAPES_GRAPH.value(node, SH.select) for node in SHAPES_GRAPH.objects(None, SH.sparql)]
    assert len(queries) >= 15
    assert [text for text in queries if not can_be_asked_once(prefixes + text)] == []


@pytest.mark.parametrize("name", NAMES)
def test_the_bad_fixture_makes_its_shape_fire(name):
    assert fired(report(f"{name}-bad")) & {S[name], *constraints(name)}


@pytest.mark.parametrize("name", NAMES)
def test_the_bad_fixture_makes_every_constraint_of_its_shape_fire(name):
    assert constraints(name) - fired(report(f"{name}-bad")) == set()


@pytest.mark.parametrize("name", NAMES)
def test_every_result_on_a_bad_fixture_says_what_to_mend(name):
    results = report(f"{name}-bad")
    for result in results.objects(None, SH.result):
        assert results.value(result, SH.resultMessage), result
        assert results.value(result, SH.focusNode), result
        assert "{?" not in str(results.value(result, SH.resultMessage)), "a placeholder was not filled in"


@pytest.mark.parametrize("name", NAMES)
def test_the_good_fixture_passes_all_shapes(name):
    results = report(f"{name}-good")
    found = [str(results.value(r, SH.resultMessage)) for r in results.subjects(SH.resultSeverity, SH.Violation)]
    assert found == []


@pytest.mark.parametrize("name", NAMES)
def test_the_good_fixture_has_something_for_its_shape_to_look_at(name):
    data = Graph().parse(FIXTURES / f"{name}-good.ttl").parse(GOVERNANCE)
    classes = " ".join(target.n3() for target in SHAPES_GRAPH.objects(S[name], SH.targetClass))
    query = "ASK { VALUES ?class { %s } ?node a/<http://www.w3.org/2000/01/rdf-schema#subClassOf>* ?class }"
    properties = set(SHAPES_GRAPH.objects(S[name], SH.targetSubjectsOf))
    found = properties & set(data.predicates()) or (classes and data.query(query % classes).askAnswer)
    assert found or name == "NoPersons"  # the one shape whose targets must not be there


def test_what_only_makes_data_less_useful_is_a_warning_and_no_violation():
    warnings = {str(s).removeprefix(SHAPES) for s in SHAPES_GRAPH.subjects(SH.severity, SH.Warning)}
    assert warnings == {
        "Transfer-date",
        "Transfer-notHolder",
        "MaturityChange-beforeAcceptance",
        "MaturityChange-activityAfter",
        "Stewardship-overlap",
        "CharterRule-seats",
        "MetricObservation-oneValue",
        "MetricObservation-period",
    }
    remarks = {str(s).removeprefix(SHAPES) for s in SHAPES_GRAPH.subjects(SH.severity, SH.Info)}
    assert remarks == {"SourceDocument-https"}
    results = report("Transfer-bad")
    undated = results.subjects(SH.sourceShape, S["Transfer-date"])
    assert {results.value(r, SH.resultSeverity) for r in undated} == {SH.Warning}
    # A constraint in SPARQL has the severity of its shape, so one that warns needs a shape of its own.
    stolen = results.subjects(SH.sourceShape, S["Transfer-notHolder"])
    assert {results.value(r, SH.resultSeverity) for r in stolen} == {SH.Warning}


def test_the_ontology_alone_passes_all_shapes():
    conforms, _, text = pyshacl.validate(Graph().parse(GOVERNANCE), shacl_graph=SHAPES_GRAPH, advanced=True, inference="none")
    assert conforms, text


def test_two_companies_that_control_each_other_are_each_named():
    results = report("Control-bad")
    circles = results.subjects(SH.sourceConstraint, S["Control-cycle"])
    assert {results.value(circle, SH.focusNode).rsplit("/", 1)[-1] for circle in circles} == {"itself", "one", "two", "three"}


def test_the_message_on_a_shared_wikidata_item_names_both():
    results = report("NamedEntity-bad")
    shared = results.subjects(SH.sourceConstraint, S["NamedEntity-sharedWikidataId"])
    messages = [str(results.value(result, SH.resultMessage)) for result in shared]
    assert len(messages) == 2
    assert all("Q42" in text for text in messages)
    assert any("org/other" in text for text in messages)


def test_the_version_of_the_shapes_is_that_of_the_ontology():
    ontology = Graph().parse(GOVERNANCE)
    version = {str(v) for _, v in SHAPES_GRAPH.subject_objects(OWL.versionInfo)}
    assert version == {str(v) for s, v in ontology.subject_objects(OWL.versionInfo) if (s, RDF.type, OWL.Ontology) in ontology}
