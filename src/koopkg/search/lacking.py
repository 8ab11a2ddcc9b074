"""A question without hits -> what it asks for that no case of the corpus speaks of."""

from __future__ import annotations

from koopkg.language import FUNCTION_WORDS
from koopkg.morphology import Morphology
from koopkg.search.question import Question

__all__ = ["lacking"]

_SHORTEST, _MOST = 4, 5


def lacking(question: Question) -> tuple[str, ...]:
    """Words of the text, as they stand there, that no case has in any form; places are left out, of which most have no case. A few at most."""
    opened, morphology = question.opened, Morphology(question.language, question.opened.analyses)
    named = [mention for place in (question.linked.places if question.linked else ()) for mention in place.evidence]
    words = [
        token.surface
        for token in morphology.tokens(question.text)
        if len(token.surface) >= _SHORTEST
        and token.surface.isalpha()
        and token.surface.lower() not in FUNCTION_WORDS
        and not any(mention.start <= token.start < mention.end for mention in named)
        and not opened.lexical.has_stem_of(token.surface)
    ]
    return tuple(dict.fromkeys(words))[:_MOST]
