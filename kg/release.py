"""A release: the graph of a day in all its forms, in one folder that can be cited, checked and compared with the one before.

The folder has `statements/` (RDF), `tables/` (CSV, with `datapackage.json`, and SQLite), `networks/` (GEXF), `void.ttl`
(VoID and DCAT), `CITATION.cff`, `SHA256SUMS` and, where an earlier release is named, `CHANGES.md` and `feed.atom`. It is dated
by the newest day on which a source was read, not by a clock: the same graph gives the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import yaml
from lxml import etree

from kg import catalog
from kg import terms as t
from kg.diff import between_builds
from kg.errors import KgError, Misuse
from kg.export import STATEMENTS, gexf, layout, rdf
from kg.export.database import ENTITIES, Rows
from kg.export.database import write as write_database
from kg.export.framed import framed
from kg.export.picture import Picture
from kg.graph import Graph, Table
from kg.network import MOVES, SPANS, Views, spans, transfers
from kg.render import render
from kg.resources import ABOUT, RIGHTS, TITLE, VERSION
from kg.store import texts

Say = Callable[[str], None]

# Each a named query without parameters, but for what is said here.
TABLES: dict[str, dict[str, str]] = {
    "moves": {"all_kinds": "yes"},
    "entities": {},
    "foundations": {},
    "origins": {},
    "acceptances": {},
    "departures": {},
    "refusals": {},
    "relicensings": {},
    "forks": {},
    "renames": {},
    "affiliations": {},
    "controllers": {},
    "acquisitions": {},
    "members": {},
    "charter-rules": {},
    "coverage": {},
    "sources": {},
}
SUMS, CHANGES, FEED = "SHA256SUMS", "CHANGES.md", "feed.atom"
LICENCE = {
    "name": "CC-BY-4.0",
    "path": "https://creativecommons.org/licenses/by/4.0/",
    "title": "Creative Commons Attribution 4.0",
}
DCAT, VOID, FORMATS = "http://www.w3.org/ns/dcat#", "http://rdfs.org/ns/void#", "http://www.w3.org/ns/formats/"
_ATOM = "http://www.w3.org/2005/Atom"
_MOST = 200  # entries of a feed, past which no reader shows them
_MEDIA = {
    "ttl": "text/turtle",
    "trig": "application/trig",
    "nq": "application/n-quads",
    "jsonld": "application/ld+json",
    "csv": "text/csv",
    "db": "application/vnd.sqlite3",
    "gexf": "application/gexf+xml",
}


def make(graph: Graph, folder: Path, previous: Path | None, say: Say) -> None:
    """Write a release of the graph into a folder that is not there yet: whole, or not at all.

    `previous` is the folder of an earlier release, or a file of statements, to tell what changed. Raises Misuse for a folder
    that is there, and for a previous one that is no release; KgError where it cannot be written.
    """
    if folder.exists():
        raise Misuse(f"{folder} is there already: a release is written into a new folder")
    before = _statements_of(previous) if previous else None
    folder.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=".kg-release-", dir=folder.parent))
    try:
        day = _day(graph)
        say(f"release of {day}")
        for step in (_write_statements, _write_tables, _write_networks):
            say(f"{step(graph, work)} files: {step.__name__.removeprefix('_write_')}")
        if before:
            _write_changes(before, work, day)
        _write_citation(work, day)
        _write_description(graph, work, day)
        _write_sums(work)
        work.chmod(0o755)
        work.rename(folder)
    except OSError as error:
        raise KgError(f"cannot write {folder}: {error.strerror or error}") from error
    finally:
        shutil.rmtree(work, ignore_errors=True)


def check(folder: Path) -> list[str]:
    """What is wrong with the files of a release, by its checksums: a sentence each. Raises KgError where it has none."""
    sums = folder / SUMS
    if not sums.is_file():
        raise KgError(f"{folder} is no release: it has no {SUMS}")
    stated = {name: digest for digest, name in (line.split("  ", 1) for line in sums.read_text("utf-8").splitlines())}
    there = {str(path.relative_to(folder)): path for path in _files(folder)}
    wrong = [f"{name}: missing" for name in sorted(set(stated) - set(there))]
    wrong += [f"{name}: not in {SUMS}" for name in sorted(set(there) - set(stated))]
    wrong += [f"{name}: not what {SUMS} says" for name in sorted(set(stated) & set(there)) if _sum(there[name]) != stated[name]]
    return wrong


def _statements_of(previous: Path) -> Path:
    for path in (previous / "statements" / "governance.nq", previous):
        if path.is_file():
            return path
    raise Misuse(f"{previous} is no release: it has no statements/governance.nq")


def _day(graph: Graph) -> str:
    """The newest day on which a source was read."""
    ((day,),) = texts(graph.store, "SELECT (MAX(?day) AS ?newest) { ?graph osgov:readOn ?day }")
    if not day:
        raise KgError("nothing says when the sources of this graph were read, so a release of it has no day")
    return day


def _write_statements(graph: Graph, work: Path) -> int:
    (work / "statements").mkdir()
    for format in STATEMENTS:
        text = rdf.serialize_store(graph.store, format)
        (work / "statements" / f"governance.{format}").write_text(text, encoding="utf-8", newline="\n")
    (work / "statements" / "transfers.jsonld").write_text(framed(graph.store), encoding="utf-8", newline="\n")
    return len(STATEMENTS) + 1


def tables(graph: Graph) -> Iterator[tuple[catalog.NamedQuery, Table]]:
    """The rows of each of `TABLES`, with the query that they answer."""
    for name, values in TABLES.items():
        yield catalog.load(name), graph.run(name, values)


def database(graph: Graph, path: Path) -> None:
    """Write the tables into a new SQLite file, the entities as projects and organizations."""
    found: list[Rows] = []
    for query, table in tables(graph):
        rows = list(table)
        if query.name == "entities":
            is_project = [row["kind"] == "project" for row in rows]
            for name, wanted in zip(ENTITIES, (True, False), strict=True):
                found.append(
                    Rows(name, table.columns, [r for r, project in zip(rows, is_project, strict=True) if project == wanted])
                )
        else:
            found.append(Rows(query.name.replace("-", "_"), table.columns, rows))
    write_database(path, found)


def _write_tables(graph: Graph, work: Path) -> int:
    """Each query's rows as CSV and in a database, and what they are and rest on as a Data Package."""
    (work / "tables").mkdir()
    resources = []
    for query, table in tables(graph):
        name = query.name
        (work / "tables" / f"{name}.csv").write_text(render(table.columns, table, "csv"), encoding="utf-8", newline="")
        fields = [{"name": column, "type": "string"} for column in table.columns]
        resources.append(
            {
                "name": name,
                "path": f"tables/{name}.csv",
                "title": query.question,
                "profile": "tabular-data-resource",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "schema": {"fields": fields},
            }
        )
    database(graph, work / "tables" / "osgov.db")
    listed = graph.run("sources", {"kind": "dataset"})
    package = {
        "profile": "tabular-data-package",
        "name": "osgov",
        "title": TITLE,
        "description": ABOUT,
        "version": VERSION,
        "licenses": [LICENCE],
        "sources": [{"title": f"{r['title']} ({r['licence'] or 'no licence stated'})", "path": r["url"]} for r in listed],
        "resources": resources,
    }
    _write_json(work / "datapackage.json", package)
    return len(TABLES) + 1


