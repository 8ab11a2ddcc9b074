"""Judged topics, and texts that nothing answers -> the `Scoring` of the search, with what cross-validation gave."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from koopkg.deciding.fitting import calibration_error, fold_of
from koopkg.evaluation.measures import needs_extra
from koopkg.evaluation.reliability import SHOWN
from koopkg.evaluation.topics import RELEVANT_FROM, Grades, Topic
from koopkg.index import Matrix
from koopkg.search import SIGNALS, Said, said
from koopkg.search.scoring import Scoring
from koopkg.snapshot import OpenSnapshot

__all__ = ["calibrated"]

_FOLDS = 6
_STRENGTH = 1.0
"""Inverse of the regularisation (scikit-learn's C)."""
_DECAY = 1e-3
"""Cost of large weights of signals, chosen by cross-validation."""
_OF_NOTHING = 0.03
"""How much a text that nothing answers counts beside a topic: there are seven times as many, and half of them were written to be taken for a need."""
_NOTHING = 2.0
"""What is added to the log odds that nothing answers a text; among 0 to 3 what refuses most of those and loses no topic, by cross-validation."""
_COST_OF_LOSING = 5.0
"""What it costs to give no hits where there are some, beside giving some where there are none."""
_AS_GOOD = 0.02
"""How much more a lower threshold may cost than the best: less than a third of a topic, and the best lies where the next higher one loses another."""
_THRESHOLDS = tuple(round(float(step), 3) for step in np.arange(0.03, 0.4, 0.01))
_NEVER_SURE = 0.995
_SET = {"named": 7.0, "fit": 0.05}
"""Signals that topics cannot teach -> their weights. They ask for something and not for a name: that is enough to make a hit of a case that has nothing else.
Few say how many or how large, and judges do not ask: of cases that are alike else, that decides."""

_LEARNED = tuple(signal.name for signal in SIGNALS if signal.name not in _SET)


@dataclass(frozen=True, slots=True)
class _Lesson:
    """What the signals say of every case for one text, and what each is worth: 0 for what is not relevant."""

    name: str
    said: Said
    gains: Matrix
    counts: float
    is_nothing: bool

    @property
    def right(self) -> Matrix:
        return np.asarray(self.gains >= 2**RELEVANT_FROM - 1, dtype=np.float32)


def calibrated(opened: OpenSnapshot, topics: Sequence[Topic], grades: Grades, nothing: Iterable[str]) -> Scoring:
    """Learn what each signal weighs, and from which score a case is a hit.

    Args:
        topics: Those with a relevant case, and those that nothing fits.
        nothing: More texts that no cooperation answers.

    Raises:
        ConfigurationError: The extra `eval` is not installed.
    """
    lessons = [*_of_topics(opened, topics, grades), *_of_nothing(opened, nothing)]
    folds = np.array([fold_of(lesson.name, _FOLDS) for lesson in lessons])
    elsewhere: dict[int, Matrix] = {}
    for fold in range(_FOLDS):
        model = _fitted([lesson for lesson, of in zip(lessons, folds, strict=True) if of != fold])
        for number in np.flatnonzero(folds == fold):
            elsewhere[int(number)] = _probabilities(model, lessons[number].said)
    found = np.concatenate([elsewhere[number] for number in range(len(lessons))])
    right = np.concatenate([lesson.right for lesson in lessons])
    counts = np.concatenate([np.full(len(lesson.right), lesson.counts) for lesson in lessons])
    curve = _curve(found, right, counts)
    points = np.array(curve)
    shown = [np.interp(elsewhere[number], points[:, 0], points[:, 1]) for number in range(len(lessons))]
    least = _least(lessons, shown)
    return replace(_fitted(lessons), curve=curve, least=least, figures=_figures(lessons, shown, least))


def _of_topics(opened: OpenSnapshot, topics: Sequence[Topic], grades: Grades) -> Iterable[_Lesson]:
    ids = [row.id for row in opened.catalog.cases()]
    for topic in topics:
        judged = grades.get(topic.id, {})
        gains = np.array([2 ** judged.get(case, 0) - 1 for case in ids], dtype=np.float32)
        yield _Lesson(topic.twin or topic.id, _learnable(said(opened, topic.text)), gains, 1.0, topic.kind == "nothing")


def _of_nothing(opened: OpenSnapshot, texts: Iterable[str]) -> Iterable[_Lesson]:
    for text in texts:
        yield _Lesson(text, _learnable(said(opened, text)), np.zeros(len(opened), np.float32), _OF_NOTHING, True)


def _learnable(found: Said) -> Said:
    """Without the signals that cannot be learned."""
    kept = [place for place, signal in enumerate(SIGNALS) if signal.name not in _SET]
    return replace(found, parts=found.parts[:, kept])


def _fitted(lessons: Sequence[_Lesson]) -> Scoring:
    """Weights of the signals by how well they order the cases of a topic, all of it by what is right where something answers; without a curve."""
    try:
        from sklearn.linear_model import LogisticRegression
    except ImportError:
        raise needs_extra() from None
    answered = [lesson for lesson in lessons if lesson.gains.any()]
    ordering = _ordering(answered)
    model: Any = LogisticRegression(C=_STRENGTH, max_iter=1000).fit(
        np.concatenate([lesson.said.parts @ ordering for lesson in answered]).reshape(-1, 1), np.concatenate([lesson.right for lesson in answered])
    )
    weights = {name: round(float(weight), 4) for name, weight in zip(_LEARNED, model.coef_[0][0] * ordering, strict=True)}
    return Scoring(round(float(model.intercept_[0]), 4), weights | _SET, _NOTHING, ((0.0, 0.0), (1.0, 1.0)), 0.0, {})


def _ordering(lessons: Sequence[_Lesson]) -> Matrix:
    """Weights of the signals by which the best cases of each topic come first.

    Source: ListNet of Cao et al., Learning to Rank: From Pairwise Approach to Listwise Approach, ICML 2007, with the gains of nDCG.
    """
    from scipy.optimize import minimize

    parts = [lesson.said.parts.astype(np.float64) for lesson in lessons]
    wanted = [lesson.gains / lesson.gains.sum() for lesson in lessons]

    def loss(weights: Matrix) -> tuple[float, Matrix]:
        total, slope = _DECAY * float(weights @ weights), 2 * _DECAY * weights
        for scores, shares in zip(parts, wanted, strict=True):
            said = scores @ weights
            chosen = np.exp(said - said.max())
            chosen /= chosen.sum()
            total -= float(shares @ np.log(np.maximum(chosen, 1e-30))) / len(lessons)
            slope = slope + scores.T @ (chosen - shares) / len(lessons)
        return total, slope

    found: Matrix = minimize(loss, np.zeros(parts[0].shape[1]), jac=True, method="L-BFGS-B").x
    return found


def _probabilities(model: Scoring, said: Said) -> Matrix:
    """What a model without a curve says."""
    odds = model.odds(dict(zip(_LEARNED, said.parts.T, strict=True)), said.nothing)
    return np.asarray(1 / (1 + np.exp(-odds)))


def _curve(found: Matrix, right: Matrix, counts: Matrix) -> tuple[tuple[float, float], ...]:
    """Rising points from what is found to what is right: the middles of the steps of an isotonic regression, so that it rises everywhere.

    Source: Zadrozny and Elkan, KDD 2002.
    """
    from sklearn.isotonic import IsotonicRegression

    fitted = IsotonicRegression(y_min=0.0, y_max=_NEVER_SURE).fit(found, right, counts).predict(found)
    points = [(0.0, 0.0)]
    for level in np.unique(fitted):
        inside = fitted == level
        point = round(float(np.average(found[inside], weights=counts[inside])), 5), round(float(level), 5)
        if point[0] > points[-1][0] and point[1] > points[-1][1]:
            points.append(point)
    return (*points, (1.0, max(points[-1][1], _NEVER_SURE)))


def _least(lessons: Sequence[_Lesson], shown: Sequence[Matrix]) -> float:
    """The lowest threshold of those that are about as good as the best."""

    def cost(threshold: float) -> float:
        answered = [float(scores.max() >= threshold) * lesson.counts for lesson, scores in zip(lessons, shown, strict=True) if lesson.is_nothing]
        lost = [float(scores.max() < threshold) for lesson, scores in zip(lessons, shown, strict=True) if not lesson.is_nothing]
        of_nothing = sum(lesson.counts for lesson in lessons if lesson.is_nothing)
        return sum(answered) / max(of_nothing, 1e-9) + _COST_OF_LOSING * sum(lost) / max(len(lost), 1)

    costs = {threshold: cost(threshold) for threshold in _THRESHOLDS}
    return next(threshold for threshold in _THRESHOLDS if costs[threshold] <= min(costs.values()) + _AS_GOOD)


def _figures(lessons: Sequence[_Lesson], shown: Sequence[Matrix], least: float) -> Mapping[str, float]:
    best = [np.argsort(-scores, kind="stable")[:SHOWN] for scores in shown]
    pairs = [(scores[rows], lesson.right[rows]) for lesson, scores, rows in zip(lessons, shown, best, strict=True) if len(lesson.name) < 10]
    told, right = (np.concatenate(column) for column in zip(*pairs, strict=True))
    error = calibration_error(told, right, np.ones(len(told)))
    refused = [scores.max() < least for lesson, scores in zip(lessons, shown, strict=True) if lesson.is_nothing]
    lost = [scores.max() < least for lesson, scores in zip(lessons, shown, strict=True) if not lesson.is_nothing]
    return {"calibration_error": round(error, 4), "refused": round(float(np.mean(refused)), 4), "lost": round(float(np.mean(lost)), 4)}
