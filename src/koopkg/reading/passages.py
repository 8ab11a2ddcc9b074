"""A text with its headings -> passages of whole sentences, none across a heading."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from koopkg.messages import Language
from koopkg.model import Passage
from koopkg.reading.sentence_ends import sentence_starts

__all__ = ["PASSAGE_CHARACTERS", "Section", "passages_of", "plain_passages", "sentences_of"]

_BLOCK_END = re.compile(r"\n+(?=[-*] )|\n{2,}")
"""Before an item of a list, and between paragraphs."""
_BULLET = re.compile(r"\s*[-*](?=\s|\Z)")
PASSAGE_CHARACTERS = 500
"""A passage ends with the sentence that fills this; the encoder needs 0.5 s for 1,000 characters and more for long ones."""


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of a text under one heading; the heading of level 1 is a stretch of its own, of section `title`."""

    heading: str
    start: int
    end: int


def passages_of(text: str, sections: tuple[Section, ...], language: Language = "de") -> tuple[Passage, ...]:
    """Cut the sections of a text into passages; what lies in no section is left out.

    Args:
        language: Of the text, whose abbreviations are known.
    """
    return tuple(
        Passage(section.heading, first, last, text[first:last])
        for section in sections
        for first, last in _stretches(text, section.start, section.end, language)
    )


def plain_passages(text: str, language: Language) -> tuple[Passage, ...]:
    """The passages of a text without headings."""
    return passages_of(text, (Section("", 0, len(text)),), language)


def sentences_of(passage: Passage, language: Language) -> Iterator[tuple[int, int]]:
    """Where the sentences of a passage stand in its document."""
    for start, end in _sentences(passage.text, 0, len(passage.text), language):
        yield passage.start + start, passage.start + end


def _stretches(text: str, start: int, end: int, language: Language) -> Iterator[tuple[int, int]]:
    """Sentences gathered until a stretch has `PASSAGE_CHARACTERS`; blank ends and list marks are left outside."""
    first = last = None
    for sentence_start, sentence_end in _sentences(text, start, end, language):
        if first is not None and last is not None and sentence_end - first > PASSAGE_CHARACTERS:
            yield first, last
            first = None
        first = sentence_start if first is None else first
        last = sentence_end
    if first is not None and last is not None:
        yield first, last


def _sentences(text: str, start: int, end: int, language: Language) -> Iterator[tuple[int, int]]:
    blocks = [start, *(match.end() for match in _BLOCK_END.finditer(text, start, end)), end]
    for block, block_end in itertools.pairwise(blocks):
        starts = (block + offset for offset in sentence_starts(text[block:block_end], language))
        for first, last in itertools.pairwise([block, *starts, block_end]):
            mark = _BULLET.match(text, first, last)
            stripped = text[mark.end() if mark else first : last].strip()
            if stripped:
                offset = text.index(stripped, mark.end() if mark else first)
                yield offset, offset + len(stripped)
