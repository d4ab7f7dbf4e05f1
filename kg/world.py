"""What the criteria of neutrality look at: forms, parents, controllers, seats, rules and holders, now or on a day.

A fact is certain on a day where its bounds leave no other reading, and possible where they leave room for it. What the
sources say now is what no source says has ended.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from kg import terms as t
from kg.store import Store, texts

KINDS = ("Company", "Foundation", "PublicBody", "Community")


@dataclass(frozen=True, slots=True)
class Seat:
    """Votes of an organization on a board, and the last day on which a source shows them ('' where none does)."""

    holder: str
    votes: int
    fact: str
    seen: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of a charter; the figures are 0 or None where it names none. `by_charter`: its source is the charter itself."""

    kind: str
    fact: str
    organ: str
    party: str
    representatives: int
    size: int
    share: float | None
    by_charter: bool


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a project in a role (`legal-home`, `trademark` …)."""

    steward: str
    role: str
    fact: str


@dataclass(slots=True)
class World:
    """The facts, by the organization or project that they are about; pairs are of a value and the fact that says it."""

    kinds: dict[str, set[str]] = field(default_factory=dict)
    parents: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    forms: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    controllers: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    seats: dict[str, list[Seat]] = field(default_factory=dict)
    rules: dict[str, list[Rule]] = field(default_factory=dict)
    holders: dict[str, list[Holder]] = field(default_factory=dict)

    def is_company(self, organization: str) -> bool:
        """Whether some source calls it a company."""
        return "Company" in self.kinds.get(organization, ())

    def group(self, company: str) -> str:
        """The company at the top of the chain of control: related companies count as one."""
        seen = {company}
        while above := [c for c, _ in self.controllers.get(company, []) if c not in seen]:
            company = min(above)
            seen.add(company)
        return company

    def above(self, organization: str) -> list[str]:
        """The organization, and all those that it is part of, nearest first."""
        found = [organization]
        for body in found:
            found += [parent for parent, _ in self.parents.get(body, []) if parent not in found]
        return found


def read_worlds(store: Store, on: str | None = None, *, wanted: Collection[str] = ()) -> tuple[World, World]:
    """What is certain, and that with what is possible besides; without a day, twice what holds now.

    `wanted` names the tables to read where not all are: kinds are always read.
    """
    certain, possible = World(), World()
    for kind in KINDS:
        for (node,) in sorted(texts(store, f"SELECT ?o {{ ?o a osgov:{kind} }}", keep=True)):
            certain.kinds.setdefault(node, set()).add(kind)
    possible.kinds = certain.kinds
    for table, subject, fact, sure in _facts(store, on, wanted):
        for world in (certain, possible) if sure else (possible,):
            getattr(world, table).setdefault(subject, []).append(fact)
    if on:
        for body, seats in possible.seats.items():
            # A roster seen later says nothing of the day where one of the day itself is known.
            if body in certain.seats:
                possible.seats[body] = [s for s in seats if not s.seen or s.seen <= on]
    return certain, possible if on else certain


_BOUNDS = (
    " OPTIONAL { ?r osgov:startsNoEarlier ?s0 } OPTIONAL { ?r osgov:startsNoLater ?s1 }"
    " OPTIONAL { ?r osgov:endsNoEarlier ?e0 } OPTIONAL { ?r osgov:endsNoLater ?e1 } OPTIONAL { ?r osgov:endedBy ?end }"
)
_NAMES = " ?r ?s0 ?s1 ?e0 ?e1 ?end"

# (table of the world, what is selected of the fact ?r besides its bounds, the pattern); the first is whom it is about.
_TABLES = (
    ("parents", "?o ?p", "?r a osgov:Affiliation ; osgov:organization ?o ; osgov:parentOrganization ?p ."),
    ("forms", "?o ?f", "?r a osgov:LegalStatus ; osgov:organization ?o ; osgov:legalForm ?f ."),
    ("controllers", "?o ?c", "?r a osgov:Control ; osgov:controlled ?o ; osgov:controller ?c ."),
    (
        "seats",
        "?o ?h ?n ?d",
        "?r a osgov:BoardSeats ; osgov:body ?o ; osgov:holder ?h ; osgov:votingSeats ?n . OPTIONAL { ?r osgov:observedOn ?d }",
    ),
    (
        "rules",
        "?o ?k ?g ?p ?m ?s ?x ?source",
        "?r a osgov:CharterRule ; osgov:body ?o ; osgov:ruleKind ?k ; osgov:organ ?g ;"
        " osgov:statedIn/osgov:sourceKind ?source . OPTIONAL { ?r osgov:ruleParty ?p }"
        " OPTIONAL { ?r osgov:maxRepresentativesPerGroup ?m }"
        " OPTIONAL { ?r osgov:boardSize ?s } OPTIONAL { ?r osgov:maxShare ?x }",
    ),
    ("holders", "?o ?h ?k", "?r a osgov:Stewardship ; osgov:project ?o ; osgov:role ?k ; osgov:steward ?h ."),
)


def _facts(store: Store, on: str | None, wanted: Collection[str]) -> Iterator[tuple[str, str, object, bool]]:
    """Each fact that can hold: its table, whom it is about, the fact itself, and whether it is certain."""
    for table, names, pattern in _TABLES:
        if wanted and table not in wanted:
            continue
        found: dict[tuple[str, ...], None] = {}
        for row in sorted(texts(store, f"SELECT DISTINCT {names}{_NAMES} {{ {pattern}{_BOUNDS} }}", keep=True)):
            found.setdefault(row)
        for row in _joined(table, found):
            *values, relation, starts_no_earlier, starts_no_later, ends_no_earlier, ends_no_later, ended = row
            if on is None:
                if not ends_no_later and not ended:
                    yield table, values[0], _made(table, values, relation), True
                continue
            if starts_no_earlier > on or (ends_no_later and ends_no_later <= on):
                continue
            begun = bool(starts_no_later) and starts_no_later <= on
            lasting = on < ends_no_earlier if ends_no_earlier else not ended and not ends_no_later
            yield table, values[0], _made(table, values, relation), begun and lasting


def _joined(table: str, rows: dict[tuple[str, ...], None]) -> Iterator[tuple[str, ...]]:
    """The rows, one a fact: of seats seen on several days the last sighting, of a rule in several documents its charter."""
    if table not in {"seats", "rules"}:
        yield from rows
        return
    merged: dict[tuple[str, ...], tuple[str, ...]] = {}
    for row in rows:
        # The last column of the values tells rows of one fact apart; seven columns of relation and bounds follow it.
        at = len(row) - 7
        key = row[:at] + row[at + 1 :]
        kept = merged.get(key)
        charter = table == "rules" and kept is not None and t.slug_of(kept[at]) == "source-charter"
        if kept is None or (not charter and (table == "seats" or t.slug_of(row[at]) == "source-charter")):
            merged[key] = row
    yield from merged.values()


def _made(table: str, values: list[str], relation: str) -> object:
    match table:
        case "forms":
            return t.slug_of(values[1]).removeprefix("legal-"), relation
        case "seats":
            return Seat(values[1], int(values[2]), relation, values[3])
        case "rules":
            _, kind, organ, party, representatives, size, share, source = values
            return Rule(
                t.slug_of(kind).removeprefix("rule-"),
                relation,
                t.slug_of(organ).removeprefix("organ-"),
                party,
                int(representatives or 0),
                int(size or 0),
                float(share) if share else None,
                t.slug_of(source) == "source-charter",
            )
        case "holders":
            return Holder(values[1], t.slug_of(values[2]).removeprefix("role-"), relation)
    return values[1], relation
