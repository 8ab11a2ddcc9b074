"""How a text was understood -> the chips of a search page: the strongest first, each name once, with the keys that take it back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from koopkg.messages import Language
from koopkg.namespaces import place_iri
from koopkg.ontology import Ontology
from koopkg.register import folded
from koopkg.search import Role, Understood

__all__ = ["Chip", "Chips", "chips_of"]

_TOLD_ROLES = ("condition", "exclusion", "perhaps")
_MOST = 8
"""Chips that people look at; of a long text the rest is counted."""


@dataclass(frozen=True, slots=True)
class Chip:
    """Something that was understood; two schemes may have a concept of the same name, which then has two keys. `role` is None of what plainly ranks."""

    label: str
    keys: tuple[str, ...]
    role: Role | None = None


@dataclass(frozen=True, slots=True)
class Chips:
    """What a page says of how a text was understood.

    Attributes:
        shown: The strongest.
        more: How many others there are.
        taken_back: What is not to count.
        not_met: Names of the conditions that no hit meets.
        left_out: How many cases would be hits but for the conditions.
    """

    shown: tuple[Chip, ...]
    more: int
    taken_back: tuple[Chip, ...]
    not_met: tuple[str, ...]
    left_out: int


def chips_of(understood: Understood, ontology: Ontology, language: Language) -> Chips:
    """The chips of a page."""
    said, told = understood.all(), dict(_told_more(understood, ontology, language))
    roles = {entry.key: entry.role for entry in said}
    keys: dict[str, list[str]] = {}
    for entry in sorted(said, key=lambda entry: -entry.weight):
        keys.setdefault(told.get(entry.key, entry.label), []).append(entry.key)
    chips = [Chip(label, tuple(own), _role([roles[key] for key in own])) for label, own in keys.items()]
    chips.sort(key=lambda chip: (chip.role == "perhaps", chip.role is None))  # what leaves cases out is never hidden
    back: dict[str, list[str]] = {}
    for taken in understood.taken_back:
        back.setdefault(taken.label, []).append(taken.key)
    not_met = tuple(entry.label for entry in said if not entry.is_met)
    return Chips(
        tuple(chips[:_MOST]),
        max(len(chips) - _MOST, 0),
        tuple(Chip(label, tuple(own)) for label, own in back.items()),
        not_met,
        understood.left_out,
    )


def _role(roles: list[Role]) -> Role | None:
    """The role that the keys of a name have together: perhaps meant is only what is so by all of them."""
    told = [role for role in roles if role in _TOLD_ROLES]
    strict = [role for role in told if role != "perhaps"]
    return strict[0] if strict else "perhaps" if len(told) == len(roles) else None


def _told_more(understood: Understood, ontology: Ontology, language: Language) -> Iterator[tuple[str, str]]:
    """Key and label of what its name alone does not tell: the Länder that a region stands for, and that in which a place was taken to lie."""
    for slot in understood.slots:
        if slot.kind == "region":
            laender = (ontology.territories[iri].name(language) for iri in ontology.regions[place_iri(slot.value)].members)
            yield slot.key, f"{slot.label}: {', '.join(sorted(laender, key=folded))}"
    for place in understood.places:
        land = ontology.territory_by_name(place.state) if place.state else None
        if land and place.iri not in ontology.territories and place.name != place.state:
            yield place.key, f"{place.label}, {land.name(language)}"
