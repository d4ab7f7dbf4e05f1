"""Velocity: numbers per project and period, by the name of the column."""

from collections import Counter

import pytest

from kg.claims import Claim
from kg.errors import FeedError
from kg.feeds import feed_sources

COUNTS = {
    "cncf-velocity-2020": 108,
    "cncf-velocity-2021": 122,
    "cncf-velocity-2022": 156,
    "cncf-velocity-2023": 184,
    "cncf-velocity-2024": 210,
    "cncf-velocity-2025": 225,
    "cncf-velocity-2025-07-2026-07": 222,
    "lf-velocity-2024": 282,
    "lf-velocity-2025": 299,
    "lf-velocity-2025-07-2026-07": 294,
}

NO_ADDRESS = "is no address on GitHub"
LINUX = "is Linux, counted from mailing lists and its own log, not as the others"
FOUNDATION = "is the foundation itself, not a project of it"

# The files that have a row for the foundation's own repositories; it went out of them in 2022, and for good in 2025.
WITH_FOUNDATION = {"cncf-velocity-2020", "cncf-velocity-2021", "cncf-velocity-2023", "cncf-velocity-2024", "lf-velocity-2024"}

HEADER = "org,repo,activity,comments,prs,commits,issues,authors,pushes,project,url\n"
SWAPPED = "org,repo,activity,comments,prs,commits,issues,pushes,authors,project,url\n"
YEAR = {"start": "2024-01-01", "end": "2025-01-01"}


def numbers(claims: list[Claim], project: str) -> dict[str, object]:
    chosen = [dict(c.links) | dict(c.values) for c in claims if dict(c.links)["project"].name == project]
    return {c["variable"]: c["value"] for c in chosen}


@pytest.mark.parametrize(("source", "records"), COUNTS.items())
def test_every_row_is_counted_but_linux_and_the_foundation(raw, source, records):
    found = raw(source)
    left_out = {LINUX: 1} if source.startswith("lf-") else {}
    left_out |= {FOUNDATION: 1} if source in WITH_FOUNDATION else {}
    assert found.reading.records == records
    assert found.reading.counts == {"projects": records - len(left_out)}
    assert Counter(reason for _, reason in found.reading.skipped) == {NO_ADDRESS: 1} | left_out
    assert not found.reading.unknown
    assert len(found.claims) == records - len(left_out)
    assert {dict(c.links)["variable"] for c in found.claims} == {"authors"}
    assert {(str(c.start), str(c.end)) for c in found.claims} == {tuple(feed_sources()[source].settings[k] for k in YEAR)}


@pytest.mark.parametrize("source", COUNTS)
def test_the_period_of_a_source_is_the_one_in_the_name_of_its_file(source):
    declared = feed_sources()[source]
    start, end = (declared.settings[k].replace("-", "") for k in YEAR)
    assert declared.data.endswith(f"_{start}_{end}.csv")


def test_columns_that_change_places_are_found_by_name(raw, read_text):
    """Authors and pushes swap places from 2025 on."""
    assert numbers(raw("cncf-velocity-2021").claims, "Kubernetes") == {"authors": 3767}
    assert numbers(raw("lf-velocity-2025").claims, "Kubernetes") == {"authors": 4195}
    row = "alpha,alpha,10,1,2,3,4,{},{},Alpha,alpha.example\n"
    old = read_text("velocity", HEADER + row.format(5, 6), **YEAR)
    new = read_text("velocity", SWAPPED + row.format(6, 5), **YEAR)
    assert numbers(old.claims, "Alpha") == numbers(new.claims, "Alpha")


def test_all_metrics_are_read_by_default(read_text):
    found = read_text("velocity", HEADER + "alpha,alpha,10,1,2,3,4,5,6,Alpha,alpha.example\n", **YEAR)
    assert numbers(found.claims, "Alpha") == {
        "activity": 10,
        "authors": 5,
        "comments": 1,
        "commits": 3,
        "issues": 4,
        "pull-requests": 2,
        "pushes": 6,
    }
    assert found.claims[0].id == "{project}-activity-2024-01-01"


