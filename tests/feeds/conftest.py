"""The readers of public files, run on the raw files where they lie beside the checkout, and on small ones made for a test."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kg.claims import Claim, Named, Stated
from kg.dates import PartialDate
from kg.feeds import feed_sources, reader
from kg.feeds.reading import Reading

RAW = Path(__file__).resolve().parents[3] / "shared" / "data"


@dataclass
class ReadFile:
    """What a reader gave, and its tally."""

    stated: list[Stated]
    reading: Reading

    @property
    def claims(self) -> list[Claim]:
        return [s for s in self.stated if isinstance(s, Claim)]

    @property
    def named(self) -> list[Named]:
        return [s for s in self.stated if isinstance(s, Named)]

    def of(self, kind: str, **wanted: str) -> list[Claim]:
        """The claims of a kind whose links lead to the names (or codes) wanted: `of("Membership", holder="Google")`."""
        return [c for c in self.claims if c.kind == kind and all(name_of(c, p) == v for p, v in wanted.items())]


def name_of(claim: Claim, link: str) -> str:
    """The name (or the code) that a link of a claim leads to, '' where it has none."""
    target = dict(claim.links).get(link, "")
    return target.name if isinstance(target, Named) else target


def read_path(feed: str, path: Path, day: str = "2026-01-01", **settings: Any) -> ReadFile:
    reading = Reading(feed, path, PartialDate(day), settings)
    return ReadFile(list(reader(feed)(reading)), reading)


@pytest.fixture(scope="session")
def raw() -> Callable[[str], ReadFile]:
    """Reads the raw file of a declared source, once a session; skips where the raw files are not at hand."""
    found: dict[str, ReadFile] = {}

    def read(source_id: str) -> ReadFile:
        if source_id not in found:
            source = feed_sources()[source_id]
            if not (RAW / source.data).exists():
                pytest.skip("the raw files are not beside this checkout")
            found[source_id] = read_path(source.feed, RAW / source.data, source.day, **source.settings)
        return found[source_id]

    return read


@pytest.fixture
def read_text(tmp_path: Path) -> Callable[..., ReadFile]:
    """Reads a file made of the text given, as a format."""

    def read(feed: str, text: str, *, name: str = "file", day: str = "2026-01-01", **settings: Any) -> ReadFile:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return read_path(feed, path, day, **settings)

    return read
