"""Verbs that go through time: timeline, diff."""

from __future__ import annotations

import click

from kg.cli.options import NAME, Settings, with_settings


@click.command()
@click.argument("name", type=NAME)
@click.option("--all", "whole", is_flag=True, help="Every sighting, also those in the middle of a long run.")
@with_settings(as_of=True)
def timeline(settings: Settings, name: str, whole: bool) -> None:
    """Every dated thing about a project or organization in order: events, relations, sightings, figures, each with its sources.

    Dates are as stated, with the days they can mean; sources that disagree have a row each. Of long runs of sightings the
    first and the last are shown. With --as-of, what may have happened up to that day. Exits 1 when nothing is dated.

    \b
    Example: kg timeline pytorch
    """
    from kg import catalog
    from kg import timeline as timelines

    found = timelines.timeline(settings.graph(), name, until=settings.as_of, whole=whole)
    query = catalog.load("timeline")
    settings.rows(found.rows, shown=query.shown, below=query.below)
    if not found.rows:
        settings.say(f"kg: nothing dated is on record about {name}" + (f" up to {settings.as_of}" if settings.as_of else ""))
        raise click.exceptions.Exit(1)
    if found.folded:
        settings.say(f"kg: {found.folded} sightings in the middle of long runs are left out; --all shows them")


@click.command()
@click.argument("a")
@click.argument("b")
@click.option("--about", metavar="NAME", type=NAME, help="Only this project or organization; with two days.")
@with_settings()
def diff(settings: Settings, a: str, b: str, about: str | None) -> None:
    """What is different between two days of the world, or between two builds of the graph; exits 0 either way.

    Of two days: the states that began (+), ended (-) or became more or less certain (~), verdicts on foundations among them.
    Of two builds: the statements added (+) and removed (-). A build is a folder made by `kg build --store FOLDER`, `memory:`,
    a SPARQL endpoint, or a file of statements (.nq, .trig, .nt, .ttl, also with .gz).

    \b
    Example: kg diff 2022-09-01 2022-10-01 --about pytorch
    """
    from kg import diff as differences
    from kg.errors import Misuse

    if differences.same_kind(a, b) == "day":
        found = differences.between_days(settings.graph(), a, b, about=about)
        settings.rows(found.rows, shown=differences.shown(found.rows.columns), below=("sources",))
    else:
        for option, value in (("--about", about), ("--known-by", settings.known_by)):
            if value:
                raise Misuse(f"{option} narrows the worlds of two days; of two builds every statement is compared")
        found = differences.between_builds(a, b)
        settings.rows(found.rows, shown=differences.shown(found.rows.columns))
    for remark in found.remarks:
        settings.say(f"kg: {remark}")
    settings.say(found.summary or "no difference")
