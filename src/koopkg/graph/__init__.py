"""Documents and what they name -> RDF quads in named graphs, their default graph, and their check by SHACL.

A graph each for the curated and for the extracted statements of a document, one for the places, one for the ontology, one for the provenance and
one for the times of the run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import pyoxigraph as ox

from koopkg.graph.curated import curated_triples
from koopkg.graph.extracted import extracted_triples
from koopkg.graph.places import place_keys, place_triples
from koopkg.graph.provenance import LinkingRun, provenance_triples, time_triples
from koopkg.graph.shapes import Violation, validate
from koopkg.graph.store import default_graph, write_store
from koopkg.graph.triples import Triple
from koopkg.linking import Linked
from koopkg.model import Document
from koopkg.namespaces import ONTOLOGY_GRAPH, PLACES_GRAPH, PROVENANCE_GRAPH, RUN_GRAPH, curated_graph_iri, extracted_graph_iri
from koopkg.ontology import Ontology
from koopkg.register import Register

__all__ = [
    "LinkingRun",
    "Violation",
    "canonical_nquads",
    "default_graph",
    "document_quads",
    "ontology_quads",
    "place_keys",
    "place_quads",
    "provenance_quads",
    "run_quads",
    "to_ntriples",
    "validate",
    "write_store",
]


def ontology_quads(triples: Iterable[ox.Triple]) -> list[ox.Quad]:
    """The ontology in its own named graph, blank nodes named by RDFC-1.0 so that the same input gives the same quads."""
    graph = ox.NamedNode(ONTOLOGY_GRAPH)
    dataset = ox.Dataset([ox.Quad(triple.subject, triple.predicate, triple.object, graph) for triple in triples])
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return list(dataset)


def document_quads(document: Document, linked: Linked, ontology: Ontology, register: Register, run: LinkingRun) -> list[ox.Quad]:
    """What is said in the graphs of one document: the curated one from its front matter, the extracted one from linking."""
    curated = _in_graph(curated_triples(document, ontology, register), curated_graph_iri(document.id))
    return [*curated, *_in_graph(extracted_triples(document, linked, run.iri), extracted_graph_iri(document.id))]


def place_quads(keys: Iterable[str], register: Register) -> list[ox.Quad]:
    """The graph of places: those of the register with these keys and the districts they lie in, each described once."""
    return list(_in_graph(place_triples(keys, register), PLACES_GRAPH))


def provenance_quads(run: LinkingRun, documents: Sequence[Document]) -> list[ox.Quad]:
    """The graph of provenance: the run, its software and what it used."""
    return list(_in_graph(provenance_triples(run, [document.id for document in documents]), PROVENANCE_GRAPH))


def run_quads(run: LinkingRun, started: datetime, ended: datetime) -> list[ox.Quad]:
    """The graph of times: when the run began and ended."""
    return list(_in_graph(time_triples(run, started, ended), RUN_GRAPH))


def _in_graph(triples: Iterable[Triple], name: str) -> Iterator[ox.Quad]:
    graph = ox.NamedNode(name)
    return (ox.Quad(*triple, graph) for triple in triples)


def to_ntriples(triples: Iterable[ox.Triple]) -> bytes:
    """The triples as N-Triples, in the order given."""
    return ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b""


def canonical_nquads(quads: Iterable[ox.Quad]) -> bytes:
    """The quads as sorted N-Quads: the same set always gives the same bytes."""
    lines = (ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b"").splitlines(keepends=True)
    return b"".join(sorted(set(lines)))
