"""moves, show, find, why, coverage: what the verbs people come with say about the bundled facts."""

import csv
import json
import re
from datetime import date

import pytest

from kg.assess import judgements
from kg.dates import PartialDate
from kg.records import DATE_BASES
from kg.terms import ORG_ID

DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
SLUGS = re.compile(r"[a-z0-9-]+(?: \+ [a-z0-9-]+)*\Z")


def rows_of(answer):
    assert answer.exit_code == 0, answer.stderr
    return json.loads(answer.stdout)


@pytest.fixture
def moves(kg):
    return lambda *args: rows_of(kg("moves", *args, "--format", "json"))


def keys(rows):
    return {(r["project_id"], r["recipient_id"], r["kind"], r["date"]) for r in rows}


def test_each_move_has_the_fields_of_the_contract(moves):
    contract = (
        "project project_id kind donor donor_id recipient recipient_id umbrella date date_basis earliest latest neutral sources"
    )
    for row in moves("--all-kinds"):
        assert set(contract.split()) <= set(row)
        assert all(isinstance(row[field], str) and row[field] for field in ("project", "project_id", "kind", "recipient"))
        assert SLUGS.match(row["project_id"])
        assert SLUGS.match(row["recipient_id"])
        assert row["kind"] in {
            "donation", "spin-out", "code grant", "trademark transfer", "transfer between foundations", "fork"
        }  # fmt: skip
        assert row["neutral"] in {"neutral", "not shown neutral", "not neutral"} or row["kind"] not in {
            "donation",
            "spin-out",
        }
        assert (row["donor"] is None) == (row["donor_id"] is None)
        assert row["umbrella"] is None or isinstance(row["umbrella"], str)
        assert isinstance(row["sources"], list)
        assert row["sources"] == sorted(set(row["sources"]))
        assert all(url.startswith(("https://", "http://")) for url in row["sources"])


def test_each_default_move_is_a_whole_project_from_somebody_to_somebody_with_a_verdict_and_a_source(moves):
    for row in moves():
        assert row["kind"] in {"donation", "spin-out"}
        assert row["donor"]
        assert row["neutral"] in {"neutral", "not shown neutral", "not neutral"}
        assert row["sources"]


def test_a_move_keeps_the_date_as_stated_between_its_bounds(moves):
    rows = moves("--all-kinds")
    dated = [row for row in rows if row["date"]]
    assert dated
    for row in dated:
        assert row["date_basis"] in DATE_BASES
        assert DAY.match(row["earliest"])
        assert DAY.match(row["latest"])
        assert row["earliest"] <= PartialDate(row["date"]).latest
        assert PartialDate(row["date"]).earliest <= row["latest"]
    assert {PartialDate(row["date"]).precision for row in dated} >= {"day", "month"}
    assert all(row["date_basis"] is None and row["earliest"] is None for row in rows if not row["date"])


def test_several_donors_stand_in_one_row_with_their_ids_in_the_same_order(moves, built_graph):
    named = "SELECT ?o ?name { ?o skos:prefLabel ?name . FILTER(CONTAINS(STR(?o), '/id/org/')) }"
    names = {row["o"].rsplit("/", 1)[1]: row["name"] for row in built_graph.query(named)}
    joint = 0
    for row in moves("--all-kinds"):
        if row["donor"]:
            ids = row["donor_id"].split(" + ")
            joint += len(ids) > 1
            assert " + ".join(names[i] for i in ids) == row["donor"]
            assert len(set(ids)) == len(ids)
    assert joint


def test_the_moves_of_the_work_order_are_there_and_the_projects_google_kept_are_not(moves):
    rows = {row["project_id"]: row for row in moves()}
    assert len(rows) >= 80
    pytorch = rows["pytorch"]
    assert (pytorch["donor"], pytorch["recipient"], pytorch["umbrella"]) == ("Meta", "PyTorch Foundation", "Linux Foundation")
    assert pytorch["date"].startswith("2022-09")
    for project in ("kubernetes", "istio"):
        assert rows[project]["donor"].startswith("Google")
        assert rows[project]["recipient"] == "Cloud Native Computing Foundation"
    assert not {"tensorflow", "jax"} & set(rows)


