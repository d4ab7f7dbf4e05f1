"""Generations of a graph on disk: each in a folder of its own named by its content, and a pointer that is switched atomically.

    FOLDER/graph-<key>/     one complete graph
    FOLDER/current          names the generation readers open
    FOLDER/build.lock       held while a new one is made

A reader never waits, and a builder killed half-way leaves what was there.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from itertools import count
from pathlib import Path

from kg.errors import KgError

KEPT = 3  # generations left on disk: a reader that started before the switch may still have the last one open


def current(folder: Path, pointer: str = "current") -> Path:
    """The folder of the current generation. Raises KgError where there is none."""
    if not folder.is_dir():
        raise KgError(f"{folder}: no such folder; make a graph there with `kg build --store {folder}`")
    try:
        name = (folder / pointer).read_text(encoding="utf-8").split("\n", 1)[0]
    except FileNotFoundError:
        raise KgError(f"{folder}: holds no graph; make one with `kg build --store {folder}`") from None
    if not (folder / name).is_dir():
        raise KgError(f"{folder}: its graph {name} is gone; make it anew with `kg build --store {folder}`")
    return folder / name


def write_pointer(folder: Path, pointer: str, text: str) -> None:
    """Switch a pointer file to the text, atomically."""
    temporary = folder / f".{pointer}-{os.getpid()}"
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(folder / pointer)


def make_generation(folder: Path, key: str, fill: Callable[[Path], None], *, anew: bool = False) -> Path:
    """The folder of the generation `key`, made by `fill` unless it is there; two makers at once make it once."""
    from filelock import FileLock

    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / "build.lock"):
        there = sorted(folder.glob(f"graph-{key}*"), key=lambda p: p.stat().st_mtime_ns)
        if there and not anew:
            return there[-1]
        for stale in folder.glob(".building-*"):  # whoever made these was killed: only the holder of the lock builds
            shutil.rmtree(stale, ignore_errors=True)
        building = folder / f".building-{os.getpid()}"
        fill(building)
        # One made anew gets a name of its own: whoever reads the old one goes on, and there is no moment without any.
        numbers = (f"graph-{key}" + (f"-{n}" if n else "") for n in count())
        target = next(path for name in numbers if not (path := folder / name).exists())
        building.replace(target)
        _forget_old(folder, target)
    return target


def _forget_old(folder: Path, keep: Path) -> None:
    generations = sorted(folder.glob("graph-*"), key=lambda p: p.stat().st_mtime, reverse=True)
    for old in [g for g in generations if g != keep][KEPT - 1 :]:
        shutil.rmtree(old, ignore_errors=True)
