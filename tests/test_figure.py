"""Figures: no label lies on another at forty items, in two widths; grey tells as much; the same chart, the same bytes."""

import re
import subprocess
import sys

import matplotlib as mpl
import numpy
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from kg import figure
from kg.analysis import Chart, Findings
from kg.errors import KgError, Misuse

FORTY = [f"Foundation of Open Things number {number}" for number in range(40)]
DIAGONAL = {name: [1000 * (one == other) or None for other in range(40)] for one, name in enumerate(FORTY)}
CHARTS = {
    "bars": Chart("bars", "Forty of them", "projects", FORTY, {"n": [1000 - n for n in range(40)]}, "Source: a test"),
    "matrix": Chart("matrix", "All by all", "projects", FORTY, DIAGONAL, "Source: a test"),
    "lines": Chart(
        "lines", "Over time", "projects", [str(1980 + n) for n in range(40)], {n: range(40) for n in FORTY[:8]}, "S"
    ),
    "days": Chart(
        "lines", "Days", "%", [f"20{n:02}-12-31" for n in range(40)], {n: [None, *range(39)] for n in FORTY[:3]}, "S"
    ),
    "chains": Chart(
        "chains",
        "From one to the other",
        "",
        [],
        {f"path {n}: 3 hops": ["Acme", "is a member of (2020-01-01)", FORTY[n], "gave", "Weaver"] for n in range(40)},
        "Source: a test",
    ),
}


def drawn(chart, width):
    with mpl.rc_context({"font.family": ["DejaVu Sans"], "font.size": 9}):
        made = figure._figure(chart, width)
        canvas = FigureCanvasAgg(made)
        canvas.draw()
    return made, canvas


@pytest.mark.parametrize("width", [7.0, 12.0])
@pytest.mark.parametrize("name", CHARTS)
def test_no_text_lies_on_another_and_none_leaves_the_page(name, width):
    made, canvas = drawn(CHARTS[name], width)
    renderer = canvas.get_renderer()
    page = made.bbox
    axis = (made.axes[0].xaxis, made.axes[0].yaxis)
    ticks = {label for one in axis for tick in (*one.majorTicks, *one.minorTicks) for label in (tick.label1, tick.label2)}
    # Ticks past the end of an axis are kept, but not drawn.
    drawn_axis = axis if made.axes[0].axison else ()
    in_view = {label for one in drawn_axis for tick in one._update_ticks() for label in (tick.label1, tick.label2)}
    boxes = [
        (text.get_text(), text.get_window_extent(renderer))
        for text in made.findobj(Text)
        if text.get_visible() and text.get_text().strip() and (text in in_view or text not in ticks)
    ]
    assert len(boxes) > 8
    for words, box in boxes:
        assert box.x0 >= page.x0 - 2, words
        assert box.x1 <= page.x1 + 2, words
        assert box.y0 >= page.y0 - 2, words
        assert box.y1 <= page.y1 + 2, words
    left, low, right, high = numpy.array([box.extents for _, box in boxes]).T
    wide = numpy.minimum.outer(right, right) - numpy.maximum.outer(left, left)
    tall = numpy.minimum.outer(high, high) - numpy.maximum.outer(low, low)
    over = numpy.argwhere(numpy.triu((wide > 1) & (tall > 1), 1))
    assert [(boxes[one][0], boxes[other][0]) for one, other in over] == []


@pytest.mark.parametrize("name", CHARTS)
def test_every_figure_has_its_title_its_unit_and_its_source(name):
    chart = CHARTS[name]
    words = "\n".join(text.get_text() for text in drawn(chart, 10.0)[0].findobj(Text))
    assert {chart.title, chart.unit, chart.source} <= {*words.split("\n"), ""}


def test_lines_differ_by_mark_or_dash_and_hues_by_lightness_where_neither_does():
    axes = drawn(CHARTS["lines"], 10.0)[0].axes[0]
    looks = [(line.get_marker(), line.get_linestyle()) for line in axes.lines]
    assert len(set(looks)) == len(looks) == 8


def findings(name="bars"):
    rows = [{"name": "Acme <b>", "sources": ["https://a.example/x?y=1&z=2"]}]
    return Findings(("name", "sources"), rows, remarks=["3 < 4"], chart=CHARTS[name])


@pytest.mark.parametrize("format", ["png", "svg", "html"])
def test_the_same_chart_gives_the_same_bytes(format):
    assert figure.draw(findings(), f"x.{format}") == figure.draw(findings(), f"x.{format}")


def test_a_page_has_figure_and_rows_and_asks_nothing_of_the_network():
    page = figure.draw(findings(), "x.HTML").decode()
    assert page.startswith("<!doctype html>")
    assert "<svg" in page
    assert "<td>Acme &lt;b&gt;</td>" in page
    assert '<a href="https://a.example/x?y=1&amp;z=2">' in page
    assert "<p>3 &lt; 4</p>" in page
    assert not re.search(r"<script|<link|@import|src=|url\(http", page)


def test_only_the_three_formats_are_drawn():
    for name in ("x.pdf", "x", "png"):
        with pytest.raises(Misuse, match=r"a figure is FILE\.png, FILE\.svg or FILE\.html"):
            figure.checked(name)
    with pytest.raises(KgError, match=r"these rows have no figure"):
        figure.draw(Findings((), []), "x.png")


def test_where_matplotlib_is_missing_the_extra_is_named():
    program = (
        "import sys; sys.modules['matplotlib'] = None\n"
        "import importlib.util as u; found = u.find_spec; u.find_spec = lambda n: None if n == 'matplotlib' else found(n)\n"
        "from kg import figure\nfrom kg.errors import KgError\n"
        "try: figure.checked('x.png')\nexcept KgError as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout == "--plot x.png: drawing needs matplotlib; pip install 'osgov-kg[plot]'\n", done.stderr
