"""What is served, for machines: the SPARQL 1.1 Service Description, and the dataset in VoID and DCAT 3."""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph as ox

from kg import terms as t
from kg.resources import ABOUT, RIGHTS, TITLE, VERSION
from kg.serve.answers import Served, knows
from kg.serve.formats import GRAPHS, choose
from kg.serve.reply import Reply

SD, VOID, DCAT = "http://www.w3.org/ns/sparql-service-description#", "http://rdfs.org/ns/void#", "http://www.w3.org/ns/dcat#"
FORMATS = "http://www.w3.org/ns/formats/"
RESULT_FORMATS = ("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV")
GRAPH_FORMATS = ("Turtle", "N-Triples", "RDF_XML", "JSON-LD")
WELL_KNOWN = "/.well-known/void"

Value = str | int | ox.NamedNode | ox.Literal
Said = Iterator[tuple[str, str, Value]]


def service(served: Served, base: str, accept: str, known: str) -> Reply:
    """The service at `base`/sparql, by SPARQL 1.1 Service Description, with the named graphs and their sizes."""
    return _reply(served, base, accept, known, _service(served, base))


def dataset(served: Served, base: str, accept: str, known: str) -> Reply:
    """The dataset by VoID and DCAT: sizes, classes, properties, ways to get it."""
    return _reply(served, base, accept, known, _dataset(served, base))


def _reply(served: Served, base: str, accept: str, known: str, said: Said) -> Reply:
    name, format = choose(accept, GRAPHS)
    headers = {"Vary": "Accept, Host", "Cache-Control": "no-cache", "ETag": served.etag("description", base, name)}
    if knows(known, headers["ETag"]):
        return Reply(status=304, headers=headers)
    prefixes = {**t.PREFIXES, "sd": SD, "void": VOID, "dcat": DCAT}
    triples = [ox.Triple(ox.NamedNode(s), ox.NamedNode(p), _term(o)) for s, p, o in said]
    body = ox.serialize(triples, format=format, prefixes=prefixes)
    return Reply(body or b"", name, headers=headers)


def _term(value: Value) -> ox.NamedNode | ox.Literal:
    if isinstance(value, (ox.NamedNode, ox.Literal)):
        return value
    return ox.NamedNode(value) if isinstance(value, str) else ox.Literal(value)


def _service(served: Served, base: str) -> Said:
    this, data, default = f"{base}/sparql#service", f"{base}/sparql#dataset", f"{base}/sparql#default-graph"
    a = t.RDF + "type"
    yield this, a, SD + "Service"
    yield this, SD + "endpoint", f"{base}/sparql"
    yield this, SD + "supportedLanguage", SD + "SPARQL11Query"
    yield this, SD + "feature", SD + "UnionDefaultGraph"
    for name in (*RESULT_FORMATS, *GRAPH_FORMATS):
        yield this, SD + "resultFormat", FORMATS + name
    yield this, SD + "defaultDataset", data
    yield data, a, SD + "Dataset"
    yield data, t.RDFS + "seeAlso", base + WELL_KNOWN
    yield data, SD + "defaultGraph", default
    yield default, a, SD + "Graph"
    yield default, VOID + "triples", _count(served, "{ ?s ?p ?o }")
    for graph, count in served.told("SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g"):
        here = f"{base}/sparql#graph-{t.slug_of(graph)}"
        yield data, SD + "namedGraph", here
        yield here, a, SD + "NamedGraph"
        yield here, SD + "name", graph
        yield here, SD + "graph", f"{here}-content"
        yield f"{here}-content", a, SD + "Graph"
        yield f"{here}-content", VOID + "triples", int(count)


def _dataset(served: Served, base: str) -> Said:
    a, page = t.RDF + "type", base + WELL_KNOWN
    this, way, point = f"{page}#dataset", f"{page}#distribution", f"{base}/sparql#service"
    yield page, a, VOID + "DatasetDescription"
    yield page, t.FOAF + "primaryTopic", this
    yield this, a, VOID + "Dataset"
    yield this, a, DCAT + "Dataset"
    yield this, t.DCT + "title", ox.Literal(TITLE, language="en")
    yield this, t.DCT + "description", ox.Literal(ABOUT, language="en")
    yield this, t.DCT + "rights", ox.Literal(RIGHTS, language="en")
    yield this, DCAT + "version", ox.Literal(VERSION)
    yield this, t.DCT + "conformsTo", t.ONTOLOGY
    yield this, VOID + "vocabulary", t.OSGOV
    yield this, VOID + "uriSpace", ox.Literal(t.BASE + "id/")
    yield this, VOID + "sparqlEndpoint", f"{base}/sparql"
    for day in served.told("SELECT (MAX(?d) AS ?day) { ?g osgov:readOn ?d }"):
        if day[0]:
            yield this, t.DCT + "modified", ox.Literal(day[0], datatype=ox.NamedNode(t.XSD + "date"))
    for name in GRAPH_FORMATS:
        yield this, VOID + "feature", FORMATS + name
    yield this, DCAT + "distribution", way
    yield way, a, DCAT + "Distribution"
    yield way, DCAT + "accessURL", f"{base}/sparql"
    yield way, DCAT + "accessService", point
    yield point, a, DCAT + "DataService"
    yield point, DCAT + "endpointURL", f"{base}/sparql"
    yield point, DCAT + "servesDataset", this
    yield point, t.DCT + "conformsTo", "https://www.w3.org/TR/sparql11-protocol/"
    yield this, VOID + "triples", _count(served, "{ ?s ?p ?o }")
    yield this, VOID + "distinctSubjects", _count(served, "{ ?s ?p ?o }", "DISTINCT ?s")
    yield this, VOID + "distinctObjects", _count(served, "{ ?s ?p ?o }", "DISTINCT ?o")
    yield from _partitions(served, page, this)


def _partitions(served: Served, page: str, this: str) -> Said:
    for kind, inner, count in (("class", "?s a ?x", "entities"), ("property", "?s ?x ?o", "triples")):
        found = served.told(f"SELECT ?x (COUNT(*) AS ?n) {{ {inner} }} GROUP BY ?x ORDER BY ?x")
        yield this, VOID + {"class": "classes", "property": "properties"}[kind], len(found)
        for number, (iri, n) in enumerate(found, 1):
            part = f"{page}#{kind}-{number}"
            yield this, VOID + f"{kind}Partition", part
            yield part, VOID + kind, iri
            yield part, VOID + count, int(n)


def _count(served: Served, pattern: str, what: str = "*") -> int:
    return int(served.told(f"SELECT (COUNT({what}) AS ?n) {pattern}")[0][0])
