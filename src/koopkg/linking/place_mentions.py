"""A passage -> the names of places in it, each with what it can stand for as far as the words beside it tell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from koopkg.language import FUNCTION_WORDS
from koopkg.linking.gazetteer import Candidate, Forms, Gazetteer
from koopkg.linking.namesakes import Named
from koopkg.linking.place_cues import NO_CUE, Cue, cue_before, kind_behind
from koopkg.linking.place_names import words
from koopkg.model import Mention, Passage

__all__ = ["named_places"]

_JOINS, _LIST = frozenset(("und", "oder", "sowie", "and", "or")), re.compile(r"\.?\)?\s?[,/–-]\s?\Z")
"""A name after one of these and after another place is a place too; else nothing says so (Gehen und Laufen)."""
_ARTICLES = frozenset("das der die den dem des ein eine einen einem einer im am zum zur vom beim the a an".split())
_IN_BRACKETS = re.compile(r"\s?[(/]\s?\Z")
_BEFORE_CODES = frozenset(("in", "aus", "land", "kanton", "landes"))
_GOES_ON = re.compile(r"-(?=\w)")
_NOT_THE_TOWN = re.compile(r"-(?:Land|Umland|Nord|Süd|Ost|West)\b")
_CITY = 100_000
"""Inhabitants from which names of quarters begin with that of the city, and from which a German city is meant as well as a canton."""
_LONGEST = 9
"""Words of the longest name with its addition and connecting words (Neustadt an der Aisch-Bad Windsheim has six)."""
_LISTED, _DISTRICT, _IN_COMPANY = Cue(), Cue(("district",)), Cue(is_strong=False)


def named_places(gazetteer: Gazetteer, passage: Passage, own: Forms) -> Iterator[Named]:
    """The names in a passage from left to right, the longest at each place.

    Args:
        own: How the places are written that the record of the document names.
    """
    return _Reader(gazetteer, passage, own).names()


class _Reader:
    """One passage on its way from left to right; `_after` is the position behind the last place, `_inherited` what was said before it."""

    def __init__(self, gazetteer: Gazetteer, passage: Passage, own: Forms) -> None:
        self._gazetteer, self._passage, self._own = gazetteer, passage, own
        self._text, self._words = passage.text, words(passage.text)
        self._after, self._inherited = -1, NO_CUE

    def names(self) -> Iterator[Named]:
        position = 0
        while position < len(self._words):
            is_listed = self._is_listed(position)
            cue = self._cue(position, is_listed=is_listed)
            length, candidates, rivals = self._longest(position, cue)
            if not length or not self._is_place(position, length, candidates, cue):
                position += 1
                continue
            is_weak = length == 1 and not cue.is_strong and self._is_everyday(position)
            for meant in _by_level(candidates, cue):
                yield Named(self._passage, self._mention(position, length), meant, rivals=rivals, is_listed=is_listed, is_weak=is_weak)
            position += length
            self._after, self._inherited = position, cue

    def _mention(self, position: int, length: int) -> Mention:
        start, end = self._words[position].start, self._words[position + length - 1].end
        if "(" in self._text[start:end] and self._text[end : end + 1] == ")":
            end += 1
        return Mention(self._passage.start + start, self._passage.start + end, self._text[start:end])

    def _gap(self, position: int) -> str:
        """What stands before a word, back to the word before it."""
        return self._text[self._words[position - 1].end : self._words[position].start]

    def _is_listed(self, position: int) -> bool:
        """Whether a word follows the last place in a list."""
        return 0 < self._after <= position and self._item_after(self._after) == position

    def _item_after(self, position: int) -> int | None:
        """Where the next item of a list begins, if what stands behind a name goes on as a list; `position` is the one behind the name."""
        if position >= len(self._words):
            return None
        if _LIST.match(self._gap(position)):
            return position
        is_join = self._words[position].surface in _JOINS and position + 1 < len(self._words)
        return position + 1 if is_join and not self._gap(position + 1).strip() else None

    def _cue(self, position: int, *, is_listed: bool) -> Cue:
        cue = cue_before(self._text, self._words, position)
        if cue.is_cue:
            return cue
        if is_listed:
            return self._inherited if self._inherited.is_plural else _LISTED
        return _IN_COMPANY if self._is_everyday(position) and self._begins_list(position) else cue

    def _begins_list(self, position: int) -> bool:
        """Whether an everyday word without an article stands before a name that is none in a list (Leer, Emden)."""
        item = None if self._follows_article(position) else self._item_after(position + 1)
        return item is not None and not self._is_everyday(item) and self._longest(item, NO_CUE)[0] > 0

    def _follows_article(self, position: int) -> bool:
        return position > 0 and self._words[position - 1].surface.lower() in _ARTICLES

    def _longest(self, position: int, cue: Cue) -> tuple[int, tuple[Candidate, ...], tuple[Candidate, ...]]:
        """How many words the longest name at a position has, what it can stand for, and what else has the same name."""
        following = self._words[position : position + _LONGEST]
        forms = self._gazetteer.forms(following[0], self._own)
        matches = [(length, form.candidate) for form in forms if (length := form.length(self._text, following))]
        for length in sorted({length for length, _ in matches}, reverse=True):
            behind = kind_behind(self._text, following[length - 1].end)
            cue = behind if behind.is_cue else cue
            longest = {candidate for size, candidate in matches if size == length}
            candidates = _allowed(longest, cue, length)
            if candidates:
                rivals = () if cue.levels else _rivals(longest)
                return length, candidates, rivals
        return 0, (), ()

    def _is_place(self, position: int, length: int, candidates: Sequence[Candidate], cue: Cue) -> bool:
        """Whether what looks like a name is one here: no everyday word without a cue, no code that is a unit, no part of another word."""
        first, last = self._words[position], self._words[position + length - 1]
        if _NOT_THE_TOWN.match(self._text, last.end) or (self._follows_article(position) and self._gazetteer.is_landscape(first.surface)):
            return False
        if length > 1 or any(place.is_own and not place.area for place in candidates):
            return True
        if len(first.surface) <= 2 and first.surface.isascii() and first.surface.isupper():
            return self._is_code(position)
        goes_on = bool(_GOES_ON.match(self._text, last.end))
        is_ending = self._text[max(0, first.start - 1) : first.start] == "-"
        if self._is_everyday(position):
            return cue.is_cue and not goes_on and (not is_ending or bool(cue.levels))
        return (cue.is_cue or not is_ending) and (not goes_on or self._stands_for_itself(position, candidates))

    def _is_code(self, position: int) -> bool:
        """Whether two capitals are the code of a Land: after `in`, or in brackets behind a place (HE)."""
        is_behind_place = position == self._after and bool(_IN_BRACKETS.match(self._gap(position)))
        return is_behind_place or (position > 0 and self._words[position - 1].surface.lower() in _BEFORE_CODES)

    def _stands_for_itself(self, position: int, candidates: Sequence[Candidate]) -> bool:
        """Whether a name before a hyphen is one: two places (Hamburg-Hannover) or a quarter of a city (Frankfurt-Höchst), no region."""
        following = self._words[position + 1 : position + 1 + _LONGEST]
        is_pair = bool(following) and any(form.length(self._text, following) for form in self._gazetteer.forms(following[0], {}))
        return is_pair or any(place.area is None or place.area.population >= _CITY for place in candidates)

    def _is_everyday(self, position: int) -> bool:
        """Whether a name of one word is an everyday word too."""
        word = self._words[position]
        return word.surface[0].isupper() and (word.surface.lower() in FUNCTION_WORDS or self._gazetteer.is_everyday(word.folded))


def _by_level(candidates: tuple[Candidate, ...], cue: Cue) -> list[tuple[Candidate, ...]]:
    """The candidates; of `Stadt und Landkreis X` those for the town and those for the district apart."""
    if len(cue.levels) < 2:
        return [candidates]
    apart = [tuple(place for place in candidates if place.area and place.area.level == level) for level in cue.levels]
    return [places for places in apart if places] or [candidates]


def _allowed(candidates: set[Candidate], cue: Cue, length: int) -> tuple[Candidate, ...]:
    """The candidates that fit the cue: a Kreis X is a district and never the town, an Ortsteil X nothing of the register; sorted."""
    own, areas = {place for place in candidates if place.is_own}, {place for place in candidates if place.area}
    bare, territories = own - areas, candidates - own - areas
    if cue.is_none:
        fitting = bare
    elif cue.levels:
        fitting = {place for place in areas if _fits(place, cue)} or (bare if "municipality" in cue.levels else set())
    elif cue.is_territory and territories:
        fitting = territories
    else:
        fitting = bare or _plainly(areas - own, territories, length) | (own & areas)
    own_keys = {place.ags for place in fitting if place.is_own}
    return tuple(sorted((place for place in fitting if place.is_own or place.ags not in own_keys), key=lambda place: (place.iri or "", place.name)))


def _rivals(candidates: set[Candidate]) -> tuple[Candidate, ...]:
    """Districts, associations and Länder among the candidates, which a plain name can mean beside the municipality."""
    found = (place for place in candidates if not place.is_own and not (place.area and (place.area.level == "municipality" or place.area.is_city)))
    return tuple(sorted(found, key=lambda place: place.iri or ""))


def _fits(place: Candidate, cue: Cue) -> bool:
    area = place.area
    if area is None or area.level not in cue.levels or (area.level == "district" and area.is_city):
        return False
    return area.level != "association" or area.kind in cue.kinds


def _plainly(areas: set[Candidate], territories: set[Candidate], length: int) -> set[Candidate]:
    """What a name without a cue stands for: a city state, a Land, a municipality; a district or association only if no municipality has the name.

    A canton and a German city of one name are told apart later, by the text (Freiburg).
    """
    municipalities = {place for place in areas if place.area and place.area.level == "municipality"}
    cities = {place for place in municipalities if place.area and place.area.is_city and place.name in {land.name for land in territories}}
    if cities or territories:
        large = {place for place in municipalities if place.area and place.area.population >= _CITY}
        is_foreign = not any(land.land and land.land.isdigit() for land in territories)
        return cities or (territories | large if is_foreign else territories)
    districts = {place for place in areas if _fits(place, _DISTRICT)}
    return municipalities or districts or (areas if length > 1 else set())
