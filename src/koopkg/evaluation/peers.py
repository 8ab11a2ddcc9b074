"""A snapshot -> ways to rank its cases that owe nothing to this package but its texts and vectors: what a search library gives as it comes.

`bm25` is bm25s with Snowball stems and stop words, `encoder` the cosine of the encoder with what is embedded of a case, neither centred nor weighted,
`rrf` both by reciprocal rank. Nothing of them was tuned.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from logging import WARNING, getLogger
from typing import Any

import numpy as np
import numpy.typing as npt
import Stemmer

from koopkg.evaluation.measures import Rank, needs_extra
from koopkg.evaluation.topics import Topic
from koopkg.index import EmbeddingCache, Matrix, embedded_texts, lexical_text
from koopkg.model import LANGUAGES, Language
from koopkg.snapshot import OpenSnapshot
from koopkg.text import query_text

__all__ = ["case_texts", "encoded", "peers", "reciprocal_ranks"]

_STEMS = {"de": "german", "en": "english"}
_Scores = npt.NDArray[np.float32]


def peers(opened: OpenSnapshot) -> dict[str, Rank]:
    """Each peer by its name.

    Raises:
        ConfigurationError: The extra `eval` is not installed.
    """
    words, best = _bm25(opened), _encoder(opened, np.maximum)
    return {"bm25": words, "encoder max": best, "encoder mean": _encoder(opened, np.add), "rrf": reciprocal_ranks(words, best)}


def case_texts(opened: OpenSnapshot) -> list[str]:
    """All words that a case is found by, German and English, by row: what `koopkg.index` takes apart by field."""
    found = (lexical_text(entry.case, entry.texts, opened.ontology) for entry in opened.catalog.entries())
    return [f"{text.title} {text.labels} {text.body} {text.english}" for text in found]


def encoded(opened: OpenSnapshot) -> list[Matrix]:
    """The vectors of all that is embedded of each case as the encoder gives them, by row; from the cache of builds where they are there."""
    with closing(EmbeddingCache(opened.settings.cache_folder / "embeddings.sqlite")) as cache:
        return [cache.encode_documents(opened.encoder, embedded_texts(entry.case, entry.texts, opened.ontology))[0] for entry in opened.catalog.entries()]


def reciprocal_ranks(*systems: Rank, k: int = 60) -> Rank:
    """Fuse systems by reciprocal rank: score = sum of 1 / (k + rank), rank from 1; ties by id.

    Source: Cormack, Clarke and Büttcher, SIGIR 2009.
    """

    def rank(topic: Topic) -> list[str]:
        scores: dict[str, float] = {}
        for system in systems:
            for place, case in enumerate(system(topic), start=1):
                scores[case] = scores.get(case, 0.0) + 1 / (k + place)
        return sorted(scores, key=lambda case: (-scores[case], case))

    return rank


def _bm25(opened: OpenSnapshot) -> Rank:
    """An index for each language of topics, over the same texts."""
    try:
        from bm25s import BM25
    except ImportError:
        raise needs_extra() from None
    getLogger("bm25s").setLevel(WARNING)  # it reports each step
    texts, ids, indexes = case_texts(opened), _ids(opened), {}
    for language in LANGUAGES:
        indexes[language] = BM25()
        indexes[language].index(_terms(texts, language), show_progress=False)

    def rank(topic: Topic) -> list[str]:
        terms = _terms([topic.text], topic.language)[0]
        scores: _Scores = indexes[topic.language].get_scores(terms) if terms else np.zeros(len(ids), np.float32)
        return [ids[row] for row in _falling(scores) if scores[row] > 0]

    return rank


def _terms(texts: Sequence[str], language: Language) -> list[list[str]]:
    from bm25s import tokenize

    stemmer = Stemmer.Stemmer(_STEMS[language])
    found: Any = tokenize(list(texts), stopwords=_STEMS[language], stemmer=stemmer, return_ids=False, show_progress=False)
    return list(found)


def _encoder(opened: OpenSnapshot, gather: Any) -> Rank:
    """By the largest (`np.maximum`) or the mean (`np.add`) cosine with the heads and passages of a case."""
    ids, vectors = _ids(opened), encoded(opened)
    lengths = np.array(list(map(len, vectors)))
    starts, every = np.cumsum(lengths) - lengths, np.concatenate(vectors)
    divisor = lengths if gather is np.add else np.ones_like(lengths)

    def rank(topic: Topic) -> list[str]:
        similarities = every @ opened.query_vector(query_text(topic.text, field="q"))
        return [ids[row] for row in _falling(gather.reduceat(similarities, starts) / divisor)]

    return rank


def _falling(scores: _Scores) -> npt.NDArray[np.intp]:
    """Rows by falling score; ties by row, and so by id."""
    return np.argsort(-scores, kind="stable")


def _ids(opened: OpenSnapshot) -> list[str]:
    return [row.id for row in opened.catalog.cases()]
