"""A text or a case -> what is asked for: words, meaning, concepts and places by how much they tell."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from math import log

from koopkg.index import Asked
from koopkg.model import CASE_FIELDS, CONCEPT_FIELDS, TASK_SCHEMES, Case, Language, Linked, concepts_of
from koopkg.namespaces import concept_iri
from koopkg.search.intent import less_sure, likelihoods
from koopkg.search.slots import Slot, key_of_concept, key_of_place, slots_in
from koopkg.search.stretches import stretches_of
from koopkg.snapshot import Searched

__all__ = ["Question", "meaning_of", "question_of_case", "question_of_text", "weight_of_place"]

_OTHER_SCHEMES = {"frame": 0.0}
"""Weight of concepts that no field of a case holds but that texts name: the name of the field itself tells nothing."""
_OTHER_WEIGHT = 0.1


@dataclass(frozen=True, eq=False)
class Question:
    """What a search works with.

    Attributes:
        text: Normalised.
        linked: What the text names and asks for: without what was taken back, or must not be; None where a case is asked about.
        asked: IRI of a concept or place -> weight above zero.
        meaning: What is asked for by meaning: the direction in which cases lie that answer it, and the tasks that are likely meant.
        case_row: The case asked about; it is left out of the answer.
        slots: What is asked of a case beside its subject; nothing where a case is asked about.
        perhaps: IRIs of the tasks that are named and may be so in passing alone.
    """

    opened: Searched
    text: str
    language: Language
    linked: Linked | None
    asked: Mapping[str, float]
    meaning: Asked
    case_row: int | None = None
    slots: tuple[Slot, ...] = ()
    perhaps: frozenset[str] = frozenset()

    @cached_property
    def case(self) -> Case | None:
        """The case asked about; None where a text asks."""
        return None if self.case_row is None else self.opened.catalog.entry(self.case_row).case

    @cached_property
    def covered(self) -> Mapping[str, float]:
        """IRI of a concept that a record may have -> what it tells: each that is asked for, and all narrower ones."""
        ontology = self.opened.ontology
        asked = sorted((weight, iri) for iri, weight in self.asked.items() if iri in ontology.concepts and ontology.concepts[iri].scheme in CONCEPT_FIELDS)
        return {below: weight for weight, iri in asked for below in ontology.with_narrower(iri)}

    @cached_property
    def stems(self) -> frozenset[str]:
        """German stems of words that tell cases apart."""
        return self.opened.lexical.telling_stems(self.text)

    @cached_property
    def title_stems(self) -> frozenset[str]:
        """Stems in the language of the question of words that tell cases apart."""
        return self.stems if self.language == "de" else self.opened.lexical.telling_stems(self.text, self.language)


def question_of_text(opened: Searched, text: str, linked: Linked | None = None, *, also: Iterable[str] = (), without: Collection[str] = ()) -> Question:
    """What a search text asks for: its words, and its concepts and places by confidence, likelihood, field and rarity; places that no case has tell nothing.

    Args:
        linked: What the text names, where that is known.
        also: IRIs of concepts that are asked for beside it.
        without: Keys of concepts, places and slots that were taken back.
    """
    named = linked or opened.linker.link_query(text)
    meaning = meaning_of(opened, text, named)
    likely = likelihoods(named, text, meaning, opened.ontology)
    slots = slots_in(text, named, opened.ontology)
    unwanted = {*without, *(slot.value for slot in slots if slot.kind == "not")}
    concepts = tuple(link for link in named.concepts if key_of_concept(link) not in unwanted)
    places = tuple(place for place in named.places if key_of_place(place) not in unwanted)
    kept = tuple(slot for slot in slots if slot.key not in without)
    weights = {link.iri: link.confidence * likely.get(link.iri, 1.0) * _weight(link.scheme) for link in concepts}
    asked = {iri: weight * _rarity(opened, iri) for iri, weight in weights.items() if weight}
    asked |= {place.iri: place.confidence * weight_of_place() * _rarity(opened, place.iri) for place in places if place.iri and place.iri in opened.frequencies}
    asked |= {iri: weight * _rarity(opened, iri) for iri in also if (weight := _weight(opened.ontology.concepts[iri].scheme))}
    dropped = [link.iri for link in named.concepts if key_of_concept(link) in without]
    meaning = _without(meaning, {below for iri in dropped for below in opened.ontology.with_narrower(iri)}) if dropped else meaning
    remaining = replace(named, concepts=concepts, places=places)
    return Question(opened, text, named.language, remaining, asked, meaning, slots=kept, perhaps=less_sure(likely))


def question_of_case(opened: Searched, case: Case, row: int) -> Question:
    """What makes a case what it is: its curated concepts by field and rarity; where it lies does not count."""
    asked = {}
    for field, slug, _ in concepts_of(case):
        iri = concept_iri(str(field.scheme), slug)
        if field.weight:
            asked[iri] = field.weight * _rarity(opened, iri)
    vectors = opened.vectors
    return Question(opened, f"{case.title} {case.service}", "de", None, asked, vectors.adaptation.asked_by(vectors.meaning(row)), row)


def meaning_of(opened: Searched, text: str, named: Linked) -> Asked:
    """What a search text asks for by meaning; of a long one, what the stretches that name most tasks ask for together."""
    adaptation = opened.vectors.adaptation
    positions = [mention.start for link in named.concepts if link.scheme in TASK_SCHEMES for mention in link.evidence]
    found = [adaptation.deviation(opened.query_vector(stretch), named.language) for stretch in stretches_of(text, positions)]
    return adaptation.asked_by(found[0]) if len(found) == 1 else adaptation.asked_by_all(found)


def _without(meaning: Asked, dropped: Collection[str]) -> Asked:
    """What was taken back is no likely task either."""
    return replace(meaning, tasks={slug: share for slug, share in meaning.tasks.items() if concept_iri("activity", slug) not in dropped})


def weight_of_place() -> float:
    """How much it tells that a case lies where it is asked for."""
    return max(field.weight for field in CASE_FIELDS if field.kind == "place")


def _weight(scheme: str) -> float:
    field = CONCEPT_FIELDS.get(scheme)
    return field.weight if field else _OTHER_SCHEMES.get(scheme, _OTHER_WEIGHT)


def _rarity(opened: Searched, iri: str) -> float:
    """1 or so for what half of the cases share, more for what few have.

    Source: the inverse document frequency of Spärck Jones, 1972, smoothed.
    """
    return log(1 + len(opened) / (1 + opened.frequencies.get(iri, 0)))
