"""Records refuse what cannot be, and say what would be right."""

import dataclasses

import pytest

from kg.dates import PartialDate
from kg.records import EVENTS, RELATIONS, SOURCE_KINDS, VALUES, Entity, Event, Observation, Relation, Source

SOURCE = {
    "id": "a-page",
    "url": "https://example.org/page",
    "title": "A page",
    "kind": "news",
    "publisher": "Example",
    "read": PartialDate("2026-11-23"),
}
YEAR = PartialDate("2015")


def test_a_good_record_of_each_kind_is_accepted():
    assert Source(**SOURCE).method == "manual-curation"
    assert Entity("x", "Project", "X").aliases == ()
    assert Event("x-e", "Donation", "a-page", (("project", "x"), ("toOrganization", "o")), (("accepted", YEAR),)).values == ()
    assert Relation("r", "Affiliation", "a-page", (("organization", "o"),), start=YEAR, end=YEAR).as_of is None
    assert Observation("m", "a-page", "x", "commits", 5, start=YEAR, end=YEAR).claimed_by == ""


def test_a_record_is_not_changed_after_it_is_made():
    source = Source(**SOURCE)
    with pytest.raises(dataclasses.FrozenInstanceError):
        source.title = "Another"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"id": "A Page"}, r"source id 'A Page' is no slug"),
        ({"url": "ftp://example.org"}, r"url 'ftp://example.org' is no web address"),
        ({"url": "example.org"}, r"is no web address"),
        ({"url": "https://example.org/a b"}, r"is no web address"),
        ({"url": "https://example.org/a\n"}, r"is no web address"),
        ({"kind": "rumour"}, r"kind 'rumour' is none of registry, "),
        ({"read": PartialDate("2026-11")}, r"read 2026-11 must be a day"),
        ({"read": PartialDate("2026")}, r"read 2026 must be a day"),
    ],
)
def test_a_source_nobody_could_open_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        Source(**{**SOURCE, **change})


@pytest.mark.parametrize(
    ("id", "kind", "name", "message"),
    [
        ("X", "Project", "X", r"id 'X' is no slug"),
        ("x", "Person", "X", r"kind 'Person' is none of company, "),
        ("x", "company", "X", r"is none of"),
        ("x", "Company", " \t", r"name is empty"),
    ],
)
def test_an_entity_that_cannot_be_is_refused(id, kind, name, message):
    with pytest.raises(ValueError, match=message):
        Entity(id, kind, name)


@pytest.mark.parametrize("kind", sorted(EVENTS))
def test_an_event_has_the_links_of_its_kind_and_no_others(kind):
    assert Event("e", kind, "s", tuple((name, "x") for name in EVENTS[kind])).kind == kind
    with pytest.raises(ValueError, match=f"{kind} has no steward; it has "):
        Event("e", kind, "s", (("steward", "x"),))


@pytest.mark.parametrize("kind", sorted(RELATIONS))
def test_a_relation_has_the_links_of_its_kind_and_no_others(kind):
    assert Relation("r", kind, "s", tuple((name, "x") for name in RELATIONS[kind])).kind == kind
    with pytest.raises(ValueError, match=f"{kind} has no forkOf; it has "):
        Relation("r", kind, "s", (("forkOf", "x"),))


@pytest.mark.parametrize(("record", "kind"), [(Event, "Stewardship"), (Relation, "Donation"), (Event, "Nonsense")])
def test_a_kind_that_is_not_in_the_list_is_refused(record, kind):
    with pytest.raises(ValueError, match=f"'{kind}' is none of "):
        record("x", kind, "s", ())


def test_a_value_that_is_not_in_the_list_is_refused():
    with pytest.raises(ValueError, match=f"mood is none of {', '.join(VALUES)}"):
        Event("e", "Donation", "s", (), (), (("mood", "good"),))
    with pytest.raises(ValueError, match="mood is none of "):
        Relation("r", "Membership", "s", (), values=(("mood", "good"),))


def test_a_date_basis_that_is_not_in_the_list_is_refused():
    with pytest.raises(ValueError, match="'rumoured' is no date basis: proposed, announced, accepted, effective, occurred"):
        Event("e", "Donation", "s", (), (("rumoured", YEAR),))


@pytest.mark.parametrize("record", [Event, Relation])
def test_a_name_that_is_no_slug_is_refused(record):
    kind = "Donation" if record is Event else "Control"
    with pytest.raises(ValueError, match="'Not A Slug' is no slug"):
        record("Not A Slug", kind, "s", ())


def relation(**dates):
    return Relation("r", "Affiliation", "s", (), **{k: PartialDate(v) for k, v in dates.items()})


def observation(**dates):
    return Observation("m", "s", "x", "commits", 1, **{k: PartialDate(v) for k, v in dates.items()})


@pytest.mark.parametrize("make", [relation, observation])
@pytest.mark.parametrize(("start", "end"), [("2016", "2015"), ("2015-04", "2015-03"), ("2015-03-02", "2015-03-01")])
def test_an_end_that_lies_before_the_start_is_refused(make, start, end):
    with pytest.raises(ValueError, match=f"until {end} lies before from {start}"):
        make(start=start, end=end)


@pytest.mark.parametrize("make", [relation, observation])
@pytest.mark.parametrize(("start", "end"), [("2015", "2015"), ("2015-12", "2015"), ("2015", "2015-01-01"), ("2014", "2015")])
def test_an_end_that_could_follow_the_start_is_accepted(make, start, end):
    assert make(start=start, end=end).end == PartialDate(end)


def test_every_kind_of_source_is_accepted():
    assert [Source(**{**SOURCE, "kind": kind}).kind for kind in SOURCE_KINDS] == list(SOURCE_KINDS)
