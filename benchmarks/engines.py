"""The bundled graph on other engines and libraries, beside the one that kg stands on; into benchmarks/results/engines.json.

    python benchmarks/engines.py [PART …]        loading, look-up, queries, ranking; by default all

Each part's sides are measured in one run. Loading: seconds from N-Quads to a store that answers. Look-up: `moves`, a whole
process each, medians of seven (three where one takes more than five seconds). Queries: each shipped query with its example, its
text asked over HTTP or in the process, the fewest milliseconds of three. Ranking: PageRank of a made-up network of a million
edges, with what it takes to bring the network over from networkx. The servers are those that the tests start; Virtuoso and Jena
are Debian's.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pyoxigraph as ox
from scale import processor

import kg
from kg import build, catalog
from kg.errors import KgError
from kg.graph import Graph
from kg.store.embedded import EmbeddedStore, filling
from kg.store.remote import RemoteStore
from kg.terms import PREFIXES

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))
from tests import servers  # noqa: E402
from tests.jena import jena  # noqa: E402

RECORD = HERE / "results" / "engines.json"
LATE = 60.0
EDGES = 1_000_000
BESIDE = Path(sys.executable).parent


def timed(work):
    """Wall seconds, and what came of it."""
    start = time.perf_counter()
    made = work()
    return time.perf_counter() - start, made


def run(*command, **given):
    return subprocess.run(list(map(str, command)), check=True, capture_output=True, **given)


def exported(folder):
    """The bundled graph as N-Quads, each source in its own graph."""
    path = folder / "graph.nq"
    run(BESIDE / "kg", "export", "nq", "-q", "-o", path)
    return path


def loaded_by_kg(data, folder):
    with filling(folder) as store:
        store.load_file(data)


def loaded_by_rdflib(data, folder):
    import rdflib

    rdflib.Dataset(default_union=True).parse(str(data), format="nquads")


def loaded_by_maplib(triples, folder):
    from maplib import Model

    Model().read(str(triples), format="ntriples")


def union_of(data, folder):
    """The same without the names of graphs, which maplib cannot read."""
    path = folder / "union.nt"
    with path.open("wb") as out:
        quads = ox.parse(path=str(data), format=ox.RdfFormat.N_QUADS)
        ox.serialize(dict.fromkeys(quad.triple for quad in quads), out, format=ox.RdfFormat.N_TRIPLES)
    return path


def loaded_by_jena(data, folder):
    folder.mkdir(exist_ok=True)
    done = jena(folder, "tdb2.tdbloader", "--loc", str(folder / "tdb"), str(data))
    assert done.returncode == 0, done.stderr


def loaded_by_virtuoso(address, folder):
    environment = {**os.environ, "KG_STORE_USER": "dba", "KG_STORE_PASSWORD": "dba"}
    run(BESIDE / "kg", "push", "--store", address, "-q", env=environment)


def loading(folder, data):
    sides = {
        "pyoxigraph, bulk_load": lambda path: ox.Store(str(path)).bulk_load(path=str(data), format=ox.RdfFormat.N_QUADS),
        "kg, with the union beside it": partial(loaded_by_kg, data),
        "Oxigraph's command line": lambda path: run(BESIDE / "oxigraph", "load", "--location", path, "--file", data),
        "Jena TDB2": partial(loaded_by_jena, data),
        "maplib, in memory, the union alone": partial(loaded_by_maplib, union_of(data, folder)),
        "rdflib, in memory": partial(loaded_by_rdflib, data),
    }
    found = {}
    for name, work in sides.items():
        times = []
        while len(times) < (1 if times and times[0] > 20 else 3):
            seconds, _ = timed(partial(work, folder / f"{name.split(',')[0].replace(' ', '-')}-{len(times)}"))
            times.append(seconds)
        found[name] = statistics.median(times)
    with served(servers.virtuoso, folder) as (address, _):
        found["Virtuoso, by kg push"], _ = timed(partial(loaded_by_virtuoso, address, folder))
    return found


@contextmanager
def served(start, folder):
    """The address of a server over a new folder, and what starts it again; ended at the end."""
    address, server = start(Path(tempfile.mkdtemp(dir=folder)) / "served")
    running = [server]

    def again():
        servers.stop(running[0])
        running[0] = servers.again(address, running[0])

    try:
        yield address, again
    finally:
        servers.stop(running[0])


def look_up(folder, data):
    store, query = folder / "cli", folder / "moves.rq"
    run(BESIDE / "oxigraph", "load", "--location", store, "--file", data)
    loaded_by_jena(data, folder / "jena")
    query.write_text(catalog.load("moves").portable(), encoding="utf-8")
    kg.open()
    asked = ("query", "--location", store, "--query-file", query, "--results-format", "tsv", "--union-default-graph")
    sides = {
        "kg moves": lambda: run(BESIDE / "kg", "moves"),
        "bare script": lambda: run(sys.executable, HERE / "bare_lookup.py", build._current_default(), query),
        "Oxigraph's command line": lambda: run(BESIDE / "oxigraph", *asked),
        "Jena TDB2": partial(
            jena,
            folder / "jena",
            "tdb2.tdbquery",
            "--loc",
            "tdb",
            "--set",
            "tdb2:unionDefaultGraph=true",
            f"--query={query}",
            "--results=TSV",
        ),
        "rdflib: parse and ask": lambda: run(sys.executable, HERE / "rdflib_lookup.py", data, query),
    }
    found, rows = {name: [] for name in sides}, {}
    for number in range(7):
        for name, work in sides.items():
            if number < 3 or found[name][0] < 5:
                seconds, done = timed(work)
                found[name].append(seconds)
                rows[name] = done.stdout.count("\n" if isinstance(done.stdout, str) else b"\n") - 1
    return {"seconds": {name: statistics.median(times) for name, times in found.items()}, "rows": rows}


def texts():
    """The shipped queries with their examples, as they go to any engine."""
    graph = kg.open()
    for name in catalog.names():
        query = catalog.load(name)
        values = dict(pair.split("=", 1) for pair in query.example.split())
        yield name, catalog.bind(query, values, graph.resolve_iri), len(graph.run(name, values))


def asked(ask, again=lambda: None):
    """Milliseconds of each query that is answered within a minute; after one that is not, the server is started again."""
    found = {}
    for name, text, _ in texts():
        try:
            times = [timed(partial(ask, text))[0] for _ in range(3)]
        except KgError as error:
            print(f"{name}: {error}", file=sys.stderr)
            again()
            continue
        found[name] = min(times) * 1000
    return found


def shipped_queries(folder, data):
    graph = kg.open()
    assert isinstance(graph.store, EmbeddedStore)
    raw = graph.store.store

    def bare(text):
        return [["" if cell is None else cell.value for cell in row] for row in raw.query(text, prefixes=PREFIXES)]

    found = {"kg": asked(graph.ask), "pyoxigraph": asked(bare)}
    run(BESIDE / "oxigraph", "load", "--location", folder / "served", "--file", data)
    address, server = servers.oxigraph(folder / "served", "--union-default-graph")
    found["Oxigraph's server"] = asked(partial(Graph(RemoteStore(address)).ask, timeout=LATE))
    servers.stop(server)
    with served(servers.virtuoso, folder) as (address, again):
        loaded_by_virtuoso(address, folder)
        found["Virtuoso"] = asked(partial(Graph(RemoteStore(address)).ask, timeout=LATE), again)
    return found


def ranking(folder, data):
    import graphblas_algorithms as ga
    import igraph
    import networkx as nx
    import rustworkx

    net = nx.gnm_random_graph(EDGES // 10, EDGES, seed=1, directed=True)
    made = {
        "networkx": lambda: net,
        "igraph": lambda: igraph.Graph(len(net), list(net.edges), directed=True),
        "rustworkx": lambda: rustworkx.networkx_converter(net),
        "graphblas": lambda: ga.DiGraph.from_networkx(net),
    }
    ranked = {
        "networkx": nx.pagerank,
        "igraph": lambda graph: graph.pagerank(),
        "rustworkx": rustworkx.pagerank,
        "graphblas": nx.pagerank,
    }
    found = {}
    for name, bring in made.items():
        over, graph = timed(bring)
        found[name] = {
            "brought over": over,
            "PageRank": statistics.median(timed(partial(ranked[name], graph))[0] for _ in range(3)),
        }
    return found


PARTS = {"loading": loading, "look-up": look_up, "queries": shipped_queries, "ranking": ranking}


def main(names):
    known = json.loads(RECORD.read_text("utf-8")) if RECORD.exists() else {}
    kg.open()
    for name in names or PARTS:
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            known[name] = PARTS[name](folder, exported(folder))
        known["machine"] = {"processor": processor(), "cores": os.cpu_count()}
        print(name, json.dumps(known[name])[:300], file=sys.stderr)
        RECORD.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
