"""Loading, unloading and updating: whole or not at all, whoever is killed, whoever reads beside it."""

import json
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pyoxigraph as ox
import pytest

import kg.build
from kg import upkeep
from kg.build import build_folder, open_default, shelf_of
from kg.errors import FeedError, KgError, Misuse, NotFound
from kg.feeds import FEEDS
from kg.graph import Graph, open_graph
from kg.loading import changes, registry_of
from kg.store import open_store
from tests.conftest import landscape_of

DAY = "2026-11-23"
PAGE = "<!DOCTYPE html>\n<html><head><title>Sign in</title></head></html>\n"
SMALL_WIKIDATA = Path(__file__).parent / "feeds" / "wikidata-small.ttl"


@pytest.fixture
def store(release, tmp_path):
    """A store folder with the graph of the small release in it."""
    folder = tmp_path / "store"
    build_folder(folder)
    return folder


def graph(folder):
    return open_graph(str(folder)) if folder else Graph(open_default())


def members(folder, of=""):
    """Who is a member of what, by the graph."""
    rows = graph(folder).run("members")
    return sorted({row["member"] for row in rows if not of or row["foundation"] == of})


def sources(folder):
    return {row["source"]: row for row in graph(folder).run("sources")}


def state(folder):
    """All that tells what counts: every file of the store, but for locks, with its content where it is small."""
    paths = [p for p in folder.rglob("*") if p.is_file() and p.suffix != ".lock" and "graph-" not in str(p)]
    generations = sorted(p.name for p in folder.glob("graph-*"))
    return generations, {str(p.relative_to(folder)): p.read_bytes() for p in paths}


def load(folder, *args, **options):
    said = []
    outcome = upkeep.load(folder, *map(str, args), DAY, say=said.append, **options)
    return outcome, said


# What is loaded


@pytest.mark.parametrize("own", [True, False], ids=["a folder", "the default graph"])
def test_a_landscape_nobody_has_seen_is_loaded_with_a_new_foundation_and_unloaded_again(release, tmp_path, own):
    folder = tmp_path / "own" if own else None
    path = release.write("loft.yml", landscape_of("Weaver", "Treadle", members=("Acme", "Dye")))
    outcome, said = load(folder, "landscape", path, host="Loft Foundation")
    assert (outcome.source, outcome.state) == ("loft", "loaded")
    assert outcome.message == f"{outcome.count} rows changed"
    assert "Loft Foundation: no organization has that name; taken for a foundation that is new to the graph" in said
    assert said[1].startswith("loft: 4 records read, 0 merged, 0 skipped: ")
    assert said[2].startswith("  loaded ")
    assert members(folder, "Loft Foundation") == ["Acme", "Dye"]
    assert members(folder, "Harbour Foundation") == ["Acme", "Bolt", "Cord"]
    row = sources(folder)["loft"]
    assert (row["title"], row["read"], row["url"]) == ("loft.yml", DAY, path.as_uri())
    assert row["facts"] > 0
    assert upkeep.unload(folder, ["loft"]) == ["loft"]
    assert members(folder, "Loft Foundation") == []
    assert "loft" not in sources(folder)
    assert [p.name for p in shelf_of(folder).folder.iterdir() if p.is_dir()] == []


def test_a_second_load_replaces_the_first_and_says_how_much_differs(release, store):
    path = release.write("loft.yml", landscape_of("Treadle", members=("Acme", "Dye")))
    load(store, "landscape", path, host="Loft Foundation")
    path.write_text(landscape_of("Treadle", members=("Acme", "Ebb")))
    outcome, _ = load(store, "landscape", path, host="Loft Foundation")
    assert members(store, "Loft Foundation") == ["Acme", "Ebb"]
    assert outcome.count == 6  # of Dye and of Ebb each an entity, a name, a membership
    assert load(store, "landscape", path, host="Loft Foundation")[0].count == 0


def test_entities_made_by_a_source_are_still_there_when_it_is_loaded_again(release, store):
    path = release.write("loft.yml", landscape_of("Treadle", members=("Dye",)))
    for _ in range(2):
        load(store, "landscape", path, host="Loft Foundation")
        assert graph(store).resolve("Dye").id == "dye"
        assert graph(store).resolve("Treadle").kind == "project"


