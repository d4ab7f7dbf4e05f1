"""What a store must do, written once and run on every kind of store."""

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pyoxigraph as ox
import pytest

from kg.errors import KgError, Misuse, QueryTimeout
from kg.store import Rows, Store, open_store
from kg.store.embedded import EmbeddedStore
from kg.store.generations import make_generation
from kg.terms import EVENT, GRAPH, ORG_ID, OSGOV, PROJECT, SKOS, XSD

ISTIO, CNCF, GIFT = ox.NamedNode(PROJECT + "istio"), ox.NamedNode(ORG_ID + "cncf"), ox.NamedNode(EVENT + "gift")


def literal(text, datatype):
    return ox.Literal(text, datatype=ox.NamedNode(XSD + datatype))


def column(store, text):
    """The only column of a SELECT."""
    answer = store.query(text)
    assert isinstance(answer, Rows)
    return [row[0] for row in answer.rows]


def count(store, pattern):
    return int(column(store, f"SELECT (COUNT(*) AS ?n) {{ {pattern} }}")[0].value)


# What is answered


def test_select_gives_columns_in_their_order_and_terms_row_by_row(small_view):
    answer = small_view.query("SELECT ?name ?thing { ?thing skos:prefLabel ?name } ORDER BY ?thing ?name")
    assert answer.columns == ("name", "thing")
    assert sorted(answer.rows, key=str) == sorted(
        [
            (ox.Literal("CNCF", language="en"), CNCF),
            (ox.Literal("Fondation", language="fr"), CNCF),
            (ox.Literal("Istio", language="en"), ISTIO),
        ],
        key=str,
    )


def test_select_keeps_its_columns_where_nothing_is_found(small_view):
    answer = small_view.query("SELECT ?a ?b { ?a osgov:acquirer ?b }")
    assert (answer.columns, answer.rows) == (("a", "b"), [])


def test_order_by_is_kept(small_view):
    assert [t.value for t in column(small_view, "SELECT ?n { ?x skos:prefLabel ?n } ORDER BY DESC(STR(?n))")] == [
        "Istio",
        "Fondation",
        "CNCF",
    ]


def test_ask_is_true_or_false(small_view):
    assert small_view.query("ASK { p:istio a osgov:Project }") is True
    assert small_view.query("ASK { p:istio a osgov:Company }") is False


def test_construct_gives_each_triple_once(small_view):
    triples = small_view.query("CONSTRUCT { ?p osgov:givenTo ?o } WHERE { ?e osgov:project ?p ; osgov:toOrganization ?o }")
    assert list(triples) == [ox.Triple(ISTIO, ox.NamedNode(OSGOV + "givenTo"), CNCF)]


def test_describe_gives_what_any_source_says_of_the_thing(small_view):
    said = set(small_view.query("DESCRIBE o:cncf"))
    label = ox.NamedNode(SKOS + "prefLabel")
    assert {
        ox.Triple(CNCF, label, ox.Literal("CNCF", language="en")),
        ox.Triple(CNCF, label, ox.Literal("Fondation", language="fr")),
        ox.Triple(CNCF, ox.NamedNode(OSGOV + "checked"), literal("true", "boolean")),
    } == {triple for triple in said if triple.subject == CNCF}
    assert all(CNCF in (triple.subject, triple.object) for triple in said)  # Virtuoso tells what points at it, too


def test_unbound_cells_are_none(small_view):
    answer = small_view.query(
        "SELECT ?x ?size { ?x skos:prefLabel ?n . OPTIONAL { ?x osgov:boardSize ?size } FILTER(LANG(?n) = 'en') } ORDER BY ?x"
    )
    assert answer.rows == [(CNCF, None), (ISTIO, literal("7", "integer"))]


# The union, and who said it


def test_a_statement_of_two_sources_counts_once(small_view):
    assert count(small_view, "e:gift osgov:toOrganization ?o") == 1
    assert count(small_view, "e:gift osgov:project/skos:prefLabel ?o") == 1


def test_a_pattern_may_span_two_sources(small_view):
    assert small_view.query("ASK { e:gift a osgov:Donation ; osgov:announcedOn ?d }") is True


def test_graph_tells_every_source_of_a_statement(small_view):
    sources = column(small_view, "SELECT ?g { GRAPH ?g { e:gift osgov:toOrganization o:cncf } }")
    assert sorted(source.value for source in sources) == [GRAPH + "one", GRAPH + "two"]


def test_graph_with_a_name_sees_that_source_alone(small_view):
    assert small_view.query("ASK { GRAPH g:two { e:gift a osgov:Donation } }") is False
    assert small_view.query("ASK { GRAPH g:one { e:gift a osgov:Donation } }") is True


