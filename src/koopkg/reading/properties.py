"""What a file says of itself -> what of that can be believed: a day of the calendar, a title that the text knows too."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import PurePosixPath

from koopkg.reading.content import Content
from koopkg.reading.passages import Section
from koopkg.text import printable

__all__ = ["day_of", "first_line", "iso_day", "title_of"]

_EARLIEST = 1990
"""Before, no format read here was in use: earlier dates are what a program writes that knows none (1970, 1980, 1601)."""
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?![0-9])")
_WORD = re.compile(r"[^\W\d_]{4,}")
_KNOWN = 0.6
"""Share of the longer words of a title that stand near the beginning of its text; a template's title or `Microsoft Word - Vorlage_3.doc` has none."""
_BEGINNING = 3_000
_LONGEST = 200
_MARKUP = re.compile(r"^(?:#{1,6}|[-*>|])\s+|[*_`]{2,}")
_SENTENCE_BREAK = re.compile(r"(?<=[.!?])\s")


def day_of(moment: date | datetime | None) -> str | None:
    """A day as `YYYY-MM-DD`; None where there is none, or none that can be meant."""
    return moment.strftime("%Y-%m-%d") if moment is not None and moment.year >= _EARLIEST else None


def iso_day(text: str) -> str | None:
    """The day that a text begins with in ISO 8601, with or without a time behind it."""
    found = _ISO.match(text.strip())
    try:
        return day_of(date(*map(int, found.groups()))) if found else None
    except ValueError:
        return None


def title_of(content: Content, name: str) -> str:
    """The title of a document that nobody has given one: that of its properties, if its text knows it; its heading; its first line; its file's name."""
    about = content.about
    stated = (about.title or "").strip()
    if 0 < len(stated) <= _LONGEST and _is_known(stated, content.text):
        return stated
    heading = about.heading or first_line(content.text, content.sections)
    return _shortened(heading) if heading else printable(PurePosixPath(name).stem)[:_LONGEST]


def first_line(text: str, sections: tuple[Section, ...]) -> str | None:
    """The first line that has a word, without marks of Markdown."""
    begin = min((section.start for section in sections), default=0)
    for line in text[begin : begin + _BEGINNING].split("\n"):
        words = _MARKUP.sub("", line).strip()
        if _WORD.search(words):
            return words
    return None


def _is_known(title: str, text: str) -> bool:
    words = [word.lower() for word in _WORD.findall(title)]
    beginning = text[:_BEGINNING].lower()
    return bool(words) and sum(word in beginning for word in words) >= _KNOWN * len(words)


def _shortened(title: str) -> str:
    """A long line as far as its first sentence, or as many whole words as a title may have."""
    if len(title) > _LONGEST:
        title = _SENTENCE_BREAK.split(title, maxsplit=1)[0]
    return title if len(title) <= _LONGEST else title[: _LONGEST - 2].rsplit(" ", 1)[0] + " …"
