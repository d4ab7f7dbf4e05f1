"""The graph as Python sees it: opened by one string, asked by name or in SPARQL, handed on to pandas and rdflib."""

import builtins

import pyoxigraph as ox
import pytest
import rdflib

import kg
from kg import catalog
from kg.errors import Ambiguous, KgError, Misuse, NotFound, QueryTimeout
from kg.graph import Graph, Table
from kg.store.remote import RemoteStore
from kg.terms import OSGOV, PROJECT, RDF
from tests.conftest import example_of

MOVE = {
    "project", "project_id", "kind", "donor", "donor_id", "recipient", "recipient_id", "umbrella",
    "date", "date_basis", "earliest", "latest", "neutral", "sources",
}  # fmt: skip


def moved(table):
    return {row["project_id"] for row in table}


# Opening


def test_a_folder_is_opened_by_its_path(built_folder, built_graph):
    opened = kg.open(str(built_folder))
    assert isinstance(opened, Graph)
    assert list(opened.moves()) == list(built_graph.moves())


def test_a_graph_in_memory_is_built_from_the_bundled_facts(built_graph):
    assert sorted(map(str, kg.open("memory:"))) == sorted(map(str, built_graph))


def test_the_environment_names_the_store_where_the_caller_does_not(built_folder, monkeypatch):
    monkeypatch.setenv("KG_STORE", str(built_folder))
    assert kg.open().store.spec == str(built_folder)


def test_the_caller_beats_the_environment(built_folder, monkeypatch):
    monkeypatch.setenv("KG_STORE", "ftp://nowhere")
    assert kg.open(str(built_folder)).store.spec == str(built_folder)


def test_an_address_is_an_endpoint_and_nothing_is_sent_before_the_first_question():
    assert isinstance(kg.open("http://127.0.0.1:9/sparql").store, RemoteStore)


