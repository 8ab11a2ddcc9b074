"""The web pages: search with facets, one case, and what browsers and crawlers ask for. Each calls the same library functions as the JSON API."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from importlib.resources import files
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from koopkg.errors import QueryError, UnknownCaseError
from koopkg.messages import Language, pieces, translated
from koopkg.model import FACETS
from koopkg.ontology import Ontology
from koopkg.register import Register
from koopkg.search import MOST_IN_ADDRESS, SIGNALS, Correction, Facet, Hit, field_label, list_cases, search, similar
from koopkg.sentences import ROLES
from koopkg.snapshot import OpenSnapshot
from koopkg_api.asking import PageParameters, page_notice, refusal
from koopkg_api.chips import Chips, chips_of
from koopkg_api.described import NEGOTIATED, negotiated
from koopkg_api.facet_trees import facet_trees
from koopkg_api.fact_lines import fact_line
from koopkg_api.narrowing import LONGEST_LINE, Chosen, Steps, chosen_in, in_words, named
from koopkg_api.proposals import DraftHits, draft_hits
from koopkg_api.rendering import language_of, render
from koopkg_api.search_before import search_before
from koopkg_api.site import CurrentSnapshot, Served
from koopkg_api.urls import absolute, path_to
from koopkg_api.views import SYNTAXES, CaseLink, HitView, ListedCase, case_link, case_view, hit_view, listed_case

__all__ = ["router"]

router = APIRouter(include_in_schema=False)
_PAGE = 10
_VALUES_SHOWN = 12
_DIRECTORY = ("sector", "legal-form", "success-factor", "obstacle")
"""Schemes that the start page leads to."""
_OF_SEARCHES = frozenset({"q", "page", "refine", "spelling", "without", "case", *FACETS})
"""Parameters that make an address that of a search."""


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
    lacking: tuple[str, ...] = ()

    @property
    def pages(self) -> int:
        return -(-self.total // _PAGE)


@router.get("/", name="start")
def start(request: Request, served: CurrentSnapshot) -> Response:
    """The search field and ways into the cases; a search at this address, where searches were once, goes on at that of searches."""
    if not _OF_SEARCHES.isdisjoint(request.query_params):
        query = request.scope["query_string"].decode("latin-1")
        return RedirectResponse(f"{path_to(request, 'search_page')}?{query}", status_code=308)
    language, asked = language_of(request), PageParameters()
    found = _found(served.opened, asked, 1, language)
    return render(request, "search.html", {**_asked(request, served, asked, found, []), "is_start": True})


@router.get("/suche", name="search_page")
def search_page(request: Request, served: CurrentSnapshot, parameters: Annotated[PageParameters, Query()]) -> Response:
    """The hits of a text with facets beside them; with filters alone or nothing the list of cases."""
    language, asked = language_of(request), parameters.refined()
    if parameters.refine is not None and len(asked.q) <= LONGEST_LINE:
        return RedirectResponse(_shared_address(request, asked, served.opened.ontology), HTTPStatus.SEE_OTHER)
    try:
        found = _found(served.opened, asked, asked.page_number(), language)
    except QueryError as refused:
        ontology = served.opened.ontology
        context = _asked(request, served, asked, None, named(asked.filters(), ontology, language))
        return render(request, "search.html", {**context, "error": refusal(refused, context["steps"], ontology, language)}, status_code=400)
    return render(request, "search.html", _asked(request, served, asked, found, chosen_in(found.facets)))


def _shared_address(request: Request, asked: PageParameters, ontology: Ontology) -> str:
    """The address of what a button asked for, as a link would have had it; only of a short text, as proxies refuse long headers."""
    language, page = language_of(request), asked.page_number()
    steps = _steps(request, asked, named(asked.filters(), ontology, language), is_sent=False)
    return str((steps.at_page(page) if page > 1 else steps.whole()).href)


def _steps(request: Request, asked: PageParameters, chosen: list[Chosen], *, is_sent: bool) -> Steps:
    path, language = path_to(request, "search_page"), language_of(request)
    return Steps(path, asked.q, chosen, language, is_exact=asked.is_exact, without=asked.without, ticked=asked.ticked, is_sent=is_sent)


def _asked(request: Request, served: Served, asked: PageParameters, found: _Found | None, chosen: list[Chosen]) -> dict[str, Any]:
    """What the page of a search shows; without hits what was asked alone."""
    language, ontology = language_of(request), served.opened.ontology
    notice = page_notice(asked, found.page, found.pages) if found else None
    hits = found.hits if found else ()
    ticked = list(_known_cases(served.opened, asked.ticked, language))
    return {
        "asked": asked,
        "q": asked.q,
        "title_text": asked.title_text,
        "is_long": asked.is_long,
        "found": found,
        "facets": facet_trees(found.facets, shown=_VALUES_SHOWN) if found else (),
        "is_start": False,
        "error": None,
        "notice": tuple(pieces(notice, language)) if notice else (),
        "chosen": chosen,
        "chosen_text": in_words(chosen, language),
        "steps": _steps(request, asked, chosen, is_sent=bool(hits or ticked)),
        "ticked": {case.id for case in ticked},
        "ticked_elsewhere": [case for case in ticked if case.id not in {hit.id for hit in hits}],
        "all_drafts": Steps(path_to(request, "drafts_page"), asked.q, chosen, language).whole(),
        "cases": len(served.opened),
        "drafts": len(served.opened.drafts or ()),
        "roles": {role: translated(label, language) for role, label in ROLES.items()},
        "part_names": {signal.name: translated(signal.label, language) for signal in SIGNALS},
        "directory": [(scheme, ontology.scheme_labels[scheme][language]) for scheme in _DIRECTORY],
    }


def _known_cases(opened: OpenSnapshot, case_ids: Iterable[str], language: Language) -> Iterator[CaseLink]:
    """The cases with these ids; those that there are no more are passed over."""
    for case_id in case_ids:
        with suppress(UnknownCaseError):
            yield case_link(opened.catalog.entry(opened.catalog.row_of(case_id)).case, language)


def _hits(opened: OpenSnapshot, hits: Iterable[Hit], language: Language) -> tuple[HitView, ...]:
    """Hits with the facts of their cases."""
    catalog, register = opened.catalog, Register.bundled()
    cases = [(hit, catalog.entry(catalog.row_of(hit.id)).case) for hit in hits]
    return tuple(hit_view(hit, language, facts=fact_line(case, opened.ontology, register, language)) for hit, case in cases)


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
            _hits(opened, result.hits, language),
            (),
            chips_of(result.understood, opened.ontology, language) if result.understood else None,
            result.facets,
            result.total,
            page,
            draft_hits(opened, result.drafts, language),
            result.corrected,
            _hits(opened, result.nearest, language),
            result.lacking,
        )
    else:
        listed = list_cases(opened, asked.filters(), limit=_PAGE, offset=offset, language=language)
        entries = tuple(listed_case(entry.case, opened.ontology, Register.bundled(), language) for entry in listed.entries)
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
    related = _known_cases(opened, (relation.case for relation in entry.case.relations if relation.case), language)
    context = {
        "case": case_view(entry, opened.ontology, Register.bundled(), {other.id: other.title for other in related}, language),
        "similar": _hits(opened, similar(opened, case_id, limit=5, language=language).hits, language),
        "case_id": case_id,
        "labels": {name: field_label(field, opened.ontology, language) for name, field in FACETS.items()},
        "search_before": search_before(request),
        "built_on": datetime.fromisoformat(opened.manifest.created).date().isoformat(),
        "address": absolute(request, path_to(request, "case_page", case_id=case_id)),
        "syntaxes": list(SYNTAXES.items()),
    }
    return render(request, "case.html", context, headers={**NEGOTIATED, "Vary": f"{NEGOTIATED['Vary']}, Referer"})


@router.get("/robots.txt", name="robots")
async def robots(request: Request) -> Response:
    """Pages are for crawlers; searches, facet combinations, what nobody has checked, queries and the API are not."""
    start_page, lists = path_to(request, "start"), path_to(request, "search_page")
    searches = [f"{lists}?{name}=" for name in sorted(_OF_SEARCHES)]
    unchecked = [path_to(request, "drafts_page"), f"{start_page}draft/"]
    beside = [f"{path_to(request, 'venture_start')}/", f"{path_to(request, 'comparison_page')}?case=", path_to(request, "comparison_file")]
    refused = [*searches, f"{lists}?lang=en&", *unchecked, *beside, f"{path_to(request, 'sparql_get')}?query=", f"{start_page}api/"]
    return PlainTextResponse("\n".join(["User-agent: *", *(f"Disallow: {path}" for path in refused), ""]))


@router.get("/favicon.ico", name="favicon")
async def favicon() -> Response:
    """The icon at the address that browsers try by themselves."""
    return Response(files("koopkg_api").joinpath("static/favicon.ico").read_bytes(), media_type="image/x-icon")
