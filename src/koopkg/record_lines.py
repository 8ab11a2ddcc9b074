"""A record within the record of a case -> the one line that people read of it: `Weniger Wege; Einsparung: 100.000 Euro (2019, erwartet)`."""

from __future__ import annotations

from typing import Any

from koopkg.messages import Language, Message, local_amount, local_moment, local_number, translated
from koopkg.model import CaseField, fields_of
from koopkg.ontology import Ontology
from koopkg.search import field_label

__all__ = ["line_of", "text_of"]

_BETWEEN = "; "
_EURO = "Euro"
_AMOUNTS = ("amount", "amount_eur")
_KINDS = ("kind", "level")
"""Fields that say what an amount is, and stand before it."""
_LAND_OR_CANTON = ("funding-level", "land")
_NOTES = ("period", "basis")
"""Fields that say how far a statement holds: they stand behind it in brackets."""
_WITH_NAME = frozenset({"hosted_by", "borne_by", "employer", "programme", "overcome_by"})
"""Texts and concepts that nobody understands without the name of their field; numbers and dates are the others."""


def line_of(record: Any, ontology: Ontology, language: Language, *, has_cantons: bool = True) -> str:
    """What a record says, each thing once, without the number of its source, addresses and the ids of other cases.

    Args:
        has_cantons: Whether it is told of a country with cantons, which elsewhere nobody needs to hear of.
    """
    parts: list[str] = []
    before = ""
    for field in fields_of(type(record)):
        said = _said(field, record, ontology, language)
        if not has_cantons and (field.scheme, getattr(record, field.name)) == _LAND_OR_CANTON:
            said = translated(Message("Land"), language)
        if not said:
            continue
        belongs = before in _KINDS if field.name in _AMOUNTS else field.name == "evidence" and len(parts) == 1
        parts[-1:] = [f"{parts[-1]}: {said}"] if belongs else [*parts[-1:], said]
        before = field.name
    notes = [note for note in (_note(field, record, ontology, language) for field in fields_of(type(record)) if field.name in _NOTES) if note]
    return _BETWEEN.join(parts) + (f" ({', '.join(notes)})" if notes else "")


def text_of(field: CaseField, value: Any, ontology: Ontology, language: Language) -> str:
    """One value of a field: the label of a concept, numbers and dates as people write them."""
    if field.kind == "concept":
        return ontology.concept(str(field.scheme), value).label(language)
    if field.kind in ("number", "amount"):
        return local_number(value, language, is_grouped=not str(field.property).endswith("Year"))
    return local_moment(value, language) if field.kind == "moment" or field.name == "period" else str(value)


def _said(field: CaseField, record: Any, ontology: Ontology, language: Language) -> str:
    """What a line says of a field; nothing of one that is told with another."""
    values = field.values(record)
    if field.name in ("since", "until"):
        return _span(record, language) if values and (field.name == "since" or not record.since) else ""
    if not values or field.name in ("unit", *_NOTES) or field.kind in ("citation", "case") or field.property == "schema:url":
        return ""
    if field.name in _AMOUNTS:
        return local_amount(values[0], _EURO if field.name == "amount_eur" else record.unit, language)
    if field.name == "share_percent":
        return f"{local_number(values[0], language)} %"
    if field.name != "name" and values[0] == getattr(record, "name", None):
        return ""
    text = ", ".join(text_of(field, value, ontology, language) for value in values)
    has_name = field.kind in ("number", "amount", "moment") or field.name in _WITH_NAME
    return f"{field_label(field, ontology, language)}: {text}" if has_name else text


def _span(record: Any, language: Language) -> str:
    """From when to when something was so, as far as that is known."""
    since, until = (local_moment(moment, language) if moment else None for moment in (record.since, record.until))
    if since and until:
        return translated(Message("from {since} to {until}", since=since, until=until), language)
    if since or until:
        return translated(Message("since {year}", year=since) if since else Message("until {year}", year=until), language)
    return ""


def _note(field: CaseField, record: Any, ontology: Ontology, language: Language) -> str:
    text = "".join(text_of(field, value, ontology, language) for value in field.values(record))
    return text[:1].lower() + text[1:] if field.kind == "concept" else text  # adjectives, which begin with a capital only where they stand alone
