"""Rankings and graded judgments -> nDCG@10, recall@20 and MRR for each signal alone and for their fusion; two runs -> what differs, topic by topic."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from koopkg.errors import ConfigurationError, KoopkgError
from koopkg.files import write_whole
from koopkg.pairing import Difference, difference
from koopkg.search import SIGNALS

__all__ = [
    "SYSTEMS",
    "EvaluationError",
    "Run",
    "SystemScores",
    "Topic",
    "compare",
    "evaluate",
    "fingerprint",
    "judgments",
    "read_run",
    "splits_named",
    "topics",
    "write_run",
]

METRICS = {"ndcg@10": "ndcg_cut_10", "recall@20": "recall_20", "mrr": "recip_rank"}
"""Name in the table -> measure of trec_eval."""
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
    """Mean of each metric over a set of topics, the share of judged cases among the first ten, and each metric by topic."""

    name: str
    topics: int
    metrics: dict[str, float]
    judged_at_10: float
    by_topic: dict[str, dict[str, float]]


@dataclass(frozen=True, slots=True)
class Run:
    """What was measured once; runs over the same judgments can be compared."""

    snapshot: str
    judgments: str
    systems: tuple[SystemScores, ...]


def splits_named(named: str) -> tuple[str, ...]:
    """The parts of an evaluation set that an option names: dev, test or all.

    Raises:
        EvaluationError: It names something else.
    """
    if named not in ("dev", "test", "all"):
        raise EvaluationError("split: {split!r} is unknown; expected dev, test or all", split=named)
    return ("dev", "test") if named == "all" else (named,)


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


def compare(new: Iterable[SystemScores], old: Iterable[SystemScores]) -> list[Difference]:
    """Compare two runs topic by topic, for every system and metric of the new one.

    Raises:
        EvaluationError: A system or a topic of the new run is not in the old one.
    """
    before = {scores.name: scores.by_topic for scores in old}
    differences = []
    for scores in new:
        missing = scores.by_topic.keys() - before.get(scores.name, {}).keys()
        if missing:
            raise EvaluationError(f"{scores.name}: topic {min(missing)} is not in the other run; expected one over the same topics or more")
        for metric in METRICS:
            new_values = {topic: values[metric] for topic, values in scores.by_topic.items()}
            old_values = {topic: values[metric] for topic, values in before[scores.name].items()}
            differences.append(difference(scores.name, metric, new_values, old_values))
    return differences


def fingerprint(grades: Mapping[str, Mapping[str, int]]) -> str:
    """A name for a set of judgments: the same for the same grades, whatever their order."""
    return hashlib.sha256(json.dumps(grades, sort_keys=True).encode()).hexdigest()[:16]


def write_run(path: Path, run: Run) -> None:
    write_whole(path, _RUN.dump_json(run, indent=1) + b"\n")


def read_run(path: Path, *, grades: Mapping[str, Mapping[str, int]]) -> Run:
    """A stored run, to be compared with one over these judgments.

    Raises:
        EvaluationError: The file is no such run, or its judgments were others.
    """
    try:
        run = _RUN.validate_json(path.read_bytes())
    except ValidationError as error:
        raise EvaluationError(
            "{path}: is no stored run ({count} faults); expected a file of `koopkg eval search --save`", path=str(path), count=error.error_count()
        ) from None
    if run.judgments != fingerprint(grades):
        raise EvaluationError("{path}: was measured with other judgments, so the figures do not compare; measure the earlier state again", path=str(path))
    return run


def _scores(name: str, chosen: Sequence[Topic], grades: Mapping[str, Mapping[str, int]], runs: Mapping[str, list[tuple[str, float]]]) -> SystemScores:
    try:
        from pytrec_eval import RelevanceEvaluator
    except ImportError:
        raise ConfigurationError("measures need an extra; run `pip install 'koopkg[eval]'`, in a clone `pip install -e '.[eval]'`") from None
    judged = {topic.id: dict(grades[topic.id]) for topic in chosen}
    # Scores are replaced by ranks, so that trec_eval, which orders equal scores by name, keeps our order.
    ranked = {topic: {case: float(len(ranking) - place) for place, (case, _) in enumerate(ranking)} for topic, ranking in runs.items()}
    graded = RelevanceEvaluator(judged, {METRICS["ndcg@10"]}).evaluate(ranked)
    binary = RelevanceEvaluator(judged, {METRICS["recall@20"], METRICS["mrr"]}, relevance_level=_RELEVANT_FROM).evaluate(ranked)
    found = {topic.id: graded.get(topic.id, {}) | binary.get(topic.id, {}) for topic in chosen}  # nothing for a topic without hits
    by_topic = {topic: {metric: float(values.get(measure, 0)) for metric, measure in METRICS.items()} for topic, values in found.items()}
    means = {metric: sum(values[metric] for values in by_topic.values()) / len(chosen) for metric in METRICS}
    first_ten = [case in grades[topic.id] for topic in chosen for case, _ in runs[topic.id][:10]]
    return SystemScores(name, len(chosen), means, sum(first_ten) / max(len(first_ten), 1), by_topic)


_RUN = TypeAdapter(Run)
