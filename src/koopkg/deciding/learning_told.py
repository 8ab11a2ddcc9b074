"""Sentences with the success factors and obstacles that they tell -> weights, calibrated and measured on whole documents that the models have not seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from koopkg.deciding.fitting import FOLDS, NEVER, Bools, best_threshold, calibrated_elsewhere, calibration_error, fit_curve, fit_meanings, fit_texts, fold_of
from koopkg.deciding.models import Figures, Floats, ToldWeights, probability
from koopkg.deciding.text import ReadText, Vocabulary
from koopkg.model import LANGUAGES, Language

__all__ = ["ToldSentence", "learned_told"]

_FEWEST = 3
"""Sentences that a concept needs."""
_STRENGTH = 30.0
_WEIGHT_OF_WHOLE = 3.0
"""Of a sentence as it stands in an account or a document, beside those that were written or noted to tell something."""
_LEAST_PRECISION, _FEWEST_TAKEN = 0.85, 30
"""A precision counts only over so many, and nothing is said to be surer than so many of the best were."""


@dataclass(frozen=True, slots=True)
class ToldSentence:
    """A sentence or two, and what they tell.

    Attributes:
        case: Sentences of one case never stand on both sides of a fold.
        gold: Scheme -> slugs that it tells; without the schemes of which that is not known.
        is_whole: It is one of all sentences of a text, so that what it does not tell is told by another or by none.
        accepted: Scheme -> slugs that are right of its text or that a reader accepts of it; None where that is no document as it comes in.
        doubtful: Scheme -> slugs that are defensible of it, and of which no reader said anything: they are neither right nor wrong.
    """

    case: str
    text: ReadText
    gold: Mapping[str, frozenset[str]]
    is_whole: bool = False
    accepted: Mapping[str, frozenset[str]] | None = None
    doubtful: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def words(self) -> str:
        return " ".join(sentence.text for sentence in self.text.sentences)


def learned_told(scheme: str, sentences: Sequence[ToldSentence], vectors: Floats, vocabularies: Mapping[Language, Vocabulary]) -> ToldWeights:
    """Learn what tells the concepts of a scheme.

    Accounts of the corpus were all written in one manner, in which a model is right far oftener than in documents as they come in: those alone calibrate it.

    Args:
        sentences: Those of some documents among them.
        vectors: float32 array (n_sentences, dim), by the bundled encoder.
    """
    known = [number for number, sentence in enumerate(sentences) if scheme in sentence.gold]
    learner = _Learner(scheme, [sentences[number] for number in known], vectors[known], vocabularies)
    best = learner.best_of_documents()
    said = np.array([probability(score) for score, _ in best.values()], dtype=np.float32)
    right = np.array([is_right for _, is_right in best.values()])
    even = np.ones(len(said))
    folds = np.array([fold_of(case) for case, _ in best])
    likely = calibrated_elsewhere(said, right, even, folds)

    def decided(threshold: float) -> Iterator[tuple[float, float]]:
        chosen = likely >= threshold
        yield float(chosen.sum()), float(right[chosen].sum())

    documents = len({case for case, _ in best})
    threshold, figures = best_threshold(decided, float(right.sum()), documents, calibration_error(likely, right, even), _LEAST_PRECISION, fewest=_FEWEST_TAKEN)
    curve = fit_curve(said, right, even)
    curve[:, 1] = np.minimum(curve[:, 1], right[np.argsort(-said, kind="stable")[:_FEWEST_TAKEN]].mean())
    return replace(learner.weights(None), calibration=curve, threshold=threshold, figures=figures)


class _Learner:
    """The learning of one scheme from sentences of which it is known what they tell of it."""

    def __init__(self, scheme: str, sentences: Sequence[ToldSentence], vectors: Floats, vocabularies: Mapping[Language, Vocabulary]) -> None:
        counts = Counter(slug for sentence in sentences for slug in sentence.gold[scheme])
        self.scheme = scheme
        self.labels = tuple(sorted(slug for slug, count in counts.items() if count >= _FEWEST))
        self.sentences, self.vectors, self.vocabularies = sentences, vectors, vocabularies
        self.terms = [vocabularies[sentence.text.language].vector(sentence.text.terms) for sentence in sentences]
        self.right: Bools = np.array([[label in sentence.gold[scheme] for label in self.labels] for sentence in sentences])
        is_whole = np.array([sentence.is_whole for sentence in sentences])
        self.folds = np.array([fold_of(sentence.case) for sentence in sentences])
        self.counts: NDArray[np.float64] = np.where(is_whole, _WEIGHT_OF_WHOLE, 1.0)
        self.usual: Floats = vectors[is_whole].mean(axis=0).astype(np.float32)

    def weights(self, fold: int | None) -> ToldWeights:
        """Weights learned outside of a fold, of all for None; not calibrated, so that nothing is sure enough."""
        outside = np.ones(len(self.folds), dtype=bool) if fold is None else self.folds != fold
        told = {}
        for language in LANGUAGES:
            numbers = [number for number in np.flatnonzero(outside).tolist() if self.sentences[number].text.language == language]
            if numbers:
                terms, size = [self.terms[number] for number in numbers], len(self.vocabularies[language].terms)
                told[language] = fit_texts(terms, self.right[numbers], size, strength=_STRENGTH, weights=self.counts[numbers])
        meaning = fit_meanings(self.vectors[outside], self.usual, self.right[outside], self.counts[outside])
        return ToldWeights(self.labels, told, meaning, _AS_SAID, NEVER, Figures(0, 0, 0.0, 0.0, 0.0, 0.0))

    def best_of_documents(self) -> dict[tuple[str, str], tuple[float, bool]]:
        """Document and label -> log odds of the sentence that tells the label most, by weights that have not seen the document, and whether it is accepted."""
        best: dict[tuple[str, str], tuple[float, bool]] = {}
        for fold in range(FOLDS):
            weights = self.weights(fold)
            for number in np.flatnonzero(self.folds == fold).tolist():
                sentence = self.sentences[number]
                if sentence.accepted is None:
                    continue
                by_words = weights.by_words(sentence.text.language, [self.terms[number]])
                scores = weights.scores(by_words, self.vectors[[number]])[0]
                accepted, doubtful = sentence.accepted[self.scheme], sentence.doubtful.get(self.scheme, frozenset())
                for label, score in zip(self.labels, map(float, scores), strict=True):
                    if label not in doubtful:
                        best[sentence.case, label] = max(best.get((sentence.case, label), (-np.inf, False)), (score, label in accepted))
        return best


_AS_SAID: Floats = np.array([[0.0, 0.0], [1.0, 1.0]], dtype=np.float32)