def test_entities_outlive_the_source_that_made_them_where_another_speaks_of_them(release, store):
    """The second file finds Dye known and makes nothing; without Dye in its own tables, Dye would go with the first."""
    load(store, "landscape", release.write("loft.yml", landscape_of("Treadle", members=("Dye",))), host="Loft Foundation")
    load(store, "landscape", release.write("mill.yml", landscape_of("Heddle", members=("Dye",))), host="Mill Foundation")
    assert len(graph(store).query("SELECT ?n { o:dye skos:prefLabel ?n }")) == 1
    upkeep.unload(store, ["loft"])
    assert members(store, "Mill Foundation") == ["Dye"]


def test_what_another_source_tells_of_is_known_while_one_is_replaced_and_the_rest_is_not(release, store):
    load(store, "landscape", release.write("loft.yml", landscape_of("Treadle", members=("Dye", "Ebb"))), host="Loft Foundation")
    load(store, "landscape", release.write("mill.yml", landscape_of("Heddle", members=("Dye",))), host="Mill Foundation")
    known = registry_of(shelf_of(store), replacing="loft").known
    found = {name: ("organization", name) in known for name in ("acme", "cord", "dye", "ebb")}
    assert found == {"acme": True, "cord": True, "dye": True, "ebb": False}


def test_an_entity_keeps_its_slug_when_its_source_is_loaded_again_under_another_name(release, store):
    path = release.write("loft.yml", landscape_of("Treadle", members=("Dye",)))
    load(store, "landscape", path, host="Loft Foundation")
    path.write_text(landscape_of("Treadle", members=("Dye",)).replace('"Dye"', '"Dye Works"'))
    load(store, "landscape", path, host="Loft Foundation")
    assert graph(store).resolve("Dye Works").id == "dye"
    assert members(store, "Loft Foundation") == ["Dye Works"]


def test_what_one_source_could_not_tell_of_a_kind_another_may(release, store):
    for number, tier in enumerate(("Nonprofit", "Gold")):  # of which only companies are gold members
        text = landscape_of("Treadle", members=("Dye",)).replace('"Gold"', f'"{tier}"')
        load(store, "landscape", release.write(f"list-{number}.yml", text), host="Loft Foundation")
    kinds = graph(store).query("SELECT ?k { GRAPH g:kg-facts { o:dye a ?k } }")
    assert [row["k"].rsplit("#")[-1] for row in kinds] == ["Company"]


def test_a_source_that_ships_is_replaced_and_its_snapshot_is_back_after_unload(release, store):
    before = state(store)
    path = release.write("mine.yml", landscape_of("Weaver", members=("Acme", "Dye")))
    load(store, "harbour-landscape", path)
    assert members(store, "Harbour Foundation") == ["Acme", "Dye"]
    row = sources(store)["harbour-landscape"]
    assert (row["title"], row["read"], row["revision"], row["url"]) == ("Harbour landscape", DAY, None, path.as_uri())
    upkeep.unload(store, ["harbour-landscape"])
    assert members(store, "Harbour Foundation") == ["Acme", "Bolt", "Cord"]
    assert sources(store)["harbour-landscape"]["revision"] == "one"
    assert state(store)[1]["current"] == before[1]["current"]


def test_a_folder_of_the_apache_attic_is_loaded(release, store):
    text = "---\nretirement_date: 2020-05-06\nproject_name: Apache Bobbin\n"
    release.write("attic/bobbin.yaml", text)
    outcome, _ = load(store, "attic", release.work / "attic")
    assert outcome.state == "loaded"
    assert graph(store).resolve("Apache Bobbin").kind == "project"
    assert sources(store)["attic"]["facts"] > 0


RDF = {
    "ttl": "<https://example.org/a> a <https://w3id.org/osgov/ns#Company> ; <https://example.org/p> 'x' .",
    "trig": "<https://example.org/g> { <https://example.org/a> <https://example.org/p> 'x' }",
    "nq": "<https://example.org/a> <https://example.org/p> 'x' <https://example.org/g> .".replace("'", '"'),
    "jsonld": json.dumps({"@id": "https://example.org/a", "https://example.org/p": "x"}),
}


@pytest.mark.parametrize("ending", RDF)
def test_a_file_of_statements_goes_into_a_graph_of_its_own_and_shows_among_the_sources(release, store, ending):
    path = release.write(f"notes.{ending}", RDF[ending] + "\n")
    _, said = load(store, "rdf", path)
    assert said[0].startswith(f"notes: {1 + (ending == 'ttl')} records read")
    rows = graph(store).query("SELECT ?g ?x { GRAPH ?g { <https://example.org/a> <https://example.org/p> ?x } }")
    assert [(row["g"], row["x"]) for row in rows] == [("https://w3id.org/osgov/graph/notes", "x")]
    assert sources(store)["notes"]["publisher"] == "a file of your own"
    path.write_text(RDF[ending].replace("x", "y") + "\n")
    assert load(store, "rdf", path)[0].count > 0
    assert not graph(store).query("ASK { <https://example.org/a> ?p 'x' }")
    upkeep.unload(store, ["notes"])
    assert not graph(store).query("ASK { <https://example.org/a> ?p ?o }")


