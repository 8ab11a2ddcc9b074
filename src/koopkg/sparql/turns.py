"""Who may go now: a number of places, given out in turn to clients, so that none waits longer for having fewer requests."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from koopkg.errors import BusyError

__all__ = ["Turns"]


class Turns:
    """Places for work of one kind; who finds none waits, first come first served within a client, clients in rotation."""

    def __init__(self, places: int, *, most_of_client: int, most_waiting: int) -> None:
        """Open the places.

        Args:
            most_of_client: How many a client may have in work or waiting.
            most_waiting: How many may wait in all.
        """
        self._free = places
        self._most_of_client = most_of_client
        self._most_waiting = most_waiting
        self._of_client: Counter[str] = Counter()
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {}

    @property
    def waiting(self) -> int:
        return sum(map(len, self._waiting.values()))

    @property
    def is_full(self) -> bool:
        """Whether nobody more may wait."""
        return self.waiting >= self._most_waiting

    def has_place(self) -> bool:
        """Whether the next one would not wait."""
        return self._free > 0

    @asynccontextmanager
    async def turn(self, client: str) -> AsyncIterator[None]:
        """Hold a place while the block runs.

        Raises:
            BusyError: The client has as many as it may, or too many wait.
        """
        await self.enter(client)
        try:
            yield
        finally:
            self.leave(client)

    async def enter(self, client: str) -> None:
        """Take a place, to be given back by `leave`.

        Raises:
            BusyError: The client has as many as it may, or too many wait.
        """
        if self._of_client[client] >= self._most_of_client:
            raise BusyError("{count} queries of yours are running or waiting; send the next one when one of them is answered", count=self._most_of_client)
        if not self._free and self.is_full:
            raise BusyError("too many queries are waiting; try again later")
        self._of_client[client] += 1
        try:
            await self._enter(client)
        except BaseException:
            self._count_off(client)
            raise

    def leave(self, client: str) -> None:
        """Give back the place of a client."""
        self._leave()
        self._count_off(client)

    def _count_off(self, client: str) -> None:
        self._of_client[client] -= 1
        if not self._of_client[client]:
            del self._of_client[client]

    async def _enter(self, client: str) -> None:
        if self._free:
            self._free -= 1
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(client, deque()).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._leave()  # the place came in the same moment
            else:
                self._forget(client, turn)
            raise

    def _leave(self) -> None:
        """Hand the place to the client that has waited longest since its last turn."""
        while self._waiting:
            client = next(iter(self._waiting))
            turns = self._waiting.pop(client)
            turn = turns.popleft()
            if turns:
                self._waiting[client] = turns  # at the end: the others come first
            if not turn.done():  # else it has just been given up
                turn.set_result(None)
                return
        self._free += 1

    def _forget(self, client: str, turn: asyncio.Future[None]) -> None:
        turns = self._waiting.get(client, deque())
        if turn in turns:
            turns.remove(turn)
            if not turns:
                del self._waiting[client]
