"""Name an example case for every concept that has one, as `skos:example` in its vocabulary file.

A case that is described with the concept comes before one whose text only names it; among those the one with most
supported success factors, obstacles and results, then by id.

    python -m tools.choose_examples --data data   # the folder of a snapshot over the whole corpus
"""

from __future__ import annotations

import argparse
from pathlib import Path

import rdflib

from koopkg import snapshot
from koopkg.config import Settings
from koopkg.namespaces import case_iri
from koopkg.search import SearchEngine
from koopkg.snapshot import CatalogEntry
from tools.format_turtle import ONTOLOGY, formatted


def examples(engine: SearchEngine) -> dict[str, str]:
    """IRI of a concept -> IRI of its example case."""
    chosen = {}
    for concept in engine.ontology.concepts.values():
        described = [
            entry for entry in engine.cases_by_concept[concept.iri] if (concept.scheme, concept.slug) in entry.document.case.concepts()
        ] or engine.cases_by_concept[concept.iri]
        candidates = described or engine.cases_by_mention.get(concept.iri, ())
        if candidates:
            chosen[concept.iri] = case_iri(min(candidates, key=_rank).document.id)
    return chosen


def _rank(entry: CatalogEntry) -> tuple[int, str]:
    case = entry.document.case
    return -len(case.success_factors) - len(case.obstacles) - len(case.results), case.id


def main() -> None:
    """Rewrite the files below `ontology/vocab/`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    settings = Settings(data=parser.parse_args().data)
    chosen = examples(SearchEngine(snapshot.open_files(settings.data), settings))
    for path in sorted((ONTOLOGY / "vocab").glob("*.ttl")):
        graph = rdflib.Graph().parse(path)
        graph.remove((None, rdflib.SKOS.example, None))
        for concept in list(graph.subjects(rdflib.RDF.type, rdflib.SKOS.Concept)):
            if str(concept) in chosen:
                graph.add((concept, rdflib.SKOS.example, rdflib.URIRef(chosen[str(concept)])))
        path.write_text(formatted(graph.serialize(format="longturtle", canon=True)), encoding="utf-8")
    print(f"{len(chosen)} concepts have an example case")


if __name__ == "__main__":
    main()
