"""Generations on disk: made once, switched atomically, cleared of what killed builders left."""

import os
import subprocess
import sys

import pytest

from kg.errors import KgError
from kg.store import open_store
from kg.store.embedded import EmbeddedStore
from kg.store.generations import KEPT, Pointer, current, make_generation, read_pointer
from kg.triples import osgov


def fill_with(text):
    def fill(path):
        path.mkdir()
        (path / "content").write_text(text)

    return fill


def forbidden(_path):
    raise AssertionError("filled a generation that was there")


def names(folder):
    return sorted(path.name for path in folder.iterdir() if path.name not in {"build.lock", "current"})


def test_readers_open_the_generation_made_last(tmp_path):
    first = make_generation(tmp_path, "1", fill_with("one"))
    assert current(tmp_path) == first == tmp_path / "graph-1"
    second = make_generation(tmp_path, "2", fill_with("two"))
    assert current(tmp_path) == second
    assert make_generation(tmp_path, "1", forbidden) == current(tmp_path) == first


def test_making_one_leaves_nothing_but_it_the_pointer_and_the_lock(tmp_path):
    make_generation(tmp_path, "1", fill_with("one"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["build.lock", "current", "graph-1"]


def test_several_pointers_live_in_one_folder_each_with_its_note(tmp_path):
    for key in ("1", "2"):
        make_generation(tmp_path, key, fill_with(key), Pointer(f"seen-{key}", note=f"saw {key}\nand more", owner=str(tmp_path)))
    assert read_pointer(tmp_path, "seen-1") == Pointer("graph-1", note="saw 1\nand more", owner=str(tmp_path))
    assert read_pointer(tmp_path, "seen-2") == Pointer("graph-2", note="saw 2\nand more", owner=str(tmp_path))


def test_what_a_pointer_names_is_never_forgotten(tmp_path):
    pinned = make_generation(tmp_path, "pinned", fill_with("x"), Pointer("seen-a", owner=str(tmp_path)))
    for number in range(KEPT + 3):
        make_generation(tmp_path, str(number), fill_with("x"))
    assert pinned.is_dir()


def test_the_pointer_of_an_installation_that_is_gone_is_cleared_with_its_graph(tmp_path):
    gone = make_generation(tmp_path, "gone", fill_with("x"), Pointer("seen-a", owner=str(tmp_path / "nowhere")))
    os.utime(gone, (1_000_000, 1_000_000))
    for number in range(KEPT + 1):
        make_generation(tmp_path, str(number), fill_with("x"))
    assert not gone.exists()
    assert not (tmp_path / "seen-a").exists()


def test_nothing_that_bears_no_name_of_ours_is_touched(tmp_path):
    for name in ("graph-Thesis", "graph-my-notes", "graph", "photos"):
        (tmp_path / name).mkdir()
    for number in range(KEPT + 3):
        make_generation(tmp_path, str(number), fill_with("x"))
    assert {"graph-Thesis", "graph-my-notes", "graph", "photos"} <= set(names(tmp_path))


def test_a_pointer_to_what_is_gone_is_an_error_with_a_remedy(tmp_path):
    (tmp_path / "current").write_text("graph-9\n\n")
    with pytest.raises(KgError, match="its graph graph-9 is gone; make one with `kg build --store"):
        current(tmp_path)


@pytest.mark.parametrize("content", [b"", b"../elsewhere\n", b"\xff\xfe", b"photos\n"])
def test_a_pointer_that_is_none_of_ours_is_no_graph(tmp_path, content):
    (tmp_path / "current").write_bytes(content)
    with pytest.raises(KgError, match="holds no graph; make one with `kg build --store"):
        current(tmp_path)


def test_a_folder_in_place_of_the_pointer_is_no_graph(tmp_path):
    (tmp_path / "current").mkdir()
    with pytest.raises(KgError, match="holds no graph"):
        current(tmp_path)


def test_a_name_no_folder_can_have_is_an_error(tmp_path):
    with pytest.raises(KgError, match=r"no folder can have that name|no such folder"):
        current(tmp_path / ("a" * 5000))


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
    make_generation(tmp_path, "abc", fill_with("one"))

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

    make_generation(tmp_path, "abc", write(old))
    reader = open_store(str(tmp_path))
    make_generation(tmp_path, "abc", write(new), anew=True)
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
