"""The web pages: search with facets, one case, and what browsers and crawlers ask for. Each calls the same library functions as the JSON API."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import Annotated
from urllib.parse import parse_qs

from fastapi import APIRouter, Query, Request
from starlette.responses import PlainTextResponse, Response

from koopkg.errors import QueryError
from koopkg.model import Document, Link
from koopkg.ontology import Ontology
from koopkg.search import FACETS, Facet, SearchEngine, SearchResult
from koopkg.snapshot import CatalogEntry
from koopkg_api.models import FilterParameters
from koopkg_api.narrowing import LONGEST_LINE, Steps, chosen_in, in_words, named
from koopkg_api.rendering import language_of, messages, render
from koopkg_api.routes.search import filters_of
from koopkg_api.site import CurrentSnapshot
from koopkg_api.urls import path_to

__all__ = ["router"]

router = APIRouter(include_in_schema=False)
_PAGE = 10
_VALUES_SHOWN = 12
_TITLE_CHARACTERS = 60
_DIRECTORY = ("sector", "legal-form", "success-factor", "obstacle")
"""Schemes that the start page leads to."""


class _PageParameters(FilterParameters):
    q: str = ""
    page: str = "1"
    long: str = ""
    refine: str | None = None
    lang: str = "de"

    def refined(self) -> _PageParameters:
        """With what a button of a page with a long text sent: filters and page packed into one value, which replaces those that the form keeps."""
        if self.refine is None:
            return self
        packed = parse_qs(self.refine)
        filters = {facet: packed.get(facet, []) for facet in FACETS}
        return self.model_copy(update={**filters, "page": packed.get("page", ["1"])[-1], "refine": None})

    def page_number(self) -> int:
        return max(int(self.page), 1) if self.page.isascii() and self.page.isdigit() and len(self.page) < 10 else 1


@dataclass(frozen=True, slots=True)
class _Found:
    """What a search page shows: hits of a text, or entries of the list of cases where there is none."""

    result: SearchResult | None
    entries: tuple[CatalogEntry, ...]
    facets: tuple[Facet, ...]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return -(-self.total // _PAGE)


@dataclass(frozen=True, slots=True)
class _Section:
    """A heading of a document with its paragraphs or list items."""

    heading: str
    lines: tuple[str, ...]
    is_list: bool


@router.get("/", name="start")
def start(request: Request, served: CurrentSnapshot, parameters: Annotated[_PageParameters, Query()]) -> Response:
    """The search field; with a text also its hits, with filters alone the list of cases."""
    language, asked, found, error = language_of(request), parameters.refined(), None, None
    try:
        found = _found(served.engine, asked, asked.page_number(), language)
        chosen = chosen_in(found.facets)
    except QueryError as refused:
        error, chosen = str(refused), named(filters_of(asked), language)
    context = {
        "q": asked.q,
        "title_text": " ".join(asked.q.split())[:_TITLE_CHARACTERS],
        "is_long": bool(asked.long) or len(asked.q) > LONGEST_LINE or any(sign in asked.q for sign in "\r\n"),
        "grows": not asked.long,
        "found": found,
        "is_start": found is not None and not asked.q.strip() and not chosen,
        "understood": _understood(found, served.engine.ontology, language),
        "error": error,
        "chosen": chosen,
        "chosen_text": in_words(chosen, messages(language)["or"]),
        "steps": Steps(path_to(request, "start"), asked.q, chosen, language),
        "values_shown": _VALUES_SHOWN,
        "counts": served.engine.manifest.counts,
        "ontology": served.engine.ontology,
        "directory": [(scheme, served.engine.ontology.scheme_labels[scheme][language]) for scheme in _DIRECTORY],
    }
    return render(request, "search.html", context, status_code=400 if error else 200)


def _understood(found: _Found | None, ontology: Ontology, language: str) -> dict[str, Link]:
    """What the search text names, by label: two schemes may have a concept of the same name."""
    linked = found.result.understood if found and found.result else None
    return {ontology.concepts[link.iri].label(language): link for link in (linked.concepts if linked else ())}


def _found(engine: SearchEngine, asked: _PageParameters, page: int, language: str) -> _Found:
    """The page asked for, the last one if there are fewer.

    Raises:
        QueryError: The text is too long, or a filter value is unknown.
    """
    offset = min((page - 1) * _PAGE, len(engine.entries))
    if asked.q.strip():
        result = engine.search(asked.q, filters_of(asked), limit=_PAGE, offset=offset, language=language)
        found = _Found(result, (), result.facets, result.total, page)
    else:
        listed = engine.cases(filters_of(asked), limit=_PAGE, offset=offset, language=language)
        found = _Found(None, listed.entries, listed.facets, listed.total, page)
    return _found(engine, asked, found.pages, language) if 0 < found.pages < page else found


@router.get("/case/{case_id}", name="case_page")
def case_page(request: Request, served: CurrentSnapshot, case_id: str) -> Response:
    """One case: facts, text, evidence, sources and comparable cases."""
    language = language_of(request)
    entry = served.engine.entry(case_id)
    comparable = served.engine.similar(case_id, limit=5, language=language)
    context = {
        "entry": entry,
        "case": entry.document.case,
        "sections": _sections(entry.document),
        "ontology": served.engine.ontology,
        "similar": comparable.hits,
    }
    return render(request, "case.html", context)


@router.get("/robots.txt", name="robots")
async def robots(request: Request) -> Response:
    """Pages are for crawlers; searches, facet combinations, queries and the API are not."""
    start_page = path_to(request, "start")
    searches = [f"{start_page}?{name}=" for name in ("q", "page", "long", "refine", *FACETS)]
    refused = [*searches, f"{start_page}?lang=en&", f"{path_to(request, 'sparql_get')}?query=", f"{start_page}api/"]
    return PlainTextResponse("\n".join(["User-agent: *", *(f"Disallow: {path}" for path in refused), ""]))


@router.get("/favicon.ico", name="favicon")
async def favicon() -> Response:
    """The icon at the address that browsers try by themselves."""
    return Response(files("koopkg_api").joinpath("static/favicon.ico").read_bytes(), media_type="image/x-icon")


def _sections(document: Document) -> list[_Section]:
    """The text of a document by heading, the title left out."""
    gathered: dict[str, list[str]] = {}
    lists = set()
    for passage in document.passages:
        if passage.section == "title":
            continue
        lines = [line.removeprefix("- ").removeprefix("* ") for line in passage.text.splitlines() if line.strip()]
        gathered.setdefault(passage.section, []).extend(lines)
        if document.text[max(0, passage.start - 2) : passage.start] in ("- ", "* "):
            lists.add(passage.section)
    return [_Section(heading, tuple(lines) if heading in lists else (" ".join(lines),), heading in lists) for heading, lines in gathered.items()]
