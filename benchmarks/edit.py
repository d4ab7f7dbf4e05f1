"""Claim: an edit of a fact takes at most 300 ms to be in the graph, and no longer where the graph holds more of other things.

    python benchmarks/edit.py [STATED …]       default 1000000: stated quads of a made-up world beside the bundled graph

One fact of each of seven projects is told otherwise; milliseconds from the edited text to a graph that can be opened, medians.
The other side is the whole graph built anew. Then the same edits of a graph that holds a made-up world besides.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

from world import write

from kg import build
from kg.build import Inputs
from kg.revise import revise

EDITS = {
    "istio": ('accepted = "2022-09-28"', 'accepted = "2022-09-29"'),
    "kubernetes": ('accepted = "2016-03-10"', 'accepted = "2016-03-11"'),
    "pytorch": ('occurred = "2017-01"', 'occurred = "2017-02"'),
    "cdevents": ('origin = "community"', 'origin = "company"'),
    "appium": ('occurred = "2016"', 'occurred = "2016-11"'),
    "knative": ('announced = "2021-11-30"', 'announced = "2021-11-29"'),
    "node-js": ('announced = "2015-02"', 'announced = "2015-03"'),
}


def seconds(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def edits(graph: Path, folder: Path) -> list[float]:
    """Seconds of each edit of the graph, which stays as it is."""
    before, found = Inputs.read("").projects, []
    for name, (old, new) in EDITS.items():
        file = f"{name}.toml"
        assert old in before[file], f"{file} no longer has {old}"
        after = {**before, file: before[file].replace(old, new, 1)}
        target = folder / f"{graph.name}-{name}"
        done = []
        found.append(
            seconds(
                lambda after=after, target=target, done=done: done.append(revise(graph, target, build.FACTS, before, after))
            )
        )
        assert done == [True], f"{name} was not revised"
    return found


def measure(stated: list[int]) -> dict[str, float]:
    """Milliseconds of the whole build, and of an edit: of the bundled graph, and beside so many stated quads."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        whole = seconds(lambda: build.build_at(folder / "bundled", build.FACTS))
        found = {"whole": whole * 1000, "edit": statistics.median(edits(folder / "bundled", folder)) * 1000}
        for size in stated:
            data = folder / f"{size}.nq"
            write(data, size)
            build.write_with_derived(folder / f"beside-{size}", build.source_quads(build.FACTS), [data])
            found[f"edit beside {size:,}"] = statistics.median(edits(folder / f"beside-{size}", folder)) * 1000
        return found


if __name__ == "__main__":
    for name, ms in measure([int(word) for word in sys.argv[1:]] or [1_000_000]).items():
        print(f"{name:28} {ms:8.0f} ms")
