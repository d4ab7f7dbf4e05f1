"""What holds for every verb alike: formats, where data and talk go, files, exit codes, shared options."""

import csv
import json
import os
import re
import shlex
import subprocess
import sys

import pytest

from kg.cli import COMMANDS, root
from kg.render import text_of

ROWS = {
    "moves": ("moves", "--donor", "acme"),
    "find": ("find", "weavr"),
    "why": ("why", "weaver"),
    "neutrality": ("neutrality", "harbour"),
    "analyze": ("analyze", "flow"),
    "path": ("path", "acme", "weaver"),
    "query": ("query", "holders", "project=weaver", "on=2021-01-01"),
    "queries": ("queries",),
    "schema": ("schema", "Donation"),
    "prefixes": ("schema", "--prefixes"),
    "info": ("info",),
}
VERBS = {**ROWS, "show": ("show", "acme"), "queries NAME": ("queries", "holders"), "export": ("export", "csv")}


@pytest.fixture(scope="session")
def store_folder(small_folder):
    """What is tested here does not depend on what the graph holds, and a small one answers sooner."""
    return small_folder


def each(verbs):
    return pytest.mark.parametrize("verb", [pytest.param(v, id=k) for k, v in verbs.items()])


def test_the_verbs_of_this_version_are_those_of_the_contract():
    asking = [
        "moves",
        "show",
        "find",
        "why",
        "coverage",
        "neutrality",
        "analyze",
        "path",
        "timeline",
        "diff",
        "query",
        "queries",
        "schema",
        "sources",
        "conflicts",
        "export",
        "release",
        "serve",
    ]
    assert list(COMMANDS) == [*asking, "load", "unload", "update", "identity", "build", "push", "check", "info", "snapshot"]
    assert list(root.list_commands(None)) == list(COMMANDS)


def test_the_name_of_a_query_given_as_a_verb_is_answered_with_how_to_ask_it(kg):
    answer = kg("levels")
    assert answer.exit_code == 2
    assert "kg query levels" in answer.stderr


@each(ROWS)
def test_every_format_carries_the_same_rows(kg, verb):
    rows = json.loads(kg(*verb, "--format", "json").stdout)
    assert rows
    cells = [[text_of(value) for value in row.values()] for row in rows]
    assert [json.loads(line) for line in kg(*verb, "--format", "jsonl").stdout.splitlines()] == rows
    header, *lines = csv.reader(kg(*verb, "--format", "csv").stdout_bytes.decode().splitlines(keepends=True))
    assert (header, lines) == (list(rows[0]), cells)
    header, *lines = [line.split("\t") for line in kg(*verb, "--format", "tsv").stdout.splitlines()]
    assert (header, lines) == (list(rows[0]), [[c.replace("\n", " ") for c in row] for row in cells])
    markdown = kg(*verb, "--format", "markdown").stdout.splitlines()
    assert len(markdown) == len(rows) + 2
    assert all(line.startswith("| ") and line.endswith(" |") for line in [markdown[0], *markdown[2:]])
    assert len(kg(*verb, "--format", "table").stdout.splitlines()) >= 3


def test_show_has_every_format(kg):
    found = json.loads(kg("show", "acme", "--format", "json").stdout)
    assert json.loads(kg("show", "acme", "--format", "jsonl").stdout) == found
    for format, separator in (("tsv", "\t"), ("csv", ",")):
        lines = kg("show", "acme", "--format", format).stdout.splitlines()
        assert lines[0].split(separator) == ["section", "row", "column", "value"]
        assert ["Identity", "1", "name", "Acme"] in [line.split(separator) for line in lines]
    assert kg("show", "acme", "--format", "markdown").stdout.startswith("# Acme (company)\n")
    assert kg("show", "acme", "--format", "table").stdout.startswith("Acme (company)\n")


@each(VERBS)
def test_into_a_pipe_the_default_is_tsv_and_stderr_is_silent(kg, verb):
    answer = kg(*verb)
    assert answer.exit_code == 0
    assert answer.stdout
    if verb[0] != "export":
        assert answer.stderr == ""
    if "holders" not in verb and verb[0] not in {"export"}:
        assert answer.stdout == kg(*verb, "--format", "tsv").stdout


