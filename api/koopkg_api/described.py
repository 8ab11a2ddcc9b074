"""Something with an IRI -> its page for people or its RDF for programs, by suffix or by what Accept likes best."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http import HTTPStatus

import pyoxigraph as ox
from fastapi import HTTPException, Request
from starlette.responses import Response

from koopkg.namespaces import PREFIXES
from koopkg.sparql import GRAPH_FORMATS
from koopkg_api.errors import RequestError
from koopkg_api.negotiation import best_match
from koopkg_api.rendering import render
from koopkg_api.site import Served
from koopkg_api.views import SYNTAXES

__all__ = ["NEGOTIATED", "constructed", "negotiated", "page_or_rdf", "rdf", "written"]

_MEDIA = {media.partition(";")[0]: suffix for suffix, (media, _) in GRAPH_FORMATS.items()}
"""Media type of RDF -> suffix."""
_OFFERED = ["text/html", *_MEDIA]
NEGOTIATED = {"Vary": "Accept", "Access-Control-Allow-Origin": "*"}
"""Of every answer at an address that has a page and RDF."""


def page_or_rdf(request: Request, served: Served, iri: str, suffix: str | None, template: str, context: Callable[[], dict[str, object]]) -> Response:
    """The page or the RDF of an IRI: by suffix, else what Accept likes best; the context is only asked for where the page is wanted."""
    suffix = suffix or negotiated(request)
    if suffix is None:
        syntaxes = [(suffix, SYNTAXES[suffix]) for suffix in GRAPH_FORMATS]
        return render(request, template, {"iri": iri, "syntaxes": syntaxes, **context()}, headers=NEGOTIATED)
    if suffix not in GRAPH_FORMATS:
        raise HTTPException(404)
    return rdf(served.documentation.described(iri), suffix)


def negotiated(request: Request) -> str | None:
    """The suffix of the RDF syntax that Accept likes best, None if it is the page."""
    chosen = best_match(request.headers.get("accept", ""), _OFFERED)
    if chosen is None:
        raise RequestError(HTTPStatus.NOT_ACCEPTABLE, "this can be had as {media_types}", media_types=", ".join(_OFFERED))
    return _MEDIA.get(chosen)


def rdf(triples: Iterable[ox.Triple], suffix: str) -> Response:
    media, syntax = GRAPH_FORMATS[suffix]
    return Response(ox.serialize(triples, format=syntax, prefixes=PREFIXES), media_type=media, headers=NEGOTIATED)


async def constructed(request: Request, served: Served, query: str) -> list[ox.Triple]:
    """The triples of a CONSTRUCT query over the published snapshot; not found where there are none."""
    client = request.client.host if request.client else ""
    result = await served.sparql.execute(await served.sparql.read(query), format="nt", client=client)
    triples = [quad.triple for quad in ox.parse(result.body, format=ox.RdfFormat.N_TRIPLES)]
    if not triples:
        raise HTTPException(404)
    return triples


def written(iri: str) -> str:
    """An IRI as a query has it; what is none leads nowhere, and nothing else gets into the query."""
    try:
        return str(ox.NamedNode(iri))
    except ValueError:
        raise HTTPException(404) from None
