"""Paths -> documents that were read, files that were rejected with their reasons, files that were passed over."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from koopkg.errors import DocumentError, Problem
from koopkg.files import Skipped, find_files, read_bytes
from koopkg.messages import Message
from koopkg.model import Document
from koopkg.ontology import Ontology
from koopkg.reading import read_document
from koopkg.text import printable

__all__ = ["Candidate", "Read", "Rejected", "Sources", "gather", "read"]


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
    """A file to take in: its name as the user gave it and where it lies, both printable; of one carried over from a snapshot also its id there."""

    name: str
    path: str
    raw: bytes
    kept_id: str | None = None


@dataclass(frozen=True, slots=True)
class Sources:
    """Everything there is to take in or to report; each file found is in one of the three."""

    candidates: tuple[Candidate, ...]
    rejected: tuple[Rejected, ...]
    skipped: tuple[Skipped, ...]


Read = tuple[Document, Candidate]


def gather(paths: Sequence[Path], *, max_bytes: int, leave_out: Path | None = None) -> Sources:
    """Open each file below the paths once; a second name of a file is passed over.

    Args:
        leave_out: A folder that is not looked into.

    Raises:
        DocumentError: There is nothing at one of the paths.
    """
    below = [find_files(root, leave_out=leave_out) for root in paths]
    candidates: dict[str, Candidate] = {}
    rejected = {error.where: Rejected.of(error) for found in below for error in found.refused}
    skipped = {item.path: item for found in below for item in found.skipped}
    for path in dict.fromkeys(path for found in below for path in found.documents):
        name, place = printable(str(path)), printable(os.path.realpath(path))
        if place in candidates:
            skipped[name] = Skipped(name, f"is the same file as {candidates[place].name}")
            continue
        try:
            candidates[place] = Candidate(name, place, read_bytes(path, max_bytes=max_bytes))
        except DocumentError as error:
            rejected[name] = Rejected.of(error)
    return Sources(tuple(candidates.values()), tuple(rejected.values()), tuple(skipped.values()))


def read(candidates: Sequence[Candidate], terms: Ontology, step: Callable[[], None] = lambda: None) -> tuple[list[Read], list[Rejected]]:
    """Read every candidate; the first document of an id counts, and one named now counts before one carried over.

    Args:
        step: Called after each.

    Returns:
        What was read, by id, and what was rejected. What a document named now replaces is in neither.
    """
    accepted: dict[str, Read] = {}
    rejected = []
    for candidate in candidates:
        step()
        if candidate.kept_id in accepted:
            continue
        try:
            document = read_document(candidate.raw, terms, where=candidate.name)
        except DocumentError as error:
            rejected.append(Rejected.of(error))
            continue
        first = accepted.get(document.id)
        if first is None:
            accepted[document.id] = document, candidate
        else:
            told = Message("{id!r} is already used by {other}; expected an id that no other file has", id=document.id, other=first[1].name)
            rejected.append(Rejected(candidate.name, (str(Problem("id", told)),)))
    return [accepted[identifier] for identifier in sorted(accepted)], rejected
