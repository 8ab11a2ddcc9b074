"""Bytes of a connection -> requests, as uvicorn reads them, but none may take longer than the server waits or have a head without end."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from koopkg.messages import Message
from koopkg_api.problems import describe

__all__ = ["BoundedProtocol"]

_MOST_HEAD_BYTES = 65_536
"""As much as h11 reads; httptools itself reads on for ever."""
_SECONDS = 10.0
_HEAD = b"HTTP/1.1 "


class _Joining:
    """A transport that sends the head of an answer together with the beginning of its body: one call of the system, and one awakening of the client."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport, self._loop = transport, loop
        self._head = b""
        self.is_closing, self.get_extra_info = transport.is_closing, transport.get_extra_info
        self.pause_reading, self.resume_reading = transport.pause_reading, transport.resume_reading

    def write(self, data: bytes) -> None:
        if self._head:
            head, self._head = self._head, b""
            self._transport.writelines((head, data))
        elif data.startswith(_HEAD):
            self._head = data
            self._loop.call_soon(self._flush)  # where the body is not there yet
        else:
            self._transport.write(data)

    def close(self) -> None:
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        if self._head:
            head, self._head = self._head, b""
            self._transport.write(head)


class BoundedProtocol(HttpToolsProtocol):
    """HTTP/1.1 with a deadline: a request has to be here, head and body, so many seconds after its connection or its first byte.

    How many stands in the state of the lifespan as `request_seconds`; the moment is handed on to the application as
    `deadline` in the state of the request, in the time of the event loop. uvicorn itself only bounds the pause between two requests.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._clock: asyncio.TimerHandle | None = None
        self._in_head = False
        self._head_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(_Joining(transport, self.loop))  # type: ignore[arg-type]
        self._start_clock()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_clock()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._start_clock()
        super().data_received(data)
        if self._in_head and not self.transport.is_closing():
            self._head_bytes += len(data)
            if self._head_bytes > _MOST_HEAD_BYTES:
                self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, Message("address and headers may have {most:,} bytes", most=_MOST_HEAD_BYTES))

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head, self._head_bytes = True, 0
        self.scope["state"]["deadline"] = self._start_clock()

    def on_headers_complete(self) -> None:
        self._in_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._stop_clock()
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 -- the one caller says the same every time
        self._refuse(HTTPStatus.BAD_REQUEST, Message("what was sent is no HTTP request"))

    def _start_clock(self) -> float:
        """The moment until which the request has to be here; the clock runs on if it runs."""
        if self._clock is None:
            self._clock = self.loop.call_later(self.app_state.get("request_seconds", _SECONDS), self._end_wait)
        return self._clock.when()

    def _stop_clock(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None

    def _end_wait(self) -> None:
        """Close the connection, at once or, while a request is being answered, after its answer."""
        self._clock = None
        if self.transport.is_closing():
            return
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.keep_alive = False
        elif self._in_head:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT, Message("the request did not arrive in time; send it in one go"))
        else:
            self.transport.close()

    def _refuse(self, status: HTTPStatus, detail: Message) -> None:
        """Answer what never became a request, in the shape of all errors, and close."""
        body = describe(status, detail, instance="").model_dump_json(exclude_none=True).encode()
        head = f"content-type: application/problem+json\r\ncontent-length: {len(body)}\r\naccess-control-allow-origin: *\r\nconnection: close\r\n\r\n"
        self.transport.write(STATUS_LINE[status] + head.encode("ascii") + body)
        self.transport.close()
