"""SPARQL query text -> results in a media type: read-only, in worker processes that are killed at a limit."""

from __future__ import annotations

import contextlib
import ctypes
import multiprocessing
import os
import queue
import re
import resource
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Literal

import pyoxigraph as ox

from koopkg.config import Settings
from koopkg.errors import QueryError, QueryLimitError, SparqlWorkerError
from koopkg.namespaces import PREFIXES

__all__ = ["GRAPH_FORMATS", "RESULT_FORMATS", "SparqlPool", "SparqlResult", "query_form"]

RESULT_FORMATS = {
    "json": ("application/sparql-results+json", ox.QueryResultsFormat.JSON),
    "xml": ("application/sparql-results+xml", ox.QueryResultsFormat.XML),
    "csv": ("text/csv; charset=utf-8", ox.QueryResultsFormat.CSV),
    "tsv": ("text/tab-separated-values; charset=utf-8", ox.QueryResultsFormat.TSV),
}
"""Short name -> media type and format of SELECT and ASK results."""
GRAPH_FORMATS = {
    "ttl": ("text/turtle; charset=utf-8", ox.RdfFormat.TURTLE),
    "nt": ("application/n-triples", ox.RdfFormat.N_TRIPLES),
    "rdf": ("application/rdf+xml", ox.RdfFormat.RDF_XML),
    "jsonld": ("application/ld+json", ox.RdfFormat.JSON_LD),
}
"""Short name -> media type and format of CONSTRUCT and DESCRIBE results."""

_TOKEN = re.compile(
    r"""'''(?:[^'\\]|\\.|'(?!''))*'''|\"\"\"(?:[^"\\]|\\.|"(?!""))*\"\"\"   # long strings
    |'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"                              # short strings
    |<[^<>"{}|^`\\\x00-\x20]*>                                             # IRIs
    |\#[^\n]*                                                              # comments
    |[?$]\w+ | @[a-zA-Z-]+                                                 # variables, language tags
    |[\w.-]*:[\w.:%\\-]*                                                   # prefixed names
    |(?P<word>[A-Za-z]+)""",
    re.VERBOSE,
)
_FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
_UPDATES = ("INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH")
_TOO_MUCH_MEMORY = "the query used more memory than one query may and was ended; narrow it down or add LIMIT"
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000


@dataclass(frozen=True, slots=True)
class SparqlResult:
    """A serialised answer."""

    media_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class _Job:
    query: str
    format: str
    base_iri: str | None
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]
    most_bytes: int


def query_form(query: str) -> Literal["SELECT", "ASK", "CONSTRUCT", "DESCRIBE"]:
    """What kind of query a text is, judged by its keywords outside strings, IRIs, comments and names.

    Raises:
        QueryError: It is an update, names a SERVICE, or has no query form.
    """
    words = [match.group("word").upper() for match in _TOKEN.finditer(query) if match.group("word")]
    if "SERVICE" in words:
        raise QueryError("query: SERVICE is refused: this endpoint asks no other; leave the clause out and join the results yourself", field="query")
    for word in words:
        if word in _FORMS:
            return word  # type: ignore[return-value]
        if word in _UPDATES:
            raise QueryError(f"query: {word} is an update; this endpoint only answers SELECT, ASK, CONSTRUCT and DESCRIBE", field="query")
    raise QueryError("query: has no query form; expected SELECT, ASK, CONSTRUCT or DESCRIBE", field="query")


class SparqlPool:
    """A few worker processes over the store of one snapshot; a query past its limits costs its worker, not the server."""

    def __init__(self, graph: Path, settings: Settings) -> None:
        self._graph = graph
        self._settings = settings
        self._idle: queue.LifoQueue[_Worker] = queue.LifoQueue()
        self._permits = threading.BoundedSemaphore(settings.sparql_workers)
        self._is_closed = False

    def execute(
        self,
        query: str,
        *,
        format: str,
        base_iri: str | None = None,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
    ) -> SparqlResult:
        """Answer one query; blocks until a worker is free.

        The default graph is the union of all named graphs unless `default_graphs` or FROM name others. The prefixes of
        `koopkg.namespaces` need no declaration.

        Args:
            format: A key of `RESULT_FORMATS` for SELECT and ASK, of `GRAPH_FORMATS` for CONSTRUCT and DESCRIBE.

        Raises:
            QueryError: The query is malformed, too long, an update or asks another endpoint, or the format does not fit it.
            QueryLimitError: It took too long, too much memory or gave too large a result.
        """
        settings = self._settings
        if len(query) > settings.sparql_max_query_characters:
            raise QueryError(f"query: has {len(query):,} characters; at most {settings.sparql_max_query_characters:,} are read", field="query")
        form = query_form(query)
        formats = GRAPH_FORMATS if form in ("CONSTRUCT", "DESCRIBE") else RESULT_FORMATS
        if format not in formats or (form == "ASK" and format in ("csv", "tsv")):
            raise QueryError(f"format: {format!r} does not fit {form}; expected one of {', '.join(formats)}", field="format")
        job = _Job(query, format, base_iri, tuple(default_graphs), tuple(named_graphs), settings.sparql_max_result_mib * 2**20)
        if not self._permits.acquire(timeout=settings.sparql_timeout_seconds):
            raise QueryLimitError(f"all {settings.sparql_workers} query workers are busy; try again in a few seconds")
        try:
            return SparqlResult(formats[format][0], self._run(job))
        finally:
            self._permits.release()

    def close(self) -> None:
        """End all workers."""
        self._is_closed = True
        while True:
            try:
                self._idle.get_nowait().kill()
            except queue.Empty:
                return

    def _run(self, job: _Job) -> bytes:
        worker = self._worker()
        try:
            answer = worker.ask(job, self._settings.sparql_timeout_seconds)
        except BaseException:
            worker.kill()
            raise
        if self._is_closed:
            worker.kill()
        else:
            self._idle.put(worker)
        kind, payload = answer
        if kind == "syntax":
            raise QueryError(f"query: {payload.decode()}", field="query")
        if kind == "size":
            raise QueryLimitError(f"the result is larger than {self._settings.sparql_max_result_mib} MiB; add LIMIT or select less")
        return payload

    def _worker(self) -> _Worker:
        while True:
            try:
                worker = self._idle.get_nowait()
            except queue.Empty:
                return _Worker(self._graph, self._settings.sparql_memory_mib)
            if worker.is_alive():
                return worker
            worker.kill()


