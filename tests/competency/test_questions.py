"""The competency questions: each has one answer over the bundled graph, or says what is missing."""

import csv
import json
import re
import shlex
from pathlib import Path

import pytest
import rdflib
from click.testing import CliRunner

from kg import catalog
from kg.cli import root
from kg.errors import KgError, Misuse, NotFound
from kg.render import render
from kg.resources import ontology_dir, queries_dir

EXPECTED = Path(__file__).parent / "expected"
QUESTIONS = catalog.questions()
# Those of the ontology's design, with the gaps that its numbers have, then those that users wrote down.
FIRST = [1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 14, 15, 17, 18, 20, 21, 22, 23]
SECOND = [25, 26, 27, 29, 30, 31, 32, 34, 36, 38, 40, *range(51, 68)]
IDS = [f"cq{number:02}" for number in FIRST + SECOND]
PRESENT = [name for name in IDS if name in QUESTIONS]
ANSWERED = [name for name in PRESENT if not QUESTIONS[name].open]
OPEN = [name for name in PRESENT if QUESTIONS[name].open]


@pytest.fixture
def ask(built_folder):
    """Runs `kg` on the bundled graph."""

    def run(*words):
        given = {"KG_STORE": str(built_folder), "COLUMNS": "100"}
        return CliRunner().invoke(root, list(words), env=given, catch_exceptions=False, prog_name="kg")

    return run


@pytest.fixture
def questions_in(tmp_path, monkeypatch):
    """Reads questions from files of the test's own, `{"competency": text}`."""

    def read(**files):
        for name, text in files.items():
            (tmp_path / f"{name.replace('_', '-')}.toml").write_text(text, encoding="utf-8")
        monkeypatch.setattr(catalog, "queries_dir", lambda: tmp_path)
        catalog.questions.cache_clear()
        return catalog.questions()

    yield read
    monkeypatch.undo()
    catalog.questions.cache_clear()


# What is shipped


def test_every_question_of_both_lists_is_there_once():
    """Two files, the second of which may still be missing: an id that is in both is an error of reading them."""
    assert len(FIRST) + len(SECOND) == 47
    second_is_there = (queries_dir() / "competency-b.toml").is_file() or "cq67" in QUESTIONS
    assert list(QUESTIONS) == (IDS if second_is_there else IDS[: len(FIRST)])


def test_forty_of_the_forty_seven_are_answered():
    """Of those present at most seven are open; that the others have rows is tested one by one below."""
    assert len(OPEN) <= 47 - 40


def test_the_ontology_names_only_questions_that_are_in_the_lists():
    terms = rdflib.Graph().parse(ontology_dir() / "governance.ttl")
    named = {str(name).lower() for name in terms.objects(None, rdflib.URIRef("https://w3id.org/osgov/ns#competencyQuestion"))}
    assert len(named) > 20
    assert sorted(named - set(IDS)) == []


@pytest.mark.parametrize("name", PRESENT)
def test_a_question_is_one_sentence_that_asks_and_what_it_leaves_out_ends_in_a_full_stop(name):
    asked = QUESTIONS[name]
    assert re.fullmatch(r"[A-Z].*\?", asked.question)
    assert all(text.endswith(".") for text in (asked.partly, asked.open) if text)


@pytest.mark.parametrize("name", ANSWERED)
def test_the_answer_has_the_rows_recorded(name, ask, request):
    answer = ask("query", name, "--format", "tsv")
    assert answer.exit_code == 0, answer.stderr
    path = EXPECTED / f"{name}.tsv"
    if request.config.getoption("--update-golden"):
        path.write_text(answer.stdout, encoding="utf-8", newline="\n")
    assert path.is_file(), f"tests/competency/expected/{name}.tsv is missing; make it with pytest --update-golden"
    assert answer.stdout == path.read_bytes().decode("utf-8"), (
        "if the change is meant: pytest --update-golden, and read the diff"
    )
    assert len(answer.stdout.splitlines()) > 1, "no rows: say in `open` what is missing"


@pytest.mark.parametrize("name", OPEN)
def test_an_open_question_says_what_is_missing_and_prints_no_empty_table(name, ask):
    answer = ask("query", name)
    assert (answer.exit_code, answer.stdout) == (1, "")
    assert answer.stderr == f"open: {QUESTIONS[name].open}\n"
    assert len(QUESTIONS[name].open.split()) >= 12, "says what is missing, and which source could give it"


