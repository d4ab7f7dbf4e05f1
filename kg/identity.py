"""Who is who: one entity from the many names and identifiers under which files tell of it, always with the key that joined.

Joined is, in this order: what the file's own source declares to be one of ours; what carries an identifier that one entity
has; what has the same name, an alias or a former name, letter for letter but for what `names.normalise` drops. Never what is
only alike: that goes to a curator (`Registry.review`). `facts/identity.toml` declares the exceptions.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from kg.claims import Claim, Named, Stated
from kg.dates import PartialDate
from kg.errors import FeedError
from kg.names import normalise, normalise_url, slugify
from kg.records import EVENTS, Entity, Event, Observation, Record, Relation, Use
from kg.resources import FACTS

PROJECT, ORGANIZATION = "project", "organization"

# The identifiers that join by themselves, strongest first. A domain joins only what has no known name, and only where one
# entity has it; a GitHub organization is shared by too many.
JOINING = ("wikidata", "crunchbase", "lfx", "asf", "devstats", "clomonitor", "repository")

# Which kind of organization a file may make of one that another file could not tell.
_UNKNOWN_KIND = "Organization"


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something a curator should look at: what was found, in which source, and what was done."""

    source: str
    kind: str
    name: str
    entity: str
    about: str


@dataclass(slots=True)
class _Known:
    """An entity as the registry knows it. Tuples, for a large feed makes many, and a set takes four times as much."""

    slug: str
    kind: str
    name: str
    curated: bool
    ids: tuple[tuple[str, str], ...] = ()
    homes: tuple[str, ...] = ()

    def ids_of(self, scheme: str) -> list[str]:
        """Its identifiers of one scheme."""
        return [value for known, value in self.ids if known == scheme]


AGAIN = "-again"  # how the id of a second event of one kind ends, where a project entered a foundation twice


@dataclass(slots=True)
class Exceptions:
    """What `facts/identity.toml` declares: identifiers that are wrong where they stand, and names that two entities share."""

    wrong: set[tuple[str, str, str]] = field(default_factory=set)
    distinct: set[str] = field(default_factory=set)

    @classmethod
    def declared(cls) -> Exceptions:
        """The exceptions that ship."""
        data = tomllib.loads((FACTS / "identity.toml").read_text("utf-8"))
        wrong = {(e["scheme"], e["value"], normalise(e["name"])) for e in data.get("wrong_identifier", [])}
        return cls(wrong, {normalise(e["name"]) for e in data.get("distinct", [])})


def class_of(kind: str) -> str:
    """`project` or `organization`: entities of the two never join."""
    return PROJECT if kind == "Project" else ORGANIZATION


def key_of(scheme: str, value: str) -> str:
    """An identifier as it is compared: a repository without protocol and case, anything else without case."""
    return (normalise_url(value) or value.casefold()) if scheme == "repository" else value.casefold()


