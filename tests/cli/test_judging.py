"""`kg neutrality`: one name, one day, all foundations; and how it refuses."""

import json

import pytest


@pytest.fixture(scope="session")
def store_folder(small_folder):
    """A small graph answers as well here as the bundled one, and sooner."""
    return small_folder


def test_neutrality_of_all_is_a_table_of_foundations(kg):
    answer = kg("neutrality", "--all", "--format", "csv")
    header, *lines = answer.stdout.splitlines()
    assert header == "foundation,foundation_id,n1,n2,n3,n4,n5,n6,verdict,profile,missing"
    assert (
        "Harbour Foundation,harbour,unknown,unknown,unknown,unknown,unknown,unknown,not shown neutral,default,n1 n2 n3" in lines
    )


def test_the_profile_chosen_is_the_one_judged_by(kg):
    rows = json.loads(kg("neutrality", "harbour", "--profile", "strict", "--format", "json").stdout)
    assert len(rows) == 7
    assert rows[-1]["test"] == "verdict (strict profile, version 2)"


def test_neutrality_wants_a_name_or_all_and_a_profile_that_is_there(kg):
    for args in ((), ("harbour", "--all")):
        answer = kg("neutrality", *args)
        assert answer.exit_code == 2
        assert "name a foundation, company or project, or say --all" in answer.stderr
    answer = kg("neutrality", "harbour", "--profile", "lax")
    assert answer.exit_code == 2
    assert "no profile 'lax'; there are default, strict" in answer.stderr


def test_a_name_that_nobody_has_is_a_negative_answer_with_the_nearest(kg):
    answer = kg("neutrality", "weavr")
    assert answer.exit_code == 1
    assert "did you mean Weaver" in answer.stderr
