"""How an endpoint is reached: within a deadline, again where it asks to wait, with credentials that are never shown.

Credentials come from the environment, KG_STORE_TOKEN (a bearer token) or KG_STORE_USER and KG_STORE_PASSWORD (digest or basic,
as the endpoint asks), or from the host's entry in netrc. An address that bears some is refused: it would end up in logs.
"""

from __future__ import annotations

import netrc
import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import Message
from email.utils import parsedate_to_datetime
from http.client import HTTPException, HTTPMessage, HTTPResponse
from pathlib import Path
from typing import IO, Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import (
    HTTPBasicAuthHandler,
    HTTPDigestAuthHandler,
    HTTPPasswordMgrWithDefaultRealm,
    HTTPRedirectHandler,
    OpenerDirector,
    Request,
    build_opener,
    parse_http_list,
    parse_keqv_list,
)

from kg.errors import KgError, Misuse, QueryTimeout

AGENT = "osgov-kg (SPARQL client)"
PAUSES = (0.25, 0.5, 1.0)  # seconds before each new try, where the endpoint does not say how long to wait
_AGAIN = {429, 502, 503, 504}
_HOW = "set KG_STORE_TOKEN, or KG_STORE_USER and KG_STORE_PASSWORD, or name the host in ~/.netrc"


@dataclass(frozen=True, slots=True)
class Credentials:
    """What lets us in; none of it is part of its repr."""

    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self.token or self.user)

    @classmethod
    def of(cls, host: str) -> Credentials:
        """Those that the environment or netrc has for a host. Raises KgError for a netrc that cannot be read."""
        token, user = os.environ.get("KG_STORE_TOKEN", ""), os.environ.get("KG_STORE_USER", "")
        if token or user:
            return cls(user, os.environ.get("KG_STORE_PASSWORD", ""), token)
        path = Path(os.environ.get("NETRC") or Path.home() / ".netrc")
        if not path.is_file():
            return cls()
        try:
            entry = netrc.netrc(str(path)).hosts.get(host)  # not its default: that would be sent to any host
        except netrc.NetrcParseError as error:
            raise KgError(f"{path}: line {error.lineno} cannot be read as netrc") from None
        except (OSError, UnicodeDecodeError):
            raise KgError(f"{path}: cannot be read as netrc") from None
        return cls(entry[0], entry[2] or "") if entry else cls()


def refuse_credentials_in(address: str) -> None:
    """Raise Misuse for an address with a user or a password in it, without repeating it."""
    parts = urlsplit(address)
    if "@" in parts.netloc:
        host = parts.netloc.rpartition("@")[2]
        raise Misuse(f"--store: the address of {host} has credentials in it, which would end up in logs; {_HOW}")


class _Redirects(HTTPRedirectHandler):
    """Sends the same request to where it is redirected; with credentials only within the host, and never out of TLS."""

    def __init__(self, trusted: bool) -> None:
        self.trusted = trusted

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request | None:
        here, there = urlsplit(req.full_url), urlsplit(newurl)
        elsewhere = (here.scheme, here.netloc) != (there.scheme, there.netloc)
        if here.scheme == "https" and there.scheme != "https":
            fp.close()
            raise KgError(f"{_bare(req.full_url)}: redirects out of TLS, to {_bare(newurl)}; refused")
        if self.trusted and elsewhere:
            fp.close()
            raise KgError(
                f"{_bare(req.full_url)}: redirects to {there.netloc}, and the credentials are not for it; "
                f"name that address with --store if it is to get them"
            )
        return Request(newurl, data=req.data, headers=dict(req.headers), method=req.get_method())

    http_error_308 = HTTPRedirectHandler.http_error_302


def _bare(address: str) -> str:
    return address.partition("?")[0]


def _close_once_answered(challenge: IO[bytes], answer: Callable[[], Any]) -> Any:
    """What the answer to a challenge brought; the challenge is closed, unless there was no answer, and it stands."""
    try:
        response = answer()
    except BaseException:
        challenge.close()
        raise
    if response is not None:
        challenge.close()
    return response


class _Digest(HTTPDigestAuthHandler):
    """Answers a challenge, and the next requests before they are challenged: a long body would be refused half-way."""

    _challenge: dict[str, str] | None = None

    def retry_http_digest_auth(self, req: Request, auth: str) -> Any:
        self._challenge = parse_keqv_list(parse_http_list(auth.partition(" ")[2]))
        return super().retry_http_digest_auth(req, auth)

    def http_request(self, req: Request) -> Request:
        answer = self.get_authorization(req, self._challenge) if self._challenge else None
        if answer:
            req.add_unredirected_header(self.auth_header, f"Digest {answer}")
        return req

    https_request = http_request

    def http_error_401(self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage) -> Any:
        handle = super().http_error_401
        return _close_once_answered(fp, lambda: handle(req, fp, code, msg, headers))


class _Basic(HTTPBasicAuthHandler):
    def http_error_401(self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage) -> Any:
        handle = super().http_error_401
        return _close_once_answered(fp, lambda: handle(req, fp, code, msg, headers))


