"""`kg analyze` and `kg path`: rows, definitions, inputs, figures, a remote store, and worlds with nothing in them."""

import json
import socket
from pathlib import Path

import pytest
from click.testing import CliRunner

from kg.analysis.registry import MEASURES
from kg.build import build_at
from kg.cli import root

NAMES = [measure.name for measure in MEASURES]
ASKED = {
    "flow": ("flow", "--by-year"),
    "influence": ("influence", "--view", "employers"),
    "influence over time": ("influence", "--trend", "--of", "google"),
    "interlock": ("interlock", "--at-least", "8"),
    "interlock of pairs": ("interlock", "--view", "boards", "--at-least", "2", "--pairs"),
    "communities": ("communities",),
    "concentration": ("concentration", "argo", "--trend"),
    "concentration of members": ("concentration", "cncf", "--as-of", "2024-01-01"),
    "path": ("path", "google", "jest"),
}


@pytest.fixture
def rows(kg):
    """The rows of `kg analyze …`, as JSON."""

    def ask(*args):
        answer = kg("analyze", *args, "--format", "json")
        assert answer.exit_code == 0, answer.stderr
        return json.loads(answer.stdout)

    return ask


@pytest.mark.parametrize("args", ASKED.values(), ids=ASKED)
def test_a_remote_store_gives_the_same_rows(kg, address, args):
    ours, theirs = kg("analyze", *args), kg("analyze", *args, "--store", address)
    assert ours.exit_code == 0, ours.stderr
    assert len(ours.stdout.splitlines()) > 1
    assert (theirs.stdout, theirs.stderr) == (ours.stdout, ours.stderr)


@pytest.mark.parametrize("args", ASKED.values(), ids=ASKED)
def test_explain_gives_facts_with_sources_and_plot_draws_in_every_format(kg, tmp_path, args):
    answer = kg("analyze", *args, "--explain", "--format", "json", "--plot", tmp_path / "figure.svg")
    assert answer.exit_code == 0, answer.stderr
    found = json.loads(answer.stdout)
    assert found
    for row in found:
        assert row["facts"]
        assert all(url.startswith("http") for url in row["sources"])
        assert row["sources"]
    assert f"drawn: {tmp_path / 'figure.svg'}" in answer.stderr
    assert (tmp_path / "figure.svg").read_text("utf-8").startswith("<?xml")


@pytest.mark.parametrize("name", NAMES)
def test_help_has_the_definition_and_an_example_that_runs(kg, name):
    measure = next(m for m in MEASURES if m.name == name)
    said = " ".join(kg("analyze", name, "--help").stdout.split())
    assert " ".join(measure.definition.split()) in said
    assert measure.example in said
    answer = kg(*measure.example.split()[1:])
    assert answer.exit_code == 0, answer.stderr


def test_on_a_terminal_the_definition_is_printed(kg_on_terminal):
    _, _, talk = kg_on_terminal("analyze", "flow", "--of", "meta")
    assert "flow: One row a vendor and foundation" in talk


def test_path_is_a_verb_of_its_own(kg):
    assert kg("path", "google", "jest").stdout == kg("analyze", "path", "google", "jest").stdout


def test_a_path_has_facts_dates_and_sources_and_says_what_leads_over_hubs(rows, kg):
    found = rows("path", "meta", "pytorch")
    assert (found[0]["from_id"], found[0]["to_id"], found[0]["since"]) == ("meta", "pytorch", "2022-09-07")
    assert found[0]["fact"].startswith("gave")
    only = kg("path", "trivago", "1nce", "--paths", "2")
    assert "lead over a hub that ties everything to everything, and says little: " in only.stderr
    assert all(row["hops"] for row in found)


def test_totals_of_an_umbrella_count_each_project_once(rows):
    found = rows("flow", "--to", "linux-foundation")
    whole = next(r for r in found if r["vendor_id"] is None and r["foundation_id"] == "linux-foundation")
    parts = [r for r in found if r["vendor_id"] is None and r["foundation_id"] not in (None, "linux-foundation")]
    assert set(whole["which"]) >= {project for row in parts for project in row["which"]}
    assert whole["projects"] == len(whole["which"]) == len(set(whole["which"]))
    assert sum(row["projects"] for row in parts) > 0


def test_one_vendor_has_the_gifts_that_kg_moves_lists(rows, kg):
    moved = json.loads(kg("moves", "--donor", "google", "--format", "json").stdout)
    found = rows("flow", "--of", "google", "--apart")
    whole = next(r for r in found if (r["vendor_id"], r["foundation_id"]) == ("google", None))
    assert set(whole["which"]) == {row["project_id"] for row in moved}


def test_concentration_agrees_with_the_shares_of_employers(rows, kg):
    given = ("on=2026-08-21", "project=argo", "--format", "json")
    (theirs,) = json.loads(kg("query", "employer-shares", *given).stdout)
    (ours,) = rows("concentration", "argo", "--as-of", "2026-08-21")
    assert (ours["total"], ours["unknown"], ours["holders"]) == (theirs["maintainers"], theirs["without"], theirs["employers"])
    assert ours["top_share"] == pytest.approx(theirs["most"] / theirs["maintainers"], abs=1e-4)
    assert ours["top_share"] < ours["top_share_most"]


