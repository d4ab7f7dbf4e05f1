"""Named queries: `queries/<name>.rq`, one question each, with a header that says what it asks, takes and gives.

    # Who held a project on a day?                     the question, in plain words
    #
    # param project project — the project              a parameter: name, type, what it means; `?` after the type: optional
    # param on day? — the day
    # lists: sources                                   columns that hold several values, separated by spaces, in any order
    # pairs: donor_id donor                            two columns that hold several values joined by ` + `, kept in step:
                                                     the names go in with their ids before them, for engines that sort a group
    # shown: holder certainty                          columns a table on a terminal shows; without it, all
    # timeless: why                                    where the answer is the same on any day, and takes none
    # example: project=kubernetes on=2016-02-01
    SELECT … WHERE { VALUES ?given_project { p:kubernetes } … }

A query about states takes the day as `on`, one about events the last day as `until`: `Graph` gives them to a graph as of a day.

A parameter is a `VALUES ?given_NAME { … }` in the body. What stands there is the default; the file runs on any engine as it is.
A value given is bound as a term in its place, never as text in the query.

Competency questions: `queries/competency*.toml`, one table a question, each answered by a named query or a command, or open.

    [cq02]
    question = "Who held project P on date D?"
    who = "legal"                                            who asks, where that is known
    asks = "holders"                                         the named query that answers it
    with = { project = "kubernetes", on = "2016-02-01" }     the example; each value gives way to one given
    partly = "…"                                             what part of the question the answer leaves out
    command = "kg find {text}"                               instead of asks, where a command answers it
    open = "…"                                               instead of both: what is missing, and which source could give it
"""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from pyoxigraph import Literal, NamedNode

from kg.dates import PartialDate
from kg.errors import KgError, Misuse, NotFound
from kg.resources import queries_dir
from kg.store import Rows, Store
from kg.terms import XSD

Term = NamedNode | Literal
Bound = Term | tuple[Term, ...]  # several terms where a parameter takes a list
Resolve = Callable[[str, str], str]

