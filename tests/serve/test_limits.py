"""Hostile and clumsy clients: none of them keeps `kg serve` from answering the others."""

import asyncio
import contextlib
import http.client
import os
import select
import signal
import socket
import sys
import threading
import time
from collections import Counter
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import quote

import pytest
from uvicorn import Config
from uvicorn.server import ServerState

from kg.serve import pool as pool_room
from kg.serve import server as server_room
from kg.serve import web
from kg.serve.pool import Gone, Pool
from kg.serve.protocol import Asked
from kg.serve.reply import Refusal
from kg.store.embedded import EmbeddedStore
from kg.store.generations import current, make_generation

# Six statements, joined with themselves thirty times.
ENDLESS = "SELECT (COUNT(*) AS ?n) {" + " . ".join(f"?a{n} ?b{n} ?c{n}" for n in range(30)) + "}"
ASK = "/sparql?query=ASK%7B%7D"


def request(text, *, path="/sparql?query="):
    return f"GET {path}{quote(text)} HTTP/1.1\r\nHost: x\r\n\r\n".encode()


def workers_of(server):
    pid = server.process.pid
    return list(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))


def ended(pid):
    """Waits until a process that is no child of ours has ended; false where it does not."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], 20)[0])
    finally:
        os.close(descriptor)


@pytest.fixture
def impatient(start_server, three_graphs):
    """A server with two workers and one second for a query."""
    return start_server(three_graphs, "--workers", 2, "--timeout", 1)


def test_an_endless_query_is_given_up_and_says_so_while_others_are_answered(impatient):
    answers = []
    asking = threading.Thread(target=lambda: answers.append(impatient.query(ENDLESS)))
    asking.start()
    assert impatient.ask(ASK).status == 200
    asking.join(30)
    assert (answers[0].status, "no answer within 1 s" in answers[0].text) == (504, True)
    assert impatient.ask(ASK).status == 200


def test_more_endless_queries_than_workers_leave_it_answering(impatient):
    answers = []
    clients = [threading.Thread(target=lambda: answers.append(impatient.query(ENDLESS).status)) for _ in range(6)]
    for client in clients:
        client.start()
    for client in clients:
        client.join(60)
    assert len(answers) == 6
    assert set(answers) <= {503, 504}
    assert impatient.ask(ASK).status == 200


def test_a_query_whose_client_leaves_is_given_up(start_server, three_graphs):
    server = start_server(three_graphs, "--workers", 1, "--timeout", 600)
    with socket.create_connection(("127.0.0.1", server.port)) as leaving:
        leaving.sendall(request(ENDLESS))
    assert server.ask(ASK, timeout=20).status == 200


def test_whoever_leaves_while_waiting_takes_no_turn(start_server, three_graphs):
    server = start_server(three_graphs, "--workers", 1, "--timeout", 600)
    clients = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(20)]
    for client in clients:
        client.sendall(request(ENDLESS))
    for client in clients:
        client.close()
    assert server.ask(ASK, timeout=30).status == 200


def test_a_query_of_ten_megabytes_is_refused(impatient):
    headers = {"Content-Type": "application/sparql-query"}
    answer = impatient.ask("/sparql", method="POST", body=b"#" * 10_000_000, headers=headers)
    assert (answer.status, "at most 1024 kB" in answer.text) == (413, True)
    answer = impatient.ask("/sparql", method="POST", body=iter([b"#" * 100_000] * 100), headers=headers)  # length unsaid
    assert answer.status == 413
    assert impatient.ask(ASK).status == 200


def test_a_query_nested_too_deep_for_the_engine_ends_nothing_but_itself(impatient):
    text = "SELECT * " + "{" * 200_000 + "}" * 200_000
    answer = impatient.ask("/sparql", method="POST", body=text.encode(), headers={"Content-Type": "application/sparql-query"})
    assert answer.status in {400, 500, 504}
    assert answer.text
    assert impatient.ask(ASK).status == 200


def answered(server, data, *, half_close=False):
    """The first line of what comes back for these bytes, or nothing."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        try:
            connection.sendall(data)
            if half_close:
                connection.shutdown(socket.SHUT_WR)
            return connection.recv(65536).split(b"\r\n")[0]
        except ConnectionError:
            return b""


