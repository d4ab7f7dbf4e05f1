"""What is different: between the worlds of two days, as states; between two builds of the graph, as statements."""

from __future__ import annotations

import gzip
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from kg import terms as t
from kg.assess import judgements
from kg.dates import PartialDate
from kg.errors import KgError, Misuse
from kg.store import GRAMMAR, is_endpoint, texts

if TYPE_CHECKING:
    from pyoxigraph import Quad

    from kg.graph import Graph, Table

WORLD = ("change", "subject", "subject_id", "state", "detail", "object", "object_id", "certainty", "sources")
STATEMENT = ("change", "subject", "predicate", "object", "datatype", "graph")
ENDINGS = (".nq", ".trig", ".nt", ".ttl")

_BLANK = re.compile(rb"(?:^|[ \n])_:")

State = dict[str, Any]
_Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """The rows that differ, what they come to in words, and remarks on how they were compared."""

    rows: Table
    summary: str
    remarks: tuple[str, ...] = ()


def kind_of(text: str) -> Literal["day", "build"]:
    """Whether the text is a day or names a build. Raises Misuse for a date that is no day."""
    if re.fullmatch(r"\d{4}(-\d{2}){0,2}", text):
        try:
            date = PartialDate(text)
        except ValueError as error:
            raise Misuse(str(error)) from None
        if date.precision != "day":
            raise Misuse(f"{text!r} is no day; write it whole, such as {date.earliest}")
        return "day"
    return "build"


def same_kind(a: str, b: str) -> Literal["day", "build"]:
    """What both are: days, or builds. Raises Misuse where one is a day and the other a build."""
    kinds = kind_of(a), kind_of(b)
    if kinds[0] != kinds[1]:
        day, build = (a, b) if kinds[0] == "day" else (b, a)
        raise Misuse(f"{day} is a day and {build!r} a build; name two days, or two builds (a folder named like a day: ./{day})")
    return kinds[0]


# Two days.


def between_days(graph: Graph, a: str, b: str, *, about: str | None = None) -> Difference:
    """The states that began (`+`), ended (`-`), or became more or less certain (`~`) from the day `a` to the day `b`.

    States are those of `queries/state.rq` and the verdicts on foundations; `about` narrows to one project or organization.
    What is possible on both days, or definite on both, is no difference. Raises NotFound or Ambiguous for the name.
    """
    from kg.graph import Table

    about = graph.resolve(about).iri if about is not None else None
    before, after = (_world(graph, day, about) for day in (a, b))
    rows = [{"change": "-", **state} for key, state in before.items() if key not in after]
    rows += [{"change": "+", **state} for key, state in after.items() if key not in before]
    for key, state in after.items():
        was = before.get(key)
        if was is not None and was["certainty"] != state["certainty"]:
            rows.append({"change": "~", **state, "certainty": f"{was['certainty']} → {state['certainty']}"})
    rows.sort(key=_order)
    _name_sources(graph, rows)
    counts = Counter(row["change"] for row in rows)
    words = {"+": "began", "-": "ended", "~": "changed certainty"}
    summary = ", ".join(f"{counts[mark]} {word}" for mark, word in words.items() if counts[mark])
    return Difference(Table(WORLD, rows), summary)


def _order(row: State) -> _Key:
    return tuple(row[c] or "" for c in ("subject_id", "state", "object_id", "detail", "subject", "object", "change"))


def _world(graph: Graph, day: str, about: str | None) -> dict[_Key, State]:
    """Every state that can cover the day, by what makes it the same state on another day."""
    found = graph.run("state", {"on": day, **({"about": about} if about else {})})
    states = [dict(row) for row in found]
    states += _verdicts(graph, day, about)
    identity = [c for c in WORLD[1:] if c not in {"certainty", "sources"}]
    return {tuple(state[c] for c in identity): state for state in states}


def _verdicts(graph: Graph, day: str, about: str | None) -> Iterator[State]:
    """The verdict on each foundation by each profile; as sources the facts it rests on, to be looked up where they count."""
    query = "SELECT ?c ?label { ?c skos:prefLabel ?label . FILTER(CONTAINS(STR(?c), '/vocab/verdict-')) }"
    labels = {code: label for code, label in texts(graph.store, query)}  # noqa: C416 - dict() takes no rows of any length
    query = "SELECT ?o ?name { ?o a osgov:Foundation ; skos:prefLabel ?name }"
    names = {foundation: name for foundation, name in texts(graph.store, query)}  # noqa: C416 - as above
    for subject, judgement in sorted(judgements(graph.store, day).items()):
        if about not in {None, subject}:
            continue
        facts = sorted({fact for finding in judgement.findings for fact in finding.rests_on})
        for profile, verdict in sorted(judgement.verdicts.items()):
            label = labels.get(f"{t.VOCAB}verdict-{verdict}", verdict)
            yield {
                "subject": names.get(subject, t.slug_of(subject)),
                "subject_id": t.slug_of(subject),
                "state": "verdict",
                "detail": f"{label} ({profile} profile)",
                "object": None,
                "object_id": None,
                "certainty": None,
                "sources": tuple(facts),
            }


