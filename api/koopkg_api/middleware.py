"""What holds for every request and answer, whatever the route: pure ASGI, so that nothing is copied and no thread is entered."""

from __future__ import annotations

import asyncio
import hashlib
import re
from http import HTTPMethod, HTTPStatus
from urllib.parse import unquote_to_bytes

from fastapi import Request
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from koopkg import __version__
from koopkg.messages import Message as Sentence
from koopkg_api.errors import RequestError
from koopkg_api.negotiation import RDF_TYPES, allowed_methods, is_for_programs, path_below_root
from koopkg_api.problems import respond
from koopkg_api.site import Site
from koopkg_api.strictness import UNREADABLE

__all__ = ["AnswerHeaders", "BoundedRequests", "HeadAsGet"]

_SECURITY = (
    (
        b"content-security-policy",
        b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (b"referrer-policy", b"same-origin"),
    (b"x-content-type-options", b"nosniff"),
)
"""The page of a case leads back to the search that it was reached from, and forms that change something tell where they come from; no other site is told."""
_PRIVATE = ((b"cache-control", b"no-store"),)
"""Of what few may see: kept by nobody."""
_CORS = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"Allow, Content-Disposition, ETag, Link, Retry-After, X-Koopkg-Snapshot"),
)
_PREFLIGHT = ((b"access-control-allow-headers", b"Accept, Content-Type, If-None-Match"), (b"access-control-max-age", b"86400"))
_MOST_BODY_BYTES = 1_000_000
"""Far above the longest search text and the longest query."""
_DOUBTFUL = re.compile(rb"[^!-~]|%(?![2-6]|7[^Ff]|0[9A-Da-d])")
"""Where this is nowhere in an address, it is percent-encoded ASCII without control characters."""
_TOO_LARGE = Sentence("the body is too large; at most {most:,} bytes are read", most=_MOST_BODY_BYTES)


