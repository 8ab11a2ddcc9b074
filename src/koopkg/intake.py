"""Paths -> files to take in, files that were rejected with their reasons, files that were passed over; a file -> a document, or why it is none."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath

from koopkg.errors import DocumentError, Problem, refused
from koopkg.files import Skipped, find_files, read_bytes, reason_to_pass_over
from koopkg.messages import Message
from koopkg.model import Document
from koopkg.ontology import Ontology
from koopkg.reading import ENDINGS, Isolated, Member, format_of, read_document
from koopkg.text import printable

__all__ = ["Candidate", "Known", "Outcome", "Reader", "Rejected", "Sources", "Unchanged", "gather"]


@dataclass(frozen=True, slots=True)
class Rejected:
    """A document that was not taken in, and why."""

    path: str
    problems: tuple[Message, ...]

    @classmethod
    def of(cls, error: DocumentError) -> Rejected:
        return cls(error.where, tuple(problem.sentence for problem in error.problems))


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
    has_record: bool = True

    @staticmethod
    def key(sha256: str, path: str, *, has_record: bool) -> str:
        """What decides what is read: the bytes and the end of the file's name; where no record names the document, the whole name does."""
        name = PurePosixPath(path)
        return f"{sha256}{name.suffix.lower() if has_record else f'/{name.name}'}"


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
            skipped[name] = Skipped(name, Message("is the same file as {name}", name=candidates[place].name))
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


Outcome = Document | Unchanged | Rejected | Skipped


@dataclass(slots=True)
class Reader:
    """Reads candidates one after the other, and the files in them: the first document and the first record of an id count.

    Attributes:
        isolated: Reads what other people's programs wrote.
        known: `Known.key` -> what was read from such bytes before.
    """

    ontology: Ontology
    isolated: Isolated
    known: Mapping[str, Known] = field(default_factory=dict)
    _documents: dict[str, str] = field(default_factory=dict)
    """Id of a document that was accepted -> name of its file; likewise for cases."""
    _cases: dict[str, str] = field(default_factory=dict)
    _texts: dict[str, str] = field(default_factory=dict)
    """SHA-256 of a document without a record -> name of its file."""

    def read(self, candidates: Iterable[Candidate]) -> Iterator[tuple[Candidate, bytes, Outcome]]:
        """Each candidate with its bytes, where they had to be read and could be, and what became of it; of one that holds others, each of those.

        One carried over that a document named now replaces is left out. Each file is read once: it may be another a moment later.
        """
        for candidate in candidates:
            if candidate.kept_id is None:
                yield from self._found(candidate)
            elif candidate.kept_id not in self._documents and candidate.sha256 not in self._texts:
                yield candidate, *self._outcome(candidate, b"")

    def _found(self, candidate: Candidate, *, is_inside: bool = False) -> Iterator[tuple[Candidate, bytes, Outcome]]:
        """What became of a file and of the files in it; of an archive only of those, unless it cannot be opened."""
        raw = b""
        try:
            raw = candidate.load()
            row = format_of(raw, candidate.path, candidate.name)
            if row.reader is not None:
                yield candidate, *self._outcome(candidate, raw)
            elif is_inside and row.is_foreign:
                raise refused(candidate.name, "is an archive in an archive; unpack it and give what is in it")
            for member in self.isolated.members(row, raw, candidate.name):
                yield from self._member(candidate, member)
        except DocumentError as error:
            yield candidate, raw, Rejected.of(error)

    def _member(self, outer: Candidate, member: Member) -> Iterator[tuple[Candidate, bytes, Outcome]]:
        name, raw = f"{outer.name}/{member.name}", member.raw
        inner = Candidate(name, f"{outer.path}/{member.name}", lambda: raw)
        reason = member.skipped or reason_to_pass_over(PurePosixPath(member.name), ENDINGS)
        if reason:
            yield inner, b"", Skipped(name, reason)
        elif member.refused is not None:
            yield inner, b"", Rejected.of(member.refused)
        else:
            yield from self._found(inner, is_inside=True)

    def _outcome(self, candidate: Candidate, raw: bytes) -> tuple[bytes, Outcome]:
        try:
            known = self._known(candidate.sha256, candidate.path)
            raw = raw if known or raw else candidate.load()
            digest = candidate.sha256 or hashlib.sha256(raw).hexdigest()
            known = known or self._known(digest, candidate.path)
            if known is not None:
                outcome: Document | Unchanged = Unchanged(known.id)
                cases, has_record = known.cases, known.has_record
            else:
                outcome = read_document(raw, self.ontology, where=candidate.name, parse=self.isolated.read)
                cases, has_record = tuple(case.id for case in outcome.cases), outcome.has_record
            if not has_record and digest in self._texts:
                return raw, Skipped(candidate.name, Message("holds the same as {name}", name=self._texts[digest]))
            self._claim(candidate, outcome.id, cases)
            if not has_record:
                self._texts[digest] = candidate.name
        except DocumentError as error:
            return raw, Rejected.of(error)
        return raw, outcome

    def _known(self, sha256: str, path: str) -> Known | None:
        found = self.known.get(Known.key(sha256, path, has_record=True)) if sha256 else None
        return found or (self.known.get(Known.key(sha256, path, has_record=False)) if sha256 else None)

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
