"""A catalog of cases -> the indexes of a snapshot: words, vectors, concepts, facets; of what did not change, from what was kept of it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np

from koopkg.analyses import Analyses
from koopkg.carryover import Earlier, EarlierRows
from koopkg.index import (
    Adaptation,
    Analyser,
    CaseVectors,
    Columns,
    ColumnsBuilder,
    EmbeddingCache,
    Encoder,
    Features,
    Matrix,
    VectorIndex,
    WordSpans,
    build_vector_index,
    embedded_passages,
    embedded_texts,
    features_of,
    lexical_index_in_writing,
    lexical_text,
)
from koopkg.index.adaptation import HEADS
from koopkg.model import LANGUAGES
from koopkg.ontology import Ontology
from koopkg.register import Register
from koopkg.snapshot import CaseEntry, CatalogWriter, IndexFiles, Shelf, SnapshotFiles

__all__ = ["CaseIndexer", "Indexed", "Progress", "reference_texts", "update_arrays", "write_arrays"]

_SMALL = 1 / 4
"""Share of the documents up to which arrays are changed rather than gathered anew."""

_TOGETHER = 16
"""Cases whose texts are embedded together: enough texts of like length for an encoder that computes in batches, few enough for a bar that moves."""


class Progress(Protocol):
    """Told what is going on; the command line shows it as a bar or as plain lines."""

    def stage(self, name: str, total: int) -> None:
        """A stage begins that has `total` steps."""

    def step(self, count: int = 1) -> None:
        """So many steps of the stage are done."""


@dataclass(frozen=True, slots=True)
class Indexed:
    """How many vectors and mentions there are, and how many texts were embedded now."""

    counts: dict[str, int]
    embedded: int


class CaseIndexer:
    """Fills the indexes of a staged snapshot."""

    def __init__(self, staged: SnapshotFiles, terms: Ontology, analyses: Analyses, encoder: Encoder, vectors: EmbeddingCache, progress: Progress) -> None:
        self._staged, self._terms, self._encoder, self._cache, self._progress = staged, terms, encoder, vectors, progress
        self._register = Register.bundled()
        self._analyser = Analyser(analyses)

    def run(self, catalog: CatalogWriter, before: Earlier) -> Indexed:
        """Index every case of a catalog whose documents are linked, and every draft apart from them."""
        cases = self._shelf(catalog.shelf(), self._staged, before.rows())
        drafts = catalog.shelf(of_drafts=True)
        found = self._shelf(drafts, self._staged.drafts, before.rows(of_drafts=True)) if len(drafts) else (0, 0)
        rows = len(catalog.shelf()) + (len(drafts) if found[0] else 0)
        vectors = cases[0] + found[0]
        return Indexed({"vectors": vectors, "texts": vectors + (HEADS - 1) * rows, "mentions": catalog.mentions()}, cases[1] + found[1])

    def _shelf(self, shelf: Shelf, files: IndexFiles, before: EarlierRows) -> tuple[int, int]:
        """Index rows; returns how many vectors there are, and how many texts were embedded now."""
        fresh = shelf.unindexed()
        embedded = self._features(shelf, fresh)
        files.folder.mkdir(exist_ok=True)
        with lexical_index_in_writing(files.lexical, shelf.terms()):
            vectors = build_vector_index(files.vectors, self._vectors(shelf, set(fresh), before), self._adaptation, self._reference)
            if before.indexes is not None and len(fresh) <= _SMALL * len(before.rows):
                update_arrays(files.arrays, shelf, set(fresh), before, before.indexes.arrays)
            else:
                write_arrays(files.arrays, shelf)
        return vectors, embedded

    def _features(self, shelf: Shelf, fresh: list[str]) -> int:
        """Keep what the indexes are made from of each case that changed, and embed its texts; returns how many were not known."""
        self._progress.stage("embedding", len(fresh))
        embedded = 0
        for first in range(0, len(fresh), _TOGETHER):
            texts: list[str] = []
            for case_id in fresh[first : first + _TOGETHER]:
                entry = shelf.entry(case_id)
                terms = self._analyser.analysed(lexical_text(entry.case, entry.texts, self._terms))
                titles: dict[str, WordSpans] = {language: self._analyser.spans(entry.case.title_in(language), language) for language in LANGUAGES}
                shelf.put_indexed(case_id, terms, features_of(entry.case, entry.texts, self._terms, self._register), titles)
                texts += self._texts(entry)
            embedded += self._cache.encode_documents(self._encoder, texts)[1]
            self._progress.step(len(fresh[first : first + _TOGETHER]))
        return embedded

    def _vectors(self, shelf: Shelf, fresh: set[str], before: EarlierRows) -> Iterator[CaseVectors]:
        """The vectors of every case in the order of rows, one at a time."""
        rows = before.rows
        known = VectorIndex(before.indexes.vectors) if before.indexes else None
        for case_id in shelf.case_ids():
            if known is not None and case_id in rows and case_id not in fresh:
                yield known.of_case(rows[case_id])
                continue
            entry = shelf.entry(case_id)
            vectors: Matrix = self._cache.encode_documents(self._encoder, self._texts(entry))[0]
            passages = self._adaptation.passages(vectors[HEADS:])
            places = [(document, number) for document, number, _ in embedded_passages(entry.texts)]
            yield CaseVectors(self._adaptation.meaning(vectors[:HEADS], passages), passages, np.array(places, dtype=np.int32).reshape(-1, 2))

    def _texts(self, entry: CaseEntry) -> list[str]:
        """The texts of a case that are embedded, its heads first."""
        return embedded_texts(entry.case, entry.texts, self._terms)

    @cached_property
    def _adaptation(self) -> Adaptation:
        bundled = Adaptation.bundled()
        return bundled if self._encoder.id.startswith(bundled.encoder) else Adaptation.neutral(self._encoder.id, self._definitions)

    def _reference(self) -> Matrix:
        """The definitions of all concepts, as the passages that they are."""
        return self._adaptation.passages(self._definitions)

    @cached_property
    def _definitions(self) -> Matrix:
        return self._cache.encode_documents(self._encoder, reference_texts(self._terms))[0]


def write_arrays(folder: Path, shelf: Shelf) -> None:
    """Write the columns that facets, concept scores and concept pages are read from, and the order of titles."""
    columns, frequencies = _gathered(enumerate(shelf.features()))
    _save(folder, columns, frequencies, shelf)


def update_arrays(folder: Path, shelf: Shelf, fresh: set[str], before: EarlierRows, base: Path) -> None:
    """Write the same, from the arrays of the earlier snapshot and the cases that changed or came."""
    known, ids = before.rows, shelf.case_ids()
    moved = np.full(len(known), -1, dtype=np.int32)
    for row, case_id in enumerate(ids):
        if case_id in known and case_id not in fresh:
            moved[known[case_id]] = row
    added, frequencies = _gathered((row, shelf.features_of(case_id)) for row, case_id in enumerate(ids) if case_id in fresh)
    frequencies.update(json.loads((base / "frequencies.json").read_bytes()))
    for case_id, row in known.items():
        if moved[row] < 0:
            frequencies.subtract(before.features_of(case_id).described)
    _save(folder, {name: Columns.open(base / name).merged(moved, columns) for name, columns in added.items()}, +frequencies, shelf)


def _gathered(features: Iterable[tuple[int, Features]]) -> tuple[dict[str, Columns], Counter[str]]:
    """The columns of cases with their rows, which rise, by name; and how many of the cases have each concept or place themselves."""
    matches, facets, named = ColumnsBuilder(), ColumnsBuilder(), ColumnsBuilder()
    frequencies: Counter[str] = Counter()
    for row, found in features:
        matches.add(row, found.matches)
        facets.add(row, dict.fromkeys(found.facets, 1.0))
        named.add(row, found.named)
        frequencies.update(found.described)
    return {name: builder.columns() for name, builder in (("matches", matches), ("facets", facets), ("named", named))}, frequencies


def _save(folder: Path, columns: Mapping[str, Columns], frequencies: Mapping[str, int], shelf: Shelf) -> None:
    for name, content in columns.items():
        content.save(folder / name)
    (folder / "frequencies.json").write_text(json.dumps(dict(sorted(frequencies.items()))), encoding="utf-8")
    np.save(folder / "by_title.npy", np.array(shelf.rows_by_title(), dtype=np.int32))


def reference_texts(terms: Ontology) -> list[str]:
    """Texts that no case has a part in and that are about everything that cases are about: the definitions of all concepts."""
    return [concept.definition() for concept in terms.concepts.values()]
