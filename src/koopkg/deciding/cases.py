"""A text and what it names -> features that tell whether it speaks of a cooperation, or of cooperation as such: a definition, a law, a programme."""

from __future__ import annotations

import math
import re

import numpy as np
from numpy.typing import NDArray

from koopkg.deciding.numbers import NUMBERS
from koopkg.deciding.text import ReadText
from koopkg.model import Language, Linked

__all__ = ["CASE_FEATURES", "case_features"]

CASE_FEATURES = (
    "text",  # log odds by the words of the text
    "places",  # logarithm of the number of places that it names
    "places a sentence",
    "years",  # logarithm of the number of years that it names
    "partners",  # it counts municipalities
    "rules a sentence",  # sections of laws, what may, can or shall be, and what a thing is
    "questions a sentence",  # what readers are asked or told to do
)
_RULE: dict[Language, re.Pattern[str]] = {
    "de": re.compile(
        r"§|\b(?:kann|können|darf|dürfen|soll|sollen|sollte|sollten|muss|müssen)\b|\b(?:ein|eine)\s+[\w-]+\s+ist\s+(?:ein|eine)\b|\bzulässig\b", re.IGNORECASE
    ),
    "en": re.compile(r"\b(?:section|may|can|shall|should|must)\b|\b(?:a|an)\s+[\w-]+\s+is\s+(?:a|an)\b", re.IGNORECASE),
}
_QUESTION = re.compile(r"\?|\b(?:Sie|Ihr|Ihre|Ihrer|Ihrem|your|you)\b")
_YEARS = next(number for number in NUMBERS if number.name == "started")
_PARTNERS = next(number for number in NUMBERS if number.name == "partner_count")


def case_features(text: ReadText, linked: Linked, *, by_text: float) -> NDArray[np.float32]:
    """The features in the order of `CASE_FEATURES`.

    Args:
        by_text: Log odds by the words of the text.
    """
    sentences = max(len(text.sentences), 1)
    places = len({place.iri or place.name for place in linked.places})
    rules = sum(bool(_RULE[text.language].search(sentence.text)) for sentence in text.sentences)
    questions = sum(bool(_QUESTION.search(sentence.text)) for sentence in text.sentences)
    years = len({number.value for number in _YEARS.candidates(text)})
    values = (
        by_text,
        math.log1p(places),
        places / sentences,
        math.log1p(years),
        float(bool(_PARTNERS.candidates(text))),
        rules / sentences,
        questions / sentences,
    )
    return np.array(values, dtype=np.float32)
