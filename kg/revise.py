"""Makes a graph from the one before, where only facts in files of projects changed: the rest is neither read nor derived.

What a file of a project says is about that project, and so is what follows from it. Both are worked out before and after the
change from a small graph: what is stated about the project, with the organizations in it and whoever is above them. The
difference goes into a copy of the store, whose files are shared with the old one. Where a change reaches further (a name, an
organization, a document that other files cite), nothing is made, and the whole has to be built.
"""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from kg import terms as t
from kg.curated import FOLDERS, names_of, read_file
from kg.derive import derive
from kg.errors import FactsError
from kg.store.embedded import EmbeddedStore
from kg.triples import quads

MOST = 20
"""Files changed at once, past which a whole build is as good."""

_DERIVED, _ONTOLOGY = ox.NamedNode(t.DERIVED_GRAPH), ox.NamedNode(t.ONTOLOGY_GRAPH)
_ENTITIES = (t.PROJECT, t.ORG_ID)
_SOURCES = (t.SOURCE, t.graph_iri(""))
_FROM, _URL, _BELOW = (ox.NamedNode(iri) for iri in (t.PROV + "wasDerivedFrom", t.SCHEMA + "url", t.RDFS + "subClassOf"))
# By which an organization is tied to the one above it, or followed by another.
_UP = tuple(ox.NamedNode(t.OSGOV + name) for name in ("organization", "controlled"))

Texts = Mapping[str, str]  # the name of a file in `projects/` -> what stands in it


def revise(old: Path, new: Path, facts: Path, before: Texts, after: Texts) -> bool:
    """Make the graph in the new folder from that in the old one; False, with nothing made, where it has to be built.

    `before` and `after` are the files of projects from which the old graph was made, and those from which the new one is to be.
    """
    changed = sorted(name for name in after if before.get(name) != after[name])
    if before.keys() != after.keys() or len(changed) > MOST:
        return False
    try:
        was, now = (_told(facts, changed, texts) for texts in (before, after))
        known = ox.Store.read_only(str(old))
    except (FactsError, OSError, RuntimeError):
        return False  # building says what is wrong, or makes good what is damaged
    # A project and an organization of one name may state facts of one name.
    if any(_identity(before[name]) != _identity(after[name]) or (facts / "organizations" / name).exists() for name in changed):
        return False
    projects: set[Any] = {ox.NamedNode(t.project_iri(Path(name).stem)) for name in changed}
    removed, added = was - now, now - was
    kept = _cited_elsewhere(removed, facts, changed)
    removed -= kept
    if {q.subject for q in kept} & {q.subject for q in added} or _is_taken(known, added, was):
        return False
    known.backup(str(new))
    store = ox.Store(str(new))
    _change(store, removed, added)
    projects |= {q.object for q in removed | added if _is(q.object, (t.PROJECT,))}
    stated = _around(store, projects, removed)
    followed, follows = _derived((stated - added) | removed), _derived(stated)
    gone, come = followed - follows, follows - followed
    tied = {q.subject for q in stated | removed | followed | follows if q.object in projects}
    if {q.subject for q in gone | come} - tied - projects - {q.subject for q in removed | added}:
        # Something else follows differently, too: how much of it, only the whole graph tells.
        del store
        shutil.rmtree(new)
        return False
    _change(store, gone, come)
    store.flush()
    return True


def _told(facts: Path, changed: Iterable[str], texts: Texts) -> set[ox.Quad]:
    """What is stated by these files of projects, as the texts have it. Raises FactsError."""
    names = names_of(facts)
    return {quad for name in changed for quad in quads(read_file(facts / "projects" / name, texts[name], names))}


def _identity(text: str) -> dict[str, object]:
    """What a file says of the project itself, before any table: lists are joined by it, and by what others are called."""
    return {key: value for key, value in tomllib.loads(text).items() if not _holds_tables(value)}


