"""The values of a facet, flat and most hits first -> a tree by what is broader, the most telling part of it in sight and the rest below a fold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from koopkg.members import CLASSES_BY_SIZE
from koopkg.model import SIZE_CLASS
from koopkg.search import Facet, FacetValue

__all__ = ["Branch", "FacetTree", "facet_trees"]


_ORDERS: dict[str, tuple[str, ...]] = {str(SIZE_CLASS.facet): CLASSES_BY_SIZE}
"""Facets whose values people look for by size, and that order; what is broader stands where the first of its values does."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A value with those below it; `is_choice` is false where it stands there a second time, only to say what those are."""

    value: FacetValue
    is_choice: bool
    narrower: tuple[Branch, ...]


@dataclass(frozen=True, slots=True)
class FacetTree:
    """A facet with what is in sight of it, and the rest with how many values that offers."""

    name: str
    label: str
    note: str | None
    shown: tuple[Branch, ...]
    more: tuple[Branch, ...]
    count: int


def facet_trees(facets: Iterable[Facet], *, shown: int) -> tuple[FacetTree, ...]:
    """Trees of the facets that have values. Branches with a chosen value come first, then those with the most hits.

    Args:
        shown: How many values are in sight; chosen ones always are, and so is what they stand below.
    """
    return tuple(_tree(facet, shown) for facet in facets if facet.values)


def _tree(facet: Facet, shown: int) -> FacetTree:
    values = _ordered(facet)
    known = {value.value: value for value in values}
    chosen = sum(value.is_selected for value in values)
    in_sight = _with_broader([value.value for value in values[: max(shown, chosen)]], known)
    rest = [value for value in known if value not in in_sight]
    more = _branches(_with_broader(rest, known), known, choices=set(rest))
    return FacetTree(facet.name, facet.label, facet.note, _branches(in_sight, known, choices=in_sight), more, len(rest))


def _ordered(facet: Facet) -> Sequence[FacetValue]:
    """The values with the most hits first; those that have an order of their own by that, but for chosen ones, which come first everywhere."""
    if facet.name not in _ORDERS:
        return facet.values
    places = {slug: place for place, slug in enumerate(_ORDERS[facet.name])}
    return sorted(facet.values, key=lambda value: (not value.is_selected, places.get(value.value, len(places))))


def _with_broader(values: Iterable[str], known: Mapping[str, FacetValue]) -> set[str]:
    """Some values and all that they stand below."""
    found: set[str] = set()
    for value in values:
        above = known.get(value)
        while above is not None and above.value not in found:
            found.add(above.value)
            above = known.get(above.broader or "")
    return found


def _branches(values: set[str], known: Mapping[str, FacetValue], *, choices: set[str]) -> tuple[Branch, ...]:
    """The tree of some values; a branch stands where the first of its values would."""
    below: dict[str | None, list[str]] = {}
    for value in (value for value in known if value in values):
        broader = known[value].broader
        below.setdefault(broader if broader in values else None, []).append(value)
    places = {value: place for place, value in enumerate(known)}

    def first(value: str) -> int:
        return min([places[value], *(first(narrower) for narrower in below.get(value, ()))])

    def grown(above: str | None) -> tuple[Branch, ...]:
        return tuple(Branch(known[value], value in choices, grown(value)) for value in sorted(below.get(above, ()), key=first))

    return grown(None)
