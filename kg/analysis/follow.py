"""Which projects that vendors hold look most like those that vendors gave, by what was known the day before a gift.

A list to look into, not a forecast. A logistic regression compares each gift with the projects that vendors held on the day
before it (its risk set); what is measured is whether it tells the one that was given from those that were not, better than
simple rules do.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from kg.analysis import Chart, Findings
from kg.errors import KgError, NotFound

if TYPE_CHECKING:
    import numpy

    from kg.network import Views

HORIZON = 5
"""Years that a project is taken to have been there before it was given or last seen, where nothing says when it began."""
RECENT = 3
"""Years in which a vendor's gift is a recent one."""
LEAST = 10
"""Gifts that a model is fitted to at least."""
SEED = 20150721
DRAWS = 2000
FEATURES = (
    "vendor's gifts",
    "vendor's recent gifts",
    "vendor's projects held",
    "vendor's memberships",
    "vendor's board seats",
    "years since opening",
    "refused",
    "trademark given",
    "left open licences",
)
_COUNTS = frozenset(FEATURES[:5])  # what doubles matters, not what is added
NOTE = "a list to look into, not a forecast"
SHOWS = ("candidates", "backtest", "calibration", "weights")
INPUTS = (
    "project",
    "project_id",
    "vendor",
    "given",
    "day",
    "held_then",
    *(name.replace(" ", "_") for name in FEATURES),
    "sources",
)
_MODEL, _GAVE, _ACTIVE, _CHANCE = "model", "vendor gave before", "most recent activity", "chance"


@dataclass(frozen=True, slots=True)
class Holding:
    """A company holds a project from `since` ('' where unknown) until before `until` ('' while it does); `known` on a "
    "last day."""

    project: str
    vendor: str
    since: str = ""
    until: str = ""
    known: str = ""

    def covers(self, day: str, horizon: int = HORIZON) -> bool:
        """Whether it was held on the day, or may have been: an unknown beginning lies `horizon` years before what is known."""
        begun = self.since or (f"{int(self.known[:4]) - horizon:04d}{self.known[4:]}" if self.known else "9999")
        return begun <= day and (not self.until or day < self.until)


@dataclass(frozen=True, slots=True)
class Gift:
    """A whole project given by companies; the days that its date can mean."""

    project: str
    vendors: tuple[str, ...]
    earliest: str
    latest: str
    sources: tuple[str, ...] = ()

    @property
    def eve(self) -> str:
        """The last day on which it surely was not given yet."""
        return (date.fromisoformat(self.earliest) - timedelta(days=1)).isoformat()


