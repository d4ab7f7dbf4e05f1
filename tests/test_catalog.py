"""Named queries: every shipped one keeps the form, and values given to one are bound as terms."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode
from rdflib.plugins.sparql import prepareQuery

from kg import catalog
from kg.dates import PartialDate
from kg.errors import KgError, Misuse, NotFound
from kg.graph import Graph
from kg.querytext import blank_out, undeclared_prefixes
from kg.store.embedded import EmbeddedStore
from kg.terms import ORG_ID, PROJECT, XSD
from tests.conftest import example_of

QUICK = settings(deadline=None, max_examples=80)
NAMES = catalog.names()


def slug_resolver(kind, name):
    """Takes every name for the slug of a thing of that kind."""
    return (PROJECT if kind == "project" else ORG_ID) + name


@pytest.fixture
def query_file(tmp_path):
    """Writes a query file; returns what the catalog reads from it."""

    def write(text):
        path = tmp_path / "asked.rq"
        path.write_text(text, encoding="utf-8")
        return catalog.parse(path)

    return write


@pytest.fixture(scope="module")
def graph_filled_backwards(built_graph):
    """The bundled graph, its statements put in last first."""
    return Graph(EmbeddedStore.in_memory(reversed(list(built_graph))))


# What is shipped


def test_at_least_twelve_questions_are_shipped():
    assert len(NAMES) >= 12


@pytest.mark.parametrize("name", NAMES)
class TestEveryShippedQuery:
    def test_asks_one_question(self, name):
        assert re.fullmatch(r"[A-Z][^?]+\?", catalog.load(name).question)

    def test_says_what_each_parameter_means_and_is_ready_to_be_given_it(self, name):
        query = catalog.load(name)
        assert len({p.name for p in query.parameters}) == len(query.parameters)
        for parameter in query.parameters:
            assert parameter.type in catalog.TYPES
            assert parameter.about.strip()
            assert query.bound({parameter.name: Literal("bound here")}).count('"bound here"') >= 1

    def test_has_no_default_that_is_not_a_parameter(self, name):
        query = catalog.load(name)
        given = set(re.findall(r"VALUES \?given_(\w+) ", query.text))
        assert given == {p.name for p in query.parameters}

    def test_leaves_optional_parameters_open_and_gives_the_others_its_example(self, name):
        query = catalog.load(name)
        defaults = dict(re.findall(r"VALUES \?given_(\w+) \{ *([^}]*?) *\}", query.text))
        # A default of its own is told to the reader: "…; two where none is given".
        assert all(
            (defaults[p.name] not in {"UNDEF", "false"}) == p.about.endswith("where none is given")
            for p in query.parameters
            if p.optional
        )
        assert all(defaults[p.name] not in {"UNDEF", "false"} for p in query.parameters if not p.optional)

    def test_shows_an_example_if_it_takes_anything_with_all_that_it_needs(self, name):
        query = catalog.load(name)
        given = example_of(query)
        assert bool(given) == bool(query.parameters)
        assert {p.name for p in query.parameters if not p.optional} <= set(given) <= {p.name for p in query.parameters}

    def test_finds_something_for_its_example(self, name, built_graph):
        assert len(built_graph.run(name, example_of(catalog.load(name)))) >= 1

    def test_runs_as_the_file_stands(self, name, built_graph):
        assert len(built_graph.query(catalog.load(name).text)) >= 1

    def test_names_only_columns_that_it_has(self, name, built_graph):
        query = catalog.load(name)
        columns = built_graph.run(name, example_of(query)).columns
        assert set(query.lists) | set(query.pairs) | set(query.shown) <= set(columns)
        assert len(set(query.shown)) == len(query.shown)

    def test_ends_in_an_order_of_its_rows(self, name):
        assert re.search(r"\}\s*ORDER BY (?:(?:\?\w+|(?:ASC|DESC)\(\?\w+\))\s*)+\Z", _without_grouping(catalog.load(name).text))

    def test_gives_no_row_twice(self, name, built_graph):
        rows = list(map(repr, built_graph.run(name, example_of(catalog.load(name)))))
        assert len(set(rows)) == len(rows)

    def test_orders_its_rows_whatever_order_the_store_was_filled_in(self, name, built_graph, graph_filled_backwards):
        given = example_of(catalog.load(name))
        assert list(graph_filled_backwards.run(name, given)) == list(built_graph.run(name, given))

    def test_runs_on_another_engine_as_it_stands(self, name):
        portable = catalog.load(name).portable()
        assert undeclared_prefixes(portable) == []
        prepareQuery(portable)


def _without_grouping(text):
    return re.sub(r"\n(?:GROUP BY|HAVING)\b[^\n]*", "", blank_out(text).rstrip())


# Reading a file


def test_the_header_is_read_to_the_last_line(query_file):
    query = query_file(
        "# Who held it?\n#\n# More about it,\n# on two lines.\n#\n# param project project — which\n# param on day? - when\n"
        "# lists: sources more\n# pairs: id name\n# shown: holder\n# example: project=istio on=2020-01-01\n"
        "# \nSELECT ?x WHERE {}\n# param of nothing — after the header\n"
    )
    assert (query.name, query.question, query.about) == ("asked", "Who held it?", "More about it, on two lines.")
    assert query.parameters == (
        catalog.Parameter("project", "project", False, "which"),
        catalog.Parameter("on", "day", True, "when"),
    )
    assert (query.lists, query.pairs, query.shown) == (("sources", "more"), ("id", "name"), ("holder",))
    assert query.example == "project=istio on=2020-01-01"


@pytest.mark.parametrize(
    "line", ["param on", "param on day", "param on weekday — when", "param on: day — when", "param on day?—when"]
)
def test_a_parameter_that_cannot_be_read_is_an_error_with_the_form_and_the_types(query_file, line):
    with pytest.raises(KgError, match=r"asked\.rq: 'param .*write `param name type\? — meaning`, type one of project, "):
        query_file(f"# Who?\n# {line}\nSELECT * {{}}")


def test_a_parameter_without_a_place_in_the_body_is_an_error_naming_both(query_file):
    query = query_file("# Who?\n# param on day? — when\nSELECT * { VALUES ?other { UNDEF } }")
    with pytest.raises(KgError, match=r"asked\.rq: declares on but has no VALUES \?given_on \{ … \}"):
        query.bound({"on": Literal("x")})


def test_an_unknown_query_suggests_the_nearest():
    with pytest.raises(NotFound, match=r"no query named 'holder'; did you mean holders.*`kg queries` lists them"):
        catalog.load("holder")


@pytest.mark.parametrize("name", ["../queries/moves", "moves.rq", "", "rules/05-stated-in", "/etc/passwd", "Moves"])
def test_only_names_lead_to_queries_not_paths(name):
    with pytest.raises(NotFound):
        catalog.load(name)


# Binding


ASKED = """# Which?
# param p project? — a project
# param o organization? — an organization
# param n integer? — a number
# param f flag? — a switch
# param d day? — a day
# param a from? — a start
# param b to? — an end
SELECT ?given_p ?given_o ?given_n ?given_f ?given_d ?given_a ?given_b WHERE {
  VALUES ?given_p { UNDEF } VALUES ?given_o { UNDEF } VALUES ?given_n { UNDEF } VALUES ?given_f { false }
  VALUES ?given_d { UNDEF } VALUES ?given_a { UNDEF } VALUES ?given_b { UNDEF }
} ORDER BY ?given_p
"""

SLUGS = st.from_regex(r"[a-z0-9]+(-[a-z0-9]+){0,3}", fullmatch=True)
DAYS = st.dates().filter(lambda d: d.year >= 1000).map(str)
DATES = DAYS | DAYS.map(lambda d: d[:7]) | DAYS.map(lambda d: d[:4])


def bound_terms(query, values):
    """What the engine finds bound, by parameter, once the values are given."""
    (row,) = EmbeddedStore.in_memory().query(catalog.bind(query, values, slug_resolver)).rows
    return dict(zip((p.name for p in query.parameters), row, strict=True))


@QUICK
@given(slug=SLUGS, number=st.integers(), flag=st.booleans(), day=DAYS, date=DATES)
def test_any_name_number_switch_or_date_is_bound_as_one_term(tmp_path_factory, slug, number, flag, day, date):
    path = tmp_path_factory.getbasetemp() / "asked.rq"
    path.write_text(ASKED, encoding="utf-8")
    values = {"p": slug, "o": slug, "n": str(number), "f": "yes" if flag else "no", "d": day, "a": date, "b": date}
    assert bound_terms(catalog.parse(path), values) == {
        "p": NamedNode(PROJECT + slug),
        "o": NamedNode(ORG_ID + slug),
        "n": Literal(number),
        "f": Literal(flag),
        "d": Literal(day, datatype=NamedNode(XSD + "date")),
        "a": Literal(PartialDate(date).earliest, datatype=NamedNode(XSD + "date")),
        "b": Literal(PartialDate(date).latest, datatype=NamedNode(XSD + "date")),
    }


@QUICK
@given(text=st.text(st.characters(exclude_categories=["Cs"])) | st.text('}{"\\?\n1 VALUES'))
def test_a_term_bound_is_never_read_as_query_text(tmp_path_factory, text):
    path = tmp_path_factory.getbasetemp() / "asked-one.rq"
    path.write_text("# Which?\n# param x entity? — anything\nSELECT ?given_x { VALUES ?given_x { UNDEF } }", encoding="utf-8")
    assert EmbeddedStore.in_memory().query(catalog.parse(path).bound({"x": Literal(text)})).rows == [(Literal(text),)]


def test_what_is_not_given_keeps_its_default(query_file):
    terms = bound_terms(query_file(ASKED), {"n": "7"})
    assert terms == {"p": None, "o": None, "n": Literal(7), "f": Literal(False), "d": None, "a": None, "b": None}


def test_a_parameter_used_in_several_places_is_bound_in_all(query_file):
    query = query_file(
        "# Which?\n# param x integer? — a number\n"
        "SELECT * { { VALUES ?given_x { UNDEF } } UNION { VALUES ?given_x { UNDEF } } }"
    )
    assert EmbeddedStore.in_memory().query(catalog.bind(query, {"x": "3"}, slug_resolver)).rows == [(Literal(3),)] * 2


def test_an_unknown_parameter_is_misuse_that_lists_the_known():
    with pytest.raises(Misuse, match="query 'holders' has no parameter 'projet'; it takes project, on"):
        catalog.bind(catalog.load("holders"), {"projet": "istio"}, slug_resolver)


def test_a_parameter_of_a_query_that_takes_none_is_misuse(query_file):
    with pytest.raises(Misuse, match="has no parameter 'x'; it takes no parameters"):
        catalog.bind(query_file("# Which?\nSELECT * {}"), {"x": "1"}, slug_resolver)


def test_a_missing_parameter_is_misuse_with_its_meaning_and_an_example():
    with pytest.raises(Misuse, match=r"needs on=… \(the day\); example: kg query holders project=\S+ on=\S+"):
        catalog.bind(catalog.load("holders"), {"project": "istio"}, slug_resolver)


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("n", "seven", "n 'seven': must be a whole number"),
        ("n", "1.5", "n '1.5': must be a whole number"),
        ("n", "٣", "must be a whole number"),
        ("n", "", "must be a whole number"),
        ("f", "maybe", "f 'maybe': must be yes or no"),
        ("d", "2016", "d '2016': must be a day, such as 2016-01-01"),
        ("d", "2016-02-30", "no such day"),
        ("a", "last year", "'last year' is no date"),
        ("b", "2016-13", "no such month"),
        ("b", '2016"} UNION {', "is no date"),
    ],
)
def test_a_value_of_the_wrong_type_is_misuse_that_says_what_it_must_be(query_file, name, value, reason):
    with pytest.raises(Misuse) as caught:
        catalog.bind(query_file(ASKED), {name: value}, slug_resolver)
    assert reason in str(caught.value)


def test_a_name_that_leads_nowhere_stays_the_negative_answer_that_it_is(built_graph):
    with pytest.raises(NotFound, match="no project named 'istoi'; did you mean Istio"):
        built_graph.run("stewardship", project="istoi")


def test_a_query_of_the_catalog_gives_rows(built_graph, monkeypatch, tmp_path):
    (tmp_path / "asked.rq").write_text("# Is there any?\nASK { ?s ?p ?o }", encoding="utf-8")
    monkeypatch.setattr(catalog, "queries_dir", lambda: tmp_path)
    with pytest.raises(KgError, match=r"queries/asked\.rq is no SELECT"):
        built_graph.run("asked")
