"""What a reasoner is given: the terms with their alignments, and real data of every kind."""

import importlib.util
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import Graph

from kg.resources import ontology_dir
from kg.terms import ONTOLOGY_GRAPH
from kg.triples import TYPE

# Of each class and each property of the bundled graph, so many nodes that have it: reasoners are slow, and kinds repeat.
SO_MANY = 4


TESTS = Path(__file__).parents[1]


@cache
def module_of(name):
    path = TESTS / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"checks_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def checks_of():
    """The module of other tests, by its path below `tests`, for its checks: they are written once."""
    return module_of


@pytest.fixture(scope="session")
def ontology_in_use(built_graph):
    """The ontology, and which terms of it each place uses: `<urn:osgov:data> dct:references osgov:project`."""
    return module_of("ontology/test_hygiene").with_uses(built_graph)


@pytest.fixture(scope="session")
def closure(terms_of_all, data_of_every_kind):
    """Our terms and data with the alignments and the axioms of the vocabularies aligned with: more than a user will load."""
    return module_of("ontology/test_closure").closed(terms_of_all, data_of_every_kind)


@pytest.fixture(scope="session")
def data_of_every_kind(built_graph):
    """Real statements without those of the ontology: all about a few nodes of each class and a few with each property."""
    ontology = ox.NamedNode(ONTOLOGY_GRAPH)
    about, chosen, seen = defaultdict(set), set(), Counter()
    for quad in built_graph.store.quads():
        if quad.graph_name != ontology:
            about[quad.subject].add((quad.predicate, quad.object))
    for node in sorted(about, key=str):
        marks = {str(value if name == TYPE else name) for name, value in about[node]}
        if any(seen[mark] < SO_MANY for mark in marks):
            seen.update(marks)
            chosen.add(node)
    leads_to = {value for node in chosen for _, value in about[node] if value in about}
    told = [ox.Triple(node, name, value) for node in chosen for name, value in about[node]]
    told += [ox.Triple(node, name, value) for node in leads_to - chosen for name, value in about[node] if name == TYPE]
    return Graph().parse(data=ox.serialize(told, format=ox.RdfFormat.N_TRIPLES), format="nt")


@pytest.fixture(scope="session")
def terms_of_ours():
    """The ontology as it ships."""
    return Graph().parse(ontology_dir() / "governance.ttl")


@pytest.fixture(scope="session")
def terms_of_all(terms_of_ours):
    """The ontology, its alignments, and what the vocabularies aligned with say of their own terms."""
    return terms_of_ours + Graph().parse(ontology_dir() / "alignments.ttl").parse(Path(__file__).parent / "foreign.ttl")
