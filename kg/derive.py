"""Derived facts, written to `graph/derived`: rules (`queries/rules/*.rq`), bounds of dates, stewardship, assessments.

Nothing here reads a file of facts or a clock: all input is in the store, so the same graph gives the same derived graph.
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from itertools import permutations, product
from pathlib import Path
from typing import Protocol

from pyoxigraph import Literal, NamedNode, Quad

from kg import terms as t
from kg.assess import assessments
from kg.conflicts import conflicts
from kg.dates import PartialDate
from kg.osi import osi_flags
from kg.periods import (
    PROPOSED,
    UNDATED,
    DatesOfEvents,
    begun_when_read,
    bounds,
    closing_of,
    levels,
    licences,
    only_foretold,
    precise,
    relation_bounds,
    window,
    window_of,
)
from kg.resources import ontology_dir, queries_dir
from kg.rollup import figures
from kg.store import Store, texts
from kg.triples import TYPE, concept, day_literal, osgov

GRAPH = NamedNode(t.DERIVED_GRAPH)

# Which date a reader is shown first: of a gift the recipient's own record before the hand-over, that before the news of it;
# of anything else the day it happened, and last a record in somebody's list.
BASES = ("acceptedOn", "effectiveOn", "occurredOn", "announcedOn", PROPOSED)
OTHER_BASES = ("effectiveOn", "occurredOn", "announcedOn", "acceptedOn", PROPOSED)
ACCEPTED_KINDS = (
    "Donation",
    "SpinOut",
    "CodeGrant",
    "InterFoundationTransfer",
    "TrademarkTransfer",
    "ForkEvent",
    "MaturityChange",
    "Acceptance",
)


# The stated dates of each event, each with the rank of its source and its basis.
RankedDates = dict[str, list[tuple[int, str, PartialDate]]]

# A stewardship as sources state it: project, role, steward, from, until, seen; '' where unstated.
Sighting = tuple[str, str, str, str, str, str]


class Writable(Store, Protocol):
    """A store that is being built: it can be asked, and added to."""

    def add(self, quads: Iterable[Quad]) -> None:
        """Add quads of named graphs."""


def derive(store: Writable) -> int:
    """Add every derived fact to the store; returns how many.

    Rules run in the order of their names and see what earlier ones derived; those from 50 on also see bounds and
    stewardship, and run before the assessments.
    """
    rules = sorted(queries_dir().glob("rules/*.rq"))
    first = [path for path in rules if path.name < "50"]
    total = _add(store, _graph_entry()) + _add(store, ranks(store))
    total += sum(_add(store, _rule(store, path)) for path in first)
    stated = _stated_dates(store)
    dates = {event: [(basis, date) for _, basis, date in said] for event, said in stated.items()}
    total += _add(store, event_bounds(store, stated))
    total += sum(_add(store, step(store, dates)) for step in (stewardships, levels, licences, relation_bounds))
    total += sum(_add(store, step(store)) for step in (figures, osi_flags))
    total += sum(_add(store, _rule(store, path)) for path in rules if path not in first)
    return total + sum(_add(store, step(store)) for step in (assessments, conflicts, begun_when_read))


def _add(store: Writable, quads: Iterable[Quad]) -> int:
    listed = set(quads)
    store.add(listed)
    return len(listed)


def _graph_entry() -> Iterator[Quad]:
    # Not a SourceGraph: what it says was read nowhere, so no answer may name it as a source.
    yield Quad(GRAPH, osgov("method"), concept("method", "derivation"), GRAPH)


def _rule(store: Writable, path: Path) -> Iterator[Quad]:
    answer = store.query(path.read_text("utf-8"))
    assert isinstance(answer, list)
    return (Quad(triple.subject, triple.predicate, triple.object, GRAPH) for triple in answer)


def ranks(store: Writable) -> Iterator[Quad]:
    """The rank of each source graph, from `ontology/precedence.toml`: the lower is preferred where sources disagree."""
    order = tomllib.loads((ontology_dir() / "precedence.toml").read_text("utf-8"))["order"]
    for (graph,) in texts(store, "SELECT DISTINCT ?g { ?g a osgov:SourceGraph }"):
        source = t.slug_of(graph)
        place = next(
            (n for n, pattern in enumerate(order) if pattern != "*" and fnmatchcase(source, pattern)), order.index("*")
        )
        yield Quad(NamedNode(graph), osgov("rank"), Literal(place), GRAPH)


def _stated_dates(store: Writable) -> RankedDates:
    """For each event its stated dates, each with the rank of the source and the basis."""
    found: RankedDates = defaultdict(list)
    rank = {graph: int(place) for graph, place in texts(store, "SELECT ?g ?rank { ?g osgov:rank ?rank }")}
    for basis in BASES:
        query = f"SELECT ?event ?date ?g {{ GRAPH ?g {{ ?event osgov:{basis} ?date }} }}"
        for event, date, graph in sorted(texts(store, query)):
            found[event].append((rank.get(graph, len(rank)), basis, PartialDate(date)))
    return found


def event_bounds(store: Writable, dates: RankedDates) -> Iterator[Quad]:
    """For each dated event the date to show, and the bounds of its basis.

    Shown is the date of the best basis that the preferred source states, as precisely as any other states the same; of
    sources of one rank, the most precise, then the first. The bounds span all dates of that basis, but for those that say
    the same as another less precisely.
    """
    kinds = " ".join(f"osgov:{kind}" for kind in ACCEPTED_KINDS)
    accepted = {event for (event,) in texts(store, f"SELECT DISTINCT ?e {{ VALUES ?kind {{ {kinds} }} ?e a ?kind }}")}
    for event, stated in sorted(dates.items()):
        order = BASES if event in accepted else OTHER_BASES
        basis = next(b for b in order if any(b == found for _, found, _ in stated))
        kept = precise([date for _, found, date in stated if found == basis])
        best = min(rank for rank, found, _ in stated if found == basis)
        preferred = [date.text for rank, found, date in stated if found == basis and rank == best]
        said = [d for d in kept if any(d.text.startswith(text) for text in preferred)]
        shown = min(said, key=lambda d: (-len(d.text), d.text))
        node = NamedNode(event)
        yield Quad(node, osgov("dateBasis"), osgov(basis), GRAPH)
        yield Quad(node, osgov("statedDate"), Literal(shown.text, datatype=NamedNode(shown.datatype)), GRAPH)
        for name, day in zip(("earliest", "latest"), window(kept), strict=True):
            yield Quad(node, osgov(name), day_literal(day), GRAPH)


@dataclass(slots=True)
class Interval:
    """One period in which an organization held a project in a role; bounds are days, '' where unknown or open."""

    project: str
    role: str
    steward: str
    started_by: str = ""
    ended_by: str = ""
    inferred_from: str = ""
    opened: bool = False
    is_stated: bool = False
    start: tuple[str, str] = ("", "")
    end: tuple[str, str] = ("", "")
    number: int = 1

    @property
    def is_open(self) -> bool:
        """Whether nothing says it ended."""
        return not self.ended_by and self.end == ("", "")

    def could_cover(self, date: PartialDate) -> bool:
        """Whether the steward may have held the role on a day that the date can mean."""
        return (not self.start[0] or self.start[0] <= date.latest) and (not self.end[1] or date.earliest < self.end[1])

    @property
    def node(self) -> NamedNode:
        """Its IRI: the same as that of a curated holding of the same steward, project and role."""
        base = f"{t.slug_of(self.project)}-stewardship-{t.slug_of(self.steward)}-{t.slug_of(self.role).removeprefix('role-')}"
        return NamedNode(t.RELATION + base + (f"-{self.number}" if self.number > 1 else ""))


@dataclass(slots=True)
class _Transition:
    event: str
    project: str
    role: str
    window: tuple[str, str]
    givers: set[str] = field(default_factory=set)
    takers: set[str] = field(default_factory=set)
    kinds: set[str] = field(default_factory=set)
    only_foretold: bool = False

    @property
    def opening(self) -> bool:
        """Whether it is the project's first opening."""
        return "OpenSourcing" in self.kinds


