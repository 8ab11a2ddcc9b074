"""Markdown -> its text, its sections, and the front matter above them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from koopkg.errors import DocumentError, Problem, refused
from koopkg.frontmatter import Entry, FrontMatterError, parse
from koopkg.messages import Message
from koopkg.model import TITLE
from koopkg.reading.blocks import SOURCES_SECTION
from koopkg.reading.content import MOST_PROBLEMS, About, Content
from koopkg.reading.passages import Section
from koopkg.text import normalise, unusable

__all__ = ["read_markdown"]

_FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---[ \t]*(?:\n|\Z)", re.DOTALL)
_A_LIST, _A_TEXT = Message("a list"), Message("a text")
_HEADING = re.compile(r"^#{1,6}[ \t]+(\S.*)$", re.MULTILINE)


def read_markdown(raw: bytes, where: str) -> Content:
    """The content of a Markdown or plain text file in UTF-8; offsets count from the first character of the normalised file, front matter included.

    Raises:
        DocumentError: The bytes are empty, not UTF-8, a character is no text, or the front matter is not YAML.
    """
    text = _decoded(raw, where)
    match = _FRONT_MATTER.match(text)
    found = _sections(text, match.end() if match else 0, with_headings=match is None)
    sections = tuple(section for section in found if section.heading != SOURCES_SECTION)
    title = next((text[section.start : section.end] for section in sections if section.heading == TITLE), None)
    return Content(text, sections, _front_matter(match.group(1), where) if match else None, about=About(heading=title))


def _front_matter(yaml: str, where: str) -> Entry:
    try:
        entry = parse(yaml)
    except FrontMatterError as error:
        raise DocumentError(where, error.problems[:MOST_PROBLEMS]) from None
    if not isinstance(entry.value, dict):
        if not entry.value:
            raise refused(where, "is empty; expected YAML keys and values", field="front matter")
        kind = _A_LIST if isinstance(entry.value, list) else _A_TEXT
        raise DocumentError(where, [Problem("front matter", Message("is {kind}; expected YAML keys and values", kind=kind))])
    return entry


def _sections(text: str, begin: int, *, with_headings: bool) -> Iterator[Section]:
    """Each heading of level 1 as a stretch of its own, of section `title`, and the text below each.

    Args:
        with_headings: Whether other headings are stretches, too. In a record's file they are what the record has as fields; elsewhere they say what
            nothing else may say.
    """
    section, start = "", begin
    for heading in _HEADING.finditer(text, begin):
        yield Section(section, start, heading.start())
        words = heading.group(1).rstrip()
        if heading.group().startswith("# "):
            yield Section(TITLE, heading.start(1), heading.start(1) + len(words))
        elif with_headings:
            yield Section(words, heading.start(1), heading.start(1) + len(words))
        section, start = words, heading.end()
    yield Section(section, start, len(text))


def _decoded(raw: bytes, where: str) -> str:
    try:
        text = normalise(raw.decode())
    except UnicodeDecodeError as error:
        byte, position = f"{raw[error.start]:#04x}", error.start
        problem = Message("byte {byte} at position {position:,} is not UTF-8; save the file with the encoding UTF-8", byte=byte, position=position)
        raise DocumentError(where, [Problem("encoding", problem)]) from None
    if not text.strip():
        raise refused(where, "is empty; expected a document with text")
    wrong = unusable(text)
    if wrong:
        line, column = text.count("\n", 0, wrong.start()) + 1, wrong.start() - text.rfind("\n", 0, wrong.start())
        problem = Message(
            "the character {character} at position {column:,} of its line is no text; leave it out", character=ascii(wrong.group()), column=column
        )
        raise DocumentError(where, [Problem("character", problem, line)])
    return text
