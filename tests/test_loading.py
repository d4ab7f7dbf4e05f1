"""The snapshots that ship: made of the raw files, whole, of declared sources alone; and who is who by them."""

import dataclasses
import filecmp
from pathlib import Path

import pytest

from kg import licenses
from kg.dates import PartialDate
from kg.errors import FeedError
from kg.feeds import feed_sources
from kg.identity import Registry, class_of
from kg.loading import (
    Shelf,
    curated_registry,
    folder_of,
    make_snapshots,
    read_records,
    reading_of,
    registry_of,
    review,
    shipped,
    snapshot_records,
    source_of,
)
from kg.records import Entity, Event, Observation, Relation, Source, Use
from kg.resources import FACTS
from kg.snapshots import read_folder, write_folder

RAW = Path(__file__).resolve().parents[2] / "shared" / "data"
SNAPSHOTS = FACTS / "snapshots"
NOWHERE = Shelf(Path("/nowhere"))

SHIPPED = {feed.id: feed for feed in shipped()}
KEPT_BACK = {feed.id: feed for feed in feed_sources().values() if not feed.ship}


@pytest.fixture(scope="module")
def records():
    return list(snapshot_records())


# ---- made of the raw files


def test_the_snapshots_are_byte_for_byte_what_the_raw_files_give(tmp_path):
    if not RAW.exists():
        pytest.skip("the raw files are not beside this checkout")
    said = []
    make_snapshots(RAW, tmp_path / "made", said.append)
    made, kept = (
        sorted(p.relative_to(root) for p in root.rglob("*") if p.is_file()) for root in (tmp_path / "made", SNAPSHOTS)
    )
    assert made == kept
    differ = [path for path in made if not filecmp.cmp(tmp_path / "made" / path, SNAPSHOTS / path, shallow=False)]
    assert differ == [], "make them anew with `kg snapshot`, and read the diff"
    assert {line.split(":")[0] for line in said if not line.startswith(" ")} == set(SHIPPED)
    assert not [line for line in said if "not understood" in line]


def test_without_a_raw_file_no_snapshot_is_made(tmp_path):
    with pytest.raises(FeedError, match=r"cncf-landscape/landscape\.yml: no such file or folder"):
        make_snapshots(tmp_path, tmp_path / "made", lambda line: None)


# ---- minimum counts


def small_source(**keys):
    """A source of two projects, in the format velocity, that declares a minimum."""
    return dataclasses.replace(
        feed_sources()["cncf-velocity-2020"], settings={"start": "2020", "end": "2021", "metrics": ["authors"]}, **keys
    )


@pytest.fixture
def two_projects(tmp_path):
    path = tmp_path / "projects.csv"
    header = "org,repo,activity,comments,prs,commits,issues,authors,pushes,project,url\n"
    path.write_text(f"{header}a,a,1,1,1,1,1,5,1,Alpha,\nb,b,1,1,1,1,1,6,1,Beta,\n", "utf-8")
    return path


@pytest.mark.parametrize(
    ("minimum", "said"),
    [
        ({"projects": 3}, "2 projects where at least 3 are expected; is the file whole"),
        ({"projects": 2, "members": 1_000}, "holds 0 members where at least 1,000 are expected"),
        ({"projects": 4, "members": 1}, "2 projects where at least 4 are expected, 0 members where at least 1 are"),
    ],
)
def test_a_file_that_holds_less_than_its_source_must_is_refused(two_projects, tmp_path, minimum, said):
    feed = small_source(minimum=minimum)
    found = read_records(feed, two_projects, Registry(), reading_of(feed, two_projects))
    with pytest.raises(FeedError, match=said):
        write_folder(tmp_path / "tables", source_of(feed), found)


def test_a_file_that_holds_what_its_source_must_is_read(two_projects):
    feed = small_source(minimum={"projects": 2})
    found = list(read_records(feed, two_projects, Registry(), reading_of(feed, two_projects)))
    assert [type(record) for record in found] == [Observation, Observation, Use, Use]


def test_kinds_that_are_left_out_are_counted_all_the_same(two_projects):
    feed = small_source(minimum={"projects": 2})
    reading = reading_of(feed, two_projects)
    assert list(read_records(feed, two_projects, Registry(), reading, ["Observation"])) == []
    assert (reading.records, reading.counts["projects"]) == (2, 2)


