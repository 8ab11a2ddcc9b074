"""What was only read by machine, as pages: the list of drafts with a search among them, and each draft at its IRI with every proposal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request
from starlette.responses import RedirectResponse, Response

from koopkg.errors import QueryError, UnknownCaseError
from koopkg.messages import Language, translated
from koopkg.namespaces import draft_graph_iri
from koopkg.register import Register
from koopkg.search import MOST_IN_ADDRESS, SIGNALS, list_cases, search_drafts
from koopkg.snapshot import OpenSnapshot
from koopkg.sparql import GRAPH_FORMATS
from koopkg_api.asking import PageParameters, refusal
from koopkg_api.described import NEGOTIATED, constructed, negotiated, rdf, written
from koopkg_api.narrowing import Chosen, Steps, chosen_in, in_words, named
from koopkg_api.proposals import ListedDraft, draft_view, found_draft, listed_draft
from koopkg_api.rendering import language_of, page_path, render
from koopkg_api.site import CurrentSnapshot
from koopkg_api.urls import path_to
from koopkg_api.views import SYNTAXES, HitView, case_link

__all__ = ["router"]

router = APIRouter(include_in_schema=False)
_PAGE = 10
_OF_DRAFT = "CONSTRUCT {{ ?s ?p ?o }} {{ GRAPH {graph} {{ ?s ?p ?o }} }}"
_UNCHECKED: dict[str, object] = {"addresses": {}}
"""Search engines shall not tell as true what nobody has checked."""


@dataclass(frozen=True, slots=True)
class _Found:
    """Drafts that a text finds, or entries of the list of all where there is none."""

    total: int
    page: int
    hits: tuple[HitView, ...] = ()
    entries: tuple[ListedDraft, ...] = ()
    chosen: tuple[Chosen, ...] = ()

    @property
    def pages(self) -> int:
        return -(-self.total // _PAGE)


@router.get("/entwuerfe", name="drafts_page")
def drafts_page(request: Request, served: CurrentSnapshot, parameters: Annotated[PageParameters, Query()]) -> Response:
    """The drafts by title, or those that a text finds."""
    language, asked, found, error = language_of(request), parameters.refined(), None, None
    path, ontology = path_to(request, "drafts_page"), served.opened.ontology
    try:
        found = _found(served.opened, asked, asked.page_number(), language)
        chosen = list(found.chosen)
        steps = Steps(path, asked.q, chosen, language)
    except QueryError as refused:
        chosen = named(asked.filters(), ontology, language)
        steps = Steps(path, asked.q, chosen, language)
        error = refusal(refused, steps, ontology, language)
    context = {
        "asked": asked,
        "found": found,
        "error": error,
        "chosen": chosen,
        "chosen_text": in_words(chosen, language),
        "steps": steps,
        "part_names": {signal.name: translated(signal.label, language) for signal in SIGNALS},
        **_UNCHECKED,
    }
    return render(request, "drafts.html", context, status_code=400 if error else 200)


def _found(opened: OpenSnapshot, asked: PageParameters, page: int, language: Language) -> _Found:
    """The page asked for, the last one if there are fewer.

    Raises:
        QueryError: The text is too long, or a filter value is unknown.
    """
    drafts = opened.drafts
    offset = min((page - 1) * _PAGE, len(drafts or ()))
    if asked.q.strip():
        result = search_drafts(opened, asked.q, asked.filters(), limit=_PAGE, offset=offset, language=language, most_characters=MOST_IN_ADDRESS)
        hits = tuple(found_draft(opened, hit, language) for hit in result.hits)
        found = _Found(result.total, page, hits=hits, chosen=tuple(chosen_in(result.facets)))
    elif drafts is not None:
        listed = list_cases(drafts, asked.filters(), limit=_PAGE, offset=offset, language=language)
        entries = tuple(listed_draft(entry, opened.ontology, language) for entry in listed.entries)
        found = _Found(listed.total, page, entries=entries, chosen=tuple(chosen_in(listed.facets)))
    else:
        found = _Found(0, page)
    return _found(opened, asked, found.pages, language) if 0 < found.pages < page else found


@router.get("/draft/{draft_id}.{suffix}", name="draft_file")
async def draft_file(request: Request, served: CurrentSnapshot, draft_id: str, suffix: str) -> Response:
    """What was proposed for a draft, as RDF."""
    if suffix not in GRAPH_FORMATS:
        raise HTTPException(404)
    return rdf(await constructed(request, served, _OF_DRAFT.format(graph=written(draft_graph_iri(draft_id)))), suffix)


@router.get("/draft/{draft_id}", name="draft_page")
def draft_page(request: Request, served: CurrentSnapshot, draft_id: str) -> Response:
    """One draft: every proposal that stands, with the passage that it rests on; whoever asks for RDF is led to that.

    Where people have said which case it is about, the address leads on to the document.
    """
    catalog, language = served.opened.catalog, language_of(request)
    try:
        draft = catalog.draft(draft_id)
    except UnknownCaseError:
        if not catalog.has_document(draft_id):
            raise
        return RedirectResponse(page_path(request, "document_page", document_id=draft_id), status_code=303)
    suffix = negotiated(request)
    if suffix is not None:
        return RedirectResponse(path_to(request, "draft_file", draft_id=draft_id, suffix=suffix), status_code=303, headers=NEGOTIATED)
    view = draft_view(draft, catalog.document(draft_id).document, served.opened.ontology, Register.bundled(), language)
    context = {
        "draft": view,
        "offers": [case_link(catalog.entry(catalog.row_of(offer.id)).case, language) for offer in catalog.offers(draft_id)],
        "alike": [catalog.document(other.id).document for other in catalog.alike(draft_id)],
        "syntaxes": [(suffix, SYNTAXES[suffix]) for suffix in GRAPH_FORMATS],
    }
    return render(request, "draft.html", {**context, **_UNCHECKED}, headers=NEGOTIATED)