class _Worker:
    """One process with the store open read-only."""

    def __init__(self, graph: Path, memory_mib: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process: BaseProcess = context.Process(target=_serve, args=(theirs, str(graph), memory_mib), daemon=True, name="koopkg-sparql")
        self._process.start()
        theirs.close()
        if not self._pipe.poll(30) or self._pipe.recv() != "ready":
            self.kill()
            raise SparqlWorkerError("a query worker could not be started; see the log")

    def is_alive(self) -> bool:
        return self._process.is_alive()

    def ask(self, job: _Job, seconds: float) -> tuple[str, bytes]:
        """Send a job and wait for its answer.

        Raises:
            QueryLimitError: No answer came in time, or the kernel ended the worker, which means that its memory ran out.
            SparqlWorkerError: The worker failed in another way.
        """
        self._pipe.send(job)
        if not self._pipe.poll(seconds):
            raise QueryLimitError(f"the query ran longer than {seconds:g} seconds and was ended; narrow it down or add LIMIT")
        try:
            answer: tuple[str, bytes] = self._pipe.recv()
        except (EOFError, ConnectionResetError):
            self._process.join()
            if self._process.exitcode is not None and self._process.exitcode > 0:
                raise SparqlWorkerError(f"a query worker failed with exit code {self._process.exitcode}; see the log") from None
            raise QueryLimitError(_TOO_MUCH_MEMORY) from None
        if answer[0] == "memory":
            raise QueryLimitError(_TOO_MUCH_MEMORY)
        return answer

    def kill(self) -> None:
        self._process.kill()
        self._process.join()
        self._pipe.close()


def _serve(pipe: Connection, graph: str, memory_mib: int) -> None:
    """The life of a worker: no network, bounded memory, one query after the other until the pipe closes."""
    _leave_network()
    store = ox.Store.read_only(graph)
    limit = _address_space() + memory_mib * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    pipe.send("ready")
    with contextlib.suppress(EOFError, KeyboardInterrupt):
        while True:
            pipe.send(_answer(store, pipe.recv()))


def _answer(store: ox.Store, job: _Job) -> tuple[str, bytes]:
    has_dataset = bool(job.default_graphs or job.named_graphs) or _names_dataset(job.query)
    try:
        results = store.query(
            job.query,
            base_iri=job.base_iri,
            prefixes=PREFIXES,
            use_default_graph_as_union=not has_dataset,
            default_graph=[ox.NamedNode(iri) for iri in job.default_graphs] if job.default_graphs or job.named_graphs else None,
            named_graphs=[ox.NamedNode(iri) for iri in job.named_graphs] if job.default_graphs or job.named_graphs else None,
        )
        if isinstance(results, ox.QueryTriples):
            body = ox.serialize(results, format=GRAPH_FORMATS[job.format][1], prefixes=PREFIXES)
        else:
            body = results.serialize(format=RESULT_FORMATS[job.format][1])
    except (SyntaxError, ValueError) as error:
        return "syntax", _readable(str(error)).encode()
    except MemoryError:
        return "memory", b""
    return ("size", b"") if len(body or b"") > job.most_bytes else ("ok", body or b"")


def _names_dataset(query: str) -> bool:
    return any((match.group("word") or "").upper() == "FROM" for match in _TOKEN.finditer(query))


def _readable(message: str) -> str:
    """The parser's message with the position in words and without its list of every character it could have read."""
    match = re.match(r"error at (\d+):(\d+): (.*)", message, re.DOTALL)
    if match is None:
        return message
    line, column, reason = match.groups()
    shown = "something else was expected here" if reason.startswith("expected one of") else reason
    return f"syntax error in line {line}, column {column}: {shown}"


def _address_space() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    return pages * os.sysconf("SC_PAGE_SIZE")


def _leave_network() -> None:
    """Move this process into an empty network namespace where the kernel lets it; SERVICE is refused before anyway."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_CLONE_NEWNET) != 0:
        libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)
