"""What an initiative plans: the profile that comparable cases and legal forms are looked for with, given or read from a text."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from pydantic import ConfigDict, TypeAdapter, ValidationError, with_config

from koopkg.errors import QueryError
from koopkg.messages import Foreign, Language
from koopkg.model import Linked
from koopkg.namespaces import concept_iri, place_iri
from koopkg.ontology import Ontology, Territory
from koopkg.search import Slot, SlotKind, inhabitants_of_all, link, slots_in
from koopkg.snapshot import OpenSnapshot
from koopkg.text import query_text

__all__ = ["CONCEPTS_OF_PROFILE", "Profile", "checked_profile", "profile_from_json", "profile_to_json", "understood_profile"]

CONCEPTS_OF_PROFILE: Mapping[str, str] = {
    "sectors": "sector",
    "activities": "activity",
    "challenges": "challenge",
    "area_type": "area-type",
    "wished_forms": "legal-form",
    "excluded_forms": "legal-form",
    "phase": "phase",
    "worries": "obstacle",
}
"""Field of a profile whose values are slugs of a concept scheme -> that scheme."""
_ASKED_FOR = ("sectors", "activities", "challenges", "area_type", "wished_forms", "worries")
"""Fields that a comparable case may share."""
_WANTED_KINDS: tuple[tuple[SlotKind, str], ...] = (("staff", "staff"), ("private", "private_partners"))
"""Kind of slot that a field of a profile stands for, and the field."""
_MOST_PARTNERS, _MOST_INHABITANTS = 1_000, 100_000_000


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What is planned, as far as it is known; None and empty say nothing.

    Attributes:
        text: In words of its own.
        sectors: Slugs of the tasks; `activities` of what is done exactly, `challenges` of what sets it off, `worries` of obstacles that are feared.
        state: German name of a Land.
        partners: How many there are.
        inhabitants: Of all partners together.
        private_partners: Whether others than public bodies are to be members.
        staff: Whether the cooperation is to employ people itself.
        wished_forms: Slugs of legal forms to be looked at, `excluded_forms` of those that are out of the question.
        phase: Slug of where the initiative stands.
    """

    text: str = ""
    sectors: tuple[str, ...] = ()
    activities: tuple[str, ...] = ()
    challenges: tuple[str, ...] = ()
    state: str | None = None
    partners: int | None = None
    inhabitants: int | None = None
    area_type: str | None = None
    private_partners: bool | None = None
    staff: bool | None = None
    wished_forms: tuple[str, ...] = ()
    excluded_forms: tuple[str, ...] = ()
    phase: str | None = None
    worries: tuple[str, ...] = ()

    def asked_for(self) -> Iterator[str]:
        """IRIs of the concepts that a comparable case may share."""
        for field in _ASKED_FOR:
            for slug in self.slugs(field):
                yield concept_iri(CONCEPTS_OF_PROFILE[field], slug)

    def slots(self) -> tuple[Slot, ...]:
        """What is preferred of comparable cases beside the task: about as many partners, of about the same size, with staff or private members if need be."""
        told: list[Slot] = []
        if self.partners and self.partners > 1:
            told.append(Slot("partners", str(self.partners), "preference", (), self.partners, self.partners))
        if self.inhabitants:
            each = max(self.inhabitants // (self.partners or 1), 1)
            told.append(Slot("inhabitants", str(each), "preference", (), each, each))
        told += [Slot(kind, "yes", "preference", ()) for kind, is_wanted in _WANTED_KINDS if getattr(self, is_wanted)]
        return tuple(told)

    def slugs(self, field: str) -> tuple[str, ...]:
        """The slugs of a field that holds one, several or none."""
        value: str | tuple[str, ...] | None = getattr(self, field)
        return value if isinstance(value, tuple) else (value,) if value else ()

    def land(self, ontology: Ontology) -> Territory | None:
        return ontology.territory_by_name(self.state) if self.state else None

    def words(self, ontology: Ontology, language: Language) -> str:
        """The text; without one, the names of what is asked for."""
        if self.text.strip():
            return self.text
        return ", ".join(dict.fromkeys(ontology.concepts[iri].label(language) for iri in self.asked_for()))

    def filled_from(self, other: Profile) -> Profile:
        """With what another profile knows and this one does not say."""
        return replace(other, **{field: value for field, value in asdict(self).items() if value not in (None, "", ())})


_PROFILE = TypeAdapter(Profile)


def profile_from_json(text: str | bytes) -> Profile:
    """A profile from JSON, its fields as of `Profile`; concepts by slugs.

    Raises:
        QueryError: It is no JSON, has a key that no profile has, or a value of another type; concepts are not checked.
    """
    try:
        return _PROFILE.validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where, fault = ".".join(map(str, first["loc"])) or "profile", Foreign(first["msg"])
        raise QueryError("{field}: {fault}; a profile has the fields {known}", field=where, fault=fault, known=", ".join(Profile.__slots__)) from error


def profile_to_json(profile: Profile) -> bytes:
    """The profile as JSON, as `profile_from_json` reads it."""
    return _PROFILE.dump_json(profile)


def checked_profile(profile: Profile, ontology: Ontology) -> Profile:
    """The profile with deprecated concepts replaced and its text normalised.

    Raises:
        QueryError: A concept or Land does not exist, or a number is out of range.
    """
    changes: dict[str, object] = {"text": query_text(profile.text, field="text") if profile.text else ""}
    for field, scheme in CONCEPTS_OF_PROFILE.items():
        slugs = tuple(dict.fromkeys(_current(ontology, field, scheme, slug) for slug in profile.slugs(field)))
        changes[field] = slugs if isinstance(getattr(profile, field), tuple) else next(iter(slugs), None)
    if profile.state and not profile.land(ontology):
        raise QueryError("{field}: {value!r} is no Land; expected a name such as “Hessen”", field="state", value=profile.state)
    if profile.state:
        changes["state"] = profile.land(ontology).name()  # type: ignore[union-attr]
    for field, most in (("partners", _MOST_PARTNERS), ("inhabitants", _MOST_INHABITANTS)):
        number = getattr(profile, field)
        if number is not None and not 1 <= number <= most:
            raise QueryError("{field}: {value} is out of range; expected {least} to {most}", field=field, value=number, least=1, most=most)
    return replace(profile, **changes)  # type: ignore[arg-type]


def understood_profile(opened: OpenSnapshot, text: str) -> Profile:
    """What a text says of a profile by what it names; of a scheme of which a profile has one concept, the first. A form that is ruled out is not wished for.

    Raises:
        QueryError: The text is not valid Unicode.
    """
    linked = link(opened, text)
    text_read = query_text(text, field="text")
    slots = slots_in(text_read, linked, opened.ontology)
    partners = next((slot.least for slot in slots if slot.kind == "partners" and slot.least == slot.most), None)
    excluded = {slot.value for slot in slots if slot.kind == "not"}
    named = {field: tuple(_named(linked, scheme, excluded, opened.ontology)) for field, scheme in CONCEPTS_OF_PROFILE.items() if field != "excluded_forms"}
    return Profile(
        text=text,
        sectors=named["sectors"],
        activities=named["activities"],
        challenges=named["challenges"],
        state=_land_named(linked, slots, opened.ontology),
        partners=partners,
        inhabitants=inhabitants_of_all(text_read, partners),
        private_partners=True if any(slot.kind == "private" for slot in slots) else None,
        staff=True if any(slot.kind == "staff" for slot in slots) else None,
        excluded_forms=tuple(slug for key in sorted(excluded) for scheme, _, slug in [key.partition("/")] if scheme == "legal-form"),
        area_type=next(iter(named["area_type"]), None),
        wished_forms=named["wished_forms"],
        phase=next(iter(named["phase"]), None),
        worries=named["worries"],
    )


def _named(linked: Linked, scheme: str, excluded: Container[str], ontology: Ontology) -> Iterable[str]:
    """Slugs of the concepts of a scheme in the order in which they are named; those that a narrower named one implies, or that are ruled out, are left out."""
    links = sorted((found for found in linked.concepts if found.scheme == scheme), key=lambda found: found.evidence[0].start)
    implied = {above for found in links for above in ontology.with_broader(found.iri) - {found.iri}}
    return (found.slug for found in links if found.iri not in implied and f"{scheme}/{found.slug}" not in excluded)


def _land_named(linked: Linked, slots: Sequence[Slot], ontology: Ontology) -> str | None:
    """The German Land that is named; else that of the first place, else that of a region which lies in no other."""
    regions = (ontology.regions[place_iri(slot.value)].members for slot in slots if slot.kind == "region")
    named = [
        *(ontology.territories[place.iri] for place in linked.places if place.iri in ontology.territories),
        *(ontology.territory_by_name(place.state or place.name) for place in linked.places),
        *(ontology.territories[members[0]] for members in regions if len(members) == 1),
    ]
    return next((land.name() for land in named if land and land.ags and len(land.ags) == 2), None)


def _current(ontology: Ontology, field: str, scheme: str, slug: str) -> str:
    iri = concept_iri(scheme, slug)
    if iri not in ontology.concepts:
        raise QueryError("{field}: {value!r} is no concept of the scheme {scheme}", field=field, value=slug, scheme=scheme)
    return ontology.current(iri).slug
