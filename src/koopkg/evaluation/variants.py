"""A topic -> the same as people mistype, inflect or write it otherwise, by rule: what the ranking should not depend on."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from random import Random

from koopkg.evaluation.topics import Topic
from koopkg.morphology import Morphology

__all__ = ["SLIPS", "VARIANTS", "variants", "with_slip"]

_WORD = re.compile(r"[^\W\d_]+")
_WRITTEN_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
_DROPPED = str.maketrans("äöüÄÖÜ", "aouAOU")
_SHORTEST = 5
"""Letters that the longest word needs for a slip in it to leave it readable."""
_PLURALS = re.compile(r"(ung|heit|keit|schaft|ion|tät)(en)?\Z")
_INFLECTED = ((r"e", "n"), (r"[äöü]u?[^aeiou]*er", "n"), (r"en|os", ""), (r"[szß]", "es"), (r"", "s"))
"""End of a noun -> what its plural or genitive adds, the first that fits; nothing to those that end as plurals already."""

SLIPS: Mapping[str, Callable[[str, int], str]] = {
    "dropped": lambda word, place: word[:place] + word[place + 1 :],
    "swapped": lambda word, place: word[:place] + word[place + 1] + word[place] + word[place + 2 :],
}
"""Name of a slip -> a word with it at a place within it."""


def variants(topic: Topic, german: Morphology) -> dict[str, Topic]:
    """The variants of a topic by name, those that differ from it; the same in every run.

    Args:
        german: For nouns and compounds, of German topics alone.
    """
    found = {name: rule(topic, german) for name, rule in VARIANTS.items()}
    return {name: replace(topic, text=text) for name, text in found.items() if text != topic.text}


def with_slip(text: str, name: str, *, seed: str) -> str:
    """A text with a slip of a kind within its longest word, first and last letter apart; as it is where no word is long enough.

    Args:
        name: One of `SLIPS`.
        seed: Decides the place of the slip.
    """
    word = max(_WORD.finditer(text), key=lambda match: len(match.group()), default=None)
    letters = word.group() if word else ""
    places = [place for place in range(1, len(letters) - 2) if letters[place] != letters[place + 1]]
    if word is None or len(letters) < _SHORTEST or not places:
        return text
    place = Random(f"{seed} {name}").choice(places)  # noqa: S311 - a draw, no secret
    return text[: word.start()] + SLIPS[name](letters, place) + text[word.end() :]


def _compounds_split(topic: Topic, german: Morphology) -> str:
    """With a blank between the parts of each compound, with capitals if it has one: Dorf Laden, Standes Amts Bezirk."""

    def split(match: re.Match[str]) -> str:
        word = match.group()
        starts = [0, *(start for start, _ in german.parts(word)[1:])]
        parts = [word[start:end] for start, end in zip(starts, [*starts[1:], len(word)], strict=True)]
        return " ".join(part[0].upper() + part[1:] if word[0].isupper() else part for part in parts)

    return _WORD.sub(split, topic.text) if topic.language == "de" else topic.text


def _inflected(topic: Topic, german: Morphology) -> str:
    """With the longest noun in plural or genitive."""
    nouns = [match for match in _WORD.finditer(topic.text) if match.group()[0].isupper() and german.analyses.is_noun(match.group())]
    if topic.language != "de" or not nouns:
        return topic.text
    noun = max(nouns, key=lambda match: len(match.group()))
    return topic.text[: noun.start()] + _in_another_form(noun.group()) + topic.text[noun.end() :]


def _in_another_form(noun: str) -> str:
    if abstract := _PLURALS.search(noun):
        return noun.removesuffix("en") if abstract.group(2) else noun + "en"
    return noun + next(added for end, added in _INFLECTED if re.search(rf"(?:{end})\Z", noun))


VARIANTS: dict[str, Callable[[Topic, Morphology], str]] = {
    "umlaut as ae": lambda topic, _: topic.text.translate(_WRITTEN_OUT),
    "umlaut dropped": lambda topic, _: topic.text.translate(_DROPPED),
    "ß as ss": lambda topic, _: topic.text.replace("ß", "ss"),
    "letter dropped": lambda topic, _: with_slip(topic.text, "dropped", seed=topic.id),
    "letters swapped": lambda topic, _: with_slip(topic.text, "swapped", seed=topic.id),
    "compounds split": _compounds_split,
    "lower case": lambda topic, _: topic.text.lower(),
    "upper case": lambda topic, _: topic.text.upper(),
    "inflected": _inflected,
}
"""Name -> rule; each gives the text as it is where it has nothing to change."""
