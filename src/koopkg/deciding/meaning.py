"""The beginning of a text -> what it means as a whole: there a text says what it is about, in whatever words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from koopkg.deciding.models import Floats
from koopkg.model import Passage

__all__ = ["Meanings", "beginning_of", "meaning_of", "once_each"]

Meanings = Callable[[Sequence[str]], Floats]
"""Texts -> float32 array (n_texts, dim), their vectors by the bundled encoder."""
_CHARACTERS = 1000
"""That the beginning has at least, where the text does: with all of a text sectors were decided no better, and every hundred characters cost .04 s."""


def beginning_of(passages: Iterable[Passage]) -> tuple[str, ...]:
    """The first passages of a text, as they are embedded for the search, too: an ingest computes each once."""
    found, length = [], 0
    for passage in passages:
        if length >= _CHARACTERS:
            break
        found.append(passage.text)
        length += len(passage.text)
    return tuple(found)


def meaning_of(beginning: Sequence[str], meanings: Meanings) -> Floats:
    """float32 array (dim,): the mean of the vectors of passages, of which there has to be one, each as much as it is long."""
    lengths = np.array([len(text) for text in beginning], dtype=np.float32)
    mean: Floats = lengths @ meanings(beginning) / lengths.sum()
    return mean


def once_each(meanings: Meanings) -> Meanings:
    """The same, each text embedded once: what is asked for is mostly the same."""
    known: dict[str, Floats] = {}

    def remembered(texts: Sequence[str]) -> Floats:
        new = [text for text in dict.fromkeys(texts) if text not in known]
        known.update(zip(new, meanings(new), strict=True) if new else ())
        return np.array([known[text] for text in texts], dtype=np.float32)

    return remembered
