"""The reader of fact files: what it takes, and everything it says at once about what it does not."""

import re
import tomllib

import pytest

from kg.curated import code_lists, lint_facts, read_facts, rewrite_canonically
from kg.errors import FactsError
from kg.factsheet import canonical
from kg.records import Entity, Event, Observation, Relation, Source

NEWS = """
[[source]]
id = "news"
url = "https://example.org/news"
title = "Widget moves"
kind = "news"
publisher = "Example News"
published = "2015-03"
read = "2026-11-23"
"""
REGISTRY = NEWS.replace("news", "registry").replace("Example News", "Commons")
DONATION = """
[[donation]]
event = "to-commons"
from = ["acme"]
donor_basis = "transfer"
to = "commons"
accepted = "2015-03"
sources = ["news"]
"""
WIDGET = 'id = "widget"\nname = "Widget"\n' + NEWS + DONATION
GOOD = {
    "organizations/acme": 'id = "acme"\nname = "Acme"\nkind = "company"\n',
    "organizations/commons": 'id = "commons"\nname = "Commons"\nkind = "foundation"\n',
    "projects/widget": WIDGET,
}


@pytest.fixture
def problems(write_facts):
    """What the checker says of the good files with some of them changed."""
    return lambda **changed: lint_facts(write_facts({**GOOD, **{k.replace("__", "/"): v for k, v in changed.items()}}))


def test_good_files_have_no_problems_and_become_records_in_a_fixed_order(write_facts):
    root = write_facts(GOOD)
    assert lint_facts(root) == []
    acme, commons, widget, source, donation = read_facts(root)
    assert [e.id for e in (acme, commons, widget)] == ["acme", "commons", "widget"]
    assert (acme.kind, commons.kind, widget.kind) == ("Company", "Foundation", "Project")
    assert isinstance(source, Source)
    assert source.published.text == "2015-03"
    assert isinstance(donation, Event)
    assert donation.id == "widget-to-commons"
    assert donation.links == (
        ("project", "widget"),
        ("fromOrganization", "acme"),
        ("donorBasis", "transfer"),
        ("toOrganization", "commons"),
    )
    assert [(basis, date.text) for basis, date in donation.dates] == [("accepted", "2015-03")]


def test_each_cited_source_makes_a_record_of_its_own_for_the_same_event(write_facts):
    text = 'id = "widget"\nname = "Widget"\n' + NEWS + REGISTRY + DONATION.replace('["news"]', '["news", "registry"]')
    records = read_facts(write_facts({**GOOD, "projects/widget": text}))
    assert [(r.id, r.source) for r in records if isinstance(r, Event)] == [
        ("widget-to-commons", "news"),
        ("widget-to-commons", "registry"),
    ]


def test_a_source_that_tells_the_giver_alone_is_not_cited_for_the_recipient(write_facts):
    origin = DONATION.replace('to = "commons"\naccepted = "2015-03"\n', "").replace("transfer", "origin")
    registry = DONATION.replace('from = ["acme"]\ndonor_basis = "transfer"\n', "").replace('["news"]', '["registry"]')
    root = write_facts({**GOOD, "projects/widget": 'id = "widget"\nname = "Widget"\n' + NEWS + REGISTRY + origin + registry})
    assert lint_facts(root) == []
    told = {r.source: dict(r.links) for r in read_facts(root) if isinstance(r, Event)}
    assert told == {
        "news": {"project": "widget", "fromOrganization": "acme", "donorBasis": "origin"},
        "registry": {"project": "widget", "toOrganization": "commons"},
    }


def test_a_source_cited_in_two_files_becomes_one_record(write_facts):
    files = {**GOOD, "projects/gadget": WIDGET.replace("widget", "gadget")}
    assert lint_facts(write_facts(files)) == []
    assert len([r for r in read_facts(write_facts(files)) if isinstance(r, Source)]) == 1


def test_metrics_and_holdings_become_observations_and_relations(write_facts):
    text = WIDGET + (
        '\n[[holding]]\nby = "acme"\nrole = "trademark"\nas_of = "2016"\nsources = ["news"]\n'
        '\n[[metric]]\nid = "stars"\nvariable = "stars"\nvalue = 12\nclaimed_by = "acme"\nsources = ["news"]\n'
    )
    root = write_facts({**GOOD, "projects/widget": text})
    assert lint_facts(root) == []
    holding, metric = read_facts(root)[-2:]
    assert isinstance(holding, Relation)
    assert holding.id == "widget-stewardship-acme-trademark"
    assert isinstance(metric, Observation)
    assert (metric.id, metric.about, metric.value, metric.claimed_by) == ("widget-stars", "widget", 12, "acme")


