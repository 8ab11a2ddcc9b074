"""Cases -> a Tantivy index of German and English stems and of the constituents of German compounds; text -> BM25 scores."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import log
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import numpy.typing as npt
import tantivy

from koopkg.analyses import Analyses
from koopkg.errors import SnapshotError
from koopkg.index.columns import Rows
from koopkg.language import FUNCTION_WORDS, NUMBER_WORDS
from koopkg.messages import Foreign
from koopkg.model import Language
from koopkg.morphology import Morphology, written_words

__all__ = [
    "Analyser",
    "LexicalIndex",
    "LexicalText",
    "TextSpans",
    "WordSpans",
    "build_lexical_index",
    "highlights",
    "lexical_index_in_writing",
]

_BOOSTS = {"title": 2.0, "labels": 1.0, "body": 1.0, "constituents": 0.4, "english": 1.0}
"""Weight of a field; constituents of compounds count less than whole words, or `Straße` would match everything. Tuned on the dev topics."""
_ROW = "row"
_WORDS, _WRITTEN = "words", "written"
"""Fields of the words in lower case, which count as words that there are, and of the same with their capitals."""
_REMOVAL_TRIES = 100
_K1 = 1.2
"""Tantivy's BM25 constant; a term scores at most idf * (k1 + 1)."""
_MOST_TELLING, _EXPONENT = 6, 0.5
"""A case that has the so many most telling words of a query scores 1, and the root of its share counts: of a long text no case has all
words, and one that has a quarter of what counts is no quarter as good. Tuned on the dev topics, where the best values differ by .001."""
_COMMON_SHARE = 1 / 3
"""A word that more cases have than this says nothing about why one of them was found (gemeinsam, Gemeinde)."""

WordSpans = Mapping[str, Sequence[tuple[int, int]]]
"""Stem -> where words with it stand in a text, or runs of a compound's constituents, as half-open offsets."""


@dataclass(frozen=True, slots=True)
class LexicalText:
    """The text of one case by field: as it is read, or with `Analyser.analysed` as stems joined by blanks."""

    title: str
    labels: str
    body: str
    english: str
    constituents: str = ""
    words: str = ""
    written: str = ""


class Analyser:
    """Text -> index terms, the same at index and query time."""

    def __init__(self, analyses: Analyses) -> None:
        self.german, self.english = Morphology("de", analyses), Morphology("en", analyses)

    def analysed(self, text: LexicalText) -> LexicalText:
        """The terms of each field, joined by blanks."""
        german, written = self.german, set(written_words(" ".join((text.title, text.labels, text.body, text.english))))
        return LexicalText(
            title=" ".join(self.stems(text.title, german)),
            labels=" ".join(self.stems(text.labels, german)),
            body=" ".join(self.stems(text.body, german)),
            english=" ".join(self.stems(text.english, self.english)),
            constituents=" ".join(self.constituents(f"{text.title} {text.labels} {text.body}")),
            words=" ".join(sorted({word.lower() for word in written})),
            written=" ".join(sorted(set(written_words(f"{text.labels} {text.body}")))),
        )

    def stems(self, text: str, morphology: Morphology) -> list[str]:
        return [token.stem for token in morphology.tokens(text) if token.surface.lower() not in FUNCTION_WORDS]

    def constituents(self, text: str, *, is_query: bool = False) -> list[str]:
        """Stems of the compounds' constituents, and of simple words too, so that Bus finds Bürgerbus and Bürgerbus finds Bus."""
        found, parts = [], self.german.parts_of_query() if is_query else self.german.parts
        for token in self.german.tokens(text):
            if token.surface.lower() in FUNCTION_WORDS:
                continue
            spans = parts(token.surface)
            found += [self.german.stem(token.surface[start:end]) for start, end in spans] or [token.stem]
        return found

    def spans(self, text: str, language: Language = "de") -> dict[str, list[tuple[int, int]]]:
        """Where each stem stands in a text, in German also as a run of a compound's constituents."""
        morphology = self.german if language == "de" else self.english
        found: dict[str, list[tuple[int, int]]] = {}
        for token in morphology.tokens(text):
            if token.surface.lower() in FUNCTION_WORDS:
                continue
            found.setdefault(token.stem, []).append((token.start, token.end))
            inner = morphology.parts(token.surface)
            for first in range(len(inner)):
                for last in range(first, len(inner)):
                    start, end = inner[first][0], inner[last][1]
                    stem = morphology.stem(token.surface[start:end])
                    if stem != token.stem:
                        found.setdefault(stem, []).append((token.start + start, token.start + end))
        return found


