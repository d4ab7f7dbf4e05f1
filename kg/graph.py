"""The graph as Python sees it: `kg.open()` gives a `Graph`, its answers are rows with named columns, now or as of a day."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kg import catalog, ondays
from kg.errors import KgError, Misuse
from kg.render import records
from kg.store import Answer, Rows, Store

if TYPE_CHECKING:
    import pandas
    import rdflib

    from kg import lookup


class Table(Sequence[dict[str, Any]]):
    """Rows as dicts with plain values, in order; `columns` names them, `.df()` makes a pandas DataFrame."""

    def __init__(self, columns: Sequence[str], rows: list[dict[str, Any]]) -> None:
        """Keep the columns even where there are no rows."""
        self.columns = tuple(columns)
        self._rows = rows

    def __getitem__(self, index: Any) -> Any:
        """One row by number, or a Table of a slice."""
        return Table(self.columns, self._rows[index]) if isinstance(index, slice) else self._rows[index]

    def __len__(self) -> int:
        """How many rows."""
        return len(self._rows)

    def __repr__(self) -> str:
        """The size and the columns, not the content."""
        return f"<Table of {len(self)} rows: {', '.join(self.columns)}>"

    def named(self) -> list[Any]:
        """The rows as named tuples; a column that is no Python name becomes `_1`, `_2` …, as namedtuple does."""
        from collections import namedtuple

        row_type = namedtuple("Row", self.columns, rename=True)  # type: ignore[misc]
        return [row_type(*(row[c] for c in self.columns)) for row in self._rows]

    def df(self) -> pandas.DataFrame:
        """The rows as a pandas DataFrame. Raises KgError where pandas is not installed."""
        try:
            import pandas
        except ImportError:
            raise KgError("`.df()` needs pandas; pip install pandas") from None
        return pandas.DataFrame(self._rows, columns=list(self.columns))


class Graph:
    """An open graph. Names given to its methods may be names, aliases, slugs, CURIEs, IRIs or repository addresses."""

    def __init__(self, store: Store, as_of: str | None = None) -> None:
        """Wrap an open store; `kg.open` is the usual door. With `as_of`, a whole day, every answer is of that day.

        Raises Misuse for a day that is none.
        """
        self.store = store
        self.as_of = ondays.checked(as_of) if as_of else None
        self._resolved: dict[tuple[str, str], str] = {}

    def query(self, text: str, *, timeout: float | None = None) -> Table | bool | list[Any]:
        """The answer of SPARQL text: a Table for SELECT, a bool for ASK, triples (pyoxigraph) for CONSTRUCT and DESCRIBE.

        Known prefixes need not be declared. As of a day, the text has to say where the day goes: `VALUES ?given_on { UNDEF }`,
        or `VALUES ?given_until { UNDEF }`. Raises Misuse for a syntax error and where the day goes nowhere, QueryTimeout past
        `timeout` seconds.
        """
        answer = self.ask(text, timeout=timeout)
        return Table(answer.columns, records(answer)) if isinstance(answer, Rows) else answer

    def ask(self, text: str, *, timeout: float | None = None) -> Answer:
        """The answer as the store gives it, terms and all."""
        return self.store.query(ondays.text_on(text, self.as_of) if self.as_of else text, timeout=timeout)

    def answer(self, name: str, values: Mapping[str, str], *, timeout: float | None = None) -> Rows:
        """The rows of a named query as the store gives them; as of a day, with that day and the verdicts of it.

        Raises Misuse where the graph is as of a day and the query takes none.
        """
        day = self.as_of or ondays.judged_on(name, values)
        if day:
            return ondays.answer(self.store, name, values, day, self.resolve_iri, timeout=timeout)
        return catalog.run(self.store, name, values, self.resolve_iri, timeout=timeout)

    def run(self, name: str, values: Mapping[str, str] | None = None, /, *, timeout: float | None = None, **more: str) -> Table:
        """The rows of a named query, its parameters given as text: `g.run("holders", project="istio", on="2021-01-01")`."""
        query = catalog.load(name)
        rows = self.answer(name, {**(values or {}), **more}, timeout=timeout)
        return Table(rows.columns, records(rows, query))

    def moves(
        self,
        *,
        donor: str | None = None,
        to: str | None = None,
        about: str | None = None,
        since: str | None = None,
        until: str | None = None,
        neutral_only: bool = False,
        all_kinds: bool = False,
        timeout: float | None = None,
    ) -> Table:
        """The projects that moved: by default whole projects given by a company to a foundation; see `queries/moves.rq`."""
        given = {"donor": donor, "to": to, "about": about, "since": since, "until": until}
        values = {k: v for k, v in given.items() if v is not None}
        flags = {"neutral_only": neutral_only, "all_kinds": all_kinds}
        return self.run("moves", {**values, **{k: "yes" for k, v in flags.items() if v}}, timeout=timeout)

    def find(self, text: str, *, limit: int = 10) -> list[lookup.Match]:
        """Entities whose names contain or resemble the text, best first."""
        from kg import lookup

        return lookup.find(self.store, text, limit=limit)

    def resolve(self, name: str, *, kind: str | None = None) -> lookup.Match:
        """The one entity a name means. Raises NotFound with suggestions, or Ambiguous with the candidates."""
        from kg import lookup

        return lookup.resolve(self.store, name, kind=kind)

    def resolve_iri(self, kind: str, name: str) -> str:
        """The IRI of the entity a name means; `kind` is project, organization or entity."""
        key = (kind, name)
        if key not in self._resolved:
            self._resolved[key] = self.resolve(name, kind=kind).iri
        return self._resolved[key]

    def rdflib(self) -> rdflib.Dataset:
        """An `rdflib.Dataset` over the same open store, without a copy; its default graph is the union of all sources.

        Raises Misuse for a remote store: rdflib has its own door to those, `SPARQLStore`.
        """
        from kg.store.embedded import EmbeddedStore

        if not isinstance(self.store, EmbeddedStore):
            raise Misuse(f"{self.store.spec}: only an embedded store can be opened with rdflib; use rdflib's SPARQLStore")
        import rdflib
        from oxrdflib import OxigraphStore

        from kg.terms import PREFIXES

        dataset = rdflib.Dataset(store=OxigraphStore(store=self.store.store))
        namespaces = dataset.namespace_manager
        for prefix, namespace in PREFIXES.items():
            namespaces.bind(prefix, namespace, replace=True)
        return dataset

    def __iter__(self) -> Iterator[Any]:
        """Every statement, as pyoxigraph quads of the named graphs."""
        return self.store.quads()


def open_graph(
    spec: str | None = None,
    *,
    as_of: str | None = None,
    known_by: str | None = None,
    say: Callable[[str], None] | None = None,
) -> Graph:
    """See `kg.open`; `say` gets a word where the graph has to be built in memory (by default it goes to stderr)."""
    if known_by is not None:
        from kg.known import known_by as what_was_known

        return Graph(what_was_known(open_graph(spec, say=say).store, known_by), as_of)
    spec = spec or os.environ.get("KG_STORE")
    if not spec:
        from kg.build import open_default

        return Graph(open_default(say), as_of)
    if spec == "memory:":
        from kg.build import build_in_memory

        return Graph(build_in_memory(), as_of)
    from kg.store import open_store

    return Graph(open_store(spec), as_of)
