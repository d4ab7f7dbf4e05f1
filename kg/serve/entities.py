"""What is known of one thing, at the address that its IRI leads to: RDF for programs, a page for people."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape

import pyoxigraph as ox

from kg import terms as t
from kg.profile import profile
from kg.render import text_of
from kg.resources import ontology_dir, pages_dir
from kg.serve.answers import Served, knows
from kg.serve.formats import GRAPHS, HTML, choose, prefers_html
from kg.serve.reply import Refusal, Reply
from kg.store import texts

_PATH = re.compile(r"(?:id/[a-z]+|vocab|graph)/[A-Za-z0-9](?:[A-Za-z0-9._~-]*[A-Za-z0-9])?\Z")
# Documents by path: the file of Turtle, and the page. The pages lead to one another by the names of their files.
DOCUMENTS = {
    "ns": ("governance.ttl", "index.html"),
    "vocab": ("governance.ttl", "vocab.html"),
    "shapes": ("shapes.ttl", "shapes.html"),
    "graph/ontology": ("governance.ttl", "index.html"),
}
PAGES = ("index.html", "vocab.html", "shapes.html", "data.html")
SHOWN = 200  # things that lead here on a page; RDF has them all

_ABOUT = """
CONSTRUCT {{ <{iri}> ?p ?o . ?o skos:prefLabel ?label . ?s ?q <{iri}> . ?s a ?kind }} WHERE {{
  {{ <{iri}> ?p ?o OPTIONAL {{ ?o skos:prefLabel ?label }} }} UNION {{ ?s ?q <{iri}> OPTIONAL {{ ?s a ?kind }} }}
}}
"""
_OUT = """
SELECT DISTINCT ?p ?o ?label ?g ?url {{
  GRAPH ?g {{ <{iri}> ?p ?o }} OPTIONAL {{ ?o skos:prefLabel ?label }}
  OPTIONAL {{ ?g prov:wasDerivedFrom ?document . ?document schema:url ?url }}
}} ORDER BY ?p STR(?o) ?label ?g ?url
"""
_IN = """
SELECT DISTINCT ?s ?q ?label {{ ?s ?q <{iri}> OPTIONAL {{ ?s skos:prefLabel ?label }} }} ORDER BY ?q ?s ?label LIMIT {most}
"""


def describe(served: Served, path: str, accept: str, known: str) -> Reply:
    """The description of the thing whose IRI ends in `path`, or the ontology itself. Raises Refusal (404) where it is none."""
    html = prefers_html(accept) or path in PAGES
    name = HTML if html else choose(accept, GRAPHS)[0]
    headers = {"Vary": "Accept", "Cache-Control": "no-cache", "ETag": served.etag("entity", path, name)}
    if knows(known, headers["ETag"]):
        return Reply(status=304, headers=headers)
    if path in PAGES:
        return Reply((pages_dir() / path).read_bytes(), HTML, headers=headers)
    headers["Link"] = ", ".join(f'</{path}>; rel="alternate"; type="{kind}"' for kind in list(GRAPHS)[:4])
    if path in DOCUMENTS:
        turtle, document = DOCUMENTS[path]
        if html:
            return Reply((pages_dir() / document).read_bytes(), HTML, headers=headers)
        if GRAPHS[name] == ox.RdfFormat.TURTLE:
            return Reply((ontology_dir() / turtle).read_bytes(), name, headers=headers)
        triples: Iterable[ox.Triple] = (quad.triple for quad in ox.parse(path=str(ontology_dir() / turtle)))
    else:
        iri = t.BASE + path
        found = served.store.query(_ABOUT.format(iri=iri)) if _PATH.match(path) else []
        assert isinstance(found, list)
        if not found:
            raise Refusal(404, f"nothing is known of {iri}; `/reconcile` and `kg find` search names")
        if html:
            return Reply(page(served, path).encode(), HTML, headers=headers)
        triples = sorted(set(found), key=str)
    return Reply(ox.serialize(triples, format=GRAPHS[name], prefixes=t.PREFIXES) or b"", name, headers=headers)


def page(served: Served, path: str) -> str:
    """A page on one thing: of a project or organization what `kg show` tells, of others each statement with its sources."""
    iri = t.BASE + path
    title = t.curie(iri)
    parts = []
    if path.startswith(("id/project/", "id/org/")) and iri in served.index.preferred:
        found = profile(served.graph, iri)
        title = f"{found.match.name} ({found.match.kind})"
        parts.append(_list((key.replace("_", " "), value) for key, value in found.identity.items() if value))
        parts.append(f"<p>{escape(found.headline)}</p>" if found.headline else "")
        for heading, query, table in found.sections:
            columns = [*query.visible(table), *query.below] or list(table.columns)
            rows = [[_cell(row[column]) for column in columns] for row in table]
            parts.append(_table(heading, [c.replace("_", " ") for c in columns], rows))
    else:
        named = f"SELECT ?l {{ <{iri}> skos:prefLabel|rdfs:label|dct:title ?l }} ORDER BY ?l LIMIT 1"
        title = next((name for (name,) in texts(served.store, named)), title)
    stated: dict[tuple[str, str, str], list[str]] = {}
    for p, o, label, graph, url in texts(served.store, _OUT.format(iri=iri)):
        stated.setdefault((p, o, label), []).append(_link(url or _here(graph), t.slug_of(graph)))
    rows = [[_term(p), _term(o, label), "<br>".join(dict.fromkeys(s))] for (p, o, label), s in stated.items()]
    parts.append(_table("Statements", ["property", "value", "sources"], rows))
    found_in = texts(served.store, _IN.format(iri=iri, most=SHOWN + 1))
    rows = [[_term(s, label), _term(q)] for s, q, label in found_in[:SHOWN]]
    parts.append(_table("What leads here" + (f" (the first {SHOWN})" if len(found_in) > SHOWN else ""), ["what", "by"], rows))
    return document(title, "\n".join(filter(None, parts)), f'<p class="iri">{escape(iri)}</p>')


def document(title: str, body: str, below_title: str = "") -> str:
    """A whole page; it loads nothing from anywhere."""
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(title)}</title>
<style>
body {{ font: 16px/1.45 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem }}
body {{ color: #1a1a1a; background: #fff }}
table {{ border-collapse: collapse; width: 100%; font-size: .875rem }} .scroll {{ overflow-x: auto }}
th, td {{ text-align: left; vertical-align: top; padding: .3rem .75rem .3rem 0; border-bottom: 1px solid #ddd }}
td, dd {{ overflow-wrap: anywhere }} dt {{ font-weight: 600 }} dd {{ margin: 0 0 .4rem }} .iri {{ color: #555 }}
a {{ color: #0b57a4 }} textarea {{ width: 100%; font: 14px/1.4 ui-monospace, monospace }}
@media (prefers-color-scheme: dark) {{
  body {{ color: #e6e6e6; background: #161616 }} th, td {{ border-color: #444 }} a {{ color: #8ab8f0 }} .iri {{ color: #aaa }}
  textarea {{ color: inherit; background: #222 }} }}
</style></head><body>
<h1>{escape(title)}</h1>
{below_title}
{body}
</body></html>
"""