@dataclass(slots=True)
class World:
    """All that the features are made of, each fact with the day by which it surely was so.

    `group(organization, day)` is whom an organization counts as on a day; by default it counts as itself.
    """

    gifts: list[Gift] = field(default_factory=list)
    holdings: list[Holding] = field(default_factory=list)
    opened: dict[str, str] = field(default_factory=dict)
    memberships: list[tuple[str, str, str, str]] = field(default_factory=list)  # (since, until, holder, body), in order
    seats: list[tuple[str, str, str, str]] = field(default_factory=list)
    authors: dict[str, list[tuple[str, float]]] = field(default_factory=dict)  # project → (last day, how many), in order
    words: dict[tuple[str, str], str] = field(default_factory=dict)  # (project, refusal | trademark | relicensing) → first day
    horizon: int = HORIZON
    group: Callable[[str, str], str] = lambda organization, day: organization

    def held(self, day: str) -> dict[str, tuple[str, ...]]:
        """The projects that companies held on a day, each with its holders; those given by then are not held any more."""
        given = {gift.project for gift in self.gifts if gift.earliest <= day}
        found: dict[str, set[str]] = defaultdict(set)
        for holding in self.holdings:
            if holding.project not in given and holding.covers(day, self.horizon):
                found[holding.project].add(holding.vendor)
        return {project: tuple(sorted(found[project])) for project in sorted(found)}

    def last_authors(self, project: str, day: str) -> float | None:
        """The authors of the project in the last period that ended by the day; None where none is counted."""
        counted = self.authors.get(project, ())
        last = bisect_right(counted, (day, math.inf))
        return counted[last - 1][1] if last else None

    def table(self, day: str) -> dict[str, tuple[float | None, ...]]:
        """The features of each project held on the day, in the order of FEATURES; None is unknown, which is not 0."""
        cache: dict[str, str] = {}

        def top(organization: str) -> str:
            if organization not in cache:
                cache[organization] = self.group(organization, day)
            return cache[organization]

        held = {project: {top(holder) for holder in holders} for project, holders in self.held(day).items()}
        then = f"{int(day[:4]) - RECENT:04d}{day[4:]}"
        gave: dict[str, list[str]] = defaultdict(list)
        for gift in self.gifts:
            if gift.latest <= day:
                for vendor in {top(giver) for giver in gift.vendors}:
                    gave[vendor].append(gift.latest)
        keeps: dict[str, int] = defaultdict(int)
        for vendors in held.values():
            for vendor in vendors:
                keeps[vendor] += 1
        seats, members = _bodies(self.seats, day, top), _bodies(self.memberships, day, top)
        rows: dict[str, tuple[float | None, ...]] = {}
        for project, vendors in held.items():
            opened = self.opened.get(project, "")
            age = (date.fromisoformat(day) - date.fromisoformat(opened)).days // 365 if opened and opened <= day else None
            rows[project] = (
                float(max(len(gave[vendor]) for vendor in vendors)),
                float(max(sum(when > then for when in gave[vendor]) for vendor in vendors)),
                float(max(keeps[vendor] for vendor in vendors)),
                max((members[vendor] for vendor in vendors if vendor in members), default=None),
                max((seats[vendor] for vendor in vendors if vendor in seats), default=None),
                None if age is None else float(age),
                *(float(self.words.get((project, what), "9999") <= day) for what in ("refusal", "trademark", "relicensing")),
            )
        return rows


def _bodies(known: Sequence[tuple[str, str, str, str]], day: str, top: Callable[[str], str]) -> dict[str, float]:
    """In how many bodies each vendor was on the day, of the vendors of which something is known by then; `known` is in "
    "order."""
    found: dict[str, set[str]] = defaultdict(set)
    for _, until, holder, body in known[: bisect_right(known, (day, "\uffff"))]:
        found[top(holder)] |= {body} if not until or day < until else set()
    return {vendor: float(len(bodies)) for vendor, bodies in found.items()}


def auc(cases: Iterable[float], others: Iterable[float]) -> float:
    """The share of pairs in which the case scores higher, ties counting half: the area under the ROC curve (Mann–Whitney).

    >>> auc([3, 1], [2, 1])
    0.625
    """
    cases, others = list(cases), sorted(others)
    if not cases or not others:
        return math.nan
    from bisect import bisect_left

    below = sum(bisect_left(others, case) + bisect_right(others, case) for case in cases)
    return below / 2 / len(cases) / len(others)


@dataclass(slots=True)
class Table:
    """The risk sets of all gifts, one row a day and project; rows that are alike share a vector, so that a fit is quick."""

    days: list[str]
    projects: list[str]
    given: numpy.ndarray
    vectors: numpy.ndarray
    vector_of: numpy.ndarray
    raw: list[tuple[float | None, ...]]
    cases: list[Gift]


def encoded(rows: Sequence[tuple[float | None, ...]]) -> numpy.ndarray:
    """Features as numbers: counts as log2(1 + n), the unknown as nan, and after all of them which of them are unknown."""
    import numpy

    def one(name: str, value: float | None) -> float:
        return math.nan if value is None else math.log2(1 + value) if name in _COUNTS else value

    table = numpy.array([[one(name, value) for name, value in zip(FEATURES, row, strict=True)] for row in rows], dtype=float)
    table = table.reshape(len(rows), len(FEATURES))
    return numpy.hstack([table, numpy.isnan(table).astype(float)])


