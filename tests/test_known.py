"""What was known by a day: only what had been read by then, and what follows from that alone."""

import pytest

import kg
from kg.build import default_folder
from kg.errors import Misuse, NotFound
from kg.graph import Graph
from kg.known import known_by
from kg.store import texts

_HOLDING = '\n[[holding]]\nby = "acme"\nrole = "legal-home"\nas_of = "2021-01-01"\nsources = ["{source}"]\n'
_SOURCE = (
    '\n[[source]]\nid = "{id}"\nurl = "https://acme.example/{id}"\ntitle = "A page"\nkind = "announcement"\n'
    'publisher = "Acme"\npublished = "2020-05-04"\nread = "{read}"\n'
)
LATER = {
    "projects/spool": 'id = "spool"\nname = "Spool"\n'
    + _SOURCE.format(id="spool", read="2025-03-10")
    + _HOLDING.format(source="spool")
}


@pytest.fixture
def graph(graph_of, facts_of_weaver):
    """Weaver's sources were read on 2024-01-01, that on Spool on 2025-03-10."""
    return graph_of({**facts_of_weaver, **LATER})


def held(store):
    return {
        project.rpartition("/")[2] for (project,) in texts(store, "SELECT ?p { ?s a osgov:Stewardship ; osgov:project ?p }")
    }


def test_only_what_was_read_by_the_day_is_there_and_what_follows_from_it(graph):
    assert held(graph.store) == {"weaver", "loom", "spool"}
    then = known_by(graph.store, "2025-03-09")
    assert held(then) == {"weaver", "loom"}
    assert texts(then, "SELECT ?e { ?e a osgov:VendorMove }") == texts(graph.store, "SELECT ?e { ?e a osgov:VendorMove }") != []


def test_it_is_the_graph_that_would_have_been_built_then(graph_of, facts_of_weaver):
    built = {str(q) for q in graph_of(facts_of_weaver)}
    later = graph_of({**facts_of_weaver, **LATER})
    then = set(map(str, known_by(later.store, "2024-12-31").quads()))
    about_spool = {line for line in then - built if "spool" in line}  # who is who was not read anywhere
    assert built - then == set()
    assert then - built == about_spool
    assert not any("holding" in line or "Stewardship" in line for line in about_spool)


@pytest.mark.parametrize("date", ["2025-03-10", "2025-03", "2025", "2030"])
def test_where_all_was_read_by_then_the_graph_itself_is_asked(graph, date):
    assert known_by(graph.store, date) is graph.store


def test_a_month_or_year_means_its_last_day(graph):
    assert held(known_by(graph.store, "2025-02")) == held(known_by(graph.store, "2024")) == {"weaver", "loom"}


def test_before_anything_was_read_the_first_day_of_reading_is_named(graph):
    with pytest.raises(NotFound, match="nothing had been read by 2023; the first source was read on 2024-01-01"):
        known_by(graph.store, "2023")


def test_what_is_no_date_is_refused(graph):
    with pytest.raises(Misuse, match="no date"):
        known_by(graph.store, "lately")


def generations():
    return sorted(p.name for p in (default_folder() / "known").glob("graph-*"))


@pytest.fixture
def shipped(release):
    """The default graph: few facts that ship, those on Spool read later than the rest."""
    (release.facts / "projects" / "spool.toml").write_text(LATER["projects/spool"], encoding="utf-8")
    return release


def test_of_the_default_graph_it_is_kept_and_asked_again(shipped):
    first = kg.open(known_by="2024-06")
    kept = generations()
    assert len(kept) == 1
    assert held(first.store) == {"weaver", "loom"}
    assert list(kg.open(known_by="2025-01-31")) == list(first)
    assert generations() == kept
    assert held(kg.open().store) == {"weaver", "loom", "spool"}


def test_a_damaged_one_is_made_again(shipped):
    kg.open(known_by="2024-06")
    folder = default_folder() / "known"
    (kept,) = generations()
    for file in (folder / kept).iterdir():
        file.unlink()
    assert held(kg.open(known_by="2024-06").store) == {"weaver", "loom"}


def test_at_most_a_few_are_kept(shipped):
    for n in range(6):
        text = (
            LATER["projects/spool"].replace("spool", f"spool{n}").replace("Spool", f"Spool{n}").replace("2025", str(2025 + n))
        )
        (shipped.facts / "projects" / f"spool{n}.toml").write_text(text, encoding="utf-8")
    for year in range(2024, 2030):
        assert "weaver" in held(kg.open(known_by=str(year)).store)
    assert 1 < len(generations()) <= 4


def test_where_nothing_can_be_kept_it_is_made_for_one_run(shipped):
    kg.open()
    (default_folder() / "known").write_text("a file in the way")
    assert held(kg.open(known_by="2024-06").store) == {"weaver", "loom"}


def test_a_store_folder_and_an_endpoint_answer_by_what_was_known_too(graph, serve_folder, tmp_path):
    from kg.store import open_store
    from kg.store.embedded import EmbeddedStore

    EmbeddedStore.write(tmp_path / "graph-served", graph.store)
    (tmp_path / "current").write_text("graph-served\n")
    assert held(kg.open(str(tmp_path), known_by="2024-06").store) == {"weaver", "loom"}
    remote = Graph(open_store(serve_folder(tmp_path / "graph-served")))
    assert held(known_by(remote.store, "2024-06")) == {"weaver", "loom"}
