"""The web pages: search with facets, one case. Each calls the same library functions as the JSON API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from koopkg.errors import QueryError
from koopkg.model import Document
from koopkg.search import FACETS
from koopkg_api.models import FilterParameters
from koopkg_api.rendering import language_of, render
from koopkg_api.routes.search import filters_of
from koopkg_api.site import CurrentSnapshot

__all__ = ["router"]

router = APIRouter(include_in_schema=False)
_PAGE = 10
_VALUES_SHOWN = 12


class _PageParameters(FilterParameters):
    q: str = ""
    page: int = 1
    lang: str = "de"


@dataclass(frozen=True, slots=True)
class _Section:
    """A heading of a document with its paragraphs or list items."""

    heading: str
    lines: tuple[str, ...]
    is_list: bool


@router.get("/", name="start")
def start(request: Request, served: CurrentSnapshot, parameters: Annotated[_PageParameters, Query()]) -> Response:
    """The search field; with a text also its hits, with filters alone the list of cases."""
    language, page = language_of(request), max(parameters.page, 1)
    filters = filters_of(parameters)
    offset = (page - 1) * _PAGE
    context = {
        "q": parameters.q,
        "page": page,
        "pages": 0,
        "result": None,
        "listed": None,
        "error": None,
        "links": _Links(request, parameters),
        "values_shown": _VALUES_SHOWN,
        "counts": served.engine.manifest.counts,
        "engine": served.engine,
    }
    try:
        if parameters.q.strip():
            result = served.engine.search(parameters.q, filters, limit=_PAGE, offset=offset, language=language)
            context |= {"result": result, "pages": -(-result.total // _PAGE)}
        elif any(getattr(parameters, facet) for facet in FACETS):
            listed = served.engine.cases(filters, limit=_PAGE, offset=offset, language=language)
            context |= {"listed": listed, "pages": -(-listed.total // _PAGE)}
        else:
            context |= {"facets": served.engine.cases(limit=1, language=language).facets}
    except QueryError as error:
        context |= {"error": str(error), "facets": ()}
        return render(request, "search.html", context, status_code=400)
    return render(request, "search.html", context)


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


class _Links:
    """Addresses of the search page with one thing changed."""

    def __init__(self, request: Request, parameters: _PageParameters) -> None:
        self._path = request.url_for("start").path
        self._pairs = [("q", parameters.q)] if parameters.q else []
        self._pairs += [(facet, value) for facet in FACETS for value in getattr(parameters, facet)]
        self._language = [("lang", parameters.lang)] if parameters.lang != "de" else []

    def toggled(self, facet: str, value: str) -> str:
        """With a facet value chosen, or no longer."""
        pair = (facet, value)
        return self._address([other for other in self._pairs if other != pair] if pair in self._pairs else [*self._pairs, pair])

    def at_page(self, page: int) -> str:
        return self._address([*self._pairs, ("page", str(page))])

    def chosen(self) -> list[tuple[str, str]]:
        """Facet values in use, as hidden fields of the form need them."""
        return [pair for pair in self._pairs if pair[0] != "q"]

    def _address(self, pairs: list[tuple[str, str]]) -> str:
        query = urlencode([*pairs, *self._language])
        return f"{self._path}?{query}" if query else self._path


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
