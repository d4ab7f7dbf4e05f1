"""What is at which address: requests are read here, handed to a worker, and its reply sent."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import Any, BinaryIO

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kg.serve import protocol, reconcile
from kg.serve.entities import PAGES, start
from kg.serve.formats import HTML, prefers_html
from kg.serve.pool import Gone, Pool
from kg.serve.reply import Refusal, Reply

LARGEST_BODY = 1 << 20  # bytes of a request that are read as a question
DRAINED = 64 << 20  # bytes that are read past that, so that the client gets to hear why its request is refused
BODY_SECONDS = 20.0  # in which the whole of a request has to arrive
SENDING_SECONDS = 600.0  # in which the whole of an answer has to be taken
CHUNK = 1 << 16
LOG = logging.getLogger("kg.serve")

_HOST = re.compile(rb"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?")
_CORS = {
    b"access-control-allow-origin": b"*",
    b"access-control-expose-headers": b"ETag, Link, KG-Truncated, Retry-After",
}
_PREFLIGHT = {
    **_CORS,
    b"access-control-allow-methods": b"GET, HEAD, POST, OPTIONS",
    b"access-control-allow-headers": b"Accept, Content-Type, If-None-Match",
    b"access-control-max-age": b"86400",
}

Handler = Callable[[Request], Awaitable[Response]]


def application(pool: Pool, *, cors: bool, log_queries: bool) -> ASGIApp:
    """The whole of `kg serve`, as ASGI; each request is logged, its query string where `log_queries` says so."""

    def route(path: str, handler: Callable[[Pool, Request], Awaitable[Response]], *methods: str) -> Route:
        return Route(path, _answering(partial(handler, pool)), methods=list(methods or ("GET",)))

    routes = [
        route("/sparql", _sparql, "GET", "POST"),
        route("/sparql/", _sparql, "GET", "POST"),
        route("/", _root),
        route("/.well-known/void", partial(_described, job="dataset")),
        route("/health", _health),
        route("/ready", _ready),
        route("/reconcile", _reconcile, "GET", "POST"),
        route("/reconcile/", _reconcile, "GET", "POST"),
        route("/reconcile/suggest/{what}", _suggest),
        route("/reconcile/properties", _properties),
        route("/reconcile/preview", _preview),
        *(route(f"/{name}", _entity) for name in ("ns", "vocab", "shapes", *PAGES)),
        route("/{kind:str}/{slug:path}", _entity),
    ]
    app = Starlette(routes=routes, exception_handlers={HTTPException: _not_served})
    app.router.redirect_slashes = False
    return _Around(app, cors=cors, log_queries=log_queries)


def _answering(handler: Handler) -> Handler:
    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except Refusal as refusal:
            return _response(refusal.reply())
        except (Gone, ClientDisconnect):
            return Response(status_code=499)  # as nginx logs it; nobody reads it

    return answer


async def _not_served(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    text = f"{request.scope['path']} is not served here; / says what is" if error.status_code == 404 else error.detail
    if error.status_code == 405:
        text = f"{request.method} is not allowed here: {protocol.READ_ONLY}"
    return Response(text + "\n", error.status_code, headers=error.headers, media_type="text/plain")


async def _sparql(pool: Pool, request: Request) -> Response:
    body = await _body(request) if request.method == "POST" else b""
    asked = protocol.read(request.method, request.scope["query_string"], request.headers.get("content-type", ""), body)
    if asked is None:
        return await _described(pool, request, job="service")
    return await _ask(pool, request, "sparql", asked, _accept(request), request.headers.get("if-none-match", ""))


async def _root(pool: Pool, request: Request) -> Response:
    return await _described(pool, request, job="service")


async def _described(pool: Pool, request: Request, *, job: str) -> Response:
    accept = _accept(request)
    if job == "service" and prefers_html(accept):
        return Response(start(), media_type=HTML, headers={"Vary": "Accept"})
    return await _ask(pool, request, job, _base(request), accept, request.headers.get("if-none-match", ""))


async def _health(pool: Pool, request: Request) -> Response:
    return Response("ok\n", media_type="text/plain", headers={"Cache-Control": "no-store"})


async def _ready(pool: Pool, request: Request) -> Response:
    return await _ask(pool, request, "ready")


async def _entity(pool: Pool, request: Request) -> Response:
    path = request.scope["path"].strip("/")
    return await _ask(pool, request, "entity", path, _accept(request), request.headers.get("if-none-match", ""))


async def _reconcile(pool: Pool, request: Request) -> Response:
    given = protocol.parameters(request.scope["query_string"], "the address")
    if request.method == "POST":
        given += protocol.parameters(await _body(request), "the form")
    for name, value in given:
        match name:
            case "queries":
                return await _ask(pool, request, "reconcile", value)
            case "extend":
                return await _ask(pool, request, "extend", value)
    if request.method == "POST":
        raise Refusal(400, "the form has neither `queries` nor `extend`")
    return JSONResponse(reconcile.manifest(_base(request)))


async def _suggest(pool: Pool, request: Request) -> Response:
    prefix = request.query_params.get("prefix", "")
    match request.path_params["what"]:
        case "entity":
            return await _ask(pool, request, "suggest", prefix, _number(request, "cursor") or 0)
        case "type":
            return JSONResponse(reconcile.suggested_types(prefix))
        case "property":
            return JSONResponse(reconcile.suggested_properties(prefix))
    raise Refusal(404, "suggested are entity, type and property")


async def _properties(pool: Pool, request: Request) -> Response:
    return JSONResponse(reconcile.proposed_properties(request.query_params.get("type", ""), _number(request, "limit")))


async def _preview(pool: Pool, request: Request) -> Response:
    return await _ask(pool, request, "preview", request.query_params.get("id", ""))


def _number(request: Request, name: str) -> int | None:
    value = request.query_params.get(name)
    if value is not None and not re.fullmatch(r"\d{1,9}", value, re.ASCII):
        raise Refusal(400, f"{name} {value!r} is no number")
    return int(value) if value else None


async def _ask(pool: Pool, request: Request, job: str, *given: Any) -> Response:
    return _response(await pool.ask(job, given, _left(request)))


async def _left(request: Request) -> None:
    """Come back when the client has left."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _body(request: Request) -> bytes:
    """The body of a request. Raises Refusal where it is too large, or takes too long to arrive."""
    parts, size = [], 0
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for part in request.stream():
                size += len(part)
                if size <= LARGEST_BODY:
                    parts.append(part)
                elif size > DRAINED:
                    break
    except TimeoutError:
        raise Refusal(408, f"the request did not arrive within {BODY_SECONDS:g} s", {"Connection": "close"}) from None
    if size > LARGEST_BODY:
        close = {"Connection": "close"} if size > DRAINED else None
        raise Refusal(413, f"a request has at most {LARGEST_BODY >> 10} kB", close)
    return b"".join(parts)


