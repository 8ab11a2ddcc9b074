"""Vectors of an encoder -> vectors that tell cooperations apart, and how likely it is that a text asks for each task: what `koopkg train-search` learned."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from koopkg.files import write_whole
from koopkg.index.columns import Matrix, unit
from koopkg.model import LANGUAGES, Language

__all__ = ["HEADS", "TASK_SCALE", "Adaptation", "Asked"]

HEADS = 3
"""Texts of a case beside its passages: title with labels in German, the same in English, the English summary."""
_SHARES = (1.0, 0.7, 0.5, 0.7)
"""What each of these, and the mean of the passages, adds to the meaning of a case; tuned on the dev topics, where others differ by .003."""
TASK_SCALE = 12.0
"""What the cosine between a text and a task is multiplied by before it becomes log odds."""
_TEXTS = ("encoder", "tasks")


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """What a text asks for.

    Attributes:
        direction: Of the cases that answer it: float32 unit vector (dim,).
        tasks: Slug of an activity -> probability that it is asked for.
        nothing: Probability that no cooperation answers it; 0 where that was not learned.
    """

    direction: Matrix
    tasks: Mapping[str, float]
    nothing: float


@dataclass(frozen=True, slots=True, eq=False)
class Adaptation:
    """What is known of the vectors of one encoder.

    Attributes:
        encoder: The beginning of its id.
        usual: float32 array (4, dim): the mean vector of each of the heads and of passages.
        usual_asked: float32 array (2, dim): the mean vector of search texts, German and English.
        turn: float32 array (dim, dim): from what deviates from a usual search text to what has to be added to it, to point at cases.
        tasks: Slugs of activities.
        task_weights: float32 array (n_tasks + 1, dim), in their order; the last for what no cooperation answers.
        task_intercepts: float32 array (n_tasks + 1,).
    """

    encoder: str
    usual: Matrix
    usual_asked: Matrix
    turn: Matrix
    tasks: tuple[str, ...]
    task_weights: Matrix
    task_intercepts: Matrix

    @classmethod
    def bundled(cls) -> Adaptation:
        """That of the bundled encoder."""
        return _bundled()

    @staticmethod
    def bundled_path() -> Path:
        """Its file, for whoever learns it anew."""
        return Path(__file__).with_name("adaptation.npz")

    @classmethod
    def neutral(cls, encoder: str, texts: Matrix) -> Adaptation:
        """For an encoder that nothing was learned of: what deviates from the mean of some texts about everything that cases are about.

        Args:
            texts: Their vectors: float32 array (n, dim).
        """
        mean = texts.mean(axis=0).astype(np.float32)
        nothing = np.zeros((0, len(mean)), np.float32)
        return cls(
            encoder, np.stack([mean] * (HEADS + 1)), np.stack([mean] * len(LANGUAGES)), np.zeros((len(mean),) * 2, np.float32), (), nothing, nothing[:, 0]
        )

    @classmethod
    def open(cls, path: Path) -> Adaptation:
        """What was saved at a path.

        Raises:
            OSError: It is not there.
            ValueError: It is damaged.
            KeyError: Something of it is missing.
        """
        try:
            return cls._read(path)
        except (EOFError, RuntimeError, BadZipFile, zlib.error) as error:
            raise ValueError(str(error)) from error

    @classmethod
    def _read(cls, path: Path) -> Adaptation:
        with path.open("rb") as handle, np.load(handle, allow_pickle=False) as found:
            arrays = {field.name: found[field.name].astype(np.float32) for field in fields(cls) if field.name not in _TEXTS}
            return cls(encoder=str(found["encoder"]), tasks=tuple(map(str, found["tasks"])), **arrays)

    def save(self, path: Path) -> None:
        """Write it, the arrays in half precision: finer values change no ranking."""
        arrays = {field.name: getattr(self, field.name).astype(np.float16) for field in fields(self) if field.name not in _TEXTS}
        packed = BytesIO()
        np.savez_compressed(packed, encoder=np.array(self.encoder), tasks=np.array(self.tasks, dtype=str), **arrays)
        write_whole(path, packed.getvalue())

    def passages(self, vectors: Matrix) -> Matrix:
        """How passages deviate from usual ones: float32 array (n, dim), rows L2-normalised."""
        return unit(vectors - self.usual[HEADS])

    def meaning(self, heads: Matrix, passages: Matrix) -> Matrix:
        """What a case is about: float32 unit vector (dim,).

        Args:
            heads: Vectors of the encoder (3, dim).
            passages: Those of `passages` (n, dim).
        """
        deviating = [*unit(heads - self.usual[:HEADS]), *([unit(passages.mean(axis=0))] if len(passages) else [])]
        return unit(np.sum([share * vector for share, vector in zip(_SHARES, deviating, strict=False)], axis=0))

    def deviation(self, vector: Matrix, language: Language) -> Matrix:
        """How a search text deviates from usual ones of its language: float32 unit vector (dim,).

        Args:
            vector: Of the encoder (dim,).
        """
        return unit(vector - self.usual_asked[LANGUAGES.index(language)])

    def asked(self, vector: Matrix, language: Language) -> Asked:
        """What a search text asks for; its vector is as of `deviation`."""
        return self.asked_by(self.deviation(vector, language))

    def asked_by_all(self, deviations: Sequence[Matrix]) -> Asked:
        """What the stretches of a long text ask for together: each counts by how plainly it asks for a task, so that letterheads and procedure count little."""
        asked = [self.asked_by(deviation) for deviation in deviations]
        plain = [max(one.tasks.values(), default=1.0) * (1 - one.nothing) for one in asked]
        return self.asked_by(unit(np.average(deviations, axis=0, weights=np.maximum(plain, 1e-6)).astype(np.float32)))

    def asked_by(self, deviation: Matrix) -> Asked:
        """What is asked for by how it deviates from what is usual: also the meaning of a case."""
        direction = unit(deviation + deviation @ self.turn)
        if not self.tasks:
            return Asked(direction, {}, 0.0)
        odds = TASK_SCALE * (self.task_weights @ deviation) + self.task_intercepts
        shares = np.exp(odds - odds.max())
        shares /= shares.sum()
        return Asked(direction, dict(zip(self.tasks, map(float, shares[:-1]), strict=True)), float(shares[-1]))


@lru_cache(maxsize=1)
def _bundled() -> Adaptation:
    return Adaptation.open(Adaptation.bundled_path())
