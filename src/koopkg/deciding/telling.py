"""A text -> which success factors and obstacles its sentences tell: texts rarely name them, so that sentences are read for all of them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from koopkg.deciding.meaning import Meanings
from koopkg.deciding.models import ToldWeights
from koopkg.deciding.text import ReadText, Vocabulary
from koopkg.model import Decision, Mention
from koopkg.namespaces import concept_iri

__all__ = ["TOLD", "told_in"]

TOLD = ("success-factor", "obstacle")
"""Schemes whose concepts are told rather than named."""
_LEAST = 0.2
"""Probability below which a suggestion is not worth a look: a text tells few of all these concepts, and every one is asked about."""
_MOST_SENTENCES = 10
"""Of a text, those whose words tell most of a scheme: each costs a hundredth of a second to embed; 32 gave one suggestion more for the test half, of 109."""


def told_in(
    text: ReadText, scheme: str, weights: ToldWeights, vocabulary: Vocabulary, meanings: Meanings, is_case: float, *, least: float
) -> Iterator[Decision]:
    """The concepts that a text tells, each by the sentence that tells it most.

    Args:
        is_case: Probability that the text speaks of a cooperation; nothing is sure of one that there may not be.
        least: Probability from which a concept is taken for what the cooperation has; above 1 where nothing is.
    """
    if text.language not in weights.told or not text.sentences or is_case < _LEAST:
        return
    by_words = weights.by_words(text.language, [vocabulary.vector(sentence.terms) for sentence in text.sentences])
    telling = np.sort(np.argsort(-by_words.max(axis=1), kind="stable")[:_MOST_SENTENCES])
    sentences = [text.sentences[number] for number in telling]
    scores = weights.scores(by_words[telling], meanings([sentence.text for sentence in sentences]))
    for column, slug in enumerate(weights.labels):
        best = int(scores[:, column].argmax())
        likely = weights.probability(float(scores[best, column]))
        if likely * is_case >= _LEAST:
            mention = Mention(sentences[best].start, sentences[best].end, sentences[best].text)
            yield Decision(concept_iri(scheme, slug), scheme, slug, "about" if likely >= least else "mentioned", round(likely * is_case, 3), (mention,))
