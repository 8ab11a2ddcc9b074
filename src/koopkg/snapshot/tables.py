"""The tables of a catalog, and how records are packed into their cells."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from koopkg.errors import SnapshotError
from koopkg.index import Features, LexicalText, LinkedDocument, WordSpans
from koopkg.messages import Foreign
from koopkg.model import Case, Document, Draft, Linked

__all__ = [
    "CASE",
    "DOCUMENT",
    "DRAFT",
    "DRAFTS",
    "FEATURES",
    "LINKED",
    "NUMBER_ROWS",
    "SCHEMA",
    "TERMS",
    "CaseEntry",
    "CaseRow",
    "DocumentRow",
    "compressed",
    "document_row",
    "packed",
    "unpacked",
]

SCHEMA = """
CREATE TABLE documents (id TEXT PRIMARY KEY, path TEXT NOT NULL, sha256 TEXT NOT NULL, has_record INTEGER NOT NULL, reviews TEXT NOT NULL, raw BLOB NOT NULL,
  document BLOB NOT NULL, linked BLOB, draft BLOB, spans BLOB, mentions INTEGER);
CREATE TABLE cases (id TEXT NOT NULL, is_draft INTEGER NOT NULL, row INTEGER, document TEXT NOT NULL, number INTEGER NOT NULL, title TEXT NOT NULL,
  record BLOB, title_spans TEXT, terms BLOB, features BLOB, PRIMARY KEY (id, is_draft));
CREATE TABLE describes (document TEXT NOT NULL, case_id TEXT NOT NULL, PRIMARY KEY (document, case_id)) WITHOUT ROWID;
CREATE TABLE places (document TEXT NOT NULL, key TEXT NOT NULL, PRIMARY KEY (document, key)) WITHOUT ROWID;
CREATE TABLE sketches (document TEXT NOT NULL, hash INTEGER NOT NULL, PRIMARY KEY (hash, document)) WITHOUT ROWID;
CREATE TABLE alike (document TEXT NOT NULL, other TEXT NOT NULL, share REAL NOT NULL, PRIMARY KEY (document, other)) WITHOUT ROWID;
CREATE TABLE offers (document TEXT NOT NULL, case_id TEXT NOT NULL, probability REAL NOT NULL, PRIMARY KEY (document, case_id)) WITHOUT ROWID;
CREATE TABLE questions (document TEXT NOT NULL, field TEXT NOT NULL, value TEXT NOT NULL, probability REAL NOT NULL, use REAL NOT NULL,
  PRIMARY KEY (document, field, value)) WITHOUT ROWID;
CREATE INDEX questions_by_use ON questions (use DESC, document, field, value);
CREATE INDEX sketches_by_document ON sketches (document);
CREATE INDEX alike_by_other ON alike (other);
CREATE INDEX places_by_key ON places (key);
CREATE INDEX cases_by_row ON cases (row);
CREATE INDEX describes_by_case ON describes (case_id);
"""
NUMBER_ROWS = """
UPDATE cases SET row = numbered.row FROM
  (SELECT id, is_draft, ROW_NUMBER() OVER (PARTITION BY is_draft ORDER BY id) - 1 AS row FROM cases) AS numbered
  WHERE numbered.id = cases.id AND numbered.is_draft = cases.is_draft
"""
DRAFTS = "SELECT id FROM documents WHERE id NOT IN (SELECT document FROM describes) ORDER BY id"
"""Documents of which nobody has said what case they are about."""
_LEVEL = 1
"""Of compression: three quarters of what the highest saves, in a fifth of its time."""
DOCUMENT = TypeAdapter(Document)
CASE = TypeAdapter(Case)
DRAFT = TypeAdapter(Draft)
LINKED = TypeAdapter(Linked)
TERMS = TypeAdapter(LexicalText)
FEATURES = TypeAdapter(Features)
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A document as it was read, and the file it was read from; `has_record` says whether it says itself what it is about, `reviews` what people made of it."""

    id: str
    path: str
    sha256: str
    has_record: bool = True
    reviews: str = ""


@dataclass(frozen=True, slots=True)
class CaseRow:
    """Where the record of a case stands: its document, and its number among the records there."""

    id: str
    document: str
    number: int


@dataclass(frozen=True, slots=True)
class CaseEntry:
    """A case and its documents, the one with its record first; and by language where stems stand in its title."""

    case: Case
    texts: tuple[LinkedDocument, ...]
    title_spans: Mapping[str, WordSpans]


def document_row(name: str, path: str, sha256: str, has_record: int, reviews: str) -> DocumentRow:
    return DocumentRow(name, path, sha256, bool(has_record), reviews)


def packed(adapter: TypeAdapter[_T], value: _T) -> bytes:
    return zlib.compress(adapter.dump_json(value), _LEVEL)


def unpacked(adapter: TypeAdapter[_T], packed: bytes) -> _T:
    try:
        return adapter.validate_json(zlib.decompress(packed))
    except (zlib.error, ValidationError) as error:
        raise SnapshotError("the catalog is damaged ({reason}); run `koopkg ingest`", reason=Foreign(type(error).__name__)) from error


def compressed(raw: bytes) -> bytes:
    """Bytes as they are kept."""
    return zlib.compress(raw, _LEVEL)
