"""Wikidata: a small graph in its own statement model, asked at a real SPARQL server, through a proxy that misbehaves."""

import http.client
import json
import re
import threading
from collections import Counter
from contextlib import contextmanager
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pyoxigraph as ox
import pytest

from kg import __version__
from kg.claims import Claim, Named
from kg.dates import PartialDate
from kg.errors import FeedError
from kg.feeds import feed_sources, wikidata
from kg.feeds.reading import Reading
from kg.feeds.wikidata import endpoint as endpoint_room
from kg.feeds.wikidata import telling
from kg.feeds.wikidata.asking import Statement

SMALL = Path(__file__).parent / "wikidata-small.ttl"
PROJECTS = ["Q900001", "Q900002"]
BODIES = ["Q900101", "Q900102", "Q900103"]
ALL = [*PROJECTS, "Q900003", "Q900004", "Q900005", *BODIES]
PEOPLE = {"Q900201", "Q900203", "Q900204"}
DAY = PartialDate("2026-11-23")


@pytest.fixture(scope="module")
def oxigraph(serve_folder, tmp_path_factory):
    """The address of a server that holds the small graph."""
    folder = tmp_path_factory.mktemp("wikidata") / "store"
    store = ox.Store(str(folder))
    store.load(path=str(SMALL), format=ox.RdfFormat.TURTLE)
    store.flush()
    del store
    return serve_folder(folder)


@contextmanager
def proxy(behind, misbehave=lambda number, handler: False):
    """A server before the server; `misbehave` is asked with the number of each request, and may answer it in its own way."""
    asked = []
    busy = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            assert busy.acquire(blocking=False), "one request at a time"
            self.is_asking = True
            try:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                asked.append((parse_qs(body.decode())["query"][0], self.headers["User-Agent"]))
                if not misbehave(len(asked), self):
                    self.pass_on(body)
            finally:
                self.answer_begins()

        def answer_begins(self):
            if self.is_asking:
                self.is_asking = False
                busy.release()

        def end_headers(self):
            self.answer_begins()  # before the answer leaves: who has read it may ask again while this handler still ends
            super().end_headers()

        def pass_on(self, body):
            address = urlsplit(behind)
            connection = http.client.HTTPConnection(address.netloc)
            kept = {name: self.headers[name] for name in ("Content-Type", "Accept")}
            connection.request("POST", address.path, body, kept)
            response = connection.getresponse()
            send(self, response.status, response.read(), response.headers["Content-Type"])
            connection.close()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/sparql", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def send(handler, status, body=b"", kind="text/plain", length=None, **headers):
    handler.send_response(status)
    handler.send_header("Content-Type", kind)
    handler.send_header("Content-Length", str(len(body) if length is None else length))
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


def ask(endpoint, items=ALL, day=DAY, **options):
    """What the reader gives, its tally, and the waits it asked for and did not make."""
    naps = []
    settings = {"items": items, **({"classes": options.pop("classes")} if "classes" in options else {})}
    reading = Reading("wikidata", Path(), day, settings)
    stated = list(wikidata.read(reading, endpoint=endpoint, sleep=naps.append, **options))
    return stated, reading, naps


@pytest.fixture(scope="module")
def small(oxigraph):
    """The small graph, read once."""
    return ask(oxigraph)


def claims(stated, kind, **wanted):
    return [c for c in stated if isinstance(c, Claim) and c.kind == kind and all(named(c, k) == v for k, v in wanted.items())]


def named(claim, link):
    target = dict(claim.links).get(link, "")
    return target.name if isinstance(target, Named) else target


def reasons(reading, item):
    return [(place, reason) for place, reason in reading.skipped if place.split("#")[0].split(":")[0] == item]


# What is read


def test_items_become_projects_and_organizations_by_their_class(small):
    stated, reading, _ = small
    found = {s.name: (s.kind, s.ids) for s in stated if isinstance(s, Named)}
    assert found == {
        "Weaver": ("Project", (("wikidata", "Q900001"), ("repository", "https://git.example/weaver/weaver"))),
        "Loom": ("Project", (("wikidata", "Q900002"),)),
        "Acme": ("Company", (("wikidata", "Q900101"),)),
        "Harbour Foundation": ("Foundation", (("wikidata", "Q900102"),)),
        "Bolt": ("Organization", (("wikidata", "Q900103"),)),
    }
    assert reading.counts["items"] == 8
    assert reading.counts["projects"] == 2
    assert reading.counts["organizations"] == 3


