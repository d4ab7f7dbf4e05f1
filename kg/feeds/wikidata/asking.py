"""What is asked of Wikidata: page after page of items, their statements, and of each value what kind of thing it is."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from kg.errors import FeedError
from kg.feeds.wikidata.endpoint import Endpoint
from kg.records import ORGANIZATION_KINDS

WD = "http://www.wikidata.org/entity/"
_PROP = "http://www.wikidata.org/prop/"
_PREFIXES = f"""PREFIX wd: <{WD}>
PREFIX wdt: <{_PROP}direct/>
PREFIX p: <{_PROP}>
PREFIX ps: <{_PROP}statement/>
PREFIX psv: <{_PROP}statement/value/>
PREFIX pq: <{_PROP}qualifier/>
PREFIX pqv: <{_PROP}qualifier/value/>
PREFIX pr: <{_PROP}reference/>
PREFIX wikibase: <http://wikiba.se/ontology#>
PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
"""
QID = re.compile(r"Q[1-9]\d*\Z")
_BATCH = 500  # values asked about in one query

# Classes, with all below them. What falls under none of the first three lists is of unknown kind, and not read.
_COMPANIES = {"Q783794", "Q4830453"}  # company, business
_FOUNDATIONS = {"Q157031"}
_PUBLIC_BODIES = {"Q327333"}  # government agency
# organization, enterprise, nonprofit organization, university, research institute, association
_ORGANIZATIONS = {"Q43229", "Q6881511", "Q163740", "Q3918", "Q31855", "Q15911314"} | _COMPANIES | _FOUNDATIONS | _PUBLIC_BODIES
_SOFTWARE = {"Q7397", "Q341", "Q1130645", "Q506883"}  # software, and free, open-source, free and open-source software
_PEOPLE = {"Q5", "Q8436", "Q10648343"}  # human; family and duo, which are named after their people
_NOT_COMPANIES = {"Q163740"} | _FOUNDATIONS | _PUBLIC_BODIES

ROLES = {"P178": "developer", "P126": "maintainer", "P127": "listed-owner", "P859": "sponsor"}
_OF_PROJECTS = (*ROLES, "P571", "P275", "P1324")  # inception, licence, source code repository
_OF_ORGANIZATIONS = ("P749", "P571", "P576", "P1448", "P859")  # parent, inception, dissolved, official name, sponsor
OF_BODIES = {*ROLES, "P749"}  # their values must be organizations
_ITEM_VALUED = {*OF_BODIES, "P275"}
DATED = ("P571", "P576")
START, END, POINT = "P580", "P582", "P585"


@dataclass(slots=True)
class Statement:
    """One statement of Wikidata. `without` says why it has no value we could use; `times` are of its value and qualifiers."""

    id: str
    item: str
    pid: str
    rank: str = ""
    value: str = ""
    without: str = "no value"
    times: dict[str, list[list[str]]] = field(default_factory=dict)
    qualifiers: list[str] = field(default_factory=list)
    references: list[str] = field(default_factory=list)

    @property
    def place(self) -> str:
        """Where a reader finds it: https://www.wikidata.org/wiki/ goes before."""
        return f"{self.item}#{self.pid}"


