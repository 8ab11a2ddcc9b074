"""Passage vectors -> an exact FAISS index that knows which passage each row is and which encoder made it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from koopkg.errors import EncoderMismatchError, SnapshotError
from koopkg.index.embedding import Matrix, setting_of

__all__ = ["VectorIndex", "VectorRow", "build_vector_index"]

_INDEX, _ROWS = "index.faiss", "rows.json"


@dataclass(frozen=True, slots=True)
class VectorRow:
    """What a row of the index stands for: a title, or a passage by its number in the document."""

    document_id: str
    kind: str  # "title", "title_en" or "passage"
    passage: int | None = None


def build_vector_index(folder: Path, rows: Sequence[VectorRow], vectors: Matrix, *, encoder_id: str) -> None:
    """Write the index to a folder.

    Args:
        vectors: float32 array (n_rows, dim), rows L2-normalised, in the order of `rows`.
    """
    import faiss

    index = faiss.IndexFlatIP(int(vectors.shape[1]))
    index.add(np.ascontiguousarray(vectors))
    folder.mkdir(parents=True)
    (folder / _INDEX).write_bytes(faiss.serialize_index(index).tobytes())
    (folder / _ROWS).write_text(json.dumps({"encoder": encoder_id, "rows": [asdict(row) for row in rows]}, ensure_ascii=False), encoding="utf-8")


class VectorIndex:
    """Exact inner-product search over all rows (`IndexFlatIP`: a filtered HNSW loses answers)."""

    def __init__(self, folder: Path, *, encoder_id: str) -> None:
        """Open an index.

        Raises:
            EncoderMismatchError: It was built with another encoder.
            SnapshotError: It is missing or damaged, or rows and vectors do not belong together.
        """
        import faiss

        try:
            content = json.loads((folder / _ROWS).read_text(encoding="utf-8"))
            built_with, self.rows = str(content["encoder"]), [VectorRow(**row) for row in content["rows"]]
            self._index = faiss.read_index(str(folder / _INDEX))
        except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
            raise SnapshotError(f"the vector index cannot be opened ({type(error).__name__}); run `koopkg ingest`") from error
        if built_with != encoder_id:
            setting = setting_of(built_with)
            advice = "" if setting == setting_of(encoder_id) else f"set KOOPKG_ENCODER={setting} or "
            raise EncoderMismatchError(f"the index was built with the encoder {built_with!r}, in use is {encoder_id!r}; {advice}run `koopkg ingest`")
        if self._index.ntotal != len(self.rows):
            raise SnapshotError(f"the vector index holds {self._index.ntotal} vectors for {len(self.rows)} rows; run `koopkg ingest`")

    def similarities(self, vector: Matrix) -> Matrix:
        """Cosine of a unit vector with every row: float32 array (n_rows,), in row order."""
        scores, rows = self._index.search(vector.reshape(1, -1), len(self.rows))
        ordered = np.empty(len(self.rows), dtype=np.float32)
        ordered[rows[0]] = scores[0]
        return ordered

    def vector(self, row: int) -> Matrix:
        """The unit vector of a row: float32 array (dim,)."""
        return np.asarray(self._index.reconstruct(row), dtype=np.float32)
