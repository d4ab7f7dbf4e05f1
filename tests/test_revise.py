"""A graph revised after an edit of a project's facts is the graph that a whole build makes; what reaches further is built."""

import random
import shutil
import tomllib
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg import build
from kg.errors import FactsError
from kg.factsheet import TABLES, canonical
from kg.resources import FACTS
from kg.revise import revise

DATES = ("announced", "accepted", "effective", "occurred", "as_of", "from", "until")
ORGANIZATIONS = ("by", "from", "to")
OTHER_PROJECTS = [(name, key.name) for name, table in TABLES["projects"].items() for key in table.keys if key.type == "project"]


def texts_of(facts):
    return {path.name: path.read_text("utf-8") for path in (facts / "projects").glob("*.toml")}


def statements(store):
    """Those of named graphs, and those of the union."""
    found = set(store.quads_for_pattern(None, None, None))
    union = {quad.triple for quad in found if quad.graph_name == ox.DefaultGraph()}
    return {quad for quad in found if quad.graph_name != ox.DefaultGraph()}, union


@pytest.fixture(scope="module")
def some_facts(tmp_path_factory):
    """Every ninth project of the bundled facts, with all organizations, and the graph of them."""
    root = tmp_path_factory.mktemp("revise")
    shutil.copytree(FACTS / "organizations", root / "facts" / "organizations")
    (root / "facts" / "projects").mkdir()
    wanted = sorted(path.stem for path in (FACTS / "projects").glob("*.toml"))[::9]
    for name in wanted:
        shutil.copy(FACTS / "projects" / f"{name}.toml", root / "facts" / "projects")
        data = tomllib.loads((FACTS / "projects" / f"{name}.toml").read_text("utf-8"))
        named = {row.get(key) for table, key in OTHER_PROJECTS for row in data.get(table, [])}
        wanted += sorted(named - {None, *wanted})
    build.build_at(root / "old", root / "facts")
    return root


@pytest.fixture
def revised(tmp_path):
    """A function: whether the graph of these facts can be revised after edits, `{"projects/git": text}` or None for no file.

    If it can, it is compared with one that is built of the facts as they are then.
    """

    def edit(old, facts, changes):
        mine = tmp_path / "facts"
        shutil.copytree(facts, mine)
        before = texts_of(mine)
        for name, text in changes.items():
            path = mine / f"{name}.toml"
            path.unlink() if text is None else path.write_text(text, "utf-8")
        done = revise(old, tmp_path / "new", mine, before, texts_of(mine))
        if done:
            stated, union = statements(ox.Store.read_only(str(tmp_path / "new")))
            anew = set(build.build_in_memory(mine).quads())
            assert stated ^ anew == set()
            assert union == {quad.triple for quad in anew}
        else:
            assert not (tmp_path / "new").exists()
        return done

    return edit


def tables(data):
    return [
        (name, number)
        for name, rows in data.items()
        if isinstance(rows, list) and name != "source"
        for number, row in enumerate(rows)
        if isinstance(row, dict)
    ]


def without_idle_sources(data):
    cited = {source for name, number in tables(data) for source in data[name][number]["sources"]}
    data["source"] = [row for row in data.get("source", []) if row["id"] in cited]
    return {name: rows for name, rows in data.items() if rows != []}


def mutated(data, dice, others):
    """The data with one or two facts changed: dropped, dated otherwise, of another organization, or told by a new document."""
    for _ in range(dice.randint(1, 2)):
        if not tables(data):
            break
        name, number = dice.choice(tables(data))
        row = data[name][number]
        match dice.choice(["drop", "date", "organization", "source", "borrow"]):
            case "drop":
                del data[name][number]
            case "date":
                dated = [key for key in DATES if key in row]
                if dated:
                    row[dice.choice(dated)] = dice.choice(["1999", "2016-02", "2021-05-17", "2025-12-31"])
            case "organization":
                key = dice.choice([key for key in ORGANIZATIONS if key in row] or [""])
                if key:
                    row[key] = ["google"] if isinstance(row[key], list) else "cncf"
            case "source":
                new = {
                    **data["source"][0],
                    "id": f"new-{dice.randrange(10**6)}",
                    "url": f"https://example.org/{dice.randrange(10**6)}",
                }
                data["source"].append(new)
                data[name].append({**row, "sources": [new["id"]]})
            case "borrow":
                other = dice.choice(others)
                name, number = dice.choice(tables(other) or [("source", 0)])
                if name != "source":
                    data.setdefault(name, []).append({**other[name][number], "sources": [data["source"][0]["id"]]})
    return without_idle_sources(data)


