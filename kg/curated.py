"""Reads `kg/facts/**/*.toml` into records, and says everything that is wrong with them at once."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from kg.dates import PartialDate
from kg.errors import FactsError
from kg.factsheet import IDENTITY, TABLES, Data, Key, Table, canonical, tables_of
from kg.records import DATE_BASES, ORGANIZATION_KINDS, SOURCE_KINDS, Entity, Event, Observation, Record, Relation, Source
from kg.resources import FACTS, ontology_dir
from kg.terms import SLUG, slug_of

FOLDERS = ("organizations", "projects")
_SPDX_TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]*\Z")


@dataclass(slots=True)
class FactFile:
    """One file as read: where it lies, what kind it is, its tables, and its text."""

    path: Path
    folder: str
    data: Data
    text: str

    @property
    def label(self) -> str:
        """`projects/pytorch.toml`: how messages name the file."""
        return f"{self.folder}/{self.path.name}"


@dataclass(slots=True)
class _Reading:
    codes: dict[str, set[str]]
    problems: list[str] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    entities: dict[str, dict[str, str]] = field(default_factory=lambda: {"projects": {}, "organizations": {}})
    sources: dict[str, tuple[Source, str]] = field(default_factory=dict)
    urls: dict[str, tuple[str, str]] = field(default_factory=dict)
    wikidata: dict[str, str] = field(default_factory=dict)
    events: dict[str, tuple[Event, str]] = field(default_factory=dict)


@cache
def code_lists() -> dict[str, set[str]]:
    """The codes of each list, as the ontology declares them: `{"stage": {"graduated", …}, …}`."""
    from pyoxigraph import RdfFormat, parse

    lists: dict[str, set[str]] = {}
    for quad in parse(path=str(ontology_dir() / "governance.ttl"), format=RdfFormat.TURTLE):
        if quad.predicate.value.endswith("core#inScheme"):
            scheme, code = slug_of(quad.object.value), slug_of(quad.subject.value)
            lists.setdefault(scheme, set()).add(code.removeprefix(scheme + "-"))
    return lists


def read_facts(root: Path = FACTS) -> list[Record]:
    """Every record of the curated facts, in a fixed order. Raises FactsError with all problems at once."""
    records, problems = _read(root, form=False)
    if problems:
        raise FactsError(problems)
    return records


def names_of(root: Path) -> dict[str, dict[str, str]]:
    """The entities that have a file, by folder: each with how messages name that file."""
    return {name: {path.stem: f"{name}/{path.name}" for path in (root / name).glob("*.toml")} for name in FOLDERS}


def read_file(path: Path, text: str, names: dict[str, dict[str, str]]) -> list[Record]:
    """The records of one file, as if this text stood in it; of the others only the names are known.

    Raises FactsError with all problems that can be seen without reading the others.
    """
    state = _Reading(code_lists(), entities=names)
    try:
        _read_file(FactFile(path, path.parent.name, tomllib.loads(text), text), state)
    except tomllib.TOMLDecodeError as error:
        state.problems.append(_not_toml(f"{path.parent.name}/{path.name}", error))
    if state.problems:
        raise FactsError(list(dict.fromkeys(state.problems)))
    return state.records


def lint_facts(root: Path = FACTS) -> list[str]:
    """Every problem of the curated facts, form included: `file: table: key: what is wrong; what to do`."""
    return _read(root, form=True)[1]


def rewrite_canonically(root: Path = FACTS) -> list[Path]:
    """Bring every readable file to canonical form; returns the files changed.

    A file with comments is left alone: the canonical form has no place for them, and they may hold what is nowhere else.
    """
    changed = []
    for path in _paths(root):
        found = path.read_bytes()
        try:
            wanted = canonical(tomllib.loads(found.decode("utf-8")), path.parent.name).encode("utf-8")
        except (UnicodeDecodeError, tomllib.TOMLDecodeError):
            continue
        if wanted != found and not _comment_lines(found.decode("utf-8")):
            path.write_bytes(wanted)
            changed.append(path)
    return changed


def _comment_lines(text: str) -> list[int]:
    """The numbers of the lines that hold a comment."""
    bare = (re.sub(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'', "", line) for line in text.splitlines())
    return [number for number, line in enumerate(bare, 1) if "#" in line]


def _paths(root: Path) -> list[Path]:
    return sorted(path for folder in FOLDERS for path in (root / folder).glob("*.toml"))


def _load(root: Path, problems: list[str]) -> Iterator[FactFile]:
    for path in _paths(root):
        label = f"{path.parent.name}/{path.name}"
        try:
            text = path.read_bytes().decode("utf-8")
            yield FactFile(path, path.parent.name, tomllib.loads(text), text)
        except UnicodeDecodeError as error:
            problems.append(f"{label}: not UTF-8 at byte {error.start}; save the file as UTF-8")
        except tomllib.TOMLDecodeError as error:
            problems.append(_not_toml(label, error))


def _not_toml(label: str, error: tomllib.TOMLDecodeError) -> str:
    return f"{label}: not TOML: {error}; see CONTRIBUTING.md for the form"


def _read(root: Path, *, form: bool) -> tuple[list[Record], list[str]]:
    state = _Reading(code_lists())
    files = list(_load(root, state.problems))
    if not files:
        state.problems.append(f"{root}: no fact files; expected projects/*.toml and organizations/*.toml")
    for file in files:
        slug = file.data.get("id")
        if isinstance(slug, str):
            state.entities[file.folder].setdefault(slug, file.label)
    for file in files:
        _read_file(file, state)
        comments = _comment_lines(file.text) if form else []
        if comments:
            state.problems.append(
                f"{file.label}: line {comments[0]}: a comment; write it as the `note` of a fact, or delete it"
            )
        elif form and file.text != (wanted := canonical(file.data, file.folder)):
            line = next(
                (n for n, (a, b) in enumerate(zip(file.text.split("\n"), wanted.split("\n"), strict=False), 1) if a != b),
                min(file.text.count("\n"), wanted.count("\n")) + 1,
            )
            state.problems.append(f"{file.label}: line {line}: not in canonical form; run `kg check facts --fix`")
    # A table is read once for each source it cites; what is wrong with it is said once.
    return state.records, list(dict.fromkeys(state.problems))


def _read_file(file: FactFile, state: _Reading) -> None:
    specs = tables_of(file.folder)
    identity = {k.name: k for k in IDENTITY[file.folder]}
    plain: Data = {}
    for name, value in file.data.items():
        if name in identity:
            plain[name] = value
        elif name not in specs:
            state.problems.append(f"{file.label}: {name}: no such key or table{_hint(name, [*identity, *specs])}")
        elif not (isinstance(value, list) and value and all(isinstance(row, dict) for row in value)):
            state.problems.append(f"{file.label}: {name}: must be written as tables, [[{name}]]")
    values = _values(plain, tuple(identity.values()), file.label, state)
    if values is not None:
        _read_identity(file, values, state)
    declared: dict[str, Source] = {}
    for place, row in _rows(file, "source"):
        fields = _values(row, specs["source"].keys, place, state)
        if fields is not None:
            _read_source(fields, place, declared, state)
    cited: set[str] = set()
    for name, spec in TABLES[file.folder].items():
        for place, row in _rows(file, name):
            fields = _values(row, spec.keys, place, state)
            if fields is None:
                continue
            for source in fields["sources"]:
                cited.add(source)
                if source not in declared:
                    hint = _hint(source, list(declared))
                    state.problems.append(f"{place}: sources: {source!r} is not declared in this file{hint}; add a [[source]]")
                else:
                    _read_fact(file, spec, fields, source, place, state)
    for source in declared:
        if source not in cited:
            state.problems.append(f"{file.label}: source {source!r} is declared and never cited; cite it or delete it")


def _rows(file: FactFile, name: str) -> Iterator[tuple[str, Data]]:
    rows = file.data.get(name)
    if isinstance(rows, list):
        for number, row in enumerate(rows, 1):
            if isinstance(row, dict):
                yield f"{file.label}: [[{name}]] {number}", row


def _values(row: Data, keys: tuple[Key, ...], place: str, state: _Reading) -> Data | None:
    """The row's values, checked and converted; None (and problems noted) if any is wrong."""
    known = {k.name: k for k in keys}
    before = len(state.problems)
    out: Data = {}
    for name, value in row.items():
        if name not in known:
            state.problems.append(f"{place}: {name}: no such key{_hint(name, list(known))}")
            continue
        try:
            out[name] = _convert(known[name].type, value, state)
        except ValueError as error:
            state.problems.append(f"{place}: {name}: {error}")
    for key in keys:
        if key.required and key.name not in row:
            state.problems.append(f"{place}: {key.name}: missing; {key.about}")
    return out if len(state.problems) == before else None


