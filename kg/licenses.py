"""Whether the Open Source Initiative has approved a licence, by the licence list of SPDX that ships with the facts."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from kg.errors import FeedError
from kg.resources import FACTS

TABLE = FACTS / "snapshots" / "spdx-licenses" / "licenses.tsv"
DATA = Path("spdx-licenses/licenses-2026-DERIVED.csv")  # where the raw table lies in a folder of raw data

_HEADER = """\
# Licences of the SPDX licence list: whether each is approved by the Open Source Initiative (empty where the list does not
# say: that is no no), and whether its identifier is deprecated.
# source: https://github.com/spdx/license-list-XML/tree/e4c1f276b8befa364960e288c6a17f5433353b1b/src
# revision: e4c1f276b8befa364960e288c6a17f5433353b1b
# day: 2026-07-16
# licence: CC0-1.0
id\tosi\tdeprecated
"""

_OSI = {"true": "yes", "false": "no", "": ""}
_TOKEN = re.compile(r"\s*(\(|\)|[A-Za-z0-9.:+-]+)")


def is_osi_approved(expression: str) -> bool | None:
    """Whether what an SPDX expression offers is approved: of a choice (OR) one licence, of a bundle (AND) all of them.

    A licence of one's own (LicenseRef-…) is none of the list, which has every approved one. None where the list does not say:
    an identifier it does not have, an exception (WITH …: the list has no word on exceptions), or a text that is no expression.

    >>> is_osi_approved("Apache-2.0 OR SSPL-1.0"), is_osi_approved("Apache-2.0 AND BUSL-1.1"), is_osi_approved("Own-1.0")
    (True, False, None)
    >>> is_osi_approved("LicenseRef-Own OR SSPL-1.0")
    False
    """
    tokens = list(_tokens(expression))
    try:
        answer = _any_of(tokens)
    except ValueError:
        return None
    return None if tokens else answer


def is_deprecated(identifier: str) -> bool | None:
    """Whether SPDX has replaced an identifier by another one (GPL-2.0 by GPL-2.0-only); None for one it does not have."""
    found = _licences().get(identifier.casefold())
    return None if found is None else found[1] == "yes"


def unlisted(expression: str) -> list[str]:
    """The identifiers in an SPDX expression that the list does not have, but for those of one's own (LicenseRef-…).

    >>> unlisted("(MIT OR GPL-2.0+) AND LicenseRef-Own"), unlisted("MIT OR Nonesuch-1.0")
    ([], ['Nonesuch-1.0'])
    """
    known = _licences()
    words = [
        w for w in _tokens(expression) if w and w not in {"(", ")", "AND", "OR", "WITH"} and not w.startswith("LicenseRef-")
    ]
    return [w for w in words if not {w.casefold(), w.removesuffix("+").casefold()} & known.keys()]


def table_from(raw: Path) -> str:
    """The text of the shipped table, made from a table of the list with the columns license_id, is_osi_approved, is_deprecated.

    Raises FeedError for a file that is no such table.
    """
    wanted = {"license_id", "is_osi_approved", "is_deprecated"}
    lines = []
    try:
        with raw.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file, strict=True):
                if not wanted <= row.keys():
                    raise FeedError(f"{raw}: lacks the columns {', '.join(sorted(wanted - row.keys()))}")
                deprecated = {"true": "yes", "false": "no"}[row["is_deprecated"]]
                lines.append(f"{row['license_id']}\t{_OSI[row['is_osi_approved']]}\t{deprecated}\n")
    except (csv.Error, KeyError, UnicodeDecodeError) as error:
        raise FeedError(f"{raw}: is no table of licences: {error}") from error
    if not lines:
        raise FeedError(f"{raw}: the table has no rows")
    return _HEADER + "".join(sorted(lines))


@cache
def _licences() -> dict[str, tuple[str, str]]:
    """The flags `osi` and `deprecated` by identifier, without case, as SPDX compares them."""
    lines = TABLE.read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return {id_.casefold(): (osi, deprecated) for id_, osi, deprecated in rows[1:]}


def _tokens(expression: str) -> Iterator[str]:
    """The parts of an expression; what is no part is given as one that nothing accepts."""
    at = 0
    text = expression.strip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        yield match[1] if match else ""
        at = match.end() if match else len(text)


def _any_of(tokens: list[str]) -> bool | None:
    answers = [_all_of(tokens)]
    while tokens[:1] == ["OR"]:
        tokens.pop(0)
        answers.append(_all_of(tokens))
    return True if True in answers else None if None in answers else False


def _all_of(tokens: list[str]) -> bool | None:
    answers = [_one_of(tokens)]
    while tokens[:1] == ["AND"]:
        tokens.pop(0)
        answers.append(_one_of(tokens))
    return False if False in answers else None if None in answers else True


def _one_of(tokens: list[str]) -> bool | None:
    """A licence, or an expression in brackets."""
    token = tokens.pop(0) if tokens else ""
    if token == "(":
        answer = _any_of(tokens)
        if not tokens or tokens.pop(0) != ")":
            raise ValueError("a bracket is not closed")
        return answer
    if not token or token in {")", "AND", "OR", "WITH"}:
        raise ValueError(f"{token!r} is no licence")
    if tokens[:1] == ["WITH"]:
        tokens.pop(0)
        _one_of(tokens)
        return None
    return _flag(token)


def _flag(identifier: str) -> bool | None:
    if identifier.startswith("LicenseRef-"):
        return False
    known = _licences()
    osi = {"yes": True, "no": False}
    found = known.get(identifier.casefold())
    if found is None and identifier.endswith("+"):
        # This version or a later one: a choice, so an approved version is enough; of the later ones the list says nothing.
        base = known.get(identifier[:-1].casefold(), ("", ""))
        return True if base[0] == "yes" else None
    return osi.get(found[0]) if found else None
