"""Official names of places -> the words that people write for them: a base, and an addition that may be left out or shortened."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from koopkg.register import folded

__all__ = ["PlaceName", "Word", "length_of_match", "parsed", "words"]

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_CONNECTING = frozenset("am an der dem den im in i a d o ob bei b vor vorm v auf unter zu zur u".split())
"""Words between a base and its addition, in full or short (a.d., i.d., o.d., v.d.); they say nothing by themselves."""
_SHORT_FOR = {
    "opf": "oberpfalz", "ob": "oberbayern", "nb": "niederbayern", "ofr": "oberfranken", "ufr": "unterfranken", "mfr": "mittelfranken",
    "schw": "schwaben", "bay": "bayern", "sa": "sachsen", "saechs": "saechsische", "erzgeb": "erzgebirge", "vogtl": "vogtland",
    "thuer": "thueringen", "rhld": "rheinland", "oldb": "oldenburg", "westf": "westfalen", "ol": "oberlausitz",
}  # fmt: skip
"""Abbreviations in the register that are no mere beginnings of the word they stand for, or that texts write out."""
_TWO_PLACES = frozenset(("Petershagen/Eggersdorf", "Elmenhorst/Lichtenhagen", "Legde/Quitzöbel", "Dietzenrode/Vatterode"))
"""Names whose slash joins two villages instead of opening an addition."""
_OPENS_ADDITION = re.compile(r"\s*[(/]|\s+(?=(?:am|an|im|in|bei|vor|vorm|auf|unter|ob|[abiov]\.)[\s\w])")
_OTHER_ADDITION = re.compile(r"\s(?:am|an der|im|ob der|\()\s?(?!Landkreis|Kreis)[A-ZÄÖÜ]\w*(?:see|berg|bach|kreis|burg|feld|brunn)\b")
"""An addition that the register does not have for the name: another place (Zell am Ebersberg, Neumarkt im Mühlkreis)."""
_NO_GENITIVE = 2
_BETWEEN = re.compile(r"[\s./(–-]{1,4}\Z")
_MARKED = re.compile(r"[./(]")
_APART = re.compile(r"[\s\-–/().]{1,3}\Z")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text at half-open offsets, and its folded form."""

    start: int
    end: int
    surface: str
    folded: str


@dataclass(frozen=True, slots=True)
class PlaceName:
    """The words of a name, folded: `frankfurt` and `main`, `bad`+`homburg` and `hoehe`; no addition where nothing is to be left out."""

    base: tuple[str, ...]
    addition: tuple[str, ...] = ()


def words(text: str) -> list[Word]:
    """The words of a text in order."""
    return [Word(match.start(), match.end(), match.group(), folded(match.group())) for match in _WORD.finditer(text)]


def parsed(name: str) -> PlaceName:
    """Divide an official name without titles (`Neumarkt i.d.OPf.`, `Winsen (Aller)`, `Lahr/Schwarzwald`)."""
    opening = None if name in _TWO_PLACES else _OPENS_ADDITION.search(name)
    if opening is None or not opening.start():
        return PlaceName(tuple(word.folded for word in words(name)))
    base, rest = name[: opening.start()], name[opening.end() :].replace("O.L.", "OL")
    addition = [_SHORT_FOR.get(word.folded, word.folded) for word in words(rest) if word.folded not in _CONNECTING]
    return PlaceName(tuple(word.folded for word in words(base)), tuple(addition))


def length_of_match(name: PlaceName, text: str, following: Sequence[Word]) -> int:
    """How many of the words that follow in a text are the name: 0 for none, else those of the base and of as much addition as stands there.

    The last word of the base may be in the genitive (Witzenhausens).
    """
    length = len(name.base)
    here = following[:length]
    if len(here) < length or any(word.folded != known for word, known in zip(here[:-1], name.base, strict=False)):
        return 0
    if here[-1].folded not in _inflected(name.base[-1]) or any(not _APART.match(text[left.end : right.start]) for left, right in pairwise(here)):
        return 0
    added = _length_of_addition(name.addition, text, following[length - 1 :])
    return 0 if name.addition and not added and _OTHER_ADDITION.match(text, here[-1].end) else length + added


def _inflected(word: str) -> tuple[str, ...]:
    """A word and its genitive, which very short names do not show (Au, aus)."""
    if len(word) <= _NO_GENITIVE:
        return (word,)
    return (word, f"{word}s", f"{word}es") if word.endswith("kreis") else (word, f"{word}s")


def _length_of_addition(addition: tuple[str, ...], text: str, following: Sequence[Word]) -> int:
    """How many words after the first belong to the addition, connecting words included."""
    matched, position, is_marked = 0, 1, False
    for expected in addition:
        while position < len(following):
            gap = text[following[position - 1].end : following[position].start]
            if not _BETWEEN.match(gap):
                return matched
            word = following[position].folded
            is_marked = is_marked or bool(_MARKED.search(gap)) or word in _CONNECTING
            position += 1
            if _is_short_for(word, expected, is_marked=is_marked) or (word == "o" and expected == "oberlausitz"):
                matched = position - 1
                break
            if word not in _CONNECTING:
                return matched
    return matched


def _is_short_for(word: str, expected: str, *, is_marked: bool) -> bool:
    """Whether a word is the expected one or, after a point, bracket or connecting word, an abbreviation of it."""
    word = _SHORT_FOR.get(word, word)
    return word == expected or (is_marked and len(word) <= 5 and (expected.startswith(word)))
