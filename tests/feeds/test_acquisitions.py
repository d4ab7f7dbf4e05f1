"""Tables of acquisitions."""

import re
from collections import Counter

import pytest

from kg.errors import FeedError

HEADER = "Date,Acquirer,Target,Amount,Currency,Main activities/assets,Closed/Open,Reference\n"
GIANTS = (
    "Acquisitions ID,Acquired Company,Acquiring Company,Year of acquisition announcement,Deal announced on,Price,Status,"
    "Terms,Acquisition Profile,News,News Link\n"
)


def pair(claim) -> tuple[str, str]:
    links = dict(claim.links)
    return links["organization"].name, links["acquirer"].name


def days(read) -> dict[str, str]:
    return {pair(c)[0]: " ".join(f"{basis} {day}" for basis, day in c.dates) for c in read.claims}


def test_every_acquisition_is_read_with_the_day_of_its_announcement_or_of_its_completion(raw):
    read = raw("oss-acquisitions")
    assert read.reading.records == len(read.of("Acquisition")) == 212
    assert Counter(basis for c in read.claims for basis, _ in c.dates) == {"announced": 207, "effective": 3}
    assert days(read)["Endgame"] == "effective 2019-10-08"
    every = [str(day) for c in read.claims for _, day in c.dates]
    assert (len(every), min(every), max(every)) == (210, "2000-05-26", "2021-06-02")
    assert dict(read.reading.counts) == {"acquisitions": 212, "sellers named with the target": 13}
    # Two days are neither that of the announcement nor that of the completion.
    assert (len(read.reading.skipped), read.reading.unknown) == (2, {})


def test_the_events_are_named_as_the_curated_ones_are(raw):
    assert {c.id for c in raw("oss-acquisitions").claims} == {"{organization}-bought-by-{acquirer}"}


def test_red_hat_buys_and_is_bought_later(raw):
    read = raw("oss-acquisitions")
    assert len(read.of("Acquisition", acquirer="RedHat")) == 33
    (bought,) = read.of("Acquisition", organization="RedHat")
    assert (pair(bought), str(bought.dates[0][1])) == (("RedHat", "IBM"), "2018-10-28")
    assert bought.reference.startswith("https://newsroom.ibm.com/")


def test_one_organization_may_be_bought_more_than_once(raw):
    sold = [(pair(c)[1], str(c.dates[0][1])) for c in raw("oss-acquisitions").of("Acquisition", organization="SUSE")]
    assert sold == [("Novell", "2003-11-04"), ("EQT", "2018-07-02")]


def test_the_spelling_of_buyers_is_left_to_identity(raw):
    buyers = {pair(c)[1] for c in raw("oss-acquisitions").claims}
    assert {"RedHat", "VMWare", "Gitlab"} <= buyers


def test_a_seller_beside_the_target_is_no_part_of_its_name(raw):
    read = raw("oss-acquisitions")
    assert [pair(c)[1] for c in read.of("Acquisition", organization="Zimbra")] == ["Yahoo", "VMWare", "Telligent", "Synacor"]
    assert not [c for c in read.claims if "(de " in pair(c)[0]]


def test_the_target_is_a_company_only_where_it_buys_too(raw):
    """The table lists companies, parts of them and projects, and does not say which is which."""
    kinds = {pair(c)[0]: dict(c.links)["organization"].kind for c in raw("oss-acquisitions").claims}
    assert (kinds["RedHat"], kinds["SUSE"], kinds["Audacity"]) == ("Company", "Company", "Organization")
    assert {dict(c.links)["acquirer"].kind for c in raw("oss-acquisitions").claims} == {"Company"}


def test_no_price_and_no_description_is_repeated(raw):
    assert not [c for c in raw("oss-acquisitions").claims if c.values]


def test_the_acquisitions_of_technology_companies_are_read(raw):
    read = raw("tech-acquisitions")
    assert read.reading.records == len(read.of("Acquisition")) == read.reading.counts["acquisitions"] == 1643
    assert read.reading.unknown == {}
    assert Counter(reason for _, reason in read.reading.skipped) == {
        "is no web address": 20,
        "is the year, taken for a number of days by a spreadsheet: only the year is kept": 14,
        "contradicts the year beside it: neither is kept": 2,
        "is no day of the form dd/mm/yyyy: only the year is kept": 1,
    }


def test_days_with_one_digit_and_with_two_are_days(raw):
    found = {pair(c): str(day) for c in raw("tech-acquisitions").claims for _, day in c.dates}
    assert (found["Tellme", "[24]7"], found["Accelio Corporation", "Adobe"]) == ("2012-02-01", "2002-04-15")


def test_no_day_of_1905_or_2104_is_taken_for_true(raw):
    read = raw("tech-acquisitions")
    years = {int(str(day)[:4]) for c in read.claims for _, day in c.dates}
    assert (min(years), max(years)) == (1984, 2014)
    found = days(read)
    assert (found["Amicima"], found["Evi"]) == ("announced 2006", "announced 2013")
    assert (found["OpTier"], found["Think Big Analytics"]) == ("", "")
    assert Counter(len(str(day)) for c in read.claims for _, day in c.dates) == {10: 1626, 4: 15}


def test_no_page_of_the_database_behind_the_table_is_referred_to(raw):
    assert not [c for c in raw("tech-acquisitions").claims if "crunchbase.com/acquisition" in c.reference]
    assert all(re.match(r"https?://\S+$", c.reference) for c in raw("tech-acquisitions").claims if c.reference)


def test_a_bad_date_costs_the_date_only_and_a_bad_row_the_row_only(read_text):
    text = (
        HEADER + "31/02/2020,A,B,,,,,\n,C,D,,,,,\n01/01/2030,E,F,,,,,\n01/01/2020,,G,,,,,\nshort\n01/01/2020,H,I,,,,,nowhere\n"
    )
    read = read_text("acquisitions", text)
    assert days(read) == {"B": "", "D": "", "F": "", "I": "announced 2020-01-01"}
    assert read.reading.skipped == [
        ("file: line 2: Date", "is no day of the form dd/mm/yyyy"),
        ("file: line 4: Date", "lies after the day of the file"),
        ("file: line 5", "name is empty"),
        ("file: line 6", "has 1 cells instead of 8"),
        ("file: line 7: Reference", "is no web address"),
    ]


def test_a_year_after_the_file_is_no_date(read_text):
    read = read_text("acquisitions", GIANTS + "x,B,A,2104,,,,,,,\n")
    assert days(read) == {"B": ""}
    assert read.reading.skipped == [("file: line 2", "the year 2104 lies after the day of the file")]


def test_a_column_nobody_knows_is_reported(read_text):
    assert list(read_text("acquisitions", "Mood," + HEADER + "x,01/01/2020,A,B,,,,,\n").reading.unknown) == ["Mood"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("<html><body>404: Not Found</body></html>\n", "no table of acquisitions"),
        ("Buyer,Seller\nA,B\n", "no table of acquisitions"),
        (HEADER, "has no rows"),
        (HEADER + "01/01/2020,A,B,,,,,\n02/01/2020,C", "ends in the middle"),
        (HEADER + '01/01/2020,A,B,,,"gcc, gdb', "no CSV table"),
    ],
    ids=["empty", "html", "other table", "header only", "cut row", "cut quote"],
)
def test_a_file_that_is_no_such_table_is_refused(read_text, text, said):
    with pytest.raises(FeedError, match=said):
        read_text("acquisitions", text)
