"""The lists of projects of CLOMonitor, one file a foundation: level, day of acceptance, and every repository of a project."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from kg.claims import Named, Stated, entry, stage_seen
from kg.errors import FeedError
from kg.feeds.reading import Fields, Reading

_STAGES = {stage: stage for stage in ("sandbox", "incubating", "graduated", "archived", "active")}

# Words in the place of a level that show the entry to be no project.
_NO_PROJECT = {
    "lfn": "is a second view of a project for 5G, not a project",
    "working-group": "is a working group, not a project",
}

# DevStats calls one project by a shorter name in its addresses than in its file.
_DEVSTATS = re.compile(r"https?://([a-z0-9]+)\.devstats\.cncf\.io/?")
_DEVSTATS_NAMES = {"k8s": "kubernetes"}

_IGNORED = {
    "category": "the shelf in a catalogue",
    "description": "a sentence of others",
    "devstats_url": "leads to no DevStats of the CNCF",
    "logo_dark_url": "a picture",
    "logo_url": "a picture",
    "logo_url_dark": "a picture",
}

_IGNORED_OF_REPOSITORY = {
    "check_sets": "which checks are run",
    "exclude": "whether checks are run",
    "name": "the last part of its address",
}


def read(reading: Reading) -> Iterator[Stated]:
    """Projects with their repositories, entry into the foundation (setting `host`), and the level on the day of the file.

    Of those that the setting `stale` names by their key, only that they are.
    """
    host = Named("Foundation", reading.require("host"), slug=reading.require("host"))
    for number, data in enumerate(_entries(reading), 1):
        reading.records += 1
        name = data.get("name") if isinstance(data, dict) else None
        place = f"entry {number}: {name}" if name else f"entry {number}"
        try:
            yield from _project(reading.fields(data, place), host)
        except ValueError as error:
            reading.skip(place, str(error))


def _project(fields: Fields, host: Named) -> Iterator[Stated]:
    reading, place = fields.reading, fields.place
    key, shown, homepage = fields.text("name"), fields.text("display_name"), fields.text("home_url")
    level, accepted = fields.text("maturity"), fields.date("accepted_at")
    repositories = _repositories(fields)
    group = not level and not fields.data.get("category")
    ids = [("clomonitor", key)]
    if found := _DEVSTATS.fullmatch(str(fields.data.get("devstats_url"))):
        fields.raw("devstats_url")
        ids.append(("devstats", _DEVSTATS_NAMES.get(found[1], found[1])))
    fields.done(_IGNORED)
    if group:
        reading.skip(place, "has neither level nor category: is an advisory group, not a project")
        return
    if level in _NO_PROJECT:
        reading.skip(place, _NO_PROJECT[level])
        return
    ids += [("repository", address) for address in repositories]
    aliases = (key,) if shown and shown != key else ()
    project = Named("Project", shown or key, ids=tuple(ids), aliases=aliases, homepage=homepage)
    yield project
    reading.counts["projects"] += 1
    if key in reading.settings.get("stale", ()):
        reading.skip(place, "left the foundation, or became a part of another project: day and level are kept from before")
        return
    if accepted:
        reading.counts["entries"] += 1
        yield entry(project, host, place, ("accepted", accepted))
    if level in _STAGES:
        reading.counts["levels"] += 1
        yield stage_seen(project, host, _STAGES[level], place, reading.day)
    elif level:
        reading.skip(f"{place}: maturity", f"{level!r} is no level")


def _repositories(fields: Fields) -> list[str]:
    found: dict[str, str] = {}
    for number, data in enumerate(fields.items("repositories"), 1):
        fields.reading.counts["repositories"] += 1
        repository = fields.reading.fields(data, f"{fields.place}: repository {number}")
        address = repository.text("url").rstrip("/")
        repository.done(_IGNORED_OF_REPOSITORY)
        if not re.fullmatch(r"https?://\S+", address):
            fields.reading.skip(repository.place, "has no web address")
        elif address.casefold() in found:
            fields.reading.skip(repository.place, "is listed twice")
        else:
            found[address.casefold()] = address
    return list(found.values())


def _entries(reading: Reading) -> list[Any]:
    try:
        data = yaml.load(reading.path.read_text("utf-8"), Loader=yaml.CSafeLoader)
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise FeedError(f"{reading.path}: cannot be read as YAML: {error}; fetch the file anew") from error
    if not isinstance(data, list) or not data or not all(isinstance(item, dict) for item in data[:1]):
        raise FeedError(f"{reading.path}: is no list of projects; expected a file of data/ in cncf/clomonitor")
    return data