class Source:
    """Asks for one page after another; what it learnt of classes, values and licences serves the next ones."""

    def __init__(self, endpoint: Endpoint, wanted: dict[str, str]) -> None:
        """Keep whom to ask, and what we hold items to be."""
        self.endpoint = endpoint
        self.wanted = wanted
        self.above: dict[str, set[str]] = {}
        self.kinds: dict[str, str] = {}
        self.names: dict[str, str] = {}
        self.spdx: dict[str, list[str]] = {}

    def instances(self, classes: list[str], after: str, size: int) -> list[str]:
        """The next items of the classes, after that one."""
        rows = self._rows(
            f"SELECT DISTINCT ?item {{ VALUES ?class {{ {_items(classes)} }} ?item wdt:P31/wdt:P279* ?class ."
            f' FILTER(STR(?item) > "{WD}{after}") }} ORDER BY STR(?item) LIMIT {size}'
        )
        found = [_local(row["item"]) for row in rows]
        if found != sorted(set(found)) or (found and found[0] <= after):
            raise FeedError(f"{self.endpoint.address}: does not give items in order, so none of the rest can be relied on")
        return found

    def page(self, items: list[str]) -> dict[str, Any]:
        """All that is to be known of the items; of a value that is a person, only that it is one."""
        self._learn_kinds(items)
        kinds = {qid: self._kind_of_item(qid) for qid in items}
        projects = [qid for qid, kind in kinds.items() if kind == "Project"]
        bodies = [qid for qid, kind in kinds.items() if kind in ORGANIZATION_KINDS.values()]
        statements = [*self._statements(projects, _OF_PROJECTS), *self._statements(bodies, _OF_ORGANIZATIONS)]
        usable = [s for s in statements if s.rank != "Deprecated" and s.value]
        self._learn_kinds(s.value for s in usable if s.pid in OF_BODIES)
        for statement in statements:
            self._drop_value(statement)
        values = {s.value for s in statements if s.pid in OF_BODIES and s.value}
        licences = {s.value for s in statements if s.pid == "P275" and s.value}
        self._learn_names({*projects, *bodies, *values})
        self._learn_licences(licences)
        return {
            "items": items,
            "kinds": kinds | {qid: self._kind_of_item(qid) for qid in sorted(values - kinds.keys())},
            "names": {qid: self.names[qid] for qid in sorted({*projects, *bodies, *values}) if qid in self.names},
            "spdx": {qid: self.spdx.get(qid, []) for qid in sorted(licences)},
            "statements": [asdict(s) for s in statements],
        }

    def _kind_of_item(self, qid: str) -> str:
        kind, ours = self.kinds.get(qid, ""), self.wanted.get(qid, "")
        if not ours or kind == "person":
            return kind
        if ours == "Project":
            return "Project"
        return kind if kind not in {"", "mixed", "Project"} else "Organization"

    def _drop_value(self, statement: Statement) -> None:
        """Forget the value of a deprecated statement, and any that is not known to be an organization where one belongs."""
        kind = self._kind_of_item(statement.value)
        if statement.rank == "Deprecated":
            statement.value, statement.without = "", "deprecated"
        elif statement.value and statement.pid in OF_BODIES and kind in {"person", "", "Project"}:
            statement.value, statement.without = "", "person" if kind == "person" else "unknown kind"

    def _learn_kinds(self, things: Iterable[str]) -> None:
        classes: dict[str, set[str]] = defaultdict(set)
        believed: dict[str, set[str]] = defaultdict(set)
        new = sorted(set(things) - self.kinds.keys())
        for row in self._batches(
            "SELECT DISTINCT ?thing ?class ?rank {{ VALUES ?thing {{ {} }} ?thing p:P31 ?s ."
            " ?s ps:P31 ?class ; wikibase:rank ?rank }}",
            new,
        ):
            if row["class"]["type"] == "uri" and row["class"]["value"].startswith(WD):
                thing, kind = _local(row["thing"]), _local(row["class"])
                classes[thing].add(kind)
                if not row["rank"]["value"].endswith("DeprecatedRank"):
                    believed[thing].add(kind)
        unseen = sorted({c for found in classes.values() for c in found} - self.above.keys())
        roots = _items(sorted(_ORGANIZATIONS | _SOFTWARE | _PEOPLE))
        for kind in unseen:
            self.above[kind] = set()
        for row in self._batches(
            f"SELECT DISTINCT ?class ?root {{{{ VALUES ?class {{{{ {{}} }}}} VALUES ?root {{{{ {roots} }}}}"
            " ?class wdt:P279* ?root }}",
            unseen,
        ):
            self.above[_local(row["class"])].add(_local(row["root"]))
        for thing in new:
            # Whoever was ever held to be a person is taken for one.
            if any(self.above[c] & _PEOPLE for c in classes[thing]):
                self.kinds[thing] = "person"
            else:
                self.kinds[thing] = _kind({root for c in believed[thing] for root in self.above[c]})

    def _learn_names(self, things: Iterable[str]) -> None:
        for row in self._batches(
            "SELECT ?thing ?name {{ VALUES ?thing {{ {} }} ?thing rdfs:label ?name . FILTER(LANG(?name) IN ('en', 'mul')) }}",
            sorted(set(things) - self.names.keys()),
        ):
            thing, name = _local(row["thing"]), " ".join(row["name"]["value"].split())
            if name and (thing not in self.names or row["name"].get("xml:lang") == "en"):
                self.names[thing] = name

    def _learn_licences(self, licences: Iterable[str]) -> None:
        for row in self._batches(
            "SELECT DISTINCT ?licence ?spdx {{ VALUES ?licence {{ {} }} ?licence wdt:P2479 ?spdx }} ORDER BY ?licence ?spdx",
            sorted(set(licences) - self.spdx.keys()),
        ):
            self.spdx.setdefault(_local(row["licence"]), []).append(row["spdx"]["value"])

    def _rows(self, query: str) -> list[dict[str, Any]]:
        return self.endpoint.rows(_PREFIXES + query)

    def _batches(self, query: str, things: list[str]) -> Iterator[dict[str, Any]]:
        for first in range(0, len(things), _BATCH):
            yield from self._rows(query.format(_items(things[first : first + _BATCH])))

    def _statements(self, items: list[str], properties: tuple[str, ...]) -> list[Statement]:
        if not items:
            return []
        found: dict[str, Statement] = {}
        dated = [f"psv:{p}" for p in properties if p in DATED] + [f"pqv:{p}" for p in (START, END, POINT)]
        plain = [f"ps:{p}" for p in properties] + [f"pq:{p}" for p in (START, END, POINT)]
        # One row a fact, not one a combination: two references beside two qualifiers are four rows, not sixteen.
        rows = self._rows(
            f"""SELECT DISTINCT ?item ?p ?st ?q ?o ?precision ?calendar {{
  VALUES ?item {{ {_items(items)} }}
  VALUES ?p {{ {" ".join(f"p:{p}" for p in properties)} }}
  ?item ?p ?st .
  {{ VALUES ?q {{ wikibase:rank {" ".join(plain)} }} ?st ?q ?o }}
  UNION
  {{ VALUES ?q {{ {" ".join(dated)} }} ?st ?q ?node .
     ?node wikibase:timeValue ?o ; wikibase:timePrecision ?precision ; wikibase:timeCalendarModel ?calendar }}
  UNION
  {{ ?st prov:wasDerivedFrom ?reference . ?reference pr:P854 ?o . BIND(pr:P854 AS ?q) }}
  UNION
  {{ ?st ?q ?any . FILTER(STRSTARTS(STR(?q), "{_PROP}qualifier/P")) }}
}}"""
        )
        for row in rows:
            id, pid = _local(row["st"]), _local(row["p"])
            _add_fact(found.setdefault(id, Statement(id, _local(row["item"]), pid)), row)
        for statement in found.values():
            for name in (START, END, POINT):
                if name in statement.qualifiers:
                    statement.times.setdefault(name, [["", "", ""]])  # there is a date, but which is not known
            statement.qualifiers.sort()
            statement.references.sort()
        return sorted(found.values(), key=lambda s: (s.item, s.pid, s.id))


