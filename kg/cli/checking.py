"""The verb check: find faults in the fact files and in a graph before others do."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.cli.options import Settings, with_settings

if TYPE_CHECKING:
    from kg.check import Finding


@click.group(invoke_without_command=True)
@with_settings()
def check(settings: Settings) -> None:
    """Find faults before others do: in the fact files, and in what the graph says. Exits 1 if there is a violation.

    Without a command: the fact files, then every rule as a query (as kg check graph), and as a SHACL shape too where the
    graph has at most 100,000 statements (as kg check shapes). Warnings and remarks are listed and counted.

    \b
    Example: kg check
    """
    if click.get_current_context().invoked_subcommand is None:
        from kg import check as checks

        _report(settings, checks.check(settings.graph().store))


@check.command("shapes")
@with_settings()
def check_shapes(settings: Settings) -> None:
    """Check a graph with the SHACL shapes of ontology/shapes.ttl, by pySHACL: a minute or two for the bundled graph.

    \b
    Example: kg check shapes --store ./graph
    """
    from kg import check as checks

    _report(settings, checks.check_shapes(settings.graph().store))


@check.command("graph")
@with_settings()
def check_graph(settings: Settings) -> None:
    """Check a graph with queries/checks: the rules of the shapes as SPARQL, and those that no shape can say.

    \b
    Example: kg check graph --store https://example.org/sparql
    """
    from kg import check as checks

    _report(settings, checks.check_graph(settings.graph().store))


def _report(settings: Settings, found: Sequence[Finding]) -> None:
    """Write the findings as rows and count them on stderr. Exits 1 if one is a violation."""
    from kg import check as checks
    from kg.graph import Table

    rows = [finding.row() for finding in found]
    settings.rows(Table(checks.COLUMNS, rows), shown=("severity", "where", "what"), below=("sources",))
    settings.say(checks.counted(found))
    if any(finding.severity == checks.VIOLATION for finding in found):
        raise click.exceptions.Exit(1)


@check.command("facts")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), required=False)
@click.option("--fix", is_flag=True, help="Bring the files to canonical form first.")
@with_settings()
def check_facts(settings: Settings, folder: Path | None, fix: bool) -> None:
    """Read every fact file and report all problems at once: file, table, field, and what to do. Exits 1 if there are any.

    FOLDER holds projects/ and organizations/; by default the facts that ship with kg.

    \b
    Example: kg check facts
    """
    from kg.curated import lint_facts, rewrite_canonically
    from kg.graph import Table
    from kg.resources import FACTS

    root = folder or FACTS
    if fix:
        for path in rewrite_canonically(root):
            settings.say(f"rewrote {path}")
    problems = lint_facts(root)
    if settings.format in {None, "table"}:
        settings.write("".join(p + "\n" for p in problems))
    else:
        parts = (p.partition(": ") for p in problems)
        settings.rows(Table(("file", "problem"), [{"file": file, "problem": problem} for file, _, problem in parts]))
    if problems:
        settings.say(f"{len(problems)} problem{'s' if len(problems) != 1 else ''}")
        raise click.exceptions.Exit(1)
    settings.say(f"no problems in {root}" if folder else "no problems in the facts")
