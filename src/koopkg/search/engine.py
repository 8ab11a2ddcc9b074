"""A published snapshot -> answers: search by text, comparable cases, lists with facets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt

from koopkg.config import Settings
from koopkg.errors import QueryError, UnknownCaseError
from koopkg.index import Encoder, LexicalIndex, Matrix, VectorIndex, load_encoder
from koopkg.linking import Linked, Linker
from koopkg.model import Language, Passage
from koopkg.namespaces import case_iri
from koopkg.ontology import Concept
from koopkg.search.filters import FacetIndex, Filters
from koopkg.search.reasons import reasons_for
from koopkg.search.results import Facet, Hit, SearchResult, Snippet
from koopkg.search.scoring import PARTS, WEIGHTS, ConceptScorer, DenseScorer, Scores, fuse
from koopkg.snapshot import CatalogEntry, SnapshotFiles, read_analyses, read_catalog, read_ontology
from koopkg.text import query_text

__all__ = ["MAX_LIMIT", "SearchEngine"]

MAX_LIMIT = 100
_REMEMBERED_QUERIES = 256
_RELEVANT = 0.25
"""Fused score from which a case counts as a hit: on the dev topics it keeps 98 of 100 relevant cases."""


@dataclass(frozen=True, slots=True)
class CasePage:
    """One page of a list of cases, how many there are in all, and the facets over them."""

    total: int
    entries: tuple[CatalogEntry, ...]
    facets: tuple[Facet, ...]


class SearchEngine:
    """The read side over one snapshot; safe to use from several threads."""

    def __init__(self, files: SnapshotFiles, settings: Settings) -> None:
        """Open a snapshot.

        Raises:
            SnapshotError: It is damaged or of another format.
        """
        self.manifest = files.manifest()
        self.ontology = read_ontology(files)
        self.entries = read_catalog(files)
        self._files = files
        self._settings = settings
        self._rows = {entry.document.id: row for row, entry in enumerate(self.entries)}
        self._analyses = read_analyses(files)
        self._facets = FacetIndex([entry.document.case for entry in self.entries], self.ontology)

    def warm_up(self) -> None:
        """Load everything that the first search would load.

        Raises:
            EncoderMismatchError: The snapshot was built with another encoder than the one in the settings.
        """
        self.search("Aufwärmen")

    def entry(self, case_id: str) -> CatalogEntry:
        """The record of one case.

        Raises:
            UnknownCaseError: There is no such case.
        """
        return self.entries[self._row(case_id)]

    def filter_values(self, facet: str) -> list[str]:
        """Every value that a filter takes, whether cases have it or not, ordered."""
        return sorted(self._facets.known(facet))

    def link(self, text: str) -> Linked:
        """The concepts and places that a search text names; offsets count the characters of the normalised text.

        Raises:
            QueryError: The text is not valid Unicode.
        """
        return self.linker.link_query(query_text(text, field="q"))

    def search(
        self,
        text: str,
        filters: Filters | None = None,
        *,
        limit: int = 10,
        offset: int = 0,
        parts: Sequence[str] = PARTS,
        language: str = "de",
    ) -> SearchResult:
        """Cases comparable to what a text says, best first; ties by id.

        Args:
            text: What is planned or asked for, German or English.
            limit: Hits on the page, 1 to 100.
            parts: Signals to use, a selection of `lexical`, `dense`, `concepts`.
            language: Of reasons and labels, `de` or `en`.

        Raises:
            QueryError: The text is empty or too long, a filter value is unknown, or the page is out of range.
        """
        text = self._checked(text, limit, offset)
        filters = self._filters(filters)
        linked = self.link(text)
        scored, best_rows = self._score(text, linked, parts)
        asked = [self.ontology.concepts[link.iri] for link in linked.concepts]
        stems = self._lexical.telling_stems(text)
        page = self._page(scored, filters, limit, offset, language)
        hits = tuple(self._hit(row, scored, best_rows, asked, linked, stems, language) for row in page.rows)
        return SearchResult(page.total, hits, page.facets, linked, {name: WEIGHTS[name] for name in scored})

    def similar(self, case_id: str, filters: Filters | None = None, *, limit: int = 10, offset: int = 0, language: str = "de") -> SearchResult:
        """Cases comparable to a case, best first, the case itself left out.

        Raises:
            UnknownCaseError: There is no such case.
            QueryError: A filter value is unknown, or the page is out of range.
        """
        row = self._row(case_id)
        case = self.entries[row].document.case
        self._checked(case.title, limit, offset)
        filters = self._filters(filters)
        text = f"{case.title} {case.service}"
        dense, best_rows = self._dense.scores(self._dense.vector_of_case(row))
        scored = {
            "lexical": self._lexical_scores(text, "de"),
            "dense": dense,
            "concepts": self._concepts.scores(self._concepts.weights_of_case(row)),
        }
        asked = [self.ontology.concept(scheme, slug) for scheme, slug in case.concepts() if scheme in ("sector", "legal-form", "success-factor")]
        page = self._page(scored, filters, limit, offset, language, leave_out=row)
        stems = self._lexical.telling_stems(text)
        hits = tuple(self._hit(found, scored, best_rows, asked, None, stems, language) for found in page.rows)
        return SearchResult(page.total, hits, page.facets, None, dict(WEIGHTS))

    def cases(self, filters: Filters | None = None, *, limit: int = 20, offset: int = 0, language: str = "de") -> CasePage:
        """All cases that pass the filters, by title.

        Raises:
            QueryError: A filter value is unknown, or the page is out of range.
        """
        self._checked("alle", limit, offset)
        filters = self._filters(filters)
        passing = self._facets.matching(filters)
        rows = sorted((row for row, passes in enumerate(passing) if passes), key=lambda row: (self.entries[row].document.title, row))
        facets = self._facets.facets(range(len(self.entries)), filters, language=language)
        return CasePage(len(rows), tuple(self.entries[row] for row in rows[offset : offset + limit]), facets)

    def rank(self, text: str, parts: Sequence[str]) -> list[tuple[str, float]]:
        """Every case with its score from the given parts, best first; ties by id. For evaluation."""
        text = query_text(text, field="q")
        scored, _ = self._score(text, self.link(text), parts)
        fused = fuse(scored, WEIGHTS)
        return [(self.entries[row].document.id, float(fused[row])) for row in _order(fused)]

    @cached_property
    def cases_by_concept(self) -> Mapping[str, tuple[CatalogEntry, ...]]:
        """IRI of a concept -> cases that are described with it, in their front matter, itself or a narrower one."""
        found: dict[str, tuple[CatalogEntry, ...]] = {}
        for iri in self.ontology.concepts:
            covered = self.ontology.with_narrower(iri)
            found[iri] = tuple(entry for entry, own in zip(self.entries, self._curated, strict=True) if own & covered)
        return found

    @cached_property
    def cases_by_mention(self) -> Mapping[str, tuple[CatalogEntry, ...]]:
        """IRI of a concept -> cases whose text names it, those that name it most often first."""
        naming: dict[str, list[tuple[int, int]]] = {}
        for row, entry in enumerate(self.entries):
            for link in entry.linked.concepts:
                naming.setdefault(link.iri, []).append((-len(link.evidence), row))
        return {iri: tuple(self.entries[row] for _, row in sorted(found)) for iri, found in naming.items()}

    @cached_property
    def linker(self) -> Linker:
        return Linker(self.ontology, [entry.document.case for entry in self.entries], self._analyses)

    @cached_property
    def _curated(self) -> list[set[str]]:
        return [{self.ontology.concept(scheme, slug).iri for scheme, slug in entry.document.case.concepts()} for entry in self.entries]

    @cached_property
    def _lexical(self) -> LexicalIndex:
        return LexicalIndex(self._files.lexical, self._analyses)

    @cached_property
    def _concepts(self) -> ConceptScorer:
        return ConceptScorer(self.entries, self.ontology)

    @cached_property
    def _encoder(self) -> Encoder:
        return load_encoder(self._settings.encoder)

    @cached_property
    def _query_vector(self) -> Callable[[str], Matrix]:
        """Text -> unit vector; remembered, because paging and filtering ask for the same text again."""
        return lru_cache(maxsize=_REMEMBERED_QUERIES)(lambda text: self._encoder.encode_query([text])[0])

    @cached_property
    def _dense(self) -> DenseScorer:
        return DenseScorer(VectorIndex(self._files.vectors, encoder_id=self._encoder.id), self._rows)

    def _row(self, case_id: str) -> int:
        try:
            return self._rows[case_id]
        except KeyError:
            raise UnknownCaseError("{case!r} is no case of this snapshot; `koopkg export --format csv` and `/api/v1/cases` list all", case=case_id) from None

    def _filters(self, filters: Filters | None) -> Filters:
        given = (filters or Filters()).by_facet()
        return self._facets.check(Filters(**{facet: tuple(query_text(value, field=facet) for value in values) for facet, values in given.items()}))

    def _checked(self, text: str, limit: int, offset: int) -> str:
        """The text as everything else works with it."""
        text, longest = query_text(text, field="q"), self._settings.max_query_characters
        if len(text) > longest:
            raise QueryError("{field}: has {count:,} characters; at most {most:,} are searched; shorten the text", field="q", count=len(text), most=longest)
        if not text.strip():
            raise QueryError("q: is empty; expected what you plan or look for, in a few words or sentences", field="q")
        if not 1 <= limit <= MAX_LIMIT:
            raise QueryError("{field}: {value} is out of range; expected {least} to {most}", field="limit", value=limit, least=1, most=MAX_LIMIT)
        if not 0 <= offset <= len(self.entries):
            raise QueryError("{field}: {value} is out of range; expected {least} to {most}", field="offset", value=offset, least=0, most=len(self.entries))
        return text

    def _score(self, text: str, linked: Linked, parts: Sequence[str]) -> tuple[dict[str, Scores], npt.NDArray[np.int64]]:
        """Every part in use for every case, and the index row of each case's passage closest in meaning."""
        scored: dict[str, Scores] = {}
        best_rows = np.full(len(self.entries), -1, dtype=np.int64)
        if "lexical" in parts:
            scored["lexical"] = self._lexical_scores(text, linked.language)
        if "dense" in parts:
            scored["dense"], best_rows = self._dense.scores(self._query_vector(text))
        asked = self._concepts.weights(linked)
        if "concepts" in parts and (asked.weights or not scored):
            scored["concepts"] = self._concepts.scores(asked)
        return scored, best_rows

    def _lexical_scores(self, text: str, language: Language) -> Scores:
        scores = np.zeros(len(self.entries))
        for case_id, score in self._lexical.search(text, language).items():
            scores[self._rows[case_id]] = score
        return scores

    def _page(self, scored: Mapping[str, Scores], filters: Filters, limit: int, offset: int, language: str, *, leave_out: int | None = None) -> _Page:
        fused = fuse(scored, WEIGHTS)
        relevant = [int(row) for row in _order(fused) if fused[row] >= _RELEVANT and row != leave_out]
        passing = self._facets.matching(filters)
        rows = [row for row in relevant if passing[row]]
        facets = self._facets.facets(relevant, filters, language=language)
        return _Page(len(rows), tuple(rows[offset : offset + limit]), facets)

    def _hit(
        self,
        row: int,
        scored: Mapping[str, Scores],
        best_rows: npt.NDArray[np.int64],
        asked: Sequence[Concept],
        linked: Linked | None,
        stems: frozenset[str],
        language: str,
    ) -> Hit:
        document = self.entries[row].document
        nearest = self._nearest_passage(row, best_rows)
        shown = self._passage_with_words(document.passages, stems) or nearest or document.passages[0]
        highlights = self._lexical.highlights(shown.text, stems)
        words = [(shown.text[start:end], shown.start + start, shown.start + end) for start, end in highlights]
        title_words = [document.title[start:end] for start, end in self._lexical.highlights(document.title, stems)]
        reasons = reasons_for(
            document.case, asked, linked, ontology=self.ontology, passage=nearest, title_words=title_words, text_words=words, language=language
        )
        return Hit(
            id=document.id,
            iri=case_iri(document.id),
            title=document.case.title_en if language == "en" else document.title,
            score=round(float(fuse(scored, WEIGHTS)[row]), 4),
            parts={name: round(float(scores[row]), 4) for name, scores in scored.items()},
            snippet=Snippet(shown.text, tuple(highlights), shown.section, shown.start),
            reasons=reasons,
        )

    def _nearest_passage(self, row: int, best_rows: npt.NDArray[np.int64]) -> Passage | None:
        index_row = int(best_rows[row])
        number = self._dense.passage_number(index_row) if index_row >= 0 else None
        return None if number is None else self.entries[row].document.passages[number]

    def _passage_with_words(self, passages: Sequence[Passage], stems: frozenset[str]) -> Passage | None:
        """The passage with the most different words of the query, the first of equals; None if none has any."""
        counts = [
            len({passage.text[start:end].lower() for start, end in self._lexical.highlights(passage.text, stems)}) if passage.section != "title" else 0
            for passage in passages
        ]
        best = max(range(len(passages)), key=lambda number: (counts[number], -number))
        return passages[best] if counts[best] else None


@dataclass(frozen=True, slots=True)
class _Page:
    """Rows of the hits on a page, how many there are in all, and the facets over them."""

    total: int
    rows: tuple[int, ...]
    facets: tuple[Facet, ...]


def _order(scores: Scores) -> list[int]:
    """Rows by falling score; rows are in the order of ids, so a stable sort breaks ties by id."""
    return [int(row) for row in np.argsort(-scores, kind="stable")]
