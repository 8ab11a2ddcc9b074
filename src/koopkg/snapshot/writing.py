"""A catalog in writing: documents put in and taken out, and the rows of cases or drafts that are indexed together."""

from __future__ import annotations

import json
import shutil
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from koopkg.index import Features, LexicalText, LinkedDocument, TextSpans, WordSpans
from koopkg.model import Asked, Case, Document, Draft, Kinship, Linked
from koopkg.snapshot.tables import (
    CASE,
    DOCUMENT,
    DRAFT,
    DRAFTS,
    FEATURES,
    LINKED,
    NUMBER_ROWS,
    SCHEMA,
    TERMS,
    CaseEntry,
    DocumentRow,
    compressed,
    document_row,
    packed,
    unpacked,
)

__all__ = ["CatalogWriter", "Shelf"]

_OF_A_DOCUMENT = (
    ("documents", "id"),
    *((table, "document") for table in ("cases", "describes", "places", "sketches", "alike", "offers", "questions")),
    ("alike", "other"),
)
"""Tables with what belongs to a document, and the column that names it."""


class CatalogWriter:
    """A catalog being built in a staged snapshot, from nothing or from that of an earlier one."""

    def __init__(self, path: Path, *, earlier: Path | None = None) -> None:
        if earlier is not None:
            shutil.copyfile(earlier, path)
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.execute("PRAGMA journal_mode = OFF")  # a build that fails is thrown away whole
        self._database.execute("PRAGMA synchronous = OFF")  # publishing makes the files of a snapshot last
        if earlier is None:
            self._database.executescript(SCHEMA)
        self._database.execute("BEGIN")

    def remove(self, document_id: str) -> None:
        """Take a document out, and the cases whose records it holds; of other cases that it was about, what is indexed has to be made anew."""
        self._forget_indexed(document_id)
        for table, column in _OF_A_DOCUMENT:
            self._database.execute(f"DELETE FROM {table} WHERE {column} = ?", (document_id,))  # noqa: S608 -- names of our own

    def put(self, document: Document, *, path: str, raw: bytes, reviews: str = "") -> None:
        """Add a document with the cases whose records it holds.

        Args:
            reviews: What people made of it, as `Reviews.digest` says.
        """
        values = (document.id, path, document.sha256, document.has_record, reviews, compressed(raw), packed(DOCUMENT, document))
        self._database.execute("INSERT INTO documents (id, path, sha256, has_record, reviews, raw, document) VALUES (?, ?, ?, ?, ?, ?, ?)", values)
        self._database.executemany(
            "INSERT INTO cases (id, is_draft, document, number, title) VALUES (?, 0, ?, ?, ?)",
            [(case.id, document.id, number, case.title) for number, case in enumerate(document.cases)],
        )
        self._database.executemany("INSERT INTO describes VALUES (?, ?)", [(document.id, case_id) for case_id in document.describes])
        self._forget_indexed(document.id)

    def move(self, document_id: str, path: str) -> None:
        """Note that the file of a document lies elsewhere."""
        self._database.execute("UPDATE documents SET path = ? WHERE id = ? AND path <> ?", (path, document_id, path))

    def put_links(self, document_id: str, linked: Linked, spans: TextSpans, place_keys: Iterable[str]) -> None:
        """Add what a document was found to name, where its words stand, and the official keys of the places of its cases and text."""
        mentions = sum(len(link.evidence) for link in linked.concepts)
        values = (packed(LINKED, linked), compressed(str(spans).encode()), mentions, document_id)
        self._database.execute("UPDATE documents SET linked = ?, spans = ?, mentions = ? WHERE id = ?", values)
        self._database.executemany("INSERT INTO places VALUES (?, ?)", [(document_id, key) for key in sorted(place_keys)])

    def put_draft(self, draft: Draft) -> None:
        """Add what was proposed for a document."""
        self._database.execute("UPDATE documents SET draft = ? WHERE id = ?", (packed(DRAFT, draft), draft.id))

    def put_sketch(self, document_id: str, hashes: Iterable[int]) -> None:
        """Add what a text is compared with others by, as `koopkg.kinship.sketch` makes it."""
        self._database.executemany("INSERT INTO sketches VALUES (?, ?)", [(document_id, value) for value in hashes])

    def sketch(self, document_id: str) -> list[int]:
        """The same of a document."""
        return [value for (value,) in self._database.execute("SELECT hash FROM sketches WHERE document = ?", (document_id,))]

    def sharing(self, document_id: str, *, at_least: int) -> list[str]:
        """The other documents that share so many hashes of the sketch of one, by id."""
        shared = """SELECT other.document FROM sketches AS own JOIN sketches AS other USING (hash)
          WHERE own.document = ? AND other.document <> own.document GROUP BY other.document HAVING COUNT(*) >= ? ORDER BY other.document"""
        return [name for (name,) in self._database.execute(shared, (document_id, at_least))]

    def put_alike(self, one: str, other: str, share: float) -> None:
        """Note that two documents hold nearly the same text."""
        self._database.executemany("INSERT OR REPLACE INTO alike VALUES (?, ?, ?)", [(one, other, share), (other, one, share)])

    def drafts_naming(self, place_keys: Iterable[str]) -> list[str]:
        """The drafts that name one of some places, by id."""
        found: set[str] = set()
        for key in place_keys:
            found.update(name for (name,) in self._database.execute("SELECT document FROM places WHERE key = ?", (key,)))
        return sorted(found.intersection(self.drafts()))

    def cases_near(self, document_id: str) -> list[Case]:
        """The cases whose documents name a place that a document names too, by id."""
        near = """SELECT DISTINCT cases.document, cases.number FROM places AS own JOIN places AS other USING (key)
          JOIN cases ON cases.document = other.document AND NOT cases.is_draft
          WHERE own.document = ? AND LENGTH(own.key) > 2 ORDER BY cases.id"""
        return [self.document(holder).cases[number] for holder, number in self._database.execute(near, (document_id,)).fetchall()]

    def put_offers(self, document_id: str, offers: Iterable[Kinship]) -> None:
        """Note the cases that a draft may be a further document of, in place of those noted before."""
        self._database.execute("DELETE FROM offers WHERE document = ?", (document_id,))
        self._database.executemany("INSERT INTO offers VALUES (?, ?, ?)", [(document_id, offer.id, offer.probability) for offer in offers])

    def offers(self, document_id: str) -> list[Kinship]:
        """The same of a draft."""
        found = "SELECT case_id, probability FROM offers WHERE document = ? ORDER BY probability DESC, case_id"
        return [Kinship(*row) for row in self._database.execute(found, (document_id,))]

    def put_questions(self, document_id: str, questions: Iterable[Asked]) -> None:
        """Note what people are asked about a draft, in place of what was noted before."""
        self._database.execute("DELETE FROM questions WHERE document = ?", (document_id,))
        rows = [(item.document, item.field, item.value, item.probability, item.use) for item in questions]
        self._database.executemany("INSERT INTO questions VALUES (?, ?, ?, ?, ?)", rows)

    def searched_drafts(self) -> set[str]:
        """The drafts that have a row."""
        return {name for (name,) in self._database.execute("SELECT id FROM cases WHERE is_draft")}

    def drafts_to_search(self) -> set[str]:
        """The drafts that shall have a row: of those that hold nearly the same text the first, and none that a document about a case says already."""
        repeats = """SELECT alike.document FROM alike WHERE alike.other < alike.document OR alike.other IN (SELECT document FROM describes)"""
        return set(self.drafts()) - {name for (name,) in self._database.execute(repeats)}

    def put_draft_row(self, case: Case) -> None:
        """Add what is searched of a draft, in the shape of a record."""
        values = (case.id, case.id, case.title, packed(CASE, case))
        self._database.execute("INSERT INTO cases (id, is_draft, document, number, title, record) VALUES (?, 1, ?, 0, ?, ?)", values)

    def remove_draft_row(self, document_id: str) -> None:
        """A draft is no longer searched."""
        self._database.execute("DELETE FROM cases WHERE id = ? AND is_draft", (document_id,))

    def draft(self, document_id: str) -> Draft | None:
        """What was proposed for a document."""
        ((found,),) = self._database.execute("SELECT draft FROM documents WHERE id = ?", (document_id,))
        return None if found is None else unpacked(DRAFT, found)

    def row(self, document_id: str) -> DocumentRow:
        """Where a document was read from."""
        ((name, *found),) = self._database.execute("SELECT id, path, sha256, has_record, reviews FROM documents WHERE id = ?", (document_id,))
        return document_row(name, *found)

    def has_document(self, document_id: str) -> bool:
        return self._database.execute("SELECT 1 FROM documents WHERE id = ?", (document_id,)).fetchone() is not None

    def documents(self) -> list[DocumentRow]:
        """Every document, by id."""
        return [document_row(*row) for row in self._database.execute("SELECT id, path, sha256, has_record, reviews FROM documents ORDER BY id")]

    def drafts(self) -> list[str]:
        """The documents of which nobody has said what case they are about, by id."""
        return [name for (name,) in self._database.execute(DRAFTS)]

    def about_nothing(self) -> list[tuple[str, str]]:
        """Documents about cases that no record is there of, with the ids of these."""
        found = self._database.execute(
            "SELECT document, case_id FROM describes WHERE case_id NOT IN (SELECT id FROM cases WHERE NOT is_draft) ORDER BY document, case_id"
        )
        return [(str(document), str(case_id)) for document, case_id in found]

    def unlinked(self) -> list[str]:
        """The documents that are still to be linked, by id."""
        return [name for (name,) in self._database.execute("SELECT id FROM documents WHERE linked IS NULL ORDER BY id")]

    def document(self, document_id: str) -> Document:
        """A document as it was read."""
        return unpacked(DOCUMENT, self._database.execute("SELECT document FROM documents WHERE id = ?", (document_id,)).fetchone()[0])

    def linked_document(self, document_id: str) -> LinkedDocument:
        """A document and what it names."""
        document, linked = self._database.execute("SELECT document, linked FROM documents WHERE id = ?", (document_id,)).fetchone()
        return LinkedDocument(unpacked(DOCUMENT, document), unpacked(LINKED, linked))

    def raw(self, document_id: str) -> bytes:
        """The bytes of the file that a document was read from."""
        return zlib.decompress(self._database.execute("SELECT raw FROM documents WHERE id = ?", (document_id,)).fetchone()[0])

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
        """Give each case and each draft its row, in the order of ids."""
        self._database.execute(NUMBER_ROWS)

    def shelf(self, *, of_drafts: bool = False) -> Shelf:
        """The rows that are indexed together: those of the cases, or those of the drafts."""
        return Shelf(self, self._database, of_drafts=of_drafts)

    def _forget_indexed(self, document_id: str) -> None:
        about = "SELECT case_id FROM describes WHERE document = ?"
        self._database.execute(f"UPDATE cases SET features = NULL WHERE NOT is_draft AND id IN ({about})", (document_id,))  # noqa: S608 -- text of our own

    def close(self) -> None:
        self._database.execute("COMMIT")
        self._database.close()


