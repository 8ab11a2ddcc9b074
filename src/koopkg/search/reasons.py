"""A case and a question -> what they share, what adds most to the score first, each with the fact it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from koopkg.index import CaseTexts
from koopkg.index.features import BROADER, EXTRACTED, RELATED
from koopkg.members import lands, size_class
from koopkg.messages import local_number
from koopkg.model import SIZE_CLASS, Case, Document, Language, Mention, Passage, concepts_of
from koopkg.namespaces import concept_iri, place_iri
from koopkg.register import Register
from koopkg.search.facets import field_label
from koopkg.search.facts import concept_fact, passage_fact, statement
from koopkg.search.fitting import has_about_as_many, is_about_as_large
from koopkg.search.question import Question
from koopkg.search.results import Reason
from koopkg.search.scoring import Scoring
from koopkg.search.signals import OUTCOMES

__all__ = ["Found", "InText", "reasons_for", "shortened"]

_MOST, _MOST_OF_A_FIELD = 5, 2
_QUOTE_CHARACTERS = 160
_MOST_WORDS = 5
_LIKELY = 0.05
"""Probability from which a task counts as one that a text may well ask for: of the activities that no reason names, at most one in ten adds to the score."""


@dataclass(frozen=True, slots=True)
class InText:
    """Something that a document of a case says; `words` are those of the question in it, `gain` what it adds to the log odds of the score."""

    document: Document
    passage: Passage
    words: Sequence[Mention] = ()
    gain: float = 0.0


@dataclass(frozen=True, slots=True)
class Found:
    """What was found in the texts of a hit.

    Attributes:
        snippet: The passage that is shown.
        title_words: Words of the title that the question has too.
        elsewhere: The passage beside the snippet with the most words of the question that neither title nor snippet has; None where there is none.
        meant: The passage closest in meaning, the snippet left out; None where it brings the case no closer.
        is_nearest: Whether that is the closest of all.
        parts: What each signal says of the case.
        words: How many different words of the question its title and texts have.
    """

    snippet: InText
    title_words: Sequence[str]
    elsewhere: InText | None
    meant: InText | None
    is_nearest: bool
    parts: Mapping[str, float]
    words: int


def reasons_for(case: Case, texts: CaseTexts, question: Question, found: Found, *, language: Language) -> tuple[Reason, ...]:
    """The reasons for one hit, at most five; none that repeats the snippet."""
    gains = _gains(case, texts, question)
    mentioned = list(_mentioned(texts, question, found, gains, {concept_iri(*named) for named in case.concepts()}, language))
    told = [*_shared(case, question, gains, language), *_related(case, question, gains, language), *mentioned, *_likely(case, question, language)]
    told += [*_places(case, question, language), *_ended(case, question, language), *_suiting(case, question, language)]
    told += _texts(case, question, found, " ".join(str(reason.fact.quote) for _, reason in mentioned))
    told.sort(key=lambda entry: -entry[0])  # stable: of equals the one first in the table of fields
    reasons: list[Reason] = []
    for _, reason in told:
        alike = [other for other in reasons if other.kind == reason.kind]
        if len(alike) < _MOST_OF_A_FIELD and all(other.values != reason.values for other in alike):  # two schemes may have a concept of the same name
            reasons.append(reason)
    return tuple(reasons[:_MOST])


def _gain(question: Question, weight: float) -> float:
    """What a concept or place adds to the log odds that has a weight among those asked for."""
    return Scoring.bundled().weights["concepts"] * weight / sum(question.asked.values())


def _gains(case: Case, texts: CaseTexts, question: Question) -> dict[str, float]:
    """IRI of a concept of the case -> what the log odds would lose without it: nothing where another one answers as well.

    Of several that answer equally well, the first in the table of fields has what they add together.
    """
    own = {concept_iri(*named) for named in case.concepts()}
    strengths = {link.iri: EXTRACTED * link.confidence for text in texts for link in text.linked.concepts}
    strengths = {concept_iri(*named): 1.0 for named in case.concepts()} | {iri: said for iri, said in strengths.items() if iri not in own}
    gains = dict.fromkeys(strengths, 0.0)
    for asked, weight in question.asked.items():
        answers = {iri: strength * share for iri, strength in strengths.items() if (share := _share(question, iri, asked))}
        ranked = sorted(answers, key=lambda iri: -answers[iri])
        if ranked:
            first, second = answers[ranked[0]], answers[ranked[1]] if len(ranked) > 1 else 0.0
            gains[ranked[0]] += _gain(question, weight) * (first - second if second < first else first)
    return gains


def _share(question: Question, iri: str, asked: str) -> float:
    """How well a concept answers whoever asks for another one, as where the columns of a snapshot are made."""
    ontology = question.opened.ontology
    if asked not in ontology.concepts or iri not in ontology.concepts:
        return 0.0
    if asked in ontology.with_broader(iri):
        return 1.0
    return BROADER if iri in ontology.concepts[asked].broader else RELATED if iri in ontology.related[asked] else 0.0


def _shared(case: Case, question: Question, gains: Mapping[str, float], language: Language) -> Iterator[tuple[float, Reason]]:
    """Concepts of the record that are asked for, or are narrower than one that is."""
    ontology, told = question.opened.ontology, set[str]()
    for field, slug, record in concepts_of(case):
        iri = concept_iri(str(field.scheme), slug)
        gain = gains[iri] + (_gain_of_tasks(case, question, slug) if field.scheme == "activity" else 0)
        if iri in question.covered and iri not in told and gain > 0:
            told.add(iri)
            values = {"field": field_label(field, ontology, language), "label": ontology.concepts[iri].label(language)}
            yield gain, Reason(f"shared-{field.scheme}", values, concept_fact(question.opened, case, field, iri, record))


def _related(case: Case, question: Question, gains: Mapping[str, float], language: Language) -> Iterator[tuple[float, Reason]]:
    """A concept one step above or beside one that is asked for, where the case has none that is."""
    ontology = question.opened.ontology
    own = {concept_iri(str(field.scheme), slug): (field, record) for field, slug, record in concepts_of(case)}
    for iri in question.asked:
        concept = ontology.concepts.get(iri)
        if concept is None or own.keys() & ontology.with_narrower(iri):
            continue
        near = (ontology.related[iri] | set(concept.broader)) & own.keys() - question.covered.keys()
        for other in sorted(near, key=lambda other: (-gains[other], other))[:1]:
            field, record = own[other]
            values = {"label": ontology.concepts[other].label(language), "asked": concept.label(language)}
            kind = "related-sector" if concept.scheme == field.scheme == "sector" else "related"
            if gains[other] > 0:
                yield gains[other], Reason(kind, values, concept_fact(question.opened, case, field, other, record))


def _mentioned(
    texts: CaseTexts, question: Question, found: Found, gains: Mapping[str, float], own: set[str], language: Language
) -> Iterator[tuple[float, Reason]]:
    """Concepts asked for that only a text of the case names, outside the snippet."""
    shown, ontology, told = found.snippet, question.opened.ontology, set[str]()
    for text in texts:
        for link in text.linked.concepts:
            if link.iri not in question.covered or link.iri in own | told or gains[link.iri] <= 0:
                continue
            hidden = [said for said in link.evidence if text.document.id != shown.document.id or not shown.passage.start <= said.start < shown.passage.end]
            if len(hidden) == len(link.evidence):  # what the snippet shows needs no reason
                told.add(link.iri)
                fact = passage_fact(text.document, hidden[0].start, hidden[0].end)
                yield gains[link.iri], Reason("mentioned", {"label": ontology.concepts[link.iri].label(language)}, fact)


def _likely(case: Case, question: Question, language: Language) -> Iterator[tuple[float, Reason]]:
    """Activities that the text does not name and by its meaning probably asks for."""
    ontology = question.opened.ontology
    for slug in case.activities:
        iri, share = concept_iri("activity", slug), question.meaning.tasks.get(slug, 0.0)
        gain = _gain_of_tasks(case, question, slug)
        if share >= _LIKELY and iri not in question.covered and gain > 0:
            values = {"label": ontology.concepts[iri].label(language)}
            yield gain, Reason("likely-activity", values, statement(question.opened, case, "koop:activity", iri))


def _gain_of_tasks(case: Case, question: Question, slug: str) -> float:
    """What an activity of a case adds to the log odds because it is likely to be meant; less than nothing where the case is only broader for it."""
    ontology, tasks = question.opened.ontology, question.meaning.tasks

    def likeliness(slugs: Iterable[str]) -> float:
        every = {above.rpartition("/")[2] for other in slugs for above in ontology.with_broader(concept_iri("activity", other))}
        return sqrt(sum(tasks.get(other, 0.0) for other in every) / sqrt(max(len(every), 1)))

    gained = likeliness(case.activities) - likeliness(other for other in case.activities if other != slug)
    return Scoring.bundled().weights["tasks"] * gained


def _places(case: Case, question: Question, language: Language) -> Iterator[tuple[float, Reason]]:
    """Where the case lies that is asked for: a member, a Land that it touches, the country."""
    ontology = question.opened.ontology
    here = {place_iri(place.ags): ("koop:member", place.name) for place in case.places if place.ags}
    here |= {land.iri: ("koop:land", land.name(language)) for land in lands(case, ontology)}
    country = ontology.territories.get(place_iri(case.country))
    here |= {country.iri: ("koop:country", country.name(language))} if country else {}
    for place in question.linked.places if question.linked else ():
        if place.iri in here and place.iri in question.asked:
            name, label = here[place.iri]
            yield _gain(question, question.asked[place.iri]), Reason("place", {"label": label}, statement(question.opened, case, name, place.iri))


def _ended(case: Case, question: Question, language: Language) -> Iterator[tuple[float, Reason]]:
    """That it came to the end that is asked for."""
    if any(f"status/{case.status}" in OUTCOMES[slot.value] for slot in question.slots if slot.kind == "outcome"):
        iri = concept_iri("status", case.status)
        gain = Scoring.bundled().weights["outcome"]
        if iri not in question.covered:
            yield (
                gain,
                Reason("outcome", {"label": question.opened.ontology.concepts[iri].label(language)}, statement(question.opened, case, "koop:status", iri)),
            )


def _suiting(case: Case, question: Question, language: Language) -> Iterator[tuple[float, Reason]]:
    """That it has about as many partners, or municipalities of about the size that is asked for."""
    opened, gain = question.opened, Scoring.bundled().weights["fit"]
    for slot in question.slots:
        if slot.kind == "partners" and has_about_as_many(case.partner_count, slot):
            fact = statement(opened, case, "koop:partnerCount", str(case.partner_count))
            yield gain, Reason("partners", {"label": local_number(case.partner_count or 0, language)}, fact)
        if slot.kind == "inhabitants" and (size := size_class(case, Register.bundled())) and is_about_as_large(size, slot):
            iri = concept_iri(str(SIZE_CLASS.scheme), size)
            fact = statement(opened, case, str(SIZE_CLASS.property), iri)
            yield gain, Reason("size", {"label": opened.ontology.concepts[iri].label(language)}, fact)


def _texts(case: Case, question: Question, found: Found, named: str) -> Iterator[tuple[float, Reason]]:
    """Words and passages; a word that a concept was named by is not told again."""
    of_word = Scoring.bundled().weights["lexical"] * found.parts.get("lexical", 0.0) / max(found.words, 1)
    if found.title_words:
        words = _joined(found.title_words)
        yield (
            of_word * len(found.title_words),
            Reason("title", {"words": words}, statement(question.opened, case, "dcterms:title", case.title_in(question.language))),
        )
    if found.elsewhere is not None:
        beyond = [word for word in found.elsewhere.words if word.quote.casefold() not in named.casefold()][:_MOST_WORDS]
        if beyond:
            fact = passage_fact(found.elsewhere.document, beyond[0].start, beyond[-1].end, has_quote=False)
            yield of_word * len(beyond), Reason("words", {"words": _joined([word.quote for word in beyond])}, fact)
    if found.meant is not None:
        passage = found.meant.passage
        kind = "meaning" if found.is_nearest else "meaning-too"
        fact = passage_fact(found.meant.document, passage.start, passage.end)
        yield found.meant.gain, Reason(kind, {"quote": shortened(passage.text)}, fact)


def _joined(words: Sequence[str]) -> str:
    """Different words in their order."""
    return ", ".join({word.casefold(): word for word in words}.values())


def shortened(text: str) -> str:
    """The text in one line, cut at a word when it is long."""
    line = " ".join(text.split())
    return line if len(line) <= _QUOTE_CHARACTERS else line[:_QUOTE_CHARACTERS].rsplit(" ", 1)[0] + " …"
