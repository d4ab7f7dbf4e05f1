"""What the Apache reader makes of projects.apache.org, the lists of podlings and the Attic, and of each trap in them."""

import csv
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from kg.claims import Claim, Named
from kg.errors import FeedError

from .conftest import RAW, ReadFile, name_of, read_path

Raw = Callable[[str], ReadFile]
ReadText = Callable[..., ReadFile]

SOURCES = ("apache-projects", "apache-podlings-2017", "apache-podlings", "apache-clutch", "apache-attic")
COLUMNS = "id,name,graduated_or_moved_to,status,aliases,description,sponsor,champion,start_date,end_date\n"
MOVED = "retired, with a link to another project: not said that it went there"


def ids_of(named: Named) -> set[str]:
    return {value for scheme, value in named.ids if scheme == "asf"}


def project_ids(claim: Claim) -> set[str]:
    project = dict(claim.links).get("project")
    return ids_of(project) if isinstance(project, Named) else set()


def about(read: ReadFile, asf_id: str) -> list[Claim]:
    """The claims about the project of an ASF id."""
    return [claim for claim in read.claims if asf_id in project_ids(claim)]


def entered(read: ReadFile, asf_id: str, stage: str) -> list[str]:
    """The days on which a project entered a stage, as text; '' where undated."""
    claims = [c for c in about(read, asf_id) if c.kind == "MaturityChange" and name_of(c, "toStage") == stage]
    return sorted({str(dict(c.dates).get("occurred", "")) for c in claims})


def seen(read: ReadFile, asf_id: str) -> set[str]:
    """The stages at which a list shows a project on the day of the list."""
    return {name_of(c, "stage") for c in about(read, asf_id) if c.kind == "MaturityPeriod" and c.as_of}


def reasons(read: ReadFile) -> Counter[str]:
    return Counter(reason for _, reason in read.reading.skipped)


def tell(read_text: ReadText, row: str) -> ReadFile:
    return read_text("apache", COLUMNS + row + "\n", day="2026-08-08")


@pytest.fixture
def small_folder(tmp_path: Path) -> Path:
    """A folder like that of projects.apache.org, with one of everything."""
    foundation = tmp_path / "foundation"
    foundation.mkdir()
    committee = {"id": "kafka", "name": "Apache Kafka", "established": "2012-11", "homepage": "http://kafka.apache.org/"}
    retired = {"id": "hama", "name": "Apache Hama", "established": "2012-05", "retired": "2020-04"}
    past = {"name": "Apache Kafka (Incubating)", "started": "2011-07", "ended": "2012-10", "status": "graduated"}
    podling = {"name": "Apache Amoro (Incubating)", "started": "2024-03", "pmc": "incubator", "podling": True}
    licence = "https://spdx.org/licenses/Apache-2.0"
    files = {
        "committees": [committee],
        "committees-retired": [retired],
        "podlings": {"amoro": podling},
        "podlings-history": {"kafka": past},
        "projects": {"kafka": {"name": "Apache Kafka", "pmc": "kafka", "license": licence}},
        "repositories": {"kafka": "https://gitbox.apache.org/repos/asf/kafka.git"},
    }
    for name, content in files.items():
        (foundation / f"{name}.json").write_text(json.dumps(content))
    for folder in ("committees", "committees-retired", "projects-override"):
        (tmp_path / "doap" / folder).mkdir(parents=True)
    (tmp_path / "doap" / "committees.xml").write_text("<list><location>committees/kafka.rdf</location></list>")
    (tmp_path / "doap" / "projects.xml").write_text("<doapFiles><location>https://a.example/kafka.rdf</location></doapFiles>")
    return tmp_path


def change(folder: Path, name: str, content: object) -> None:
    (folder / "foundation" / f"{name}.json").write_text(json.dumps(content))


