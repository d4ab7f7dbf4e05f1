"""Measures: pure functions from counts and networks to numbers and rows; one module a question, listed in `registry`.

A module has pure functions that know nothing of stores, and `measure(views, **arguments)`, which picks the networks they are
given and makes `Findings` of what they return. Importing this loads no networkx: help and completion need only the list.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a measure; `positional` ones are given by place, the others as `--name`.

    `kind` is word, integer, flag, choice (one of `choices`), file (a path; the measure gets its name and text), or what a name
    means: entity, project, organization (the measure gets the name as typed).
    """

    name: str
    kind: str
    about: str
    default: Any = None
    choices: tuple[str, ...] = ()
    positional: bool = False
    required: bool = False


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure: the question it answers, its definition in full, and the module in `kg.analysis` that computes it."""

    name: str
    question: str
    definition: str
    example: str
    module: str
    arguments: tuple[Argument, ...] = ()
    networked: bool = False
    """Whether it runs algorithms of networkx, and so takes a `backend` that dispatches them."""


@dataclass(frozen=True, slots=True)
class Chart:
    """What to draw: `bars` (one series), `lines` (a series a line over the labels), `matrix` (a series a row) or `chains`.

    `unit` names what is counted; None in a series is a gap. A chain is a series of words: a thing, a tie, the next thing.
    """

    kind: str
    title: str
    unit: str
    labels: Sequence[str]
    series: Mapping[str, Sequence[Any]]
    source: str = ""


@dataclass(slots=True)
class Findings:
    """What a measure found: rows with named columns, what to say beside them, the inputs they were computed from, a chart."""

    columns: Sequence[str]
    rows: list[dict[str, Any]]
    shown: Sequence[str] = ()
    below: Sequence[str] = ()
    remarks: list[str] = field(default_factory=list)
    input_columns: Sequence[str] = ()
    inputs: list[dict[str, Any]] = field(default_factory=list)
    chart: Chart | None = None
