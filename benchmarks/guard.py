"""Whether kg got slower beside what it stands on: four ratios, each of two sides in one run, against those on record.

    python benchmarks/guard.py [--record]

Seconds are of a machine and a day; a ratio of two sides that take turns is not. Exits 1 where one is 1.5 times what
benchmarks/results/guard.json has; with --record, those found become the record.
"""

import argparse
import json
import sys
from pathlib import Path

import build as building
import lookup
import network

import queries

RECORD = Path(__file__).parent / "results" / "guard.json"
MOST = 1.5


def look_up() -> float:
    ours, bare = lookup.measure(7, with_rdflib=False).values()
    return ours / bare


def build() -> float:
    ours, raw, _ = building.measure(2)
    return ours / raw


def shipped_queries() -> float:
    found = queries.measure(3).values()
    return sum(ms for ms, _, _ in found) / sum(raw for _, raw, _ in found)


def network_from_store() -> float:
    found = network.from_store(50_000)
    return found["from the store"] / found["from a ready list"]


ROWS = {
    "kg moves, whole process, to a bare script": look_up,
    "build, to bulk loading the same quads": build,
    "all shipped queries, to their text on the raw engine": shipped_queries,
    "network of 50,000 edges from the store, to a ready list": network_from_store,
}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--record", action="store_true", help="make what is found the record")
    given = options.parse_args()
    found = {name: round(work(), 3) for name, work in ROWS.items()}
    if given.record:
        RECORD.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    record = json.loads(RECORD.read_text("utf-8"))
    print(f"{'ratio':56} {'found':>7} {'record':>7} {'change':>7}")
    for name, ratio in found.items():
        print(f"{name:56} {ratio:7.2f} {record[name]:7.2f} {ratio / record[name]:7.2f}")
    slower = [name for name, ratio in found.items() if ratio > MOST * record[name]]
    if slower:
        sys.exit(f"more than {MOST} times as slow as on record: {'; '.join(slower)}")


main()