TABLE = "projects/widget.toml: [[donation]] 1"
ONE_PROBLEM = {
    "an unknown key, with the nearest": (
        WIDGET.replace("accepted =", "acepted ="),
        f"{TABLE}: acepted: no such key (did you mean 'accepted'?)",
    ),
    "an unknown key at the top": (
        WIDGET.replace('name = "Widget"\n', 'name = "Widget"\nhome_page = "https://example.org/"\n'),
        "projects/widget.toml: home_page: no such key or table (did you mean 'homepage'?)",
    ),
    "an unknown table": (
        WIDGET + '\n[[donations]]\nevent = "x"\n',
        "projects/widget.toml: donations: no such key or table (did you mean 'donation'?)",
    ),
    "a table of the other folder": (
        WIDGET + '\n[[member]]\norganization = "acme"\nsources = ["news"]\n',
        "projects/widget.toml: member: no such key or table",
    ),
    "a missing key, with its meaning": (
        WIDGET.replace('event = "to-commons"\n', ""),
        f"{TABLE}: event: missing; names this event within the file; two tables of one event are two sources' word on it",
    ),
    "a missing name": (
        WIDGET.replace('name = "Widget"\n', ""),
        "projects/widget.toml: name: missing; the name in use",
    ),
    "missing sources": (
        WIDGET.replace('accepted = "2015-03"\nsources = ["news"]\n', 'accepted = "2015-03"\n'),
        f"{TABLE}: sources: missing; ids of sources declared in this file",
    ),
    "a day no calendar has": (
        WIDGET.replace('accepted = "2015-03"', 'accepted = "2015-02-30"'),
        f"{TABLE}: accepted: '2015-02-30' has no such day",
    ),
    "a date in another form": (
        WIDGET.replace('accepted = "2015-03"', 'accepted = "March 2015"'),
        f"{TABLE}: accepted: 'March 2015' is no date: write 2015, 2015-03 or 2015-03-02, as precise as the source is",
    ),
    "a number for a date": (
        WIDGET.replace('accepted = "2015-03"', "accepted = 2015"),
        f"{TABLE}: accepted: must be a date in quotes, as precise as the source, not 2015",
    ),
    "an empty text": (
        WIDGET.replace('name = "Widget"', 'name = " "'),
        "projects/widget.toml: name: must be text in quotes, not ' '",
    ),
    "an unknown organization, with the nearest": (
        WIDGET.replace('to = "commons"', 'to = "common"'),
        f"{TABLE}: to: no organization 'common' (did you mean 'commons'?); add kg/facts/organizations/common.toml",
    ),
    "an unknown donor": (
        WIDGET.replace('["acme"]', '["nobody-known"]'),
        f"{TABLE}: from: no organization 'nobody-known'; add kg/facts/organizations/nobody-known.toml",
    ),
    "an unknown project": (
        WIDGET + '\n[[fork]]\nevent = "fork"\nof = "gizmo"\nsources = ["news"]\n',
        "projects/widget.toml: [[fork]] 1: of: no project 'gizmo'; add kg/facts/projects/gizmo.toml",
    ),
    "a donor named twice": (
        WIDGET.replace('["acme"]', '["acme", "acme"]'),
        f"{TABLE}: from: names something twice; keep it once",
    ),
    "an empty list": (
        WIDGET.replace('["acme"]', "[]"),
        f"{TABLE}: from: must be a list of at least one; leave the key out if there is none",
    ),
    "a text for a list": (
        WIDGET.replace('["acme"]', '"acme"'),
        f"{TABLE}: from: must be a list of at least one; leave the key out if there is none",
    ),
    "an undeclared source, with the nearest": (
        WIDGET + '\n[[rename]]\nevent = "r"\nformer = "W"\nnew = "Widget"\nsources = ["newz"]\n',
        "projects/widget.toml: [[rename]] 1: sources: 'newz' is not declared in this file (did you mean 'news'?);"
        " add a [[source]]",
    ),
    "a source nothing cites": (
        'id = "widget"\nname = "Widget"\n' + NEWS + REGISTRY + DONATION,
        "projects/widget.toml: source 'registry' is declared and never cited; cite it or delete it",
    ),
    "a source declared twice": (
        'id = "widget"\nname = "Widget"\n' + NEWS + NEWS + DONATION,
        "projects/widget.toml: [[source]] 2: id: 'news' is declared twice in this file; keep one",
    ),
    "a source read in no particular day": (
        WIDGET.replace('read = "2026-11-23"', 'read = "2026-11"'),
        "projects/widget.toml: [[source]] 1: read 2026-11 must be a day",
    ),
    "a bad code, with the list": (
        WIDGET.replace('donor_basis = "transfer"', 'donor_basis = "transfered"'),
        f"{TABLE}: donor_basis: 'transfered' is none of listed-owner, origin, transfer (did you mean 'transfer'?)",
    ),
    "a bad address": (
        WIDGET.replace('name = "Widget"\n', 'name = "Widget"\nhomepage = "example.org"\n'),
        "projects/widget.toml: homepage: 'example.org' is no web address; write it whole, https://…",
    ),
    "a bad Wikidata item": (
        WIDGET.replace('name = "Widget"\n', 'name = "Widget"\nwikidata_id = "12"\n'),
        "projects/widget.toml: wikidata_id: '12' is no Wikidata item; write Q and its number",
    ),
    "a bad slug": (
        WIDGET.replace('event = "to-commons"', 'event = "To Commons"'),
        f"{TABLE}: event: 'To Commons' is no slug: lower-case letters, digits, single hyphens",
    ),
    "a bad licence": (
        WIDGET + '\n[[relicensing]]\nevent = "r"\nto_license = "Apache 2.0, mostly"\nsources = ["news"]\n',
        "projects/widget.toml: [[relicensing]] 1: to_license: 'Apache 2.0, mostly' is no SPDX expression",
    ),
    "a share that is text": (
        WIDGET + '\n[[metric]]\nid = "m"\nvariable = "stars"\nvalue = "many"\nsources = ["news"]\n',
        "projects/widget.toml: [[metric]] 1: value: must be a number, not 'many'",
    ),
    "truth for a number": (
        WIDGET + '\n[[metric]]\nid = "m"\nvariable = "stars"\nvalue = true\nsources = ["news"]\n',
        "projects/widget.toml: [[metric]] 1: value: must be a number, not True",
    ),
    "an end before the start": (
        WIDGET + '\n[[holding]]\nby = "acme"\nrole = "trademark"\nfrom = "2015"\nuntil = "2014"\nsources = ["news"]\n',
        "projects/widget.toml: [[holding]] 1: until 2014 lies before from 2015",
    ),
    "an event of two kinds": (
        WIDGET + '\n[[rename]]\nevent = "to-commons"\nformer = "W"\nnew = "Widget"\nsources = ["news"]\n',
        "projects/widget.toml: [[rename]] 1: event: 'widget-to-commons' is a ProjectRename here and a Donation in"
        " projects/widget.toml: [[donation]] 1; give one of them another `event`",
    ),
    "an id that differs from the file's name": (
        WIDGET.replace('id = "widget"', 'id = "wodget"'),
        "projects/widget.toml: id: 'wodget' differs from the file's name; rename one of them",
    ),
    "a table written once, not as a list": (
        'id = "widget"\nname = "Widget"\n' + NEWS.replace("[[source]]", "[source]"),
        "projects/widget.toml: source: must be written as tables, [[source]]",
    ),
    "keys in another order": (
        WIDGET.replace('to = "commons"\naccepted = "2015-03"\n', 'accepted = "2015-03"\nto = "commons"\n'),
        "projects/widget.toml: line 17: not in canonical form; run `kg check facts --fix`",
    ),
    "Windows line ends": (
        WIDGET.replace("\n", "\r\n"),
        "projects/widget.toml: line 1: not in canonical form; run `kg check facts --fix`",
    ),
    "no TOML": (
        WIDGET + "\n[[donation]\n",
        r"projects/widget.toml: not TOML: .*line 21.*; see CONTRIBUTING.md for the form",
    ),
    "no UTF-8": (
        WIDGET.encode().replace(b"Widget moves", b"Widget m\xf6ves"),
        "projects/widget.toml: not UTF-8 at byte 104; save the file as UTF-8",
    ),
}