def _transitions(store: Writable, dates: DatesOfEvents) -> list[_Transition]:
    home, mark = concept("role", "legal-home").value, concept("role", "trademark").value
    kinds = {
        "OpenSourcing": (home, "byOrganization"),
        "Donation": (home, "toOrganization"),
        "SpinOut": (home, "toOrganization"),
        "InterFoundationTransfer": (home, "toOrganization"),
        "ForkEvent": (home, "toOrganization"),
        "Acceptance": (home, "toOrganization"),
        "Departure": (home, ""),
        "TrademarkTransfer": (mark, "toOrganization"),
    }
    found: dict[str, _Transition] = {}
    for kind, (role, taker) in kinds.items():
        query = (
            f"SELECT DISTINCT ?event ?project ?giver ?taker {{ ?event a osgov:{kind} ; osgov:project ?project ."
            " OPTIONAL { ?event osgov:fromOrganization ?giver }"
            + (f" OPTIONAL {{ ?event osgov:{taker} ?taker }} }}" if taker else " }")
        )
        for event, project, giver, target in texts(store, query):
            span = window_of(event, dates)
            item = found.setdefault(event, _Transition(event, project, role, span))
            item.only_foretold = only_foretold(event, dates)
            item.givers |= {giver} - {""}
            item.takers |= {target} - {""}
            item.kinds.add(kind)
    # An organization that went into another comes before it, as an umbrella before its part.
    wider = "{ ?part org:subOrganizationOf+ ?whole } UNION { ?merger osgov:mergedInto ?part ; osgov:organization ?whole }"
    return _ordered(found.values(), set(texts(store, f"SELECT ?part ?whole {{ {wider} }}")))


