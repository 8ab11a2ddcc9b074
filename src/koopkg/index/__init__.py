"""Cases and their texts -> what they are found by: words (BM25), vectors, concepts and facets, all read-only once built."""

import os

# Read by OpenMP when the encoder or FAISS loads it, so it is set before either can be. By default a thread that has nothing to do
# spins until the others are done, which costs a second and more a query as soon as another process wants the core. A thousand
# turns keep the speed of an idle machine and cost little on a busy one; `make bench` prints both.
os.environ.setdefault("GOMP_SPINCOUNT", "1000")

from koopkg.index.adaptation import Adaptation, Asked
from koopkg.index.columns import Columns, ColumnsBuilder, Matrix, Rows, mapped
from koopkg.index.embedding import EmbeddingCache, Encoder, bundled_meanings, load_encoder, setting_of
from koopkg.index.features import CaseTexts, Features, LinkedDocument, embedded_passages, embedded_texts, features_of, lexical_text
from koopkg.index.lexical import (
    Analyser,
    LexicalIndex,
    LexicalText,
    TextSpans,
    WordSpans,
    build_lexical_index,
    highlights,
    lexical_index_in_writing,
)
from koopkg.index.vectors import CaseVectors, VectorIndex, build_vector_index

__all__ = [
    "Adaptation",
    "Analyser",
    "Asked",
    "CaseTexts",
    "CaseVectors",
    "Columns",
    "ColumnsBuilder",
    "EmbeddingCache",
    "Encoder",
    "Features",
    "LexicalIndex",
    "LexicalText",
    "LinkedDocument",
    "Matrix",
    "Rows",
    "TextSpans",
    "VectorIndex",
    "WordSpans",
    "build_lexical_index",
    "build_vector_index",
    "bundled_meanings",
    "embedded_passages",
    "embedded_texts",
    "features_of",
    "highlights",
    "lexical_index_in_writing",
    "lexical_text",
    "load_encoder",
    "mapped",
    "setting_of",
]
