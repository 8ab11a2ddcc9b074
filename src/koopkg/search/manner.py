"""A search text -> how each part is said: asked of others (*Welche Gemeinden in Hessen ...?*) or told of oneself (*Wir sind drei in Hessen*)."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

__all__ = ["Manner"]

_MOST_BLANKS = 60
"""Blanks of a text that may ask for something; a longer one tells a story, in which words that ask for something stand by chance."""
_MOST_KEYWORDS = 8
_END = re.compile(r"[.!?](?=\s|\Z)|\n")
_OWN = re.compile(r"\b(?:wir|uns|unser\w*|ich|mir|mein\w*|we|us|our|i|my)\b", re.IGNORECASE)
_PLANS = re.compile(
    r"\b(?:möchte\w*|woll(?:en|te\w*)|will|planen|plant|überleg\w+|denken|suchen|sucht|beabsichtig\w+|soll(?:en)?|fragen sich"
    r"|wants?|plans?|planning|would like|consider\w*|looking)\b",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\W*(?:welche\w*|wer|wo|wie|was|warum|wieso|weshalb|wann|gibts?|hat|haben|kennt|which|who|where|how|what|why|is there|are there|has|have|does|do|did)\b",
    re.IGNORECASE,
)
_WANTED = re.compile(r"\b(?:beispiele?n?|vorbilder\w*|fälle\w*|erfahrungen|examples?|cases|models?)\b[^.!?]{0,60}\Z", re.IGNORECASE)
"""Before what is wanted of others, also where people speak of themselves (*Wir suchen Beispiele aus Hessen*)."""


@dataclass(frozen=True)
class Manner:
    """How a text is said.

    Attributes:
        text: Normalised.
    """

    text: str

    @cached_property
    def is_long(self) -> bool:
        """Whether it is a story rather than a question or a need."""
        return self.text.count(" ") > _MOST_BLANKS

    def asks_at(self, position: int) -> bool:
        """Whether what stands at a position is asked of the cases; what a long text tells never is."""
        if self.is_long:
            return False
        start, end = self._sentence(position)
        sentence = self.text[start:end].strip()
        if _WANTED.search(self.text, start, position):
            return True
        if _OWN.search(sentence):
            return False
        return sentence.endswith("?") or _ASKS.match(sentence) is not None or self._is_bare

    @cached_property
    def _is_bare(self) -> bool:
        """Whether the text is nothing but keywords."""
        return len(self.text.split()) <= _MOST_KEYWORDS and not _PLANS.search(self.text) and not _END.search(self.text.strip()[:-1])

    @cached_property
    def _ends(self) -> list[int]:
        return [found.end() for found in _END.finditer(self.text)]

    def _sentence(self, position: int) -> tuple[int, int]:
        number = bisect_right(self._ends, position)
        return self._ends[number - 1] if number else 0, self._ends[number] if number < len(self._ends) else len(self.text)
