"""Dates as precise as their source: a year, a month or a day, never padded, with the bounds that follow from them.

>>> d = PartialDate("2015-03")
>>> d.earliest, d.latest, d.datatype.rsplit("#")[-1]
('2015-03-01', '2015-03-31', 'gYearMonth')
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass

from kg.terms import XSD

_FORM = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?\Z", re.ASCII)
_DATATYPES = {4: XSD + "gYear", 7: XSD + "gYearMonth", 10: XSD + "date"}


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date as a source states it: `2015`, `2015-03` or `2015-03-02`. Raises ValueError on anything else."""

    text: str

    def __post_init__(self) -> None:
        """Refuse text that is no partial date, and days that no calendar has."""
        match = _FORM.match(self.text) if isinstance(self.text, str) else None
        if not match:
            raise ValueError(f"{self.text!r} is no date: write 2015, 2015-03 or 2015-03-02, as precise as the source is")
        year, month, day = (int(part) if part else None for part in match.groups())
        if not year >= 1000:  # type: ignore[operator]
            raise ValueError(f"{self.text!r} has no plausible year")
        if month is not None and not 1 <= month <= 12:
            raise ValueError(f"{self.text!r} has no such month")
        if day is not None and not 1 <= day <= calendar.monthrange(year, month)[1]:  # type: ignore[arg-type]
            raise ValueError(f"{self.text!r} has no such day")

    @property
    def precision(self) -> str:
        """`year`, `month` or `day`."""
        return {4: "year", 7: "month", 10: "day"}[len(self.text)]

    @property
    def datatype(self) -> str:
        """The IRI of the XSD datatype: gYear, gYearMonth or date."""
        return _DATATYPES[len(self.text)]

    @property
    def earliest(self) -> str:
        """The first day this date can mean, as `YYYY-MM-DD`."""
        return (self.text + "-01-01")[:10] if len(self.text) == 4 else (self.text + "-01")[:10]

    @property
    def latest(self) -> str:
        """The last day this date can mean, as `YYYY-MM-DD`."""
        if len(self.text) == 10:
            return self.text
        if len(self.text) == 4:
            return self.text + "-12-31"
        year, month = int(self.text[:4]), int(self.text[5:7])
        return f"{self.text}-{calendar.monthrange(year, month)[1]:02d}"

    def __str__(self) -> str:
        """The date as stated."""
        return self.text
