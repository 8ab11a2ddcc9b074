"""Documents and what they name -> RDF quads in named graphs, their default graph, and their check by SHACL.

A graph for what the record of each case states, one for what follows from its members by the register, one for what each document is, one for what it was
found to name, one for what was proposed for a document without a record; one for the places, one for the ontology, one for the provenance and one for the
times of the run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from datetime import datetime
from typing import cast

import pyoxigraph as ox

from koopkg.graph.curated import curated_triples, document_triples
from koopkg.graph.drafts import draft_triples
from koopkg.graph.extracted import extracted_triples
from koopkg.graph.places import computed_triples, districts, place_keys, place_triples
from koopkg.graph.provenance import LinkingRun, provenance_triples, time_triples
from koopkg.graph.shapes import Validator, Violation, validate
from koopkg.graph.store import StoreCounts, build, default_graph, update
from koopkg.graph.triples import Triple
from koopkg.model import Document, Draft, Linked, PlaceLink
from koopkg.namespaces import (
    ONTOLOGY_GRAPH,
    PLACES_GRAPH,
    PREFIXES,
    PROVENANCE_GRAPH,
    RUN_GRAPH,
    computed_graph_iri,
    curated_graph_iri,
    document_graph_iri,
    draft_graph_iri,
    extracted_graph_iri,
)
from koopkg.ontology import Ontology
from koopkg.register import Register

__all__ = [
    "RUN_GRAPHS",
    "LinkingRun",
    "StoreCounts",
    "Validator",
    "Violation",
    "build",
    "canonical_nquads",
    "checked_triples",
    "default_graph",
    "document_quads",
    "graphs_of",
    "ontology_quads",
    "place_changes",
    "place_keys",
    "place_quads",
    "provenance_quads",
    "run_quads",
    "to_ntriples",
    "update",
    "validate",
]


_TYPE = f"{PREFIXES['rdf']}type"
RUN_GRAPHS = (RUN_GRAPH,)
"""Graphs that are another with each run."""


def ontology_quads(triples: Iterable[ox.Triple], ontology: Ontology) -> list[ox.Quad]:
    """The ontology in its own named graph, with the classes above those that are stated.

    Blank nodes are named by RDFC-1.0, so that the same input gives the same quads.
    """
    graph = ox.NamedNode(ONTOLOGY_GRAPH)
    stated = list(triples)
    typed = [triple for triple in stated if triple.predicate.value == _TYPE and isinstance(triple.object, ox.NamedNode)]
    implied = [
        ox.Triple(triple.subject, triple.predicate, ox.NamedNode(above))
        for triple in typed
        for above in ontology.classes(cast(ox.NamedNode, triple.object).value)
    ]
    quads = dict.fromkeys(ox.Quad(triple.subject, triple.predicate, triple.object, graph) for triple in [*stated, *implied])
    # What a blank node is called follows from the statements about it alone; to look through all the others takes five times as long.
    blank = ox.Dataset(quad for quad in quads if isinstance(quad.subject, ox.BlankNode) or isinstance(quad.object, ox.BlankNode))
    named = [quad for quad in quads if quad not in blank]
    blank.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return [*named, *blank]


def document_quads(document: Document, linked: Linked, ontology: Ontology, register: Register, run: LinkingRun, *, draft: Draft | None = None) -> list[ox.Quad]:
    """What is said in the graphs that a document brings: two of each case whose record it holds, its own, that of what it names, and that of its draft."""
    quads = [quad for case in document.cases for quad in _in_graph(curated_triples(case, document, ontology, register), curated_graph_iri(case.id))]
    quads += [quad for case in document.cases for quad in _in_graph(computed_triples(case, ontology, register), computed_graph_iri(case.id))]
    quads += _in_graph(document_triples(document, ontology), document_graph_iri(document.id))
    if draft is not None:
        quads += _in_graph(draft_triples(draft, document, ontology, run.iri), draft_graph_iri(document.id))
    return [*quads, *_in_graph(extracted_triples(document, linked, ontology, run.iri), extracted_graph_iri(document.id))]


def checked_triples(document: Document, places: Iterable[PlaceLink], ontology: Ontology, register: Register) -> list[ox.Triple]:
    """What the shapes are asked about: what a document is, what the records in it state, and the places that it names.

    The annotations of what it was found to name are of our own making; a test holds the shapes against those.
    """
    triples = [*document_triples(document, ontology), *place_triples(place_keys(document.cases, places), ontology, register)]
    for case in document.cases:
        triples += [*curated_triples(case, document, ontology, register), *computed_triples(case, ontology, register)]
    return [ox.Triple(*triple) for triple in triples]


def graphs_of(document: Document) -> list[str]:
    """The names of the graphs that a document brings."""
    of_cases = (named(case.id) for case in document.cases for named in (curated_graph_iri, computed_graph_iri))
    return [*of_cases, document_graph_iri(document.id), extracted_graph_iri(document.id), *([draft_graph_iri(document.id)] if document.is_draft else [])]


def place_quads(keys: Iterable[str], ontology: Ontology, register: Register) -> list[ox.Quad]:
    """The graph of places: those of the register with these keys and the districts they lie in, with the bodies responsible for them, each described once."""
    return list(_in_graph(place_triples(keys, ontology, register), PLACES_GRAPH))


def place_changes(touched: Set[str], keys: Set[str], ontology: Ontology, register: Register) -> tuple[list[ox.Quad], list[ox.Quad]]:
    """What the graph of places loses, and what stays or comes, where documents with some keys went or came.

    Args:
        touched: The keys of these documents.
        keys: Those of all documents there are now.
    """
    areas = touched | districts(touched, register)
    present = areas & (keys | districts((key for key in keys if key[:5] in areas), register))
    return place_quads(areas - present, ontology, register), place_quads(present, ontology, register)


def provenance_quads(run: LinkingRun, documents: Iterable[str]) -> list[ox.Quad]:
    """The graph of provenance: the run, its software and what it used, documents by their ids."""
    return list(_in_graph(provenance_triples(run, documents), PROVENANCE_GRAPH))


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
