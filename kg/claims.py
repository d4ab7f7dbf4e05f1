"""What feeds hand to `identity`: things as a file names them, and what it says of them, before anyone knows who is who.

A `Named` carries the name and the identifiers that the file gives; a `Claim` links such names by the words of `records`.
`identity` turns each name into a slug, and with it each claim into a record.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from kg.dates import PartialDate
from kg.records import DATE_BASES, EVENTS, IDENTIFIERS, ORGANIZATION_KINDS, RELATIONS, VALUES, Value

KINDS = ("Project", *ORGANIZATION_KINDS.values())


@dataclass(frozen=True, slots=True)
class Named:
    """A project or an organization as one record of a file names it.

    `kind` is `Project`, or what the file shows the organization to be; `Organization` where it does not say. `ids` are pairs
    of a scheme of `records.IDENTIFIERS` and a value: what identity joins by. `slug` names one of our own entities outright:
    for the body whose file it is.
    """

    kind: str
    name: str
    ids: tuple[tuple[str, str], ...] = ()
    aliases: tuple[str, ...] = ()
    homepage: str = ""
    slug: str = ""

    def __post_init__(self) -> None:
        """Refuse an unknown kind, an empty name, an unknown scheme, and a value its scheme cannot have."""
        if self.kind not in KINDS:
            raise ValueError(f"kind {self.kind!r} is none of {', '.join(KINDS)}")
        if not self.name.strip():
            raise ValueError("name is empty")
        for scheme, value in self.ids:
            if scheme not in IDENTIFIERS:
                raise ValueError(f"{scheme!r} is none of {', '.join(IDENTIFIERS)}")
            if not re.fullmatch(IDENTIFIERS[scheme].pattern, value):
                raise ValueError(f"{value!r} is no {scheme} identifier")


@dataclass(frozen=True, slots=True)
class Claim:
    """One event, relation or observation as a file states it.

    `kind` is a key of `records.EVENTS` or `records.RELATIONS`, or `Observation`. `id` is a pattern in which `{property}`
    stands for the slug of that link (or the code), so that two files telling of one event name the same one, for example
    `{project}-to-{toOrganization}`. `links` lead to a `Named`, or to a code of the list that the property takes. Events have
    `dates` by basis; the others `start`, `end` (half-open) and `as_of`. `place` is where in the file it stands, `reference` the
    page on which the file says that it rests.
    """

    kind: str
    id: str
    links: tuple[tuple[str, Named | str], ...]
    place: str
    dates: tuple[tuple[str, PartialDate], ...] = ()
    values: tuple[tuple[str, Value], ...] = ()
    start: PartialDate | None = None
    end: PartialDate | None = None
    as_of: PartialDate | None = None
    reference: str = ""

    def __post_init__(self) -> None:
        """Refuse links, values and dates that this kind does not have, and an end before the start."""
        known = OBSERVED if self.kind == "Observation" else {**EVENTS, **RELATIONS}.get(self.kind)
        if known is None:
            raise ValueError(f"{self.kind!r} is no kind of event, relation or observation")
        for name, target in self.links:
            if name not in known:
                raise ValueError(f"{self.kind} has no {name}; it has {', '.join(known)}")
            if isinstance(target, str) != known[name].startswith("concept"):
                raise ValueError(f"{self.kind}.{name} leads to a {known[name]}, not to {target!r}")
        for name, _ in self.values:
            if name not in VALUES and not (self.kind == "Observation" and name == "value"):
                raise ValueError(f"{name} is none of {', '.join(VALUES)}")
        for basis, _ in self.dates:
            if basis not in DATE_BASES:
                raise ValueError(f"{basis!r} is no date basis: {', '.join(DATE_BASES)}")
        if self.start and self.end and self.end.latest < self.start.earliest:
            raise ValueError(f"until {self.end} lies before from {self.start}")


# An observation counts something of a project, for one organization where it says so.
OBSERVED = {"project": "project", "byOrganization": "org", "variable": "concept:metric"}

Stated = Named | Claim

Outcome = Literal["mapped", "ignored", "unknown"]


def entry(project: Named, home: Named, place: str, *dates: tuple[str, PartialDate]) -> Claim:
    """A foundation took the project in; nothing is said of who gave it."""
    links = (("project", project), ("toOrganization", home))
    return Claim("Acceptance", "{project}-to-{toOrganization}", links, place, dates=dates)


def stage_entered(project: Named, home: Named, stage: str, place: str, *dates: tuple[str, PartialDate]) -> Claim:
    """The project entered a stage of a foundation's ladder on a day."""
    links = (("project", project), ("byOrganization", home), ("toStage", stage))
    return Claim("MaturityChange", "{project}-{toStage}-{byOrganization}", links, place, dates=dates)


def stage_seen(project: Named, home: Named, stage: str, place: str, seen: PartialDate) -> Claim:
    """A list shows the project at a stage on the day of the list."""
    links = (("project", project), ("byOrganization", home), ("stage", stage))
    return Claim("MaturityPeriod", "{project}-level-{byOrganization}-{stage}", links, place, as_of=seen)


def membership(
    body: Named,
    holder: Named,
    place: str,
    *,
    tier: str = "",
    start: PartialDate | None = None,
    end: PartialDate | None = None,
    seen: PartialDate | None = None,
) -> Claim:
    """An organization is a member of a body, in a tier where the file names one."""
    links: tuple[tuple[str, Named | str], ...] = (("body", body), ("holder", holder))
    if tier:
        links += (("tier", tier),)
    parts = ["{body}-membership-{holder}", *([tier] if tier else []), *([str(start)] if start else [])]
    return Claim("Membership", "-".join(parts), links, place, start=start, end=end, as_of=seen)


def counted(
    project: Named,
    variable: str,
    value: int | float,
    place: str,
    *,
    by: Named | None = None,
    start: PartialDate | None = None,
    end: PartialDate | None = None,
    seen: PartialDate | None = None,
) -> Claim:
    """A number about a project: `variable` is a code of the list metric, `by` the organization it is counted for."""
    links: tuple[tuple[str, Named | str], ...] = (("project", project), ("variable", variable))
    if by:
        links += (("byOrganization", by),)
    parts = ["{project}", variable, *(["{byOrganization}"] if by else []), *(str(d) for d in (start, seen) if d)]
    return Claim("Observation", "-".join(parts), links, place, values=(("value", value),), start=start, end=end, as_of=seen)
