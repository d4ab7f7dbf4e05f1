"""Where sources contradict each other: what counts as a contradiction, which value answers use, and why."""

import tomllib
from pathlib import Path

import pytest
import yaml

from kg import conflicts
from kg.dates import PartialDate
from kg.records import Entity, Event, Relation, Source
from kg.resources import ontology_dir

RAW = Path(__file__).resolve().parents[2] / "shared" / "data"

OWN, COPY, CITED = "cncf-landscape", "lf-landscape", "a-page"  # the foundation's own list, another's copy, a page cited
DAYS = {OWN: "2026-08-07", COPY: "2026-08-22", CITED: "2026-01-01"}
ENTITIES = [
    Entity("weaver", "Project", "Weaver"),
    Entity("harbour", "Foundation", "Harbour"),
    Entity("umbrella", "Foundation", "Umbrella"),
    Entity("acme", "Company", "Acme"),
    Entity("bolt", "Company", "Bolt"),
]


def source(id_, day):
    return Source(id_, f"https://example.org/{id_}", id_, "dataset", "Example", PartialDate(day))


def event(kind, said_by, dates=None, id_="it-happened", **links):
    stated = tuple((basis, PartialDate(date)) for basis, date in (dates or {}).items())
    return Event(id_, kind, said_by, (("project", "weaver"), *links.items()), stated)


def accepted(said_by, *, id_="it-happened", **dates):
    return event("Acceptance", said_by, dates, id_, toOrganization="harbour")


def stage(code, said_by, date, id_="stage"):
    return event("MaturityChange", said_by, {"occurred": date}, id_, byOrganization="harbour", toStage=code)


def level(code, said_by, day):
    links = (("project", "weaver"), ("byOrganization", "harbour"), ("stage", code))
    return Relation(f"weaver-level-{code}", "MaturityPeriod", said_by, links, as_of=PartialDate(day))


def held(by, said_by, role="listed-owner", **when):
    links = (("project", "weaver"), ("steward", by), ("role", role))
    dates = {name: PartialDate(text) for name, text in when.items()}
    return Relation(f"weaver-stewardship-{by}-{role}", "Stewardship", said_by, links, **dates)


@pytest.fixture
def weaver(graph_of_records):
    """The graph of what sources, each with its day, say of Weaver."""
    return lambda *records, days=DAYS: graph_of_records(*ENTITIES, *(source(id_, day) for id_, day in days.items()), *records)


@pytest.fixture
def found(weaver):
    """Each contradiction as (kind, on, the value used, the other, why)."""

    def rows(*records, days=DAYS):
        return [(r["kind"], r["on"], r["used"], r["other"], r["why"]) for r in weaver(*records, days=days).run("conflicts")]

    return rows


# ---- dates


def test_two_days_for_one_event_on_one_basis_contradict_each_other_and_the_preferred_source_is_used(found):
    records = accepted(COPY, accepted="2020-01-01"), accepted(OWN, accepted="2020-02-02")
    assert found(*records) == [("date", "accepted", "2020-02-02", "2020-01-01", conflicts.PREFERRED)]


def test_the_value_used_is_the_one_that_answers_show(weaver):
    graph = weaver(accepted(COPY, accepted="2020-01-01"), accepted(OWN, accepted="2020-02-02"))
    (shown,) = graph.query("SELECT (STR(?d) AS ?day) { e:it-happened osgov:statedDate ?d }")
    assert shown["day"] == graph.run("conflicts")[0]["used"]


def test_each_side_names_its_documents(weaver):
    records = (
        accepted(COPY, accepted="2020-01-01"),
        accepted(OWN, accepted="2020-02-02"),
        accepted(CITED, accepted="2020-02-02"),
    )
    (row,) = weaver(*records).run("conflicts")
    assert row["used_sources"] == [f"https://example.org/{id_}" for id_ in (CITED, OWN)]
    assert row["other_sources"] == [f"https://example.org/{COPY}"]
    assert (row["about_id"], row["fact"]) == ("weaver", "it-happened")


def test_three_values_make_a_contradiction_of_each_with_the_one_used(found):
    days = {**DAYS, "clomonitor-harbour": "2026-01-01"}
    records = [
        accepted(OWN, accepted="2020-03"),
        accepted(COPY, accepted="2021"),
        accepted("clomonitor-harbour", accepted="2022"),
    ]
    assert [row[2:4] for row in found(*records, days=days)] == [("2020-03", "2021"), ("2020-03", "2022")]


