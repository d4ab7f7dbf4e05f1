"""Claims: loading a landscape takes at most twice as long as parsing it with the same library, and memory does not grow with
its records, but with what they newly name.

    python benchmarks/load.py LANDSCAPE [copies] [rounds]

LANDSCAPE is the raw file of a large feed, such as the Linux Foundation's landscape.yml; beside it, two files of 20 copies of
its items are read: as they are, and each with names, ids and repositories of its own. The sides take turns within each round,
every one in a process of its own. Times are medians, from the file to the last record (or row), with what is loaded at the
start already there; memory is the most that the process held, less that of one which only has the same imports, and is a
median too.
"""

import json
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import chain
from pathlib import Path

import yaml

from kg.feeds import FeedSource, feed_sources, reader
from kg.feeds.reading import Reading
from kg.loading import curated_registry, read_records, reading_of, source_of
from kg.snapshots import write_folder

ITEM = re.compile(r"""( {12}| {14}(?:- )?)(name|homepage_url|repo_url|crunchbase|lfx_slug): (['"]?)(.*)\n""")


def feed_of() -> FeedSource:
    # Minimum counts are those of the real file, which any other one may miss.
    return replace(feed_sources()["lf-landscape"], minimum={})


def idle(path: Path) -> tuple[float, int]:
    return 0.0, 0


def parse(path: Path) -> tuple[float, int]:
    start = time.perf_counter()
    with path.open("rb") as file:
        yaml.load(file, yaml.CSafeLoader)
    return time.perf_counter() - start, 0


def read(path: Path) -> tuple[float, int]:
    reading: Reading = reading_of(feed_of(), path)
    start = time.perf_counter()
    for _ in reader("landscape")(reading):
        pass
    return time.perf_counter() - start, 0


def registry_only(path: Path) -> tuple[float, int]:
    start = time.perf_counter()
    curated_registry()
    return time.perf_counter() - start, 0


def tables(path: Path) -> tuple[float, int]:
    feed, registry = feed_of(), curated_registry()
    reading = reading_of(feed, path)
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        records = read_records(feed, path, registry, reading)
        write_folder(Path(folder, "tables"), source_of(feed), chain(records, (e for _ in (0,) for e in registry.entities())))
        took = time.perf_counter() - start
    return took, len(registry.made)


SIDES: dict[str, tuple[str, Callable[[Path], tuple[float, int]]]] = {
    "idle": ("imports alone", idle),
    "parse": ("yaml.load with CSafeLoader", parse),
    "read": ("our reader, to its last claim", read),
    "registry": ("the curated facts alone: who is who", registry_only),
    "tables": ("reader, identity and tables", tables),
}


def copy_of(text: str, number: int) -> str:
    """The items once more, under names, ids and repositories that no other copy has."""
    members = False

    def renamed(match: re.Match[str]) -> str:
        indent, key, quote, value = match.groups()
        if key == "name":
            value = f"Copy{number} {value}"
        elif key == "lfx_slug":
            value = f"copy{number}-{value}"
        elif key == "crunchbase" and members:  # elsewhere it is that of the owner
            value = value.replace("/organization/", f"/organization/copy{number}-")
        elif key == "repo_url":
            value = re.sub(r"(https?://[^/]+/)", rf"\1copy{number}-", value)
        elif key == "homepage_url":
            value = value.replace("://", f"://copy{number}.")
        return f"{indent}{key}: {quote}{value}\n"

    lines = []
    for line in text.splitlines(keepends=True):
        if line.startswith("    name: "):
            members = "Members" in line
        match = ITEM.match(line) if number else None
        lines.append(renamed(match) if match else line)
    return "".join(lines)


def multiplied(path: Path, copies: int, target: Path, *, anew: bool) -> None:
    head, items = path.read_text("utf-8").split("landscape:\n", 1)
    with target.open("w", encoding="utf-8") as file:
        file.write(head + "landscape:\n")
        for number in range(copies):
            file.write(copy_of(items, number if anew else 0))


def peak() -> int:
    """Kilobytes that this process held at most."""
    try:
        status = Path("/proc/self/status").read_text("ascii")
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Linux counts in ru_maxrss what the parent held when it started this process.
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1])


def measured(side: str, path: Path) -> tuple[float, float, int]:
    """Seconds, megabytes held at most, and how many entities were new."""
    command = [sys.executable, __file__, f"--side={side}", str(path)]
    seconds, made, kilobytes = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    return seconds, kilobytes * 1024 / 1e6, made


def main(path: Path, copies: int, rounds: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        again, anew = Path(folder, "again.yml"), Path(folder, "anew.yml")
        multiplied(path, copies, again, anew=False)
        multiplied(path, copies, anew, anew=True)
        files = {"1": path, f"{copies}, the same": again, f"{copies}, new names": anew}
        found: dict[tuple[str, str], list[tuple[float, float, int]]] = {(side, n): [] for side in SIDES for n in files}
        for _ in range(rounds):
            for (side, n), values in found.items():
                values.append(measured(side, files[n]))
        sizes = {n: file.stat().st_size / 1e6 for n, file in files.items()}
    seconds = {key: statistics.median(s for s, _, _ in values) for key, values in found.items()}
    memory = {key: statistics.median(m for _, m, _ in values) for key, values in found.items()}
    print(f"{path.name}, {rounds} rounds, medians, each in a process of its own")
    print(f"{'side':30} {'copies':>14} {'MB read':>8} {'s':>8} {'/ parse':>8} {'MB held':>8}")
    for side, (about, _) in SIDES.items():
        for n, size in sizes.items():
            ratio = seconds[side, n] / seconds["parse", n]
            held = memory[side, n] - memory["idle", n]
            print(f"{about:30} {n:>14} {size:8.1f} {seconds[side, n]:8.2f} {ratio:8.2f} {held:8.1f}")
    one, _, many = files
    few, most = (found["tables", n][0][2] for n in (one, many))
    more = (memory["tables", many] - memory["tables", one]) * 1e6 / (most - few)
    print(f"{few:,} and {most:,} new entities: {more:,.0f} bytes held for each one more, and for its records")


if __name__ == "__main__":
    if sys.argv[1].startswith("--side="):
        outcome = SIDES[sys.argv[1].removeprefix("--side=")][1](Path(sys.argv[2]))
        print(json.dumps([*outcome, peak()]))
    else:
        numbers = [int(word) for word in sys.argv[2:]]
        main(Path(sys.argv[1]), *(numbers + [20, 3][len(numbers) :]))