def risk_sets(world: World) -> Table:
    """The table of every gift's risk set: what vendors held on the eve of the gift, the gift itself among them."""
    import numpy

    eves: dict[str, list[Gift]] = defaultdict(list)
    for gift in sorted(world.gifts, key=lambda gift: (gift.earliest, gift.project)):
        eves[gift.eve].append(gift)
    days: list[str] = []
    projects: list[str] = []
    given: list[bool] = []
    raw: list[tuple[float | None, ...]] = []
    cases: list[Gift] = []
    for eve, gifts in eves.items():
        rows, now = world.table(eve), {gift.project: gift for gift in gifts}
        # A gift whose eve shows nothing else that could have been given has nothing to be told from.
        if len(rows) > len(now):
            cases += [gift for gift in gifts if gift.project in rows]
            for project, features in rows.items():
                days.append(eve)
                projects.append(project)
                given.append(project in now)
                raw.append(features)
    distinct = sorted(set(raw), key=lambda row: tuple((value is None, value or 0.0) for value in row))
    place = {row: number for number, row in enumerate(distinct)}
    vector_of = numpy.array([place[row] for row in raw], dtype=int)
    return Table(days, projects, numpy.array(given, dtype=bool), encoded(distinct), vector_of, raw, cases)


@dataclass(slots=True)
class Model:
    """A logistic regression on features brought to mean 0 and deviation 1; the unknown stands at the mean, beside its mark."""

    mean: numpy.ndarray
    scale: numpy.ndarray
    weights: numpy.ndarray
    intercept: float

    def standard(self, vectors: numpy.ndarray) -> numpy.ndarray:
        """The vectors in units of deviations from the mean."""
        import numpy

        found: numpy.ndarray = numpy.nan_to_num((vectors - self.mean) / self.scale, nan=0.0)
        return found

    def score(self, vectors: numpy.ndarray) -> numpy.ndarray:
        """The log odds."""
        found: numpy.ndarray = self.standard(vectors) @ self.weights + self.intercept
        return found


class Fitter:
    """Fits models to counts of given and kept projects by vector."""

    def __init__(self, vectors: numpy.ndarray) -> None:
        """Keep the vectors."""
        from sklearn.linear_model import LogisticRegression

        self.vectors = vectors
        self._regression: Any = LogisticRegression(  # type: ignore[no-untyped-call]
            C=1.0, warm_start=True, max_iter=500, tol=1e-6
        )

    def fit(self, given: numpy.ndarray, kept: numpy.ndarray, near: Model | None = None) -> Model:
        """The model of so many given and kept projects at each vector; the penalty is ridge, of strength 1.

        The search begins at `near`, a model that is known to be close; by default where no feature counts.
        """
        import numpy

        weight = given + kept
        known = ~numpy.isnan(self.vectors)
        share = weight[:, None] * known
        total = numpy.maximum(share.sum(axis=0), 1e-9)
        filled = numpy.nan_to_num(self.vectors, nan=0.0)
        mean = (share * filled).sum(axis=0) / total
        scale = numpy.sqrt((share * (filled - mean) ** 2).sum(axis=0) / total)
        model = Model(mean, numpy.where(scale > 1e-9, scale, math.inf), numpy.zeros(len(mean)), 0.0)
        rows = model.standard(self.vectors)
        has_given, has_kept = given > 0, kept > 0
        both = numpy.vstack([rows[has_given], rows[has_kept]])
        labels = numpy.repeat([1, 0], [has_given.sum(), has_kept.sum()])
        start = near or Model(mean, scale, numpy.zeros(len(mean)), 0.0)
        self._regression.coef_, self._regression.intercept_ = start.weights[None, :].copy(), numpy.array([start.intercept])
        self._regression.classes_ = numpy.array([0, 1])
        self._regression.fit(both, labels, sample_weight=numpy.concatenate([given[has_given], kept[has_kept]]))
        model.weights, model.intercept = self._regression.coef_[0].copy(), float(self._regression.intercept_[0])
        return model


def counts(table: Table, rows: numpy.ndarray) -> tuple[numpy.ndarray, numpy.ndarray]:
    """How many of the chosen rows were given, and kept, at each vector."""
    import numpy

    size = len(table.vectors)
    chosen, given = table.vector_of[rows], table.given[rows]
    return (
        numpy.bincount(chosen[given], minlength=size).astype(float),
        numpy.bincount(chosen[~given], minlength=size).astype(float),
    )


