"""The order of the stages: documents -> reading -> linking -> graph and its check -> indexes -> snapshot."""

from __future__ import annotations

import hashlib
import json
import logging
import multiprocessing
import os
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from importlib.resources import as_file, files
from pathlib import Path
from typing import Protocol

import pyoxigraph as ox

from koopkg import __version__, graph, intake, ontology, register, snapshot
from koopkg.config import Settings
from koopkg.errors import DocumentError, GraphValidationError, Problem
from koopkg.files import Skipped, write_whole
from koopkg.index import EmbeddingCache, Encoder, VectorRow, build_lexical_index, build_vector_index, load_encoder
from koopkg.index.lexical import LexicalDocument
from koopkg.intake import Candidate, Read, Rejected, Sources
from koopkg.linking import Linker
from koopkg.model import Document
from koopkg.morphology import Analyses
from koopkg.ontology import Ontology
from koopkg.register import Register
from koopkg.snapshot import CatalogEntry, InputFile, Manifest, SnapshotFiles
from koopkg.text import printable

__all__ = ["FACT_SECTIONS", "IngestReport", "NothingAcceptedError", "Progress", "bundled_corpus", "ingest"]

FACT_SECTIONS = frozenset({"Organisation", "Ergebnisse", "Erfolgsfaktoren", "Hürden"})
"""Sections that restate structured facts: words and concepts find them; vectors for them would take half as long again."""

_LOG = logging.getLogger(__name__)
_LONGEST_NAME = 100
"""Of a file in quarantine, which is named after the document."""
_SHACL_BATCH = 60
"""Documents checked at once: enough to share the cost of reading the ontology, few enough for a bar that moves."""


