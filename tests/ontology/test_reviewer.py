"""What a reviewer looks for before calling a set of terms a model, a test each; the checks are those of the other tests."""

import re

import pytest
from rdflib import OWL, RDF, RDFS, SKOS, Literal

from kg import catalog
from kg.terms import OSGOV


def test_the_header_is_complete(checks_of):
    terms = checks_of("ontology/test_terms")
    said = {*terms.HEADER_SAYS, OWL.priorVersion}
    assert len(said) >= 17
    assert {str(term): terms.times_in_the_header(term) for term in said} == {str(term): 1 for term in said}


def test_every_term_is_defined_and_every_class_has_an_example(checks_of):
    terms = checks_of("ontology/test_terms")
    ours = {term for term in terms.CLASSES | terms.PROPERTIES if term.startswith(OSGOV)}
    assert len(ours) > 100
    assert {t for t in ours if len(list(terms.GOVERNANCE.objects(t, SKOS.definition))) != 1} == set()
    assert {t for t in ours if len(list(terms.GOVERNANCE.objects(t, RDFS.label))) != 1} == set()
    assert {t for t in ours & terms.CLASSES if not list(terms.GOVERNANCE.objects(t, SKOS.example))} == set()


def test_every_term_is_tied_to_a_question_that_is_answered_with_rows_of_the_shipped_data(checks_of, built_graph):
    terms = checks_of("ontology/test_terms")
    asked = catalog.questions()
    with_rows = set()
    for name, question in asked.items():
        if question.command or (question.asks and len(built_graph.run(question.asks, question.given))):
            with_rows.add(name.upper())
    assert len(with_rows) >= 40
    untied = []
    for term in sorted(terms.CLASSES | terms.PROPERTIES):
        deprecated = (term, OWL.deprecated, Literal(True)) in terms.GOVERNANCE
        named = {str(question) for question in terms.GOVERNANCE.objects(term, terms.O.competencyQuestion)}
        if term.startswith(OSGOV) and not deprecated and not named & with_rows:
            untied.append((str(term), sorted(named)))
    assert untied == []


def test_no_hygiene_rule_has_a_row(checks_of, ontology_in_use):
    hygiene = checks_of("ontology/test_hygiene")
    assert len(hygiene.HYGIENE) >= 20
    assert {rule.stem: found for rule in hygiene.HYGIENE if (found := hygiene.offenders(rule, ontology_in_use))} == {}


def test_every_shape_has_a_bad_fixture_that_it_fires_on_and_a_good_one(checks_of):
    shapes = checks_of("test_shapes")
    assert len(shapes.NAMES) >= 30
    assert shapes.missing_fixtures(shapes.NAMES, shapes.FIXTURES) == []
    one = shapes.NAMES[0]  # all are run by the tests of shapes
    assert shapes.constraints(one) <= shapes.fired(shapes.report(f"{one}-bad"))
    assert not shapes.constraints(one) & shapes.fired(shapes.report(f"{one}-good"))


def test_the_rules_of_owl_rl_add_no_unexpected_type(checks_of, terms_of_all, data_of_every_kind, closure):
    found = checks_of("ontology/test_closure").unexpected_types(terms_of_all, data_of_every_kind, closure)
    assert sorted(set(found))[:10] == []


def test_the_alignments_are_a_file_of_their_own_that_nothing_imports(checks_of):
    alignments = checks_of("ontology/test_alignments")
    alignments.test_the_alignments_import_nothing_and_nothing_imports_them()
    assert {s for s, _, _ in alignments.TOLD} <= set(alignments.GOVERNANCE.subjects(RDF.type))


def test_the_changelog_is_kept_and_a_term_has_been_deprecated_with_a_successor(checks_of, built_graph):
    terms = checks_of("ontology/test_terms")
    assert terms.DEPRECATED
    assert len(re.findall(r"^## \d", terms.CHANGES, re.M)) >= 2
    terms.test_the_changelog_begins_with_this_version_and_has_the_one_before()
    terms.test_a_deprecated_term_is_in_the_changelog_with_its_successor()
    terms.test_the_data_have_the_successor_of_a_deprecated_term_and_not_the_term(built_graph)


def test_every_namespace_and_term_is_led_to_a_file_by_the_rules_in_the_repository(checks_of):
    pages = checks_of("test_pages")
    if not pages.DOCS.is_dir():
        pytest.skip("the pages are in the checkout only")
    terms = checks_of("ontology/test_terms")
    names = pages.names_to_lead(pages.terms_given_out(terms.GOVERNANCE), terms.GOVERNANCE)
    assert len(names) > 250
    assert pages.wrongs(pages.rules_of(pages.HTACCESS.read_text("utf-8")), names) == []
