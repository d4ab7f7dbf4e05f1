"""Reconciliation Service API 0.2 (W3C Entity Reconciliation Community Group, final report of 10 April 2023) over our names.

An identifier here is what stands in the IRI after `…/id/`: `project/pytorch`, `org/google`. A score is from 0 to 100:

- `name_similarity`: how like the best fitting name is (`kg find` scores so); 100 for the same name, identifier or address
- `property_NAME`: whether a value given for a property is one that is known

The score is the mean of these, the name counting twice. `match` is true where one candidate alone has the name or an
identifier, and no property given speaks against it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kg import terms as t
from kg.lookup import KINDS, Match
from kg.names import normalise, normalise_url
from kg.resources import VERSION
from kg.serve.answers import Served
from kg.serve.entities import card
from kg.serve.formats import HTML
from kg.serve.reply import Refusal, Reply
from kg.store import texts

NAMESPACE = t.BASE + "id/"
MOST = 100  # candidates a query
BATCH = 50  # queries a batch that clients are asked to keep to; what is refused is twenty times as many
SURE = 99  # the score from which on a name, an identifier or an address is the same
TYPES = {name: kind for name, kind in KINDS.items() if name != "Organization"}
ORGANIZATION = "Organization"
# What is known of entities under which property, as the index of names calls it.
PROPERTIES = {
    "homepage": "homepage",
    "repository": "repository",
    "wikidata": "Wikidata",
    "github": "GitHub organization",
    "alias": "alias",
    "former-name": "former name",
}
LEGAL_HOME = "legal-home"
_EXTRA = {LEGAL_HOME: "legal homes, past and present"}
_ID = re.compile(r"(?:project|org)/[a-z0-9]+(?:-[a-z0-9]+)*\Z")
_HOMES = """
SELECT DISTINCT ?project ?home ?name {{
  VALUES ?project {{ {projects} }}
  ?s a osgov:Stewardship ; osgov:role v:role-legal-home ; osgov:project ?project ; osgov:steward ?home .
  ?home skos:prefLabel ?name
}} ORDER BY ?project ?name ?home
"""


def manifest(base: str) -> dict[str, Any]:
    """What the service at `base`/reconcile can do."""
    suggest = {
        what: {"service_url": base, "service_path": f"/reconcile/suggest/{what}"} for what in ("entity", "type", "property")
    }
    return {
        "versions": ["0.2"],
        "name": "Who governs open source: projects, companies, foundations",
        "identifierSpace": NAMESPACE,
        "schemaSpace": t.OSGOV,
        "serviceVersion": VERSION,
        "defaultTypes": [_type(name) for name in ("Project", "Company", "Foundation")],
        "view": {"url": f"{base}/id/{{{{id}}}}"},
        "preview": {"url": f"{base}/reconcile/preview?id={{{{id}}}}", "width": 400, "height": 300},
        "suggest": suggest,
        "extend": {
            "propose_properties": {"service_url": base, "service_path": "/reconcile/properties"},
            "property_settings": [],
        },
        "batchSize": BATCH,
    }


def batch(served: Served, queries: str) -> Reply:
    """The candidates of each query of a batch. Raises Refusal (400) for a batch the specification does not allow."""
    asked = _json(queries, "queries")
    if len(asked) > BATCH * 20:
        raise Refusal(413, f"a batch has at most {BATCH * 20} queries; this one has {len(asked)}")
    return _reply({key: {"result": _candidates(served, key, query)} for key, query in asked.items()})


def _candidates(served: Served, key: str, query: object) -> list[dict[str, Any]]:
    if not isinstance(query, dict) or not isinstance(query.get("query", ""), str):
        raise Refusal(400, f"{key}: a query is an object with a text `query`")
    text = query.get("query", "").strip()
    properties = query.get("properties") or []
    if not text and not properties:
        raise Refusal(400, f"{key}: neither `query` nor `properties`")
    limit = query.get("limit", 10)
    if not isinstance(limit, int | float) or not 1 <= limit < 1e9:
        raise Refusal(400, f"{key}: `limit` {limit!r} is no number above 0")
    limit = min(int(limit), MOST)
    given = _given(key, properties)
    kinds = _kinds(query.get("type"))
    if kinds == []:
        return []  # of a type that we have none of
    found: dict[str, Match] = {}
    by_name = served.index.find(text, kinds=kinds or (), limit=limit * 2) if text else []
    by_value = [m for pid, values in given for v in values if pid != "alias" for m in served.index.exact(v)]
    for match in [*by_name, *by_value]:
        if (not kinds or match.kind in kinds) and match.score > (found[match.iri].score if match.iri in found else -1):
            found[match.iri] = match
    names = {match.iri: match.score for match in by_name}
    candidates = [_candidate(served, iri, found[iri].kind, names.get(iri, 0) if text else None, given) for iri in found]
    candidates.sort(key=lambda c: (-c["score"], c["name"], c["id"]))
    sure = [c for c in candidates if c.pop("sure")]
    for candidate in candidates:
        candidate["match"] = sure == [candidate]
    return candidates[:limit]


def _candidate(
    served: Served, iri: str, kind: str, likeness: int | None, given: Sequence[tuple[str, list[str]]]
) -> dict[str, Any]:
    features: list[dict[str, Any]] = []
    parts: list[float] = []
    if likeness is not None:
        value = 100 if likeness >= SURE else likeness
        features.append({"id": "name_similarity", "name": "how like the name is, to 100", "value": value})
        parts += [value, value]
    hits = []
    for pid, values in given:
        known = {_comparable(pid, v) for v in _values(served, iri, pid)}
        hits.append(any(_comparable(pid, v) in known for v in values))
        features.append({"id": f"property_{pid}", "name": f"{pid} is known to be so", "value": hits[-1]})
        parts.append(100.0 if hits[-1] else 0.0)
    same_name = likeness is not None and likeness >= SURE
    return {
        "id": iri.removeprefix(NAMESPACE),
        "name": served.index.preferred.get(iri, t.slug_of(iri)),
        "description": kind,
        "type": [_type(name) for name, known in TYPES.items() if known == kind] or [_type(ORGANIZATION)],
        "score": round(sum(parts) / len(parts), 1),
        "features": features,
        "sure": all(hits) and (same_name or bool(hits)),
    }


def _given(key: str, properties: object) -> list[tuple[str, list[str]]]:
    """The properties of a query that we know, each with its values as text; others are no evidence."""
    if not isinstance(properties, list) or not all(
        isinstance(p, dict) and isinstance(p.get("pid"), str) and "v" in p for p in properties
    ):
        raise Refusal(400, f"{key}: `properties` is a list of objects with a text `pid`, and `v`")
    found = []
    for each in properties:
        values = each["v"] if isinstance(each["v"], list) else [each["v"]]
        texts_ = [str(v.get("id") or v.get("name") or "") if isinstance(v, dict) else str(v) for v in values]
        if each["pid"] in PROPERTIES and any(texts_):
            found.append((each["pid"], [v for v in texts_ if v]))
    return found


def _values(served: Served, iri: str, pid: str) -> list[str]:
    return [text for how, text in served.index.told(iri) if how == PROPERTIES[pid]]


def _comparable(pid: str, value: str) -> str:
    """A value without what people vary in writing it."""
    match pid:
        case "wikidata":
            return t.slug_of(value).upper()
        case "github" if "/" not in value:
            return normalise_url(f"https://github.com/{value}") or value
        case "homepage" | "repository" | "github":
            return normalise_url(value) or value
    return normalise(value)


def _kinds(asked: object) -> list[str] | None:
    """The kinds that the types of a query stand for; None where it names none."""
    if asked is None or asked in ("", []):
        return None
    names = [t.slug_of(t.expand(str(each)) or str(each)) for each in (asked if isinstance(asked, list) else [asked])]
    if ORGANIZATION in names:
        names += [name for name in TYPES if name != "Project"]
    return [KINDS[name] for name in names if name in KINDS]


def extend(served: Served, asked: str) -> Reply:
    """The values of properties of entities. Raises Refusal (400) for what the specification does not allow."""
    wanted = _json(asked, "extend")
    ids: Any = wanted.get("ids")
    properties: Any = wanted.get("properties")
    lists = isinstance(ids, list) and isinstance(properties, list)
    if (
        not lists
        or not all(isinstance(i, str) for i in ids)
        or not all(isinstance(p, dict) and isinstance(p.get("id"), str) for p in properties)
    ):
        raise Refusal(400, "extend: an object with a list of `ids`, and a list of `properties` with an `id` each")
    pids = [p["id"] for p in properties if p["id"] in PROPERTIES or p["id"] in _EXTRA]
    homes: dict[str, list[dict[str, str]]] = {}
    projects = [NAMESPACE + i for i in ids if _ID.match(i)]
    if LEGAL_HOME in pids and projects:
        for project, home, name in texts(served.store, _HOMES.format(projects=" ".join(f"<{p}>" for p in projects))):
            homes.setdefault(project, []).append({"id": home.removeprefix(NAMESPACE), "name": name})
    rows = {
        i: {
            pid: homes.get(NAMESPACE + i, [])
            if pid == LEGAL_HOME
            else [{"str": v} for v in sorted(_values(served, NAMESPACE + i, pid))]
            for pid in pids
        }
        for i in ids
    }
    meta = [
        {"id": pid, "name": _property(pid)["name"], **({"type": _type("Foundation")} if pid == LEGAL_HOME else {})}
        for pid in pids
    ]
    return _reply({"meta": meta, "rows": rows})


def suggest(served: Served, prefix: str, cursor: int) -> Reply:
    """Entities whose names contain or resemble what was typed so far, from the number `cursor` on."""
    found = served.index.find(prefix, limit=MOST)[cursor:] if prefix.strip() else []
    result = [
        {
            "id": m.iri.removeprefix(NAMESPACE),
            "name": m.name,
            "description": m.kind if m.text == m.name else f"{m.kind}, {m.how} {m.text}",
            "notable": [_type(name) for name, kind in TYPES.items() if kind == m.kind] or [_type(ORGANIZATION)],
        }
        for m in found[:20]
    ]
    return _reply({"result": result})


def preview(served: Served, id: str) -> Reply:
    """A small page on an entity. Raises Refusal (404) where there is none."""
    iri = NAMESPACE + id
    if iri not in served.index.preferred:
        raise Refusal(404, f"nothing is known of {iri}")
    return Reply(card(served, iri).encode(), HTML)


def suggested_types(prefix: str) -> dict[str, Any]:
    """The types that start with what was typed so far."""
    return {"result": [_type(name) for name in (*TYPES, ORGANIZATION) if name.lower().startswith(prefix.lower())]}


def suggested_properties(prefix: str) -> dict[str, Any]:
    """The properties that count as evidence, of those that start with what was typed so far."""
    return {"result": [_property(pid) for pid in PROPERTIES if pid.startswith(prefix.lower())]}


def proposed_properties(type_: str, limit: int | None) -> dict[str, Any]:
    """The properties that data can be extended by, for entities of a type."""
    found = [_property(pid) for pid in (*PROPERTIES, *(_EXTRA if type_ in {"", "Project"} else ()))]
    return {"type": type_, "properties": found[:limit], **({"limit": limit} if limit else {})}


def _type(name: str) -> dict[str, str]:
    return {"id": name, "name": KINDS[name]}


def _property(pid: str) -> dict[str, str]:
    return {"id": pid, "name": _EXTRA.get(pid, pid.replace("-", " "))}


def _json(text: str, what: str) -> Mapping[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Refusal(400, f"{what}: no JSON: {error}") from None
    if not isinstance(found, dict):
        raise Refusal(400, f"{what}: a JSON object")
    return found


def _reply(content: Mapping[str, Any] | Iterable[Any]) -> Reply:
    return Reply(json.dumps(content).encode(), "application/json", headers={"Cache-Control": "no-cache"})
