"""`/sparql`: the SPARQL 1.1 Protocol's query operation, and the Service Description at the bare address."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import TypeVar
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from koopkg.errors import QueryError
from koopkg.namespaces import PREFIXES
from koopkg.sparql import formats_of
from koopkg_api.errors import RequestError
from koopkg_api.express import Handler
from koopkg_api.negotiation import best_match
from koopkg_api.problems import PROBLEM_RESPONSES
from koopkg_api.rendering import render
from koopkg_api.sending import LARGE_BYTES, LargeResponse
from koopkg_api.site import site_of
from koopkg_api.sparql_media import DESCRIPTION_MEDIA, MEDIA, accepted, named_format, offered_for
from koopkg_api.sparql_service import service_description
from koopkg_api.urls import absolute, path_to

__all__ = ["EXPRESS", "router"]

router = APIRouter(tags=["sparql"])

_T = TypeVar("_T")
_LIGHT_SECONDS = 0.02
_FORMAT_PARAMETERS = ("format", "output", "results")
_PARAMETERS = [
    {
        "name": "query",
        "in": "query",
        "required": False,
        "description": "A SPARQL 1.1 query; without it: the Service Description",
        "schema": {"type": "string", "minLength": 1},
    },
    {"name": "default-graph-uri", "in": "query", "required": False, "schema": {"type": "array", "items": {"type": "string"}}},
    {"name": "named-graph-uri", "in": "query", "required": False, "schema": {"type": "array", "items": {"type": "string"}}},
    *(
        {
            "name": name,
            "in": "query",
            "required": False,
            "description": "Overrides the Accept header: a short name or a media type; what is unknown is passed over",
            "schema": {"type": "string", "examples": [*formats_of("SELECT"), *formats_of("CONSTRUCT")]},
        }
        for name in _FORMAT_PARAMETERS
    ),
]
_RESPONSES: dict[int | str, dict[str, object]] = {
    200: {"description": "Results, graph or Service Description", "content": {media: {} for media in MEDIA}},
    **{status: PROBLEM_RESPONSES[status] for status in (400, 406, 413, 415, 429, 500, 503)},
}
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/sparql-query": {"schema": {"type": "string", "minLength": 1}},
            "application/x-www-form-urlencoded": {
                "schema": {"type": "object", "required": ["query"], "properties": {"query": {"type": "string", "minLength": 1}}}
            },
        },
    }
}


@dataclass(frozen=True, slots=True)
class _Limits:
    """What a query may take."""

    seconds: int
    memory_mib: int
    result_mib: int


@router.get("/sparql", operation_id="sparqlGet", responses=_RESPONSES, openapi_extra={"parameters": _PARAMETERS}, response_class=Response)
async def sparql_get(request: Request) -> Response:
    """Answer a query in the address, or describe the service."""
    pairs = _parameters(request)
    if not any(name in ("query", "update") for name, _ in pairs):
        return await _describe(request)
    return await _answer(request, pairs)


@router.post("/sparql", operation_id="sparqlPost", responses=_RESPONSES, openapi_extra={"parameters": _PARAMETERS[1:], **_BODY}, response_class=Response)
async def sparql_post(request: Request) -> Response:
    """Answer a query in a form, or as the body itself."""
    media_type, _, parameters = request.headers.get("content-type", "").lower().partition(";")
    if "charset=" in parameters and "utf-8" not in parameters:
        raise RequestError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "the body has to be UTF-8")
    try:
        body = (await request.body()).decode("utf-8")
    except UnicodeDecodeError:
        raise RequestError(HTTPStatus.BAD_REQUEST, "the body is not UTF-8") from None
    except ClientDisconnect:
        raise RequestError(HTTPStatus.BAD_REQUEST, "the body did not arrive whole") from None
    in_address = _parameters(request)
    if media_type.strip() == "application/sparql-query":
        return await _answer(request, [*in_address, ("query", body)])
    if media_type.strip() == "application/x-www-form-urlencoded":
        return await _answer(request, [*in_address, *parse_qsl(body, keep_blank_values=True)])
    raise RequestError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "send application/x-www-form-urlencoded with `query`, or application/sparql-query")


EXPRESS: dict[tuple[str, str], Handler] = {("GET", "/sparql"): sparql_get, ("POST", "/sparql"): sparql_post}


def _parameters(request: Request) -> list[tuple[str, str]]:
    return parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True)


async def _answer(request: Request, pairs: Sequence[tuple[str, str]]) -> Response:
    text, client = _only_query(pairs), request.client.host if request.client else ""
    async with site_of(request).serving() as served:
        request.state.snapshot = served.id
        query = await served.sparql.read(text)
        name, media_type = _format(request, pairs, query.form)
        answering = served.sparql.execute(
            query,
            format=name,
            client=client,
            base_iri=_endpoint(request),
            default_graphs=[value for name, value in pairs if name == "default-graph-uri"],
            named_graphs=[value for name, value in pairs if name == "named-graph-uri"],
            may_gzip="gzip" in request.headers.get("accept-encoding", ""),
        )
        result = await _unless_in_vain(request, answering)
        request.state.is_decided = query.is_decided
    if result is None:
        raise RequestError(HTTPStatus.SERVICE_UNAVAILABLE, "the server is stopping; try again later")
    headers = {"Vary": "Accept, Accept-Encoding", "Content-Disposition": f'inline; filename="koopkg.{name}"'}
    if result.is_gzipped:
        headers["Content-Encoding"] = "gzip"
    media_type = media_type or result.media_type
    if len(result.body) >= LARGE_BYTES:
        return LargeResponse(result.body, places=site_of(request).sending, client=client, media_type=media_type, headers=headers)
    return Response(result.body, media_type=media_type, headers=headers)


async def _unless_in_vain(request: Request, answering: Coroutine[None, None, _T]) -> _T | None:
    """What comes of the work; None if the client leaves or the server is told to stop before, which ends the work.

    Light work is done before anybody could have left, so at first nobody looks.
    """
    task, is_over, is_in_vain = asyncio.current_task(), False, False
    assert task is not None  # noqa: S101 -- every request is answered in a task
    looking: list[asyncio.Task[object]] = []

    def look() -> None:
        looking.extend((asyncio.create_task(_left(request)), asyncio.create_task(site_of(request).stopping.wait())))
        for look in looking:
            look.add_done_callback(end)

    def end(_: object) -> None:
        nonlocal is_in_vain
        if not is_over and not is_in_vain:
            is_in_vain = task.cancel()

    timer = asyncio.get_running_loop().call_later(_LIGHT_SECONDS, look)
    try:
        return await answering
    except asyncio.CancelledError:
        if is_in_vain and not task.uncancel():
            return None
        raise
    finally:
        is_over = True
        timer.cancel()
        for looked in looking:
            looked.cancel()
        if looking:
            await asyncio.wait(looking)


async def _left(request: Request) -> None:
    """Wait until the client has closed the connection."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _only_query(pairs: Sequence[tuple[str, str]]) -> str:
    if any(name == "update" for name, _ in pairs):
        raise QueryError("update: this endpoint is read-only; send a query", field="update")
    queries = [value for name, value in pairs if name == "query"]
    if len(queries) != 1:
        raise QueryError("{field}: given {count} times; expected exactly once", field="query", count=len(queries))
    return queries[0]


