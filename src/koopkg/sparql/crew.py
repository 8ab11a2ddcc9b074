"""The workers over one store: some always ready, each given one job at a time, replaced when they die, grow or are ended."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from koopkg.config import Settings
from koopkg.errors import SparqlWorkerError
from koopkg.sparql.messages import Answer, Job
from koopkg.sparql.process import Foreman, WorkerProcess

__all__ = ["SPARES", "Crew"]

_LOG = logging.getLogger(__name__)
SPARES, _MOST_IDLE = 2, 4
"""Workers that wait for the next job: as many are always started ahead, and no more than so many are kept."""
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
        self._idle: list[WorkerProcess] = []
        self._starting: set[asyncio.Task[None]] = set()
        self._is_closed = False

    async def start(self) -> None:
        """Start the spare workers.

        Raises:
            SparqlWorkerError: A worker cannot be started or cannot be isolated.
        """
        while len(self._idle) < self._spares:
            self._idle.append(await self._new_worker())

    @asynccontextmanager
    async def asked(self, job: Job, *, niceness: int) -> AsyncIterator[tuple[asyncio.Task[Answer], WorkerProcess]]:
        """A job in work and who works on it; at the end of the block the worker is free for the next one if it has answered, else it is ended.

        Raises:
            SparqlWorkerError: No worker can be started.
        """
        self._dismiss_dead()
        worker = self._idle.pop() if self._idle else await self._new_worker()
        self._replenish()
        worker.be_nice(niceness)
        asked = asyncio.create_task(worker.ask(job))
        try:
            yield asked, worker
        finally:
            asked.cancel()
            await asyncio.wait({asked})
            if not asked.cancelled():
                asked.exception()  # whoever waited for it has seen it; where nobody did, nobody has to
            self._put_back(worker)

    async def close(self) -> None:
        """End all workers; jobs in work fail."""
        self._is_closed = True
        for task in list(self._starting):
            task.cancel()
        await asyncio.gather(*self._starting, return_exceptions=True)
        for worker in self._idle:
            worker.end()
        self._idle.clear()
        async with self._hiring:
            if self._foreman is not None:
                await self._foreman.end()

    def _put_back(self, worker: WorkerProcess) -> None:
        has_grown = worker.resident_mib > worker.first_resident_mib + _GROWN_MIB
        if worker.is_free and not has_grown and not self._is_closed and len(self._idle) < _MOST_IDLE and worker.be_nice(0):
            self._idle.append(worker)
        else:
            worker.end()
        self._replenish()

    def _replenish(self) -> None:
        """Start spare workers in the background."""
        self._dismiss_dead()
        for _ in range(self._spares - len(self._idle) - len(self._starting) if not self._is_closed else 0):
            task = asyncio.create_task(self._start_spare())
            self._starting.add(task)
            task.add_done_callback(self._starting.discard)

    async def _start_spare(self) -> None:
        try:
            self._idle.append(await self._new_worker())
        except SparqlWorkerError as error:
            _LOG.error("no spare query worker: %s", error)  # the next job tries again, and tells its client

    def _dismiss_dead(self) -> None:
        for worker in [worker for worker in self._idle if not worker.is_free]:
            self._idle.remove(worker)
            worker.end()

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
