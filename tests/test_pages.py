"""The pages of the ontology are fresh, whole and readable off line; every name that was given out leads to a file here."""

import html.parser
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from rdflib import OWL, RDF, SH, SKOS, Graph, URIRef

from kg import terms
from kg.terms import BASE, ONTOLOGY, OSGOV, SHAPES, VOCAB

REPO = Path(__file__).parents[1]
DOCS = REPO / "docs" / "ontology"
PAGES = ("index.html", "vocab.html", "shapes.html")

pytestmark = pytest.mark.skipif(not DOCS.is_dir(), reason="the pages are in the checkout only")
needs_pylode = pytest.mark.skipif(importlib.util.find_spec("pylode") is None, reason="needs pyLODE; pip install '.[dev]'")


# ---- the pages


class Reader(html.parser.HTMLParser):
    """What a page links to, what it would load, and its anchors, in order."""

    def __init__(self, text):
        super().__init__()
        self.anchors, self.links, self.loads, self.text = [], [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.anchors += [given["id"]] if "id" in given else []
        self.links += [given["href"]] if tag == "a" else []
        self.loads += [given["src"]] if "src" in given else []
        self.loads += [given["href"]] if tag == "link" else []

    def handle_data(self, data):
        self.text.append(data)


def page(name):
    return Reader((DOCS / name).read_text("utf-8"))


@cache
def anchors_of(name):
    return set(page(name).anchors)


@pytest.fixture(scope="module")
def governance():
    return Graph().parse(REPO / "ontology" / "governance.ttl")


def of_namespace(graph, namespace, *kinds):
    nodes = {str(node) for kind in kinds for node in graph.subjects(RDF.type, kind)}
    return sorted(node for node in nodes if node.startswith(namespace))


def terms_given_out(governance):
    """Every name of a term, code, list and shape."""
    shapes = Graph().parse(REPO / "ontology" / "shapes.ttl")
    properties = (OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)
    return {
        "index.html": of_namespace(governance, OSGOV, OWL.Class, *properties),
        "vocab.html": of_namespace(governance, VOCAB, SKOS.Concept, SKOS.ConceptScheme),
        "shapes.html": of_namespace(shapes, SHAPES, SH.NodeShape, SH.PropertyShape, SH.SPARQLConstraint),
    }


@pytest.fixture(scope="module")
def given_out(governance):
    return terms_given_out(governance)


@pytest.mark.parametrize(("name", "namespace"), [*zip(PAGES, (OSGOV, VOCAB, SHAPES), strict=True)])
def test_every_term_has_the_anchor_that_its_name_ends_in(name, namespace, given_out):
    anchors = page(name).anchors
    assert len(given_out[name]) > 50
    assert [iri for iri in given_out[name] if iri.removeprefix(namespace) not in anchors] == []


@pytest.mark.parametrize("name", [*PAGES, "data.html"])
def test_no_anchor_is_there_twice(name):
    anchors = page(name).anchors
    assert [anchor for anchor in anchors if anchors.count(anchor) > 1] == []


@pytest.mark.parametrize("name", [*PAGES, "data.html"])
def test_a_page_loads_nothing_from_elsewhere(name):
    text = (DOCS / name).read_text("utf-8")
    assert [address for address in page(name).loads if not address.startswith("data:")] == []
    assert not re.search(r"@import|url\(", text)


@pytest.mark.parametrize("name", [*PAGES, "data.html"])
def test_a_link_within_the_pages_leads_somewhere(name):
    lost = []
    for link in page(name).links:
        target, _, anchor = link.partition("#")
        if ":" not in target and not (
            (DOCS / (target or name)).is_file() and (not anchor or anchor in anchors_of(target or name))
        ):
            lost.append(link)
    assert lost == []


def test_a_term_is_shown_with_its_definition_and_its_name(governance):
    shown = " ".join("".join(page("index.html").text).split())
    for name in ("Donation", "Stewardship", "earliest"):
        definition = governance.value(URIRef(OSGOV + name), SKOS.definition)
        assert f"{OSGOV}{name} " in shown
        assert " ".join(str(definition).split()) in shown


def test_a_code_is_shown_with_its_definition_and_its_list(governance):
    shown = " ".join("".join(page("vocab.html").text).split())
    for code in of_namespace(governance, VOCAB, SKOS.Concept):
        assert f"{code} " in shown
        assert " ".join(str(governance.value(URIRef(code), SKOS.definition)).split()) in shown


def test_the_blank_parts_of_a_shape_are_shown_as_turtle():
    shown = " ".join("".join(page("shapes.html").text).split())
    assert "( osgov:proposedOn osgov:announcedOn osgov:acceptedOn osgov:effectiveOn osgov:occurredOn )" in shown


@pytest.mark.parametrize("name", ["governance", "shapes"])
def test_the_json_ld_is_the_same_graph_as_the_turtle(name):
    from rdflib.compare import isomorphic

    turtle = Graph().parse(REPO / "ontology" / f"{name}.ttl")
    assert isomorphic(Graph().parse(DOCS / f"{name}.jsonld", format="json-ld"), turtle)


def test_the_turtle_of_each_version_is_of_that_version_and_the_present_one_is_there(governance):
    found = {}
    for path in sorted((DOCS / "versions").iterdir()):
        found[path.stem] = str(Graph().parse(path).value(URIRef(ONTOLOGY), OWL.versionIRI))
    assert found == {version: f"{ONTOLOGY}/{version}" for version in found}
    assert str(governance.value(URIRef(ONTOLOGY), OWL.versionInfo)) in found


# ---- making them


def make(*words, seed="0"):
    command = [sys.executable, str(DOCS / "make.py"), *map(str, words)]
    env = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(REPO)}
    return subprocess.run(command, capture_output=True, text=True, env=env, timeout=120, check=False)


