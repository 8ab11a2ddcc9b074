"""What a text says beside its subject and the cases of a snapshot -> which of them meet its conditions, and how well each suits its preferences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import log

import numpy as np

from koopkg.members import size_class_of
from koopkg.model import SIZE_CLASS
from koopkg.namespaces import place_iri
from koopkg.ontology import Ontology
from koopkg.search.facets import Mask
from koopkg.search.scoring import Scores
from koopkg.search.slots import Slot
from koopkg.snapshot import Searched

__all__ = ["Condition", "conditions_of", "has_about_as_many", "is_about_as_large", "suiting"]

_PRIVATE = ("cooperation-type/public-private", "actor-type/unternehmen")
_CROSS_BORDER = ("cooperation-type/grenzueberschreitend", "cooperation-type/euregio")
_CITIZENS = ("cooperation-type/koproduktion", "initiative/bottom-up")
_FACETS: dict[str, tuple[str, ...]] = {"private": _PRIVATE, "cross-border": _CROSS_BORDER, "citizens": _CITIZENS}
"""Kind of slot -> facet values of which a case that meets it has any."""
_TIMES = 3.0
"""So many times more or fewer members than asked for are as good as any number."""
_HALF = 0.5
_NEXT_CLASS = 0.5
"""What is left of a preference one size class away."""


@dataclass(frozen=True, slots=True, eq=False)
class Condition:
    """One demand on cases, of one slot or of several that are alternatives: bool array (n_cases,)."""

    slots: tuple[Slot, ...]
    meets: Mask


def conditions_of(opened: Searched, slots: Sequence[Slot]) -> list[Condition]:
    """The demands of a text: Länder are alternatives, all else must hold; what a record does not say counts as met where something is excluded."""
    where = tuple(slot for slot in slots if slot.kind in ("land", "region") and slot.role == "condition")
    found = [Condition(where, _having(opened, (key for slot in where for key in _place_keys(slot, opened.ontology))))] if where else []
    found += [Condition((slot,), _having(opened, _years(opened, slot))) for slot in slots if slot.kind == "founded"]
    found += [Condition((slot,), _is(opened, slot.kind)) for slot in slots if slot.kind in _FACETS and slot.role == "condition"]
    found += [Condition((slot,), ~_having(opened, _excluded(slot, opened.ontology))) for slot in slots if slot.role == "exclusion"]
    return found


def suiting(opened: Searched, slots: Sequence[Slot]) -> Scores | None:
    """How well each case suits the preferences, their mean: float32 array (n_cases,) in [0, 1]; None without any."""
    wanted = [score for slot in slots if (score := _suits(opened, slot)) is not None]
    return np.mean(wanted, axis=0, dtype=np.float32) if wanted else None


def _suits(opened: Searched, slot: Slot) -> Scores | None:
    if slot.kind in _FACETS:
        return _is(opened, slot.kind).astype(np.float32)
    if slot.kind == "no-legal-person":
        return _having(opened, (f"legal-form/{form}" for form in opened.ontology.forms_with("rechtspersoenlichkeit", "nein"))).astype(np.float32)
    if slot.kind == "staff":
        return _having(opened, (f"legal-form/{form}" for form in opened.ontology.forms_with("personal", "ja"))).astype(np.float32)
    if slot.kind == "partners":
        return _filled(opened, ((key, _nearness(int(key.rpartition("/")[2]), slot)) for key in opened.facets.keys_below("partner_count/")))
    if slot.kind == "inhabitants" and (ends := _ends(slot)):
        return np.asarray(np.max([_filled(opened, _near_classes(end)) for end in ends], axis=0), dtype=np.float32)
    return None


def has_about_as_many(partners: int | None, slot: Slot) -> bool:
    """Whether a number of partners suits a slot that asks for some, at least by half."""
    return partners is not None and _nearness(partners, slot) >= _HALF


def is_about_as_large(size: str | None, slot: Slot) -> bool:
    """Whether a size class is one of those that suit a slot that asks for inhabitants, or next to one."""
    return any(f"{SIZE_CLASS.scheme}/{size}" == key for end in _ends(slot) for key, _ in _near_classes(end))


def _ends(slot: Slot) -> tuple[int, ...]:
    """The fewest and the most inhabitants of a stretch; of one that is open below a number that is less."""
    if slot.most is None:
        return ()
    return (max(slot.most - 1, 0),) if slot.least is None else (slot.least, slot.most)


def _nearness(count: int, slot: Slot) -> float:
    """1 for a number of members within the stretch, less for each time that it is more or fewer."""
    least, most = slot.least or 1, slot.most or count
    nearest = min(max(count, least), most)
    return max(0.0, 1 - abs(log(max(count, 1) / nearest)) / log(_TIMES))


def _near_classes(inhabitants: int) -> Iterator[tuple[str, float]]:
    for distance, share in ((0, 1.0), (-1, _NEXT_CLASS), (1, _NEXT_CLASS)):
        if (slug := size_class_of(inhabitants, away=distance)) is not None:
            yield f"{SIZE_CLASS.scheme}/{slug}", share


def _filled(opened: Searched, values: Iterable[tuple[str, float]]) -> Scores:
    every = np.zeros(len(opened), dtype=np.float32)
    for key, value in values:
        every[opened.facets.rows_of(key)] = value
    return every


def _is(opened: Searched, kind: str) -> Mask:
    """Whether each case meets a slot that is either met or not."""
    meets = _having(opened, _FACETS[kind])
    return meets | _over_borders(opened) if kind == "cross-border" else meets


def _over_borders(opened: Searched) -> Mask:
    """Whether each case touches more than one Land or canton."""
    counts = np.zeros(len(opened), dtype=np.int32)
    for key in opened.facets.keys_below("state/"):
        counts[opened.facets.rows_of(key)] += 1
    return counts > 1


def _place_keys(slot: Slot, ontology: Ontology) -> Iterator[str]:
    iri = place_iri(slot.value)
    for member in ontology.regions[iri].members if slot.kind == "region" else (iri,):
        territory = ontology.territories[member]
        yield f"state/{territory.name()}" if territory.part_of else f"country/{slot.value}"


def _years(opened: Searched, slot: Slot) -> Iterator[str]:
    for key in opened.facets.keys_below("started/"):
        year = int(key.rpartition("/")[2])
        if (slot.least or year) <= year <= (slot.most or year):
            yield key


def _excluded(slot: Slot, ontology: Ontology) -> Iterator[str]:
    if slot.kind == "no-legal-person":
        yield from (f"legal-form/{form}" for form in ontology.forms_with("rechtspersoenlichkeit", "ja"))
    elif slot.value.startswith("place/"):
        yield from _place_keys(replace(slot, kind="land", value=slot.value.removeprefix("place/")), ontology)
    else:
        yield slot.value


def _having(opened: Searched, keys: Iterable[str]) -> Mask:
    """Whether each case has any of some facet values."""
    has = np.zeros(len(opened), dtype=bool)
    for key in keys:
        has[opened.facets.rows_of(key)] = True
    return has
