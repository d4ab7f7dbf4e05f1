"""What grows with the graph, and how: each stage from 10^5 stated quads on, beside raw pyoxigraph, and its growth's exponent.

    python benchmarks/scale.py [SIZE …]        default 100000 1000000 10000000; into benchmarks/results/scale.json

Graphs are those of world.py. Each stage is a process of its own: wall seconds of one run, and the most memory that it held.
Queries run as their examples do, about the things of the made-up graph that have most, the two sides taking turns: the fewest
milliseconds of three, or one where that takes more than a second; one that takes more than a minute is given up. An exponent is
the slope of the logarithms from the first size to the last: 1 is as much more work as there are more quads.
"""

import json
import math
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from functools import partial
from pathlib import Path

import networkx as nx
import pyoxigraph as ox
from load import peak
from world import write

import kg
from kg import build, catalog, check
from kg.errors import QueryTimeout
from kg.graph import Graph
from kg.network import Views
from kg.store.embedded import EmbeddedStore, filling
from kg.store.generations import current, make_generation
from kg.terms import PREFIXES

RESULTS = Path(__file__).parent / "results" / "scale.json"
LATE = 60.0


def size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def timed(work):
    """Wall seconds, and what came of it."""
    start = time.perf_counter()
    made = work()
    return time.perf_counter() - start, made


def raw_load(data: Path, store: Path):
    """Stated quads alone, by the engine's own loader."""
    raw = ox.Store(str(store / "raw"))
    seconds, _ = timed(partial(raw.bulk_load, path=str(data), format=ox.RdfFormat.N_QUADS))
    found = {"load (raw)": seconds, "bytes of the store (raw)": size_of(store / "raw")}
    shutil.rmtree(store / "raw")
    return found


def load(data: Path, store: Path):
    """Stated quads and their union, in order; nothing derived."""

    def work():
        with filling(store / "loaded") as target:
            target.load_file(data)

    seconds, _ = timed(work)
    shutil.rmtree(store / "loaded")
    return {"load": seconds}


def build_all(data: Path, store: Path):
    """The same, and all that follows from it."""
    seconds, path = timed(lambda: make_generation(store, "0", lambda path: build.write_with_derived(path, iter(()), [data])))
    return {"load and derive": seconds, "bytes of the store": size_of(path)}


def opened(store: Path) -> Graph:
    return Graph(EmbeddedStore.at(current(store), str(store)))


def opening(data: Path, store: Path):
    seconds, graph = timed(lambda: opened(store))
    (count,) = graph.query("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }")
    return {"open": seconds, "quads": int(count["n"])}


def standing_in(bundled: Graph, query: catalog.NamedQuery) -> dict[str, str]:
    """The example's values, with the things of the made-up graph that have most in place of the real ones."""
    values = dict(pair.split("=", 1) for pair in query.example.split())
    for name, value in values.items():
        kind = query.parameter(name).type
        if kind in {"project", "projects"}:
            values[name] = "p:project-0"
        elif kind in {"organization", "entity"}:
            iri = bundled.resolve_iri(kind, value)
            is_foundation = bundled.query(f"ASK {{ <{iri}> a osgov:Foundation }}")
            values[name] = "p:project-0" if "/project/" in iri else "o:foundation-0" if is_foundation else "o:company-0"
    return values


def queries(data: Path, store: Path):
    """Each shipped query, and the same text on the raw engine, with every cell turned to text."""
    graph, bundled = opened(store), kg.open()
    raw = graph.store.store
    found = {}
    for name in catalog.names():
        query = catalog.load(name)
        values = standing_in(bundled, query)
        text = catalog.bind(query, values, graph.resolve_iri)

        def ours(name=name, values=values):
            return graph.run(name, values, timeout=LATE)

        def bare(text=text):
            return [["" if cell is None else cell.value for cell in row] for row in raw.query(text, prefixes=PREFIXES)]

        try:
            first, rows = timed(ours)
        except QueryTimeout:
            found[name] = {"ms": None, "raw ms": None, "rows": None}
            continue
        ms, raw_ms = [first], [timed(bare)[0]]
        for _ in range(0 if first > 1 else 2):
            ms.append(timed(ours)[0])
            raw_ms.append(timed(bare)[0])
        found[name] = {"ms": min(ms) * 1000, "raw ms": min(raw_ms) * 1000, "rows": len(rows)}
    return {"queries": found}


