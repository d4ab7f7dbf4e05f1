"""The command line: the root group, its error handling, and which module holds which verb.

Importing this loads click and nothing heavier; a verb's module is imported when the verb is used, and the rooms it needs
when its body runs.
"""

from __future__ import annotations

import functools
import importlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from kg import __version__
from kg.cli.options import QUERY_FORMATS, Settings, discard_stdout, shared_options
from kg.errors import KgError, QueryTimeout

COMMANDS = {
    "moves": ("answers", "moves"),
    "show": ("answers", "show"),
    "find": ("answers", "find"),
    "why": ("answers", "why"),
    "coverage": ("answers", "coverage"),
    "neutrality": ("judging", "neutrality"),
    "analyze": ("analyzing", "analyze"),
    "path": ("analyzing", "path"),
    "timeline": ("time", "timeline"),
    "diff": ("time", "diff"),
    "query": ("asking", "query"),
    "queries": ("asking", "queries"),
    "schema": ("asking", "schema"),
    "sources": ("feeding", "sources"),
    "conflicts": ("feeding", "conflicts"),
    "export": ("exporting", "export"),
    "release": ("exporting", "release"),
    "serve": ("serving", "serve"),
    "load": ("feeding", "load"),
    "unload": ("feeding", "unload"),
    "update": ("feeding", "update"),
    "identity": ("feeding", "identity"),
    "build": ("upkeep", "build"),
    "push": ("upkeep", "push"),
    "check": ("checking", "check"),
    "info": ("upkeep", "info"),
    "snapshot": ("feeding", "snapshot"),
}


class Root(click.Group):
    """A group whose commands are imported on use, and whose expected failures print one message and no traceback."""

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        """As click does; `--help` and `--version` are answered in here, and their reader may leave early too."""
        with _a_closed_pipe_is_no_error():
            return super().make_context(*args, **kwargs)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The verbs, in the order of the manual."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """The verb's command, imported now."""
        if name not in COMMANDS:
            return None
        module, attribute = COMMANDS[name]
        command: click.Command = getattr(importlib.import_module(f"kg.cli.{module}"), attribute)
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with the nearest verb named when there is none."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            import difflib

            from kg.catalog import names

            if args[0] in names():
                raise click.UsageError(f"No such command {args[0]!r}; it is a named query: kg query {args[0]}", ctx) from None
            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            if near and "Did you mean" not in error.message:
                raise click.UsageError(f"{error.message.rstrip('.')}. Did you mean {near[0]!r}?", ctx) from None
            raise

    def invoke(self, ctx: click.Context) -> Any:
        """Run the verb; an expected failure becomes its message on stderr and its exit code."""
        try:
            with _a_closed_pipe_is_no_error():
                return super().invoke(ctx)
        except KgError as error:
            if ctx.find_object(Settings) is not None and ctx.ensure_object(Settings).debug:
                raise
            click.echo(f"kg: {error}", err=True)
            if isinstance(error, QueryTimeout):
                # The engine is still at it in its thread and cannot be stopped: leave without waiting for it.
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(error.exit_code)
            ctx.exit(error.exit_code)


@contextmanager
def _a_closed_pipe_is_no_error() -> Iterator[None]:
    """End well where whoever reads us has seen enough; click by itself would exit 1."""
    try:
        yield
    except BrokenPipeError:
        discard_stdout()
        raise click.exceptions.Exit(0) from None


@click.group(cls=Root, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="kg")
@functools.partial(shared_options, formats=QUERY_FORMATS, metavar="FORMAT")
@click.pass_context
def root(ctx: click.Context, /, **given: Any) -> None:
    """Ask who governs open source: which projects moved to foundations, who holds what, how neutral a home is.

    Every fact in an answer names its source. Data go to stdout, talk to stderr. Exit codes: 0 done, 1 a negative
    answer, 2 misuse, 3 could not be done.

    \b
    Example: kg moves --donor google --since 2015
    """
    ctx.obj = Settings(**given)


def main() -> None:
    """The entry point of `kg`: a closed pipe is no error, and Ctrl-C stops a query that is inside the engine."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_DFL)
    _settle_stdout()
    try:
        root(prog_name="kg")
    except BrokenPipeError:  # from shell completion, which click answers before it makes a context
        discard_stdout()
        sys.exit(0)


def _settle_stdout() -> None:
    """Make answers the same bytes whatever the locale or system; on a terminal, show what it cannot encode as `?`."""
    if sys.stdout is None:  # started with stdout closed: nobody wants the answer
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - it lives as long as the process
    elif sys.stdout.isatty():
        sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
    else:
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr]
