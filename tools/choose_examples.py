"""Name an example case for every concept, class and property that has one, as `skos:example` in the file that defines it.

A case that is described with the concept comes before one whose text only names it; among those, and among the cases that
use a class or property, the one with most supported success factors, obstacles and results, then by id.

    python -m tools.choose_examples --data data   # the folder of a snapshot over the whole corpus
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import pyoxigraph as ox
import rdflib

from koopkg import snapshot
from koopkg.config import Settings
from koopkg.model import Case
from koopkg.namespaces import KOOP, PLACES_GRAPH, case_iri, computed_graph_iri, curated_graph_iri
from koopkg.snapshot import OpenSnapshot, SnapshotFiles
from tools.format_turtle import ONTOLOGY, canonical


def examples(opened: OpenSnapshot, cases: Sequence[Case]) -> dict[str, str]:
    """IRI of a concept -> IRI of its example case, out of all cases in the order of rows."""
    chosen = {}
    for concept in opened.ontology.concepts.values():
        covered = [cases[row] for row in opened.cases_of(concept)]
        exact = [case for case in covered if (concept.scheme, concept.slug) in case.concepts()]
        candidates = exact or covered or [cases[row] for row in opened.cases_naming(concept)]
        if candidates:
            chosen[concept.iri] = case_iri(min(candidates, key=_rank).id)
    return chosen


def examples_of_terms(files: SnapshotFiles, cases: Sequence[Case]) -> dict[str, str]:
    """IRI of a class or property -> IRI of an example case, whose own graphs or the description of whose members uses it."""
    store = ox.Store.read_only(str(files.graph))
    used: dict[str, list[Case]] = {}
    for case in cases:
        graphs = [ox.NamedNode(named(case.id)) for named in (curated_graph_iri, computed_graph_iri)]
        quads = [quad for graph in graphs for quad in store.quads_for_pattern(None, None, None, graph)]
        members = [quad.object for quad in quads if quad.predicate.value == f"{KOOP}member" and isinstance(quad.object, ox.NamedNode)]
        quads += [quad for member in members for quad in store.quads_for_pattern(member, None, None, ox.NamedNode(PLACES_GRAPH))]
        for iri in {node.value for quad in quads for node in (quad.predicate, quad.object) if isinstance(node, ox.NamedNode) and node.value.startswith(KOOP)}:
            used.setdefault(iri, []).append(case)
    return {iri: case_iri(min(found, key=_rank).id) for iri, found in used.items()}


def _rank(case: Case) -> tuple[int, str]:
    return -len(case.success_factors) - len(case.obstacles) - len(case.results), case.id


def main() -> None:
    """Rewrite `ontology/koop.ttl` and the files below `ontology/vocab/`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    settings = Settings(data=parser.parse_args().data)
    files = snapshot.open_files(settings.data)
    opened = OpenSnapshot(files, settings)
    cases = [entry.case for entry in opened.catalog.entries()]
    chosen = examples(opened, cases) | examples_of_terms(files, cases)
    for path in sorted([ONTOLOGY / "koop.ttl", *(ONTOLOGY / "vocab").glob("*.ttl")]):
        graph = rdflib.Graph().parse(path)
        graph.remove((None, rdflib.SKOS.example, None))
        for term in set(graph.subjects(rdflib.RDF.type)):
            if str(term) in chosen:
                graph.add((term, rdflib.SKOS.example, rdflib.URIRef(chosen[str(term)])))
        path.write_text(canonical(graph), encoding="utf-8")
    print(f"{len(chosen)} terms have an example case")


if __name__ == "__main__":
    main()
