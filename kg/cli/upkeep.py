"""Verbs that look after the graph: build, info, export."""

from __future__ import annotations

from pathlib import Path

import click

from kg.cli.options import Settings, with_settings, write_file

EXPORTS = ("gexf", "graphml", "csv", "ttl", "trig", "nq", "jsonld")


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


@click.command()
@click.argument("format_", metavar="FORMAT", type=click.Choice(EXPORTS))
@with_settings(formats=(), as_of=True)
def export(settings: Settings, format_: str) -> None:
    """Write the graph for other tools: gexf, graphml and csv the network of who gave what to whom; the rest all statements.

    csv is the list of edges, with the list of nodes beside it as NAME.nodes.csv when -o NAME.csv names a file. ttl holds
    the union of all sources, trig, nq and jsonld each source in its own graph. With --as-of, only what can have happened by
    that day, and what can have been so on it.

    \b
    Example: kg export gexf -o governance.gexf
    """
    graph = settings.graph()
    if format_ in {"gexf", "graphml", "csv"}:
        from kg import network
        from kg.export import gephi

        found = network.transfers(graph.run)
        if format_ == "csv":
            edges, nodes = gephi.csv_tables(found)
            settings.write(edges)
            if settings.output and settings.output.endswith(".csv"):
                beside = settings.output.removesuffix(".csv") + ".nodes.csv"
                write_file(beside, nodes)
                settings.say(f"nodes: {beside}")
        else:
            settings.write(gephi.gexf(found) if format_ == "gexf" else gephi.graphml(found))
        settings.say(f"{found.number_of_nodes()} nodes, {found.number_of_edges()} edges")
    else:
        from kg.export import rdf

        settings.write(rdf.serialize_store(graph.store, format_, as_of=settings.as_of))
