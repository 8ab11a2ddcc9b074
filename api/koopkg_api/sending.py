"""Large answers -> clients that may read slowly: few at a time, in pieces, and no longer than a slow line takes."""

from __future__ import annotations

import asyncio
import logging

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from koopkg.sparql import Turns

__all__ = ["LARGE_BYTES", "LargeResponse", "sending_places"]

_LOG = logging.getLogger(__name__)
LARGE_BYTES = 2**20
"""Bodies from this size are sent like this."""
_PIECE_BYTES = 2**18
_SECONDS, _BYTES_A_SECOND = 30, 2**18
"""How long a client may take to read: so long, and longer by what a line of two megabits a second needs for the body."""
_PLACES, _OF_CLIENT = 8, 2


def sending_places(processes: int) -> Turns:
    """The share of one process in the places for large answers that are being read.

    Who finds none is put off rather than kept waiting with the answer in memory.
    """
    return Turns(max(_OF_CLIENT, _PLACES // processes), most_of_client=_OF_CLIENT, most_waiting=0)


class LargeResponse(Response):
    """An answer that is held in memory until its client has read it."""

    def __init__(self, body: bytes, *, places: Turns, client: str, media_type: str, headers: dict[str, str]) -> None:
        super().__init__(b"", media_type=media_type, headers=headers)
        self.headers["content-length"] = str(len(body))
        self._content = body
        self._places, self._client = places, client

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 -- as ASGI has it
        """Send the answer; a client that reads too slowly is left without the rest, which its length tells.

        Raises:
            BusyError: The client, or all together, have too many large answers to read.
        """
        async with self._places.turn(self._client):
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            try:
                async with asyncio.timeout(_SECONDS + len(self._content) / _BYTES_A_SECOND):
                    for first in range(0, len(self._content), _PIECE_BYTES):
                        piece = self._content[first : first + _PIECE_BYTES]
                        await send({"type": "http.response.body", "body": piece, "more_body": first + _PIECE_BYTES < len(self._content)})
            except TimeoutError:
                _LOG.warning("an answer of %d bytes was read too slowly and given up", len(self._content))
