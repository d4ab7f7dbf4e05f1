"""Options that every verb shares, and the one place where answers are written: to stdout, a file, a terminal or a pipe."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from kg.graph import Graph, Table

F = TypeVar("F", bound=Callable[..., Any])

ROW_FORMATS = ("table", "json", "jsonl", "csv", "tsv", "markdown")
QUERY_FORMATS = (*ROW_FORMATS, "sparql-json", "sparql-xml", "sparql-csv", "sparql-tsv", "turtle", "nt", "jsonld", "rdfxml")


class Settings:
    """What the shared options say, whether given before the verb or after it."""

    def __init__(self, **given: Any) -> None:
        """Keep each option's value; None where it was not given."""
        self.store: str | None = given.get("store")
        if self.store is None:
            self.store = os.environ.get("KG_STORE") or None
        self.as_of: str | None = given.get("as_of")
        self.known_by: str | None = given.get("known_by")
        self.format: str | None = given.get("format")
        self.output: str | None = given.get("output")
        self.no_color: bool = bool(given.get("no_color"))
        self.quiet: bool = bool(given.get("quiet"))
        self.timeout: float | None = given.get("timeout")
        self.debug: bool = bool(given.get("debug"))

    def merged(self, given: dict[str, Any]) -> Settings:
        """These settings, with what was given after the verb in their place."""
        return Settings(**{**vars(self), **{k: v for k, v in given.items() if v is not None}})

    def graph(self) -> Graph:
        """The graph to ask, as of --as-of, every query of which keeps to --timeout."""
        from kg.graph import open_graph

        graph = open_graph(self.store, as_of=self.as_of, known_by=self.known_by, say=self.say)
        graph.store.timeout = self.timeout
        return graph

    def chosen_format(self) -> str:
        """The format asked for; else a table on a terminal and tsv in a pipe or a file."""
        return self.format or ("table" if self.on_terminal() else "tsv")

    def on_terminal(self) -> bool:
        """Whether the answer goes to a terminal."""
        return self.output in {None, "-"} and sys.stdout.isatty()

    def colour(self) -> bool:
        """Whether to colour: only on a terminal, and unless NO_COLOR, TERM=dumb or --no-color says otherwise."""
        return self.on_terminal() and not self.no_color and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"

    def width(self) -> int:
        """How many characters fit in a line."""
        import shutil

        return max(40, shutil.get_terminal_size((100, 24)).columns)

    def say(self, text: str) -> None:
        """Talk, on stderr, unless --quiet."""
        if not self.quiet:
            click.echo(text, err=True)

    def rows(self, table: Table, *, shown: Sequence[str] = (), below: Sequence[str] = ()) -> None:
        """Write rows in the chosen format; a table on a terminal shows the columns `shown`, and `below` under each row."""
        from kg.render import render

        format = self.chosen_format()
        columns: Sequence[str] = table.columns
        if format == "table" and shown:
            columns = [*shown, *below]
        self.write(render(columns, table, format, width=self.width(), colour=self.colour(), below=below))

    def write(self, text: str) -> None:
        """Write the answer to stdout, or whole or not at all to the file that -o names."""
        if self.output is None or self.output == "-":
            _write_stdout(text)
        else:
            write_file(self.output, text)


def _write_stdout(text: str) -> None:
    from kg.errors import KgError

    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        discard_stdout()
        raise KgError(f"cannot write to standard output: {error.strerror or error}") from error


