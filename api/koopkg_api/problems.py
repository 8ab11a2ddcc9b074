"""Exceptions -> RFC 9457 problem details for programs, an error page for people."""

from __future__ import annotations

import logging
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from koopkg.errors import (
    BusyError,
    EngineCrashError,
    KoopkgError,
    QueryError,
    QueryLimitError,
    ResultTooLargeError,
    SnapshotError,
    SparqlWorkerError,
    UnknownCaseError,
)
from koopkg.namespaces import BASE
from koopkg_api.negotiation import allowed_methods, is_told_by_a_page
from koopkg_api.rendering import render

__all__ = ["PROBLEM_RESPONSES", "Problem", "describe", "install", "respond"]

_LOG = logging.getLogger(__name__)
_STATUS: dict[type[KoopkgError], HTTPStatus] = {
    QueryError: HTTPStatus.BAD_REQUEST,
    UnknownCaseError: HTTPStatus.NOT_FOUND,
    BusyError: HTTPStatus.TOO_MANY_REQUESTS,
    EngineCrashError: HTTPStatus.INTERNAL_SERVER_ERROR,
    QueryLimitError: HTTPStatus.SERVICE_UNAVAILABLE,
    ResultTooLargeError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    SnapshotError: HTTPStatus.SERVICE_UNAVAILABLE,
    SparqlWorkerError: HTTPStatus.INTERNAL_SERVER_ERROR,
}


class Problem(BaseModel):
    """Problem details (RFC 9457, section 3.1)."""

    type: str = Field(description="IRI of the kind of problem")
    title: str = Field(description="The kind of problem in words")
    status: int
    detail: str = Field(description="What was wrong with this request, and what to do")
    instance: str = Field(description="Path of the request")
    field: str | None = Field(default=None, description="Parameter at fault, where there is one")


PROBLEM_RESPONSES: dict[int | str, dict[str, object]] = {
    status: {"model": Problem, "description": description}
    for status, description in (
        (400, "The request cannot be answered as it stands"),
        (404, "There is nothing of this name"),
        (406, "The answer cannot be had in a media type that is accepted"),
        (408, "The body did not arrive in time"),
        (413, "The body, or the result, is too large"),
        (415, "The body is of a media type or coding that is not read"),
        (422, "A parameter is unknown, missing, given twice or of the wrong type"),
        (429, "The client, or all clients together, have too much in work"),
        (500, "The server failed"),
        (503, "No snapshot is published, or a limit was reached"),
    )
}
"""Status -> what OpenAPI says of it; the media type is put right in `koopkg_api.description`."""


def install(app: FastAPI) -> None:
    """Register the handlers."""
    app.add_exception_handler(KoopkgError, _ours)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)


def describe(status: HTTPStatus, detail: str, *, instance: str, field: str | None = None) -> Problem:
    """The problem details of a failure."""
    kind = status.phrase.lower().replace(" ", "-")
    return Problem(type=f"{BASE}problem/{kind}", title=status.phrase, status=status.value, detail=detail, instance=instance, field=field)


def respond(request: Request, status: HTTPStatus, detail: str, *, field: str | None = None, headers: dict[str, str] | None = None) -> Response:
    """The answer to a request that failed: problem details for programs, a page for people."""
    if is_told_by_a_page(request.scope):
        return render(request, "error.html", {"status": status.value, "detail": detail}, status_code=status.value, headers=headers)
    problem = describe(status, detail, instance=request.url.path, field=field)
    return JSONResponse(problem.model_dump(exclude_none=True), status.value, media_type="application/problem+json", headers=headers)


async def _ours(request: Request, error: Exception) -> Response:
    status = next((status for kind, status in _STATUS.items() if isinstance(error, kind)), HTTPStatus.INTERNAL_SERVER_ERROR)
    if status is HTTPStatus.INTERNAL_SERVER_ERROR and not isinstance(error, EngineCrashError):
        _LOG.error("%s %s failed: %s", request.method, request.url.path, error, exc_info=error)
        return respond(request, status, "the server failed to answer; try again, and tell the operator if it persists")
    detail = "no snapshot is being served at the moment; try again later" if isinstance(error, SnapshotError) else str(error)
    if isinstance(error, SnapshotError):
        _LOG.error("no snapshot to serve: %s", error)
    headers = {"Retry-After": str(BusyError.retry_after)} if isinstance(error, SnapshotError | BusyError) else None  # others fail again
    return respond(request, status, detail, field=getattr(error, "field", None), headers=headers)


async def _validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 -- registered for this class alone
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"][1:]) or str(first["loc"][0])
    return respond(request, HTTPStatus.UNPROCESSABLE_ENTITY, f"{field}: {first['msg']}", field=field)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 -- registered for this class alone
    status, detail, headers = HTTPStatus(error.status_code), str(error.detail), dict(error.headers or {})
    if status is HTTPStatus.NOT_FOUND:
        detail = f"there is nothing at {request.url.path}"
    elif status is HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(allowed_methods(request.app.routes, request.scope))
        detail = f"{request.method} is not answered here; possible are {headers['Allow']}"
    elif isinstance(error.__cause__, (UnicodeDecodeError, RecursionError, ValueError)):
        detail = "the body cannot be read; expected JSON in UTF-8"
    return respond(request, status, detail, headers=headers)


async def _unexpected(request: Request, error: Exception) -> Response:
    _LOG.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return respond(request, HTTPStatus.INTERNAL_SERVER_ERROR, "the server failed to answer; try again, and tell the operator if it persists")
