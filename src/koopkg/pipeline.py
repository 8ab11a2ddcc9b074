"""The order of the stages: documents -> reading -> linking -> graph and its check -> indexes -> snapshot, only as far as something changed."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from importlib.resources import as_file, files
from itertools import chain, islice
from pathlib import Path
from typing import TypeVar

import pyoxigraph as ox

from koopkg import __version__, graph, identity, intake, ontology, snapshot
from koopkg.analyses import Analyses
from koopkg.carryover import Earlier, earlier
from koopkg.config import Settings
from koopkg.draft_files import remove_draft, write_draft
from koopkg.drafting import Drafter
from koopkg.errors import DocumentError, Problem, SnapshotError
from koopkg.files import Skipped
from koopkg.index import Analyser, EmbeddingCache, Encoder, TextSpans, bundled_meanings, load_encoder
from koopkg.indexing import CaseIndexer, Progress
from koopkg.intake import Candidate, Outcome, Reader, Rejected, Sources
from koopkg.linking import Linker, save_labels
from koopkg.messages import Message
from koopkg.model import Document
from koopkg.moves import note_moves
from koopkg.ontology import Ontology
from koopkg.quarantine import Quarantine
from koopkg.reading import Isolated, Limits
from koopkg.register import Register
from koopkg.relating import Relating
from koopkg.reviews import read_reviews
from koopkg.snapshot import Catalog, CatalogWriter, Manifest, SnapshotFiles
from koopkg.text import printable

__all__ = ["IngestReport", "NothingAcceptedError", "Progress", "Several", "bundled_corpus", "ingest"]

_BATCH = 60
"""Documents checked at once: enough to share what a check costs by itself, few enough for a bar that moves."""
_SMALL = 1 / 4
"""Share of a graph up to which it is changed rather than built anew: to change a quad costs four times what it costs to write one with many."""
_ONTOLOGY = 100
"""Documents that weigh as much as the ontology, which is in each graph."""
_T = TypeVar("_T")
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Several:
    """A document that tells of about so many cooperations, so that no draft of one case is made of it."""

    path: str
    cooperations: int


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What an ingest did; found = accepted + drafts + rejected + skipped, documents = accepted + drafts + rejected, texts = embedded + reused.

    Attributes:
        found: Files below the paths and in archives there, records in lists there, and documents of earlier runs that stay.
        drafts: Documents that have no record: they are taken in, and are about no case yet.
        kept: How many of the accepted documents and drafts are of earlier runs.
        several: Of the drafts that were read in this run, those that tell of several cooperations.
        texts: Titles, summaries and passages that are embedded.
    """

    snapshot: str
    was_published: bool
    found: int
    documents: int
    accepted: int
    drafts: int
    kept: int
    rejected: tuple[Rejected, ...]
    skipped: tuple[Skipped, ...]
    several: tuple[Several, ...]
    texts: int
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
    gone. What cannot be read goes to the quarantine folder with its reasons. The same documents, ontology, encoder, libraries and code give the
    same snapshot id, and where that is published already nothing is done. Only documents that changed are read, linked, checked and embedded,
    and the result is that of a build from all.

    Args:
        rebuild: Forget earlier runs and build anew even if nothing changed; known embeddings are kept.

    Raises:
        DocumentError: There is nothing at one of the paths, or (`NothingAcceptedError`) no document at all is usable.
        SnapshotError: Another ingest is running.
    """
    encoder = load_encoder(settings.encoder)
    made_by = identity.made_by(encoder.id, snapshot.FORMAT)
    with (
        snapshot.staging(settings.data) as staged,
        earlier(settings.data, made_by=made_by, rebuild=rebuild) as before,
        closing(Analyses.cache(settings.cache_folder / "analyses.sqlite")) as analyses,
        closing(EmbeddingCache(settings.cache_folder / "embeddings.sqlite")) as vectors,
    ):
        sources = intake.gather(paths, max_bytes=settings.max_document_bytes, leave_out=settings.data)
        build = _Build(staged, before, encoder, analyses, vectors, settings, progress)
        report = build.run(sources, paths, made_by, rebuild=rebuild)
    if report.was_published:
        snapshot.prune(settings.data, keep=settings.keep_snapshots)
    return report


class _Build:
    """One run: a staged snapshot that grows stage by stage, documents going through one at a time or in small batches."""

    def __init__(
        self,
        staged: SnapshotFiles,
        before: Earlier,
        encoder: Encoder,
        analyses: Analyses,
        vectors: EmbeddingCache,
        settings: Settings,
        progress: Progress,
    ) -> None:
        self._staged, self._before, self._encoder, self._analyses, self._vectors = staged, before, encoder, analyses, vectors
        self._settings, self._progress = settings, progress
        self._started = datetime.now(UTC)
        self._terms, self._register = Ontology.bundled(), Register.bundled()
        self._reviews = read_reviews(settings.reviews_folder)
        self._quarantine = Quarantine(settings.quarantine_folder)
        self._skipped: list[Skipped] = []
        self._several: list[Several] = []
        """Passed over because of what they hold."""
        self._withdrawn: list[str] = []
        """Graphs of documents that changed or went."""
        self._changed: dict[str, str] = {}
        """Id of each document that was read -> what messages call its file."""
        self._gone: set[str] = set()
        """Documents of the earlier snapshot that changed or went."""
        self._touched: set[str] = set()
        """Keys of the places of all documents that changed, came or went."""
        self._kept: set[str] = set()
        """Documents of earlier runs that stay."""

    def run(self, sources: Sources, paths: Sequence[Path], made_by: str, *, rebuild: bool) -> IngestReport:
        """Every stage in its order."""
        for rejected in sources.rejected:
            self._quarantine.add(rejected)
        base = self._before.base
        with closing(CatalogWriter(self._staged.catalog, earlier=base.catalog if base else None)) as catalog:
            self._read(catalog, [*sources.candidates, *self._before.beside(paths)])
            self._settle(catalog)
            while pending := catalog.unlinked():
                self._link(catalog, pending)
                self._settle(catalog)
            Relating(catalog, self._terms, self._register, self._analyses, self._reviews).run(self._changed, self._touched)
            documents = [(document.id, document.sha256, document.reviews) for document in catalog.documents()]
            drafts = len(catalog.drafts())
            self._require_some(documents, sources, paths)
            identifier = identity.snapshot_id(made_by, documents)
            published = SnapshotFiles(self._settings.snapshots_folder / identifier)
            is_there = identifier == snapshot.named_in_current(self._settings.data) and not rebuild
            if is_there and snapshot.is_whole(published):
                self._note_moves(catalog, published)
                return self._report(published.manifest(), len(documents), drafts, sources)
            counts = self._graph(catalog, base=None if is_there else base)  # what is there and not whole is no base for a graph
            catalog.number_rows()
            indexed = CaseIndexer(self._staged, self._terms, self._analyses, self._encoder, self._vectors, self._progress).run(catalog, self._before)
        self._analyses.save(self._staged.analyses)
        self._terms.save(self._staged.terms)
        save_labels(self._terms, self._staged.labels)
        manifest = Manifest(
            id=identifier,
            format=snapshot.FORMAT,
            created="",
            koopkg_version=__version__,
            ontology_sha256=ontology.bundled_hash(),
            encoder=self._encoder.id,
            made_by=made_by,
            counts={"documents": len(documents), "drafts": drafts, **counts, **indexed.counts},
            checksums={},
        )
        snapshot.publish(self._staged, manifest, self._settings.data, earlier=base)
        self._keep_drafts(published)
        return self._report(manifest, len(documents), drafts, sources, embedded=indexed.embedded, was_published=True)

    def _read(self, catalog: CatalogWriter, candidates: Sequence[Candidate]) -> None:
        """Put what changed into the catalog, and take out what went."""
        self._progress.stage("reading", len(candidates))
        stays = set()
        for candidate, raw, outcome in self._outcomes(candidates):
            self._progress.step()
            if isinstance(outcome, Rejected):
                self._quarantine.add(outcome, raw)
                continue
            if isinstance(outcome, Skipped):
                self._skipped.append(outcome)
                continue
            stays.add(outcome.id)
            if candidate.kept_id is not None:
                self._kept.add(outcome.id)
            if isinstance(outcome, Document):
                self._put(catalog, outcome, candidate, raw)
            else:
                catalog.move(outcome.id, candidate.path)
                row = catalog.row(outcome.id)
                if not row.has_record and row.reviews != self._reviews.digest(outcome.id):
                    self._put(catalog, catalog.document(outcome.id), candidate, catalog.raw(outcome.id))
        for document in catalog.documents():
            if document.id not in stays:
                self._withdraw(catalog, document.id)

    def _put(self, catalog: CatalogWriter, document: Document, candidate: Candidate, raw: bytes) -> None:
        """Put a document in the place of the one of its id; one without a record is about the cases that people said it is about."""
        self._changed[document.id] = candidate.name
        if catalog.has_document(document.id):
            self._withdraw(catalog, document.id)
        if document.has_record:
            catalog.put(document, path=candidate.path, raw=raw)
        else:
            attached = replace(document, describes=self._reviews.cases_of(document.id))
            catalog.put(attached, path=candidate.path, raw=raw, reviews=self._reviews.digest(document.id))

    def _outcomes(self, candidates: Sequence[Candidate]) -> Iterator[tuple[Candidate, bytes, Outcome]]:
        limits = Limits(self._settings.reading_seconds, self._settings.reading_memory_mib)
        with Isolated(limits) as isolated:
            yield from Reader(self._terms, isolated, self._before.known()).read(candidates)

    def _note_moves(self, catalog: CatalogWriter, published: SnapshotFiles) -> None:
        """Keep the new paths of documents beside the published snapshot, which holds the same documents and stays as it is."""
        with closing(Catalog(published.catalog)) as earlier:
            paths = {document.id: document.path for document in earlier.documents()}
        note_moves(self._settings.data, published, {document.id: document.path for document in catalog.documents() if document.path != paths[document.id]})

    def _settle(self, catalog: CatalogWriter) -> None:
        """Reject documents about cases whose records are nowhere; of those that people said are about one, go on as if they had not."""
        for document, cases in _grouped(catalog.about_nothing()).items():
            row = catalog.row(document)
            if not row.has_record:
                detached, raw = catalog.document(document), catalog.raw(document)
                self._withdraw(catalog, document)
                there = tuple(name for name in detached.describes if name not in cases)
                catalog.put(replace(detached, describes=there), path=row.path, raw=raw)
                self._changed.setdefault(document, row.path)
                continue
            told = Message("{cases}: there is no such case; expected the ids of cases whose records are taken in too", cases=", ".join(map(repr, cases)))
            self._reject(catalog, document, [Problem("describes", told)])

    def _link(self, catalog: CatalogWriter, pending: Sequence[str]) -> None:
        """Find what the changed documents name, propose what those without a record are about, and check what is said of them."""
        self._progress.stage("linking and checking", len(pending))
        linker, analyser = Linker(self._terms, self._register, self._analyses), Analyser(self._analyses)
        drafter = Drafter(linker, self._terms, self._register, self._analyses, bundled_meanings(self._encoder, self._vectors))
        validator = _validator(ontology.bundled_hash())
        if self._before.base is None:
            validator.check_common()
        for batch in _batches(pending, _BATCH):
            documents = [catalog.document(name) for name in batch]
            checked = []
            for document in documents:
                linked = linker.link_document(document)
                spans = TextSpans.of(analyser.spans(passage.text) for passage in document.passages)
                keys = graph.place_keys(document.cases, linked.places)
                self._touched |= keys
                catalog.put_links(document.id, linked, spans, keys)
                if document.is_draft:
                    draft = drafter.draft(document, linked, self._reviews.of(document.id))
                    catalog.put_draft(draft)
                    if draft.cooperations is not None and not draft.is_about_case:
                        self._several.append(Several(self._changed.get(document.id, document.id), draft.cooperations))
                checked.append((document.id, graph.checked_triples(document, linked.places, self._terms, self._register)))
                self._progress.step()
            violating = validator.check(checked)
            for name, violations in violating.items():
                self._reject(catalog, name, [Problem("graph", violation.sentence) for violation in violations])

    def _graph(self, catalog: CatalogWriter, *, base: SnapshotFiles | None) -> dict[str, int]:
        """Write the store: that of the earlier snapshot with what changed, or all anew."""
        names = [document.id for document in catalog.documents()]
        run = graph.LinkingRun(identity.linking_hash(), _version(ontology.bundled_hash()))
        times = graph.run_quads(run, self._started, datetime.now(UTC))
        is_small = len(self._changed) + len(self._gone) <= _SMALL * (len(names) + _ONTOLOGY)
        counts = self._changed_graph(catalog, base, run, times) if base is not None and is_small else None
        counts = counts or self._whole_graph(catalog, names, run, times)
        return {"quads": counts.quads - len(times), "triples": counts.triples}

    def _whole_graph(self, catalog: CatalogWriter, names: Sequence[str], run: graph.LinkingRun, times: Sequence[ox.Quad]) -> graph.StoreCounts:
        """A store of all there is."""
        self._progress.stage("graph", len(names))
        ontology_quads = graph.ontology_quads(ontology.bundled_triples(), self._terms)
        self._staged.ontology.write_bytes(b"".join(sorted(graph.to_ntriples(quad.triple for quad in ontology_quads).splitlines(keepends=True))))
        places = (graph.place_quads(some, self._terms, self._register) for some in _batches(catalog.place_keys(), _BATCH))
        provenance = (graph.provenance_quads(run, some) for some in _batches(names, _BATCH))
        common = chain.from_iterable(chain([ontology_quads, times], places, provenance))
        return graph.build(self._staged.graph, chain(common, self._document_quads(catalog, names, run)))

    def _changed_graph(self, catalog: CatalogWriter, base: SnapshotFiles, run: graph.LinkingRun, times: Sequence[ox.Quad]) -> graph.StoreCounts | None:
        """The store of the earlier snapshot with what came, without what went, None where that is damaged; the ontology is the same, or there were no base."""
        written = sorted(self._changed)
        self._progress.stage("graph", len(written))
        shutil.copyfile(base.ontology, self._staged.ontology)
        lost_places, places = graph.place_changes(self._touched, set(catalog.place_keys()), self._terms, self._register)
        lost_documents = graph.provenance_quads(run, sorted(name for name in self._gone if not catalog.has_document(name)))
        quads = chain(places, graph.provenance_quads(run, written), times, self._document_quads(catalog, written, run))
        lost = chain(lost_places, lost_documents)
        try:
            return graph.update(base.graph, self._staged.graph, withdrawn=[*self._withdrawn, *graph.RUN_GRAPHS], quads=quads, lost=lost)
        except SnapshotError as error:
            _LOG.warning("snapshot %s is not used as it is: %s", base.folder.name, str(error))  # the error itself would keep the store open
        shutil.rmtree(self._staged.graph, ignore_errors=True)
        return None

    def _document_quads(self, catalog: CatalogWriter, names: Iterable[str], run: graph.LinkingRun) -> Iterator[ox.Quad]:
        for name in names:
            text = catalog.linked_document(name)
            yield from graph.document_quads(text.document, text.linked, self._terms, self._register, run, draft=catalog.draft(name))
            self._progress.step()

    def _keep_drafts(self, published: SnapshotFiles) -> None:
        """Write the files of the drafts that changed, and remove those of documents that went or are no draft any more."""
        with closing(Catalog(published.catalog)) as catalog:
            drafts = catalog.drafts()
            for name in sorted(self._changed.keys() | self._gone):
                if name in drafts:
                    write_draft(self._settings.drafts_folder, catalog.draft(name), catalog.document(name).document)
                else:
                    remove_draft(self._settings.drafts_folder, name)

    def _withdraw(self, catalog: CatalogWriter, name: str) -> None:
        if name in self._before.documents:
            self._gone.add(name)
        self._touched.update(catalog.place_keys_of(name))
        self._withdrawn += graph.graphs_of(catalog.document(name))
        catalog.remove(name)

    def _reject(self, catalog: CatalogWriter, name: str, problems: list[Problem]) -> None:
        self._quarantine.add(Rejected.of(DocumentError(self._changed.pop(name, name), problems)), catalog.raw(name))
        self._kept.discard(name)
        self._withdraw(catalog, name)

    def _require_some(self, documents: Sequence[object], sources: Sources, paths: Sequence[Path]) -> None:
        if not documents:
            told = Message(
                "none of {count:,} can be used; see {folder}", count=len(self._quarantine.rejected), folder=printable(str(self._settings.quarantine_folder))
            )
            problem = Problem("documents", told)
            raise NothingAcceptedError(", ".join(printable(str(path)) for path in paths), problem, self._report(None, 0, 0, sources))

    def _report(
        self, manifest: Manifest | None, documents: int, drafts: int, sources: Sources, *, embedded: int = 0, was_published: bool = False
    ) -> IngestReport:
        texts = manifest.counts["texts"] if manifest else 0
        rejected, skipped = tuple(self._quarantine.rejected), (*sources.skipped, *self._skipped)
        return IngestReport(
            snapshot=manifest.id if manifest else "",
            was_published=was_published,
            found=documents + len(rejected) + len(skipped),
            documents=documents + len(rejected),
            accepted=documents - drafts,
            drafts=drafts,
            kept=len(self._kept),
            rejected=rejected,
            skipped=skipped,
            several=tuple(sorted(self._several, key=lambda item: item.path)),
            texts=texts,
            embedded=embedded,
            reused=texts - embedded,
            quads=manifest.counts["quads"] if manifest else 0,
        )


@lru_cache(maxsize=1)
def _version(_: str) -> str:
    return ontology.bundled_version()


@lru_cache(maxsize=1)
def _validator(_: str) -> graph.Validator:
    return graph.Validator(ontology.bundled_triples(), ontology.bundled_shapes())


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for key, value in pairs:
        grouped.setdefault(key, []).append(value)
    return grouped


def _batches(items: Iterable[_T], size: int) -> Iterator[list[_T]]:
    remaining = iter(items)
    while batch := list(islice(remaining, size)):
        yield batch