def sets(table: Table, since: str = "", until: str = "9999") -> list[tuple[int, numpy.ndarray]]:
    """For each gift on an eve of the range, its row and the rows of what was held that day and not given the next."""
    import numpy

    of_day: dict[str, list[int]] = defaultdict(list)
    for row, day in enumerate(table.days):
        if since <= day < until:
            of_day[day].append(row)
    found = []
    for rows in of_day.values():
        others = numpy.array([row for row in rows if not table.given[row]])
        found += [(row, others) for row in rows if table.given[row]]
    return found


def leave_one_out(table: Table, fitter: Fitter) -> list[tuple[int, numpy.ndarray, numpy.ndarray]]:
    """For each gift its row, the others, and the log odds of the gift and of each other.

    They are those of a model that has seen neither the day nor, on any day, the project that was given. One model scores the
    whole set: models that leave out different rows differ in how likely any gift is, which puts whatever was left out as a gift
    below whatever was left out as kept.
    """
    import numpy

    given, kept = counts(table, numpy.arange(len(table.projects)))
    whole = fitter.fit(given, kept)
    of_project: dict[str, set[int]] = defaultdict(set)
    of_day: dict[str, set[int]] = defaultdict(set)
    for row, (project, day) in enumerate(zip(table.projects, table.days, strict=True)):
        of_project[project].add(row)
        of_day[day].add(row)
    told = []
    for case, others in sets(table):
        unseen = numpy.array(sorted(of_project[table.projects[case]] | of_day[table.days[case]]))
        less_given, less_kept = counts(table, unseen)
        model = fitter.fit(given - less_given, kept - less_kept, whole)
        told.append((case, others, model.score(table.vectors[table.vector_of[[case, *others]]])))
    return told


def concordances(scores: Mapping[str, Sequence[float]], among: Sequence[tuple[int, numpy.ndarray]]) -> dict[str, list[float]]:
    """For each gift, by each score of all rows: the share of its risk set that it stands above, ties counting half."""
    return {
        name: [auc([score[case]], [score[row] for row in others]) for case, others in among] for name, score in scores.items()
    }


def compared(table: Table, world: World, told: Sequence[tuple[int, numpy.ndarray, numpy.ndarray]]) -> dict[str, list[float]]:
    """For each gift the same by the models that have not seen it, and by each rule."""
    rules = concordances(baselines(table, world), [(case, others) for case, others, _ in told])
    return {_MODEL: [auc(scores[:1].tolist(), scores[1:].tolist()) for *_, scores in told], **rules}


def interval(values: Sequence[float]) -> tuple[float, float, float]:
    """The mean and its 95 % interval by resampling the gifts, with a fixed seed."""
    import numpy

    sample = numpy.asarray(values, dtype=float)
    draws = numpy.random.default_rng(SEED).integers(0, len(sample), (DRAWS, len(sample)))
    low, high = numpy.quantile(sample[draws].mean(axis=1), [0.025, 0.975])
    return float(sample.mean()), float(low), float(high)


def baselines(table: Table, world: World) -> dict[str, list[float]]:
    """The scores of the simple rules: how many gifts the vendor made before, and how many authors the project last had.

    Authors are no feature of the model: foundations count them, of projects they have, so that a count of a year before a gift
    is in a list that was made after it. The rule may use them all the same; where there is none it has nothing to go by.
    """
    gifts = FEATURES.index("vendor's gifts")
    last = [world.last_authors(project, day) for project, day in zip(table.projects, table.days, strict=True)]
    return {_GAVE: [row[gifts] or 0.0 for row in table.raw], _ACTIVE: [-1.0 if count is None else count for count in last]}


def back_test(table: Table, world: World, fitter: Fitter) -> list[dict[str, Any]]:
    """One row a year: how well a model that knew only the gifts of earlier years, and each rule, told the gifts of the year."""
    import numpy

    rows: list[dict[str, Any]] = []
    rules = baselines(table, world)
    day_of = numpy.array(table.days)
    for year in sorted({day[:4] for day in table.days}):
        earlier = numpy.flatnonzero(day_of < f"{year}-01-01")
        if table.given[earlier].sum() < LEAST:
            continue
        model = fitter.fit(*counts(table, earlier))
        scores = {_MODEL: model.score(table.vectors)[table.vector_of].tolist(), **rules}
        found = concordances(scores, sets(table, f"{year}-01-01", f"{int(year) + 1:04d}-01-01"))
        days = {day for day in table.days if day[:4] == year}
        rows.append(
            {
                "year": year,
                "gifts": len(found[_MODEL]),
                "held": round(sum(day in days for day in table.days) / len(days)),
                "seen": int(table.given[earlier].sum()),
                "found": found,
            }
        )
    return rows


