"""Verbs that answer the questions people come with: moves, show, find, why, coverage."""

from __future__ import annotations

import click

from kg.cli.options import NAME, Settings, with_settings


@click.command()
@click.option("--donor", metavar="NAME", type=NAME, help="Only what this organization gave.")
@click.option("--to", metavar="NAME", type=NAME, help="Only what this organization, or a part of it, received.")
@click.option("--since", metavar="DATE", help="Only moves on or after this date: 2015, 2015-03 or 2015-03-02.")
@click.option("--until", metavar="DATE", help="Only moves on or before this date.")
@click.option("--neutral-only", is_flag=True, help="Only recipients shown to be neutral.")
@click.option("--all-kinds", is_flag=True, help="Code grants, forks, trademark transfers and gifts by others as well.")
@with_settings(as_of=True)
def moves(
    settings: Settings,
    donor: str | None,
    to: str | None,
    since: str | None,
    until: str | None,
    neutral_only: bool,
    all_kinds: bool,
) -> None:
    """Vendor projects that moved to foundations: who gave them, to whom, when, by which source.

    By default whole projects given by at least one company to a foundation. Exits 1 when there is none. "neutral" is the
    verdict on the recipient as it is today, or was on the day of --as-of: not on the day of the move.

    \b
    Example: kg moves --donor google --since 2015
    """
    from kg import catalog

    table = settings.graph().moves(donor=donor, to=to, since=since, until=until, neutral_only=neutral_only, all_kinds=all_kinds)
    query = catalog.load("moves")
    # Without --all-kinds every row is a gift of a whole project: the column would only take room.
    settings.rows(table, shown=[c for c in query.shown if all_kinds or c != "kind"], below=query.below)
    if not table:
        settings.say("kg: no move on record fits" + ("" if all_kinds else "; --all-kinds widens"))
        raise click.exceptions.Exit(1)
    if settings.on_terminal():
        settings.say(
            f"{len(table)} moves; neutral tells of the recipient, not of that day; `kg why NAME` shows the evidence for one"
        )


@click.command()
@click.argument("name", type=NAME)
@with_settings(as_of=True)
def show(settings: Settings, name: str) -> None:
    """What is known of a project, company or foundation: who holds it, levels, what moved, what a vendor kept.

    With --as-of, as it was on that day; what surely was so is definite, what the dates leave room for is possible.

    \b
    Example: kg show tensorflow
    """
    from kg.profile import profile

    found = profile(settings.graph(), name)
    format = settings.chosen_format()
    settings.write(found.render(format, width=settings.width(), colour=settings.colour()))


@click.command()
@click.argument("text")
@click.option("--limit", type=click.IntRange(1), default=10, show_default=True, help="At most so many.")
@with_settings(as_of=True)
def find(settings: Settings, text: str, limit: int) -> None:
    """Projects and organizations whose names contain or resemble TEXT, best first. Exits 1 when there is none.

    Every name that an entity ever had is searched, on any day.

    \b
    Example: kg find pytoch
    """
    from kg.graph import Table

    matches = settings.graph().find(text, limit=limit)
    columns = ("id", "name", "kind", "matched", "text", "score", "iri")
    rows = [
        {"id": m.id, "name": m.name, "kind": m.kind, "matched": m.how, "text": m.text, "score": m.score, "iri": m.iri}
        for m in matches
    ]
    settings.rows(Table(columns, rows), shown=columns[:6])
    if not rows:
        settings.say(f"kg: nothing is named like {text!r}")
        raise click.exceptions.Exit(1)


@click.command()
@click.argument("name", type=NAME)
@click.option("--identity", is_flag=True, help="Instead: the names under which sources write it, and the key that joined each.")
@with_settings(as_of=True)
def why(settings: Settings, name: str, identity: bool) -> None:
    """The evidence on a project or organization: each fact with its source, and what was computed from which facts.

    With --identity, what was found to be the same: other names, by which key, by which source. Exits 1 when there is none.

    \b
    Example: kg why pytorch
    """
    from kg.profile import evidence, identifications

    if identity:
        table = identifications(settings.graph(), name)
        settings.rows(table, shown=("name", "key", "source"), below=("sources",))
        if not table:
            settings.say(f"kg: no source writes {name} under another name")
            raise click.exceptions.Exit(1)
        return

    found = evidence(settings.graph(), name)
    shown = [column for column in ("fact", "property", "value", "basis", "certainty") if column in found.columns]
    settings.rows(found, shown=shown, below=("sources",))


@click.command()
@click.argument("name", type=NAME, required=False)
@click.option("--vendors", is_flag=True, help="Companies, with what they gave and kept, instead of foundations.")
@with_settings(as_of=True)
def coverage(settings: Settings, name: str | None, vendors: bool) -> None:
    """How much the graph knows about the projects of each foundation, or each vendor, and how fresh that is.

    NAME is one foundation or company; shares are in per cent of its projects. With --as-of, of that day, and days is
    how long before it a source last showed one of them. `kg queries coverage` says what each column counts.

    \b
    Example: kg coverage cncf
    """
    from kg import catalog
    from kg.coverage import of_foundations, of_vendors

    graph = settings.graph()
    vendors = vendors or bool(name and graph.resolve(name, kind="organization").kind == "company")
    table = of_vendors(graph, name) if vendors else of_foundations(graph, name)
    queries = ["coverage-vendors"] if vendors else ["coverage", "coverage-depth"]
    # Board seats are counted in what is piped; on a terminal a twelfth column would break the table.
    shown = dict.fromkeys(c for query in queries for c in catalog.load(query).shown if c != "board")
    settings.rows(table, shown=[*shown, *(["days"] if settings.as_of else [])])
    if not table:
        settings.say(f"kg: no project of {name} is on record" if name else "kg: no project is on record")
        raise click.exceptions.Exit(1)
