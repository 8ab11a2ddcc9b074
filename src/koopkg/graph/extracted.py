"""A document and what linking found in it -> the triples that say so, with the words they rest on."""

from __future__ import annotations

from collections.abc import Iterator

from koopkg.graph.triples import Triple, iri, text, typed, types
from koopkg.model import Document, Linked, Mention
from koopkg.namespaces import KOOP, PREFIXES, document_iri, extracted_graph_iri
from koopkg.ontology import Ontology

__all__ = ["extracted_triples", "passage_triples"]

_CONTEXT_CHARACTERS = 32
"""Length of prefix and suffix in a TextQuoteSelector: enough to find a passage again after small edits."""


def extracted_triples(document: Document, linked: Linked, ontology: Ontology, activity: str) -> Iterator[Triple]:
    """Which concepts and places a document mentions, with a Web Annotation for each mention, made by an activity of `koopkg.graph.provenance`."""
    subject = document_iri(document.id)
    yield iri(extracted_graph_iri(document.id), "prov:wasDerivedFrom", subject)
    yield iri(extracted_graph_iri(document.id), "prov:wasGeneratedBy", activity)
    for link in linked.concepts:
        yield iri(subject, "schema:mentions", link.iri)
        for mention in link.evidence:
            yield from _mention(document, mention, f"{link.scheme}-{link.slug}", link.iri, link.confidence, ontology, activity)
    for place in linked.places:
        if place.iri:
            yield iri(subject, "schema:mentions", place.iri)
            for mention in place.evidence:
                yield from _mention(document, mention, f"place-{place.iri.rpartition('/')[2]}", place.iri, place.confidence, ontology, activity)


def _mention(document: Document, mention: Mention, name: str, body: str, confidence: float, ontology: Ontology, activity: str) -> Iterator[Triple]:
    """One Web Annotation: body, target, and where it comes from."""
    annotation = document_iri(document.id, f"mention-{mention.start}-{mention.end}-{name}")
    yield from types(annotation, f"{KOOP}Mention", ontology)
    yield iri(annotation, "oa:hasBody", body)
    yield from passage_triples(annotation, document, mention)
    yield typed(annotation, "koop:confidence", f"{confidence:.2f}", "decimal")
    yield iri(annotation, "prov:wasDerivedFrom", document_iri(document.id))
    yield iri(annotation, "prov:wasGeneratedBy", activity)


def passage_triples(annotation: str, document: Document, mention: Mention) -> Iterator[Triple]:
    """The target of a Web Annotation: the quote with its context, the position, and the page where there is one."""
    target = document_iri(document.id, f"text-{mention.start}-{mention.end}")
    quote, position = f"{target}-quote", f"{target}-position"
    yield iri(annotation, "oa:hasTarget", target)
    yield iri(target, "rdf:type", f"{PREFIXES['oa']}SpecificResource")
    yield iri(target, "oa:hasSource", document_iri(document.id))
    if (page := document.page_of(mention.start)) is not None:
        yield typed(target, "schema:pageStart", str(page), "integer")
    yield iri(target, "oa:hasSelector", quote)
    yield iri(target, "oa:hasSelector", position)
    yield iri(quote, "rdf:type", f"{PREFIXES['oa']}TextQuoteSelector")
    yield text(quote, "oa:exact", mention.quote)
    yield text(quote, "oa:prefix", document.text[max(0, mention.start - _CONTEXT_CHARACTERS) : mention.start])
    yield text(quote, "oa:suffix", document.text[mention.end : mention.end + _CONTEXT_CHARACTERS])
    yield iri(position, "rdf:type", f"{PREFIXES['oa']}TextPositionSelector")
    yield typed(position, "oa:start", str(mention.start), "integer")
    yield typed(position, "oa:end", str(mention.end), "integer")
