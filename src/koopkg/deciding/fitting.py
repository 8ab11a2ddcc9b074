"""Features and what was right -> linear models, curves of calibration and thresholds; the only room of deciding that knows scikit-learn."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from koopkg.deciding.models import ContextModel, Figures, Floats, LinearWeights, MeaningModel, TextModel, deviations, probability
from koopkg.deciding.text import Vector

__all__ = [
    "FOLDS",
    "NEVER",
    "TEXT_STRENGTH",
    "Bools",
    "Unseen",
    "best_threshold",
    "calibrated_elsewhere",
    "calibration_error",
    "fit_contexts",
    "fit_curve",
    "fit_decision",
    "fit_linear",
    "fit_meanings",
    "fit_texts",
    "fold_of",
    "unseen_by_rows",
]

FOLDS = 5
Bools = NDArray[np.bool_]
TEXT_STRENGTH, _CONTEXT_STRENGTH, _LINEAR_STRENGTH, _MEANING_STRENGTH = 30.0, 0.1, 1.0, 5.0
"""Inverse of the regularisation (scikit-learn's C), chosen by cross-validation over the cases."""
_UNSEEN = -6.0
"""Log odds of a label that too few texts have."""
_NOTHING = 0.01
"""Weight of a feature that changes nothing."""
_NEVER_SURE = 0.005
_THRESHOLDS = tuple(round(float(step), 3) for step in np.arange(0.4, 0.96, 0.025))
"""From .4: what is far less likely than not is told to nobody as a fact, even where that would be right somewhat oftener than it costs."""
NEVER = 1.01
"""A threshold that nothing reaches."""


def fit_texts(vectors: Sequence[Vector], right: Bools, size: int, *, strength: float = TEXT_STRENGTH, weights: NDArray[np.float64] | None = None) -> TextModel:
    """Learn what speaks for each label.

    Args:
        right: bool array (n_texts, n_labels).
        size: Terms of the vocabulary.
        strength: Inverse of the regularisation.
        weights: How much each text counts; None for all alike.
    """
    from scipy.sparse import csr_matrix

    ends = np.cumsum([0, *(len(positions) for positions, _ in vectors)])
    positions, values = (np.concatenate([vector[part] for vector in vectors]) for part in (0, 1))
    matrix = csr_matrix((values, positions, ends), shape=(len(vectors), size))
    found = np.zeros((size, right.shape[1]), dtype=np.float32)
    intercepts = np.full(right.shape[1], _UNSEEN, dtype=np.float32)
    for label, of_label in enumerate(right.T):
        if 1 < of_label.sum() < len(of_label):
            learned = _logistic(strength).fit(matrix, of_label, weights)
            found[:, label], intercepts[label] = learned.coef_[0], learned.intercept_[0]
    return TextModel(found, intercepts)


def fit_contexts(contexts: Sequence[Sequence[str]], right: Bools) -> ContextModel | None:
    """Learn what the features around a mention say; None where there is nothing to tell apart."""
    from sklearn.feature_extraction.text import CountVectorizer

    if not 1 < right.sum() < len(right):
        return None
    counted = CountVectorizer(analyzer=_as_they_are, min_df=2, binary=True)
    learned = _logistic(_CONTEXT_STRENGTH).fit(counted.fit_transform(contexts), right)
    kept = np.abs(learned.coef_[0]) >= _NOTHING
    names = np.array(counted.get_feature_names_out(), dtype=object)[kept]
    return ContextModel(tuple(map(str, names)), learned.coef_[0][kept].astype(np.float32), float(learned.intercept_[0]))


def fit_linear(features: NDArray[np.float64], right: Bools, weights: NDArray[np.float64]) -> tuple[Floats, float]:
    """Weights and intercept for features as they are, learned on standardised ones.

    Args:
        weights: How much each row counts.
    """
    means, scales = features.mean(axis=0), np.maximum(features.std(axis=0), 1e-6)
    learned = _logistic(_LINEAR_STRENGTH).fit((features - means) / scales, right, weights)
    found = learned.coef_[0] / scales
    return found.astype(np.float32), float(learned.intercept_[0] - found @ means)


def fit_meanings(vectors: Floats, usual: Floats, right: Bools, weights: NDArray[np.float64]) -> MeaningModel:
    """Learn what speaks for each label in the vectors of texts.

    Args:
        vectors: float32 array (n_texts, dim).
        usual: Their mean, or that of more.
        right: bool array (n_texts, n_labels).
        weights: How much each text counts.
    """
    turned = deviations(vectors, usual)
    found = np.zeros((vectors.shape[1], right.shape[1]), dtype=np.float32)
    intercepts = np.full(right.shape[1], _UNSEEN, dtype=np.float32)
    for label, of_label in enumerate(right.T):
        if 1 < of_label.sum() < len(of_label):
            learned = _logistic(_MEANING_STRENGTH).fit(turned, of_label, weights)
            found[:, label], intercepts[label] = learned.coef_[0], learned.intercept_[0]
    return MeaningModel(usual, found, intercepts)


def fit_curve(said: Floats, right: Bools, weights: NDArray[np.float64]) -> Floats:
    """The rising curve from the probability that was said to the share that was right, never quite certain.

    Source: Zadrozny and Elkan, KDD 2002.
    """
    from sklearn.isotonic import IsotonicRegression

    fitted = IsotonicRegression(y_min=_NEVER_SURE, y_max=1 - _NEVER_SURE).fit(said, right, weights)
    return np.column_stack([fitted.X_thresholds_, fitted.y_thresholds_]).astype(np.float32)


def calibrated_elsewhere(said: Floats, right: Bools, weights: NDArray[np.float64], folds: NDArray[np.intp]) -> Floats:
    """What each row says, calibrated by the curve of the rows of all other folds."""
    calibrated = np.zeros(len(said), dtype=np.float32)
    for fold in np.unique(folds):
        inside = folds == fold
        curve = fit_curve(said[~inside], right[~inside], weights[~inside])
        calibrated[inside] = np.interp(said[inside], curve[:, 0], curve[:, 1])
    return calibrated


@dataclass(frozen=True, slots=True)
class Unseen:
    """What models say of rows whose cases they have not seen, as it is and calibrated by other rows."""

    said: Floats
    calibrated: Floats


def unseen_by_rows(features: NDArray[np.float64], right: Bools, folds: NDArray[np.intp], weights: NDArray[np.float64]) -> Unseen:
    """What linear models say of the rows of each fold that learned from those of all others."""
    said = np.zeros(len(right), dtype=np.float32)
    for fold in np.unique(folds):
        inside = folds == fold
        learned, intercept = fit_linear(features[~inside], right[~inside], weights[~inside])
        said[inside] = probability(features[inside] @ learned + intercept)
    return Unseen(said, calibrated_elsewhere(said, right, weights, folds))


def fit_decision(
    features: NDArray[np.float64],
    right: Bools,
    folds: NDArray[np.intp],
    weights: NDArray[np.float64],
    least_precision: float | None,
    *,
    thresholds: Sequence[float] = _THRESHOLDS,
) -> LinearWeights:
    """A yes or no of whole texts: what is learned of all rows, with a curve, a threshold and figures from rows that were not seen.

    Args:
        least_precision: As of `best_threshold`.
    """
    unseen = unseen_by_rows(features, right, folds, weights)

    def decided(threshold: float) -> Iterator[tuple[float, float]]:
        chosen = unseen.calibrated >= threshold
        yield float(weights[chosen].sum()), float(weights[chosen & right].sum())

    error = calibration_error(unseen.calibrated, right, weights)
    threshold, figures = best_threshold(decided, float(weights[right].sum()), len(right), error, least_precision, thresholds=thresholds)
    learned, intercept = fit_linear(features, right, weights)
    return LinearWeights(learned, intercept, fit_curve(unseen.said, right, weights), threshold, figures)


def calibration_error(found: Floats, right: Bools, weights: NDArray[np.float64], bins: int = 10) -> float:
    """Expected calibration error over bins of equal width.

    Source: Naeini, Cooper and Hauskrecht, AAAI 2015.
    """
    of_bin = np.minimum((found * bins).astype(int), bins - 1)
    errors = np.bincount(of_bin, weights * (found - right), minlength=bins)
    return float(np.abs(errors).sum() / weights.sum())


def best_threshold(
    decided: Callable[[float], Iterator[tuple[float, float]]],
    wanted: float,
    texts: int,
    error: float,
    least_precision: float | None,
    *,
    thresholds: Sequence[float] = _THRESHOLDS,
    fewest: float = 0.0,
) -> tuple[float, Figures]:
    """The threshold with the best F1; where a precision is asked for, the lowest one that has it.

    Args:
        decided: Threshold -> weights of what is taken and of what is right of that, text by text or all at once.
        wanted: Weight of what is right at all.
        fewest: Weight of what has to be taken at a threshold for its precision to be believed.
    """
    found = []
    for threshold in thresholds:
        counts = np.array(list(decided(threshold))).reshape(-1, 2).sum(axis=0)
        taken, hits = float(counts[0]), float(counts[1])
        if taken >= fewest:
            found.append((threshold, hits / max(taken, 1), hits / max(wanted, 1), 2 * hits / max(taken + wanted, 1)))
    precise = [row for row in found if least_precision is None or row[1] >= least_precision]
    threshold, precision, recall, f1 = max(precise, key=lambda row: (row[3], -row[0])) if precise else (NEVER, 0.0, 0.0, 0.0)
    return threshold, Figures(texts, round(wanted), *(round(value, 3) for value in (precision, recall, f1, error)))


def fold_of(case: str, folds: int = FOLDS) -> int:
    """In which fold a case is held out: always the same one."""
    return int.from_bytes(hashlib.sha256(case.encode()).digest()[:4]) % folds


def _logistic(strength: float) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=strength, solver="liblinear", random_state=0)


def _as_they_are(features: Sequence[str]) -> Sequence[str]:
    return features
