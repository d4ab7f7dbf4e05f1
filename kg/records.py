"""What readers hand to `triples`: sources, entities, events, relations and observations, frozen and checked.

A record says what *one* source says. Two sources for one fact are two records with the same `id`, and end in two named graphs.
`EVENTS` and `RELATIONS` are the whole list of what can be said; the ontology documents each name.
"""

from __future__ import annotations

from dataclasses import dataclass

from kg.dates import PartialDate
from kg.terms import SLUG

DATE_BASES = ("proposed", "announced", "accepted", "effective", "occurred")

# `organization` is for those of which no source says what they are.
ORGANIZATION_KINDS = {
    "company": "Company",
    "foundation": "Foundation",
    "public-body": "PublicBody",
    "community": "Community",
    "organization": "Organization",
}

SOURCE_KINDS = (
    "registry",
    "announcement",
    "news",
    "proposal",
    "clearance",
    "charter",
    "documentation",
    "mailing-list",
    "encyclopedia",
    "dataset",
    "status-report",
)

# Links of an event or a relation: property -> what it leads to. "concept:x" is a code in the list x.
Links = dict[str, str]

EVENTS: dict[str, Links] = {
    "OpenSourcing": {"project": "project", "byOrganization": "org", "originKind": "concept:origin"},
    "Donation": {
        "project": "project",
        "fromOrganization": "org",
        "toOrganization": "org",
        "donorBasis": "concept:donor-basis",
        "originator": "org",
        "transferredAsset": "concept:asset",
    },
    "SpinOut": {
        "project": "project",
        "fromOrganization": "org",
        "toOrganization": "org",
        "donorBasis": "concept:donor-basis",
        "originator": "org",
        "transferredAsset": "concept:asset",
    },
    "CodeGrant": {
        "project": "project",
        "fromOrganization": "org",
        "toOrganization": "org",
        "donorBasis": "concept:donor-basis",
        "originator": "org",
    },
    "Acceptance": {"project": "project", "toOrganization": "org", "formerOwner": "org"},
    "Departure": {"project": "project", "fromOrganization": "org"},
    "ProjectMerger": {"project": "project", "mergedIntoProject": "project"},
    "InterFoundationTransfer": {"project": "project", "fromOrganization": "org", "toOrganization": "org"},
    "TrademarkTransfer": {"project": "project", "fromOrganization": "org", "toOrganization": "org"},
    "ForkEvent": {"project": "project", "forkOf": "project", "awayFrom": "org", "toOrganization": "org"},
    "MaturityChange": {"project": "project", "byOrganization": "org", "toStage": "concept:stage"},
    "Relicensing": {"project": "project", "byOrganization": "org"},
    "ProjectRename": {"project": "project"},
    "Refusal": {"project": "project", "byOrganization": "org"},
    "Founding": {"organization": "org", "founder": "org"},
    "Acquisition": {"organization": "org", "acquirer": "org"},
    "OrganizationMerger": {"organization": "org", "mergedInto": "org"},
    "OrganizationRename": {"organization": "org"},
    "Dissolution": {"organization": "org"},
}

RELATIONS: dict[str, Links] = {
    "Stewardship": {"project": "project", "steward": "org", "role": "concept:role"},
    "Affiliation": {"organization": "org", "parentOrganization": "org"},
    "Control": {"controlled": "org", "controller": "org"},
    "LegalStatus": {"organization": "org", "legalForm": "concept:legal"},
    "Membership": {"body": "org", "holder": "org", "tier": "concept:tier"},
    "BoardSeats": {"body": "org", "holder": "org"},
    "Sponsorship": {"body": "org", "holder": "org"},
    "MaturityPeriod": {"project": "project", "byOrganization": "org", "stage": "concept:stage"},
    "LicensePeriod": {"project": "project"},
    "Subproject": {"project": "project", "parentProject": "project"},
    "CharterRule": {"body": "org", "ruleKind": "concept:rule", "organ": "concept:organ", "ruleParty": "org"},
}

# Plain values: property -> datatype; a licence is an SPDX expression, a note becomes skos:note.
VALUES: dict[str, str] = {
    "grantedCode": "string",
    "formerName": "string",
    "newName": "string",
    "fromLicense": "license",
    "toLicense": "license",
    "licenseExpression": "license",
    "level": "string",
    "note": "note",
    "article": "string",
    "jurisdiction": "string",
    "votingSeats": "integer",
    "boardSize": "integer",
    "maxRepresentativesPerGroup": "integer",
    "maxShare": "decimal",
}

Value = str | int | float


@dataclass(frozen=True, slots=True)
class Identifier:
    """A scheme of identifiers: the property it becomes, the pattern of its values, and whose identifiers they are."""

    property: str
    pattern: str
    of: str


# What two records can be joined by. A domain or a GitHub organization is often shared, and joins nothing by itself.
IDENTIFIERS: dict[str, Identifier] = {
    "wikidata": Identifier("wikidataId", r"Q[1-9]\d*", "any"),
    "crunchbase": Identifier("crunchbaseSlug", r"[^\s/?#]+", "org"),
    "lfx": Identifier("lfxSlug", r"[^\s/?#]+", "project"),
    "asf": Identifier("asfId", r"[a-z0-9][a-z0-9_.-]*", "project"),
    "devstats": Identifier("devstatsName", r"[a-z0-9][a-z0-9_.-]*", "project"),
    "clomonitor": Identifier("clomonitorName", r"[a-z0-9][a-z0-9_.-]*", "project"),
    "repository": Identifier("repository", r"https?://[^\s<>\"{}|\\^`]+", "project"),
    "domain": Identifier("domain", r"[a-z0-9-]+(\.[a-z0-9-]+)+", "org"),
    "github": Identifier("githubOrg", r"[A-Za-z0-9][A-Za-z0-9-]*", "any"),
}


