"""Places are given out in turn: fair by client, bounded, and never lost."""

from __future__ import annotations

import asyncio

import pytest

from koopkg.errors import BusyError
from koopkg.sparql.turns import Turns


def test_clients_take_turns_however_many_requests_each_has() -> None:
    async def scenario() -> list[str]:
        turns, order = Turns(1, most_of_client=9, most_waiting=9), []

        async def work(name: str) -> None:
            async with turns.turn(name[0]):
                order.append(name)
                await asyncio.sleep(0)  # lets the others queue up

        await asyncio.gather(*(work(name) for name in ("a1", "a2", "a3", "a4", "b1", "b2", "c1")))
        assert turns.has_place()
        assert not turns.waiting
        return order

    assert asyncio.run(scenario()) == ["a1", "a2", "b1", "c1", "a3", "b2", "a4"]


def test_no_more_than_its_places_are_held_at_once() -> None:
    async def scenario() -> int:
        turns, inside, most = Turns(3, most_of_client=100, most_waiting=100), 0, 0

        async def work(number: int) -> None:
            nonlocal inside, most
            async with turns.turn(str(number % 7)):
                inside += 1
                most = max(most, inside)
                await asyncio.sleep(0)
                inside -= 1

        await asyncio.gather(*(work(number) for number in range(50)))
        return most

    assert asyncio.run(scenario()) == 3


def test_too_many_of_one_client_and_too_many_in_all_are_refused() -> None:
    async def scenario() -> None:
        turns, released = Turns(1, most_of_client=2, most_waiting=2), asyncio.Event()

        async def work(client: str) -> None:
            async with turns.turn(client):
                await released.wait()

        first = [asyncio.create_task(work(client)) for client in ("a", "a", "b")]
        await asyncio.sleep(0)
        with pytest.raises(BusyError, match="2 queries of yours"):
            await work("a")
        with pytest.raises(BusyError, match="too many queries are waiting"):
            await work("c")
        released.set()
        await asyncio.gather(*first)
        await work("c")

    asyncio.run(scenario())


@pytest.mark.parametrize("steps", range(4))
def test_a_place_survives_whoever_leaves(steps: int) -> None:
    """A waiter that gives up before, while or after the place comes to it passes it on."""

    async def scenario() -> None:
        turns, released = Turns(1, most_of_client=9, most_waiting=9), asyncio.Event()

        async def work(client: str) -> None:
            async with turns.turn(client):
                await released.wait()

        holder, leaver, last = (asyncio.create_task(work(client)) for client in "abc")
        await asyncio.sleep(0)
        if steps:
            holder.cancel()
        for _ in range(steps - 1):
            await asyncio.sleep(0)
        leaver.cancel()
        released.set()
        await asyncio.wait([holder, leaver, last], timeout=10)
        assert last.done()
        assert last.exception() is None
        assert turns.has_place()

    asyncio.run(scenario())
