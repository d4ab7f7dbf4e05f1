"""A SPARQL query, answered in the format a client likes best, with no more rows than are allowed."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path

import pyoxigraph as ox

from kg.graph import Graph
from kg.lookup import Index
from kg.querytext import blank_out, explain_syntax_error
from kg.render import render_w3c
from kg.serve.formats import GRAPHS, RESULTS, choose
from kg.serve.protocol import READ_ONLY, Asked
from kg.serve.reply import Refusal, Reply
from kg.store import Rows, texts
from kg.store.embedded import EmbeddedStore
from kg.terms import PREFIXES

IN_MEMORY = 1 << 20  # bytes of a body from which on it goes through a file
LARGEST = 1 << 30  # bytes of a body that are too many
TRUNCATED = "KG-Truncated"

# What stands once before each row at least; more often where a value holds it, so that it may say too many, never too few.
_MARKS = {
    ox.QueryResultsFormat.JSON: b",{",
    ox.QueryResultsFormat.XML: b"<result>",
    ox.QueryResultsFormat.CSV: b"\n",
    ox.QueryResultsFormat.TSV: b"\n",
}
_W3C = {
    ox.QueryResultsFormat.JSON: "sparql-json",
    ox.QueryResultsFormat.XML: "sparql-xml",
    ox.QueryResultsFormat.CSV: "sparql-csv",
    ox.QueryResultsFormat.TSV: "sparql-tsv",
}
_CHANGING = re.compile(r"\b(?:NOW|RAND|UUID|STRUUID|BNODE)\s*\(", re.IGNORECASE)
_UPDATE = re.compile(r"\b(?:INSERT|DELETE|LOAD|CLEAR|DROP|CREATE|ADD|MOVE|COPY)\b", re.IGNORECASE)
# The keyword with what may follow it, wherever in the text: in strings and comments too, so that no way of hiding it from us
# and not from the engine has to be thought of. What stands before tells variables, names and addresses that end in it.
_SPACE = r"(?:\s|#[^\n\r]*(?:[\n\r]|$))"
_FEDERATED = re.compile(
    rf"(?:(?<![?$:/\-_A-Za-z])|(?<=true)|(?<=false))SERVICE{_SPACE}*(?:SILENT{_SPACE}*)?"
    rf"(?:[<?$]|(?<=\s)[^\s\"'<>{{}}()|^`\\,;]*:)",
    re.IGNORECASE,
)


@dataclass
class Served:
    """The graph a worker has open, and the limits it keeps to."""

    store: EmbeddedStore
    rows: int
    folder: Path
    """Where bodies go that are too large for memory."""
    _told: dict[str, list[tuple[str, ...]]] = field(default_factory=dict)

    @property
    def generation(self) -> str:
        """What tells this state of the graph from another."""
        return self.store.path.name if self.store.path else ""

    @cached_property
    def index(self) -> Index:
        """The names of everything, read once."""
        return Index.of(self.store)

    @cached_property
    def graph(self) -> Graph:
        """The graph as the rest of the library asks it."""
        return Graph(self.store)

    def told(self, query: str) -> list[tuple[str, ...]]:
        """The rows of a query of our own as text, asked once."""
        if query not in self._told:
            self._told[query] = texts(self.store, query)
        return self._told[query]

    def etag(self, *parts: str) -> str:
        """A strong tag: the same for the same question to the same state of the graph."""
        digest = hashlib.blake2b("\0".join([self.generation, str(self.rows), *parts]).encode(), digest_size=12)
        return f'"{digest.hexdigest()}"'


def sparql(served: Served, asked: Asked, accept: str, known: str) -> Reply:
    """The answer to a query; `known` is what the client has, an If-None-Match header. Raises Refusal."""
    if _FEDERATED.search(asked.query):
        raise Refusal(
            403,
            "SERVICE is not answered here: this server asks no other one. Send the query to a client that federates, such as "
            "Comunica, with this endpoint as one of its sources. (The word with an address or a variable after it is refused "
            "in strings and comments too.)",
        )
    found = _run(served, asked)
    rdf = isinstance(found, ox.QueryTriples)
    name = choose(accept, GRAPHS if rdf else RESULTS)[0]
    headers = {"Vary": "Accept", "Cache-Control": "no-cache"}
    if not _CHANGING.search(asked.query):
        headers["ETag"] = served.etag(name, asked.query, *asked.default_graphs, "", *asked.named_graphs)
        if knows(known, headers["ETag"]):
            return Reply(status=304, headers=headers)
    reply = Reply(media=name, headers=headers)
    try:
        if isinstance(found, ox.QueryTriples):
            _write_triples(served, found, name, reply)
        elif isinstance(found, ox.QuerySolutions):
            _write_rows(served, asked, found, name, reply)
        else:
            reply.body = found.serialize(format=RESULTS[name]) or b""
    except OSError as error:
        raise Refusal(500, f"the query failed: {error}") from None
    return reply


def knows(known: str, etag: str) -> bool:
    """Whether an If-None-Match header names the tag."""
    return known.strip() == "*" or etag in {tag.strip().removeprefix("W/") for tag in known.split(",")}


def _run(served: Served, asked: Asked) -> ox.QueryBoolean | ox.QuerySolutions | ox.QueryTriples:
    try:
        if asked.default_graphs or asked.named_graphs:
            default, named = ([ox.NamedNode(iri) for iri in iris] for iris in (asked.default_graphs, asked.named_graphs))
            return served.store.store.query(asked.query, prefixes=PREFIXES, default_graph=default, named_graphs=named)  # type: ignore[arg-type]
        return served.store.store.query(asked.query, prefixes=PREFIXES)
    except SyntaxError as error:
        if _UPDATE.search(blank_out(asked.query)):
            raise Refusal(400, f"{READ_ONLY}; and as a query it has a fault: {explain(asked.query, error)}") from None
        raise Refusal(400, explain(asked.query, error)) from None
    except ValueError as error:
        raise Refusal(400, f"the dataset of the request: {error}") from None
    except OSError as error:
        raise Refusal(500, f"the query failed: {error}") from None


def explain(query: str, error: SyntaxError) -> str:
    """The engine's complaint with line and caret; of a text too long to be read by people, the complaint alone."""
    return explain_syntax_error(query, str(error)) if len(query) < 100_000 else f"syntax error: {error}"


