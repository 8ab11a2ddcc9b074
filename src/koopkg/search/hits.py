"""A ranked case -> what is shown of it: title, snippet with its highlights, and the reasons."""

from __future__ import annotations

from koopkg.index import CaseTexts, highlights
from koopkg.model import Language, Passage
from koopkg.search.question import Question
from koopkg.search.ranking import Ranking
from koopkg.search.reasons import Found, reasons_for
from koopkg.search.results import Hit, Snippet

__all__ = ["hit_at"]


def hit_at(place: int, ranking: Ranking, question: Question, *, explain: bool, language: Language) -> Hit:
    """The hit at a place of the ranking; without `explain` its parts and reasons are left out and not looked for."""
    row = int(ranking.rows[place])
    entry = question.opened.catalog.entry(row)
    nearest = question.opened.vectors.nearest_passage(question.meaning.direction, row)
    document, number, spans = _shown(entry.texts, nearest, question)
    passage = entry.texts[document].document.passages[number]
    document_id = entry.texts[document].document.id
    marked = [(passage.text[start:end], passage.start + start, passage.start + end) for start, end in spans]
    if explain:
        meant = _passage(entry.texts, nearest) if nearest != (document, number) else None
        title = entry.case.title_in(question.language)
        words = [title[start:end] for start, end in highlights(entry.title_spans[question.language], question.title_stems)]
        reasons = reasons_for(entry.case, question, Found(document_id, words, marked, meant, passage), language=language)
    return Hit(
        id=entry.case.id,
        iri=question.opened.iri_of(entry.case.id),
        title=entry.case.title_in(language),
        score=round(float(ranking.scores[place]), 4),
        parts={name: round(float(scores[place]), 4) for name, scores in ranking.parts.items()} if explain else {},
        snippet=Snippet(passage.text, tuple(spans), passage.section, passage.start, document_id),
        reasons=reasons if explain else (),
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


def _passage(texts: CaseTexts, place: tuple[int, int] | None) -> Passage | None:
    return texts[place[0]].document.passages[place[1]] if place else None
