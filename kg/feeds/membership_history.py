"""Who was a member from when to when, as monthly versions of a landscape show it (tables of intervals).

An interval begins in the month of the version that first shows the member and ends in the month of the first that does not.
The first version of a series tells no beginning, the last no end.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from kg.claims import Claim, Named, Stated, membership
from kg.dates import PartialDate
from kg.errors import FeedError
from kg.feeds.bodies import COMPANY_TIERS, TIERS, body_named, body_of, is_nobody, member_named
from kg.feeds.landscape_history import between
from kg.feeds.reading import Reading
from kg.feeds.tables import header_of, table_rows

_OF_ONE = ("member", "crunchbase_slug", "tier", "first_seen", "last_seen", "current", "joined_field")
_OF_MANY = ("member", "crunchbase_slug", "foundation", "lf_tier", "first_seen", "last_seen", "current")
_LINUX_FOUNDATION = "The Linux Foundation"


@dataclass(frozen=True, slots=True)
class _Interval:
    """Versions in a row that show a member in a body, in a tier where one is told."""

    place: str
    member: str
    crunchbase: str
    body: str
    tier: str
    company: bool
    first: str
    last: str
    current: bool
    joined: str
    before: tuple[str, ...] = ()  # the names it had before


def read(reading: Reading) -> Iterator[Stated]:
    """Yield one membership for each interval; intervals that only a new word for the same tier parts are one."""
    columns = header_of(reading.path)
    if columns not in (_OF_ONE, _OF_MANY):
        raise FeedError(f"{reading.path}: has the columns {', '.join(columns)}, not {', '.join(_OF_ONE)}; give the intervals")
    found: list[_Interval] = []
    versions: set[str] = set()
    for place, row in table_rows(reading.path):
        reading.records += 1
        try:
            interval = _interval(reading, row, place)
        except ValueError as error:
            reading.skip(place, str(error))
            continue
        versions |= {interval.first, interval.last}
        if reason := is_nobody(interval.member):
            reading.skip(f"{place}: {interval.member}", reason)
            continue
        found.append(interval)
    days = sorted(versions)
    if not days:
        raise FeedError(f"{reading.path}: holds no interval that can be read; fetch it again")
    for intervals in _by_member(found):
        yield from _memberships(reading, _joined(reading, sorted(intervals, key=lambda i: (i.first, i.last)), days), days)


def _interval(reading: Reading, row: Mapping[str, str] | list[str], place: str) -> _Interval:
    if isinstance(row, list):
        raise ValueError(f"has {len(row)} cells, not {len(_OF_ONE)}")
    word = row.get("tier", row.get("lf_tier", ""))
    tier = TIERS.get(word.casefold(), "")
    if not tier:
        reading.unknown.setdefault(f"tier {word}", []).append(place)
    body = row.get("foundation", "")
    for day in (row["first_seen"], row["last_seen"]):
        if PartialDate(day).precision != "day":
            raise ValueError(f"{day!r} is no day of a version")
    if row["first_seen"] > row["last_seen"]:
        raise ValueError(f"last seen {row['last_seen']} lies before first seen {row['first_seen']}")
    if row["current"] not in {"yes", "no"}:
        raise ValueError(f"current is {row['current']!r}, neither yes nor no")
    if not row["member"].strip():
        raise ValueError("names no member")
    reading.counts["intervals"] += 1
    reading.counts["current intervals"] += row["current"] == "yes"
    reading.counts["intervals that ended"] += row["current"] == "no"
    crunchbase = "" if row["crunchbase_slug"].startswith("name:") else row["crunchbase_slug"].split("?")[0]
    return _Interval(
        place,
        row["member"],
        crunchbase,
        body,
        # The table names the tier in the Linux Foundation alone, whatever the body.
        tier if body in {"", _LINUX_FOUNDATION} else "",
        tier in COMPANY_TIERS,
        row["first_seen"],
        row["last_seen"],
        row["current"] == "yes",
        row.get("joined_field", ""),
    )


def _by_member(intervals: list[_Interval]) -> Iterable[list[_Interval]]:
    """The intervals in lists, one for each body and for what shares an identifier or a name: either of them can change."""
    lists: dict[tuple[str, str, str], list[_Interval]] = {}
    for interval in intervals:
        keys = [(interval.body, "name", interval.member)]
        if interval.crunchbase:
            keys.append((interval.body, "id", interval.crunchbase))
        one = lists.setdefault(keys[0], [])
        other = lists.get(keys[-1], one)
        if other is not one:
            one.extend(other)
            for key, known in lists.items():
                if known is other:
                    lists[key] = one
        lists[keys[-1]] = one
        one.append(interval)
    return {id(each): each for each in lists.values()}.values()


def _joined(reading: Reading, intervals: list[_Interval], days: list[str]) -> list[_Interval]:
    """The intervals of one identifier or name in one body; those in one that follow each other in the same tier.

    Another name that follows without a gap is a new name of the same member. Names that overlap are two members with one
    identifier, of which one must be wrong.
    """
    whole: list[_Interval] = []
    for interval in intervals:
        for number, before in enumerate(whole):
            known = interval.member in {before.member, *before.before}
            follows = before.last < interval.first == _next(before.last, days)
            if before.tier == interval.tier and (follows or (known and interval.first <= before.last)):
                reading.merged += 1
                names = dict.fromkeys((*before.before, before.member))
                names.pop(interval.member, None)
                whole[number] = replace(
                    interval, place=before.place, before=tuple(names), first=before.first, joined=before.joined,
                    last=max(before.last, interval.last), current=before.current or interval.current,
                )  # fmt: skip
                break
        else:
            whole.append(interval)
    return whole


def _memberships(reading: Reading, intervals: list[_Interval], days: list[str]) -> Iterator[Claim]:
    before = ""
    for interval in intervals:
        body = body_named(interval.body) if interval.body else body_of(str(reading.require("host")))
        holder = member_named(interval.member, company=interval.company, crunchbase=interval.crunchbase)
        if interval.before:
            holder = replace(holder, aliases=interval.before)
        start = _start(reading, interval, before, days)
        end = None if interval.current else _end(interval, days)
        reading.counts["memberships"] += 1
        reading.counts["memberships that ended"] += not interval.current
        try:
            yield _claim(body, holder, interval, start, end)
        except ValueError as error:
            reading.skip(interval.place, str(error))
        before = max(before, interval.last)


def _claim(body: Named, holder: Named, interval: _Interval, start: PartialDate | None, end: PartialDate | None) -> Claim:
    claim = membership(body, holder, interval.place, tier=interval.tier, start=start, end=end, seen=PartialDate(interval.last))
    # Two intervals can have one beginning, or none that is known; the day on which each was last seen parts them.
    plain = start and start.precision != "year" and interval.current
    return claim if plain else replace(claim, id=f"{claim.id}-until-{interval.last}")


def _start(reading: Reading, interval: _Interval, before: str, days: list[str]) -> PartialDate | None:
    """The day stated in the list, unless it belongs to an earlier interval; else what the versions tell."""
    if interval.joined:
        stated = PartialDate(interval.joined)
        if before < stated.latest <= interval.first:
            reading.counts["starts stated in the list"] += 1
            return stated
    previous = bisect_right(days, interval.first) - 2
    return between(PartialDate(days[previous]), PartialDate(interval.first)) if previous >= 0 else None


def _end(interval: _Interval, days: list[str]) -> PartialDate | None:
    following = _next(interval.last, days)
    return between(PartialDate(interval.last), PartialDate(following)) if following else None


def _next(day: str, days: list[str]) -> str:
    """The version after that of a day, '' where it is the last."""
    at = bisect_right(days, day)
    return days[at] if at < len(days) else ""
