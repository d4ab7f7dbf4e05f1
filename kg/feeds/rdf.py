"""Reads statements from a file of RDF, whatever they say: Turtle, TriG, N-Quads, N-Triples, RDF/XML or JSON-LD."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Triple, parse

from kg.errors import FeedError
from kg.terms import GRAPH, ONTOLOGY, SHAPES, SOURCE, VOCAB, graph_iri

FORMATS = {
    ".ttl": RdfFormat.TURTLE,
    ".trig": RdfFormat.TRIG,
    ".nq": RdfFormat.N_QUADS,
    ".nt": RdfFormat.N_TRIPLES,
    ".rdf": RdfFormat.RDF_XML,
    ".owl": RdfFormat.RDF_XML,
    ".xml": RdfFormat.RDF_XML,
    ".jsonld": RdfFormat.JSON_LD,
    ".json": RdfFormat.JSON_LD,
}

# A file may speak of our projects and organizations, not change what our own words and graphs mean.
_OURS = (ONTOLOGY + "#", VOCAB, GRAPH, SHAPES)


def read_quads(path: Path, source: str, counts: Counter[str] | None = None) -> Iterator[Quad]:
    """The statements of a file, one by one, all in the named graph of its source.

    Named graphs inside the file are given up (`counts["named graphs flattened"]`), blank nodes become IRIs, the same ones
    for the same file (`counts["blank nodes named"]`), and relative IRIs are resolved by the base that the file declares, else
    by that of the source. Raises FeedError for a file that cannot be read, at the place where it breaks: what came before has
    been given by then, so a caller who wants all or nothing takes nothing.
    """
    counts = Counter() if counts is None else counts
    given = FORMATS.get(path.suffix.lower())
    if not given:
        raise FeedError(
            f"{path}: {path.suffix or 'no ending'} is no format of RDF; known are {', '.join(FORMATS)}: rename the file"
        )
    try:
        with path.open("rb") as file:
            yield from _statements(path, file, given, source, counts)
    except SyntaxError as error:
        at = f": line {error.lineno}, column {error.offset}" if error.lineno else ""
        raise FeedError(f"{path}{at}: is no {given.name}: {_plain(error)}; correct the file, or fetch it again") from error
    except OSError as error:
        raise FeedError(f"{path}: cannot be read: {error.strerror or error}; give the path of a file") from error
    if not counts["statements"]:
        raise FeedError(f"{path}: holds no statements; fetch it again")


def _statements(path: Path, file: BinaryIO, given: RdfFormat, source: str, counts: Counter[str]) -> Iterator[Quad]:
    graph, base = NamedNode(graph_iri(source)), f"{SOURCE}{source}/"
    blank: dict[str, NamedNode] = {}
    graphs: set[str] = set()

    def subject(term: NamedNode | BlankNode | Triple) -> NamedNode | Triple:
        """The term, with an IRI in place of a blank node."""
        if isinstance(term, BlankNode):
            # Numbered as they turn up: their own labels are made up anew at each reading.
            found = blank.setdefault(term.value, NamedNode(f"{base}.well-known/genid/{len(blank) + 1}"))
            counts["blank nodes named"] = len(blank)
            return found
        return triple(term) if isinstance(term, Triple) else term

    def triple(term: Triple) -> Triple:
        return Triple(subject(term.subject), term.predicate, object_(term.object))

    def object_(term: NamedNode | BlankNode | Literal | Triple) -> NamedNode | Literal | Triple:
        return term if isinstance(term, Literal) else subject(term)

    for quad in parse(file, given, base_iri=base):
        if isinstance(quad.subject, NamedNode) and _is_ours(quad.subject.value):
            raise FeedError(f"{path}: speaks of <{quad.subject.value}>, a word or a graph of ours; take these statements out")
        if not isinstance(quad.graph_name, DefaultGraph) and str(quad.graph_name) not in graphs:
            graphs.add(str(quad.graph_name))
            counts["named graphs flattened"] += 1
        counts["statements"] += 1
        yield Quad(subject(quad.subject), quad.predicate, object_(quad.object), graph)


def _is_ours(iri: str) -> bool:
    return iri == ONTOLOGY or iri.startswith(_OURS)


def _plain(error: SyntaxError) -> str:
    """What the parser says, without the place, which is said already."""
    text = str(error.msg)
    if text.startswith("Parser error at ") and ": " in text:
        text = text.split(": ", 1)[1]
    if "LoadDocumentCallback" in text:
        text = "it refers to a @context on the web; write the context into the file"
    return text
