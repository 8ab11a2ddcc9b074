"""The signals of the ranking, a row each: words, meaning, concepts. Search, comparison, evaluation and pages use them by this table alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from koopkg.errors import QueryError
from koopkg.index import Rows
from koopkg.messages import Message
from koopkg.search.question import Question

__all__ = ["SIGNALS", "Answers", "Scores", "Signal", "fuse", "signals_named"]

Scores = npt.NDArray[np.float32]

_CANDIDATES = 500
"""What each signal proposes where not every case is compared: five times the largest page."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What a signal says to one question.

    Attributes:
        candidates: Rows of the cases that it finds worth a look.
        scores: Rows of cases -> float32 array (n_rows,) in [0, 1], in their order.
    """

    candidates: Rows
    scores: Callable[[Rows], Scores]


@dataclass(frozen=True, slots=True)
class Signal:
    """One way to tell that a case answers a question.

    Attributes:
        label: Its name for people.
        weight: Share in the mean of all, tuned on the dev topics: `koopkg eval search --split dev`.
        ask: Question -> answers; None where the question has nothing that this signal could go by.
    """

    name: str
    label: Message
    weight: float
    ask: Callable[[Question], Answers | None]


def _words(question: Question) -> Answers:
    opened = question.opened
    rows, scores = opened.lexical.search(question.text, question.language, limit=len(opened) if opened.vectors.is_exact else _CANDIDATES)
    every = np.zeros(len(opened), dtype=np.float32)
    every[rows] = scores
    return Answers(rows, lambda asked: every[asked])


def _meaning(question: Question) -> Answers:
    vectors = question.opened.vectors
    return Answers(vectors.candidates(question.vector, limit=_CANDIDATES), lambda asked: vectors.scores(question.vector, asked))


def _concepts(question: Question) -> Answers | None:
    """Share of what is asked for that a case offers, over the SKOS hierarchy."""
    total = sum(question.asked.values())
    if not total:
        return None
    every = np.zeros(len(question.opened), dtype=np.float32)
    for iri, weight in question.asked.items():
        every[question.opened.matches.rows_of(iri)] += np.float32(weight / total) * question.opened.matches.values_of(iri)
    found = np.flatnonzero(every)
    if len(found) > _CANDIDATES:
        found = found[np.argpartition(-every[found], _CANDIDATES)[:_CANDIDATES]]
    return Answers(found.astype(np.int32), lambda asked: every[asked])


SIGNALS = (
    Signal("lexical", Message("words"), 0.45, _words),
    Signal("dense", Message("meaning"), 0.3, _meaning),
    Signal("concepts", Message("features"), 0.25, _concepts),
)
"""The table."""


def signals_named(names: Sequence[str] | None) -> tuple[Signal, ...]:
    """The signals with these names, all without any.

    Raises:
        QueryError: There is no such signal.
    """
    known = {signal.name: signal for signal in SIGNALS}
    for name in names or ():
        if name not in known:
            raise QueryError("{value!r} is no signal; expected some of {known}", field="signals", value=name, known=", ".join(known))
    return tuple(known[name] for name in names) if names else SIGNALS


def fuse(parts: Mapping[str, Scores], weights: Mapping[str, float]) -> Scores:
    """The weighted mean of the signals in use.

    Args:
        parts: float32 arrays (n,) in [0, 1], by name; at least one.
        weights: Weight by name, above zero for every part.

    Returns:
        float32 array (n,) in [0, 1].
    """
    total = sum(weights[name] for name in parts)
    fused = np.zeros(len(next(iter(parts.values()))), dtype=np.float32)
    for name, scores in parts.items():
        fused += np.float32(weights[name] / total) * scores
    return fused
