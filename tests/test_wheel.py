"""The wheel, built and installed elsewhere: what is in it, and that it answers as the checkout does."""

import importlib.util
import os
import subprocess
import sys
import zipfile
from email import message_from_string

import pytest

from kg import __version__
from kg.serve.entities import PAGES

CHECKOUT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    for tool in ("hatchling", "pip"):
        if importlib.util.find_spec(tool) is None:
            assert os.environ.get("CI") != "true", f"{tool} is missing"
            pytest.skip(f"{tool} is missing")
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=CHECKOUT, check=True, capture_output=True, timeout=120)
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    folder = tmp_path_factory.mktemp("installed")
    command = [sys.executable, "-m", "pip", "install", "--no-deps", "--no-index", "--target", str(folder), str(wheel)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return folder


@pytest.fixture(scope="module")
def names(wheel):
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def in_checkout(*folders, endings):
    return {
        os.path.relpath(os.path.join(at, name), CHECKOUT)
        for folder in folders
        for at, _, files in os.walk(os.path.join(CHECKOUT, folder))
        for name in files
        if name.endswith(endings)
    }


def test_every_module_fact_query_and_ontology_file_is_in_the_wheel(names):
    assert in_checkout("kg", endings=(".py", ".toml", "py.typed")) <= names
    data = in_checkout("ontology", "queries", endings=(".ttl", ".toml", ".jsonld", ".rq"))
    assert {"ontology/governance.ttl", "ontology/alignments.ttl", "queries/moves.rq"} <= data
    assert "queries/rules/40-vendor-moves.rq" in data
    assert {f"kg/_data/{name}" for name in data} <= names
    assert {f"kg/_data/pages/{page}" for page in PAGES} <= names
    assert "kg/py.typed" in names
    assert "kg/facts/projects/pytorch.toml" in names


def test_nothing_but_the_package_and_its_papers_is_in_the_wheel(names):
    papers = f"osgov_kg-{__version__}.dist-info/"
    assert {name for name in names if not name.startswith(("kg/", papers))} == set()
    assert not [name for name in names if {"tests", "__pycache__"} & set(name.split("/")) or "/test_" in name]
    assert {f"{papers}licenses/LICENSE", f"{papers}licenses/LICENSE-facts"} <= names


def test_the_wheel_says_its_version_licence_and_command(wheel):
    papers = f"osgov_kg-{__version__}.dist-info"
    with zipfile.ZipFile(wheel) as archive:
        metadata = message_from_string(archive.read(f"{papers}/METADATA").decode())
        commands = archive.read(f"{papers}/entry_points.txt").decode()
    assert (metadata["Name"], metadata["Version"]) == ("osgov-kg", __version__)
    assert metadata["License-Expression"] == "Apache-2.0 AND CC-BY-4.0"
    assert metadata["Requires-Python"] == ">=3.11"
    assert commands.split() == ["[console_scripts]", "kg", "=", "kg.cli:main"]


def test_installed_elsewhere_it_gives_the_bytes_of_the_checkout(installed, run_kg, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    answers = {}
    for place, path in (("checkout", CHECKOUT), ("wheel", installed)):
        cache = tmp_path / f"cache-{place}"
        for args in (("moves",), ("queries",)):
            answer = run_kg(*args, PYTHONPATH=path, XDG_CACHE_HOME=cache, cwd=tmp_path / "elsewhere")
            assert (answer.returncode, answer.stderr) == (0, b"")
            answers[place, args] = answer.stdout
    for (_, args), answer in answers.items():
        assert answer == answers["checkout", args]
    assert answers["wheel", ("moves",)].count(b"\n") > 80


def test_the_installed_package_reads_its_own_data_not_that_of_a_checkout(installed, private_env):
    program = "from kg.resources import FACTS, ontology_dir, queries_dir; print(FACTS, ontology_dir(), queries_dir())"
    environment = {**private_env, "PYTHONPATH": str(installed)}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=CHECKOUT + "/tests", env=environment, capture_output=True, text=True, check=True
    )
    for path in done.stdout.split():
        assert path.startswith(str(installed / "kg"))


def test_the_script_that_pip_makes_is_the_command(installed, private_env, tmp_path):
    environment = {**private_env, "PYTHONPATH": str(installed)}
    done = subprocess.run(
        [installed / "bin" / "kg", "--version"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout == f"kg, version {__version__}\n"