def test_every_statement_comes_with_its_source(small_view, small_quads):
    assert sorted(small_view.quads(), key=str) == sorted(small_quads, key=str)


# Terms


@pytest.mark.parametrize(
    ("pattern", "wanted"),
    [
        ("e:gift osgov:acceptedOn ?x", literal("2022-09", "gYearMonth")),
        ("e:gift osgov:announcedOn ?x", literal("2022", "gYear")),
        ("p:istio osgov:boardSize ?x", literal("7", "integer")),
        ("p:istio osgov:maxShare ?x", literal("0.5", "decimal")),
        ("o:cncf osgov:checked ?x", literal("true", "boolean")),
        ("o:cncf skos:prefLabel ?x FILTER(LANGMATCHES(LANG(?x), 'fr'))", ox.Literal("Fondation", language="fr")),
        ("e:gift skos:note ?x", ox.Literal("one\ttwo\n“three”")),
        ("p:istio a ?x", ox.NamedNode(OSGOV + "Project")),
    ],
)
def test_terms_come_back_as_they_were_stated(small_view, pattern, wanted):
    assert column(small_view, f"SELECT ?x {{ {pattern} }}") == [wanted]


# Queries that cannot be answered


def test_a_syntax_error_is_misuse_with_its_line_and_a_caret(small_store):
    with pytest.raises(Misuse) as caught:
        small_store.query("SELECT ?x\nWHERE { ?x a osgov:Project ?? }")
    message = str(caught.value)
    assert "line 2" in message
    assert "2 | WHERE { ?x a osgov:Project ?? }" in message
    assert [line.strip() for line in message.splitlines()].count("^") == 1


@pytest.mark.parametrize(
    "text", ["DROP ALL", "INSERT DATA { p:a a p:b }", "DELETE { ?s ?p ?o } WHERE { SELECT * { ?s ?p ?o } }"]
)
def test_an_update_is_misuse_and_changes_nothing(small_store, text):
    with pytest.raises(Misuse):
        small_store.query(text)
    assert small_store.query("ASK { p:istio a osgov:Project }") is True


def test_a_misspelt_keyword_is_misuse_that_names_the_right_one(small_store):
    with pytest.raises(Misuse, match="did you mean SELECT instead of 'SELEC'"):
        small_store.query("SELEC ?x { ?x ?y ?z }")


def test_an_unknown_prefix_is_misuse_that_names_the_nearest(small_store):
    with pytest.raises(Misuse, match=r"line 1.*unknown prefix 'osgv:'(.|\n)*did you mean 'osgov:'"):
        small_store.query("SELECT ?x { ?x a osgv:Project }")


@pytest.mark.parametrize(
    "query",
    [
        "PREFIX select: <http://example.org/> ASK { p:istio a osgov:Project }",
        "# SELECT is not asked here\nASK { p:istio a osgov:Project }",
        "BASE <http://example.org/construct> ASK { p:istio a osgov:Project }",
        "# Which moves load, drop or clear?\n# Add them.\nASK { ?move a osgov:Donation ; osgov:project ?insert }",
    ],
)
def test_the_form_of_a_query_is_read_past_what_only_looks_like_one(small_store, query):
    assert small_store.query(query) is True


def test_a_declared_prefix_wins_over_a_known_one(small_view):
    assert column(small_view, f"PREFIX p: <{ORG_ID}> SELECT ?n {{ p:cncf skos:prefLabel ?n FILTER(LANG(?n) = 'en') }}") == [
        ox.Literal("CNCF", language="en")
    ]


def test_an_answer_past_its_deadline_is_a_timeout_and_is_not_waited_for(small_store):
    # Seconds of work, not hours: nothing can interrupt the engine, and the rest of the tests share its processor.
    product = " . ".join(f"?s{n} ?p{n} ?o{n}" for n in range(6))
    with pytest.raises(QueryTimeout, match=r"no answer within 0\.05 s"):
        small_store.query(f"SELECT (COUNT(*) AS ?n) {{ {product} }}", timeout=0.05)


def test_a_deadline_that_is_kept_changes_nothing(small_store):
    assert small_store.query("ASK { p:istio a osgov:Project }", timeout=30) is True
    with pytest.raises(Misuse, match="unknown prefix"):
        small_store.query("ASK { nope:x a nope:y }", timeout=30)


# Stores that cannot be opened


def test_a_folder_that_is_not_there_is_named_with_the_way_to_make_it(tmp_path):
    with pytest.raises(KgError, match=r"nowhere: no such folder; make one with `kg build --store "):
        open_store(str(tmp_path / "nowhere"))


