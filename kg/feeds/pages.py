"""Pages of Markdown for the readers of this package: the YAML that stands before the text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from kg.feeds.reading import Fields, Reading


def front_matter(reading: Reading, path: Path) -> Fields:
    """The keys before the text of a page. Raises ValueError for a page that has none, or none that can be read."""
    try:
        head, mark, rest = path.read_text("utf-8-sig").partition("---\n")
        matter, end, _ = rest.partition("\n---")
        if head.strip() or not mark or not end:
            raise ValueError("has no front matter between two lines of ---")
        data: Any = yaml.load(matter, yaml.CSafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError):
        raise ValueError("has front matter that is not YAML in UTF-8") from None
    return reading.fields(data, path.name)
