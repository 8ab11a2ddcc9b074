"""The server's end of the worker processes: start the foreman, have it start workers, give them jobs, slow them down, end them."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import signal
import socket
import sys
import time
from collections import deque
from pathlib import Path
from typing import Any

from koopkg.config import Settings
from koopkg.errors import EngineCrashError, QueryError, QueryLimitError, ResultTooLargeError, SparqlWorkerError
from koopkg.messages import Foreign
from koopkg.refusals import unreadable_graph
from koopkg.sparql.guard import SERVICE_REFUSED
from koopkg.sparql.line import WorkerLine
from koopkg.sparql.messages import Answer, Job
from koopkg.sparql.syntax import malformed

__all__ = ["Foreman", "WorkerProcess", "too_long"]

_LOG = logging.getLogger(__name__)
_START_SECONDS = 30
_BORN_NICE = 5
"""The foreman and what it forks begin like this, so that starting workers does not delay pages; who is not the superuser cannot go back to less."""


class Foreman:
    """The process that forks workers over the store of one snapshot."""

    def __init__(self, process: asyncio.subprocess.Process, control: socket.socket, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._process = process
        self._control = control
        self._reader, self._writer = reader, writer
        self._starting: deque[asyncio.Future[int]] = deque()
        self._codes: dict[int, asyncio.Future[int]] = {}
        self._listening: asyncio.Task[None] | None = None

    @classmethod
    async def start(cls, graph: Path, settings: Settings) -> Foreman:
        """Start it and wait until it is ready.

        Raises:
            SparqlWorkerError: Its workers cannot be isolated, or it does not start.
        """
        options = {
            "server": os.getpid(),
            "graph": str(graph),
            "memory_mib": settings.sparql_memory_mib,
            "is_isolated": settings.sparql_isolation == "required",
            "niceness": _BORN_NICE,
        }
        ours, theirs = socket.socketpair()
        with theirs:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", "koopkg.sparql.foreman", str(theirs.fileno()), json.dumps(options)),
                pass_fds=[theirs.fileno()],
                stdin=asyncio.subprocess.DEVNULL,
            )
        foreman = cls(process, ours, *await asyncio.open_connection(sock=ours))
        try:
            async with asyncio.timeout(_START_SECONDS):
                told = await foreman._told()
            if told is None:
                raise SparqlWorkerError("query workers cannot be started; see the log")
            if "refused" in told:
                raise SparqlWorkerError(
                    "query workers cannot be kept from opening sockets: {reason}; run where seccomp filters are allowed, or set "
                    "KOOPKG_SPARQL_ISOLATION=off if nobody but you can reach the endpoint",
                    reason=Foreign(told["refused"]),
                )
        except BaseException:
            await foreman.end()
            raise
        foreman._listening = asyncio.create_task(foreman._listen())
        return foreman

    @property
    def is_alive(self) -> bool:
        return self._process.returncode is None and self._listening is not None and not self._listening.done()

    async def worker(self) -> WorkerProcess:
        """Fork a worker and wait until it is ready.

        Raises:
            SparqlWorkerError: It does not start.
        """
        ours, theirs = socket.socketpair()
        started: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        with theirs:
            try:
                socket.send_fds(self._control, [b"+"], [theirs.fileno()])
            except OSError:
                ours.close()
                raise SparqlWorkerError("the process that starts query workers has ended") from None
        self._starting.append(started)
        _, line = await asyncio.get_running_loop().create_connection(WorkerLine, sock=ours)
        try:
            async with asyncio.timeout(_START_SECONDS):
                pid = await started
                return await WorkerProcess.ready(pid, self._codes[pid], line)
        except (TimeoutError, ConnectionError, ProcessLookupError):
            line.close()
            raise SparqlWorkerError("a query worker could not be started; see the log") from None
        except BaseException:
            line.close()  # which ends it
            raise

    async def end(self) -> None:
        """Kill it, and with it all its workers, and wait until it is gone."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()
        if self._listening is not None:
            await self._listening
        self._writer.close()

    async def _listen(self) -> None:
        """Hand on what it tells, until it ends."""
        while (told := await self._told()) is not None:
            if "started" in told:
                self._codes[told["started"]] = asyncio.get_running_loop().create_future()
                started = self._starting.popleft()
                if not started.done():
                    started.set_result(told["started"])
            else:
                self._codes.pop(told["ended"]).set_result(told["code"])
        for started in self._starting:
            if not started.done():
                started.set_exception(SparqlWorkerError("the process that starts query workers has ended"))
        for code in self._codes.values():
            code.set_result(0)  # the kernel has killed its workers with it; that is the fault of no query

    async def _told(self) -> dict[str, Any] | None:
        """The next thing it tells; None when it has ended."""
        try:
            told: dict[str, Any] = json.loads(await self._reader.readuntil(b"\n"))
        except (asyncio.IncompleteReadError, ConnectionError):
            return None
        return told


