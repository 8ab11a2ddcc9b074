"""Records of library and snapshot -> the small records of texts in one language that pages show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from koopkg.members import lands, size_class
from koopkg.messages import Language, Message, Piece, pieces
from koopkg.model import CASE_FIELDS, SIZE_CLASS, Case, Document, Link, Place, Source
from koopkg.namespaces import place_iri
from koopkg.ontology import Concept, Ontology
from koopkg.register import POPULATION_DATE, Register
from koopkg.search import Hit, Reason, Snippet, facet_label, field_label
from koopkg.sentences import message_of
from koopkg.snapshot import CaseEntry
from koopkg_api.details import DetailView, details_of
from koopkg_api.fact_lines import FactLine, fact_line, rounded_inhabitants

__all__ = [
    "RELATIONS",
    "SYNTAXES",
    "CaseLink",
    "CaseView",
    "ConceptLink",
    "ConceptView",
    "DocumentView",
    "Evidenced",
    "FactView",
    "HitView",
    "ListedCase",
    "MemberView",
    "Named",
    "NamingPlace",
    "TextSection",
    "case_link",
    "case_view",
    "concept_link",
    "concept_view",
    "hit_view",
    "listed_case",
    "places_of",
]

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
_PLACED = ("sectors", "legal_form", "status", "phase")
"""Fields that the page of a case shows in a place of their own."""
_OWN_SECTIONS = ("Organisation", "Anlass", "Erfolgsfaktoren", "Hürden", "Ergebnisse", "Gründe des Endes")
"""Headings of the document with the record whose content the page of a case shows from its curated facts."""
_QUOTES = 5
"""How many of the words that name a concept are shown."""


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
    facts: FactLine


@dataclass(frozen=True, slots=True)
class TextSection:
    """A heading of a document with its paragraphs or list items."""

    heading: str
    lines: tuple[str, ...]
    is_list: bool


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A document about a case."""

    title: str
    language: Language
    sections: tuple[TextSection, ...]


@dataclass(frozen=True, slots=True)
class Evidenced:
    """A concept, the words that speak for it, and the number of the source that they rest on."""

    concept: ConceptLink
    quote: str
    source: int | None


@dataclass(frozen=True, slots=True)
class NamingPlace:
    """Words in a document: where they stand, and on which page where it has pages."""

    document: str
    start: int
    end: int
    quote: str
    page: int | None


@dataclass(frozen=True, slots=True)
class Named:
    """A concept and the places that name it."""

    concept: ConceptLink
    places: tuple[NamingPlace, ...]


@dataclass(frozen=True, slots=True)
class FactView:
    """A field of a case with the concepts that it holds."""

    label: str
    concepts: tuple[ConceptLink, ...]


@dataclass(frozen=True, slots=True)
class ReasonView:
    """Why a case is comparable, in a sentence whose words may be of another language, and the words that support it."""

    sentence: tuple[Piece, ...]
    quote: str | None


@dataclass(frozen=True, slots=True)
class HitView:
    """A case or a draft found; `language` is that of its texts, and only a case has facts that somebody has checked."""

    id: str
    title: str
    score: float
    parts: Mapping[str, float]
    snippet: Snippet
    reasons: tuple[ReasonView, ...]
    language: Language = "de"
    facts: FactLine | None = None
    difference: ReasonView | None = None


@dataclass(frozen=True, slots=True)
class MemberView:
    """A member of a case: its official key where something is said of it at its IRI, and of the register its inhabitants and district."""

    name: str
    key: str | None
    inhabitants: int | None
    district: str | None


@dataclass(frozen=True, slots=True)
class CaseView:
    """The page of a case, but for the cases comparable to it; of its documents, the one with the record comes first."""

    title: str
    description: str
    sectors: tuple[ConceptLink, ...]
    legal_form: ConceptLink | None
    legal_form_evidence: str | None
    lands: tuple[str, ...]
    country: str
    members: tuple[MemberView, ...]
    status: str
    phase: str | None
    started: int | None
    ended: int | None
    ended_earliest: int | None
    ended_latest: int | None
    partner_count: int | None
    population: int | None
    computed_population: int | None
    counted_on: str
    size_class: ConceptLink | None
    checked_on: str | None
    further: tuple[FactView, ...]
    coordination: str | None
    documents: tuple[DocumentView, ...]
    success_factors: tuple[Evidenced, ...]
    details: tuple[DetailView, ...]
    sources: tuple[Source, ...]
    mentions: tuple[Named, ...]


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


def case_link(case: Case, language: Language) -> CaseLink:
    return CaseLink(case.id, case.title_in(language))


def listed_case(case: Case, ontology: Ontology, register: Register, language: Language) -> ListedCase:
    sectors = tuple(ontology.concept("sector", slug).label(language) for slug in case.sectors)
    return ListedCase(case.id, case.title_in(language), sectors, fact_line(case, ontology, register, language))


