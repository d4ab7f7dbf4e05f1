"""Reads the CHAOSS tables of licence changes and forks: who left which licence when, and who forked what away from whom.

Events only: a project may have changed its licence again since (Elasticsearch and Redis did), so none is the licence of today.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from kg.claims import Claim, Named, Stated
from kg.dates import PartialDate
from kg.errors import FeedError
from kg.feeds.reading import Fields, Reading
from kg.feeds.tables import header_of, table_rows

# The columns by which a table is known. The list taken from an encyclopedia has no header.
_FORKS, _CHANGES = "fork_name", "relicense_date"
_LIST_COLUMNS = ("project", "since", "year", "orig_license", "new_license")

# The files of the folder that are no facts, and why.
_HINTS = {
    "archive_repos.csv": ("archived repositories", "a repository that is archived shows no event of governance"),
    "coss-companies-2026-03-23.csv": ("commercial open-source companies", "sorted by a language model: a hint, no fact"),
    "foundation-projects.csv": ("projects of foundations", "a sample whose start dates all read Unknown: a hint, no fact"),
}
_OTHER_FILES = {
    "foundation-projects.json": "the same as foundation-projects.csv",
    "output.json": "the commits of the licence files, with messages; the day that they gave is in license_changes.csv",
    "wikipedia_list.csv": "a source of its own: it is taken from an encyclopedia",
}

_IGNORED_FORK = {
    "fork_lic": "of no stated day",
    "from_lic": "the licence before a change that may be the cause of the fork, of no stated day",
    "notes": "sentences of others",
}
_IGNORED_CHANGE = {
    "org": "part of the repository's address; it is not said who decided",
    "license_file": "a file name",
}
_IGNORED_LIST = {"since": "the year of the first version is no event of governance"}

_CATEGORIES = {
    "relicense": "forks over a change of licence",
    "acquisition": "forks over an acquisition",
    "feature": "forks over features",
}

# Owners of a fork that are no organization. The column says who owns it on the day of the table, not who took it in then.
_NO_OWNER = {
    "ADempiere Community": "is no legal body",
    "Linux Foundation CD Foundation": "is two bodies in one cell",
}

# Licences as the tables name them -> SPDX. A version is added only where one version existed on the day of the change.
_LICENCES = {
    "Business Source License": "BUSL-1.1",
    "Confluent Community License Agreement": "LicenseRef-Confluent-Community-License",
    # Offered under either; the Elastic License of February 2021 is 2.0, and there is one SSPL.
    "Elastic License and Server Side Public License": "Elastic-2.0 OR SSPL-1.0",
    "Elastic License v2.0": "Elastic-2.0",
    "Server Side Public License": "SSPL-1.0",
    # The rows name the second licence alone; the first one stayed beside it.
    "Sourcegraph Enterprise license": "Apache-2.0 AND LicenseRef-Sourcegraph-Enterprise",
    "Timescale License": "Apache-2.0 AND LicenseRef-Timescale-License",
    # The row says dual; forks.csv beside it names the custom licence of Redis: RSALv2.
    "dual: custom license and Server Side Public License": "LicenseRef-RSALv2 OR SSPL-1.0",
}
_SPDX = (
    "AGPL-3.0", "AGPL-3.0-only", "AGPL-3.0-or-later", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BUSL-1.1", "CPAL-1.0",
    "Elastic-2.0", "GPL-2.0", "GPL-2.0-only", "GPL-2.0-or-later", "GPL-3.0", "GPL-3.0-only", "GPL-3.0-or-later", "LGPL-2.1",
    "LGPL-2.1-only", "LGPL-2.1-or-later", "LGPL-3.0", "LGPL-3.0-only", "LGPL-3.0-or-later", "MIT", "MIT-CMU", "MPL-2.0",
    "SSPL-1.0",
)  # fmt: skip
_BY_LOWER = {spdx.casefold(): spdx for spdx in _SPDX} | {name.casefold(): spdx for name, spdx in _LICENCES.items()}


def read(reading: Reading) -> Iterator[Stated]:
    """Fork events and relicensings, from the folder of the tables or from one of them."""
    if not reading.path.is_dir():
        yield from _table(reading, reading.file(reading.path.name))
        return
    tables = [reading.path / name for name in ("forks.csv", "license_changes.csv") if (reading.path / name).exists()]
    if not tables:
        raise FeedError(
            f"{reading.path}: holds neither forks.csv nor license_changes.csv; give the folder of the CHAOSS tables"
        )
    for path in tables:
        yield from _table(reading, path)
    for path in sorted(p for p in reading.path.iterdir() if p.suffix in {".csv", ".json"} and p not in tables):
        _leave_aside(reading, path)


def _table(reading: Reading, path: Path) -> Iterator[Stated]:
    header = header_of(path)
    if _FORKS in header:
        yield from _each(reading, path, None, _fork)
    elif _CHANGES in header:
        again = _named_again(path)
        yield from _each(reading, path, None, lambda fields: _given(_change(fields, again)))
    elif len(header) == len(_LIST_COLUMNS) and re.fullmatch(r"(\d{4})?", header[1]) and re.fullmatch(r"\d{4}", header[2]):
        yield from _each(reading, path, _LIST_COLUMNS, lambda fields: _given(_listed(fields)))
    else:
        raise FeedError(
            f"{path}: no table of forks ({_FORKS}, …), of licence changes (project, {_CHANGES}, …) or of five columns without "
            f"a header (project, year, year, licence, licence); it begins with {', '.join(header)[:60]!r}"
        )


def _each(
    reading: Reading, path: Path, columns: tuple[str, ...] | None, claim_of: Callable[[Fields], Iterator[Claim]]
) -> Iterator[Claim]:
    """The claims of a table, row by row."""
    for place, row in table_rows(path, columns):
        reading.records += 1
        if isinstance(row, list):
            reading.skip(place, f"has {len(row)} cells")
            continue
        fields = reading.fields(row, place)
        try:
            claims = list(claim_of(fields))
        except ValueError as error:
            reading.skip(place, str(error))
            continue
        yield from claims


def _given(claim: Claim | None) -> Iterator[Claim]:
    return iter((claim,) if claim else ())


def _fork(fields: Fields) -> Iterator[Claim]:
    reading, place = fields.reading, fields.place
    fork, origin = fields.text("fork_name"), fields.text("from_name")
    addresses = [fields.text("fork_repo"), fields.text("from_repo")]
    if addresses[0] and addresses[0] == addresses[1]:
        reading.skip(f"{place}: fork_repo", "the fork and the original have one address: it is given to neither")
        addresses = ["", ""]
    links: list[tuple[str, Named | str]] = [
        ("project", _project(fork, addresses[0])),
        ("forkOf", _project(origin, addresses[1])),
    ]
    owner = fields.text("from_owner")
    if owner and reading.settings.get("wrong_owners", {}).get(fork) == owner:
        reading.skip(f"{place}: from_owner", f"{owner}: not yet its owner")
    elif owner:
        links.append(("awayFrom", Named("Organization", owner)))
    owner = fields.text("fork_owner")
    if owner in _NO_OWNER:
        reading.skip(f"{place}: fork_owner", _NO_OWNER[owner])
    day = fields.date("fork_date")
    category = fields.text("category")
    fields.done(_IGNORED_FORK)
    reading.counts["forks"] += 1
    if category in _CATEGORIES:
        reading.counts[_CATEGORIES[category]] += 1
    elif category:
        reading.skip(f"{place}: category", f"{category!r} is none of {', '.join(_CATEGORIES)}")
    dates = (("occurred", day),) if day else ()
    yield Claim("ForkEvent", "{project}-fork", tuple(links), place, dates=dates)
    if owner and owner not in _NO_OWNER:
        held = (("project", links[0][1]), ("steward", Named("Organization", owner)), ("role", "listed-owner"))
        yield Claim("Stewardship", "{project}-stewardship-{steward}-listed-owner", held, place, as_of=reading.day)


def _change(fields: Fields, again: set[tuple[str, str]]) -> Claim | None:
    name, org, repository = fields.text("project"), str(fields.data.get("org") or "").strip(), fields.text("repo")
    if (name, repository) in again:
        # The name of an earlier row, copied: the repository says which project it is (Kibana).
        fields.reading.counts["rows named by their repository"] += 1
        name = repository
    name = fields.reading.settings.get("projects", {}).get(name, name)
    project = _project(name, f"https://github.com/{org}/{repository}" if org and repository else "")
    day = fields.date("relicense_date")
    return _relicensing(fields, project, day, _IGNORED_CHANGE)


def _listed(fields: Fields) -> Claim | None:
    return _relicensing(fields, Named("Project", fields.text("project")), fields.date("year"), _IGNORED_LIST)


def _relicensing(fields: Fields, project: Named, day: PartialDate | None, ignored: dict[str, str]) -> Claim | None:
    reading, place = fields.reading, fields.place
    before, after = fields.text("orig_license"), fields.text("new_license")
    fields.done(ignored)
    new = _BY_LOWER.get(after.casefold())
    if not new:
        reading.skip(place, _why_no_licence(after))
        return None
    values = [("toLicense", new)]
    if old := _BY_LOWER.get(before.casefold()):
        values.insert(0, ("fromLicense", old))
    elif before:
        reading.skip(f"{place}: orig_license", f"{before!r} is no SPDX identifier")
    reading.counts["relicensings"] += 1
    dates = (("occurred", day),) if day else ()
    return Claim(
        "Relicensing", f"{{project}}-to-{_slug_of(new)}", (("project", project),), place, dates=dates, values=tuple(values)
    )


def _why_no_licence(text: str) -> str:
    if text == "project archived":
        return "names no licence: the project was archived"
    return "the new licence is told in words, or by a name that no table here has"


def _slug_of(expression: str) -> str:
    """The part of an event's id that names a licence: `elastic-2-0-or-sspl-1-0`."""
    return re.sub(r"[^a-z0-9]+", "-", expression.replace("LicenseRef-", "").lower()).strip("-")


def _project(name: str, address: str) -> Named:
    return Named("Project", name, (("repository", address.rstrip("/")),) if address else ())


def _named_again(path: Path) -> set[tuple[str, str]]:
    """Project and repository of the rows that repeat the name of another one, and whose repository has another name."""
    pairs = [
        (" ".join(row["project"].split()), " ".join(row["repo"].split()))
        for _, row in table_rows(path)
        if not isinstance(row, list) and {"project", "repo"} <= row.keys()
    ]
    times = Counter(name for name, _ in pairs)
    return {(name, repo) for name, repo in pairs if times[name] > 1 and repo and repo.casefold() != name.casefold()}


def _leave_aside(reading: Reading, path: Path) -> None:
    """Count a file that is no facts, and say why; report one that nobody knows."""
    if path.name in _HINTS:
        what, reason = _HINTS[path.name]
        number = sum(1 for _ in table_rows(path))
        reading.counts[f"{what} left aside"] = number
        reading.skip(path.name, reason)
    elif path.name in _OTHER_FILES:
        reading.ignored[path.name] += 1
    else:
        reading.unknown.setdefault(path.name, []).append(str(reading.path.name))