def _write_networks(graph: Graph, work: Path) -> int:
    (work / "networks").mkdir()
    views, written = Views(graph), 0
    for name in SPANS:
        found = transfers(graph.run) if name == MOVES else spans(views, name)
        if found:
            with (work / "networks" / f"{name}.gexf").open("wb") as out:
                gexf.write(Picture(found, layout.places(found)), out)
            written += 1
    return written


def _write_changes(before: Path, work: Path, day: str) -> None:
    """What is new and what is gone since the release before, thing by thing: for readers, and as a feed."""
    found = between_builds(str(before), str(work / "statements" / "governance.nq"))
    counts: dict[str, Counter[str]] = {}
    for row in found.rows:
        counts.setdefault(row["subject"], Counter())[row["change"]] += 1
    changed = sorted(counts)
    lines = [f"# Changes up to {day}", "", found.summary or "No difference.", ""]
    lines += [f"- `{name}`: {counts[name]['+']} statements added, {counts[name]['-']} removed" for name in changed]
    (work / CHANGES).write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")
    feed = etree.Element("feed", nsmap={None: _ATOM})  # type: ignore[dict-item]
    _said(feed, id=f"{t.BASE}graph/release", title=f"{TITLE}: changes", updated=f"{day}T00:00:00Z")
    _said(etree.SubElement(feed, "author"), name="osgov-kg contributors")
    for name in changed[:_MOST]:
        entry = etree.SubElement(feed, "entry")
        summary = f"{counts[name]['+']} statements added, {counts[name]['-']} removed"
        iri = t.expand(name) or name
        _said(entry, id=f"{iri}#changes-{day}", title=name, updated=f"{day}T00:00:00Z", summary=summary)
        etree.SubElement(entry, "link", href=iri)
    (work / FEED).write_bytes(etree.tostring(feed, encoding="utf-8", xml_declaration=True, pretty_print=True))


