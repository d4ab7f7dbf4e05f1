"""Puts a graph on a SPARQL server, one source graph at a time; interrupted, it goes on where it was, and it counts at the end.

A graph is there when the server counts its statements, and the digest of its content stands in `g:pushed`. The digest is
written once the graph is complete, so a graph that was being sent when the push was killed is sent again, whole.
"""

from __future__ import annotations

import hashlib
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit, urlunsplit
from urllib.request import Request

import pyoxigraph as ox

from kg.dates import PartialDate
from kg.deadline import within
from kg.errors import KgError, Misuse, QueryTimeout
from kg.store import Rows, Store
from kg.store.pushed import COUNT, DIGEST, MORE, PUSHED, UNION, VIEW, View
from kg.store.remote import RemoteStore
from kg.store.transport import AGENT
from kg.terms import GRAPH, XSD

_CHUNK = 2_000  # statements of one INSERT DATA: Virtuoso compiles an update, and refuses a text of more than 10,000 lines
_LONG = 32_000  # bytes
_AT_ONCE = 50  # graphs whose completion is written down together
_TIMEOUT = 300.0  # seconds for one graph
_DATES = {XSD + name for name in ("date", "gYear", "gYearMonth")}

_PAIRS = f"SELECT ?g ?digest {{ GRAPH <{PUSHED}> {{ ?g <{DIGEST}> ?digest }} }} ORDER BY ?g ?digest"


@dataclass(frozen=True, slots=True)
class Pushed:
    """What a push did: how many graphs it sent, found there, and removed; and the statements the server then counts."""

    sent: int
    there: int
    removed: int
    statements: int
    union: int


@dataclass(frozen=True, slots=True)
class _Doors:
    """Where a server takes updates, and whole graphs (the Graph Store Protocol), if it does."""

    update: str
    graphs: str | None = None


def push(store: Store, spec: str, say: Callable[[str], None] = lambda _: None, *, timeout: float | None = None) -> Pushed:
    """Put all of a store on the server at an address, and its union where queries will look for it.

    What is on the server and not of an earlier push is left alone. `timeout` is in seconds, for each graph. Raises KgError
    where the server refuses, or counts other numbers at the end.
    """
    writer = _Writer(RemoteStore(spec), timeout or _TIMEOUT)
    ours: dict[str, list[ox.Triple]] = defaultdict(list)
    for quad in store.quads():
        ours[quad.graph_name.value].append(quad.triple)  # type: ignore[union-attr]
    if not ours:
        raise Misuse(f"{store.spec}: has no statements to push")
    view = writer.settle_view()
    union = list(dict.fromkeys(triple for triples in ours.values() for triple in triples))
    targets: dict[str, list[ox.Triple]] = {graph: ours[graph] for graph in sorted(ours)}
    targets |= _union_graphs(union, view)
    digests, counts = writer.digests(), writer.counts(targets)
    gone = sorted(digests.keys() - targets.keys())
    for graph in gone:
        writer.remove(graph)
        say(f"removed {graph}")
    sent = 0
    complete: dict[str, tuple[str, int]] = {}
    for number, (graph, triples) in enumerate(targets.items(), 1):
        text = _ntriples(triples)
        digest = hashlib.sha256(text).hexdigest()
        if digests.get(graph) == digest and counts.get(graph) == len(triples):
            continue
        if graph in digests:
            writer.forget(graph)
        writer.replace(graph, triples, text)
        complete[graph] = (digest, len(triples))
        if len(complete) >= _AT_ONCE or sum(count for _, count in complete.values()) >= _CHUNK:
            writer.remember(complete)
            complete = {}
        sent += 1
        say(f"{number} of {len(targets)}: {graph or 'the union, in the default graph'}, {len(triples)} statements")
    writer.remember(complete)
    _prove(writer, targets)
    return Pushed(sent, len(targets) - sent, len(gone), sum(map(len, ours.values())), len(union))


def _prove(writer: _Writer, targets: Mapping[str, list[ox.Triple]]) -> None:
    counts = writer.counts(targets)
    wrong = [f"{g or 'default graph'} {counts.get(g, 0)} of {len(t)}" for g, t in targets.items() if counts.get(g, 0) != len(t)]
    if wrong:
        shown = ", ".join(wrong[:5]) + (f" and {len(wrong) - 5} more" if len(wrong) > 5 else "")
        raise KgError(f"{writer.remote.spec}: counts other numbers of statements than were sent: {shown}; push again")


