"""A picture as a pair of tables, edges and nodes: CSV for Gephi and Cosmograph, Parquet for DuckDB, Spark and GraphFrames."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from importlib import import_module
from itertools import islice
from typing import IO, Any

from kg.errors import KgError
from kg.export.picture import Columns, Edge, Node, Picture

_ROWS = 50_000  # rows of a group in Parquet: what is in memory at a time


def gephi_nodes(picture: Picture, out: IO[bytes]) -> None:
    """The nodes under the headers that Gephi's import of spreadsheets expects: Id, Label, then the columns."""
    _csv(
        out,
        ["Id", "Label", *picture.node_columns],
        ([n.id, n.label, *_cells(n, picture.node_columns)] for n in picture.nodes()),
    )


def gephi_edges(picture: Picture, out: IO[bytes]) -> None:
    """The edges, likewise: Source, Target, Type, Id, Label, Weight, then the columns."""
    columns = picture.edge_columns
    rows = ([e.source, e.target, "Directed", e.id, e.label, e.weight, *_cells(e, columns)] for e in picture.edges())
    _csv(out, ["Source", "Target", "Type", "Id", "Label", "Weight", *columns], rows)


def cosmograph_nodes(picture: Picture, out: IO[bytes]) -> None:
    """The metadata file of Cosmograph: id, label, colour and size of each node, and its columns."""
    columns = picture.node_columns
    rows = ([n.id, n.label, n.colour, n.size, *_cells(n, columns)] for n in picture.nodes())
    _csv(out, ["id", "label", "color", "size", *columns], rows)


def cosmograph_edges(picture: Picture, out: IO[bytes]) -> None:
    """The data file of Cosmograph: source, target, time (the day it begins), label, weight, and the columns."""
    columns = picture.edge_columns
    rows = ([e.source, e.target, e.start, e.label, e.weight, *_cells(e, columns)] for e in picture.edges())
    _csv(out, ["source", "target", "time", "label", "weight", *columns], rows)


def parquet_nodes(picture: Picture, out: IO[bytes]) -> None:
    """The nodes by `id`, with label, kind and days. Raises KgError where pyarrow is not installed."""
    columns = {"id": "string", "label": "string", "start": "day", "end": "day", **picture.node_columns}
    _parquet(out, columns, picture, ({"id": n.id, **_said(n)} for n in picture.nodes()))


def parquet_edges(picture: Picture, out: IO[bytes]) -> None:
    """The edges by `id`, from `src` to `dst`, as GraphFrames names them. Raises KgError where pyarrow is not installed."""
    columns = {
        "id": "string",
        "src": "string",
        "dst": "string",
        "label": "string",
        "weight": "double",
        "start": "day",
        "end": "day",
    }
    rows = ({"id": e.id, "src": e.source, "dst": e.target, "weight": e.weight, **_said(e)} for e in picture.edges())
    _parquet(out, {**columns, **picture.edge_columns}, picture, rows)


def _parquet(out: IO[bytes], columns: Columns, picture: Picture, rows: Iterator[dict[str, Any]]) -> None:
    """Write rows, some at a time; days are dates, or years as numbers, and none where open."""
    try:
        pa: Any = import_module("pyarrow")  # its names are no exports to a checker of types
        pq: Any = import_module("pyarrow.parquet")
    except ImportError as error:
        raise KgError("writing Parquet takes pyarrow, which is not installed: pip install 'osgov-kg[parquet]'") from error
    day = pa.int64() if picture.years else pa.date32()
    types = {"string": pa.string(), "integer": pa.int64(), "double": pa.float64(), "day": day}
    schema = pa.schema([(name, types[type_]) for name, type_ in columns.items()])
    with pq.ParquetWriter(out, schema, compression="zstd") as writer:
        while chunk := list(islice(rows, _ROWS)):
            arrays = []
            for name, type_ in columns.items():
                cells = [row.get(name) for row in chunk]
                text = pa.array([cell or None for cell in cells], pa.string()) if type_ == "day" else None
                arrays.append(pa.array(cells, types[type_]) if text is None else text.cast(day))
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))


def _said(what: Node | Edge) -> dict[str, Any]:
    return {"label": what.label, "start": what.start, "end": what.end, **what.values}


def _cells(what: Node | Edge, columns: Columns) -> list[Any]:
    return [what.values.get(name, "") for name in columns]


def _csv(out: IO[bytes], header: list[str], rows: Iterable[list[Any]]) -> None:
    text = io.TextIOWrapper(out, encoding="utf-8", newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(rows)
    text.flush()
    text.detach()