def _add_fact(statement: Statement, row: dict[str, Any]) -> None:
    """Put one row of the answer where it belongs in the statement."""
    what, cell = row["q"]["value"].removeprefix(_PROP), row.get("o")
    name = what.rsplit("/", 1)[-1]
    if what.endswith("ontology#rank") and cell:
        statement.rank = cell["value"].rsplit("#", 1)[-1].removesuffix("Rank")
    elif what == f"statement/{statement.pid}" and cell:
        value = cell["value"].removeprefix(WD)
        # A value that somebody left unknown is a blank node, or an address that Wikidata's own service makes of one.
        is_unknown = cell["type"] == "bnode" or "/.well-known/genid/" in value
        if is_unknown or (statement.pid in _ITEM_VALUED and not QID.match(value)):
            statement.without = "unknown value"
        else:
            statement.value, statement.without = value, ""
    elif "/value/" in what and cell:
        statement.times.setdefault(name, []).append([cell["value"], row["precision"]["value"], row["calendar"]["value"]])
    elif what.startswith("reference/") and cell:
        statement.references.append(cell["value"])
    elif what.startswith("qualifier/") and name not in statement.qualifiers:
        statement.qualifiers.append(name)


def _kind(roots: set[str]) -> str:
    """What the classes make of a thing: `Project`, a kind of organization, `mixed`, or '' where they do not tell."""
    if not roots & _ORGANIZATIONS:
        return "Project" if roots & _SOFTWARE else ""
    if roots & _SOFTWARE:
        return "mixed"
    is_company = bool(roots & _COMPANIES)
    if is_company:
        return "Organization" if roots & _NOT_COMPANIES else "Company"
    if roots & _FOUNDATIONS:
        return "Organization" if roots & _PUBLIC_BODIES else "Foundation"
    return "PublicBody" if roots & _PUBLIC_BODIES else "Organization"


def _items(qids: Iterable[str]) -> str:
    return " ".join(f"wd:{qid}" for qid in qids)


def _local(cell: dict[str, str]) -> str:
    return cell["value"].rsplit("/", 1)[-1]
