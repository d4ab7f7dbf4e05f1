"""Where nodes lie in a picture: a force-directed layout, the same each time, drawn by igraph where it is installed."""

from __future__ import annotations

import random
from importlib.util import find_spec
from typing import Any

import networkx as nx

SEED = 2022
_MOST = 100_000  # nodes past which a layout takes minutes
_SPREAD = 60.0  # how far apart igraph's unit is drawn
_GAP = 300.0  # between pieces, with room for a label


def places(graph: nx.MultiDiGraph[str]) -> dict[str, tuple[float, float]]:
    """x and y of each node; nothing where igraph is not installed, or for a network too large to be looked at.

    Fruchterman and Reingold, "Graph drawing by force-directed placement" (1991), piece by piece: pieces that nothing joins are
    laid side by side, largest first, since forces alone would blow them apart.
    """
    if not graph or find_spec("igraph") is None or len(graph) > _MOST:
        return {}
    import igraph

    order = sorted(graph)
    number = {key: i for i, key in enumerate(order)}
    pairs = sorted({(number[a], number[b]) for a, b in graph.edges()})
    whole: Any = igraph.Graph(len(order), pairs)  # type: ignore[no-untyped-call]
    igraph.set_random_number_generator(random.Random(SEED))
    try:
        pieces = sorted(whole.connected_components(mode="weak"), key=lambda piece: (-len(piece), piece[0]))
        found: dict[str, tuple[float, float]] = {}
        left, top, height, width = 0.0, 0.0, 0.0, 0.0
        for piece in pieces:
            layout = whole.induced_subgraph(piece).layout_fruchterman_reingold(niter=1000 if len(piece) < 5000 else 300)
            layout.scale(_SPREAD)
            x0, y0, x1, y1 = layout.bounding_box().coords if len(piece) > 1 else (0.0, 0.0, 0.0, 0.0)
            if width and left + (x1 - x0) > width:  # rows as wide as the largest piece
                left, top, height = 0.0, top + height + _GAP, 0.0
            for node, (x, y) in zip(piece, layout.coords, strict=True):
                found[order[node]] = (round(left + x - x0, 1), round(-(top + y - y0), 1))
            left, height, width = left + (x1 - x0) + _GAP, max(height, y1 - y0), width or x1 - x0
        return found
    finally:
        igraph.set_random_number_generator(random)