class TextSpans:
    """Where stems stand in the passages of a document, written so that those of a few stems are found without reading the rest."""

    def __init__(self, packed: str) -> None:
        self._packed = packed

    @classmethod
    def of(cls, passages: Iterable[WordSpans]) -> TextSpans:
        """From the spans of each passage, by offset within it."""
        found: dict[str, list[str]] = {}
        for number, spans in enumerate(passages):
            for stem, places in spans.items():
                found.setdefault(stem, []).extend(f"{number},{start},{end}" for start, end in places)
        return cls("".join(f"\n{stem}\t{' '.join(places)}" for stem, places in sorted(found.items())) + "\n")

    def __str__(self) -> str:
        return self._packed

    def by_passage(self, stems: Iterable[str]) -> dict[int, dict[str, list[tuple[int, int]]]]:
        """Number of a passage -> where the stems stand in it, for those that have any."""
        found: dict[int, dict[str, list[tuple[int, int]]]] = {}
        for stem in stems:
            at = self._packed.find(f"\n{stem}\t")
            for place in self._packed[at + len(stem) + 2 : self._packed.index("\n", at + 1)].split() if at >= 0 else ():
                number, start, end = map(int, place.split(","))
                found.setdefault(number, {}).setdefault(stem, []).append((start, end))
        return found


def highlights(spans: WordSpans, stems: Iterable[str]) -> list[tuple[int, int]]:
    """Where words with one of the stems stand, the longest of those that overlap; in order."""
    found = sorted({tuple(span) for stem in stems for span in spans.get(stem, ())}, key=lambda span: (span[0] - span[1], span[0]))
    kept: list[tuple[int, int]] = []
    for start, end in found:
        if all(end <= first or last <= start for first, last in kept):
            kept.append((start, end))
    return sorted(kept)


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field(_ROW, fast=True)
    for name in _BOOSTS:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    for name in (_WORDS, _WRITTEN):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="basic")
    return builder.build()


def build_lexical_index(folder: Path, analysed: Iterable[LexicalText]) -> None:
    """Write the index of the terms of each case, in the order of rows.

    It is written whole each time: Tantivy goes on counting what was deleted, so that scores would depend on how the index came about.

    Raises:
        OSError: It cannot be written.
    """
    with lexical_index_in_writing(folder, analysed):
        pass


@contextmanager
def lexical_index_in_writing(folder: Path, analysed: Iterable[LexicalText]) -> Iterator[None]:
    """The same, for whoever has something else to do while Tantivy writes in a thread of its own: it is done when the context ends.

    Raises:
        OSError: It cannot be written.
    """
    folder.mkdir(parents=True)
    try:
        index = tantivy.Index(_schema(), path=str(folder))
        writer = index.writer(heap_size=64_000_000, num_threads=1)
        for row, text in enumerate(analysed):
            writer.add_document(tantivy.Document(**{_ROW: row}, **{name: getattr(text, name) for name in (*_BOOSTS, _WORDS, _WRITTEN)}))
    except ValueError as error:
        raise _unwritable(error) from error
    yield
    try:
        writer.commit()
        writer.wait_merging_threads()
    except ValueError as error:
        raise _unwritable(error) from error


