"""The measures are those of the literature, computed by ranx and by hand."""

from __future__ import annotations

from math import log2
from pathlib import Path

import pytest

from koopkg.evaluation import EvaluationError, Topic, evaluate, judgments, topics

TOPIC = Topic("t", "dev", "keyword", "Bauhof")
GRADES = {"t": {"a": 3, "b": 2, "c": 1, "d": 0}}


@pytest.mark.filterwarnings("ignore::Warning")  # numba warns about casts inside ranx
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
