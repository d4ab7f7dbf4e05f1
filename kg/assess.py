"""Who is neutral and what is a vendor's project: computed from facts, three-valued, with the facts each verdict rests on.

Thresholds and lists are in `ontology/criteria.toml`. Unknown is not no: a missing fact gives `unknown`, never `fail`.
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pyoxigraph import Literal, NamedNode, Quad

from kg import terms as t
from kg.resources import ontology_dir
from kg.store import Store, texts
from kg.triples import TYPE, concept, osgov

GRAPH = NamedNode(t.DERIVED_GRAPH)
PASS, FAIL, UNKNOWN = "pass", "fail", "unknown"


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one criterion: pass, fail or unknown, and the IRIs of the facts it rests on."""

    criterion: str
    outcome: str
    rests_on: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Seat:
    holder: str
    votes: int
    fact: str
    seen: str


@dataclass(frozen=True, slots=True)
class _Rule:
    kind: str
    fact: str
    organ: str
    party: str
    representatives: int
    size: int
    share: float | None


@dataclass(slots=True)
class _World:
    """What the criteria look at, read once."""

    kinds: dict[str, set[str]]
    parents: dict[str, list[tuple[str, str]]]
    forms: dict[str, list[tuple[str, str]]]
    controllers: dict[str, list[tuple[str, str]]]
    seats: dict[str, list[_Seat]]
    rules: dict[str, list[_Rule]]


def criteria() -> dict[str, Any]:
    """The thresholds and lists of `ontology/criteria.toml`."""
    return tomllib.loads((ontology_dir() / "criteria.toml").read_text("utf-8"))


def assessments(store: Store) -> Iterator[Quad]:
    """An Assessment per foundation and criterion, one with the verdict on each foundation, and one on each project."""
    settings = criteria()
    world = _read(store)
    for organization, kinds in sorted(world.kinds.items()):
        if "Foundation" in kinds:
            findings = neutrality(organization, world, settings)
            yield from _written(organization, findings, neutral_verdict(findings), settings)
    yield from _vendor_projects(store, world, settings)


def neutral_verdict(findings: list[Finding]) -> str:
    """`not-neutral` if any criterion fails, else `not-shown-neutral` if any is unknown, else `neutral`."""
    outcomes = {f.outcome for f in findings}
    return "not-neutral" if FAIL in outcomes else "not-shown-neutral" if UNKNOWN in outcomes else "neutral"


def neutrality(organization: str, world: _World, settings: dict[str, Any]) -> list[Finding]:
    """The findings on criteria N1 to N3 for a foundation."""
    outcome, facts, chain = _legal_form(organization, world, settings, ())
    n1 = Finding("n1-nonprofit-form", outcome, facts)
    control = [
        fact
        for body in chain
        for controller, fact in world.controllers.get(body, [])
        if "Company" in world.kinds.get(controller, set())
    ]
    # A non-profit form has no owners: what is left to control it by is a right that its charter gives a named company.
    appointed = [
        rule.fact
        for body in chain
        for rule in world.rules.get(body, [])
        if rule.kind == "vendor-appointment-right" and "Company" in world.kinds.get(rule.party, set())
    ]
    if control:
        n2 = Finding("n2-not-company-controlled", FAIL, tuple(control))
    else:
        held = UNKNOWN if appointed or outcome != PASS else PASS
        n2 = Finding("n2-not-company-controlled", held, (*appointed, *facts))
    return [n1, n2, _board(organization, world, settings)]


def _legal_form(
    body: str, world: _World, settings: dict[str, Any], below: tuple[str, ...]
) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """The outcome of N1, the facts it rests on, and the bodies looked at.

    A body of a form of its own is judged by it; one that is known to be no legal person by all those it is part of; one of
    unknown form not at all.
    """
    forms = world.forms.get(body, [])
    facts = tuple(fact for _, fact in forms)
    codes = {form for form, _ in forms}
    own = codes - set(settings["dependent_forms"])
    if own or not codes or body in below:
        outcome = UNKNOWN if not own else PASS if own <= set(settings["nonprofit_forms"]) else FAIL
        return outcome, facts, (body,)
    outcomes: set[str] = set()
    chain: tuple[str, ...] = (body,)
    for parent, link in sorted(world.parents.get(body, [])):
        outcome, more, above = _legal_form(parent, world, settings, (*below, body))
        outcomes.add(outcome)
        facts, chain = (*facts, link, *more), (*chain, *above)
    worst = FAIL if FAIL in outcomes else UNKNOWN if UNKNOWN in outcomes or not outcomes else PASS
    return worst, facts, chain