def test_the_default_graph_is_built_in_the_users_cache_and_found_there_again(tmp_path, monkeypatch, built_graph):
    monkeypatch.delenv("KG_STORE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr("kg.build.default_folder", lambda: tmp_path / "osgov-kg")
    first = kg.open()
    assert list(first.moves()) == list(built_graph.moves())
    monkeypatch.setattr("kg.build.build_at", None)  # whoever builds again now fails
    assert kg.open().query("ASK { p:pytorch a osgov:Project }") is True


@pytest.mark.parametrize("spec", ["ftp://example.org", "/no/such/folder"])
def test_a_store_that_is_none_is_an_error_of_ours(spec):
    with pytest.raises(KgError):
        kg.open(spec)


# Asking


def test_select_gives_rows_as_dicts_of_plain_values(built_graph):
    table = built_graph.query(
        "SELECT ?name (1 + 1 AS ?two) (?name = 'x' AS ?no) ?nothing { p:pytorch skos:prefLabel ?n BIND(STR(?n) AS ?name) }"
    )
    assert table.columns == ("name", "two", "no", "nothing")
    assert list(table) == [{"name": "PyTorch", "two": 2, "no": False, "nothing": None}]


def test_ask_gives_a_bool_and_construct_gives_triples(built_graph):
    pytorch, kind, project = map(ox.NamedNode, (PROJECT + "pytorch", RDF + "type", OSGOV + "Project"))
    assert built_graph.query("ASK { p:pytorch a osgov:Project }") is True
    assert built_graph.query("CONSTRUCT WHERE { p:pytorch a ?kind }") == [ox.Triple(pytorch, kind, project)]


def test_a_query_that_is_none_is_misuse(built_graph):
    with pytest.raises(Misuse, match="did you mean 'osgov:'"):
        built_graph.query("ASK { ?x a osgv:Project }")


def test_a_query_past_its_deadline_is_a_timeout(graph_of_one_move):
    product = " . ".join(f"?s{n} ?p{n} ?o{n}" for n in range(3))
    with pytest.raises(QueryTimeout, match="narrow the query, add a LIMIT"):
        graph_of_one_move.query(f"SELECT (COUNT(*) AS ?n) {{ {product} }}", timeout=0.005)


def test_a_named_query_takes_names_as_people_type_them(built_graph):
    rows = built_graph.run("holders", project="https://github.com/kubernetes/kubernetes", on="2020-01-01")
    assert {row["holder_id"] for row in rows if row["role"] == "legal home"} == {"cncf"}
    assert list(rows) == list(built_graph.run("holders", {"project": "Kubernetes", "on": "2020-01-01"}))


def test_a_name_is_resolved_to_what_it_means(built_graph):
    assert built_graph.resolve("facebook").id == "meta"
    assert built_graph.resolve_iri("project", "p:pytorch") == PROJECT + "pytorch"
    assert built_graph.find("pytoch")[0].name == "PyTorch"


@pytest.mark.parametrize(("name", "error"), [("pytoch", NotFound), ("", Misuse)])
def test_a_name_that_means_nothing_is_an_error(built_graph, name, error):
    with pytest.raises(error):
        built_graph.resolve(name)


def test_every_statement_can_be_walked_with_its_source(graph_of_one_move):
    quads = list(graph_of_one_move)
    assert len(quads) > 10
    assert all(isinstance(quad.graph_name, ox.NamedNode) for quad in quads)


# Tables


@pytest.fixture
def small_table():
    return Table(("name", "from", "n"), [{"name": "Istio", "from": "google", "n": 1}, {"name": "Dapr", "from": None, "n": 2}])


def test_a_table_is_a_sequence_of_dicts(small_table):
    assert (len(small_table), small_table[1]["name"], small_table[-1]["n"]) == (2, "Dapr", 2)
    assert [row["name"] for row in small_table] == ["Istio", "Dapr"]
    assert repr(small_table) == "<Table of 2 rows: name, from, n>"


def test_a_slice_of_a_table_is_a_table_with_its_columns(small_table):
    assert isinstance(small_table[:1], Table)
    assert (small_table[:0].columns, len(small_table[:0])) == (("name", "from", "n"), 0)


def test_rows_can_be_had_as_named_tuples(small_table):
    first = small_table.named()[0]
    assert (first.name, first.n, tuple(first)) == ("Istio", 1, ("Istio", "google", 1))
    assert first._fields == ("name", "_1", "n")  # `from` is a word of Python


def test_a_table_becomes_a_data_frame(small_table):
    pytest.importorskip("pandas")
    frame = small_table.df()
    assert list(frame.columns) == ["name", "from", "n"]
    assert frame["n"].tolist() == [1, 2]
    assert frame["from"].tolist()[0] == "google"


def test_an_empty_table_becomes_a_data_frame_with_its_columns(small_table):
    pytest.importorskip("pandas")
    assert list(small_table[:0].df().columns) == ["name", "from", "n"]


def test_without_pandas_the_error_says_what_to_install(small_table, monkeypatch):
    real = builtins.__import__

    def without_pandas(name, *rest):
        if name == "pandas":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without_pandas)
    with pytest.raises(KgError, match=r"`\.df\(\)` needs pandas; pip install pandas"):
        small_table.df()


# rdflib


def test_rdflib_sees_the_union_of_all_sources_in_the_default_graph(built_graph):
    dataset = built_graph.rdflib()
    assert isinstance(dataset, rdflib.Dataset)
    pytorch, project = rdflib.URIRef(PROJECT + "pytorch"), rdflib.URIRef(OSGOV + "Project")
    assert (pytorch, rdflib.RDF.type, project) in dataset.default_graph
    count = "SELECT (COUNT(*) AS ?n) { ?s a osgov:Project }"
    assert int(next(iter(dataset.query(count)))[0]) == built_graph.query(count)[0]["n"]


def test_rdflib_sees_each_source_as_a_graph_of_its_own(built_graph):
    text = "SELECT ?g { GRAPH ?g { e:pytorch-to-pytorch-foundation osgov:toOrganization ?o } } ORDER BY ?g"
    theirs = [str(row[0]) for row in built_graph.rdflib().query(text)]
    assert theirs == [row["g"] for row in built_graph.query(text)]
    assert len(theirs) > 1