def copied(tmp_path):
    shutil.copytree(REPO / "ontology", tmp_path / "ontology")
    shutil.copytree(DOCS, tmp_path / "docs" / "ontology")
    return tmp_path


@needs_pylode
@pytest.mark.parametrize("seed", ["1", "4242"])
def test_the_pages_are_fresh_whatever_order_python_hashes_in(seed):
    answer = make("--check", seed=seed)
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")


@needs_pylode
def test_a_stale_page_is_named_and_made_anew(tmp_path):
    root = copied(tmp_path)
    path = root / "ontology" / "governance.ttl"
    text = path.read_text("utf-8")
    path.write_text(text.replace('rdfs:label "donation"@en', 'rdfs:label "gift of a kind"@en'), encoding="utf-8")
    version = re.search(r'owl:versionInfo "([^"]+)"', text)[1]
    stale = ["index.html", "governance.jsonld", f"versions/{version}.ttl"]
    before = make("--check", "--root", root)
    assert before.returncode == 1
    assert [line.partition(" is stale")[0] for line in before.stdout.splitlines()] == [f"docs/ontology/{n}" for n in stale]
    assert make("--root", root).stdout.split() == [f"docs/ontology/{name}" for name in stale]
    assert "gift of a kind" in (root / "docs/ontology/index.html").read_text("utf-8")
    assert make("--check", "--root", root).returncode == 0


@needs_pylode
def test_a_new_version_leaves_the_turtle_of_the_last_one_alone(tmp_path):
    root = copied(tmp_path)
    path = root / "ontology" / "governance.ttl"
    text = path.read_text("utf-8")
    version = re.search(r'owl:versionInfo "([^"]+)"', text)[1]
    path.write_text(text.replace(version, "7.8.9"), encoding="utf-8")
    assert make("--root", root).returncode == 0
    assert (root / f"docs/ontology/versions/{version}.ttl").read_text("utf-8") == text
    assert "/ns/7.8.9" in (root / "docs/ontology/versions/7.8.9.ttl").read_text("utf-8")
    assert version not in "".join(Reader((root / "docs/ontology/index.html").read_text("utf-8")).text)


# ---- the redirect rules


@dataclass(frozen=True)
class Rule:
    """A RewriteRule with the conditions before it, in groups of which one must hold each."""

    pattern: re.Pattern
    target: str
    flags: tuple[str, ...]
    conditions: tuple[tuple[tuple[str, re.Pattern], ...], ...]


