"""Company groups on a day: who stood at the top of the chain of control over an organization, as far as sources show it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from pyoxigraph import NamedNode, Quad

from kg import terms as t
from kg.dates import PartialDate
from kg.store import Store, texts
from kg.triples import osgov

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
            if organization in stops:
                return organization
            above = {c for c, start, end in self.controls.get(organization, ()) if start <= day and (not end or day < end)}
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


def rolled_up(store: Store) -> Iterator[Quad]:
    """For each figure counted for an organization that was then controlled by another: the one at the top of the chain."""
    known = groups(store)
    if not known.controls:
        return
    query = (
        "SELECT ?m ?by ?seen ?from { ?m a osgov:MetricObservation ; osgov:byOrganization ?by"
        " OPTIONAL { ?m osgov:observedOn ?seen } OPTIONAL { ?m osgov:from ?from } }"
    )
    for figure, organization, seen, start in texts(store, query):
        if organization in known.controls and (seen or start):
            top = known.top(organization, PartialDate(seen or start).latest)
            if top != organization:
                yield Quad(NamedNode(figure), osgov("byGroup"), NamedNode(top), GRAPH)
