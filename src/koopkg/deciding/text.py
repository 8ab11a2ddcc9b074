"""Passages -> sentences with their terms: the stems of their words and of the parts of German compounds."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from koopkg.model import Language, Passage
from koopkg.morphology import Morphology
from koopkg.reading.passages import sentences_of

__all__ = ["ReadText", "Sentence", "Vector", "Vocabulary", "read_text"]

_PART = "~"
"""Before the stem of a part of a compound, which tells less than a word of its own."""

Vector = tuple[NDArray[np.intp], NDArray[np.float32]]
"""Positions in a vocabulary and the weights there, of length 1 together; both empty where a text has no known term."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence at half-open offsets of the document, with how often each term occurs."""

    start: int
    end: int
    text: str
    terms: Counter[str]


@dataclass(frozen=True)
class ReadText:
    """The sentences of a document in order."""

    language: Language
    sentences: tuple[Sentence, ...]

    @cached_property
    def terms(self) -> Counter[str]:
        """How often each term occurs in all of it."""
        return sum((sentence.terms for sentence in self.sentences), Counter())

    @property
    def start(self) -> int:
        return self.sentences[0].start if self.sentences else 0

    @property
    def length(self) -> int:
        """Characters from the first sentence to the last; at least 1."""
        return max(self.sentences[-1].end - self.start, 1) if self.sentences else 1

    def sentence_at(self, offset: int) -> Sentence:
        """The sentence in which a character of the text stands, the nearest before it where it stands in none."""
        return self.sentences[max(bisect_right(self._starts, offset) - 1, 0)]

    def after(self, sentence: Sentence) -> str:
        """The text of the sentence that follows, empty behind the last."""
        place = bisect_right(self._starts, sentence.start)
        return self.sentences[place].text if place < len(self.sentences) else ""

    @cached_property
    def _starts(self) -> list[int]:
        return [sentence.start for sentence in self.sentences]


def read_text(passages: Iterable[Passage], morphology: Morphology) -> ReadText:
    """Cut passages into sentences and take their words apart."""
    sentences = []
    for passage in passages:
        for start, end in sentences_of(passage, morphology.language):
            text = passage.text[start - passage.start : end - passage.start]
            sentences.append(Sentence(start, end, text, _terms(text, morphology)))
    return ReadText(morphology.language, tuple(sentences))


def _terms(text: str, morphology: Morphology) -> Counter[str]:
    found: Counter[str] = Counter()
    for token in morphology.tokens(text):
        found[token.stem] += 1
        for start, end in morphology.parts(token.surface):
            found[_PART + morphology.stem(token.surface[start:end])] += 1
    return found


@dataclass(frozen=True)
class Vocabulary:
    """The terms that count, and how rare each is in the texts it was learned from.

    Attributes:
        terms: Sorted.
        rarity: float32 array (n_terms,), the inverse document frequency of each.
    """

    terms: tuple[str, ...]
    rarity: NDArray[np.float32]

    @classmethod
    def of(cls, counts: Iterable[Mapping[str, int]], *, at_least: int = 2) -> Vocabulary:
        """Learn the terms that at least so many texts have.

        Source of the rarity: Spärck Jones 1972, smoothed as if one more text held every term.
        """
        frequencies, texts = Counter[str](), 0
        for count in counts:
            frequencies.update(count.keys())
            texts += 1
        terms = tuple(sorted(term for term, frequency in frequencies.items() if frequency >= at_least))
        rarity = np.array([math.log((1 + texts) / (1 + frequencies[term])) + 1 for term in terms], dtype=np.float32)
        return cls(terms, rarity)

    def vector(self, counts: Mapping[str, int]) -> Vector:
        """The weights of a text: the logarithm of each term's count times its rarity, scaled to length 1."""
        known = sorted((self._positions[term], count) for term, count in counts.items() if term in self._positions)
        positions = np.array([position for position, _ in known], dtype=np.intp)
        values = np.array([1 + math.log(count) for _, count in known], dtype=np.float32) * self.rarity[positions]
        return positions, values / max(float(np.linalg.norm(values)), 1e-9)

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {term: position for position, term in enumerate(self.terms)}
