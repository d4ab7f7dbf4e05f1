"""The Reconciliation Service API 0.2, as OpenRefine asks it; the cases of its specification, with data of our own."""

import json
from urllib.parse import quote, urlencode

import pytest

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def reconcile(server, queries, *, by="POST", status=200):
    given = urlencode({"queries": queries if isinstance(queries, str) else json.dumps(queries)}, quote_via=quote)
    if by == "POST":
        answer = server.ask("/reconcile", method="POST", body=given, headers=FORM)
    else:
        answer = server.ask("/reconcile?" + given)
    assert answer.status == status, answer.text
    return answer.json() if status == 200 else answer.text


def result(server, **query):
    return reconcile(server, {"q": query})["q"]["result"]


def features(candidate):
    return {f["id"]: f["value"] for f in candidate["features"]}


def test_the_manifest_says_what_the_service_can_do(weaver):
    found = weaver.ask("/reconcile").json()
    assert found["versions"] == ["0.2"]
    assert found["identifierSpace"] == "https://w3id.org/osgov/id/"
    assert found["schemaSpace"] == "https://w3id.org/osgov/ns#"
    assert {t["id"] for t in found["defaultTypes"]} == {"Project", "Company", "Foundation"}
    assert found["view"]["url"] == f"{weaver.url}/id/{{{{id}}}}"
    assert set(found["suggest"]) == {"entity", "type", "property"}
    for each in [*found["suggest"].values(), found["extend"]["propose_properties"]]:
        assert weaver.ask(each["service_path"] + "?prefix=w").status == 200
        assert each["service_url"] == weaver.url
    preview = found["preview"]["url"].removeprefix(weaver.url).replace("{{id}}", quote("project/weaver", safe=""))
    assert "<h1>Weaver</h1>" in weaver.ask(preview).text
    view = found["view"]["url"].removeprefix(weaver.url).replace("{{id}}", "project/weaver")
    assert weaver.ask(view, headers={"Accept": "text/html"}).type == "text/html"


@pytest.mark.parametrize("by", ["GET", "POST"])
def test_a_batch_is_answered_query_by_query(weaver, by):
    found = reconcile(
        weaver, {"q0": {"query": "Weaver"}, "q1": {"query": "acme", "type": "Company"}, "q2": {"query": "zzqq"}}, by=by
    )
    assert set(found) == {"q0", "q1", "q2"}
    (first, *_) = found["q0"]["result"]
    assert (first["id"], first["name"], first["match"], first["score"]) == ("project/weaver", "Weaver", True, 100)
    assert first["type"] == [{"id": "Project", "name": "project"}]
    assert found["q1"]["result"][0]["id"] == "org/acme"
    assert found["q2"]["result"] == []


def test_every_candidate_is_as_the_specification_wants_it(weaver):
    for candidate in result(weaver, query="wever"):
        assert {"id", "name", "score", "match", "features", "type", "description"} == set(candidate)
        assert 0 <= candidate["score"] <= 100
        assert candidate["match"] is False  # it is only alike
        assert all(isinstance(f["value"], (int, float, bool)) for f in candidate["features"])


def test_a_name_that_is_alike_says_how_much(weaver):
    (candidate,) = result(weaver, query="Weavr")
    assert features(candidate) == {"name_similarity": candidate["score"]}
    assert 70 <= candidate["score"] < 100


@pytest.mark.parametrize(
    ("type", "ids"),
    [
        ("Foundation", ["org/harbour"]),
        (["Foundation", "Project"], ["org/harbour"]),
        ("https://w3id.org/osgov/ns#Foundation", ["org/harbour"]),
        ("osgov:Organization", ["org/harbour"]),
        ("Project", []),
        ("Company", []),
        ("Nonsense", []),
        (None, ["org/harbour"]),
    ],
)
def test_only_entities_of_the_type_asked_for_are_candidates(weaver, type, ids):
    assert [c["id"] for c in result(weaver, query="Harbour Foundation", type=type)][:1] == ids


def test_text_that_is_no_unicode_harms_nobody(weaver):
    queries = {"\ud800": {"query": "Weaver \ud800", "properties": [{"pid": "homepage", "v": "\udfff"}]}}
    assert list(reconcile(weaver, queries)) == ["\ud800"]


def test_a_limit_is_kept(weaver):
    assert len(result(weaver, query="foundation", limit=1.0)) == 1
    assert len(result(weaver, query="foundation", limit=1)) == 1
    assert len(result(weaver, query="foundation")) == 2


@pytest.fixture(scope="session")
def of_namesakes(start_server, tmp_path_factory):
    """A server that knows two projects of one name, a company called so too, and their addresses."""
    from kg.build import build_at

    folder = tmp_path_factory.mktemp("namesakes")
    files = {
        "projects/loom": 'id = "loom"\nname = "Loom"\nhomepage = "https://loom.example/"\nrepositories = ["https://git.example/loom/loom"]\n',
        "projects/loom-two": 'id = "loom-two"\nname = "Loom"\nhomepage = "https://two.example/"\nwikidata_id = "Q42"\n',
        "organizations/loom": 'id = "loom"\nname = "Loom, Inc."\nkind = "company"\naliases = ["Loom Works"]\n',
    }
    for name, text in files.items():
        path = folder / "facts" / f"{name}.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    build_at(folder / "graph-1", folder / "facts")
    (folder / "current").write_text("graph-1\n")
    return start_server(folder)


def test_of_namesakes_none_is_a_match(of_namesakes):
    found = result(of_namesakes, query="Loom")
    assert {c["id"] for c in found} == {"project/loom", "project/loom-two", "org/loom"}
    assert not any(c["match"] for c in found)
    (company,) = result(of_namesakes, query="Loom", type="Company")
    assert company["match"] is True


