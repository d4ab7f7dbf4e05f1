"""Where the graph to be served lies on disk: processes cannot share one in memory."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from kg.build import latest_default
from kg.errors import Misuse
from kg.graph import open_graph
from kg.store import is_endpoint
from kg.store.embedded import EmbeddedStore
from kg.store.generations import current


@contextmanager
def located(spec: str | None, known_by: str | None, say: Callable[[str], None]) -> Iterator[Callable[[], Path]]:
    """What says where the graph lies now: a folder's newest generation, or a copy on disk of one that lies nowhere.

    Raises Misuse for an endpoint: it is served already.
    """
    if spec and is_endpoint(spec):
        raise Misuse(f"{spec} is served already; kg serve serves a folder, or the bundled graph")
    store = open_graph(spec, known_by=known_by, say=say).store
    assert isinstance(store, EmbeddedStore)
    if store.path is None:
        with tempfile.TemporaryDirectory(prefix="kg-serve-graph-") as folder:
            path = Path(folder) / "graph"
            EmbeddedStore.write(path, store)
            yield lambda: path
    elif known_by:
        path = store.path
        yield lambda: path
    elif spec:
        yield lambda: current(Path(spec))
    else:
        yield latest_default
