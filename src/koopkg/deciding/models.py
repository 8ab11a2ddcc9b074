"""What is learned for each decision: linear models over the terms of texts and what stands around mentions, a curve of calibration, a threshold, figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from koopkg.deciding.text import Vector
from koopkg.model import Language

__all__ = [
    "CaseWeights",
    "ContextModel",
    "Figures",
    "Floats",
    "LinearWeights",
    "MeaningModel",
    "NumberWeights",
    "SchemeWeights",
    "SeveralWeights",
    "TextModel",
    "ToldWeights",
    "by_label",
    "deviations",
    "probability",
]

Floats = NDArray[np.float32]


def probability(score: float | Floats) -> Any:
    """The logistic function."""
    return 1 / (1 + np.exp(-score))


def by_label(labels: Sequence[str], values: Floats) -> dict[str, float]:
    """Label -> its value.

    Args:
        values: float32 array (n_labels,), in their order.
    """
    return dict(zip(labels, map(float, values), strict=True))


@dataclass(frozen=True)
class TextModel:
    """How much each term of a vocabulary speaks for each label.

    Attributes:
        weights: float32 array (n_terms, n_labels).
        intercepts: float32 array (n_labels,).
    """

    weights: Floats
    intercepts: Floats

    def scores(self, vector: Vector) -> Floats:
        """float32 array (n_labels,): log odds for a text."""
        positions, values = vector
        scores: Floats = values @ self.weights[positions] + self.intercepts
        return scores

    def support(self, vector: Vector, label: int) -> float:
        """What a part of a text adds to the log odds of a label."""
        positions, values = vector
        return float(values @ self.weights[positions, label])


@dataclass(frozen=True)
class ContextModel:
    """How much each feature of what stands around a mention says that the cooperation has what is named."""

    names: tuple[str, ...]
    weights: Floats
    intercept: float

    def score(self, features: Iterable[str]) -> float:
        """Log odds for a mention."""
        return self.intercept + sum(self._weight.get(name, 0.0) for name in set(features))

    @cached_property
    def _weight(self) -> dict[str, float]:
        return dict(zip(self.names, map(float, self.weights), strict=True))


@dataclass(frozen=True, slots=True)
class Figures:
    """What cross-validation over the cases gave: of all labels of all texts, at the threshold; `labels` are weighted as the texts are."""

    texts: int
    labels: int
    precision: float
    recall: float
    f1: float
    calibration_error: float


def deviations(vectors: Floats, usual: Floats) -> Floats:
    """float32 array (n, dim): how each vector deviates from the usual one, scaled to length 1."""
    found: Floats = vectors - usual
    found /= np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9)
    return found


@dataclass(frozen=True)
class MeaningModel:
    """How much the meaning of a text, which a vector of the bundled encoder stands for, speaks for each label; in whatever language.

    Attributes:
        usual: float32 array (dim,), the mean of the vectors learned from.
        weights: float32 array (dim, n_labels), over the vector of a text from the usual one on, scaled to length 1.
        intercepts: float32 array (n_labels,).
    """

    usual: Floats
    weights: Floats
    intercepts: Floats

    def scores(self, vectors: Floats) -> Floats:
        """float32 array (n_texts, n_labels): log odds for texts with these vectors (n_texts, dim)."""
        scores: Floats = (deviations(vectors, self.usual) @ self.weights + self.intercepts).astype(np.float32)
        return scores


def _calibrated(score: float, curve: Floats) -> float:
    """The probability for a log odds by a rising curve: what a model says, and which share was right."""
    return float(np.interp(probability(score), curve[:, 0], curve[:, 1]))


@dataclass(frozen=True)
class SchemeWeights:
    """All that decides for one scheme.

    Attributes:
        labels: Slugs in order; columns of the text models.
        priors: float32 array (n_labels,), log odds of each label among the texts learned from.
        text: Model by language.
        context: Model by language; none for a language in which nothing is named.
        described_labels: Slugs of what sentences describe; columns of `described`.
        described: Model of few sentences by language; none for a scheme of which no sentences are marked.
        meaning: Model of the beginning of a text.
        candidate: float32 array (n_features,), over `koopkg.deciding.candidates.FEATURES`.
        calibration: float32 array (n, 2), see `calibrated`.
        threshold: Probability from which a concept is taken for what the text is about; above 1 where none is sure enough.
    """

    labels: tuple[str, ...]
    priors: Floats
    text: Mapping[Language, TextModel]
    context: Mapping[Language, ContextModel]
    described_labels: tuple[str, ...]
    described: Mapping[Language, TextModel]
    meaning: MeaningModel
    candidate: Floats
    intercept: float
    calibration: Floats
    threshold: float
    figures: Figures

    def probability(self, features: Floats) -> float:
        """That the cooperation has the concept of a candidate."""
        return _calibrated(float(features @ self.candidate) + self.intercept, self.calibration)


@dataclass(frozen=True)
class NumberWeights:
    """All that decides which number of a text is the one of a field; see `SchemeWeights`."""

    context: Mapping[Language, ContextModel]
    calibration: Floats
    threshold: float
    figures: Figures

    def probability(self, language: Language, features: Iterable[str]) -> float:
        """That a number is the one of the field."""
        return _calibrated(self.context[language].score(features), self.calibration)


@dataclass(frozen=True)
class ToldWeights:
    """All that decides which concepts of a scheme the sentences of a text tell; what is not said here is as of `SchemeWeights`.

    Attributes:
        told: Model of the words of one sentence by language.
        meaning: Model of one sentence.
    """

    labels: tuple[str, ...]
    told: Mapping[Language, TextModel]
    meaning: MeaningModel
    calibration: Floats
    threshold: float
    figures: Figures

    def by_words(self, language: Language, vectors: Iterable[Vector]) -> Floats:
        """float32 array (n_sentences, n_labels): log odds by the words of each sentence."""
        model = self.told[language]
        return np.array([model.scores(vector) for vector in vectors], dtype=np.float32).reshape(-1, len(self.labels))

    def scores(self, by_words: Floats, vectors: Floats) -> Floats:
        """float32 array (n_sentences, n_labels): log odds by words and meaning, which err in different sentences.

        Args:
            vectors: float32 array (n_sentences, dim) of the bundled encoder.
        """
        scores: Floats = ((by_words + self.meaning.scores(vectors)) / 2).astype(np.float32)
        return scores

    def probability(self, score: float) -> float:
        """That a reader accepts what the sentence with the best score of a text is taken to tell."""
        return _calibrated(score, self.calibration)


@dataclass(frozen=True)
class LinearWeights:
    """All that decides a yes or no of a whole text by its features: weights over these, a curve of calibration and a threshold."""

    features: Floats
    intercept: float
    calibration: Floats
    threshold: float
    figures: Figures

    def probability(self, features: Floats) -> float:
        """That it is so."""
        return _calibrated(float(features @ self.features) + self.intercept, self.calibration)


@dataclass(frozen=True)
class CaseWeights(LinearWeights):
    """All that decides whether a text speaks of a cooperation that there is, over `koopkg.deciding.cases.CASE_FEATURES`: a text model with one label, too."""

    text: Mapping[Language, TextModel]


@dataclass(frozen=True)
class SeveralWeights(LinearWeights):
    """All that decides whether a text that speaks of a case speaks of several, over `koopkg.deciding.several.SEVERAL_FEATURES`: a text model, too."""

    text: Mapping[Language, TextModel]
