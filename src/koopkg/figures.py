"""German text -> the numbers that it names, in digits or in words, whole and with the words for thousands and millions behind them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

__all__ = ["figures_in", "names_figure"]

_DIGITS = r"\d{1,3}(?:[.\u202f\u00a0'’]\d{3})+(?:,\d+)?|\d+(?:,\d+)?|\d+\.\d{1,2}(?!\d)"
_SCALES = {"tausend": 1_000, "tsd": 1_000, "teuro": 1_000, "million": 1_000_000, "mio": 1_000_000, "milliarde": 1_000_000_000, "mrd": 1_000_000_000}
_SCALE = r"(tausend|tsd|teuro|million|mio|milliarde|mrd)"
_NUMBER = re.compile(rf"({_DIGITS})(?:[\s-]*{_SCALE}\w*\.?)?", re.IGNORECASE)
_SHARED_SCALE = re.compile(rf"({_DIGITS})(?:\s+(?:bis|und|oder|statt|auf|mit|,)\s|\s*–\s*|,\s)[^.;]{{0,40}}?(?:{_DIGITS}|[a-zäöüß]+)\s+{_SCALE}", re.IGNORECASE)
"""`von 62 auf 140 Millionen`: the word behind the second number counts for the first as well."""
_UNITS = {
    "null": 0, "ein": 1, "eins": 1, "eine": 1, "einer": 1, "einem": 1, "einen": 1, "eines": 1, "zwei": 2, "beide": 2, "beiden": 2, "beider": 2, "drei": 3,
    "vier": 4, "fünf": 5, "sechs": 6, "sieben": 7, "acht": 8, "neun": 9, "zehn": 10, "elf": 11, "zwölf": 12, "sechzehn": 16, "siebzehn": 17,
}  # fmt: skip
_UNITS |= {f"{name}zehn": 10 + _UNITS[name] for name in ("drei", "vier", "fünf", "acht", "neun")}
_TENS = {"zwanzig": 20, "dreißig": 30, "vierzig": 40, "fünfzig": 50, "sechzig": 60, "siebzig": 70, "achtzig": 80, "neunzig": 90}
_OTHERS = {
    "anderthalb": Decimal("1.5"), "halbe": Decimal("0.5"), "halben": Decimal("0.5"), "halbes": Decimal("0.5"), "hälfte": Decimal(50), "dutzend": Decimal(12),
    "dreiviertelstunde": Decimal(45), "viertelstelle": Decimal("0.25"), "keine": Decimal(0), "keiner": Decimal(0), "vollständig": Decimal(100),
    "vollständige": Decimal(100),
}  # fmt: skip
"""Shares stand as percent, as records have them."""
_PARTS = {"drittel": 3, "viertel": 4, "fünftel": 5, "zehntel": 10}
_WORD = re.compile(r"[^\W\d_]+")
_COMPOUND = re.compile(rf"(?:(?P<unit>{'|'.join(_UNITS)})und)?(?P<ten>{'|'.join(_TENS)})")
_BEHIND = re.compile(r"(?:st|t)?e[rnsm]?|einhalb|(?:köpf|jähr|mal|fach|tägig|wöch|monat|stünd|stufig|gruppig|zügig)\w*")
"""What makes other words of a number: `zehnjährig`, `zweimalig`, `tausendster`; `einhalb` adds a half."""
_CENT = re.compile(rf"({_DIGITS})\s+Cent\b")
_LARGE = re.compile(r"(?P<count>\w*?)(?P<scale>hundert|tausend)(?P<rest>\w*)")


def names_figure(text: str, value: float) -> bool:
    """Whether a text names a number; `1.300.000`, `1,3 Mio.` and `dreizehn` are read as what they mean, a sign is passed over."""
    return abs(Decimal(str(value))).normalize() in figures_in(text)


@lru_cache(maxsize=64)
def figures_in(text: str) -> frozenset[Decimal]:
    """Every number that a text names; none where it is empty."""
    return frozenset(number.normalize() for number in _numbers(text))


def _numbers(text: str) -> Iterator[Decimal]:
    for match in _NUMBER.finditer(text):
        number = _value(match.group(1))
        yield number
        if match.group(2):
            yield number * _SCALES[match.group(2).lower()]
    for match in _SHARED_SCALE.finditer(text):
        yield _value(match.group(1)) * _SCALES[match.group(2).lower()]
    for match in _CENT.finditer(text):
        yield _value(match.group(1)) / 100
    words = [word.group().lower() for word in _WORD.finditer(text)]
    for word, following in zip(words, [*words[1:], ""], strict=False):
        count = _in_words(word)
        if count is not None:
            yield count
            yield from (count * factor for scale, factor in _SCALES.items() if following.startswith(scale))
        if following in _PARTS:
            yield Decimal(round(100 * (Decimal(1) if count is None else count) / _PARTS[following]))


def _value(digits: str) -> Decimal:
    """A number as German writes it: points between thousands, a comma before decimals; `1.55` has decimals as well."""
    if re.fullmatch(r"\d+\.\d{1,2}", digits):
        return Decimal(digits)
    return Decimal(re.sub(r"[.\u202f\u00a0'’]", "", digits).replace(",", "."))


def _in_words(word: str) -> Decimal | None:
    """What a word counts: `dreizehn`, `einundzwanzig`, `zweihundert`, `anderthalb`; None where it is no number."""
    if word in _OTHERS:
        return _OTHERS[word]
    if word in _UNITS:
        return Decimal(_UNITS[word])
    if compound := _COMPOUND.fullmatch(word):
        return Decimal(_TENS[compound["ten"]] + _UNITS.get(compound["unit"] or "null", 0))
    if large := _LARGE.fullmatch(word):
        count, rest = _in_words(large["count"] or "ein"), _in_words(large["rest"] or "null")
        if count is not None and rest is not None:
            return count * {"hundert": 100, "tausend": 1_000}[large["scale"]] + rest
    return _in_derived(word)


def _in_derived(word: str) -> Decimal | None:
    """What a word counts that begins with a number: `viereinhalb`, `neunköpfig`, `tausendster`."""
    for end in range(len(word) - 1, 2, -1):
        if _BEHIND.fullmatch(word, end) and (number := _in_words(word[:end])) is not None:
            return number + Decimal("0.5") if word[end:] == "einhalb" else number
    return None