class _TooMany(Exception):
    """There may be more rows than are allowed."""


class _Body:
    """Where the engine writes an answer: memory, then a file; counts what could be rows, and stops where they are too many."""

    def __init__(self, served: Served, mark: bytes = b"", most: int = 0) -> None:
        self._folder, self._mark, self._left = served.folder, mark, most
        self._parts: list[bytes] = []
        self._tail, self._size = b"", 0
        self._file: int | None = None
        self.path: str | None = None

    def write(self, part: bytes) -> int:
        if self._mark:
            # A mark may lie across two parts.
            window = self._tail + part
            self._left -= window.count(self._mark) - self._tail.count(self._mark)
            self._tail = window[len(window) - len(self._mark) + 1 :] if len(self._mark) > 1 else b""
            if self._left < 0:
                raise _TooMany
        self._size += len(part)
        if self._size > LARGEST:
            raise Refusal(500, f"the answer is larger than {LARGEST >> 20} MB; ask for less, or page it with LIMIT and OFFSET")
        if self._file is None and self._size <= IN_MEMORY:
            self._parts.append(bytes(part))
        else:
            if self._file is None:
                self._file, self.path = tempfile.mkstemp(dir=self._folder)
                for early in self._parts:
                    os.write(self._file, early)
                self._parts = []
            os.write(self._file, part)
        return len(part)

    def flush(self) -> None:
        pass

    def into(self, reply: Reply) -> None:
        """Hand over what was written."""
        if self._file is None:
            reply.body = b"".join(self._parts)
        else:
            os.close(self._file)
            reply.file = self.path

    def drop(self) -> None:
        """Forget what was written."""
        if self._file is not None and self.path:
            os.close(self._file)
            os.unlink(self.path)


def _write_rows(served: Served, asked: Asked, found: ox.QuerySolutions, name: str, reply: Reply) -> None:
    format = RESULTS[name]
    # The line of names in CSV and TSV has a mark and is no row; in JSON the first row has none.
    header = {ox.QueryResultsFormat.JSON: -1, ox.QueryResultsFormat.XML: 0}.get(format, 1)
    body = _Body(served, _MARKS[format], served.rows + header)
    try:
        found.serialize(body, format=format)  # type: ignore[arg-type]
        body.into(reply)
        return
    except _TooMany:
        body.drop()
    except BaseException:
        body.drop()
        raise
    # Once more, row by row: slower, and only where the answer is about as long as may be, or longer.
    again = _run(served, asked)
    assert isinstance(again, ox.QuerySolutions)
    rows = [tuple(row) for row in islice(again, served.rows + 1)]
    if len(rows) > served.rows:
        rows.pop()
        _say_truncated(served, reply)
    written = _Body(served)
    written.write(render_w3c(Rows(tuple(v.value for v in again.variables), rows), _W3C[format]).encode())
    written.into(reply)


def _write_triples(served: Served, found: Iterable[ox.Triple], name: str, reply: Reply) -> None:
    body = _Body(served)
    more = False

    def some() -> Iterator[ox.Triple]:
        nonlocal more
        for number, triple in enumerate(found):
            if number == served.rows:
                more = True
                return
            yield triple

    try:
        ox.serialize(some(), body, format=GRAPHS[name], prefixes=PREFIXES)  # type: ignore[arg-type]
    except BaseException:
        body.drop()
        raise
    body.into(reply)
    if more:
        _say_truncated(served, reply)


def _say_truncated(served: Served, reply: Reply) -> None:
    reply.headers[TRUNCATED] = f"rows={served.rows}"
    reply.headers["Link"] = '<https://www.w3.org/TR/sparql11-query/#modOffset>; rel="help"; title="cut off: page it with LIMIT"'
