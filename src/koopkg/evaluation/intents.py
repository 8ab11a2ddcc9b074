"""Readers' queries with the sectors that they are about -> the `Intent` of the search, with what cross-validation gave."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from koopkg.deciding.fitting import calibration_error, fit_linear, fold_of, unseen_by_rows
from koopkg.evaluation.recognition import ReaderQuery, family_of, touched_by
from koopkg.evaluation.topics import EvaluationError
from koopkg.index import Matrix
from koopkg.search.intent import Intent, signs_of_tasks
from koopkg.search.question import meaning_of
from koopkg.snapshot import OpenSnapshot

__all__ = ["learned_intent"]

_FOLDS = 6
_FALSE = 0.04
"""Share of false ones among the tasks that are kept, over queries of which half were written to name others in passing."""
_THRESHOLDS = tuple(round(float(step), 2) for step in np.arange(0.5, 0.96, 0.02))


@dataclass(frozen=True, slots=True)
class _Named:
    """A task that a query names."""

    query: str
    signs: Mapping[str, float]
    is_touched: bool
    is_own: bool


def learned_intent(opened: OpenSnapshot, queries: Iterable[ReaderQuery]) -> Intent:
    """Learn what speaks for a task that a text names being asked for.

    Raises:
        EvaluationError: No query names a task.
    """
    named = [task for query in queries for task in _tasks(opened, query)]
    if not named:
        raise EvaluationError("no query names a task; expected some to learn from")
    names = list(named[0].signs)
    signs = np.array([[task.signs[name] for name in names] for task in named])
    right = np.array([task.is_touched for task in named])
    folds, even = np.array([fold_of(task.query, _FOLDS) for task in named]), np.ones(len(named))
    unseen = unseen_by_rows(signs, right, folds, even).said
    least, figures = _least(named, unseen)
    weights, intercept = fit_linear(signs, right, even)
    error = calibration_error(unseen, right, even)
    rounded = {name: round(float(weight), 4) for name, weight in zip(names, weights, strict=True)}
    return Intent(round(intercept, 4), rounded, least, {"named": float(len(named)), "calibration_error": round(error, 4), **figures})


def _tasks(opened: OpenSnapshot, query: ReaderQuery) -> Iterable[_Named]:
    ontology = opened.ontology
    linked = opened.linker.link_query(query.text)
    own, touched = family_of(query.sector, ontology), touched_by(query, ontology)
    for iri, signs in signs_of_tasks(linked, query.text, meaning_of(opened, query.text, linked), ontology).items():
        yield _Named(query.id, signs, bool(ontology.sectors[iri] & touched), bool(ontology.sectors[iri] & own))


def _least(named: Sequence[_Named], likely: Matrix) -> tuple[float, Mapping[str, float]]:
    """The lowest threshold at which few enough of the tasks that are kept are false, the highest where none is, and what it gives."""
    of_query: dict[str, list[int]] = {}
    for place, task in enumerate(named):
        of_query.setdefault(task.query, []).append(place)

    def figures(threshold: float) -> Mapping[str, float]:
        kept = {place for places in of_query.values() for place in places if likely[place] >= min(threshold, max(likely[other] for other in places))}
        known = [query for query, places in of_query.items() if any(named[place].is_own for place in places)]
        lost = [query for query in known if not any(named[place].is_own for place in of_query[query] if place in kept)]
        dropped = [place for place, task in enumerate(named) if task.is_touched and place not in kept]
        return {
            "false_before": round(1 - sum(task.is_touched for task in named) / len(named), 4),
            "false": round(sum(not named[place].is_touched for place in kept) / len(kept), 4),
            "right_dropped": round(len(dropped) / max(sum(task.is_touched for task in named), 1), 4),
            "queries_lost": round(len(lost) / max(len(known), 1), 4),
        }

    least = next((threshold for threshold in _THRESHOLDS if figures(threshold)["false"] <= _FALSE), _THRESHOLDS[-1])
    return least, figures(least)
