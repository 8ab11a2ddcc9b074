"""Queries of many clients -> a few worker processes: light ones at once, heavy ones one after the other, none longer than its limit.

Nobody can tell from a text how long a query runs. So each begins at the first of three levels and sinks when it has used more processor time
than queries of that level do. Lower levels have fewer places and less priority; at the last one, for heavy queries, there is one place less than there
are processor cores, so that light queries, searches and pages always find a core. Where the next level has no place free, the worker is ended and the
query begins anew when the turn of its client comes. The level is remembered for the next time.

Source: Corbató, Merwin-Daggett and Daley, An Experimental Time-Sharing System, 1962, the multi-level queue.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from koopkg.config import Settings
from koopkg.errors import BusyError, QueryError
from koopkg.sparql.crew import SPARES, Crew
from koopkg.sparql.formats import GRAPH_FORMATS, RESULT_FORMATS, formats_of
from koopkg.sparql.guard import Dataset, Form, dataset_of, inspect, is_decided
from koopkg.sparql.messages import Answer, Job
from koopkg.sparql.process import too_long
from koopkg.sparql.turns import Turns
from koopkg.text import query_text

__all__ = ["Query", "SparqlPool", "SparqlResult", "answer"]

_T = TypeVar("_T")
_Key = TypeVar("_Key")
_LONGEST_WAIT = 3
"""How many time limits a query waits for its turn before it is given up."""
_MOST_WAITING_HEAVY = 16
_RECENT_SECONDS = 60
"""For so long after a heavy query a client is asked to wait when the queue of heavy ones is full, rather than tried once more."""
_LEAST_WAIT_SECONDS = 0.005
_REMEMBERED = 1_000
_LONG_QUERY = 5_000
"""Characters from which a query is inspected in a thread, so that the event loop never waits for it."""


@dataclass(frozen=True, slots=True)
class _Level:
    """A level of the queue.

    Attributes:
        seconds: How much processor time a query may have used before it sinks, counted from its beginning; infinite at the last level.
            Processor time, because on a busy machine every query takes long.
        niceness: Priority of its workers, as nice(2) counts.
    """

    seconds: float
    niceness: int


_LEVELS = (_Level(0.025, 0), _Level(0.25, 5), _Level(float("inf"), 10))
_HEAVY = len(_LEVELS) - 1


@dataclass(frozen=True, slots=True)
class Query:
    """A query that may be answered, normalised.

    Attributes:
        is_decided: Whether the snapshot alone decides the answer; not sure of that where the time, a random number or a new identifier may be asked for.
    """

    text: str
    form: Form
    is_decided: bool


@dataclass(frozen=True, slots=True)
class SparqlResult:
    """A serialised answer; gzipped only if the caller said that it may be."""

    media_type: str
    body: bytes
    is_gzipped: bool = False


class _SunkError(Exception):
    """A query needs a place at a lower level than the one it had."""


@dataclass(slots=True)
class _Place:
    """The place that a query has, and who gave it out; none between two levels."""

    client: str
    turns: Turns | None

    def leave(self) -> None:
        if self.turns is not None:
            self.turns.leave(self.client)
            self.turns = None


class SparqlPool:
    """Workers over the store of one snapshot; belongs to one event loop."""

    def __init__(self, graph: Path, settings: Settings, *, spares: int = SPARES) -> None:
        self._settings = settings
        self._crew = Crew(graph, settings, spares=spares)
        # Where several processes serve, each gives out its share of what the machine has, at least one place.
        places = max(1, settings.sparql_workers // settings.workers)
        heavy_places = max(1, (len(os.sched_getaffinity(0)) - 1) // settings.workers)
        self._turns = (
            Turns(places, most_of_client=50, most_waiting=200),
            Turns(max(1, places // 2), most_of_client=50, most_waiting=50),
            Turns(heavy_places, most_of_client=2, most_waiting=max(1, _MOST_WAITING_HEAVY // settings.workers)),
        )
        self._trials = Turns(1, most_of_client=10, most_waiting=50)
        """The place above the last level for clients that had a heavy query of late: they try new ones one after the other, beside everybody else."""
        self._known_levels: dict[int, int] = {}
        self._recently_heavy: dict[str, float] = {}

    @property
    def waiting_heavy(self) -> int:
        """Heavy queries that wait for their turn."""
        return self._turns[_HEAVY].waiting

    async def start(self) -> None:
        """Start the spare workers, so that the first query need not wait.

        Raises:
            SparqlWorkerError: A worker cannot be started or cannot be isolated.
        """
        await self._crew.start()

    async def read(self, text: str) -> Query:
        """Look at a query as far as its text alone tells.

        Raises:
            QueryError: It is too long, too deeply nested, an update, asks another endpoint or has no query form.
        """
        longest = self._settings.sparql_max_query_characters
        if len(text) > longest:
            raise QueryError("{field}: has {count:,} characters; at most {most:,} are read", field="query", count=len(text), most=longest)
        text = query_text(text, field="query")
        return Query(text, await _in_thread_if_long(text, inspect, text), is_decided(text))

    async def execute(
        self,
        query: Query,
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
            QueryError: The query is malformed or asks another endpoint, or the format does not fit it.
            QueryLimitError: It took too long or too much memory.
            ResultTooLargeError: The result is larger than a result may be.
            BusyError: The client, or all together, have too many heavy queries in work.
            EngineCrashError: The engine crashed on the query.
        """
        fitting = formats_of(query.form)
        if format not in fitting:
            raise QueryError(
                "{field}: {value!r} does not fit {form}; expected one of {known}", field="format", value=format, form=query.form, known=", ".join(fitting)
            )
        job = await self._job(query.text, format, base_iri, default_graphs, named_graphs, may_gzip)
        answered = await self._scheduled(job, client)
        media_type = (GRAPH_FORMATS.get(format) or RESULT_FORMATS[format]).media_type
        return SparqlResult(media_type, answered.body, answered.is_gzipped)

    async def close(self) -> None:
        """End all workers; queries in work fail."""
        await self._crew.close()

    async def _job(self, query: str, format: str, base_iri: str | None, default_graphs: Sequence[str], named_graphs: Sequence[str], may_gzip: bool) -> Job:
        """The graphs named in the request override FROM (SPARQL 1.1 Protocol, section 2.1.4)."""
        dataset: Dataset | None = Dataset(tuple(dict.fromkeys(default_graphs)), tuple(dict.fromkeys(named_graphs)))
        if not default_graphs and not named_graphs:
            dataset = await _in_thread_if_long(query, dataset_of, query, base_iri)
        most_bytes = self._settings.sparql_max_result_mib * 2**20
        return Job(query, format, base_iri, dataset, most_bytes, self._settings.sparql_timeout_seconds, may_gzip)

    async def _scheduled(self, job: Job, client: str) -> Answer:
        """The answer to a job, at whichever level it takes."""
        key = hash((job.query, job.dataset))
        while True:
            level = self._known_levels.get(key, 0)
            place = _Place(client, await self._turn(level, job, client))
            try:
                return await self._run(job, level, place, key)
            except _SunkError:
                continue
            finally:
                place.leave()

    async def _turn(self, level: int, job: Job, client: str) -> Turns:
        """Wait for a place at a level; returns those who gave it out.

        Raises:
            BusyError: There are too many who wait, or it takes too long.
        """
        now = asyncio.get_running_loop().time()
        is_suspect = self._recently_heavy.get(client, -_RECENT_SECONDS) > now - _RECENT_SECONDS
        if level and is_suspect and self._turns[_HEAVY].is_full:
            raise BusyError("too many heavy queries are waiting; try again later")
        if level == _HEAVY:
            _note(self._recently_heavy, client, now)
        turns = self._trials if is_suspect and level < _HEAVY else self._turns[level]
        if turns.has_place():
            await turns.enter(client)
            return turns
        longest = _LONGEST_WAIT * job.seconds
        try:
            async with asyncio.timeout(longest):
                await turns.enter(client)
        except TimeoutError:
            raise BusyError("the query waited {seconds:g} seconds behind others and was given up; try again later", seconds=longest) from None
        return turns

    async def _run(self, job: Job, level: int, place: _Place, key: int) -> Answer:
        """Evaluate, beginning at a level and sinking through the next ones as long as they have places.

        Raises:
            _SunkError: The next level, which is remembered, has none.
        """
        worker = await self._crew.worker(niceness=_LEVELS[level].niceness)
        try:
            clock = asyncio.get_running_loop().time
            deadline, before, used = clock() + job.seconds, worker.processor_seconds(), 0.0
            worker.take(job)
            while True:
                answer = await worker.answer(within=min(max(_LEVELS[level].seconds - used, _LEAST_WAIT_SECONDS), deadline - clock()))
                used = max(used, worker.processor_seconds() - before)
                self._remember(key, next(number for number, fitting in enumerate(_LEVELS) if used < fitting.seconds))
                if answer is not None:
                    return answer
                if clock() >= deadline:
                    raise too_long(job)
                if used < _LEVELS[level].seconds:
                    continue
                level += 1
                place.leave()
                if not self._turns[level].has_place():
                    raise _SunkError
                place.turns = await self._turn(level, job, place.client)
                worker.be_nice(_LEVELS[level].niceness)
        finally:
            self._crew.put_back(worker)

    def _remember(self, key: int, level: int) -> None:
        """Note the level of a query; the first one need not be noted."""
        if level:
            _note(self._known_levels, key, level)
        else:
            self._known_levels.pop(key, None)


def answer(graph: Path, settings: Settings, text: str, *, format: str = "") -> SparqlResult:
    """Answer a single query with a worker of its own; for the command line.

    Args:
        format: As of `SparqlPool.execute`; empty: a table for SELECT, JSON for ASK, Turtle for a graph.

    Raises:
        KoopkgError: As of `SparqlPool.read` and `SparqlPool.execute`.
    """

    async def run() -> SparqlResult:
        pool = SparqlPool(graph, settings, spares=0)
        try:
            query = await pool.read(text)
            return await pool.execute(query, format=format or {"SELECT": "tsv", "ASK": "json"}.get(query.form, "ttl"))
        finally:
            await pool.close()

    return asyncio.run(run())


def _note(memory: dict[_Key, _T], key: _Key, value: _T) -> None:
    """Remember a value as the newest; the oldest goes where there are too many."""
    memory.pop(key, None)
    memory[key] = value
    if len(memory) > _REMEMBERED:
        del memory[next(iter(memory))]


async def _in_thread_if_long(text: str, function: Callable[..., _T], *arguments: object) -> _T:
    """What a function says of a text; the event loop does not wait for a long one."""
    return await asyncio.to_thread(function, *arguments) if len(text) > _LONG_QUERY else function(*arguments)
