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
        self.answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        """The answer that comes next, at first that the worker is ready; fails with ConnectionError if the worker ends before."""

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
            if not self.answer.done():
                self.answer.set_result(replace(answer, body=body) if body else answer)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 -- as asyncio has it
        if not self.answer.done():
            self.answer.set_exception(ConnectionError("the worker has ended"))

    def ask(self, job: Job) -> asyncio.Future[Answer]:
        """Send a job; its answer comes next."""
        self.answer = asyncio.get_running_loop().create_future()
        if self._transport.is_closing():
            self.connection_lost(None)
        else:
            self._transport.write(job_line(job))
        return self.answer

    def close(self) -> None:
        """Hang up, which ends a worker that waits for a job."""
        self._transport.abort()