class Shelf:
    """Rows that are indexed together, of the cases or of the drafts, in the order of ids."""

    def __init__(self, catalog: CatalogWriter, database: sqlite3.Connection, *, of_drafts: bool) -> None:
        self._catalog, self._database, self._of = catalog, database, (of_drafts,)

    def __len__(self) -> int:
        return int(self._database.execute("SELECT COUNT(*) FROM cases WHERE is_draft = ?", self._of).fetchone()[0])

    def rows_by_title(self) -> list[int]:
        """The rows of all cases in the order of their titles."""
        return [row for (row,) in self._database.execute("SELECT row FROM cases WHERE is_draft = ? ORDER BY title, row", self._of)]

    def entry(self, case_id: str) -> CaseEntry:
        """A case with its documents as they stand now."""
        wanted = "SELECT document, number, record FROM cases WHERE id = ? AND is_draft = ?"
        ((holder, number, record),) = self._database.execute(wanted, (case_id, *self._of))
        others = self._database.execute("SELECT document FROM describes WHERE case_id = ? AND document <> ? ORDER BY document", (case_id, holder))
        texts = tuple(self._catalog.linked_document(name) for name in [holder, *(name for (name,) in others)])
        return CaseEntry(texts[0].document.cases[number] if record is None else unpacked(CASE, record), texts, {})

    def put_indexed(self, case_id: str, terms: LexicalText, features: Features, title_spans: Mapping[str, WordSpans]) -> None:
        """Keep what the indexes are made from, and by language where stems stand in the title."""
        values = (packed(TERMS, terms), packed(FEATURES, features), json.dumps(title_spans, ensure_ascii=False), case_id)
        self._database.execute("UPDATE cases SET terms = ?, features = ?, title_spans = ? WHERE id = ? AND is_draft = ?", (*values, *self._of))

    def case_ids(self) -> list[str]:
        """Every case, in the order of rows."""
        return [case_id for (case_id,) in self._database.execute("SELECT id FROM cases WHERE is_draft = ? ORDER BY id", self._of)]

    def unindexed(self) -> list[str]:
        """The cases whose terms and features are still to be made."""
        return [case_id for (case_id,) in self._database.execute("SELECT id FROM cases WHERE features IS NULL AND is_draft = ? ORDER BY id", self._of)]

    def terms(self) -> Iterator[LexicalText]:
        """The terms of every case, in the order of rows, one at a time."""
        return (unpacked(TERMS, terms) for (terms,) in self._database.execute("SELECT terms FROM cases WHERE is_draft = ? ORDER BY id", self._of))

    def features_of(self, case_id: str) -> Features:
        """The features of a case."""
        return unpacked(FEATURES, self._database.execute("SELECT features FROM cases WHERE id = ? AND is_draft = ?", (case_id, *self._of)).fetchone()[0])

    def features(self) -> Iterator[Features]:
        """The features of every case, in the order of rows, one at a time."""
        return (unpacked(FEATURES, features) for (features,) in self._database.execute("SELECT features FROM cases WHERE is_draft = ? ORDER BY id", self._of))
