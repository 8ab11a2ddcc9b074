"""A search text -> the same as it was meant: slips, umlauts left out, and compounds taken apart are put right where that gives known words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from koopkg.language import FUNCTION_WORDS, detect_language
from koopkg.search.slips import meant
from koopkg.search.vocabulary import SHORTEST_PART, Vocabulary
from koopkg.snapshot import Searched

__all__ = ["Correction", "corrected"]

_WORD = re.compile(r"[^\W\d_]+")
_SHORTEST = 4
"""Letters from which a word that nobody knows is a slip rather than a name or an abbreviation."""
_LONGEST = 40
_NOTHING = 1e-12
"""Likelihood below which letters are no word, nor made of two that there are."""
_MOST_TRIED = 20
"""Words of a text, of those that are not common, that are looked at: each costs about a millisecond."""
_FEWEST_JOINED = 2
"""Cases that have a compound, or a label and one case, for words that stand apart to be taken for it."""
_UMLAUT = re.compile("[äöü]", re.IGNORECASE)
_UMLAUTS = {"a": "ä", "o": "ö", "u": "ü"}
_WRITTEN_OUT = re.compile(r"[ao]e|(?<![aeq])ue")
_MOST_VOWELS = 6
"""Vowels of a word of which each may have lost its dots: 64 ways to write it."""


@dataclass(frozen=True, slots=True)
class Correction:
    """A stretch of a search text, at half-open offsets, and what was searched instead."""

    start: int
    end: int
    written: str
    searched: str


def corrected(opened: Searched, text: str) -> tuple[str, tuple[Correction, ...]]:
    """The text to search for, and what is other in it than in the one that was written, but for capitals; the same text where every word is known."""
    language = detect_language(text)
    vocabulary = Vocabulary(opened, language)
    as_written, text = text, _recased(text, vocabulary)
    is_german = language == "de"
    joined = _joined(text, vocabulary) if is_german else ()
    respelt = _respelt(text, as_written, vocabulary, lacks_umlauts=is_german and not _UMLAUT.search(text))
    found = sorted((*joined, *respelt), key=lambda correction: correction.start)
    kept: list[Correction] = []
    for correction in found:
        if not kept or kept[-1].end <= correction.start:
            kept.append(replace(correction, written=as_written[correction.start : correction.end]))
    searched, position = [], 0
    for correction in kept:
        searched += [text[position : correction.start], correction.searched]
        position = correction.end
    return "".join([*searched, text[position:]]), tuple(kept)


def _recased(text: str, vocabulary: Vocabulary) -> str:
    """A text without a small letter, or German without a capital, with the capitals of ordinary writing: to the encoder a noun without one is another word."""
    if not (text.isupper() or text.islower()):
        return text
    small = text.lower() if len(text.lower()) == len(text) else text
    if detect_language(small) != "de" and not _UMLAUT.search(small):
        return small
    return _WORD.sub(lambda match: _of_length(vocabulary.written(match.group()), match.group()), small)


def _of_length(word: str, other: str) -> str:
    """A word, or the other where it is not as long: ß has no capital of one letter."""
    return word if len(word) == len(other) else other


def _joined(text: str, vocabulary: Vocabulary) -> Iterator[Correction]:
    """Neighbours that are one word, three before two: Dorf Laden, Feuer Wehr Haus."""
    found, is_small = list(_WORD.finditer(text)), text.islower()
    place = 0
    while place < len(found):
        length = next((length for length in (3, 2) if _are_one_word(found[place : place + length], length, text, vocabulary, is_small=is_small)), 1)
        if length > 1:
            start, end = found[place].start(), found[place + length - 1].end()
            yield Correction(start, end, text[start:end], _as_written(text[start:end].replace(" ", "").lower(), found[place].group()))
        place += length


def _are_one_word(words: Sequence[re.Match[str]], length: int, text: str, vocabulary: Vocabulary, *, is_small: bool) -> bool:
    """Whether words that stand apart by a blank are one that cases have; or, where they are written as nouns, one that there is."""
    parts = [word.group() for word in words]
    if len(parts) < length or any(len(part) < SHORTEST_PART or part.lower() in FUNCTION_WORDS for part in parts):
        return False
    if any(text[first.end() : second.start()] != " " for first, second in pairwise(words)):
        return False
    joined = "".join(parts).lower()
    return vocabulary.count(joined) >= _FEWEST_JOINED or ((is_small or all(part[0].isupper() for part in parts)) and vocabulary.is_word(joined))


def _respelt(text: str, as_written: str, vocabulary: Vocabulary, *, lacks_umlauts: bool) -> Iterator[Correction]:
    """Words that are less likely than a slip in another; and of a German text without umlauts those that have one.

    What somebody wrote with a capital is no slip in a verb, unless it is nothing at all.
    """
    tried = 0
    for match in _WORD.finditer(text):
        word = match.group().lower()
        if vocabulary.count(word) or word in FUNCTION_WORDS or not SHORTEST_PART <= len(word) <= _LONGEST:
            continue
        better = _with_umlauts(word, vocabulary) if lacks_umlauts else None
        if better is None and tried < _MOST_TRIED and len(word) >= _SHORTEST and not vocabulary.is_common(word):
            tried += 1
            better = meant(word, vocabulary)
        is_free = _may_begin_a_sentence(text, match.start()) or as_written[match.start()].islower() or as_written.isupper()
        if better and (is_free or not vocabulary.is_never_noun(better) or vocabulary.likelihood(word) < _NOTHING):
            yield Correction(match.start(), match.end(), match.group(), _as_written(better, match.group()))


def _may_begin_a_sentence(text: str, start: int) -> bool:
    """Whether a capital at an offset may be there for its place and not for a noun."""
    before = text[:start].rstrip()
    return not before or not (before[-1].isalnum() or before[-1] in ",;")


def _with_umlauts(word: str, vocabulary: Vocabulary) -> str | None:
    """The most common word that this is with umlauts written out or without their dots; ss is as good as ß, as the Swiss write it."""
    if vocabulary.count(contracted := _WRITTEN_OUT.sub(lambda match: _UMLAUTS[match.group()[0]], word)) and contracted != word:
        return contracted
    vowels = [place for place, letter in enumerate(word) if letter in _UMLAUTS]
    if len(vowels) > _MOST_VOWELS:
        return None
    ways = [word]
    for place in vowels:
        ways += [way[:place] + _UMLAUTS[way[place]] + way[place + 1 :] for way in ways if way[place : place + 1] in _UMLAUTS]
    known = [way for way in ways if way != word and vocabulary.count(way)]
    return max(known, key=lambda way: (vocabulary.count(way), way), default=None)


def _as_written(word: str, like: str) -> str:
    """A word in lower case with the capitals of another."""
    return word.upper() if sum(map(str.isupper, like)) > len(like) / 2 else word[0].upper() + word[1:] if like[0].isupper() else word
