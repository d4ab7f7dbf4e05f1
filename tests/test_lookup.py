"""From what people type to the one entity they mean, or to a list of those they may mean."""

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg import lookup
from kg.errors import Ambiguous, Misuse, NotFound
from kg.records import Entity, Event
from kg.store.embedded import EmbeddedStore
from kg.terms import ORG_ID, PROJECT
from kg.triples import quads

# A company and a project of one name, a foundation that shares an alias with a project, a company that changed its name.
PEOPLE_TYPE = (
    Entity(
        "istio",
        "Project",
        "Istio",
        aliases=("Istio Service Mesh",),
        homepage="https://istio.io/",
        repositories=("https://github.com/istio/istio", "https://github.com/istio/api"),
        github_org="istio",
        wikidata_id="Q1",
    ),
    Entity("docker", "Project", "Moby", aliases=("Docker",), repositories=("https://github.com/moby/moby.git",)),
    Entity("docker", "Company", "Docker"),
    Entity("presto", "Project", "Presto", aliases=("PrestoDB",), homepage="https://prestodb.io"),
    Entity("presto-foundation", "Foundation", "Presto Foundation", aliases=("PrestoDB", "Presto!")),
    Entity("meta", "Company", "Meta", aliases=("Facebook", "Meta Platforms, Inc.")),
    Entity("societe", "Company", "Société Générale"),
    Entity("kafka", "Project", "Apache Kafka"),
    Event("meta-rename", "OrganizationRename", "news", (("organization", "meta"),), (), (("formerName", "TheFacebook"),)),
    Event("kafka-rename", "ProjectRename", "news", (("project", "kafka"),), (), (("formerName", "Streamline"),)),
)

QUICK = settings(deadline=None, max_examples=150)


@pytest.fixture(scope="module")
def small_store():
    return EmbeddedStore.in_memory(quads(PEOPLE_TYPE))


def meant(store, text, kind=None):
    """The entity, as `p:slug` or `o:slug`."""
    return lookup.resolve(store, text, kind=kind).iri.replace(PROJECT, "p:").replace(ORG_ID, "o:")


@pytest.mark.parametrize(
    ("text", "entity"),
    [
        ("istio", "p:istio"),
        ("ISTIO", "p:istio"),
        ("  Istio ", "p:istio"),
        ("Istio Service Mesh", "p:istio"),
        ("istio-service mesh", "p:istio"),
        ("p:istio", "p:istio"),
        (PROJECT + "istio", "p:istio"),
        ("Q1", "p:istio"),
        ("https://github.com/istio/istio", "p:istio"),
        ("https://github.com/istio/istio/", "p:istio"),
        ("https://github.com/istio/istio.git", "p:istio"),
        ("http://www.github.com/Istio/Istio", "p:istio"),
        ("github.com/istio/istio", "p:istio"),
        ("git@github.com:istio/istio.git", "p:istio"),
        ("ssh://git@github.com/istio/istio.git", "p:istio"),
        ("git+https://github.com/istio/istio.git", "p:istio"),
        ("https://github.com/istio/api", "p:istio"),
        ("https://github.com/istio", "p:istio"),
        ("https://istio.io", "p:istio"),
        ("istio.io", "p:istio"),
        ("https://github.com/moby/moby", "p:docker"),
        ("Facebook", "o:meta"),
        ("Meta Platforms", "o:meta"),
        ("The Meta Platforms, Inc", "o:meta"),
        ("TheFacebook", "o:meta"),
        ("streamline", "p:kafka"),
        ("societe generale", "o:societe"),
        ("Apache Kafka®", "p:kafka"),
        ("o:docker", "o:docker"),
        ("Moby", "p:docker"),
    ],
)
def test_a_name_a_code_or_an_address_leads_to_its_entity(small_store, text, entity):
    assert meant(small_store, text) == entity


def test_what_is_found_says_what_it_is_and_why(small_store):
    found = lookup.resolve(small_store, "Facebook")
    assert (found.id, found.name, found.kind, found.how, found.text) == ("meta", "Meta", "company", "alias", "Facebook")


