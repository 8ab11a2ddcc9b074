"""Members of cases and places of the register -> what they are: places with a key by the register alone, the others among the triples of their case.

What follows from the members for the case itself, is computed and has a graph of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from koopkg.graph.bodies import Member, body_triples
from koopkg.graph.triples import Triple, iri, text, typed, types
from koopkg.members import inhabitants, lands, size_class
from koopkg.model import SIZE_CLASS, Case, Place, PlaceLink
from koopkg.namespaces import KOOP, PREFIXES, body_iri, case_iri, computed_graph_iri, concept_iri, curated_graph_iri, place_iri
from koopkg.ontology import Ontology, Territory
from koopkg.register import POPULATION_DATE, Area, Register

__all__ = ["computed_triples", "districts", "member_triples", "place_keys", "place_triples"]

_REGISTER = f"{PREFIXES['source']}destatis-gv-isys"
_URBANISATION = {"01": "dicht-besiedelt", "02": "mittlere-besiedlungsdichte", "03": "gering-besiedelt"}
"""Code of the register -> concept of the scheme urbanisation."""


def member_triples(case: Case, members: Sequence[Member], ontology: Ontology) -> Iterator[Triple]:
    """Country, Land and members of a case; a member that the register does not have belongs to the case and is described here, with its body."""
    subject = case_iri(case.id)
    yield iri(subject, "koop:country", place_iri(case.country))
    land = ontology.territory_by_name(case.state) if case.state else None
    if land:
        yield iri(subject, "koop:land", land.iri)
    is_of_one_land = len(lands(case, ontology)) == 1 and "grenzueberschreitend" not in case.cooperation_type
    for member in members:
        yield iri(subject, "koop:member", member.node)
        if not member.is_described:
            yield from _described_by_case(member.node, member.place, land if is_of_one_land else None, ontology)
            if member.body:
                yield from body_triples(member.body, member.place.name, ontology, territory=member.node)


def computed_triples(case: Case, ontology: Ontology, register: Register) -> Iterator[Triple]:
    """What follows from the members of a case: further Länder that it touches, how many people live there, how large its municipalities are."""
    subject, graph = case_iri(case.id), computed_graph_iri(case.id)
    yield iri(graph, "prov:wasDerivedFrom", curated_graph_iri(case.id))
    yield iri(graph, "prov:wasDerivedFrom", _REGISTER)
    yield from (iri(subject, "koop:land", land.iri) for land in lands(case, ontology) if land.name() != case.state)
    population, size = inhabitants(case, register), size_class(case, register)
    if population is not None:
        yield typed(subject, "koop:computedPopulation", str(population), "integer")
    if size is not None:
        yield iri(subject, str(SIZE_CLASS.property), concept_iri(str(SIZE_CLASS.scheme), size))


def place_keys(cases: Iterable[Case], links: Iterable[PlaceLink] = ()) -> set[str]:
    """Official keys of the places that the cases of a document have as members or that it names."""
    members = {place.ags for case in cases for place in case.places}
    return {key for key in members | {link.ags for link in links} if key}


def districts(keys: Iterable[str], register: Register) -> set[str]:
    """The keys of the districts that the places with these keys lie in."""
    return {area.district for key in keys if (area := register.get(key)) and area.district}


def place_triples(keys: Iterable[str], ontology: Ontology, register: Register) -> Iterator[Triple]:
    """Describe each place once with the body responsible for it, and the districts they lie in; keys that the register does not have are left out.

    The description follows from the register alone, whatever cases call the place. Countries and Länder are described in the ontology.
    """
    found = {area.key: area for key in keys if (area := register.get(key))}
    found |= {area.key: area for key in {area.district for area in found.values() if area.district} if (area := register.get(key))}
    for _, area in sorted(found.items()):
        yield from _described_by_register(area, ontology)


def _described_by_register(area: Area, ontology: Ontology) -> Iterator[Triple]:
    name = place_iri(area.key)
    yield from body_triples(body_iri(area.key), area.label, ontology, territory=name)
    yield from types(name, f"{KOOP}Place", ontology)
    yield text(name, "skos:prefLabel", area.label, "de")
    if area.official_name != area.label:
        yield text(name, "skos:altLabel", area.official_name, "de")
    yield text(name, "koop:placeKind", area.kind, "de")
    yield text(name, "koop:ags", area.key)
    yield typed(name, "koop:inhabitants", str(area.population), "integer")
    yield typed(name, "koop:inhabitantsOn", POPULATION_DATE, "date")
    yield typed(name, "schema:latitude", str(area.latitude), "decimal")
    yield typed(name, "schema:longitude", str(area.longitude), "decimal")
    if area.area_km2 is not None:
        yield typed(name, "koop:areaInSquareKilometres", str(area.area_km2), "decimal")
    if area.urbanisation:
        yield iri(name, "koop:urbanisation", concept_iri("urbanisation", _URBANISATION[area.urbanisation]))
    yield iri(name, "dcterms:isPartOf", place_iri(area.district or area.land))
    yield iri(name, "dcterms:source", _REGISTER)


def _described_by_case(name: str, place: Place, land: Territory | None, ontology: Ontology) -> Iterator[Triple]:
    """Name, kind and the Land, which is that of the case unless it crosses a border and the place may lie beyond."""
    yield from types(name, f"{KOOP}Place", ontology)
    yield text(name, "skos:prefLabel", place.name, "de")
    yield text(name, "koop:placeKind", place.kind, "de")
    if place.ags:
        yield text(name, "koop:ags", place.ags)
    if land:
        yield iri(name, "dcterms:isPartOf", land.iri)
