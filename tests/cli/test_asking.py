"""query, queries, schema: SPARQL from the command line."""

import io
import json
import re
import time

import pyoxigraph as ox
import pytest
import rdflib
from rdflib.compare import isomorphic
from rdflib.query import Result

from kg import catalog
from kg.terms import PREFIXES

SELECT = "SELECT ?p ?name { ?p a osgov:Project ; skos:prefLabel ?name . FILTER(STRSTARTS(?name, 'Py')) } ORDER BY ?p"
CONSTRUCT = "CONSTRUCT { ?p a osgov:Project ; rdfs:label ?name } { ?p a osgov:Project ; skos:prefLabel ?name }"
SYNTAX_ERROR = "SELECT ?x\nWHERE { ?x a }"


def rows_of(answer):
    assert answer.exit_code == 0, answer.stderr
    return json.loads(answer.stdout)


def test_text_a_file_and_stdin_give_the_same_answer(kg, tmp_path):
    (tmp_path / "mine.rq").write_text(SELECT)
    (tmp_path / "no ending").write_text(SELECT)
    wanted = kg("query", SELECT)
    assert "PyTorch" in wanted.stdout
    assert kg("query", tmp_path / "mine.rq").stdout == wanted.stdout
    assert kg("query", "-", input=SELECT).stdout == wanted.stdout


def test_a_file_without_an_ending_is_read_when_it_is_there(kg, tmp_path):
    (tmp_path / "mine").write_text(SELECT)
    assert kg("query", tmp_path / "mine").stdout == kg("query", SELECT).stdout


def test_a_named_query_takes_its_parameters(kg):
    rows = rows_of(kg("query", "holders", "project=istio", "on=2021-01-01", "--format", "json"))
    assert ("legal home", "google") in {(row["role"], row["holder_id"]) for row in rows}
    assert all(isinstance(row["sources"], list) for row in rows)


def test_a_named_query_without_parameters_needs_none(kg):
    assert rows_of(kg("query", "moves-by-vendor", "--format", "json"))


@pytest.mark.parametrize("name", catalog.names())
def test_the_example_of_every_named_query_answers(kg, name):
    example = catalog.load(name).example.split()
    answer = kg("query", name, *example)
    assert answer.exit_code == 0
    assert len(answer.stdout.splitlines()) > 1


def test_select_gives_plain_values_in_json(kg):
    text = 'SELECT (1 AS ?i) (1.5 AS ?d) (true AS ?b) ("a\\tb" AS ?s) (<http://a#b> AS ?u) ("2015"^^xsd:gYear AS ?y) ?n {}'
    assert rows_of(kg("query", text, "--format", "json")) == [
        {"i": 1, "d": 1.5, "b": True, "s": "a\tb", "u": "http://a#b", "y": "2015", "n": None}
    ]


def test_ask_prints_true_or_false_in_every_row_format(kg):
    for format in ("table", "json", "tsv"):
        assert kg("query", "ASK { p:pytorch a osgov:Project }", "--format", format).stdout == "true\n"
        assert kg("query", "ASK { p:pytorch a osgov:Company }", "--format", format).stdout == "false\n"
    assert kg("query", "ASK {}").exit_code == 0


@pytest.mark.parametrize(
    ("format", "reader"), [("sparql-json", "json"), ("sparql-xml", "xml"), ("sparql-csv", "csv"), ("sparql-tsv", "tsv")]
)
def test_rdflib_reads_the_w3c_form_of_a_select(kg, format, reader):
    written = kg("query", SELECT, "--format", format).stdout_bytes
    read = [tuple(map(str, row)) for row in Result.parse(io.BytesIO(written), format=reader)]
    wanted = [(row["p"], row["name"]) for row in rows_of(kg("query", SELECT, "--format", "json"))]
    assert read == wanted


