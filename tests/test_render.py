"""Rows to text: each format keeps every value, and keeps to its own grammar."""

import csv
import io
import json
import string
from collections import Counter

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.catalog import NamedQuery
from kg.render import GRAPH_FORMATS, ROW_FORMATS, W3C_FORMATS, plain, records, render, render_triples, render_w3c
from kg.store import Rows
from kg.store.embedded import EmbeddedStore
from kg.terms import OSGOV, PROJECT, XSD

QUICK = settings(deadline=None, max_examples=80)

COLUMNS = ("project", "moves", "neutral", "share", "note", "sources")
ISTIO = {
    "project": PROJECT + "istio",
    "moves": 3,
    "neutral": True,
    "share": 0.5,
    "note": None,
    "sources": ["https://a.example/1", "https://b.example/2"],
}
AMBARI = {"project": PROJECT + "ambari", "moves": 12, "neutral": False, "share": 12.0, "note": 'a "b", c', "sources": []}


def xsd(text, datatype):
    return ox.Literal(text, datatype=ox.NamedNode(XSD + datatype))


# Plain values


@pytest.mark.parametrize(
    ("term", "value"),
    [
        (None, None),
        (ox.NamedNode(PROJECT + "istio"), PROJECT + "istio"),
        (ox.BlankNode("b"), "b"),
        (ox.Literal("text"), "text"),
        (ox.Literal(""), ""),
        (ox.Literal("texte", language="fr"), "texte"),
        (xsd("7", "integer"), 7),
        (xsd("007", "integer"), 7),
        (xsd("0.50", "decimal"), 0.5),
        (xsd("1e3", "double"), 1000.0),
        (xsd("true", "boolean"), True),
        (xsd("0", "boolean"), False),
        (xsd("2022-09", "gYearMonth"), "2022-09"),
        (xsd("2022", "gYear"), "2022"),
        (xsd("INF", "double"), "INF"),
        (xsd("NaN", "double"), "NaN"),
        (xsd("1e999", "double"), "1e999"),
        (xsd("seven", "integer"), "seven"),
        (xsd("maybe", "boolean"), "maybe"),
        (ox.Literal("9", datatype=ox.NamedNode(OSGOV + "code")), "9"),
    ],
)
def test_a_term_becomes_a_number_a_boolean_or_its_text(term, value):
    found = plain(term)
    assert (found, type(found)) == (value, type(value))


QUERY = NamedQuery("x", "?", "", (), lists=("links",), pairs=("id", "name"), shown=(), example="", text="")


def told(links="", id="", name=""):
    """The one record of a row of the query above."""
    (record,) = records(Rows(("links", "id", "name"), [tuple(map(ox.Literal, (links, id, name)))]), QUERY)
    return record


def test_columns_of_lists_become_sorted_lists():
    assert told(links="b a c")["links"] == ["a", "b", "c"]


def test_columns_that_belong_together_are_sorted_in_step():
    assert told(id="lyft + google + ibm", name="Lyft + Apple + IBM") == {
        "links": [],
        "id": "google + ibm + lyft",
        "name": "Apple + IBM + Lyft",
    }


def test_an_empty_group_is_an_empty_list_or_none_whether_an_engine_leaves_it_empty_or_unbound():
    unbound = records(Rows(("links", "id", "name"), [(None, None, None)]), QUERY)
    assert [told()] == unbound == [{"links": [], "id": None, "name": None}]


def test_an_empty_text_of_a_query_of_ones_own_stays_a_text():
    assert records(Rows(("x",), [(ox.Literal(""),)])) == [{"x": ""}]


# Formats for machines


def test_json_keeps_numbers_booleans_lists_and_nothing_as_such():
    assert json.loads(render(COLUMNS, [ISTIO, AMBARI], "json")) == [ISTIO, AMBARI]


def test_jsonl_has_one_object_a_line():
    lines = render(COLUMNS, [ISTIO, AMBARI], "jsonl").splitlines()
    assert [json.loads(line) for line in lines] == [ISTIO, AMBARI]


def test_tsv_has_a_header_plain_numbers_and_whole_addresses():
    assert render(COLUMNS, [ISTIO], "tsv") == (
        "project\tmoves\tneutral\tshare\tnote\tsources\n"
        f"{PROJECT}istio\t3\ttrue\t0.5\t\thttps://a.example/1 https://b.example/2\n"
    )


def test_csv_quotes_what_rfc_4180_quotes_and_ends_lines_its_way():
    assert render(COLUMNS, [AMBARI], "csv") == (
        f'project,moves,neutral,share,note,sources\r\n{PROJECT}ambari,12,false,12.0,"a ""b"", c",\r\n'
    )


def test_markdown_is_a_table_with_short_names():
    assert render(("project", "n"), [{"project": PROJECT + "istio", "n": 3}], "markdown") == (
        "| project | n |\n| --- | --- |\n| p:istio | 3 |\n"
    )


