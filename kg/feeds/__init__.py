"""The public formats that `kg` reads: one module each, with one function `read(reading) -> Iterator[Named | Claim]`.

`FEEDS` is the list; `kg/facts/feeds.toml` lists the sources published in these formats.
"""

from __future__ import annotations

import importlib
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from kg.errors import Misuse
from kg.resources import FACTS

if TYPE_CHECKING:
    from kg.claims import Stated
    from kg.feeds.reading import Reading

Reader = Callable[["Reading"], Iterator["Stated"]]

FEEDS: tuple[str, ...] = (
    "landscape",
    "landscape_history",
    "membership_history",
    "apache",
    "devstats",
    "clomonitor",
    "maintainers",
    "velocity",
    "dotnet",
    "commonhaus",
    "openjs",
    "openstack",
    "numfocus",
    "fossfoundation",
    "relicensing",
    "acquisitions",
    "aliases",
    "wikidata",
)


@dataclass(frozen=True, slots=True)
class FeedSource:
    """One published file (or folder) in one of the formats, as `feeds.toml` declares it.

    `leave_out` names kinds of records that its snapshot does not repeat, because that of another source has them;
    `why_not` says why a source does not ship.
    """

    id: str
    feed: str
    title: str
    publisher: str
    page: str
    licence: str
    url: str = ""
    data: str = ""
    revision: str = ""
    day: str = ""
    read: str = ""
    ship: bool = True
    why_not: str = ""
    leave_out: tuple[str, ...] = ()
    minimum: dict[str, int] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)


def reader(feed: str) -> Reader:
    """The function that reads a format. Raises Misuse for a format there is none of."""
    if feed.replace("-", "_") not in FEEDS:
        formats = ", ".join(name.replace("_", "-") for name in (*FEEDS, "rdf"))
        raise Misuse(f"no feed {feed!r}; formats are {formats}; sources are {', '.join(feed_sources())}")
    found: Reader = importlib.import_module(f"kg.feeds.{feed.replace('-', '_')}").read
    return found


@cache
def feed_sources() -> dict[str, FeedSource]:
    """The sources that `feeds.toml` declares, by id, in its order."""
    declared = tomllib.loads((FACTS / "feeds.toml").read_text("utf-8"))
    return {entry["id"]: FeedSource(**{"read": declared["read"], **entry}) for entry in declared["source"]}
