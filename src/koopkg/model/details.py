"""What a record tells of a cooperation beyond its plain facts: stages, partners, agreements, what set it off, what hindered it, what came of it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from pydantic import ConfigDict, with_config

from koopkg.model import fields as line

__all__ = [
    "Agreement",
    "CoordinationUnit",
    "Cost",
    "FactorEvidence",
    "FailureReason",
    "Funding",
    "MunicipalRole",
    "Obstacle",
    "Participant",
    "Relation",
    "Result",
    "Source",
    "Staff",
    "Stage",
    "Trigger",
]

_EXACT_KEYS = ConfigDict(extra="forbid")
"""A key that is not a field is an error, not something to pass over."""
_REQUIRED = dataclasses.MISSING


@with_config(_EXACT_KEYS)
@dataclass(frozen=True, slots=True)
class FactorEvidence:
    """A success factor of a case and, in words, what supports it."""

    factor: str = line.concept("success-factor", "koop:factor", default=_REQUIRED, weight=0.4, evidence="evidence")
    evidence: str = line.text("koop:evidence", default=_REQUIRED, language="de")
    source: int | None = line.citation()


@with_config(_EXACT_KEYS)
@dataclass(frozen=True, slots=True)
class Source:
    """A public source of a case; `url` is None where the address would name a person."""

    title: str = line.text("dcterms:title", default=_REQUIRED, language="de")
    url: str | None = line.text("schema:url")
    publisher: str | None = line.text("dcterms:publisher")
    year: int | None = line.number("dcterms:issued")


@with_config(_EXACT_KEYS)
@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A part of the life of a cooperation; a change of its legal form is two stages."""

    phase: str | None = line.qualifier("phase", "koop:stagePhase")
    since: str | None = line.moment("koop:since")
    until: str | None = line.moment("koop:until")
    legal_form: str | None = line.qualifier("legal-form", "koop:stageLegalForm")
    note: str | None = line.text("koop:note", language="de")
    source: int | None = line.citation()


@with_config(_EXACT_KEYS)
@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """A body or place with its role, and when it came and went."""

    name: str = line.text("rdfs:label", default=_REQUIRED, language="de")
    kind: str | None = line.qualifier("actor-type", "koop:bodyKind")
    role: str | None = line.qualifier("participant-role", "koop:role")
    since: str | None = line.moment("koop:since")
    until: str | None = line.moment("koop:until")
    note: str | None = line.text("koop:note", language="de")
    source: int | None = line.citation()


@with_config(_EXACT_KEYS)
@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """A legal instrument that a cooperation rests on; `legal_form` is what it founds, where a cooperation has several forms side by side."""

    kind: str = line.qualifier("agreement-kind", "koop:agreementKind", default=_REQUIRED)
    title: str | None = line.text("dcterms:title", language="de")
    date: str | None = line.moment("koop:concluded")
    legal_form: str | None = line.concept("legal-form", "koop:agreementLegalForm", weight=0.4, evidence="title")
    url: str | None = line.text("schema:url")
    source: int | None = line.citation()


@with_config(_EXACT_KEYS)
@dataclass(frozen=True, slots=True, kw_only=True)
class CoordinationUnit:
    """Who holds a cooperation together, where that sits, and which of the tasks it has."""

    name: str = line.text("rdfs:label", default=_REQUIRED, language="de")
    kind: str | None = line.qualifier("coordination-kind", "koop:coordinationKind")
    hosted_by: str | None = line.text("koop:host", language="de")
    tasks: tuple[str, ...] = line.concept("coordination-task", "koop:fulfilsTask", default=(), weight=0.1)
    staff_fte: float | None = line.amount("koop:fullTimeEquivalents")
    evidence: str | None = line.text("koop:note", language="de")
    source: int | None = line.citation()