class Registry:
    """Every entity known so far, by its names and identifiers; `resolve` finds the one meant, or makes a new one.

    The outcome depends on the order of the files: they are read in the order of `feeds.toml`.
    """

    def __init__(self, entities: Iterable[Entity] = (), exceptions: Exceptions | None = None) -> None:
        """Start from curated entities, and from those that earlier readings made."""
        self.exceptions = exceptions or Exceptions()
        self.known: dict[tuple[str, str], _Known] = {}
        self.by_id: dict[tuple[str, str, str], str] = {}
        self.by_domain: dict[str, str] = {}
        self.by_name: dict[tuple[str, str], tuple[str, ...]] = {}
        self.made: list[tuple[str, str]] = []
        self.doubts: dict[Doubt, None] = {}
        self.within: dict[tuple[str, str, str], str] = {}
        self.again: dict[str, list[tuple[str, str]]] = {}
        # Slugs that an earlier reading gave, by the identifiers and names it found: a slug once given is kept.
        self.reserved: dict[tuple[str, str, str], str] = {}
        for entity in entities:
            self.add(entity, curated=True)

    def add(self, entity: Entity, *, curated: bool = False) -> None:
        """Make an entity known under its own slug."""
        known = _Known(entity.id, entity.kind, entity.name, curated)
        self.known[class_of(entity.kind), entity.id] = known
        ids = [*entity.ids, *(("repository", url) for url in entity.repositories)]
        if entity.wikidata_id:
            ids.append(("wikidata", entity.wikidata_id))
        self._learn(known, ids, "")
        for name in (entity.name, *entity.aliases):
            self._name(known, name)

    def know_events(self, events: Iterable[Event]) -> None:
        """Take over what curated events say: which foundation took a project in, and which events happened again, and when."""
        days: dict[str, str] = {}
        for event in events:
            links = dict(event.links)
            if "toOrganization" in links and (PROJECT, links.get("project", "")) in self.known:
                self._at_home(self.known[PROJECT, links["project"]], links["toOrganization"])
            for _, date in event.dates:
                days[event.id] = min(days.get(event.id, "9999"), date.earliest)
        for id_, day in sorted(days.items()):
            first = id_.removesuffix(AGAIN)
            if first != id_:
                self.again[first] = [(first, days.get(first, "0000")), (id_, day)]

    def event_id(self, id_: str, dates: Iterable[tuple[str, PartialDate]]) -> str:
        """The id of the one meant, of two events told apart by `again`: the one whose day is nearest."""
        told = self.again.get(id_)
        day = min((date.earliest for _, date in dates), default="")
        if not told or not day:
            return id_
        return min(told, key=lambda found: abs(_day_number(found[1]) - _day_number(day)))[0]

    def learn(self, use: Use) -> None:
        """Take over what an earlier reading found: this name and these identifiers mean this entity."""
        known = self.known[use.kind, use.entity]
        self._learn(known, use.ids, use.source)
        self._name(known, use.name)

    def reserve(self, use: Use) -> None:
        """Keep the slug for whatever has these identifiers or this name, should it have to be made anew."""
        for scheme, value in use.ids:
            if scheme in JOINING:
                self.reserved.setdefault((use.kind, scheme, key_of(scheme, value)), use.entity)
        self.reserved.setdefault((use.kind, "name", normalise(use.name)), use.entity)

    def resolve(self, named: Named, source: str, home: str = "") -> Use:
        """The entity meant, and the key that joined it (`new` where it is new). `home` is a foundation that the claim names."""
        kind = class_of(named.kind)
        ids = tuple(i for i in named.ids if (i[0], i[1], normalise(named.name)) not in self.exceptions.wrong)
        if named.slug:
            if (kind, named.slug) not in self.known:
                raise FeedError(f"{source}: there is no {kind} {named.slug!r}; curate it, or correct the feed's settings")
            found, key = named.slug, "declared"
        else:
            found, key = self._find(kind, replace(named, ids=ids), source, home)
        # A name that two entities share means one and the same within one source.
        alone = (source, kind, normalise(named.name))
        if not found and alone in self.within:
            found, key = self.within[alone], "name"
        if not found:
            found, key = self._make(kind, replace(named, ids=ids)), "new"
        if alone[2] in self.exceptions.distinct:
            self.within.setdefault(alone, found)
        known = self.known[kind, found]
        self._learn(known, ids, source if key != "new" else "")
        if key != "declared" or named.name != found:
            for name in (named.name, *named.aliases):
                self._name(known, name)
        if home:
            self._at_home(known, home)
        if not known.curated and known.name in (ids_ := known.ids_of("crunchbase")) and named.name not in ids_:
            known.name = named.name  # until now only its identifier was known
        if known.kind == _UNKNOWN_KIND and named.kind != _UNKNOWN_KIND and not known.curated:
            known.kind = named.kind
        # A reader that knows only our slug for a body gives it as the name too: that is no name that the source writes.
        name = known.name if key == "declared" and named.name == found else named.name
        return Use(found, kind, name, key, ids, source)

    def _find(self, kind: str, named: Named, source: str, home: str) -> tuple[str, str]:
        by_id: dict[str, str] = {}
        for scheme in JOINING:
            for value in (v for s, v in named.ids if s == scheme):
                slug = self.by_id.get((kind, scheme, key_of(scheme, value)))
                if slug:
                    by_id.setdefault(slug, f"{scheme} {value}")
        by_name = self._named(kind, named, home)
        if by_id:
            # Two identifiers of two entities: the one whose name is the same, else the stronger identifier.
            slug = next((s for s in by_name if s in by_id), next(iter(by_id)))
            others = [s for s in (*by_id, *list(by_name)[:1]) if s != slug]
            for other in dict.fromkeys(others):
                self._doubt(source, kind, named.name, slug, f"joined by {by_id[slug]}; by another key it would be {other}")
            return slug, by_id[slug]
        for slug, key in by_name.items():
            if kind == ORGANIZATION or self._is_same_project(self.known[kind, slug], named, home):
                return slug, key
            self._doubt(source, kind, named.name, slug, "has the same name, but other repositories: kept apart")
        if not by_name and kind == ORGANIZATION:
            for value in (v for s, v in named.ids if s == "domain"):
                if slug := self.by_domain.get(value):
                    return slug, f"domain {value}"
        return "", ""

    def _named(self, kind: str, named: Named, home: str) -> dict[str, str]:
        """The entities with one of the names, each with the key that says so."""
        found: dict[str, str] = {}
        short = re.sub(r"\s*\([^()]*\)\s*$", "", named.name)
        for name, key in ((named.name, "name"), (short, "name"), *((alias, f"alias {alias}") for alias in named.aliases)):
            plain = normalise(name)
            if plain and plain not in self.exceptions.distinct:
                for slug in self.by_name.get((kind, plain), ()):
                    found.setdefault(slug, key)
        # Of two projects of one name, the one that the foundation at hand took in.
        return dict(sorted(found.items(), key=lambda item: home not in self.known[kind, item[0]].homes)) if home else found

    def _is_same_project(self, known: _Known, named: Named, home: str) -> bool:
        """Whether two projects of one name can be one: nothing speaks against it, or the same foundation took both in.

        Repositories of another owner do not: projects change it when they move. Those of another owner and another name do.
        """
        if home and home in known.homes:
            return True
        written = [_parts(v) for s, v in named.ids if s == "repository"]
        theirs = [_parts(v) for v in known.ids_of("repository")]
        if not written or not theirs or {owner for owner, _ in written} & {owner for owner, _ in theirs}:
            return True
        # One that a foundation took in, and one of another owner that no list of it names: two projects that chose one name
        # (Swift of Apple and of OpenStack, Polaris of Apache and of Fairwinds).
        if known.homes:
            return False
        return bool({name for _, name in written} & {name for _, name in theirs})

    def _make(self, kind: str, named: Named) -> str:
        keys = [(kind, scheme, key_of(scheme, value)) for scheme, value in named.ids if scheme in JOINING]
        kept = [self.reserved.get(key, "") for key in (*keys, (kind, "name", normalise(named.name)))]
        written = dict(named.ids)
        base = next((s for s in kept if s and (kind, s) not in self.known), "") or slugify(named.name)
        base = base or slugify(written.get("crunchbase", "")) or slugify(written.get("domain", "")) or kind
        slug, number = base, 2
        while (kind, slug) in self.known:
            slug, number = f"{base}-{number}", number + 1
        key = (kind, slug)
        self.known[key] = _Known(slug, named.kind, named.name, curated=False)
        self.made.append(key)
        return slug

    def _learn(self, known: _Known, ids: Iterable[tuple[str, str]], source: str) -> None:
        """Keep the identifiers; one that another entity has, or a second of a scheme that has one value a thing, is a doubt."""
        kind = class_of(known.kind)
        for scheme, value in ids:
            if scheme == "domain" and kind == ORGANIZATION:
                # Two that have it, such as all whose page lies on a site for everyone: it tells neither.
                self.by_domain[value] = known.slug if self.by_domain.get(value, known.slug) == known.slug else ""
                continue
            if scheme not in JOINING:
                continue
            key = key_of(scheme, value)
            owner = self.by_id.get((kind, scheme, key))
            if owner == known.slug:
                continue
            if owner:
                self._doubt(source, kind, known.name, known.slug, f"{scheme} {value} is that of {owner}")
            elif source and scheme in {"crunchbase", "lfx", "wikidata"} and known.ids_of(scheme):
                had = ", ".join(sorted(known.ids_of(scheme)))
                about = f"{scheme} is {value} here and {had} elsewhere: not used to join"
                self._doubt(source, kind, known.name, known.slug, about)
            else:
                self.by_id[kind, scheme, key] = known.slug
                known.ids += ((scheme, value),)

    def _at_home(self, known: _Known, home: str) -> None:
        if home not in known.homes:
            known.homes += (home,)

    def _name(self, known: _Known, name: str) -> None:
        # A name is learnt for one entity only, and kept by those that were curated under it.
        plain = normalise(name)
        key = (class_of(known.kind), plain)
        slugs = self.by_name.get(key, ())
        if plain and known.slug not in slugs and (known.curated or not slugs):
            self.by_name[key] = (*slugs, known.slug)

    def _doubt(self, source: str, kind: str, name: str, entity: str, about: str) -> None:
        if source:
            self.doubts[Doubt(source, kind, name, entity, about)] = None

    def entities(self) -> Iterator[Entity]:
        """The entities made by resolving, in the order of their slugs."""
        for kind, slug in sorted(self.made):
            known = self.known[kind, slug]
            yield Entity(slug, known.kind, known.name)

    def review(self, score: float = 92.0) -> Iterator[tuple[str, str, str, float]]:
        """Pairs of entities of one class with names that are alike but not the same: (class, slug, slug, 0 to 100)."""
        from rapidfuzz import fuzz, process

        for kind in (ORGANIZATION, PROJECT):
            found = sorted((slug, normalise(k.name)) for (c, slug), k in self.known.items() if c == kind)
            names = [name for _, name in found]
            for index, (slug, name) in enumerate(found):
                later = names[index + 1 :]
                for _, likeness, at in process.extract(name, later, scorer=fuzz.ratio, score_cutoff=score, limit=3):
                    yield kind, slug, found[index + 1 + at][0], round(likeness, 1)


