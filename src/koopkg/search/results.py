"""The records that a search answers with; what people read is made of them at the edge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from koopkg.model import Draft, Language, Mention
from koopkg.search.slots import Role, SlotKind
from koopkg.search.spelling import Correction
from koopkg.snapshot import CaseEntry

__all__ = ["CasePage", "DraftHits", "DraftPage", "Facet", "FacetValue", "Fact", "FactSource", "Hit", "Reason", "SearchResult", "Snippet"]
__all__ += ["Recognised", "TakenBack", "Understood", "UnderstoodConcept", "UnderstoodPlace", "UnderstoodSlot"]


@dataclass(frozen=True, slots=True)
class FactSource:
    """Where a fact was found: the source with a number among those of the case; without a number the record of the case, or the document of a passage."""

    number: int | None
    title: str
    url: str | None


@dataclass(frozen=True, slots=True)
class Fact:
    """What a reason points at: a curated statement (property and value) or a passage of a document (offsets and quote), and where that was found."""

    type: Literal["statement", "passage"]
    property: str | None = None
    value: str | None = None
    document: str | None = None
    start: int | None = None
    end: int | None = None
    quote: str | None = None
    source: FactSource | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a case is comparable, or in what it differs: a kind with values, from which `koopkg.sentences` makes a sentence, and the fact it rests on."""

    kind: str
    values: Mapping[str, str]
    fact: Fact


@dataclass(frozen=True, slots=True)
class Snippet:
    """The passage of a case that fits best; `highlights` are half-open offsets within `text`, `start` is its offset in the document."""

    text: str
    highlights: tuple[tuple[int, int], ...]
    section: str
    start: int
    document: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A case found; `score` is the probability that a practitioner would call it comparable, made of `parts` in [0, 1], one a signal.

    Attributes:
        reasons: What it shares with what is asked for, what adds most to the score first.
        difference: What differs most from what is asked for; None where nothing is known to.
    """

    id: str
    iri: str
    title: str
    score: float
    parts: dict[str, float]
    snippet: Snippet
    reasons: tuple[Reason, ...]
    difference: Reason | None = None


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value of a facet, how many hits there are if it is chosen, and the value of the facet that is broader."""

    value: str
    label: str
    count: int
    is_selected: bool
    broader: str | None = None


@dataclass(frozen=True, slots=True)
class Facet:
    """One dimension to narrow a result by; the chosen values, then those with hits, most hits first. `note` says what its name does not."""

    name: str
    label: str
    values: tuple[FacetValue, ...]
    note: str | None = None


@dataclass(frozen=True, slots=True)
class DraftHits:
    """The best of what was only read by machine and nobody has checked; `total` counts all."""

    total: int
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """Something that a text says.

    Attributes:
        key: Takes it back.
        evidence: Offsets count the characters of the text that was searched.
        weight: How much it tells beside others.
        is_met: False for a condition that no hit meets; then the others are shown.
    """

    key: str
    label: str
    role: Role
    evidence: tuple[Mention, ...]
    weight: float
    is_met: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderstoodConcept(Recognised):
    """A concept that a text names."""

    iri: str
    scheme: str
    slug: str
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderstoodPlace(Recognised):
    """A place that a text names; a Land that is asked for is a `condition`."""

    name: str
    ags: str | None
    state: str | None
    iri: str | None
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderstoodSlot(Recognised):
    """What else a text says; `least` and `most` bound the numbers that it means, both included."""

    kind: SlotKind
    value: str
    least: int | None
    most: int | None


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What was recognised and is not to count."""

    key: str
    label: str


@dataclass(frozen=True, slots=True)
class Understood:
    """How a text was understood.

    Attributes:
        perhaps: Tasks that are named and may be so in passing alone; they count by how likely they are asked for.
        taken_back: What was named in `without`.
        left_out: How many cases would be hits but for the conditions.
    """

    language: Language
    concepts: tuple[UnderstoodConcept, ...]
    places: tuple[UnderstoodPlace, ...]
    slots: tuple[UnderstoodSlot, ...]
    perhaps: tuple[UnderstoodConcept, ...]
    taken_back: tuple[TakenBack, ...]
    left_out: int

    def all(self) -> tuple[Recognised, ...]:
        """Concepts, places, slots and what is perhaps meant."""
        return (*self.concepts, *self.places, *self.slots, *self.perhaps)


@dataclass(frozen=True, slots=True)
class SearchResult:
    """A page of hits, best first. Drafts are beside them and never among them.

    Attributes:
        total: Of all pages.
        weights: What each signal in use adds to the log odds of the score at most.
        corrected: What was searched instead of words as they were written.
        nearest: Where there are no hits, the cases that come closest to being one.
        lacking: Where there are none, words of the text that no case has.
    """

    total: int
    hits: tuple[Hit, ...]
    facets: tuple[Facet, ...]
    understood: Understood | None
    weights: dict[str, float]
    drafts: DraftHits = DraftHits(0, ())
    corrected: tuple[Correction, ...] = ()
    nearest: tuple[Hit, ...] = ()
    lacking: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CasePage:
    """One page of a list of cases, how many there are in all, and the facets over them."""

    total: int
    entries: tuple[CaseEntry, ...]
    facets: tuple[Facet, ...]


@dataclass(frozen=True, slots=True)
class DraftPage:
    """One page of the list of drafts, and how many there are in all."""

    total: int
    drafts: tuple[Draft, ...]
