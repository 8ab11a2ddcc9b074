"""Words before and behind the name of a place -> what they say about it: its kind, that it is a place at all, or that it is none."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from koopkg.linking.place_names import Word
from koopkg.register import Level

__all__ = ["NO_CUE", "Cue", "cue_before", "kind_behind", "kind_of_word"]


@dataclass(frozen=True, slots=True)
class Cue:
    """What a word says about the name after it.

    `levels` are the levels of the register that can be meant, empty for any; of associations only those of `kinds`.
    `is_territory` asks for a Land, `is_none` for nothing of the register (Ortsteil, Herr); `is_plural` holds for all names of a list.
    """

    levels: tuple[Level, ...] = ()
    kinds: frozenset[str] = frozenset()
    is_cue: bool = True
    is_strong: bool = True
    is_territory: bool = False
    is_none: bool = False
    is_plural: bool = False


NO_CUE = Cue(is_cue=False, is_strong=False)
_PLACE = Cue(is_strong=False)
_OF_ASSOCIATIONS = {
    "verbandsgemeinde": ("Verbandsgemeinde",),
    "samtgemeinde": ("Samtgemeinde",),
    "amt": ("Amt", "Kirchspielslandgemeinde"),
    "verwaltungsgemeinschaft": ("Verwaltungsgemeinschaft",),
    "gemeindeverwaltungsverband": ("Verwaltungsverband",),
    "verwaltungsverband": ("Verwaltungsverband",),
    "vg": ("Verbandsgemeinde", "Verwaltungsgemeinschaft"),
    "vgem": ("Verwaltungsgemeinschaft",),
    "vvg": ("Verwaltungsgemeinschaft",),
    "gvv": ("Verwaltungsverband",),
    "sg": ("Samtgemeinde",),
}
_PLURALS = {"verbandsgemeinden": "verbandsgemeinde", "samtgemeinden": "samtgemeinde", "ämter": "amt", "ämtern": "amt"} | {
    "verwaltungsgemeinschaften": "verwaltungsgemeinschaft",
    "verwaltungsverbände": "verwaltungsverband",
    "gemeindeverwaltungsverbände": "gemeindeverwaltungsverband",
    "vgs": "vg",
}
_GENITIVES = {"amtes": "amt", "amts": "amt", "verwaltungsverbandes": "verwaltungsverband", "gemeindeverwaltungsverbandes": "gemeindeverwaltungsverband"}
_DISTRICT = "landkreis landkreises kreis kreises lk landratsamt landratsamts landratsamtes kreisverwaltung district".split()
_DISTRICTS = "landkreise landkreisen kreise kreisen districts".split()
_MUNICIPALITY = (
    "stadt gemeinde markt marktgemeinde kommune ort ortsgemeinde kreisstadt hansestadt landeshauptstadt hauptstadt universitätsstadt kleinstadt großstadt "
    "einheitsgemeinde stadtgemeinde nachbargemeinde nachbarstadt town city municipality"
).split()
_MUNICIPALITIES = "städte städten gemeinden märkte märkten kommunen orte orten ortsgemeinden nachbargemeinden nachbarstädte towns cities municipalities".split()
_TERRITORY = "land bundesland freistaat kanton landes bundeslandes länder ländern bundesländer bundesländern canton state".split()
_NO_PLACE = (
    "ortsteil ortsteile ortsteilen ortsteils stadtteil stadtteile stadtteilen stadtteils ortschaft ortschaften ortsbezirk stadtbezirk bezirk bezirks "
    "regierungsbezirk regierungsbezirks regierungspräsidium regierungspräsidiums bezirksregierung "
    "region metropolregion altkreis herr herrn frau dr prof bürgermeister bürgermeisterin "
    "bürgermeisters landrat landrätin mr mrs ms"
).split()
_PREPOSITIONS = "in aus bei nach von insel dorf from near of".split()

_CUES: dict[str, Cue] = {
    **dict.fromkeys(_PREPOSITIONS, _PLACE),
    **{word: Cue(is_none=True) for word in _NO_PLACE},
    **{word: Cue(is_territory=True) for word in _TERRITORY},
    **{word: Cue(("municipality",)) for word in _MUNICIPALITY},
    **{word: Cue(("municipality",), is_strong=False, is_plural=True) for word in _MUNICIPALITIES},
    **{word: Cue(("district",)) for word in _DISTRICT},
    **{word: Cue(("district",), is_plural=True) for word in _DISTRICTS},
    **{word: Cue(("association",), frozenset(kinds)) for word, kinds in _OF_ASSOCIATIONS.items()},
    **{word: Cue(("association",), frozenset(_OF_ASSOCIATIONS[one])) for word, one in _GENITIVES.items()},
    **{word: Cue(("association",), frozenset(_OF_ASSOCIATIONS[one]), is_plural=True) for word, one in _PLURALS.items()},
}
_COMPOUNDS = ("gemeinden", "städte", "städten", "kommunen")
"""Endings of words that say municipalities too (Schwarzwaldgemeinden, Kurstädte)."""
_GAP = re.compile(r"[.]?\s\Z|\s?[-–]\Z")
_IN_BRACKETS = re.compile(r"\s?\((\w+)\)")


def cue_before(text: str, words: Sequence[Word], position: int) -> Cue:
    """What the word before a position says; of `Stadt und Landkreis` both, of `district of` the first."""
    cue = _cue_at(text, words, position - 1, position)
    if position >= 2 and words[position - 1].surface == "of":
        cue = next((known for known in (_cue_at(text, words, position - 2, position - 1),) if known.levels or known.is_territory), cue)
    if cue.levels and position >= 3 and words[position - 2].surface in ("und", "and") and _GAP.match(text[words[position - 2].end : words[position - 1].start]):
        other = _cue_at(text, words, position - 3, position - 2)
        if other.levels and other.levels != cue.levels and not other.is_plural:
            return Cue((*other.levels, *cue.levels), other.kinds | cue.kinds)
    return cue


def kind_behind(text: str, end: int) -> Cue:
    """What stands in brackets behind a name: Offenbach (Landkreis), Bersenbrück (Samtgemeinde)."""
    found = _IN_BRACKETS.match(text, end)
    cue = kind_of_word(found.group(1)) if found else NO_CUE
    return cue if cue.levels else NO_CUE


def kind_of_word(word: str) -> Cue:
    """What a word says about a name that follows it."""
    cue = _CUES.get(word.lower())
    if cue is None and word[0].isupper() and word.endswith(_COMPOUNDS):
        return _CUES["gemeinden"]
    return cue or NO_CUE


def _cue_at(text: str, words: Sequence[Word], position: int, following: int) -> Cue:
    if position < 0 or not _GAP.match(text[words[position].end : words[following].start]):
        return NO_CUE
    return kind_of_word(words[position].surface)
