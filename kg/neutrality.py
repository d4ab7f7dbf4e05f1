"""Neutrality explained: each criterion with its outcome, the facts it rests on, what is missing, what would change it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from kg.analysis.concentration import elephant_factor_bounds, top_share_bounds
from kg.assess import FAIL, PASS, UNKNOWN, Finding, criteria, judgements, neutral_verdict, neutrality_on, project_judgements
from kg.errors import Misuse
from kg.graph import Graph, Table
from kg.lookup import Match
from kg.store import texts
from kg.terms import PROJECT, curie, slug_of

COLUMNS = ("subject", "subject_id", "test", "outcome", "because", "missing", "would_change", "facts", "sources")


def profiles() -> tuple[str, ...]:
    """The names of the profiles in `ontology/criteria.toml`."""
    return tuple(criteria()["profiles"])


def explain(graph: Graph, name: str, *, profile: str = "default", on: str | None = None) -> Table:
    """Why the organization or project that a name means is judged as it is, now or on a day (`2020-06-30`).

    One row a test, then one with the verdict: `subject, subject_id, test, outcome` (pass, fail, unknown; of the verdict its
    words), `because`, `missing` (what would settle it), `would_change`, `facts` (CURIEs), `sources` (addresses). Of a project:
    whether a vendor holds it, then each home it has, then how independent its maintainers are of any one employer.

    Raises NotFound, Ambiguous, or Misuse for a profile that is not there.
    """
    _known(profile)
    match = graph.resolve(name)
    rows: list[_Row] = []
    if match.iri.startswith(PROJECT):
        rows += _of_project(graph, match, profile, on)
    else:
        rows += _of_home(graph, match.iri, profile, on)
    return _table(graph, rows)


def overview(graph: Graph, *, profile: str = "default", on: str | None = None) -> Table:
    """One row a foundation: the outcome of each criterion, the verdict of the profile, and which criteria leave it open."""
    wanted = _known(profile)
    judged = judgements(graph.store, on)
    named = _labels(graph, judged)
    columns = ("foundation", "foundation_id", *(c.partition("-")[0] for c in criteria()["profiles"]["strict"]))
    rows: list[dict[str, Any]] = []
    for iri, judgement in judged.items():
        outcomes = {f.criterion.partition("-")[0]: f.outcome for f in judgement.findings}
        missing = [f.criterion.partition("-")[0] for f in judgement.findings if f.outcome == UNKNOWN and f.criterion in wanted]
        last = {"verdict": _words(judgement.verdicts[profile]), "profile": profile, "missing": " ".join(missing)}
        rows.append({"foundation": named[iri], "foundation_id": slug_of(iri), **outcomes, **last})
    return Table((*columns, "verdict", "profile", "missing"), rows)


class _Row:
    """A row before names and sources are put in."""

    def __init__(self, subject: str, test: str, found: Finding, missing: str = "", change: str = "") -> None:
        self.subject, self.test, self.found, self.missing, self.change = subject, test, found, missing, change


def _known(profile: str) -> list[str]:
    try:
        wanted: list[str] = criteria()["profiles"][profile]
    except KeyError:
        raise Misuse(f"no profile {profile!r}; there are {', '.join(profiles())}") from None
    return wanted


def _words(code: str) -> str:
    return code.replace("-", " ")


def _row(subject: str, finding: Finding) -> _Row:
    about = criteria()["criteria"][finding.criterion]
    missing = about["settled_by"] if finding.outcome == UNKNOWN else ""
    change = {PASS: about["passes_until"], FAIL: about["fails_until"], UNKNOWN: ""}[finding.outcome]
    return _Row(subject, finding.criterion, finding, missing, change)


def _of_home(graph: Graph, iri: str, profile: str, on: str | None) -> list[_Row]:
    """The criteria of the profile for one organization, and its verdict."""
    wanted = criteria()["profiles"][profile]
    findings = [f for f in neutrality_on(graph.store, iri, on) if f.criterion in wanted]
    rows = [_row(iri, finding) for finding in findings]
    verdict = neutral_verdict(findings)
    short = [(f.criterion.partition("-")[0].upper(), f.outcome) for f in findings]
    because = ", ".join(f"{name} {outcome}" for name, outcome in short)
    unknown = [name for name, outcome in short if outcome == UNKNOWN]
    failed = [name for name, outcome in short if outcome == FAIL]
    change = {
        "neutral": "any criterion that fails",
        "not-neutral": f"{' and '.join(failed)} no longer failing",
        "not-shown-neutral": f"{' and '.join(unknown)} settled: all pass and it is neutral, one fails and it is not",
    }[verdict]
    test = f"verdict ({profile} profile, version {criteria()['version']})"
    found = Finding(test, _words(verdict), (), because)
    return [*rows, _Row(iri, test, found, ", ".join(unknown), change)]


def _of_project(graph: Graph, match: Match, profile: str, on: str | None) -> list[_Row]:
    judgement = project_judgements(graph.store, on).get(match.iri)
    held = judgement.findings[0] if judgement else Finding("vendor-held", UNKNOWN, (), "nobody is known to hold it")
    rows = [_row(match.iri, held)]
    homes = texts(
        graph.store,
        f"SELECT DISTINCT ?h {{ VALUES ?s {{ {' '.join(f'<{fact}>' for fact in held.rests_on)} }}"
        " ?s osgov:steward ?h ; osgov:role v:role-legal-home } ORDER BY ?h",
    )
    for (home,) in homes:
        rows += _of_home(graph, home, profile, on)
    return rows + _independence(graph, match.iri, on)


def _independence(graph: Graph, project: str, on: str | None) -> list[_Row]:
    """Whether one employer has half of the maintainers, by the last list up to the day; apart from neutrality."""
    settings = criteria()["independence"]
    counted: dict[str, list[tuple[str, str, int]]] = defaultdict(list)
    for day, fact, group, value in texts(
        graph.store,
        "SELECT ?day ?m ?g ?n { ?m schema:variableMeasured v:metric-maintainers ;"
        f" schema:observationAbout <{project}> ; osgov:observedOn ?day ; schema:value ?n ."
        " OPTIONAL { ?m osgov:byGroup ?g } } ORDER BY ?day ?m",
    ):
        if on is None or day <= on:
            counted[day].append((fact, group, int(value)))
    names = ("largest employer of maintainers", "elephant factor of maintainers")
    missing = "a list of its maintainers with their employers"
    if not counted:
        none = "no list of its maintainers with their employers is on record" + (f" up to {on}" if on else "")
        return [_Row(project, name, Finding(name, UNKNOWN, (), none), missing) for name in names]
    day = max(counted)
    groups: dict[str, int] = defaultdict(int)
    for _, group, number in counted[day]:
        if group:
            groups[group] += number
    total = max((number for _, group, number in counted[day] if not group), default=sum(groups.values()))
    unknown = max(total - sum(groups.values()), 0)
    facts = tuple(fact for fact, *_ in counted[day])
    low, high = top_share_bounds(groups.values(), unknown)
    limit, least = settings["share_limit"], settings["least_groups"]
    top = max(groups.values(), default=0)
    who = " and ".join(f"<{g}>" for g in sorted(g for g, n in groups.items() if n == top)) or "nobody known"
    stand = f"of {total} maintainers listed on {day}" + (f", {unknown} of them without an employer" if unknown else "")
    span = f"{low:.0%}" if f"{low:.0%}" == f"{high:.0%}" else f"{low:.0%} to {high:.0%}"
    share = Finding(
        names[0], PASS if high < limit else FAIL if low >= limit else UNKNOWN, facts, f"{who}: {top} {stand}: {span}"
    )
    fewest, most = elephant_factor_bounds(groups.values(), unknown)
    factor = f"{fewest}" if fewest == most else f"{fewest} to {most}"
    words = f"{factor} {'employers' if most > 1 else 'employer'}, related companies as one, make half {stand}"
    elephant = Finding(names[1], PASS if fewest >= least else FAIL if most < least else UNKNOWN, facts, words)
    return [
        _Row(
            project,
            found.criterion,
            found,
            "the employers of those without one" if found.outcome == UNKNOWN else "",
            "" if found.outcome == UNKNOWN else "maintainers who come, leave or change employers",
        )
        for found in (share, elephant)
    ]


def _table(graph: Graph, rows: list[_Row]) -> Table:
    """The rows with the names of organizations in their words, and the sources of their facts."""
    facts = {fact for row in rows for fact in row.found.rests_on}
    sources: dict[str, list[str]] = defaultdict(list)
    for fact, url in texts(
        graph.store,
        f"SELECT DISTINCT ?f ?u {{ VALUES ?f {{ {' '.join(f'<{fact}>' for fact in sorted(facts))} }}"
        " ?f osgov:statedIn ?d . ?d schema:url ?u } ORDER BY ?f ?u",
    ):
        sources[fact].append(url)
    named = _labels(
        graph, {row.subject for row in rows} | {i for row in rows for i in re.findall(r"<([^>]+)>", row.found.because)}
    )
    out = []
    for row in rows:
        urls = sorted({url for fact in row.found.rests_on for url in sources[fact]})
        because = re.sub(r"<([^>]+)>", lambda found: named[found[1]], row.found.because)
        cells = (named[row.subject], slug_of(row.subject), row.test, row.found.outcome, because, row.missing, row.change)
        curies = [curie(fact) for fact in row.found.rests_on]
        out.append(dict(zip(COLUMNS, (*cells, curies, urls), strict=True)))
    return Table(COLUMNS, out)


def _labels(graph: Graph, iris: Iterable[str]) -> dict[str, str]:
    wanted = sorted(iris)
    values = " ".join(f"<{iri}>" for iri in wanted)
    rows = texts(graph.store, f"SELECT ?e ?n {{ VALUES ?e {{ {values} }} ?e skos:prefLabel ?n }} ORDER BY ?e ?n")
    found: dict[str, str] = {row[0]: row[1] for row in rows}
    return {iri: found.get(iri, slug_of(iri)) for iri in wanted}
