"""The latest snapshot -> what an ingest goes on from: its documents, and, where the same code made it, everything that was made of them."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import logging
import os
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from pydantic import TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from koopkg import snapshot
from koopkg.errors import DocumentError, Problem, SnapshotError
from koopkg.index import Features
from koopkg.intake import Candidate, Known
from koopkg.messages import Message
from koopkg.moves import moved_since
from koopkg.snapshot import Catalog, DocumentRow, IndexFiles, SnapshotFiles
from koopkg.text import printable

__all__ = ["Earlier", "EarlierRows", "earlier"]

_LOG = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True, slots=True)
class EarlierRows:
    """Rows that were indexed together: their indexes, None where there are none to go on from, and the row of each by its id."""

    indexes: IndexFiles | None
    catalog: Catalog | None
    rows: Mapping[str, int]

    def features_of(self, case_id: str) -> Features:
        """What the columns have of a row."""
        if self.catalog is None:
            raise SnapshotError(f"there is no earlier snapshot with the case {case_id!r}")
        return self.catalog.features_of(case_id)


class Earlier:
    """A snapshot that an ingest goes on from.

    Attributes:
        base: Its files where what was made of its documents holds still; None where they have to be read anew.
    """

    def __init__(self, files: SnapshotFiles | None, documents: Sequence[DocumentRow], catalog: Catalog | None, *, is_base: bool) -> None:
        self._files = files
        self._catalog = catalog
        self.documents = {document.id: document for document in documents}
        self.base = files if is_base else None

    def known(self) -> dict[str, Known]:
        """`Known.key` of each document -> what it was read as; nothing where they have to be read anew."""
        if self.base is None or self._catalog is None:
            return {}
        cases: dict[str, list[str]] = {}
        for case in self._catalog.cases():
            cases.setdefault(case.document, []).append(case.id)
        found = {}
        for document in self.documents.values():
            key = Known.key(document.sha256, document.path, has_record=document.has_record)
            found[key] = Known(document.id, tuple(cases.get(document.id, ())), document.has_record)
        return found

    def beside(self, paths: Sequence[Path]) -> Iterator[Candidate]:
        """The documents whose files did not lie below the paths."""
        roots = [printable(os.path.realpath(root)) for root in paths]
        folders = tuple(f"{root.rstrip(os.sep)}{os.sep}" for root in roots)
        for document in self.documents.values():
            if document.path not in roots and not document.path.startswith(folders):
                digest = document.sha256 if self.base else ""  # a base is whole, so that no copy has to be read to know it
                yield Candidate(document.path or document.id, document.path, partial(self._raw, document), document.id, digest)

    def rows(self, *, of_drafts: bool = False) -> EarlierRows:
        """The rows of the cases, or those of the drafts, and their indexes; nothing where they have to be made anew."""
        if self._catalog is None or self.base is None:
            return EarlierRows(None, None, {})
        catalog = self._catalog.of_drafts() if of_drafts else self._catalog
        if not len(catalog):
            return EarlierRows(None, None, {})
        return EarlierRows(self.base.drafts if of_drafts else self.base, catalog, {case.id: row for row, case in enumerate(catalog.cases())})

    def close(self) -> None:
        if self._catalog is not None:
            self._catalog.close()

    def _raw(self, document: DocumentRow) -> bytes:
        try:
            raw = self._catalog.raw(document.id) if self._catalog is not None else _old_copy(self._files, document.id).read_bytes()
        except (OSError, SnapshotError, zlib.error):
            raw = b""
        if document.sha256 in ("", hashlib.sha256(raw).hexdigest()):
            return raw
        name = self._files.folder.name if self._files else ""
        problem = Message("its copy in the snapshot {id} is damaged; ingest the file itself again", id=name)
        raise DocumentError(document.path or document.id, [Problem("file", problem)])


@contextlib.contextmanager
def earlier(data: Path, *, made_by: str, rebuild: bool = False) -> Iterator[Earlier]:
    """What an ingest goes on from; nothing with `rebuild`, or where nothing was published.

    Args:
        made_by: Hash of what turns documents into a snapshot now.
    """
    found = Earlier(None, [], None, is_base=False) if rebuild else _latest(data, made_by)
    try:
        yield found
    finally:
        found.close()


def _latest(data: Path, made_by: str) -> Earlier:
    files = snapshot.latest(data)
    if files is None:
        return Earlier(None, [], None, is_base=False)
    if not files.catalog.exists():
        return Earlier(files, list(_of_format_1(files)), None, is_base=False)
    try:
        catalog = Catalog(files.catalog)
        moved = moved_since(data, files)
        documents = [replace(document, path=moved.get(document.id, document.path)) for document in catalog.documents()]
    except SnapshotError as error:
        _LOG.warning("snapshot %s: its documents cannot be read (%s); beginning anew", files.folder.name, error)
        return Earlier(None, [], None, is_base=False)
    return Earlier(files, documents, catalog, is_base=_is_base(files, made_by))


def _is_base(files: SnapshotFiles, made_by: str) -> bool:
    """Whether what was made of the documents of a snapshot can be taken over: it is what would be made now, and unharmed.

    The store of the graph is not looked at: its files are linked, and go on under the checksums that they were published with.
    """
    try:
        return files.manifest().made_by == made_by and snapshot.is_whole(files, but="graph")
    except SnapshotError as error:
        _LOG.warning("%s", error)
        return False


@dataclass(frozen=True)
class _OldDocument:
    id: str
    path: str
    sha256: str


@dataclass(frozen=True)
class _OldManifest:
    documents: tuple[_OldDocument, ...]


def _of_format_1(files: SnapshotFiles) -> Iterator[DocumentRow]:
    """The documents of a snapshot of version 0.1.0: those in its manifest, or whose copies lie in it, where that cannot be read."""
    try:
        documents = TypeAdapter(_OldManifest).validate_json(files.manifest_path.read_bytes()).documents
    except (OSError, ValidationError):
        documents = tuple(_OldDocument(path.stem, "", "") for path in sorted((files.folder / "documents").glob("*.md")))
    for document in documents:
        if _old_copy(files, document.id).is_file():
            yield DocumentRow(document.id, document.path, document.sha256)


def _old_copy(files: SnapshotFiles | None, document_id: str) -> Path:
    return (files.folder if files else Path()) / "documents" / f"{Path(document_id).name}.md"
