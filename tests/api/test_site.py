"""A new snapshot is served when it is whole; while it is opened, or when it cannot be, the old one is served on."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import shutil
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from koopkg import snapshot
from koopkg.config import Settings
from koopkg.pipeline import ingest
from koopkg.search import search
from koopkg_api.site import Site
from tests.conftest import TINY, Server, Silent, running_server, with_vectors

SEARCH = "/api/v1/search?q=Standesamt&limit=1"


@pytest.fixture(scope="module")
def next_one(tmp_path_factory: pytest.TempPathFactory, tiny_vectors: Path) -> Path:
    """A whole snapshot of one document, in a data folder of its own."""
    settings = with_vectors(tmp_path_factory.mktemp("next"), tiny_vectors)
    ingest([TINY / "standesamt-lossetal.md"], settings, Silent())
    return snapshot.open_files(settings.data).folder


def publish(folder: Path, data: Path) -> None:
    """Put a copy of a snapshot into a data folder and name it in CURRENT, as a publisher without care would."""
    shutil.rmtree(data / "snapshots" / folder.name, ignore_errors=True)
    shutil.copytree(folder, data / "snapshots" / folder.name)
    name_current(data, folder.name.encode())


def name_current(data: Path, content: bytes) -> None:
    (data / "CURRENT.new").write_bytes(content + b"\n")
    (data / "CURRENT.new").replace(data / "CURRENT")


def largest(folder: Path) -> Path:
    return max((path for path in folder.rglob("*") if path.is_file()), key=lambda path: path.stat().st_size)


def shorten(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flip_a_bit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def change_manifest(folder: Path, **changes: Any) -> None:
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | changes), encoding="utf-8")


DAMAGES: dict[str, Callable[[Path], object]] = {
    "no manifest": lambda folder: (folder / "manifest.json").unlink(),
    "manifest cut off": lambda folder: shorten(folder / "manifest.json"),
    "another format": lambda folder: change_manifest(folder, format=0),
    "another id": lambda folder: change_manifest(folder, id="0123456789abcdef"),
    "another encoder": lambda folder: change_manifest(folder, encoder="other5-0.3.0"),
    "no folder": shutil.rmtree,
    "no graph": lambda folder: shutil.rmtree(folder / "graph"),
    "lexical index cut off": lambda folder: shorten(largest(folder / "lexical")),
    "one bit of the vectors": lambda folder: flip_a_bit(largest(folder / "vectors")),
    "one bit of the graph": lambda folder: flip_a_bit(largest(folder / "graph")),
    "one bit of the catalog": lambda folder: flip_a_bit(folder / "catalog.sqlite"),
    "no arrays": lambda folder: shutil.rmtree(folder / "arrays"),
    "another file": lambda folder: (folder / "arrays" / "more.npy").write_text("", encoding="utf-8"),
}


def ready_when(server: Server, is_so: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """What `/readyz` says as soon as what it says is so; the old snapshot is served all the time."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        answer = server.request("/readyz")
        assert answer.status == 200
        assert server.request("/healthz").status == 200
        said: dict[str, Any] = answer.json()
        if is_so(said):
            return said
    raise AssertionError(f"it still says {said}")


def test_damaged_snapshots_leave_the_old_one_serving(tiny_copy: Settings, next_one: Path) -> None:
    """Under searches that go on all the time; in the end a whole one takes over without one of them failing."""
    old, folder = snapshot.current_id(tiny_copy.data), tiny_copy.snapshots_folder / next_one.name
    with running_server(tiny_copy.data) as started, searching(started) as answers:
        tag = started.request(SEARCH).headers["etag"]
        for damage in DAMAGES.values():
            name_current(tiny_copy.data, str(old).encode())
            ready_when(started, lambda said: "refused" not in said)
            publish_damaged(damage, next_one, tiny_copy.data)
            ready = ready_when(started, lambda said: "refused" in said)
            assert (ready["status"], ready["snapshot"], ready["refused"]["snapshot"]) == ("ready", old, next_one.name)
            assert ready["refused"]["reason"]
            assert str(tiny_copy.data) not in json.dumps(ready)
            assert started.request(SEARCH, headers={"If-None-Match": tag}).status == 304
            assert started.request("/sparql?query=ASK%7B%7D").headers["x-koopkg-snapshot"] == old
        name_current(tiny_copy.data, b"\xff\x00")
        ready_when(started, lambda said: said["refused"]["snapshot"] is None and "cannot be opened" in said["refused"]["reason"])
        shutil.rmtree(folder, ignore_errors=True)
        publish(next_one, tiny_copy.data)
        ready_when(started, lambda said: said == {"status": "ready", "snapshot": next_one.name})
        again = started.request(SEARCH, headers={"If-None-Match": tag})
        assert (again.status, again.json()["snapshot"]) == (200, next_one.name)
    assert {status for status, _ in answers} == {200}
    assert {found for _, found in answers} <= {old, next_one.name}