@pytest.mark.parametrize("name", ONE_PROBLEM)
def test_the_checker_names_place_and_remedy_of(name, problems):
    text, wanted = ONE_PROBLEM[name]
    found = problems(projects__widget=text)
    others = [p for p in found if not (p == wanted or (".*" in wanted and re.fullmatch(wanted, p)))]
    assert len(found) == len(others) + 1, found
    # A fact file that is wrong in one way may be out of canonical form too, and a table that is wrong cites nothing.
    assert all("not in canonical form" in p or "never cited" in p or "is not declared" in p for p in others)


def test_one_source_id_with_two_addresses_is_a_problem_that_names_both_places(problems):
    other = WIDGET.replace("widget", "gadget").replace("https://example.org/news", "https://example.org/other")
    assert problems(projects__gadget=other) == [
        "projects/widget.toml: [[source]] 1: 'news' is another document or day in projects/gadget.toml: [[source]] 1;"
        " make them the same, or give this one its own id"
    ]


def test_one_source_read_on_two_days_is_a_problem(problems):
    (problem,) = problems(projects__gadget=WIDGET.replace("widget", "gadget").replace("2026-11-23", "2026-11-22"))
    assert "'news' is another document or day in projects/gadget.toml" in problem


def test_one_address_with_two_source_ids_is_a_problem(problems):
    other = WIDGET.replace("widget", "gadget").replace('"news"\nurl', '"report"\nurl').replace('["news"]', '["report"]')
    assert problems(projects__gadget=other) == [
        "projects/widget.toml: [[source]] 1: url: is already source 'report' in projects/gadget.toml: [[source]] 1; use that id"
    ]


