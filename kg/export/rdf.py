"""All statements as Turtle, TriG, N-Quads or JSON-LD: sorted, so that the same graph gives the same bytes."""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import DefaultGraph, Literal, Quad, RdfFormat, serialize

from kg.store import Store
from kg.terms import ASSESSMENT, OBSERVATION, OSGOV, PREFIXES

FORMATS = {"ttl": RdfFormat.TURTLE, "trig": RdfFormat.TRIG, "nq": RdfFormat.N_QUADS, "jsonld": RdfFormat.JSON_LD}


# The bounds by which something lies outside a day: begun after it, or over by it.
_BEGUN = {OSGOV + "earliest", OSGOV + "startsNoEarlier"}
_OVER = OSGOV + "endsNoLater"
_COUNTED = {OSGOV + "from", OSGOV + "observedOn"}


def quads_on(store: Store, day: str) -> Iterator[Quad]:
    """The statements but for those about what lies outside the day, and but for verdicts, which are of the latest facts.

    Outside are events that cannot have happened by then, relations that cannot cover it, and counts of a later time.
    """
    quads = list(store.quads())
    outside: set[object] = set()
    counted: dict[object, str] = {}
    for quad in quads:
        if isinstance(quad.object, Literal):
            name, value = quad.predicate.value, quad.object.value
            if (name in _BEGUN and value > day) or (name == _OVER and value <= day):
                outside.add(quad.subject)
            elif name in _COUNTED and str(quad.subject).startswith(f"<{OBSERVATION}"):
                counted[quad.subject] = min(counted.get(quad.subject, value), value)
        elif str(quad.subject).startswith(f"<{ASSESSMENT}"):
            outside.add(quad.subject)
    outside |= {node for node, first in counted.items() if first > day}
    outside |= {q.subject for q in quads if q.predicate.value == OSGOV + "inConflict" and q.object in outside}
    return (q for q in quads if q.subject not in outside and q.object not in outside)


def store_on(store: Store, day: str | None) -> Store:
    """A store of the statements of a day (see `quads_on`), in memory; the store itself without a day."""
    if day is None:
        return store
    from kg.store.embedded import EmbeddedStore

    return EmbeddedStore.in_memory(quads_on(store, day))


def serialize_store(store: Store, format: str, *, as_of: str | None = None) -> str:
    """The statements of the store: `ttl` as the union of all graphs, the others with each source's graph named.

    With `as_of`, a day, without what lies outside it (see `quads_on`).
    """
    quads = quads_on(store, as_of) if as_of else store.quads()
    if format == "ttl":
        quads = iter({Quad(q.subject, q.predicate, q.object, DefaultGraph()) for q in quads})
    ordered = sorted(quads, key=lambda q: (str(q.graph_name), str(q)))
    written = serialize(ordered, format=FORMATS[format], prefixes=None if format == "nq" else PREFIXES)
    assert written is not None
    return written.decode()
