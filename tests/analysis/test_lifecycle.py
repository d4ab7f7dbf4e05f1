"""Durations until a stage: the estimate against published tables and scipy, and dates as ranges."""

import math
import random
import warnings

import numpy
import pytest
from scipy.stats import CensoredData, ecdf

from kg.analysis.lifecycle import Spell, kaplan_meier, median_time, summary, survival_at

# Weeks in remission of 42 children with leukaemia (Freireich et al. 1963, Blood 21:699), as R's MASS has them in `gehan`: 6-MP,
# where + is censored, and placebo.
SIX_MP = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"
PLACEBO = "1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23"
# Estimate, standard error and 95 % interval as the documentation of the Python package `survive` prints them; the estimates of
# the treated are those of R's survfit (github.com/SugiAki1989), the first two of the others those of Stata (Rodríguez,
# data.princeton.edu/eco572/KaplanMeier.html).
TREATED = {
    6: (0.857143, 0.076360, 0.619718, 0.951552),
    7: (0.806723, 0.086935, 0.563147, 0.922809),
    10: (0.752941, 0.096350, 0.503200, 0.889362),
    13: (0.690196, 0.106815, 0.431610, 0.849066),
    16: (0.627451, 0.114054, 0.367511, 0.804912),
    22: (0.537815, 0.128234, 0.267779, 0.746791),
    23: (0.448179, 0.134591, 0.188052, 0.680143),
}
CONTROL = {
    1: (0.904762, 0.064056, 0.670046, 0.975294),
    2: (0.809524, 0.085689, 0.568905, 0.923889),
    3: (0.761905, 0.092943, 0.519391, 0.893257),
    4: (0.666667, 0.102869, 0.425350, 0.825044),
    5: (0.571429, 0.107990, 0.337977, 0.749241),
    8: (0.380952, 0.105971, 0.183067, 0.577789),
    11: (0.285714, 0.098581, 0.116561, 0.481820),
    12: (0.190476, 0.085689, 0.059482, 0.377435),
    15: (0.142857, 0.076360, 0.035657, 0.321162),
    17: (0.095238, 0.064056, 0.016259, 0.261250),
    22: (0.047619, 0.046471, 0.003324, 0.197045),
    23: (0.0, math.nan, math.nan, math.nan),
}


def times(text):
    return [(float(word.rstrip("+")), not word.endswith("+")) for word in text.split()]


@pytest.mark.parametrize(("weeks", "published"), [(SIX_MP, TREATED), (PLACEBO, CONTROL)], ids=["treated", "control"])
def test_the_estimate_its_error_and_its_interval_are_those_published_for_the_leukaemia_trial(weeks, published):
    steps = {step.time: (step.survival, step.error, step.low, step.high) for step in kaplan_meier(times(weeks))}
    assert set(steps) == set(published)
    for time, wanted in published.items():
        assert steps[time] == pytest.approx(wanted, abs=6e-7, nan_ok=True)


def test_the_median_of_the_trial_is_23_weeks_with_treatment_and_8_without():
    treated, low, high = median_time(kaplan_meier(times(SIX_MP)))
    assert (treated, low, high) == (23, 13, None)
    assert median_time(kaplan_meier(times(PLACEBO)))[0] == 8


@pytest.mark.parametrize("seed", range(50))
def test_the_estimate_and_its_interval_equal_those_of_scipy(seed):
    dice = random.Random(seed)
    data = [(float(dice.randint(1, 30)), dice.random() < 0.6) for _ in range(dice.randint(3, 40))]
    data.append((float(dice.randint(1, 30)), True))
    steps = kaplan_meier(data)
    curve = ecdf(CensoredData([t for t, ended in data if ended], right=[t for t, ended in data if not ended])).sf
    with numpy.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # scipy warns where the curve is at 1 or 0
        bounds = curve.confidence_interval(method="log-log")
    for step in steps:
        assert step.survival == pytest.approx(float(curve.evaluate(step.time)), abs=1e-12)
        if step.survival:
            assert step.low == pytest.approx(float(bounds.low.evaluate(step.time)), abs=1e-9)
            assert step.high == pytest.approx(float(bounds.high.evaluate(step.time)), abs=1e-9)
    shuffled = dice.sample(data, len(data))
    assert repr(kaplan_meier(shuffled)) == repr(steps)


def test_without_censoring_the_estimate_is_the_share_that_is_left():
    steps = kaplan_meier([(t, True) for t in (1, 2, 2, 5)])
    assert [survival_at(steps, t) for t in (0, 1, 2, 4, 5)] == pytest.approx([1, 0.75, 0.25, 0.25, 0])


def test_one_event_bounds_no_median():
    assert median_time(kaplan_meier([(7, True)])) == (7, None, None)
    assert median_time(kaplan_meier([(7, False)])) == (None, None, None)
    assert kaplan_meier([]) == []


def spell(project, start, end, ended=True):
    return Spell(project, "o:home", start, end, ended)


def test_a_date_known_to_the_year_makes_a_range_and_the_median_moves_with_it():
    days = spell("p:a", ("2020-01-01", "2020-12-31"), ("2021-03-01", "2021-03-01"))
    assert days.days() == (60, 425)
    found = summary([days])
    assert (found["median_least"], found["median"], found["median_most"]) == (60, 243, 425)


def test_an_end_before_the_beginning_is_no_time_at_all():
    assert spell("p:a", ("2020-01-01", "2020-12-31"), ("2020-06-01", "2020-06-01")).days() == (0, 152)


def test_five_years_are_known_only_where_somebody_was_followed_so_long():
    young = [spell(f"p:{n}", ("2024-01-01",) * 2, ("2025-01-01",) * 2, n == 0) for n in range(4)]
    assert summary(young)["in_5_years"] is None
    assert (summary(young)["n"], summary(young)["events"], summary(young)["censored"]) == (4, 1, 3)
    old = [*young, spell("p:old", ("2015-01-01",) * 2, ("2025-01-01",) * 2, False)]
    assert summary(old)["in_5_years"] == 20
