from collections import Counter

import pytest
import yaml

from kg.claims import Named
from kg.dates import PartialDate
from kg.errors import FeedError
from kg.feeds import feed_sources, reader
from kg.feeds.bodies import BODIES, body_named, plain_name
from kg.feeds.reading import Reading
from kg.resources import FACTS

NO_REPOSITORY = "neither hosted, nor a member, nor a project with a repository"
NO_OWNER = "a project that is not hosted, and of which no organization is named as the owner"
OTHER_ROLE = "a company or the like in the role that its name ends with: nothing that kg tells"
UNNAMED = "an organization that does not wish to be named"
TEST_RECORD = "a test record, marked as not to be used"
STRAY = "named a member outside the list of members, and not in that"
NOT_HOSTED = "the day of acceptance of what has no level, and another owner than the host"
JOINED = "the day that its foundation came with its projects"
PART = "the day of the project that it is a part of"
SLIPPED = ": a slip of the list"

# records, merged, hosted projects, members, listed owners, and what is skipped.
FILES = {
    "cncf-landscape": (2413, 19, 255, 707, 559, {NO_REPOSITORY: 449, OTHER_ROLE: 245, NO_OWNER: 170, UNNAMED: 15, STRAY: 2}),
    "lf-landscape": (3349, 2, 1000, 2250, 0, {TEST_RECORD: 1}),
    "lfai-landscape": (472, 1, 64, 64, 306, {OTHER_ROLE: 40, NO_OWNER: 1}),
    "pytorch-landscape": (188, 0, 6, 45, 121, {NO_OWNER: 16}),
    "aaif-landscape": (176, 0, 3, 173, 0, {}),
    "cdf-landscape": (102, 0, 6, 16, 44, {NO_REPOSITORY: 34, NO_OWNER: 2}),
    "hyperledger-landscape": (179, 0, 14, 140, 0, {OTHER_ROLE: 25}),
    "lfedge-landscape": (161, 0, 10, 44, 17, {NO_REPOSITORY: 90}),
    "omp-landscape": (279, 0, 20, 39, 155, {NO_REPOSITORY: 63, NO_OWNER: 3}),
    "ossf-landscape": (172, 1, 1, 115, 35, {NO_OWNER: 12, NO_REPOSITORY: 9}),
    "graphql-landscape": (158, 0, 2, 13, 33, {OTHER_ROLE: 94, NO_REPOSITORY: 16}),
    "ccc-landscape": (61, 0, 0, 61, 0, {}),
    "riscv-landscape": (482, 5, 0, 294, 75, {NO_REPOSITORY: 91, NO_OWNER: 17}),
    "oai-landscape": (31, 0, 0, 31, 0, {}),
    "pqca-landscape": (25, 0, 2, 23, 0, {}),
    "o3df-landscape": (13, 0, 1, 12, 0, {}),
    "todo-ospo-landscape": (280, 1, 0, 102, 20, {OTHER_ROLE: 135, NO_REPOSITORY: 21, NO_OWNER: 1}),
}


def to(claim, link):
    return dict(claim.links)[link]


def dated(claim):
    return [(basis, str(date)) for basis, date in claim.dates]


def landscape(*items, category="Tools", subcategory="Any"):
    """A landscape of one subcategory, in block style as editors write it."""
    data = {"landscape": [{"category": None, "name": category, "subcategories": [
        {"subcategory": None, "name": subcategory, "items": [{"item": None, **item} for item in items]}]}]}  # fmt: skip
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True)


def owned(name, owner, **keys):
    return {
        "name": name,
        "homepage_url": "https://example.org",
        "repo_url": f"https://github.com/example/{name.lower().replace(' ', '-')}",
        "crunchbase": f"https://www.crunchbase.com/organization/{owner}",
        **keys,
    }


CNCF = "cloud-native-computing-foundation"


