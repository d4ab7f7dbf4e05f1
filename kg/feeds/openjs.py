"""OpenJS Foundation: the project lists of its README as a table; stages seen, and entries without a date.

The table has the columns stage, project, url, note.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator

from kg.claims import Named, Stated, entry, stage_seen
from kg.errors import FeedError
from kg.feeds.reading import Reading

_HOME = Named("Foundation", "OpenJS Foundation", slug="openjs-foundation")
_STAGES = {
    "impact projects": "impact",
    "at-large projects": "at-large",
    "incubating projects": "incubating",
    "feature-complete": "feature-complete",
    "archived projects": "archived",
}
_COLUMNS = ["stage", "project", "url", "note"]
_IGNORED = {"note": "a remark of the list, empty in every row"}


def read(reading: Reading) -> Iterator[Stated]:
    """Yield each project with its entry and its stage."""
    with reading.path.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines)
        if rows.fieldnames != _COLUMNS:
            raise FeedError(f"{reading.path}: the first line is not {','.join(_COLUMNS)}; give the table of OpenJS projects")
        for row in rows:
            reading.records += 1
            place = f"line {rows.line_num}"
            fields = reading.fields(row, place)
            name, word, url = fields.text("project"), fields.text("stage"), fields.text("url")
            fields.done(_IGNORED)
            try:
                project = _project(name, url)
            except ValueError as error:
                reading.skip(place, str(error))
                continue
            yield project
            yield entry(project, _HOME, place)
            reading.counts["projects"] += 1
            if stage := _STAGES.get(word.casefold()):
                reading.counts[f"{stage} projects"] += 1
                yield stage_seen(project, _HOME, stage, place, reading.day)
            else:
                reading.skip(f"{place}: stage", "is no stage of the foundation")
    if not reading.counts["projects"]:
        raise FeedError(f"{reading.path}: no project in it; give the whole table of projects of the OpenJS Foundation")


def _project(name: str, url: str) -> Named:
    # A page on GitHub is the home of the code only where it names one repository: an account can hold many.
    parts = url.removeprefix("https://github.com/").strip("/").split("/")
    ids = (("repository", url),) if url.startswith("https://github.com/") and len(parts) == 2 else ()
    return Named("Project", name, ids=ids, homepage=url)
