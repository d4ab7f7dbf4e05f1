"""IRIs are minted and shortened in one place, and what is shortened expands to where it came from."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg import terms
from kg.terms import PREFIXES, SLUG, curie, expand, graph_iri, org_iri, project_iri, slug_of

law = settings(deadline=None, max_examples=300)
SLUGS = st.from_regex(r"[a-z0-9]+(-[a-z0-9]+)*", fullmatch=True)


@law
@given(st.sampled_from(sorted(PREFIXES)), SLUGS)
def test_a_curie_expands_and_shortens_back_to_itself(prefix, local):
    iri = PREFIXES[prefix] + local
    assert expand(f"{prefix}:{local}") == iri
    assert curie(iri) == f"{prefix}:{local}"


@law
@given(st.sampled_from(sorted(PREFIXES.values())), st.text(max_size=20))
def test_whatever_an_iri_is_shortened_to_expands_to_that_iri(namespace, rest):
    iri = namespace + rest
    short = curie(iri)
    assert short == iri or expand(short) == iri


@law
@given(SLUGS)
def test_a_minted_iri_gives_its_slug_back(slug):
    assert {slug_of(mint(slug)) for mint in (project_iri, org_iri, graph_iri)} == {slug}
    assert len({mint(slug) for mint in (project_iri, org_iri, graph_iri)}) == 3


@pytest.mark.parametrize("text", ["", "A", "a--b", "-a", "a-", "a_b", "a b", "a\n", "é", "a/b"])
def test_what_is_no_slug_does_not_match(text):
    assert not SLUG.match(text)


@pytest.mark.parametrize("iri", ["https://example.org/x", terms.OSGOV, terms.ORG_ID + "a/b", terms.ORG_ID + "a.", "x", ""])
def test_an_iri_that_no_prefix_fits_stays_as_it_is(iri):
    assert curie(iri) == iri


@pytest.mark.parametrize("text", ["", "pytorch", "nope:pytorch", "pytorch foundation", "https://has space/x", "p", ":x"])
def test_what_is_neither_curie_nor_iri_expands_to_nothing(text):
    assert expand(text) is None


def test_an_absolute_iri_expands_to_itself_even_where_its_scheme_is_a_prefix(monkeypatch):
    monkeypatch.setitem(PREFIXES, "https", "urn:")
    assert expand("https://example.org/x") == "https://example.org/x"


def test_no_prefix_hides_another():
    assert len(set(PREFIXES.values())) == len(PREFIXES)
    assert all(namespace.endswith(("/", "#")) for namespace in PREFIXES.values())


def test_our_one_letter_prefixes_lead_into_our_own_namespace():
    assert {expand(f"{p}:x") for p in "poergmva"} == {
        terms.BASE + rest
        for rest in ("id/project/x", "id/org/x", "id/event/x", "id/relation/x", "graph/x", "id/observation/x", "vocab/x")
    } | {terms.ASSESSMENT + "x"}