def test_code_grants_and_forks_are_only_among_all_kinds(moves):
    usual, all_kinds = moves(), moves("--all-kinds")
    assert {row["kind"] for row in usual} == {"donation", "spin-out"}
    assert {"code grant", "fork", "trademark transfer", "transfer between foundations"} <= {row["kind"] for row in all_kinds}
    assert keys(usual) < keys(all_kinds)


def test_donor_keeps_the_rows_that_name_the_donor_alone_or_among_others(moves):
    wanted = [row for row in moves() if "google" in row["donor_id"].split(" + ")]
    assert any("+" in row["donor_id"] for row in wanted)
    assert moves("--donor", "google") == wanted
    assert moves("--donor", "Google Inc.") == wanted


def test_to_keeps_the_rows_of_an_organization_and_of_its_parts(moves):
    wanted = [row for row in moves() if row["recipient_id"] == "cncf"]
    assert wanted
    assert moves("--to", "cncf") == wanted
    under = moves("--to", "linux-foundation")
    assert keys(wanted) < keys(under)
    # What two foundations received before they came under it is shown without it.
    assert {row["umbrella"] or row["recipient"] for row in under} == {"Linux Foundation", "FINOS", "OpenInfra Foundation"}


@pytest.mark.parametrize(
    ("date", "first", "last"), [("2019", "2019-01-01", "2019-12-31"), ("2022-09-07", "2022-09-07", "2022-09-07")]
)
def test_since_and_until_keep_what_can_lie_on_their_side_of_the_date(moves, date, first, last):
    rows = [row for row in moves() if row["date"]]
    assert moves("--since", date) == [row for row in rows if row["latest"] >= first]
    assert [row for row in moves("--until", date) if row["date"]] == [row for row in rows if row["earliest"] <= last]


def test_neutral_only_keeps_the_recipients_shown_to_be_neutral(moves):
    wanted = [row for row in moves() if row["neutral"] == "neutral"]
    assert moves("--neutral-only") == wanted
    assert 0 < len(wanted) < len(moves())


def test_filters_narrow_together(moves):
    both = moves("--donor", "google", "--to", "cncf", "--since", "2020")
    assert keys(both) == keys(moves("--donor", "google")) & keys(moves("--to", "cncf")) & keys(moves("--since", "2020"))
    assert both


def test_as_of_a_day_shows_the_moves_begun_by_then(moves):
    def ids(*options):
        return [(row["project_id"], row["date"]) for row in moves(*options)]

    assert ids("--as-of", "2016-01-01") == ids("--until", "2016-01-01")
    assert ids("--as-of", "2016-01-01", "--until", "2012") == ids("--until", "2012")
    assert ids("--as-of", "2016-01-01", "--until", "2020") == ids("--until", "2016-01-01")
    assert not {"pytorch"} & {row["project_id"] for row in moves("--as-of", "2016-01-01")}


def test_moves_come_in_order_of_time(moves):
    starts = [row["earliest"] or "" for row in moves()]
    assert starts == sorted(starts)


def test_a_move_on_a_narrow_terminal_still_shows_every_source_whole(kg, moves):
    shown = kg("moves", "--donor", "meta", "--format", "table", COLUMNS="60").stdout
    for row in moves("--donor", "meta"):
        assert all(f"  {url}\n" in shown for url in row["sources"])


def test_show_tensorflow_says_that_google_holds_it_and_when_that_was_seen(kg):
    found = rows_of(kg("show", "tensorflow", "--format", "json"))
    assert re.fullmatch(r"Held by Google, seen \d{4}-\d{2}-\d{2}\.", found["summary"])
    assert found["summary"] in kg("show", "tensorflow", "--format", "table").stdout
    assert [(row["holder"], row["status"]) for row in found["held_by"] if row["role"] == "legal home"] == [("Google", "holds")]
    assert found["moves"] == []


