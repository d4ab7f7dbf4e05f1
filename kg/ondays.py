"""Answers as of a day: where the day goes in a query, and verdicts judged by what held then."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pyoxigraph import Literal

from kg import assess, catalog
from kg.dates import PartialDate
from kg.errors import Misuse
from kg.store import Rows, Store, texts
from kg.terms import ORG_ID, VOCAB, XSD, slug_of

_PLACE = r"VALUES\s+\?given_{name}\s*\{{[^}}]*\}}"
_ADVICE = """this text does not say where the day goes; write it in, and filter on the bounds of relations, as in
  SELECT ?r { VALUES ?given_on { UNDEF } ?r a osgov:Stewardship ; osgov:startsNoLater ?start
    FILTER(?start <= ?given_on) OPTIONAL { ?r osgov:endsNoLater ?end } FILTER(!BOUND(?end) || ?given_on < ?end) }"""

_CRITERIA = "SELECT ?c ?label { ?c skos:inScheme v:criterion ; skos:prefLabel ?label }"

# The columns with a verdict: query -> (column of the slug of what is judged, column -> what stands in it). What stands there is
# the outcome of a criterion, the verdict ('') or, for an outcome in capitals, the criteria that have it.
_NEUTRAL = {"neutral": ""}
_LISTS = {"passed": "PASS", "failed": "FAIL", "unknown": "UNKNOWN"}
_JUDGED = {
    "moves": ("recipient_id", _NEUTRAL),
    "moves-by-foundation": ("foundation_id", _NEUTRAL),
    "moves-criteria": ("recipient_id", {**_LISTS, **_NEUTRAL}),
    "vendor-held": ("project_id", {"verdict": ""}),
    "foundations": (
        "foundation_id",
        {"n1": "n1-nonprofit-form", "n2": "n2-not-company-controlled", "n3": "n3-no-majority-on-board", **_NEUTRAL},
    ),
}


def checked(day: str) -> str:
    """The day, if it is a whole one. Raises Misuse."""
    try:
        date = PartialDate(day)
    except ValueError as error:
        raise Misuse(f"as of {day!r}: {error}") from None
    if date.precision != "day":
        raise Misuse(f"as of {day!r}: must be a day, such as {date.earliest}")
    return day


def judged_on(name: str, values: Mapping[str, str]) -> str | None:
    """The day given as `on` to a query whose rows hold verdicts: they are judged by what held then, as all else in the row."""
    return checked(values["on"]) if "on" in values and (name in _JUDGED or name == "failing-criteria") else None


def values_on(query: catalog.NamedQuery, values: Mapping[str, str], day: str) -> dict[str, str]:
    """The values of a named query with the day among them: as `on` unless given, and as the last day of `until`.

    Raises Misuse where the query takes no day and is not timeless.
    """
    found, takes = dict(values), {p.name for p in query.parameters if p.type in {"day", "to"}}
    if "on" in takes:
        found.setdefault("on", day)
    if "until" in takes:
        try:
            given = PartialDate(found.get("until") or day).latest
        except ValueError as error:
            raise Misuse(f"until {found['until']!r}: {error}") from None
        found["until"] = min(given, day)
    if not takes & {"on", "until"} and not query.timeless and query.name not in {"assessments"}:
        raise Misuse(f"query {query.name!r} cannot answer as of a day: it takes neither `on` nor `until`")
    return found


def text_on(text: str, day: str) -> str:
    """SPARQL text with the day in its `VALUES ?given_on { … }` and `VALUES ?given_until { … }`; Misuse if it has neither."""
    found, term = text, f'"{day}"^^<{XSD}date>'
    for name in ("on", "until"):
        found = re.sub(_PLACE.format(name=name), f"VALUES ?given_{name} {{ {term} }}", found, flags=re.IGNORECASE)
    if not any(re.search(_PLACE.format(name=name), text, re.IGNORECASE) for name in ("on", "until")):
        raise Misuse(f"--as-of {day}: {_ADVICE}")
    return found


def answer(
    store: Store, name: str, values: Mapping[str, str], day: str, resolve: catalog.Resolve, *, timeout: float | None = None
) -> Rows:
    """The rows of a named query as of a day, the verdicts in them judged by what held on it."""
    query = catalog.load(name)
    given = values_on(query, values, day)
    # The day of a question may be given apart from that of the graph: `on=` goes first.
    judged_on = given.get("on", day)
    if name == "assessments":
        catalog.bind(query, given, resolve)
        return _assessments(store, resolve("entity", given["about"]), judged_on)
    if name == "failing-criteria":
        catalog.bind(query, given, resolve)
        return _failing(store, given, resolve, judged_on)
    only = name == "moves" and str(given.get("neutral_only", "no")).lower() in {"yes", "true"}
    if only:
        del given["neutral_only"]
    rows = catalog.run(store, name, given, resolve, timeout=timeout)
    if name not in _JUDGED:
        return rows
    key, columns = _JUDGED[name]
    rows = _judged(store, rows, key, columns, judged_on)
    if only:
        place = rows.columns.index("neutral")
        rows = Rows(rows.columns, [row for row in rows.rows if row[place] == Literal("neutral", language="en")])
    return rows


def certainties(store: Store, about: str, day: str) -> dict[str, str | None]:
    """The facts about an entity that can have been so on a day, or have happened by it, and whether they surely have.

    None of what has no dates: what the entity is called, or what it is.
    """
    query = (
        "SELECT DISTINCT ?fact ?property ?value { VALUES ?property { osgov:earliest osgov:latest osgov:startsNoEarlier"
        " osgov:startsNoLater osgov:endsNoEarlier osgov:endsNoLater osgov:endedBy osgov:from osgov:observedOn"
        f" schema:variableMeasured rdf:type }} ?fact ?link <{about}> ; ?property ?value }}"
    )
    said: dict[str, dict[str, list[str]]] = {}
    for fact, property_, value in sorted(set(texts(store, query))):
        said.setdefault(fact, {}).setdefault(property_.rsplit("#", 1)[-1].rsplit("/", 1)[-1], []).append(value)
    found: dict[str, str | None] = {}
    for fact, of_it in said.items():
        first = {name: said_of[0] for name, said_of in of_it.items()}
        counted = min([*of_it.get("from", []), *of_it.get("observedOn", [])], default="") if "variableMeasured" in of_it else ""
        begun = first.get("startsNoEarlier") or first.get("earliest") or counted or ""
        over = first.get("endsNoLater")
        if begun > day or (over and over <= day):
            continue
        surely_begun = first.get("startsNoLater") or first.get("latest")
        if not (surely_begun or begun or over or "endedBy" in first) or counted:
            found[fact] = None
            continue
        still = day < first["endsNoEarlier"] if "endsNoEarlier" in first else not (over or "endedBy" in first)
        found[fact] = "definite" if surely_begun and surely_begun <= day and still else "possible"
    return found


def _judged(store: Store, rows: Rows, key: str, columns: Mapping[str, str], day: str) -> Rows:
    """The rows with the outcomes of the day in the columns that hold verdicts; those on projects sorted by them anew."""
    places = {column: rows.columns.index(column) for column in (key, *columns)}
    of_projects = key == "project_id"
    judged = assess.project_judgements(store, day) if of_projects else assess.judgements(store, day)
    outcomes = {slug_of(subject): _outcomes(judgement) for subject, judgement in judged.items()}
    changed = []
    for row in rows.rows:
        cells = list(row)
        of_it = outcomes.get(getattr(cells[places[key]], "value", ""), {"": "unknown"} if of_projects else {})
        for column, criterion in columns.items():
            said = of_it.get(criterion)
            listed = criterion.isupper() or of_projects
            cells[places[column]] = None if said is None else Literal(said) if listed else Literal(said, language="en")
        changed.append(tuple(cells))
    if of_projects:
        changed.sort(key=lambda cells: str(cells[places["verdict"]]), reverse=True)  # stable: by project within a verdict
    return Rows(rows.columns, changed)


def _outcomes(judgement: assess.Judgement) -> dict[str, str]:
    """What was found by criterion, the verdict under '', and the criteria of each outcome under its name in capitals."""
    lists: dict[str, list[str]] = {outcome: [] for outcome in (assess.PASS, assess.FAIL, assess.UNKNOWN)}
    found = {"": judgement.verdicts[assess.DEFAULT].replace("-", " ")}
    for finding in sorted(judgement.findings, key=lambda finding: finding.criterion):
        found[finding.criterion] = finding.outcome
        lists[finding.outcome].append(finding.criterion)
    return {**found, **{outcome.upper(): " ".join(criteria) for outcome, criteria in lists.items()}}


def _failing(store: Store, given: Mapping[str, str], resolve: catalog.Resolve, day: str) -> Rows:
    """What the query `failing-criteria` gives, as of a day: which foundations it has depends on the verdicts."""
    columns = ("foundation", "foundation_id", "verdict", "failed", "unknown", "passed")
    there = catalog.run(store, "foundations", {"on": day}, resolve)
    names = {row[1].value: row[0] for row in there.rows if isinstance(row[1], Literal)}
    wanted = slug_of(resolve("organization", given["about"])) if "about" in given else ""
    failed_only = str(given.get("failed_only", "no")).lower() in {"yes", "true"}
    found = []
    for subject, judgement in assess.judgements(store, day).items():
        slug, outcomes = slug_of(subject), _outcomes(judgement)
        asked = slug in names and slug == (wanted or slug)
        if not asked or outcomes[""] == "neutral" or (failed_only and not outcomes["FAIL"]):
            continue
        lists = [Literal(outcomes[name]) for name in ("FAIL", "UNKNOWN", "PASS")]
        row = (names[slug], Literal(slug), Literal(outcomes[""], language="en"), *lists)
        found.append(((outcomes[""], slug), row))
    return Rows(columns, [row for _, row in sorted(found, key=lambda one: one[0])])


def _assessments(store: Store, about: str, day: str) -> Rows:
    """What the query `assessments` gives, as of a day: verdicts rest on the facts of their criteria."""
    columns = ("criterion", "result", "profile", "rule_version", "rests_on")
    judged = assess.judgements(store, day) if about.startswith(ORG_ID) else assess.project_judgements(store, day)
    judgement = judged.get(about)
    if judgement is None:
        return Rows(columns, [])
    version = Literal(str(assess.criteria()["version"]))
    label = {row[0]: row[1] for row in texts(store, _CRITERIA)}
    found: list[tuple[Literal, ...]] = []

    def row(criterion: str, result: str, profile: str, facts: tuple[str, ...]) -> None:
        rests_on = Literal(" ".join(sorted(set(facts))))
        found.append((Literal(criterion), Literal(result.replace("-", " ")), Literal(profile), version, rests_on))

    wanted = assess.criteria()["profiles"]
    for profile, verdict in judgement.verdicts.items():
        facts = tuple(
            fact
            for f in judgement.findings
            if not about.startswith(ORG_ID) or f.criterion in wanted[profile]
            for fact in f.rests_on
        )
        row("verdict" if profile == assess.DEFAULT else f"verdict ({profile})", verdict, profile, facts)
    for finding in judgement.findings:
        named = label.get(f"{VOCAB}criterion-{finding.criterion}", finding.criterion)
        row(named, finding.outcome, "", finding.rests_on)
    place = {"verdict": 0}
    found.sort(key=lambda cells: place.get(cells[0].value, 2 if cells[2].value else 1))
    return Rows(columns, list(found))
