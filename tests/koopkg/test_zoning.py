"""Zones and calibration, counted by hand."""

from __future__ import annotations

import pytest

from koopkg.annotated import JudgedSentence
from koopkg.model import Decided, Decision, Mention
from koopkg.zoning import Said, ZoneCounts, error_of, votes_of, zones_of
from tests.koopkg.test_agreement import text

RIGHT, WRONG = True, False


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ([(0.9, RIGHT), (0.6, RIGHT), (0.5, WRONG), (0.4, RIGHT)], 0.6),  # from .5 on 2 of 3 are right, from .4 on 3 of 4
        ([(0.9, WRONG), (0.6, RIGHT), (0.5, RIGHT), (0.4, RIGHT), (0.3, RIGHT)], 0.3),  # 4 of 5: wrong ones are made up for by those below
        ([(0.9, WRONG), (0.8, RIGHT)], None),
        ([(0.5, RIGHT), (0.5, WRONG)], None),  # what has the same confidence stands on the same side
        ([], None),
    ],
)
def test_sure_from_is_the_lowest_confidence_that_keeps_what_taken_promises(said: list[tuple[float, bool]], expected: float | None) -> None:
    assert zones_of([Said(*item) for item in said], 9, taken=0.8, asked=0.2).sure_from == expected


def test_an_empty_zone_has_no_precision() -> None:
    divided = zones_of([Said(0.9, RIGHT), Said(0.95, WRONG)], 1, taken=0.85, asked=0.2)
    assert (divided.taken.precision, divided.asked.precision, divided.dropped.precision) == (0.5, None, None)
    assert divided.asked == ZoneCounts(0, 0, 0)
    assert divided.unsaid == 0


def test_the_calibration_error_is_that_of_ten_bins() -> None:
    """Two of .75 and one right: .25 apart; one of .15 and wrong: .15; weighted by how many they are."""
    assert error_of([Said(0.75, RIGHT), Said(0.75, WRONG), Said(0.15, WRONG)]) == pytest.approx((2 * 0.25 + 0.15) / 3)
    assert error_of([]) is None


def test_each_reader_who_saw_the_sentence_of_a_suggestion_has_a_vote() -> None:
    """Of three suggestions one was seen by two readers, who differ, one was seen by none, and of one another sentence was seen."""

    def suggested(slug: str, quote: str, confidence: float) -> Decision:
        return Decision("", "obstacle", slug, "mentioned", confidence, (Mention(0, len(quote), quote),))

    said = [("zeitdruck", "Es eilt.", 0.6), ("rivalitaet", "Man stritt.", 0.5), ("laermangst", "Es war laut.", 0.4)]
    decided = Decided(0.9, tuple(suggested(*item) for item in said), ())
    judged = [
        JudgedSentence("a", "obstacle", "zeitdruck", "Es eilt.", (True, False)),
        JudgedSentence("b", "obstacle", "rivalitaet", "Man stritt.", (True,)),
        JudgedSentence("a", "success-factor", "rivalitaet", "Man stritt.", (True,)),
        JudgedSentence("a", "obstacle", "laermangst", "Alle schliefen.", (True,)),
    ]
    assert list(votes_of(text("a"), decided, "obstacle", judged)) == [Said(0.6, RIGHT), Said(0.6, WRONG)]
