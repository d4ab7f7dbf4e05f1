"""Transfers as a tree, for programs that read JSON and know nothing of RDF; for those that do, it is JSON-LD."""

from __future__ import annotations

import json
from typing import Any

from pyoxigraph import RdfFormat, Triple, serialize

from kg.errors import KgError
from kg.export.rdf import store_on
from kg.resources import ontology_dir, queries_dir
from kg.store import Store
from kg.terms import RDF

_TYPE = RDF + "type"


def framed(store: Store, *, as_of: str | None = None) -> str:
    """The transfers of the store, each with its project, parties and documents in it, as JSON-LD with our context.

    Framed as `ontology/frame.jsonld` says (<https://www.w3.org/TR/json-ld11-framing/>), in the order of their ids. With
    `as_of`, a day, without what cannot have happened by then.
    """
    from pyld import jsonld

    answer = store_on(store, as_of).query((queries_dir() / "frames" / "transfers.rq").read_text("utf-8"))
    if not isinstance(answer, list):
        raise KgError("queries/frames/transfers.rq is no CONSTRUCT")
    frame = {**_read("context.jsonld"), **_read("frame.jsonld")}
    always_a_list: Any = {"omitGraph": False}  # a key that PyLD's types leave out
    tree = jsonld.frame(_expanded(answer), frame, always_a_list)
    # The context goes in whole: the file is read where there is no network, too.
    return json.dumps(tree, ensure_ascii=False, indent=1) + "\n"


def _expanded(triples: list[Triple]) -> list[dict[str, Any]]:
    """The statements as expanded JSON-LD, in order: of a subject that comes back, the serializer begins a second node."""
    text = serialize(sorted(triples, key=str), format=RdfFormat.JSON_LD)
    assert text is not None
    nodes: list[dict[str, Any]] = json.loads(text)
    for node in nodes:
        if types := node.pop(_TYPE, None):
            node["@type"] = [each["@id"] for each in types]
        for values in node.values():
            if isinstance(values, list):
                values.sort(key=json.dumps)
    return sorted(nodes, key=lambda node: str(node["@id"]))


def _read(name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((ontology_dir() / name).read_text("utf-8"))
    return read
