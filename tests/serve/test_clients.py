"""Clients that know nothing of us get from `kg serve` what the embedded engine answers: SPARQLWrapper, Comunica, and `kg`."""

import json
import os
import shutil
import subprocess

import pyoxigraph as ox
import pytest
from SPARQLWrapper import CSV, GET, JSON, N3, POST, SELECT, TURTLE, XML, SPARQLWrapper

from kg import catalog
from kg.graph import open_graph
from kg.querytext import with_prefixes
from kg.store import Rows
from kg.store.embedded import EmbeddedStore
from tests.conftest import example_of

# Shipped queries whose values are of every kind: names, IRIs, dates, numbers, booleans, nothing.
SHIPPED = ["moves", "holders", "levels", "members", "forks", "acquisitions", "renames", "sources", "assessments", "flow-matrix"]
GRAPH_QUERY = "CONSTRUCT { ?m skos:prefLabel ?name } WHERE { ?m a osgov:Foundation ; skos:prefLabel ?name }"


@pytest.fixture(scope="session")
def embedded(built_folder):
    return open_graph(str(built_folder))


@pytest.fixture(scope="session")
def text_of(embedded):
    """The text of a shipped query with the values of its example, to be sent anywhere."""

    def text(name):
        query = catalog.load(name)
        return with_prefixes(catalog.bind(query, example_of(query), embedded.resolve_iri))

    return text


def cells(answer):
    """Rows as any client can show them: text, or nothing."""
    assert isinstance(answer, Rows)
    return [tuple(None if cell is None else cell.value for cell in row) for row in answer.rows]


@pytest.mark.parametrize("method", [GET, POST])
@pytest.mark.parametrize("name", SHIPPED)
def test_sparqlwrapper_gets_the_rows_of_the_embedded_engine(bundled, embedded, text_of, name, method):
    text = text_of(name)
    client = SPARQLWrapper(bundled.url + "/sparql")
    client.setQuery(text)
    client.queryType = SELECT  # it takes a variable ?moves for the verb of an update
    client.setMethod(method)
    client.setReturnFormat(JSON)
    found = client.query().convert()
    columns = found["head"]["vars"]
    rows = [tuple(row[c]["value"] if c in row else None for c in columns) for row in found["results"]["bindings"]]
    assert rows
    assert rows == cells(embedded.store.query(text))


def test_sparqlwrapper_gets_every_format_it_knows(bundled, embedded):
    client = SPARQLWrapper(bundled.url + "/sparql")
    count = "SELECT (COUNT(*) AS ?n) { ?p a osgov:Project }"
    client.setQuery(count)
    ((number,),) = cells(embedded.store.query(count))
    client.setReturnFormat(XML)
    assert f">{number}</literal>" in client.query().convert().toxml()
    client.setReturnFormat(CSV)
    assert client.query().convert().decode() == f"n\r\n{number}\r\n"
    client.setQuery(with_prefixes(GRAPH_QUERY))
    wanted = set(embedded.store.query(GRAPH_QUERY))
    for format in (TURTLE, N3):
        client.setReturnFormat(format)
        assert {q.triple for q in ox.parse(client.query().convert(), format=ox.RdfFormat.TURTLE)} == wanted


@pytest.fixture(scope="session")
def comunica():
    """Runs a query with Comunica (npm `@comunica/query-sparql`) against a SPARQL endpoint."""
    program = shutil.which("comunica-sparql")
    if program is None:
        if os.environ.get("CI") == "true":
            pytest.fail("Comunica is missing; npm install @comunica/query-sparql@4.5.0, and put node_modules/.bin on PATH")
        pytest.skip("Comunica is missing; npm install @comunica/query-sparql@4.5.0, and put node_modules/.bin on PATH")

    def ask(server, text, kind):
        command = [program, f"sparql@{server.url}/sparql", text, "-t", kind]
        done = subprocess.run(command, capture_output=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout

    return ask


@pytest.mark.parametrize("name", SHIPPED)
def test_comunica_gets_the_rows_of_the_embedded_engine(bundled, embedded, text_of, comunica, name):
    text = text_of(name)
    found = json.loads(comunica(bundled, text, "application/sparql-results+json"))
    answer = embedded.store.query(text)
    rows = [tuple(row[c]["value"] if c in row else None for c in answer.columns) for row in found["results"]["bindings"]]
    assert rows
    assert rows == cells(answer)


def test_comunica_gets_the_triples_of_the_embedded_engine(bundled, embedded, comunica):
    found = comunica(bundled, with_prefixes(GRAPH_QUERY), "application/n-triples")
    assert {q.triple for q in ox.parse(found, format=ox.RdfFormat.N_TRIPLES)} == set(embedded.store.query(GRAPH_QUERY))


@pytest.mark.parametrize(
    "command",
    [
        ("moves", "--format", "json"),
        ("moves", "--all-kinds"),
        ("show", "pytorch", "--format", "json"),
        ("query", "holders", "project=kubernetes", "on=2016-02-01"),
        ("query", "--format", "turtle", GRAPH_QUERY),
        ("why", "jest"),
        ("find", "pytoch"),
    ],
)
def test_kg_prints_the_same_bytes_of_a_kg_served_elsewhere(bundled, built_folder, run_kg, command):
    wanted = run_kg(*command, "--store", built_folder)
    found = run_kg(*command, "--store", bundled.url + "/sparql")
    assert (found.returncode, found.stderr) == (wanted.returncode, wanted.stderr) == (0, b"")
    assert found.stdout == wanted.stdout


def test_every_shipped_query_has_the_rows_of_the_embedded_engine(bundled, embedded, text_of):
    for name in catalog.names():
        text = text_of(name)
        found = ox.parse_query_results(bundled.query(text).body, format=ox.QueryResultsFormat.JSON)
        assert [tuple(row) for row in found] == embedded.store.query(text).rows, name


def test_all_of_a_graph_can_be_had(weaver, small_folder):
    store = open_graph(str(small_folder)).store
    assert isinstance(store, EmbeddedStore)
    found = ox.parse_query_results(weaver.query("SELECT * { GRAPH ?g { ?s ?p ?o } }").body, format=ox.QueryResultsFormat.JSON)
    assert {(r["s"], r["p"], r["o"], r["g"]) for r in found} == {
        (q.subject, q.predicate, q.object, q.graph_name) for q in store.quads()
    }
