"""Partial dates: as precise as their source, with bounds that order and text that comes back."""

import calendar
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.dates import PartialDate
from kg.terms import XSD

DAYS = st.dates(min_value=date(1000, 1, 1)).map(date.isoformat)
TEXTS = DAYS.flatmap(lambda day: st.sampled_from([day, day[:7], day[:4]]))
law = settings(deadline=None, max_examples=200)


@law
@given(TEXTS)
def test_a_date_comes_back_as_the_text_it_was_made_of(text):
    assert str(PartialDate(text)) == text
    assert PartialDate(str(PartialDate(text))) == PartialDate(text)


@law
@given(TEXTS)
def test_the_bounds_are_real_days_in_order_that_the_text_begins(text):
    stated = PartialDate(text)
    first, last = date.fromisoformat(stated.earliest), date.fromisoformat(stated.latest)
    assert first <= last
    assert stated.earliest.startswith(text)
    assert stated.latest.startswith(text)


@law
@given(TEXTS)
def test_the_days_just_outside_the_bounds_are_not_meant(text):
    stated = PartialDate(text)
    first, last = (date.fromisoformat(day).toordinal() for day in (stated.earliest, stated.latest))
    outside = [n for n in (first - 1, last + 1) if n <= date.max.toordinal()]
    assert not any(date.fromordinal(n).isoformat().startswith(text) for n in outside)


@law
@given(DAYS)
def test_less_precision_means_wider_bounds(day):
    exact, month, year = PartialDate(day), PartialDate(day[:7]), PartialDate(day[:4])
    assert year.earliest <= month.earliest <= exact.earliest == day == exact.latest <= month.latest <= year.latest


@law
@given(DAYS, DAYS)
def test_order_of_days_is_order_of_their_bounds(one, other):
    a, b = PartialDate(one), PartialDate(other)
    assert (date.fromisoformat(one) < date.fromisoformat(other)) == (a.latest < b.earliest)


@pytest.mark.parametrize(
    ("text", "precision", "datatype"),
    [("2015", "year", "gYear"), ("2015-03", "month", "gYearMonth"), ("2015-03-02", "day", "date")],
)
def test_precision_and_datatype_are_those_of_the_text(text, precision, datatype):
    assert PartialDate(text).precision == precision
    assert PartialDate(text).datatype == XSD + datatype


def test_february_ends_on_the_29th_in_a_leap_year_only():
    assert [PartialDate(f"{year}-02").latest[8:] for year in (1900, 2000, 2023, 2024)] == ["28", "29", "28", "29"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "15",
        "201",
        "20155",
        "0999",
        "2015-3",
        "2015-00",
        "2015-13",
        "2015-02-30",
        "2023-02-29",
        "2015-04-31",
        "2015-03-00",
        "2015-03-2",
        "2015/03/02",
        "02.03.2015",
        "2015-03-02T00:00:00Z",
        " 2015",
        "2015 ",
        "2015\n",
        "-2015",
        "ongoing",
        "２０１５",
        "circa 2015",
    ],
)
def test_what_is_no_date_is_refused_and_named(text):
    with pytest.raises(ValueError, match=r"(is no date|has no)") as caught:
        PartialDate(text)
    assert repr(text) in str(caught.value)


@pytest.mark.parametrize("value", [None, 2015, 2015.5, True, date(2015, 3, 2), b"2015"])
def test_what_is_no_text_is_refused(value):
    with pytest.raises(ValueError, match="is no date"):
        PartialDate(value)


@law
@given(st.integers(1000, 9999), st.integers(0, 99), st.integers(0, 99))
def test_a_day_is_accepted_exactly_when_the_calendar_has_it(year, month, day):
    text = f"{year}-{month:02d}-{day:02d}"
    if 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]:
        assert PartialDate(text).earliest == text
    else:
        with pytest.raises(ValueError, match="has no such"):
            PartialDate(text)