def test_rdflib_reads_the_same_open_store_and_not_a_copy(empty_store):
    dataset = Graph(empty_store).rdflib()
    assert len(dataset.default_graph) == 0
    quad = ox.Quad(ox.NamedNode(PROJECT + "a"), ox.NamedNode(OSGOV + "project"), ox.Literal("x"), ox.NamedNode("http://g"))
    empty_store.add([quad])
    assert len(dataset.default_graph) == 1


def test_a_remote_store_has_another_door_for_rdflib():
    with pytest.raises(Misuse, match="use rdflib's SPARQLStore"):
        kg.open("http://127.0.0.1:9/sparql").rdflib()


# The bundled moves


def test_the_moves_are_at_least_five_hundred_and_each_has_a_source_and_its_fields(built_graph):
    moves = built_graph.moves()
    assert len(moves) >= 500
    assert set(moves.columns) >= MOVE
    for row in moves:
        assert row["sources"], row["project"]
        assert all(url.startswith(("https://", "http://")) for url in row["sources"])
        assert row["donor"]
        assert row["donor_id"]
        assert row["neutral"] in {"neutral", "not shown neutral", "not neutral"}


def test_the_best_known_moves_are_there_as_they_happened(built_graph):
    by_id = {row["project_id"]: row for row in built_graph.moves()}
    pytorch = by_id["pytorch"]
    assert (pytorch["donor"], pytorch["recipient"], pytorch["umbrella"]) == ("Meta", "PyTorch Foundation", "Linux Foundation")
    assert pytorch["date"].startswith("2022-09")
    assert [(by_id[name]["donor_id"], by_id[name]["recipient_id"]) for name in ("kubernetes", "istio")] == [
        ("google", "cncf")
    ] * 2


def test_projects_that_their_vendor_kept_are_not_among_the_moves(built_graph):
    assert not moved(built_graph.moves()) & {"tensorflow", "jax"}
    assert {row["project_id"] for row in built_graph.run("nonmoves", vendor="google")} >= {"tensorflow", "jax"}


def test_a_move_is_one_row_with_the_strongest_basis_that_a_source_gives(built_graph):
    (fory,) = built_graph.moves(about="apache-fory")  # one source says that Ant Group made it, another that it gave it
    assert (fory["donor_id"], fory["donor_basis"]) == ("ant-group", "transfer")
    rows = [(move["project_id"], move["recipient_id"]) for move in built_graph.moves()]
    assert len(set(rows)) == len(rows)


def test_a_list_that_shows_another_home_of_a_given_project_makes_no_second_gift(built_graph):
    """Trino's foundation stands for a while as the owner of Presto, the umbrella as that of OpenSearch."""
    taken = {project: {m["recipient_id"] for m in built_graph.moves(about=project)} for project in ("presto", "opensearch")}
    assert taken == {"presto": {"presto-foundation"}, "opensearch": {"opensearch-software-foundation"}}


def test_whole_projects_alone_are_moves_unless_every_kind_is_asked_for(built_graph):
    assert {row["kind"] for row in built_graph.moves()} == {"donation", "spin-out"}
    everything = built_graph.moves(all_kinds=True)
    assert {row["kind"] for row in everything} >= {"donation", "spin-out", "code grant", "fork"}
    assert len(everything) > len(built_graph.moves())


# Filters, on a graph that a person can draw:
#
#   acme ──2019-05──▶ cedar (part of oak)   weaver           acme + birch ──2020──▶ oak   loom
#   acme ──2021-03-02──▶ fund               spindle          birch ──2021 (code)──▶ oak   weaver (a grant)
#   nobody ──2021──▶ oak                    orphan           birch ──undated──▶ oak       mist

SOURCE = """
[[source]]
id = "{0}-news"
url = "https://example.org/{0}"
title = "{0}"
kind = "news"
publisher = "Example"
read = "2024-01-01"
"""