def test_a_name_of_two_entities_lists_both_and_picks_none(small_store):
    with pytest.raises(Ambiguous) as caught:
        lookup.resolve(small_store, "PrestoDB")
    assert str(caught.value).splitlines() == [
        "'PrestoDB' can mean:",
        "  o:presto-foundation  Presto Foundation (foundation)",
        "  p:presto  Presto (project)",
        "say which, for example: o:presto-foundation",
    ]


def test_a_slug_of_a_project_and_a_company_is_ambiguous_until_the_kind_is_known(small_store):
    with pytest.raises(Ambiguous, match=r"o:docker  Docker \(company\)\n  p:docker  Moby \(project\)"):
        lookup.resolve(small_store, "docker")
    assert meant(small_store, "docker", "project") == "p:docker"
    assert meant(small_store, "docker", "organization") == "o:docker"


def test_a_name_in_use_beats_the_alias_of_another(small_store):
    assert meant(small_store, "Presto") == "p:presto"
    assert meant(small_store, "Presto", "organization") == "o:presto-foundation"


@pytest.mark.parametrize(
    ("text", "kind", "hint"),
    [
        ("istoi", None, "no project or organization named 'istoi'; did you mean Istio (p:istio)"),
        ("Facebok", None, "did you mean Meta (o:meta)"),
        ("Istio", "organization", "no organization named 'Istio'"),
        ("p:istoi", None, "no project or organization named 'p:istoi'"),
        ("p:meta", None, "no project or organization named 'p:meta'"),
        ("Meta", "project", "no project named 'Meta'"),
        ("https://github.com/istio/nothing", None, "no project or organization named"),
        ("zzzzzzzzzzzzzzzz", None, "no project or organization named 'zzzzzzzzzzzzzzzz'; `kg find TEXT` searches all names"),
    ],
)
def test_a_name_that_leads_nowhere_suggests_and_never_picks(small_store, text, kind, hint):
    with pytest.raises(NotFound) as caught:
        lookup.resolve(small_store, text, kind=kind)
    assert hint in str(caught.value)


@pytest.mark.parametrize("text", ["", "  ", "\n"])
def test_an_empty_name_is_misuse(small_store, text):
    with pytest.raises(Misuse, match="the name is empty"):
        lookup.resolve(small_store, text)


@pytest.mark.parametrize("text", ["<x>", "}", '"', "a\\", "p:", ":", "http://", "🙂", "?x ?y", "!!!"])
def test_text_that_no_name_can_be_leads_nowhere_and_breaks_nothing(small_store, text):
    with pytest.raises(NotFound):
        lookup.resolve(small_store, text)


@QUICK
@given(st.text(string.ascii_letters + string.digits + " .-:/@", min_size=1, max_size=12).filter(str.strip))
def test_whatever_is_typed_the_entity_found_really_bears_that_name(text):
    store = EmbeddedStore.in_memory(quads(PEOPLE_TYPE))
    try:
        found = lookup.resolve(store, text)
    except (NotFound, Ambiguous):
        return
    named = {found.id, found.text, found.name, found.iri}
    same = {lookup.normalise(name) for name in named} | {lookup.normalise_url(name) for name in named}
    typed = text.strip()
    assert lookup.normalise(typed) in same or lookup.normalise_url(typed) in same or typed in {f"p:{found.id}", f"o:{found.id}"}


# Searching


def found(store, text, **options):
    return [match.name for match in lookup.find(store, text, **options)]


def test_find_puts_the_exact_name_first_and_lists_each_entity_once(small_store):
    assert found(small_store, "presto") == ["Presto", "Presto Foundation"]


def test_find_survives_a_typo(small_store):
    assert found(small_store, "istoi")[0] == "Istio"


def test_find_looks_inside_names(small_store):
    assert found(small_store, "kafka") == ["Apache Kafka"]
    assert found(small_store, "generale") == ["Société Générale"]


def test_find_keeps_to_a_kind_and_a_limit(small_store):
    assert found(small_store, "presto", kind="organization") == ["Presto Foundation"]
    assert found(small_store, "presto", limit=1) == ["Presto"]


