""".NET Foundation: one Markdown page per project, whose front matter names who contributed it and whether it is active.

A contributor may be a person. Only organizations on the list `donors` of the source's settings are recorded as donors.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from kg.claims import Claim, Named, Stated, entry, stage_seen
from kg.errors import FeedError
from kg.feeds.pages import front_matter
from kg.feeds.reading import Reading

_HOME = Named("Foundation", ".NET Foundation", slug="dotnet-foundation")
_IGNORED = {
    "Logo": "a picture",
    "Keywords": "words for the search of the site",
}
_GITHUB = "https://github.com/"


def read(reading: Reading) -> Iterator[Stated]:
    """Yield each project with its donation, or its entry where no known organization gave it, and its stage."""
    if not reading.path.is_dir():
        raise FeedError(f"{reading.path}: not a folder; give the folder that holds one Markdown file for each .NET project")
    donors = _donors(reading)
    for path in sorted(reading.path.glob("*.md")):
        reading.records += 1
        try:
            yield from _project(reading, path, donors)
        except ValueError as error:
            reading.skip(path.name, str(error))
    if not reading.counts["projects"]:
        raise FeedError(f"{reading.path}: no Markdown file with a Title in its front matter; give the folder of projects")


def _donors(reading: Reading) -> dict[str, Named]:
    """The organizations that may be recorded, by every spelling of their names."""
    found: dict[str, Named] = {}
    for kind, spellings in reading.require("donors").items():
        for name, others in spellings.items():
            donor = Named(kind, name)
            found |= {spelling.casefold(): donor for spelling in (name, *others)}
    return found


def _project(reading: Reading, path: Path, donors: Mapping[str, Named]) -> Iterator[Stated]:
    place = path.name
    fields = front_matter(reading, path)
    title, contributor = fields.text("Title"), fields.text("Contributor")
    site, active = fields.text("Web"), fields.text("IsActive").casefold()
    fields.done(_IGNORED)
    if not title:
        raise ValueError("has no Title")
    given = _givers(reading, contributor, donors)
    # The site is often that of the contributor (www.microsoft.com), so it is no homepage. The account of a contributor that
    # is not known to be an organization may bear a person's name.
    project = Named("Project", title, ids=_ids(site) if given else ())
    reading.counts["projects"] += 1
    yield project
    if given:
        yield from given
        yield _donation(project, given, place)
        reading.counts["donations"] += 1
    else:
        yield entry(project, _HOME, place)
    # The key is written only where it is False: a page without it is of an active project.
    stage = "inactive" if active == "false" else "active"
    reading.counts[f"{stage} projects"] += 1
    yield stage_seen(project, _HOME, stage, place, reading.day)


def _ids(site: str) -> tuple[tuple[str, str], ...]:
    parts = site.removeprefix(_GITHUB).strip("/").split("/")
    return (("repository", site.rstrip("/")),) if site.startswith(_GITHUB) and len(parts) == 2 else ()


def _givers(reading: Reading, contributor: str, donors: Mapping[str, Named]) -> list[Named]:
    """The organizations that the text names; what is not on the list is counted, and never repeated."""
    if not contributor:
        reading.counts["projects without a contributor"] += 1
        return []
    whole = donors.get(contributor.casefold())
    parts = [contributor] if whole else [part.strip() for part in contributor.split(",") if part.strip()]
    given = [donors[part.casefold()] for part in parts if part.casefold() in donors]
    if len(given) < len(parts):
        reading.counts["projects of contributors not known to be organizations"] += 1
    return list(dict.fromkeys(given))


def _donation(project: Named, given: list[Named], place: str) -> Claim:
    links: list[tuple[str, Named | str]] = [("project", project)]
    links += [("fromOrganization", donor) for donor in given]
    links.append(("toOrganization", _HOME))
    if any(donor.kind == "Foundation" for donor in given):
        return Claim("InterFoundationTransfer", "{project}-to-{toOrganization}", tuple(links), place)
    links.append(("donorBasis", "transfer"))
    return Claim("Donation", "{project}-to-{toOrganization}", tuple(links), place)
