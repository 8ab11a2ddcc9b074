"""Queries of many clients -> a few worker processes: light ones at once, heavy ones one after the other, none longer than its limit.

A query is light until it has run for a quarter of a second. Then it needs one of few places for heavy queries, one less than there are processor
cores, so that light queries, searches and pages always find a core. Where none is free the query is ended and begins anew when its turn comes;
it is remembered as heavy and waits from the start next time.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from koopkg.config import Settings
from koopkg.errors import BusyError, QueryError, QueryLimitError, SparqlWorkerError
from koopkg.sparql.formats import GRAPH_FORMATS, RESULT_FORMATS, formats_of
from koopkg.sparql.guard import Dataset, Form, dataset_of, inspect
from koopkg.sparql.messages import Answer, Job
from koopkg.sparql.process import WorkerProcess
from koopkg.sparql.turns import Turns

__all__ = ["SparqlPool", "SparqlResult", "answer"]

_LOG = logging.getLogger(__name__)
_HEAVY_AFTER_SECONDS = 0.25
_HEAVY_A_CLIENT, _HEAVY_WAITING, _LIGHT_WAITING = 2, 16, 200
_LONGEST_WAIT = 3
"""How many time limits a heavy query waits for its turn before it is given up."""
_REMEMBERED = 1_000
_LONG_QUERY = 5_000
"""Characters from which a query is inspected in a thread, so that the event loop never waits for it."""
_SPARES, _IDLE = 2, 4
"""Workers that wait for the next query: as many are always started ahead, and no more than so many are kept."""
_GROWN_MIB = 64
"""A worker that holds so much more memory after a query than at its start is replaced."""


@dataclass(frozen=True, slots=True)
class SparqlResult:
    """A serialised answer; gzipped only if the caller said that it may be."""

    media_type: str
    body: bytes
    is_gzipped: bool = False


class SparqlPool:
    """Workers over the store of one snapshot; belongs to one event loop."""

    def __init__(self, graph: Path, settings: Settings, *, spares: int = _SPARES) -> None:
        self._graph = graph
        self._settings = settings
        self._spares = spares
        self._idle: list[WorkerProcess] = []
        self._starting: set[asyncio.Task[None]] = set()
        self._busy: set[WorkerProcess] = set()
        self._light = Turns(settings.sparql_workers, most_of_client=_LIGHT_WAITING, most_waiting=_LIGHT_WAITING)
        self._heavy = Turns(max(1, len(os.sched_getaffinity(0)) - 1), most_of_client=_HEAVY_A_CLIENT, most_waiting=_HEAVY_WAITING)
        self._known_heavy: dict[int, None] = {}
        self._is_closed = False

    @property
    def waiting_heavy(self) -> int:
        """Heavy queries that wait for their turn."""
        return self._heavy.waiting

    async def start(self) -> None:
        """Start the spare workers, so that the first query need not wait.

        Raises:
            SparqlWorkerError: A worker cannot be started or cannot be isolated.
        """
        self._idle += [await WorkerProcess.start(self._graph, self._settings) for _ in range(self._spares - len(self._idle))]

    async def execute(
        self,
        query: str,
        *,
        format: str,
        client: str = "",
        base_iri: str | None = None,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
        may_gzip: bool = False,
    ) -> SparqlResult:
        """Answer one query; cancelling ends its evaluation.

        The default graph is the set of all triples of the dataset unless `default_graphs`, `named_graphs` or FROM name others. The prefixes of
        `koopkg.namespaces` need no declaration.

        Args:
            format: A short name of `koopkg.sparql.formats` that fits the form of the query.
            client: Who asks; heavy queries are given turns by client.

        Raises:
            QueryError: The query is malformed, too long, too deeply nested, an update or asks another endpoint, or the format does not fit it.
            QueryLimitError: It took too long or too much memory.
            ResultTooLargeError: The result is larger than a result may be.
            BusyError: The client, or all together, have too many heavy queries in work.
            EngineCrashError: The engine crashed on the query.
        """
        form = await self.inspect(query)
        if format not in formats_of(form):
            raise QueryError(f"format: {format!r} does not fit {form}; expected one of {', '.join(formats_of(form))}", field="format")
        job = await self._job(query, format, base_iri, default_graphs, named_graphs, may_gzip)
        answered = await self._scheduled(job, client)
        media_type = (GRAPH_FORMATS.get(format) or RESULT_FORMATS[format]).media_type
        return SparqlResult(media_type, answered.body, answered.is_gzipped)

    async def inspect(self, query: str) -> Form:
        """The form of a query that may be answered here.

        Raises:
            QueryError: As of `execute`, as far as the text alone tells.
        """
        longest = self._settings.sparql_max_query_characters
        if len(query) > longest:
            raise QueryError(f"query: has {len(query):,} characters; at most {longest:,} are read", field="query")
        return await asyncio.to_thread(inspect, query) if len(query) > _LONG_QUERY else inspect(query)

    async def close(self) -> None:
        """End all workers; queries in work fail."""
        self._is_closed = True
        for task in list(self._starting):
            task.cancel()
        await asyncio.gather(*self._starting, return_exceptions=True)
        for worker in [*self._idle, *self._busy]:
            await worker.end()
        self._idle.clear()

    async def _job(self, query: str, format: str, base_iri: str | None, default_graphs: Sequence[str], named_graphs: Sequence[str], may_gzip: bool) -> Job:
        """The graphs named in the request override FROM (SPARQL 1.1 Protocol, section 2.1.4)."""
        dataset: Dataset | None = Dataset(tuple(dict.fromkeys(default_graphs)), tuple(dict.fromkeys(named_graphs)))
        if not default_graphs and not named_graphs:
            dataset = await asyncio.to_thread(dataset_of, query, base_iri) if len(query) > _LONG_QUERY else dataset_of(query, base_iri)
        most_bytes = self._settings.sparql_max_result_mib * 2**20
        return Job(query, format, base_iri, dataset, most_bytes, self._settings.sparql_timeout_seconds, may_gzip)

    async def _scheduled(self, job: Job, client: str) -> Answer:
        key = hash((job.query, job.dataset))
        if key not in self._known_heavy:
            answered = await self._tried(job, client, key)
            if answered is not None:
                return answered
        return await self._in_turn(job, client, key)

    async def _tried(self, job: Job, client: str, key: int) -> Answer | None:
        """Evaluate at once; None if the query proves to be heavy and finds no place among such."""
        async with AsyncExitStack() as light:
            await light.enter_async_context(self._light.turn(client))
            async with self._asked(job) as (asked, worker):
                answered = await _within(asked, min(_HEAVY_AFTER_SECONDS, job.seconds))
                if answered is not None:
                    return answered
                self._remember(key)
                await light.aclose()
                if not self._heavy.has_place():
                    return None
                async with self._heavy.turn(client):
                    worker.slow_down()
                    return await _finished(asked, job, job.seconds - _HEAVY_AFTER_SECONDS)

    async def _in_turn(self, job: Job, client: str, key: int) -> Answer:
        """Evaluate a query that is known to be heavy when its client's turn comes."""
        async with AsyncExitStack() as heavy:
            longest = _LONGEST_WAIT * job.seconds
            try:
                async with asyncio.timeout(longest):
                    await heavy.enter_async_context(self._heavy.turn(client))
            except TimeoutError:
                raise BusyError(f"the query waited {longest:g} seconds behind other heavy ones and was given up; try again later") from None
            async with self._asked(job, is_heavy=True) as (asked, _):
                began = asyncio.get_running_loop().time()
                answered = await _finished(asked, job, job.seconds)
                if asyncio.get_running_loop().time() - began < _HEAVY_AFTER_SECONDS:
                    self._known_heavy.pop(key, None)
                return answered

    @asynccontextmanager
    async def _asked(self, job: Job, *, is_heavy: bool = False) -> AsyncIterator[tuple[asyncio.Task[Answer], WorkerProcess]]:
        """A job in work and who works on it; the worker goes back to the others if it has answered, else it is ended."""
        worker = await self._taken()
        if is_heavy:
            worker.slow_down()
        self._busy.add(worker)
        asked = asyncio.create_task(worker.ask(job))
        try:
            yield asked, worker
        finally:
            self._busy.discard(worker)
            asked.cancel()
            await asyncio.wait({asked})
            if not asked.cancelled():
                asked.exception()  # whoever waited for it has seen it; where nobody did, nobody has to
            await self._put_back(worker)

    async def _taken(self) -> WorkerProcess:
        """A worker with nothing to do; a new one where there is none."""
        while self._idle:
            worker = self._idle.pop()
            if worker.is_alive:
                self._replenish()
                return worker
            await worker.end()
        worker = await WorkerProcess.start(self._graph, self._settings)
        self._replenish()
        return worker

    async def _put_back(self, worker: WorkerProcess) -> None:
        has_grown = worker.resident_mib > worker.first_resident_mib + _GROWN_MIB
        if worker.is_free and not has_grown and not self._is_closed and len(self._idle) < _IDLE and worker.speed_up():
            self._idle.append(worker)
        else:
            await worker.end()
        self._replenish()

    def _replenish(self) -> None:
        """Start spare workers in the background."""
        for _ in range(self._spares - len(self._idle) - len(self._starting) if not self._is_closed else 0):
            task = asyncio.create_task(self._start_spare())
            self._starting.add(task)
            task.add_done_callback(self._starting.discard)

    async def _start_spare(self) -> None:
        try:
            self._idle.append(await WorkerProcess.start(self._graph, self._settings))
        except SparqlWorkerError as error:
            _LOG.error("no spare query worker: %s", error)  # the next query tries again, and tells its client

    def _remember(self, key: int) -> None:
        self._known_heavy[key] = None
        if len(self._known_heavy) > _REMEMBERED:
            del self._known_heavy[next(iter(self._known_heavy))]


def answer(graph: Path, settings: Settings, query: str, *, format: str) -> SparqlResult:
    """Answer a single query with a worker of its own; for the command line.

    Raises:
        KoopkgError: As of `SparqlPool.execute`.
    """

    async def run() -> SparqlResult:
        pool = SparqlPool(graph, settings, spares=0)
        try:
            return await pool.execute(query, format=format)
        finally:
            await pool.close()

    return asyncio.run(run())


async def _within(asked: asyncio.Task[Answer], seconds: float) -> Answer | None:
    """The answer if it comes in time."""
    await asyncio.wait({asked}, timeout=seconds)
    return asked.result() if asked.done() else None


async def _finished(asked: asyncio.Task[Answer], job: Job, seconds: float) -> Answer:
    answered = await _within(asked, seconds)
    if answered is None:
        raise QueryLimitError(f"the query ran longer than {job.seconds:g} seconds and was ended; narrow it down or add LIMIT")
    return answered
