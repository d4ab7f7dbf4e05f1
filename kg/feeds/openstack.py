"""OpenStack governance: the project teams of OpenStack as parts of it, and those that retired, with their day.

The folder holds projects.yaml (the teams of today) and legacy.yaml (retired teams, and retired parts of living ones).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from kg.claims import Claim, Named, Stated, stage_entered
from kg.dates import PartialDate
from kg.errors import FeedError
from kg.feeds.reading import Fields, Reading

_HOME = Named("Foundation", "OpenInfra Foundation", slug="openinfra-foundation")
_OPENSTACK = Named("Project", "OpenStack", slug="openstack")
_HOST = "https://opendev.org/"
_IGNORED = {
    "ptl": "a person",
    "liaisons": "persons",
    "appointed": "the terms of a person",
    "leadership_type": "how a team is led, not by whom",
    "irc-channel": "a place to talk",
    "service": "a description",
    "mission": "a description",
    "tags": "marks of the release process",
}
_IGNORED_PART = {
    "release-management": "marks of the release process",
    "deprecated": "a mark of the release process",
    "tags": "marks of the release process",
    "docs": "addresses of manuals",
}
_IGNORED_FILES = {
    "sigs-repos.yaml": "special interest groups are no project teams",
    "sigs.yaml": "special interest groups are no project teams; names of persons",
    "archived-sigs.yaml": "special interest groups are no project teams; names of persons",
    "completed-sigs.yaml": "special interest groups are no project teams; names of persons",
    "technical-committee-repos.yaml": "the committee is no project team; names of persons",
    "schema-projects.yaml": "how the file of teams is checked",
}


def read(reading: Reading) -> Iterator[Stated]:
    """Yield OpenStack, its teams as parts of it, and the retirements."""
    if not reading.path.is_dir():
        raise FeedError(f"{reading.path}: not a folder; give the folder that holds projects.yaml and legacy.yaml")
    teams, legacy = _teams(reading.file("projects.yaml")), _teams(reading.file("legacy.yaml"))
    for name in _IGNORED_FILES:
        if (reading.path / name).exists():
            reading.ignored[name] += 1
    if (groups := reading.path / "sigs-repos.yaml").exists():
        reading.counts["special interest groups with repositories"] += len(_teams(groups))
    yield _OPENSTACK
    for key, data in teams.items():
        place = f"projects.yaml: {key}"
        try:
            yield from _living(reading, str(key), data, place)
        except ValueError as error:
            reading.skip(place, str(error))
    for key, data in legacy.items():
        place = f"legacy.yaml: {key}"
        try:
            yield from _retired(reading, str(key), data, place, teams)
        except ValueError as error:
            reading.skip(place, str(error))


def _teams(path: Path) -> Mapping[Any, Any]:
    try:
        data = yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError):
        raise FeedError(f"{path}: not YAML in UTF-8; give the file of openstack/governance") from None
    if not isinstance(data, Mapping) or not data:
        raise FeedError(f"{path}: not a mapping of teams; give the whole file of openstack/governance")
    return data


def _living(reading: Reading, key: str, data: Any, place: str) -> Iterator[Stated]:
    reading.records += 1
    fields = reading.fields(data, place)
    if not fields.data:
        return
    team = Named("Project", _name(key), ids=_parts(reading, fields, key, "repositories"), homepage=fields.text("url"))
    fields.done(_IGNORED)
    reading.counts["teams"] += 1
    yield team
    yield _part(team, place, seen=reading.day)


def _retired(reading: Reading, key: str, data: Any, place: str, teams: Mapping[Any, Any]) -> Iterator[Stated]:
    reading.records += 1
    fields = reading.fields(data, place)
    if not fields.data:
        return
    reading.counts["legacy teams"] += 1
    ids, url = _parts(reading, fields, key, "legacy repositories"), fields.text("url")
    retired, partial = fields.date("retired-on"), fields.raw("partial") is True
    fields.done(_IGNORED)
    if partial and key in teams:
        reading.merged += 1  # some repositories of a team that lives on
        return
    if not retired:
        raise ValueError("names no day of retirement, and no team of today; only some of its repositories are retired")
    team = Named("Project", _name(key), ids=ids, homepage=url)
    reading.counts["retired teams"] += 1
    yield team
    yield _part(team, place, end=retired)
    yield stage_entered(team, _HOME, "retired", place, ("effective", retired))


def _name(key: str) -> str:
    """A name that does not read as another project of the same word: OpenStack Swift is not Swift.

    >>> _name("swift"), _name("ec2-api"), _name("Puppet OpenStack")
    ('OpenStack Swift', 'OpenStack ec2-api', 'Puppet OpenStack')
    """
    if "openstack" in key.casefold():
        return key
    return f"OpenStack {key.capitalize() if key.isalpha() and key.islower() else key}"


def _parts(reading: Reading, fields: Fields, key: str, count: str) -> tuple[tuple[str, str], ...]:
    """The repository of the part that bears the team's own name; the others are counted."""
    main = ""
    parts = fields.mapping("deliverables")
    for name, data in parts.data.items():
        part = reading.fields(data, f"{parts.place}: {name}")
        repositories = [str(repository) for repository in part.items("repos")]
        reading.counts[count] += len(repositories)
        if part.date("retired-on"):
            reading.counts["retired parts"] += 1
        part.done(_IGNORED_PART)
        if str(name).casefold() == key.casefold():
            main = next((r for r in repositories if r.rpartition("/")[2] == key.casefold()), "")
    parts.data.clear()
    return (("repository", _HOST + main),) if main else ()


def _part(team: Named, place: str, *, end: PartialDate | None = None, seen: PartialDate | None = None) -> Claim:
    links = (("project", team), ("parentProject", _OPENSTACK))
    return Claim("Subproject", "{project}-subproject-{parentProject}", links, place, end=end, as_of=seen)
