"""Maintainers: numbers per project and employer on a day, and never a person."""

import csv
import dataclasses
from collections import Counter, defaultdict

import pytest

from kg.claims import Claim
from kg.errors import FeedError

from .conftest import RAW

FOLDER = RAW / "cncf-maintainers"
SOURCES = ("-2021", "-2022", "-2023", "-2024", "-2025", "")

HEADER = ",Project,Maintainer Name,Company,Github Name,OWNERS/MAINTAINERS\n"

# Companies that stand in the column of handles, in rows in which the two are swapped.
COMPANIES = {
    "airbnb",
    "alibaba cloud",
    "ant group",
    "black rock",
    "cncf",
    "codefresh",
    "gitlab",
    "google",
    "intel",
    "intuit",
    "microsoft",
    "netease",
    "ohio supercomputer center",
    "red hat",
    "stytch",
    "ubie",
    "vmware",
}


def numbers(claims: list[Claim], project: str) -> dict[str, object]:
    """The numbers of a project, by metric, or by employer where there is one."""
    found = {}
    for claim in claims:
        links = dict(claim.links)
        if links["project"].name == project:
            found[links["byOrganization"].name if "byOrganization" in links else links["variable"]] = dict(claim.values)[
                "value"
            ]
    return found


def raw_rows(suffix: str) -> list[list[str]]:
    path = FOLDER / f"project-maintainers{suffix}.csv"
    if not path.exists():
        pytest.skip("the raw files are not beside this checkout")
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [row for row in list(csv.reader(file))[1:] if row]


@pytest.mark.parametrize(
    ("suffix", "records", "merged", "counts"),
    [
        ("-2021", 964, 0, (125, 119, 964, 32)),
        ("-2022", 1249, 0, (158, 146, 1249, 9)),
        ("-2023", 1484, 5, (182, 170, 1479, 2)),
        ("-2024", 1683, 8, (207, 194, 1675, 1)),
        ("-2025", 2140, 31, (228, 212, 2109, 0)),
        ("", 2390, 53, (247, 226, 2337, 0)),
    ],
)
def test_every_row_counts_once_per_person_and_project(raw, suffix, records, merged, counts):
    reading = raw(f"cncf-maintainers{suffix}").reading
    assert (reading.records, reading.merged) == (records, merged)
    names = ("groups", "projects", "maintainers", "swapped cells put right")
    assert tuple(reading.counts[name] for name in names) == counts
    assert {reason for _, reason in reading.skipped} <= {"is no employer, but a project"}
    assert not reading.unknown


@pytest.mark.parametrize("suffix", SOURCES)
def test_the_numbers_of_a_project_add_up(raw, suffix):
    claims = raw(f"cncf-maintainers{suffix}").claims
    for project in {dict(c.links)["project"].name for c in claims}:
        found = numbers(claims, project)
        assert found.pop("maintainers") == sum(found.values())


@pytest.mark.parametrize("suffix", SOURCES)
def test_no_person_reaches_what_is_said_or_noted(raw, suffix):
    """Names of two words or more and handles of four letters or more, of all six files, wherever a row has them."""
    persons = set()
    for other in SOURCES:
        for row in raw_rows(other):
            name, employer, handle = (" ".join(cell.split()) for cell in row[2:5])
            swapped = handle.casefold() in COMPANIES
            persons |= {name} if " " in name else set()
            handle = (employer if swapped else handle).lstrip("@")
            persons |= {handle} if len(handle) >= 4 else set()
    found = raw(f"cncf-maintainers{suffix}")
    assert len(persons) > 4000
    said = set()
    for claim in found.claims:
        said |= {claim.id, claim.place, claim.reference}
        for _, target in claim.links:
            if not isinstance(target, str):
                said |= {target.name, target.homepage, *target.aliases, *(value for _, value in target.ids)}
    noted = {text for pair in found.reading.skipped for text in pair} | set(found.reading.unknown) | set(found.reading.ignored)
    assert not (said | noted) & persons
    assert {f.name for f in dataclasses.fields(Claim)} == {
        *("kind", "id", "links", "place", "dates", "values", "start", "end", "as_of", "reference")
    }


def test_the_newest_file_has_the_rows_groups_handles_and_spellings_it_is_said_to_have():
    rows = raw_rows("")
    assert len(rows) == 2390
    assert len({row[1].strip() for row in rows} - {""}) == 246
    assert len({row[4].strip().lower().lstrip("@") for row in rows} - {""}) == 2161
    employers = Counter(row[3].strip() for row in rows)
    assert len(set(employers) - {""}) == 482
    top = {"Red Hat": 314, "Microsoft": 137, "Google": 126, "IBM": 67, "Independent": 58, "Solo.io": 48, "Huawei": 43}
    assert {name: employers[name] for name in top} == top


