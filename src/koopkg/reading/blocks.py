"""Headings, paragraphs, list items and rows of tables, as a format has them -> one text with its sections and pages.

All formats that have such blocks end up here, so that the same words give the same text, whatever file they came in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from koopkg.errors import refused
from koopkg.messages import Message
from koopkg.model import TITLE
from koopkg.reading.content import About, Content
from koopkg.reading.passages import Section
from koopkg.text import normalise, without_control

__all__ = ["MOST_CHARACTERS", "SOURCES_SECTION", "Blocks", "plain"]

SOURCES_SECTION = "Quellen"
"""Lists other people's titles, so nothing is searched or linked in it."""
MOST_CHARACTERS = 5_000_000
"""Of one document, which is some 1,500 pages; what comes after reading takes time for each of them."""
_BLANKS = re.compile(r"[^\S\u00a0\u202f]+")
_BETWEEN_CELLS = " | "


def plain(text: str) -> str:
    """Words in one line, as they are stored: NFC, nothing invisible, runs of blanks as one."""
    return _BLANKS.sub(" ", normalise(without_control(text))).strip()


class Blocks:
    """Gathers blocks in the order of reading; a blank one is none."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._headings: list[tuple[int, int, int, str]] = []
        """Level, start and end of each heading, and its words."""
        self._pages: list[int] = []

    def page(self) -> None:
        """A page begins with the next block."""
        self._pages.append(self._length)

    def heading(self, text: str, level: int) -> None:
        words = plain(text)
        if words:
            start = self._add(words)
            self._headings.append((level, start, start + len(words), words))

    def paragraph(self, *pieces: str) -> None:
        """Words that belong together; a page begins with each piece but the first, which may be in the middle of a word."""
        *others, last = [_BLANKS.sub(" ", normalise(without_control(piece))) for piece in pieces]
        said = [*others, last.rstrip()]
        said[0] = said[0].lstrip()
        start = self._add("".join(said))
        for piece in said[:-1]:
            start += len(piece)
            self._pages.append(start)

    def item(self, text: str) -> None:
        words = plain(text)
        self._add(f"- {words}" if words else "", after="\n")

    def row(self, cells: list[str]) -> None:
        """A row of a table; cells that say the same as the one before, as merged ones do, are one."""
        said = [words for words in map(plain, cells) if words]
        self._add(_BETWEEN_CELLS.join(words for place, words in enumerate(said) if place == 0 or words != said[place - 1]))

    def content(self, about: About | None = None, *, where: str) -> Content:
        """What was gathered.

        Raises:
            DocumentError: It is too long, or nothing.
        """
        text = "".join(self._parts)
        if self._length > MOST_CHARACTERS:
            problem = Message("has {count:,} characters of text; at most {most:,} are read; split the file", count=self._length, most=MOST_CHARACTERS)
            raise refused(where, problem, field="size")
        if not text.strip():
            raise refused(where, "has no text that could be read")
        about = about or About()
        heading = about.heading or next((words for level, _, _, words in self._headings if level == 1), None)
        pages = tuple(min(start, len(text)) for start in self._pages)
        return Content(text, tuple(self._sections()), pages=pages, about=About(heading, about.title, about.date, about.publisher, about.source))

    def _add(self, words: str, *, after: str = "\n\n") -> int:
        """Where the words begin; items of a list stand in lines below each other."""
        if self._parts and self._parts[-1].startswith("- ") and after == "\n\n" and words:
            self._push("\n")
        start = self._length
        if words:
            self._push(words + after)
        return start

    def _push(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)

    def _sections(self) -> Iterator[Section]:
        """Each heading as a stretch of its own, of section `title` the first of level 1, and the text below it."""
        section, start = "", 0
        title = next((begin for level, begin, _, _ in self._headings if level == 1), None)
        for _, begin, end, words in self._headings:
            if section != SOURCES_SECTION:
                yield Section(section, start, begin)
            if words != SOURCES_SECTION:
                yield Section(TITLE if begin == title else words, begin, end)
            section, start = words, end
        if section != SOURCES_SECTION:
            yield Section(section, start, self._length)
