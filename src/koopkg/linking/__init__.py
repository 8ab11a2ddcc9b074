"""Text -> the concepts and places it names, each with its mentions (offsets and quote) and a confidence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property

from koopkg.analyses import Analyses
from koopkg.language import FUNCTION_WORDS, detect_language
from koopkg.linking.concepts import CONFIDENCE, ConceptLinker
from koopkg.linking.focus import in_focus
from koopkg.linking.gazetteer import Gazetteer
from koopkg.linking.lexicon import Labels, labels_of, open_labels, save_labels
from koopkg.linking.place_names import words
from koopkg.linking.places import link_places, place_words
from koopkg.model import Document, Language, Link, Linked, Passage, Place, PlaceLink
from koopkg.ontology import Ontology
from koopkg.register import Register

__all__ = ["Linker", "open_labels", "save_labels"]

_OTHER: dict[Language, Language] = {"de": "en", "en": "de"}
_TELLING = 6
"""Letters from which a word of another language than its text is no accident."""


class Linker:
    """Links texts to one ontology and one register of places; what a text names depends on nothing else."""

    def __init__(self, ontology: Ontology, register: Register, analyses: Analyses, labels: Mapping[Language, Labels] | None = None) -> None:
        """Make ready to link.

        Args:
            labels: Those of the ontology, where they are known already.
        """
        self._labels = labels or labels_of(ontology)
        self._concepts = ConceptLinker(ontology, self._labels, analyses)
        self._gazetteer = Gazetteer(register, ontology)

    def link(self, passages: Iterable[Passage], language: Language, *, state: str | None = None, own_places: Iterable[Place] = ()) -> Linked:
        """Link the passages of one document.

        Args:
            state: Land of the document, which decides between places of one name.
            own_places: What the record of the document names; found even where the register does not have it, and preferred to namesakes.
        """
        passages = tuple(passages)
        places = link_places(self._gazetteer, passages, state=state, own_places=own_places)
        return Linked(language, tuple(self._link_concepts(passages, language, places)), tuple(places))

    def weak_links(self, passages: Iterable[Passage], linked: Linked) -> tuple[Link, ...]:
        """What only weak labels of a document name: too ambiguous to say that it mentions something, and worth a look for whoever weighs the whole of it.

        Args:
            linked: What its other labels and its places are.
        """
        known = {link.iri for link in linked.concepts}
        found = self._link_concepts(tuple(passages), linked.language, linked.places, with_weak=True)
        return tuple(link for link in found if link.iri not in known)

    def link_document(self, document: Document) -> Linked:
        """Link a document, with what its own records say of Land and places."""
        state = next((case.state for case in document.cases), None)
        places = [place for case in document.cases for place in case.places]
        return self.link(document.passages, document.language, state=state, own_places=places)

    @cached_property
    def label_words(self) -> Mapping[str, str]:
        """Every word of a label, German or English, in lower case -> as it is written."""
        found = (entry for labels in self._labels.values() for entries in (labels.entries, labels.abbreviations) for some in entries.values() for entry in some)
        return {word.lower(): word for entry in found for word in entry.words}

    def as_place(self, word: str) -> str | None:
        """A word with which a name of a place can begin, in lower case, with the capitals of the name (nrw -> NRW); None where none does."""
        forms = [form for found in words(word[:1].upper() + word[1:]) for form in self._gazetteer.forms(found, {})]
        exact = (form.as_written for form in forms if form.as_written and form.as_written.lower() == word)
        return next(exact, word[:1].upper() + word[1:]) if forms else None

    def link_query(self, text: str) -> Linked:
        """Link a search text: weak labels of tasks count where their scheme has no plain one beside them, capitals only where there are some.

        Names of the other language count for words that its own does not name (a Zweckverband for drinking water).
        """
        passage = (Passage("", 0, len(text), text),)
        places = link_places(self._gazetteer, passage)
        links: dict[Language, list[Link]] = {name: self._link_concepts(passage, name, places, is_query=True) for name in _OTHER}
        language = self._language(text, links)
        own = links[language]
        known = {link.iri for link in own}
        beside = [link for link in _beside(own, links[_OTHER[language]]) if link.iri not in known]
        return Linked(language, tuple(sorted(in_focus([*own, *beside], text), key=lambda link: (link.scheme, link.slug))), tuple(places))

    def _language(self, text: str, links: Mapping[Language, list[Link]]) -> Language:
        """The language of a query; where no function word says it, the one whose names of concepts say more."""
        language, found = detect_language(text), words(text)
        if any(word.surface.lower() in FUNCTION_WORDS for word in found):
            return language
        named = _named(links["de"])
        if all(named.issuperset(range(word.start, word.end)) for word in found):
            return "de"
        return language if links[language] or not links[_OTHER[language]] else _OTHER[language]

    def _link_concepts(
        self, passages: tuple[Passage, ...], language: Language, places: Iterable[PlaceLink], *, is_query: bool = False, with_weak: bool = False
    ) -> list[Link]:
        names = [mention for place in places for mention in place.evidence]
        names_or_words = place_words(self._gazetteer, passages)
        return self._concepts.link(passages, language, place_names=names, place_words=names_or_words, is_query=is_query, with_weak=with_weak)


def _named(links: Iterable[Link]) -> set[int]:
    """The positions of characters that belong to a name of a concept."""
    return {position for link in links for mention in link.evidence for position in range(mention.start, mention.end)}


def _beside(own: Iterable[Link], other: Iterable[Link]) -> Iterator[Link]:
    """Links of another language that rest on plain names in long words of their own; short ones look alike in both (bad, Rat), and weak ones (Patient)."""
    taken = _named(own)
    for link in other:
        evidence = tuple(mention for mention in link.evidence if len(mention.quote) >= _TELLING and taken.isdisjoint(range(mention.start, mention.end)))
        if evidence and link.confidence >= CONFIDENCE["inner"]:
            yield replace(link, evidence=evidence)
