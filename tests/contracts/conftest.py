"""One small graph behind every kind of store: in memory, on disk, at a real SPARQL endpoint, and seen through rdflib."""

import importlib.util
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib

from kg.graph import Graph
from kg.store import Rows, open_store
from kg.store.embedded import EmbeddedStore
from kg.store.generations import make_generation
from kg.store.push import push
from tests.conftest import DECLARED, of_rdflib

_SPEC = importlib.util.spec_from_file_location("servers", Path(__file__).parents[1] / "servers.py")
servers = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(servers)

# Two sources tell of one donation: both say who received it (one statement, stated twice), each gives a date of its own.
SMALL = DECLARED + (
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
            return Rows(tuple(map(str, result.vars)), [tuple(of_rdflib(cell) for cell in row) for row in result])
        return [ox.Triple(*map(of_rdflib, triple)) for triple in result.graph]

    def quads(self):
        for graph in self.dataset.graphs():
            if isinstance(graph.identifier, rdflib.URIRef) and graph.identifier != rdflib.graph.DATASET_DEFAULT_GRAPH_ID:
                yield from (ox.Quad(*map(of_rdflib, triple), ox.NamedNode(str(graph.identifier))) for triple in graph)


KINDS = ["memory", "folder", "endpoint", "oxigraph", "oxigraph-apart", "virtuoso"]


@pytest.fixture(scope="session", params=KINDS)
def small_store(request, small_quads, folder_of_two_sources):
    """The small graph in each kind of store."""
    return _opened(request, small_quads, folder_of_two_sources)


@pytest.fixture(scope="session", params=[*KINDS, "rdflib"])
def small_view(request, small_quads, folder_of_two_sources):
    """The small graph in each kind of store, and through the door to rdflib."""
    return _opened(request, small_quads, folder_of_two_sources)


def _opened(request, quads, folder):
    match request.param:
        case "memory":
            return EmbeddedStore.in_memory(quads)
        case "folder":
            return open_store(str(folder))
        case "rdflib":
            return ThroughRdflib(EmbeddedStore.in_memory(quads))
        case "endpoint":
            return open_store(request.getfixturevalue("serve_folder")(folder / "graph-1"))
    return open_store(request.getfixturevalue("pushed_to")(request.param))


@pytest.fixture(scope="session")
def server_of(tmp_path_factory):
    """Starts a server of a kind, once, and Virtuoso anew where it has died or `anew` is asked for; gives its address.

    `oxigraph` shows all graphs at once, `oxigraph-apart` does not.
    """
    running = {}

    def start(kind, purpose="small", *, anew=False):
        if (kind, purpose) not in running:
            folder = tmp_path_factory.mktemp(kind) / "data"
            match kind:
                case "oxigraph":
                    running[kind, purpose] = servers.oxigraph(folder, "--union-default-graph")
                case "oxigraph-apart":
                    running[kind, purpose] = servers.oxigraph(folder)
                case "virtuoso":
                    running[kind, purpose] = servers.virtuoso(folder)
                case "virtuoso-of-ten-rows":
                    running[kind, purpose] = servers.virtuoso(folder, rows=10)
        address, server = running[kind, purpose]
        if anew:
            servers.stop(server)
        if kind == "virtuoso" and server.poll() is not None:
            running[kind, purpose] = address, servers.again(address, server)
        return address

    yield start
    for _, server in running.values():
        servers.stop(server)


@pytest.fixture(scope="session")
def pushed_to(server_of, small_quads):
    """The address of a server of a kind, with the small graph pushed to it."""
    pushed = set()

    def put(kind):
        address = server_of(kind)
        if kind not in pushed:
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("KG_STORE_USER", "dba")
                patch.setenv("KG_STORE_PASSWORD", "dba")
                push(EmbeddedStore.in_memory(small_quads), address)
            pushed.add(kind)
        return address

    return put
