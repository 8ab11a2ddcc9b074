"""The records that travel between the stages: what a case is, what a text is, what was found in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydantic import ConfigDict, with_config

from koopkg.messages import Language

__all__ = [
    "CONCEPT_FIELDS",
    "Case",
    "Document",
    "FactorEvidence",
    "Language",
    "Link",
    "Mention",
    "Passage",
    "Place",
    "PlaceLink",
    "Source",
]

_EXACT_KEYS = ConfigDict(extra="forbid")
"""A key that is not a field is an error, not something to pass over."""

CONCEPT_FIELDS = {
    "sectors": "sector",
    "legal_form": "legal-form",
    "cooperation_type": "cooperation-type",
    "initiative": "initiative",
    "orientation": "orientation",
    "approach": "approach",
    "actors": "actor-type",
    "phase": "phase",
    "status": "status",
    "area_type": "area-type",
}
"""Field of a case -> concept scheme that its slugs come from."""


@with_config(_EXACT_KEYS)
@dataclass(frozen=True, slots=True)
class Place:
    """A municipality, district or region that a case names; `ags` is its official key, None where it is not certain."""

    name: str
    kind: Literal["Gemeinde", "Stadt", "Landkreis", "Verbandsgemeinde", "Amt", "Region", "Ortsteil"]
    ags: str | None = None


@with_config(_EXACT_KEYS)
@dataclass(frozen=True, slots=True)
class FactorEvidence:
    """A success factor of a case and, in words, what supports it."""

    factor: str
    evidence: str


@with_config(_EXACT_KEYS)
@dataclass(frozen=True, slots=True)
class Source:
    """A public source of a case; `url` is None where the address would name a person."""

    title: str
    url: str | None = None
    publisher: str | None = None
    year: int | None = None


@with_config(_EXACT_KEYS)
@dataclass(frozen=True, slots=True)
class Case:
    """The curated facts of one cooperation, as its document states them; slugs name concepts, None means unknown."""

    id: str
    title: str
    title_en: str
    country: str
    state: str | None
    places: tuple[Place, ...]
    partner_count: int | None
    population: int | None
    area_type: str | None
    started: int | None
    ended: int | None
    status: str
    sectors: tuple[str, ...]
    service: str
    legal_form: str | None
    legal_form_evidence: str | None
    cooperation_type: tuple[str, ...]
    initiative: str | None
    orientation: str | None
    approach: str | None
    actors: tuple[str, ...]
    phase: str | None
    coordination: str | None
    success_factors: tuple[FactorEvidence, ...]
    obstacles: tuple[str, ...]
    results: tuple[str, ...]
    funding: tuple[str, ...]
    sources: tuple[Source, ...]

    def concepts(self) -> list[tuple[str, str]]:
        """Every (scheme, slug) that the case is described with, success factors included, in field order."""
        pairs = []
        for name, scheme in CONCEPT_FIELDS.items():
            value: str | tuple[str, ...] | None = getattr(self, name)
            slugs = (value,) if isinstance(value, str) else value or ()
            pairs += [(scheme, slug) for slug in slugs]
        return pairs + [("success-factor", factor.factor) for factor in self.success_factors]


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of a document, cut at sentence ends; `text` equals the document's text between `start` and `end`."""

    document_id: str
    section: str
    start: int
    end: int
    text: str

    @property
    def id(self) -> str:
        return f"{self.document_id}#char={self.start},{self.end}"


@dataclass(frozen=True, slots=True)
class Document:
    """A text in Unicode NFC with `\\n` line ends, its passages in order, and the case it describes."""

    id: str
    title: str
    language: Language
    text: str
    passages: tuple[Passage, ...]
    case: Case
    sha256: str


@dataclass(frozen=True, slots=True)
class Mention:
    """A half-open stretch of characters and what stands there."""

    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class Link:
    """A concept that a text names, with every mention of it in text order and the confidence of the best."""

    iri: str
    scheme: str
    slug: str
    confidence: float
    evidence: tuple[Mention, ...]


@dataclass(frozen=True, slots=True)
class PlaceLink:
    """A place that a text names; `ags` is None where the name could stand for several places."""

    name: str
    ags: str | None
    state: str | None
    iri: str | None
    confidence: float
    evidence: tuple[Mention, ...]
