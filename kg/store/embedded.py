"""The embedded engine: Oxigraph, on disk (opened read-only) or in memory.

The default graph holds the union of the named graphs as a set. Oxigraph's own union view (`use_default_graph_as_union`)
yields a statement once per graph that has it, so a count over it counts sources, and differs from every other engine.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import pyoxigraph as ox

from kg.deadline import within
from kg.errors import KgError, Misuse, QueryTimeout
from kg.store import Answer, Rows
from kg.terms import PREFIXES

_FEW = 2000  # quads that are quicker to add one by one than to be loaded


class EmbeddedStore:
    """An Oxigraph store and the spec it was opened by."""

    def __init__(self, store: ox.Store, spec: str, path: Path | None = None) -> None:
        """Wrap an open store; `at` and `in_memory` are the usual doors. `path` is its folder, where it has one."""
        self.store = store
        self.spec = spec
        self.path = path
        self.timeout: float | None = None
        self.kept: dict[str, list[tuple[str, ...]]] | None = None

    @classmethod
    def at(cls, path: Path, spec: str) -> EmbeddedStore:
        """The store in a folder, open read-only: any number of readers, no lock, no file written."""
        try:
            store = cls(ox.Store.read_only(str(path)), spec, path)
        except (OSError, RuntimeError, ValueError) as error:
            raise KgError(f"{path}: cannot be opened as a graph ({error}); run `kg build` to make it anew") from error
        store.kept = {}
        return store

    @classmethod
    def in_memory(cls, quads: Iterable[ox.Quad] = ()) -> EmbeddedStore:
        """A store in memory, holding the quads."""
        store = cls(ox.Store(), "memory:")
        store.add(quads)
        return store

    @staticmethod
    def write(path: Path, made: EmbeddedStore) -> None:
        """Write all of a store, union included, to a new folder, and close it."""
        with Writer(path) as writer:
            writer.put(Batch.of(made.quads()))

    def add(self, quads: Iterable[ox.Quad]) -> None:
        """Add quads of named graphs, here and in the union."""
        listed = list(quads)
        if len(listed) > _FEW:
            self.load(Batch.of(listed))
        else:
            self.store.extend(listed)
            self.store.extend(ox.Quad(q.subject, q.predicate, q.object) for q in listed)

    def load(self, batch: Batch) -> None:
        """Add a batch, here and in the union."""
        with ThreadPoolExecutor(2) as pool:
            for task in [batch.load_named(pool, self.store), load_union(pool, self.store, batch.union)]:
                task.result()

    def load_file(self, path: Path) -> None:
        """Add a file of N-Quads, each in a named graph as pyoxigraph writes it, here and in the union; read piece by piece."""
        with ThreadPoolExecutor(2) as pool, path.open("rb") as file:
            named = pool.submit(self.store.bulk_load, path=str(path), format=ox.RdfFormat.N_QUADS, lenient=True)
            for task in [named, load_union(pool, self.store, io.BufferedReader(Triples(file)))]:
                task.result()

    def query(self, text: str, *, timeout: float | None = None) -> Answer:
        """Answer a query over the union; see `kg.store.Store.query`."""
        timeout = timeout or self.timeout
        if timeout is None:
            return self._run(text)
        late = f"no answer within {timeout:g} s; narrow the query, add a LIMIT, or raise --timeout"
        return within(timeout, lambda: self._run(text), QueryTimeout(late))

    def _run(self, text: str) -> Answer:
        try:
            answer = self.store.query(text, prefixes=PREFIXES)
            if isinstance(answer, ox.QueryBoolean):
                return bool(answer)
            if isinstance(answer, ox.QuerySolutions):
                columns = tuple(variable.value for variable in answer.variables)
                return Rows(columns, [tuple(solution) for solution in answer])
            return list(answer)
        except SyntaxError as error:
            from kg.querytext import explain_syntax_error

            raise Misuse(explain_syntax_error(text, str(error))) from error
        except (OSError, RuntimeError, ValueError) as error:
            raise KgError(f"the query failed: {error}") from error

    def quads(self) -> Iterator[ox.Quad]:
        """Every statement of every named graph (the union itself is left out: it repeats them)."""
        return (quad for graph in self.store.named_graphs() for quad in self.store.quads_for_pattern(None, None, None, graph))


@contextmanager
def filling(path: Path) -> Iterator[EmbeddedStore]:
    """A new folder that can be asked and added to, for what memory does not hold; in order, and closed, at the end."""
    store = ox.Store(str(path))
    yield EmbeddedStore(store, str(path), path)
    store.optimize()  # of the many files that many loads leave, one an index
    store.flush()


@dataclass(frozen=True, slots=True)
class Batch:
    """Quads of named graphs as text, and their union: written once, for as many stores as are to hold them."""

    named: bytes
    union: bytes

    @classmethod
    def of(cls, quads: Iterable[ox.Quad]) -> Batch:
        """The text of the quads."""
        listed = list(quads)
        named = ox.serialize(listed, format=ox.RdfFormat.N_QUADS)
        union = ox.serialize((quad.triple for quad in listed), format=ox.RdfFormat.N_TRIPLES)
        assert named is not None
        assert union is not None
        return cls(named, union)

    def load_named(self, pool: ThreadPoolExecutor, store: ox.Store) -> Future[None]:
        """Begin to load the named graphs in a thread: the engine works without holding the interpreter."""
        return pool.submit(store.bulk_load, self.named, format=ox.RdfFormat.N_QUADS, lenient=True)


class Triples(io.RawIOBase):
    """The lines of a file of N-Quads without their graphs: N-Triples, as they are read."""

    def __init__(self, file: BinaryIO) -> None:
        """Read from the file, which must be open."""
        self._file = file
        self._left = memoryview(b"")

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, target: Any) -> int:
        """Fill some of the target; 0 at the end."""
        if not self._left:
            # A graph is an IRI, in which there are no spaces, and so the last before the end of the line.
            lines = self._file.readlines(1 << 20)
            self._left = memoryview(b"".join([line[: line.rindex(b" <")] + b" .\n" for line in lines]))
        given = min(len(target), len(self._left))
        target[:given] = self._left[:given]
        self._left = self._left[given:]
        return given


def load_union(pool: ThreadPoolExecutor, store: ox.Store, union: bytes | BinaryIO) -> Future[None]:
    """Begin to load a union in a thread."""
    return pool.submit(store.bulk_load, union, format=ox.RdfFormat.N_TRIPLES, lenient=True)


class Writer:
    """A new folder being filled, in the background: what is `put` is written while the caller goes on. Closes at the end."""

    def __init__(self, path: Path) -> None:
        """Make the folder."""
        self._store = ox.Store(str(path))
        self._pool = ThreadPoolExecutor(2)
        self._tasks: list[Future[None]] = []
        self._unions: list[bytes] = []

    def put(self, batch: Batch) -> None:
        """Begin to write a batch."""
        self._tasks.append(batch.load_named(self._pool, self._store))
        self._unions.append(batch.union)

    def __enter__(self) -> Writer:
        """Itself."""
        return self

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        """Write the union, and wait for what was begun. Raises what went wrong.

        The union is loaded at once: each load makes a file of its own for each index, and queries over one file cost a quarter
        less than over two.
        """
        with self._pool as pool:
            if error is None:
                self._tasks.append(load_union(pool, self._store, b"".join(self._unions)))
        for task in self._tasks:
            task.result()
        self._store.flush()
        del self._store