def _board(organization: str, world: _World, settings: dict[str, Any]) -> Finding:
    """N3: whether a group of related companies holds the limit or more of the votes, by the roster, else by the charter.

    A roster counts only where the number of all seats is stated: the seats nobody lists could all be one group's.
    """
    criterion, limit = "n3-no-majority-on-board", settings["board_share_limit"]
    rules = [rule for rule in world.rules.get(organization, []) if rule.organ == "governing-board"]
    stated = max((rule.size for rule in rules), default=0)
    seats = world.seats.get(organization, [])
    # Rosters seen on several days are several rosters: the last one counts.
    seats = [s for s in seats if s.seen == max(x.seen for x in seats)]
    if stated and seats:
        groups: dict[str, int] = defaultdict(int)
        for seat in seats:
            if "Company" in world.kinds.get(seat.holder, set()):
                groups[_group(seat.holder, world)] += seat.votes
        known, top = sum(s.votes for s in seats), max(groups.values(), default=0)
        size = max(known, stated)
        facts = tuple(s.fact for s in seats)
        if top / size >= limit:
            return Finding(criterion, FAIL, facts)
        if (top + size - known) / size < limit:
            return Finding(criterion, PASS, facts)
    found = tuple(rule.fact for rule in rules if _keeps_below(rule, limit, settings))
    return Finding(criterion, PASS if found else UNKNOWN, found)


def _keeps_below(rule: _Rule, limit: float, settings: dict[str, Any]) -> bool:
    """Whether a charter rule by itself keeps any group of companies below the limit."""
    if rule.kind in {"related-company-cap", "one-vote-per-member"} and rule.representatives and rule.size:
        return rule.representatives / rule.size < limit
    if rule.kind == "related-company-cap":
        return rule.representatives == 1
    if rule.kind == "seat-limit-share":
        return rule.share is not None and rule.share < limit
    return rule.kind in settings["sufficient_rules"]


def _group(company: str, world: _World) -> str:
    """The company at the top of the chain of control: related companies count as one."""
    seen = {company}
    while above := [c for c, _ in world.controllers.get(company, []) if c not in seen]:
        company = min(above)
        seen.add(company)
    return company


def _read(store: Store) -> _World:
    def rows(text: str) -> list[tuple[str, ...]]:
        return sorted(texts(store, text))

    world = _World({}, {}, {}, {}, {}, {})
    for kind in ("Company", "Foundation", "PublicBody", "Community"):
        for (node,) in rows(f"SELECT ?o {{ ?o a osgov:{kind} }}"):
            world.kinds.setdefault(node, set()).add(kind)
    for node, parent, fact in rows(
        "SELECT DISTINCT ?o ?p ?r { ?r a osgov:Affiliation ; osgov:organization ?o ; osgov:parentOrganization ?p ."
        " OPTIONAL { ?r osgov:until ?u } FILTER(!BOUND(?u)) }"
    ):
        world.parents.setdefault(node, []).append((parent, fact))
    for node, form, fact in rows(
        "SELECT DISTINCT ?o ?f ?r { ?r a osgov:LegalStatus ; osgov:organization ?o ; osgov:legalForm ?f ."
        " OPTIONAL { ?r osgov:until ?u } FILTER(!BOUND(?u)) }"
    ):
        world.forms.setdefault(node, []).append((t.slug_of(form).removeprefix("legal-"), fact))
    for node, controller, fact in rows(
        "SELECT DISTINCT ?o ?c ?r { ?r a osgov:Control ; osgov:controlled ?o ; osgov:controller ?c ."
        " OPTIONAL { ?r osgov:endsNoLater ?u }"
        " FILTER(!BOUND(?u)) }"
    ):
        world.controllers.setdefault(node, []).append((controller, fact))
    for node, holder, votes, fact, seen in rows(
        "SELECT DISTINCT ?o ?h ?n ?r ?d { ?r a osgov:BoardSeats ; osgov:body ?o ; osgov:holder ?h ; osgov:votingSeats ?n ."
        " OPTIONAL { ?r osgov:observedOn ?d } OPTIONAL { ?r osgov:until ?u } FILTER(!BOUND(?u)) }"
    ):
        world.seats.setdefault(node, []).append(_Seat(holder, int(votes), fact, seen))
    for node, kind, fact, organ, party, representatives, size, share in rows(
        "SELECT DISTINCT ?o ?k ?r ?g ?p ?m ?s ?x { ?r a osgov:CharterRule ; osgov:body ?o ; osgov:ruleKind ?k ;"
        " osgov:organ ?g ."
        " OPTIONAL { ?r osgov:ruleParty ?p } OPTIONAL { ?r osgov:maxRepresentativesPerGroup ?m }"
        " OPTIONAL { ?r osgov:boardSize ?s }"
        " OPTIONAL { ?r osgov:maxShare ?x } OPTIONAL { ?r osgov:until ?u } FILTER(!BOUND(?u)) }"
    ):
        world.rules.setdefault(node, []).append(
            _Rule(
                t.slug_of(kind).removeprefix("rule-"),
                fact,
                t.slug_of(organ).removeprefix("organ-"),
                party,
                int(representatives or 0),
                int(size or 0),
                float(share) if share else None,
            )
        )
    return world