@pytest.mark.parametrize(
    ("data", "first"),
    [
        (b"\x00\xff\x16\x03\x01 nonsense\r\n\r\n", b"HTTP/1.1 400 Bad Request"),
        (b"GET\r\n\r\n", b"HTTP/1.1 400 Bad Request"),
        (b"GET / HTTP/9.9\r\n\r\n", b"HTTP/1.1 400 Bad Request"),
        (b"GET /sparql?query=" + b"a" * 70_000, b"HTTP/1.1 431 Request Header Fields Too Large"),
        (b"GET / HTTP/1.1\r\n" + b"x: y\r\n" * 20_000, b"HTTP/1.1 431 Request Header Fields Too Large"),
        (b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n", b"HTTP/1.1 400 Bad Request"),
        (
            b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            b"HTTP/1.1 400 Bad Request",
        ),
        (request("\x00\x01"), b"HTTP/1.1 400 Bad Request"),
    ],
)
def test_malformed_bytes_get_a_plain_no(impatient, data, first):
    assert answered(impatient, data) == first
    assert impatient.ask(ASK).status == 200


def test_a_long_body_behind_a_short_head_is_no_long_head(impatient):
    body = b"ASK {} #" + b"x" * 200_000
    head = b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\nContent-Length: %d\r\n\r\n" % len(
        body
    )
    assert answered(impatient, head + body) == b"HTTP/1.1 200 OK"


def test_a_client_that_stops_in_the_middle_ends_only_itself(impatient):
    head = b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\nContent-Length: 500\r\n\r\nASK"
    assert answered(impatient, head, half_close=True) in {b"", b"HTTP/1.1 400 Bad Request"}
    assert impatient.ask(ASK).status == 200


def test_hundreds_of_silent_connections_leave_it_answering(impatient):
    silent = [socket.create_connection(("127.0.0.1", impatient.port)) for _ in range(300)]
    try:
        for connection in silent[::2]:
            connection.sendall(b"GET /sparql?query=")
        assert impatient.ask(ASK).status == 200
    finally:
        for connection in silent:
            connection.close()


def test_readers_who_take_nothing_hold_no_worker(start_server, built_folder):
    server = start_server(built_folder, "--workers", 1)
    slow = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(4)]
    try:
        for connection in slow:
            connection.sendall(request("SELECT * { ?s ?p ?o } LIMIT 50000"))
        assert server.ask(ASK).status == 200
    finally:
        for connection in slow:
            connection.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly_in_the_middle_of_a_query(start_server, three_graphs, number):
    server = start_server(three_graphs, "--timeout", 600)
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.sendall(request(ENDLESS))
        assert server.ask(ASK).status == 200
        workers = workers_of(server)
        assert workers
        server.process.send_signal(number)
        assert server.stop(number) == 0  # told twice, it does not wait for queries
    assert not any("Traceback" in line for line in server.log)
    assert all(map(ended, workers))


def test_when_the_server_is_killed_its_workers_go_too(start_server, three_graphs):
    server = start_server(three_graphs, "--timeout", 600)
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.sendall(request(ENDLESS))
        assert server.ask(ASK).status == 200
        workers = workers_of(server)
        server.stop(signal.SIGKILL)
        assert all(map(ended, workers))


def test_a_worker_that_dies_is_replaced(start_server, three_graphs):
    server = start_server(three_graphs, "--workers", 1)
    for _ in range(3):
        (pid,) = workers_of(server)
        os.kill(pid, signal.SIGKILL)
        assert ended(pid)
        assert server.ask(ASK).status in {200, 500}
        assert server.ask(ASK).status == 200


@pytest.mark.parametrize("options", [(), ("--log-queries",)])
def test_the_log_has_each_request_and_its_query_only_where_asked(start_server, three_graphs, options):
    server = start_server(three_graphs, *options)
    server.query("SELECT ?secret {}")
    assert server.stop() == 0
    lines = [line for line in server.log if '"GET /sparql' in line]
    assert len(lines) == 1
    assert (" 200 " in lines[0], "secret" in lines[0]) == (True, "--log-queries" in options)


# What takes long, or many, is tried inside this process, with clocks and numbers of the test's own.


