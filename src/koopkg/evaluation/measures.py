"""Topics, grades and a way to rank cases -> nDCG@10, recall@20 and MRR, as trec_eval computes them, with intervals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from koopkg.errors import ConfigurationError
from koopkg.evaluation.topics import RELEVANT_FROM, EvaluationError, Grades, Topic
from koopkg.pairing import Difference, difference, interval

__all__ = ["CONDENSED", "JUDGED", "METRICS", "Rank", "SystemScores", "compare", "measured", "needs_extra"]

METRICS = {"ndcg@10": "ndcg_cut_10", "recall@20": "recall_20", "mrr": "recip_rank"}
"""Name in the table -> measure of trec_eval."""
JUDGED = "judged@10"
"""Share of the first ten that anyone has judged: what is not judged counts as irrelevant, so a low share hides what a system finds."""
CONDENSED = "condensed"
"""nDCG@10 of the rankings without what nobody has judged: fair to a system that the pool was not drawn from, if anything too kind.

Source: Sakai, Alternatives to Bpref, SIGIR 2007.
"""
_ALL = (*METRICS, CONDENSED, JUDGED)

Rank = Callable[[Topic], list[str]]
"""A topic -> ids of cases, best first."""


@dataclass(frozen=True, slots=True)
class SystemScores:
    """How well a system ranks.

    Attributes:
        metrics: The mean of each metric, of `condensed` and of `judged@10` over the topics.
        intervals: Its 95 % interval by the bootstrap.
        by_topic: Id of a topic -> the same for it alone.
    """

    name: str
    topics: int
    metrics: dict[str, float]
    intervals: dict[str, tuple[float, float]]
    by_topic: dict[str, dict[str, float]]

    @classmethod
    def of(cls, name: str, by_topic: Mapping[str, Mapping[str, float]]) -> SystemScores:
        """From the metrics of each topic, of which there is at least one."""
        columns = {metric: [values[metric] for _, values in sorted(by_topic.items())] for metric in _ALL}
        means = {metric: sum(values) / len(values) for metric, values in columns.items()}
        intervals = {metric: interval(values) for metric, values in columns.items()}
        return cls(name, len(by_topic), means, intervals, {topic: dict(values) for topic, values in by_topic.items()})

    def over(self, chosen: Iterable[str], name: str | None = None) -> SystemScores:
        """The scores over some of the topics."""
        return SystemScores.of(name or self.name, {topic: self.by_topic[topic] for topic in chosen})

    def values(self, metric: str) -> dict[str, float]:
        """One metric by topic."""
        return {topic: values[metric] for topic, values in self.by_topic.items()}


def measured(name: str, rank: Rank, chosen: Sequence[Topic], grades: Grades) -> SystemScores:
    """Score a system on topics; no hits at all count as nothing found.

    Raises:
        EvaluationError: There is no topic, or one without a relevant case.
        ConfigurationError: The extra `eval` is not installed.
    """
    if not chosen:
        raise EvaluationError("no topics to evaluate; expected at least one in this split with a case judged relevant")
    for topic in chosen:
        if max(grades.get(topic.id, {}).values(), default=0) < RELEVANT_FROM:
            raise EvaluationError("topic {topic}: has no case judged relevant (grade {least} or more)", topic=topic.id, least=RELEVANT_FROM)
    rankings = {topic.id: rank(topic) for topic in chosen}
    judged = {topic.id: dict(grades[topic.id]) for topic in chosen}
    condensed = _by_trec_eval({topic: [case for case in ranking if case in judged[topic]] for topic, ranking in rankings.items()}, judged)
    by_topic = {}
    for topic_id, values in _by_trec_eval(rankings, judged).items():
        shown = [case in judged[topic_id] for case in rankings[topic_id][:10]]
        by_topic[topic_id] = {**values, CONDENSED: condensed[topic_id]["ndcg@10"], JUDGED: sum(shown) / len(shown) if shown else 1.0}
    return SystemScores.of(name, by_topic)


def compare(new: Iterable[SystemScores], old: Iterable[SystemScores]) -> list[Difference]:
    """Compare two runs topic by topic, for every metric and every system that both have.

    Raises:
        EvaluationError: A topic of the new run is not in the old one.
    """
    before = {scores.name: scores for scores in old}
    differences = []
    for scores in new:
        if earlier := before.get(scores.name):
            if missing := scores.by_topic.keys() - earlier.by_topic.keys():
                raise EvaluationError(
                    "{system}: topic {topic} is not in the other run; expected one over the same topics or more", system=scores.name, topic=min(missing)
                )
            differences += [difference(scores.name, metric, scores.values(metric), earlier.values(metric)) for metric in METRICS]
    return differences


def needs_extra() -> ConfigurationError:
    """What to raise where something of the extra `eval` is not installed."""
    return ConfigurationError("measures need an extra; run `pip install 'koopkg[eval]'`, in a clone `pip install -e '.[eval]'`")


def _by_trec_eval(rankings: Mapping[str, Sequence[str]], judged: dict[str, dict[str, int]]) -> dict[str, dict[str, float]]:
    try:
        from pytrec_eval import RelevanceEvaluator
    except ImportError:
        raise needs_extra() from None
    # Scores are replaced by ranks, so that trec_eval, which orders equal scores by name, keeps our order.
    ranked = {topic: {case: float(len(ranking) - place) for place, case in enumerate(ranking)} for topic, ranking in rankings.items()}
    graded = RelevanceEvaluator(judged, {METRICS["ndcg@10"]}).evaluate(ranked)
    binary = RelevanceEvaluator(judged, {METRICS["recall@20"], METRICS["mrr"]}, relevance_level=RELEVANT_FROM).evaluate(ranked)
    found = {topic: graded.get(topic, {}) | binary.get(topic, {}) for topic in rankings}  # nothing for a topic without hits
    return {topic: {metric: float(values.get(measure, 0)) for metric, measure in METRICS.items()} for topic, values in found.items()}
