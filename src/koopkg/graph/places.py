"""The members of cases -> what they are: each place described once, whatever number of cases names it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from koopkg.graph.triples import Triple, iri, text
from koopkg.model import Case, Place
from koopkg.namespaces import KOOP, case_iri, place_iri
from koopkg.ontology import Territory, Ontology

__all__ = ["member_triples", "place_triples"]


def member_triples(case: Case, ontology: Ontology) -> Iterator[Triple]:
    """Country, Land and members of a case."""
    subject = case_iri(case.id)
    yield iri(subject, "koop:country", place_iri(case.country))
    land = _land_of_case(case, ontology)
    if land:
        yield iri(subject, "koop:land", land.iri)
    for member in dict.fromkeys(name for name, _ in _members(case)):
        yield iri(subject, "koop:member", member)


def place_triples(cases: Iterable[Case], ontology: Ontology) -> Iterator[Triple]:
    """Describe each member of the cases once.

    Where cases name a place differently, the name that most of them use is the preferred one and the others are alternatives; of equals the longest
    counts, because it says more (Landkreis Leer). Countries and Länder are described in the ontology.
    """
    for name, described in sorted(_described(cases, ontology).items()):
        preferred, *others = described.by_frequency(described.names)
        yield iri(name, "rdf:type", f"{KOOP}Place")
        yield text(name, "skos:prefLabel", preferred, "de")
        for other in sorted(others):
            yield text(name, "skos:altLabel", other, "de")
        yield text(name, "koop:placeKind", described.by_frequency(described.kinds)[0], "de")
        if described.ags:
            yield text(name, "koop:ags", described.ags)
        if described.part_of:
            yield iri(name, "dcterms:isPartOf", described.part_of)


@dataclass(slots=True)
class _Described:
    """What the cases say about one place."""

    ags: str | None
    part_of: str | None
    names: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)

    @staticmethod
    def by_frequency(values: Counter[str]) -> list[str]:
        return sorted(values, key=lambda value: (-values[value], -len(value), value))


def _described(cases: Iterable[Case], ontology: Ontology) -> dict[str, _Described]:
    found: dict[str, _Described] = {}
    for case in cases:
        land = _land_of_case(case, ontology)
        for name, place in _members(case):
            if name not in ontology.territories:
                described = found.setdefault(name, _Described(place.ags, _land_of(place, case, land)))
                described.names[place.name] += 1
                described.kinds[place.kind] += 1
    return found


def _members(case: Case) -> Iterator[tuple[str, Place]]:
    """The IRI of each member: by its official key, else one that belongs to the case."""
    for number, place in enumerate(case.places, start=1):
        yield place_iri(place.ags) if place.ags else case_iri(case.id, f"place-{number}"), place


def _land_of_case(case: Case, ontology: Ontology) -> Territory | None:
    return ontology.territory_by_name(case.state) if case.state else None


def _land_of(place: Place, case: Case, land: Territory | None) -> str | None:
    """The Land of a member: by its official key, else that of the case, unless the case crosses a border and the place may lie beyond it."""
    if place.ags:
        return place_iri(place.ags[:2])
    return land.iri if land and "grenzueberschreitend" not in case.cooperation_type else None
