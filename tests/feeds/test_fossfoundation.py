"""The reader of the directory of FOSS foundations."""

import hashlib
import json
from collections import Counter

import pytest

from kg.claims import Named
from kg.dates import PartialDate
from kg.errors import FeedError
from kg.feeds.fossfoundation import read
from kg.feeds.reading import Reading

PAGE = "---\nidentifier: acme\ncommonName: Acme\nlegalName: Acme Foundation\nwebsite: https://www.acme.example/\n"
SPONSORS = "---\nidentifier: acme\ncommonName: Acme\nlevels:\n  first:\n    name: Gold\n  second:\n    name: Silver\n---\n"
COLUMNS = "identifier,commonName,description,website,foundingDate,parentOrganization\n"


@pytest.fixture
def read_folder(tmp_path):
    """Reads a folder with one foundation, its lists of sponsors by level, and rows of projects of `spi`."""

    def read_it(page=PAGE + "---\n", lists=None, rows=COLUMNS, sponsors=SPONSORS, **settings):
        files = {
            "foundations/acme.md": page,
            "sponsorships/acme.md": sponsors,
            "data/sponsorships/acme.json": lists
            if isinstance(lists, str)
            else json.dumps({**(lists or {}), "parseDate": "20240926"}),
            "data/projects-sfc.csv": COLUMNS,
            "data/projects-spi.csv": rows,
        }
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text, encoding="utf-8")
        reading = Reading("fossfoundation", tmp_path, PartialDate("2026-01-01"), settings)
        return list(read(reading)), reading

    return read_it


def claims(stated, kind):
    return [s for s in stated if s.kind == kind]


def test_the_counts_of_the_raw_folder(raw):
    counts = raw("fossfoundation").reading.counts
    assert (counts["foundations"], counts["sponsorship pages"], counts["sponsor lists"]) == (87, 39, 37)
    assert counts["sponsor entries"] == 4345
    assert (counts["projects of sfc"], counts["projects of spi"]) == (42, 41)
    assert (counts["rows of projects-asf.csv"], counts["rows of projects-numfocus.csv"]) == (217, 59)
    assert counts["rows of foundations_990_common.csv"] == 651


def test_every_sponsor_entry_of_the_raw_folder_is_loaded_merged_or_skipped(raw):
    found = raw("fossfoundation")
    assert found.reading.records == 87 + 4345 + 42 + 41
    skipped = [place for place, _ in found.reading.skipped if ".json: " in place]
    assert len(found.of("Sponsorship")) + found.reading.merged + len(skipped) == 4345
    assert (len(found.of("Sponsorship")), found.reading.merged) == (4085, 11)
    assert found.reading.unknown == {}


def test_what_is_skipped_in_the_raw_folder_and_why(raw):
    """Trap 20: cncf.io is listed as a sponsor 16 times."""
    assert Counter(reason for _, reason in raw("fossfoundation").reading.skipped) == {
        "is no domain": 225,
        "stands for members that the list does not name": 16,
        "is no legal form that the list has exactly": 8,
        "is no single date": 4,
        "is the domain of a person": 3,
        "has no list of sponsors": 2,
        "is a directory of companies, not a sponsor": 2,
        "is the body's own domain": 2,
        "is a news page of the foundation": 1,
        "is marked in the file as taken over by a stranger": 1,
        "is the item of the software": 1,
    }


def test_founding_dates_are_as_precise_as_the_page(raw):
    """Trap 20: 56 of 87 pages have none, and one has a sentence on three legal bodies."""
    foundings = {dict(c.links)["organization"].name: str(c.dates[0][1]) for c in raw("fossfoundation").of("Founding")}
    assert len(foundings) == 87 - 56 - 1
    assert foundings["Apache Software Foundation"] == "1999"
    assert foundings["KDE e.V."] == "1997-11-27"
    assert foundings["Open Source Geospatial Foundation"] == "2006-02-04"
    assert foundings["OpenJS Foundation"] == "2019-03-19"
    assert "Eclipse Foundation AISBL" not in foundings
    assert {c.id for c in raw("fossfoundation").of("Founding")} == {"{organization}-founding"}


def test_a_day_that_has_passed_without_a_date_is_no_dissolution(raw):
    """`2023 or earlier` is no year."""
    gone = {c.links[0][1].name: str(c.dates[0][1]) for c in raw("fossfoundation").of("Dissolution")}
    assert gone == {"Kuali Foundation Inc.": "2023", "Open Collective Foundation": "2024"}