class Progress(Protocol):
    """Told what is going on; the command line shows it as a bar or as plain lines."""

    def stage(self, name: str, total: int) -> None:
        """A stage begins that has `total` steps."""

    def step(self, count: int = 1) -> None:
        """So many steps of the stage are done."""


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What an ingest did; found = accepted + rejected + skipped, documents = accepted + rejected, passages = embedded + reused.

    Attributes:
        found: Files below the paths, and documents of earlier runs that stay.
        kept: How many of the accepted documents are of earlier runs.
    """

    snapshot: str
    was_published: bool
    found: int
    documents: int
    accepted: int
    kept: int
    rejected: tuple[Rejected, ...]
    skipped: tuple[Skipped, ...]
    passages: int
    embedded: int
    reused: int
    quads: int


class NothingAcceptedError(DocumentError):
    """No document at all is usable, so that nothing is published; `report` says what was found."""

    def __init__(self, where: str, problem: Problem, report: IngestReport) -> None:
        self.report = report
        super().__init__(where, [problem])


def bundled_corpus() -> Path:
    """The folder of the cases that are installed with this package."""
    with as_file(files("koopkg_corpus")) as folder:
        return folder / "cases"


def ingest(paths: Sequence[Path], settings: Settings, progress: Progress, *, rebuild: bool = False) -> IngestReport:
    """Take in documents and publish a snapshot of all there are.

    A document replaces the one of its id; documents of earlier runs stay, unless their file was below one of `paths` and is
    gone. What cannot be read goes to the quarantine folder with its reasons. The same documents, ontology, encoder and code give the
    same snapshot id, and where that is published already nothing is done.

    Args:
        rebuild: Forget earlier runs and build anew even if nothing changed; known embeddings are kept.

    Raises:
        DocumentError: There is nothing at one of the paths, or (`NothingAcceptedError`) no document at all is usable.
        SnapshotError: Another ingest is running.
    """
    terms = Ontology.bundled()
    encoder = load_encoder(settings.encoder)
    with snapshot.staging(settings.data) as staged:
        sources = intake.gather(paths, max_bytes=settings.max_document_bytes, leave_out=settings.data)
        if not rebuild:
            sources = _with_carried_over(sources, paths, settings)
        progress.stage("reading", len(sources.candidates))
        read, unusable = intake.read(sources.candidates, terms, progress.step)
        rejected = [*sources.rejected, *unusable]
        _quarantine(rejected, sources.candidates, settings.quarantine_folder)
        _require_some(read, rejected, sources, paths, settings)
        manifest = _manifest(read, encoder)
        published = SnapshotFiles(settings.snapshots_folder / manifest.id)
        if manifest.id == snapshot.named_in_current(settings.data) and not rebuild and snapshot.is_whole(published):
            return _report(published.manifest(), read, rejected, sources.skipped)
        _drop_damaged_caches(settings.cache_folder)
        built, embedded, violating = _build(staged, [document for document, _ in read], terms, encoder, settings, progress)
        if violating:
            rejected += [Rejected(candidate.name, violating[document.id]) for document, candidate in read if document.id in violating]
            _quarantine(rejected, sources.candidates, settings.quarantine_folder)
            read = [(document, candidate) for document, candidate in read if document.id not in violating]
            _require_some(read, rejected, sources, paths, settings)
            manifest = _manifest(read, encoder)
        _keep_documents(staged, read)
        manifest = replace(manifest, counts=built)
        snapshot.publish(staged, manifest, settings.data)
    snapshot.prune(settings.data, keep=settings.keep_snapshots)
    return _report(manifest, read, rejected, sources.skipped, embedded=embedded, was_published=True)


def _require_some(read: Sequence[object], rejected: Sequence[Rejected], sources: Sources, paths: Sequence[Path], settings: Settings) -> None:
    if not read:
        problem = Problem("documents", f"none of {len(rejected)} can be used; see {settings.quarantine_folder}")
        raise NothingAcceptedError(", ".join(printable(str(path)) for path in paths), problem, _report(None, [], rejected, sources.skipped))


def _report(
    manifest: Manifest | None,
    read: Sequence[Read],
    rejected: Sequence[Rejected],
    skipped: Sequence[Skipped],
    *,
    embedded: int = 0,
    was_published: bool = False,
) -> IngestReport:
    passages = manifest.counts["vectors"] if manifest else 0
    return IngestReport(
        snapshot=manifest.id if manifest else "",
        was_published=was_published,
        found=len(read) + len(rejected) + len(skipped),
        documents=len(read) + len(rejected),
        accepted=len(read),
        kept=sum(candidate.kept_id is not None for _, candidate in read),
        rejected=tuple(rejected),
        skipped=tuple(skipped),
        passages=passages,
        embedded=embedded,
        reused=passages - embedded,
        quads=manifest.counts["quads"] if manifest else 0,
    )


def _with_carried_over(sources: Sources, paths: Sequence[Path], settings: Settings) -> Sources:
    """Add the documents of the latest snapshot that did not lie below the paths, from its copies of them."""
    latest = snapshot.latest(settings.data)
    if latest is None:
        return sources
    roots = [Path(printable(os.path.realpath(root))) for root in paths]
    kept, lost = [], []
    for document in snapshot.recorded_documents(latest):
        if any(Path(document.path).is_relative_to(root) for root in roots):
            continue
        copy = latest.documents / f"{document.id}.md"
        raw = copy.read_bytes() if copy.is_file() else b""
        name = document.path or printable(str(copy))
        if document.sha256 in ("", hashlib.sha256(raw).hexdigest()):
            kept.append(Candidate(name, document.path, raw, document.id))
        else:
            lost.append(Rejected(name, (f"file: its copy in the snapshot {latest.folder.name} is damaged; ingest the file itself again",)))
    return Sources((*sources.candidates, *kept), (*sources.rejected, *lost), sources.skipped)


def _manifest(read: Iterable[Read], encoder: Encoder) -> Manifest:
    """The manifest without counts and checksums; its id is a hash of everything the snapshot is made from."""
    documents = tuple(InputFile(document.id, candidate.path, document.sha256) for document, candidate in read)
    ontology_sha256 = ontology.bundled_hash()
    made_from = [
        snapshot.FORMAT,
        _code_hash(),
        ontology_sha256,
        register.bundled_hash(),
        encoder.id,
        [[document.id, document.sha256] for document in documents],
    ]
    identifier = hashlib.sha256(json.dumps(made_from).encode()).hexdigest()[:16]
    return Manifest(identifier, snapshot.FORMAT, "", __version__, ontology_sha256, encoder.id, documents, {}, {})


def _code_hash() -> str:
    """SHA-256 over the modules of this package: other code may read and link the same documents differently."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _build(
    staged: SnapshotFiles, documents: Sequence[Document], terms: Ontology, encoder: Encoder, settings: Settings, progress: Progress
) -> tuple[dict[str, int], int, dict[str, tuple[str, ...]]]:
    """Fill a staged snapshot; returns its counts, how many texts were embedded, and the documents left out with their violations."""
    started = datetime.now(UTC)
    analyses_path = settings.cache_folder / "analyses.json"
    analyses = Analyses.from_file(analyses_path)
    areas = Register.bundled()
    linker = Linker(terms, areas, analyses)
    entries = _link(documents, linker, progress)
    run = graph.LinkingRun(_linking_hash(), ontology.bundled_version())
    quads, violating = _checked_graph(entries, terms, areas, run, settings.cache_folder / "validated.txt", progress)
    entries = [entry for entry in entries if entry.document.id not in violating]
    kept = [entry.document for entry in entries]
    ontology_quads = graph.ontology_quads(ontology.bundled_triples())
    all_quads = {
        *ontology_quads,
        *graph.place_quads({key for entry in entries for key in graph.place_keys(entry.document.case, entry.linked.places)}, areas),
        *graph.provenance_quads(run, kept),
        *(quad for document in kept for quad in quads[document.id]),
    }
    triples = _write_graph(staged, [*all_quads, *graph.run_quads(run, started, datetime.now(UTC))], ontology_quads, progress)
    snapshot.write_catalog(staged, entries)
    build_lexical_index(staged.lexical, [_lexical_document(entry, terms) for entry in entries], analyses)
    rows, embedded = _embed(staged, entries, encoder, settings, progress)
    staged.analyses.write_text(analyses.to_json(), encoding="utf-8")
    _write_cache(analyses_path, analyses.to_json())
    mentions = sum(len(link.evidence) for entry in entries for link in entry.linked.concepts)
    counts = {"documents": len(entries), "quads": len(all_quads), "triples": triples, "mentions": mentions, "vectors": rows}
    return counts, embedded, violating


