"""Governance-shaped graphs of any size, made up from a seed: the same seed and size give the same statements.

    python benchmarks/world.py QUADS FILE.nq [SEED]

Few organizations have most of what there is: the rank of whoever gives, takes or joins is drawn log-uniformly, which is Zipf's
law with exponent 1. Proportions are those of the bundled graph: to a project one company, three memberships, two to three
figures; to forty projects one foundation. Nobody joins a foundation twice. A fifth of the dates are years and a fifth months,
as sources write them. Statements are made one project at a time: memory grows with organizations and memberships alone.
"""

import random
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse, serialize

from kg import terms as t
from kg.resources import ontology_dir

TYPE = NamedNode(t.RDF + "type")
LABEL = NamedNode(t.SKOS + "prefLabel")
DERIVED = NamedNode(t.DERIVED_GRAPH)
EVERY = 100  # one thing in so many has a fault, where faults are wanted
PER_SOURCE = 1000  # projects that one document tells of
LICENCES = ("Apache-2.0", "MIT", "BSD-3-Clause", "GPL-2.0-only", "MPL-2.0")


def osgov(name):
    return NamedNode(t.OSGOV + name)


def code(name):
    return NamedNode(t.VOCAB + name)


def date(text):
    """A date as precise as the text."""
    return Literal(text, datatype=NamedNode(t.XSD + {4: "gYear", 7: "gYearMonth", 10: "date"}[len(text)]))


