"""What signals weigh and which score makes a hit, learned from a few topics over a few cases: by the real signals, alike each time, and with sense."""

from __future__ import annotations

import numpy as np
import pytest

from koopkg.evaluation import Topic, calibrated
from koopkg.evaluation.calibrating import _least, _Lesson
from koopkg.search import SIGNALS, Said, said
from koopkg.search.scoring import Scoring
from koopkg.snapshot import OpenSnapshot

NOTHING = ["Reisepass verlängern", "Rezept für Apfelkuchen", "Wie wird das Wetter am Wochenende?", "Gebrauchtwagen verkaufen", "lost my dog", "Steuererklärung"]


@pytest.fixture(scope="module")
def learned(opened: OpenSnapshot) -> tuple[Scoring, list[Topic]]:
    """From a topic a case, its title, of which that case alone is right."""
    cases = [entry.case for entry in opened.catalog.entries()]
    topics = [Topic(id=f"t{row}", split="dev", kind="question", aim="plain", language="de", text=case.title, need="it") for row, case in enumerate(cases)]
    grades = {topic.id: {case.id: 3} for topic, case in zip(topics, cases, strict=True)}
    scoring = calibrated(opened, topics, grades, NOTHING)
    assert scoring == calibrated(opened, topics, grades, NOTHING)
    return scoring, topics


def test_each_signal_has_a_weight_and_the_curve_rises(learned: tuple[Scoring, list[Topic]]) -> None:
    scoring, _ = learned
    assert scoring.weights.keys() == {signal.name for signal in SIGNALS}
    points = np.array(scoring.curve)
    assert np.all(np.diff(points[:, 0]) > 0)
    assert np.all(np.diff(points[:, 1]) >= 0)
    assert points[0].tolist() == [0.0, 0.0]
    assert points[-1][0] == 1.0
    assert {"calibration_error", "refused", "lost"} == scoring.figures.keys()


def test_what_is_asked_for_scores_above_what_nothing_answers(learned: tuple[Scoring, list[Topic]], opened: OpenSnapshot) -> None:
    scoring, topics = learned

    def best(text: str) -> float:
        found = said(opened, text)
        odds = scoring.odds({signal.name: found.parts[:, place] for place, signal in enumerate(SIGNALS)}, found.nothing)
        return float(scoring.probabilities(odds).max())

    assert min(best(topic.text) for topic in topics) > max(map(best, NOTHING))
    assert min(best(topic.text) for topic in topics) >= scoring.least


def lesson(*, is_nothing: bool) -> _Lesson:
    return _Lesson("x", Said(np.zeros((1, 1), np.float32), 0.0), np.zeros(1, np.float32), 1.0, is_nothing)


def test_a_hit_begins_where_a_lower_score_would_be_about_as_good() -> None:
    """Between .05, which the last text that nothing answers has, and .3, above which a topic is lost, no threshold is better than another."""
    lessons = [*(lesson(is_nothing=True) for _ in range(4)), *(lesson(is_nothing=False) for _ in range(4))]
    shown = [np.array([score], np.float32) for score in (0.01, 0.02, 0.045, 0.05, 0.3, 0.6, 0.7, 0.9)]
    assert _least(lessons, shown) == pytest.approx(0.06)
