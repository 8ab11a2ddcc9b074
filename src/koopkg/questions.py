"""The competency questions of the ontology: what it has to answer, who asks, and the query that answers it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path

from koopkg.errors import OntologyError

__all__ = ["CompetencyQuestion", "bundled_questions"]

_NAME = re.compile(r"cq(\d\d)-([a-z0-9-]+)\.rq")
_FIELDS = {"question-de", "question-en", "asked-by", "decision-de", "decision-en"}
_FIELD = re.compile(r"^# ([a-z-]+): (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class CompetencyQuestion:
    """A question with its wording by language.

    Attributes:
        asked_by: practitioner or researcher.
        decision: What its answer helps to decide, by language.
        query: SPARQL, without the head of its file.
    """

    number: int
    slug: str
    wording: dict[str, str]
    asked_by: str
    decision: dict[str, str]
    query: str


@cache
def bundled_questions() -> tuple[CompetencyQuestion, ...]:
    """The questions of the installed `koopkg_ontology`, by number; read once, they do not change while a program runs.

    Raises:
        OntologyError: A file has no number in its name or lacks a field in its head.
    """
    with as_file(files("koopkg_ontology").joinpath("queries")) as folder:
        return tuple(_question(path) for path in sorted(folder.glob("*.rq")))


def _question(path: Path) -> CompetencyQuestion:
    name, query = _NAME.fullmatch(path.name), path.read_text(encoding="utf-8")
    fields = dict(_FIELD.findall(query))
    if name is None or set(fields) != _FIELDS:
        raise OntologyError("{path}: expected the name cqNN-slug.rq and, in comments, the lines {fields}", path=path, fields=", ".join(sorted(_FIELDS)))
    wording, decision = ({language: fields[f"{field}-{language}"] for language in ("de", "en")} for field in ("question", "decision"))
    return CompetencyQuestion(int(name[1]), name[2], wording, fields["asked-by"], decision, query[query.index("PREFIX ") :])
