"""The kind of a reason and its values -> the sentence that says it, in the language of the reader."""

from __future__ import annotations

from collections.abc import Mapping

from koopkg.messages import Language, Message, Quoted, translated

__all__ = ["KINDS", "LEFT_OUT", "NOT_MET", "ROLES", "message_of", "said_of_slot", "sentence_of", "tells_of_several"]

_TEMPLATES = {
    "shared-sector": Message("Same task: {label}"),
    "shared-legal-form": Message("Same legal form: {label}"),
    "shared-success-factor": Message("Success factor supported here too: {label}"),
    "shared-cooperation-type": Message("Same type of cooperation: {label}"),
    "shared-area-type": Message("Same type of area: {label}"),
    "shared-actor-type": Message("Same kind of actor: {label}"),
    "shared-phase": Message("Same phase: {label}"),
    "shared-status": Message("Same status: {label}"),
    "shared-initiative": Message("Same initiative: {label}"),
    "shared-orientation": Message("Same orientation: {label}"),
    "shared-approach": Message("Same approach: {label}"),
    "shared-activity": Message("Same activity: {label}"),
    "likely-activity": Message("Probably the same task, by meaning: {label}"),
    "shared-obstacle": Message("Same obstacle: {label}"),
    "shared-service": Message("Same offer: {label}"),
    "related-sector": Message("Related task: {label} (close to {asked})"),
    "related": Message("Related: {label} (close to {asked})"),
    "place": Message("Located in {label}"),
    "title": Message("Named in the title: {words}"),
    "words": Message("Named in the text: {words}"),
    "mentioned": Message("Spoken of in the text: {label}"),
    "outcome": Message("Status asked for: {label}"),
    "partners": Message("About as many partners: {label}"),
    "size": Message("About as large, largest municipality: {label}"),
    "meaning": Message("Passage closest in meaning: “{quote}”"),
    "meaning-too": Message("Passage close in meaning too: “{quote}”"),
    "other-law": Message("Differs: {label} instead of {asked}, law there: {statute}"),
    "other-land": Message("Differs: {label} instead of {asked}"),
    "other-status": Message("Differs: status: {label}"),
    "differs-status": Message("Differs: status: {label} instead of {asked}"),
    "differs-legal-form": Message("Differs: legal form: {label} instead of {asked}"),
    "differs-size-class": Message("Differs: largest municipality: {label} instead of {asked}"),
    "differs-partners": Message("Differs: {label} partners instead of {asked}"),
    "other-task": Message("Differs: task: {label} instead of {asked}"),
    "words-missing": Message("Differs: not named here: {words}"),
    "task": Message("Deals with the task {label}"),
    "service": Message("Joint service: {label}"),
}
_HERE_TOO = Message("Here too: {field}: {label}")
_OF_DOCUMENTS = ("quote",)
KINDS = tuple(_TEMPLATES)
"""Kinds of reasons with a sentence of their own; every other one is said with the name of its field."""


_SLOTS = {
    "not": Message("not: {label}"),
    "no-legal-person": Message("without a legal person of its own"),
    "outcome-ended": Message("failed or ended"),
    "outcome-planned": Message("still planned"),
    "private": Message("with a private partner"),
    "cross-border": Message("across borders"),
    "citizens": Message("run by citizens"),
    "staff": Message("with staff of its own"),
    "partners": Message("{number} municipalities"),
    "inhabitants": Message("{number:,} inhabitants"),
    "inhabitants-between": Message("{least:,} to {number:,} inhabitants"),
    "fewer-inhabitants": Message("up to {number:,} inhabitants"),
    "founded-then": Message("begun {years}"),
    "founded-later": Message("begun {years} or later"),
    "founded-earlier": Message("begun {years} or earlier"),
}
"""What a text says beside its subject -> its name for people."""
ROLES = {
    "condition": Message("condition"),
    "context": Message("context"),
    "preference": Message("preference"),
    "exclusion": Message("excluded"),
    "perhaps": Message("perhaps meant"),
}
"""What something that was understood does to a result -> its name for people."""
NOT_MET = Message("No hit: {label}. The others are shown.")
LEFT_OUT = Message("Comparable cases left out by conditions: {n:,}")


def message_of(kind: str, values: Mapping[str, object]) -> Message:
    """The sentence of a reason, to be said in any language.

    Args:
        values: By the placeholders of the sentence: `label` of the concept or place, `asked` for the one that it is related to or that is asked for,
            `words`, and `quote` of a document, which stays German. A kind without a sentence of its own needs `field`, its name for people, and `label`.
    """
    quoted = {name: Quoted(values[name]) for name in _OF_DOCUMENTS if name in values}
    return Message(_TEMPLATES.get(kind, _HERE_TOO).text, **{**values, **quoted})


def said_of_slot(name: str, values: Mapping[str, object], language: Language) -> str:
    """What a text says beside its subject, in a language."""
    return translated(Message(_SLOTS[name].text, **values), language)


def tells_of_several(cooperations: int) -> Message:
    """What is said of a document that speaks of so many cooperations side by side, about."""
    return Message("tells of several cooperations (about {n:,}); no draft of one case is made of it", n=cooperations)


def sentence_of(kind: str, values: Mapping[str, object], language: Language) -> str:
    """The sentence of a reason in a language."""
    return translated(message_of(kind, values), language)
