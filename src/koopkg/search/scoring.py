"""What the signals say of a case -> the probability that a practitioner would call it comparable: what `koopkg calibrate-search` learned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import exp, log
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pydantic import TypeAdapter

from koopkg.files import write_whole

__all__ = ["Scores", "Scoring", "log_odds"]

Scores = npt.NDArray[np.float32]
_NAMED = "named"
_SURE = 1e-4
"""No closer to 0 or 1 than this is a probability before its odds are taken."""


@dataclass(frozen=True, slots=True)
class Scoring:
    """A logistic model over the signals, calibrated.

    Attributes:
        intercept: Log odds where no signal says anything.
        weights: Signal -> what its full score adds to the log odds.
        nothing: What is added to the log odds that no cooperation answers the text, before the chance that one does counts.
        curve: From what the model says to the share that judges called comparable: rising points, both in [0, 1].
        least: Probability from which a case counts as a hit.
        figures: What cross-validation over the topics gave.
    """

    intercept: float
    weights: Mapping[str, float]
    nothing: float
    curve: tuple[tuple[float, float], ...]
    least: float
    figures: Mapping[str, float]

    @classmethod
    def bundled(cls) -> Scoring:
        """What is installed with this package."""
        return _bundled()

    @staticmethod
    def bundled_path() -> Path:
        """Its file, for whoever learns it anew."""
        return Path(__file__).with_name("scoring.json")

    def save(self, path: Path) -> None:
        write_whole(path, _SCORING.dump_json(self, indent=1) + b"\n")

    def odds(self, parts: Mapping[str, Scores], nothing: float) -> Scores:
        """Log odds of each case, by which they are ordered: that it is comparable, if any is, and that any is; of what has the name that is asked for one is.

        Args:
            parts: float32 arrays (n,) in [0, 1], by the name of the signal; at least one.
            nothing: Probability that no cooperation answers the text.
        """
        odds = np.full(len(next(iter(parts.values()))), self.intercept, dtype=np.float64)
        for name, scores in parts.items():
            odds += self.weight_of(name) * scores
        probability = 1 / (1 + np.exp(-odds)) / (1 + exp(log_odds(nothing) + self.nothing))
        answers = np.log(probability / (1 - probability))
        return np.asarray(np.where(parts[_NAMED] > 0, odds, answers) if _NAMED in parts else answers, dtype=np.float32)

    def weight_of(self, signal: str) -> float:
        """What its full score adds to the log odds; nothing for a signal that is new and that `koopkg calibrate-search` has not learned a weight of."""
        return self.weights.get(signal, 0.0)

    def probabilities(self, odds: Scores) -> Scores:
        """Calibrated: float32 array (n,) in [0, 1], rising with the odds."""
        said, right = zip(*self.curve, strict=True)
        return np.asarray(np.interp(1 / (1 + np.exp(-odds.astype(np.float64))), said, right), dtype=np.float32)


def log_odds(probability: float) -> float:
    """Of a probability, bounded."""
    bounded = min(max(probability, _SURE), 1 - _SURE)
    return log(bounded / (1 - bounded))


_SCORING = TypeAdapter(Scoring)


@lru_cache(maxsize=1)
def _bundled() -> Scoring:
    return _SCORING.validate_json(Scoring.bundled_path().read_bytes())
