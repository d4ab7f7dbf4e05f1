"""Facts as tables: what is written is read again, and the same facts are the same bytes."""

import csv

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg.dates import PartialDate
from kg.errors import FeedError
from kg.records import (
    DATE_BASES,
    EVENTS,
    RELATIONS,
    VALUES,
    Entity,
    Event,
    Observation,
    Relation,
    Source,
    Use,
)
from kg.snapshots import columns_of, entities_table, read_folder, read_table, write_folder

DAY = PartialDate("2024-05-01")
SOURCE = Source(
    "list", "https://example.org/list", "A list", "dataset", "Somebody", read=DAY, published=DAY, licence="MIT", revision="abc"
)


def written(folder, records, source=SOURCE):
    """The tables of records, written into a new folder: their text by name."""
    counts = write_folder(folder, source, records)
    tables = {path.stem: path.read_text("utf-8") for path in sorted(folder.iterdir())}
    assert set(counts) == set(tables)
    return tables


def rows(text):
    return list(csv.reader([line for line in text.splitlines(keepends=True) if not line.startswith("# ")], delimiter="\t"))


# ---- what is written is read again

SLUGS = st.from_regex(r"[a-z0-9]{1,4}(-[a-z0-9]{1,4}){0,2}", fullmatch=True)
DATES = (
    st.dates().filter(lambda d: d.year >= 1000).map(str).flatmap(lambda d: st.sampled_from([d, d[:7], d[:4]])).map(PartialDate)
)
# What people write: tabs, quotes, commas, line breaks, any alphabet; but no null, which no table can have.
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=20)
NAMES = st.one_of(
    TEXT, st.sampled_from(['A "quoted" one', "tab\there", "comma, here", "# hash", "two\nlines", "中国移动", "Ænix", "'"])
)
IDS = st.lists(
    st.tuples(st.sampled_from(["wikidata", "crunchbase", "domain"]), st.from_regex(r"[a-z0-9:./-]{1,9}", fullmatch=True)),
    max_size=3,
)


def links_of(kind):
    """Some of the links of a kind, in the order of the columns, each to one thing or to several in their order."""
    each = [st.lists(SLUGS, max_size=2, unique=True).map(sorted) for _ in kind]
    return st.tuples(*each).map(lambda found: tuple((name, s) for name, slugs in zip(kind, found, strict=True) for s in slugs))


def value_of(name):
    number = st.integers(-(10**12), 10**12)
    return {"integer": number, "decimal": number | st.floats(allow_nan=False, allow_infinity=False)}.get(VALUES[name], TEXT)


VALUES_OF = st.sets(st.sampled_from(sorted(VALUES)), max_size=3).flatmap(
    lambda names: st.tuples(*(st.tuples(st.just(n), value_of(n)) for n in VALUES if n in names))
)
SPAN = st.tuples(st.none() | DATES, st.none() | DATES).filter(lambda d: not all(d) or d[1].latest >= d[0].earliest)


@st.composite
def records(draw):
    kind = draw(st.sampled_from(["use", "entity", "observation", *EVENTS, *RELATIONS]))
    if kind == "use":
        return Use(
            draw(SLUGS), draw(st.sampled_from(["project", "organization"])), draw(NAMES), draw(NAMES), tuple(draw(IDS)), "list"
        )
    if kind == "entity":
        return Entity(draw(SLUGS), "Project", draw(NAMES.filter(str.strip)))
    span, as_of = draw(SPAN), draw(st.none() | DATES)
    if kind == "observation":
        number = draw(st.integers(-(10**12), 10**12) | st.floats(allow_nan=False, allow_infinity=False))
        return Observation(
            draw(SLUGS), "list", draw(SLUGS), "authors", number, *span, as_of=as_of, by=draw(st.just("") | SLUGS)
        )
    reference = draw(st.just("") | TEXT)
    if kind in RELATIONS:
        return Relation(draw(SLUGS), kind, "list", draw(links_of(RELATIONS[kind])), *span, as_of, draw(VALUES_OF), reference)
    bases = draw(st.sets(st.sampled_from(DATE_BASES)))
    dates = tuple((basis, draw(DATES)) for basis in DATE_BASES if basis in bases)
    return Event(draw(SLUGS), kind, "list", draw(links_of(EVENTS[kind])), dates, draw(VALUES_OF), reference)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)
