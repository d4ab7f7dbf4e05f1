"""Facts read from a public file, in our own tidy form: a folder of tab-separated tables, one a kind of record.

    FOLDER/names.tsv            how the source writes each entity, and the key that joined it
    FOLDER/membership.tsv …     one table for each kind of event, relation or observation
    FOLDER/entities.tsv         entities that this reading made (only in what a user loads)

Each table opens with comment lines that name the source, revision, day and licence. The same records give the same bytes.
"""

from __future__ import annotations

import csv
import io
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import dropwhile
from pathlib import Path
from typing import TextIO

from kg.dates import PartialDate
from kg.errors import FeedError
from kg.records import (
    DATE_BASES,
    EVENTS,
    RELATIONS,
    VALUES,
    Entity,
    Event,
    Observation,
    Record,
    Relation,
    Source,
    Use,
    Value,
)

_INTERVAL = ("from", "until", "as_of")
_OBSERVATION = ("id", "project", "variable", "value", "by", *_INTERVAL)
_NAMES = ("id", "kind", "name", "key", "ids")
_ENTITIES = ("id", "kind", "name")
_TABLES = {"names", "entities", "observation", *(kind.casefold() for kind in (*EVENTS, *RELATIONS))}
_NEEDED = {"names": _NAMES[:4], "entities": _ENTITIES, "observation": _OBSERVATION[:4]}


def columns_of(kind: str) -> tuple[str, ...]:
    """The columns that a table of this kind may have; those that are empty throughout are left out."""
    if kind == "names":
        return _NAMES
    if kind == "entities":
        return _ENTITIES
    if kind == "observation":
        return _OBSERVATION
    name = next(k for k in (*EVENTS, *RELATIONS) if k.casefold() == kind)
    dates = DATE_BASES if name in EVENTS else _INTERVAL
    return ("id", *(EVENTS.get(name) or RELATIONS[name]), *dates, *VALUES, "reference")


def write_folder(folder: Path, source: Source, records: Iterable[Record]) -> dict[str, int]:
    """Write the records of one source as tables into a new folder; returns the number of rows of each.

    Rows are sorted on disk, so that memory does not grow with their number.
    """
    folder.mkdir(parents=True)
    sorter = folder / ".rows.db"
    rows = sqlite3.connect(sorter, isolation_level=None)
    try:
        rows.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; BEGIN")
        known: set[str] = set()
        for record in records:
            kind, cells = _row(record)
            if kind not in known:
                known.add(kind)
                names = ", ".join(f'"{name}" TEXT' for name in columns_of(kind))
                rows.execute(f'CREATE TABLE "{kind}" ({names})')
            rows.execute(f'INSERT INTO "{kind}" VALUES ({", ".join("?" * len(cells))})', cells)
        return {kind: _write_table(folder / f"{kind}.tsv", kind, rows, source) for kind in sorted(known)}
    finally:
        rows.close()
        sorter.unlink()


def _write_table(path: Path, kind: str, rows: sqlite3.Connection, source: Source) -> int:
    columns = columns_of(kind)
    longest = rows.execute("SELECT " + ", ".join(f'MAX(LENGTH("{name}"))' for name in columns) + f' FROM "{kind}"').fetchone()
    kept = [f'"{name}"' for name, length in zip(columns, longest, strict=True) if name == "id" or length]
    order = ", ".join(f'"{name}"' for name in columns)
    found = rows.execute(f'SELECT DISTINCT {", ".join(kept)} FROM "{kind}" ORDER BY {order}')
    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines(f"# {line}\n" for line in _header(source))
        write = _row_writer(file)
        write([name.strip('"') for name in kept])
        count = 0
        for row in found:
            write(row)
            count += 1
    return count


def _row_writer(file: TextIO) -> Callable[[Sequence[str]], object]:
    """What writes a row. A lone carriage return would end it, and csv quotes that only where it is told to quote all."""
    plain = csv.writer(file, delimiter="\t", lineterminator="\n")
    quoted = csv.writer(file, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_ALL)
    return lambda row: (quoted if "\r" in "".join(row) else plain).writerow(row)


def entities_table(entities: Iterable[Entity]) -> str:
    """The text of the table of entities that the shipped snapshots made."""
    out = io.StringIO()
    write = _row_writer(out)
    write(_ENTITIES)
    for row in sorted((e.id, e.kind, e.name) for e in entities):
        write(row)
    return out.getvalue()


def _header(source: Source) -> Iterator[str]:
    yield f"source: {source.title} ({source.publisher})"
    yield f"page: {source.url}"
    if source.revision:
        yield f"revision: {source.revision}"
    yield f"day: {source.published or source.read}"
    yield f"licence: {source.licence or 'NOASSERTION'}"


def _row(record: Record) -> tuple[str, tuple[str, ...]]:
    match record:
        case Use():
            ids = " ".join(f"{scheme}:{value}" for scheme, value in record.ids)
            return "names", (record.entity, record.kind, record.name, record.key, ids)
        case Entity():
            return "entities", (record.id, record.kind, record.name)
        case Observation():
            dates = (record.start, record.end, record.as_of)
            cells = (record.id, record.about, record.variable, str(record.value), record.by, *(str(d or "") for d in dates))
            return "observation", cells
        case Event() | Relation():
            return record.kind.casefold(), tuple(_cells(record))
    raise TypeError(f"{type(record).__name__} has no table")