@pytest.mark.parametrize(
    "feed", [feed for feed in feed_sources().values() if feed.feed != "wikidata"], ids=lambda feed: feed.id
)
def test_every_file_has_a_least_number_of_what_it_is_read_for(feed):
    assert feed.minimum
    assert all(least >= 1 for least in feed.minimum.values())


# ---- what ships, and what must not


def test_there_is_a_folder_for_every_source_that_ships_and_for_no_other():
    folders = {path.name for path in SNAPSHOTS.iterdir() if path.is_dir()}
    assert folders == {*SHIPPED, licenses.TABLE.parent.name}
    assert {path.name for path in SNAPSHOTS.iterdir() if path.is_file()} == {"entities.tsv"}
    assert all(folder_of(feed) == SNAPSHOTS / feed.id for feed in SHIPPED.values())


@pytest.mark.parametrize("id", sorted(SHIPPED))
def test_every_table_says_source_page_revision_day_and_licence_as_they_are_declared(id):
    feed = SHIPPED[id]
    assert all((feed.title, feed.publisher, feed.page.startswith("https://"), feed.revision, feed.day, feed.licence))
    assert PartialDate(feed.day).precision == "day"
    header = [
        f"# source: {feed.title} ({feed.publisher})",
        f"# page: {feed.page}",
        f"# revision: {feed.revision}",
        f"# day: {feed.day}",
        f"# licence: {feed.licence}",
    ]
    tables = sorted(folder_of(feed).iterdir())
    assert "names" in {table.stem for table in tables}
    for table in tables:
        assert table.read_text("utf-8").splitlines()[:5] == header, table.name


def test_nothing_of_a_source_that_must_not_ship_ships(records):
    assert {"tech-acquisitions", "wikidata", "chaoss-formerly-open-source", "apache-podlings-2017"} <= set(KEPT_BACK)
    said = {getattr(record, "source", "") for record in records} | {
        record.id for record in records if isinstance(record, Source)
    }
    assert set(SHIPPED) <= said
    assert not said & set(KEPT_BACK)
    text = "".join(path.read_text("utf-8") for path in SNAPSHOTS.rglob("*.tsv"))
    for feed in KEPT_BACK.values():
        assert feed.page not in text
        assert feed.title not in text


@pytest.mark.parametrize("feed", [feed for feed in SHIPPED.values() if feed.leave_out], ids=lambda feed: feed.id)
def test_kinds_that_another_source_has_are_left_out(feed):
    there = {path.stem for path in folder_of(feed).glob("*.tsv")}
    assert not there & {kind.casefold() for kind in feed.leave_out}


@pytest.mark.parametrize("licence", sorted({feed.licence for feed in SHIPPED.values()}))
def test_what_ships_stands_under_a_licence_that_lets_it(licence):
    """Share-alike would bind the whole graph. NOASSERTION: lists of facts with no licence stated, told in our own words."""
    parts = set(licence.replace("(", " ").replace(")", " ").split()) - {"AND", "OR"}
    assert parts <= {"Apache-2.0", "BSD-3-Clause", "CC-BY-4.0", "CC0-1.0", "EPL-2.0", "MIT", "NOASSERTION"}


def test_every_entity_that_ships_is_written_by_a_source_that_ships_and_is_not_curated_too(records):
    """A project that no file names any more is an entity of which nothing is said: take it out of entities.tsv."""
    made = {(class_of(r.kind), r.id) for r in records if isinstance(r, Entity)}
    named = {(r.kind, r.entity) for r in records if isinstance(r, Use)}
    assert sorted(made - named) == []
    assert sorted(made & set(curated_registry().known)) == []


def test_everything_that_a_table_names_is_an_entity(records):
    known = {(class_of(r.kind), r.id) for r in records if isinstance(r, Entity)} | set(curated_registry().known)
    projects, organizations = ({slug for kind, slug in known if kind == wanted} for wanted in ("project", "organization"))
    links = {target for r in records if isinstance(r, Event | Relation) for name, target in r.links if name == "project"}
    links |= {r.about for r in records if isinstance(r, Observation)}
    assert links <= projects
    holders = {t for r in records if isinstance(r, Relation) for name, t in r.links if name in {"holder", "body", "steward"}}
    holders |= {r.by for r in records if isinstance(r, Observation) and r.by}
    assert holders <= organizations
    assert {(r.kind, r.entity) for r in records if isinstance(r, Use)} <= known


