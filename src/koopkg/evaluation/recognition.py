"""Queries with the sector they are about -> how often the search understands it, and how often another.

The queries were written by readers who saw the definitions of the sectors and none of their labels.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from koopkg.evaluation.topics import EvaluationError
from koopkg.model import Linked
from koopkg.namespaces import VOCAB
from koopkg.ontology import Ontology

__all__ = ["ReaderQuery", "Recognition", "family_of", "reader_queries", "recognised", "touched_by"]

_SECTOR = "sector"


@dataclass(frozen=True, slots=True)
class ReaderQuery:
    """What a reader would type for a sector; `also` are further sectors that it touches. `split` is dev for the one reader and test for the other."""

    id: str
    split: str
    language: str
    sector: str
    also: frozenset[str]
    text: str


@dataclass(frozen=True, slots=True)
class Recognition:
    """How well queries were understood.

    Attributes:
        recall: Share of the queries whose sector was named: itself, a broader or narrower one, or an activity or service of these.
        links: Sectors, activities and services that were named.
        false_links: Share of them of which that holds neither for the query's sector nor for what else it touches.
        missed: Queries whose sector was not named.
        wrong: A query and what was named for it falsely, as `scheme/slug`.
    """

    queries: int
    recall: float
    links: int
    false_links: float
    missed: tuple[ReaderQuery, ...]
    wrong: tuple[tuple[ReaderQuery, str], ...]


def reader_queries(path: Path) -> list[ReaderQuery]:
    """The queries of a TSV file with the columns id, split, language, sector, also (separated by commas) and text.

    Raises:
        EvaluationError: A column is missing.
    """
    with path.open(encoding="utf-8", newline="") as handle:
        try:
            return [
                ReaderQuery(row["id"], row["split"], row["language"], row["sector"], frozenset(filter(None, row["also"].split(","))), row["text"])
                for row in csv.DictReader(handle, delimiter="\t")
            ]
        except KeyError as error:
            raise EvaluationError("{path}: column {column} is missing", path=path, column=str(error)) from None


def recognised(queries: Iterable[ReaderQuery], link: Callable[[str], Linked], ontology: Ontology) -> Recognition:
    """Link each query and compare what it names with what it is about.

    Args:
        link: A search text -> what it names.

    Raises:
        EvaluationError: There is no query, or one about a sector that is none.
    """
    asked = list(queries)
    if not asked:
        raise EvaluationError("no queries to evaluate; expected at least one in this split")
    sectors = ontology.sectors
    missed, wrong, links = [], [], 0
    for query in asked:
        named = [concept.iri for concept in link(query.text).concepts if concept.iri in sectors]
        own, right = family_of(query.sector, ontology), touched_by(query, ontology)
        links += len(named)
        if not any(sectors[iri] & own for iri in named):
            missed.append(query)
        wrong += [(query, iri.removeprefix(VOCAB)) for iri in named if not sectors[iri] & right]
    return Recognition(len(asked), 1 - len(missed) / len(asked), links, len(wrong) / max(links, 1), tuple(missed), tuple(wrong))


def touched_by(query: ReaderQuery, ontology: Ontology) -> frozenset[str]:
    """IRIs of the sectors that may rightly be named for a query: its own and what else it touches, with all broader and all narrower ones."""
    return family_of(query.sector, ontology).union(*(family_of(slug, ontology) for slug in query.also))


def family_of(slug: str, ontology: Ontology) -> frozenset[str]:
    """A sector with all broader and all narrower ones."""
    iri = f"{VOCAB}{_SECTOR}/{slug}"
    if iri not in ontology.concepts:
        raise EvaluationError("sector {slug}: is unknown; expected the name of one in the scheme", slug=slug)
    return frozenset(ontology.with_broader(iri)) | frozenset(ontology.with_narrower(iri))
