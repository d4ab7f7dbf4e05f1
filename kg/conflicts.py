"""Where sources contradict each other: dates of one event, levels of one project, holders of one project, entries told twice.

Each contradiction becomes a `Conflict` in the derived graph, with the value that answers use, every other value, the documents
behind each, and why the one is used. Nothing is dropped: the statements stay where they are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256

from pyoxigraph import Literal, NamedNode, Quad

from kg import terms as t
from kg.dates import PartialDate
from kg.records import DATE_BASES
from kg.rollup import groups
from kg.store import Store, texts
from kg.triples import TYPE, osgov

GRAPH = NamedNode(t.DERIVED_GRAPH)

BASES = tuple(f"{basis}On" for basis in DATE_BASES)
PREFERRED = "its source comes first in precedence.toml"
PRECISE = "of sources of one rank, the more precise, then the earlier"
LATEST = "the list of the latest day"

# Stages that end a project's time at a foundation: an event that enters one says what the level is from then on.
_ENDS = ("archived", "retired", "emeritus")

_NOW = "9999-12-31"  # who controls a company still: an open end covers any day


@dataclass(frozen=True, slots=True)
class Value:
    """One side of a contradiction: what is said, and the documents that say so."""

    text: str
    documents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Conflict:
    """A contradiction on one thing: the entity it concerns, the fact in question, the value used, one other value, and why."""

    kind: str
    about: str
    fact: str
    on: str
    used: Value
    other: Value
    why: str


@dataclass(slots=True)
class _Side:
    rank: int
    documents: set[str] = field(default_factory=set)


def conflicts(store: Store) -> Iterator[Quad]:
    """Every contradiction, as quads of the derived graph."""
    found = [*_dates(store), *_levels(store), *_holders(store), *_entries(store)]
    for conflict in found:
        key = "|".join((conflict.kind, conflict.about, conflict.fact, conflict.on, conflict.used.text, conflict.other.text))
        node = NamedNode(f"{t.CONFLICT}{t.slug_of(conflict.about)}-{sha256(key.encode()).hexdigest()[:10]}")
        yield Quad(node, TYPE, osgov("Conflict"), GRAPH)
        yield Quad(node, osgov("conflictKind"), Literal(conflict.kind), GRAPH)
        yield Quad(node, osgov("inConflict"), NamedNode(conflict.fact), GRAPH)
        yield Quad(node, osgov("conflictAbout"), NamedNode(conflict.about), GRAPH)
        yield Quad(node, osgov("conflictOn"), Literal(conflict.on), GRAPH)
        yield Quad(node, osgov("reason"), Literal(conflict.why), GRAPH)
        for side, value in (("used", conflict.used), ("other", conflict.other)):
            yield Quad(node, osgov(f"{side}Value"), Literal(value.text), GRAPH)
            for document in value.documents:
                yield Quad(node, osgov(f"{side}Document"), NamedNode(document), GRAPH)


def _graphs(store: Store) -> dict[str, tuple[int, str]]:
    """The rank and the document of each source graph."""
    query = "SELECT ?g ?rank ?document { ?g osgov:rank ?rank ; prov:wasDerivedFrom ?document }"
    return {graph: (int(rank), document) for graph, rank, document in texts(store, query)}


def _dates(store: Store) -> Iterator[Conflict]:
    graphs = _graphs(store)
    about = sorted(texts(store, "SELECT ?event ?about { ?event osgov:project|osgov:organization ?about }"))
    subject: dict[str, str] = {row[0]: row[1] for row in about}
    for basis in BASES:
        stated: dict[str, dict[str, _Side]] = defaultdict(dict)
        query = f"SELECT ?event ?date ?g {{ GRAPH ?g {{ ?event osgov:{basis} ?date }} }}"
        for event, date, graph in sorted(texts(store, query)):
            if graph in graphs:
                rank, document = graphs[graph]
                side = stated[event].setdefault(date, _Side(rank))
                side.rank = min(side.rank, rank)
                side.documents.add(document)
        for event, sides in sorted(stated.items()):
            # Less precise is no contradiction: 2015 beside 2015-07-21.
            kept = {d: s for d, s in sides.items() if not any(o != d and o.startswith(d) for o in sides)}
            if len(kept) > 1 and event in subject:
                best = min(s.rank for s in kept.values())
                used = min((d for d, s in kept.items() if s.rank == best), key=lambda d: (-len(d), d))
                for date, side in sorted(kept.items()):
                    if date != used:
                        why = PREFERRED if side.rank > best else PRECISE
                        on = basis.removesuffix("On")
                        yield Conflict("date", subject[event], event, on, _value(used, kept), _value(date, kept), why)


def _value(text: str, sides: dict[str, _Side]) -> Value:
    return Value(text, tuple(sorted(sides[text].documents)))


def _levels(store: Store) -> Iterator[Conflict]:
    """Levels at one foundation that differ between sources: what each last showed, or the end that it tells of."""
    graphs = _graphs(store)
    ends = {f"{t.VOCAB}stage-{stage}" for stage in _ENDS}
    shown: dict[tuple[str, str], dict[str, tuple[str, str, str]]] = defaultdict(dict)
    entered: dict[tuple[str, str, str], tuple[str, str, str]] = {}
    events = (
        "SELECT ?p ?f ?g ?stage ?day ?fact { GRAPH ?g { ?fact a osgov:MaturityChange ; osgov:project ?p ;"
        " osgov:byOrganization ?f ; osgov:toStage ?stage } ?g osgov:readOn ?read OPTIONAL { ?fact osgov:latest ?when }"
        " BIND(COALESCE(?when, ?read) AS ?day) }"
    )
    for project, foundation, graph, stage, day, fact in sorted(texts(store, events)):
        key = (project, foundation, graph)
        if graph in graphs and entered.get(key, ("",))[0] <= day:
            entered[key] = (day, stage, fact)
    # Of the events that a source tells of, the last one counts, and only if it is an end: others are told long after.
    for (project, foundation, graph), last_told in entered.items():
        if last_told[1] in ends:
            shown[project, foundation][graph] = last_told
    lists = (
        "SELECT ?p ?f ?g ?stage ?day ?fact { GRAPH ?g { ?fact a osgov:MaturityPeriod ; osgov:project ?p ;"
        " osgov:byOrganization ?f ; osgov:stage ?stage ; osgov:observedOn ?day } }"
    )
    sightings = sorted(texts(store, lists))
    newest: dict[str, str] = {}
    for _, _, graph, _, day, _ in sightings:
        newest[graph] = max(newest.get(graph, ""), PartialDate(day).latest)
    for project, foundation, graph, stage, day, fact in sightings:
        seen = PartialDate(day).latest
        # What a source showed on an earlier day, or tells to have changed since, it does not show any more.
        if graph in graphs and seen == newest[graph] and entered.get((project, foundation, graph), ("",))[0] <= seen:
            shown[project, foundation][graph] = (seen, stage, fact)
    for (project, foundation), by_graph in sorted(shown.items()):
        levels: dict[str, _Side] = {}
        last: dict[str, tuple[str, str]] = {}
        for graph, (day, stage, fact) in sorted(by_graph.items()):
            rank, document = graphs[graph]
            side = levels.setdefault(stage, _Side(rank))
            side.rank = min(side.rank, rank)
            side.documents.add(document)
            last[stage] = max(last.get(stage, ("", "")), (day, fact))
        if len(levels) < 2:
            continue
        used = min(levels, key=lambda s: ([-int(part) for part in last[s][0].split("-")], levels[s].rank, s))
        for stage in sorted(set(levels) - {used}):
            sides = [Value(_stage(s), tuple(sorted(levels[s].documents))) for s in (used, stage)]
            why = LATEST if last[used][0] > last[stage][0] else PREFERRED
            yield Conflict("level", project, last[used][1], t.slug_of(foundation), sides[0], sides[1], why)


def _stage(iri: str) -> str:
    return t.slug_of(iri).removeprefix("stage-")


def _holders(store: Store) -> Iterator[Conflict]:
    """A foundation that holds the project, and another organization that a list still names as its owner or home.

    A body and its part, and a company and the one that controls it, hold it together. An owner that has the project's own
    name says nothing of whose it is.
    """
    control = groups(store)
    above: dict[str, set[str]] = defaultdict(set)
    for low, high in texts(store, "SELECT ?low ?high { ?low org:subOrganizationOf+ ?high }"):
        above[low].add(high)
    documents: dict[str, set[str]] = defaultdict(set)
    query = (
        "SELECT ?s ?project ?steward ?role ?start ?document ?event { VALUES ?role {"
        " v:role-legal-home v:role-listed-owner } ?s a osgov:Stewardship ;"
        " osgov:project ?project ; osgov:steward ?steward ; osgov:role ?role ;"
        " osgov:statedIn ?document ."
        " OPTIONAL { ?s osgov:startsNoLater ?start } OPTIONAL { ?s osgov:startedBy ?event }"
        " OPTIONAL { ?s osgov:endsNoLater ?end } OPTIONAL { ?s osgov:endedBy ?over } FILTER(!BOUND(?end) && !BOUND(?over)) }"
    )
    open_now: dict[str, dict[str, tuple[str, str, str, str]]] = defaultdict(dict)
    for holding, project, steward, role, start, document, event in sorted(texts(store, query)):
        documents[holding].add(document)
        open_now[project][holding] = (steward, t.slug_of(role), start, event)
    for project, holdings in sorted(open_now.items()):
        homes = {h: v for h, v in holdings.items() if v[1] == "role-legal-home"}
        if not homes:
            continue
        used = max(homes, key=lambda h: (homes[h][2], h))
        steward, _, _, event = homes[used]
        for holding, (other, role, _, begun) in sorted(holdings.items()):
            same = other == steward or other in above[steward] or steward in above[other]
            together = same or control.top(other, _NOW) == control.top(steward, _NOW)
            unnamed = role == "role-listed-owner" and t.slug_of(other) == t.slug_of(project)
            if holding == used or together or unnamed or (event and begun == event):
                continue
            why = "who took it in last" if role == "role-legal-home" else "a legal home before the owner that a list names"
            on = role.removeprefix("role-").replace("-", " ")
            yield Conflict(
                "holder", project, holding, on, _held(steward, documents[used]), _held(other, documents[holding]), why
            )


def _held(steward: str, documents: Iterable[str]) -> Value:
    return Value(t.slug_of(steward), tuple(sorted(documents)))


def _entries(store: Store) -> Iterator[Conflict]:
    """Two entries of one project into one foundation, told as two events."""
    query = (
        "SELECT DISTINCT ?project ?home ?event ?date ?document { VALUES ?kind { osgov:Acceptance osgov:Donation osgov:SpinOut }"
        " ?event a ?kind ; osgov:project ?project ; osgov:toOrganization ?home ; osgov:statedIn ?document ."
        " OPTIONAL { ?event osgov:statedDate ?date } }"
    )
    found: dict[tuple[str, str], dict[str, tuple[str, set[str]]]] = defaultdict(dict)
    for project, home, event, date, document in sorted(texts(store, query)):
        found[project, home].setdefault(event, (date or "undated", set()))[1].add(document)
    for (project, home), events in sorted(found.items()):
        if len(events) < 2:
            continue
        ordered = sorted(events, key=lambda e: (events[e][0] == "undated", events[e][0], e))
        last = Value(events[ordered[-1]][0], tuple(sorted(events[ordered[-1]][1])))
        for event in ordered[:-1]:
            date, documents = events[event]
            first = Value(date, tuple(sorted(documents)))
            why = "both are kept as events of their own; the later one is how it stands now"
            yield Conflict("entered twice", project, event, t.slug_of(home), last, first, why)
