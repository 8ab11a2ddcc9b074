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
from koopkg.namespaces import KOOP, PLACES_GRAPH, case_iri, curated_graph_iri
from koopkg.search import SearchEngine
from koopkg.snapshot import CatalogEntry, SnapshotFiles
from tools.format_turtle import ONTOLOGY, canonical


def examples(engine: SearchEngine) -> dict[str, str]:
    """IRI of a concept -> IRI of its example case."""
    chosen = {}
    for concept in engine.ontology.concepts.values():
        covered = engine.cases_by_concept[concept.iri]
        exact = [entry for entry in covered if (concept.scheme, concept.slug) in entry.document.case.concepts()]
        candidates = exact or covered or engine.cases_by_mention.get(concept.iri, ())
        if candidates:
            chosen[concept.iri] = case_iri(min(candidates, key=_rank).document.id)
    return chosen


def examples_of_terms(files: SnapshotFiles, entries: Sequence[CatalogEntry]) -> dict[str, str]:
    """IRI of a class or property -> IRI of an example case, whose own graph or the description of whose members uses it."""
    store = ox.Store.read_only(str(files.graph))
    used: dict[str, list[CatalogEntry]] = {}
    for entry in entries:
        quads = list(store.quads_for_pattern(None, None, None, ox.NamedNode(curated_graph_iri(entry.document.id))))
        members = [quad.object for quad in quads if quad.predicate.value == f"{KOOP}member" and isinstance(quad.object, ox.NamedNode)]
        quads += [quad for member in members for quad in store.quads_for_pattern(member, None, None, ox.NamedNode(PLACES_GRAPH))]
        for iri in {node.value for quad in quads for node in (quad.predicate, quad.object) if isinstance(node, ox.NamedNode) and node.value.startswith(KOOP)}:
            used.setdefault(iri, []).append(entry)
    return {iri: case_iri(min(found, key=_rank).document.id) for iri, found in used.items()}


def _rank(entry: CatalogEntry) -> tuple[int, str]:
    case = entry.document.case
    return -len(case.success_factors) - len(case.obstacles) - len(case.results), case.id


def main() -> None:
    """Rewrite `ontology/koop.ttl` and the files below `ontology/vocab/`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    settings = Settings(data=parser.parse_args().data)
    files = snapshot.open_files(settings.data)
    engine = SearchEngine(files, settings)
    chosen = examples(engine) | examples_of_terms(files, engine.entries)
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
