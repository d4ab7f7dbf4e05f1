"""Periods of relations: levels and licences from what happened and what lists show, and the bounds of all other relations.

All input is in the store. Days are text, `YYYY-MM-DD`; '' where unknown or open. A period is half-open: it does not cover the
day on which it ends.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode, Quad

from kg import terms as t
from kg.dates import PartialDate
from kg.names import slugify
from kg.store import Store, texts
from kg.triples import TYPE, day_literal, osgov

GRAPH = NamedNode(t.DERIVED_GRAPH)

# The first and the last day of a change, '' twice where it is undated.
Window = tuple[str, str]
UNDATED: Window = ("", "")

# The stated dates of each event, each with its basis.
DatesOfEvents = dict[str, list[tuple[str, PartialDate]]]

# The basis of a date on which the event had not come about; and those of an event that others have only told of.
PROPOSED = "proposedOn"
_FORETOLD = frozenset({PROPOSED, "announcedOn"})

# How far up its ladder a stage stands, where that decides which of two changes in one window came first.
_RANKS = {
    "podling": 1, "sandbox": 1, "lab": 1, "onboarding": 1, "incubating": 2, "growth": 2,
    "graduated": 3, "top-level": 3, "impact": 3, "inactive": 4, "dormant": 4, "emeritus": 5, "archived": 5, "retired": 5,
}  # fmt: skip
# The word of a foundation for a stage that says more than ours: where a project of its own goes, not one it never took in.
_OWN_WORDS = {("apache-software-foundation", "top-level", "retired"): "attic"}
_LEFT = 6  # having left comes after every stage

# What else has bounds, from what its sources say of it alone.
_PLAIN = ("Affiliation", "Control", "LegalStatus", "Membership", "BoardSeats", "CharterRule", "Sponsorship", "Subproject")
KINDS = ("Stewardship", *_PLAIN, "MaturityPeriod", "LicensePeriod")

# Kinds of documents that tell what is so, and not what is about to be.
TELL_HOW_THINGS_STAND = ("charter", "registry", "documentation", "dataset", "status-report", "encyclopedia")


def precise(dates: Iterable[PartialDate]) -> list[PartialDate]:
    """The dates without those that only say less precisely what another says: 2015 beside 2015-07-21."""
    listed = list(dates)
    return [d for d in listed if not any(other.text != d.text and other.text.startswith(d.text) for other in listed)]


def window(dates: Iterable[PartialDate]) -> Window:
    """The first and the last day that the dates can mean; '' twice where there are none."""
    listed = list(dates)
    return min((d.earliest for d in listed), default=""), max((d.latest for d in listed), default="")


def bounds(node: NamedNode, start: Window, end: Window) -> Iterator[Quad]:
    """The bounds of a relation, those that are known."""
    names = ("startsNoEarlier", "startsNoLater", "endsNoEarlier", "endsNoLater")
    for name, day in zip(names, (*start, *end), strict=True):
        if day:
            yield Quad(node, osgov(name), day_literal(day), GRAPH)


@dataclass(frozen=True, slots=True)
class Change:
    """What is so from a window of days on: a stage or a licence, '' for none any more; `before` is what was so until then."""

    event: str
    value: str
    window: Window
    rank: int = 0
    before: str = ""


@dataclass(slots=True)
class Shown:
    """What sources state of one relation: its IRI, what it says, and the dates they give."""

    node: str
    value: str
    start: list[PartialDate] = field(default_factory=list)
    end: list[PartialDate] = field(default_factory=list)
    seen: list[PartialDate] = field(default_factory=list)

    @property
    def days(self) -> list[PartialDate]:
        """The days on which it was so, as far as stated."""
        return [*self.start, *self.seen]


@dataclass(slots=True)
class Period:
    """One period in which something was so."""

    value: str
    start: Window = UNDATED
    end: Window = UNDATED
    started_by: str = ""
    ended_by: str = ""
    word: str = ""
    nodes: list[str] = field(default_factory=list)
    days: list[PartialDate] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        """Whether nothing says that it ended."""
        return not self.ended_by and self.end == UNDATED

    @property
    def last_day(self) -> str:
        """The last day on which it is known to have been so, '' if there is none."""
        return max([self.start[1], *(d.earliest for d in self.days)])

    def could_cover(self, date: PartialDate) -> bool:
        """Whether it may have been so on a day that the date can mean."""
        return (not self.start[0] or self.start[0] <= date.latest) and (not self.end[1] or date.earliest < self.end[1])


def in_order(changes: Iterable[Change]) -> list[Change]:
    """The dated changes in the order in which they happened; where their windows overlap, up the ladder."""
    ordered: list[Change] = []
    for change in sorted((c for c in changes if c.window != UNDATED), key=lambda c: (c.window, c.rank, c.event)):
        place = len(ordered)
        while place and ordered[place - 1].rank > change.rank and ordered[place - 1].window[1] >= change.window[0]:
            place -= 1
        ordered.insert(place, change)
    return ordered


def levels_of(changes: Sequence[Change], lists: Sequence[Shown]) -> list[Period]:
    """The periods of one project on one ladder, on which it stands on one step at a time.

    Each change ends what was so before. A list that shows a step of which no event tells ends what was so, between the last day
    that this was known and the day of the list. What a list shows against a dated event is left to `conflicts`.
    """
    ordered, found = in_order(changes), list[Period]()
    for change in ordered:
        now = found[-1] if found and found[-1].is_open else None
        if now and now.value == change.value:
            days = [day.latest for shown in lists if shown.value != change.value for day in shown.days]
            gone = min((day for day in days if now.start[1] < day < change.window[0]), default="")
            if not gone:
                # Told twice: it began in one of the two windows.
                now.start = (now.start[0], max(now.start[1], change.window[1]))
                continue
            now.end = (now.start[1], gone)  # a list shows another step in between: it came back
        elif now:
            now.ended_by, now.end = change.event, change.window
        if change.value:
            found.append(Period(change.value, change.window, started_by=change.event))
    for change in changes:
        if change.window == UNDATED and change.value and not any(p.value == change.value for p in found):
            above = next((c for c in ordered if c.rank > change.rank), None)
            end, ended_by = (above.window, above.event) if above else (UNDATED, "")
            found.append(Period(change.value, end=end, started_by=change.event, ended_by=ended_by))
    left = next((c for c in changes if c.window == UNDATED and not c.value), None)
    if left and found and found[-1].is_open:
        found[-1].ended_by = left.event
    told = list(found)
    _show(found, lists)
    only_shown = [p for p in found if p not in told]
    for period in only_shown:
        last, rank = period.last_day, _rank(period.value)
        # A change in a window that holds the last day comes after it if it leads up the ladder.
        ends = [c for c in ordered if c.window[0] > last or (c.window[1] > last and c.rank > rank)]
        if ends and period.is_open and period.days:
            period.end, period.ended_by = (max(ends[0].window[0], last), ends[0].window[1]), ends[0].event
    for later in sorted(only_shown, key=lambda p: (min((d.latest for d in p.days), default=""), p.value)):
        first = min((d.latest for d in later.days), default="")
        for period in found:
            # Between two changes only what leads up the ladder tells anything: a list can show late what was before.
            passed = first <= period.end[0] and _rank(period.value) < _rank(later.value)
            if first and period is not later and (period.is_open or passed) and "" < period.last_day < first:
                period.end, period.ended_by = (period.last_day, first), ""
                if later.start == ("", first):
                    later.start = (max(later.start[0], period.last_day), first)
    return found


def licences_of(changes: Sequence[Change], lists: Sequence[Shown]) -> list[Period]:
    """The periods of one project's licences, of which it may have several at a time: a change ends the one it names."""
    found: list[Period] = []
    dated = in_order(changes)
    for change in [*dated, *(c for c in changes if c.window == UNDATED)]:
        if change.before:
            before = next((p for p in found if p.value == change.before and p.is_open), None)
            if not before and not any(p.value == change.before and p.ended_by == change.event for p in found):
                over = [p.end[0] for p in found if p.value == change.before]
                before = Period(change.before, (max(over, default=""), ""))
                found.append(before)
            if before and before.started_by != change.event:
                before.ended_by, before.end = change.event, change.window
        if change.value and not any(p.value == change.value and p.is_open for p in found):
            found.append(Period(change.value, change.window, started_by=change.event))
    _show(found, lists)
    return found


