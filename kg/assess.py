"""Who is neutral and what is a vendor's project: computed from facts, three-valued, with the facts each verdict rests on.

Criteria, profiles, thresholds and lists are in `ontology/criteria.toml`. Unknown is not no: a missing fact gives `unknown`,
never `fail`. On a day, an outcome stands only if it is the same whether or not what is merely possible then was so.
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from pyoxigraph import Literal, NamedNode, Quad

from kg import terms as t
from kg.resources import ontology_dir
from kg.store import Store
from kg.triples import TYPE, concept, osgov
from kg.world import Holder, Rule, World, read_worlds

GRAPH = NamedNode(t.DERIVED_GRAPH)
PASS, FAIL, UNKNOWN = "pass", "fail", "unknown"
DEFAULT = "default"
_OF_FOUNDATIONS = ("parents", "forms", "controllers", "seats", "rules")


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one criterion: pass, fail or unknown, the IRIs of the facts it rests on, and why in words.

    In the words an organization stands as its IRI between angle brackets, for whoever shows them to put its name there.
    """

    criterion: str
    outcome: str
    rests_on: tuple[str, ...] = ()
    because: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was found of a foundation or project, and the verdict of each profile: a code of the list `verdict`."""

    subject: str
    findings: tuple[Finding, ...]
    verdicts: Mapping[str, str] = field(default_factory=dict)


@cache
def criteria() -> dict[str, Any]:
    """The thresholds and lists of `ontology/criteria.toml`."""
    return tomllib.loads((ontology_dir() / "criteria.toml").read_text("utf-8"))


def judgements(store: Store, on: str | None = None) -> dict[str, Judgement]:
    """The judgement on every foundation by its IRI, as of a day (`2020-06-30`), or by what holds now."""
    return _foundations(*read_worlds(store, on, wanted=_OF_FOUNDATIONS), on)


def neutrality_on(store: Store, organization: str, on: str | None = None) -> tuple[Finding, ...]:
    """The findings on criteria N1 to N6 for any organization, foundation or not, now or on a day."""
    certain, possible = read_worlds(store, on, wanted=_OF_FOUNDATIONS)
    return _agreed(neutrality(organization, certain), neutrality(organization, possible) if on else None, on)


def project_judgements(store: Store, on: str | None = None) -> dict[str, Judgement]:
    """Whether a company holds each project, by the IRI of the project; projects that nobody is known to hold are left out."""
    return _projects(*read_worlds(store, on, wanted=("controllers", "holders")), on)


def assessments(store: Store) -> Iterator[Quad]:
    """An Assessment per foundation and criterion, one with the verdict of each profile, and one on each project."""
    worlds = read_worlds(store)
    for judged in (_foundations(*worlds, None), _projects(*worlds, None)):
        for _, judgement in sorted(judged.items()):
            yield from _written(judgement)


def neutral_verdict(findings: Iterable[Finding]) -> str:
    """`not-neutral` if any criterion fails, else `not-shown-neutral` if any is unknown, else `neutral`."""
    outcomes = {f.outcome for f in findings}
    return "not-neutral" if FAIL in outcomes else "not-shown-neutral" if UNKNOWN in outcomes else "neutral"


def _foundations(certain: World, possible: World, on: str | None) -> dict[str, Judgement]:
    found = {}
    for body, kinds in sorted(certain.kinds.items()):
        if "Foundation" in kinds:
            findings = _agreed(neutrality(body, certain), neutrality(body, possible) if on else None, on)
            verdicts = {
                profile: neutral_verdict(f for f in findings if f.criterion in wanted)
                for profile, wanted in criteria()["profiles"].items()
            }
            found[body] = Judgement(body, findings, verdicts)
    return found


def _projects(certain: World, possible: World, on: str | None) -> dict[str, Judgement]:
    verdicts = {PASS: "vendor-project", FAIL: "not-vendor-project", UNKNOWN: "not-shown-vendor-project"}
    found = {}
    for project in sorted(possible.holders):
        finding = vendor_held(project, certain)
        if on:
            (finding,) = _agreed([finding], [vendor_held(project, possible)], on)
        if finding.rests_on:  # nobody is known to hold it: there is nothing to assess, and no assessment says so
            found[project] = Judgement(project, (finding,), {DEFAULT: verdicts[finding.outcome]})
    return found


def _agreed(certain: list[Finding], possible: list[Finding] | None, on: str | None) -> tuple[Finding, ...]:
    """The findings that hold whether or not what is possible on the day was so; unknown where that makes a difference."""
    if possible is None:
        return tuple(certain)
    found = []
    for sure, may_be in zip(certain, possible, strict=True):
        if sure.outcome == may_be.outcome:
            found.append(sure)
            continue
        facts = tuple(dict.fromkeys((*sure.rests_on, *may_be.rests_on)))
        reading = may_be if sure.outcome == UNKNOWN else sure
        because = f"no source settles whether this held on {on} already, or still: {reading.because}"
        found.append(Finding(sure.criterion, UNKNOWN, facts, because))
    return tuple(found)


def neutrality(body: str, world: World) -> list[Finding]:
    """The findings on criteria N1 to N6 for a foundation."""
    form, chain = _legal_form(body, world, ())
    return [
        form,
        _control(form, chain, world),
        _board(body, world),
        _membership(body, world),
        _marks(body, world),
        _rights(body, chain, world),
    ]


def _control(form: Finding, chain: tuple[str, ...], world: World) -> Finding:
    """N2. A non-profit form has no owners: what is left to control it by is a right that its charter gives a company."""
    criterion = "n2-not-company-controlled"
    if form.outcome == FAIL and world.is_company(chain[0]) and "Foundation" not in world.kinds[chain[0]]:
        return Finding(criterion, FAIL, (chain[0],), f"<{chain[0]}> is a company itself")
    control = [(c, body, fact) for body in chain for c, fact in world.controllers.get(body, []) if world.is_company(c)]
    if control:
        because = "; ".join(f"<{company}> controls <{body}>" for company, body, _ in control)
        return Finding(criterion, FAIL, tuple(fact for *_, fact in control), because)
    appointed = _company_rights(chain, world)
    if appointed:
        because = "a charter gives " + _listed(rule.party for rule in appointed) + " a right to appoint"
        return Finding(criterion, UNKNOWN, (*(rule.fact for rule in appointed), *form.rests_on), because)
    if form.outcome == PASS:
        return Finding(criterion, PASS, form.rests_on, "its form has no owners, and no source shows a company in control")
    return Finding(criterion, UNKNOWN, form.rests_on, "no company is shown in control, but its form does not exclude owners")


def _legal_form(body: str, world: World, below: tuple[str, ...]) -> tuple[Finding, tuple[str, ...]]:
    """N1, and the bodies looked at.

    A body of a form of its own is judged by it; one that is known to be no legal person by all those it is part of; one of
    unknown form not at all.
    """
    settings, criterion = criteria(), "n1-nonprofit-form"
    forms = world.forms.get(body, [])
    facts = tuple(fact for _, fact in forms)
    codes = {form for form, _ in forms}
    if not codes and world.is_company(body) and "Foundation" not in world.kinds[body]:
        return Finding(criterion, FAIL, (body,), f"<{body}> is a company, run for the profit of its owners"), (body,)
    own = codes - set(settings["dependent_forms"])
    named = f"<{body}>: " + (" and ".join(sorted(codes)) or "no legal form is known")
    if own or not codes or body in below:
        outcome = UNKNOWN if not own else PASS if own <= set(settings["nonprofit_forms"]) else FAIL
        return Finding(criterion, outcome, facts, named), (body,)
    outcomes: set[str] = set()
    words = [named + ", no legal person of its own"]
    chain: tuple[str, ...] = (body,)
    for parent, link in sorted(world.parents.get(body, [])):
        found, above = _legal_form(parent, world, (*below, body))
        outcomes.add(found.outcome)
        facts, chain = (*facts, link, *found.rests_on), (*chain, *above)
        words.append(found.because)
    if not outcomes:
        words.append("no source says what it is part of")
    worst = FAIL if FAIL in outcomes else UNKNOWN if UNKNOWN in outcomes or not outcomes else PASS
    return Finding(criterion, worst, facts, "; ".join(words)), chain


def _board(body: str, world: World) -> Finding:
    """N3: whether a group of related companies holds the limit or more of the votes, by the roster and by the charter.

    A roster counts only where the number of all seats is stated: the seats nobody lists could all be one group's. One that
    shows no such group says less than a rule of the charter, which holds for whoever joins the board.
    """
    criterion, limit = "n3-no-majority-on-board", criteria()["board_share_limit"]
    rules = [rule for rule in world.rules.get(body, []) if rule.organ == "governing-board"]
    stated = max((rule.size for rule in rules), default=0)
    seats = world.seats.get(body, [])
    # Rosters seen on several days are several rosters: the last one counts.
    seats = [s for s in seats if s.seen == max(x.seen for x in seats)]
    open_question = (
        "neither the whole roster of its board is known, nor how far a rule keeps each group of companies below half"
    )
    found = [rule for rule in rules if _keeps_below(rule, limit)]
    if stated and seats:
        groups: dict[str, int] = defaultdict(int)
        for seat in seats:
            if world.is_company(seat.holder):
                groups[world.group(seat.holder)] += seat.votes
        known, top = sum(s.votes for s in seats), max(groups.values(), default=0)
        size = max(known, stated)
        facts = tuple(s.fact for s in seats)
        largest = _listed(sorted(g for g, n in groups.items() if n == top)) if top else "no company"
        seen = f", as seen on {seats[0].seen}" if seats[0].seen else ""
        if top / size >= limit:
            return Finding(criterion, FAIL, facts, f"{largest} {_has(largest)} {top} of {size} votes{seen}")
        if (top + size - known) / size < limit and not found:
            words = f"{largest} {_has(largest)} {top} of {size} votes, no group of companies more{seen}"
            return Finding(criterion, PASS, facts, words)
        open_question = f"{known} of {size} votes are listed, {largest} {_has(largest)} {top}: the rest could make a half"
    if found:
        kinds = " and ".join(sorted({rule.kind for rule in found}))
        each = "member" if kinds == "one-vote-per-member" else "group of companies"
        words = f"its charter keeps every {each} below {limit:.0%}: {kinds}"
        return Finding(criterion, PASS, tuple(rule.fact for rule in found), words)
    return Finding(criterion, UNKNOWN, (), open_question)


def _keeps_below(rule: Rule, limit: float) -> bool:
    """Whether a charter rule by itself keeps any group of companies below the limit."""
    if rule.kind in {"related-company-cap", "one-vote-per-member"} and rule.representatives and rule.size:
        return rule.representatives / rule.size < limit
    if rule.kind == "related-company-cap":
        return rule.representatives == 1
    if rule.kind == "seat-limit-share":
        return rule.share is not None and rule.share < limit
    return rule.kind in criteria()["sufficient_rules"]


def _membership(body: str, world: World) -> Finding:
    """N4: whether whoever accepts the published terms may join."""
    criterion = "n4-open-membership"
    found = [rule.fact for rule in world.rules.get(body, []) if rule.kind in criteria()["open_membership_rules"]]
    if found:
        return Finding(criterion, PASS, tuple(found), "its charter opens membership on published terms")
    return Finding(criterion, UNKNOWN, (), "no rule is on record about who may join on which terms")


def _marks(body: str, world: World) -> Finding:
    """N5: whether the marks lie with the body, with one that it is part of, or with another part of the same umbrella."""
    criterion = "n5-neutral-trademark"
    found = [rule for rule in world.rules.get(body, []) if rule.kind == "trademark-held"]
    facts = tuple(rule.fact for rule in found)
    # A rule that names nobody says that the body itself holds them.
    holders = {rule.party or body for rule in found}
    vendors = sorted(holder for holder in holders if world.is_company(world.group(holder)))
    if vendors:
        return Finding(criterion, FAIL, facts, f"{_listed(vendors)} {_has(_listed(vendors))} the marks")
    house = set(world.above(body))
    strangers = sorted(holder for holder in holders if not house & set(world.above(holder)))
    if found and not strangers:
        return Finding(criterion, PASS, facts, f"{_listed(sorted(holders))} {_has(_listed(holders))} the marks")
    because = (
        f"the marks are with {_listed(strangers)}, whose tie to it is not known"
        if found
        else "no rule is on record about who has the marks"
    )
    return Finding(criterion, UNKNOWN, facts, because)


def _rights(body: str, chain: tuple[str, ...], world: World) -> Finding:
    """N6: whether the charter gives a company, or a class of companies, a right of its own.

    A charter that says how its board is filled, and on record without such a right, gives none.
    """
    criterion = "n6-no-vendor-veto"
    rights = _company_rights(dict.fromkeys((body, *chain)), world)
    if rights:
        because = "a charter gives " + _listed(rule.party for rule in rights) + " a right to appoint"
        return Finding(criterion, FAIL, tuple(rule.fact for rule in rights), because)
    of_a_class = [r for r in world.rules.get(body, []) if r.kind == "vendor-appointment-right" and not r.party]
    if of_a_class:
        because = "its charter gives a class of companies a right of its own"
        return Finding(criterion, FAIL, tuple(rule.fact for rule in of_a_class), because)
    kinds = set(criteria()["seat_rules"])
    read = [r for r in world.rules.get(body, []) if r.by_charter and r.organ == "governing-board" and r.kind in kinds]
    if read:
        because = "its charter says how the board is filled, and gives no named company a right"
        return Finding(criterion, PASS, tuple(rule.fact for rule in read), because)
    return Finding(criterion, UNKNOWN, (), "no charter that was read says how its board is filled")


def _company_rights(bodies: Iterable[str], world: World) -> list[Rule]:
    """The rules by which a charter lets a named company appoint."""
    return [
        rule
        for body in bodies
        for rule in world.rules.get(body, [])
        if rule.kind == "vendor-appointment-right" and world.is_company(rule.party)
    ]


def vendor_held(project: str, world: World) -> Finding:
    """Whether a company, or a body that a company controls, holds the project; it rests on nothing where nobody is known to."""
    criterion = "vendor-held"
    holders = [h for h in world.holders.get(project, []) if h.role in criteria()["vendor_roles"]]
    vendors = [h for h in holders if world.is_company(h.steward) or world.is_company(world.group(h.steward))]
    if vendors:
        return Finding(criterion, PASS, tuple(h.fact for h in vendors), _holding(vendors))
    # Whoever has only the mark does not settle who has the project.
    homes = [h for h in holders if h.role == "legal-home"]
    if homes:
        return Finding(criterion, FAIL, tuple(h.fact for h in homes), _holding(homes))
    return Finding(criterion, UNKNOWN, (), "nobody is known to hold it")


def _holding(holders: list[Holder]) -> str:
    return "; ".join(f"<{h.steward}> holds it ({h.role.replace('-', ' ')})" for h in holders)


def _listed(organizations: Iterable[str]) -> str:
    return " and ".join(f"<{organization}>" for organization in dict.fromkeys(organizations))


def _has(listed: str) -> str:
    return "have" if " and " in listed else "has"


def _written(judgement: Judgement) -> Iterator[Quad]:
    subject, slug = judgement.subject, t.slug_of(judgement.subject)
    name = f"{t.ASSESSMENT}{'project' if subject.startswith(t.PROJECT) else 'org'}-{slug}"
    for finding in judgement.findings:
        node = NamedNode(f"{name}-{finding.criterion}")
        yield from _head(node, subject)
        yield Quad(node, osgov("criterion"), concept("criterion", finding.criterion), GRAPH)
        yield Quad(node, osgov("outcome"), concept("outcome", finding.outcome), GRAPH)
        for fact in finding.rests_on:
            yield Quad(node, osgov("restsOn"), NamedNode(fact), GRAPH)
    for profile, verdict in judgement.verdicts.items():
        summary = NamedNode(name if profile == DEFAULT else f"{name}-{profile}")
        wanted = criteria()["profiles"][profile]
        yield from _head(summary, subject)
        yield Quad(summary, osgov("profile"), Literal(profile), GRAPH)
        yield Quad(summary, osgov("ruleVersion"), Literal(criteria()["version"]), GRAPH)
        yield Quad(summary, osgov("verdict"), concept("verdict", verdict), GRAPH)
        for finding in judgement.findings:
            if finding.criterion in wanted or finding.criterion == "vendor-held":
                yield Quad(summary, osgov("restsOn"), NamedNode(f"{name}-{finding.criterion}"), GRAPH)


def _head(node: NamedNode, subject: str) -> Iterator[Quad]:
    yield Quad(node, TYPE, osgov("Assessment"), GRAPH)
    yield Quad(node, osgov("assesses"), NamedNode(subject), GRAPH)
