"""Requests of which a machine sends thousands -> their handlers at once; all others -> the application with its routing and dependencies.

A light query takes the engine a tenth of a millisecond; finding its route among all others and solving the dependencies that it does not have took longer.
The handlers are those of the routes, so that what they answer and what `openapi.json` says of them is written once.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from fastapi import FastAPI, Request
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from koopkg_api.negotiation import path_below_root

__all__ = ["Express", "Handler"]

Handler = Callable[[Request], Awaitable[Response]]


class Express:
    """Answers GET and POST of some addresses, where the query string says what they are asked; failures are told as everywhere."""

    def __init__(self, app: ASGIApp, owner: FastAPI, handlers: Mapping[tuple[str, str], Handler]) -> None:
        """Serve some addresses past an application.

        Args:
            owner: Whose exception handlers tell failures.
            handlers: Method and path -> what answers.
        """
        self._app = app
        self._owner = owner
        self._handlers = handlers
        told = ExceptionMiddleware(self._answer, handlers=owner.exception_handlers)
        self._express = ServerErrorMiddleware(told, handler=owner.exception_handlers.get(Exception))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_express = scope["type"] == "http" and (scope["method"], path_below_root(scope)) in self._handlers
        await (self._express if is_express else self._app)(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._handlers[scope["method"], path_below_root(scope)](Request(scope, receive, send))
        await response(scope, receive, send)
