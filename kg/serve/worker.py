"""A process with the graph open read-only, that answers one request after the other over its standard streams."""

from __future__ import annotations

import os
import pickle
import struct
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from typing import Any, BinaryIO

from kg.errors import KgError, Misuse, NotFound
from kg.serve import answers, description, entities, reconcile
from kg.serve.answers import Served
from kg.serve.reply import Refusal, Reply
from kg.store.embedded import EmbeddedStore

LENGTH = struct.Struct("!Q")
MEMORY = 4 << 30  # bytes of address space a query may make a worker take, on systems that can limit it

JOBS: dict[str, Callable[..., Reply]] = {
    "sparql": answers.sparql,
    "ready": lambda served: Reply(b"ready\n") if served.store.query("ASK {}") else Reply(status=503),
    "service": description.service,
    "dataset": description.dataset,
    "entity": entities.describe,
    "reconcile": reconcile.batch,
    "extend": reconcile.extend,
    "suggest": reconcile.suggest,
    "preview": reconcile.preview,
}


def frame(content: object) -> bytes:
    """An object as it goes through a pipe: its length, then itself."""
    packed = pickle.dumps(content, protocol=pickle.HIGHEST_PROTOCOL)
    return LENGTH.pack(len(packed)) + packed


def do(served: Served, job: str, given: tuple[Any, ...]) -> Reply:
    """The reply to a job; what goes wrong in an expected way is a reply too."""
    try:
        return JOBS[job](served, *given)
    except Refusal as refusal:
        return refusal.reply()
    except NotFound as error:
        return Refusal(404, str(error)).reply()
    except Misuse as error:
        return Refusal(400, str(error)).reply()
    except KgError as error:
        return Refusal(500, str(error)).reply()
    except MemoryError:
        return Refusal(500, "the answer needs more memory than a query may have; ask for less").reply()


def main(graph: str, rows: int, folder: str) -> None:
    """Answer until the other end closes, then leave, in the middle of a query too."""
    reader, writer = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever else prints must not get into the answers
    served = Served(EmbeddedStore.at(Path(graph), graph), rows, Path(folder))
    _limit_memory()
    jobs: SimpleQueue[tuple[str, tuple[Any, ...]]] = SimpleQueue()
    threading.Thread(target=_listen, args=(reader, jobs), daemon=True).start()
    while True:
        writer.write(frame(do(served, *jobs.get())))
        writer.flush()


def _listen(reader: BinaryIO, jobs: SimpleQueue[tuple[str, tuple[Any, ...]]]) -> None:
    """Pass requests on; a thread of its own, so that the end of the server ends a query that nobody waits for."""
    while head := reader.read(LENGTH.size):
        jobs.put(pickle.loads(reader.read(LENGTH.unpack(head)[0])))
    os._exit(0)


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    if soft == resource.RLIM_INFINITY or soft > MEMORY:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, hard))
