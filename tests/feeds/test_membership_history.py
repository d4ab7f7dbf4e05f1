from collections import Counter

import pytest

from kg.errors import FeedError

ONE = "member,crunchbase_slug,tier,first_seen,last_seen,current,joined_field\n"
MANY = "member,crunchbase_slug,foundation,lf_tier,first_seen,last_seen,current\n"
UNNAMED = "an organization that does not wish to be named"
TEST_RECORD = "a test record, marked as not to be used"

# A member whose intervals show that there was a version each month.
SERIES = "".join(f"Z{m},z{m},Silver,2020-{m:02d}-28,2020-{m:02d}-28,no,\n" for m in range(1, 9))


def to(claim, link):
    return dict(claim.links).get(link)


def spans(read, holder):
    return [(str(c.start), str(c.end), str(c.as_of)) for c in read.of("Membership", holder=holder)]


def test_every_interval_of_cncf_members_is_told_merged_or_skipped(raw):
    read = raw("cncf-membership-history")
    counts = read.reading.counts
    assert (read.reading.records, counts["intervals"], counts["current intervals"]) == (1845, 1845, 722)
    assert Counter(reason for _, reason in read.reading.skipped) == {UNNAMED: 34}
    assert read.reading.unknown == {}
    assert len(read.claims) + read.reading.merged + 34 == 1845
    # 722 rows are current, 15 of them of members without a name.
    assert sum(c.end is None and str(c.as_of) == "2026-08-07" for c in read.claims) == 707


def test_every_interval_of_the_linux_foundation_is_told_or_skipped(raw):
    read = raw("lf-membership-history")
    counts = read.reading.counts
    assert (read.reading.records, counts["current intervals"], counts["intervals that ended"]) == (6301, 5108, 1193)
    # New names of the same members, of which 2 of the 5108 are the test record's.
    assert len(read.claims) + read.reading.merged + 2 == 6301
    assert Counter(reason for _, reason in read.reading.skipped) == {TEST_RECORD: 2}
    assert read.reading.unknown == {}
    assert len({to(c, "body") for c in read.claims}) == 75
    names = {name for c in read.claims for name in (to(c, "holder").name, *to(c, "holder").aliases)}
    assert len(names) == 2680  # 2681 in the file, the test record among them


@pytest.mark.parametrize("source", ["cncf-membership-history", "lf-membership-history"])
def test_every_interval_has_an_id_of_its_own(raw, source):
    told = Counter((c.id, to(c, "body"), to(c, "holder").name, to(c, "holder").ids) for c in raw(source).claims)
    assert [fact for fact, times in told.items() if times > 1] == []


def test_the_tier_is_that_in_the_linux_foundation_alone(raw):
    read = raw("lf-membership-history")
    assert {to(c, "tier") for c in read.of("Membership", body="Cloud Native Computing Foundation")} == {None}
    tiers = {to(c, "tier") for c in read.of("Membership", body="Linux Foundation")}
    assert tiers == {"platinum", "gold", "silver", "associate"}


def test_a_renamed_tier_is_no_leaving(raw):  # 33
    claims = raw("cncf-membership-history").of("Membership", holder="GMX")
    assert [(to(c, "tier"), str(c.start), c.end) for c in claims] == [("end-user", "2020-03", None)]


def test_an_interval_begins_and_ends_in_the_months_that_the_versions_show(read_text):
    read = read_text("membership-history", ONE + SERIES + "A,a,Silver,2020-03-28,2020-05-28,no,\n", host="cncf")
    assert spans(read, "A") == [("2020-03", "2020-06", "2020-05-28")]


def test_the_first_version_tells_no_beginning_and_the_last_no_end(read_text):
    read = read_text("membership-history", ONE + SERIES + "A,a,Silver,2020-01-28,2020-08-28,yes,\n", host="cncf")
    assert spans(read, "A") == [("None", "None", "2020-08-28")]


def test_a_gap_in_the_versions_makes_dates_less_precise(read_text):
    rows = "Z,z,Gold,2020-01-31,2020-01-31,no,\nA,a,Gold,2020-04-30,2020-04-30,no,\nB,b,Gold,2022-01-31,2022-01-31,yes,\n"
    read = read_text("membership-history", ONE + rows, host="cncf")
    assert spans(read, "A") == [("2020", "None", "2020-04-30")]
    assert spans(read, "B") == [("None", "None", "2022-01-31")]


@pytest.mark.parametrize(
    ("joined", "start"), [("2019-11-02", "2019-11-02"), ("2020-03-28", "2020-03-28"), ("2020-04-01", "2020-03")]
)
def test_the_day_stated_in_the_list_counts_unless_the_list_showed_the_member_before(read_text, joined, start):
    read = read_text("membership-history", ONE + SERIES + f"A,a,Gold,2020-03-28,2020-08-28,yes,{joined}\n", host="cncf")
    assert spans(read, "A")[0][0] == start


