"""A question -> what is told of how its text was understood: each concept, place and slot with its label and the key by which it is taken back."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from koopkg.model import Language, Link, Linked, PlaceLink
from koopkg.namespaces import concept_iri, place_iri
from koopkg.ontology import Ontology
from koopkg.search.question import Question
from koopkg.search.results import TakenBack, Understood, UnderstoodConcept, UnderstoodPlace, UnderstoodSlot
from koopkg.search.slots import Slot, key_of_concept, key_of_place, slots_in
from koopkg.sentences import said_of_slot

__all__ = ["understood"]

_WEIGHT_OF_SLOT = 10.0
"""More than any concept: a slot is said on purpose, and stays among the few that are shown of a long text."""


def understood(question: Question, named: Linked, unmet: Collection[Slot], without: Collection[str], *, left_out: int, language: Language) -> Understood:
    """What is told of a question.

    Args:
        named: Everything that the text names, also what was taken back.
        unmet: Conditions that no hit meets.
        without: Keys that were taken back; those of nothing in the text are left out.
        left_out: How many cases would be hits but for the conditions.
    """
    linked, ontology = question.linked or named, question.opened.ontology
    lands = {slot.key: slot for slot in question.slots if slot.kind == "land"}
    concepts = [_concept(link, question, language) for link in linked.concepts]
    places = tuple(_place(place, lands.get(key_of_place(place)), question, unmet, language) for place in linked.places)
    slots = tuple(
        UnderstoodSlot(
            key=slot.key,
            label=_label(slot, ontology, language),
            role=slot.role,
            evidence=slot.evidence,
            weight=_WEIGHT_OF_SLOT,
            is_met=slot not in unmet,
            kind=slot.kind,
            value=slot.value,
            least=slot.least,
            most=slot.most,
        )
        for slot in question.slots
        if slot.kind != "land"
    )
    labels = dict(_labels_by_key(question.text, named, ontology, language)) if without else {}
    taken_back = tuple(TakenBack(key, labels[key]) for key in dict.fromkeys(without) if key in labels)
    perhaps = question.perhaps
    return Understood(
        language=named.language,
        concepts=tuple(concept for concept in concepts if concept.iri not in perhaps),
        places=places,
        slots=slots,
        perhaps=tuple(concept for concept in concepts if concept.iri in perhaps),
        taken_back=taken_back,
        left_out=left_out,
    )


def _concept(link: Link, question: Question, language: Language) -> UnderstoodConcept:
    return UnderstoodConcept(
        key=key_of_concept(link),
        label=question.opened.ontology.concepts[link.iri].label(language),
        role="perhaps" if link.iri in question.perhaps else "preference",
        evidence=link.evidence,
        weight=_weight(question, link.iri),
        iri=link.iri,
        scheme=link.scheme,
        slug=link.slug,
        confidence=link.confidence,
    )


def _place(place: PlaceLink, land: Slot | None, question: Question, unmet: Collection[Slot], language: Language) -> UnderstoodPlace:
    return UnderstoodPlace(
        key=key_of_place(place),
        label=_place_label(place, question.opened.ontology, language),
        role=land.role if land else "context",
        evidence=place.evidence,
        weight=_weight(question, place.iri),
        is_met=land not in unmet,
        name=place.name,
        ags=place.ags,
        state=place.state,
        iri=place.iri,
        confidence=place.confidence,
    )


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
    if slot.kind == "not":
        return said_of_slot("not", {"label": _excluded(slot, ontology, language)}, language)
    if slot.kind == "founded":
        end = "later" if slot.most is None else "earlier" if slot.least is None else "then"
        return said_of_slot(f"founded-{end}", {"years": slot.value.strip("-")}, language)
    if slot.kind == "inhabitants":
        how = "fewer-inhabitants" if slot.least is None else "inhabitants" if slot.least == slot.most else "inhabitants-between"
        return said_of_slot(how, {"least": slot.least, "number": slot.most}, language)
    return said_of_slot("outcome-" + slot.value if slot.kind == "outcome" else slot.kind, {"number": slot.value.replace("-", "–")}, language)


def _excluded(slot: Slot, ontology: Ontology, language: Language) -> str:
    scheme, _, slug = slot.value.partition("/")
    if scheme == "place":
        return ontology.territories[place_iri(slug)].name(language)
    return ontology.concepts[concept_iri(scheme, slug)].label(language)
