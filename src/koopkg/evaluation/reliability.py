"""Topics and grades -> whether scores are the probabilities that they are said to be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from koopkg.deciding.fitting import calibration_error
from koopkg.evaluation.topics import RELEVANT_FROM, Grades, Topic
from koopkg.search import ranked
from koopkg.snapshot import OpenSnapshot

__all__ = ["SHOWN", "Band", "Reliability", "reliability"]

SHOWN = 20
"""Cases of a topic that scores are held against judgments for: those that somebody may look at."""
_BANDS = 10


@dataclass(frozen=True, slots=True)
class Band:
    """Cases whose score lies from `least` to `most`: how many, what their scores say on average, and the share of them that is relevant."""

    least: float
    most: float
    cases: int
    said: float
    right: float


@dataclass(frozen=True, slots=True)
class Reliability:
    """How far scores are from shares, weighted by cases (ECE), and the bands that this was added up over, as in a reliability diagram.

    Source: Guo and others, On Calibration of Modern Neural Networks, ICML 2017.
    """

    error: float
    bands: tuple[Band, ...]


def reliability(opened: OpenSnapshot, topics: Sequence[Topic], grades: Grades) -> Reliability:
    """Compare scores with judgments, over the best cases of each topic; a case that nobody judged counts as irrelevant."""
    pairs = [(score, grades[topic.id].get(case, 0) >= RELEVANT_FROM) for topic in topics for case, score in ranked(opened, topic.text, None)[:SHOWN]]
    said, right = np.array([score for score, _ in pairs]), np.array([is_right for _, is_right in pairs], dtype=bool)
    band_of = np.minimum((said * _BANDS).astype(int), _BANDS - 1)
    bands = tuple(
        Band(number / _BANDS, (number + 1) / _BANDS, int(inside.sum()), float(said[inside].mean()), float(right[inside].mean()))
        for number in range(_BANDS)
        if (inside := band_of == number).any()
    )
    return Reliability(calibration_error(said, right, np.ones(len(said))), bands)
