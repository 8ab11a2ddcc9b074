"""Ontology and documents -> a review, one entry a concern with its findings; nothing is published."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from typing import cast

import pyoxigraph as ox

from koopkg import graph, ontology
from koopkg.files import Skipped
from koopkg.intake import Reader, Rejected, gather
from koopkg.model import Document
from koopkg.ontology import Ontology
from koopkg.register import Register

__all__ = ["Counts", "Review", "review_documents", "review_ontology"]

_REASONED = ("koop", "alignments", "places", "legal-forms", "statutes", "suitability")
"""Files of the ontology that assert something an OWL reasoner can contradict; labels and sources cannot."""
_OWL_ERRORS = "http://www.daml.org/2002/03/agents/agent-ont#"
"""Namespace in which owlrl reports contradictions."""


@dataclass(frozen=True, slots=True)
class Review:
    """One concern that was looked at, and what was found: a line each, naming the term and the reason."""

    concern: str
    findings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """Files looked at; found = accepted + rejected + skipped."""

    found: int
    accepted: int
    rejected: int
    skipped: tuple[Skipped, ...]


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


def review_documents(paths: Sequence[Path], *, max_bytes: int) -> tuple[Counts, Review]:
    """How many files there are, and the findings on the records of documents and their graphs."""
    terms, areas = Ontology.bundled(), Register.bundled()
    sources = gather(paths, max_bytes=max_bytes)
    rejected, documents = list(sources.rejected), []
    for _, _, outcome in Reader(terms).read(sources.candidates):
        if isinstance(outcome, Rejected):
            rejected.append(outcome)
        elif isinstance(outcome, Document):
            documents.append(outcome)
    triples = [triple for document in documents for triple in graph.checked_triples(document, (), terms, areas)]
    findings = [f"{item.path}: {problem}" for item in rejected for problem in item.problems]
    counts = Counts(len(documents) + len(rejected) + len(sources.skipped), len(documents), len(rejected), sources.skipped)
    return counts, Review("front matter and SHACL", (*findings, *_graph_findings(triples)))


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
