"""Plain text in whatever encoding -> its text: UTF-8, else UTF-16 by its mark, else Windows-1252, mended where it was encoded twice."""

from __future__ import annotations

import codecs
import re

from koopkg.errors import refused
from koopkg.messages import Message
from koopkg.reading.blocks import MOST_CHARACTERS
from koopkg.reading.content import About, Content
from koopkg.reading.passages import Section
from koopkg.reading.properties import first_line
from koopkg.text import normalise, unusable, with_whole_words, without_control

__all__ = ["decoded", "of_text", "read_plain_text"]

_MARKS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_BINARY = 0.002
"""Share of characters that are no text from which a file is none; one stray control character is passed over."""
_FORM_FEED = re.compile("[ \t]*\f[ \t]*")


def read_plain_text(raw: bytes, where: str) -> Content:
    """The content of a text file; offsets count from its first character.

    Raises:
        DocumentError: It is empty, too long or no text.
    """
    return of_text(decoded(raw, where), where=where)


def of_text(text: str, *, where: str) -> Content:
    """The content of a text; a form feed, with which printers begin a page, parts paragraphs, and words parted at a line's end are whole.

    Raises:
        DocumentError: It is empty, too long or no text.
    """
    text = with_whole_words(normalise(_FORM_FEED.sub("\n\n", text)))
    if len(text) > MOST_CHARACTERS:
        problem = Message("has {count:,} characters of text; at most {most:,} are read; split the file", count=len(text), most=MOST_CHARACTERS)
        raise refused(where, problem, field="size")
    if not text.strip():
        raise refused(where, "is empty; expected a text")
    if unusable(text):
        clean = without_control(text)
        if sum(one != other for one, other in zip(text, clean, strict=True)) > _BINARY * len(text) + 1:
            raise refused(where, "is no text, whatever its name says; expected a document")
        text = clean
    sections = (Section("", 0, len(text)),)
    return Content(text, sections, about=About(heading=first_line(text, sections)))


def decoded(raw: bytes, where: str) -> str:
    """The text that bytes stand for.

    Raises:
        DocumentError: They are no text in any of the encodings that are in use here.
    """
    for mark, encoding in _MARKS.items():
        if raw.startswith(mark):
            return raw.decode(encoding, errors="replace")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        if b"\0" in raw:
            raise refused(where, "is no text, whatever its name says; expected a document") from None
        text = raw.decode("cp1252", errors="replace")
    return _mended(text)


def _mended(text: str) -> str:
    """`fÃ¼r` -> `für`: text that was read in one encoding and written in another; other text stays as it is to the letter."""
    if text.isascii():
        return text
    from ftfy import fix_encoding  # not at the top: only what comes from outside needs it
    from ftfy.badness import is_bad

    return fix_encoding(text) if is_bad(text) else text