def test_addresses_are_sites_repositories_or_organizations(read_text):
    rows = "".join(
        f"a,a,1,1,1,1,1,1,1,{name},{url}\n"
        for name, url in (
            ("Site", "site.example/en/latest"),
            ("Repository", "github.com/rkt/rkt"),
            ("Organization", "github.com/fluxcd"),
            ("Neither", "github.com/theupdateframework.com"),
            ("None", ""),
        )
    )
    found = read_text("velocity", HEADER + rows, metrics=["commits"], **YEAR)
    projects = {p.name: p for p in (dict(c.links)["project"] for c in found.claims)}
    assert projects["Site"].homepage == "https://site.example/en/latest"
    assert projects["Repository"].ids == (("repository", "https://github.com/rkt/rkt"),)
    assert projects["Organization"].ids == (("github", "fluxcd"),)
    assert (projects["Neither"].ids, projects["Neither"].homepage, projects["None"].homepage) == ((), "", "")
    assert found.reading.skipped == [("file: line 5: url", NO_ADDRESS)]


def test_cells_of_many_kilobytes_are_read(read_text):
    found = read_text("velocity", HEADER + f"a,{'+'.join(['repository'] * 2000)},1,1,1,1,1,1,1,Alpha,\n", **YEAR)
    assert found.reading.counts["projects"] == 1


def test_linux_is_left_out(read_text):
    """Its issues and proposals are mails, and one file gives it sixty-nine thousand authors."""
    found = read_text("velocity", HEADER + "torvalds,linux,9,9,9,9,9,9,9,Linux,kernel.org\n", **YEAR)
    assert not found.claims
    assert [reason for _, reason in found.reading.skipped] == [LINUX]


def test_the_foundation_is_no_project_of_its_own(read_text):
    """A row counts what lies in the CNCF's own repositories; a project whose name only begins like it is one."""
    rows = "cncf+crosscloudci,a,9,9,9,9,9,9,9,CNCF,www.cncf.io\ncncf,b,1,1,1,1,1,1,1,CNCF Storage,\n"
    found = read_text("velocity", HEADER + rows, metrics=["authors"], **YEAR)
    assert [dict(c.links)["project"].name for c in found.claims] == ["CNCF Storage"]
    assert found.reading.skipped == [("file: line 2", FOUNDATION)]
    assert found.reading.counts == {"projects": 1}


def test_one_bad_row_does_not_cost_the_others(read_text):
    rows = "a,a,1,1,1,many,1,1,1,Alpha,\na,a,1\na,a,1,1,1,1,1,1,1,,\na,a,1,1,1,2,1,1,1,Beta,\n"
    found = read_text("velocity", HEADER + rows, metrics=["commits"], **YEAR)
    assert numbers(found.claims, "Beta") == {"commits": 2}
    assert found.reading.skipped == [
        ("file: line 2: commits", "'many' is no number"),
        ("file: line 3", "has more or fewer cells than the header"),
        ("file: line 4", "name is empty"),
    ]


def test_a_new_column_is_reported(read_text):
    found = read_text("velocity", f"stars,{HEADER}7,a,a,1,1,1,1,1,1,1,Alpha,\n", **YEAR)
    assert found.reading.unknown == {"stars": ["file: line 2"]}


@pytest.mark.parametrize(
    "text",
    ["", "<html><body>Not found</body></html>\n", "name,stars\nalpha,1\n", HEADER, HEADER + "a,a,1,1,1,1,1,1,1,A,\nb,b,1,1"],
    ids=["empty", "html", "other-table", "no-rows", "cut-off"],
)
def test_what_is_no_such_table_is_refused(read_text, text):
    with pytest.raises(FeedError, match="file"):
        read_text("velocity", text, **YEAR)


def test_settings_that_make_no_sense_are_refused(read_text):
    row = HEADER + "a,a,1,1,1,1,1,1,1,Alpha,\n"
    with pytest.raises(FeedError, match="stars"):
        read_text("velocity", row, metrics=["stars"], **YEAR)
    with pytest.raises(FeedError, match="end"):
        read_text("velocity", row, start="2024-01-01")
