"""The `projects.yaml` of DevStats: which projects the CNCF hosts, when they came in, and when they entered each stage.

Some entries are followed for comparison, or are no projects at all. They have no level (`-`), and nothing is said of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from kg.claims import Named, Stated, entry, stage_entered, stage_seen
from kg.errors import FeedError
from kg.feeds.reading import Fields, Reading

_CNCF = Named("Foundation", "Cloud Native Computing Foundation", slug="cncf")

_STAGES = {"Sandbox": "sandbox", "Incubating": "incubating", "Graduated": "graduated", "Archived": "archived"}

# Sandbox has no date of its own: a project that came in without another date came in there.
_ENTERED = {"incubating_date": "incubating", "graduated_date": "graduated", "archived_date": "archived"}

_IGNORED = {
    "annotation_regexp": "which tags a chart marks",
    "command_line": "which organizations and repositories are counted",
    "disabled": "whether numbers are still collected; says nothing of the level",
    "env": "switches of the program",
    "files_skip_pattern": "which files are not counted",
    "order": "the order in which projects are processed",
    "project_scale": "the scale of charts",
    "psql_db": "the name of a database",
    "shared_db": "the name of a database",
    "start_date": "the day from which data was collected, not that on which the project began",
    "sync_probabilty": "how often data is collected",
}


def read(reading: Reading) -> Iterator[Stated]:
    """Projects with entry into the CNCF (basis accepted), stages entered (occurred), and the level on the day of the file."""
    for number, (key, data) in enumerate(_projects(reading).items(), 1):
        reading.records += 1
        # An entry without a level may name a person: its place is a number.
        place = f"projects: {key}" if isinstance(data, dict) and data.get("status") in _STAGES else f"projects: entry {number}"
        try:
            yield from _project(reading.fields(data, place), str(key))
        except ValueError as error:
            reading.skip(place, str(error))


def _project(fields: Fields, key: str) -> Iterator[Stated]:
    reading, place = fields.reading, fields.place
    status, name, repository = fields.text("status"), fields.text("name"), fields.text("main_repo")
    joined = fields.date("join_date")
    entered = [(stage, day) for field, stage in _ENTERED.items() if (day := fields.date(field))]
    fields.done(_IGNORED)
    if status == "-":
        reading.skip(place, "has no level: followed for comparison, not hosted")
        return
    ids = [("devstats", key)]
    if repository.count("/") == 1:
        ids.append(("repository", f"https://github.com/{repository}"))
    else:
        reading.skip(f"{place}: main_repo", "is no repository on GitHub")
    project = Named("Project", name, ids=tuple(ids))
    yield project
    reading.counts["hosted projects"] += 1
    if joined:
        reading.counts["entries"] += 1
        yield entry(project, _CNCF, place, ("accepted", joined))
    for stage, day in entered:
        reading.counts["stages entered"] += 1
        yield stage_entered(project, _CNCF, stage, place, ("occurred", day))
    if status in _STAGES:
        yield stage_seen(project, _CNCF, _STAGES[status], place, reading.day)
    else:
        reading.skip(f"{place}: status", f"{status!r} is no level")


def _projects(reading: Reading) -> dict[Any, Any]:
    try:
        data = yaml.load(reading.file("projects.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise FeedError(f"{reading.path}: cannot be read as YAML: {error}; fetch the file anew") from error
    if not isinstance(data, dict) or not isinstance(data.get("projects"), dict):
        raise FeedError(f"{reading.path}: has no mapping 'projects'; expected the projects.yaml of cncf/devstats")
    fields = reading.fields(data, "top of the file")
    projects: dict[Any, Any] = fields.raw("projects")
    fields.done()
    return projects
