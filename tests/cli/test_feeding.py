"""load, unload, update, sources, conflicts, identity and why --identity, as their users meet them."""

import json

import pytest
from click.testing import CliRunner

from kg.cli import root
from tests.conftest import landscape_of


@pytest.fixture
def kg_here(release, tmp_path):
    """Runs `kg` on the small release: `kg_here(…)` on a folder of its own, `kg_here(…, store=None)` on the default graph."""

    def run(*args, store=tmp_path / "store", **env):
        given = {"KG_STORE": str(store) if store else None, "NO_COLOR": None, "COLUMNS": "100", **env}
        return CliRunner().invoke(root, list(map(str, args)), env=given, catch_exceptions=False, prog_name="kg")

    return run


@pytest.fixture
def loft(release):
    """The landscape of a foundation that nobody has heard of."""
    return release.write("loft.yml", landscape_of("Weaver", "Treadle", members=("Acme", "Dye")))


def rows(answer):
    return json.loads(answer.stdout)


@pytest.mark.parametrize("own", [True, False], ids=["a folder", "the default graph"])
def test_what_is_loaded_shows_in_sources_and_show_until_it_is_unloaded(kg_here, loft, tmp_path, own):
    place = {} if own else {"store": None}
    loaded = kg_here("load", "landscape", loft, "--host", "Loft Foundation", **place)
    assert (loaded.exit_code, loaded.stdout) == (0, "")
    first, second, third, *_, last = loaded.stderr.splitlines()
    assert first == "Loft Foundation: no organization has that name; taken for a foundation that is new to the graph"
    assert second.startswith("loft: 4 records read, 0 merged, 0 skipped: ")
    assert third.startswith("  loaded ")
    assert last.startswith("loaded loft: ")
    (row,) = [r for r in rows(kg_here("sources", "--format", "json", **place)) if r["source"] == "loft"]
    assert (row["title"], row["publisher"], row["licence"]) == ("loft.yml", "a file of your own", "NOASSERTION")
    assert "Dye" in kg_here("show", "loft-foundation", **place).stdout
    unloaded = kg_here("unload", "loft", **place)
    assert (unloaded.exit_code, unloaded.stdout, unloaded.stderr) == (0, "", "unloaded loft\n")
    assert "loft" not in kg_here("sources", **place).stdout
    again = kg_here("unload", "loft", **place)
    assert (again.exit_code, again.stderr) == (1, "kg: not loaded: loft; loaded: nothing\n")


def test_quiet_loads_say_nothing(kg_here, loft):
    answer = kg_here("load", "landscape", loft, "--host", "Loft Foundation", "-q")
    assert (answer.exit_code, answer.stdout, answer.stderr) == (0, "", "")


def test_a_dry_run_prints_what_would_change_on_stdout_and_changes_nothing(kg_here, release):
    path = release.write("mine.yml", landscape_of("Weaver", members=("Acme", "Bolt", "Dye")))
    answer = kg_here("load", "harbour-landscape", path, "--dry-run", "--format", "json", "--day", "2023-12-31")
    assert answer.exit_code == 0
    changed = [(r["change"], r["table"]) for r in rows(answer)]
    assert changed == [("+", "entities"), ("-", "membership"), ("+", "membership"), ("-", "names"), ("+", "names")]
    assert answer.stderr.splitlines()[-1] == "harbour-landscape: 5 rows would change; nothing was changed"
    assert kg_here("unload", "harbour-landscape").exit_code == 1
    assert kg_here("load", "harbour-landscape", path, "--dry-run", "-q").stderr == ""


def test_what_is_skipped_is_said_with_its_place_and_reason(kg_here, release):
    text = landscape_of("Weaver").replace('"name": "Weaver"', '"name": "Loom 2", "repo_url": "", "project": ""')
    path = release.write(
        "loft.yml", text.replace("https://git.example/Weaver", "").replace("graduated", "").replace("accepted", "x")
    )
    answer = kg_here("load", "landscape", path, "--host", "harbour")
    assert "  skipped 1: neither hosted, nor a member, nor a project with a repository: Tools / All / Loom 2\n" in answer.stderr
    assert "  not understood: x: 1 times, first at Tools / All / Loom 2: extra\n" in answer.stderr


@pytest.mark.parametrize(
    ("args", "code", "message"),
    [
        (("landscape", "lost.yml", "--host", "harbour"), 3, "lost.yml: no such file or folder\n"),
        (("landscape", "LOFT"), 3, "name the foundation with --host, by its id or its name"),
        (
            ("landscape", "LOFT", "--host", "cnfc"),
            2,
            "kg: --host cnfc: there is no organization with that id or name; `kg find",
        ),
        (("landscape",), 2, "kg: landscape: name the file or the address to load\n"),
        (("lanscape", "LOFT"), 2, "kg: no feed 'lanscape'; formats are landscape,"),
        (("landscape", "LOFT", "--day", "2024"), 2, "'2024' is no day; write it whole"),
        (("landscape", "LOFT", "--as", "A B", "--host", "harbour"), 2, "kg: --as A B: is no id"),
        (("rdf", "LOFT"), 3, ".yml is no format of RDF; known are .ttl"),
        (("harbour-landscape", "http://127.0.0.1:9/x.yml"), 3, "kg: http://127.0.0.1:9/x.yml: "),
    ],
)
def test_what_cannot_be_loaded_is_said_on_stderr_with_the_exit_code_of_its_kind(kg_here, loft, args, code, message):
    answer = kg_here("load", *(str(loft) if arg == "LOFT" else arg for arg in args))
    assert (answer.exit_code, answer.stdout) == (code, "")
    assert message in answer.stderr
    assert "Traceback" not in answer.stderr


