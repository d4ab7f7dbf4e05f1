"""The reader of NumFOCUS's folder of projects."""

import pytest

from kg.dates import PartialDate
from kg.errors import FeedError
from kg.feeds.numfocus import read
from kg.feeds.reading import Reading

SPONSORED = "name: A\ntype: sponsored\nsupport_year_start: 2015\nwebsite_link: https://a.example\n"
AFFILIATED = "name: B\ntype: affiliated\nwebsite_link: https://b.example\n"


@pytest.fixture
def read_files(tmp_path):
    def read_them(**files):
        for name, text in files.items():
            (tmp_path / name.replace("__", ".")).write_text(text, encoding="utf-8")
        reading = Reading("numfocus", tmp_path, PartialDate("2026-01-01"))
        return list(read(reading)), reading

    return read_them


def test_every_project_of_the_raw_folder_is_sponsored_or_affiliated(raw):
    found = raw("numfocus")
    assert found.reading.records == 152
    assert found.reading.counts == {"projects": 152, "sponsored projects": 60, "affiliated projects": 92}
    assert (found.reading.skipped, found.reading.unknown, found.reading.merged) == ([], {}, 0)


def test_each_sponsored_project_has_the_year_in_which_sponsorship_began(raw):
    sponsored = raw("numfocus").of("Stewardship", steward="NumFOCUS", role="fiscal-sponsor")
    assert len(sponsored) == 60
    assert {c.start.precision for c in sponsored} == {"year"}
    (matplotlib,) = raw("numfocus").of("Stewardship", project="Matplotlib")
    assert str(matplotlib.start) == "2015"
    assert matplotlib.id == "{project}-stewardship-{steward}-fiscal-sponsor"


def test_affiliation_is_a_stage_and_never_a_stewardship(raw):
    """Trap 18: an affiliated project has no year, and stays outside the foundation."""
    found = raw("numfocus")
    affiliated = {c.links[0][1].name for c in found.of("MaturityPeriod", stage="affiliated")}
    sponsored = {c.links[0][1].name for c in found.of("Stewardship")}
    assert len(affiliated) == 92
    assert not affiliated & sponsored
    assert {c.kind for c in found.claims} == {"Stewardship", "MaturityPeriod"}


def test_the_schema_beside_the_projects_is_no_project(read_files):
    """Trap 18: the folder holds a JSON schema, and a file without a name is no project."""
    stated, reading = read_files(a__yaml=SPONSORED, projects_schema__json='{"name": "x"}', c__yaml="type: affiliated\n")
    assert [s.name for s in stated if hasattr(s, "name")] == ["A"]
    assert reading.skipped == [("c.yaml", "has no name")]


def test_one_bad_file_does_not_cost_the_others(read_files):
    _, reading = read_files(
        a__yaml=SPONSORED, b__yaml="name: [", c__yaml="- 1\n", d__yaml=AFFILIATED, e__yaml="name: E\ntype: friend\n"
    )
    assert reading.counts["projects"] == 2
    assert reading.skipped == [
        ("b.yaml", "is not YAML in UTF-8"),
        ("c.yaml", "is a list, not a mapping"),
        ("e.yaml", "has no type that is sponsored or affiliated"),
    ]


def test_the_address_of_code_is_no_homepage(raw):
    """Some accounts bear a person's name."""
    assert not any("github.com/" in n.homepage and "pkg.go.dev" not in n.homepage for n in raw("numfocus").named)


def test_an_unknown_key_is_reported(read_files):
    _, reading = read_files(a__yaml=SPONSORED + "colour: red\n")
    assert reading.unknown == {"colour": ["a.yaml"]}


@pytest.mark.parametrize("text", ["", "<!DOCTYPE html><html></html>", "name: Half\nty"])
def test_a_folder_without_projects_is_refused(read_files, text):
    with pytest.raises(FeedError, match="no project in any YAML file"):
        read_files(a__yaml=text)


def test_a_file_in_place_of_the_folder_is_refused(read_text):
    with pytest.raises(FeedError, match="not a folder"):
        read_text("numfocus", SPONSORED)
