"""The records within the record of a case -> sections of its page: each line of the table shown under the name of its property."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from koopkg.headings import RECORD_HEADINGS
from koopkg.messages import Language, local_amount, local_moment, local_number, local_price, translated
from koopkg.model import CASE_FIELDS, Case, CaseField, fields_of
from koopkg.ontology import Concept, Ontology
from koopkg.search import field_label

__all__ = ["DetailFact", "DetailRecord", "DetailView", "details_of"]

_LEADS = ("text", "name", "title", "evidence")
"""Fields of a record of which the first that it has says what the record is about."""
_OF_A_CASE = {(field.name, str(field.scheme)): field for field in CASE_FIELDS if field.scheme}
"""Name and scheme of a field -> that of a case, whose label a field of a record takes over: within a stage the phase is the phase."""


@dataclass(frozen=True, slots=True)
class DetailFact:
    """One value of a record: a text of the corpus in German, a concept, or another case, whose title `text` is."""

    label: str
    text: str | None = None
    is_german: bool = False
    concept: Concept | None = None
    case_id: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class DetailRecord:
    """A record: what it is about, its values, and the number of the source that it rests on."""

    lead: str | None
    facts: tuple[DetailFact, ...]
    source: int | None


@dataclass(frozen=True, slots=True)
class DetailView:
    """A section of the page of a case."""

    heading: str
    records: tuple[DetailRecord, ...]


def details_of(case: Case, ontology: Ontology, titles: Mapping[str, str], language: Language) -> Iterator[DetailView]:
    """The sections for which a case has something to tell.

    Args:
        titles: Id -> title of the cases that it is related to; one that is missing is left to its name.
    """
    fields = {field.name: field for field in CASE_FIELDS}
    for name, heading in RECORD_HEADINGS.items():
        records = tuple(_record(value, ontology, titles, language) for value in fields[name].values(case))
        if records:
            yield DetailView(translated(heading, language), records)


def _record(value: Any, ontology: Ontology, titles: Mapping[str, str], language: Language) -> DetailRecord:
    if isinstance(value, str):
        return DetailRecord(value, (), None)
    lead = next((name for name in _LEADS if getattr(value, name, None)), None)
    told = getattr(value, lead) if lead else None
    facts = [
        DetailFact(_label(field, ontology, language), text=titles[item], case_id=item)
        if field.kind == "case"
        else _fact(field, item, value, ontology, language)
        for field in fields_of(type(value))
        if field.name not in (lead, "unit") and field.kind != "citation"
        for item in field.values(value)
        if item != told and (field.kind != "case" or item in titles)
    ]
    return DetailRecord(told, tuple(facts), getattr(value, "source", None))


def _label(field: CaseField, ontology: Ontology, language: Language) -> str:
    return field_label(_OF_A_CASE.get((field.name, str(field.scheme)), field), ontology, language)


def _fact(field: CaseField, value: Any, record: Any, ontology: Ontology, language: Language) -> DetailFact:
    if field.property == "schema:url":
        return DetailFact("", text=value, url=value)
    label = _label(field, ontology, language)
    if field.kind == "concept":
        return DetailFact(label, concept=ontology.concept(str(field.scheme), value))
    if field.kind == "moment":
        return DetailFact(label, text=local_moment(value, language))
    if field.name == "amount":
        return DetailFact(label, text=local_amount(value, record.unit, language), is_german=record.unit is not None)
    if field.name == "amount_eur":
        return DetailFact(label, text=local_price(value, language))
    if field.kind in ("number", "amount"):
        return DetailFact(label, text=local_number(value, language))
    told = local_moment(value, language)
    return DetailFact(label, text=told, is_german=told == value)
