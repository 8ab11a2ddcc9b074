"""Records of library and snapshot -> the small records of texts in one language that pages show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from koopkg.messages import Language, Message
from koopkg.model import Case, Document, Source
from koopkg.ontology import Concept, Ontology
from koopkg.snapshot import CatalogEntry

__all__ = [
    "PARTS",
    "RELATIONS",
    "SYNTAXES",
    "CaseLink",
    "CaseView",
    "ConceptLink",
    "ConceptView",
    "Evidenced",
    "ListedCase",
    "TextSection",
    "case_link",
    "case_view",
    "concept_link",
    "concept_view",
    "listed_case",
]

PARTS = {"lexical": Message("words"), "dense": Message("meaning"), "concepts": Message("features")}
"""Part of a score -> its name."""
RELATIONS = {
    "exactMatch": Message("exact match"),
    "closeMatch": Message("close match"),
    "broadMatch": Message("broader"),
    "narrowMatch": Message("narrower"),
    "relatedMatch": Message("related"),
}
"""Mapping property of SKOS -> its name."""
SYNTAXES = {"ttl": "Turtle", "jsonld": "JSON-LD", "rdf": "RDF/XML", "nt": "N-Triples"}
"""Suffix of an RDF file -> the name of its syntax."""
_OWN_SECTIONS = ("Organisation", "Erfolgsfaktoren", "Hürden", "Ergebnisse")
"""Headings whose content the page of a case shows from its curated facts."""


@dataclass(frozen=True, slots=True)
class ConceptLink:
    """A concept to be named and linked."""

    scheme: str
    slug: str
    label: str


@dataclass(frozen=True, slots=True)
class CaseLink:
    """A case to be named and linked."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class ListedCase:
    """A case in the list of all."""

    id: str
    title: str
    sectors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TextSection:
    """A heading of a document with its paragraphs or list items."""

    heading: str
    lines: tuple[str, ...]
    is_list: bool


@dataclass(frozen=True, slots=True)
class Evidenced:
    """A concept and the words that speak for it."""

    concept: ConceptLink
    quotes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CaseView:
    """The page of a case, but for the cases comparable to it."""

    title: str
    description: str
    sectors: tuple[ConceptLink, ...]
    legal_form: ConceptLink | None
    legal_form_evidence: str | None
    state: str | None
    country: str
    members: tuple[str, ...]
    status: str
    phase: str | None
    started: int | None
    ended: int | None
    partner_count: int | None
    population: int | None
    coordination: str | None
    funding: tuple[str, ...]
    sections: tuple[TextSection, ...]
    results: tuple[str, ...]
    success_factors: tuple[Evidenced, ...]
    obstacles: tuple[str, ...]
    sources: tuple[Source, ...]
    mentions: tuple[Evidenced, ...]


@dataclass(frozen=True, slots=True)
class ConceptView:
    """A concept with its place in the hierarchy."""

    scheme: str
    slug: str
    label: str
    label_elsewhere: str
    definition: str
    synonyms: tuple[str, ...]
    broader: tuple[ConceptLink, ...]
    narrower: tuple[ConceptLink, ...]
    related: tuple[ConceptLink, ...]
    countered_by: tuple[ConceptLink, ...]


def concept_link(concept: Concept, language: Language) -> ConceptLink:
    return ConceptLink(concept.scheme, concept.slug, concept.label(language))


def case_link(entry: CatalogEntry, language: Language) -> CaseLink:
    return CaseLink(entry.document.id, _title(entry.document.case, language))


def listed_case(entry: CatalogEntry, ontology: Ontology, language: Language) -> ListedCase:
    sectors = tuple(ontology.concept("sector", slug).label(language) for slug in entry.document.case.sectors)
    title = entry.document.case.title_en if language == "en" else entry.document.title
    return ListedCase(entry.document.id, title, sectors)


def case_view(entry: CatalogEntry, ontology: Ontology, language: Language) -> CaseView:
    """What the page of a case shows; quotes and curated texts stay German."""

    def link(scheme: str, slug: str) -> ConceptLink:
        return concept_link(ontology.concept(scheme, slug), language)

    case = entry.document.case
    sectors = tuple(link("sector", slug) for slug in case.sectors)
    legal_form = link("legal-form", case.legal_form) if case.legal_form else None
    told = [", ".join(sector.label for sector in sectors), legal_form.label if legal_form else "", case.state or ""]
    return CaseView(
        title=_title(case, language),
        description="; ".join(text for text in told if text),
        sectors=sectors,
        legal_form=legal_form,
        legal_form_evidence=case.legal_form_evidence,
        state=case.state,
        country=case.country,
        members=tuple(place.name for place in case.places),
        status=link("status", case.status).label,
        phase=link("phase", case.phase).label if case.phase else None,
        started=case.started,
        ended=case.ended,
        partner_count=case.partner_count,
        population=case.population,
        coordination=case.coordination,
        funding=case.funding,
        sections=tuple(section for section in _sections(entry.document) if section.heading not in _OWN_SECTIONS),
        results=case.results,
        success_factors=tuple(Evidenced(link("success-factor", factor.factor), (factor.evidence,)) for factor in case.success_factors),
        obstacles=case.obstacles,
        sources=case.sources,
        mentions=tuple(Evidenced(link(found.scheme, found.slug), tuple(mention.quote for mention in found.evidence[:5])) for found in entry.linked.concepts),
    )


def concept_view(concept: Concept, ontology: Ontology, countered_by: Iterable[str], language: Language) -> ConceptView:
    """What the page of a concept shows of the concept itself."""

    def links(iris: Iterable[str]) -> tuple[ConceptLink, ...]:
        return tuple(concept_link(ontology.concepts[iri], language) for iri in iris)

    return ConceptView(
        scheme=concept.scheme,
        slug=concept.slug,
        label=concept.label(language),
        label_elsewhere=concept.label("de" if language == "en" else "en"),
        definition=concept.definition(language),
        synonyms=tuple(label.text for label in concept.labels if label.kind == "alt" and label.language == language),
        broader=links(concept.broader),
        narrower=links(sorted(ontology.narrower[concept.iri])),
        related=links(sorted(ontology.related[concept.iri])),
        countered_by=links(countered_by),
    )


def _title(case: Case, language: Language) -> str:
    return case.title_en if language == "en" else case.title


def _sections(document: Document) -> Sequence[TextSection]:
    """The text of a document by heading, the title left out."""
    gathered: dict[str, list[str]] = {}
    lists = set()
    for passage in document.passages:
        if passage.section == "title":
            continue
        lines = [line.removeprefix("- ").removeprefix("* ") for line in passage.text.splitlines() if line.strip()]
        gathered.setdefault(passage.section, []).extend(lines)
        if document.text[max(0, passage.start - 2) : passage.start] in ("- ", "* "):
            lists.add(passage.section)
    return [TextSection(heading, tuple(lines) if heading in lists else (" ".join(lines),), heading in lists) for heading, lines in gathered.items()]
