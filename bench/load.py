"""How little heavy SPARQL clients disturb everybody else: a real server under load on loopback, in one run with the same server idle.

    python bench/load.py [SECONDS]

Needs a snapshot (`koopkg ingest`). Each client has a loopback address of its own, as clients of a public server have;
heavy ones send one query after the other, no two alike, and come again when they are told to. Bars are those of the project; a figure beyond its bar is marked.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

HEAVY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
ASK = "/sparql?query=ASK%7B%7D"
TEXTS = ("gemeinsamer Bauhof", "Bürgerbus im Dorf", "Trinkwasser gemeinsam versorgen", "joint IT department of two towns", "Standesamt zusammenlegen")
PAUSE_SECONDS = 0.02
SECONDS = 12
_NUMBERS = itertools.count(1)


@dataclass(frozen=True)
class Figures:
    """Seconds that requests took."""

    median: float
    p99: float
    count: int

    def __str__(self) -> str:
        return f"median {self.median * 1000:6.1f} ms   p99 {self.p99 * 1000:6.1f} ms   ({self.count} requests)"


class Client:
    """One connection after the other from one address."""

    def __init__(self, port: int, number: int) -> None:
        self._port = port
        self._address = f"127.0.{1 + number // 250}.{1 + number % 250}"

    async def get(self, path: str) -> tuple[int, dict[str, str]]:
        """Status and headers of an answer that was read whole."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port, local_addr=(self._address, 0))
        try:
            writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
            head, _, _ = (await reader.read()).partition(b"\r\n\r\n")
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()
        status, *lines = head.decode("latin-1").split("\r\n")
        return int(status.split()[1]), {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}


async def heavy_client(port: int, number: int, statuses: dict[int, int]) -> None:
    """Send heavy queries, no two alike, for ever."""
    client = Client(port, number)
    for repetition in itertools.count():
        status, headers = await client.get(f"/sparql?query={quote(f'{HEAVY} # {number} {repetition}')}")
        statuses[status] = statuses.get(status, 0) + 1
        await asyncio.sleep(float(headers.get("retry-after", "0")))


async def measure(port: int, paths: Iterable[str], seconds: float) -> Figures:
    """Ask for one path after the other, one request after the other with a short pause, from an address that nobody else uses."""
    client, taken = Client(port, 240), []
    end = time.monotonic() + seconds
    for path in paths:
        began = time.perf_counter()
        status, _ = await client.get(path)
        taken.append(time.perf_counter() - began)
        assert status == 200, f"{path}: {status}"
        if time.monotonic() > end:
            break
        await asyncio.sleep(PAUSE_SECONDS)
    ordered = sorted(taken)
    return Figures(statistics.median(ordered), ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))], len(ordered))


@contextlib.asynccontextmanager
async def heavy_clients(port: int, count: int) -> AsyncIterator[dict[int, int]]:
    statuses: dict[int, int] = {}
    tasks = [asyncio.create_task(heavy_client(port, number, statuses)) for number in range(count)]
    await asyncio.sleep(2)
    try:
        yield statuses
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def searches() -> Iterator[str]:
    """Search texts that were never asked for, so that each is encoded."""
    for number in _NUMBERS:
        yield f"/api/v1/search?q={quote(f'{TEXTS[number % len(TEXTS)]} {number}')}"


def memory_mib(process: int) -> int:
    """Resident memory of a process and all below it."""
    try:
        children = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii").split()
        pages = int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE") // 2**20 + sum(memory_mib(int(child)) for child in children)


def bar(name: str, value: str, is_met: bool, wanted: str) -> None:
    print(f"  {name:46} {value:>12}   bar {wanted:14} {'' if is_met else 'MISSED'}")


async def run(port: int, process: int, seconds: float) -> None:
    await measure(port, itertools.chain([ASK, "/healthz"], searches()), 2)
    before = memory_mib(process)
    idle = {
        name: await measure(port, paths, seconds)
        for name, paths in (("ASK {}", itertools.repeat(ASK)), ("/healthz", itertools.repeat("/healthz")), ("search", searches()))
    }
    for name, figures in idle.items():
        print(f"{name:10} idle                     {figures}")
    async with heavy_clients(port, 4) as statuses:
        beside_four = await measure(port, itertools.repeat(ASK), seconds)
        print(f"{'ASK {}':10} beside  4 heavy clients   {beside_four}   their answers: {statuses}")
    async with heavy_clients(port, 45) as statuses:
        beside = {
            name: await measure(port, paths, seconds)
            for name, paths in (("ASK {}", itertools.repeat(ASK)), ("/healthz", itertools.repeat("/healthz")), ("search", searches()))
        }
        for name, figures in beside.items():
            print(f"{name:10} beside 45 heavy clients   {figures}   their answers: {statuses}")
    await asyncio.sleep(3)
    after = memory_mib(process)
    print()
    bar("ASK {} p99 beside 4 heavy clients", f"{beside_four.p99 * 1000:.0f} ms", beside_four.p99 < 0.05, "< 50 ms")
    bar("ASK {} p99 beside 45 heavy clients", f"{beside['ASK {}'].p99 * 1000:.0f} ms", beside["ASK {}"].p99 < 0.1, "< 100 ms")
    for name in ("/healthz", "search"):
        ratio = beside[name].median / idle[name].median
        bar(f"{name} beside 45, median to idle median", f"{ratio:.2f} x", ratio < 2, "< 2 x")
    bar("memory after to before, server and workers", f"{before} -> {after} MiB", after < before * 1.2, "back to start")


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    port = 8765
    command = [sys.executable, "-m", "koopkg.cli", "serve", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
        try:
            wait_until_ready(port)
            asyncio.run(run(port, server.pid, seconds))
        finally:
            server.send_signal(signal.SIGINT)


def wait_until_ready(port: int) -> None:
    for _ in range(300):
        with contextlib.suppress(OSError):
            if asyncio.run(Client(port, 240).get("/readyz"))[0] == 200:
                return
        time.sleep(0.1)
    raise SystemExit("the server did not become ready")


if __name__ == "__main__":
    main()
