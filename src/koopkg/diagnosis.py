"""A data folder -> what of the read side works, point by point."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from koopkg import __version__, ontology, snapshot
from koopkg.config import Settings
from koopkg.errors import KoopkgError
from koopkg.search import search
from koopkg.snapshot import OpenSnapshot
from koopkg.sparql import answer

__all__ = ["Finding", "diagnose"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at."""

    subject: str
    is_ok: bool
    detail: str


def diagnose(settings: Settings) -> list[Finding]:
    """Look at version, snapshot, checksums, a search and a SPARQL query, in this order; the later need the earlier."""
    findings = [Finding("koopkg", True, f"{__version__} on Python {sys.version.split()[0]}, data in {settings.data.absolute()}")]
    try:
        files = snapshot.open_files(settings.data)
        manifest = files.manifest()
    except KoopkgError as error:
        return [*findings, Finding("snapshot", False, str(error))]
    findings.append(Finding("snapshot", True, f"{manifest.id} of {manifest.created}, {manifest.counts['documents']} documents, encoder {manifest.encoder}"))
    is_current = manifest.ontology_sha256 == ontology.bundled_hash()
    findings.append(Finding("ontology", is_current, "as installed" if is_current else "the installed one is newer than the snapshot; run `koopkg ingest`"))
    return [*findings, _checksums(files, len(manifest.checksums)), _search(files, settings), _sparql(files, settings)]


def _checksums(files: snapshot.SnapshotFiles, count: int) -> Finding:
    try:
        damage = snapshot.check(files)
    except OSError as error:
        damage = [f"{error.filename}: {error.strerror}"]
    return Finding("checksums", not damage, f"{count} files unchanged" if not damage else "; ".join(damage[:5]) + "; run `koopkg ingest`")


def _search(files: snapshot.SnapshotFiles, settings: Settings) -> Finding:
    try:
        result = search(OpenSnapshot(files, settings), "gemeinsamer Bauhof")
    except KoopkgError as error:
        return Finding("search", False, str(error))
    return Finding("search", True, f"answers, {result.total} hits for a test query")


def _sparql(files: snapshot.SnapshotFiles, settings: Settings) -> Finding:
    try:
        counted = answer(files.graph, settings, "SELECT (COUNT(*) AS ?n) { ?case a koop:Cooperation }", format="csv")
    except KoopkgError as error:
        return Finding("sparql", False, str(error))
    if settings.sparql_isolation == "off":
        return Finding("sparql", False, "answers, but KOOPKG_SPARQL_ISOLATION=off: a query may open connections from this machine; set it to `required`")
    return Finding("sparql", True, f"answers, {counted.body.decode().split()[-1]} cooperations in the graph; workers cannot open sockets")
