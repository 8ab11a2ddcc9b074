"""Jobs -> the answers of one worker, over a pair of sockets: the server's end of what `koopkg.sparql.messages` describes."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from koopkg.sparql.messages import Answer, Job, answer_head, job_line

__all__ = ["WorkerLine"]


class WorkerLine(asyncio.Protocol):
    """Hands on one answer at a time. A protocol rather than streams: those take three turns of the event loop for what is one here."""

    _transport: asyncio.Transport

    def __init__(self) -> None:
        self._received = bytearray()
        self._head: tuple[Answer, int] | None = None
        """The answer that is arriving, without its body, and how long that is."""
        self._answer: Answer | None = None
        self._is_lost = False
        self._waiting: asyncio.Future[None] | None = None
        """Whoever waits for what comes next."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        if self._head is None and (end := self._received.find(b"\n")) >= 0:
            self._head = answer_head(self._received[:end])
            del self._received[: end + 1]
        if self._head is not None and len(self._received) >= self._head[1]:
            answer, self._head = self._head[0], None
            body, self._received = bytes(self._received), bytearray()
            self._answer = replace(answer, body=body) if body else answer
            self._wake()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 -- as asyncio has it
        self._is_lost = True
        self._wake()

    def ask(self, job: Job) -> None:
        """Send a job; its answer comes next."""
        self._answer = None
        if not self._transport.is_closing():
            self._transport.write(job_line(job))

    async def answer(self, *, within: float) -> Answer | None:
        """The answer to the last job, at first that the worker is ready; None if it takes longer than so many seconds.

        Raises:
            ConnectionError: The worker has ended before.
        """
        if self._answer is None and not self._is_lost:
            loop = asyncio.get_running_loop()
            self._waiting = loop.create_future()
            timer = loop.call_later(within, self._wake)
            try:
                await self._waiting
            finally:
                timer.cancel()
        if self._answer is None and self._is_lost:
            raise ConnectionError("the worker has ended")
        return self._answer

    def close(self) -> None:
        """Hang up, which ends a worker that waits for a job."""
        self._transport.abort()

    def _wake(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)
