"""What two runs say of the same things, one value a thing -> the mean difference and how far chance alone would move it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Difference", "difference", "interval"]

_SAME = 1e-9
"""What two values of a metric may differ by and count as equal: a sum in another order."""


@dataclass(frozen=True, slots=True)
class Difference:
    """How much higher a metric of a system is than in another run: the mean over the topics of both, or their texts, and its 95 % interval.

    Attributes:
        p: How often chance alone, which would swap the two values of a thing as soon as not, makes a mean at least as far from 0.
    """

    system: str
    metric: str
    topics: int
    mean: float
    low: float
    high: float
    better: int
    worse: int
    p: float


def difference(system: str, metric: str, new: Mapping[str, float], old: Mapping[str, float], *, resamples: int = 10_000, seed: int = 0) -> Difference:
    """Compare the values of two runs thing by thing.

    Args:
        new: Name of a thing -> value; at least one.
        old: The same for every thing of `new` at least.
        resamples: How often the things are drawn anew for the interval, and swapped for `p`.

    Returns:
        Where the interval holds 0, these things do not show a difference; `p` is that of the paired randomisation test.

    Source: Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13; Smucker, Allan and Carterette, CIKM 2007, for the test.
    """
    paired = [value - old[name] for name, value in sorted(new.items())]
    low, high = interval(paired, resamples=resamples, seed=seed)
    differences = np.array(paired)
    better, worse = int((differences > _SAME).sum()), int((differences < -_SAME).sum())
    p = _p_of(differences, resamples, seed)
    return Difference(system, metric, len(paired), float(differences.mean()), low, high, better, worse, p)


def interval(values: Sequence[float], *, resamples: int = 10_000, seed: int = 0) -> tuple[float, float]:
    """The 95 % interval of a mean by the percentile bootstrap; at least one value.

    Source: Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13; Sakai, SIGIR 2006, for its use on topics.
    """
    drawn = np.random.default_rng(seed).integers(len(values), size=(resamples, len(values)))
    low, high = np.quantile(np.array(values)[drawn].mean(axis=1), [0.025, 0.975])
    return float(low), float(high)


def _p_of(differences: npt.NDArray[np.float64], resamples: int, seed: int) -> float:
    """Two-sided; what was observed counts as one of the ways to swap, so that it is never 0."""
    signs = np.random.default_rng(seed).choice((-1.0, 1.0), size=(resamples, len(differences)))
    as_far = np.abs((signs * differences).mean(axis=1)) >= abs(differences.mean()) - _SAME
    return float((as_far.sum() + 1) / (resamples + 1))
