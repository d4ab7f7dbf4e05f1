"""XML elements that many rows share, made once and filled anew: making an element takes several times as long as writing it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from lxml import etree

# lxml looks at an attribute's name each time that it is set, longer than setting it takes, but not in a tree that was made out
# of an HTML parser's, as this one is; written, it is XML like any other. The names set here are the formats' own.
_BLANK = etree.XSLT(
    etree.XML(
        """<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
             <xsl:output encoding="UTF-8"/>
             <xsl:param name="tag"/>
             <xsl:template match="/"><xsl:element name="{$tag}"/></xsl:template>
           </xsl:stylesheet>"""
    )
)

Put = Callable[[str], object]
Cells = Callable[[etree._Element, Iterable[str]], list[Put]]


@dataclass(slots=True)
class _Form:
    """One element, what puts a text into each of its places, and the texts there now."""

    element: etree._Element
    puts: list[Put]
    texts: list[object]


class Forms:
    """Elements of one tag. `cells` makes a place for each column in a new one, and returns what puts a text there, in order.

    An element that `filled` gives holds until the next one is filled: write it before.
    """

    def __init__(self, tag: str, cells: Cells) -> None:
        """Make nothing yet."""
        self._tag, self._cells = tag, cells
        self._made: dict[tuple[object, ...], _Form] = {}

    def filled(self, names: tuple[str, ...], said: Iterable[object], values: Mapping[str, object]) -> etree._Element:
        """The element with these attributes and what they say, and its value for each column; numbers as Python writes them."""
        key = (names, *values)
        form = self._made.get(key)
        if form is None:
            element = _BLANK(etree.HTML("<html/>"), tag=etree.XSLT.strparam(self._tag)).getroot()
            element.tail = "\n"
            puts: list[Put] = [partial(element.set, name) for name in names]
            puts += self._cells(element, values)
            form = self._made[key] = _Form(element, puts, [None] * len(puts))
        texts: list[object] = [*said, *values.values()]
        if texts != form.texts:  # most rows repeat much of the one before, and setting an attribute is what takes time
            for text, before, put in zip(texts, form.texts, form.puts, strict=True):
                if text != before:
                    put(str(text))
            form.texts = texts
        return form.element
