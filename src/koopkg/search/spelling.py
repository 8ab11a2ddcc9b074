"""A search text -> the same as it was meant: slips of one letter, umlauts left out, and compounds taken apart are put right where that gives known words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from koopkg.language import FUNCTION_WORDS, detect_language
from koopkg.morphology import Morphology
from koopkg.snapshot import Searched
from koopkg.wordlist import WordList

__all__ = ["Correction", "corrected"]

_WORD = re.compile(r"[^\W\d_]+")
_LETTERS = "abcdefghijklmnopqrstuvwxyzäöüß"
_SHORTEST = 5
"""Letters from which a word that nobody knows is a slip rather than a name or an abbreviation."""
_LONGEST = 40
_SHORTEST_PART = 3
_MOST_TRIED = 20
"""Unknown words of a text that are looked at: each costs about a millisecond."""
_MOST_ANALYSED = 300
"""Each takes two thousandths of a second."""
_ENDING = (1, 2)
"""Letters that inflection adds."""
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
    vocabulary = _Vocabulary(opened)
    as_written, text = text, _recased(text, vocabulary)
    is_german = detect_language(text) == "de"
    joined = _joined(text, vocabulary) if is_german else ()
    found = sorted((*joined, *_respelt(text, vocabulary, lacks_umlauts=is_german and not _UMLAUT.search(text))), key=lambda correction: correction.start)
    kept: list[Correction] = []
    for correction in found:
        if not kept or kept[-1].end <= correction.start:
            kept.append(replace(correction, written=as_written[correction.start : correction.end]))
    searched, position = [], 0
    for correction in kept:
        searched += [text[position : correction.start], correction.searched]
        position = correction.end
    return "".join([*searched, text[position:]]), tuple(kept)


class _Vocabulary:
    """The words that there are: those of the cases, of the labels, of names of places, and any other of the language."""

    def __init__(self, opened: Searched) -> None:
        self._lexical, self._linker, self._german = opened.lexical, opened.linker, Morphology("de", opened.analyses)
        self._analysed = 0

    def count(self, word: str) -> int:
        """How common a word is as it is written, in lower case; 0 where it is not known."""
        return self._lexical.cases_with_word(word) + (word in self._linker.label_words)

    def written(self, word: str) -> str:
        """A word in lower case with the capitals that it has most often in the cases, else in a label; else with those of a place or a noun."""
        if word in FUNCTION_WORDS:
            return word
        capital = word.capitalize()
        ways = (word, capital, word.upper())
        if any(counts := [self._lexical.cases_with_written(way) for way in ways]):
            return ways[counts.index(max(counts))]
        if found := self._linker.label_words.get(word) or self._linker.as_place(word):
            return found
        return capital if self._is_noun(capital) else word

    def knows(self, word: str) -> bool:
        """Whether a word, in lower case, another form of it, or each part of it is known."""
        return (
            self._knows_whole(word)
            or any(len(word) - letters >= _SHORTEST and word[:-letters] in self.words for letters in _ENDING)
            or self._is_made_of_known(word)
        )

    @property
    def words(self) -> WordList:
        """All words that there are."""
        return WordList.bundled()

    def is_word(self, word: str) -> bool:
        """Whether a part of a compound is a word, also with the s that may join it to the next."""
        return any(self.count(way) or way in self.words for way in (word, word.removesuffix("s")))

    def is_compound(self, word: str) -> bool:
        """Whether a word can be parted into two that there are."""
        return any(self.is_word(word[:length]) and self.is_word(word[length:]) for length in range(_SHORTEST_PART, len(word) - _SHORTEST_PART))

    def _knows_whole(self, word: str) -> bool:
        return (
            word in FUNCTION_WORDS
            or self.count(word) > 0
            or self._lexical.has_stem_of(word)
            or self._linker.as_place(word) is not None
            or word in self.words  # last, because reading it takes a second
        )

    def _is_noun(self, word: str) -> bool:
        """Whether a word is a noun; of words that no document has only the first few hundred are analysed."""
        analyses = self._german.analyses
        is_known = analyses.has(word)
        self._analysed += not is_known
        return (is_known or self._analysed <= _MOST_ANALYSED) and analyses.is_noun(word)

    def _is_made_of_known(self, word: str) -> bool:
        parts = [word[start:end] for start, end in self._german.parts(word[0].upper() + word[1:])]
        return bool(parts) and all(map(self._knows_whole, parts))


def _recased(text: str, vocabulary: _Vocabulary) -> str:
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


def _joined(text: str, vocabulary: _Vocabulary) -> Iterator[Correction]:
    """Neighbours that are one word, three before two: Dorf Laden, Feuer Wehr Haus."""
    found, is_small = list(_WORD.finditer(text)), text.islower()
    place = 0
    while place < len(found):
        length = next((length for length in (3, 2) if _are_one_word(found[place : place + length], length, text, vocabulary, is_small=is_small)), 1)
        if length > 1:
            start, end = found[place].start(), found[place + length - 1].end()
            yield Correction(start, end, text[start:end], _as_written(text[start:end].replace(" ", "").lower(), found[place].group()))
        place += length


def _are_one_word(words: Sequence[re.Match[str]], length: int, text: str, vocabulary: _Vocabulary, *, is_small: bool) -> bool:
    """Whether words that stand apart by a blank are one that cases have; or, where they are written as nouns, one that there is."""
    parts = [word.group() for word in words]
    if len(parts) < length or any(len(part) < _SHORTEST_PART or part.lower() in FUNCTION_WORDS for part in parts):
        return False
    if any(text[first.end() : second.start()] != " " for first, second in pairwise(words)):
        return False
    joined = "".join(parts).lower()
    return vocabulary.count(joined) >= _FEWEST_JOINED or ((is_small or all(part[0].isupper() for part in parts)) and joined in vocabulary.words)


def _respelt(text: str, vocabulary: _Vocabulary, *, lacks_umlauts: bool) -> Iterator[Correction]:
    """Words that nobody knows and that are one slip away from one that is known; and of a German text without umlauts those that have one."""
    tried = 0
    for match in _WORD.finditer(text):
        word = match.group().lower()
        if vocabulary.count(word) or word in FUNCTION_WORDS or not _SHORTEST_PART <= len(word) <= _LONGEST:
            continue
        better = _with_umlauts(word, vocabulary) if lacks_umlauts else None
        if better is None and tried < _MOST_TRIED and len(word) >= _SHORTEST and not vocabulary.knows(word):
            tried += 1
            better = _meant(word, vocabulary)
        if better:
            yield Correction(match.start(), match.end(), match.group(), _as_written(better, match.group()))


def _meant(word: str, vocabulary: _Vocabulary) -> str | None:
    """The word that a slip made this of: the most common one that cases have; else the only one that there is, without a letter replaced, which is rare.

    Of a compound that nobody knows, the slip is looked for in its last part, or in what stands before that.
    """
    likely, unlikely = _one_slip_away(word)
    for others in (likely, unlikely):
        if known := [other for other in others if vocabulary.count(other)]:
            return max(known, key=lambda other: (vocabulary.count(other), other))
    if vocabulary.is_compound(word):
        return None
    known = [other for other in likely if other in vocabulary.words]
    if not known:
        return _compound_meant(word, vocabulary)
    return known[0] if len(known) == 1 else None


def _compound_meant(word: str, vocabulary: _Vocabulary) -> str | None:
    """A word of two parts of which one has a slip, the known part as long as can be; None where several would do."""
    for length in range(len(word) - _SHORTEST, _SHORTEST_PART, -1):
        for head, tail, has_slip_in_tail in ((word[:length], word[length:], True), (word[:-length], word[-length:], False)):
            part = tail if has_slip_in_tail else head
            if len(part) < _SHORTEST or not vocabulary.is_word(head if has_slip_in_tail else tail):
                continue
            known = [other for other in _one_slip_away(part, keep=not has_slip_in_tail)[0] if vocabulary.is_word(other)]
            if len(known) == 1:
                return head + known[0] if has_slip_in_tail else known[0] + tail
    return None


def _with_umlauts(word: str, vocabulary: _Vocabulary) -> str | None:
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


def _one_slip_away(word: str, *, keep: bool = True) -> tuple[set[str], set[str]]:
    """The words with one letter added or left out or two neighbours swapped, and those with one replaced.

    Args:
        keep: The first letter stays.

    Source: Damerau, A technique for computer detection and correction of spelling errors, 1964; first letters are seldom wrong
    (Pollock and Zamora, Automatic spelling correction in scientific and scholarly text, 1984).
    """
    cuts = [(word[:place], word[place:]) for place in range(int(keep), len(word) + 1)]
    without = {head + tail[1:] for head, tail in cuts}
    swapped = {head + tail[1] + tail[0] + tail[2:] for head, tail in cuts if len(tail) > 1}
    added = {head + letter + tail for head, tail in cuts for letter in _LETTERS}
    replaced = {head + letter + tail[1:] for head, tail in cuts if tail for letter in _LETTERS}
    return (without | swapped | added) - {word}, replaced - {word}


def _as_written(word: str, like: str) -> str:
    """A word in lower case with the capitals of another."""
    return word.upper() if sum(map(str.isupper, like)) > len(like) / 2 else word[0].upper() + word[1:] if like[0].isupper() else word