class TestCounts:
    def test_the_folder_of_projects_holds_what_it_is_known_to_hold(self, raw: Raw) -> None:
        counts = raw("apache-projects").reading.counts
        assert counts == {
            "projects": 321,
            "committees": 208,
            "retired committees": 78,
            "renamed committees": 2,
            "committees moved under another": 1,
            "current podlings": 32,
            "past podlings": 326,
            "graduated podlings": 246,
            "retired podlings": 80,
            "repositories": 2678,
            "committee descriptions": 210,
            "retired committee descriptions": 64,
            "project overrides": 28,
            "subprojects": 101,
            "projects in the Attic": 57,
            "addresses of committees": 212,
            "addresses of projects": 321,
        }

    def test_the_lists_of_podlings_hold_what_they_are_known_to_hold(self, raw: Raw) -> None:
        old, new, clutch = (raw(source) for source in ("apache-podlings-2017", "apache-podlings", "apache-clutch"))
        statuses = ("graduated podlings", "current podlings", "retired podlings")
        assert (old.reading.records, *(old.reading.counts[s] for s in statuses)) == (277, 169, 64, 44)
        assert (new.reading.records, *(new.reading.counts[s] for s in statuses)) == (373, 264, 24, 85)
        assert (clutch.reading.records, *(clutch.reading.counts[s] for s in statuses)) == (24, 0, 24, 0)

    def test_the_attic_holds_105_projects_of_which_15_were_parts_of_others(self, raw: Raw) -> None:
        read = raw("apache-attic")
        assert read.reading.records == 105
        assert read.reading.counts == {"projects in the Attic": 105, "subprojects": 15, "forks": 5}
        assert len(read.of("MaturityChange", toStage="top-level")) == 105 - 15

    def test_every_skip_has_a_known_reason(self, raw: Raw) -> None:
        assert {source: dict(reasons(raw(source))) for source in SOURCES} == {
            "apache-projects": {
                "is no web address on a host of repositories": 10,
                "a committee that makes no software: no project": 4,
                "leads to a page that is no licence known by name": 3,
                "<localtion> is no <location>": 1,
                "describes no committee": 1,
            },
            "apache-podlings-2017": {MOVED: 3, "ends before it starts: its end is left out": 2},
            "apache-podlings": {MOVED: 3},
            "apache-clutch": {},
            "apache-attic": {"is no .yaml file: a project taken out of the Attic again, or no project": 1},
        }

    @pytest.mark.parametrize("source", SOURCES)
    def test_every_key_is_understood(self, raw: Raw, source: str) -> None:
        assert raw(source).reading.unknown == {}

    def test_the_lists_of_graduated_and_retired_podlings_add_nothing_to_the_table(self, raw: Raw) -> None:
        """podlings_graduated.txt and podlings_retired.txt are no sources of their own: same ids, same days."""
        raw("apache-podlings")
        folder = RAW / "apache-incubator"
        with (folder / "podlings-2026-DERIVED.csv").open(encoding="utf-8") as file:
            table = {(r["status"], r["id"], r["start_date"], r["end_date"]) for r in csv.DictReader(file)}
        for status, count in (("graduated", 264), ("retired", 85)):
            with (folder / f"podlings_{status}.txt").open(encoding="utf-8") as file:
                rows = {(status, *row) for row in csv.reader(file)}
            assert len(rows) == count
            assert rows == {row for row in table if row[0] == status}


