"""Features and what was right -> linear models, curves of calibration and thresholds; the only room that knows scikit-learn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from koopkg.deciding.text import Vector
from koopkg.deciding.weights import ContextModel, Floats, TextModel

__all__ = ["Bools", "calibration_error", "fit_contexts", "fit_curve", "fit_linear", "fit_texts"]

Bools = NDArray[np.bool_]
_TEXT_STRENGTH, _CONTEXT_STRENGTH, _LINEAR_STRENGTH = 30.0, 0.1, 1.0
"""Inverse of the regularisation (scikit-learn's C), chosen by cross-validation over the cases."""
_UNSEEN = -6.0
"""Log odds of a label that too few texts have."""
_NOTHING = 0.01
"""Weight of a feature that changes nothing."""
_NEVER_SURE = 0.005


def fit_texts(vectors: Sequence[Vector], right: Bools, size: int, *, strength: float = _TEXT_STRENGTH) -> TextModel:
    """Learn what speaks for each label.

    Args:
        right: bool array (n_texts, n_labels).
        size: Terms of the vocabulary.
        strength: Inverse of the regularisation.
    """
    from scipy.sparse import csr_matrix

    ends = np.cumsum([0, *(len(positions) for positions, _ in vectors)])
    positions, values = (np.concatenate([vector[part] for vector in vectors]) for part in (0, 1))
    matrix = csr_matrix((values, positions, ends), shape=(len(vectors), size))
    weights = np.zeros((size, right.shape[1]), dtype=np.float32)
    intercepts = np.full(right.shape[1], _UNSEEN, dtype=np.float32)
    for label, of_label in enumerate(right.T):
        if 1 < of_label.sum() < len(of_label):
            learned = _logistic(strength).fit(matrix, of_label)
            weights[:, label], intercepts[label] = learned.coef_[0], learned.intercept_[0]
    return TextModel(weights, intercepts)


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


def fit_curve(said: Floats, right: Bools, weights: NDArray[np.float64]) -> Floats:
    """The rising curve from the probability that was said to the share that was right, never quite certain.

    Source: Zadrozny and Elkan, KDD 2002.
    """
    from sklearn.isotonic import IsotonicRegression

    fitted = IsotonicRegression(y_min=_NEVER_SURE, y_max=1 - _NEVER_SURE).fit(said, right, weights)
    return np.column_stack([fitted.X_thresholds_, fitted.y_thresholds_]).astype(np.float32)


def calibration_error(found: Floats, right: Bools, weights: NDArray[np.float64], bins: int = 10) -> float:
    """Expected calibration error over bins of equal width.

    Source: Naeini, Cooper and Hauskrecht, AAAI 2015.
    """
    of_bin = np.minimum((found * bins).astype(int), bins - 1)
    errors = np.bincount(of_bin, weights * (found - right), minlength=bins)
    return float(np.abs(errors).sum() / weights.sum())


def _logistic(strength: float) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=strength, solver="liblinear", random_state=0)


def _as_they_are(features: Sequence[str]) -> Sequence[str]:
    return features