def _union_graphs(union: Iterable[ox.Triple], view: View) -> dict[str, list[ox.Triple]]:
    """The graphs that hold the union: the default one ('' here), one of its own, or two where one cannot hold all."""
    if view is View.DEFAULT:
        return {"": list(union)}
    if view is View.WITHIN:
        return {UNION: list(union)}
    first, more = _apart(union)
    return {UNION: first, **({MORE: more} if more else {})}


def _apart(union: Iterable[ox.Triple]) -> tuple[list[ox.Triple], list[ox.Triple]]:
    """The statements in two lists, neither of which has two dates that begin on one day of one thing and property.

    >>> day = ox.Literal("2005-12-01", datatype=ox.NamedNode(XSD + "date"))
    >>> month = ox.Literal("2005-12", datatype=ox.NamedNode(XSD + "gYearMonth"))
    >>> one, on = ox.NamedNode("urn:one"), ox.NamedNode("urn:on")
    >>> [len(part) for part in _apart([ox.Triple(one, on, day), ox.Triple(one, on, month)])]
    [1, 1]
    """
    seen: set[tuple[str, str, str]] = set()
    first, more = [], []
    for triple in union:
        value = triple.object
        if isinstance(value, ox.Literal) and value.datatype.value in _DATES:
            key = (str(triple.subject), triple.predicate.value, PartialDate(value.value).earliest)
            if key in seen:
                more.append(triple)
                continue
            seen.add(key)
        first.append(triple)
    return first, more


def _ntriples(triples: Iterable[ox.Triple]) -> bytes:
    """Canonical text: a statement a line, in the order of the lines."""
    text = ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES)
    assert text is not None
    return b"".join(sorted(text.splitlines(keepends=True)))


def doors(address: str, server: str = "") -> _Doors:
    """Where a server takes writes, from the address it takes queries at and the name it gives itself.

    >>> doors("http://127.0.0.1:7878/query")
    _Doors(update='http://127.0.0.1:7878/update', graphs='http://127.0.0.1:7878/store')
    >>> doors("http://127.0.0.1:3030/ds/query", "Apache Jena Fuseki (5.0)").graphs
    'http://127.0.0.1:3030/ds/data'
    >>> doors("https://example.org/repositories/kg").update
    'https://example.org/repositories/kg/statements'
    """
    parts = urlsplit(address)

    def at(path: str) -> str:
        return urlunsplit((parts.scheme, parts.netloc, path, "", ""))

    path = parts.path.rstrip("/")
    if "virtuoso" in server.casefold():
        # The address that answers anybody takes no updates; beside it is one that asks who writes.
        return _Doors(at("/sparql-auth"), at("/sparql-graph-crud-auth"))
    if "fuseki" in server.casefold():
        base = path.removesuffix("/query").removesuffix("/sparql")
        return _Doors(at(f"{base}/update"), at(f"{base}/data"))
    if path.endswith("/query"):
        base = path.removesuffix("/query")
        return _Doors(at(f"{base}/update"), at(f"{base}/store"))
    if "/repositories/" in path:
        return _Doors(at(f"{path}/statements"), at(f"{path}/rdf-graphs/service"))
    return _Doors(address)


