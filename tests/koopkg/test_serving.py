"""Several processes serve one address: each answers, each moves on, one that dies is replaced, and nothing is left when the server ends."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest

from koopkg import snapshot
from koopkg.config import Settings
from koopkg.pipeline import ingest
from tests.conftest import TINY, Server, Silent, run_koopkg, running_server, with_vectors
from tests.koopkg.sparql.test_pool import HEAVY, children_of, wait_for_end, workers_of

ASK = "/sparql?query=ASK%7B%7D"


@pytest.fixture(scope="module")
def together(tiny: Settings) -> Iterator[tuple[running_server, Server]]:
    """A server of two processes."""
    manager = running_server(tiny.data, KOOPKG_WORKERS="2")
    with manager as started:
        yield manager, started


def soon(is_so: Callable[[], bool]) -> bool:
    """Whether something comes to be so; waits a minute at most."""
    deadline = time.monotonic() + 60
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.05)
    return is_so()


@contextmanager
def alone(process: int, supervisor: int) -> Iterator[None]:
    """The other processes stand still, so that whatever is answered this one has answered."""
    others = [other for other in children_of(supervisor) if other != process]
    for other in others:
        os.kill(other, signal.SIGSTOP)
    try:
        yield
    finally:
        for other in others:
            os.kill(other, signal.SIGCONT)


def test_each_process_answers(together: tuple[running_server, Server]) -> None:
    manager, started = together
    assert soon(lambda: len(children_of(manager.process.pid)) == 2)
    for process in children_of(manager.process.pid):
        with alone(process, manager.process.pid):
            assert started.request("/api/v1/search?q=Standesamt&limit=1").json()["total"] > 0
            assert started.request(ASK).json()["boolean"] is True


def test_a_process_that_dies_is_replaced_and_leaves_no_query_worker_behind(tiny: Settings) -> None:
    manager = running_server(tiny.data, KOOPKG_WORKERS="2")
    with manager as started:
        first, second = children_of(manager.process.pid)
        assert soon(lambda: bool(workers_of(first)))
        descriptors = [os.pidfd_open(pid) for pid in [*children_of(first), *workers_of(first)]]
        os.kill(first, signal.SIGKILL)
        assert all(map(wait_for_end, descriptors))
        assert soon(lambda: len(children_of(manager.process.pid)) == 2)
        [replacement] = set(children_of(manager.process.pid)) - {second}
        with alone(replacement, manager.process.pid):
            assert started.request(ASK).status == 200
        manager.process.send_signal(signal.SIGINT)
        assert manager.process.stderr is not None
        told = manager.process.stderr.read().decode()
    assert told == f"koopkg: server process {first} has ended (killed by SIGKILL); another one takes its place\n"


def test_each_process_moves_on_to_the_next_snapshot_by_itself(tiny_copy: Settings, tmp_path: Path, tiny_vectors: Path) -> None:
    elsewhere = with_vectors(tmp_path / "next", tiny_vectors)
    ingest([TINY / "standesamt-lossetal.md"], elsewhere, Silent())
    folder = snapshot.open_files(elsewhere.data).folder
    manager = running_server(tiny_copy.data, KOOPKG_WORKERS="2")
    with manager as started:
        shutil.copytree(folder, tiny_copy.snapshots_folder / folder.name)
        (tiny_copy.data / "CURRENT.new").write_text(f"{folder.name}\n", encoding="ascii")
        (tiny_copy.data / "CURRENT.new").replace(tiny_copy.data / "CURRENT")
        for process in children_of(manager.process.pid):
            with alone(process, manager.process.pid):
                assert soon(lambda: bool(started.request("/readyz").json()["snapshot"] == folder.name))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_all_end_at_once_and_quietly_though_a_heavy_query_runs(number: signal.Signals, tiny: Settings) -> None:
    manager = running_server(tiny.data, KOOPKG_WORKERS="2", KOOPKG_SPARQL_TIMEOUT_SECONDS="60")
    with manager as started, ThreadPoolExecutor(1) as threads:
        processes = children_of(manager.process.pid)
        asked = threads.submit(started.request, f"/sparql?query={quote(HEAVY)}")
        heavy: list[int] = []
        while not heavy:
            heavy = [pid for process in processes for pid in workers_of(process) if os.getpriority(os.PRIO_PROCESS, pid) == 10]
        descriptors = [os.pidfd_open(pid) for pid in [*processes, *heavy]]
        manager.process.send_signal(number)
        assert asked.result().status == 503
        assert manager.process.stderr is not None
        assert manager.process.stderr.read() == b""
        assert manager.process.wait(timeout=20) == (0 if number == signal.SIGINT else -signal.SIGTERM)
    assert all(map(wait_for_end, descriptors))


def test_processes_end_with_a_killed_supervisor(tiny: Settings) -> None:
    manager = running_server(tiny.data, KOOPKG_WORKERS="2")
    with manager:
        descriptors = [os.pidfd_open(pid) for pid in children_of(manager.process.pid)]
        manager.process.kill()
        assert len(descriptors) == 2
        assert all(map(wait_for_end, descriptors))


def test_a_port_that_is_taken_is_told_in_one_line(together: tuple[running_server, Server], tiny: Settings) -> None:
    _, started = together
    port = started.address.rpartition(":")[2]
    refused = run_koopkg("serve", "--port", port, "--workers", "2", data=tiny.data)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.startswith(f"koopkg: 127.0.0.1, port {port}: Address already in use")
    assert refused.stderr.count("\n") == 1


def test_an_unusable_number_of_processes_is_named(tiny: Settings) -> None:
    refused = run_koopkg("serve", "--workers", "-1", data=tiny.data)
    assert refused.returncode == 2
    assert "KOOPKG_WORKERS" in refused.stderr