def _ordered(found: Iterable[_Transition], parts: set[tuple[str, ...]]) -> list[_Transition]:
    """The transitions in the order in which they are taken to have happened, by project and role.

    An undated one comes last: what is known to have happened is known to have happened before it, or not at all. But one to an
    umbrella comes before those to its parts; and a list that shows the umbrella, after a part took the project, only says the
    same less exactly, and is left out.
    """
    by_project: dict[tuple[str, str], list[_Transition]] = defaultdict(list)
    for move in found:
        by_project[move.project, move.role].append(move)
    kept = []
    for _, moves in sorted(by_project.items()):
        # By transition: those to a part of who took the project in it.
        within = {m.event: [o for o in moves if not parts.isdisjoint(product(o.takers, m.takers))] for m in moves}
        dated = {m.event: [o.window[0] for o in within[m.event] if o.window[0]] for m in moves}
        repeated = {m.event for m in moves if m.kinds == {"Acceptance"} and any(day <= m.window[0] for day in dated[m.event])}
        kept += sorted(
            (m for m in moves if m.event not in repeated),
            key=lambda m: (not m.opening, m.window[0] or ("" if within[m.event] else "9999"), m.event),
        )
    return kept


def _sightings(store: Writable) -> list[Sighting]:
    return sorted(
        tuple(row)  # type: ignore[misc]
        for row in texts(
            store,
            "SELECT ?project ?role ?steward ?from ?until ?seen { ?s a osgov:Stewardship ; osgov:project ?project ;"
            " osgov:role ?role ;"
            " osgov:steward ?steward . OPTIONAL { ?s osgov:from ?from } OPTIONAL { ?s osgov:until ?until }"
            " OPTIONAL { ?s osgov:observedOn ?seen } }",
        )
    )


def _days_of(sightings: Iterable[Sighting]) -> dict[tuple[str, str, str], list[PartialDate]]:
    """The days on which a steward was seen, or is said to begin, by project, role and steward."""
    days: dict[tuple[str, str, str], list[PartialDate]] = defaultdict(list)
    for project, role, steward, start, _, seen in sightings:
        if start or seen:
            days[project, role, steward].append(PartialDate(seen or start))
    return days


