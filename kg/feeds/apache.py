"""Reads what the Apache Software Foundation publishes of its projects: projects.apache.org, lists of podlings, the Attic.

Which of them a path holds is seen from the path. Nobody's committees, sponsors or rosters are read: an Incubator sponsor is
a body of the foundation, and never a donor.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import yaml

from kg.claims import Claim, Named, Stated, stage_entered
from kg.dates import PartialDate
from kg.errors import FeedError
from kg.feeds._apache_names import (
    ASF,
    DEPARTED,
    DISSOLVED,
    NOT_TOP_LEVEL,
    PERSON,
    SAME_PROJECT,
    Podling,
    asf_ids,
    full_name,
    home_named,
    part_of,
    podling_claims,
    renamed,
)
from kg.feeds._apache_projects import read_projects
from kg.feeds._apache_xml import parse_xml
from kg.feeds.reading import Fields, Reading

_STATUSES = ("current", "graduated", "retired")

_COLUMNS = [
    "id",
    "name",
    "graduated_or_moved_to",
    "status",
    "aliases",
    "description",
    "sponsor",
    "champion",
    "start_date",
    "end_date",
]
_IGNORED_COLUMNS = {
    "description": "free text",
    "sponsor": "the body of the foundation that sponsors the podling, never a donor",
    "champion": PERSON,
}
_IGNORED_PODLING = {
    "sponsor": _IGNORED_COLUMNS["sponsor"],
    "longname": "the name with its abbreviation spelled out",
    "description": "free text",
    "champion": PERSON,
    "mentors": PERSON,
    "reporting": "when it reports",
    "graduating": "announces what may come",
    "retiring": "announces what may come",
}
_IGNORED_CLUTCH = {
    "description": "free text",
    "hasMailListCommits": "mailing list",
    "hasMailListDev": "mailing list",
    "ldap": PERSON,
    "mentors": PERSON,
    "news": "checks of the podling's page",
    "podlingName": "the same as fullName",
    "rawReportingGroup": "when it reports",
    "releases": "downloads",
    "reportingGroup": "when it reports",
    "reportingMonthly": "when it reports",
    "repositories": "many for one podling",
    "sponsor": _IGNORED_COLUMNS["sponsor"],
    "statusAge": "age of the podling's page",
    "statusLastUpdated": "age of the podling's page",
    "zFixMeList": "checks of the podling's page",
}
_IGNORED_URLS = {"git": "a page that shows the code", "keys": "downloads", "svn": "old", "tracker": "issues", "wiki": "wiki"}
_IGNORED_ATTIC = {
    "additional_tex": "free text (upstream's misspelling)",
    "additional_text": "free text",
    "archive_path": "downloads",
    "attic_banner": "layout",
    "attic_issue": "ticket",
    "board_reports": "layout",
    "board_resolution": "layout",
    "downloads": "layout",
    "issue_trackers": "issues",
    "mailing_lists": "mailing list",
    "mailing_lists_prefix": "mailing list",
    "project_description": "free text",
    "project_domain": "homepage of a part of another project",
    "project_shortdesc": "free text",
    "related_projects_text": "free text",
    "source_repositories": "kinds of repository without an address",
    "wiki": "wiki",
}

# The list of 2017 has only the month of these, that of 2026 the fifteenth of it: filled in, not known.
_FILLED_IN = {
    "start_date": frozenset(["jaxme", "juddi", "lenya", "log4net", "merlin-developer", "nutch", "webwork2"]),
    "end_date": frozenset(["merlin-developer", "rcf"]),
}


def read(reading: Reading) -> Iterator[Stated]:
    """What a file or folder of the foundation says of its projects. Raises FeedError for one of no known kind."""
    path = reading.path
    if path.is_dir():
        if (path / "foundation").is_dir():
            yield from read_projects(reading)
        elif any(path.glob("*.yaml")):
            yield from _attic(reading)
        else:
            raise FeedError(f"{path}: holds neither a folder foundation/ nor *.yaml; give a checkout of a published list")
        return
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FeedError(f"{path}: not UTF-8 at byte {error.start}; fetch it again") from error
    start = text.lstrip()[:1]
    if not start:
        raise FeedError(f"{path}: is empty; fetch it again")
    if start == "<":
        yield from _podlings_xml(reading)
    elif start == "{":
        yield from _clutch(reading, text)
    else:
        yield from _podlings_table(reading, text)


# Lists of podlings


def _podlings_xml(reading: Reading) -> Iterator[Stated]:
    root = parse_xml(reading.path)
    if root.tag != "podlings":
        raise FeedError(f"{reading.path}: holds <{root.tag}>, not <podlings>; give the Incubator's podlings.xml")
    for element in root:
        reading.records += 1
        place = f"podling {element.get('resource', reading.records)}"
        try:
            yield from _podling_of_xml(reading, element, place)
        except ValueError as error:
            reading.skip(place, str(error))


def _podling_of_xml(reading: Reading, element: Element, place: str) -> Iterator[Stated]:
    fields = reading.fields({**element.attrib, **{child.tag: child for child in element if child.tag != "resolution"}}, place)
    asf_id, name, status = fields.text("resource"), fields.text("name"), _status(fields)
    aliases = _others(fields.text("resourceAliases"))
    start, end = fields.date("startdate"), fields.date("enddate")
    fields.done(_IGNORED_PODLING)
    resolution = element.find("resolution")
    url = resolution.get("url", "") if resolution is not None else ""
    link = resolution.get("link", "") if resolution is not None else ""
    podling = Podling(_podling_named(asf_id, name, aliases), status, start, end, place)
    reading.counts[f"{status} podlings"] += 1
    if status != "graduated":
        yield from podling_claims(reading, podling)
        if status == "retired" and link:
            yield from _moved_away(reading, podling, link)
        return
    if resolution is not None and resolution.get("tlp") == "true":
        podling = replace(podling, went="" if asf_id in NOT_TOP_LEVEL else "top-level")
    elif url:
        host = (urlsplit(url).hostname or "").removesuffix(".apache.org")
        if host == SAME_PROJECT.get(asf_id):
            podling = replace(podling, went="top-level")
        else:
            podling = _into(reading, podling, asf_id, host)
    yield from podling_claims(reading, podling)


def _podlings_table(reading: Reading, text: str) -> Iterator[Stated]:
    rows = csv.reader(text.splitlines(keepends=True))
    if next(rows) != _COLUMNS:
        raise FeedError(f"{reading.path}: first line names other columns than {', '.join(_COLUMNS)}; is it a list of podlings?")
    table = [dict(zip(_COLUMNS, row, strict=False)) if len(row) == len(_COLUMNS) else {} for row in rows]
    if not table:
        raise FeedError(f"{reading.path}: has a first line and no rows; fetch it again")
    taken = {row["id"] for row in table if row}
    for number, row in enumerate(table, 2):
        reading.records += 1
        place = f"line {number}"
        if not row:
            reading.skip(place, f"has not {len(_COLUMNS)} columns")
            continue
        try:
            yield from _podling_of_table(reading, row, taken, place)
        except ValueError as error:
            reading.skip(place, str(error))


def _podling_of_table(reading: Reading, row: dict[str, str], taken: set[str], place: str) -> Iterator[Stated]:
    fields = reading.fields(row, place)
    asf_id, name, status = fields.text("id"), fields.text("name"), _status(fields)
    # An alias that is the id of another podling says where this one went, not what it is also called (agila: ode).
    aliases = [alias for alias in _others(fields.text("aliases")) if alias not in taken]
    start, end = (_unfilled(reading, asf_id, key, fields.date(key)) for key in ("start_date", "end_date"))
    moved = fields.text("graduated_or_moved_to")
    fields.done(_IGNORED_COLUMNS)
    reading.counts[f"{status} podlings"] += 1
    podling = Podling(_podling_named(asf_id, name, aliases), status, start, end, place)
    if status != "graduated" or not moved:
        yield from podling_claims(reading, podling)
        if moved and status == "retired":
            yield from _moved_away(reading, podling, moved)
    elif moved.casefold() == name.casefold():
        went = "" if asf_id in NOT_TOP_LEVEL else "top-level"
        yield from podling_claims(reading, replace(podling, went=went))
    elif asf_id in SAME_PROJECT:
        podling = replace(podling, named=_also(podling.named, full_name(moved)), went="top-level")
        yield from podling_claims(reading, podling)
        yield renamed(podling.named, full_name(name), full_name(moved), place)
    else:
        host, _, part = moved.partition(" ")
        if part:
            podling = replace(podling, named=_also(podling.named, full_name(moved)))
        yield from podling_claims(reading, _into(reading, podling, asf_id, host.casefold()))


def _clutch(reading: Reading, text: str) -> Iterator[Stated]:
    try:
        data = json.loads(text)
    except ValueError as error:
        raise FeedError(f"{reading.path}: is no whole JSON file: {error}; fetch it again") from error
    if not data or not all(isinstance(entry, dict) and "podlingName" in entry for entry in data.values()):
        raise FeedError(f"{reading.path}: is no list of podlings by id; give the Incubator's clutch.json")
    for asf_id, entry in data.items():
        reading.records += 1
        fields = reading.fields(entry, asf_id)
        try:
            urls = fields.mapping("urls")
            named = _podling_named(fields.text("resource"), fields.text("fullName"), [])
            podling = Podling(replace(named, homepage=urls.text("www")), "current", fields.date("startDate"), None, asf_id)
            urls.done(_IGNORED_URLS)
            fields.done(_IGNORED_CLUTCH)
        except ValueError as error:
            reading.skip(asf_id, str(error))
            continue
        reading.counts["current podlings"] += 1
        yield from podling_claims(reading, podling)


def _status(fields: Fields) -> str:
    status = fields.text("status")
    if status not in _STATUSES:
        raise ValueError(f"status {status!r} is none of {', '.join(_STATUSES)}")
    return status


def _others(text: str) -> list[str]:
    return [part for part in re.split(r"[,\s]+", text) if part]


def _podling_named(asf_id: str, name: str, aliases: list[str]) -> Named:
    if not name:
        raise ValueError("has no name")
    return Named("Project", full_name(name), asf_ids(asf_id, *aliases), (name,) if name != full_name(name) else ())


def _also(named: Named, alias: str) -> Named:
    return replace(named, aliases=(*named.aliases, alias))


def _unfilled(reading: Reading, asf_id: str, key: str, day: PartialDate | None) -> PartialDate | None:
    if day and asf_id in _FILLED_IN[key] and day.text.endswith("-15"):
        reading.counts["days filled in"] += 1
        return PartialDate(day.text[:7])
    return day


def _into(reading: Reading, podling: Podling, asf_id: str, host: str) -> Podling:
    home = home_named(host)
    if not home:
        reading.skip(podling.place, f"graduated into {host!r}, of which the reader knows nothing")
        return podling
    return replace(podling, went="merged" if asf_id in DISSOLVED else "subproject", home=home)


def _moved_away(reading: Reading, podling: Podling, to: str) -> Iterator[Claim]:
    if not any(asf_id in DEPARTED for _, asf_id in podling.named.ids):
        reading.skip(podling.place, "retired, with a link to another project: not said that it went there")
        return
    reading.counts["departures"] += 1
    dates = (("occurred", podling.end),) if podling.end else ()
    links = (("project", podling.named), ("fromOrganization", ASF))
    note = (("note", f"The list leads on to {to}."),)
    yield Claim("Departure", "{project}-left-{fromOrganization}", links, podling.place, dates=dates, values=note)


# The Attic


def _attic(reading: Reading) -> Iterator[Stated]:
    for path in sorted(reading.path.iterdir()):
        if path.suffix != ".yaml":
            reading.skip(path.name, "is no .yaml file: a project taken out of the Attic again, or no project")
            continue
        reading.records += 1
        try:
            yield from _attic_project(reading, path)
        except (ValueError, yaml.YAMLError) as error:
            reason = "is no YAML" if isinstance(error, yaml.YAMLError) else str(error)
            reading.skip(path.name, reason)
    if not reading.counts["projects in the Attic"]:
        raise FeedError(f"{reading.path}: no file of it tells of a retired project; give the Attic's folder of projects")


def _attic_project(reading: Reading, path: Path) -> Iterator[Stated]:
    data = yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
    if not isinstance(data, dict) or "retirement_date" not in data:
        raise ValueError("has no retirement_date: tells of no retired project")
    fields = reading.fields(data, path.name)
    stated, long = fields.text("project_name"), fields.text("project_longname")
    # The reference of the format says that the name defaults to the capitalised id.
    name = stated or path.stem.capitalize()
    aliases = tuple(alias for alias in (stated, long) if alias)
    project = Named("Project", full_name(name), asf_ids(path.stem), aliases)
    established, retired, shelved = (fields.date(f"{key}_date") for key in ("established", "retirement", "attic"))
    part = fields.text("project_type") == "Subproject"
    related = fields.items("related_projects")
    fields.done(_IGNORED_ATTIC)
    reading.counts["projects in the Attic"] += 1
    if established:
        yield stage_entered(project, ASF, "top-level", path.name, ("occurred", established))
    # The board decides the retirement; that the Attic has carried it out, months later, changes nothing.
    if retired and shelved:
        reading.ignored["attic_date: when the Attic was done with what the board had retired"] += 1
    day = retired or shelved
    yield stage_entered(project, ASF, "retired", path.name, *((("occurred", day),) if day else ()))
    yield project
    if part:
        reading.counts["subprojects"] += 1
        parent = home_named(name.partition(" ")[0].casefold()) or _stated_parent(related)
        if parent:
            yield parent
            yield part_of(project, parent, path.name, end=retired)
        else:
            reading.skip(path.name, "is part of a project that it does not name")
    for item in related:
        yield from _fork(reading, project, item, path.name)


def _stated_parent(related: list[object]) -> Named | None:
    for item in related:
        if isinstance(item, dict):
            found = re.search(r"\bsub-?project of Apache (\w+)", str(item.get("description")))
            if found:
                return home_named(found[1].casefold())
    return None


def _fork(reading: Reading, project: Named, item: object, place: str) -> Iterator[Claim]:
    fields = reading.fields(item, place)
    name, url, description = fields.text("name"), fields.text("url"), fields.text("description")
    fields.done()
    if not re.match(r"is (a|one) fork\b", description):
        reading.ignored["related_projects"] += 1  # a replacement, a parent or a pointer
        return
    reading.counts["forks"] += 1
    links = (("project", Named("Project", name, homepage=url)), ("forkOf", project), ("awayFrom", ASF))
    yield Claim("ForkEvent", "{project}-fork", links, place)
