"""Claim: `kg serve` keeps at least 70 % of the throughput of the Oxigraph server on the same graph and questions.

    python benchmarks/serve.py [--seconds 60] [--clients 64] [--only NAME]

Mixed shipped queries (each named query with its example), asked over and over by so many clients at once, each on a connection
of its own, of both servers in turn, twice. Every answer is compared with that of the embedded engine, byte by byte but for the
order of values joined in a group, which no engine has to keep. The CPU time that a server takes for a request is less noisy
than the clock; the share of a core that the clients take shows that they are not what is measured.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import resource
import shlex
import shutil
import socket
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import quote

import pyoxigraph as ox

from kg import catalog
from kg.graph import open_graph
from kg.querytext import with_prefixes
from kg.terms import PREFIXES

SLOW = 0.25  # seconds from which on a question is left out: a few such would be all that is measured
FORMAT = "application/sparql-results+json"


def questions() -> list[tuple[str, str, bytes]]:
    """Name, text and right answer of every named query with its example."""
    graph = open_graph()
    found = []
    for name in catalog.names():
        query = catalog.load(name)
        values = dict(pair.split("=", 1) for pair in shlex.split(query.example))
        text = with_prefixes(catalog.bind(query, values, graph.resolve_iri))
        began = time.process_time()
        answer = graph.store.store.query(text, prefixes=PREFIXES).serialize(format=ox.QueryResultsFormat.JSON)
        if time.process_time() - began < SLOW:
            found.append((name, text, answer))
    return found


def unordered(answer: bytes) -> list[dict[str, list[str]]]:
    """The rows of an answer, each value as its words in order."""
    rows = json.loads(answer)["results"]["bindings"]
    return [{name: sorted(cell["value"].split()) for name, cell in row.items()} for row in rows]


def request(path: str, text: str, port: int) -> bytes:
    """A request as it goes over the wire: by GET while the address is short, else by POST."""
    common = f"Host: 127.0.0.1:{port}\r\nAccept: {FORMAT}\r\n"
    encoded = quote(text, safe="")
    if len(encoded) < 6000:
        return f"GET {path}?query={encoded} HTTP/1.1\r\n{common}\r\n".encode()
    body = text.encode()
    kind = f"Content-Type: application/sparql-query\r\nContent-Length: {len(body)}\r\n"
    return f"POST {path} HTTP/1.1\r\n{common}{kind}\r\n".encode() + body


async def answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head[9:12])
    lower = head.lower()
    if b"transfer-encoding: chunked" in lower:
        parts = []
        while size := int((await reader.readline()).split(b";")[0], 16):
            parts.append(await reader.readexactly(size))
            await reader.readexactly(2)
        await reader.readexactly(2)
        return status, b"".join(parts)
    length = int(lower.split(b"content-length:")[1].split(b"\r\n")[0])
    return status, await reader.readexactly(length)


async def client(
    port: int, asked: list[tuple[str, bytes, bytes]], seed: int, until: float, times: list[float], bad: list[str]
) -> None:
    order = random.Random(seed)
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 24)
    while time.perf_counter() < until:
        name, sent, wanted = order.choice(asked)
        began = time.perf_counter()
        try:
            writer.write(sent)
            status, body = await answer(reader)
        except (OSError, EOFError, ValueError, IndexError) as error:
            bad.append(f"failed: {error!r}")
            writer.close()
            reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 24)
            continue
        times.append(time.perf_counter() - began)
        if status != 200:
            bad.append(f"failed: {status}")
        elif body != wanted and unordered(body) != unordered(wanted):
            bad.append(f"wrong: {name}")
    writer.close()


async def load(
    port: int, asked: list[tuple[str, bytes, bytes]], clients: int, seconds: float
) -> tuple[list[float], list[str], float]:
    times: list[float] = []
    bad: list[str] = []
    began = time.perf_counter()
    await asyncio.gather(*(client(port, asked, seed, began + seconds, times, bad) for seed in range(clients)))
    return times, bad, time.perf_counter() - began


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def start(command: list[str], said: str) -> subprocess.Popen[str]:
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert server.stderr is not None
    for line in server.stderr:
        if said in line:
            threading.Thread(target=server.stderr.read, daemon=True).start()
            return server
    raise SystemExit(f"{command[0]} did not start")


def _cpu(whose: int) -> float:
    used = resource.getrusage(whose)
    return used.ru_utime + used.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--only", action="append")
    given = parser.parse_args()
    asked = [q for q in questions() if not given.only or q[0] in given.only]
    oxigraph = shutil.which("oxigraph", path=str(Path(sys.executable).parent)) or "oxigraph"
    graph = open_graph().store.path
    size = statistics.median(len(answer) for *_, answer in asked)
    print(f"{len(asked)} of {len(catalog.names())} questions, answers of {size:,.0f} bytes in the median")
    columns = f"{'server':<10} {'requests/s':>10} {'p50 ms':>8} {'p99 ms':>8} {'failed':>7} {'wrong':>6}"
    print(f"{columns} {'CPU ms/request':>15} {'clients':>8}")
    rates: dict[str, list[float]] = {}
    for _ in range(given.rounds):
        for name in ("oxigraph", "kg"):
            port = free_port()
            if name == "kg":
                command = [sys.executable, "-m", "kg", "serve", "--port", str(port)]
                server, path = start(command, "serving"), "/sparql"
            else:
                command = [oxigraph, "serve-read-only", "-l", str(graph), "-b", f"127.0.0.1:{port}"]
                server, path = start(command, "Listening"), "/query"
            sent = [(question, request(path, text, port), wanted) for question, text, wanted in asked]
            children = _cpu(resource.RUSAGE_CHILDREN)
            warm, *_ = asyncio.run(load(port, sent, given.clients, min(2.0, given.seconds / 5)))
            before = _cpu(resource.RUSAGE_SELF)
            times, bad, took = asyncio.run(load(port, sent, given.clients, given.seconds))
            own = (_cpu(resource.RUSAGE_SELF) - before) / took
            server.terminate()
            server.wait()
            spent, done = _cpu(resource.RUSAGE_CHILDREN) - children, len(warm) + len(times)
            ordered = sorted(times)
            wrong = sum(what.startswith("wrong") for what in bad)
            rates.setdefault(name, []).append(len(times) / took)
            middle, late = (ordered[int(len(ordered) * part)] * 1e3 for part in (0.5, 0.99))
            figures = f"{len(times) / took:>10,.1f} {middle:>8.1f} {late:>8.1f} {len(bad) - wrong:>7} {wrong:>6}"
            print(f"{name:<10} {figures} {spent / done * 1e3:>15.2f} {own:>8.0%}")
            for what in sorted(set(bad))[:5]:
                print("   ", what)
    ratio = statistics.mean(rates["kg"]) / statistics.mean(rates["oxigraph"])
    print(
        f"kg serve keeps {ratio:.0%} of the throughput of the Oxigraph server ({os.cpu_count()} cores, shared with the clients)"
    )


if __name__ == "__main__":
    main()