def test_legal_forms_have_the_place_of_registration(raw):
    found = raw("fossfoundation")
    forms = Counter(dict(c.links)["legalForm"] for c in found.of("LegalStatus"))
    assert forms.pop("us-501c3") + forms.pop("us-501c6") == 72
    assert forms == {"us-501c4": 1, "nonprofit-corporation": 1, "nl-stichting": 1, "de-ev": 2, "uk-cic": 1}
    (asf,) = found.of("LegalStatus", organization="Apache Software Foundation")
    assert (asf.id, asf.values) == ("{organization}-legalstatus-{legalForm}", (("jurisdiction", "US-DE"),))
    (matrix,) = found.of("LegalStatus", organization="THE MATRIX.ORG FOUNDATION C.I.C.")
    assert matrix.values == (("jurisdiction", "GB"),)


def test_parts_of_a_foundation_are_affiliated_with_it(raw):
    found = raw("fossfoundation")
    parts = {c.links[0][1].name: c.links[0][1] for c in found.of("Affiliation", parentOrganization="Raspberry Pi Foundation")}
    assert parts["Raspberry Pi Ltd"].ids == (("wikidata", "Q65518082"),)
    assert parts["Raspberry Pi Foundation North America Inc"].kind == "Foundation"


def test_a_sponsor_is_a_domain_with_every_level_it_stands_in(raw):
    (bloomberg,) = raw("fossfoundation").of("Sponsorship", body="Apache Software Foundation", holder="bloomberg.com")
    assert bloomberg.values == (("level", "gold"), ("level", "targeted bronze"))
    assert (bloomberg.id, str(bloomberg.as_of)) == ("{body}-sponsorship-{holder}", "2025-09-11")
    holder = dict(bloomberg.links)["holder"]
    assert (holder.kind, holder.ids) == ("Organization", (("domain", "bloomberg.com"),))


def test_two_domains_of_one_company_stay_two(raw):
    """Trap 20: facebook.com and meta.com. Who is who is not decided here."""
    found = raw("fossfoundation")
    assert found.of("Sponsorship", body="Openstreetmap Foundation", holder="facebook.com")
    assert found.of("Sponsorship", body="Apache Software Foundation", holder="meta.com")


def test_junk_domains_sponsor_nothing(raw):
    """Trap 20."""
    for domain in ("news.apache.org", "cncf.io", "bizapedia.com"):
        assert not raw("fossfoundation").of("Sponsorship", holder=domain)
    assert not raw("fossfoundation").of("Sponsorship", body="Apache Software Foundation", holder="apache.org")
    assert raw("fossfoundation").of("Sponsorship", body="Free Software Foundation Europe e.V.", holder="linuxfoundation.org")


def test_a_page_of_sponsors_belongs_to_the_body_it_was_fetched_from(raw):
    """PostgreSQL has its money with SPI; the foundation of that word is a US association."""
    bodies = {dict(c.links)["body"].name: dict(c.links)["body"] for c in raw("fossfoundation").of("Sponsorship")}
    assert bodies["PostgreSQL"].kind == "Community"
    assert "United States Postgresql Association" not in bodies
    assert "Haskell Foundation" in bodies
    assert bodies["OpenJS Foundation"].slug == "openjs-foundation"
    assert bodies["Cloud Native Computing Foundation"].slug == "cncf"


def test_the_projects_of_two_foundations_have_it_as_fiscal_sponsor(raw):
    found = raw("fossfoundation")
    assert len(found.of("Stewardship", steward="Software Freedom Conservancy", role="fiscal-sponsor")) == 42
    assert len(found.of("Stewardship", steward="Software in the Public Interest", role="fiscal-sponsor")) == 41
    (git,) = found.of("Stewardship", project="Git")
    assert dict(git.links)["steward"].slug == "software-freedom-conservancy"
    assert (git.start, str(git.as_of)) == (None, "2025-11-29")


def test_sums_are_no_lists_of_sponsors(raw):
    """Trap 20."""
    ignored = raw("fossfoundation").reading.ignored
    assert ignored["sponsor-counts.json"] == ignored["org-funding.json"] == ignored["allsponsorships.json"] == 1


@pytest.mark.parametrize(
    ("text", "day"),
    [("2003", "2003"), ("'20190319'", "2019-03-19"), ("2007-01-01", "2007-01-01"), ("29 October 2018", "2018-10-29")],
)
def test_a_clean_founding_date_is_read(read_folder, text, day):
    stated, _ = read_folder(PAGE + f"foundingDate: {text}\n---\n")
    assert [str(c.dates[0][1]) for c in claims(stated, "Founding")] == [day]


