"""Two sets of judgments of the same pairs -> how far they agree beyond chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from koopkg.evaluation.topics import RELEVANT_FROM, EvaluationError, Grades

__all__ = ["Agreement", "agreement", "weighted_kappa"]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two judges agree.

    Attributes:
        topics: How many both judged, and `pairs` of topic and case therein.
        same: Share of the pairs with the same grade.
        kappa: Cohen's, with quadratic weights over the four grades.
        kappa_relevant: Cohen's, of relevant or not.
        missing: Topics of the second judge that the first has not judged.
    """

    topics: int
    pairs: int
    same: float
    kappa: float
    kappa_relevant: float
    missing: tuple[str, ...]


def agreement(first: Grades, second: Grades) -> Agreement:
    """Compare two judges over the pairs that both judged.

    Raises:
        EvaluationError: There are none.
    """
    both = sorted((topic, case) for topic, cases in second.items() for case in cases if case in first.get(topic, {}))
    if not both:
        raise EvaluationError("the two sets of judgments have no topic and case in common; expected some that both judged")
    one, other = ([grades[topic][case] for topic, case in both] for grades in (first, second))
    relevant = [[int(grade >= RELEVANT_FROM) for grade in grades] for grades in (one, other)]
    same = sum(left == right for left, right in zip(one, other, strict=True)) / len(both)
    missing = tuple(sorted(second.keys() - first.keys()))
    return Agreement(len({topic for topic, _ in both}), len(both), same, weighted_kappa(one, other), weighted_kappa(*relevant), missing)


def weighted_kappa(first: Sequence[int], second: Sequence[int]) -> float:
    """Cohen's kappa of grades from 0 on with quadratic weights, which for two grades is the plain one; 1 where both always say the same grade.

    Source: Cohen, Psychological Bulletin 70, 1968.
    """
    grades = max(*first, *second) + 1
    observed = np.zeros((grades, grades))
    np.add.at(observed, (list(first), list(second)), 1 / len(first))
    weights = np.subtract.outer(np.arange(grades), np.arange(grades)) ** 2
    by_chance = float((weights * np.outer(observed.sum(axis=1), observed.sum(axis=0))).sum())
    return 1 - float((weights * observed).sum()) / by_chance if by_chance else 1.0
