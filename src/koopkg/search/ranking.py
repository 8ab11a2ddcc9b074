"""A question -> every case worth a look with its score, and what each signal says of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from koopkg.index import Rows
from koopkg.search.question import Question
from koopkg.search.signals import Scores, Signal, fuse

__all__ = ["RELEVANT", "Ranking", "rank"]

RELEVANT = 0.35
"""Score from which a case counts as a hit: of the relevant cases of the dev topics it keeps two in three, and refuses six of eight texts that nothing fits."""


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """Cases, best first; ties by row, and so by id.

    Attributes:
        rows: int32 array (n,).
        scores: float32 array (n,) in [0, 1], falling.
        parts: What each signal in use says, by its name, in the same order.
        weights: Those of the signals in use.
    """

    rows: Rows
    scores: Scores
    parts: dict[str, Scores]
    weights: dict[str, float]


def rank(question: Question, signals: Sequence[Signal], *, least: float = RELEVANT, is_exact: bool = False) -> Ranking:
    """Rank the cases that any of the signals proposes, the case asked about left out.

    Args:
        least: Score below which a case is left out.
        is_exact: Compare with every case, however many there are: the reference for the quick way.
    """
    asked = [(signal, answers) for signal in signals if (answers := signal.ask(question)) is not None]
    if not asked:  # a signal alone that has nothing to go by
        return Ranking(np.zeros(0, np.int32), np.zeros(0, np.float32), {}, {})
    pool = _pool(question, [answers.candidates for _, answers in asked], is_exact=is_exact)
    parts = {signal.name: answers.scores(pool) for signal, answers in asked}
    weights = {signal.name: signal.weight for signal, _ in asked}
    fused = fuse(parts, weights)
    kept = np.flatnonzero(fused >= least)
    order = kept[np.argsort(-fused[kept], kind="stable")]
    return Ranking(pool[order], fused[order], {name: scores[order] for name, scores in parts.items()}, weights)


def _pool(question: Question, proposed: Sequence[Rows], *, is_exact: bool) -> Rows:
    """Every case where all can be compared, else what the signals propose."""
    is_in = np.full(len(question.opened), is_exact or question.opened.vectors.is_exact)
    for rows in proposed:
        is_in[rows] = True
    if question.case_row is not None:
        is_in[question.case_row] = False
    return np.flatnonzero(is_in).astype(np.int32)
