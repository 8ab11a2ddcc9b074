"""A path -> the files there: documents to read, what cannot be looked at, what is passed over; a file -> its bytes."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath

from koopkg.errors import DocumentError, Problem, refused
from koopkg.messages import Foreign, Message
from koopkg.text import printable

__all__ = ["Files", "Skipped", "find_files", "read_bytes", "reason_to_pass_over", "write_whole"]

_ABOUT_A_FOLDER = ("readme", "changelog")
_INSTEAD = {
    **dict.fromkeys((".doc", ".dot", ".rtf", ".wpd", ".pages", ".sxw", ".fodt"), Message("DOCX, ODT or PDF")),
    **dict.fromkeys((".ppt", ".pps", ".odp", ".key"), Message("PPTX or PDF")),
    **dict.fromkeys((".xls", ".xlsx", ".xlsm", ".ods"), Message("CSV, with a row a case")),
    **dict.fromkeys((".msg", ".oft"), "EML"),
    **dict.fromkeys((".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz"), "ZIP"),
    ".mht": "HTML",
    ".mhtml": "HTML",
}
"""Ends of the names of documents that are not read -> what to save them as."""
_KINDS = {
    stat.S_IFDIR: Message("a folder"),
    stat.S_IFIFO: Message("a named pipe"),
    stat.S_IFSOCK: Message("a socket"),
    stat.S_IFCHR: Message("a device"),
    stat.S_IFBLK: Message("a device"),
}
_OTHER_KIND = Message("something else")


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that was passed over, and why."""

    path: str
    reason: Message


@dataclass(frozen=True, slots=True)
class Files:
    """Everything below a path: documents in the order of their paths, folders that cannot be listed, and the rest."""

    documents: tuple[Path, ...]
    refused: tuple[DocumentError, ...]
    skipped: tuple[Skipped, ...]


def find_files(path: Path, *, endings: tuple[str, ...], leave_out: Path | None = None) -> Files:
    """The file at a path, whatever its name, or every file below a folder: what ends as a document does is one, README and CHANGELOG are not.

    Hidden files and folders are not looked into. Nor are links: whoever may write into the folder could have any file of this machine read by
    one. A link that is the path itself is followed, since it was named by whoever runs the command.

    Args:
        endings: Of the names of documents, in lower case.
        leave_out: A folder that is not looked into either, such as our own data, which has copies of all documents.

    Raises:
        DocumentError: There is nothing at the path.
    """
    if not path.is_dir():
        if not os.path.lexists(path):
            raise refused(printable(str(path)), "there is no such file or folder; give the path of a document or a folder of them", field="path")
        return Files((path,), (), ())
    errors: list[OSError] = []
    documents, skipped = [], []
    for found in _walk(path, errors, leave_out):
        reason = _reason_to_skip(found, endings)
        if reason:
            skipped.append(Skipped(printable(str(found)), reason))
        else:
            documents.append(found)
    closed = tuple(_unreadable(Path(error.filename), error, "folder") for error in errors)
    return Files(tuple(sorted(documents)), closed, tuple(sorted(skipped, key=lambda item: item.path)))


def read_bytes(path: Path, *, max_bytes: int) -> bytes:
    """The bytes of a regular file; no more than `max_bytes` are read, even if it grows meanwhile.

    Raises:
        DocumentError: The file cannot be opened, is no regular file or is larger than `max_bytes`.
    """
    try:
        _check_kind(path, path.stat())  # before it is opened, which alone can do something to a device
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as handle:
            size = _check_kind(path, os.fstat(handle.fileno()))
            raw = handle.read(max_bytes + 1) if size <= max_bytes else b""
    except OSError as error:
        raise _unreadable(path, error, "file") from None
    if max(size, len(raw)) <= max_bytes:
        return raw
    problem = Message("{size:,} bytes; at most {most:,} are read; split the file or raise KOOPKG_MAX_DOCUMENT_BYTES", size=max(size, len(raw)), most=max_bytes)
    raise DocumentError(printable(str(path)), [Problem("size", problem)])


def _walk(folder: Path, errors: list[OSError], leave_out: Path | None) -> Iterator[Path]:
    """Every file, link and folder that is not looked into below a folder."""
    own = os.path.realpath(leave_out) if leave_out else None
    for parent, folders, names in os.walk(folder, onerror=errors.append):
        closed = [name for name in folders if name.startswith(".") or Path(parent, name).is_symlink() or os.path.realpath(Path(parent, name)) == own]
        folders[:] = [name for name in folders if name not in closed]
        yield from (Path(parent, name) for name in [*names, *closed])


def _reason_to_skip(path: Path, endings: tuple[str, ...]) -> Message | None:
    if path.name.startswith("."):
        return Message("is hidden")
    if path.is_symlink():
        return Message("is a link; give its target itself")
    if path.is_dir():
        return Message("holds the data of koopkg itself")
    return reason_to_pass_over(path, endings)


def reason_to_pass_over(path: PurePath, endings: tuple[str, ...]) -> Message | None:
    """Why a file of this name is no document; None where it may be one."""
    ending = path.suffix.lower()
    if path.stem.lower() in _ABOUT_A_FOLDER and (ending in endings or not ending):
        return Message("describes its folder")
    if ending in endings:
        return None
    if ending in _INSTEAD:
        return Message("is of a kind that is not read ({ending}); save it as {instead}", ending=ending, instead=_INSTEAD[ending])
    return Message("is of a kind that is not read; read are {kinds}", kinds=", ".join(name.lstrip(".") for name in endings))


def _check_kind(path: Path, status: os.stat_result) -> int:
    """The size of a regular file."""
    if not stat.S_ISREG(status.st_mode):
        kind = _KINDS.get(stat.S_IFMT(status.st_mode), _OTHER_KIND)
        problem = Message("is {kind}; expected a regular file, such as one you save its content to", kind=kind)
        raise DocumentError(printable(str(path)), [Problem("file", problem)])
    return status.st_size


def _unreadable(path: Path, error: OSError, kind: str) -> DocumentError:
    reason = Foreign(error.strerror)
    if kind == "file":
        problem = Message("cannot be read: {reason}; expected a file that may be read", reason=reason)
    else:
        problem = Message("cannot be read: {reason}; expected a folder that may be listed", reason=reason)
    return DocumentError(printable(str(path)), [Problem(kind, problem)])


def write_whole(path: Path, content: bytes) -> None:
    """Write a file whole or not at all; what is no regular file, such as a pipe, is written to directly."""
    if path.exists() and not path.is_file():
        path.write_bytes(content)
        return
    temporary = path.with_name(f".{path.name}-{os.getpid()}")
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        temporary.unlink(missing_ok=True)
