"""Immutable folders that hold everything the read side needs: how they are laid out, published, found again and opened."""

from koopkg.snapshot.catalog import CaseEntry, CaseRow, Catalog, CatalogWriter, DocumentRow
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
from koopkg.snapshot.layout import FORMAT, Manifest, SnapshotFiles
from koopkg.snapshot.opened import OpenSnapshot

__all__ = [
    "FORMAT",
    "CaseEntry",
    "CaseRow",
    "Catalog",
    "CatalogWriter",
    "DocumentRow",
    "Manifest",
    "OpenSnapshot",
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
