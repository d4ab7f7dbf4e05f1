"""What can be asked of a graph: its terms with counts, what a class has and must have, and a query to start from."""

import subprocess
import sys

import pytest

from kg import catalog
from kg.errors import NotFound
from kg.graph import Graph
from kg.resources import queries_dir
from kg.schema import COLUMNS, DETAILS, Schema, Shape, shapes
from kg.store import open_store
from kg.terms import ORG, OSGOV, SCHEMA, VOCAB, expand


@pytest.fixture(scope="module")
def schema(built_graph):
    return Schema(built_graph.store)


@pytest.fixture(scope="module")
def terms(schema):
    return {row["term"]: row for row in schema.terms()}


@pytest.fixture
def weaver(small_folder):
    """The graph of Weaver: one donation by two companies, and a company that keeps Loom."""
    return Schema(open_store(str(small_folder)))


def uses(row):
    return {use["property"]: use for use in row["properties"]}


# ---- the shapes


def test_the_shapes_say_how_often_a_property_stands():
    (project,) = [shape for shape in shapes()[OSGOV + "Stewardship"] if shape.path == (OSGOV + "project",)]
    assert project == Shape((OSGOV + "project",), 1, 1, (OSGOV + "Project",))


def test_the_shapes_say_which_list_a_code_is_of():
    (role,) = [shape for shape in shapes()[OSGOV + "Stewardship"] if shape.path == (OSGOV + "role",)]
    assert role.values == (VOCAB + "role",)


def test_the_shapes_say_of_which_properties_one_will_do():
    dates = tuple(OSGOV + name for name in ("proposedOn", "announcedOn", "acceptedOn", "effectiveOn", "occurredOn"))
    (date,) = [shape for shape in shapes()[OSGOV + "Transfer"] if len(shape.path) > 1]
    assert (date.path, date.fewest, date.most) == (dates, 1, None)


def test_the_shapes_say_that_a_value_is_one_of_several_kinds():
    (judged,) = [shape for shape in shapes()[OSGOV + "Assessment"] if shape.path == (OSGOV + "assesses",)]
    assert judged.values == (OSGOV + "Project", ORG + "Organization")
    values = [shape for shape in shapes()[OSGOV + "MetricObservation"] if shape.path == (SCHEMA + "value",)]
    assert {"integer", "decimal"} in [{name.rsplit("#", 1)[-1] for name in value.values} for value in values]


# ---- counts


def test_an_instance_of_a_class_below_counts_above_and_once(graph_of, facts_of_weaver):
    """A donation by a company to a foundation is a VendorMove too, by rule."""
    rows = {row["term"]: row for row in Schema(graph_of(facts_of_weaver).store).terms()}
    wanted = ("VendorMove", "Donation", "Transfer", "ProjectEvent", "Event", "SpinOut")
    assert [rows[f"osgov:{name}"]["count"] for name in wanted] == [1, 1, 1, 1, 1, 0]


def test_what_the_ontology_says_of_a_code_is_no_use_of_it(weaver):
    rows = {row["term"]: row for row in weaver.terms()}
    assert rows["v:role-legal-home"]["count"] > 0
    assert {row["count"] for row in rows.values() if row["scheme"] == VOCAB + "ladder"} == {0}


def test_the_count_of_one_term_is_that_of_the_list(schema, terms):
    for term in (
        "osgov:Event",
        "osgov:Donation",
        "osgov:statedIn",
        "osgov:githubOrg",
        "v:role-legal-home",
        "v:rule-trademark-held",
    ):
        assert schema.detail(term)["count"] == terms[term]["count"] > 0, term


def test_every_row_has_every_column(terms, schema):
    assert {tuple(row) for row in terms.values()} == {COLUMNS}
    assert tuple(schema.detail("osgov:Donation")) == DETAILS
    assert tuple(schema.detail("v:outcome-pass")) == DETAILS


# ---- one term


def test_a_class_has_what_its_shapes_demand_what_it_is_given_and_what_its_instances_have(weaver):
    found = uses(weaver.detail("osgov:Donation"))
    assert (found["osgov:project"]["required"], found["osgov:project"]["seen"], found["osgov:project"]["uses"]) == (
        "1..1",
        "1..1",
        1,
    )
    assert (found["osgov:fromOrganization"]["required"], found["osgov:fromOrganization"]["seen"]) == ("0..*", "2..2")
    assert found["osgov:donorBasis"]["values"] == "v:donor-basis"
    assert found["osgov:originator"] == {
        "property": "osgov:originator",
        "required": "0..*",
        "seen": None,
        "uses": 0,
        "values": "org:Organization",
    }
    several = found["osgov:proposedOn | osgov:announcedOn | osgov:acceptedOn | osgov:effectiveOn | osgov:occurredOn"]
    assert (several["required"], several["seen"], several["uses"]) == ("1..*", None, None)
    assert "osgov:steward" not in found


