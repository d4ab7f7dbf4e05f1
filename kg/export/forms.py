"""XML elements that many rows share, made once and filled anew: making an element takes several times as long as writing it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from lxml import etree

Put = Callable[[str], object]
Cells = Callable[[etree._Element, Iterable[str]], list[Put]]


@dataclass(slots=True)
class _Form:
    """One element, what puts a text into each of its places, and the texts there now."""

    element: etree._Element
    puts: list[Put]
    texts: list[str | None]


class Forms:
    """Elements of one tag. `cells` makes a place for each column in a new one, and returns what puts a text there, in order.

    An element that `filled` gives holds until the next one is filled: write it before.
    """

    def __init__(self, tag: str, cells: Cells) -> None:
        """Make nothing yet."""
        self._tag, self._cells = tag, cells
        self._made: dict[tuple[object, ...], _Form] = {}

    def filled(self, names: tuple[str, ...], texts: Iterable[str], values: Mapping[str, object]) -> etree._Element:
        """The element with these attributes and their texts, and, for each column, its value."""
        key = (names, *values)
        form = self._made.get(key)
        if form is None:
            element = etree.Element(self._tag)
            element.tail = "\n"
            puts: list[Put] = [partial(element.set, name) for name in names]
            puts += self._cells(element, values)
            form = self._made[key] = _Form(element, puts, [None] * len(puts))
        now: list[str | None] = [*texts, *map(str, values.values())]
        for text, before, put in zip(now, form.texts, form.puts, strict=True):
            if text != before:  # most rows repeat much of the one before
                put(text)  # type: ignore[arg-type]
        form.texts = now
        return form.element
