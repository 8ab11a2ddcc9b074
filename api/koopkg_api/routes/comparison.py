"""Cases side by side: `/api/v1/compare` as JSON or CSV, and the page `/vergleich`."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import RedirectResponse, Response

from koopkg.comparing import LEAST_CASES, MOST_CASES, Comparison, agreement_label, compare, comparison_csv
from koopkg.errors import QueryError, UnknownCaseError
from koopkg.messages import Language, Piece, pieces, translated
from koopkg_api.comparison_models import CompareRequest, ComparisonResponse
from koopkg_api.narrowing import in_words_of_people
from koopkg_api.problems import PROBLEM_RESPONSES
from koopkg_api.rendering import language_of, page_path, render
from koopkg_api.search_before import search_before
from koopkg_api.site import CurrentSnapshot
from koopkg_api.strictness import refuse_what_is_not_described

__all__ = ["router"]

router = APIRouter()
_CSV = "text/csv"
_FILE = {"Content-Disposition": 'attachment; filename="koopkg-vergleich.csv"'}
_SEPARATORS: dict[Language, str] = {"de": ";", "en": ","}
"""What spreadsheets of people who read a language take for the end of a column; programs get commas from the API."""
_LETTERS = "ABCDEFGH"
"""What the cases are called in the table, one each for the most that can be compared."""
_WITHOUT: dict[str, object] = {"addresses": {}}
"""No search engine shall list comparisons."""
_VARY = {"Vary": "Referer"}
"""The page leads back to the search that it was reached from."""
_OWN = frozenset({"case", "lang"})
"""Parameters of the page; the form of a search, whose button leads here, sends what was searched as well."""
_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"content": {_CSV: {}}, "description": "JSON, or where `Accept` prefers it a table for spreadsheets"},
    404: PROBLEM_RESPONSES[404],
}


@router.post("/api/v1/compare", operation_id="compare", tags=["cases"], dependencies=[Depends(refuse_what_is_not_described)], responses=_RESPONSES)
def compare_cases(served: CurrentSnapshot, request: Request, asked: CompareRequest) -> ComparisonResponse:
    """Put two to eight cases side by side: what they share first, each value with its source; as CSV where that is what is accepted."""
    comparison = compare(served.opened, asked.cases, language=asked.lang)
    if _prefers_csv(request):
        return Response(comparison_csv(comparison, asked.lang), media_type=_CSV, headers=_FILE)  # type: ignore[return-value]
    return ComparisonResponse.of(comparison)


@router.get("/vergleich", name="comparison_page", include_in_schema=False)
def comparison_page(request: Request, served: CurrentSnapshot, case: Annotated[list[str], Query()] = []) -> Response:  # noqa: B006 -- FastAPI copies it
    """The comparison as a table; without two cases a page that says how to come by them."""
    language, wanted = language_of(request), list(dict.fromkeys(case))
    if not _OWN.issuperset(request.query_params):
        return RedirectResponse(page_path(request, "comparison_page", [("case", case_id) for case_id in wanted]), HTTPStatus.SEE_OTHER)
    comparison: Comparison | None = None
    problem: tuple[Piece, ...] = ()
    try:
        if len(wanted) > 1:
            comparison = compare(served.opened, wanted, language=language)
    except (QueryError, UnknownCaseError) as refused:
        problem = tuple(pieces(in_words_of_people(refused.message, served.opened.ontology, language), language))
    context = {
        "comparison": comparison,
        "agreements": {row.name: translated(agreement_label(row.agreement), language) for row in comparison.rows} if comparison else {},
        "wanted": wanted,
        "letters": _LETTERS,
        "problem": problem,
        "least": LEAST_CASES,
        "most": MOST_CASES,
        "search_before": search_before(request, ticked=wanted),
    }
    return render(request, "comparison.html", _WITHOUT | context, status_code=HTTPStatus.BAD_REQUEST if problem else HTTPStatus.OK, headers=_VARY)


@router.get("/vergleich.csv", name="comparison_file", include_in_schema=False)
def comparison_file(request: Request, served: CurrentSnapshot, case: Annotated[list[str], Query()] = []) -> Response:  # noqa: B006 -- FastAPI copies it
    """The comparison as a table for spreadsheets."""
    language = language_of(request)
    comparison = compare(served.opened, case, language=language)
    return Response(comparison_csv(comparison, language, separator=_SEPARATORS[language]), media_type=_CSV, headers=_FILE)


def _prefers_csv(request: Request) -> bool:
    """Whether a client accepts CSV and no JSON."""
    accepted = [part.partition(";")[0].strip().lower() for part in request.headers.get("accept", "").split(",")]
    return _CSV in accepted and not {"application/json", "application/*", "*/*"} & set(accepted)