def test_a_property_that_some_lack_is_seen_from_nought(told):
    first = ("holding", {"by": "acme", "role": "legal-home", "from_": "2020"})
    second = ("holding", {"by": "acme", "role": "trademark"})
    graph = told(acme="company", widget=[first, second])
    found = uses(Schema(graph.store).detail("osgov:Stewardship"))
    assert (found["osgov:from"]["seen"], found["osgov:steward"]["seen"]) == ("0..1", "1..1")


def test_a_class_knows_those_above_and_below_it(schema):
    row = schema.detail("osgov:Donation")
    assert row["above"] == ["osgov:Transfer", "osgov:ProjectEvent", "osgov:Event"]
    assert {"osgov:SpinOut", "osgov:VendorMove"} <= set(row["below"])


def test_a_property_knows_what_uses_it(weaver):
    assert "osgov:Donation 1" in weaver.detail("osgov:toOrganization")["used_by"]


def test_a_code_knows_the_property_that_uses_it(weaver):
    row = weaver.detail("v:role-legal-home")
    assert (row["used_by"], row["scheme"]) == ([f"osgov:role {row['count']}"], VOCAB + "role")


def test_the_queries_of_a_term_are_those_that_write_it_in_full(schema):
    assert "moves" in schema.detail("osgov:Donation")["queries"]
    for term in ("osgov:Donation", "osgov:from", "v:role-trademark"):
        for name in schema.detail(term)["queries"]:
            body = [line for line in (queries_dir() / f"{name}.rq").read_text("utf-8").splitlines() if line[:1] != "#"]
            words = " ".join(body).replace("(", " ").replace(")", " ").replace(",", " ").replace("|", " ").replace("/", " ")
            assert term in {word.lstrip("^!").rstrip("*+?.;") for word in words.split()}, (term, name)
    assert len(schema.detail("osgov:from")["queries"]) < len(catalog.names())


@pytest.mark.parametrize("text", ["osgov:role", "https://w3id.org/osgov/ns#role", "role"])
def test_a_property_goes_before_the_list_of_its_name(schema, text):
    assert schema.find(text) == ["osgov:role"]


def test_a_name_of_a_list_means_its_codes(schema):
    assert schema.find("v:outcome") == ["v:outcome-fail", "v:outcome-pass", "v:outcome-unknown"]
    assert schema.find("verdicts")[0].startswith("v:verdict-")


def test_the_end_of_a_code_finds_it(schema):
    assert schema.find("legal-home") == ["v:role-legal-home"]


def test_a_name_that_no_term_has_is_answered_by_the_nearest(schema):
    with pytest.raises(NotFound, match=r"did you mean osgov:Donation"):
        schema.find("Donatoin")


# ---- queries to start from


def test_the_query_of_every_class_with_instances_gives_rows(schema, terms, built_graph):
    used = [row["term"] for row in terms.values() if row["kind"] == "class" and row["count"]]
    assert len(used) > 40
    for term in used:
        row = schema.detail(term)
        found = built_graph.query(row["query"])
        things = {answer[found.columns[0]] for answer in found}
        assert len(things) == min(10, row["count"]), term
        assert all(any(value is not None for value in list(answer.values())[1:]) for answer in found), term


def test_the_query_of_every_property_and_code_in_use_gives_rows(schema, terms, built_graph):
    used = [row["term"] for row in terms.values() if row["kind"] != "class" and row["count"]]
    assert len(used) > 150
    assert [term for term in used if not built_graph.query(schema.detail(term)["query"])] == []


def test_the_query_of_a_class_without_instances_is_sound_and_has_no_rows(weaver, small_folder):
    text = weaver.detail("osgov:Refusal")["query"]
    assert len(Graph(open_store(str(small_folder))).query(text)) == 0


def test_a_query_names_projects_and_organizations_and_leads_to_the_source(weaver, small_folder):
    (first, second) = Graph(open_store(str(small_folder))).query(weaver.detail("osgov:Donation")["query"])
    assert (first["project"], first["to_organization"]) == ("Weaver", "Harbour Foundation")
    assert {first["from_organization"], second["from_organization"]} == {"Acme", "Bolt"}
    assert first["source"] == "https://acme.example/news"


# ---- walls and stores


def test_a_remote_store_gives_the_same_answers(serve_folder, small_folder, weaver):
    current = small_folder / (small_folder / "current").read_text().strip()
    remote = Schema(open_store(serve_folder(current)))
    assert remote.terms() == weaver.terms()
    for term in ("osgov:Donation", "osgov:Relation", "osgov:role", "v:role-legal-home"):
        assert remote.detail(term) == weaver.detail(term)


def test_rdflib_is_not_loaded(small_folder):
    code = "import sys; from kg.schema import Schema; from kg.store import open_store; "
    code += f"Schema(open_store({str(small_folder)!r})).detail('osgov:Donation'); sys.exit('rdflib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_every_term_expands_to_its_name(terms):
    assert all(expand(term).startswith((OSGOV, VOCAB)) for term in terms)
