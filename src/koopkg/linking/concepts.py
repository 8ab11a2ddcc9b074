"""One pass over a text with the lexicon: find mentions, refuse the confusable ones, keep the longest, rate the rest."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from koopkg.language import FUNCTION_WORDS
from koopkg.linking.lexicon import Entry, Labels, Lexicon
from koopkg.model import Language, Link, Mention, Passage
from koopkg.morphology import Analyses, Token
from koopkg.ontology import Ontology

__all__ = ["ConceptLinker", "Span"]

Span = tuple[int, int]

CONFIDENCE = {"whole": 0.95, "head": 0.9, "modifier": 0.9, "inner": 0.85, "weak": 0.6}
"""Share of right mentions of each kind in a sample read by hand; see docs/decisions/0004-linking.md."""
REPEATED = 0.01
"""What each further mention adds, up to three."""

_GAP = re.compile(r"[\s\-–/&]{0,3}\Z")
_SENTENCE_END = re.compile(r"[.!?:;\n„“”\"»«]")
_BEFORE_VERBS = frozenset(
    "i you we they he she it who not can could may might must shall should will would do does did don't doesn't didn't let's please never".split()
)
"""An English word after one of these is taken for a verb (they waste, we trust); labels of one word are nouns and adjectives."""
_ARTICLES = frozenset("der die das den dem des ein eine einen einem einer eines im am vom zum zur beim unser unsere unseren unserem".split())


@dataclass(frozen=True, slots=True)
class _Match:
    """A label found at an offset of the document; `kind` says whether it is a word of its own or a part of a compound."""

    start: int
    end: int
    entry: Entry
    kind: str


class ConceptLinker:
    """The lexicons of an ontology in German and English."""

    def __init__(self, ontology: Ontology, labels: Mapping[Language, Labels], analyses: Analyses) -> None:
        self.ontology = ontology
        self.lexicons = {language: Lexicon(known, language, analyses) for language, known in labels.items()}

    def link(
        self,
        passages: Iterable[Passage],
        language: Language,
        *,
        place_names: Iterable[Mention] = (),
        place_words: Collection[Span] = (),
        is_query: bool = False,
        with_weak: bool = False,
    ) -> list[Link]:
        """Link passages of one document.

        Args:
            place_names: Stretches that name a place; nothing inside them is a concept (Bad Tölz, Neuenkirchen).
            place_words: Words that may name a place; they are not taken apart (Müllheim).
            is_query: Weak labels count, and capitals only where the rest has some.
            with_weak: Weak labels count.

        Returns:
            One link a concept, sorted by scheme and slug; offsets refer to the whole document.
        """
        names = _Spans((name.start, name.end) for name in place_names)
        found: dict[str, list[_Match]] = {}
        quotes: dict[Span, str] = {}
        for passage in passages:
            text = _Text(passage, self.lexicons[language], names, place_words, is_query=is_query, with_weak=is_query or with_weak)
            for match in self._kept(text.matches()):
                found.setdefault(match.entry.iri, []).append(match)
                quotes[match.start, match.end] = passage.text[match.start - passage.start : match.end - passage.start]
        links = [self._as_link(iri, matches, quotes) for iri, matches in found.items()]
        return sorted(links, key=lambda link: (link.scheme, link.slug))

    def _kept(self, matches: Iterable[_Match]) -> list[_Match]:
        """Drop confusable forms with all they cover, and every match inside a longer one of its scheme; in order."""
        in_order = sorted(matches, key=lambda match: (match.start, -match.end, not match.entry.is_confusable))
        kept, refused_to, longer_to, last = [], dict[str, int](), dict[str, int](), dict[str, Span]()
        for match in in_order:  # whatever covers a match stands before it, so that the furthest end so far decides
            iri, scheme, span = match.entry.iri, self.ontology.concepts[match.entry.iri].scheme, (match.start, match.end)
            if match.entry.is_confusable:
                refused_to[iri] = max(refused_to.get(iri, 0), match.end)
            elif refused_to.get(iri, 0) < match.end:
                if last.get(scheme, span) != span:
                    longer_to[scheme] = max(longer_to.get(scheme, 0), last[scheme][1])
                last[scheme] = span
                if longer_to.get(scheme, 0) < match.end:
                    kept.append(match)
        return kept

    def _as_link(self, iri: str, matches: list[_Match], quotes: dict[Span, str]) -> Link:
        concept = self.ontology.concepts[iri]
        spans = sorted({(match.start, match.end) for match in matches})
        best = max(CONFIDENCE[match.kind] for match in matches)
        confidence = min(best + REPEATED * min(len(spans) - 1, 3), 0.99)
        evidence = tuple(Mention(start, end, quotes[start, end]) for start, end in spans)
        return Link(iri, concept.scheme, concept.slug, round(confidence, 2), evidence)


class _Spans:
    """Stretches that do not overlap."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self._spans = sorted(spans)

    def cover(self, start: int, end: int) -> bool:
        before = bisect_right(self._spans, (start, end)) - 1
        candidates = self._spans[max(before, 0) : before + 2]
        return any(first <= start and end <= last for first, last in candidates)


