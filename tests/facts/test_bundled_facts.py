"""The facts that ship: clean, sourced, free of persons, and with every transfer of the list they were gathered from."""

import csv
import re
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest

from kg.curated import lint_facts, read_facts
from kg.dates import PartialDate
from kg.factsheet import TABLES
from kg.records import Entity, Event, Observation, Relation, Source
from kg.resources import FACTS
from kg.terms import slug_of

FILES = sorted(FACTS.glob("*/*.toml"))
TRANSFERS = Path(__file__).parents[3] / "shared" / "facts" / "donations.csv"

ADDRESS = re.compile(r"[\w.%+-]+@[\w-]+(?:\.[\w-]+)+")
# Public lists that people write to, and message numbers in the addresses of their archives; nobody's mailbox.
LISTS = {
    "general@incubator.apache.org",
    "dev@kie.apache.org",
    "talk@lists.gtalug.org",
}
MESSAGE_NUMBER = re.compile(r"url = \"https?://[^\"]*mail[^\"]*\"")


@pytest.fixture(scope="module")
def records():
    return read_facts()


def test_the_bundled_facts_have_no_problems():
    assert lint_facts() == []


def mailboxes(text):
    """The e-mail addresses of a fact file that are not those of a public list."""
    return sorted({a for line in text.splitlines() if not MESSAGE_NUMBER.match(line) for a in ADDRESS.findall(line)} - LISTS)


def test_no_file_holds_a_mailbox():
    assert {path.name: found for path in FILES if (found := mailboxes(path.read_text("utf-8")))} == {}


def test_a_mailbox_would_be_noticed():
    assert mailboxes('note = "Ask jane.doe@example.org or general@incubator.apache.org."') == ["jane.doe@example.org"]


def test_the_lists_excepted_are_still_cited():
    text = "\n".join(path.read_text("utf-8") for path in FILES)
    assert {name for name in LISTS if name not in text} == set()


def test_no_mailing_list_archive_is_cited_by_the_address_of_a_person():
    addresses = {a for path in FILES for a in ADDRESS.findall(path.read_text("utf-8")) if a not in LISTS}
    # A message number has no words in it.
    assert {a for a in addresses if re.fullmatch(r"[a-z]+([._-][a-z]+)*@.*", a)} == set()


@pytest.mark.parametrize("folder", TABLES)
def test_every_fact_cites_a_declared_source_with_an_address_and_the_day_it_was_read(folder, parsed):
    facts = 0
    for path, data in parsed(folder):
        sources = {s["id"]: s for s in data.get("source", [])}
        for name in TABLES[folder]:
            for number, row in enumerate(data.get(name, []), 1):
                place = f"{path.name}: [[{name}]] {number}"
                facts += 1
                assert row["sources"], place
                for source in row["sources"]:
                    assert re.match(r"https?://[^/\s]+\.[^/\s]+", sources[source]["url"]), place
                    assert PartialDate(sources[source]["read"]).precision == "day", place
    assert facts > 200


@pytest.fixture(scope="module")
def parsed():
    """The files of a folder, read without the reader under test."""
    import tomllib

    return lambda folder: [(p, tomllib.loads(p.read_text("utf-8"))) for p in FILES if p.parent.name == folder]


def test_every_record_that_says_something_names_a_source_that_is_there(records):
    known = {r.id for r in records if isinstance(r, Source)}
    told = [r for r in records if isinstance(r, (Event, Relation, Observation))]
    assert len(told) > 500
    assert {r.source for r in told} == known


def test_no_source_was_read_before_it_was_published(records):
    assert [s.id for s in records if isinstance(s, Source) and s.published and s.read.latest < s.published.earliest] == []


def test_every_slug_is_used_once_in_its_folder(records):
    counts = Counter((r.kind == "Project", r.id) for r in records if isinstance(r, Entity))
    assert [key for key, n in counts.items() if n > 1] == []
    assert len(counts) == len(FILES)


def test_every_sighting_lies_within_the_period_stated_beside_it(records):
    relations = [r for r in records if isinstance(r, Relation) and r.as_of]
    assert relations
    assert [r.id for r in relations if r.start and r.as_of.latest < r.start.earliest] == []
    assert [r.id for r in relations if r.end and r.end.latest <= r.as_of.earliest] == []


def spellings(name):
    """A name of the list, and what it says without and within brackets: `Agent2Agent (A2A)`."""
    outside = re.sub(r"\s*\(.*?\)", "", name)
    inside = re.findall(r"\((?:later )?(.*?)\)", name)
    return {spelling.casefold() for spelling in (name, outside, *inside) if spelling}


@pytest.fixture(scope="module")
def received(built_graph):
    """Every transfer of the graph, as pairs of a spelling of the project (or code granted) and one of the recipient."""
    rows = built_graph.query(
        "SELECT DISTINCT ?what ?recipient { ?event osgov:toOrganization ?to ; osgov:project ?project ."
        " { ?project skos:prefLabel|skos:altLabel ?what } UNION { ?event osgov:grantedCode ?what }"
        " UNION { ?renamed osgov:project ?project ; osgov:formerName|osgov:newName ?what }"
        " { ?to skos:prefLabel|skos:altLabel ?recipient }"
        " UNION { ?rename osgov:organization ?to ; osgov:formerName|osgov:newName ?recipient } }"
    )
    return {(row["what"].casefold(), row["recipient"].casefold()) for row in rows}


@pytest.mark.skipif(not TRANSFERS.is_file(), reason="the list the facts were gathered from does not lie beside this checkout")
def test_every_transfer_of_the_list_is_in_the_graph_with_its_recipient(received):
    with TRANSFERS.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) > 150
    missing = [
        f"{row['project']} -> {row['recipient']}"
        for row in rows
        if not any(
            (what, recipient) in received
            for what in spellings(row["project"].removesuffix(" trademark"))
            for recipient in spellings(row["recipient"])
        )
    ]
    assert missing == []


def test_no_list_dates_a_project_by_its_coming_to_the_umbrella_before_the_foundation_was(built_graph):
    """Half a year is left for foundations that worked before they were founded in form."""
    rows = built_graph.query(
        "SELECT ?project ?day ?founded { ?e osgov:acceptedOn ?date ; osgov:project ?project ; osgov:toOrganization ?body ."
        " { SELECT ?body (MIN(?first) AS ?founded) { ?f a osgov:Founding ; osgov:organization ?body ; osgov:earliest ?first }"
        " GROUP BY ?body } BIND(STR(?date) AS ?day) FILTER(STRLEN(?day) = 10) }"
    )
    assert rows
    half_a_year = timedelta(days=183)
    early = [r for r in rows if date.fromisoformat(r["day"]) < date.fromisoformat(str(r["founded"])) - half_a_year]
    assert [slug_of(r["project"]) for r in early] == []
