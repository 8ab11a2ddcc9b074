"""The corpus, the ontology and annotated texts -> the examples that deciding is learned from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from koopkg.analyses import Analyses
from koopkg.annotated import AnnotatedText, MarkedClause
from koopkg.deciding import with_weak
from koopkg.deciding.choosing import DECIDED
from koopkg.deciding.numbers import NUMBERS
from koopkg.deciding.text import read_text
from koopkg.deciding.training import Clause, Example
from koopkg.linking import Linker
from koopkg.model import LANGUAGES, Case, Document, Language, Mention, Passage
from koopkg.morphology import Morphology
from koopkg.ontology import Concept, Ontology
from koopkg.reading.passages import plain_passages
from koopkg.text import with_whole_words

__all__ = ["Teacher"]

_UNKNOWN = "unbekannt"
"""A status that says nothing of what the text tells."""
_DEFINITIONS_A_TEXT = 4
_WEIGHT_OF_ANNOTATED = 30.0
"""Of a text as it comes in, beside one of the corpus, which were all written in one manner: some forty of these count as much as all of those."""


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
        account = next((passage.section for passage in document.passages if not passage.is_title), None)
        prose = [passage for passage in document.passages if passage.section == account]
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

    def of_annotated(self, texts: Iterable[AnnotatedText]) -> Iterator[Example]:
        """Annotated texts about one case or none."""
        for text in texts:
            if text.case != "several":
                yield self._example(
                    text.id,
                    plain_passages(with_whole_words(text.text), text.language),
                    text.language,
                    gold={scheme.name: text.right(scheme.name) for scheme in DECIDED},
                    doubtful={scheme.name: text.doubtful(scheme.name) for scheme in DECIDED},
                    numbers=text.numbers(),
                    is_case=text.case == "one",
                    weight=_WEIGHT_OF_ANNOTATED,
                )

    def of_clauses(self, clauses: Iterable[MarkedClause]) -> Iterator[Clause]:
        """Each mark as a mention of its own."""
        for clause in clauses:
            text = with_whole_words(clause.text)
            read = read_text(plain_passages(text, clause.language), self._morphologies[clause.language])
            for mark in clause.marks:
                start, quote = len(with_whole_words(clause.text[: mark.start])), with_whole_words(mark.quote)
                yield Clause(read, Mention(start, start + len(quote), quote), mark.scheme, mark.concept, mark.holds)

    def _of_case(self, case: Case, passages: Iterable[Passage], language: Language) -> Example:
        gold = {scheme.name: frozenset(_values(case, scheme.field)) - {_UNKNOWN} for scheme in DECIDED}
        forms = {agreement.legal_form for agreement in case.agreements if agreement.legal_form}
        numbers = {field.name: value for field in NUMBERS if (value := getattr(case, field.name)) is not None}
        return self._example(case.id, passages, language, gold={**gold, "legal-form": gold["legal-form"] | forms}, numbers=numbers)

    def _example(self, name: str, passages: Iterable[Passage], language: Language, **told: Any) -> Example:
        read = tuple(passages)
        linked = with_weak(self._linker, read, self._linker.link(read, language))
        return Example(case=name, text=read_text(read, self._morphologies[language]), linked=linked, **told)


def _values(case: Case, field: str) -> tuple[str, ...]:
    value = getattr(case, field)
    return value if isinstance(value, tuple) else () if value is None else (value,)


def _definitions(concepts: Iterable[Concept], language: Language) -> str:
    return " ".join(f"{concept.label(language)}: {concept.definition(language)}" for concept in concepts)
