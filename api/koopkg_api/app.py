"""Settings -> the web application."""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import lru_cache
from importlib.resources import as_file, files
from types import FrameType
from typing import Any

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from koopkg import __version__
from koopkg.config import Settings
from koopkg_api import problems
from koopkg_api.description import describe_api
from koopkg_api.express import Express
from koopkg_api.middleware import AnswerHeaders, BoundedRequests, HeadAsGet
from koopkg_api.routes import (
    advice,
    comparison,
    concepts,
    documents,
    draft_pages,
    drafts,
    health,
    law,
    pages,
    review,
    search,
    sparql,
    things,
    ventures,
    vocabulary,
)
from koopkg_api.sessions import Guesses
from koopkg_api.site import Site
from koopkg_api.urls import OwnRedirects

__all__ = ["create_app"]

_LOG = logging.getLogger(__name__)
_DESCRIPTION = (
    "Comparable cooperations of German municipalities, and why they compare. Every answer names the snapshot it comes from; "
    "errors are problem details (RFC 9457)."
)
# law before vocabulary: /vocab/legal-form/laender is no concept; things before pages: /case/x.ttl is no case
_ROUTERS = (search, advice, comparison, concepts, drafts, health, sparql, law, vocabulary, things, documents, draft_pages, ventures, pages)
_LEAST_TOKEN = 16
"""Characters: with 6 bits each nobody can try them all."""
_EXPRESS = health.EXPRESS | sparql.EXPRESS


def create_app(settings: Settings | None = None) -> FastAPI:
    """Build the application; without settings they are read from the environment."""
    site = Site(settings or Settings.from_environment())

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[dict[str, Any]]:
        await site.open_first()  # so that the first visitor does not wait
        looking = asyncio.create_task(site.look_again_and_again()) if site.settings.workers > 1 else None
        with _told_to_stop(site.stopping):
            yield {"request_seconds": site.settings.request_timeout_seconds}
        if looking is not None:
            looking.cancel()
        await site.close()

    # Included routers are searched one within the other, twice; a plain list of routes is not.
    routers = (*_ROUTERS, review) if site.settings.review_token else _ROUTERS
    app = _Application(site, lifespan=lifespan, routes=[route for module in routers for route in module.router.routes])
    app.state.guesses = Guesses()
    if 0 < len(site.settings.review_token) < _LEAST_TOKEN:
        _LOG.warning("KOOPKG_REVIEW_TOKEN: can be guessed; take at least %d random characters", _LEAST_TOKEN)
    app.add_middleware(OwnRedirects, base_url=site.settings.base_url)
    problems.install(app)
    app.add_middleware(GZipMiddleware, minimum_size=1_000, compresslevel=4, thread_minimum_size=32_768)
    with as_file(files("koopkg_api").joinpath("static")) as folder:
        app.mount("/static", StaticFiles(directory=folder), name="static")
    return app


@contextmanager
def _told_to_stop(stopping: asyncio.Event) -> Iterator[None]:
    """Set an event as soon as the server is told to stop: it waits for its requests first, and a heavy query would make it wait long."""
    loop, server_handlers = asyncio.get_running_loop(), {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def stop(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(stopping.set)
        handler = server_handlers[signal.Signals(number)]
        if callable(handler):
            handler(number, frame)

    is_process = threading.current_thread() is threading.main_thread()  # else it is a test that runs the application beside others
    for number in server_handlers if is_process else ():
        signal.signal(number, stop)
    yield
    for number, handler in server_handlers.items() if is_process else ():
        signal.signal(number, handler)


class _Application(FastAPI):
    """FastAPI within what holds for every answer, those to unexpected errors included, and with a description of the snapshot that is served."""

    def __init__(self, site: Site, **options: Any) -> None:
        # Swagger UI and ReDoc load scripts from third parties, so the description is served without them.
        super().__init__(title="koopkg", version=__version__, description=_DESCRIPTION, docs_url=None, redoc_url=None, license_info={"name": "MIT"}, **options)
        self.state.site = site
        self.servers = [{"url": site.settings.base_url}] if site.settings.base_url else []
        self._described: tuple[object, dict[str, Any]] | None = None
        # Every page asks for the same few dozen addresses, and each answer cost a search through all routes.
        self.url_path_for = lru_cache(maxsize=4096)(self.url_path_for)  # type: ignore[method-assign]

    def build_middleware_stack(self) -> ASGIApp:
        site: Site = self.state.site
        app = BoundedRequests(Express(super().build_middleware_stack(), self, _EXPRESS), site.settings.request_timeout_seconds)
        return HeadAsGet(AnswerHeaders(app, site))

    def openapi(self) -> dict[str, Any]:
        """The content of openapi.json, made anew for each snapshot."""
        site: Site = self.state.site
        if self._described is None or self._described[0] is not site.opened:
            description = describe_api(self, most_query_characters=site.settings.max_query_characters, opened=site.opened)
            self._described = (site.opened, description)
        return self._described[1]