@pytest.mark.parametrize("seed", range(24))
def test_a_graph_revised_after_any_edit_of_facts_is_the_one_that_is_built(some_facts, revised, seed):
    dice = random.Random(seed)
    files = {name: tomllib.loads(text) for name, text in sorted(texts_of(some_facts / "facts").items())}
    changes = {}
    for name in dice.sample(sorted(files), dice.choice([1, 1, 1, 3])):
        changes[f"projects/{Path(name).stem}"] = canonical(mutated(files[name], dice, list(files.values())), "projects")
    try:
        revised(some_facts / "old", some_facts / "facts", changes)
    except FactsError as error:
        pytest.fail(f"revised what cannot be read: {error}")


@pytest.fixture
def weaver(small_folder, revised, facts_of_weaver):
    """A function: the same of the graph of Weaver, one of whose files is edited: `weaver("projects/loom", old, new)`."""

    def edit(name, old, new):
        text = facts_of_weaver[name]
        assert old in text
        return revised(small_folder / "graph-weaver", small_folder / "facts", {name: text.replace(old, new)})

    return edit


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("projects/weaver", '"2020-05"', '"2020-06-01"'),
        ("projects/weaver", 'from = ["acme", "bolt"]', 'from = ["bolt"]'),
        ("projects/weaver", 'to = "harbour"', 'to = "umbrella"'),
        ("projects/loom", 'by = "acme"', 'by = "harbour"'),
        ("projects/loom", 'title = "A page"', 'title = "Another page"'),
        ("projects/loom", "https://acme.example/loom", "https://acme.example/loom-2"),
    ],
)
def test_a_fact_told_otherwise_is_taken_up(weaver, name, old, new):
    assert weaver(name, old, new)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("projects/weaver", 'name = "Weaver"', 'name = "Loom"'),
        ("projects/weaver", 'name = "Weaver"\n', 'name = "Weaver"\naliases = ["Webber"]\n'),
        ("projects/weaver", "https://acme.example/news", "https://acme.example/loom"),
        ("projects/weaver", '"2020-05"', '"May 2020"'),
        ("projects/weaver", '"2020-05"', "2020-"),
        ("projects/weaver", 'name = "Weaver"\n', 'name = "Weaver"\naliases = []\n'),
        ("projects/weaver", 'to = "harbour"', 'to = "nowhere"'),
    ],
    ids=[
        "another name",
        "one more name",
        "another's document",
        "a wrong date",
        "no TOML",
        "an empty list",
        "an unknown organization",
    ],
)
def test_what_reaches_further_or_cannot_be_read_is_left_to_the_whole_build(weaver, name, old, new):
    assert not weaver(name, old, new)


def test_a_file_more_or_less_is_left_to_the_whole_build(small_folder, revised, facts_of_weaver):
    graph, facts = small_folder / "graph-weaver", small_folder / "facts"
    assert not revised(graph, facts, {"projects/loom": None})


def test_a_damaged_graph_is_left_to_the_whole_build(tmp_path, small_folder, revised, facts_of_weaver):
    shutil.copytree(small_folder / "graph-weaver", tmp_path / "old")
    (tmp_path / "old" / "CURRENT").write_text("nothing\n", "utf-8")
    later = facts_of_weaver["projects/weaver"].replace("2020-05", "2020-06")
    assert not revised(tmp_path / "old", small_folder / "facts", {"projects/weaver": later})


def test_a_document_that_another_file_still_cites_stays(tmp_path, revised, facts_of_weaver):
    shared = facts_of_weaver["projects/weaver"].split("[[source]]")[1].split("[[donation]]")[0]
    second = f'\n[[source]]{shared}\n[[holding]]\nby = "bolt"\nrole = "trademark"\nas_of = "2024-01-01"\nsources = ["news"]\n'
    files = {**facts_of_weaver, "projects/loom": facts_of_weaver["projects/loom"] + second}
    for name, text in files.items():
        path = tmp_path / "shared" / f"{name}.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    build.build_at(tmp_path / "old", tmp_path / "shared")
    assert revised(tmp_path / "old", tmp_path / "shared", {"projects/loom": facts_of_weaver["projects/loom"]})
