"""What a network costs: made from the store against made from a ready list of the same edges; and each measure as a process.

    python benchmarks/network.py [EDGES]        default 1,000,000

First table: a made-up graph of so many memberships, on disk as `kg build` leaves one; CPU seconds of one run. The ready list
has tuples of all attributes in memory, so that both sides end with the same graph. The query alone, and of it the two ends of
each edge alone, without its fact, days and documents, are what no code of ours could undercut. Second table: CPU seconds of the
whole process, best of three, over the default graph.
"""

import gc
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import networkx as nx
import pyoxigraph as ox

from kg.graph import Graph
from kg.network import Views
from kg.resources import queries_dir
from kg.store.embedded import EmbeddedStore
from kg.terms import ORG_ID, OSGOV, RELATION, SCHEMA, SOURCE

MEASURES = (
    "flow",
    "influence",
    "influence --trend",
    "influence --view employers",
    "influence --view memberships",
    "interlock",
    "communities",
    "communities --view employers",
    "concentration",
    "concentration argo --trend",
    "path google pytorch",
)
ENDS = "SELECT ?source ?target { { SELECT * { ?m osgov:holder ?source } } { SELECT * { ?m osgov:body ?target } } }"


def statements(edges):
    """N-Quads of so many memberships: a tenth as many members, a thousandth as many foundations."""
    graph = "<https://w3id.org/osgov/graph/made-up>"
    members, bodies = max(2, edges // 10), max(2, edges // 1000)
    yield f"<{SOURCE}page> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{OSGOV}SourceDocument> {graph} .\n"
    yield f"<{SOURCE}page> <{SCHEMA}url> <https://example.org/page> {graph} .\n"
    dice, seen = random.Random(1), set()
    while len(seen) < edges:
        pair = (dice.randrange(members), dice.randrange(bodies))
        if pair in seen:
            continue
        seen.add(pair)
        fact = f"<{RELATION}m{len(seen):07}>"
        yield f"{fact} <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{OSGOV}Membership> {graph} .\n"
        yield f"{fact} <{OSGOV}holder> <{ORG_ID}member-{pair[0]}> {graph} .\n"
        yield f"{fact} <{OSGOV}body> <{ORG_ID}body-{pair[1]}> {graph} .\n"
        yield f"{fact} <{OSGOV}statedIn> <{SOURCE}page> {graph} .\n"
        yield f'{fact} <{OSGOV}startsNoLater> "2024-01-01"^^<http://www.w3.org/2001/XMLSchema#date> {graph} .\n'


def timed(work):
    """CPU seconds, and what came of it."""
    gc.collect()
    gc.disable()
    start = time.process_time()
    made = work()
    spent = time.process_time() - start
    gc.enable()
    return spent, made


def from_store(edges):
    """CPU seconds of each side."""
    with tempfile.TemporaryDirectory() as folder:
        text = "".join(statements(edges)).encode()
        store = ox.Store(folder)
        store.bulk_load(text, format=ox.RdfFormat.N_QUADS)
        triples = text.replace(b" <https://w3id.org/osgov/graph/made-up> .", b" .")
        store.bulk_load(triples, format=ox.RdfFormat.N_TRIPLES)
        store.flush()
        del store, text, triples
        graph = Graph(EmbeddedStore.at(Path(folder), "benchmark"))
        asked = (queries_dir() / "views" / "memberships.rq").read_text("utf-8")
        ends, _ = timed(lambda: graph.store.query(ENDS))
        query, _ = timed(lambda: graph.store.query(asked))
        whole, made = timed(lambda: Views(graph).memberships())
    nodes = [(key, dict(data)) for key, data in made.nodes(data=True)]
    ready = [(one, other, *data.values()) for one, other, data in made.edges(data=True)]
    names = list(next(iter(made.edges(data=True)))[2])

    def build():
        out = nx.Graph()
        out.add_nodes_from(nodes)
        for one, other, *values in ready:
            out.add_edge(one, other, **dict(zip(names, values, strict=True)))
        return out

    listed, again = timed(build)
    assert (len(again), again.number_of_edges()) == (len(made), made.number_of_edges())
    return {"from a ready list": listed, "the ends alone": ends, "the query alone": query, "from the store": whole}


def networks(edges):
    rows = from_store(edges)
    print(f"{f'{edges:,} edges':24} {'CPU s':>8} {'ratio':>7}")
    for name, spent in rows.items():
        print(f"{name:24} {spent:8.2f} {spent / rows['from a ready list']:7.2f}")


def measures():
    print(f"\n{'kg analyze …':32} CPU s")
    for measure in MEASURES:
        best = min(_process(measure.split()) for _ in range(3))
        print(f"{measure:32} {best:5.2f}")


def _process(words):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "kg", "analyze", *words, "--quiet", "--output", os.devnull]
    subprocess.run(command, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    networks(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
    measures()
