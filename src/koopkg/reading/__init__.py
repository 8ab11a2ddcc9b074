"""Files -> documents: the content by a reader for each format, then passages, language, title and the record, alike for all."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from koopkg.errors import DocumentError, Problem, refused
from koopkg.files import find_files, read_bytes
from koopkg.language import detect_language
from koopkg.messages import Language
from koopkg.model import Document, Passage
from koopkg.ontology import Ontology
from koopkg.reading.content import Content, Member
from koopkg.reading.formats import ENDINGS, FORMATS, Format, Parse, format_of, in_this_process
from koopkg.reading.isolated import Isolated, Limits
from koopkg.reading.passages import passages_of
from koopkg.reading.properties import title_of
from koopkg.reading.records import record_of
from koopkg.text import printable, slug

__all__ = [
    "ENDINGS",
    "FORMATS",
    "Format",
    "Isolated",
    "Limits",
    "Member",
    "Text",
    "document_paths",
    "format_of",
    "read_document",
    "read_text",
]

_LONGEST_NAME = 80
_DIGITS = 8
"""Of the hash in the id of a document without a record: files of one name do not get into each other's way."""


@dataclass(frozen=True, slots=True)
class Text:
    """The text of any file with its passages, whether it has a record or not; `pages` are the offsets at which its pages begin."""

    text: str
    passages: tuple[Passage, ...]
    pages: tuple[int, ...] = ()


def document_paths(path: Path) -> list[Path]:
    """The documents at a path: the file itself, or every file below a folder that a format reads, but README and CHANGELOG, sorted.

    Raises:
        DocumentError: There is nothing at the path.
    """
    return list(find_files(path, endings=ENDINGS).documents)


def read_text(path: Path, *, max_bytes: int, limits: Limits | None = None) -> Text:
    """The text of a file.

    Raises:
        DocumentError: The file cannot be opened, is no regular file, empty or larger than `max_bytes`, or cannot be read in its format.
    """
    where = printable(str(path))
    raw = read_bytes(path, max_bytes=max_bytes)
    with Isolated(limits) as isolated:
        content = isolated.read(format_of(raw, path.name, where), raw, where)
    return Text(content.text, _passages(content)[1], content.pages)


def read_document(raw: bytes, ontology: Ontology, *, where: str, format: Format | None = None, parse: Parse = in_this_process) -> Document:
    """One document from the bytes of its file; without a record it is about no case yet.

    Args:
        where: What messages call the file.
        format: That of the file; None: what its name and content say.
        parse: What has it read.

    Raises:
        DocumentError: What is wrong with the document, field by field with its line; whatever the bytes, nothing else is raised.
    """
    row = format or format_of(raw, where, where)
    content = parse(row, raw, where)
    language, passages = _passages(content)
    digest = hashlib.sha256(raw).hexdigest()
    if content.record is None:
        if not passages:
            raise refused(where, "has no text that could be read")
        return _document(_name(where, digest), title_of(content, where), row, content, language, passages, digest)
    record, problems = record_of(content.record, ontology, where)
    if not passages:
        problems.append(Problem("body", "has no text; expected a heading and at least one paragraph after the front matter"))
    if problems:
        raise DocumentError(where, problems)
    describes = tuple(dict.fromkeys([*(case.id for case in record.cases), *record.describes]))
    return _document(record.id, record.title, row, content, language, passages, digest, cases=record.cases, describes=describes, has_record=True)


def _document(
    name: str, title: str, format: Format, content: Content, language: Language, passages: tuple[Passage, ...], digest: str, **of_record: Any
) -> Document:
    about = content.about
    return Document(
        id=name,
        title=title,
        media_type=format.media_type,
        language=language,
        text=content.text,
        passages=passages,
        sha256=digest,
        pages=content.pages,
        date=about.date,
        publisher=about.publisher,
        source=about.source,
        **of_record,
    )


def _passages(content: Content) -> tuple[Language, tuple[Passage, ...]]:
    language = detect_language(" ".join(content.text[section.start : section.end] for section in content.sections))
    return language, passages_of(content.text, content.sections, language)


def _name(where: str, digest: str) -> str:
    """The id of a document that has none of its own: the name of its file and the beginning of its hash, alike on every machine."""
    name = slug(PurePosixPath(where).stem, most=_LONGEST_NAME)
    return f"{name or 'dokument'}-{digest[:_DIGITS]}"
