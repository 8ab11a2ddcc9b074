"""The corpus, the ontology and annotated texts -> the examples that deciding is learned from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby, islice
from typing import Any

from koopkg.analyses import Analyses
from koopkg.annotated import AnnotatedText, CountedText, JudgedSentence, LabelledText, MarkedClause, MarkedSentence, TellingText
from koopkg.deciding import with_weak
from koopkg.deciding.choosing import DECIDED
from koopkg.deciding.fitting import fold_of
from koopkg.deciding.learning_several import SeveralExample
from koopkg.deciding.learning_told import ToldSentence
from koopkg.deciding.meaning import beginning_of
from koopkg.deciding.numbers import NUMBERS
from koopkg.deciding.telling import TOLD
from koopkg.deciding.text import ReadText, Sentence, read_text
from koopkg.deciding.training import Clause, Example, Statement
from koopkg.language import detect_language
from koopkg.linking import Linker
from koopkg.model import LANGUAGES, Case, Document, Language, Linked, Mention, Passage
from koopkg.morphology import Morphology
from koopkg.ontology import Concept, Ontology
from koopkg.reading.passages import plain_passages
from koopkg.reviews import Reviews
from koopkg.text import with_whole_words

__all__ = ["Teacher"]

_UNKNOWN = "unbekannt"
"""A status that says nothing of what the text tells."""
_SHORT_TEXT = 700
"""Characters of a labelled text below which it is a stretch of one rather than a document."""
_FEW = 3
"""Cooperations that a short text has to tell more of to be taken for one about several."""
_DEFINITIONS_A_TEXT = 4
_FEWEST_SENTENCES, _SHORT, _LONG = 4, 2, 4
"""Sentences from which a text is taken apart, and those of a part."""
_WEIGHT_OF_A_PART = 0.5
_WEIGHT_OF_WITHOUT_CASE = 3.0
_WEIGHT_OF_LABELLED = 5.0
_WEIGHT_OF_ONE_OR_SEVERAL = 3.0
_WEIGHT_OF_ANNOTATED = 30.0
"""Of a text as it comes in, beside one of the corpus, which were all written in one manner: some forty of these count as much as all of those."""


_WHOLE_ONE_IN = 4
_FEWEST_JOINED, _MOST_JOINED, _MOST_SENTENCES_JOINED = 3, 6, 4
_FEWEST_BEGUN, _MOST_BEGUN = 2, 10
_JOINED_AS = ("{title}\n\n{words}", "- {words}", "{number}. {title}\n{words}", "{words}")


class Teacher:
    """Makes examples by one linker."""

    def __init__(self, ontology: Ontology, linker: Linker, analyses: Analyses) -> None:
        self._ontology, self._linker = ontology, linker
        self._morphologies = {language: Morphology(language, analyses) for language in LANGUAGES}

    def of_document(self, document: Document) -> Iterator[Example]:
        """The account of a case in both languages, with and without its title; none for a document about no case or several.

        The sections that restate the record are left out: they would teach its own words.
        """
        if len(document.cases) != 1:
            return
        case = document.cases[0]
        prose = _account(document)
        title = [passage for passage in document.passages if passage.is_title]
        for passages in ([*title, *prose], prose):
            yield self._of_case(case, passages, document.language)
        if case.summary_en:
            yield self._of_case(case, plain_passages(case.summary_en, "en"), "en")

    def of_definitions(self) -> Iterator[Example]:
        """Texts about cooperation as such: the definitions of the concepts, some of a scheme together."""
        for scheme in self._ontology.schemes.values():
            concepts = iter([concept for concept in scheme if not concept.is_deprecated])
            while some := list(islice(concepts, _DEFINITIONS_A_TEXT)):
                for language in LANGUAGES:
                    yield self._example(some[0].iri, plain_passages(_definitions(some, language), language), language, is_case=False)

    def of_labelled(self, texts: Iterable[LabelledText]) -> Iterator[Example]:
        """Each text as it is; one without a case teaches only that, and so does a short one with a case.

        Short ones name less than documents do, so that what they are taken to be about is right at other probabilities: with them the sectors of
        annotated texts were decided worse.
        """
        for text in texts:
            told: dict[str, Any]
            if not text.case:
                told = {"is_case": False, "numbers": None, "tells_case_alone": True, "weight": _WEIGHT_OF_WITHOUT_CASE}
            elif len(text.text) < _SHORT_TEXT:
                told = {"numbers": None, "tells_case_alone": True, "weight": _WEIGHT_OF_A_PART}
            else:
                gold, doubtful = {scheme: text.right(scheme) for scheme in text.gold}, {scheme: text.doubtful(scheme) for scheme in text.accept}
                told = {"gold": gold, "doubtful": doubtful, "numbers": text.numbers(), "weight": _WEIGHT_OF_LABELLED}
            passages = _plain(text.text, text.language)
            yield self._example(text.id, passages, text.language, **told)

    def of_counted(self, texts: Iterable[CountedText]) -> Iterator[Example]:
        """Each text, to learn whether it tells of any cooperation at all."""
        for text in texts:
            weight = _WEIGHT_OF_WITHOUT_CASE if text.case == "none" else _WEIGHT_OF_A_PART
            passages = _plain(text.text, text.language)
            yield self._example(text.id, passages, text.language, is_case=text.case != "none", numbers=None, tells_case_alone=True, weight=weight)

    def of_parts(self, examples: Iterable[Example]) -> Iterator[Example]:
        """The beginning of each text and some sentences from within it, to learn that few sentences may speak of a cooperation, too."""
        for example in examples:
            sentences = example.text.sentences
            if len(sentences) >= _FEWEST_SENTENCES:
                digest = hashlib.sha256(f"{example.case} {example.text.language} {len(sentences)}".encode()).digest()
                length = _SHORT + digest[0] % (_LONG - _SHORT + 1)
                first = digest[1] % (len(sentences) - length + 1) if example.is_case else 0
                for start in sorted({0, first}):
                    yield _part(example, sentences[start : start + length])

    def of_annotated(self, texts: Iterable[AnnotatedText]) -> Iterator[Example]:
        """Annotated texts about one case or none."""
        for text in texts:
            if text.case != "several":
                yield self._example(
                    text.id,
                    _plain(text.text, text.language),
                    text.language,
                    gold={scheme.name: text.right(scheme.name) for scheme in DECIDED},
                    doubtful={scheme.name: text.doubtful(scheme.name) for scheme in DECIDED},
                    numbers=text.numbers(),
                    is_case=text.case == "one",
                    weight=_WEIGHT_OF_ANNOTATED,
                )

    def of_one_or_several(
        self, documents: Sequence[Document], annotated: Iterable[AnnotatedText], labelled: Iterable[LabelledText], counted: Iterable[CountedText]
    ) -> Iterator[SeveralExample]:
        """All texts about one case or several; accounts of cases, some with the sections that restate the record, and accounts joined to one text.

        Not short ones about a few: a sentence on each of two cooperations looks like two on one, and with them plain accounts were taken for several.
        """
        for text in counted:
            is_short_about_few = text.case == "several" and len(text.text) < _SHORT_TEXT and (text.cooperations or 0) <= _FEW
            if text.case != "none" and not is_short_about_few:
                yield self._several(text.id, _plain(text.text, text.language), text.language, text.case == "several", _WEIGHT_OF_ONE_OR_SEVERAL)
        for told in annotated:
            if told.case != "none":
                yield self._several(told.id, _plain(told.text, told.language), told.language, told.case == "several", _WEIGHT_OF_ONE_OR_SEVERAL)
        for note in labelled:
            if note.case:
                yield self._several(note.id, _plain(note.text, note.language), note.language, False, _WEIGHT_OF_ONE_OR_SEVERAL)
        singles = [document for document in documents if len(document.cases) == 1]
        for number, document in enumerate(singles):
            yield self._several(document.cases[0].id, _account(document), document.language, False)
            yield self._several(document.cases[0].id, self._begun(document), document.language, False, _WEIGHT_OF_ONE_OR_SEVERAL)
            if number % _WHOLE_ONE_IN == 0:
                yield self._several(document.cases[0].id, document.passages, document.language, False)
        for name, language, words in self._joined(singles):
            yield self._several(name, plain_passages(words, language), language, True)

    def _begun(self, document: Document) -> tuple[Passage, ...]:
        """The title and a few sentences of an account: a short text, which names little that could differ, is about one cooperation, too."""
        length = _FEWEST_BEGUN + _draw(f"{document.cases[0].id} begun") % (_MOST_BEGUN - _FEWEST_BEGUN + 1)
        return plain_passages(f"{document.cases[0].title}\n\n{self._first_sentences(document, length)}", document.language)

    def _first_sentences(self, document: Document, count: int) -> str:
        sentences = read_text(_account(document), self._morphologies[document.language]).sentences
        return " ".join(sentence.text for sentence in sentences[:count])

    def _joined(self, documents: Sequence[Document]) -> Iterator[tuple[str, Language, str]]:
        """Beginnings of the accounts of three to six cases as one text: with headings, numbered, as items of a list, or as paragraphs; all of one fold."""
        order = sorted(documents, key=lambda document: (fold_of(document.cases[0].id), _draw(document.cases[0].id)))
        for _, of_fold in groupby(order, key=lambda document: fold_of(document.cases[0].id)):
            left = list(of_fold)
            while len(left) >= _FEWEST_JOINED:
                name = left[0].cases[0].id
                size = _FEWEST_JOINED + _draw(f"{name} size") % (_MOST_JOINED - _FEWEST_JOINED + 1)
                some, left = left[:size], left[size:]
                form = _JOINED_AS[_draw(f"{name} form") % len(_JOINED_AS)]
                parts = []
                for number, document in enumerate(some, start=1):
                    words = self._first_sentences(document, 1 + _draw(f"{name} {number}") % _MOST_SENTENCES_JOINED)
                    parts.append(form.format(number=number, title=document.cases[0].title, words=words))
                yield name, some[0].language, "\n\n".join(parts)

    def _several(self, name: str, passages: Sequence[Passage], language: Language, is_several: bool, weight: float = 1.0) -> SeveralExample:
        read = read_text(passages, self._morphologies[language])
        return SeveralExample(name, read, tuple(passages), self._linker.link(passages, language), is_several, weight)

    def of_clauses(self, clauses: Mapping[str, MarkedClause]) -> Iterator[Clause]:
        """Each mark as a mention of its own.

        Args:
            clauses: By a name of each.
        """
        for name, clause in clauses.items():
            _, read = self._read(clause)
            for mark in clause.marks:
                start, quote = len(with_whole_words(clause.text[: mark.start])), with_whole_words(mark.quote)
                mention = Mention(start, start + len(quote), quote)
                yield Clause(name, read, mention, mark.scheme, mark.concept, mark.holds)

    def of_statements(self, clauses: Mapping[str, MarkedClause], schemes: Iterable[str]) -> Iterator[Statement]:
        """What each text says that its cooperation has.

        Args:
            schemes: Those of which the texts mark everything.
        """
        for name, clause in clauses.items():
            yield Statement(name, self._read(clause)[1], _held(clause, schemes))

    def of_short_texts(self, clauses: Mapping[str, MarkedClause], schemes: Iterable[str]) -> Iterator[Example]:
        """Each text that says something of a cooperation that there is, as a text of its own: few texts of the corpus are as short as a notice."""
        for name, clause in clauses.items():
            if any(mark.holds for mark in clause.marks):
                passages = _plain(clause.text, clause.language)
                yield self._example(name, passages, clause.language, gold=_held(clause, schemes), numbers=None)

    def _read(self, clause: MarkedClause) -> tuple[str, ReadText]:
        text = with_whole_words(clause.text)
        return text, read_text(plain_passages(text, clause.language), self._morphologies[clause.language])

    def of_reviews(self, reviews: Reviews) -> Iterator[Clause]:
        """Each concept that a person accepted or refused, in the sentence that it was proposed for."""
        schemes = {scheme.field: scheme.name for scheme in DECIDED}
        for number, review in enumerate(reviews.all()):
            at = review.sentence.find(review.quote) if review.sentence and review.quote else -1
            if review.field in schemes and review.sentence and review.quote and at >= 0:
                language = detect_language(review.sentence)
                read = read_text(plain_passages(review.sentence, language), self._morphologies[language])
                mention = Mention(at, at + len(review.quote), review.quote)
                yield Clause(f"review {number}", read, mention, schemes[review.field], str(review.value), review.verdict == "accept")

    def of_accounts(self, documents: Iterable[Document], marks: Iterable[MarkedSentence]) -> Iterator[ToldSentence]:
        """All sentences of the accounts that have marks, and the words in which the records of all cases note a factor or an obstacle."""
        told: dict[str, dict[str, dict[str, set[str]]]] = {}
        for mark in marks:
            of_sentence = told.setdefault(mark.case, {}).setdefault(mark.sentence, {scheme: set() for scheme in TOLD})
            if mark.holds:
                of_sentence[mark.scheme].add(mark.concept)
        for document in documents:
            for case in document.cases:
                if case.id in told:
                    for sentence in read_text(_account(document), self._morphologies[document.language]).sentences:
                        found = told[case.id].get(sentence.text, {})
                        gold = {scheme: frozenset(found.get(scheme, ())) for scheme in TOLD}
                        yield ToldSentence(case.id, ReadText(document.language, (sentence,)), gold, is_whole=True)
                for factor in case.success_factors:
                    yield self._noted(case.id, factor.evidence, "success-factor", factor.factor)
                for obstacle in case.obstacles:
                    if obstacle.obstacle:
                        yield self._noted(case.id, obstacle.text, "obstacle", obstacle.obstacle)

    def of_documents(self, texts: Iterable[AnnotatedText | LabelledText], judged: Iterable[JudgedSentence] = ()) -> Iterator[ToldSentence]:
        """All sentences of the texts about one case of which it is known what they tell, each with what the words in it carry.

        Args:
            judged: Proposals for the texts; what all readers of one accepted tells as much as what was marked, what one of them refused tells nothing.
        """
        proposed: dict[str, list[JudgedSentence]] = {}
        for proposal in judged:
            proposed.setdefault(proposal.text, []).append(proposal)
        for text in texts:
            if text.case in ("one", True) and all(scheme in text.gold for scheme in TOLD):
                own = proposed.get(text.id, [])
                said = {scheme: {item.concept: all(item.accepted) for item in own if item.scheme == scheme} for scheme in TOLD}
                accepted = {scheme: frozenset(slug for slug in {*text.right(scheme), *said[scheme]} if said[scheme].get(slug, True)) for scheme in TOLD}
                doubtful = {scheme: text.doubtful(scheme) - said[scheme].keys() for scheme in TOLD}
                for sentence in read_text(_plain(text.text, text.language), self._morphologies[text.language]).sentences:
                    gold = {scheme: _told(text, scheme, sentence.text, own) for scheme in TOLD}
                    yield ToldSentence(text.id, ReadText(text.language, (sentence,)), gold, is_whole=True, accepted=accepted, doubtful=doubtful)

    def of_telling(self, texts: Iterable[TellingText]) -> Iterator[ToldSentence]:
        """Each text, and the definition of each concept that is told."""
        for text in texts:
            read = read_text(plain_passages(text.text, text.language), self._morphologies[text.language])
            yield ToldSentence(text.text, read, text.told)
        for scheme in TOLD:
            for concept in self._ontology.schemes[scheme]:
                if not concept.is_deprecated:
                    yield self._noted(concept.iri, _definitions([concept], "de"), scheme, concept.slug)

    def _noted(self, case: str, words: str, scheme: str, slug: str) -> ToldSentence:
        return ToldSentence(case, read_text(plain_passages(words, "de"), self._morphologies["de"]), {scheme: frozenset([slug])})

    def _of_case(self, case: Case, passages: Iterable[Passage], language: Language) -> Example:
        gold = {scheme.name: frozenset(_values(case, scheme.field)) - {_UNKNOWN} for scheme in DECIDED}
        forms = {agreement.legal_form for agreement in case.agreements if agreement.legal_form}
        numbers = {field.name: value for field in NUMBERS if (value := getattr(case, field.name)) is not None}
        return self._example(case.id, passages, language, gold={**gold, "legal-form": gold["legal-form"] | forms}, numbers=numbers)

    def _example(self, name: str, passages: Iterable[Passage], language: Language, **told: Any) -> Example:
        read = tuple(passages)
        linked = with_weak(self._linker, read, self._linker.link(read, language))
        return Example(case=name, text=read_text(read, self._morphologies[language]), linked=linked, beginning=beginning_of(read), **told)


def _told(text: AnnotatedText | LabelledText, scheme: str, words: str, judged: Iterable[JudgedSentence]) -> frozenset[str]:
    """The slugs that a sentence of a text tells."""
    proposed = (item.concept for item in judged if (item.scheme, item.sentence) == (scheme, words) and all(item.accepted))
    return text.carried(scheme, words) | frozenset(proposed)


def _plain(text: str, language: Language) -> tuple[Passage, ...]:
    return plain_passages(with_whole_words(text), language)


def _draw(name: str) -> int:
    """A number by chance that is always the same for a name."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4])


