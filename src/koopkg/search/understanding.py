"""A question -> what is told of how its text was understood: each concept, place and slot with its label and the key by which it is taken back."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from koopkg.messages import Message, translated
from koopkg.model import Language, Linked, PlaceLink
from koopkg.namespaces import concept_iri, place_iri
from koopkg.ontology import Ontology
from koopkg.search.question import Question
from koopkg.search.results import TakenBack, Understood, UnderstoodConcept, UnderstoodPlace, UnderstoodSlot
from koopkg.search.slots import Slot, key_of_concept, key_of_place, slots_in

__all__ = ["understood"]

_LABELS = {
    "not": Message("not: {label}"),
    "no-legal-person": Message("without a legal person of its own"),
    "outcome/ended": Message("failed or ended"),
    "outcome/planned": Message("still planned"),
    "private": Message("with a private partner"),
    "cross-border": Message("across borders"),
    "citizens": Message("run by citizens"),
}
_PARTNERS, _INHABITANTS, _FEWER = Message("{number} municipalities"), Message("{number} inhabitants"), Message("up to {number} inhabitants")
_FOUNDED = Message("begun {years}")
_WEIGHT_OF_SLOT = 10.0
"""More than any concept: a slot is said on purpose, and stays among the few that are shown of a long text."""


def understood(question: Question, named: Linked, unmet: Collection[Slot], without: Collection[str], language: Language) -> Understood:
    """What is told of a question.

    Args:
        named: Everything that the text names, also what was taken back.
        unmet: Conditions that no hit meets.
        without: Keys that were taken back; those of nothing in the text are left out.
    """
    opened, linked = question.opened, question.linked or named
    ontology = opened.ontology
    roles = {slot.key: slot for slot in question.slots if slot.kind == "land"}
    concepts = [
        UnderstoodConcept(
            link.iri, link.scheme, link.slug, link.confidence, link.evidence, key_of_concept(link), ontology.concepts[link.iri].label(language), _weight(question, link.iri)
        )
        for link in linked.concepts
    ]
    places = []
    for place in linked.places:
        land = roles.get(key_of_place(place))
        role = land.role if land else "context"
        places.append(
            UnderstoodPlace(
                place.name, place.ags, place.state, place.iri, place.confidence, place.evidence, key_of_place(place), _place_label(place, ontology, language), role, land not in unmet, _weight(question, place.iri)
            )
        )
    slots = tuple(
        UnderstoodSlot(slot.kind, slot.value, _label(slot, ontology, language), slot.role, slot.evidence, slot.key, slot.least, slot.most, slot not in unmet, _WEIGHT_OF_SLOT)
        for slot in question.slots
        if slot.kind != "land"
    )
    labels = dict(_labels_by_key(question.text, named, ontology, language))
    taken_back = tuple(TakenBack(key, labels[key]) for key in dict.fromkeys(without) if key in labels)
    return Understood(named.language, tuple(concepts), tuple(places), slots, taken_back)


def _labels_by_key(text: str, named: Linked, ontology: Ontology, language: Language) -> Iterator[tuple[str, str]]:
    yield from ((key_of_concept(link), ontology.concepts[link.iri].label(language)) for link in named.concepts)
    yield from ((key_of_place(place), _place_label(place, ontology, language)) for place in named.places)
    yield from ((slot.key, _label(slot, ontology, language)) for slot in slots_in(text, named, ontology) if slot.kind != "land")


def _weight(question: Question, iri: str | None) -> float:
    return round(question.asked.get(iri or "", 0.0), 4)


def _place_label(place: PlaceLink, ontology: Ontology, language: Language) -> str:
    territory = ontology.territories.get(place.iri or "")
    return territory.name(language) if territory else place.name


def _label(slot: Slot, ontology: Ontology, language: Language) -> str:
    """The name of a slot for people."""
    if slot.kind == "region":
        return ontology.regions[place_iri(slot.value)].name(language)
    if slot.kind == "founded":
        return translated(Message(_FOUNDED.text, years=_numbers(slot)), language)
    if slot.kind in ("partners", "inhabitants"):
        text = _PARTNERS if slot.kind == "partners" else _INHABITANTS if slot.least is not None else _FEWER
        return translated(Message(text.text, number=_numbers(slot)), language)
    if slot.kind == "not":
        return translated(Message(_LABELS["not"].text, label=_excluded(slot, ontology, language)), language)
    return translated(_LABELS.get(slot.kind) or _LABELS[slot.key], language)


def _numbers(slot: Slot) -> str:
    """A number, or the stretch of numbers that is meant: 3, 3–5, 2015–."""
    if slot.kind == "inhabitants":
        return f"{slot.most:,}".replace(",", "\u202f")
    return slot.value.replace("-", "–")


def _excluded(slot: Slot, ontology: Ontology, language: Language) -> str:
    scheme, _, slug = slot.value.partition("/")
    if scheme == "place":
        return ontology.territories[place_iri(slug)].name(language)
    return ontology.concepts[concept_iri(scheme, slug)].label(language)
