"""Tables of rows as one SQLite file that Datasette opens well: keys between them, search by name, lists as JSON arrays."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

ENTITIES = ("projects", "organizations")  # the tables that others refer to, by `id`, and whose names are searched


class Rows(NamedTuple):
    """The rows of one table: records with the same columns; a value is None, a number, text or a list of texts."""

    name: str
    columns: Sequence[str]
    records: Sequence[Mapping[str, Any]]


def write(path: Path, tables: Iterable[Rows]) -> None:
    """Write the tables, which must include `ENTITIES`, into a new file; the same rows give the same bytes.

    A column named `…_id` refers to the table of entities in which all its values are.
    """
    tables = list(tables)
    ids = {rows.name: {record["id"] for record in rows.records} for rows in tables if rows.name in ENTITIES}
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("PRAGMA page_size = 4096")
        connection.execute("BEGIN")
        for rows in sorted(tables, key=lambda rows: (rows.name not in ENTITIES, rows.name)):
            _write_table(connection, rows, ids)
        connection.execute("COMMIT")
        connection.execute("VACUUM")
    finally:
        connection.close()


def _write_table(connection: sqlite3.Connection, rows: Rows, ids: Mapping[str, set[Any]]) -> None:
    table, parts, keys = _quoted(rows.name), [], []
    for column in rows.columns:
        values = {value for record in rows.records if not isinstance(value := record[column], list)} - {None}
        key = " PRIMARY KEY" if rows.name in ENTITIES and column == "id" else ""
        parts.append(f"{_quoted(column)} {_affinity(values)}{key}")
        referred = next((name for name in ENTITIES if column.endswith("_id") and values and values <= ids[name]), None)
        if referred:
            keys.append(column)
            parts[-1] += f" REFERENCES {_quoted(referred)}(id)"
    connection.execute(f"CREATE TABLE {table} ({', '.join(parts)})")
    marks = ", ".join("?" * len(rows.columns))
    cells = ([_cell(record[column]) for column in rows.columns] for record in rows.records)
    connection.executemany(f"INSERT INTO {table} VALUES ({marks})", cells)
    for column in keys:
        connection.execute(f"CREATE INDEX {_quoted(f'{rows.name}_{column}')} ON {table} ({_quoted(column)})")
    if rows.name in ENTITIES:
        search = _quoted(f"{rows.name}_fts")
        connection.execute(f"CREATE VIRTUAL TABLE {search} USING fts5(name, content={table})")
        connection.execute(f"INSERT INTO {search} (rowid, name) SELECT rowid, name FROM {table}")


def _affinity(values: set[Any]) -> str:
    classes = {type(value) for value in values}
    if classes and classes <= {int, bool}:
        return "INTEGER"
    return "REAL" if classes and classes <= {int, float} else "TEXT"


def _cell(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list) else value


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
