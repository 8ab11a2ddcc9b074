"""A draft -> a file below `corpus/drafts/` that people can read; each ingest writes those that changed, from the document and the reviews of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from koopkg.files import write_whole
from koopkg.model import Document, Draft, Proposal

__all__ = ["remove_draft", "write_draft"]

_HEADER = """\
# Automatisch erschlossen, ungeprüft. Diese Datei schreibt `koopkg ingest` aus dem Dokument und aus reviews/; entschieden wird mit `koopkg review`.
"""


def write_draft(folder: Path, draft: Draft, document: Document) -> None:
    """Write the file of a draft.

    Raises:
        OSError: It cannot be written.
    """
    told = {
        "document": document.id,
        "title": document.title,
        "sha256": document.sha256,
        **({"source": document.source} if document.source else {}),
        "is_case": draft.is_case,
        **({"cooperations": draft.cooperations} if draft.cooperations else {}),
        "fields": [dict(_told(proposal)) for proposal in draft.proposals],
    }
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(_path(folder, draft.id), (_HEADER + yaml.safe_dump(told, allow_unicode=True, sort_keys=False, width=120)).encode())


def remove_draft(folder: Path, document_id: str) -> None:
    """Remove the file of a draft, where there is one."""
    _path(folder, document_id).unlink(missing_ok=True)


def _path(folder: Path, document_id: str) -> Path:
    return folder / f"{document_id}.yaml"


def _told(proposal: Proposal) -> Iterator[tuple[str, Any]]:
    yield "field", proposal.field
    yield "value", proposal.value
    if proposal.probability is not None:
        yield "probability", proposal.probability
    yield "zone", proposal.zone
    yield "state", proposal.state
    if proposal.evidence is not None:
        yield "quote", proposal.evidence.quote
        yield "start", proposal.evidence.start
        yield "end", proposal.evidence.end
    if proposal.page is not None:
        yield "page", proposal.page
