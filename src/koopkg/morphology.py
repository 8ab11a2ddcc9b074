"""Text -> tokens with offsets, Snowball stems and, for German compounds, the words they are made of."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import Stemmer

from koopkg.analyses import LONGEST_COMPOUND, Analyses
from koopkg.model import Language

__all__ = ["Analyses", "Morphology", "Token", "has_umlaut", "shortened", "written_words"]

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_LETTERS = re.compile(r"(?<!\w)[^\W\d_]{1,100}(?!\w)")
_LINKING_ELEMENTS = frozenset(("s es n en e er ens").split())
"""Fugenelemente and plural endings that HanTa reports as segments of their own."""
_MOST_TRIED = 300
"""Each takes two thousandths of a second."""
_SHORTEST_COMPOUND = 7
_SHORTEST_PART = 3
_LONGEST_WORD = 100
"""Letters that count of a word; nothing longer is a word of a language, and whatever is kept of it would grow with it."""
_TOO_LONG = re.compile(rf"(\w{{{_LONGEST_WORD}}})\w+")
_ENDINGS = frozenset(("", *"e en n s es er ern in innen em ere eren ste sten ster stes se ses sen".split()))
"""Inflection of German nouns and adjectives, a feminine form among them."""
_FOLDED = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "ß": "ss"})
_WRITTEN_OUT = re.compile(r"([ao]|(?<![aeq])u)e")
_UMLAUT = re.compile(rf"[äöü]|{_WRITTEN_OUT.pattern}", re.IGNORECASE)
_BACK_VOWEL = re.compile(r"[aou][^aeiou]*\Z")


@dataclass(frozen=True, slots=True)
class Token:
    """A word at half-open character offsets; `stem` is lower case with umlauts folded."""

    start: int
    end: int
    surface: str
    stem: str


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
        """The Snowball stem; in German also ae, oe, ue and ß are folded (Buergerbus = Bürgerbus) and ss ends as s (Busse = Bus).

        Of a word longer than any of a language only the beginning counts.
        """
        stem = str(self._stemmer.stemWord(word[:_LONGEST_WORD].lower()))
        return stem[:-1] if self.language == "de" and stem.endswith("ss") else stem

    def is_form(self, word: str, label: str, *, is_noun: bool, is_part: bool = False) -> bool:
        """Whether a word with the stem of a label's word is that word inflected, and not only related to it.

        Snowball cuts off more than inflection: it makes one of Wasser and was, of Sicherheit and sich, of Verein and Vereinigung.

        Args:
            is_noun: The label is a German word with a capital; else its own ending may be any, as in `runder Tisch` for `runden Tisches`.
            is_part: The word is the first part of a compound, where a final e is often left out (Schulbad).
        """
        if self.language == "en":
            return _is_english_form(word.lower().replace("’", "'"), label.lower().replace("’", "'"))
        written, known = _folded(word), _folded(label)
        if is_part and known == written + "e":
            return True
        if not is_noun or self.analyses.is_adjective(label):
            bases = (known.removesuffix(ending) for ending in _ENDINGS)
            return any(written.startswith(base) and written[len(base) :] in _ENDINGS for base in bases)
        if written == known + "en" and _BACK_VOWEL.search(known) and self.analyses.is_infinitive(word):
            return False  # Einkaufen is no Einkauf, Bauen no Bau
        own = self.analyses.segments(label)[-1] if not written.startswith(known) else ""
        nouns = {known, known.removesuffix(own) if own in _ENDINGS else known}
        return any(_is_noun_form(word, written, base, gains_umlaut=not has_umlaut(label)) for base in nouns)

    def can_be_form(self, word: str, label: str) -> bool:
        """Whether a word whose letters do not tell can be a form of a label with a capital.

        It is the label as it stands or a noun, but no infinitive: Vereine and Schulen, not pflegen, and not Vereinen at the beginning of a sentence.
        """
        if _folded(word) == _folded(label) or self.analyses.is_adjective(label):
            return True
        is_infinitive = _folded(word) == _folded(label) + "en" and self.analyses.is_infinitive(word)
        return not is_infinitive and self.analyses.can_be_noun(word)

    def parts(self, word: str) -> tuple[tuple[int, int], ...]:
        """Where the parts of a German compound start and end within it, in order; empty for a simple word.

        A part excludes the linking element after it (Standesamtsbezirk -> Stand, Amt, Bezirk).
        """
        if self.language != "de" or not _SHORTEST_COMPOUND <= len(word) <= LONGEST_COMPOUND or not word.isalpha() or not self.analyses.is_noun(word):
            return ()
        spans, position = [], 0
        for segment in self.analyses.segments(word):
            if len(segment) >= _SHORTEST_PART and segment not in _LINKING_ELEMENTS:
                spans.append((position, position + len(segment)))
            position += len(segment)
        return tuple(spans) if position == len(word) and len(spans) > 1 else ()

    def parts_of_query(self) -> Callable[[str], tuple[tuple[int, int], ...]]:
        """The same for the words of one query: of those that no document has only the first few hundred are taken apart, so that no text takes long."""
        tried = set[str]()

        def parts(word: str) -> tuple[tuple[int, int], ...]:
            if word not in tried and not self.analyses.has(word):
                if len(tried) >= _MOST_TRIED:
                    return ()
                tried.add(word)
            return self.parts(word)

        return parts


def shortened(text: str) -> str:
    """The text with the first letters of what is longer than any word."""
    return _TOO_LONG.sub(r"\1", text)


def written_words(text: str) -> Iterator[str]:
    """The words of a text as they are written; none with digits, none longer than any of a language."""
    return (match.group() for match in _LETTERS.finditer(text))


def has_umlaut(word: str) -> bool:
    """Whether a word has an umlaut, also one written out (Bürger, Buerger)."""
    return bool(_UMLAUT.search(word))


def _folded(word: str) -> str:
    return _WRITTEN_OUT.sub(r"\1", word.lower().translate(_FOLDED))


def _is_noun_form(word: str, folded: str, base: str, *, gains_umlaut: bool) -> bool:
    """Whether a word, given also in folded form, is a folded German noun and an ending it can take.

    Args:
        gains_umlaut: The noun has none of its own that a plural could be mistaken for.
    """
    if not folded.startswith(base):
        return False
    ending = folded[len(base) :]
    if ending in ("se", "ses", "sen"):
        return base.endswith(("us", "nis"))  # Busse, Verhältnisse, but not Gasse
    if ending == "s":
        return not base.endswith(("s", "x", "z"))
    if ending in ("er", "ern") and _BACK_VOWEL.search(base):
        return gains_umlaut and has_umlaut(word)  # Häuser, but neither Bauer nor Müller
    return ending in _ENDINGS


def _is_english_form(word: str, label: str) -> bool:
    """Whether one is the other, its plural or its possessive."""
    one, other = sorted((word.removesuffix("'s"), label.removesuffix("'s")), key=len)
    return one == other or (other.endswith("s") and (other in (one + "s", one + "es") or other == one.removesuffix("y") + "ies"))
