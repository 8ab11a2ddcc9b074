"""The manifest of a snapshot -> the line to cite it by."""

from __future__ import annotations

from datetime import datetime

from koopkg.snapshot import Manifest

__all__ = ["LICENCE", "TITLE", "citation"]

TITLE = "koopkg: knowledge graph of cooperation practice in German municipalities"
LICENCE = "CC BY 4.0, https://creativecommons.org/licenses/by/4.0/"
"""Of the bundled corpus and the ontology; documents that others take in keep their own."""


def citation(manifest: Manifest) -> str:
    """Who, year, what, version, snapshot with its date, licence: whoever has the id can tell whether a rebuild is the same."""
    built = datetime.fromisoformat(manifest.created)
    return (
        f"koopkg contributors ({built.year}): {TITLE}. Version {manifest.koopkg_version}, "
        f"snapshot {manifest.id} of {built.date().isoformat()}. Corpus and ontology: {LICENCE}"
    )
