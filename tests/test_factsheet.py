"""The canonical form of a fact file: one text for one content, that loses nothing, with every field explained."""

import datetime
import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.factsheet import IDENTITY, TABLES, canonical, tables_of
from kg.records import DATE_BASES, EVENTS, RELATIONS, VALUES

FOLDERS = ("projects", "organizations")
TYPES = {
    "slug", "text", "texts", "url", "urls", "qid", "kind", "source-kind", "date", "org", "orgs", "project", "spdx",
    "integer", "number", "sources", "code", "codes",
}  # fmt: skip
law = settings(deadline=None, max_examples=60)

# Everything TOML has, as far as `==` can tell it apart: text, numbers, truth, lists and tables, under any name.
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
SCALARS = TEXT | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False)
VALUES_OF_TOML = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=3), max_leaves=8
)


def rows_of(names):
    return st.lists(st.dictionaries(st.sampled_from(names) | TEXT, VALUES_OF_TOML, max_size=5), min_size=1, max_size=3)


def files_of(folder):
    identity = st.dictionaries(st.sampled_from([k.name for k in IDENTITY[folder]]) | TEXT, VALUES_OF_TOML, max_size=4)
    tables = st.fixed_dictionaries(
        {}, optional={name: rows_of([k.name for k in table.keys]) for name, table in tables_of(folder).items()}
    )
    return st.tuples(st.just(folder), st.builds(lambda a, b: {**a, **b}, identity, tables))


FILES = st.sampled_from(FOLDERS).flatmap(files_of)


@law
@given(FILES)
def test_canonical_text_says_all_that_the_data_say_whatever_they_are(file):
    folder, data = file
    assert tomllib.loads(canonical(data, folder)) == data


@law
@given(FILES)
def test_canonical_form_is_its_own_canonical_form(file):
    folder, data = file
    text = canonical(data, folder)
    assert canonical(tomllib.loads(text), folder) == text


@law
@given(FILES, st.randoms(use_true_random=False))
def test_known_keys_and_tables_have_one_order_whatever_order_they_are_written_in(file, random):
    folder, data = file
    order = [k.name for k in IDENTITY[folder]]
    known = {k: v for k, v in data.items() if k in order or k in tables_of(folder)}
    for name, rows in known.items():
        if name in tables_of(folder):
            keys = [k.name for k in tables_of(folder)[name].keys]
            known[name] = [{k: v for k, v in row.items() if k in keys} for row in rows]

    def shuffled(table):
        return dict(random.sample(sorted(table.items(), key=lambda x: x[0]), len(table)))

    mixed = {k: [shuffled(r) for r in v] if k in tables_of(folder) else v for k, v in shuffled(known).items()}
    assert canonical(mixed, folder) == canonical(known, folder)


def test_the_canonical_form_of_a_small_file_is_as_documented():
    data = {
        "donation": [{"sources": ["a"], "to": "commons", "event": "to-commons"}, {"event": "b", "to": "c", "sources": ["a"]}],
        "mystery": [{"x": 1}],
        "source": [{"read": "2026-11-23", "id": "a"}],
        "name": "Widget “1”\n\x7f",
        "aliases": [f"a rather long alias, number {n}" for n in range(4)],
        "id": "widget",
        "other key": 0.5,
    }
    assert canonical(data, "projects") == (
        'id = "widget"\n'
        'name = "Widget “1”\\n\\u007f"\n'
        "aliases = [\n"
        '  "a rather long alias, number 0",\n'
        '  "a rather long alias, number 1",\n'
        '  "a rather long alias, number 2",\n'
        '  "a rather long alias, number 3",\n'
        "]\n"
        '"other key" = 0.5\n'
        '\n[[source]]\nid = "a"\nread = "2026-11-23"\n'
        '\n[[donation]]\nevent = "to-commons"\nto = "commons"\nsources = ["a"]\n'
        '\n[[donation]]\nevent = "b"\nto = "c"\nsources = ["a"]\n'
        "\n[[mystery]]\nx = 1\n"
    )


def test_a_date_written_without_quotes_gets_them():
    assert canonical({"source": [{"read": datetime.date(2026, 11, 23)}]}, "projects").endswith('read = "2026-11-23"\n')


def fields():
    for folder in FOLDERS:
        for key in IDENTITY[folder]:
            yield folder, "", key
        for name, table in tables_of(folder).items():
            for key in table.keys:
                yield folder, name, key


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_table_and_every_key_is_explained(folder):
    assert all(table.about for table in tables_of(folder).values())
    assert [(name, key.name) for place, name, key in fields() if place == folder and not key.about] == []


def test_every_key_has_a_type_that_the_reader_knows():
    assert {key.type.partition(":")[0] for _, _, key in fields()} == TYPES


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_table_has_a_key_twice(folder):
    for table in (*tables_of(folder).values(),):
        names = [k.name for k in table.keys]
        assert len(set(names)) == len(names)


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_fact_table_must_cite_sources_as_its_last_key(folder):
    for table in TABLES[folder].values():
        assert table.keys[-1].name == "sources"
        assert table.keys[-1].required


def test_sources_come_first_and_the_tables_of_a_folder_after_them():
    for folder in FOLDERS:
        assert list(tables_of(folder)) == ["source", *TABLES[folder]]


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_property_of_a_table_is_one_its_record_can_carry(folder):
    for table in TABLES[folder].values():
        allowed = {**EVENTS, **RELATIONS}.get(table.record, {"variableMeasured": "", "value": "", "claimedBy": ""})
        found = {k.property for k in table.keys if k.property}
        assert found <= {*allowed, *VALUES}, table.record


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_event_table_takes_every_date_basis_and_every_relation_an_interval(folder):
    for table in TABLES[folder].values():
        names = {k.name for k in table.keys}
        wanted = {*DATE_BASES, "event"} if table.record in EVENTS else {"from", "until"}
        assert wanted <= names, table.record


# What lists and registers say, and no curated file has had to.
ONLY_IN_FEEDS = {
    *("Acceptance", "Departure", "ProjectMerger", "Dissolution"),
    *("Sponsorship", "MaturityPeriod", "LicensePeriod", "Subproject"),
}


def test_between_them_the_tables_make_every_kind_of_record_but_those_of_feeds():
    records = {table.record for folder in FOLDERS for table in TABLES[folder].values()}
    assert records == {*EVENTS, *RELATIONS, "Observation"} - ONLY_IN_FEEDS