def _format(request: Request, pairs: Sequence[tuple[str, str]], form: str) -> tuple[str, str | None]:
    """Short name of the result format, and the media type to call it by where the client used another name than ours.

    A parameter that names a format comes first, then what Accept likes best among those that fit the query.
    """
    for name, value in reversed(pairs):
        if name in _FORMAT_PARAMETERS and (named := named_format(value, form)) is not None:
            return named, None
    chosen = accepted(request.headers.get("accept", ""), form)
    if chosen is None:
        media_types = ", ".join(offered_for(form))
        raise RequestError(HTTPStatus.NOT_ACCEPTABLE, "a {form} query can be answered as {media_types}", form=form, media_types=media_types)
    return chosen


async def _describe(request: Request) -> Response:
    chosen = best_match(request.headers.get("accept", ""), list(DESCRIPTION_MEDIA))
    if chosen is None:
        raise RequestError(HTTPStatus.NOT_ACCEPTABLE, "the service is described as {media_types}", media_types=", ".join(DESCRIPTION_MEDIA))
    syntax = DESCRIPTION_MEDIA[chosen]
    if syntax is None:
        settings = site_of(request).settings
        limits = _Limits(int(settings.sparql_timeout_seconds), settings.sparql_memory_mib, settings.sparql_max_result_mib)
        return render(request, "sparql.html", {"limits": limits, "prefixes": sorted(PREFIXES.items())}, headers={"Vary": "Accept"})
    charset = "; charset=utf-8" if chosen.startswith("text/") else ""
    return Response(service_description(_endpoint(request), syntax), media_type=chosen + charset, headers={"Vary": "Accept"})


def _endpoint(request: Request) -> str:
    """The public address of this endpoint, also behind a proxy that knows another one."""
    return absolute(request, path_to(request, "sparql_get"))
