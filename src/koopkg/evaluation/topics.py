"""The test collection of the search: YAML and TREC qrels -> topics and grades, and which topics can be measured by them."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, with_config

from koopkg.errors import KoopkgError
from koopkg.messages import Foreign
from koopkg.model import Language

__all__ = ["RELEVANT_FROM", "EvaluationError", "Grades", "Selection", "Topic", "fingerprint", "judgments", "selected", "splits_named", "topics"]

RELEVANT_FROM = 2
"""Grade from which a case counts as relevant where a measure knows only yes and no: 1 is a neighbouring subject."""
_GRADES = range(4)

Grades = Mapping[str, Mapping[str, int]]
"""Id of a topic -> id of a case -> grade 0 to 3; a case that is not there was not judged."""
_Filled = Annotated[str, Field(min_length=1)]


class EvaluationError(KoopkgError):
    """An evaluation set cannot be used."""


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, slots=True)
class Topic:
    """An information need.

    Attributes:
        kind: How it is put; `nothing` is what no case answers, `profile` a plan as a form would hold it.
        aim: What it was written to try, `typo` or `negation` for example.
        need: What was wanted, and which case has which grade; for judges.
        twin: The German topic that an English one says the same as.
        profile: What a form would hold; for now a profile is searched by its text.
    """

    id: _Filled
    split: Literal["dev", "test"]
    kind: Literal["keyword", "question", "description", "english", "nothing", "profile"]
    aim: _Filled
    language: Language
    text: _Filled
    need: _Filled
    twin: str | None = None
    profile: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Selection:
    """What topics can be measured by.

    Attributes:
        ranked: Topics with a relevant case: by how far up their cases are.
        nothing: Topics that no case answers: by whether there are no hits.
        without_relevant: Ids of topics that were judged and turned out to have no relevant case; left out.
        unjudged: Ids of topics, of whatever kind, without any judgment; left out, but for those of the kind `nothing`.
    """

    ranked: tuple[Topic, ...]
    nothing: tuple[Topic, ...]
    without_relevant: tuple[str, ...]
    unjudged: tuple[str, ...]


_TOPICS = TypeAdapter(list[Topic])


def splits_named(named: str) -> tuple[str, ...]:
    """The parts of an evaluation set that an option names: dev, test or all.

    Raises:
        EvaluationError: It names something else.
    """
    if named not in ("dev", "test", "all"):
        raise EvaluationError("split: {split!r} is unknown; expected dev, test or all", split=named)
    return ("dev", "test") if named == "all" else (named,)


def topics(path: Path) -> list[Topic]:
    """The topics of a YAML file.

    Raises:
        EvaluationError: It is no list of topics, or their ids or twins contradict one another; all faults are named at once.
    """
    try:
        told = yaml.load(path.read_text(encoding="utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe
        found = _TOPICS.validate_python(told)
    except yaml.YAMLError as error:
        raise EvaluationError("{path}: {fault}", path=path.name, fault=Foreign(error)) from error
    except ValidationError as error:
        faults = [f"{_named(told, item['loc'])}: {item['msg']}" for item in error.errors()]
        raise EvaluationError("{path}: {fault}", path=path.name, fault=Foreign("; ".join(faults))) from error
    if faults := list(_contradictions(found)):
        raise EvaluationError("{path}: {fault}", path=path.name, fault=Foreign("; ".join(faults)))
    return found


def _named(told: Any, location: tuple[int | str, ...]) -> str:
    """Where a fault is: id of the topic, or its number, and field."""
    if not location:
        return "topics"
    entry = told[location[0]]
    name = entry.get("id") if isinstance(entry, dict) else None
    return ": ".join(map(str, [name or f"topic {int(location[0]) + 1}", *location[1:]]))


def _contradictions(found: Iterable[Topic]) -> Iterator[str]:
    known = {topic.id: topic for topic in found}
    yield from (f"{name}: id: is used {count} times" for name, count in Counter(topic.id for topic in found).items() if count > 1)
    for topic in found:
        if topic.twin is not None:
            twin = known.get(topic.twin)
            if twin is None or twin.language != "de" or topic.language != "en":
                yield f"{topic.id}: twin: {topic.twin!r} is no German topic that an English one could translate"
            elif twin.split != topic.split:
                yield f"{topic.id}: twin: {topic.twin!r} is in the other split"


def judgments(path: Path) -> dict[str, dict[str, int]]:
    """Grades by topic and case from a file in TREC qrels format (topic, 0, case, grade 0 to 3).

    Raises:
        EvaluationError: A line has not four fields or no such grade, or judges a case once more.
    """
    grades: dict[str, dict[str, int]] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            topic, _, case, grade = line.split()
            if int(grade) not in _GRADES or case in grades.setdefault(topic, {}):
                raise ValueError
            grades[topic][case] = int(grade)
        except ValueError:
            raise EvaluationError(
                "{path}: line {number}: {line!r} cannot be read; expected `topic 0 case grade`, a grade from 0 to 3, each case once a topic",
                path=path,
                number=number,
                line=line,
            ) from None
    return grades


def selected(asked: Iterable[Topic], grades: Grades) -> Selection:
    """Sort topics by what they can be measured by."""
    ranked: list[Topic] = []
    without: list[Topic] = []
    nothing, unjudged = [], []
    for topic in asked:
        judged = grades.get(topic.id)
        if not judged:
            unjudged.append(topic.id)
        if topic.kind == "nothing":
            nothing.append(topic)
        elif judged:
            (ranked if max(judged.values()) >= RELEVANT_FROM else without).append(topic)
    return Selection(tuple(ranked), tuple(nothing), tuple(topic.id for topic in without), tuple(unjudged))


def fingerprint(grades: Grades) -> str:
    """A name for a set of judgments: the same for the same grades, whatever their order."""
    return hashlib.sha256(json.dumps(grades, sort_keys=True).encode()).hexdigest()[:16]
