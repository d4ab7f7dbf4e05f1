"""A SPARQL endpoint that is asked politely: one query at a time, again after a wait, and never longer than a deadline."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError

from kg.deadline import within
from kg.errors import FeedError
from kg.resources import VERSION
from kg.terms import BASE

AGENT = f"osgov-kg/{VERSION} ({BASE})"
DEADLINE = 90.0  # seconds a query may take; Wikidata's own limit is 60
TRIES = 5
FIRST_WAIT = 5.0  # doubled with each try, where the server names no wait
LONGEST_WAIT = 300.0  # a longer one is not begun: the run can be taken up later


class _Busy(Exception):
    """The endpoint did not answer this time; `wait` is how long it asks to be left alone, None where it does not say."""

    def __init__(self, what: str, wait: float | None = None) -> None:
        self.wait = wait
        super().__init__(what)


class Endpoint:
    """Asks one query at a time, again after a wait where the endpoint is busy or the answer breaks off."""

    def __init__(self, address: str, sleep: Callable[[float], object], state: Path | None) -> None:
        """Keep the address, the way to wait, and where finished pages are kept, to say so; nothing is sent yet."""
        self.address = address
        self.sleep = sleep
        self.kept = f"; finished pages are kept in {state}, so run it again to go on" if state else ""

    def rows(self, query: str) -> list[dict[str, Any]]:
        """The rows of a SELECT, as cells of the JSON format."""
        for attempt in range(TRIES):
            try:
                return self._within_deadline(query)
            except _Busy as busy:
                wait = FIRST_WAIT * 2**attempt if busy.wait is None else busy.wait
                if wait > LONGEST_WAIT:
                    raise FeedError(f"{self.address}: {busy}, and asks to be left alone for {wait:g} s{self.kept}") from busy
                if attempt == TRIES - 1:
                    raise FeedError(f"{self.address}: {busy}, {TRIES} times in a row; try again later{self.kept}") from busy
                self.sleep(wait)
        raise AssertionError("the last try returns or raises")

    def _within_deadline(self, query: str) -> list[dict[str, Any]]:
        # SPARQLWrapper's timeout is per socket wait: a server that drips keeps it waiting. So the whole has a deadline.
        late = f"{self.address}: no answer within {DEADLINE:g} s; ask for smaller pages{self.kept}"
        return within(DEADLINE, lambda: self._ask(query), FeedError(late))

    def _ask(self, query: str) -> list[dict[str, Any]]:
        from SPARQLWrapper import JSON, POST, SPARQLWrapper
        from SPARQLWrapper.SPARQLExceptions import SPARQLWrapperException

        client = SPARQLWrapper(self.address, agent=AGENT)
        client.setMethod(POST)
        client.setTimeout(math.ceil(DEADLINE) + 1)
        # Not `setQuery`: it takes the first word that looks like a form for the form (see kg.store.remote).
        client.queryString, client.queryType = query, "SELECT"
        client.setReturnFormat(JSON)
        try:
            response: Any = client.query().response
            with response:
                kind = response.headers.get("Content-Type", "").split(";")[0].strip()
                body: bytes = response.read()
        except HTTPError as error:
            with error:
                if error.code in {429, 502, 503, 504}:
                    raise _Busy(f"answered {error.code} {error.reason}", _retry_after(error.headers)) from error
                raise FeedError(
                    f"{self.address}: answered {error.code} {error.reason}; is it a SPARQL endpoint, open to you?{self.kept}"
                ) from error
        except SPARQLWrapperException as error:
            if isinstance(error.__context__, HTTPError):
                error.__context__.close()
            raise FeedError(
                f"{self.address}: {type(error).__name__}; it may have run out of time: ask for smaller pages{self.kept}"
            ) from error
        except (URLError, OSError, HTTPException) as error:
            raise _Busy(f"the answer broke off, or never came ({getattr(error, 'reason', error)})") from error
        if "json" not in kind:
            raise FeedError(
                f"{self.address}: answered {kind or 'something'} that is no SPARQL result; is it the endpoint's address?"
            )
        try:
            rows = json.loads(body)["results"]["bindings"]
        except ValueError as error:
            # Wikidata begins to answer before it knows whether it will finish in time.
            raise _Busy("the answer broke off") from error
        except (LookupError, TypeError) as error:
            raise FeedError(f"{self.address}: answered JSON that is no SPARQL result; is it the endpoint's address?") from error
        return list(rows)


def _retry_after(headers: Any) -> float | None:
    """The wait that the server asks for. A date is compared with the server's own, not with our clock."""
    value = headers.get("Retry-After", "").strip()
    if value.isdigit():
        return float(value)
    try:
        return max(0.0, (parsedate_to_datetime(value) - parsedate_to_datetime(headers.get("Date", ""))).total_seconds())
    except (ValueError, TypeError):
        return None
