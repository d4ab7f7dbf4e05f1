"""The verb that explains verdicts: neutrality."""

from __future__ import annotations

import click

from kg.cli.options import NAME, Settings, with_settings


@click.command()
@click.argument("name", type=NAME, required=False)
@click.option(
    "--profile", metavar="NAME", default="default", show_default=True, help="default (N1 to N3) or strict (N1 to N6)."
)
@click.option("--all", "every", is_flag=True, help="One line a foundation instead.")
@with_settings(as_of=True)
def neutrality(settings: Settings, name: str | None, profile: str, every: bool) -> None:
    """How neutral a foundation is, by which facts: each criterion passes, fails or is unknown, and what would change it.

    For a project: whether a vendor holds it, the neutrality of its home, and how many employers its maintainers have.

    \b
    Example: kg neutrality pytorch-foundation --profile strict
    """
    from kg.neutrality import explain, overview

    if bool(name) == every:
        raise click.UsageError("name a foundation, company or project, or say --all")
    graph, on = settings.graph(), settings.as_of
    if name is None:
        table = overview(graph, profile=profile, on=on)
        settings.rows(table, shown=("foundation", "n1", "n2", "n3", "n4", "n5", "n6", "verdict"))
        return
    found = explain(graph, name, profile=profile, on=on)
    several = len({row["subject"] for row in found}) > 1
    shown = ("test", "outcome", "because", "missing", "would_change")
    settings.rows(found, shown=("subject", *shown) if several else shown, below=("sources",))
