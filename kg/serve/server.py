"""The server process: uvicorn, with what it has no limits for limited: headers, connections, slow senders and slow readers."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

from uvicorn import Config, Server
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from kg.errors import KgError
from kg.serve.pool import Pool
from kg.serve.web import LOG, application

LARGEST_HEAD = 64 << 10  # bytes of a request line and headers; a longer query goes by POST
HEAD_SECONDS = 10.0  # in which they have to arrive
STALLED_SECONDS = 30.0  # for which a client may take nothing of what it is sent
CONNECTIONS = 1000
RUNNING_SECONDS = 2.0  # for which queries may still run once the server is told to stop
CLOSING_SECONDS = 5  # for which answers may still be sent then


def serve(
    locate: Callable[[], Path],
    *,
    host: str,
    port: int,
    timeout: float,
    rows: int,
    workers: int,
    cors: bool,
    log: bool,
    log_queries: bool,
    say: Callable[[str], None],
) -> None:
    """Serve the graph that `locate` leads to until SIGTERM or SIGINT; says where, once it answers. Raises KgError."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.create_server((host, port), family=family, backlog=2048)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise KgError(f"cannot listen on {host} port {port}: {reason}; --port names another port, 0 a free one") from error
    logging.basicConfig(stream=sys.stderr, format="%(asctime)s %(message)s", level=logging.WARNING)
    LOG.setLevel(logging.INFO if log else logging.WARNING)
    with listening, tempfile.TemporaryDirectory(prefix="kg-serve-") as folder:
        pool = Pool(locate, size=workers, timeout=timeout, rows=rows, folder=folder)
        app = application(pool, cors=cors, log_queries=log_queries)
        config = Config(
            app,
            http=_Guarded,
            ws="none",
            lifespan="off",
            access_log=False,
            log_config=None,
            server_header=False,
            date_header=True,
            timeout_graceful_shutdown=CLOSING_SECONDS,
        )
        name = f"[{host}]" if ":" in host else host
        address = f"http://{name}:{listening.getsockname()[1]}/"
        with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
            runner.run(_run(_Server(config), listening, pool, lambda: say(f"kg: serving {locate().parent} at {address}")))


async def _run(server: Server, listening: socket.socket, pool: Pool, ready: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()

    def end() -> None:
        if server.should_exit:  # told once more: at once, then
            pool.abandon()
        server.should_exit = True
        loop.call_later(RUNNING_SECONDS, pool.abandon)

    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, end)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda *_: end())
    try:
        await pool.start()
        ready()
        sweeping = asyncio.create_task(_sweep())
        await server.serve([listening])
        sweeping.cancel()
    finally:
        await pool.close()


class _Server(Server):
    """uvicorn's server, its signals handled by us: its own way ends the process by the signal, and not with 0."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


class _Guarded(HttpToolsProtocol):
    """A connection that is cut where it sends its request too slowly or too long, or does not take what it is sent."""

    open: ClassVar[set[_Guarded]] = set()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """As uvicorn does; one connection too many is told so and closed."""
        super().connection_made(transport)
        self.head, self.since, self.stalled = 0, self.loop.time(), 0.0
        _Guarded.open.add(self)
        if len(_Guarded.open) > CONNECTIONS:
            self._refuse(b"503 Service Unavailable", b"too many connections; try again in a moment", b"Retry-After: 2\r\n")

    def connection_lost(self, exc: Exception | None) -> None:
        """As uvicorn does."""
        _Guarded.open.discard(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """As uvicorn does, where the head of the request is not too long."""
        if self.since:
            self.head += len(data)
            # What comes with the last of the head may be body.
            if self.head > LARGEST_HEAD and b"\r\n\r\n" not in data[: LARGEST_HEAD + len(data) - self.head + 3]:
                text = b"the address or the headers are too long; send a long query by POST"
                self._refuse(b"431 Request Header Fields Too Large", text)
                return
        super().data_received(data)

    def on_message_begin(self) -> None:
        """A request begins."""
        self.since = self.since or self.loop.time()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The head of a request has arrived."""
        self.since, self.head = 0.0, 0
        super().on_headers_complete()

    def pause_writing(self) -> None:
        """The client takes nothing."""
        self.stalled = self.loop.time()
        super().pause_writing()

    def resume_writing(self) -> None:
        """The client takes something again."""
        self.stalled = 0.0
        super().resume_writing()

    def check(self, now: float) -> None:
        """Cut the connection where it has been waited for long enough."""
        waiting = self.transport.get_write_buffer_size()
        if waiting and self.transport.is_closing() and not self.stalled:
            self.stalled = now
        if self.stalled and now - self.stalled > STALLED_SECONDS:
            self.transport.abort()
        elif self.since and now - self.since > HEAD_SECONDS and not self.transport.is_closing():
            self._refuse(b"408 Request Timeout", b"the request did not arrive in time")

    def _refuse(self, status: bytes, text: bytes, more: bytes = b"") -> None:
        head = b"HTTP/1.1 %s\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: %d\r\n" % (status, len(text) + 1)
        self.transport.write(head + more + b"Connection: close\r\n\r\n" + text + b"\n")
        self.transport.close()


async def _sweep() -> None:
    while True:
        await asyncio.sleep(1)
        now = asyncio.get_running_loop().time()
        for connection in list(_Guarded.open):
            connection.check(now)
