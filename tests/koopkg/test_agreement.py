"""Measures of linking, counted by hand on texts of a few words."""

from __future__ import annotations

import pytest

from koopkg.agreement import Counts, Read, deviations, scored
from koopkg.annotated import AnnotatedText, GoldPlace, annotated_text
from koopkg.model import Decided, Decision, Fact, Mention, PlaceLink


def text(identifier: str, **told: object) -> AnnotatedText:
    known = {"id": identifier, "kind": "press", "split": "dev", "language": "de", "case": "one", "text": "Steinach hat einen Bauhof.", **told}
    return annotated_text({"gold": {}, "accept": {}, "mentioned": [], "facts": {}, "places": [], **known}, f"{identifier}.yaml")


def decision(scheme: str, slug: str, confidence: float, *, is_about: bool = True) -> Decision:
    return Decision("", scheme, slug, "about" if is_about else "mentioned", confidence, (Mention(0, 8, "Steinach"),))


def read(*concepts: Decision, facts: tuple[Fact, ...] = (), places: tuple[PlaceLink, ...] = ()) -> Read:
    return Read(Decided(0.9, concepts, facts), places)


def test_right_wrong_missed_and_what_is_defensible() -> None:
    one = text("a", gold={"sector": ["kita", "schule"]}, accept={"sector": ["jugend-familie"]})
    found = read(
        decision("sector", "kita", 0.9),
        decision("sector", "jugend-familie", 0.8),
        decision("sector", "abfall", 0.7),
        decision("sector", "schule", 0.2, is_about=False),
    )
    scores = scored([one], lambda _: found, ["sector"])
    row = scores.schemes["sector"]
    assert row.counts == Counts(right=1, wrong=1, missed=1)
    assert (row.counts.precision, row.counts.recall, row.counts.f1) == (0.5, 0.5, 0.5)
    assert row.by_concept == {"kita": Counts(right=1), "abfall": Counts(wrong=1), "schule": Counts(missed=1)}
    assert row.macro_f1 == 0.5  # of the two that gold has, one is found
    assert row.calibration_error == pytest.approx((0.1 + 0.7 + 0.8) / 3)  # kita .9 right, abfall .7 wrong, schule .2 right; the defensible one left out
    assert scores.whole == 0
    assert set(deviations(one, found, ["sector"])) == {"wrong sector/abfall 0.70", "missed sector/schule 0.20"}


def test_no_case_is_silent_when_nothing_is_about() -> None:
    none = [text("a", case="none"), text("b", case="none")]
    scores = scored(none, lambda asked: read(decision("sector", "kita", 0.9, is_about=asked.id == "a")), ["sector"])
    assert scores.silent == (1, 2)
    assert scores.schemes["sector"].counts == Counts(wrong=1)


def test_texts_about_several_cases_count_for_places_alone() -> None:
    several = text("a", case="several", gold={"sector": ["kita"]}, places=[{"name": "Steinach", "ags": "16072018"}])
    link = PlaceLink("Steinach", "16072018", None, None, 1.0, (Mention(0, 8, "Steinach"),))
    scores = scored([several], lambda _: read(decision("sector", "abfall", 0.9), places=(link,)), ["sector"])
    assert scores.schemes["sector"].counts == Counts()
    assert scores.places == Counts(right=1)


def test_numbers_and_places() -> None:
    one = text("a", facts={"started": 2004, "partner_count": 3}, places=[{"name": "Steinach", "ags": None}])
    fact = Fact("started", 2005, 0.9, (Mention(0, 8, "Steinach"),))
    namesake = PlaceLink("Steinach", "16072018", None, None, 1.0, (Mention(0, 8, "Steinach"),))
    land = PlaceLink("Hessen", "06", None, None, 1.0, (Mention(0, 8, "Steinach"),))
    scores = scored([one], lambda _: read(facts=(fact,), places=(namesake, land)), ["sector"])
    assert scores.facts["started"] == Counts(wrong=1, missed=1)
    assert scores.facts["partner_count"] == Counts(missed=1)
    assert scores.places == Counts(wrong=1)  # a Land is no place here
    assert one.places == (GoldPlace("Steinach", None),)
