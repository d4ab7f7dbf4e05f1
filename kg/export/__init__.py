"""Files for other tools: networks to look at, statements for RDF tools.

A network format is a function that writes a picture to a stream of bytes; some have a second file beside the first.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Format:
    """A network format: the module and function that write it, what writes the file beside it, and whether places matter."""

    module: str
    write: str
    beside: str = ""
    placed: bool = False


NETWORKS = {
    "gexf": Format("gexf", "write", placed=True),
    "graphml": Format("graphml", "write", placed=True),
    "cx2": Format("documents", "cx2", placed=True),
    "kumu": Format("documents", "kumu"),
    "csv": Format("tables", "gephi_edges", beside="gephi_nodes"),
    "cosmograph": Format("tables", "cosmograph_edges", beside="cosmograph_nodes"),
    "parquet": Format("tables", "parquet_edges", beside="parquet_nodes"),
    "dot": Format("diagrams", "dot"),
    "mermaid": Format("diagrams", "mermaid"),
}
STATEMENTS = ("ttl", "trig", "nq", "jsonld")
