"""Passages and cases -> a lexical index (BM25) and a vector index, both read-only once built."""

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
