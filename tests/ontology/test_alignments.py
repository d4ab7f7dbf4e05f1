"""How our terms relate to those of other vocabularies: a file of its own, about our terms only, and imported by nothing."""

import re

import pytest
from pyoxigraph import NamedNode
from rdflib import DCTERMS, OWL, RDF, RDFS, SKOS, Graph, Literal, URIRef

from kg.build import source_quads
from kg.resources import ontology_dir
from kg.terms import BASE, DOAP, ONTOLOGY, ORG, OSGOV, PROV, SCHEMA, VOCAB

ALIGNMENTS = Graph().parse(ontology_dir() / "alignments.ttl")
GOVERNANCE = Graph().parse(ontology_dir() / "governance.ttl")
HEADER = URIRef(BASE + "alignments")
WIKIDATA, GUFO = "http://www.wikidata.org/entity/", "http://purl.org/nemo/gufo#"
LOGICAL = {RDFS.subClassOf, RDFS.subPropertyOf}
MATCHES = {SKOS.closeMatch, SKOS.broadMatch, SKOS.relatedMatch}
TOLD = [(s, p, o) for s, p, o in ALIGNMENTS if s != HEADER]
# The properties whose labels in Wikidata were looked up.
LOOKED_UP = {
    *("P112", "P126", "P127", "P178", "P275", "P355", "P463", "P571", "P576", "P580", "P582", "P585", "P749", "P793", "P859"),
    *("P1028", "P1278", "P1319", "P1326", "P1365", "P1366", "P8324"),
}


def test_the_header_says_which_version_of_what_it_is():
    assert (HEADER, RDF.type, OWL.Ontology) in ALIGNMENTS
    version = ALIGNMENTS.value(HEADER, OWL.versionInfo)
    assert version == GOVERNANCE.value(URIRef(ONTOLOGY), OWL.versionInfo)
    assert ALIGNMENTS.value(HEADER, OWL.versionIRI) == URIRef(f"{HEADER}/{version}")
    for term in (DCTERMS.title, DCTERMS.description, DCTERMS.creator, DCTERMS.license, DCTERMS.created, DCTERMS.modified):
        assert len(list(ALIGNMENTS.objects(HEADER, term))) == 1


def test_the_alignments_import_nothing_and_nothing_imports_them():
    assert not list(ALIGNMENTS.subject_objects(OWL.imports))
    assert not list(GOVERNANCE.subject_objects(OWL.imports))
    assert HEADER not in set(GOVERNANCE.all_nodes())
    in_the_graph = {quad.object.value for quad in source_quads(only=()) if isinstance(quad.object, NamedNode)}
    assert ONTOLOGY in in_the_graph
    assert not [iri for iri in in_the_graph if iri.startswith((GUFO, WIKIDATA))]


def test_every_alignment_is_about_a_declared_term_of_ours():
    assert {s for s, _, _ in TOLD if not (s.startswith(OSGOV) or s.startswith(VOCAB))} == set()
    assert {s for s, _, _ in TOLD if (s, RDF.type, None) not in GOVERNANCE} == set()


def test_an_alignment_is_an_inclusion_or_a_match_and_never_an_identity():
    assert {p for _, p, _ in TOLD} <= LOGICAL | MATCHES | {RDFS.comment}


@pytest.mark.parametrize("namespace", [ORG, PROV, DOAP, SCHEMA, WIKIDATA, GUFO])
def test_every_vocabulary_named_in_the_header_is_aligned_with(namespace):
    assert URIRef(namespace) in set(ALIGNMENTS.objects(HEADER, DCTERMS.references))
    assert [o for _, p, o in TOLD if p != RDFS.comment and o.startswith(namespace)]


def test_an_inclusion_is_of_a_class_in_a_class_or_of_a_property_in_a_property():
    for s, p, o in TOLD:
        if p in LOGICAL:
            is_class = (s, RDF.type, OWL.Class) in GOVERNANCE
            assert is_class == (p == RDFS.subClassOf), s
            assert o.rsplit("/", 1)[-1].rsplit("#", 1)[-1][0].isupper() == is_class, o


def test_wikidata_properties_are_those_that_were_looked_up_and_are_matched_only():
    found = {(p, o.removeprefix(WIKIDATA)) for _, p, o in TOLD if o.startswith(WIKIDATA)}
    assert {name for _, name in found} <= LOOKED_UP
    assert {p for p, _ in found} <= MATCHES


def test_a_match_that_could_be_taken_for_more_says_why_it_is_not():
    """An inclusion of ours that the other's own axioms forbid is the mistake to make here."""
    for term in ("holder", "body", "OrganizationEvent", "Project", "startedBy", "statedIn", "repository", "organization"):
        comment = str(ALIGNMENTS.value(URIRef(OSGOV + term), RDFS.comment))
        assert re.match(r"Not below|Never below|Which of|There a", comment), term
    comments = [o for _, p, o in TOLD if p == RDFS.comment]
    assert all(isinstance(text, Literal) and text.language == "en" and text.endswith(".") for text in comments)