def test_a_table_of_ones_own_is_measured(kg, tmp_path):
    (tmp_path / "tofu.csv").write_text("holder,count\nSpacelift,328\nEnv0,99\nScalr,47\nunknown,6\n")
    answer = kg("analyze", "concentration", "--counts", tmp_path / "tofu.csv", "--format", "json")
    (row,) = json.loads(answer.stdout)
    assert (row["total"], row["unknown"], row["top"], row["elephant_factor"]) == (480, 6, "Spacelift", 1)
    assert "6 of 480 counts (1.2%) belong to nobody known" in answer.stderr
    missing = kg("analyze", "concentration", "--counts", tmp_path / "nowhere.csv")
    assert (missing.exit_code, missing.stdout) == (3, "")
    assert "nowhere.csv: No such file or directory" in missing.stderr


# Nothing to measure


def build(folder, files):
    """A store folder with the graph of these fact files."""
    for name, text in files.items():
        path = folder / "facts" / f"{name}.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    build_at(folder / "graph-x", folder / "facts")
    (folder / "current").write_text("graph-x\n")
    return folder


def ask(folder, *args):
    env = {"KG_STORE": str(folder), "COLUMNS": "100"}
    return CliRunner().invoke(root, [*map(str, args)], env=env, catch_exceptions=False, prog_name="kg")


@pytest.fixture(scope="module")
def lonely(tmp_path_factory):
    """Two companies, a project and a foundation that nothing ties to anything."""
    companies = {f"organizations/{n}": f'id = "{n}"\nname = "{n.title()}"\nkind = "company"\n' for n in ("acme", "bolt")}
    foundation = {"organizations/harbour": 'id = "harbour"\nname = "Harbour"\nkind = "foundation"\n'}
    return build(
        tmp_path_factory.mktemp("lonely"), {**companies, **foundation, "projects/loom": 'id = "loom"\nname = "Loom"\n'}
    )


@pytest.fixture(scope="module")
def two_islands(tmp_path_factory, facts_of_weaver):
    """Weaver's world, and beside it a company that holds a project of its own."""
    source = facts_of_weaver["projects/loom"].split("\n\n")[1]
    island = f'id = "knot"\nname = "Knot"\n\n{source}\n\n[[holding]]\nby = "crux"\nrole = "legal-home"\nsources = ["loom"]\n'
    crux = 'id = "crux"\nname = "Crux"\nkind = "company"\n'
    return build(tmp_path_factory.mktemp("islands"), {**facts_of_weaver, "projects/knot": island, "organizations/crux": crux})


EMPTY = {
    "flow": (("flow",), "no gift of a whole project by a company to a foundation is on record"),
    "flow of one": (("flow", "--of", "acme"), "no gift of a whole project by Acme to a foundation is on record"),
    "influence": (("influence",), "the view donations is empty: no such fact is on record"),
    "influence over time": (("influence", "--trend"), "the view donations is empty"),
    "influence of one": (("influence", "--view", "employers", "--of", "acme"), "the view employers is empty"),
    "interlock": (("interlock",), "the view memberships is empty"),
    "communities": (("communities",), "the view donations is empty"),
    "concentration": (("concentration",), "no maintainers are counted"),
    "concentration of one": (("concentration", "loom"), "no maintainers of Loom are counted"),
    "concentration of a foundation": (("concentration", "harbour"), "no members of Harbour are counted"),
    "path": (("path", "acme", "loom"), "Acme is tied to nothing that the graph knows"),
    "path to itself": (("path", "acme", "acme"), "Acme is one and the same; name two"),
    "on a day": (("flow", "--as-of", "1990-01-01"), "is on record by 1990-01-01"),
}


@pytest.mark.parametrize(("args", "said"), EMPTY.values(), ids=EMPTY)
def test_where_there_is_nothing_to_measure_a_sentence_says_so(lonely, args, said, tmp_path):
    answer = ask(lonely, "analyze", *args, "--plot", tmp_path / "x.png")
    assert (answer.exit_code, answer.stdout) == (1, "")
    assert said in answer.stderr
    assert len(answer.stderr.splitlines()) == 1
    assert not (tmp_path / "x.png").exists()


def test_a_pair_that_nothing_connects_is_a_negative_answer(two_islands):
    answer = ask(two_islands, "path", "crux", "weaver")
    assert (answer.exit_code, answer.stdout) == (1, "")
    assert answer.stderr == "kg: no chain of facts connects Crux and Weaver\n"


def test_a_company_without_projects_is_in_no_ranking_and_that_is_said(two_islands):
    answer = ask(two_islands, "analyze", "influence", "--of", "crux")
    assert (answer.exit_code, answer.stdout) == (1, "")
    assert answer.stderr == "kg: Crux is not in the view donations\n"
    answer = ask(two_islands, "analyze", "flow", "--of", "crux")
    assert answer.exit_code == 1
    assert "by Crux to a foundation is on record" in answer.stderr


def test_misuse_is_refused_before_anything_is_asked(kg, tmp_path):
    for args, said in (
        (("flow", "--plot", tmp_path / "x.pdf"), "a figure is FILE.png, FILE.svg or FILE.html"),
        (("influence", "--backend", "abacus"), "there is none of that name here"),
        (("concentration", "--share", "101"), "at most 100 per cent"),
        (("influence", "--view", "gossip"), "is not one of"),
        (("nonsense",), "No such command 'nonsense'"),
    ):
        answer = kg("analyze", *args)
        assert (answer.exit_code, answer.stdout) == (2, "")
        assert said in answer.stderr


def test_a_store_that_is_not_there_exits_3(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    answer = ask(Path(tmp_path), "analyze", "flow", "--store", f"http://127.0.0.1:{port}/query")
    assert answer.exit_code == 3
    assert "no answer" in answer.stderr
