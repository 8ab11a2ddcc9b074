"""The formats of files, a row each, and which of them a file has: by the end of its name, and by its content where that says something else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath

from koopkg.errors import DocumentError, refused
from koopkg.messages import Message
from koopkg.reading.archives import members_of_zip, opened_archive, part
from koopkg.reading.content import Content, Members, Reader
from koopkg.reading.docx import read_docx
from koopkg.reading.eml import attachments_of, read_eml
from koopkg.reading.html import read_html
from koopkg.reading.lists import RECORD_BEGINS, members_of_csv, members_of_json, read_record
from koopkg.reading.markdown import read_markdown
from koopkg.reading.odt import read_odt
from koopkg.reading.pdf import read_pdf
from koopkg.reading.plain_text import read_plain_text
from koopkg.reading.pptx import read_pptx

__all__ = ["ENDINGS", "FORMATS", "RECORD", "Format", "Parse", "format_of", "in_this_process"]


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file.

    Attributes:
        endings: Of the names of such files, in lower case.
        reader: What reads it as a document; None where only the files in it are documents.
        members: What gives the files in it; None where there are none.
        is_foreign: Whether other people's programs write it, so that its bytes are read by a process that may die.
    """

    media_type: str
    endings: tuple[str, ...]
    reader: Reader | None = None
    members: Members | None = None
    is_foreign: bool = True


_OFFICE = "application/vnd.openxmlformats-officedocument."
FORMATS = (
    Format("text/markdown", (".md", ".markdown"), read_markdown, is_foreign=False),
    Format("text/plain", (".txt", ".text"), read_plain_text),
    Format("text/html", (".html", ".htm", ".xhtml"), read_html),
    Format("application/pdf", (".pdf",), read_pdf),
    Format(f"{_OFFICE}wordprocessingml.document", (".docx", ".docm", ".dotx", ".dotm"), read_docx),
    Format("application/vnd.oasis.opendocument.text", (".odt", ".ott"), read_odt),
    Format(f"{_OFFICE}presentationml.presentation", (".pptx", ".pptm", ".ppsx"), read_pptx),
    Format("message/rfc822", (".eml",), read_eml, attachments_of),
    Format("application/zip", (".zip",), members=members_of_zip),
    Format("text/csv", (".csv", ".tsv"), members=members_of_csv, is_foreign=False),
    Format("application/json", (".json", ".jsonl", ".ndjson"), members=members_of_json, is_foreign=False),
)
"""A row a format; a file with an end that no row has, given by name, is read as the first."""
RECORD = Format("application/json", (), read_record, is_foreign=False)
"""A record in a list, which has no file of its own."""
ENDINGS = tuple(ending for row in FORMATS for ending in row.endings)
Parse = Callable[[Format, bytes, str], Content]
"""What has a file read: in this process, or in one that may die."""
_BY_ENDING = {ending: row for row in FORMATS for ending in row.endings}
_PACKED = {"word/": ".docx", "ppt/": ".pptx"}
"""Folder in an archive -> the format that has it."""
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_TEXTS = (".md", ".markdown", ".txt", ".text", ".html", ".htm", ".xhtml", ".eml", ".csv", ".tsv", ".json", ".jsonl", ".ndjson")
_NO_DOCUMENT = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"MZ", b"\x7fELF", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf", b"Rar!", b"RIFF", b"ID3", b"\0\0\0")
"""How pictures, programs, other archives and recordings begin."""


def format_of(raw: bytes, name: str, where: str) -> Format:
    """The format of a file.

    Raises:
        DocumentError: It is empty, or of no format that is read.
    """
    path = PurePosixPath(name)
    named = _BY_ENDING.get(path.suffix.lower(), FORMATS[0])
    if raw.startswith(RECORD_BEGINS) and _BY_ENDING.get(path.parent.suffix.lower()) in (_BY_ENDING[".csv"], _BY_ENDING[".json"]):
        return RECORD
    if not raw.strip(b" \t\r\n\f\0"):
        raise refused(where, "is empty; expected a document with text")
    if b"%PDF-" in raw[:1024]:
        return _BY_ENDING[".pdf"]
    if raw.startswith(b"PK\x03\x04"):
        return _packed(raw, named, where)
    if raw.startswith(_OLD_OFFICE):
        raise _old_office(raw, where)
    if raw.startswith(_NO_DOCUMENT):
        raise refused(where, "is no document, whatever its name says: a picture, a program or the like")
    if named.endings[0] in _TEXTS:
        return _BY_ENDING[".html"] if named.endings[0] == ".txt" and _is_html(raw) else named
    if _is_html(raw):
        return _BY_ENDING[".html"]
    problem = Message("is damaged, or no {kind} file, whatever its name says; save it anew or send it again", kind=named.endings[0].lstrip(".").upper())
    raise refused(where, problem)


def in_this_process(format: Format, raw: bytes, where: str) -> Content:
    """Read a file here and now; for what we wrote ourselves, and inside of processes that may die.

    Raises:
        DocumentError: What is wrong with it.
    """
    if format.reader is None:
        problem = Message("holds other files, and is none itself; unpack it and give those")
        raise refused(where, problem)
    return format.reader(raw, where)


def _packed(raw: bytes, named: Format, where: str) -> Format:
    """The format of a file that is an archive: office programs pack theirs into one."""
    archive = opened_archive(raw, where)
    names = archive.namelist()
    if "mimetype" in names:
        kind = part(archive, "mimetype", where)[:100].decode(errors="replace").strip()
        found = next((row for row in FORMATS if kind.startswith(row.media_type)), None)
        if found is None:
            raise refused(where, "is no text document; expected one of a word processor")
        return found
    if "[Content_Types].xml" in names:
        ending = next((ending for folder, ending in _PACKED.items() if any(name.startswith(folder) for name in names)), None)
        if ending is None:
            raise refused(where, "is no text document; expected one of a word processor")
        return _BY_ENDING[ending]
    if named.members is members_of_zip or named is FORMATS[0]:
        return _BY_ENDING[".zip"]
    problem = Message("is damaged, or no {kind} file, whatever its name says; save it anew or send it again", kind=named.endings[0].lstrip(".").upper())
    raise refused(where, problem)


def _old_office(raw: bytes, where: str) -> DocumentError:
    if "EncryptedPackage".encode("utf-16-le") in raw:
        return refused(where, "is locked with a password; save it without one")
    return refused(where, "is of an office program of before 2007; save it as DOCX, PPTX, ODT or PDF")


def _is_html(raw: bytes) -> bool:
    beginning = raw[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return beginning.startswith((b"<!doctype html", b"<html")) or (beginning.startswith(b"<?xml") and b"<html" in beginning)
