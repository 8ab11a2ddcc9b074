"""Facet filters: which values a case has, which cases a choice leaves, how many hits each further choice would give."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields

from koopkg.errors import QueryError
from koopkg.model import Case
from koopkg.namespaces import place_iri
from koopkg.ontology import Ontology
from koopkg.search.results import Facet, FacetValue

__all__ = ["FACETS", "FACET_SCHEMES", "FacetIndex", "Filters"]

FACETS = {
    "sector": ("Sektor", "Sector"),
    "legal_form": ("Rechtsform", "Legal form"),
    "state": ("Land", "State"),
    "status": ("Stand", "Status"),
    "country": ("Staat", "Country"),
}
"""Facet -> its name in German and English; each is a field of `Filters` and a query parameter."""
FACET_SCHEMES = {"sector": "sector", "legal_form": "legal-form", "status": "status"}
"""Facet -> the concept scheme that its values come from, where they come from one."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Values to keep, by facet: several of one facet are alternatives, several facets must all hold; empty means any."""

    sector: tuple[str, ...] = ()
    legal_form: tuple[str, ...] = ()
    state: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    country: tuple[str, ...] = ()

    def by_facet(self) -> dict[str, tuple[str, ...]]:
        return {item.name: getattr(self, item.name) for item in fields(self)}


class FacetIndex:
    """The facet values of every case of a snapshot."""

    def __init__(self, cases: Sequence[Case], ontology: Ontology) -> None:
        self._ontology = ontology
        self._values = [self._of(case) for case in cases]

    def check(self, filters: Filters) -> Filters:
        """The filters with Land names in the spelling of the corpus.

        Raises:
            QueryError: A value does not exist; the message names the nearest one.
        """
        checked = {}
        for facet, values in filters.by_facet().items():
            checked[facet] = tuple(self._checked(facet, value) for value in values)
        return Filters(**checked)

    def matching(self, filters: Filters, *, but: str | None = None) -> list[bool]:
        """For each case in order, whether it passes all facets, or all but one."""
        chosen = {facet: set(values) for facet, values in filters.by_facet().items() if values and facet != but}
        return [all(values[facet] & wanted for facet, wanted in chosen.items()) for values in self._values]

    def facets(self, candidates: Iterable[int], filters: Filters, *, language: str = "de") -> tuple[Facet, ...]:
        """Facet counts over candidate rows: each counts the hits if that value were the only choice in its facet.

        Chosen values come first and are there even without hits, so that what is applied can be seen and taken back.
        """
        rows = list(candidates)
        found = []
        for name, labels in FACETS.items():
            passing = self.matching(filters, but=name)
            counts = Counter(value for row in rows if passing[row] for value in self._values[row][name])
            selected = filters.by_facet()[name]
            counts.update(dict.fromkeys(selected, 0))
            values = [
                FacetValue(value, self.label(name, value, language), count, value in selected)
                for value, count in sorted(counts.items(), key=lambda item: (item[0] not in selected, -item[1], item[0]))
            ]
            found.append(Facet(name, labels[language == "en"], tuple(values)))
        return tuple(found)

    def label(self, facet: str, value: str, language: str = "de") -> str:
        """The name of a facet value for people."""
        if facet in FACET_SCHEMES:
            return self._ontology.concept(FACET_SCHEMES[facet], value).label(language)
        land = self._ontology.land_by_name(value) if facet == "state" else self._ontology.lands.get(place_iri(value))
        return land.name(language) if land else value

    def _of(self, case: Case) -> Mapping[str, frozenset[str]]:
        """The values of a case; a narrower concept also counts for the broader ones above it."""
        legal_forms = self._upwards("legal-form", case.legal_form) if case.legal_form else frozenset()
        return {
            "sector": frozenset().union(*(self._upwards("sector", slug) for slug in case.sectors)),
            "legal_form": legal_forms,
            "state": frozenset((case.state,)) if case.state else frozenset(),
            "status": frozenset((case.status,)),
            "country": frozenset((case.country,)),
        }

    def _upwards(self, scheme: str, slug: str) -> frozenset[str]:
        concept = self._ontology.concept(scheme, slug)
        above = [self._ontology.concepts[iri].slug for iri in concept.broader]
        return frozenset((slug,)).union(*(self._upwards(scheme, broader) for broader in above))

    def known(self, facet: str) -> dict[str, str]:
        """Every value that a filter takes, in each of its spellings, with the spelling of the corpus."""
        if facet in FACET_SCHEMES:
            return {concept.slug: concept.slug for concept in self._ontology.schemes[FACET_SCHEMES[facet]]}
        if facet == "country":
            return {land.iri.rpartition("/")[2]: land.iri.rpartition("/")[2] for land in self._ontology.lands.values() if land.part_of is None}
        return {name: land.name() for land in self._ontology.lands.values() if land.part_of for _, name in land.names}

    def _checked(self, facet: str, value: str) -> str:
        known = self.known(facet)
        if value in known:
            return known[value]
        folded = {name.casefold(): target for name, target in known.items()}
        if value.casefold() in folded:
            return folded[value.casefold()]
        close = difflib.get_close_matches(value, known, n=1, cutoff=0.4)
        if close:
            raise QueryError("{field}: {value!r} is no value of this filter; nearest: {nearest!r}", field=facet, value=value, nearest=close[0])
        some = ", ".join(sorted(set(known.values()))[:8])
        raise QueryError("{field}: {value!r} is no value of this filter; known values: {some} …", field=facet, value=value, some=some)
