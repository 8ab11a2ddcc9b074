"""Quads -> an Oxigraph store whose default graph is the set of all their triples, built whole or from the store before it."""

from __future__ import annotations

import json
import logging
import os
import shutil
from collections.abc import Iterable, Iterator, Set
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import cast

import pyoxigraph as ox

from koopkg.errors import SnapshotError
from koopkg.refusals import GRAPH_FAULTS, graph_fault, unreadable_graph

__all__ = ["StoreCounts", "build", "default_graph", "update"]

_LOG = logging.getLogger(__name__)
_IMMUTABLE = frozenset({".sst", ".blob"})
"""Endings of what RocksDB writes once and only ever removes; it appends to its other files, or writes them anew."""
_OF_A_PROCESS = ("LOCK", "LOG")
"""Beginnings of the names of files that hold no data; RocksDB makes them anew."""
_COUNTS = "counts.json"
"""Beside the files of RocksDB, which passes over names that it does not know."""
_LOADED, _CHANGED = 100_000, 10_000
"""Quads that Oxigraph sorts in memory at once, about 1 KB each, and those of one transaction, which RocksDB keeps in memory too."""


@dataclass(frozen=True, slots=True)
class StoreCounts:
    """What a store holds: quads in its named graphs, and the triples of its default graph, each once."""

    quads: int
    triples: int

    def changed(self, quads: int, triples: int) -> StoreCounts:
        """The counts after so many more of each."""
        return StoreCounts(self.quads + quads, self.triples + triples)


def default_graph(quads: Iterable[ox.Quad]) -> set[ox.Triple]:
    """The default graph of a dataset: the set of all its triples, each once, however many graphs hold it."""
    return {quad.triple for quad in quads}


def build(folder: Path, quads: Iterable[ox.Quad]) -> StoreCounts:
    """Write quads of named graphs to a new store, and what they hold together to its default graph, at no memory for each.

    Oxigraph can also take the union of all graphs when it answers, but then a triple counts once for each graph that holds it
    (https://github.com/oxigraph/oxigraph/issues/1919).

    Args:
        quads: In any order, also with repetitions; read once.
    """
    store = ox.Store(str(folder))
    for batch in _batches(quads, _LOADED):
        store.bulk_extend(batch)
        store.bulk_extend(map(_in_default_graph, batch))
    store.optimize()
    triples = _count(store)
    return _closed(store, folder, StoreCounts(len(store) - triples, triples))


def update(previous: Path, folder: Path, *, withdrawn: Iterable[str], quads: Iterable[ox.Quad], lost: Iterable[ox.Quad] = ()) -> StoreCounts:
    """Make a new store from a published one, which stays as it is, byte for byte, whatever happens meanwhile.

    The two share the files that RocksDB never changes, so that a change costs what it weighs itself, whatever the store holds.

    Args:
        folder: Must not exist.
        withdrawn: IRIs of graphs to be left out; a graph that is replaced is withdrawn, and given anew in `quads`.
        quads: Of named graphs; what the store holds already is not written again.
        lost: Single quads that go, from graphs that stay; of those that are given too, or are not there, nothing becomes.

    Raises:
        SnapshotError: Files of the published store are missing or damaged, as far as that shows when they are opened and changed.
    """
    given, gone, removable = set(quads), list(withdrawn), list(lost)
    try:
        return _update(previous, folder, withdrawn=gone, given=given, lost=removable)
    except (*GRAPH_FAULTS, TypeError, ValueError) as error:  # the last two: of the counts
        raise SnapshotError(unreadable_graph(graph_fault(error))) from error


def _update(previous: Path, folder: Path, *, withdrawn: Iterable[str], given: Set[ox.Quad], lost: Iterable[ox.Quad]) -> StoreCounts:
    _share(previous, folder)
    counts = StoreCounts(**json.loads((previous / _COUNTS).read_bytes()))
    store = ox.Store(str(folder))
    removed = {quad for graph in withdrawn for quad in store.quads_for_pattern(None, None, None, ox.NamedNode(graph))} - given
    removed |= {quad for quad in lost if quad in store and quad not in given}
    for batch in _batches(removed, _CHANGED):
        counts = counts.changed(*_remove(store, batch))
    for batch in _batches(given, _CHANGED):
        counts = counts.changed(*_add(store, batch))
    return _closed(store, folder, counts)


def _in_default_graph(statement: ox.Quad | ox.Triple) -> ox.Quad:
    return ox.Quad(statement.subject, statement.predicate, statement.object)


def _batches(quads: Iterable[ox.Quad], size: int) -> Iterator[list[ox.Quad]]:
    remaining = iter(quads)
    while batch := list(islice(remaining, size)):
        yield batch


def _remove(store: ox.Store, quads: list[ox.Quad]) -> tuple[int, int]:
    """Remove quads of named graphs and, from the default graph, the triples that no named graph holds then; returns by how many either grew."""
    for quad in quads:
        store.remove(quad)
    lost = [triple for triple in default_graph(quads) if not _is_in_named_graph(store, triple)]
    for triple in lost:
        store.remove(_in_default_graph(triple))
    return -len(quads), -len(lost)


def _is_in_named_graph(store: ox.Store, triple: ox.Triple) -> bool:
    found = store.quads_for_pattern(triple.subject, triple.predicate, triple.object, None)
    return any(not isinstance(quad.graph_name, ox.DefaultGraph) for quad in found)


def _add(store: ox.Store, quads: list[ox.Quad]) -> tuple[int, int]:
    """Add quads to named graphs and their triples to the default graph; returns by how many either grew."""
    new = [quad for quad in quads if quad not in store]
    gained = [quad for quad in map(_in_default_graph, default_graph(new)) if quad not in store]
    store.extend([*new, *gained])
    return len(new), len(gained)


def _count(store: ox.Store) -> int:
    """How many triples the default graph has."""
    [solution] = cast(ox.QuerySolutions, store.query("SELECT (COUNT(*) AS ?triples) { ?s ?p ?o }"))
    return int(cast(ox.Literal, solution["triples"]).value)


def _closed(store: ox.Store, folder: Path, counts: StoreCounts) -> StoreCounts:
    """Bring everything to the disk, the counts too; the caller must let go of the store, so that RocksDB closes its files."""
    store.flush()
    (folder / _COUNTS).write_text(json.dumps(asdict(counts)), encoding="ascii")
    return counts


def _share(previous: Path, folder: Path) -> None:
    """A folder with the files of a store: linked where RocksDB never changes them, else copied."""
    folder.mkdir()
    linkable = True
    for path in sorted(previous.iterdir()):
        if path.name.startswith(_OF_A_PROCESS):
            continue
        target = folder / path.name
        if linkable and path.suffix in _IMMUTABLE:
            try:
                os.link(path, target)
                continue
            except OSError as error:
                _LOG.warning("%s: its files cannot be linked (%s); they are copied", previous, error.strerror)
                linkable = False
        shutil.copyfile(path, target)
