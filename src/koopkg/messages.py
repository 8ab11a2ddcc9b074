"""Sentences for people: a template in English with the values that fill it -> the sentence in a language, from one gettext catalogue a language.

The key of a sentence is its English template, at the place where it is said. English therefore needs no catalogue, and the others are read when first used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from string import Formatter
from typing import Literal

from koopkg.catalogues import catalogue

__all__ = [
    "LANGUAGES",
    "Foreign",
    "Language",
    "Message",
    "Piece",
    "Quoted",
    "Worded",
    "counted",
    "local_amount",
    "local_date",
    "local_moment",
    "local_number",
    "local_price",
    "pieces",
    "translated",
]

Language = Literal["de", "en"]
LANGUAGES: tuple[Language, ...] = ("de", "en")
_BETWEEN = "; "
_MONEY = ("Euro", "Franken")
_MOMENT = re.compile(r"\d{4}-\d\d(?:-\d\d)?")
_LOCALES: Mapping[Language, str] = {"de": "de", "en": "en_GB"}
"""Language -> locale of its dates."""


class Foreign(str):
    """Words that another program chose, such as the operating system: English in the sentences of any language."""

    __slots__ = ()


class Quoted(str):
    """Words of a document: German in the sentences of any language."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Worded:
    """Words that somebody else than a catalogue has in both languages, such as the ontology."""

    de: str
    en: str

    def __str__(self) -> str:
        return self.en


@dataclass(frozen=True, slots=True, init=False)
class Message:
    """A sentence that can be said in any language.

    Attributes:
        text: English template with named placeholders: `{value}`, `{value!r}`, `{size:,}` with thousands marked; dates as people write them.
            Without values it is the sentence itself, whatever braces it has.
        values: What fills the placeholders; messages and tuples of them are translated along. No value is ever taken for a template.
    """

    text: str
    values: Mapping[str, object] = field(hash=False)

    def __init__(self, text: str, /, **values: object) -> None:
        object.__setattr__(self, "text", text)
        object.__setattr__(self, "values", values)

    def __str__(self) -> str:
        """The English sentence; no catalogue is read."""
        return translated(self, "en")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a sentence, with its language where it has one of its own."""

    text: str
    language: Language | None = None


def translated(message: Message, language: Language) -> str:
    """The sentence in a language, in English where the catalogue lacks it."""
    return "".join(piece.text for piece in pieces(message, language))


def pieces(message: Message, language: Language) -> Iterator[Piece]:
    """The sentence in a language, cut where words that are not ours begin and end."""
    template = catalogue(language).gettext(message.text)
    yield from _filled(template, message.values, language) if message.values else (Piece(template),)


def counted(one: str, many: str, count: int, language: Language, /, **values: object) -> str:
    """The sentence for a number of things, which stands in its templates as `{n}`."""
    template = catalogue(language).ngettext(one, many, count)
    return "".join(piece.text for piece in _filled(template, {"n": count, **values}, language))


def local_number(number: float, language: Language, *, is_grouped: bool = True) -> str:
    """A number with the signs of a language."""
    from babel.numbers import format_decimal  # not at the top: few sentences hold large numbers, and it takes a while

    return format_decimal(number, locale=language, group_separator=is_grouped)


def local_amount(number: float, unit: str | None, language: Language) -> str:
    """An amount with its unit, where it has one."""
    if unit is None:
        return local_number(number, language)
    written = local_price(number, language) if unit.startswith(_MONEY) else local_number(number, language)
    return f"{written} {unit}"


def local_price(number: float, language: Language) -> str:
    """A sum of money without its currency: in whole numbers, or with two decimals."""
    from babel.numbers import format_decimal

    return local_number(number, language) if float(number).is_integer() else format_decimal(number, format="#,##0.00", locale=language)


def local_moment(moment: str, language: Language) -> str:
    """A moment of ISO 8601, `2010`, `2010-11` or `2010-11-30`, as people write it; other texts stay as they are."""
    if not _MOMENT.fullmatch(moment):
        return moment
    is_day = moment.count("-") == 2
    try:
        day = date.fromisoformat(moment if is_day else f"{moment}-01")
    except ValueError:
        return moment
    return local_date(day, language, form="long" if is_day else "LLLL yyyy")


def local_date(day: date, language: Language, *, form: str = "medium") -> str:
    """A date as people write it, day before month in every language; `form` is one of Babel's, a length or a pattern."""
    from babel.dates import format_date  # not at the top: a start would wait for it

    return format_date(day, form, locale=_LOCALES[language])


def _filled(template: str, values: Mapping[str, object], language: Language) -> Iterator[Piece]:
    for literal, name, specification, conversion in Formatter().parse(template):
        if literal:
            yield Piece(literal)
        if name is not None:
            yield from _value(values[name], specification or "", conversion, language)


def _value(value: object, specification: str, conversion: str | None, language: Language) -> Iterator[Piece]:
    if isinstance(value, Message):
        yield from pieces(value, language)
    elif isinstance(value, Worded):
        yield Piece(value.de if language == "de" else value.en)
    elif isinstance(value, date):
        yield Piece(local_date(value, language))
    elif isinstance(value, tuple):
        for place, item in enumerate(value):
            yield from (Piece(_BETWEEN),) if place else ()
            yield from _value(item, specification, conversion, language)
    elif conversion == "r":
        yield Piece(repr(value))
    elif language != "en" and isinstance(value, int | float) and not isinstance(value, bool):
        yield Piece(local_number(value, language, is_grouped="," in specification))
    else:
        yield Piece(format(value, specification), "en" if isinstance(value, Foreign) else "de" if isinstance(value, Quoted) else None)