@each({k: ROWS[k] for k in ("moves", "find")} | {"show": VERBS["show"]})
def test_on_a_terminal_the_default_is_a_table_that_fits_it(kg, kg_on_terminal, verb):
    code, shown, _ = kg_on_terminal(*verb, "--no-color", columns=90)
    assert code == 0
    assert shown == kg(*verb, "--format", "table", COLUMNS="90").stdout
    assert "─" in shown
    assert max(len(line) for line in shown.splitlines() if "://" not in line) <= 90


def test_on_a_terminal_talk_goes_to_stderr_unless_quiet(kg_on_terminal):
    _, loud, talk = kg_on_terminal("moves", "--donor", "acme")
    assert "kg why" in talk
    assert talk not in loud
    _, quiet, silence = kg_on_terminal("moves", "--donor", "acme", "--quiet")
    assert (quiet, silence) == (loud, "")


def test_a_terminal_gets_colour_and_three_ways_turn_it_off(kg_on_terminal):
    coloured = kg_on_terminal("find", "weaver")[1]
    plain = kg_on_terminal("find", "weaver", "--no-color")[1]
    assert "\x1b[" in coloured
    assert "\x1b" not in plain
    assert kg_on_terminal("find", "weaver", NO_COLOR="1")[1] == plain
    assert kg_on_terminal("find", "weaver", TERM="dumb")[1] == plain
    assert kg_on_terminal("--no-color", "find", "weaver")[1] == plain


def test_a_pipe_never_gets_colour(run_kg, small_folder):
    assert b"\x1b" not in run_kg("find", "weaver", "--format", "table", KG_STORE=small_folder, FORCE_COLOR=1).stdout


def test_a_dash_as_output_file_is_stdout(kg, kg_on_terminal):
    assert kg("find", "weaver", "-o", "-").stdout == kg("find", "weaver").stdout
    assert kg_on_terminal("find", "weaver", "-o", "-") == kg_on_terminal("find", "weaver")


@each(VERBS)
def test_output_goes_to_a_file_byte_for_byte(kg, tmp_path, verb):
    answer = kg(*verb, "-o", tmp_path / "answer")
    assert (answer.exit_code, answer.stdout) == (0, "")
    assert (tmp_path / "answer").read_bytes() == kg(*verb).stdout_bytes
    assert {p.name for p in tmp_path.iterdir()} <= {"answer", "answer.nodes.csv"}


@each(VERBS)
def test_an_unwritable_output_file_is_named_and_exits_3(kg, tmp_path, verb):
    answer = kg(*verb, "-o", tmp_path / "nowhere" / "x")
    assert (answer.exit_code, answer.stdout) == (3, "")
    assert answer.stderr == f"kg: cannot write {tmp_path / 'nowhere' / 'x'}: No such file or directory\n"


