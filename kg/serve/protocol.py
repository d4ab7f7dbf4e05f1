"""What a request asks, by the SPARQL 1.1 Protocol (W3C Recommendation of 21 March 2013, section 2); pure, no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl

from kg.serve.reply import Refusal

FORM, QUERY, UPDATE = "application/x-www-form-urlencoded", "application/sparql-query", "application/sparql-update"
READ_ONLY = "this endpoint is read-only: it answers queries and takes no updates"


@dataclass(frozen=True, slots=True)
class Asked:
    """A query, and the dataset that the request names for it, if it names one."""

    query: str
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()


def read(method: str, query_string: bytes, content_type: str, body: bytes) -> Asked | None:
    """The query that a request asks; None where a GET asks none. Raises Refusal for what the protocol does not allow."""
    given = parameters(query_string, "the address")
    if method == "POST":
        kind, _, more = content_type.partition(";")
        match kind.strip().lower():
            case str(k) if k == FORM:
                given += parameters(body, "the form")
            case str(k) if k == QUERY:
                given.append(("query", _text(body, more)))
            case str(k) if k == UPDATE:
                raise Refusal(403, READ_ONLY)
            case kind:
                raise Refusal(415, f"a POST has the type {FORM} or {QUERY}, not {kind or 'none'}")
    if any(name == "update" for name, _ in given):
        raise Refusal(403, READ_ONLY)
    queries = [value for name, value in given if name == "query"]
    if len(queries) > 1:
        raise Refusal(400, f"one query a request; this one has {len(queries)}")
    if not queries:
        if method == "POST":
            raise Refusal(400, "the form has no `query`")
        return None
    default, named = (tuple(v for n, v in given if n == f"{kind}-graph-uri") for kind in ("default", "named"))
    return Asked(queries[0], default, named)


def parameters(encoded: bytes, where: str) -> list[tuple[str, str]]:
    """The names and values of a query string or a form. Raises Refusal (400) where they are not UTF-8."""
    try:
        return parse_qsl(encoded.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=1000)
    except UnicodeDecodeError:
        raise Refusal(400, f"{where} is not UTF-8") from None
    except ValueError as error:
        raise Refusal(400, f"{where} cannot be read: {error}") from None


def _text(body: bytes, parameters_of_type: str) -> str:
    charset = parameters_of_type.lower().partition("charset=")[2].strip().strip('"') or "utf-8"
    if charset not in {"utf-8", "utf8", "us-ascii"}:
        raise Refusal(415, f"a query is UTF-8, not {charset}")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refusal(400, f"the query is not UTF-8 at byte {error.start}") from None
