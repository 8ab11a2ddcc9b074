"""Questions about drafts and what people answered -> the small records of texts in one language that the review pages show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from koopkg.drafting import reviewed
from koopkg.errors import UnknownCaseError
from koopkg.messages import Language, Message, translated
from koopkg.model import CASE_FIELDS, CONCEPT_OF, IS_CASE, OTHER_CASE, Case, Review
from koopkg.namespaces import concept_iri, place_iri
from koopkg.ontology import Concept, Ontology
from koopkg.register import Area, Register
from koopkg.reviewing import Context, Question
from koopkg.reviews import Reviews
from koopkg.search import field_label
from koopkg.snapshot import OpenSnapshot

__all__ = ["Answered", "Choice", "QuestionView", "Valued", "answered", "answers_of", "case_of", "choices_of", "confirmed_of", "laender", "question_view"]

_FIELDS = {field.name: field for field in CASE_FIELDS}
_OPENING = 700
"""Characters of the document that a question about all of it shows."""
_MOST_SIBLINGS = 12
_MOST_PLACES = 12
_LIKELIHOODS = (
    (0.85, Message("very likely right")),
    (0.6, Message("rather right")),
    (0.4, Message("open: as likely right as wrong")),
    (0.0, Message("rather wrong")),
)
"""Least probability -> how people say it."""
_IS_CASE = Message("Does the document speak of a cooperation?")
_OTHER_CASE = Message("Is this a further document about this case?")
_IS_RIGHT = Message("Is this right?")


@dataclass(frozen=True, slots=True)
class Choice:
    """A value that can be chosen, what people call it, and how it stands to the value in question."""

    value: str
    label: str
    relation: str = ""


@dataclass(frozen=True, slots=True)
class QuestionView:
    """A question as its page asks it.

    Attributes:
        kind: `case`, `document`, `concept`, `number`, `land`, `place` or `text`: what another value can be given by.
        is_named: Whether the value is said in the language of the page, not in that of the document.
        opening: The beginning of the document, where no passage speaks for the value.
        neighbours: What may be meant instead, by how it stands to the value.
        choices: All values of the field, where they are few enough to be listed.
    """

    name: str
    document: str
    title: str
    language: Language
    wording: str
    kind: str
    field_label: str
    label: str
    value: str
    is_named: bool
    percent: int
    likelihood: str
    definition: str
    scheme: str
    context: Context | None
    opening: str
    neighbours: tuple[tuple[str, tuple[Choice, ...]], ...]
    choices: tuple[Choice, ...]

    @property
    def is_about_value(self) -> bool:
        return self.kind not in ("case", "document")


@dataclass(frozen=True, slots=True)
class Valued:
    """A field with a value of it; `is_named` as in a question."""

    field_label: str
    label: str
    is_named: bool


@dataclass(frozen=True, slots=True)
class Answered:
    """What somebody answered: to which question, and in what words."""

    name: str
    asked: Valued
    verdict: str
    instead: Valued | None
    term: str
    is_open: bool
    """Whether the question can be answered anew."""


def question_view(question: Question, opened: OpenSnapshot, language: Language) -> QuestionView:
    """What a page asks."""
    kind, document = _kind(question.field), opened.catalog.document(question.document).document
    wording = {"case": _IS_CASE, "document": _OTHER_CASE}.get(kind, _IS_RIGHT)
    if kind == "case" and (cooperations := opened.catalog.draft(question.document).cooperations):
        wording = Message("Does the document, which seems to tell of several cooperations (about {n}), speak of a single one?", n=cooperations)
    return QuestionView(
        name=question.name,
        document=question.document,
        title=question.title,
        language=document.language,
        wording=translated(wording, language),
        kind=kind,
        field_label=question.field_label,
        label=question.label,
        value=str(question.value),
        is_named=question.concept is not None or kind in ("number", "document"),
        percent=min(max(round(question.probability * 100), 1), 99),
        likelihood=translated(next(told for least, told in _LIKELIHOODS if question.probability >= least), language),
        definition=question.concept.definition(language) if question.concept else "",
        scheme=question.concept.scheme if question.concept else "",
        context=question.context,
        opening="" if question.context else _beginning(document.text),
        neighbours=tuple((relation, tuple(choices)) for relation, choices in groupby(_neighbours(question, opened.ontology, language), key=_relation)),
        choices=tuple(choices_of(question.field, opened.ontology, language)),
    )


def choices_of(field: str, ontology: Ontology, language: Language) -> Iterator[Choice]:
    """The concepts of a field by name, or the Länder and cantons; of other fields none."""
    if field in CONCEPT_OF:
        concepts = (concept for concept in ontology.schemes[CONCEPT_OF[field]] if not concept.is_deprecated)
        yield from sorted((Choice(concept.slug, concept.label(language)) for concept in concepts), key=_by_label)
    elif _kind(field) == "land":
        yield from laender(ontology, language)


def laender(ontology: Ontology, language: Language) -> list[Choice]:
    """Länder and cantons by country and name; the value is the German name, as records have it."""
    found = []
    for land in ontology.territories.values():
        if land.part_of is not None:
            found.append(Choice(land.name(), land.name(language), ontology.territories[place_iri(land.part_of)].name(language)))
    return sorted(found, key=lambda choice: (choice.relation, choice.label))


def case_of(opened: OpenSnapshot, case_id: str) -> Case | None:
    """The case of an id, where the snapshot has it."""
    try:
        return opened.catalog.entry(opened.catalog.row_of(case_id)).case
    except UnknownCaseError:
        return None


def answers_of(opened: OpenSnapshot, reviews: Reviews, document: str, language: Language) -> list[Answered]:
    """What was answered about a draft, the latest first."""
    asked = {(item.field, item.value) for item in opened.catalog.questions(document)}
    latest = sorted(reviews.of(document).values(), key=lambda review: review.at, reverse=True)
    return [answered(review, opened, asked, language) for review in latest if review.field in (*_FIELDS, IS_CASE, OTHER_CASE)]


def answered(review: Review, opened: OpenSnapshot, asked: Iterable[tuple[str, str]], language: Language) -> Answered:
    """An answer in words."""
    return Answered(
        name=f"{review.document}:{review.field}={review.value}",
        asked=_valued(review.field, review.value, opened, language),
        verdict=review.verdict,
        instead=_valued(review.field, review.instead, opened, language) if review.instead is not None else None,
        term=review.term or "",
        is_open=(review.field, str(review.value)) in set(asked),
    )


def confirmed_of(opened: OpenSnapshot, reviews: Reviews, document: str, language: Language) -> list[Valued]:
    """The values of a draft that people confirmed, in the order of the table of fields."""
    draft = reviewed(opened.catalog.draft(document), reviews.of(document))
    return [_valued(proposal.field, proposal.value, opened, language) for proposal in draft.proposals if proposal.state == "confirmed"]


def _relation(choice: Choice) -> str:
    return choice.relation


def _by_label(choice: Choice) -> tuple[str, str]:
    return choice.label.casefold(), choice.value


def _kind(field: str) -> str:
    if field in (IS_CASE, OTHER_CASE):
        return "case" if field == IS_CASE else "document"
    if field == "places":
        return "place"
    if field in CONCEPT_OF:
        return "concept"
    return "land" if _FIELDS[field].kind == "place" else _FIELDS[field].kind


def _beginning(text: str) -> str:
    if len(text) <= _OPENING:
        return text
    return text[:_OPENING].rsplit(maxsplit=1)[0] + " …"


def _neighbours(question: Question, ontology: Ontology, language: Language) -> Iterator[Choice]:
    if question.concept is not None:
        yield from _near(question.concept, ontology, language)
    elif question.field == "places" and question.context is not None:
        yield from (Choice(area.key, f"{area.label} ({area.key})") for area in _namesakes(question.context.quote, str(question.value)))


def _near(concept: Concept, ontology: Ontology, language: Language) -> Iterator[Choice]:
    """Broader and narrower concepts and those beside it; those beside only where they are few."""
    beside = {iri for broader in concept.broader for iri in ontology.narrower[broader]}
    beside = beside or {other.iri for other in ontology.schemes[concept.scheme] if not other.broader}
    beside -= {concept.iri}
    for relation, iris in (
        (Message("broader"), concept.broader),
        (Message("narrower"), ontology.narrower[concept.iri]),
        (Message("beside it"), beside if len(beside) <= _MOST_SIBLINGS else ()),
    ):
        near = (ontology.concepts[iri] for iri in iris)
        named = (Choice(other.slug, other.label(language), translated(relation, language)) for other in near if not other.is_deprecated)
        yield from sorted(named, key=_by_label)


def _namesakes(name: str, but: str) -> Sequence[Area]:
    return [area for area in Register.bundled().named(name) if area.key != but][:_MOST_PLACES]


def _valued(field: str, value: str | int, opened: OpenSnapshot, language: Language) -> Valued:
    kind, ontology = _kind(field), opened.ontology
    if kind == "case":
        return Valued(translated(_IS_CASE, language), "", True)
    if kind == "document":
        case = case_of(opened, str(value))
        return Valued(translated(_OTHER_CASE, language), case.title_in(language) if case else str(value), case is not None)
    label = field_label(_FIELDS[field], ontology, language)
    concept = ontology.concepts.get(concept_iri(CONCEPT_OF[field], str(value))) if field in CONCEPT_OF else None
    if concept is not None:
        return Valued(label, concept.label(language), True)
    if kind == "place":
        area = Register.bundled().get(str(value))
        return Valued(label, area.label if area else str(value), False)
    land = ontology.territory_by_name(str(value)) if kind == "land" else None
    return Valued(label, land.name(language) if land else str(value), land is not None or kind == "number")
