"""Text -> the places it names, resolved to official keys through the places that the cases of the corpus name."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass

from koopkg.analyses import Analyses
from koopkg.language import FUNCTION_WORDS
from koopkg.model import Case, Mention, Passage, Place, PlaceLink
from koopkg.morphology import Morphology, Token
from koopkg.namespaces import place_iri
from koopkg.ontology import Ontology

__all__ = ["Gazetteer", "link_places"]

_CUES = frozenset("in aus bei nach von stadt gemeinde markt landkreis kreis kommune ort insel verbandsgemeinde samtgemeinde amt from near of town city".split())
"""Words before a name that show it is a place and not an everyday word (Essen, Halle, Regen)."""
_JOINS, _LIST = frozenset(("und", "oder", "sowie", "and", "or")), re.compile(r"\s?[,/–]\s?\Z")
"""A name after one of these and after another place is a place too; else nothing says so (Gehen und Laufen)."""
_GAP = re.compile(r"[\s\-–/().,]{1,3}\Z")
_SHORT = 5
"""Names up to this length are mostly words where they are words at all (Essen, Halle, Burg), longer ones mostly names (Hessen, Münster)."""
_UNAMBIGUOUS, _BY_LAND = 0.95, 0.85


@dataclass(frozen=True, slots=True)
class _Candidate:
    name: str
    ags: str | None
    state: str | None
    iri: str | None


class Gazetteer:
    """Names of places -> what they can stand for."""

    def __init__(self, cases: Iterable[Case], ontology: Ontology, analyses: Analyses) -> None:
        self._candidates: dict[tuple[str, ...], set[_Candidate]] = {}
        self._morphology = Morphology("de", analyses)
        for land in ontology.lands.values():
            for _, name in land.names:
                self._add(name, _Candidate(land.name(), land.ags, land.name() if land.part_of else None, land.iri))
        for case in cases:
            for place in case.places:
                iri = place_iri(place.ags) if place.ags else None
                for name in _name_variants(place):
                    self._add(name, _Candidate(place.name, place.ags, case.state, iri))
        self.longest = max(len(key) for key in self._candidates)

    def _add(self, name: str, candidate: _Candidate) -> None:
        key = tuple(token.surface for token in self._morphology.tokens(name))
        if key:
            self._candidates.setdefault(key, set()).add(candidate)

    def tokens(self, text: str) -> list[Token]:
        return list(self._morphology.tokens(text))

    def words(self, passages: Iterable[Passage]) -> set[tuple[int, int]]:
        """Where single words stand that are names of places, whether they mean them or not."""
        return {
            (passage.start + token.start, passage.start + token.end)
            for passage in passages
            for token in self._morphology.tokens(passage.text)
            if self.find((token.surface,))
        }

    def is_clear(self, name: str) -> bool:
        """Whether a name of one word is no everyday word too."""
        analyses = self._morphology.analyses
        if name.lower() in FUNCTION_WORDS:
            return False
        return not analyses.is_word(name) or (len(name) > _SHORT and analyses.is_name(name))

    def find(self, key: tuple[str, ...]) -> set[_Candidate]:
        """The candidates for a name, also in the genitive (Witzenhausens)."""
        return self._candidates.get(key) or self._candidates.get((*key[:-1], key[-1].removesuffix("s")), set())


def link_places(gazetteer: Gazetteer, passages: Iterable[Passage], *, state: str | None = None) -> list[PlaceLink]:
    """The places that passages name, longest names first.

    Args:
        state: Land of the document; decides between namesakes.

    Returns:
        One link a place, by first mention; without a key where several places have the name and the Land does not decide.
    """
    found: dict[_Candidate, list[Mention]] = {}
    certain: dict[_Candidate, float] = {}
    for passage in passages:
        for mention, candidates in _mentions(gazetteer, passage):
            candidate, confidence = _resolve(candidates, state)
            found.setdefault(candidate, []).append(mention)
            certain[candidate] = confidence
    links = [
        PlaceLink(candidate.name, candidate.ags, candidate.state, candidate.iri, certain[candidate], tuple(mentions)) for candidate, mentions in found.items()
    ]
    return sorted(links, key=lambda link: link.evidence[0].start)


def _mentions(gazetteer: Gazetteer, passage: Passage) -> Iterable[tuple[Mention, set[_Candidate]]]:
    text, tokens, position, after_place = passage.text, gazetteer.tokens(passage.text), 0, -1
    while position < len(tokens):
        for length in range(min(gazetteer.longest, len(tokens) - position), 0, -1):
            window = tokens[position : position + length]
            if any(not _GAP.match(text[left.end : right.start]) for left, right in itertools.pairwise(window)):
                continue
            candidates = gazetteer.find(tuple(token.surface for token in window))
            if candidates and (length > 1 or gazetteer.is_clear(window[0].surface) or _has_cue(text, tokens, position, after_place)):
                start, end = window[0].start, window[-1].end
                yield Mention(passage.start + start, passage.start + end, text[start:end]), candidates
                position += length - 1
                after_place = position + 1
                break
        position += 1


def _has_cue(text: str, tokens: list[Token], position: int, after_place: int) -> bool:
    """Whether what stands before shows that a place is meant; `after_place` is the position after the last place named."""
    if not position:
        return False
    before = tokens[position - 1]
    is_listed = position == after_place and bool(_LIST.match(text[before.end : tokens[position].start]))
    return is_listed or before.surface.lower() in _CUES or (before.surface.lower() in _JOINS and position - 1 == after_place)


def _resolve(candidates: set[_Candidate], state: str | None) -> tuple[_Candidate, float]:
    """The candidate meant: the only one with a key, else the only one of the document's Land, else the bare name."""
    keyed = {candidate for candidate in candidates if candidate.iri}
    if len({candidate.iri for candidate in keyed}) == 1:
        return _first(keyed), _UNAMBIGUOUS
    local = {candidate for candidate in keyed if candidate.state == state}
    if len({candidate.iri for candidate in local}) == 1:
        return _first(local), _BY_LAND
    name = _first(candidates).name
    return _Candidate(name, None, state if local else None, None), 0.5


def _first(candidates: set[_Candidate]) -> _Candidate:
    return min(candidates, key=lambda candidate: (candidate.name, candidate.state or "", candidate.ags or ""))


def _name_variants(place: Place) -> set[str]:
    """The name, and the name without what stands in brackets behind it."""
    return {place.name, re.sub(r" ?\(.*\)", "", place.name)}
