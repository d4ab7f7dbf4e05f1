"""Shell completion: verbs, names and names of queries, in bash, zsh and fish."""

import os
import shutil
import subprocess
import sys

import pytest


@pytest.fixture
def complete(run_kg, built_folder):
    """What each shell's script would ask and get: the completions of the last word."""

    def ask(shell, *words, **env):
        position = words[-1] if shell == "fish" else len(words) - 1
        given = {"KG_STORE": built_folder, "COMP_WORDS": " ".join(words), "COMP_CWORD": position, **env}
        answer = run_kg(_KG_COMPLETE=f"{shell}_complete", **given)
        assert (answer.returncode, answer.stderr) == (0, b"")
        lines = answer.stdout.decode().strip().splitlines()
        if shell == "fish":
            return [line.split(",", 1)[1].split("\t")[0] for line in lines]
        return [line.split(",", 1)[1] for line in lines] if shell == "bash" else lines[1::3]

    return ask


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_verbs_names_and_query_names_are_completed_in_every_shell(complete, shell):
    assert complete(shell, "kg", "mo") == ["moves"]
    assert complete(shell, "kg", "que") == ["query", "queries"]
    assert {"pytorch", "pytorch-foundation"} <= set(complete(shell, "kg", "show", "pyto"))
    assert complete(shell, "kg", "query", "hol") == ["holders"]


def test_every_place_of_a_name_is_completed(complete):
    assert "google" in complete("bash", "kg", "moves", "--donor", "goog")
    assert "cncf" in complete("bash", "kg", "moves", "--to", "cnc")
    assert complete("bash", "kg", "why", "tensorf") == ["tensorflow"]
    assert "moves-by-year" in complete("bash", "kg", "queries", "moves-")
    assert complete("bash", "kg", "moves", "--format", "js") == ["json", "jsonl"]
    assert complete("bash", "kg", "export", "ge") == ["gexf"]


def test_where_there_is_no_graph_nothing_is_completed_and_nothing_said(complete):
    assert complete("bash", "kg", "show", "pyto", KG_STORE="/no/such/folder") == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_a_script_to_source(run_kg, shell):
    answer = run_kg(_KG_COMPLETE=f"{shell}_source")
    assert answer.returncode == 0
    assert f"{shell}_complete".encode() in answer.stdout


def test_bash_itself_completes_with_the_script(private_env, built_folder, tmp_path):
    if shutil.which("bash") is None:
        assert os.environ.get("CI") != "true", "bash is missing"
        pytest.skip("bash is missing")
    program = tmp_path / "bin" / "kg"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m kg "$@"\n')
    program.chmod(0o755)
    script = """
      source <(_KG_COMPLETE=bash_source kg)
      COMP_WORDS=(kg show tensorfl) COMP_CWORD=2
      _kg_completion kg tensorfl show
      echo "${COMPREPLY[@]}"
    """
    environment = {**private_env, "KG_STORE": str(built_folder), "PATH": f"{program.parent}:{private_env['PATH']}"}
    done = subprocess.run(["bash", "-c", script], capture_output=True, env=environment, timeout=60, check=False)
    assert (done.stdout, done.stderr) == (b"tensorflow\n", b"")
