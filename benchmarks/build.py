"""Claims: the bundled graph builds within 3 s, and each shipped query costs at most 1.2 times the same query on raw pyoxigraph.

    python benchmarks/build.py

The build is measured beside pyoxigraph bulk-loading the same quads from N-Quads; each query beside `Store.query` on the
same read-only store with every cell turned to text, which is what any caller has to do.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox

from kg import build, catalog
from kg.graph import Graph
from kg.store.embedded import EmbeddedStore
from kg.terms import PREFIXES


def seconds(work: Callable[[], object], rounds: int = 5) -> float:
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        numbers = iter(range(1000))
        ours = seconds(lambda: build.build_at(Path(folder, f"kg{next(numbers)}")))
        path = Path(folder, "store")
        build.build_at(path)
        store = ox.Store.read_only(str(path))
        text = store.dump(format=ox.RdfFormat.N_QUADS)

        def load() -> None:
            target = ox.Store(str(Path(folder, f"raw{next(numbers)}")))
            target.bulk_load(text, format=ox.RdfFormat.N_QUADS)
            target.flush()

        raw = seconds(load)
        print(f"{'build of the bundled graph':34} {'kg s':>8} {'raw s':>8} {'ratio':>6}")
        print(f"{text.count(bytes([10])):,} quads, union included".ljust(34) + f" {ours:8.2f} {raw:8.2f} {ours / raw:6.2f}\n")
        graph = Graph(EmbeddedStore(store, str(path)))
        print(f"{'query':34} {'kg ms':>8} {'raw ms':>8} {'ratio':>6}")
        for name in catalog.names():
            query = catalog.load(name)
            values = dict(pair.split("=", 1) for pair in query.example.split())
            bound = catalog.bind(query, values, graph.resolve_iri)
            kg_time = seconds(lambda n=name, v=values: graph.run(n, v))
            raw_time = seconds(
                lambda t=bound: [["" if c is None else c.value for c in row] for row in store.query(t, prefixes=PREFIXES)]
            )
            print(f"{name:34} {kg_time * 1000:8.1f} {raw_time * 1000:8.1f} {kg_time / raw_time:6.2f}")


main()
