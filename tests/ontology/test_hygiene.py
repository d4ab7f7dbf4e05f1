"""Rules that the ontology keeps, one SPARQL file each in tests/hygiene: it selects offenders, and an empty answer passes."""

import re
from pathlib import Path

import pytest
from rdflib import DCTERMS, Graph, Namespace, URIRef

from kg.resources import PACKAGE, ontology_dir, queries_dir
from kg.terms import ONTOLOGY_GRAPH, ORG, OSGOV, PREFIXES, PROV, VOCAB

HYGIENE = sorted((Path(__file__).parents[1] / "hygiene").glob("*.rq"))
O = Namespace(OSGOV)  # noqa: E741  the letter is the ontology's, in this file alone
PREFIX_LINES = "".join(f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in PREFIXES.items())


def code(text):
    return URIRef(VOCAB + text)


# For each rule: Turtle with a fault in it, and the terms it must report, and no others.
PLANTED = {
    "label-missing": (
        'osgov:A a owl:Class . osgov:B a owl:Class ; rdfs:label "b"@en , "bee"@en . osgov:C a owl:Class ; rdfs:label "c"@en .',
        {O.A, O.B},
    ),
    "label-shared": (
        'osgov:A rdfs:label "Event"@en . osgov:b rdfs:label "event"@en . v:x skos:inScheme v:l ; skos:prefLabel "x"@en .'
        ' v:y skos:inScheme v:l ; skos:prefLabel "X"@en . v:z skos:inScheme v:k ; skos:prefLabel "x"@en .',
        {O.A, O.b, code("x"), code("y")},
    ),
    "definition-missing": (
        'osgov:A a owl:Class . osgov:b a owl:ObjectProperty ; skos:definition "nur deutsch"@de .'
        ' osgov:C a owl:Class ; skos:definition "good"@en .',
        {O.A, O.b},
    ),
    "definition-circular": (
        'osgov:A a owl:Class ; rdfs:label "code grant"@en ; skos:definition "a Code-Grant of code"@en .'
        ' osgov:B a owl:Class ; rdfs:label "grant"@en ; skos:definition "what is granted"@en .'
        ' v:x a skos:Concept ; skos:prefLabel "x (1)"@en ; skos:definition "the same as x 1"@en .',
        {O.A, code("x")},
    ),
    "definition-shared": (
        'osgov:A skos:definition "same"@en . osgov:B skos:definition "same"@en . osgov:C skos:definition "other"@en .',
        {O.A, O.B},
    ),
    "comment-differs": (
        'osgov:A a owl:Class ; skos:definition "one"@en ; rdfs:comment "two"@en .'
        ' osgov:b a owl:DatatypeProperty ; skos:definition "one"@en ; rdfs:comment "one"@en .',
        {O.A},
    ),
    "is-defined-by-missing": (
        "osgov:A a owl:Class . v:x a skos:Concept ; rdfs:isDefinedBy <https://w3id.org/osgov/ns> .",
        {O.A},
    ),
    "competency-question-missing": (
        'osgov:A a owl:Class . osgov:b a owl:ObjectProperty ; osgov:competencyQuestion "CQ01" .',
        {O.A},
    ),
    "class-without-example": (
        'osgov:A a owl:Class . osgov:B a owl:Class ; skos:example "this one"@en .',
        {O.A},
    ),
    "class-without-root": (
        "osgov:A a owl:Class ; rdfs:subClassOf osgov:B . osgov:B a owl:Class . osgov:Event a owl:Class ."
        " osgov:C a owl:Class ; rdfs:subClassOf osgov:D . osgov:D a owl:Class ; rdfs:subClassOf osgov:Event .",
        {O.A, O.B},
    ),
    "domain-missing": (
        "osgov:a a owl:ObjectProperty . osgov:b a owl:ObjectProperty ; rdfs:domain osgov:B ."
        " osgov:c a owl:DatatypeProperty ; schema:domainIncludes osgov:B .",
        {O.a},
    ),
    "range-missing": (
        "osgov:a a owl:ObjectProperty . osgov:b a owl:ObjectProperty ; rdfs:range osgov:B .",
        {O.a},
    ),
    "several-domains": (
        "osgov:a rdfs:domain osgov:A , osgov:B . osgov:b rdfs:range osgov:A ; schema:rangeIncludes osgov:B ."
        " osgov:c rdfs:domain osgov:A ; rdfs:range osgov:B . osgov:d schema:domainIncludes osgov:A , osgov:B .",
        {O.a, O.b},
    ),
    "foreign-term": (
        'org:Charity a owl:Class . prov:Entity rdfs:subClassOf osgov:A . <https://example.org/x> skos:definition "mine"@en .'
        " osgov:A a owl:Class ; rdfs:subClassOf prov:Entity . v:x a skos:Concept .",
        {URIRef(ORG + "Charity"), URIRef(PROV + "Entity"), URIRef("https://example.org/x")},
    ),
    "concept-without-scheme": (
        'v:l a skos:ConceptScheme . v:l-x a skos:Concept ; skos:inScheme v:l ; skos:notation "x" .'
        ' v:l-y a skos:Concept . v:k-z a skos:Concept ; skos:inScheme v:l ; skos:notation "z" .'
        ' v:m-w a skos:Concept ; skos:inScheme v:m ; skos:notation "w" .',
        {code(text) for text in ("l-y", "k-z", "m-w")},
    ),
    "concept-without-definition": (
        'v:x a skos:Concept ; skos:prefLabel "x"@en . v:y a skos:Concept ; skos:definition "of y"@en .'
        ' v:z a skos:Concept ; skos:prefLabel "z"@en ; skos:definition "of the last"@en .',
        {code("x"), code("y")},
    ),
    "class-name-form": (
        "osgov:Board_Seats a owl:Class . osgov:boardSeats a owl:Class . osgov:BOARD a owl:Class ."
        " osgov:BoardSeats a owl:Class .",
        {O.Board_Seats, O.boardSeats, O.BOARD},
    ),
    "property-name-form": (
        "osgov:Steward a owl:ObjectProperty . osgov:board_size a owl:DatatypeProperty ."
        " osgov:boardSize a owl:DatatypeProperty .",
        {O.Steward, O.board_size},
    ),
    "scope-note-missing": (
        'osgov:A a owl:Class . osgov:b a owl:DatatypeProperty ; skos:scopeNote "nein"@de .'
        ' osgov:C a owl:Class ; skos:scopeNote "Not a B."@en .',
        {O.A, O.b},
    ),
    "definition-form": (
        'osgov:A skos:definition "The thing"@en . osgov:B skos:definition "a thing"@en . osgov:C skos:definition "thing."@en .'
        ' osgov:D skos:definition "thing with  a gap"@en . osgov:E skos:definition "US law, and then some (more)"@en .',
        {O.A, O.B, O.C, O.D},
    ),
    "notation-shared": (
        'v:x skos:inScheme v:l ; skos:notation "x" . v:y skos:inScheme v:l ; skos:notation "x" .'
        ' v:z skos:inScheme v:k ; skos:notation "x" . v:w skos:inScheme v:k ; skos:notation "w" , "u" .',
        {code("x"), code("y"), code("w")},
    ),
    "match-target-missing": (
        "v:x a skos:Concept ; skos:inScheme v:l ; skos:exactMatch v:gone ."
        " v:y a skos:Concept ; skos:inScheme v:l ; skos:closeMatch v:x ."
        " v:z a skos:Concept ; skos:inScheme v:k ; skos:exactMatch v:x .",
        {code("x"), code("y")},
    ),
    "subclass-cycle": (
        "osgov:A rdfs:subClassOf osgov:B . osgov:B rdfs:subClassOf osgov:A . osgov:C rdfs:subClassOf osgov:A ."
        " osgov:d rdfs:subPropertyOf osgov:d . osgov:e rdfs:subPropertyOf osgov:d .",
        {O.A, O.B, O.d},
    ),
    "deprecated-without-successor": (
        'osgov:a owl:deprecated true ; skos:changeNote "gone"@en . osgov:b owl:deprecated true ; dct:isReplacedBy osgov:c .'
        ' osgov:c owl:deprecated true ; dct:isReplacedBy osgov:d , osgov:f ; skos:changeNote "split"@en .'
        " osgov:g dct:isReplacedBy osgov:h ."
        ' osgov:i owl:deprecated true ; dct:isReplacedBy osgov:h ; skos:changeNote "renamed"@en .',
        {O.a, O.b, O.c, O.g},
    ),
    "deprecated-term-used": (
        "osgov:a owl:deprecated true . osgov:B owl:deprecated true . osgov:c owl:deprecated true . osgov:d rdfs:range osgov:e ."
        " <urn:osgov:query:moves> dct:references osgov:a . osgov:D rdfs:subClassOf osgov:B .",
        {O.a, O.B},
    ),
    "term-without-data": (
        "osgov:A a owl:Class . osgov:B a owl:Class ; rdfs:subClassOf osgov:A . osgov:C a owl:Class ; rdfs:subClassOf osgov:A ."
        " osgov:d a owl:ObjectProperty . osgov:e a owl:ObjectProperty . osgov:f a owl:ObjectProperty ; owl:deprecated true ."
        " <urn:osgov:data> dct:references osgov:B , osgov:e . <urn:osgov:query:moves> dct:references osgov:d .",
        {O.C, O.d},
    ),
    "question-unknown": (
        'osgov:A osgov:competencyQuestion "CQ01" , "CQ67" . osgov:B osgov:competencyQuestion "CQ08" .'
        ' osgov:C osgov:competencyQuestion "CQ41" . osgov:D osgov:competencyQuestion "cq01" .',
        {O.B, O.C, O.D},
    ),
    "several-types": (
        "osgov:a a owl:ObjectProperty , owl:DatatypeProperty . osgov:B a owl:Class , skos:Concept ."
        " osgov:C a owl:Class , owl:Thing .",
        {O.a, O.B},
    ),
    "range-of-wrong-sort": (
        "osgov:a a owl:ObjectProperty ; rdfs:range xsd:string ."
        " osgov:b a owl:DatatypeProperty ; schema:rangeIncludes osgov:A , xsd:date ."
        " osgov:c a owl:ObjectProperty ; rdfs:range osgov:A . osgov:d a owl:DatatypeProperty ; rdfs:range xsd:date .",
        {O.a, O.b},
    ),
    "term-undeclared": (
        "osgov:A a owl:Class ; rdfs:subClassOf osgov:B , org:Organization ; skos:related v:x ."
        " osgov:b a owl:ObjectProperty ; rdfs:range osgov:A ."
        " osgov:A osgov:c osgov:A .",
        {O.B, O.c, code("x")},
    ),
    "top-concept-missing": (
        "v:x a skos:Concept ; skos:inScheme v:l . v:y a skos:Concept ; skos:inScheme v:l ; skos:broader v:z ."
        " v:z a skos:Concept ; skos:inScheme v:l . v:l skos:hasTopConcept v:z , v:w . v:w a skos:Concept ; skos:inScheme v:k ."
        " v:k skos:hasTopConcept v:w .",
        {code("x"), code("w")},
    ),
    "collection-of-nothing": (
        "v:a a skos:Collection ; dct:creator o:x . v:b a skos:Collection ; skos:member v:x ."
        " v:x a skos:Concept ; skos:inScheme v:l ."
        " v:c a skos:Collection ; dct:creator o:x ; skos:member v:x , v:y . v:y a skos:Concept ; skos:inScheme v:k ."
        " v:d a skos:Collection ; dct:creator o:x ; skos:member v:gone ."
        " v:e a skos:Collection ; dct:creator o:x ; skos:member v:x .",
        {code("a"), code("b"), code("c"), code("d")},
    ),
}


