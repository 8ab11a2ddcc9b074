"""Texts whose cooperations are known -> weights, calibrated and measured on cases that the models have not seen."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from koopkg.deciding.candidates import Candidate, Hierarchy, candidates_of
from koopkg.deciding.cases import case_features
from koopkg.deciding.choosing import DECIDED, NUMBERS_LEAST_PRECISION, DecidedScheme, choose
from koopkg.deciding.clauses import surroundings
from koopkg.deciding.describing import described_in
from koopkg.deciding.fitting import (
    FOLDS,
    TEXT_STRENGTH,
    best_threshold,
    calibration_error,
    fit_contexts,
    fit_curve,
    fit_decision,
    fit_linear,
    fit_meanings,
    fit_texts,
    fold_of,
    unseen_by_rows,
)
from koopkg.deciding.learning_several import SeveralExample, learned_several
from koopkg.deciding.learning_told import ToldSentence, learned_told
from koopkg.deciding.meaning import Meanings, meaning_of, once_each
from koopkg.deciding.models import CaseWeights, ContextModel, Figures, Floats, MeaningModel, NumberWeights, SchemeWeights, TextModel, by_label, probability
from koopkg.deciding.numbers import NUMBERS, NumberField, features_of
from koopkg.deciding.telling import TOLD
from koopkg.deciding.text import ReadText, Vector, Vocabulary
from koopkg.deciding.weights import Weights
from koopkg.model import LANGUAGES, Language, Linked, Mention
from koopkg.ontology import Ontology

__all__ = ["Clause", "Example", "Statement", "train"]

_FEWEST = 3
"""Cases that a concept needs for a text model of its own."""
_FEWEST_STATEMENTS = 2
"""Of a concept, to learn how it is described."""
_STATEMENT_STRENGTH = 30.0
_CASE_STRENGTH = 3.0
"""Definitions and accounts differ in style above all: a model of their words that fits closer takes every plain sentence for a definition."""
_EVEN = 0.5
"""Where a text is a case rather than not: there are far too few without one to choose a threshold by."""


@dataclass(frozen=True, slots=True)
class Example:
    """A text and what is known of it.

    Attributes:
        case: Texts about the same case never stand on both sides of a fold.
        beginning: Its first passages, as `koopkg.deciding.meaning.beginning_of` gives them.
        gold: Scheme -> slugs that the cooperation has; without the schemes of which that is not known.
        doubtful: Scheme -> slugs that are neither right nor wrong.
        numbers: Field -> value that the text tells; None where that is not known.
        is_case: Whether it speaks of a cooperation that there is.
        tells_case_alone: Nothing else is learned from it: it is a few sentences of another text, where what its cooperation has need not stand.
        weight: How much it counts beside others.
    """

    case: str
    text: ReadText
    linked: Linked
    beginning: tuple[str, ...]
    gold: Mapping[str, frozenset[str]] = field(default_factory=dict)
    doubtful: Mapping[str, frozenset[str]] = field(default_factory=dict)
    numbers: Mapping[str, int] | None = field(default_factory=dict)
    is_case: bool = True
    tells_case_alone: bool = False
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Clause:
    """A mention in a short text, and whether the cooperation of that text has what it names; `case` as of an example."""

    case: str
    text: ReadText
    mention: Mention
    scheme: str
    slug: str
    holds: bool


@dataclass(frozen=True, slots=True)
class Statement:
    """A few sentences, and what they say that the cooperation has; `gold` holds each scheme of which everything that they say is known."""

    case: str
    text: ReadText
    gold: Mapping[str, frozenset[str]]


def train(
    examples: Sequence[Example],
    clauses: Sequence[Clause],
    statements: Sequence[Statement],
    told: Sequence[ToldSentence],
    several: Sequence[SeveralExample],
    ontology: Ontology,
    meanings: Meanings,
) -> Weights:
    """Learn all weights; the same examples in the same order give the same.

    Args:
        clauses: More mentions to learn from what stands around them.
        statements: Few sentences to learn from what describes a concept.
        told: Sentences to learn from what tells a success factor or an obstacle.
        several: Texts to learn from what tells several cooperations from one.
        meanings: The bundled encoder.

    Needs scikit-learn (the extra `train`).
    """
    vectors = meanings([sentence.words for sentence in told])
    whole = [example for example in examples if not example.tells_case_alone]
    vocabularies = _Taught(whole, clauses, statements).vocabularies
    of_cases = _Taught([example for example in whole if example.is_case], clauses, statements, vocabularies)
    embedded = once_each(meanings)
    embedded([text for example in of_cases.examples for text in example.beginning])
    return Weights(
        vocabularies,
        {scheme.name: _SchemeLearner(scheme, of_cases.knowing(scheme.name), Hierarchy(ontology, scheme.name), embedded).learn() for scheme in DECIDED},
        {field.name: _learned_number(field, of_cases.knowing_numbers()) for field in NUMBERS},
        {scheme: learned_told(scheme, told, vectors, vocabularies) for scheme in TOLD},
        _learned_case(_Taught(examples, clauses, statements, vocabularies)),
        learned_several(several, vocabularies),
    )


class _Taught:
    """Examples with their vectors and folds."""

    def __init__(
        self,
        examples: Sequence[Example],
        clauses: Sequence[Clause],
        statements: Sequence[Statement],
        vocabularies: Mapping[Language, Vocabulary] | None = None,
    ) -> None:
        self.examples, self.clauses, self.statements = examples, clauses, statements
        self.vocabularies = vocabularies or {
            language: Vocabulary.of(example.text.terms for example in examples if example.text.language == language) for language in LANGUAGES
        }
        self.vectors: list[Vector] = [self.vocabularies[example.text.language].vector(example.text.terms) for example in examples]
        self.folds = np.array([fold_of(example.case) for example in examples])
        self.weights = np.array([example.weight for example in examples])

    def knowing(self, scheme: str) -> _Taught:
        """Those of which it is known what they have of a scheme."""
        return self._only([example for example in self.examples if scheme in example.gold])

    def knowing_numbers(self) -> _Taught:
        """Those of which the numbers are known."""
        return self._only([example for example in self.examples if example.numbers is not None])

    def _only(self, examples: Sequence[Example]) -> _Taught:
        return _Taught(examples, self.clauses, self.statements, self.vocabularies)

    def numbers(self, language: Language, fold: int | None, *, is_inside: bool = False) -> list[int]:
        """Positions of the examples of a language outside of a fold, or inside of it; all for no fold."""
        of_language = (number for number, example in enumerate(self.examples) if example.text.language == language)
        return [number for number in of_language if fold is None or (self.folds[number] == fold) == is_inside]

    def text_model(self, language: Language, fold: int | None, right: Callable[[Example], list[bool]], *, strength: float = TEXT_STRENGTH) -> TextModel:
        """A model learned outside of a fold.

        Args:
            right: Example -> which of the labels it has.
            strength: As of `fit_texts`.
        """
        numbers = self.numbers(language, fold)
        of_labels = np.array([right(self.examples[number]) for number in numbers])
        return fit_texts([self.vectors[number] for number in numbers], of_labels, len(self.vocabularies[language].terms), strength=strength)


@dataclass(frozen=True)
class _SchemeLearner:
    """The learning of one scheme."""

    scheme: DecidedScheme
    taught: _Taught
    hierarchy: Hierarchy
    meanings: Meanings

    def learn(self) -> SchemeWeights:
        rows = [(number, found) for number, of_text in enumerate(self._unseen_candidates()) for found in of_text if not self._is_doubtful(number, found)]
        of_example = np.array([number for number, _ in rows])
        features = np.array([found.features for _, found in rows], dtype=np.float64)
        right = np.array([found.slug in self._gold(self.taught.examples[number]) for number, found in rows])
        weights = self.taught.weights[of_example]
        unseen = unseen_by_rows(features, right, self.taught.folds[of_example], weights)
        threshold, figures = self._threshold(rows, unseen.calibrated, calibration_error(unseen.calibrated, right, weights))
        candidate, intercept = fit_linear(features, right, weights)
        return SchemeWeights(
            labels=self.labels,
            priors=np.array([self.priors[slug] for slug in self.labels], dtype=np.float32),
            text={language: self._text_model(language, None) for language in LANGUAGES},
            context={language: model for language in LANGUAGES if (model := self._context_model(language, None))},
            described_labels=self.described_labels,
            described={language: described for language in LANGUAGES if (described := self._described_model(language, None))},
            meaning=self._meaning_model(None),
            candidate=candidate,
            intercept=intercept,
            calibration=fit_curve(unseen.said, right, weights),
            threshold=threshold,
            figures=figures,
        )

    @cached_property
    def _counts(self) -> dict[str, int]:
        """Slug -> cases that have it."""
        golds = {example.case: self._gold(example) for example in self.taught.examples}.values()
        return {slug: sum(slug in gold for gold in golds) for slug in self.hierarchy.slugs}

    @cached_property
    def labels(self) -> tuple[str, ...]:
        return tuple(slug for slug, count in sorted(self._counts.items()) if count >= _FEWEST)

    @cached_property
    def priors(self) -> dict[str, float]:
        cases = len({example.case for example in self.taught.examples})
        return {slug: math.log((self._counts[slug] + 0.5) / (cases - self._counts[slug] + 0.5)) for slug in self.labels}

    def _gold(self, example: Example) -> frozenset[str]:
        return example.gold.get(self.scheme.name, frozenset())

    def _is_doubtful(self, number: int, found: Candidate) -> bool:
        return found.slug in self.taught.examples[number].doubtful.get(self.scheme.name, frozenset())

    def _unseen_candidates(self) -> list[list[Candidate]]:
        """Those of each text, by models that have not seen its case."""
        found: list[list[Candidate]] = [[] for _ in self.taught.examples]
        for fold in range(FOLDS):
            meaning = self._meaning_model(fold)
            for language in LANGUAGES:
                text_model = self._text_model(language, fold)
                context = self._context_model(language, fold)
                describing = self._described_model(language, fold)
                for number in self.taught.numbers(language, fold, is_inside=True):
                    example = self.taught.examples[number]
                    found[number] = candidates_of(
                        example.text,
                        example.linked,
                        self.hierarchy,
                        refused_by=self.scheme.refused_by,
                        by_text=by_label(self.labels, text_model.scores(self.taught.vectors[number])),
                        by_meaning=by_label(self.labels, meaning.scores(self._meant[[number]])[0]),
                        priors=self.priors,
                        context=context,
                        described=described_in(example.text, self.described_labels, describing, self.taught.vocabularies[language]),
                    )
        return found

    @cached_property
    def described_labels(self) -> tuple[str, ...]:
        told = Counter(slug for statement in self.taught.statements for slug in statement.gold.get(self.scheme.name, ()))
        return tuple(sorted(slug for slug, count in told.items() if count >= _FEWEST_STATEMENTS and slug in self.hierarchy.slugs))

    def _is_inside(self, case: str, fold: int | None) -> bool:
        """Whether a clause must not be seen outside of a fold, because an example has its text."""
        return case in self._cases and fold_of(case) == fold

    @cached_property
    def _cases(self) -> frozenset[str]:
        return frozenset(example.case for example in self.taught.examples)

    def _described_model(self, language: Language, fold: int | None) -> TextModel | None:
        told = [
            statement
            for statement in self.taught.statements
            if statement.text.language == language and self.scheme.name in statement.gold and not self._is_inside(statement.case, fold)
        ]
        if not told or not self.described_labels:
            return None
        vocabulary = self.taught.vocabularies[language]
        right = np.array([[slug in statement.gold[self.scheme.name] for slug in self.described_labels] for statement in told])
        vectors = [vocabulary.vector(statement.text.terms) for statement in told]
        return fit_texts(vectors, right, len(vocabulary.terms), strength=_STATEMENT_STRENGTH)

    def _text_model(self, language: Language, fold: int | None) -> TextModel:
        return self.taught.text_model(language, fold, lambda example: [slug in self._gold(example) for slug in self.labels])

    def _meaning_model(self, fold: int | None) -> MeaningModel:
        outside = np.ones(len(self._meant), dtype=bool) if fold is None else self.taught.folds != fold
        right = np.array([[slug in self._gold(example) for slug in self.labels] for example in self.taught.examples])
        return fit_meanings(self._meant[outside], self._meant.mean(axis=0), right[outside], self.taught.weights[outside])

    @cached_property
    def _meant(self) -> Floats:
        """float32 array (n_examples, dim)."""
        return np.array([meaning_of(example.beginning, self.meanings) for example in self.taught.examples])

    def _context_model(self, language: Language, fold: int | None) -> ContextModel | None:
        contexts, right = [], []
        for number in self.taught.numbers(language, fold):
            example = self.taught.examples[number]
            for link in example.linked.concepts:
                if link.scheme == self.scheme.name:
                    contexts += [list(surroundings(example.text, mention, link.slug)) for mention in link.evidence]
                    right += [link.slug in self._gold(example)] * len(link.evidence)
        for clause in self.taught.clauses:
            if clause.scheme == self.scheme.name and clause.text.language == language and not self._is_inside(clause.case, fold):
                contexts.append(list(surroundings(clause.text, clause.mention, clause.slug)))
                right.append(clause.holds)
        return fit_contexts(contexts, np.array(right, dtype=bool))

    def _threshold(self, rows: Sequence[tuple[int, Candidate]], found: Floats, error: float) -> tuple[float, Figures]:
        """The threshold with the best F1, or the lowest that is precise enough, with its figures."""
        wanted = sum(len(self._gold(example)) * example.weight for example in self.taught.examples)
        grouped: dict[int, dict[str, float]] = {}
        for (number, candidate), likelihood in zip(rows, found, strict=True):
            grouped.setdefault(number, {})[candidate.slug] = float(likelihood)

        def decided(threshold: float) -> Iterator[tuple[float, float]]:
            for number, of_text in grouped.items():
                example = self.taught.examples[number]
                chosen = choose(of_text, self.hierarchy, threshold=threshold, is_single=self.scheme.is_single)
                yield len(chosen) * example.weight, len(chosen & self._gold(example)) * example.weight

        return best_threshold(decided, wanted, len(self.taught.examples), error, self.scheme.least_precision)


def _learned_number(field: NumberField, taught: _Taught) -> NumberWeights:
    """What tells the number of a field from others in a text."""
    found: list[tuple[int, int, float, bool]] = []  # example, value, log odds by a model that has not seen its case, whether it is the one

    def contexts(number: int) -> Iterator[tuple[int, list[str], bool]]:
        example = taught.examples[number]
        for candidate in field.candidates(example.text):
            yield candidate.value, list(features_of(example.text, candidate)), candidate.value == (example.numbers or {}).get(field.name)

    def learned(language: Language, fold: int | None) -> ContextModel | None:
        rows = [row for number in taught.numbers(language, fold) for row in contexts(number)]
        return fit_contexts([features for _, features, _ in rows], np.array([is_right for _, _, is_right in rows], dtype=bool))

    for fold in range(FOLDS):
        for language in LANGUAGES:
            if model := learned(language, fold):
                for number in taught.numbers(language, fold, is_inside=True):
                    found += [(number, value, model.score(features), is_right) for value, features, is_right in contexts(number)]
    best: dict[int, tuple[float, bool]] = {}  # the likeliest number of each text
    for number, _, score, is_right in found:
        best[number] = max(best.get(number, (-math.inf, False)), (score, is_right))
    scores, right = np.array([score for score, _ in best.values()]), np.array([is_right for _, is_right in best.values()])
    weights = taught.weights[list(best)]
    curve = fit_curve(probability(scores), right, weights)
    likely = np.interp(probability(scores), curve[:, 0], curve[:, 1])

    def decided(threshold: float) -> Iterator[tuple[float, float]]:
        chosen = likely >= threshold
        yield float(weights[chosen].sum()), float(weights[chosen & right].sum())

    wanted = sum(example.weight for example in taught.examples if field.name in (example.numbers or {}))
    threshold, figures = best_threshold(decided, wanted, len(taught.examples), calibration_error(likely, right, weights), NUMBERS_LEAST_PRECISION)
    return NumberWeights({language: model for language in LANGUAGES if (model := learned(language, None))}, curve, threshold, figures)


def _learned_case(taught: _Taught) -> CaseWeights:
    """What tells a text about a cooperation from one about cooperation as such."""
    right = np.array([example.is_case for example in taught.examples])
    by_text = np.zeros(len(right))

    def is_case(example: Example) -> list[bool]:
        return [example.is_case]

    for fold in range(FOLDS):
        for language in LANGUAGES:
            model = taught.text_model(language, fold, is_case, strength=_CASE_STRENGTH)
            for number in taught.numbers(language, fold, is_inside=True):
                by_text[number] = float(model.scores(taught.vectors[number])[0])
    features = np.array(
        [case_features(example.text, example.linked, by_text=score) for example, score in zip(taught.examples, by_text, strict=True)], dtype=np.float64
    )
    decision = fit_decision(features, right, taught.folds, taught.weights, None, thresholds=(_EVEN,))
    text = {language: taught.text_model(language, None, is_case, strength=_CASE_STRENGTH) for language in LANGUAGES}
    return CaseWeights(**vars(decision), text=text)
