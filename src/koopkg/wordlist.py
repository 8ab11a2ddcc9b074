"""The words of German and English as books and the web have them: whether there is a word, and how common it is."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from koopkg.model import LANGUAGES, Language

__all__ = ["WordList", "load_lists"]

_RAREST = 3e-8
"""Share of all words from which one counts: rarer ones are slips as often as words."""


class WordList:
    """Half a million words of a language in twelve bytes each."""

    def __init__(self, sums: npt.NDArray[np.uint64], shares: npt.NDArray[np.float32]) -> None:
        self._sums, self._shares = sums, shares

    @classmethod
    def bundled(cls, language: Language) -> WordList:
        """The words that wordfreq counts in several kinds of texts; reading them takes half a second a language, once a process.

        Source: Speer, rspeer/wordfreq, 2022.
        """
        return _bundled(language)

    def __contains__(self, word: str) -> bool:
        """Whether there is a word, given in lower case."""
        return self.share(word) >= _RAREST

    def share(self, word: str) -> float:
        """The share that a word, given in lower case, has of all words; 0 where it is not in the list."""
        return float(self.shares([word])[0])

    def shares(self, words: Sequence[str]) -> npt.NDArray[np.float32]:
        """The share of each of some words."""
        wanted = np.fromiter((_sum(word.replace("ß", "ss")) for word in words), dtype=np.uint64)  # as wordfreq has it
        places = np.minimum(np.searchsorted(self._sums, wanted), len(self._sums) - 1)
        return np.where(self._sums[places] == wanted, self._shares[places], np.float32(0))


def load_lists() -> None:
    """Read both lists, so that the first word that is not common need not wait for them."""
    for language in LANGUAGES:
        _bundled(language)


@lru_cache(maxsize=2)
def _bundled(language: Language) -> WordList:
    from wordfreq import get_frequency_dict

    counted = get_frequency_dict(language, "large")
    sums = np.fromiter(map(_sum, counted), dtype=np.uint64)
    order = np.argsort(sums)
    return WordList(sums[order], np.fromiter(counted.values(), dtype=np.float32)[order])


def _sum(word: str) -> int:
    """64 bits that no two words share, but for an accident."""
    letters = word.encode()
    return zlib.crc32(letters) << 32 | zlib.crc32(letters[::-1])
