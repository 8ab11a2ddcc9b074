"""ZIP -> the files in it, one at a time; what would unpack to far more than it is, is not unpacked at all."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator

from koopkg.errors import DocumentError, refused
from koopkg.messages import Message
from koopkg.reading.content import Member
from koopkg.text import printable

__all__ = ["MOST_RATIO", "members_of_zip", "opened_archive", "part"]

MOST_RATIO = 100
"""How many times its own size an archive may unpack to; texts get 3 to 20 times smaller, what is made to harm a thousand times and more."""
_HARMLESS = 20_000_000
"""Bytes up to which the ratio says nothing: a small table of blanks packs well, too."""
_MOST_MEMBERS = 5_000
_ENCRYPTED = 0x1
_FAULTS = (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, ValueError, RuntimeError, KeyError)
_HIDDEN = ("__MACOSX/", ".DS_Store")


def opened_archive(raw: bytes, where: str) -> zipfile.ZipFile:
    """An archive whose directory says that it can be unpacked without harm.

    Raises:
        DocumentError: It is damaged, or a bomb.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(raw))
    except _FAULTS:
        raise refused(where, "is damaged: it cannot be unpacked; save it anew or send it again") from None
    size = sum(entry.file_size for entry in archive.infolist())
    if size > max(_HARMLESS, MOST_RATIO * len(raw)):
        problem = Message("would unpack to {size:,} bytes, {ratio:,} times its own size; nothing of it is read", size=size, ratio=size // max(1, len(raw)))
        raise refused(where, problem, field="size")
    if len(archive.infolist()) > _MOST_MEMBERS:
        problem = Message("has {count:,} files in it; at most {most:,} are read; split it", count=len(archive.infolist()), most=_MOST_MEMBERS)
        raise refused(where, problem, field="size")
    return archive


def part(archive: zipfile.ZipFile, name: str, where: str) -> bytes:
    """A part of a document that is an archive; empty where it is not there.

    Raises:
        DocumentError: It is damaged, or larger than the archive says.
    """
    try:
        entry = archive.getinfo(name)
    except KeyError:
        return b""
    return _bytes(archive, entry, where)


def members_of_zip(raw: bytes, where: str) -> Iterator[Member]:
    """The files in an archive, in the order of their names.

    Raises:
        DocumentError: It is damaged, a bomb or empty.
    """
    archive = opened_archive(raw, where)
    entries = sorted((entry for entry in archive.infolist() if not entry.is_dir()), key=lambda entry: entry.filename)
    if not entries:
        raise refused(where, "has no file in it")
    for entry in entries:
        name = printable(_name(entry)).strip("/")
        if any(hidden in name for hidden in _HIDDEN) or any(step.startswith(".") for step in name.split("/")):
            yield Member(name, skipped=Message("is hidden"))
            continue
        try:
            if entry.flag_bits & _ENCRYPTED:
                raise refused(f"{where}/{name}", "is locked with a password; save it without one")
            yield Member(name, _bytes(archive, entry, f"{where}/{name}"))
        except DocumentError as error:
            yield Member(name, refused=error)


def _bytes(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, where: str) -> bytes:
    try:
        with archive.open(entry) as handle:
            raw = handle.read(entry.file_size + 1)
    except _FAULTS:
        raise refused(where, "is damaged: it cannot be unpacked; save it anew or send it again") from None
    if len(raw) > entry.file_size:
        raise refused(where, "would unpack to more than its archive says; nothing of it is read", field="size")
    return raw


def _name(entry: zipfile.ZipInfo) -> str:
    """The name of an entry; without its mark for UTF-8, it is taken for CP437, though Windows programs here write CP850."""
    if entry.flag_bits & 0x800:
        return entry.filename
    try:
        written = entry.filename.encode("cp437")
    except UnicodeEncodeError:
        return entry.filename
    try:
        return written.decode()
    except UnicodeDecodeError:
        return written.decode("cp850", errors="replace")
