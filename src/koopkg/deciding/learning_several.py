"""Texts of which it is known whether they speak of one cooperation or of several -> what tells the two apart, calibrated on texts that it has not seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from koopkg.deciding.fitting import FOLDS, fit_decision, fit_texts, fold_of
from koopkg.deciding.models import SeveralWeights, TextModel
from koopkg.deciding.several import several_features
from koopkg.deciding.text import ReadText, Vocabulary
from koopkg.model import LANGUAGES, Language, Linked, Passage

__all__ = ["SeveralExample", "learned_several"]

_LEAST_PRECISION = 0.9
"""Who is told that there are several where there is one loses the legal form and a draft; who is not told sees what was seen before."""
_TEXT_STRENGTH = 10.0
"""Inverse of the regularisation (scikit-learn's C), chosen by cross-validation."""


@dataclass(frozen=True, slots=True)
class SeveralExample:
    """A text that speaks of a cooperation, with what it names; `case` and `weight` as of `koopkg.deciding.training.Example`."""

    case: str
    text: ReadText
    passages: tuple[Passage, ...]
    linked: Linked
    is_several: bool
    weight: float = 1.0


def learned_several(examples: Sequence[SeveralExample], vocabularies: Mapping[Language, Vocabulary]) -> SeveralWeights:
    """Weights, curve and threshold; the same examples in the same order give the same."""
    right = np.array([example.is_several for example in examples])
    weights = np.array([example.weight for example in examples])
    folds = np.array([fold_of(example.case) for example in examples])
    vectors = [vocabularies[example.text.language].vector(example.text.terms) for example in examples]

    def learned(language: Language, fold: int | None) -> TextModel:
        rows = [row for row, example in enumerate(examples) if example.text.language == language and folds[row] != fold]
        size = len(vocabularies[language].terms)
        return fit_texts([vectors[row] for row in rows], right[rows, np.newaxis], size, strength=_TEXT_STRENGTH, weights=weights[rows])

    by_text = np.zeros(len(examples))
    for fold in range(FOLDS):
        models = {language: learned(language, fold) for language in LANGUAGES}
        for row in np.flatnonzero(folds == fold):
            by_text[row] = float(models[examples[int(row)].text.language].scores(vectors[row])[0])
    told = [several_features(one.text, one.passages, one.linked, by_text=score) for one, score in zip(examples, by_text, strict=True)]
    decision = fit_decision(np.array(told, dtype=np.float64), right, folds, weights, _LEAST_PRECISION)
    return SeveralWeights(**vars(decision), text={language: learned(language, None) for language in LANGUAGES})
