"""`/api/v1/search` and the lists and details of cases."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from koopkg.index import LinkedDocument
from koopkg.messages import Language
from koopkg.namespaces import case_iri, concept_iri, document_iri
from koopkg.ontology import Ontology
from koopkg.register import Register
from koopkg.search import MOST_IN_ADDRESS, SearchResult, list_cases, search, similar
from koopkg.snapshot import CaseEntry
from koopkg_api.models import (
    CaseDetail,
    CaseId,
    CaseList,
    CaseSummary,
    Comparable,
    Computed,
    ConceptStatement,
    DocumentDetail,
    DraftHits,
    ExtractedConcept,
    Lang,
    ListParameters,
    SearchParameters,
    SearchRequest,
    SearchResponse,
)
from koopkg_api.site import CurrentSnapshot, Served
from koopkg_api.strictness import refuse_what_is_not_described

__all__ = ["router"]

router = APIRouter(prefix="/api/v1", tags=["cases"], dependencies=[Depends(refuse_what_is_not_described)])


@router.get("/search", operation_id="search")
def search_by_address(served: CurrentSnapshot, parameters: Annotated[SearchParameters, Query()]) -> SearchResponse:
    """Find comparable cooperations for a text."""
    return _search(served, parameters, most_characters=MOST_IN_ADDRESS)


@router.post("/search", operation_id="searchByText")
def search_by_text(served: CurrentSnapshot, request: SearchRequest) -> SearchResponse:
    """Find comparable cooperations for a text that is too long for an address."""
    return _search(served, request)


@router.get("/cases", operation_id="listCases")
def cases(served: CurrentSnapshot, parameters: Annotated[ListParameters, Query()]) -> CaseList:
    """List the cases by title."""
    page = list_cases(served.opened, parameters.filters(), limit=parameters.limit, offset=parameters.offset, language=parameters.lang)
    summaries = [_summary(entry, parameters.lang) for entry in page.entries]
    return CaseList(snapshot=served.id, total=page.total, limit=parameters.limit, offset=parameters.offset, cases=summaries, facets=list(page.facets))


@router.get("/cases/{case_id}", operation_id="getCase")
async def case(served: CurrentSnapshot, case_id: CaseId, lang: Lang = "de") -> CaseDetail:
    """Everything about one case, with the evidence of every statement."""
    catalog, ontology = served.opened.catalog, served.opened.ontology
    entry = catalog.entry(catalog.row_of(case_id))
    statements = [
        ConceptStatement(scheme=scheme, slug=slug, iri=concept_iri(scheme, slug), label=ontology.concept(scheme, slug).label(lang), evidence=evidence)
        for scheme, slug, evidence in entry.case.evidence()
    ]
    documents = [_document(text, ontology, lang) for text in entry.texts]
    return CaseDetail(
        snapshot=served.id,
        id=entry.case.id,
        iri=case_iri(entry.case.id),
        document=documents[0].iri,
        case=entry.case,
        computed=Computed.of(entry.case, ontology, Register.bundled(), lang),
        statements=statements,
        mentions=documents[0].mentions,
        places=documents[0].places,
        text=documents[0].text,
        documents=documents,
    )


@router.get("/cases/{case_id}/similar", operation_id="similarCases")
def similar_cases(served: CurrentSnapshot, case_id: CaseId, parameters: Annotated[ListParameters, Query()]) -> SearchResponse:
    """Find cooperations comparable to a case."""
    limit, offset = parameters.limit, parameters.offset
    result = similar(served.opened, case_id, parameters.filters(), limit=limit, offset=offset, language=parameters.lang)
    return _response(served, result, parameters)


def _search(served: Served, parameters: SearchParameters, *, most_characters: int | None = None) -> SearchResponse:
    result = search(
        served.opened,
        parameters.q,
        parameters.filters(),
        limit=parameters.limit,
        offset=parameters.offset,
        explain=parameters.explain,
        language=parameters.lang,
        spelling=parameters.spelling,
        without=parameters.without,
        most_characters=most_characters,
    )
    return _response(served, result, parameters)


def _response(served: Served, result: SearchResult, parameters: SearchParameters | ListParameters) -> SearchResponse:
    return SearchResponse(
        snapshot=served.id,
        total=result.total,
        limit=parameters.limit,
        offset=parameters.offset,
        hits=[Comparable.of(hit, parameters.lang) for hit in result.hits],
        drafts=DraftHits(total=result.drafts.total, hits=[Comparable.of(hit, parameters.lang) for hit in result.drafts.hits]),
        facets=list(result.facets),
        understood=result.understood,
        nearest=[Comparable.of(hit, parameters.lang) for hit in result.nearest],
        lacking=list(result.lacking),
        corrected=list(result.corrected),
        weights=result.weights,
    )


def _document(text: LinkedDocument, ontology: Ontology, language: Language) -> DocumentDetail:
    document = text.document
    mentions = [
        ExtractedConcept(
            scheme=link.scheme,
            slug=link.slug,
            iri=link.iri,
            label=ontology.concepts[link.iri].label(language),
            confidence=link.confidence,
            evidence=list(link.evidence),
        )
        for link in text.linked.concepts
    ]
    return DocumentDetail(
        id=document.id,
        iri=document_iri(document.id),
        title=document.title,
        media_type=document.media_type,
        language=document.language,
        mentions=mentions,
        places=list(text.linked.places),
        text=document.text,
    )


def _summary(entry: CaseEntry, language: Language) -> CaseSummary:
    case = entry.case
    return CaseSummary(
        id=case.id,
        iri=case_iri(case.id),
        title=case.title_in(language),
        state=case.state,
        country=case.country,
        sectors=list(case.sectors),
        legal_form=case.legal_form,
        status=case.status,
    )
