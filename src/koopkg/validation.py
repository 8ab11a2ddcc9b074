"""Ontology and documents -> findings, one line each; nothing is published."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyoxigraph as ox

from koopkg import graph, ontology
from koopkg.errors import DocumentError
from koopkg.linking import Linked
from koopkg.model import Document
from koopkg.namespaces import curated_graph_iri
from koopkg.ontology import Ontology
from koopkg.reading import document_paths, read_bytes, read_document

__all__ = ["check_documents", "check_ontology"]


def check_ontology() -> list[str]:
    """Findings on the bundled ontology: SHACL violations, hierarchies that go nowhere or in a circle, labels used twice in a scheme.

    Raises:
        OntologyError: It cannot be loaded at all.
    """
    terms = Ontology.bundled()
    ntriples = graph.to_ntriples(ontology.bundled_triples())
    return [*map(str, graph.validate(ntriples, ontology.bundled_shapes())), *_broken_hierarchy(terms), *_double_labels(terms)]


def check_documents(paths: Sequence[Path], *, max_bytes: int) -> tuple[int, list[str]]:
    """How many documents were checked, and the findings on their front matter and their graphs."""
    terms = Ontology.bundled()
    documents: dict[str, Document] = {}
    findings = []
    checked = 0
    for path in (found for root in paths for found in document_paths(root)):
        checked += 1
        try:
            document = read_document(read_bytes(path, max_bytes=max_bytes), terms, where=str(path))
        except DocumentError as error:
            findings.append(str(error))
            continue
        if document.id in documents:
            findings.append(f"{path}: id: {document.id!r} is used by another file too; expected an id of its own")
        documents[document.id] = document
    nothing_linked = Linked("de", (), ())
    quads = [quad for document in documents.values() for quad in graph.document_quads(document, nothing_linked, terms)]
    curated = {curated_graph_iri(name) for name in documents}
    triples = [quad.triple for quad in quads if isinstance(quad.graph_name, ox.NamedNode) and quad.graph_name.value in curated]
    violations = graph.validate(graph.to_ntriples([*triples, *ontology.bundled_triples()]), ontology.bundled_shapes())
    return checked, [*findings, *(f"graph: {violation}" for violation in violations)]


def _broken_hierarchy(terms: Ontology) -> list[str]:
    findings = []
    for concept in terms.concepts.values():
        for iri in (*concept.broader, *concept.related):
            if iri not in terms.concepts:
                findings.append(f"{concept.iri}: points at {iri}, which is no concept; correct or remove it")
        above, seen = list(concept.broader), set()
        while above:
            iri = above.pop()
            if iri == concept.iri:
                findings.append(f"{concept.iri}: is broader than itself; break the circle")
                break
            if iri not in seen and iri in terms.concepts:
                seen.add(iri)
                above += terms.concepts[iri].broader
    return findings


def _double_labels(terms: Ontology) -> list[str]:
    findings = []
    for scheme, concepts in terms.schemes.items():
        for language in ("de", "en"):
            owners: dict[str, list[str]] = {}
            for concept in concepts:
                owners.setdefault(concept.label(language), []).append(concept.slug)
            findings += [
                f"{scheme}: the label {label!r} names {' and '.join(slugs)}; expected one concept a label" for label, slugs in owners.items() if len(slugs) > 1
            ]
    return findings