def test_the_snapshots_hold_what_they_are_kept_for(records):
    intervals = sum(isinstance(r, Relation) and r.kind == "Membership" for r in records)
    events = sum(isinstance(r, Event) and bool(r.dates) for r in records)
    projects = sum(isinstance(r, Entity) and r.kind == "Project" for r in records)
    companies = sum(isinstance(r, Entity) and r.kind == "Company" for r in records)
    assert (intervals >= 9_000, events >= 2_500, projects >= 1_500, companies >= 2_600) == (True,) * 4
    days = {str(r.as_of) for r in records if isinstance(r, Observation) and r.by and r.source.startswith("cncf-maintainers")}
    assert len(days) == 6


def test_no_value_of_a_table_is_a_description(records):
    """Names, dates, levels, tiers, counts, identifiers and addresses: no sentence of others."""
    values = {str(v) for r in records if isinstance(r, Event | Relation) for _, v in r.values}
    assert max(map(len, values)) <= 120
    assert not [value for value in values if ". " in value]


def test_the_snapshots_of_some_sources_come_with_the_entities_that_they_name():
    found = list(snapshot_records(only={"openjs"}))
    assert {r.id for r in found if isinstance(r, Source)} == {"openjs"}
    entities = {(class_of(r.kind), r.id) for r in found if isinstance(r, Entity)}
    assert 0 < len(entities) < 100
    assert entities <= {(r.kind, r.entity) for r in found if isinstance(r, Use)}


def test_a_source_that_a_user_s_own_file_replaces_is_left_out():
    assert "openjs" not in {r.id for r in snapshot_records(without=["openjs"]) if isinstance(r, Source)}


def test_every_table_of_a_release_can_be_read(records):
    read = [r for feed in shipped() for r in read_folder(folder_of(feed), feed.id)]
    assert len(read) == len([r for r in records if not isinstance(r, Source | Entity)])


# ---- who is who


def test_the_registry_of_the_graph_knows_what_is_curated_and_what_ships():
    registry = registry_of(NOWHERE)
    known = curated_registry().known
    assert set(known) < set(registry.known)
    assert len(registry.known) == len(known) + sum(isinstance(r, Entity) for r in snapshot_records())
    assert registry.by_id["organization", "crunchbase", "raintank"] == "grafana-labs"
    assert registry.made == []


def test_every_name_that_a_snapshot_has_is_known_or_belongs_to_another():
    """Reading the same files again makes no entity that the release does not have."""
    registry = registry_of(NOWHERE)
    apart = [use for use in snapshot_records() if isinstance(use, Use) and (use.kind, use.entity) not in registry.known]
    assert apart == []


def test_the_same_raw_file_read_beside_the_release_makes_nothing_new():
    if not RAW.exists():
        pytest.skip("the raw files are not beside this checkout")
    registry = registry_of(NOWHERE)
    for name in ("openjs", "cncf-devstats", "cncf-landscape"):
        feed = feed_sources()[name]
        found = read_records(feed, RAW / feed.data, registry, reading_of(feed, RAW / feed.data), feed.leave_out)
        wanted = {(u.kind, u.name, u.entity) for u in read_folder(folder_of(feed), name) if isinstance(u, Use)}
        assert {(u.kind, u.name, u.entity) for u in found if isinstance(u, Use)} == wanted
    assert list(registry.entities()) == []


def test_a_curator_is_shown_what_is_alike_and_what_contradicts_itself():
    shown = list(review(NOWHERE))
    alike = [row for row in shown if row[4] == "names alike, not joined"]
    doubts = [row for row in shown if row[3] is None]
    assert len(alike) + len(doubts) == len(shown)
    assert (50 < len(alike) < 300, 40 < len(doubts) < 150) == (True, True)
    assert all(about.split(":")[0] in SHIPPED for *_, about in doubts)
