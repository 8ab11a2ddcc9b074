"""Passages and cases -> a lexical index (BM25) and a vector index, both read-only once built."""

import os

# Read by OpenMP when the encoder or FAISS loads it, so it is set before either can be. By default a thread that has nothing to do
# spins until the others are done, which costs a second and more a query as soon as another process wants the core. A thousand
# turns keep the speed of an idle machine and cost little on a busy one; `make bench` prints both.
os.environ.setdefault("GOMP_SPINCOUNT", "1000")

from koopkg.index.embedding import EmbeddingCache, Encoder, Matrix, load_encoder
from koopkg.index.lexical import LexicalIndex, build_lexical_index
from koopkg.index.vectors import VectorIndex, VectorRow, build_vector_index

__all__ = [
    "EmbeddingCache",
    "Encoder",
    "LexicalIndex",
    "Matrix",
    "VectorIndex",
    "VectorRow",
    "build_lexical_index",
    "build_vector_index",
    "load_encoder",
]
