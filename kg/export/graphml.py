"""A picture as GraphML (http://graphml.graphdrawing.org/specification.html), with typed keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import IO

from lxml import etree

from kg.export.forms import Forms, Put
from kg.export.picture import Columns, Node, Picture, Value

NAMESPACE = "http://graphml.graphdrawing.org/xmlns"
_TYPES = {"string": "string", "integer": "int", "double": "double"}
_NODE: Columns = {
    "label": "string",
    "colour": "string",
    "size": "double",
    "x": "double",
    "y": "double",
    "start": "string",
    "end": "string",
}
_EDGE: Columns = {"label": "string", "weight": "double", "start": "string", "end": "string"}


def write(picture: Picture, out: IO[bytes]) -> None:
    """Write the picture, node by node and edge by edge; days as text, '' left out."""
    nodes, edges = {**_NODE, **picture.node_columns}, {**_EDGE, **picture.edge_columns}
    forms = {kind: _form(kind) for kind in ("node", "edge")}
    with etree.xmlfile(out, encoding="utf-8") as xml:
        xml.write_declaration()
        with xml.element("graphml", {"xmlns": NAMESPACE}):
            xml.write("\n")
            for kind, columns in (("node", nodes), ("edge", edges)):
                for name, type_ in columns.items():
                    key = {"id": f"{kind}-{name}", "for": kind, "attr.name": name, "attr.type": _TYPES[type_]}
                    xml.write(etree.Element("key", key), "\n")
            with xml.element("graph", {"edgedefault": "directed", "id": str(picture.graph.graph.get("view", "network"))}):
                xml.write("\n")
                for node, drawn in _nodes(picture):
                    xml.write(_filled(forms["node"], ("id",), (node.id,), {**drawn, **node.values}))
                for edge in picture.edges():
                    ends = (edge.id, edge.source, edge.target)
                    said: dict[str, Value] = {"label": edge.label, "weight": edge.weight, "start": edge.start, "end": edge.end}
                    xml.write(_filled(forms["edge"], ("id", "source", "target"), ends, {**said, **edge.values}))
            xml.write("\n")
    out.write(b"\n")


def _nodes(picture: Picture) -> Iterator[tuple[Node, dict[str, Value]]]:
    for node in picture.nodes():
        drawn: dict[str, Value] = {"label": node.label, "colour": node.colour, "size": node.size}
        if node.place:
            drawn["x"], drawn["y"] = node.place
        yield node, {**drawn, "start": node.start, "end": node.end}


def _form(kind: str) -> Forms:
    def cells(element: etree._Element, columns: Iterable[str]) -> list[Put]:
        made = [etree.SubElement(element, "data", key=f"{kind}-{name}") for name in columns]
        return [partial(setattr, cell, "text") for cell in made]

    return Forms(kind, cells)


def _filled(forms: Forms, names: tuple[str, ...], texts: tuple[str, ...], values: Mapping[str, Value]) -> etree._Element:
    return forms.filled(names, texts, {name: value for name, value in values.items() if value != ""})
