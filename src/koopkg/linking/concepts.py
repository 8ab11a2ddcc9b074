"""One pass over a text with the lexicon: find mentions, refuse the confusable ones, keep the longest, rate the rest."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from koopkg.linking.lexicon import Entry, Lexicon
from koopkg.model import Language, Link, Mention, Passage
from koopkg.morphology import Analyses, Token
from koopkg.ontology import Ontology

__all__ = ["ConceptLinker"]

CONFIDENCE = {"whole": 0.95, "head": 0.9, "modifier": 0.9, "inner": 0.85, "weak": 0.6}
"""Share of right mentions of each kind in a sample read by hand; see docs/decisions/0004-linking.md."""
REPEATED = 0.01
"""What each further mention adds, up to three."""

_GAP = re.compile(r"[\s\-–/]{0,3}\Z")


@dataclass(frozen=True, slots=True)
class _Match:
    """A label found at an offset; `kind` says whether it is a word of its own or a part of a compound."""

    start: int
    end: int
    entry: Entry
    kind: str

    def contains(self, other: _Match) -> bool:
        return self.start <= other.start and other.end <= self.end


class ConceptLinker:
    """The lexicons of an ontology in German and English."""

    def __init__(self, ontology: Ontology, analyses: Analyses) -> None:
        self.ontology = ontology
        self.lexicons: dict[Language, Lexicon] = {"de": Lexicon(ontology, "de", analyses), "en": Lexicon(ontology, "en", analyses)}

    def link(self, passages: Iterable[Passage], language: Language, *, place_names: Iterable[Mention] = (), is_query: bool = False) -> list[Link]:
        """Link passages of one document.

        Args:
            place_names: Stretches that name a place; nothing inside them is a concept (Bad Tölz, Neuenkirchen).
            is_query: Capitals do not count, and weak labels do.

        Returns:
            One link a concept, sorted by scheme and slug; offsets refer to the whole document.
        """
        lexicon = self.lexicons[language]
        found: dict[str, list[_Match]] = {}
        quotes: dict[tuple[int, int], str] = {}
        names = tuple(place_names)
        for passage in passages:
            counted = [match for match in _matches(passage.text, lexicon, is_query=is_query) if is_query or match.kind != "weak"]
            for match in self._kept(counted):
                moved = _Match(match.start + passage.start, match.end + passage.start, match.entry, match.kind)
                if any(name.start <= moved.start and moved.end <= name.end for name in names):
                    continue
                found.setdefault(match.entry.iri, []).append(moved)
                quotes[moved.start, moved.end] = passage.text[match.start : match.end]
        links = [self._as_link(iri, matches, quotes) for iri, matches in found.items()]
        return sorted(links, key=lambda link: (link.scheme, link.slug))

    def _kept(self, matches: list[_Match]) -> list[_Match]:
        """Drop confusable forms with all they cover, and every match inside a longer one of its scheme."""
        refused = [match for match in matches if match.entry.is_confusable]
        real = [
            match
            for match in matches
            if not match.entry.is_confusable and not any(other.entry.iri == match.entry.iri and other.contains(match) for other in refused)
        ]
        scheme = {match.entry.iri: self.ontology.concepts[match.entry.iri].scheme for match in real}
        return [
            match
            for match in real
            if not any(
                other.contains(match) and (other.start, other.end) != (match.start, match.end) and scheme[other.entry.iri] == scheme[match.entry.iri]
                for other in real
            )
        ]

    def _as_link(self, iri: str, matches: list[_Match], quotes: dict[tuple[int, int], str]) -> Link:
        concept = self.ontology.concepts[iri]
        spans = sorted({(match.start, match.end) for match in matches})
        best = max(CONFIDENCE[match.kind] for match in matches)
        confidence = min(best + REPEATED * min(len(spans) - 1, 3), 0.99)
        evidence = tuple(Mention(start, end, quotes[start, end]) for start, end in spans)
        return Link(iri, concept.scheme, concept.slug, round(confidence, 2), evidence)


def _matches(text: str, lexicon: Lexicon, *, is_query: bool) -> list[_Match]:
    tokens = list(lexicon.morphology.tokens(text))
    matches = []
    for position, token in enumerate(tokens):
        matches += _sequences(text, tokens, position, lexicon, is_query=is_query)
        matches += _compound_parts(token, lexicon, is_query=is_query)
    for written in lexicon.abbreviation_pattern.finditer(text):
        matches += [_match(written.start(), written.end(), entry, "whole") for entry in lexicon.abbreviation(written.group())]
    return matches


def _match(start: int, end: int, entry: Entry, kind: str) -> _Match:
    return _Match(start, end, entry, "weak" if entry.is_weak else kind)


def _sequences(text: str, tokens: list[Token], position: int, lexicon: Lexicon, *, is_query: bool) -> list[_Match]:
    """Labels of one or more words that begin with this token."""
    found = []
    first = tokens[position]
    for length in range(1, lexicon.longest + 1):
        window = tokens[position : position + length]
        if len(window) < length or (length > 1 and not _GAP.match(text[window[-2].end : window[-1].start])):
            break
        for entry in lexicon.entries.get(tuple(token.stem for token in window), ()):
            has_case = is_query or not entry.is_noun or first.surface[0].isupper() or length > 1
            if has_case and entry.fits(text[first.start : window[-1].end]):
                found.append(_match(first.start, window[-1].end, entry, "whole"))
    return found


def _compound_parts(token: Token, lexicon: Lexicon, *, is_query: bool) -> list[_Match]:
    """Labels of one word that are a part of a compound; weak ones are too ambiguous there."""
    parts = lexicon.morphology.parts(token.surface) if is_query or token.surface[0].isupper() else ()
    found = []
    for first in range(len(parts)):
        for last in range(first, len(parts)):
            if last - first + 1 == len(parts):
                continue
            is_head = last == len(parts) - 1
            start, end = parts[first][0], len(token.surface) if is_head else parts[last][1]
            kind = "head" if is_head else "modifier" if first == 0 else "inner"
            for entry in lexicon.entries.get((lexicon.morphology.stem(token.surface[start:end]),), ()):
                if not entry.is_weak and entry.fits(token.surface[start:end]):
                    found.append(_Match(token.start + start, token.start + end, entry, kind))
    return found
