"""The measures are those of the literature, computed by trec_eval and by hand; runs are compared topic by topic."""

from __future__ import annotations

from dataclasses import replace
from math import log2
from pathlib import Path
from statistics import mean

import pytest

from koopkg.evaluation import (
    METRICS,
    EvaluationError,
    Grades,
    Run,
    Selection,
    SystemScores,
    Topic,
    compare,
    fingerprint,
    measure_search,
    measured,
    peers,
    read_run,
    refusals,
    selected,
    twins,
    write_run,
)
from koopkg.evaluation.peers import reciprocal_ranks
from koopkg.evaluation.reliability import reliability
from koopkg.index import embedded_texts
from koopkg.pairing import difference
from koopkg.search import SIGNALS, ranked
from koopkg.snapshot import OpenSnapshot
from tests.koopkg.test_topics import topic

TOPIC = topic()
GRADES = {"t": {"a": 3, "b": 2, "c": 1, "d": 0}}


def measured_of(ranking: list[str], grades: Grades = GRADES) -> dict[str, float]:
    return measured("system", lambda _: ranking, [TOPIC], grades).metrics


def test_measures_by_hand() -> None:
    """Ranking c, a, x, b: linear gains 1, 3, 0, 2 against the ideal 3, 2, 1; first relevant (grade >= 2) at rank 2."""
    scores = measured("system", lambda _: ["c", "a", "x", "b"], [TOPIC], GRADES)
    gained = 1 / log2(2) + 3 / log2(3) + 2 / log2(5)
    ideal = 3 / log2(2) + 2 / log2(3) + 1 / log2(4)
    assert scores.metrics["ndcg@10"] == pytest.approx(gained / ideal)
    assert scores.metrics["recall@20"] == 1
    assert scores.metrics["mrr"] == 0.5
    assert scores.metrics["judged@10"] == 0.75
    assert scores.by_topic == {"t": scores.metrics}


def test_what_nobody_judged_is_left_out_of_condensed_lists() -> None:
    """Without x and y the ranking a, b, c is ideal."""
    metrics = measured_of(["x", "a", "y", "b", "c"])
    assert metrics["condensed"] == pytest.approx(1)
    assert metrics["ndcg@10"] < 0.8


def test_depths_are_ten_and_twenty() -> None:
    """The one relevant case at rank 10, 11, 20 and 21: nDCG sees ten, recall twenty, MRR all."""
    found = {rank: measured_of([*(f"x{place}" for place in range(1, rank)), "a"], {"t": {"a": 2}}) for rank in (10, 11, 20, 21)}
    assert {rank: metrics["ndcg@10"] for rank, metrics in found.items()} == {10: pytest.approx(1 / log2(11)), 11: 0, 20: 0, 21: 0}
    assert {rank: metrics["recall@20"] for rank, metrics in found.items()} == {10: 1, 11: 1, 20: 1, 21: 0}
    assert {rank: metrics["mrr"] for rank, metrics in found.items()} == {rank: pytest.approx(1 / rank) for rank in found}


def test_recall_counts_relevant_cases_alone() -> None:
    """Two of three cases from grade 2 are found; those of grade 1 count neither way."""
    assert measured_of(["a", "d", "c"], {"t": {"a": 3, "b": 2, "c": 2, "d": 1, "e": 1}})["recall@20"] == pytest.approx(2 / 3)


def test_our_order_stands_whatever_the_names() -> None:
    """trec_eval itself would put the later name first where scores are equal."""
    assert measured_of(["a", "z"], {"t": {"a": 3}})["mrr"] == 1
    assert measured_of(["z", "a"], {"t": {"a": 3}})["mrr"] == 0.5


def test_topic_without_hits_counts_as_nothing_found() -> None:
    metrics = measured_of([])
    assert {metrics[metric] for metric in METRICS} == {0.0}


def test_intervals_hold_the_mean_and_are_as_wide_as_topics_differ() -> None:
    alike, apart = scores_of(a=0.5, b=0.5, c=0.5), scores_of(a=0.2, b=0.5, c=0.8)
    assert alike.intervals["ndcg@10"] == (0.5, 0.5)
    low, high = apart.intervals["ndcg@10"]
    assert apart.metrics["ndcg@10"] == pytest.approx(0.5)
    assert 0.19 < low < 0.4 < 0.6 < high < 0.81


def test_scores_over_some_topics_are_those_of_these_topics() -> None:
    part = scores_of(a=0.2, b=0.5, c=0.8).over(["a", "c"], "keyword")
    assert (part.name, part.topics, set(part.by_topic)) == ("keyword", 2, {"a", "c"})
    assert part.metrics["mrr"] == pytest.approx(0.5)


