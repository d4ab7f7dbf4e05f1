"""The verb for what no query can answer: analyze, one subcommand a measure, made from the list of measures."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any

import click

from kg.analysis import Argument, Measure
from kg.analysis.registry import MEASURES, measure
from kg.cli.options import NAME, Settings, with_settings, write_file

if TYPE_CHECKING:
    from kg.analysis import Findings

_NAMED = {"entity", "project", "organization"}


class Measures(click.Group):
    """A group with a command for each measure."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The measures, in the order of the list."""
        return [m.name for m in MEASURES]

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """The command of a measure, made now."""
        found = measure(name)
        return _command(found) if found else None


@click.group(cls=Measures, subcommand_metavar="MEASURE [ARGS]...")
def analyze() -> None:
    """What no query can answer: who gives to whom, who has influence, how concentrated a project is, and more.

    Each measure says what it is (`kg analyze MEASURE --help`), gives rows like every command, shows with --explain the facts
    that it was computed from, and draws with --plot. Exits 1 where there is nothing to measure.

    \b
    Example: kg analyze flow --of google
    """


def _command(found: Measure) -> click.Command:
    """The command of a measure: its arguments as options, and those that all of them have."""

    def run(
        settings: Settings, /, explain: bool, plot: str | None, apart: bool, backend: str | None = None, **given: Any
    ) -> None:
        from dataclasses import replace
        from importlib import import_module

        from kg.graph import Table
        from kg.network import Views

        if plot:
            from kg.figure import checked

            checked(plot)
        arguments = {argument.name: _value(argument, given[argument.name]) for argument in found.arguments}
        if found.networked:
            arguments["backend"] = backend
        views = Views(settings.graph(), apart=apart)
        gc.disable()  # among the hundred thousand terms of a view there are no circles to look for, and looking takes a fifth
        try:
            findings: Findings = import_module(f"kg.analysis.{found.module}").measure(views, **arguments)
        finally:
            gc.enable()
        if findings.chart:
            findings.chart = replace(findings.chart, source=_source(settings, findings))
        if explain:
            shown = [column for column in findings.input_columns if column not in {"from_id", "to_id", "facts", "sources"}]
            settings.rows(Table(findings.input_columns, findings.inputs), shown=shown, below=("sources",))
        else:
            settings.rows(Table(findings.columns, findings.rows), shown=findings.shown, below=findings.below)
        if settings.on_terminal():
            settings.say(f"{found.name}: {found.definition}")
        for remark in findings.remarks:
            settings.say(f"kg: {remark}")
        if plot:
            from kg.figure import draw

            write_file(plot, draw(findings, plot))
            settings.say(f"drawn: {plot}")

    body = with_settings(as_of=True)(run)
    body = click.option("--apart", is_flag=True, help="Each company by itself, not with those that controlled it.")(body)
    if found.networked:
        body = click.option("--backend", metavar="NAME", help="Have this backend of networkx compute it.")(body)
    body = click.option("--plot", metavar="FILE", help="Draw it: FILE.png, FILE.svg or FILE.html.")(body)
    body = click.option("--explain", is_flag=True, help="Instead: the facts it is computed from, with their sources.")(body)
    for argument in reversed(found.arguments):
        body = _parameter(argument)(body)
    text = f"{found.question}\n\n{found.definition}\n\n\b\nExample: {found.example}"
    return click.command(found.name, help=text, short_help=found.question)(body)


def _source(settings: Settings, findings: Findings) -> str:
    """The line under a figure: from what it was computed, and how to see it."""
    documents = {url for row in findings.inputs for url in row.get("sources", ())}
    day = f", as of {settings.as_of}" if settings.as_of else ""
    context = click.get_current_context()
    count = f"{len(documents)} document{'s' if len(documents) != 1 else ''}"
    return f"Source: osgov-kg{day}; {count}, named by `{context.command_path} --explain`."


def _parameter(argument: Argument) -> Any:
    """The click option, or argument, for an argument of a measure."""
    kinds: dict[str, Any] = {
        "integer": click.IntRange(min=1),
        "choice": click.Choice(argument.choices),
        "file": click.Path(exists=False),
        **dict.fromkeys(_NAMED, NAME),
    }
    kind = kinds.get(argument.kind, str)
    if argument.positional:
        return click.argument(argument.name, type=kind, required=argument.required)
    name = "--" + argument.name.replace("_", "-")
    if argument.kind == "flag":
        return click.option(name, argument.name, is_flag=True, help=argument.about)
    shown = argument.default is not None
    metavar = None if argument.kind == "choice" else {"integer": "N", "file": "FILE"}.get(argument.kind, "NAME")
    return click.option(
        name, argument.name, type=kind, default=argument.default, show_default=shown, metavar=metavar, help=argument.about
    )


def _value(argument: Argument, given: Any) -> Any:
    """What the measure gets: the name and text of a file, anything else as it was given."""
    if argument.kind != "file" or given is None:
        return given
    from pathlib import Path

    from kg.errors import KgError

    try:
        return given, Path(given).read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise KgError(f"cannot read {given}: {getattr(error, 'strerror', None) or 'it is not UTF-8 text'}") from error


_path = measure("path")
assert _path is not None
path = _command(_path)
