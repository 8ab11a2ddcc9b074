"""Text or a case -> comparable cases: score with its parts, reasons that point at facts, facets with counts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

import numpy as np

from koopkg.errors import QueryError
from koopkg.model import Language, Linked
from koopkg.search.facets import Filters, Mask, checked, facet_label, facets_of, field_label, known_values, passing
from koopkg.search.fitting import conditions_of
from koopkg.search.hits import hit_at
from koopkg.search.intent import less_sure, likelihoods
from koopkg.search.lacking import lacking
from koopkg.search.question import Question, meaning_of, question_of_case, question_of_text
from koopkg.search.ranking import Ranking, Said, narrowed, rank, said_of
from koopkg.search.results import CasePage, DraftHits, DraftPage, Facet, FacetValue, Fact, FactSource, Hit, Reason, SearchResult, Snippet, Understood
from koopkg.search.scoring import Scoring
from koopkg.search.signals import SIGNALS, Signal, signals_named
from koopkg.search.slots import Role, Slot, SlotKind, inhabitants_of_all, slots_in
from koopkg.search.spelling import Correction, corrected
from koopkg.search.understanding import understood
from koopkg.snapshot import OpenSnapshot, Searched
from koopkg.text import query_text

__all__ = [
    "MAX_LIMIT",
    "MOST_IN_ADDRESS",
    "SIGNALS",
    "CasePage",
    "Correction",
    "DraftHits",
    "DraftPage",
    "Facet",
    "FacetValue",
    "Fact",
    "FactSource",
    "Filters",
    "Hit",
    "Reason",
    "Role",
    "Said",
    "SearchResult",
    "Slot",
    "SlotKind",
    "Snippet",
    "Understood",
    "comparable",
    "facet_label",
    "field_label",
    "inhabitants_of_all",
    "known_values",
    "link",
    "list_cases",
    "list_drafts",
    "ranked",
    "said",
    "search",
    "search_drafts",
    "similar",
    "slots_in",
    "warm_up",
]

MAX_LIMIT = 100
MOST_IN_ADDRESS = 5_000
"""Characters of a text that an address can hold on its way through browsers and proxies; longer ones are sent as a body."""
_REMOTE, _MOST_NEAREST = 0.01, 3
"""Probability from which a case is shown as the nearest where there are no hits, and how many."""
MOST_DRAFTS = 3
"""Drafts beside the hits: enough to see that there are some."""


def search(
    opened: Searched,
    text: str,
    filters: Filters | None = None,
    *,
    limit: int = 10,
    offset: int = 0,
    signals: Sequence[str] | None = None,
    explain: bool = True,
    language: Language = "de",
    drafts: int = MOST_DRAFTS,
    spelling: bool = True,
    without: Collection[str] = (),
    most_characters: int | None = None,
) -> SearchResult:
    """Cases comparable to what a text says, best first; ties by id.

    Args:
        opened: A snapshot; of its drafts alone, they are searched as cases are.
        text: What is planned or asked for, German or English.
        limit: Hits on the page, 1 to 100.
        drafts: How many drafts are given beside the cases.
        signals: Names of those to use, of which any that says something makes a hit; None for all.
        explain: Whether hits have parts and reasons.
        language: Of titles and labels, `de` or `en`.
        spelling: Whether slips and compounds taken apart are put right.
        without: Keys of what was understood and is not to count; those of what the text does not say do nothing.
        most_characters: Longest text; None for as long as the settings have it.

    Raises:
        QueryError: The text is empty or too long, a filter value or signal is unknown, or the page is out of range.
    """
    text, corrections = _corrected(opened, _checked_text(opened, text, most_characters), is_asked=spelling)
    _check_page(len(opened), limit, offset)
    chosen = checked(filters, opened.ontology)
    named, used = opened.linker.link_query(text), signals_named(signals)
    question = question_of_text(opened, text, named, without=without)
    whole = rank(question, used)
    ranking, unmet = _narrowed(question, whole, chosen)
    found = _result(question, ranking, chosen, slice(offset, offset + limit), explain=explain, language=language)
    left_out = int(passing(opened, chosen)[whole.rows].sum()) - found.total
    told = understood(question, named, unmet, without, left_out=left_out, language=language)
    result = replace(found, corrected=corrections, understood=told)
    if not result.total:
        result = replace(result, nearest=_nearest(question, used, chosen, explain=explain, language=language), lacking=lacking(question))
    beside = opened.drafts if isinstance(opened, OpenSnapshot) and drafts else None
    if beside is None:
        return result
    of_drafts = question_of_text(beside, text, named, without=without)
    ranking_beside, _ = _narrowed(of_drafts, rank(of_drafts, used), chosen)
    beside_it = _result(of_drafts, ranking_beside, chosen, slice(0, drafts), explain=explain, language=language)
    return replace(result, drafts=DraftHits(beside_it.total, beside_it.hits))


def search_drafts(
    opened: OpenSnapshot,
    text: str,
    filters: Filters | None = None,
    *,
    limit: int = 10,
    offset: int = 0,
    language: Language = "de",
    most_characters: int | None = None,
) -> SearchResult:
    """What was only read by machine and is comparable to a text, best first; nothing where there are no drafts.

    Raises:
        QueryError: As of `search`; an offset may be as large as the number of drafts, those included that are searched by nothing.
    """
    _check_page(opened.manifest.counts["drafts"], limit, offset)
    if opened.drafts is None:
        _checked_text(opened, text, most_characters)
        checked(filters, opened.ontology)
        return SearchResult(0, (), (), None, {})
    offset = min(offset, len(opened.drafts))
    return search(opened.drafts, text, filters, limit=limit, offset=offset, language=language, most_characters=most_characters)


def similar(
    opened: OpenSnapshot,
    case_id: str,
    filters: Filters | None = None,
    *,
    limit: int = 10,
    offset: int = 0,
    explain: bool = True,
    language: Language = "de",
) -> SearchResult:
    """Cases comparable to a case, best first, the case itself left out.

    Raises:
        UnknownCaseError: There is no such case.
        QueryError: A filter value is unknown, or the page is out of range.
    """
    row = opened.catalog.row_of(case_id)
    _check_page(len(opened), limit, offset)
    chosen = checked(filters, opened.ontology)
    question = question_of_case(opened, opened.catalog.entry(row).case, row)
    return _result(question, rank(question, SIGNALS), chosen, slice(offset, offset + limit), explain=explain, language=language)


def comparable(
    opened: OpenSnapshot, text: str, concepts: Iterable[str], preferences: Sequence[Slot] = (), *, limit: int, language: Language = "de"
) -> tuple[Hit, ...]:
    """Cases comparable to a text that asks for some concepts beside those it names, best first.

    Args:
        concepts: Their IRIs.
        preferences: What is wanted beside the subject; takes the place of what the text says of the same kinds.

    Raises:
        QueryError: The text is empty or too long.
    """
    text, _ = _corrected(opened, _checked_text(opened, text), is_asked=True)
    question = question_of_text(opened, text, also=concepts)
    told = {slot.kind for slot in preferences}
    question = replace(question, slots=(*preferences, *(slot for slot in question.slots if slot.kind not in told)))
    return _result(question, rank(question, SIGNALS), Filters(), slice(0, limit), explain=True, language=language).hits


def list_cases(opened: Searched, filters: Filters | None = None, *, limit: int = 20, offset: int = 0, language: Language = "de") -> CasePage:
    """All cases that pass the filters, by title.

    Raises:
        QueryError: A filter value is unknown, or the page is out of range.
    """
    _check_page(len(opened), limit, offset)
    chosen = checked(filters, opened.ontology)
    passes = passing(opened, chosen)
    rows = opened.by_title[passes[opened.by_title]]
    facets = facets_of(opened, np.ones(len(opened), dtype=bool), passes, chosen, language=language)
    return CasePage(len(rows), tuple(opened.catalog.entry(int(row)) for row in rows[offset : offset + limit]), facets)


def list_drafts(opened: OpenSnapshot, *, limit: int = 20, offset: int = 0) -> DraftPage:
    """All drafts by id, also those whose documents are taken to speak of no cooperation, and those that say what another says already.

    Raises:
        QueryError: The page is out of range.
    """
    total = opened.manifest.counts["drafts"]
    _check_page(total, limit, offset)
    return DraftPage(total, tuple(opened.catalog.draft(name) for name in opened.catalog.draft_ids(limit=limit, offset=offset)))


def link(opened: OpenSnapshot, text: str) -> Linked:
    """The concepts that a search text asks for, without tasks that are only perhaps meant, and the places that it names.

    Offsets count the characters of the normalised text.

    Raises:
        QueryError: The text is not valid Unicode.
        EncoderMismatchError: As of `warm_up`.
    """
    named = opened.linker.link_query(text := query_text(text, field="q"))
    perhaps = less_sure(likelihoods(named, text, meaning_of(opened, text, named), opened.ontology))
    return replace(named, concepts=tuple(found for found in named.concepts if found.iri not in perhaps))


def ranked(opened: OpenSnapshot, text: str, signals: Sequence[str] | None) -> list[tuple[str, float]]:
    """Every case that any of the signals proposes with its score, the hits that meet the conditions first, best first; ties by id. For evaluation."""
    question, used = _question(opened, text), signals_named(signals)
    ranking, hits = rank(question, used, least=0.0), rank(question, used, least=Scoring.bundled().least)
    first, _ = narrowed(hits, conditions_of(opened, question.slots), np.ones(len(opened), dtype=bool))
    order = np.argsort(~np.isin(ranking.rows, first.rows), kind="stable")
    return [(opened.catalog.id_of(int(row)), float(score)) for row, score in zip(ranking.rows[order], ranking.scores[order], strict=True)]


def said(opened: OpenSnapshot, text: str) -> Said:
    """What each signal says of every case for a text. For learning what they weigh."""
    return said_of(_question(opened, text))


def warm_up(opened: OpenSnapshot) -> None:
    """Load everything that a first search for known words would load.

    Raises:
        EncoderMismatchError: The snapshot was built with another encoder than the one in the settings.
    """
    search(opened, "Zusammenarbeit")


def _question(opened: OpenSnapshot, text: str) -> Question:
    """What a search text asks for, slips put right."""
    return question_of_text(opened, corrected(opened, query_text(text, field="q"))[0])


def _result(question: Question, ranking: Ranking, filters: Filters, page: slice, *, explain: bool, language: Language, is_hit: bool = True) -> SearchResult:
    opened = question.opened
    is_ranked: Mask = np.zeros(len(opened), dtype=bool)
    is_ranked[ranking.rows] = True
    passes = passing(opened, filters)
    places = np.flatnonzero(passes[ranking.rows])
    hits = tuple(hit_at(int(place), ranking, question, explain=explain, language=language, is_hit=is_hit) for place in places[page])
    return SearchResult(len(places), hits, facets_of(opened, is_ranked, passes, filters, language=language), None, ranking.weights)


def _narrowed(question: Question, ranking: Ranking, filters: Filters) -> tuple[Ranking, tuple[Slot, ...]]:
    """What meets the conditions of a text, and those that no hit meets; a filter by Land takes the place of a Land in the text."""
    slots = [slot for slot in question.slots if slot.role != "condition" or slot.kind == "founded" or not {"state", "country"} & filters.keys()]
    return narrowed(ranking, conditions_of(question.opened, slots), passing(question.opened, filters))


def _corrected(opened: Searched, text: str, *, is_asked: bool) -> tuple[str, tuple[Correction, ...]]:
    return corrected(opened, text) if is_asked else (text, ())


def _nearest(question: Question, signals: Sequence[Signal], filters: Filters, *, explain: bool, language: Language) -> tuple[Hit, ...]:
    """The cases that come closest to being a hit; none where nothing is even remotely likely."""
    ranking = rank(question, signals, least=_REMOTE)
    return _result(question, ranking, filters, slice(0, _MOST_NEAREST), explain=explain, language=language, is_hit=False).hits


def _checked_text(opened: Searched, text: str, most: int | None = None) -> str:
    """The text as everything else works with it."""
    longest = opened.settings.max_query_characters
    text, longest = query_text(text, field="q"), min(most or longest, longest)
    if len(text) > longest:
        raise QueryError("{field}: has {count:,} characters; at most {most:,} are searched; shorten the text", field="q", count=len(text), most=longest)
    if not text.strip():
        raise QueryError("q: is empty; expected what you plan or look for, in a few words or sentences", field="q")
    return text


def _check_page(size: int, limit: int, offset: int) -> None:
    if not 1 <= limit <= MAX_LIMIT:
        raise QueryError("{field}: {value} is out of range; expected {least} to {most}", field="limit", value=limit, least=1, most=MAX_LIMIT)
    if not 0 <= offset <= size:
        raise QueryError("{field}: {value} is out of range; expected {least} to {most}", field="offset", value=offset, least=0, most=size)