def test_of_sources_of_one_rank_the_more_precise_day_is_used_then_the_earlier(found):
    pages = {"page-one": "2026-01-01", "page-two": "2026-01-01"}
    for one, two, used in (("2020", "2021-05-05", "2021-05-05"), ("2020-06-06", "2020-05-05", "2020-05-05")):
        rows = found(accepted("page-one", accepted=one), accepted("page-two", accepted=two), days=pages)
        assert [(row[2], row[4]) for row in rows] == [(used, conflicts.PRECISE)]


@pytest.mark.parametrize(("one", "other"), [("2015", "2015-07-21"), ("2015-07", "2015-07-21"), ("2015", "2015-07")])
def test_saying_less_precisely_what_another_says_is_no_contradiction(one, other, found):
    assert found(accepted(OWN, accepted=one), accepted(COPY, accepted=other)) == []


def test_a_month_and_a_day_of_another_month_contradict_each_other(found):
    assert len(found(accepted(OWN, accepted="2015-08"), accepted(COPY, accepted="2015-07-21"))) == 1


def test_a_day_announced_and_a_day_accepted_do_not_contradict_each_other(found):
    assert found(accepted(OWN, announced="2022-04-25"), accepted(COPY, accepted="2022-09-30")) == []


def test_two_sources_that_say_the_same_do_not_contradict_each_other(found):
    assert found(accepted(OWN, accepted="2020-01-01"), accepted(COPY, accepted="2020-01-01")) == []


# ---- levels


def test_two_lists_that_show_different_levels_contradict_each_other_and_the_latest_is_used(found):
    records = level("sandbox", OWN, "2026-08-07"), level("incubating", COPY, "2026-08-22")
    assert found(*records) == [("level", "harbour", "incubating", "sandbox", conflicts.LATEST)]


def test_of_two_lists_of_one_day_the_preferred_is_used(found):
    records = level("sandbox", OWN, "2026-08-07"), level("incubating", COPY, "2026-08-07")
    assert found(*records) == [("level", "harbour", "sandbox", "incubating", conflicts.PREFERRED)]


def test_two_lists_that_show_one_level_do_not_contradict_each_other(found):
    assert found(level("sandbox", OWN, "2026-08-07"), level("sandbox", COPY, "2026-08-22")) == []


def test_an_end_that_one_source_tells_of_contradicts_a_list_that_shows_the_project_as_active(found):
    records = stage("retired", CITED, "2025-05-05"), level("top-level", COPY, "2024-10-24")
    assert found(*records) == [("level", "harbour", "retired", "top-level", conflicts.LATEST)]


def test_a_stage_entered_later_than_one_list_was_made_is_progress_and_no_contradiction(found):
    assert found(stage("graduated", CITED, "2025-05-05"), level("incubating", OWN, "2024-10-24")) == []


def test_a_project_that_was_archived_and_came_back_has_one_level(found):
    """As OpenEBS: the same source tells of the archiving, and of a later entry at another level."""
    back = stage("archived", CITED, "2022-02-02"), stage("sandbox", CITED, "2024-10-10", "again")
    assert found(*back, level("sandbox", OWN, "2026-08-07")) == []


def test_a_level_that_a_list_tells_to_have_been_left_since_contradicts_nothing(found):
    shown_once = level("sandbox", OWN, "2020-01-31")
    assert found(shown_once, stage("incubating", OWN, "2021-05-01"), level("incubating", COPY, DAYS[COPY])) == []
    assert len(found(shown_once, level("incubating", COPY, DAYS[COPY]))) == 1


def test_levels_at_two_foundations_do_not_contradict_each_other(found):
    links = (("project", "weaver"), ("byOrganization", "umbrella"), ("stage", "incubating"))
    other = Relation("weaver-at-umbrella", "MaturityPeriod", COPY, links, as_of=PartialDate("2026-08-22"))
    assert found(level("sandbox", OWN, "2026-08-07"), other) == []


# ---- holders


def test_a_legal_home_contradicts_an_owner_that_a_list_still_names(found):
    records = accepted(OWN, accepted="2020-02-02"), held("acme", COPY, as_of="2026-08-22")
    why = "a legal home before the owner that a list names"
    assert found(*records) == [("holder", "listed owner", "harbour", "acme", why)]


def test_of_two_legal_homes_the_last_that_took_it_in_is_used(found):
    homes = held("acme", CITED, "legal-home", as_of="2019-01-01"), held("bolt", COPY, "legal-home", as_of="2026-08-22")
    assert [row[:4] for row in found(*homes)] == [("holder", "legal home", "bolt", "acme")]


