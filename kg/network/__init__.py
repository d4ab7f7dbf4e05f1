"""From rows to networks: here, and only here, a gift, a holding or an affiliation becomes an edge."""

from kg.network.spans import MOVES, SPANS, Run, around, between, collapsed, spans, statements, transfers
from kg.network.views import INPUT_COLUMNS, NAMES, Views, inputs, key_of, labels, merged

__all__ = [
    "INPUT_COLUMNS",
    "MOVES",
    "NAMES",
    "SPANS",
    "Run",
    "Views",
    "around",
    "between",
    "collapsed",
    "inputs",
    "key_of",
    "labels",
    "merged",
    "spans",
    "statements",
    "transfers",
]
