"""Wikidata, asked at a SPARQL endpoint: who develops, maintains, owns and sponsors projects, under which licences, and which
organization is part of which, began and ended when.

Only values that are organizations by their class are read; a person's name is never even asked for.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from kg.claims import Stated
from kg.errors import FeedError
from kg.feeds.reading import Reading
from kg.feeds.wikidata.asking import QID, Source
from kg.feeds.wikidata.endpoint import Endpoint
from kg.feeds.wikidata.telling import stated

DEFAULT = "https://query.wikidata.org/sparql"
PAUSE = 1.0  # seconds between two pages


def read(
    reading: Reading,
    *,
    endpoint: str = DEFAULT,
    page: int = 500,
    state: Path | None = None,
    sleep: Callable[[float], object] = time.sleep,
) -> Iterator[Stated]:
    """What Wikidata says of the items, and of the instances of the classes, that the settings name.

    `items` is a list of QIDs, or a table from QID to what we hold it to be (`Project`, or a kind of organization), which
    its class on Wikidata then need not show; `classes` is a list of QIDs. Finished pages are added to the file `state`, and
    a run that finds such a file goes on after them. Raises FeedError naming the endpoint where it does not answer.
    """
    wanted, classes = _wanted(reading)
    asked = {"format": 1, "endpoint": endpoint, "items": _digest(wanted), "classes": classes}
    record = _Record(state, asked)
    for done in record.pages:
        yield from stated(done, reading)
    if record.complete:
        return
    source = Source(Endpoint(endpoint, sleep, state), wanted)
    resumed = bool(record.pages)
    for stage, last, items in _pages(source, wanted, classes, page, record):
        if resumed:
            sleep(PAUSE)
        resumed = True
        found = {"stage": stage, "last": last, "day": str(reading.day), **source.page(items)}
        record.add(found)
        yield from stated(found, reading)
    if reading.counts["items"] and not reading.counts["projects"] + reading.counts["organizations"]:
        raise FeedError(f"{endpoint}: knows none of {reading.counts['items']:,} items; is it Wikidata, or a copy of it?")
    record.finish()


def _wanted(reading: Reading) -> tuple[dict[str, str], list[str]]:
    classes = sorted(set(reading.settings.get("classes", ())))
    items = reading.settings.get("items", {}) if classes else reading.require("items")
    wanted = dict.fromkeys(items, "") | (dict(items) if isinstance(items, dict) else {})
    for qid in (*wanted, *classes):
        if not QID.match(str(qid)):
            raise FeedError(f"{reading.source}: {qid!r} in the settings is no item of Wikidata; write Q and digits")
    return dict(sorted(wanted.items())), classes


def _digest(wanted: dict[str, str]) -> str:
    return sha256(json.dumps(wanted, sort_keys=True).encode()).hexdigest()


def _pages(
    source: Source, wanted: dict[str, str], classes: list[str], size: int, record: _Record
) -> Iterator[tuple[str, str, list[str]]]:
    """The pages still to be read: stage, last item, items. Items go by their QIDs as text, so the last one tells the rest."""
    left = [qid for qid in wanted if qid > record.last("items")]
    for first in range(0, len(left), size):
        some = left[first : first + size]
        yield "items", some[-1], some
    last, full = record.last("classes"), bool(classes)
    while full:
        found = source.instances(classes, last, size)
        full = len(found) == size
        if found:
            last = found[-1]
            yield "classes", last, [qid for qid in found if qid not in wanted]


class _Record:
    """The file of finished pages, one a line: a page is in it whole, or not at all.

    A line counts only with its end; what a crash left of one is cut off when the file is next opened.
    """

    def __init__(self, path: Path | None, asked: dict[str, Any]) -> None:
        self.path = path
        self.pages: list[dict[str, Any]] = []
        self.complete = False
        if path is None:
            return
        content = path.read_bytes() if path.exists() else b""
        whole = content[: content.rfind(b"\n") + 1]
        if not whole:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"")
            self._append(asked)
            return
        try:
            begun, *rest = [json.loads(line) for line in whole.splitlines()]
        except ValueError as error:
            raise FeedError(f"{path}: is no file of finished pages ({error}); delete it, or name another") from error
        if begun != asked:
            raise FeedError(
                f"{path}: holds pages of another run (other items, classes or endpoint); delete it, or name another"
            )
        if len(whole) < len(content):
            os.truncate(path, len(whole))
        self.pages = [line for line in rest if "stage" in line]
        self.complete = any("complete" in line for line in rest)

    def last(self, stage: str) -> str:
        """The last item of the finished pages of a stage, '' where there is none."""
        return max((page["last"] for page in self.pages if page["stage"] == stage), default="")

    def add(self, page: dict[str, Any]) -> None:
        """Keep a finished page."""
        self._append(page)

    def finish(self) -> None:
        """Note that no page is left."""
        self._append({"complete": True})

    def _append(self, line: dict[str, Any]) -> None:
        if self.path:
            with self.path.open("ab") as file:
                file.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