def project(slug, *facts):
    return (
        f'id = "{slug}"\nname = "{slug.title()}"\n'
        + SOURCE.format(slug)
        + "".join(fact + f'sources = ["{slug}-news"]\n' for fact in facts)
    )


def organization(slug, kind, *facts):
    source = SOURCE.format(slug) if facts else ""
    return f'id = "{slug}"\nname = "{slug.title()}"\nkind = "{kind}"\n{source}' + "".join(
        fact + f'sources = ["{slug}-news"]\n' for fact in facts
    )


def gift(to, date="", donors=()):
    given = f'from = {list(donors)}\ndonor_basis = "transfer"\n'.replace("'", '"') if donors else ""
    return f'[[donation]]\nevent = "gift"\n{given}to = "{to}"\n' + (f'accepted = "{date}"\n' if date else "")


MOVES = {
    "projects/weaver": project(
        "weaver",
        gift("cedar", "2019-05", ["acme"]),
        '[[code_grant]]\nevent = "grant"\ncode = "Needle"\nfrom = ["birch"]\nto = "oak"\noccurred = "2021"\n',
    ),
    "projects/spindle": project("spindle", gift("fund", "2021-03-02", ["acme"])),
    "projects/loom": project("loom", gift("oak", "2020", ["birch", "acme"])),
    "projects/orphan": project("orphan", gift("oak", "2021")),
    "projects/mist": project("mist", gift("oak", "", ["birch"])),
    "organizations/acme": organization("acme", "company"),
    "organizations/birch": organization("birch", "company"),
    "organizations/fund": organization("fund", "foundation"),
    "organizations/oak": organization("oak", "foundation"),
    "organizations/cedar": organization("cedar", "foundation", '[[affiliation]]\nparent = "oak"\nas_of = "2024-01-01"\n'),
}


@pytest.fixture
def graph_of_one_move(graph_of):
    return graph_of(
        {name: text for name, text in MOVES.items() if name in {"projects/spindle", "organizations/acme", "organizations/fund"}}
    )


@pytest.fixture(scope="module")
def drawn_graph(tmp_path_factory):
    """The graph in the picture above."""
    from kg.build import fill
    from kg.store.embedded import EmbeddedStore

    root = tmp_path_factory.mktemp("drawn")
    for name, text in MOVES.items():
        path = root / f"{name}.toml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    store = EmbeddedStore.in_memory()
    fill(store, root)
    return Graph(store)


@pytest.mark.parametrize(
    ("filters", "projects"),
    [
        ({}, {"weaver", "spindle", "loom", "mist"}),
        ({"donor": "acme"}, {"weaver", "spindle", "loom"}),
        ({"donor": "Birch"}, {"loom", "mist"}),
        ({"to": "fund"}, {"spindle"}),
        ({"to": "cedar"}, {"weaver"}),
        ({"to": "oak"}, {"weaver", "loom", "mist"}),
        ({"about": "loom"}, {"loom"}),
        ({"since": "2020"}, {"spindle", "loom"}),
        ({"since": "2020-12-31"}, {"spindle", "loom"}),
        ({"since": "2021"}, {"spindle"}),
        ({"since": "2019-05-31"}, {"weaver", "spindle", "loom"}),
        ({"since": "2019-06"}, {"spindle", "loom"}),
        ({"until": "2019"}, {"weaver"}),
        ({"until": "2019-05-01"}, {"weaver"}),
        ({"until": "2019-04"}, set()),
        ({"until": "2020-01-01"}, {"weaver", "loom"}),
        ({"since": "2021-03-02", "until": "2021-03-02"}, {"spindle"}),
        ({"since": "2021-03-03"}, set()),
        ({"donor": "acme", "to": "oak", "since": "2020"}, {"loom"}),
    ],
)
def test_moves_are_narrowed_by_who_gave_who_took_and_when(drawn_graph, filters, projects):
    assert moved(drawn_graph.moves(**filters)) == projects