@pytest.mark.parametrize("text", ["99999999", "'20191319'", "A in 2004, B in 2014", "31 February 2004", "3 Smarch 2004"])
def test_a_founding_date_that_is_none_is_skipped_and_not_repeated(read_folder, text):
    """Trap 20."""
    stated, reading = read_folder(PAGE + f"foundingDate: {text}\n---\n")
    assert claims(stated, "Founding") == []
    assert reading.skipped == [("acme.md: foundingDate", "is no single date")]


@pytest.mark.parametrize(("text", "start"), [("03/2012", "2012-03"), ("2015", "2015"), ("", None)])
def test_the_start_of_a_sponsorship_keeps_its_precision(read_folder, text, start):
    """Trap 20: months. A description may hold line breaks."""
    stated, _ = read_folder(rows=COLUMNS + f'p,P,"two\nlines",https://p.example,{text},acme\n')
    (claim,) = claims(stated, "Stewardship")
    assert str(claim.start) == str(start)


@pytest.mark.parametrize(
    "text", ["12/2000, reestablished 10/2002", "10/2004, rebooted 07/2011, rebooted again 02/2019", "13/2000"]
)
def test_two_starts_are_no_one_start(read_folder, text):
    """Trap 20."""
    stated, reading = read_folder(rows=COLUMNS + f'p,P,,https://p.example,"{text}",acme\n')
    assert [c.start for c in claims(stated, "Stewardship")] == [None]
    assert reading.skipped == [("projects-spi.csv: line 2: foundingDate", "is no single month or year")]


def test_what_is_no_domain_is_skipped_without_repeating_it(read_folder):
    """Some lists hold names, and some of the names are of persons."""
    lists = {
        "first": ["Some One", "/members/1", "short", "www.cut", "https://www.url.example/a", "WWW.b.example"],
        "second": None,
    }
    stated, reading = read_folder(lists=lists)
    assert [dict(c.links)["holder"].name for c in claims(stated, "Sponsorship")] == ["url.example", "b.example"]
    assert [place for place, _ in reading.skipped] == [f"acme.json: first: {n}" for n in (1, 2, 3, 4)]
    assert "Some One" not in repr(stated) + repr(reading)


def test_copies_of_an_entry_are_merged(read_folder):
    stated, reading = read_folder(lists={"first": ["a.example", "a.example"], "second": ["a.example"]})
    (claim,) = claims(stated, "Sponsorship")
    assert claim.values == (("level", "Gold"), ("level", "Silver"))
    assert reading.merged == 2


def test_declared_and_own_domains_are_no_sponsors(read_folder):
    person = hashlib.sha256(b"person.example").hexdigest()[:16]
    stated, reading = read_folder(
        lists={"first": ["blog.acme.example", "junk.example", "person.example", "notacme.example"]},
        not_sponsors={"junk.example": "is junk"},
        withheld=[person],
    )
    assert [dict(c.links)["holder"].name for c in claims(stated, "Sponsorship")] == ["notacme.example"]
    assert [why for _, why in reading.skipped] == ["is the body's own domain", "is junk", "is the domain of a person"]


def test_what_failed_to_be_fetched_is_no_list_and_not_repeated(read_folder):
    stated, reading = read_folder(lists={"error": "404 at /Users/someone/x.rb"})
    assert claims(stated, "Sponsorship") == []
    assert "someone" not in repr(stated) + repr(reading)


def test_one_bad_list_does_not_cost_the_rest(read_folder):
    stated, reading = read_folder(lists='{"first": ["a.ex')
    assert [s.name for s in stated if isinstance(s, Named)] == ["Acme Foundation"]
    assert reading.skipped == [("acme.md", "has a list of sponsors that is not JSON")]


def test_an_unknown_key_is_reported(read_folder):
    _, reading = read_folder(PAGE + "colour: red\n---\n")
    assert reading.unknown == {"colour": ["acme.md"]}


@pytest.mark.parametrize("text", ["", PAGE, "<!DOCTYPE html><html></html>", "---\n[\n---\n", "a,b\n1,2\n"])
def test_a_folder_without_a_foundation_is_refused(read_folder, text):
    with pytest.raises(FeedError, match="no page of a foundation"):
        read_folder(text)


@pytest.mark.parametrize("text", ["", "<!DOCTYPE html><html></html>", "identifier,common"])
def test_a_table_of_projects_that_is_none_is_refused_by_name(read_folder, text):
    with pytest.raises(FeedError, match=r"projects-spi\.csv: the first line is not"):
        read_folder(rows=text)


def test_a_missing_folder_is_refused_by_name(tmp_path, read_text):
    with pytest.raises(FeedError, match="no such folder"):
        list(read(Reading("fossfoundation", tmp_path, PartialDate("2026-01-01"))))
    with pytest.raises(FeedError, match="not a folder"):
        read_text("fossfoundation", PAGE)