def test_one_employer_holds_the_majority_in_130_of_230_groups():
    """By the names of groups, as the file has them. The two groups named Steering Committee are one here."""
    level, group = "", ""
    groups: dict[str, list[str]] = defaultdict(list)
    levels: dict[str, str] = {}
    for row in raw_rows(""):
        level, group = row[0].strip() or level, row[1].strip() or group
        groups[group].append(row[3].strip())
        levels[group] = level
    assert sum(len(names) >= 2 and len(set(names) - {""}) == 1 for names in groups.values()) == 58
    large = {group: Counter(names) for group, names in groups.items() if len(names) >= 3}
    held = {g for g, names in large.items() if any(2 * n > names.total() for name, n in names.items() if name)}
    everyone, majority = Counter(levels[g] for g in large), Counter(levels[g] for g in held)
    assert everyone == {"Sandbox": 136, "Incubating": 49, "Graduated": 45}
    assert majority == {"Sandbox": 94, "Incubating": 25, "Graduated": 11}


def test_one_employer_holds_the_majority_in_119_of_211_projects(raw):
    """By project, and without those who have no employer as one of them: what the graph can be asked."""
    claims = raw("cncf-maintainers").claims
    large = held = 0
    for project in {dict(c.links)["project"].name for c in claims}:
        found = numbers(claims, project)
        total = found.pop("maintainers")
        found.pop("maintainers-without-employer", 0)
        large += total >= 3
        held += total >= 3 and any(2 * n > total for n in found.values())
    assert (held, large) == (119, 211)


def test_groups_are_joined_into_their_project(raw):
    found = raw("cncf-maintainers")
    projects = {dict(c.links)["project"].name for c in found.claims}
    assert {"Kubernetes", "Tekton", "Istio", "Operator Framework", "OpenTelemetry", "Envoy", "SPIFFE", "SPIRE"} < projects
    assert {"TUF (The Update Framework)", "ORAS (OCI Registry as Storage)"} < projects
    assert not [p for p in projects if "Committee" in p or p.startswith(("Tekton ", "Kubernetes ", "Istio:", "SIG "))]


def test_the_day_is_that_of_the_file(raw):
    assert {str(c.as_of) for c in raw("cncf-maintainers-2021").claims} == {"2021-12-14"}
    assert {str(c.as_of) for c in raw("cncf-maintainers").claims} == {"2026-08-21"}


def test_level_and_project_stand_on_the_first_row_of_a_group_alone(read_text):
    text = (
        HEADER
        + "Graduated,Alpha,A One,Acme,a-one,https://alpha.example\n,,B Two,Acme,b-two,\nSandbox,Beta,C Three,Acme,c-three,\n"
    )
    found = read_text("maintainers", text, day="2026-08-21")
    assert numbers(found.claims, "Alpha") == {"maintainers": 2, "Acme": 2}
    assert numbers(found.claims, "Beta") == {"maintainers": 1, "Acme": 1}
    by = [c for c in found.claims if "byOrganization" in dict(c.links)]
    assert {c.id for c in by} == {"{project}-maintainers-{byOrganization}-2026-08-21"}


def test_a_person_in_two_groups_of_a_project_counts_once(read_text):
    rows = (
        "Graduated,Alpha steering,A One,Acme,a-one,\n,,A One,Acme,a-one,\n"
        ",Alpha maintainers,A One,Acme,@A-One,\n,,A Onee,Acme,a-one,\n,,A One,Acme,,\n,,B Two,,b-two,\n"
    )
    found = read_text("maintainers", HEADER + rows)
    assert numbers(found.claims, "Alpha") == {"maintainers": 2, "maintainers-without-employer": 1, "Acme": 1}
    assert (found.reading.records, found.reading.merged) == (6, 4)


@pytest.mark.parametrize(
    "group",
    [
        "Alpha: Working Group Leads",
        "Alpha (Governance Committee)",
        "Alpha (Technical Committee excluding GC members)",
        "Alpha (Community Maintainer)",
        "Alpha Steering Committee",
        "Alpha steering",
        "Alpha maintainers",
        "Steering Committee",
        "SIG Something",
        "ALPHA",
    ],
)
def test_a_group_belongs_to_the_project_it_names_or_to_the_one_above(read_text, group):
    found = read_text("maintainers", HEADER + f",Alpha,A One,Acme,a-one,\n,{group},B Two,Acme,b-two,\n")
    assert {dict(c.links)["project"].name for c in found.claims} == {"Alpha"}


def test_a_long_or_short_name_in_parentheses_is_part_of_the_name(read_text):
    found = read_text("maintainers", HEADER + ",TUF (The Update Framework),A One,Acme,a-one,\n")
    project = dict(found.claims[0].links)["project"]
    assert (project.name, project.aliases) == ("TUF (The Update Framework)", ("TUF", "The Update Framework"))


