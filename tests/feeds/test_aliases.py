"""The list of employers of Stackalytics."""

import json
from collections import Counter

import pytest

from kg.claims import Named
from kg.errors import FeedError


def employers(*records, **more) -> str:
    return json.dumps({"companies": list(records), **more})


def employer(name, domains=(), aliases=()) -> dict:
    return {"company_name": name, "domains": list(domains), "aliases": list(aliases)}


def named(read) -> dict[str, Named]:
    return {n.name: n for n in read.named}


def domains(one: Named) -> list[str]:
    return [value for scheme, value in one.ids if scheme == "domain"]


def test_the_file_holds_what_was_counted(raw):
    companies = json.loads(raw("stackalytics").reading.path.read_text("utf-8"))["companies"]
    aliases = [a for c in companies for a in c.get("aliases", [])]
    assert (len(companies), len([c for c in companies if c.get("aliases")])) == (575, 171)
    assert (len(aliases), len({a.lower() for a in aliases})) == (491, 488)
    assert len({d for c in companies for d in c["domains"]}) == 679  # one of them is the empty text


def test_every_employer_is_read(raw):
    read = raw("stackalytics")
    assert (read.reading.records, read.reading.merged, len(read.named), read.claims) == (575, 1, 573, [])
    assert dict(read.reading.counts) == {
        "organizations": 573,
        "aliases read": 418,
        "aliases of no employer": 73,
        "aliases that are the name": 14,
        "aliases": 308,
        "domains read": 681,
        "domains": 675,
    }
    assert 14 + 308 + 81 + 15 == 418


def test_nothing_is_lost(raw):
    reading = raw("stackalytics").reading
    assert reading.unknown == {}
    assert Counter(reason for _, reason in reading.skipped) == {
        "stands for those without an employer": 1,
        "an alias that is somebody else, or a part with a life of its own": 81,
        "an alias that may be several names in one": 15,
        "a domain of two organizations: given to neither": 4,
        "a domain under which anybody registers": 1,
    }


def test_those_without_an_employer_are_no_company(raw):
    found = named(raw("stackalytics"))
    every = {name for one in found.values() for name in (one.name, *one.aliases)}
    assert not [name for name in every if name.startswith("*")]
    assert every & {".", "1", "None", "Independent", "Self", "n/a", "Student"} == set()


def test_a_domain_of_two_companies_is_given_to_none(raw):
    found = named(raw("stackalytics"))
    every = {d for one in found.values() for d in domains(one)}
    assert every & {"taobao.com", "oath.com", "ac.th"} == set()
    assert (domains(found["Taobao"]), domains(found["Verizon Media"])) == ([], ["verizonmedia.com"])


def test_a_company_listed_twice_is_one(raw):
    assert [domains(n) for n in raw("stackalytics").named if n.name == "Intralinks"] == [["intralinks.com"]]


def test_spellings_of_a_company_are_its_aliases(raw):
    found = named(raw("stackalytics"))
    assert "Hewlett-Packard" in found["HP"].aliases
    assert {"Red Hat, Inc.", "Red Hat Software"} <= set(found["Red Hat"].aliases)
    assert "Saudi Telecom Company" in found["STC"].aliases


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Red Hat", "eNovance"),
        ("Dell EMC", "EMC"),
        ("Tata", "Tata Consultancy Services"),
        ("NTT", "NTT DATA"),
        ("HPE", "HP, IBM"),
    ],
)
def test_a_company_that_was_bought_or_has_a_life_of_its_own_is_no_alias(raw, name, other):
    assert other not in named(raw("stackalytics"))[name].aliases


def test_no_kind_is_read_from_a_list_that_calls_everyone_a_company(raw):
    """Debian, CERN and universities stand in it."""
    assert {n.kind for n in raw("stackalytics").named} == {"Organization"}


def test_persons_are_never_read(read_text):
    text = employers(employer("A", ["a.example"]), users=[{"user_name": "a person"}])
    read = read_text("aliases", text)
    assert read.named == [Named("Organization", "A", (("domain", "a.example"),))]
    assert read.reading.ignored == {"users": 1}


def test_an_alias_of_two_companies_is_given_to_none(read_text):
    read = read_text(
        "aliases", employers(employer("A", aliases=["Bc", "Cd Ltd"]), employer("Bc"), employer("D", aliases=["cd ltd"]))
    )
    assert [n.aliases for n in read.named] == [(), (), ()]
    assert {reason for _, reason in read.reading.skipped} == {"an alias of two organizations: given to neither"}


def test_a_legal_form_behind_a_comma_is_no_second_name(read_text):
    read = read_text("aliases", employers(employer("Ab", aliases=["Ab, Inc.", "Ab Co., Ltd.", "Ab, Cd", "Ab; Cd", "."])))
    assert read.named[0].aliases == ("Ab, Inc.", "Ab Co., Ltd.")


def test_a_bad_record_does_not_cost_the_rest(read_text):
    text = employers("text", {"domains": []}, employer("A", ["no domain"]), {**employer("B"), "mood": "bad"}, more=1)
    read = read_text("aliases", text)
    assert [n.name for n in read.named] == ["A", "B"]
    assert sorted(read.reading.unknown) == ["mood", "more"]
    assert ("companies[0]", "is text, not a mapping") in read.reading.skipped
    assert ("companies[2]: A: no domain", "is no domain") in read.reading.skipped


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is no JSON"),
        ("<html><body>Not found</body></html>", "is no JSON"),
        ('{"companies": [{"company_name": "A"', "is no JSON"),
        ("[1, 2]", "has no list"),
        ('{"companies": []}', "has no list"),
        ('{"organizations": [{}]}', "has no list"),
    ],
    ids=["empty", "html", "cut", "list", "no companies", "other file"],
)
def test_a_file_that_is_no_such_list_is_refused(read_text, text, said):
    with pytest.raises(FeedError, match=said):
        read_text("aliases", text)