class HeadAsGet:
    """Has HEAD answered as GET is; the server sends the head of that answer alone."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_head = scope["type"] == "http" and scope["method"] == HTTPMethod.HEAD
        await self._app({**scope, "method": HTTPMethod.GET.value} if is_head else scope, receive, send)


class AnswerHeaders:
    """Adds the headers that answers have by what they are: security to all, CORS to what programs read, an ETag to what the snapshot decides."""

    def __init__(self, app: ASGIApp, site: Site) -> None:
        self._app = app
        self._site = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state = scope.setdefault("state", {})

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._add(message, scope)
            await send(message)

        if self._is_known(scope):
            not_modified = Response(status_code=HTTPStatus.NOT_MODIFIED, headers={"ETag": _tag(scope, state["snapshot"]), "Vary": "Accept, Accept-Encoding"})
            await not_modified(scope, receive, send_with_headers)
        else:
            await self._app(scope, receive, send_with_headers)

    def _is_known(self, scope: Scope) -> bool:
        """Whether the client has the answer that the snapshot now served would give; tags were only given where there is one."""
        asked = Headers(scope=scope).get("if-none-match", "")
        served = self._site.look() if asked and scope["method"] == HTTPMethod.GET else None
        if served is None or _tag(scope, served) not in _tags(asked):
            return False
        scope["state"]["snapshot"] = served
        return True

    def _add(self, message: Message, scope: Scope) -> None:
        raw: list[tuple[bytes, bytes]] = list(message["headers"])
        message["headers"], own, state = raw, dict(raw), scope["state"]
        etag = own.get(b"etag", b"")
        if b"content-encoding" in own and etag.startswith(b'"'):
            raw[raw.index((b"etag", etag))] = (b"etag", b"W/" + etag)  # the file itself is other bytes
        is_rdf = own.get(b"content-type", b"").partition(b";")[0].decode("latin-1") in RDF_TYPES
        raw.extend(_PRIVATE if state.get("is_private") else ())
        raw.extend(_SECURITY)
        if is_rdf or is_for_programs(scope):
            raw.extend((name, value) for name, value in _CORS if name not in own)
        if (snapshot := state.get("snapshot")) is not None:
            raw.append((b"x-koopkg-snapshot", snapshot.encode()))
            first = path_below_root(scope).split("/")[1]
            is_decided = first == "api" or (state.get("is_decided", False) if first == "sparql" else is_rdf)
            if is_decided and message["status"] == HTTPStatus.OK and scope["method"] == HTTPMethod.GET:
                raw.extend((name, value) for name, value in ((b"etag", _tag(scope, snapshot).encode()), (b"cache-control", b"no-cache")) if name not in own)


class BoundedRequests:
    """Refuses what no route should have to think about: addresses that are no text, bodies that are too large, too slow or compressed; answers OPTIONS."""

    def __init__(self, app: ASGIApp, seconds: float) -> None:
        self._app = app
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            answer = _refusal(scope) or _options(scope)
            if answer is not None:
                await answer(scope, receive, send)
                return
            receive = _bounded(receive, scope["state"].get("deadline") or asyncio.get_running_loop().time() + self._seconds)
        await self._app(scope, receive, send)


def _bounded(receive: Receive, deadline: float) -> Receive:
    """Messages with the body, until it is too large or its time is up; whoever waits for the client to leave may wait longer."""
    size, is_whole = 0, False

    async def receive_bounded() -> Message:
        nonlocal size, is_whole
        if is_whole:
            return await receive()
        try:
            async with asyncio.timeout_at(deadline):
                message = await receive()
        except TimeoutError:
            raise RequestError(HTTPStatus.REQUEST_TIMEOUT, "the body did not arrive in time; send it in one go", headers={"Connection": "close"}) from None
        size += len(message.get("body", b""))
        is_whole = not message.get("more_body", False)
        if size > _MOST_BODY_BYTES:
            raise RequestError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _TOO_LARGE)
        return message

    return receive_bounded


def _refusal(scope: Scope) -> Response | None:
    headers = Headers(scope=scope)
    length, coding = headers.get("content-length", ""), headers.get("content-encoding", "identity").strip().lower()
    if not _is_text(scope):
        problem = Sentence("the address holds what is no text in UTF-8, or control characters; write it percent-encoded in UTF-8")
        return respond(Request(scope), HTTPStatus.BAD_REQUEST, problem)
    if length.isdigit() and int(length) > _MOST_BODY_BYTES:
        return respond(Request(scope), HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _TOO_LARGE)
    if coding not in ("", "identity"):
        detail = Sentence("Content-Encoding: {coding!r} is not read; send the body as it is", coding=coding)
        return respond(Request(scope), HTTPStatus.UNSUPPORTED_MEDIA_TYPE, detail, headers={"Accept-Encoding": "identity"})
    return None


def _is_text(scope: Scope) -> bool:
    """Whether path and query of an address are UTF-8 without control characters."""
    for part in (scope.get("raw_path") or b"", scope["query_string"]):
        if not _DOUBTFUL.search(part):
            continue
        try:
            text = unquote_to_bytes(part.replace(b"+", b" ")).decode("utf-8")
        except UnicodeDecodeError:
            return False
        if UNREADABLE.search(text):
            return False
    return True


def _options(scope: Scope) -> Response | None:
    """What an address can be asked, for scripts of other sites too; None if nothing is there."""
    methods = allowed_methods(scope["app"].routes, scope) if scope["method"] == HTTPMethod.OPTIONS else []
    if not methods:
        return None
    allow = ", ".join(methods)
    answer = Response(status_code=HTTPStatus.NO_CONTENT, headers={"Allow": allow, "Access-Control-Allow-Methods": allow})
    answer.raw_headers.extend((*_CORS, *_PREFLIGHT))
    return answer


def _tag(scope: Scope, snapshot: str) -> str:
    """A weak ETag, because the same answer is also sent compressed; it goes only with answers that nothing else decides."""
    decides = (__version__, snapshot, scope["path"], scope["query_string"].decode("latin-1"), Headers(scope=scope).get("accept", ""))
    digest = hashlib.sha256("\n".join(decides).encode()).hexdigest()
    return f'W/"{digest[:32]}"'


def _tags(header: str) -> list[str]:
    """The tags of If-None-Match, weak ones, as this comparison does not tell them from strong ones."""
    return ["W/" + tag.strip().removeprefix("W/") for tag in header.split(",")]
