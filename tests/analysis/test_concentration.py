"""Concentration of counts, with bounds where part of them is nobody's known."""

import csv
import math
from collections import Counter
from fractions import Fraction
from itertools import combinations, product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.analysis.concentration import (
    Counts,
    bounds,
    effective_number,
    elephant_factor,
    elephant_factor_bounds,
    evenness,
    herfindahl,
    read_counts,
    shannon,
    top_share_bounds,
)
from kg.errors import KgError
from kg.terms import slug_of

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


# Published figures


# Foster 2024 (arXiv 2411.04739), commits by organization: OpenTofu over a year, Valkey over its first six months.
OPENTOFU = [328, 99, 47, 17, 15, 6, 6, 6, 6, 5, 5]
VALKEY = [149, 92, 76, 45, 39, 12, 8, 8, 7, 5]


@pytest.mark.parametrize(
    ("listed", "total", "factor", "index", "entropy"),
    [(OPENTOFU, 540, 1, 0.4126, 1.3215), (VALKEY, 441, 2, 0.2074, 1.8041)],
)
def test_the_tables_of_foster_give_the_published_figures(listed, total, factor, index, entropy):
    assert sum(listed) == total
    assert elephant_factor(listed) == factor
    assert herfindahl(listed) == pytest.approx(index, abs=5e-5)
    assert shannon(listed) == pytest.approx(entropy, abs=5e-5)


def test_the_two_versions_of_the_valkey_table_differ_in_the_third_digit():
    """The notebook counts twelve commits of Alibaba, the paper eight."""
    notebook = [*VALKEY[:6], 12, *VALKEY[7:]]
    assert sum(notebook) == 445
    assert herfindahl(notebook) == pytest.approx(0.2041, abs=5e-5)


def test_the_worked_examples_of_chaoss_give_the_published_figures():
    assert elephant_factor([12.5] * 8) == 4
    assert elephant_factor([50, 10, 10, 10, 10, 10]) == 1
    # The contributor absence factor is the same count, of people.
    assert elephant_factor([1000, 202, 90, 33, 332, 343, 42, 433]) == 2


MAINTAINERS = Path(__file__).resolve().parents[3] / "shared" / "data" / "cncf-maintainers"


@pytest.mark.skipif(not MAINTAINERS.is_dir(), reason="the lists themselves name people, and are not here")
@pytest.mark.parametrize(
    ("name", "groups", "of_one", "mostly_one"),
    [
        ("project-maintainers-2021.csv", 121, 31, 75),
        ("project-maintainers-2023.csv", 171, 38, 97),
        ("project-maintainers.csv", 230, 54, 134),
    ],
)
def test_the_lists_of_maintainers_give_the_figures_counted_from_them(name, groups, of_one, mostly_one):
    """Groups of three people and more, companies as spelt but for capitals: how many are of one company, and mostly of one."""
    people, project = {}, ""
    with (MAINTAINERS / name).open(encoding="utf-8-sig", newline="") as lines:
        for row in list(csv.reader(lines))[1:]:
            if len(row) > 3:
                project = row[1].strip() or project
                if row[2].strip():
                    people.setdefault(project, []).append(row[3].strip().casefold())
    counted = [Counter(companies) for companies in people.values() if len(companies) >= 3]
    tops = [top_share_bounds(count.values(), 0)[1] for count in counted]
    assert (len(counted), tops.count(1.0), sum(top > 0.5 for top in tops)) == (groups, of_one, mostly_one)


