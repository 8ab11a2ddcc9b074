"""Documents and cases of a snapshot, one row each in SQLite, read by key: nothing of it has to be loaded to open a snapshot."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterator
from copy import copy
from functools import lru_cache
from pathlib import Path
from typing import Any

from koopkg.errors import SnapshotError, UnknownCaseError
from koopkg.index import Features, LexicalText, LinkedDocument, TextSpans
from koopkg.messages import Foreign
from koopkg.model import Asked, Case, Draft, Kinship
from koopkg.snapshot.tables import CASE, DOCUMENT, DRAFT, DRAFTS, FEATURES, LINKED, TERMS, CaseEntry, CaseRow, DocumentRow, document_row, unpacked
from koopkg.text import unusable

__all__ = ["Catalog"]

_REMEMBERED = 500
"""Entries kept in memory, some 30 KB each: hits of one search are hits of the next."""


class Catalog:
    """The records of a published snapshot; safe to use from several threads.

    Its rows are those of the cases; `of_drafts` gives the same for what was only read by machine, with rows of its own.
    """

    _is_draft = False

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
            self._count()
        except sqlite3.Error as error:
            raise SnapshotError("the catalog cannot be opened ({reason}); run `koopkg ingest`", reason=Foreign(error)) from error
        self._entries = lru_cache(maxsize=_REMEMBERED)(self._entry)

    def of_drafts(self) -> Catalog:
        """The rows of the drafts, over the same file."""
        drafts = copy(self)
        drafts._is_draft = True
        drafts._count()
        drafts._entries = lru_cache(maxsize=_REMEMBERED)(drafts._entry)
        return drafts

    def _count(self) -> None:
        [[self.size]] = self._database.execute("SELECT COUNT(*) FROM cases WHERE is_draft = ?", (self._is_draft,))

    def __len__(self) -> int:
        return int(self.size)

    def row_of(self, case_id: str) -> int:
        """The row of a case.

        Raises:
            UnknownCaseError: There is no such case.
        """
        found = None if unusable(case_id) else self._fetch("SELECT row FROM cases WHERE id = ? AND is_draft = ?", case_id, self._is_draft)
        if found is None:
            raise UnknownCaseError("{case!r} is no case of this snapshot; `koopkg export --format csv` and `/api/v1/cases` list all", case=case_id)
        return int(found[0])

    def id_of(self, row: int) -> str:
        """The id of the case in a row."""
        return str(self._require("SELECT id FROM cases WHERE row = ? AND is_draft = ?", row, self._is_draft)[0])

    def entry(self, row: int) -> CaseEntry:
        """The case in a row with all of its documents; those shown last are kept in memory."""
        return self._entries(row)

    def _entry(self, row: int) -> CaseEntry:
        wanted = "SELECT id, document, number, record, title_spans FROM cases WHERE row = ? AND is_draft = ?"
        case_id, holder, number, record, spans = self._require(wanted, row, self._is_draft)
        others = self._all("SELECT document FROM describes WHERE case_id = ? AND document <> ? ORDER BY document", case_id, holder)
        texts = tuple(self.document(name) for name in [holder, *(other for (other,) in others)])
        return CaseEntry(unpacked(CASE, record) if self._is_draft else texts[0].document.cases[number], texts, json.loads(spans))

    def case(self, row: CaseRow) -> Case:
        """The record of a case."""
        return unpacked(DOCUMENT, self._require("SELECT document FROM documents WHERE id = ?", row.document)[0]).cases[row.number]

    def document(self, document_id: str) -> LinkedDocument:
        """A document and what it names."""
        document, linked = self._require("SELECT document, linked FROM documents WHERE id = ?", document_id)
        return LinkedDocument(unpacked(DOCUMENT, document), unpacked(LINKED, linked))

    def spans(self, document_id: str) -> TextSpans:
        """Where stems stand in each passage of a document, by offset within the passage."""
        return TextSpans(zlib.decompress(self._require("SELECT spans FROM documents WHERE id = ?", document_id)[0]).decode())

    def raw(self, document_id: str) -> bytes:
        """The bytes of the file that a document was read from."""
        return zlib.decompress(self._require("SELECT raw FROM documents WHERE id = ?", document_id)[0])

    def documents(self) -> Iterator[DocumentRow]:
        """Every document, by id."""
        return (document_row(*row) for row in self._all("SELECT id, path, sha256, has_record, reviews FROM documents ORDER BY id"))

    def drafts(self) -> set[str]:
        """The documents of which nobody has said what case they are about."""
        return {name for (name,) in self._all(DRAFTS)}

    def draft_ids(self, *, limit: int, offset: int) -> list[str]:
        """A page of the same, in order."""
        return [name for (name,) in self._all(f"{DRAFTS} LIMIT ? OFFSET ?", limit, offset)]

    def draft(self, document_id: str) -> Draft:
        """What was proposed for a document without a record.

        Raises:
            UnknownCaseError: There is no such draft.
        """
        found = None if unusable(document_id) else self._fetch("SELECT draft FROM documents WHERE id = ?", document_id)
        if found is None or found[0] is None:
            raise UnknownCaseError("{case!r} is no draft of this snapshot; `koopkg review list` and `/api/v1/drafts` list all", case=document_id)
        return unpacked(DRAFT, found[0])

    def alike(self, document_id: str) -> list[Kinship]:
        """The documents that hold nearly the same text, most alike first."""
        return [Kinship(*row) for row in self._all("SELECT other, share FROM alike WHERE document = ? ORDER BY share DESC, other", document_id)]

    def offers(self, document_id: str) -> list[Kinship]:
        """The cases that a draft may be a further document of, likeliest first."""
        found = "SELECT case_id, probability FROM offers WHERE document = ? ORDER BY probability DESC, case_id"
        return [Kinship(*row) for row in self._all(found, document_id)]

    def questions(self, document_id: str | None = None) -> Iterator[Asked]:
        """What people are asked about a draft, or about any, what helps most first."""
        asked = "SELECT document, field, value, probability, use FROM questions"
        order = "ORDER BY use DESC, document, field, value"
        rows = self._all(f"{asked} {order}") if document_id is None else self._all(f"{asked} WHERE document = ? {order}", document_id)
        return (Asked(*row) for row in rows)

    def has_document(self, document_id: str) -> bool:
        return not unusable(document_id) and self._fetch("SELECT 1 FROM documents WHERE id = ?", document_id) is not None

    def cases(self) -> Iterator[CaseRow]:
        """Every case, by row."""
        return (CaseRow(*row) for row in self._all("SELECT id, document, number FROM cases WHERE is_draft = ? ORDER BY row", self._is_draft))

    def entries(self) -> Iterator[CaseEntry]:
        """Every case with its documents, by row, one at a time."""
        return (self._entry(row) for row in range(len(self)))

    def indexed(self) -> tuple[list[LexicalText], list[Features]]:
        """The terms and features of every case, by row: what the other parts of the snapshot were made from."""
        rows = list(self._all("SELECT terms, features FROM cases WHERE is_draft = ? ORDER BY row", self._is_draft))
        return [unpacked(TERMS, terms) for terms, _ in rows], [unpacked(FEATURES, features) for _, features in rows]

    def features_of(self, case_id: str) -> Features:
        """What the columns have of a case."""
        return unpacked(FEATURES, self._require("SELECT features FROM cases WHERE id = ? AND is_draft = ?", case_id, self._is_draft)[0])

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
