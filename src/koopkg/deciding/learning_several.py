"""Texts of which it is known whether they speak of one cooperation or of several -> what tells the two apart, calibrated on texts that it has not seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from koopkg.deciding.fitting import fit_decision, fold_of
from koopkg.deciding.weights import Floats, SeveralWeights

__all__ = ["SeveralExample", "learned_several"]

_LEAST_PRECISION = 0.98
"""Who is told that there are several where there is one loses the legal form and a draft; who is not told sees what was seen before."""


@dataclass(frozen=True, slots=True)
class SeveralExample:
    """A text that speaks of a cooperation by its features; `case` and `weight` as of `koopkg.deciding.training.Example`."""

    case: str
    features: Floats
    is_several: bool
    weight: float = 1.0


def learned_several(examples: Sequence[SeveralExample]) -> SeveralWeights:
    """Weights, curve and threshold; the same examples in the same order give the same."""
    features = np.array([example.features for example in examples], dtype=np.float64)
    right = np.array([example.is_several for example in examples])
    weights = np.array([example.weight for example in examples])
    folds = np.array([fold_of(example.case) for example in examples])
    return SeveralWeights(**vars(fit_decision(features, right, folds, weights, _LEAST_PRECISION)))
