"""A document at its own IRI: a page with its text, where a passage can be marked that a statement rests on; RDF for programs."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request
from starlette.responses import RedirectResponse, Response

from koopkg.namespaces import document_graph_iri, document_iri
from koopkg.sparql import GRAPH_FORMATS
from koopkg_api.described import NEGOTIATED, constructed, negotiated, rdf, written
from koopkg_api.passages import document_page_view
from koopkg_api.rendering import language_of, render
from koopkg_api.site import CurrentSnapshot
from koopkg_api.urls import path_to
from koopkg_api.views import SYNTAXES

__all__ = ["router"]

router = APIRouter(include_in_schema=False)
_OF_DOCUMENT = "CONSTRUCT {{ ?s ?p ?o }} {{ GRAPH {graph} {{ ?s ?p ?o }} }}"
_LONGEST_NUMBER = 9


@router.get("/document/{document_id}.{suffix}", name="document_file")
async def document_file(request: Request, served: CurrentSnapshot, document_id: str, suffix: str) -> Response:
    """What a document is, as RDF; what it names stands in a graph of its own, which a SPARQL query gives."""
    if suffix not in GRAPH_FORMATS:
        raise HTTPException(404)
    written(document_iri(document_id))
    return rdf(await constructed(request, served, _OF_DOCUMENT.format(graph=written(document_graph_iri(document_id)))), suffix)


@router.get("/document/{document_id}", name="document_page")
def document_page(
    request: Request, served: CurrentSnapshot, document_id: str, start: Annotated[str, Query()] = "", end: Annotated[str, Query()] = ""
) -> Response:
    """The text of a document, with the characters between `start` and `end` marked."""
    catalog = served.opened.catalog
    if not catalog.has_document(document_id):
        raise HTTPException(404)
    suffix = negotiated(request)
    if suffix is not None:
        return RedirectResponse(path_to(request, "document_file", document_id=document_id, suffix=suffix), status_code=303, headers=NEGOTIATED)
    text, language = catalog.document(document_id), language_of(request)
    draft = catalog.draft(document_id) if text.document.is_draft else None
    view = document_page_view(text, draft, served.opened.ontology, _number(start), _number(end), language)
    syntaxes = [(suffix, SYNTAXES[suffix]) for suffix in GRAPH_FORMATS]
    return render(request, "document.html", {"document": view, "document_id": document_id, "syntaxes": syntaxes}, headers=NEGOTIATED)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER else None
