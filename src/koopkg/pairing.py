"""What two runs say of the same things, one value a thing -> the mean difference and how far chance alone would move it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

__all__ = ["Difference", "difference"]

_SAME = 1e-9
"""What two values of a metric may differ by and count as equal: a sum in another order."""


@dataclass(frozen=True, slots=True)
class Difference:
    """How much higher a metric of a system is than in another run: the mean over the topics of both, or their texts, and its 95 % interval."""

    system: str
    metric: str
    topics: int
    mean: float
    low: float
    high: float
    better: int
    worse: int


def difference(system: str, metric: str, new: Mapping[str, float], old: Mapping[str, float], *, resamples: int = 10_000, seed: int = 0) -> Difference:
    """Compare the values of two runs thing by thing.

    Args:
        new: Name of a thing -> value; at least one.
        old: The same for every thing of `new` at least.
        resamples: How often the things are drawn anew for the interval.

    Returns:
        The interval is that of the percentile bootstrap over things: where it holds 0, these do not show a difference.

    Source: Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13; Sakai, SIGIR 2006, for its use on topics.
    """
    paired = np.array([value - old[name] for name, value in sorted(new.items())])
    drawn = np.random.default_rng(seed).integers(len(paired), size=(resamples, len(paired)))
    low, high = np.quantile(paired[drawn].mean(axis=1), [0.025, 0.975])
    better, worse = int((paired > _SAME).sum()), int((paired < -_SAME).sum())
    return Difference(system, metric, len(paired), float(paired.mean()), float(low), float(high), better, worse)