@pytest.mark.parametrize("source", FILES)
def test_every_record_of_every_landscape_is_told_merged_or_skipped_with_a_reason(raw, source):
    read = raw(source)
    records, merged, hosted, members, owners, skipped = FILES[source]
    counts = read.reading.counts
    assert (read.reading.records, read.reading.merged) == (records, merged)
    assert (counts["hosted projects"], counts["members"], counts["listed owners"]) == (hosted, members, owners)
    reasons = Counter(reason for _, reason in read.reading.skipped)
    assert reasons.pop(NOT_HOSTED, 0) == (source == "cncf-landscape")
    assert reasons.pop(JOINED, 0) == 15 * (source == "lf-landscape")
    slips = [reason for reason in reasons if reason.endswith(SLIPPED)]
    assert sum(reasons.pop(reason) for reason in slips) == 39 * (source == "lf-landscape")
    assert reasons.pop("MIT: of a part of it alone, or of before", 0) == 2 * (source == "lf-landscape")
    assert reasons.pop(PART, 0) == (source == "cncf-landscape")
    assert reasons == skipped
    assert read.reading.unknown == {}
    # A hosted project that has another owner is counted in both.
    both = sum(c.place in {e.place for e in read.of("Acceptance")} for c in read.of("Stewardship"))
    assert hosted + counts["foundations"] + members + owners - both + merged + sum(skipped.values()) == records


@pytest.mark.parametrize("source", FILES)
def test_what_a_source_declares_as_its_least_is_met(raw, source):
    read = raw(source)
    for what, least in feed_sources()[source].minimum.items():
        assert 0.8 * read.reading.counts[what] <= least <= read.reading.counts[what], what


@pytest.mark.parametrize("source", FILES)
def test_a_landscape_tells_no_fact_twice(raw, source):
    told = Counter((claim.kind, claim.id, claim.links) for claim in raw(source).claims)
    assert [fact for fact, times in told.items() if times > 1] == []


def test_cncf_projects_by_level_and_their_dates(raw):
    counts = raw("cncf-landscape").reading.counts
    levels = {level: counts[f"{level} projects"] for level in ("sandbox", "incubating", "graduated", "archived")}
    assert levels == {"sandbox": 151, "incubating": 38, "graduated": 38, "archived": 28}
    dates = {basis: counts[f"{basis} dates"] for basis in ("incubating", "graduated", "archived", "joined")}
    assert dates == {"incubating": 79, "graduated": 38, "archived": 28, "joined": 707}
    # 258 in the file: Meshery (Wasm) repeats Meshery's, Traefik Mesh is not hosted, and Tetragon is a part of Cilium.
    assert counts["accepted dates"] == 255


def test_cncf_members_by_tier(raw):
    counts = raw("cncf-landscape").reading.counts
    tiers = ("Platinum", "Gold", "Silver", "Nonprofit", "Academic", "End User Supporter and Contributor")
    assert [counts[f"{tier} entries"] for tier in tiers] == [17, 17, 582, 22, 3, 81]
    assert counts["member entries"] == 722
    # The day is that of joining, and the tier that of today: the history tells of members.
    assert raw("cncf-landscape").of("Membership") == []


def test_a_hosted_project_tells_its_entry_its_stages_and_its_identifiers(raw):
    read = raw("cncf-landscape")
    (entry,) = read.of("Acceptance", project="Backstage")
    project = to(entry, "project")
    assert dated(entry) == [("accepted", "2020-09-08")]
    assert to(entry, "toOrganization").slug == "cncf"
    ids = {("repository", "https://github.com/backstage/backstage"), ("lfx", "backstage"), ("clomonitor", "backstage")}
    assert set(project.ids) == ids
    assert [dated(c) for c in read.of("MaturityChange", project="Backstage")] == [[("occurred", "2022-03-15")]]
    (now,) = read.of("MaturityPeriod", project="Backstage")
    assert (to(now, "stage"), str(now.as_of)) == ("incubating", "2026-08-07")