@pytest.mark.parametrize(("format", "reader"), [("sparql-json", "json"), ("sparql-xml", "xml")])
def test_rdflib_reads_the_w3c_form_of_an_ask(kg, format, reader):
    for text, wanted in (("ASK {}", True), ("ASK { p:pytorch a osgov:Company }", False)):
        written = kg("query", text, "--format", format).stdout_bytes
        assert Result.parse(io.BytesIO(written), format=reader).askAnswer is wanted


def test_the_w3c_forms_keep_types_and_languages_and_unbound_cells(kg):
    text = 'SELECT ?a ?b ?c { VALUES (?a ?b ?c) { ("x"@en "2015"^^xsd:gYear UNDEF) (<http://a> "q\\"\\n" "é") } }'
    bindings = json.loads(kg("query", text, "--format", "sparql-json").stdout)["results"]["bindings"]
    assert bindings[0]["a"] == {"type": "literal", "value": "x", "xml:lang": "en"}
    assert bindings[0]["b"]["datatype"] == "http://www.w3.org/2001/XMLSchema#gYear"
    assert "c" not in bindings[0]
    assert [bindings[1][c]["value"] for c in "abc"] == ["http://a", 'q"\n', "é"]


@pytest.mark.parametrize(("format", "reader"), [("turtle", "turtle"), ("nt", "nt"), ("rdfxml", "xml"), ("jsonld", "json-ld")])
def test_construct_is_read_back_the_same_from_every_format(kg, built_graph, format, reader):
    written = kg("query", CONSTRUCT, "--format", format).stdout_bytes
    read = rdflib.Graph().parse(io.BytesIO(written), format=reader)
    wanted = rdflib.Graph().parse(data="".join(f"{t} .\n" for t in set(built_graph.query(CONSTRUCT))), format="nt")
    assert len(wanted) > 100
    assert isomorphic(read, wanted)


def test_construct_and_describe_print_turtle_by_default(kg):
    assert kg("query", CONSTRUCT).stdout == kg("query", CONSTRUCT, "--format", "turtle").stdout
    described = kg("query", "DESCRIBE p:pytorch").stdout_bytes
    assert any(t.object.value == "PyTorch" for t in ox.parse(described, format=ox.RdfFormat.TURTLE))


def test_the_same_construct_gives_the_same_bytes_twice(kg):
    assert kg("query", CONSTRUCT).stdout_bytes == kg("query", CONSTRUCT).stdout_bytes


def test_a_query_sees_the_union_once_and_each_source_by_its_graph(kg):
    asked = "SELECT (COUNT(*) AS ?n) { p:pytorch skos:prefLabel ?name }"
    assert rows_of(kg("query", asked, "--format", "json")) == [{"n": 1}]
    named = "SELECT DISTINCT ?g { GRAPH ?g { e:pytorch-to-pytorch-foundation ?p ?o } }"
    assert len(rows_of(kg("query", named, "--format", "json"))) > 1


def test_a_syntax_error_shows_the_line_and_a_caret_under_the_place(kg):
    answer = kg("query", SYNTAX_ERROR)
    assert (answer.exit_code, answer.stdout) == (2, "")
    message, shown, caret, *_ = answer.stderr.splitlines()
    line, column = re.match(r"kg: line (\d+), column (\d+): syntax error", message).groups()
    assert (line, shown) == ("2", "  2 | WHERE { ?x a }")
    assert caret == "  " + " " * (len("2 | ") + int(column) - 1) + "^"
    assert int(column) > len("WHERE { ?x a")


def test_a_keyword_mistyped_is_answered_with_the_keyword(kg):
    answer = kg("query", "SELCT ?x WHERE { ?x a osgov:Project }")
    assert answer.exit_code == 2
    assert "did you mean SELECT instead of 'SELCT'?" in answer.stderr


def test_an_unknown_prefix_is_answered_with_the_nearest(kg):
    answer = kg("query", "SELECT ?x { ?x a osgof:Project }")
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert "unknown prefix 'osgof:'" in answer.stderr
    assert "did you mean 'osgov:'?" in answer.stderr
    lines = answer.stderr.splitlines()
    assert lines[1].index("osgof:") == lines[2].index("^")