def calibration(told: Sequence[tuple[int, numpy.ndarray, numpy.ndarray]], parts: int = 5) -> list[dict[str, Any]]:
    """For each fifth of the rows by score: how many gifts the left-out models expected there, and how many there were."""
    import numpy

    chance = 1 / (1 + numpy.exp(-numpy.concatenate([scores for *_, scores in told])))
    given = numpy.concatenate([numpy.arange(len(scores)) == 0 for *_, scores in told])
    # Of equal scores gifts would come first, as they stand first in their sets: sorted among equals they favour nobody.
    order = numpy.lexsort((given, chance))
    return [
        {
            "fifth": number + 1,
            "rows": len(part),
            "least": float(chance[part].min()),
            "most": float(chance[part].max()),
            "expected": float(chance[part].sum()),
            "observed": int(given[part].sum()),
        }
        for number, part in enumerate(numpy.array_split(order, parts))
        if len(part)
    ]


def neighbours(
    model: Model, vector: numpy.ndarray, gifts: Sequence[Gift], eves: numpy.ndarray, count: int = 3
) -> list[tuple[Gift, float]]:
    """The gifts whose eve looked most like the vector, with the distance in deviations; nearer first, then later, then "
    "by name."""
    import numpy

    gaps = numpy.sqrt(((model.standard(eves) - model.standard(vector[None, :])) ** 2).sum(axis=1))
    ranked = sorted(
        range(len(gifts)), key=lambda i: (round(float(gaps[i]), 9), [-ord(c) for c in gifts[i].earliest], gifts[i].project)
    )
    return [(gifts[i], float(gaps[i])) for i in ranked[:count]]


def read(views: Views, horizon: int = HORIZON) -> World:
    """The world of a store, up to the day of the views."""
    from kg.network import key_of

    until = views.read_until()
    world = World(horizon=horizon, group=views.group)
    gifts: dict[str, dict[tuple[str, str, str], tuple[set[str], set[str]]]] = defaultdict(dict)
    undated = set()
    for fact, vendor, _, project, document, _, earliest, latest in sorted(views.rows("donations")):
        if not earliest:
            undated.add(key_of(project))
        elif earliest <= until:
            vendors, documents = gifts[key_of(project)].setdefault((earliest, latest, fact), (set(), set()))
            vendors.add(vendor)
            documents.add(document)
    for project, found in sorted(gifts.items()):
        earliest, latest, fact = min(found)
        vendors, documents = found[earliest, latest, fact]
        world.gifts.append(Gift(project, tuple(sorted(vendors)), earliest, latest, views.urls(documents)))
        world.holdings += [Holding(project, vendor, "", earliest, earliest) for vendor in sorted(vendors)]
    for _, _, project, _, _, _, latest in sorted(views.rows("openings")):
        if latest:
            key = key_of(project)
            world.opened[key] = min(world.opened.get(key, latest), latest)
    world.holdings = [Holding(h.project, h.vendor, world.opened.get(h.project, ""), h.until, h.known) for h in world.holdings]
    seen, homes = views.sightings(), defaultdict(list)
    for tie in views.ties("holdings"):
        if tie.what in {"legal home", "listed owner"}:
            homes[key_of(tie.target)].append(tie)
    for project, ties in sorted(homes.items()):
        if project in gifts or project in undated:
            continue
        # What a list calls the owner counts where no source names a legal home.
        named = [tie for tie in ties if tie.what == "legal home"] or ties
        if any(views.kind(key_of(tie.source)) == "foundation" for tie in named):
            continue  # A foundation has it, though no source names who gave it: neither a gift on record nor a project kept.
        for tie in named:
            if views.kind(key_of(tie.source)) == "company":
                known = tie.ends_no_earlier or seen.get(tie.fact) or tie.starts_no_later
                end = tie.ends_no_later or tie.ends_no_earlier if tie.ends else ""
                since = world.opened.get(project) or (tie.starts_no_earlier and tie.starts_no_later)
                world.holdings.append(Holding(project, tie.source, since, end, known))
    for name in ("memberships", "boards"):
        spells = [
            (tie.starts_no_later, tie.ends_no_later or tie.ends_no_earlier, tie.source, tie.target)
            for tie in views.ties(name)
            if tie.starts_no_later
        ]
        setattr(world, "seats" if name == "boards" else name, sorted(spells))
    periods: dict[str, dict[str, float]] = defaultdict(dict)
    for _, project, count, _, _, last in views.rows("activity"):
        known_then = periods[key_of(project)]
        known_then[last] = max(known_then.get(last, 0.0), float(count))
    world.authors = {project: sorted(found.items()) for project, found in periods.items()}
    for _, what, _, project, _, _, _, latest in views.rows("words"):
        if latest:
            world.words[key_of(project), what] = min(world.words.get((key_of(project), what), latest), latest)
    return world


