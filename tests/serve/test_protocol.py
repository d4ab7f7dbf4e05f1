"""The SPARQL 1.1 Protocol: the cases of the W3C's protocol tests, told anew with data of our own, against a real process."""

import csv
import http.client
import json
import socket
from urllib.parse import quote, urlencode

import pyoxigraph as ox
import pytest

from kg.serve.formats import GRAPHS, RESULTS

DATA = "http://example.org/data"
FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
BOTH = f"ASK {{ <{DATA}1> a ?type . <{DATA}2> a ?type }}"
NAMED = f"ASK {{ GRAPH ?g1 {{ <{DATA}1> a ?type }} GRAPH ?g2 {{ <{DATA}2> a ?type }} }}"
DEFAULTS = [("default-graph-uri", DATA + "1"), ("default-graph-uri", DATA + "2")]
NAMEDS = [("named-graph-uri", DATA + "1"), ("named-graph-uri", DATA + "2")]


def encoded(*pairs):
    return urlencode(pairs, quote_via=quote)


def by_get(server, query, *given):
    return server.ask("/sparql?" + encoded(("query", query), *given))


def by_form(server, query, *given):
    return server.ask("/sparql", method="POST", body=encoded(("query", query), *given), headers={"Content-Type": FORM})


def directly(server, query, *given):
    path = "/sparql?" + encoded(*given) if given else "/sparql"
    return server.ask(path, method="POST", body=query.encode(), headers={"Content-Type": QUERY})


def said(answer):
    assert answer.status == 200, answer.text
    return answer.json()["boolean"]


def rows(answer, format):
    """The rows of an answer; the one value of an ASK is one."""
    if format == ox.QueryResultsFormat.CSV or (format == ox.QueryResultsFormat.TSV and answer.body == b"true"):
        return list(csv.reader(answer.text.splitlines(keepends=True)))[0 if answer.body == b"true" else 1 :]
    found = ox.parse_query_results(answer.body, format=format)
    return [bool(found)] if isinstance(found, ox.QueryBoolean) else [tuple(map(str, row)) for row in found]


each_way = pytest.mark.parametrize("way", [by_get, by_form, directly])


@each_way
def test_a_query_is_answered_by_get_by_form_and_directly(server, way):
    assert said(way(server, "ASK {}")) is True
    assert said(way(server, "ASK { FILTER(false) }")) is False


def test_the_default_graph_may_stand_in_the_address_of_a_form(server):
    path = "/sparql/?" + encoded(("default-graph-uri", DATA + "0"))
    answer = server.ask(path, method="POST", body="query=ASK%20%7B%7D", headers={"Content-Type": FORM})
    assert said(answer) is True
    inside = encoded(("query", f"ASK {{ <{DATA}1> a ?type }}"))
    assert said(server.ask(path, method="POST", body=inside, headers={"Content-Type": FORM})) is False


@each_way
def test_a_request_names_the_default_graphs(server, way):
    assert said(way(server, BOTH, *DEFAULTS)) is True
    assert said(way(server, BOTH, DEFAULTS[0])) is False
    assert said(way(server, NAMED, *DEFAULTS)) is False  # no named graphs then


@each_way
def test_a_request_names_the_named_graphs(server, way):
    assert said(way(server, NAMED, *NAMEDS)) is True
    assert said(way(server, NAMED, NAMEDS[0])) is False
    assert said(way(server, BOTH, *NAMEDS)) is False  # an empty default graph then


@each_way
def test_a_request_names_default_and_named_graphs(server, way):
    query = f"ASK {{ <{DATA}3> a ?t GRAPH ?g1 {{ <{DATA}1> a ?t }} GRAPH ?g2 {{ <{DATA}2> a ?t }} }}"
    assert said(way(server, query, ("default-graph-uri", DATA + "3"), *NAMEDS)) is True
    assert said(way(server, query, ("default-graph-uri", DATA + "1"), *NAMEDS)) is False


@each_way
def test_the_graphs_of_the_request_go_before_those_of_the_query(server, way):
    query = f"ASK FROM <{DATA}3> {{ <{DATA}1> a ?type . <{DATA}2> a ?type }}"
    assert said(way(server, query, *DEFAULTS)) is True
    assert said(way(server, query)) is False


