"""A SPARQL endpoint somewhere else, asked through SPARQLWrapper; its answers become the same terms as the embedded ones."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from http.client import HTTPResponse
from typing import IO, TYPE_CHECKING, Any, cast

import pyoxigraph as ox

from kg.deadline import within
from kg.errors import KgError, Misuse, QueryTimeout
from kg.querytext import blank_out, explain_syntax_error, with_prefixes
from kg.store import Answer, Rows
from kg.store.pushed import HIDDEN, PUSHED, VIEW, View, placed, portable
from kg.store.transport import AGENT, Counted, Transport
from kg.terms import PREFIXES, XSD

if TYPE_CHECKING:
    from SPARQLWrapper import SPARQLWrapper

_TIMEOUT = 60.0
_LONG = 2000  # characters of a query from which on it goes by POST: servers and proxies cut long addresses
_BATCH = 20_000  # statements to ask for at once
_FORM = re.compile(r"(?<![?$:\w-])(?:SELECT|ASK|CONSTRUCT|DESCRIBE)\b(?!\s*:)", re.IGNORECASE)
_GRAPHS = "application/n-triples, text/turtle;q=0.8, application/rdf+xml;q=0.5"
_BOOLEAN = ox.NamedNode(XSD + "boolean")
_BOOLEANS = {"1": ox.Literal("true", datatype=_BOOLEAN), "0": ox.Literal("false", datatype=_BOOLEAN)}


class RemoteStore:
    """The endpoint at an address. A graph that `kg push` put there is asked where its union is, see `kg.store.pushed`."""

    def __init__(self, spec: str) -> None:
        """Keep the address; nothing is sent before the first query. Raises Misuse for an address with credentials in it."""
        self.transport = Transport(spec)
        self.spec = spec
        self.timeout: float | None = _TIMEOUT
        self.kept: dict[str, list[tuple[str, ...]]] | None = None
        self._view: View | None = None

    def query(self, text: str, *, timeout: float | None = None) -> Answer:
        """Answer a query; see `kg.store.Store.query`. Raises KgError naming the endpoint for anything it cannot answer."""
        seconds = timeout or self.timeout or _TIMEOUT
        until = time.monotonic() + seconds
        late = QueryTimeout(f"{self.spec}: no answer within {seconds:g} s; narrow the query or raise --timeout")

        def ask() -> Answer:
            try:
                if self._view is None:
                    self._view = self._find_view(until)
                return self._ask(text, until, self._view)
            except QueryTimeout:
                raise late from None

        # A socket's timeout is per wait: a server that drips keeps it waiting. So the whole has a deadline.
        return within(seconds, ask, late)

    def ask_plainly(self, text: str, *, graphs: Sequence[str] = ()) -> Answer:
        """Answer a query over what the server shows, or over the graphs given, wherever the union is."""
        seconds = self.timeout or _TIMEOUT
        until = time.monotonic() + seconds
        late = QueryTimeout(f"{self.spec}: no answer within {seconds:g} s; raise --timeout")
        return within(seconds, lambda: self._ask(text, until, View.PLAIN, graphs), late)

    def server(self) -> str:
        """What the server calls itself, '' where it does not say."""
        until = time.monotonic() + (self.timeout or _TIMEOUT)
        with self._send("ASK {}", "ASK", until, View.PLAIN) as response:
            return str(response.headers.get("Server", ""))

    def see_anew(self) -> None:
        """Look again where the union is, with the next query."""
        self._view = None

    def quads(self) -> Iterator[ox.Quad]:
        """Every statement of every named graph of the endpoint, some graphs at a time.

        Raises KgError where the endpoint gives fewer of a graph than it counts.
        """
        batch: dict[str, int] = {}
        for graph, count in sorted(self.counts().items()):
            if batch and sum(batch.values()) + count > _BATCH:
                yield from self._quads_of(batch)
                batch = {}
            batch[graph] = count
        if batch:
            yield from self._quads_of(batch)

    def counts(self) -> dict[str, int]:
        """How many statements each named graph has; of a server that `kg push` filled, the graphs that it put there."""
        answer = self.query("SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g")
        assert isinstance(answer, Rows)
        return {g.value: int(n.value) for g, n in cast("list[tuple[ox.NamedNode, ox.Literal]]", answer.rows)}

    def _quads_of(self, graphs: Mapping[str, int]) -> Iterator[ox.Quad]:
        named = " ".join(f"<{graph}>" for graph in graphs)
        answer = self.query(f"SELECT ?g ?s ?p ?o {{ VALUES ?g {{ {named} }} GRAPH ?g {{ ?s ?p ?o }} }}")
        assert isinstance(answer, Rows)
        if len(answer.rows) != sum(graphs.values()):
            raise KgError(
                f"{self.spec}: gave {len(answer.rows)} of {sum(graphs.values())} statements; "
                f"it limits answers, or changed meanwhile: raise its limit, or ask again"
            )
        return (ox.Quad(s, p, o, g) for g, s, p, o in answer.rows)  # type: ignore[arg-type]

    def _find_view(self, until: float) -> View:
        """Where a push says that the union is; an endpoint that it never saw is taken as it is."""
        try:
            answer = self._ask(f"SELECT ?view {{ GRAPH <{PUSHED}> {{ <{PUSHED}> <{VIEW}> ?view }} }}", until, View.PLAIN)
        except Misuse:
            return View.PLAIN
        said = answer.rows[0][0] if isinstance(answer, Rows) and answer.rows else None
        return View(said.value) if isinstance(said, ox.Literal) else View.PLAIN

    def _ask(self, text: str, until: float, view: View, graphs: Sequence[str] = ()) -> Answer:
        form = _FORM.search(blank_out(text))
        if not form:
            raise Misuse(f"{self.spec}: {_complaint(text) or 'the text is no SPARQL query'}")
        is_graph = form.group().upper() in {"CONSTRUCT", "DESCRIBE"}
        try:
            response = self._send(text, form.group().upper(), until, view, graphs)
        except Misuse as error:
            complaint = _complaint(text)
            raise Misuse(f"{self.spec}: {complaint}") if complaint else error from error
        with response:
            kind = response.headers.get("Content-Type", "").split(";")[0].strip()
            body = cast(IO[bytes], Counted(response, self.spec))
            try:
                answer = _triples(body, kind) if is_graph else _solutions(body, kind, form.group().upper() == "ASK")
            except KgError as error:
                raise error.with_traceback(None) from None  # see below
            except (ValueError, LookupError, TypeError, AttributeError, SyntaxError, EOFError) as error:
                detail = "" if "html" in kind or not str(error) else f" ({str(error)[:200]})"
                raise KgError(
                    f"{self.spec}: answered {kind or 'something'} that is no SPARQL result; "
                    f"is it the endpoint's address?{detail}"
                ) from error.with_traceback(None)  # its frames hold what only this thread may let go of
            _refuse_a_cut(self.spec, response, answer)
        return answer

    def _send(self, text: str, form: str, until: float, view: View, graphs: Sequence[str] = ()) -> HTTPResponse:
        asked, own = placed(portable(with_prefixes(text)), view)
        client = _client(self.spec)
        # Not `setQuery`: it takes the first word that looks like a form, a `?moves` too, and sends the query as a MOVE update.
        client.queryString, client.queryType = asked, form
        for graph in graphs or own:
            client.addParameter("default-graph-uri", graph)
        client.setMethod("POST" if len(asked) > _LONG else "GET")
        is_graph = form in {"CONSTRUCT", "DESCRIBE"}
        client.setReturnFormat("turtle" if is_graph else "json")
        if is_graph:
            client.addCustomHttpHeader("Accept", _GRAPHS)
        return self.transport.send(client._createRequest(), until)


def _client(address: str) -> SPARQLWrapper:
    """What renders the protocol's requests. They are sent by our transport: its own has neither deadline nor second try."""
    from SPARQLWrapper import SPARQLWrapper

    return SPARQLWrapper(address, agent=AGENT)