def intervals(transitions: Iterable[_Transition], sightings: Iterable[Sighting]) -> list[Interval]:
    """The periods of holding that the events imply, with those that a source only saw on a day.

    Each transfer closes what was open and opens its recipients' periods; its transition window (first word of it to last
    acceptance, over all sources) bounds both. A recipient that holds it already goes on; a departure ends the time of whom it
    left alone. A giver nobody saw before has held it since an unknown day. A transfer that was only announced or
    proposed had not come about when its giver was seen to hold it later.
    """
    periods: dict[tuple[str, str], list[Interval]] = defaultdict(list)
    moves, sightings = list(transitions), list(sightings)
    days = _days_of(sightings)
    for move in moves:
        seen = max((day.earliest for giver in move.givers for day in days[move.project, move.role, giver]), default="")
        if move.only_foretold and seen > move.window[1]:
            move.window = (max(seen, move.window[0]), "")
        known = periods[move.project, move.role]
        staying = {p.steward for p in known if p.is_open} & move.takers
        if not move.opening:
            for giver in sorted(move.givers):
                if not any((p.is_open or not move.takers) and p.steward == giver for p in known):
                    known.append(Interval(move.project, move.role, giver, inferred_from=move.event))
            for period in known:
                if period.is_open and period.steward not in staying and (move.takers or period.steward in move.givers):
                    period.ended_by, period.end = move.event, move.window
                    if move.window[1] and move.window[1] < period.start[0]:
                        # It was given away before the day of its opening: it began, but when is not known.
                        period.start = ("", "")
        known.extend(
            Interval(move.project, move.role, taker, started_by=move.event, opened=move.opening, start=move.window)
            for taker in sorted(move.takers - staying)
        )
    for project, role, steward, start, until, seen in sightings:
        known = periods[project, role]
        first = PartialDate(start or seen) if start or seen else None
        bounds = (first.earliest if start and first else "", first.latest if first else "")
        last = PartialDate(until) if until else None
        if first and last and last.latest < first.earliest:
            last = None  # the end of an earlier term of the same holder
        end = (last.earliest, last.latest) if last else ("", "")
        same = [
            p
            for p in known
            if p.steward == steward and (not first or p.could_cover(first)) and (not last or p.start[0] <= last.latest)
        ]
        if not same:
            period = Interval(project, role, steward, start=bounds, end=end, is_stated=True)
            known.append(period)
            # A transfer ends what was seen before it, whether or not a source names the giver.
            after = [
                m
                for m in moves
                if (m.project, m.role) == (project, role) and not m.opening and first and m.window[0] > first.latest
            ]
            if after and not last:
                period.ended_by, period.end = after[0].event, after[0].window
            continue
        if start and same[0].start == ("", ""):
            same[0].start = bounds
        if last and same[0].is_open:
            same[0].end = end
    out = []
    for _, found in sorted(periods.items()):
        counts: dict[str, int] = defaultdict(int)
        for period in found:
            counts[period.steward] += 1
            period.number = counts[period.steward]
            out.append(period)
    return out


@dataclass(frozen=True, slots=True)
class Purchase:
    """An organization bought by another, or merged into it, within a window of days."""

    organization: str
    buyer: str
    event: str
    window: tuple[str, str]

    def after(self, period: Interval, own: Iterable[str]) -> bool:
        """Whether it may have come after the period began, and after all days on which the holder was seen itself."""
        return not self.window[1] or max(*own, period.start[0], "") <= self.window[1]


def _purchases(store: Writable, dates: DatesOfEvents) -> list[Purchase]:
    query = "SELECT DISTINCT ?o ?b ?e { ?e osgov:organization ?o . ?e osgov:acquirer|osgov:mergedInto ?b } ORDER BY ?e ?o ?b"
    found = []
    for organization, buyer, event in texts(store, query):
        if (span := closing_of(event, dates)) != UNDATED:
            found.append(Purchase(organization, buyer, event, span))
    return found


