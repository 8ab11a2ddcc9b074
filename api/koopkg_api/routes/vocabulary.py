"""The ontology at its own IRIs: pages for people, RDF for programs, by content negotiation or by suffix."""

from __future__ import annotations

from dataclasses import dataclass

import pyoxigraph as ox
from fastapi import APIRouter, HTTPException, Request
from starlette.responses import RedirectResponse, Response

from koopkg.namespaces import BASE, CASE, ONTOLOGY_GRAPH, PREFIXES, concept_iri, scheme_iri
from koopkg.ontology import Concept, Ontology
from koopkg.questions import bundled_questions
from koopkg_api.negotiation import best_match
from koopkg_api.rendering import language_of, render
from koopkg_api.site import CurrentSnapshot, OpenSnapshot

__all__ = ["router"]

router = APIRouter(include_in_schema=False)

_FORMATS = {
    "ttl": ("text/turtle", ox.RdfFormat.TURTLE),
    "jsonld": ("application/ld+json", ox.RdfFormat.JSON_LD),
    "rdf": ("application/rdf+xml", ox.RdfFormat.RDF_XML),
    "nt": ("application/n-triples", ox.RdfFormat.N_TRIPLES),
}
"""Suffix -> media type and syntax."""
_OFFERED = ["text/html", *(media for media, _ in _FORMATS.values())]
_FACET_OF = {"sector": "sector", "legal-form": "legal_form", "status": "status"}
"""Scheme -> the facet of the search page that filters by it."""
_CASES_SHOWN = 8


@dataclass(frozen=True, slots=True)
class _Node:
    """A concept in its hierarchy, with what is below it."""

    concept: Concept
    narrower: tuple[_Node, ...]


@router.get("/ontology", name="ontology_page")
def ontology_page(request: Request, served: CurrentSnapshot) -> Response:
    """The documentation of the ontology."""
    return _answer(request, served, ONTOLOGY_GRAPH, None, "ontology")


@router.get("/ontology.{suffix}", name="ontology_file")
def ontology_file(request: Request, served: CurrentSnapshot, suffix: str) -> Response:
    return _answer(request, served, ONTOLOGY_GRAPH, suffix, "ontology")


@router.get("/ontology/{version}")
def version(request: Request, served: CurrentSnapshot, version: str) -> Response:
    """The version IRI leads to the ontology as long as this is the version served."""
    if version != served.documentation.header("en").version:
        raise HTTPException(404)
    return RedirectResponse(request.url_for("ontology_page").path, status_code=303)


@router.get("/statute/{name:path}")
@router.get("/rule/{name:path}")
@router.get("/form-statement/{name:path}")
@router.get("/suitability-assessment/{name:path}")
@router.get("/section/{name:path}")
@router.get("/source/{name:path}")
@router.get("/mapping/{name:path}")
def part(request: Request, served: CurrentSnapshot, name: str) -> Response:
    """What the ontology holds beside its concepts: RDF for programs; people are led to the page of the ontology, which shows it in its place."""
    stem, _, suffix = name.rpartition(".") if name.rpartition(".")[2] in _FORMATS else (name, "", None)
    iri = f"{BASE}{request.url.path.split('/')[1]}/{stem}"
    if not served.documentation.described(iri):
        raise HTTPException(404)
    if suffix is None and best_match(request.headers.get("accept", ""), _OFFERED) == "text/html":
        return RedirectResponse(request.url_for("ontology_page").path, status_code=303)
    return _answer(request, served, iri, suffix, "ontology")


@router.get("/vocab/{scheme}", name="scheme_page")
def scheme_page(request: Request, served: CurrentSnapshot, scheme: str) -> Response:
    """One concept scheme as a tree."""
    name, _, suffix = scheme.partition(".")
    if name not in served.engine.ontology.schemes:
        raise HTTPException(404)
    return _answer(request, served, scheme_iri(name), suffix or None, "scheme")


