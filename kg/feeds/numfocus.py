"""NumFOCUS: one YAML file per project; fiscal sponsorship with its first year, and affiliation, which is no ownership."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import yaml

from kg.claims import Claim, Named, Stated, stage_seen
from kg.dates import PartialDate
from kg.errors import FeedError
from kg.feeds.reading import Reading

_HOME = Named("Foundation", "NumFOCUS", slug="numfocus")
_IGNORED = {
    "logo": "a picture",
    "contribute_link": "a page for newcomers",
    "short_description": "a description",
    "technical_details": "a description",
    "applications": "a description",
    "industries": "a tag for the site",
    "languages": "a tag for the site",
    "features": "a tag for the site",
}


def read(reading: Reading) -> Iterator[Stated]:
    """Yield each project with its sponsorship, or as affiliated."""
    if not reading.path.is_dir():
        raise FeedError(f"{reading.path}: not a folder; give the folder that holds one YAML file for each NumFOCUS project")
    for path in sorted(reading.path.rglob("*.yaml")):
        reading.records += 1
        try:
            yield from _project(reading, path)
        except ValueError as error:
            reading.skip(path.name, str(error))
    if not reading.counts["projects"]:
        raise FeedError(f"{reading.path}: no project in any YAML file; give the folder of projects of numfocus.org")


def _project(reading: Reading, path: Path) -> Iterator[Stated]:
    try:
        data = yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError):
        raise ValueError("is not YAML in UTF-8") from None
    fields = reading.fields(data, path.name)
    if not fields.data:
        return
    name, kind, site = fields.text("name"), fields.text("type"), fields.text("website_link")
    start = fields.date("support_year_start")
    fields.done(_IGNORED)
    if not name:
        raise ValueError("has no name")
    # Where the code's address stands for a site, the account may bear a person's name.
    project = Named("Project", name, homepage="" if site.startswith("https://github.com/") else site)
    if kind == "sponsored":
        claim: Claim = _sponsored(project, path.name, start, reading.day)
    elif kind == "affiliated":
        claim = stage_seen(project, _HOME, "affiliated", path.name, reading.day)
    else:
        raise ValueError("has no type that is sponsored or affiliated")
    reading.counts["projects"] += 1
    reading.counts[f"{kind} projects"] += 1
    yield project
    yield claim


def _sponsored(project: Named, place: str, start: PartialDate | None, seen: PartialDate) -> Claim:
    links: tuple[tuple[str, Named | str], ...] = (("project", project), ("steward", _HOME), ("role", "fiscal-sponsor"))
    return Claim("Stewardship", "{project}-stewardship-{steward}-fiscal-sponsor", links, place, start=start, as_of=seen)
