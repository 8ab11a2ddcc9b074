"""A search text -> what it asks of a case beside its subject: whether the cooperation came to an end."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from koopkg.model import Mention

__all__ = ["Slot", "slots_in"]

SlotKind = Literal["outcome"]

_MOST_BLANKS = 60
_ENDED = re.compile(
    r"\b(?:"
    r"(?:ge)?scheiter\w*|(?:auf|ab)gelöst\w*|auflös\w+|auflösung\w*|auseinander(?:ge\w+|\w+)?|austritt\w*|austr[ae]t\w*|ausgetreten\w*"
    r"|beendet\w*|beendigung|aufgegeben\w*|rückabwick\w+|schief\s?(?:ge\w+|ging\w*|läuft|lief)|(?:ging|gehen|geht|gegangen|lief|läuft)\s+(?:\w+\s+)?schief"
    r"|geplatzt\w*|platzte\w*|abgelehnt\w*|verworfen\w*|fehlgeschlagen\w*|misslung\w+|zerbroch\w+|zerbrach\w*|abgebroch\w+|gestoppt\w*"
    r"|nicht\s+(?:geklappt|funktioniert|gerechnet|zustande)"
    r"|fail(?:ed|ure|ures|ing|s)?|brok(?:e|en)\s+(?:up|down|apart)|break(?:ing)?\s?up|dissol\w+|withdr\w+|pull(?:ed|ing)?\s+out|abandon\w*|g[ai]ve(?:n)?\s+up"
    r"|went\s+wrong|go(?:ing|ne)?\s+wrong|collaps\w+|scrapped|voted\s+down|split(?:ting)?\s+up|terminated|fell\s+(?:through|apart)|falling\s+apart"
    r")\b",
    re.IGNORECASE,
)
"""Words for an end, in German and English: of cooperations, decisions and treaties."""


@dataclass(frozen=True, slots=True)
class Slot:
    """Something that is asked of a case, and the words that ask for it."""

    kind: SlotKind
    value: str
    evidence: tuple[Mention, ...]


def slots_in(text: str) -> tuple[Slot, ...]:
    """What a text asks for: cooperations that failed, were left or ended. In a long text such words tell a story."""
    if text.count(" ") > _MOST_BLANKS:
        return ()
    ended = tuple(Mention(match.start(), match.end(), match.group()) for match in _ENDED.finditer(text))
    return (Slot("outcome", "ended", ended),) if ended else ()