def test_linux_foundation_projects_lie_in_their_foundations(raw):
    read = raw("lf-landscape")
    counts = read.reading.counts
    # 1098 entries are in the list of projects: 96 foundations and funds, two of them twice, and 1000 projects.
    assert counts["hosted projects"] + counts["foundations"] + read.reading.merged == 1098
    assert counts["accepted dates"] == 946  # 15 are days on which a foundation came with what it had, and 39 cannot be
    homes = Counter(to(c, "toOrganization").slug for c in read.of("Acceptance"))
    # 51 are listed in LF AI & Data; three came there first and are listed elsewhere.
    assert (homes["cncf"], homes["openjs-foundation"], homes["lf-ai-data"]) == (226, 35, 51 + 3)
    (home,) = read.of("Affiliation", organization="Cloud Native Computing Foundation")
    assert to(home, "parentOrganization").slug == "linux-foundation"
    assert read.of("Acceptance", project="Cloud Native Computing Foundation (CNCF)") == []


def test_the_day_that_a_foundation_joined_is_not_taken_for_the_day_that_it_took_its_projects(raw):
    read = raw("lf-landscape")
    (before,), (after,) = (read.of("Acceptance", project=name) for name in ("Perspective", "Git Proxy"))
    assert (dated(before), to(before, "toOrganization").slug) == ([], "finos")
    ((basis, day),) = dated(after)
    assert (basis, day > "2020-06-30") == ("accepted", True)
    (moved,) = read.of("Acceptance", project="OpenStack")
    assert dated(moved) == []
    skipped = dict(read.reading.skipped)
    assert skipped["Projects / All / Perspective: accepted"] == JOINED


def test_a_foundation_is_no_part_of_the_fund_that_pays_for_it(raw):
    homes = raw("lf-landscape").of("Affiliation", organization="SONiC Foundation")
    assert [to(c, "parentOrganization").slug for c in homes] == ["linux-foundation"]


def test_members_of_the_linux_foundation_are_members_of_foundations_too(raw):
    read = raw("lf-landscape")
    # 5108 pairs in the file, two of them of the test record.
    assert read.reading.counts["memberships of foundations"] == 5106
    red_hat = [c for c in read.of("Membership") if ("crunchbase", "red-hat") in to(c, "holder").ids]
    tiers = {to(c, "body").slug: dict(c.links).get("tier", "") for c in red_hat}
    assert tiers["linux-foundation"] == "platinum"
    assert tiers["cncf"] == "", "the list tells the tier in the Linux Foundation alone"
    assert len([c for c in read.of("Membership") if to(c, "body").slug == "cncf"]) == 619
    assert {to(c, "holder").kind for c in red_hat} == {"Company"}


def test_only_a_single_spdx_identifier_is_a_licence(raw):
    read = raw("lf-landscape")
    told = Counter(dict(c.values)["licenseExpression"] for c in read.of("LicensePeriod"))
    assert set(told) == {"Apache-2.0", "MIT", "BSD-3-Clause", "MPL-2.0", "GPL-3.0"}
    assert all(str(c.as_of) == "2026-08-22" for c in read.of("LicensePeriod"))


def test_every_slug_of_a_body_has_a_file_and_its_name(raw):
    for body in BODIES:
        text = (FACTS / "organizations" / f"{body.slug}.toml").read_text("utf-8")
        assert f'\nname = "{body.name}"\n' in text


# Traps: the shape of the file.


def test_the_list_may_be_called_categories(read_text):  # 1
    read = read_text("landscape", landscape(owned("A", "acme")).replace("landscape:", "categories:"), host="cncf")
    assert read.reading.records == 1


def test_a_subcategory_without_items_and_an_empty_category_hold_nothing(read_text):  # 2
    text = (
        "landscape:\n- name: Empty\n  subcategories:\n- name: None\n  subcategories: []\n"
        "- name: Some\n  subcategories:\n  - name: Null\n    items:\n  - name: One\n    items:\n    - name: A\n"
    )
    read = read_text("landscape", text, host="cncf")
    assert (read.reading.records, read.reading.unknown) == (1, {})