def start() -> str:
    """The page at the root: what is served, and a form to ask."""
    addresses = [
        ("/sparql", "SPARQL 1.1 query endpoint; without a query, its description"),
        ("/.well-known/void", "the dataset in VoID and DCAT"),
        ("/ns", "the ontology"),
        ("/reconcile", "reconciliation of names, for OpenRefine"),
        ("/id/project/pytorch", "a project; the IRI of each thing leads to its page"),
    ]
    rows = [[f'<a href="{address}">{address}</a>', escape(what)] for address, what in addresses]
    example = "SELECT ?project ?name {\n  ?project a osgov:Project ; skos:prefLabel ?name\n} ORDER BY ?name LIMIT 10"
    form = (
        '<h2><label for="query">Ask</label></h2><form action="/sparql"><textarea id="query" name="query" rows="8">'
        f"{escape(example)}</textarea><p><button>Run</button> Known prefixes need not be declared.</p></form>"
    )
    return document("Who governs open source", _table("Served here", ["address", "what"], rows) + form)


def _table(heading: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of cells that are HTML already; nothing where there are no rows."""
    if not rows:
        return ""
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in columns)
    body = "\n".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table>"
    return f'<h2>{escape(heading)}</h2>\n<div class="scroll">{table}</div>'


def _list(pairs: Iterable[tuple[str, object]]) -> str:
    return "<dl>" + "".join(f"<dt>{escape(name)}</dt><dd>{_cell(value)}</dd>" for name, value in pairs) + "</dl>"


def _cell(value: object) -> str:
    if isinstance(value, list):
        return "<br>".join(_cell(each) for each in value)
    text = text_of(value)
    return _link(text) if text.startswith(("http://", "https://")) else escape(text)


def _term(value: str, label: str = "") -> str:
    """A value, which leads on where it is an address."""
    if not value.startswith(("http://", "https://")):
        return escape(value)
    return _link(_here(value), label or t.curie(value))


def _here(iri: str) -> str:
    """Our own IRIs lead to this server."""
    return iri.removeprefix(t.BASE[:-1]) if iri.startswith(t.BASE) else iri


def _link(address: str, text: str = "") -> str:
    return f'<a href="{escape(address)}">{escape(text or address)}</a>'


def card(served: Served, iri: str) -> str:
    """A small page on a project or organization: its kind, and the names and identifiers it is known by."""
    told: dict[str, list[str]] = {}
    for how, text in served.index.told(iri):
        if how != "name":
            told.setdefault(how, []).append(text)
    name, kind = served.index.preferred[iri], served.index.kinds[iri]
    return document(name, f"<p>{escape(kind)}</p>" + _list(told.items()))
