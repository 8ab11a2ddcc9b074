"""Checksums of a folder are those of its bytes; a file shared with a sealed folder is taken over and not read."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from koopkg.sealing import checksums

CONTENT = {"graph/1.sst": b"one" * 100_000, "graph/CURRENT": b"MANIFEST-1", "catalog.sqlite": b""}
NO_DATA = ("manifest.json", "graph/LOCK", "graph/LOG", "graph/LOG.old.17", "lexical/.tantivy-writer.lock")


def folder_with(root: Path, content: dict[str, bytes]) -> Path:
    for name, data in content.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    return root


def test_every_file_with_data_has_its_digest(tmp_path: Path) -> None:
    folder = folder_with(tmp_path / "a", {**CONTENT, **dict.fromkeys(NO_DATA, b"x")})
    assert checksums(folder) == {name: hashlib.sha256(data).hexdigest() for name, data in CONTENT.items()}


def test_a_shared_file_takes_over_its_recorded_digest(tmp_path: Path) -> None:
    """A record that is not the digest of the bytes shows that the file is not read; copies and other files are."""
    previous = folder_with(tmp_path / "a", CONTENT)
    folder = folder_with(tmp_path / "b", {"graph/CURRENT": CONTENT["graph/CURRENT"], "catalog.sqlite": b"new"})
    os.link(previous / "graph/1.sst", folder / "graph/2.sst")
    recorded = {**dict.fromkeys(CONTENT, "recorded"), "gone": "recorded"}
    assert checksums(folder, previous=previous, recorded=recorded) == {
        "catalog.sqlite": hashlib.sha256(b"new").hexdigest(),
        "graph/2.sst": "recorded",
        "graph/CURRENT": hashlib.sha256(CONTENT["graph/CURRENT"]).hexdigest(),
    }


def test_a_shared_file_without_a_record_is_read(tmp_path: Path) -> None:
    previous = folder_with(tmp_path / "a", CONTENT)
    (tmp_path / "b").mkdir()
    os.link(previous / "graph/1.sst", tmp_path / "b" / "1.sst")
    assert checksums(tmp_path / "b", previous=previous, recorded={}) == {"1.sst": hashlib.sha256(CONTENT["graph/1.sst"]).hexdigest()}