def _check_slug(text: str, what: str) -> None:
    if not SLUG.match(text):
        raise ValueError(f"{what} {text!r} is no slug: lower-case letters, digits, single hyphens")


@dataclass(frozen=True, slots=True)
class Source:
    """A document somebody can open, and the day it was read."""

    id: str
    url: str
    title: str
    kind: str
    publisher: str
    read: PartialDate
    published: PartialDate | None = None
    method: str = "manual-curation"
    licence: str = ""
    revision: str = ""

    def __post_init__(self) -> None:
        """Refuse a source nobody could open, of no known kind, or read on no particular day."""
        _check_slug(self.id, "source id")
        if not self.url.startswith(("https://", "http://", "file://")) or any(c.isspace() for c in self.url):
            raise ValueError(f"url {self.url!r} is no web address")
        if self.kind not in SOURCE_KINDS:
            raise ValueError(f"kind {self.kind!r} is none of {', '.join(SOURCE_KINDS)}")
        if self.read.precision != "day":
            raise ValueError(f"read {self.read} must be a day")


@dataclass(frozen=True, slots=True)
class Entity:
    """A project or an organization: who it is, whatever happened to it."""

    id: str
    kind: str
    name: str
    aliases: tuple[str, ...] = ()
    homepage: str = ""
    repositories: tuple[str, ...] = ()
    github_org: str = ""
    wikidata_id: str = ""
    ids: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        """Refuse a slug, kind or name that cannot be."""
        _check_slug(self.id, "id")
        if self.kind != "Project" and self.kind not in ORGANIZATION_KINDS.values():
            raise ValueError(f"kind {self.kind!r} is none of {', '.join(ORGANIZATION_KINDS)}")
        if not self.name.strip():
            raise ValueError("name is empty")


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened once, as one source tells it: who and what (`links`), values, and dates by basis."""

    id: str
    kind: str
    source: str
    links: tuple[tuple[str, str], ...]
    dates: tuple[tuple[str, PartialDate], ...] = ()
    values: tuple[tuple[str, Value], ...] = ()
    reference: str = ""

    def __post_init__(self) -> None:
        """Refuse links that this kind of event does not have."""
        _check_slug(self.id, "event")
        _check_links(self.kind, self.links, self.values, EVENTS)
        for basis, _ in self.dates:
            if basis not in DATE_BASES:
                raise ValueError(f"{basis!r} is no date basis: {', '.join(DATE_BASES)}")


@dataclass(frozen=True, slots=True)
class Relation:
    """A state that lasts, as one source tells it: from, until (both as stated, half-open) or seen on a day (`as_of`)."""

    id: str
    kind: str
    source: str
    links: tuple[tuple[str, str], ...]
    start: PartialDate | None = None
    end: PartialDate | None = None
    as_of: PartialDate | None = None
    values: tuple[tuple[str, Value], ...] = ()
    reference: str = ""

    def __post_init__(self) -> None:
        """Refuse links that this kind of relation does not have, and an end before the start."""
        _check_slug(self.id, "relation")
        _check_links(self.kind, self.links, self.values, RELATIONS)
        if self.start and self.end and self.end.latest < self.start.earliest:
            raise ValueError(f"until {self.end} lies before from {self.start}")


@dataclass(frozen=True, slots=True)
class Observation:
    """A number somebody published about a project, with the period it counts or the day it shows, and who claims it.

    `by` is the organization that it is counted for, where it is for one.
    """

    id: str
    source: str
    about: str
    variable: str
    value: int | float
    start: PartialDate | None = None
    end: PartialDate | None = None
    claimed_by: str = ""
    note: str = ""
    as_of: PartialDate | None = None
    by: str = ""

    def __post_init__(self) -> None:
        """Refuse a period that ends before it starts."""
        _check_slug(self.id, "observation")
        if self.start and self.end and self.end.latest < self.start.earliest:
            raise ValueError(f"until {self.end} lies before from {self.start}")


@dataclass(frozen=True, slots=True)
class Use:
    """One way in which a source writes an entity: its slug, the name and identifiers as written, and the key that joined it.

    `kind` is `project` or `organization`; the key is an identifier, `name`, an alias, `declared` or `new`.
    """

    entity: str
    kind: str
    name: str
    key: str
    ids: tuple[tuple[str, str], ...] = ()
    source: str = ""


Record = Source | Entity | Use | Event | Relation | Observation


def _check_links(
    kind: str,
    links: tuple[tuple[str, str], ...],
    values: tuple[tuple[str, Value], ...],
    known: dict[str, Links],
) -> None:
    if kind not in known:
        raise ValueError(f"{kind!r} is none of {', '.join(known)}")
    for name, _ in links:
        if name not in known[kind]:
            raise ValueError(f"{kind} has no {name}; it has {', '.join(known[kind])}")
    for name, _ in values:
        if name not in VALUES:
            raise ValueError(f"{name} is none of {', '.join(VALUES)}")
