"""The reader of OpenStack's project teams."""

from collections import Counter

import pytest
import yaml

from kg.dates import PartialDate
from kg.errors import FeedError
from kg.feeds.openstack import read
from kg.feeds.reading import Reading

TEAMS = "nova:\n  url: https://n.example\n  deliverables:\n    nova:\n      repos: [openstack/nova]\n"
LEGACY = "cue:\n  retired-on: 2016-06-07\n  deliverables:\n    cue-ui:\n      repos: [openstack/cue-ui]\n"


@pytest.fixture
def read_files(tmp_path):
    def read_them(projects=TEAMS, legacy=LEGACY, **others):
        files = {"projects": projects, "legacy": legacy, **others}
        for name, text in files.items():
            (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
        reading = Reading("openstack", tmp_path, PartialDate("2026-01-01"))
        return list(read(reading)), reading

    return read_them


def claims(stated, kind):
    return [s for s in stated if s.kind == kind]


def test_the_counts_of_the_raw_folder(raw):
    reading = raw("openstack-governance").reading
    assert (reading.counts["teams"], reading.counts["repositories"]) == (42, 579)
    assert (reading.counts["legacy teams"], reading.counts["legacy repositories"]) == (58, 729)
    assert reading.counts["retired teams"] == 30
    assert reading.counts["special interest groups with repositories"] == 13
    assert (reading.records, reading.merged, reading.unknown) == (100, 22, {})


def test_every_team_is_a_part_of_openstack(raw):
    parts = raw("openstack-governance").of("Subproject", parentProject="OpenStack")
    assert len(parts) == 42 + 30
    assert {dict(c.links)["parentProject"].slug for c in parts} == {"openstack"}
    assert {c.id for c in parts} == {"{project}-subproject-{parentProject}"}
    assert sum(1 for c in parts if c.as_of) == 42


def test_thirty_of_the_legacy_teams_retired_on_a_day(raw):
    """Trap 19: 28 have no day. 22 of them are parts of teams of today, and 6 belong to no team of today."""
    found = raw("openstack-governance")
    retired = found.of("MaturityChange", toStage="retired", byOrganization="OpenInfra Foundation")
    assert len(retired) == 30
    assert {c.dates[0][0] for c in retired} == {"effective"}
    (tripleo,) = found.of("MaturityChange", project="OpenStack Tripleo")
    assert tripleo.id == "{project}-{toStage}-{byOrganization}"
    assert str(tripleo.dates[0][1]) == "2024-01-09"
    reason = "names no day of retirement, and no team of today; only some of its repositories are retired"
    assert Counter(why for _, why in found.reading.skipped) == {reason: 6}


def test_retired_parts_of_a_living_team_do_not_retire_it(raw):
    assert not raw("openstack-governance").of("MaturityChange", project="OpenStack Horizon")
    (horizon,) = raw("openstack-governance").of("Subproject", project="OpenStack Horizon")
    assert horizon.end is None


def test_a_team_never_reads_as_another_project_of_the_same_word(raw):
    """Swift and Security are names of other things."""
    names = {n.name for n in raw("openstack-governance").named}
    assert {"OpenStack Swift", "OpenStack Security", "Puppet OpenStack", "OpenStack ec2-api"} <= names
    assert all("openstack" in name.casefold() for name in names)


def test_only_the_repository_of_the_team_s_own_name_is_an_identifier(raw):
    ids = {n.name: n.ids for n in raw("openstack-governance").named}
    assert ids["OpenStack Nova"] == (("repository", "https://opendev.org/openstack/nova"),)
    assert ids["OpenStack-Helm"] == (("repository", "https://opendev.org/openstack/openstack-helm"),)
    assert ids["OpenStack Fuel"] == ids["OpenStack Telemetry"] == ()
    assert sum(1 for found in ids.values() if found) == 33 + 16


def test_no_lead_of_a_team_is_read(raw):
    found = raw("openstack-governance")
    assert {n.kind for n in found.named} == {"Project"}
    assert found.reading.ignored["ptl"] == 50
    assert found.reading.ignored["liaisons"] == 31


@pytest.mark.parametrize("lead", ["{name: X Y, appointed: [zed, '2023.1', 2026.2]}", "X Y", ""])
def test_a_lead_may_be_a_mapping_a_text_or_missing(read_files, lead):
    """Trap 19. An unquoted cycle is a number to YAML."""
    stated, reading = read_files(legacy=LEGACY + f"  ptl: {lead}\n  appointed: [2026.2]\n")
    assert "X Y" not in repr(stated) + repr(reading)
    assert len(claims(stated, "MaturityChange")) == 1
    assert reading.unknown == {}


def test_a_retirement_ends_the_part_and_keeps_its_precision(read_files):
    stated, _ = read_files(legacy=LEGACY.replace("2016-06-07", "'2016-06'"))
    (change,) = claims(stated, "MaturityChange")
    assert change.dates == (("effective", PartialDate("2016-06")),)
    assert [str(c.end) for c in claims(stated, "Subproject")] == ["None", "2016-06"]


def test_one_bad_team_does_not_cost_the_others(read_files):
    stated, reading = read_files(
        projects=TEAMS + "heat: 1\nzun:\n  colour: red\n", legacy=LEGACY + "old:\n  retired-on: soon\n"
    )
    assert len(claims(stated, "Subproject")) == 3
    assert [place for place, _ in reading.skipped] == [
        "projects.yaml: heat",
        "legacy.yaml: old: retired-on",
        "legacy.yaml: old",
    ]
    assert reading.unknown == {"colour": ["projects.yaml: zun"]}


@pytest.mark.parametrize("text", ["", "nova: [", "<!DOCTYPE html><html></html>", "- nova\n"])
@pytest.mark.parametrize("name", ["projects", "legacy"])
def test_a_file_that_is_no_mapping_of_teams_is_refused_by_name(read_files, name, text):
    with pytest.raises(FeedError, match=rf"{name}\.yaml"):
        read_files(**{name: text})


def test_a_missing_file_or_folder_is_refused(tmp_path, read_text):
    with pytest.raises(FeedError, match=r"projects\.yaml: no such file"):
        list(read(Reading("openstack", tmp_path, PartialDate("2026-01-01"))))
    with pytest.raises(FeedError, match="not a folder"):
        read_text("openstack", yaml.safe_dump({"nova": {}}))
