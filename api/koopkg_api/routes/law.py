"""Statutes at their own IRIs, and which form the law of which Land provides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from koopkg.documentation import Land, Provision
from koopkg.messages import Language
from koopkg.namespaces import BASE
from koopkg.ontology import Ontology
from koopkg.register import folded
from koopkg.sparql import GRAPH_FORMATS
from koopkg_api.described import page_or_rdf
from koopkg_api.rendering import language_of, render
from koopkg_api.site import CurrentSnapshot, Served
from koopkg_api.views import ConceptLink, concept_link

__all__ = ["router"]

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class _Provided:
    """What a statute provides, with the form where the scheme has it."""

    form: ConceptLink | None
    provision: Provision


@dataclass(frozen=True, slots=True)
class _Cell:
    """What the law of a Land provides of a form; empty where nothing is recorded."""

    land: Land
    provisions: tuple[Provision, ...]


@dataclass(frozen=True, slots=True)
class _Row:
    form: ConceptLink
    cells: tuple[_Cell, ...]


@router.get("/statute/{name}", name="statute_page")
def statute_page(request: Request, served: CurrentSnapshot, name: str) -> Response:
    """One statute: the versions that were read, its sections and the forms it provides."""
    stem, _, suffix = name.rpartition(".") if name.rpartition(".")[2] in GRAPH_FORMATS else (name, "", None)
    iri, language = f"{BASE}statute/{stem}", language_of(request)
    statute = served.documentation.law.statute(iri, language)
    if statute is None:
        raise HTTPException(404)

    def context() -> dict[str, object]:
        ontology = served.opened.ontology
        return {"statute": statute, "provided": [_Provided(_form(item.form, ontology, language), item) for item in statute.provisions]}

    return page_or_rdf(request, served, iri, suffix, "statute.html", context)


@router.get("/vocab/legal-form/laender", name="forms_by_land_page")
def forms_by_land_page(request: Request, served: CurrentSnapshot) -> Response:
    """Forms by Land: where the law of each Land provides each form."""
    language, law = language_of(request), served.documentation.law
    laender, abroad = law.laender(language), law.abroad(language)
    context = {
        "laender": laender,
        "rows": _rows(laender, served, language),
        "abroad": abroad,
        "rows_abroad": _rows(abroad, served, language),
        "statutes": law.statutes(language),
    }
    return render(request, "laender.html", context)


def _rows(places: Sequence[Land], served: Served, language: Language) -> list[_Row]:
    """The forms that one of the places provides, by name."""
    found = []
    for row in served.documentation.law.forms_by_land(places, language):
        form = _form(row.form, served.opened.ontology, language)
        if form is not None:
            found.append(_Row(form, tuple(_Cell(land, provisions) for land, provisions in zip(places, row.cells, strict=True))))
    return sorted(found, key=lambda row: folded(row.form.label))


def _form(iri: str, ontology: Ontology, language: Language) -> ConceptLink | None:
    concept = ontology.concepts.get(iri)
    return concept_link(concept, language) if concept else None
