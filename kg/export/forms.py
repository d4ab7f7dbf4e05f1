"""XML elements that many rows share, made once and filled anew: making an element takes several times as long as writing it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from lxml import etree

Cells = Callable[[etree._Element, Iterable[str]], list[etree._Element]]
Fill = Callable[[etree._Element, str], None]


class Form:
    """One element with its cells, and what they were last filled with: most rows repeat much of the one before."""

    def __init__(self, element: etree._Element, cells: list[etree._Element], attributes: int) -> None:
        """Keep the element, which will have so many attributes, and its cells; all are empty."""
        self.element, self.cells = element, cells
        self._last: list[str | None] = [None] * (attributes + len(cells))

    def fill(self, attributes: Mapping[str, str], values: Iterable[object], fill: Fill) -> None:
        """Give the element these attributes, always the same ones, and each cell its value by `fill`."""
        last, element = self._last, self.element
        for i, (name, text) in enumerate(attributes.items()):
            if text != last[i]:
                element.set(name, text)
                last[i] = text
        i = len(attributes)
        for cell, value in zip(self.cells, values, strict=True):
            text = str(value)
            if text != last[i]:
                fill(cell, text)
                last[i] = text
            i += 1


class Forms:
    """Elements of one tag. `cells` puts an element for each column into a new one, and returns them in order.

    An element that `filled` gives holds until the next one is filled: write it before.
    """

    def __init__(self, tag: str, cells: Cells, fill: Fill) -> None:
        """Make nothing yet."""
        self._tag, self._cells, self._fill = tag, cells, fill
        self._made: dict[tuple[object, ...], Form] = {}

    def filled(self, attributes: Mapping[str, str], values: Mapping[str, object]) -> etree._Element:
        """The element with these attributes and, for each column, a cell with its value."""
        key = (*attributes, None, *values)
        form = self._made.get(key)
        if form is None:
            element = etree.Element(self._tag)
            element.tail = "\n"
            form = self._made[key] = Form(element, self._cells(element, values), len(attributes))
        form.fill(attributes, values.values(), self._fill)
        return form.element
