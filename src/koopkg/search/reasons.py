"""A case and a question -> what they share, what tells most first, each with the fact it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from koopkg.model import CASE_FIELDS, CONCEPT_FIELDS, Case, Language, Passage, concepts_of, fields_of
from koopkg.namespaces import concept_iri, document_iri, place_iri
from koopkg.search.facets import field_label
from koopkg.search.question import Question, weight_of_place
from koopkg.search.results import Fact, Reason

__all__ = ["Found", "reasons_for", "shortened"]

_LEAST, _MOST = 2, 4
_MOST_OF_A_FIELD = 2
_QUOTE_CHARACTERS = 160
_LIKELY = 0.2
"""Probability from which a task counts as what a text probably asks for."""
_TITLE, _WORDS, _MEANING = 0.05, 0.2, 0.1
"""How much it tells that words or a passage fit, on the scale of weight times rarity on which concepts are told: they are in plain sight."""


def _properties() -> Iterator[tuple[str, str]]:
    """Concept scheme -> the property by which a case has its concepts, also those of nested records."""
    for field in CASE_FIELDS:
        for inner in fields_of(field.record) if field.record else (field,):
            if inner.scheme and inner in CONCEPT_FIELDS.values():
                yield inner.scheme, str(field.shortcut or inner.property)


_PROPERTIES = dict(_properties())


@dataclass(frozen=True, slots=True)
class Found:
    """What was found in the texts of a hit.

    Attributes:
        title_words: Words of the title that the question has too.
        words: Those of the snippet, with their offsets in the document.
        passage: The passage closest in meaning, None where it is the snippet or there is none.
    """

    document_id: str
    title_words: Sequence[str]
    words: Sequence[tuple[str, int, int]]
    passage: Passage | None
    snippet: Passage


def reasons_for(case: Case, question: Question, found: Found, *, language: Language) -> tuple[Reason, ...]:
    """The reasons for one hit, two to four, none that repeats the snippet; that the snippet is closest in meaning is said where little else is."""
    told = [*_shared(case, question, language), *_related(case, question, language), *_likely(case, question, language), *_places(case, question, language)]
    told += _texts(case, question, found)
    told.sort(key=lambda entry: -entry[0])  # stable: of equals the one first in the table of fields
    reasons: list[Reason] = []
    for _, reason in told:
        if sum(other.kind == reason.kind for other in reasons) < _MOST_OF_A_FIELD:
            reasons.append(reason)
    if len(reasons) < _LEAST and found.passage is None:
        reasons.append(_nearest_section(found))
    return tuple(reasons[:_MOST])


def _statement(name: str, value: str, quote: str | None = None) -> Fact:
    return Fact("statement", property=name, value=value, quote=quote)


def _shared(case: Case, question: Question, language: Language) -> Iterator[tuple[float, Reason]]:
    """Concepts of the record that are asked for, or are narrower than one that is."""
    ontology, told = question.opened.ontology, set[str]()
    for field, slug, record in concepts_of(case):
        iri = concept_iri(str(field.scheme), slug)
        if iri in question.covered and iri not in told:
            told.add(iri)
            values = {"field": field_label(field, ontology, language), "label": ontology.concepts[iri].label(language)}
            quote = getattr(record, field.evidence) if field.evidence else None
            yield question.covered[iri], Reason(f"shared-{field.scheme}", values, _statement(_PROPERTIES[str(field.scheme)], iri, quote))


def _related(case: Case, question: Question, language: Language) -> Iterator[tuple[float, Reason]]:
    """A task close to one that is asked for, where the case has none that is."""
    ontology, own = question.opened.ontology, {concept_iri("sector", slug) for slug in case.sectors}
    for iri, weight in question.asked.items():
        concept = ontology.concepts.get(iri)
        if concept and concept.scheme == "sector" and not own & ontology.with_narrower(iri):
            for other in sorted(ontology.related[iri] & own - question.asked.keys())[:1]:
                values = {"label": ontology.concepts[other].label(language), "asked": concept.label(language)}
                yield weight / 2, Reason("related-sector", values, _statement("koop:sector", other))


def _likely(case: Case, question: Question, language: Language) -> Iterator[tuple[float, Reason]]:
    """Activities that the text does not name and by its meaning probably asks for."""
    ontology = question.opened.ontology
    for slug in case.activities:
        iri, share = concept_iri("activity", slug), question.meaning.tasks.get(slug, 0.0)
        if share >= _LIKELY and iri not in question.covered:
            yield share, Reason("likely-activity", {"label": ontology.concepts[iri].label(language)}, _statement("koop:activity", iri))


def _places(case: Case, question: Question, language: Language) -> Iterator[tuple[float, Reason]]:
    ontology = question.opened.ontology
    members = {place_iri(place.ags): place.name for place in case.places if place.ags}
    land = ontology.territory_by_name(case.state) if case.state else None
    for place in question.linked.places if question.linked else ():
        if place.iri in members:
            yield 2 * weight_of_place(), Reason("place", {"label": members[place.iri]}, _statement("koop:member", place.iri))
        elif land and place.iri == land.iri:
            yield question.asked.get(land.iri, 0.0), Reason("place", {"label": land.name(language)}, _statement("koop:land", land.iri))


def _texts(case: Case, question: Question, found: Found) -> Iterator[tuple[float, Reason]]:
    if found.title_words:
        words = ", ".join({word.casefold(): word for word in found.title_words}.values())
        yield _TITLE, Reason("title", {"words": words}, _statement("dcterms:title", case.title_in(question.language)))
    beyond = [entry for entry in found.words if entry[0].casefold() not in {word.casefold() for word in found.title_words}]
    if beyond:
        words = ", ".join(list({word.casefold(): word for word, _, _ in beyond}.values())[:5])
        start, end = min(start for _, start, _ in beyond), max(end for _, _, end in beyond)
        yield _WORDS, Reason("words", {"words": words}, Fact("passage", document=document_iri(found.document_id), start=start, end=end))
    if found.passage is not None:
        fact = _passage_fact(found.document_id, found.passage)
        yield _MEANING, Reason("meaning", {"quote": shortened(found.passage.text)}, fact)


def _nearest_section(found: Found) -> Reason:
    """Where the snippet itself is what is closest in meaning: the section that it stands in."""
    return Reason("section", {"section": found.snippet.section}, _passage_fact(found.document_id, found.snippet))


def _passage_fact(document_id: str, passage: Passage) -> Fact:
    return Fact("passage", document=document_iri(document_id), start=passage.start, end=passage.end, quote=passage.text)


def shortened(text: str) -> str:
    """The text in one line, cut at a word when it is long."""
    line = " ".join(text.split())
    return line if len(line) <= _QUOTE_CHARACTERS else line[:_QUOTE_CHARACTERS].rsplit(" ", 1)[0] + " …"