def test_all_kinds_add_grants_and_gifts_whose_giver_nobody_names(drawn_graph):
    rows = {(row["project_id"], row["kind"]): row for row in drawn_graph.moves(all_kinds=True)}
    assert rows.keys() - {(row["project_id"], row["kind"]) for row in drawn_graph.moves()} == {
        ("weaver", "code grant"),
        ("orphan", "donation"),
    }
    assert (rows["orphan", "donation"]["donor"], rows["orphan", "donation"]["donor_id"]) == (None, None)


def test_filters_hold_for_all_kinds_too(drawn_graph):
    assert moved(drawn_graph.moves(all_kinds=True, donor="birch")) == {"weaver", "loom", "mist"}


def test_neutral_only_keeps_recipients_shown_to_be_neutral(built_graph, drawn_graph):
    kept = built_graph.moves(neutral_only=True)
    assert list(kept) == [row for row in built_graph.moves() if row["neutral"] == "neutral"]
    assert 0 < len(kept) < len(built_graph.moves())
    assert len(drawn_graph.moves(neutral_only=True)) == 0


def test_one_row_tells_a_move_of_several_donors_in_step(drawn_graph):
    (loom,) = drawn_graph.moves(about="loom")
    assert (loom["donor"], loom["donor_id"]) == ("Acme + Birch", "acme + birch")


def test_a_date_is_shown_as_stated_with_its_bounds(drawn_graph):
    rows = {row["project_id"]: row for row in drawn_graph.moves()}
    assert [rows["loom"][c] for c in ("date", "date_basis", "earliest", "latest")] == [
        "2020",
        "accepted",
        "2020-01-01",
        "2020-12-31",
    ]
    assert [rows["weaver"][c] for c in ("date", "earliest", "latest")] == ["2019-05", "2019-05-01", "2019-05-31"]
    assert [rows["mist"][c] for c in ("date", "date_basis", "earliest", "latest")] == [None] * 4


def test_a_part_of_a_foundation_names_the_whole_as_its_umbrella(drawn_graph):
    umbrellas = {row["project_id"]: row["umbrella"] for row in drawn_graph.moves()}
    assert umbrellas == {"weaver": "Oak", "spindle": None, "loom": None, "mist": None}


@pytest.mark.parametrize(
    ("filters", "error"),
    [
        ({"donor": "acmee"}, NotFound),
        ({"donor": "weaver"}, NotFound),
        ({"about": "acme"}, NotFound),
        ({"since": "last year"}, Misuse),
        ({"until": "2021-02-30"}, Misuse),
    ],
)
def test_a_filter_that_cannot_be_understood_is_refused(drawn_graph, filters, error):
    with pytest.raises(error):
        drawn_graph.moves(**filters)


def test_a_filter_that_could_mean_two_lists_them(graph_of):
    files = {**MOVES, "organizations/acme-labs": 'id = "acme-labs"\nname = "ACME!"\nkind = "company"\n'}
    files["organizations/acme"] = files["organizations/acme"].replace('name = "Acme"', 'name = "ACME!"')
    with pytest.raises(Ambiguous, match=r"o:acme  ACME!(.|\n)*o:acme-labs  ACME!"):
        graph_of(files).moves(donor="ACME!")


def test_a_graph_as_of_a_day_gives_that_day_to_every_query_that_takes_one(built_graph):
    then = Graph(built_graph.store, "2016-02-01")
    assert list(then.run("holders", project="kubernetes")) == list(
        built_graph.run("holders", project="kubernetes", on="2016-02-01")
    )
    assert list(then.run("stages", about="kubernetes")) == list(
        built_graph.run("stages", about="kubernetes", until="2016-02-01")
    )
    assert moved(then.moves(until="2012")) == moved(built_graph.moves(until="2012")) < moved(then.moves())
    assert {row["id"] for row in then.run("entities")} == {row["id"] for row in built_graph.run("entities")}


