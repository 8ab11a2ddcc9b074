"""What the reader of a format gives: the text of a file, its sections, and the record in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from koopkg.frontmatter import Entry
from koopkg.reading.passages import Section

__all__ = ["MOST_PROBLEMS", "Content", "Reader"]

MOST_PROBLEMS = 20
"""What a message lists of one document; who mends so many reads it again anyway."""


@dataclass(frozen=True, slots=True)
class Content:
    """The text of a file in Unicode NFC, the sections of it that are read, and what stands in it as keys and values, None where nothing does."""

    text: str
    sections: tuple[Section, ...]
    record: Entry | None = None


Reader = Callable[[bytes, str], Content]
"""Bytes of a file and what messages call it -> its content; raises DocumentError and nothing else, whatever the bytes."""
