"""Query text before it runs: what counts as a prefix, and what is said of text that is no query."""

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.querytext import blank_out, explain_syntax_error, undeclared_prefixes, with_prefixes
from kg.store.embedded import EmbeddedStore
from kg.terms import PREFIXES


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?x { ?x a <http://example.org/a#b> }",
        'SELECT ?x { ?x ?p "p:istio is not one" }',
        "SELECT ?x { ?x ?p 'it\\'s p:istio' }",
        'SELECT ?x { ?x ?p """two "p:istio"\nlines p:istio""" }',
        "SELECT ?x { ?x ?p '''two\np:istio''' }",
        "# p:istio in a comment\nSELECT ?x { ?x ?y ?z } # p:istio",
        "SELECT ?x { _:b ?y ?x }",
        "PREFIX p: <http://example.org/>\nSELECT ?x { p:a ?y ?x }",
        "prefix p:<http://example.org/> select ?x { p:a ?y ?x }",
    ],
)
def test_what_only_looks_like_a_prefix_is_none(text):
    assert undeclared_prefixes(text) == []
    assert with_prefixes(text) == text


@pytest.mark.parametrize(
    ("text", "prefixes"),
    [
        ("SELECT ?x { p:istio ?y ?x }", ["p"]),
        ("SELECT ?x { ?x a osgov:Project;skos:prefLabel ?y }", ["osgov", "skos"]),
        ("SELECT ?x { ?x a/rdfs:subClassOf* osgov:Event }", ["rdfs", "osgov"]),
        ("SELECT ?x { ?x ^osgov:project|!osgov:steward ?y }", ["osgov"]),
        ('SELECT ?x { ?x ?y "2022"^^xsd:gYear }', ["xsd"]),
        ("SELECT ?x { ?x :unnamed ?y }", [""]),
        ("SELECT (xsd:integer(?x) AS ?n) {}", ["xsd"]),
    ],
)
def test_prefixes_in_use_are_found_wherever_names_may_stand(text, prefixes):
    assert undeclared_prefixes(text) == prefixes


def test_known_prefixes_are_declared_once_each_and_only_those_in_use():
    text = with_prefixes("SELECT ?x { p:a osgov:project p:b , nope:c }")
    assert text.splitlines()[:-1] == [f"PREFIX {name}: <{PREFIXES[name]}>" for name in ("osgov", "p")]


def test_a_prefix_that_the_query_declares_itself_is_left_to_it():
    assert with_prefixes("PREFIX p: <http://example.org/> SELECT ?x { p:a a osgov:Project }").count("PREFIX p:") == 1


@given(st.sampled_from(sorted(PREFIXES)), st.sampled_from(["{0}:x", "?s {0}:x", "?s ?p '{0}:y' . ?s {0}:x"]))
@settings(deadline=None, max_examples=40)
def test_text_made_self_contained_means_the_same_to_an_engine_that_knows_no_prefix(prefix, pattern):
    ours = EmbeddedStore.in_memory([ox.Quad(ox.NamedNode("http://a"), ox.NamedNode(PREFIXES[prefix] + "x"), ox.Literal("o"))])
    body = pattern.format(prefix)
    text = f"ASK {{ {body if '?s' in body else '?s ' + body} ?o }}".replace(" . ?s", " . ?t")
    assert bool(ours.store.query(with_prefixes(text))) == ours.query(text)


@given(st.text(st.sampled_from(list("ab:?<>\"'#\\ \n{}."))))
@settings(deadline=None, max_examples=200)
def test_blanking_out_moves_nothing(text):
    blank = blank_out(text)
    assert len(blank) == len(text)
    assert [n for n, c in enumerate(blank) if c == "\n"] == [n for n, c in enumerate(text) if c == "\n"]
    assert all(b in (" ", c) for b, c in zip(blank, text, strict=True))


def explained(text):
    """What a person is told of the text by our engine."""
    with pytest.raises(SyntaxError) as caught:
        ox.Store().query(text, prefixes=PREFIXES)
    return explain_syntax_error(text, str(caught.value))


def caret(message):
    """The character under which the caret stands."""
    lines = message.splitlines()
    place = next(n for n, line in enumerate(lines) if line.strip() == "^")
    return lines[place - 1][lines[place].index("^")]


def test_a_syntax_error_shows_its_line_with_a_caret_under_the_place():
    message = explained("SELECT ?x\nWHERE {\n  ?x a osgov:Project ;\n  LIMIT 3 }")
    assert message.startswith("line 4, column 11: syntax error")
    assert message.splitlines()[1:3] == ["  4 |   LIMIT 3 }", "                ^"]


def test_the_caret_stays_under_the_place_after_a_tab():
    message = explained("SELECT ?x WHERE {\n\t?x a ; osgov:Project }")
    assert message.startswith("line 2, column 10")
    assert caret(message) == "s"


def test_an_unknown_prefix_is_named_with_its_place_and_the_nearest_known_one():
    message = explained('SELECT ?x {\n  ?x ?y "osgv:no" ; a osgv:Project }')
    assert message.startswith("line 2, column 23: unknown prefix 'osgv:'")
    assert caret(message) == "o"
    assert "did you mean 'osgov:'? declare it with PREFIX" in message


def test_an_unknown_prefix_like_no_other_gets_no_guess():
    message = explained("SELECT ?x { ?x a zzzzqqqq:Project }")
    assert "unknown prefix 'zzzzqqqq:'" in message
    assert "did you mean" not in message


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("SELEC ?x { ?x ?y ?z }", "did you mean SELECT instead of 'SELEC'?"),
        ("SELECT ?x { ?x ?y ?z } ODER BY ?x", "did you mean ORDER instead of 'ODER'?"),
        ("SELECT ?x { OPTONAL { ?x ?y ?z } }", "did you mean OPTIONAL instead of 'OPTONAL'?"),
        ("SELECT ?x { ?x ?y ?z } ORDER BY ?x LIMT 3", "did you mean LIMIT instead of 'LIMT'?"),
    ],
)
def test_a_misspelt_keyword_is_pointed_out(text, advice):
    assert advice in explained(text)


@pytest.mark.parametrize("text", ["", "   ", "\n\n", "{", "SELECT", "SELECT ?x {", "hello world"])
def test_whatever_is_no_query_is_explained_and_not_just_refused(text):
    message = explained(text)
    assert "line " in message
    assert message.count("\n") >= 2


@given(st.text(st.sampled_from(list("SELECT?x{}:.;a\"'<>#\n\t ")), max_size=40))
@settings(deadline=None, max_examples=200)
def test_explaining_never_fails_and_the_caret_is_inside_the_picture(text):
    try:
        ox.Store().query(text, prefixes=PREFIXES)
    except SyntaxError as error:
        message = explain_syntax_error(text, str(error))
        assert message.startswith("line ")
        assert [line.strip() for line in message.splitlines()].count("^") == 1
