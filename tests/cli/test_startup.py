"""What a start costs: which libraries a verb imports."""

import subprocess
import sys

import pytest

HEAVY = (
    "pyoxigraph",
    "rdflib",
    "oxrdflib",
    "networkx",
    "SPARQLWrapper",
    "pyshacl",
    "rich",
    "rapidfuzz",
    "pandas",
    "numpy",
    "matplotlib",
    "igraph",
)

# Run as `kg` would be, then say what is loaded.
PROGRAM = """
import sys
from kg.cli import main
try:
    main()
except SystemExit:
    pass
finally:
    sys.stdout.flush()
    print(*(name for name in {names!r} if name in sys.modules), file=sys.stderr)
"""


@pytest.fixture
def imported_by(private_env, built_folder, tmp_path):
    def run(*args, **env):
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM.format(names=HEAVY), *args],
            capture_output=True,
            env={**private_env, "KG_STORE": str(built_folder), **env},
            cwd=tmp_path,
            timeout=60,
            check=False,
        )
        assert done.stdout, done.stderr.decode()
        return set(done.stderr.decode().splitlines()[-1].split())

    return run


HELP = [
    *(("--help",), ("moves", "--help"), ("query", "--help"), ("export", "--help"), ("--version",)),
    *(("analyze", "--help"), ("analyze", "influence", "--help"), ("path", "--help")),
]


@pytest.mark.parametrize("args", HELP)
def test_help_loads_nothing_heavier_than_click(imported_by, args):
    assert imported_by(*args) == set()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completing_a_verb_or_an_option_loads_nothing_heavier_than_click(imported_by, shell):
    for words in ("kg mo", "kg moves --do"):
        *_, last = words.split()
        position = last if shell == "fish" else str(len(words.split()) - 1)
        assert imported_by(_KG_COMPLETE=f"{shell}_complete", COMP_WORDS=words, COMP_CWORD=position) == set()


@pytest.mark.parametrize("format", ["tsv", "json", "csv", "markdown"])
def test_a_look_up_in_a_pipe_loads_the_engine_and_nothing_else(imported_by, format):
    assert imported_by("moves", "--donor", "google", "--format", format) == {"pyoxigraph"}


def test_completing_a_name_loads_the_engine_and_nothing_else(imported_by):
    assert imported_by(_KG_COMPLETE="bash_complete", COMP_WORDS="kg show pyt", COMP_CWORD="2") == {"pyoxigraph"}


def test_a_look_up_in_the_default_graph_loads_nothing_more_once_it_is_built(imported_by):
    """Building needs a file lock and the readers of facts; using what is built does not."""
    imported_by("info", KG_STORE="")
    assert imported_by("moves", KG_STORE="") == {"pyoxigraph"}


def test_a_measure_loads_networkx_and_nothing_heavier(imported_by):
    assert imported_by("analyze", "influence") == {"pyoxigraph", "networkx"}


def test_a_table_loads_rich_and_a_search_loads_rapidfuzz(imported_by):
    """So that the tests above would notice if the names of libraries changed."""
    assert imported_by("find", "pytoch", "--format", "table") == {"pyoxigraph", "rich", "rapidfuzz"}
