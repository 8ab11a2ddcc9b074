"""Filters in use -> the steps that add, remove or keep them: addresses, or for a long search text what buttons send."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import urlencode

from koopkg.search import FACETS, Facet, Filters

__all__ = ["LONGEST_LINE", "Chosen", "Step", "Steps", "chosen_in", "in_words", "named"]

LONGEST_LINE = 200
"""Longest search text that stands in one line and in every link; a longer one stands in a text area alone, so that a page does not grow with text
times links."""


@dataclass(frozen=True, slots=True)
class Step:
    """One change to what is shown: a link, or without an address a button of the search form that sends `refine` along with the text."""

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
    """Changes to a search page: each keeps the text and, but for what it changes, the filters."""

    def __init__(self, path: str, text: str, chosen: Iterable[Chosen], language: str) -> None:
        self._path, self._text = path, text
        self._filters = [(filter_.facet, filter_.value) for filter_ in chosen]
        self._language = [("lang", language)] if language != "de" else []

    def toggled(self, facet: str, value: str) -> Step:
        """With a value chosen, or no longer."""
        pair = (facet, value)
        return self._step([other for other in self._filters if other != pair] if pair in self._filters else [*self._filters, pair])

    def cleared(self) -> Step:
        return self._step([])

    def at_page(self, page: int) -> Step:
        return self._step([*self._filters, ("page", str(page))])

    def with_text_area(self) -> str:
        """The address with a large field; only offered while the text is short."""
        return self._address([*self._filters, ("long", "1")])

    def _step(self, pairs: list[tuple[str, str]]) -> Step:
        return Step(None if len(self._text) > LONGEST_LINE else self._address(pairs), urlencode(pairs))

    def _address(self, pairs: list[tuple[str, str]]) -> str:
        query = urlencode([*([("q", self._text)] if self._text else []), *pairs, *self._language])
        return f"{self._path}?{query}" if query else self._path


def chosen_in(facets: Iterable[Facet]) -> list[Chosen]:
    """The filters that a result was narrowed by."""
    return [Chosen(facet.name, value.value, facet.label, value.label) for facet in facets for value in facet.values if value.is_selected]


def named(filters: Filters, language: str) -> list[Chosen]:
    """Filters as they were asked for, where none of them may exist."""
    return [Chosen(facet, value, FACETS[facet][language == "en"], value) for facet, values in filters.by_facet().items() for value in values]


def in_words(chosen: Iterable[Chosen], alternative: str) -> str:
    """Filters for headings: `Land: Bayern oder Hessen; Stand: laufend`."""
    groups = groupby(chosen, key=lambda filter_: filter_.facet_label)
    return "; ".join(f"{label}: {f' {alternative} '.join(filter_.label for filter_ in values)}" for label, values in groups)
