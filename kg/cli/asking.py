"""Verbs for people who write SPARQL, or want to: query, queries, schema."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kg.cli.options import QUERY_FORMATS, ROW_FORMATS, Settings, with_settings

if TYPE_CHECKING:
    from kg.catalog import Question


class QueryName(click.ParamType):  # type: ignore[type-arg]
    """The name of a named query or of a competency question; completed from the folder of queries."""

    name = "query"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
        """Names that start with what was typed, each with its question."""
        from click.shell_completion import CompletionItem

        from kg import catalog

        asked = {name: catalog.load(name).question for name in catalog.names() if name.startswith(incomplete)}
        asked |= {q.id: q.question for q in catalog.questions().values() if q.id.startswith(incomplete.casefold())}
        return [CompletionItem(name, help=question) for name, question in asked.items()]


@click.command()
@click.argument("query", type=QueryName())
@click.argument("parameters", nargs=-1, metavar="[NAME=VALUE]...")
@with_settings(formats=QUERY_FORMATS, as_of=True)
def query(settings: Settings, query: str, parameters: tuple[str, ...]) -> None:
    """Ask in SPARQL: a named query or a competency question (cq02) with parameters, a file, - for stdin, or the text itself.

    A competency question needs no parameters: each has an example. One that the data do not answer says what is missing, and
    exits 1.

    SELECT gives rows, ASK true or false, CONSTRUCT and DESCRIBE Turtle. Known prefixes (`kg schema --prefixes`) need not
    be declared. A query sees the union of all sources; GRAPH ?g tells them apart. With --as-of, text needs a place for the
    day: VALUES ?given_on { UNDEF }.

    \b
    Example: kg query holders project=istio on=2021-01-01
    """
    from kg import catalog
    from kg.errors import Misuse
    from kg.graph import Table
    from kg.render import GRAPH_FORMATS, W3C_FORMATS, records, render_triples, render_w3c
    from kg.store import Rows

    given, question = _pairs(parameters) if catalog.is_question(query) else {}, None
    if catalog.is_question(query):
        question = catalog.question(query)
        if _said_or_done(settings, question, given):
            return
        # A day asked for with --as-of takes the place of the example's, not of one that was given.
        example = {k: v for k, v in question.given.items() if not (settings.as_of and k in {"on", "until"})}
        query, given = question.asks, {**example, **given}
    text, named = text_of(query)
    if parameters and named is None:
        raise Misuse("only a named query takes NAME=VALUE; write the values into the text")
    graph = settings.graph()
    answer = graph.answer(named.name, given if question else _pairs(parameters)) if named is not None else graph.ask(text)
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
        table = Table(answer.columns, records(answer, named))
        settings.rows(table, shown=named.visible(table) if named else (), below=below)
    else:
        settings.write("true\n" if answer else "false\n")


def _said_or_done(settings: Settings, question: Question, given: dict[str, str]) -> bool:
    """Whether the question is answered by now: by a command, run here. Says what is asked and left out, or what is missing."""
    if question.open:
        settings.say(f"open: {question.open}")
        raise click.exceptions.Exit(1)
    if settings.on_terminal():
        settings.say(f"{question.id}: {question.question}")
        if question.partly:
            settings.say(f"partly: {question.partly}")
    if not question.command:
        return False
    root = click.get_current_context().find_root()  # it has these settings by now, and hands them down
    name, *words = question.words(given)
    assert isinstance(root.command, click.Group)
    command = root.command.get_command(root, name)
    assert command is not None
    with command.make_context(name, words, parent=root) as below:
        command.invoke(below)
    return True


def text_of(query: str) -> tuple[str, Any]:
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
@with_settings(known_by=False)
def queries(settings: Settings, name: str | None) -> None:
    """The named queries and the competency questions; with NAME, its SPARQL, complete with prefixes, to copy and change.

    \b
    Example: kg queries holders
    """
    from kg import catalog
    from kg.errors import Misuse
    from kg.graph import Table

    if name:
        if settings.format:
            raise Misuse("the text of a query has one format: SPARQL")
        settings.write(_text_to_copy(settings, name))
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
    for asked in catalog.questions().values():
        parameters = " ".join(f"[{key}={value}]" for key, value in asked.given.items())
        rows.append({"name": asked.id, "question": asked.question, "parameters": parameters, "example": asked.example})
    settings.rows(Table(columns, rows), shown=columns[:3])


def _text_to_copy(settings: Settings, name: str) -> str:
    """The SPARQL of a named query, or of the one that answers a competency question; of another question what answers it."""
    from kg import catalog

    if not catalog.is_question(name):
        return catalog.load(name).portable()
    asked = catalog.question(name)
    if asked.open:
        settings.say(f"open: {asked.open}")
        raise click.exceptions.Exit(1)
    if asked.command:
        return f"# {asked.id}: {asked.question}\n# No query answers it, but a command: {asked.command}\n"
    values = " ".join(f"{key}={value}" for key, value in asked.given.items())
    return (
        f"# {asked.id}: {asked.question}\n# Asked as: kg query {asked.asks} {values}".rstrip()
        + "\n"
        + catalog.load(asked.asks).portable()
    )


@click.command()
@click.argument("term", required=False)
@click.option("--properties", is_flag=True, help="The properties of the class TERM alone, one a row, with cardinalities.")
@click.option("--query", "only_query", is_flag=True, help="The example query of TERM alone, to pipe into `kg query -`.")
@click.option("--prefixes", is_flag=True, help="The prefixes that need not be declared.")
@with_settings()
def schema(settings: Settings, term: str | None, properties: bool, only_query: bool, prefixes: bool) -> None:
    """What can be asked for: classes, properties and codes, each with its definition and how often it is used.

    With TERM, all about one: of a class its properties, how often each is required (1..1, 0..*), seen and used, the named
    queries that use it, and a query to start from. With the name of a list of codes, its codes.

    \b
    Example: kg schema Donation
             kg schema Donation --properties --format csv
             kg schema Donation --query | kg query -
    """
    from kg.errors import Misuse
    from kg.graph import Table
    from kg.schema import COLUMNS, DETAILS, USE_COLUMNS, Schema
    from kg.terms import PREFIXES

    if only_query and (term is None or settings.format):
        raise Misuse("--query prints the SPARQL of one term: name the TERM, without --format")
    if prefixes:
        settings.rows(Table(("prefix", "namespace"), [{"prefix": p, "namespace": n} for p, n in PREFIXES.items()]))
        return
    if properties and (term is None or only_query):
        raise Misuse("--properties gives the rows of one class: name it as TERM, without --query")
    known = Schema(settings.graph().store)
    found = known.find(term) if term is not None else []
    if (only_query or properties) and len(found) > 1:
        raise Misuse(f"{term!r} can mean {', '.join(found)}; say which")
    if only_query:
        settings.write(known.detail(found[0])["query"])
    elif properties:
        row = known.detail(found[0])
        if row["kind"] != "class":
            raise Misuse(f"{found[0]} is a {row['kind']}; only a class has properties")
        settings.rows(Table(USE_COLUMNS, row["properties"]))
    elif len(found) == 1:
        row = known.detail(found[0])
        if settings.chosen_format() == "table":
            settings.write(_card(row, settings))
        else:
            names = [use["property"].replace(" ", "") for use in row["properties"]]
            settings.rows(Table(DETAILS, [{**row, "properties": names}]))
    else:
        rows = [row for row in known.terms() if term is None or row["term"] in found]
        settings.rows(Table(COLUMNS, rows), shown=("term", "kind", "count", "label", "definition"))


def _card(row: dict[str, Any], settings: Settings) -> str:
    """A term for people: its fields, its properties and its query, which is not wrapped: it is there to be copied."""
    from kg.render import render
    from kg.schema import USE_COLUMNS

    apart = {"properties", "query"}
    fields = [{"field": key, "value": value} for key, value in row.items() if key not in apart and value not in (None, [])]
    width, colour = settings.width(), settings.colour()
    parts = [render(("field", "value"), fields, "table", width=width, colour=colour)]
    if row["properties"]:
        parts.append(render(USE_COLUMNS, row["properties"], "table", width=width, colour=colour))
    return "\n".join([*parts, row["query"]])