class _Writer:
    """Writes to a server, each write within a time of its own."""

    def __init__(self, remote: RemoteStore, timeout: float) -> None:
        self.remote = remote
        self.timeout = remote.timeout = timeout
        self._doors: _Doors | None = None

    def doors(self) -> _Doors:
        """Where the server takes writes, found once; it says what it is when it is asked something."""
        if self._doors is None:
            self._doors = doors(self.remote.spec, self.remote.server())
        return self._doors

    def settle_view(self) -> View:
        """Where the union will be, by what the default view shows of one statement in a named graph; written down there."""
        mark = f"<{PUSHED}> <{PUSHED}#marks> <{PUSHED}>"
        self.update(f"INSERT DATA {{ GRAPH <{PUSHED}> {{ {mark} }} }}")
        self.remote.see_anew()
        seen = self.remote.ask_plainly(f"ASK {{ {mark} }}")
        view = View.DEFAULT
        if seen:
            reached = self.remote.ask_plainly(f"ASK {{ GRAPH <{PUSHED}> {{ {mark} }} }}", graphs=[UNION])
            view = View.GRAPHS if reached else View.WITHIN
        self.update(f"DELETE WHERE {{ GRAPH <{PUSHED}> {{ <{PUSHED}> <{VIEW}> ?view }} }}")
        self.update(f'INSERT DATA {{ GRAPH <{PUSHED}> {{ <{PUSHED}> <{VIEW}> "{view.value}" }} }}')
        self.remote.see_anew()
        return view

    def digests(self) -> dict[str, str]:
        """The digest of each graph that is complete there; the default graph is ''."""
        answer = self.remote.ask_plainly(_PAIRS)
        assert isinstance(answer, Rows)
        return {_unnamed(str(g.value)): str(d.value) for g, d in answer.rows}  # type: ignore[union-attr]

    def counts(self, graphs: Iterable[str]) -> dict[str, int]:
        """How many statements the server counts in each graph."""
        answer = self.remote.ask_plainly(
            f'SELECT ?g (COUNT(*) AS ?n) {{ GRAPH ?g {{ ?s ?p ?o }} FILTER(STRSTARTS(STR(?g), "{GRAPH}")) }} GROUP BY ?g'
        )
        assert isinstance(answer, Rows)
        found = {str(g.value): int(n.value) for g, n in answer.rows}  # type: ignore[union-attr]
        if "" in graphs:
            answer = self.remote.ask_plainly("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
            assert isinstance(answer, Rows)
            found[""] = int(answer.rows[0][0].value)  # type: ignore[union-attr]
        return found

    def replace(self, graph: str, triples: list[ox.Triple], text: bytes) -> None:
        """Make the statements all that is in a graph."""
        door = self.doors().graphs
        if door is not None:
            if len(text) > _LONG and self.remote.transport.credentials.user:
                self._introduce(door)
            named = f"graph={quote(graph, safe='')}" if graph else "default"
            self._write(Request(f"{door}?{named}", data=text, method="PUT", headers={"Content-Type": "application/n-triples"}))
            return
        self.remove_content(graph)
        lines = text.decode("utf-8").splitlines(keepends=True)
        for start in range(0, len(lines), _CHUNK):
            chunk = "".join(lines[start : start + _CHUNK])
            self.update(f"INSERT DATA {{ GRAPH <{graph}> {{\n{chunk}}} }}" if graph else f"INSERT DATA {{\n{chunk}}}")

    def _introduce(self, door: str) -> None:
        """Have the server know us before a long body: one that asks who is there half-way closes the connection."""
        self._write(Request(f"{door}?graph={quote(PUSHED, safe='')}", headers={"Accept": "application/n-triples"}))

    def remove_content(self, graph: str) -> None:
        """Empty a graph."""
        # Not CLEAR: QLever has none.
        self.update(f"DELETE WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}" if graph else "DELETE WHERE { ?s ?p ?o }")

    def remove(self, graph: str) -> None:
        """Take a graph away that an earlier push put there."""
        self.forget(graph)
        self.remove_content(graph)

    def forget(self, graph: str) -> None:
        """No longer say that a graph is complete."""
        self.update(f"DELETE WHERE {{ GRAPH <{PUSHED}> {{ <{_named(graph)}> ?p ?o }} }}")

    def remember(self, complete: Mapping[str, tuple[str, int]]) -> None:
        """Say which graphs are complete, with digest and count."""
        said = [f'<{_named(graph)}> <{DIGEST}> "{digest}" ; <{COUNT}> {n} .' for graph, (digest, n) in complete.items()]
        if said:
            self.update(f"INSERT DATA {{ GRAPH <{PUSHED}> {{ {' '.join(said)} }} }}")

    def update(self, text: str) -> None:
        """Run a SPARQL Update."""
        door = self.doors().update
        headers = {"Content-Type": "application/sparql-update"}
        self._write(Request(door, data=text.encode("utf-8"), method="POST", headers=headers))

    def _write(self, request: Request) -> None:
        request.add_header("User-Agent", AGENT)
        until = time.monotonic() + self.timeout

        def send() -> None:
            with self.remote.transport.send(request, until) as response:
                response.read()

        late = f"{request.full_url.partition('?')[0]}: did not take a graph within {self.timeout:g} s; raise --timeout"
        try:
            within(self.timeout, send, QueryTimeout(late))
        except Misuse as error:
            raise KgError(str(error).replace("cannot read the query", "does not take what is written")) from error


def _named(graph: str) -> str:
    return graph or f"{PUSHED}#default"


def _unnamed(name: str) -> str:
    return "" if name == f"{PUSHED}#default" else name
