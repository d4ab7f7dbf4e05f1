"""Charts as PNG, SVG, or an HTML page that needs nothing beside itself; the same chart gives the same bytes.

Told apart by shape and lightness as well as by hue, so that grey print loses nothing; as large as the labels need.
"""

from __future__ import annotations

import html
import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg.errors import KgError, Misuse
from kg.render import text_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from kg.analysis import Chart, Findings

FORMATS = ("png", "svg", "html")
WIDTH = 10.0  # inches
_LINE = 0.27  # inches a label of 9 points takes, with air
_MARKS = "os^Dv<>pX*"
_DASHES = ("-", "--", "-.", ":")
_HUES = ("#0b3c5d", "#d95f02", "#1b9e77", "#7570b3", "#a6761d", "#666666", "#e7298a", "#66a61e")


def checked(name: str) -> str:
    """The format that a file name asks for. Raises Misuse for another, KgError where matplotlib is not installed."""
    from importlib.util import find_spec

    format = Path(name).suffix.removeprefix(".").lower()
    if format not in FORMATS:
        raise Misuse(f"--plot {name}: a figure is FILE.png, FILE.svg or FILE.html")
    if find_spec("matplotlib") is None:
        raise KgError(f"--plot {name}: drawing needs matplotlib; pip install 'osgov-kg[plot]'")
    return format


def draw(findings: Findings, name: str, *, width: float = WIDTH, dpi: int = 150) -> bytes:
    """The chart of the findings in the format that the file name asks for; an HTML page has the rows below the figure.

    Raises KgError where the findings have no chart.
    """
    format, chart = checked(name), findings.chart
    if chart is None:
        raise KgError(f"--plot {name}: these rows have no figure")
    if format == "png":
        return _saved(chart, "png", width, dpi)
    drawn = _saved(chart, "svg", width, dpi)
    return drawn if format == "svg" else _page(chart, findings, drawn.decode()).encode()


def _saved(chart: Chart, format: str, width: float, dpi: int) -> bytes:
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    plain: Any = {
        "svg.hashsalt": "osgov-kg",
        "svg.fonttype": "path",  # the figure looks alike wherever it is opened, whatever fonts are there
        "font.family": ["DejaVu Sans"],
        "font.size": 9,
        "axes.spines.top": False,
        "axes.spines.right": False,
    }
    out = io.BytesIO()
    with mpl.rc_context(plain):
        figure = _figure(chart, width)
        FigureCanvasAgg(figure)
        metadata = {"Date": None} if format == "svg" else {"Software": None}
        figure.savefig(out, format=format, dpi=dpi, metadata=metadata)
    return out.getvalue()


def _figure(chart: Chart, width: float) -> Figure:
    from matplotlib.figure import Figure

    height = {"bars": _bars_height, "matrix": _matrix_height, "lines": _lines_height, "chains": _chains_height}[chart.kind]
    figure = Figure(figsize=(width, height(chart)), layout="constrained")
    axes = figure.add_subplot()
    {"bars": _bars, "matrix": _matrix, "lines": _lines, "chains": _chains}[chart.kind](axes, chart)
    letters = int(width * 10)
    figure.suptitle(_folded(chart.title, letters), x=0.01, ha="left", fontsize=12, fontweight="bold")
    if chart.source:
        figure.supxlabel(_folded(chart.source, int(width * 15)), x=0.01, ha="left", fontsize=7, color="#444444")
    return figure


def _folded(text: str, letters: int) -> str:
    import textwrap

    return "\n".join(textwrap.wrap(text, letters)) or text


def _cut(text: str, letters: int = 42) -> str:
    return text if len(text) <= letters else text[: letters - 1].rstrip() + "…"


def _bars_height(chart: Chart) -> float:
    return 1.6 + _LINE * len(chart.labels)


def _bars(axes: Axes, chart: Chart) -> None:
    """One bar an item, the first on top, each with its figure at its end; of three series the outer two are bounds."""
    values = [value or 0 for value in next(iter(chart.series.values()))]
    places = range(len(chart.labels))
    axes.barh(places, values, color=_HUES[0], height=0.66)
    for place, value in zip(places, values, strict=True):
        axes.annotate(_number(value), (value, place), xytext=(3, 0), textcoords="offset points", va="center", fontsize=8)
    axes.set_yticks(list(places), [_cut(label) for label in chart.labels])
    axes.invert_yaxis()
    axes.margins(x=0.1, y=0.01)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel(chart.unit)
    axes.grid(axis="x", color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)


def _matrix_height(chart: Chart) -> float:
    return 2.0 + 0.085 * min(42, max(map(len, chart.labels), default=0)) + _LINE * len(chart.series)


