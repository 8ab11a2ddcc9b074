"""Comparable cases -> what they tell: factors and obstacles with counts and words, ends, figures, who coordinates."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

from koopkg.advising.advice import Failure, Figure, FigureKind, Quote, Share, Told
from koopkg.messages import local_number
from koopkg.model import Case, Language
from koopkg.model.details import CoordinationUnit
from koopkg.ontology import Ontology
from koopkg.references import Citations

__all__ = ["ENDED", "cost_sharing", "failures", "figures", "hosts", "obstacles", "success_factors"]

ENDED = ("beendet", "gescheitert")
"""Slugs of the statuses of cases that came to an end."""
_MOST_TOLD, _MOST_QUOTES, _MOST_FAILURES, _MOST_OF_A_CASE, _MOST_HOSTS = 6, 2, 3, 2, 3
_MOST_FIGURES: dict[FigureKind, int] = {"result": 4, "cost": 3, "staff": 2, "funding": 2}
_TELLING_RESULTS = ("einsparung", "kosten", "ertrag", "investition", "personal")
"""Slugs of the kinds of results that a council asks for, in that order."""
_Words = tuple[str, str, int | None]
"""Slug of a concept, what a record says of it, and the number of the source it rests on."""


def success_factors(cases: Sequence[Case], ontology: Ontology, citations: Citations, language: Language) -> tuple[Told, ...]:
    """What helped, what most cases tell of first."""

    def told(case: Case) -> Iterator[_Words]:
        return ((factor.factor, factor.evidence, factor.source) for factor in case.success_factors)

    return tuple(Told(*entry) for entry in _told(cases, told, "success-factor", ontology, citations, language))


def obstacles(cases: Sequence[Case], worries: Sequence[str], ontology: Ontology, citations: Citations, language: Language) -> tuple[Told, ...]:
    """What hindered and which factors helped over it; worries first, then what most cases tell of."""

    def told(case: Case) -> Iterator[_Words]:
        return ((obstacle.obstacle, obstacle.text, obstacle.source) for obstacle in case.obstacles if obstacle.obstacle)

    found = []
    for slug, label, count, quotes in _told(cases, told, "obstacle", ontology, citations, language, first=worries):
        helped = Counter(line.overcome_by for case in cases for line in case.obstacles if line.obstacle == slug and line.overcome_by)
        found.append(Told(slug, label, count, quotes, _shares(helped, "success-factor", ontology, language)))
    return tuple(found)


def failures(cases: Iterable[Case], ontology: Ontology, citations: Citations, language: Language) -> tuple[Failure, ...]:
    """The comparable cases that ended or failed, in the order given."""
    ended = [case for case in cases if case.status in ENDED][:_MOST_FAILURES]
    return tuple(
        Failure(
            case.id,
            case.title_in(language),
            ontology.concept("status", case.status).label(language),
            case.ended or case.ended_latest,
            tuple(_quote(case, reason.text, reason.source, citations, language) for reason in case.failure_reasons),
            (citations.of_case(case),),
        )
        for case in ended
    )


def figures(cases: Sequence[Case], ontology: Ontology, citations: Citations, language: Language) -> tuple[Figure, ...]:
    """Costs, effects, staff and grants that records put in numbers, of the most comparable cases first, a few of each kind, each sum of a case once."""
    found: dict[FigureKind, list[Figure]] = {kind: [] for kind in _MOST_FIGURES}
    for case in cases:
        of_case: dict[FigureKind, int] = {}
        told: list[str] = []
        for kind, text, source, amount, basis in _numbers(case):
            if amount is not None and any(_names_sum(other, amount) for other in told):
                continue
            of_case[kind] = of_case.get(kind, 0) + 1
            if of_case[kind] <= _MOST_OF_A_CASE and len(found[kind]) < _MOST_FIGURES[kind]:
                label = ontology.concept("effect-basis", basis).label(language) if basis else None
                found[kind].append(Figure(kind, _quote(case, text, source, citations, language), amount, label))
                told.append(text)
    return tuple(figure for figures_of_kind in found.values() for figure in figures_of_kind)


def _names_sum(text: str, amount: float) -> bool:
    """Whether German words have a sum in figures, and not as a part of a larger number."""
    return re.search(rf"(?<![\d.,]){re.escape(local_number(amount, 'de'))}(?![.,]?\d)", text) is not None


def _numbers(case: Case) -> Iterator[tuple[FigureKind, str, int | None, float | None, str | None]]:
    """Kind, words, source, sum in euros and basis of what a record puts in numbers about money and people."""
    for kind in _TELLING_RESULTS:
        yield from (("result", line.text, line.source, None, line.basis) for line in case.results if line.kind == kind and line.amount is not None)
    yield from (("cost", line.text, line.source, line.amount_eur, None) for line in case.costs if line.amount_eur is not None)
    if case.staff and case.staff.note:
        yield "staff", case.staff.note, case.staff.source, None, None
    yield from (("funding", line.text, line.source, line.amount_eur, None) for line in case.funding if line.amount_eur is not None)


def cost_sharing(cases: Sequence[Case], citations: Citations, language: Language) -> tuple[Quote, ...]:
    """By which rules comparable cases share costs."""
    telling = [case for case in cases if case.cost_sharing][: _MOST_QUOTES + 1]
    return tuple(_quote(case, str(case.cost_sharing), None, citations, language) for case in telling)


def hosts(cases: Sequence[Case], ontology: Ontology, citations: Citations, language: Language) -> tuple[tuple[Share, ...], tuple[Quote, ...]]:
    """Kinds of units that coordinate comparable cases, and some of them."""
    units = [(case, case.coordination_unit) for case in cases if case.coordination_unit]
    kinds = _shares(Counter(unit.kind for _, unit in units if unit.kind), "coordination-kind", ontology, language)
    examples = tuple(_quote(case, _name_of(unit), unit.source, citations, language) for case, unit in units[:_MOST_HOSTS])
    return kinds, examples


def _name_of(unit: CoordinationUnit) -> str:
    """Its name and where it sits, once where both are the same."""
    return ", ".join(dict.fromkeys(filter(None, (unit.name, unit.hosted_by))))


def _told(
    cases: Sequence[Case],
    lines: Callable[[Case], Iterator[_Words]],
    scheme: str,
    ontology: Ontology,
    citations: Citations,
    language: Language,
    *,
    first: Sequence[str] = (),
) -> Iterator[tuple[str, str, int, tuple[Quote, ...]]]:
    """Concepts that records tell of: slug, label, number of cases, words of the most comparable ones."""
    telling: dict[str, dict[str, tuple[Case, _Words]]] = {}
    for case in cases:
        for words in lines(case):
            telling.setdefault(words[0], {}).setdefault(case.id, (case, words))
    order = sorted(telling, key=lambda slug: (slug not in first, -len(telling[slug])))
    for slug in order[:_MOST_TOLD]:
        some = list(telling[slug].values())[:_MOST_QUOTES]
        quotes = tuple(_quote(case, text, source, citations, language) for case, (_, text, source) in some)
        yield slug, ontology.concept(scheme, slug).label(language), len(telling[slug]), quotes


def _shares(counts: Counter[str], scheme: str, ontology: Ontology, language: Language) -> tuple[Share, ...]:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], str(item[0])))
    return tuple(Share(str(slug), ontology.concept(scheme, str(slug)).label(language), count) for slug, count in ordered[:_MOST_HOSTS])


def _quote(case: Case, text: str, source: int | None, citations: Citations, language: Language) -> Quote:
    return Quote(case.id, case.title_in(language), text, (citations.of_case(case, source),))