def _day_number(day: str) -> int:
    return int(day[:4]) * 372 + int(day[5:7] or 1) * 31 + int(day[8:10] or 1)


# One owner under several hosts: Apache's own and its mirror.
_MIRRORS = re.compile(r"(gitbox|svn|git-wip-us)\.apache\.org/repos/asf/(incubator[-/])?")


def _parts(url: str) -> tuple[str, str]:
    """Host and owner of a repository, and its own name: `github.com/pytorch`, `pytorch`."""
    parts = _MIRRORS.sub("github.com/apache/", normalise_url(url) or "").removesuffix("/trunk").split("/")
    return "/".join(parts[:2]), parts[-1]


class Uses:
    """The ways in which one source writes entities: once each, with the key that joined first and all identifiers."""

    def __init__(self) -> None:
        """Start empty."""
        self._found: dict[tuple[str, str, str], Use] = {}

    def add(self, use: Use) -> str:
        """Note one; returns the slug."""
        key = (use.kind, use.entity, use.name)
        known = self._found.get(key)
        if known is None:
            self._found[key] = use
        elif not set(use.ids) <= set(known.ids):
            self._found[key] = replace(known, ids=tuple(dict.fromkeys((*known.ids, *use.ids))))
        return use.entity

    def __iter__(self) -> Iterator[Use]:
        """Each of them, in the order in which they were met."""
        return iter(self._found.values())