@pytest.mark.parametrize("text", ["zzzzzzzzzzzzzzzz", "!!!", ""])
def test_find_may_find_nothing(small_store, text):
    assert found(small_store, text) == []


# What people vary

LETTERS = st.text(string.ascii_letters + " .,-é®", max_size=20)


@QUICK
@given(st.text(max_size=20))
def test_normalising_twice_changes_nothing_more(text):
    once = lookup.normalise(text)
    assert lookup.normalise(once) == once


@QUICK
@given(LETTERS)
def test_case_spaces_and_punctuation_make_no_difference(text):
    assert lookup.normalise(text.upper()) == lookup.normalise(text)
    assert lookup.normalise(f"  {text}!") == lookup.normalise(text)


@pytest.mark.parametrize("text", ["The", "Inc.", "AG", "The Company"])
def test_a_name_made_of_legal_forms_alone_keeps_them(text):
    assert lookup.normalise(text)


HOSTS = st.from_regex(r"[a-z0-9]{1,8}(\.[a-z]{2,6}){1,2}", fullmatch=True).filter(lambda h: not h.startswith("www."))
PATHS = st.from_regex(r"(/[A-Za-z0-9_-]{1,6}){0,3}", fullmatch=True)


@QUICK
@given(
    HOSTS, PATHS, st.sampled_from(["", "http://", "https://", "HTTPS://", "https://www."]), st.sampled_from(["", "/", ".git"])
)
def test_every_way_to_write_an_address_is_the_same_address(host, path, scheme, end):
    end = "/" if end == ".git" and not path else end
    assert lookup.normalise_url(scheme + host + path + end) == (host + path).casefold()


@pytest.mark.parametrize("text", ["istio", "Meta Platforms, Inc.", "p:istio", "", "https://", "git@github.com", "a b.c/d"])
def test_what_is_no_address_is_none(text):
    assert lookup.normalise_url(text) is None


def test_a_project_is_found_without_the_name_of_the_foundation_that_holds_it(told):
    graph = told(commons="foundation", **{"commons-loom": [("donation", {"to": "commons", "accepted": "2020"})]})
    assert graph.resolve("loom").id == "commons-loom"


def test_a_name_in_full_beats_one_that_lacks_a_foundations(told):
    gift = [("donation", {"to": "commons", "accepted": "2020"})]
    graph = told(commons="foundation", loom=[], **{"commons-loom": gift})
    assert graph.resolve("loom").id == "loom"


def test_a_name_without_a_companys_means_nothing(told):
    graph = told(acme="company", **{"acme-loom": [("opening", {"by": ["acme"]})]})
    with pytest.raises(NotFound, match="did you mean"):
        graph.resolve("loom")


def test_two_projects_of_two_foundations_under_one_short_name_are_told_apart_by_whoever_asks(told):
    gifts = {f"{home}-loom": [("donation", {"to": home, "accepted": "2020"})] for home in ("commons", "harbour")}
    graph = told(commons="foundation", harbour="foundation", **gifts)
    with pytest.raises(Ambiguous, match="Commons-Loom"):
        graph.resolve("loom")


def test_an_index_finds_by_every_name_identifier_and_address_what_a_search_of_the_store_finds(built_graph):
    index = lookup.Index.of(built_graph.store)
    for iri in ("https://w3id.org/osgov/id/project/pytorch", "https://w3id.org/osgov/id/org/google"):
        texts = {text for _, text in index.told(iri)}
        assert texts
        for text in {*texts, iri, iri.rsplit("/", 1)[-1].upper()}:
            assert iri in {match.iri for match in index.exact(text)}
        assert index.find(index.preferred[iri]) == built_graph.find(index.preferred[iri])
    assert index.kinds["https://w3id.org/osgov/id/org/google"] == "company"


def test_an_index_finds_only_what_is_of_the_kinds_asked_for(built_graph):
    index = lookup.Index.of(built_graph.store)
    assert {match.kind for match in index.find("google", kinds=("company",))} == {"company"}
    assert {match.kind for match in index.find("google", kinds=("project", "company"))} == {"project", "company"}
    assert index.find("pytorch", kinds=("public body",)) == []