@pytest.mark.parametrize(
    ("format", "wanted"),
    [
        ("tsv", "a\tb\n"),
        ("csv", "a,b\r\n"),
        ("json", "[]\n"),
        ("jsonl", ""),
        ("markdown", "| a | b |\n| --- | --- |\n"),
        ("table", "a  b\n─  ─\n"),
    ],
)
def test_an_empty_answer_keeps_its_header(format, wanted):
    assert render(("a", "b"), [], format) == wanted


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20) | st.text('\t\n\r",;| \\a', max_size=8)
CELLS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS
TABLES = st.lists(st.fixed_dictionaries({"a": CELLS, "b": CELLS}), max_size=5)


def machine_text(cell):
    return "" if cell is None else str(cell).lower() if isinstance(cell, bool) else str(cell)


@QUICK
@given(TABLES)
def test_tsv_never_has_a_stray_tab_or_line_end(rows):
    text = render(("a", "b"), rows, "tsv")
    assert "\r" not in text
    assert text.count("\n") == len(rows) + 1
    assert text.endswith("\n")
    assert all(line.count("\t") == 1 for line in text.split("\n")[:-1])


@QUICK
@given(TABLES)
def test_csv_reads_back_to_the_same_cells(rows):
    read = list(csv.reader(io.StringIO(render(("a", "b"), rows, "csv"), newline="")))
    assert read == [["a", "b"], *([machine_text(row["a"]), machine_text(row["b"])] for row in rows)]


@QUICK
@given(TABLES)
def test_json_and_jsonl_read_back_to_the_same_rows(rows):
    assert json.loads(render(("a", "b"), rows, "json")) == rows
    assert [json.loads(line) for line in render(("a", "b"), rows, "jsonl").split("\n")[:-1]] == rows


@QUICK
@given(TABLES)
def test_markdown_cells_never_end_early(rows):
    """A bar ends a cell unless an odd number of backslashes stands before it, and so does the end of a line."""
    text = render(("a", "b"), rows, "markdown")
    assert "\r" not in text
    lines = text.split("\n")
    assert len(lines) == len(rows) + 3
    for line in lines[:-1]:
        assert line.replace("\\\\", "").replace("\\|", "").count("|") == 3


# Tables for people

WORDS = st.text(string.ascii_letters + string.digits + " -./:é–\t\n", max_size=120)


@QUICK
@given(
    width=st.integers(40, 200),
    rows=st.lists(st.fixed_dictionaries({c: WORDS | st.integers(0, 10**6) for c in ("a", "b", "c", "d")}), max_size=4),
)
def test_a_table_fits_its_width(width, rows):
    assert all(len(line) <= width for line in render(("a", "b", "c", "d"), rows, "table", width=width).split("\n"))


@QUICK
@given(width=st.integers(40, 200), rows=st.lists(st.fixed_dictionaries({"a": WORDS, "b": WORDS}), max_size=4))
def test_a_table_loses_no_letter(width, rows):
    shown = Counter(render(("a", "b"), rows, "table", width=width))
    shown.subtract("".join("".join(str(cell).split()) for row in rows for cell in row.values()))
    assert min(shown.values()) >= 0


def test_a_table_shortens_known_addresses_and_aligns_numbers_right():
    rows = [{"project": PROJECT + name, "number_of": n} for name, n in (("istio", 3), ("ambari", 12))]
    assert render(("project", "number_of"), rows, "table").split("\n") == [
        "project   number",
        "              of",
        "────────  ──────",
        "p:istio        3",
        "p:ambari      12",
        "",
    ]


def test_a_table_wraps_a_long_cell_under_itself():
    rows = [{"name": "one two three four five six seven", "n": "x"}]
    assert render(("name", "n"), rows, "table", width=20).split("\n")[2:] == [
        "one two three      x",
        "four five six",
        "seven",
        "",
    ]


def test_rows_too_wide_for_columns_become_blocks_of_lines():
    rows = [
        {"name": "Kubernetes", "seen": "2026-08-07", "long_word": "six " * 9},
        {"name": "Dapr", "seen": None, "long_word": None},
    ]
    assert render(("name", "seen", "long_word"), rows, "table", width=25).split("\n") == [
        "name       Kubernetes",
        "seen       2026-08-07",
        "long word  six six six",
        "           six six six",
        "           six six six",
        "",
        "name       Dapr",
        "",
    ]


def test_a_date_is_not_cut_to_make_room():
    rows = [{"a": "2026-08-07", "b": "several words that wrap", "c": "2024-02-13"}]
    assert render(("a", "b", "c"), rows, "table", width=40).split("\n")[2:4] == [
        "2026-08-07  several words     2024-02-13",
        "            that wrap",
    ]


def test_columns_below_stand_whole_under_their_row():
    link = "https://example.org/" + "long/" * 30
    rows = [{"name": "Istio", "sources": [link]}, {"name": "Dapr", "sources": []}]
    text = render(("name", "sources"), rows, "table", width=40, below=("sources",))
    assert text.split("\n") == ["name", "─────", "Istio", f"  {link}", "Dapr", ""]


