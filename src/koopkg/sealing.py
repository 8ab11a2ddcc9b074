"""A folder -> the SHA-256 of each of its files, taking over those of files that it shares with a folder sealed before."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

__all__ = ["checksums"]

_Identity = tuple[int, int, int]


def checksums(folder: Path, *, previous: Path | None = None, recorded: Mapping[str, str] | None = None, but: str | None = None) -> dict[str, str]:
    """SHA-256 by relative path of every file but the manifest and the stores' own lock and log files, which carry no data.

    Args:
        previous: A sealed folder; a file that is a hard link of one in it is not read again.
        recorded: The checksums of that folder, by relative path.
        but: A folder in it that is left out.
    """
    known = {identity: digest for name, digest in (recorded or {}).items() if previous and (identity := _identity(previous / name))}
    found = {}
    for path in _data_files(folder):
        if path.relative_to(folder).parts[0] == but:
            continue
        found[path.relative_to(folder).as_posix()] = known.get(_identity(path) or (0, 0, 0)) or _digest(path)
    return found


def _data_files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name not in ("manifest.json", "LOCK", "LOG") and not path.name.startswith((".tantivy", "LOG.old")):
            yield path


def _identity(path: Path) -> _Identity | None:
    """Device, inode and size of a file; None where there is none."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_dev, status.st_ino, status.st_size


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
