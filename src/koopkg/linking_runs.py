"""What `koopkg eval linking --json` printed before, and what is measured now -> in which schemes texts are read better or worse."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from koopkg.agreement import Counts, SchemeScores
from koopkg.annotated import AnnotatedText
from koopkg.evaluation import EvaluationError, fingerprint
from koopkg.pairing import Difference, difference

__all__ = ["EarlierRun", "annotations_fingerprint", "compare_linking", "read_linking_run"]


@dataclass(frozen=True, slots=True)
class EarlierScheme:
    """How a scheme was decided, text by text."""

    by_text: Mapping[str, Counts]


@dataclass(frozen=True, slots=True)
class EarlierRun:
    """What a later run is compared by; `annotations` names what was right then."""

    annotations: str
    schemes: Mapping[str, EarlierScheme]


_RUN = TypeAdapter(EarlierRun)


def annotations_fingerprint(texts: Iterable[AnnotatedText]) -> str:
    """A name for what is right of some texts: the same for the same annotations, whatever the order of the texts."""
    grades = {}
    for text in texts:
        right = {f"{scheme}/{slug}": 1 for scheme in text.gold for slug in text.right(scheme)}
        doubtful = {f"{scheme}/{slug}": 0 for scheme in text.accept for slug in text.doubtful(scheme)}
        grades[text.id] = {f"case {text.case}": 1, **right, **doubtful}
    return fingerprint(grades)


def read_linking_run(path: Path, texts: Iterable[AnnotatedText]) -> EarlierRun:
    """An earlier run, to be compared with one over these texts.

    Raises:
        EvaluationError: The file is no such run, or it was over other texts or annotations.
    """
    try:
        run = _RUN.validate_json(path.read_bytes())
    except ValidationError as error:
        raise EvaluationError(
            "{path}: is no run of linking ({count} faults); expected a file with what `koopkg eval linking --json` printed",
            path=str(path),
            count=error.error_count(),
        ) from None
    if run.annotations != annotations_fingerprint(texts):
        raise EvaluationError(
            "{path}: was measured on other texts or annotations, so the figures do not compare; measure the earlier state again, on the same split",
            path=str(path),
        )
    return run


def compare_linking(new: Mapping[str, SchemeScores], old: Mapping[str, SchemeScores] | Mapping[str, EarlierScheme]) -> list[Difference]:
    """The F1 of each text in each scheme that both runs have, compared; 1 for a text that has nothing of a scheme and of which nothing is said."""
    return [difference(name, "f1", _f1_by_text(row), _f1_by_text(old[name])) for name, row in new.items() if name in old]


def _f1_by_text(scheme: SchemeScores | EarlierScheme) -> dict[str, float]:
    return {text: counts.f1 for text, counts in scheme.by_text.items()}
