"""A word -> the one that was meant, where somebody more likely wrote that with a slip than this without one.

Source: Kernighan, Church and Gale, A Spelling Correction Program Based on a Noisy Channel Model, COLING 1990.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from koopkg.search.vocabulary import SHORTEST_PART, Vector, Vocabulary, of_compounds

__all__ = ["meant"]

_LETTERS = "abcdefghijklmnopqrstuvwxyzäöüß"
_LEFT_OUT, _TOO_MANY, _SWAPPED, _REPLACED = 0.015, 0.01, 0.007, 0.018
"""Share of words with a slip of a kind: five of a hundred have one.

Source: Damerau, A technique for computer detection and correction of spelling errors, 1964, for the kinds.
"""
_DOUBLED = 0.5
"""Letters too many that repeat their neighbour."""
_AT_FIRST = 0.05
"""First letters are seldom wrong (Pollock and Zamora, Automatic spelling correction in scientific and scholarly text, 1984)."""
_SURE = 3.0
"""How much likelier than what was written, and than what else could be meant, a word has to be."""
_RARE = 1e-9
"""Likelihood below which a word may be a compound with a slip in one of its parts."""
_SHORTEST_SLIPPED = 5
_SHORTEST_TWICE = 9
"""Letters from which a word may have two slips: one of fewer letters is near to too many others then."""


def meant(word: str, vocabulary: Vocabulary) -> str | None:
    """The word that was meant, in lower case as the one given; None where that is likely enough as it is, or several others would do.

    With two slips only a word of a label is, where the one given is nothing at all.
    """
    written = vocabulary.likelihood(word)
    likely = Counter(_likely(word, vocabulary))
    if max(likely.values(), default=0.0) <= written * _SURE and written < _RARE:
        likely |= Counter(dict(_likely_compounds(word, vocabulary)))
    (best, chance), (_, second) = (*likely.most_common(2), ("", 0.0), ("", 0.0))[:2]
    if not (likely or written) and len(word) >= _SHORTEST_TWICE:
        return vocabulary.only_label_near(word)
    if chance <= written * _SURE or (chance <= second * _SURE and not vocabulary.count(best)) or vocabulary.are_forms(word, best):
        return None
    return best


def _likely(word: str, vocabulary: Vocabulary) -> dict[str, float]:
    """Words that there are and that are one slip away -> how likely somebody means them and writes this."""
    ways, chances = _ways_to_write(word)
    return {way: float(chance) for way, chance in zip(ways, chances * vocabulary.likelihoods(ways), strict=True) if chance}


def _likely_compounds(word: str, vocabulary: Vocabulary) -> Iterator[tuple[str, float]]:
    """The same of words of two parts that there are, of which one has a slip here."""
    places = range(SHORTEST_PART, len(word) - SHORTEST_PART + 1)
    heads, tails = [word[:place] for place in places], [word[place:] for place in places]
    of_heads, of_tails = vocabulary.likelihoods_of_parts(heads, are_first=True), vocabulary.likelihoods_of_parts(tails, are_first=False)
    for head, tail, of_head, of_tail in zip(heads, tails, of_heads, of_tails, strict=True):
        for known, part, is_first in ((of_head, tail, False), (of_tail, head, True)):
            if not known or len(part) < _SHORTEST_SLIPPED:
                continue
            ways, chances = _ways_to_write(part)
            of_ways = vocabulary.likelihoods_of_parts(ways, are_first=is_first)
            found = chances * of_compounds(known, of_ways, [min(len(way), len(word) - len(part)) for way in ways])
            yield from ((way + tail if is_first else head + way, float(chance)) for way, chance in zip(ways, found, strict=True) if chance)


def _ways_to_write(word: str) -> tuple[list[str], Vector]:
    """Words that are one slip away, and the chance that whoever means one writes this: a letter left out, too many, replaced, or two swapped."""
    length, ways = len(word), dict[str, float]()
    for place in range(length + 1):
        head, tail = word[:place], word[place:]
        seldom = 1.0 if place else _AT_FIRST
        for letter in _LETTERS:
            ways[head + letter + tail] = seldom * _LEFT_OUT / (length + 1)
            if tail:
                ways[head + letter + tail[1:]] = seldom * _REPLACED / (length * len(_LETTERS))
        if tail:
            is_doubled = head[-1:] == tail[0] or tail[1:2] == tail[0]
            ways[head + tail[1:]] = seldom * _TOO_MANY / length * (_DOUBLED if is_doubled else 1 / len(_LETTERS))
        if len(tail) > 1:
            ways[head + tail[1] + tail[0] + tail[2:]] = seldom * _SWAPPED / length
    ways.pop(word, None)
    return list(ways), np.fromiter(ways.values(), dtype=np.float32)
