"""Checking a big graph: the queries of queries/checks on the embedded engine, and pySHACL with the shapes they mirror.

Makes governance data of the size wanted, with faults planted in them by the dice of a seed, and counts which are found. Run
from a checkout with the dev extras: `python benchmarks/checks.py [--quads 1000000] [--validated 30000] [--seed 1]`.
"""

import argparse
import logging
import random
import time
from collections import Counter

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

from kg import check
from kg import terms as t
from kg.resources import ontology_dir
from kg.store.embedded import EmbeddedStore

TYPE = NamedNode(t.RDF + "type")
LABEL = NamedNode(t.SKOS + "prefLabel")
DERIVED = NamedNode(t.DERIVED_GRAPH)
EVERY = 100  # one thing in so many has a fault


def osgov(name):
    return NamedNode(t.OSGOV + name)


def code(name):
    return NamedNode(t.VOCAB + name)


def day(dice, low=2010, high=2024):
    return f"{dice.randint(low, high)}-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}"


def date(text):
    return Literal(text, datatype=NamedNode(t.XSD + "date"))


class World:
    """Projects, organizations, and what happens to them, from one source a thousand projects; `faults` are the planted ones."""

    def __init__(self, size, seed):
        self.dice = random.Random(seed)
        self.quads = [
            Quad(q.subject, q.predicate, q.object, NamedNode(t.ONTOLOGY_GRAPH))
            for q in parse(path=str(ontology_dir() / "governance.ttl"), format=RdfFormat.TURTLE)
        ]
        self.faults = set()
        self.graph = NamedNode(t.CURATED_GRAPH)
        self.source(0)
        self.companies = [self.entity("org", f"company-{n}", "Company") for n in range(max(20, size // 400))]
        self.foundations = [self.entity("org", f"foundation-{n}", "Foundation") for n in range(max(4, size // 20000))]
        number = 0
        while len(self.quads) < size:
            number += 1
            if number % 1000 == 0:
                self.source(number // 1000)
            self.project(number)

    def put(self, subject, *pairs, graph=None):
        self.quads += [Quad(subject, p, o, graph or self.graph) for p, o in pairs]

    def plant(self, shape, focus):
        """Whether this thing gets this fault; it is remembered."""
        if self.dice.randrange(EVERY):
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
            (osgov("sourceKind"), code("source-registry")),
            (NamedNode(t.SCHEMA + "url"), NamedNode(f"https://example.org/{number}")),
        )

    def entity(self, folder, slug, kind):
        node = NamedNode(f"{t.BASE}id/{folder}/{slug}")
        self.put(node, (TYPE, osgov(kind)), (LABEL, Literal(slug, language="en")))
        if self.plant("NamedEntity-oneName", node):
            self.put(node, (LABEL, Literal(f"{slug}, again", language="en")))
            self.faults.add((node.value, t.SHAPES + "NamedEntity-name"))
        wikidata = "no item" if self.plant("NamedEntity-wikidataId", node) else f"Q{len(self.quads)}"
        self.put(node, (osgov("wikidataId"), Literal(wikidata)))
        if self.plant("NoPersons-mailbox", node):
            self.put(node, (NamedNode(t.SKOS + "note"), Literal("ask someone@example.org")))
        return node

    def stated(self, node):
        self.put(node, (osgov("statedIn"), self.document), graph=DERIVED)

    def project(self, number):
        """A project with its opening, its gift, its holders, its stage, its figures, and a member of its foundation."""
        project = self.entity("project", f"project-{number}", "Project")
        giver, home = self.dice.choice(self.companies), self.dice.choice(self.foundations)
        first, second, third = sorted(day(self.dice) for _ in range(3))
        self.opening(number, project, giver, first)
        gift = self.gift(number, project, giver, home, second)
        self.holders(number, project, giver, home, first, second, gift)
        self.stage(number, project, home, third)
        self.member(number, home, second)
        for year in range(2020, 2023):
            self.figure(number, project, year)

    def opening(self, number, project, giver, first):
        node = NamedNode(f"{t.EVENT}project-{number}-opening")
        self.put(node, (TYPE, osgov("OpenSourcing")), (osgov("project"), project), (osgov("occurredOn"), date(first)))
        if not self.plant("OpenSourcing-by", node):
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

    def member(self, number, home, start):
        node = NamedNode(f"{t.RELATION}member-{number}")
        holder = self.dice.choice(self.companies)
        if self.plant("Membership-holder", node):
            holder = NamedNode(f"{t.ORG_ID}unheard-of-{number}")
        self.put(node, (TYPE, osgov("Membership")), (osgov("body"), home), (osgov("holder"), holder))
        self.put(node, (osgov("tier"), code("tier-gold")), (osgov("from"), date(start)))
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
            self.put(node, (osgov("from"), Literal(str(year), datatype=NamedNode(t.XSD + "gYear"))))
        self.stated(node)


def found_by(faults):
    return {(fault.focus, fault.shape) for fault in faults}


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--quads", type=int, default=1_000_000)
    options.add_argument("--validated", type=int, default=30_000, help="the size at which pySHACL is asked too; 0: not at all")
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    logging.disable(logging.CRITICAL)
    rows = []
    for size in dict.fromkeys(filter(None, (given.validated, given.quads))):
        world = World(size, given.seed)
        store = EmbeddedStore.in_memory(world.quads)
        slow = Counter()
        begin, busy = time.perf_counter(), time.process_time()
        found = set()
        for path in check.queries():
            start = time.perf_counter()
            found |= found_by(check.run(store, path))
            slow[path.stem] = time.perf_counter() - start
        seconds, worked = time.perf_counter() - begin, time.process_time() - busy
        rows.append(
            (len(world.quads), "queries/checks", seconds, worked, len(world.faults), len(world.faults & found), len(found))
        )
        if size == given.quads:
            print("slowest:", ", ".join(f"{name} {spent:.2f} s" for name, spent in slow.most_common(5)))
        if size == given.validated:
            begin, busy = time.perf_counter(), time.process_time()
            validated = found_by(check.validate(check._union(store)))
            spent, toiled = time.perf_counter() - begin, time.process_time() - busy
            rows.append(
                (len(world.quads), "pySHACL", spent, toiled, len(world.faults), len(world.faults & validated), len(validated))
            )
            print(f"both find the same: {validated == found}; pySHACL takes {toiled / worked:.0f} times as long")
    print(f"{'quads':>9}  {'checked by':<14}  {'seconds':>8}  {'of CPU':>7}  {'planted':>7}  {'found':>7}  {'in all':>7}")
    for quads, how, spent, work, planted, caught, every in rows:
        print(f"{quads:>9,}  {how:<14}  {spent:>8.2f}  {work:>7.2f}  {planted:>7}  {caught:>7}  {every:>7}")


if __name__ == "__main__":
    main()