class Counted:
    """A body that knows how long it was said to be: one that is cut off is no shorter answer, but an error."""

    def __init__(self, response: HTTPResponse, address: str) -> None:
        """Wrap the response of an address."""
        self._response, self._address = response, address
        length = response.headers.get("Content-Length", "")
        self._left = int(length) if length.isdigit() else None

    def read(self, size: int = -1) -> bytes:
        """The next bytes. Raises KgError where the connection ends too soon."""
        try:
            part = self._response.read() if size < 0 else self._response.read(size)
        except (OSError, HTTPException, ValueError) as error:
            raise self._broken() from error
        if self._left is not None:
            self._left -= len(part)
            if self._left > 0 and (size < 0 or (size > 0 and not part)):
                raise self._broken()
        return part

    def _broken(self) -> KgError:
        return KgError(f"{self._address}: the answer broke off; ask again, or narrow the query")


class Transport:
    """The way to an endpoint and to its other addresses on the same host."""

    def __init__(self, address: str) -> None:
        """Keep the address and its credentials; nothing is sent yet. Raises Misuse for an address with credentials in it."""
        refuse_credentials_in(address)
        self.address = address
        self._credentials: Credentials | None = None
        self._opener: OpenerDirector | None = None

    @property
    def credentials(self) -> Credentials:
        """Those for the host, looked up once."""
        if self._credentials is None:
            self._credentials = Credentials.of(urlsplit(self.address).hostname or "")
        return self._credentials

    def opener(self) -> OpenerDirector:
        """What opens requests: certificates are verified, and a challenge is answered with the user and the password."""
        if self._opener is None:
            handlers: list[Any] = [_Redirects(bool(self.credentials))]
            if self.credentials.user and not self.credentials.token:
                known = HTTPPasswordMgrWithDefaultRealm()
                parts = urlsplit(self.address)
                root = f"{parts.scheme}://{parts.netloc}/"
                known.add_password(None, root, self.credentials.user, self.credentials.password)
                handlers += [_Digest(known), _Basic(known)]
            self._opener = build_opener(*handlers)
        return self._opener

    def send(self, request: Request, until: float) -> HTTPResponse:
        """The response to a request, by the moment `until` of time.monotonic(), asked again where the endpoint is busy.

        Raises KgError naming the address for anything but success, Misuse for a query that it cannot read.
        """
        if self.credentials.token:
            request.add_unredirected_header("Authorization", f"Bearer {self.credentials.token}")
        address = _bare(request.full_url)
        pauses = iter(PAUSES)
        while True:
            left = until - time.monotonic()
            if left <= 0:
                raise QueryTimeout(f"{address}: no answer in time; narrow the query or raise --timeout")
            try:
                # A little later than the deadline, which tells a slow endpoint from one that is down.
                response: HTTPResponse = self.opener().open(request, timeout=left + 1)
                return response
            except HTTPError as error:
                pause = _asked_pause(error.headers) if error.code in _AGAIN else None
                wait = next(pauses, None) if error.code in _AGAIN else None
                left = until - time.monotonic()
                if wait is None:
                    raise self._refusal(address, error) from error
                wait = wait if pause is None else pause
                if wait >= left:
                    error.close()
                    raise KgError(
                        f"{address}: answered {error.code} {error.reason} and asks to wait {wait:g} s, past the time there is; "
                        f"ask later or raise --timeout"
                    ) from error
                error.close()
                time.sleep(wait)
            except (URLError, OSError, HTTPException) as error:
                reason = getattr(error, "reason", None) or error or type(error).__name__
                raise KgError(f"{address}: no answer ({reason}); is it a SPARQL endpoint, and up?") from error

    def _refusal(self, address: str, error: HTTPError) -> KgError:
        try:
            body = error.read(20_000).decode("utf-8", "replace")
        except (OSError, HTTPException):
            body = ""
        error.close()
        kind = error.headers.get("Content-Type", "").split(";")[0].strip() if error.headers else ""
        said = f": {_gist(body)}" if body.strip() and "html" not in kind else ""
        if error.code == 400:
            return Misuse(f"{address}: the endpoint cannot read the query{said}")
        if error.code in {401, 403}:
            given = "does not accept the credentials it was given; " if self.credentials else "asks for credentials; "
            return KgError(f"{address}: answered {error.code} {error.reason}; it {given}{_HOW}")
        advice = "; is it the endpoint's address?" if error.code in {404, 405} else ""
        page = " with a web page" if "html" in kind else ""
        return KgError(f"{address}: answered {error.code} {error.reason}{page}{said}{advice}")


def _asked_pause(headers: Message) -> float | None:
    """The seconds that Retry-After asks for, given as a number or as a date; None where it asks for nothing."""
    said = (headers.get("Retry-After") or "").strip()
    if re.fullmatch(r"\d+(\.\d+)?", said):
        return float(said)
    try:
        return max(0.0, parsedate_to_datetime(said).timestamp() - time.time())
    except (TypeError, ValueError):
        return None


def _gist(body: str) -> str:
    """What an endpoint complains of: without the query, which Virtuoso repeats, in a line or a few."""
    text = re.split(r"\n\s*SPARQL query:", body)[0]
    return re.sub(r"\s+", " ", text).strip()[:500]