def test_an_item_needs_no_key_item(raw):  # 3
    places = [place for place, _ in raw("cncf-landscape").reading.skipped]
    assert any("KubeReport" in p or "Volcano Engine APMPlus" in p for p in places)


def test_an_organization_that_is_an_address_is_read_as_one(raw, read_text):  # 4
    (claim,) = raw("cncf-landscape").of("Stewardship", project="Devtron")
    assert to(claim, "steward").ids == (("crunchbase", "devtron-labs"),)
    text = landscape(owned("A", "x", crunchbase=None, project=None), category="Tools")
    assert read_text("landscape", text, host="cncf").reading.skipped == [("Tools / Any / A", NO_OWNER)]


def test_an_owner_without_an_identifier_may_be_a_person_and_is_left_out(read_text):
    read = read_text("landscape", landscape(owned("A", "", crunchbase=None, organization={"name": "Some One"})), host="cncf")
    assert read.claims == []
    assert "Some One" not in str(read.reading.skipped) + str(read.reading.ignored)


def test_a_key_nobody_knows_is_reported(read_text):  # 5
    read = read_text("landscape", landscape(owned("A", "acme", colour="red")), host="cncf")
    assert read.reading.unknown == {"colour": ["Tools / Any / A"]}
    assert len(read.of("Stewardship")) == 1


def test_the_order_of_the_keys_does_not_matter(read_text):
    text = (
        "landscape:\n- subcategories:\n  - items:\n    - joined: 2020-01-02\n      name: Acme (member)\n    name: Gold\n"
        "  category:\n  name: CNCF Members\n"
    )
    (claim,) = read_text("landscape", text, host="cncf").of("Membership", holder="Acme")
    assert (to(claim, "tier"), str(claim.start), claim.place) == ("gold", "2020-01-02", "CNCF Members / Gold / Acme (member)")


def test_names_stay_as_written_and_never_turn_into_numbers(read_text):
    text = landscape({"name": "X"}, category="Members", subcategory="Gold").replace("name: X", "name: 1984")
    assert [c.links[1][1].name for c in read_text("landscape", text, host="cncf").claims] == ["1984"]


def test_anchors_aliases_and_merge_keys_are_followed(read_text):
    text = (
        "landscape:\n- name: CNCF Members\n  subcategories:\n  - name: Gold\n    items:\n"
        "    - &a\n      name: A\n      homepage_url: https://a.example\n    - <<: *a\n      name: B\n"
    )
    read = read_text("landscape", text, host="cncf")
    assert [to(c, "holder").homepage for c in read.of("Membership")] == ["https://a.example"] * 2


def test_a_list_twenty_times_as_long_takes_hardly_more_memory(tmp_path):  # 6
    import tracemalloc

    peaks = []
    for times in (50, 1000):
        path = tmp_path / f"{times}.yml"
        path.write_text(landscape(*(owned(f"Project {n}", "acme") for n in range(times))), "utf-8")
        reading = Reading("s", path, PartialDate("2026-01-01"), {"host": "cncf"})
        sum(1 for _ in reader("landscape")(reading))  # fills caches
        tracemalloc.start()
        reading = Reading("s", path, PartialDate("2026-01-01"), {"host": "cncf"})
        assert sum(1 for _ in reader("landscape")(reading)) == times
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    # Some hashes an item, and nothing else.
    assert peaks[1] - peaks[0] < 950 * 600


# Traps: identity.


def test_the_owner_of_a_linux_foundation_project_is_its_foundation(raw):  # 7
    assert raw("lf-landscape").of("Stewardship") == []
    (claim,) = raw("lfai-landscape").of("Stewardship", project="Docling")
    assert to(claim, "steward").ids == (("crunchbase", "ibm"),)


