"""How names and addresses are compared: without what people vary in writing them.

What is stripped is declared here and nowhere else.
"""

from __future__ import annotations

import re
import unicodedata

# Words that say what a company is, not which one.
_LEGAL_FORMS = frozenset(
    "inc incorporated llc ltd limited corp corporation co company gmbh ag sa plc bv nv oy ab the".split()  # noqa: SIM905
)


def normalise(text: str) -> str:
    """The text without what people vary: case, accents, punctuation, spaces, words such as Inc. and Ltd.

    >>> normalise("Apache Kafka®"), normalise("The Meta Platforms, Inc.")
    ('apachekafka', 'metaplatforms')
    """
    plain = unicodedata.normalize("NFKD", text).casefold()
    words = re.findall(r"\w+", "".join(c for c in plain if not unicodedata.combining(c)))
    return "".join(w for w in words if w not in _LEGAL_FORMS) or "".join(words)


def normalise_url(text: str) -> str | None:
    """A web address reduced to host and path, or None if the text is none.

    >>> normalise_url("git@github.com:pytorch/pytorch.git"), normalise_url("https://www.PyTorch.org/")
    ('github.com/pytorch/pytorch', 'pytorch.org')
    """
    text = re.sub(r"^git@([^:/]+):", r"https://\1/", text.strip())
    match = re.match(
        r"(?:(?:git\+)?(?:https?|git|ssh)://(?:git@)?)?(?:www\.)?([a-z0-9-]+(?:\.[a-z0-9-]+)+)(/[^?#\s]*)?\Z",
        text,
        re.IGNORECASE,
    )
    if not match:
        return None
    path = (match.group(2) or "").rstrip("/").removesuffix(".git")
    return (match.group(1) + path).casefold()


def slugify(text: str) -> str:
    """A slug made from a name: lower-case letters, digits and single hyphens; '' where nothing is left.

    >>> slugify("Ampère Computing (ARM)"), slugify("O\u2019Reilly & Co."), slugify("C++ Alliance")
    ('ampere-computing-arm', 'oreilly-and-co', 'c-plus-plus-alliance')
    """
    text = text.replace("&", " and ").replace("+", " plus ").replace("#", " sharp ")
    plain = unicodedata.normalize("NFKD", text).casefold().replace("'", "").replace("\u2019", "")
    return re.sub(r"[^a-z0-9]+", "-", "".join(c for c in plain if not unicodedata.combining(c))).strip("-")