def measure(views: Views, *, of: str | None = None, show: str = "candidates", horizon: int = HORIZON) -> Findings:
    """The projects held on the day, most like earlier gifts first; or how well such a list would have done before."""
    if find_spec("sklearn") is None:
        raise KgError("kg analyze follow needs scikit-learn; pip install 'osgov-kg[follow]'")
    giver = views.resolve(of, "organization") if of else None
    world, day = read(views, horizon), views.read_until()
    table = risk_sets(world)
    if len(table.cases) < LEAST:
        by = f" by {views.day}" if views.day else ""
        raise NotFound(
            f"{len(table.cases)} dated gifts of projects by companies are on record{by}, beside others that were kept; a "
            f"model needs {LEAST}"
        )
    from threadpoolctl import threadpool_limits

    # The matrices are small: more threads only wait for each other.
    with threadpool_limits(1):  # type: ignore[no-untyped-call]
        return _measured(views, world, table, day, of, giver, show)


def _measured(views: Views, world: World, table: Table, day: str, of: str | None, giver: str | None, show: str) -> Findings:
    import numpy

    fitter = Fitter(table.vectors)
    told = leave_one_out(table, fitter)
    found = compared(table, world, told)
    remarks = [NOTE, *_verdict(found, table, world.horizon)]
    model = fitter.fit(*counts(table, numpy.arange(len(table.projects))))
    inputs = _inputs(views, table)
    if show == "backtest":
        return _backtest(back_test(table, world, fitter), found, remarks, inputs)
    if show == "calibration":
        rows = [{k: round(v, 4) if isinstance(v, float) else v for k, v in row.items()} for row in calibration(told)]
        for row in rows:
            row["expected"] = round(row["expected"], 1)
        return Findings(tuple(rows[0]), rows, (), (), remarks, INPUTS, inputs, _calibrated(rows))
    if show == "weights":
        marks = [*FEATURES, *(f"{name}: unknown" for name in FEATURES)]
        rows = [
            {"feature": name, "weight": round(float(weight), 3), "odds": round(math.exp(float(weight)), 2)}
            for name, weight, scale in zip(marks, model.weights, model.scale, strict=True)
            if math.isfinite(scale)
        ]
        rows.sort(key=lambda row: (-abs(float(row["weight"])), str(row["feature"])))
        remarks.append("odds: by how much one deviation more multiplies the odds of being the one that is given")
        bars = Chart(
            "bars",
            "What the model goes by",
            "times the odds, for one deviation more",
            [str(row["feature"]) for row in rows],
            {"odds": [row["odds"] for row in rows]},
        )
        return Findings(("feature", "weight", "odds"), rows, (), (), remarks, INPUTS, inputs, bars)
    if of:
        views.focus(of)  # only now: the model counts companies as everybody does
    return _candidates(views, world, table, model, day, giver, remarks, inputs)


