"""Drafts of a catalog and what else is in it -> near-duplicates, cases that they may be further documents of, and the rows by which they are searched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set

from koopkg.analyses import Analyses
from koopkg.drafting import as_case, questions_of
from koopkg.kinship import ALIKE, OFFERED, SKETCH_SIZE, Named, likeness, likeness_to_case, sketch, stems_of
from koopkg.model import LANGUAGES, Case, Document, Draft, Kinship, Language
from koopkg.morphology import Morphology
from koopkg.ontology import Ontology
from koopkg.register import Register
from koopkg.reviews import Reviews
from koopkg.snapshot import CatalogWriter

__all__ = ["Relating"]

_LAND_DIGITS = 2


class Relating:
    """What of a document depends on others, done anew for what changed alone."""

    def __init__(self, catalog: CatalogWriter, ontology: Ontology, register: Register, analyses: Analyses, reviews: Reviews) -> None:
        self._catalog, self._ontology, self._register, self._reviews = catalog, ontology, register, reviews
        self._morphologies: dict[Language, Morphology] = {language: Morphology(language, analyses) for language in LANGUAGES}

    def run(self, changed: Iterable[str], touched: Iterable[str]) -> None:
        """Relate documents that changed to all others.

        Args:
            touched: Official keys of the places of documents that changed, came or went.
        """
        changed = set(changed)
        for name in sorted(changed):
            self._compare(self._catalog.document(name))
        drafts = changed.intersection(self._catalog.drafts()) | set(self._catalog.drafts_naming(touched))
        for name in sorted(drafts):
            draft = self._catalog.draft(name)
            self._catalog.put_offers(name, self._offers(self._catalog.document(name), draft) if draft else ())
        self._shelve(drafts)

    def _compare(self, document: Document) -> None:
        """Note which documents hold nearly the same text as one."""
        own = sketch(document.text)
        self._catalog.put_sketch(document.id, own)
        for name in self._catalog.sharing(document.id, at_least=int(ALIKE * SKETCH_SIZE / 2)):
            share = likeness(own, self._catalog.sketch(name))
            if share >= ALIKE:
                self._catalog.put_alike(document.id, name, round(share, 3))

    def _offers(self, document: Document, draft: Draft) -> Iterator[Kinship]:
        """The cases that a draft may be a further document of; none that a person has refused."""
        refused = {value for (field, value), review in self._reviews.of(document.id).items() if field == "describes" and review.verdict != "accept"}
        morphology = self._morphologies[document.language]
        named = Named(
            {key for key in self._catalog.place_keys_of(document.id) if len(key) > _LAND_DIGITS},
            {str(proposal.value) for proposal in draft.of("sectors")},
            {str(proposal.value) for proposal in draft.of("activities")},
            stems_of(document.text, morphology),
        )
        for case in self._near(document, refused):
            probability = likeness_to_case(named, case, morphology)
            if probability >= OFFERED:
                yield Kinship(case.id, round(probability, 3))

    def _near(self, document: Document, refused: set[str]) -> list[Case]:
        return [case for case in self._catalog.cases_near(document.id) if case.id not in refused]

    def _shelve(self, changed: Set[str]) -> None:
        """Give each draft that shall be searched its row and its questions, and take them from all others."""
        wanted, there = self._catalog.drafts_to_search(), self._catalog.searched_drafts()
        for name in sorted(there - wanted):
            self._catalog.remove_draft_row(name)
            self._catalog.put_questions(name, ())
        for name in sorted(wanted - there | changed & wanted):
            draft = self._catalog.draft(name)
            if draft is not None:
                self._catalog.put_questions(name, questions_of(draft, self._catalog.offers(name)))
                if draft.is_about_case and name not in there:
                    self._catalog.put_draft_row(as_case(draft, self._register, self._ontology))
