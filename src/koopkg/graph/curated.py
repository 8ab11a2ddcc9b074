"""A case and its document -> the triples that its front matter states."""

from __future__ import annotations

from collections.abc import Iterator

from koopkg.graph.places import member_triples
from koopkg.graph.triples import Triple, iri, text, typed
from koopkg.model import CONCEPT_FIELDS, Case, Document, Source
from koopkg.namespaces import KOOP, PREFIXES, case_iri, concept_iri, curated_graph_iri, document_iri
from koopkg.ontology import Ontology
from koopkg.register import Register

__all__ = ["curated_triples"]

CORPUS_LICENSE = "https://creativecommons.org/licenses/by/4.0/"
_PROPERTY = {
    "sectors": "sector",
    "legal_form": "legalForm",
    "cooperation_type": "cooperationType",
    "initiative": "initiative",
    "orientation": "orientation",
    "approach": "approach",
    "actors": "actorType",
    "phase": "phase",
    "status": "status",
    "area_type": "areaType",
}


def curated_triples(document: Document, ontology: Ontology, register: Register) -> Iterator[Triple]:
    """Everything that the front matter of a document says; what a member of the register is is said in the graph of places."""
    case, subject = document.case, case_iri(document.id)
    yield from _about_document(document)
    yield iri(subject, "rdf:type", f"{KOOP}Cooperation")
    yield text(subject, "dcterms:identifier", case.id)
    yield text(subject, "dcterms:title", case.title, "de")
    yield text(subject, "dcterms:title", case.title_en, "en")
    yield iri(subject, "koop:documentedIn", document_iri(document.id))
    for name, scheme in CONCEPT_FIELDS.items():
        value = getattr(case, name)
        for slug in (value,) if isinstance(value, str) else value or ():
            yield iri(subject, f"koop:{_PROPERTY[name]}", concept_iri(scheme, slug))
    yield from _literals(case, subject)
    yield from member_triples(case, ontology, register)
    yield from _statements(case, subject)
    for number, source in enumerate(case.sources, start=1):
        yield from _source(subject, case_iri(case.id, f"source-{number}"), source)


def _about_document(document: Document) -> Iterator[Triple]:
    subject = document_iri(document.id)
    yield iri(subject, "rdf:type", f"{KOOP}CaseDocument")
    yield text(subject, "dcterms:title", document.title, document.language)
    yield text(subject, "dcterms:language", document.language)
    yield iri(subject, "dcterms:license", CORPUS_LICENSE)
    yield text(subject, "schema:sha256", document.sha256)
    yield iri(curated_graph_iri(document.id), "prov:wasDerivedFrom", subject)


def _literals(case: Case, subject: str) -> Iterator[Triple]:
    yield text(subject, "koop:service", case.service, "de")
    for name, prose in (("legalFormEvidence", case.legal_form_evidence), ("coordination", case.coordination)):
        if prose:
            yield text(subject, f"koop:{name}", prose, "de")
    for entry in case.funding:
        yield text(subject, "koop:funding", entry, "de")
    for name, number, datatype in (
        ("partnerCount", case.partner_count, "integer"),
        ("population", case.population, "integer"),
        ("startYear", case.started, "integer"),
        ("endYear", case.ended, "integer"),
    ):
        if number is not None:
            yield typed(subject, f"koop:{name}", str(number), datatype)


def _statements(case: Case, subject: str) -> Iterator[Triple]:
    for number, factor in enumerate(case.success_factors, start=1):
        statement = case_iri(case.id, f"factor-{number}")
        yield iri(subject, "koop:successFactor", concept_iri("success-factor", factor.factor))
        yield iri(subject, "koop:hasFactorStatement", statement)
        yield iri(statement, "rdf:type", f"{KOOP}FactorStatement")
        yield iri(statement, "koop:factor", concept_iri("success-factor", factor.factor))
        yield text(statement, "koop:evidence", factor.evidence, "de")
    for kind, link, entries in (("Obstacle", "hasObstacle", case.obstacles), ("Result", "hasResult", case.results)):
        for number, entry in enumerate(entries, start=1):
            statement = case_iri(case.id, f"{kind.lower()}-{number}")
            yield iri(subject, f"koop:{link}", statement)
            yield iri(statement, "rdf:type", f"{KOOP}{kind}Statement")
            yield text(statement, "koop:evidence", entry, "de")


def _source(subject: str, name: str, source: Source) -> Iterator[Triple]:
    yield iri(subject, "dcterms:source", name)
    yield iri(name, "rdf:type", f"{PREFIXES['dcterms']}BibliographicResource")
    yield text(name, "dcterms:title", source.title, "de")
    if source.publisher:
        yield text(name, "dcterms:publisher", source.publisher)
    if source.year is not None:
        yield typed(name, "dcterms:issued", str(source.year), "integer")
    if source.url:
        yield typed(name, "schema:url", source.url, "anyURI")
