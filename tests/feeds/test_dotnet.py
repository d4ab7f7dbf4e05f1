"""The reader of the .NET Foundation's pages of projects."""

from collections import Counter

import pytest

from kg.claims import Named
from kg.dates import PartialDate
from kg.errors import FeedError
from kg.feeds import feed_sources
from kg.feeds.dotnet import read
from kg.feeds.reading import Reading

DONORS = {"Company": {"Acme": ["ACME"], "Bolt, Inc.": []}, "Foundation": {"Old Home": []}}


@pytest.fixture
def read_pages(tmp_path):
    def read_them(*pages):
        for number, text in enumerate(pages):
            (tmp_path / f"{number}.md").write_text(text, encoding="utf-8")
        reading = Reading("dotnet", tmp_path, PartialDate("2026-01-01"), {"donors": DONORS})
        return list(read(reading)), reading

    return read_them


def page(**fields):
    lines = "".join(f"{key}: {value}\n" for key, value in fields.items())
    return f"---\n{lines}---\n# A project\n\nProse with a name.\n"


def donors_of(claim):
    return [target.name for link, target in claim.links if link == "fromOrganization"]


def test_every_page_of_the_raw_folder_is_a_project_with_a_donation_or_an_entry(raw):
    found = raw("dotnet-foundation")
    assert found.reading.records == found.reading.counts["projects"] == 151
    # From another foundation it is no donation by a vendor.
    assert (len(found.of("Donation")), len(found.of("InterFoundationTransfer"))) == (64, 18)
    assert len(found.of("Acceptance")) == 69
    assert found.reading.counts["projects without a contributor"] == 5
    assert found.reading.counts["projects of contributors not known to be organizations"] == 64
    assert (found.reading.skipped, found.reading.unknown, found.reading.merged) == ([], {}, 0)


def test_the_donors_of_the_raw_folder(raw):
    """Outercurve stands there in three spellings, 15, 1 and 1 times."""
    found = raw("dotnet-foundation")
    gifts = [*found.of("Donation"), *found.of("InterFoundationTransfer")]
    donors = Counter(name for claim in gifts for name in donors_of(claim))
    assert donors.pop("Microsoft") == 43
    assert donors.pop("Outercurve Foundation") == 17
    assert donors.pop("Xamarin") == 13
    assert set(donors.values()) == {1}
    assert len(donors) == 9


def test_only_organizations_of_the_list_are_ever_named_as_donors(raw):
    """Trap 17: a contributor may be a person."""
    allowed = {name for kind in feed_sources()["dotnet-foundation"].settings["donors"].values() for name in kind}
    found = raw("dotnet-foundation")
    named = {
        target.name for c in found.claims for _, target in c.links if isinstance(target, Named) and target.kind != "Project"
    }
    assert named <= allowed | {".NET Foundation"}


def test_a_donation_has_no_date_because_the_page_has_none(raw):
    (claim,) = raw("dotnet-foundation").of("Donation", project="Xamarin.Forms")
    assert (claim.id, claim.dates) == ("{project}-to-{toOrganization}", ())
    assert dict(claim.links)["donorBasis"] == "transfer"
    assert donors_of(claim) == ["Xamarin"]


def test_twenty_six_projects_are_inactive_and_the_others_active(raw):
    """Trap 17: the key is written only where it is False, in two spellings."""
    stages = Counter(dict(c.links)["stage"] for c in raw("dotnet-foundation").of("MaturityPeriod"))
    assert stages == {"inactive": 26, "active": 125}


def test_another_foundation_can_be_the_donor(read_pages):
    """Trap 17: Outercurve, which is itself dissolved."""
    stated, _ = read_pages(page(Title="A", Contributor="Old Home"))
    assert [s.kind for s in stated if isinstance(s, Named)] == ["Project", "Foundation"]


def test_a_contributor_that_is_not_on_the_list_is_counted_and_not_repeated(read_pages):
    """Trap 17: several contributors may be persons in part."""
    stated, reading = read_pages(page(Title="A", Contributor="Some One"), page(Title="B", Contributor="Some One, ACME"))
    assert reading.counts["projects of contributors not known to be organizations"] == 2
    assert "Some One" not in repr(stated) + repr(reading)
    assert [donors_of(s) for s in stated if not isinstance(s, Named) and s.kind == "Donation"] == [["Acme"]]


def test_a_comma_in_a_name_parts_no_donor(read_pages):
    stated, _ = read_pages(page(Title="A", Contributor="Bolt, Inc."))
    assert [donors_of(s) for s in stated if not isinstance(s, Named) and s.kind == "Donation"] == [["Bolt, Inc."]]


def test_the_site_of_the_contributor_is_no_homepage(raw):
    assert not any(n.homepage for n in raw("dotnet-foundation").named)


def test_no_two_projects_share_a_repository(raw):
    found = [n.ids for n in raw("dotnet-foundation").named if n.ids]
    assert len(found) == len(set(found)) > 10


def test_only_a_project_of_a_known_organization_keeps_its_repository(read_pages):
    """Other accounts often bear a person's name."""
    stated, _ = read_pages(
        page(Title="A", Contributor="Acme", Web="https://github.com/acme/a/"),
        page(Title="B", Contributor="Some One", Web="https://github.com/someone/b"),
    )
    assert {s.name: s.ids for s in stated if isinstance(s, Named) and s.kind == "Project"} == {
        "A": (("repository", "https://github.com/acme/a"),),
        "B": (),
    }


def test_one_bad_page_does_not_cost_the_others(read_pages):
    _, reading = read_pages(page(Title="A"), "# no front matter\n", "---\n: [\n---\n", page(Web="https://a.example"))
    assert reading.counts["projects"] == 1
    assert reading.skipped == [
        ("1.md", "has no front matter between two lines of ---"),
        ("2.md", "has front matter that is not YAML in UTF-8"),
        ("3.md", "has no Title"),
    ]


@pytest.mark.parametrize("text", ["", "---\nTitle: A\n", "<!DOCTYPE html><html></html>", "a,b\n1,2\n"])
def test_a_folder_without_projects_is_refused(read_pages, text):
    with pytest.raises(FeedError, match="no Markdown file with a Title"):
        read_pages(text)


def test_a_file_in_place_of_the_folder_is_refused(read_text):
    with pytest.raises(FeedError, match="not a folder"):
        read_text("dotnet", page(Title="A"), donors=DONORS)