def _accept(request: Request) -> str:
    return ",".join(request.headers.getlist("accept"))


def _base(request: Request) -> str:
    """How the client calls this server. Raises Refusal for a name that is none."""
    host = request.headers.get("host", "").encode("latin-1")
    if not _HOST.fullmatch(host):
        raise Refusal(400, "the request names no host")
    return f"{request.scope['scheme']}://{host.decode()}"


def _response(reply: Reply) -> Response:
    headers = {**reply.headers, "Content-Type": reply.content_type}
    if reply.file is None:
        return Response(reply.body, reply.status, headers)
    file = open(reply.file, "rb")  # noqa: SIM115 - closed once it is sent, or nobody is left to send it to
    with contextlib.suppress(PermissionError):  # Windows keeps what is open; the folder goes with the server
        os.unlink(reply.file)
    headers["Content-Length"] = str(os.fstat(file.fileno()).st_size)
    return StreamingResponse(_content(file), reply.status, headers)


async def _content(file: BinaryIO) -> AsyncIterator[bytes]:
    with file:
        async with asyncio.timeout(SENDING_SECONDS):
            while part := file.read(CHUNK):
                yield part


class _Around:
    """What holds for every response: CORS, no guessing of types, and a line in the log."""

    def __init__(self, app: ASGIApp, *, cors: bool, log_queries: bool) -> None:
        self._app, self._log_queries = app, log_queries
        shared = {b"x-content-type-options": b"nosniff"}
        self._headers = list({**shared, **(_CORS if cors else {})}.items())
        self._preflight = list({**shared, **(_PREFLIGHT if cors else {}), b"allow": b"GET, HEAD, POST, OPTIONS"}.items())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status, size = time.perf_counter(), 0, 0

        async def sending(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], *self._headers]
            else:
                size += len(message.get("body", b""))
            await send(message)

        try:
            if scope["method"] == "OPTIONS":
                status = 204
                await send({"type": "http.response.start", "status": 204, "headers": self._preflight})
                await send({"type": "http.response.body"})
            else:
                await self._app(scope, receive, sending)
        finally:
            path = scope["path"].encode("unicode_escape").decode()
            if self._log_queries and scope["query_string"]:
                path += "?" + scope["query_string"].decode("latin-1").encode("unicode_escape").decode()
            client = (scope.get("client") or ("-",))[0]
            LOG.info('%s "%s %s" %d %d %.3f', client, scope["method"], path, status, size, time.perf_counter() - began)
