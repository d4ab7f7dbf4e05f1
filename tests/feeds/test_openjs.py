"""The reader of the OpenJS Foundation's table of projects."""

from collections import Counter

import pytest

from kg.errors import FeedError

HEADER = "stage,project,url,note\n"


def test_every_project_of_the_raw_table_has_an_entry_and_a_stage(raw):
    found = raw("openjs")
    assert found.reading.records == found.reading.counts["projects"] == 43
    assert len(found.of("Acceptance", toOrganization="OpenJS Foundation")) == 43
    stages = Counter(dict(c.links)["stage"] for c in found.of("MaturityPeriod"))
    assert stages == {"impact": 6, "at-large": 20, "incubating": 5, "feature-complete": 5, "archived": 7}
    assert (found.reading.skipped, found.reading.unknown, found.reading.merged) == ([], {}, 0)


def test_an_entry_has_no_date_because_the_list_has_none(raw):
    assert all(c.dates == () for c in raw("openjs").of("Acceptance"))
    assert {str(c.as_of) for c in raw("openjs").of("MaturityPeriod")} == {"2026-07-23"}


def test_the_foundation_is_our_own_entity(raw):
    (claim,) = raw("openjs").of("MaturityPeriod", project="Node.js")
    home = dict(claim.links)["byOrganization"]
    assert home.slug == "openjs-foundation"
    assert claim.id == "{project}-level-{byOrganization}-{stage}"


def test_only_the_address_of_one_repository_becomes_an_identifier(read_text):
    text = (
        HEADER + "At-Large Projects,A,https://github.com/jquery/globalize,\nAt-Large Projects,B,https://github.com/cosmosgl,\n"
    )
    one, many = read_text("openjs", text).named
    assert one.ids == (("repository", "https://github.com/jquery/globalize"),)
    assert many.ids == ()


def test_an_unknown_stage_costs_the_stage_and_not_the_project(read_text):
    found = read_text("openjs", HEADER + "Sunny Projects,A,https://a.example,\n")
    assert len(found.of("Acceptance")) == 1
    assert found.reading.skipped == [("line 2: stage", "is no stage of the foundation")]


def test_a_row_without_a_name_is_skipped(read_text):
    found = read_text("openjs", HEADER + "Impact Projects,,https://a.example,\nImpact Projects,B,https://b.example,\n")
    assert found.reading.skipped == [("line 2", "name is empty")]
    assert [n.name for n in found.named] == ["B"]


@pytest.mark.parametrize("text", ["", "stage,proj", HEADER, "<!DOCTYPE html><html></html>", '{"projects": []}'])
def test_a_file_that_is_no_such_table_is_refused_by_name(read_text, text):
    with pytest.raises(FeedError, match="table of "):
        read_text("openjs", text)
