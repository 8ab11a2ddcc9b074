"""Rankings and graded judgments -> nDCG@10, recall@20 and MRR for each signal alone and for their fusion."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from koopkg.errors import KoopkgError
from koopkg.search import SIGNALS

__all__ = ["SYSTEMS", "EvaluationError", "SystemScores", "Topic", "evaluate", "judgments", "topics"]

METRICS = ("ndcg@10", "recall@20", "mrr")
_RELEVANT_FROM = 2
"""Grade from which a case counts as relevant where a measure knows only yes and no: 1 is a neighbouring subject."""

SYSTEMS: dict[str, tuple[str, ...]] = {signal.name: (signal.name,) for signal in SIGNALS} | {"fusion": tuple(signal.name for signal in SIGNALS)}
"""Name in the table -> signals in use."""


class EvaluationError(KoopkgError):
    """An evaluation set cannot be used."""


@dataclass(frozen=True, slots=True)
class Topic:
    """An information need; `kind` is keyword, question, description or english."""

    id: str
    split: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class SystemScores:
    """Mean of each metric over a set of topics, and the share of judged cases among the first ten."""

    name: str
    topics: int
    metrics: dict[str, float]
    judged_at_10: float


def topics(path: Path) -> list[Topic]:
    """The topics of a TSV file with the columns id, split, kind and text.

    Raises:
        EvaluationError: A column is missing or an id is used twice.
    """
    with path.open(encoding="utf-8", newline="") as handle:
        try:
            found = [Topic(row["id"], row["split"], row["kind"], row["text"]) for row in csv.DictReader(handle, delimiter="\t")]
        except KeyError as error:
            raise EvaluationError("{path}: column {column} is missing; expected id, split, kind and text", path=path, column=str(error)) from None
    if len({topic.id for topic in found}) < len(found):
        raise EvaluationError("{path}: an id is used twice; expected one line a topic", path=path)
    return found


def judgments(path: Path) -> dict[str, dict[str, int]]:
    """Grades by topic and case from a file in TREC qrels format (topic, 0, case, grade 0 to 3).

    Raises:
        EvaluationError: A line has not four fields or no whole number as grade.
    """
    grades: dict[str, dict[str, int]] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            topic, _, case, grade = line.split()
            grades.setdefault(topic, {})[case] = int(grade)
        except ValueError:
            raise EvaluationError(
                "{path}: line {number}: {line!r} cannot be read; expected `topic 0 case grade`", path=path, number=number, line=line
            ) from None
    return grades


def evaluate(
    chosen: Sequence[Topic], grades: Mapping[str, Mapping[str, int]], rank: Callable[[str, Sequence[str]], list[tuple[str, float]]]
) -> list[SystemScores]:
    """Score every system on the topics.

    Args:
        rank: Text and signals -> (case id, score) for every case, best first.

    Raises:
        EvaluationError: There is no topic, or one without a relevant case.
    """
    if not chosen:
        raise EvaluationError("no topics to evaluate; expected at least one in this split")
    for topic in chosen:
        if max(grades.get(topic.id, {}).values(), default=0) < _RELEVANT_FROM:
            raise EvaluationError("topic {topic}: has no case judged relevant (grade {least} or more)", topic=topic.id, least=_RELEVANT_FROM)
    return [_scores(name, chosen, grades, {topic.id: rank(topic.text, parts) for topic in chosen}) for name, parts in SYSTEMS.items()]


def _scores(name: str, chosen: Sequence[Topic], grades: Mapping[str, Mapping[str, int]], runs: Mapping[str, list[tuple[str, float]]]) -> SystemScores:
    os.environ.setdefault("NUMBA_DISABLE_JIT", "1")  # ranx would compile its measures for longer than they run on so few topics
    from ranx import Qrels, Run, evaluate

    graded = Qrels({topic.id: {case: grade for case, grade in grades[topic.id].items() if grade > 0} for topic in chosen})
    relevant = Qrels({topic.id: {case: 1 for case, grade in grades[topic.id].items() if grade >= _RELEVANT_FROM} for topic in chosen})
    # Scores are replaced by ranks, so that ranx keeps our order among equal scores.
    run = Run({topic: {case: float(len(ranking) - place) for place, (case, _) in enumerate(ranking)} for topic, ranking in runs.items()})
    metrics = {"ndcg@10": float(evaluate(graded, run, "ndcg@10"))}
    metrics |= {metric: float(evaluate(relevant, run, metric)) for metric in ("recall@20", "mrr")}
    judged = [case in grades[topic.id] for topic in chosen for case, _ in runs[topic.id][:10]]
    return SystemScores(name, len(chosen), metrics, sum(judged) / len(judged))