def test_items_of_no_use_are_skipped_with_the_reason(small):
    assert [s for s in small[1].skipped if s[0] in {"Q900003", "Q900004", "Q900005"}] == [
        ("Q900003", "is software and an organization by its classes; say in the settings which we hold it to be"),
        ("Q900004", "is neither software nor an organization by its class"),
        ("Q900005", "has no English name"),
    ]


def test_what_we_hold_an_item_to_be_decides_where_its_classes_do_not(oxigraph):
    stated, _, _ = ask(oxigraph, items={"Q900003": "Project", "Q900004": "Organization"})
    assert {s.name: s.kind for s in stated if isinstance(s, Named)} == {"Spindle": "Project", "Bobbin": "Organization"}
    assert named(claims(stated, "Stewardship")[0], "steward") == "Acme"


def test_what_we_hold_to_be_a_project_is_nobodys_developer(oxigraph):
    stated, reading, _ = ask(oxigraph, items={"Q900001": "Project", "Q900101": "Project"})
    assert not claims(stated, "Stewardship", steward="Acme")
    assert ("Q900001#P178", "the value is not known to be an organization") in reading.skipped


def test_a_developer_has_the_role_developer_and_the_start_as_precise_as_stated(small):
    (claim,) = claims(small[0], "Stewardship", project="Weaver", role="developer")
    assert (named(claim, "steward"), str(claim.start), claim.end, claim.as_of) == ("Acme", "2011-04", None, DAY)
    assert claim.id == "{project}-stewardship-{steward}-developer"
    assert claim.place == "Q900001#P178"


def test_owners_keep_their_terms_and_only_what_is_shown_today_is_seen_today(small):
    assert {
        (named(c, "steward"), str(c.start), str(c.end), str(c.as_of))
        for c in claims(small[0], "Stewardship", role="listed-owner")
    } == {("Acme", "2011", "2019-05-14", "None"), ("Harbour Foundation", "2019-05-14", "None", "2026-11-23")}


def test_a_point_in_time_is_the_day_on_which_it_was_seen(small):
    (claim,) = claims(small[0], "Stewardship", project="Weaver", role="sponsor")
    assert (named(claim, "steward"), claim.start, claim.end, str(claim.as_of)) == ("Bolt", None, None, "2020")


def test_a_statement_that_another_outranks_is_not_seen_today():
    """A former owner without dates stays in Wikidata, at normal rank beside a preferred one."""
    statement = Statement("x", "Q1", "P127", "Normal", "Q2", "")
    page = telling._Page({"day": "2026-11-23"}, Reading("wikidata", Path(), DAY))
    assert page._period(statement, False) == (None, None, None)
    assert page._period(statement, True) == (None, None, DAY)


def test_a_start_of_unknown_day_is_left_out_and_noted(small):
    (claim,) = claims(small[0], "Stewardship", project="Weaver", role="maintainer")
    assert (named(claim, "steward"), claim.start, claim.as_of) == ("Bolt", None, DAY)
    assert ("Q900001#P126: P580", "the date is not known") in small[1].skipped


def test_what_ended_on_an_unknown_day_is_not_read_as_going_on(small):
    assert not claims(small[0], "Stewardship", steward="Harbour Foundation", role="maintainer")
    assert ("Q900001#P126", "has ended, but the date is not known") in small[1].skipped


def test_a_date_less_precise_than_a_year_is_no_date(small):
    stated, reading, _ = small
    (claim,) = claims(stated, "Stewardship", project="Loom")
    assert (named(claim, "steward"), claim.start) == ("Acme", None)
    assert ("Q900002#P178: P580", "the date is less precise than a year") in reading.skipped


def test_an_end_before_the_start_costs_that_statement_alone(small):
    assert ("Q900002#P178", "until 2011 lies before from 2019-05-14") in small[1].skipped