def _verdict(found: Mapping[str, Sequence[float]], table: Table, horizon: int) -> list[str]:
    """How well left-out gifts were told, and whether that is better than each rule."""
    n, kept = len(found[_MODEL]), len(set(table.projects) - {gift.project for gift in table.cases})
    mean, low, high = interval(found[_MODEL])
    lines = [
        f"leave-one-out AUC {mean:.2f} (95 % {low:.2f} to {high:.2f}), n = {n} gifts, each among the projects held on its eve "
        f"({len(table.projects) / len(set(table.days)):.0f} on average, {kept} of them never given)"
    ]
    for name in (_GAVE, _ACTIVE, _CHANCE):
        rule = found[name] if name in found else [0.5] * n
        gap, least, most = interval([a - b for a, b in zip(found[_MODEL], rule, strict=True)])
        lines.append(
            f"it {_beats(least, most)} '{name}' (AUC {sum(rule) / n:.2f}; difference {gap:+.2f}, {least:+.2f} to {most:+.2f})"
        )
    lines.append(
        f"where nothing says when a project began, it counts as held for {horizon} years before its gift or last "
        "sighting; --horizon shows "
        "what hangs on that"
    )
    lines.append(
        "small n, chosen by the outcome: gifts are on record because they happened, kept projects because somebody "
        "listed them; the category "
        "of a project is not in the graph, and who held its trademark is known of few",
    )
    return lines


_ROW = (
    "rank",
    "project",
    "project_id",
    "vendor",
    "vendor_id",
    "times",
    "like",
    "like_id",
    "distance",
    "because",
    "unknown",
    "sources",
)


def _candidates(
    views: Views,
    world: World,
    table: Table,
    model: Model,
    day: str,
    giver: str | None,
    remarks: list[str],
    inputs: list[dict[str, Any]],
) -> Findings:
    import numpy

    from kg.network import key_of

    rows_now: dict[str, tuple[float | None, ...]] = world.table(day)
    held = world.held(day)
    order = sorted(rows_now)
    if not order:
        raise NotFound(f"no source shows a company holding a project on {day}")
    vectors = encoded([rows_now[project] for project in order])
    odds = model.score(vectors)
    chance = 1 / (1 + numpy.exp(-odds))
    usual = float(chance.mean())
    first_row: dict[str, int] = {}
    for number, project in enumerate(table.projects):
        if table.given[number]:
            first_row.setdefault(project, number)
    eves = table.vectors[[table.vector_of[first_row[gift.project]] for gift in table.cases]]
    marks = [*FEATURES, *(f"{name}: unknown" for name in FEATURES)]
    urls: dict[str, set[str]] = defaultdict(set)
    for tie in views.ties("holdings"):
        urls[key_of(tie.target)] |= set(views.urls(tie.documents))
    rows: list[dict[str, Any]] = []
    ranked = sorted(range(len(order)), key=lambda i: (-round(float(odds[i]), 9), order[i]))
    for rank, i in enumerate(ranked, 1):
        project = order[i]
        if giver and all(giver not in (key_of(holder), views.group(holder, day)) for holder in held[project]):
            continue
        near = neighbours(model, vectors[i], table.cases, eves)
        pushes = model.standard(vectors[i][None, :])[0] * model.weights
        strongest = sorted(range(len(pushes)), key=lambda k: (-abs(pushes[k]), k))[:3]
        rows.append(
            {
                "rank": rank,
                "project": views.label(project),
                "project_id": project[2:],
                "vendor": " + ".join(views.label(key_of(holder)) for holder in held[project]),
                "vendor_id": " + ".join(key_of(holder)[2:] for holder in held[project]),
                "times": round(float(chance[i]) / usual, 2),
                "like": [f"{views.label(gift.project)} {gift.earliest[:4]}" for gift, _ in near],
                "like_id": [gift.project[2:] for gift, _ in near],
                "distance": round(near[0][1], 2),
                "because": [f"{marks[k]} {'+' if pushes[k] > 0 else '−'}" for k in strongest if abs(pushes[k]) > 1e-6],
                "unknown": [name for name, value in zip(FEATURES, rows_now[project], strict=True) if value is None],
                "sources": sorted(urls[project]),
            }
        )
    if not rows:
        raise NotFound(
            f"no source shows {views.label(giver or '')} holding a project on {day}; `kg query nonmoves` has those that "
            "are known"
        )
    top = rows[:30]
    for row in rows:
        row["like"], row["because"], row["unknown"] = (
            "; ".join(row["like"]),
            "; ".join(row["because"]),
            "; ".join(row["unknown"]),
        )
    bars = Chart(
        "bars",
        f"Which held projects look most like earlier gifts, {day}: {NOTE}",
        "times the usual chance of a held project",
        [f"{row['project']} ({row['vendor']})" for row in top],
        {"times": [row["times"] for row in top]},
    )
    remarks.append(
        f"times: how often the usual chance of the {len(order)} projects held on {day}; like: the gifts whose eve was "
        "most alike"
    )
    return Findings(_ROW, rows, ("rank", "project", "vendor", "times", "like"), (), remarks, INPUTS, inputs, bars)