def _account(document: Document) -> list[Passage]:
    """The first section: what the others say restates the record."""
    first = next((passage.section for passage in document.passages if not passage.is_title), None)
    return [passage for passage in document.passages if passage.section == first]


def _part(example: Example, sentences: Sequence[Sentence]) -> Example:
    """A stretch of an example, with what is named in it."""
    start, end = sentences[0].start, sentences[-1].end

    def within(mentions: tuple[Mention, ...]) -> tuple[Mention, ...]:
        return tuple(mention for mention in mentions if start <= mention.start < end)

    concepts = tuple(replace(link, evidence=held) for link in example.linked.concepts if (held := within(link.evidence)))
    places = tuple(replace(place, evidence=held) for place in example.linked.places if (held := within(place.evidence)))
    return replace(
        example,
        text=ReadText(example.text.language, tuple(sentences)),
        linked=Linked(example.linked.language, concepts, places),
        tells_case_alone=True,
        weight=example.weight * _WEIGHT_OF_A_PART,
    )


def _held(clause: MarkedClause, schemes: Iterable[str]) -> dict[str, frozenset[str]]:
    return {scheme: frozenset(mark.concept for mark in clause.marks if mark.holds and mark.scheme == scheme) for scheme in schemes}


def _values(case: Case, field: str) -> tuple[str, ...]:
    value = getattr(case, field)
    return value if isinstance(value, tuple) else () if value is None else (value,)


def _definitions(concepts: Iterable[Concept], language: Language) -> str:
    return " ".join(f"{concept.label(language)}: {concept.definition(language)}" for concept in concepts)