def terms_written_in(path):
    """The terms of ours that a file of code or a query names. One letter alone is an example in a docstring."""
    return {O[name] for name in re.findall(r'\bosgov(?:\("|:)([A-Za-z]\w+)', path.read_text("utf-8"))}


def with_uses(built_graph):
    """The ontology, and which terms of it each place uses: `<urn:osgov:data> dct:references osgov:project`."""
    graph = Graph().parse(ontology_dir() / "governance.ttl")

    def use(place, terms):
        for term in terms:
            graph.add((URIRef(f"urn:osgov:{place}"), DCTERMS.references, URIRef(term)))

    told = f"GRAPH ?g {{ ?s ?p ?o }} FILTER(?g != <{ONTOLOGY_GRAPH}> && STRSTARTS(STR(?term), '{OSGOV}'))"
    for pattern in (f"{told} BIND(?p AS ?term)", f"{told} BIND(?o AS ?term)"):
        rows = built_graph.query(f"SELECT DISTINCT ?term WHERE {{ {pattern} }} ORDER BY ?term")
        use("data", [row["term"] for row in rows])
    for path in sorted(queries_dir().rglob("*.rq")):
        use(f"query:{path.stem}", terms_written_in(path))
    for path in sorted(PACKAGE.rglob("*.py")):
        use(f"code:{path.stem}", terms_written_in(path))
    shapes = Graph().parse(ontology_dir() / "shapes.ttl")
    use("shapes", {node for node in shapes.all_nodes() if isinstance(node, URIRef) and node.startswith(OSGOV)})
    use("shapes", terms_written_in(ontology_dir() / "shapes.ttl"))
    return graph


