"""The CHAOSS tables of licence changes and forks."""

from collections import Counter

import pytest

from kg.claims import Named
from kg.dates import PartialDate
from kg.errors import FeedError
from kg.feeds.reading import Reading
from kg.feeds.relicensing import read
from kg.feeds.tables import table_rows

DAY = PartialDate("2026-01-01")
FORKS = "fork_name,fork_date,fork_repo,fork_lic,fork_owner,from_name,from_repo,from_lic,from_owner,category,notes\n"
CHANGES = "project,relicense_date,orig_license,new_license,org,repo,license_file\n"


def link(claim, name) -> Named:
    return dict(claim.links)[name]


def name_of(claim, name) -> str:
    return link(claim, name).name if name in dict(claim.links) else ""


def test_every_fork_and_every_licence_change_is_read(raw):
    found = raw("chaoss-relicensing")
    assert found.reading.records == 13 + 19
    assert len(found.of("ForkEvent")) == 13
    assert len(found.of("Relicensing")) == 16
    assert dict(found.reading.counts) == {
        "forks": 13,
        "forks over an acquisition": 3,
        "forks over a change of licence": 5,
        "forks over features": 5,
        "relicensings": 16,
        "rows named by their repository": 1,
        "archived repositories left aside": 729,
        "commercial open-source companies left aside": 1459,
        "projects of foundations left aside": 102,
    }


def test_nothing_of_the_folder_is_lost(raw):
    reading = raw("chaoss-relicensing").reading
    assert reading.unknown == {}
    assert Counter(reason for _, reason in reading.skipped) == {
        "names no licence: the project was archived": 2,
        "the new licence is told in words, or by a name that no table here has": 1,
        "the fork and the original have one address: it is given to neither": 2,
        "is no legal body": 1,
        "Oracle: not yet its owner": 1,
        "is two bodies in one cell": 1,
        "a repository that is archived shows no event of governance": 1,
        "sorted by a language model: a hint, no fact": 1,
        "a sample whose start dates all read Unknown: a hint, no fact": 1,
    }


def test_a_fork_leads_away_from_the_owner_that_the_original_then_had(raw):
    (mariadb,) = raw("chaoss-relicensing").of("ForkEvent", project="MariaDB")
    assert mariadb.id == "{project}-fork"
    assert (name_of(mariadb, "forkOf"), name_of(mariadb, "awayFrom")) == ("MySQL", "")  # the list has its owner of today
    assert [(basis, str(day)) for basis, day in mariadb.dates] == [("occurred", "2009-10-29")]
    (office,) = raw("chaoss-relicensing").of("ForkEvent", project="LibreOffice")
    assert name_of(office, "awayFrom") == "Oracle"


def test_blanks_at_the_end_of_an_address_are_dropped(raw):
    (mariadb,) = raw("chaoss-relicensing").of("ForkEvent", project="MariaDB")
    assert link(mariadb, "forkOf").ids == (("repository", "https://github.com/mysql/mysql-server"),)


def test_an_original_without_an_address_is_named_all_the_same(raw):
    (jenkins,) = raw("chaoss-relicensing").of("ForkEvent", project="Jenkins")
    assert link(jenkins, "forkOf") == Named("Project", "Hudson")


@pytest.mark.parametrize(("fork", "origin"), [("egcs", "gcc"), ("io.js", "Node.js")])
def test_an_address_that_fork_and_original_share_joins_neither(raw, fork, origin):
    (event,) = raw("chaoss-relicensing").of("ForkEvent", project=fork)
    assert (link(event, "project"), link(event, "forkOf")) == (Named("Project", fork), Named("Project", origin))


def test_the_owner_of_a_fork_is_who_the_table_names_on_its_day_and_did_not_take_it_in(raw):
    read = raw("chaoss-relicensing")
    assert [c.id for c in read.of("ForkEvent") if "toOrganization" in dict(c.links)] == []
    owners = {name_of(c, "project"): (name_of(c, "steward"), str(c.as_of)) for c in read.of("Stewardship", role="listed-owner")}
    assert owners["LibreOffice"] == ("The Document Foundation", "2026-06-02")
    assert len(owners) == 11
    assert {"Adempiere", "Jenkins"} & set(owners) == set()


def test_a_licence_change_has_the_licences_before_and_after_as_spdx_and_the_day(raw):
    found = {
        (
            c.id,
            name_of(c, "project"),
            dict(c.values)["fromLicense"],
            dict(c.values)["toLicense"],
            str(dict(c.dates)["occurred"]),
        )
        for c in raw("chaoss-relicensing").of("Relicensing")
    }
    assert ("{project}-to-busl-1-1", "Terraform", "MPL-2.0", "BUSL-1.1", "2023-08-10") in found
    assert ("{project}-to-sspl-1-0", "MongoDB", "AGPL-3.0-only", "SSPL-1.0", "2018-10-16") in found
    assert ("{project}-to-elastic-2-0", "Airbyte", "MIT", "Elastic-2.0", "2021-09-27") in found
    assert len(found) == 16


def test_a_hard_space_in_a_licence_name_is_a_space(raw):
    both = {
        name_of(c, "project"): c for c in raw("chaoss-relicensing").of("Relicensing") if " OR " in dict(c.values)["toLicense"]
    }
    assert dict(both["Redis"].values)["toLicense"] == "LicenseRef-RSALv2 OR SSPL-1.0"
    assert both["Redis"].id == "{project}-to-rsalv2-or-sspl-1-0"
    assert both["Elasticsearch"].id == "{project}-to-elastic-2-0-or-sspl-1-0"