def test_a_list_that_names_the_legal_home_does_not_contradict_it(found):
    assert found(accepted(OWN, accepted="2020-02-02"), held("harbour", COPY, as_of="2026-08-22")) == []


def test_a_body_and_its_part_do_not_contradict_each_other(found):
    part = Relation("part", "Affiliation", CITED, (("organization", "harbour"), ("parentOrganization", "umbrella")))
    records = accepted(OWN, accepted="2020-02-02"), held("umbrella", COPY, as_of="2026-08-22")
    assert len(found(*records)) == 1
    assert found(*records, part) == []


def test_a_company_and_the_one_that_controls_it_do_not_contradict_each_other(found):
    """A purchase that was only announced may never have been completed."""
    holders = held("acme", CITED, "legal-home", as_of="2019-01-01"), held("bolt", COPY, as_of="2026-08-22")
    links = (("organization", "acme"), ("acquirer", "bolt"))
    announced, closed = ((("announced", PartialDate("2020-01-01")),), (("effective", PartialDate("2020-06-01")),))
    assert [row[2:4] for row in found(*holders, Event("bought", "Acquisition", CITED, links, announced))] == [("acme", "bolt")]
    assert found(*holders, Event("bought", "Acquisition", CITED, links, closed)) == []


def test_an_owner_of_the_projects_own_name_says_nothing_of_whose_it_is(found):
    itself = Entity("weaver", "Organization", "Weaver")
    assert found(accepted(OWN, accepted="2020-02-02"), itself, held("weaver", COPY, as_of="2026-08-22")) == []


def test_a_project_without_a_legal_home_has_no_holder_to_contradict(found):
    assert found(held("acme", OWN, as_of="2026-08-07"), held("bolt", COPY, as_of="2026-08-22")) == []


# ---- entries


def test_two_entries_into_one_foundation_are_shown_and_the_later_is_how_it_stands(found):
    first, second = accepted(COPY, accepted="2019-05-14"), accepted(OWN, accepted="2024-10-10", id_="once-more")
    (row,) = found(first, second)
    assert row[:4] == ("entered twice", "harbour", "2024-10-10", "2019-05-14")


def test_entries_into_two_foundations_are_no_contradiction(found):
    other = event("Acceptance", COPY, {"accepted": "2019-05-14"}, "elsewhere", toOrganization="umbrella")
    assert [row for row in found(accepted(OWN, accepted="2024-10-10"), other) if row[0] == "entered twice"] == []


# ---- precedence


def test_the_order_of_sources_is_the_one_declared(monkeypatch, tmp_path, found):
    """Turned around in the file, the other value is used."""
    records = accepted(COPY, accepted="2020-01-01"), accepted(OWN, accepted="2020-02-02")
    text = (ontology_dir() / "precedence.toml").read_text("utf-8")
    assert tomllib.loads(text)["order"].index("cncf-landscape*") < tomllib.loads(text)["order"].index("lf-landscape*")
    (tmp_path / "precedence.toml").write_text('version = "1"\norder = ["lf-landscape*", "*", "cncf-landscape*"]\n')
    monkeypatch.setattr("kg.derive.ontology_dir", lambda: tmp_path)
    assert found(*records) == [("date", "accepted", "2020-01-01", "2020-02-02", conflicts.PREFERRED)]


def test_every_pattern_of_the_declared_order_fits_a_source(built_graph):
    from fnmatch import fnmatchcase

    order = tomllib.loads((ontology_dir() / "precedence.toml").read_text("utf-8"))["order"]
    sources = {row["s"].rsplit("/", 1)[-1] for row in built_graph.query("SELECT ?s { ?s a osgov:SourceGraph }")} | {"wikidata"}
    assert [pattern for pattern in order if not any(fnmatchcase(source, pattern) for source in sources)] == []


# ---- in the bundled graph


def rows(graph, **values):
    return list(graph.run("conflicts", values))


def between(row, one, other):
    """Whether one source is on one side and the other on the other."""
    sides = [" ".join(row[side]) for side in ("used_sources", "other_sources")]
    return any(f"/{one}/" in a and f"/{other}/" in b for a, b in (sides, sides[::-1]))


