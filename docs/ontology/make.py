"""Make the pages of the ontology from `ontology/*.ttl`: `python docs/ontology/make.py`; with `--check`, name what is stale.

pyLODE renders them. What is added to it here: an anchor for each term that is the fragment of its IRI, so that
`https://w3id.org/osgov/ns#Donation` lands on Donation; a page for the code lists and one for the shapes, which it has no
profile for that takes more than one scheme or no network; links between the three pages; and the same bytes each time.
"""

from __future__ import annotations

import argparse
import json
import logging
import re
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any

# pyLODE 3.4.1 reads its own version from a file that its wheel leaves out, and fails to import: it is told here.
_version = ModuleType("pylode.version")
_version.__dict__["__version__"] = version("pylode")
sys.modules.setdefault("pylode.version", _version)

from dominate.tags import a, div, h2, h3, h4, html_tag, li, meta, p, sup, table, td, tr, ul  # noqa: E402
from pylode import utils  # noqa: E402
from pylode.profiles import ontpub  # noqa: E402
from pyoxigraph import BlankNode, DefaultGraph, Quad, RdfFormat, parse, serialize  # noqa: E402
from rdflib import DCTERMS, OWL, RDF, RDFS, SDO, SH, SKOS, BNode, Graph, Literal, Namespace, URIRef  # noqa: E402
from rdflib.collection import Collection  # noqa: E402
from rdflib.term import Node  # noqa: E402

REPO = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPO))

from kg.terms import ONTOLOGY, OSGOV, PREFIXES, SHAPES, VOCAB  # noqa: E402

DOCS = Path("docs/ontology")
GOVERNANCE, SHAPES_FILE = Path("ontology/governance.ttl"), Path("ontology/shapes.ttl")
PAGES = {OSGOV: "index.html", VOCAB: "vocab.html", SHAPES: "shapes.html"}
# pyLODE lays its pages out for a wide screen alone: here long words break, and on a narrow one the contents follow the text.
STYLE = """
section { max-width: 100%; }
h1, h2, h3, a, code, pre, p, dd, td { overflow-wrap: anywhere; }
pre { white-space: pre-wrap; }
.entity { width: 100%; box-sizing: border-box; overflow-x: auto; }
@media (max-width: 60em) {
  body { padding: 1em !important; }
  #toc { position: static !important; width: auto !important; height: auto !important; margin-top: 2em; }
  #content { width: auto !important; }
  dd { margin-left: 1em; }
  .entity th { width: 6em; }
}
"""
CREDIT = "https://github.com/rdflib/pyLODE"
O = Namespace(OSGOV)  # noqa: E741  the letter is the ontology's

# What pyLODE leaves out of a class or a property, with what it is to say of each.
MORE = {
    OWL.disjointWith: ("disjoint with", "nothing is of both"),
    OWL.inverseOf: ("inverse of", "the same, read the other way round"),
    OWL.deprecated: ("deprecated", "no longer to be used"),
    DCTERMS.isReplacedBy: ("replaced by", "what to use instead"),
    SKOS.changeNote: ("change note", "what changed, and when"),
    SKOS.altLabel: ("also called", "another name in use"),
    RDFS.seeAlso: ("see also", "where more is said"),
    O.competencyQuestion: ("competency question", "a question that cannot be answered without it"),
}
OF_CODES = {
    SKOS.notation: ("code", "as it is written in fact files"),
    DCTERMS.description: ("definition", "what it means"),
    SKOS.scopeNote: ("scope note", "what it does not mean"),
    SKOS.example: ("example", "a case of it"),
    SKOS.broader: ("broader", "a code that takes it in"),
    SKOS.exactMatch: ("exact match", "what means the same"),
    SKOS.closeMatch: ("close match", "what means nearly the same"),
    **{key: MORE[key] for key in (OWL.deprecated, DCTERMS.isReplacedBy, SKOS.changeNote, SKOS.altLabel)},
}
OF_SHAPES = {
    DCTERMS.description: ("description", "what the data must look like"),
    SH.targetClass: ("target class", "its instances are checked"),
    SH.target: ("target", "what else is checked"),
    SH.property: ("property", "the shapes of its properties"),
    SH.sparql: ("constraint", "the constraints written in SPARQL"),
    SH.path: ("path", "the property it is about"),
    **{
        SH[name]: (re.sub("([A-Z])", r" \1", name).lower(), "what SHACL calls " + name)
        for name in (
            *("minCount", "maxCount", "qualifiedMinCount", "qualifiedMaxCount", "qualifiedValueShape", "datatype", "nodeKind"),
            *("in", "class", "node", "or", "and", "not", "xone", "hasValue", "languageIn", "uniqueLang", "pattern", "flags"),
            *("minLength", "maxLength", "minInclusive", "maxInclusive", "minExclusive", "maxExclusive"),
            *("lessThan", "lessThanOrEquals", "equals", "disjoint", "closed", "deactivated"),
        )
    },
    SH.severity: ("severity", "how bad it is"),
    SH.message: ("message", "what the one who mends the data is told"),
    SH.select: ("query", "finds the offenders"),
    SH.ask: ("query", "is true of what is sound"),
}