def rules_of(text):
    """The rules of a file in the part of mod_rewrite's language that is used here; anything else is refused."""
    rules, groups, is_open = [], [], False
    for line in text.splitlines():
        words = line.split()
        match words:
            case [] | ["Options", "-MultiViews"] | ["RewriteEngine", "on"]:
                pass
            case [word, *_] if word.startswith("#"):
                pass
            case ["RewriteCond", "%{HTTP_ACCEPT}", pattern, *flags] if flags in ([], ["[OR]"]):
                condition = ("HTTP_ACCEPT", re.compile(pattern))
                if is_open:
                    groups[-1] = (*groups[-1], condition)
                else:
                    groups.append((condition,))
                is_open = flags == ["[OR]"]
            case ["RewriteRule", pattern, target, flags]:
                rules.append(Rule(re.compile(pattern), target, tuple(flags.strip("[]").split(",")), tuple(groups)))
                groups, is_open = [], False
            case _:
                raise AssertionError(f"unknown to this test: {line}")
    assert groups == []
    return rules


def lead(rules, path, accept):
    """Where a path below the folder of the rules leads; None where no rule takes it. As Apache does it in one folder."""
    env = {}
    for rule in rules:
        match = rule.pattern.search(path)
        if not match or not all(any(p.search(accept) for _, p in group) for group in rule.conditions):
            continue
        known = {"L", "NE", "R=303"}
        for flag in rule.flags:
            if flag.startswith("E="):
                name, _, value = flag[2:].partition(":")
                env[name] = value
            else:
                assert flag in known, flag
        if rule.target == "-":
            continue
        target = re.sub(r"%\{ENV:(\w+)\}", lambda m: env.get(m[1], ""), rule.target)
        target = target.replace("$1", (match[1] or "") if match.re.groups else "")
        assert {"L", "R=303"} <= set(rule.flags)  # a name of a thing is answered by See Other, and by one rule
        return target if "NE" in rule.flags else target.replace("#", "%23")
    return None


HTACCESS = DOCS / ".htaccess"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
ACCEPTS = {
    "a browser": (BROWSER, ".html"),
    "a page": ("text/html", ".html"),
    "Turtle": ("text/turtle", ".ttl"),
    "JSON-LD": ("application/ld+json", ".jsonld"),
    "anything": ("*/*", ".ttl"),
    "nothing said": ("", ".ttl"),
    "RDF of any kind": ("text/turtle, application/rdf+xml, application/ld+json;q=0.8, text/html;q=0.5, */*;q=0.1", ".ttl"),
}


def wrongs(rules, names):
    """For each name and form asked for, what is wrong with where it leads; `names` gives the ending, None if negotiated."""
    found = []
    for iri, ending in names.items():
        path, _, fragment = iri.removeprefix(BASE).partition("#")
        for who, (accept, negotiated) in ACCEPTS.items():
            target = lead(rules, path, accept)
            file, _, anchor = (target or "").partition("#")
            where = REPO / file.removeprefix("/")
            if not target or not file.startswith("/") or not where.is_file():
                found.append((iri, who, f"leads to {target}, which is no file"))
            elif where.suffix != (ending or negotiated):
                found.append((iri, who, f"leads to {target}, not {ending or negotiated}"))
            elif where.suffix == ".html" and not ({anchor or fragment} - {""} <= anchors_of(where.name)):
                found.append((iri, who, f"leads to {target}, which has no anchor {anchor or fragment}"))
    return found


def names_to_lead(given_out, governance):
    """Every name that the rules must know, each with the ending of the one file it leads to, None where forms differ."""
    namespaces = {value for value in vars(terms).values() if isinstance(value, str) and value.startswith(BASE)}
    assert {ONTOLOGY, OSGOV, VOCAB, SHAPES, terms.GRAPH, terms.PROJECT, terms.CONFLICT} <= namespaces
    data = (terms.GRAPH, BASE + "id/")
    return {
        **{iri.rstrip("#"): ".html" if iri.startswith(data) else None for iri in namespaces},
        **{iri: ".ttl" for iri in namespaces if iri == BASE + "alignments"},
        **{iri: None for listed in given_out.values() for iri in listed},
        **{str(version): ".ttl" for version in governance.objects(URIRef(ONTOLOGY), OWL.versionIRI)},
        BASE + "context": ".jsonld",
        BASE + "context.jsonld": ".jsonld",
    }


@pytest.fixture(scope="module")
def names(given_out, governance):
    return names_to_lead(given_out, governance)


