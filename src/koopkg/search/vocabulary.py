"""The words that a search text can have: those of the cases, of the labels, of names of places, and any other of the language, and how likely each is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import OSA

from koopkg.language import FUNCTION_WORDS
from koopkg.model import Language
from koopkg.morphology import Morphology
from koopkg.snapshot import Searched
from koopkg.wordlist import WordList

__all__ = ["SHORTEST_PART", "Vector", "Vocabulary", "of_compounds"]

Vector = npt.NDArray[np.float32]

SHORTEST_PART = 3
"""Letters that a part of a compound has."""
_MOST_ANALYSED = 300
"""Each takes two thousandths of a second."""
_OF_CASES = 0.8
"""How much the words of the cases tell of those of a search text, beside the words of the language."""
_WORDS_A_CASE = 200
"""Different words that an account has."""
_OF_OTHER_LANGUAGE = 0.02
"""Share of the words of a text that are of the other language."""
_OF_COMPOUND = 0.03
"""How likely two words stand together as one that nobody has written before, beside standing together by chance."""
_OF_NEW, _OF_WORD, _SHORTEST_WORD = 1e-11, 1e-7, 4
"""How likely a compound is at least whose parts are likelier words than this, of so many letters each."""
_OF_NAME = 1e-6
"""How likely a name of a place is, or a word of a label, that no case has."""
_OF_FORM = 1e-8
"""How likely a word is of which only another form is known."""
_NEAR = 2
"""Letters left out, too many, replaced or swapped."""
_COMMON = 1e-5
"""Likelihood from which a word is not looked at."""
_ENDINGS = ("e", "n", "s", "en", "es", "er", "em", "ern", "ing", "ed")


class Vocabulary:
    """The words that there are.

    Args:
        language: Of the text.
    """

    def __init__(self, opened: Searched, language: Language) -> None:
        self.language = language
        self._lexical, self._linker, self._german = opened.lexical, opened.linker, Morphology("de", opened.analyses)
        self._analysed = 0
        self._words_of_cases = _WORDS_A_CASE * max(len(opened), 1)

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

    def is_word(self, word: str) -> bool:
        """Whether there is a word, in lower case, in the language of the text, whatever cases have."""
        return word in WordList.bundled(self.language)

    def is_common(self, word: str) -> bool:
        """Whether a word, in lower case, is so common as it is that hardly another is more often written so by a slip."""
        return self.likelihood_whole(word) > _COMMON

    def is_never_noun(self, word: str) -> bool:
        """Whether a word, in lower case, is a German one that nobody writes with a capital."""
        capital = word.capitalize()
        return self.language == "de" and not self._lexical.cases_with_written(capital) and not self._is_noun(capital)

    def likelihood(self, word: str) -> float:
        """The share of all words that a word, in lower case, may have: as it is, as another form of one, or as made of two; 0 where there is none."""
        whole = self.likelihood_whole(word)
        if whole > _OF_FORM:
            return whole
        if self._linker.as_place(word) is not None:
            return _OF_NAME
        if self._is_form(word):
            return _OF_FORM
        places = range(SHORTEST_PART, len(word) - SHORTEST_PART + 1)
        heads = self.likelihoods_of_parts([word[:place] for place in places], are_first=True)
        tails = self.likelihoods_of_parts([word[place:] for place in places], are_first=False)
        made = of_compounds(heads, tails, [min(place, len(word) - place) for place in places])
        return max(whole, float(np.max(made, initial=0.0)))

    def likelihood_whole(self, word: str) -> float:
        """The share of all words that a word has, in lower case and as it is; 0 where there is none."""
        return float(self.likelihoods([word])[0])

    def likelihoods(self, words: Sequence[str]) -> Vector:
        """The same of each of some words."""
        other: Language = "en" if self.language == "de" else "de"
        of_language = np.maximum(WordList.bundled(self.language).shares(words), _OF_OTHER_LANGUAGE * WordList.bundled(other).shares(words))
        of_cases = np.fromiter(map(self._lexical.cases_with_word, words), dtype=np.float32) / self._words_of_cases
        of_labels = np.fromiter((_OF_NAME * (word in self._linker.label_words) for word in words), dtype=np.float32)
        return np.asarray(np.maximum(_OF_CASES * of_cases + (1 - _OF_CASES) * of_language, of_labels), dtype=np.float32)

    def only_label_near(self, word: str) -> str | None:
        """The word of a label that is two slips away from a word in lower case; None where none is, or words of several stems are."""
        near = process.extract(word, self._linker.label_words.keys(), scorer=OSA.distance, score_cutoff=_NEAR, limit=None)
        return near[0][0] if len({self._german.stem(other) for other, _, _ in near}) == 1 else None

    def likelihoods_of_parts(self, words: Sequence[str], *, are_first: bool) -> Vector:
        """The same of words that are parts of a compound, first ones also with the s that may join them to the next; 0 of what is too short."""
        found = self.likelihoods(words)
        if are_first:
            found = np.maximum(found, self.likelihoods([word.removesuffix("s") for word in words]))
        can_be = (len(word) >= SHORTEST_PART and (are_first or word not in FUNCTION_WORDS) for word in words)
        return np.asarray(found * np.fromiter(can_be, dtype=np.float32), dtype=np.float32)

    def are_forms(self, word: str, other: str) -> bool:
        """Whether two words have one stem, or one is the other with an ending: to search for the other finds nothing else."""
        shorter, longer = sorted((word, other), key=len)
        return self._german.stem(word) == self._german.stem(other) or (longer.startswith(shorter) and longer.removeprefix(shorter) in _ENDINGS)

    def _is_form(self, word: str) -> bool:
        """Whether a case has another form of a word, or there is one with another ending."""
        return self._lexical.has_stem_of(word) or any(
            len(word) - len(ending) > SHORTEST_PART and word.endswith(ending) and self.is_word(word.removesuffix(ending)) for ending in _ENDINGS
        )

    def _is_noun(self, word: str) -> bool:
        """Whether a word is a noun; of words that no document has only the first few hundred are analysed."""
        analyses = self._german.analyses
        is_known = analyses.has(word)
        self._analysed += not is_known
        return (is_known or self._analysed <= _MOST_ANALYSED) and analyses.is_noun(word)


def of_compounds(heads: Vector | float, tails: Vector | float, letters: Sequence[int]) -> Vector:
    """How likely words are that are made of two.

    Args:
        heads: The share of all words that the first part has, of each or of all of them.
        tails: The same of the last part.
        letters: Those of the shorter part of each.
    """
    are_words = (np.minimum(heads, tails) > _OF_WORD) & (np.asarray(letters, dtype=np.int32) >= _SHORTEST_WORD)
    return np.asarray(np.maximum(_OF_COMPOUND * heads * tails, _OF_NEW * are_words), dtype=np.float32)