def test_hosted_is_what_has_a_level_not_what_the_host_owns(raw):  # 8
    read = raw("cncf-landscape")
    for project, owner in (("KusionStack", "ant-group"), ("Kuasar", "huawei-cloud"), ("Connect RPC", "buf-technologies")):
        assert len(read.of("Acceptance", project=project)) == 1
        (claim,) = read.of("Stewardship", project=project)
        assert to(claim, "steward").ids == (("crunchbase", owner),)
    assert len(read.of("Acceptance", project="CloudNativePG")) == 1
    assert read.of("Acceptance", project="minikube") == []
    (claim,) = read.of("Stewardship", project="minikube")
    assert to(claim, "steward").slug == "cncf"


def test_a_part_of_a_project_did_not_come_by_itself_on_the_day_that_the_whole_came(raw):
    read = raw("cncf-landscape")
    assert read.of("Acceptance", project="Tetragon") == []
    (part,) = read.of("Subproject", project="Tetragon")
    assert to(part, "parentProject").name == "Cilium"


def test_a_project_that_moved_within_the_foundation_came_on_the_day_listed_to_where_it_was_first(raw):
    entries = raw("lf-landscape").of("Acceptance", project="Tekton")
    found = [(to(c, "toOrganization").slug, dated(c)) for c in entries]
    assert found == [("continuous-delivery-foundation", [("accepted", "2019-03-12")]), ("cncf", [])]


def test_every_exception_declared_for_a_landscape_is_one_of_an_item_in_it(raw):
    settings = feed_sources()["lf-landscape"].settings
    names = {to(c, "project").name for c in raw("lf-landscape").of("Acceptance")}
    assert settings["earlier"].keys() | settings["slips"].keys() <= names


def test_a_day_of_acceptance_without_a_level_hosts_only_what_nobody_else_owns(raw):  # 9
    read = raw("cncf-landscape")
    assert len(read.of("Acceptance", project="Meshery")) == 1
    assert read.of("Acceptance", project="Traefik Mesh") == []
    assert len(read.of("Stewardship", project="Traefik Mesh")) == 1


def test_an_identifier_loses_the_query_of_its_address(raw):  # 10
    holders = [to(c, "holder") for c in raw("cncf-landscape").of("Membership")]
    stewards = [to(c, "steward") for c in raw("cncf-landscape").of("Stewardship")]
    ids = {value for named in (*holders, *stewards) for scheme, value in named.ids if scheme == "crunchbase"}
    assert not [i for i in ids if "?" in i or "/" in i]


def test_an_identifier_that_two_members_bear_is_left_to_identity(raw):  # 11
    bearers = [to(c, "holder").name for c in raw("lf-landscape").of("Membership", body="Linux Foundation")
               if ("crunchbase", "ibm") in to(c, "holder").ids]  # fmt: skip
    assert sorted(bearers) == ["Call for Code", "Kyndryl"]


def test_only_known_suffixes_are_no_part_of_a_name():  # 12
    for name in (
        "A (member)",
        "A (Member)",
        "A (supporter)",
        "A (KCSP)",
        "A (Wasm)",
        "A (hosting)",
        "A(hosting)",
        "A (adopter)",
    ):
        assert plain_name(name)[0] == "A"
    for name in ("Computer Vision Annotation Tool (CVAT)", "The Update Framework (TUF)", "Advanced Micro Devices (AMD)"):
        assert plain_name(name) == (name, "")


def test_a_member_in_several_entries_is_told_once(raw):  # 13
    eswin = raw("riscv-landscape").of("Membership", holder="Beijing ESWIN Computing Technology Co., Ltd.")
    assert len(eswin) == 1


def test_a_project_in_several_entries_is_told_once_by_the_one_with_a_level(raw):  # 14
    read = raw("cncf-landscape")
    (entry,) = read.of("Acceptance", project="kgateway") or read.of("Acceptance", project="Kgateway")
    assert ("repository", "https://github.com/kgateway-dev/kgateway") in to(entry, "project").ids
    for project in ("k0rdent", "DeepFlow", "MockServer", "Okahu"):
        assert len(read.of("Stewardship", project=project)) <= 1