def test_the_day_stated_belongs_to_the_first_of_several_intervals(read_text):
    rows = "A,a,Silver,2020-02-28,2020-03-28,no,2020-02-10\nA,a,Gold,2020-04-28,2020-08-28,yes,2020-02-10\n"
    read = read_text("membership-history", ONE + SERIES + rows, host="cncf")
    assert spans(read, "A") == [("2020-02-10", "2020-04", "2020-03-28"), ("2020-04", "None", "2020-08-28")]


def test_a_new_name_of_a_member_is_no_leaving(read_text):  # 10
    rows = "Old,a,Gold,2020-02-28,2020-03-28,no,2020-02-10\nNew,a,Gold,2020-04-28,2020-08-28,yes,2020-02-10\n"
    read = read_text("membership-history", ONE + SERIES + rows, host="cncf")
    assert spans(read, "New") == [("2020-02-10", "None", "2020-08-28")]
    assert (spans(read, "Old"), to(read.of("Membership", holder="New")[0], "holder").aliases) == ([], ("Old",))


def test_a_renamed_identifier_is_no_leaving(read_text):  # 10
    rows = (
        "A,a-old,Gold,2020-02-28,2020-03-28,no,\nA,name:A,Gold,2020-04-28,2020-05-28,no,\nA,a,Gold,2020-06-28,2020-08-28,yes,\n"
    )
    read = read_text("membership-history", ONE + SERIES + rows, host="cncf")
    assert spans(read, "A") == [("2020-02", "None", "2020-08-28")]


def test_two_members_with_one_identifier_stay_two(raw):  # 11
    body = raw("lf-membership-history").of("Membership", body="Linux Foundation")
    assert {to(c, "holder").name for c in body if ("crunchbase", "ibm") in to(c, "holder").ids} == {"Kyndryl", "Call for Code"}


def test_leaving_and_coming_back_are_two_memberships(read_text):
    rows = "A,a,Gold,2020-02-28,2020-03-28,no,\nA,a,Gold,2020-06-28,2020-08-28,yes,\n"
    read = read_text("membership-history", ONE + SERIES + rows, host="cncf")
    assert spans(read, "A") == [("2020-02", "2020-04", "2020-03-28"), ("2020-06", "None", "2020-08-28")]


def test_an_organization_without_a_name_and_a_test_record_are_no_members(raw):  # 16, 17
    assert not [c for c in raw("cncf-membership-history").claims if to(c, "holder").name.startswith("Non-Public")]
    assert not [c for c in raw("lf-membership-history").claims if "DO NOT USE" in to(c, "holder").name]


def test_a_name_is_no_identifier(read_text):
    read = read_text("membership-history", ONE + "A,name:A,Gold,2020-03-28,2020-08-28,yes,\n", host="cncf")
    assert [to(c, "holder").ids for c in read.claims] == [()]


def test_members_of_tiers_for_companies_are_companies_others_are_organizations(raw):
    read = raw("cncf-membership-history")
    kinds = {(to(c, "tier"), to(c, "holder").kind) for c in read.claims}
    company, other = {"platinum", "gold", "silver"}, {"academic", "nonprofit", "end-user"}
    assert kinds == {(t, "Company") for t in company} | {(t, "Organization") for t in other}


def test_foundations_are_ours_where_we_know_them(raw):
    slugs = {to(c, "body").slug for c in raw("lf-membership-history").claims}
    assert {"cncf", "linux-foundation", "openssf", "lf-energy", "finos"} <= slugs


def test_an_unknown_tier_is_reported_and_the_membership_told(read_text):
    read = read_text("membership-history", ONE + "A,a,Diamond,2020-03-28,2020-08-28,yes,\n", host="cncf")
    assert list(read.reading.unknown) == ["tier Diamond"]
    assert len(read.claims) == 1


def test_one_bad_row_costs_no_other(read_text):
    rows = (
        "A,a,Gold,soon,2020-08-28,yes,\nB,b,Gold,2020-09-28,2020-08-28,yes,\nC,c,Gold,2020-03-28,2020-08-28,maybe,\n"
        ",d,Gold,2020-03-28,2020-08-28,yes,\nE,e\nF,f,Gold,2020-03-28,2020-08-28,yes,\n"
    )
    read = read_text("membership-history", ONE + rows, host="cncf")
    assert [to(c, "holder").name for c in read.claims] == ["F"]
    assert len(read.reading.skipped) == 5


@pytest.mark.parametrize(
    "text",
    [
        "",
        ONE,
        MANY,
        "<!DOCTYPE html>\n<html>\n",
        "a,b\n1,2\n",
        ONE + "A,a,Gold,2020-03-28,2020-08-28,yes,\nB,b,Go",
        ONE + "A,a,Gold,soon,2020-08-28,yes,\n",
    ],
)
def test_what_is_no_whole_table_of_intervals_is_refused(read_text, text):
    with pytest.raises(FeedError):
        read_text("membership-history", text, host="cncf")
