"""What a record states or a document says -> the fact that a reason points at, with its source."""

from __future__ import annotations

from koopkg.model import CASE_FIELDS, CONCEPT_FIELDS, Case, CaseField, Document, fields_of
from koopkg.namespaces import document_iri
from koopkg.search.results import Fact, FactSource
from koopkg.snapshot import Searched

__all__ = ["concept_fact", "passage_fact", "statement"]


def _properties() -> dict[str, str]:
    """Concept scheme -> the property by which a case has its concepts, also those of nested records."""
    lines = [(field, inner) for field in CASE_FIELDS for inner in (fields_of(field.record) if field.record else (field,))]
    return {inner.scheme: str(field.shortcut or inner.property) for field, inner in lines if inner.scheme and inner in CONCEPT_FIELDS.values()}


_PROPERTIES = _properties()


def statement(opened: Searched, case: Case, name: str, value: str, *, quote: str | None = None, record: object = None) -> Fact:
    """That a case has a value of a property.

    Args:
        name: Of the property, compact.
        record: The part of the record that says so, which may name one of the sources of the case.
    """
    return Fact("statement", property=name, value=value, quote=quote, source=_source(opened, case, getattr(record, "source", None)))


def concept_fact(opened: Searched, case: Case, field: CaseField, iri: str, record: object) -> Fact:
    """That a case has a concept, with the words of its record that support it."""
    quote = getattr(record, field.evidence) if field.evidence else None
    return statement(opened, case, _PROPERTIES[str(field.scheme)], iri, quote=quote, record=record)


def passage_fact(document: Document, start: int, end: int, *, has_quote: bool = True) -> Fact:
    """That a document says something between two offsets."""
    iri = document_iri(document.id)
    quote = document.text[start:end] if has_quote else None
    return Fact("passage", document=iri, start=start, end=end, quote=quote, source=FactSource(None, document.title, document.source or iri))


def _source(opened: Searched, case: Case, number: object) -> FactSource:
    if isinstance(number, int) and 1 <= number <= len(case.sources):
        cited = case.sources[number - 1]
        return FactSource(number, cited.title, cited.url)
    return FactSource(None, case.title, opened.iri_of(case.id))