def test_without_a_dataset_the_default_graph_is_the_union_and_each_graph_has_its_name(server):
    assert said(by_get(server, BOTH)) is True
    assert said(by_get(server, NAMED)) is True


@pytest.mark.parametrize("name", ["default-graph-uri", "named-graph-uri"])
def test_a_graph_whose_name_is_no_iri_is_refused(server, name):
    answer = by_get(server, "ASK {}", (name, "not an iri"))
    assert (answer.status, "dataset" in answer.text) == (400, True)


@pytest.mark.parametrize(
    ("query", "types"),
    [
        ("SELECT (1 AS ?x) {}", RESULTS),
        ("ASK {}", RESULTS),
        (f"DESCRIBE <{DATA}1>", GRAPHS),
        ("CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }", GRAPHS),
    ],
)
def test_every_form_of_query_has_its_types(server, query, types):
    assert server.query(query, accept="*/*").type == next(iter(types))
    for name, format in types.items():
        answer = server.query(query, accept=name)
        assert (answer.status, answer.type) == (200, name)
        if types is GRAPHS:
            assert list(ox.parse(answer.body, format=format))
        else:
            assert rows(answer, format)


@pytest.mark.parametrize(
    ("accept", "type"),
    [
        ("", "application/sparql-results+json"),
        ("text/csv, application/sparql-results+xml;q=0.9", "text/csv"),
        ("text/csv;q=0.1, application/sparql-results+xml;q=0.2", "application/sparql-results+xml"),
        ("text/*, */*;q=0.1", "text/xml"),
        ("application/sparql-results+json;q=0, */*", "application/json"),
        ("text/html, application/sparql-results+xml;q=0.8", "application/sparql-results+xml"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "application/xml"),
        ("TEXT/CSV ; Q=1.0", "text/csv"),
        ("text/csv;q=nonsense, application/json;q=0.001", "application/json"),
    ],
)
def test_the_type_liked_best_is_sent(server, accept, type):
    answer = server.query("SELECT (1 AS ?x) {}", accept=accept)
    assert (answer.status, answer.type) == (200, type)
    assert answer.headers["vary"] == "Accept"


@pytest.mark.parametrize(
    ("query", "accept"),
    [
        ("ASK {}", "text/turtle"),
        ("CONSTRUCT WHERE { ?s ?p ?o }", "text/csv"),
        ("SELECT * {}", "image/png"),
        ("SELECT * {}", "*/*;q=0"),
    ],
)
def test_where_nothing_fits_the_answer_says_what_there_is(server, query, accept):
    answer = server.query(query, accept=accept)
    assert answer.status == 406
    assert "it has " in answer.text


def test_several_accept_headers_count_as_one(server):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.putrequest("GET", "/sparql?query=ASK%7B%7D")
    connection.putheader("Accept", "application/sparql-results+xml;q=0.5")
    connection.putheader("Accept", "text/csv")
    connection.endheaders()
    assert connection.getresponse().getheader("Content-Type") == "text/csv; charset=utf-8"
    connection.close()


def test_known_prefixes_need_not_be_declared(server):
    answer = server.query("SELECT ?d { ?d a foaf:Document } ORDER BY ?d", accept="text/csv")
    assert answer.text == "d\r\n" + "".join(f"{DATA}{n}\r\n" for n in (1, 2, 3))


def test_head_says_what_get_says_and_sends_no_body(server):
    path = "/sparql?query=ASK%7B%7D"
    get, head = server.ask(path), server.ask(path, method="HEAD")
    assert head.body == b""
    assert {**head.headers, "date": ""} == {**get.headers, "date": ""}


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_another_method_is_refused(server, method):
    answer = server.ask("/sparql?query=ASK%7B%7D", method=method)
    assert (answer.status, "read-only" in answer.text) == (405, True)
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD", "POST"}


@pytest.mark.parametrize("way", [by_get, by_form, directly])
def test_more_than_one_query_is_refused(server, way):
    answer = way(server, "ASK {}", ("query", "SELECT * {}"))
    assert (answer.status, "one query" in answer.text) == (400, True)


