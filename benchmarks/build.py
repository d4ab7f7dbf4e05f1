"""Claim: the bundled graph builds within 3 s, and in at most 3 times what it takes pyoxigraph to load the same quads.

    python benchmarks/build.py

The build is measured beside pyoxigraph bulk-loading the same quads from N-Quads. The queries: benchmarks/queries.py.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox

from kg import build


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
        print(f"{text.count(bytes([10])):,} quads, union included".ljust(34) + f" {ours:8.2f} {raw:8.2f} {ours / raw:6.2f}")


main()