def offenders(rule, ontology):
    """What a rule reports of an ontology."""
    return [tuple(map(str, row)) for row in ontology.query(rule.read_text("utf-8"))]


@pytest.mark.parametrize("rule", HYGIENE, ids=lambda path: path.stem)
def test_the_ontology_keeps_each_hygiene_rule(rule, ontology_in_use):
    assert offenders(rule, ontology_in_use) == []


@pytest.mark.parametrize("rule", HYGIENE, ids=lambda path: path.stem)
def test_each_hygiene_rule_reports_what_breaks_it_and_nothing_else(rule):
    text, offenders = PLANTED[rule.stem]
    rows = Graph().parse(data=PREFIX_LINES + text, format="turtle").query(rule.read_text("utf-8"))
    assert {row[0] for row in rows} == offenders


def test_every_hygiene_rule_says_in_its_first_line_what_it_wants_and_has_a_planted_fault():
    assert {path.stem for path in HYGIENE} == set(PLANTED)
    assert all(re.match(r"# [A-Z].+\.\n", path.read_text("utf-8")) for path in HYGIENE)


def test_the_places_that_use_terms_are_found(ontology_in_use):
    """Without them the rules on use would pass or fail for nothing."""
    used = {str(place) for place in ontology_in_use.subjects(DCTERMS.references)}
    assert {"urn:osgov:data", "urn:osgov:query:moves", "urn:osgov:code:triples", "urn:osgov:shapes"} <= used
