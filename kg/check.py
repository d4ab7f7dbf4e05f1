"""Finds what is wrong with a graph: fact files that cannot be read, and statements that break a shape of ontology/shapes.ttl.

The shapes are checked twice. `check_shapes` has pySHACL validate the union of all graphs, which takes a minute or two where
there are hundreds of thousands of statements. `check_graph` asks queries/checks/*.rq, the same rules as SPARQL and those that a
shape cannot say, which takes seconds on any store. Severity and message of both are read from shapes.ttl, by the name of the
shape.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from kg import licenses
from kg import terms as t
from kg.curated import lint_facts
from kg.errors import KgError
from kg.resources import FACTS, ontology_dir, queries_dir
from kg.store import Rows, Store, texts

if TYPE_CHECKING:
    import rdflib
    from pyoxigraph import Literal, NamedNode

VIOLATION, WARNING, INFO = "violation", "warning", "info"
SEVERITIES = (VIOLATION, WARNING, INFO)

SMALL = 100_000  # statements up to which a validator answers in a minute
PREFIX = "shapes:"
COLUMNS = ("severity", "where", "what", "shape", "value", "file", "sources")

_SH = "http://www.w3.org/ns/shacl#"
_UNLISTED = t.SHAPES + "Graphs-unlistedLicence"
_PART = re.compile(r"\{[?$](\w+)\}")
_IRI = re.compile(r"https?://[^\s'\"{}<>]*[^\s'\"{}<>.,;:)(]")
# `?kind rdfs:subClassOf* org:Organization .`, or the same with several classes at the end.
_BELOW = re.compile(r"(?:VALUES (\?\w+) \{ ([\w: -]+) \} )?\?(\w+) rdfs:subClassOf\* (?:\1|([\w-]+:\w+)) \.")
_MANY = 500  # how many nodes a query names at once


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: how bad, where, and what to do; the shape it breaks, the value at fault, and where the fact came from."""

    severity: str
    where: str
    what: str
    shape: str = ""
    value: str = ""
    file: str = ""
    sources: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a severity that nobody would count."""
        if self.severity not in SEVERITIES:
            raise ValueError(f"severity {self.severity!r} is none of {', '.join(SEVERITIES)}")

    def row(self) -> dict[str, object]:
        """The finding as a row of `COLUMNS`."""
        return {name: list(self.sources) if name == "sources" else getattr(self, name) or None for name in COLUMNS}


@dataclass(frozen=True, slots=True)
class Rule:
    """What shapes.ttl says of a shape, a constraint or a rule outside SHACL."""

    severity: str
    message: str


@dataclass(slots=True)
class _Fault:
    """What breaks one rule at one node; the message is a validator's own where there is one."""

    shape: str
    focus: str
    values: dict[str, str] = field(default_factory=dict)
    message: str = ""


def check(store: Store, facts: Path = FACTS) -> list[Finding]:
    """All that is found in the fact files and in the graph; a validator is asked too where the graph is small.

    Raises KgError where the store cannot answer.
    """
    found = check_facts(facts) + _check_graph(store)
    if size(store) <= SMALL:
        known = {(f.where, f.shape) for f in found}  # the queries tell more of what is at fault
        found += [f for f in check_shapes(store) if (f.where, f.shape) not in known]
    return ordered(found)


def check_facts(facts: Path = FACTS) -> list[Finding]:
    """The problems of the fact files, each a violation."""
    parts = (problem.partition(": ") for problem in lint_facts(facts))
    return [Finding(VIOLATION, file, problem, file=file) for file, _, problem in parts]


def check_graph(store: Store) -> list[Finding]:
    """What the queries in queries/checks find. Raises KgError where the store cannot answer."""
    return ordered(_check_graph(store))


def check_shapes(store: Store) -> list[Finding]:
    """What pySHACL finds with the shapes in the union of all graphs; a minute or two for the bundled graph."""
    return ordered(_findings(store, validate(_union(store))))