def records_of(stated: Iterable[Stated], source: str, registry: Registry, uses: Uses, home: str = "") -> Iterator[Record]:
    """The records that names and claims amount to, one by one; the ways of writing are added to `uses`.

    `home` is the foundation whose list it is, where all of its projects are that foundation's.
    """
    sums: dict[str, Observation] = {}
    for item in stated:
        if isinstance(item, Named):
            uses.add(registry.resolve(item, source, home))
            continue
        record = _record(item, source, registry, uses, home)
        if isinstance(record, Observation) and record.by:
            # Two spellings of one employer are two numbers of the file, and one of the graph.
            known = sums.get(record.id)
            sums[record.id] = replace(record, value=record.value + known.value) if known else record
        else:
            yield record
    yield from sums.values()


def _record(claim: Claim, source: str, registry: Registry, uses: Uses, home: str) -> Record:
    slugs: dict[str, str] = {}
    links: list[tuple[str, str]] = []
    # Organizations first: the foundation of a claim helps to tell two projects of one name apart.
    ordered = sorted(claim.links, key=lambda link: isinstance(link[1], Named) and link[1].kind == "Project")
    for name, target in ordered:
        if isinstance(target, Named):
            slug = uses.add(registry.resolve(target, source, home if target.kind == "Project" else ""))
            if name in {"toOrganization", "byOrganization"} and claim.kind != "Observation":
                home = slug
        else:
            slug = target
        slugs.setdefault(name, slug)
        links.append((name, slug))
    order = [name for name, _ in claim.links]
    pairs = tuple(sorted(dict.fromkeys(links), key=lambda pair: (order.index(pair[0]), pair[1])))
    id_ = claim.id.format_map(slugs)
    if claim.kind == "Observation":
        value = dict(claim.values)["value"]
        assert isinstance(value, int | float)
        return Observation(
            id_,
            source,
            slugs["project"],
            slugs["variable"],
            value,
            start=claim.start,
            end=claim.end,
            as_of=claim.as_of,
            by=slugs.get("byOrganization", ""),
        )
    if claim.kind in EVENTS:
        return Event(registry.event_id(id_, claim.dates), claim.kind, source, pairs, claim.dates, claim.values, claim.reference)
    return Relation(
        id_, claim.kind, source, pairs, start=claim.start, end=claim.end, as_of=claim.as_of, values=claim.values,
        reference=claim.reference,
    )  # fmt: skip
