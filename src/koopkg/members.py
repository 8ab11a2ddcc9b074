"""A case and the register -> what follows from who its members are: the Länder it touches, how many people live there, how large its municipalities are.

Nothing of this stands in a record. It is computed where a snapshot is built, and called computed wherever it is shown.
"""

from __future__ import annotations

from collections.abc import Sequence

from koopkg.model import Case, Place
from koopkg.namespaces import place_iri
from koopkg.ontology import Ontology, Territory
from koopkg.register import Area, Register

__all__ = ["CLASSES_BY_SIZE", "inhabitants", "lands", "size_class", "size_class_of"]

_CLASSES = (
    (500_000, "ab-500000"),
    (100_000, "100000-bis-500000"),
    (50_000, "50000-bis-100000"),
    (20_000, "20000-bis-50000"),
    (10_000, "10000-bis-20000"),
    (5_000, "5000-bis-10000"),
    (2_000, "2000-bis-5000"),
    (1_000, "1000-bis-2000"),
    (0, "unter-1000"),
)
"""Least inhabitants -> size class. Source: the thresholds of the BBSR (Stadt- und Gemeindetypen) from 5,000 on, below them those of official statistics."""
CLASSES_BY_SIZE = tuple(slug for _, slug in reversed(_CLASSES))
"""Slugs of the size classes, smallest first."""


def lands(case: Case, ontology: Ontology) -> list[Territory]:
    """The Länder or cantons that a case touches: that of its record first, then those of its other members by their keys."""
    own = ontology.territory_by_name(case.state) if case.state else None
    keys = sorted({place.ags[:2] for place in case.places if place.ags and case.country == "DE"})  # the keys of other countries begin with digits of their own
    others = (ontology.territories.get(place_iri(key)) for key in keys)
    return list({land.iri: land for land in (own, *others) if land}.values())


def inhabitants(case: Case, register: Register) -> int | None:
    """How many people live in all members together, each counted once; None where it cannot be told.

    Who lives in a municipality whose district or association is a member too is counted with that. It cannot be told where the record names fewer
    members than it counts, or one that has no place in the register.
    """
    areas = _all_areas(case.places, register)
    if not areas or not _is_whole(case):
        return None
    return sum(area.population for area in areas.values() if not any(_contains(other, area) for other in areas.values()))


def size_class(case: Case, register: Register) -> str | None:
    """The class of the largest municipality or association of municipalities among the members. None where it is open.

    Districts do not count, because they are members of most alliances of small municipalities. Parts of towns need no key.
    """
    areas = _all_areas([place for place in case.places if place.kind != "Ortsteil"], register)
    local = [area.population for area in (areas or {}).values() if area.level != "district" or area.is_city]
    if not local or not _is_whole(case):
        return None
    return size_class_of(max(local))


def size_class_of(population: int, *, away: int = 0) -> str | None:
    """The class of a municipality with so many inhabitants, or one so many classes above it (below where negative); None where there is none."""
    place = next(number for number, (least, _) in enumerate(_CLASSES) if population >= least) - away
    return _CLASSES[place][1] if 0 <= place < len(_CLASSES) else None


def _is_whole(case: Case) -> bool:
    """Whether the record names as many members as it counts."""
    return case.partner_count is None or case.partner_count <= len(case.places)


def _all_areas(places: Sequence[Place], register: Register) -> dict[str, Area] | None:
    """The areas of members by key, None if one has none."""
    areas = {place.ags: area for place in places if place.ags and (area := register.get(place.ags))}
    return areas if all(place.ags in areas for place in places) else None


def _contains(outer: Area, inner: Area) -> bool:
    """Whether a district or an association holds another area."""
    return outer.key != inner.key and (outer.key == inner.association or (outer.level == "district" and inner.key.startswith(outer.key)))