def _name_sources(graph: Graph, rows: Iterable[State]) -> None:
    """Put the addresses of the sources in the place of the facts that a verdict rests on."""
    verdicts = [row for row in rows if row["state"] == "verdict"]
    facts = sorted({fact for row in verdicts for fact in row["sources"]})
    addresses: dict[str, set[str]] = {}
    for start in range(0, len(facts), 500):
        listed = " ".join(f"<{fact}>" for fact in facts[start : start + 500])
        query = (
            f"SELECT ?fact ?url {{ VALUES ?fact {{ {listed} }} ?fact osgov:statedIn ?document . ?document schema:url ?url }}"
        )
        for fact, url in texts(graph.store, query):
            addresses.setdefault(fact, set()).add(url)
    for row in verdicts:
        row["sources"] = sorted({url for fact in row["sources"] for url in addresses.get(fact, ())})


# Two builds.


def between_builds(a: str, b: str) -> Difference:
    """The statements that only `b` has (`+`) and only `a` has (`-`), with the graph they are in.

    Each is a store spec or a file of statements. Derived statements stand in the graph `g:derived`. Raises Misuse or KgError.
    """
    import pyoxigraph as ox

    from kg.graph import Table

    (lines_a, blank_a), (lines_b, blank_b) = statements(a), statements(b)
    rows = []
    for mark, lines in (("-", lines_a - lines_b), ("+", lines_b - lines_a)):
        text = b"\n".join(sorted(lines))
        rows += [_statement(mark, quad) for quad in ox.parse(text, format=ox.RdfFormat.N_QUADS, lenient=True)]
    rows.sort(key=lambda row: tuple(row[c] for c in ("graph", "subject", "predicate", "object", "datatype", "change")))
    counts = Counter(row["change"] for row in rows)
    graphs = len({row["graph"] for row in rows})
    summary = f"{counts['+']} added, {counts['-']} removed, in {graphs} graph{'s' if graphs != 1 else ''}" if rows else ""
    remarks = [
        f"{spec}: has blank nodes; they are compared by canonical names, and one that changed can rename others"
        for spec, has_blank in ((a, blank_a), (b, blank_b))
        if has_blank
    ]
    return Difference(Table(STATEMENT, rows), summary, tuple(remarks))


def statements(spec: str) -> tuple[set[bytes], bool]:
    """The lines of N-Quads of a build, and whether it has blank nodes, which then bear canonical names."""
    import pyoxigraph as ox

    quads = _from_file(Path(spec)) if _is_file(spec) else _from_store(spec)
    try:
        text = ox.serialize(quads, format=ox.RdfFormat.N_QUADS)
        assert text is not None
        has_blank = _BLANK.search(text) is not None and any(map(_is_blank, ox.parse(text, format=ox.RdfFormat.N_QUADS)))
    except (SyntaxError, ValueError, EOFError, OSError) as error:
        raise KgError(f"{spec}: cannot be read as statements ({error})") from error
    if has_blank:
        dataset = ox.Dataset(ox.parse(text, format=ox.RdfFormat.N_QUADS))
        dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
        text = ox.serialize(dataset, format=ox.RdfFormat.N_QUADS)
        assert text is not None
    return set(text.splitlines()), has_blank


def _is_blank(quad: Quad) -> bool:
    import pyoxigraph as ox

    return any(isinstance(term, ox.BlankNode) for term in (quad.subject, quad.object, quad.graph_name))


def _is_file(spec: str) -> bool:
    return not is_endpoint(spec) and spec.removesuffix(".gz").endswith(ENDINGS) and not Path(spec).is_dir()


def _from_file(path: Path) -> Iterator[Quad]:
    import pyoxigraph as ox

    format = ox.RdfFormat.from_extension(path.name.removesuffix(".gz").rpartition(".")[2])
    try:
        with path.open("rb") as file:
            content: Any = gzip.GzipFile(fileobj=file) if path.suffix == ".gz" else file
            yield from ox.parse(content, format=format)
    except FileNotFoundError:
        raise KgError(f"{path}: no such file") from None


def _from_store(spec: str) -> Iterator[Quad]:
    from kg.graph import open_graph

    if Path(spec).is_file():
        endings = ", ".join(ENDINGS)
        raise Misuse(f"{spec}: a build is a file of statements ({endings}, each also .gz) or a store; {GRAMMAR}")
    return iter(open_graph(spec))


def _statement(mark: str, quad: Quad) -> dict[str, str]:
    text, datatype = _plain(quad.object)
    return {
        "change": mark,
        "subject": _plain(quad.subject)[0],
        "predicate": _plain(quad.predicate)[0],
        "object": text,
        "datatype": datatype,
        "graph": _plain(quad.graph_name)[0],
    }


def _plain(term: Any) -> tuple[str, str]:
    """A term for a reader: a CURIE or the text, and what else tells literals of one text apart; '' for the default graph."""
    import pyoxigraph as ox

    match term:
        case ox.NamedNode():
            return t.curie(term.value), ""
        case ox.Literal():
            if term.language:
                return term.value, f"@{term.language}"
            return term.value, "" if term.datatype.value == t.XSD + "string" else t.curie(term.datatype.value)
        case ox.DefaultGraph():
            return "", ""
    return str(term), ""


def shown(columns: Sequence[str]) -> list[str]:
    """The columns that a table on a terminal shows."""
    hidden = {"subject_id", "object_id", "sources", "datatype"}
    return [c for c in columns if c not in hidden]
