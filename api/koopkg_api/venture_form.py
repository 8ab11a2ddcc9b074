"""The form in which people say what they plan: its fields with their choices, filled from a profile, and what was sent read back into one."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from koopkg.advising import CONCEPTS_OF_PROFILE, Profile, checked_profile
from koopkg.documentation import Phase
from koopkg.errors import QueryError
from koopkg.messages import Language, Message, translated
from koopkg.namespaces import concept_iri
from koopkg.ontology import Concept, Ontology
from koopkg.register import folded
from koopkg_api.forms import Sent

__all__ = [
    *("NOTHING_SAID", "ChoiceGroup", "FormChoice", "VentureField"),
    *("as_sent", "in_words_of_form", "profile_sent", "usable_profile", "venture_fields"),
]

_YES, _NO = "ja", "nein"
_LABELS: dict[str, Message] = {
    "sectors": Message("Task"),
    "activities": Message("What exactly is to be done together"),
    "state": Message("Land"),
    "partners": Message("Number of partners"),
    "inhabitants": Message("Inhabitants of all partners together"),
    "area_type": Message("Kind of area"),
    "challenges": Message("Why: what sets it off"),
    "private_partners": Message("Are companies, associations or citizens to be members?"),
    "staff": Message("Is the cooperation to employ people itself?"),
    "wished_forms": Message("Legal form that is wished for"),
    "excluded_forms": Message("Legal form that is out of the question"),
    "phase": Message("Where the initiative stands"),
    "worries": Message("What worries you"),
}
"""Field of a profile -> how people call it, in the order of the form."""
_TEXT = Message("What are you planning?")
"""What the form calls the field of the text."""
NOTHING_SAID = Message("“{label}” is empty; say what you plan, or name a task", label=_TEXT)
"""What is wrong with a form that says nothing."""
_NUMBERS, _YES_OR_NO = ("partners", "inhabitants"), ("private_partners", "staff")
_SEVERAL = ("sectors", "activities", "challenges", "worries", "wished_forms", "excluded_forms")
"""Fields that hold several values: those that a profile has are boxes to untick, one more can be chosen."""
_GROUPED = {"sectors": True, "challenges": True, "wished_forms": True, "excluded_forms": True, "worries": False}
"""Fields whose concepts stand below what is broadest -> whether that itself can be chosen; kinds of worries are no worries."""
_GERMANY = "DE"


@dataclass(frozen=True, slots=True)
class FormChoice:
    """A value that can be chosen, and what people call it."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class ChoiceGroup:
    """Values that stand together below a heading; without one where it is empty."""

    label: str
    choices: tuple[FormChoice, ...]


@dataclass(frozen=True, slots=True)
class VentureField:
    """A field of the form.

    Attributes:
        value: What is chosen or written; empty for nothing.
        kept: Of a field with several values those that it has.
    """

    name: str
    label: str
    kind: Literal["number", "select", "several"]
    value: str
    groups: tuple[ChoiceGroup, ...]
    kept: tuple[FormChoice, ...] = ()


def venture_fields(profile: Profile, ontology: Ontology, phases: Sequence[Phase], language: Language) -> list[VentureField]:
    """The fields of the form with what a profile says; phases are given, and stand, in their usual order."""
    order = [phase.iri for phase in phases]
    return [_field(name, translated(label, language), profile, ontology, order, language) for name, label in _LABELS.items()]


def profile_sent(sent: Sent) -> Profile:
    """What a form says; concepts and the Land are not checked.

    Raises:
        QueryError: A number is none.
    """
    values = {name: _value(sent, name) for name in _LABELS}
    return Profile(text=sent.text("text"), **values)  # type: ignore[arg-type]


def usable_profile(sent: Sent, ontology: Ontology) -> Profile:
    """What holds of a form that is refused for something else in it."""
    profile = Profile(text=sent.text("text"))
    for name in _LABELS:
        with contextlib.suppress(QueryError):  # told by what refused the form
            value = _value(sent, name)
            checked_profile(replace(Profile(), **{name: value}), ontology)  # type: ignore[arg-type]
            profile = replace(profile, **{name: value})  # type: ignore[arg-type]
    return profile


