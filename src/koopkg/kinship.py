"""Documents -> which hold nearly the same text, and which cases a draft may be a further document of."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Set
from dataclasses import dataclass
from hashlib import blake2b
from heapq import nsmallest

from koopkg.model import Case
from koopkg.morphology import Morphology

__all__ = ["ALIKE", "OFFERED", "SKETCH_SIZE", "Named", "features", "likeness", "likeness_to_case", "sketch", "stems_of"]

SKETCH_SIZE = 64
_SHINGLE = 5
"""Words of a run; near-duplicates differ in headers, dates and a few words, and share most runs of five."""
ALIKE = 0.7
"""Share of common runs from which two texts count as nearly the same."""
OFFERED = 0.5
"""Probability from which a draft is offered as a further document of a case."""
_WEIGHTS = {"members": 2.0, "places": 4.8, "sector": 2.4, "activity": 5.9, "title": 6.0}
_INTERCEPT = -14.2
"""Log odds that a text about a place of a case is about the case: `python -m tools.fit_kinship` learns and prints them, with how often they err."""
_WORD = re.compile(r"\w+")
_LONG = 4


def sketch(text: str) -> tuple[int, ...]:
    """The smallest hashes of the runs of words of a text, in order: texts with the same runs have the same, whatever else they hold.

    Source: Broder, On the resemblance and containment of documents, 1997.
    """
    words = [word.casefold() for word in _WORD.findall(text)]
    runs = {" ".join(words[first : first + _SHINGLE]) for first in range(max(len(words) - _SHINGLE + 1, 1))}
    return tuple(nsmallest(SKETCH_SIZE, {int.from_bytes(blake2b(run.encode(), digest_size=7).digest()) for run in runs}))


def likeness(one: Iterable[int], other: Iterable[int]) -> float:
    """The share of their runs that two texts have in common, estimated from their sketches."""
    first, second = set(one), set(other)
    smallest = nsmallest(SKETCH_SIZE, first | second)
    return len(first & second & set(smallest)) / len(smallest) if smallest else 0.0


@dataclass(frozen=True, slots=True)
class Named:
    """What a text names: official keys of its places, Länder left out; the sectors and activities proposed for it; the stems of its words."""

    places: Set[str]
    sectors: Set[str]
    activities: Set[str]
    stems: Set[str]


def likeness_to_case(named: Named, case: Case, morphology: Morphology) -> float:
    """Probability that a text is about a case; 0 where it names no member of it."""
    members = {place.ags for place in case.places if place.ags}
    shared = members & named.places
    if not shared:
        return 0.0
    return 1 / (1 + math.exp(-(_INTERCEPT + sum(_WEIGHTS[name] * value for name, value in features(named, case, morphology).items()))))


def features(named: Named, case: Case, morphology: Morphology) -> dict[str, float]:
    """Shares of the members that the text names, of its places that are members, and of the words of the title that it has; and whether tasks are the same."""
    members = {place.ags for place in case.places if place.ags}
    shared = members & named.places
    own = stems_of(" ".join(place.name for place in case.places), morphology)
    title = stems_of(case.title_in(morphology.language), morphology) - own
    return {
        "members": len(shared) / max(len(members), 1),
        "places": len(shared) / max(len(named.places), 1),
        "sector": float(bool(named.sectors & set(case.sectors))),
        "activity": float(bool(named.activities & set(case.activities))),
        "title": len(title & named.stems) / max(len(title), 1),
    }


def stems_of(text: str, morphology: Morphology) -> set[str]:
    """The stems of the longer words, among which those of titles are looked for."""
    return {token.stem for token in morphology.tokens(text) if len(token.surface) >= _LONG}