def _show(found: list[Period], lists: Sequence[Shown]) -> None:
    """Join what sources state of a relation with the period it fits best, or add one where there is none of its value."""
    for shown in lists:
        same = [p for p in found if p.value == shown.value]
        if same:
            period = max(same, key=lambda p: sum(p.could_cover(day) for day in [*shown.days, *shown.end]))
        else:
            period = Period(shown.value)
            found.append(period)
        period.nodes.append(shown.node)
        period.days += [day for day in shown.days if period.could_cover(day)]
        first, last = window(precise(shown.start)), window(precise(shown.end))
        if not period.started_by:
            if shown.start and (not period.end[1] or first[0] <= period.end[1]):
                period.start = first
            elif not period.start[0] and period.days:
                day = min(d.latest for d in period.days)
                period.start = ("", min(period.start[1] or day, day))
        if shown.end and period.is_open and period.start[0] <= last[1]:
            period.end = last


def _shown(store: Store, kind: str, about: Sequence[str], value: str) -> dict[tuple[str, ...], list[Shown]]:
    """What sources state of relations of a kind, by what they are about."""
    names = "".join(f" ?{name}" for name in about)
    query = (
        f"SELECT ?r{names} ?value ?from ?until ?seen {{ ?r a osgov:{kind} ; osgov:{value} ?value ; "
        + " ; ".join(f"osgov:{name} ?{name}" for name in about)
        + " . OPTIONAL { ?r osgov:from ?from } OPTIONAL { ?r osgov:until ?until } OPTIONAL { ?r osgov:observedOn ?seen } }"
    )
    by_node: dict[tuple[tuple[str, ...], str, str], Shown] = {}
    for node, *row in sorted(set(texts(store, query))):
        key, (said, *dates) = tuple(row[: len(about)]), row[len(about) :]
        shown = by_node.setdefault((key, said, node), Shown(node, said))
        for kept, text in zip((shown.start, shown.end, shown.seen), dates, strict=True):
            if text and not any(d.text == text for d in kept):
                kept.append(PartialDate(text))
    found: dict[tuple[str, ...], list[Shown]] = defaultdict(list)
    for (key, _, _), shown in by_node.items():
        found[key].append(shown)
    return found


