"""Published files, brought here whole or not at all: the one room that opens a connection for feeds that are files."""

from __future__ import annotations

import hashlib
import os
import secrets
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urljoin, urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.exceptions import MaxRetryError, NameResolutionError, ProtocolError, ReadTimeoutError
from urllib3.util.retry import Retry

from kg.errors import FeedError
from kg.resources import VERSION
from kg.terms import BASE

if TYPE_CHECKING:
    from urllib3.connectionpool import ConnectionPool
    from urllib3.response import BaseHTTPResponse

AGENT = f"osgov-kg/{VERSION} ({BASE})"
LARGEST = 200_000_000  # bytes; the largest file that a feed reads is a tenth of that
_REDIRECTS = 10
_BUSY = (429, 502, 503, 504)
_HTML = (b"<!doctype html", b"<html")
_HTML_TYPES = ("text/html", "application/xhtml+xml")
_CHUNK = 1 << 16

Say = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Validators:
    """What the server said of the file it last gave us, for it to compare: both '' where it said nothing."""

    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file as it now lies at `path`, and where it came from. `modified` is False where the server has nothing newer.

    `final_url` is the address after redirects; `sha256` and `size` are of the file as it lies there.
    """

    url: str
    final_url: str
    path: Path
    modified: bool
    sha256: str
    size: int
    content_type: str
    validators: Validators


def fetch(url: str, to: Path, *, known: Validators | None = None, timeout: float = 60, say: Say | None = None) -> Fetched:
    """The file at an address, written to `to`, unless it is still the one that `known` tells of.

    `timeout` bounds the whole, waits that a busy server asks for included. Raises FeedError naming the address for anything
    but a whole data file; `to` is then as it was before.
    """
    _check_address(url)
    # A file that is gone cannot be "not modified".
    task = _Download(url, to, known if to.is_file() else None, timeout, say or (lambda _: None))
    # A socket's timeout is per wait: a server that drips keeps it waiting. So somebody else holds the watch.
    worker = threading.Thread(target=task.run, daemon=True)
    worker.start()
    try:
        worker.join(timeout)
    except BaseException:
        task.give_up()
        raise
    return task.outcome()


def _check_address(url: str) -> None:
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise FeedError(f"{url}: is no web address: {error}") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise FeedError(f"{url}: is no web address; write https://host/path")
    if "@" in parts.netloc:
        raise FeedError(
            f"{parts.scheme}://{parts.hostname}{parts.path}: has a user or a password in it; only public files are read"
        )


class _Download:
    """One request in a thread of its own. Whoever waits takes its outcome, or gives up; then no file of it stays."""

    def __init__(self, url: str, to: Path, known: Validators | None, timeout: float, say: Say) -> None:
        self.url = url
        self.to = to
        self.known = known
        self.timeout = timeout
        self.until = time.monotonic() + timeout
        self.say = say
        self.part = to.parent / f".{to.name}.{secrets.token_hex(4)}.part"
        self.lock = threading.Lock()
        self.given_up = False
        self.result: Fetched | None = None
        self.error: BaseException | None = None

    def run(self) -> None:
        result, error = None, None
        try:
            result = self._get()
        except BaseException as caught:  # noqa: BLE001 - carried to the caller's thread and raised there
            error = caught
        with self.lock:
            if error or self.given_up:
                self._discard()
            if not self.given_up:
                self.result, self.error = result, error

    def give_up(self) -> None:
        with self.lock:
            self.given_up = True
            if self.result is None:
                self._discard()

    def outcome(self) -> Fetched:
        self.give_up()
        if self.error:
            raise self._explained(self.error) from self.error
        if self.result is None:
            raise FeedError(self._late())
        if self.result.modified:
            try:
                os.replace(self.part, self.to)
            except OSError as error:
                self._discard()
                raise self._explained(error) from error
        return self.result

    def _discard(self) -> None:
        with suppress(OSError):  # a system that keeps open files lets the worker remove it when it wakes
            self.part.unlink(missing_ok=True)

    def _get(self) -> Fetched:
        headers = {"User-Agent": AGENT, "Accept": "*/*"}
        if self.known and self.known.etag:
            headers["If-None-Match"] = self.known.etag
        if self.known and self.known.last_modified:
            headers["If-Modified-Since"] = self.known.last_modified
        address = self.url
        with requests.Session() as session:
            for scheme in ("https://", "http://"):
                session.mount(scheme, HTTPAdapter(max_retries=_Patience(until=self.until, say=self.say)))
            for _ in range(_REDIRECTS + 1):
                response = session.get(
                    address, headers=headers, stream=True, timeout=self.timeout, allow_redirects=False, auth=_anonymous
                )
                with response:
                    target = session.get_redirect_target(response)
                    if target is None:
                        return self._take(response, address)
                target = urljoin(address, target)
                _check_address(target)
                if address.startswith("https:") and target.startswith("http:"):
                    raise FeedError(f"{self.url}: leads to {target}, which is not encrypted; find the file's https address")
                self.say(f"{address}: leads to {target}")
                address = target
        raise FeedError(f"{self.url}: leads on more than {_REDIRECTS} times, last to {address}; open it in a browser")

    def _take(self, response: requests.Response, address: str) -> Fetched:
        named = self.url if address == self.url else f"{self.url}: {address}"
        kind = response.headers.get("Content-Type", "")
        given = Validators(response.headers.get("ETag", ""), response.headers.get("Last-Modified", ""))
        if response.status_code == 304 and self.known:
            self.say(f"{self.url}: not modified")
            still = Validators(given.etag or self.known.etag, given.last_modified or self.known.last_modified)
            content = self.to.read_bytes()
            digest = hashlib.sha256(content).hexdigest()
            return Fetched(self.url, address, self.to, False, digest, len(content), kind, still)
        if response.status_code != 200:
            raise FeedError(f"{named}: {_refusal(response)}")
        if kind.split(";")[0].strip().lower() in _HTML_TYPES:
            raise FeedError(f"{named}: {_PAGE}")
        length = response.headers.get("Content-Length", "")
        if length.isdigit() and int(length) > LARGEST:
            raise FeedError(f"{named}: {_TOO_LARGE}")
        hashed, size, head = hashlib.sha256(), 0, b""
        self.to.parent.mkdir(parents=True, exist_ok=True)
        with self.part.open("xb") as file:
            # `read1` gives what has come; `read` would wait for a whole chunk of what drips.
            while chunk := response.raw.read1(_CHUNK, decode_content=True):
                size += len(chunk)
                if size > LARGEST:
                    raise FeedError(f"{named}: {_TOO_LARGE}")
                if self.given_up:
                    raise FeedError(self._late())
                head = head if len(head) > 1024 else head + chunk
                hashed.update(chunk)
                file.write(chunk)
        if not size:
            raise FeedError(f"{named}: the file is empty; try again later")
        if head.removeprefix(b"\xef\xbb\xbf").lstrip()[:20].lower().startswith(_HTML):
            raise FeedError(f"{named}: {_PAGE}")
        self.say(f"{self.url}: {size:,} bytes")
        return Fetched(self.url, address, self.to, True, hashed.hexdigest(), size, kind, given)

    def _late(self) -> str:
        return f"{self.url}: not here within {self.timeout:g} s; try again later, or with more time"

    def _explained(self, error: BaseException) -> BaseException:
        """The same failure in words; what is no expected failure stays as it is."""
        reason = getattr(error.args[0] if error.args else None, "reason", None)
        if isinstance(error, FeedError) or not isinstance(
            error, (requests.RequestException, urllib3.exceptions.HTTPError, OSError)
        ):
            return error
        what = f"cannot be read ({error}); check the address"
        if isinstance(error, (requests.Timeout, ReadTimeoutError)) or isinstance(reason, ReadTimeoutError):
            return FeedError(self._late())
        if isinstance(error, (requests.exceptions.SSLError, urllib3.exceptions.SSLError)):
            what = f"the connection cannot be trusted ({reason or error}); nothing was read"
        elif isinstance(reason, NameResolutionError):
            what = "no such host is known here; check the address, and that you are online"
        elif isinstance(error, ProtocolError):
            what = f"the file came only in part ({error}); try again later"
        elif isinstance(error, requests.ConnectionError):
            what = f"no answer ({reason or error}); try again later"
        elif not isinstance(error, (requests.RequestException, urllib3.exceptions.HTTPError)):
            return FeedError(f"{self.to}: cannot be written ({error})")
        return FeedError(f"{self.url}: {what}")


_PAGE = "is a web page, not a data file; open it in a browser, and find the address of the raw file"
_TOO_LARGE = f"is larger than {LARGEST:,} bytes, which no feed is; check the address"


def _refusal(response: requests.Response) -> str:
    status = response.status_code
    after = response.headers.get("Retry-After", "")
    match status:
        case 401 | 403:
            todo = "is it public? check the address"
        case 404 | 410:
            todo = "the file has moved or is gone; look for it on the page of the source"
        case _ if status in _BUSY or status >= 500:
            todo = f"try again {'in ' + after + ' s' if after.isdigit() else 'later'}"
        case _:
            todo = "check the address"
    return f"answered {status} {response.reason or ''}".rstrip() + f"; {todo}"


def _anonymous(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Sends no password: without this, `requests` would look for one in the user's .netrc."""
    return request


class _Patience(Retry):
    """Asks a busy server again when it says, or after growing waits; not where the wait would outlast the deadline."""

    def __init__(self, *, until: float, say: Say, **options: Any) -> None:
        self.until = until
        self.say = say
        chosen = {
            "total": 5,
            "connect": 1,
            "read": 1,
            "other": 0,
            "status_forcelist": _BUSY,
            "backoff_factor": 1,
            "raise_on_status": False,
        }
        super().__init__(**{**chosen, **options})

    def new(self, **options: Any) -> Self:
        return super().new(until=self.until, say=self.say, **options)

    def increment(
        self,
        method: str | None = None,
        url: str | None = None,
        response: BaseHTTPResponse | None = None,
        error: Exception | None = None,
        _pool: ConnectionPool | None = None,
        _stacktrace: Any = None,
    ) -> Self:
        further = super().increment(method, url, response, error, _pool, _stacktrace)
        wait = (response and self.get_retry_after(response)) or further.get_backoff_time()
        if response is not None and time.monotonic() + wait > self.until and _pool is not None:
            raise MaxRetryError(_pool, url or "")  # the server's refusal is then the answer
        self.say(f"{url}: {response.status if response is not None else error}; asked again in {wait:g} s")
        return further