@router.get("/vocab/{scheme}/{slug}", name="concept_page")
def concept_page(request: Request, served: CurrentSnapshot, scheme: str, slug: str) -> Response:
    """One concept with everything that is said about it."""
    name, _, suffix = slug.partition(".")
    if concept_iri(scheme, name) not in served.engine.ontology.concepts:
        raise HTTPException(404)
    return _answer(request, served, concept_iri(scheme, name), suffix or None, "concept")


def _answer(request: Request, served: OpenSnapshot, iri: str, suffix: str | None, page: str) -> Response:
    """The page or the RDF of an IRI: by suffix, else what Accept likes best."""
    headers = {"Vary": "Accept", "Access-Control-Allow-Origin": "*"}
    if suffix is None:
        chosen = best_match(request.headers.get("accept", ""), _OFFERED)
        if chosen is None:
            raise HTTPException(406, f"this can be had as {', '.join(_OFFERED)}")
        if chosen == "text/html":
            return render(request, f"{page}.html", {"iri": iri, "served": served, **_CONTEXTS[page](request, served, iri)}, headers=headers)
        suffix = next(name for name, (media, _) in _FORMATS.items() if media == chosen)
    if suffix not in _FORMATS:
        raise HTTPException(404)
    media, syntax = _FORMATS[suffix]
    body = ox.serialize(served.documentation.described(iri), format=syntax, prefixes=PREFIXES)
    return Response(body, media_type=media, headers=headers)


def _ontology_context(request: Request, served: OpenSnapshot, _: str) -> dict[str, object]:
    language, documentation, ontology = language_of(request), served.documentation, served.engine.ontology
    terms = documentation.terms(language)
    return {
        "header": documentation.header(language),
        "terms": terms,
        "labels": {term.name: term.label for term in terms},
        "statutes": documentation.statutes(language),
        "sections": documentation.sections(),
        "questions": bundled_questions(),
        "schemes": sorted((ontology.scheme_labels[scheme][language], scheme, len(concepts)) for scheme, concepts in ontology.schemes.items()),
        "concepts": ontology.concepts,
        "suffixes": list(_FORMATS),
    }


def _scheme_context(_: Request, served: OpenSnapshot, iri: str) -> dict[str, object]:
    ontology, scheme = served.engine.ontology, iri.rpartition("/")[2]
    tops = [concept for concept in ontology.schemes[scheme] if not concept.broader]
    return {
        "scheme": scheme,
        "labels": ontology.scheme_labels[scheme],
        "tree": [_node(concept, ontology) for concept in tops],
        "cases": served.engine.cases_by_concept,
        "suffixes": list(_FORMATS),
    }


def _concept_context(request: Request, served: OpenSnapshot, iri: str) -> dict[str, object]:
    ontology, concept = served.engine.ontology, served.engine.ontology.concepts[iri]
    described, named = served.engine.cases_by_concept[iri], served.engine.cases_by_mention.get(iri, ())
    known = {entry.document.id for entry in described}
    notes = served.documentation.notes(iri, language_of(request))
    shown = {entry.document.id: entry.document.case for entry in (*described, *named)}
    return {
        "concept": concept,
        "example": next((shown[example.removeprefix(CASE)] for example in notes.examples if example.removeprefix(CASE) in shown), None),
        "scheme_label": ontology.scheme_labels[concept.scheme][language_of(request)],
        "notes": notes,
        "countered_by": [ontology.concepts[factor] for factor in notes.countered_by],
        "broader": [ontology.concepts[above] for above in concept.broader],
        "narrower": [ontology.concepts[below] for below in sorted(ontology.narrower[iri])],
        "related": [ontology.concepts[other] for other in sorted(ontology.related[iri])],
        "described": described[:_CASES_SHOWN],
        "described_total": len(described),
        "named": [entry for entry in named if entry.document.id not in known][:_CASES_SHOWN],
        "facet": _FACET_OF.get(concept.scheme),
        "suffixes": list(_FORMATS),
    }


_CONTEXTS = {"ontology": _ontology_context, "scheme": _scheme_context, "concept": _concept_context}


def _node(concept: Concept, ontology: Ontology) -> _Node:
    return _Node(concept, tuple(_node(ontology.concepts[below], ontology) for below in sorted(ontology.narrower[concept.iri])))