def _convert(type: str, value: Any, state: _Reading) -> Any:
    kind, _, detail = type.partition(":")
    if kind in {"texts", "urls", "orgs", "codes", "sources"}:
        if not isinstance(value, list) or not value:
            raise ValueError("must be a list of at least one; leave the key out if there is none")
        items = tuple(
            _convert({"codes": "code:" + detail, "sources": "slug"}.get(kind, kind.removesuffix("s")), v, state) for v in value
        )
        if len(set(items)) != len(items):
            raise ValueError("names something twice; keep it once")
        return items
    if kind in {"integer", "number"}:
        if isinstance(value, bool) or not isinstance(value, int if kind == "integer" else (int, float)):
            raise ValueError(f"must be {'a whole number' if kind == 'integer' else 'a number'}, not {value!r}")
        return value
    if not isinstance(value, str) or not value.strip():
        what = "a date in quotes, as precise as the source" if kind == "date" else "text in quotes"
        raise ValueError(f"must be {what}, not {value!r}")
    return _convert_text(kind, detail, value, state)


def _convert_text(kind: str, detail: str, value: str, state: _Reading) -> Any:
    match kind:
        case "date":
            return PartialDate(value)
        case "slug":
            if not SLUG.match(value):
                raise ValueError(f"{value!r} is no slug: lower-case letters, digits, single hyphens")
        case "url":
            if not re.match(r"https?://[^\s<>\"{}|\\^`]+\Z", value):
                raise ValueError(f"{value!r} is no web address; write it whole, https://…")
        case "qid":
            if not re.match(r"Q[1-9]\d*\Z", value):
                raise ValueError(f"{value!r} is no Wikidata item; write Q and its number")
        case "kind":
            _one_of(value, ORGANIZATION_KINDS)
        case "source-kind":
            _one_of(value, SOURCE_KINDS)
        case "code":
            _one_of(value, sorted(state.codes.get(detail, ())))
        case "spdx":
            for token in value.replace("(", " ").replace(")", " ").split():
                if not _SPDX_TOKEN.match(token):
                    raise ValueError(f"{value!r} is no SPDX expression")
        case "org" | "project":
            folder = "organizations" if kind == "org" else "projects"
            if value not in state.entities[folder]:
                hint = _hint(value, list(state.entities[folder]))
                raise ValueError(
                    f"no {kind.replace('org', 'organization')} {value!r}{hint}; add kg/facts/{folder}/{value}.toml"
                )
    return value