def as_sent(fields: Sequence[VentureField], sent: Sent) -> list[VentureField]:
    """The fields with numbers as they were written, also what is none."""
    return [replace(field, value=sent.text(field.name)) if field.kind == "number" else field for field in fields]


def in_words_of_form(message: Message) -> Message:
    """A message about a field, which it calls as the form does."""
    label = {"text": _TEXT, **_LABELS}.get(str(message.values.get("field")))
    return Message(message.text, **{**message.values, "field": Message("“{label}”", label=label)}) if label else message


def _value(sent: Sent, name: str) -> tuple[str, ...] | str | int | bool | None:
    given = tuple(dict.fromkeys(value.strip() for value in sent.all(name) if value.strip()))
    if name in _SEVERAL:
        return given
    if not given:
        return None
    if name in _NUMBERS:
        return _number(name, given[-1])
    return given[-1] == _YES if name in _YES_OR_NO else given[-1]


def _number(name: str, text: str) -> int:
    plain = text.replace(".", "").replace(" ", "")
    if not (plain.isascii() and plain.isdigit() and len(plain) < 10):
        raise QueryError("{field}: {value!r} is no whole number", field=name, value=text)
    return int(plain)


def _field(name: str, label: str, profile: Profile, ontology: Ontology, phases: Sequence[str], language: Language) -> VentureField:
    value = getattr(profile, name)
    if name in _NUMBERS:
        return VentureField(name, label, "number", "" if value is None else str(value), ())
    if name in _YES_OR_NO:
        answers = (FormChoice(_YES, translated(Message("yes"), language)), FormChoice(_NO, translated(Message("no"), language)))
        return VentureField(name, label, "select", "" if value is None else _YES if value else _NO, (ChoiceGroup("", answers),))
    if name == "state":
        laender = [FormChoice(land.name(), land.name(language)) for land in ontology.territories.values() if land.part_of == _GERMANY]
        return VentureField(name, label, "select", value or "", (ChoiceGroup("", _by_label(laender)),))
    if name == "phase":
        in_order = tuple(_choice(ontology.concepts[iri], language) for iri in phases)
        return VentureField(name, label, "select", value or "", (ChoiceGroup("", in_order),))
    scheme = CONCEPTS_OF_PROFILE[name]
    concepts = [concept for concept in ontology.schemes[scheme] if not concept.is_deprecated]
    groups = (
        _groups(name, concepts, ontology, language) if name in _GROUPED else (ChoiceGroup("", _by_label(_choice(concept, language) for concept in concepts)),)
    )
    if name in _SEVERAL:
        kept = tuple(FormChoice(slug, ontology.concepts[concept_iri(scheme, slug)].label(language)) for slug in value)
        return VentureField(name, label, "several", "", groups, kept)
    return VentureField(name, label, "select", value or "", groups)


def _groups(name: str, concepts: Sequence[Concept], ontology: Ontology, language: Language) -> tuple[ChoiceGroup, ...]:
    """Concepts below what is broadest, which comes first of its group; first of all those with nothing below or above them."""
    below: dict[str, list[FormChoice]] = {}
    for concept in concepts:
        if concept.broader:
            below.setdefault(_broadest(concept, ontology).iri, []).append(_choice(concept, language))
    alone = [_choice(concept, language) for concept in concepts if not concept.broader and concept.iri not in below]
    heads = sorted((ontology.concepts[iri] for iri in below), key=lambda head: folded(head.label(language)))
    groups = [ChoiceGroup(head.label(language), (*([_choice(head, language)] if _GROUPED[name] else ()), *_by_label(below[head.iri]))) for head in heads]
    return (ChoiceGroup("", _by_label(alone)), *groups)


def _broadest(concept: Concept, ontology: Ontology) -> Concept:
    while concept.broader:
        concept = ontology.concepts[concept.broader[0]]
    return concept


def _choice(concept: Concept, language: Language) -> FormChoice:
    return FormChoice(concept.slug, concept.label(language))


def _by_label(choices: Iterable[FormChoice]) -> tuple[FormChoice, ...]:
    return tuple(sorted(choices, key=lambda choice: folded(choice.label)))
