"""Measure every row that kg is built to, and record it: benchmarks/results/rows.json, which docs/performance.md shows.

    python benchmarks/record.py [ROW …]        all rows by default; those left out keep what is on record

Each row is of two sides in one run, or of one against a limit. Quiet machines give better figures than busy ones.
"""

import json
import os
import platform
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

import build as building
import edit
import export
import lookup
import network
import pyoxigraph as ox
import scale
from world import write

import queries
from kg.store.embedded import EmbeddedStore

RECORD = Path(__file__).parent / "results" / "rows.json"
LOADED = 5_000_000


def look_up():
    ours, bare, rdflib = lookup.measure(15).values()
    return {
        "kg moves": ours,
        "bare script": bare,
        "rdflib": rdflib,
        "to the bare script": ours / bare,
        "rdflib to it": rdflib / ours,
    }


def waiting():
    return lookup.waiting(15)


def build():
    ours, raw, quads = building.measure(7)
    return {"quads": quads, "kg": ours, "raw": raw, "ratio": ours / raw}


def shipped_queries():
    found = queries.measure(25)
    return {name: {"kg": ms, "raw": raw, "rows": rows} for name, (ms, raw, rows) in found.items()}


def judging():
    judged, plain = queries.judging(25)
    return {"judged": judged, "the same rows": plain}


def raw_load(data, folder):
    store = ox.Store(str(folder))
    seconds, _ = scale.timed(lambda: store.bulk_load(path=str(data), format=ox.RdfFormat.N_QUADS))
    return seconds, 0.0


def our_load(data, folder):
    """The same quads and their union; then, what the raw side leaves undone, all files of an index made one."""
    store = EmbeddedStore(ox.Store(str(folder)), str(folder), folder)
    seconds, _ = scale.timed(lambda: store.load_file(data))
    in_order, _ = scale.timed(store.store.optimize)
    return seconds, in_order


def load():
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder, "world.nq")
        write(data, LOADED)
        found = {raw_load: [], our_load: []}
        for number in range(3):
            for side, times in found.items():
                target = Path(folder, f"{side.__name__}-{number}")
                times.append(side(data, target))
                shutil.rmtree(target)
        (raw, _), (ours, in_order) = (map(statistics.median, zip(*times, strict=True)) for times in found.values())
        return {"quads": LOADED, "kg": ours, "raw": raw, "throughput": raw / ours, "put in order": in_order}


def one_edit():
    return edit.measure([1_000_000])


def network_from_store():
    return {"edges": 1_000_000, **network.from_store(1_000_000)}


def gexf():
    edges = 1_000_000
    found = {side: export.measured(side, edges) for side in ("networkx gexf", "gexf", "graphml", "parquet")}
    return {"edges": edges, **{side: seconds for side, (seconds, _, _) in found.items()}}


ROWS = {
    "look-up": look_up,
    "waiting": waiting,
    "build": build,
    "queries": shipped_queries,
    "judging": judging,
    "load": load,
    "edit": one_edit,
    "network": network_from_store,
    "gexf": gexf,
}


def main(names):
    known = json.loads(RECORD.read_text("utf-8")) if RECORD.exists() else {}
    for name in names or ROWS:
        known[name] = ROWS[name]()
        print(name, json.dumps(known[name])[:200], file=sys.stderr)
        known["machine"] = {"processor": scale.processor(), "cores": os.cpu_count(), "python": platform.python_version()}
        RECORD.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
