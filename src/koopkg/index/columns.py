"""For each key the rows of the cases that have it, as memory-mapped arrays: what facets, concept scores and concept pages are read from."""

from __future__ import annotations

import json
from array import array
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from koopkg.errors import SnapshotError
from koopkg.messages import Foreign

__all__ = ["Columns", "ColumnsBuilder", "Matrix", "Rows", "Values", "mapped"]

Matrix = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int32]
Values = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """A sparse matrix of cases and keys, stored by key.

    Attributes:
        keys: In order.
        numbers: Key -> number of its column.
        starts: int64 array (n_keys + 1,): where the entries of each column begin in `rows` and `values`.
        rows: int32 array (n_entries,): row of a case, rising within a column.
        values: float32 array (n_entries,): how much of the key the case has.
    """

    keys: Sequence[str]
    numbers: Mapping[str, int]
    starts: npt.NDArray[np.int64]
    rows: Rows
    values: Values

    @classmethod
    def open(cls, folder: Path) -> Columns:
        """Map the arrays of a folder into memory.

        Raises:
            SnapshotError: One is missing or damaged.
        """
        try:
            keys = json.loads((folder / "keys.json").read_bytes())
            starts, rows, values = (mapped(folder / f"{name}.npy") for name in ("starts", "rows", "values"))
            if len(keys) + 1 != len(starts) or len(rows) != len(values) or (len(starts) and starts[-1] != len(rows)):
                raise ValueError("arrays of different lengths")
        except (OSError, ValueError, TypeError) as error:
            raise SnapshotError(
                "the arrays of {name} cannot be opened ({reason}); run `koopkg ingest`", name=folder.name, reason=Foreign(type(error).__name__)
            ) from error
        return cls(keys, {key: number for number, key in enumerate(keys)}, starts, rows, values)

    def save(self, folder: Path) -> None:
        """Write the arrays to a new folder."""
        folder.mkdir(parents=True)
        (folder / "keys.json").write_text(json.dumps(self.keys, ensure_ascii=False), encoding="utf-8")
        for name, content in (("starts", self.starts), ("rows", self.rows), ("values", self.values)):
            np.save(folder / f"{name}.npy", content)

    def merged(self, moved: Rows, added: Columns) -> Columns:
        """The columns of another set of cases, as if gathered from all of them.

        Args:
            moved: The row there of each row here, -1 where the case changed or went: int32 array (n_cases,).
            added: The columns of the cases that changed or came, by their rows there.
        """
        keys = sorted({*self.keys, *added.keys})
        numbers = {key: number for number, key in enumerate(keys)}
        old, new = (np.repeat([numbers[key] for key in side.keys], np.diff(side.starts)).astype(np.int64) for side in (self, added))
        stays = moved[self.rows] >= 0
        columns = np.concatenate([old[stays], new])
        rows = np.concatenate([moved[self.rows[stays]], added.rows])
        order = np.lexsort((rows, columns))
        counts = np.bincount(columns, minlength=len(keys))
        kept = [key for key, count in zip(keys, counts.tolist(), strict=True) if count]
        return Columns(
            kept,
            {key: number for number, key in enumerate(kept)},
            np.concatenate([[0], np.cumsum(counts[counts > 0])]).astype(np.int64),
            rows[order].astype(np.int32),
            np.concatenate([self.values[stays], added.values])[order].astype(np.float32),
        )

    def rows_of(self, key: str) -> Rows:
        """The rows of the cases that have a key; none where it is unknown."""
        return self.rows[self._stretch(key)]

    def values_of(self, key: str) -> Values:
        """How much of a key the cases have that have it, in the order of `rows_of`."""
        return self.values[self._stretch(key)]

    def count(self, key: str) -> int:
        """How many cases have a key."""
        stretch = self._stretch(key)
        return int(stretch.stop - stretch.start)

    def keys_below(self, prefix: str) -> Sequence[str]:
        """The keys that begin so, in order."""
        return self.keys[bisect_left(self.keys, prefix) : bisect_left(self.keys, prefix + "\U0010ffff")]

    def counts_among(self, is_hit: npt.NDArray[np.bool_], prefix: str) -> dict[str, int]:
        """Key -> how many of the cases marked in a bool array (n_cases,) have it, for the keys that begin so and have any."""
        first, last = bisect_left(self.keys, prefix), bisect_left(self.keys, prefix + "\U0010ffff")
        if first == last:
            return {}
        begin, end = int(self.starts[first]), int(self.starts[last])
        totals = np.concatenate([[0], np.cumsum(is_hit[self.rows[begin:end]])])
        counts = totals[self.starts[first + 1 : last + 1] - begin] - totals[self.starts[first:last] - begin]
        return {self.keys[first + number]: int(counts[number]) for number in np.flatnonzero(counts).tolist()}

    def _stretch(self, key: str) -> slice:
        number = self.numbers.get(key)
        return slice(0, 0) if number is None else slice(int(self.starts[number]), int(self.starts[number + 1]))


class ColumnsBuilder:
    """Gathers the keys of one case after the other, by rising rows, at a few bytes each."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._columns, self._rows, self._values = array("i"), array("i"), array("f")

    def add(self, row: int, entries: Mapping[str, float]) -> None:
        """The keys of the case in a row, and how much of each it has."""
        for key, value in entries.items():
            self._columns.append(self._numbers.setdefault(key, len(self._numbers)))
            self._rows.append(row)
            self._values.append(value)

    def columns(self) -> Columns:
        """What was gathered, by key."""
        keys = sorted(self._numbers)
        place = np.zeros(len(keys), dtype=np.int64)
        place[[self._numbers[key] for key in keys]] = np.arange(len(keys))
        placed = place[np.frombuffer(self._columns, dtype=np.intc)] if keys else np.zeros(0, dtype=np.int64)
        order = np.argsort(placed, kind="stable")  # rows rise within a column, because they came in order
        return Columns(
            keys,
            {key: number for number, key in enumerate(keys)},
            np.searchsorted(placed[order], np.arange(len(keys) + 1)).astype(np.int64),
            np.array(self._rows, dtype=np.int32)[order],
            np.array(self._values, dtype=np.float32)[order],
        )


def unit(vectors: npt.NDArray[Any]) -> Matrix:
    """Vectors along the last axis scaled to length 1, float32; those of length 0 stay so."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12), dtype=np.float32)


def mapped(path: Path) -> npt.NDArray[Any]:
    """An array that stays on the disk until it is read; a plain one, because slicing an `np.memmap` costs ten times as much.

    Raises:
        OSError, ValueError: It is missing or no array.
    """
    try:
        return np.asarray(np.load(path, mmap_mode="r"))
    except EOFError as error:  # of an empty file
        raise ValueError(str(error)) from error