JOINT = " + "  # between the values in the columns that a query pairs: the donors of one gift
_PARAM = re.compile(r"param (\w+) (\S+?)(\?)? (?:—|-) (.+)")
TYPES = {
    "project": "the name of a project",
    "projects": "the names of projects, separated by commas",
    "organization": "the name of an organization",
    "entity": "the name of a project or an organization",
    "day": "a day, 2016-02-01",
    "from": "a date; the first day it can mean",
    "to": "a date; the last day it can mean",
    "word": "a word",
    "integer": "a whole number",
    "flag": "yes or no",
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a named query."""

    name: str
    type: str
    optional: bool
    about: str


@dataclass(frozen=True, slots=True)
class NamedQuery:
    """A question with its SPARQL; `portable()` is the text that runs anywhere."""

    name: str
    question: str
    about: str
    parameters: tuple[Parameter, ...]
    lists: tuple[str, ...]
    pairs: tuple[str, ...]
    shown: tuple[str, ...]
    example: str
    text: str
    timeless: str = ""

    def visible(self, rows: Sequence[Mapping[str, object]]) -> tuple[str, ...]:
        """The columns a table shows of the rows; the certainty only where there is one: it is of a day."""
        certain = any(row.get("certainty") for row in rows)
        return tuple(column for column in self.shown if certain or column != "certainty")

    @property
    def below(self) -> tuple[str, ...]:
        """The list columns that a table shows under each row, because it does not show them in it."""
        return tuple(column for column in self.lists if column not in self.shown)

    def portable(self) -> str:
        """The query with a PREFIX line for each prefix it uses: to run on any engine, or to start one's own from."""
        from kg.querytext import with_prefixes

        return with_prefixes(self.text)

    def bound(self, values: Mapping[str, Bound]) -> str:
        """The query with the given terms in place of its defaults. Raises Misuse for a parameter it does not have."""
        text = self.text
        for name, value in values.items():
            self.parameter(name)
            parts = re.split(rf"(?<=VALUES \?given_{name} \{{)[^}}]*(?=\}})", text)
            terms = " ".join(map(str, value if isinstance(value, tuple) else (value,)))
            text, count = f" {terms} ".join(parts), len(parts) - 1
            if not count:
                raise KgError(f"queries/{self.name}.rq: declares {name} but has no VALUES ?given_{name} {{ … }}")
        return text

    def parameter(self, name: str) -> Parameter:
        """The parameter of that name; Misuse, naming those there are, if there is none."""
        for parameter in self.parameters:
            if parameter.name == name:
                return parameter
        known = ", ".join(p.name for p in self.parameters) or "no parameters"
        raise Misuse(f"query {self.name!r} has no parameter {name!r}; it takes {known}")


@dataclass(frozen=True, slots=True)
class Question:
    """A competency question: answered by the named query `asks` or by a `command`; or `open` says what is missing."""

    id: str
    question: str
    who: str = ""
    asks: str = ""
    command: str = ""
    given: Mapping[str, str] = field(default_factory=dict)
    partly: str = ""
    open: str = ""

    def __post_init__(self) -> None:
        """Refuse a question that nothing answers and that does not say why, or that several things answer."""
        if not self.question or sum(map(bool, (self.asks, self.command, self.open))) != 1:
            raise KgError(f"queries/competency: {self.id} needs a question, and one of asks, command and open")
        if self.open and (self.given or self.partly):
            raise KgError(f"queries/competency: {self.id} is open; it takes neither with nor partly")

    @property
    def example(self) -> str:
        """The line that asks it, with the values that it is asked with where none is given; empty for an open one."""
        if self.open:
            return ""
        return shlex.join(["kg", "query", self.id, *(f"{name}={value}" for name, value in self.given.items())])

    def values(self, given: Mapping[str, str]) -> dict[str, str]:
        """The example's values, those given in their place."""
        return {**self.given, **given}

    def words(self, given: Mapping[str, str]) -> list[str]:
        """The words of its command after `kg`, values in their places; Misuse for one without a place or like an option."""
        for name, value in given.items():
            if f"{{{name}}}" not in self.command:
                raise Misuse(f"{self.id} has no parameter {name!r}; it takes {', '.join(self.given) or 'no parameters'}")
            if value.startswith("-"):
                raise Misuse(f"{name} {value!r}: must not start with a dash")
        values = self.values(given)
        return [word.format_map(values) for word in shlex.split(self.command)[1:]]


_KEYS = {"question", "who", "asks", "with", "command", "partly", "open"}


@cache
def questions() -> dict[str, Question]:
    """The competency questions by id, in the order of their numbers. Raises KgError for an unknown key, or an id used twice."""
    found: dict[str, Question] = {}
    for path in sorted(queries_dir().glob("competency*.toml")):
        for name, table in tomllib.loads(path.read_text("utf-8")).items():
            if unknown := sorted(table.keys() - _KEYS):
                raise KgError(f"queries/{path.name}: {name} has {', '.join(unknown)}; it may have {', '.join(sorted(_KEYS))}")
            if name in found:
                raise KgError(f"queries/{path.name}: {name} is there twice")
            found[name] = Question(name, given=table.pop("with", {}), **table)
    return dict(sorted(found.items(), key=lambda item: int(item[0].removeprefix("cq"))))


def is_question(name: str) -> bool:
    """Whether the name is the id of a competency question, or meant to be one."""
    return re.fullmatch(r"cq\d+", name.casefold()) is not None


def question(name: str) -> Question:
    """The competency question of that id, in any case. Raises NotFound with the nearest ids."""
    known, wanted = questions(), name.casefold()
    if wanted not in known:
        number = int(wanted.removeprefix("cq")) if is_question(name) else 0
        near = sorted(known, key=lambda known_id: (abs(int(known_id[2:]) - number), known_id))[:2]
        raise NotFound(f"no competency question {name!r}; the nearest are {' and '.join(near)}; `kg queries` lists them")
    return known[wanted]


def names() -> list[str]:
    """The names of all named queries."""
    return sorted(path.stem for path in queries_dir().glob("*.rq"))


@cache
def load(name: str) -> NamedQuery:
    """The named query, read once. Raises NotFound with the nearest names."""
    path = queries_dir() / f"{name}.rq"
    if not re.fullmatch(r"[a-z0-9-]+", name) or not path.is_file():
        import difflib

        near = difflib.get_close_matches(name, names(), n=3)
        raise NotFound(
            f"no query named {name!r}" + (f"; did you mean {' or '.join(near)}?" if near else ";") + " `kg queries` lists them"
        )
    return parse(path)


def parse(path: Path) -> NamedQuery:
    """A query file, header and body. Raises KgError for a header line it does not know."""
    text = path.read_text("utf-8")
    header: list[str] = []
    for line in text.splitlines():
        if not line.startswith("#"):
            break
        header.append(line[1:].strip())
    question, about, example, timeless = header[0] if header else "", [], "", ""
    parameters: list[Parameter] = []
    columns: dict[str, tuple[str, ...]] = {"lists": (), "pairs": (), "shown": ()}
    for line in header[1:]:
        if line.startswith("param "):
            match = _PARAM.fullmatch(line)
            if not match or match.group(2) not in TYPES:
                raise KgError(
                    f"{path.name}: {line!r} is no parameter; write `param name type? — meaning`, type one of {', '.join(TYPES)}"
                )
            parameters.append(Parameter(match.group(1), match.group(2), bool(match.group(3)), match.group(4)))
        elif line.startswith(("lists:", "pairs:", "shown:")):
            columns[line[:5]] = tuple(line[6:].split())
        elif line.startswith("example:"):
            example = line.removeprefix("example:").strip()
        elif line.startswith("timeless:"):
            timeless = line.removeprefix("timeless:").strip()
        elif line:
            about.append(line)
    said = " ".join(about)
    return NamedQuery(path.stem, question, said, tuple(parameters), **columns, example=example, text=text, timeless=timeless)


def bind(query: NamedQuery, values: Mapping[str, str], resolve: Resolve) -> str:
    """The query with values given as text; `resolve(type, name)` turns names into IRIs. Raises Misuse, NotFound, Ambiguous."""
    terms = {name: _term(query.parameter(name), value, resolve) for name, value in values.items()}
    missing = [p.name for p in query.parameters if not p.optional and p.name not in values]
    if missing:
        wanted = ", ".join(f"{p.name}=… ({p.about})" for p in query.parameters if p.name in missing)
        raise Misuse(f"query {query.name!r} needs {wanted}; example: kg query {query.name} {query.example}")
    return query.bound(terms)


def run(store: Store, name: str, values: Mapping[str, str], resolve: Resolve, *, timeout: float | None = None) -> Rows:
    """The rows of a named query."""
    answer = store.query(bind(load(name), values, resolve), timeout=timeout)
    if not isinstance(answer, Rows):
        raise KgError(f"queries/{name}.rq is no SELECT")
    return answer


def _term(parameter: Parameter, value: str, resolve: Resolve) -> Bound:
    where = f"{parameter.name} {value!r}"
    match parameter.type:
        case "projects":
            given = [part.strip() for part in value.split(",") if part.strip()]
            if not given:
                raise Misuse(f"{where}: must name a project, or several, separated by commas")
            return tuple(NamedNode(resolve("project", part)) for part in given)
        case "project" | "organization" | "entity":
            return NamedNode(resolve(parameter.type, value))
        case "word":
            return Literal(value)
        case "integer":
            if not re.fullmatch(r"[+-]?\d+", value, re.ASCII):
                raise Misuse(f"{where}: must be a whole number")
            return Literal(int(value))
        case "flag":
            if value.lower() not in {"yes", "no", "true", "false"}:
                raise Misuse(f"{where}: must be yes or no")
            return Literal(value.lower() in {"yes", "true"})
    try:
        date = PartialDate(value)
    except ValueError as error:
        raise Misuse(f"{where}: {error}") from None
    if parameter.type == "day" and date.precision != "day":
        raise Misuse(f"{where}: must be a day, such as {date.earliest}")
    day = date.latest if parameter.type == "to" else date.earliest
    return Literal(day, datatype=NamedNode(XSD + "date"))
