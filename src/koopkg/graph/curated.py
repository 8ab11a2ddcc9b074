"""A case -> the triples that its record states, and a document -> what it is; each field is written as its line of the table says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from koopkg.graph.bodies import members_of, participation_triples
from koopkg.graph.places import member_triples
from koopkg.graph.triples import Triple, iri, text, typed, types
from koopkg.model import Case, CaseField, Document, Place, concepts_of, fields_of
from koopkg.namespaces import KOOP, PREFIXES, case_iri, concept_iri, curated_graph_iri, document_graph_iri, document_iri
from koopkg.ontology import Ontology
from koopkg.register import Register

__all__ = ["curated_triples", "document_triples"]

_RELATIONS = {
    "nachfolger-von": ("koop:successorOf", False),
    "vorgaenger-von": ("koop:successorOf", True),
    "teil-von": ("koop:partOf", False),
    "vorbild": ("koop:modelFor", True),
    "hervorgegangen-aus": ("koop:emergedFrom", False),
    "abspaltung-von": ("koop:emergedFrom", False),
}
"""Kind of a relation -> the property that says it between two cases, and whether from the other one."""
_ANY_DOCUMENT = f"{PREFIXES['schema']}DigitalDocument"
CORPUS_LICENSE = "https://creativecommons.org/licenses/by/4.0/"


def curated_triples(case: Case, document: Document, ontology: Ontology, register: Register) -> Iterator[Triple]:
    """Everything that the record of a case says; what a member of the register is, is said in the graph of places.

    Args:
        document: The one that holds the record.
    """
    subject = case_iri(case.id)
    yield iri(curated_graph_iri(case.id), "prov:wasDerivedFrom", document_iri(document.id))
    members = members_of(case, ontology, register)
    yield from types(subject, f"{KOOP}Cooperation", ontology)
    yield from member_triples(case, members, ontology)
    yield from participation_triples(case, members, ontology)
    yield from _relation_triples(case, subject)
    yield from _record_triples(case, subject, case.id, ontology)


def document_triples(document: Document, ontology: Ontology) -> Iterator[Triple]:
    """What a document is, and which cases it is about."""
    subject = document_iri(document.id)
    if document.is_draft:
        yield iri(subject, "rdf:type", _ANY_DOCUMENT)
    else:
        yield from types(subject, f"{KOOP}CaseDocument", ontology)
    if document.has_record:  # under what licence a found file may be passed on, it does not say
        yield iri(subject, "dcterms:license", CORPUS_LICENSE)
    yield text(subject, "dcterms:title", document.title, document.language)
    yield text(subject, "dcterms:language", document.language)
    yield text(subject, "dcterms:format", document.media_type)
    if document.date:
        yield typed(subject, "dcterms:date", document.date, "date")
    if document.publisher:
        yield text(subject, "dcterms:publisher", document.publisher)
    if document.source:
        yield iri(subject, "dcterms:source", document.source)
    yield text(subject, "schema:sha256", document.sha256)
    yield iri(document_graph_iri(document.id), "prov:wasDerivedFrom", subject)
    for case_id in document.describes:
        yield iri(case_iri(case_id), "koop:documentedIn", subject)


def _relation_triples(case: Case, subject: str) -> Iterator[Triple]:
    """What a case is to other cases, in one property each and always in the same direction."""
    for relation in case.relations:
        if relation.case:
            name, is_inverse = _RELATIONS[relation.relation]
            one, other = (case_iri(relation.case), subject) if is_inverse else (subject, case_iri(relation.case))
            yield iri(one, name, other)


def _record_triples(record: Any, subject: str, case_id: str, ontology: Ontology) -> Iterator[Triple]:
    for field in fields_of(type(record)):
        for number, value in enumerate(field.values(record), start=1):
            if field.kind == "nested" and field.record is not Place:
                yield from _node_triples(field, value, subject, case_id, number, ontology)
            elif field.kind == "citation":
                yield iri(subject, "dcterms:source", case_iri(case_id, f"source-{value}"))
            elif field.kind == "moment":
                yield from _moment(subject, str(field.property), value)
            elif field.property and field.kind not in ("place", "nested"):
                yield _statement(field, field.property, value, subject)
        if field.kind == "citation" and not field.values(record):
            yield typed(subject, "koop:sourceUnknown", "true", "boolean")


def _statement(field: CaseField, property: str, value: Any, subject: str) -> Triple:
    if field.kind == "concept":
        return iri(subject, property, concept_iri(str(field.scheme), value))
    if field.kind == "case":
        return iri(subject, property, case_iri(value))
    if field.kind == "number":
        return typed(subject, property, str(value), "integer")
    if field.kind == "amount":
        return typed(subject, property, f"{value:f}".rstrip("0").rstrip("."), "decimal")
    return typed(subject, property, value, "anyURI") if property == "schema:url" else text(subject, property, value, field.language)


def _moment(subject: str, property: str, value: str) -> Iterator[Triple]:
    """The year, which can be computed with, and the date itself where more of it is known."""
    yield typed(subject, property, value[:4], "integer")
    if len(value) > len("2010"):
        yield typed(subject, f"{property}Date", value, "date" if value.count("-") == 2 else "gYearMonth")


def _node_triples(field: CaseField, value: Any, subject: str, case_id: str, number: int, ontology: Ontology) -> Iterator[Triple]:
    """A node for a nested record."""
    node = case_iri(case_id, f"{field.stem}-{number}")
    prefix, _, local = str(field.node).partition(":")
    yield iri(subject, str(field.property), node)
    yield from types(node, PREFIXES[prefix] + local, ontology)
    yield from _record_triples(value, node, case_id, ontology)
    if field.shortcut:
        concepts = [concept_iri(str(inner.scheme), slug) for inner, slug, _ in concepts_of(value)]
        yield from (iri(subject, field.shortcut, concept) for concept in concepts)
        if not concepts and hasattr(value, "text"):
            yield text(subject, field.shortcut, value.text, "de")