def _rank(stage: str) -> int:
    return _RANKS.get(t.slug_of(stage).removeprefix("stage-"), 2)


def levels(store: Store, dates: DatesOfEvents) -> Iterator[Quad]:
    """Each level that a project had at a foundation as a MaturityPeriod with its bounds, and what began and ended it."""
    changes: dict[tuple[str, ...], list[Change]] = defaultdict(list)
    entered = "SELECT ?e ?p ?f ?s { ?e a osgov:MaturityChange ; osgov:project ?p ; osgov:byOrganization ?f ; osgov:toStage ?s }"
    for event, project, body, stage in sorted(set(texts(store, entered))):
        changes[project, body].append(Change(event, stage, window_of(event, dates), _rank(stage)))
    # Whoever holds it no more has it at no level either.
    left = (
        "SELECT ?e ?p ?f { { VALUES ?kind { osgov:Departure osgov:InterFoundationTransfer }"
        " ?e a ?kind ; osgov:project ?p ; osgov:fromOrganization ?f }"
        " UNION { ?held osgov:endedBy ?e ; osgov:role v:role-legal-home ; osgov:project ?p ; osgov:steward ?f } }"
    )
    for event, project, body in sorted(set(texts(store, left))):
        changes[project, body].append(Change(event, "", window_of(event, dates), _LEFT))
    lists = _shown(store, "MaturityPeriod", ("project", "byOrganization"), "stage")
    for key in sorted({*changes, *lists}):
        project, body = key
        links = (("project", project), ("byOrganization", body))
        base = f"{t.RELATION}{t.slug_of(project)}-level-{t.slug_of(body)}-"
        found = levels_of(changes.get(key, []), lists.get(key, []))
        for earlier in found:
            for later in found:
                if earlier.ended_by and earlier.ended_by == later.started_by:
                    before, after = (t.slug_of(stage).removeprefix("stage-") for stage in (earlier.value, later.value))
                    later.word = _OWN_WORDS.get((t.slug_of(body), before, after), "")
        for period, iri in _named(found, base):
            extra = (*links, ("stage", period.value))
            yield from _written("MaturityPeriod", period, iri, [(name, NamedNode(to)) for name, to in extra])


