"""A network that drops, delays, drips and lies: each time a clear error, or an answer on another try, and in time."""

import socket
import threading
import time
from contextlib import contextmanager

import pytest

from kg.errors import KgError, Misuse, QueryTimeout
from kg.store import open_store
from kg.store.embedded import EmbeddedStore
from kg.store.transport import Credentials

QUERY = "SELECT ?x { ?x a osgov:Project }"
GOOD = b'{"head":{"vars":["x"]},"results":{"bindings":[{"x":{"type":"uri","value":"urn:x"}}]}}'
JSON = b"Content-Type: application/sparql-results+json\r\n"


def reply(body, head=JSON, status=b"200 OK", length=None):
    said = len(body) if length is None else length
    return b"HTTP/1.1 " + status + b"\r\n" + head + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % said + body


@contextmanager
def network(*acts):
    """A server on loopback whose n-th connection gets the n-th act, bytes or a function of the socket; the last one again.

    Gives the address and the list of the requests it got.
    """
    listener = socket.create_server(("127.0.0.1", 0))
    requests, over = [], threading.Event()

    def serve():
        while not over.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            number = len(requests)
            requests.append(b"")
            act = acts[min(number, len(acts) - 1)]
            threading.Thread(target=handle, args=(connection, act, number), daemon=True).start()

    def handle(connection, act, number):
        with connection:
            try:
                requests[number] = connection.recv(65536)
                connection.sendall(act) if isinstance(act, bytes) else act(connection, over)
            except OSError:
                pass

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/sparql", requests
    finally:
        over.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def dripping(connection, over):
    connection.sendall(b"HTTP/1.1 200 OK\r\n" + JSON + b"Content-Length: 100000\r\n\r\n")
    while not over.wait(0.02):
        connection.sendall(b" ")


def silent(_, over):
    over.wait(30)


FAULTS = {
    "dropped": (b"", "no answer|broke off"),
    "half a status line": (b"HTTP/1.1 2", "no answer|broke off|no SPARQL result"),
    "cut off": (reply(GOOD[:40], length=len(GOOD)), "broke off"),
    "half a JSON": (reply(GOOD[:40]), "no SPARQL result"),
    "no JSON": (reply(b"not json"), "no SPARQL result"),
    "a web page": (reply(b"<html>hello</html>", b"Content-Type: text/html\r\n"), "answered text/html that is no SPARQL result"),
    "an error 500": (reply(b"out of memory", b"Content-Type: text/plain\r\n", b"500 Oops"), "500 Oops: out of memory"),
    "a web page with 500": (reply(b"<html>", b"Content-Type: text/html\r\n", b"500 Oops"), "500 Oops with a web page"),
    "busy for long": (reply(b"", b"Retry-After: 3600\r\n", b"503 Busy"), "asks to wait 3600 s"),
    "always busy": (reply(b"", b"Retry-After: 0\r\n", b"429 Too Many"), "429 Too Many"),
    "part of an answer": (reply(GOOD, JSON + b"X-SQL-State: S1TAT\r\n"), "a part of the answer only"),
    "rows that kg serve cut off": (
        reply(GOOD, JSON + b"KG-Truncated: rows=1\r\n"),
        "gave 1 rows, which is its limit, of more; page the query with LIMIT",
    ),
    "rows up to a limit": (
        reply(GOOD, JSON + b"X-SPARQL-MaxRows: 1\r\n"),
        "gave 1 rows, which is its limit",
    ),
}


@pytest.mark.parametrize(("act", "said"), [pytest.param(*fault, id=name) for name, fault in FAULTS.items()])
def test_a_fault_is_an_error_that_names_it_and_the_endpoint(act, said):
    with network(act) as (address, _):
        with pytest.raises(KgError, match=said) as caught:
            open_store(address).query(QUERY, timeout=10)
        assert address in str(caught.value)
        assert caught.value.exit_code == 3


@pytest.mark.parametrize("act", [dripping, silent])
def test_nothing_is_waited_for_past_the_deadline(act):
    with network(act) as (address, _):
        begun = time.monotonic()
        with pytest.raises(QueryTimeout, match=r"no answer within 0\.5 s"):
            open_store(address).query(QUERY, timeout=0.5)
        assert time.monotonic() - begun < 1.5


@pytest.mark.parametrize("status", [b"429 Too Many", b"502 Bad Gateway", b"503 Busy", b"504 Late"])
def test_an_endpoint_that_was_busy_is_asked_again(status):
    empty = reply(b'{"head":{"vars":["view"]},"results":{"bindings":[]}}')
    with network(empty, reply(b"", b"Retry-After: 0\r\n", status), reply(GOOD)) as (address, requests):
        assert len(open_store(address).query(QUERY, timeout=10).rows) == 1
        assert len(requests) == 3


def test_a_short_query_goes_by_get_and_a_long_one_by_post():
    with network(reply(GOOD)) as (address, requests):
        store = open_store(address)
        store.query(QUERY, timeout=10)
        store.query(QUERY + "#" + 3000 * "x", timeout=10)
        assert [request.split(b"?")[0].split(b" HTTP")[0] for request in requests[1:]] == [b"GET /sparql", b"POST /sparql"]


def test_credentials_in_the_address_are_refused_and_not_repeated():
    with pytest.raises(Misuse, match="has credentials in it") as caught:
        open_store("https://me:geheim@example.org/sparql")
    assert "geheim" not in str(caught.value)


def test_a_token_is_sent_and_a_redirect_to_another_host_is_refused(monkeypatch):
    monkeypatch.setenv("KG_STORE_TOKEN", "geheim")
    redirect = reply(b"", b"Location: http://localhost:1/sparql\r\n", b"302 Found")
    with network(redirect) as (address, requests):
        with pytest.raises(KgError, match="redirects to localhost:1, and the credentials are not for it") as caught:
            open_store(address).query(QUERY, timeout=10)
        assert b"Authorization: Bearer geheim" in requests[0]
        assert "geheim" not in str(caught.value)


def test_a_user_is_told_only_to_who_asks_and_a_refusal_says_what_to_set(monkeypatch):
    monkeypatch.setenv("KG_STORE_USER", "me")
    monkeypatch.setenv("KG_STORE_PASSWORD", "geheim")
    challenge = reply(b"", b'WWW-Authenticate: Basic realm="here"\r\n', b"401 Unauthorized")
    with network(challenge, reply(b"", b"", b"403 Forbidden")) as (address, requests):
        with pytest.raises(KgError, match="does not accept the credentials it was given; set KG_STORE_TOKEN") as caught:
            open_store(address).query(QUERY, timeout=10)
        assert b"Authorization" not in requests[0]
        assert b"Authorization: Basic bWU6Z2VoZWlt" in requests[1]
        assert "geheim" not in str(caught.value)


def test_netrc_has_credentials_for_its_host_alone(monkeypatch, tmp_path):
    for name in ("KG_STORE_TOKEN", "KG_STORE_USER"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "netrc").write_text("machine here.example login me password geheim\ndefault login any password any\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    found = Credentials.of("here.example")
    assert (found.user, found.password) == ("me", "geheim")
    assert "geheim" not in repr(found)
    assert not Credentials.of("elsewhere.example")


def test_a_push_that_is_refused_says_so(monkeypatch, small_quads):
    from kg.store.push import push

    monkeypatch.delenv("KG_STORE_USER", raising=False)
    with (
        network(reply(b"no", b"Content-Type: text/plain\r\n", b"401 Unauthorized")) as (address, _),
        pytest.raises(KgError, match="asks for credentials"),
    ):
        push(EmbeddedStore.in_memory(small_quads), address)