@pytest.mark.parametrize(
    ("times", "date", "reason"),
    [
        ([], None, ""),
        ([["2013-00-00T00:00:00Z", "9", ""]], "2013", ""),
        ([["+2013-05-00T00:00:00Z", "10", ""]], "2013-05", ""),
        ([["2013-05-07T13:00:00Z", "12", ""]], "2013-05-07", ""),
        ([["2013-05-07T00:00:00Z", "11", ""], ["2013-05-07T00:00:00Z", "11", ""]], "2013-05-07", ""),
        ([["2013-05-07T00:00:00Z", "11", ""], ["2014-05-07T00:00:00Z", "11", ""]], None, "there are several dates"),
        ([["", "", ""]], None, "the date is not known"),
        ([["2013-05-07T00:00:00Z", "8", ""]], None, "the date is less precise than a year"),
        ([["2013-05-07T00:00:00Z", "", ""]], None, "the date is less precise than a year"),
        ([["-0043-03-15T00:00:00Z", "11", ""]], None, "the date lies before our era, or is no date"),
        ([["12013-03-15T00:00:00Z", "11", ""]], None, "the date lies before our era, or is no date"),
        ([["0987-03-15T00:00:00Z", "9", ""]], None, "'0987' has no plausible year"),
        ([["2013-02-30T00:00:00Z", "11", ""]], None, "'2013-02-30' has no such day"),
        (
            [["1500-02-01T00:00:00Z", "11", "http://www.wikidata.org/entity/Q1985786"]],
            None,
            "the date is in the Julian calendar",
        ),
    ],
)
def test_dates_are_as_precise_as_wikidata_says_never_padded(times, date, reason):
    assert telling._date(times) == (PartialDate(date) if date else None, reason)


def test_licences_go_by_the_spdx_id_of_the_licence(small):
    stated, reading, _ = small
    assert {
        (dict(c.values)["licenseExpression"], str(c.start), str(c.end), str(c.as_of), c.id)
        for c in claims(stated, "LicensePeriod")
    } == {
        ("MIT", "None", "2019-05-14", "None", "{project}-licenseperiod-mit"),
        ("Apache-2.0", "2019-05-14", "None", "2026-11-23", "{project}-licenseperiod-apache-2-0-2019-05-14"),
    }
    assert [reason for place, reason in reading.skipped if place == "Q900001#P275"] == [
        "holds only in part or with reserve: P518 (applies to a part)",
        "the licence Q900303 has no SPDX id",
        "the licence Q900304 has several SPDX ids",
    ]
    assert reading.counts["licences without an SPDX id"] == 2


def test_only_todays_repositories_with_a_web_address_are_ids(small):
    assert [reason for place, reason in small[1].skipped if place == "Q900001#P1324"] == [
        "is no longer the repository",
        "is a repository without a web address",
    ]


def test_the_inception_of_a_project_is_counted_and_left_out(small):
    assert small[1].counts["inceptions of projects left out"] == 1
    assert not claims(small[0], "Founding", organization="Weaver")


def test_organizations_begin_and_end_on_the_days_of_best_rank(small):
    stated, reading, _ = small
    assert {
        (c.kind, named(c, "organization"), c.id, *((b, str(d)) for b, d in c.dates))
        for c in stated
        if isinstance(c, Claim) and c.kind in {"Founding", "Dissolution"}
    } == {
        ("Founding", "Acme", "{organization}-founding", ("occurred", "1998-03-02")),
        ("Founding", "Harbour Foundation", "{organization}-founding", ("occurred", "1998-03-02")),
        ("Founding", "Harbour Foundation", "{organization}-founding", ("occurred", "1998-03")),
        ("Dissolution", "Bolt", "{organization}-dissolution", ("occurred", "2020")),
    }
    assert {s for s in reading.skipped if s[0].split("#")[-1] in {"P571", "P576"}} == {
        ("Q900101#P571", "another date is preferred to it"),
        ("Q900102#P576", "the date lies before our era, or is no date"),
        ("Q900103#P571", "the date is in the Julian calendar"),
        ("Q900103#P576", "the date is less precise than a year"),
    }


