"""The measures are those of the literature, computed by trec_eval and by hand; runs are compared topic by topic."""

from __future__ import annotations

from math import log2
from pathlib import Path

import pytest

from koopkg.evaluation import (
    EvaluationError,
    Run,
    SystemScores,
    Topic,
    compare,
    evaluate,
    fingerprint,
    judgments,
    read_run,
    topics,
    write_run,
)

TOPIC = Topic("t", "dev", "keyword", "Bauhof")
GRADES = {"t": {"a": 3, "b": 2, "c": 1, "d": 0}}


def test_measures_by_hand() -> None:
    """Ranking c, a, x, b: linear gains 1, 3, 0, 2 against the ideal 3, 2, 1; first relevant (grade >= 2) at rank 2."""
    ranking = [("c", 0.9), ("a", 0.8), ("x", 0.8), ("b", 0.1)]
    scores = evaluate([TOPIC], GRADES, lambda *_: ranking)[0]
    gained = 1 / log2(2) + 3 / log2(3) + 2 / log2(5)
    ideal = 3 / log2(2) + 2 / log2(3) + 1 / log2(4)
    assert scores.metrics["ndcg@10"] == pytest.approx(gained / ideal)
    assert scores.metrics["recall@20"] == 1
    assert scores.metrics["mrr"] == 0.5
    assert scores.judged_at_10 == 0.75
    assert scores.by_topic == {"t": scores.metrics}


def test_depths_are_ten_and_twenty() -> None:
    """The one relevant case at rank 10, 11, 20 and 21: nDCG sees ten, recall twenty, MRR all."""
    found = {}
    for rank in (10, 11, 20, 21):
        ranking = [(f"x{place}", 1.0) for place in range(1, rank)] + [("a", 1.0)]
        found[rank] = evaluate([TOPIC], {"t": {"a": 2}}, lambda *_, ranking=ranking: ranking)[0].metrics
    assert {rank: metrics["ndcg@10"] for rank, metrics in found.items()} == {10: pytest.approx(1 / log2(11)), 11: 0, 20: 0, 21: 0}
    assert {rank: metrics["recall@20"] for rank, metrics in found.items()} == {10: 1, 11: 1, 20: 1, 21: 0}
    assert {rank: metrics["mrr"] for rank, metrics in found.items()} == {rank: pytest.approx(1 / rank) for rank in found}


def test_recall_counts_relevant_cases_alone() -> None:
    """Two of three cases from grade 2 are found; those of grade 1 count neither way."""
    grades = {"t": {"a": 3, "b": 2, "c": 2, "d": 1, "e": 1}}
    assert evaluate([TOPIC], grades, lambda *_: [("a", 1.0), ("d", 1.0), ("c", 1.0)])[0].metrics["recall@20"] == pytest.approx(2 / 3)


def test_our_order_stands_among_equal_scores() -> None:
    """trec_eval itself would put the later name first."""
    for ranking, expected in (([("a", 0.5), ("z", 0.5)], 1), ([("z", 0.5), ("a", 0.5)], 0.5)):
        assert evaluate([TOPIC], {"t": {"a": 3}}, lambda *_, ranking=ranking: ranking)[0].metrics["mrr"] == expected


def test_topic_without_hits_counts_as_nothing_found() -> None:
    scores = evaluate([TOPIC], GRADES, lambda *_: [])[0]
    assert set(scores.metrics.values()) == {0.0}


def scores_of(**by_topic: float) -> SystemScores:
    values = {topic: dict.fromkeys(("ndcg@10", "recall@20", "mrr"), value) for topic, value in by_topic.items()}
    return SystemScores("fusion", len(values), {}, 1.0, values)


def test_runs_are_compared_by_topic() -> None:
    """Three topics gain .1, one loses .2: the mean is .025, and the interval says that four such topics prove nothing."""
    new, old = scores_of(a=0.6, b=0.6, c=0.6, d=0.3), scores_of(a=0.5, b=0.5, c=0.5, d=0.5, e=0.9)
    first = compare([new], [old])[0]
    assert (first.system, first.metric, first.topics, first.better, first.worse) == ("fusion", "ndcg@10", 4, 3, 1)
    assert first.mean == pytest.approx(0.025)
    assert first.low < 0 < first.high
    assert compare([new], [old]) == compare([new], [old])


def test_a_constant_gain_has_no_width() -> None:
    """Every topic gains the same, so every drawing of topics does; unpaired, these runs would overlap."""
    first = compare([scores_of(a=0.2, b=0.6, c=0.9)], [scores_of(a=0.1, b=0.5, c=0.8)])[0]
    assert (first.low, first.mean, first.high) == pytest.approx((0.1, 0.1, 0.1))


def test_runs_over_other_topics_are_refused() -> None:
    with pytest.raises(EvaluationError, match="fusion: topic b is not in the other run"):
        compare([scores_of(a=1.0, b=1.0)], [scores_of(a=1.0)])


def test_a_run_is_kept_whole_and_only_read_with_its_judgments(tmp_path: Path) -> None:
    path, run = tmp_path / "run.json", Run("0123", fingerprint(GRADES), (scores_of(a=0.5),))
    write_run(path, run)
    assert read_run(path, grades=GRADES) == run
    with pytest.raises(EvaluationError, match="was measured with other judgments"):
        read_run(path, grades={"t": {"a": 2}})
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(EvaluationError, match=r"run\.json: is no stored run \(3 faults\)"):
        read_run(path, grades=GRADES)


def test_topic_without_a_relevant_case_is_refused() -> None:
    with pytest.raises(EvaluationError, match="topic t: has no case judged relevant"):
        evaluate([TOPIC], {"t": {"c": 1}}, lambda *_: [("c", 1.0)])


def test_no_topics_are_refused() -> None:
    with pytest.raises(EvaluationError, match="no topics"):
        evaluate([], {}, lambda *_: [])


def test_broken_files_are_named(tmp_path: Path) -> None:
    (tmp_path / "q.txt").write_text("k01 0 case\n", encoding="utf-8")
    with pytest.raises(EvaluationError, match="line 1: 'k01 0 case' cannot be read"):
        judgments(tmp_path / "q.txt")
    (tmp_path / "t.tsv").write_text("id\ttext\n1\tx\n", encoding="utf-8")
    with pytest.raises(EvaluationError, match="column 'split' is missing"):
        topics(tmp_path / "t.tsv")