def _linking_hash() -> str:
    """16 hexadecimal digits of a SHA-256 over what decides the links of a document: code, ontology, register and the libraries that analyse words."""
    made_from = [
        _code_hash(),
        ontology.bundled_hash(),
        register.bundled_hash(),
        *(f"{name} {version(name)}" for name in ("HanTa", "PyStemmer", "lingua-language-detector")),
    ]
    return hashlib.sha256(json.dumps(made_from).encode()).hexdigest()[:16]


def _link(documents: Sequence[Document], linker: Linker, progress: Progress) -> list[CatalogEntry]:
    progress.stage("linking", len(documents))
    entries = []
    for document in documents:
        entries.append(CatalogEntry(document, linker.link(document.passages, document.language, state=document.case.state, own_places=document.case.places)))
        progress.step()
    return entries


def _checked_graph(
    entries: Sequence[CatalogEntry], terms: Ontology, areas: Register, run: graph.LinkingRun, known_path: Path, progress: Progress
) -> tuple[dict[str, list[ox.Quad]], dict[str, tuple[str, ...]]]:
    """Quads of every document, and the violations of those that fail the shapes; what passed before is not checked again."""
    progress.stage("graph and SHACL", len(entries))
    quads = {entry.document.id: graph.document_quads(entry.document, entry.linked, terms, areas, run) for entry in entries}
    keys = {entry.document.id: graph.place_keys(entry.document.case, entry.linked.places) for entry in entries}
    checked = {name: [*own, *graph.place_quads(keys[name], areas)] for name, own in quads.items()}
    known = set(known_path.read_text(encoding="ascii").split()) if known_path.exists() else set()
    ontology_sha256 = ontology.bundled_hash()
    digests = {name: _digest(own, run, ontology_sha256) for name, own in checked.items()}
    fresh = [name for name in quads if digests[name] not in known]
    progress.step(len(entries) - len(fresh))
    common = graph.to_ntriples([*ontology.bundled_triples(), *(quad.triple for quad in graph.provenance_quads(run, []))])
    blamed = {quad.subject.value: name for name in fresh for quad in checked[name] if isinstance(quad.subject, ox.NamedNode)}
    violating: dict[str, tuple[str, ...]] = {}
    batches = [fresh[first : first + _SHACL_BATCH] for first in range(0, len(fresh), _SHACL_BATCH)]
    places = [graph.place_quads({key for name in batch for key in keys[name]}, areas) for batch in batches]
    graphs = [
        b"".join([common, graph.to_ntriples(quad.triple for quad in described), *(graph.to_ntriples(quad.triple for quad in quads[name]) for name in batch)])
        for batch, described in zip(batches, places, strict=True)
    ]
    with ProcessPoolExecutor(max_workers=2, mp_context=multiprocessing.get_context("spawn")) as pool:
        for batch, violations in zip(batches, pool.map(graph.validate, graphs, [ontology.bundled_shapes()] * len(graphs)), strict=True):
            for violation in violations:
                if violation.focus_node not in blamed:
                    raise GraphValidationError(f"the ontology itself violates its shapes: {violation}; run `koopkg validate` and correct it")
                name = blamed[violation.focus_node]
                violating[name] = (*violating.get(name, ()), f"graph: {violation}")
            progress.step(len(batch))
    _write_cache(known_path, "\n".join(sorted(digest for name, digest in digests.items() if name not in violating)) + "\n")
    return quads, violating


