"""Ontology and documents -> a review, one entry a concern with its findings; nothing is published."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from typing import cast

import pyoxigraph as ox

from koopkg import graph, ontology
from koopkg.errors import DocumentError
from koopkg.graph.curated import curated_triples
from koopkg.model import Document
from koopkg.ontology import Ontology
from koopkg.reading import document_paths, read_bytes, read_document

__all__ = ["Review", "review_documents", "review_ontology"]

_REASONED = ("koop", "alignments", "places", "legal-forms", "statutes", "suitability")
"""Files of the ontology that assert something an OWL reasoner can contradict; labels and sources cannot."""
_OWL_ERRORS = "http://www.daml.org/2002/03/agents/agent-ont#"
"""Namespace in which owlrl reports contradictions."""


@dataclass(frozen=True, slots=True)
class Review:
    """One concern that was looked at, and what was found: a line each, naming the term and the reason."""

    concern: str
    findings: tuple[str, ...]


def review_ontology(planted: Iterable[ox.Triple] = ()) -> Iterator[Review]:
    """Review the bundled ontology with its valid examples: SHACL, OWL 2 RL, hierarchy and one entry for each query in `checks/`.

    Args:
        planted: Triples to look at in addition, such as a fault that has to be found.

    Raises:
        OntologyError: It cannot be loaded at all.
    """
    Ontology.bundled()
    extra = list(planted)
    triples = [*ontology.bundled_triples(), *ontology.bundled_examples(), *extra]
    violations = graph.validate(graph.to_ntriples(triples), ontology.bundled_shapes())
    yield Review("SHACL: the shapes of shapes.ttl", tuple(map(str, violations)))
    reasoned = [*ontology.bundled_triples(_REASONED), *ontology.bundled_examples(), *extra]
    yield Review("OWL 2 RL: no contradiction follows", tuple(_contradictions(reasoned)))
    store = ox.Store()
    store.extend(ox.Quad(*triple) for triple in [*triples, *ontology.bundled_shape_triples()])
    with as_file(files("koopkg_ontology").joinpath("checks")) as folder:
        for path in sorted(folder.glob("*.rq")):
            yield _checked(path.stem, path.read_text(encoding="utf-8"), store)


def review_documents(paths: Sequence[Path], *, max_bytes: int) -> tuple[int, Review]:
    """How many documents were read, and the findings on their front matter and their graphs."""
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
    triples: list[ox.Triple] = [ox.Triple(*triple) for document in documents.values() for triple in curated_triples(document, terms)]
    triples += [quad.triple for quad in graph.place_quads((document.case for document in documents.values()), terms)]
    return checked, Review("front matter and SHACL", (*findings, *_graph_findings(triples)))


def _graph_findings(triples: Sequence[ox.Triple]) -> list[str]:
    """What SHACL finds in the graphs of documents; what it finds in the ontology alone is left to the review of that."""
    own = list(ontology.bundled_triples())
    violations = graph.validate(graph.to_ntriples([*triples, *own]), ontology.bundled_shapes())
    known = graph.validate(graph.to_ntriples(own), ontology.bundled_shapes()) if violations else []
    return [f"graph: {violation}" for violation in violations if violation not in known]


def _checked(name: str, query: str, store: ox.Store) -> Review:
    """Run a query that must return nothing; its first line states the rule that a result would break."""
    rule = query.partition("\n")[0].removeprefix("# rule:").strip()
    solutions = cast(ox.QuerySolutions, store.query(query))
    found = {f"{cast(ox.NamedNode, solution['term']).value}: {cast(ox.Literal, solution['reason']).value}" for solution in solutions}
    return Review(f"{name}: {rule}", tuple(sorted(found)))


def _contradictions(triples: Iterable[ox.Triple]) -> list[str]:
    """What the rules of OWL 2 RL/RDF find to be inconsistent.

    Source: OWL 2 Web Ontology Language Profiles, section 4.3, the rules that infer false.
    """
    import owlrl  # like rdflib for building only
    import rdflib

    data = rdflib.Graph().parse(data=graph.to_ntriples(triples), format="nt")
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(data)
    return sorted(str(message) for message in data.objects(None, rdflib.URIRef(f"{_OWL_ERRORS}error")))