def test_the_parent_of_a_company_controls_it_and_that_of_a_foundation_is_its_umbrella(small):
    stated, reading, _ = small
    (control,) = claims(stated, "Control")
    assert (named(control, "controlled"), named(control, "controller"), str(control.start)) == (
        "Acme",
        "Umbrella Holdings",
        "2011",
    )
    assert control.id == "{controlled}-control-{controller}-2011"
    (part,) = claims(stated, "Affiliation")
    assert (named(part, "organization"), named(part, "parentOrganization")) == ("Harbour Foundation", "Umbrella Society")
    assert ("Q900103#P749", "the value is the item itself") in reading.skipped


def test_an_organization_that_sponsors_another_is_a_sponsor_of_it(small):
    (claim,) = claims(small[0], "Sponsorship")
    assert (named(claim, "body"), named(claim, "holder"), str(claim.as_of)) == ("Harbour Foundation", "Acme", "2020")
    assert claim.id == "{body}-sponsorship-{holder}"


def test_official_names_are_aliases_unless_deprecated(small):
    assert {s.name: s.aliases for s in small[0] if isinstance(s, Named) and s.aliases} == {"Acme": ("Acme Corporation",)}


def test_a_claim_names_the_page_on_which_it_rests_but_nobodys_own(small):
    stated, reading, _ = small
    found = {(c.kind, named(c, "steward") or named(c, "organization")): c.reference for c in stated if isinstance(c, Claim)}
    assert found["Stewardship", "Bolt"] in {"", "https://news.example/weaver"}
    assert {c.reference for c in stated if isinstance(c, Claim)} == {
        "",
        "https://acme.example/press/weaver",
        "https://news.example/weaver",
    }
    assert reading.counts["statements with a reference"] == 3
    assert reading.counts["further references left out"] == 1
    assert reading.counts["references to personal pages left out"] == 2


@pytest.mark.parametrize(
    "url",
    [
        "https://twitter.com/someone",
        "https://x.com/someone/status/1",
        "https://www.linkedin.com/in/someone",
        "https://mastodon.example/@someone",
        "https://hachyderm.example/@someone/1",
        "https://university.example/~someone/",
    ],
)
def test_addresses_that_hold_a_handle_are_personal(url):
    assert telling._is_personal(url)


@pytest.mark.parametrize("url", ["https://acme.example/press", "https://fax.com/x", "https://apache.org/foundation/"])
def test_other_addresses_are_not_personal(url):
    assert not telling._is_personal(url)


# What is not read


def test_statements_of_deprecated_rank_are_dropped_and_counted(small):
    stated, reading, _ = small
    assert reading.counts["deprecated statements"] == 2
    assert not claims(stated, "Stewardship", steward="Bolt", role="listed-owner")


def test_statements_without_a_value_are_dropped_and_counted(small):
    reading = small[1]
    assert reading.counts["statements without a value"] == 3
    assert ("Q900001#P127", "has no value") in reading.skipped
    assert ("Q900002#P178", "has an unknown value") in reading.skipped


def test_values_that_are_people_are_dropped_and_counted(small):
    reading = small[1]
    assert reading.counts["values that are people"] == 4
    assert reading.counts["values of unknown kind"] == 1
    assert ("Q900001#P178", "the value is not known to be an organization") in reading.skipped


def test_a_persons_name_is_never_asked_for_nor_kept(oxigraph, tmp_path):
    state = tmp_path / "state.jsonl"
    with proxy(oxigraph) as (endpoint, asked):
        stated, reading, _ = ask(endpoint, items=[*ALL, "Q900201"], state=state)
    with_labels = [query for query, _ in asked if "rdfs:label ?name" in query]
    assert with_labels
    assert not any(person in query for query in with_labels for person in PEOPLE)
    told = repr(stated) + repr(reading) + state.read_text("utf-8")
    assert "PERSON" not in told
    assert "WEATHER" not in told
    assert "somebody" not in repr(stated)
    # The one person we asked for ourselves is known by the number we gave.
    assert {q for q in PEOPLE if q in told} == {"Q900201"}
    assert ("Q900201", "is a person") in reading.skipped


