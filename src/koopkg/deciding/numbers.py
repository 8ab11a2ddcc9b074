"""A text -> the years and counts in it that may be when a cooperation began, when it ended, or how many municipalities take part."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from koopkg.deciding.clauses import surroundings
from koopkg.deciding.text import ReadText
from koopkg.model import Language, Mention

__all__ = ["NUMBERS", "Number", "NumberField", "features_of"]

_YEAR = re.compile(r"(?<![\d.,/§-])(?<!§ )(1[89]\d\d|20\d\d)(?![\d,]|\.\d|\s*(?:€|Euro|EUR|Einwohner|Meter|inhabitants))")
_COUNTED: dict[Language, str] = {
    "de": r"gemeinden|städten?|kommunen|märkten?|landkreisen?|kreisen?|ortsgemeinden|orten?|partnern?|mitgliedsgemeinden|mitgliedskommunen|partnerkommunen|"
    r"verbandsgemeinden|nachbargemeinden|dörfern?|rathäusern?|gemeindeverwaltungen|verwaltungen|kantonen",
    "en": r"municipalities|towns|villages|cities|communes|districts|councils|local\s+authorities|partners|communities",
}
_WORDS: dict[Language, str] = {
    "de": "zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn zwanzig",
    "en": "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty",
}
_VALUE: dict[str, int] = {word: value for words in _WORDS.values() for value, word in enumerate(words.split(), start=2)}
_MOST_PARTNERS = 500
_BEFORE = r"\s+(?:[\w-]+\s+){0,2}"
"""Up to two words may stand between a number and what it counts."""
_BOTH: dict[Language, str] = {"de": "beiden?", "en": "both"}
_PAIR = {language: re.compile(rf"\b{both}(?={_BEFORE}(?:{_COUNTED[language]})\b)", re.IGNORECASE) for language, both in _BOTH.items()}
_COUNT = {
    language: re.compile(rf"\b(\d{{1,3}}|{words.replace(' ', '|')}){_BEFORE}(?:{_COUNTED[language]})\b", re.IGNORECASE) for language, words in _WORDS.items()
}


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a text; `place` says where it stands among the others of its kind: `only`, `first`, `last` or `between`, by value."""

    value: int
    mention: Mention
    place: str


@dataclass(frozen=True, slots=True)
class NumberField:
    """A number that a case record has, and how candidates for it are found in a text."""

    name: str
    find: Callable[[ReadText], Iterator[tuple[int, Mention]]]

    def candidates(self, text: ReadText) -> list[Number]:
        """Every number that may be meant, in text order."""
        found = list(self.find(text))
        values = sorted({value for value, _ in found})
        return [Number(value, mention, _place(value, values)) for value, mention in found]


def features_of(text: ReadText, number: Number) -> Iterator[str]:
    """What stands around a number, and where it stands among the others."""
    return surroundings(text, number.mention, number.place)


def _place(value: int, values: list[int]) -> str:
    if len(values) == 1:
        return "only"
    return "first" if value == values[0] else "last" if value == values[-1] else "between"


def _years(text: ReadText) -> Iterator[tuple[int, Mention]]:
    for sentence in text.sentences:
        for found in _YEAR.finditer(sentence.text):
            yield int(found.group(1)), Mention(sentence.start + found.start(1), sentence.start + found.end(1), found.group(1))


def _partners(text: ReadText) -> Iterator[tuple[int, Mention]]:
    for sentence in text.sentences:
        for found in _COUNT[text.language].finditer(sentence.text):
            told = found.group(1).lower()
            value = int(told) if told.isdecimal() else _VALUE[told]
            if 2 <= value <= _MOST_PARTNERS:
                yield value, Mention(sentence.start + found.start(), sentence.start + found.end(), found.group())
        for found in _PAIR[text.language].finditer(sentence.text):
            yield 2, Mention(sentence.start + found.start(), sentence.start + found.end(), found.group())


NUMBERS = (NumberField("started", _years), NumberField("ended", _years), NumberField("partner_count", _partners))
"""What is decided, by name of the field."""
