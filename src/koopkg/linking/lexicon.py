"""SKOS labels of one language -> what to look for: sequences of stems, and abbreviations as they are written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from koopkg.analyses import Analyses
from koopkg.model import Language
from koopkg.morphology import Morphology, has_umlaut
from koopkg.ontology import Label, Ontology

__all__ = ["Entry", "Lexicon"]

_LONGEST_ABBREVIATION = 7


@dataclass(frozen=True, slots=True)
class Entry:
    """A concept behind a label.

    Attributes:
        words: The label's words as it is written.
        is_noun: Asks for a capital in running German text (Verein, not vereinen).
        asks_umlaut: Asks for one in the text too, where the stem has lost it (Bürger, not Burg).
    """

    iri: str
    words: tuple[str, ...]
    is_weak: bool
    is_confusable: bool
    is_noun: bool
    asks_umlaut: bool


class _Labels:
    """Every label of an ontology in one language, by its stems or as it is written."""

    def __init__(self, ontology: Ontology, language: Language) -> None:
        self._morphology = Morphology(language, Analyses())  # stems need none
        self.entries: dict[tuple[str, ...], tuple[Entry, ...]] = {}
        self.abbreviations: dict[str, tuple[Entry, ...]] = {}
        for concept in ontology.concepts.values():
            if concept.scheme in ontology.unlinked_schemes:
                continue
            weak = {label.text for label in concept.labels if label.kind == "weak"}
            for label in concept.labels:
                if label.language == language and (label.kind == "weak" or label.text not in weak):
                    self._add(label, concept.iri)
        self.longest = max((len(key) for key in self.entries), default=0)

    def _add(self, label: Label, iri: str) -> None:
        is_german = self._morphology.language == "de"
        is_noun, asks_umlaut = is_german and label.text[0].isupper(), is_german and has_umlaut(label.text)
        words = tuple(token.surface for token in self._morphology.tokens(label.text))
        entry = Entry(iri, words, label.kind == "weak", label.kind == "confusable", is_noun, asks_umlaut)
        if is_abbreviation(label.text):
            self.abbreviations[label.text] = (*self.abbreviations.get(label.text, ()), entry)
            return
        key = tuple(self._morphology.stem(word) for word in words)
        if key and entry not in self.entries.get(key, ()):
            self.entries[key] = (*self.entries.get(key, ()), entry)


@lru_cache(maxsize=2)
def _labels(ontology: Ontology, language: Language) -> _Labels:
    """Made once for an ontology: it takes as long as linking ten documents."""
    return _Labels(ontology, language)


class Lexicon:
    """Every label of an ontology in one language, ready to be looked up; a preferred label that is also a weak one counts as weak."""

    def __init__(self, ontology: Ontology, language: Language, analyses: Analyses) -> None:
        self.morphology = Morphology(language, analyses)
        labels = _labels(ontology, language)
        self.entries, self._abbreviations, self.longest = labels.entries, labels.abbreviations, labels.longest

    def fits(self, entry: Entry, words: Sequence[str], *, is_part: bool = False) -> bool:
        """Whether words with the stems of a label are forms of the label's words; `is_part` as in `Morphology.is_form`."""
        if entry.asks_umlaut and not any(map(has_umlaut, words)):
            return False
        if len(words) > 1 and self.morphology.language == "en":
            return True
        is_noun = entry.is_noun and len(words) == 1
        pairs = zip(words, entry.words, strict=True)
        return all(self.morphology.is_form(word, known, is_noun=is_noun, is_part=is_part) for word, known in pairs)

    @cached_property
    def abbreviation_pattern(self) -> re.Pattern[str]:
        """Matches any abbreviation as written, blanks after full stops free (`e. V.`, `e.V.`); longest first."""
        written = sorted(self._abbreviations, key=len, reverse=True)
        alternatives = "|".join(re.escape(label).replace(r"\ ", r"\s?").replace(r"\.", r"\.\s?").removesuffix(r"\s?") for label in written)
        return re.compile(rf"(?<![\w.])(?:{alternatives})(?!\w)") if written else re.compile(r"(?!)")

    def abbreviation(self, surface: str) -> tuple[Entry, ...]:
        """The entries behind a match of `abbreviation_pattern`."""
        return self._by_compact_form[_compact(surface)]

    @cached_property
    def _by_compact_form(self) -> dict[str, tuple[Entry, ...]]:
        merged: dict[str, tuple[Entry, ...]] = {}
        for label, entries in self._abbreviations.items():
            merged[_compact(label)] = tuple(dict.fromkeys((*merged.get(_compact(label), ()), *entries)))
        return merged


def is_abbreviation(label: str) -> bool:
    """Whether a label is matched letter by letter: short, one word, with two capitals or a full stop (AöR, eG, e. V.)."""
    compact = _compact(label)
    one_word = " " not in label or "." in label
    return one_word and len(compact) <= _LONGEST_ABBREVIATION and (sum(char.isupper() for char in compact) >= 2 or "." in label or compact == "eG")


def _compact(text: str) -> str:
    return re.sub(r"\s", "", text)
