"""Graph, indexes and catalog -> one immutable directory, published by one rename; readers open what `CURRENT` names."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from koopkg.errors import SnapshotError
from koopkg.linking import Linked
from koopkg.model import Document

__all__ = [
    "CatalogEntry",
    "InputFile",
    "Manifest",
    "SnapshotFiles",
    "activate",
    "check",
    "current_id",
    "list_snapshots",
    "open_files",
    "prune",
    "publish",
    "read_catalog",
    "staging",
    "write_catalog",
]

FORMAT = 1
"""Raised when the layout of a snapshot changes; readers refuse another."""
_BUILDING = ".building-"


@dataclass(frozen=True, slots=True)
class InputFile:
    """A document of a snapshot: the file it was read from and what that held."""

    id: str
    path: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a snapshot was built from and holds; `id` depends on the inputs alone."""

    id: str
    format: int
    created: str
    koopkg_version: str
    ontology_sha256: str
    encoder: str
    documents: tuple[InputFile, ...]
    counts: dict[str, int]
    checksums: dict[str, str]


@dataclass(frozen=True, slots=True)
class CatalogEntry:
    """One case with everything the read side shows without touching the graph."""

    document: Document
    linked: Linked


@dataclass(frozen=True, slots=True)
class SnapshotFiles:
    """Where the parts of a snapshot lie."""

    folder: Path

    @property
    def graph(self) -> Path:
        return self.folder / "graph"

    @property
    def lexical(self) -> Path:
        return self.folder / "lexical"

    @property
    def vectors(self) -> Path:
        return self.folder / "vectors"

    @property
    def catalog(self) -> Path:
        return self.folder / "catalog.json"

    @property
    def ontology(self) -> Path:
        return self.folder / "ontology.nt"

    @property
    def analyses(self) -> Path:
        return self.folder / "analyses.json"

    @property
    def documents(self) -> Path:
        return self.folder / "documents"

    @property
    def manifest_path(self) -> Path:
        return self.folder / "manifest.json"

    def manifest(self) -> Manifest:
        """The manifest.

        Raises:
            SnapshotError: It is missing, unreadable or of another format.
        """
        try:
            manifest = _MANIFEST.validate_json(self.manifest_path.read_bytes())
        except (OSError, ValidationError) as error:
            raise SnapshotError(f"snapshot {self.folder.name}: manifest.json cannot be read ({type(error).__name__}); run `koopkg ingest --rebuild`") from error
        if manifest.format != FORMAT:
            raise SnapshotError(f"snapshot {self.folder.name}: has format {manifest.format}, this version reads {FORMAT}; run `koopkg ingest`")
        return manifest


_MANIFEST = TypeAdapter(Manifest)
_CATALOG = TypeAdapter(list[CatalogEntry])


def current_id(data: Path) -> str | None:
    """The id of the published snapshot, None before the first."""
    try:
        return (data / "CURRENT").read_text(encoding="ascii").strip() or None
    except FileNotFoundError:
        return None


def open_files(data: Path) -> SnapshotFiles:
    """The published snapshot.

    Raises:
        SnapshotError: Nothing has been published, or it is gone.
    """
    identifier = current_id(data)
    if identifier is None:
        raise SnapshotError(f"{data}: no snapshot has been published; run `koopkg ingest`")
    files = SnapshotFiles(data / "snapshots" / identifier)
    if not files.manifest_path.exists():
        raise SnapshotError(f"{data}: CURRENT names the snapshot {identifier}, which is not there; run `koopkg snapshots activate ID` or `koopkg ingest`")
    return files


def list_snapshots(data: Path) -> list[Manifest]:
    """Every complete snapshot on disk, newest first."""
    folders = (data / "snapshots").glob("[!.]*/manifest.json")
    return sorted((SnapshotFiles(path.parent).manifest() for path in folders), key=lambda manifest: (manifest.created, manifest.id), reverse=True)


@contextmanager
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
            raise SnapshotError(f"{data}: another `koopkg ingest` is running; wait for it to end") from None
        for left_over in snapshots.glob(f"{_BUILDING}*"):
            shutil.rmtree(left_over)
        folder = snapshots / f"{_BUILDING}{os.getpid()}"
        folder.mkdir()
        try:
            yield SnapshotFiles(folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def publish(files: SnapshotFiles, manifest: Manifest, data: Path) -> SnapshotFiles:
    """Seal a staged snapshot and make it the current one: checksums, fsync, rename, then `CURRENT` by rename."""
    sealed = replace(manifest, checksums=_checksums(files.folder), created=datetime.now(UTC).isoformat(timespec="seconds"))
    files.manifest_path.write_text(json.dumps(asdict(sealed), ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    for path in sorted(files.folder.rglob("*")):
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
    files = SnapshotFiles(data / "snapshots" / identifier)
    if not files.manifest_path.exists():
        known = ", ".join(manifest.id for manifest in list_snapshots(data)) or "none"
        raise SnapshotError(f"{identifier!r} is no snapshot of {data}; there are: {known}")
    files.manifest()
    temporary = data / f".CURRENT-{os.getpid()}"
    with temporary.open("w", encoding="ascii") as handle:
        handle.write(identifier + "\n")
        handle.flush()
        os.fsync(handle.fileno())
    temporary.replace(data / "CURRENT")
    _fsync(data)


def prune(data: Path, *, keep: int) -> list[str]:
    """Remove all but the newest snapshots and the current one; returns the ids removed."""
    current = current_id(data)
    removed = []
    for manifest in list_snapshots(data)[keep:]:
        if manifest.id != current:
            shutil.rmtree(data / "snapshots" / manifest.id)
            removed.append(manifest.id)
    return removed


def check(files: SnapshotFiles) -> list[str]:
    """What differs between a snapshot and its checksums; empty if it is as it was published."""
    recorded, found = files.manifest().checksums, _checksums(files.folder)
    return [
        f"{name}: {'is missing' if name not in found else 'is not part of the snapshot' if name not in recorded else 'has changed'}"
        for name in sorted(recorded.keys() | found.keys())
        if recorded.get(name) != found.get(name)
    ]


def write_catalog(files: SnapshotFiles, entries: list[CatalogEntry]) -> None:
    """Write the case records, in the order given."""
    files.catalog.write_bytes(_CATALOG.dump_json(entries))


def read_catalog(files: SnapshotFiles) -> list[CatalogEntry]:
    """Read the case records.

    Raises:
        SnapshotError: They are missing or damaged.
    """
    try:
        return _CATALOG.validate_json(files.catalog.read_bytes())
    except (OSError, ValidationError) as error:
        raise SnapshotError(f"snapshot {files.folder.name}: catalog.json cannot be read ({type(error).__name__}); run `koopkg ingest --rebuild`") from error


def _checksums(folder: Path) -> dict[str, str]:
    """SHA-256 by relative path of every file but the manifest and the stores' own lock and log files, which carry no data."""
    digests = {}
    for path in sorted(folder.rglob("*")):
        is_data = path.is_file() and path.name not in ("manifest.json", "LOCK", "LOG") and not path.name.startswith((".tantivy", "LOG.old"))
        if is_data:
            digests[path.relative_to(folder).as_posix()] = hashlib.sha256(path.read_bytes()).hexdigest()
    return digests


def _fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
