"""Claim: a warm `kg moves` in a pipe costs at most 1.3 times the bare script, and rdflib at least 20 times as much.

    python benchmarks/lookup.py [rounds]

Whole processes, the sides taking turns within each round, medians; the graph is the bundled one, built before the first round.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import kg
from kg import build, catalog

HERE = Path(__file__).parent


def seconds(command: list[str], **environment: str) -> float:
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.PIPE, check=True, env={**os.environ, **environment})
    return time.perf_counter() - start


def installed() -> str:
    program = shutil.which("kg", path=str(Path(sys.executable).parent)) or shutil.which("kg")
    assert program, "kg is not installed beside this Python"
    return program


def waiting(rounds: int) -> dict[str, float]:
    """Median seconds of what a user waits for besides answers: help, a completed word; and of the bare script's help."""
    program, times = installed(), {"kg --help": [], "kg, completing a word": [], "bare script --help": []}
    words = {"_KG_COMPLETE": "bash_complete", "COMP_WORDS": "kg show pyto", "COMP_CWORD": "2"}
    for _ in range(rounds):
        times["kg --help"].append(seconds([program, "--help"]))
        times["kg, completing a word"].append(seconds([program], **words))
        times["bare script --help"].append(seconds([sys.executable, str(HERE / "bare_lookup.py"), "--help"]))
    return {name: statistics.median(found) for name, found in times.items()}


def measure(rounds: int, *, with_rdflib: bool = True) -> dict[str, float]:
    """Median seconds of each side; ours first."""
    program = installed()
    kg.open()
    store = str(build._current_default())
    with tempfile.TemporaryDirectory() as folder:
        query, data = Path(folder, "moves.rq"), Path(folder, "graph.nq")
        query.write_text(catalog.load("moves").portable(), encoding="utf-8")
        sides = {
            "kg moves | …": [program, "moves"],
            "bare script (python, click, pyoxigraph, same SELECT)": [
                sys.executable,
                str(HERE / "bare_lookup.py"),
                store,
                str(query),
            ],
        }
        if with_rdflib:
            subprocess.run([program, "export", "nq", "-q", "-o", str(data)], check=True)
            sides["rdflib: parse and same SELECT"] = [sys.executable, str(HERE / "rdflib_lookup.py"), str(data), str(query)]
        times: dict[str, list[float]] = {name: [] for name in sides}
        for number in range(rounds):
            for name, command in sides.items():
                if "rdflib" not in name or number < 3:  # rdflib takes its time: three rounds tell enough
                    times[name].append(seconds(command))
    return {name: statistics.median(found) for name, found in times.items()}


def main(rounds: int) -> None:
    medians = measure(rounds)
    base = next(iter(medians.values()))
    print(f"{len(kg.open().moves())} moves, {rounds} rounds, medians of whole processes")
    print(f"{'side':54} {'ms':>8} {'kg / side':>10}")
    for name, median in medians.items():
        print(f"{name:54} {median * 1000:8.0f} {base / median:10.2f}")
    for name, median in waiting(rounds).items():
        print(f"{name:54} {median * 1000:8.0f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
