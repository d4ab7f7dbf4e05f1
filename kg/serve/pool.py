"""The worker processes: one request each at a time, as many as are allowed, killed and replaced where they take too long."""

from __future__ import annotations

import asyncio
import contextlib
import pickle
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from kg.errors import KgError
from kg.serve.reply import Refusal, Reply
from kg.serve.worker import LENGTH, frame

QUEUE = 256  # requests that may wait for a worker
LOOK = 1.0  # seconds after which it is looked again whether there is a newer graph
GRACE = 0.5  # seconds a query may still run once its client has left: to end it costs as much as many a query
_PROGRAM = "import sys; from kg.serve.worker import main; main(sys.argv[1], int(sys.argv[2]), sys.argv[3])"


class Gone(Exception):
    """The client left; nobody waits for the answer."""


class Pool:
    """Answers jobs, one a worker at a time; starts workers as they are needed, up to `size`."""

    def __init__(self, locate: Callable[[], Path], *, size: int, timeout: float, rows: int, folder: str) -> None:
        """Start nothing yet. `locate` says where the graph lies now; `folder` is for large answers."""
        self.timeout = timeout
        self._locate, self._rows, self._folder = locate, rows, folder
        self._slots = asyncio.Semaphore(size)
        self._idle: list[_Worker] = []
        self._all: set[_Worker] = set()
        self._waiting = 0
        self._stopping = False
        self._path, self._looked = locate(), 0.0

    async def ask(self, job: str, given: tuple[Any, ...], gone: Coroutine[Any, Any, None]) -> Reply:
        """The reply of a worker. Raises Refusal where there is none in time, Gone where the client leaves first (`gone`)."""
        leaving = asyncio.create_task(gone)
        try:
            await self._slot(leaving)
            try:
                return await self._with_worker(job, given, leaving)
            finally:
                self._slots.release()
        finally:
            leaving.cancel()

    async def _slot(self, leaving: asyncio.Task[None]) -> None:
        if not self._slots.locked():
            await self._slots.acquire()
            return
        if self._waiting >= QUEUE:
            raise Refusal(503, "too many requests wait already; try again in a moment", {"Retry-After": "2"})
        self._waiting += 1
        turn: asyncio.Task[Any] = asyncio.create_task(self._slots.acquire())
        try:
            await asyncio.wait({turn, leaving}, timeout=self.timeout, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._waiting -= 1
            if not turn.done():
                turn.cancel()
            elif leaving.done():
                self._slots.release()
        if leaving.done():
            raise Gone
        if not turn.done():
            raise Refusal(503, "all workers were busy for too long; try again in a moment", {"Retry-After": "5"})

    async def _with_worker(self, job: str, given: tuple[Any, ...], leaving: asyncio.Task[None]) -> Reply:
        if self._stopping:
            raise _stopping()
        worker = await self._worker()
        asking: asyncio.Task[Reply] = asyncio.create_task(worker.ask(job, given))
        try:
            either: set[asyncio.Task[Any]] = {asking, leaving}
            done, _ = await asyncio.wait(either, timeout=self.timeout, return_when=asyncio.FIRST_COMPLETED)
            if not done:
                raise Refusal(504, f"no answer within {self.timeout:g} s; narrow the query or add a LIMIT")
            if asking not in done:
                await asyncio.wait({asking}, timeout=GRACE)
                if asking.done() and not asking.exception() and (file := asking.result().file):
                    Path(file).unlink(missing_ok=True)
                raise Gone
            return asking.result()
        except (EOFError, OSError):
            if self._stopping:
                raise _stopping() from None
            raise Refusal(
                500, "the engine broke off; a query nested this deep, or in need of this much memory, is not answered"
            ) from None
        finally:
            if asking.done() and not asking.cancelled() and asking.exception() is None:
                self._idle.append(worker)
            else:
                asking.cancel()
                await self._end(worker)

    async def _worker(self) -> _Worker:
        """A worker with the present state of the graph open."""
        now = asyncio.get_running_loop().time()
        if now - self._looked > LOOK:
            self._looked = now
            with contextlib.suppress(KgError):  # while a pointer is switched, or its folder gone: what was there is served
                self._path = self._locate()
        path = self._path
        while self._idle:
            worker = self._idle.pop()
            if worker.path == path and worker.process.returncode is None:
                return worker
            await self._end(worker)
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            _PROGRAM,
            str(path),
            str(self._rows),
            self._folder,
            stdin=PIPE,
            stdout=PIPE,
            start_new_session=True,
        )
        worker = _Worker(process, path)
        self._all.add(worker)
        try:  # the time a process takes to start is no time of the query
            await worker.ask("ready", ())
        except (EOFError, OSError):
            await self._end(worker)
            raise Refusal(500, f"{path}: no process can open the graph; the log says why") from None
        return worker

    async def _end(self, worker: _Worker) -> None:
        self._all.discard(worker)
        await worker.end()

    async def start(self) -> None:
        """Have one worker ready. Raises KgError where the graph cannot be opened."""
        try:
            self._idle.append(await self._worker())
        except Refusal as refusal:
            raise KgError(refusal.text) from None

    def abandon(self) -> None:
        """Answer nothing any more; what is asked now is told that the server stops."""
        self._stopping = True
        for worker in self._all:
            worker.kill()

    async def close(self) -> None:
        """End every worker, busy or not."""
        await asyncio.gather(*(self._end(worker) for worker in list(self._all)))


def _stopping() -> Refusal:
    return Refusal(503, "the server is stopping")


class _Worker:
    """A process, and the state of the graph that it has open."""

    def __init__(self, process: Process, path: Path) -> None:
        self.process, self.path = process, path

    async def ask(self, job: str, given: tuple[Any, ...]) -> Reply:
        """What the process replies. Raises EOFError or OSError where it breaks off."""
        reader, writer = self.process.stdout, self.process.stdin
        assert reader is not None
        assert writer is not None
        writer.write(frame((job, given)))
        await writer.drain()
        head = await reader.readexactly(LENGTH.size)
        reply = pickle.loads(await reader.readexactly(LENGTH.unpack(head)[0]))
        assert isinstance(reply, Reply)
        return reply

    def kill(self) -> None:
        """Kill the process."""
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()

    async def end(self) -> None:
        """Kill the process, and wait until it is gone."""
        self.kill()
        await self.process.wait()
