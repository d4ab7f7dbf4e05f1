"""What can be asked of a graph: its classes, properties and codes, with counts, cardinalities and a query to start from.

The terms and the counts are those of the open graph; what a class must have is read from `ontology/shapes.ttl`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from kg import catalog
from kg.errors import NotFound
from kg.resources import ontology_dir
from kg.store import Store, texts
from kg.terms import ORG, OSGOV, RDF, SCHEMA, SKOS, VOCAB, curie, expand

COLUMNS = ("term", "kind", "label", "definition", "domain", "range", "example", "note", "scheme", "replaced_by", "count")
DETAILS = (*COLUMNS, "above", "below", "used_by", "properties", "queries", "query")
USE_COLUMNS = ("property", "required", "seen", "uses", "values")

_SH = "http://www.w3.org/ns/shacl#"
_FIRST, _REST = RDF + "first", RDF + "rest"
_STATED_IN = OSGOV + "statedIn"
# What has a name that says more than its IRI; and what leads away from the things themselves.
_NAMED = {OSGOV + "Project", OSGOV + "Organization", ORG + "Organization", SKOS + "Concept"}
_LEFT_OUT = {
    curie(name) for name in (_STATED_IN, OSGOV + "concerns", OSGOV + "inConflict", OSGOV + "inferredFrom", SKOS + "note")
}

_TEN = "# Ten of them; for all, take the LIMIT away.\n"

_TERMS = """
SELECT ?term ?kind ?label ?definition ?domain ?range ?example ?note ?scheme ?replaced_by WHERE {
  GRAPH g:ontology {
    VALUES (?type ?kind) { (owl:Class "class") (owl:ObjectProperty "property") (owl:DatatypeProperty "property")
                           (owl:AnnotationProperty "property") (skos:Concept "code") }
    ?t a ?type .
    OPTIONAL { ?t rdfs:label ?name } OPTIONAL { ?t skos:prefLabel ?code } BIND(COALESCE(?name, ?code) AS ?label)
    OPTIONAL { ?t skos:definition ?definition }
    OPTIONAL { SELECT ?t (GROUP_CONCAT(STR(?d); separator=" ") AS ?domain) WHERE {
      { SELECT DISTINCT ?t ?d WHERE { ?t rdfs:domain|schema:domainIncludes ?d } ORDER BY ?t ?d } } GROUP BY ?t }
    OPTIONAL { SELECT ?t (GROUP_CONCAT(STR(?r); separator=" ") AS ?range) WHERE {
      { SELECT DISTINCT ?t ?r WHERE { ?t rdfs:range|schema:rangeIncludes ?r } ORDER BY ?t ?r } } GROUP BY ?t }
    OPTIONAL { ?t skos:example ?example }
    OPTIONAL { ?t skos:scopeNote ?note }
    OPTIONAL { ?t skos:inScheme ?scheme }
    OPTIONAL { ?t dct:isReplacedBy ?replaced_by }
    BIND(STR(?t) AS ?term)
  }
} ORDER BY ?kind ?term ?label ?definition ?example ?note ?scheme ?replaced_by
"""

_ABOVE = "SELECT ?class ?above { GRAPH g:ontology { ?class a owl:Class ; rdfs:subClassOf ?above } } ORDER BY ?class ?above"
_SCHEMES = (
    "SELECT ?list ?label { GRAPH g:ontology { ?list a skos:ConceptScheme ; skos:prefLabel ?label } } ORDER BY ?list ?label"
)

# An instance of a class below counts for the class above, and once, whatever number of classes it is said to be of.
# Which class is below which is given, here and further down: of `rdfs:subClassOf*` Virtuoso 7.2.5 finds but a part.
_INSTANCES = """
SELECT ?class (COUNT(DISTINCT ?thing) AS ?count) {{
  VALUES (?class ?below) {{ {pairs} }} ?thing a ?below
}} GROUP BY ?class ORDER BY ?class
"""
_USES = """
SELECT ?property (COUNT(*) AS ?count) {
  GRAPH g:ontology { VALUES ?type { owl:ObjectProperty owl:DatatypeProperty owl:AnnotationProperty } ?property a ?type }
  ?thing ?property ?value
} GROUP BY ?property ORDER BY ?property
"""
# The ontology itself speaks of codes too (matches, successors); that is no use of them. The codes are in a subquery:
# of a graph's statements joined with all graphs', Virtuoso 7.2.5 counts now these, now those.
_CODED = """
SELECT ?code (COUNT(*) AS ?count) {
  { SELECT DISTINCT ?code { GRAPH g:ontology { ?code skos:inScheme ?scheme } } } ?thing ?property ?code
} GROUP BY ?code
"""
_CODED_IN_ONTOLOGY = """
SELECT ?code (COUNT(*) AS ?count) { GRAPH g:ontology { ?code skos:inScheme ?scheme . ?thing ?property ?code } } GROUP BY ?code
"""
# Not in a subquery: an engine would go through all statements of the graph to join it.
_OF_CLASS = "VALUES ?below {{ {classes} }} ?thing a ?below ."
_SEEN = f"""
SELECT ?property (COUNT(?thing) AS ?things) (SUM(?n) AS ?uses) (MIN(?n) AS ?fewest) (MAX(?n) AS ?most) {{{{
  SELECT ?thing ?property (COUNT(DISTINCT ?value) AS ?n) {{{{ {_OF_CLASS} ?thing ?property ?value }}}} GROUP BY ?thing ?property
}}}} GROUP BY ?property ORDER BY ?property
"""
_LISTS = f"""
SELECT DISTINCT ?property ?list {{{{
  {{{{ SELECT DISTINCT ?property ?code {{{{
    VALUES ?property {{{{ {{properties}} }}}} {_OF_CLASS} ?thing ?property ?code
  }}}} }}}}
  GRAPH g:ontology {{{{ ?code skos:inScheme ?list }}}}
}}}} ORDER BY ?property ?list
"""
_SUBJECTS = """
SELECT ?class (COUNT(DISTINCT ?thing) AS ?things) {{ ?thing <{iri}> ?value ; a ?class }}
GROUP BY ?class ORDER BY DESC(?things) ?class
"""
_PREDICATES = """
SELECT ?property (COUNT(*) AS ?uses) {{
  ?thing ?property <{iri}> FILTER NOT EXISTS {{ GRAPH g:ontology {{ ?thing ?property <{iri}> }} }}
}} GROUP BY ?property ORDER BY DESC(?uses) ?property
"""


@dataclass(frozen=True, slots=True)
class Shape:
    """What the shapes say of one property, or of several of which one will do, of a class: `most` is None for any number."""

    path: tuple[str, ...]
    fewest: int
    most: int | None
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Use:
    """A property of a class: how often it must and may stand (`required`), how often it does (`seen`), what its values are."""

    property: str
    required: str
    seen: str | None
    uses: int | None
    values: str | None
    always: bool

    def row(self) -> dict[str, Any]:
        """The use as plain values."""
        return {name: getattr(self, name) for name in USE_COLUMNS}


class Schema:
    """The terms of a store."""

    def __init__(self, store: Store) -> None:
        """Ask nothing yet."""
        self.store = store

    @cached_property
    def _rows(self) -> list[dict[str, Any]]:
        """The terms without counts, once each: a second note or example of one is left out."""
        rows: dict[str, dict[str, Any]] = {}
        for cells in texts(self.store, _TERMS):
            row: dict[str, Any] = {name: cell or None for name, cell in zip(COLUMNS, cells, strict=False)}
            rows.setdefault(row["term"], {**row, "term": curie(row["term"])})
        return list(rows.values())

    def terms(self) -> list[dict[str, Any]]:
        """Every class, property and code, by kind and name, each with the number of its instances or uses."""
        counts: dict[str, int] = {}
        parents = self._parents()
        classes = sorted({expand(row["term"]) or "" for row in self._rows if row["kind"] == "class"})
        pairs = " ".join(f"(<{above}> <{name}>)" for name in classes for above in (name, *_closure(parents, name)))
        for query in (_INSTANCES.format(pairs=pairs), _USES, _CODED):
            counts.update((curie(term), int(count)) for term, count in texts(self.store, query))
        for term, count in texts(self.store, _CODED_IN_ONTOLOGY):
            counts[curie(term)] -= int(count)
        return [{**row, "count": counts.get(row["term"], 0)} for row in self._rows]

    def find(self, text: str) -> list[str]:
        """The terms that a CURIE, IRI, name or label means; for a list, its codes. Raises NotFound with the nearest names."""
        rows = self._rows
        iri = expand(text.strip())
        found = [row for row in rows if iri and expand(row["term"]) == iri]
        wanted = _local(text.strip()).casefold()
        if not found and not (iri and iri.startswith(VOCAB)):
            found = [r for r in rows if wanted in {_local(r["term"]).casefold(), (r["label"] or "").casefold()}]
        if not found:
            lists = [scheme for scheme, label in texts(self.store, _SCHEMES) if wanted in {_local(scheme), label.casefold()}]
            found = [r for r in rows if r["scheme"] in lists]
        found = found or [r for r in rows if r["kind"] == "code" and r["term"].casefold().endswith("-" + wanted)]
        if not found:
            import difflib

            names = {_local(row["term"]).casefold(): row["term"] for row in rows}
            near = difflib.get_close_matches(wanted, names, n=3)
            hint = f"; did you mean {' or '.join(names[n] for n in near)}?" if near else "; see `kg schema`"
            raise NotFound(f"no term {text!r}{hint}")
        return [row["term"] for row in found]

    def detail(self, term: str) -> dict[str, Any]:
        """All about a term that `find` gave: the columns of DETAILS."""
        (row,) = (row for row in self._rows if row["term"] == term)
        iri = expand(term) or term
        full: dict[str, Any] = {**dict.fromkeys(DETAILS), **row, "above": [], "below": [], "used_by": [], "properties": []}
        full["queries"] = _queries(term)
        if row["kind"] == "class":
            parents = self._parents()
            classes = [iri, *_closure(parents, iri)]
            full["above"] = [curie(name) for name in classes[1:]]
            below = [name for name in parents if name != iri and iri in _closure(parents, name)]
            full["below"] = sorted(map(curie, below))
            full["count"], uses = self._uses((iri, *below), classes)
            full["properties"] = [use.row() for use in uses]
            full["query"] = self._class_query(iri, bool(full["below"]), uses)
            return full
        used = texts(self.store, (_SUBJECTS if row["kind"] == "property" else _PREDICATES).format(iri=iri))
        full["used_by"] = [f"{curie(name)} {count}" for name, count in used]
        if row["kind"] == "property":
            full["count"] = int(texts(self.store, f"SELECT (COUNT(*) AS ?count) {{ ?thing <{iri}> ?value }}")[0][0])
            full["query"] = (
                f"{_TEN}SELECT ?thing ?value WHERE {{\n  ?thing {term} ?value .\n}}\nORDER BY ?thing ?value\nLIMIT 10\n"
            )
        else:
            full["count"] = sum(int(count) for _, count in used)
            by = curie(used[0][0]) if used else "?property"
            full["query"] = f"{_TEN}SELECT ?thing WHERE {{\n  ?thing {by} {term} .\n}}\nORDER BY ?thing\nLIMIT 10\n"
        return full

    def _parents(self) -> dict[str, list[str]]:
        """The classes right above each class that has one."""
        parents: dict[str, list[str]] = {}
        for name, above in texts(self.store, _ABOVE):
            parents.setdefault(name, []).append(above)
        return parents

    def _ranges(self) -> dict[str, list[str]]:
        return {expand(row["term"]) or "": (row["range"] or "").split() for row in self._rows if row["kind"] == "property"}

    def _uses(self, below: Sequence[str], classes: list[str]) -> tuple[int, list[Use]]:
        """The number of instances, and the properties: those that shapes or the ontology give the class, and all they have.

        `below` is the class with those below it, `classes` the class with those above.
        """
        of_class = " ".join(f"<{name}>" for name in below)
        seen = {name: tuple(map(int, numbers)) for name, *numbers in texts(self.store, _SEEN.format(classes=of_class))}
        instances = seen.pop(RDF + "type", (0,))[0]
        demands = _demands(classes)
        ranges = self._ranges()
        given = [row for row in self._rows if row["kind"] == "property" and set((row["domain"] or "").split()) & set(classes)]
        coded = [f"<{name}>" for name in seen if ranges.get(name) == [SKOS + "Concept"]]
        for name, scheme in texts(self.store, _LISTS.format(properties=" ".join(coded), classes=of_class)) if coded else ():
            ranges[name] = [*(value for value in ranges[name] if value != SKOS + "Concept"), scheme]
        paths: set[tuple[str, ...]] = {(name,) for name in (*seen, *(expand(row["term"]) or "" for row in given))}
        paths |= {path for path, shape in demands.items() if shape.fewest or shape.most is not None}
        uses = []
        for path in paths:
            shape = demands.get(path, Shape(path, 0, None, ()))
            things, count, fewest, most = seen.get(path[0], (0, 0, 0, 0)) if len(path) == 1 else (0, None, 0, 0)
            uses.append(
                Use(
                    property=" | ".join(map(curie, path)),
                    required=f"{shape.fewest}..{'*' if shape.most is None else shape.most}",
                    seen=f"{fewest if things == instances else 0}..{most}" if things else None,
                    uses=count,
                    values=" ".join(map(curie, ranges.get(path[0]) or shape.values)) or None,
                    always=0 < things == instances,
                )
            )
        uses.sort(key=lambda use: (use.required.startswith("0"), not use.always, -(use.uses or 0), use.property))
        return instances, uses

    def _class_query(self, iri: str, has_below: bool, uses: Iterable[Use]) -> str:
        """A SELECT of ten things of the class: what all of them have, what most of them have, and where it is said."""
        thing = _variable(iri)
        type = "a/rdfs:subClassOf*" if has_below else "a"
        ranges = self._ranges()
        named = {name for name, values in ranges.items() if values and set(values) <= _NAMED}
        wanted = [use for use in uses if use.uses and use.property not in _LEFT_OUT]
        # Who and what comes before when: a project and its holder say more of a thing than its days.
        chosen = sorted((use for use in wanted if use.always), key=lambda use: expand(use.property) not in named)[:5]
        chosen += [use for use in wanted if not use.always][: 5 - len(chosen)]
        columns = [thing]
        lines = [f"{{ SELECT DISTINCT ?{thing} {{ ?{thing} {type} {curie(iri)} }} ORDER BY ?{thing} LIMIT 10 }}"]
        for use in chosen:
            column = _variable(use.property)
            column += "_value" if column in columns else ""
            columns.append(column)
            step = f"{use.property}/skos:prefLabel" if expand(use.property) in named else use.property
            pattern = f"?{thing} {step} ?{column}"
            lines.append(f"{pattern} ." if use.always else f"OPTIONAL {{ {pattern} }}")
        if any(use.property == curie(_STATED_IN) and use.always for use in uses):
            columns.append("source")
            lines.append(f"OPTIONAL {{ ?{thing} {curie(_STATED_IN)}/{curie(SCHEMA + 'url')} ?source }}")
        variables = " ".join(f"?{column}" for column in columns)
        body = "".join(f"  {line}\n" for line in lines)
        return f"{_TEN}SELECT {variables} WHERE {{\n{body}}}\nORDER BY {variables}\n"


def _local(iri: str) -> str:
    return re.split(r"[#:/]", iri)[-1]


def _closure(parents: Mapping[str, list[str]], iri: str) -> list[str]:
    """The classes above, nearest first."""
    found: list[str] = []
    layer = [iri]
    while layer:
        layer = sorted({above for name in layer for above in parents.get(name, ())} - {*found, iri})
        found += layer
    return found


def _variable(iri: str) -> str:
    """A name for what an IRI stands for.

    >>> _variable("osgov:toOrganization")
    'to_organization'
    """
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|\W+", "_", _local(iri)).strip("_").lower()


def _queries(term: str) -> list[str]:
    """The named queries in whose text the term stands."""
    word = re.compile(rf"(?<![\w:-]){re.escape(term)}(?![\w-])")
    bodies = {name: re.sub(r"(?m)^\s*#.*$", "", catalog.load(name).text) for name in catalog.names()}
    return [name for name, body in bodies.items() if word.search(body)]


# ---- cardinalities


@cache
def shapes() -> dict[str, tuple[Shape, ...]]:
    """What the shapes that ship with kg say of the properties of each class they are about."""
    from pyoxigraph import RdfFormat, parse

    said: dict[str, dict[str, list[str]]] = {}
    for quad in parse(path=str(ontology_dir() / "shapes.ttl"), format=RdfFormat.TURTLE):
        subject, value = (getattr(term, "value", str(term)) for term in (quad.subject, quad.object))
        said.setdefault(subject, {}).setdefault(quad.predicate.value, []).append(value)

    def values(node: str, name: str) -> list[str]:
        return said.get(node, {}).get(_SH + name, [])

    def listed(node: str) -> list[str]:
        found = []
        while node in said and _FIRST in said[node]:
            found += said[node][_FIRST]
            (node,) = said[node][_REST]
        return found

    def number(node: str, *names: str) -> int | None:
        return next((int(value) for name in names for value in values(node, name)), None)

    def fitting(node: str) -> Iterable[str]:
        yield from (*values(node, "class"), *values(node, "datatype"))
        for inner in values(node, "node"):
            for below in values(inner, "property"):
                yield from values(below, "hasValue")
        for head in values(node, "or"):
            for inner in listed(head):
                yield from fitting(inner)

    found: dict[str, list[Shape]] = {}
    for node in sorted(said):
        for target in values(node, "targetClass"):
            for shape in values(node, "property"):
                (path,) = values(shape, "path")
                alternatives = [name for head in values(path, "alternativePath") for name in listed(head)]
                if path in said and not alternatives:
                    continue  # a path of several steps is no property of the class
                fewest = number(shape, "minCount", "qualifiedMinCount") or 0
                most = number(shape, "maxCount", "qualifiedMaxCount")
                found.setdefault(target, []).append(
                    Shape(tuple(alternatives or [path]), fewest, most, tuple(dict.fromkeys(fitting(shape))))
                )
    return {target: tuple(listed_shapes) for target, listed_shapes in found.items()}


def _demands(classes: Iterable[str]) -> dict[tuple[str, ...], Shape]:
    """What the shapes of all the classes together demand, by property."""
    demands: dict[tuple[str, ...], Shape] = {}
    for shape in (shape for name in classes for shape in shapes().get(name, ())):
        known = demands.get(shape.path, Shape(shape.path, 0, None, ()))
        most = min((n for n in (known.most, shape.most) if n is not None), default=None)
        values = tuple(dict.fromkeys((*known.values, *shape.values)))
        demands[shape.path] = Shape(shape.path, max(known.fewest, shape.fewest), most, values)
    return demands
