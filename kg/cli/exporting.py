"""Verbs that write the graph for others: export, of a network or of all statements, and release, of all there is."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kg.cli.options import NAME, Settings, date_option, whole_file, with_settings

if TYPE_CHECKING:
    import networkx as nx

    from kg.export.picture import Picture
    from kg.graph import Graph

# As in kg.export.NETWORKS and STATEMENTS, and kg.network.SPANS: --help loads neither.
NETWORK_FORMATS = ("gexf", "graphml", "cx2", "kumu", "csv", "cosmograph", "parquet", "dot", "mermaid")
STATEMENT_FORMATS = ("ttl", "trig", "nq", "jsonld")
FRAMED, STATEMENTS_FOR_WIKIDATA = "framed", "quickstatements"
TABLES = "sqlite"
VIEWS = ("moves", "donations", "memberships", "boards", "holdings", "control", "employers", "everything")


@click.command()
@click.argument(
    "format_",
    metavar="FORMAT",
    type=click.Choice((*NETWORK_FORMATS, *STATEMENT_FORMATS, FRAMED, TABLES, STATEMENTS_FOR_WIKIDATA)),
)
@click.option("--view", type=click.Choice(VIEWS), help="Which network. Default: moves; with --around, everything.")
@click.option("--around", metavar="NAME", type=NAME, help="Only what lies around this project or organization.")
@click.option("--depth", type=click.IntRange(1), metavar="N", help="At most N edges away. Default: 1.")
@click.option("--query", metavar="QUERY", help="Instead of a view: the network of a CONSTRUCT, a file, - or the text itself.")
@click.option("--since", metavar="DATE", callback=date_option, help="Only what can have been so on or after this date.")
@click.option("--until", metavar="DATE", callback=date_option, help="Only what had begun by this date.")
@click.option(
    "--time",
    "unit",
    type=click.Choice(("date", "year")),
    help="Days of beginning and end whole, or their years. Default: date.",
)
@click.option("--collapse", is_flag=True, help="One edge a pair: weights added, labels and sources of all.")
@with_settings(formats=(), as_of=True)
def export(
    settings: Settings,
    format_: str,
    view: str | None,
    around: str | None,
    depth: int | None,
    query: str | None,
    since: str | None,
    until: str | None,
    unit: str | None,
    collapse: bool,
) -> None:
    """Write the graph for other tools: a network to look at, or all statements.

    \b
    gexf        Gephi and Gephi Lite, with colours, sizes, places and a timeline
    graphml     yEd, igraph, networkx and many more
    cx2         Cytoscape
    kumu        Kumu's JSON blueprint
    csv         Gephi's import of spreadsheets, edges; nodes in NAME.nodes.csv
    cosmograph  Cosmograph, edges; nodes in NAME.nodes.csv
    parquet     DuckDB, Spark, pandas: edges; nodes in NAME.nodes.parquet
    dot         Graphviz, at most 200 edges
    mermaid     Markdown pages, at most 200 edges
    ttl         all statements, the union of all sources
    trig nq jsonld   all statements, each source in its own graph
    framed      the transfers as a tree of JSON, each with its project, parties and documents; JSON-LD too
    sqlite      Datasette and SQLite: moves, projects, organizations, members, sources and more, as tables
    quickstatements  facts with references that Wikidata could be told: printed, not sent

    Views: moves (who gave what to whom, who still holds what), donations (company to foundation), memberships, boards,
    holdings, control, employers (of maintainers), everything. Over all time, with the days of beginning and end; with
    --as-of, only what held on that day. Exits 1 when nothing fits.

    \b
    Example: kg export gexf --view donations -o donations.gexf
    """
    from kg.errors import Misuse

    given = {"--view": view, "--around": around, "--depth": depth, "--query": query, "--since": since, "--until": until}
    given |= {"--time": unit, "--collapse": collapse or None}
    if format_ not in NETWORK_FORMATS:
        if chosen := [name for name, value in given.items() if value is not None]:
            raise Misuse(f"{format_} has all there is; {', '.join(chosen)}: for a network only, such as gexf")
        if format_ == TABLES:
            _database(settings)
            return
        if format_ == FRAMED:
            from kg.export.framed import framed

            settings.write(framed(settings.graph().store, as_of=settings.as_of))
            return
        if format_ == STATEMENTS_FOR_WIKIDATA:
            from kg.export.quickstatements import lines

            settings.write("".join(f"{line}\n" for line in lines(settings.graph().store, as_of=settings.as_of)))
            return
        from kg.export import rdf

        settings.write(rdf.serialize_store(settings.graph().store, format_, as_of=settings.as_of))
        return
    if query is not None and view is not None:
        raise Misuse("--view and --query are two networks: give one of them")
    if depth is not None and around is None:
        raise Misuse("--depth is how far to go from a name: --around NAME")
    from kg import network
    from kg.export import NETWORKS, layout
    from kg.export.picture import Picture

    graph = settings.graph()
    found = _constructed(graph, query) if query else _view(graph, view or ("everything" if around else "moves"))
    if around:
        iri = graph.resolve_iri("entity", around)
        found = network.around(found, iri if query else network.key_of(iri), depth or 1)
    if since or until:
        found = network.between(found, since, until)
    if collapse:
        found = network.collapsed(found)
    if not found:
        settings.say("kg: nothing fits; " + ("another --view has more" if view else "leave out --since, --until or --around"))
        raise click.exceptions.Exit(1)
    places = layout.places(found) if NETWORKS[format_].placed else {}
    if NETWORKS[format_].placed and not places:
        settings.say("kg: no places, so the tool has to lay it out; pip install 'osgov-kg[analysis]' has kg do it")
    _written(settings, format_, Picture(found, places, years=unit == "year"))
    settings.say(f"{found.number_of_nodes()} nodes, {found.number_of_edges()} edges")


def _database(settings: Settings) -> None:
    """Write the SQLite file, whole or not at all."""
    import tempfile

    from kg.errors import Misuse
    from kg.release import database

    if settings.output in {None, "-"}:
        raise Misuse("SQLite is a file: -o NAME.db")
    with tempfile.TemporaryDirectory() as folder, whole_file(str(settings.output)) as out:
        path = Path(folder) / "tables.db"
        database(settings.graph(), path)
        out.write(path.read_bytes())


def _view(graph: Graph, name: str) -> nx.MultiDiGraph[str]:
    from kg import network

    return network.transfers(graph.run) if name == "moves" else network.spans(network.Views(graph), name)


def _constructed(graph: Graph, query: str) -> nx.MultiDiGraph[str]:
    """The network of what a CONSTRUCT or DESCRIBE gives."""
    from pyoxigraph import Literal

    from kg import network
    from kg.cli.asking import text_of
    from kg.errors import Misuse

    text, named = text_of(query)
    answer = None if named else graph.ask(text)
    if not isinstance(answer, list):
        raise Misuse("--query takes a CONSTRUCT or DESCRIBE, whose statements are the edges; rows are for `kg query`")
    said = ((_text(t.subject), t.predicate.value, _text(t.object), isinstance(t.object, Literal)) for t in answer)
    return network.statements(said, network.Views(graph))


def _text(term: Any) -> str:
    return str(getattr(term, "value", term))


def _written(settings: Settings, format_: str, picture: Picture) -> None:
    """Write the picture to stdout or the file of -o; what stands beside it to that file's name with `.nodes`."""
    from kg.errors import Misuse
    from kg.export import NETWORKS

    format = NETWORKS[format_]
    module = import_module(f"kg.export.{format.module}")
    if settings.output in {None, "-"}:
        if format_ == "parquet":
            raise Misuse("Parquet is a pair of files: -o NAME.parquet")
        getattr(module, format.write)(picture, sys.stdout.buffer)
        sys.stdout.flush()
        return
    assert settings.output is not None
    with whole_file(settings.output) as out:
        getattr(module, format.write)(picture, out)
    stem, dot, suffix = settings.output.rpartition(".")
    if format.beside and dot:
        beside = f"{stem}.nodes.{suffix}"
        with whole_file(beside) as out:
            getattr(module, format.beside)(picture, out)
        settings.say(f"nodes: {beside}")


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--previous", metavar="DIR", type=click.Path(path_type=Path), help="An earlier release, to tell what changed since."
)
@click.option("--check", is_flag=True, help="Instead: whether the files of the release in DIR are what its checksums say.")
@with_settings(formats=(), known_by=True)
def release(settings: Settings, folder: Path, previous: Path | None, check: bool) -> None:
    """Write a release that can be cited: all statements, tables, networks, description, licences, checksums.

    DIR, which must not be there yet, gets statements/ (ttl, trig, nq, jsonld; the transfers framed), tables/ (CSV with
    datapackage.json, SQLite), networks/ (GEXF of each view), void.ttl (VoID and DCAT), CITATION.cff and SHA256SUMS; with
    --previous, CHANGES.md and feed.atom. It is dated by the newest day on which a source was read: the same graph gives the
    same bytes. With --check, exits 1 for a file that is missing, changed or not listed.

    \b
    Example: kg release 2026-11 --previous 2026-08
    """
    from kg import release as releases
    from kg.errors import Misuse

    if check:
        if previous:
            raise Misuse("--check looks at one release; --previous is for writing one")
        wrong = releases.check(folder)
        settings.write("".join(f"{line}\n" for line in wrong))
        settings.say(f"{len(wrong)} wrong" if wrong else "every file is as its checksum says")
        if wrong:
            raise click.exceptions.Exit(1)
        return
    releases.make(settings.graph(), folder, previous, settings.say)
    settings.say(f"written: {folder}")