def turtle_text(graph: Graph, node: Node) -> str:
    """A node as it would stand in Turtle, on one line: a page has no other place for a blank one."""
    if not isinstance(node, BNode):
        return node.n3(graph.namespace_manager)  # type: ignore[attr-defined, no-any-return]
    if (node, RDF.first, None) in graph:
        return " ".join(["(", *(turtle_text(graph, item) for item in Collection(graph, node)), ")"])
    inner = sorted(f"{turtle_text(graph, key)} {turtle_text(graph, value)}" for key, value in graph.predicate_objects(node))
    return f"[ {' ; '.join(inner)} ]"


def rendered(source: Graph, header: URIRef, keep: Callable[[str], bool], shown: str, **changed: str) -> Graph:
    """The statements of a page, in order and without blank nodes: the header, as `shown` and changed, and what to keep."""
    page = Graph(bind_namespaces="none")
    agents = {o for key in (DCTERMS.creator, DCTERMS.contributor, DCTERMS.publisher) for o in source.objects(header, key)}
    for prefix, namespace in sorted(source.namespaces()):
        page.bind(prefix, namespace, override=True, replace=True)
    kept = (t for t in source if not isinstance(t[0], BNode) and (t[0] in {header, *agents} or keep(str(t[0]))))
    for s, key, o in sorted(kept, key=lambda triple: tuple(turtle_text(source, node) for node in triple)):
        if (key, o) == (RDF.type, SKOS.ConceptScheme):  # pyLODE knows one title to a page
            continue
        if s == header and key in (RDFS.label, *(DCTERMS[name] for name in changed)):
            continue
        if key == OWL.versionIRI:
            o = Literal(str(o))  # noqa: PLW2901  pyLODE would take it for a term, and make a fragment of it
        page.add((URIRef(shown) if s == header else s, key, Literal(turtle_text(source, o)) if isinstance(o, BNode) else o))
        if s in agents and key == RDFS.label:
            page.add((s, SDO.name, o))
    for name, text in changed.items():
        page.add((URIRef(shown), DCTERMS[name], Literal(text, lang="en")))
    return page


class Page(ontpub.OntPub):  # type: ignore[misc]
    """A page in pyLODE's OntPub profile, its terms under the anchors that their IRIs have; `namespace` is that of the page."""

    namespace = OSGOV
    own: dict[URIRef, tuple[str, str]] = MORE

    def __init__(self, graph: Graph) -> None:
        """Read the graph, in the order it is in."""
        super().__init__(graph)
        self.ns = (self.namespace, self.namespace)
        self.fids.update({str(s): str(s).removeprefix(self.namespace) for s in self.ont.subjects() if self.is_own(s)})
        for key, (title, description) in self.own.items():
            self.props_labeled[key] = {"title": title, "description": description, "ont_title": re.split(r"\w+$", key)[0]}

    def is_own(self, node: Node) -> bool:
        """Whether the node is a term that this page is to show."""
        return str(node).startswith(self.namespace) and str(node) != self.namespace

    def html(self) -> str:
        """The page: links within these pages are relative, so that it can be read without a network."""
        self.doc["lang"] = "en"
        with self.doc.head:
            meta(charset="utf-8")  # first, where readers look for it
        self._make_head(self._make_schema_org())
        self._make_body()
        text: str = self.doc.render(indent="")
        narrow = '<meta name="viewport" content="width=device-width, initial-scale=1">'
        text = text.replace("</head>", f"{narrow}\n<style>{STYLE}</style>\n</head>", 1)
        for namespace, page in PAGES.items():
            text = re.sub(rf'(<a href="({re.escape(namespace)})">)\w+:(?=</a>)', r"\1\2", text)
            target = "#" if namespace == self.namespace else f"{page}#"
            text = re.sub(rf'href="{re.escape(namespace)}(?=[^"])', f'href="{target}', text)
        text = text.replace(' title="None. Defined in None"', "")
        text = re.sub(r'(<script id="schema.org"[^>]*>)(.*?)(</script>)', _sorted_json, text, flags=re.DOTALL)
        return re.sub(r"[ \t]+\n", "\n", text).rstrip("\n") + "\n"

    def _make_body(self) -> None:
        self._make_metadata()
        self._make_main_sections()
        self._make_namespaces()
        self._make_legend()
        with self.content, p("Made with ", id="made-with"):
            a("pyLODE", href=CREDIT)
        self._make_toc()
        self._tidy_anchors()

    def _make_metadata(self) -> None:
        super()._make_metadata()
        others = {"index.html": "The ontology", "vocab.html": "Code lists", "shapes.html": "Shapes", "data.html": "The data"}
        links = p(*(part for page, title in others.items() for part in (a(title, href=page), " · ")), id="pages")
        links.children.pop()
        self.content.add(links)

    def section(self, title: str, kind: Node, keys: Sequence[URIRef], id: str, about: str) -> None:
        """Add a section for the things of a kind, each with the properties named."""
        arguments = (self.ont, self.back_onts, self.ns, kind, list(keys), self.toc, id, self.fids, self.props_labeled)
        below = p(about)
        with self.content:
            utils.section_html(title, *arguments).children.insert(1, below)

    def _tidy_anchors(self) -> None:
        """Give each anchor once: those of prefixes step back before those of terms, and a second one of a term is dropped."""
        prefixes = {prefix["id"]: prefix for prefix in self.doc.get(id="namespaces")[0].get("dt")}
        for name, prefix in prefixes.items():
            prefix["id"] = "prefix-" + name
        for link in self.doc.get(id="toc")[0].get("a"):
            target = link["href"].removeprefix("#")
            if target in prefixes and target not in self.fids.values():
                link["href"] = "#prefix-" + target
        seen: set[str] = set()
        for tag in everything(self.doc):
            if (id := tag.attributes.get("id")) and (id in seen or seen.add(id)):  # type: ignore[func-returns-value]
                del tag.attributes["id"]


