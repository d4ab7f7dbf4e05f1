"""Rows to text: table for people; csv, tsv, json, jsonl, markdown and the W3C result formats for machines.

Machine formats carry whole values whether they go to a terminal or a pipe; only the table and Markdown shorten IRIs.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from kg.catalog import JOINT
from kg.store import Rows
from kg.terms import XSD, curie

if TYPE_CHECKING:
    from pyoxigraph import BlankNode, Literal, NamedNode, Triple
    from rich.console import Console

    from kg.catalog import NamedQuery

ROW_FORMATS = ("table", "json", "jsonl", "csv", "tsv", "markdown")
W3C_FORMATS = ("sparql-json", "sparql-xml", "sparql-csv", "sparql-tsv")
GRAPH_FORMATS = ("turtle", "nt", "jsonld", "rdfxml")

Cell = Any  # None, bool, int, float, str, or a list of str


def plain(term: NamedNode | BlankNode | Literal | Triple | None) -> Cell:
    """A term as a plain value: number, boolean or text; an IRI as its text; None where unbound."""
    if term is None:
        return None
    datatype = getattr(term, "datatype", None)
    if datatype is None:
        return getattr(term, "value", None) or str(term)
    text: str = term.value  # type: ignore[union-attr]
    kind = datatype.value
    if kind == XSD + "string" or not kind.startswith(XSD):
        return text
    return _number(kind[len(XSD) :], text)


def _number(kind: str, text: str) -> Cell:
    try:
        if kind == "boolean" and text in {"true", "1", "false", "0"}:
            return text in {"true", "1"}
        if kind in {"integer", "int", "long", "short", "nonNegativeInteger", "positiveInteger"}:
            return int(text)
        if kind in {"decimal", "double", "float"} and math.isfinite(number := float(text)):  # JSON knows no infinity
            return number
    except ValueError:
        pass
    return text


def records(rows: Rows, query: NamedQuery | None = None) -> list[dict[str, Cell]]:
    """One dict a row with plain values.

    Of a named query, `lists` become sorted lists of text, `pairs` are sorted in step, and an empty text is None: no engine has
    to keep an order inside a group (and one that is asked to takes its time), or to leave an empty group unbound.
    """
    out = [dict(zip(rows.columns, map(plain, row), strict=True)) for row in rows.rows]
    if query:
        for record in out:
            for column, value in record.items():
                if column in query.lists:
                    record[column] = sorted(str(value).split()) if value is not None else []
                elif value == "":
                    record[column] = None
            if query.pairs:
                _sort_in_step(record, query.pairs)
    return out


def _sort_in_step(record: dict[str, Cell], columns: Sequence[str]) -> None:
    """Sort the values joined by ` + ` in the columns by those of the first; empty ones become None."""
    parts = [str(record[column] or "").split(JOINT) for column in columns]
    if len({len(p) for p in parts}) == 1:
        ordered = sorted(zip(*parts, strict=True))
        for column, values in zip(columns, zip(*ordered, strict=True), strict=True):
            record[column] = JOINT.join(values) or None


def text_of(cell: Cell) -> str:
    """A cell as machine text: empty for None, lists joined by a space, true and false in lower case."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return " ".join(map(str, cell)) if isinstance(cell, list) else str(cell)


def render(
    columns: Sequence[str],
    rows: Iterable[dict[str, Cell]],
    format: str,
    *,
    width: int = 100,
    colour: bool = False,
    below: Sequence[str] = (),
) -> str:
    """The rows as text in one of ROW_FORMATS, ending in a newline; a machine format keeps its header where there are no rows.

    A table is fitted to `width`; the columns `below` stand under each row instead of in it.
    """
    listed = list(rows)
    match format:
        case "tsv":
            return "".join("\t".join(map(_tsv, cells)) + "\n" for cells in _lines(columns, listed))
        case "csv":
            return _csv(columns, listed)
        case "json":
            import json

            return json.dumps(listed, ensure_ascii=False, indent=2) + "\n"
        case "jsonl":
            import json

            return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in listed)
        case "markdown":
            return _markdown(columns, listed)
    return _table(columns, listed, width, colour, below)