def _unwritable(error: ValueError) -> OSError:
    """What Tantivy makes of a full disk, as what it is."""
    return OSError(f"the lexical index cannot be written: {error}")


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
            raise SnapshotError("the lexical index cannot be opened ({reason}); run `koopkg ingest`", reason=Foreign(error)) from error
        self._analyser = Analyser(analyses)

    def search(self, text: str, language: Language, *, limit: int) -> tuple[Rows, npt.NDArray[np.float32]]:
        """Rows of the cases that have most of what a text says, and how much in [0, 1]; ties by row.

        Args:
            language: Of the text; decides which fields can be expected to have its words.
            limit: Cases at most.
        """
        terms = self._terms(text)
        frequencies = {(field, term): self._searcher.doc_freq(field, term) for field, words in terms.items() for term in dict.fromkeys(words)}
        clauses = [
            (tantivy.Occur.Should, tantivy.Query.boost_query(tantivy.Query.term_query(self._index.schema, field, term), _BOOSTS[field]))
            for (field, term), frequency in frequencies.items()
            if frequency
        ]
        if not clauses:
            return np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.float32)
        hits = self._searcher.search(tantivy.Query.boolean_query(clauses), limit=limit, count=False).hits
        rows = np.array(self._searcher.fast_field_values(_ROW, [address for _, address in hits]), dtype=np.int32)
        scores = np.array([score for score, _ in hits], dtype=np.float32)
        return rows, np.minimum(scores / self._attainable(frequencies, language), 1.0) ** np.float32(_EXPONENT)

    def with_all(self, text: str, *, most: int) -> Rows | None:
        """Rows of the cases that have every word of a text, function words apart; None where it has no word, or more than `most`."""
        german, english = self._analyser.stems(text, self._analyser.german), self._analyser.stems(text, self._analyser.english)
        if not 0 < len(german) <= most:
            return None
        schema, clauses = self._index.schema, []
        for of_german, of_english in zip(german, english, strict=True):
            fields = [("title", of_german), ("labels", of_german), ("body", of_german), ("english", of_english)]
            alternatives = [(tantivy.Occur.Should, tantivy.Query.term_query(schema, field, stem)) for field, stem in fields]
            clauses.append((tantivy.Occur.Must, tantivy.Query.boolean_query(alternatives)))
        hits = self._searcher.search(tantivy.Query.boolean_query(clauses), limit=max(self._searcher.num_docs, 1), count=False).hits
        return np.array(self._searcher.fast_field_values(_ROW, [address for _, address in hits]), dtype=np.int32)

    def telling_stems(self, text: str, language: Language = "de") -> frozenset[str]:
        """Stems of a query in a language that tell cases apart: no numbers, and none of those that more than a third of the cases have."""
        most = self._searcher.num_docs * _COMMON_SHARE
        fields, morphology = (("title", "body"), self._analyser.german) if language == "de" else (("english",), self._analyser.english)
        stems = [token.stem for token in morphology.tokens(text) if not (_is_number(token.surface) or token.surface.lower() in FUNCTION_WORDS)]
        return frozenset(stem for stem in stems if max(self._searcher.doc_freq(field, stem) for field in fields) <= most)

    def cases_with_word(self, word: str) -> int:
        """How many cases have a word, given in lower case."""
        return int(self._searcher.doc_freq(_WORDS, word))

    def cases_with_written(self, word: str) -> int:
        """How many cases have a word with these capitals."""
        return int(self._searcher.doc_freq(_WRITTEN, word))

    def has_stem_of(self, word: str) -> bool:
        """Whether any case has a form of a word, German or English."""
        german, english = self._analyser.german.stem(word), self._analyser.english.stem(word)
        return any(self._searcher.doc_freq(field, stem) for field, stem in (("title", german), ("body", german), ("labels", german), ("english", english)))

    def _attainable(self, frequencies: Mapping[tuple[str, str], int], language: Language) -> float:
        """What a case scores that has the most telling words of a query, each as often as is usual."""
        fields = ("english",) if language == "en" else ("title", "body")
        telling = sorted((_BOOSTS[field] * self._idf(count) for (field, _), count in frequencies.items() if field in fields), reverse=True)
        return max(sum(telling[:_MOST_TELLING]) * (_K1 + 1) / 2, 1e-9)

    def _terms(self, text: str) -> dict[str, list[str]]:
        german = self._analyser.stems(text, self._analyser.german)
        return {
            "title": german,
            "labels": german,
            "body": german,
            "constituents": self._analyser.constituents(text, is_query=True),
            "english": self._analyser.stems(text, self._analyser.english),
        }

    def _idf(self, frequency: int) -> float:
        """Source: Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009, as Tantivy computes it."""
        total = self._searcher.num_docs
        return log(1 + (total - frequency + 0.5) / (frequency + 0.5))


def _is_number(word: str) -> bool:
    """Whether a word says how many, which of two cases says nothing of what they do."""
    return word.lower() in NUMBER_WORDS or word.isdecimal()
