"""Graph, indexes and catalog -> one immutable folder, published by one rename; readers open what `CURRENT` names."""

from __future__ import annotations

import contextlib
import fcntl
import json
import logging
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

from koopkg.errors import SnapshotError
from koopkg.messages import Message
from koopkg.sealing import checksums
from koopkg.snapshot.layout import Manifest, SnapshotFiles
from koopkg.text import printable

__all__ = [
    "activate",
    "check",
    "current_id",
    "is_whole",
    "latest",
    "list_snapshots",
    "named_in_current",
    "open_files",
    "prune",
    "publish",
    "staging",
    "unreadable_snapshots",
]

_BUILDING = ".building-"
_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_LOG = logging.getLogger(__name__)


def current_id(data: Path) -> str | None:
    """The id that `CURRENT` names, None before the first snapshot; whether it is there is for `open_files` to say.

    Raises:
        SnapshotError: What stands there is no id.
    """
    named = named_in_current(data)
    if named is not None and not _IDENTIFIER.fullmatch(named):
        raise SnapshotError("CURRENT names {named!r}, which is no snapshot and cannot be opened; run `koopkg ingest`", named=named[:80])
    return named


def named_in_current(data: Path) -> str | None:
    """What stands in `CURRENT`, be it an id or not, in a form that can be shown; None where nothing does."""
    try:
        return printable((data / "CURRENT").read_text(encoding="utf-8", errors="surrogateescape").strip()) or None
    except (FileNotFoundError, NotADirectoryError):
        return None


def open_files(data: Path) -> SnapshotFiles:
    """The published snapshot.

    Raises:
        SnapshotError: Nothing has been published, or it is gone.
    """
    identifier = current_id(data)
    if identifier is None:
        raise SnapshotError("{data}: no snapshot has been published; run `koopkg ingest`", data=data)
    files = _files(data, identifier)
    if files is None:
        others = [manifest.id for manifest in list_snapshots(data)]
        advice = Message("run `koopkg snapshots activate {id}` or `koopkg ingest`", id=others[0]) if others else Message("run `koopkg ingest`")
        raise SnapshotError("{data}: CURRENT names the snapshot {id}, which is not there; {advice}", data=data, id=identifier[:80], advice=advice)
    return files


def list_snapshots(data: Path) -> list[Manifest]:
    """Every snapshot on disk that this version can read, newest first."""
    manifests = []
    for files in _folders(data):
        with contextlib.suppress(SnapshotError):
            manifests.append(files.manifest())
    return sorted(manifests, key=lambda manifest: (manifest.created, manifest.id), reverse=True)


def unreadable_snapshots(data: Path) -> dict[str, str]:
    """Id and fault of every snapshot on disk that this version cannot read, by id."""
    faults = {}
    for files in _folders(data):
        try:
            files.manifest()
        except SnapshotError as error:
            faults[files.folder.name] = str(error)
    return faults


def latest(data: Path) -> SnapshotFiles | None:
    """The snapshot that an ingest goes on from, whatever its format and state: the published one, else the newest; None where there is none."""
    current = named_in_current(data)
    files = _files(data, current) if current else None
    if current and files is None:
        others = list_snapshots(data)
        files = _files(data, others[0].id) if others else None
        _LOG.warning("CURRENT names the snapshot %s, which is not there; %s", current[:80], f"going on from {others[0].id}" if others else "beginning anew")
    return files


def is_whole(files: SnapshotFiles, *, but: str | None = None) -> bool:
    """Whether this version can read a snapshot and it is as it was published, or all but one of its folders is; if not, the log says why."""
    try:
        faults = check(files, but=but)
    except (OSError, SnapshotError) as error:
        faults = [str(error)]
    for fault in faults[:3]:
        _LOG.warning("snapshot %s is not used as it is: %s", files.folder.name, fault)
    return not faults