def test_members_carry_what_joins_them_with_their_other_names(raw):  # 15
    def ids(source):
        return {v for c in raw(source).of("Membership") for s, v in to(c, "holder").ids if s == "crunchbase"}

    members = {v for one in raw("cncf-landscape").stated if isinstance(one, Named) for s, v in one.ids if s == "crunchbase"}
    assert (len(members), len(members & ids("lf-landscape"))) == (701, 578)


def test_a_test_record_is_no_member(raw):  # 16
    skipped = [place for place, reason in raw("lf-landscape").reading.skipped if reason == TEST_RECORD]
    assert skipped == ["LF Members / Associate / Open Infrastructure Foundation DO NOT USE (member)"]


def test_an_organization_without_a_name_becomes_none(raw):  # 17
    read = raw("cncf-landscape")
    assert not [n for c in read.claims for _, n in c.links if isinstance(n, Named) and n.name.startswith("Non-Public")]
    # The key is put on projects too; those are read as if it were not there.
    assert len(read.of("Stewardship", project="Valkey")) == 1


# Traps: dates, levels, repositories.


@pytest.mark.parametrize("written", ["'2016-03-10'", "2016-03-10", "2016-03-10T00:00:00Z"])
def test_dates_are_read_with_and_without_quotes_and_times(read_text, written):  # 18
    text = landscape(owned("A", CNCF, project="sandbox", extra={"accepted": "DAY"})).replace("DAY", written)
    (entry,) = read_text("landscape", text, host="cncf").of("Acceptance")
    assert dated(entry) == [("accepted", "2016-03-10")]


def test_sources_that_disagree_keep_their_own_date(raw):  # 19, 20
    days = [dated(raw(source).of("Acceptance", project=name)[0])[0][1]
            for source, name in (("cncf-landscape", "Cadence Workflow"), ("lf-landscape", "Cadence"))]  # fmt: skip
    assert sorted(days) == ["2025-05-22", "2025-09-23"]
    assert raw("lf-landscape").of("Acceptance", project="Krustlet") == []


def test_the_list_knows_only_the_last_acceptance(raw):  # 21
    (entry,) = raw("cncf-landscape").of("Acceptance", project="OpenEBS")
    assert dated(entry) == [("accepted", "2024-10-10")]


def test_each_foundation_has_its_own_words_for_levels(raw):  # 22
    def stages(source):
        return Counter(to(c, "stage") for c in raw(source).of("MaturityPeriod"))

    assert stages("lfai-landscape") == {"incubating": 24, "sandbox": 22, "graduated": 13, "archived": 5}
    assert stages("lfedge-landscape") == {"impact": 2, "growth": 5, "at-large": 3}
    assert stages("graphql-landscape") == {"foundation-project": 2}
    assert stages("hyperledger-landscape") == {"graduated": 6, "incubating": 8}
    assert stages("omp-landscape") == {"active": 4, "incubating": 7, "sandbox": 4, "working-group": 5}
    assert raw("omp-landscape").reading.counts["accepted dates"] == 19


def test_an_unknown_word_for_a_level_is_kept_and_reported(read_text):  # 22
    read = read_text("landscape", landscape(owned("A", CNCF, project="pre-alpha")), host="cncf")
    (seen,) = read.of("MaturityPeriod")
    assert seen.values == (("level", "pre-alpha"),)
    assert read.reading.unknown == {"project: pre-alpha": ["Tools / Any / A"]}


def test_archived_means_hosted_only_where_the_host_says_it_of_its_own(raw):  # 23
    assert raw("pytorch-landscape").reading.counts["archived projects"] == 0
    assert raw("pytorch-landscape").reading.counts["foundation-project projects"] == 6
    assert raw("cncf-landscape").reading.counts["archived projects"] == 28


