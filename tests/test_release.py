"""A release: whole or not at all, the same bytes from the same graph, checked by its own sums, compared with the one before."""

import asyncio
import csv
import json
import sqlite3
import subprocess
from pathlib import Path

import networkx as nx
import pyoxigraph as ox
import pytest
import rdflib
import yaml
from click.testing import CliRunner
from lxml import etree

from kg import release
from kg.cli import root
from kg.errors import KgError, Misuse
from kg.network import SPANS

ATOM = {"a": "http://www.w3.org/2005/Atom"}


def made(graph, folder, previous=None):
    release.make(graph, folder, previous, lambda _: None)
    return folder


@pytest.fixture(scope="module")
def released(graph_at_small, tmp_path_factory):
    return made(graph_at_small, tmp_path_factory.mktemp("release") / "one")


@pytest.fixture(scope="module")
def graph_at_small(small_folder):
    import kg

    return kg.open(str(small_folder))


def files(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_two_releases_of_one_graph_are_byte_for_byte_equal(graph_at_small, released, tmp_path):
    assert files(made(graph_at_small, tmp_path / "again")) == files(released)


def test_a_release_has_every_form_of_the_statements_every_table_and_every_view(released, graph_at_small):
    forms = {f"governance.{f}" for f in ("ttl", "trig", "nq", "jsonld")}
    assert {path.name for path in (released / "statements").iterdir()} == {*forms, "transfers.jsonld"}
    assert {path.name for path in (released / "tables").iterdir()} == {"osgov.db", *(f"{name}.csv" for name in release.TABLES)}
    assert {path.stem for path in (released / "networks").iterdir()} <= set(SPANS)
    assert "moves" in {path.stem for path in (released / "networks").iterdir()}
    for path in (released / "networks").iterdir():
        assert len(nx.read_gexf(path)) > 0
    read = set(ox.parse(path=str(released / "statements" / "governance.nq")))
    assert read == set(graph_at_small)


def test_sha256sum_finds_every_file_as_listed(released):
    done = subprocess.run(
        ["sha256sum", "--check", "--quiet", release.SUMS], cwd=released, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert release.check(released) == []


def test_a_file_that_is_missing_changed_or_added_is_named(graph_at_small, tmp_path):
    folder = made(graph_at_small, tmp_path / "one")
    (folder / "CITATION.cff").write_text("cff-version: 1.2.0\n")
    (folder / "tables" / "moves.csv").unlink()
    (folder / "tables" / "mine.csv").write_text("a,b\n")
    assert release.check(folder) == [
        "tables/moves.csv: missing",
        "tables/mine.csv: not in SHA256SUMS",
        "CITATION.cff: not what SHA256SUMS says",
    ]
    with pytest.raises(KgError, match="is no release"):
        release.check(tmp_path)


def test_the_data_package_describes_the_columns_that_each_table_has(released):
    package = json.loads((released / "datapackage.json").read_text())
    for resource in package["resources"]:
        with (released / resource["path"]).open(newline="") as file:
            assert next(csv.reader(file)) == [field["name"] for field in resource["schema"]["fields"]]
    assert package["licenses"][0]["name"] == "CC-BY-4.0"


def test_the_description_lists_every_file_with_its_size(released):
    described = rdflib.Graph().parse(released / "void.ttl")
    dcat, dct = rdflib.Namespace(release.DCAT), rdflib.DCTERMS
    sizes = {
        str(described.value(f, dct.title)): int(described.value(f, dcat.byteSize))
        for f in described.objects(None, dcat.distribution)
    }
    assert sizes == {
        name: len(data) for name, data in files(released).items() if name.split("/")[0] in {"statements", "tables", "networks"}
    }


def test_the_citation_has_what_its_format_requires_and_the_day_of_the_newest_source(released, graph_at_small):
    cited = yaml.safe_load((released / "CITATION.cff").read_text())
    assert {"cff-version", "message", "title", "authors"} <= set(cited)
    assert cited["date-released"] == max(row["read"] or "" for row in graph_at_small.run("sources"))
    assert cited["type"] == "dataset"


@pytest.fixture(scope="module")
def opened(released):
    connection = sqlite3.connect(released / "tables" / "osgov.db")
    yield connection
    connection.close()


def test_the_database_has_the_rows_of_each_table(opened, graph_at_small):
    for name, values in release.TABLES.items():
        if name != "entities":
            table = name.replace("-", "_")
            assert opened.execute(f'SELECT count(*) FROM "{table}"').fetchone() == (len(graph_at_small.run(name, values)),)
    assert opened.execute("SELECT name FROM projects WHERE id = 'weaver'").fetchall() == [("Weaver",)]
    assert opened.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_move_refers_to_its_project_and_no_reference_leads_nowhere(opened):
    keys = {row[3]: row[2] for row in opened.execute("PRAGMA foreign_key_list(moves)")}
    assert keys["project_id"] == "projects"
    assert keys["recipient_id"] == "organizations"
    assert opened.execute("PRAGMA foreign_key_check").fetchall() == []


def test_names_are_searched_and_sources_are_json(opened):
    found = opened.execute(
        "SELECT p.id FROM projects_fts f JOIN projects p ON p.rowid = f.rowid WHERE projects_fts MATCH 'weaver'"
    )
    assert found.fetchall() == [("weaver",)]
    (sources,) = opened.execute("SELECT sources FROM moves WHERE project_id = 'weaver'").fetchone()
    assert json.loads(sources) == ["https://acme.example/news"]


def test_datasette_serves_a_table_with_its_keys_and_search(released):
    from datasette.app import Datasette

    async def asked():
        datasette = Datasette([str(released / "tables" / "osgov.db")])
        await datasette.invoke_startup()
        answer = await datasette.client.get("/osgov/projects.json?_search=weaver&_shape=array")
        page = await datasette.client.get("/osgov/moves")
        return answer.json(), page.status_code

    found, status = asyncio.run(asked())
    assert [row["id"] for row in found] == ["weaver"]
    assert status == 200


def test_changes_are_those_that_a_diff_of_both_releases_finds(graph_of, facts_of_weaver, tmp_path):
    before = made(graph_of(facts_of_weaver), tmp_path / "before")
    changed = {**facts_of_weaver, "projects/weaver": facts_of_weaver["projects/weaver"].replace('"2020-05"', '"2020-06"')}
    assert changed != facts_of_weaver
    after = made(graph_of(changed), tmp_path / "after", before)
    answer = CliRunner().invoke(
        root, ["diff", *(str(f / "statements" / "governance.nq") for f in (before, after)), "--format", "json"]
    )
    subjects = sorted({row["subject"] for row in json.loads(answer.stdout)})
    lines = (after / "CHANGES.md").read_text().splitlines()
    assert [line.split("`")[1] for line in lines if line.startswith("- ")] == subjects
    feed = etree.parse(after / "feed.atom")
    assert [e.text for e in feed.iterfind("a:entry/a:title", ATOM)] == subjects
    for entry in [feed.getroot(), *feed.iterfind("a:entry", ATOM)]:
        assert all(entry.find(f"a:{name}", ATOM).text for name in ("id", "title", "updated"))
    assert len({e.text for e in feed.iterfind(".//a:id", ATOM)}) == len(subjects) + 1


def test_a_release_is_not_written_over_anything_nor_half(graph_at_small, tmp_path, monkeypatch):
    (tmp_path / "there").mkdir()
    with pytest.raises(Misuse, match="is there already"):
        made(graph_at_small, tmp_path / "there")
    with pytest.raises(Misuse, match="is no release"):
        made(graph_at_small, tmp_path / "new", tmp_path / "there")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(release, "_write_networks", full)
    with pytest.raises(KgError, match="No space left"):
        made(graph_at_small, tmp_path / "new")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["there"]


def test_the_command_writes_and_checks(small_folder, tmp_path):
    folder = str(tmp_path / "one")
    answer = CliRunner().invoke(root, ["release", folder, "--store", str(small_folder)])
    assert (answer.exit_code, answer.stdout) == (0, "")
    assert f"written: {folder}" in answer.stderr
    assert CliRunner().invoke(root, ["release", folder, "--check"]).exit_code == 0
    (Path(folder) / "void.ttl").unlink()
    answer = CliRunner().invoke(root, ["release", folder, "--check"])
    assert (answer.exit_code, answer.stdout) == (1, "void.ttl: missing\n")
