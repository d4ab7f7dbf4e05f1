"""Checking a big graph: the queries of queries/checks on the embedded engine, and pySHACL with the shapes they mirror.

Makes governance data of the size wanted, with faults planted in them by the dice of a seed, and counts which are found. Run
from a checkout with the dev extras: `python benchmarks/checks.py [--quads 1000000] [--validated 30000] [--seed 1]`.
"""

import argparse
import logging
import time
from collections import Counter

from world import World

from kg import check
from kg.store.embedded import EmbeddedStore


def found_by(faults):
    return {(fault.focus, fault.shape) for fault in faults}


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--quads", type=int, default=1_000_000)
    options.add_argument("--validated", type=int, default=30_000, help="the size at which pySHACL is asked too; 0: not at all")
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    logging.disable(logging.CRITICAL)
    rows = []
    for size in dict.fromkeys(filter(None, (given.validated, given.quads))):
        world = World(size, given.seed, planted=True, derived=True)
        quads = list(world)
        store = EmbeddedStore.in_memory(quads)
        slow = Counter()
        begin, busy = time.perf_counter(), time.process_time()
        found = set()
        for path in check.queries():
            start = time.perf_counter()
            found |= found_by(check.run(store, path))
            slow[path.stem] = time.perf_counter() - start
        seconds, worked = time.perf_counter() - begin, time.process_time() - busy
        rows.append((len(quads), "queries/checks", seconds, worked, len(world.faults), len(world.faults & found), len(found)))
        if size == given.quads:
            print("slowest:", ", ".join(f"{name} {spent:.2f} s" for name, spent in slow.most_common(5)))
        if size == given.validated:
            begin, busy = time.perf_counter(), time.process_time()
            validated = found_by(check.validate(check._union(store)))
            spent, toiled = time.perf_counter() - begin, time.process_time() - busy
            rows.append(
                (len(quads), "pySHACL", spent, toiled, len(world.faults), len(world.faults & validated), len(validated))
            )
            print(f"both find the same: {validated == found}; pySHACL takes {toiled / worked:.0f} times as long")
    print(f"{'quads':>9}  {'checked by':<14}  {'seconds':>8}  {'of CPU':>7}  {'planted':>7}  {'found':>7}  {'in all':>7}")
    for quads, how, spent, work, planted, caught, every in rows:
        print(f"{quads:>9,}  {how:<14}  {spent:>8.2f}  {work:>7.2f}  {planted:>7}  {caught:>7}  {every:>7}")


if __name__ == "__main__":
    main()