class World:
    """Projects, organizations, and what happens to them, until there are so many statements.

    With `derived`, what kg derives from the rest is there too, as far as shapes ask for it; with `planted`, some things have
    faults, which `faults` names as pairs of node and shape. To be read once: what is read is not kept.
    """

    def __init__(self, size, seed=1, *, planted=False, derived=False):
        self.size, self.planted, self.derived = size, planted, derived
        self.dice = random.Random(seed)
        self.made = []
        self.faults = set()
        self.companies, self.foundations, self.joined = [], [], set()
        self.entities = self.projects = 0

    def __iter__(self) -> Iterator[Quad]:
        """The statements, and the ontology before them."""
        given = 0
        ontology = NamedNode(t.ONTOLOGY_GRAPH)
        for quad in parse(path=str(ontology_dir() / "governance.ttl"), format=RdfFormat.TURTLE):
            given += 1
            yield Quad(quad.subject, quad.predicate, quad.object, ontology)
        while given < self.size:
            if self.projects % PER_SOURCE == 0:
                self.source(self.projects // PER_SOURCE)
            self.organizations()
            self.project(self.projects)
            self.projects += 1
            given += len(self.made)
            yield from self.made
            self.made.clear()

    def organizations(self):
        """One more company to each project, and one more foundation to each forty; a few to begin with."""
        if self.projects % 40 == 0:
            for _ in range(1 if self.foundations else 4):
                self.foundations.append(self.entity("org", f"foundation-{len(self.foundations)}", "Foundation"))
        for _ in range(1 if self.companies else 20):
            self.companies.append(self.entity("org", f"company-{len(self.companies)}", "Company"))
        if self.projects % 15 == 14:
            self.acquisition(len(self.companies) - 1)

    def some(self, known):
        """One of them; those known first are drawn most."""
        return known[int(len(known) ** self.dice.random()) - 1]

    def day(self, low=2010, high=2024):
        return f"{self.dice.randint(low, high)}-{self.dice.randint(1, 12):02}-{self.dice.randint(1, 28):02}"

    def stated_as(self, day):
        """The day as precisely as some source has it."""
        return date(day[: self.dice.choice((4, 7, 10, 10, 10))])

    def put(self, subject, *pairs, graph=None):
        if graph is not DERIVED or self.derived:
            self.made += [Quad(subject, p, o, graph or self.graph) for p, o in pairs]

    def plant(self, shape, focus):
        """Whether this thing gets this fault; it is remembered."""
        if not self.planted or self.dice.randrange(EVERY):
            return False
        self.faults.add((focus.value, t.SHAPES + shape))
        return True

    def source(self, number):
        self.graph, self.document = NamedNode(f"{t.GRAPH}page-{number}"), NamedNode(f"{t.SOURCE}page-{number}")
        self.put(
            self.graph,
            (TYPE, osgov("SourceGraph")),
            (NamedNode(t.PROV + "wasDerivedFrom"), self.document),
            (osgov("method"), code("method-structured-import")),
            (osgov("readOn"), date("2026-11-23")),
        )
        self.put(
            self.document,
            (TYPE, osgov("SourceDocument")),
            (NamedNode(t.DCT + "title"), Literal(f"Page {number}")),
            (osgov("publisherName"), Literal("Example")),
            (osgov("sourceKind"), code("source-registry")),
            (NamedNode(t.SCHEMA + "url"), NamedNode(f"https://example.org/{number}")),
        )

    def entity(self, folder, slug, kind):
        node = NamedNode(f"{t.BASE}id/{folder}/{slug}")
        self.put(node, (TYPE, osgov(kind)), (LABEL, Literal(slug, language="en")))
        if self.plant("NamedEntity-oneName", node):
            self.put(node, (LABEL, Literal(f"{slug}, again", language="en")))
            self.faults.add((node.value, t.SHAPES + "NamedEntity-name"))
        self.entities += 1
        wikidata = "no item" if self.plant("NamedEntity-wikidataId", node) else f"Q{self.entities}"
        self.put(node, (osgov("wikidataId"), Literal(wikidata)))
        if self.plant("NoPersons-mailbox", node):
            self.put(node, (NamedNode(t.SKOS + "note"), Literal("ask someone@example.org")))
        return node

    def acquisition(self, number):
        node = NamedNode(f"{t.EVENT}company-{number}-bought")
        self.put(node, (TYPE, osgov("Acquisition")), (osgov("organization"), self.companies[number]))
        self.put(node, (osgov("acquirer"), self.some(self.companies[:number])))
        day = self.day()
        self.put(node, (osgov("announcedOn"), self.stated_as(day)))
        self.bounds(node, day)

    def stated(self, node):
        self.put(node, (osgov("statedIn"), self.document), graph=DERIVED)

    def project(self, number):
        """A project with its opening, its gift, its holders, its stage, its licence, its figures, and members of its home."""
        project = self.entity("project", f"project-{number}", "Project")
        giver, home = self.some(self.companies), self.some(self.foundations)
        first, second, third = sorted(self.day() for _ in range(3))
        self.opening(number, project, giver, first)
        gift = self.gift(number, project, giver, home, second)
        self.holders(number, project, giver, home, first, second, gift)
        self.stage(number, project, home, third)
        self.licence(number, project)
        for again in range(3):
            self.member(f"{number}-{again}", self.some(self.foundations), self.day())
        for year in range(2020, 2022 + number % 2):
            self.figure(number, project, year)

    def opening(self, number, project, giver, first):
        node = NamedNode(f"{t.EVENT}project-{number}-opening")
        self.put(node, (TYPE, osgov("OpenSourcing")), (osgov("project"), project), (osgov("occurredOn"), date(first)))
        if not self.plant("OpenSourcing-who", node):
            self.put(node, (osgov("byOrganization"), giver))
        self.bounds(node, first)

    def bounds(self, node, stated):
        last = stated
        if self.plant("EventBounds-earliest", node):
            last = "1999-12-31"
        self.put(node, (osgov("earliest"), date(stated)), (osgov("latest"), date(last)), graph=DERIVED)
        self.stated(node)

    def gift(self, number, project, giver, home, second):
        node = NamedNode(f"{t.EVENT}project-{number}-gift")
        self.put(node, (TYPE, osgov("Donation")), (TYPE, osgov("Acceptance")), (osgov("project"), project))
        basis = "role-sponsor" if self.plant("Transfer-donorBasis", node) else "donor-basis-transfer"
        self.put(node, (osgov("fromOrganization"), giver), (osgov("donorBasis"), code(basis)))
        self.put(node, (osgov("toOrganization"), giver if self.plant("Transfer-toItself", node) else home))
        if self.plant("StatedDates-acceptedOn", node):
            self.put(node, (osgov("acceptedOn"), Literal("Sept 2022")))
        else:
            self.put(node, (osgov("acceptedOn"), date(second)))
        self.put(node, (osgov("earliest"), date(second)), (osgov("latest"), date(second)), graph=DERIVED)
        self.stated(node)
        return node

    def holders(self, number, project, giver, home, first, second, gift):
        for steward, start, end in ((giver, first, second), (home, second, "")):
            node = NamedNode(f"{t.RELATION}project-{number}-{t.slug_of(steward.value)}")
            role = "asset-domain" if end and self.plant("Stewardship-role", node) else "role-legal-home"
            self.put(
                node, (TYPE, osgov("Stewardship")), (osgov("steward"), steward), (osgov("role"), code(role)), graph=DERIVED
            )
            # The second holder is left whole: it is the one that a squatter is found beside.
            if not (end and self.plant("Stewardship-project", node)):
                self.put(node, (osgov("project"), project), graph=DERIVED)
            for name in ("startsNoEarlier", "startsNoLater"):
                self.put(node, (osgov(name), date(start)), graph=DERIVED)
            if end:
                self.put(node, (osgov("endedBy"), gift), graph=DERIVED)
                for name in ("endsNoEarlier", "endsNoLater"):
                    self.put(node, (osgov(name), date(end)), graph=DERIVED)
            self.stated(node)
        other = NamedNode(f"{t.RELATION}project-{number}-squatter")
        if self.plant("Stewardship-overlap", other):
            holder = self.entity("org", f"squatter-{number}", "Company")
            links = (("project", project), ("steward", holder), ("role", code("role-legal-home")))
            self.put(other, (TYPE, osgov("Stewardship")), *((osgov(p), o) for p, o in links), graph=DERIVED)
            self.put(other, (osgov("startsNoLater"), date("2024-12-31")), graph=DERIVED)
            self.stated(other)

    def stage(self, number, project, home, third):
        node = NamedNode(f"{t.EVENT}project-{number}-stage")
        self.put(node, (TYPE, osgov("MaturityChange")), (osgov("project"), project), (osgov("byOrganization"), home))
        stage = "tier-gold" if self.plant("MaturityChange-stage", node) else "stage-graduated"
        self.put(node, (osgov("toStage"), code(stage)), (osgov("occurredOn"), date(third)))
        self.bounds(node, third)

    def licence(self, number, project):
        node = NamedNode(f"{t.RELATION}project-{number}-license")
        self.put(node, (TYPE, osgov("LicensePeriod")), (osgov("project"), project), (osgov("observedOn"), date("2026-08-22")))
        self.put(node, (osgov("licenseExpression"), Literal(self.dice.choice(LICENCES))))
        self.stated(node)

    def member(self, name, body, start):
        node = NamedNode(f"{t.RELATION}member-{name}")
        drawn = (self.some(self.companies) for _ in range(10))
        holder = next((one for one in drawn if (one, body) not in self.joined), None)
        if holder is None:
            return
        self.joined.add((holder, body))
        if self.plant("Membership-holder", node):
            holder = NamedNode(f"{t.ORG_ID}unheard-of-{name}")
        self.put(node, (TYPE, osgov("Membership")), (osgov("body"), body), (osgov("holder"), holder))
        tier = self.dice.choice(("tier-platinum", "tier-gold", "tier-silver", "tier-silver"))
        self.put(node, (osgov("tier"), code(tier)), (osgov("from"), date(start)), (osgov("observedOn"), date("2026-08-07")))
        self.put(node, (osgov("startsNoEarlier"), date(start)), (osgov("startsNoLater"), date(start)), graph=DERIVED)
        self.stated(node)

    def figure(self, number, project, year):
        node = NamedNode(f"{t.OBSERVATION}project-{number}-{year}")
        share = "80" if self.plant("MetricObservation-share", node) else "0.8"
        variable, value = code("metric-papers-share"), Literal(share, datatype=NamedNode(t.XSD + "decimal"))
        self.put(
            node,
            (TYPE, osgov("MetricObservation")),
            (NamedNode(t.SCHEMA + "observationAbout"), project),
            (NamedNode(t.SCHEMA + "variableMeasured"), variable),
            (NamedNode(t.SCHEMA + "value"), value),
        )
        if not self.plant("MetricObservation-period", node):
            self.put(node, (osgov("from"), date(str(year))))
        self.stated(node)


def write(path: Path, size: int, seed: int = 1) -> World:
    """Write a graph of so many statements as N-Quads, in memory that does not grow with it; returns the world it is of."""
    world = World(size, seed)
    quads = iter(world)
    with path.open("wb") as file:
        while block := list(islice(quads, 100_000)):
            serialize(block, file, format=RdfFormat.N_QUADS)
    return world


if __name__ == "__main__":
    made = write(Path(sys.argv[2]), int(sys.argv[1]), *map(int, sys.argv[3:]))
    print(f"{made.projects:,} projects, {len(made.companies):,} companies, {len(made.foundations):,} foundations")
