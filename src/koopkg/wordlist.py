"""The words of German and English as books and the web have them: whether there is a word."""

from __future__ import annotations

import zlib
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from koopkg.model import LANGUAGES

__all__ = ["WordList"]

_RAREST = 3e-8
"""Share of all words from which one counts: rarer ones are slips as often as words."""


class WordList:
    """Some 500,000 words in eight bytes each."""

    def __init__(self, sums: npt.NDArray[np.uint64]) -> None:
        self._sums = sums

    @classmethod
    def bundled(cls) -> WordList:
        """The words that wordfreq counts in several kinds of texts; reading them takes a second, once a process.

        Source: Speer, rspeer/wordfreq, 2022.
        """
        return _bundled()

    def __contains__(self, word: str) -> bool:
        """Whether there is a word, given in lower case."""
        wanted = np.uint64(_sum(word.replace("ß", "ss")))  # as wordfreq has it
        place = int(np.searchsorted(self._sums, wanted))
        return place < len(self._sums) and bool(self._sums[place] == wanted)


@lru_cache(maxsize=1)
def _bundled() -> WordList:
    from wordfreq import get_frequency_dict

    counted = (item for language in LANGUAGES for item in get_frequency_dict(language, "large").items())
    sums = (_sum(word) for word, frequency in counted if frequency >= _RAREST)
    return WordList(np.unique(np.fromiter(sums, dtype=np.uint64)))


def _sum(word: str) -> int:
    """64 bits that no two words share, but for an accident."""
    letters = word.encode()
    return zlib.crc32(letters) << 32 | zlib.crc32(letters[::-1])
