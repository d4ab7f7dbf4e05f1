"""A picture as GraphML (http://graphml.graphdrawing.org/specification.html), with typed keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO

from lxml import etree

from kg.export.picture import Columns, Picture

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
                for node in picture.nodes():
                    element = etree.Element("node", id=node.id)
                    x, y = node.place or ("", "")
                    drawn = {
                        "label": node.label,
                        "colour": node.colour,
                        "size": node.size,
                        "x": x,
                        "y": y,
                        "start": node.start,
                        "end": node.end,
                    }
                    _data(element, "node", {**drawn, **node.values})
                    element.tail = "\n"
                    xml.write(element)
                for edge in picture.edges():
                    element = etree.Element("edge", id=edge.id, source=edge.source, target=edge.target)
                    drawn = {"label": edge.label, "weight": edge.weight, "start": edge.start, "end": edge.end}
                    _data(element, "edge", {**drawn, **edge.values})
                    element.tail = "\n"
                    xml.write(element)
            xml.write("\n")
    out.write(b"\n")


def _data(element: etree._Element, kind: str, values: Mapping[str, object]) -> None:
    for name, value in values.items():
        if value != "":
            etree.SubElement(element, "data", key=f"{kind}-{name}").text = str(value)
