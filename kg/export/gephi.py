"""Networks as GEXF, GraphML and the pair of CSV files that Gephi reads; the same graph gives the same bytes."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import networkx as nx

# XML 1.0 has no place for these, escaped or not.
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _sorted(graph: nx.MultiDiGraph[str]) -> nx.MultiDiGraph[str]:
    """The same graph with nodes and edges in order, text that XML can hold, and edges numbered `e1`, `e2` …"""
    out: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for key, data in sorted(graph.nodes(data=True)):
        out.add_node(key, **{k: _writable(v) for k, v in sorted(data.items())})
    edges = sorted(graph.edges(keys=True, data=True), key=lambda e: e[:3])
    for number, (source, target, _, data) in enumerate(edges, 1):
        out.add_edge(source, target, f"e{number}", **{k: _writable(v) for k, v in sorted(data.items())})
    return out


def _writable(value: Any) -> Any:
    return _UNWRITABLE.sub("\ufffd", value) if isinstance(value, str) else value


def gexf(graph: nx.MultiDiGraph[str]) -> str:
    """The network as GEXF 1.2draft, as networkx writes it, without the day of writing."""
    from networkx.readwrite.gexf import GEXFWriter

    renamed = _sorted(graph)
    for _, _, data in renamed.edges(data=True):
        data["relation"] = data.pop("kind")  # on an edge GEXF's own `kind` means its type
    writer: Any = GEXFWriter(encoding="utf-8", prettyprint=True, version="1.2draft")  # type: ignore[no-untyped-call]
    writer.add_graph(renamed)
    for meta in writer.xml.iter("meta"):
        meta.attrib.pop("lastmodifieddate", None)
    for child in writer.xml.iter("graph"):
        child.attrib.pop("name", None)  # networkx writes an empty one, which the format does not know
    return "<?xml version='1.0' encoding='utf-8'?>\n" + str(writer) + "\n"


def graphml(graph: nx.MultiDiGraph[str]) -> str:
    """The network as GraphML."""
    write: Any = nx.generate_graphml
    return "\n".join(write(_sorted(graph), encoding="utf-8", prettyprint=True)) + "\n"


def csv_tables(graph: nx.MultiDiGraph[str]) -> tuple[str, str]:
    """The edges and the nodes as two CSV texts with the headers Gephi's import expects."""
    ordered = _sorted(graph)
    edges = [["Source", "Target", "Type", "Id", "Label", "Weight", "date", "start_year", "sources"]]
    for source, target, key, data in ordered.edges(keys=True, data=True):
        row = [
            source,
            target,
            "Directed",
            key,
            data["label"],
            data["weight"],
            data["date"],
            data["start_year"],
            data["sources"],
        ]
        edges.append([str(cell) for cell in row])
    nodes = [["Id", "Label", "kind"], *([key, data["label"], data["kind"]] for key, data in ordered.nodes(data=True))]
    return _csv(edges), _csv(nodes)


def _csv(rows: list[list[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue()
