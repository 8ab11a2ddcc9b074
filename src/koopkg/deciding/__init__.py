"""What a text names -> what its cooperation has (`about`) and what it only speaks of (`mentioned`), each with the probability of the first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from koopkg.analyses import Analyses
from koopkg.deciding.candidates import Hierarchy, candidates_of
from koopkg.deciding.cases import case_features
from koopkg.deciding.choosing import DECIDED, DecidedScheme, choose
from koopkg.deciding.describing import described_in
from koopkg.deciding.meaning import Meanings, beginning_of, meaning_of, once_each
from koopkg.deciding.models import Floats, TextModel, by_label
from koopkg.deciding.numbers import NUMBERS, features_of
from koopkg.deciding.several import about_how_many, several_features
from koopkg.deciding.telling import TOLD, told_in
from koopkg.deciding.text import ReadText, Vector, read_text
from koopkg.deciding.weights import Weights
from koopkg.linking import Linker
from koopkg.model import LANGUAGES, Decided, Decision, Fact, Language, Linked, Mention, Passage
from koopkg.morphology import Morphology
from koopkg.namespaces import concept_iri
from koopkg.ontology import Ontology

__all__ = ["Decider", "Meanings", "Weights"]


class Decider:
    """Decides for texts by one set of weights over one ontology."""

    def __init__(self, linker: Linker, ontology: Ontology, analyses: Analyses, meanings: Meanings, weights: Weights | None = None) -> None:
        """Make ready to decide; by the weights that are installed with this package unless others are given.

        Args:
            linker: What found that which is to be decided.
            meanings: The bundled encoder, as `koopkg.index.bundled_meanings` gives it.
        """
        self._linker, self._meanings, self._weights = linker, meanings, weights or Weights.bundled()
        self._morphologies: dict[Language, Morphology] = {language: Morphology(language, analyses) for language in LANGUAGES}
        self._hierarchies = {scheme.name: Hierarchy(ontology, scheme.name) for scheme in DECIDED}

    def decide(self, passages: Iterable[Passage], linked: Linked) -> Decided:
        """Whether a document speaks of a cooperation that there is, and what that has.

        Where it rather does not, nothing is `about`; where it speaks of several, nothing of which one cooperation has but one is.

        Args:
            passages: All of the document.
            linked: What they name, as `koopkg.linking.Linker` finds it.
        """
        passages = tuple(passages)
        text = read_text(passages, self._morphologies[linked.language])
        if not text.sentences:
            return Decided(0.0, (), ())
        vector = self._weights.vocabularies[text.language].vector(text.terms)
        is_case = self._case(text, vector, linked)
        speaks = is_case >= self._weights.case.threshold
        several = self._several(text, passages, vector, linked) if speaks else 0.0
        is_several = several >= self._weights.several.threshold
        named = with_weak(self._linker, passages, linked)
        meaning = meaning_of(beginning_of(passages), self._meanings)
        decisions = (decision for scheme in DECIDED for decision in self._of_scheme(scheme, text, vector, meaning, named, is_case, is_several=is_several))
        told = self._told(text, is_case)
        in_order = tuple(sorted((*decisions, *told), key=lambda decision: (decision.scheme, decision.slug)))
        facts = tuple(self._facts(text, is_case)) if speaks and not is_several else ()
        return Decided(round(is_case, 3), in_order, facts, round(several, 3), about_how_many(text, linked) if is_several else None)

    def _case(self, text: ReadText, vector: Vector, linked: Linked) -> float:
        by_text = float(self._weights.case.text[text.language].scores(vector)[0])
        return self._weights.case.probability(case_features(text, linked, by_text=by_text))

    def _several(self, text: ReadText, passages: Sequence[Passage], vector: Vector, linked: Linked) -> float:
        by_text = float(self._weights.several.text[text.language].scores(vector)[0])
        return self._weights.several.probability(several_features(text, passages, linked, by_text=by_text))

    def _of_scheme(
        self, scheme: DecidedScheme, text: ReadText, vector: Vector, meaning: Floats, linked: Linked, is_case: float, *, is_several: bool
    ) -> Iterator[Decision]:
        weights, hierarchy = self._weights.schemes[scheme.name], self._hierarchies[scheme.name]
        model = weights.text[text.language]
        candidates = candidates_of(
            text,
            linked,
            hierarchy,
            refused_by=scheme.refused_by,
            by_text=by_label(weights.labels, model.scores(vector)),
            by_meaning=by_label(weights.labels, weights.meaning.scores(meaning[None])[0]),
            priors=by_label(weights.labels, weights.priors),
            context=weights.context.get(text.language),
            described=described_in(text, weights.described_labels, weights.described.get(text.language), self._weights.vocabularies[text.language]),
        )
        likely = {found.slug: weights.probability(found.features) for found in candidates}
        is_told = is_case >= self._weights.case.threshold and not (is_several and scheme.is_single)
        threshold = weights.threshold if is_told else _NEVER
        chosen = choose(likely, hierarchy, threshold=threshold, is_single=scheme.is_single)
        for found in candidates:
            is_about = found.slug in chosen
            evidence = found.mentions or ((self._carrying(model, text, weights.labels.index(found.slug)),) if is_about else ())
            if is_about or (evidence and not found.is_weak):
                confidence = round(likely[found.slug] * is_case, 3)
                yield Decision(concept_iri(scheme.name, found.slug), scheme.name, found.slug, "about" if is_about else "mentioned", confidence, evidence)

    def _told(self, text: ReadText, is_case: float) -> Iterator[Decision]:
        meanings, vocabulary = once_each(self._meanings), self._weights.vocabularies[text.language]
        for scheme in TOLD:
            weights = self._weights.told[scheme]
            least = weights.threshold if is_case >= self._weights.case.threshold else _NEVER
            yield from told_in(text, scheme, weights, vocabulary, meanings, is_case, least=least)

    def _carrying(self, model: TextModel, text: ReadText, label: int) -> Mention:
        """The sentence that speaks most for a label, which nothing names."""
        vocabulary = self._weights.vocabularies[text.language]
        best = max(text.sentences, key=lambda sentence: model.support(vocabulary.vector(sentence.terms), label))
        return Mention(best.start, best.end, best.text)

    def _facts(self, text: ReadText, is_case: float) -> Iterator[Fact]:
        """The numbers that are sure enough."""
        for field in NUMBERS:
            weights = self._weights.numbers[field.name]
            rated = [(weights.probability(text.language, features_of(text, number)), number) for number in field.candidates(text)]
            if rated and text.language in weights.context:
                likely, number = max(rated, key=lambda pair: pair[0])
                if likely >= weights.threshold:
                    yield Fact(field.name, number.value, round(likely * is_case, 3), (number.mention,))


def with_weak(linker: Linker, passages: Iterable[Passage], linked: Linked) -> Linked:
    """What a text names, with what only its weak labels do: that a shop is a village shop the rest of the text may say."""
    return replace(linked, concepts=(*linked.concepts, *linker.weak_links(passages, linked)))


_NEVER = 1.01
"""A threshold that nothing reaches."""
