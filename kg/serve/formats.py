"""Content negotiation (RFC 9110, section 12.5.1): which of the formats we have a client likes best."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeVar

from pyoxigraph import QueryResultsFormat, RdfFormat

from kg.serve.reply import Refusal

T = TypeVar("T")

# In the order of our preference, which decides where the client has none. One format may go by several names.
RESULTS: Mapping[str, QueryResultsFormat] = {
    "application/sparql-results+json": QueryResultsFormat.JSON,
    "application/json": QueryResultsFormat.JSON,
    "application/sparql-results+xml": QueryResultsFormat.XML,
    "application/xml": QueryResultsFormat.XML,
    "text/xml": QueryResultsFormat.XML,
    "text/csv": QueryResultsFormat.CSV,
    "text/tab-separated-values": QueryResultsFormat.TSV,
}
GRAPHS: Mapping[str, RdfFormat] = {
    "text/turtle": RdfFormat.TURTLE,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "application/rdf+xml": RdfFormat.RDF_XML,
    "application/ld+json": RdfFormat.JSON_LD,
    "application/x-turtle": RdfFormat.TURTLE,
    "text/plain": RdfFormat.N_TRIPLES,
    "application/xml": RdfFormat.RDF_XML,
    "text/xml": RdfFormat.RDF_XML,
    "application/json": RdfFormat.JSON_LD,
}
HTML = "text/html"


def choose(accept: str, offered: Mapping[str, T]) -> tuple[str, T]:
    """The name and the format that fit the Accept header best. Raises Refusal (406), naming what there is.

    >>> choose("text/turtle;q=0.5, application/n-triples", GRAPHS)[0]
    'application/n-triples'
    >>> choose("", GRAPHS)[0], choose("*/*;q=0.1, text/*;q=0.2", GRAPHS)[0]
    ('text/turtle', 'text/turtle')
    """
    ranges = _ranges(accept)
    best, liked = None, 0.0
    for name in offered:
        quality = _quality(name, ranges)
        if quality > liked:
            best, liked = name, quality
    if best is None:
        raise Refusal(406, f"none of what the request accepts ({accept}) fits this answer; it has {', '.join(offered)}")
    return best, offered[best]


def prefers_html(accept: str) -> bool:
    """Whether a page is liked better than RDF, as browsers do."""
    ranges = _ranges(accept)
    return any(r[0] == HTML for r in ranges) and _quality(HTML, ranges) > max(_quality(name, ranges) for name in GRAPHS)


def _ranges(accept: str) -> list[tuple[str, float]]:
    """The media ranges of an Accept header, each with its weight; a weight that is none counts as 0."""
    found = []
    for part in accept.split(","):
        name, *parameters = (p.strip().lower() for p in part.split(";"))
        weight = next((p[2:] for p in parameters if p.startswith("q=")), "1")
        if name:
            found.append((name, float(weight) if re.fullmatch(r"[01](\.\d{0,3})?", weight) else 0.0))
    return found or [("*/*", 1.0)]


def _quality(name: str, ranges: list[tuple[str, float]]) -> float:
    """How well a name is liked: by the range that says most about it."""
    for wanted in (name, name.partition("/")[0] + "/*", "*/*"):
        fitting = [weight for media, weight in ranges if media == wanted]
        if fitting:
            return max(fitting)
    return 0.0
