"""Measures of linking, counted by hand on texts of a few words."""

from __future__ import annotations

import pytest

from koopkg.agreement import Counts, Macro, Read, by_labels, deviations, scored, zones
from koopkg.annotated import AnnotatedText, GoldPlace, annotated_text
from koopkg.model import Decided, Decision, Fact, Link, Linked, Mention, PlaceLink
from koopkg.zoning import ZoneCounts


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
    assert row.macro == Macro(precision=0.5, recall=0.5, f1=0.5)  # of the two that gold has, one is found
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


def test_texts_told_to_be_about_several_cases_are_counted_both_ways() -> None:
    """One of each kind that is told, one of each that is not."""
    texts = [text("a", case="several"), text("b", case="several"), text("c"), text("d"), text("e", case="none")]
    told = {"a": 4, "c": 2}
    found = {asked.id: Read(Decided(0.9, (), (), 0.8, told.get(asked.id)), ()) for asked in texts}
    assert scored(texts, lambda asked: found[asked.id], ["sector"]).several == Counts(right=1, wrong=1, missed=1)
    lines = {asked.id: list(deviations(asked, found[asked.id], ["sector"])) for asked in texts}
    assert [name for name, of_text in lines.items() if any("several 0.80" in line for line in of_text)] == ["b", "c"]


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


def test_macro_figures_are_means_over_concepts_and_micro_ones_over_answers() -> None:
    """Kita is right three times of three, school once of two answers and of two texts, waste never: .75 of the answers, but half of the concepts."""
    texts = [text(name, gold={"sector": slugs}) for name, slugs in (("a", ["kita"]), ("b", ["kita", "schule"]), ("c", ["kita", "abfall"]), ("d", ["schule"]))]
    found = {"a": ["kita", "schule"], "b": ["kita", "schule"], "c": ["kita"], "d": []}
    row = scored(texts, lambda asked: read(*(decision("sector", slug, 0.9) for slug in found[asked.id])), ["sector"]).schemes["sector"]
    assert row.counts == Counts(right=4, wrong=1, missed=2)
    assert row.counts.precision == 0.8
    assert row.counts.recall == pytest.approx(2 / 3)
    assert (row.macro.precision, row.macro.recall, row.macro.f1) == pytest.approx(((1 + 0.5 + 0) / 3,) * 3)
    assert list(row.by_concept) == ["abfall", "kita", "schule"]


def test_texts_taken_for_no_case_are_counted_both_ways() -> None:
    """By the probability of a case, whatever else is said; texts about several cases ask nothing of it."""
    likely = {"none-seen": 0.2, "none-unseen": 0.5, "one-seen": 0.5, "one-lost": 0.49, "several": 0.1}
    texts = [text(name, case=name.split("-")[0]) for name in likely]
    scores = scored(texts, lambda asked: Read(Decided(likely[asked.id], (), ()), ()), ["sector"])
    assert scores.no_case == Counts(right=1, wrong=1, missed=1)


def test_zones_hold_all_that_was_said_and_all_that_there_is() -> None:
    """Of four right sectors one is taken, one asked about, one dropped and one never named; a text about several cases has no part in it."""
    one = text("a", gold={"sector": ["kita", "schule", "abfall", "wohnen"]}, accept={"sector": ["jugend-familie"]})
    said = [("kita", 0.85), ("pflege", 0.95), ("schule", 0.2), ("wasser", 0.84), ("abfall", 0.19), ("jugend-familie", 0.9)]
    found = read(*(decision("sector", slug, confidence, is_about=False) for slug, confidence in said), decision("activity", "planen", 0.9))
    divided = zones([one, text("b", case="several")], lambda _: found, ["sector"], taken=0.85, asked=0.2)["sector"]
    assert divided.taken == ZoneCounts(count=2, right=1, expected=1.8)
    assert divided.asked == ZoneCounts(count=2, right=1, expected=1.04)
    assert divided.dropped == ZoneCounts(count=1, right=1, expected=0.19)
    assert divided.unsaid == 1


def test_by_labels_alone_a_text_has_whatever_it_names() -> None:
    place = PlaceLink("Steinach", "16072018", None, None, 1.0, (Mention(0, 8, "Steinach"),))
    named = by_labels(Linked("de", (Link("", "sector", "kita", 0.3, (Mention(0, 8, "Steinach"),)),), (place,)))
    assert [(item.slug, item.decision) for item in named.decided.concepts] == [("kita", "about")]
    scores = scored([text("a", gold={"sector": ["kita"]}, places=[{"name": "Steinach", "ags": "16072018"}])], lambda _: named, ["sector"])
    assert (scores.schemes["sector"].counts, scores.places) == (Counts(right=1), Counts(right=1))
