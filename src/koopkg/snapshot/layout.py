"""Where the parts of a snapshot lie, and the manifest that says what they were built from."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from koopkg.errors import SnapshotError
from koopkg.messages import Foreign

__all__ = ["FORMAT", "IndexFiles", "Manifest", "SnapshotFiles"]

FORMAT = 5
"""Raised when the layout of a snapshot changes; readers refuse another."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a snapshot was built from and holds; small, however many documents there are.

    Attributes:
        id: Hash of everything that decides the content: `made_by` and each document.
        made_by: Hash of what turns documents into a snapshot: code, libraries, ontology, register of places, encoder.
    """

    id: str
    format: int
    created: str
    koopkg_version: str
    ontology_sha256: str
    encoder: str
    made_by: str
    counts: dict[str, int]
    checksums: dict[str, str]


@dataclass(frozen=True, slots=True)
class IndexFiles:
    """Where the indexes of rows lie that are searched together."""

    folder: Path

    @property
    def lexical(self) -> Path:
        return self.folder / "lexical"

    @property
    def vectors(self) -> Path:
        return self.folder / "vectors"

    @property
    def arrays(self) -> Path:
        return self.folder / "arrays"


@dataclass(frozen=True, slots=True)
class SnapshotFiles(IndexFiles):
    """Where the parts of a snapshot lie; the indexes at the top are those of the cases."""

    @property
    def drafts(self) -> IndexFiles:
        """The indexes of what was only read by machine; not there where nothing was."""
        return IndexFiles(self.folder / "drafts")

    @property
    def graph(self) -> Path:
        return self.folder / "graph"

    @property
    def catalog(self) -> Path:
        return self.folder / "catalog.sqlite"

    @property
    def ontology(self) -> Path:
        return self.folder / "ontology.nt"

    @property
    def terms(self) -> Path:
        """The ontology again, as the read side needs it."""
        return self.folder / "terms.json"

    @property
    def labels(self) -> Path:
        """The labels of the ontology, stemmed."""
        return self.folder / "labels.json"

    @property
    def analyses(self) -> Path:
        return self.folder / "analyses.sqlite"

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
            raise SnapshotError(
                "snapshot {id}: {name} cannot be read ({reason}); run `koopkg ingest`",
                id=self.folder.name,
                name=self.manifest_path.name,
                reason=Foreign(type(error).__name__),
            ) from error
        if manifest.format != FORMAT:
            raise SnapshotError(
                "snapshot {id}: has format {found}, this version reads {format}; run `koopkg ingest`",
                id=self.folder.name,
                found=manifest.format,
                format=FORMAT,
            )
        return manifest

    def unharmed(self, path: Path) -> Path:
        """The path of a file at the top of the folder, which is as it was published.

        Raises:
            SnapshotError: It is not, or cannot be read.
        """
        try:
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
        except OSError as error:
            raise SnapshotError(
                "snapshot {id}: {name} cannot be read ({reason}); run `koopkg ingest`", id=self.folder.name, name=path.name, reason=Foreign(error.strerror)
            ) from error
        if digest != self.manifest().checksums.get(path.name):
            raise SnapshotError("snapshot {id}: {name} is not as it was published; run `koopkg ingest`", id=self.folder.name, name=path.name)
        return path


_MANIFEST = TypeAdapter(Manifest)
