"""The pages say what the program does: transcripts are replayed, generated parts are what they would be generated as."""

import re
import shlex
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from kg.cli import COMMANDS, root
from kg.factsheet import IDENTITY, tables_of

REPO = Path(__file__).parents[1]
PAGES = [
    "README.md",
    "docs/competency.md",
    "docs/facts.md",
    "docs/performance.md",
    "docs/reference.md",
    "docs/scale.md",
    "docs/serve.md",
    "docs/sources.md",
]

pytestmark = pytest.mark.skipif(not (REPO / "README.md").is_file(), reason="the pages are in the checkout only")


def transcripts():
    text = (REPO / "README.md").read_text("utf-8")
    return re.findall(r"```console\n\$ (kg [^\n]+)\n(.*?)```", text, re.DOTALL)


def test_the_readme_has_a_transcript_for_each_question_it_asks():
    assert len(transcripts()) == 9


@pytest.mark.parametrize(("command", "shown"), transcripts())
def test_a_transcript_in_the_readme_is_what_the_command_prints(command, shown, built_folder, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    words = [*shlex.split(command)[1:], "--format", "table", "--store", str(built_folder)]
    result = CliRunner().invoke(root, words, prog_name="kg")
    assert (result.exit_code, result.stdout) == (0, shown)


@pytest.fixture(scope="module")
def one_cache(tmp_path_factory):
    """A cache for all pages: the graph is built once."""
    return tmp_path_factory.mktemp("cache")


@pytest.mark.parametrize("page", PAGES)
def test_the_generated_parts_of_a_page_are_fresh(page, monkeypatch, one_cache):
    """Freshen them with `cog -r README.md docs/*.md`."""
    from cogapp import Cog

    monkeypatch.chdir(REPO)
    monkeypatch.setenv("XDG_CACHE_HOME", str(one_cache))
    text = (REPO / page).read_text("utf-8")
    assert Cog().process_string(text, page) == text


def test_every_verb_has_a_place_in_the_reference():
    text = (REPO / "docs/reference.md").read_text("utf-8")
    assert [name for name in COMMANDS if f"## kg {name}\n" not in text] == []


def test_the_page_on_facts_names_every_table_and_key():
    text = (REPO / "docs/facts.md").read_text("utf-8")
    for folder, identity in IDENTITY.items():
        assert [k.name for k in identity if f"| `{k.name}`" not in text] == []
        for name, table in tables_of(folder).items():
            assert f"### `[[{name}]]`" in text
            assert [k.name for k in table.keys if f"| `{k.name}`" not in text] == []


def test_the_version_is_the_same_wherever_it_stands():
    import kg

    project = tomllib.loads((REPO / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["version"] == kg.__version__


def test_a_project_that_the_readme_promises_is_in_the_answer(built_graph):
    moved = {row["project_id"] for row in built_graph.moves()}
    assert {"pytorch", "kubernetes", "istio"} <= moved
    assert not {"tensorflow", "jax"} & moved