class WorkerProcess:
    """One process with the store open read-only; answers one job at a time."""

    def __init__(self, pid: int, code: asyncio.Future[int], line: WorkerLine) -> None:
        self._descriptor = os.pidfd_open(pid)
        self._pid = pid
        self._code = code
        self._line = line
        self._job: Job | None = None
        self._niceness = _BORN_NICE
        self.resident_mib = self.first_resident_mib = 0

    @classmethod
    async def ready(cls, pid: int, code: asyncio.Future[int], line: WorkerLine) -> WorkerProcess:
        """A worker that has just been started, once it has opened the store.

        Raises:
            SparqlWorkerError: The store is damaged.
        """
        worker = cls(pid, code, line)
        try:
            if (told := await line.answer(within=_START_SECONDS)) is None:
                raise TimeoutError
            if told.kind == "damaged":
                raise SparqlWorkerError(unreadable_graph(told.message))
            worker.resident_mib = worker.first_resident_mib = told.resident_mib
        except BaseException:
            worker.end()
            raise
        return worker

    def processor_seconds(self) -> float:
        """Processor time that it has used since its start; 0 once it is gone.

        Source: clock_getcpuclockid(3), which makes the number of the clock from that of the process like this.
        """
        with contextlib.suppress(OSError):
            return time.clock_gettime(~self._pid << 3 | 2)
        return 0.0

    @property
    def is_free(self) -> bool:
        """Whether it lives and has answered every job."""
        return not self._code.done() and self._job is None

    def take(self, job: Job) -> None:
        """Give it a job; it is free again when `answer` has given what comes of that, else it has to be ended."""
        self._job = job
        self._line.ask(job)

    async def answer(self, *, within: float) -> Answer | None:
        """What comes of its job; None if that takes longer than so many seconds.

        Raises:
            QueryError: The query is malformed, or tried to open a socket.
            QueryLimitError: It needs more memory or time than a query may.
            ResultTooLargeError: The result is larger than a result may be.
            EngineCrashError: The engine crashed on it.
            SparqlWorkerError: The store is damaged, or the worker ended.
        """
        job = self._job
        assert job is not None  # noqa: S101 -- `take` comes first
        try:
            answer = await self._line.answer(within=within)
        except ConnectionError:
            raise _why(await self._code, job) from None
        if answer is None:
            return None
        self._job, self.resident_mib = None, answer.resident_mib
        if answer.kind == "syntax":
            raise malformed(answer.message)
        if answer.kind == "damaged":
            raise SparqlWorkerError(unreadable_graph(answer.message))
        if answer.kind == "memory":
            raise _too_much_memory()
        if answer.kind == "size":
            raise ResultTooLargeError("the result is larger than {most} MiB; add LIMIT or select less", most=job.most_bytes // 2**20)
        return answer

    def be_nice(self, niceness: int) -> bool:
        """Let others on the machine go first; false where the worker stays nicer, because going back to less is reserved for the superuser."""
        if niceness != self._niceness:
            try:
                os.setpriority(os.PRIO_PROCESS, self._pid, niceness)
            except (PermissionError, ProcessLookupError):
                return False
            self._niceness = niceness
        return True

    def end(self) -> None:
        """Kill it; the foreman buries it."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._descriptor, signal.SIGKILL)
        os.close(self._descriptor)
        self._line.close()


def _why(code: int, job: Job) -> Exception:
    """What the end of a worker in the middle of a job means."""
    if code == -signal.SIGSYS:
        return QueryError(SERVICE_REFUSED, field="query")
    if code == -signal.SIGXCPU:
        return too_long(job)
    if code in (-signal.SIGABRT, -signal.SIGKILL):  # the engine aborts where it gets no memory; the kernel kills where there is none left
        return _too_much_memory()
    if code < 0:
        _LOG.error("a query crashed the engine (%s): %r", signal.Signals(-code).name, job.query[:2000])
        return EngineCrashError("the query crashed the engine, which has been restarted; write it in another way, above all shorter or flatter")
    return SparqlWorkerError("a query worker ended with exit code {code}; see the log", code=code)


def too_long(job: Job) -> QueryLimitError:
    """What is said of a job that has used up its time."""
    return QueryLimitError("the query ran longer than {seconds:g} seconds and was ended; narrow it down or add LIMIT", seconds=job.seconds)


def _too_much_memory() -> QueryLimitError:
    return QueryLimitError("the query used more memory than one query may and was ended; narrow it down or add LIMIT")