def _beats(least: float, most: float) -> str:
    """What a difference comes to whose interval is from `least` to `most`.

    >>> _beats(0.02, 0.07), _beats(-0.01, 0.07), _beats(-0.07, -0.02)
    ('beats', 'does not beat', 'is beaten by')
    """
    return "beats" if least > 0 else "is beaten by" if most < 0 else "does not beat"


def _backtest(
    years: Sequence[Mapping[str, Any]], whole: Mapping[str, Sequence[float]], remarks: list[str], inputs: list[dict[str, Any]]
) -> Findings:
    def named(found: Mapping[str, Sequence[float]]) -> dict[str, Any]:
        return {name.replace(" ", "_"): round(sum(found[name]) / len(found[name]), 2) for name in (_MODEL, _GAVE, _ACTIVE)}

    rows = [{**{k: row[k] for k in ("year", "gifts", "held", "seen")}, **named(row["found"]), _CHANCE: 0.5} for row in years]
    pooled = {name: [value for row in years for value in row["found"][name]] for name in whole}
    if pooled[_MODEL]:
        total = {"year": "all", "gifts": len(pooled[_MODEL]), "held": None, "seen": None, **named(pooled), _CHANCE: 0.5}
        for name in (_GAVE, _ACTIVE, _CHANCE):
            rule = pooled.get(name) or [0.5] * len(pooled[_MODEL])
            gap, least, most = interval([a - b for a, b in zip(pooled[_MODEL], rule, strict=True)])
            remarks.append(
                "year by year, knowing earlier years alone, "
                f"it {_beats(least, most)} '{name}' ({gap:+.2f}, {least:+.2f} to {most:+.2f})"
            )
        series = {n: [row[n.replace(" ", "_")] for row in rows] for n in (_MODEL, _GAVE, _ACTIVE, _CHANCE)}
        chart = Chart(
            "lines", f"Gifts told from kept projects, year by year: {NOTE}", "AUC", [row["year"] for row in rows], series
        )
        return Findings(tuple(total), [*rows, total], (), (), remarks, INPUTS, inputs, chart)
    raise NotFound(f"no year has {LEAST} dated gifts before it")


def _calibrated(rows: Sequence[Mapping[str, Any]]) -> Chart:
    labels = [f"fifth {row['fifth']}" for row in rows]
    series = {"expected": [row["expected"] for row in rows], "observed": [row["observed"] for row in rows]}
    return Chart("lines", "Gifts expected and observed, by fifth of the score", "gifts", labels, series)


def _inputs(views: Views, table: Table) -> list[dict[str, Any]]:
    """The gifts that the model learnt from, with what was known on the eve of each."""
    from kg.network import key_of

    held: dict[str, int] = defaultdict(int)
    places: dict[tuple[str, str], int] = {}
    for row, day in enumerate(table.days):
        held[day] += 1
        places[day, table.projects[row]] = row
    return [
        {
            "project": views.label(gift.project),
            "project_id": gift.project[2:],
            "vendor": " + ".join(views.label(key_of(vendor)) for vendor in gift.vendors),
            "given": "/".join(dict.fromkeys((gift.earliest, gift.latest))),
            "day": gift.eve,
            "held_then": held[gift.eve],
            **{
                name.replace(" ", "_"): value
                for name, value in zip(FEATURES, table.raw[places[gift.eve, gift.project]], strict=True)
            },
            "sources": list(gift.sources),
        }
        for gift in table.cases
    ]
