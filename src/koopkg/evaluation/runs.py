"""A run of `koopkg eval search` <-> a JSON file, to compare a later one with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from koopkg.evaluation.measures import SystemScores
from koopkg.evaluation.topics import EvaluationError, Grades, fingerprint
from koopkg.files import write_whole

__all__ = ["Run", "read_run", "write_run"]


@dataclass(frozen=True, slots=True)
class Run:
    """What was measured once; runs over the same judgments can be compared."""

    snapshot: str
    judgments: str
    systems: tuple[SystemScores, ...]


_RUN = TypeAdapter(Run)


def write_run(path: Path, run: Run) -> None:
    write_whole(path, _RUN.dump_json(run, indent=1) + b"\n")


def read_run(path: Path, *, grades: Grades) -> Run:
    """A stored run, to be compared with one over these judgments.

    Raises:
        EvaluationError: The file is no such run, or its judgments were others.
    """
    try:
        run = _RUN.validate_json(path.read_bytes())
    except ValidationError as error:
        raise EvaluationError(
            "{path}: is no stored run ({count} faults); expected a file of `koopkg eval search --save`", path=str(path), count=error.error_count()
        ) from None
    if run.judgments != fingerprint(grades):
        raise EvaluationError("{path}: was measured with other judgments, so the figures do not compare; measure the earlier state again", path=str(path))
    return run
