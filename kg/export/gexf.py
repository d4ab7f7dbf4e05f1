"""A picture as GEXF 1.3 (https://gexf.net/schema.html), for Gephi: columns, colours, sizes, places and a timeline."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import IO

from lxml import etree

from kg.export.forms import Forms, Put
from kg.export.picture import COLOURS, Columns, Picture

NAMESPACE = "http://gexf.net/1.3"
_NODE, _EDGE = ("id", "label"), ("id", "source", "target", "label", "kind", "weight")
_DAYS = {(False, False): (), (True, False): ("start",), (False, True): ("end",), (True, True): ("start", "end")}


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
                    forms, names = Forms("node", _node_cells), _dated(_NODE)
                    for node in picture.nodes():
                        place = {} if node.place is None else {"viz position": "{} {}".format(*node.place)}
                        looks = {"viz color": node.colour, **place, "viz size": node.size}
                        said: list[object] = [node.id, node.label, *filter(None, (node.start, node.end))]
                        xml.write(forms.filled(names[node.start != "", node.end != ""], said, {**node.values, **looks}))
                xml.write("\n")
                with xml.element("edges"):
                    forms, names = Forms("edge", _cells), _dated(_EDGE)
                    for id_, source, target, label, kind, weight, start, end, values in picture.edges():
                        said = [id_, source, target, label, kind, weight, *filter(None, (start, end))]
                        xml.write(forms.filled(names[start != "", end != ""], said, values))
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


def _dated(names: tuple[str, ...]) -> dict[tuple[bool, bool], tuple[str, ...]]:
    """The names with those of the days on the element itself, by whether it begins and whether it ends.

    One interval needs no list of spells, and every reader knows these attributes.
    """
    return {known: names + days for known, days in _DAYS.items()}


def _cells(element: etree._Element, columns: Iterable[str]) -> list[Put]:
    values = etree.SubElement(element, "attvalues")
    return [partial(etree.SubElement(values, "attvalue", {"for": name}).set, "value") for name in columns]


def _node_cells(element: etree._Element, columns: Iterable[str]) -> list[Put]:
    named = list(columns)
    puts = _cells(element, [name for name in named if name not in _LOOKS])
    return puts + [partial(_LOOKS[name], etree.SubElement(element, name.split()[1])) for name in named if name in _LOOKS]


def _colour(element: etree._Element, text: str) -> None:
    for name, i in (("r", 1), ("g", 3), ("b", 5)):
        element.set(name, str(int(text[i : i + 2], 16)))


def _place(element: etree._Element, text: str) -> None:
    for name, number in zip("xyz", (*text.split(), "0.0"), strict=True):
        element.set(name, number)


def _size(element: etree._Element, text: str) -> None:
    element.set("value", text)


_LOOKS = {"viz color": _colour, "viz position": _place, "viz size": _size}  # elements of their own, after the columns
