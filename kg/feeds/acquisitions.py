"""Reads tables of acquisitions, one row a deal: who announced to buy whom, and when."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kg.claims import Claim, Named, Stated
from kg.dates import PartialDate
from kg.errors import FeedError
from kg.feeds.reading import Fields, Reading
from kg.feeds.tables import header_of, table_rows


@dataclass(frozen=True, slots=True)
class _Layout:
    """The columns of one known table. `target_kind`: what its heading says of the bought; `year`: a column that repeats it."""

    day: str
    buyer: str
    target: str
    target_kind: str
    reference: str
    ignored: Mapping[str, str]
    year: str = ""


_LAYOUTS = (
    _Layout(
        day="Date",
        buyer="Acquirer",
        target="Target",
        target_kind="Organization",  # a company, a part of one, or a project: the table does not say which
        reference="Reference",
        ignored={
            "Amount": "prices are no governance",
            "Currency": "prices are no governance",
            "Main activities/assets": "prose on the products",
            "Closed/Open": "of the products as a whole: names no project and no licence",
        },
    ),
    _Layout(
        day="Deal announced on",
        buyer="Acquiring Company",
        target="Acquired Company",
        target_kind="Company",
        reference="News Link",
        year="Year of acquisition announcement",
        ignored={
            "Acquisitions ID": "buyer, target and year once more",
            "Price": "prices are no governance",
            "Status": "undisclosed but for a few; the announcement stands either way",
            "Terms": "prices are no governance",
            "Acquisition Profile": "a page of a database whose terms we do not use",
            "News": "a headline of others",
        },
    ),
)

_SELLER = re.compile(r"\s*\(de ([^()]+)\)\s*\Z")  # French: `Zimbra (de Yahoo)`


def read(reading: Reading) -> Iterator[Stated]:
    """Acquisitions, dated by their announcement.

    By their completion, where the setting `completed` names the target; not at all, where `wrong_days` does.
    """
    path = reading.file(reading.path.name)
    header = header_of(path)
    layout = next((one for one in _LAYOUTS if {one.day, one.buyer, one.target} <= set(header)), None)
    if not layout:
        known = "; or ".join(f"{one.day}, {one.buyer}, {one.target}" for one in _LAYOUTS)
        raise FeedError(f"{path}: no table of acquisitions: a header must have {known}; it is {', '.join(header)[:60]!r}")
    # Who buys in one row is a company where another row sells it: Novell, Red Hat, SUSE.
    buyers = {_tidy(row[layout.buyer]) for _, row in table_rows(path) if not isinstance(row, list)}
    for place, row in table_rows(path):
        reading.records += 1
        if isinstance(row, list):
            reading.skip(place, f"has {len(row)} cells instead of {len(header)}")
            continue
        fields = reading.fields(row, place)
        try:
            yield _acquisition(fields, layout, buyers)
        except ValueError as error:
            reading.skip(place, str(error))


def _acquisition(fields: Fields, layout: _Layout, buyers: set[str]) -> Claim:
    reading, place = fields.reading, fields.place
    buyer, target = fields.text(layout.buyer), fields.text(layout.target)
    if _SELLER.search(target):
        reading.counts["sellers named with the target"] += 1
        target = _SELLER.sub("", target)
    day = _announced(fields, layout)
    reference = fields.text(layout.reference)
    if reference and not re.fullmatch(r"https?://\S+", reference):
        reading.skip(f"{place}: {layout.reference}", "is no web address")
        reference = ""
    fields.done(layout.ignored)
    links = (
        ("organization", Named("Company" if target in buyers else layout.target_kind, target)),
        ("acquirer", Named("Company", buyer)),
    )
    if target in reading.settings.get("wrong_days", ()):
        reading.skip(f"{place}: {layout.day}", "a day that is neither that of the announcement nor that of the completion")
        day = None
    basis = "effective" if target in reading.settings.get("completed", ()) else "announced"
    dates = ((basis, day),) if day else ()
    claim = Claim("Acquisition", "{organization}-bought-by-{acquirer}", links, place, dates=dates, reference=reference)
    reading.counts["acquisitions"] += 1
    return claim


def _announced(fields: Fields, layout: _Layout) -> PartialDate | None:
    """The day of the announcement; its year where the table states no more than that; None where day and year contradict."""
    text, year = fields.text(layout.day), fields.text(layout.year) if layout.year else ""
    place, reading = f"{fields.place}: {layout.day}", fields.reading
    day = _day(text)
    if not day:
        if text:
            reading.skip(place, "is no day of the form dd/mm/yyyy" + (": only the year is kept" if year else ""))
        return _year(year, fields)
    if year and day.text[:4] != year:
        if day.text == _spreadsheet_day(year):
            reading.skip(place, "is the year, taken for a number of days by a spreadsheet: only the year is kept")
            return _year(year, fields)
        reading.skip(place, "contradicts the year beside it: neither is kept")
        return None
    if day.text > reading.day.latest:
        reading.skip(place, "lies after the day of the file")
        return None
    return day


def _day(text: str) -> PartialDate | None:
    """A day written dd/mm/yyyy, or d/mm/yyyy; None for anything else.

    >>> str(_day("28/10/2018")), str(_day("1/02/2012")), _day("4//17/2013"), _day("02/2012")
    ('2018-10-28', '2012-02-01', None, None)
    """
    match = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text)
    try:
        return PartialDate(f"{match[3]}-{int(match[2]):02}-{int(match[1]):02}") if match else None
    except ValueError:
        return None


def _year(text: str, fields: Fields) -> PartialDate | None:
    if not text:
        return None
    year = PartialDate(text)
    if year.earliest > fields.reading.day.latest:
        fields.reading.skip(fields.place, f"the year {year} lies after the day of the file")
        return None
    return year


def _spreadsheet_day(year: str) -> str:
    """The day that a spreadsheet shows for a bare year in a column of dates.

    >>> _spreadsheet_day("2006")
    '1905-06-28'
    """
    number = int(year) if re.fullmatch(r"\d{4}", year) else 0
    return str(datetime.date(1899, 12, 30) + datetime.timedelta(days=number))


def _tidy(text: str) -> str:
    return " ".join(text.split())
