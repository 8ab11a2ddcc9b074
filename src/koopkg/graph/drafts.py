"""A draft -> the triples that say what was proposed for it, each proposal a Web Annotation; none states anything of a cooperation that counts as one."""

from __future__ import annotations

from collections.abc import Iterator

from koopkg.graph.extracted import passage_triples
from koopkg.graph.triples import Triple, iri, text, typed, types
from koopkg.model import CASE_FIELDS, CONCEPT_OF, Document, Draft, Proposal
from koopkg.namespaces import KOOP, PREFIXES, concept_iri, document_iri, draft_graph_iri, draft_iri, place_iri
from koopkg.ontology import Ontology

__all__ = ["draft_triples"]

_FIELDS = {field.name: field for field in CASE_FIELDS}


def draft_triples(draft: Draft, document: Document, ontology: Ontology, activity: str) -> Iterator[Triple]:
    """Everything that was proposed for a draft, with its state; nothing where its document is taken to speak of no cooperation."""
    if not draft.is_about_case:
        return
    subject, graph = draft_iri(draft.id), draft_graph_iri(draft.id)
    yield iri(graph, "prov:wasDerivedFrom", document_iri(document.id))
    yield iri(graph, "prov:wasGeneratedBy", activity)
    yield from types(subject, f"{KOOP}DraftCooperation", ontology)
    yield text(subject, "dcterms:title", draft.title, draft.language)
    yield iri(subject, "prov:wasDerivedFrom", document_iri(document.id))
    yield typed(subject, "koop:confidence", f"{draft.is_case:.2f}", "decimal")
    for number, proposal in enumerate(draft.proposals, start=1):
        yield from _proposal_triples(draft_iri(draft.id, f"proposal-{number}"), subject, proposal, document, ontology, activity)


def _proposal_triples(node: str, subject: str, proposal: Proposal, document: Document, ontology: Ontology, activity: str) -> Iterator[Triple]:
    prefix, _, local = str(_FIELDS[proposal.field].property).partition(":")
    yield iri(subject, "koop:hasProposal", node)
    yield from types(node, f"{KOOP}Proposal", ontology)
    yield iri(node, "koop:proposedProperty", PREFIXES[prefix] + local)
    yield _body(node, proposal, ontology)
    yield text(node, "koop:reviewState", proposal.state)
    if proposal.probability is not None:
        yield typed(node, "koop:confidence", f"{proposal.probability:.2f}", "decimal")
        yield iri(node, "prov:wasGeneratedBy", activity)
    if proposal.evidence is not None:
        yield from passage_triples(node, document, proposal.evidence)


def _body(node: str, proposal: Proposal, ontology: Ontology) -> Triple:
    field, value = _FIELDS[proposal.field], proposal.value
    if field.name in CONCEPT_OF:
        return iri(node, "oa:hasBody", concept_iri(CONCEPT_OF[field.name], str(value)))
    if proposal.field == "places":
        return iri(node, "oa:hasBody", place_iri(str(value)))
    if field.kind == "place":
        land = ontology.territory_by_name(str(value))
        return iri(node, "oa:hasBody", land.iri if land else place_iri(str(value)))
    return typed(node, "oa:bodyValue", str(value), "integer") if field.kind == "number" else text(node, "oa:bodyValue", str(value))
