"""A ranked case -> what is shown of it: title, snippet with its highlights, the reasons and what differs."""

from __future__ import annotations

from collections.abc import Iterator, Set

import numpy as np

from koopkg.index import CaseTexts, highlights
from koopkg.index.columns import unit
from koopkg.model import Language, Mention
from koopkg.search.differences import difference_of
from koopkg.search.question import Question
from koopkg.search.ranking import Ranking
from koopkg.search.reasons import Found, InText, reasons_for
from koopkg.search.results import Hit, Snippet
from koopkg.search.scoring import Scoring
from koopkg.snapshot import CaseEntry

__all__ = ["hit_at"]

_OF_PASSAGES = 0.2
"""What the passages of a case together have in its meaning; the heads of it have the rest."""


def hit_at(place: int, ranking: Ranking, question: Question, *, explain: bool, language: Language, is_hit: bool = True) -> Hit:
    """The hit at a place of the ranking; without `explain` its parts, its reasons and what differs are left out and not looked for.

    Args:
        is_hit: False of what only comes nearest, of which it is said why it does not fit.
    """
    row = int(ranking.rows[place])
    entry = question.opened.catalog.entry(row)
    nearest = question.opened.vectors.nearest_passage(question.meaning.direction, row)
    document, number, spans = _shown(entry.texts, nearest, question)
    passage = entry.texts[document].document.passages[number]
    parts = {name: round(float(scores[place]), 4) for name, scores in ranking.parts.items()}
    found = _found(entry, (document, number), parts, row, question) if explain else None
    return Hit(
        id=entry.case.id,
        iri=question.opened.iri_of(entry.case.id),
        title=entry.case.title_in(language),
        score=round(float(ranking.scores[place]), 4),
        parts=parts if explain else {},
        snippet=Snippet(passage.text, tuple(spans), passage.section, passage.start, entry.texts[document].document.id),
        reasons=reasons_for(entry.case, entry.texts, question, found, language=language) if found else (),
        difference=difference_of(entry.case, question, language=language, is_hit=is_hit) if explain else None,
    )


def _shown(texts: CaseTexts, nearest: tuple[int, int] | None, question: Question) -> tuple[int, int, list[tuple[int, int]]]:
    """The passage with the most different words of the question, the first of equals, else the nearest, else the first: document, number, highlights."""
    best, found = nearest or (0, 0), (0, list[tuple[int, int]]())
    for document, text in enumerate(texts):
        for number, spans in sorted(question.opened.catalog.spans(text.document.id).by_passage(question.stems).items()):
            passage = text.document.passages[number]
            marked = highlights(spans, question.stems)
            count = len({passage.text[start:end].lower() for start, end in marked}) if not passage.is_title else 0
            if count > found[0]:
                best, found = (document, number), (count, marked)
    return *best, found[1]


def _found(entry: CaseEntry, shown: tuple[int, int], parts: dict[str, float], row: int, question: Question) -> Found:
    """What the texts of a case have beside what is shown of them."""
    title = entry.case.title_in(question.language)
    words = [title[start:end] for start, end in highlights(entry.title_spans[question.language], question.title_stems)]
    of_title = question.stems & entry.title_spans["de"].keys()
    stems = {(document, number): spans.keys() for document, number, spans in _stems(entry.texts, question)}
    told = of_title | stems.get(shown, set())
    meant, is_nearest = _meant(entry.texts, shown, row, question)
    count = len({word.casefold() for word in words}) + len(set().union(*stems.values()) - of_title)
    return Found(_in_text(entry.texts, shown), words, _elsewhere(entry.texts, question, told), meant, is_nearest, parts, count)


def _stems(texts: CaseTexts, question: Question) -> Iterator[tuple[int, int, dict[str, list[tuple[int, int]]]]]:
    """Where the passages that are no titles have words of the question: document, number, offsets by stem."""
    for document, text in enumerate(texts):
        for number, spans in sorted(question.opened.catalog.spans(text.document.id).by_passage(question.stems).items()):
            if not text.document.passages[number].is_title:
                yield document, number, spans


def _elsewhere(texts: CaseTexts, question: Question, told: Set[str]) -> InText | None:
    """The passage with the most words of the question that are not told of yet, the first of equals."""
    best: InText | None = None
    for document, number, spans in _stems(texts, question):
        found = _in_text(texts, (document, number))
        first = {stem: min(places) for stem, places in spans.items() if stem not in told}
        marked = highlights({stem: [place] for stem, place in first.items()}, first)
        at = found.passage.start
        words = [Mention(at + start, at + end, found.passage.text[start:end]) for start, end in marked]
        if words and (best is None or len(words) > len(best.words)):
            best = InText(found.document, found.passage, words)
    return best


def _meant(texts: CaseTexts, shown: tuple[int, int], row: int, question: Question) -> tuple[InText | None, bool]:
    """The passage closest in meaning but for the one that is shown, where it brings the case closer; and whether none is closer."""
    of_case, direction = question.opened.vectors.of_case(row), question.meaning.direction
    total, order = of_case.vectors.sum(axis=0), np.argsort(-(of_case.vectors @ direction), kind="stable").tolist()
    beside = direction - (of_case.meaning @ direction) * of_case.meaning  # only what points aside of a vector turns it
    for place in order[:2]:
        document, number = map(int, of_case.passages[place])
        if (document, number) != shown:
            found, turned = _in_text(texts, (document, number)), unit(total) - unit(total - of_case.vectors[place])
            gain = float(beside @ turned) * Scoring.bundled().weights["dense"] * _OF_PASSAGES
            return (InText(found.document, found.passage, gain=gain), place == order[0]) if gain > 0 else (None, False)
    return None, False


def _in_text(texts: CaseTexts, place: tuple[int, int]) -> InText:
    document = texts[place[0]].document
    return InText(document, document.passages[place[1]])