def _said(element: etree._Element, **texts: str) -> None:
    for name, text in texts.items():
        etree.SubElement(element, name).text = text


def _write_citation(work: Path, day: str) -> None:
    """How to cite it, by the Citation File Format (https://citation-file-format.github.io/)."""
    said = {
        "cff-version": "1.2.0",
        "message": "If you use these data, please cite them by this file, and the sources that they name.",
        "type": "dataset",
        "title": TITLE,
        "abstract": ABOUT,
        "authors": [{"name": "osgov-kg contributors"}],
        "version": f"{VERSION}, {day}",
        "date-released": day,
        "license": LICENCE["name"],
        "identifiers": [{"type": "url", "value": t.ONTOLOGY, "description": "the ontology"}],
    }
    text = yaml.safe_dump(said, sort_keys=False, allow_unicode=True, width=100)
    (work / "CITATION.cff").write_text(text, encoding="utf-8")


def _write_description(graph: Graph, work: Path, day: str) -> None:
    """The dataset and each of its files, by VoID and DCAT 3."""
    this = "https://w3id.org/osgov/graph/release"
    said: list[tuple[str, str, str | ox.Literal]] = [
        (this, t.RDF + "type", DCAT + "Dataset"),
        (this, t.RDF + "type", VOID + "Dataset"),
        (this, t.DCT + "title", ox.Literal(TITLE, language="en")),
        (this, t.DCT + "description", ox.Literal(ABOUT, language="en")),
        (this, t.DCT + "rights", ox.Literal(RIGHTS, language="en")),
        (this, t.DCT + "license", LICENCE["path"]),
        (this, t.DCT + "issued", ox.Literal(day, datatype=ox.NamedNode(t.XSD + "date"))),
        (this, t.DCT + "conformsTo", t.ONTOLOGY),
        (this, DCAT + "version", ox.Literal(VERSION)),
        (this, VOID + "vocabulary", t.OSGOV),
        (this, VOID + "uriSpace", ox.Literal(t.BASE + "id/")),
        (this, VOID + "triples", ox.Literal(len({quad.triple for quad in graph.store.quads()}))),
    ]
    for path in _files(work):
        name = path.relative_to(work).as_posix()
        file, kind = f"{this}/{name}", _MEDIA.get(path.suffix[1:])
        if kind:
            size = ox.Literal(str(path.stat().st_size), datatype=ox.NamedNode(t.XSD + "nonNegativeInteger"))
            said += [
                (this, DCAT + "distribution", file),
                (file, t.RDF + "type", DCAT + "Distribution"),
                (file, t.DCT + "title", ox.Literal(name)),
                (file, DCAT + "mediaType", f"https://www.iana.org/assignments/media-types/{kind}"),
                (file, DCAT + "byteSize", size),
            ]
    for document, licence in texts(
        graph.store, "SELECT ?document ?licence { ?document dct:rights ?licence } ORDER BY ?document"
    ):
        said += [(this, t.DCT + "source", document), (document, t.DCT + "rights", ox.Literal(licence))]
    triples = [ox.Triple(ox.NamedNode(s), ox.NamedNode(p), ox.NamedNode(o) if isinstance(o, str) else o) for s, p, o in said]
    text = ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes={**t.PREFIXES, "dcat": DCAT, "void": VOID})
    assert text is not None
    (work / "void.ttl").write_bytes(text)


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _write_sums(work: Path) -> None:
    """The SHA-256 of each file, as `sha256sum --check` reads them."""
    lines = [f"{_sum(path)}  {path.relative_to(work).as_posix()}" for path in _files(work)]
    (work / SUMS).write_text("\n".join(lines) + "\n", encoding="utf-8")


def _files(folder: Path) -> Sequence[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.name != SUMS)


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
