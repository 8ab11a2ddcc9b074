"""Documents and cases of a snapshot, one row each in SQLite, read by key: nothing of it has to be loaded to open a snapshot."""

from __future__ import annotations

import json
import shutil
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from koopkg.errors import SnapshotError, UnknownCaseError
from koopkg.index import Features, LexicalText, LinkedDocument, TextSpans, WordSpans
from koopkg.messages import Foreign
from koopkg.model import Case, Document, Linked
from koopkg.text import unusable

__all__ = ["CaseEntry", "CaseRow", "Catalog", "CatalogWriter", "DocumentRow"]

_SCHEMA = """
CREATE TABLE documents (id TEXT PRIMARY KEY, path TEXT NOT NULL, sha256 TEXT NOT NULL, raw BLOB NOT NULL, document BLOB NOT NULL, linked BLOB, spans BLOB,
  mentions INTEGER);
CREATE TABLE cases (id TEXT PRIMARY KEY, row INTEGER, document TEXT NOT NULL, number INTEGER NOT NULL, title TEXT NOT NULL, title_spans TEXT,
  terms BLOB, features BLOB);
CREATE TABLE describes (document TEXT NOT NULL, case_id TEXT NOT NULL, PRIMARY KEY (document, case_id)) WITHOUT ROWID;
CREATE TABLE places (document TEXT NOT NULL, key TEXT NOT NULL, PRIMARY KEY (document, key)) WITHOUT ROWID;
CREATE INDEX cases_by_row ON cases (row);
CREATE INDEX describes_by_case ON describes (case_id);
"""
_NUMBER_ROWS = """
UPDATE cases SET row = numbered.row FROM (SELECT id, ROW_NUMBER() OVER (ORDER BY id) - 1 AS row FROM cases) AS numbered WHERE numbered.id = cases.id
"""
_DRAFTS = "SELECT id FROM documents WHERE id NOT IN (SELECT document FROM describes) ORDER BY id"
"""Documents without a record, which say themselves of no case that they are about it."""
_REMEMBERED = 500
"""Entries kept in memory, some 30 KB each: hits of one search are hits of the next."""
_LEVEL = 1
"""Of compression: three quarters of what the highest saves, in a fifth of its time."""
_DOCUMENT = TypeAdapter(Document)
_LINKED = TypeAdapter(Linked)
_TERMS = TypeAdapter(LexicalText)
_FEATURES = TypeAdapter(Features)
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A document as it was read, and the file it was read from."""

    id: str
    path: str
    sha256: str


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


class Catalog:
    """The records of a published snapshot; safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        """Open a catalog; nothing is read yet.

        Raises:
            SnapshotError: It is missing or damaged.
        """
        try:
            # SQLite is built to serialise its calls, and nobody ever writes into what is published.
            self._database = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False)
            [[size]] = self._database.execute("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
            if path.stat().st_size != size:  # SQLite itself finds out when it comes to a page that is not there
                raise sqlite3.DatabaseError("the file is cut")
            [[self.size]] = self._database.execute("SELECT COUNT(*) FROM cases")
        except sqlite3.Error as error:
            raise SnapshotError("the catalog cannot be opened ({reason}); run `koopkg ingest`", reason=Foreign(error)) from error
        self._entries = lru_cache(maxsize=_REMEMBERED)(self._entry)

    def __len__(self) -> int:
        return int(self.size)

    def row_of(self, case_id: str) -> int:
        """The row of a case.

        Raises:
            UnknownCaseError: There is no such case.
        """
        found = None if unusable(case_id) else self._fetch("SELECT row FROM cases WHERE id = ?", case_id)
        if found is None:
            raise UnknownCaseError("{case!r} is no case of this snapshot; `koopkg export --format csv` and `/api/v1/cases` list all", case=case_id)
        return int(found[0])

    def id_of(self, row: int) -> str:
        """The id of the case in a row."""
        return str(self._require("SELECT id FROM cases WHERE row = ?", row)[0])

    def entry(self, row: int) -> CaseEntry:
        """The case in a row with all of its documents; those shown last are kept in memory."""
        return self._entries(row)

    def _entry(self, row: int) -> CaseEntry:
        case_id, holder, number, spans = self._require("SELECT id, document, number, title_spans FROM cases WHERE row = ?", row)
        others = self._all("SELECT document FROM describes WHERE case_id = ? AND document <> ? ORDER BY document", case_id, holder)
        texts = tuple(self.document(name) for name in [holder, *(other for (other,) in others)])
        return CaseEntry(texts[0].document.cases[number], texts, json.loads(spans))

    def case(self, row: CaseRow) -> Case:
        """The record of a case."""
        return _read(_DOCUMENT, self._require("SELECT document FROM documents WHERE id = ?", row.document)[0]).cases[row.number]

    def document(self, document_id: str) -> LinkedDocument:
        """A document and what it names."""
        document, linked = self._require("SELECT document, linked FROM documents WHERE id = ?", document_id)
        return LinkedDocument(_read(_DOCUMENT, document), _read(_LINKED, linked))

    def spans(self, document_id: str) -> TextSpans:
        """Where stems stand in each passage of a document, by offset within the passage."""
        return TextSpans(zlib.decompress(self._require("SELECT spans FROM documents WHERE id = ?", document_id)[0]).decode())

    def raw(self, document_id: str) -> bytes:
        """The bytes of the file that a document was read from."""
        return zlib.decompress(self._require("SELECT raw FROM documents WHERE id = ?", document_id)[0])

    def documents(self) -> Iterator[DocumentRow]:
        """Every document, by id."""
        return (DocumentRow(*row) for row in self._all("SELECT id, path, sha256 FROM documents ORDER BY id"))

    def drafts(self) -> set[str]:
        """The documents that have no record."""
        return {name for (name,) in self._all(_DRAFTS)}

    def has_document(self, document_id: str) -> bool:
        return not unusable(document_id) and self._fetch("SELECT 1 FROM documents WHERE id = ?", document_id) is not None

    def cases(self) -> Iterator[CaseRow]:
        """Every case, by row."""
        return (CaseRow(*row) for row in self._all("SELECT id, document, number FROM cases ORDER BY row"))

    def entries(self) -> Iterator[CaseEntry]:
        """Every case with its documents, by row, one at a time."""
        return (self._entry(row) for row in range(len(self)))

    def indexed(self) -> tuple[list[LexicalText], list[Features]]:
        """The terms and features of every case, by row: what the other parts of the snapshot were made from."""
        rows = list(self._all("SELECT terms, features FROM cases ORDER BY row"))
        return [_read(_TERMS, terms) for terms, _ in rows], [_read(_FEATURES, features) for _, features in rows]

    def features_of(self, case_id: str) -> Features:
        """What the columns have of a case."""
        return _read(_FEATURES, self._require("SELECT features FROM cases WHERE id = ?", case_id)[0])

    def close(self) -> None:
        self._database.close()

    def _fetch(self, query: str, *values: object) -> Any:
        try:
            return self._database.execute(query, values).fetchone()
        except sqlite3.Error as error:
            raise SnapshotError("the catalog cannot be read ({reason}); run `koopkg ingest`", reason=Foreign(error)) from error

    def _require(self, query: str, *values: object) -> Any:
        found = self._fetch(query, *values)
        if found is None:
            raise SnapshotError("the catalog has no entry {key!r}; run `koopkg ingest`", key=values[0])
        return found

    def _all(self, query: str, *values: object) -> Iterator[Any]:
        """Rows as they are read, from a cursor of their own."""
        try:
            yield from self._database.execute(query, values)
        except sqlite3.Error as error:
            raise SnapshotError("the catalog cannot be read ({reason}); run `koopkg ingest`", reason=Foreign(error)) from error


class CatalogWriter:
    """A catalog being built in a staged snapshot, from nothing or from that of an earlier one."""

    def __init__(self, path: Path, *, earlier: Path | None = None) -> None:
        if earlier is not None:
            shutil.copyfile(earlier, path)
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.execute("PRAGMA journal_mode = OFF")  # a build that fails is thrown away whole
        self._database.execute("PRAGMA synchronous = OFF")  # publishing makes the files of a snapshot last
        if earlier is None:
            self._database.executescript(_SCHEMA)
        self._database.execute("BEGIN")

    def remove(self, document_id: str) -> None:
        """Take a document out, and the cases whose records it holds; of other cases that it was about, what is indexed has to be made anew."""
        self._forget_indexed(document_id)
        for table, column in (("documents", "id"), ("cases", "document"), ("describes", "document"), ("places", "document")):
            self._database.execute(f"DELETE FROM {table} WHERE {column} = ?", (document_id,))  # noqa: S608 -- names of our own

    def put(self, document: Document, *, path: str, raw: bytes) -> None:
        """Add a document with the cases whose records it holds."""
        values = (document.id, path, document.sha256, zlib.compress(raw, _LEVEL), _write(_DOCUMENT, document))
        self._database.execute("INSERT INTO documents (id, path, sha256, raw, document) VALUES (?, ?, ?, ?, ?)", values)
        self._database.executemany(
            "INSERT INTO cases (id, document, number, title) VALUES (?, ?, ?, ?)",
            [(case.id, document.id, number, case.title) for number, case in enumerate(document.cases)],
        )
        self._database.executemany("INSERT INTO describes VALUES (?, ?)", [(document.id, case_id) for case_id in document.describes])
        self._forget_indexed(document.id)

    def move(self, document_id: str, path: str) -> None:
        """Note that the file of a document lies elsewhere."""
        self._database.execute("UPDATE documents SET path = ? WHERE id = ? AND path <> ?", (path, document_id, path))

    def put_links(self, document_id: str, linked: Linked, spans: TextSpans, place_keys: Iterable[str]) -> None:
        """Add what a document was found to name, where its words stand, and the official keys of the places of its cases and text."""
        packed = zlib.compress(str(spans).encode(), _LEVEL)
        mentions = sum(len(link.evidence) for link in linked.concepts)
        values = (_write(_LINKED, linked), packed, mentions, document_id)
        self._database.execute("UPDATE documents SET linked = ?, spans = ?, mentions = ? WHERE id = ?", values)
        self._database.executemany("INSERT INTO places VALUES (?, ?)", [(document_id, key) for key in sorted(place_keys)])

    def has_document(self, document_id: str) -> bool:
        return self._database.execute("SELECT 1 FROM documents WHERE id = ?", (document_id,)).fetchone() is not None

    def documents(self) -> list[DocumentRow]:
        """Every document, by id."""
        return [DocumentRow(*row) for row in self._database.execute("SELECT id, path, sha256 FROM documents ORDER BY id")]

    def drafts(self) -> list[str]:
        """The documents that have no record, by id."""
        return [name for (name,) in self._database.execute(_DRAFTS)]

    def about_nothing(self) -> list[tuple[str, str]]:
        """Documents about cases that no record is there of, with the ids of these."""
        found = self._database.execute("SELECT document, case_id FROM describes WHERE case_id NOT IN (SELECT id FROM cases) ORDER BY document, case_id")
        return [(str(document), str(case_id)) for document, case_id in found]

    def unlinked(self) -> list[str]:
        """The documents that are still to be linked, by id."""
        return [name for (name,) in self._database.execute("SELECT id FROM documents WHERE linked IS NULL ORDER BY id")]

    def document(self, document_id: str) -> Document:
        """A document as it was read."""
        return _read(_DOCUMENT, self._database.execute("SELECT document FROM documents WHERE id = ?", (document_id,)).fetchone()[0])

    def linked_document(self, document_id: str) -> LinkedDocument:
        """A document and what it names."""
        document, linked = self._database.execute("SELECT document, linked FROM documents WHERE id = ?", (document_id,)).fetchone()
        return LinkedDocument(_read(_DOCUMENT, document), _read(_LINKED, linked))

    def raw(self, document_id: str) -> bytes:
        """The bytes of the file that a document was read from."""
        return zlib.decompress(self._database.execute("SELECT raw FROM documents WHERE id = ?", (document_id,)).fetchone()[0])

    def rows_by_title(self) -> list[int]:
        """The rows of all cases in the order of their titles."""
        return [row for (row,) in self._database.execute("SELECT row FROM cases ORDER BY title, row")]

    def mentions(self) -> int:
        """How often documents name a concept, in all."""
        return int(self._database.execute("SELECT TOTAL(mentions) FROM documents").fetchone()[0])

    def place_keys(self) -> list[str]:
        """The official keys of all places, in order."""
        return [key for (key,) in self._database.execute("SELECT DISTINCT key FROM places ORDER BY key")]

    def place_keys_of(self, document_id: str) -> list[str]:
        """The official keys of the places of a document."""
        return [key for (key,) in self._database.execute("SELECT key FROM places WHERE document = ?", (document_id,))]

    def number_rows(self) -> None:
        """Give each case its row, in the order of ids."""
        self._database.execute(_NUMBER_ROWS)

    def entry(self, case_id: str) -> CaseEntry:
        """A case with its documents as they stand now."""
        ((holder, number),) = self._database.execute("SELECT document, number FROM cases WHERE id = ?", (case_id,))
        others = self._database.execute("SELECT document FROM describes WHERE case_id = ? AND document <> ? ORDER BY document", (case_id, holder))
        texts = tuple(self.linked_document(name) for name in [holder, *(name for (name,) in others)])
        return CaseEntry(texts[0].document.cases[number], texts, {})

    def put_indexed(self, case_id: str, terms: LexicalText, features: Features, title_spans: Mapping[str, WordSpans]) -> None:
        """Keep what the indexes are made from, and by language where stems stand in the title."""
        values = (_write(_TERMS, terms), _write(_FEATURES, features), json.dumps(title_spans, ensure_ascii=False), case_id)
        self._database.execute("UPDATE cases SET terms = ?, features = ?, title_spans = ? WHERE id = ?", values)

    def case_ids(self) -> list[str]:
        """Every case, in the order of rows."""
        return [case_id for (case_id,) in self._database.execute("SELECT id FROM cases ORDER BY id")]

    def unindexed(self) -> list[str]:
        """The cases whose terms and features are still to be made."""
        return [case_id for (case_id,) in self._database.execute("SELECT id FROM cases WHERE features IS NULL ORDER BY id")]

    def terms(self) -> Iterator[LexicalText]:
        """The terms of every case, in the order of rows, one at a time."""
        return (_read(_TERMS, terms) for (terms,) in self._database.execute("SELECT terms FROM cases ORDER BY id"))

    def features_of(self, case_id: str) -> Features:
        """The features of a case."""
        return _read(_FEATURES, self._database.execute("SELECT features FROM cases WHERE id = ?", (case_id,)).fetchone()[0])

    def features(self) -> Iterator[Features]:
        """The features of every case, in the order of rows, one at a time."""
        return (_read(_FEATURES, features) for (features,) in self._database.execute("SELECT features FROM cases ORDER BY id"))

    def _forget_indexed(self, document_id: str) -> None:
        about = "SELECT case_id FROM describes WHERE document = ?"
        self._database.execute(f"UPDATE cases SET features = NULL WHERE id IN ({about})", (document_id,))  # noqa: S608 -- text of our own

    def close(self) -> None:
        self._database.execute("COMMIT")
        self._database.close()


def _write(adapter: TypeAdapter[_T], value: _T) -> bytes:
    return zlib.compress(adapter.dump_json(value), _LEVEL)


def _read(adapter: TypeAdapter[_T], packed: bytes) -> _T:
    try:
        return adapter.validate_json(zlib.decompress(packed))
    except (zlib.error, ValidationError) as error:
        raise SnapshotError("the catalog is damaged ({reason}); run `koopkg ingest`", reason=Foreign(type(error).__name__)) from error
