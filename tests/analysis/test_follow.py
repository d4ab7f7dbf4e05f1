"""What looks like earlier gifts: features that know nothing of later days, areas under curves, and rules to beat."""

import math
import random
from dataclasses import replace
from itertools import product

import numpy
import pytest
from sklearn.metrics import roc_auc_score

from kg.analysis import follow
from kg.analysis.follow import FEATURES, Gift, Holding, World, auc
from kg.network import Views


def world(seed=1, gifts=30):
    """Ten vendors, each with projects given or kept; those whose number is even give more often."""
    dice = random.Random(seed)
    made = World()
    for number in range(gifts * 3):
        vendor = f"o:{dice.randint(0, 9)}"
        opened = f"{dice.randint(2012, 2019)}-06-01" if dice.random() < 0.4 else ""
        project = f"p:{number}"
        if opened:
            made.opened[project] = opened
        if number < gifts and (int(vendor[2:]) % 2 == 0 or dice.random() < 0.3):
            day = f"{dice.randint(2020, 2024)}-{dice.randint(1, 12):02}-15"
            made.gifts.append(Gift(project, (vendor,), day, day))
            made.holdings.append(Holding(project, vendor, opened, day, day))
        else:
            made.holdings.append(Holding(project, vendor, opened, "", "2025-01-01"))
    made.memberships = sorted((f"{dice.randint(2015, 2024)}-01-01", "", f"o:{n % 10}", f"o:body{n}") for n in range(40))
    made.seats = sorted((f"{dice.randint(2015, 2024)}-01-01", "2023-01-01", f"o:{n % 10}", f"o:body{n}") for n in range(9))
    made.words = {("p:1", "refusal"): "2021-05-05", ("p:2", "relicensing"): "2022-05-05", ("p:3", "trademark"): "2023-05-05"}
    made.authors = {"p:4": [("2021-01-01", 5.0), ("2023-01-01", 9.0)]}
    return made


def test_the_features_of_a_day_are_counted_by_hand():
    made = World(
        gifts=[Gift("p:old", ("o:acme",), "2015-01-01", "2015-12-31"), Gift("p:new", ("o:acme",), "2019-06-01", "2019-06-01")],
        holdings=[
            Holding("p:kept", "o:acme", "2014-01-01", "", "2025-01-01"),
            Holding("p:new", "o:acme", "", "2019-06-01", "2019-06-01"),
            Holding("p:unseen", "o:acme", "", "", "2025-01-01"),
        ],
        opened={"p:kept": "2014-01-01"},
        memberships=[("2016-01-01", "2017-01-01", "o:acme", "o:one"), ("2016-06-01", "", "o:acme", "o:two")],
        words={("p:kept", "refusal"): "2018-01-01"},
    )
    assert dict(zip(FEATURES, made.table("2019-05-31")["p:kept"], strict=True)) == {
        "vendor's gifts": 1,
        "vendor's recent gifts": 0,
        "vendor's projects held": 2,
        "vendor's memberships": 1,
        "vendor's board seats": None,
        "years since opening": 5,
        "refused": 1,
        "trademark given": 0,
        "left open licences": 0,
    }
    assert sorted(made.held("2019-05-31")) == ["p:kept", "p:new"]
    assert sorted(made.held("2019-06-01")) == ["p:kept"]
    assert sorted(made.held("2020-01-01")) == ["p:kept", "p:unseen"]


def test_an_unknown_beginning_lies_so_many_years_before_what_is_known():
    held = Holding("p:a", "o:a", "", "", "2025-01-01")
    assert [held.covers(day) for day in ("2019-12-31", "2020-01-01", "2026-01-01")] == [False, True, True]
    assert held.covers("2016-01-01", horizon=10)
    assert not Holding("p:a", "o:a").covers("2020-01-01")


def test_a_project_of_a_foundation_that_no_source_names_a_giver_of_was_neither_given_nor_kept(told):
    opening = [("opening", {"by": ["acme"], "occurred": "2015-01-01"})]
    graph = told(
        acme="company",
        haven="foundation",
        kept=opening,
        given=[*opening, ("donation", {"from_": ["acme"], "donor_basis": "transfer", "to": "haven", "accepted": "2020-01-01"})],
        arrived=[*opening, ("donation", {"to": "haven", "accepted": "2020-01-01"})],
    )
    read = follow.read(Views(graph))
    assert [gift.project for gift in read.gifts] == ["p:given"]
    assert {holding.project for holding in read.holdings} == {"p:kept", "p:given"}


def test_what_is_unknown_is_marked_and_is_not_nought():
    rows = follow.encoded([(0.0,) * len(FEATURES), (None,) * len(FEATURES)])
    half = len(FEATURES)
    assert (rows[0, half:] == 0).all()
    assert (rows[1, half:] == 1).all()
    assert numpy.isnan(rows[1, :half]).all()


