"""Verbs that bring sources in and weigh them: load, unload, update, snapshot, sources, conflicts, identity."""

from __future__ import annotations

from pathlib import Path

import click

from kg.cli.options import NAME, Settings, day_option, with_settings


def _folder(settings: Settings) -> Path | None:
    from kg.errors import Misuse
    from kg.store import is_endpoint

    if settings.store and (settings.store == "memory:" or is_endpoint(settings.store)):
        raise Misuse("sources are loaded into a graph in a folder: --store FOLDER, or the default graph without it")
    return Path(settings.store) if settings.store else None


def _today() -> str:
    import datetime

    return datetime.date.today().isoformat()


@click.command()
@click.argument("feed")
@click.argument("file", metavar="FILE|URL", required=False)
@click.option("--as", "source", metavar="ID", help="Name the source; by default it has the name of the file.")
@click.option("--host", metavar="ID|NAME", help="The foundation whose list it is: a known one, or the name of a new one.")
@click.option("--day", metavar="DAY", callback=day_option, help="The day that the file shows; by default today.")
@click.option("--dry-run", is_flag=True, help="Read the file and print what would change; change nothing.")
@with_settings(known_by=False)
def load(
    settings: Settings, feed: str, file: str | None, source: str | None, host: str | None, day: str | None, dry_run: bool
) -> None:
    """Load a public file into your graph, beside what ships with kg, as a source of its own.

    FEED is a source that `kg sources` lists, or a format: landscape, apache, rdf and others. Without FILE it is fetched
    from where the source is published; for wikidata it is the address of the endpoint. What was loaded as the same source
    before is replaced, whole or not at all. What was read and what was left out goes to stderr.

    \b
    Example: kg load cncf-landscape landscape.yml --dry-run
    """
    from kg import upkeep
    from kg.graph import Table

    outcome = upkeep.load(
        _folder(settings),
        feed,
        file or "",
        day or _today(),
        source=source or "",
        host=host or "",
        dry_run=dry_run,
        say=settings.say,
    )
    if dry_run:
        columns = ("change", "table", "row")
        settings.rows(Table(columns, [dict(zip(columns, row, strict=True)) for row in outcome.changes]))
        settings.say(f"{outcome.source}: {outcome.count:,} rows would change; nothing was changed")
    else:
        settings.say(f"loaded {outcome.source}: {outcome.message}")


@click.command()
@click.argument("source", nargs=-1, required=True)
@with_settings(formats=(), known_by=False)
def unload(settings: Settings, source: tuple[str, ...]) -> None:
    """Take sources that you loaded out of your graph; a snapshot that ships with kg is back in its place.

    \b
    Example: kg unload my-landscape
    """
    from kg import upkeep

    for name in upkeep.unload(_folder(settings), source, settings.say):
        settings.say(f"unloaded {name}")


@click.command()
@click.argument("source", nargs=-1)
@with_settings(known_by=False)
def update(settings: Settings, source: tuple[str, ...]) -> None:
    """Fetch what sources have published since, and load what is new; by default every source that has an address.

    A source that cannot be fetched, or that holds too little, keeps what it had; then the exit code is 3.

    \b
    Example: kg update cncf-landscape lf-landscape
    """
    from kg import upkeep
    from kg.graph import Table

    outcomes = upkeep.update(_folder(settings), source, _today(), settings.say)
    rows = [{"source": o.source, "state": o.state, "message": o.message} for o in outcomes]
    settings.rows(Table(("source", "state", "message"), rows))
    if any(o.state == "failed" for o in outcomes):
        raise click.exceptions.Exit(3)


@click.command()
@click.argument("raw", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--into", type=click.Path(path_type=Path), help="A new folder to write to; by default the snapshots are replaced."
)
@with_settings(formats=(), known_by=False)
def snapshot(settings: Settings, raw: Path, into: Path | None) -> None:
    """Make the snapshots that ship with kg anew from the folder of raw files; for maintainers, in a checkout.

    \b
    Example: kg snapshot ../shared/data --into /tmp/snapshots
    """
    from kg import loading

    if into:
        loading.make_snapshots(raw, into, settings.say)
    else:
        loading.replace_snapshots(raw, settings.say)


@click.command()
@with_settings()
def sources(settings: Settings) -> None:
    """Every source of the graph: what it is, its licence and revision, the day it shows, and how many facts rest on it.

    \b
    Example: kg sources
    """
    from kg import catalog

    settings.rows(settings.graph().run("sources"), shown=catalog.load("sources").shown)


@click.command()
@click.argument("name", type=NAME, required=False)
@click.option("--kind", type=click.Choice(("date", "level", "holder", "entered twice")), help="Only conflicts of this kind.")
@click.option("--strict", is_flag=True, help="Exit 1 where there are any.")
@with_settings(as_of=True)
def conflicts(settings: Settings, name: str | None, kind: str | None, strict: bool) -> None:
    """Where sources contradict each other, what each says, which one answers use, and why.

    A later announcement and an earlier acceptance are no conflict: only values on the same basis are compared.

    \b
    Example: kg conflicts openebs
    """
    from kg import catalog

    given = {"about": name, "kind": kind}
    found = settings.graph().run("conflicts", {k: v for k, v in given.items() if v})
    query = catalog.load("conflicts")
    settings.rows(found, shown=query.shown)
    settings.say(f"{len(found)} conflict{'s' if len(found) != 1 else ''}")
    if strict and len(found):
        raise click.exceptions.Exit(1)


@click.group()
def identity() -> None:
    """Look at how one entity was made from many names."""


@identity.command("review")
@with_settings(known_by=False)
def identity_review(settings: Settings) -> None:
    """Names that are alike but were not joined, and identifiers that contradict each other: for a curator to decide.

    \b
    Example: kg identity review
    """
    from kg.build import shelf_of
    from kg.graph import Table
    from kg.loading import review

    columns = ("kind", "one", "other", "likeness", "about")
    settings.rows(Table(columns, [dict(zip(columns, row, strict=True)) for row in review(shelf_of(_folder(settings)))]))