@pytest.mark.parametrize("name", [name for name in ANSWERED if QUESTIONS[name].asks])
def test_a_question_gives_the_rows_of_the_query_that_answers_it(name, built_graph):
    asked = QUESTIONS[name]
    table = built_graph.run(asked.asks, asked.given)
    assert render(table.columns, table, "tsv") == (EXPECTED / f"{name}.tsv").read_text("utf-8")


# On the command line


def test_a_question_is_asked_in_any_case_and_its_values_give_way_to_those_given(ask):
    answer = ask("query", "CQ02", "project=istio", "--format", "json")
    rows = json.loads(answer.stdout)
    assert rows == json.loads(ask("query", "holders", "project=istio", "on=2016-02-01", "--format", "json").stdout)
    assert rows != json.loads(ask("query", "cq02", "--format", "json").stdout)
    assert answer.stderr == ""


def test_a_question_has_the_formats_of_the_query_that_answers_it(ask):
    assert ask("query", "cq02", "--format", "sparql-json").stdout.startswith('{"head":')
    assert next(csv.reader(ask("query", "cq02", "--format", "csv").stdout.splitlines()))[0] == "role"


def test_a_command_that_answers_a_question_takes_its_values_and_the_options_given(ask, tmp_path):
    assert ask("query", "cq21").stdout == ask("find", "facebook").stdout
    assert ask("query", "cq21", "text=k8s", "-f", "json").stdout == ask("find", "k8s", "-f", "json").stdout
    assert ask("query", "cq21", "-o", str(tmp_path / "answer")).stdout == ""
    assert (tmp_path / "answer").read_text("utf-8") == ask("find", "facebook").stdout


def test_a_command_that_finds_nothing_exits_as_it_does_by_itself(ask):
    answer = ask("query", "cq21", "text=zzzzqqqq")
    assert (answer.exit_code, answer.stderr) == (1, "kg: nothing is named like 'zzzzqqqq'\n")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("cq21", "name=x"), "cq21 has no parameter 'name'; it takes text"),
        (("cq21", "text=--help"), "text '--help': must not start with a dash"),
        (("cq02", "day=x"), "query 'holders' has no parameter 'day'; it takes project, on"),
        (("cq02", "istio"), "'istio': write a parameter as NAME=VALUE"),
    ],
)
def test_a_parameter_that_a_question_does_not_have_is_misuse(ask, words, message):
    answer = ask("query", *words)
    assert (answer.exit_code, answer.stdout, answer.stderr) == (2, "", f"kg: {message}\n")


@pytest.mark.parametrize(("typed", "near"), [("cq08", "cq07 and cq09"), ("CQ24", "cq23 and cq"), ("cq0", "cq01 and cq02")])
def test_an_unknown_number_is_answered_with_the_nearest(ask, typed, near):
    for verb in ("query", "queries"):
        answer = ask(verb, typed)
        assert answer.exit_code == 1
        assert f"no competency question {typed!r}; the nearest are {near}" in answer.stderr


def test_queries_lists_the_questions_after_the_queries_each_with_a_line_that_asks_it(ask):
    rows = json.loads(ask("queries", "-f", "json").stdout)
    assert [row["name"] for row in rows] == [*catalog.names(), *QUESTIONS]
    for row in rows[len(catalog.names()) :]:
        asked = QUESTIONS[row["name"]]
        assert row["question"] == asked.question
        assert row["example"] == asked.example
        if not asked.open:
            assert shlex.split(row["example"])[:3] == ["kg", "query", asked.id]


def test_queries_shows_the_sparql_of_a_question(ask, built_graph):
    text = ask("queries", "CQ02").stdout
    assert text.startswith("# cq02: Who held project P (home, trademark) on date D: definite or possible?\n")
    assert "# Asked as: kg query holders project=kubernetes on=2016-02-01\n" in text
    assert len(built_graph.query(text)) >= 1


def test_queries_shows_the_command_of_a_question_that_no_query_answers(ask):
    assert "# No query answers it, but a command: kg find {text}\n" in ask("queries", "cq21").stdout