class TestEvents:
    def test_a_podling_enters_the_foundation_and_incubation_and_leaves_it_as_top_level(self, raw: Raw) -> None:
        read = raw("apache-podlings")
        (entry,) = [c for c in about(read, "kafka") if c.kind == "Acceptance"]
        assert entry.id == "{project}-to-{toOrganization}"
        assert [(basis, str(day)) for basis, day in entry.dates] == [("accepted", "2011-07-04")]
        assert dict(entry.links)["toOrganization"].slug == "apache-software-foundation"
        assert entered(read, "kafka", "podling") == ["2011-07-04"]
        assert entered(read, "kafka", "top-level") == ["2012-10-23"]
        (period,) = [c for c in about(read, "kafka") if c.kind == "MaturityPeriod"]
        assert (name_of(period, "stage"), str(period.start), str(period.end)) == ("podling", "2011-07-04", "2012-10-23")

    def test_a_podling_of_today_is_seen_as_one(self, raw: Raw) -> None:
        for source in ("apache-podlings", "apache-clutch"):
            read = raw(source)
            assert seen(read, "amoro") == {"podling"}
            assert entered(read, "amoro", "podling") == ["2024-03-11"]
            assert not entered(read, "amoro", "top-level")

    @pytest.mark.parametrize("source", SOURCES)
    def test_nobody_is_named_as_giver(self, raw: Raw, source: str) -> None:
        """Sponsors are bodies of the foundation, and `vendor` is the foundation itself."""
        read = raw(source)
        assert not read.of("Donation")
        assert {n.name for c in read.claims for _, n in c.links if isinstance(n, Named) and n.kind != "Project"} == {
            "Apache Software Foundation"
        }

    def test_a_sponsor_appears_nowhere(self, read_text: ReadText) -> None:
        read = tell(read_text, "tika,Tika,Tika,current,,x,Lucene,A Person,2007-03-22,")
        assert "Lucene" not in repr(read.stated)
        assert "A Person" not in repr(read.stated)

    def test_no_person_of_a_roster_reaches_a_claim(self, small_folder: Path) -> None:
        roster = {"jdoe": {"date": "2012-11-21", "name": "Jo Doe"}}
        committee = {"id": "kafka", "name": "Apache Kafka", "established": "2012-11", "chair": "jdoe", "roster": roster}
        change(small_folder, "committees", [committee])
        read = read_path("apache", small_folder)
        assert "doe" not in repr(read.stated).lower()

    def test_graduation_into_another_project_is_no_top_level(self, raw: Raw) -> None:
        old, new = raw("apache-podlings-2017"), raw("apache-podlings")
        assert entered(old, "ivy", "subproject") == ["2007-10-11"]
        assert not entered(old, "ivy", "top-level")
        assert [name_of(c, "parentProject") for c in about(old, "ivy") if c.kind == "Subproject"] == ["Apache Ant"]
        assert entered(new, "distributedlog", "subproject") == ["2017-07-01"]
        parents = [name_of(c, "parentProject") for c in about(new, "distributedlog") if c.kind == "Subproject"]
        assert parents == ["Apache BookKeeper"]

    def test_a_podling_dissolved_into_another_project_is_a_merger(self, raw: Raw) -> None:
        read = raw("apache-podlings")
        mergers = {(name_of(c, "project"), name_of(c, "mergedIntoProject")) for c in read.of("ProjectMerger")}
        assert mergers == {("Apache BatchEE", "Apache Geronimo"), ("Apache HCatalog", "Apache Hive")}
        assert not entered(read, "hcatalog", "top-level")

    def test_a_graduate_of_which_nobody_says_where_it_went_only_ends_incubation(self, raw: Raw) -> None:
        """Tika graduated into Lucene in 2008, and is top-level since 2010: the table shows only the former day."""
        assert not entered(raw("apache-podlings"), "tika", "top-level")
        assert entered(raw("apache-projects"), "tika", "top-level") == ["2010-04"]

    def test_every_podling_said_to_be_top_level_had_a_committee_or_graduated_later(self, raw: Raw) -> None:
        projects = raw("apache-projects")
        committees = {
            asf_id
            for c in projects.of("MaturityChange", toStage="top-level")
            if c.place.startswith("committees")
            for asf_id in project_ids(c)
        }
        for source in ("apache-podlings-2017", "apache-podlings"):
            for claim in raw(source).of("MaturityChange", toStage="top-level"):
                later = str(dict(claim.dates).get("occurred", "")) > "2024-10-24"
                assert later or project_ids(claim) & committees, claim

    def test_projects_of_a_committee_are_parts_of_it(self, raw: Raw) -> None:
        read = raw("apache-projects")
        (part,) = [c for c in about(read, "commons-bcel") if c.kind == "Subproject"]
        assert (name_of(part, "parentProject"), str(part.as_of)) == ("Apache Commons", "2024-10-24")
        assert not [c for c in about(read, "httpd") if c.kind == "Subproject"]

    def test_each_id_and_each_repository_belongs_to_one_project(self, raw: Raw) -> None:
        names: dict[tuple[str, str], set[str]] = {}
        for named in raw("apache-projects").named:
            for pair in named.ids:
                names.setdefault(pair, set()).add(named.name)
        assert {pair: found for pair, found in names.items() if len(found) > 1} == {}

    def test_licences_are_those_of_the_projects(self, raw: Raw) -> None:
        licences = raw("apache-projects").of("LicensePeriod")
        assert len(licences) == 321 - 3
        assert {c.values for c in licences} == {(("licenseExpression", "Apache-2.0"),)}

    def test_a_fork_named_by_the_attic_started_away_from_the_foundation(self, raw: Raw) -> None:
        forks = {(name_of(c, "project"), name_of(c, "forkOf")) for c in raw("apache-attic").of("ForkEvent")}
        assert ("MyBatis", "Apache iBATIS") in forks
        assert ("Clusterd", "Apache Mesos") in forks
        assert len(forks) == 5


