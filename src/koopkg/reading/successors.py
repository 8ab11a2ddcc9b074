"""A record that names deprecated concepts -> the record with the concepts that stand for them now, and a notice for each."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from typing import Any

from koopkg.errors import Problem
from koopkg.frontmatter import Entry
from koopkg.messages import Message
from koopkg.model import CASE_FIELDS, Case, CaseField, Place, fields_of
from koopkg.namespaces import concept_iri
from koopkg.ontology import Concept, Ontology

__all__ = ["with_current_concepts"]


def with_current_concepts(case: Case, ontology: Ontology, entry: Entry) -> tuple[Case, list[Problem]]:
    """Put the one successor of each deprecated concept in its place; one of another scheme goes to the field of the case that takes that.

    A concept without exactly one successor, or whose successor has no free place, stays as it is; so does one that says something of a record within the
    record alone, such as of a stage, because its successor would say it of the case.

    Args:
        entry: Where the record stands, for the lines of the notices.
    """
    moved: list[Concept] = []
    notices: list[Problem] = []

    def successor(field: CaseField, slug: str, top: str, *, is_required: bool) -> str | None:
        """The slug that belongs in a field instead of this one, None where nothing does because it was moved."""
        iri = concept_iri(str(field.scheme), slug)
        new = ontology.current(iri) if iri in ontology.concepts else None
        if new is None or new.iri == iri:
            return slug
        stays = new.scheme != field.scheme and (is_required or field.is_qualifier or not _has_place(case, new, moved))
        values = {"old": slug, "scheme": new.scheme, "slug": new.slug}
        if stays:
            told = Message("{old!r} is deprecated in favour of {scheme}/{slug}, which has no place here; write another concept or null", **values)
        else:
            told = Message("{old!r} is deprecated; it is read as {scheme}/{slug}, write that", **values)
        notices.append(Problem(top if top == field.name else f"{top}.{field.name}", told, entry.line_of((top,), slug)))
        if stays:
            return slug
        if new.scheme == field.scheme:
            return new.slug
        moved.append(new)
        return None

    def current(record: Any, top: str | None = None) -> Any:
        changes: dict[str, Any] = {}
        for field in fields_of(type(record)):
            values: tuple[Any, ...] = field.values(record)
            if field.kind == "concept":
                is_required = type(record).__dataclass_fields__[field.name].default is dataclasses.MISSING
                slugs = (successor(field, slug, top or field.name, is_required=is_required) for slug in values)
                values = tuple(dict.fromkeys(slug for slug in slugs if slug is not None))
            elif field.record is not None and field.record is not Place:
                values = tuple(current(value, top or field.name) for value in values)
            if values != field.values(record):
                changes[field.name] = values if field.is_many else next(iter(values), None)
        return dataclasses.replace(record, **changes) if changes else record

    result = current(case)
    for concept in moved:
        [field] = _fields_for(concept)
        value = tuple(dict.fromkeys([*field.values(result), concept.slug])) if field.is_many else concept.slug
        result = dataclasses.replace(result, **{field.name: value})
    return result, list(dict.fromkeys(notices))


def _fields_for(concept: Concept) -> Iterator[CaseField]:
    """The field of a case for concepts of a scheme, if it has one."""
    return (field for field in CASE_FIELDS if field.kind == "concept" and field.scheme == concept.scheme)


def _has_place(case: Case, concept: Concept, moved: Iterable[Concept]) -> bool:
    """Whether a concept can stand in the field of its scheme beside what is there and what was moved there."""
    taken = {other.slug for other in moved if other.scheme == concept.scheme} - {concept.slug}
    return any(field.is_many or not taken | set(field.values(case)) - {concept.slug} for field in _fields_for(concept))