def _matrix(axes: Axes, chart: Chart) -> None:
    """A cell a pair, darker for more, with its figure in it; empty cells are empty."""
    import numpy
    from matplotlib.colors import PowerNorm

    table = numpy.array([[numpy.nan if v is None else v for v in row] for row in chart.series.values()], dtype=float)
    top = float(numpy.nanmax(table)) if table.size and not numpy.isnan(table).all() else 1.0
    shades = PowerNorm(0.5, vmin=0, vmax=top)
    axes.imshow(table, cmap="Blues", norm=shades, aspect="auto")
    small = 8 if len(chart.labels) <= 24 else 6
    for i, row in enumerate(table):
        for j, value in enumerate(row):
            if not numpy.isnan(value):
                ink = "white" if shades(value) > 0.6 else "black"
                axes.text(j, i, _number(float(value)), ha="center", va="center", fontsize=small, color=ink)
    axes.set_xticks(range(len(chart.labels)), [_cut(label) for label in chart.labels], rotation=90, fontsize=8)
    axes.set_yticks(range(len(chart.series)), [_cut(label) for label in chart.series], fontsize=8)
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.set_xticks([x - 0.5 for x in range(1, len(chart.labels))], minor=True)
    axes.set_yticks([y - 0.5 for y in range(1, len(chart.series))], minor=True)
    axes.grid(which="minor", color="#e5e5e5", linewidth=0.5)
    axes.tick_params(which="minor", length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.set_xlabel(chart.unit)


def _lines_height(chart: Chart) -> float:
    return 4.6 + 0.2 * ((len(chart.series) + 1) // 2)


def _lines(axes: Axes, chart: Chart) -> None:
    """A line a series over the labels, told apart by mark and dash; a gap where there is no figure."""
    places = list(range(len(chart.labels)))
    for number, (label, values) in enumerate(chart.series.items()):
        axes.plot(
            places,
            [float("nan") if value is None else value for value in values],
            label=_cut(label),
            color=_HUES[number % len(_HUES)],
            marker=_MARKS[number % len(_MARKS)],
            linestyle=_DASHES[number // 2 % len(_DASHES)],
            markersize=5,
            linewidth=1.4,
        )
    every = -(-len(places) // 20)
    axes.set_xticks(places[::every], list(chart.labels)[::every], rotation=90 if len(places) > 6 else 0)
    axes.set_ylabel(chart.unit)
    axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0]))
    axes.grid(axis="y", color="#dddddd", linewidth=0.6)
    # Above the axes: below them it would lie over the line that names the source.
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False, fontsize=8)


def _chains_height(chart: Chart) -> float:
    return 1.4 + 0.95 * len(chart.series)


def _chains(axes: Axes, chart: Chart) -> None:
    """A row a series, its words in boxes from left to right: a thing, what ties it to the next, the next, and so on."""
    rows: list[Sequence[Any]] = list(chart.series.values())
    longest = max(map(len, rows), default=1)
    for number, (name, words) in enumerate(zip(chart.series, rows, strict=True)):
        axes.text(0, -number + 0.36, _cut(name, 90), fontsize=8, color="#444444", transform=axes.transData)
        for place, word in enumerate(words):
            is_tie = place % 2
            style = {"boxstyle": "round,pad=0.3", "facecolor": "white", "edgecolor": "none" if is_tie else _HUES[0]}
            axes.text(
                (place + 0.5) / longest,
                -number,
                _folded(str(word), max(10, 84 // longest)) + (" →" if is_tie else ""),
                ha="center",
                va="center",
                fontsize=7 if is_tie else 8,
                bbox=style,
            )
    axes.set_xlim(0, 1)
    axes.set_ylim(-len(rows) + 0.4, 0.6)
    axes.set_axis_off()


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:.2g}" if abs(value) < 0.1 else f"{value:,.2f}"


def _page(chart: Chart, findings: Findings, svg: str) -> str:
    """The figure and the rows as one page without a script, a font or a style from anywhere else."""
    columns = list(findings.columns)
    head = "".join(f"<th>{html.escape(column.replace('_', ' '))}</th>" for column in columns)
    body = "\n".join(
        "<tr>" + "".join(f"<td>{_cell(row[column])}</td>" for column in columns) + "</tr>" for row in findings.rows
    )
    remarks = "".join(f"<p>{html.escape(remark)}</p>" for remark in findings.remarks)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<title>{html.escape(chart.title)}</title>\n<style>body{{font:15px/1.45 sans-serif;margin:2em;color:#222}}"
        "svg{max-width:100%;height:auto}table{border-collapse:collapse;font-size:13px;margin-top:1em}"
        "th,td{border-bottom:1px solid #ccc;padding:.25em .6em;text-align:left;vertical-align:top;overflow-wrap:anywhere}"
        "</style></head>\n<body>\n"
        f'<figure role="img" aria-label="{html.escape(chart.title)}">{svg[svg.index("<svg") :]}</figure>\n{remarks}'
        f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table>\n</body></html>\n"
    )


def _cell(value: Any) -> str:
    """A cell, its addresses as links."""
    words = [html.escape(word) for word in text_of(value).split(" ")]
    return " ".join(f'<a href="{word}">{word}</a>' if word.startswith(("http://", "https://")) else word for word in words)
