"""Immutable folders that hold everything the read side needs: how they are laid out, published, found again and opened."""

from koopkg.snapshot.catalog import Catalog
from koopkg.snapshot.folders import (
    activate,
    check,
    current_id,
    is_whole,
    latest,
    list_snapshots,
    named_in_current,
    open_files,
    prune,
    publish,
    staging,
    unreadable_snapshots,
)
from koopkg.snapshot.layout import FORMAT, IndexFiles, Manifest, SnapshotFiles
from koopkg.snapshot.opened import OpenSnapshot, Searched
from koopkg.snapshot.tables import CaseEntry, CaseRow, DocumentRow
from koopkg.snapshot.writing import CatalogWriter, Shelf

__all__ = [
    "FORMAT",
    "CaseEntry",
    "CaseRow",
    "Catalog",
    "CatalogWriter",
    "DocumentRow",
    "IndexFiles",
    "Manifest",
    "OpenSnapshot",
    "Searched",
    "Shelf",
    "SnapshotFiles",
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