@pytest.mark.parametrize(
    "employer", ["", "-", "_", "Independent", "individual", "Individual - No Account", "A One", "a-one", "@a-one"]
)
def test_no_employer_is_no_organization(read_text, employer):
    found = read_text("maintainers", HEADER + f",Alpha,A One,{employer},a-one,\n,,B Two,Acme,b-two,\n")
    assert numbers(found.claims, "Alpha") == {"maintainers": 2, "maintainers-without-employer": 1, "Acme": 1}


def test_spellings_that_differ_in_case_blanks_and_marks_are_one_employer_of_a_project(read_text):
    """One of them alone would be told as the number for an organization that has two."""
    rows = ",Alpha,A One, Red Hat ,a-one,\n,,B Two,RedHat,b-two,\n,,C Three,Red Hat,c-three,\n,,D Four,AWS,d-four,\n"
    found = read_text("maintainers", HEADER + rows)
    assert numbers(found.claims, "Alpha") == {"maintainers": 4, "Red Hat": 3, "AWS": 1}


def test_employer_and_handle_in_each_others_column_are_put_right(read_text):
    """So in Argo and Envoy in 2021, and here and there later."""
    rows = "".join(f",Other {n},P {n},Acme,person{n},\n" for n in range(3))
    rows += ",Alpha,A One,a-one,Acme,\n,,B Two,b-two,Nobody Else,\n,,C Three,c-three,Rare,\n,,D Four,d-four,Acme,\n"
    found = read_text("maintainers", HEADER + rows)
    assert numbers(found.claims, "Alpha") == {"maintainers": 4, "Acme": 2, "Nobody Else": 1, "Rare": 1}
    assert found.reading.counts["swapped cells put right"] == 4


def test_a_row_far_from_two_swapped_ones_stays_as_it_is(read_text):
    rows = "".join(f",Other {n},P {n},Acme,person{n},\n" for n in range(3))
    rows += ",Alpha,A One,a-one,Acme,\n,,B Two,Rare,b-two,\n,,C Three,Scarce,c-three,\n,,D Four,Few,d-four,\n"
    found = read_text("maintainers", HEADER + rows + ",,E Five,e-five,Acme,\n")
    assert numbers(found.claims, "Alpha") == {"maintainers": 5, "Acme": 2, "Rare": 1, "Scarce": 1, "Few": 1}


def test_a_name_in_the_column_of_handles_is_not_taken_for_an_employer(read_text):
    found = read_text("maintainers", HEADER + ",Alpha,Ann ONE,Acme,Ann One,\n,,B Two,,b-two,\n")
    assert numbers(found.claims, "Alpha") == {"maintainers": 2, "maintainers-without-employer": 1, "Acme": 1}


def test_a_second_employer_of_one_person_is_noted(read_text):
    found = read_text("maintainers", HEADER + ",Alpha,A One,Acme,a-one,\n,Alpha: Leads,A One,Other,a-one,\n")
    assert numbers(found.claims, "Alpha") == {"maintainers": 1, "Acme": 1}
    assert found.reading.skipped == [("file: line 3: Company", "is another employer of somebody counted already")]


def test_headers_and_rows_of_older_files_are_read(read_text):
    """A blank after a column's name, a mark at the start of the file, a row without its last cell, blank lines."""
    header = "\ufeff,Project,Maintainer Name ,Company,Github Name,OWNERS/MAINTAINERS\n"
    found = read_text(
        "maintainers", header + ",Alpha,A One,Acme,a-one,\n,,B Two,Acme,b-two\n\n,,,,,\n,,,Acme,c-three,\n,,D,Acme,,\n\n"
    )
    assert numbers(found.claims, "Alpha") == {"maintainers": 4, "Acme": 4}
    assert not found.reading.skipped


def test_one_bad_row_does_not_cost_the_others(read_text):
    rows = ",,A One,Acme,a-one,\n,Alpha,,Acme,,\n,,B\n,,C Three,Acme,c-three,\n"
    found = read_text("maintainers", HEADER + rows)
    assert numbers(found.claims, "Alpha") == {"maintainers": 1, "Acme": 1}
    assert sorted(found.reading.skipped) == [
        ("file: line 2", "stands below no project"),
        ("file: line 3", "names nobody"),
        ("file: line 4", "has more or fewer cells than the header"),
    ]


@pytest.mark.parametrize(
    "text",
    ["", "<html><body>Not found</body></html>\n", "name,stars\nalpha,1\n", HEADER, HEADER + ",Alpha,A One,Acme,a-one,\n,,B Tw"],
    ids=["empty", "html", "other-table", "no-rows", "cut-off"],
)
def test_what_is_no_such_table_is_refused(read_text, text):
    with pytest.raises(FeedError, match="file"):
        read_text("maintainers", text)
