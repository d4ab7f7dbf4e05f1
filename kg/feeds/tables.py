"""CSV files for the readers of this package: rows with their place, and a plain refusal of what is no such table."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

from kg.errors import FeedError


def header_of(path: Path) -> tuple[str, ...]:
    """The names in the first row of a table. Raises FeedError for a file that is empty or no text."""
    for _, row in _cells(path):
        return tuple(name.strip() for name in row)
    raise FeedError(f"{path}: the file is empty; fetch it again")


def table_rows(path: Path, columns: tuple[str, ...] | None = None) -> Iterator[tuple[str, Mapping[str, str] | list[str]]]:
    """The rows of a table, each with its place: a mapping from column to cell, or the bare cells where their number is wrong.

    `columns` are the names for a table without a header. Raises FeedError for a table without rows, and for one that ends in
    the middle of a row, as a download does that broke off.
    """
    names = columns or header_of(path)
    whole = _ends_with_a_line(path)
    rows = _cells(path)
    if not columns:
        next(rows)
    found = False
    ragged: tuple[str, list[str]] | None = None
    for line, row in rows:
        if not row:
            continue
        if ragged:
            yield ragged
            ragged = None
        found = True
        place = f"{path.name}: line {line}"
        if len(row) == len(names):
            yield place, dict(zip(names, row, strict=True))
        else:
            ragged = place, row
    if ragged and not whole:
        raise FeedError(f"{ragged[0]}: the file ends in the middle of a row; fetch {path} again")
    if ragged:
        yield ragged
    if not found:
        raise FeedError(f"{path}: the table has no rows; fetch it again")


def _cells(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The rows as lists of cells, each with the number of its last line."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows = csv.reader(lines, strict=True)
            for row in rows:
                yield rows.line_num, row
    except (csv.Error, UnicodeDecodeError) as error:
        raise FeedError(f"{path}: is no CSV table in UTF-8: {error}; fetch it again") from error


def _ends_with_a_line(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(0, 2)
        if not file.tell():
            return False
        file.seek(-1, 2)
        return file.read(1) == b"\n"