@pytest.mark.parametrize("type", ["text/plain", "application/json", "", None])
def test_a_post_of_another_type_or_of_none_is_refused(server, type):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.putrequest("POST", "/sparql")
    connection.putheader("Content-Length", "6")
    if type is not None:
        connection.putheader("Content-Type", type)
    connection.endheaders(b"ASK {}")
    response = connection.getresponse()
    assert response.status == 415
    assert FORM in response.read().decode()
    connection.close()


def test_a_form_without_a_query_is_refused(server):
    answer = server.ask("/sparql", method="POST", body="", headers={"Content-Type": FORM})
    assert (answer.status, "no `query`" in answer.text) == (400, True)


@pytest.mark.parametrize("charset", ["", "; charset=UTF-16", "; charset=UTF-8"])
def test_a_query_that_is_not_utf_8_is_refused(server, charset):
    body = "ASK {}".encode("utf-16")
    answer = server.ask("/sparql", method="POST", body=body, headers={"Content-Type": QUERY + charset})
    assert answer.status in {400, 415}
    assert "UTF-8" in answer.text


@pytest.mark.parametrize("path", ["/sparql?query=%FF%FE", "/sparql?query=ASK%7B%7D&default-graph-uri=%C3"])
def test_bytes_in_the_address_that_are_no_text_are_refused(server, path):
    answer = server.ask(path)
    assert (answer.status, "UTF-8" in answer.text) == (400, True)


def test_a_syntax_error_is_shown_with_line_and_caret(server):
    answer = server.query("SELECT ?x {\n  ?x a osgv:Project\n}")
    assert answer.status == 400
    assert answer.text.startswith("line 2, column 8: unknown prefix 'osgv:'\n  2 |   ?x a osgv:Project\n")
    assert "did you mean 'osgov:'?" in answer.text


UPDATE = "DELETE WHERE { ?s ?p ?o }"


@pytest.mark.parametrize(
    ("method", "path", "body", "type"),
    [
        ("POST", "/sparql", UPDATE, "application/sparql-update"),
        ("POST", "/sparql", encoded(("update", UPDATE)), FORM),
        ("POST", "/sparql", encoded(("update", UPDATE), ("update", UPDATE)), FORM),
        ("POST", "/sparql", encoded(("update", UPDATE), ("using-graph-uri", DATA + "1")), FORM),
        ("POST", "/sparql", encoded(("update", "nonsense")), FORM),
        ("GET", "/sparql?" + encoded(("update", UPDATE)), None, ""),
        ("GET", "/sparql?" + encoded(("query", "ASK {}"), ("update", UPDATE)), None, ""),
    ],
)
def test_updates_are_refused_in_words(server, method, path, body, type):
    answer = server.ask(path, method=method, body=body, headers={"Content-Type": type} if type else {})
    assert (answer.status, "read-only" in answer.text) == (403, True)
    assert said(by_get(server, BOTH)) is True


@pytest.mark.parametrize("text", [UPDATE, "INSERT DATA { <a:a> <a:a> <a:a> }", "DROP ALL", "LOAD <http://127.0.0.1:1/>"])
def test_an_update_sent_as_a_query_is_told_so(server, text):
    answer = by_form(server, text)
    assert (answer.status, "read-only" in answer.text) == (400, True)


