"""The workers over one store: some always ready, each given one job at a time, replaced when they die, grow or are ended."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

from koopkg.config import Settings
from koopkg.errors import SparqlWorkerError
from koopkg.sparql.process import Foreman, WorkerProcess

__all__ = ["SPARES", "Crew"]

_LOG = logging.getLogger(__name__)
SPARES, _MOST_IDLE, _MOST_STARTING = 2, 4, 3
"""Workers that wait for the next job: as many are always started ahead, no more than so many are kept, and so many started at the same time."""
_GROWN_MIB = 64
"""A worker that holds so much more memory after a job than at its start is replaced."""


class Crew:
    """Workers and the foreman that forks them; belongs to one event loop."""

    def __init__(self, graph: Path, settings: Settings, *, spares: int) -> None:
        self._graph = graph
        self._settings = settings
        self._spares = spares
        self._foreman: Foreman | None = None
        self._hiring = asyncio.Lock()
        self._idle: asyncio.LifoQueue[WorkerProcess | SparqlWorkerError] = asyncio.LifoQueue()
        """Workers without a job; while somebody waits for one also why none could be started."""
        self._wanted = 0
        self._starting: set[asyncio.Task[None]] = set()
        self._is_closed = False

    async def start(self) -> None:
        """Start the spare workers.

        Raises:
            SparqlWorkerError: A worker cannot be started or cannot be isolated.
        """
        while self._idle.qsize() < self._spares:
            self._idle.put_nowait(await self._new_worker())

    async def worker(self, *, niceness: int) -> WorkerProcess:
        """A worker without a job, to be given back by `put_back`.

        Raises:
            SparqlWorkerError: No worker can be started.
        """
        worker = await self._taken()
        worker.be_nice(niceness)
        return worker

    def put_back(self, worker: WorkerProcess) -> None:
        """Keep a worker for the next job if it is free and has not grown, else end it."""
        has_grown = worker.resident_mib > worker.first_resident_mib + _GROWN_MIB
        if worker.is_free and not has_grown and not self._is_closed and self._idle.qsize() < _MOST_IDLE + self._wanted:
            self._idle.put_nowait(worker)
        else:
            worker.end()
        self._replenish()

    async def close(self) -> None:
        """End all workers; jobs in work fail."""
        self._is_closed = True
        for task in list(self._starting):
            task.cancel()
        await asyncio.gather(*self._starting, return_exceptions=True)
        while not self._idle.empty():
            if isinstance(worker := self._idle.get_nowait(), WorkerProcess):
                worker.end()
        async with self._hiring:
            if self._foreman is not None:
                await self._foreman.end()

    async def _taken(self) -> WorkerProcess:
        """A worker without a job, as soon as there is one.

        Who gives up waiting leaves the worker that was started to the next one.
        """
        self._wanted += 1
        try:
            while True:
                self._replenish()
                worker = await self._idle.get()
                if isinstance(worker, SparqlWorkerError):
                    raise worker
                if worker.is_free:
                    return worker
                worker.end()
        finally:
            self._wanted -= 1
            self._replenish()

    def _replenish(self) -> None:
        """Start workers in the background: the spare ones, and for who waits; never many at once."""
        missing = self._spares + self._wanted - self._idle.qsize() - len(self._starting)
        for _ in range(min(missing, _MOST_STARTING - len(self._starting)) if not self._is_closed else 0):
            task = asyncio.create_task(self._start_worker())
            self._starting.add(task)
            task.add_done_callback(self._starting.discard)

    async def _start_worker(self) -> None:
        try:
            self._idle.put_nowait(await self._new_worker())
        except SparqlWorkerError as error:
            if self._wanted:
                self._idle.put_nowait(error)
            else:
                _LOG.error("no query worker: %s", error)

    async def _new_worker(self) -> WorkerProcess:
        async with self._hiring:
            if self._is_closed:
                raise SparqlWorkerError("the snapshot is closed")
            if self._foreman is not None and not self._foreman.is_alive:
                await self._foreman.end()
                self._foreman = None
            if self._foreman is None:
                self._foreman = await Foreman.start(self._graph, self._settings)
        return await self._foreman.worker()