def test_on_a_terminal_the_question_and_what_is_left_out_are_said_beside_the_answer(ask, monkeypatch):
    monkeypatch.setattr("kg.cli.options.Settings.on_terminal", lambda self: True)
    answer = ask("query", "cq05")
    assert answer.stderr == f"cq05: {QUESTIONS['cq05'].question}\npartly: {QUESTIONS['cq05'].partly}\n"
    assert ask("query", "cq05", "--quiet").stderr == ""


def test_names_of_questions_are_completed(ask):
    from kg.cli.asking import QueryName

    assert {"cq20", "cq21"} <= {item.value for item in QueryName().shell_complete(None, None, "CQ2")}
    (item,) = QueryName().shell_complete(None, None, "cq21")
    assert item.help == QUESTIONS["cq21"].question


def test_an_open_question_is_listed_and_says_so_when_asked(questions_in, ask):
    questions_in(competency='[cq70]\nquestion = "Who?"\nopen = "No source says who."\n')
    for verb in ("query", "queries"):
        answer = ask(verb, "cq70")
        assert (answer.exit_code, answer.stdout, answer.stderr) == (1, "", "open: No source says who.\n")
    assert json.loads(ask("queries", "-f", "json").stdout)[-1]["example"] == ""


# Reading the files


def test_the_questions_of_all_files_are_read_in_the_order_of_their_numbers(questions_in):
    found = questions_in(
        competency='[cq10]\nquestion = "Who?"\nasks = "moves"\n[cq9]\nquestion = "When?"\ncommand = "kg find {text}"\n',
        competency_b='[cq09]\nquestion = "Where?"\nopen = "Nothing says where."\n',
    )
    assert list(found) == ["cq09", "cq9", "cq10"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('[cq01]\nquestion = "Who?"\n', "cq01 needs a question, and one of asks, command and open"),
        ('[cq01]\nasks = "moves"\nquestion = ""\n', "cq01 needs a question"),
        ('[cq01]\nquestion = "Who?"\nasks = "moves"\nopen = "Nothing."\n', "one of asks, command and open"),
        ('[cq01]\nquestion = "Who?"\nopen = "Nothing."\npartly = "Some."\n', "cq01 is open; it takes neither with nor partly"),
        ('[cq01]\nquestion = "Who?"\nanswer = "moves"\n', r"competency\.toml: cq01 has answer; it may have asks, command"),
    ],
)
def test_a_question_that_is_not_in_the_form_is_an_error_that_names_it(questions_in, text, reason):
    with pytest.raises(KgError, match=reason):
        questions_in(competency=text)


def test_an_id_in_two_files_is_an_error(questions_in):
    text = '[cq01]\nquestion = "Who?"\nopen = "Nothing."\n'
    with pytest.raises(KgError, match=r"queries/competency\.toml: cq01 is there twice"):
        questions_in(competency=text, competency_b=text)


def test_a_value_with_spaces_stays_one_word_of_the_command():
    asked = catalog.Question("cq01", "Who?", command="kg find --limit 3 {text}", given={"text": "a"})
    assert asked.words({"text": "Linux Foundation; rm -rf"}) == ["find", "--limit", "3", "Linux Foundation; rm -rf"]
    assert asked.words({}) == ["find", "--limit", "3", "a"]


# A parameter that takes several projects


def test_a_list_of_projects_is_bound_as_so_many_terms(built_graph):
    table = built_graph.run("vendor-held", projects="Terraform, https://github.com/kubernetes/kubernetes,pytorch")
    assert [(row["project_id"], row["verdict"]) for row in table] == [
        ("terraform", "vendor project"),
        ("kubernetes", "not a vendor project"),
        ("pytorch", "not a vendor project"),
    ]


def test_a_list_of_no_projects_is_misuse(built_graph):
    with pytest.raises(Misuse, match="projects ' , ': must name a project, or several"):
        built_graph.run("vendor-held", projects=" , ")


def test_a_name_in_a_list_of_projects_that_means_nothing_is_named(built_graph):
    with pytest.raises(NotFound, match="no project named 'istoi'; did you mean Istio"):
        built_graph.run("vendor-held", projects="terraform,istoi")
