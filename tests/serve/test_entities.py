"""Every IRI leads somewhere: RDF for programs, a page for people."""

import re
from html.parser import HTMLParser

import pyoxigraph as ox
import pytest

from kg.resources import ontology_dir
from kg.serve.formats import GRAPHS
from kg.terms import BASE

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


class Links(HTMLParser):
    """The addresses that a page leads to, and its tags that are still open."""

    def __init__(self, text):
        super().__init__()
        self.found, self.open = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found += [value for name, value in attrs if name in {"href", "src"}]
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture(scope="session")
def things(weaver):
    """An address of each kind of thing, as the graph has them."""

    def of(kind):
        text = f'SELECT ?s {{ ?s ?p ?o FILTER(STRSTARTS(STR(?s), "{BASE}{kind}")) }} ORDER BY ?s LIMIT 1'
        (row,) = weaver.query(text).json()["results"]["bindings"]
        return row["s"]["value"].removeprefix(BASE)

    return of


KINDS = [
    "id/project/",
    "id/org/",
    "id/event/",
    "id/relation/",
    "id/source/",
    "id/assessment/",
    "vocab/",
    "graph/",
]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_thing_is_described_in_every_format(weaver, things, kind):
    path = things(kind)
    stated = weaver.query(f"CONSTRUCT WHERE {{ <{BASE}{path}> ?p ?o }}", accept="application/n-triples").body
    wanted = {quad.triple for quad in ox.parse(stated, format=ox.RdfFormat.N_TRIPLES)}
    assert wanted
    for name, format in GRAPHS.items():
        answer = weaver.ask("/" + path, headers={"Accept": name})
        assert (answer.status, answer.type) == (200, name)
        assert wanted <= {quad.triple for quad in ox.parse(answer.body, format=format)}
    assert weaver.ask("/" + path, headers={"Accept": "text/csv"}).status == 406


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_thing_has_a_page_with_its_facts_and_their_sources(weaver, things, kind):
    path = things(kind)
    answer = weaver.ask("/" + path, headers=BROWSER)
    assert (answer.status, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    page = Links(answer.text)
    assert page.open == []
    assert f'<p class="iri">{BASE}{path}</p>' in answer.text
    for address in page.found:
        if address.startswith("/") and "%" not in address:
            assert weaver.ask(address, headers=BROWSER).status == 200, address


def test_the_page_of_a_project_tells_what_kg_show_tells(weaver):
    page = weaver.ask("/id/project/weaver", headers=BROWSER).text
    assert "<h1>Weaver (project)</h1>" in page
    assert "<h2>Moves</h2>" in page
    assert "Acme + Bolt" in page
    assert 'href="https://acme.example/news"' in page


def test_what_leads_to_a_thing_is_part_of_its_description(weaver):
    answer = weaver.ask("/id/org/harbour", headers={"Accept": "text/turtle"})
    triples = {q.triple for q in ox.parse(answer.body, format=ox.RdfFormat.TURTLE)}
    received = {t.subject.value for t in triples if t.predicate.value.endswith("#toOrganization")}
    assert len(received) == 1


def test_text_of_sources_is_no_markup(graph_of, start_server, tmp_path):
    from kg.store.embedded import EmbeddedStore
    from kg.store.generations import make_generation

    graph = graph_of({"projects/x": 'id = "x"\nname = "<script>alert(1)</script> & \\"co\\""\n'})
    folder = tmp_path / "graph"
    make_generation(folder, "1", lambda path: EmbeddedStore.write(path, graph.store))
    page = start_server(folder).ask("/id/project/x", headers=BROWSER).text
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;co&quot;" in page


@pytest.mark.parametrize(
    "path",
    ["/id/project/nobody", "/id/project/", "/id/project/a%3E%20b", "/id/project/..%2F..%2Fetc", "/vocab/no-such", "/id/x"],
)
def test_what_is_not_known_is_not_found(weaver, path):
    for headers in ({}, BROWSER):
        answer = weaver.ask(path, headers=headers)
        assert answer.status == 404
        assert answer.text


@pytest.mark.parametrize(
    ("path", "file"), [("/ns", "governance.ttl"), ("/vocab/", "governance.ttl"), ("/shapes", "shapes.ttl")]
)
def test_the_ontology_is_served_as_turtle_as_other_rdf_and_as_its_page(weaver, path, file):
    turtle = weaver.ask(path)
    assert (turtle.type, turtle.body) == ("text/turtle", (ontology_dir() / file).read_bytes())
    triples = weaver.ask(path, headers={"Accept": "application/n-triples"})
    assert len(list(ox.parse(triples.body, format=ox.RdfFormat.N_TRIPLES))) > 500
    page = weaver.ask(path, headers=BROWSER)
    assert page.type == "text/html"
    assert re.search(r"<title>[^<]+</title>", page.text)


def test_the_links_between_the_pages_of_the_ontology_lead_on(weaver):
    for path in ("/ns", "/vocab", "/shapes"):
        page = weaver.ask(path, headers=BROWSER).text
        for name in set(re.findall(r'href="([a-z]+\.html)', page)):
            assert weaver.ask("/" + name).type == "text/html"


def test_a_description_that_the_client_has_is_not_sent_again(weaver):
    first = weaver.ask("/id/project/weaver", headers=BROWSER)
    again = weaver.ask("/id/project/weaver", headers={**BROWSER, "If-None-Match": first.headers["etag"]})
    assert (again.status, again.body) == (304, b"")