@asynccontextmanager
async def inside(folder, tmp_path, *, timeout=30.0, size=1):
    """Serves a folder in this process; gives the port and the pool."""
    made = Pool(lambda: current(folder), size=size, timeout=timeout, rows=1000, folder=str(tmp_path))
    app = web.application(made, cors=True, log_queries=False)
    config = Config(app, ws="none", lifespan="off", log_config=None)
    config.load()

    def connection():
        return server_room._Guarded(config=config, server_state=ServerState(), app_state={})

    listening = await asyncio.get_running_loop().create_server(connection, "127.0.0.1", 0)
    try:
        await made.start()
        yield listening.sockets[0].getsockname()[1], made
    finally:
        listening.close()
        for connection in list(server_room._Guarded.open):
            connection.transport.abort()
        await made.close()
        await asyncio.sleep(0)


async def until(claim):
    """Lets everything else run until the claim holds."""
    while not claim():
        await asyncio.sleep(0.001)


def run(test):
    async def bounded():
        async with asyncio.timeout(60):
            await test()

    asyncio.run(bounded())


def test_a_head_that_does_not_end_is_cut_off(three_graphs, tmp_path):
    async def test():
        async with inside(three_graphs, tmp_path) as (port, _):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")  # the second request on a connection counts anew
            await reader.readuntil(b"ok\n")
            writer.write(b"GET / HTT")
            (connection,) = server_room._Guarded.open
            await until(lambda: connection.since)
            now = asyncio.get_running_loop().time()
            connection.check(now + server_room.HEAD_SECONDS - 1)
            assert not connection.transport.is_closing()
            connection.check(now + server_room.HEAD_SECONDS + 1)
            assert (await reader.read()).startswith(b"HTTP/1.1 408 Request Timeout\r\n")
            writer.close()

    run(test)


def test_a_reader_who_takes_nothing_is_cut_off(three_graphs, tmp_path, monkeypatch):
    monkeypatch.setattr(web, "start", lambda: "x" * 50_000_000)

    async def test():
        async with inside(three_graphs, tmp_path) as (port, _):
            _, writer = await asyncio.open_connection("127.0.0.1", port, limit=1)
            writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\n\r\n")
            await until(lambda: any(c.stalled for c in server_room._Guarded.open))
            (connection,) = server_room._Guarded.open
            connection.check(connection.stalled + server_room.STALLED_SECONDS - 1)
            assert not connection.transport.is_closing()
            connection.check(connection.stalled + server_room.STALLED_SECONDS + 1)
            await until(lambda: not server_room._Guarded.open)
            writer.close()

    run(test)


def test_one_connection_too_many_is_told_so(three_graphs, tmp_path, monkeypatch):
    monkeypatch.setattr(server_room, "CONNECTIONS", 2)

    async def test():
        async with inside(three_graphs, tmp_path) as (port, _):
            kept = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
            await until(lambda: len(server_room._Guarded.open) == 2)
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            refusal = await reader.read()
            assert refusal.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
            assert b"Retry-After: 2\r\n" in refusal
            for _, each in [*kept, (reader, writer)]:
                each.close()

    run(test)


def test_a_body_that_does_not_end_is_cut_off(three_graphs, tmp_path, monkeypatch):
    monkeypatch.setattr(web, "BODY_SECONDS", 0.05)

    async def test():
        async with inside(three_graphs, tmp_path) as (port, _):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nASK")
            assert (await reader.readuntil(b"\r\n")) == b"HTTP/1.1 408 Request Timeout\r\n"
            writer.close()

    run(test)


async def forever():
    await asyncio.Event().wait()


def job(text):
    return "sparql", (Asked(text), "", "")


def test_past_the_queue_a_request_is_told_when_to_come_again(three_graphs, tmp_path, monkeypatch):
    monkeypatch.setattr(pool_room, "QUEUE", 1)

    async def test():
        async with inside(three_graphs, tmp_path, timeout=600) as (_, pool):
            leave = asyncio.Event()
            busy = [asyncio.create_task(pool.ask(*job(ENDLESS), leave.wait())) for _ in range(2)]
            await until(lambda: pool._waiting == 1)
            with pytest.raises(Refusal) as refused:
                await pool.ask(*job("ASK {}"), forever())
            assert (refused.value.status, refused.value.headers) == (503, {"Retry-After": "2"})
            leave.set()
            assert [type(e) for e in await asyncio.gather(*busy, return_exceptions=True)] == [Gone, Gone]
            assert (await pool.ask(*job("ASK {}"), forever())).status == 200

    run(test)


