"""Paths -> files to take in, files that were rejected with their reasons, files that were passed over; a file -> a document, or why it is none."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from koopkg.errors import DocumentError, Problem
from koopkg.files import Skipped, find_files, read_bytes
from koopkg.messages import Message
from koopkg.model import Document
from koopkg.ontology import Ontology
from koopkg.reading import ENDINGS, format_of, read_document
from koopkg.text import printable

__all__ = ["Candidate", "Known", "Reader", "Rejected", "Sources", "Unchanged", "gather"]


@dataclass(frozen=True, slots=True)
class Rejected:
    """A document that was not taken in, and why."""

    path: str
    problems: tuple[str, ...]

    @classmethod
    def of(cls, error: DocumentError) -> Rejected:
        return cls(error.where, tuple(map(str, error.problems)))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file to take in: its name as the user gave it and where it lies, both printable, and how its bytes are had.

    Attributes:
        kept_id: Of one carried over from a snapshot, its id there.
        sha256: Of its bytes, where that is known without them.
    """

    name: str
    path: str
    load: Callable[[], bytes]
    kept_id: str | None = None
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """A document that was read before, by the same code: its id and those of the cases whose records it holds."""

    id: str
    cases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unchanged:
    """A candidate whose bytes were read before."""

    id: str


@dataclass(frozen=True, slots=True)
class Sources:
    """Everything there is to take in or to report; each file found is in one of the three."""

    candidates: tuple[Candidate, ...]
    rejected: tuple[Rejected, ...]
    skipped: tuple[Skipped, ...]


def gather(paths: Sequence[Path], *, max_bytes: int, leave_out: Path | None = None) -> Sources:
    """Find each file below the paths once; a second name of a file is passed over.

    Args:
        leave_out: A folder that is not looked into.

    Raises:
        DocumentError: There is nothing at one of the paths.
    """
    below = [find_files(root, endings=ENDINGS, leave_out=leave_out) for root in paths]
    candidates: dict[str, Candidate] = {}
    rejected = {error.where: Rejected.of(error) for found in below for error in found.refused}
    skipped = {item.path: item for found in below for item in found.skipped}
    folders: dict[Path, str] = {}
    for path in dict.fromkeys(path for found in below for path in found.documents):
        name, place = printable(str(path)), printable(_real(path, folders))
        if place in candidates:
            skipped[name] = Skipped(name, f"is the same file as {candidates[place].name}")
        else:
            candidates[place] = Candidate(name, place, partial(read_bytes, path, max_bytes=max_bytes))
    return Sources(tuple(candidates.values()), tuple(rejected.values()), tuple(skipped.values()))


def _real(path: Path, folders: dict[Path, str]) -> str:
    """Where a file lies; folders are looked up once, which is most of the work."""
    if path.is_symlink() or not path.name:
        return os.path.realpath(path)
    if path.parent not in folders:
        folders[path.parent] = os.path.realpath(path.parent)
    return str(Path(folders[path.parent], path.name))


@dataclass(slots=True)
class Reader:
    """Reads candidates one after the other: the first document and the first record of an id count.

    Attributes:
        known: SHA-256 of bytes -> what they were read as before.
    """

    ontology: Ontology
    known: Mapping[str, Known] = field(default_factory=dict)
    _documents: dict[str, str] = field(default_factory=dict)
    """Id of a document that was accepted -> name of its file; likewise for cases."""
    _cases: dict[str, str] = field(default_factory=dict)

    def read(self, candidates: Iterable[Candidate]) -> Iterator[tuple[Candidate, bytes, Document | Unchanged | Rejected]]:
        """Each candidate with its bytes, where they had to be read and could be, and what became of it.

        One carried over that a document named now replaces is left out. Each file is read once: it may be another a moment later.
        """
        for candidate in candidates:
            if candidate.kept_id is None or candidate.kept_id not in self._documents:
                yield candidate, *self._outcome(candidate)

    def _outcome(self, candidate: Candidate) -> tuple[bytes, Document | Unchanged | Rejected]:
        raw = b""
        try:
            known = self.known.get(candidate.sha256)
            raw = raw if known else candidate.load()
            known = known or self.known.get(hashlib.sha256(raw).hexdigest())
            if known is not None:
                self._claim(candidate, known.id, known.cases)
                return raw, Unchanged(known.id)
            document = read_document(raw, self.ontology, where=candidate.name, format=format_of(candidate.path))
            self._claim(candidate, document.id, tuple(case.id for case in document.cases))
        except DocumentError as error:
            return raw, Rejected.of(error)
        return raw, document

    def _claim(self, candidate: Candidate, document_id: str, case_ids: tuple[str, ...]) -> None:
        """Take the ids for a file.

        Raises:
            DocumentError: Another file has one of them.
        """
        users = [(document_id, self._documents.get(document_id)), *((name, self._cases.get(name)) for name in case_ids)]
        taken = {name: user for name, user in users if user}
        if taken:
            told = [Message("{id!r} is already used by {other}; expected an id that no other file has", id=name, other=user) for name, user in taken.items()]
            raise DocumentError(candidate.name, [Problem("id", message) for message in told])
        self._documents[document_id] = candidate.name
        self._cases |= dict.fromkeys(case_ids, candidate.name)
