"""What the reader of a format gives: the text of a file, its sections and pages, what it says of itself, and the record in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from koopkg.errors import DocumentError
from koopkg.frontmatter import Entry
from koopkg.messages import Message
from koopkg.reading.passages import Section

__all__ = ["MOST_PROBLEMS", "About", "Content", "Member", "Members", "Reader"]

MOST_PROBLEMS = 20
"""What a message lists of one document; who mends so many reads it again anyway."""


@dataclass(frozen=True, slots=True)
class About:
    """What a file says of itself, as it says it; None where it does not.

    Attributes:
        heading: What its text begins with as a title.
        title: What its properties call it, which is often a template's title or a file name.
        date: `YYYY-MM-DD`.
        source: Its address on the web.
    """

    heading: str | None = None
    title: str | None = None
    date: str | None = None
    publisher: str | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """The text of a file in Unicode NFC and the sections of it that are read.

    Attributes:
        record: What stands in it as keys and values, None where nothing does.
        pages: The offsets at which its pages begin; empty where the format has none.
    """

    text: str
    sections: tuple[Section, ...]
    record: Entry | None = None
    pages: tuple[int, ...] = ()
    about: About = field(default_factory=About)


@dataclass(frozen=True, slots=True)
class Member:
    """A file in a file: its name there, and its bytes, or why it is not read.

    Attributes:
        skipped: Why it is passed over.
    """

    name: str
    raw: bytes = b""
    refused: DocumentError | None = None
    skipped: Message | None = None


Reader = Callable[[bytes, str], Content]
"""Bytes of a file and what messages call it -> its content; raises DocumentError and nothing else, whatever the bytes."""
Members = Callable[[bytes, str], Iterator[Member]]
"""Bytes of a file and what messages call it -> the files in it, one at a time; raises DocumentError where there is none to be had."""
