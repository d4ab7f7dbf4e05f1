"""Concentration of counts, with bounds where part of them is nobody's known."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from kg.analysis.concentration import elephant_factor, elephant_factor_bounds, top_share_bounds

counts = st.lists(st.integers(0, 6), max_size=4)


def test_the_elephant_factor_is_the_fewest_that_make_half():
    # The two cases of the CHAOSS definition: eight that made an eighth each, and one of them with half of all.
    assert elephant_factor([1] * 8) == 4
    assert elephant_factor([7, *[1] * 7]) == 1
    assert elephant_factor([10, 0, 0]) == 1
    assert elephant_factor([]) == 0
    assert elephant_factor([3, 3, 3, 3], share=0.8) == 4


@given(counts, st.integers(0, 4))
def test_no_way_to_share_out_the_unknown_leaves_the_bounds(known, unknown):
    """All ways to give each of the unknown to a known holder or to one of its own, as far as a few can show it."""
    fewest, most = elephant_factor_bounds(known, unknown)
    least, greatest = top_share_bounds(known, unknown)
    total = sum(known) + unknown
    for choice in product(range(len(known) + unknown), repeat=unknown):
        shared = [*known, *[0] * unknown]
        for holder in choice:
            shared[holder] += 1
        assert fewest <= elephant_factor(shared) <= most
        if total:
            assert least - 1e-9 <= max(shared) / total <= greatest + 1e-9


@given(counts)
def test_bounds_meet_where_nothing_is_unknown(known):
    fewest, most = elephant_factor_bounds(known, 0)
    assert fewest == most == elephant_factor(known)
    least, greatest = top_share_bounds(known, 0)
    assert least == greatest
