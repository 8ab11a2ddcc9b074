"""Text -> the concepts and places it names, each with its mentions (offsets and quote) and a confidence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from koopkg.language import detect_language
from koopkg.linking.concepts import ConceptLinker
from koopkg.linking.places import Gazetteer, link_places
from koopkg.model import Case, Language, Link, Passage, PlaceLink
from koopkg.morphology import Analyses
from koopkg.ontology import Ontology

__all__ = ["Linked", "Linker"]


@dataclass(frozen=True, slots=True)
class Linked:
    """What a text names: concepts sorted by scheme and slug, places by first mention."""

    language: Language
    concepts: tuple[Link, ...]
    places: tuple[PlaceLink, ...]


class Linker:
    """Links texts to one ontology and to the places that a set of cases names."""

    def __init__(self, ontology: Ontology, cases: Iterable[Case], analyses: Analyses) -> None:
        self._concepts = ConceptLinker(ontology, analyses)
        self._gazetteer = Gazetteer(cases, ontology, analyses)

    def link(self, passages: Iterable[Passage], language: Language, *, state: str | None = None) -> Linked:
        """Link the passages of one document.

        Args:
            state: Land of the document, which decides between places of one name.
        """
        passages = tuple(passages)
        places = link_places(self._gazetteer, passages, state=state)
        names = [mention for place in places for mention in place.evidence]
        return Linked(language, tuple(self._concepts.link(passages, language, place_names=names)), tuple(places))

    def link_query(self, text: str) -> Linked:
        """Link a search text: capitals do not count, weak labels count; the other language is tried where its own names nothing."""
        passage = (Passage("query", "", 0, len(text), text),)
        places = link_places(self._gazetteer, passage, is_query=True)
        names = [mention for place in places for mention in place.evidence]
        language = detect_language(text)
        other: Language = "en" if language == "de" else "de"
        concepts = self._concepts.link(passage, language, place_names=names, is_query=True)
        if not concepts:
            concepts = self._concepts.link(passage, other, place_names=names, is_query=True)
        return Linked(language, tuple(concepts), tuple(places))
