"""The order of the stages: documents -> reading -> linking -> graph and its check -> indexes -> snapshot."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import shutil
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from importlib.resources import as_file, files
from pathlib import Path
from typing import Protocol

import pyoxigraph as ox

from koopkg import __version__, graph, ontology, snapshot
from koopkg.config import Settings
from koopkg.errors import DocumentError, GraphValidationError, Problem
from koopkg.index import EmbeddingCache, Encoder, VectorRow, build_lexical_index, build_vector_index, load_encoder
from koopkg.index.lexical import LexicalDocument
from koopkg.linking import Linker
from koopkg.model import Document
from koopkg.morphology import Analyses
from koopkg.ontology import Ontology
from koopkg.reading import document_paths, read_bytes, read_document
from koopkg.snapshot import CatalogEntry, InputFile, Manifest, SnapshotFiles

__all__ = ["FACT_SECTIONS", "IngestReport", "Progress", "bundled_corpus", "ingest"]

FACT_SECTIONS = frozenset({"Organisation", "Ergebnisse", "Erfolgsfaktoren", "Hürden"})
"""Sections that restate structured facts: words and concepts find them; vectors for them would take half as long again."""


_SHACL_BATCH = 60
"""Documents checked at once: enough to share the cost of reading the ontology, few enough for a bar that moves."""


class Progress(Protocol):
    """Told what is going on; the command line shows it as a bar or as plain lines."""

    def stage(self, name: str, total: int) -> None:
        """A stage begins that has `total` steps."""

    def step(self, count: int = 1) -> None:
        """So many steps of the stage are done."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A document that was not taken in, and why."""

    path: str
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What an ingest did; documents = accepted + rejected, passages = embedded + reused."""

    snapshot: str
    was_published: bool
    documents: int
    accepted: int
    rejected: tuple[Rejected, ...]
    passages: int
    embedded: int
    reused: int
    quads: int


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A file to take in: its name as the user gave it, where it lies, and whether it comes from the published snapshot."""

    name: str
    path: Path
    raw: bytes
    is_carried_over: bool = False


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
        DocumentError: There is nothing at one of the paths, or no document at all is usable.
        SnapshotError: Another ingest is running.
    """
    terms = Ontology.bundled()
    encoder = load_encoder(settings.encoder)
    with snapshot.staging(settings.data) as staged:
        candidates, unreadable = _candidates(paths, settings, carry_over=not rebuild)
        read, unusable = _read(candidates, terms, progress)
        rejected = [*unreadable, *unusable]
        _quarantine(rejected, candidates, settings.quarantine_folder)
        if not read:
            raise DocumentError(
                ", ".join(map(str, paths)), [Problem("documents", f"none of {len(candidates) + len(unreadable)} can be used; see {settings.quarantine_folder}")]
            )
        manifest = _manifest(read, encoder)
        if manifest.id == snapshot.current_id(settings.data) and not rebuild:
            kept = SnapshotFiles(settings.snapshots_folder / manifest.id).manifest()
            return _report(kept, rejected, embedded=0, was_published=False)
        built, embedded, violating = _build(staged, [document for document, _ in read], terms, encoder, settings, progress)
        if violating:
            rejected += [Rejected(candidate.name, violating[document.id]) for document, candidate in read if document.id in violating]
            _quarantine(rejected, candidates, settings.quarantine_folder)
            read = [(document, candidate) for document, candidate in read if document.id not in violating]
            manifest = _manifest(read, encoder)
        _keep_documents(staged, read)
        manifest = replace(manifest, counts=built)
        snapshot.publish(staged, manifest, settings.data)
    snapshot.prune(settings.data, keep=settings.keep_snapshots)
    return _report(manifest, rejected, embedded=embedded, was_published=True)


def _report(manifest: Manifest, rejected: Sequence[Rejected], *, embedded: int, was_published: bool) -> IngestReport:
    accepted, passages = len(manifest.documents), manifest.counts["vectors"]
    return IngestReport(
        snapshot=manifest.id,
        was_published=was_published,
        documents=accepted + len(rejected),
        accepted=accepted,
        rejected=tuple(rejected),
        passages=passages,
        embedded=embedded,
        reused=passages - embedded,
        quads=manifest.counts["quads"],
    )


def _candidates(paths: Sequence[Path], settings: Settings, *, carry_over: bool) -> tuple[list[_Candidate], list[Rejected]]:
    """Each file below the paths once, then the documents of the published snapshot that did not lie below any of them."""
    found: dict[Path, _Candidate] = {}
    rejected = []
    for path in dict.fromkeys(path for root in paths for path in document_paths(root)):
        try:
            found.setdefault(path.resolve(), _Candidate(str(path), path.resolve(), read_bytes(path, max_bytes=settings.max_document_bytes)))
        except DocumentError as error:
            rejected.append(Rejected(error.where, tuple(map(str, error.problems))))
    return [*found.values(), *(_carried_over(paths, settings) if carry_over else ())], rejected


def _carried_over(paths: Sequence[Path], settings: Settings) -> Iterator[_Candidate]:
    if snapshot.current_id(settings.data) is None:
        return
    roots = [root.resolve() for root in paths]
    published = snapshot.open_files(settings.data)
    for kept in published.manifest().documents:
        if not any(Path(kept.path).is_relative_to(root) for root in roots):
            raw = (published.documents / f"{kept.id}.md").read_bytes()
            yield _Candidate(kept.path, Path(kept.path), raw, is_carried_over=True)


def _read(candidates: Sequence[_Candidate], terms: Ontology, progress: Progress) -> tuple[list[tuple[Document, _Candidate]], list[Rejected]]:
    """Read every candidate; the first document of an id counts, and one named now counts before one carried over."""
    progress.stage("reading", len(candidates))
    accepted: dict[str, tuple[Document, _Candidate]] = {}
    rejected = []
    for candidate in candidates:
        progress.step()
        try:
            document = read_document(candidate.raw, terms, where=candidate.name)
        except DocumentError as error:
            rejected.append(Rejected(error.where, tuple(map(str, error.problems))))
            continue
        first = accepted.get(document.id)
        if first is None:
            accepted[document.id] = document, candidate
        elif not candidate.is_carried_over:
            problem = Problem("id", f"{document.id!r} is already used by {first[1].name}; expected an id that no other file has")
            rejected.append(Rejected(candidate.name, (str(problem),)))
    return [accepted[identifier] for identifier in sorted(accepted)], rejected


def _manifest(read: Iterable[tuple[Document, _Candidate]], encoder: Encoder) -> Manifest:
    """The manifest without counts and checksums; its id is a hash of everything the snapshot is made from."""
    documents = tuple(InputFile(document.id, str(candidate.path), document.sha256) for document, candidate in read)
    ontology_sha256 = ontology.bundled_hash()
    made_from = [snapshot.FORMAT, _code_hash(), ontology_sha256, encoder.id, [[document.id, document.sha256] for document in documents]]
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
    linker = Linker(terms, [document.case for document in documents], analyses)
    entries = _link(documents, linker, progress)
    run = graph.LinkingRun(_linking_hash(), ontology.bundled_version())
    quads, violating = _checked_graph(entries, terms, run, settings.cache_folder / "validated.txt", progress)
    entries = [entry for entry in entries if entry.document.id not in violating]
    kept = [entry.document for entry in entries]
    ontology_quads = graph.ontology_quads(ontology.bundled_triples())
    all_quads = {
        *ontology_quads,
        *graph.place_quads((document.case for document in kept), terms),
        *graph.provenance_quads(run, kept),
        *(quad for document in kept for quad in quads[document.id]),
    }
    triples = _write_graph(staged, [*all_quads, *graph.run_quads(run, started, datetime.now(UTC))], ontology_quads, progress)
    snapshot.write_catalog(staged, entries)
    build_lexical_index(staged.lexical, [_lexical_document(entry, terms) for entry in entries], analyses)
    rows, embedded = _embed(staged, entries, encoder, settings, progress)
    staged.analyses.write_text(analyses.to_json(), encoding="utf-8")
    _write_atomically(analyses_path, analyses.to_json())
    mentions = sum(len(link.evidence) for entry in entries for link in entry.linked.concepts)
    counts = {"documents": len(entries), "quads": len(all_quads), "triples": triples, "mentions": mentions, "vectors": rows}
    return counts, embedded, violating


def _linking_hash() -> str:
    """16 hexadecimal digits of a SHA-256 over what decides the links of a document: code, ontology and the libraries that analyse words."""
    made_from = [_code_hash(), ontology.bundled_hash(), *(f"{name} {version(name)}" for name in ("HanTa", "PyStemmer", "lingua-language-detector"))]
    return hashlib.sha256(json.dumps(made_from).encode()).hexdigest()[:16]


def _link(documents: Sequence[Document], linker: Linker, progress: Progress) -> list[CatalogEntry]:
    progress.stage("linking", len(documents))
    entries = []
    for document in documents:
        entries.append(CatalogEntry(document, linker.link(document.passages, document.language, state=document.case.state)))
        progress.step()
    return entries


def _checked_graph(
    entries: Sequence[CatalogEntry], terms: Ontology, run: graph.LinkingRun, known_path: Path, progress: Progress
) -> tuple[dict[str, list[ox.Quad]], dict[str, tuple[str, ...]]]:
    """Quads of every document, and the violations of those that fail the shapes; what passed before is not checked again."""
    progress.stage("graph and SHACL", len(entries))
    quads = {entry.document.id: graph.document_quads(entry.document, entry.linked, terms, run) for entry in entries}
    checked = {entry.document.id: [*quads[entry.document.id], *graph.place_quads([entry.document.case], terms)] for entry in entries}
    known = set(known_path.read_text(encoding="ascii").split()) if known_path.exists() else set()
    digests = {name: _digest(own, run) for name, own in checked.items()}
    fresh = [name for name in quads if digests[name] not in known]
    progress.step(len(entries) - len(fresh))
    common = graph.to_ntriples([*ontology.bundled_triples(), *(quad.triple for quad in graph.provenance_quads(run, []))])
    blamed = {quad.subject.value: name for name in fresh for quad in checked[name] if isinstance(quad.subject, ox.NamedNode)}
    violating: dict[str, tuple[str, ...]] = {}
    batches = [fresh[first : first + _SHACL_BATCH] for first in range(0, len(fresh), _SHACL_BATCH)]
    cases = {entry.document.id: entry.document.case for entry in entries}
    places = [graph.place_quads([cases[name] for name in batch], terms) for batch in batches]
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
    _write_atomically(known_path, "\n".join(sorted(digest for name, digest in digests.items() if name not in violating)) + "\n")
    return quads, violating


def _digest(quads: Iterable[ox.Quad], run: graph.LinkingRun) -> str:
    """SHA-256 of what the shapes decide on: the ontology and the graph of a document, whichever run it comes from."""
    lines = graph.canonical_nquads(quads).replace(run.iri.encode(), b"")
    return hashlib.sha256(ontology.bundled_hash().encode() + lines).hexdigest()


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


def _keep_documents(staged: SnapshotFiles, read: Iterable[tuple[Document, _Candidate]]) -> None:
    """Store the documents as they were read, so that a later run can carry them over."""
    staged.documents.mkdir()
    for document, candidate in read:
        (staged.documents / f"{document.id}.md").write_bytes(candidate.raw)


def _quarantine(rejected: Sequence[Rejected], candidates: Sequence[_Candidate], folder: Path) -> None:
    """Lay every rejected document aside with its reasons; the folder shows the last run alone."""
    shutil.rmtree(folder, ignore_errors=True)
    raw = {candidate.name: candidate.raw for candidate in candidates}
    for number, entry in enumerate(rejected, start=1):
        folder.mkdir(parents=True, exist_ok=True)
        name = f"{number:03}-{Path(entry.path).name}"
        if entry.path in raw:
            (folder / name).write_bytes(raw[entry.path])
        reasons = "".join(f"{entry.path}: {problem}\n" for problem in entry.problems)
        (folder / f"{name}.reason.txt").write_text(reasons, encoding="utf-8")


def _write_atomically(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)
