"""Company groups on a day: who stood at the top of the chain of control over an organization, as far as sources show it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from pyoxigraph import Literal, NamedNode, Quad

from kg import terms as t
from kg.dates import PartialDate
from kg.store import Store, texts
from kg.triples import day_literal, decimal_literal, osgov

GRAPH = NamedNode(t.DERIVED_GRAPH)

# A purchase that was only announced may never have been completed: it puts nobody in control.
_COMPLETED = ("effectiveOn", "occurredOn", "acceptedOn")


@dataclass(slots=True)
class Groups:
    """Who controls whom, each control with the days from which and until which it is certain ('' where open)."""

    controls: dict[str, list[tuple[str, str, str]]] = field(default_factory=lambda: defaultdict(list))

    def top(self, organization: str, day: str, stops: Collection[str] = ()) -> str:
        """The organization at the end of all chains on the day; the organization itself where nobody is known above it.

        Two controllers at once, and a circle, end the climb: nothing is guessed. So does one of the `stops`.
        """
        seen = {organization}
        while True:
            if organization in stops or organization not in self.controls:
                return organization
            above = {c for c, start, end in self.controls[organization] if start <= day and (not end or day < end)}
            above -= seen
            if len(above) != 1:
                return organization
            organization = above.pop()
            seen.add(organization)


def groups(store: Store) -> Groups:
    """The controls that sources show to have begun: by a stated start, a sighting, or a purchase that was completed."""
    found = Groups()
    starts: dict[str, str] = {}
    bases = " ".join(f"osgov:{basis}" for basis in _COMPLETED)
    stated = (
        "SELECT ?r ?from ?seen { ?r a osgov:Control . OPTIONAL { ?r osgov:from ?from } OPTIONAL { ?r osgov:observedOn ?seen } }"
    )
    bought = f"SELECT ?r ?date {{ VALUES ?basis {{ {bases} }} ?r a osgov:Control ; osgov:startedBy ?e . ?e ?basis ?date }}"
    for relation, *dates in (*texts(store, stated), *texts(store, bought)):
        days = [PartialDate(text).latest for text in dates if text]
        if days:
            starts[relation] = min(starts.get(relation, "9999"), *days)
    query = (
        "SELECT ?r ?controlled ?controller ?end { ?r a osgov:Control ; osgov:controlled ?controlled ;"
        " osgov:controller ?controller OPTIONAL { ?r osgov:endsNoEarlier ?end } }"
    )
    for relation, controlled, controller, end in texts(store, query):
        if relation in starts:
            found.controls[controlled].append((controller, starts[relation], end))
    return found


@dataclass(frozen=True, slots=True)
class _Figure:
    """One figure: what it counts of which project, for whom and on which day ('' where nobody or none is named)."""

    node: NamedNode
    about: str
    variable: str
    value: str
    by: str
    seen: str
    start: str

    @property
    def listed(self) -> tuple[str, str, str]:
        """What the figures of one list about one project have in common."""
        return self.about, self.variable, self.seen


_FIGURES = (
    "SELECT ?m ?about ?variable ?value ?by ?seen ?from { ?m a osgov:MetricObservation ; schema:observationAbout ?about ;"
    " schema:variableMeasured ?variable ; schema:value ?value OPTIONAL { ?m osgov:byOrganization ?by }"
    " OPTIONAL { ?m osgov:observedOn ?seen } OPTIONAL { ?m osgov:from ?from } }"
)


def figures(store: Store) -> Iterator[Quad]:
    """How figures belong together: groups and what they count, wholes and the majority in them, and the days of lists.

    The group is the one at the top of the chain of control on the day of the figure: the organization itself where nobody is
    known above it, or there is no day.
    """
    known = groups(store)
    found = sorted((_Figure(NamedNode(node), *rest) for node, *rest in texts(store, _FIGURES)), key=lambda f: f.node.value)
    days: dict[str, set[str]] = defaultdict(set)
    wholes: dict[tuple[str, str, str], list[_Figure]] = defaultdict(list)
    parts: dict[tuple[str, str, str, str], list[_Figure]] = defaultdict(list)
    for figure in found:
        if figure.seen:
            days[figure.variable].add(figure.seen)
        if figure.by:
            day = figure.seen or figure.start
            group = known.top(figure.by, PartialDate(day).latest) if day else figure.by
            yield Quad(figure.node, osgov("byGroup"), NamedNode(group), GRAPH)
            if figure.seen:
                parts[*figure.listed, group].append(figure)
        elif figure.seen:
            wholes[figure.listed].append(figure)
    for (*listed, group), members in parts.items():
        together = sum((Decimal(figure.value) for figure in members), Decimal(0))
        for whole in wholes[listed[0], listed[1], listed[2]]:
            if 2 * together > Decimal(whole.value):
                yield Quad(whole.node, osgov("majorityGroup"), NamedNode(group), GRAPH)
                yield Quad(whole.node, osgov("groupValue"), _number(together), GRAPH)
            for figure in members:
                yield Quad(figure.node, osgov("partOfFigure"), whole.node, GRAPH)
                yield Quad(figure.node, osgov("groupValue"), _number(together), GRAPH)
    for variable, seen in sorted(days.items()):
        for day in sorted(seen):
            yield Quad(NamedNode(variable), osgov("listedOn"), day_literal(PartialDate(day).latest), GRAPH)


def _number(number: Decimal) -> Literal:
    return Literal(int(number)) if number == number.to_integral_value() else decimal_literal(float(number))
