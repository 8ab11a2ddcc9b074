"""Drafts and what people said of them -> the questions that are still open, most useful first; a person's answer -> a review."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from koopkg.messages import Language, Message
from koopkg.model import CASE_FIELDS, CONCEPT_OF, IS_CASE, OTHER_CASE, Asked, Document, Mention, Review, Verdict
from koopkg.namespaces import concept_iri
from koopkg.ontology import Concept
from koopkg.reading.passages import sentences_of
from koopkg.register import Register
from koopkg.reviews import ReviewError, Reviews, now
from koopkg.search import field_label
from koopkg.snapshot import OpenSnapshot
from koopkg.text import query_text

__all__ = ["Context", "Question", "Queue", "decided", "open_questions", "question_named"]

_FIELDS = {field.name: field for field in CASE_FIELDS}
_LONGEST_TERM = 200
_PLACES_NAMED = 12
_SEPARATOR = ":"


@dataclass(frozen=True, slots=True)
class Context:
    """A passage in the sentence it stands in, the sentences before and behind it, and its page."""

    before: str
    quote: str
    after: str
    start: int
    end: int
    page: int | None

    @property
    def sentence(self) -> str:
        return f"{self.before}{self.quote}{self.after}"


@dataclass(frozen=True, slots=True)
class Question:
    """Whether a value is right for a field of a draft.

    Attributes:
        field: Of a case record, `IS_CASE` or `OTHER_CASE`.
        concept: Where the value is one.
        label: The value for people.
        context: The passage that speaks for it, where there is one.
    """

    document: str
    title: str
    field: str
    field_label: str
    value: str | int
    label: str
    probability: float
    concept: Concept | None
    context: Context | None

    @property
    def name(self) -> str:
        """By which a command or a form says which question is answered."""
        return f"{self.document}{_SEPARATOR}{self.field}={self.value}"


@dataclass(frozen=True, slots=True)
class Queue:
    """Open questions, what helps most first: those from an offset on, and how many there are in all."""

    total: int
    questions: tuple[Question, ...]


def open_questions(
    opened: OpenSnapshot, reviews: Reviews, *, document: str | None = None, limit: int = 20, offset: int = 0, language: Language = "de"
) -> Queue:
    """What nobody has answered yet.

    Args:
        reviews: Those there are now, be they newer than the snapshot.
        document: Only those of this draft.

    Raises:
        UnknownCaseError: There is no such draft.
    """
    if document is not None:
        opened.catalog.draft(document)
    asked = [item for item in opened.catalog.questions(document) if not _is_answered(item, reviews)]
    return Queue(len(asked), tuple(_question(opened, item, language) for item in asked[offset : offset + limit]))


def question_named(opened: OpenSnapshot, name: str, language: Language = "de") -> Question:
    """A question by its name, answered or not.

    Raises:
        ReviewError: There is no such question.
    """
    document = name.partition(_SEPARATOR)[0]
    asked = {f"{item.document}{_SEPARATOR}{item.field}={item.value}": item for item in opened.catalog.questions(query_text(document, field="question"))}
    if name not in asked:
        close = difflib.get_close_matches(name, asked, n=1, cutoff=0)
        advice = Message("nearest: {nearest!r}", nearest=close[0]) if close else Message("`koopkg review list` names all")
        raise ReviewError("{name!r} is no question about a draft; {advice}", name=name, advice=advice)
    return _question(opened, asked[name], language)


def decided(opened: OpenSnapshot, question: Question, verdict: Verdict, *, instead: str | None = None, term: str | None = None) -> Review:
    """The review that answers a question.

    Args:
        instead: The right value, for the verdict `replace`: the slug or label of a concept, a number, the key or the name of a place, the name of a Land.
        term: What the vocabulary lacks, for the verdict `term`.

    Raises:
        ReviewError: The verdict does not fit the question, or the other value is none.
    """
    if verdict in ("replace", "term") and question.field not in _FIELDS:
        raise ReviewError("{name}: can only be accepted or refused", name=question.name)
    if verdict == "term" and question.concept is None:
        raise ReviewError("{name}: is no concept, so that no term can be proposed in its place", name=question.name)
    term = " ".join((term or "").split()) or None
    if verdict == "term" and (term is None or len(term) > _LONGEST_TERM):
        raise ReviewError("{name}: expected a term of 1 to {most} characters", name=question.name, most=_LONGEST_TERM)
    return Review(
        at=now(),
        document=question.document,
        field=question.field,
        value=question.value,
        verdict=verdict,
        instead=_other_value(opened, question, instead or "") if verdict == "replace" else None,
        term=term if verdict == "term" else None,
        sentence=question.context.sentence if question.context else None,
        quote=question.context.quote if question.context else None,
        probability=question.probability,
    )


def _other_value(opened: OpenSnapshot, question: Question, given: str) -> str | int:
    field, given = _FIELDS[question.field], given.strip()
    if field.kind == "number":
        if not given.isascii() or not given.isdecimal() or not 1 <= int(given) <= 100_000_000:
            raise ReviewError("{name}: {value!r} is no number", name=question.name, value=given)
        return int(given)
    if question.field == "places":
        return _place(question, given)
    if field.kind == "place":
        land = opened.ontology.territory_by_name(given)
        if land is None or land.part_of is None:
            raise ReviewError("{name}: {value!r} is no Land or canton", name=question.name, value=given)
        return land.name()
    concepts = [concept for concept in opened.ontology.schemes[CONCEPT_OF[field.name]] if not concept.is_deprecated]
    spelled = {name.casefold(): concept for concept in concepts for name in (concept.label("en"), concept.label("de"), concept.slug)}
    if given.casefold() not in spelled:
        close = difflib.get_close_matches(given.casefold(), spelled, n=1, cutoff=0.5)
        advice = Message("nearest: {nearest!r}", nearest=spelled[close[0]].slug) if close else Message("propose a term instead")
        values = {"name": question.name, "value": given, "scheme": CONCEPT_OF[field.name], "advice": advice}
        raise ReviewError("{name}: {value!r} is no concept of the scheme {scheme}; {advice}", **values)
    return spelled[given.casefold()].slug


def _place(question: Question, given: str) -> str:
    """The official key of a place that is given by it, or by a name that no other place has."""
    register = Register.bundled()
    if register.get(given) is not None:
        return given
    areas = register.named(given)
    if not areas:
        raise ReviewError("{name}: {value!r} is no name or official key of the register, such as 03159001", name=question.name, value=given)
    if len(areas) > 1:
        keys = "; ".join(f"{area.label}: {area.key}" for area in areas[:_PLACES_NAMED])
        raise ReviewError("{name}: {value!r} is the name of several places; give the key: {keys}", name=question.name, value=given, keys=keys)
    return areas[0].key


def _is_answered(asked: Asked, reviews: Reviews) -> bool:
    """Whether a person has answered a question, or another one in a way that leaves nothing of it."""
    of = reviews.of(asked.document)
    if (asked.field, asked.value) in of or any(field == OTHER_CASE and review.verdict == "accept" for (field, _), review in of.items()):
        return True
    is_case = of.get((IS_CASE, "true"))
    if is_case is not None and is_case.verdict == "refuse":
        return True
    field = _FIELDS.get(asked.field)
    is_single = field is not None and not field.is_many
    return is_single and any(name == asked.field and review.verdict in ("accept", "replace") for (name, _), review in of.items())


def _question(opened: OpenSnapshot, asked: Asked, language: Language) -> Question:
    draft, text = opened.catalog.draft(asked.document), opened.catalog.document(asked.document).document
    proposal = next((item for item in draft.proposals if (item.field, str(item.value)) == (asked.field, asked.value)), None)
    value = proposal.value if proposal else asked.value
    scheme = CONCEPT_OF.get(asked.field)
    concept = opened.ontology.concepts.get(concept_iri(scheme, str(value))) if scheme else None
    return Question(
        document=draft.id,
        title=draft.title,
        field=asked.field,
        field_label=field_label(_FIELDS[asked.field], opened.ontology, language) if asked.field in _FIELDS else "",
        value=value,
        label=_label(opened, asked.field, value, concept, language),
        probability=asked.probability,
        concept=concept,
        context=_context(text, proposal.evidence) if proposal and proposal.evidence else None,
    )


def _label(opened: OpenSnapshot, field: str, value: str | int, concept: Concept | None, language: Language) -> str:
    if concept is not None:
        return concept.label(language)
    if field == OTHER_CASE:
        return opened.catalog.entry(opened.catalog.row_of(str(value))).case.title_in(language)
    if field == "places":
        area = Register.bundled().get(str(value))
        return area.label if area else str(value)
    return str(value)


def _context(text: Document, evidence: Mention) -> Context:
    """The sentences that a passage stands in."""
    passage = next((passage for passage in text.passages if passage.start <= evidence.start < passage.end), None)
    start, end = evidence.start, evidence.end
    if passage is not None:
        held = [(first, last) for first, last in sentences_of(passage, text.language) if first < evidence.end and evidence.start < last]
        start = min([first for first, _ in held], default=start)
        end = max([last for _, last in held], default=end)
    start, end = min(start, evidence.start), max(end, evidence.end)
    return Context(text.text[start : evidence.start], evidence.quote, text.text[evidence.end : end], evidence.start, evidence.end, text.page_of(evidence.start))