def test_every_namespace_version_term_and_code_lands_on_a_file_in_the_form_asked_for(names):
    assert len(names) > 250
    # Of /vocab and /ns the names without a slash or fragment count too: they are typed.
    names = {**names, VOCAB.rstrip("/"): None, ONTOLOGY + "/": None}
    assert wrongs(rules_of(HTACCESS.read_text("utf-8")), names) == []


def test_a_code_lands_on_its_own_place_of_the_page():
    rules = rules_of(HTACCESS.read_text("utf-8"))
    assert lead(rules, "vocab/role-legal-home", BROWSER) == "/docs/ontology/vocab.html#role-legal-home"


def test_a_version_lands_on_the_turtle_of_that_version(governance):
    version = str(governance.value(URIRef(ONTOLOGY), OWL.versionInfo))
    rules = rules_of(HTACCESS.read_text("utf-8"))
    assert lead(rules, f"ns/{version}", BROWSER) == f"/docs/ontology/versions/{version}.ttl"


@pytest.mark.skipif(not (REPO / "ontology/alignments.ttl").is_file(), reason="no alignments yet")
def test_the_alignments_land_on_their_file():
    names = {BASE + "alignments": ".ttl", BASE + "alignments.ttl": ".ttl"}
    assert wrongs(rules_of(HTACCESS.read_text("utf-8")), names) == []


def test_names_of_data_land_on_the_page_that_says_how_to_ask(built_graph):
    query = """
        SELECT DISTINCT ?name { { ?name a ?type } UNION { SELECT DISTINCT (?g AS ?name) { GRAPH ?g { ?s a ?o } } }
        FILTER(STRSTARTS(STR(?name), "https://w3id.org/osgov/id/") || STRSTARTS(STR(?name), "https://w3id.org/osgov/graph/")) }
        ORDER BY ?name"""
    every = [row["name"] for row in built_graph.query(query)]
    kinds = {}
    for name in every:
        kinds.setdefault(name.rsplit("/", 1)[0], []).append(name)
    assert {terms.GRAPH, terms.PROJECT, terms.ORG_ID, terms.EVENT, terms.RELATION} <= {kind + "/" for kind in kinds}
    sample = {name for listed in kinds.values() for name in (*listed[:: max(1, len(listed) // 25)], listed[-1])}
    rules = rules_of(HTACCESS.read_text("utf-8"))
    assert {lead(rules, name.removeprefix(BASE), "*/*") for name in every} == {"/docs/ontology/data.html"}
    assert wrongs(rules, dict.fromkeys(sample, ".html")) == []


@pytest.mark.parametrize(
    "path", ["nonsense", "ns/latest", "ns/1.0", "vocabulary", "vocab/../ns", "shapes/Donation", "idx", "graphs"]
)
def test_a_name_that_was_never_given_out_leads_nowhere(path):
    assert lead(rules_of(HTACCESS.read_text("utf-8")), path, BROWSER) is None


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("/docs/ontology/index.html", "/docs/ontology/ontology.html"),
        ("vocab.html#$1 [R=303,NE,L]", "vocab.html#$1 [R=303,L]"),
        ("vocab.html#$1", "vocab.html#code-$1"),
        ("versions/$1.ttl", "versions/$1/governance.ttl"),
        ("RewriteCond %{HTTP_ACCEPT} application/ld\\+json\n", ""),
        ("^shapes/?$", "^shape/?$"),
        ("/ontology/context.jsonld", "/context.jsonld"),
        ("(id|graph)", "(id)"),
        ("[a-z0-9-]", "[a-z]"),
    ],
)
def test_a_wrong_rule_is_caught(names, right, wrong):
    text = HTACCESS.read_text("utf-8")
    assert right in text
    assert wrongs(rules_of(text.replace(right, wrong)), names)


def test_one_line_sends_all_of_it_to_another_host(names):
    text = HTACCESS.read_text("utf-8")
    elsewhere = text.replace("RewriteRule ^ - [E=TREE:]", "RewriteRule ^ - [E=TREE:https://host.example/tree]")
    assert sum(a != b for a, b in zip(text.splitlines(), elsewhere.splitlines(), strict=True)) == 1
    here, there = rules_of(text), rules_of(elsewhere)
    for iri in names:
        path = iri.removeprefix(BASE).partition("#")[0]
        assert lead(there, path, BROWSER) == "https://host.example/tree" + lead(here, path, BROWSER)
