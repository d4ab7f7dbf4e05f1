"""The directory of FOSS foundations: who they are, their sponsors by domain and level, and the projects of two fiscal sponsors.

The folder holds Markdown pages with front matter in foundations/ and sponsorships/, and lists in data/.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from kg.claims import Claim, Named, Stated
from kg.dates import PartialDate
from kg.errors import FeedError
from kg.feeds.pages import front_matter
from kg.feeds.reading import Fields, Reading, stated_date
from kg.records import IDENTIFIERS

_LEGAL_FORMS = {
    "Nonprofit501c3": "us-501c3",
    "Nonprofit501c4": "us-501c4",
    "Nonprofit501c6": "us-501c6",
    "New Mexico non profit": "nonprofit-corporation",
    "Stichting": "nl-stichting",
    "charitable e.V.": "de-ev",
    "DEAssociation": "de-ev",
    "CommunityInterestCompany": "uk-cic",
}
_FISCAL_SPONSORS = ("sfc", "spi")
_REASONS = {
    "a description": "description softwareType governanceOrg governanceTech projectsNotable projectsServices brandPrimary"
    " brandSecondary brandComments diversityDescription funding licenses conductSource",
    "the address of a page": "contacturl boardurl teamurl missionurl bylawsurl projectsList eventurl budgeturl donateurl"
    " sponsorurl claPolicy securityurl ethicsPolicy conducturl conductEvents conductLinked conductReport conductProjects"
    " diversityPolicy brandPolicy brandUse logo policyurl annualReport",
    "a number without a day": "boardSize numberOfEmployees",
    "money": "budgetUsd budgetYear budgetTransparent",
    "a policy in a word": "newProjects boardType fiscalHost brandReg logoReg",
    "a number of a tax office": "taxID taxIDLocal",
    "sponsors are read from the lists of domains": "sponsorList sponsorships",
}
_IGNORED = {key: reason for reason, keys in _REASONS.items() for key in keys.split()}
_IGNORED_FILES = {
    "foundations_990_common.csv": "figures of US tax returns: money, and no fact of governance",
    "projects-asf.csv": "the foundation's own files are read instead",
    "projects-numfocus.csv": "the foundation's own files are read instead",
    "commercial.csv": "companies that the directory keeps for comparison",
    "allsponsorships.json": "an older copy of the lists of sponsors",
    "sponsorship-levels.json": "headings of the site",
    "sponsorships-schema.json": "how the files are checked",
    "sponsorshiplevels-schema.json": "how the files are checked",
    "foundations-schema.json": "how the files are checked",
    "foundation-template.md": "an empty page",
    "fiscalhost-map.json": "names of two foundations for the site",
    "fsfe_map.json": "was used to make the lists of sponsors",
    "kde_map.json": "was used to make the lists of sponsors",
    "lf_map.json": "was used to make the lists of sponsors",
    "openstack_map.json": "was used to make the lists of sponsors",
    "python_map.json": "was used to make the lists of sponsors",
    "sponsor-counts.json": "sums of the lists of sponsors",
    "org-funding.json": "sums of the lists of sponsors",
    "drupal-credits.csv": "shares of the credits of one project",
    "foundations-to-add.csv": "foundations that the directory does not have yet",
}
_IGNORED_PAGE = {
    key: reason
    for reason, keys in {
        "how the list was fetched": "levelurl sponsorurl xsponsorurl Xsponsorurl normalize staticmap sponsormap xsponsormap"
        " sponsorroot sponsorselector landscape xlandscape",
        "a remark": "comment",
        "stands on the page of the foundation": "nonprofit",
    }.items()
    for key in keys.split()
}
_COLUMNS = ["identifier", "commonName", "description", "website", "foundingDate", "parentOrganization"]
_IGNORED_COLUMNS = {"identifier": "the name without blanks", "description": "a description"}
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_DAY = re.compile(r"(\d{1,2}) ([a-z]+) (\d{4})")
_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})")
_MONTH = re.compile(r"(\d{2})/(\d{4})")


def read(reading: Reading) -> Iterator[Stated]:
    """Yield the foundations, then their sponsors, then the projects of the fiscal sponsors."""
    if not reading.path.is_dir():
        raise FeedError(f"{reading.path}: not a folder; give the folder that holds foundations, sponsorships and data")
    _ignore_files(reading)
    foundations: dict[str, Named] = {}
    for path in _pages(reading, "foundations"):
        reading.records += 1
        try:
            _add(reading, path, foundations)
        except ValueError as error:
            reading.skip(path.name, str(error))
    if not foundations:
        raise FeedError(f"{reading.path}: no page of a foundation in it; give the folder of Punderthings/fossfoundation")
    for path in _pages(reading, "foundations"):
        yield from _foundation(reading, path, foundations)
    for path in _pages(reading, "sponsorships"):
        try:
            yield from _sponsors(reading, path, foundations)
        except ValueError as error:
            reading.skip(path.name, str(error))
    for name in _FISCAL_SPONSORS:
        yield from _projects(reading, _folder(reading, "data") / f"projects-{name}.csv", foundations)


def _folder(reading: Reading, name: str) -> Path:
    """A folder as it lies in a copy, or as the repository has it, with an underscore."""
    for path in (reading.path / name, reading.path / f"_{name}"):
        if path.is_dir():
            return path
    raise FeedError(f"{reading.path / name}: no such folder; give the folder of Punderthings/fossfoundation")


def _pages(reading: Reading, name: str) -> list[Path]:
    return sorted(_folder(reading, name).glob("*.md"))


def _ignore_files(reading: Reading) -> None:
    pages = {path.stem for path in _pages(reading, "sponsorships")}
    for path in sorted(_folder(reading, "data").rglob("*.*")):
        if path.name in _IGNORED_FILES:
            reading.ignored[path.name] += 1
            if path.suffix == ".csv":
                reading.counts[f"rows of {path.name}"] += len(_rows(path)[1])
        elif path.stem not in pages and path.stem.removeprefix("projects-") not in _FISCAL_SPONSORS:
            reading.unknown.setdefault(path.name, []).append("data")


# Foundations


def _add(reading: Reading, path: Path, foundations: dict[str, Named]) -> None:
    fields = front_matter(reading, path)
    key, common, legal = fields.text("identifier"), fields.text("commonName"), fields.text("legalName")
    if not key or not (legal or common):
        raise ValueError("has no identifier or no name")
    site, wikidata = fields.text("website"), fields.text("wikidataId")
    host = _host(site)
    if reason := reading.settings.get("wrong_sites", {}).get(key):
        reading.skip(f"{path.name}: website", reason)
        site = host = ""
    if reason := reading.settings.get("wrong_wikidata", {}).get(key):
        reading.skip(f"{path.name}: wikidataId", reason)
        wikidata = ""
    given = (("wikidata", wikidata), ("domain", host))
    ids = tuple((scheme, value) for scheme, value in given if re.fullmatch(IDENTIFIERS[scheme].pattern, value))
    # A common name of one word, like Rust or Python, is that of the software.
    aliases = (common,) if common and legal and common != legal and " " in common else ()
    foundations[key] = _named(reading, key, "Foundation", legal or common, ids=ids, aliases=aliases, homepage=site)


def _named(reading: Reading, key: str, kind: str, name: str, **given: Any) -> Named:
    known = reading.settings.get("bodies", {})
    return Named(kind, name, slug=known.get(key, ""), **given)


def _foundation(reading: Reading, path: Path, foundations: Mapping[str, Named]) -> Iterator[Stated]:
    place = path.name
    try:
        fields = front_matter(reading, path)
    except ValueError:
        return  # noted when the names were read
    named = foundations.get(fields.text("identifier"))
    for key in ("commonName", "legalName", "website", "wikidataId"):
        fields.raw(key)
    if not named:
        return
    reading.counts["foundations"] += 1
    yield named
    for key, kind, event in (("foundingDate", "Founding", "founding"), ("dissolutionDate", "Dissolution", "dissolution")):
        if (value := fields.raw(key)) in (None, ""):
            continue
        try:
            day = _day(value)
        except ValueError as error:
            reading.skip(f"{place}: {key}", str(error))
            continue
        reading.counts[f"{event}s"] += 1
        yield Claim(kind, f"{{organization}}-{event}", (("organization", named),), place, dates=(("occurred", day),))
    yield from _legal_status(reading, fields, named, place)
    yield from _parts(reading, fields, named, foundations, place)
    fields.done(_IGNORED)


def _legal_status(reading: Reading, fields: Fields, named: Named, place: str) -> Iterator[Stated]:
    status = fields.text("nonprofitStatus")
    country, region = fields.text("addressCountry"), fields.text("addressRegion")
    form = _LEGAL_FORMS.get(status)
    if not form:
        if status:
            reading.skip(f"{place}: nonprofitStatus", "is no legal form that the list has exactly")
        return
    country = {"UK": "GB"}.get(country, country)
    if country == "US" and re.fullmatch(r"[A-Z]{2}", region):
        country = f"US-{region}"
    links: tuple[tuple[str, Named | str], ...] = (("organization", named), ("legalForm", form))
    reading.counts["legal forms"] += 1
    yield Claim(
        "LegalStatus",
        "{organization}-legalstatus-{legalForm}",
        links,
        place,
        values=(("jurisdiction", country),) if country else (),
        as_of=reading.day,
    )


def _parts(reading: Reading, fields: Fields, named: Named, foundations: Mapping[str, Named], place: str) -> Iterator[Stated]:
    by_name = {foundation.name: foundation for foundation in foundations.values()}
    for text in fields.items("subOrganization"):
        name, _, wikidata = str(text).partition(" wikidata:")
        part = by_name.get(name) or Named("Organization", name, ids=(("wikidata", wikidata),) if wikidata else ())
        reading.counts["affiliations"] += 1
        yield part
        links = (("organization", part), ("parentOrganization", named))
        yield Claim("Affiliation", "{organization}-affiliation-{parentOrganization}", links, place, as_of=reading.day)


def _day(value: Any) -> PartialDate:
    """The one date that a value is: a year, a day, or a day in words.

    >>> [str(_day(v)) for v in (2012, "20190319", "04 february 2006")]
    ['2012', '2019-03-19', '2006-02-04']
    """
    text = str(value).strip()
    if (words := _DAY.fullmatch(text.casefold())) and words[2] in _MONTHS:
        text = f"{words[3]}-{_MONTHS.index(words[2]) + 1:02d}-{int(words[1]):02d}"
    elif digits := _DIGITS.fullmatch(text):
        text = "-".join(digits.groups())
    try:
        day = stated_date(text)
    except ValueError:
        raise ValueError("is no single date") from None
    if not day:
        raise ValueError("is no single date")
    return day


# Sponsors


def _sponsors(reading: Reading, path: Path, foundations: Mapping[str, Named]) -> Iterator[Stated]:
    fields = front_matter(reading, path)
    key, name, hosted = fields.text("identifier"), fields.text("commonName"), fields.text("fiscalHost")
    levels = {level: value.get("name") for level, value in fields.mapping("levels").data.items() if isinstance(value, Mapping)}
    fields.done(_IGNORED_PAGE)
    reading.counts["sponsorship pages"] += 1
    lists = _folder(reading, "data") / "sponsorships" / f"{path.stem}.json"
    if not lists.exists():
        raise ValueError("has no list of sponsors")
    try:
        data = json.loads(lists.read_text("utf-8"))
    except ValueError:
        raise ValueError("has a list of sponsors that is not JSON") from None
    found = reading.fields(data, lists.name)
    reading.counts["sponsor lists"] += 1
    seen = _day(found.raw("parseDate"))
    found.raw("error")  # what a machine said while fetching
    # A page with a fiscal host, or with a name of its own in the settings, is of another body than the foundation of its word.
    own = reading.settings.get("names", {}).get(key)
    body = None if hosted or own else foundations.get(key)
    if not body:
        kind = "Foundation" if own or hosted == "lf" else "Community" if hosted else "Organization"
        body = _named(reading, key, kind, own or name)
    given: dict[str, list[str]] = {}
    for level, entries in found.data.items():
        label = " ".join(str(levels.get(level) or level).split())
        for number, text in enumerate(entries or [], 1):
            reading.records += 1
            reading.counts["sponsor entries"] += 1
            place = f"{lists.name}: {level}: {number}"
            try:
                domain = _sponsor(reading, text, body)
            except ValueError as error:
                reading.skip(place, str(error))
                continue
            if domain in given:
                reading.merged += 1
            labels = given.setdefault(domain, [])
            if label not in labels:
                labels.append(label)
    yield body
    for domain, labels in given.items():
        holder = Named("Organization", domain, ids=(("domain", domain),))
        reading.counts["sponsorships"] += 1
        yield holder
        yield Claim(
            "Sponsorship",
            "{body}-sponsorship-{holder}",
            (("body", body), ("holder", holder)),
            lists.name,
            values=tuple(("level", label) for label in labels),
            as_of=seen,
        )


def _sponsor(reading: Reading, text: Any, body: Named) -> str:
    """The domain that an entry is. Raises ValueError, never repeating the entry: some are names of persons."""
    domain = str(text).strip().casefold()
    domain = (_host(domain) if "://" in domain else domain).removeprefix("www.")
    if not re.fullmatch(IDENTIFIERS["domain"].pattern, domain):
        raise ValueError("is no domain")
    if reason := reading.settings.get("not_sponsors", {}).get(domain):
        raise ValueError(reason)
    if hashlib.sha256(domain.encode()).hexdigest()[:16] in reading.settings.get("withheld", ()):
        raise ValueError("is the domain of a person")
    own = next((value for scheme, value in body.ids if scheme == "domain"), "")
    if own and (domain == own or domain.endswith(f".{own}")):
        raise ValueError("is the body's own domain")
    return domain


def _host(address: str) -> str:
    """The host of an address without www, or '' where it has none in small letters."""
    host = address.partition("://")[2].partition("/")[0]
    return host.removeprefix("www.") if host == (urlsplit(address).hostname or "") else ""


# Projects


def _rows(path: Path) -> tuple[list[str], list[tuple[int, dict[str, Any]]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows = csv.DictReader(lines)
            return list(rows.fieldnames or []), [(rows.line_num, row) for row in rows]
    except (csv.Error, UnicodeDecodeError):
        raise FeedError(f"{path}: no CSV table in UTF-8; give the file of Punderthings/fossfoundation") from None


def _projects(reading: Reading, path: Path, foundations: Mapping[str, Named]) -> Iterator[Stated]:
    if not path.exists():
        raise FeedError(f"{path}: no such file; give the folder of Punderthings/fossfoundation")
    columns, rows = _rows(path)
    if columns != _COLUMNS:
        raise FeedError(f"{path}: the first line is not {','.join(_COLUMNS)}; give the table of projects")
    for line, row in rows:
        reading.records += 1
        place = f"{path.name}: line {line}"
        fields = reading.fields(row, place)
        name, site, start = fields.text("commonName"), fields.text("website"), fields.text("foundingDate")
        steward = foundations.get(fields.text("parentOrganization"))
        fields.done(_IGNORED_COLUMNS)
        if not name or not steward:
            reading.skip(place, "names no project, or no foundation of the directory")
            continue
        # Where the code's address stands for a site, the account may bear a person's name.
        project = Named("Project", name, homepage="" if site.startswith("https://github.com/") else site)
        links: tuple[tuple[str, Named | str], ...] = (("project", project), ("steward", steward), ("role", "fiscal-sponsor"))
        reading.counts[f"projects of {path.stem.removeprefix('projects-')}"] += 1
        yield project
        yield Claim(
            "Stewardship",
            "{project}-stewardship-{steward}-fiscal-sponsor",
            links,
            place,
            start=_month(reading, start, place),
            as_of=reading.day,
        )


def _month(reading: Reading, text: str, place: str) -> PartialDate | None:
    """The month, or the year, from which a project is listed. Two of them, as after a second start, are no one month."""
    if not text:
        return None
    month = _MONTH.fullmatch(text)
    try:
        return PartialDate(f"{month[2]}-{month[1]}" if month else text)
    except ValueError:
        reading.skip(f"{place}: foundingDate", "is no single month or year")
        return None
