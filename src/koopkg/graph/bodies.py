"""Members and participants of a case -> the bodies that they are: of a place, the one responsible for it; else one that belongs to the case."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from koopkg.graph.triples import Triple, iri, text, types
from koopkg.model import Case, Participant, Place
from koopkg.namespaces import KOOP, PREFIXES, body_iri, case_iri, concept_iri, place_iri
from koopkg.ontology import Ontology
from koopkg.register import Area, Register, folded

__all__ = ["Member", "body_triples", "members_of", "participation_triples"]

_PUBLIC, _ANY = f"{KOOP}PublicBody", f"{KOOP}Body"
_CLASSES = {
    "oeffentliche-hand": _PUBLIC,
    **dict.fromkeys(("buergerschaft", "betroffene", "nutzer"), f"{KOOP}CitizensGroup"),
    **dict.fromkeys(
        ("genossenschaft", "hochschule", "kammer", "kirche", "sparkasse", "stadtwerke", "unternehmen", "verein", "verkehrsverbund", "wohlfahrtsverband"),
        f"{PREFIXES['org']}FormalOrganization",
    ),
}
"""Slug of an actor type -> the class of what is of it or below it. Of other types (advice, politics, business at large) a name does not tell what it is."""
_TERRITORIES_ALONE = ("Region", "Ortsteil")
"""Kinds of places that no body of their own is responsible for, as far as the record tells."""
_SEVERAL = re.compile(
    r"(rund |etwa )?([0-9]+|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf|alle|beide|einige|mehrere|viele|weitere|örtliche|private)\b"
    r"|(\w+ )?(städte|gemeinden|kommunen|kreise|landkreise|länder|kantone|bezirke|vereine|fördervereine|musikvereine|verbände|gemeindeverbände|körperschaften"
    r"|kirchengemeinden|sparkassen|genossenschaften|hochschulen|standortgemeinden|umlandgemeinden|haushalte)(?![\w-])",
    re.IGNORECASE,
)
"""How a name begins that stands for several bodies at once (`39 Städte und Gemeinden`), of which nothing more than that can be said."""


@dataclass(frozen=True, slots=True)
class Member:
    """A place of the record of a case: its node, the node of the body responsible for it, None where it has none, and whether the register describes both."""

    place: Place
    node: str
    body: str | None
    area: Area | None
    is_described: bool


def members_of(case: Case, ontology: Ontology, register: Register) -> list[Member]:
    """The places of a case, each once."""
    found: dict[str, Member] = {}
    for number, place in enumerate(case.places, start=1):
        area = register.get(place.ags) if place.ags else None
        is_described = place.ags is not None and (area is not None or place_iri(place.ags) in ontology.territories)
        own = case_iri(case.id, f"place-{number}")
        node = place_iri(place.ags) if place.ags and is_described else own
        body = body_iri(area.key) if area else None if is_described or place.kind in _TERRITORIES_ALONE else f"{own}-body"
        found.setdefault(node, Member(place, node, body, area, is_described))
    return list(found.values())


def body_triples(body: str, name: str, ontology: Ontology, *, kind: str = _PUBLIC, territory: str | None = None) -> Iterator[Triple]:
    """What a body is, and the place that it is responsible for."""
    yield from types(body, kind, ontology)
    if kind != _PUBLIC:
        yield from types(body, _ANY, ontology)
    yield text(body, "skos:prefLabel", name, "de")
    if territory is not None:
        yield iri(body, "koop:territory", territory)


def participation_triples(case: Case, members: Sequence[Member], ontology: Ontology) -> Iterator[Triple]:
    """Who takes part as which body, which of them are members beside the places, and at which the coordination sits."""
    subject = case_iri(case.id)
    bodies = _bodies_by_name(members)
    yield from (iri(subject, "koop:memberBody", member.body) for member in members if member.body)
    for number, participant in enumerate(case.participants, start=1):
        node = case_iri(case.id, f"participant-{number}")
        body = bodies.get(folded(participant.name))
        if body is None:
            body = f"{node}-body"
            bodies.setdefault(folded(participant.name), body)
            yield from body_triples(body, participant.name, ontology, kind=_class(participant, ontology))
        yield iri(node, "koop:participant", body)
        if participant.role == "mitglied" and participant.until is None:
            yield iri(subject, "koop:memberBody", body)
    host = case.coordination_unit.hosted_by if case.coordination_unit else None
    if host and folded(host) in bodies:
        yield iri(case_iri(case.id, "coordination-1"), "koop:hostBody", bodies[folded(host)])


def _bodies_by_name(members: Sequence[Member]) -> dict[str, str]:
    """Each name of a member that is the name of one body only -> the body."""
    owners: dict[str, set[str]] = {}
    for member in members:
        for name in _names(member) if member.body else ():
            owners.setdefault(folded(name), set()).add(str(member.body))
    return {name: next(iter(bodies)) for name, bodies in owners.items() if len(bodies) == 1}


def _names(member: Member) -> Iterator[str]:
    """How people call a member: with and without what it is, as the record and as the register have it."""
    place, area = member.place, member.area
    yield from (place.name, f"{place.kind} {place.name}")
    if area is not None:
        yield from area.names


def _class(participant: Participant, ontology: Ontology) -> str:
    """The class of a body that is no member's, by the type of actor it is recorded as."""
    if participant.kind is None or _SEVERAL.match(participant.name):
        return _ANY
    above = ontology.with_broader(concept_iri("actor-type", participant.kind))
    return next((name for slug, name in _CLASSES.items() if concept_iri("actor-type", slug) in above), _ANY)
