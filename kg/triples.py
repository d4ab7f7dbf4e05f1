"""Turns records into quads: what a source says goes into the named graph of that source, and who is who into the curated one.

No blank nodes; the same records give the same quads in the same order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import lru_cache

from pyoxigraph import Literal, NamedNode, Quad

from kg import terms as t
from kg.dates import PartialDate
from kg.names import slugify
from kg.records import EVENTS, IDENTIFIERS, RELATIONS, VALUES, Entity, Event, Observation, Record, Relation, Source, Use, Value

TYPE = NamedNode(t.RDF + "type")
_EN = "en"


# The names by which each entity is known already: IRI -> names. What a source writes in the same way needs no saying again.
Labels = dict[str, set[str]]


@lru_cache(maxsize=65536)
def node_of(iri: str) -> NamedNode:
    """The node of an IRI, made once: most are met again and again."""
    return NamedNode(iri)


@lru_cache(maxsize=4096)
def osgov(name: str) -> NamedNode:
    """A term of our ontology."""
    return NamedNode(t.OSGOV + name)


@lru_cache(maxsize=4096)
def concept(scheme: str, code: str) -> NamedNode:
    """A code of one of our lists: `concept("stage", "graduated")` is `v:stage-graduated`."""
    return NamedNode(f"{t.VOCAB}{scheme}-{code}")


@lru_cache(maxsize=16384)
def date_literal(date: PartialDate) -> Literal:
    """The date as stated, as an xsd:gYear, xsd:gYearMonth or xsd:date."""
    return Literal(date.text, datatype=NamedNode(date.datatype))


def decimal_literal(number: float) -> Literal:
    """The number as xsd:decimal, which knows no exponents: 0.00001, never 1e-05."""
    return Literal(format(Decimal(str(number)), "f"), datatype=NamedNode(t.XSD + "decimal"))


def day_literal(day: str) -> Literal:
    """A whole day as xsd:date."""
    return Literal(day, datatype=NamedNode(t.XSD + "date"))


def quads(records: Iterable[Record], labels: Labels | None = None) -> Iterator[Quad]:
    """Every quad of the records, and the entry of the curated graph itself.

    Entities come before the ways in which sources write them; `labels` has the names of those that are not among the records.
    """
    labels = {} if labels is None else labels
    yield from _curated_graph()
    for record in records:
        match record:
            case Event():
                yield from _event(record)
            case Relation():
                yield from _relation(record)
            case Observation():
                yield from _observation(record)
            case Use():
                yield from _use(record, labels)
            case Entity():
                labels[entity_iri(record.kind, record.id)] = {record.name, *record.aliases}
                yield from _entity(record)
            case Source():
                yield from _source(record)


def entity_iri(kind: str, slug: str) -> str:
    """The IRI of a project (kind `Project` or `project`) or of an organization (any other kind)."""
    return t.project_iri(slug) if kind.casefold() == "project" else t.org_iri(slug)


def _curated_graph() -> Iterator[Quad]:
    graph, document = NamedNode(t.CURATED_GRAPH), NamedNode(t.SOURCE + "kg-facts")
    yield Quad(graph, TYPE, osgov("SourceGraph"), graph)
    yield Quad(graph, NamedNode(t.PROV + "wasDerivedFrom"), document, graph)
    yield Quad(graph, osgov("method"), concept("method", "manual-curation"), graph)
    yield Quad(document, TYPE, osgov("SourceDocument"), graph)
    yield Quad(
        document, NamedNode(t.DCT + "title"), Literal("Names and identifiers curated by this project", language=_EN), graph
    )
    yield Quad(document, osgov("sourceKind"), concept("source", "dataset"), graph)
    yield Quad(document, osgov("publisherName"), Literal("osgov-kg"), graph)
    yield Quad(document, NamedNode(t.SCHEMA + "url"), NamedNode(t.BASE), graph)


def _source(source: Source) -> Iterator[Quad]:
    graph, document = NamedNode(t.graph_iri(source.id)), NamedNode(t.SOURCE + source.id)
    yield Quad(graph, TYPE, osgov("SourceGraph"), graph)
    yield Quad(graph, NamedNode(t.PROV + "wasDerivedFrom"), document, graph)
    yield Quad(graph, osgov("method"), concept("method", source.method), graph)
    yield Quad(graph, osgov("readOn"), date_literal(source.read), graph)
    yield Quad(document, TYPE, osgov("SourceDocument"), graph)
    yield Quad(document, NamedNode(t.DCT + "title"), Literal(source.title), graph)
    yield Quad(document, osgov("sourceKind"), concept("source", source.kind), graph)
    yield Quad(document, osgov("publisherName"), Literal(source.publisher), graph)
    yield Quad(document, NamedNode(t.SCHEMA + "url"), NamedNode(source.url), graph)
    if source.published:
        yield Quad(document, NamedNode(t.DCT + "issued"), date_literal(source.published), graph)
    if source.licence:
        yield Quad(document, NamedNode(t.DCT + "rights"), Literal(source.licence), graph)
    if source.revision:
        yield Quad(document, NamedNode(t.SCHEMA + "version"), Literal(source.revision), graph)


def _entity(entity: Entity) -> Iterator[Quad]:
    graph = NamedNode(t.CURATED_GRAPH)
    node = NamedNode(t.project_iri(entity.id) if entity.kind == "Project" else t.org_iri(entity.id))
    yield Quad(node, TYPE, osgov(entity.kind), graph)
    yield Quad(node, NamedNode(t.SKOS + "prefLabel"), Literal(entity.name, language=_EN), graph)
    for alias in sorted(entity.aliases):
        yield Quad(node, NamedNode(t.SKOS + "altLabel"), Literal(alias, language=_EN), graph)
    if entity.homepage:
        yield Quad(node, NamedNode(t.SCHEMA + "url"), NamedNode(entity.homepage), graph)
    for url in sorted(entity.repositories):
        yield Quad(node, osgov("repository"), NamedNode(url), graph)
    if entity.github_org:
        yield Quad(node, osgov("githubOrg"), Literal(entity.github_org), graph)
    if entity.wikidata_id:
        yield Quad(node, osgov("wikidataId"), Literal(entity.wikidata_id), graph)
    yield from _identifiers(node, entity.ids, graph)


def _identifiers(node: NamedNode, ids: Iterable[tuple[str, str]], graph: NamedNode) -> Iterator[Quad]:
    for scheme, value in ids:
        leads_to = NamedNode(value) if scheme == "repository" else Literal(value)
        yield Quad(node, osgov(IDENTIFIERS[scheme].property), leads_to, graph)


def _use(use: Use, labels: Labels) -> Iterator[Quad]:
    iri = entity_iri(use.kind, use.entity)
    graph, node = node_of(t.graph_iri(use.source)), node_of(iri)
    known = labels.setdefault(iri, set())
    is_other = use.name not in known
    if is_other:
        yield Quad(node, NamedNode(t.SKOS + "altLabel"), Literal(use.name, language=_EN), graph)
    yield from _identifiers(node, use.ids, graph)
    if use.key not in {"new", "declared", "name"}:
        finding = node_of(f"{t.IDENTIFICATION}{use.source}-{use.kind}-{use.entity}-{slugify(use.name)}".rstrip("-"))
        yield Quad(finding, TYPE, osgov("Identification"), graph)
        yield Quad(finding, osgov("identifies"), node, graph)
        yield Quad(finding, osgov("nameAsWritten"), Literal(use.name), graph)
        yield Quad(finding, osgov("matchKey"), Literal(use.key), graph)


def _links(node: NamedNode, links: Iterable[tuple[str, str]], ranges: dict[str, str], graph: NamedNode) -> Iterator[Quad]:
    for name, target in links:
        kind, _, scheme = ranges[name].partition(":")
        if kind == "concept":
            value = concept(scheme, target)
        else:
            value = node_of(t.project_iri(target) if kind == "project" else t.org_iri(target))
        yield Quad(node, osgov(name), value, graph)


def _plain(node: NamedNode, values: Iterable[tuple[str, Value]], graph: NamedNode) -> Iterator[Quad]:
    for name, value in values:
        match VALUES[name]:
            case "note":
                yield Quad(node, NamedNode(t.SKOS + "note"), Literal(str(value), language=_EN), graph)
            case "license":
                yield Quad(node, osgov(name), Literal(str(value)), graph)
            case "integer":
                yield Quad(node, osgov(name), Literal(int(value)), graph)
            case "decimal":
                yield Quad(node, osgov(name), decimal_literal(float(value)), graph)
            case _:
                yield Quad(node, osgov(name), Literal(str(value)), graph)


def _event(event: Event) -> Iterator[Quad]:
    graph, node = node_of(t.graph_iri(event.source)), NamedNode(t.EVENT + event.id)
    yield Quad(node, TYPE, osgov(event.kind), graph)
    yield from _links(node, event.links, EVENTS[event.kind], graph)
    yield from _plain(node, event.values, graph)
    for basis, date in event.dates:
        yield Quad(node, osgov(f"{basis}On"), date_literal(date), graph)
    yield from _reference(node, event.reference, graph)


def _reference(node: NamedNode, reference: str, graph: NamedNode) -> Iterator[Quad]:
    if reference:
        yield Quad(node, NamedNode(t.PROV + "hadPrimarySource"), NamedNode(reference), graph)


def _relation(relation: Relation) -> Iterator[Quad]:
    graph, node = node_of(t.graph_iri(relation.source)), NamedNode(t.RELATION + relation.id)
    yield Quad(node, TYPE, osgov(relation.kind), graph)
    yield from _links(node, relation.links, RELATIONS[relation.kind], graph)
    yield from _plain(node, relation.values, graph)
    for name, date in (("from", relation.start), ("until", relation.end), ("observedOn", relation.as_of)):
        if date:
            yield Quad(node, osgov(name), date_literal(date), graph)
    yield from _reference(node, relation.reference, graph)


def _observation(observation: Observation) -> Iterator[Quad]:
    graph, node = node_of(t.graph_iri(observation.source)), NamedNode(t.OBSERVATION + observation.id)
    yield Quad(node, TYPE, osgov("MetricObservation"), graph)
    yield Quad(node, NamedNode(t.SCHEMA + "observationAbout"), node_of(t.project_iri(observation.about)), graph)
    yield Quad(node, NamedNode(t.SCHEMA + "variableMeasured"), concept("metric", observation.variable), graph)
    value = observation.value
    number = Literal(value) if isinstance(value, int) else decimal_literal(value)
    yield Quad(node, NamedNode(t.SCHEMA + "value"), number, graph)
    if observation.by:
        yield Quad(node, osgov("byOrganization"), node_of(t.org_iri(observation.by)), graph)
    for name, date in (("from", observation.start), ("until", observation.end), ("observedOn", observation.as_of)):
        if date:
            yield Quad(node, osgov(name), date_literal(date), graph)
    if observation.claimed_by:
        yield Quad(node, osgov("claimedBy"), NamedNode(t.org_iri(observation.claimed_by)), graph)
    if observation.note:
        yield Quad(node, NamedNode(t.SKOS + "note"), Literal(observation.note, language=_EN), graph)
