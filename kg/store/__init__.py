"""What a store answers, and the one string that chooses it: `memory:`, a folder, or the address of a SPARQL endpoint."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from kg.errors import Misuse

if TYPE_CHECKING:
    from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

    Term = NamedNode | BlankNode | Literal | Triple

GRAMMAR = "a store is `memory:`, a folder made by `kg build --store FOLDER`, or an endpoint `https://host/sparql`"


@dataclass(frozen=True, slots=True)
class Rows:
    """The answer of a SELECT: column names, and one tuple of terms (None where unbound) a row."""

    columns: tuple[str, ...]
    rows: list[tuple[Term | None, ...]]


Answer = bool | Rows | list["Triple"]


class Store(Protocol):
    """What can be asked of any store. The default graph is the union of all graphs; `GRAPH ?g` tells the source."""

    spec: str
    timeout: float | None
    """Seconds after which a query gives up that says nothing of its own; None for never."""
    kept: dict[str, list[tuple[str, ...]]] | None
    """Answers kept for `texts`, by query; None where the statements can change under an open store."""

    def query(self, text: str, *, timeout: float | None = None) -> Answer:
        """A bool for ASK, Rows for SELECT, a list of triples for CONSTRUCT and DESCRIBE. Raises Misuse or KgError."""

    def quads(self) -> Iterator[Quad]:
        """Every statement of every named graph."""


def texts(store: Store, query: str, *, keep: bool = False) -> list[tuple[str, ...]]:
    """The rows of a SELECT as text, '' where unbound; with `keep`, asked once of a store that cannot change."""
    kept = store.kept if keep else None
    if kept is not None and query in kept:
        return kept[query]
    answer = store.query(query)
    assert isinstance(answer, Rows)
    rows = [tuple("" if cell is None else cell.value for cell in row) for row in answer.rows]  # type: ignore[union-attr]
    if kept is not None:
        kept[query] = rows
    return rows


def is_endpoint(spec: str) -> bool:
    """Whether the spec is the address of a SPARQL endpoint."""
    return spec.startswith(("http://", "https://"))


def open_store(spec: str) -> Store:
    """The store that the spec names, open for reading. Raises Misuse for anything outside the grammar."""
    if is_endpoint(spec):
        from urllib.parse import urlsplit

        from kg.store.remote import RemoteStore
        from kg.store.transport import refuse_credentials_in

        try:
            address = urlsplit(spec).hostname
        except ValueError as error:
            raise Misuse(f"--store {spec!r}: {error}; {GRAMMAR}") from None
        refuse_credentials_in(spec)
        if not address:
            raise Misuse(f"--store {spec!r}: no host; {GRAMMAR}")
        return RemoteStore(spec)
    if ":" in spec.split("/", 1)[0] and not (len(spec) > 1 and spec[1] == ":"):
        raise Misuse(f"--store {spec!r}: {GRAMMAR}")
    from kg.store.embedded import EmbeddedStore
    from kg.store.generations import current

    return EmbeddedStore.at(current(Path(spec)), spec)