@pytest.mark.parametrize("path", ["/sparql", "/update", "/store"])
def test_the_graph_store_protocol_cannot_write(server, path):
    answer = server.ask(path + "?default", method="PUT", body="<a:a> <a:a> <a:a> .", headers={"Content-Type": "text/turtle"})
    assert answer.status in {404, 405}


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICE <http://127.0.0.1:{port}/> { ?s ?p ?o } }",
        "SELECT * { SERVICE SILENT <http://127.0.0.1:{port}/> { ?s ?p ?o } }",
        "SELECT * { # comment\rsErViCe<http://127.0.0.1:{port}/> { ?s ?p ?o } }",
        "SELECT * { SERVICE # comment\n # another\r <http://127.0.0.1:{port}/> { ?s ?p ?o } }",
        "SELECT * { BIND(<http://127.0.0.1:{port}/> AS ?u) SERVICE ?u { ?s ?p ?o } }",
        "SELECT * { BIND(<http://127.0.0.1:{port}/> AS ?u) FILTER(1<5)SERVICE?u#>\n{ ?s ?p ?o } }",
        "PREFIX x: <http://127.0.0.1:{port}/> SELECT * { SERVICE x: { ?s ?p ?o } }",
        "PREFIX x: <http://127.0.0.1:{port}/> SELECT * { SERVICE silent x: { ?s ?p ?o } }",
        "PREFIX : <http://127.0.0.1:{port}/> SELECT * { SERVICE : { ?s ?p ?o } }",
        "PREFIX é: <http://127.0.0.1:{port}/> SELECT * { SERVICE é:x { ?s ?p ?o } }",
        "PREFIX x: <http://127.0.0.1:{port}/> SELECT * { ?s x:a\\' 'a' . SERVICE x: { ?s ?p ?o } }",
        "PREFIX x: <http://127.0.0.1:{port}/> SELECT * { ?s x:a\\# 1 . SERVICE x: { ?s ?p ?o } }",
        "PREFIX x: <http://127.0.0.1:{port}/> SELECT * { ?s ?p trueSERVICE x: { ?s ?p ?o } }",
        "PREFIX x: <http://127.0.0.1:{port}/> SELECT * { ?s ?p 5SERVICE x: { ?s ?p ?o } }",
        "SELECT * { \\u0053ERVICE <http://127.0.0.1:{port}/> { ?s ?p ?o } }",
    ],
)
def test_no_query_makes_the_server_open_a_connection(server, text):
    with socket.create_server(("127.0.0.1", 0)) as elsewhere:
        elsewhere.setblocking(False)
        answer = by_form(server, text.replace("{port}", str(elsewhere.getsockname()[1])))
        assert answer.status in {400, 403}
        with pytest.raises(BlockingIOError):
            elsewhere.accept()


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?service { ?service ?p ?o }",
        "SELECT * { ?s rdfs:label 'service mesh', \"a Service, a service\" }",
        "SELECT * { ?s <http://example.org/service?x=1> ?service FILTER(?service < 5) }",
        "SELECT * { ?s schema:service ?o }",
    ],
)
def test_the_word_service_alone_harms_no_query(server, text):
    assert server.query(text).status == 200


def test_more_rows_than_allowed_are_cut_off_and_that_is_said(start_server, three_graphs):
    server = start_server(three_graphs, "--rows", 4)
    everything = "SELECT ?s ?p ?o { ?s ?p ?o } ORDER BY ?s ?p ?o"
    for name, format in RESULTS.items():
        cut = server.query(everything, accept=name)
        assert cut.headers["kg-truncated"] == "rows=4"
        assert 'rel="help"' in cut.headers["link"]
        assert len(rows(cut, format)) == 4
        whole = server.query(everything + " LIMIT 4", accept=name)
        assert "kg-truncated" not in whole.headers
        assert rows(whole, format) == rows(cut, format)
    cut = server.query("CONSTRUCT WHERE { ?s ?p ?o }", accept="text/turtle")
    assert cut.headers["kg-truncated"] == "rows=4"
    assert len(list(ox.parse(cut.body, format=ox.RdfFormat.TURTLE))) == 4
    assert "kg-truncated" not in server.query("CONSTRUCT WHERE { ?s ?p ?o } LIMIT 4", accept="text/turtle").headers


def test_values_that_look_like_rows_are_not_counted_as_rows(start_server, three_graphs):
    server = start_server(three_graphs, "--rows", 4)
    text = 'SELECT * { VALUES ?x { "a,{b,{c,{d,{e,{f" "<result><result><result><result><result>" "1\\n2\\n3\\n4\\n5\\n6\\n" } }'
    for name, format in RESULTS.items():
        answer = server.query(text, accept=name)
        assert "kg-truncated" not in answer.headers
        assert len(rows(answer, format)) == 3


def test_the_same_question_to_the_same_graph_need_not_be_answered_twice(server):
    first = server.query(BOTH)
    again = server.query(BOTH, headers={"If-None-Match": f'"other", W/{first.headers["etag"]}'})
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert server.query(BOTH, accept="text/csv", headers={"If-None-Match": first.headers["etag"]}).status == 200
    assert server.query(BOTH, params=DEFAULTS).headers["etag"] != first.headers["etag"]
    assert "etag" not in server.query("SELECT (NOW() AS ?now) {}").headers


