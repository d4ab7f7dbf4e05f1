"""A graph for a validator: a query that would be asked for one node after the other is asked once, for all of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import rdflib
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.plugins.sparql.sparql import Query
from rdflib.query import Processor, Result
from rdflib.term import Identifier, Node, Variable

_THIS = Variable("this")
_SAME_ROWS = {"SelectQuery", "Distinct", "Filter", "Extend", "AggregateJoin", "OrderBy"}
_Answer = tuple[list[Variable], dict[Node, list[Mapping[Variable, Identifier]]]]


class AskedOnce(rdflib.Graph):
    """A graph in memory that answers `query(text, initBindings={"this": node})` from one answer for all nodes.

    A SHACL validator puts the query of each SPARQL constraint to every focus node, and rdflib reads the text anew each time.
    Where a pattern always binds `?this`, the rows of the query without a node, told apart by `?this`, are the same rows. Any
    other query is asked for each node.
    """

    def __init__(self) -> None:
        """Start with no statements."""
        super().__init__()
        self._answers: dict[str, _Answer | None] = {}

    def query(
        self,
        query_object: str | Query,
        processor: str | Processor = "sparql",
        result: str | type[Result] = "sparql",
        initNs: Mapping[str, Any] | None = None,  # noqa: N803 - the names are rdflib's
        initBindings: Mapping[str, Identifier] | None = None,  # noqa: N803
        use_store_provided: bool = True,
        **kwargs: Any,
    ) -> Result:
        """The answer, as of `rdflib.Graph.query`; the graph must not change between two questions about `this`."""
        if isinstance(query_object, str) and initBindings and set(initBindings) == {"this"} and not initNs:
            if query_object not in self._answers:
                self._answers[query_object] = self._for_all(query_object)
            answer = self._answers[query_object]
            if answer is not None:
                found = Result("SELECT")
                found.vars, found.bindings = answer[0], answer[1].get(initBindings["this"], [])
                return found
        return super().query(query_object, processor, result, initNs, initBindings, use_store_provided, **kwargs)

    def _for_all(self, text: str) -> _Answer | None:
        """The columns, and the rows by what `?this` is in them; None for a query that has to be asked for each node."""
        if not can_be_asked_once(text):
            return None
        answer = super().query(text)
        rows: dict[Node, list[Mapping[Variable, Identifier]]] = {}
        for row in answer.bindings:
            rows.setdefault(row[_THIS], []).append(row)
        return list(answer.vars or ()), rows


def can_be_asked_once(text: str) -> bool:
    """Whether the query selects `?this`, and a pattern binds it in every row: asking for a node only picks rows then."""
    query = prepareQuery(text).algebra
    return query.name == "SelectQuery" and _THIS in query.PV and _binds_this(query)


def _binds_this(part: CompValue) -> bool:
    """Whether every row of this part of a query has a node for `?this`, and what it says hangs on no row of another node."""
    if part.name == "BGP":
        return any(_THIS in triple for triple in part.triples)
    if part.name == "Join":
        return _binds_this(part.p1) or _binds_this(part.p2)
    if part.name == "Union":
        return _binds_this(part.p1) and _binds_this(part.p2)
    if part.name == "LeftJoin":
        return _binds_this(part.p1)
    if part.name in {"Project", "Group"}:
        kept = part.PV if part.name == "Project" else part.expr or ()
        return _THIS in kept and _binds_this(part.p)
    return part.name in _SAME_ROWS and _binds_this(part.p)
