"""What a case consists of: the record of one cooperation, each field a line of the table in `koopkg.model.fields`."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from pydantic import ConfigDict, with_config

from koopkg.model.details import (
    Agreement,
    CoordinationUnit,
    Cost,
    FactorEvidence,
    FailureReason,
    Funding,
    MunicipalRole,
    Obstacle,
    Participant,
    Relation,
    Result,
    Source,
    Staff,
    Stage,
    Trigger,
)
from koopkg.model.fields import CaseField, concept, concepts_of, fields_of, moment, nested, number, place, text

__all__ = ["CASE_FIELDS", "CONCEPT_FIELDS", "CONCEPT_OF", "FACETS", "SIZE_CLASS", "TASK_SCHEMES", "Case", "Place", "PlaceKind"]

_EXACT_KEYS = ConfigDict(extra="forbid")
"""A key that is not a field is an error, not something to pass over."""
_REQUIRED = dataclasses.MISSING


PlaceKind = Literal[
    "Gemeinde", "Stadt", "Landkreis", "Verbandsgemeinde", "Samtgemeinde", "Verwaltungsgemeinschaft", "Amt", "Zweckverband", "Region", "Ortsteil"
]


@with_config(_EXACT_KEYS)
@dataclass(frozen=True, slots=True)
class Place:
    """A municipality, district or region that takes part; `ags` is its official key, None where it is not certain.

    Of a municipality that is the eight digits of the Amtlicher Gemeindeschlüssel, of a district five, of a Land two, of an association of municipalities
    the nine of its Regionalschlüssel.
    """

    name: str
    kind: PlaceKind
    ags: str | None = None


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
    ended_earliest: int | None = number("koop:earliestEndYear")
    ended_latest: int | None = number("koop:latestEndYear")
    status: str = concept("status", "koop:status", default=_REQUIRED, facet="status", rank=4, weight=0.3)
    sectors: tuple[str, ...] = concept("sector", "koop:sector", default=_REQUIRED, facet="sector", rank=1, weight=1.0)
    activities: tuple[str, ...] = concept("activity", "koop:activity", default=(), facet="activity", rank=6, weight=0.6)
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
    coordination_unit: CoordinationUnit | None = nested("koop:hasCoordinationUnit", stem="coordination", node="koop:CoordinationUnit", default=None)
    success_factors: tuple[FactorEvidence, ...] = nested(
        "koop:hasFactorStatement",
        stem="factor",
        node="koop:FactorStatement",
        shortcut="koop:successFactor",
        column="success_factors",
        cell="factor",
    )
    triggers: tuple[Trigger, ...] = nested("koop:hasTrigger", stem="trigger", node="koop:TriggerStatement", shortcut="koop:triggeredBy")
    obstacles: tuple[Obstacle, ...] = nested("koop:hasObstacle", stem="obstacle", node="koop:ObstacleStatement", column="obstacles", cell="obstacle")
    failure_reasons: tuple[FailureReason, ...] = nested(
        "koop:hasFailureReason", stem="failure", node="koop:FailureReason", column="failure_reasons", cell="obstacle"
    )
    results: tuple[Result, ...] = nested("koop:hasResult", stem="result", node="koop:ResultStatement", column="results", cell="text")
    costs: tuple[Cost, ...] = nested("koop:hasCost", stem="cost", node="koop:CostStatement", column="costs", cell="text")
    cost_sharing: str | None = text("koop:costSharing", language="de")
    funding: tuple[Funding, ...] = nested(
        "koop:hasFunding", stem="funding", node="koop:FundingStatement", shortcut="koop:funding", column="funding", cell="text"
    )
    staff: Staff | None = nested("koop:hasStaff", stem="staff", node="koop:Staffing", default=None)
    governance: str | None = text("koop:governance", language="de")
    stages: tuple[Stage, ...] = nested("koop:hasStage", stem="stage", node="koop:Stage")
    participants: tuple[Participant, ...] = nested("koop:hasParticipation", stem="participant", node="koop:Participation")
    agreements: tuple[Agreement, ...] = nested("koop:hasAgreement", stem="agreement", node="koop:Agreement", shortcut="koop:legalForm")
    services: tuple[str, ...] = concept("service", "koop:offer", default=(), weight=0.3)
    municipal_roles: tuple[MunicipalRole, ...] = nested("koop:hasMunicipalRole", stem="role", node="koop:MunicipalRoleStatement", shortcut="koop:municipalRole")
    view: str | None = concept("imc-view", "koop:view", weight=0.1)
    relations: tuple[Relation, ...] = nested("koop:hasRelation", stem="relation", node="koop:CooperationRelation")
    lessons: tuple[str, ...] = text("koop:lesson", default=(), language="de")
    summary_en: str | None = text("dcterms:abstract", language="en")
    search_phrases: tuple[str, ...] = text("koop:searchPhrase", default=(), language="de")
    search_phrases_en: tuple[str, ...] = text("koop:searchPhrase", default=(), language="en")
    checked_on: str | None = moment("koop:checked")
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


CONCEPT_FIELDS: dict[str, CaseField] = {}
"""Concept scheme -> the line whose values come from it, nested ones included; the first, where several lines have concepts of a scheme."""
for _field in _with_nested(CASE_FIELDS):
    if _field.scheme and not _field.is_qualifier:
        CONCEPT_FIELDS.setdefault(_field.scheme, _field)
_PROPOSED_WITH_WORDS = [CONCEPT_FIELDS[scheme] for scheme in ("success-factor", "obstacle")]
CONCEPT_OF = {
    **{field.name: field.scheme for field in CASE_FIELDS if field.kind == "concept" and field.scheme},
    **{field.name: line.scheme for field in CASE_FIELDS for line in _PROPOSED_WITH_WORDS if field.record and line.scheme and line in fields_of(field.record)},
}
"""Name of a field that concepts can be proposed for -> their scheme; a factor or an obstacle is proposed with the words that tell it."""
TASK_SCHEMES = frozenset({"sector", "activity", "service"})
"""Schemes of what is done together: of these a search text has one or two, of forms, partners or obstacles it may name any number."""
SIZE_CLASS = CaseField(name="size_class", kind="concept", property="koop:sizeClass", is_many=False, scheme="size-class", facet="size_class", rank=8)
"""A line that no record has: its value is computed from the members of a case (`koopkg.members`)."""
FACETS = {field.facet: field for field in sorted((*_with_nested(CASE_FIELDS), SIZE_CLASS), key=lambda field: field.rank) if field.facet}
"""Name of a facet, which is also a parameter of the API and an option of the command line -> its line."""
