"""`/api/v1/search` and the lists and details of cases."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from koopkg.messages import Language
from koopkg.namespaces import case_iri, concept_iri, document_iri
from koopkg.search import Filters, SearchResult
from koopkg.snapshot import CatalogEntry
from koopkg_api.models import (
    CaseDetail,
    CaseId,
    CaseList,
    CaseSummary,
    ConceptStatement,
    ExtractedConcept,
    FilterParameters,
    Lang,
    ListParameters,
    SearchParameters,
    SearchRequest,
    SearchResponse,
    Understood,
)
from koopkg_api.site import CurrentSnapshot, OpenSnapshot
from koopkg_api.strictness import refuse_what_is_not_described

__all__ = ["router"]

router = APIRouter(prefix="/api/v1", tags=["cases"], dependencies=[Depends(refuse_what_is_not_described)])


@router.get("/search", operation_id="search")
def search(served: CurrentSnapshot, parameters: Annotated[SearchParameters, Query()]) -> SearchResponse:
    """Find comparable cooperations for a text."""
    return _search(served, parameters)


@router.post("/search", operation_id="searchByText")
def search_by_text(served: CurrentSnapshot, request: SearchRequest) -> SearchResponse:
    """Find comparable cooperations for a text that is too long for an address."""
    return _search(served, request)


@router.get("/cases", operation_id="listCases")
def cases(served: CurrentSnapshot, parameters: Annotated[ListParameters, Query()]) -> CaseList:
    """List the cases by title."""
    page = served.engine.cases(filters_of(parameters), limit=parameters.limit, offset=parameters.offset, language=parameters.lang)
    summaries = [_summary(entry, parameters.lang) for entry in page.entries]
    return CaseList(snapshot=served.id, total=page.total, limit=parameters.limit, offset=parameters.offset, cases=summaries, facets=list(page.facets))


@router.get("/cases/{case_id}", operation_id="getCase")
async def case(served: CurrentSnapshot, case_id: CaseId, lang: Lang = "de") -> CaseDetail:
    """Everything about one case, with the evidence of every statement."""
    entry, ontology = served.engine.entry(case_id), served.engine.ontology
    facts = entry.document.case
    evidence = {("success-factor", factor.factor): factor.evidence for factor in facts.success_factors}
    if facts.legal_form and facts.legal_form_evidence:
        evidence["legal-form", facts.legal_form] = facts.legal_form_evidence
    statements = [
        ConceptStatement(
            scheme=scheme, slug=slug, iri=concept_iri(scheme, slug), label=ontology.concept(scheme, slug).label(lang), evidence=evidence.get((scheme, slug))
        )
        for scheme, slug in facts.concepts()
    ]
    mentions = [
        ExtractedConcept(
            scheme=link.scheme,
            slug=link.slug,
            iri=link.iri,
            label=ontology.concepts[link.iri].label(lang),
            confidence=link.confidence,
            evidence=list(link.evidence),
        )
        for link in entry.linked.concepts
    ]
    return CaseDetail(
        snapshot=served.id,
        id=facts.id,
        iri=case_iri(facts.id),
        document=document_iri(facts.id),
        case=facts,
        statements=statements,
        mentions=mentions,
        places=list(entry.linked.places),
        text=entry.document.text,
    )


@router.get("/cases/{case_id}/similar", operation_id="similarCases")
def similar(served: CurrentSnapshot, case_id: CaseId, parameters: Annotated[ListParameters, Query()]) -> SearchResponse:
    """Find cooperations comparable to a case."""
    filters = filters_of(parameters)
    result = served.engine.similar(case_id, filters, limit=parameters.limit, offset=parameters.offset, language=parameters.lang)
    return _response(served, result, parameters.limit, parameters.offset)


def filters_of(parameters: FilterParameters) -> Filters:
    """The library's filters for a request's."""
    return Filters(tuple(parameters.sector), tuple(parameters.legal_form), tuple(parameters.state), tuple(parameters.status), tuple(parameters.country))


def _search(served: OpenSnapshot, parameters: SearchParameters) -> SearchResponse:
    filters = filters_of(parameters)
    result = served.engine.search(parameters.q, filters, limit=parameters.limit, offset=parameters.offset, language=parameters.lang)
    if not parameters.explain:
        result = replace(result, hits=tuple(replace(hit, parts={}, reasons=()) for hit in result.hits))
    return _response(served, result, parameters.limit, parameters.offset)


def _response(served: OpenSnapshot, result: SearchResult, limit: int, offset: int) -> SearchResponse:
    linked = result.understood
    understood = Understood(language=linked.language, concepts=list(linked.concepts), places=list(linked.places)) if linked else None
    return SearchResponse(
        snapshot=served.id,
        total=result.total,
        limit=limit,
        offset=offset,
        hits=list(result.hits),
        facets=list(result.facets),
        understood=understood,
        weights=result.weights,
    )


def _summary(entry: CatalogEntry, language: Language) -> CaseSummary:
    case = entry.document.case
    title = case.title_en if language == "en" else case.title
    return CaseSummary(
        id=case.id,
        iri=case_iri(case.id),
        title=title,
        state=case.state,
        country=case.country,
        sectors=list(case.sectors),
        legal_form=case.legal_form,
        status=case.status,
    )
