"""Speed as ratios against named baselines, measured in one run on the published snapshot: `make bench`.

Needs a snapshot (`koopkg ingest`). Each figure is the median of several runs; a ratio above 1 says that we are faster than the baseline.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import pyoxigraph as ox
import rdflib

from koopkg import snapshot
from koopkg.config import Settings
from koopkg.index import Matrix
from koopkg.search import search, warm_up
from koopkg.snapshot import OpenSnapshot

QUERIES = {
    "cases by legal form": "SELECT ?f (COUNT(?c) AS ?n) { ?c koop:legalForm ?f } GROUP BY ?f",
    "cases that share sector and factor": "SELECT (COUNT(*) AS ?n) { ?a koop:sector ?s ; koop:successFactor ?f . ?b koop:sector ?s ; koop:successFactor ?f }",
    "one Land, one form": "SELECT ?c { ?c koop:land/skos:prefLabel 'Hessen'@de ; koop:legalForm/skos:broader? legal-form:oeffentlich-rechtliche-vereinbarung }",
}
TEXT = "gemeinsamer Bauhof von drei kleinen Gemeinden"


def median_seconds(run: Callable[[], object], *, times: int = 7) -> float:
    run()
    samples = []
    for _ in range(times):
        start = time.perf_counter()
        run()
        samples.append(time.perf_counter() - start)
    return statistics.median(samples)


def report(name: str, ours: float, baseline: float, against: str) -> None:
    print(f"{name:44} {ours * 1000:9.1f} ms   {baseline / ours:6.1f} x as fast as {against}")


def main() -> int:
    settings = Settings.from_environment()
    files = snapshot.open_files(settings.data)
    opened = OpenSnapshot(files, settings)
    warm_up(opened)
    manifest = opened.manifest
    print(f"snapshot {manifest.id}: {manifest.counts['documents']} documents, {manifest.counts['quads']:,} quads, {manifest.counts['vectors']:,} vectors\n")

    warm = median_seconds(lambda: search(opened, TEXT))
    report("search, warm, 10 hits with reasons", warm, _cold_search(), "a search in a cold process")

    from koopkg.namespaces import PREFIXES

    store = ox.Store.read_only(str(files.graph))
    reference = rdflib.Graph()
    reference.parse(data=ox.serialize({quad.triple for quad in store.quads_for_pattern(None, None, None)}, format=ox.RdfFormat.N_TRIPLES), format="nt")
    for prefix, iri in PREFIXES.items():
        reference.bind(prefix, iri)
    for name, query in QUERIES.items():
        ours = median_seconds(partial(_oxigraph, store, query))
        report(f"SPARQL: {name}", ours, median_seconds(partial(_rdflib, reference, query), times=3), "rdflib on the same triples")

    rows = np.arange(len(opened), dtype=np.int32)
    meanings = [opened.vectors.meaning(row) for row in range(len(opened))]
    direction = meanings[0]
    report(
        "vectors: closeness of all cases",
        median_seconds(lambda: opened.vectors.scores(direction, rows)),
        median_seconds(lambda: _loop(meanings, direction), times=3),
        "a Python loop over the similarities alone",
    )
    return 0


def _cold_search() -> float:
    command = [sys.executable, "-m", "koopkg.cli", "search", TEXT]
    return median_seconds(lambda: subprocess.run(command, check=True, capture_output=True), times=3)


def _oxigraph(store: ox.Store, query: str) -> int:
    from koopkg.namespaces import PREFIXES

    results = store.query(query, prefixes=PREFIXES)
    return len(list(results)) if isinstance(results, ox.QuerySolutions) else 0


def _rdflib(graph: rdflib.Graph, query: str) -> int:
    return len(list(graph.query(query)))


def _loop(meanings: Sequence[Matrix], direction: Matrix) -> list[float]:
    return [float(meaning @ direction) for meaning in meanings]


if __name__ == "__main__":
    sys.exit(main())