def hosted(landscape):
    """Per LFX slug (in lower case) the name and the day of acceptance, of each item of a raw landscape file that has both."""
    path = RAW / landscape / "landscape.yml"
    if not path.exists():
        pytest.skip("the raw files are not beside this checkout")
    with path.open("rb") as file:
        categories = yaml.load(file, Loader=yaml.CSafeLoader)["landscape"]
    items = [i for c in categories for s in c.get("subcategories") or () for i in s.get("items") or ()]
    found = ((i["name"], i.get("extra") or {}) for i in items)
    return {
        x["lfx_slug"].casefold(): (name, str(x["accepted"])) for name, x in found if x.get("lfx_slug") and x.get("accepted")
    }


def test_the_acceptances_that_the_two_landscapes_date_differently_are_shown(built_graph):
    """By LFX slug 108 of 222 differ; with llm-d, which has no slug in the one, 109 of 223. Cedar has another slug in each, so
    that the graph, which joins by name too, knows of one more; and of OpenEBS the two days are two entries, shown as such. Of
    four the other list's day is that of their entry into another foundation of the Linux Foundation."""
    cncf, lf = hosted("cncf-landscape"), hosted("lf-landscape")
    assert len(cncf.keys() & lf.keys()) == 222
    differing = {
        cncf[slug][0]: {cncf[slug][1], lf[slug][1]} for slug in cncf.keys() & lf.keys() if cncf[slug][1] != lf[slug][1]
    }
    assert len(differing) == 108
    shown = {
        row["about"]: {row["used"], row["other"]}
        for row in rows(built_graph, kind="date")
        if row["on"] == "accepted" and between(row, "cncf/landscape", "jmertic/lf-landscape")
    }
    assert len(shown) == 105
    assert sorted(map(sorted, shown.values())) == sorted(
        sorted(days)
        for days in [
            *(d for name, d in differing.items() if name not in {"OpenEBS", "KServe", "OpenTofu", "Shipwright", "Tekton"}),
            {"2025-10-08", "2025-10-30"},  # Cedar
            {"2026-03-12", "2026-04-01"},  # llm-d
        ]
    )
    assert {"Cedar", "llm-d"} <= set(shown) - set(differing)


def test_of_those_acceptances_the_cncfs_own_day_is_used(built_graph):
    found = [r for r in rows(built_graph, kind="date") if between(r, "cncf/landscape", "jmertic/lf-landscape")]
    assert found
    assert [r["about"] for r in found if not any("/cncf/landscape/" in link for link in r["used_sources"])] == []


def test_the_apache_projects_that_one_source_shows_as_active_and_another_as_retired_are_shown(built_graph):
    active, retired = "apache/comdev-projects", "apache/attic"
    found = {r["about_id"]: r for r in rows(built_graph, kind="level") if between(r, active, retired)}
    assert set(found) == {
        f"apache-{name}"
        for name in (
            *("cocoon", "gora", "griffin", "jclouds", "kibble", "mesos", "mnemonic", "olingo", "oozie", "petri", "pivot"),
            *("portals", "servicemix", "traffic-control"),
        )
    }
    assert {(r["used"], r["other"], r["why"]) for r in found.values()} == {("retired", "top-level", conflicts.LATEST)}


def test_the_day_on_which_service_mesh_performance_was_archived_is_disputed(built_graph):
    (row,) = rows(built_graph, about="service-mesh-performance")
    assert (row["kind"], row["used"], row["other"]) == ("date", "2025-09-16", "2025-09-17")


def test_openebs_entered_the_cncf_twice(built_graph):
    (row,) = rows(built_graph, about="openebs", kind="entered twice")
    assert (row["on"], row["used"], row["other"]) == ("cncf", "2024-10-10", "2019-05-14")


def test_kubeflow_is_graduated_in_two_lists_and_incubating_in_one(built_graph):
    (row,) = rows(built_graph, about="kubeflow", kind="level")
    assert (row["used"], row["other"]) == ("graduated", "incubating")
    assert ["cncf/devstats" in link for link in row["other_sources"]] == [True]


def test_no_day_of_an_announcement_is_held_against_one_of_an_acceptance(built_graph):
    """Each side of a contradiction on a basis is a day that its event has on that basis."""
    stated = {
        basis: {
            (row["e"].rsplit("/", 1)[-1], row["d"])
            for row in built_graph.query(f"SELECT ?e (STR(?day) AS ?d) {{ ?e osgov:{basis}On ?day }}")
        }
        for basis in ("proposed", "announced", "accepted", "effective", "occurred")
    }
    dates = rows(built_graph, kind="date")
    assert len(dates) > 250
    assert [r for r in dates if not {(r["fact"], r["used"]), (r["fact"], r["other"])} <= stated[r["on"]]] == []