@pytest.mark.parametrize("seed", range(10))
def test_a_later_fact_changes_no_feature_of_an_earlier_day(seed):
    """Not the gifts, memberships, seats, words, openings and counts of later, nor that they are gone."""
    made, day = world(seed), "2022-03-01"
    before = made.table(day)
    later = [gift for gift in made.gifts if gift.latest > day]
    assert later
    held = {gift.project for gift in later}
    changed = replace(
        made,
        gifts=[g for g in made.gifts if g.latest <= day]
        + [Gift(g.project, ("o:1",), "2024-12-01", "2024-12-31") for g in later],
        opened={"p:89": "2024-01-01"} | {p: d for p, d in made.opened.items() if d <= day},
        memberships=sorted(
            [s for s in made.memberships if s[0] <= day] + [("2023-01-01", "", f"o:{n}", "o:late") for n in range(10)]
        ),
        seats=[(since, "2022-04-01" if until > day else until, *rest) for since, until, *rest in made.seats if since <= day],
        words={key: when for key, when in made.words.items() if when <= day} | {("p:7", "refusal"): "2022-03-02"},
        authors={"p:4": [("2021-01-01", 5.0), ("2022-03-02", 700.0)]},
    )
    after = changed.table(day)
    assert held & set(before)
    assert after == before
    assert changed.last_authors("p:4", day) == made.last_authors("p:4", day) == 5
    assert changed.table("2025-06-01") != made.table("2025-06-01")


def test_the_gift_itself_is_no_feature_of_its_eve():
    made = World(
        gifts=[Gift("p:a", ("o:a",), "2020-05-01", "2020-05-31")],
        holdings=[
            Holding("p:a", "o:a", "2019-01-01", "2020-05-01", "2020-05-01"),
            Holding("p:b", "o:a", "2019-01-01", "", "2021-01-01"),
        ],
    )
    assert made.gifts[0].eve == "2020-04-30"
    rows = made.table("2020-04-30")
    assert rows["p:a"] == rows["p:b"]
    assert rows["p:a"][0] == 0


@pytest.mark.parametrize("seed", range(50))
def test_the_area_is_the_share_of_pairs_in_order_and_that_of_scikit_learn(seed):
    dice = random.Random(seed)
    cases = [dice.randint(0, 6) for _ in range(dice.randint(1, 12))]
    others = [dice.randint(0, 6) for _ in range(dice.randint(1, 12))]
    pairs = [1.0 if a > b else 0.5 if a == b else 0.0 for a, b in product(cases, others)]
    assert auc(cases, others) == pytest.approx(sum(pairs) / len(pairs))
    assert auc(cases, others) == pytest.approx(roc_auc_score([1] * len(cases) + [0] * len(others), cases + others))


def test_the_area_under_a_known_curve():
    assert auc([2, 3], [0, 1]) == 1
    assert auc([0], [1]) == 0
    assert auc([1, 1], [1]) == 0.5
    assert math.isnan(auc([], [1]))
    # Of 0 … n-1 against the same shifted by k, pairs in order are those of a triangle: 1/2 + k/n − k²/(2n²).
    n, k = 50, 7
    assert auc(range(k, n + k), range(n)) == pytest.approx(0.5 + k / n - k * k / (2 * n * n))


def told(made):
    table = follow.risk_sets(made)
    fitter = follow.Fitter(table.vectors)
    left_out = follow.leave_one_out(table, fitter)
    return table, left_out, follow.compared(table, made, left_out)


def test_a_pattern_that_is_there_is_found():
    made = World()
    for number in range(120):
        day = f"{2018 + number % 5}-{number % 12 + 1:02}-10"
        vendor, giving = f"o:{number % 12}", number % 12 < 4 and number % 3 != 2
        if giving:
            made.gifts.append(Gift(f"p:{number:03}", (vendor,), day, day))
        made.holdings.append(Holding(f"p:{number:03}", vendor, "2015-01-01", day if giving else "", "2025-01-01"))
    found = told(made)[2]
    assert follow.interval(found["model"])[1] > 0.55


def test_a_gift_is_scored_by_a_model_that_has_seen_neither_its_day_nor_its_project():
    table, left_out, _ = told(world(3))
    for case, others, scores in left_out[:5]:
        day, project = table.days[case], table.projects[case]
        pairs = enumerate(zip(table.days, table.projects, strict=True))
        rest = numpy.array([row for row, (when, what) in pairs if when != day and what != project])
        model = follow.Fitter(table.vectors).fit(*follow.counts(table, rest))
        assert {table.days[row] for row in others} == {day}
        assert scores == pytest.approx(model.score(table.vectors[table.vector_of[[case, *others]]]), abs=0.02)