def checks(data: Path, store: Path):
    graph, spent = opened(store), Counter()
    for path in check.queries():
        spent[path.stem], _ = timed(partial(check.run, graph.store, path))
    return {"checks": spent.total(), "dearest checks": dict(spent.most_common(3))}


def moves(data: Path, store: Path):
    command = [sys.executable, "-m", "kg", "moves", "--store", str(store)]
    seconds, answer = timed(lambda: subprocess.run(command, stdout=subprocess.PIPE, check=True))
    return {"kg moves": seconds, "moves": answer.stdout.count(b"\n") - 1}


def network(data: Path, store: Path):
    graph = opened(store)
    made, net = timed(lambda: Views(graph).memberships())
    ranked, _ = timed(lambda: nx.pagerank(net, weight="weight"))
    import igraph

    other = igraph.Graph.TupleList(((a, b, d["weight"]) for a, b, d in net.edges(data=True)), edge_attrs=["weight"])
    beside, _ = timed(lambda: other.pagerank(weights="weight"))
    return {"network": made, "edges": net.number_of_edges(), "PageRank": ranked, "PageRank (igraph)": beside}


def export(data: Path, store: Path):
    target = store / "memberships.gexf"
    command = [sys.executable, "-m", "kg", "export", "gexf", "--view", "memberships", "--store", str(store), "-o", str(target)]
    seconds, _ = timed(lambda: subprocess.run([*command, "-q"], check=True))
    return {"kg export gexf": seconds, "bytes of the export": target.stat().st_size}


STAGES = {
    "raw load": raw_load,
    "load": load,
    "build": build_all,
    "open": opening,
    "queries": queries,
    "checks": checks,
    "moves": moves,
    "network": network,
    "export": export,
}


def in_process(stage: str, data: Path, store: Path) -> dict:
    command = [sys.executable, __file__, f"--stage={stage}", str(data), str(store)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


def measured(size: int) -> dict:
    with tempfile.TemporaryDirectory() as folder:
        data, store = Path(folder, "world.nq"), Path(folder, "store")
        store.mkdir()
        seconds, world = timed(lambda: write(data, size))
        found = {"stated": size, "projects": world.projects, "made up in": seconds, "memory": {}}
        for stage in STAGES:
            outcome = in_process(stage, data, store)
            found["memory"][stage] = outcome.pop("peak")
            found.update(outcome)
            print(f"{size:>12,}  {stage:10} {found['memory'][stage] / 1e6:8.0f} MB  {brief(outcome)}", file=sys.stderr)
        return found


def brief(outcome: dict) -> str:
    return ", ".join(f"{name} {value:.4g}" for name, value in outcome.items() if isinstance(value, int | float))


def exponent(first: dict, last: dict, name: str) -> float | None:
    one, other = first.get(name), last.get(name)
    if first is last:
        return None
    return math.log(other / one) / math.log(last["stated"] / first["stated"]) if one and other else None


def main(sizes: list[int]) -> None:
    told = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {"runs": []}
    runs = {run["stated"]: run for run in told["runs"]}
    kg.open()  # which is built first, where it is not there
    for size in sizes:
        runs[size] = measured(size)
        listed = [runs[size] for size in sorted(runs)]
        machine = {"processor": processor(), "cores": os.cpu_count(), "python": platform.python_version()}
        found = {"machine": machine, "runs": listed, "growth": growth(listed)}
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def growth(runs: list[dict]) -> dict:
    """For each stage and query the exponent from the first run to the last that has it; none where there is but one."""
    found = {}
    for name, value in runs[0].items():
        if isinstance(value, float):
            found[name] = exponent(runs[0], next(run for run in reversed(runs) if name in run), name)
    for name in runs[0]["queries"]:
        pair = [{"stated": run["stated"], "ms": run["queries"].get(name, {}).get("ms")} for run in (runs[0], runs[-1])]
        found[f"query {name}"] = exponent(*pair, "ms")
    return found


def processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1].startswith("--stage="):
        outcome = STAGES[sys.argv[1].removeprefix("--stage=")](Path(sys.argv[2]), Path(sys.argv[3]))
        held = max(peak(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
        print(json.dumps({**outcome, "peak": held * 1024}))
    else:
        main([int(word) for word in sys.argv[1:]] or [10**5, 10**6, 10**7])
