"""A job -> its answer, in a process of its own with bounded memory and processor time; what it may not do at all is settled by the foreman before."""

from __future__ import annotations

import contextlib
import gzip
import io
import os
import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, BinaryIO

import pyoxigraph as ox

from koopkg.isolation import limit_memory, limit_processor_time
from koopkg.namespaces import PREFIXES
from koopkg.refusals import GRAPH_FAULTS, graph_fault
from koopkg.sparql.formats import GRAPH_FORMATS, RESULT_FORMATS
from koopkg.sparql.messages import Answer, Job, read_job, write_answer

if TYPE_CHECKING:
    from typing_extensions import Buffer

__all__ = ["serve"]

_STACK_BYTES = 64 * 2**20
"""Of the thread that evaluates: the engine reads nested queries and long chains by recursion."""
_GZIP_LEVEL = 3
_LEAST_GZIPPED = 1_000
_DAMAGE = "Corruption"
"""How the engine begins to tell that a file of the store is damaged, by the exception that an evaluation fails with, too."""


_NamedGraph = ox.NamedNode | ox.BlankNode
_Graph = _NamedGraph | ox.DefaultGraph


class _ResultTooLargeError(Exception):
    """The result passed its limit while it was written."""


class _Bounded(io.BytesIO):
    """A file in memory that refuses to grow beyond a limit."""

    def __init__(self, most_bytes: int) -> None:
        super().__init__()
        self._most_bytes = most_bytes

    def write(self, data: Buffer) -> int:
        if self.tell() + memoryview(data).nbytes > self._most_bytes:
            raise _ResultTooLargeError
        return super().write(data)


class _Memory:
    """What this process has in memory, read from a file that stays open."""

    def __init__(self) -> None:
        self._statm = os.open("/proc/self/statm", os.O_RDONLY)
        self._page = os.sysconf("SC_PAGE_SIZE")

    def resident_mib(self) -> int:
        return int(os.pread(self._statm, 200, 0).split()[1]) * self._page // 2**20


def serve(descriptor: int, graph: str, *, memory_mib: int) -> None:
    """Serve one query after the other until the other end of a descriptor is closed."""
    try:
        store = ox.Store.read_only(graph)
    except GRAPH_FAULTS as error:
        _tell_damage(descriptor, error)
        return
    memory = _Memory()
    limit_memory(memory_mib * 2**20 + _STACK_BYTES)
    # The server may leave at any moment; then there is nobody to tell.
    with contextlib.suppress(ConnectionError), open(descriptor, "rb", closefd=False) as jobs, open(descriptor, "wb") as answers:
        write_answer(answers, Answer("ready", resident_mib=memory.resident_mib()))
        threading.stack_size(_STACK_BYTES)
        thread = threading.Thread(target=_serve_jobs, args=(store, memory, jobs, answers))
        thread.start()
        thread.join()


def _tell_damage(descriptor: int, error: Exception) -> None:
    """Say what is wrong with the store, and stay until that was heard: a worker that ends at once cannot be told from one that never began."""
    with contextlib.suppress(ConnectionError), open(descriptor, "rb", closefd=False) as jobs, open(descriptor, "wb") as answers:
        write_answer(answers, Answer("damaged", message=graph_fault(error)))
        jobs.read()


def _serve_jobs(store: ox.Store, memory: _Memory, jobs: BinaryIO, answers: BinaryIO) -> None:
    with contextlib.suppress(ConnectionError):
        while (job := read_job(jobs)) is not None:
            limit_processor_time(job.seconds)
            write_answer(answers, replace(_answer(store, job), resident_mib=memory.resident_mib()))


def _answer(store: ox.Store, job: Job) -> Answer:
    output = _Bounded(job.most_bytes)
    try:
        results = _results(store, job)
        if isinstance(results, ox.QueryTriples):
            # The engine gives a triple once for each solution that yields it; a graph is a set.
            ox.serialize(dict.fromkeys(results), output, format=GRAPH_FORMATS[job.format].syntax, prefixes=PREFIXES)
        else:
            results.serialize(output, format=RESULT_FORMATS[job.format].syntax)
    except (SyntaxError, ValueError, RuntimeError) as error:  # the last: an evaluation that fails, such as a SERVICE without an address
        is_damaged = str(error).startswith(_DAMAGE)
        return Answer("damaged", message=graph_fault(error)) if is_damaged else Answer("syntax", message=str(error))
    except OSError as error:
        return Answer("damaged", message=graph_fault(error))
    except MemoryError:
        return Answer("memory")
    except _ResultTooLargeError:
        return Answer("size")
    body = output.getvalue()
    is_gzipped = job.may_gzip and len(body) >= _LEAST_GZIPPED
    if is_gzipped:
        body = gzip.compress(body, compresslevel=_GZIP_LEVEL, mtime=0)
    return Answer("ok", is_gzipped=is_gzipped, body=body)


def _results(store: ox.Store, job: Job) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
    """Evaluate over the store's default graph, which is the set of all triples, or over the graphs that the job names."""
    if job.dataset is None:
        return store.query(job.query, base_iri=job.base_iri, prefixes=PREFIXES)
    default: list[_Graph] = [ox.NamedNode(iri) for iri in job.dataset.default_graphs]
    named: list[_NamedGraph] = [ox.NamedNode(iri) for iri in job.dataset.named_graphs]
    if len(default) <= 1:
        return store.query(job.query, base_iri=job.base_iri, prefixes=PREFIXES, default_graph=default, named_graphs=named)
    merged = _merged(store, default, named)
    return merged.query(job.query, base_iri=job.base_iri, prefixes=PREFIXES, default_graph=[ox.DefaultGraph()], named_graphs=named)


def _merged(store: ox.Store, default: Sequence[_Graph], named: Sequence[_NamedGraph]) -> ox.Store:
    """The RDF merge of some graphs as default graph: over a list of graphs the engine counts a triple once for each that holds it."""
    merged = ox.Store()
    triples = {quad.triple for graph in default for quad in store.quads_for_pattern(None, None, None, graph)}
    merged.extend(ox.Quad(triple.subject, triple.predicate, triple.object) for triple in triples)
    merged.extend(quad for graph in named for quad in store.quads_for_pattern(None, None, None, graph))
    return merged
