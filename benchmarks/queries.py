"""Claim: each shipped query answers its example within 50 ms of CPU, at most 1.2 times what its text costs on raw pyoxigraph.

    python benchmarks/queries.py [rounds] [name …]

Over the bundled graph, warm, the two sides taking turns within each round; the fewest milliseconds of each side. The raw side
is `Store.query` on the same read-only store, with every cell turned to text, which is what any caller has to do. A query whose
rows hold verdicts asks for them only without a day; the judging that kg does on a day, in Python, is measured by itself.
"""

import sys
import time
from collections.abc import Callable, Sequence

import kg
from kg import catalog
from kg.render import records
from kg.store.embedded import EmbeddedStore
from kg.terms import PREFIXES

MOST_MS, MOST_RATIO = 50, 1.2


def milliseconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return (time.process_time() - start) * 1000


def measure(rounds: int, names: Sequence[str] = ()) -> dict[str, tuple[float, float, int]]:
    """For each query the fewest milliseconds of ours and of the raw side, and the number of rows."""
    graph = kg.open()
    assert isinstance(graph.store, EmbeddedStore)
    store = graph.store.store
    found = {}
    for name in names or catalog.names():
        query = catalog.load(name)
        values = dict(pair.split("=", 1) for pair in query.example.split())
        bound = catalog.bind(query, values, graph.resolve_iri)

        def ours(query: catalog.NamedQuery = query, values: dict[str, str] = values) -> object:
            return records(catalog.run(graph.store, query.name, values, graph.resolve_iri), query)

        def raw(bound: str = bound) -> object:
            return [["" if cell is None else cell.value for cell in row] for row in store.query(bound, prefixes=PREFIXES)]

        rows = len(graph.run(name, values))
        pairs = [(milliseconds(ours), milliseconds(raw)) for _ in range(rounds)]
        ms, raw_ms = (min(side) for side in zip(*pairs, strict=True))
        found[name] = (ms, raw_ms, rows)
    return found


def judging(rounds: int, name: str = "foundations") -> tuple[float, float]:
    """Milliseconds of an answer whose verdicts are those of a day, and of the same rows without them."""
    graph, query = kg.open(), catalog.load(name)
    values = dict(pair.split("=", 1) for pair in query.example.split())
    sides = (
        lambda: graph.run(name, values),
        lambda: records(catalog.run(graph.store, name, values, graph.resolve_iri), query),
    )
    pairs = [tuple(map(milliseconds, sides)) for _ in range(rounds)]
    judged, plain = (min(side) for side in zip(*pairs, strict=True))
    return judged, plain


def main(rounds: int, names: Sequence[str]) -> None:
    found = measure(rounds, names)
    print(f"{'query':26} {'kg ms':>8} {'raw ms':>8} {'ratio':>6} {'rows':>6}")
    for name, (ms, raw_ms, rows) in found.items():
        print(f"{name:26} {ms:8.1f} {raw_ms:8.1f} {ms / raw_ms:6.2f} {rows:6}")
    slow = [name for name, (ms, _, _) in found.items() if ms > MOST_MS]
    dear = [name for name, (ms, raw_ms, _) in found.items() if ms > MOST_RATIO * raw_ms]
    print(f"over {MOST_MS} ms: {', '.join(slow) or 'none'}")
    print(f"over {MOST_RATIO} times raw: {', '.join(dear) or 'none'}")
    judged, plain = judging(rounds)
    print(f"foundations, judged by a day: {judged:.1f} ms, {judged - plain:.1f} of them for the verdicts")


if __name__ == "__main__":
    given = sys.argv[1:]
    main(int(given.pop(0)) if given and given[0].isdigit() else 7, given)