def counted(found: Iterable[Finding]) -> str:
    """How many findings of each severity: `2 violations, 1 warning`; `nothing found` where there are none."""
    counts = Counter(f.severity for f in found)
    parts = [f"{n} {s}{'s' if n != 1 and s != INFO else ''}" for s in SEVERITIES if (n := counts[s])]
    return ", ".join(parts) or "nothing found"


def ordered(found: Iterable[Finding]) -> list[Finding]:
    """The findings, the worst first."""
    return sorted(set(found), key=lambda f: (SEVERITIES.index(f.severity), f.shape, f.where, f.value, f.what))


def size(store: Store) -> int:
    """How many statements the union of the graphs has."""
    return int(texts(store, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")[0][0])


@cache
def rules() -> dict[str, Rule]:
    """Severity and message of every shape, constraint and rule of shapes.ttl, by its IRI."""
    import pyoxigraph as ox

    said: dict[str, dict[str, str]] = {}
    for quad in ox.parse(path=str(ontology_dir() / "shapes.ttl"), format=ox.RdfFormat.TURTLE):
        name = quad.predicate.value
        if isinstance(quad.subject, ox.NamedNode) and name in {f"{_SH}severity", f"{_SH}message"}:
            said.setdefault(quad.subject.value, {})[name] = quad.object.value
    return {
        shape: Rule(found[f"{_SH}severity"].rsplit("#", 1)[-1].lower(), found[f"{_SH}message"])
        for shape, found in said.items()
        if len(found) == 2
    }


def queries() -> list[Path]:
    """The files of queries/checks, in the order in which they are asked."""
    return sorted(queries_dir().glob("checks/*.rq"))


def run(store: Store, path: Path) -> list[_Fault]:
    """What one file of queries/checks finds. Raises KgError for an answer that names no known shape."""
    answer = store.query(_spelled_out(store, path.read_text("utf-8")))
    if not isinstance(answer, Rows) or not {"shape", "focus"} <= set(answer.columns):
        raise KgError(f"{path.name}: a check selects ?shape and ?focus, and what else its message names")
    found = []
    for row in answer.rows:
        values = {name: _text(cell) for name, cell in zip(answer.columns, row, strict=True) if cell is not None}
        shape, focus = values.pop("shape"), values.pop("focus")
        if shape not in rules():
            raise KgError(f"{path.name}: {shape} is no shape of ontology/shapes.ttl with a severity and a message")
        found.append(_Fault(shape, focus, values))
    return found


def _spelled_out(store: Store, text: str) -> str:
    """A check in which the classes below a class are named: inside a MINUS, Virtuoso 7.2.5 does not find them by the path."""

    @cache
    def below(root: str) -> set[str]:
        return {f"<{kind}>" for (kind,) in texts(store, f"SELECT ?kind {{ ?kind rdfs:subClassOf* {root} }}", keep=True)}

    def named(match: re.Match[str]) -> str:
        classes = set().union(*map(below, (match[2] or match[4]).split()))
        return f"VALUES ?{match[3]} {{ {' '.join(sorted(classes))} }}"

    return _BELOW.sub(named, text)


def unlisted_licences(store: Store) -> list[_Fault]:
    """The licence identifiers that the list of SPDX does not have, and the relations and events that use them."""
    query = "SELECT DISTINCT ?s ?text { ?s osgov:licenseExpression|osgov:fromLicense|osgov:toLicense ?text }"
    unlisted = cache(licenses.unlisted)
    return [_Fault(_UNLISTED, node, {"value": name}) for node, text in sorted(texts(store, query)) for name in unlisted(text)]


def validate(data: rdflib.Graph) -> list[_Fault]:
    """What pySHACL finds in a graph that holds the ontology too."""
    import pyshacl
    import rdflib
    from rdflib import SH

    shapes = rdflib.Graph().parse(ontology_dir() / "shapes.ttl")
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes, advanced=True, inference="none", inplace=True)
    if not isinstance(report, rdflib.Graph):
        raise KgError(f"ontology/shapes.ttl: cannot be used to validate: {report}")
    found = []
    for result in report.objects(None, SH.result):
        # A constraint without a name of its own stands in a property shape that has one.
        constraint = report.value(result, SH.sourceConstraint)
        shape = constraint if isinstance(constraint, rdflib.URIRef) else report.value(result, SH.sourceShape)
        value, path = report.value(result, SH.value), report.value(result, SH.resultPath)
        values = {name: str(term) for name, term in (("value", value), ("path", path)) if term is not None}
        message = str(report.value(result, SH.resultMessage) or "")
        found.append(_Fault(str(shape), str(report.value(result, SH.focusNode)), values, message))
    return found


def _check_graph(store: Store) -> list[Finding]:
    faults = [fault for path in queries() for fault in run(store, path)]
    return _findings(store, [*faults, *unlisted_licences(store)])


def _union(store: Store) -> rdflib.Graph:
    import pyoxigraph as ox

    from kg.askedonce import AskedOnce

    text = ox.serialize({quad.triple for quad in store.quads()}, format=ox.RdfFormat.N_TRIPLES)
    return AskedOnce().parse(data=text, format="nt")


def _text(term: object) -> str:
    named: NamedNode | Literal = term  # type: ignore[assignment]
    return named.value if hasattr(named, "value") else str(term)


def _findings(store: Store, faults: Sequence[_Fault]) -> list[Finding]:
    """The faults, one for each shape and node, in words, with the fact files and documents behind each node."""
    together: dict[tuple[str, str], list[_Fault]] = {}
    for fault in faults:
        together.setdefault((fault.shape, fault.focus), []).append(fault)
    found: list[tuple[str, Finding]] = []
    for (shape, focus), same in together.items():
        rule = rules()[shape]
        words = {f.message or _filled(rule.message, f.values) for f in same}
        values = sorted({t.curie(f.values["value"]) for f in same if "value" in f.values})
        name = PREFIX + shape.removeprefix(t.SHAPES)
        what = " ".join(sorted(_IRI.sub(lambda m: t.curie(m.group()), text) for text in words))
        found.append((focus, Finding(rule.severity, t.curie(focus), what, name, ", ".join(values))))
    behind = dict(_origins(store, sorted({focus for focus, _ in found})))
    return [replace(f, file=behind[focus][0], sources=behind[focus][1]) for focus, f in found]


def _filled(message: str, values: dict[str, str]) -> str:
    """The message with the values in its places; a place for which there is none says `it`."""
    return _PART.sub(lambda m: t.curie(values.get(m.group(1), "it")), message)


def _origins(store: Store, nodes: Sequence[str]) -> Iterator[tuple[str, tuple[str, tuple[str, ...]]]]:
    """For each node the fact file that tells of it, or of the entity it is about, and the documents that state it."""
    for start in range(0, len(nodes), _MANY):
        batch = nodes[start : start + _MANY]
        named = " ".join(f"<{node}>" for node in batch if re.fullmatch(r"[^\s<>\"{}|^`\\]+:[^\s<>\"{}|^`\\]+", node))
        about: dict[str, list[str]] = {node: [node] for node in batch}
        documents: dict[str, list[str]] = {node: [] for node in batch}
        links = "osgov:project|osgov:organization|osgov:body|schema:observationAbout|osgov:controlled"
        for query, target in (
            (f"SELECT ?n ?e {{ VALUES ?n {{ {named} }} ?n {links} ?e }} ORDER BY ?n ?e", about),
            (f"SELECT ?n ?u {{ VALUES ?n {{ {named} }} ?n osgov:statedIn ?d . ?d schema:url ?u }} ORDER BY ?n ?u", documents),
        ):
            for node, found in texts(store, query):
                target[node].append(found)
        for node in batch:
            files = [file for entity in about[node] if (file := _fact_file(entity))]
            yield node, (files[0] if files else "", tuple(documents[node]))


def _fact_file(iri: str) -> str:
    for namespace, folder in ((t.PROJECT, "projects"), (t.ORG_ID, "organizations")):
        if iri.startswith(namespace) and (FACTS / folder / f"{iri.removeprefix(namespace)}.toml").is_file():
            return f"{folder}/{iri.removeprefix(namespace)}.toml"
    return ""
