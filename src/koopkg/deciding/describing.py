"""A text -> its stretches of few sentences, each rated by which concepts it describes: a form is oftener told by what it does than by its name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from koopkg.deciding.models import TextModel
from koopkg.deciding.text import ReadText, Sentence, Vocabulary

__all__ = ["Described", "described_in", "terms_of"]

_SENTENCES = 3
"""Of a stretch, as long as most marked clauses."""


@dataclass(frozen=True)
class Described:
    """How much each stretch of a text describes each concept.

    Attributes:
        labels: Slugs; columns of `scores`.
        spans: Half-open offsets of the stretches.
        scores: float32 array (n_stretches, n_labels), log odds.
    """

    labels: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    scores: NDArray[np.float32]

    def best(self, doubted: Mapping[str, Collection[int]]) -> dict[str, float]:
        """Slug -> log odds of the stretch that describes it most.

        Args:
            doubted: Slug -> offsets at which it is named and refused; the stretches that hold one do not count for it.
        """
        found = {}
        for column, slug in enumerate(self.labels):
            offsets = doubted.get(slug, ())
            rated = [
                float(score)
                for (start, end), score in zip(self.spans, self.scores[:, column], strict=True)
                if not any(start <= offset < end for offset in offsets)
            ]
            if rated:
                found[slug] = max(rated)
        return found


def described_in(text: ReadText, labels: tuple[str, ...], model: TextModel | None, vocabulary: Vocabulary) -> Described:
    """Rate every stretch of a text; none where there is no model."""
    if model is None:
        return Described((), (), np.zeros((0, 0), dtype=np.float32))
    stretches = list(_stretches(text))
    scores = np.array([model.scores(vocabulary.vector(terms_of(stretch))) for stretch in stretches], dtype=np.float32)
    return Described(labels, tuple((stretch[0].start, stretch[-1].end) for stretch in stretches), scores)


def terms_of(sentences: Sequence[Sentence]) -> Counter[str]:
    """How often each term occurs in some sentences."""
    return sum((sentence.terms for sentence in sentences), Counter())


def _stretches(text: ReadText) -> Iterator[Sequence[Sentence]]:
    for first in range(max(len(text.sentences) - _SENTENCES + 1, 1)):
        yield text.sentences[first : first + _SENTENCES]
