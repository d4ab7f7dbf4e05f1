"""A SPARQL endpoint somewhere else, asked through SPARQLWrapper; its answers become the same terms as the embedded ones."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError, URLError

import pyoxigraph as ox

from kg.deadline import within
from kg.errors import KgError, Misuse, QueryTimeout
from kg.querytext import blank_out, explain_syntax_error, with_prefixes
from kg.store import Answer, Rows
from kg.terms import PREFIXES

_AGENT = "osgov-kg (SPARQL client)"
_TIMEOUT = 60.0


class RemoteStore:
    """The endpoint at an address; every query goes by POST, so that none is too long."""

    def __init__(self, spec: str) -> None:
        """Keep the address; nothing is sent before the first query."""
        self.spec = spec
        self.timeout: float | None = _TIMEOUT

    def query(self, text: str, *, timeout: float | None = None) -> Answer:
        """Answer a query; see `kg.store.Store.query`. Raises KgError naming the endpoint for anything it cannot answer."""
        deadline = timeout or self.timeout or _TIMEOUT
        late = f"{self.spec}: no answer within {deadline:g} s; narrow the query or raise --timeout"
        # SPARQLWrapper's timeout is per socket wait: a server that drips keeps it waiting. So the whole has a deadline.
        return within(deadline, lambda: self._ask(text, deadline), QueryTimeout(late))

    def quads(self) -> Iterator[ox.Quad]:
        """Every statement of every named graph of the endpoint."""
        answer = self.query("SELECT ?s ?p ?o ?g { GRAPH ?g { ?s ?p ?o } }")
        assert isinstance(answer, Rows)
        return (ox.Quad(*row) for row in answer.rows)  # type: ignore[arg-type]

    def _ask(self, text: str, deadline: float) -> Answer:
        from SPARQLWrapper import JSON, POST, TURTLE, SPARQLWrapper
        from SPARQLWrapper.SPARQLExceptions import SPARQLWrapperException

        form = re.search(r"(?<![?$:\w-])(?:SELECT|ASK|CONSTRUCT|DESCRIBE)\b(?!\s*:)", blank_out(text), re.IGNORECASE)
        if not form:
            raise Misuse(_complaint(text) or f"{self.spec}: the text is no SPARQL query")
        is_graph = form.group().upper() in {"CONSTRUCT", "DESCRIBE"}
        client = SPARQLWrapper(self.spec, agent=_AGENT)
        client.setMethod(POST)
        client.setTimeout(math.ceil(deadline) + 1)  # later than ours, which tells a slow endpoint from one that is down
        # Not `setQuery`: it takes the first word that looks like a form, a `?moves` too, and sends the query as a MOVE update.
        client.queryString, client.queryType = with_prefixes(text), form.group().upper()
        client.setReturnFormat(TURTLE if is_graph else JSON)
        try:
            response: Any = client.query().response
            with response:
                kind = response.headers.get("Content-Type", "").split(";")[0].strip()
                body: bytes = response.read()
        except SPARQLWrapperException as error:
            if isinstance(error.__context__, HTTPError):
                error.__context__.close()
            reason = str(error).strip().rsplit("Response:", 1)[-1].strip(" \n'b\"")
            if type(error).__name__ == "QueryBadFormed":
                raise Misuse(_complaint(text) or f"{self.spec}: the endpoint cannot read the query: {reason}") from error
            raise KgError(f"{self.spec}: {type(error).__name__}: {reason}") from error
        except HTTPError as error:
            error.close()
            raise KgError(
                f"{self.spec}: answered {error.code} {error.reason}; is it a SPARQL endpoint, and open to you?"
            ) from error
        except (URLError, OSError) as error:
            raise KgError(
                f"{self.spec}: no answer ({getattr(error, 'reason', error)}); is it a SPARQL endpoint, and up?"
            ) from error
        try:
            return _triples(body, kind) if is_graph else _rows(body)
        except (ValueError, LookupError, TypeError, AttributeError, SyntaxError) as error:
            raise KgError(
                f"{self.spec}: answered {kind or 'something'} that is no SPARQL result; is it the endpoint's address?"
            ) from error


def _complaint(text: str) -> str | None:
    """What our own parser says against the text, in its own lines and columns; None where it can read it."""
    if re.search(r"\bSERVICE\b", blank_out(text), re.IGNORECASE):
        return None  # the parser comes with an engine, and that would ask the other service
    try:
        ox.Store().query(text, prefixes=PREFIXES)
    except SyntaxError as error:
        return explain_syntax_error(text, str(error))
    return None


def _triples(body: bytes, kind: str) -> list[ox.Triple]:
    format = ox.RdfFormat.from_media_type(kind) or ox.RdfFormat.TURTLE
    return [quad.triple for quad in ox.parse(body, format=format)]


def _rows(body: bytes) -> Answer:
    found = json.loads(body)
    if "boolean" in found:
        return bool(found["boolean"])
    columns = tuple(found["head"]["vars"])
    return Rows(columns, [tuple(_term(b[c]) if c in b else None for c in columns) for b in found["results"]["bindings"]])


def _term(cell: dict[str, str]) -> ox.NamedNode | ox.BlankNode | ox.Literal:
    value = cell["value"]
    match cell["type"]:
        case "uri":
            return ox.NamedNode(value)
        case "bnode":
            return ox.BlankNode(value.removeprefix("_:").replace("://", "-").replace(":", "-"))
    if cell.get("xml:lang"):
        return ox.Literal(value, language=cell["xml:lang"])
    return ox.Literal(value, datatype=ox.NamedNode(cell["datatype"])) if cell.get("datatype") else ox.Literal(value)