def test_what_looks_like_everything_else_is_told_no_better_than_by_chance():
    """Models that leave out different rows would put each gift below all others here."""
    days = [f"{2018 + number % 5}-{number % 12 + 1:02}-10" for number in range(60)]
    made = World(
        gifts=[Gift(f"p:{n:02}", (f"v:{n:02}",), day, day) for n, day in enumerate(days) if n % 3 == 0],
        holdings=[
            Holding(f"p:{n:02}", f"v:{n:02}", "2015-01-01", day if n % 3 == 0 else "", "2025-01-01")
            for n, day in enumerate(days)
        ],
    )
    assert set(told(made)[2]["model"]) == {0.5}


def test_the_back_test_of_a_year_knows_only_earlier_years():
    made = world(4, gifts=60)
    table = follow.risk_sets(made)
    years = follow.back_test(table, made, follow.Fitter(table.vectors))
    assert [row["year"] for row in years] == sorted(row["year"] for row in years)
    assert all(row["seen"] >= follow.LEAST for row in years)
    cut = years[0]["year"]
    early = replace(made, gifts=[g for g in made.gifts if g.earliest[:4] <= cut])
    early.holdings = [replace(h, until="") if h.until[:4] > cut else h for h in early.holdings]
    first = follow.back_test(follow.risk_sets(early), early, follow.Fitter(follow.risk_sets(early).vectors))[0]
    assert (first["year"], first["gifts"], first["seen"]) == (cut, years[0]["gifts"], years[0]["seen"])
    assert first["found"]["model"] == pytest.approx(years[0]["found"]["model"], abs=0.02)


def test_order_and_names_change_nothing():
    made = world(6)
    table, left_out, found = told(made)
    dice = random.Random(1)
    mixed = replace(
        made, gifts=dice.sample(made.gifts, len(made.gifts)), holdings=dice.sample(made.holdings, len(made.holdings))
    )
    again, other, same = told(mixed)
    assert again.projects == table.projects
    for (case, _, scores), (the_case, _, the_scores) in zip(left_out, other, strict=True):
        assert case == the_case
        assert scores == pytest.approx(the_scores, abs=1e-9)
    assert same == found

    def named(key):
        return f"{key[:2]}x{997 - int(key[2:]) if key[2:].isdigit() else key[2:]}"

    renamed = World(
        gifts=[replace(g, project=named(g.project), vendors=tuple(map(named, g.vendors))) for g in made.gifts],
        holdings=[replace(h, project=named(h.project), vendor=named(h.vendor)) for h in made.holdings],
        opened={named(p): d for p, d in made.opened.items()},
        memberships=sorted((a, b, named(c), d) for a, b, c, d in made.memberships),
        seats=sorted((a, b, named(c), d) for a, b, c, d in made.seats),
        words={(named(p), what): d for (p, what), d in made.words.items()},
    )
    assert sorted(told(renamed)[2]["model"]) == pytest.approx(sorted(found["model"]), abs=1e-6)


def test_expected_and_observed_gifts_add_up_over_the_fifths():
    table, left_out, _ = told(world(7))
    fifths = follow.calibration(left_out)
    assert sum(row["observed"] for row in fifths) == len(table.cases)
    assert sum(row["rows"] for row in fifths) == sum(1 + len(others) for _, others, _ in left_out)
    assert [row["least"] for row in fifths] == sorted(row["least"] for row in fifths)
    assert sum(row["expected"] for row in fifths) == pytest.approx(len(table.cases), rel=0.25)


def test_the_nearest_gifts_come_first_and_of_equals_the_later():
    made = World(gifts=[Gift(f"p:{n}", ("o:a",), f"20{n}-01-01", f"20{n}-01-01") for n in (15, 16, 17)])
    model = follow.Model(numpy.zeros(2), numpy.ones(2), numpy.ones(2), 0.0)
    near = follow.neighbours(model, numpy.array([0.0, 0.0]), made.gifts, numpy.array([[1.0, 0.0], [0.0, 1.0], [3.0, 4.0]]))
    assert [(gift.project, gap) for gift, gap in near] == [("p:16", 1.0), ("p:15", 1.0), ("p:17", 5.0)]


def test_the_interval_is_the_same_every_time_and_holds_the_mean():
    dice = random.Random(2)
    data = [dice.random() for _ in range(80)]
    mean, low, high = follow.interval(data)
    assert follow.interval(data) == (mean, low, high)
    assert low < mean < high
    spread = 1.96 * numpy.std(data) / math.sqrt(len(data))
    assert high - low == pytest.approx(2 * spread, rel=0.1)