def test_the_elephant_factors_of_devstats_give_the_published_shares_by_the_levels_that_projects_had_that_day(built_graph):
    """Published for 2023-08-22: factor 1 in 7 of 22 graduated projects, 21 of 37 incubating, 62 of 104 in the sandbox.

    The table was made before KEDA's graduation of that very day. Of four of its projects, one with factor 1, no source of ours
    tells the level.
    """
    (table,) = Path(__file__).parent.glob("devstats-*.tsv")
    with table.open(encoding="utf-8") as lines:
        rows = csv.DictReader((line for line in lines if line[0] != "#"), delimiter="\t")
        factors = {row["group"]: int(row["factor"]) for row in rows}
    levels = {row["project_id"]: row["level"] for row in built_graph.run("levels", {"of": "cncf", "on": "2023-08-21"})}
    by_level = {}
    for group, factor in factors.items():
        if group != "CNCF":  # the foundation's own repositories
            project = slug_of(built_graph.resolve_iri("project", group))
            by_level.setdefault(levels.get(project), []).append(factor)
    assert {level: (found.count(1), len(found)) for level, found in by_level.items()} == {
        "graduated": (7, 22),
        "incubating": (21, 37),
        "sandbox": (61, 101),
        "archived": (2, 2),
        None: (1, 3),
    }


# Against the definitions, counted out


positive = st.lists(st.integers(1, 40), min_size=1, max_size=9)


@settings(max_examples=50, deadline=None)
@given(positive, st.integers(1, 100))
def test_the_elephant_factor_is_the_size_of_the_smallest_set_that_has_the_share(known, per_cent):
    sums = ((size, sum(some)) for size in range(1, len(known) + 1) for some in combinations(known, size))
    enough = next(size for size, total in sums if 100 * total >= per_cent * sum(known))
    assert elephant_factor(known, Fraction(per_cent, 100)) == enough


@settings(max_examples=50, deadline=None)
@given(positive, st.randoms())
def test_indices_are_their_formulas_exactly_whatever_the_order(known, dice):
    total = sum(known)
    index = sum(Fraction(n, total) ** 2 for n in known)
    assert herfindahl(known) == pytest.approx(float(index))
    assert effective_number(known) == pytest.approx(float(1 / index))
    # H = ln S - sum of x ln x / S, another way to write it.
    assert shannon(known) == pytest.approx(math.log(total) - sum(n * math.log(n) for n in known) / total, abs=1e-9)
    assert evenness([7] * len(known)) == (pytest.approx(1.0) if len(known) > 1 else None)
    other = dice.sample(known, len(known))
    for measured in (herfindahl, effective_number, shannon, elephant_factor, evenness):
        assert measured(other) == (None if measured(known) is None else pytest.approx(measured(known)))


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(1, 6), max_size=3), st.integers(0, 4))
def test_no_way_to_share_out_the_unknown_leaves_the_bounds_of_an_index(known, unknown):
    for choice in product(range(len(known) + unknown), repeat=unknown):
        shared = [*known, *[0] * unknown]
        for holder in choice:
            shared[holder] += 1
        for measured in (herfindahl, effective_number, shannon):
            least, most = bounds(measured, known, unknown)
            assert least - 1e-9 <= measured(shared) <= most + 1e-9


# Tables of one's own


def test_a_table_of_counts_is_read_by_subject_and_day_and_says_what_is_nobodys():
    lines = ("weaver,2024,Acme,3", "weaver,2024,,2", "weaver,2024,Unknown,1", "weaver,2025,Acme,1", "loom,,Bolt,4")
    text = "\n".join(["subject,day,holder,count", *lines, ""])
    assert read_counts("t.csv", text) == [
        Counts("loom", None, {"Bolt": 4}, 0),
        Counts("weaver", "2024", {"Acme": 3}, 3),
        Counts("weaver", "2025", {"Acme": 1}, 0),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name,count\nx,1\n", r"t\.csv: line 1: no column holder; write holder,count or subject,day,holder,count"),
        ("holder,count\nx,1\ny,many\n", r"t\.csv: line 3: count 'many' is no whole number"),
        ("holder,count\nx,-1\n", r"t\.csv: line 2: count '-1' is no whole number"),
        ("", r"t\.csv: line 1: no column count and holder"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused_by_line(text, said):
    with pytest.raises(KgError, match=said):
        read_counts("t.csv", text)
