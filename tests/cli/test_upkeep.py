"""check and what it says about fact files."""

import csv
import json
import shutil

import pytest

from kg.resources import FACTS


@pytest.fixture
def broken_facts(tmp_path):
    """The bundled facts with three faults in three files."""
    root = tmp_path / "facts"
    shutil.copytree(FACTS, root)
    pytorch, jax, meta = root / "projects/pytorch.toml", root / "projects/jax.toml", root / "organizations/meta.toml"
    pytorch.write_text(pytorch.read_text("utf-8").replace('"2022-09-07"', '"2022-13-07"', 1), encoding="utf-8")
    jax.write_text("id = ", encoding="utf-8")
    meta.write_text(meta.read_text("utf-8").replace('kind = "company"', 'kind = "compny"'), encoding="utf-8")
    return root


def test_the_shipped_facts_have_no_problems(kg):
    answer = kg("check", "facts")
    assert (answer.exit_code, answer.stdout, answer.stderr) == (0, "", "no problems in the facts\n")
    assert kg("check", "facts", "--quiet").stderr == ""


def test_every_problem_of_a_folder_is_reported_at_once_with_its_file(kg, broken_facts):
    answer = kg("check", "facts", broken_facts)
    assert answer.exit_code == 1
    lines = answer.stdout.splitlines()
    for file, word in (
        ("projects/pytorch.toml", "2022-13-07"),
        ("projects/jax.toml", "not TOML"),
        ("organizations/meta.toml", "compny"),
    ):
        assert any(line.startswith(f"{file}: ") and word in line for line in lines)
    assert answer.stderr == f"{len(lines)} problems\n"


def test_problems_are_rows_for_machines(kg, broken_facts):
    plain = kg("check", "facts", broken_facts).stdout.splitlines()
    rows = json.loads(kg("check", "facts", broken_facts, "--format", "json").stdout)
    assert [f"{row['file']}: {row['problem']}" for row in rows] == plain
    table = list(csv.DictReader(kg("check", "facts", broken_facts, "--format", "csv").stdout.splitlines()))
    assert table == rows


def test_an_empty_folder_is_a_problem(kg, tmp_path):
    answer = kg("check", "facts", tmp_path)
    assert answer.exit_code == 1
    assert "no fact files; expected projects/*.toml and organizations/*.toml" in answer.stdout


def test_fix_brings_files_to_canonical_form_and_says_which(kg, broken_facts):
    react = broken_facts / "projects/react.toml"
    canonical = react.read_bytes()
    react.write_bytes(canonical.replace(b" = ", b"   =   "))
    assert "projects/react.toml: line 1: not in canonical form" in kg("check", "facts", broken_facts).stdout
    assert f"rewrote {react}\n" in kg("check", "facts", broken_facts, "--fix").stderr
    assert react.read_bytes() == canonical
