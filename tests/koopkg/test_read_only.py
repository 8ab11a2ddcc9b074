"""Reading needs no right to write: on a read-only mount, and for a user who may only read."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from koopkg.config import Settings
from tests.conftest import running_server

COMMANDS = [
    ["search", "gemeinsamer Bauhof"],
    ["similar", "standesamt-lossetal"],
    ["sparql", "SELECT (COUNT(?c) AS ?n) { ?c a koop:Cooperation }"],
    ["export", "--format", "csv"],
    ["export", "--format", "nq"],
    ["snapshots", "list"],
    ["doctor"],
]
_RIGHTS = "-dac_override,-dac_read_search,-fowner"
UNPRIVILEGED = ["setpriv", f"--bounding-set={_RIGHTS}", f"--inh-caps={_RIGHTS}"] if os.getuid() == 0 else []
"""Root may write everywhere; without these rights it is held to the modes of files like anybody else."""


def run(*arguments: str, data: Path, before: list[str]) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "KOOPKG_DATA": str(data)}
    return subprocess.run([*before, sys.executable, "-m", "koopkg.cli", *arguments], env=environment, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture
def closed(tiny: Settings, tmp_path: Path) -> Iterator[Path]:
    """The tiny data folder as it is given to others: no right to write, and for the group no more than to read."""
    data = shutil.copytree(tiny.data, tmp_path / "closed")
    shutil.rmtree(data / "cache")
    folders = [data, *(path for path in data.rglob("*") if path.is_dir())]
    for path in data.rglob("*"):
        if path.is_file():
            path.chmod(0o444)
    for folder in folders:
        folder.chmod(0o555)
    yield data
    for folder in folders:
        folder.chmod(0o755)


def test_every_file_of_a_snapshot_is_as_open_as_the_umask_says(tiny: Settings) -> None:
    """Another user who serves it can read it."""
    usual = tiny.snapshots_folder.stat().st_mode & 0o444
    assert [path for path in tiny.snapshots_folder.rglob("*") if path.stat().st_mode & 0o444 != usual] == []


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_reading_without_the_right_to_write(command: list[str], closed: Path) -> None:
    done = run(*command, data=closed, before=UNPRIVILEGED)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout


def test_serving_without_the_right_to_write(closed: Path) -> None:
    """Ready, a search and a query."""
    with running_server(closed, before=UNPRIVILEGED) as server:
        assert server.request("/readyz").json()["status"] == "ready"
        assert server.request("/api/v1/search?q=Standesamt").json()["hits"][0]["id"] == "standesamt-lossetal"
        assert server.request("/sparql?query=ASK%20%7B%20?c%20a%20koop:Cooperation%20%7D&format=json").json()["boolean"] is True


def test_writing_without_the_right_says_so(closed: Path) -> None:
    done = run("ingest", data=closed, before=UNPRIVILEGED)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert "Permission denied; choose a place that you may write to" in done.stderr


def test_reading_on_a_read_only_mount(tiny: Settings) -> None:
    """All commands in one name space of mounts, so that it is left behind with the process."""
    mounted = ["unshare", "--mount", *([] if os.getuid() == 0 else ["--map-root-user"])]
    if subprocess.run([*mounted, "mount", "--bind", str(tiny.data), str(tiny.data)], capture_output=True, check=False).returncode:
        pytest.skip("mounts are not allowed here")
    script = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && for command in "$@"; do eval "$command" || exit; done'
    commands = [f"{sys.executable} -m koopkg.cli {' '.join(map(repr, command))}" for command in COMMANDS]
    done = run_in(mounted, script, tiny.data, commands)
    assert done.returncode == 0, done.stderr
    refused = run_in(mounted, script, tiny.data, [f"{sys.executable} -m koopkg.cli ingest"])
    assert (refused.returncode, "Read-only file system" in refused.stderr) == (2, True), refused.stderr


def run_in(mounted: list[str], script: str, data: Path, commands: list[str]) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "KOOPKG_DATA": str(data)}
    return subprocess.run([*mounted, "sh", "-c", script, str(data), *commands], env=environment, capture_output=True, text=True, timeout=200, check=False)
