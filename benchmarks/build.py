"""Claim: the bundled graph builds within 3 s, and in at most 3 times what it takes pyoxigraph to load the same quads.

    python benchmarks/build.py [rounds]

The build is measured beside pyoxigraph bulk-loading the same quads from N-Quads. The queries: benchmarks/queries.py.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pyoxigraph as ox

from kg import build


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def measure(rounds: int) -> tuple[float, float, int]:
    """Median seconds of our build and of the raw load, the two taking turns; and how many quads."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "store")
        build.build_at(path)
        text = ox.Store.read_only(str(path)).dump(format=ox.RdfFormat.N_QUADS)

        def load(number: int) -> None:
            target = ox.Store(str(Path(folder, f"raw{number}")))
            target.bulk_load(text, format=ox.RdfFormat.N_QUADS)
            target.flush()

        ours, raw = [], []
        for number in range(rounds):
            ours.append(seconds(partial(build.build_at, Path(folder, f"kg{number}"))))
            raw.append(seconds(partial(load, number)))
        return statistics.median(ours), statistics.median(raw), text.count(b"\n")


def main(rounds: int) -> None:
    ours, raw, quads = measure(rounds)
    print(f"{'build of the bundled graph':34} {'kg s':>8} {'raw s':>8} {'ratio':>6}")
    print(f"{quads:,} quads, union included".ljust(34) + f" {ours:8.2f} {raw:8.2f} {ours / raw:6.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
