"""A case with its documents -> what the indexes keep of it: words by field, concepts with what their neighbours make of them, texts to embed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from koopkg.index.lexical import LexicalText
from koopkg.members import lands, size_class
from koopkg.model import CASE_FIELDS, LANGUAGES, SIZE_CLASS, TASK_SCHEMES, Case, Document, Language, Linked, Passage
from koopkg.namespaces import concept_iri, place_iri
from koopkg.ontology import Ontology
from koopkg.register import Register

__all__ = ["BROADER", "EXTRACTED", "RELATED", "CaseTexts", "Features", "LinkedDocument", "embedded_heads", "embedded_passages", "features_of", "lexical_text"]

FACT_SECTIONS = frozenset({"Organisation", "Anlass", "Ergebnisse", "Erfolgsfaktoren", "Hürden", "Gründe des Endes"})
"""Sections that restate structured facts: words and concepts find them; vectors for them would take half as long again."""
BROADER, RELATED, EXTRACTED = 0.7, 0.2, 0.5
"""What is left of a match over one step up, over skos:related, and of one that rests on a mention alone."""


@dataclass(frozen=True, slots=True)
class LinkedDocument:
    """A document and what it was found to name."""

    document: Document
    linked: Linked


CaseTexts = Sequence[LinkedDocument]
"""The documents of a case, the one with its record first."""


@dataclass(frozen=True, slots=True)
class Features:
    """What one case adds to the columns of all.

    Attributes:
        matches: IRI of a concept or place -> how well the case answers whoever asks for it, in (0, 1].
        described: The IRIs among them that the case has by itself, in its record or its texts.
        facets: `scheme/slug`, or `field/value` of places and numbers (`state/Hessen`, `started/2013`), of everything that its record says or that follows
            from its members, broader concepts included.
        named: IRI of a concept -> how often its texts name it.
    """

    matches: dict[str, float]
    described: list[str]
    facets: list[str]
    named: dict[str, int]


def features_of(case: Case, texts: CaseTexts, ontology: Ontology, register: Register) -> Features:
    """The features of a case."""
    described = _described(case, texts, ontology)
    matches: dict[str, float] = {}
    for iri, strength in described.items():
        for asked, share in _answers(iri, ontology):
            matches[asked] = max(matches.get(asked, 0.0), strength * share)
    named: Counter[str] = Counter()
    for text in texts:
        named.update({link.iri: len(link.evidence) for link in text.linked.concepts})
    return Features(dict(sorted(matches.items())), sorted(described), sorted(set(_facets(case, ontology, register))), dict(sorted(named.items())))


def lexical_text(case: Case, texts: CaseTexts, ontology: Ontology) -> LexicalText:
    """The words that a case is found by."""
    concepts = [ontology.concept(scheme, slug) for scheme, slug in case.concepts()]
    names = [place.name for place in case.places] + ([case.state] if case.state else [])
    return LexicalText(
        title=f"{case.title} {case.service}",
        labels=" ".join([concept.label("de") for concept in concepts] + names),
        body=" ".join(passage.text for text in texts for passage in text.document.passages if not passage.is_title),
        english=" ".join([case.title_en, case.summary_en or ""] + [concept.label("en") for concept in concepts]),
    )


def embedded_heads(case: Case, ontology: Ontology) -> tuple[str, str, str]:
    """The texts of a case that are embedded besides its passages: its titles with the labels of its tasks, and its English summary, else that title again."""
    german, english = (_labels_of_tasks(case, ontology, language) for language in LANGUAGES)
    labelled = f"{case.title_en}. {english}"
    return f"{case.title}. {case.service}. {german}", labelled, case.summary_en or labelled


def embedded_texts(case: Case, texts: CaseTexts, ontology: Ontology) -> list[str]:
    """All texts of a case that are embedded, its heads first."""
    return [*embedded_heads(case, ontology), *(passage.text for _, _, passage in embedded_passages(texts))]


def _labels_of_tasks(case: Case, ontology: Ontology, language: Language) -> str:
    tasks = ((scheme, slug) for scheme, slug in case.concepts() if scheme in TASK_SCHEMES)
    return ", ".join(dict.fromkeys(ontology.concept(scheme, slug).label(language) for scheme, slug in tasks))


def embedded_passages(texts: CaseTexts) -> Iterator[tuple[int, int, Passage]]:
    """The passages of a case that are embedded, each with the number of its document and its own there."""
    for document, text in enumerate(texts):
        for number, passage in enumerate(text.document.passages):
            if not passage.is_title and passage.section not in FACT_SECTIONS:
                yield document, number, passage


def _described(case: Case, texts: CaseTexts, ontology: Ontology) -> dict[str, float]:
    """Concept or place -> 1 if curated, less if only mentioned."""
    described: dict[str, float] = {}
    for link in (link for text in texts for link in text.linked.concepts):
        described[link.iri] = max(described.get(link.iri, 0.0), EXTRACTED * link.confidence)
    described |= {place_iri(place.ags): 1.0 for place in case.places if place.ags}
    described |= {concept_iri(scheme, slug): 1.0 for scheme, slug in case.concepts()}
    described |= {land.iri: 1.0 for land in lands(case, ontology)}
    if case.country:
        described[place_iri(case.country)] = 1.0
    return described


def _answers(iri: str, ontology: Ontology) -> Iterator[tuple[str, float]]:
    """What may be asked for by whoever is served by a concept: itself and all broader in full, what is one step narrower or related in part."""
    yield iri, 1.0
    if iri in ontology.concepts:
        yield from ((above, 1.0) for above in ontology.with_broader(iri))
        yield from ((below, BROADER) for below in ontology.narrower[iri])
        yield from ((other, RELATED) for other in ontology.related[iri])


def _facets(case: Case, ontology: Ontology, register: Register) -> Iterator[str]:
    size = size_class(case, register)
    for scheme, slug in [*case.concepts(), *([(str(SIZE_CLASS.scheme), size)] if size else [])]:
        yield from (f"{scheme}/{ontology.concepts[above].slug}" for above in ontology.with_broader(concept_iri(scheme, slug)))
    for field in CASE_FIELDS:
        if field.kind in ("place", "number"):
            yield from (f"{field.name}/{value}" for value in field.values(case))
    yield from (f"state/{land.name()}" for land in lands(case, ontology))
