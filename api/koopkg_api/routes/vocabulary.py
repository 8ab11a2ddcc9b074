"""The ontology at its own IRIs: pages for people, RDF for programs, by content negotiation or by suffix."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from fastapi import APIRouter, HTTPException, Request
from starlette.responses import RedirectResponse, Response

from koopkg.documentation import Section
from koopkg.errors import UnknownCaseError
from koopkg.index import Rows
from koopkg.messages import Language, Message, translated
from koopkg.model import FACETS
from koopkg.namespaces import BASE, CASE, ONTOLOGY_GRAPH, concept_iri, scheme_iri
from koopkg.ontology import Concept, Ontology
from koopkg.questions import CompetencyQuestion, bundled_questions
from koopkg.sparql import GRAPH_FORMATS
from koopkg_api.described import negotiated, page_or_rdf, rdf
from koopkg_api.rendering import language_of, render
from koopkg_api.site import CurrentSnapshot, Served
from koopkg_api.urls import path_to
from koopkg_api.views import RELATIONS, CaseLink, ConceptLink, case_link, concept_link, concept_view

__all__ = ["router"]

router = APIRouter(include_in_schema=False)

_CASES_SHOWN = 8
_CONCEPTS_SHOWN = 4
_ASKED_BY = {"practitioner": Message("practitioner"), "researcher": Message("researcher")}


@dataclass(frozen=True, slots=True)
class _Node:
    """A concept in its hierarchy, with its number of cases and what is below it."""

    concept: ConceptLink
    definition: str
    cases: int
    narrower: tuple[_Node, ...]


@dataclass(frozen=True, slots=True)
class _Question:
    """A competency question and what its answer helps to decide."""

    number: int
    wording: str
    asked_by: str
    decision: str
    query: str


@dataclass(frozen=True, slots=True)
class _Bullet:
    """A point of the source deck and the concepts that carry it, None for the terms that carry provenance."""

    slide: int
    heading: str
    bullet: str | None
    carriers: tuple[ConceptLink | None, ...]


@dataclass(frozen=True, slots=True)
class _Overview:
    """A concept scheme in the list of all."""

    scheme: str
    label: str
    count: int
    first: tuple[str, ...]


@router.get("/ontology", name="ontology_page")
def ontology_page(request: Request, served: CurrentSnapshot) -> Response:
    """The documentation of the ontology."""
    return _answer(request, served, ONTOLOGY_GRAPH, None, "ontology")


@router.get("/ontology.{suffix}", name="ontology_file")
def ontology_file(request: Request, served: CurrentSnapshot, suffix: str) -> Response:
    return _answer(request, served, ONTOLOGY_GRAPH, suffix, "ontology")


@router.get("/ontology/question/{number}", name="question_page")
def question_page(request: Request, number: int) -> Response:
    """A competency question with its query, ready to be run or changed."""
    for question in bundled_questions():
        if question.number == number:
            return render(request, "question.html", {"question": _question(question, language_of(request))})
    raise HTTPException(404)


@router.get("/ontology/{version}")
async def version(request: Request, served: CurrentSnapshot, version: str) -> Response:
    """The version IRI leads to the ontology as long as this is the version served."""
    if version != served.documentation.header("en").version:
        raise HTTPException(404)
    return RedirectResponse(path_to(request, "ontology_page"), status_code=303)


@router.get("/rule/{name:path}")
@router.get("/form-statement/{name:path}")
@router.get("/suitability-assessment/{name:path}")
@router.get("/section/{name:path}")
@router.get("/source/{name:path}")
@router.get("/mapping/{name:path}")
def part(request: Request, served: CurrentSnapshot, name: str) -> Response:
    """What the ontology holds beside its concepts: RDF for programs; people are led to the page of the ontology, which shows it in its place."""
    stem, _, suffix = name.rpartition(".") if name.rpartition(".")[2] in GRAPH_FORMATS else (name, "", None)
    triples = served.documentation.described(f"{BASE}{request.url.path.split('/')[1]}/{stem}")
    if not triples:
        raise HTTPException(404)
    suffix = suffix or negotiated(request)
    if suffix is None:
        return RedirectResponse(path_to(request, "ontology_page"), status_code=303)
    return rdf(triples, suffix)


@router.get("/vocab", name="vocabulary_page")
def vocabulary_page(request: Request, served: CurrentSnapshot) -> Response:
    """Every concept scheme with the number of its concepts and the first of them."""
    language, ontology = language_of(request), served.opened.ontology
    schemes = []
    for scheme, concepts in ontology.schemes.items():
        first = tuple(concept.label(language) for concept in _tops(concepts)[:_CONCEPTS_SHOWN])
        schemes.append(_Overview(scheme, ontology.scheme_labels[scheme][language], len(concepts), first))
    return render(request, "vocabulary.html", {"schemes": sorted(schemes, key=lambda overview: overview.label.casefold())})


@router.get("/vocab/{scheme}", name="scheme_page")
def scheme_page(request: Request, served: CurrentSnapshot, scheme: str) -> Response:
    """One concept scheme as a tree."""
    name, _, suffix = scheme.partition(".")
    if name not in served.opened.ontology.schemes:
        raise HTTPException(404)
    return _answer(request, served, scheme_iri(name), suffix or None, "scheme")


@router.get("/vocab/{scheme}/{slug}", name="concept_page")
def concept_page(request: Request, served: CurrentSnapshot, scheme: str, slug: str) -> Response:
    """One concept with everything that is said about it."""
    name, _, suffix = slug.partition(".")
    if concept_iri(scheme, name) not in served.opened.ontology.concepts:
        raise HTTPException(404)
    return _answer(request, served, concept_iri(scheme, name), suffix or None, "concept")


def _answer(request: Request, served: Served, iri: str, suffix: str | None, page: str) -> Response:
    return page_or_rdf(request, served, iri, suffix, f"{page}.html", lambda: _CONTEXTS[page](served, iri, language_of(request)))


def _ontology_context(served: Served, _: str, language: Language) -> dict[str, object]:
    documentation, ontology = served.documentation, served.opened.ontology
    terms = documentation.terms(language)
    return {
        "header": documentation.header(language),
        "terms": terms,
        "labels": {term.name: term.label for term in terms},
        "statutes": documentation.law.statutes(language),
        "bullets": [_bullet(section, ontology, language) for section in documentation.sections()],
        "questions": [_question(question, language) for question in bundled_questions()],
        "schemes": sorted((ontology.scheme_labels[scheme][language], scheme, len(concepts)) for scheme, concepts in ontology.schemes.items()),
    }


def _question(question: CompetencyQuestion, language: Language) -> _Question:
    asked_by = translated(_ASKED_BY[question.asked_by], language)
    return _Question(question.number, question.wording[language], asked_by, question.decision[language], question.query)


def _scheme_context(served: Served, iri: str, language: Language) -> dict[str, object]:
    ontology, scheme = served.opened.ontology, iri.rpartition("/")[2]
    return {
        "scheme": scheme,
        "label": ontology.scheme_labels[scheme][language],
        "tree": [_node(concept, served, language) for concept in _tops(ontology.schemes[scheme])],
    }


def _concept_context(served: Served, iri: str, language: Language) -> dict[str, object]:
    ontology, concept = served.opened.ontology, served.opened.ontology.concepts[iri]
    described, named = served.opened.cases_of(concept), served.opened.cases_naming(concept)
    named = named[~np.isin(named, described)]
    notes = served.documentation.notes(iri, language)
    return {
        "replaced_by": [concept_link(ontology.concepts[successor], language) for successor in notes.replaced_by],
        "concept": concept_view(concept, ontology, notes.countered_by, language),
        "example": next((link for example in notes.examples if (link := _example(example, served, language))), None),
        "scheme_label": ontology.scheme_labels[concept.scheme][language],
        "notes": notes,
        "relation_names": {relation: translated(name, language) for relation, name in RELATIONS.items()},
        "described": _case_links(described[:_CASES_SHOWN], served, language),
        "described_total": len(described),
        "named": _case_links(named[:_CASES_SHOWN], served, language),
        "facet": next((name for name, field in FACETS.items() if field.scheme == concept.scheme), None),
    }


_CONTEXTS = {"ontology": _ontology_context, "scheme": _scheme_context, "concept": _concept_context}


def _case_links(rows: Rows, served: Served, language: Language) -> list[CaseLink]:
    return [case_link(served.opened.catalog.entry(int(row)).case, language) for row in rows]


def _example(iri: str, served: Served, language: Language) -> CaseLink | None:
    """An example case, if this snapshot has it."""
    try:
        row = served.opened.catalog.row_of(iri.removeprefix(CASE))
    except UnknownCaseError:
        return None
    return case_link(served.opened.catalog.entry(row).case, language)


def _tops(concepts: Iterable[Concept]) -> list[Concept]:
    return [concept for concept in concepts if not concept.broader]


def _node(concept: Concept, served: Served, language: Language) -> _Node:
    ontology, cases = served.opened.ontology, len(served.opened.cases_of(concept))
    narrower = tuple(_node(ontology.concepts[below], served, language) for below in sorted(ontology.narrower[concept.iri]))
    return _Node(concept_link(concept, language), concept.definition(language), cases, narrower)


def _bullet(section: Section, ontology: Ontology, language: Language) -> _Bullet:
    carriers = tuple(concept_link(ontology.concepts[iri], language) if iri in ontology.concepts else None for iri in section.carriers)
    return _Bullet(section.slide, section.heading, section.bullet, carriers)