def _cells(record: Event | Relation) -> Iterator[str]:
    yield record.id
    is_event = isinstance(record, Event)
    for name in (EVENTS if is_event else RELATIONS)[record.kind]:
        yield " ".join(target for link, target in record.links if link == name)
    if isinstance(record, Event):
        stated = dict(record.dates)
        yield from (str(stated.get(basis, "")) for basis in DATE_BASES)
    else:
        yield from (str(date or "") for date in (record.start, record.end, record.as_of))
    values = dict(record.values)
    yield from (str(values.get(name, "")) for name in VALUES)
    yield record.reference


def read_folder(folder: Path, source: str) -> Iterator[Record]:
    """The records of a folder: entities, names, then the rest. Raises FeedError naming file, line and column."""
    paths = sorted(folder.glob("*.tsv"), key=lambda p: ({"entities": 0, "names": 1}.get(p.stem, 2), p.stem))
    for path in paths:
        yield from read_table(path, source)


def read_table(path: Path, source: str) -> Iterator[Record]:
    """The records of one table. Raises FeedError naming file, line and what is wrong."""
    kind = path.stem
    if kind not in _TABLES:
        raise FeedError(f"{path}: no table of that name; there are {', '.join(sorted(_TABLES))}")
    with path.open(encoding="utf-8", newline="") as file:
        # The comments stand at the top; a line further down that looks like one is part of a cell.
        reader = csv.reader(dropwhile(lambda line: line.startswith("# "), file), delimiter="\t")
        header = next(reader, [])
        if wrong := _wrong_header(kind, header):
            raise FeedError(f"{path}: {wrong} of {', '.join(columns_of(kind))}")
        make = _maker(kind, header, source)
        for number, row in enumerate(reader, 1):
            try:
                yield make(row)
            except (ValueError, IndexError) as error:
                raise FeedError(f"{path}: row {number}: {error}") from error


def _wrong_header(kind: str, header: list[str]) -> str:
    """What keeps these from being the columns of a table, '' where nothing does."""
    columns = columns_of(kind)
    if unknown := sorted(set(header) - set(columns)):
        return f"columns {', '.join(unknown)} are none"
    if missing := [name for name in _NEEDED.get(kind, ("id",)) if name not in header]:
        return f"there is no column {missing[0]}"
    return "" if header == [name for name in columns if name in header] else "the columns stand in another order than those"


def _maker(kind: str, header: list[str], source: str) -> Callable[[list[str]], Record]:
    at = {name: n for n, name in enumerate(header)}
    dates: dict[str, PartialDate] = {}

    def date(row: list[str], name: str) -> PartialDate | None:
        n = at.get(name)
        text = row[n] if n is not None else ""
        if not text:
            return None
        if text not in dates:  # few days, many rows
            dates[text] = PartialDate(text)
        return dates[text]

    def cell(row: list[str], name: str) -> str:
        return row[at[name]] if name in at else ""

    if kind == "names":
        return lambda row: Use(row[0], row[1], row[2], row[3], _ids(cell(row, "ids")), source)
    if kind == "entities":
        return lambda row: Entity(row[0], row[1], row[2])
    if kind == "observation":
        return lambda row: Observation(
            row[0], source, row[1], row[2], _number(row[3]), date(row, "from"), date(row, "until"),
            as_of=date(row, "as_of"), by=cell(row, "by"),
        )  # fmt: skip
    name = next(k for k in (*EVENTS, *RELATIONS) if k.casefold() == kind)
    links = [link for link in (EVENTS.get(name) or RELATIONS[name]) if link in at]
    values = [value for value in VALUES if value in at]

    def pairs(row: list[str]) -> tuple[tuple[str, str], ...]:
        return tuple((link, target) for link in links for target in row[at[link]].split())

    def plain(row: list[str]) -> tuple[tuple[str, Value], ...]:
        found = ((value, row[at[value]]) for value in values)
        return tuple(
            (value, _number(text) if VALUES[value] in {"integer", "decimal"} else text) for value, text in found if text
        )

    if name in EVENTS:
        return lambda row: Event(
            row[0], name, source, pairs(row), tuple((b, d) for b in DATE_BASES if (d := date(row, b))), plain(row),
            cell(row, "reference"),
        )  # fmt: skip
    return lambda row: Relation(
        row[0], name, source, pairs(row), date(row, "from"), date(row, "until"), date(row, "as_of"), plain(row),
        cell(row, "reference"),
    )  # fmt: skip


def _ids(text: str) -> tuple[tuple[str, str], ...]:
    return tuple((scheme, value) for scheme, _, value in (part.partition(":") for part in text.split()))


def _number(text: str) -> int | float:
    return int(text) if re.fullmatch(r"-?\d+", text) else float(text)
