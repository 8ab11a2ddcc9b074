"""Quads -> an Oxigraph store whose default graph is the set of all their triples."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import pyoxigraph as ox

__all__ = ["default_graph", "write_store"]


def default_graph(quads: Iterable[ox.Quad]) -> set[ox.Triple]:
    """The default graph of a dataset: the set of all its triples, each once, however many graphs hold it."""
    return {quad.triple for quad in quads}


def write_store(folder: Path, quads: Sequence[ox.Quad]) -> int:
    """Write named graphs to a new store, and what they hold together to its default graph; returns how many triples that has.

    Oxigraph can also take the union of all graphs when it answers, but then a triple counts once for each graph that holds it
    (https://github.com/oxigraph/oxigraph/issues/1919).
    """
    triples = default_graph(quads)
    store = ox.Store(str(folder))
    store.bulk_extend(quads)
    store.bulk_extend(ox.Quad(triple.subject, triple.predicate, triple.object, ox.DefaultGraph()) for triple in triples)
    store.optimize()
    store.flush()
    del store  # closes RocksDB, so that its files are final
    return len(triples)
