"""Reads the folder behind projects.apache.org: committees, podlings and projects in JSON, their descriptions in RDF."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from kg.claims import Claim, Stated, stage_entered, stage_seen
from kg.errors import FeedError
from kg.feeds._apache_names import (
    ASF,
    NO_PROJECTS,
    NOT_TOP_LEVEL,
    PERSON,
    SAME_PROJECT,
    Podling,
    Register,
    full_name,
    part_of,
    podling_claims,
    renamed,
)
from kg.feeds._apache_xml import count_addresses, merge_descriptions
from kg.feeds.reading import Fields, Reading

_NO_PROJECT = "a committee that makes no software: no project"

# A committee can be closed because its project moved under another one; committees-retired.json says "retired" all the same.
# Its id then is that of a project of the other committee, and the Attic has no page on it.
_MOVED_UNDER = {"flume": "logging"}

# Projects of a committee that are the whole of what it makes, under a name that differs from the committee's.
_WHOLE = {
    "attic-ecs": "jakarta-ecs",
    "attic-jakarta_cactus": "jakarta-cactus",
    "attic-oltu_-_parent": "oltu",
    "attic-oro": "jakarta-oro",
    "attic-regexp": "jakarta-regexp",
    "attic-xindice": "xindice",
    "sis-spatial_information_system": "sis",
}

_APACHE_2 = frozenset(
    [
        "usefulinc.com/doap/licenses/asl20",
        "spdx.org/licenses/Apache-2.0",
        "www.apache.org/licenses/LICENSE-2.0",
        "www.apache.org/licenses/LICENSE-2.0.txt",
        # OFBiz: the licence, and the page that lists it
        "spdx.org/licenses/Apache-2.0, http://www.apache.org/licenses/",
    ]
)

_CODE_HOSTS = frozenset(["gitbox.apache.org", "svn.apache.org", "git-wip-us.apache.org", "git.apache.org", "github.com"])

_IGNORED_COMMITTEE = {
    "chair": PERSON,
    "charter": "free text",
    "group": "group of accounts",
    "rdf": "address of its description",
    "reporting": "when it reports",
    "roster": PERSON,
    "shortdesc": "free text",
}
_IGNORED_PODLING = {"description": "free text", "pmc": "the Incubator for all", "podling": "true for all"}
_IGNORED_PAST_PODLING = {"description": "free text", "homepage": "the address during incubation"}
_IGNORED_PROJECT = {
    "account": "not about governance",
    "bug-database": "issues",
    "category": "subject",
    "chair": PERSON,
    "charter": "free text",
    "created": "the day of the project or of its description: not said which",
    "description": "free text",
    "developer": PERSON,
    "doap": "address of its description",
    "download-page": "downloads",
    "helper": PERSON,
    "implements": "standards",
    "mailing-list": "mailing list",
    "maintainer": PERSON,
    "member": PERSON,
    "modified": "the day of its description",
    "platform": "not about governance",
    "programming-language": "not about governance",
    "release": "releases",
    "releases": "releases",
    "sameAs": "address of another description",
    "shortdesc": "free text",
    "shortname": "a part of the name",
    "vendor": "the foundation itself, never an owner that gave it",
    "wiki": "wiki",
}
_COUNTS = {
    "committees": "committees",
    "committees-retired": "retired committees",
    "podlings": "current podlings",
    "podlings-history": "past podlings",
    "projects": "projects",
}


def read_projects(reading: Reading) -> Iterator[Stated]:
    """What the folder says of committees, podlings and projects. Raises FeedError where a file of it is missing or broken."""
    projects = _records(reading, "projects", dict)
    repositories = _records(reading, "repositories", dict)
    committees = _by_id(reading, "committees")
    retired = _by_id(reading, "committees-retired")
    podlings = _records(reading, "podlings", dict)
    history = _records(reading, "podlings-history", dict)

    # First who is who, so that each project has one name with all its ids; then what the files say of them.
    register = Register()
    for records in (committees, retired, podlings, history):
        for asf_id, record in records.items():
            if isinstance(record, Mapping) and str(record.get("name") or "").strip() and asf_id not in NO_PROJECTS:
                homepage = "" if records is history else str(record.get("homepage") or "")
                register.add(asf_id, full_name(" ".join(str(record["name"]).split())), homepage)
    merge_descriptions(reading, register)
    ids = {key: _project_id(register, key, record) for key, record in projects.items() if isinstance(record, Mapping)}
    _find_repositories(reading, register, projects, repositories, ids)

    yield from _committees(reading, register, committees)
    yield from _retired(reading, register, retired, committees, projects)
    yield from _podlings(reading, register, podlings)
    yield from _past_podlings(reading, register, history, {*committees, *retired})
    yield from _projects(reading, register, projects, ids, podlings)
    for key in register.names:
        yield register.named(key)
    count_addresses(reading)


def _committees(reading: Reading, register: Register, committees: Mapping[str, Any]) -> Iterator[Stated]:
    def tell(asf_id: str, fields: Fields) -> Iterator[Stated]:
        established = fields.date("established")
        if asf_id in NO_PROJECTS:
            reading.skip(fields.place, _NO_PROJECT)
            return
        project = register.named(asf_id)
        if established:
            yield stage_entered(project, ASF, "top-level", fields.place, ("occurred", established))
        yield stage_seen(project, ASF, "top-level", fields.place, reading.day)

    yield from _each(reading, "committees", committees, _IGNORED_COMMITTEE, tell)


def _retired(
    reading: Reading,
    register: Register,
    retired: Mapping[str, Any],
    committees: Mapping[str, Any],
    projects: Mapping[str, Any],
) -> Iterator[Stated]:
    under = {(r.get("pmc"), r.get("name")) for r in projects.values() if isinstance(r, Mapping)}

    def tell(asf_id: str, fields: Fields) -> Iterator[Stated]:
        established, ended, former = fields.date("established"), fields.date("retired"), fields.text("name")
        if asf_id in NO_PROJECTS:
            reading.skip(fields.place, _NO_PROJECT)
            return
        project = register.named(asf_id)
        if established:
            yield stage_entered(project, ASF, "top-level", fields.place, ("occurred", established))
        dates = (("occurred", ended),) if ended else ()
        successor = committees.get(SAME_PROJECT.get(asf_id, ""))
        home = _MOVED_UNDER.get(asf_id, "")
        if successor and established and successor.get("established") == established.text:
            reading.counts["renamed committees"] += 1
            yield renamed(project, full_name(former), project.name, fields.place, *dates)
        elif home in committees and (home, former) in under:
            reading.counts["committees moved under another"] += 1
            yield stage_entered(project, ASF, "subproject", fields.place, *dates)
            yield part_of(project, register.named(home), fields.place, start=ended)
        else:
            yield stage_entered(project, ASF, "retired", fields.place, *dates)

    yield from _each(reading, "committees-retired", retired, _IGNORED_COMMITTEE, tell)


def _podlings(reading: Reading, register: Register, podlings: Mapping[str, Any]) -> Iterator[Stated]:
    def tell(asf_id: str, fields: Fields) -> Iterator[Stated]:
        started = fields.date("started")
        yield from podling_claims(reading, Podling(register.named(asf_id), "current", started, None, fields.place))

    yield from _each(reading, "podlings", podlings, _IGNORED_PODLING, tell)


def _past_podlings(reading: Reading, register: Register, history: Mapping[str, Any], committees: set[str]) -> Iterator[Stated]:
    def tell(asf_id: str, fields: Fields) -> Iterator[Stated]:
        status, start, end = fields.text("status"), fields.date("started"), fields.date("ended")
        if status not in ("graduated", "retired"):
            raise ValueError(f"status {status!r} is neither graduated nor retired")
        reading.counts[f"{status} podlings"] += 1
        # The file does not say where a podling graduated to. Where a committee has its id it became top-level then,
        # unless it was first a part of another project.
        top = SAME_PROJECT.get(asf_id, asf_id) in committees and asf_id not in NOT_TOP_LEVEL
        went = "top-level" if top else ""
        yield from podling_claims(reading, Podling(register.named(asf_id), status, start, end, fields.place, went))

    yield from _each(reading, "podlings-history", history, _IGNORED_PAST_PODLING, tell)


def _projects(
    reading: Reading,
    register: Register,
    projects: Mapping[str, Any],
    ids: Mapping[str, str],
    podlings: Mapping[str, Any],
) -> Iterator[Stated]:
    def tell(key: str, fields: Fields) -> Iterator[Stated]:
        committee, licence = fields.text("pmc"), fields.text("license")
        asf_id = ids.get(key, "")
        project = register.named(asf_id)
        if licence.removeprefix("https://").removeprefix("http://") in _APACHE_2:
            values = (("licenseExpression", "Apache-2.0"),)
            links = (("project", project),)
            yield Claim("LicensePeriod", "{project}-license-apache-2-0", links, fields.place, values=values, as_of=reading.day)
        elif licence:
            reading.skip(f"{fields.place}: license", "leads to a page that is no licence known by name")
        if committee == "attic":
            reading.counts["projects in the Attic"] += 1
            yield stage_seen(project, ASF, "retired", fields.place, reading.day)
        elif committee == "incubator":
            if asf_id not in podlings:
                yield stage_seen(project, ASF, "podling", fields.place, reading.day)
        elif asf_id != committee:
            reading.counts["subprojects"] += 1
            yield stage_seen(project, ASF, "subproject", fields.place, reading.day)
            yield part_of(project, register.named(committee), fields.place, seen=reading.day)

    yield from _each(reading, "projects", projects, _IGNORED_PROJECT, tell)


def _project_id(register: Register, key: str, record: Mapping[str, Any]) -> str:
    name = " ".join(str(record.get("name") or "").split())
    if not name:
        return ""
    found = _WHOLE.get(key) or register.by_name.get(name.casefold()) or key
    register.add(found, full_name(name), str(record.get("homepage") or ""))
    dormant = name.removesuffix(" (Dormant)")
    if dormant != name:
        register.add(found, dormant)
    return SAME_PROJECT.get(found, found)


def _find_repositories(
    reading: Reading,
    register: Register,
    projects: Mapping[str, Any],
    repositories: Mapping[str, Any],
    ids: Mapping[str, str],
) -> None:
    """Note the repository of each project that has one of its own: its only one, or the one that bears its id."""
    stated: dict[str, list[str]] = {}
    for key, asf_id in ids.items():
        given = projects[key].get("repository")
        urls = [url.strip() for url in given if isinstance(url, str)] if isinstance(given, list) else []
        if len(urls) != 1 or len(given) != 1:
            reading.ignored["repository"] += 1
        elif urlsplit(urls[0]).scheme not in ("http", "https") or urlsplit(urls[0]).netloc not in _CODE_HOSTS:
            reading.skip(f"projects.json: {key}: repository", "is no web address on a host of repositories")
        else:
            stated.setdefault(urls[0], []).append(asf_id)
    for url, owners in stated.items():
        if len(owners) == 1:
            register.repositories.setdefault(owners[0], []).append(url)
        else:
            reading.ignored["repository"] += 1
    for name, url in repositories.items():
        reading.records += 1
        reading.counts["repositories"] += 1
        if name in register.names and isinstance(url, str):
            register.repositories.setdefault(name, []).append(url)
        else:
            reading.ignored["repositories.json: not the main one of a project"] += 1


def _each(
    reading: Reading,
    name: str,
    records: Mapping[str, Any],
    ignored: Mapping[str, str],
    tell: Callable[[str, Fields], Iterator[Stated]],
) -> Iterator[Stated]:
    """What `tell` makes of each record of a file. A bad record is skipped with its reason, and costs no other."""
    for key, record in records.items():
        reading.records += 1
        reading.counts[_COUNTS[name]] += 1
        fields = reading.fields(record, f"{name}.json: {key}")
        try:
            stated = list(tell(key, fields))
        except ValueError as error:
            reading.skip(fields.place, str(error))
            continue
        for known in ("id", "name", "homepage", "repository"):
            fields.raw(known)
        fields.done(ignored)
        yield from stated


def _records(reading: Reading, name: str, shape: type) -> Any:
    path = reading.file(f"foundation/{name}.json")
    try:
        data = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise FeedError(f"{path}: is no whole JSON file: {error}; fetch it again") from error
    if not isinstance(data, shape) or not data:
        raise FeedError(f"{path}: holds no {name}; fetch it again")
    return data


def _by_id(reading: Reading, name: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for number, record in enumerate(_records(reading, name, list), 1):
        asf_id = record.get("id") if isinstance(record, Mapping) else None
        if not isinstance(asf_id, str) or not asf_id or asf_id in found:
            reading.records += 1
            reading.skip(f"{name}.json: entry {number}", "has no id, or that of an earlier one")
            continue
        found[asf_id] = record
    return found
