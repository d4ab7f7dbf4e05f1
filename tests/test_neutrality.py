"""Verdicts explained: which fact each rests on, what is missing, what would change it; and that a changed fact changes it."""

import re
import shutil

import pytest

from kg.build import build_in_memory
from kg.errors import Misuse, NotFound
from kg.graph import Graph
from kg.neutrality import explain, overview, profiles
from kg.resources import FACTS


def by_test(table, subject=None):
    """The rows by their test, of one subject where several are told of."""
    return {row["test"].partition(" (")[0]: row for row in table if subject in {None, row["subject_id"]}}


def form(code, **keys):
    return "legal_form", {"form": code, **keys}


def rule(kind, **keys):
    return "charter_rule", {"rule": kind, "organ": "governing-board", **keys}


def copy_of_facts(folder):
    """The curated facts in a folder of their own, without the snapshots."""
    return shutil.copytree(FACTS, folder / "facts", ignore=shutil.ignore_patterns("snapshots"))


@pytest.fixture(scope="module")
def curated_graph(tmp_path_factory):
    return Graph(build_in_memory(copy_of_facts(tmp_path_factory.mktemp("curated"))))


CAP = rule("related-company-cap", max_representatives=1)


def test_each_criterion_comes_with_its_fact_its_source_and_what_would_change_it(told):
    found = by_test(explain(told(commons=("foundation", form("us-501c6"), CAP)), "commons"))
    assert list(found) == ["n1-nonprofit-form", "n2-not-company-controlled", "n3-no-majority-on-board", "verdict"]
    n1 = found["n1-nonprofit-form"]
    assert (n1["outcome"], n1["because"]) == ("pass", "Commons: us-501c6")
    assert n1["facts"] == ["r:commons-legalstatus-us-501c6"]
    assert len(n1["sources"]) == 1
    assert n1["would_change"]
    assert not n1["missing"]
    assert found["verdict"]["outcome"] == "neutral"


def test_what_is_missing_is_named_where_a_criterion_is_unknown(told):
    found = by_test(explain(told(commons=("foundation", form("us-501c6"))), "commons", profile="strict"))
    assert [t for t, row in found.items() if row["missing"] and t != "verdict"] == [
        "n3-no-majority-on-board",
        "n4-open-membership",
        "n5-neutral-trademark",
        "n6-no-vendor-veto",
    ]
    assert found["verdict"]["outcome"] == "not shown neutral"
    assert found["verdict"]["missing"] == "N3, N4, N5, N6"


def test_a_company_is_not_neutral_because_it_is_one(told):
    found = by_test(explain(told(acme="company"), "acme"))
    assert [found[t]["outcome"] for t in ("n1-nonprofit-form", "n2-not-company-controlled", "verdict")] == [
        "fail",
        "fail",
        "not neutral",
    ]
    assert found["n1-nonprofit-form"]["facts"] == ["o:acme"]


def test_a_project_is_judged_by_its_holder_its_home_and_the_employers_of_its_maintainers(told):
    gift = ("donation", {"from_": ["acme"], "to": "commons", "accepted": "2016"})
    table = explain(told(acme="company", commons=("foundation", form("us-501c6"), CAP), widget=[gift]), "widget")
    assert by_test(table, "widget")["vendor-held"]["outcome"] == "fail"
    assert by_test(table, "widget")["vendor-held"]["because"] == "Commons holds it (legal home)"
    assert by_test(table, "commons")["verdict"]["outcome"] == "neutral"
    for test in ("largest employer of maintainers", "elephant factor of maintainers"):
        row = by_test(table, "widget")[test]
        assert (row["outcome"], bool(row["missing"])) == ("unknown", True)


def test_independence_counts_related_companies_as_one_and_bounds_what_is_unknown(built_graph):
    found = by_test(explain(built_graph, "kubernetes"), "kubernetes")
    share = found["largest employer of maintainers"]
    match = re.match(
        r"Alphabet: (\d+) of (\d+) maintainers listed on ([0-9-]+), (\d+) of them without an employer", share["because"]
    )
    assert match, share["because"]
    top, total, day, unknown = match.groups()
    rows = built_graph.run("employer-shares", project="kubernetes", on=day)
    assert [(r["most"], r["maintainers"], r["without"]) for r in rows] == [(int(top), int(total), int(unknown))]
    assert f"{int(top) / int(total):.0%} to {(int(top) + int(unknown)) / int(total):.0%}" in share["because"]
    assert share["outcome"] == "pass"