def publish_damaged(damage: Callable[[Path], object], whole: Path, data: Path) -> None:
    folder = data / "snapshots" / whole.name
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(whole, folder)
    damage(folder)
    name_current(data, whole.name.encode())


class searching:  # noqa: N801 -- used like a function, in a with statement
    """Two clients that search without a pause; gives status and snapshot of each answer."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._ended = threading.Event()
        self._threads = ThreadPoolExecutor(2)
        self._answers: list[tuple[int, str]] = []

    def __enter__(self) -> list[tuple[int, str]]:
        self._searches = [self._threads.submit(self._search) for _ in range(2)]
        return self._answers

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for running in self._searches:
            running.result()
        self._threads.shutdown()

    def _search(self) -> None:
        while not self._ended.is_set():
            answer = self._server.request(SEARCH)
            self._answers.append((answer.status, answer.json().get("snapshot")))


def test_a_refusal_is_logged_once(tiny_copy: Settings, next_one: Path, caplog: pytest.LogCaptureFixture) -> None:
    """However many requests ask; again when another one is published."""

    async def serve() -> None:
        site = Site(tiny_copy)
        await site.settle()
        for _ in range(2):
            publish_damaged(DAMAGES["no graph"], next_one, tiny_copy.data)
            await site.settle()
            for _ in range(5):
                async with site.serving() as served:
                    assert search(served.opened, "Bauhof").hits
                await site.settle()
        await site.close()

    with caplog.at_level(logging.ERROR):
        asyncio.run(serve())
    messages = [record.getMessage() for record in caplog.records if record.name.startswith("koopkg_api")]
    assert len(messages) == 2
    assert all(next_one.name in message and "is missing" in message for message in messages)


def test_a_snapshot_is_closed_when_its_last_request_is_done(tiny_copy: Settings, next_one: Path) -> None:
    async def serve() -> None:
        before, site = children(), Site(tiny_copy)
        async with site.serving() as old:
            await old.sparql.execute(await old.sparql.read("ASK {}"), format="json")
            workers = children() - before
            publish(next_one, tiny_copy.data)
            await site.settle()
            assert site.look() == next_one.name
            async with site.serving() as new:
                assert (new.id, new.opened.manifest.counts["documents"]) == (next_one.name, 1)
            assert (await old.sparql.execute(await old.sparql.read("ASK {}"), format="json")).body
            assert workers
            assert workers <= children()
        async with asyncio.timeout(20):
            while workers & children():
                await asyncio.sleep(0)
        await site.close()

    asyncio.run(serve())


def children() -> set[str]:
    """Processes that this one has started and that are alive."""
    found: set[str] = set()
    for task in Path("/proc/self/task").glob("*/children"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # a thread that has ended meanwhile
            found.update(task.read_text(encoding="ascii").split())
    return found


def test_requests_of_a_site_that_opens_its_first_snapshot_wait(tiny_copy: Settings) -> None:
    async def serve() -> list[str]:
        site = Site(tiny_copy)

        async def ask() -> str:
            async with site.serving() as served:
                return served.id

        answers = await asyncio.gather(*(ask() for _ in range(8)))
        await site.close()
        return answers

    assert set(asyncio.run(serve())) == {snapshot.current_id(tiny_copy.data)}