def _one_of(value: str, codes: Any) -> None:
    if value not in codes:
        raise ValueError(f"{value!r} is none of {', '.join(codes)}{_hint(value, list(codes))}")


def _hint(text: str, known: list[str]) -> str:
    near = difflib.get_close_matches(text, known, n=1)
    return f" (did you mean {near[0]!r}?)" if near else ""


def _read_identity(file: FactFile, values: Data, state: _Reading) -> None:
    if values["id"] != file.path.stem:
        state.problems.append(f"{file.label}: id: {values['id']!r} differs from the file's name; rename one of them")
    # A Wikidata item is one thing; a GitHub organization may hold several projects and belong to a company too.
    if item := values.get("wikidata_id"):
        other = state.wikidata.setdefault(item, file.label)
        if other != file.label:
            state.problems.append(f"{file.label}: wikidata_id: {item} is already that of {other}; one of them is wrong")
    kind = "Project" if file.folder == "projects" else ORGANIZATION_KINDS[values["kind"]]
    state.records.append(
        Entity(
            values["id"],
            kind,
            values["name"],
            aliases=values.get("aliases", ()),
            homepage=values.get("homepage", ""),
            repositories=values.get("repositories", ()),
            github_org=values.get("github_org", ""),
            wikidata_id=values.get("wikidata_id", ""),
        )
    )


