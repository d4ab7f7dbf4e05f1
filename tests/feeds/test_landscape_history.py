from collections import Counter

import pytest

from kg.claims import Named
from kg.errors import FeedError

HEADER = "item,event,from,to,last_seen_before,first_seen_after,commit\n"
CNCF = "cloud-native-computing-foundation"
RENAMED = "an identifier that was renamed: no change of owner"
OTHERS = "a change to an owner that is no foundation we know, in a list that is not of the foundation it left"
NO_LEVEL = "shows no level any more; why, the list does not say"
PUT_RIGHT = "away from the host, of which it never had a level: the list was put right"
NOT_ITS = "red-hat: not its owner"
SWITCHED = "stood for another project of the name for a time: the change of owner is none"
OF_THE_WHOLE = "a part of another project: the level is that of the whole"
SLIP = "away from the host and back again: a slip of the list"


def to(claim, link):
    return dict(claim.links).get(link)


def former(claim):
    owner = to(claim, "formerOwner")
    return dict(owner.ids).get("crunchbase", "") if isinstance(owner, Named) else ""


def when(claim):
    return [str(date) for basis, date in claim.dates if basis == "occurred"]


def entries(read, slug):
    return [c for c in read.of("Acceptance") if to(c, "toOrganization").slug == slug]


def row(item, old, new, before="2020-01-31", after="2020-02-29", event="owner_changed"):
    return f"{item},{event},{old},{new},{before},{after},c0ffee\n"


def test_every_change_in_the_cncf_list_is_told_merged_ignored_or_skipped(raw):
    read = raw("cncf-landscape-history")
    assert (read.reading.records, read.reading.merged) == (1315, 4)
    assert Counter(reason for _, reason in read.reading.skipped) == {
        OTHERS: 76,
        RENAMED: 9,
        NO_LEVEL: 3,
        PUT_RIGHT: 2,
        NOT_ITS: 1,
        SWITCHED: 4,
        OF_THE_WHOLE: 2,
    }
    assert sum(read.reading.ignored.values()) == 593 + 20 + 128
    assert read.reading.unknown == {}
    # The entry of youki is told, without the owner before that is skipped; one change of owner is merged with another.
    assert len(read.claims) + len(read.reading.skipped) + 593 + 20 + 128 + (4 - 1) == 1315


def test_every_change_in_the_lf_ai_list_is_told_ignored_or_skipped(raw):
    read = raw("lfai-landscape-history")
    assert (read.reading.records, read.reading.merged) == (243, 0)
    assert Counter(reason for _, reason in read.reading.skipped) == {OTHERS: 8, RENAMED: 6, NO_LEVEL: 1, SLIP: 1, SWITCHED: 2}
    assert read.reading.unknown == {}
    assert len(read.claims) + len(read.reading.skipped) + sum(read.reading.ignored.values()) == 243


def test_ninety_changes_of_owner_end_in_the_cncf(raw):
    read = raw("cncf-landscape-history")
    assert read.reading.counts["owner changes to the host"] == 90
    # Podman stands in the list twice; of Porter the entry changed, not the owner.
    assert len(entries(read, "cncf")) == 88


def test_the_former_owners_of_what_came_to_the_cncf(raw):
    owners = Counter(former(c) for c in entries(raw("cncf-landscape-history"), "cncf"))
    # The eighth of Red Hat is the second entry of Podman.
    expected = {"red-hat": 7, "vmware": 5, "microsoft": 5, "daocloud": 5, "alibaba-cloud": 4, "huawei": 4, "qingcloud": 2}
    assert {owner: owners[owner] for owner in expected} == expected


@pytest.mark.parametrize(
    ("project", "owner"),
    [
        ("Istio", "google"),
        ("Knative", "google"),
        ("Backstage", "spotify"),
        ("Argo", "intuit"),
        ("Harbor", "vmware"),
        ("Dapr", "microsoft"),
        ("Keycloak", "red-hat"),
        ("Podman", "red-hat"),
        ("Cadence Workflow", "uber"),
        ("k0s", "mirantis"),
        ("Velero", "vmware"),
    ],
)
def test_who_owned_what_came_to_the_cncf_before_it_came(raw, project, owner):
    (claim,) = [c for c in entries(raw("cncf-landscape-history"), "cncf") if to(c, "project").name == project]
    assert (former(claim), claim.dates) == (owner, ())
    assert claim.id == "{project}-to-{toOrganization}"