def _digest(quads: Iterable[ox.Quad], run: graph.LinkingRun, ontology_sha256: str) -> str:
    """SHA-256 of what the shapes decide on: the ontology and the graph of a document, whichever run it comes from."""
    lines = graph.canonical_nquads(quads).replace(run.iri.encode(), b"")
    return hashlib.sha256(ontology_sha256.encode() + lines).hexdigest()


def _write_graph(staged: SnapshotFiles, quads: Sequence[ox.Quad], ontology_quads: Sequence[ox.Quad], progress: Progress) -> int:
    """Store the graphs and, for the read side, the ontology apart; returns how many triples the default graph has."""
    progress.stage("store", 1)
    triples = graph.write_store(staged.graph, quads)
    lines = graph.to_ntriples(quad.triple for quad in ontology_quads).splitlines(keepends=True)
    staged.ontology.write_bytes(b"".join(sorted(lines)))
    progress.step()
    return triples


def _lexical_document(entry: CatalogEntry, terms: Ontology) -> LexicalDocument:
    case = entry.document.case
    concepts = [terms.concept(scheme, slug) for scheme, slug in case.concepts()]
    names = [place.name for place in case.places] + ([case.state] if case.state else [])
    return LexicalDocument(
        id=case.id,
        title=f"{case.title} {case.service}",
        body=" ".join(passage.text for passage in entry.document.passages if passage.section != "title"),
        labels=" ".join([concept.label("de") for concept in concepts] + names),
        english=" ".join([case.title_en] + [concept.label("en") for concept in concepts]),
    )


def _embed(staged: SnapshotFiles, entries: Sequence[CatalogEntry], encoder: Encoder, settings: Settings, progress: Progress) -> tuple[int, int]:
    rows, texts = [], []
    for entry in entries:
        case = entry.document.case
        rows += [VectorRow(case.id, "title"), VectorRow(case.id, "title_en")]
        texts += [f"{case.title}. {case.service}", case.title_en]
        for number, passage in enumerate(entry.document.passages):
            if passage.section != "title" and passage.section not in FACT_SECTIONS:
                rows.append(VectorRow(case.id, "passage", number))
                texts.append(passage.text)
    progress.stage("embedding", len(texts))
    cache = EmbeddingCache(settings.cache_folder / "embeddings.sqlite")
    try:
        vectors, embedded = cache.encode_documents(encoder, texts, on_progress=progress.step)
    finally:
        cache.close()
    build_vector_index(staged.vectors, rows, vectors, encoder_id=encoder.id)
    return len(rows), embedded


def _drop_damaged_caches(folder: Path) -> None:
    """Remove a cache that cannot be read, so that it is made anew."""
    readers: dict[str, Callable[[Path], object]] = {
        "analyses.json": Analyses.from_file,
        "validated.txt": lambda path: path.read_text(encoding="ascii"),
        "embeddings.sqlite": EmbeddingCache.check,
    }
    for name, reader in readers.items():
        path = folder / name
        try:
            if path.exists():
                reader(path)
        except (ValueError, AttributeError, TypeError, sqlite3.DatabaseError) as error:
            _LOG.warning("%s cannot be read (%s); it is made anew", path, error)
            path.unlink()


def _keep_documents(staged: SnapshotFiles, read: Iterable[Read]) -> None:
    """Store the documents as they were read, so that a later run can carry them over."""
    staged.documents.mkdir()
    for document, candidate in read:
        (staged.documents / f"{document.id}.md").write_bytes(candidate.raw)


def _quarantine(rejected: Sequence[Rejected], candidates: Sequence[Candidate], folder: Path) -> None:
    """Lay every rejected document aside with its reasons; the folder shows the last run alone."""
    shutil.rmtree(folder, ignore_errors=True)
    raw = {candidate.name: candidate.raw for candidate in candidates}
    for number, entry in enumerate(rejected, start=1):
        folder.mkdir(parents=True, exist_ok=True)
        name = f"{number:03}-{re.sub(r'[^A-Za-z0-9._-]', '_', Path(entry.path).name)[:_LONGEST_NAME]}"
        if entry.path in raw:
            (folder / name).write_bytes(raw[entry.path])
        reasons = "".join(f"{entry.path}: {problem}\n" for problem in entry.problems)
        (folder / f"{name}.reason.txt").write_text(reasons, encoding="utf-8")


def _write_cache(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, text.encode())
