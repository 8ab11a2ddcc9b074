"""A store holds every quad, its default graph each triple once; a store made from another equals one built anew and leaves that as it is."""

from __future__ import annotations

import hashlib
import logging
import os
import random
import signal
import subprocess
import sys
import tempfile
import tracemalloc
from pathlib import Path

import pyoxigraph as ox
import pytest

from koopkg.graph import store
from koopkg.graph.store import StoreCounts

EX = "https://example.org/"
GRAPHS = [f"{EX}graph/{number}" for number in range(12)]


def graph_of(name: str, numbers: range | list[int]) -> set[ox.Quad]:
    """A graph whose triples others share: the triple of a number is the same in each."""
    graph = ox.NamedNode(name)
    return {ox.Quad(ox.NamedNode(f"{EX}{number % 7}"), ox.NamedNode(f"{EX}p"), ox.Literal(str(number)), graph) for number in numbers}


def lines(folder: Path) -> list[str]:
    """Everything in a store as sorted N-Quads, the default graph included."""
    return sorted(map(str, ox.Store.read_only(str(folder))))


def expected_counts(quads: set[ox.Quad]) -> StoreCounts:
    return StoreCounts(len(quads), len({quad.triple for quad in quads}))


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


@pytest.fixture
def world() -> dict[str, set[ox.Quad]]:
    return {name: graph_of(name, range(number, number + 40)) for number, name in enumerate(GRAPHS)}


@pytest.fixture
def published(world: dict[str, set[ox.Quad]], tmp_path: Path) -> Path:
    folder = tmp_path / "published"
    store.build(folder, (quad for graph in world.values() for quad in graph))
    return folder


def test_the_default_graph_has_each_triple_once_and_counts_are_exact(world: dict[str, set[ox.Quad]], tmp_path: Path) -> None:
    quads = set().union(*world.values())
    given = [*quads, *sorted(quads, key=str)]  # each twice
    assert store.build(tmp_path / "store", iter(given)) == expected_counts(quads)
    opened = ox.Store.read_only(str(tmp_path / "store"))
    assert set(opened.quads_for_pattern(None, None, None, ox.DefaultGraph())) == {ox.Quad(*quad.triple) for quad in quads}
    assert {quad for quad in opened if quad.graph_name != ox.DefaultGraph()} == quads


def test_memory_does_not_grow_with_the_quads(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(store, "_LOADED", 500)
    peaks = []
    for size in (2_000, 20_000):
        graph = ox.NamedNode(GRAPHS[0])
        quads = (ox.Quad(ox.NamedNode(f"{EX}{number}"), ox.NamedNode(f"{EX}p"), ox.Literal(str(number)), graph) for number in range(size))
        tracemalloc.start()
        assert store.build(tmp_path / str(size), quads) == StoreCounts(size, size)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0]


@pytest.mark.parametrize("seed", range(2))
def test_a_hundred_edits_equal_a_build_from_scratch(seed: int, world: dict[str, set[ox.Quad]], published: Path, tmp_path: Path) -> None:
    """Graphs that share triples are replaced, withdrawn, added and extended at random, each store made from the one before."""
    chance = random.Random(seed)
    previous = published
    for step in range(20):
        names = chance.sample(GRAPHS, chance.randint(2, 8))
        withdrawn = [name for name in names if chance.random() < 0.8]
        given = {name: graph_of(name, chance.sample(range(60), chance.randint(0, 50))) for name in names if chance.random() < 0.8}
        for name in withdrawn:
            world.pop(name, None)
        for name, quads in given.items():
            world[name] = world.get(name, set()) | quads
        folder = tmp_path / f"step-{step}"
        counts = store.update(previous, folder, withdrawn=withdrawn, quads=(quad for quads in given.values() for quad in quads))
        everything = set().union(*world.values())
        assert counts == expected_counts(everything)
        assert lines(folder) == sorted(map(str, everything | {ox.Quad(*quad.triple) for quad in everything}))
        previous = folder
    store.build(tmp_path / "anew", iter(set().union(*world.values())))
    assert lines(previous) == lines(tmp_path / "anew")


def test_the_published_store_stays_as_it_is_byte_for_byte(published: Path, tmp_path: Path) -> None:
    before = digests(published)
    store.update(published, tmp_path / "new", withdrawn=GRAPHS[:6], quads=graph_of(GRAPHS[0], range(100, 400)))
    opened = ox.Store(str(tmp_path / "new"))  # writing on in the new one, as nobody should, harms the old one as little
    opened.clear()
    opened.optimize()
    del opened
    assert digests(published) == before


def test_the_files_that_never_change_are_shared(published: Path, tmp_path: Path) -> None:
    store.update(published, tmp_path / "new", withdrawn=GRAPHS[:1], quads=[])
    shared = [path.name for path in published.iterdir() if path.stat().st_nlink > 1]
    assert shared
    assert {Path(name).suffix for name in shared} == {".sst"}


def test_a_kill_at_any_moment_leaves_the_published_store_unharmed(published: Path, tmp_path: Path) -> None:
    """The process is ended by SIGKILL when it has read so many of the quads to be added."""
    before = digests(published)
    for number, quads in enumerate((0, 1, 150, 999)):
        code = f"""
import os, signal
from pathlib import Path
from koopkg.graph import store
from tests.koopkg.test_store import GRAPHS, graph_of
store._CHANGED = 100
def quads():
    for number, quad in enumerate(graph_of(GRAPHS[1], range(1000))):
        if number == {quads}:
            os.kill(os.getpid(), signal.SIGKILL)
        yield quad
real = store._add
def add(opened, batch):
    made = real(opened, batch)
    if {quads} == 150:
        os.kill(os.getpid(), signal.SIGKILL)
    return made
store._add = add
store.update(Path({str(published)!r}), Path({str(tmp_path / f"cut-{number}")!r}), withdrawn=GRAPHS[:2], quads=quads())
"""
        ended = subprocess.run([sys.executable, "-c", code], timeout=60, check=False, cwd=Path(__file__).parents[2])
        assert ended.returncode == -signal.SIGKILL
        assert digests(published) == before
    assert store.update(published, tmp_path / "later", withdrawn=[], quads=[]) == StoreCounts(480, 51)


@pytest.mark.skipif(not os.access("/dev/shm", os.W_OK) or Path("/dev/shm").stat().st_dev == Path("/tmp").stat().st_dev, reason="needs two file systems")
def test_files_are_copied_where_they_cannot_be_linked(published: Path, caplog: pytest.LogCaptureFixture) -> None:
    kept = graph_of(GRAPHS[0], range(40))
    with tempfile.TemporaryDirectory(dir="/dev/shm") as elsewhere, caplog.at_level(logging.WARNING):
        folder = Path(elsewhere, "new")
        assert store.update(published, folder, withdrawn=GRAPHS[1:], quads=[]) == StoreCounts(40, 40)
        assert lines(folder) == sorted(map(str, kept | {ox.Quad(*quad.triple) for quad in kept}))
    assert [record.message for record in caplog.records] == [f"{published}: its files cannot be linked (Invalid cross-device link); they are copied"]