def licences(store: Store, dates: DatesOfEvents) -> Iterator[Quad]:
    """Each licence that a project had as a LicensePeriod with its bounds, and what began and ended it."""
    changes: dict[tuple[str, ...], list[Change]] = defaultdict(list)
    query = (
        "SELECT ?e ?p ?from ?to { ?e a osgov:Relicensing ; osgov:project ?p ."
        " OPTIONAL { ?e osgov:fromLicense ?from } OPTIONAL { ?e osgov:toLicense ?to } }"
    )
    for event, project, before, after in sorted(set(texts(store, query))):
        changes[(project,)].append(Change(event, after, window_of(event, dates), before=before))
    lists = _shown(store, "LicensePeriod", ("project",), "licenseExpression")
    for key in sorted({*changes, *lists}):
        base = f"{t.RELATION}{t.slug_of(key[0])}-license-"
        for period, iri in _named(licences_of(changes.get(key, []), lists.get(key, [])), base):
            links: list[tuple[str, NamedNode | Literal]] = [
                ("project", NamedNode(key[0])),
                ("licenseExpression", Literal(period.value)),
            ]
            yield from _written("LicensePeriod", period, iri, links)


def window_of(event: str, dates: DatesOfEvents) -> Window:
    """The first and the last day on which an event can have happened, by all dates that sources state.

    It had not come about when it was proposed: of an event that was only proposed the last day is unknown.
    """
    stated = dates.get(event, [])
    proposed, _ = window(d for basis, d in stated if basis == PROPOSED)
    first, last = window(precise(d for basis, d in stated if basis != PROPOSED))
    return (max(first, proposed) if not last or proposed <= last else first), last


def only_foretold(event: str, dates: DatesOfEvents) -> bool:
    """Whether its sources tell when it was announced or proposed, and nothing of when it came about."""
    bases = {basis for basis, _ in dates.get(event, ())}
    return bool(bases) and bases <= _FORETOLD


def closing_of(event: str, dates: DatesOfEvents) -> Window:
    """The window of a purchase: one that is only announced closes on the day of the news or later, nobody tells when."""
    first, last = window_of(event, dates)
    return first, "" if only_foretold(event, dates) else last


def _named(periods: Sequence[Period], base: str) -> Iterator[tuple[Period, str]]:
    """Each period with an IRI of its own: that under which a source states it, else one made of what it says, and a number."""
    taken = {node for period in periods for node in period.nodes}
    for period in periods:
        if period.nodes:
            yield period, ""
            continue
        iri = base + slugify(t.slug_of(period.value).removeprefix("stage-") if "/vocab/" in period.value else period.value)
        number, numbered = 1, iri
        while numbered in taken:
            number += 1
            numbered = f"{iri}-{number}"
        taken.add(numbered)
        yield period, numbered


def _written(kind: str, period: Period, iri: str, said: Iterable[tuple[str, NamedNode | Literal]]) -> Iterator[Quad]:
    """The period under its own IRI, or under each under which a source states it already."""
    if iri:
        yield Quad(NamedNode(iri), TYPE, osgov(kind), GRAPH)
        for name, value in said:
            yield Quad(NamedNode(iri), osgov(name), value, GRAPH)
    for node in map(NamedNode, period.nodes or [iri]):
        if period.word:
            yield Quad(node, osgov("level"), Literal(period.word), GRAPH)
        for name, event in (("startedBy", period.started_by), ("endedBy", period.ended_by)):
            if event:
                yield Quad(node, osgov(name), NamedNode(event), GRAPH)
        yield from bounds(node, period.start, period.end)


