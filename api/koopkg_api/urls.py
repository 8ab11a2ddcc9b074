"""Names of routes -> addresses below the public address of the site, also behind a proxy that strips a path prefix."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlsplit

from fastapi import Request
from starlette.datastructures import URL, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from koopkg_api.site import site_of

__all__ = ["OwnRedirects", "absolute", "own_path", "path_to", "prefix_of"]


def prefix_of(base_url: str) -> str:
    """The path of the public address: what the proxy strips from every request, empty without one."""
    return urlsplit(base_url).path.rstrip("/")


def path_to(request: Request, name: str, /, **parameters: str) -> str:
    """The path of a route as a browser has to ask for it."""
    return _prefix(request) + str(request.app.url_path_for(name, **parameters))


def own_path(request: Request) -> str:
    """The path of the request as the browser asked for it; it never begins with two slashes, which would name another host."""
    return _prefix(request) + "/" + quote(request.scope["path"].lstrip("/"))


def absolute(request: Request, path: str) -> str:
    """The public address of a path that `path_to` or `own_path` gave."""
    scheme, server = request.scope["scheme"], request.scope.get("server")
    asked = _asked_origin(scheme, request.headers.get("host", ""), tuple(server) if server else None)  # some servers give a list
    return (_origin(_base_url(request)) or asked) + path


@lru_cache(maxsize=64)
def _origin(address: str) -> str:
    """Scheme and host of an address; empty for none."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}" if address else ""


@lru_cache(maxsize=64)
def _asked_origin(scheme: str, host: str, server: tuple[Any, ...] | None) -> str:
    """Scheme and host that a client asked for; those of the server if what it says is no host."""
    return _origin(str(URL(scope={"scheme": scheme, "server": server, "path": "/", "headers": [(b"host", host.encode("latin-1"))] if host else []})))


class OwnRedirects:
    """ASGI middleware: a redirect within the site names a path below the prefix, not the host and port that the proxy talks to."""

    def __init__(self, app: ASGIApp, base_url: str) -> None:
        self._app = app
        self._prefix = prefix_of(base_url)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def shortened(message: Message) -> None:
            if message["type"] == "http.response.start" and 300 <= message["status"] < 400:
                headers, origin = MutableHeaders(scope=message), str(URL(scope=scope).replace(path="", query="", fragment=""))
                if headers.get("location", "").startswith(f"{origin}/"):
                    headers["location"] = self._prefix + headers["location"].removeprefix(origin)
            await send(message)

        await self._app(scope, receive, shortened if scope["type"] == "http" else send)


def _prefix(request: Request) -> str:
    return prefix_of(_base_url(request))


def _base_url(request: Request) -> str:
    return site_of(request).settings.base_url
