"""What changed in a project after its gift, against projects that had no gift then: a study of one event, with what it "
"cannot tell."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import fmean, median
from typing import TYPE_CHECKING, Any

from kg.analysis import Chart, Findings
from kg.errors import NotFound

if TYPE_CHECKING:
    from kg.network import Views

COLUMNS = (
    "series",
    "months",
    "baseline",
    "before",
    "after",
    "change",
    "controls",
    "n",
    "controls_change",
    "difference",
    "p",
    "placebo",
    "placebo_in",
    "identified",
    "sources",
)
INPUTS = ("series", "project", "project_id", "role", "from", "until", "phase", "value", "sources")
AUTHORS, EMPLOYERS, SHARE = "authors", "employers of maintainers", "giver's share of maintainers"
FOUNDATION, VENDOR = "same foundation, there before", "same vendor, kept"


@dataclass(frozen=True, slots=True)
class Point:
    """A figure over a half-open period of days; of a list made on one day both days are that one."""

    first: str
    last: str
    value: float
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Split:
    """The periods of a series around a gift: whole ones before it, those that the gift lies in, whole ones after it."""

    before: tuple[Point, ...]
    across: tuple[Point, ...]
    after: tuple[Point, ...]


def split(points: Iterable[Point], gift: tuple[str, str], months: int) -> Split:
    """The points within so many months of a gift that happened somewhere between two days.

    A period is before the gift if it ends by the first of those days, after it if it begins on the last or later. Of periods
    that overlap, only the first counts: the same work would count twice.
    """
    opens, closes = shifted(gift[0], -months), shifted(gift[1], months)
    kept: list[Point] = []
    for point in sorted(points, key=lambda point: (point.first, point.last)):
        if not kept or point.first >= kept[-1].last:
            kept.append(point)
    before = tuple(p for p in kept if p.last <= gift[0] and p.first >= opens and (p.last < gift[0] or p.first < p.last))
    after = tuple(p for p in kept if p.first >= gift[1] and p.last <= closes)
    across = tuple(p for p in kept if p.first < gift[1] and p.last > gift[0])
    return Split(before, across, after)


def shifted(day: str, months: int) -> str:
    """The day so many months later, or the last of that month where it has no such day.

    >>> shifted("2024-02-29", -12)
    '2023-02-28'
    """
    import calendar

    when = date.fromisoformat(day)
    count = when.year * 12 + when.month - 1 + months
    year, month = divmod(count, 12)
    return f"{year:04d}-{month + 1:02d}-{min(when.day, calendar.monthrange(year, month + 1)[1]):02d}"


def change(before: Sequence[Point], after: Sequence[Point], *, logs: bool) -> float | None:
    """The mean after minus the mean before, of natural logarithms if asked; None where either is empty or a logarithm of 0."""
    if not before or not after or (logs and any(point.value <= 0 for point in (*before, *after))):
        return None
    level = math.log if logs else float
    return fmean(level(point.value) for point in after) - fmean(level(point.value) for point in before)


def permutation_p(treated: float, controls: Sequence[float]) -> float:
    """The share of units, the treated one among them, that stand out from the mean of all others at least as far as it does.

    All n + 1 assignments of one treatment to the units are counted, so that nothing is drawn and p is exact (Fisher); it is
    never below 1/(n + 1). Abadie, Diamond & Hainmueller 2010, doi:10.1198/jasa.2009.ap08746.

    >>> permutation_p(3.0, [0.0, 1.0, -1.0])
    0.25
    """
    units = [treated, *controls]
    total = sum(units)
    distances = [abs(unit - (total - unit) / max(1, len(controls))) for unit in units]
    return sum(distance >= distances[0] - 1e-12 for distance in distances) / len(units)


def compare(
    treated: Sequence[Point], controls: Mapping[str, Sequence[Point]], gift: tuple[str, str], months: int, *, logs: bool
) -> dict[str, Any] | None:
    """The change of the treated series from its baseline, those of the controls over the same periods, and how rare it is.

    The baseline is what lies before the gift; where there is nothing, the period that the gift lies in, and then the first one
    after it. None where no period is left to compare with it. `rest` has the controls that have the same periods.
    """
    parts = split(treated, gift, months)
    kind, base, after = "before", parts.before, parts.after
    if not base:
        kind, base = "year of the gift", parts.across
    if not base:
        kind, base, after = "first after", after[:1], after[1:]
    own = change(base, after, logs=logs)
    if own is None:
        return None
    halves: tuple[tuple[str, Sequence[Point], Sequence[Point]], ...] = (
        ("before", parts.before[:-1], parts.before[-1:]),
        ("after", after[:1], after[1:]),
    )
    side, early, late = next((half for half in halves if half[1] and half[2]), ("", (), ()))
    changes, fakes, rest = [], [], []
    for name in sorted(controls):
        known = {(point.first, point.last): point for point in controls[name]}
        same = [[known.get((p.first, p.last)) for p in some] for some in (base, after, early, late)]
        found = None if None in same[0] + same[1] else change(same[0], same[1], logs=logs)  # type: ignore[arg-type]
        if found is not None:
            rest.append(name)
            changes.append(found)
            fakes.append(change(same[2], same[3], logs=logs) if None not in same[2] + same[3] else None)  # type: ignore[arg-type]
    fake, known_fakes = change(early, late, logs=logs), [value for value in fakes if value is not None]
    return {
        "baseline": kind,
        "base": base,
        "after": after,
        "change": own,
        "rest": rest,
        "controls_change": fmean(changes) if changes else None,
        "difference": own - fmean(changes) if changes else None,
        "p": permutation_p(own, changes) if changes else None,
        "placebo": fake - fmean(known_fakes) if fake is not None and known_fakes else None,
        "placebo_in": side if fake is not None and known_fakes else None,
    }


def measure(views: Views, *, project: str, months: int = 24) -> Findings:
    """One row a series and kind of controls; changes of authors in per cent, of employers in number, of shares in points."""
    key = views.resolve(project, "project")
    gift, givers, home = _gift(views, key)
    series = {AUTHORS: _authors(views), **_employers(views)}
    until = views.read_until()
    if not any(key in found for found in series.values()):
        raise NotFound(f"no source counts the authors of {views.label(key)}, and no list names its maintainers, by {until}")
    groups = _controls(views, key, home, givers, gift, months)
    rows: list[dict[str, Any]] = []
    inputs: list[dict[str, Any]] = []
    remarks: list[str] = []
    for name, found in series.items():
        logs = name == AUTHORS
        for kind, members in groups.items():
            told = compare(found.get(key, ()), {m: found[m] for m in members if m in found}, gift, months, logs=logs)
            if told is None:
                continue
            rows.append(_row(name, kind, months, told))
            inputs += [_input(views, name, key, "treated", told, point) for point in (*told["base"], *told["after"])]
            periods = {(p.first, p.last) for p in (*told["base"], *told["after"])}
            for member in told["rest"]:
                points = [point for point in found[member] if (point.first, point.last) in periods]
                inputs += [_input(views, name, member, kind, told, point) for point in points]
    if not rows:
        kept = sorted(
            {f"{p.first}/{p.last}" if p.first < p.last else p.first for found in series.values() for p in found.get(key, ())}
        )
        raise NotFound(
            f"{views.label(key)} was given on {'/'.join(dict.fromkeys(gift))}; the figures on record ({', '.join(kept)}) "
            "leave no two periods "
            f"to compare within {months} months of that; try more --months"
        )
    remarks += _unidentified(views, rows, givers, gift)
    unique = {tuple(row[c] for c in INPUTS[:7]): row for row in inputs}
    return Findings(
        COLUMNS,
        rows,
        (
            "series",
            "baseline",
            "before",
            "after",
            "change",
            "controls",
            "n",
            "controls_change",
            "difference",
            "p",
            "placebo",
            "identified",
        ),
        (),
        remarks,
        INPUTS,
        [unique[place] for place in sorted(unique)],
        _chart(views, key, gift, series[AUTHORS], groups[FOUNDATION]),
    )


def _gift(views: Views, key: str) -> tuple[tuple[str, str], set[str], str]:
    """The days that the first dated gift of a project can mean, who gave, and to whom."""
    gifts = [
        (data["earliest"], data["latest"], vendor, home)
        for vendor, home, data in views.donations().edges(data=True)
        if data["what"] == key and data["earliest"] and data["latest"]
    ]
    if not gifts:
        by = f" by {views.day}" if views.day else ""
        raise NotFound(
            f"no dated gift of {views.label(key)} as a whole by a company is on record{by}; see `kg timeline {key[2:]}`"
        )
    first = min(gifts)
    return (first[0], first[1]), {vendor for *_, vendor, home in gifts if home == first[3]}, first[3]


def _authors(views: Views) -> dict[str, list[Point]]:
    """The authors of each project by period; of two counts of one period the larger."""
    from kg.network import key_of

    until = views.read_until()
    found: dict[str, dict[tuple[str, str], tuple[float, set[str]]]] = defaultdict(dict)
    for _, project, count, document, first, last in sorted(views.rows("activity")):
        if last <= until:
            value, documents = found[key_of(project)].setdefault((first, last), (0.0, set()))
            found[key_of(project)][first, last] = max(value, float(count)), documents | {document}
    return {
        project: [Point(*period, value, views.urls(documents)) for period, (value, documents) in sorted(periods.items())]
        for project, periods in found.items()
    }


def _employers(views: Views) -> dict[str, dict[str, list[Point]]]:
    """For each list of maintainers: how many companies employ those of a project, and the per cent that work for who gave it.

    Of a project that no company gave there is no such share.
    """
    givers: dict[str, set[str]] = defaultdict(set)
    for vendor, _, data in views.donations().edges(data=True):
        givers[data["what"]].add(vendor)
    found: dict[str, dict[str, list[Point]]] = {EMPLOYERS: defaultdict(list), SHARE: defaultdict(list)}
    for day in views.lists():
        graph = views.employers(day)
        for node, data in graph.nodes(data=True):
            if data["kind"] == "project" and data["maintainers"]:
                ties = graph.adj[node]
                sources = tuple(sorted({url for tie in ties.values() for url in tie["sources"]}))
                found[EMPLOYERS][node].append(Point(day, day, float(len(ties)), sources))
                if node in givers:
                    own = sum(tie["weight"] for company, tie in ties.items() if company in givers[node])
                    found[SHARE][node].append(Point(day, day, 100 * own / data["maintainers"], sources))
    return found


def _controls(views: Views, key: str, home: str, givers: set[str], gift: tuple[str, str], months: int) -> dict[str, list[str]]:
    """The projects that the foundation had before the window begins, and those that the vendor held through the window."""
    from kg.network import key_of

    opens, closes = shifted(gift[0], -months), shifted(gift[1], months)
    groups: dict[str, set[str]] = {FOUNDATION: set(), VENDOR: set()}
    given = {
        data["what"]
        for _, _, data in views.donations().edges(data=True)
        if not data["latest"] or (data["latest"] >= opens and data["earliest"] <= closes)
    }
    for tie in views.ties("holdings"):
        if tie.what == "legal home" and key_of(tie.target) not in {key, *given}:
            holder = key_of(tie.source)
            if holder == home and tie.starts_no_later and tie.starts_no_later <= opens:
                groups[FOUNDATION].add(key_of(tie.target))
            elif not tie.ends and (holder in givers or views.group(tie.source, gift[0]) in givers):
                groups[VENDOR].add(key_of(tie.target))
    return {kind: sorted(members) for kind, members in groups.items()}


def _row(name: str, kind: str, months: int, told: Mapping[str, Any]) -> dict[str, Any]:
    logs = name == AUTHORS

    def shown(value: float | None) -> float | None:
        return None if value is None else round(100 * math.expm1(value) if logs else value, 1)

    points = (*told["base"], *told["after"])
    return {
        "series": name,
        "months": months,
        "baseline": told["baseline"],
        "before": round(fmean(point.value for point in told["base"]), 1),
        "after": round(fmean(point.value for point in told["after"]), 1),
        "change": shown(told["change"]),
        "controls": kind,
        "n": len(told["rest"]),
        "controls_change": shown(told["controls_change"]),
        "difference": shown(told["difference"]),
        "p": None if told["p"] is None else round(told["p"], 3),
        "placebo": shown(told["placebo"]),
        "placebo_in": told["placebo_in"],
        "identified": "if both would have moved alike" if told["baseline"] == "before" and told["rest"] else "no",
        "sources": sorted({url for point in points for url in point.sources}),
    }


def _unidentified(views: Views, rows: Sequence[Mapping[str, Any]], givers: set[str], gift: tuple[str, str]) -> list[str]:
    names = " + ".join(sorted(views.label(giver) for giver in givers))
    lines = [
        f"given by {names} on {'/'.join(dict.fromkeys(gift))}; changes of authors are in per cent, of employers in "
        "number, of shares in points"
    ]
    if any(row["baseline"] == "year of the gift" for row in rows):
        lines.append(
            "authors: no whole year before the gift is counted; the year of the gift stands for it, so that part of any "
            "effect is in both"
        )
    if any(row["baseline"] == "first after" for row in rows):
        lines.append(
            "maintainers: lists name a project from when the foundation has it; what was before is not known, only what "
            "came later"
        )
    if all(row["n"] == 0 for row in rows if row["controls"] == VENDOR):
        lines.append(
            "of the vendor's kept projects no figures over these periods are on record: nothing is compared within the vendor"
        )
    lines.append(
        "not identified: why. Projects are given when they grow, or when a vendor lets go; one project was treated, its "
        "controls came to the "
        "foundation before it, and p only says how many of the n + 1 stand out as far"
    )
    return lines


def _input(views: Views, name: str, key: str, role: str, told: Mapping[str, Any], point: Point) -> dict[str, Any]:
    early = (point.first, point.last) in {(p.first, p.last) for p in told["base"]}
    return {
        "series": name,
        "project": views.label(key),
        "project_id": key[2:],
        "role": role,
        "from": point.first,
        "until": point.last,
        "phase": told["baseline"] if early else "after",
        "value": round(point.value, 1),
        "sources": list(point.sources),
    }


def _chart(
    views: Views, key: str, gift: tuple[str, str], authors: Mapping[str, Sequence[Point]], controls: Sequence[str]
) -> Chart | None:
    """The authors of the project and the median of the controls that have all its periods."""
    own = list(authors.get(key, ()))
    if len(own) < 2:
        return None
    periods = [(point.first, point.last) for point in own]
    known = [{(p.first, p.last): p.value for p in authors[c]} for c in controls if c in authors]
    whole = [values for values in known if all(period in values for period in periods)]
    series: dict[str, list[float]] = {views.label(key): [point.value for point in own]}
    if whole:
        series[f"median of {len(whole)} earlier projects"] = [median(v[period] for v in whole) for period in periods]
    labels = [first[:4] if first[4:] == "-01-01" else f"{first[:7]}/{last[:7]}" for first, last in periods]
    return Chart(
        "lines",
        f"Authors of {views.label(key)}, given {'/'.join(dict.fromkeys(gift))}",
        "authors in the period",
        labels,
        series,
    )