def test_a_query_from_a_file_or_stdin_is_explained_as_well(kg, tmp_path):
    (tmp_path / "wrong.rq").write_text(SYNTAX_ERROR)
    wanted = kg("query", SYNTAX_ERROR).stderr
    assert kg("query", tmp_path / "wrong.rq").stderr == wanted
    assert kg("query", "-", input=SYNTAX_ERROR).stderr == wanted


def test_an_update_is_no_query(kg):
    assert kg("query", "DELETE WHERE { ?s ?p ?o }").exit_code == 2


def test_an_endless_cross_product_ends_at_the_timeout(run_kg, built_folder):
    endless = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
    started = time.monotonic()
    answer = run_kg("query", endless, "--timeout", "2", KG_STORE=built_folder)
    assert time.monotonic() - started < 10
    assert (answer.returncode, answer.stdout) == (3, b"")
    assert answer.stderr == b"kg: no answer within 2 s; narrow the query, add a LIMIT, or raise --timeout\n"


def test_an_unknown_query_name_is_answered_with_the_nearest(kg):
    for verb in ("query", "queries"):
        answer = kg(verb, "holderz")
        assert (answer.exit_code, answer.stdout) == (1, "")
        assert "no query named 'holderz'; did you mean holders?" in answer.stderr


@pytest.mark.parametrize("name", ["nothing.rq", "no/such.sparql"])
def test_a_query_file_that_is_not_there_exits_3(kg, name):
    answer = kg("query", name)
    assert (answer.exit_code, answer.stderr) == (3, f"kg: {name}: No such file or directory\n")


def test_the_mark_that_editors_put_before_utf_8_is_no_part_of_a_query(kg, tmp_path):
    (tmp_path / "marked.rq").write_text("ASK {}", encoding="utf-8-sig")
    assert kg("query", tmp_path / "marked.rq").stdout == "true\n"
    assert kg("query", "-", input="ASK {}".encode("utf-8-sig")).stdout == "true\n"


def test_a_query_that_is_no_utf_8_exits_3(kg, run_kg, built_folder, tmp_path):
    (tmp_path / "latin.rq").write_bytes(b"# caf\xe9\nASK {}")
    assert kg("query", tmp_path / "latin.rq").exit_code == 3
    answer = run_kg("query", "-", input=b"# caf\xe9\nASK {}", KG_STORE=built_folder)
    assert answer.returncode == 3
    assert answer.stderr == b"kg: standard input: not UTF-8 at byte 5\n"


def test_a_missing_parameter_is_named_with_an_example(kg):
    answer = kg("query", "holders", "project=istio")
    assert answer.exit_code == 2
    assert "needs on=… (the day)" in answer.stderr
    assert "kg query holders project=kubernetes on=2016-02-01" in answer.stderr


def test_queries_lists_every_named_query_with_its_question(kg):
    rows = rows_of(kg("queries", "--format", "json"))
    assert [row["name"] for row in rows] == [*catalog.names(), *catalog.questions()]
    named = rows[: len(catalog.names())]
    assert all(row["question"].endswith("?") and row["example"].startswith(f"kg query {row['name']}") for row in named)


def test_queries_name_prints_text_that_runs_on_another_engine(kg, built_graph):
    text = kg("queries", "moves-by-year").stdout
    engine = ox.Store()
    engine.extend(ox.Quad(q.subject, q.predicate, q.object) for q in built_graph)
    elsewhere = [[cell.value for cell in row] for row in engine.query(text)]
    assert elsewhere == [[str(v) for v in row.values()] for row in rows_of(kg("query", "moves-by-year", "--format", "json"))]
    assert text.startswith("PREFIX ")


def test_schema_lists_classes_properties_and_codes_each_defined(kg):
    rows = rows_of(kg("schema", "--format", "json"))
    assert {row["kind"] for row in rows} == {"class", "property", "code"}
    assert all(row["label"] and row["definition"] for row in rows)
    assert {"osgov:Donation", "osgov:Stewardship", "osgov:acceptedOn"} <= {row["term"] for row in rows}
    assert len({row["term"] for row in rows}) == len(rows)