def test_a_graph_built_anew_is_served_from_then_on(small_folder, tmp_path, monkeypatch):
    monkeypatch.setattr(pool_room, "LOOK", -1.0)
    folder = tmp_path / "graph"
    make_generation(folder, "1", lambda path: EmbeddedStore.write(path, EmbeddedStore.in_memory()))

    async def test():
        async with inside(folder, tmp_path) as (_, pool):
            count = job("ASK { ?s ?p ?o }")
            before = await pool.ask(*count, forever())
            whole = EmbeddedStore.at(current(small_folder), "")
            make_generation(folder, "2", lambda path: EmbeddedStore.write(path, whole))
            after = await pool.ask(*count, forever())
            assert (b"false" in before.body, b"true" in after.body) == (True, True)
            assert before.headers["ETag"] != after.headers["ETag"]

    run(test)


def test_a_large_answer_goes_through_a_file_that_is_gone_afterwards(built_folder, start_server, tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    server = start_server(built_folder)
    answer = server.query("SELECT * { ?s ?p ?o } LIMIT 30000", accept="text/csv")
    assert answer.status == 200
    assert answer.body.count(b"\r\n") == 30001
    (folder,) = tmp_path.iterdir()
    assert list(folder.iterdir()) == []
    assert server.stop() == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="the system does not limit the memory of a process")
def test_a_query_in_need_of_too_much_memory_ends_nothing_but_itself(three_graphs, tmp_path, monkeypatch):
    limited = "from kg.serve import worker; worker.MEMORY = 1 << 30; " + pool_room._PROGRAM
    monkeypatch.setattr(pool_room, "_PROGRAM", limited)

    async def test():
        async with inside(three_graphs, tmp_path, timeout=600) as (_, pool):
            sorting = ENDLESS.replace("(COUNT(*) AS ?n)", "*") + " ORDER BY ?a0"
            with pytest.raises(Refusal) as refused:
                await pool.ask(*job(sorting), forever())
            assert (refused.value.status, "memory" in refused.value.text) == (500, True)
            assert (await pool.ask(*job("ASK {}"), forever())).status == 200

    run(test)


def test_a_hostile_mix_leaves_it_answering(start_server, three_graphs):
    server = start_server(three_graphs, "--workers", 2, "--timeout", 1)
    over = threading.Event()
    type_of_query = {"Content-Type": "application/sparql-query"}

    def silent():
        connections = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(20)]
        for connection in connections:
            connection.sendall(b"GET /sparql?query=")
        over.wait()
        for connection in connections:
            connection.close()

    attacks = [
        lambda: server.query(ENDLESS),
        lambda: server.query(ENDLESS),
        lambda: server.ask("/sparql", method="POST", body=b"#" * 10_000_000, headers=type_of_query),
        lambda: server.ask("/sparql", method="POST", body=b"update=DROP+ALL"),
        lambda: server.query("DROP ALL"),
        lambda: answered(server, b"\x00\xff\x16\x03\x01 nonsense\r\n\r\n"),
        lambda: answered(server, request(ENDLESS), half_close=True),
        lambda: answered(server, b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\nASK", half_close=True),
        lambda: socket.create_connection(("127.0.0.1", server.port)).close(),
        silent,
    ]

    def go_on_with(attack):
        while not over.is_set():
            with contextlib.suppress(OSError, http.client.HTTPException):
                attack()

    attackers = [threading.Thread(target=go_on_with, args=[attack]) for attack in attacks]
    for attacker in attackers:
        attacker.start()
    try:
        said, until = Counter(), time.monotonic() + 8
        while time.monotonic() < until:
            answer = server.query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
            said[answer.status, answer.json()["results"]["bindings"][0]["n"]["value"] if answer.status == 200 else ""] += 1
    finally:
        over.set()
        for attacker in attackers:
            attacker.join(60)
    assert set(said) <= {(200, "6"), (503, "")}, said
    assert said[200, "6"] >= 3  # in turn with queries that take a second each
    assert server.process.poll() is None
    assert server.ask(ASK).status == 200