def test_every_named_query_answers_as_of_a_day_or_says_why_it_is_the_same_on_any(built_graph):
    then, refused = Graph(built_graph.store, "2020-06-30"), []
    for name in catalog.names():
        query = catalog.load(name)
        if not query.timeless and name != "assessments" and not {p.type for p in query.parameters} & {"day", "to"}:
            refused.append(name)
            with pytest.raises(Misuse, match="cannot answer as of a day"):
                then.run(name, example_of(query))
        elif not query.timeless:
            example = example_of(query)
            values = {k: v for k, v in example.items() if k not in {"on", "until"}}
            assert then.run(name, values).columns == built_graph.run(name, example).columns
    assert refused == []


def test_certainty_is_only_of_a_day_and_stands_last(built_graph):
    for name in ("stewardship", "levels", "members", "affiliations", "controllers", "legal-forms", "licences"):
        values = example_of(catalog.load(name))
        now, then = built_graph.run(name, values), built_graph.run(name, values, on="2026-08-31")
        assert now.columns[-1] == "certainty"
        assert {row["certainty"] for row in now} == {None}
        assert {row["certainty"] for row in then} <= {"definite", "possible"}
        assert "certainty" not in catalog.load(name).visible(now)


@pytest.mark.parametrize("day", ["2016", "2016-02", "soon", "2016-02-30"])
def test_a_graph_is_as_of_a_whole_day(built_graph, day):
    with pytest.raises(Misuse, match="as of"):
        Graph(built_graph.store, day)


def test_a_query_that_takes_no_day_is_refused_as_of_one(built_graph, monkeypatch):
    from dataclasses import replace

    plain = replace(catalog.load("entities"), timeless="")
    monkeypatch.setattr(catalog, "load", lambda name: plain)
    with pytest.raises(Misuse, match="takes neither `on` nor `until`"):
        Graph(built_graph.store, "2020-01-01").run("entities")


def test_what_was_computed_as_of_a_day_is_judged_by_that_day(built_graph):
    now = {row["criterion"]: row["result"] for row in built_graph.run("assessments", about="cncf")}
    then = {row["criterion"]: row["result"] for row in Graph(built_graph.store, "2014-01-01").run("assessments", about="cncf")}
    assert now["verdict"] == "neutral"
    assert then["verdict"] == "not shown neutral"


def test_rows_with_verdicts_are_judged_by_the_day_whether_it_is_given_to_the_graph_or_to_the_query(built_graph):
    then = Graph(built_graph.store, "2014-06-30")
    rows = built_graph.run("vendor-held", projects="kubernetes,terraform", on="2014-06-30")
    assert list(rows) == list(then.run("vendor-held", projects="kubernetes,terraform"))
    assert {row["project_id"]: row["verdict"] for row in rows}["kubernetes"] == "vendor project"
    (now,) = built_graph.run("vendor-held", projects="kubernetes")
    assert (now["verdict"], now["certainty"]) == ("not a vendor project", None)
    failing = {day: len(built_graph.run("failing-criteria", about="cncf", on=day)) for day in ("2014-06-30", "2018-01-29")}
    # Not founded on the first day, not shown to be neutral on the second, neutral now.
    assert failing == {"2014-06-30": 0, "2018-01-29": 1}
    assert len(built_graph.run("failing-criteria", about="cncf")) == 0
    given = Graph(built_graph.store, "2016-02-01").run("moves-criteria", donor="google")
    (wave,) = [row for row in given if row["project_id"] == "apache-wave"]
    assert (wave["neutral"], "n1-nonprofit-form" in wave["unknown"]) == ("not shown neutral", True)


def test_founding_members_on_a_day_are_sure_only_where_a_list_leaves_no_doubt(built_graph):
    rows = {row["member_id"]: row for row in built_graph.run("founding-members", of="cncf", on="2018-01-01")}
    assert (rows["cisco"]["certainty"], rows["at-t"]["certainty"], rows["box"]["certainty"]) == ("definite", "possible", None)
    assert len(built_graph.run("founding-members", of="cncf", on="2014-01-01")) == 0


def test_what_connects_two_on_a_day_had_begun_by_then(built_graph):
    rows = built_graph.run("connections", organization="google", project="kubernetes", until="2015-01-01")
    assert {row["first"] for row in rows} == {"first to release", "holder of"}
