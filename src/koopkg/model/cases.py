"""What a case consists of: the record of one cooperation, each field a line of the table in `koopkg.model.fields`."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from pydantic import ConfigDict, with_config

from koopkg.model.fields import CaseField, concept, concepts_of, fields_of, nested, number, place, text

__all__ = ["CASE_FIELDS", "CONCEPT_FIELDS", "FACETS", "Case", "FactorEvidence", "Place", "Source"]

_EXACT_KEYS = ConfigDict(extra="forbid")
"""A key that is not a field is an error, not something to pass over."""
_REQUIRED = dataclasses.MISSING


@with_config(_EXACT_KEYS)
@dataclass(frozen=True, slots=True)
class Place:
    """A municipality, district or region that takes part; `ags` is its official key, None where it is not certain."""

    name: str
    kind: Literal["Gemeinde", "Stadt", "Landkreis", "Verbandsgemeinde", "Amt", "Region", "Ortsteil"]
    ags: str | None = None


@with_config(_EXACT_KEYS)
@dataclass(frozen=True, slots=True)
class FactorEvidence:
    """A success factor of a case and, in words, what supports it."""

    factor: str = concept("success-factor", "koop:factor", default=_REQUIRED, weight=0.4, evidence="evidence")
    evidence: str = text("koop:evidence", default=_REQUIRED, language="de")


@with_config(_EXACT_KEYS)
@dataclass(frozen=True, slots=True)
class Source:
    """A public source of a case; `url` is None where the address would name a person."""

    title: str = text("dcterms:title", default=_REQUIRED, language="de")
    url: str | None = text("schema:url")
    publisher: str | None = text("dcterms:publisher")
    year: int | None = number("dcterms:issued")


@with_config(_EXACT_KEYS)
@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """The curated facts of one cooperation; slugs name concepts, None means unknown. The weights are tuned on the dev topics."""

    id: str = text("dcterms:identifier", default=_REQUIRED, column=True)
    title: str = text("dcterms:title", default=_REQUIRED, language="de", column=True)
    title_en: str = text("dcterms:title", default=_REQUIRED, language="en", column=True)
    country: str = place("koop:country", default=_REQUIRED, facet="country", rank=5, weight=0.6)
    state: str | None = place("koop:land", facet="state", rank=3, weight=0.6)
    places: tuple[Place, ...] = nested("koop:member", stem="place", column="ags", cell="ags")
    partner_count: int | None = number("koop:partnerCount")
    population: int | None = number("koop:population")
    area_type: str | None = concept("area-type", "koop:areaType", weight=0.2)
    started: int | None = number("koop:startYear")
    ended: int | None = number("koop:endYear")
    status: str = concept("status", "koop:status", default=_REQUIRED, facet="status", rank=4, weight=0.3)
    sectors: tuple[str, ...] = concept("sector", "koop:sector", default=_REQUIRED, facet="sector", rank=1, weight=1.0)
    service: str = text("koop:service", default=_REQUIRED, language="de", column=True)
    legal_form: str | None = concept("legal-form", "koop:legalForm", facet="legal_form", rank=2, weight=0.4, evidence="legal_form_evidence")
    legal_form_evidence: str | None = text("koop:legalFormEvidence", language="de")
    cooperation_type: tuple[str, ...] = concept("cooperation-type", "koop:cooperationType", default=_REQUIRED, weight=0.3)
    initiative: str | None = concept("initiative", "koop:initiative", weight=0.2)
    orientation: str | None = concept("orientation", "koop:orientation", weight=0.2)
    approach: str | None = concept("approach", "koop:approach", weight=0.2)
    actors: tuple[str, ...] = concept("actor-type", "koop:actorType", default=(), weight=0.1)
    phase: str | None = concept("phase", "koop:phase", weight=0.2)
    coordination: str | None = text("koop:coordination", language="de")
    success_factors: tuple[FactorEvidence, ...] = nested(
        "koop:hasFactorStatement",
        stem="factor",
        node="koop:FactorStatement",
        shortcut="koop:successFactor",
        column="success_factors",
        cell="factor",
    )
    obstacles: tuple[str, ...] = nested("koop:hasObstacle", stem="obstacle", node="koop:ObstacleStatement")
    results: tuple[str, ...] = nested("koop:hasResult", stem="result", node="koop:ResultStatement")
    funding: tuple[str, ...] = text("koop:funding", default=(), language="de")
    sources: tuple[Source, ...] = nested("dcterms:source", stem="source", node="dcterms:BibliographicResource", column="sources", cell="url")

    def title_in(self, language: str) -> str:
        return self.title_en if language == "en" else self.title

    def concepts(self) -> list[tuple[str, str]]:
        """Every (scheme, slug) that the case is described with, those of nested records included, in the order of the table."""
        return [(field.scheme or "", slug) for field, slug, _ in concepts_of(self)]

    def evidence(self) -> Iterator[tuple[str, str, str | None]]:
        """Every (scheme, slug) with the words that support it, None where the record has none."""
        for field, slug, record in concepts_of(self):
            yield field.scheme or "", slug, getattr(record, field.evidence) if field.evidence else None


CASE_FIELDS = fields_of(Case)
"""The table."""


def _with_nested(fields: tuple[CaseField, ...]) -> Iterator[CaseField]:
    for field in fields:
        yield field
        if field.record is not None:
            yield from _with_nested(fields_of(field.record))


CONCEPT_FIELDS = {field.scheme: field for field in _with_nested(CASE_FIELDS) if field.scheme}
"""Concept scheme -> the line whose values come from it, nested ones included; a scheme has one line."""
FACETS = {field.facet: field for field in sorted(CASE_FIELDS, key=lambda field: field.rank) if field.facet}
"""Name of a facet, which is also a parameter of the API and an option of the command line -> its line."""