@pytest.mark.parametrize("store", ["memory:", "http://127.0.0.1:9/query"])
@pytest.mark.parametrize("command", [("load", "rdf", "x.ttl"), ("unload", "x"), ("update",), ("identity", "review")])
def test_sources_are_loaded_into_folders_only(kg_here, store, command):
    answer = kg_here(*command, "--store", store)
    assert answer.exit_code == 2
    assert "--store FOLDER, or the default graph without it" in answer.stderr


def test_an_update_in_which_a_source_fails_lists_all_and_exits_3(kg_here):
    answer = kg_here("update", "--format", "json")  # nobody listens at the address of the small release
    assert answer.exit_code == 3
    assert [(r["source"], r["state"]) for r in rows(answer)] == [("harbour-landscape", "failed"), ("guild-landscape", "failed")]
    assert all("http://127.0.0.1:9/" in r["message"] for r in rows(answer))
    unknown = kg_here("update", "nothing")
    assert (unknown.exit_code, unknown.stdout) == (1, "")
    assert "kg: no published address of nothing; there is one of harbour-landscape" in unknown.stderr


def test_why_identity_shows_which_names_were_joined_by_which_key(kg_here, release):
    acme = release.facts / "organizations" / "acme.toml"
    acme.write_text('id = "acme"\nname = "Acme"\nkind = "company"\naliases = ["Acme Labs"]\n')
    text = landscape_of("Treadle", members=("Acme Labs", "Acme Holding"))
    path = release.write("loft.yml", text.replace("/acme labs", "/acme").replace("/acme holding", "/acme"))
    kg_here("load", "landscape", path, "--host", "harbour")
    answer = kg_here("why", "acme", "--identity", "--format", "json")
    assert answer.exit_code == 0
    assert [(r["name"], r["key"], r["source"], r["sources"]) for r in rows(answer)] == [
        ("Acme Labs", "curated", "kg-facts", ["https://w3id.org/osgov/"]),
        ("Acme Holding", "crunchbase acme", "loft", [path.as_uri()]),
        ("Acme Labs", "crunchbase acme", "loft", [path.as_uri()]),
    ]


def test_why_identity_exits_1_where_there_is_nothing_to_tell(kg_here, loft):
    kg_here("load", "landscape", loft, "--host", "harbour", "-q")
    answer = kg_here("why", "loom", "--identity", "--format", "json")
    assert (answer.exit_code, rows(answer)) == (1, [])
    assert answer.stderr == "kg: no source writes loom under another name\n"


def test_identity_review_lists_names_that_are_alike_and_were_not_joined(kg_here, release):
    path = release.write("loft.yml", landscape_of("Treadle", members=("Dyeworksmill", "Dyeworksmills")))
    kg_here("load", "landscape", path, "--host", "harbour", "-q")
    answer = kg_here("identity", "review", "--format", "json")
    assert answer.exit_code == 0
    assert [(r["one"], r["other"], r["about"]) for r in rows(answer)] == [
        ("dyeworksmill", "dyeworksmills", "names alike, not joined")
    ]


def test_conflicts_exit_1_only_when_strict_and_only_where_there_are_some(kg_here, release):
    text = landscape_of("Weaver", members=("Acme", "Bolt"))
    kg_here("load", "harbour-landscape", release.write("mine.yml", text), "-q")
    other = release.write("other.yml", text.replace("2021-03-04", "2022-05-06"))
    assert (kg_here("conflicts", "--kind", "date", "--strict").exit_code, kg_here("conflicts", "loom").exit_code) == (1, 0)
    kg_here("load", "landscape", other, "--host", "harbour", "-q")
    answer = kg_here("conflicts", "weaver", "--kind", "date", "--format", "json")
    assert answer.exit_code == 0
    assert answer.stderr == f"{len(rows(answer))} conflict{'s' if len(rows(answer)) != 1 else ''}\n"
    assert "2022-05-06" in {r["other"] for r in rows(answer)} | {r["used"] for r in rows(answer)}
    assert (kg_here("conflicts", "loom", "--strict").exit_code, kg_here("conflicts", "weaver", "--strict").exit_code) == (0, 1)


def test_a_snapshot_into_a_folder_that_is_there_is_refused(kg_here, tmp_path):
    answer = kg_here("snapshot", tmp_path / "nowhere")
    assert answer.exit_code == 2
    assert "does not exist" in answer.stderr