class TestTraps:
    def test_1_a_misspelt_element_is_shown(self, raw: Raw) -> None:
        skipped = raw("apache-projects").reading.skipped
        assert ("doap/projects.xml: entry 258", "<localtion> is no <location>") in skipped

    def test_2_no_date_is_made_of_two_dates_in_one_text(self, small_folder: Path) -> None:
        """`created` is the day of a project or of its description, in four forms: nothing is read from it."""
        project = {"name": "Apache Hama", "pmc": "attic", "created": "2012-12-03, 2012-12-03", "license": "http://x.example"}
        change(small_folder, "projects", {"attic-hama": project})
        read = read_path("apache", small_folder)
        assert not [c for c in about(read, "hama") if "2012-12-03" in repr(c)]
        assert reasons(read) == {"leads to a page that is no licence known by name": 1}

    @pytest.mark.parametrize(
        "licence",
        [
            "http://usefulinc.com/doap/licenses/asl20",
            "https://spdx.org/licenses/Apache-2.0",
            "http://www.apache.org/licenses/LICENSE-2.0.txt",
        ],
    )
    def test_2_spellings_of_the_licence_are_one(self, small_folder: Path, licence: str) -> None:
        change(small_folder, "projects", {"kafka": {"name": "Apache Kafka", "pmc": "kafka", "license": licence}})
        (found,) = read_path("apache", small_folder).of("LicensePeriod")
        assert found.values == (("licenseExpression", "Apache-2.0"),)

    def test_3_months_stay_months(self, raw: Raw) -> None:
        read = raw("apache-projects")
        assert entered(read, "accumulo", "top-level") == ["2012-03"]
        assert all(
            day.precision == "month" for c in read.claims if c.kind in ("Acceptance", "MaturityChange") for _, day in c.dates
        )

    def test_4_one_event_at_two_precisions_has_one_id(self, raw: Raw) -> None:
        entries = [
            next(c for c in about(raw(source), "abdera") if c.kind == "Acceptance")
            for source in ("apache-projects", "apache-podlings")
        ]
        assert len({c.id for c in entries}) == 1
        assert [str(c.dates[0][1]) for c in entries] == ["2006-06", "2006-06-06"]

    def test_5_an_end_before_the_start_is_left_out(self, raw: Raw) -> None:
        """WADI ended in the month in which it started: that is no contradiction."""
        read = raw("apache-podlings-2017")
        assert {p for p, reason in read.reading.skipped if reason.startswith("ends before")} == {
            "podling celix",
            "podling hama",
        }
        assert entered(read, "celix", "podling") == ["2010-11-02"]
        assert entered(read, "celix", "top-level") == [""]
        assert entered(read, "wadi", "retired") == ["2005-12"]

    def test_5_a_graduation_without_a_day_stays_without(self, raw: Raw) -> None:
        assert entered(raw("apache-podlings-2017"), "johnzon", "top-level") == [""]

    def test_5_months_of_the_list_stay_months(self, raw: Raw) -> None:
        read = raw("apache-podlings-2017")
        months = [c for c in read.of("Acceptance") if c.dates[0][1].precision == "month"]
        assert len(months) == 7

    def test_5_aliases_are_other_ids_of_one_project(self, raw: Raw) -> None:
        read = raw("apache-podlings-2017")
        lucene = next(n for n in read.named if n.name == "Apache Lucene.NET")
        assert ids_of(lucene) == {"lucene.net", "lucenenet", "lucene-net", "lucene-dot-net"}

    def test_5_an_alias_that_is_another_podling_is_no_id(self, raw: Raw) -> None:
        """The table gives Agila the alias ode: its activity went there, it is another podling."""
        read = raw("apache-podlings")
        assert ids_of(next(n for n in read.named if n.name == "Apache Agila")) == {"agila"}

    def test_5_a_day_filled_in_by_the_list_of_2026_is_a_month_again(self, raw: Raw) -> None:
        read = raw("apache-podlings")
        assert entered(read, "nutch", "podling") == ["2005-01"]
        assert entered(read, "rcf", "retired") == ["2009-09"]
        assert read.reading.counts["days filled in"] == 9

    def test_6_a_podling_graduates_under_another_name(self, raw: Raw) -> None:
        read = raw("apache-podlings")
        renames = {tuple(dict(c.values).values()) for c in read.of("ProjectRename")}
        assert renames == {
            ("Apache Amber", "Apache Oltu"),
            ("Apache Bean Validation", "Apache BVal"),
            ("Apache OpenOffice.org", "Apache OpenOffice"),
        }
        assert ids_of(next(n for n in read.named if n.name == "Apache Amber")) == {"amber", "oltu"}

    def test_6_a_podling_renamed_in_incubation_is_one(self, raw: Raw) -> None:
        """SensSoft of 2017 is Flagon of 2026."""
        old, new = (
            next(n for n in raw(s).named if "senssoft" in ids_of(n)) for s in ("apache-podlings-2017", "apache-podlings")
        )
        assert (old.name, new.name) == ("Apache SensSoft", "Apache Flagon")
        assert ids_of(old) == ids_of(new) == {"senssoft", "flagon"}

    def test_6_99_graduates_have_no_committee_of_their_id(self, raw: Raw) -> None:
        raw("apache-projects")
        folder = RAW / "apache-projects" / "foundation"
        committees = {c["id"] for c in json.loads((folder / "committees.json").read_text())}
        history = json.loads((folder / "podlings-history.json").read_text())
        assert len([k for k, r in history.items() if r["status"] == "graduated" and k not in committees]) == 99

    def test_7_a_committee_retired_because_it_was_renamed_did_not_end(self, raw: Raw) -> None:
        read = raw("apache-projects")
        renames = {(*dict(c.values).values(), str(dict(c.dates)["occurred"])) for c in read.of("ProjectRename")}
        assert renames == {
            ("Apache Isis", "Apache Causeway", "2023-01"),
            ("Apache SystemML", "Apache SystemDS", "2020-07"),
        }
        for old, new in (("isis", "causeway"), ("systemml", "systemds")):
            assert not entered(read, old, "retired")
            assert seen(read, new) == {"top-level"}
            assert ids_of(next(n for n in read.named if old in ids_of(n))) == {old, new}

    def test_7_a_committee_whose_project_moved_under_another_did_not_end(self, raw: Raw) -> None:
        read = raw("apache-projects")
        assert not entered(read, "flume", "retired")
        assert entered(read, "flume", "subproject") == ["2024-03"]
        parents = {name_of(c, "parentProject") for c in about(read, "flume") if c.kind == "Subproject"}
        assert parents == {"Apache Logging Services"}

    def test_7_without_the_new_committee_a_retirement_is_one(self, small_folder: Path) -> None:
        """The declared successor is believed only where the new committee repeats the old month of establishment."""
        isis = {"id": "isis", "name": "Apache Isis", "established": "2012-10", "retired": "2023-01"}
        other = {"id": "causeway", "name": "Apache Causeway", "established": "2019-02"}
        change(small_folder, "committees-retired", [isis])
        change(small_folder, "committees", [other])
        assert not read_path("apache", small_folder).of("ProjectRename")
        change(small_folder, "committees", [other | {"established": "2012-10"}])
        read = read_path("apache", small_folder)
        assert len(read.of("ProjectRename")) == 1
        assert not entered(read, "isis", "retired")

    def test_7_whatever_ended_has_a_page_in_the_attic(self, raw: Raw) -> None:
        """XMLBeans had one, until it was taken out of the Attic and went on under POI."""
        attic = {asf_id for named in raw("apache-attic").named for asf_id in ids_of(named)}
        read = raw("apache-projects")
        ended = [c for c in read.of("MaturityChange", toStage="retired") if c.place.startswith("committees-retired")]
        assert len(ended) == 78 - 4
        alone = [name_of(c, "project") for c in ended if not project_ids(c) & attic]
        assert alone == ["Apache XML Beans"]
        parents = {name_of(c, "parentProject") for c in about(read, "xmlbeans") if c.kind == "Subproject"}
        assert parents == {"Apache POI"}

    def test_8_committees_active_in_2024_and_retired_in_2026_are_both(self, raw: Raw) -> None:
        active = {
            asf_id
            for c in raw("apache-projects").of("MaturityPeriod", stage="top-level")
            if str(c.as_of) == "2024-10-24"
            for asf_id in project_ids(c)
        }
        retired = {asf_id for c in raw("apache-attic").of("MaturityChange", toStage="retired") for asf_id in project_ids(c)}
        assert active & retired == {
            *("mesos", "oozie", "jclouds", "griffin", "gora", "servicemix", "trafficcontrol"),
            *("olingo", "cocoon", "kibble", "mnemonic", "petri", "pivot", "portals"),
        }

    def test_9_retired_podlings_that_went_elsewhere_left_the_foundation(self, raw: Raw) -> None:
        read = raw("apache-podlings")
        left = {name_of(c, "project"): str(dict(c.dates)["occurred"]) for c in read.of("Departure")}
        assert left == {
            "Apache Heraldry": "2007-06-09",
            "Apache NMaven": "2008-11-13",
            "Apache ODF Toolkit": "2018-11-27",
            "Apache Zipkin": "2019-06-19",
        }
        assert entered(read, "zipkin", "retired") == ["2019-06-19"]

    def test_10_the_day_of_a_retirement_is_that_of_the_board_and_not_of_the_attic(self, raw: Raw) -> None:
        read = raw("apache-attic")
        (change_,) = [c for c in about(read, "mesos") if name_of(c, "toStage") == "retired"]
        assert {basis: str(day) for basis, day in change_.dates} == {"occurred": "2025-08-20"}  # and done with in October
        assert entered(read, "mesos", "top-level") == ["2013-06-19"]

    def test_10_names_default_to_the_id(self, raw: Raw) -> None:
        names = {asf_id: named.name for named in raw("apache-attic").named for asf_id in ids_of(named)}
        assert names["abdera"] == "Apache Abdera"
        assert names["drat"] == "Apache DRAT"

    def test_10_parts_of_other_projects_ended_as_such(self, raw: Raw) -> None:
        parts = Counter(name_of(c, "parentProject") for c in raw("apache-attic").of("Subproject"))
        assert parts == {
            "Apache Jakarta": 6,
            "Apache XML": 4,
            "Apache Axis": 3,
            "Apache Web Services": 1,
            "Apache DB": 1,
        }