def discard_stdout() -> None:
    """Send what is left in stdout's buffer nowhere: Python would try once more at exit, and complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def write_file(name: str, content: str | bytes) -> None:
    """Write a file whole or not at all; a link is followed, a pipe or device is written to. Raises KgError naming the file."""
    with whole_file(name) as out:
        out.write(content.encode() if isinstance(content, str) else content)


@contextmanager
def whole_file(name: str) -> Iterator[IO[bytes]]:
    """A file to write bytes to, which is there, under its name, once all are written; likewise."""
    from pathlib import Path

    from kg.errors import KgError

    path = Path(os.path.realpath(name))
    try:
        if path.exists() and not path.is_file():  # replacing /dev/null by a file would be the end of it
            with path.open("wb") as out:
                yield out
            return
        temporary = path.with_name(f".kg-{os.getpid()}")
        try:
            with temporary.open("wb") as out:
                yield out
            if path.exists():
                temporary.chmod(path.stat().st_mode)
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise KgError(f"cannot write {name}: {error.strerror or error}") from error


def day_option(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    """The value of an option that takes a whole day."""
    if value is None:
        return None
    from kg.dates import PartialDate

    try:
        date = PartialDate(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None
    if date.precision != "day":
        raise click.BadParameter(f"{value!r} is no day; write it whole, such as {date.earliest}")
    return value


def date_option(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    """The value of an option that takes a date, as precise as it is given."""
    if value is not None:
        from kg.dates import PartialDate

        try:
            PartialDate(value)
        except ValueError as error:
            raise click.BadParameter(str(error)) from None
    return value


_OPTIONS = {
    "store": click.option(
        "--store", metavar="SPEC", help="Folder, memory: or SPARQL endpoint to ask (env KG_STORE). Default: the bundled graph."
    ),
    "as_of": click.option(
        "--as-of", metavar="DAY", callback=day_option, help="The state of the world on that day, 2020-06-30."
    ),
    "known_by": click.option(
        "--known-by", metavar="DATE", callback=date_option, help="Only what was read by then: 2026, 2026-11 or 2026-11-23."
    ),
    "format": click.option(
        "--format", "-f", type=click.Choice(ROW_FORMATS), help="Default: table on a terminal, tsv in a pipe."
    ),
    "output": click.option("--output", "-o", metavar="FILE", help="Write to a file instead of stdout."),
    "no_color": click.option("--no-color", is_flag=True, default=None, help="No colour (env NO_COLOR)."),
    "quiet": click.option("--quiet", "-q", is_flag=True, default=None, help="Only data and errors."),
    "timeout": click.option(
        "--timeout", type=click.FloatRange(0, 1e6, min_open=True), metavar="S", help="Give up on a query after S seconds."
    ),
    "debug": click.option("--debug", is_flag=True, default=None, help="Show the traceback of a failure."),
}


def shared_options(
    function: F, *, formats: Sequence[str] = ROW_FORMATS, metavar: str | None = None, hidden: Sequence[str] = ()
) -> F:
    """Add every shared option; the function gets their values. `metavar` is what help says of the formats.

    The `hidden` ones are not in its help: they are there to be refused in words.
    """
    for option in reversed(_OPTIONS.values()):
        function = option(function)
    for param in function.__click_params__:  # type: ignore[attr-defined]
        if param.name in hidden:
            param.hidden = True
        elif param.name == "format" and formats != ROW_FORMATS:
            param.type, param.metavar = click.Choice(formats), metavar
    return function


# Why a verb takes no --as-of, in the words of its refusal.
_TIMELESS = {
    "build": "a graph is built whole, and then asked as of any day",
    "push": "the graph is put there whole, and then asked as of any day",
    "load": "a source is loaded whole; --day says which day its file shows",
    "unload": "a source is taken out whole",
    "update": "sources are read as they are today",
    "snapshot": "it writes what files say, whatever the day",
    "queries": "the queries are the same on any day; give the day to `kg query`",
    "schema": "the terms are the same on any day",
    "sources": "it says what was read and when, not how the world was",
    "info": "it counts what the graph holds, whatever the day",
    "release": "a release has all days; `kg export --as-of` writes one",
    "serve": "the graph is served whole; a query says of which day it asks",
    "review": "names are joined for good, whatever the day",
}


# Why a verb takes no --format, likewise.
_FORMATLESS = {
    "export": "takes its format as an argument",
    "release": "writes every format",
    "serve": "answers in the format that each client asks for",
}


def with_settings(*, formats: Sequence[str] = ROW_FORMATS, as_of: bool = False, known_by: bool = True) -> Callable[[F], F]:
    """Add the shared options to a verb, which gets one `settings`; a verb that knows no `as_of` refuses it, saying why.

    A verb that asks no graph refuses `known_by`.
    """

    def decorate(function: F) -> F:
        @functools.wraps(function)
        @click.pass_context
        def wrapper(ctx: click.Context, /, *args: Any, **kwargs: Any) -> Any:
            given = {name: kwargs.pop(name) for name in _OPTIONS}
            settings = ctx.ensure_object(Settings).merged(given)
            ctx.obj = settings
            ctx.find_root().obj = settings
            if settings.as_of and not as_of:
                why = _TIMELESS.get(str(ctx.info_name), "it is about files of facts, not about the world on a day")
                raise click.UsageError(f"`kg {ctx.info_name}` takes no --as-of: {why}")
            if settings.known_by and not known_by:
                raise click.UsageError(f"`kg {ctx.info_name}` asks no graph; --known-by means nothing to it")
            if settings.format and not formats:
                raise click.UsageError(f"`kg {ctx.info_name}` {_FORMATLESS[str(ctx.info_name)]}")
            if settings.format and settings.format not in formats:
                raise click.UsageError(f"`kg {ctx.info_name}` has no format {settings.format!r}; it has {', '.join(formats)}")
            return function(settings, *args, **kwargs)

        hidden = [name for name, known in (("as_of", as_of), ("known_by", known_by), ("format", formats)) if not known]
        return shared_options(wrapper, formats=formats, hidden=hidden)  # type: ignore[return-value]

    return decorate


class Name(click.ParamType):  # type: ignore[type-arg]
    """The name of a project or organization; completed from the graph."""

    name = "name"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
        """Slugs that start with what was typed."""
        from click.shell_completion import CompletionItem

        from kg.errors import KgError
        from kg.lookup import beginning

        try:
            settings = ctx.find_object(Settings) or Settings()
            fitting = beginning(settings.graph().store, incomplete)
        except KgError:
            return []
        return [CompletionItem(slug, help=name) for slug, name in fitting]


NAME = Name()
