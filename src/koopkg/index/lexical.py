"""Cases -> a Tantivy index of German and English stems and of the parts of German compounds; text -> BM25 scores."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from math import log
from pathlib import Path
from tempfile import mkdtemp

import tantivy

from koopkg.errors import SnapshotError
from koopkg.language import FUNCTION_WORDS
from koopkg.model import Language
from koopkg.morphology import Analyses, Morphology

__all__ = ["LexicalDocument", "LexicalIndex", "build_lexical_index"]

_BOOSTS = {"title": 2.0, "labels": 1.0, "body": 1.0, "parts": 0.4, "english": 1.0}
"""Weight of a field; compounds' parts count less than whole words, or `Straße` would match everything. Tuned on the dev topics."""
_REMOVAL_TRIES = 100
_K1 = 1.2
"""Tantivy's BM25 constant; a term scores at most idf * (k1 + 1)."""

_ABSOLUTE = 0.2
"""How much the scale is that of a perfect case rather than of the best one: long texts never come near the former,
and without it nDCG@10 on the dev topics falls from 0.86 to 0.81; none at all would make a poor best case look perfect."""
_COMMON_SHARE = 1 / 3
"""A word that more cases have than this says nothing about why one of them was found (gemeinsam, Gemeinde)."""


@dataclass(frozen=True, slots=True)
class LexicalDocument:
    """The text of one case by field, not yet analysed."""

    id: str
    title: str
    body: str
    labels: str
    english: str


class _Analyser:
    """Text -> index terms, the same at index and query time."""

    def __init__(self, analyses: Analyses) -> None:
        self.german, self.english = Morphology("de", analyses), Morphology("en", analyses)

    def stems(self, text: str, morphology: Morphology) -> list[str]:
        return [token.stem for token in morphology.tokens(text) if token.surface.lower() not in FUNCTION_WORDS]

    def parts(self, text: str) -> list[str]:
        """Stems of the compounds' parts, and of simple words too, so that Bus finds Bürgerbus and Bürgerbus finds Bus."""
        found = []
        for token in self.german.tokens(text):
            if token.surface.lower() in FUNCTION_WORDS:
                continue
            spans = self.german.parts(token.surface)
            found += [self.german.stem(token.surface[start:end]) for start, end in spans] or [token.stem]
        return found


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw")
    for name in _BOOSTS:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    return builder.build()


def build_lexical_index(folder: Path, documents: Iterable[LexicalDocument], analyses: Analyses) -> None:
    """Write the index to a folder, one segment, documents in the order given.

    Raises:
        OSError: It cannot be written.
    """
    folder.mkdir(parents=True)
    try:
        _write(folder, documents, _Analyser(analyses))
    except ValueError as error:  # what Tantivy makes of a full disk
        raise OSError(f"the lexical index cannot be written: {error}") from error


def _write(folder: Path, documents: Iterable[LexicalDocument], analyser: _Analyser) -> None:
    index = tantivy.Index(_schema(), path=str(folder))
    writer = index.writer(heap_size=64_000_000, num_threads=1)
    for document in documents:
        german = f"{document.title} {document.labels} {document.body}"
        writer.add_document(
            tantivy.Document(
                id=document.id,
                title=" ".join(analyser.stems(document.title, analyser.german)),
                labels=" ".join(analyser.stems(document.labels, analyser.german)),
                body=" ".join(analyser.stems(document.body, analyser.german)),
                parts=" ".join(analyser.parts(german)),
                english=" ".join(analyser.stems(document.english, analyser.english)),
            )
        )
    writer.commit()
    writer.wait_merging_threads()


def _opened(folder: Path) -> tantivy.Index:
    """The index, opened through links to its files: Tantivy locks the folder that it opens, and a snapshot may be read-only."""
    links = Path(mkdtemp(prefix="koopkg-"))
    try:
        for path in folder.iterdir():
            if not path.name.endswith(".lock"):
                Path(links, path.name).symlink_to(path.resolve())
        return tantivy.Index.open(str(links))  # maps all files into memory and then needs their names no longer
    finally:
        _remove(links)