def _lines(columns: Sequence[str], rows: list[dict[str, Cell]]) -> Iterable[list[str]]:
    yield list(columns)
    for row in rows:
        yield [text_of(row[c]) for c in columns]


def _one_line(text: str) -> str:
    if "\n" in text or "\r" in text:
        return text.replace("\r\n", " ").replace("\n", " ").replace("\r", " ")
    return text


def _tsv(text: str) -> str:
    return _one_line(text.replace("\t", " "))


def _csv(columns: Sequence[str], rows: list[dict[str, Cell]]) -> str:
    import csv
    import io

    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(_lines(columns, rows))
    return out.getvalue()


def _markdown(columns: Sequence[str], rows: list[dict[str, Cell]]) -> str:
    def cells(values: Iterable[str]) -> str:
        return "| " + " | ".join(_one_line(v).replace("\\", "\\\\").replace("|", "\\|") for v in values) + " |\n"

    body = (
        cells(curie(v) if v.startswith("http") and " " not in v else v for v in line)
        for line in list(_lines(columns, rows))[1:]
    )
    return cells(columns) + "|" + " --- |" * len(columns) + "\n" + "".join(body)


def _table(columns: Sequence[str], rows: list[dict[str, Cell]], width: int, colour: bool, below: Sequence[str]) -> str:
    """Aligned columns that fit the width; long cells wrap, and the values of the columns `below` stand under their row.

    Where they cannot fit without cutting dates, numbers and words, each row is a block of lines instead, one a column.
    """
    import io

    from rich.cells import cell_len
    from rich.console import Console
    from rich.text import Text

    heads = [c for c in columns if c not in below]
    cells = [[_short(row[c]) for c in heads] for row in rows]
    # A head may wrap, so only its longest word counts.
    natural = [max(map(cell_len, [*head.split("_"), *(line[i] for line in cells)])) for i, head in enumerate(heads)]
    # A date or a number is not to be cut, and of a word no less than a dozen letters is left together.
    words = [max((cell_len(w) for line in cells for w in line[i].split()), default=1) for i in range(len(heads))]
    fitted = _fit(natural, [min(n, max(w, 8), 12) for n, w in zip(natural, words, strict=True)], width)
    in_blocks = fitted is None
    labels = max(map(len, heads), default=0)
    widths = fitted or [labels, max(1, width - labels - 2)]
    numeric = [bool(rows) and all(isinstance(r[c], (int, float)) and not isinstance(r[c], bool) for r in rows) for c in heads]
    if in_blocks:
        numeric = [False, False]
    out = io.StringIO()
    console = Console(
        file=out,
        width=10_000,
        force_terminal=colour,
        no_color=not colour,
        color_system="standard" if colour else None,
        soft_wrap=True,
    )

    def put(line: list[str], style: str) -> None:
        for part in _wrapped(console, line, widths, numeric):
            console.print(Text(part, style=style), highlight=False)

    names = [h.replace("_", " ") for h in heads]
    if not in_blocks:
        put(names, "bold")
        console.print(Text("  ".join("─" * w for w in widths), style="dim"))
    for number, (row, line) in enumerate(zip(rows, cells, strict=True)):
        if in_blocks:
            if number:
                console.print()
            for name, cell in zip(names, line, strict=True):
                if cell:
                    put([name, cell], "")
        else:
            put(line, "")
        for column in below:
            values = row[column] if isinstance(row[column], list) else [text_of(row[column])]
            for value in values:
                if value:
                    console.print(Text(f"  {_short(value)}", style="dim"))
    return out.getvalue()


def _fit(natural: list[int], least: list[int], width: int) -> list[int] | None:
    """Column widths that sum to at most the width, the widest giving way first; None where some would fall below `least`."""
    widths = list(natural)
    while sum(widths) + 2 * (len(widths) - 1) > width:
        yielding = [i for i in range(len(widths)) if widths[i] > least[i]]
        if not yielding:
            return None
        widths[max(yielding, key=lambda i: widths[i])] -= 1
    return widths


