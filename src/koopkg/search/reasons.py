"""A hit -> plain sentences that say why it is comparable, each with the fact it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from koopkg.linking import Linked
from koopkg.model import Case, Passage
from koopkg.namespaces import concept_iri, document_iri, place_iri
from koopkg.ontology import Concept, Ontology
from koopkg.search.results import Fact, Reason

__all__ = ["reasons_for"]

_MOST = 4
_QUOTE_CHARACTERS = 160

_SHARED = {
    "sector": ("Gleiche Aufgabe: {}", "Same task: {}", "koop:sector"),
    "legal-form": ("Gleiche Rechtsform: {}", "Same legal form: {}", "koop:legalForm"),
    "success-factor": ("Erfolgsfaktor auch hier belegt: {}", "Success factor supported here too: {}", "koop:successFactor"),
    "cooperation-type": ("Gleicher Kooperationstyp: {}", "Same type of cooperation: {}", "koop:cooperationType"),
    "area-type": ("Gleicher Raumtyp: {}", "Same type of area: {}", "koop:areaType"),
    "actor-type": ("Gleiche Art von Beteiligten: {}", "Same kind of actor: {}", "koop:actorType"),
    "phase": ("Gleiche Phase: {}", "Same phase: {}", "koop:phase"),
    "status": ("Gleicher Stand: {}", "Same status: {}", "koop:status"),
    "initiative": ("Gleiche Initiative: {}", "Same initiative: {}", "koop:initiative"),
    "orientation": ("Gleiche Ausrichtung: {}", "Same orientation: {}", "koop:orientation"),
    "approach": ("Gleicher Ansatz: {}", "Same approach: {}", "koop:approach"),
}
_NEAR = ("Verwandte Aufgabe: {} (nah an {})", "Related task: {} (close to {})")
_IN_LAND = ("Liegt in {}", "Located in {}")
_IN_TITLE = ("Im Titel genannt: {}", "Named in the title: {}")
_IN_TEXT = ("Im Text genannt: {}", "Named in the text: {}")
_NEAREST = ("Inhaltlich nächste Stelle: „{}“", "Passage closest in meaning: “{}”")
_TASK = ("Behandelt die Aufgabe {}", "Deals with the task {}")
_SERVICE = ("Gemeinsame Leistung: {}", "Joint service: {}")
_ORDER = list(_SHARED)
_TELLING = ("sector", "legal-form", "success-factor")
"""Schemes that say most about a case; the others are named only where there is room."""
_MOST_SECTORS = 2


def reasons_for(
    case: Case,
    asked: Sequence[Concept],
    linked: Linked | None,
    *,
    ontology: Ontology,
    passage: Passage | None,
    title_words: Sequence[str],
    text_words: Sequence[tuple[str, int, int]],
    language: str = "de",
) -> tuple[Reason, ...]:
    """The reasons for one hit, strongest first, at least two and at most four.

    Args:
        asked: Concepts that the query names or the reference case has.
        passage: The passage closest in meaning.
        title_words: Words of the title that the query has too.
        text_words: Words of `passage` that the query has too, with their offsets in the document.
    """
    english = language == "en"
    shared = list(_concept_reasons(case, asked, ontology, language))
    sectors = [reason for reason in shared if reason.kind == "shared-sector"] or list(_related_sectors(case, asked, ontology, language))
    found = [
        *sectors[:_MOST_SECTORS],
        *_place_reasons(case, linked, ontology, language),
        *(reason for reason in shared if reason.kind in ("shared-legal-form", "shared-success-factor")),
        *_word_reasons(case, title_words, text_words, english=english),
        *_passage_reason(case, passage, english=english),
        *(reason for reason in shared if reason.kind.removeprefix("shared-") not in _TELLING),
    ]
    if len(found) < 2:
        found += [
            Reason("task", _TASK[english].format(ontology.concept("sector", slug).label(language)), _statement("koop:sector", concept_iri("sector", slug)))
            for slug in case.sectors
        ]
        found.append(Reason("service", _SERVICE[english].format(case.service), _statement("koop:service", case.service)))
    return tuple(found[:_MOST])


def _statement(name: str, value: str, quote: str | None = None) -> Fact:
    return Fact("statement", property=name, value=value, quote=quote)


def _concept_reasons(case: Case, asked: Sequence[Concept], ontology: Ontology, language: str) -> Iterator[Reason]:
    own = set(case.concepts())
    evidence = {factor.factor: factor.evidence for factor in case.success_factors}
    described = [concept for concept in asked if concept.scheme in _SHARED]  # a case has no property for the concepts of other schemes
    for concept in sorted(described, key=lambda concept: (_ORDER.index(concept.scheme), concept.slug)):
        templates = _SHARED[concept.scheme]
        covered = {ontology.concepts[iri].slug for iri in ontology.with_narrower(concept.iri)}
        for slug in sorted(slug for scheme, slug in own if scheme == concept.scheme and slug in covered):
            quote = evidence.get(slug) if concept.scheme == "success-factor" else case.legal_form_evidence if concept.scheme == "legal-form" else None
            label = ontology.concept(concept.scheme, slug).label(language)
            yield Reason(
                f"shared-{concept.scheme}", templates[language == "en"].format(label), _statement(templates[2], concept_iri(concept.scheme, slug), quote)
            )


def _related_sectors(case: Case, asked: Sequence[Concept], ontology: Ontology, language: str) -> Iterator[Reason]:
    own = {concept_iri("sector", slug) for slug in case.sectors}
    for concept in asked:
        if concept.scheme == "sector" and concept.iri not in own:
            for iri in sorted(ontology.related[concept.iri] & own)[:1]:
                text = _NEAR[language == "en"].format(ontology.concepts[iri].label(language), concept.label(language))
                yield Reason("related-sector", text, _statement("koop:sector", iri))


def _place_reasons(case: Case, linked: Linked | None, ontology: Ontology, language: str) -> Iterator[Reason]:
    members = {place_iri(place.ags): place.name for place in case.places if place.ags}
    land = ontology.territory_by_name(case.state) if case.state else None
    for place in linked.places if linked else ():
        if place.iri in members:
            yield Reason("place", _IN_LAND[language == "en"].format(members[place.iri]), _statement("koop:member", place.iri))
        elif land and place.iri == land.iri:
            yield Reason("place", _IN_LAND[language == "en"].format(land.name(language)), _statement("koop:land", land.iri))


def _word_reasons(case: Case, title_words: Sequence[str], text_words: Sequence[tuple[str, int, int]], *, english: bool) -> Iterator[Reason]:
    if title_words:
        words = ", ".join(dict.fromkeys(title_words))
        yield Reason("title", _IN_TITLE[english].format(words), _statement("dcterms:title", case.title))
    if text_words:
        words = ", ".join(list(dict.fromkeys(word for word, _, _ in text_words))[:5])
        _, start, _ = text_words[0]
        end = max(end for _, _, end in text_words)
        yield Reason("words", _IN_TEXT[english].format(words), Fact("passage", document=document_iri(case.id), start=start, end=end))


def _passage_reason(case: Case, passage: Passage | None, *, english: bool) -> Iterator[Reason]:
    if passage is not None:
        quote = shortened(passage.text)
        fact = Fact("passage", document=document_iri(case.id), start=passage.start, end=passage.end, quote=passage.text)
        yield Reason("meaning", _NEAREST[english].format(quote), fact)


def shortened(text: str) -> str:
    """The text in one line, cut at a word when it is long."""
    line = " ".join(text.split())
    return line if len(line) <= _QUOTE_CHARACTERS else line[:_QUOTE_CHARACTERS].rsplit(" ", 1)[0] + " …"
