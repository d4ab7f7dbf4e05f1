"""Before and after a gift: which periods count, what a difference is, and how rare, by hand and by enumeration."""

import math
import random
from itertools import permutations

import pytest

from kg.analysis.before_after import Point, change, compare, permutation_p, shifted, split

GIFT = ("2021-03-01", "2021-03-31")


def years(**values):
    """A yearly series: `years(y2020=10)`."""
    return [Point(f"{name[1:]}-01-01", f"{int(name[1:]) + 1}-01-01", float(value)) for name, value in values.items()]


def values(points):
    return [point.value for point in points]


def test_a_year_that_the_gift_lies_in_is_neither_before_nor_after():
    parts = split(years(y2019=1, y2020=2, y2021=3, y2022=4, y2023=5), GIFT, 24)
    assert (values(parts.before), values(parts.across), values(parts.after)) == ([2], [3], [4])
    wide = split(years(y2019=1, y2020=2, y2021=3, y2022=4, y2023=5), GIFT, 36)
    assert (values(wide.before), values(wide.after)) == ([1, 2], [4, 5])


def test_of_periods_that_overlap_the_first_counts():
    points = [*years(y2022=4), Point("2022-07-01", "2023-07-01", 9.0)]
    assert values(split(points, GIFT, 36).after) == [4]


def test_a_list_of_the_day_the_gift_may_have_been_is_across():
    lists = [Point(day, day, value) for value, day in enumerate(["2021-02-28", "2021-03-15", "2021-03-31", "2021-04-01"])]
    parts = split(lists, GIFT, 12)
    assert (values(parts.before), values(parts.across), values(parts.after)) == ([0], [1], [2, 3])


def test_months_end_where_the_calendar_ends_them():
    assert shifted("2021-01-31", 1) == "2021-02-28"
    assert shifted("2021-03-15", -15) == "2019-12-15"


def test_a_change_is_a_difference_of_means_or_of_mean_logarithms():
    assert change(years(y2019=2, y2020=4), years(y2022=9), logs=False) == 6
    assert change(years(y2020=10), years(y2022=20), logs=True) == pytest.approx(math.log(2))
    assert change(years(y2020=0), years(y2022=20), logs=True) is None
    assert change([], years(y2022=20), logs=False) is None


@pytest.mark.parametrize("seed", range(50))
def test_p_is_the_share_of_all_orders_of_the_units_in_which_the_first_stands_out_as_far(seed):
    dice = random.Random(seed)
    units = [dice.choice([0.0, 1.0, 2.5, -1.0, dice.random()]) for _ in range(dice.randint(2, 6))]

    def distance(order):
        return abs(order[0] - sum(order[1:]) / (len(order) - 1))

    every = [distance(order) for order in permutations(units)]
    wanted = sum(found >= distance(units) - 1e-12 for found in every) / len(every)
    assert permutation_p(units[0], units[1:]) == pytest.approx(wanted)
    assert permutation_p(units[0], dice.sample(units[1:], len(units) - 1)) == pytest.approx(wanted)


def test_p_is_never_below_one_in_all_units():
    assert permutation_p(100.0, [1.0, 2.0, 3.0]) == 0.25
    assert permutation_p(5.0, []) == 1


CONTROLS = {"p:b": years(y2020=10, y2021=10, y2022=10), "p:c": years(y2020=10, y2021=10, y2022=20), "p:d": years(y2020=10)}


def test_the_difference_is_the_change_less_that_of_controls_with_the_same_periods():
    told = compare(years(y2020=10, y2021=20, y2022=40), CONTROLS, GIFT, 24, logs=True)
    assert (told["baseline"], told["rest"]) == ("before", ["p:b", "p:c"])
    assert told["change"] == pytest.approx(math.log(4))
    assert told["difference"] == pytest.approx(math.log(4) - math.log(2) / 2)
    assert told["p"] == pytest.approx(2 / 3)  # of three, the lowest stands out as far as the highest when one is in the middle
    assert told["placebo"] is None


def test_without_a_period_before_the_gift_its_year_is_the_baseline_and_then_the_first_after():
    told = compare(years(y2021=20, y2022=40), CONTROLS, GIFT, 24, logs=False)
    assert (told["baseline"], told["change"], told["controls_change"]) == ("year of the gift", 20, 5)
    told = compare(years(y2022=40, y2023=10), {}, GIFT, 36, logs=False)
    assert (told["baseline"], told["change"], told["difference"], told["p"]) == ("first after", -30, None, None)
    assert compare(years(y2022=40), CONTROLS, GIFT, 24, logs=False) is None
    assert compare([], CONTROLS, GIFT, 24, logs=False) is None


def test_the_placebo_compares_periods_on_one_side_of_the_gift():
    flat = {"p:b": years(y2019=5, y2020=5, y2021=5, y2022=5)}
    told = compare(years(y2019=3, y2020=7, y2021=7, y2022=7), flat, GIFT, 36, logs=False)
    assert (told["placebo_in"], told["placebo"]) == ("before", 4)
    flat = {"p:b": years(y2021=5, y2022=5, y2023=5)}
    told = compare(years(y2021=3, y2022=7, y2023=8), flat, GIFT, 36, logs=False)
    assert (told["placebo_in"], told["placebo"]) == ("after", 1)
