"""Vectors of titles and passages -> how close in meaning cases are to a query, exactly, or from many rows on by way of candidates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from koopkg.errors import SnapshotError
from koopkg.index.columns import Matrix, Rows, mapped
from koopkg.messages import Foreign

__all__ = ["EXACT_ROWS", "CaseVectors", "Reference", "VectorIndex", "build_vector_index"]

TITLES = 2
"""Rows that each case begins with: its title with the service in German, its title in English."""
_BEST, _MEAN, _TITLE = 0.35, 0.3, 0.35
"""Shares of best passage, mean passage and better title; tuned on the dev topics."""
_LOW, _SPREAD = 1.0, 4.0
"""Standard deviations above the reference at which the score begins, and how many more make it 1; tuned on the dev topics. E5 puts every pair of
texts between 0.7 and 0.9, so that only the distance from texts that are about something else says anything."""
_PROBED = 0.05
"""Share of the cells of an approximate search that are looked into: it finds 97 of the 100 nearest rows (`make bench`)."""
EXACT_ROWS = 20_000
"""Up to so many rows every case is compared exactly; above, those that an approximate search of single rows finds, or another signal does."""

_ADDED = 2_000
"""Rows put into the approximate index at once, so that they need a few megabytes at most."""


Cells = npt.NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class CaseVectors:
    """The rows of one case, as they are kept from one snapshot to the next.

    Attributes:
        vectors: float32 array (n_rows, dim) of unit vectors, titles first.
        passages: For each passage its document, as a number among those of the case, and its number there: int32 array (n_rows - 2, 2).
        cells: For each row the number of the reference text nearest to it, None where that is not known yet: int16 array (n_rows,).
    """

    vectors: Matrix
    passages: npt.NDArray[np.int32]
    cells: Cells | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """How close to a query texts are that no case has a part in: what is no closer is not close.

    Attributes:
        texts: Their unit vectors: float32 array (n, dim).
        mean: float32 array (dim,).
        covariance: float32 array (dim, dim).
    """

    texts: Matrix
    mean: Matrix
    covariance: Matrix

    @classmethod
    def of(cls, vectors: Matrix) -> Reference:
        """From the unit vectors of the texts: float32 array (n, dim)."""
        mean = vectors.mean(axis=0)
        centred = vectors - mean
        return cls(vectors, mean.astype(np.float32), (centred.T @ centred / len(vectors)).astype(np.float32))

    def deviations(self, vector: Matrix, similarities: Matrix) -> Matrix:
        """Similarities with a unit vector, in standard deviations above those of the texts."""
        spread = float(np.sqrt(max(float(vector @ self.covariance @ vector), 1e-12)))
        return np.asarray((similarities - float(vector @ self.mean)) / spread)


def build_vector_index(folder: Path, cases: Iterable[CaseVectors], reference: Reference) -> int:
    """Write the vectors of each case, in the order of rows, one case at a time; returns how many there are."""
    folder.mkdir(parents=True)
    starts, passages, cells = [0], [], []
    with (folder / "vectors.f32").open("wb") as handle:
        for case in cases:
            handle.write(np.ascontiguousarray(case.vectors, dtype="<f4").tobytes())
            starts.append(starts[-1] + len(case.vectors))
            passages.append(case.passages)
            cells.append(np.full(len(case.vectors), -1, dtype=np.int16) if case.cells is None else case.cells)
    np.save(folder / "starts.npy", np.array(starts, dtype=np.int64))
    np.save(folder / "passages.npy", np.concatenate([*passages, np.zeros((0, 2), dtype=np.int32)]))
    np.save(folder / "reference.npy", reference.texts)
    texts = _in_eight_bits(reference.texts)
    found = _all_cells(np.concatenate([*cells, np.zeros(0, dtype=np.int16)]), folder, texts)
    np.save(folder / "cells.npy", found)
    if starts[-1] > EXACT_ROWS:
        _build_candidates(folder, found, texts)
    return starts[-1]


def _all_cells(known: Cells, folder: Path, texts: Matrix) -> Cells:
    """The first of the nearest texts to each row, where it is -1; sums of whole numbers below 2^24, so the same however many are compared at once."""
    missing = np.flatnonzero(known < 0)
    if len(missing):
        vectors = np.memmap(folder / "vectors.f32", dtype="<f4", mode="r").reshape(-1, texts.shape[1])
        for first in range(0, len(missing), _ADDED):
            rows = missing[first : first + _ADDED]
            known[rows] = np.argmax(_in_eight_bits(vectors[rows]) @ texts.T, axis=1)
    return known


def _build_candidates(folder: Path, cells: Cells, texts: Matrix) -> None:
    """A FAISS index of all rows in 8 bits a dimension, in cells around the reference texts: nothing is trained that would depend on the corpus."""
    import faiss

    count, dimensions = texts.shape
    coarse = faiss.IndexFlatIP(dimensions)
    coarse.add(texts)
    index = faiss.IndexIVFScalarQuantizer(coarse, dimensions, count, faiss.ScalarQuantizer.QT_8bit_direct_signed, faiss.METRIC_INNER_PRODUCT, False)
    index.is_trained = True
    with (folder / "vectors.f32").open("rb") as handle:
        while len(some := np.fromfile(handle, dtype="<f4", count=_ADDED * dimensions)):
            rows = _in_eight_bits(some.reshape(-1, dimensions))
            known = cells[index.ntotal : index.ntotal + len(rows)].astype(np.int64)
            index.add_core(len(rows), faiss.swig_ptr(rows), None, faiss.swig_ptr(known))  # `add` would look for the cells again, nine tenths of the time
    index.nprobe = max(1, round(count * _PROBED))
    faiss.write_index(index, str(folder / "candidates.faiss"))


def _in_eight_bits(vectors: Matrix) -> Matrix:
    """Unit vectors stretched to whole numbers that fit in a signed byte: E5 has no component above .3 or so."""
    return np.ascontiguousarray(np.clip(np.round(vectors * 400), -127, 127), dtype=np.float32)


class VectorIndex:
    """Scores of meaning for cases."""

    def __init__(self, folder: Path) -> None:
        """Map the index of a folder into memory.

        Raises:
            SnapshotError: It is missing or damaged.
        """
        try:
            self._starts = mapped(folder / "starts.npy")
            self._passages = mapped(folder / "passages.npy")
            self.reference = Reference.of(np.load(folder / "reference.npy"))
            shape = (int(self._starts[-1]), len(self.reference.mean))
            self._vectors = np.asarray(np.memmap(folder / "vectors.f32", dtype="<f4", mode="r", shape=shape))
            if len(self._passages) != shape[0] - TITLES * self.cases or (folder / "vectors.f32").stat().st_size != 4 * shape[0] * shape[1]:
                raise ValueError("arrays of different lengths")
        except (OSError, ValueError, IndexError) as error:
            raise SnapshotError("the vector index cannot be opened ({reason}); run `koopkg ingest`", reason=Foreign(type(error).__name__)) from error
        self._folder = folder
        self._candidates = _opened_candidates(folder) if shape[0] > EXACT_ROWS else None

    @property
    def cases(self) -> int:
        return len(self._starts) - 1

    def __len__(self) -> int:
        return int(self._starts[-1])

    @property
    def is_exact(self) -> bool:
        """Whether every case is compared with every query."""
        return self._candidates is None

    def candidates(self, vector: Matrix, *, limit: int) -> Rows:
        """Rows of cases one of whose vectors is among the nearest, some more than once; all where the index is exact.

        Args:
            limit: Vectors looked at.
        """
        if self._candidates is None:
            return np.arange(self.cases, dtype=np.int32)
        _, found = self._candidates.search(_in_eight_bits(vector.reshape(1, -1)), limit)
        return np.asarray(np.searchsorted(self._starts, found[0][found[0] >= 0], side="right") - 1, dtype=np.int32)

    def scores(self, vector: Matrix, rows: Rows) -> npt.NDArray[np.float32]:
        """Closeness in meaning of the cases in some rows: float32 array (n_rows,) in [0, 1].

        Best passage, passages on the whole and better title against a unit vector, in standard deviations above the reference texts.
        """
        starts, ends = self._starts[rows], self._starts[rows + 1]
        similarities = self._similarities(vector, rows, starts, ends)
        offsets = np.concatenate([[0], np.cumsum(ends - starts)])[:-1]
        titles = np.maximum(similarities[offsets], similarities[offsets + 1])
        lengths = ends - starts - TITLES
        has_passages = lengths > 0
        best, mean = titles.copy(), titles.copy()
        if has_passages.any():
            # Pairs of stretches, titles and passages, of which every second counts.
            bounds = np.stack([offsets[has_passages] + TITLES, (offsets + TITLES + lengths)[has_passages]], axis=1).ravel()
            padded = np.append(similarities, np.float32(-1))
            best[has_passages] = np.maximum.reduceat(padded, bounds)[::2]
            mean[has_passages] = np.add.reduceat(padded, bounds)[::2] / lengths[has_passages]
        raw = _BEST * best + _MEAN * mean + _TITLE * titles
        return np.asarray(np.clip((self.reference.deviations(vector, raw) - _LOW) / _SPREAD, 0.0, 1.0), dtype=np.float32)

    def nearest_passage(self, vector: Matrix, row: int) -> tuple[int, int] | None:
        """The passage of a case closest in meaning: its document's number among those of the case, and its own there; None where it has none."""
        first, last = int(self._starts[row]) + TITLES, int(self._starts[row + 1])
        if first == last:
            return None
        document, passage = self._passages[first - TITLES * (row + 1) + int(np.argmax(self._vectors[first:last] @ vector))]
        return int(document), int(passage)

    def all_vectors(self) -> Matrix:
        """Every vector, case by case: float32 array (n, dim), mapped."""
        return self._vectors

    def of_case(self, row: int) -> CaseVectors:
        """The rows of a case, for another index."""
        first, last = int(self._starts[row]), int(self._starts[row + 1])
        return CaseVectors(self._vectors[first:last], self._passages[first - TITLES * row : last - TITLES * (row + 1)], self._cells[first:last])

    def direction(self, row: int) -> Matrix:
        """The mean direction of a case's passages and titles: float32 unit vector (dim,)."""
        mean = np.asarray(self._vectors[int(self._starts[row]) : int(self._starts[row + 1])].mean(axis=0))
        return np.asarray(mean / np.linalg.norm(mean), dtype=np.float32)

    @cached_property
    def _cells(self) -> Cells:
        """Read by builds alone: snapshots that a server opens may be older than the file."""
        return mapped(self._folder / "cells.npy")

    def _similarities(self, vector: Matrix, rows: Rows, starts: npt.NDArray[np.int64], ends: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        """Cosine with every vector of the rows, case by case."""
        if len(rows) == self.cases:
            return np.asarray(self._vectors @ vector)
        lengths = ends - starts
        within = np.arange(int(lengths.sum())) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        return np.asarray(self._vectors[np.repeat(starts, lengths) + within] @ vector)


def _opened_candidates(folder: Path) -> Any:
    import faiss

    try:
        return faiss.read_index(str(folder / "candidates.faiss"), faiss.IO_FLAG_MMAP_IFC)
    except RuntimeError as error:
        raise SnapshotError("the vector index cannot be opened ({reason}); run `koopkg ingest`", reason=Foreign(type(error).__name__)) from error
