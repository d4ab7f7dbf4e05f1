"""What a reasoner is given: the terms with their alignments, and real data of every kind."""

from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import Graph

from kg.build import fill
from kg.resources import ontology_dir
from kg.store.embedded import EmbeddedStore
from kg.terms import ONTOLOGY_GRAPH

# The curated facts and a few small sources of each sort: all kinds of statements, few enough for a reasoner in Python.
FEW = {"cncf-maintainers-2021", "lfai-landscape", "clomonitor-lf-ai-data", "pytorch-landscape", "lfai-landscape-history"}


@pytest.fixture(scope="session")
def data_of_few_sources():
    """The statements of the curated facts and of a few small sources, derived ones included, without those of the ontology."""
    store = EmbeddedStore.in_memory()
    fill(store, only=FEW)
    told = store.query(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH ?g {{ ?s ?p ?o }} FILTER(?g != <{ONTOLOGY_GRAPH}>) }}")
    return Graph().parse(data=ox.serialize(list(told), format=ox.RdfFormat.N_TRIPLES), format="nt")


@pytest.fixture
def terms_of_ours():
    """The ontology as it ships."""
    return Graph().parse(ontology_dir() / "governance.ttl")


@pytest.fixture
def terms_of_all(terms_of_ours):
    """The ontology, its alignments, and what the vocabularies aligned with say of their own terms."""
    return terms_of_ours.parse(ontology_dir() / "alignments.ttl").parse(Path(__file__).parent / "foreign.ttl")
