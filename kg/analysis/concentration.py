"""How concentrated a count is among those it is counted for, with bounds where some of it is nobody's known."""

from __future__ import annotations

import csv
import io
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kg.analysis import Chart, Findings
from kg.errors import KgError, Misuse, NotFound

if TYPE_CHECKING:
    import networkx as nx

    from kg.network import Views

UNKNOWN = {"", "unknown", "(unknown)"}  # how a table says that it does not know whose a count is
COLUMNS = (
    *("subject", "subject_id", "day", "counted", "total", "unknown", "holders", "top", "top_id", "top_share", "top_share_most"),
    *("elephant_factor", "elephant_factor_most", "hhi", "hhi_most", "effective", "effective_most"),
    *("shannon", "shannon_most", "evenness", "sources"),
)


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


def herfindahl(counts: Iterable[float]) -> float:
    """The Herfindahl-Hirschman index, the sum of squared shares: 1 for a single holder, near 0 for many alike; 0 of nothing.

    >>> herfindahl([2, 1, 1])
    0.375
    """
    known = [n for n in counts if n > 0]
    total = sum(known)
    return sum((n / total) ** 2 for n in known) if total else 0.0


def effective_number(counts: Iterable[float]) -> float:
    """How many holders of equal shares would give the same index: 1/HHI; 0 of nothing.

    >>> effective_number([1, 1, 1, 1])
    4.0
    """
    index = herfindahl(counts)
    return 1 / index if index else 0.0


def shannon(counts: Iterable[float]) -> float:
    """Shannon's entropy of the shares in natural units (nats): 0 for a single holder, ln n for n alike.

    >>> shannon([5]), round(shannon([1, 1]), 4)
    (0.0, 0.6931)
    """
    known = [n for n in counts if n > 0]
    total = sum(known)
    return -sum(n / total * math.log(n / total) for n in known) + 0.0 if total else 0.0


def evenness(counts: Iterable[float]) -> float | None:
    """Pielou's evenness, the entropy over the largest that as many holders can have: 1 where all are alike; None below two.

    >>> round(evenness([3, 3, 3]), 9), evenness([7])
    (1.0, None)
    """
    known = [n for n in counts if n > 0]
    return shannon(known) / math.log(len(known)) if len(known) > 1 else None


def bounds(measured: Callable[[list[int]], float], counts: Iterable[int], unknown: int) -> tuple[float, float]:
    """The least and the greatest value of a measure that grows, or falls, with concentration, whoever the `unknown` belongs to.

    Every other way to share it out lies between all of it the largest holder's, and each a holder's of its own (majorization).

    >>> bounds(herfindahl, [2, 1], 1)
    (0.375, 0.625)
    """
    known = sorted((n for n in counts if n > 0), reverse=True)
    concentrated = [known[0] + unknown, *known[1:]] if known else [unknown]
    values = measured(concentrated), measured([*known, *[1] * unknown])
    return min(values), max(values)


@dataclass(frozen=True, slots=True)
class Counts:
    """What is counted of one subject on one day: how much for whom, and how much for nobody known."""

    subject: str
    day: str | None
    by: Mapping[str, int]
    unknown: int
    sources: tuple[str, ...] = ()


def read_counts(name: str, text: str) -> list[Counts]:
    """The counts of a CSV file: columns `holder` and `count`, and `subject` and `day` where there are several.

    A holder that is empty or `unknown` is nobody known. Raises KgError naming the line.
    """
    reader = csv.DictReader(io.StringIO(text))
    missing = {"holder", "count"} - set(reader.fieldnames or ())
    if missing:
        raise KgError(
            f"{name}: line 1: no column {' and '.join(sorted(missing))}; write holder,count or subject,day,holder,count"
        )
    found: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in reader:
        said = (row["count"] or "").strip()
        if not said.isdecimal():
            raise KgError(f"{name}: line {reader.line_num}: count {said!r} is no whole number")
        holder = (row["holder"] or "").strip()
        key = ((row.get("subject") or name).strip(), (row.get("day") or "").strip())
        found[key]["" if holder.casefold() in UNKNOWN else holder] += int(said)
    listed = []
    for (subject, day), by in sorted(found.items()):
        unknown = by.pop("", 0)
        listed.append(Counts(subject, day or None, dict(by), unknown))
    return listed


def employers_of(network: nx.Graph[str]) -> list[Counts]:
    """The maintainers of each project of the view `employers`, by employer; those without one are unknown."""
    listed = []
    for project, data in sorted(network.nodes(data=True)):
        if data["kind"] == "project":
            edges = [(other, edge) for other, edge in network.adj[project].items()]
            by = {other: int(edge["weight"]) for other, edge in edges}
            urls = tuple(sorted({url for _, edge in edges for url in edge["sources"]}))
            listed.append(Counts(project, network.graph["day"], by, data["unknown"], urls))
    return listed


def holders_of(network: nx.Graph[str]) -> list[Counts]:
    """The members, or the votes, of each foundation of the view `memberships` or `boards`, by organization."""
    by: dict[str, dict[str, int]] = defaultdict(dict)
    urls: dict[str, set[str]] = defaultdict(set)
    for one, other, edge in network.edges(data=True):
        holder, body = (one, other) if edge["by"] == one else (other, one)
        by[body][holder] = int(edge["weight"])
        urls[body].update(edge["sources"])
    return [Counts(body, network.graph["day"], by[body], 0, tuple(sorted(urls[body]))) for body in sorted(by)]


