"""The web pages: search with facets, one case, and what browsers and crawlers ask for. Each calls the same library functions as the JSON API."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from koopkg.errors import QueryError
from koopkg.messages import Language, translated
from koopkg.model import FACETS
from koopkg.register import Register
from koopkg.search import MOST_IN_ADDRESS, SIGNALS, Correction, Facet, list_cases, search, similar
from koopkg.sentences import ROLES
from koopkg.snapshot import OpenSnapshot
from koopkg_api.asking import PageParameters, refusal
from koopkg_api.chips import Chips, chips_of
from koopkg_api.described import NEGOTIATED, negotiated
from koopkg_api.narrowing import Steps, chosen_in, in_words, named
from koopkg_api.proposals import DraftHits, draft_hits
from koopkg_api.rendering import language_of, render
from koopkg_api.site import CurrentSnapshot
from koopkg_api.urls import path_to
from koopkg_api.views import SYNTAXES, HitView, ListedCase, case_view, hit_view, listed_case

__all__ = ["router"]

router = APIRouter(include_in_schema=False)
_PAGE = 10
_VALUES_SHOWN = 12
_DIRECTORY = ("sector", "legal-form", "success-factor", "obstacle")
"""Schemes that the start page leads to."""


@dataclass(frozen=True, slots=True)
class _Found:
    """What a search page shows: hits of a text and what was only read by machine beside them, or entries of the list of cases where there is no text."""

    is_search: bool
    hits: tuple[HitView, ...]
    entries: tuple[ListedCase, ...]
    chips: Chips | None
    facets: tuple[Facet, ...]
    total: int
    page: int
    drafts: DraftHits | None = None
    corrected: tuple[Correction, ...] = ()
    nearest: tuple[HitView, ...] = ()

    @property
    def pages(self) -> int:
        return -(-self.total // _PAGE)


@router.get("/", name="start")
def start(request: Request, served: CurrentSnapshot, parameters: Annotated[PageParameters, Query()]) -> Response:
    """The search field; with a text also its hits, with filters alone the list of cases."""
    language, asked, found, error = language_of(request), parameters.refined(), None, None
    path, ontology = path_to(request, "start"), served.opened.ontology
    try:
        found = _found(served.opened, asked, asked.page_number(), language)
        chosen = chosen_in(found.facets)
        steps = Steps(path, asked.q, chosen, language, is_exact=asked.is_exact, without=asked.without)
    except QueryError as refused:
        chosen = named(asked.filters(), ontology, language)
        steps = Steps(path, asked.q, chosen, language, is_exact=asked.is_exact, without=asked.without)
        error = refusal(refused, steps, ontology, language)
    context = {
        "q": asked.q,
        "title_text": asked.title_text,
        "is_long": asked.is_long,
        "grows": not asked.long,
        "found": found,
        "is_start": found is not None and not asked.q.strip() and not chosen,
        "error": error,
        "chosen": chosen,
        "chosen_text": in_words(chosen, language),
        "steps": steps,
        "all_drafts": Steps(path_to(request, "drafts_page"), asked.q, chosen, language).whole(),
        "values_shown": _VALUES_SHOWN,
        "cases": len(served.opened),
        "drafts": len(served.opened.drafts or ()),
        "roles": {role: translated(label, language) for role, label in ROLES.items()},
        "part_names": {signal.name: translated(signal.label, language) for signal in SIGNALS},
        "directory": [(scheme, ontology.scheme_labels[scheme][language]) for scheme in _DIRECTORY],
    }
    return render(request, "search.html", context, status_code=400 if error else 200)


def _found(opened: OpenSnapshot, asked: PageParameters, page: int, language: Language) -> _Found:
    """The page asked for, the last one if there are fewer.

    Raises:
        QueryError: The text is too long, or a filter value is unknown.
    """
    offset = min((page - 1) * _PAGE, len(opened))
    if asked.q.strip():
        result = search(
            opened,
            asked.q,
            asked.filters(),
            limit=_PAGE,
            offset=offset,
            language=language,
            spelling=not asked.is_exact,
            without=asked.without,
            most_characters=MOST_IN_ADDRESS,
        )
        found = _Found(
            True,
            tuple(hit_view(hit, language) for hit in result.hits),
            (),
            chips_of(result.understood) if result.understood else None,
            result.facets,
            result.total,
            page,
            draft_hits(opened, result.drafts, language),
            result.corrected,
            tuple(hit_view(hit, language) for hit in result.nearest),
        )
    else:
        listed = list_cases(opened, asked.filters(), limit=_PAGE, offset=offset, language=language)
        entries = tuple(listed_case(entry.case, opened.ontology, language) for entry in listed.entries)
        found = _Found(False, (), entries, None, listed.facets, listed.total, page)
    return _found(opened, asked, found.pages, language) if 0 < found.pages < page else found


@router.get("/case/{case_id}", name="case_page")
def case_page(request: Request, served: CurrentSnapshot, case_id: str) -> Response:
    """One case: facts, text, evidence, sources and comparable cases; whoever asks for RDF is led to that."""
    language = language_of(request)
    opened = served.opened
    entry = opened.catalog.entry(opened.catalog.row_of(case_id))
    if (suffix := negotiated(request)) is not None:
        return RedirectResponse(path_to(request, "case_file", case_id=case_id, suffix=suffix), status_code=303, headers=NEGOTIATED)
    comparable = [hit_view(hit, language) for hit in similar(opened, case_id, limit=5, language=language).hits]
    context = {
        "case": case_view(entry, opened.ontology, Register.bundled(), language),
        "similar": comparable,
        "case_id": case_id,
        "syntaxes": list(SYNTAXES.items()),
    }
    return render(request, "case.html", context, headers=NEGOTIATED)


@router.get("/robots.txt", name="robots")
async def robots(request: Request) -> Response:
    """Pages are for crawlers; searches, facet combinations, what nobody has checked, queries and the API are not."""
    start_page = path_to(request, "start")
    searches = [f"{start_page}?{name}=" for name in ("q", "page", "long", "refine", "without", *FACETS)]
    unchecked = [path_to(request, "drafts_page"), f"{start_page}draft/"]
    refused = [*searches, f"{start_page}?lang=en&", *unchecked, f"{path_to(request, 'sparql_get')}?query=", f"{start_page}api/"]
    return PlainTextResponse("\n".join(["User-agent: *", *(f"Disallow: {path}" for path in refused), ""]))


@router.get("/favicon.ico", name="favicon")
async def favicon() -> Response:
    """The icon at the address that browsers try by themselves."""
    return Response(files("koopkg_api").joinpath("static/favicon.ico").read_bytes(), media_type="image/x-icon")
