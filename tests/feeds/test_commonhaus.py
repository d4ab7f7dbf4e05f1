"""The reader of the Commonhaus Foundation's projects, agreements and sponsors."""

from collections import Counter

import pytest

from kg.dates import PartialDate
from kg.errors import FeedError
from kg.feeds.commonhaus import read
from kg.feeds.reading import Reading

PROJECTS = "a:\n  name: A\n  repo: https://github.com/a/a\n"
SPONSORS = "tiers:\n  gold:\n    name: Gold\nsponsors: {}\n"
AGREEMENTS = "date,project,outcome,source_file\n"


@pytest.fixture
def read_files(tmp_path):
    def read_them(projects=PROJECTS, sponsors=SPONSORS, agreements=AGREEMENTS):
        (tmp_path / "PROJECTS.yaml").write_text(projects, encoding="utf-8")
        (tmp_path / "SPONSORS.yaml").write_text(sponsors, encoding="utf-8")
        (tmp_path / "bootstrapping-agreements-DERIVED.csv").write_text(agreements, encoding="utf-8")
        reading = Reading("commonhaus", tmp_path, PartialDate("2026-01-01"))
        return list(read(reading)), reading

    return read_them


def claims(stated, kind):
    return [s for s in stated if s.kind == kind]


def test_the_counts_of_the_raw_folder(raw):
    counts = raw("commonhaus").reading.counts
    assert (counts["projects"], counts["agreements"], counts["withdrawn agreements"]) == (28, 16, 1)
    assert (counts["listed sponsors"], counts["sponsor tiers"], counts["sponsors"]) == (14, 5, 4)
    assert raw("commonhaus").reading.records == 28 + 16 + 14
    assert raw("commonhaus").reading.unknown == {}


def test_ten_of_the_fourteen_sponsors_are_drafts(raw):
    """Eight of them are invented companies for trying out the page; none may become a sponsor."""
    found = raw("commonhaus")
    assert Counter(reason for _, reason in found.reading.skipped) == {
        "is a draft, which the foundation does not show as a sponsor": 10
    }
    assert {c.links[1][1].name for c in found.of("Sponsorship")} == {"1Password", "Gradle", "IBM", "Scarf.sh"}


def test_a_sponsorship_says_its_tier_and_the_day_it_was_seen(raw):
    (ibm,) = raw("commonhaus").of("Sponsorship", holder="IBM")
    assert (ibm.id, ibm.values, str(ibm.as_of)) == ("{body}-sponsorship-{holder}", (("level", "Silver"),), "2026-04-20")
    assert ibm.links[1][1].ids == (("domain", "ibm.com"),)


@pytest.mark.parametrize(
    ("project", "day"),
    [("Hibernate", "2024-04-02"), ("Quarkus", "2024-07-31"), ("WildFly", "2025-03-17"), ("Jackson", "2024-03-25")],
)
def test_a_signed_agreement_that_binds_nobody_dates_a_proposal_and_names_no_donor(raw, project, day):
    (entry,) = raw("commonhaus").of("Acceptance", project=project)
    assert (entry.id, entry.dates) == ("{project}-to-{toOrganization}", (("proposed", PartialDate(day)),))
    assert entry.reference.startswith("https://github.com/commonhaus/foundation/blob/6f668d5b6378833396bc9573768f10232f83cd66/")
    assert not raw("commonhaus").of("Donation")


def test_a_withdrawn_agreement_is_an_entry_and_a_departure(raw):
    """Trap 9: a move to a foundation is not final."""
    (departure,) = raw("commonhaus").of("Departure")
    assert departure.links[0][1].name == "openrewrite"
    assert departure.dates == ()
    (entry,) = raw("commonhaus").of("Acceptance", project="openrewrite")
    assert str(entry.dates[0][1]) == "2024-03-25"
    assert not raw("commonhaus").of("MaturityPeriod", project="openrewrite")


def test_projects_without_an_agreement_of_their_own_have_an_undated_entry(raw):
    undated = [c for c in raw("commonhaus").of("Acceptance") if not c.dates]
    assert len(undated) == 28 - 15


def test_a_project_without_a_status_is_onboarding(raw):
    """One is missing, and one is written `staus`."""
    stages = Counter(dict(c.links)["stage"] for c in raw("commonhaus").of("MaturityPeriod"))
    assert stages == {"onboarding": 26, "active": 2}


def test_a_draft_has_not_joined(read_files):
    stated, _ = read_files(projects=PROJECTS + "  status: draft\n")
    assert claims(stated, "Acceptance") == []
    assert [dict(c.links)["stage"] for c in claims(stated, "MaturityPeriod")] == ["draft"]


def test_an_account_is_no_repository(read_files):
    stated, _ = read_files(projects=PROJECTS + "b:\n  name: B\n  repo: https://github.com/b/\n")
    assert [s.ids for s in claims(stated, "Project") if s.name == "A"] == [(("repository", "https://github.com/a/a"),)]
    assert [s.ids for s in claims(stated, "Project") if s.name == "B"] == [(("github", "b"),)]


def test_one_bad_record_does_not_cost_the_others(read_files):
    stated, reading = read_files(
        projects=PROJECTS + "b: 1\nc:\n  name: C\n  status: asleep\n",
        agreements=AGREEMENTS + "2024-01-01,a,lost,x\n2024-13-01,a,signed,x\n",
        sponsors="tiers: {}\nsponsors:\n  S:\n    name: S\n    tier: [iron]\n",
    )
    assert reading.counts["projects"] == 1
    assert [c.dates for c in claims(stated, "Acceptance")] == [()]
    assert [place for place, _ in reading.skipped] == [
        "PROJECTS.yaml: b",
        "PROJECTS.yaml: b",
        "PROJECTS.yaml: c",
        "bootstrapping-agreements-DERIVED.csv: line 2",
        "bootstrapping-agreements-DERIVED.csv: line 3: date",
        "SPONSORS.yaml: S",
    ]


@pytest.mark.parametrize("text", ["", "a: [", "<!DOCTYPE html><html></html>", "- a\n- b\n"])
@pytest.mark.parametrize("name", ["projects", "sponsors", "agreements"])
def test_a_file_that_is_not_of_the_format_is_refused_by_name(read_files, name, text):
    with pytest.raises(FeedError, match=r"PROJECTS\.yaml|SPONSORS\.yaml|DERIVED\.csv"):
        read_files(**{name: text})


def test_a_missing_file_is_refused_by_name(tmp_path):
    with pytest.raises(FeedError, match=r"PROJECTS\.yaml: no such file"):
        list(read(Reading("commonhaus", tmp_path, PartialDate("2026-01-01"))))


def test_a_file_in_place_of_the_folder_is_refused(read_text):
    with pytest.raises(FeedError, match="not a folder"):
        read_text("commonhaus", PROJECTS)
