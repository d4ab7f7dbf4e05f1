"""The tables of cncf/velocity: how many commits, authors, issues and so on each project had within a period.

The setting `start` is the first day of the period, `end` the first day after it; `metrics` names the columns wanted, all by
default. Columns change places over the years and are found by name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from kg.claims import Named, Stated, counted
from kg.dates import PartialDate
from kg.errors import FeedError
from kg.feeds.reading import Fields, Reading
from kg.feeds.tables import header_of, table_rows

# Columns and the metrics they become.
_METRICS = {
    "activity": "activity",
    "authors": "authors",
    "comments": "comments",
    "commits": "commits",
    "issues": "issues",
    "prs": "pull-requests",
    "pushes": "pushes",
}

_IGNORED = {
    "org": "a list of what was counted, joined with +",
    "repo": "a list of what was counted, joined with +, without saying which lies where",
    **dict.fromkeys(_METRICS, "not among the metrics of the source"),
}


def read(reading: Reading) -> Iterator[Stated]:
    """Numbers per project and period; Linux is left out, being counted in another way."""
    start, end = PartialDate(reading.require("start")), PartialDate(reading.require("end"))
    wanted = tuple(reading.settings.get("metrics", _METRICS))
    if unknown := [name for name in wanted if name not in _METRICS]:
        raise FeedError(f"{reading.source}: no column {unknown[0]!r} to count; there are {', '.join(_METRICS)}")
    for place, row in _rows(reading, ("project", *wanted)):
        reading.records += 1
        if isinstance(row, list):
            reading.skip(place, "has more or fewer cells than the header")
            continue
        try:
            yield from _numbers(reading.fields(row, place), wanted, start, end)
        except ValueError as error:
            reading.skip(place, str(error))


def _numbers(fields: Fields, wanted: tuple[str, ...], start: PartialDate, end: PartialDate) -> Iterator[Stated]:
    reading, place = fields.reading, fields.place
    numbers = {name: fields.text(name) for name in wanted}
    linux = fields.data.get("org") == "torvalds" and fields.data.get("repo") == "linux"
    name, url = fields.text("project"), fields.text("url")
    fields.done(_IGNORED)
    if linux:
        reading.skip(place, "is Linux, counted from mailing lists and its own log, not as the others")
        return
    if name == "CNCF":
        reading.skip(place, "is the foundation itself, not a project of it")
        return
    project = _project(name, url, fields)
    reading.counts["projects"] += 1
    for column, text in numbers.items():
        if text.isascii() and text.isdigit():
            yield counted(project, _METRICS[column], int(text), place, start=start, end=end)
        else:
            reading.skip(f"{place}: {column}", f"{text!r} is no number")


def _project(name: str, url: str, fields: Fields) -> Named:
    """The address is written without a scheme: a site, a repository on GitHub, or an organization there."""
    if not url.startswith("github.com/"):
        return Named("Project", name, homepage=f"https://{url}" if url else "")
    if re.fullmatch(r"github\.com/[\w-]+/[\w.-]+", url, re.ASCII):
        return Named("Project", name, ids=(("repository", f"https://{url}"),))
    if re.fullmatch(r"github\.com/[A-Za-z0-9-]+", url):
        return Named("Project", name, ids=(("github", url.partition("/")[2]),), homepage=f"https://{url}")
    fields.reading.skip(f"{fields.place}: url", "is no address on GitHub")
    return Named("Project", name)


def _rows(reading: Reading, needed: tuple[str, ...]) -> Iterator[tuple[str, Mapping[str, str] | list[str]]]:
    if missing := [name for name in needed if name not in header_of(reading.path)]:
        raise FeedError(f"{reading.path}: has no column {missing[0]!r}; expected a table of projects/ in cncf/velocity")
    return table_rows(reading.path)
