"""How long until a gift graduates or is retired, and how long a vendor kept what it opened: Kaplan–Meier, dates as bounds.

No library: lifelines, scikit-survival and statsmodels each take longer to load (1.7 s and more) than a measure may take whole,
and lifelines keeps pandas below 3. The estimate is a product over a sorted list; tests hold it to published tables.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from statistics import NormalDist
from typing import TYPE_CHECKING, Any, NamedTuple

from kg.analysis import Chart, Findings
from kg.dates import PartialDate
from kg.errors import NotFound
from kg.terms import slug_of

if TYPE_CHECKING:
    from kg.network import Views

COLUMNS = (
    "transition",
    "group",
    "group_id",
    "n",
    "events",
    "censored",
    "median",
    "low",
    "high",
    "median_least",
    "median_most",
    "in_5_years",
    "which",
    "sources",
)
INPUTS = ("transition", "project", "project_id", "group", "from", "to", "ended", "least", "most", "sources")
GRADUATED = frozenset({"graduated", "top-level"})
RETIRED = frozenset({"retired", "archived", "inactive"})
TO_GRADUATION, TO_RETIREMENT, TO_GIFT = "gift to graduation", "gift to retirement", "opening to gift"
YEAR = 365.25


class Step(NamedTuple):
    """The estimate from one event time to the next."""

    time: float
    at_risk: int
    events: int
    survival: float
    error: float
    low: float
    high: float


def kaplan_meier(times: Iterable[tuple[float, bool]], level: float = 0.95) -> list[Step]:
    """The product-limit estimate at each event time; a time is (duration, whether the event ended it, or else it is censored).

    S(t) = Π (1 − d/n) over event times up to t, who is censored at t being at risk at t (Kaplan & Meier 1958,
    doi:10.1080/01621459.1958.10501452). `error` is Greenwood's. The interval is exp(−exp(·)) of the interval of ln(−ln S)
    (Kalbfleisch & Prentice), as R's `conf.type = "log-log"` and Stata have it; it is nan once S is 0.

    >>> [(step.time, round(step.survival, 2)) for step in kaplan_meier([(1, True), (2, False), (3, True), (4, False)])]
    [(1, 0.75), (3, 0.38)]
    """
    ordered = sorted(times)
    z = NormalDist().inv_cdf(0.5 + level / 2)
    steps: list[Step] = []
    survival, greenwood, place = 1.0, 0.0, 0
    while place < len(ordered):
        time, at_risk = ordered[place][0], len(ordered) - place
        same = [ended for moment, ended in ordered[place:] if moment == time]
        place += len(same)
        events = sum(same)
        if not events:
            continue
        survival *= 1 - events / at_risk
        if events == at_risk:
            steps.append(Step(time, at_risk, events, 0.0, math.nan, math.nan, math.nan))
            continue
        greenwood += events / (at_risk * (at_risk - events))
        spread = z * math.sqrt(greenwood) / math.log(survival)
        low, high = survival ** math.exp(-spread), survival ** math.exp(spread)
        steps.append(Step(time, at_risk, events, survival, survival * math.sqrt(greenwood), low, high))
    return steps


def median_time(steps: Sequence[Step]) -> tuple[float | None, float | None, float | None]:
    """The median and its confidence interval: where the estimate, its lower and its upper bound first are 0.5 or less.

    None where that is not reached: half have not got there yet, or too few are known (Brookmeyer & Crowley 1982,
    doi:10.2307/2530286).
    """

    def first(name: str) -> float | None:
        return next((step.time for step in steps if getattr(step, name) <= 0.5 + 1e-12), None)

    return first("survival"), first("low"), first("high")


def survival_at(steps: Sequence[Step], time: float) -> float:
    """The estimate at a time: 1 before the first event."""
    return next((step.survival for step in reversed(steps) if step.time <= time), 1.0)


@dataclass(frozen=True, slots=True)
class Spell:
    """One project on its way: the days the beginning and the end can be; `ended` says whether the end is the event."""

    project: str
    group: str
    start: tuple[str, str]
    end: tuple[str, str]
    ended: bool
    sources: tuple[str, ...] = ()

    def days(self) -> tuple[int, int]:
        """The least and the most days between the two; never below 0."""
        days = [
            (date.fromisoformat(b) - date.fromisoformat(a)).days
            for a, b in ((self.start[1], self.end[0]), (self.start[0], self.end[1]))
        ]
        return max(0, days[0]), max(0, *days)


def summary(spells: Sequence[Spell]) -> dict[str, Any]:
    """n, events, the median with its interval by the middle of each date, and the medians by its shortest and longest reading.

    A date known to a month or a year is a range, and so is a stage that only a later list shows; the middle is an assumption,
    and `median_least` and `median_most` show what hangs on it.
    """
    bounds = [(spell.days(), spell.ended) for spell in spells]
    middle = kaplan_meier(((least + most) / 2, ended) for (least, most), ended in bounds)
    shortest = kaplan_meier((float(least), ended) for (least, _), ended in bounds)
    longest = kaplan_meier((float(most), ended) for (_, most), ended in bounds)
    median, low, high = median_time(middle)
    events = sum(spell.ended for spell in spells)
    followed = max(((least + most) / 2 for (least, most), _ in bounds), default=0)
    return {
        "n": len(spells),
        "events": events,
        "censored": len(spells) - events,
        "median": _whole(median),
        "low": _whole(low),
        "high": _whole(high),
        "median_least": _whole(median_time(shortest)[0]),
        "median_most": _whole(median_time(longest)[0]),
        # Nobody knows of five years where nobody was followed so long, unless all got there before.
        "in_5_years": round(100 * (1 - survival_at(middle, 5 * YEAR)))
        if followed >= 5 * YEAR or events == len(spells)
        else None,
    }


def _whole(days: float | None) -> int | None:
    return None if days is None else math.floor(days + 0.5)


def measure(views: Views, *, of: str | None = None, to: str | None = None) -> Findings:
    """One row a transition and foundation, or vendor for the time from opening to gift; those of all first."""
    giver = views.focus(of) if of else None
    receiver = views.resolve(to, "organization") if to else None
    read = _Read(views)
    spells: dict[str, list[Spell]] = {
        TO_GRADUATION: read.after_gifts(GRADUATED, giver, receiver),
        TO_RETIREMENT: read.after_gifts(RETIRED, giver, receiver),
        TO_GIFT: [] if receiver else read.before_gifts(giver),
    }
    rows: list[dict[str, Any]] = []
    for transition, found in spells.items():
        groups: dict[str, list[Spell]] = defaultdict(list)
        for spell in found:
            groups[spell.group].append(spell)
        sized = sorted(groups, key=lambda key: (-len(groups[key]), key))
        for key, members in [
            ("all", [*{s.project: replace(s, group="all") for s in found}.values()]),
            *((k, groups[k]) for k in sized),
        ]:
            if members:
                row: dict[str, Any] = {"transition": transition, "group": key if key == "all" else views.label(key)}
                row["group_id"] = None if key == "all" else key[2:]
                rows.append(
                    {
                        **row,
                        **summary(members),
                        "which": sorted(spell.project[2:] for spell in members),
                        "sources": sorted({url for spell in members for url in spell.sources}),
                    }
                )
    if not rows:
        raise NotFound(
            "no dated gift"
            + (f" by {views.label(giver)}" if giver else "")
            + (f" to {views.label(receiver)}" if receiver else "")
            + (f" by {views.day}" if views.day else "")
            + " whose level a source shows; `kg analyze flow` counts the gifts there are"
        )
    inputs = [_input(views, transition, spell) for transition, found in spells.items() for spell in found]
    return Findings(
        COLUMNS,
        rows,
        ("transition", "group", "n", "events", "median", "low", "high", "median_least", "median_most", "in_5_years"),
        (),
        read.remarks(),
        INPUTS,
        sorted(inputs, key=lambda row: (row["transition"], row["group"], row["project_id"])),
        _chart(views, spells),
    )


class _Read:
    """The gifts, openings and levels of a graph, and what of them could not be followed."""

    def __init__(self, views: Views) -> None:
        self.views = views
        self.until = views.read_until()
        self.gifts: dict[str, list[tuple[str, dict[str, Any]]]] = defaultdict(list)
        self.undated = 0
        donations = views.donations()
        for vendor, _, data in sorted(donations.edges(data=True), key=lambda edge: (edge[2]["facts"], edge[0])):
            self.gifts[data["what"]].append((vendor, data))
        self.homes = {
            data["what"]: foundation for _, foundation, data in sorted(donations.edges(data=True), key=lambda e: e[1])
        }
        self.entered: dict[str, list[tuple[str, str, str, str, str]]] = defaultdict(list)
        self.seen: dict[str, list[tuple[str, str, str, str]]] = defaultdict(list)
        self.ladders: dict[str, set[str]] = defaultdict(set)
        self.unfollowed: set[str] = set()
        self._levels()

    def _levels(self) -> None:
        from kg.network import key_of

        for _, body, project, stage, document, _, earliest, latest in self.views.rows("stages"):
            name = slug_of(stage).removeprefix("stage-")
            self.ladders[body].add(name)
            if earliest and earliest <= self.until:
                self.entered[key_of(project)].append((name, earliest, min(latest, self.until), document, body))
        for _, body, project, stage, document, seen in self.views.rows("levels"):
            name = slug_of(stage).removeprefix("stage-")
            self.ladders[body].add(name)
            if seen <= self.until:
                self.seen[key_of(project)].append((PartialDate(seen).earliest, name, document, body))

    def _is_followed(self, project: str, stages: frozenset[str]) -> bool:
        """Whether a source shows the project at a body whose ladder has such a stage: elsewhere it could never be shown "
        "there."""
        bodies = {entry[4] for entry in self.entered[project]} | {sight[3] for sight in self.seen[project]}
        return any(stages & self.ladders[body] for body in bodies)

    def after_gifts(self, stages: frozenset[str], giver: str | None, receiver: str | None) -> list[Spell]:
        """Each given project from its first dated gift to the stage, or to the last day on which a source shows its level."""
        parents, spells = self.views.parents(), []
        for project, gifts in sorted(self.gifts.items()):
            home = self.homes[project]
            if (giver and all(vendor != giver for vendor, _ in gifts)) or (
                receiver and receiver not in (home, *parents.get(home, ()))
            ):
                continue
            dated = [data for _, data in gifts if data["earliest"] and data["latest"]]
            if not dated:
                continue
            gift = min(dated, key=lambda data: (data["earliest"], data["latest"]))
            start = gift["earliest"], min(gift["latest"], self.until)
            if not self._is_followed(project, stages):
                self.unfollowed.add(project)
                continue
            end, ended, documents = self._end(project, start, stages)
            sources = tuple(sorted({*gift["sources"], *self.views.urls(documents)}))
            spells.append(Spell(project, home, start, end, ended, sources))
        return spells

    def _end(self, project: str, start: tuple[str, str], stages: frozenset[str]) -> tuple[tuple[str, str], bool, list[str]]:
        reached = [entry for entry in self.entered[project] if entry[0] in stages and entry[2] >= start[0]]
        if reached:
            first = min(reached, key=lambda entry: entry[1:])
            documents = [entry[3] for entry in reached if entry[1:3] == first[1:3]]
            return (max(first[1], start[0]), first[2]), True, documents
        shown = sorted(sight for sight in self.seen[project] if sight[1] in stages and sight[0] >= start[0])
        if shown:  # a list shows it there, and nothing says since when: any day from the gift on
            return (start[0], shown[0][0]), True, [shown[0][2]]
        last = max(
            [(sight[0], sight[2]) for sight in self.seen[project]] + [(entry[2], entry[3]) for entry in self.entered[project]]
        )
        day = max(last[0], start[1])
        return (day, day), False, [last[1]]

    def before_gifts(self, giver: str | None) -> list[Spell]:
        """Each project that a company opened on a known date, to its gift, or to the last day on which a source shows "
        "it held."""
        from kg.network import key_of

        held: dict[str, str] = {}
        seen = self.views.sightings()
        for tie in self.views.ties("holdings"):
            if tie.what == "legal home" and not tie.ends:
                held[key_of(tie.target)] = min(seen.get(tie.fact) or tie.starts_no_later, self.until)
        opened: dict[str, tuple[str, str, str, list[str]]] = {}
        for _, source, project, document, _, earliest, latest in sorted(self.views.rows("openings")):
            if earliest and earliest <= self.until:
                known = opened.setdefault(key_of(project), (self.views.group(source, latest), earliest, latest, []))
                known[3].append(document)
        spells = []
        for project, (vendor, earliest, latest, documents) in sorted(opened.items()):
            if giver and vendor != giver:
                continue
            dated = [data for _, data in self.gifts.get(project, ()) if data["earliest"] and data["latest"]]
            urls = set(self.views.urls(documents))
            if dated:
                gift = min(dated, key=lambda data: (data["earliest"], data["latest"]))
                end = max(gift["earliest"], earliest), max(gift["latest"], earliest)
                sources = tuple(sorted({*urls, *gift["sources"]}))
                spells.append(Spell(project, vendor, (earliest, latest), end, True, sources))
            elif held.get(project, "") >= latest:
                day = held[project]
                spells.append(Spell(project, vendor, (earliest, latest), (day, day), False, tuple(sorted(urls))))
        return spells

    def remarks(self) -> list[str]:
        undated = sum(all(not data["latest"] for _, data in gifts) for gifts in self.gifts.values())
        lines = [
            "days, by the middle of what each date can mean; median_least and median_most read every date at its "
            "shortest and longest; "
            "low and high are a 95 % interval; an empty median: fewer than half have got there",
            "a project that is retired before it graduates counts as censored when a source last shows it, so that the "
            "share that "
            "graduates is that of a world without retirement",
        ]
        if undated or self.unfollowed:
            lines.append(
                f"left out: {undated} projects whose gift has no date, {len(self.unfollowed)} at whose foundation no "
                "source shows such a stage"
            )
        return lines


