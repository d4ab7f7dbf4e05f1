"""How a landscape changed from month to month (landscape_events.csv): projects that came to a foundation, left it, moved on.

A change shows between two versions of a list that lags behind the world. So a level is said to be seen on the day of the
later one, and an entry has no date; a departure has the month, or the year, in which both lie.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kg.claims import Claim, Named, Stated, stage_seen
from kg.dates import PartialDate
from kg.errors import FeedError
from kg.feeds.bodies import BODIES, body_by_id, body_of, plain_name
from kg.feeds.landscape import LEVELS
from kg.feeds.reading import Reading
from kg.feeds.tables import header_of, table_rows
from kg.names import slugify

_COLUMNS = ("item", "event", "from", "to", "last_seen_before", "first_seen_after", "commit")
_IGNORED = {
    "delisted": "gone from the list: renamed, moved within it, or given up; the list does not say which",
    "github_org_changed": "the account of the repository changed; whose the project is, it does not tell",
}
_GONE = "listed with a level from the first, and no more, or without it: until when it stood there is not told"


def read(reading: Reading) -> Iterator[Stated]:
    """Yield the entries, departures, stages and sightings that the changes amount to, in the order of the file."""
    columns = header_of(reading.path)
    if columns != _COLUMNS:
        raise FeedError(
            f"{reading.path}: has the columns {', '.join(columns)}, not {', '.join(_COLUMNS)}; give the table of events"
        )
    rows = [(place, row) for place, row in table_rows(reading.path)]
    yield from _History(reading, [(p, r) for p, r in rows if isinstance(r, Mapping)]).stated(len(rows))
    for place, row in rows:
        if not isinstance(row, Mapping):
            reading.skip(place, f"has {len(row)} cells, not {len(_COLUMNS)}")


class _History:
    """The rows of one list, and what must be known of all of them to judge one."""

    def __init__(self, reading: Reading, rows: list[tuple[str, Mapping[str, str]]]) -> None:
        self.reading = reading
        self.rows = rows
        self.host = body_of(str(reading.require("host")))
        ids = next((body.ids for body in BODIES if body.slug == self.host.slug), ())
        self.host_ids = frozenset(ids or reading.require("host_ids"))
        self.with_level = {row["item"] for _, row in rows if row["event"].startswith("level_") and (row["from"] or row["to"])}
        self.gone = {
            row["item"] for _, row in rows if row["event"] == "delisted" or (row["event"] == "level_changed" and not row["to"])
        }
        self.told: set[tuple[str, str, str]] = set()
        # Items that are parts of another project, items that changed from one project to another of the name, ids of projects
        # that own themselves, and by item an owner that the list names wrongly.
        self.parts = frozenset(reading.settings.get("parts", ()))
        self.switched = frozenset(reading.settings.get("switched", ()))
        self.themselves = frozenset(reading.settings.get("themselves", ()))
        self.wrong_owners = dict(reading.settings.get("wrong_owners", {}))

    def stated(self, records: int) -> Iterator[Claim]:
        reading = self.reading
        reading.records += records
        for number, (place, row) in enumerate(self.rows):
            where = f"{place}: {row['item']}"
            try:
                if not row["item"]:
                    raise ValueError("names no item")
                if row["event"] in _IGNORED:
                    reading.counts[row["event"]] += 1
                    reading.ignored[f"{row['event']}: {_IGNORED[row['event']]}"] += 1
                elif row["event"] == "owner_changed":
                    reading.counts["owner changes"] += 1
                    yield from self._owner(number, row, where)
                elif row["event"] == "level_changed":
                    reading.counts["level changes"] += 1
                    yield from self._level(row, where)
                elif row["event"] == "level_first_seen":
                    reading.counts["levels first seen"] += 1
                    yield from self._first_level(row, where)
                else:
                    reading.unknown.setdefault(f"event {row['event']}", []).append(where)
            except ValueError as error:
                reading.skip(where, str(error))

    def _owner(self, number: int, row: Mapping[str, str], place: str) -> Iterator[Claim]:
        """A change of owner: to the host, away from it, or to another foundation."""
        reading, old, new = self.reading, row["from"], row["to"]
        if new in self.host_ids:
            reading.counts["owner changes to the host"] += 1
        if row["item"] in self.switched:
            reading.skip(place, "stood for another project of the name for a time: the change of owner is none")
            return
        former, home = body_by_id(old), body_by_id(new)
        if former and home and former.slug == home.slug:
            reading.skip(place, "an identifier that was renamed: no change of owner")
            return
        project = Named("Project", plain_name(row["item"])[0])
        dates, note = _when(row)
        if home:
            key = (project.name.casefold(), home.slug, str(dates))
            if key in self.told:
                reading.merged += 1
                return
            self.told.add(key)
            links: list[tuple[str, Named | str]] = [("project", project), ("toOrganization", home)]
            if old.startswith("name:"):
                reading.skip(f"{place}: from", "an owner without an identifier: it may be a person")
            elif slugify(old) == slugify(project.name) or old in self.themselves:
                reading.counts["owned by themselves before"] += 1
            elif self.wrong_owners.get(row["item"]) == old:
                reading.skip(f"{place}: from", f"{old}: not its owner")
            else:
                links.append(("formerOwner", former or Named("Organization", old, (("crunchbase", old),))))
            reading.counts["entries into the host" if new in self.host_ids else "entries into other foundations"] += 1
            id_ = "{project}-to-{toOrganization}"
            # Undated: the list lags behind the world by weeks, and by months.
            yield Claim("Acceptance", id_, tuple(links), place, values=(("note", note),))
        elif old not in self.host_ids:
            reading.skip(
                place, "a change to an owner that is no foundation we know, in a list that is not of the foundation it left"
            )
        elif self._returns(number, row):
            reading.skip(place, "away from the host and back again: a slip of the list")
        elif self._was_hosted(row["item"]):
            reading.counts["departures"] += 1
            links_ = (("project", project), ("fromOrganization", self.host))
            yield Claim("Departure", "{project}-left-{fromOrganization}", links_, place, dates=dates, values=(("note", note),))
        else:
            reading.skip(place, "away from the host, of which it never had a level: the list was put right")

    def _was_hosted(self, item: str) -> bool:
        return item in self.with_level or item in self.reading.settings.get("departed", ())

    def _returns(self, number: int, row: Mapping[str, str]) -> bool:
        later = (r for _, r in self.rows[number + 1 :] if r["event"] == "owner_changed" and r["item"] == row["item"])
        return any(r["to"] in self.host_ids for r in later)

    def _first_level(self, row: Mapping[str, str], place: str) -> Iterator[Claim]:
        """An item that is listed with a level from the first: on that day it stood there, when it got there is not told."""
        word = row["to"]
        if word not in LEVELS:
            self.reading.unknown.setdefault(f"level {word}", []).append(place)
            return
        if row["item"] in self.gone:
            self.reading.ignored[f"level_first_seen: {_GONE}"] += 1
            return
        yield from self._seen(row, place)

    def _level(self, row: Mapping[str, str], place: str) -> Iterator[Claim]:
        """An item that shows another level than before; where it shows none any more, nothing is said."""
        word = row["to"]
        if not word:
            self.reading.skip(place, "shows no level any more; why, the list does not say")
            return
        if row["from"] and LEVELS.get(row["from"]) == LEVELS.get(word):
            self.reading.skip(place, "another spelling of the same level")
            return
        if word not in LEVELS:
            self.reading.unknown.setdefault(f"level {word}", []).append(place)
            return
        self.reading.counts["stages entered"] += 1
        yield from self._seen(row, place)

    def _seen(self, row: Mapping[str, str], place: str) -> Iterator[Claim]:
        """That it stood at the level on the day of the version: when it got there the list, which lags, does not tell."""
        if row["item"] in self.parts:
            self.reading.skip(place, "a part of another project: the level is that of the whole")
            return
        project = Named("Project", plain_name(row["item"])[0])
        level = LEVELS[row["to"]]
        key = (project.name.casefold(), level, "stage")
        if key in self.told:
            self.reading.merged += 1  # once more, as after an archiving that was taken back
            return
        self.told.add(key)
        yield stage_seen(project, self.host, level, place, PartialDate(row["first_seen_after"]))


def _when(row: Mapping[str, str]) -> tuple[tuple[tuple[str, PartialDate], ...], str]:
    """The date of a change that shows between two versions, and between which days it lies."""
    before, after = PartialDate(row["last_seen_before"]), PartialDate(row["first_seen_after"])
    date = between(before, after)
    note = f"The list shows its owner as it was on {before} and changed on {after}; it can be later than the world."
    return ((("occurred", date),) if date else ()), note


def between(before: PartialDate, after: PartialDate) -> PartialDate | None:
    """When something happened that one version of a list does not show and a later one does: the month of the later one
    where the other lies in it or in the month before, else the year where both lie in it, else unknown.

    >>> [str(between(PartialDate(a), PartialDate(b))) for a, b in (("2022-08-26", "2022-09-30"), ("2023-09-25", "2023-11-30"))]
    ['2022-09', '2023']
    """
    months = [int(d.text[:4]) * 12 + int(d.text[5:7]) for d in (before, after)]
    if months[1] - months[0] <= 1:
        return PartialDate(after.text[:7])
    return PartialDate(after.text[:4]) if before.text[:4] == after.text[:4] else None
