"""Text -> tokens with offsets, Snowball stems and, for German compounds, the words they are made of."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import Stemmer

from koopkg.model import Language

__all__ = ["Analyses", "Morphology", "Token"]

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_LINKING_ELEMENTS = frozenset(("s es n en e er ens").split())
"""Fugenelemente and plural endings that HanTa reports as segments of their own."""
_SHORTEST_COMPOUND = 7
_SHORTEST_PART = 3


@dataclass(frozen=True, slots=True)
class Token:
    """A word at half-open character offsets; `stem` is lower case with umlauts folded."""

    start: int
    end: int
    surface: str
    stem: str


class Analyses:
    """HanTa's analyses of German words, remembered, because each new one costs two milliseconds.

    Source: Wartena, A probabilistic morphology model for German lemmatization, KONVENS 2019.
    """

    def __init__(self, known: dict[str, tuple[str, str]] | None = None) -> None:
        """Begin with analyses made before: capitalised word -> (segments joined by `+`, part-of-speech tag)."""
        self._known = dict(known or {})

    @classmethod
    def from_file(cls, path: Path) -> Analyses:
        """The analyses saved at a path; none where there is no such file."""
        if not path.exists():
            return cls()
        return cls({word: (segments, tag) for word, (segments, tag) in json.loads(path.read_text(encoding="utf-8")).items()})

    def to_json(self) -> str:
        """The analyses as JSON, sorted by word."""
        return json.dumps(dict(sorted(self._known.items())), ensure_ascii=False, indent=0)

    def segments(self, word: str) -> tuple[str, ...]:
        """The morphemes of a word in order, a stem as one; one segment where there is no division."""
        return tuple(self._analysis(word)[0].split("+"))

    def is_noun(self, word: str) -> bool:
        """Whether the word is a common noun; only those are taken apart."""
        return self._analysis(word)[1] == "NN"

    def is_name(self, word: str) -> bool:
        """Whether the word is a proper name rather than an everyday noun (Potsdam, but not Häusern)."""
        return self._analysis(word)[1] == "NE"

    def _analysis(self, word: str) -> tuple[str, str]:
        word = word[0].upper() + word[1:].lower()
        if word not in self._known:
            segments, tag = _tagger().analyze(word, taglevel=2)
            self._known[word] = str(segments), str(tag)
        return self._known[word]


@lru_cache(maxsize=1)
def _tagger() -> Any:
    from HanTa.HanoverTagger import HanoverTagger  # takes a quarter of a second: only for words not seen before

    return HanoverTagger("morphmodel_ger.pgz")


class Morphology:
    """Tokens, stems and compound parts in one language."""

    def __init__(self, language: Language, analyses: Analyses) -> None:
        self.language = language
        self.analyses = analyses
        self._stemmer = Stemmer.Stemmer("german" if language == "de" else "english")

    def tokens(self, text: str) -> Iterator[Token]:
        """The words of a text in order."""
        for match in _WORD.finditer(text):
            yield Token(match.start(), match.end(), match.group(), self.stem(match.group()))

    def stem(self, word: str) -> str:
        """The Snowball stem; in German also ae, oe, ue and ß are folded (Buergerbus = Bürgerbus) and ss ends as s (Busse = Bus)."""
        stem = str(self._stemmer.stemWord(word.lower()))
        return stem[:-1] if self.language == "de" and stem.endswith("ss") else stem

    def parts(self, word: str) -> tuple[tuple[int, int], ...]:
        """Where the parts of a German compound start and end within it, in order; empty for a simple word.

        A part excludes the linking element after it (Standesamtsbezirk -> Stand, Amt, Bezirk).
        """
        if self.language != "de" or len(word) < _SHORTEST_COMPOUND or not word.isalpha() or not self.analyses.is_noun(word):
            return ()
        spans, position = [], 0
        for segment in self.analyses.segments(word):
            if len(segment) >= _SHORTEST_PART and segment not in _LINKING_ELEMENTS:
                spans.append((position, position + len(segment)))
            position += len(segment)
        return tuple(spans) if position == len(word) and len(spans) > 1 else ()
