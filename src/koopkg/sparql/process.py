"""The server's end of a worker: start it, give it a job, slow it down, end it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import signal
import sys
import tempfile
from pathlib import Path
from typing import IO

from koopkg.config import Settings
from koopkg.errors import EngineCrashError, QueryError, QueryLimitError, ResultTooLargeError, SparqlWorkerError
from koopkg.sparql.messages import Answer, Job, answer_head, job_line

__all__ = ["SERVICE_REFUSED", "WorkerProcess"]

_LOG = logging.getLogger(__name__)
_START_SECONDS = 30
_HEAVY_NICENESS = 10
SERVICE_REFUSED = "query: SERVICE is refused: this endpoint asks no other; leave the clause out and join the results yourself"


class WorkerProcess:
    """One process with the store open read-only; answers one job at a time."""

    def __init__(self, process: asyncio.subprocess.Process, errors: IO[bytes]) -> None:
        self._process = process
        self._errors = errors
        self._has_job = self._is_slow = False
        self.resident_mib = self.first_resident_mib = 0

    @classmethod
    async def start(cls, graph: Path, settings: Settings) -> WorkerProcess:
        """Start a worker and wait until it is ready.

        Raises:
            SparqlWorkerError: It cannot be isolated, or does not start.
        """
        options = {"server": os.getpid(), "memory_mib": settings.sparql_memory_mib, "is_isolated": settings.sparql_isolation == "required"}
        errors = tempfile.TemporaryFile()  # noqa: SIM115 -- closed with the process
        try:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", "koopkg.sparql.worker", str(graph), json.dumps(options)),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=errors,
            )
        except BaseException:
            errors.close()
            raise
        worker = cls(process, errors)
        try:
            async with asyncio.timeout(_START_SECONDS):
                answer = await worker._receive()
        except (TimeoutError, asyncio.IncompleteReadError):
            last_words = worker._last_words()
            await worker.end()
            raise SparqlWorkerError(f"a query worker could not be started: {last_words or 'it said nothing'}") from None
        except BaseException:
            await worker.end()
            raise
        if answer.kind == "isolation":
            await worker.end()
            raise SparqlWorkerError(
                f"a query worker cannot be kept from opening sockets: {answer.message}; run where seccomp filters are allowed, or set "
                "KOOPKG_SPARQL_ISOLATION=off if nobody but you can reach the endpoint"
            )
        worker.resident_mib = worker.first_resident_mib = answer.resident_mib
        return worker

    @property
    def is_alive(self) -> bool:
        return self._process.returncode is None

    @property
    def is_free(self) -> bool:
        """Whether it lives and has answered every job."""
        return self.is_alive and not self._has_job

    async def ask(self, job: Job) -> Answer:
        """Give it a job and wait for the answer; has to be ended if this is cancelled.

        Raises:
            QueryError: The query is malformed, or tried to open a socket.
            QueryLimitError: It needs more memory or time than a query may.
            ResultTooLargeError: The result is larger than a result may be.
            EngineCrashError: The engine crashed on it.
        """
        self._has_job = True
        try:
            assert self._process.stdin is not None  # noqa: S101 -- opened above
            self._process.stdin.write(job_line(job))
            await self._process.stdin.drain()
            answer = await self._receive()
        except (asyncio.IncompleteReadError, BrokenPipeError, ConnectionResetError):
            raise await self._why_it_died(job) from None
        self._has_job = False
        if answer.kind == "syntax":
            raise QueryError(f"query: {answer.message}", field="query")
        if answer.kind == "memory":
            raise _too_much_memory()
        if answer.kind == "size":
            raise ResultTooLargeError(f"the result is larger than {job.most_bytes // 2**20} MiB; add LIMIT or select less")
        self.resident_mib = answer.resident_mib
        return answer

    def slow_down(self) -> None:
        """Let everything else on the machine go first."""
        self._is_slow = True
        with contextlib.suppress(ProcessLookupError):
            os.setpriority(os.PRIO_PROCESS, self._process.pid, _HEAVY_NICENESS)

    def speed_up(self) -> bool:
        """Undo `slow_down`; false where the kernel reserves that for the superuser."""
        if not self._is_slow:
            return True
        try:
            os.setpriority(os.PRIO_PROCESS, self._process.pid, 0)
        except (PermissionError, ProcessLookupError):
            return False
        return True

    async def end(self) -> None:
        """Kill it and wait until it is gone."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        if self._process.stdin is not None:
            self._process.stdin.close()
        await self._process.wait()
        self._errors.close()

    async def _receive(self) -> Answer:
        assert self._process.stdout is not None  # noqa: S101 -- opened above
        answer, length = answer_head(await self._process.stdout.readuntil(b"\n"))
        body = await self._process.stdout.readexactly(length) if length else b""
        return Answer(answer.kind, answer.message, answer.resident_mib, answer.is_gzipped, body)

    async def _why_it_died(self, job: Job) -> Exception:
        code, last_words = await self._process.wait(), self._last_words()
        if code == -signal.SIGSYS:
            return QueryError(SERVICE_REFUSED, field="query")
        if code == -signal.SIGXCPU:
            return QueryLimitError(f"the query ran longer than {job.seconds:g} seconds and was ended; narrow it down or add LIMIT")
        if code == -signal.SIGKILL or "memory allocation" in last_words:
            return _too_much_memory()
        if code < 0:
            _LOG.error("a query crashed the engine (signal %d): %s: %r", -code, last_words, job.query[:2000])
            return EngineCrashError("the query crashed the engine, which has been restarted; write it in another way, above all shorter or flatter")
        return SparqlWorkerError(f"a query worker ended with exit code {code}: {last_words}")

    def _last_words(self) -> str:
        """The end of what it wrote to standard error."""
        self._errors.seek(max(0, self._errors.seek(0, os.SEEK_END) - 2000))
        return self._errors.read().decode(errors="replace").strip()


def _too_much_memory() -> QueryLimitError:
    return QueryLimitError("the query used more memory than one query may and was ended; narrow it down or add LIMIT")