def test_show_meta_lists_what_it_gave_and_what_it_keeps(kg):
    found = rows_of(kg("show", "meta", "--format", "json"))
    assert {"PyTorch", "Jest", "GraphQL"} <= {row["project"] for row in found["gave"]}
    assert "Llama" in {row["project"] for row in found["keeps"]}
    assert not {row["project"] for row in found["gave"]} & {row["project"] for row in found["keeps"]}
    assert all(row["sources"] for row in found["gave"] + found["keeps"])


def test_show_of_a_foundation_lists_what_it_received(kg):
    found = rows_of(kg("show", "cncf", "--format", "json"))
    assert {"Kubernetes", "Istio"} <= {row["project"] for row in found["received"]}


@pytest.mark.parametrize("name", ["facebook", "Meta Platforms, Inc.", "https://w3id.org/osgov/id/org/meta"])
def test_show_finds_meta_by_every_name_it_ever_had(kg, name):
    assert rows_of(kg("show", name, "--format", "json"))["id"] == "meta"


@pytest.mark.parametrize("name", ["p:pytorch", "https://pytorch.org/"])
def test_show_finds_a_project_by_slug_curie_and_address(kg, name):
    assert rows_of(kg("show", name, "--format", "json"))["id"] == "pytorch"


def test_show_as_of_a_day_names_who_held_the_project_then(kg):
    before = rows_of(kg("show", "pytorch", "--as-of", "2020-01-01", "--format", "json"))
    after = rows_of(kg("show", "pytorch", "--as-of", "2023-01-01", "--format", "json"))
    assert before["summary"].startswith("On 2020-01-01 held by Meta ")
    assert after["summary"].startswith("On 2023-01-01 held by PyTorch Foundation ")
    assert before["moves"] == []
    assert [row["project"] for row in after["moves"]] == ["PyTorch"]


def test_verdicts_of_a_move_as_of_a_day_are_those_of_that_day(moves, built_graph):
    judged = judgements(built_graph.store, "2024-06-30")
    rows = moves("--as-of", "2024-06-30")
    assert rows
    for row in rows:
        verdict = judged[ORG_ID + row["recipient_id"]].verdicts["default"]
        assert row["neutral"] == verdict.replace("-", " ")
    latest = moves("--as-of", "2026-11-23")
    assert moves("--as-of", "2026-11-23", "--neutral-only") == [row for row in latest if row["neutral"] == "neutral"] != []


@pytest.mark.parametrize(
    ("day", "wanted"),
    [
        ("2016-02-01", {("Google", "possible"), ("Cloud Native Computing Foundation", "possible")}),
        ("2022-09-12", {("Cloud Native Computing Foundation", "definite")}),
    ],
)
def test_show_kubernetes_as_of_a_day_says_who_held_it_and_how_sure_that_is(kg, day, wanted):
    found = rows_of(kg("show", "kubernetes", "--as-of", day, "--format", "json"))
    assert {(row["holder"], row["certainty"]) for row in found["held_by"] if row["role"] == "legal home"} == wanted
    assert all(f"{holder} ({certainty})" in found["summary"] for holder, certainty in wanted)


def test_show_of_a_project_as_of_a_day_has_the_level_of_that_day(kg):
    levels = {
        day: [
            (row["level"], row["certainty"])
            for row in rows_of(kg("show", "kubernetes", "--as-of", day, "-f", "json"))["levels"]
        ]
        for day in ("2015-01-01", "2017-01-01", "2019-01-01")
    }
    assert levels == {
        "2015-01-01": [],
        "2017-01-01": [("incubating", "definite")],
        "2019-01-01": [("graduated", "definite")],
    }


def test_one_repository_that_two_sources_spell_in_small_and_in_capital_letters_is_shown_once(kg):
    shown = rows_of(kg("show", "opensearch", "-f", "json"))
    assert shown["repository"] == ["https://github.com/opensearch-project/OpenSearch"]


