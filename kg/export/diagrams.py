"""A small picture as text that a page can hold: DOT for Graphviz, Mermaid for Markdown."""

from __future__ import annotations

from typing import IO

from kg.errors import Misuse
from kg.export.picture import COLOURS, LISTED, OTHER, Edge, Picture

MOST = 200  # edges, past which neither draws anything that can be read


def dot(picture: Picture, out: IO[bytes]) -> None:
    """The picture in Graphviz's language (https://graphviz.org/doc/info/lang.html). Raises Misuse where it is too large."""
    _small(picture, "dot")
    lines = [
        "digraph kg {",
        "  rankdir=LR;",
        '  node [style=filled, fontname="sans-serif", fontcolor=white, color=white];',
        '  edge [fontname="sans-serif"];',
    ]
    lines += [f"  {_quoted(n.id)} [label={_quoted(n.label)}, fillcolor={_quoted(n.colour)}];" for n in picture.nodes()]
    for edge in picture.edges():
        said = {"label": _dated(edge), "URL": str(edge.values.get("sources", "")).split(LISTED)[0]}
        shown = ", ".join(f"{name}={_quoted(text)}" for name, text in said.items() if text)
        lines.append(f"  {_quoted(edge.source)} -> {_quoted(edge.target)} [{shown}];")
    out.write(("\n".join([*lines, "}"]) + "\n").encode())


def mermaid(picture: Picture, out: IO[bytes]) -> None:
    """The picture as a flowchart (https://mermaid.js.org/syntax/flowchart.html). Raises Misuse where it is too large."""
    _small(picture, "mermaid")
    nodes = list(picture.nodes())
    number = {node.id: f"n{i}" for i, node in enumerate(nodes)}
    lines = ["flowchart LR", *(f"  {number[n.id]}[{_entities(n.label)}]" for n in nodes)]
    for edge in picture.edges():
        lines.append(f"  {number[edge.source]} -->|{_entities(_dated(edge))}| {number[edge.target]}")
    for i, (kind, colour) in enumerate([*COLOURS.items(), ("", OTHER)]):
        members = ",".join(number[n.id] for n in nodes if (n.kind if n.kind in COLOURS else "") == kind)
        if members:
            lines += [f"  classDef k{i} fill:{colour},color:#ffffff,stroke:#ffffff;", f"  class {members} k{i};"]
    out.write(("\n".join(lines) + "\n").encode())


def _small(picture: Picture, format: str) -> None:
    edges = picture.graph.number_of_edges()
    if edges > MOST:
        raise Misuse(
            f"{edges} edges are too many for a picture in {format}, at most {MOST}: draw what is around one thing, "
            f"`kg export {format} --around NAME`, or use gexf"
        )


def _dated(edge: Edge) -> str:
    """What the edge is, and since when as far as stated."""
    return " ".join(str(part) for part in (edge.label, edge.values.get("since", "")) if part)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _entities(text: str) -> str:
    """Text between quotes, each character that the language reads as its own by its number."""
    return '"' + "".join(c if c.isalnum() or c in " -_.,/:()+" else f"#{ord(c)};" for c in text) + '"'