def test_forty_changes_of_owner_end_in_lf_ai_and_four_are_its_own_renaming(raw):
    read = raw("lfai-landscape-history")
    assert read.reading.counts["owner changes to the host"] == 40
    assert len(entries(read, "lf-ai-data")) == 36


@pytest.mark.parametrize(
    ("project", "owner"),
    [
        ("Horovod", "uber"),
        ("ONNX", "microsoft"),
        ("Milvus", "zilliz"),
        ("Flyte", "lyft"),
        ("Amundsen", "lyft"),
        ("Delta Lake", "databricks"),
        ("DeepSpeed", "microsoft"),
        ("DLRover", "ant-group"),
    ],
)
def test_who_owned_what_came_to_lf_ai_before_it_came(raw, project, owner):
    (claim,) = [c for c in entries(raw("lfai-landscape-history"), "lf-ai-data") if to(c, "project").name == project]
    assert (former(claim), claim.dates) == (owner, ())


@pytest.mark.parametrize(
    ("project", "owner", "foundation"),
    [
        ("Jenkins", "", "continuous-delivery-foundation"),  # its own organization, by another spelling
        ("Spinnaker", "netflix", "continuous-delivery-foundation"),
        ("Ceph", "red-hat", "ceph-foundation"),
        ("APISIX", "", "apache-software-foundation"),  # its owner before was itself
        ("StarRocks", "celerdata", "linux-foundation"),
        ("HertzBeat", "tancloud", "apache-software-foundation"),
    ],
)
def test_what_went_to_other_foundations(raw, project, owner, foundation):
    found = [c for c in entries(raw("cncf-landscape-history"), foundation) if to(c, "project").name == project]
    assert [(former(c), c.dates) for c in found] == [(owner, ())]


def test_a_change_of_mind_is_a_departure(raw):
    (claim,) = raw("cncf-landscape-history").of("Departure")
    assert to(claim, "project").name == "Container Storage Interface (CSI)"
    assert (to(claim, "fromOrganization").slug, when(claim)) == ("cncf", ["2018-12"])
    (other,) = raw("lfai-landscape-history").of("Departure")
    assert (to(other, "project").name, when(other)) == ("KServe", [])


def test_a_mistake_of_the_list_that_was_put_right_is_no_departure(raw):  # 33
    assert raw("cncf-landscape-history").of("Departure", project="llvm") == []
    assert raw("lfai-landscape-history").of("Departure", project="DLRover") == []


def test_a_renamed_identifier_is_no_transfer(raw):  # 10
    read = raw("cncf-landscape-history")
    assert not entries(read, "openinfra-foundation")
    assert read.of("Acceptance", project="OpenMessaging") == []
    assert raw("lfai-landscape-history").of("Acceptance", project="Acumos") == []


def test_an_entry_has_no_date_and_tells_between_which_versions_the_list_changed(read_text):
    """The list lags behind the world, by weeks and by months."""
    text = HEADER + row("A", "acme", CNCF, "2020-01-31", "2020-02-29") + row("C", "acme", CNCF, "2019-08-31", "2021-02-27")
    read = read_text("landscape-history", text, host="cncf")
    assert [c.dates for c in read.of("Acceptance")] == [(), ()]
    notes = [dict(c.values)["note"] for c in read.of("Acceptance")]
    assert all(day in notes[1] for day in ("2019-08-31", "2021-02-27"))


def test_a_departure_is_no_more_precise_than_the_versions_allow(read_text):  # 31
    days = {"A": ("2020-01-31", "2020-02-29"), "B": ("2020-01-31", "2020-05-31"), "C": ("2019-08-31", "2021-02-27")}
    text = HEADER + "".join(row(name, "", "sandbox", "", event="level_first_seen") for name in days)
    text += "".join(row(name, CNCF, "acme", *between) for name, between in days.items())
    read = read_text("landscape-history", text, host="cncf")
    assert [when(c) for c in read.of("Departure")] == [["2020-02"], ["2020"], []]


