"""Filters in use -> the steps that add, remove or keep them: addresses, or what buttons send along with a long text or with what is ticked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import urlencode

from koopkg.messages import Language, Message, translated
from koopkg.model import FACETS
from koopkg.ontology import Ontology
from koopkg.search import Facet, Filters, field_label

__all__ = ["LONGEST_LINE", "Chosen", "Step", "Steps", "chosen_in", "in_words", "in_words_of_people", "named"]

LONGEST_LINE = 200
"""Longest search text that stands in one line and in every link; a longer one stands in a text area alone, so that a page does not grow with text
times links."""
_EXACT = ("spelling", "0")
"""What an address or a button says where a text is to be searched as it is written."""
_WITHOUT, _CASE = "without", "case"
_PARAMETERS = {"q": Message("Search text"), "query": Message("Query"), "format": Message("Format"), "update": Message("Update"), "cases": Message("Selection")}
"""Parameters other than facets that pages have -> what people call them."""


@dataclass(frozen=True, slots=True)
class Step:
    """One change to what is shown: a link, or without an address a button of the search form that sends `refine` along with the text and what is ticked."""

    href: str | None
    refine: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """A filter in use, with its names for people."""

    facet: str
    value: str
    facet_label: str
    label: str


class Steps:
    """Changes to a search page: each keeps the text, the cases that are ticked and, but for what it changes, the filters.

    Args:
        ticked: Ids of the cases that were ticked when the page was asked for.
        is_sent: Whether cases can be ticked on the page: only buttons of its form say what was ticked since.
    """

    def __init__(
        self,
        path: str,
        text: str,
        chosen: Iterable[Chosen],
        language: Language,
        *,
        is_exact: bool = False,
        without: Collection[str] = (),
        ticked: Sequence[str] = (),
        is_sent: bool = False,
    ) -> None:
        self._path, self._text, self._is_sent = path, text, is_sent or len(text) > LONGEST_LINE
        self._filters = [(filter_.facet, filter_.value) for filter_ in chosen]
        self._exact = [_EXACT] if is_exact else []
        self._without = [(_WITHOUT, key) for key in dict.fromkeys(without)]
        self._ticked = [(_CASE, case) for case in ticked]
        self._language = [("lang", language)] if language != "de" else []

    def toggled(self, facet: str, value: str) -> Step:
        """With a value chosen, or no longer."""
        pair = (facet, value)
        return self._step([other for other in self._filters if other != pair] if pair in self._filters else [*self._filters, pair])

    def replaced(self, facet: str, value: str, by: str) -> Step:
        """With another value instead of one."""
        return self._step([(facet, by) if pair == (facet, value) else pair for pair in self._filters])

    def without(self, facet: str, value: str) -> Step:
        """With a value chosen no longer."""
        return self._step([pair for pair in self._filters if pair != (facet, value)])

    def whole(self) -> Step:
        """The text and the filters as they are, from the first page."""
        return self._step(self._filters)

    def as_written(self) -> Step:
        """The text without corrections, from the first page."""
        return self._step([*self._filters, _EXACT])

    def taken_back(self, keys: Iterable[str]) -> Step:
        """With something that was understood no longer counting, or counting again."""
        pairs = [(_WITHOUT, key) for key in keys]
        kept = [pair for pair in self._without if pair not in pairs]
        return self._step(self._filters, without=kept if len(kept) < len(self._without) else [*self._without, *pairs])

    def cleared(self) -> Step:
        return self._step([])

    def at_page(self, page: int) -> Step:
        return self._step([*self._filters, ("page", str(page))])

    def _step(self, pairs: list[tuple[str, str]], *, without: list[tuple[str, str]] | None = None) -> Step:
        pairs = [*pairs, *(self._without if without is None else without)]
        return Step(None if self._is_sent else self._address(pairs), urlencode([*pairs, *self._exact]))

    def _address(self, pairs: list[tuple[str, str]]) -> str:
        query = urlencode([*([("q", self._text)] if self._text else []), *pairs, *self._exact, *self._ticked, *self._language])
        return f"{self._path}?{query}" if query else self._path


def chosen_in(facets: Iterable[Facet]) -> list[Chosen]:
    """The filters that a result was narrowed by."""
    return [Chosen(facet.name, value.value, facet.label, value.label) for facet in facets for value in facet.values if value.is_selected]


def named(filters: Filters, ontology: Ontology, language: Language) -> list[Chosen]:
    """Filters as they were asked for, where none of them may exist."""
    return [Chosen(facet, value, _label(facet, ontology, language), value) for facet, values in filters.items() for value in values]


def in_words_of_people(message: Message, ontology: Ontology | None, language: Language) -> Message:
    """A message about a parameter, which it calls as pages do."""
    field = message.values.get("field")
    return Message(message.text, **{**message.values, "field": _label(field, ontology, language)}) if isinstance(field, str) else message


def _label(field: str, ontology: Ontology | None, language: Language) -> str:
    if field in FACETS and ontology is not None:
        return field_label(FACETS[field], ontology, language)
    return translated(_PARAMETERS[field], language) if field in _PARAMETERS else field


def in_words(chosen: Iterable[Chosen], language: Language) -> str:
    """Filters for headings: `Land: Bayern oder Hessen; Stand: laufend`."""
    alternative = translated(Message("or"), language)
    groups = groupby(chosen, key=lambda filter_: filter_.facet_label)
    return "; ".join(f"{label}: {f' {alternative} '.join(filter_.label for filter_ in values)}" for label, values in groups)