class Ontology(Page):
    """The page of classes and properties."""

    def _make_main_sections(self) -> None:
        classes, properties = ontpub.CLASS_PROPS, ontpub.PROP_PROPS
        ontpub.CLASS_PROPS, ontpub.PROP_PROPS = [*classes, *MORE], [*properties, *MORE]
        try:
            super()._make_main_sections()
        finally:
            ontpub.CLASS_PROPS, ontpub.PROP_PROPS = classes, properties


class Listing(Page):
    """A page of things that OWL has no type for, in sections of its own: `sections` gives title, anchor, kind and about."""

    mark = ("con", "SKOS Concept")
    legend = "Code"

    def sections(self) -> Iterable[tuple[str, str, Node, str]]:
        """The sections, in order."""
        raise NotImplementedError

    def _make_main_sections(self) -> None:
        for title, anchor, kind, about in self.sections():
            utils.ONT_TYPES[kind] = self.mark
            self.section(title, kind, [DCTERMS.title, *self.own], anchor, about)

    def _make_legend(self) -> None:
        with self.content, div(id="legend"):
            h2("Legend")
            with table(_class="entity"), tr():
                td(sup(self.mark[0], _class="sup-" + self.mark[0], title=self.mark[1]))
                td(self.legend)

    def _make_toc(self) -> None:
        with self.doc, div(id="toc"):
            h3("Table of Contents")
            with ul(_class="first"):
                li(h4(a("Metadata", href="#metadata")))
                for title, anchor, _, _ in self.sections():
                    with li():
                        h4(a(title, href="#" + anchor))
                        with ul(_class="second"):
                            for target, name in self.toc.get(anchor, []):
                                li(a(name, href=target))
                li(h4(a("Namespaces", href="#namespaces")))
                li(h4(a("Legend", href="#legend")))


class CodeLists(Listing):
    """The page of codes, a section a scheme; the anchor of a scheme is its name, as that of a code is."""

    namespace = VOCAB
    own = OF_CODES

    def __init__(self, graph: Graph) -> None:
        """Read the graph; that a code is of a scheme is said as pyLODE looks for it."""
        for code, scheme in list(graph.subject_objects(SKOS.inScheme)):
            graph.add((code, RDF.type, scheme))
        super().__init__(graph)

    def sections(self) -> Iterable[tuple[str, str, Node, str]]:
        """The schemes, by name."""
        for scheme in sorted(set(self.ont.objects(None, SKOS.inScheme)), key=str):
            label = self.ont.value(scheme, SKOS.prefLabel)
            definition = self.ont.value(scheme, SKOS.definition)
            anchor = str(scheme).removeprefix(VOCAB)
            yield f"{str(label)[0].upper()}{str(label)[1:]}", anchor, scheme, f"{anchor}: {definition}."


