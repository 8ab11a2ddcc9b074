"""A German word -> its morphemes and part of speech by HanTa, each computed once and kept in a table that is read by key."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from koopkg.caches import CheckedTable
from koopkg.identity import hanta_identity

__all__ = ["LONGEST_COMPOUND", "Analyses", "load_model"]

LONGEST_COMPOUND = 40
"""Letters; the longest compound of the corpus has 36. HanTa's time grows with the square of the length, so that longer words are left whole."""
_NOUN_TAGS = frozenset(("NN", "NNA", "NE", "FM", "XY"))
"""HanTa's tags of nouns, names, foreign words and what it does not know; a nominalised infinitive (NNI: Laufen) is a verb here."""
_MOST_REMEMBERED = 100_000
"""Analyses kept in memory, about 30 MB; with one more all are forgotten there, but not those of the table."""
_FORMAT = 1
"""Raised when words are asked for, or answers kept, in another way."""


class Analyses:
    """HanTa's analyses of German words, remembered, because each new one costs two milliseconds.

    Source: Wartena, A probabilistic morphology model for German lemmatization, KONVENS 2019.
    """

    def __init__(self, known: dict[str, tuple[str, str]] | None = None, *, table: CheckedTable | None = None, is_cache: bool = False) -> None:
        """Begin with analyses made before: capitalised word -> (segments joined by `+`, part-of-speech tag).

        Args:
            table: Analyses to be read by key.
            is_cache: New analyses are written there too.
        """
        self._known = dict(known or {})
        self._recent: dict[str, tuple[str, str]] = {}
        self._table, self._is_cache = table, is_cache
        self._unwritten: dict[bytes, bytes] = {}

    @classmethod
    def cache(cls, path: Path) -> Analyses:
        """The analyses that earlier builds kept at a path; none where HanTa, its model or our way to ask has changed since."""
        return cls(table=CheckedTable(path, f"{_FORMAT}-{hanta_identity()}"), is_cache=True)

    @classmethod
    def open(cls, path: Path) -> Analyses:
        """The analyses that were saved at a path, read by key; words that it lacks are analysed and kept in memory alone.

        Raises:
            sqlite3.DatabaseError: There are none, or they are damaged.
        """
        return cls(table=CheckedTable.published(path))

    def save(self, path: Path) -> None:
        """Write the analyses of a cache to a new file that can be opened by any number of readers.

        Raises:
            ValueError: They were not opened by `cache`.
        """
        if self._table is None or not self._is_cache:
            raise ValueError("only the analyses of a cache can be saved")
        self.flush()
        self._table.save(path)

    def flush(self) -> None:
        """Write new analyses to the cache."""
        if self._table is not None and self._unwritten:
            self._table.put(self._unwritten)
            self._unwritten = {}

    def close(self) -> None:
        """Write new analyses to the cache, and let go of the file."""
        if self._is_cache:
            self.flush()
        if self._table is not None:
            self._table.close()

    def has(self, word: str) -> bool:
        """Whether a word need not be analysed anew, whatever was asked before: looking it up takes a hundredth of the time."""
        word = word[0].upper() + word[1:].lower()
        key = word.encode()
        return word in self._known or (self._table is not None and key in self._table.get([key]))

    def segments(self, word: str) -> tuple[str, ...]:
        """The morphemes of a word in order, a stem as one; one segment where there is no division."""
        return tuple(self._analysis(word)[0].split("+"))

    def is_noun(self, word: str) -> bool:
        """Whether the word is a common noun; only those are taken apart."""
        return self._analysis(word)[1] == "NN"

    def can_be_noun(self, word: str) -> bool:
        """Whether the word, read alone, is a noun or a name rather than a verb, an adjective or a function word (Wege, but not pflegen)."""
        return self._analysis(word)[1] in _NOUN_TAGS

    def is_infinitive(self, word: str) -> bool:
        """Whether the word in small letters is most likely an infinitive (vereinen, laden)."""
        return len(word) <= LONGEST_COMPOUND and _is_infinitive(word.lower())

    def is_adjective(self, word: str) -> bool:
        """Whether the word, read alone, is an uninflected adjective or a participle (strategisch, geplant)."""
        return self._analysis(word)[1] in ("ADJ(D)", "VV(PP)")

    def is_name(self, word: str) -> bool:
        """Whether the word is a proper name rather than an everyday noun (Potsdam, but not Häusern)."""
        return self._analysis(word)[1] == "NE"

    def _analysis(self, word: str) -> tuple[str, str]:
        word = word[0].upper() + word[1:].lower()
        found = self._known.get(word) or self._recent.get(word)
        if found is not None:
            return found
        if len(word) > LONGEST_COMPOUND:
            return word, "XY"
        key = word.encode()
        stored = self._table.get([key]).get(key) if self._table is not None else None
        if stored is not None:
            segments, _, tag = stored.decode().partition("\t")
            return self._remember(word, (segments, tag))
        found = _analysed(word)
        if self._is_cache:
            self._unwritten[key] = "\t".join(found).encode()
        return self._remember(word, found)

    def _remember(self, word: str, found: tuple[str, str]) -> tuple[str, str]:
        if len(self._recent) >= _MOST_REMEMBERED:
            self.flush()
            self._recent = {}
        self._recent[word] = found
        return found


def load_model() -> None:
    """Load HanTa's model now rather than with the first word that is not known."""
    _tagger()


def _analysed(word: str) -> tuple[str, str]:
    segments, tag = _tagger().analyze(word, taglevel=2)
    return str(segments), str(tag)


@lru_cache(maxsize=1)
def _tagger() -> Any:
    from HanTa.HanoverTagger import HanoverTagger  # takes a quarter of a second: only for words not seen before

    return HanoverTagger("morphmodel_ger.pgz")


@lru_cache(maxsize=10_000)
def _is_infinitive(word: str) -> bool:
    return word.endswith("n") and str(_tagger().tag_word(word, cutoff=0)[0][0]).startswith("VV")