class TestBadFiles:
    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("", "is empty"),
            ("<!DOCTYPE html><html><p>not found</html>", "no whole XML file"),
            ("<html><p>not found</p></html>", "not <podlings>"),
            ('<podlings><podling name="A"', "no whole XML file"),
            ('<!DOCTYPE p [<!ENTITY a "b">]><podlings/>', "entities"),
            ('{"amoro": {"podlingName"', "no whole JSON file"),
            ('{"a": 1}', "no list of podlings"),
            ("abdera,2006-06-06,2008-11-08\n", "other columns"),
            (COLUMNS, "no rows"),
        ],
    )
    def test_a_file_of_another_kind_is_refused(self, read_text: ReadText, text: str, said: str) -> None:
        with pytest.raises(FeedError, match=said):
            read_text("apache", text)

    def test_a_folder_of_another_kind_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(FeedError, match="neither"):
            read_path("apache", tmp_path)

    def test_a_folder_with_a_file_missing_or_broken_is_refused(self, small_folder: Path) -> None:
        (small_folder / "foundation" / "podlings.json").write_text('{"amoro": {')
        with pytest.raises(FeedError, match="no whole JSON file"):
            read_path("apache", small_folder)
        (small_folder / "foundation" / "podlings.json").unlink()
        with pytest.raises(FeedError, match="no such file"):
            read_path("apache", small_folder)

    def test_a_folder_of_yaml_without_a_retired_project_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "other.yaml").write_text("name: x\n")
        with pytest.raises(FeedError, match="no file of it tells"):
            read_path("apache", tmp_path)

    def test_one_bad_file_of_the_attic_costs_no_other(self, tmp_path: Path) -> None:
        (tmp_path / "good.yaml").write_text("---\nretirement_date: 2020-01-15\n")
        (tmp_path / "bad.yaml").write_text("retirement_date: [\n")
        read = read_path("apache", tmp_path)
        assert entered(read, "good", "retired") == ["2020-01-15"]
        assert read.reading.skipped == [("bad.yaml", "is no YAML")]

    def test_one_bad_row_costs_no_other(self, read_text: ReadText) -> None:
        read = tell(
            read_text,
            "a,A,A,graduated,,,,,2012-01-02,2013-01-02\nb,B,B,lost,,,,,2012-01-02,\nc,C\nd,D,,current,,,,,soon,",
        )
        assert entered(read, "a", "top-level") == ["2013-01-02"]
        assert [place for place, _ in read.reading.skipped] == ["line 3", "line 4", "line 5: start_date"]
        assert seen(read, "d") == {"podling"}

    def test_one_bad_record_of_the_folder_costs_no_other(self, small_folder: Path) -> None:
        change(small_folder, "podlings-history", {"kafka": {"name": "Apache Kafka", "status": "lost"}, "x": [], "y": {}})
        read = read_path("apache", small_folder)
        assert entered(read, "kafka", "top-level") == ["2012-11"]
        assert len(read.reading.skipped) == 4
        assert {p.partition(":")[0] for p, _ in read.reading.skipped} == {"podlings-history.json"}

    def test_a_key_nobody_knows_is_reported(self, small_folder: Path) -> None:
        change(small_folder, "podlings", {"amoro": {"name": "Apache Amoro", "started": "2024-03", "mood": "good"}})
        assert read_path("apache", small_folder).reading.unknown == {"mood": ["podlings.json: amoro"]}

    def test_a_destination_nobody_knows_is_reported(self, read_text: ReadText) -> None:
        read = tell(read_text, "a,A,Nowhere A,graduated,,,,,2012-01-02,2013-01-02")
        assert reasons(read) == {"graduated into 'nowhere', of which the reader knows nothing": 1}
        assert not entered(read, "a", "top-level")
