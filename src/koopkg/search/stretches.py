"""A search text of any length -> the few stretches of it that are worth encoding: one for a question, the substance of a whole paper."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

__all__ = ["stretches_of"]

_SENTENCE = re.compile(r"[^.!?\n]+[.!?]*\s*")
"""Near enough: nothing but the length of a stretch hangs on where it is cut."""
_WHOLE = 700
"""Characters up to which a text is one stretch."""
_LENGTH = 500
"""Characters of a stretch of a longer one, like those of a passage of a document."""
_MOST = 12
"""Stretches that are encoded, which takes a third of a second: those that name most of what is done together."""


def stretches_of(text: str, positions: Sequence[int]) -> list[str]:
    """The stretches of a text in their order, at least one; what is said twice counts once.

    Args:
        positions: Where the text names what is done together.
    """
    if len(text) <= _WHOLE:
        return [text]
    found, named = list(_stretches(text)), sorted(positions)
    if len(found) <= 1:
        return [stretch for _, _, stretch in found] or [text[:_WHOLE]]
    counts = [bisect_left(named, end) - bisect_left(named, start) for start, end, _ in found]
    chosen = sorted(sorted(range(len(found)), key=lambda place: (-counts[place], place))[:_MOST])
    return [found[place][2] for place in chosen]


def _stretches(text: str) -> Iterator[tuple[int, int, str]]:
    """Where each begins and ends, and its sentences that have not been said before."""
    seen = set[str]()
    start, sentences = 0, list[str]()
    for match in _SENTENCE.finditer(text):
        sentence = " ".join(match.group().split())[:_WHOLE]
        if not sentence or sentence.casefold() in seen:
            continue
        seen.add(sentence.casefold())
        if sentences and sum(map(len, sentences)) + len(sentence) > _LENGTH:
            yield start, match.start(), " ".join(sentences)
            start, sentences = match.start(), []
        sentences.append(sentence)
    if sentences:
        yield start, len(text), " ".join(sentences)
