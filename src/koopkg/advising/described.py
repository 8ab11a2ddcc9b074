"""A profile -> what it says, in words: its tasks, and each other fact with the name of its field."""

from __future__ import annotations

from collections.abc import Iterator

from koopkg.advising.advice import Described
from koopkg.advising.profile import CONCEPTS_OF_PROFILE, Profile
from koopkg.messages import Language, Message
from koopkg.namespaces import concept_iri
from koopkg.ontology import Ontology

__all__ = ["described"]

_MOST_TASKS = 2
_FACTS = {
    "state": Message("Land"),
    "partners": Message("Number of partners"),
    "inhabitants": Message("Inhabitants of all partners together"),
    "area_type": Message("Area"),
    "private_partners": Message("Others than public bodies as members"),
    "staff": Message("Staff of its own"),
    "wished_forms": Message("Wished legal form"),
    "excluded_forms": Message("Legal form that is out of the question"),
    "phase": Message("Where the venture stands"),
    "challenges": Message("What sets it off"),
    "worries": Message("What worries"),
}
"""Field of a profile, tasks and text apart -> its name, in the order in which a paper tells them."""


def described(profile: Profile, ontology: Ontology, language: Language) -> Described:
    """What a profile says beside its text."""
    tasks = _labels(profile, "activities", ontology, language) or _labels(profile, "sectors", ontology, language)
    return Described(tuple(tasks[:_MOST_TASKS]), tuple(_facts(profile, ontology, language)))


def _facts(profile: Profile, ontology: Ontology, language: Language) -> Iterator[Message]:
    for field, name in _FACTS.items():
        value = getattr(profile, field)
        if value in (None, ()):
            continue
        if field in CONCEPTS_OF_PROFILE:
            yield Message("{field}: {value}", field=name, value=", ".join(_labels(profile, field, ontology, language)))
        elif isinstance(value, bool):
            yield Message("{field}: {value}", field=name, value=Message("yes") if value else Message("no"))
        elif isinstance(value, int):
            yield Message("{field}: {value:,}", field=name, value=value)
        else:
            land = profile.land(ontology)
            yield Message("{field}: {value}", field=name, value=land.name(language) if land else value)


def _labels(profile: Profile, field: str, ontology: Ontology, language: Language) -> list[str]:
    return [ontology.concepts[concept_iri(CONCEPTS_OF_PROFILE[field], slug)].label(language) for slug in profile.slugs(field)]
