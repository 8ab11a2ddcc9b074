"""The learned part of deciding, a file for each scheme: vocabularies, linear models, calibration, and the figures of their cross-validation."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from koopkg.deciding.text import Vector, Vocabulary
from koopkg.model import LANGUAGES, Language

__all__ = [
    "CaseWeights",
    "ContextModel",
    "Figures",
    "NumberWeights",
    "SchemeWeights",
    "SeveralWeights",
    "TextModel",
    "ToldWeights",
    "Weights",
    "deviations",
    "probability",
]

Floats = NDArray[np.float32]
_STEPS = 127
"""Steps of a weight to either side of zero in the file: finer ones change no decision and make it four times as large."""


def probability(score: float | Floats) -> Any:
    """The logistic function."""
    return 1 / (1 + np.exp(-score))


@dataclass(frozen=True)
class TextModel:
    """How much each term of a vocabulary speaks for each label.

    Attributes:
        weights: float32 array (n_terms, n_labels).
        intercepts: float32 array (n_labels,).
    """

    weights: Floats
    intercepts: Floats

    def scores(self, vector: Vector) -> Floats:
        """float32 array (n_labels,): log odds for a text."""
        positions, values = vector
        scores: Floats = values @ self.weights[positions] + self.intercepts
        return scores

    def support(self, vector: Vector, label: int) -> float:
        """What a part of a text adds to the log odds of a label."""
        positions, values = vector
        return float(values @ self.weights[positions, label])


@dataclass(frozen=True)
class ContextModel:
    """How much each feature of what stands around a mention says that the cooperation has what is named."""

    names: tuple[str, ...]
    weights: Floats
    intercept: float

    def score(self, features: Iterable[str]) -> float:
        """Log odds for a mention."""
        return self.intercept + sum(self._weight.get(name, 0.0) for name in set(features))

    @cached_property
    def _weight(self) -> dict[str, float]:
        return dict(zip(self.names, map(float, self.weights), strict=True))


@dataclass(frozen=True, slots=True)
class Figures:
    """What cross-validation over the cases gave: of all labels of all texts, at the threshold; `labels` are weighted as the texts are."""

    texts: int
    labels: int
    precision: float
    recall: float
    f1: float
    calibration_error: float


def deviations(vectors: Floats, usual: Floats) -> Floats:
    """float32 array (n, dim): how each vector deviates from the usual one, scaled to length 1."""
    found: Floats = vectors - usual
    found /= np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9)
    return found


def _calibrated(score: float, curve: Floats) -> float:
    """The probability for a log odds by a rising curve: what a model says, and which share was right."""
    return float(np.interp(probability(score), curve[:, 0], curve[:, 1]))


@dataclass(frozen=True)
class SchemeWeights:
    """All that decides for one scheme.

    Attributes:
        labels: Slugs in order; columns of the text models.
        priors: float32 array (n_labels,), log odds of each label among the texts learned from.
        text: Model by language.
        context: Model by language; none for a language in which nothing is named.
        described_labels: Slugs of what sentences describe; columns of `described`.
        described: Model of few sentences by language; none for a scheme of which no sentences are marked.
        candidate: float32 array (n_features,), over `koopkg.deciding.candidates.FEATURES`.
        calibration: float32 array (n, 2), see `calibrated`.
        threshold: Probability from which a concept is taken for what the text is about; above 1 where none is sure enough.
    """

    labels: tuple[str, ...]
    priors: Floats
    text: Mapping[Language, TextModel]
    context: Mapping[Language, ContextModel]
    described_labels: tuple[str, ...]
    described: Mapping[Language, TextModel]
    candidate: Floats
    intercept: float
    calibration: Floats
    threshold: float
    figures: Figures

    def probability(self, features: Floats) -> float:
        """That the cooperation has the concept of a candidate."""
        return _calibrated(float(features @ self.candidate) + self.intercept, self.calibration)


@dataclass(frozen=True)
class NumberWeights:
    """All that decides which number of a text is the one of a field; see `SchemeWeights`."""

    context: Mapping[Language, ContextModel]
    calibration: Floats
    threshold: float
    figures: Figures

    def probability(self, language: Language, features: Iterable[str]) -> float:
        """That a number is the one of the field."""
        return _calibrated(self.context[language].score(features), self.calibration)


@dataclass(frozen=True)
class ToldWeights:
    """All that decides which concepts of a scheme the sentences of a text tell; what is not said here is as of `SchemeWeights`.

    Attributes:
        told: Model of the words of one sentence by language.
        usual: float32 array (dim,), the mean of the vectors of sentences.
        meaning: float32 array (dim, n_labels), over the vector of a sentence from the usual one on, scaled to length 1.
        meaning_intercepts: float32 array (n_labels,).
    """

    labels: tuple[str, ...]
    told: Mapping[Language, TextModel]
    usual: Floats
    meaning: Floats
    meaning_intercepts: Floats
    calibration: Floats
    threshold: float
    figures: Figures

    def by_words(self, language: Language, vectors: Iterable[Vector]) -> Floats:
        """float32 array (n_sentences, n_labels): log odds by the words of each sentence."""
        model = self.told[language]
        return np.array([model.scores(vector) for vector in vectors], dtype=np.float32).reshape(-1, len(self.labels))

    def scores(self, by_words: Floats, vectors: Floats) -> Floats:
        """float32 array (n_sentences, n_labels): log odds by words and meaning, which err in different sentences.

        Args:
            vectors: float32 array (n_sentences, dim) of the bundled encoder.
        """
        scores: Floats = ((by_words + deviations(vectors, self.usual) @ self.meaning + self.meaning_intercepts) / 2).astype(np.float32)
        return scores

    def probability(self, score: float) -> float:
        """That a reader accepts what the sentence with the best score of a text is taken to tell."""
        return _calibrated(score, self.calibration)


@dataclass(frozen=True)
class LinearWeights:
    """All that decides a yes or no of a whole text by its features: weights over these, a curve of calibration and a threshold."""

    features: Floats
    intercept: float
    calibration: Floats
    threshold: float
    figures: Figures

    def probability(self, features: Floats) -> float:
        """That it is so."""
        return _calibrated(float(features @ self.features) + self.intercept, self.calibration)


@dataclass(frozen=True)
class CaseWeights(LinearWeights):
    """All that decides whether a text speaks of a cooperation that there is, over `koopkg.deciding.cases.CASE_FEATURES`: a text model with one label, too."""

    text: Mapping[Language, TextModel]


@dataclass(frozen=True)
class SeveralWeights(LinearWeights):
    """All that decides whether a text that speaks of a case speaks of several, over `koopkg.deciding.several.SEVERAL_FEATURES`: a text model, too."""

    text: Mapping[Language, TextModel]


@dataclass(frozen=True)
class Weights:
    """The vocabularies of both languages, and what decides for each scheme and number, what sentences tell, whether a text has a case, and whether several."""

    vocabularies: Mapping[Language, Vocabulary]
    schemes: Mapping[str, SchemeWeights]
    numbers: Mapping[str, NumberWeights]
    told: Mapping[str, ToldWeights]
    case: CaseWeights
    several: SeveralWeights

    @classmethod
    def bundled(cls) -> Weights:
        """Those that are installed with this package."""
        return _bundled()

    def figures(self) -> dict[str, Figures]:
        """Those of each scheme, of each number, of `case` and of `several`, by name."""
        return {
            **{name: scheme.figures for name, scheme in self.schemes.items()},
            **{name: number.figures for name, number in self.numbers.items()},
            **{name: told.figures for name, told in self.told.items()},
            _CASE: self.case.figures,
            _SEVERAL: self.several.figures,
        }

    @staticmethod
    def bundled_path() -> Path:
        """The folder of those that are installed with this package, for whoever learns them anew."""
        return Path(__file__).with_name("weights")

    @classmethod
    def open(cls, folder: Path) -> Weights:
        """Those that were saved in a folder.

        Raises:
            OSError: A file is not there.
            ValueError: One is damaged.
        """
        arrays: dict[str, NDArray[Any]] = {}
        for path in sorted(folder.glob("*.npz")):
            with np.load(path, allow_pickle=False) as found:
                arrays |= {name: found[name] for name in found.files}
        if "about" not in arrays:
            raise FileNotFoundError(folder / f"{_COMMON}.npz")
        about = json.loads(str(arrays["about"]))
        vocabularies: dict[Language, Vocabulary] = {
            language: Vocabulary(_lines(arrays[f"{language}/terms"]), arrays[f"{language}/rarity"]) for language in LANGUAGES
        }
        schemes = {name: _open(SchemeWeights, name, of, arrays) for name, of in about["schemes"].items()}
        numbers = {name: _open(NumberWeights, name, of, arrays) for name, of in about["numbers"].items()}
        told = {name: _open(ToldWeights, name, of, arrays) for name, of in about["told"].items()}
        several = _open(SeveralWeights, _SEVERAL, about[_SEVERAL], arrays)
        return cls(vocabularies, schemes, numbers, told, _open(CaseWeights, _CASE, about[_CASE], arrays), several)

    def save(self, folder: Path) -> None:
        """Write them to a folder, a file for each scheme and number and one for what they share; the same bytes for the same weights."""
        parts: dict[str, _AnyPart] = {**self.schemes, **self.numbers, **self.told, _CASE: self.case, _SEVERAL: self.several}
        about: dict[str, Any] = {"schemes": _told(self.schemes), "numbers": _told(self.numbers), "told": _told(self.told)}
        about |= {**_told({_CASE: self.case}), **_told({_SEVERAL: self.several})}
        common: dict[str, NDArray[Any]] = {"about": np.array(json.dumps(about, sort_keys=True))}
        for language, vocabulary in self.vocabularies.items():
            common |= {f"{language}/terms": _bytes(vocabulary.terms), f"{language}/rarity": vocabulary.rarity}
        folder.mkdir(parents=True, exist_ok=True)
        for name, arrays in {_COMMON: common, **{name: _arrays(name, part) for name, part in parts.items()}}.items():
            with (folder / f"{name}.npz").open("wb") as file:
                np.savez_compressed(file, allow_pickle=False, **arrays)


_COMMON = "common"
_CASE, _SEVERAL = "case", "several"
_TEXT_MODELS = ("text", "described", "told")
_AnyPart = SchemeWeights | NumberWeights | ToldWeights | CaseWeights | SeveralWeights
_Part = TypeVar("_Part", SchemeWeights, NumberWeights, ToldWeights, CaseWeights, SeveralWeights)


@lru_cache(maxsize=1)
def _bundled() -> Weights:
    return Weights.open(Weights.bundled_path())


def _told(parts: Mapping[str, _Part]) -> dict[str, dict[str, Any]]:
    """What is no array, by name of the part: numbers, figures, names of labels, and the intercepts of contexts by language."""
    return {
        name: {
            field.name: asdict(value) if isinstance(value, Figures) else list(value) if isinstance(value, tuple) else value
            for field in fields(part)
            if not isinstance(value := getattr(part, field.name), np.ndarray | Mapping)
        }
        | {field.name: sorted(value) for field in fields(part) if isinstance(value := getattr(part, field.name), Mapping)}
        | {"context intercepts": {language: context.intercept for language, context in getattr(part, "context", {}).items()}}
        for name, part in parts.items()
    }


def _arrays(name: str, part: _AnyPart) -> dict[str, NDArray[Any]]:
    found: dict[str, NDArray[Any]] = {f"{name}/{field.name}": value for field in fields(part) if isinstance(value := getattr(part, field.name), np.ndarray)}
    for kind in _TEXT_MODELS:
        for language, text in getattr(part, kind, {}).items():
            steps, scales = _coarse(text.weights)
            prefix = f"{name}/{language}/{kind}"
            found |= {prefix: steps, f"{prefix}-scales": scales, f"{prefix}-intercepts": text.intercepts}
    for language, context in getattr(part, "context", {}).items():
        found |= {f"{name}/{language}/context-names": _bytes(context.names), f"{name}/{language}/context": context.weights}
    return found


def _open(kind: type[_Part], name: str, told: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> _Part:
    values: dict[str, Any] = {}
    for field in fields(kind):
        if field.name in _TEXT_MODELS:
            values[field.name] = {language: _text_model(f"{name}/{language}/{field.name}", arrays) for language in told[field.name]}
        elif field.name == "context":
            intercepts = told["context intercepts"]
            values["context"] = {
                language: ContextModel(_lines(arrays[f"{name}/{language}/context-names"]), arrays[f"{name}/{language}/context"], intercepts[language])
                for language in told["context"]
            }
        elif field.name in told:
            value = told[field.name]
            values[field.name] = Figures(**value) if field.name == "figures" else tuple(value) if isinstance(value, list) else value
        else:
            values[field.name] = arrays[f"{name}/{field.name}"]
    return kind(**values)


def _text_model(prefix: str, arrays: Mapping[str, NDArray[Any]]) -> TextModel:
    return TextModel(arrays[prefix] * arrays[f"{prefix}-scales"], arrays[f"{prefix}-intercepts"])


def _coarse(weights: Floats) -> tuple[NDArray[np.int8], Floats]:
    """Weights as steps of a scale of their own for each label."""
    scales = np.maximum(np.abs(weights).max(axis=0), 1e-9).astype(np.float32) / _STEPS
    return np.rint(weights / scales).astype(np.int8), scales


def _bytes(names: tuple[str, ...]) -> NDArray[np.uint8]:
    return np.frombuffer("\n".join(names).encode(), dtype=np.uint8)


def _lines(raw: NDArray[np.uint8]) -> tuple[str, ...]:
    text = raw.tobytes().decode()
    return tuple(text.split("\n")) if text else ()
