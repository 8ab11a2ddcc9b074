"""Documents whose files lie elsewhere than when their snapshot was published -> a small file beside the snapshots, which stay as they are."""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from koopkg.snapshot import SnapshotFiles

__all__ = ["moved_since", "note_moves"]

_NAME = "moved.json"
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Moves:
    """Where documents lie now.

    Attributes:
        manifest: SHA-256 of the manifest of the snapshot that they were published in; of any other, even with the same id, they say nothing.
        paths: Id of each document that was moved -> the path of its file.
    """

    manifest: str
    paths: dict[str, str]


def moved_since(data: Path, files: SnapshotFiles) -> Mapping[str, str]:
    """Id of each document that was moved since a snapshot was published -> the path of its file now."""
    try:
        moves = _MOVES.validate_json((data / _NAME).read_bytes())
        return moves.paths if moves.manifest == _digest(files) else {}
    except FileNotFoundError:
        return {}
    except (OSError, ValidationError) as error:
        _LOG.warning("%s cannot be read (%s); documents are taken to lie where they were published from", _NAME, type(error).__name__)
        return {}


def note_moves(data: Path, files: SnapshotFiles, paths: Mapping[str, str]) -> None:
    """Keep where the documents of a snapshot lie now, all at once or not at all; `paths` has those that were moved."""
    if paths == moved_since(data, files):
        return
    temporary = data / f".{_NAME}-{os.getpid()}"
    with temporary.open("w", encoding="utf-8") as handle:
        json.dump(asdict(_Moves(_digest(files), dict(paths))), handle, ensure_ascii=False, sort_keys=True)
        handle.flush()
        os.fsync(handle.fileno())
    temporary.replace(data / _NAME)


def _digest(files: SnapshotFiles) -> str:
    return hashlib.sha256(files.manifest_path.read_bytes()).hexdigest()


_MOVES = TypeAdapter(_Moves)