def _input(views: Views, transition: str, spell: Spell) -> dict[str, Any]:
    least, most = spell.days()
    return {
        "transition": transition,
        "project": views.label(spell.project),
        "project_id": spell.project[2:],
        "group": views.label(spell.group),
        "from": "/".join(dict.fromkeys(spell.start)),
        "to": "/".join(dict.fromkeys(spell.end)),
        "ended": "yes" if spell.ended else "no",
        "least": least,
        "most": most,
        "sources": list(spell.sources),
    }


def _chart(views: Views, spells: dict[str, list[Spell]]) -> Chart:
    """The share that graduated and that was retired, by years since the gift, of the foundations with most gifts."""
    series: dict[str, list[float | None]] = {}
    years = [half / 2 for half in range(25)]
    for transition, word in ((TO_GRADUATION, "graduated"), (TO_RETIREMENT, "retired")):
        groups: dict[str, list[Spell]] = defaultdict(list)
        for spell in spells[transition]:
            groups[spell.group].append(spell)
        for key in sorted(groups, key=lambda key: (-len(groups[key]), key))[:3]:
            middles = [(sum(spell.days()) / 2, spell.ended) for spell in groups[key]]
            steps, longest = kaplan_meier(middles), max(time for time, _ in middles)
            if steps:
                series[f"{word}: {views.label(key)}"] = [
                    round(100 * (1 - survival_at(steps, year * YEAR)), 1) if year * YEAR <= longest else None for year in years
                ]
    labels = [f"{year:g}" for year in years]
    return Chart(
        "lines", "Share of vendors' gifts that graduated or were retired, by years since the gift", "per cent", labels, series
    )
