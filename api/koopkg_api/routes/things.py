"""Cases, places and bodies at their own IRIs: what the graph says of them for programs; people are led to a page."""

from __future__ import annotations

import pyoxigraph as ox
from fastapi import APIRouter, HTTPException, Request
from starlette.responses import RedirectResponse, Response

from koopkg.namespaces import BASE, PREFIXES, case_iri, curated_graph_iri
from koopkg.sparql import GRAPH_FORMATS
from koopkg_api.described import NEGOTIATED, constructed, negotiated, rdf, written
from koopkg_api.rendering import page_path
from koopkg_api.site import CurrentSnapshot

__all__ = ["router"]

router = APIRouter(include_in_schema=False)

_ABOUT = "CONSTRUCT {{ {node} ?p ?o . ?s ?q {node} }} {{ {{ {node} ?p ?o }} UNION {{ ?s ?q {node} FILTER(?q != oa:hasBody) }} }}"
"""What is said of something, and what points at it but for the words in texts that name it."""
_OF_CASE = "CONSTRUCT {{ ?s ?p ?o }} {{ {{ GRAPH {graph} {{ ?s ?p ?o }} }} UNION {{ VALUES ?s {{ {node} }} ?s ?p ?o }} }}"
"""What the record of a case says, with the nodes that belong to it."""
_LABEL = ox.NamedNode(f"{PREFIXES['skos']}prefLabel")


@router.get("/case/{case_id}.{suffix}", name="case_file")
async def case_file(request: Request, served: CurrentSnapshot, case_id: str, suffix: str) -> Response:
    """The record of a case as RDF; its page stands at the IRI itself."""
    if suffix not in GRAPH_FORMATS:
        raise HTTPException(404)
    query = _OF_CASE.format(graph=written(curated_graph_iri(case_id)), node=written(case_iri(case_id)))
    return rdf(await constructed(request, served, query), suffix)


@router.get("/place/{key:path}", name="place")
@router.get("/body/{key:path}", name="body")
async def place_or_body(request: Request, served: CurrentSnapshot, key: str) -> Response:
    """A place, or the body responsible for it: RDF for programs; people get the cooperations that its name finds."""
    stem, _, suffix = key.rpartition(".") if key.rpartition(".")[2] in GRAPH_FORMATS else (key, "", None)
    node = f"{BASE}{request.scope['route'].name}/{stem}"
    triples = await constructed(request, served, _ABOUT.format(node=written(node)))
    suffix = suffix or negotiated(request)
    if suffix is not None:
        return rdf(triples, suffix)
    labels = [
        triple.object.value for triple in triples if triple.predicate == _LABEL and isinstance(triple.object, ox.Literal) and triple.object.language == "de"
    ]
    return RedirectResponse(page_path(request, "search_page", {"q": labels[0] if labels else stem}), status_code=303, headers=NEGOTIATED)
