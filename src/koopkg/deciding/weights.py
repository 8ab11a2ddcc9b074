"""All that was learned of deciding, kept as a file for each scheme and number and one for what they share."""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from koopkg.deciding.models import (
    CaseWeights,
    ContextModel,
    Figures,
    Floats,
    MeaningModel,
    NumberWeights,
    SchemeWeights,
    SeveralWeights,
    TextModel,
    ToldWeights,
)
from koopkg.deciding.text import Vocabulary
from koopkg.errors import ConfigurationError
from koopkg.files import write_whole
from koopkg.model import LANGUAGES, Language

__all__ = ["Weights"]

_STEPS = 127
"""Steps of a weight to either side of zero in the file: finer ones change no decision and make it four times as large."""


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
            ConfigurationError: It has none, or none that this version reads.
        """
        try:
            return cls._read(folder)
        except (OSError, KeyError, ValueError, TypeError, EOFError, zlib.error, zipfile.BadZipFile) as error:
            raise ConfigurationError(
                "{folder}: no weights that this version reads; learn them by `koopkg train-links --output {folder}`", folder=str(folder)
            ) from error

    @classmethod
    def _read(cls, folder: Path) -> Weights:
        arrays: dict[str, NDArray[Any]] = {}
        for path in sorted(folder.glob("*.npz")):
            with np.load(path, allow_pickle=False) as found:
                arrays |= {name: found[name] for name in found.files}
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
            packed = BytesIO()
            np.savez_compressed(packed, allow_pickle=False, **arrays)
            write_whole(folder / f"{name}.npz", packed.getvalue())


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
            if not isinstance(value := getattr(part, field.name), np.ndarray | Mapping | MeaningModel)
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
    if isinstance(meaning := getattr(part, "meaning", None), MeaningModel):
        found |= {f"{name}/meaning-{field.name}": getattr(meaning, field.name) for field in fields(MeaningModel)}
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
        elif field.name == "meaning":
            values["meaning"] = MeaningModel(**{field.name: arrays[f"{name}/meaning-{field.name}"] for field in fields(MeaningModel)})
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