def test_what_is_delisted_may_be_renamed_and_is_no_event(raw):  # 32, 33
    read = raw("cncf-landscape-history")
    assert read.reading.counts["delisted"] == 593
    assert read.of("Departure", project="ChubaoFS") == []


def test_a_level_shown_from_the_first_is_seen_on_that_day(raw):
    seen, *_ = raw("cncf-landscape-history").of("MaturityPeriod", project="Artifact Hub")
    assert (to(seen, "stage"), str(seen.as_of), seen.start) == ("sandbox", "2020-07-31", None)


def test_a_level_of_what_is_listed_no_more_is_not_told_as_if_it_held_still(read_text):
    text = HEADER + "".join(row(name, "", "sandbox", "", event="level_first_seen") for name in "ABC")
    text += row("A", CNCF, "", after="", event="delisted") + row("B", "sandbox", "", event="level_changed")
    read = read_text("landscape-history", text, host="cncf")
    assert [to(c, "project").name for c in read.of("MaturityPeriod")] == ["C"]


def test_a_level_that_the_list_changed_to_is_seen_on_the_day_of_the_version(raw):
    read = raw("cncf-landscape-history")
    assert (read.reading.counts["level changes"], read.reading.counts["stages entered"]) == (221, 218)
    (graduated,) = [c for c in read.of("MaturityPeriod", project="Linkerd") if to(c, "stage") == "graduated"]
    assert (graduated.dates, graduated.start, graduated.as_of is not None) == ((), None, True)
    assert read.of("MaturityChange") == []


def test_a_level_that_a_project_came_back_to_is_seen_once(raw):  # 21
    seen = [c for c in raw("cncf-landscape-history").of("MaturityPeriod", project="OpenEBS") if to(c, "stage") == "sandbox"]
    assert [str(c.as_of) for c in seen] == ["2019-05-30"]


def test_a_part_has_no_level_of_its_own(read_text):
    text = HEADER + row("A", "", "incubating", event="level_changed")
    read = read_text("landscape-history", text, host="cncf", parts=["A"])
    assert (read.claims, len(read.reading.skipped)) == ([], 1)


def test_who_owned_itself_had_no_other_owner(read_text):
    (claim,) = read_text("landscape-history", HEADER + row("OpenTofu", "opentofu", CNCF), host="cncf").claims
    assert to(claim, "formerOwner") is None


def test_an_owner_without_an_identifier_is_not_named(read_text):
    read = read_text("landscape-history", HEADER + row("A", "name:Some One", CNCF), host="cncf")
    assert [to(c, "formerOwner") for c in read.claims] == [None]
    assert "Some One" not in str(read.reading.skipped)


def test_unknown_events_and_levels_are_reported(read_text):
    text = HEADER + row("A", "x", "y", event="moved") + row("B", "", "ripe", event="level_changed")
    text += row("C", "", "raw", event="level_first_seen")
    read = read_text("landscape-history", text, host="cncf")
    assert sorted(read.reading.unknown) == ["event moved", "level raw", "level ripe"]


def test_one_bad_row_costs_no_other(read_text):
    text = HEADER + row("A", "acme", CNCF, before="soon") + "B,owner_changed\n" + row("", "a", CNCF) + row("C", "acme", CNCF)
    read = read_text("landscape-history", text, host="cncf")
    assert [to(c, "project").name for c in read.claims] == ["C"]
    assert len(read.reading.skipped) == 3


@pytest.mark.parametrize(
    "text",
    ["", HEADER, "<!DOCTYPE html>\n<html>\n", "a,b\n1,2\n", HEADER + row("A", "x", CNCF) + "B,owner_ch", HEADER + 'A,"x\n'],
)
def test_what_is_no_whole_table_of_events_is_refused(read_text, text):
    with pytest.raises(FeedError):
        read_text("landscape-history", text, host="cncf")
