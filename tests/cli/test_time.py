"""timeline, diff and --known-by as people type them."""

import json

import pytest


@pytest.fixture(scope="module")
def store_folder(small_folder):
    return small_folder


def test_a_timeline_is_told_in_order_with_basis_and_source(kg):
    answer = kg("timeline", "weaver", "--format", "json")
    assert answer.exit_code == 0
    (row,) = json.loads(answer.stdout)
    assert (row["date"], row["basis"], row["what"], row["other"]) == (
        "2020-05",
        "accepted",
        "donation",
        "Acme + Bolt + Harbour Foundation",
    )
    assert (row["earliest"], row["latest"], row["sources"]) == ("2020-05-01", "2020-05-31", ["https://acme.example/news"])


def test_a_timeline_as_of_a_day_stops_there_and_where_nothing_is_left_exits_1(kg):
    assert kg("timeline", "weaver", "--as-of", "2020-05-01").exit_code == 0
    answer = kg("timeline", "weaver", "--as-of", "2020-04-30")
    assert answer.exit_code == 1
    assert "nothing dated is on record about weaver up to 2020-04-30" in answer.stderr


def test_two_days_differ_by_their_states(kg):
    answer = kg("diff", "2020-01-01", "2020-07-01", "--about", "weaver", "--format", "json")
    assert answer.exit_code == 0
    assert [(r["change"], r["object_id"]) for r in json.loads(answer.stdout)] == [
        ("-", "acme"),
        ("-", "bolt"),
        ("+", "harbour"),
    ]
    assert "1 began, 2 ended" in answer.stderr


def test_where_nothing_differs_that_is_said_and_is_no_failure(kg, store_folder):
    for pair in (("2020-07-01", "2020-07-01"), (store_folder, store_folder)):
        answer = kg("diff", *pair)
        assert answer.exit_code == 0
        assert answer.stdout.count("\n") == 1
        assert answer.stderr == "no difference\n"


@pytest.mark.parametrize(
    ("args", "text"),
    [
        (["diff", "2020-01-01", "a.nq"], "two days, or two builds"),
        (["diff", "2020", "2021"], "write it whole"),
        (["diff", "a.nq", "b.nq", "--about", "weaver"], "--about narrows"),
        (["diff", "a.nq", "b.nq", "--known-by", "2024"], "--known-by narrows"),
        (["build", "--known-by", "2024"], "asks no graph"),
        (["moves", "--known-by", "lately"], "no date"),
    ],
)
def test_misuse_is_explained(kg, args, text):
    answer = kg(*args)
    assert answer.exit_code == 2
    assert text in answer.stderr


@pytest.mark.parametrize("verb", [["moves", "--all-kinds"], ["show", "weaver"], ["timeline", "weaver"], ["info"]])
def test_a_verb_answers_by_what_was_known_and_says_where_nothing_was(kg, verb):
    assert kg(*verb, "--known-by", "2024-01").stdout == kg(*verb).stdout
    answer = kg("--known-by", "2023", *verb)
    assert answer.exit_code == 1
    assert "nothing had been read by 2023; the first source was read on 2024-01-01" in answer.stderr