def test_a_wikidata_item_belongs_to_one_entity(problems):
    named = 'name = "Acme"\nkind = "company"\nwikidata_id = "Q1"\n'
    widget = WIDGET.replace('name = "Widget"\n', 'name = "Widget"\nwikidata_id = "Q1"\n')
    assert problems(organizations__acme='id = "acme"\n' + named, projects__widget=widget) == [
        "projects/widget.toml: wikidata_id: Q1 is already that of organizations/acme.toml; one of them is wrong"
    ]


def test_a_bad_kind_of_organization_lists_the_kinds(problems):
    assert problems(organizations__acme='id = "acme"\nname = "Acme"\nkind = "fundation"\n') == [
        "organizations/acme.toml: kind: 'fundation' is none of company, foundation, public-body, community, organization"
        " (did you mean 'foundation'?)"
    ]


def test_two_subjects_may_not_share_one_event(problems):
    event = '\n[[rename]]\nevent = "{}"\nformer = "A"\nnew = "B"\nsources = ["news"]\n'
    files = {
        "projects__a": 'id = "a"\nname = "A"\n' + NEWS + event.format("b-c"),
        "projects__a-b": 'id = "a-b"\nname = "AB"\n' + NEWS + event.format("c"),
    }
    assert problems(**files) == [
        "projects/a.toml: [[rename]] 1: event: 'a-b-c' is one of 'a' here and one of 'a-b' in projects/a-b.toml: [[rename]] 1;"
        " give one of them another `event`"
    ]


def test_two_tables_of_one_kind_may_tell_of_one_event(problems):
    again = DONATION.replace('"2015-03"', '"2015"').replace("news", "registry")
    assert problems(projects__widget='id = "widget"\nname = "Widget"\n' + NEWS + REGISTRY + DONATION + again) == []


@pytest.mark.parametrize(
    "row",
    [
        '\n[[rename]]\nevent = "to-commons"\nformer = "W"\nnew = "Widget"\nsources = ["news", "registry"]\n',
        '\n[[holding]]\nby = "acme"\nrole = "trademark"\nfrom = "2015"\nuntil = "2014"\nsources = ["news", "registry"]\n',
    ],
)
def test_a_problem_of_a_table_is_said_once_however_many_sources_it_cites(row, problems):
    assert len(problems(projects__widget='id = "widget"\nname = "Widget"\n' + NEWS + REGISTRY + DONATION + row)) == 1


def test_every_problem_of_every_file_is_reported_at_once_and_stops_the_reading(write_facts):
    broken = {
        **GOOD,
        "organizations/acme": 'id = "acme"\nname = "Acme"\nkind = "firm"\ncolour = "red"\n',
        "organizations/latin": 'name = "Société"'.encode("latin-1"),
        "projects/gadget": "id = ",
        "projects/widget": WIDGET.replace('to = "commons"', 'to = "comons"').replace(
            '"2015-03"\nsources', '"2015-13"\nsources'
        ),
    }
    root = write_facts(broken)
    found = lint_facts(root)
    assert [p.split(": ")[0] for p in found] == [
        "organizations/latin.toml",
        "projects/gadget.toml",
        "organizations/acme.toml",
        "organizations/acme.toml",
        "projects/widget.toml",
        "projects/widget.toml",
        "projects/widget.toml",
    ]
    with pytest.raises(FactsError) as caught:
        read_facts(root)
    assert caught.value.problems == found
    assert str(caught.value).splitlines() == ["7 problems in the curated facts:", *(f"  {p}" for p in found)]


