"""Generations of a graph on disk: each in a folder of its own named by its content, and a pointer that is switched atomically.

    FOLDER/graph-<key>/     one complete graph
    FOLDER/current          names the generation readers open
    FOLDER/build.lock       held while a new one is made

A reader never waits, and a builder killed half-way leaves what was there.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from kg.errors import KgError

KEPT = 3  # generations left beside those in use: a reader that started before a switch may still be opening one

_OURS = re.compile(r"graph-[0-9a-z]+(-\d+)?\Z")


@dataclass(frozen=True, slots=True)
class Pointer:
    """The file that names a generation; `note` is kept below the name, and `owner` is the path it is switched for, if any."""

    name: str = "current"
    note: str = ""
    owner: str = ""

    def text(self, generation: Path) -> str:
        """What stands in the file: the generation, the owner, the note."""
        return "\n".join([generation.name, self.owner, self.note])


def read_pointer(folder: Path, name: str) -> Pointer | None:
    """The pointer as written, its name that of the generation; None where there is none that can be read."""
    try:
        lines = (folder / name).read_text(encoding="utf-8").split("\n", 2)
    except (OSError, UnicodeDecodeError):
        return None
    lines += [""] * (3 - len(lines))
    return Pointer(lines[0], note=lines[2], owner=lines[1]) if _OURS.match(lines[0]) else None


def current(folder: Path) -> Path:
    """The folder of the current generation. Raises KgError where there is none."""
    advice = f"make one with `kg build --store {folder}`"
    try:
        if not folder.is_dir():
            raise KgError(f"{folder}: no such folder; {advice}")
    except (OSError, ValueError) as error:
        raise KgError(f"--store: no folder can have that name ({error})") from error
    found = read_pointer(folder, "current")
    if found is None:
        raise KgError(f"{folder}: holds no graph; {advice}")
    if not (folder / found.name).is_dir():
        raise KgError(f"{folder}: its graph {found.name} is gone; {advice}")
    return folder / found.name


def make_generation(
    folder: Path,
    key: str | Callable[[], str],
    fill: Callable[[Path], None],
    pointer: Pointer | Callable[[], Pointer] = Pointer(),
    *,
    anew: bool = False,
    before_switch: Callable[[], None] = lambda: None,
) -> Path:
    """The folder of the generation `key`, made by `fill` unless it is there, with the pointer switched to it.

    `before_switch` runs once the generation is complete; a pointer given as a function is asked for after that. A key given as
    a function is asked for when nobody else makes one here: what it is made from may be what they change.

    Two makers at once make it once. Nothing in the folder is touched that does not bear one of our names.
    """
    import shutil

    from filelock import FileLock

    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / "build.lock"):
        key = key() if callable(key) else key
        there = sorted((p for p in folder.glob(f"graph-{key}*") if _OURS.match(p.name)), key=lambda p: p.stat().st_mtime_ns)
        if there and not anew:
            target = there[-1]
        else:
            for stale in folder.glob(".building-*"):  # whoever made these was killed: only the holder of the lock builds
                shutil.rmtree(stale, ignore_errors=True)
            building = folder / f".building-{os.getpid()}"
            fill(building)
            # One made anew gets a name of its own: whoever reads the old one goes on, and there is no moment without any.
            numbers = (f"graph-{key}" + (f"-{n}" if n else "") for n in count())
            target = next(path for name in numbers if not (path := folder / name).exists())
            building.replace(target)
        before_switch()
        pointer = pointer() if callable(pointer) else pointer
        temporary = folder / f".building-{os.getpid()}-pointer"
        temporary.write_text(pointer.text(target), encoding="utf-8")
        temporary.replace(folder / pointer.name)
        _forget_old(folder)
    return target


def _forget_old(folder: Path) -> None:
    """Remove the generations that no pointer names, but for the newest; and pointers of installations that are gone."""
    import shutil

    named = set()
    for file in [folder / "current", *folder.glob("seen-*")]:
        found = read_pointer(folder, file.name)
        if found is None or (found.owner and not os.path.exists(found.owner)):
            file.unlink(missing_ok=True)
        else:
            named.add(found.name)
    ours = (p for p in folder.glob("graph-*") if _OURS.match(p.name) and p.name not in named)
    for old in sorted(ours, key=lambda p: p.stat().st_mtime_ns, reverse=True)[KEPT - 1 :]:
        shutil.rmtree(old, ignore_errors=True)
