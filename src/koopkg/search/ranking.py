"""A question -> every case worth a look with its score, and what each signal says of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from koopkg.index import Matrix, Rows
from koopkg.search.facets import Mask
from koopkg.search.fitting import Condition
from koopkg.search.question import Question
from koopkg.search.scoring import Scores, Scoring
from koopkg.search.signals import SIGNALS, Signal
from koopkg.search.slots import Slot

__all__ = ["Ranking", "Said", "narrowed", "rank", "said_of"]


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """Cases, best first; ties by row, and so by id.

    Attributes:
        rows: int32 array (n,).
        scores: Probabilities, falling: float32 array (n,).
        parts: What each signal in use says, by its name, in the same order.
        weights: What each signal in use adds to the log odds at most.
    """

    rows: Rows
    scores: Scores
    parts: dict[str, Scores]
    weights: dict[str, float]


def rank(question: Question, signals: Sequence[Signal], *, least: float | None = None, is_exact: bool = False) -> Ranking:
    """Rank the cases that any of the signals proposes, the case asked about left out.

    Args:
        least: Score below which a case is left out; None for that of `Scoring`, or where only some signals are used, whose scores mean nothing, for any that
            one of them says something of.
        is_exact: Compare with every case, however many there are: the reference for the quick way.
    """
    asked = [(signal, answers) for signal in signals if (answers := signal.ask(question)) is not None]
    if not asked:  # a signal alone that has nothing to go by
        return Ranking(np.zeros(0, np.int32), np.zeros(0, np.float32), {}, {})
    pool = _pool(question, [answers.candidates for _, answers in asked], is_exact=is_exact)
    parts = {signal.name: answers.scores(pool) for signal, answers in asked}
    scoring = Scoring.bundled()
    odds = scoring.odds(parts, question.meaning.nothing)
    scores = scoring.probabilities(odds)
    if least is None and len(signals) < len(SIGNALS):
        kept = np.flatnonzero(np.any([said > 0 for said in parts.values()], axis=0))
    else:
        kept = np.flatnonzero(scores >= (scoring.least if least is None else least))
    order = kept[np.argsort(-odds[kept], kind="stable")]
    weights = {signal.name: scoring.weight_of(signal.name) for signal, _ in asked}
    return Ranking(pool[order], scores[order], {name: said[order] for name, said in parts.items()}, weights)


def narrowed(ranking: Ranking, conditions: Iterable[Condition], among: Mask) -> tuple[Ranking, tuple[Slot, ...]]:
    """The cases of a ranking that meet all conditions, and what none of them meets, where there are some: that is not insisted on.

    Args:
        among: Whether each case passes the filters: bool array (n_cases,).
    """
    kept, unmet = np.ones(len(ranking.rows), dtype=bool), list[Slot]()
    for condition in conditions:
        meets = kept & condition.meets[ranking.rows]
        if np.any(meets & among[ranking.rows]):
            kept = meets
        elif np.any(among[ranking.rows]):
            unmet += condition.slots
    parts = {name: said[kept] for name, said in ranking.parts.items()}
    return replace(ranking, rows=ranking.rows[kept], scores=ranking.scores[kept], parts=parts), tuple(unmet)


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """What the signals say of every case; what learning begins with.

    Attributes:
        parts: float32 array (n_cases, n_signals), in the order of the table; 0 where a signal has nothing to go by.
        nothing: Probability that no cooperation answers the text.
    """

    parts: Matrix
    nothing: float


def said_of(question: Question) -> Said:
    """What each signal says of every case."""
    rows = np.arange(len(question.opened), dtype=np.int32)
    answers = [signal.ask(question) for signal in SIGNALS]
    parts = [np.zeros(len(rows), np.float32) if answer is None else answer.scores(rows) for answer in answers]
    return Said(np.column_stack(parts), question.meaning.nothing)


def _pool(question: Question, proposed: Sequence[Rows], *, is_exact: bool) -> Rows:
    """Every case where all can be compared, else what the signals propose."""
    is_in = np.full(len(question.opened), is_exact or question.opened.vectors.is_exact)
    for rows in proposed:
        is_in[rows] = True
    if question.case_row is not None:
        is_in[question.case_row] = False
    return np.flatnonzero(is_in).astype(np.int32)
