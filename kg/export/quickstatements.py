"""Facts for Wikidata, as QuickStatements reads them: printed, for a person to look at and send.

A line a fact and document: item, property, value, reference URL and the day it was read. The form is version 1 of
<https://www.wikidata.org/wiki/Help:QuickStatements>.
"""

from __future__ import annotations

from kg.dates import PartialDate
from kg.export.rdf import store_on
from kg.resources import queries_dir
from kg.store import Store, texts

_WIKIDATA = ("https://www.wikidata.org/", "https://query.wikidata.org/")
_PRECISIONS = {"year": 9, "month": 10, "day": 11}  # those of Wikidata's dates


def lines(store: Store, *, as_of: str | None = None) -> list[str]:
    """What Wikidata could be told: facts that a document states, and none that a document of Wikidata does.

    With `as_of`, a day, without what lies outside it.
    """
    rows = texts(store_on(store, as_of), (queries_dir() / "frames" / "quickstatements.rq").read_text("utf-8"))
    known = {(fact, property_) for fact, _, property_, _, _, url, _ in rows if url.startswith(_WIKIDATA)}
    found: dict[str, None] = {}
    for fact, item, property_, value, value_item, url, read in rows:
        said = value_item or _date(value)
        if url and said and (fact, property_) not in known:
            parts = [item, property_, said, "S854", f'"{url}"', *(["S813", _date(read)] if read else [])]
            found["\t".join(parts)] = None
    return list(found)


def _date(text: str) -> str:
    """A date as QuickStatements writes it, with its precision; '' for text that is none.

    >>> _date("1999-06"), _date("1999"), _date("https://example.org/")
    ('+1999-06-00T00:00:00Z/10', '+1999-00-00T00:00:00Z/9', '')
    """
    try:
        date = PartialDate(text)
    except ValueError:
        return ""
    whole = "-".join((*text.split("-"), "00", "00")[:3])
    return f"+{whole}T00:00:00Z/{_PRECISIONS[date.precision]}"
