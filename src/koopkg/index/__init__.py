from koopkg.index.columns import Columns, ColumnsBuilder, Matrix, Rows, mapped
from koopkg.index.embedding import EmbeddingCache, Encoder, load_encoder, setting_of
from koopkg.index.features import CaseTexts, Features, LinkedDocument, embedded_passages, embedded_titles, features_of, lexical_text
from koopkg.index.lexical import Analyser, LexicalIndex, LexicalText, WordSpans, build_lexical_index, highlights, lexical_index_in_writing
from koopkg.index.vectors import CaseVectors, Reference, VectorIndex, build_vector_index

__all__ = [
    "Analyser",
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
    "Reference",
    "Rows",
    "VectorIndex",
    "WordSpans",
    "build_lexical_index",
    "build_vector_index",
    "embedded_passages",
    "embedded_titles",
    "features_of",
    "highlights",
    "lexical_index_in_writing",
    "lexical_text",
    "load_encoder",
    "mapped",
    "setting_of",
]
