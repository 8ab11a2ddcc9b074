"""Exceptions -> RFC 9457 problem details for programs, an error page for people."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace
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
from koopkg.messages import Foreign, Language, Message, Piece, pieces, translated
from koopkg.namespaces import BASE
from koopkg_api.errors import RequestError
from koopkg_api.narrowing import in_words_of_people
from koopkg_api.negotiation import allowed_methods, is_told_by_a_page
from koopkg_api.rendering import language_asked_for, language_of, render
from koopkg_api.site import site_of

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
_FAILED = Message("the server failed to answer; try again, and tell the operator if it persists")
_NOT_SERVED = Message("no snapshot is being served at the moment; try again later")
_UNREADABLE_BODY = Message("the body cannot be read; expected JSON in UTF-8")
_WHOLE = Message("should be an integer, a whole number")
_INPUTS = {
    "missing": Message("is missing"),
    "int_parsing": _WHOLE,
    "int_type": _WHOLE,
    "int_from_float": _WHOLE,
    "bool_parsing": Message("should be a boolean, true or false"),
    "bool_type": Message("should be a boolean, true or false"),
    "string_type": Message("should be a string, which is a text in quotes"),
    "list_type": Message("should be a list"),
    "model_attributes_type": Message("should be an object with keys and values"),
    "json_invalid": Message("is no JSON"),
    "string_too_long": Message("has more than {max_length:,} characters"),
    "too_long": Message("has more than {max_length:,} values"),
    "literal_error": Message("should be {expected}"),
}
"""Kind of error of pydantic -> what is wrong with an input, to be filled with the context of the error."""
_ADVICE = {
    HTTPStatus.NOT_FOUND: Message("The address may be misspelt, or what it named is no longer there. Search for it, or look among the topics."),
    HTTPStatus.FORBIDDEN: Message("Begin again at one of these pages."),
    HTTPStatus.METHOD_NOT_ALLOWED: Message("Begin again at one of these pages."),
    HTTPStatus.NOT_ACCEPTABLE: Message("Ask for one of these types, or open the address in a browser."),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: Message("Ask for less at a time, or send a shorter text."),
    HTTPStatus.TOO_MANY_REQUESTS: Message("Try again in a moment."),
    HTTPStatus.INTERNAL_SERVER_ERROR: Message("This is our fault, not yours."),
    HTTPStatus.SERVICE_UNAVAILABLE: Message("Try again in a moment."),
}
_OTHER_ADVICE = Message("Correct the input and send it again, or begin again at one of these pages.")
"""What people can do about a failure."""


class Problem(BaseModel):
    """Problem details (RFC 9457, section 3.1)."""

    type: str = Field(description="IRI of the kind of problem")
    title: str = Field(description="The kind of problem in words")
    status: int
    detail: str = Field(description="What was wrong with this request, and what to do: in English, in German where the request itself says `lang=de`")
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


def describe(status: HTTPStatus, detail: Message, *, instance: str, field: str | None = None, language: Language = "en") -> Problem:
    """The problem details of a failure."""
    kind = status.phrase.lower().replace(" ", "-")
    told = translated(detail, language)
    return Problem(type=f"{BASE}problem/{kind}", title=status.phrase, status=status.value, detail=told, instance=instance, field=field)


def respond(request: Request, status: HTTPStatus, detail: Message, *, field: str | None = None, headers: dict[str, str] | None = None) -> Response:
    """The answer to a request that failed: problem details for programs, a page for people."""
    if is_told_by_a_page(request.scope):
        language, opened = language_of(request), site_of(request).opened
        context = {
            "status": status.value,
            "detail": _as_sentence(pieces(in_words_of_people(detail, opened.ontology if opened else None, language), language)),
            "is_review": getattr(request.state, "is_review", False),
            "advice": translated(_ADVICE.get(status, _OTHER_ADVICE), language),
        }
        return render(request, "error.html", context, status_code=status.value, headers=headers)
    problem = describe(status, detail, instance=request.url.path, field=field, language=language_asked_for(request) or "en")
    return JSONResponse(problem.model_dump(exclude_none=True), status.value, media_type="application/problem+json", headers=headers)


def _as_sentence(found: Iterable[Piece]) -> tuple[Piece, ...]:
    """What is wrong as people write it: with a capital and a full stop, which programs do without."""
    told = list(found)
    told[0] = replace(told[0], text=told[0].text[:1].upper() + told[0].text[1:])
    return (*told, Piece("." if told[-1].text[-1:] not in ".?!…" else ""))


async def _ours(request: Request, error: Exception) -> Response:
    assert isinstance(error, KoopkgError)  # noqa: S101 -- registered for this class alone
    status = next((status for kind, status in _STATUS.items() if isinstance(error, kind)), HTTPStatus.INTERNAL_SERVER_ERROR)
    if status is HTTPStatus.INTERNAL_SERVER_ERROR and not isinstance(error, EngineCrashError):
        _LOG.error("%s %s failed: %s", request.method, request.url.path, error, exc_info=error)
        return respond(request, status, _FAILED)
    detail = error.message
    if isinstance(error, SnapshotError):
        _LOG.error("no snapshot to serve: %s", error)
        detail = _NOT_SERVED
    elif status is HTTPStatus.NOT_FOUND and is_told_by_a_page(request.scope):
        detail = _nothing_at(request)
    headers = {"Retry-After": str(BusyError.retry_after)} if isinstance(error, SnapshotError | BusyError) else None  # others fail again
    return respond(request, status, detail, field=getattr(error, "field", None), headers=headers)


async def _validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 -- registered for this class alone
    first = error.errors()[0]
    field = next((str(part) for part in first["loc"][1:]), str(first["loc"][0])) if is_told_by_a_page(request.scope) else _path(first["loc"])
    known = _INPUTS.get(first["type"])
    problem = Message(known.text, **first.get("ctx", {})) if known else Message("cannot be used: {reason}", reason=Foreign(first["msg"]))
    return respond(request, HTTPStatus.UNPROCESSABLE_ENTITY, Message("{field}: {problem}", field=field, problem=problem), field=field)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 -- registered for this class alone
    status, headers = HTTPStatus(error.status_code), dict(error.headers or {})
    detail = error.message if isinstance(error, RequestError) else Message("the request cannot be answered: {reason}", reason=Foreign(error.detail))
    if status is HTTPStatus.NOT_FOUND and not isinstance(error, RequestError):
        detail = _nothing_at(request)
    elif status is HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(allowed_methods(request.app.routes, request.scope))
        detail = Message("{method} is not answered here; possible are {methods}", method=request.method, methods=headers["Allow"])
    elif isinstance(error.__cause__, (UnicodeDecodeError, RecursionError, ValueError)):
        detail = _UNREADABLE_BODY
    return respond(request, status, detail, field=getattr(error, "field", None), headers=headers)


async def _unexpected(request: Request, error: Exception) -> Response:
    _LOG.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return respond(request, HTTPStatus.INTERNAL_SERVER_ERROR, _FAILED)


def _nothing_at(request: Request) -> Message:
    return Message("there is nothing at {path}", path=request.url.path)


def _path(location: tuple[str | int, ...]) -> str:
    """Where in a request an input stands, without the part of the request that it came in."""
    return ".".join(str(part) for part in location[1:]) or str(location[0])