def test_a_folder_without_a_graph_is_refused_and_left_empty(tmp_path):
    with pytest.raises(KgError, match="holds no graph; make one with `kg build --store"):
        open_store(str(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_whose_graph_is_gone_says_so(tmp_path):
    (tmp_path / "current").write_text("graph-1\n")
    with pytest.raises(KgError, match="its graph graph-1 is gone; make one"):
        open_store(str(tmp_path))


def test_a_damaged_graph_is_an_error_that_says_how_to_repair_it(tmp_path, small_quads):
    target = make_generation(tmp_path, "1", lambda path: EmbeddedStore.write(path, EmbeddedStore.in_memory(small_quads)))
    for manifest in target.glob("MANIFEST-*"):
        manifest.write_bytes(b"\x00" * 40)
    with pytest.raises(KgError, match=r"cannot be opened as a graph \((.|\n)*run `kg build`"):
        open_store(str(tmp_path))


def test_a_graph_that_somebody_may_only_read_is_opened_without_a_lock(folder_of_two_sources):
    before = {path.name for path in (folder_of_two_sources / "graph-1").iterdir()}
    readers = [open_store(str(folder_of_two_sources)) for _ in range(3)]
    assert [count(reader, "?s ?p ?o") for reader in readers] == [13, 13, 13]
    assert {path.name for path in (folder_of_two_sources / "graph-1").iterdir()} == before


@pytest.mark.parametrize("spec", ["sqlite:x.db", "ftp://example.org/sparql", "memory", ":", "postgres://here/there"])
def test_a_spec_outside_the_grammar_is_refused_with_the_grammar(spec, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(KgError, match=r"kg build --store|`memory:`, a folder"):
        open_store(spec)


def test_a_spec_with_a_scheme_we_do_not_speak_is_misuse():
    with pytest.raises(Misuse, match="an endpoint `https://host/sparql`"):
        open_store("ftp://example.org/sparql")


# Endpoints that misbehave


@contextmanager
def serving(answer):
    """A loopback server that answers every request by calling `answer` with its handler; gives its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            answer(self)

        def do_GET(self):
            answer(self)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/sparql"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def replying(status, kind, body):
    def answer(handler):
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


@pytest.mark.parametrize("query", ["SELECT ?x { ?x ?y ?z }", "ASK { ?x ?y ?z }", "CONSTRUCT WHERE { ?x ?y ?z }"])
def test_a_web_page_instead_of_an_answer_is_an_error_naming_the_address(query):
    with serving(replying(200, "text/html", b"<html><body>Welcome</body></html>")) as address:
        with pytest.raises(
            KgError, match="answered text/html that is no SPARQL result; is it the endpoint's address"
        ) as caught:
            open_store(address).query(query)
        assert address in str(caught.value)


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"3", b'{"head": {"vars": ["x"]}}', b'{"head": {}, "results": []}'])
def test_json_that_is_no_answer_is_an_error(body):
    with (
        serving(replying(200, "application/sparql-results+json", body)) as address,
        pytest.raises(KgError, match="no SPARQL result"),
    ):
        open_store(address).query("SELECT ?x { ?x ?y ?z }")


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500, 502, 503])
def test_a_refusal_by_the_endpoint_is_an_error_naming_the_address(status):
    with serving(replying(status, "text/plain", b"not today")) as address:
        with pytest.raises(KgError) as caught:
            open_store(address).query("SELECT ?x { ?x ?y ?z }")
        assert address in str(caught.value)
        assert not isinstance(caught.value, Misuse)


def test_a_complaint_of_the_endpoint_about_a_query_that_we_can_read_is_passed_on():
    with (
        serving(replying(400, "text/plain", b"property paths are switched off")) as address,
        pytest.raises(Misuse, match="property paths are switched off"),
    ):
        open_store(address).query("SELECT ?x { ?x a/a ?z }")


def test_an_endpoint_that_is_down_is_an_error_naming_the_address():
    with serving(replying(200, "text/plain", b"")) as address:
        pass
    with pytest.raises(KgError, match="is it a SPARQL endpoint, and up") as caught:
        open_store(address).query("SELECT ?x { ?x ?y ?z }")
    assert address in str(caught.value)


def test_an_endpoint_that_never_answers_is_a_timeout_not_an_outage():
    released = threading.Event()
    with serving(lambda _: released.wait(30)) as address:
        try:
            with pytest.raises(QueryTimeout, match="no answer within 1 s"):
                open_store(address).query("SELECT ?x { ?x ?y ?z }", timeout=1)
        finally:
            released.set()


def test_each_kind_of_store_has_the_two_methods_of_the_protocol(small_store):
    asked: Store = small_store
    assert callable(asked.query)
    assert callable(asked.quads)
    assert isinstance(asked.spec, str)
