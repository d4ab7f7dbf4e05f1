"""The studies of `kg analyze`: what they say of the bundled graph, where there is nothing to say, and over a remote store."""

import json

import pytest

ASKED = {
    "withdrawal": ("withdrawal", "huawei", "--as-of", "2024-01-01"),
    "lifecycle": ("lifecycle", "--to", "cncf"),
    "before-after": ("before-after", "athenz"),
}
EMPTY = {
    "a company with no projects": (("withdrawal", "openssf"), "no source shows Open Source Security Foundation"),
    "a company that breaks nothing": (("withdrawal", "wayfair"), "none of them would lose more than half"),
    "no gift": (
        ("lifecycle", "--of", "elastic", "--to", "cncf"),
        "no dated gift by Elastic to Cloud Native Computing Foundation",
    ),
    "not given": (("before-after", "terraform"), "no dated gift of Terraform"),
    "no figures": (("before-after", "apache-wave"), "no source counts the authors of"),
    "no two periods": (("before-after", "velero"), "leave no two periods to compare within 24 months"),
    "too few gifts": (("follow", "--as-of", "2004-01-01"), "a model needs 10"),
}


@pytest.mark.parametrize("args", ASKED.values(), ids=ASKED)
def test_a_remote_store_gives_the_same_rows(kg, address, args):
    ours, theirs = kg("analyze", *args), kg("analyze", *args, "--store", address)
    assert ours.exit_code == 0, ours.stderr
    assert len(ours.stdout.splitlines()) > 1
    assert (theirs.stdout, theirs.stderr) == (ours.stdout, ours.stderr)


@pytest.mark.parametrize("args", ASKED.values(), ids=ASKED)
def test_explain_gives_the_sources_of_every_input(kg, args):
    answer = kg("analyze", *args, "--explain", "--format", "json")
    rows = json.loads(answer.stdout)
    assert rows
    assert all(row["sources"] and all(url.startswith("http") for url in row["sources"]) for row in rows)


@pytest.mark.parametrize(("args", "sentence"), EMPTY.values(), ids=EMPTY)
def test_nothing_to_measure_is_a_sentence_and_exit_1(kg, args, sentence):
    answer = kg("analyze", *args)
    assert answer.exit_code == 1
    assert sentence in answer.stderr
    assert not answer.stdout


def test_the_list_says_what_it_is_and_which_rules_it_beats(kg):
    answer = kg("analyze", "follow", "--of", "google", "--format", "json")
    assert answer.exit_code == 0, answer.stderr
    rows = {row["project_id"]: row for row in json.loads(answer.stdout)}
    assert {"tensorflow", "jax"} <= set(rows)
    assert all(len(rows[project]["like"].split("; ")) == 3 for project in ("tensorflow", "jax"))
    assert "a list to look into, not a forecast" in answer.stderr
    assert "leave-one-out AUC" in answer.stderr
    for rule in ("'vendor gave before'", "'most recent activity'", "'chance'"):
        assert f"it beats {rule} (AUC" in answer.stderr


def test_the_back_test_says_which_rules_it_beats(kg):
    answer = kg("analyze", "follow", "--show", "backtest")
    assert answer.exit_code == 0, answer.stderr
    for rule in ("'vendor gave before'", "'most recent activity'", "'chance'"):
        assert f"it beats {rule}" in answer.stderr


def test_a_list_of_maintainers_of_two_years_ago_is_stale(kg):
    answer = kg("analyze", "withdrawal", "microsoft", "--as-of", "2030-01-01", "--format", "json")
    rows = json.loads(answer.stdout)
    assert {row["stale"] for row in rows if row["kind"] == "maintainers"} == {"yes"}
    assert "stale on 2030-01-01" in answer.stderr
