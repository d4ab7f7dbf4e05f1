"""What `kg push` leaves on a server beside the graph, and how a query is put there so that it sees the union as a set.

The default view of servers differs. Some keep a default graph apart: it then holds the union. Others show all named graphs
at once and give a statement once per graph that has it (Virtuoso, and Oxigraph with --union-default-graph): there the union
is a graph of its own, which a query is pointed at. Which it is, is written into the graph `g:pushed`.
"""

from __future__ import annotations

import re
from enum import Enum

from kg.querytext import blank_out
from kg.terms import GRAPH

PUSHED = GRAPH + "pushed"
UNION = GRAPH + "union"
MORE = GRAPH + "union-more"
"""Statements of the union that Virtuoso does not hold beside another in one graph: "2005-12" and "2005-12-01"."""

VIEW, DIGEST, COUNT = (f"{PUSHED}#{name}" for name in ("view", "digest", "count"))

_OWN = ", ".join(f"<{name}>" for name in (PUSHED, UNION, MORE))
_GRAPH = re.compile(r"(?<![?$:\w-])GRAPH\s*([?$]\w+)\s*\{", re.IGNORECASE)


class View(Enum):
    """Where the union is, on a server."""

    PLAIN = "plain"
    """Not pushed by us: the default view, whatever it is."""
    DEFAULT = "default"
    """In the default graph."""
    GRAPHS = "graphs"
    """In graphs of its own, which the protocol's default-graph-uri names; GRAPH reaches the others all the same."""
    WITHIN = "within"
    """In a graph of its own; with default-graph-uri GRAPH reaches nothing, so a query with GRAPH is put within the graph."""


_NAMED = re.compile(r"(?<![?$:\w-])GRAPH\s*(<[^<>]*>|[\w.-]*:[\w.-]*)\s*\{", re.IGNORECASE)
HIDDEN = "in_graph_"
_UNGIVEN = re.compile(r"\bVALUES\s*[?$]\w+\s*\{\s*UNDEF\s*\}", re.IGNORECASE)


def portable(text: str) -> str:
    """The query in words that engines agree on, with the same meaning.

    A variable bound to UNDEF is not bound at all: Virtuoso takes it as bound where BOUND asks. A character beyond ASCII in a
    string is written by its number: Virtuoso turns it into a question mark. BASE stands first: Virtuoso takes it nowhere else.

    >>> portable('SELECT ?y { VALUES ?x { UNDEF } BIND("→" AS ?y) }')
    'SELECT ?y {  BIND("\\\\u2192" AS ?y) }'
    """
    bare = blank_out(text)
    if not re.search(r"\bSELECT\s*(?:DISTINCT\s*|REDUCED\s*)?\*", bare, re.IGNORECASE):  # there it would be a column
        for match in reversed(list(_UNGIVEN.finditer(bare))):
            text = text[: match.start()] + text[match.end() :]
    based = re.search(r"\bBASE\s+(?=\s)", blank_out(text), re.IGNORECASE)
    if based and (iri := re.compile(r"BASE\s+<[^<>]*>", re.IGNORECASE).match(text, based.start())):
        text = f"{iri.group()}\n{text[: iri.start()]}{text[iri.end() :]}"
    return re.sub(r"[^\x00-\x7f]", lambda m: f"\\u{ord(m[0]):04X}" if ord(m[0]) < 0x10000 else f"\\U{ord(m[0]):08X}", text)


def placed(text: str, view: View) -> tuple[str, list[str]]:
    """The query as that view needs it, and the graphs to send as default-graph-uri.

    >>> placed("SELECT ?x { ?x a ?y }", View.GRAPHS)[0]
    'SELECT ?x { ?x a ?y }'
    """
    bare = blank_out(text)
    if view is View.PLAIN or re.search(r"(?<![?$:\w-])FROM\b(?!\s*:)", bare, re.IGNORECASE):
        return text, []
    has_graph = re.search(r"(?<![?$:\w-])GRAPH\b", bare, re.IGNORECASE) is not None
    text = _without_ours(text)
    if view is View.GRAPHS:
        return _by_variable(text), [UNION, MORE]
    if view is View.WITHIN:
        return (_within_union(text), []) if has_graph else (text, [UNION])
    return text, []


def _closing(bare: str, opened: int) -> int:
    """Where the brace at `opened` is closed; the end of the text where it is not."""
    depth = 0
    for place in range(opened, len(bare)):
        depth += {"{": 1, "}": -1}.get(bare[place], 0)
        if depth == 0:
            return place
    return len(bare)


def _without_ours(text: str) -> str:
    """The query whose GRAPH ?g does not tell of the graphs that `kg push` made for itself, nor of those of the server."""
    bare = blank_out(text)
    for match in sorted(_GRAPH.finditer(bare), key=lambda m: _closing(bare, m.end() - 1), reverse=True):
        end = _closing(bare, match.end() - 1) + 1
        name = match.group(1)
        text = f'{text[:end]} FILTER(STRSTARTS(STR({name}), "{GRAPH}") && {name} NOT IN ({_OWN})){text[end:]}'
    return text


def _by_variable(text: str) -> str:
    """The query with each graph it names matched by a variable: Virtuoso looks into the default graph, too, for one named.

    The variables begin with HIDDEN; a SELECT * would show them.
    """
    number = 0
    while match := _NAMED.search(bare := _blank_but_iris(text)):
        end = _closing(blank_out(text), match.end() - 1) + 1
        number += 1
        name, variable = bare[match.start(1) : match.end(1)], f"?{HIDDEN}{number}"
        inside = text[match.end() - 1 : end]
        text = f"{text[: match.start()]}GRAPH {variable} {inside} FILTER({variable} = {name}){text[end:]}"
    return text


def _blank_but_iris(text: str) -> str:
    """The query without what looks like one in strings and comments, but with its IRIs."""
    bare = blank_out(text)
    return re.sub(r"(?<=GRAPH)(\s+)(?=\{)", lambda m: text[m.start() : m.end()], bare, flags=re.IGNORECASE)


def _within_union(text: str) -> str:
    """The query with its outermost group put within the graph of the union; a GRAPH inside it goes its own way."""
    bare = blank_out(text)
    start = bare.find("{")
    if re.search(r"\bCONSTRUCT\s*\{", bare, re.IGNORECASE):
        start = bare.find("{", _closing(bare, start))
    if start < 0:
        return text
    end = _closing(bare, start)
    return f"{text[: start + 1]} GRAPH <{UNION}> {{{text[start + 1 : end]}}} {text[end:]}"