def test_a_dry_run_gives_the_rows_that_would_change_and_changes_nothing(release, store):
    path = release.write("mine.yml", landscape_of("Weaver", members=("Acme", "Bolt", "Dye")))
    before = state(store)
    outcome, _ = load(store, "harbour-landscape", path, dry_run=True)
    assert outcome.state == "would load"
    assert outcome.count == len(outcome.changes)
    assert [c for c in outcome.changes if c[1] == "names" and "dye" in c[2]] == [
        ("+", "names", "id=dye | kind=organization | name=Dye | ids=crunchbase:dye")
    ]
    assert [c[0] for c in outcome.changes if "cord" in c[2] and c[1] == "membership"] == ["-"]
    assert state(store) == before


def test_a_dry_run_of_statements_gives_those_that_would_change(release, store):
    path = release.write("notes.nq", RDF["nq"] + "\n")
    assert load(store, "rdf", path, dry_run=True)[0].changes == (
        ("+", "graph", '<https://example.org/a> <https://example.org/p> "x"'),
    )


def test_differences_are_told_by_column_though_empty_columns_are_left_out(tmp_path):
    for name, lines in {"old": "id\tname\na\tA\nb\tB\n", "new": "# page: x\nid\tkind\tname\na\tproject\tA\nb\t\tB\n"}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "names.tsv").write_text(lines)
    assert list(changes(tmp_path / "old", tmp_path / "new")) == [
        ("-", "names", "id=a | name=A"),
        ("+", "names", "id=a | kind=project | name=A"),
    ]


def test_the_file_that_ships_makes_the_rows_that_ship(release, store):
    """Whatever is known of it by then: else a dry run would show changes where nothing has changed."""
    outcome = upkeep.load(store, "harbour-landscape", str(release.work / "shipped.yml"), "2023-12-31", dry_run=True)
    assert outcome.changes == ()


# What is refused


