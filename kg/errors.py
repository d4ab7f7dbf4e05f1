"""The few ways a request can fail, and the exit code each one has on the command line."""

from __future__ import annotations


class KgError(Exception):
    """Something expected went wrong; the message says what, where, and what to try. Exit code 3."""

    exit_code = 3


class NotFound(KgError):
    """A name that leads nowhere: a negative answer, not a failure. Exit code 1."""

    exit_code = 1


class Ambiguous(KgError):
    """A name that leads to several entities; the message lists them. Exit code 1."""

    exit_code = 1


class Misuse(KgError):
    """A request that cannot be understood: a bad parameter, a query with a syntax error. Exit code 2."""

    exit_code = 2


class FactsError(KgError):
    """Curated facts that break the rules; the message lists every problem with file, table and remedy. Exit code 3."""

    def __init__(self, problems: list[str]) -> None:
        """Keep the problems as a list, so that a caller can count or sort them."""
        self.problems = problems
        count = f"{len(problems)} problem{'s' if len(problems) != 1 else ''} in the curated facts"
        super().__init__("\n".join([f"{count}:", *(f"  {p}" for p in problems)]))


class FeedError(KgError):
    """A file or an address that cannot be loaded; the message says which, where in it, and what to try. Exit code 3."""


class QueryTimeout(KgError):
    """A query that ran past its deadline. Exit code 3."""