def row_of(counts: Counts, counted: str, label: Callable[[str], str], share: float = 0.5) -> dict[str, Any]:
    """One row: each figure at its least and, in `…_most`, its greatest; the two are equal where nothing is unknown."""
    known = list(counts.by.values())
    top = min(counts.by, key=lambda holder: (-counts.by[holder], holder), default=None)
    factor = elephant_factor_bounds(known, counts.unknown, share)
    top_share = top_share_bounds(known, counts.unknown)
    index, effective, entropy = (bounds(f, known, counts.unknown) for f in (herfindahl, effective_number, shannon))
    even = evenness(known)
    is_node = counts.subject.startswith(("o:", "p:"))
    return {
        "subject": label(counts.subject) if is_node else counts.subject,
        "subject_id": counts.subject[2:] if is_node else None,
        "day": counts.day,
        "counted": counted,
        "total": sum(known) + counts.unknown,
        "unknown": counts.unknown,
        "holders": sum(n > 0 for n in known),
        "top": (label(top) if is_node else top) if top else None,
        "top_id": top[2:] if top and is_node else None,
        "top_share": round(top_share[0], 4),
        "top_share_most": round(top_share[1], 4),
        "elephant_factor": factor[0],
        "elephant_factor_most": factor[1],
        "hhi": round(index[0], 4),
        "hhi_most": round(index[1], 4),
        "effective": round(effective[0], 4),
        "effective_most": round(effective[1], 4),
        "shannon": round(entropy[0], 4),
        "shannon_most": round(entropy[1], 4),
        "evenness": None if even is None else round(even, 4),
        "sources": list(counts.sources),
    }


COUNTED = {"employers": "maintainers", "memberships": "members", "boards": "votes"}


def measure(
    views: Views,
    *,
    name: str | None = None,
    by: str | None = None,
    counts: tuple[str, str] | None = None,
    share: int = 50,
    trend: bool = False,
) -> Findings:
    """A row a project, foundation or subject of the table; with `trend`, one a day."""
    from kg.network import INPUT_COLUMNS, inputs

    if share > 100:
        raise Misuse(f"--share {share}: a share of all is at most 100 per cent")
    if counts:
        if name or by:
            raise Misuse("--counts brings its own subjects; leave out the name and --by")
        found, counted, used = read_counts(*counts), "counts", []
        if not found:
            raise NotFound(f"{counts[0]}: there is nothing counted in it")
    else:
        who = views.resolve(name) if name else None
        view = by or ("memberships" if who and who.startswith("o:") else "employers")
        counted = COUNTED[view]
        days = views.days(view) if trend else [views.day]
        networks = [views.network(view, day) for day in days]
        read = employers_of if view == "employers" else holders_of
        found = [each for network in networks for each in read(network) if who in (None, each.subject)]
        found = [each for each in found if each.by or each.unknown]
        if not found:
            about = f"of {views.label(who)} " if who else ""
            raise NotFound(f"no {counted} {about}are counted" + (f" up to {views.day}" if views.day else "") + _hint(view, who))
        used = inputs(networks[-1])
        used = [row for row in used if who is None or who[2:] in (row["to_id"], row["from_id"])]
    rows = [row_of(each, counted, views.label, share / 100) for each in found]
    rows.sort(key=lambda row: (row["subject"].casefold(), row["subject_id"] or "", row["day"] or ""))
    unknown, total = sum(row["unknown"] for row in rows), sum(row["total"] for row in rows)
    part = f"{unknown} of {total} {counted} ({unknown / total:.1%}) belong to nobody known"
    shown = [
        *("subject", *(["day"] if trend else []), "total", "unknown", "top", "top_share", "top_share_most"),
        *("elephant_factor", "elephant_factor_most", "hhi", "hhi_most", "effective", "evenness"),
    ]
    # Where all is known the least is the most.
    shown = [column for column in shown if unknown or (column != "unknown" and not column.endswith("_most"))]
    remarks = [f"{part}: each figure is the least it can be, and in ..._most the most"] if unknown else []
    return Findings(COLUMNS, rows, shown, (), remarks, INPUT_COLUMNS, used, _chart(rows, counted, trend))


def _hint(view: str, who: str | None) -> str:
    if view == "employers":
        return "; the lists of maintainers are those of the CNCF"
    return "; `--by employers` counts the maintainers of projects" if who and who.startswith("p:") else ""


def _chart(rows: list[dict[str, Any]], counted: str, trend: bool) -> Chart:
    """Over time the figures of the first few subjects; else the share of the largest holder, of the largest subjects."""
    certain = not any(row["unknown"] for row in rows)
    if trend:
        days = sorted({row["day"] for row in rows if row["day"]})
        subjects = sorted({row["subject"] for row in rows})[:4]
        figures = {"top_share": "share of the largest", "hhi": "HHI"}
        if not certain:
            figures = {"top_share": "share of the largest, at least", "top_share_most": "at most", "hhi": "HHI, at least"}
        series: dict[str, list[float | None]] = {}
        for name in subjects:
            of_it = {row["day"]: row for row in rows if row["subject"] == name}
            for column, said in figures.items():
                line = f"{name}: {said}" if len(subjects) > 1 else said
                series[line] = [of_it[day][column] if day in of_it else None for day in days]
        title = f"Concentration of the {counted} of {', '.join(subjects)}"
        return Chart("lines", title, f"share of all {counted}, or index", days, series)
    top = sorted(rows, key=lambda row: (-row["total"], row["subject"]))[:40]
    return Chart(
        "bars",
        f"How much one has of the {counted}" + (f", of the {len(top)} with most" if len(rows) > len(top) else ""),
        f"share of the largest of all {counted}" + ("" if certain else ", at least"),
        [f"{row['subject']} ({row['top'] or 'nobody known'}, {row['total']})" for row in top],
        {"top_share": [row["top_share"] for row in top]},
    )
