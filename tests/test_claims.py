"""What readers hand over refuses what cannot be, and names one event alike in every file."""

import dataclasses

import pytest

from kg.claims import Claim, Named, counted, entry, membership, stage_entered, stage_seen
from kg.dates import PartialDate

ALPHA = Named("Project", "Alpha")
HOME = Named("Foundation", "Home", slug="home")
ACME = Named("Company", "Acme")
DAY, LATER = PartialDate("2020-05-04"), PartialDate("2021")


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"kind": "Person"}, "kind 'Person' is none of Project, Company, "),
        ({"name": " \t"}, "name is empty"),
        ({"ids": (("orcid", "1"),)}, "'orcid' is none of wikidata, "),
        ({"ids": (("wikidata", "42"),)}, "'42' is no wikidata identifier"),
        ({"ids": (("crunchbase", "catalyst-by-zoho?utm_source=cncf"),)}, "is no crunchbase identifier"),
        ({"ids": (("repository", "github.com/a/b"),)}, "is no repository identifier"),
        ({"ids": (("domain", "https://acme.example"),)}, "is no domain identifier"),
        ({"ids": (("domain", "acme"),)}, "is no domain identifier"),
        ({"ids": (("github", "a/b"),)}, "is no github identifier"),
    ],
)
def test_a_name_that_nothing_can_be_joined_by_is_refused(keys, message):
    with pytest.raises(ValueError, match=message.replace("?", r"\?")):
        Named(**{"kind": "Company", "name": "Acme", **keys})


def test_what_a_reader_states_is_not_changed_afterwards():
    with pytest.raises(dataclasses.FrozenInstanceError):
        ALPHA.name = "Beta"
    with pytest.raises(dataclasses.FrozenInstanceError):
        entry(ALPHA, HOME, "line 1").kind = "Donation"


@pytest.mark.parametrize(
    ("kind", "links", "keys", "message"),
    [
        ("Marriage", (), {}, "'Marriage' is no kind of event, relation or observation"),
        ("Acceptance", (("steward", HOME),), {}, "Acceptance has no steward; it has project, toOrganization"),
        ("Observation", (("steward", HOME),), {}, "Observation has no steward; it has project, byOrganization, variable"),
        ("MaturityChange", (("toStage", HOME),), {}, "MaturityChange.toStage leads to a concept:stage"),
        ("Acceptance", (("project", "alpha"),), {}, "Acceptance.project leads to a project, not to 'alpha'"),
        ("Acceptance", (), {"values": (("mood", "good"),)}, "mood is none of grantedCode"),
        ("Acceptance", (), {"values": (("value", 1),)}, "value is none of grantedCode"),
        ("Acceptance", (), {"dates": (("seen", DAY),)}, "'seen' is no date basis: proposed, announced, accepted"),
        ("Membership", (), {"start": LATER, "end": DAY}, "until 2020-05-04 lies before from 2021"),
    ],
)
def test_a_claim_that_its_kind_cannot_make_is_refused(kind, links, keys, message):
    with pytest.raises(ValueError, match=message):
        Claim(kind, "x", links, "line 1", **keys)


def test_a_period_may_end_within_the_year_or_the_month_in_which_it_began():
    assert Claim("Membership", "x", (), "line 1", start=DAY, end=PartialDate("2020")).end
    assert Claim("Membership", "x", (), "line 1", start=DAY, end=PartialDate("2020-05")).end


def test_only_an_observation_has_a_bare_value():
    assert counted(ALPHA, "authors", 5, "line 1").values == (("value", 5),)


@pytest.mark.parametrize(
    ("claim", "kind", "id"),
    [
        (entry(ALPHA, HOME, "here", ("accepted", DAY)), "Acceptance", "alpha-to-home"),
        (stage_entered(ALPHA, HOME, "incubating", "here"), "MaturityChange", "alpha-incubating-home"),
        (stage_seen(ALPHA, HOME, "incubating", "here", DAY), "MaturityPeriod", "alpha-level-home-incubating"),
        (membership(HOME, ACME, "here"), "Membership", "home-membership-acme"),
        (membership(HOME, ACME, "here", tier="gold", start=LATER), "Membership", "home-membership-acme-gold-2021"),
        (counted(ALPHA, "authors", 5, "here", start=LATER), "Observation", "alpha-authors-2021"),
        (counted(ALPHA, "maintainers", 5, "here", by=ACME, seen=DAY), "Observation", "alpha-maintainers-acme-2020-05-04"),
    ],
    ids=["entry", "stage-entered", "stage-seen", "member", "member-of-tier", "number", "number-by"],
)
def test_two_files_that_tell_of_one_thing_name_it_alike(claim, kind, id):
    """The id is made of the slugs of what it links, and of nothing that differs from file to file."""
    slugs = {name: target.name.lower() if isinstance(target, Named) else target for name, target in claim.links}
    assert (claim.kind, claim.id.format_map(slugs), claim.place) == (kind, id, "here")


def test_a_member_in_no_tier_and_a_number_for_nobody_link_to_neither():
    assert [name for name, _ in membership(HOME, ACME, "here").links] == ["body", "holder"]
    assert [name for name, _ in counted(ALPHA, "authors", 1, "here").links] == ["project", "variable"]


def test_the_day_a_list_shows_is_no_start():
    """A list without dates says that something was so on its day, not since when."""
    shown = [stage_seen(ALPHA, HOME, "sandbox", "", DAY), membership(HOME, ACME, "", seen=DAY)]
    assert [(c.start, c.end, c.as_of) for c in shown] == [(None, None, DAY)] * 2