class _Text:
    """A passage as it is read: its words, and what their capitals say."""

    def __init__(self, passage: Passage, lexicon: Lexicon, names: _Spans, place_words: Collection[Span], *, is_query: bool, with_weak: bool) -> None:
        self._text, self._offset, self._lexicon, self._names, self._place_words = passage.text, passage.start, lexicon, names, place_words
        self._is_query, self._with_weak = is_query, with_weak
        self._tokens = tuple(lexicon.morphology.tokens(passage.text))
        gaps = [passage.text[left.end : right.start] for left, right in pairwise(self._tokens)]
        self._initial = [True, *(bool(_SENTENCE_END.search(gap)) for gap in gaps)]
        self._joined = [bool(_GAP.match(gap)) for gap in gaps]
        self._is_sentence = any(token.surface.lower() in FUNCTION_WORDS for token in self._tokens)
        self._parts_of = lexicon.morphology.parts_of_query() if is_query else lexicon.morphology.parts
        self._has_capitals = not is_query or any(self._shows_capitals(position) for position in range(len(self._tokens)))

    def matches(self) -> Iterator[_Match]:
        """Every label of the passage, also those inside of others, except in names of places."""
        for start, end, entry, kind in self._found():
            first, last = start + self._offset, end + self._offset
            if (self._with_weak or not entry.is_weak) and not self._names.cover(first, last):
                yield _Match(first, last, entry, "weak" if entry.is_weak else kind)

    def _found(self) -> Iterator[tuple[int, int, Entry, str]]:
        for position, token in enumerate(self._tokens):
            yield from self._sequences(position)
            if self._is_noun(position) is not False and (token.start + self._offset, token.end + self._offset) not in self._place_words:
                yield from self._parts(token)
        for written in self._lexicon.abbreviation_pattern.finditer(self._text):
            for entry in self._lexicon.abbreviation(written.group()):
                yield written.start(), written.end(), entry, "whole"

    def _sequences(self, position: int) -> Iterator[tuple[int, int, Entry, str]]:
        """Labels of one or more words that begin with this token."""
        for length in range(1, self._lexicon.longest + 1):
            window = self._tokens[position : position + length]
            if len(window) < length or (length > 1 and not self._joined[position + length - 2]):
                break
            for entry in self._lexicon.entries(token.stem for token in window):
                if (length > 1 or self._can_stand_alone(position, entry)) and self._lexicon.fits(entry, [token.surface for token in window]):
                    yield window[0].start, window[-1].end, entry, "whole"

    def _can_stand_alone(self, position: int, entry: Entry) -> bool:
        """Whether the letters and the word before allow a label of one word: a noun is no verb."""
        word = self._tokens[position].surface
        if word.lower() in FUNCTION_WORDS:
            return False
        if self._lexicon.morphology.language == "en":
            return position == 0 or self._tokens[position - 1].surface.lower().replace("’", "'") not in _BEFORE_VERBS
        if not entry.is_noun:
            return True
        is_noun = self._is_noun(position)
        if is_noun is False:
            return self._is_query and self._lexicon.morphology.analyses.is_adjective(entry.words[0])
        return is_noun or (self._lexicon.morphology.can_be_form(word, entry.words[0]) and not self._is_infinitive(position))

    def _is_infinitive(self, position: int) -> bool:
        """Whether a word in small letters is a verb: it can be one, stands in a sentence, and no article is before it (laden, not im laden)."""
        word = self._tokens[position].surface
        if not (position and self._is_sentence and word.islower()) or self._tokens[position - 1].surface.lower() in _ARTICLES:
            return False
        return self._lexicon.morphology.analyses.is_infinitive(word)

    def _parts(self, token: Token) -> Iterator[tuple[int, int, Entry, str]]:
        """Labels of one word that are a part of a compound; weak ones are too ambiguous there."""
        parts = self._parts_of(token.surface)
        for first in range(len(parts)):
            for last in range(first, len(parts) if first else len(parts) - 1):
                is_head = last == len(parts) - 1
                start, end = parts[first][0], len(token.surface) if is_head else parts[last][1]
                word, kind = token.surface[start:end], "head" if is_head else "modifier" if first == 0 else "inner"
                for entry in self._lexicon.entries([self._lexicon.morphology.stem(word)]):
                    if not entry.is_weak and self._lexicon.fits(entry, [word], is_part=not is_head):
                        yield token.start + start, token.start + end, entry, kind

    def _is_noun(self, position: int) -> bool | None:
        """Whether a German word is written as a noun; None where its letters do not tell: at the beginning of a sentence, in a text without capitals."""
        is_upper = self._tokens[position].surface[0].isupper()
        if is_upper:
            return None if self._initial[position] else True
        return False if self._has_capitals else None

    def _shows_capitals(self, position: int) -> bool:
        """Whether a word of a query is written as German nouns are, by a person who uses the shift key for more than names and abbreviations."""
        token = self._tokens[position]
        is_written_so = token.surface[0].isupper() and not token.surface.isupper() and not self._initial[position]
        return is_written_so and not self._names.cover(token.start + self._offset, token.end + self._offset)