def hit_view(hit: Hit, language: Language, *, facts: FactLine | None = None, of_texts: Language = "de") -> HitView:
    """What a list of hits shows of one."""
    reasons = tuple(_reason_view(reason, language) for reason in hit.reasons)
    differing = _reason_view(hit.difference, language) if hit.difference else None
    return HitView(hit.id, hit.title, hit.score, hit.parts, hit.snippet, reasons, of_texts, facts, differing)


def _reason_view(reason: Reason, language: Language) -> ReasonView:
    quote = reason.fact.quote if reason.fact.type == "statement" else None
    return ReasonView(tuple(pieces(message_of(reason.kind, reason.values), language)), quote)


def case_view(entry: CaseEntry, ontology: Ontology, register: Register, titles: Mapping[str, str], language: Language) -> CaseView:
    """What the page of a case shows; quotes and curated texts stay German, and what is computed is called so.

    Args:
        titles: Id -> title of the cases that it is related to.
    """

    def link(scheme: str, slug: str) -> ConceptLink:
        return concept_link(ontology.concept(scheme, slug), language)

    case = entry.case
    sectors = tuple(link("sector", slug) for slug in case.sectors)
    legal_form = link("legal-form", case.legal_form) if case.legal_form else None
    touched = tuple(land.name(language) for land in lands(case, ontology))
    size = size_class(case, register)
    told = [", ".join(sector.label for sector in sectors), legal_form.label if legal_form else "", ", ".join(touched)]
    return CaseView(
        title=case.title_in(language),
        description="; ".join(text for text in told if text),
        sectors=sectors,
        legal_form=legal_form,
        legal_form_evidence=case.legal_form_evidence,
        lands=touched,
        country=facet_label("country", case.country, ontology, language),
        members=tuple(_member_view(place, ontology, register) for place in case.places),
        status=link("status", case.status).label,
        phase=link("phase", case.phase).label if case.phase else None,
        started=case.started,
        ended=case.ended,
        ended_earliest=case.ended_earliest,
        ended_latest=case.ended_latest,
        partner_count=case.partner_count,
        population=case.population,
        computed_population=rounded_inhabitants(case, register),
        counted_on=POPULATION_DATE,
        size_class=link(str(SIZE_CLASS.scheme), size) if size else None,
        checked_on=case.checked_on,
        further=tuple(_further(case, ontology, language)),
        coordination=case.coordination,
        documents=tuple(_document_view(text.document, case) for text in entry.texts),
        success_factors=tuple(Evidenced(link("success-factor", factor.factor), factor.evidence, factor.source) for factor in case.success_factors),
        details=tuple(details_of(case, ontology, titles, language)),
        sources=case.sources,
        mentions=tuple(_mentions(entry, ontology, language)),
    )


def _member_view(place: Place, ontology: Ontology, register: Register) -> MemberView:
    area = register.get(place.ags) if place.ags else None
    district = register.district_of(area)
    is_described = area is not None or (place.ags is not None and place_iri(place.ags) in ontology.territories)
    return MemberView(place.name, place.ags if is_described else None, area.population if area else None, district.label if district else None)


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


def _further(case: Case, ontology: Ontology, language: Language) -> Iterator[FactView]:
    """The fields with concepts that have no place of their own on the page."""
    for field in CASE_FIELDS:
        if field.kind == "concept" and field.name not in _PLACED and field.values(case):
            concepts = (ontology.concept(str(field.scheme), slug) for slug in field.values(case))
            yield FactView(field_label(field, ontology, language), tuple(concept_link(concept, language) for concept in concepts))


def _mentions(entry: CaseEntry, ontology: Ontology, language: Language) -> Iterator[Named]:
    """What the documents name, each concept once with a few of the places that name it."""
    places: dict[str, list[NamingPlace]] = {}
    for text in entry.texts:
        for found in text.linked.concepts:
            places.setdefault(found.iri, []).extend(places_of(text.document, found))
    for iri, found_places in places.items():
        yield Named(concept_link(ontology.concepts[iri], language), tuple(found_places[:_QUOTES]))


def places_of(document: Document, link: Link) -> tuple[NamingPlace, ...]:
    """The first places at which a document names a concept."""
    return tuple(NamingPlace(document.id, found.start, found.end, found.quote, document.page_of(found.start)) for found in link.evidence[:_QUOTES])


def _document_view(document: Document, case: Case) -> DocumentView:
    is_record = document.cases == (case,)
    sections = (section for section in _sections(document) if not is_record or section.heading not in _OWN_SECTIONS)
    return DocumentView(document.title, document.language, tuple(sections))


def _sections(document: Document) -> Sequence[TextSection]:
    """The text of a document by heading, the title left out."""
    gathered: dict[str, list[str]] = {}
    lists = set()
    for passage in document.passages:
        if passage.is_title:
            continue
        lines = [line.removeprefix("- ").removeprefix("* ") for line in passage.text.splitlines() if line.strip()]
        gathered.setdefault(passage.section, []).extend(lines)
        if document.text[max(0, passage.start - 2) : passage.start] in ("- ", "* "):
            lists.add(passage.section)
    return [TextSection(heading, tuple(lines) if heading in lists else (" ".join(lines),), heading in lists) for heading, lines in gathered.items()]
