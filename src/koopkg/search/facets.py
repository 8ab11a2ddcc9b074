"""Facet filters: which cases a choice leaves, and how many hits each further choice would give; a row of the table of case fields makes a facet."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from koopkg.errors import QueryError
from koopkg.messages import Message, translated
from koopkg.model import CONCEPT_FIELDS, CONCEPT_OF, FACETS, CaseField, Language
from koopkg.namespaces import concept_iri, place_iri
from koopkg.ontology import Ontology
from koopkg.search.results import Facet, FacetValue
from koopkg.snapshot import Searched
from koopkg.text import query_text

__all__ = ["Filters", "Mask", "checked", "facet_label", "facets_of", "field_label", "known_values", "passing"]

Mask = npt.NDArray[np.bool_]
_NOTES = {
    "size_class": Message(
        "By the largest municipality among the members; districts and parts of towns do not count. "
        "Only German cases whose other members all stand in the register have it."
    )
}
"""Facet -> what people have to know to use it."""


class Filters(Mapping[str, tuple[str, ...]]):
    """Values to keep, by facet: several of one facet are alternatives, several facets must all hold; a facet without values is left out."""

    def __init__(self, **chosen: Sequence[str]) -> None:
        """Choose values by the names of facets.

        Raises:
            QueryError: There is no such facet.
        """
        for name in chosen:
            if name not in FACETS:
                raise QueryError("{field}: is no filter; expected one of {known}", field=name, known=", ".join(FACETS))
        self._chosen = {name: tuple(chosen[name]) for name in FACETS if chosen.get(name)}

    def __getitem__(self, facet: str) -> tuple[str, ...]:
        return self._chosen[facet]

    def __iter__(self) -> Iterator[str]:
        return iter(self._chosen)

    def __len__(self) -> int:
        return len(self._chosen)


def checked(filters: Filters | None, ontology: Ontology) -> Filters:
    """The filters with each value as the corpus spells it.

    Raises:
        QueryError: A value does not exist; the message names the nearest one.
    """
    given = filters or Filters()
    return Filters(**{facet: [_checked(facet, query_text(value, field=facet), ontology) for value in values] for facet, values in given.items()})


def passing(opened: Searched, filters: Filters, *, but: str | None = None) -> Mask:
    """Whether each case passes all facets, or all but one: bool array (n_cases,)."""
    passes = np.ones(len(opened), dtype=bool)
    for facet, values in filters.items():
        if facet != but:
            has_any = np.zeros(len(opened), dtype=bool)
            for value in values:
                has_any[opened.facets.rows_of(_key(FACETS[facet], value, opened.ontology))] = True
            passes &= has_any
    return passes


def facets_of(opened: Searched, is_hit: Mask, passes: Mask, filters: Filters, *, language: Language) -> tuple[Facet, ...]:
    """Counts over the cases marked as hits: each counts the hits if that value were the only choice in its facet.

    Chosen values come first and are there even without hits, so that what is applied can be seen and taken back.

    Args:
        passes: What `passing` says of the filters.
    """
    everywhere = is_hit & passes
    found = []
    for name, field in FACETS.items():
        prefix = f"{field.scheme or field.name}/"
        narrowed = is_hit & passing(opened, filters, but=name) if name in filters else everywhere
        counts = {key.removeprefix(prefix): count for key, count in opened.facets.counts_among(narrowed, prefix).items()}
        selected = filters.get(name, ())
        counts = {value: int(narrowed[opened.facets.rows_of(_key(field, value, opened.ontology))].sum()) for value in selected} | counts
        values = [
            FacetValue(value, facet_label(name, value, opened.ontology, language), count, value in selected, _broader(field, value, opened.ontology))
            for value, count in sorted(counts.items(), key=lambda item: (item[0] not in selected, -item[1], item[0]))
        ]
        note = translated(_NOTES[name], language) if name in _NOTES else None
        found.append(Facet(name, field_label(field, opened.ontology, language), tuple(values), note))
    return tuple(found)


def field_label(field: CaseField, ontology: Ontology, language: Language) -> str:
    """The name of a field for people: that of its property, with a capital; where it has lines about concepts, that of those."""
    of_lines = CONCEPT_FIELDS[CONCEPT_OF[field.name]] if field.record and field.name in CONCEPT_OF else None
    named = (field.shortcut or of_lines.property) if of_lines else field.property
    label = ontology.property_labels[str(named)][language]
    return label[0].upper() + label[1:]


def facet_label(facet: str, value: str, ontology: Ontology, language: Language) -> str:
    """The name of a facet value for people."""
    field = FACETS[facet]
    if field.scheme:
        return ontology.concept(field.scheme, value).label(language)
    land = ontology.territory_by_name(value) if facet == "state" else ontology.territories.get(place_iri(value))
    return land.name(language) if land else value


def _broader(field: CaseField, value: str, ontology: Ontology) -> str | None:
    """The concept above a value in the same scheme; the first by name where there are several."""
    if field.scheme is None:
        return None
    above = (ontology.concepts[iri] for iri in ontology.concept(field.scheme, value).broader)
    return min((concept.slug for concept in above if concept.scheme == field.scheme), default=None)


def known_values(facet: str, ontology: Ontology) -> dict[str, str]:
    """Every value that a filter takes, whether cases have it or not, in each of its spellings, with the spelling of the corpus."""
    field = FACETS[facet]
    if field.scheme:
        current = {concept.slug: ontology.current(concept.iri) for concept in ontology.schemes[field.scheme]}
        return {slug: concept.slug if concept.scheme == field.scheme else slug for slug, concept in current.items()}
    if facet == "country":
        return {land.iri.rpartition("/")[2]: land.iri.rpartition("/")[2] for land in ontology.territories.values() if land.part_of is None}
    return {name: land.name() for land in ontology.territories.values() if land.part_of for _, name in land.names}


def _key(field: CaseField, value: str, ontology: Ontology) -> str:
    """How the columns of a snapshot name a facet value: a deprecated concept by its successor, which may be of another scheme."""
    if field.scheme is None:
        return f"{field.name}/{value}"
    concept = ontology.current(concept_iri(field.scheme, value))
    return f"{concept.scheme}/{concept.slug}"


def _checked(facet: str, value: str, ontology: Ontology) -> str:
    known = known_values(facet, ontology)
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
