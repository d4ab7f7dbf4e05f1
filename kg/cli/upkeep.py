"""Verbs that look after the graph: build, push, info."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.cli.options import Settings, with_settings

if TYPE_CHECKING:
    from kg.graph import Graph


@click.command()
@with_settings(known_by=False)
def build(settings: Settings) -> None:
    """Build the graph from the facts that ship with kg, anew; --store FOLDER builds it there.

    Not needed before use: the first question builds it. What was there stays until the new one is complete.

    \b
    Example: kg build --store ./graph
    """
    from kg import build as builder
    from kg.errors import KgError, Misuse
    from kg.store import is_endpoint

    spec = settings.store
    if spec and (spec == "memory:" or is_endpoint(spec)):
        raise Misuse("kg build makes a graph in a folder: --store FOLDER")
    folder = Path(spec) if spec else None
    try:
        path = builder.build_folder(folder) if folder else builder.rebuild_default()
    except OSError as error:
        raise KgError(f"cannot build in {folder or builder.default_folder()}: {error}; name a folder with --store") from error
    settings.say(f"built {path}")
    settings.store = str(folder) if folder else None
    _info(settings)


@click.command()
@click.option("--from", "source", metavar="SPEC", help="The folder or memory: to push. Default: the bundled graph.")
@with_settings(formats=(), known_by=False)
def push(settings: Settings, source: str | None) -> None:
    """Put the graph on the SPARQL server that --store names, one source at a time, and prove that it is there.

    What an earlier push completed is not sent again, so one that was interrupted goes on. Who may write is told to the server
    from KG_STORE_USER and KG_STORE_PASSWORD, KG_STORE_TOKEN, or ~/.netrc. --timeout is for each source.

    \b
    Example: kg push --store http://127.0.0.1:7878/query
    """
    from kg.errors import Misuse
    from kg.graph import open_graph
    from kg.store import is_endpoint
    from kg.store.push import push as put

    if not settings.store or not is_endpoint(settings.store):
        raise Misuse("kg push puts the graph on a server: --store https://host/sparql")
    if source is not None and is_endpoint(source):
        raise Misuse("--from is a folder or memory:; a graph on a server is pushed from where it was made")
    graph = open_graph(source, say=settings.say) if source else _default_graph(settings)
    done = put(graph.store, settings.store, settings.say, timeout=settings.timeout)
    removed = f", {done.removed} removed" if done.removed else ""
    settings.say(
        f"{settings.store}: {done.sent} graphs sent, {done.there} there already{removed}; "
        f"{done.statements} statements, {done.union} in their union, as the server counts them"
    )


def _default_graph(settings: Settings) -> Graph:
    """The bundled graph, whatever KG_STORE says: that is where it goes."""
    from kg.build import open_default
    from kg.graph import Graph

    return Graph(open_default(settings.say))


@click.command()
@with_settings()
def info(settings: Settings) -> None:
    """What a graph holds: sizes, the days its sources were read, where it lies, the criteria of its verdicts; and this kg.

    \b
    Example: kg info
    """
    _info(settings)


def _info(settings: Settings) -> None:
    from kg import __version__
    from kg import build as builder
    from kg.graph import Table

    found = [*builder.description(settings.graph().store), ("kg", __version__)]
    rows = [{"what": what, "value": value} for what, value in found]
    settings.rows(Table(("what", "value"), rows))
