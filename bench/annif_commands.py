"""Annif's own commands, each a JSON list on a line of the standard input, with an analyzer that downloads nothing; run in an environment with Annif in it.

Annif's analyzers split texts by a model that NLTK fetches when it first runs. This one has the same stems, and splits at ends of sentences and by NLTK's rules.
"""

from __future__ import annotations

import json
import re
import sys

import annif.analyzer
import annif.cli
from annif.analyzer.snowball import SnowballAnalyzer
from nltk.stem.snowball import SnowballStemmer
from nltk.tokenize import NLTKWordTokenizer

__all__: list[str] = []


class OfflineAnalyzer(SnowballAnalyzer):  # type: ignore[misc]  # Annif is not installed where types are checked
    """`offline(german)`: words as Snowball stems."""

    name = "offline"

    def __init__(self, param: str) -> None:
        self.param, self.stemmer = param, SnowballStemmer(param)

    def tokenize_sentences(self, text: str) -> list[str]:
        return re.split(r"(?<=[.!?:])\s+", text)

    def tokenize_words(self, text: str, filter: bool = True) -> list[str]:
        return [self._normalize_word(word) for word in NLTKWordTokenizer().tokenize(text) if not filter or self.is_valid_token(word)]


if __name__ == "__main__":
    annif.analyzer.register_analyzer(OfflineAnalyzer)
    for line in sys.stdin:
        annif.cli.cli(json.loads(line), standalone_mode=False)