def test_a_second_row_of_one_name_is_the_project_of_its_repository(raw):
    """The second `Elasticsearch` is Kibana."""
    elastic = [c for c in raw("chaoss-relicensing").of("Relicensing") if c.id.endswith("elastic-2-0-or-sspl-1-0")]
    assert [link(c, "project").name for c in elastic] == ["Elasticsearch", "kibana"]
    assert link(elastic[1], "project").ids == (("repository", "https://github.com/elastic/kibana"),)


def test_a_licence_added_beside_the_old_one_names_the_event_that_the_curated_facts_tell_of(raw):
    found = raw("chaoss-relicensing")
    assert [c.id for c in found.of("Relicensing", project="TimescaleDB")] == ["{project}-to-apache-2-0-and-timescale-license"]
    assert [c.id for c in found.of("Relicensing", project="Sourcegraph")] == [
        "{project}-to-apache-2-0-and-sourcegraph-enterprise"
    ]


def test_it_is_not_said_who_decided_on_the_licence(raw):
    """The column `org` is a part of the repository's address."""
    assert {name for c in raw("chaoss-relicensing").of("Relicensing") for name, _ in c.links} == {"project"}


@pytest.mark.parametrize("project", ["LiveCode", "OTRS", "Aseprite"])
def test_an_archived_project_and_a_licence_told_in_words_change_no_licence(raw, project):
    assert raw("chaoss-relicensing").of("Relicensing", project=project) == []


def test_nothing_is_said_of_the_licence_of_today(raw):
    """No LicensePeriod: Elasticsearch and Redis have come back since."""
    assert {c.kind for c in raw("chaoss-relicensing").claims} == {"ForkEvent", "Relicensing", "Stewardship"}


def test_no_sentence_of_the_tables_is_repeated(raw):
    values = {str(v) for c in raw("chaoss-relicensing").claims for _, v in c.values}
    assert max(map(len, values)) < 50
    assert not [v for v in values if ". " in v]


def test_every_start_date_of_the_sample_of_foundation_projects_is_missing(raw):
    path = raw("chaoss-relicensing").reading.path / "foundation-projects.csv"
    rows = [row for _, row in table_rows(path)]
    assert {row["Start Date"] for row in rows} == {"Unknown"}
    assert Counter(row["Foundation"] for row in rows) == {"Apache": 82, "Eclipse": 20}


def test_the_list_without_a_header_loses_no_first_row(raw):
    found = raw("chaoss-formerly-open-source")
    assert found.reading.records == 24
    assert len(found.of("Relicensing")) == 11
    (akka,) = found.of("Relicensing", project="Akka")
    assert [(b, str(d)) for b, d in akka.dates] == [("occurred", "2022")]


def test_what_the_list_tells_in_words_is_skipped_and_so_is_its_ragged_row(raw):
    reading = raw("chaoss-formerly-open-source").reading
    assert Counter(reason for _, reason in reading.skipped) == {
        "the new licence is told in words, or by a name that no table here has": 12,
        "has 4 cells": 1,
    }
    assert reading.unknown == {}


def test_a_licence_in_the_wrong_case_is_corrected_and_a_bare_gpl_is_no_licence(read_text):
    text = CHANGES + "A,2020-01-01,BSD-3-clause,mpl-2.0,o,a,L\nB,2020-01-02,GPL,MPL-2.0,o,b,L\n"
    found = read_text("relicensing", text)
    assert [c.values for c in found.claims] == [
        (("fromLicense", "BSD-3-Clause"), ("toLicense", "MPL-2.0")),
        (("toLicense", "MPL-2.0"),),
    ]
    assert found.reading.skipped == [("file: line 3: orig_license", "'GPL' is no SPDX identifier")]


def test_a_bad_record_does_not_cost_the_rest(read_text):
    text = FORKS + (
        ",2020-01-01,,,,B,,,,feature,\n"
        "C,01/02/2020,,,,D,,,,anger,\n"
        "too,short\n"
        'E,2020,https://e.example/x y,,,F,,,,feature,"a note,\nin two lines"\n'
        "G,2020,,,,H,,,,feature,\n"
    )
    found = read_text("relicensing", text)
    assert [name_of(c, "project") for c in found.claims] == ["C", "G"]
    assert [place for place, _ in found.reading.skipped] == [
        "file: line 2",
        "file: line 3: fork_date",
        "file: line 3: category",
        "file: line 4",
        "file: line 6",
    ]


def test_a_column_nobody_knows_is_reported(read_text):
    found = read_text("relicensing", CHANGES[:-1] + ",mood\nA,2020-01-01,MIT,MPL-2.0,o,a,L,bad\n")
    assert list(found.reading.unknown) == ["mood"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("<!DOCTYPE html>\n<html><body>Not found</body></html>\n", "no table of forks"),
        ("name,licence\nA,MIT\n", "no table of forks"),
        (CHANGES, "has no rows"),
        (CHANGES + "A,2020-01-01,MIT,MPL-2.0,o,a,L\nB,2020-01", "ends in the middle"),
        (CHANGES + 'A,2020-01-01,MIT,"MPL', "no CSV table"),
    ],
    ids=["empty", "html", "other table", "header only", "cut row", "cut quote"],
)
def test_a_file_that_is_no_such_table_is_refused(read_text, text, said):
    with pytest.raises(FeedError, match=said):
        read_text("relicensing", text)


def test_a_file_that_is_no_text_and_a_folder_without_the_tables_are_refused(tmp_path):
    (tmp_path / "forks.csv").write_bytes(b"\xff\xfe\x00bin\xe9")
    with pytest.raises(FeedError, match="UTF-8"):
        list(read(Reading("x", tmp_path / "forks.csv", DAY)))
    (tmp_path / "sub").mkdir()
    with pytest.raises(FeedError, match="neither"):
        list(read(Reading("x", tmp_path / "sub", DAY)))