def _read_source(fields: Data, place: str, declared: dict[str, Source], state: _Reading) -> None:
    try:
        source = Source(**fields)
    except ValueError as error:
        state.problems.append(f"{place}: {error}")
        return
    if source.id in declared:
        state.problems.append(f"{place}: id: {source.id!r} is declared twice in this file; keep one")
    declared[source.id] = source
    known, where = state.sources.setdefault(source.id, (source, place))
    if where == place:
        state.records.append(source)
    elif known != source:
        state.problems.append(
            f"{place}: {source.id!r} is another document or day in {where}; make them the same, or give this one its own id"
        )
    known_id, first = state.urls.setdefault(source.url, (source.id, place))
    if known_id != source.id:
        state.problems.append(f"{place}: url: is already source {known_id!r} in {first}; use that id")


def _read_fact(file: FactFile, spec: Table, fields: Data, source: str, place: str, state: _Reading) -> None:
    subject = file.data["id"] if isinstance(file.data.get("id"), str) else file.path.stem
    try:
        record = _record(file.folder, spec, fields, source, subject)
    except ValueError as error:
        state.problems.append(f"{place}: {error}")
        return
    state.records.append(record)
    if isinstance(record, Event):
        _check_event(record, place, state)


def _check_event(record: Event, place: str, state: _Reading) -> None:
    """Two tables that name one event must tell of the same kind of thing, of the same subject."""
    known, where = state.events.setdefault(record.id, (record, place))
    if known.kind != record.kind:
        both = f"a {record.kind} here and a {known.kind}"
    elif known.links[0] != record.links[0]:
        both = f"one of {record.links[0][1]!r} here and one of {known.links[0][1]!r}"
    else:
        return
    state.problems.append(f"{place}: event: {record.id!r} is {both} in {where}; give one of them another `event`")


def _record(folder: str, spec: Table, fields: Data, source: str, subject: str) -> Record:
    if spec.record == "Observation":
        return Observation(
            f"{subject}-{fields['id']}",
            source,
            subject,
            fields["variable"],
            fields["value"],
            start=fields.get("from"),
            end=fields.get("until"),
            claimed_by=fields.get("claimed_by", ""),
            note=fields.get("note", ""),
        )
    links = [_SUBJECT.get(spec.record, ("project" if folder == "projects" else "organization"))]
    pairs: list[tuple[str, str]] = [(links[0], subject)]
    values: list[tuple[str, Any]] = [("note", fields["note"])] if "note" in fields else []
    for key in spec.keys:
        if not key.property or key.name not in fields:
            continue
        value = fields[key.name]
        if key.type in {"text", "integer", "number", "spdx"}:
            values.append((key.property, value))
        else:
            pairs.extend((key.property, v) for v in (value if isinstance(value, tuple) else (value,)))
    if "event" in fields:
        dates = tuple((basis, fields[basis]) for basis in DATE_BASES if basis in fields)
        return Event(f"{subject}-{fields['event']}", spec.record, source, tuple(pairs), dates, tuple(values))
    # A relation is named by what it relates, and by its start where the source gives one: two terms are two relations.
    # A holding is not: which period of the holder it belongs to is worked out from all events (kg.derive).
    parts = [subject, spec.record.lower(), *(v for k, v in pairs[1:] if k != "tier")]
    parts += [str(v) for k, v in values if k == "article" for v in [re.sub(r"[^a-z0-9]+", "-", v.casefold()).strip("-")]]
    # Seats are counted on a day: two rosters are two counts.
    first = fields.get("from", fields.get("as_of") if spec.record == "BoardSeats" else None)
    if first and spec.record != "Stewardship":
        parts.append(str(first))
    return Relation(
        "-".join(parts),
        spec.record,
        source,
        tuple(pairs),
        start=fields.get("from"),
        end=fields.get("until"),
        as_of=fields.get("as_of"),
        values=tuple(values),
    )


_SUBJECT = {"Membership": "body", "BoardSeats": "body", "CharterRule": "body", "Control": "controlled"}