def _complaint(text: str) -> str | None:
    """What our own parser says against the text, in its own lines and columns; None where it can read it."""
    if re.search(r"\bSERVICE\b", blank_out(text), re.IGNORECASE):
        return None  # the parser comes with an engine, and that would ask the other service
    try:
        ox.Store().query(text, prefixes=PREFIXES)
    except SyntaxError as error:
        return explain_syntax_error(text, str(error))
    return None


def _refuse_a_cut(address: str, response: HTTPResponse, answer: Answer) -> None:
    """Raise KgError where the endpoint says that it gave no more than its limit: fewer rows are no answer."""
    if response.headers.get("X-SQL-State"):  # Virtuoso, out of its own time: what it has found by then, with 200 OK
        said = response.headers.get("X-SQL-Message", "").strip() or response.headers["X-SQL-State"]
        raise KgError(f"{address}: gave a part of the answer only ({said}); narrow the query, or raise the server's limit")
    if cut := response.headers.get("KG-Truncated", ""):  # `kg serve`
        rows = cut.removeprefix("rows=")
        raise KgError(f"{address}: gave {rows} rows, which is its limit, of more; page the query with LIMIT")
    most = response.headers.get("X-SPARQL-MaxRows", "")
    if most.isdigit() and _size(answer) >= int(most):
        raise KgError(
            f"{address}: gave {most} rows, which is its limit, and there may be more; "
            f"narrow the query, or raise ResultSetMaxRows of the server"
        )


def _size(answer: Answer) -> int:
    return len(answer.rows) if isinstance(answer, Rows) else len(answer) if isinstance(answer, list) else 0


def _triples(body: IO[bytes], kind: str) -> list[ox.Triple]:
    if "html" in kind:
        raise ValueError("a web page")
    format = ox.RdfFormat.from_media_type(kind) or ox.RdfFormat.TURTLE
    return list(dict.fromkeys(quad.triple for quad in ox.parse(body, format=format)))


def _solutions(body: IO[bytes], kind: str, asks: bool) -> Answer:
    """The answer to an ASK or a SELECT, row by row as it comes in."""
    if "html" in kind:
        raise ValueError("a web page")
    format = ox.QueryResultsFormat.from_media_type(kind) or ox.QueryResultsFormat.JSON
    found: Any = ox.parse_query_results(body, format=format)
    if isinstance(found, ox.QueryBoolean):
        return bool(found)
    columns = tuple(variable.value for variable in found.variables)
    rows = [tuple(map(_canonical, solution)) for solution in found]
    shown = [number for number, column in enumerate(columns) if not column.startswith(HIDDEN)]
    if len(shown) < len(columns):
        columns, rows = tuple(columns[n] for n in shown), [tuple(row[n] for n in shown) for row in rows]
    if asks:  # Virtuoso answers an ASK with a row of one number, or with none
        return bool(rows and rows[0][0] is not None and rows[0][0].value not in {"0", "false"})
    return Rows(columns, rows)


def _canonical(term: Any) -> Any:
    """The term; a boolean written as a number, as Virtuoso does, in its canonical form."""
    if isinstance(term, ox.Literal) and term.datatype == _BOOLEAN:
        return _BOOLEANS.get(term.value, term)
    return term