@given(found=st.lists(records(), max_size=6))
def test_records_of_every_kind_are_read_as_they_were_written(tmp_path_factory, found):
    folder = tmp_path_factory.mktemp("snapshot") / "list"
    write_folder(folder, SOURCE, found)
    again = list(read_folder(folder, "list"))
    assert sorted(map(repr, again)) == sorted({repr(record) for record in found})


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None, max_examples=40)
@given(found=st.lists(records(), max_size=6), data=st.data())
def test_the_order_of_the_records_and_their_repetition_change_no_byte(tmp_path_factory, found, data):
    other = data.draw(st.permutations(found)) + found[:2]
    base = tmp_path_factory.mktemp("snapshot")
    assert written(base / "one", found) == written(base / "two", other)


@pytest.mark.parametrize("kind", [*EVENTS, *RELATIONS])
def test_every_kind_of_event_and_relation_has_a_table_with_a_column_for_all_it_can_say(tmp_path, kind):
    known = EVENTS.get(kind) or RELATIONS[kind]
    links = tuple((name, "x") for name in known)
    values = tuple((name, 1 if VALUES[name] in {"integer", "decimal"} else "x") for name in VALUES)
    dates = tuple((basis, DAY) for basis in DATE_BASES)
    if kind in EVENTS:
        record = Event("x", kind, "list", links, dates, values, "https://example.org")
    else:
        record = Relation("x", kind, "list", links, DAY, DAY, DAY, values, "https://example.org")
    (text,) = written(tmp_path / "s", [record]).values()
    assert tuple(rows(text)[0]) == columns_of(kind.casefold())
    assert list(read_folder(tmp_path / "s", "list")) == [record]


def test_names_that_a_table_could_be_broken_by_are_kept(tmp_path):
    names = ['"', "a\tb", "a\nb", "# no comment", "#", "two\n# lines", "a\rb", "\r", "x, y", "é 中", " blanks "]
    uses = [Use("x", "project", name, "name", (), "list") for name in names]
    write_folder(tmp_path / "s", SOURCE, uses)
    assert {use.name for use in read_folder(tmp_path / "s", "list")} == set(names)


# ---- what the tables look like


def test_a_table_says_whose_facts_it_holds_and_of_which_day(tmp_path):
    (text,) = written(tmp_path / "s", [Entity("x", "Project", "X")]).values()
    assert text.splitlines()[:5] == [
        "# source: A list (Somebody)",
        "# page: https://example.org/list",
        "# revision: abc",
        "# day: 2024-05-01",
        "# licence: MIT",
    ]


def test_a_source_without_a_revision_or_a_licence_says_so(tmp_path):
    bare = Source("list", "https://example.org", "A list", "dataset", "Somebody", read=DAY)
    (text,) = written(tmp_path / "s", [Entity("x", "Project", "X")], bare).values()
    assert "# licence: NOASSERTION\n" in text
    assert "revision" not in text
    assert "# day: 2024-05-01\n" in text


def test_rows_are_sorted_and_columns_that_are_empty_throughout_are_left_out(tmp_path):
    found = [
        Relation(f"m-{holder}", "Membership", "list", (("body", "home"), ("holder", holder)), as_of=day)
        for holder, day in (("b", DAY), ("a", None), ("c", None))
    ]
    (text,) = written(tmp_path / "s", found).values()
    assert rows(text) == [
        ["id", "body", "holder", "as_of"],
        ["m-a", "home", "a", ""],
        ["m-b", "home", "b", "2024-05-01"],
        ["m-c", "home", "c", ""],
    ]


def test_several_targets_of_one_link_stand_in_one_cell(tmp_path):
    links = (("project", "x"), ("fromOrganization", "a"), ("fromOrganization", "b"))
    event = Event("x-given", "Donation", "list", links)
    (text,) = written(tmp_path / "s", [event]).values()
    assert rows(text)[1] == ["x-given", "x", "a b"]
    assert list(read_folder(tmp_path / "s", "list")) == [event]


def test_a_folder_holds_tables_alone_and_says_how_many_rows_each_has(tmp_path):
    found = [
        Entity("x", "Project", "X"),
        Entity("y", "Project", "Y"),
        Entity("x", "Project", "X"),
        Use("x", "project", "X", "new"),
    ]
    assert write_folder(tmp_path / "s", SOURCE, found) == {"entities": 2, "names": 1}
    assert sorted(path.name for path in (tmp_path / "s").iterdir()) == ["entities.tsv", "names.tsv"]


