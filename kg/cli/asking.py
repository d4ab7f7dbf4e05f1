"""Verbs for people who write SPARQL, or want to: query, queries, schema."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import click

from kg.cli.options import QUERY_FORMATS, ROW_FORMATS, Settings, with_settings


class QueryName(click.ParamType):  # type: ignore[type-arg]
    """The name of a named query; completed from the folder of queries."""

    name = "query"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
        """Names that start with what was typed, each with its question."""
        from click.shell_completion import CompletionItem

        from kg import catalog

        return [
            CompletionItem(name, help=catalog.load(name).question) for name in catalog.names() if name.startswith(incomplete)
        ]


@click.command()
@click.argument("query", type=QueryName())
@click.argument("parameters", nargs=-1, metavar="[NAME=VALUE]...")
@with_settings(formats=QUERY_FORMATS)
def query(settings: Settings, query: str, parameters: tuple[str, ...]) -> None:
    """Ask in SPARQL: a named query with its parameters, a file, - for stdin, or the text itself.

    SELECT gives rows, ASK true or false, CONSTRUCT and DESCRIBE Turtle. Known prefixes (`kg schema --prefixes`) need not
    be declared. A query sees the union of all sources; GRAPH ?g tells them apart.

    \b
    Example: kg query holders project=istio on=2021-01-01
    """
    from kg import catalog
    from kg.errors import Misuse
    from kg.graph import Table
    from kg.render import GRAPH_FORMATS, W3C_FORMATS, records, render_triples, render_w3c
    from kg.store import Rows

    text, named = _text_of(query)
    if parameters and named is None:
        raise Misuse("only a named query takes NAME=VALUE; write the values into the text")
    graph = settings.graph()
    if named is not None:
        text = catalog.bind(named, _pairs(parameters), graph.resolve_iri)
    answer = graph.ask(text)
    format = settings.format
    if isinstance(answer, list):
        if format not in (None, *GRAPH_FORMATS):
            raise Misuse(f"a CONSTRUCT or DESCRIBE has no format {format!r}; it has {', '.join(GRAPH_FORMATS)}")
        settings.write(render_triples(answer, format or "turtle"))
    elif format in GRAPH_FORMATS:
        raise Misuse(f"{format!r} is a format of CONSTRUCT and DESCRIBE; rows have {', '.join((*ROW_FORMATS, *W3C_FORMATS))}")
    elif format in W3C_FORMATS:
        settings.write(render_w3c(answer, format))
    elif isinstance(answer, Rows):
        below = named.below if named and settings.chosen_format() == "table" else ()
        settings.rows(
            Table(answer.columns, records(answer, named)),
            shown=named.shown if named else (),
            below=below,
        )
    else:
        settings.write("true\n" if answer else "false\n")


def _text_of(query: str) -> tuple[str, Any]:
    """The SPARQL text, and the named query if that is what was named."""
    from kg import catalog
    from kg.errors import KgError

    if query == "-":
        try:
            return sys.stdin.buffer.read().decode("utf-8-sig") if sys.stdin else "", None
        except UnicodeDecodeError as error:
            raise KgError(f"standard input: not UTF-8 at byte {error.start}") from error
    if query in catalog.names():
        return "", catalog.load(query)
    looks_like_text = any(c in query for c in "{\n") or " " in query.strip()
    if not looks_like_text and (query.endswith((".rq", ".sparql")) or os.path.isfile(query)):
        try:
            return Path(query).read_text("utf-8-sig"), None
        except (OSError, ValueError) as error:
            raise KgError(f"{query}: {getattr(error, 'strerror', None) or error}") from error
    if not looks_like_text:
        catalog.load(query)  # raises, naming the nearest
    return query, None


def _pairs(parameters: tuple[str, ...]) -> dict[str, str]:
    from kg.errors import Misuse

    values = {}
    for text in parameters:
        name, equals, value = text.partition("=")
        if not equals:
            raise Misuse(f"{text!r}: write a parameter as NAME=VALUE")
        values[name] = value
    return values


@click.command()
@click.argument("name", type=QueryName(), required=False)
@with_settings()
def queries(settings: Settings, name: str | None) -> None:
    """The named queries; with NAME, its SPARQL, complete with prefixes, to copy and change.

    \b
    Example: kg queries holders
    """
    from kg import catalog
    from kg.errors import Misuse
    from kg.graph import Table

    if name:
        if settings.format:
            raise Misuse("the text of a query has one format: SPARQL")
        settings.write(catalog.load(name).portable())
        return
    columns = ("name", "question", "parameters", "example")
    rows = []
    for found in map(catalog.load, catalog.names()):
        parameters = " ".join(f"[{p.name}={p.type}]" if p.optional else f"{p.name}={p.type}" for p in found.parameters)
        rows.append(
            {
                "name": found.name,
                "question": found.question,
                "parameters": parameters,
                "example": f"kg query {found.name} {found.example}".strip(),
            }
        )
    settings.rows(Table(columns, rows), shown=columns[:3])


_TERMS = """
SELECT ?term ?kind ?label ?definition ?domain ?range ?example ?note WHERE {
  GRAPH g:ontology {
    VALUES (?type ?kind) { (owl:Class "class") (owl:ObjectProperty "property") (owl:DatatypeProperty "property")
                           (owl:AnnotationProperty "property") (skos:Concept "code") }
    ?t a ?type .
    OPTIONAL { ?t rdfs:label ?name } OPTIONAL { ?t skos:prefLabel ?code } BIND(COALESCE(?name, ?code) AS ?label)
    OPTIONAL { ?t skos:definition ?definition }
    OPTIONAL { SELECT ?t (GROUP_CONCAT(STR(?d); separator=" ") AS ?domain) WHERE {
      { SELECT DISTINCT ?t ?d WHERE { ?t rdfs:domain|schema:domainIncludes ?d } ORDER BY ?t ?d } } GROUP BY ?t }
    OPTIONAL { SELECT ?t (GROUP_CONCAT(STR(?r); separator=" ") AS ?range) WHERE {
      { SELECT DISTINCT ?t ?r WHERE { ?t rdfs:range|schema:rangeIncludes ?r } ORDER BY ?t ?r } } GROUP BY ?t }
    OPTIONAL { ?t skos:example ?example }
    OPTIONAL { ?t skos:scopeNote ?note }
    BIND(STR(?t) AS ?term)
  }
} ORDER BY ?kind ?term
"""


@click.command()
@click.argument("term", required=False)
@click.option("--prefixes", is_flag=True, help="The prefixes that need not be declared.")
@with_settings()
def schema(settings: Settings, term: str | None, prefixes: bool) -> None:
    """What can be asked for: classes, properties and codes, each with its definition; with TERM, all about one.

    \b
    Example: kg schema Donation
    """
    from kg.errors import NotFound
    from kg.graph import Table
    from kg.terms import PREFIXES, curie

    if prefixes:
        settings.rows(Table(("prefix", "namespace"), [{"prefix": p, "namespace": n} for p, n in PREFIXES.items()]))
        return
    table = settings.graph().query(_TERMS)
    assert isinstance(table, Table)
    rows = [{**row, "term": curie(row["term"])} for row in table]
    if term is None:
        settings.rows(Table(table.columns, rows), shown=("term", "kind", "label", "definition"))
        return
    wanted = term.rsplit("#", 1)[-1].rsplit(":", 1)[-1].rsplit("/", 1)[-1].casefold()
    found = [r for r in rows if wanted in {r["term"].rsplit(":", 1)[-1].casefold(), (r["label"] or "").casefold()}]
    found = found or [r for r in rows if r["kind"] == "code" and r["term"].casefold().endswith("-" + wanted)]
    if not found:
        import difflib

        names = {r["term"].rsplit(":", 1)[-1].casefold(): r["term"] for r in rows}
        near = difflib.get_close_matches(wanted, names, n=3)
        raise NotFound(
            f"no term {term!r}" + (f"; did you mean {' or '.join(names[n] for n in near)}?" if near else "; see `kg schema`")
        )
    if settings.chosen_format() == "table":
        lines = [{"field": key, "value": row[key]} for row in found for key in table.columns if row[key]]
        settings.rows(Table(("field", "value"), lines))
    else:
        settings.rows(Table(table.columns, found))