def test_entry_at_a_level_is_told_with_the_day_of_acceptance(raw):  # 24
    read = raw("cncf-landscape")
    (entry,) = read.of("Acceptance", project="etcd")
    (incubating,) = read.of("MaturityChange", project="etcd", toStage="incubating")
    assert entry.dates[0][1] == incubating.dates[0][1]


def test_a_repository_that_items_share_or_that_is_none_identifies_nothing(read_text):  # 25
    both = "https://github.com/example/both"
    read = read_text(
        "landscape",
        landscape(
            owned("A", "acme", repo_url=both),
            owned("B", "acme", repo_url=both.upper().replace("HTTPS", "https") + "/"),
            owned("C", "acme", repo_url="https://github.com/example/"),
            owned("D", "acme", repo_url="https://carvel.dev/"),
            owned("E", "acme", repo_url="https://opendev.org/zuul/zuul/"),
            owned("F", "acme", repo_url="https://github.com/example/f.git"),
            owned("F (Wasm)", "acme", repo_url="https://github.com/example/f"),
        ),
        host="cncf",
    )
    found = {to(c, "project").name: dict(to(c, "project").ids).get("repository") for c in read.of("Stewardship")}
    assert found == {
        "A": None,
        "B": None,
        "C": None,
        "D": None,
        "E": "https://opendev.org/zuul/zuul",
        "F": "https://github.com/example/f",
    }
    assert read.reading.merged == 1


def test_one_bad_item_costs_no_other(read_text):
    text = landscape(
        owned("A", "acme"), {"homepage_url": "x"}, owned("B", "acme", project="sandbox", extra={"accepted": "soon"})
    )
    text += "    - just text\n"
    read = read_text("landscape", text, host="cncf")
    assert [to(c, "project").name for c in read.of("Acceptance")] == ["B"]
    assert len(read.of("Stewardship", project="A")) == 1
    assert sorted(place for place, _ in read.reading.skipped)[0].startswith("Tools / Any / B: extra: accepted")
    assert len(read.reading.skipped) == 3


def test_bodies_of_lists_are_ours_where_we_know_them():
    assert body_named("The Linux Foundation").slug == "linux-foundation"
    assert body_named("Overture Maps Foundation Fund").slug == "overture-maps-foundation"
    assert body_named("AgStack").kind == "Organization"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "is empty"),
        ("   \n", "is empty"),
        ("# nothing\n", "says nothing"),
        ("<!DOCTYPE html>\n<html></html>\n", "web page"),
        ("just a line\n", "no landscape"),
        ("- a\n- list\n", "no landscape"),
        ("projects:\n- name: A\n", "no landscape"),
        ("landscape:\n", "no landscape"),
        ("landscape: []\n", "holds no item"),
        ("landscape:\n- name: A\n  subcategories:\n  - name: B\n    items:\n    - name: C\n   bad: [\n", "no whole landscape"),
        ("landscape:\n- name: A\n  subcategories:\n  - name: B\n    items:\n    - name: C\n      homepa", "middle of a line"),
        ("landscape:\n- name: A\n  subcategories:\n  - name: B\n    items:\n    - *nobody\n", "stands for nothing"),
        ("landscape: " + "[" * 3000 + "\n", "no whole landscape"),
    ],
)
def test_what_is_no_whole_landscape_is_refused(read_text, text, what):
    with pytest.raises(FeedError, match=what):
        read_text("landscape", text, host="cncf")


def test_a_file_that_is_no_text_is_refused(tmp_path):
    path = tmp_path / "landscape.yml"
    path.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\n")
    with pytest.raises(FeedError):
        list(reader("landscape")(Reading("s", path, PartialDate("2026-01-01"), {"host": "cncf"})))


def test_a_source_without_a_host_is_refused(read_text):
    with pytest.raises(FeedError, match="host_name"):
        read_text("landscape", landscape(owned("A", "acme")))