def _holds_tables(value: object) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _cited_elsewhere(removed: Iterable[ox.Quad], facts: Path, changed: Iterable[str]) -> set[ox.Quad]:
    """What other files still say of documents that these say no more."""
    told = {q: f'"{t.slug_of(q.subject.value)}"' for q in removed if _is(q.subject, _SOURCES)}  # type: ignore[union-attr]
    if not told:
        return set()
    ours = {facts / "projects" / name for name in changed}
    others = [path.read_text("utf-8") for folder in FOLDERS for path in (facts / folder).glob("*.toml") if path not in ours]
    cited = {source for source in set(told.values()) if any(source in text for text in others)}
    return {quad for quad, source in told.items() if source in cited}


def _is_taken(store: ox.Store, added: Iterable[ox.Quad], was: Iterable[ox.Quad]) -> bool:
    """Whether what is new is stated already, of another thing: a document, its address, or the name of a fact."""
    ours = {q.subject for q in was}
    for quad in added:
        taken = quad.subject not in ours and next(store.quads_for_pattern(quad.subject, None, None), None)
        if taken and (quad not in store or not _is(quad.subject, _SOURCES)):
            return True
        if quad.predicate == _URL and any(
            q.subject != quad.subject and _is(q.subject, _SOURCES[:1]) for q in store.quads_for_pattern(None, _URL, quad.object)
        ):
            return True
    return False


def _change(store: ox.Store, removed: Iterable[ox.Quad], added: Iterable[ox.Quad]) -> None:
    """Take out and put in, here and in the union, which keeps what another graph still says."""
    for quad in removed:
        store.remove(quad)
        if all(q.graph_name == ox.DefaultGraph() for q in store.quads_for_pattern(quad.subject, quad.predicate, quad.object)):
            store.remove(ox.Quad(quad.subject, quad.predicate, quad.object))
    store.extend([*added, *(ox.Quad(q.subject, q.predicate, q.object) for q in added)])


def _around(store: ox.Store, projects: Iterable[Any], removed: Iterable[ox.Quad]) -> set[ox.Quad]:
    """What is stated of the projects, of the organizations in it and those above them, and of the documents that say so."""
    found = set(store.quads_for_pattern(None, _BELOW, None, _ONTOLOGY))
    about = {q.subject for project in projects for q in _stated(store, None, project)} | set(projects)
    waiting = {q.object for q in removed if _is(q.object, _ENTITIES)}
    graphs = {q.graph_name for q in removed}
    for subject in about:
        for quad in _stated(store, subject):
            found.add(quad)
            if _is(quad.object, _ENTITIES) and quad.object not in about:
                waiting.add(quad.object)
    seen = set(waiting)
    while waiting:
        entity = waiting.pop()
        found.update(_stated(store, entity))
        for tie in {q.subject for up in _UP for q in store.quads_for_pattern(None, up, entity) if _is_stated(q)}:
            for quad in _stated(store, tie):
                found.add(quad)
                if _is(quad.object, (t.ORG_ID,)) and quad.object not in seen:
                    seen.add(quad.object)
                    waiting.add(quad.object)
    for graph in graphs | {q.graph_name for q in found} - {_ONTOLOGY}:
        for quad in _stated(store, graph):
            found.add(quad)
            if quad.predicate == _FROM:
                found.update(_stated(store, quad.object))
    return found


def _stated(store: ox.Store, subject: Any, about: Any = None) -> Iterator[ox.Quad]:
    return (q for q in store.quads_for_pattern(subject, None, about) if _is_stated(q))


def _is_stated(quad: ox.Quad) -> bool:
    return quad.graph_name != _DERIVED and quad.graph_name != ox.DefaultGraph()


def _derived(stated: Iterable[ox.Quad]) -> set[ox.Quad]:
    store = EmbeddedStore.in_memory(stated)
    derive(store)
    return set(store.store.quads_for_pattern(None, None, None, _DERIVED))


def _is(term: Any, beginnings: tuple[str, ...]) -> bool:
    return isinstance(term, ox.NamedNode) and term.value.startswith(beginnings)
