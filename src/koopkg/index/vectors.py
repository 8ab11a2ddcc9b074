"""The meaning of each case and its passages -> how close cases are to what is asked for, exactly, or from many cases on by way of candidates."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from koopkg.errors import SnapshotError
from koopkg.index.adaptation import Adaptation
from koopkg.index.columns import Matrix, Rows, mapped
from koopkg.messages import Foreign

__all__ = ["EXACT_CASES", "CaseVectors", "VectorIndex", "build_vector_index"]

_PROBED = 0.05
"""Share of the cells of an approximate search that are looked into: it finds 97 of the 100 nearest rows (`make bench`)."""
EXACT_CASES = 20_000
"""Up to so many cases each is compared exactly; above, those that an approximate search finds, or another signal does."""

_ADDED = 2_000
"""Rows put into the approximate index at once, so that they need a few megabytes at most."""


@dataclass(frozen=True, slots=True)
class CaseVectors:
    """The vectors of one case, as they are kept from one snapshot to the next.

    Attributes:
        meaning: What it is about: float32 unit vector (dim,).
        vectors: Those of its passages: float32 array (n, dim) of unit vectors.
        passages: For each passage its document, as a number among those of the case, and its number there: int32 array (n, 2).
        cell: The number of the reference text nearest to its meaning, None where that is not known yet.
    """

    meaning: Matrix
    vectors: Matrix
    passages: npt.NDArray[np.int32]
    cell: int | None = None


def build_vector_index(folder: Path, cases: Iterable[CaseVectors], adaptation: Adaptation, reference: Callable[[], Matrix]) -> int:
    """Write the vectors of each case, in the order of rows, one case at a time; returns how many there are.

    Args:
        adaptation: By which they were made.
        reference: Gives the unit vectors of texts around which the cells of an approximate search lie, where there is one: float32 array (n, dim).
    """
    folder.mkdir(parents=True)
    starts, places, cells = [0], [], []
    with (folder / "meanings.f32").open("wb") as meanings, (folder / "passages.f32").open("wb") as passages:
        for case in cases:
            meanings.write(np.ascontiguousarray(case.meaning, dtype="<f4").tobytes())
            passages.write(np.ascontiguousarray(case.vectors, dtype="<f4").tobytes())
            starts.append(starts[-1] + len(case.vectors))
            places.append(case.passages)
            cells.append(-1 if case.cell is None else case.cell)
    np.save(folder / "starts.npy", np.array(starts, dtype=np.int64))
    np.save(folder / "places.npy", np.concatenate([*places, np.zeros((0, 2), dtype=np.int32)]))
    adaptation.save(folder / "adaptation.npz")
    if len(cells) > EXACT_CASES:
        texts = _in_eight_bits(reference())
        found = _all_cells(np.array(cells, dtype=np.int16), folder, texts)
        np.save(folder / "cells.npy", found)
        _build_candidates(folder, found, texts)
    return len(cells) + starts[-1]


def _all_cells(known: npt.NDArray[np.int16], folder: Path, texts: Matrix) -> npt.NDArray[np.int16]:
    """The first of the nearest texts to each case, where it is -1; sums of whole numbers below 2^24, so the same however many are compared at once."""
    missing = np.flatnonzero(known < 0)
    if len(missing):
        meanings = np.memmap(folder / "meanings.f32", dtype="<f4", mode="r").reshape(-1, texts.shape[1])
        for first in range(0, len(missing), _ADDED):
            rows = missing[first : first + _ADDED]
            known[rows] = np.argmax(_in_eight_bits(meanings[rows]) @ texts.T, axis=1)
    return known


def _build_candidates(folder: Path, cells: npt.NDArray[np.int16], texts: Matrix) -> None:
    """A FAISS index of all cases in 8 bits a dimension, in cells around the reference texts: nothing is trained that would depend on the corpus."""
    import faiss

    count, dimensions = texts.shape
    coarse = faiss.IndexFlatIP(dimensions)
    coarse.add(texts)
    index = faiss.IndexIVFScalarQuantizer(coarse, dimensions, count, faiss.ScalarQuantizer.QT_8bit_direct_signed, faiss.METRIC_INNER_PRODUCT, False)
    index.is_trained = True
    with (folder / "meanings.f32").open("rb") as handle:
        while len(some := np.fromfile(handle, dtype="<f4", count=_ADDED * dimensions)):
            rows = _in_eight_bits(some.reshape(-1, dimensions))
            known = cells[index.ntotal : index.ntotal + len(rows)].astype(np.int64)
            index.add_core(len(rows), faiss.swig_ptr(rows), None, faiss.swig_ptr(known))  # `add` would look for the cells again, nine tenths of the time
    index.nprobe = max(1, round(count * _PROBED))
    faiss.write_index(index, str(folder / "candidates.faiss"))


def _in_eight_bits(vectors: Matrix) -> Matrix:
    """Unit vectors stretched to whole numbers that fit in a signed byte: hardly any has a component above .3."""
    return np.ascontiguousarray(np.clip(np.round(vectors * 400), -127, 127), dtype=np.float32)


class VectorIndex:
    """Closeness in meaning of cases."""

    def __init__(self, folder: Path) -> None:
        """Map the index of a folder into memory.

        Raises:
            SnapshotError: It is missing or damaged.
        """
        try:
            self._starts = mapped(folder / "starts.npy")
            self._places = mapped(folder / "places.npy")
            self.adaptation = Adaptation.open(folder / "adaptation.npz")
            dimensions = self.adaptation.usual.shape[1]
            self._meanings = _matrix(folder / "meanings.f32", len(self._starts) - 1, dimensions)
            self._vectors = _matrix(folder / "passages.f32", len(self._places), dimensions)
            if int(self._starts[-1]) != len(self._places):
                raise ValueError("arrays of different lengths")
        except (OSError, ValueError, IndexError, KeyError) as error:
            raise SnapshotError("the vector index cannot be opened ({reason}); run `koopkg ingest`", reason=Foreign(type(error).__name__)) from error
        self._folder = folder
        self._candidates = _opened_candidates(folder) if self.cases > EXACT_CASES else None

    @property
    def cases(self) -> int:
        return len(self._meanings)

    def __len__(self) -> int:
        return len(self._meanings) + len(self._vectors)

    @property
    def is_exact(self) -> bool:
        """Whether every case is compared with every query."""
        return self._candidates is None

    def candidates(self, direction: Matrix, *, limit: int) -> Rows:
        """Rows of the cases nearest to a direction; all where the index is exact."""
        if self._candidates is None:
            return np.arange(self.cases, dtype=np.int32)
        _, found = self._candidates.search(_in_eight_bits(direction.reshape(1, -1)), limit)
        return np.asarray(found[0][found[0] >= 0], dtype=np.int32)

    def scores(self, direction: Matrix, rows: Rows) -> npt.NDArray[np.float32]:
        """Cosine of the meaning of the cases in some rows with a direction, 0 where it is below: float32 array (n_rows,) in [0, 1]."""
        meanings = self._meanings if len(rows) == self.cases else self._meanings[rows]
        return np.asarray(np.clip(meanings @ direction, 0.0, 1.0), dtype=np.float32)

    def nearest_passage(self, direction: Matrix, row: int) -> tuple[int, int] | None:
        """The passage of a case closest in meaning: its document's number among those of the case, and its own there; None where it has none."""
        first, last = int(self._starts[row]), int(self._starts[row + 1])
        if first == last:
            return None
        document, passage = self._places[first + int(np.argmax(self._vectors[first:last] @ direction))]
        return int(document), int(passage)

    def of_case(self, row: int) -> CaseVectors:
        """The vectors of a case, for another index."""
        first, last = int(self._starts[row]), int(self._starts[row + 1])
        return CaseVectors(self._meanings[row], self._vectors[first:last], self._places[first:last], None if self._cells is None else int(self._cells[row]))

    def meaning(self, row: int) -> Matrix:
        """What a case is about: float32 unit vector (dim,)."""
        return np.asarray(self._meanings[row])

    @cached_property
    def _cells(self) -> npt.NDArray[np.int16] | None:
        """Read by builds alone; None where every case is compared."""
        return None if self.is_exact else mapped(self._folder / "cells.npy")


def _matrix(path: Path, rows: int, dimensions: int) -> Matrix:
    """A file of float32 rows, mapped.

    Raises:
        ValueError: It has another size.
    """
    if path.stat().st_size != 4 * rows * dimensions:
        raise ValueError("arrays of different lengths")
    return np.asarray(np.memmap(path, dtype="<f4", mode="r", shape=(rows, dimensions))) if rows else np.zeros((0, dimensions), np.float32)


def _opened_candidates(folder: Path) -> Any:
    import faiss

    try:
        return faiss.read_index(str(folder / "candidates.faiss"), faiss.IO_FLAG_MMAP_IFC)
    except RuntimeError as error:
        raise SnapshotError("the vector index cannot be opened ({reason}); run `koopkg ingest`", reason=Foreign(type(error).__name__)) from error
