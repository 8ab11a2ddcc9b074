"""Text -> the places it names, resolved to official keys by the register alone; no other document has a say in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from koopkg.language import FUNCTION_WORDS
from koopkg.linking.gazetteer import Candidate, Forms, Gazetteer
from koopkg.linking.namesakes import Named, resolve
from koopkg.linking.place_cues import NO_CUE, Cue, cue_before, kind_behind
from koopkg.linking.place_names import Word, words
from koopkg.model import Mention, Passage, Place, PlaceLink

__all__ = ["link_places", "place_words"]

_JOINS, _LIST = frozenset(("und", "oder", "sowie", "and", "or")), re.compile(r"\.?\)?\s?[,/–]\s?\Z")
"""A name after one of these and after another place is a place too; else nothing says so (Gehen und Laufen)."""
_IN_BRACKETS = re.compile(r"\s?[(/]\s?\Z")
_BEFORE_CODES = frozenset(("in", "aus", "land", "kanton", "landes"))
_PART_OF_COMPOUND = re.compile(r"-(?=[\wÄÖÜ])")
_NOT_THE_TOWN = re.compile(r"-(?:Land|Umland|Nord|Süd|Ost|West)\b")
_LISTED = Cue()


def link_places(gazetteer: Gazetteer, passages: Iterable[Passage], *, state: str | None = None, own_places: Iterable[Place] = ()) -> list[PlaceLink]:
    """The places that passages name, longest names first.

    Args:
        state: Land of the document; decides between namesakes.
        own_places: What the document's own record names; found by these names even where the register does not have them.

    Returns:
        One link a place, by first mention; without a key where several places have the name and nothing decides.
    """
    own = gazetteer.own_forms(own_places, state)
    named = [found for passage in passages for found in _named(gazetteer, passage, own)]
    mentions: dict[Candidate, list[Mention]] = {}
    certain: dict[Candidate, float] = {}
    for mention, candidate, confidence in resolve(named, gazetteer, state=state):
        mentions.setdefault(candidate, []).append(mention)
        certain[candidate] = max(confidence, certain.get(candidate, 0))
    links = [PlaceLink(place.name, place.ags, place.state, place.iri, certain[place], tuple(found)) for place, found in mentions.items()]
    return sorted(links, key=lambda link: (link.evidence[0].start, link.name, link.ags or ""))


def place_words(gazetteer: Gazetteer, passages: Iterable[Passage]) -> set[tuple[int, int]]:
    """Where single words stand that are names of places, whether they mean them or not."""
    return {
        (passage.start + word.start, passage.start + word.end)
        for passage in passages
        for word in words(passage.text)
        if any(form.length(passage.text, [word]) for form in gazetteer.forms(word, {}) if not form.is_adjective)
    }


def _named(gazetteer: Gazetteer, passage: Passage, own: Forms) -> Iterator[Named]:
    """The names in a passage with what they can stand for, from left to right."""
    text, found = passage.text, words(passage.text)
    position, after, inherited = 0, -1, NO_CUE
    while position < len(found):
        cue = cue_before(text, found, position)
        is_listed = _is_listed(text, found, position, after)
        if is_listed and not cue.is_cue:
            cue = inherited if inherited.is_plural else _LISTED
        length, candidates = _longest(gazetteer, text, found, position, cue, own)
        if length and _is_place(gazetteer, text, found, position, length, candidates, cue, after):
            start, end = found[position].start, found[position + length - 1].end
            mention = Mention(passage.start + start, passage.start + end, text[start:end])
            is_weak = length == 1 and not cue.is_strong and _needs_company(gazetteer, found[position], candidates)
            yield Named(passage, mention, candidates, is_weak=is_weak, has_both=len(cue.levels) > 1 and not cue.kinds)
            position += length
            after, inherited = position, cue
        else:
            position += 1


def _is_listed(text: str, found: Sequence[Word], position: int, after: int) -> bool:
    """Whether a word follows the last place in a list; `after` is the position behind that place."""
    if not 0 < after <= position:
        return False
    gap = text[found[position - 1].end : found[position].start]
    return (position == after and bool(_LIST.match(gap))) or (position - 1 == after and found[after].surface in _JOINS and not gap.strip())


def _longest(
    gazetteer: Gazetteer, text: str, found: Sequence[Word], position: int, cue: Cue, own: Forms
) -> tuple[int, tuple[Candidate, ...]]:
    """How many words the longest name at a position has, and what it can stand for as far as the words around it allow."""
    following = found[position : position + _LONGEST]
    matches = [(length, form.candidate) for form in gazetteer.forms(found[position], own) if (length := form.length(text, following))]
    by_length = sorted({length for length, _ in matches}, reverse=True)
    for length in by_length:
        behind = kind_behind(text, found[position + length - 1].end)
        candidates = _allowed({candidate for size, candidate in matches if size == length}, behind if behind.is_cue else cue, length)
        if candidates:
            return length, candidates
    return 0, ()


_LONGEST = 9
"""Words of the longest name with its addition and connecting words (Neustadt an der Aisch-Bad Windsheim has six)."""


def _allowed(candidates: set[Candidate], cue: Cue, length: int) -> tuple[Candidate, ...]:
    """The candidates that fit the cue: a Kreis X is a district and never the town, an Ortsteil X nothing of the register; sorted."""
    own, areas = {place for place in candidates if place.is_own}, {place for place in candidates if place.area}
    bare = {place for place in own if not place.area}
    territories = {place for place in candidates if not place.area and not place.is_own}
    if cue.is_none:
        fitting = bare
    elif cue.levels:
        fitting = {place for place in areas if place.area and _fits(place, cue)} or (bare if "municipality" in cue.levels else set())
    elif cue.is_territory and territories:
        fitting = territories
    else:
        fitting = bare or _plainly({place for place in areas if not place.is_own}, territories, length) | (own & areas)
    own_keys = {place.ags for place in fitting if place.is_own}
    return tuple(sorted((place for place in fitting if place.is_own or place.ags not in own_keys), key=lambda place: (place.iri or "", place.name)))


def _fits(place: Candidate, cue: Cue) -> bool:
    area = place.area
    return area is not None and area.level in cue.levels and (area.level != "association" or area.kind in cue.kinds) and not (
        area.level == "district" and area.is_city
    )


def _plainly(areas: set[Candidate], territories: set[Candidate], length: int) -> set[Candidate]:
    """What a name without a cue stands for: a city state, a Land, a municipality; a district or association only if no municipality has the name."""
    municipalities = {place for place in areas if place.area and place.area.level == "municipality"}
    cities = {place for place in municipalities if place.area and place.area.is_city and place.name in {land.name for land in territories}}
    if cities or territories:
        return cities or territories
    districts = {place for place in areas if place.area and place.area.level == "district" and not place.area.is_city}
    return municipalities or districts or (areas if length > 1 else set())


def _is_place(
    gazetteer: Gazetteer, text: str, found: Sequence[Word], position: int, length: int, candidates: Sequence[Candidate], cue: Cue, after: int
) -> bool:
    """Whether what looks like a name is one here: long enough, no everyday word without a cue, no code that is a unit, no part of another word."""
    first, last = found[position], found[position + length - 1]
    if _NOT_THE_TOWN.match(text, last.end):
        return False
    if length > 1 or any(place.is_own and not place.area for place in candidates):
        return True
    if len(first.surface) <= 2 and first.surface.isascii() and first.surface.isupper():
        before = found[position - 1] if position else None
        return before is not None and (
            before.surface.lower() in _BEFORE_CODES or (position == after and bool(_IN_BRACKETS.match(text[before.end : first.start])))
        )
    is_part = bool(_PART_OF_COMPOUND.match(text, last.end)) or (text[max(0, first.start - 1) : first.start] == "-" and not cue.is_cue)
    if _needs_company(gazetteer, first, candidates):
        return cue.is_cue and not is_part
    return not is_part or position == after or bool(_PART_OF_COMPOUND.match(text, last.end))


def _needs_company(gazetteer: Gazetteer, word: Word, candidates: Sequence[Candidate]) -> bool:
    is_adjective = word.surface[0].islower()
    return not is_adjective and (word.surface.lower() in FUNCTION_WORDS or gazetteer.is_everyday(word.folded))
