"""No person is in the graph: not by name and not by handle, whatever file names them."""

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml
from pyoxigraph import Literal, NamedNode, Quad

from kg.curated import read_facts
from kg.loading import snapshot_records
from kg.names import slugify
from kg.records import Entity, Use
from kg.resources import FACTS

from .conftest import RAW

# Employers that stand in the column of handles, in rows of the maintainers' files whose cells are swapped. The employer
# cells of those rows are searched for as handles instead.
EMPLOYERS = {
    "airbnb",
    "alibaba cloud",
    "ant group",
    "black rock",
    "codefresh",
    "gitlab",
    "google",
    "intel",
    "intuit",
    "microsoft",
    "netease",
    "ohio supercomputer center",
    "red hat",
    "slack",
    "stytch",
    "vmware",
}

# Handles that are words: each with what else has it. None of these is said of the person.
WORDS = {
    "marko": "a project, by name and identifier",
    "marvin": "a project, by the identifier that its foundation gave it",
    "silver": "a tier of membership",
    "weaver": "a repository",
}


@dataclass
class Persons:
    """The names of two and more words, the handles of five and more letters, as the files write them, in lower case."""

    names: set[str] = field(default_factory=set)
    handles: set[str] = field(default_factory=set)

    def name(self, text: object) -> None:
        words = str(text or "").casefold().split()
        if len(words) > 1:
            self.names.add(" ".join(words))

    def handle(self, text: object) -> None:
        handle = str(text or "").strip().lstrip("@").casefold()
        if len(handle) >= 5:
            self.handles.add(handle)