@contextlib.contextmanager
def staging(data: Path) -> Iterator[SnapshotFiles]:
    """A fresh folder to build a snapshot in, for one process at a time; what is not published is removed.

    Raises:
        SnapshotError: Another process is building.
    """
    snapshots = data / "snapshots"
    snapshots.mkdir(parents=True, exist_ok=True)
    with (data / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SnapshotError("{data}: another `koopkg ingest` is running; wait for it to end", data=data) from None
        for left_over in snapshots.glob(f"{_BUILDING}*"):
            shutil.rmtree(left_over)
        folder = snapshots / f"{_BUILDING}{os.getpid()}"
        folder.mkdir()
        try:
            yield SnapshotFiles(folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def publish(files: SnapshotFiles, manifest: Manifest, data: Path, *, earlier: SnapshotFiles | None = None) -> SnapshotFiles:
    """Seal a staged snapshot and make it the current one: checksums, fsync, rename, then `CURRENT` by rename.

    Args:
        earlier: A snapshot that it shares files with.
    """
    digests = checksums(files.folder, previous=earlier.folder, recorded=earlier.manifest().checksums) if earlier else checksums(files.folder)
    sealed = replace(manifest, checksums=digests, created=datetime.now(UTC).isoformat(timespec="seconds"))
    files.manifest_path.write_text(json.dumps(asdict(sealed), ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    mode = files.manifest_path.stat().st_mode
    for path in sorted(files.folder.rglob("*")):
        if path.is_file() and path.stat().st_nlink == 1:  # what is shared was published before
            path.chmod(mode)  # as the umask says; Tantivy would keep its files to the user who built them
            _fsync(path)
        elif path.is_dir():
            _fsync(path)
    _fsync(files.folder)
    target = data / "snapshots" / manifest.id
    if target.exists():  # same inputs: an earlier run was killed between the two renames, or --rebuild was asked for
        shutil.move(target, files.folder.with_name(f"{_BUILDING}replaced-{os.getpid()}"))
    files.folder.rename(target)
    _fsync(target.parent)
    activate(data, manifest.id)
    for replaced in target.parent.glob(f"{_BUILDING}replaced-*"):
        shutil.rmtree(replaced)
    return SnapshotFiles(target)


def activate(data: Path, identifier: str) -> None:
    """Make a complete snapshot the current one.

    Raises:
        SnapshotError: There is no such snapshot, or it is of another format.
    """
    files = _files(data, identifier)
    if files is None:
        known = ", ".join(manifest.id for manifest in list_snapshots(data)) or "none"
        raise SnapshotError("{id!r} is no snapshot of {data}; there are: {known}", id=identifier, data=data, known=known)
    files.manifest()
    temporary = data / f".CURRENT-{os.getpid()}"
    with temporary.open("w", encoding="ascii") as handle:
        handle.write(identifier + "\n")
        handle.flush()
        os.fsync(handle.fileno())
    temporary.replace(data / "CURRENT")
    _fsync(data)


def prune(data: Path, *, keep: int) -> list[str]:
    """Remove all but the newest snapshots and the current one, those first that cannot be read; returns the ids removed."""
    oldest = [*(manifest.id for manifest in list_snapshots(data)), *unreadable_snapshots(data)][keep:]
    current = named_in_current(data)
    removed = [identifier for identifier in oldest if identifier != current]
    for identifier in removed:
        shutil.rmtree(data / "snapshots" / identifier)
    return removed


def check(files: SnapshotFiles, *, but: str | None = None) -> list[str]:
    """What differs between a snapshot, or all of it but one folder, and its checksums; empty if it is as it was published."""
    recorded = {name: digest for name, digest in files.manifest().checksums.items() if name.partition("/")[0] != but}
    found = checksums(files.folder, but=but)
    return [
        f"{name}: {'is missing' if name not in found else 'is not part of the snapshot' if name not in recorded else 'has changed'}"
        for name in sorted(recorded.keys() | found.keys())
        if recorded.get(name) != found.get(name)
    ]


def _folders(data: Path) -> list[SnapshotFiles]:
    """Every folder that looks like a snapshot."""
    return [SnapshotFiles(path.parent) for path in sorted((data / "snapshots").glob("[!.]*/manifest.json"))]


def _files(data: Path, identifier: str) -> SnapshotFiles | None:
    """The snapshot with an id, None where there is none or the id is no name of a folder."""
    folder = data / "snapshots" / identifier
    return SnapshotFiles(folder) if _IDENTIFIER.fullmatch(identifier) and folder.is_dir() else None


def _fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