def _wrapped(console: Console, line: list[str], widths: list[int], numeric: list[bool]) -> Iterable[str]:
    from itertools import zip_longest

    from rich.cells import cell_len
    from rich.text import Text

    parts = [
        [part.plain.rstrip() for part in Text(text).wrap(console, w)] or [""] for text, w in zip(line, widths, strict=True)
    ]
    for pieces in zip_longest(*parts, fillvalue=""):
        gaps = [" " * (w - cell_len(p)) for p, w in zip(pieces, widths, strict=True)]
        yield "  ".join(gap + p if n else p + gap for p, gap, n in zip(pieces, gaps, numeric, strict=True)).rstrip()


def _short(cell: Cell) -> str:
    """A cell for a terminal: IRIs shortened, and nothing in it that a terminal would act on."""
    text = "".join(c if c.isprintable() else " " for c in text_of(cell))
    return " ".join(curie(part) if part.startswith("http") else part for part in text.split(" ")) if "http" in text else text


def render_w3c(answer: Rows | bool, format: str) -> str:
    """A SELECT or ASK answer in a W3C result format: JSON, XML, or (SELECT only) CSV and TSV."""
    import pyoxigraph as ox

    formats = {
        "sparql-xml": ox.QueryResultsFormat.XML,
        "sparql-csv": ox.QueryResultsFormat.CSV,
        "sparql-tsv": ox.QueryResultsFormat.TSV,
    }
    if isinstance(answer, bool):
        text = "true" if answer else "false"
        if format == "sparql-json":
            return f'{{"head":{{}},"boolean":{text}}}\n'
        return (
            '<?xml version="1.0"?><sparql xmlns="http://www.w3.org/2005/sparql-results#">'
            f"<head/><boolean>{text}</boolean></sparql>\n"
            if format == "sparql-xml"
            else text + "\n"
        )
    import json

    # The engine writes results only of answers that it made or read: so it is given the JSON form to read.
    bindings = [{c: _w3c(cell) for c, cell in zip(answer.columns, row, strict=True) if cell is not None} for row in answer.rows]
    as_json = json.dumps({"head": {"vars": answer.columns}, "results": {"bindings": bindings}}, ensure_ascii=False)
    if format == "sparql-json":
        return as_json + "\n"
    written = ox.parse_query_results(as_json, format=ox.QueryResultsFormat.JSON).serialize(format=formats[format])
    assert written is not None
    return written.decode() + ("" if written.endswith(b"\n") else "\n")


def _w3c(term: NamedNode | BlankNode | Literal | Triple) -> dict[str, Any]:
    """A term in the W3C's JSON form."""
    import pyoxigraph as ox

    match term:
        case ox.NamedNode():
            return {"type": "uri", "value": term.value}
        case ox.BlankNode():
            return {"type": "bnode", "value": term.value}
        case ox.Literal():
            more = {"xml:lang": term.language} if term.language else {"datatype": term.datatype.value}
            return {"type": "literal", "value": term.value, **({} if more.get("datatype") == XSD + "string" else more)}
    parts = {"subject": term.subject, "predicate": term.predicate, "object": term.object}
    return {"type": "triple", "value": {name: _w3c(part) for name, part in parts.items()}}


def render_triples(triples: Iterable[Triple], format: str) -> str:
    """Triples as Turtle, N-Triples, RDF/XML (by the engine) or JSON-LD, sorted, with the known prefixes."""
    import pyoxigraph as ox

    from kg.terms import PREFIXES

    ordered = sorted(set(triples), key=str)
    formats = {
        "turtle": ox.RdfFormat.TURTLE,
        "nt": ox.RdfFormat.N_TRIPLES,
        "rdfxml": ox.RdfFormat.RDF_XML,
        "jsonld": ox.RdfFormat.JSON_LD,
    }
    used = {p: ns for p, ns in PREFIXES.items() if any(ns in str(triple) for triple in ordered)}
    written = ox.serialize(ordered, format=formats[format], prefixes=used if format != "nt" else None)
    assert written is not None
    return written.decode()