def test_show_of_a_company_as_of_a_day_has_the_parent_of_that_day(kg):
    before, after = (rows_of(kg("show", "coreos", "--as-of", day, "-f", "json")) for day in ("2018-01-29", "2018-01-31"))
    assert (before["summary"], before["control"]) == ("", [])
    assert after["summary"] == "On 2018-01-31 controlled by Red Hat (possible)."  # announced the day before
    assert [(row["controller"], row["certainty"]) for row in after["control"]] == [("Red Hat", "possible")]


def test_show_mesos_says_that_it_lies_in_the_attic(kg):
    found = rows_of(kg("show", "mesos", "--format", "json"))
    assert "; retired (attic) at Apache Software Foundation since 2025-08-20." in found["summary"]
    alive = rows_of(kg("show", "mesos", "--as-of", "2020-01-01", "--format", "json"))
    assert "top-level project at Apache Software Foundation (definite)" in alive["summary"]


@pytest.mark.parametrize("name", ["causeway", "isis", "Apache Isis"])
def test_show_causeway_is_the_renamed_isis_and_alive(kg, name):
    found = rows_of(kg("show", name, "--format", "json"))
    assert (found["id"], found["former_names"]) == ("apache-causeway", ["Apache Isis"])
    assert [(row["former"], row["new"]) for row in found["renames"]] == [("Apache Isis", "Apache Causeway")]
    assert "top-level project at Apache Software Foundation since 2012-10-17" in found["summary"]


def test_why_as_of_a_day_keeps_what_can_have_been_so_by_then(kg):
    rows = rows_of(kg("why", "kubernetes", "--as-of", "2016-02-01", "--format", "json"))
    certainty = {(row["fact"], row["certainty"]) for row in rows if row["basis"] == "stated"}
    assert ("e:kubernetes-opening", "definite") in certainty
    assert ("p:kubernetes", None) in certainty
    assert not {"e:kubernetes-graduated-cncf"} & {fact for fact, _ in certainty}
    assert "certainty" not in rows_of(kg("why", "kubernetes", "--format", "json"))[0]


def test_a_query_as_of_a_day_takes_the_day_where_its_own_parameter_would_go(kg):
    given = kg("query", "holders", "project=kubernetes", "on=2016-02-01")
    assert kg("query", "holders", "project=kubernetes", "--as-of", "2016-02-01").stdout == given.stdout
    assert kg("query", "holders", "project=kubernetes", "on=2016-02-01", "--as-of", "2022-01-01").stdout == given.stdout
    assert kg("query", "stages", "--as-of", "2016-02-01").stdout == kg("query", "stages", "until=2016-02-01").stdout


def test_text_as_of_a_day_needs_a_place_for_the_day(kg):
    text = "SELECT ?day { VALUES ?given_on { UNDEF } BIND(STR(?given_on) AS ?day) }"
    assert rows_of(kg("query", text, "--as-of", "2016-02-01", "--format", "json")) == [{"day": "2016-02-01"}]
    refused = kg("query", "SELECT ?s { ?s a osgov:Stewardship }", "--as-of", "2016-02-01")
    assert refused.exit_code == 2
    assert "VALUES ?given_on { UNDEF }" in refused.stderr


def test_an_export_as_of_a_day_has_no_event_after_it_and_no_relation_over_by_then(kg):
    text = kg("export", "nq", "--as-of", "2016-02-01").stdout
    assert "id/event/kubernetes-opening>" in text
    assert "id/event/kubernetes-graduated-cncf>" not in text
    assert (
        "<https://w3id.org/osgov/id/relation/kubernetes-stewardship-google-legal-home> <https://w3id.org/osgov/ns#ends" in text
    )
    assert "id/relation/coreos-control-red-hat>" not in text
    edges = list(csv.DictReader(kg("export", "csv", "--as-of", "2016-02-01").stdout.splitlines()))
    assert {row["Source"] for row in edges} >= {"o:google"}
    # Who may have held a project before the day on which it was opened is among the edges with that later date.
    moved = [row for row in edges if row["Label"] != "holds" and row["start_year"]]
    assert 2015 <= max(int(row["start_year"]) for row in moved) <= 2016


