"""`/sparql`: the SPARQL 1.1 Protocol's query operation, and the Service Description at the bare address."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from urllib.parse import parse_qsl

from fastapi import APIRouter, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from starlette.responses import Response

from koopkg.errors import QueryError
from koopkg.namespaces import PREFIXES
from koopkg.sparql import GRAPH_FORMATS, RESULT_FORMATS, query_form
from koopkg_api.negotiation import best_match
from koopkg_api.problems import PROBLEM_RESPONSES, Problem
from koopkg_api.rendering import render
from koopkg_api.site import site_of

__all__ = ["router"]

router = APIRouter(tags=["sparql"])

_TYPES = {
    "application/sparql-results+json": "json",
    "application/json": "json",
    "application/sparql-results+xml": "xml",
    "application/xml": "xml",
    "text/csv": "csv",
    "text/tab-separated-values": "tsv",
    "text/turtle": "ttl",
    "application/n-triples": "nt",
    "application/rdf+xml": "rdf",
    "application/ld+json": "jsonld",
}
_MEDIA: dict[str, dict[str, object]] = {media: {} for media in _TYPES}
_PARAMETERS = [
    {"name": "query", "in": "query", "required": False, "description": "A SPARQL 1.1 query; without it: the Service Description", "schema": {"type": "string"}},
    {"name": "default-graph-uri", "in": "query", "required": False, "schema": {"type": "array", "items": {"type": "string"}}},
    {"name": "named-graph-uri", "in": "query", "required": False, "schema": {"type": "array", "items": {"type": "string"}}},
    {
        "name": "format",
        "in": "query",
        "required": False,
        "description": "Overrides the Accept header",
        "schema": {"type": "string", "enum": [*RESULT_FORMATS, *GRAPH_FORMATS]},
    },
]
_RESPONSES: dict[int | str, dict[str, object]] = {
    200: {"description": "Results, graph or Service Description", "content": _MEDIA},
    406: {"model": Problem, "description": "No result format suits the Accept header", "content": {"application/problem+json": {}}},
    415: {"model": Problem, "description": "The body is neither a form nor a query", "content": {"application/problem+json": {}}},
    **{status: PROBLEM_RESPONSES[status] for status in (400, 503)},
}
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/sparql-query": {"schema": {"type": "string"}},
            "application/x-www-form-urlencoded": {"schema": {"type": "object", "required": ["query"], "properties": {"query": {"type": "string"}}}},
        },
    }
}


@router.get("/sparql", operation_id="sparqlGet", responses=_RESPONSES, openapi_extra={"parameters": _PARAMETERS}, response_class=Response)
async def sparql_get(request: Request) -> Response:
    """Answer a query in the address, or describe the service."""
    pairs = parse_qsl(request.url.query, keep_blank_values=True)
    if not any(name in ("query", "update") for name, _ in pairs):
        return await _describe(request)
    return await _answer(request, pairs)


@router.post("/sparql", operation_id="sparqlPost", responses=_RESPONSES, openapi_extra={"parameters": _PARAMETERS[1:], **_BODY}, response_class=Response)
async def sparql_post(request: Request) -> Response:
    """Answer a query in a form, or as the body itself."""
    media_type, _, parameters = request.headers.get("content-type", "").partition(";")
    if "charset=" in parameters.lower() and "utf-8" not in parameters.lower():
        raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "the body has to be UTF-8")
    try:
        body = (await request.body()).decode("utf-8")
    except UnicodeDecodeError:
        raise HTTPException(HTTPStatus.BAD_REQUEST, "the body is not UTF-8") from None
    in_address = parse_qsl(request.url.query, keep_blank_values=True)
    if media_type.strip() == "application/sparql-query":
        return await _answer(request, [*in_address, ("query", body)])
    if media_type.strip() == "application/x-www-form-urlencoded":
        return await _answer(request, [*in_address, *parse_qsl(body, keep_blank_values=True)])
    raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "send application/x-www-form-urlencoded with `query`, or application/sparql-query")


async def _answer(request: Request, pairs: Sequence[tuple[str, str]]) -> Response:
    query = _only_query(pairs)
    format_name = _format(request, pairs, query)
    async with site_of(request).serving() as served:
        request.state.snapshot = served.id
        result = await run_in_threadpool(
            served.sparql.execute,
            query,
            format=format_name,
            base_iri=_endpoint(request),
            default_graphs=[value for name, value in pairs if name == "default-graph-uri"],
            named_graphs=[value for name, value in pairs if name == "named-graph-uri"],
        )
    return Response(result.body, media_type=result.media_type, headers={"Vary": "Accept"})


def _only_query(pairs: Sequence[tuple[str, str]]) -> str:
    if any(name == "update" for name, _ in pairs):
        raise QueryError("update: this endpoint is read-only; send a query", field="update")
    queries = [value for name, value in pairs if name == "query"]
    if len(queries) != 1:
        raise QueryError(f"query: given {len(queries)} times; expected exactly once", field="query")
    return queries[0]


def _format(request: Request, pairs: Sequence[tuple[str, str]], query: str) -> str:
    """The short name of the result format: `format=`, else what Accept likes best among those that fit the query."""
    asked = [value for name, value in pairs if name == "format"]
    if asked:
        return asked[-1]
    form = query_form(query)
    fitting = GRAPH_FORMATS if form in ("CONSTRUCT", "DESCRIBE") else RESULT_FORMATS
    offered = [media for media, name in _TYPES.items() if name in fitting and not (form == "ASK" and name in ("csv", "tsv"))]
    chosen = best_match(request.headers.get("accept", ""), offered)
    if chosen is None:
        raise HTTPException(HTTPStatus.NOT_ACCEPTABLE, f"a {form} query can be answered as {', '.join(offered)}")
    return _TYPES[chosen]


async def _describe(request: Request) -> Response:
    offered = ["text/turtle", "text/html", "application/n-triples"]
    if best_match(request.headers.get("accept", ""), offered) == "text/html":
        return render(request, "sparql.html", {"limits": site_of(request).settings, "prefixes": sorted(PREFIXES.items())})
    endpoint = _endpoint(request)
    formats = "".join(f"    sd:resultFormat <http://www.w3.org/ns/formats/{name}> ;\n" for name in _W3C_FORMATS)
    text = (
        "@prefix sd: <http://www.w3.org/ns/sparql-service-description#> .\n\n"
        f"<{endpoint}> a sd:Service ;\n    sd:endpoint <{endpoint}> ;\n    sd:supportedLanguage sd:SPARQL11Query ;\n"
        f"{formats}    sd:feature sd:UnionDefaultGraph .\n"
    )
    return Response(text, media_type="text/turtle; charset=utf-8", headers={"Vary": "Accept"})


_W3C_FORMATS = ("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV", "Turtle", "N-Triples", "RDF_XML", "JSON-LD")


def _endpoint(request: Request) -> str:
    """The public address of this endpoint, also behind a proxy that knows another one."""
    base = site_of(request).settings.base_url
    return base + request.url_for("sparql_get").path if base else str(request.url_for("sparql_get"))
