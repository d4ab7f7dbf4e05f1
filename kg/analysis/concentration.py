"""How concentrated a count is among those it is counted for, with bounds where some of it is nobody's known."""

from __future__ import annotations

from collections.abc import Iterable


def elephant_factor(counts: Iterable[int], share: float = 0.5) -> int:
    """The fewest holders that together have at least `share` of the total; 0 where there is none.

    Formula: CHAOSS, "Elephant Factor", there of the commits of companies
    (https://github.com/chaoss/wg-risk/blob/main/focus-areas/business-risk/elephant-factor.md).

    >>> elephant_factor([50, 30, 20])
    1
    >>> elephant_factor([1, 1, 1, 1])
    2
    """
    ordered = sorted((n for n in counts if n > 0), reverse=True)
    total, reached = sum(ordered), 0
    for number, count in enumerate(ordered, 1):
        reached += count
        if reached >= share * total:
            return number
    return 0


def elephant_factor_bounds(counts: Iterable[int], unknown: int, share: float = 0.5) -> tuple[int, int]:
    """The least and the greatest elephant factor, whoever the `unknown` rest belongs to.

    Least where all of it is the largest holder's, or one holder's of its own; greatest where each is a holder's of its own.

    >>> elephant_factor_bounds([4, 3, 3], 0)
    (2, 2)
    >>> elephant_factor_bounds([4, 3, 3], 5)
    (1, 3)
    """
    known = sorted((n for n in counts if n > 0), reverse=True)
    if not unknown:
        return (exact := elephant_factor(known, share)), exact
    concentrated = [known[0] + unknown, *known[1:]] if known else [unknown]
    return elephant_factor(concentrated, share), elephant_factor([*known, *[1] * unknown], share)


def top_share_bounds(counts: Iterable[int], unknown: int) -> tuple[float, float]:
    """The least and the greatest share, 0 to 1, of the largest holder, whoever the `unknown` rest belongs to; 0 of nothing.

    >>> top_share_bounds([6, 2], 2)
    (0.6, 0.8)
    """
    known = [n for n in counts if n > 0]
    total = sum(known) + unknown
    if not total:
        return 0.0, 0.0
    top = max(known, default=0)
    return max(top, 1 if unknown else 0) / total, (top + unknown) / total