@pytest.mark.parametrize("term", ["Donation", "donation", "osgov:Donation", "https://w3id.org/osgov/ns#Donation"])
def test_schema_of_a_term_tells_all_about_it(kg, term):
    (row,) = rows_of(kg("schema", term, "--format", "json"))
    assert (row["term"], row["kind"]) == ("osgov:Donation", "class")
    assert row["definition"]
    assert row["example"]


def test_schema_of_a_typo_offers_the_term(kg):
    answer = kg("schema", "Donatoin")
    assert (answer.exit_code, answer.stdout) == (1, "")
    assert "did you mean osgov:Donation" in answer.stderr


def test_schema_counts_what_the_open_graph_holds(kg, built_graph):
    counts = {row["term"]: row["count"] for row in rows_of(kg("schema", "--format", "json"))}
    (projects,) = built_graph.query("SELECT (COUNT(*) AS ?n) { ?x a osgov:Project }")
    (named,) = built_graph.query("SELECT (COUNT(*) AS ?n) { ?x osgov:githubOrg ?name }")
    (homes,) = built_graph.query("SELECT (COUNT(*) AS ?n) { ?x osgov:role v:role-legal-home }")
    assert (counts["osgov:Project"], counts["osgov:githubOrg"]) == (projects["n"], named["n"])
    assert counts["v:role-legal-home"] == homes["n"] > 0


def test_schema_of_a_class_gives_its_properties_with_cardinalities(kg):
    (row,) = rows_of(kg("schema", "Stewardship", "--format", "json"))
    uses = {use["property"]: use for use in rows_of(kg("schema", "Stewardship", "--properties", "--format", "json"))}
    assert row["properties"] == [name.replace(" ", "") for name in uses]
    assert (uses["osgov:steward"]["required"], uses["osgov:steward"]["seen"]) == ("1..1", "1..1")
    assert uses["osgov:role"]["values"] == "v:role"
    assert row["above"] == ["osgov:Relation"]
    assert "holders" in row["queries"]


def test_the_query_of_a_class_runs_as_it_is_printed(kg):
    text = kg("schema", "Donation", "--query").stdout
    answer = kg("query", "-", "--format", "json", input=text)
    assert len(rows_of(answer)) >= 10


def test_schema_shows_the_query_of_a_term_whole_below_its_fields(kg):
    shown = kg("schema", "Membership", "--format", "table", COLUMNS="60").stdout
    assert shown.endswith("\n\n" + kg("schema", "Membership", "--query").stdout)


def test_schema_of_a_list_gives_its_codes(kg):
    rows = rows_of(kg("schema", "v:outcome", "--format", "json"))
    assert [row["term"] for row in rows] == ["v:outcome-fail", "v:outcome-pass", "v:outcome-unknown"]
    assert all(row["scheme"] == "https://w3id.org/osgov/vocab/outcome" for row in rows)


def test_schema_shows_the_cardinalities_of_a_class_on_a_terminal(kg):
    shown = kg("schema", "Stewardship", "--format", "table").stdout
    assert re.search(r"^osgov:steward +1\.\.1 +1\.\.1 +\d+ +org:Organization$", shown, re.M)


@pytest.mark.parametrize(
    "words",
    [
        ["--query"],
        ["Donation", "--query", "--format", "csv"],
        ["v:outcome", "--query"],
        ["--properties"],
        ["Donation", "--properties", "--query"],
        ["osgov:role", "--properties"],
        ["v:outcome", "--properties"],
    ],
)
def test_a_part_of_what_is_known_of_a_term_is_of_one_term(kg, words):
    assert kg("schema", *words).exit_code == 2


def test_schema_prefixes_lists_those_that_need_no_declaration(kg):
    rows = rows_of(kg("schema", "--prefixes", "--format", "json"))
    assert {row["prefix"]: row["namespace"] for row in rows} == PREFIXES
