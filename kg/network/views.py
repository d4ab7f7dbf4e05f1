"""Typed networks, each of one kind of fact, as of a day, with the facts and sources on every edge.

| view | edges | weight |
|---|---|---|
| `donations` | company → foundation, one a gift | 1 |
| `memberships` | organization – foundation | members that stand under the organization |
| `boards` | organization – foundation | votes |
| `holdings` | organization → project, one a role | 1 |
| `control` | controller → controlled | 1 |
| `employers` | company – project | maintainers employed |

Nodes are `o:slug` and `p:slug`, with `label` and `kind`. Edges have `weight`, `by` (the node that gives, holds or is a member),
`what` (the tier or role; the project of a gift), `since` and `until` (days, '' where open or unknown), `seen` (the first day on
which it is known to have been so), `certainty`, `facts` and `sources` (URLs). A related company stands under the one that
controls it: on the day, or on that of the gift or count; `apart` leaves each by itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

import networkx as nx

from kg import rollup
from kg.dates import PartialDate
from kg.errors import KgError
from kg.resources import queries_dir
from kg.store import Rows, Store
from kg.terms import BASE, ORG_ID, PROJECT, slug_of

OPEN = "9999-12-31"  # who controls a company still: an open end covers any day
NAMES = ("donations", "memberships", "boards", "holdings", "control", "employers")


class Asked(Protocol):
    """What a view asks: a store, and the day its answers are of, if any. `kg.graph.Graph` is one."""

    @property
    def store(self) -> Store:
        """The store."""

    @property
    def as_of(self) -> str | None:
        """The day, `2020-06-30`."""

    def resolve_iri(self, kind: str, name: str) -> str:
        """The IRI of the entity a name means."""


@dataclass(slots=True)
class Tie:
    """One fact between two things, as the store has it: IRIs, days as text ('' where unknown), the documents that state it."""

    fact: str
    source: str
    target: str
    what: str = ""
    weight: float = 1.0
    stated: str = ""
    starts_no_earlier: str = ""
    starts_no_later: str = ""
    ends_no_earlier: str = ""
    ends_no_later: str = ""
    ended: str = ""
    documents: list[str] = field(default_factory=list)
    ends: bool = field(init=False)

    def __post_init__(self) -> None:
        """Note whether any end is known."""
        self.ends = bool(self.ended or self.ends_no_earlier or self.ends_no_later)

    def certainty(self, day: str | None) -> str:
        """`definite` or `possible` on the day, '' where it cannot have been so; without a day, whether no end is known.

        The bounds are read as the named queries read them: what may not have begun yet, or may have ended, is possible.
        """
        if day is None:
            return "" if self.ends else "definite"
        if self.starts_no_earlier > day or (self.ends_no_later and self.ends_no_later <= day):
            return ""
        begun = self.starts_no_later and self.starts_no_later <= day
        going = day < self.ends_no_earlier if self.ends_no_earlier else not self.ends
        return "definite" if begun and going else "possible"


def key_of(iri: str) -> str:
    """The node that stands for an entity: `o:slug` or `p:slug`."""
    return f"p:{iri[len(PROJECT) :]}" if iri.startswith(PROJECT) else f"o:{iri[len(ORG_ID) :]}"


class Views:
    """The networks of a store. Each kind of fact is read once, whatever the number of days asked for.

    `apart` leaves related companies by themselves.
    """

    def __init__(self, graph: Asked, *, apart: bool = False) -> None:
        """Keep the graph; nothing is asked yet."""
        self._graph = graph
        self._store = graph.store
        self.day = graph.as_of
        self.apart = apart
        self._stops: set[str] = set()
        self._read: dict[str, list[Tie]] = {}

    def resolve(self, name: str, kind: str = "entity") -> str:
        """The node a name means; `kind` is entity, project or organization. Raises NotFound or Ambiguous."""
        return key_of(self._graph.resolve_iri(kind, name))

    def focus(self, name: str) -> str:
        """The node of an organization that is asked about, which from now on is not rolled up but gathers what it controls."""
        key = key_of(self._graph.resolve_iri("organization", name))
        self.stop_at(key)
        return key

    def stop_at(self, key: str) -> None:
        """Roll no company up past this organization."""
        self._stops.add(ORG_ID + key[2:])

    def label(self, key: str) -> str:
        """The name of a node's entity; its slug where no source names it."""
        return self._names.get(key) or key[2:]

    def kind(self, key: str) -> str:
        """project, company, foundation, public body, community or organization."""
        return self._kinds.get(key, "organization")

    def network(self, name: str, day: str | None = None) -> nx.Graph[str]:
        """The view of that name, one of `NAMES`, on a day; by default on the day of the graph, or as things are."""
        network: nx.Graph[str] = getattr(self, name)(day)
        return network

    def donations(self, day: str | None = None) -> nx.MultiDiGraph[str]:
        """Company → foundation, an edge a gift and giver, up to the day; `what` is the project, `since` the date as stated.

        More on an edge: `earliest` and `latest`, the days its date can mean; `givers`, how many companies gave together.
        """
        day = day or self.day
        graph: nx.MultiDiGraph[str] = nx.MultiDiGraph(view="donations", day=day)
        gifts = [tie for tie in self._donations if not (day and tie.starts_no_earlier > day)]
        givers: dict[str, set[str]] = defaultdict(set)
        for tie in gifts:
            givers[tie.fact].add(self._top(tie.source, tie.starts_no_earlier))
        for tie in gifts:
            source, target = key_of(self._top(tie.source, tie.starts_no_earlier)), key_of(tie.target)
            if graph.has_edge(source, target, tie.fact):  # two companies of one group gave together
                continue
            self._nodes(graph, (source, target))
            graph.add_edge(
                source,
                target,
                tie.fact,
                weight=1.0,
                by=source,
                what=key_of(tie.what),
                since=tie.stated,
                seen=tie.starts_no_later,
                until="",
                certainty="possible" if day and not (tie.starts_no_later and tie.starts_no_later <= day) else "definite",
                earliest=tie.starts_no_earlier,
                latest=tie.starts_no_later,
                givers=len(givers[tie.fact]),
                facts=(tie.fact,),
                sources=self._urls(tie.documents),
            )
        return graph

    def memberships(self, day: str | None = None) -> nx.Graph[str]:
        """Organization – foundation: who surely was a member on the day, each pair once; `what` is the tier.

        The weight is how many organizations are members of their own there, but are counted as this one.
        """
        return self._interval_view("memberships", day)

    def boards(self, day: str | None = None) -> nx.Graph[str]:
        """Organization – foundation: who surely had seats on the board on the day, weighted by votes; 1 where none says."""
        return self._interval_view("boards", day)

    def holdings(self, day: str | None = None) -> nx.MultiDiGraph[str]:
        """Organization → project, an edge a role: who surely held it on the day."""
        graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
        self._fill(graph, "holdings", day)
        return graph

    def control(self, day: str | None = None) -> nx.DiGraph[str]:
        """Controller → controlled, as it surely was on the day; here no company is rolled up."""
        graph: nx.DiGraph[str] = nx.DiGraph()
        self._fill(graph, "control", day)
        return graph

    def employers(self, day: str | None = None) -> nx.Graph[str]:
        """Company – project, weighted by the maintainers it employs, from the newest list not after the day.

        A project's node has `maintainers`, all of them, and `unknown`, those whose employer the list does not name. The list's
        day is `graph["day"]`. A project of which the list names no employer is a node alone.
        """
        wanted = day or self.day
        days = [tie.stated for tie in self._employers if not wanted or tie.stated <= wanted]
        newest = max(days, default=wanted)
        graph: nx.Graph[str] = nx.Graph(view="employers", day=newest)
        listed = [tie for tie in self._employers if tie.stated == newest]
        for tie in listed:
            project = key_of(tie.target)
            self._nodes(graph, (project,))
            if tie.source:
                self._join(graph, tie, key_of(self._top(tie.source, tie.stated)), project, "definite")
            else:
                graph.nodes[project]["maintainers"] = int(tie.weight)
        for project, data in graph.nodes(data=True):
            if data["kind"] == "project":
                named = sum(int(weight) for _, _, weight in graph.edges(project, data="weight"))
                data["maintainers"] = max(data.get("maintainers", 0), named)
                data["unknown"] = data["maintainers"] - named
        return graph

    def everything(self, day: str | None = None) -> nx.MultiDiGraph[str]:
        """All views in one network, for paths: an edge a fact, `kind` its view, keyed by fact and kind.

        A gift is two edges: company → project (`gave`), project → foundation (`went to`). `affiliations` are among them, as
        far as they can cover the day.
        """
        graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
        for name in ("memberships", "boards", "holdings", "control", "employers"):
            view = self.network(name, day)
            graph.add_nodes_from(view.nodes(data=True))
            for one, other, data in view.edges(data=True):
                target = other if data["by"] == one else one
                graph.add_edge(data["by"], target, f"{name} {data['what']}", **{**data, "kind": name})
        gifts = self.donations(day)
        graph.add_nodes_from(gifts.nodes(data=True))
        for source, target, fact, data in gifts.edges(keys=True, data=True):
            project = data["what"]
            self._nodes(graph, (project,))
            graph.add_edge(source, project, f"gave {fact}", **{**data, "what": "", "kind": "gave"})
            graph.add_edge(project, target, f"went to {fact}", **{**data, "what": "", "kind": "went to"})
        parts: nx.MultiDiGraph[str] = nx.MultiDiGraph(view="affiliations")
        for tie in self._ties("affiliations"):
            if certainty := tie.certainty(day or self.day):
                self._join(parts, tie, key_of(tie.source), key_of(tie.target), certainty)
        graph.add_nodes_from(parts.nodes(data=True))
        for source, target, data in parts.edges(data=True):
            graph.add_edge(source, target, "affiliations", **{**data, "kind": "affiliations"})
        return graph

    def days(self, name: str) -> list[str]:
        """The days to ask a view for to see it over time: those of the lists of maintainers, else the last of each year.

        Years run from the first that surely has something to the last in which anything was seen or happened.
        """
        if name == "employers":
            return self.lists()
        ties = self._donations if name == "donations" else self._ties(name)
        dates = [
            date for tie in ties for date in (tie.starts_no_later, tie.ends_no_later) if date and date <= (self.day or OPEN)
        ]
        begun = [tie.starts_no_later for tie in ties if tie.starts_no_later]
        if not dates or not begun:
            return []
        days = [f"{year}-12-31" for year in range(int(min(begun)[:4]), int(max(dates)[:4]) + 1)]
        return [min(day, self.day) if self.day else day for day in days]

    def lists(self) -> list[str]:
        """The days of the lists of maintainers, up to the day of the graph, in order."""
        return sorted({tie.stated for tie in self._employers if not self.day or tie.stated <= self.day})

    def parents(self, day: str | None = None) -> dict[str, tuple[str, ...]]:
        """What each organization is part of, over all levels, nearest first, by what can cover the day."""
        above: dict[str, set[str]] = defaultdict(set)
        for tie in self._ties("affiliations"):
            if tie.certainty(day or self.day):
                above[key_of(tie.source)].add(key_of(tie.target))
        chains = {}
        for key in sorted(above):
            chain, waiting = [], [key]
            while waiting:
                for parent in sorted(above.get(waiting.pop(0), ())):
                    if parent not in chain and parent != key:
                        chain.append(parent)
                        waiting.append(parent)
            chains[key] = tuple(chain)
        return chains

    def rows(self, name: str) -> Iterator[list[str]]:
        """The rows of `queries/views/NAME.rq` as text, '' where unbound, in no order."""
        return self._rows(name)

    def ties(self, name: str) -> list[Tie]:
        """The facts of an interval view (`memberships`, `boards`, `holdings`, `control`, `affiliations`), by their IRIs."""
        return self._ties(name)

    def group(self, organization: str, day: str) -> str:
        """The node that an organization, given by its IRI, counts as on a day: the one at the top of the chain of control."""
        return key_of(self._top(organization, day))

    def urls(self, documents: Iterable[str]) -> tuple[str, ...]:
        """The addresses of documents, each once, in order."""
        return self._urls(documents)

    def sightings(self) -> dict[str, str]:
        """The last day on which a list shows each membership, seat or holding, by its IRI; the first day of a month or "
        "a year."""
        seen: dict[str, str] = {}
        for fact, day in self._rows("sightings"):
            seen[fact] = max(seen.get(fact, ""), PartialDate(day).earliest)
        return seen

    def read_until(self) -> str:
        """The day of the view, or else the day on which the newest source was read; '' where none says."""
        return self.day or max((row[0] for row in self._rows("reading")), default="")

    # Reading

    def _interval_view(self, name: str, day: str | None) -> nx.Graph[str]:
        graph: nx.Graph[str] = nx.Graph()
        self._fill(graph, name, day)
        return graph

    def _fill(self, graph: nx.Graph[str], name: str, day: str | None) -> None:
        """Add what surely is on the day; `graph["possible"]` counts the facts that only may be."""
        day = day or self.day
        graph.graph.update(view=name, day=day, possible=0)
        rolled = name != "control"
        for tie in self._ties(name):
            certainty = tie.certainty(day)
            if certainty == "possible":
                graph.graph["possible"] += 1
            elif certainty:
                source = key_of(self._top(tie.source, day or OPEN) if rolled else tie.source)
                self._join(graph, tie, source, key_of(tie.target), certainty)

    def _join(self, graph: nx.Graph[str], tie: Tie, source: str, target: str, certainty: str) -> None:
        """Add a fact as an edge, or to the edge that is there; `parts` has the organizations that a group is made of."""
        if source == target:
            return
        self._nodes(graph, (source, target))
        where = (source, target, tie.what) if graph.is_multigraph() else (source, target)
        # A list that shows something on a day does not say since when.
        since = tie.starts_no_later if tie.starts_no_earlier else ""
        seen, until = tie.stated or tie.starts_no_later, tie.ends_no_later or tie.ends_no_earlier
        urls = self._urls(tie.documents)
        if not graph.has_edge(*where):
            graph.add_edge(
                *where,
                weight=tie.weight,
                by=source,
                what=tie.what,
                since=since,
                seen=seen,
                until=until,
                certainty=certainty,
                facts=(tie.fact,),
                sources=urls,
                parts={tie.source: (seen, tie.weight)},
            )
            return
        edge = graph.edges[where]
        # Several facts of one organization are one tie, of its newest weight; those of a group are as many as its parts.
        edge["parts"][tie.source] = max(edge["parts"].get(tie.source, ("", 0.0)), (seen, tie.weight))
        edge["weight"] = sum(weight for _, weight in edge["parts"].values())
        edge["what"] = " + ".join(sorted({*edge["what"].split(" + "), tie.what} - {""}))
        edge["since"], edge["seen"] = _earliest(edge["since"], since), _earliest(edge["seen"], seen)
        edge["until"] = max(edge["until"], until)
        edge["facts"] += (tie.fact,)
        edge["sources"] = tuple(sorted({*edge["sources"], *urls}))

    def _nodes(self, graph: nx.Graph[str], keys: Iterable[str]) -> None:
        for key in keys:
            if key not in graph:
                graph.add_node(key, label=self.label(key), kind=self.kind(key))

    def _top(self, organization: str, day: str) -> str:
        return organization if self.apart or not day else self._groups.top(organization, day, self._stops)

    def _urls(self, documents: Iterable[str]) -> tuple[str, ...]:
        return tuple(sorted({self._addresses.get(document, document) for document in documents}))

    @cached_property
    def _groups(self) -> rollup.Groups:
        return rollup.groups(self._store)

    @cached_property
    def _addresses(self) -> dict[str, str]:
        return {row[0]: row[1] for row in self._rows("documents")}

    @cached_property
    def _names(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for iri, name in sorted(self._rows("names"), reverse=True):
            if iri.startswith((PROJECT, ORG_ID)):
                found[key_of(iri)] = name
        return found

    @cached_property
    def _kinds(self) -> dict[str, str]:
        # A foundation that is a company by its form is a foundation here: that is how others are tied to it.
        order = ("project", "community", "public body", "company", "foundation")
        ranked = sorted((order.index(kind), iri, kind) for iri, kind in self._rows("kinds"))
        return {key_of(iri): kind for _, iri, kind in ranked}

    @cached_property
    def _donations(self) -> list[Tie]:
        """The gifts; `what` is the project, the bounds are the days that the date can mean."""
        found: dict[tuple[str, str, str], Tie] = {}
        for fact, source, target, project, document, stated, earliest, latest in self._rows("donations"):
            tie = found.get((fact, source, target))
            if tie is None:
                tie = found[fact, source, target] = Tie(fact, source, target, project, 1.0, stated, earliest, latest)
            tie.documents.append(document)
        return [found[key] for key in sorted(found)]

    @cached_property
    def _employers(self) -> list[Tie]:
        found: dict[str, Tie] = {}
        for fact, source, target, count, seen, document in self._rows("employers"):
            tie = found.get(fact)
            if tie is None:
                tie = found[fact] = Tie(fact, source, target, "", float(count), seen)
            tie.documents.append(document)
        return [found[key] for key in sorted(found)]

    def _ties(self, name: str) -> list[Tie]:
        """The facts of a view, in order of their IRIs; read once."""
        if name not in self._read:
            found: dict[str, Tie] = {}
            for fact, source, target, said, document, *bounds in self._rows(name):
                tie = found.get(fact)
                if tie is None:
                    # A tier or a role is a code, `tier-gold`; votes are a number.
                    what = slug_of(said).partition("-")[2].replace("-", " ") if said.startswith(BASE) else ""
                    weight = float(said) if said and not what else 1.0
                    first, first_by, last, last_by, ended = bounds
                    tie = Tie(fact, source, target, what, weight, "", first, first_by, last, last_by, ended)
                    found[fact] = tie
                tie.documents.append(document)
            self._read[name] = [found[key] for key in sorted(found)]
        return self._read[name]

    def _rows(self, name: str) -> Iterator[list[str]]:
        """The rows of a file of `queries/views` as text, '' where unbound."""
        answer = self._store.query((queries_dir() / "views" / f"{name}.rq").read_text("utf-8"))
        if not isinstance(answer, Rows):
            raise KgError(f"queries/views/{name}.rq is no SELECT")
        return (["" if cell is None else cell.value for cell in row] for row in answer.rows)  # type: ignore[union-attr]


def inputs(graph: nx.Graph[str]) -> list[dict[str, Any]]:
    """The edges of a view as rows, in order: what `--explain` shows of a measure.

    Columns: from, from_id, to, to_id, what, weight, since, seen, until, certainty, facts (as CURIE-like `relation/…`), sources.
    """
    rows = []
    for one, other, data in graph.edges(data=True):
        source, target = (one, other) if data["by"] == one else (other, one)
        rows.append(
            {
                "from": graph.nodes[source]["label"],
                "from_id": source[2:],
                "to": graph.nodes[target]["label"],
                "to_id": target[2:],
                "what": data["what"][2:] if data["what"].startswith("p:") else data["what"] or None,
                "weight": data["weight"],
                "since": data["since"] or None,
                "seen": data["seen"] or None,
                "until": data["until"] or None,
                "certainty": data["certainty"],
                "facts": [fact.removeprefix(f"{BASE}id/") for fact in data["facts"]],
                "sources": list(data["sources"]),
            }
        )
    return sorted(rows, key=lambda row: (row["from_id"], row["to_id"], row["what"] or "", row["facts"]))


INPUT_COLUMNS = ("from", "from_id", "to", "to_id", "what", "weight", "since", "seen", "until", "certainty", "facts", "sources")


def merged(graph: nx.Graph[str]) -> nx.Graph[str]:
    """The same network with one edge a pair: weights and counts added, facts and sources of all; directed if it was."""
    out: nx.Graph[str] = nx.DiGraph(**graph.graph) if graph.is_directed() else nx.Graph(**graph.graph)
    out.add_nodes_from(graph.nodes(data=True))
    for source, target, data in graph.edges(data=True):
        if out.has_edge(source, target):
            edge = out.edges[source, target]
            edge["weight"] += data["weight"]
            for when in ("since", "seen"):
                edge[when] = _earliest(edge[when], data[when])
            edge["until"] = max(edge["until"], data["until"])
            edge["facts"] += data["facts"]
            edge["sources"] = tuple(sorted({*edge["sources"], *data["sources"]}))
        else:
            out.add_edge(source, target, **data)
    return out


def _earliest(one: str, other: str) -> str:
    """The earlier of two days, '' being none."""
    return min(filter(None, (one, other)), default="")


def labels(graph: nx.Graph[str]) -> Mapping[str, str]:
    """The name of each node; its key where it has none."""
    return {key: str(data.get("label", key)) for key, data in graph.nodes(data=True)}