REFUSED = {
    "a file that is not there": (None, "no such file"),
    "an empty file": (b"", "empty"),
    "a web page": (PAGE, "web page"),
    "a file that breaks off": (landscape_of("Weaver", members=("Acme", "Bolt"))[:-60], r"landscape\.yml: "),
    "another format": ("id,name\n1,Weaver\n", "no landscape"),
    "a picture": (b"\x89PNG\r\n\x1a\n\x00\x00\n", r"landscape\.yml: "),
    "too few members": (landscape_of("Weaver", members=("Acme",)), "holds 1 members where at least 2 are expected"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_file_that_cannot_be_used_changes_nothing_and_says_why(release, store, what):
    content, match = REFUSED[what]
    load(store, "landscape", release.write("loft.yml", landscape_of("Treadle", members=("Dye",))), host="Loft Foundation")
    path = release.work / "landscape.yml"
    if content is not None:
        release.write("landscape.yml", content)
    before = state(store)
    with pytest.raises(FeedError, match=match):
        load(store, "harbour-landscape", path)
    assert state(store) == before
    assert members(store, "Harbour Foundation") == ["Acme", "Bolt", "Cord"]


GARBAGE = {"empty": b"", "html": PAGE.encode(), "binary": b"\x89PNG\r\n\x1a\n\x00\xff\xfe\n", "list": b"[1, 2", "no": None}


@pytest.mark.parametrize("garbage", GARBAGE)
@pytest.mark.parametrize("feed", [*(f for f in FEEDS if f != "wikidata"), "rdf"])
def test_no_format_takes_garbage_for_a_file_of_its_own(release, tmp_path, feed, garbage):
    """What is refused is refused in words: any other exception would show users a traceback."""
    path = tmp_path / "garbage"
    if GARBAGE[garbage] is not None:
        path.write_bytes(GARBAGE[garbage])
    folder = tmp_path / "store"
    with pytest.raises(FeedError, match=r".{10}"):
        load(folder, feed, path, **({"host": "harbour"} if feed in {"landscape", "clomonitor"} else {}))
    assert state(folder) == ([], {})


def test_a_landscape_that_does_not_say_whose_it_is_asks_for_the_option(release, store):
    path = release.write("loft.yml", landscape_of("Treadle", members=("Dye",)))
    with pytest.raises(FeedError, match=r"loft\.yml: does not say whose list it is; name the foundation with --host"):
        load(store, "landscape", path)


@pytest.mark.parametrize(
    ("feed", "options", "match"),
    [
        ("landscape", {"host": "habrour"}, "there is no organization with that id or name"),
        ("landscape", {"host": "®"}, "is no name"),
        ("rdf", {"host": "harbour"}, "rdf has no host"),
        ("clomonitor", {"host": "Loft Foundation"}, "only a landscape can tell of a new one"),
        ("harbour-landscape", {"source": "mine"}, "harbour-landscape is the name of a source"),
        ("landscape", {"source": "Mine!", "host": "harbour"}, "is no id: lower-case letters"),
        ("landscape", {"source": "harbour-landscape", "host": "harbour"}, "that is Harbour landscape; load it by"),
        ("landscape", {"source": "derived", "host": "harbour"}, "a graph of kg's own"),
        ("landscape", {"source": "news", "host": "harbour"}, "news: is a document that the facts of kg rest on"),
        ("lanscape", {}, "no feed 'lanscape'; formats are landscape, "),
    ],
)
def test_options_that_do_not_fit_are_refused_by_name(release, store, feed, options, match):
    path = release.write("loft.yml", landscape_of("Treadle", members=("Dye",)))
    before = state(store)
    with pytest.raises(Misuse, match=match):
        load(store, feed, path, **options)
    assert state(store) == before


@pytest.mark.parametrize("host", ["harbour", "Harbour Foundation", "harbour FOUNDATION"])
def test_a_known_host_may_be_named_by_id_or_by_name(release, store, host):
    load(store, "landscape", release.write("loft.yml", landscape_of("Treadle", members=("Dye",))), host=host)
    assert members(store, "Harbour Foundation") == ["Acme", "Bolt", "Cord", "Dye"]


def test_a_host_that_the_source_itself_made_may_be_named_by_its_id_from_then_on(release, store):
    path = release.write("loft.yml", landscape_of("Treadle", members=("Dye",)))
    load(store, "landscape", path, host="Loft Foundation")
    for host in ("loft-foundation", "LOFT foundation"):
        outcome, said = load(store, "landscape", path, host=host)
        assert outcome.count == 0
        assert said[0].startswith("loft: ")


def test_a_name_that_several_have_lists_them(release, store):
    for name in ("a", "b"):
        text = f'id = "guild-{name}"\nname = "The Guild"\nkind = "foundation"\n'
        (release.facts / "organizations" / f"guild-{name}.toml").write_text(text)
    with pytest.raises(Misuse, match="several have that name; say which by id: guild-a, guild-b"):
        load(store, "landscape", release.write("loft.yml", landscape_of("Treadle")), host="The Guild")


def test_another_file_of_the_same_name_is_no_replacement_unless_it_is_said_so(release, store):
    """Every landscape is called landscape.yml."""
    one, other = (release.write(f"{n}/landscape.yml", landscape_of("Treadle", members=(n,))) for n in ("Dye", "Ebb"))
    load(store, "landscape", one, host="Loft Foundation")
    with pytest.raises(Misuse, match=r"landscape: is loaded from .*Dye/landscape.yml; name this one otherwise with --as"):
        load(store, "landscape", other, host="Loft Foundation")
    load(store, "landscape", other, host="Loft Foundation", source="landscape")
    assert members(store, "Loft Foundation") == ["Ebb"]


def test_what_is_not_loaded_cannot_be_unloaded(release, store):
    with pytest.raises(NotFound, match="not loaded: loft; loaded: nothing"):
        upkeep.unload(store, ["loft"])


@pytest.mark.parametrize("content", [b"[{", b"\xff", b"{}", b'[{"source": {}}]', b'[{"source": {"id": 1}}]'])
def test_an_index_that_cannot_be_read_is_no_empty_one(release, store, content):
    index = store / "loaded" / "index.json"
    load(store, "landscape", release.write("loft.yml", landscape_of("Treadle")), host="Loft Foundation")
    index.write_bytes(content)
    before = state(store)
    with pytest.raises(FeedError, match=r"index\.json: cannot be read .*; restore it, or move it away"):
        load(store, "landscape", release.work / "loft.yml", host="Loft Foundation")
    assert state(store) == before


def test_tables_that_somebody_took_away_are_missed_and_can_be_loaded_or_unloaded(release, store):
    paths = [release.write(f"{n}.yml", landscape_of(n, members=(n.title(),))) for n in ("loft", "mill")]
    for path in paths:
        load(store, "landscape", path, host="Loft Foundation")
    (gone,) = (store / "loaded").glob("loft-*")
    for file in gone.iterdir():
        file.unlink()
    gone.rmdir()
    with pytest.raises(FeedError, match="is gone; load loft again, or take it out with `kg unload loft`"):
        load(store, "landscape", paths[1], host="Loft Foundation")
    load(store, "landscape", paths[0], host="Loft Foundation")
    assert members(store, "Loft Foundation") == ["Loft", "Mill"]


def test_a_shelf_that_cannot_be_written_is_said_in_words(release, tmp_path):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(KgError, match=r"cannot load into .*file/loaded: .*; name another folder with --store"):
        load(tmp_path / "file", "landscape", release.write("loft.yml", landscape_of("Treadle")), host="harbour")


# What survives


def test_what_was_loaded_survives_a_build_and_a_change_of_what_ships(release, store):
    path = release.write("loft.yml", landscape_of("Treadle", members=("Dye",)))
    for folder in (store, None):
        load(folder, "landscape", path, host="Loft Foundation")
    opened = graph(None).store.spec
    acme = release.facts / "organizations" / "acme.toml"
    acme.write_text(acme.read_text().replace("Acme", "Acme Works"))  # an upgrade, as far as the graph can see
    build_folder(store)
    for folder in (store, None):
        assert members(folder, "Loft Foundation") == ["Dye"]
        assert members(folder, "Harbour Foundation") == ["Acme Works", "Bolt", "Cord"]
    assert opened == graph(None).store.spec


def test_an_entity_that_a_release_brings_is_as_the_release_says(release, store):
    load(store, "landscape", release.write("loft.yml", landscape_of("Treadle", members=("Dye",))), host="Loft Foundation")
    text = 'id = "dye"\nname = "Dye Holdings"\nkind = "foundation"\n'
    (release.facts / "organizations" / "dye.toml").write_text(text)
    build_folder(store)
    assert [row["n"] for row in graph(store).query("SELECT ?n { o:dye skos:prefLabel ?n }")] == ["Dye Holdings"]
    assert registry_of(shelf_of(store)).known["organization", "dye"].curated


def test_a_graph_in_memory_for_want_of_a_cache_holds_what_was_loaded(release, tmp_path, monkeypatch):
    load(None, "landscape", release.write("loft.yml", landscape_of("Treadle", members=("Dye",))), host="Loft Foundation")
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    said = []
    found = Graph(open_default(said.append)).run("members", of="Loft Foundation")
    assert [row["member"] for row in found] == ["Dye"]
    assert said[0].startswith("kg: no cache (")


def test_whoever_waited_to_build_builds_from_what_counts_by_then(release, monkeypatch):
    """A run that saw the index before a load, and made its graph after it, must not bring the earlier graph back."""
    make = kg.store.generations.make_generation
    path = release.write("loft.yml", landscape_of("Treadle", members=("Dye",)))
    graph(None)

    def overtaken(*args, **options):
        monkeypatch.setattr("kg.store.generations.make_generation", make)
        load(None, "landscape", path, host="Loft Foundation")
        return make(*args, **options)

    monkeypatch.setattr("kg.store.generations.make_generation", overtaken)
    kg.build._generation(None, None)
    assert members(None, "Loft Foundation") == ["Dye"]


# Whoever is killed, and whoever comes at the same time: processes of their own

CHILD = """
import sys
from pathlib import Path

import kg.build
import kg.feeds

facts, folder, name, path, host, moment = sys.argv[1:]
kg.build.FACTS = kg.feeds.FACTS = Path(facts)
from kg import loading, snapshots, upkeep


def stop_at(owner, name, after=False):
    original = getattr(owner, name)

    def stopping(*args, **options):
        if after:
            result = original(*args, **options)
        print("here", flush=True)
        sys.stdin.readline()
        return result if after else original(*args, **options)

    setattr(owner, name, stopping)


moments = {
    "reading": (snapshots, "_write_table"),
    "before the tables have their name": (loading, "_digest"),
    "before the graph is made": (kg.build, "build_at"),
    "before the graph has its name": (kg.build, "build_at", True),
    "before the index is switched": (loading.Shelf, "write"),
    "between index and pointer": (loading.Shelf, "write", True),
    "before it tidies up": (loading.Shelf, "tidy"),
    "at the start": (upkeep, "feed_for"),
}
if moment:
    stop_at(*moments[moment])
upkeep.load(Path(folder), name, path, "2026-11-23", host=host, say=lambda text: print(text, file=sys.stderr, flush=True))
print("done", flush=True)
"""
MOMENTS = {  # and whether what was loaded shows after the kill
    "reading": False,
    "before the tables have their name": False,
    "before the graph is made": False,
    "before the graph has its name": False,
    "before the index is switched": False,
    "between index and pointer": False,
    "before it tidies up": True,
}


@contextmanager
def loading_in_a_process(release, folder, path, moment):
    command = [sys.executable, "-c", CHILD, release.facts, folder, "landscape", path, "Loft Foundation", moment]
    process = subprocess.Popen(
        list(map(str, command)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def wait_for(process, word):
    line = process.stdout.readline()
    assert line == f"{word}\n", line + process.stderr.read()


@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_at_any_moment_the_graph_answers_and_the_next_load_works(release, store, moment):
    path = release.write("loft.yml", landscape_of("Treadle", members=("Dye",)))
    with loading_in_a_process(release, store, path, moment) as process:
        wait_for(process, "here")
        process.kill()
        assert process.wait(10) == -9
    assert members(store) == ["Acme", "Bolt", "Cord"] + ["Dye"] * MOMENTS[moment]
    other = release.write("mill.yml", landscape_of("Heddle", members=("Ebb",)))
    load(store, "landscape", other, host="Mill Foundation")
    expected = {"mill"} | ({"loft"} if moment in {"between index and pointer", "before it tidies up"} else set())
    assert {entry.split("-")[0] for entry in (p.name for p in (store / "loaded").iterdir() if p.is_dir())} == expected
    load(store, "landscape", path, host="Loft Foundation")
    assert members(store) == ["Acme", "Bolt", "Cord", "Dye", "Ebb"]
    assert not [p.name for p in (*store.iterdir(), *(store / "loaded").iterdir()) if p.name.startswith(".")]


def test_a_killed_load_whose_index_counts_is_made_good_by_an_update(release, store):
    """Between index and pointer: an update in which nothing is new must still bring the graph to what counts."""
    path = release.write("loft.yml", landscape_of("Treadle", members=("Dye",)))
    with loading_in_a_process(release, store, path, "between index and pointer") as process:
        wait_for(process, "here")
    assert "Dye" not in members(store)
    upkeep.update(store, ["guild-landscape"], DAY)  # which no server answers
    assert "Dye" in members(store)


def test_two_loads_at_once_are_done_one_after_the_other(release, store):
    paths = [release.write(f"{n}.yml", landscape_of(n, members=(n.title(),))) for n in ("loft", "mill")]
    with ExitStack() as stack:
        one = stack.enter_context(loading_in_a_process(release, store, paths[0], "before the graph is made"))
        wait_for(one, "here")
        other = stack.enter_context(loading_in_a_process(release, store, paths[1], ""))
        assert other.stderr.readline() == f"{store / 'loaded'}: another load is under way; waiting for it\n"
        one.stdin.write("go\n")
        one.stdin.flush()
        for process in (one, other):
            wait_for(process, "done")
    assert members(store, "Loft Foundation") == ["Loft", "Mill"]
    assert {"loft", "mill"} <= set(sources(store))


def test_a_build_beside_a_load_does_not_lose_it(release, store):
    path = release.write("loft.yml", landscape_of("Treadle", members=("Dye",)))
    with loading_in_a_process(release, store, path, "before the graph has its name") as process, ThreadPoolExecutor(1) as pool:
        wait_for(process, "here")
        building = pool.submit(build_folder, store)
        process.stdin.write("go\n")
        process.stdin.flush()
        wait_for(process, "done")
        building.result(30)
    assert members(store, "Loft Foundation") == ["Dye"]


def test_sixteen_readers_beside_a_load_never_fail(release, store):
    over = threading.Event()
    path = release.write("loft.yml", landscape_of("Treadle", members=("Dye",)))
    answer = "SELECT ?n { ?m a osgov:Membership ; osgov:holder/skos:prefLabel ?n } ORDER BY ?n"

    def read():
        seen, number = set(), 0
        while not over.is_set() or not number:
            found = open_store(str(store)).query(answer)
            seen.add(tuple(row[0].value for row in found.rows))
            number += 1
        return seen

    with ThreadPoolExecutor(16) as pool:
        readers = [pool.submit(read) for _ in range(16)]
        try:
            with loading_in_a_process(release, store, path, "") as process:
                wait_for(process, "done")
        finally:
            over.set()
        seen = set().union(*(reader.result(30) for reader in readers))
    before = ("Acme", "Bolt", "Cord")
    assert before in seen
    assert seen <= {before, (*before, "Dye")}
    assert members(store) == [*before, "Dye"]


# What is published


class Site:
    """A web server on loopback: `pages` from path to (status, body, ETag); `asked` has path and ETag of each request."""

    def __init__(self):
        self.pages = {}
        self.asked = []


@pytest.fixture
def site(release):
    found = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            found.asked.append((self.path, self.headers["If-None-Match"]))
            status, body, tag = found.pages.get(self.path, (404, b"not here", ""))
            if status == 200 and tag and self.headers["If-None-Match"] == tag:
                status, body = 304, b""
            self.send_response(status)
            self.send_header("Content-Type", "text/html" if body[:1] == b"<" else "text/plain")
            if tag:
                self.send_header("ETag", tag)
            if status != 304:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    found.address = f"http://127.0.0.1:{server.server_port}"
    release.publish_at(found.address)
    yield found
    server.shutdown()
    thread.join()
    server.server_close()


def page(text, tag='"one"'):
    return 200, text.encode(), tag


def told(outcomes):
    return {o.source: o.state for o in outcomes}


def test_an_update_loads_what_is_new_and_asks_only_for_that(release, store, site):
    site.pages["/harbour.yml"] = page(landscape_of("Weaver", members=("Acme", "Dye")))
    site.pages["/guild.yml"] = page(landscape_of("Treadle", members=("Ebb",)), "")
    assert told(upkeep.update(store, [], DAY)) == {"harbour-landscape": "loaded", "guild-landscape": "loaded"}
    assert members(store) == ["Acme", "Dye", "Ebb"]
    assert sources(store)["harbour-landscape"]["url"] == f"{site.address}/harbour.yml"
    before = state(store)
    outcomes = upkeep.update(store, ["harbour-landscape"], DAY)
    assert [(o.state, o.message) for o in outcomes] == [("unchanged", "not modified since it was last loaded")]
    assert state(store) == before
    site.pages["/harbour.yml"] = page(landscape_of("Weaver", members=("Acme", "Fell")), '"two"')
    assert [(o.state, o.count) for o in upkeep.update(store, ["harbour-landscape"], DAY)] == [("loaded", 6)]
    assert [tag for path, tag in site.asked if path == "/harbour.yml"] == [None, '"one"', '"one"']
    assert members(store) == ["Acme", "Ebb", "Fell"]


def test_two_sources_new_in_one_update_know_of_each_other(release, store, site):
    site.pages["/harbour.yml"] = page(landscape_of("Weaver", members=("Acme", "Dye")))
    site.pages["/guild.yml"] = page(landscape_of("Treadle", members=("Dye",)).replace('"Dye"', '"Dye Works"'))
    upkeep.update(store, [], DAY)
    assert graph(store).resolve("Dye Works").id == "dye"


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ((404, b"gone", ""), "answered 404"),
        ((200, PAGE.encode(), ""), "is a web page, not a data file"),
        ((200, b"", ""), "the file is empty"),
        ((200, landscape_of("Weaver", members=("Acme",)).encode(), ""), "holds 1 members where at least 2 are expected"),
        ((200, landscape_of("Weaver", members=("Acme", "Bolt")).encode()[:-60], ""), "/harbour.yml: "),
    ],
)
def test_a_source_that_fails_keeps_what_it_had_and_holds_up_no_other(release, store, site, answer, message):
    site.pages["/harbour.yml"] = page(landscape_of("Weaver", members=("Acme", "Dye")))
    upkeep.update(store, ["harbour-landscape"], DAY)
    index = json.loads((store / "loaded" / "index.json").read_text())
    site.pages["/harbour.yml"] = answer
    site.pages["/guild.yml"] = page(landscape_of("Treadle", members=("Ebb",)))
    failed, loaded = upkeep.update(store, [], DAY)
    assert (failed.state, loaded.state) == ("failed", "loaded")
    assert message in failed.message
    assert f"{site.address}/harbour.yml" in failed.message
    assert "/kg-" not in failed.message  # the name of a copy that is gone
    assert members(store) == ["Acme", "Dye", "Ebb"]
    now = json.loads((store / "loaded" / "index.json").read_text())
    assert [e for e in now if e["source"]["id"] == "harbour-landscape"] == index


def test_an_update_in_which_all_fail_makes_no_graph(release, tmp_path, site):
    folder = tmp_path / "none"
    assert set(told(upkeep.update(folder, [], DAY)).values()) == {"failed"}
    assert state(folder) == ([], {})


def test_an_update_of_what_has_no_address_names_those_that_have_one(release, store):
    with pytest.raises(NotFound, match="no published address of attic; there is one of harbour-landscape, guild-landscape"):
        upkeep.update(store, ["attic"], DAY)


def test_a_source_is_loaded_from_its_own_address_where_no_file_is_named(release, store, site):
    site.pages["/harbour.yml"] = page(landscape_of("Weaver", members=("Acme", "Dye")))
    load(store, "harbour-landscape", "")
    assert members(store) == ["Acme", "Dye"]
    with pytest.raises(Misuse, match="attic: is published at no address that kg knows; name the file"):
        load(store, "attic", "")
    with pytest.raises(Misuse, match="landscape: name the file or the address"):
        load(store, "landscape", "")


def test_a_landscape_at_an_address_is_named_after_it_and_its_source_leads_there(release, store, site):
    site.pages["/lists/loft.yml"] = page(landscape_of("Treadle", members=("Dye",)))
    load(store, "landscape", f"{site.address}/lists/loft.yml", host="Loft Foundation")
    row = sources(store)["loft"]
    assert (row["url"], row["publisher"]) == (f"{site.address}/lists/loft.yml", site.address.removeprefix("http://"))
    before = state(store)
    with pytest.raises(FeedError, match=f"{site.address}/lists/lost.yml: answered 404"):
        load(store, "landscape", f"{site.address}/lists/lost.yml", host="Loft Foundation")
    assert state(store) == before


# Wikidata


@pytest.fixture(scope="module")
def wikidata(serve_folder, tmp_path_factory):
    """The address of a server that holds a small graph in Wikidata's model."""
    folder = tmp_path_factory.mktemp("wikidata") / "store"
    filled = ox.Store(str(folder))
    filled.load(path=str(SMALL_WIKIDATA), format=ox.RdfFormat.TURTLE)
    filled.flush()
    del filled
    return serve_folder(folder)


@pytest.fixture
def curated_items(release):
    """Weaver and Acme carry the ids under which the small Wikidata knows them."""
    for name, id_, qid in (("projects/weaver", "Weaver", "Q900001"), ("organizations/acme", "Acme", "Q900101")):
        path = release.facts / f"{name}.toml"
        path.write_text(path.read_text().replace(f'name = "{id_}"\n', f'name = "{id_}"\nwikidata_id = "{qid}"\n'))


def test_wikidata_is_asked_for_the_items_of_curated_entities(release, curated_items, tmp_path, wikidata):
    folder = tmp_path / "store"
    _, said = load(folder, "wikidata", wikidata)
    assert "2 items" in said[0]
    rows = graph(folder).run("stewardship", project="weaver")
    assert {(r["holder"], r["role"]) for r in rows} >= {("Acme", "developer")}
    assert sources(folder)["wikidata"]["facts"] > 0
    assert sources(folder)["wikidata"]["url"] == "https://www.wikidata.org/"
    assert sorted(p.name for p in (folder / "loaded").iterdir() if p.is_file()) == ["index.json", "load.lock"]


def test_an_interrupted_reading_of_wikidata_goes_on_from_the_pages_it_has(
    release, curated_items, tmp_path, wikidata, monkeypatch
):
    folder = tmp_path / "store"

    def fail(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(upkeep, "replace_loaded", fail)
        with pytest.raises(KeyboardInterrupt):
            load(folder, "wikidata", wikidata)
    assert (folder / "loaded" / upkeep.PAGES).exists()
    # All pages are there: the endpoint is not asked again, and could not be.
    monkeypatch.setattr("kg.feeds.wikidata.Endpoint.rows", fail)
    load(folder, "wikidata", wikidata)
    assert not (folder / "loaded" / upkeep.PAGES).exists()
    assert "wikidata" in sources(folder)


def test_an_endpoint_that_gave_nothing_leaves_no_pages_to_stand_in_the_way_of_another(
    release, curated_items, tmp_path, wikidata, site
):
    folder = tmp_path / "store"
    site.pages["/sparql"] = (404, b"none", "")
    with pytest.raises(FeedError, match=f"{site.address}/sparql"):
        load(folder, "wikidata", "")
    load(folder, "wikidata", wikidata)
    assert "wikidata" in sources(folder)


def test_wikidata_is_no_file(release, store):
    with pytest.raises(Misuse, match=r"wikidata is asked at an endpoint; write https://host/sparql"):
        load(store, "wikidata", "items.json")
