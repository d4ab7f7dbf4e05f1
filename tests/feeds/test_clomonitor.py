"""CLOMonitor: projects of five foundations, their levels, days of acceptance and repositories."""

from collections import Counter

import pytest

from kg.claims import Claim
from kg.errors import FeedError

FILES = ("cncf", "cdf", "lf-ai-data", "lf-networking", "open-mainframe-project")

FILE = """\
- name: alpha
  display_name: Alpha
  description: A sentence of others
  category: orchestration
  logo_url: https://alpha.example/logo.svg
  devstats_url: https://alpha.devstats.cncf.io/
  accepted_at: {accepted}
  maturity: {level}
  repositories:
    - name: alpha
      url: https://github.com/alpha/alpha/
      check_sets: [code]
"""


STALE = "left the foundation, or became a part of another project: day and level are kept from before"


def dates(claim: Claim) -> dict[str, str]:
    return {basis: str(day) for basis, day in claim.dates}


@pytest.mark.parametrize(
    ("name", "records", "counts"),
    [
        ("cncf", 245, {"projects": 237, "repositories": 685, "entries": 227, "levels": 227}),
        ("cdf", 6, {"projects": 6, "repositories": 22, "levels": 6}),
        ("lf-ai-data", 66, {"projects": 66, "repositories": 96, "entries": 60, "levels": 64}),
        ("lf-networking", 9, {"projects": 7, "repositories": 42}),
        ("open-mainframe-project", 14, {"projects": 13, "repositories": 162, "levels": 13}),
    ],
)
def test_the_counts_are_those_of_the_file(raw, name, records, counts):
    reading = raw(f"clomonitor-{name}").reading
    assert reading.records == records
    assert reading.counts == counts
    assert not reading.unknown


@pytest.mark.parametrize(
    ("name", "reasons"),
    [
        ("cncf", {"has neither level nor category: is an advisory group, not a project": 8, STALE: 1}),
        ("cdf", {}),
        ("lf-ai-data", {"is listed twice": 1, STALE: 2}),
        ("lf-networking", {"is a second view of a project for 5G, not a project": 2}),
        ("open-mainframe-project", {"is a working group, not a project": 1}),
    ],
)
def test_what_is_skipped_has_a_reason(raw, name, reasons):
    assert Counter(reason for _, reason in raw(f"clomonitor-{name}").reading.skipped) == reasons


def test_levels_are_in_the_words_of_the_foundation(raw):
    def levels(name: str) -> Counter[str]:
        return Counter(dict(c.links)["stage"] for c in raw(f"clomonitor-{name}").of("MaturityPeriod"))

    assert levels("cncf") == {"sandbox": 151, "incubating": 38, "graduated": 38}
    assert levels("lf-ai-data") == {"sandbox": 27, "incubating": 25, "graduated": 12}
    assert levels("open-mainframe-project") == {"active": 4, "incubating": 6, "sandbox": 3}


def test_a_project_has_all_its_repositories_and_its_name_in_devstats(raw):
    (accepted,) = raw("clomonitor-cncf").of("Acceptance", project="Akri")
    assert dates(accepted) == {"accepted": "2021-09-14"}
    project = dict(accepted.links)["project"]
    assert ("devstats", "akri") in project.ids
    assert ("repository", "https://github.com/project-akri/akri") in project.ids
    (kubernetes,) = [s for s in raw("clomonitor-cncf").named if s.name == "Kubernetes"]
    assert ("devstats", "kubernetes") in kubernetes.ids


def test_the_foundation_is_the_host_of_the_source(raw):
    hosts = {"cdf": "continuous-delivery-foundation", "cncf": "cncf", "lf-ai-data": "lf-ai-data"}
    for name, slug in hosts.items():
        assert {dict(c.links)["byOrganization"].slug for c in raw(f"clomonitor-{name}").of("MaturityPeriod")} == {slug}


def test_parts_of_kubernetes_without_a_level_are_named_and_nothing_is_said_of_them(raw):
    found = raw("clomonitor-cncf")
    assert "minikube" in {s.name for s in found.named}
    assert not found.of("Acceptance", project="minikube")
    assert not found.of("MaturityPeriod", project="minikube")


def test_no_two_projects_of_the_five_files_share_a_name_or_a_repository(raw):
    ids = Counter(i for name in FILES for s in raw(f"clomonitor-{name}").named for i in s.ids)
    assert [i for i, count in ids.items() if count > 1] == []


@pytest.mark.parametrize("accepted", ["'2022-06-17'", "2022-06-17", "2022-06-17T00:00:00Z"])
def test_dates_are_read_from_text_dates_and_times(read_text, accepted):
    found = read_text("clomonitor", FILE.format(accepted=accepted, level="sandbox"), host="cncf")
    assert [dates(c) for c in found.of("Acceptance")] == [{"accepted": "2022-06-17"}]
    assert found.named[0].ids == (
        ("clomonitor", "alpha"),
        ("devstats", "alpha"),
        ("repository", "https://github.com/alpha/alpha"),
    )


def test_an_unknown_level_is_noted_and_no_level_is_said(read_text):
    found = read_text("clomonitor", FILE.format(accepted="'2022'", level="emerging"), host="cncf")
    assert not found.of("MaturityPeriod")
    assert found.reading.skipped == [("entry 1: alpha: maturity", "'emerging' is no level")]


def test_one_bad_entry_does_not_cost_the_others(read_text):
    text = FILE.format(accepted="yesterday", level="sandbox") + "- 7\n- {name: Alpha Beta, maturity: sandbox, extra: 1}\n"
    found = read_text("clomonitor", text, host="cncf")
    assert len(found.of("MaturityPeriod")) == 1
    assert [place for place, _ in found.reading.skipped][:2] == ["entry 1: alpha: accepted_at", "entry 2"]
    assert ("entry 3: Alpha Beta", "'Alpha Beta' is no clomonitor identifier") in found.reading.skipped
    assert found.reading.unknown == {"extra": ["entry 3: Alpha Beta"]}


@pytest.mark.parametrize(
    "text",
    ["", "<html><body>Not found</body></html>", "projects: {}\n", "[]\n", "- name: alpha\n  display_name: 'cut of"],
    ids=["empty", "html", "mapping", "no-projects", "cut-off"],
)
def test_what_is_no_such_file_is_refused(read_text, text):
    with pytest.raises(FeedError, match="file"):
        read_text("clomonitor", text, host="cncf")


def test_a_source_without_a_host_is_refused(read_text):
    with pytest.raises(FeedError, match="host"):
        read_text("clomonitor", FILE.format(accepted="'2022'", level="sandbox"))
