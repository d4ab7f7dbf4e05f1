"""The CNCF's list of maintainers, read as numbers: how many a project has, and how many of them each employer pays.

Persons are told apart while the file is read, so that nobody counts twice in a project, and then forgotten: no name, handle
or address of a person leaves this module.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from kg.claims import Named, Stated, counted
from kg.errors import FeedError
from kg.feeds.reading import Reading
from kg.feeds.tables import header_of, table_rows

_PROJECT, _NAME, _EMPLOYER, _HANDLE = "Project", "Maintainer Name", "Company", "Github Name"

_IGNORED = {
    "": "the level, filled on some rows; other lists give it with a date",
    "OWNERS/MAINTAINERS": "a link to a list of persons",
}

_NO_EMPLOYER = {
    "",
    "-",
    "_",
    "freelancer",
    "independent",
    "individual",
    "individual - no account",
    "individual developer",
    "self",
    "unaffiliated",
}

# A project may have several groups of maintainers. These are the ways in which a group names its project.
_GROUPS = tuple(
    re.compile(pattern)
    for pattern in (
        r"(.+?): .+",  # Istio: Working Group Leads
        r"(.+) \(.*\b(?:Committee|Maintainer)\b.*\)",  # OpenTelemetry (Governance Committee)
        r"(.+?) (?:steering|maintainers|Steering Committee)",  # Kubernetes steering
        r"(Tekton) .+",  # Tekton Pipeline, Tekton CLI and others, one project
    )
)

# These groups do not name their project: it is the one above.
_GROUP_OF_THE_ONE_ABOVE = re.compile(r"Steering Committee|SIG .+")

_LONG_AND_SHORT = re.compile(r"(.+) \((.+)\)")  # TUF (The Update Framework)

_COMMON = 3  # rows that name an employer before it is taken for one in the column of handles
_GAP = 2  # rows between two whose cells are swapped, that are taken to be swapped too


@dataclass(slots=True)
class _Row:
    place: str
    project: str
    name: str
    employer: str
    handle: str


@dataclass(slots=True)
class _Project:
    name: str
    place: str
    people: list[list[str]] = field(default_factory=list)  # each with the employers named for one person
    known: dict[str, list[str]] = field(default_factory=dict)


def read(reading: Reading) -> Iterator[Stated]:
    """Per project the number of maintainers on the day of the file: all, those of each employer, and those without one."""
    rows = list(_rows(reading))
    _put_right_swapped_cells(rows, reading)
    projects: dict[str, _Project] = {}
    for row in rows:
        _add(row, projects.setdefault(row.project.casefold(), _Project(row.project, row.place)), reading)
    for project in projects.values():
        yield from _numbers(project, reading)


def _numbers(project: _Project, reading: Reading) -> Iterator[Stated]:
    parts = _LONG_AND_SHORT.fullmatch(project.name)
    named = Named("Project", project.name, aliases=parts.groups() if parts else ())
    reading.counts["projects"] += 1
    reading.counts["maintainers"] += len(project.people)
    yield counted(named, "maintainers", len(project.people), project.place, seen=reading.day)
    employers: dict[str, list[str]] = {}
    for person in project.people:
        if person:
            employers.setdefault(_folded(person[0]), []).append(person[0])
    without = sum(not person for person in project.people)
    if without:
        yield counted(named, "maintainers-without-employer", without, project.place, seen=reading.day)
    for spellings in employers.values():
        by = Named("Company", Counter(spellings).most_common(1)[0][0])
        reading.counts["employers of a project"] += 1
        yield counted(named, "maintainers", len(spellings), project.place, by=by, seen=reading.day)


def _add(row: _Row, project: _Project, reading: Reading) -> None:
    """A person with the handle or the name of one already counted is the same: one of the two is sometimes misspelt."""
    keys = [f"{kind} {key.casefold()}" for kind, key in (("handle", row.handle), ("name", row.name)) if key]
    person = next((project.known[key] for key in keys if key in project.known), None)
    if person is None:
        person = []
        project.people.append(person)
    else:
        reading.merged += 1
    for key in keys:
        project.known.setdefault(key, person)
    if row.employer.casefold() in _NO_EMPLOYER:
        return
    if row.employer.casefold() in (row.name.casefold(), row.handle.casefold()):
        reading.skip(f"{row.place}: {_EMPLOYER}", "repeats the person")
    elif person and _folded(person[0]) != _folded(row.employer):
        reading.skip(f"{row.place}: {_EMPLOYER}", "is another employer of somebody counted already")
    else:
        person.append(row.employer)


def _rows(reading: Reading) -> Iterator[_Row]:
    header = header_of(reading.path)
    if missing := [name for name in (_PROJECT, _NAME, _EMPLOYER, _HANDLE) if name not in header]:
        raise FeedError(f"{reading.path}: has no column {missing[0]!r}; expected project-maintainers.csv of cncf/foundation")
    project = ""
    for place, cells in table_rows(reading.path):
        row = cells
        if isinstance(row, list):
            if len(row) != len(header) - 1:
                reading.records += 1
                reading.skip(place, "has more or fewer cells than the header")
                continue
            row = dict(zip(header, row, strict=False))  # the link, which comes last, was left out with its comma
        fields = reading.fields(row, place)
        group = fields.text(_PROJECT)
        name, employer, handle = fields.text(_NAME), fields.text(_EMPLOYER).lstrip("@"), fields.text(_HANDLE).lstrip("@")
        fields.done(_IGNORED)
        if employer in reading.settings.get("no_employers", ()):
            reading.skip(f"{place}: {_EMPLOYER}", "is no employer, but a project")
            employer = ""
        if group:
            reading.counts["groups"] += 1
            project = _project_of(group, project)
        if not (group or name or employer or handle):
            continue
        reading.records += 1
        if not name and not handle:
            reading.skip(place, "names nobody")
        elif not project:
            reading.skip(place, "stands below no project")
        else:
            yield _Row(place, project, name, employer, handle)


def _project_of(group: str, above: str) -> str:
    if _GROUP_OF_THE_ONE_ABOVE.fullmatch(group):
        return above
    for pattern in _GROUPS:
        if found := pattern.fullmatch(group):
            return found[1]
    return group


def _put_right_swapped_cells(rows: list[_Row], reading: Reading) -> None:
    """Exchange employer and handle where they stand in each other's column, as in some stretches of the older files.

    It shows in a handle with a blank in it, and in one that other rows name as an employer, while none names this row's
    employer. Each such row teaches one more employer; and one or two rows between two of them are like them.
    """
    swapped: set[int] = set()
    while True:
        named = Counter((row.handle if n in swapped else row.employer).casefold() for n, row in enumerate(rows))
        found = swapped | {n for n, row in enumerate(rows) if _is_swapped(row, named)}
        for first, last in pairwise(sorted(found)):
            between = range(first + 1, last)
            if len(between) <= _GAP and all(_may_be_swapped(rows[n], rows[first], named) for n in between):
                found.update(between)
        if found == swapped:
            break
        swapped = found
    for n in swapped:
        rows[n].employer, rows[n].handle = rows[n].handle, rows[n].employer
    reading.counts["swapped cells put right"] += len(swapped)


def _is_swapped(row: _Row, named: Counter[str]) -> bool:
    # A handle with a blank may also be the person's name, written again.
    repeated = set(row.handle.casefold().split()) & set(row.name.casefold().split())
    is_employer = (" " in row.handle and not repeated) or named[row.handle.casefold()] >= _COMMON
    return is_employer and _may_be_swapped(row, row, named)


def _may_be_swapped(row: _Row, other: _Row, named: Counter[str]) -> bool:
    """Whether what stands for the employer can be a handle and is nobody else's employer, in the project of another row."""
    can_be_handle = re.fullmatch(r"[\w-]+", row.employer, re.ASCII) is not None
    return bool(row.handle) and can_be_handle and named[row.employer.casefold()] <= 1 and row.project == other.project


def _folded(employer: str) -> str:
    """Spellings that differ in case, blanks and marks alone are one employer: Red Hat, RedHat."""
    return re.sub(r"[\W_]+", "", employer.casefold()) or employer