def test_a_page_of_another_site_may_read_answers_unless_told_otherwise(server, start_server, three_graphs):
    assert server.query("ASK {}").headers["access-control-allow-origin"] == "*"
    asked = {"Origin": "https://example.org", "Access-Control-Request-Method": "POST"}
    before = server.ask("/sparql", method="OPTIONS", headers=asked)
    assert before.status == 204
    assert "POST" in before.headers["access-control-allow-methods"]
    assert "Content-Type" in before.headers["access-control-allow-headers"]
    closed = start_server(three_graphs, "--no-cors")
    assert "access-control-allow-origin" not in closed.query("ASK {}").headers
    assert "access-control-allow-origin" not in closed.ask("/sparql", method="OPTIONS", headers=asked).headers


SD, VOID, DCAT = (
    "http://www.w3.org/ns/sparql-service-description#",
    "http://rdfs.org/ns/void#",
    "http://www.w3.org/ns/dcat#",
)


def described(answer):
    assert answer.status == 200, answer.text
    store = ox.Store()
    store.load(answer.body, format=GRAPHS[answer.type])
    return lambda text: [tuple(term.value for term in row) for row in store.query(text)]


@pytest.mark.parametrize("path", ["/sparql", "/sparql/", "/"])
@pytest.mark.parametrize("accept", ["*/*", "application/rdf+xml", "application/ld+json", "application/n-triples"])
def test_without_a_query_the_service_describes_itself(server, path, accept):
    ask = described(server.ask(path, headers={"Accept": accept}))
    assert ask(f"SELECT ?e {{ ?s a <{SD}Service> ; <{SD}endpoint> ?e }}") == [(server.url + "/sparql",)]
    graphs = ask(f"SELECT ?n ?t {{ ?g <{SD}name> ?n ; <{SD}graph>/<{VOID}triples> ?t }} ORDER BY ?n")
    assert graphs == [(f"{DATA}{n}", "2") for n in (1, 2, 3)]
    assert len(ask(f"SELECT ?f {{ ?s <{SD}resultFormat> ?f }}")) == 8


def test_the_dataset_is_described_with_its_counts(server):
    answer = server.ask("/.well-known/void")
    ask = described(answer)
    assert ask(f"SELECT ?n {{ ?d a <{VOID}Dataset>, <{DCAT}Dataset> ; <{VOID}triples> ?n }}") == [("6",)]
    assert ask(f"SELECT ?n {{ ?d <{VOID}distinctSubjects> ?n }}") == [("3",)]
    parts = ask(f"SELECT ?c ?n {{ ?d <{VOID}classPartition> [ <{VOID}class> ?c ; <{VOID}entities> ?n ] }}")
    assert parts == [("http://xmlns.com/foaf/0.1/Document", "3")]
    assert ask(f"SELECT ?u {{ ?d <{DCAT}distribution>/<{DCAT}accessURL> ?u }}") == [(server.url + "/sparql",)]
    assert server.ask("/.well-known/void", headers={"If-None-Match": answer.headers["etag"]}).status == 304


def test_a_person_with_a_browser_gets_a_page_with_a_form(server):
    for path in ("/", "/sparql"):
        answer = server.ask(path, headers={"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"})
        assert answer.type == "text/html"
        assert '<form action="/sparql">' in answer.text


def test_a_host_header_that_is_no_name_is_refused(server):
    answer = server.ask("/", headers={"Host": "x> <y"})
    assert answer.status == 400


def test_what_is_not_served_is_told_apart(server):
    answer = server.ask("/nothing")
    assert (answer.status, "/nothing is not served here" in answer.text) == (404, True)


def test_health_and_readiness(server):
    assert (server.ask("/health").status, server.ask("/health").text) == (200, "ok\n")
    assert (server.ask("/ready").status, server.ask("/ready").text) == (200, "ready\n")


def test_json_of_an_answer_is_the_json_of_the_specification(server):
    found = json.loads(server.query("SELECT ?l { ?d rdfs:label ?l } ORDER BY ?l LIMIT 1").body)
    assert found["head"]["vars"] == ["l"]
    assert found["results"]["bindings"] == [{"l": {"type": "literal", "value": "Graph 1"}}]