def succeed(periods: Sequence[Interval], sightings: Iterable[Sighting], purchases: Iterable[Purchase]) -> None:
    """End the open periods that a later holder shows to be over, where no transfer says so.

    A holder that was bought, and not seen since, is followed by its buyer once the buyer is seen, or gives the project away.
    One that is only known to have opened the project is over by the day on which another is seen to hold it.
    """
    bought = sorted(purchases, key=lambda p: not p.window[1])  # a completion tells more than news
    days = _days_of(sightings)
    _to_buyers(periods, days, bought)
    still: dict[tuple[str, str], list[Interval]] = defaultdict(list)
    for period in periods:
        if period.is_open:
            still[period.project, period.role].append(period)
    for (project, role), found in sorted(still.items()):
        for period in found:
            own = [day.latest for day in days[project, role, period.steward]]
            others = [o for o in found if o.steward != period.steward and days[project, role, o.steward]]
            for other in others:
                last = max(day.latest for day in days[project, role, other.steward])
                sale = next(
                    (
                        p
                        for p in bought
                        if (p.organization, p.buyer) == (period.steward, other.steward)
                        and p.window[0] <= last
                        and p.after(period, own)
                    ),
                    None,
                )
                if sale and period.is_open:
                    period.ended_by, period.end = sale.event, sale.window
                    unknown = other.start == ("", "") and not other.started_by
                    if unknown or (not other.start[0] and sale.window[0] <= other.start[1]):
                        other.start = (sale.window[0], other.start[1] or sale.window[1])
            # Who opened it together with another is no successor of the other.
            seen_days = [
                min(day.latest for day in days[project, role, o.steward]) for o in others if o.started_by != period.started_by
            ]
            after = [day for day in seen_days if period.start[1] <= day]
            if after and period.is_open and period.opened and not own:
                period.end = ("", min(after))


def _to_buyers(
    periods: Iterable[Interval], days: Mapping[tuple[str, str, str], Sequence[PartialDate]], bought: Sequence[Purchase]
) -> None:
    """Where a transfer ended the time of a holder and of its buyer, the holder's was over with the purchase."""
    ended: dict[tuple[str, str, str], list[Interval]] = defaultdict(list)
    for period in periods:
        if period.ended_by:
            ended[period.ended_by, period.project, period.role].append(period)
    for period, giver in (pair for together in ended.values() for pair in permutations(together, 2)):
        own = [day.latest for day in days.get((period.project, period.role, period.steward), ())]
        for sale in bought:
            parties = (sale.organization, sale.buyer) == (period.steward, giver.steward)
            if parties and sale.window[0] < period.end[0] and sale.after(period, own):
                period.ended_by, period.end = sale.event, (sale.window[0], sale.window[1] or period.end[1])
                if giver.start == ("", ""):
                    giver.start = period.end


def stewardships(store: Writable, dates: DatesOfEvents) -> Iterator[Quad]:
    """Every period of holding as a Stewardship with its bounds and the events that begin and end it."""
    sightings = _sightings(store)
    periods = intervals(_transitions(store, dates), sightings)
    succeed(periods, sightings, _purchases(store, dates))
    for period in periods:
        node = period.node
        # What a source states under this very IRI needs no saying again.
        known = period.is_stated and period.number == 1
        if not known:
            yield Quad(node, TYPE, osgov("Stewardship"), GRAPH)
        for name, value in (
            ("project", "" if known else period.project),
            ("role", "" if known else period.role),
            ("steward", "" if known else period.steward),
            ("startedBy", period.started_by),
            ("endedBy", period.ended_by),
            ("inferredFrom", period.inferred_from),
        ):
            if value:
                yield Quad(node, osgov(name), NamedNode(value), GRAPH)
        yield from bounds(node, period.start, period.end)