def _vendor_projects(store: Store, world: _World, settings: dict[str, Any]) -> Iterator[Quad]:
    """Whether a company holds the legal home of each project, as far as the facts go."""
    holders: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for project, stewardship, steward in texts(
        store,
        "SELECT DISTINCT ?p ?s ?o { ?p a osgov:Project . OPTIONAL { ?s a osgov:Stewardship ; osgov:project ?p ;"
        " osgov:role v:role-legal-home ; osgov:steward ?o . FILTER NOT EXISTS { ?s osgov:endedBy ?e }"
        " FILTER NOT EXISTS { ?s osgov:endsNoLater ?u } } } ORDER BY ?p ?s ?o",
    ):
        found = holders[project]
        if stewardship:
            found.append((steward, stewardship))
    for project_iri, found in sorted(holders.items()):
        companies = [fact for steward, fact in found if "Company" in world.kinds.get(steward, set())]
        if companies:
            finding, verdict = Finding("vendor-held", PASS, tuple(companies)), "vendor-project"
        elif found:
            finding, verdict = Finding("vendor-held", FAIL, tuple(fact for _, fact in found)), "not-vendor-project"
        else:
            continue  # nobody is known to hold it: there is nothing to assess, and no assessment says so
        yield from _written(project_iri, [finding], verdict, settings)


def _written(subject: str, findings: list[Finding], verdict: str, settings: dict[str, Any]) -> Iterator[Quad]:
    slug = t.slug_of(subject)
    kind = "project" if subject.startswith(t.PROJECT) else "org"
    summary = NamedNode(f"{t.ASSESSMENT}{kind}-{slug}")
    yield from _head(summary, subject)
    yield Quad(summary, osgov("profile"), Literal(settings["profile"]), GRAPH)
    yield Quad(summary, osgov("ruleVersion"), Literal(settings["version"]), GRAPH)
    yield Quad(summary, osgov("verdict"), concept("verdict", verdict), GRAPH)
    for finding in findings:
        node = NamedNode(f"{t.ASSESSMENT}{kind}-{slug}-{finding.criterion}")
        yield from _head(node, subject)
        yield Quad(node, osgov("criterion"), concept("criterion", finding.criterion), GRAPH)
        yield Quad(node, osgov("outcome"), concept("outcome", finding.outcome), GRAPH)
        yield Quad(summary, osgov("restsOn"), node, GRAPH)
        for fact in finding.rests_on:
            yield Quad(node, osgov("restsOn"), NamedNode(fact), GRAPH)


def _head(node: NamedNode, subject: str) -> Iterator[Quad]:
    yield Quad(node, TYPE, osgov("Assessment"), GRAPH)
    yield Quad(node, osgov("assesses"), NamedNode(subject), GRAPH)
