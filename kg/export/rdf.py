"""All statements as Turtle, TriG, N-Quads or JSON-LD: sorted, so that the same graph gives the same bytes."""

from __future__ import annotations

from pyoxigraph import DefaultGraph, Quad, RdfFormat, serialize

from kg.store import Store
from kg.terms import PREFIXES

FORMATS = {"ttl": RdfFormat.TURTLE, "trig": RdfFormat.TRIG, "nq": RdfFormat.N_QUADS, "jsonld": RdfFormat.JSON_LD}


def serialize_store(store: Store, format: str) -> str:
    """The statements of the store: `ttl` as the union of all graphs, the others with each source's graph named."""
    quads = store.quads()
    if format == "ttl":
        quads = iter({Quad(q.subject, q.predicate, q.object, DefaultGraph()) for q in quads})
    ordered = sorted(quads, key=lambda q: (str(q.graph_name), str(q)))
    written = serialize(ordered, format=FORMATS[format], prefixes=None if format == "nq" else PREFIXES)
    assert written is not None
    return written.decode()
