"""Files -> documents: the content by a reader for each format, then passages, language and the record, alike for all."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from koopkg.errors import DocumentError, Problem
from koopkg.files import find_files, read_bytes
from koopkg.language import detect_language
from koopkg.model import Document, Passage
from koopkg.ontology import Ontology
from koopkg.reading.content import Reader
from koopkg.reading.markdown import read_markdown
from koopkg.reading.passages import passages_of
from koopkg.reading.records import record_of
from koopkg.text import printable

__all__ = ["ENDINGS", "FORMATS", "Format", "Text", "document_paths", "format_of", "read_document", "read_text"]


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file: its media type, the ends of its names, and what reads it."""

    media_type: str
    endings: tuple[str, ...]
    reader: Reader


FORMATS = (Format("text/markdown", (".md", ".markdown"), read_markdown),)
"""A row a format; a file with an end that no row has, given by name, is read as the first."""
ENDINGS = tuple(ending for row in FORMATS for ending in row.endings)


@dataclass(frozen=True, slots=True)
class Text:
    """The text of any file with its passages, whether it has a record or not."""

    text: str
    passages: tuple[Passage, ...]


def document_paths(path: Path) -> list[Path]:
    """The documents at a path: the file itself, or every file below a folder that a format reads, but README and CHANGELOG, sorted.

    Raises:
        DocumentError: There is nothing at the path.
    """
    return list(find_files(path, endings=ENDINGS).documents)


def read_text(path: Path, *, max_bytes: int) -> Text:
    """The text of a file.

    Raises:
        DocumentError: The file cannot be opened, is no regular file, empty or larger than `max_bytes`, or cannot be read in its format.
    """
    where = printable(str(path))
    content = format_of(path.name).reader(read_bytes(path, max_bytes=max_bytes), where)
    return Text(content.text, passages_of(content.text, content.sections))


def read_document(raw: bytes, ontology: Ontology, *, where: str, format: Format = FORMATS[0]) -> Document:
    """One document from the bytes of its file.

    Args:
        where: What messages call the file.

    Raises:
        DocumentError: What is wrong with the document, field by field with its line; whatever the bytes, nothing else is raised.
    """
    content = format.reader(raw, where)
    if content.record is None:
        raise DocumentError(where, [Problem("front matter", "is missing; expected the file to begin with YAML between two lines `---`")])
    record, problems = record_of(content.record, ontology, where)
    passages = passages_of(content.text, content.sections)
    if not passages:
        problems.append(Problem("body", "has no text; expected a heading and at least one paragraph after the front matter"))
    if problems:
        raise DocumentError(where, problems)
    return Document(
        id=record.id,
        title=record.title,
        media_type=format.media_type,
        language=detect_language(" ".join(passage.text for passage in passages)),
        text=content.text,
        passages=passages,
        sha256=hashlib.sha256(raw).hexdigest(),
        cases=record.cases,
        describes=tuple(dict.fromkeys([*(case.id for case in record.cases), *record.describes])),
    )


def format_of(name: str) -> Format:
    """The format of a file by the end of its name."""
    ending = Path(name).suffix.lower()
    return next((row for row in FORMATS if ending in row.endings), FORMATS[0])
