"""A picture as GEXF 1.3 (https://gexf.net/schema.html), for Gephi: columns, colours, sizes, places and a timeline."""

from __future__ import annotations

from typing import IO

from lxml import etree

from kg.export.picture import COLOURS, Columns, Picture, Value

NAMESPACE = "http://gexf.net/1.3"


def write(picture: Picture, out: IO[bytes]) -> None:
    """Write the picture, node by node and edge by edge.

    Colour, size and position stand in the format's main namespace, where its schema has them, and without alpha, which makes
    Gephi Lite draw all in grey. An open end is left out: Gephi reads it as open.
    """
    timed = {"mode": "dynamic", "timeformat": "integer" if picture.years else "date"} if picture.dynamic else {"mode": "static"}
    with etree.xmlfile(out, encoding="utf-8") as xml:
        xml.write_declaration()
        with xml.element("gexf", {"version": "1.3", "xmlns": NAMESPACE}):
            xml.write("\n")
            with xml.element("meta"):
                for name, text in (("creator", "osgov-kg"), ("description", description(picture))):
                    with xml.element(name):
                        xml.write(text)
            xml.write("\n")
            with xml.element("graph", {"defaultedgetype": "directed", "idtype": "string", **timed}):
                for kind, columns in (("node", picture.node_columns), ("edge", picture.edge_columns)):
                    xml.write("\n", _attributes(kind, columns), "\n")
                with xml.element("nodes"):
                    columns = picture.node_columns
                    for node in picture.nodes():
                        element = etree.Element("node", id=node.id, label=node.label)
                        _spell(element, node.start, node.end)
                        _values(element, node.values, columns)
                        red, green, blue = (str(int(node.colour[i : i + 2], 16)) for i in (1, 3, 5))
                        etree.SubElement(element, "color", r=red, g=green, b=blue)
                        if node.place:
                            etree.SubElement(element, "position", x=str(node.place[0]), y=str(node.place[1]), z="0.0")
                        etree.SubElement(element, "size", value=str(node.size))
                        element.tail = "\n"
                        xml.write(element)
                xml.write("\n")
                with xml.element("edges"):
                    columns = picture.edge_columns
                    for edge in picture.edges():
                        element = etree.Element(
                            "edge",
                            id=edge.id,
                            source=edge.source,
                            target=edge.target,
                            label=edge.label,
                            weight=repr(edge.weight),
                            kind=edge.kind,
                        )
                        _spell(element, edge.start, edge.end)
                        _values(element, edge.values, columns)
                        element.tail = "\n"
                        xml.write(element)
            xml.write("\n")
    out.write(b"\n")


def description(picture: Picture) -> str:
    """What a reader of the file has to know: the view, the legend, what the days are."""
    view, day = picture.graph.graph.get("view", ""), picture.graph.graph.get("day")
    kinds = sorted({str(kind) for _, kind in picture.graph.nodes(data="kind")} & set(COLOURS))
    days = (
        " A beginning is the first day that the sources leave room for, or, where a list only shows it, the day it is first "
        "seen; an end that is left out is open or unknown."
        if picture.dynamic
        else ""
    )
    legend = ", ".join(f"{kind} {COLOURS[kind]}" for kind in kinds)
    return f"{picture.title}: {view}{f' on {day}' if day else ''}. Colours: {legend}. Size: the logarithm of the degree.{days}"


def _attributes(kind: str, columns: Columns) -> etree._Element:
    element = etree.Element("attributes", {"class": kind, "mode": "static"})
    for name, type_ in columns.items():
        etree.SubElement(element, "attribute", id=name, title=name, type=type_)
    return element


def _spell(element: etree._Element, start: str, end: str) -> None:
    """The days on the element itself: one interval needs no list of spells, and every reader knows these."""
    if start:
        element.set("start", start)
    if end:
        element.set("end", end)


def _values(element: etree._Element, values: dict[str, Value], columns: Columns) -> None:
    if values:
        cells = etree.SubElement(element, "attvalues")
        for name in columns:
            if name in values:
                etree.SubElement(cells, "attvalue", {"for": name, "value": str(values[name])})
