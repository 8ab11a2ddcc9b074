"""Probabilities of the concepts of one scheme -> which of them the cooperation of a text has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from koopkg.deciding.candidates import Hierarchy

__all__ = ["DECIDED", "NUMBERS_LEAST_PRECISION", "DecidedScheme", "choose"]


@dataclass(frozen=True, slots=True)
class DecidedScheme:
    """How a scheme is decided.

    Attributes:
        field: Of a case record, whose values are what was right for its text.
        is_single: A cooperation has at most one of its concepts.
        refused_by: Cues of `koopkg.deciding.clauses` that make a mention speak of something else than what the cooperation has.
        least_precision: Share of right decisions that is asked for; without, that threshold is taken which errs least in both directions.
    """

    name: str
    field: str
    is_single: bool = False
    refused_by: frozenset[str] = frozenset({"item"})
    least_precision: float | None = None


_SAID_OF_OTHERS = frozenset({"other", "item"})
_NOT_NOW = frozenset({"negated", "plan", "past", "other", "item"})
_SURE, _LIKELY = 0.85, 0.75
"""What is said of every text and named by few is not decided unless it is nearly always right."""
NUMBERS_LEAST_PRECISION = _LIKELY
_SHARE_OF_NARROWER = 0.7

DECIDED = (
    DecidedScheme("sector", "sectors", refused_by=_SAID_OF_OTHERS),
    DecidedScheme("activity", "activities", refused_by=_SAID_OF_OTHERS),
    DecidedScheme("legal-form", "legal_form", is_single=True, refused_by=_NOT_NOW),
    DecidedScheme("actor-type", "actors"),
    DecidedScheme("cooperation-type", "cooperation_type"),
    DecidedScheme("status", "status", is_single=True, least_precision=_LIKELY),
    DecidedScheme("phase", "phase", is_single=True, least_precision=_SURE),
    DecidedScheme("initiative", "initiative", is_single=True, least_precision=_SURE),
)


def choose(probabilities: Mapping[str, float], hierarchy: Hierarchy, *, threshold: float, is_single: bool) -> set[str]:
    """The concepts from a probability on: of a broader and a narrower one the likelier, of a scheme with one value the likeliest of all."""
    likely = {slug for slug, found in probabilities.items() if found >= threshold}
    kin = {slug: (hierarchy.narrower[slug] | hierarchy.broader[slug]) & likely for slug in likely}
    chosen = {slug for slug in likely if all(_is_ahead(slug, other, probabilities, hierarchy) for other in kin[slug])}
    return {min(chosen, key=lambda slug: (-probabilities[slug], slug))} if is_single and chosen else chosen


def _is_ahead(slug: str, other: str, probabilities: Mapping[str, float], hierarchy: Hierarchy) -> bool:
    """Whether a concept is taken rather than one above or below it; the narrower one tells more and needs only its share of the probability."""
    if other in hierarchy.narrower[slug]:
        return probabilities[other] < _SHARE_OF_NARROWER * probabilities[slug]
    return probabilities[slug] >= _SHARE_OF_NARROWER * probabilities[other]
