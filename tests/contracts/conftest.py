"""One small graph behind every kind of store: in memory, on disk, at a real SPARQL endpoint, and seen through rdflib."""

import pyoxigraph as ox
import pytest
import rdflib

from kg.graph import Graph
from kg.store import Rows, open_store
from kg.store.embedded import EmbeddedStore
from kg.store.generations import make_generation
from kg.terms import PREFIXES

# Two sources tell of one donation: both say who received it (one statement, stated twice), each gives a date of its own.
SMALL = "".join(f"PREFIX {prefix}: <{namespace}>\n" for prefix, namespace in PREFIXES.items()) + (
    """
    GRAPH g:one {
      p:istio a osgov:Project ; skos:prefLabel "Istio"@en ; osgov:boardSize 7 ; osgov:maxShare 0.5 .
      e:gift a osgov:Donation ; osgov:project p:istio ; osgov:toOrganization o:cncf .
      e:gift osgov:acceptedOn "2022-09"^^xsd:gYearMonth .
    }
    GRAPH g:two {
      e:gift osgov:project p:istio ; osgov:toOrganization o:cncf .
      e:gift osgov:announcedOn "2022"^^xsd:gYear ; skos:note "one\\ttwo\\n“three”" .
      o:cncf skos:prefLabel "CNCF"@en , "Fondation"@fr ; osgov:checked true .
    }
    """
)


@pytest.fixture(scope="session")
def small_quads():
    return list(ox.parse(SMALL.encode(), format=ox.RdfFormat.TRIG))


@pytest.fixture(scope="session")
def folder_of_two_sources(small_quads, tmp_path_factory):
    folder = tmp_path_factory.mktemp("small") / "graph"
    make_generation(folder, "1", lambda path: EmbeddedStore.write(path, EmbeddedStore.in_memory(small_quads)))
    return folder


class ThroughRdflib:
    """The door `Graph.rdflib()`, with answers in the terms of a store, so that the same tests hold it to the same promises."""

    def __init__(self, store):
        self.dataset = Graph(store).rdflib()

    def query(self, text):
        result = self.dataset.query(text)
        if result.type == "ASK":
            return result.askAnswer
        if result.type == "SELECT":
            return Rows(tuple(map(str, result.vars)), [tuple(_term(cell) for cell in row) for row in result])
        return [ox.Triple(*map(_term, triple)) for triple in result.graph]

    def quads(self):
        for graph in self.dataset.graphs():
            if isinstance(graph.identifier, rdflib.URIRef) and graph.identifier != rdflib.graph.DATASET_DEFAULT_GRAPH_ID:
                yield from (ox.Quad(*map(_term, triple), ox.NamedNode(str(graph.identifier))) for triple in graph)


def _term(term):
    match term:
        case None:
            return None
        case rdflib.URIRef():
            return ox.NamedNode(str(term))
        case rdflib.Literal(language=str(language)):
            return ox.Literal(str(term), language=language)
        case rdflib.Literal(datatype=rdflib.URIRef() as datatype):
            return ox.Literal(str(term), datatype=ox.NamedNode(str(datatype)))
    return ox.Literal(str(term))


@pytest.fixture(scope="session", params=["memory", "folder", "endpoint"])
def small_store(request, small_quads, folder_of_two_sources):
    """The small graph in each kind of store."""
    match request.param:
        case "memory":
            return EmbeddedStore.in_memory(small_quads)
        case "folder":
            return open_store(str(folder_of_two_sources))
    serve = request.getfixturevalue("serve_folder")
    return open_store(serve(folder_of_two_sources / "graph-1"))


@pytest.fixture(scope="session", params=["memory", "folder", "endpoint", "rdflib"])
def small_view(request, small_quads, folder_of_two_sources):
    """The small graph in each kind of store, and through the door to rdflib."""
    match request.param:
        case "memory":
            return EmbeddedStore.in_memory(small_quads)
        case "folder":
            return open_store(str(folder_of_two_sources))
        case "rdflib":
            return ThroughRdflib(EmbeddedStore.in_memory(small_quads))
    serve = request.getfixturevalue("serve_folder")
    return open_store(serve(folder_of_two_sources / "graph-1"))