def relation_bounds(store: Store, dates: DatesOfEvents) -> Iterator[Quad]:
    """Bounds of every other relation: from what sources state, from a sighting, or from the acquisition that made it."""
    start: dict[str, list[PartialDate]] = defaultdict(list)
    seen: dict[str, list[PartialDate]] = defaultdict(list)
    end: dict[str, list[PartialDate]] = defaultdict(list)
    kinds = " ".join(f"osgov:{kind}" for kind in _PLAIN)
    query = (
        f"SELECT DISTINCT ?r ?from ?until ?seen {{ VALUES ?kind {{ {kinds} }} ?r a ?kind ."
        " OPTIONAL { ?r osgov:from ?from } OPTIONAL { ?r osgov:until ?until } OPTIONAL { ?r osgov:observedOn ?seen } }"
    )
    for relation, first, last, day in texts(store, query):
        for target, text in ((start, first), (end, last), (seen, day)):
            if text:
                target[relation].append(PartialDate(text))
    # A later buyer ends an earlier one's control.
    bought: dict[str, list[tuple[str, str, str, str]]] = defaultdict(list)
    for relation, event, organization in texts(
        store, "SELECT DISTINCT ?r ?e ?o { ?r a osgov:Control ; osgov:startedBy ?e ; osgov:controlled ?o }"
    ):
        bought[organization].append((*closing_of(event, dates), relation, event))
    ends: dict[str, Window] = {}
    starts: dict[str, Window] = {}
    for purchases in bought.values():
        purchases.sort()
        for number, (first, last, relation, _) in enumerate(purchases):
            begun = starts.get(relation, (first, last))
            starts[relation] = begun[0], max(begun[1], last)
            if later := next((p for p in purchases[number + 1 :] if p[2] != relation), None):
                ends[relation], event = later[:2], later[3]
                yield Quad(NamedNode(relation), osgov("endedBy"), NamedNode(event), GRAPH)
    for relation in sorted({*start, *seen, *end, *starts}):
        first_bounds = starts.get(relation, UNDATED)
        if start[relation]:
            first_bounds = window(start[relation])
        elif seen[relation] and relation not in starts:
            first_bounds = ("", min(d.latest for d in seen[relation]))
        last_bounds = ends.get(relation, UNDATED)
        if end[relation]:
            last_bounds = window(end[relation])
        yield from bounds(NamedNode(relation), first_bounds, last_bounds)


def begun_when_read(store: Store) -> Iterator[Quad]:
    """The last bounds, where nothing dates a relation: it had begun, or ended, on the first day that it was seen or read of.

    It had begun already when a document that tells how things stand was published; news and announcements may tell of what is
    to come. To come after all that prefers one relation to another by its dates: a day of reading says nothing of what is so
    now.
    """
    kinds = " ".join(f"osgov:{kind}" for kind in KINDS)
    read: dict[str, str] = {}
    for document, day in texts(store, "SELECT ?document ?day { ?g prov:wasDerivedFrom ?document ; osgov:readOn ?day }"):
        read[document] = min(read.get(document, "9999"), PartialDate(day).latest)
    standing = " ".join(f"v:source-{kind}" for kind in TELL_HOW_THINGS_STAND)
    published = dict(read)
    for document, day in texts(
        store, f"SELECT ?d ?day {{ VALUES ?kind {{ {standing} }} ?d osgov:sourceKind ?kind ; dct:issued ?day }}"
    ):
        published[document] = min(published.get(document, "9999"), PartialDate(day).latest)
    begun = (
        f"SELECT ?r ?document {{ VALUES ?kind {{ {kinds} }} ?r a ?kind ; osgov:statedIn ?document ."
        " OPTIONAL { ?r osgov:startsNoLater ?begun } OPTIONAL { ?r osgov:endsNoLater ?over } OPTIONAL { ?r osgov:endedBy ?by }"
        " FILTER(!BOUND(?begun) && !BOUND(?over) && !BOUND(?by)) }"
    )
    over = (
        f"SELECT ?r ?document {{ VALUES ?kind {{ {kinds} }} ?r a ?kind ; osgov:endedBy ?by . ?by osgov:statedIn ?document ."
        " OPTIONAL { ?r osgov:endsNoLater ?over } FILTER(!BOUND(?over)) }"
    )
    seen: dict[str, str] = {}
    for relation, day in texts(store, "SELECT ?r ?day { ?r osgov:observedOn ?day }"):
        seen[relation] = min(seen.get(relation, "9999"), PartialDate(day).latest)
    for bound, query, first, told in (("startsNoLater", begun, seen, published), ("endsNoLater", over, {}, read)):
        found: set[str] = set()
        for relation, document in texts(store, query):
            if document in told:
                found.add(relation)
                first[relation] = min(first.get(relation, "9999"), told[document])
        for relation in sorted(found):
            yield Quad(NamedNode(relation), osgov(bound), day_literal(first[relation]), GRAPH)