def test_what_fails_while_it_is_written_leaves_no_sorter_behind(tmp_path):
    def failing():
        yield Entity("x", "Project", "X")
        raise FeedError("the file is cut off")

    with pytest.raises(FeedError, match="cut off"):
        write_folder(tmp_path / "s", SOURCE, failing())
    assert list((tmp_path / "s").iterdir()) == []


def test_a_folder_that_is_there_is_not_written_into(tmp_path):
    (tmp_path / "s").mkdir()
    with pytest.raises(FileExistsError):
        write_folder(tmp_path / "s", SOURCE, [])


def test_a_source_is_no_row_of_a_table(tmp_path):
    with pytest.raises(TypeError, match="Source has no table"):
        write_folder(tmp_path / "s", SOURCE, [SOURCE])


def test_entities_are_read_first_and_names_next(tmp_path):
    """So that who is known is known before anything is said of it."""
    found = [Event("a", "Departure", "list", ()), Use("x", "project", "X", "new", (), "list"), Entity("x", "Project", "X")]
    write_folder(tmp_path / "s", SOURCE, found)
    assert [type(record) for record in read_folder(tmp_path / "s", "list")] == [Entity, Use, Event]


def test_the_table_of_entities_is_sorted_and_read_again(tmp_path):
    found = [Entity("b", "Company", 'B "b"'), Entity("a", "Project", "A\tä")]
    path = tmp_path / "entities.tsv"
    path.write_text(entities_table(found), "utf-8")
    assert list(read_table(path, "")) == [found[1], found[0]]
    assert entities_table(found) == entities_table(found[::-1])


# ---- what is no such table


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        (
            "membership",
            "id\tbody\tmood\tweather\n",
            r"membership\.tsv: columns mood, weather are none of id, body, holder, tier",
        ),
        ("membership", "body\tholder\n", r"membership\.tsv: there is no column id of id, body"),
        ("membership", "", r"membership\.tsv: there is no column id"),
        ("membership", "id\tbody\tfrom\na\tx\t2020\nb\tx\t01/02/2020\n", r"membership\.tsv: row 2: '01/02/2020' is no date"),
        (
            "membership",
            "id\tbody\tfrom\tuntil\na\tx\t2020\t2019\n",
            r"membership\.tsv: row 1: until 2019 lies before from 2020",
        ),
        (
            "membership",
            "# source: x\n# day: y\nid\tbody\nNo Slug\tx\n",
            r"membership\.tsv: row 1: relation 'No Slug' is no slug",
        ),
        ("membership", "id\tbody\tholder\na\tx\n", r"membership\.tsv: row 1: .*range"),
        ("charterrule", "id\tbody\tmaxShare\na\tx\tmany\n", r"charterrule\.tsv: row 1: .*many"),
        ("observation", "id\tproject\tvariable\tvalue\na\tx\tauthors\tmany\n", r"observation\.tsv: row 1: .*many"),
        ("entities", "id\tkind\tname\nx\tPerson\tX\n", r"entities\.tsv: row 1: kind 'Person' is none of"),
        ("acceptance", "id\tproject\taccepted\na\tx\t2020-13\n", r"acceptance\.tsv: row 1: '2020-13' has no such month"),
    ],
)
def test_a_bad_table_is_refused_with_the_file_the_row_and_the_reason(tmp_path, name, text, said):
    path = tmp_path / f"{name}.tsv"
    path.write_text(text, "utf-8")
    with pytest.raises(FeedError, match=said):
        list(read_table(path, "list"))


def test_a_table_of_no_kind_is_refused(tmp_path):
    (tmp_path / "moods.tsv").write_text("id\n", "utf-8")
    with pytest.raises(FeedError, match=r"moods\.tsv"):
        list(read_folder(tmp_path, "list"))


@pytest.mark.parametrize(
    ("name", "header", "said"),
    [
        ("membership", "holder\tfrom\tbody\tid", "the columns stand in another order"),
        ("membership", "id\tbody\tbody", "the columns stand in another order"),
        ("names", "id\tname\tkey", "there is no column kind"),
        ("entities", "id\tname", "there is no column kind"),
        ("observation", "id\tproject\tvalue", "there is no column variable"),
    ],
)
def test_a_table_that_would_be_read_wrongly_is_refused(tmp_path, name, header, said):
    (tmp_path / f"{name}.tsv").write_text(f"{header}\n", "utf-8")
    with pytest.raises(FeedError, match=said):
        list(read_folder(tmp_path, "list"))
