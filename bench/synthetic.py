"""A published snapshot -> one of any size with the same read side: its cases recombined, its vectors turned a little."""

from __future__ import annotations

import random
import shutil
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from koopkg.index import CaseVectors, EmbeddingCache, LexicalText, Matrix, build_lexical_index, build_vector_index
from koopkg.indexing import reference_texts, write_arrays
from koopkg.snapshot import CatalogWriter, OpenSnapshot, SnapshotFiles, publish

__all__ = ["synthetic_snapshot"]

_NOISE = 0.35
"""Length of what is added to a unit vector: a text that is alike, at a cosine of .94."""


def synthetic_snapshot(real: OpenSnapshot, count: int, data: Path) -> SnapshotFiles:
    """Publish a snapshot of so many cases in a data folder; its graph is that of the real one."""
    staged = SnapshotFiles(data / "snapshots" / f".building-{count}")
    staged.arrays.mkdir(parents=True)
    maker = _Maker(real)
    with closing(CatalogWriter(staged.catalog)) as catalog:
        for number in range(count):
            maker.put(catalog, number)
        catalog.number_rows()
        vectors = build_vector_index(staged.vectors, map(maker.vectors, range(count)), real.vectors.adaptation, partial(_reference, real))
        build_lexical_index(staged.lexical, catalog.shelf().terms())
        write_arrays(staged.arrays, catalog.shelf())
    shutil.copytree(real.files.graph, staged.graph)
    for name in ("ontology", "terms", "labels", "analyses"):
        shutil.copy(getattr(real.files, name), getattr(staged, name))
    manifest = replace(real.manifest, id=f"synthetic-{count}", counts=real.manifest.counts | {"documents": count, "vectors": vectors})
    return publish(staged, manifest, data)


def _reference(real: OpenSnapshot) -> Matrix:
    """What the real one would have its cells around, were it as large."""
    with closing(EmbeddingCache(real.settings.cache_folder / "embeddings.sqlite")) as cache:
        return real.vectors.adaptation.passages(cache.encode_documents(real.encoder, reference_texts(real.ontology))[0])


class _Maker:
    """Makes case after case, each of a real one's texts and another's concepts; the same for the same number."""

    def __init__(self, real: OpenSnapshot) -> None:
        self._real = real
        self._entries = list(real.catalog.entries())
        self._terms, self._features = real.catalog.indexed()
        self._random = np.random.default_rng(20261127)

    def put(self, catalog: CatalogWriter, number: int) -> None:
        chosen = random.Random(number)
        entry = self._entries[number % len(self._entries)]
        other = chosen.randrange(len(self._entries))
        name = f"fall-{number:07}"
        case = replace(entry.case, id=name)
        text = entry.texts[0]
        catalog.put(replace(text.document, id=name, sha256=f"{number:064x}", cases=(case,), describes=(name,)), path="", raw=b"")
        catalog.put_links(name, text.linked, self._real.catalog.spans(text.document.id), ())
        catalog.shelf().put_indexed(name, self._mixed_terms(number % len(self._entries), other), self._features[other], entry.title_spans)

    def vectors(self, number: int) -> CaseVectors:
        own = self._real.vectors.of_case(number % len(self._entries))
        return CaseVectors(self._turned(own.meaning), self._turned(own.vectors), own.passages)

    def _turned(self, vectors: Matrix) -> Matrix:
        noise = self._random.standard_normal(vectors.shape).astype(np.float32)
        turned = vectors + _NOISE * noise / np.linalg.norm(noise, axis=-1, keepdims=True)
        return np.asarray(turned / np.linalg.norm(turned, axis=-1, keepdims=True))

    def _mixed_terms(self, own: int, other: int) -> LexicalText:
        return replace(self._terms[own], labels=self._terms[other].labels)
