"""What stands around a mention -> features that tell whether the cooperation of the text has what is named: words, and cues such as a negation."""

from __future__ import annotations

import re
from collections.abc import Iterator

from koopkg.deciding.text import ReadText, Sentence
from koopkg.model import Language, Mention

__all__ = ["cues_of", "surroundings"]

_WORD = re.compile(r"\w+|[„“”\"»«.,;:()|•·–]")
_NEAR = 7
"""Words and signs to either side that are looked at."""
_NEGATION_REACH = 6
"""Words behind a negation that it still denies; a comma, a colon or a semicolon ends it sooner."""
_CLAUSE_END = re.compile(r"[,;:.!?()]")
_BETWEEN_ITEMS = re.compile(r"[|·•›»>/]")
_MOST_WORDS_OF_AN_ITEM = 8

_NEGATIONS: dict[Language, str] = {
    "de": "kein keine keinen keiner keinem keines nicht ohne gegen statt anstatt anstelle weder nie niemals verzichtet verzichten",
    "en": "no not without against instead neither never nor avoid avoided avoiding",
}
_CUES: dict[str, dict[Language, str]] = {
    "plan": {
        "de": r"prüf\w*|geprüft\w*|erwäg\w*|erwogen|denkbar\w*|betracht|käme|kämen|könnte|könnten|variante\w*|alternativ\w*|option\w*|"
        r"geplant\w*|beabsichtig\w*|"
        r"vorgesehen|"
        r"vorschlag\w*|vorgeschlagen|diskutier\w*|machbarkeit\w*|möglichkeit\w*|überleg\w*|angedacht|zur\s+wahl|empfiehlt|empfohlen|entwurf\w*",
        "en": r"consider\w*|examin\w*|could|might|plan|plans|planned|option\w*|alternative\w*|propos\w*|discuss\w*|feasib\w*|possib\w*|envisag\w*",
    },
    "past": {
        "de": r"zuvor|vorher|vormals|früher\w*|ehemal\w*|bisher\w*|ursprünglich\w*|zunächst|anfangs|damals|seinerzeit|aufgelöst|abgelöst|begann|begonnen|"
        r"einst|vorläufer\w*|vorgänger\w*|umgewandelt|hervorgegangen",
        "en": r"former\w*|previous\w*|earlier|originally|initially|dissolved|replaced|used\s+to|predecessor\w*|began|converted|emerged",
    },
    "other": {
        "de": r"vorbild\w*|muster|beispiel\w*|ähnlich\w*|vergleichbar\w*|anders\s+als|andernorts|anderswo|andere\w*|benachbart\w*|nachbar\w*|wie\s+auch|etwa|"
        r"gibt\s+es\s+auch|bereits\s+seit|unabhängig\s+davon",
        "en": r"model|example\w*|similar\w*|comparable|unlike|elsewhere|other|others|neighbouring|nearby|such\s+as",
    },
    "member": {
        "de": r"mitglied\w*|gesellschafter\w*|beteiligt\w*|beteiligung\w*|tochter\w*|partner\w*|unterstütz\w*|geförder\w*|zuschuss\w*|"
        r"spende\w*|betreiber\w*|dienstleister\w*",
        "en": r"member\w*|shareholder\w*|involved|subsidiar\w*|partner\w*|support\w*|funded|grant\w*|donat\w*|operator\w*",
    },
    "founding": {
        "de": r"gegründet\w*|gründ\w*|rechtsform\w*|träger\w*|trägerschaft|form|bilde\w*|gebildet|schloss\w*|geschlossen\w*|zusammengeschlossen|"
        r"satzung\w*|betreibt|"
        r"organisiert|errichtet\w*|vereinbart\w*|übertrag\w*|übertrug\w*|gehört",
        "en": r"found\w*|form|legal|set\s+up|established|creat\w*|run|runs|owned|owns|statut\w*|agree\w*|transfer\w*",
    },
}
_PATTERNS = {(cue, language): re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE) for cue, of in _CUES.items() for language, pattern in of.items()}
_NEGATING = {language: frozenset(words.split()) for language, words in _NEGATIONS.items()}


def cues_of(text: ReadText, mention: Mention) -> frozenset[str]:
    """The cues in the clause or sentence of a mention.

    `negated`, `plan` (considered, not done), `past`, `other` (another cooperation), `member` (a body that takes part), `founding` (what something is
    run or owned by), `item` (an entry of a menu or a list of names, no sentence).
    """
    sentence = text.sentence_at(mention.start)
    found = {cue for cue in _CUES if _PATTERNS[cue, text.language].search(sentence.text)}
    if _is_negated(sentence, mention, text.language):
        found.add("negated")
    if _is_item(sentence, mention):
        found.add("item")
    return frozenset(found)


def surroundings(text: ReadText, mention: Mention, slug: str) -> Iterator[str]:
    """Features of a mention by name: cues, words near it with their side, what its own word is made of, and what is named."""
    sentence = text.sentence_at(mention.start)
    before = sentence.text[: max(mention.start - sentence.start, 0)]
    behind = sentence.text[max(mention.end - sentence.start, 0) :]
    left = [word.lower() for word in _WORD.findall(before)][-_NEAR:]
    right = [word.lower() for word in _WORD.findall(behind)][:_NEAR]
    yield from (f"cue {cue}" for cue in sorted(cues_of(text, mention)))
    yield from (f"near {word}" for word in sorted({*left, *right}))
    yield from (f"left {word}" for word in sorted(set(left)))
    yield from (f"right {word}" for word in sorted(set(right)))
    yield from (f"said {word}" for word in sorted({word.lower() for word in _WORD.findall(sentence.text)}))
    yield from (f"then {word.lower()}" for word in _WORD.findall(text.after(sentence))[:_NEAR])
    yield f"before {' '.join(left[-2:])}"
    yield f"before {left[-1] if left else ''}"
    yield f"behind {' '.join(right[:2])}"
    yield f"behind {right[0] if right else ''}"
    if before and before[-1].isalnum():
        yield "inside of a word, as its end"
    if behind and behind[0].isalnum():
        yield "inside of a word, as its beginning"
    yield f"names {slug}"
    yield f"says {' '.join(mention.quote.lower().split())}"


def _is_negated(sentence: Sentence, mention: Mention, language: Language) -> bool:
    before = sentence.text[: max(mention.start - sentence.start, 0)]
    clause = _CLAUSE_END.split(before)[-1]
    return not _NEGATING[language].isdisjoint(word.lower() for word in re.findall(r"\w+", clause)[-_NEGATION_REACH:])


def _is_item(sentence: Sentence, mention: Mention) -> bool:
    """Whether the line of a mention is one of several entries, or what stands for a sentence is short and without an end."""
    at = max(mention.start - sentence.start, 0)
    line = sentence.text[sentence.text.rfind("\n", 0, at) + 1 :].partition("\n")[0]
    is_list = len(_BETWEEN_ITEMS.findall(line)) >= 2
    return is_list or (len(sentence.text.split()) <= _MOST_WORDS_OF_AN_ITEM and not sentence.text.endswith((".", "!", "?", ":", ",", ";")))