def test_two_wrong_keys_of_one_table_are_two_problems(problems):
    text = WIDGET.replace('to = "commons"', 'to = "nowhere"').replace("donor_basis", "basis")
    found = [p for p in problems(projects__widget=text) if p.startswith(TABLE)]
    assert [p.split(": ")[2] for p in found] == ["basis", "to"]


def test_an_empty_folder_is_a_problem_and_not_an_empty_graph(tmp_path):
    assert lint_facts(tmp_path) == [f"{tmp_path}: no fact files; expected projects/*.toml and organizations/*.toml"]
    with pytest.raises(FactsError, match="no fact files"):
        read_facts(tmp_path)


def test_form_alone_does_not_stop_the_reading(write_facts):
    root = write_facts({**GOOD, "projects/widget": "\n" + WIDGET})
    assert len(lint_facts(root)) == 1
    assert len(read_facts(root)) == 5


MESSY = {
    **GOOD,
    "projects/widget": 'name = "Widget"\nid = "widget"\r\n'
    '"an odd key" = {a = 1, "b c" = [true, 2.5]}\nmixed = [{x = 1}, 2]\n'
    + DONATION
    + NEWS
    + '[[mystery]]\n"key with spaces" = "kept"\n',
}


def test_fix_brings_files_to_canonical_form_and_loses_nothing(write_facts):
    root = write_facts(MESSY)
    path = root / "projects" / "widget.toml"
    before = tomllib.loads(path.read_text("utf-8"))
    assert rewrite_canonically(root) == [path]
    assert tomllib.loads(path.read_text("utf-8")) == before
    assert path.read_bytes() == canonical(before, "projects").encode()
    assert not any("canonical" in p for p in lint_facts(root))
    assert rewrite_canonically(root) == []


def test_fix_ends_what_the_checker_says_about_line_ends(write_facts):
    root = write_facts({**GOOD, "projects/widget": WIDGET.replace("\n", "\r\n")})
    rewrite_canonically(root)
    assert lint_facts(root) == []


def test_fix_leaves_files_it_cannot_read_as_they_are(write_facts):
    unreadable = {"projects/latin": 'name = "Société"'.encode("latin-1"), "projects/broken": "id = \n"}
    root = write_facts({**MESSY, **unreadable})
    assert [p.name for p in rewrite_canonically(root)] == ["widget.toml"]
    assert (root / "projects/latin.toml").read_bytes() == unreadable["projects/latin"]
    assert (root / "projects/broken.toml").read_text("utf-8") == unreadable["projects/broken"]


def test_the_code_lists_are_those_of_the_ontology():
    lists = code_lists()
    assert {"graduated", "podling"} <= lists["stage"]
    assert {"listed-owner", "origin", "transfer"} == lists["donor-basis"]
    assert {"legal-home", "trademark"} <= lists["role"]


def test_two_rosters_of_one_holder_seen_on_two_days_are_two_counts(write_facts):
    seats = "".join(
        f'\n[[board_seats]]\nholder = "acme"\nvoting_seats = {n}\nas_of = "{day}"\nsources = ["news"]\n'
        for n, day in ((2, "2020-01-01"), (1, "2024-01-01"))
    )
    root = write_facts({**GOOD, "organizations/commons": GOOD["organizations/commons"] + NEWS + seats})
    assert lint_facts(root) == []
    found = [r for r in read_facts(root) if isinstance(r, Relation)]
    assert len({r.id for r in found}) == 2
    assert [dict(r.values)["votingSeats"] for r in found] == [2, 1]


def test_an_entity_keeps_its_names_and_addresses(write_facts):
    text = (
        'id = "widget"\nname = "Widget"\naliases = ["Old Widget"]\nhomepage = "https://example.org/"\n'
        'repositories = ["https://github.com/commons/widget"]\ngithub_org = "commons"\nwikidata_id = "Q7"\n'
    )
    root = write_facts({"projects/widget": text})
    assert lint_facts(root) == []
    assert read_facts(root) == [
        Entity(
            "widget",
            "Project",
            "Widget",
            ("Old Widget",),
            "https://example.org/",
            ("https://github.com/commons/widget",),
            "commons",
            "Q7",
        )
    ]


def test_a_comment_is_reported_and_never_deleted_by_fix(write_facts):
    root = write_facts({"projects/alpha": 'id = "alpha"   # why: see the note\nname   = "Alpha"\n'})
    before = (root / "projects/alpha.toml").read_text("utf-8")
    assert rewrite_canonically(root) == []
    assert (root / "projects/alpha.toml").read_text("utf-8") == before
    assert any("projects/alpha.toml: line 1: a comment; write it as the `note`" in p for p in lint_facts(root))
