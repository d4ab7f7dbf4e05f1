"""Claim: a network of a million edges is written at least three times as fast as by networkx's GEXF writer, in flat memory.

    python benchmarks/export.py [EDGES]        default 1,000,000

A made-up network of dated memberships, a quarter as many nodes as edges. CPU seconds of one run, each side in a process of its
own, after the network is made; the same labels, weights, days, facts and sources are in all files. Memory is the growth of the
peak past the network and what is laid out of it. networkx holds its whole document; ours no more than a row.
"""

import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import networkx as nx

from kg.export import graphml, tables
from kg.export.gexf import write as write_gexf
from kg.export.picture import Picture

OURS = {"gexf": write_gexf, "graphml": graphml.write, "csv": tables.gephi_edges, "parquet": tables.parquet_edges}
SIDES = ("networkx gexf", *OURS)
LEAST = 3


def made_up(edges: int) -> nx.MultiDiGraph:
    dice, graph = random.Random(1), nx.MultiDiGraph(view="memberships")
    nodes = [f"o:member-{i}" for i in range(max(2, edges // 4))]
    for key in nodes:
        graph.add_node(key, label=f"Member {key[9:]}", kind="company")
    for number in range(edges):
        year = dice.randrange(2000, 2026)
        graph.add_edge(
            dice.choice(nodes),
            dice.choice(nodes),
            f"m{number}",
            label="gold",
            kind="member of",
            weight=1.0,
            since=str(year),
            until="",
            start=f"{year}-01-01",
            end="",
            facts=(f"https://w3id.org/osgov/id/relation/m{number}",),
            sources=("https://example.org/page",),
        )
    return graph


def for_networkx(graph: nx.MultiDiGraph) -> nx.MultiDiGraph:
    """The same for networkx's writer, which takes no lists and gives `kind` of an edge another meaning."""
    for _, data in graph.nodes(data=True):
        data["viz"] = {"color": {"r": 213, "g": 94, "b": 0}, "size": 6.0}
    for _, _, data in graph.edges(data=True):
        data.update(relation=data.pop("kind"), facts="|".join(data["facts"]), sources="|".join(data["sources"]))
        data.update(start_year=int(data["start"][:4]))
        for empty in ("end", "until"):
            del data[empty]
    return graph


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def one(side: str, edges: int) -> None:
    graph = made_up(edges)
    if side == "networkx gexf":
        graph = for_networkx(graph)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network"
        before, start = peak(), time.process_time()
        if side == "networkx gexf":
            nx.write_gexf(graph, path)
        else:
            with path.open("wb") as out:
                OURS[side](Picture(graph, {}), out)
        seconds = time.process_time() - start
        print(seconds, peak() - before, path.stat().st_size / 1e6)


def measured(side: str, edges: int) -> list[float]:
    """CPU seconds, MB past the network, MB on disk."""
    done = subprocess.run([sys.executable, __file__, side, str(edges)], capture_output=True, text=True, check=True)
    return [float(word) for word in done.stdout.split()]


def main(edges: int) -> None:
    print(f"{edges:,} edges, CPU seconds; MB past the network; MB on disk")
    found = {}
    for side in SIDES:
        found[side] = measured(side, edges)
        seconds, memory, size = found[side]
        ratio = found["networkx gexf"][0] / seconds
        print(f"{side:14} {seconds:8.1f} s {memory:8.0f} MB {size:8.0f} MB {ratio:6.1f} times")
    faster = found["networkx gexf"][0] / found["gexf"][0]
    print(f"gexf is {faster:.1f} times as fast as networkx's writer; the claim is {LEAST}")


if __name__ == "__main__":
    if len(sys.argv) == 3:
        one(sys.argv[1], int(sys.argv[2]))
    else:
        main(int(sys.argv[1]) if sys.argv[1:] else 1_000_000)
