"""Texts of all kinds, each with what careful readers found in it: the set that linking is measured by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar

import yaml
from pydantic import ConfigDict, TypeAdapter, ValidationError, with_config

from koopkg.errors import KoopkgError
from koopkg.messages import Foreign
from koopkg.model import Language
from koopkg.text import normalise, with_whole_words

__all__ = [
    "AnnotatedText",
    "AnnotationError",
    "CountedText",
    "GoldPlace",
    "JudgedSentence",
    "LabelledText",
    "MarkedClause",
    "MarkedSentence",
    "TellingText",
    "Trap",
    "annotated_text",
    "annotated_texts",
    "counted_texts",
    "judged_sentences",
    "labelled_texts",
    "marked_clauses",
    "marked_sentences",
    "second_readings",
    "telling_texts",
]

_EXACT_KEYS = ConfigDict(extra="forbid")


class AnnotationError(KoopkgError):
    """An annotated text cannot be used."""


@with_config(_EXACT_KEYS)
@dataclass(frozen=True, slots=True)
class Carried:
    """A concept and the words of the text that carry it."""

    concept: str
    quote: str


@with_config(_EXACT_KEYS)
@dataclass(frozen=True, slots=True)
class Trap:
    """A concept that the text names although the cooperation does not have it, and why not."""

    scheme: str
    concept: str
    quote: str
    why: Literal["negated", "plan", "past", "other", "scenery", "boilerplate"]


@with_config(_EXACT_KEYS)
@dataclass(frozen=True, slots=True)
class GoldPlace:
    """A place that the text names; `ags` is None where it is invented or cannot be told."""

    name: str
    ags: str | None


@with_config(_EXACT_KEYS)
@dataclass(frozen=True, slots=True)
class _Facts:
    state: str | None = None
    started: int | None = None
    ended: int | None = None
    partner_count: int | None = None

    def numbers(self) -> dict[str, int]:
        """Field of a case record -> number that is told."""
        told = {"started": self.started, "ended": self.ended, "partner_count": self.partner_count}
        return {name: value for name, value in told.items() if value is not None}


class _Labels:
    """What labels say, for the texts that have some."""

    __slots__ = ()

    gold: Mapping[str, tuple[str | Carried, ...]]
    accept: Mapping[str, tuple[str, ...]]

    def right(self, scheme: str) -> frozenset[str]:
        """The slugs that the cooperation has."""
        return frozenset(item.concept if isinstance(item, Carried) else item for item in self.gold.get(scheme, ()))

    def doubtful(self, scheme: str) -> frozenset[str]:
        """The slugs that count neither way."""
        return frozenset(self.accept.get(scheme, ())) - self.right(scheme)

    def quotes(self) -> list[str]:
        """The words that carry something, of all schemes."""
        return [item.quote for items in self.gold.values() for item in items if isinstance(item, Carried)]

    def carried(self, scheme: str, words: str) -> frozenset[str]:
        """The slugs that some of the words carry."""
        items = (item for item in self.gold.get(scheme, ()) if isinstance(item, Carried))
        return frozenset(item.concept for item in items if with_whole_words(item.quote) in words)


@with_config(_EXACT_KEYS)
@dataclass(frozen=True, slots=True, kw_only=True)
class AnnotatedText(_Labels):
    """A text and what is right of it.

    Attributes:
        case: Whether it tells of one cooperation, of none, or of several side by side.
        gold: Scheme -> what the cooperation has.
        accept: Scheme -> what is defensible, so that it counts neither way.
        fiction: Real places stand in a made-up story.
    """

    id: str
    kind: str
    split: Literal["dev", "test"]
    language: Language
    case: Literal["one", "none", "several"]
    text: str
    gold: Mapping[str, tuple[str | Carried, ...]]
    accept: Mapping[str, tuple[str, ...]]
    mentioned: tuple[Trap, ...]
    facts: _Facts
    places: tuple[GoldPlace, ...]
    fiction: bool = False

    def numbers(self) -> dict[str, int]:
        """Field of a case record -> number that the text tells."""
        return self.facts.numbers()


@with_config(_EXACT_KEYS)
@dataclass(frozen=True, slots=True)
class ClauseMark:
    """Words of a short text that name a concept, from character `start` on, and whether the cooperation that it speaks of has it; `why` says how it is told."""

    scheme: str
    concept: str
    quote: str
    start: int
    holds: bool
    why: Literal["has", "negated", "plan", "past", "other", "member", "scenery", "boilerplate", "definition"]


@with_config(_EXACT_KEYS)
@dataclass(frozen=True, slots=True)
class LabelledText(_Labels):
    """A whole text, written to learn from, with what its cooperation has.

    Attributes:
        case: Whether it tells of a cooperation that there is or is to be.
        gold: Scheme -> what the cooperation has; a scheme that is not here is not known.
        accept: Scheme -> what is defensible, so that it is neither right nor wrong.
        facts: Numbers that it tells; None where that is not known.
    """

    id: str
    kind: str
    language: Language
    case: bool
    text: str
    gold: Mapping[str, tuple[str | Carried, ...]] = field(default_factory=dict)
    accept: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    facts: _Facts | None = None

    def numbers(self) -> dict[str, int] | None:
        """Field of a case record -> number that the text tells; None where that is not known."""
        return None if self.facts is None else self.facts.numbers()


@with_config(_EXACT_KEYS)
@dataclass(frozen=True, slots=True)
class CountedText:
    """A whole text, written to learn from, and whether it tells of one cooperation, of none, or of several; `cooperations` is how many of those."""

    id: str
    kind: str
    language: Language
    case: Literal["one", "none", "several"]
    cooperations: int | None
    text: str


@with_config(_EXACT_KEYS)
@dataclass(frozen=True, slots=True)
class MarkedClause:
    """One to three sentences, written to learn from, with every concept that they name."""

    language: Language
    text: str
    marks: tuple[ClauseMark, ...]


@with_config(_EXACT_KEYS)
@dataclass(frozen=True, slots=True)
class MarkedSentence:
    """A sentence of the account of a case, and whether it tells a concept; one that does not looks as if it did."""

    case: str
    scheme: str
    concept: str
    sentence: str
    holds: bool


@with_config(_EXACT_KEYS)
@dataclass(frozen=True, slots=True)
class JudgedSentence:
    """A concept that a model proposed for a text by one of its sentences, and what each reader said who saw the sentence between its neighbours."""

    text: str
    scheme: str
    concept: str
    sentence: str
    accepted: tuple[bool, ...]


@with_config(_EXACT_KEYS)
@dataclass(frozen=True, slots=True)
class TellingText:
    """One or two sentences, written to learn from: scheme -> slugs of all that they tell, which may be nothing."""

    language: Language
    text: str
    told: Mapping[str, frozenset[str]]


_TEXT = TypeAdapter(AnnotatedText)
_LINE = TypeVar("_LINE")


def annotated_texts(folder: Path, splits: Iterable[str] = ("dev", "test")) -> list[AnnotatedText]:
    """The texts of a folder that belong to one of the splits, one YAML file each, by id.

    Raises:
        AnnotationError: A file cannot be read, lacks something, is named otherwise than its text, or quotes what its text does not hold.
    """
    wanted = frozenset(splits)
    found = [_read(path) for path in sorted(folder.glob("*.yaml"))]
    return [text for text in found if text.split in wanted]


def second_readings(folder: Path) -> list[tuple[AnnotatedText, AnnotatedText]]:
    """The texts of a folder that a second reader annotated without having seen the first, in its folder `second`: both readings of each.

    Raises:
        AnnotationError: As `annotated_texts`, of either reading.
    """
    pairs = []
    for path in sorted((folder / "second").glob("*.yaml")):
        first = _read(folder / path.name)
        told = {"kind": first.kind, "split": first.split, "language": first.language, "text": first.text, "mentioned": []}
        pairs.append((first, annotated_text({**told, **_loaded(path)}, path.name)))
    return pairs


def marked_clauses(path: Path) -> list[MarkedClause]:
    """The marked clauses of a file with one JSON object a line.

    Raises:
        AnnotationError: A line cannot be read, or quotes what its text does not hold.
    """
    found = _lines(path, MarkedClause)
    for number, clause in enumerate(found, start=1):
        for mark in clause.marks:
            if not clause.text.startswith(mark.quote, mark.start):
                raise AnnotationError("{path}: {quote!r} does not stand in the text", path=f"{path.name}: line {number}", quote=mark.quote)
    return found


def labelled_texts(folder: Path) -> list[LabelledText]:
    """Those of the files `texts-*.jsonl` of a folder, one JSON object a line.

    Raises:
        AnnotationError: A line cannot be read, or quotes what its text does not hold.
    """
    found = []
    for path in sorted(folder.glob("texts-*.jsonl")):
        for number, text in enumerate(_lines(path, LabelledText), start=1):
            _require_quotes(text.quotes(), text.text, f"{path.name}: line {number}")
            found.append(text)
    return found


def counted_texts(path: Path) -> list[CountedText]:
    """The texts of a file with one JSON object a line.

    Raises:
        AnnotationError: A line cannot be read.
    """
    return _lines(path, CountedText)


def telling_texts(path: Path) -> list[TellingText]:
    """The texts of a file with one JSON object a line.

    Raises:
        AnnotationError: A line cannot be read.
    """
    return _lines(path, TellingText)


def marked_sentences(folder: Path) -> list[MarkedSentence]:
    """Those of the files `part-*.jsonl` and `accepted.jsonl` of a folder, one JSON object a line.

    Raises:
        AnnotationError: A line cannot be read.
    """
    return [sentence for path in [*sorted(folder.glob("part-*.jsonl")), folder / "accepted.jsonl"] for sentence in _lines(path, MarkedSentence)]


def judged_sentences(path: Path) -> list[JudgedSentence]:
    """Those of a file, one JSON object a line.

    Raises:
        AnnotationError: A line cannot be read.
    """
    return _lines(path, JudgedSentence)


def _lines(path: Path, kind: type[_LINE]) -> list[_LINE]:
    reader: TypeAdapter[_LINE] = TypeAdapter(kind)
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            found.append(reader.validate_json(line))
        except ValidationError as error:
            raise AnnotationError("{path}: line {line}: {fault}", path=path.name, line=number, fault=Foreign(error)) from error
    return found


def annotated_text(told: Any, name: str) -> AnnotatedText:
    """An annotated text from what its file holds.

    Args:
        name: Of the file.

    Raises:
        AnnotationError: It lacks something, is named otherwise than its text, or quotes what its text does not hold.
    """
    try:
        text = _TEXT.validate_python({**told, "text": normalise(told["text"])} if isinstance(told, dict) and isinstance(told.get("text"), str) else told)
    except ValidationError as error:
        raise AnnotationError("{path}: {fault}", path=name, fault=Foreign(error)) from error
    if text.id != name.removesuffix(".yaml"):
        raise AnnotationError("{path}: id: {id!r} is not the name of the file", path=name, id=text.id)
    _require_quotes([*text.quotes(), *(trap.quote for trap in text.mentioned), *(place.name for place in text.places)], text.text, name)
    return text


def _require_quotes(quotes: Iterable[str], text: str, where: str) -> None:
    for quote in quotes:
        if quote not in text:
            raise AnnotationError("{path}: {quote!r} does not stand in the text", path=where, quote=quote)


def _read(path: Path) -> AnnotatedText:
    return annotated_text(_loaded(path), path.name)


def _loaded(path: Path) -> Any:
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise AnnotationError("{path}: {fault}", path=path.name, fault=Foreign(error)) from error
