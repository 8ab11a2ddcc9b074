"""The records that a search answers with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from koopkg.linking import Linked

__all__ = ["Facet", "FacetValue", "Fact", "Hit", "Reason", "SearchResult", "Snippet"]


@dataclass(frozen=True, slots=True)
class Fact:
    """What a reason points at: a curated statement (property and value) or a passage of the document (offsets and quote)."""

    type: Literal["statement", "passage"]
    property: str | None = None
    value: str | None = None
    document: str | None = None
    start: int | None = None
    end: int | None = None
    quote: str | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a case is comparable, in one plain sentence, and the fact that it rests on."""

    kind: str
    text: str
    fact: Fact


@dataclass(frozen=True, slots=True)
class Snippet:
    """The passage of a case that fits best; `highlights` are half-open offsets within `text`, `start` is its offset in the document."""

    text: str
    highlights: tuple[tuple[int, int], ...]
    section: str
    start: int


@dataclass(frozen=True, slots=True)
class Hit:
    """A case found; `score` lies in [0, 1] and is the weighted mean of its `parts`."""

    id: str
    iri: str
    title: str
    score: float
    parts: dict[str, float]
    snippet: Snippet
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value of a facet and how many hits there are if it is chosen."""

    value: str
    label: str
    count: int
    is_selected: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """One dimension to narrow a result by; the chosen values, then those with hits, most hits first."""

    name: str
    label: str
    values: tuple[FacetValue, ...]


@dataclass(frozen=True, slots=True)
class SearchResult:
    """A page of hits, best first; `total` counts all, `weights` are those of the parts in use."""

    total: int
    hits: tuple[Hit, ...]
    facets: tuple[Facet, ...]
    understood: Linked | None
    weights: dict[str, float]