class Shapes(Listing):
    """The page of shapes: what is checked, the shapes of properties, and constraints in SPARQL."""

    namespace = SHAPES
    own = OF_SHAPES
    mark = ("con", "SHACL shape")
    legend = "Shape"

    def sections(self) -> Iterable[tuple[str, str, Node, str]]:
        """By kind of shape."""
        yield "Node shapes", "node-shapes", SH.NodeShape, "What is checked: the things of a class, or what a query selects."
        yield "Property shapes", "property-shapes", SH.PropertyShape, "What the values of one property must be."
        yield "Constraints in SPARQL", "constraints", SH.SPARQLConstraint, "What no shape can say; the query finds offenders."
        if (None, RDF.type, SH.SPARQLTarget) in self.ont:
            yield "Targets in SPARQL", "targets", SH.SPARQLTarget, "What else is checked, by query."


def _sorted_json(found: re.Match[str]) -> str:
    """The description for search engines, its parts in order: rdflib gives them as they come."""
    described = sorted(json.loads(found.group(2)), key=lambda node: str(node["@id"]))
    return f"{found.group(1)}\n{json.dumps(described, indent=1, ensure_ascii=False, sort_keys=True)}\n{found.group(3)}"


def everything(tag: Any) -> Iterable[html_tag]:
    """Every tag of a document, in order."""
    for child in tag.children:
        if isinstance(child, html_tag):
            yield child
            yield from everything(child)


def json_ld(path: Path) -> str:
    """The statements of a Turtle file as JSON-LD; blank nodes are numbered in the order they come in."""
    numbers: dict[str, BlankNode] = {}

    def fixed(term: Any) -> Any:
        return numbers.setdefault(term.value, BlankNode(f"b{len(numbers) + 1}")) if isinstance(term, BlankNode) else term

    parsed = parse(path=str(path), format=RdfFormat.TURTLE)
    quads = [Quad(fixed(q.subject), q.predicate, fixed(q.object), DefaultGraph()) for q in parsed]
    written = serialize(quads, format=RdfFormat.JSON_LD, prefixes=PREFIXES)
    assert written is not None
    return written.decode("utf-8").rstrip("\n") + "\n"


def made(root: Path) -> dict[Path, str]:
    """Every file that is made, by its path from the root: pages, JSON-LD, and the Turtle of this version."""
    governance, shapes = Graph().parse(root / GOVERNANCE), Graph().parse(root / SHAPES_FILE)
    header = URIRef(ONTOLOGY)
    number = str(governance.value(header, OWL.versionInfo))
    title = str(governance.value(header, DCTERMS.title))
    shapes_header = URIRef(SHAPES.rstrip("#"))
    about = "The codes that governance facts use, a list a property, each with what it means and what it does not mean."
    lists = {"title": f"{title}: code lists", "description": about}
    pages = {
        "index.html": Ontology(rendered(governance, header, lambda s: s.startswith(OSGOV), ONTOLOGY)),
        "vocab.html": CodeLists(rendered(governance, header, lambda s: s.startswith(VOCAB), VOCAB.rstrip("/"), **lists)),
        "shapes.html": Shapes(rendered(shapes, shapes_header, lambda s: s.startswith(SHAPES), str(shapes_header))),
    }
    return {
        **{DOCS / name: page.html() for name, page in pages.items()},
        DOCS / "governance.jsonld": json_ld(root / GOVERNANCE),
        DOCS / "shapes.jsonld": json_ld(root / SHAPES_FILE),
        DOCS / "versions" / f"{number}.ttl": (root / GOVERNANCE).read_text("utf-8"),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Write what is made; with --check write nothing, name what is stale and return 1 if anything is."""
    parser = argparse.ArgumentParser(description="Make the pages of the ontology.")
    parser.add_argument("--check", action="store_true", help="name the files that are stale, and exit 1 if there are any")
    parser.add_argument("--root", type=Path, default=REPO, help="the checkout (default: the one this script lies in)")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        # pyLODE reads the vocabularies it knows in whatever order the disk lists them, and keeps a copy beside itself.
        known = sorted(utils.RDF_FOLDER.glob("*.ttl"))
        Path(folder, "known.ttl").write_text("\n".join(path.read_text("utf-8") for path in known), encoding="utf-8")
        utils.RDF_FOLDER = Path(folder)
        logging.getLogger().setLevel(logging.WARNING)  # a part of pyLODE that is of no use here turns everything on
        files = made(given.root)
    stale = [path for path, text in files.items() if not is_fresh(given.root / path, text)]
    for path in stale:
        if given.check:
            print(f"{path.as_posix()} is stale; make it anew with `python docs/ontology/make.py`")
        else:
            (given.root / path).parent.mkdir(parents=True, exist_ok=True)
            (given.root / path).write_text(files[path], encoding="utf-8", newline="\n")
            print(path.as_posix())
    return 1 if given.check and stale else 0


def is_fresh(path: Path, text: str) -> bool:
    """Whether the file is there and has that text."""
    return path.is_file() and path.read_bytes() == text.encode("utf-8")


if __name__ == "__main__":
    sys.exit(main())