def scores_of(**by_topic: float) -> SystemScores:
    return SystemScores.of("fusion", {name: dict.fromkeys((*METRICS, "condensed", "judged@10"), value) for name, value in by_topic.items()})


def test_runs_are_compared_by_topic() -> None:
    """Three topics gain .1, one loses .2: the mean is .025, and the interval says that four such topics prove nothing."""
    new, old = scores_of(a=0.6, b=0.6, c=0.6, d=0.3), scores_of(a=0.5, b=0.5, c=0.5, d=0.5, e=0.9)
    first = compare([new], [old])[0]
    assert (first.system, first.metric, first.topics, first.better, first.worse) == ("fusion", "ndcg@10", 4, 3, 1)
    assert first.mean == pytest.approx(0.025)
    assert first.low < 0 < first.high
    assert compare([new], [old]) == compare([new], [old])


def test_systems_that_only_one_run_has_are_not_compared() -> None:
    """So that a run before a new signal compares with one after it."""
    assert {item.system for item in compare([scores_of(a=1.0), replace(scores_of(a=1.0), name="new")], [scores_of(a=0.5)])} == {"fusion"}


def test_a_constant_gain_has_no_width() -> None:
    """Every topic gains the same, so every drawing of topics does; unpaired, these runs would overlap."""
    first = compare([scores_of(a=0.2, b=0.6, c=0.9)], [scores_of(a=0.1, b=0.5, c=0.8)])[0]
    assert (first.low, first.mean, first.high) == pytest.approx((0.1, 0.1, 0.1))


def test_p_is_that_of_all_ways_to_swap_the_two_runs() -> None:
    """Of the 16 ways to swap four topics that all gain, two give a mean as far from 0; scipy counts them all, we draw."""
    gains = {"a": 0.1, "b": 0.2, "c": 0.4, "d": 0.3}
    assert difference("s", "m", gains, dict.fromkeys(gains, 0.0)).p == pytest.approx(2 / 16, abs=0.015)
    mixed = {"a": 0.1, "b": -0.2, "c": 0.4, "d": 0.35, "e": -0.05, "f": 0.3}
    from scipy.stats import permutation_test  # slow to import, which every process that collects the tests would do

    exact = permutation_test((list(mixed.values()),), lambda values, axis: values.mean(axis), permutation_type="samples", vectorized=True)
    assert difference("s", "m", mixed, dict.fromkeys(mixed, 0.0)).p == pytest.approx(exact.pvalue, abs=0.02)
    assert difference("s", "m", gains, gains).p == 1


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
        measured_of(["c"], {"t": {"c": 1}})


def test_no_topics_are_refused() -> None:
    with pytest.raises(EvaluationError, match="no topics"):
        measured("system", lambda _: [], [], {})


def test_twins_are_english_over_the_german_that_they_translate() -> None:
    """(.4 + .2) / (.8 + .4); c has no twin, and that of e is not among the topics."""
    chosen = [topic("a"), topic("b"), topic("c"), english("d", "a"), english("f", "b"), english("e", "x")]
    found = twins(scores_of(a=0.8, b=0.4, c=0.9, d=0.4, f=0.2, e=1.0), chosen)
    assert found is not None
    assert (found.pairs, *(round(value, 9) for value in (found.english, found.german, found.share))) == (2, 0.3, 0.6, 0.5)
    assert twins(scores_of(c=0.9), [topic("c")]) is None


def english(name: str, twin: str) -> Topic:
    return replace(topic(name), kind="english", language="en", twin=twin)


def test_refusals_count_topics_without_a_hit(opened: OpenSnapshot) -> None:
    """One of two that nothing fits is refused, one of three others is lost."""
    bauhof, dog = replace(TOPIC, text="gemeinsamer Bauhof von drei kleinen Gemeinden"), replace(TOPIC, text="xqzvw")
    found = refusals(opened, Selection((bauhof, bauhof, dog), (dog, bauhof), (), ()))
    assert (found.nothing, found.refused, found.real, found.lost) == (2, 1, 3, 1)


def test_peers_rank_every_case_that_they_know_something_of(opened: OpenSnapshot) -> None:
    bauhof = replace(TOPIC, text="gemeinsamer Bauhof von drei kleinen Gemeinden")
    found = {name: rank(bauhof) for name, rank in peers(opened).items()}
    assert list(found) == ["bm25", "encoder max", "encoder mean", "rrf"]
    assert found["encoder max"][:2] == found["encoder mean"][:2] == ["bauhof-gruenkraut-bodnegg", "bauhof-hueckeswagen-wipperfuerth"]
    assert peers(opened)["bm25"](replace(TOPIC, text="Bürgerbus"))[0] == "buergerbus-kirchhundem"
    assert len(found["encoder max"]) == len(found["encoder mean"]) == len(set(found["rrf"])) == len(opened)
    assert peers(opened)["bm25"](replace(TOPIC, text="xqzvw der die das")) == []


