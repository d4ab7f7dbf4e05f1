"""DevStats: entries into the CNCF, stages and levels, and the entries that are no projects of the CNCF."""

from collections import Counter

import pytest
import yaml

from kg.claims import Claim, Named
from kg.errors import FeedError

from .conftest import RAW, ReadFile

FILE = """\
projects:
  alpha:
    order: 1
    name: Alpha
    status: {status}
    command_line: [alpha]
    start_date: 2014-06-01T00:00:00Z
    join_date: 2016-03-10T00:00:00Z
    graduated_date: 2018-03-06T18:00:00Z
    psql_db: gha
    shared_db: allprj
    main_repo: alpha/alpha
"""


def dates(claim: Claim) -> dict[str, str]:
    return {basis: str(day) for basis, day in claim.dates}


def test_every_entry_of_the_file_is_loaded_or_has_no_level(raw):
    found: ReadFile = raw("cncf-devstats")
    assert found.reading.records == 271
    assert found.reading.counts == {"hosted projects": 255, "entries": 255, "stages entered": 115}
    assert Counter(reason for _, reason in found.reading.skipped) == {
        "has no level: followed for comparison, not hosted": 16,
    }
    assert not found.reading.unknown
    assert found.reading.ignored["start_date"] == 271


def test_levels_and_stages_are_those_of_the_file(raw):
    found = raw("cncf-devstats")
    levels = Counter(dict(c.links)["stage"] for c in found.of("MaturityPeriod"))
    assert levels == {"sandbox": 151, "incubating": 39, "graduated": 37, "archived": 28}
    entered = Counter(dict(c.links)["toStage"] for c in found.of("MaturityChange"))
    assert entered == {"incubating": 50, "graduated": 37, "archived": 28}
    assert {dict(c.links)["toOrganization"].slug for c in found.of("Acceptance")} == {"cncf"}


def test_kubernetes_came_in_grew_and_graduated(raw):
    found = raw("cncf-devstats")
    (accepted,) = found.of("Acceptance", project="Kubernetes")
    assert dates(accepted) == {"accepted": "2016-03-10"}
    assert accepted.id == "{project}-to-{toOrganization}"
    stages = {dict(c.links)["toStage"]: dates(c) for c in found.of("MaturityChange", project="Kubernetes")}
    assert stages == {"incubating": {"occurred": "2016-03-11"}, "graduated": {"occurred": "2018-03-06"}}
    project = dict(accepted.links)["project"]
    assert project.ids == (("devstats", "kubernetes"), ("repository", "https://github.com/kubernetes/kubernetes"))


def test_projects_whose_numbers_are_no_longer_collected_were_still_hosted_and_archived(raw):
    found = raw("cncf-devstats")
    for name, day in (("OpenTracing", "2022-01-31"), ("rkt", "2019-08-16"), ("Brigade", "2022-10-19")):
        (archived,) = found.of("MaturityChange", project=name, toStage="archived")
        assert dates(archived) == {"occurred": day}


def test_entries_of_others_and_of_no_project_become_nothing(raw):
    """One of them is named after a person."""
    found = raw("cncf-devstats")
    entries = yaml.load((RAW / "cncf-devstats" / "projects.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader)["projects"]
    others = {key: data["name"] for key, data in entries.items() if data["status"] == "-"}
    assert {"prestodb", "godotengine", "nodejs", "linux", "zephyr", "openwhisk", "all", "cncf"} < set(others)
    names = {s.name for s in found.named} | {t.name for c in found.claims for _, t in c.links if isinstance(t, Named)}
    assert not names & set(others.values())
    places = " ".join(place for place, _ in found.reading.skipped)
    assert not any(name in places for name in others.values())


def test_timestamps_are_read_as_days(read_text):
    found = read_text("devstats", FILE.format(status="Graduated"))
    assert [dates(c) for c in found.of("MaturityChange")] == [{"occurred": "2018-03-06"}]


def test_an_unknown_level_is_noted_and_the_dates_are_kept(read_text):
    found = read_text("devstats", FILE.format(status="Emeritus"))
    assert len(found.of("Acceptance")) == 1
    assert found.reading.skipped == [("projects: entry 1: status", "'Emeritus' is no level")]


def test_one_bad_entry_does_not_cost_the_others(read_text):
    found = read_text(
        "devstats", FILE.format(status="Graduated") + "  beta: 7\n  gamma: {status: Sandbox, name: '', extra: 1}\n"
    )
    assert [s.name for s in found.named] == ["Alpha"]
    assert ("projects: entry 2", "is a number, not a mapping") in found.reading.skipped
    assert ("projects: gamma", "name is empty") in found.reading.skipped
    assert found.reading.unknown == {"extra": ["projects: gamma"]}


@pytest.mark.parametrize(
    "text",
    ["", "<html><body>Not found</body></html>", "- name: alpha\n", "projects: []\n", "projects:\n  a: {name: 'cut of"],
    ids=["empty", "html", "list", "wrong-shape", "cut-off"],
)
def test_what_is_no_such_file_is_refused(read_text, text):
    with pytest.raises(FeedError, match="file"):
        read_text("devstats", text)
