"""A knowledge graph of open-source governance: who gave which project to whom, who holds what, and how neutral it is.

import kg
g = kg.open()
g.moves(donor="google")
g.query("SELECT ?p { ?p a osgov:Project } LIMIT 3")
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.resources import VERSION

if TYPE_CHECKING:
    from kg.graph import Graph

__version__ = VERSION
__all__ = ["__version__", "open"]


def open(store: str | None = None, as_of: str | None = None, *, known_by: str | None = None) -> Graph:
    """The graph, ready to be asked: the bundled one (built on first use), or the store that `store` names.

    `store` is `memory:`, a folder made by `kg build --store FOLDER`, or the address of a SPARQL endpoint; where it is None,
    the environment variable KG_STORE is asked. With `as_of`, a day such as `2016-02-01`, every answer is of that day. Raises
    kg.errors.KgError where there is no such store, or a query takes no day.

    `known_by` leaves only what the sources say that had been read by that day, month or year (`2026-11`), and what follows
    from them. Raises kg.errors.NotFound where nothing had been read by then.
    """
    from kg.graph import open_graph

    return open_graph(store, as_of=as_of, known_by=known_by)