def test_a_file_cannot_be_written_into_a_file_nor_over_a_folder(kg, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    for target in (tmp_path / "file" / "x", tmp_path, "/"):
        answer = kg("queries", "-o", target)
        assert (answer.exit_code, answer.stdout) == (3, "")
        assert answer.stderr.startswith(f"kg: cannot write {target}: ")
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize(
    "failing", [("show", "nobody-at-all"), ("query", "SELECT {"), ("moves", "--donor", "nobody-at-all"), ("moves", "-f", "xml")]
)
def test_a_failure_leaves_the_output_file_as_it_was(kg, tmp_path, failing):
    (tmp_path / "answer").write_text("of yesterday")
    assert kg(*failing, "-o", tmp_path / "answer").exit_code in {1, 2}
    assert (tmp_path / "answer").read_text() == "of yesterday"
    assert [p.name for p in tmp_path.iterdir()] == ["answer"]


def test_an_answer_that_does_not_fit_leaves_the_output_file_as_it_was(private_env, small_folder, tmp_path):
    (tmp_path / "answer").write_text("of yesterday")
    command = f"ulimit -f 4; {shlex.quote(sys.executable)} -B -m kg schema -o {tmp_path / 'answer'}"
    environment = {**private_env, "KG_STORE": str(small_folder)}
    done = subprocess.run(["bash", "-c", command], capture_output=True, env=environment, cwd=tmp_path, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (3, f"kg: cannot write {tmp_path / 'answer'}: File too large\n".encode())
    assert (tmp_path / "answer").read_text() == "of yesterday"
    assert [p.name for p in tmp_path.iterdir()] == ["answer"]


def test_a_link_as_output_file_is_followed_and_stays_a_link(kg, tmp_path):
    (tmp_path / "real").write_text("of yesterday")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert kg("find", "weaver", "-o", tmp_path / "link").exit_code == 0
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == kg("find", "weaver").stdout_bytes


def test_a_pipe_as_output_file_is_written_to_not_replaced(run_kg, small_folder, tmp_path):
    """As root, `-o /dev/null` must not turn the device into a file."""
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    try:
        code = run_kg("find", "weaver", "-o", tmp_path / "pipe", KG_STORE=small_folder).returncode
        seen = os.read(reader, 65536)
    finally:
        os.close(reader)
    assert code == 0
    assert (tmp_path / "pipe").is_fifo()
    assert b"Weaver" in seen


NEGATIVE = [
    ("moves", "--since", "2999"),
    ("moves", "--donor", "nobody-at-all"),
    ("show", "nobody-at-all"),
    ("find", "qqqqzzzz"),
    ("why", "nobody-at-all"),
    ("query", "holderz"),
    ("query", "holders", "project=nobody-at-all", "on=2021-01-01"),
    ("queries", "holderz"),
    ("schema", "Donatoin"),
]
MISUSE = [
    ("qurey",),
    ("--nonsense",),
    ("moves", "--nonsense"),
    ("moves", "surplus"),
    ("moves", "--since", "soon"),
    ("moves", "--until", "2015-13"),
    ("moves", "--format", "xml"),
    ("moves", "--timeout", "0"),
    ("moves", "--as-of", "2015"),
    ("show",),
    ("show", ""),
    ("find",),
    ("find", "x", "--limit", "0"),
    ("why",),
    ("query",),
    ("query", "SELECT {"),
    ("query", "holders"),
    ("query", "holders", "project=weaver", "on=2021"),
    ("query", "holders", "project=weaver", "on=2021-01-01", "in=2021"),
    ("query", "holders", "weaver"),
    ("query", "ASK {}", "project=weaver"),
    ("query", "ASK {}", "--format", "turtle"),
    ("query", "CONSTRUCT { ?s a ?o } { ?s a ?o }", "--format", "csv"),
    ("queries", "--format", "turtle"),
    ("schema", "--format", "turtle"),
    ("info", "surplus"),
    ("export",),
    ("export", "xlsx"),
    ("export", "gexf", "--format", "json"),
    ("build", "--store", "memory:"),
    ("build", "--store", "https://example.org/sparql"),
    ("check", "everything"),
    ("check", "nonsense"),
    ("check", "facts", "/no/such/folder"),
    ("--store", "ftp://example.org", "info"),
]


@pytest.mark.parametrize(("code", "args"), [*((1, a) for a in NEGATIVE), *((2, a) for a in MISUSE)])
def test_negative_answers_exit_1_and_misuse_exits_2_with_a_message_and_no_traceback(kg, code, args):
    answer = kg(*args)
    assert answer.exit_code == code
    assert answer.stderr.strip()
    assert "Traceback" not in answer.stderr
    if code == 2:
        assert answer.stdout == ""


def test_a_negative_answer_of_rows_keeps_the_header_for_machines(kg):
    assert kg("moves", "--since", "2999").stdout.startswith("project\tproject_id\t")
    assert json.loads(kg("moves", "--since", "2999", "-f", "json").stdout) == []
    assert len(kg("find", "qqqqzzzz").stdout.splitlines()) == 1


@each({k: v for k, v in VERBS.items() if v[0] != "queries" and k != "prefixes"})
def test_a_store_that_is_not_there_exits_3_and_says_how_to_make_one(kg, tmp_path, verb):
    nowhere = tmp_path / "nowhere"
    for folder, reason in (
        (nowhere, f"no such folder; make one with `kg build --store {nowhere}`"),
        (tmp_path, f"holds no graph; make one with `kg build --store {tmp_path}`"),
    ):
        answer = kg(*verb, "--store", folder)
        assert (answer.exit_code, answer.stdout, answer.stderr) == (3, "", f"kg: {folder}: {reason}\n")


def test_a_damaged_store_exits_3(kg, tmp_path):
    (tmp_path / "graph-x").mkdir()
    (tmp_path / "graph-x" / "CURRENT").write_text("nonsense\n")
    (tmp_path / "current").write_text("graph-x\n")
    answer = kg("info", "--store", tmp_path)
    assert (answer.exit_code, answer.stdout) == (3, "")
    assert "kg build" in answer.stderr


def test_building_where_a_file_is_in_the_way_exits_3(kg, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    answer = kg("build", "--store", tmp_path / "file")
    assert (answer.exit_code, answer.stdout) == (3, "")
    assert answer.stderr.startswith(f"kg: cannot build in {tmp_path / 'file'}: ")


def test_debug_shows_the_traceback_of_an_expected_failure_before_or_after_the_verb(run_kg, small_folder):
    for args in (("--debug", "show", "nobody-at-all"), ("show", "nobody-at-all", "--debug")):
        answer = run_kg(*args, KG_STORE=small_folder)
        assert answer.stderr.startswith(b"Traceback")
        assert b"NotFound" in answer.stderr


def test_debug_reaches_a_verb_below_a_verb(run_kg, tmp_path):
    (tmp_path / "facts").mkdir()
    answer = run_kg("check", "facts", tmp_path / "facts", "-o", tmp_path / "nowhere" / "x", "--debug")
    assert answer.stderr.startswith(b"Traceback")


@pytest.mark.parametrize(
    "options",
    [
        ("--format", "json"),
        ("--format", "csv"),
        ("--as-of", "2016-01-01"),
        ("--quiet",),
        ("--no-color",),
        ("--timeout", "30"),
        ("--as-of", "2016"),
        ("--store", "/no/such/folder"),
    ],
)
def test_a_shared_option_means_the_same_before_and_after_the_verb(kg, options):
    before, after = kg(*options, "moves"), kg("moves", *options)
    assert (before.exit_code, before.stdout) == (after.exit_code, after.stdout)
    assert before.stderr.splitlines()[-1:] == after.stderr.splitlines()[-1:]


def test_an_output_file_may_be_named_before_the_verb(kg, tmp_path):
    kg("-o", tmp_path / "before", "find", "weaver")
    assert (tmp_path / "before").read_bytes() == kg("find", "weaver").stdout_bytes


def test_a_format_of_one_verb_alone_may_stand_before_it_and_is_refused_by_the_others(kg):
    text = "CONSTRUCT { ?s a osgov:Project } { ?s a osgov:Project } LIMIT 3"
    assert kg("--format", "nt", "query", text).stdout == kg("query", text, "--format", "nt").stdout
    assert kg("--format", "nt", "query", text).exit_code == 0
    refused = kg("--format", "nt", "moves")
    assert refused.exit_code == 2
    assert "`kg moves` has no format 'nt'" in refused.stderr


def test_what_stands_after_the_verb_wins(kg):
    assert kg("--format", "json", "find", "weaver", "--format", "csv").stdout == kg("find", "weaver", "-f", "csv").stdout


def test_the_option_names_the_store_before_the_environment_does(kg, small_folder):
    assert kg("info", "--store", small_folder, KG_STORE="/no/such/folder").exit_code == 0
    assert kg("info", KG_STORE="/no/such/folder").exit_code == 3


OF_A_DAY = {
    *("moves", "show", "find", "why", "query", "conflicts", "export", "neutrality", "analyze", "path", "timeline", "diff"),
}


@each({k: v for k, v in VERBS.items() if v[0] not in OF_A_DAY} | {"check facts": ("check", "facts"), "build": ("build",)})
def test_a_verb_whose_answer_depends_on_no_day_refuses_as_of_by_name(kg, verb):
    for args in ((*verb, "--as-of", "2020-01-01"), ("--as-of", "2020-01-01", *verb)):
        answer = kg(*args)
        assert (answer.exit_code, answer.stdout) == (2, "")
        assert re.search(r"takes no --as-of: \w+ .+", answer.stderr)


@pytest.mark.parametrize(("typed", "meant"), [("qurey", "query"), ("move", "moves"), ("shwo", "show"), ("exprot", "export")])
def test_an_unknown_verb_is_answered_with_the_nearest(kg, typed, meant):
    answer = kg(typed, "x")
    assert answer.exit_code == 2
    assert f"Did you mean {meant!r}?" in answer.stderr


def test_an_unknown_verb_like_no_other_is_plainly_refused(kg):
    answer = kg("zzzz")
    assert answer.exit_code == 2
    assert "No such command 'zzzz'" in answer.stderr
    assert "Did you mean" not in answer.stderr


@pytest.mark.parametrize(
    "args", ["query 'SELECT * { ?s ?p ?o }'", "--help", "moves --help", "query 'CONSTRUCT WHERE { ?s ?p ?o }'"]
)
def test_a_reader_who_leaves_early_is_no_error(private_env, small_folder, tmp_path, args):
    command = f"set -o pipefail; {shlex.quote(sys.executable)} -m kg {args} | true"
    environment = {**private_env, "KG_STORE": str(small_folder)}
    done = subprocess.run(["bash", "-c", command], capture_output=True, env=environment, cwd=tmp_path, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def test_head_gets_its_one_line_and_nobody_complains(private_env, built_folder, tmp_path):
    command = f"set -o pipefail; {shlex.quote(sys.executable)} -m kg moves --all-kinds --format json | head -1"
    environment = {**private_env, "KG_STORE": str(built_folder)}
    done = subprocess.run(["bash", "-c", command], capture_output=True, env=environment, cwd=tmp_path, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"[\n", b"")


def test_a_full_disk_behind_stdout_exits_3_in_one_line(private_env, small_folder, tmp_path):
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "kg", "moves"],
            stdout=full,
            stderr=subprocess.PIPE,
            env={**private_env, "KG_STORE": str(small_folder)},
            cwd=tmp_path,
            timeout=60,
            check=False,
        )
    assert done.returncode == 3
    assert done.stderr == b"kg: cannot write to standard output: No space left on device\n"


def test_with_stdout_closed_there_is_nothing_to_say(private_env, small_folder, tmp_path):
    command = f"{shlex.quote(sys.executable)} -m kg moves >&-"
    environment = {**private_env, "KG_STORE": str(small_folder)}
    done = subprocess.run(["bash", "-c", command], capture_output=True, env=environment, cwd=tmp_path, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def test_the_bytes_in_a_pipe_do_not_depend_on_the_locale(run_kg, small_folder):
    args = ("show", "weaver", "--format", "table")
    wanted = run_kg(*args, KG_STORE=small_folder).stdout
    assert "──" in wanted.decode()
    assert run_kg(*args, KG_STORE=small_folder, PYTHONIOENCODING="ascii", LC_ALL="C").stdout == wanted


def test_each_verb_helps_with_one_worked_example(kg):
    for verb in COMMANDS:
        if verb in {"check", "identity"}:  # groups: their commands have the examples
            continue
        text = kg(verb, "--help").stdout
        example = next(line for line in text.splitlines() if "Example: " in line).split("Example: ")[1]
        assert shlex.split(example)[:2] == ["kg", verb]


@pytest.mark.parametrize("verb", ["moves", "show", "find", "query", "queries", "schema", "why", "info"])
def test_the_worked_example_of_a_verb_works(kg, built_folder, verb):
    text = kg(verb, "--help").stdout
    example = next(line for line in text.splitlines() if "Example: " in line).split("Example: ")[1]
    answer = kg(*shlex.split(example)[1:], KG_STORE=str(built_folder))
    assert answer.exit_code == 0
    assert answer.stdout


def test_the_version_is_that_of_the_package(kg):
    from kg import __version__

    assert kg("--version").stdout == f"kg, version {__version__}\n"


def test_info_counts_what_is_there(kg, built_folder, built_graph):
    answer = kg("info", "--store", built_folder, "-f", "json")
    found = {row["what"]: row["value"] for row in json.loads(answer.stdout)}
    assert found["statements"] == len({(q.subject, q.predicate, q.object) for q in built_graph})
    assert found["projects"] == len(built_graph.query("SELECT DISTINCT ?p { ?p a osgov:Project }"))
    assert found["sources read from"] <= found["sources read until"]
