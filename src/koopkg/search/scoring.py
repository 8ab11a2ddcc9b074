"""The three signals of a ranking - words, meaning, concepts - each as one number in [0, 1] a case, and their fusion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log

import numpy as np
import numpy.typing as npt

from koopkg.index import VectorIndex
from koopkg.linking import Linked
from koopkg.namespaces import concept_iri, place_iri
from koopkg.ontology import Ontology
from koopkg.snapshot import CatalogEntry

__all__ = ["PARTS", "WEIGHTS", "ConceptScorer", "ConceptWeights", "DenseScorer", "Scores", "fuse"]

Scores = npt.NDArray[np.float64]

PARTS = ("lexical", "dense", "concepts")
WEIGHTS = {"lexical": 0.4, "dense": 0.3, "concepts": 0.3}
"""Tuned on the dev topics of corpus/eval: `koopkg eval search --split dev`."""

_SCHEME_WEIGHT = {
    "sector": 1.0,
    "legal-form": 0.4,
    "success-factor": 0.4,
    "place": 0.6,
    "cooperation-type": 0.3,
    "area-type": 0.2,
    "actor-type": 0.1,
    "phase": 0.2,
    "status": 0.3,
    "initiative": 0.2,
    "orientation": 0.2,
    "approach": 0.2,
    "service": 0.4,
    "frame": 0.0,
}
"""How much a shared concept says: the task most, the kind of actors least, the name of the field itself nothing. Tuned on the dev topics."""
_OTHER_WEIGHT = 0.1
"""Of concepts in schemes that are not named above: no case is described with them, they only occur in texts."""
_BROADER, _RELATED, _EXTRACTED = 0.7, 0.2, 0.5
"""What is left of a match over one step up, over skos:related, and of one that rests on a mention alone."""


@dataclass(frozen=True, slots=True)
class ConceptWeights:
    """What is asked for: IRI of a concept or place -> weight above zero."""

    weights: Mapping[str, float]


class ConceptScorer:
    """Concept overlap over the SKOS hierarchy, rare concepts counting more."""

    def __init__(self, entries: Sequence[CatalogEntry], ontology: Ontology) -> None:
        self._ontology = ontology
        self._concepts = [_described_by(entry, ontology) for entry in entries]
        self._counts: dict[str, int] = {}
        for described in self._concepts:
            for iri in described:
                self._counts[iri] = self._counts.get(iri, 0) + 1

    def weights(self, linked: Linked) -> ConceptWeights:
        """What a text asks for: its concepts and places, each by confidence, kind and rarity; places that no case has tell cases apart no more."""
        asked = {
            link.iri: link.confidence * weight * self._idf(link.iri) for link in linked.concepts if (weight := _SCHEME_WEIGHT.get(link.scheme, _OTHER_WEIGHT))
        }
        for place in linked.places:
            if place.iri in self._counts:
                asked[place.iri] = place.confidence * _SCHEME_WEIGHT["place"] * self._idf(place.iri)
        return ConceptWeights(asked)

    def weights_of_case(self, row: int) -> ConceptWeights:
        """What makes a case what it is: its curated concepts by kind and rarity; where it lies does not count."""
        asked = {}
        for iri, strength in self._concepts[row].items():
            concept = self._ontology.concepts.get(iri)
            if concept is not None and strength == 1.0:
                asked[iri] = _SCHEME_WEIGHT.get(concept.scheme, _OTHER_WEIGHT) * self._idf(iri)
        return ConceptWeights(asked)

    def scores(self, asked: ConceptWeights) -> Scores:
        """Share of what is asked for that a case offers: float64 array (n_cases,); zeros if nothing is asked for."""
        total = sum(asked.weights.values())
        if not total:
            return np.zeros(len(self._concepts))
        return np.array([sum(weight * self.match(row, iri) for iri, weight in asked.weights.items()) / total for row in range(len(self._concepts))])

    def match(self, row: int, iri: str) -> float:
        """How well a case offers one concept or place, in [0, 1]; a narrower concept counts in full."""
        described = self._concepts[row]
        best = described.get(iri, 0.0)
        concept = self._ontology.concepts.get(iri)
        if concept is None:
            return best
        narrower = max((described.get(below, 0.0) for below in self._ontology.with_narrower(iri)), default=0.0)
        broader = _BROADER * max((described.get(above, 0.0) for above in concept.broader), default=0.0)
        related = _RELATED * max((described.get(other, 0.0) for other in self._ontology.related[iri]), default=0.0)
        return max(best, narrower, broader, related)

    def _idf(self, iri: str) -> float:
        """Rarity among the cases, 1 for a concept that half of them share."""
        return log(1 + len(self._concepts) / (1 + self._counts.get(iri, 0)))


def _described_by(entry: CatalogEntry, ontology: Ontology) -> dict[str, float]:
    """Concept or place -> 1 if curated, less if only mentioned."""
    case = entry.document.case
    described = {link.iri: _EXTRACTED * link.confidence for link in entry.linked.concepts}
    described |= {place_iri(place.ags): 1.0 for place in case.places if place.ags}
    described |= {concept_iri(scheme, slug): 1.0 for scheme, slug in case.concepts()}
    land = ontology.territory_by_name(case.state) if case.state else None
    if land:
        described[land.iri] = 1.0
    described[place_iri(case.country)] = 1.0
    return described


class DenseScorer:
    """Similarity of meaning: the best passage, the passages on the whole, and the titles."""

    _BEST, _MEAN, _TITLE = 0.35, 0.3, 0.35
    """Shares of best passage, mean passage and better title; tuned on the dev topics."""
    _LOW, _SPREAD = 0.0, 5.0
    """Standard deviations above the mean of all cases at which the score begins and how many more make it 1: E5 puts every
    pair of texts between 0.7 and 0.9, so that only the distance from the rest says something."""

    def __init__(self, vectors: VectorIndex, rows_of_case: Mapping[str, int]) -> None:
        self._vectors = vectors
        self._count = len(rows_of_case)
        self._case = np.array([rows_of_case[row.document_id] for row in vectors.rows])
        self._is_passage = np.array([row.kind == "passage" for row in vectors.rows])

    def scores(self, vector: npt.NDArray[np.float32]) -> tuple[Scores, npt.NDArray[np.int64]]:
        """Score every case against a unit vector.

        Returns:
            float64 array (n_cases,) in [0, 1], and the index row of each case's best passage, -1 where it has none.
        """
        similarities = self._vectors.similarities(vector).astype(np.float64)
        passages = self._best(similarities, self._is_passage)
        titles = self._best(similarities, ~self._is_passage)
        means = self._mean(similarities)
        raw = self._BEST * passages + self._MEAN * means + self._TITLE * titles
        spread = float(raw.std()) or 1.0
        scaled = ((raw - raw.mean()) / spread - self._LOW) / self._SPREAD if self._count > 1 else np.ones(1)
        return np.clip(scaled, 0.0, 1.0), self._best_rows(similarities)

    def passage_number(self, row: int) -> int | None:
        """The number within its document of the passage behind an index row."""
        return self._vectors.rows[row].passage

    def vector_of_case(self, row: int) -> npt.NDArray[np.float32]:
        """The mean direction of a case's passages and titles: float32 unit vector (dim,)."""
        mean = np.mean([self._vectors.vector(int(index)) for index in np.flatnonzero(self._case == row)], axis=0)
        return np.asarray(mean / np.linalg.norm(mean), dtype=np.float32)

    def _best(self, similarities: Scores, mask: npt.NDArray[np.bool_]) -> Scores:
        best = np.full(self._count, similarities.min())
        np.maximum.at(best, self._case[mask], similarities[mask])
        return best

    def _mean(self, similarities: Scores) -> Scores:
        mask = self._is_passage
        sums = np.bincount(self._case[mask], weights=similarities[mask], minlength=self._count)
        counts = np.bincount(self._case[mask], minlength=self._count)
        return np.asarray(np.where(counts, sums / np.maximum(counts, 1), similarities.min()))

    def _best_rows(self, similarities: Scores) -> npt.NDArray[np.int64]:
        best = np.full(self._count, -1, dtype=np.int64)
        order = np.argsort(similarities, kind="stable")
        kept = order[self._is_passage[order]]
        best[self._case[kept]] = kept  # ascending, so the best passage is written last
        return best


def fuse(parts: Mapping[str, Scores], weights: Mapping[str, float]) -> Scores:
    """The weighted mean of the parts in use.

    Args:
        parts: float64 arrays (n_cases,) in [0, 1], by name; at least one.
        weights: Weight by name, above zero for every part.

    Returns:
        float64 array (n_cases,) in [0, 1].
    """
    total = sum(weights[name] for name in parts)
    fused = np.zeros(len(next(iter(parts.values()))))
    for name, scores in parts.items():
        fused += weights[name] / total * scores
    return fused
