"""What this package and its data are called, and where its ontology, queries and facts lie, in a checkout or in a wheel."""

from __future__ import annotations

from pathlib import Path

VERSION = "0.1.0"

# What the data say of themselves, served or released.
TITLE = "Who governs open source"
ABOUT = (
    "Which projects moved to neutral foundations, who held a project on a day, how neutral a home is; every statement in the "
    "named graph of its source."
)
RIGHTS = (
    "Curated facts and ontology: CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/). What is repeated from public lists: "
    "under the licence of each list, which its source document names."
)

PACKAGE = Path(__file__).resolve().parent
FACTS = PACKAGE / "facts"


_SHIPPED = PACKAGE / "_data"


def is_installed() -> bool:
    """Whether this is an installed wheel, not a checkout (or an editable install of one)."""
    return _SHIPPED.is_dir()


def _data(name: str) -> Path:
    return (_SHIPPED if is_installed() else PACKAGE.parent) / name


def ontology_dir() -> Path:
    """The folder of `governance.ttl`, `alignments.ttl`, `shapes.ttl`, `context.jsonld`, `frame.jsonld` and `criteria.toml`."""
    return _data("ontology")


def queries_dir() -> Path:
    """The folder of the named queries, with `rules/` (derived facts) below it."""
    return _data("queries")


def pages_dir() -> Path:
    """The folder of the pages of the ontology: `index.html`, `vocab.html`, `shapes.html`, `data.html`."""
    return _SHIPPED / "pages" if is_installed() else PACKAGE.parent / "docs" / "ontology"