def _remove(folder: Path) -> None:
    """Remove a folder that Tantivy watches from a thread, which may write its lock once more in the meantime."""
    for _ in range(_REMOVAL_TRIES):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return


class LexicalIndex:
    """BM25 over the cases of one snapshot."""

    def __init__(self, folder: Path, analyses: Analyses) -> None:
        """Open an index.

        Raises:
            SnapshotError: It is missing or damaged.
        """
        try:
            self._index = _opened(folder)
            self._searcher = self._index.searcher()
        except (OSError, ValueError) as error:
            raise SnapshotError(f"the lexical index cannot be opened ({error}); run `koopkg ingest`") from error
        self._analyser = _Analyser(analyses)

    def search(self, text: str, language: Language) -> dict[str, float]:
        """Score every case that shares a term with the text.

        Args:
            language: Of the text; its words set the scale, words found in the other language add to the score.

        Returns:
            Case id -> score in (0, 1]: BM25 summed over terms and fields, scaled so that the best case has what share it
            reaches of a case with every term in title and body, to the power 0.2. Empty for a text of stop words.
        """
        clauses = []
        for field, terms in self._terms(text).items():
            for term in dict.fromkeys(terms):
                if self._searcher.doc_freq(field, term):
                    query = tantivy.Query.term_query(self._index.schema, field, term)
                    clauses.append((tantivy.Occur.Should, tantivy.Query.boost_query(query, _BOOSTS[field])))
        if not clauses:
            return {}
        found = self._searcher.search(tantivy.Query.boolean_query(clauses), limit=max(self._searcher.num_docs, 1), count=False)
        scores = {str(self._searcher.doc(address)["id"][0]): float(score) for score, address in found.hits}
        best = max(scores.values())
        scale = best * max(self._attainable(text, language) / best, 1.0) ** _ABSOLUTE
        return {case_id: score / scale for case_id, score in scores.items()}

    def telling_stems(self, text: str) -> frozenset[str]:
        """Stems of a query that tell cases apart: none of those that more than a third of the cases have."""
        most = self._searcher.num_docs * _COMMON_SHARE
        stems = self._analyser.stems(text, self._analyser.german)
        return frozenset(stem for stem in stems if self._searcher.doc_freq("body", stem) <= most)

    def highlights(self, text: str, stems: frozenset[str]) -> list[tuple[int, int]]:
        """Where words of a passage, or runs of a compound's parts, have one of the stems; in order, without overlap."""
        spans: list[tuple[int, int]] = []
        german = self._analyser.german
        for token in german.tokens(text):
            if token.surface.lower() in FUNCTION_WORDS:
                continue
            if token.stem in stems:
                spans.append((token.start, token.end))
                continue
            parts = german.parts(token.surface)
            runs = [(parts[first][0], parts[last][1]) for first in range(len(parts)) for last in range(first, len(parts))]
            inside = [run for run in runs if german.stem(token.surface[run[0] : run[1]]) in stems]
            if inside:
                start, end = max(inside, key=lambda run: run[1] - run[0])
                spans.append((token.start + start, token.start + end))
        return spans

    def _attainable(self, text: str, language: Language) -> float:
        fields = ("english",) if language == "en" else ("title", "body")
        terms = self._terms(text)
        return sum(_BOOSTS[field] * self._idf(self._searcher.doc_freq(field, term)) * (_K1 + 1) / 2 for field in fields for term in dict.fromkeys(terms[field]))

    def _terms(self, text: str) -> dict[str, list[str]]:
        german = self._analyser.stems(text, self._analyser.german)
        return {
            "title": german,
            "labels": german,
            "body": german,
            "parts": self._analyser.parts(text),
            "english": self._analyser.stems(text, self._analyser.english),
        }

    def _idf(self, frequency: int) -> float:
        """Source: Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009, as Tantivy computes it."""
        total = self._searcher.num_docs
        return log(1 + (total - frequency + 0.5) / (frequency + 0.5))
