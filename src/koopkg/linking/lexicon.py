"""SKOS labels of one language -> what to look for: sequences of stems, and abbreviations as they are written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from pydantic import TypeAdapter

from koopkg.analyses import Analyses
from koopkg.model import LANGUAGES, Language
from koopkg.morphology import Morphology, has_umlaut
from koopkg.ontology import Label, Ontology

__all__ = ["Entry", "Labels", "Lexicon", "labels_of", "open_labels", "save_labels"]

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


@dataclass(frozen=True, slots=True)
class Labels:
    """Every label of an ontology in one language.

    Attributes:
        entries: Stems of a label, with a blank between them -> the concepts that it names.
        abbreviations: Abbreviation as it is written -> the concepts that it names.
        longest: Most words of a label.
    """

    entries: dict[str, tuple[Entry, ...]]
    abbreviations: dict[str, tuple[Entry, ...]]
    longest: int

    @classmethod
    def of(cls, ontology: Ontology, language: Language) -> Labels:
        """Stem the labels; a preferred label that is also a weak one counts as weak."""
        morphology = Morphology(language, Analyses())  # stems need none
        entries: dict[str, tuple[Entry, ...]] = {}
        abbreviations: dict[str, tuple[Entry, ...]] = {}
        for concept in ontology.concepts.values():
            if concept.scheme in ontology.unlinked_schemes or concept.is_deprecated:
                continue
            weak = {label.text for label in concept.labels if label.kind == "weak"}
            for label in concept.labels:
                if label.language == language and (label.kind == "weak" or label.text not in weak):
                    words = tuple(token.surface for token in morphology.tokens(label.text))
                    key, found = (label.text, abbreviations) if is_abbreviation(label.text) else (" ".join(map(morphology.stem, words)), entries)
                    entry = _entry(label, concept.iri, words)
                    if key and entry not in found.get(key, ()):
                        found[key] = (*found.get(key, ()), entry)
        return cls(entries, abbreviations, max((key.count(" ") + 1 for key in entries), default=0))


_LABELS = TypeAdapter(dict[Language, Labels])


@lru_cache(maxsize=2)
def labels_of(ontology: Ontology) -> Mapping[Language, Labels]:
    """The labels of an ontology in each language; made once for it, because that takes as long as linking ten documents."""
    return {language: Labels.of(ontology, language) for language in LANGUAGES}


def save_labels(ontology: Ontology, path: Path) -> None:
    """Write the labels of an ontology to a file."""
    path.write_bytes(_LABELS.dump_json(dict(labels_of(ontology))))


def open_labels(path: Path) -> Mapping[Language, Labels]:
    """The labels that were saved at a path.

    Raises:
        ValueError: They are damaged.
    """
    return _LABELS.validate_json(path.read_bytes())


def _entry(label: Label, iri: str, words: tuple[str, ...]) -> Entry:
    is_german = label.language == "de"
    return Entry(
        iri,
        words,
        is_weak=label.kind == "weak",
        is_confusable=label.kind == "confusable",
        is_noun=is_german and label.text[0].isupper(),
        asks_umlaut=is_german and has_umlaut(label.text),
    )


class Lexicon:
    """Every label of an ontology in one language, ready to be looked up."""

    def __init__(self, labels: Labels, language: Language, analyses: Analyses) -> None:
        self.morphology = Morphology(language, analyses)
        self.longest, self._labels = labels.longest, labels

    def entries(self, stems: Iterable[str]) -> tuple[Entry, ...]:
        """What a sequence of stems can name."""
        return self._labels.entries.get(" ".join(stems), ())

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
        written = sorted(self._labels.abbreviations, key=len, reverse=True)
        alternatives = "|".join(re.escape(label).replace(r"\ ", r"\s?").replace(r"\.", r"\.\s?").removesuffix(r"\s?") for label in written)
        return re.compile(rf"(?<![\w.])(?:{alternatives})(?!\w)") if written else re.compile(r"(?!)")

    def abbreviation(self, surface: str) -> tuple[Entry, ...]:
        """The entries behind a match of `abbreviation_pattern`."""
        return self._by_compact_form[_compact(surface)]

    @cached_property
    def _by_compact_form(self) -> dict[str, tuple[Entry, ...]]:
        merged: dict[str, tuple[Entry, ...]] = {}
        for label, entries in self._labels.abbreviations.items():
            merged[_compact(label)] = tuple(dict.fromkeys((*merged.get(_compact(label), ()), *entries)))
        return merged


def is_abbreviation(label: str) -> bool:
    """Whether a label is matched letter by letter: short, one word, with two capitals or a full stop (AöR, eG, e. V.)."""
    compact = _compact(label)
    one_word = " " not in label or "." in label
    return one_word and len(compact) <= _LONGEST_ABBREVIATION and (sum(char.isupper() for char in compact) >= 2 or "." in label or compact == "eG")


def _compact(text: str) -> str:
    return re.sub(r"\s", "", text)
