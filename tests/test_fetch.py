"""Fetching, against a real web server on loopback that also misbehaves."""

import gzip
import hashlib
import shutil
import socket
import ssl
import subprocess
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from kg import __version__, fetch
from kg.errors import FeedError
from kg.fetch import Validators

BODY = b"id,name\n1,Weaver\n2,Loom\n"
TAGGED = {"ETag": '"one"', "Last-Modified": "Wed, 01 May 2024 10:00:00 GMT"}


@contextmanager
def serving(answer, context=None):
    """A web server on loopback that answers by calling `answer` with its handler; gives its address, and what it was asked."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append((self.path, dict(self.headers)))
            answer(self)

        def log_message(self, *_):
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_):  # a client that hangs up early is what some of these tests are about
            pass

    server = Server(("127.0.0.1", 0), Handler)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http{'s' if context else ''}://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def reply(handler, status=200, body=BODY, kind="text/csv", length=None, **headers):
    handler.send_response(status)
    handler.send_header("Content-Type", kind)
    handler.send_header("Content-Length", str(len(body) if length is None else length))
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


def in_turn(*replies):
    """Answers with one reply after another, the last one for ever."""
    left = list(replies)
    return lambda handler: reply(handler, **(left.pop(0) if len(left) > 1 else left[0]))


@pytest.fixture
def naps(monkeypatch):
    """The waits that were asked for, and not made."""
    taken = []
    monkeypatch.setattr(time, "sleep", taken.append)
    return taken


@pytest.fixture
def target(tmp_path):
    return tmp_path / "raw" / "file.csv"


def refused(answer, target, match, path="/file.csv", **options):
    """What a fetch that must fail says; it names the address, and leaves what was there."""
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(b"old")
    with serving(answer) as (address, asked):
        with pytest.raises(FeedError, match=match) as caught:
            fetch.fetch(address + path, target, **options)
        assert address + path in str(caught.value)
    assert [p.name for p in target.parent.iterdir()] == ["file.csv"]
    assert target.read_bytes() == b"old"
    return asked


def test_a_file_is_written_whole_and_told_of(target):
    said = []
    with serving(lambda h: reply(h, **TAGGED)) as (address, asked):
        got = fetch.fetch(f"{address}/file.csv", target, say=said.append)
    assert target.read_bytes() == BODY
    assert [p.name for p in target.parent.iterdir()] == ["file.csv"]
    assert (got.url, got.final_url, got.path, got.modified) == (f"{address}/file.csv", f"{address}/file.csv", target, True)
    assert (got.sha256, got.size, got.content_type) == (hashlib.sha256(BODY).hexdigest(), len(BODY), "text/csv")
    assert got.validators == Validators('"one"', "Wed, 01 May 2024 10:00:00 GMT")
    assert asked[0][1]["User-Agent"] == f"osgov-kg/{__version__} (https://w3id.org/osgov/)"
    assert said == [f"{address}/file.csv: 24 bytes"]


def test_a_file_that_came_compressed_is_written_plain(target):
    packed = gzip.compress(BODY)
    with serving(lambda h: reply(h, body=packed, Content_Encoding="gzip")) as (address, _):
        got = fetch.fetch(f"{address}/file.csv", target)
    assert target.read_bytes() == BODY
    assert got.size == len(BODY)


def test_a_file_that_has_not_changed_is_left_as_it_is(target):
    target.parent.mkdir()
    target.write_bytes(BODY)
    before = target.stat()

    def answer(handler):
        handler.send_response(304)
        handler.end_headers()

    with serving(answer) as (address, asked):
        known = Validators('"one"', "Wed, 01 May 2024 10:00:00 GMT")
        got = fetch.fetch(f"{address}/file.csv", target, known=known)
    assert asked[0][1]["If-None-Match"] == '"one"'
    assert asked[0][1]["If-Modified-Since"] == "Wed, 01 May 2024 10:00:00 GMT"
    assert not got.modified
    assert got.validators == known
    assert (got.sha256, got.size) == (hashlib.sha256(BODY).hexdigest(), len(BODY))
    assert target.stat().st_mtime_ns == before.st_mtime_ns


def test_a_file_that_is_gone_here_is_asked_for_without_conditions(target):
    with serving(reply) as (address, asked):
        got = fetch.fetch(f"{address}/file.csv", target, known=Validators('"one"'))
    assert got.modified
    assert "If-None-Match" not in asked[0][1]


def test_not_modified_is_no_answer_to_one_who_has_nothing(target):
    refused(lambda h: reply(h, status=304, body=b""), target, "answered 304")


@pytest.mark.parametrize(
    ("status", "advice"),
    [
        (204, "check the address"),
        (401, "is it public"),
        (403, "is it public"),
        (404, "the file has moved or is gone; look for it on the page of the source"),
        (410, "moved or is gone"),
        (500, "try again later"),
    ],
)
def test_a_refusal_is_an_error_with_advice(status, advice, target):
    asked = refused(lambda h: reply(h, status=status, body=b""), target, f"answered {status} .*{advice}")
    assert len(asked) == 1


def test_a_busy_server_is_asked_again_when_it_says(target, naps):
    said = []
    answer = in_turn({"status": 429, "body": b"", "Retry_After": "7"}, {"status": 503, "body": b"", "Retry_After": "2"}, {})
    with serving(answer) as (address, asked):
        fetch.fetch(f"{address}/file.csv", target, say=said.append)
    assert target.read_bytes() == BODY
    assert len(asked) == 3
    assert naps == [7, 2]
    assert said[:2] == ["/file.csv: 429; asked again in 7 s", "/file.csv: 503; asked again in 2 s"]


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_server_that_stays_busy_is_not_asked_for_ever(status, target, naps):
    asked = refused(lambda h: reply(h, status=status, body=b""), target, f"answered {status} .*try again later")
    assert len(asked) == 6
    assert sum(naps) <= 60


def test_a_wait_longer_than_the_deadline_is_not_begun(target, naps):
    said = "answered 429 .*try again in 86400 s"
    asked = refused(lambda h: reply(h, status=429, body=b"", Retry_After="86400"), target, said)
    assert len(asked) == 1
    assert naps == []


def test_a_redirect_is_followed_and_told(target):
    def answer(handler):
        if handler.path == "/file.csv":
            reply(handler, status=302, body=b"", Location="/moved/file.csv")
        else:
            reply(handler)

    with serving(answer) as (address, asked):
        got = fetch.fetch(f"{address}/file.csv", target)
    assert got.final_url == f"{address}/moved/file.csv"
    assert got.url == f"{address}/file.csv"
    assert [path for path, _ in asked] == ["/file.csv", "/moved/file.csv"]


def test_a_redirect_in_a_circle_ends(target):
    asked = refused(lambda h: reply(h, status=301, body=b"", Location="/file.csv"), target, "leads on more than 10 times")
    assert len(asked) == 11


def test_an_error_behind_a_redirect_names_both_addresses(target):
    def answer(handler):
        if handler.path == "/file.csv":
            reply(handler, status=302, body=b"", Location="/gone.csv")
        else:
            reply(handler, status=404, body=b"")

    refused(answer, target, r"/file\.csv: .*/gone\.csv: answered 404")


@pytest.mark.parametrize("place", ["file:///etc/hostname", "ftp://127.0.0.1/file.csv", "https://me:secret@127.0.0.1/x"])
def test_a_redirect_to_what_is_no_public_web_address_is_refused(place, target):
    with (
        serving(lambda h: reply(h, status=302, body=b"", Location=place)) as (address, _),
        pytest.raises(FeedError, match=r"is no web address|only public files") as caught,
    ):
        fetch.fetch(f"{address}/file.csv", target)
    assert "secret" not in str(caught.value)
    assert not target.exists()


@pytest.mark.parametrize("url", ["file:///etc/hostname", "ftp://host/file", "/file.csv", "https://", "http://[::1/file", ""])
def test_only_web_addresses_are_read(url, target):
    with pytest.raises(FeedError, match="is no web address"):
        fetch.fetch(url, target)


def test_an_address_with_a_password_is_refused_and_not_repeated(target):
    with pytest.raises(FeedError, match="only public files are read") as caught:
        fetch.fetch("https://me:secret@example.org/file", target)
    assert "secret" not in str(caught.value)


def test_a_password_in_the_users_netrc_is_not_sent(target, tmp_path, monkeypatch):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with serving(reply) as (address, asked):
        fetch.fetch(f"{address}/file.csv", target)
    assert "Authorization" not in asked[0][1]


def test_a_file_that_stops_short_is_no_file(target):
    refused(lambda h: reply(h, length=len(BODY) + 10), target, "came only in part .*try again later")


def test_a_file_in_chunks_that_stop_short_is_no_file(target):
    def answer(handler):
        handler.protocol_version = "HTTP/1.1"
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        handler.wfile.write(b"8\r\nid,name\n\r\n")
        handler.close_connection = True

    refused(answer, target, "came only in part")


def test_an_empty_file_is_no_file(target):
    refused(lambda h: reply(h, body=b""), target, "the file is empty")


def test_what_is_not_compressed_as_it_says_is_no_file(target):
    refused(lambda h: reply(h, Content_Encoding="gzip"), target, "cannot be read .*check the address")


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/html; charset=utf-8", BODY),
        ("application/xhtml+xml", BODY),
        ("text/plain", b"\xef\xbb\xbf\n <!DOCTYPE html><html><body>Sign in</body></html>"),
        ("application/octet-stream", b"<HTML><body>Sign in</body></html>"),
    ],
)
def test_a_web_page_is_no_data_file(kind, body, target):
    refused(lambda h: reply(h, body=body, kind=kind), target, "is a web page, not a data file; .*raw file")


def test_xml_with_a_doctype_of_its_own_is_a_data_file(target):
    body = b'<!DOCTYPE rdf:RDF [<!ENTITY x "y">]><rdf:RDF/>'
    with serving(lambda h: reply(h, body=body, kind="application/rdf+xml")) as (address, _):
        fetch.fetch(f"{address}/file.rdf", target)
    assert target.read_bytes() == body


def test_a_file_that_says_it_is_too_large_is_not_begun(target, monkeypatch):
    monkeypatch.setattr(fetch, "LARGEST", 10)
    refused(reply, target, "is larger than")


def test_a_file_that_turns_out_too_large_is_dropped(target, monkeypatch):
    monkeypatch.setattr(fetch, "LARGEST", 1000)
    packed = gzip.compress(b"0" * 100_000)
    assert len(packed) < 1000
    refused(lambda h: reply(h, body=packed, Content_Encoding="gzip"), target, "is larger than")


def test_a_body_that_drips_is_given_up_at_the_deadline(target):
    hung_up, released = threading.Event(), threading.Event()

    def answer(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", "100000000")
        handler.end_headers()
        try:
            while not released.wait(0.02):
                handler.wfile.write(b"x")
        except ConnectionError:
            hung_up.set()

    started = time.monotonic()
    target.parent.mkdir()
    try:
        with serving(answer) as (address, _):
            with pytest.raises(FeedError, match=r"not here within 0\.3 s"):
                fetch.fetch(f"{address}/file.csv", target, timeout=0.3)
            # Nobody goes on reading behind the back of the one who gave up.
            assert hung_up.wait(5)
    finally:
        released.set()
    assert time.monotonic() - started < 5
    assert list(target.parent.iterdir()) == []


def test_a_header_that_drips_is_given_up_at_the_deadline(target):
    released = threading.Event()

    def answer(handler):
        handler.wfile.write(b"HTTP/1.0 200 OK\r\nX-Slow: ")
        while not released.wait(0.02):
            handler.wfile.write(b"x")

    try:
        refused(answer, target, r"not here within 0\.3 s", timeout=0.3)
    finally:
        released.set()


def test_a_server_that_never_answers_is_given_up_at_the_deadline(target):
    released = threading.Event()
    try:
        refused(lambda _: released.wait(10), target, r"not here within 0\.2 s", timeout=0.2)
    finally:
        released.set()


def test_a_server_that_is_down_is_an_error_naming_the_address(target, naps):
    with serving(reply) as (address, _):
        pass
    with pytest.raises(FeedError, match=r"no answer .*try again later") as caught:
        fetch.fetch(f"{address}/file.csv", target)
    assert address in str(caught.value)
    assert not target.exists()


def test_a_host_nobody_knows_is_an_error_naming_it(target, naps, monkeypatch):
    def nobody(*_, **__):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    with pytest.raises(FeedError, match=r"^https://nowhere\.invalid/file\.csv: no such host is known here"):
        fetch.fetch("https://nowhere.invalid/file.csv", target)


def test_a_place_that_cannot_be_written_is_an_error_naming_it(tmp_path):
    (tmp_path / "raw").write_text("a file, not a folder")
    with serving(reply) as (address, _), pytest.raises(FeedError, match=r"raw/file\.csv: cannot be written"):
        fetch.fetch(f"{address}/file.csv", tmp_path / "raw" / "file.csv")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for 127.0.0.1 that only this test trusts."""
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed")
    folder = tmp_path_factory.mktemp("tls")
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
    subprocess.run(
        [*command.split(), "-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context, folder / "cert.pem"


def test_a_server_nobody_vouches_for_is_not_read(certificate, target, naps):
    with serving(reply, certificate[0]) as (address, asked):
        with pytest.raises(FeedError, match=r"the connection cannot be trusted .*; nothing was read") as caught:
            fetch.fetch(f"{address}/file.csv", target)
        assert address in str(caught.value)
    assert asked == []
    assert not target.exists()


def test_a_redirect_from_an_encrypted_address_to_a_plain_one_is_refused(certificate, target, monkeypatch):
    context, trusted = certificate
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(trusted))
    with (
        serving(reply) as (plain, asked),
        serving(lambda h: reply(h, status=302, body=b"", Location=f"{plain}/file.csv"), context) as (address, _),
        pytest.raises(FeedError, match="which is not encrypted; find the file's https address") as caught,
    ):
        fetch.fetch(f"{address}/file.csv", target)
    assert address in str(caught.value)
    assert asked == []
    assert not target.exists()
