"""From what people type to the entity they mean: names, aliases, old names, slugs, CURIEs, IRIs, repository addresses."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property

from kg.errors import Ambiguous, Misuse, NotFound
from kg.names import normalise, normalise_url
from kg.store import Rows, Store, texts
from kg.terms import ORG_ID, PROJECT, SLUG, expand, slug_of

KINDS = {
    "Project": "project",
    "Company": "company",
    "Foundation": "foundation",
    "PublicBody": "public body",
    "Community": "community",
    "Organization": "organization",
}

# Kinds and names are asked apart and joined here: an engine that joins them scans one once for each of the other.
_KINDS_QUERY = f"SELECT ?entity ?class {{ VALUES ?class {{ {' '.join(f'osgov:{name}' for name in KINDS)} }} ?entity a ?class }}"

_ADDRESSES = frozenset({"repository", "homepage", "GitHub organization"})

_NAMES_QUERY = """
SELECT ?entity ?name ?how WHERE {
  { ?entity skos:prefLabel ?name . BIND("name" AS ?how) }
  UNION { ?entity skos:altLabel ?name . BIND("alias" AS ?how) }
  UNION { ?e osgov:formerName ?name ; osgov:project ?entity . BIND("former name" AS ?how) }
  UNION { ?e osgov:formerName ?name ; osgov:organization ?entity . BIND("former name" AS ?how) }
  UNION { ?entity osgov:repository ?url . BIND(STR(?url) AS ?name) BIND("repository" AS ?how) }
  UNION { ?entity schema:url ?url . BIND(STR(?url) AS ?name) BIND("homepage" AS ?how) }
  UNION { ?entity osgov:wikidataId ?name . BIND("Wikidata" AS ?how) }
  UNION { ?entity osgov:githubOrg ?org .
          BIND(CONCAT("https://github.com/", ?org) AS ?name) BIND("GitHub organization" AS ?how) }
}
"""


# What has a name and begins like this is an entity: codes of lists have other IRIs.
_BEGINNING_QUERY = """
SELECT ?entity ?name WHERE {{
  ?entity skos:prefLabel ?name
  FILTER(STRSTARTS(STR(?entity), "{project}{text}") || STRSTARTS(STR(?entity), "{organization}{text}"))
}}
"""


@dataclass(frozen=True, slots=True)
class Match:
    """An entity found, and why: `how` it matched, by which `text`, with a `score` from 0 to 100."""

    iri: str
    name: str
    kind: str
    how: str
    text: str
    score: int

    @property
    def id(self) -> str:
        """The slug."""
        return slug_of(self.iri)


@dataclass(frozen=True, slots=True)
class _Name:
    iri: str
    text: str
    how: str
    kind: str


class Index:
    """Every name and identifier of a store, read once: for who asks more than one thing of it."""

    def __init__(self, names: list[_Name]) -> None:
        """Index names; `of` is the usual door."""
        self._names = names

    @classmethod
    def of(cls, store: Store) -> Index:
        """The index of a store."""
        return cls(_names(store))

    @cached_property
    def preferred(self) -> dict[str, str]:
        """The name that each entity goes by, by its IRI."""
        return {n.iri: n.text for n in self._names if n.how == "name"}

    @cached_property
    def kinds(self) -> dict[str, str]:
        """What each entity is, by its IRI: `project`, `company`, `foundation`, …"""
        return {n.iri: n.kind for n in self._names}

    @cached_property
    def _told(self) -> dict[str, list[tuple[str, str]]]:
        found: dict[str, list[tuple[str, str]]] = {}
        for n in self._names:
            found.setdefault(n.iri, []).append((n.how, n.text))
        return found

    def told(self, iri: str) -> list[tuple[str, str]]:
        """What an entity is known by: pairs of how (name, alias, homepage, …) and the name, identifier or address."""
        return self._told.get(iri, [])

    @cached_property
    def _keys(self) -> list[str]:
        return ["" if n.how in _ADDRESSES else normalise(n.text) for n in self._names]

    @cached_property
    def _by_key(self) -> dict[str, list[_Name]]:
        found: dict[str, list[_Name]] = {}
        for name, plain in zip(self._names, self._keys, strict=True):
            key = normalise_url(name.text) or "" if name.how in _ADDRESSES else plain
            for each in {key, name.text, slug_of(name.iri)} - {""}:
                found.setdefault(each, []).append(name)
        return found

    def exact(self, text: str) -> list[Match]:
        """Every entity one of whose names or identifiers is the text, an entity as often as it is found."""
        url = normalise_url(text) if _like_address(text) else None
        near = {text.strip(), text.strip().casefold(), slug_of(expand(text.strip()) or ""), normalise(text), url or ""}
        names = {name: None for key in near for name in self._by_key.get(key, ())}
        return _exact(list(names), text)

    def find(self, text: str, *, kinds: Collection[str] = (), limit: int = 10) -> list[Match]:
        """The entities whose names contain or resemble the text, best first; of these kinds alone, where there are any."""
        from rapidfuzz import fuzz, process

        found = {m.iri: m for m in self.exact(text)}
        key = normalise(text)
        if key:
            for index, candidate in enumerate(self._keys):
                if key in candidate:
                    _keep(found, self._names[index], 90 - min(30, len(candidate) - len(key)))
            wanted = self._keys
            if kinds:
                wanted = [k if n.kind in kinds else "" for k, n in zip(self._keys, self._names, strict=True)]
            for candidate, score, index in process.extract(key, wanted, scorer=fuzz.ratio, limit=limit * 5, score_cutoff=70):
                if candidate:
                    _keep(found, self._names[index], min(int(score), 95))
        ordered = sorted(
            (m for m in found.values() if not kinds or m.kind in kinds),
            key=lambda m: (-m.score, self.preferred.get(m.iri, ""), m.iri),
        )
        return [Match(m.iri, self.preferred.get(m.iri, m.text), m.kind, m.how, m.text, m.score) for m in ordered[:limit]]


def beginning(store: Store, text: str) -> list[tuple[str, str]]:
    """The slugs that begin with the text, in any case, each with its name, in order: for completion as somebody types."""
    wanted = text.casefold()
    if not re.fullmatch(r"[a-z0-9-]*", wanted):
        return []
    query = _BEGINNING_QUERY.format(project=PROJECT, organization=ORG_ID, text=wanted)
    return sorted((slug_of(entity), name) for entity, name in texts(store, query))


def find(store: Store, text: str, *, kind: str | None = None, limit: int = 10) -> list[Match]:
    """The entities whose names contain or resemble the text, best first; `kind` is `project` or `organization`."""
    return Index(_wanted(_names(store), kind)).find(text, limit=limit)


def resolve(store: Store, text: str, *, kind: str | None = None) -> Match:
    """The one entity meant. Raises NotFound with suggestions, Ambiguous with the candidates; never picks by likeness."""
    if not text.strip():
        raise Misuse("the name is empty")
    iri = expand(text.strip())
    if iri and iri.startswith((PROJECT, ORG_ID)):
        # Ours already: whoever asks for several things of one entity resolves its name once.
        by_iri = _by_slug(store, slug_of(iri), "project" if iri.startswith(PROJECT) else "organization")
        if by_iri and (kind in {None, "entity"} or (by_iri.kind == "project") == (kind == "project")):
            return Match(by_iri.iri, by_iri.name, by_iri.kind, "IRI", by_iri.text, by_iri.score)
    elif by_slug := _by_slug(store, text.strip().casefold(), kind):
        return by_slug
    names = _names(store)
    matches = _exact(_wanted(names, kind), text) or _without_home(store, _wanted(names, kind), text)
    # What was typed to the letter beats what only reads the same, and a name beats an alias or a former name.
    best = min((_rank(m, text) for m in matches), default=0)
    matches = [m for m in matches if _rank(m, text) == best]
    iris = {m.iri for m in matches}
    preferred = {n.iri: n.text for n in names if n.how == "name"}
    if len(iris) == 1:
        m = matches[0]
        return Match(m.iri, preferred.get(m.iri, m.text), m.kind, m.how, m.text, m.score)
    if iris:
        listed = sorted({(_short(m.iri), preferred.get(m.iri, ""), m.kind) for m in matches})
        lines = "".join(f"\n  {short}  {name} ({what})" for short, name, what in listed)
        raise Ambiguous(f"{text!r} can mean:{lines}\nsay which, for example: {listed[0][0]}")
    found = find(store, text, kind=kind, limit=3)
    near = [m for m in found if m.score > found[0].score - 10]
    what = kind or "project or organization"
    hint = "; did you mean " + " or ".join(f"{m.name} ({_short(m.iri)})" for m in near) + "?" if near else ""
    raise NotFound(f"no {what} named {text!r}{hint or '; `kg find TEXT` searches all names'}")


def _rank(match: Match, text: str) -> int:
    if match.how in {"IRI", "id"}:
        return 0
    to_the_letter = match.text.casefold() == text.strip().casefold()
    return (1 if match.how == "name" else 2) + (0 if to_the_letter else 2)


def _by_slug(store: Store, slug: str, kind: str | None) -> Match | None:
    """The entity of that slug, if it is the only one of the wanted kind: most names people type are slugs in other case."""
    if not SLUG.match(slug):
        return None
    answer = store.query(
        f"SELECT ?entity ?name ?class {{ VALUES ?entity {{ <{PROJECT}{slug}> <{ORG_ID}{slug}> }}"
        " ?entity a ?class ; skos:prefLabel ?name }"
    )
    assert isinstance(answer, Rows)
    found = [
        Match(entity.value, name.value, KINDS[slug_of(kind_.value)], "id", slug, 100)  # type: ignore[union-attr]
        for entity, name, kind_ in answer.rows
        if slug_of(kind_.value) in KINDS  # type: ignore[union-attr]
    ]
    wanted = [m for m in found if kind in {None, "entity"} or (m.kind == "project") == (kind == "project")]
    return wanted[0] if len(wanted) == 1 else None


def _names(store: Store) -> list[_Name]:
    kinds: dict[str, list[str]] = {}
    for entity, kind in texts(store, _KINDS_QUERY):
        kinds.setdefault(entity, []).append(KINDS[slug_of(kind)])
    found = {
        _Name(entity, name, how, kind)
        for entity, name, how in texts(store, _NAMES_QUERY)
        if name
        for kind in kinds.get(entity, ())
    }
    return sorted(found, key=lambda n: (n.iri, n.how, n.text))


def _wanted(names: list[_Name], kind: str | None) -> list[_Name]:
    if kind in {None, "entity"}:
        return names
    return [n for n in names if (n.kind == "project") == (kind == "project")]


def _exact(names: list[_Name], text: str) -> list[Match]:
    """Every entity one of whose names or identifiers is the text."""
    text = text.strip()
    iri = expand(text)
    by_iri = [n for n in names if n.iri == iri]
    if by_iri:
        return _matches(by_iri[:1], "IRI")
    if iri and iri != text:
        return []  # a CURIE of ours that leads nowhere is no name
    found = _matches([n for n in names if slug_of(n.iri) == text.casefold()], "id")
    found += [Match(n.iri, n.text, n.kind, n.how, n.text, 100) for n in names if n.text == text]
    key = normalise(text)
    url = normalise_url(text) if _like_address(text) else None
    for n in names:
        if n.how in _ADDRESSES:
            if url and normalise_url(n.text) == url:
                found.append(Match(n.iri, n.text, n.kind, n.how, n.text, 99))
        elif key and normalise(n.text) == key:
            found.append(Match(n.iri, n.text, n.kind, n.how, n.text, 99))
    return found


def _like_address(text: str) -> bool:
    return "/" in text or "." in text or "@" in text


def _without_home(store: Store, names: list[_Name], text: str) -> list[Match]:
    """The projects whose names are the text after the name of a foundation that holds or held them: causeway, Apache Causeway.

    Foundations have their projects put their own name first; people leave it out.
    """
    key = normalise(text)
    homes: dict[str, set[str]] = {}
    query = (
        "SELECT DISTINCT ?project ?label { ?s a osgov:Stewardship ; osgov:role v:role-legal-home ; osgov:project ?project ;"
        " osgov:steward ?home . ?home a osgov:Foundation ; skos:prefLabel|skos:altLabel ?label }"
    )
    for project, label in texts(store, query):
        homes.setdefault(project, set()).add(normalise(label))
    return [
        Match(n.iri, n.text, n.kind, "name without its foundation's", n.text, 99)
        for n in names
        if key
        and n.how in {"name", "alias", "former name"}
        and normalise(n.text) in {home + key for home in homes.get(n.iri, ())}
    ]


def _matches(names: Iterable[_Name], how: str) -> list[Match]:
    return [Match(n.iri, n.text, n.kind, how, slug_of(n.iri), 100) for n in {n.iri: n for n in names}.values()]


def _keep(found: dict[str, Match], name: _Name, score: int) -> None:
    if name.iri not in found or found[name.iri].score < score:
        found[name.iri] = Match(name.iri, name.text, name.kind, name.how, name.text, score)


def _short(iri: str) -> str:
    return ("p:" if iri.startswith(PROJECT) else "o:") + slug_of(iri)