def test_colour_is_used_only_where_it_is_asked_for():
    rows = [{"name": "Istio"}]
    assert "\x1b[" in render(("name",), rows, "table", colour=True)
    assert all("\x1b" not in render(("name",), rows, format) for format in ROW_FORMATS)


def test_what_looks_like_markup_is_text():
    assert "[bold]x[/bold]" in render(("name",), [{"name": "[bold]x[/bold]"}], "table")


# The W3C's formats

TERMS = {
    "iri": ox.NamedNode(PROJECT + "istio"),
    "blank": ox.BlankNode("b1"),
    "text": ox.Literal('a "quoted" \\ text,\twith\nlines & <tags>'),
    "french": ox.Literal("été", language="fr"),
    "integer": xsd("7", "integer"),
    "month": xsd("2022-09", "gYearMonth"),
    "unbound": None,
}


def read_back(text, format):
    formats = {"sparql-json": "JSON", "sparql-xml": "XML", "sparql-tsv": "TSV"}
    return ox.parse_query_results(text, format=getattr(ox.QueryResultsFormat, formats[format]))


@pytest.mark.parametrize("format", ["sparql-json", "sparql-xml", "sparql-tsv"])
def test_w3c_rows_parse_back_to_the_same_terms(format):
    solutions = read_back(render_w3c(Rows(tuple(TERMS), [tuple(TERMS.values())]), format), format)
    assert [v.value for v in solutions.variables] == list(TERMS)
    (row,) = [list(solution) for solution in solutions]
    blank = list(TERMS).index("blank")  # a reader names blank nodes anew
    assert isinstance(row[blank], ox.BlankNode)
    assert [t for n, t in enumerate(row) if n != blank] == [t for n, t in enumerate(TERMS.values()) if n != blank]


def test_w3c_csv_has_plain_values():
    text = render_w3c(
        Rows(("n", "x"), [(xsd("7", "integer"), ox.Literal('a "b"')), (None, ox.NamedNode(PROJECT + "x"))]), "sparql-csv"
    )
    assert list(csv.reader(io.StringIO(text, newline=""))) == [["n", "x"], ["7", 'a "b"'], ["", PROJECT + "x"]]


@pytest.mark.parametrize("format", ["sparql-json", "sparql-xml"])
@pytest.mark.parametrize("answer", [True, False])
def test_w3c_booleans_parse_back(format, answer):
    assert bool(read_back(render_w3c(answer, format), format)) is answer


@pytest.mark.parametrize("format", W3C_FORMATS)
@pytest.mark.parametrize("query", ["SELECT * {}", "SELECT ?x { FILTER(false) }", "SELECT (BNODE() AS ?x) {}"])
def test_w3c_formats_take_answers_without_columns_without_rows_and_with_blank_nodes(format, query):
    answer = EmbeddedStore.in_memory().query(query)
    text = render_w3c(answer, format)
    assert text.endswith("\n")
    if format in {"sparql-json", "sparql-xml"}:
        assert len(list(read_back(text, format))) == len(answer.rows)


LITERALS = TEXTS.map(ox.Literal)


@QUICK
@given(
    st.lists(st.tuples(LITERALS, LITERALS | st.just(ox.NamedNode(PROJECT + "x")) | st.integers().map(ox.Literal)), max_size=4)
)
def test_w3c_json_and_tsv_hold_any_text(rows):
    for format in ("sparql-json", "sparql-tsv"):
        read = read_back(render_w3c(Rows(("a", "b"), rows), format), format)
        assert [tuple(solution) for solution in read] == rows


# Graphs

TRIPLES = [
    ox.Triple(ox.NamedNode(PROJECT + name), ox.NamedNode(OSGOV + "boardSize"), ox.Literal(n))
    for name, n in (("b", 2), ("a", 1), ("a", 1))
]
RDF = {
    "turtle": ox.RdfFormat.TURTLE,
    "nt": ox.RdfFormat.N_TRIPLES,
    "rdfxml": ox.RdfFormat.RDF_XML,
    "jsonld": ox.RdfFormat.JSON_LD,
}


@pytest.mark.parametrize("format", GRAPH_FORMATS)
def test_a_graph_parses_back_to_the_same_triples(format):
    read = {quad.triple for quad in ox.parse(render_triples(TRIPLES, format).encode(), format=RDF[format])}
    assert read == set(TRIPLES)


@pytest.mark.parametrize("format", GRAPH_FORMATS)
def test_a_graph_is_the_same_text_in_whatever_order_its_triples_come(format):
    assert render_triples(TRIPLES, format) == render_triples(reversed(TRIPLES), format)


def test_turtle_names_only_the_prefixes_it_uses():
    triple = ox.Triple(ox.NamedNode(PROJECT + "a"), ox.NamedNode(OSGOV + "formerName"), ox.Literal("A"))
    assert render_triples([triple], "turtle") == (
        f'@prefix p: <{PROJECT}> .\n@prefix osgov: <{OSGOV}> .\np:a osgov:formerName "A" .\n'
    )