@with_config(_EXACT_KEYS)
@dataclass(frozen=True, slots=True, kw_only=True)
class MunicipalRole:
    """What the municipality does where citizens carry an offer."""

    role: str = line.concept("municipal-role", "koop:roleOfMunicipality", default=_REQUIRED, weight=0.1, evidence="evidence")
    evidence: str | None = line.text("koop:evidence", language="de")
    source: int | None = line.citation()


@with_config(_EXACT_KEYS)
@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """What set a cooperation off: a challenge, a demographic trend or another trend."""

    challenge: str | None = line.concept("challenge", "koop:challenge", weight=0.1, evidence="evidence")
    demographic_trend: str | None = line.concept("demographic-trend", "koop:challenge", weight=0.1, evidence="evidence")
    trend: str | None = line.concept("trend", "koop:challenge", weight=0.1, evidence="evidence")
    evidence: str | None = line.text("koop:evidence", language="de")
    source: int | None = line.citation()


@with_config(_EXACT_KEYS)
@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """What hindered a cooperation, and which factor helped over it."""

    text: str = line.text("koop:evidence", default=_REQUIRED, language="de")
    obstacle: str | None = line.concept("obstacle", "koop:obstacle", facet="obstacle", rank=7, weight=0.3, evidence="text")
    overcome_by: str | None = line.qualifier("success-factor", "koop:overcomeBy")
    source: int | None = line.citation()


@with_config(_EXACT_KEYS)
@dataclass(frozen=True, slots=True, kw_only=True)
class FailureReason:
    """Why a cooperation ended or failed."""

    text: str = line.text("koop:evidence", default=_REQUIRED, language="de")
    obstacle: str | None = line.concept("obstacle", "koop:obstacle", evidence="text")
    source: int | None = line.citation()


@with_config(_EXACT_KEYS)
@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of a cooperation; `amount` is the lower bound where the source says "more than"."""

    text: str = line.text("koop:evidence", default=_REQUIRED, language="de")
    kind: str | None = line.qualifier("result-kind", "koop:resultKind")
    amount: float | None = line.amount("koop:amount")
    unit: str | None = line.text("koop:unit", language="de")
    period: str | None = line.text("koop:period", language="de")
    basis: str | None = line.qualifier("effect-basis", "koop:effectBasis")
    source: int | None = line.citation()


@with_config(_EXACT_KEYS)
@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """A sum that a cooperation costs, and who bears it."""

    text: str = line.text("koop:evidence", default=_REQUIRED, language="de")
    kind: str | None = line.qualifier("cost-kind", "koop:costKind")
    amount_eur: float | None = line.amount("koop:amountInEuro")
    borne_by: str | None = line.text("koop:borneBy", language="de")
    source: int | None = line.citation()


@with_config(_EXACT_KEYS)
@dataclass(frozen=True, slots=True, kw_only=True)
class Funding:
    """Money from outside: who gives it, by which programme, how much."""

    text: str = line.text("koop:evidence", default=_REQUIRED, language="de")
    level: str | None = line.qualifier("funding-level", "koop:fundingLevel")
    programme: str | None = line.text("koop:programme", language="de")
    amount_eur: float | None = line.amount("koop:amountInEuro")
    share_percent: float | None = line.amount("koop:sharePercent")
    source: int | None = line.citation()


@with_config(_EXACT_KEYS)
@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """Who works for a cooperation."""

    fte: float | None = line.amount("koop:fullTimeEquivalents")
    headcount: int | None = line.number("koop:headcount")
    volunteers: int | None = line.number("koop:volunteers")
    employer: str | None = line.text("koop:employer", language="de")
    note: str | None = line.text("koop:note", language="de")
    source: int | None = line.citation()


@with_config(_EXACT_KEYS)
@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """What a cooperation is to another one; `case` is its id where it is a case itself."""

    relation: str = line.qualifier("relation-kind", "koop:relationKind", default=_REQUIRED)
    name: str = line.text("rdfs:label", default=_REQUIRED, language="de")
    case: str | None = line.case("koop:relatedCooperation")
    source: int | None = line.citation()