def test_nothing_is_lost_without_a_word(small):
    stated, reading, _ = small
    given = [c for c in stated if isinstance(c, Claim)]
    in_names = reading.counts["repositories"] + 2  # Acme's official names, one of which is its label
    left_out = reading.counts["inceptions of projects left out"]
    dropped = [s for s in reading.skipped if "#" in s[0] and ": P" not in s[0]]
    assert reading.records == reading.counts["statements"] == 43
    assert len(given) + reading.merged + in_names + left_out + len(dropped) == reading.records
    assert reading.unknown == {"qualifier P99999": ["Q900002#P178"]}
    assert reading.ignored == Counter({"P2241": 1, "P8423": 1})
    assert reading.merged == 1
    assert Counter(re.sub(r"Q\d+", "Q…", reason) for _, reason in reading.skipped) == Counter(
        {
            "the value is a person": 4,
            "has no value": 1,
            "has an unknown value": 2,
            "is deprecated": 2,
            "the value is not known to be an organization": 1,
            "the date is not known": 1,
            "has ended, but the date is not known": 1,
            "the date is less precise than a year": 2,
            "the date lies before our era, or is no date": 1,
            "the date is in the Julian calendar": 1,
            "another date is preferred to it": 1,
            "until 2011 lies before from 2019-05-14": 1,
            "the value has no English name": 1,
            "the value is the item itself": 1,
            "holds only in part or with reserve: P518 (applies to a part)": 1,
            "the licence Q… has no SPDX id": 1,
            "the licence Q… has several SPDX ids": 1,
            "is no longer the repository": 1,
            "is a repository without a web address": 1,
            "is software and an organization by its classes; say in the settings which we hold it to be": 1,
            "is neither software nor an organization by its class": 1,
            "has no English name": 1,
        }
    )


# Pages