def test_the_encoder_alone_is_the_cosine_with_titles_and_passages(opened: OpenSnapshot) -> None:
    """Case by case, by brute force."""
    vector = opened.query_vector("Bauhof")
    texts = [embedded_texts(entry.case, entry.texts, opened.ontology) for entry in opened.catalog.entries()]
    cosines = {opened.catalog.id_of(row): opened.encoder.encode_document(of_case) @ vector for row, of_case in enumerate(texts)}
    found = peers(opened)
    assert found["encoder max"](TOPIC) == sorted(cosines, key=lambda case: -cosines[case].max())
    assert found["encoder mean"](TOPIC) == sorted(cosines, key=lambda case: -cosines[case].mean())


def test_reciprocal_ranks_by_hand() -> None:
    """a: 1/61 + 1/63, b: 1/62 + 1/61, c: 1/63 + 1/62, d: 1/64: b, a, c, d."""
    assert reciprocal_ranks(lambda _: ["a", "b", "c", "d"], lambda _: ["b", "c", "a"])(TOPIC) == ["b", "a", "c", "d"]


def test_everything_is_measured_in_one_go(opened: OpenSnapshot) -> None:
    """On the tiny snapshot: every part is there, over the topics that it is about, and the same again."""
    asked = [
        replace(topic("a"), text="gemeinsamer Bauhof für Gemeinden"),
        replace(english("b", "a"), text="joint municipal depot"),
        replace(topic("c"), text="Bürgerbus"),
        replace(topic("n"), kind="nothing", text="xqzvw"),
        topic("none"),
        topic("unread"),
    ]
    bauhof = {"bauhof-gruenkraut-bodnegg": 3, "bauhof-hueckeswagen-wipperfuerth": 3, "standesamt-lossetal": 0}
    grades = {"a": bauhof, "b": bauhof, "c": {"buergerbus-kirchhundem": 3}, "n": {"standesamt-lossetal": 0}, "none": {"standesamt-lossetal": 1}}
    chosen = selected(asked, grades)
    assert (chosen.without_relevant, chosen.unjudged) == (("none",), ("unread",))
    report = measure_search(opened, chosen, grades)
    assert [scores.name for scores in report.own] == [*(signal.name for signal in SIGNALS), "fusion"]
    assert all(scores.topics == 3 for scores in report.systems)
    assert report.own[-1].metrics["ndcg@10"] == pytest.approx(1)
    assert [(scores.name, scores.topics) for scores in report.by_kind] == [("keyword", 2), ("english", 1)]
    assert [item.system for item in report.ablation] == [signal.name for signal in SIGNALS]
    assert {item.system: item.topics for item in report.variants}["umlaut as ae"] == 2
    assert all(item.mean <= 0 for item in report.variants)
    assert report.twins is not None
    assert (report.twins.pairs, report.refusals.nothing, report.refusals.refused, report.refusals.real) == (1, 1, 1, 3)
    assert [item.metric for item in report.beside_peer] == ["ndcg@10", "condensed"]
    assert all(item.mean >= 0 for item in report.beside_peer)
    assert measure_search(opened, chosen, grades) == report


def test_scores_are_held_against_judgments(opened: OpenSnapshot) -> None:
    """Each of the first twenty of a topic is in one band. Where all are relevant, scores are too low by what they lack to 1; where none is, too high."""
    asked = replace(TOPIC, text="gemeinsamer Bauhof von drei kleinen Gemeinden")
    scores = [score for _, score in ranked(opened, asked.text, None)[:20]]
    for grade, error in ((3, 1 - mean(scores)), (1, mean(scores))):
        found = reliability(opened, [asked], {TOPIC.id: dict.fromkeys((case for case, _ in ranked(opened, asked.text, None)), grade)})
        assert sum(band.cases for band in found.bands) == len(scores)
        assert {band.right for band in found.bands} == {float(grade == 3)}
        assert all(band.least <= band.said <= band.most for band in found.bands)
        assert found.error == pytest.approx(error, abs=1e-6)


def test_what_nobody_looks_at_does_not_count(full: OpenSnapshot) -> None:
    """Of 537 cases most are rightly unlikely, and would make any scores look good."""
    assert sum(band.cases for band in reliability(full, [TOPIC, TOPIC], {TOPIC.id: {}}).bands) == 40


def test_what_nobody_judged_is_not_right(opened: OpenSnapshot) -> None:
    assert {band.right for band in reliability(opened, [TOPIC], {TOPIC.id: {}}).bands} == {0.0}