@pytest.mark.parametrize(
    ("pid", "value", "id"),
    [
        ("homepage", "https://www.two.example", "project/loom-two"),
        ("repository", "git@git.example:loom/loom.git", "project/loom"),
        ("wikidata", "Q42", "project/loom-two"),
        ("wikidata", "https://www.wikidata.org/entity/Q42", "project/loom-two"),
        ("wikidata", {"id": "Q42", "name": "x"}, "project/loom-two"),
        ("wikidata", ["Q1", "Q42"], "project/loom-two"),
        ("alias", "loom works", "org/loom"),
    ],
)
def test_a_property_tells_namesakes_apart_and_says_so(of_namesakes, pid, value, id):
    best, *others = result(of_namesakes, query="Loom", properties=[{"pid": pid, "v": value}])
    assert (best["id"], best["match"], best["score"]) == (id, True, 100)
    assert features(best) == {"name_similarity": 100, f"property_{pid}": True}
    for other in others:
        assert (other["match"], features(other)[f"property_{pid}"]) == (False, False)
        assert other["score"] < best["score"]


def test_an_identifier_alone_is_enough(of_namesakes):
    (candidate,) = result(of_namesakes, properties=[{"pid": "wikidata", "v": "Q42"}])
    assert (candidate["id"], candidate["match"], features(candidate)) == ("project/loom-two", True, {"property_wikidata": True})


def test_what_is_no_evidence_here_changes_nothing(of_namesakes):
    assert result(of_namesakes, query="Loom", properties=[{"pid": "colour", "v": "blue"}]) == result(of_namesakes, query="Loom")


@pytest.mark.parametrize(
    "queries",
    [
        "no json",
        "[]",
        "[" * 100_000,
        {"q": "Weaver"},
        {"q": {}},
        {"q": {"query": 5}},
        {"q": {"query": "", "properties": []}},
        {"q": {"query": "x", "limit": 0}},
        {"q": {"query": "x", "limit": "many"}},
        {"q": {"query": "x", "properties": "y"}},
        {"q": {"query": "x", "properties": [{"pid": "homepage"}]}},
        {"q": {"query": "x", "properties": [{"pid": ["homepage"], "v": 1}]}},
        {"\ud800": {"query": "x", "limit": float("inf")}},
    ],
)
def test_a_batch_that_is_none_is_refused_in_words(weaver, queries):
    assert reconcile(weaver, queries, status=400)


def test_a_form_without_queries_is_refused(weaver):
    assert weaver.ask("/reconcile", method="POST", body="x=y", headers=FORM).status == 400


def test_data_are_extended_by_what_is_known(weaver, of_namesakes):
    def extend(server, **asked):
        answer = server.ask("/reconcile", method="POST", body=urlencode({"extend": json.dumps(asked)}), headers=FORM)
        return answer.json() if answer.status == 200 else answer.status

    found = extend(
        weaver,
        ids=["project/weaver", "org/acme", "nonsense > x"],
        properties=[{"id": "legal-home"}, {"id": "homepage"}, {"id": "x"}],
    )
    assert [m["id"] for m in found["meta"]] == ["legal-home", "homepage"]
    assert found["rows"]["project/weaver"]["legal-home"] == [
        {"id": "org/acme", "name": "Acme"},
        {"id": "org/bolt", "name": "Bolt"},
        {"id": "org/harbour", "name": "Harbour Foundation"},
    ]
    assert found["rows"]["org/acme"] == found["rows"]["nonsense > x"] == {"legal-home": [], "homepage": []}
    found = extend(of_namesakes, ids=["project/loom-two"], properties=[{"id": "wikidata"}, {"id": "homepage"}])
    assert found["rows"] == {"project/loom-two": {"wikidata": [{"str": "Q42"}], "homepage": [{"str": "https://two.example/"}]}}
    for wrong in (
        {},
        {"ids": "x", "properties": []},
        {"ids": [1], "properties": []},
        {"ids": [], "properties": ["x"]},
        {"ids": [], "properties": [{"id": []}]},
    ):
        assert extend(weaver, **wrong) == 400


def test_what_is_typed_is_completed(weaver):
    assert weaver.ask("/reconcile/suggest/entity?prefix=weav").json()["result"] == [
        {"id": "project/weaver", "name": "Weaver", "description": "project", "notable": [{"id": "Project", "name": "project"}]}
    ]
    assert weaver.ask("/reconcile/suggest/entity?prefix=weav&cursor=1").json() == {"result": []}
    assert weaver.ask("/reconcile/suggest/entity?prefix=").json() == {"result": []}
    assert [t["id"] for t in weaver.ask("/reconcile/suggest/type?prefix=co").json()["result"]] == ["Company", "Community"]
    assert [p["id"] for p in weaver.ask("/reconcile/suggest/property?prefix=home").json()["result"]] == ["homepage"]
    assert weaver.ask("/reconcile/suggest/nonsense?prefix=x").status == 404
    assert weaver.ask("/reconcile/suggest/entity?prefix=x&cursor=-1").status == 400


def test_the_properties_proposed_depend_on_the_type(weaver):
    ids = {
        t: {p["id"] for p in weaver.ask(f"/reconcile/properties?type={t}").json()["properties"]} for t in ("Project", "Company")
    }
    assert ids["Project"] - ids["Company"] == {"legal-home"}
    assert len(weaver.ask("/reconcile/properties?type=Project&limit=2").json()["properties"]) == 2


def test_a_preview_of_nobody_is_not_found(weaver):
    assert weaver.ask("/reconcile/preview?id=project/nobody").status == 404
    assert weaver.ask("/reconcile/preview").status == 404