def of_maintainers(persons: Persons) -> None:
    for path in sorted((RAW / "cncf-maintainers").glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.reader(file)
            header = [cell.strip() for cell in next(rows)]
            columns = [header.index(name) for name in ("Maintainer Name", "Github Name", "Company")]
            for row in rows:
                if len(row) > max(columns):
                    name, handle, company = (row[n] for n in columns)
                    persons.name(name)
                    persons.handle(handle)
                    if handle.strip().casefold() in EMPLOYERS:
                        persons.handle(company)


def of_apache(persons: Persons) -> None:
    for committee in json.loads((RAW / "apache-projects/foundation/committees.json").read_text("utf-8")):
        persons.handle(committee.get("chair"))
        for handle, member in (committee.get("roster") or {}).items():
            persons.handle(handle)
            persons.name(member["name"])
    for element in ElementTree.parse(RAW / "apache-incubator/podlings-2017-01-06.xml").iter():
        if element.tag in {"mentor", "champion"}:
            persons.handle(element.get("username") or element.get("availid"))
            persons.name(element.text)
    with (RAW / "apache-incubator/podlings-2026-DERIVED.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            persons.name(row["champion"])
    for podling in json.loads((RAW / "apache-incubator/clutch.json").read_text("utf-8")).values():
        for group in ("members", "owners"):
            for handle in podling.get("ldap", {}).get(group, ()):
                persons.handle(handle)


def of_leads(persons: Persons) -> None:
    """The leads of teams: the mappings with a name and a way to reach somebody."""
    paths = [*sorted((RAW / "openstack-governance").glob("*.yaml")), RAW / "kubernetes-community/sigs.yaml"]
    for path in (*paths, RAW / "cncf-toc/tags.yaml"):
        for lead in mappings(yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)):
            if "name" in lead and lead.keys() & {"irc", "email", "github"}:
                persons.name(lead["name"])
                persons.handle(lead.get("irc"))
                persons.handle(lead.get("github"))


def mappings(data: Any) -> Iterator[dict[str, Any]]:
    if isinstance(data, dict):
        yield data
    for value in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
        yield from mappings(value)


def of_representatives(persons: Persons) -> None:
    with (RAW / "todo-members/MEMBERS.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            persons.name(row["Representative's Name"])
            persons.handle(row["GitHub Handle"])


FILES = {
    "cncf-maintainers": (of_maintainers, 2_690, 2_650),
    "apache-projects": (of_apache, 3_900, 3_800),
    "openstack-governance": (of_leads, 400, 370),
    "todo-members": (of_representatives, 160, 130),
}


@pytest.fixture(scope="module")
def persons() -> Persons:
    if not all((RAW / folder).exists() for folder in FILES):
        pytest.skip("the raw files are not beside this checkout")
    found = Persons()
    for collect, _, _ in FILES.values():
        collect(found)
    return found


@dataclass
class Written:
    """Everything that quads write, in lower case: literals, the last segments of IRIs, the runs of words within both."""

    literals: set[str] = field(default_factory=set)
    segments: set[str] = field(default_factory=set)

    @classmethod
    def by(cls, quads: Iterator[Quad]) -> "Written":
        written = cls()
        iris = set()
        for quad in quads:
            if isinstance(quad.object, Literal):
                written.literals.add(" ".join(quad.object.value.casefold().split()))
            iris |= {term.value for term in (quad.subject, quad.object, quad.graph_name) if isinstance(term, NamedNode)}
        written.segments = {re.split(r"[/#]", iri.rstrip("/"))[-1].casefold() for iri in iris}
        return written

    def whole(self, persons: Persons) -> set[str]:
        """The names and handles that are a literal, or the last segment of an IRI, as they are or as a slug."""
        there = self.literals | self.segments
        return {text for text in persons.names | persons.handles if text in there or (" " in text and slugify(text) in there)}

    def within(self, persons: Persons) -> set[str]:
        """The names that are words of a longer literal or of a longer segment."""
        wanted = {words for name in persons.names if len(words := tuple(re.findall(r"[^\W_]+", name))) > 1}
        lengths = {len(words) for words in wanted}
        found = set()
        for text in self.literals | self.segments:
            words = re.findall(r"[^\W_]+", text)
            runs = (tuple(words[at : at + n]) for n in lengths for at in range(len(words) - n + 1))
            found.update(run for run in runs if run in wanted)
        return {" ".join(run) for run in found}


@pytest.fixture(scope="module")
def written(built_graph) -> Written:
    return Written.by(built_graph.store.quads())


@pytest.mark.parametrize("folder", FILES)
def test_the_persons_of_every_file_are_collected(folder):
    if not (RAW / folder).exists():
        pytest.skip("the raw files are not beside this checkout")
    collect, names, handles = FILES[folder]
    found = Persons()
    collect(found)
    assert len(found.names) >= names
    assert len(found.handles) >= handles


def test_no_name_of_a_person_is_in_the_graph_whole_or_within_a_longer_text(persons, written):
    only_names = Persons(names=persons.names)
    assert written.whole(only_names) == set()
    assert written.within(only_names) == set()


def test_no_handle_is_in_the_graph_but_what_is_an_employer_or_a_word(persons, written):
    """Twenty of almost seven thousand, and each of them is something else: see the lists above."""
    assert written.whole(Persons(handles=persons.handles)) == EMPLOYERS | set(WORDS)


def test_an_employer_among_the_handles_is_an_organization_that_other_sources_name():
    """So that no reader can make itself an exception by taking a handle for a company.

    Three are named, or spelt so, in these files alone: a maker of log-in services, a university's computing centre, and an
    asset manager written in two words.
    """
    told = set()
    for record in [*read_facts(FACTS), *snapshot_records()]:
        if isinstance(record, Entity) and record.kind != "Project" and (FACTS / f"organizations/{record.id}.toml").exists():
            told |= {name.casefold() for name in (record.name, *record.aliases)}
        if isinstance(record, Use) and record.kind == "organization" and not record.source.startswith("cncf-maintainers"):
            told.add(record.name.casefold())
    assert EMPLOYERS - told == {"black rock", "ohio supercomputer center", "stytch"}


@pytest.mark.parametrize(
    ("subject", "predicate", "object"),
    [
        ("https://example.org/a", "https://example.org/p", Literal("Ada  Example")),
        ("https://example.org/a", "https://example.org/p", Literal("adaexample")),
        ("https://example.org/org/ada-example", "https://example.org/p", Literal("x")),
        ("https://example.org/a", "https://example.org/p", NamedNode("https://github.com/AdaExample/")),
    ],
    ids=["name", "handle", "slug", "account"],
)
def test_a_person_that_a_graph_names_is_found(subject, predicate, object):
    ada = Persons({"ada example"}, {"adaexample"})
    quads = [Quad(NamedNode(subject), NamedNode(predicate), object)]
    assert len(Written.by(iter(quads)).whole(ada)) == 1


@pytest.mark.parametrize("text", ["Work of Ada Example, Inc.", "maintained-by-ada-example"])
def test_a_person_within_a_longer_text_is_found(text):
    quads = [Quad(NamedNode("https://example.org/a"), NamedNode("https://example.org/p"), Literal(text))]
    assert Written.by(iter(quads)).within(Persons({"ada example"})) == {"ada example"}


def test_the_readers_of_files_of_persons_hand_on_none(raw, persons):
    """The graph leaves out what it does not draw; the claims themselves name nobody either."""
    sources = ("cncf-maintainers", "cncf-maintainers-2021", "apache-projects", "apache-podlings-2017", "openstack-governance")
    said = repr([raw(source).stated for source in sources]).casefold()
    quoted = set(re.findall(r"'([^']*)'", said))
    assert "kubernetes" in quoted
    assert quoted & persons.names == set()
    assert quoted & persons.handles <= EMPLOYERS | set(WORDS)


def test_no_table_that_ships_has_a_cell_that_is_a_person(persons):
    """The tables hold what the graph is made of, and what `kg sources` and a reader of the repository see."""
    cells = set()
    for path in sorted((FACTS / "snapshots").rglob("*.tsv")):
        for row in csv.reader(path.read_text("utf-8").splitlines(), delimiter="\t"):
            cells.update(cell.casefold() for cell in row)
    assert cells & persons.names == set()
    assert cells & persons.handles <= EMPLOYERS | set(WORDS)
