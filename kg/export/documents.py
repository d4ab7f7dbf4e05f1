"""A picture as a JSON document: CX2 for Cytoscape, a blueprint for Kumu."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import IO, Any

from kg.export.picture import LISTED, Columns, Picture

_TYPES = {"string": "string", "integer": "integer", "double": "double"}


def cx2(picture: Picture, out: IO[bytes]) -> None:
    """The picture by version 2 of the Cytoscape exchange format, with colours, sizes and labels as Cytoscape's own style.

    https://cytoscape.org/cx/cx2/specification/cytoscape-exchange-format-specification-(version-2)/
    """
    number = {node.id: i for i, node in enumerate(picture.nodes())}
    nodes = {
        "id": "string",
        "name": "string",
        "colour": "string",
        "size": "double",
        "start": "string",
        "end": "string",
        **picture.node_columns,
    }
    edges = {"name": "string", "weight": "double", "start": "string", "end": "string", **picture.edge_columns}
    edges["interaction"] = edges.pop("kind")
    size = len(picture.graph), picture.graph.number_of_edges()

    def node_rows() -> Iterable[dict[str, Any]]:
        for node in picture.nodes():
            said = {
                "id": node.id,
                "name": node.label,
                "colour": node.colour,
                "size": node.size,
                "start": node.start,
                "end": node.end,
            }
            row: dict[str, Any] = {"id": number[node.id], "v": _filled({**said, **node.values})}
            if node.place:
                row["x"], row["y"] = node.place[0], -node.place[1]  # Cytoscape's y grows downwards
            yield row

    def edge_rows() -> Iterable[dict[str, Any]]:
        for i, edge in enumerate(picture.edges()):
            said = {
                "name": edge.label,
                "interaction": edge.kind,
                "weight": edge.weight,
                "start": edge.start,
                "end": edge.end,
                **edge.values,
            }
            del said["kind"]
            yield {"id": i, "s": number[edge.source], "t": number[edge.target], "v": _filled(said)}

    out.write(b'[{"CXVersion": "2.0", "hasFragments": false},\n')
    aspects: list[tuple[str, Iterable[dict[str, Any]]]] = [
        (
            "metaData",
            [
                {"name": "attributeDeclarations", "elementCount": 1},
                {"name": "networkAttributes", "elementCount": 1},
                {"name": "nodes", "elementCount": size[0]},
                {"name": "edges", "elementCount": size[1]},
                {"name": "visualProperties", "elementCount": 1},
            ],
        ),
        (
            "attributeDeclarations",
            [{"networkAttributes": {"name": {"d": "string"}}, "nodes": _declared(nodes), "edges": _declared(edges)}],
        ),
        ("networkAttributes", [{"name": f"{picture.title}: {picture.graph.graph.get('view', '')}"}]),
        ("nodes", node_rows()),
        ("edges", edge_rows()),
        ("visualProperties", [_STYLE]),
    ]
    for name, rows in aspects:
        out.write(f'{{"{name}": [\n'.encode())
        _listed(out, rows)
        out.write(b"]},\n")
    out.write(b'{"status": [{"error": "", "success": true}]}]\n')


_STYLE = {
    "default": {"edge": {"EDGE_TARGET_ARROW_SHAPE": "triangle"}, "node": {"NODE_SHAPE": "ellipse"}},
    "nodeMapping": {
        "NODE_BACKGROUND_COLOR": {"type": "PASSTHROUGH", "definition": {"attribute": "colour", "type": "string"}},
        "NODE_LABEL": {"type": "PASSTHROUGH", "definition": {"attribute": "name", "type": "string"}},
        "NODE_WIDTH": {"type": "PASSTHROUGH", "definition": {"attribute": "size", "type": "double"}},
        "NODE_HEIGHT": {"type": "PASSTHROUGH", "definition": {"attribute": "size", "type": "double"}},
    },
    "edgeMapping": {"EDGE_LABEL": {"type": "PASSTHROUGH", "definition": {"attribute": "name", "type": "string"}}},
}


def kumu(picture: Picture, out: IO[bytes]) -> None:
    """The picture as a blueprint for Kumu: `elements` and `connections`, sources as links in their description.

    https://docs.kumu.io/guides/import/blueprints
    """
    out.write(b'{"elements": [\n')
    _listed(
        out,
        (
            _filled(
                {"id": n.id, "label": n.label, "type": n.kind, "color": n.colour, **_others(n.values), **_days(n.start, n.end)}
            )
            for n in picture.nodes()
        ),
    )
    out.write(b'], "connections": [\n')
    _listed(
        out,
        (
            _filled(
                {
                    "id": e.id,
                    "from": e.source,
                    "to": e.target,
                    "label": e.label,
                    "type": e.kind,
                    "strength": e.weight,
                    "direction": "directed",
                    "description": _links(e.values.get("sources")),
                    **_others(e.values),
                    **_days(e.start, e.end),
                }
            )
            for e in picture.edges()
        ),
    )
    out.write(b"]}\n")


def _links(sources: Any) -> str:
    return "\n".join(f"<{url}>" for url in str(sources or "").split(LISTED) if url)


def _others(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in {"kind", "sources"}}


def _days(start: str, end: str) -> dict[str, str]:
    return {"start date": start, "end date": end}


def _declared(columns: Columns) -> dict[str, dict[str, str]]:
    return {name: {"d": _TYPES[type_]} for name, type_ in columns.items()}


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value != ""}


def _listed(out: IO[bytes], rows: Iterable[Any]) -> None:
    """The rows of a JSON list, one a line."""
    for i, row in enumerate(rows):
        out.write((",\n" if i else "").encode() + json.dumps(row, ensure_ascii=False).encode())
    out.write(b"\n")
