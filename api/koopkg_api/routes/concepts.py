"""`/api/v1/concepts` and `/api/v1/stats`."""

from __future__ import annotations

from fastapi import APIRouter, Depends, HTTPException

from koopkg.messages import Language
from koopkg.namespaces import concept_iri, scheme_iri
from koopkg.ontology import Concept
from koopkg.search import list_cases
from koopkg_api.models import ConceptDetail, ConceptList, ConceptSummary, Lang, Scheme, SchemeName, Slug, Stats
from koopkg_api.site import CurrentSnapshot
from koopkg_api.strictness import refuse_what_is_not_described

__all__ = ["router"]

router = APIRouter(prefix="/api/v1", tags=["vocabulary"], dependencies=[Depends(refuse_what_is_not_described)])


@router.get("/concepts", operation_id="listConcepts")
def concepts(served: CurrentSnapshot, lang: Lang = "de") -> ConceptList:
    """The vocabulary, scheme by scheme, with the number of cases for each concept."""
    ontology = served.opened.ontology
    schemes = [
        Scheme(
            scheme=scheme,
            iri=scheme_iri(scheme),
            label=ontology.scheme_labels[scheme][lang],
            concepts=[_summary(concept, len(served.opened.cases_of(concept)), lang) for concept in members],
        )
        for scheme, members in ontology.schemes.items()
    ]
    return ConceptList(snapshot=served.id, schemes=schemes)


@router.get("/concepts/{scheme}/{slug}", operation_id="getConcept")
async def concept(served: CurrentSnapshot, scheme: SchemeName, slug: Slug, lang: Lang = "de") -> ConceptDetail:
    """One concept: names, definition, hierarchy, number of cases."""
    ontology = served.opened.ontology
    found = ontology.concepts.get(concept_iri(scheme, slug))
    if found is None:
        raise HTTPException(404)
    names = {language: [label.text for label in found.labels if label.language == language and label.kind in ("pref", "alt")] for language in ("de", "en")}
    summary = _summary(found, len(served.opened.cases_of(found)), lang)
    notes = served.documentation.notes(found.iri, lang)
    return ConceptDetail(
        **summary.model_dump(),
        snapshot=served.id,
        labels=names,
        definition=found.definition(lang),
        scope_note=notes.scope_note,
        broader=list(found.broader),
        narrower=sorted(ontology.narrower[found.iri]),
        related=sorted(ontology.related[found.iri]),
        countered_by=list(notes.countered_by),
        examples=list(notes.examples),
        replaced_by=list(notes.replaced_by),
    )


@router.get("/stats", operation_id="stats")
def stats(served: CurrentSnapshot) -> Stats:
    """Counts of the snapshot, and cases by facet value."""
    manifest = served.opened.manifest
    facets = list_cases(served.opened, limit=1).facets
    return Stats(
        snapshot=served.id,
        created=manifest.created,
        encoder=manifest.encoder,
        counts={"cases": len(served.opened), **manifest.counts},
        cases_by={facet.name: {value.value: value.count for value in facet.values} for facet in facets},
    )


def _summary(found: Concept, cases: int, language: Language) -> ConceptSummary:
    return ConceptSummary(iri=found.iri, scheme=found.scheme, slug=found.slug, label=found.label(language), cases=cases)