def test_a_name_mistyped_is_not_guessed_but_offered(kg):
    for verb in ("show", "why"):
        answer = kg(verb, "tensroflow")
        assert (answer.exit_code, answer.stdout) == (1, "")
        assert "did you mean TensorFlow (p:tensorflow)?" in answer.stderr
    assert "did you mean Google (o:google)" in kg("moves", "--donor", "gogle").stderr


def test_find_offers_pytorch_for_a_typo(kg):
    rows = rows_of(kg("find", "pytoch", "--format", "json"))
    assert rows[0]["id"] == "pytorch"
    assert rows[0]["score"] < 100


def test_find_gives_the_best_first_and_no_more_than_asked(kg):
    rows = rows_of(kg("find", "apache", "--limit", "7", "--format", "json"))
    assert len(rows) == 7
    assert [r["score"] for r in rows] == sorted((r["score"] for r in rows), reverse=True)
    assert len({r["iri"] for r in rows}) == 7


def test_why_gives_each_stated_fact_its_addresses_and_a_day_and_each_verdict_its_facts(kg):
    rows = rows_of(kg("why", "pytorch", "--format", "json"))
    stated = [row for row in rows if row["basis"] == "stated"]
    derived = [row for row in rows if row["basis"] == "derived"]
    assert len(stated) + len(derived) == len(rows)
    assert len(stated) > 10
    for row in stated:
        assert row["sources"]
        assert all(url.startswith(("https://", "http://")) for url in row["sources"])
        assert len(row["documents"]) == len(row["sources"])
        assert DAY.match(row["read"] or "") or row["documents"][0].startswith("osgov-kg: ")
    assert derived
    assert all(row["sources"] and not row["documents"] for row in derived)
    assert {"acceptedOn", "fromOrganization", "toOrganization"} <= {row["property"] for row in stated}


def test_coverage_counts_each_project_of_a_foundation_once_and_most_projects_come_first(kg):
    rows = rows_of(kg("coverage", "--format", "json"))
    assert len({row["foundation_id"] for row in rows}) == len(rows)
    assert [row["projects"] for row in rows] == sorted((row["projects"] for row in rows), reverse=True)
    for row in rows:
        parts = ("dated", "donor", "origin", "level", "licence", "both", "mark")
        assert all(row[part] <= row["projects"] for part in parts)
        assert all(0 <= row[f"{part}_share"] <= 100 for part in parts)
        assert row["both"] <= row["dated"]
        assert row["donor"] <= row["origin"]
        assert row["criteria"] is None or 1 <= row["criteria"] <= 6


def test_coverage_of_a_company_is_that_of_its_projects(kg, moves):
    (row,) = rows_of(kg("coverage", "google", "--format", "json"))
    assert row["given"] == len({move["project_id"] for move in moves("--donor", "google")})
    stayed = rows_of(kg("query", "kept-and-given", "vendor=google", "--format", "json"))
    assert row["kept"] == len({kept["project_id"] for kept in stayed if kept["outcome"] == "stayed"})
    assert [row] == [one for one in rows_of(kg("coverage", "--vendors", "--format", "json")) if one["vendor_id"] == "google"]


def test_coverage_on_a_day_says_how_old_the_newest_sighting_was(kg):
    (now,) = rows_of(kg("coverage", "cncf", "--format", "json"))
    (then,) = rows_of(kg("coverage", "cncf", "--as-of", "2020-01-01", "--format", "json"))
    assert "days" not in now
    assert then["projects"] < now["projects"]
    assert then["seen"] <= "2020-01-01"
    assert then["days"] == (date(2020, 1, 1) - date.fromisoformat(then["seen"])).days


def test_coverage_of_one_without_projects_says_so(kg):
    answer = kg("coverage", "acme-gating")
    assert (answer.exit_code, answer.stderr) == (1, "kg: no project of acme-gating is on record\n")
