"""Commonhaus Foundation: its projects and their status, the signed agreements to join, and its sponsors by tier.

The folder holds PROJECTS.yaml, SPONSORS.yaml and a table of the agreements, made from the names of their files.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from kg.claims import Claim, Named, Stated, entry, stage_seen
from kg.errors import FeedError
from kg.feeds.reading import Fields, Reading

_HOME = Named("Foundation", "Commonhaus Foundation", slug="commonhaus-foundation")
_AGREEMENTS = "bootstrapping-agreements-DERIVED.csv"
_COLUMNS = ["date", "project", "outcome", "source_file"]
_STAGES = ("draft", "onboarding", "active")
_GITHUB = "https://github.com/"
_IGNORED_PROJECT = {
    "group": "projects that are shown together; none is part of another by it",
    "mail-domain": "a domain for mail",
    "staus": "a misspelt status; a project without a status is onboarding",
}
_IGNORED_DISPLAY = {
    "logo": "a picture",
    "logo-dark": "a picture",
    "wordmark": "how the picture is shown",
    "description": "a description",
}
_IGNORED_SPONSOR = {"ossi": "a part in another programme of the foundation"}
_IGNORED_TIER = {"layout": "how the tier is shown", "chars": "how the tier is shown", "description": "a description"}


def read(reading: Reading) -> Iterator[Stated]:
    """Yield the projects with entries, withdrawals and stages, then the sponsors."""
    if not reading.path.is_dir():
        raise FeedError(f"{reading.path}: not a folder; give the folder that holds PROJECTS.yaml and SPONSORS.yaml")
    projects = _mapping(reading.file("PROJECTS.yaml"))
    named: dict[str, Named] = {}
    stages: dict[str, str] = {}
    for key, data in projects.items():
        reading.records += 1
        place = f"PROJECTS.yaml: {key}"
        try:
            named[key], stages[key] = _project(reading.fields(data, place), place)
        except ValueError as error:
            reading.skip(place, str(error))
    if not named:
        raise FeedError(f"{reading.path / 'PROJECTS.yaml'}: no project in it; give the whole file")
    agreed: set[str] = set()
    yield from _agreements(reading, reading.file(_AGREEMENTS), named, agreed)
    for key, project in named.items():
        place = f"PROJECTS.yaml: {key}"
        reading.counts["projects"] += 1
        reading.counts[f"{stages[key]} projects"] += 1
        yield project
        # A draft has not joined. Of the others some came with a group, under an agreement that does not name them.
        if key not in agreed and stages[key] != "draft":
            yield entry(project, _HOME, place)
        yield stage_seen(project, _HOME, stages[key], place, reading.day)
    yield from _sponsors(reading, _mapping(reading.file("SPONSORS.yaml")))


def _mapping(path: Path) -> dict[str, Any]:
    try:
        data = yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError):
        raise FeedError(f"{path}: not YAML in UTF-8; give the file of commonhaus/foundation") from None
    if not isinstance(data, dict):
        raise FeedError(f"{path}: not a mapping of names; give the whole file of commonhaus/foundation")
    return data


def _project(fields: Fields, place: str) -> tuple[Named, str]:
    name, repo, status = fields.text("name"), fields.text("repo"), fields.text("status")
    display = fields.mapping("display")
    home = display.text("home")
    display.done(_IGNORED_DISPLAY)
    fields.done(_IGNORED_PROJECT)
    if not name:
        raise ValueError("has no name")
    stage = status or "onboarding"
    if stage not in _STAGES:
        raise ValueError("has a status that is none of draft, onboarding, active")
    return Named("Project", name, ids=_ids(repo), homepage=home), stage


def _ids(repo: str) -> tuple[tuple[str, str], ...]:
    parts = repo.removeprefix(_GITHUB).strip("/").split("/")
    if not repo.startswith(_GITHUB) or not parts[0]:
        return ()
    return (("repository", repo.rstrip("/")),) if len(parts) == 2 else (("github", parts[0]),)


def _agreements(reading: Reading, path: Path, named: dict[str, Named], agreed: set[str]) -> Iterator[Stated]:
    """Yield what the agreements say, and note in `agreed` which projects have one."""
    with path.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines)
        if rows.fieldnames != _COLUMNS:
            raise FeedError(f"{path}: the first line is not {','.join(_COLUMNS)}; give the table of signed agreements")
        for row in rows:
            reading.records += 1
            place = f"{path.name}: line {rows.line_num}"
            fields = reading.fields(row, place)
            key, outcome, day = fields.text("project"), fields.text("outcome"), fields.date("date")
            reference = fields.text("source_file")
            fields.done()
            if not key or outcome not in ("signed", "withdrawn"):
                reading.skip(place, "names no project, or an outcome that is neither signed nor withdrawn")
                continue
            # A project that withdrew is in no list any more: the file of its agreement is all that names it.
            project = named.get(key) or Named("Project", key)
            links = (("project", project), ("toOrganization", _HOME))
            # The agreement binds nobody, and hands nothing over.
            dates = (("proposed", day),) if day else ()
            yield project
            yield Claim(
                "Acceptance", "{project}-to-{toOrganization}", links, place, dates=dates, reference=_page(reading, reference)
            )
            agreed.add(key)
            reading.counts["agreements"] += 1
            if outcome == "withdrawn":
                reading.counts["withdrawn agreements"] += 1
                yield Claim("Departure", "{project}-from-{fromOrganization}", (links[0], ("fromOrganization", _HOME)), place)


def _page(reading: Reading, file: str) -> str:
    files = str(reading.settings.get("files", ""))
    return f"{files}/{file}" if files and file else ""


def _sponsors(reading: Reading, data: dict[str, Any]) -> Iterator[Stated]:
    fields = reading.fields(data, "SPONSORS.yaml")
    tiers: dict[str, str] = {}
    for key, value in fields.mapping("tiers").data.items():
        tier = reading.fields(value, f"SPONSORS.yaml: tiers: {key}")
        tiers[key] = tier.text("name") or key
        tier.done(_IGNORED_TIER)
    reading.counts["sponsor tiers"] += len(tiers)
    sponsors = fields.mapping("sponsors").data
    fields.done()
    for key, value in sponsors.items():
        reading.records += 1
        reading.counts["listed sponsors"] += 1
        place = f"SPONSORS.yaml: {key}"
        try:
            yield from _sponsor(reading, reading.fields(value, place), place, tiers)
        except ValueError as error:
            reading.skip(place, str(error))


def _sponsor(reading: Reading, fields: Fields, place: str, tiers: dict[str, str]) -> Iterator[Stated]:
    name, wanted = fields.text("name"), fields.items("tier")
    display, in_kind = fields.mapping("display"), fields.mapping("inKind")
    drafts = [part.raw("draft") is True for part in (display, in_kind) if part.data]
    home = display.text("home") or in_kind.text("home")
    for part in (display, in_kind):
        part.done({**_IGNORED_DISPLAY, "home": "a second address"})
    fields.done(_IGNORED_SPONSOR)
    if all(drafts):
        raise ValueError("is a draft, which the foundation does not show as a sponsor")
    if unknown := [key for key in wanted if key not in tiers]:
        raise ValueError(f"has a tier that is not declared: {', '.join(map(str, unknown))}")
    holder = Named("Organization", name, ids=_domain(home), homepage=home.partition("?")[0])
    reading.counts["sponsors"] += 1
    yield holder
    yield Claim(
        "Sponsorship",
        "{body}-sponsorship-{holder}",
        (("body", _HOME), ("holder", holder)),
        place,
        values=tuple(("level", tiers[key]) for key in wanted),
        as_of=reading.day,
    )


def _domain(home: str) -> tuple[tuple[str, str], ...]:
    host = (urlsplit(home).hostname or "").removeprefix("www.")
    return (("domain", host),) if "." in host else ()