def test_independence_on_a_day_looks_at_the_last_list_up_to_it(built_graph):
    found = by_test(explain(built_graph, "kubernetes", on="2023-06-01"), "kubernetes")
    day = re.search(r"listed on ([0-9-]+)", found["largest employer of maintainers"]["because"])[1]
    assert "2022" <= day <= "2023-06-01"
    before = by_test(explain(built_graph, "kubernetes", on="2016-01-01"), "kubernetes")
    assert before["largest employer of maintainers"]["outcome"] == "unknown"


@pytest.mark.parametrize(
    ("name", "default", "strict"),
    [
        ("pytorch-foundation", "neutral", "neutral"),
        ("open-usage-commons", "not shown neutral", "not shown neutral"),
        ("cncf", "neutral", "neutral"),
        ("apache", "neutral", "not shown neutral"),
        ("elastic", "not neutral", "not neutral"),
    ],
)
def test_the_verdicts_people_ask_for_follow_from_cited_facts(built_graph, name, default, strict):
    for profile, wanted in (("default", default), ("strict", strict)):
        table = explain(built_graph, name, profile=profile)
        assert by_test(table)["verdict"]["outcome"] == wanted
        for row in table[:-1]:
            assert bool(row["missing"]) == (row["outcome"] == "unknown"), row
            if row["outcome"] != "unknown":
                assert row["facts"], row
                assert row["sources"], row


# A fact of the facts that ship, what stands in its place in a copy, and the verdict before and after.
CHANGES = [
    (
        "pytorch-foundation",
        "strict",
        "neutral",
        "pytorch-foundation",
        'holder = "lf-projects"',
        'holder = "meta"',
        "not neutral",
    ),
    ("cncf", "default", "neutral", "cncf", "max_representatives = 1\n", "", "not shown neutral"),
    ("cncf", "default", "neutral", "cncf", 'form = "lf-project"', 'form = "corporation"', "not neutral"),
    ("apache", "default", "neutral", "apache-software-foundation", 'form = "us-501c3"', 'form = "corporation"', "not neutral"),
    (
        "open-usage-commons",
        "default",
        "not shown neutral",
        "open-usage-commons",
        "\n[[founding]]",
        '\n[[control]]\nby = "google"\nsources = ["openusage-org"]\n\n[[founding]]',
        "not neutral",
    ),
    ("elastic", "default", "not neutral", "elastic", 'kind = "company"', 'kind = "community"', "not shown neutral"),
]


@pytest.mark.parametrize(("name", "profile", "before", "file", "fact", "instead", "after"), CHANGES)
def test_one_fact_changed_in_a_copy_changes_the_verdict(
    tmp_path, curated_graph, name, profile, before, file, fact, instead, after
):
    assert by_test(explain(curated_graph, name, profile=profile))["verdict"]["outcome"] == before
    copy = copy_of_facts(tmp_path)
    path = copy / "organizations" / f"{file}.toml"
    text = path.read_text("utf-8")
    assert fact in text
    path.write_text(text.replace(fact, instead), encoding="utf-8")
    changed = Graph(build_in_memory(copy))
    assert by_test(explain(changed, name, profile=profile))["verdict"]["outcome"] == after


def test_meta_had_most_votes_in_the_first_year_of_the_pytorch_foundation(built_graph):
    found = by_test(explain(built_graph, "pytorch-foundation", on="2023-01-01"))
    assert found["n3-no-majority-on-board"]["because"] == "Meta has 6 of 11 votes"
    assert found["verdict"]["outcome"] == "not neutral"


def test_the_overview_has_a_line_for_each_foundation_with_all_six_criteria(built_graph):
    table = overview(built_graph, profile="strict")
    assert len(table) == len(built_graph.query("SELECT DISTINCT ?f { ?f a osgov:Foundation }"))
    (row,) = [row for row in table if row["foundation_id"] == "apache-software-foundation"]
    assert (row["n1"], row["n4"], row["verdict"], row["missing"]) == ("pass", "unknown", "not shown neutral", "n4 n5")
    assert {r["foundation_id"]: r["verdict"] for r in overview(built_graph)} == {
        r["foundation_id"]: r["neutral"] for r in built_graph.run("foundations")
    }


def test_an_unknown_profile_and_an_unknown_name_are_refused_by_name(told):
    graph = told(commons="foundation")
    assert profiles() == ("default", "strict")
    with pytest.raises(Misuse, match="no profile 'lax'; there are default, strict"):
        explain(graph, "commons", profile="lax")
    with pytest.raises(NotFound):
        explain(graph, "nothing")


def test_a_right_that_a_charter_gives_to_a_class_of_companies_is_one_of_vendors_too(built_graph):
    """The charter of the Agentic AI Foundation lets those that contributed a project refuse what the board decides."""
    found = by_test(explain(built_graph, "agentic-ai-foundation", profile="strict"))
    assert found["n6-no-vendor-veto"]["outcome"] == "fail"
