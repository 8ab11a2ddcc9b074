"""A stretch of text -> where its sentences begin: by the library sentencex, and by data of our own on what it does not know of administrative German."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files

import sentencex

from koopkg.messages import Language

__all__ = ["sentence_starts"]

_WORD = re.compile(r"[^\s(„»\"']+\Z")
_ORDINAL = re.compile(r"(?:\A|[^\d.,])\d{1,2}\.\Z")
"""`im 19. Jahrhundert`, `am 1. Januar`; a year ends a sentence."""
_LETTER = re.compile(r"(?:\A|[\s.(])[^\W\d_]\.\Z")
_NEXT = re.compile(r"[^\W\d_a-zäöüß]|[\d„»\"'(§–-]")
"""What a sentence begins with: no lower-case letter."""
_BEFORE_NUMBERS = re.compile(r"(?<=[^\W\d_]{3}[.!?])\s+(?=\d)")
"""The library takes no sentence to begin with a number; `2010 gründeten sie einen Verband` does."""
_NUMBERED = " 1"
_LONGEST = 20_000
"""Characters that are given to the library at once."""
_BEFORE = 60
"""Characters before an end that are looked at."""


def sentence_starts(text: str, language: Language) -> Iterator[int]:
    """The offsets at which sentences begin, but for the first."""
    beside = {found.end() for found in _BEFORE_NUMBERS.finditer(text)} | {found.end() for found in _numbered_words().finditer(text)}
    for offset in sorted({*_boundaries(text, language), *beside}):
        if not text[offset - 1].isspace():
            continue  # a dot within a name or an address
        if not _goes_on(text[max(0, offset - _BEFORE) : offset].rstrip(), text[offset : offset + 1]):
            yield offset


def _boundaries(text: str, language: Language) -> Iterator[int]:
    """What the library takes for beginnings; the last sentence of a long part is looked at again with what follows."""
    begin = 0
    while begin < len(text):
        sentences = sentencex.segment(language, text[begin : begin + _LONGEST])
        is_last = begin + _LONGEST >= len(text)
        for sentence in sentences if is_last or len(sentences) == 1 else sentences[:-1]:
            if begin:
                yield begin
            begin += len(sentence)


@lru_cache(maxsize=1)
def _numbered_words() -> re.Pattern[str]:
    """Words like `Art.`, which end a sentence where no number follows, whatever the library thinks."""
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(_data()[1])))})\s+(?=[A-ZÄÖÜ])")


def _goes_on(before: str, after: str) -> bool:
    """Whether what the library takes for an end is none."""
    word = _WORD.search(before)
    always, numbered = _data()
    return (
        _NEXT.match(after) is None
        or _ORDINAL.search(before) is not None
        or _LETTER.search(before) is not None
        or (word is not None and (word.group() in always or (word.group() in numbered and after.isdecimal())))
    )


@lru_cache(maxsize=1)
def _data() -> tuple[frozenset[str], frozenset[str]]:
    """Abbreviations, and those that are some before a number alone."""
    lines = files("koopkg.reading").joinpath("abbreviations.txt").read_text(encoding="utf-8").splitlines()
    words = [line for line in lines if not line.startswith("#")]
    numbered = frozenset(word.removesuffix(_NUMBERED) for word in words if word.endswith(_NUMBERED))
    return frozenset(words) - {word + _NUMBERED for word in numbered}, numbered
