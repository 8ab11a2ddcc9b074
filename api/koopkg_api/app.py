"""Settings -> the web application."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from importlib.resources import as_file, files

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from koopkg import __version__
from koopkg.config import Settings
from koopkg_api import problems
from koopkg_api.routes import concepts, health, pages, search, sparql, vocabulary
from koopkg_api.site import Site

__all__ = ["create_app"]

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_MOST_BODY_BYTES = 1_000_000
"""Far above the longest search text and the longest query."""
_DESCRIPTION = (
    "Comparable cooperations of German municipalities, and why they compare. Every answer names the snapshot it comes from; "
    "errors are problem details (RFC 9457)."
)


def create_app(settings: Settings | None = None) -> FastAPI:
    """Build the application; without settings they are read from the environment."""
    site = Site(settings or Settings.from_environment())

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        if site.served_id() is not None:
            await run_in_threadpool(site.current)  # so that the first visitor does not wait
        yield
        site.close()

    # Swagger UI and ReDoc load scripts from third parties, so the description is served without them.
    app = FastAPI(title="koopkg", version=__version__, description=_DESCRIPTION, lifespan=lifespan, docs_url=None, redoc_url=None, license_info={"name": "MIT"})
    app.state.site = site
    app.middleware("http")(_bounded)
    app.middleware("http")(_headers_and_etag)
    problems.install(app)
    for module in (search, concepts, health, sparql, vocabulary, pages):
        app.include_router(module.router)
    with as_file(files("koopkg_api").joinpath("static")) as folder:
        app.mount("/static", StaticFiles(directory=folder), name="static")
    return app


async def _bounded(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    """Refuse a body that is too large, or whose size is not told, before it is read."""
    length = request.headers.get("content-length", "")
    if "transfer-encoding" in request.headers and not length:
        return problems.respond(request, HTTPStatus.LENGTH_REQUIRED, "send the body with a Content-Length")
    if length.isdigit() and int(length) > _MOST_BODY_BYTES:
        detail = f"the body has {int(length):,} bytes; at most {_MOST_BODY_BYTES:,} are read"
        return problems.respond(request, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail)
    return await call_next(request)


async def _headers_and_etag(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    """Security headers everywhere; an ETag where the answer depends on address and snapshot alone."""
    tag = _etag(request)
    if tag is not None and tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers={"ETag": tag, **_HEADERS})
    response = await call_next(request)
    response.headers.update(_HEADERS)
    if tag is not None and response.status_code == 200:
        response.headers.update({"ETag": tag, "Cache-Control": "no-cache"})
    return response


def _etag(request: Request) -> str | None:
    site: Site = request.app.state.site
    snapshot = site.served_id()
    if request.method != "GET" or not request.url.path.startswith("/api/") or snapshot is None:
        return None
    digest = hashlib.sha256(f"{__version__} {snapshot} {request.url.path}?{request.url.query}".encode()).hexdigest()
    return f'"{digest[:32]}"'
