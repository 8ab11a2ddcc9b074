"""What was read and what was found in it: documents with their passages, and the links that rest on words of theirs."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import Literal

from koopkg.messages import LANGUAGES, Language
from koopkg.model.cases import Case

__all__ = ["LANGUAGES", "TITLE", "Decided", "Decision", "Document", "Fact", "Language", "Link", "Linked", "Mention", "Passage", "PlaceLink"]

TITLE = "title"
"""Section of a passage that is the title of its document."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of a text, cut at sentence ends; `text` stands between `start` and `end`, `section` is the heading above it."""

    section: str
    start: int
    end: int
    text: str

    @property
    def is_title(self) -> bool:
        return self.section == TITLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A text in Unicode NFC with `\\n` line ends and its passages in order.

    Attributes:
        sha256: Of the bytes it was read from.
        cases: The records that stand in it.
        describes: Ids of the cases it is about: those of its records, and others whose records stand elsewhere. Without any it is a draft: it may be
            about a case that nobody has described yet.
        has_record: Whether it says itself what it is about; else people may have said so.
        pages: The offsets at which its pages begin, in order; empty where its format has none.
        date: `YYYY-MM-DD`, as the file says it.
        source: Its address on the web, as the file says it.
    """

    id: str
    title: str
    media_type: str
    language: Language
    text: str
    passages: tuple[Passage, ...]
    sha256: str
    cases: tuple[Case, ...] = ()
    describes: tuple[str, ...] = ()
    has_record: bool = False
    pages: tuple[int, ...] = ()
    date: str | None = None
    publisher: str | None = None
    source: str | None = None

    @property
    def is_draft(self) -> bool:
        """Whether nobody has said yet what it is about."""
        return not self.describes

    def page_of(self, offset: int) -> int | None:
        """The number of the page, from 1, on which a character stands; None where the format has no pages."""
        return bisect_right(self.pages, offset) or 1 if self.pages else None


@dataclass(frozen=True, slots=True)
class Mention:
    """A half-open stretch of characters and what stands there."""

    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class Link:
    """A concept that a text names, with every mention of it in text order and the confidence of the best."""

    iri: str
    scheme: str
    slug: str
    confidence: float
    evidence: tuple[Mention, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether the cooperation of a text has a concept (`about`) or the text only speaks of it (`mentioned`).

    Attributes:
        confidence: Probability that `about` is right.
        evidence: What the decision rests on: the mentions, or the sentence that speaks most for what is not named.
    """

    iri: str
    scheme: str
    slug: str
    decision: Literal["about", "mentioned"]
    confidence: float
    evidence: tuple[Mention, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """A number that a text tells of its cooperation, by the name of the field of a case record; `confidence` is the probability that it is right."""

    field: str
    value: int
    confidence: float
    evidence: tuple[Mention, ...]


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided of a document: the probability that it speaks of a cooperation that there is, its concepts by scheme and slug, its numbers.

    Attributes:
        several: Probability that it speaks of several cooperations side by side.
        cooperations: About how many; None where it is not taken to speak of several. Where it is, nothing that one cooperation has one of is `about`.
    """

    is_case: float
    concepts: tuple[Decision, ...]
    facts: tuple[Fact, ...]
    several: float = 0.0
    cooperations: int | None = None


@dataclass(frozen=True, slots=True)
class PlaceLink:
    """A place that a text names; `ags` is None where the name could stand for several places."""

    name: str
    ags: str | None
    state: str | None
    iri: str | None
    confidence: float
    evidence: tuple[Mention, ...]


@dataclass(frozen=True, slots=True)
class Linked:
    """What a text names: concepts sorted by scheme and slug, places by first mention."""

    language: Language
    concepts: tuple[Link, ...]
    places: tuple[PlaceLink, ...]
