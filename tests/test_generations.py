"""Generations on disk: made once, switched atomically, cleared of what killed builders left."""

import os
import subprocess
import sys

import pytest

from kg.errors import KgError
from kg.store import open_store
from kg.store.embedded import EmbeddedStore
from kg.store.generations import KEPT, current, make_generation, write_pointer
from kg.triples import osgov


def fill_with(text):
    def fill(path):
        path.mkdir()
        (path / "content").write_text(text)

    return fill


def forbidden(_path):
    raise AssertionError("filled a generation that was there")


def names(folder):
    return sorted(path.name for path in folder.iterdir() if path.name != "build.lock")


def test_the_pointer_names_the_generation_that_readers_open(tmp_path):
    target = make_generation(tmp_path, "abc", fill_with("one"))
    write_pointer(tmp_path, "current", target.name + "\n")
    assert current(tmp_path) == target == tmp_path / "graph-abc"


def test_a_new_generation_is_not_seen_before_the_pointer_is_switched(tmp_path):
    first = make_generation(tmp_path, "1", fill_with("one"))
    write_pointer(tmp_path, "current", first.name + "\n")
    second = make_generation(tmp_path, "2", fill_with("two"))
    assert current(tmp_path) == first
    write_pointer(tmp_path, "current", second.name + "\n")
    assert current(tmp_path) == second


def test_switching_the_pointer_leaves_nothing_beside_it(tmp_path):
    write_pointer(tmp_path, "current", "graph-1\n")
    write_pointer(tmp_path, "current", "graph-2\n")
    assert names(tmp_path) == ["current"]
    assert (tmp_path / "current").read_text() == "graph-2\n"


def test_several_pointers_live_in_one_folder(tmp_path):
    for key in ("1", "2"):
        write_pointer(tmp_path, f"seen-{key}", make_generation(tmp_path, key, fill_with(key)).name + "\nwhat it saw\n")
    assert [current(tmp_path, f"seen-{key}").name for key in ("1", "2")] == ["graph-1", "graph-2"]


@pytest.mark.parametrize("text", ["graph-9\n", "../elsewhere\n"])
def test_a_pointer_that_leads_nowhere_is_an_error_with_a_remedy(tmp_path, text):
    write_pointer(tmp_path, "current", text)
    with pytest.raises(KgError, match="is gone; make it anew with `kg build --store"):
        current(tmp_path)


def test_a_generation_is_made_once(tmp_path):
    made = make_generation(tmp_path, "abc", fill_with("one"))
    assert make_generation(tmp_path, "abc", forbidden) == made
    assert (made / "content").read_text() == "one"


def test_a_generation_made_anew_stands_beside_the_old_and_is_the_one_found_from_then_on(tmp_path):
    old = make_generation(tmp_path, "abc", fill_with("one"))
    made = make_generation(tmp_path, "abc", fill_with("two"), anew=True)
    assert [(path / "content").read_text() for path in (old, made)] == ["one", "two"]
    assert make_generation(tmp_path, "abc", fill_with("three")) == made


def test_a_builder_that_fails_leaves_what_was_there(tmp_path):
    first = make_generation(tmp_path, "abc", fill_with("one"))
    write_pointer(tmp_path, "current", first.name + "\n")

    def fail(path):
        fill_with("half")(path)
        raise OSError("no space left on device")

    with pytest.raises(OSError, match="no space left"):
        make_generation(tmp_path, "abc", fail, anew=True)
    assert (current(tmp_path) / "content").read_text() == "one"


def test_what_killed_builders_left_is_cleared_by_the_next_build(tmp_path):
    for name in (".building-1", ".building-99999", ".building-old-7"):
        fill_with("half")(tmp_path / name)
    make_generation(tmp_path, "abc", fill_with("one"))
    assert names(tmp_path) == ["graph-abc"]


def test_a_half_made_folder_under_the_builders_own_number_does_not_stop_it(tmp_path):
    fill_with("half")(tmp_path / f".building-{os.getpid()}")
    assert (make_generation(tmp_path, "abc", fill_with("whole")) / "content").read_text() == "whole"


def test_old_generations_are_forgotten_oldest_first(tmp_path):
    for number in range(KEPT + 2):
        made = make_generation(tmp_path, str(number), fill_with("x"))
        os.utime(made, (1_000_000 + number, 1_000_000 + number))
    assert names(tmp_path) == [f"graph-{number}" for number in range(2, KEPT + 2)]


def test_the_new_generation_is_kept_even_when_every_other_looks_newer(tmp_path):
    for number in range(KEPT):
        os.utime(make_generation(tmp_path, str(number), fill_with("x")), (9_000_000_000, 9_000_000_000))
    made = make_generation(tmp_path, "new", fill_with("x"))
    assert made.is_dir()
    assert len(names(tmp_path)) == KEPT


def test_a_reader_goes_on_reading_what_it_opened_while_the_graph_is_made_anew(tmp_path, small_pair):
    old, new = small_pair

    def write(quads):
        return lambda path: EmbeddedStore.write(path, EmbeddedStore.in_memory(quads))

    write_pointer(tmp_path, "current", make_generation(tmp_path, "abc", write(old)).name + "\n")
    reader = open_store(str(tmp_path))
    write_pointer(tmp_path, "current", make_generation(tmp_path, "abc", write(new), anew=True).name + "\n")
    assert [len(list(store.quads())) for store in (reader, open_store(str(tmp_path)))] == [1, 2]


@pytest.fixture
def small_pair():
    """The quads of a graph of one statement, and of its successor with two."""
    from pyoxigraph import NamedNode, Quad

    one, two = (Quad(osgov(name), osgov("kind"), osgov("Thing"), NamedNode("https://example.org/g")) for name in "ab")
    return [one], [one, two]


MAKER = """
import sys
from pathlib import Path
from kg.store.generations import make_generation

folder, number = Path(sys.argv[1]), sys.argv[2]

def fill(path):
    print("filling", flush=True)
    sys.stdin.readline()  # until both makers run
    path.mkdir()
    (path / "content").write_text(number)

print("ready", flush=True)
sys.stdin.readline()
print(make_generation(folder, "abc", fill).joinpath("content").read_text())
"""


def test_two_makers_at_once_make_it_once_and_both_get_it(tmp_path):
    command = [sys.executable, "-c", MAKER, str(tmp_path)]
    makers = [
        subprocess.Popen([*command, str(number)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for number in (1, 2)
    ]
    try:
        assert [maker.stdout.readline() for maker in makers] == ["ready\n", "ready\n"]
        for line in ("go\n", "fill\n"):
            for maker in makers:
                maker.stdin.write(line)
                maker.stdin.flush()
        said = [maker.communicate(timeout=30)[0] for maker in makers]
    finally:
        for maker in makers:
            maker.kill()
            maker.wait()
            maker.stdin.close()
            maker.stdout.close()
    assert sum(text.count("filling") for text in said) == 1
    assert len({text.split()[-1] for text in said}) == 1
    assert names(tmp_path) == ["graph-abc"]
