"""Every IRI prefix that koopkg uses, written once, and the rules by which its own IRIs are minted."""

from __future__ import annotations

from urllib.parse import quote

__all__ = [
    "BASE",
    "BODY",
    "CASE",
    "COMPUTED_GRAPH",
    "CURATED_GRAPH",
    "DOCUMENT",
    "DOCUMENT_GRAPH",
    "DRAFT",
    "DRAFT_GRAPH",
    "EXTRACTED_GRAPH",
    "KOOP",
    "ONTOLOGY_GRAPH",
    "PLACE",
    "PLACES_GRAPH",
    "PREFIXES",
    "PROVENANCE_GRAPH",
    "RUN_GRAPH",
    "VOCAB",
    "body_iri",
    "case_iri",
    "computed_graph_iri",
    "concept_iri",
    "curated_graph_iri",
    "document_graph_iri",
    "document_iri",
    "draft_graph_iri",
    "draft_iri",
    "extracted_graph_iri",
    "place_iri",
    "scheme_iri",
]

BASE = "https://w3id.org/koopkg/"
KOOP = f"{BASE}ontology#"
VOCAB = f"{BASE}vocab/"
CASE = f"{BASE}case/"
DOCUMENT = f"{BASE}document/"
DRAFT = f"{BASE}draft/"
PLACE = f"{BASE}place/"
BODY = f"{BASE}body/"
ONTOLOGY_GRAPH = f"{BASE}ontology"
CURATED_GRAPH = f"{BASE}graph/curated/"
COMPUTED_GRAPH = f"{BASE}graph/computed/"
DOCUMENT_GRAPH = f"{BASE}graph/document/"
EXTRACTED_GRAPH = f"{BASE}graph/extracted/"
DRAFT_GRAPH = f"{BASE}graph/draft/"
PLACES_GRAPH = f"{BASE}graph/places"
PROVENANCE_GRAPH = f"{BASE}graph/provenance"
RUN_GRAPH = f"{BASE}graph/run"
"""Holds the times of a build and nothing else: all other graphs are the same whenever they are built from the same input."""

PREFIXES = {
    "activity": f"{VOCAB}activity/",
    "body": BODY,
    "case": CASE,
    "dcterms": "http://purl.org/dc/terms/",
    "document": DOCUMENT,
    "eli": "http://data.europa.eu/eli/ontology#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "koop": KOOP,
    "oa": "http://www.w3.org/ns/oa#",
    "org": "http://www.w3.org/ns/org#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "place": PLACE,
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "sector": f"{VOCAB}sector/",
    "legal-form": f"{VOCAB}legal-form/",
    "size-class": f"{VOCAB}size-class/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "source": f"{BASE}source/",
    "success-factor": f"{VOCAB}success-factor/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


def scheme_iri(scheme: str) -> str:
    return f"{VOCAB}{scheme}"


def concept_iri(scheme: str, slug: str) -> str:
    return f"{VOCAB}{scheme}/{slug}"


def case_iri(case_id: str, fragment: str = "") -> str:
    return f"{CASE}{case_id}" + (f"#{fragment}" if fragment else "")


def document_iri(document_id: str, fragment: str = "") -> str:
    return f"{DOCUMENT}{document_id}" + (f"#{fragment}" if fragment else "")


def draft_iri(document_id: str, fragment: str = "") -> str:
    """The cooperation that was only read by machine from a document."""
    return f"{DRAFT}{document_id}" + (f"#{fragment}" if fragment else "")


def place_iri(key: str) -> str:
    return f"{PLACE}{quote(key, safe='-')}"


def body_iri(key: str) -> str:
    """The body that is responsible for the place with this official key."""
    return f"{BODY}{quote(key, safe='-')}"


def curated_graph_iri(case_id: str) -> str:
    """The graph of what the record of a case states."""
    return f"{CURATED_GRAPH}{case_id}"


def computed_graph_iri(case_id: str) -> str:
    """The graph of what was computed from the register for a case."""
    return f"{COMPUTED_GRAPH}{case_id}"


def document_graph_iri(document_id: str) -> str:
    """The graph of what a document is and which cases it is about."""
    return f"{DOCUMENT_GRAPH}{document_id}"


def extracted_graph_iri(document_id: str) -> str:
    """The graph of what a document was found to name."""
    return f"{EXTRACTED_GRAPH}{document_id}"


def draft_graph_iri(document_id: str) -> str:
    """The graph of what was proposed for the cooperation of a document without a record."""
    return f"{DRAFT_GRAPH}{document_id}"
