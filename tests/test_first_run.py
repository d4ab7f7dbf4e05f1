"""The first run on a machine, the second, and everything that can get between them. Each is a process of its own."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from kg.export.rdf import serialize_store
from kg.resources import FACTS, PACKAGE, ontology_dir, queries_dir


@pytest.fixture
def right_answer(built_folder, run_kg):
    return run_kg("moves", KG_STORE=built_folder).stdout


@pytest.fixture
def small_checkout(tmp_path, facts_of_weaver):
    """A copy of the code with four organizations and two projects as facts: it builds in a moment."""
    root = tmp_path / "checkout"
    shutil.copytree(PACKAGE, root / "kg", ignore=shutil.ignore_patterns("facts", "__pycache__", "_data"))
    shutil.copytree(ontology_dir(), root / "ontology")
    shutil.copytree(queries_dir(), root / "queries")
    for name, text in facts_of_weaver.items():
        path = root / "kg" / "facts" / f"{name}.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for name in ("feeds.toml", "identity.toml"):
        shutil.copy(FACTS / name, root / "kg" / "facts" / name)
    return root


def files_of(folder):
    """Each file in the cache and when it was written."""
    return {str(p.relative_to(folder)): p.stat().st_mtime_ns for p in folder.rglob("*") if p.is_file()}


def left_in(cache):
    return sorted(p.name.split("-")[0] for p in (cache / "osgov-kg").iterdir())


def test_the_first_run_builds_and_answers_and_the_second_writes_nothing(run_kg, tmp_path, right_answer):
    first = run_kg("moves")
    assert (first.returncode, first.stdout, first.stderr) == (0, right_answer, b"")
    before = files_of(tmp_path / "cache")
    second = run_kg("moves")
    assert (second.returncode, second.stdout, second.stderr) == (0, right_answer, b"")
    assert files_of(tmp_path / "cache") == before
    assert left_in(tmp_path / "cache") == ["build.lock", "graph", "seen"]


def test_without_a_cache_variable_the_graph_lies_under_the_home(run_kg, small_checkout, tmp_path):
    assert run_kg("moves", PYTHONPATH=small_checkout, XDG_CACHE_HOME="").returncode == 0
    assert left_in(tmp_path / "home" / ".cache") == ["build.lock", "graph", "seen"]
    assert run_kg("moves", PYTHONPATH=small_checkout, XDG_CACHE_HOME="relative").returncode == 0
    assert not (tmp_path / "relative").exists()


def test_ten_first_runs_at_once_all_give_the_right_answer(run_kg, tmp_path, right_answer):
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: run_kg("moves"), range(10)))
    assert {(a.returncode, a.stdout, a.stderr) for a in answers} == {(0, right_answer, b"")}
    assert left_in(tmp_path / "cache") == ["build.lock", "graph", "seen"]


@pytest.mark.parametrize("place", ["a cache in a file", "no home", "a file named as our folder"])
def test_where_nothing_can_be_written_the_answer_is_the_same_with_one_line_on_stderr(run_kg, small_checkout, tmp_path, place):
    right = run_kg("moves", PYTHONPATH=small_checkout)
    assert b"Weaver" in right.stdout
    (tmp_path / "file").write_text("not a folder")
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "osgov-kg").write_text("not a folder")
    homes = {
        "a cache in a file": {"XDG_CACHE_HOME": tmp_path / "file" / "cache"},
        "no home": {"XDG_CACHE_HOME": "", "HOME": "/dev/null/home"},
        "a file named as our folder": {"XDG_CACHE_HOME": tmp_path / "taken"},
    }
    answer = run_kg("moves", PYTHONPATH=small_checkout, **homes[place])
    assert (answer.returncode, answer.stdout) == (0, right.stdout)
    assert answer.stderr.startswith(b"kg: no cache (")
    assert answer.stderr.count(b"\n") == 1


def start(private_env, checkout, cwd):
    return subprocess.Popen(
        [sys.executable, "-m", "kg", "moves"],
        env={**private_env, "PYTHONPATH": str(checkout)},
        cwd=cwd,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def kill_after(process, seconds):
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()


def test_killed_at_any_moment_of_a_first_build_the_next_run_answers_and_nothing_is_left_over(
    run_kg, private_env, small_checkout, tmp_path
):
    started = time.perf_counter()
    right = run_kg("moves", PYTHONPATH=small_checkout, XDG_CACHE_HOME=tmp_path / "elsewhere")
    whole = time.perf_counter() - started
    moments = random.Random(20220912)
    for number in range(8):
        cache = tmp_path / f"cache-{number}"
        environment = {**private_env, "XDG_CACHE_HOME": str(cache)}
        kill_after(start(environment, small_checkout, tmp_path), whole * moments.uniform(0.1, 1.0))
        answer = run_kg("moves", PYTHONPATH=small_checkout, XDG_CACHE_HOME=cache)
        assert (answer.returncode, answer.stdout, answer.stderr) == (0, right.stdout, b"")
        assert left_in(cache) == ["build.lock", "graph", "seen"]


def test_killed_while_the_bundled_graph_is_written_the_next_run_answers(run_kg, private_env, tmp_path, right_answer):
    """The moment is chosen by what is on the disk: the half-written graph is there and not yet under its name."""
    process = start(private_env, PACKAGE.parent, tmp_path)
    folder = tmp_path / "cache" / "osgov-kg"
    while process.poll() is None and not list(folder.glob(".building-*")):
        os.sched_yield()
    process.kill()
    process.wait()
    answer = run_kg("moves")
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, right_answer, b"")
    assert left_in(tmp_path / "cache") == ["build.lock", "graph", "seen"]


def test_the_run_after_a_fact_was_edited_answers_with_the_edit(run_kg, small_checkout):
    assert b"2020-05\t" in run_kg("moves", PYTHONPATH=small_checkout).stdout
    weaver = small_checkout / "kg" / "facts" / "projects" / "weaver.toml"
    weaver.write_text(weaver.read_text().replace('"2020-05"', '"2020-06"'))
    edited = run_kg("moves", PYTHONPATH=small_checkout)
    assert b"2020-06\t" in edited.stdout
    assert b"2020-05\t" not in edited.stdout
    weaver.write_text(weaver.read_text().replace('"2020-06"', '"2020-05"'))
    assert b"2020-05\t" in run_kg("moves", PYTHONPATH=small_checkout).stdout


def test_a_fact_file_added_or_taken_away_is_seen_by_the_next_run(run_kg, small_checkout):
    assert b"loom" in run_kg("find", "loom", PYTHONPATH=small_checkout).stdout
    loom = small_checkout / "kg" / "facts" / "projects" / "loom.toml"
    text = loom.read_text()
    loom.unlink()
    assert run_kg("show", "loom", PYTHONPATH=small_checkout).returncode == 1
    loom.write_text(text)
    assert run_kg("show", "loom", PYTHONPATH=small_checkout).returncode == 0


def test_an_edited_rule_is_seen_by_the_next_run(run_kg, small_checkout):
    assert run_kg("moves", PYTHONPATH=small_checkout).returncode == 0
    rule = small_checkout / "queries" / "rules" / "40-vendor-moves.rq"
    rule.write_text("CONSTRUCT { ?s a osgov:VendorMove } WHERE { ?s a osgov:NoSuchClass }")
    assert run_kg("moves", PYTHONPATH=small_checkout).returncode == 1


def test_facts_that_break_the_rules_stop_the_run_with_every_problem_and_leave_the_graph_of_before(run_kg, small_checkout):
    right = run_kg("moves", PYTHONPATH=small_checkout)
    weaver = small_checkout / "kg" / "facts" / "projects" / "weaver.toml"
    good = weaver.stat()
    text = weaver.read_text()
    weaver.write_text(text.replace('"2020-05"', '"soon"').replace('to = "harbour"', 'to = "harbor"'))
    broken = run_kg("moves", PYTHONPATH=small_checkout)
    assert (broken.returncode, broken.stdout) == (3, b"")
    assert b"'soon'" in broken.stderr
    assert b"did you mean 'harbour'?" in broken.stderr
    assert b"Traceback" not in broken.stderr
    weaver.write_text(text)
    os.utime(weaver, ns=(good.st_atime_ns, good.st_mtime_ns))
    assert run_kg("moves", PYTHONPATH=small_checkout).stdout == right.stdout


def test_a_damaged_cache_is_made_again(run_kg, small_checkout, tmp_path):
    right = run_kg("moves", PYTHONPATH=small_checkout)
    (graph,) = (tmp_path / "cache" / "osgov-kg").glob("graph-*")
    (graph / "CURRENT").write_text("nonsense\n")
    assert run_kg("moves", PYTHONPATH=small_checkout).stdout == right.stdout
    assert run_kg("moves", PYTHONPATH=small_checkout).stdout == right.stdout


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"graph-0\n", b"../elsewhere\n"])
def test_a_damaged_note_of_what_was_seen_is_written_again(run_kg, small_checkout, tmp_path, content):
    right = run_kg("moves", PYTHONPATH=small_checkout)
    (note,) = (tmp_path / "cache" / "osgov-kg").glob("seen-*")
    note.write_bytes(content)
    assert run_kg("moves", PYTHONPATH=small_checkout).stdout == right.stdout


def test_a_cache_that_was_deleted_is_built_anew(run_kg, small_checkout, tmp_path):
    right = run_kg("moves", PYTHONPATH=small_checkout)
    (graph,) = (tmp_path / "cache" / "osgov-kg").glob("graph-*")
    shutil.rmtree(graph)
    assert run_kg("moves", PYTHONPATH=small_checkout).stdout == right.stdout
    shutil.rmtree(tmp_path / "cache")
    assert run_kg("moves", PYTHONPATH=small_checkout).stdout == right.stdout


def test_two_checkouts_share_a_cache_and_each_keeps_its_own_answer(run_kg, small_checkout, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(small_checkout, other)
    weaver = other / "kg" / "facts" / "projects" / "weaver.toml"
    weaver.write_text(weaver.read_text().replace('"2020-05"', '"2021-05"'))
    for _ in range(2):
        assert b"2020-05\t" in run_kg("moves", PYTHONPATH=small_checkout).stdout
        assert b"2021-05\t" in run_kg("moves", PYTHONPATH=other).stdout


@pytest.mark.skipif(sys.flags.hash_randomization == 0, reason="this process has the seed of the other one")
def test_two_builds_give_the_same_n_quads_whatever_the_hash_seed(run_kg, built_graph, tmp_path):
    ours = serialize_store(built_graph.store, "nq").encode()
    other = run_kg("export", "nq", XDG_CACHE_HOME=tmp_path, PYTHONHASHSEED=0)
    assert other.returncode == 0
    assert ours.count(b"\n") > 10_000
    assert set(ours.splitlines()) ^ set(other.stdout.splitlines()) == set()
    same_bytes = ours == other.stdout  # apart: a diff of megabytes takes pytest a minute
    assert same_bytes


def test_memory_is_a_store_that_needs_no_folder(run_kg, small_checkout, tmp_path):
    answer = run_kg("moves", "--store", "memory:", PYTHONPATH=small_checkout)
    assert (answer.returncode, answer.stderr) == (0, b"")
    assert b"Weaver" in answer.stdout
    assert not (tmp_path / "cache").exists()


def test_build_makes_a_folder_that_answers_and_says_what_it_made(run_kg, small_checkout, tmp_path):
    right = run_kg("moves", PYTHONPATH=small_checkout)
    for _ in range(2):
        made = run_kg("build", "--store", tmp_path / "graph", PYTHONPATH=small_checkout)
        assert made.returncode == 0
        assert made.stderr.startswith(f"built {tmp_path / 'graph'}".encode())
        assert f"store\t{tmp_path / 'graph'}\n".encode() in made.stdout
        assert run_kg("moves", "--store", tmp_path / "graph", PYTHONPATH=small_checkout).stdout == right.stdout
    assert sorted(p.name.split("-")[0] for p in (tmp_path / "graph").iterdir()) == ["build.lock", "current", "graph", "graph"]


def test_after_an_edit_of_a_fact_the_graph_is_revised_and_is_named_as_one_built_of_the_same(run_kg, small_checkout, tmp_path):
    def graphs(cache):
        return {path.name: path for path in (tmp_path / cache / "osgov-kg").glob("graph-*")}

    assert run_kg("show", "weaver", PYTHONPATH=small_checkout).returncode == 0
    (old,) = graphs("cache").values()
    fact = small_checkout / "kg" / "facts" / "projects" / "weaver.toml"
    fact.write_text(fact.read_text("utf-8").replace('2020-05"', '2021-07"'), "utf-8")
    shown = run_kg("show", "weaver", PYTHONPATH=small_checkout)
    assert (b"2021-07" in shown.stdout, b"2020-05\t" in shown.stdout) == (True, False)
    (new,) = (path for path in graphs("cache").values() if path != old)
    shared = {path.stat().st_ino for path in new.iterdir()} & {path.stat().st_ino for path in old.iterdir()}
    assert shared  # its files are those of the graph before, and one more
    anew = run_kg("show", "weaver", PYTHONPATH=small_checkout, XDG_CACHE_HOME=tmp_path / "another")
    assert anew.stdout == shown.stdout
    assert list(graphs("another")) == [new.name]
