"""Every shipped query answers the same embedded and on a SPARQL server; and answers as recorded."""

import re
from pathlib import Path

import pytest

from kg import catalog
from kg.graph import Graph
from kg.querytext import blank_out
from kg.render import render
from kg.resources import queries_dir
from kg.store import open_store
from kg.store.embedded import EmbeddedStore
from tests.conftest import example_of

EXPECTED = Path(__file__).parent / "expected"
NAMES = catalog.names()


def values_to_try(name):
    """The example's values; none, where none are needed; and every switch turned on, where there are switches."""
    query = catalog.load(name)
    tries = {"example": example_of(query)}
    if query.example and all(p.optional for p in query.parameters):
        tries["nothing"] = {}
    for parameter in query.parameters:
        if parameter.type == "flag":
            tries[parameter.name] = {parameter.name: "yes"}
    return [pytest.param(name, values, id=f"{name}-{label}") for label, values in tries.items()]


def questions_to_try():
    """The questions that are asked with other values than the example of the query that answers them."""
    for question in catalog.questions().values():
        if question.asks in NAMES:
            example = example_of(catalog.load(question.asks))
            if question.given not in ({}, example):
                yield pytest.param(question.asks, question.given, id=question.id)


EVERY_QUERY = pytest.mark.parametrize(
    ("name", "values"), [*(case for name in NAMES for case in values_to_try(name)), *questions_to_try()]
)


@pytest.fixture(scope="session")
def remote_graph(built_graph, serve_folder, tmp_path_factory):
    """The bundled graph behind a SPARQL endpoint."""
    folder = tmp_path_factory.mktemp("served") / "graph"
    EmbeddedStore.write(folder, built_graph.store)
    return Graph(open_store(serve_folder(folder)))


@EVERY_QUERY
def test_a_sparql_server_gives_the_rows_that_the_embedded_engine_gives(name, values, built_graph, remote_graph):
    ours, theirs = built_graph.run(name, values), remote_graph.run(name, values)
    assert theirs.columns == ours.columns
    assert list(theirs) == list(ours)


@pytest.mark.parametrize("name", NAMES)
def test_the_example_gives_the_rows_recorded(name, built_graph, request):
    query = catalog.load(name)
    table = built_graph.run(name, example_of(query))
    path, found = EXPECTED / f"{name}.tsv", render(table.columns, table, "tsv")
    if request.config.getoption("--update-golden"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(found, encoding="utf-8", newline="\n")
    assert path.is_file(), f"tests/competency/expected/{name}.tsv is missing; make it with pytest --update-golden"
    assert found == path.read_bytes().decode("utf-8"), "if the change is meant: pytest --update-golden, and read the diff"


@pytest.mark.parametrize(
    ("name", "values"), [case for name in NAMES if catalog.load(name).pairs for case in values_to_try(name)]
)
def test_columns_kept_in_step_hold_as_many_values(name, values, built_graph):
    query = catalog.load(name)
    for row in built_graph.run(name, values):
        counts = {column: len(row[column].split(catalog.JOINT)) if row[column] else 0 for column in query.pairs}
        assert len(set(counts.values())) == 1, (row, counts)


def test_no_recorded_rows_are_left_of_a_query_or_question_that_is_gone():
    answered = [question.id for question in catalog.questions().values() if not question.open]
    assert sorted(path.stem for path in EXPECTED.glob("*.tsv")) == sorted([*NAMES, *answered])


# A negation over a join is evaluated row by row as a join of everything by some engines: minutes instead of milliseconds.

NEGATION = re.compile(r"\bNOT\s+EXISTS\s*\{", re.IGNORECASE)
UNION = re.compile(r"\{[^{}]*\}(\s*UNION\s*\{[^{}]*\})+", re.IGNORECASE)


def negations_of_joins(text):
    """The bodies of the query's NOT EXISTS that join two patterns or more."""
    bare = blank_out(text)
    found = []
    for start in (match.end() for match in NEGATION.finditer(bare)):
        depth, end = 1, start
        while depth:
            depth += {"{": 1, "}": -1}.get(bare[end], 0)
            end += 1
        body = bare[start : end - 1].strip().rstrip(".")
        alternatives = re.findall(r"\{([^{}]*)\}", body) if UNION.fullmatch(body) else [body]
        if any(re.search(r"[;,.{]", one.strip().rstrip(".").replace(" . ", ".")) for one in alternatives):
            found.append(body)
    return found


@pytest.mark.parametrize("path", sorted(queries_dir().rglob("*.rq")), ids=lambda path: path.stem)
def test_no_query_negates_a_join(path):
    assert negations_of_joins(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("SELECT * { ?x a ?y FILTER NOT EXISTS { ?x osgov:until ?end } }", 0),
        ("SELECT * { ?x a ?y FILTER NOT EXISTS { ?x osgov:until ?end . } }", 0),
        ("SELECT * { ?x a ?y FILTER NOT EXISTS { ?x osgov:until ?end . ?end a ?z } }", 1),
        ("SELECT * { ?x a ?y FILTER not exists { ?x osgov:until ?end ; osgov:from ?start } }", 1),
        ("SELECT * { ?x a ?y FILTER NOT EXISTS { GRAPH ?g { ?x osgov:until ?end } } }", 1),
        ("SELECT * { ?x a ?y FILTER NOT EXISTS { { ?x osgov:until ?end } UNION { ?x osgov:from ?end . } } }", 0),
        ("SELECT * { ?x a ?y FILTER NOT EXISTS { { ?x osgov:until ?end . ?end a ?z } UNION { ?x osgov:from ?end } } }", 1),
        ("SELECT * { ?x a ?y } # FILTER NOT EXISTS { ?x ?y ?z . ?z ?y ?x }", 0),
    ],
)
def test_the_search_for_negated_joins_finds_them(text, count):
    assert len(negations_of_joins(text)) == count