def test_pages_of_any_size_tell_the_same(oxigraph, small):
    assert small[2] == []
    for size in (1, 3):
        stated, reading, naps = ask(oxigraph, page=size)
        assert stated == small[0]
        assert reading.counts == small[1].counts
        assert naps == [wikidata.PAUSE] * (-(-len(ALL) // size) - 1)


def test_the_instances_of_a_class_are_paged_through_to_the_last(oxigraph):
    for size in (1, 2, 3, 100):
        stated, reading, _ = ask(oxigraph, items=[], classes=["Q341"], page=size)
        # Distaff has no name in English; Spindle is an organization as well.
        assert [s.name for s in stated if isinstance(s, Named)] == ["Weaver", "Loom"]
        assert reading.counts["items"] == 4


def test_an_item_is_read_once_though_a_class_has_it_too(oxigraph):
    stated, reading, _ = ask(oxigraph, items=["Q900001"], classes=["Q341"], page=1)
    assert [s.name for s in stated if isinstance(s, Named)] == ["Weaver", "Loom"]
    assert reading.counts["items"] == 4


def test_each_request_names_us_and_goes_alone(oxigraph):
    with proxy(oxigraph) as (endpoint, asked):
        ask(endpoint)
    assert {agent for _, agent in asked} == {f"osgov-kg/{__version__} (https://w3id.org/osgov/)"}
    assert len(asked) == 8


# A server that is busy, breaks off, or is none


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_busy_endpoint_is_left_alone_as_long_as_it_asks(status, oxigraph, small):
    def misbehave(number, handler):
        return number == 1 and (send(handler, status, Retry_After="17") or True)

    with proxy(oxigraph, misbehave) as (endpoint, _):
        stated, _, naps = ask(endpoint)
    assert stated == small[0]
    assert naps == [17]


def test_a_wait_until_a_date_is_reckoned_by_the_servers_clock(oxigraph, small):
    def misbehave(number, handler):
        if number > 1:
            return False
        handler.date_time_string = lambda: formatdate(1_000_000, usegmt=True)
        send(handler, 503, Retry_After=formatdate(1_000_030, usegmt=True))
        return True

    with proxy(oxigraph, misbehave) as (endpoint, _):
        stated, _, naps = ask(endpoint)
    assert stated == small[0]
    assert naps == [30]


def test_waits_grow_where_the_endpoint_names_none_and_end(oxigraph):
    naps = []
    with proxy(oxigraph, lambda _, h: send(h, 429) or True) as (endpoint, asked):
        stated = wikidata.read(Reading("wikidata", Path(), DAY, {"items": ALL}), endpoint=endpoint, sleep=naps.append)
        with pytest.raises(FeedError) as caught:
            list(stated)
    assert f"{endpoint}: answered 429 Too Many Requests, 5 times in a row; try again later" == str(caught.value)
    assert len(asked) == 5
    assert naps == [5, 10, 20, 40]


def test_a_very_long_wait_is_not_begun(oxigraph):
    with (
        proxy(oxigraph, lambda _, h: send(h, 429, Retry_After="3600") or True) as (endpoint, asked),
        pytest.raises(FeedError, match="asks to be left alone for 3600 s"),
    ):
        ask(endpoint)
    assert len(asked) == 1


@pytest.mark.parametrize("how", ["cut", "short", "torn"])
def test_an_answer_that_breaks_off_is_asked_for_again(how, oxigraph, small):
    def misbehave(number, handler):
        if number != 3:
            return False
        if how == "cut":
            handler.close_connection = True
        elif how == "short":
            send(handler, 200, b'{"head":', "application/sparql-results+json", length=1000)
        else:
            # Wikidata ends such an answer with the trace of its own timeout.
            send(handler, 200, b'{"head":{"vars":[]},"results":{"bindings":[ java.util...', "application/sparql-results+json")
        return True

    with proxy(oxigraph, misbehave) as (endpoint, asked):
        stated, _, naps = ask(endpoint)
    assert stated == small[0]
    assert naps == [5]
    assert asked[2] == asked[3]


@pytest.mark.parametrize(
    ("reply", "match"),
    [
        ((200, b"<html>Welcome</html>", "text/html"), "answered text/html that is no SPARQL result"),
        ((200, b"{}", "application/json"), "answered JSON that is no SPARQL result"),
        ((200, b"[]", "application/json"), "answered JSON that is no SPARQL result"),
        ((403, b"", "text/plain"), "answered 403 Forbidden; is it a SPARQL endpoint, open to you"),
        ((404, b"", "text/plain"), "EndPointNotFound"),
        ((400, b"no such function", "text/plain"), "QueryBadFormed"),
        ((500, b"java.util.concurrent.TimeoutException", "text/plain"), "EndPointInternalError; it may have run out of time"),
    ],
)
def test_what_is_no_answer_is_an_error_naming_the_endpoint(reply, match, oxigraph):
    with proxy(oxigraph, lambda _, h: send(h, *reply) or True) as (endpoint, asked):
        with pytest.raises(FeedError, match=match) as caught:
            ask(endpoint)
        assert endpoint in str(caught.value)
    assert len(asked) == 1


def test_an_endpoint_that_is_down_is_an_error_naming_it(oxigraph):
    with proxy(oxigraph) as (endpoint, _):
        pass
    with pytest.raises(FeedError, match="the answer broke off, or never came") as caught:
        ask(endpoint)
    assert endpoint in str(caught.value)


def test_an_endpoint_that_does_not_answer_in_time_is_given_up(oxigraph, monkeypatch):
    monkeypatch.setattr(endpoint_room, "DEADLINE", 0.2)
    released = threading.Event()
    with proxy(oxigraph, lambda *_: released.wait(10) or True) as (endpoint, _):
        try:
            with pytest.raises(FeedError, match=r"no answer within 0\.2 s; ask for smaller pages"):
                ask(endpoint)
        finally:
            released.set()


def test_an_endpoint_that_holds_something_else_is_no_wikidata(oxigraph):
    with pytest.raises(FeedError, match="knows none of 2 items; is it Wikidata"):
        ask(oxigraph, items=["Q1", "Q2"])


def test_an_endpoint_that_gives_items_out_of_order_is_not_relied_on(oxigraph):
    items = [{"item": {"type": "uri", "value": f"http://www.wikidata.org/entity/{q}"}} for q in ("Q2", "Q1")]
    body = json.dumps({"head": {"vars": ["item"]}, "results": {"bindings": items}}).encode()
    with (
        proxy(oxigraph, lambda _, h: send(h, 200, body, "application/sparql-results+json") or True) as (endpoint, _),
        pytest.raises(FeedError, match="does not give items in order"),
    ):
        ask(endpoint, items=[], classes=["Q341"], page=2)


@pytest.mark.parametrize("settings", [{"items": ["Q1", "P31"]}, {"items": ["Q1 } DROP ALL #"]}, {"classes": ["software"]}])
def test_settings_that_name_no_items_are_refused(settings):
    with pytest.raises(FeedError, match="in the settings is no item of Wikidata"):
        list(wikidata.read(Reading("wikidata", Path(), DAY, settings), endpoint="http://127.0.0.1:1/"))


def test_settings_without_items_are_refused():
    with pytest.raises(FeedError, match="has no setting 'items'"):
        list(wikidata.read(Reading("wikidata", Path(), DAY, {}), endpoint="http://127.0.0.1:1/"))


# Taking up a run


def test_a_run_that_broke_off_goes_on_after_the_last_finished_page(oxigraph, small, tmp_path):
    state = tmp_path / "cache" / "wikidata.jsonl"
    patience = {"left": 10}

    def misbehave(_, handler):
        patience["left"] -= 1
        return patience["left"] < 0 and (send(handler, 503, Retry_After="9999") or True)

    done = []
    with proxy(oxigraph, misbehave) as (endpoint, asked):
        for _ in range(2):
            with pytest.raises(FeedError, match=r"finished pages are kept in .*wikidata\.jsonl, so run it again to go on"):
                ask(endpoint, page=1, state=state)
            done.append(len(state.read_text("utf-8").splitlines()) - 1)
            patience["left"] = 10
        patience["left"] = 1000
        before = len(asked)
        stated, reading, _ = ask(endpoint, page=1, state=state)
    assert 0 < done[0] < done[1] < len(ALL)
    assert not any("VALUES ?item { wd:Q900001 }" in query for query, _ in asked[before:])
    assert stated == small[0]
    assert reading.counts == small[1].counts
    assert reading.skipped == small[1].skipped


def test_a_finished_run_is_told_again_without_asking(oxigraph, small, tmp_path):
    state = tmp_path / "wikidata.jsonl"
    with proxy(oxigraph) as (endpoint, asked):
        ask(endpoint, state=state)
        before = len(asked)
        stated, reading, _ = ask(endpoint, state=state, day=PartialDate("2027-01-01"))
        assert len(asked) == before
    # Seen on the day it was asked for, not on the day it is told.
    assert stated == small[0]
    assert reading.summary is not None


def test_a_page_that_was_half_written_is_asked_for_again(oxigraph, small, tmp_path):
    state = tmp_path / "wikidata.jsonl"
    ask(oxigraph, page=3, state=state)
    whole = state.read_bytes()
    lines = whole.splitlines(keepends=True)
    for cut in (len(lines[0]) // 2, len(lines[0]) + 100, len(b"".join(lines[:3])) - 1):
        state.write_bytes(whole[:cut])
        stated, _, _ = ask(oxigraph, page=3, state=state)
        assert stated == small[0]
        assert state.read_bytes() == whole


def test_a_class_query_goes_on_where_it_was(oxigraph, tmp_path):
    state = tmp_path / "wikidata.jsonl"
    stated, _, _ = ask(oxigraph, items=["Q900101"], classes=["Q341"], page=1, state=state)
    whole = state.read_bytes()
    kept = b"".join(whole.splitlines(keepends=True)[:3])  # the run, Acme, Weaver
    state.write_bytes(kept)
    again, _, _ = ask(oxigraph, items=["Q900101"], classes=["Q341"], page=1, state=state)
    assert again == stated
    assert state.read_bytes() == whole


def test_the_pages_of_another_run_are_not_mixed_in(oxigraph, tmp_path):
    state = tmp_path / "wikidata.jsonl"
    ask(oxigraph, items=["Q900001"], state=state)
    with pytest.raises(FeedError, match="holds pages of another run"):
        ask(oxigraph, items=["Q900002"], state=state)
    state.write_text("<html>\n")
    with pytest.raises(FeedError, match="is no file of finished pages"):
        ask(oxigraph, items=["Q900002"], state=state)


# The source


def test_wikidata_is_declared_and_not_shipped():
    source = feed_sources()["wikidata"]
    assert (source.feed, source.licence, source.ship) == ("wikidata", "CC0-1.0", False)
    assert source.url == wikidata.DEFAULT
