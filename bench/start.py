"""Processor seconds from the command to the first answer: `koopkg serve` until it is ready, `koopkg search` in a new process.

    python bench/start.py

Needs a snapshot (`koopkg ingest`). What the processes themselves used, so that other load disturbs little; the median of several runs after a first one,
which leaves the byte code of all modules in a folder of its own, so that this measures the same wherever Python may not write beside its sources.
"""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

RUNS = 5
PORT = 8766
TEXT = "gemeinsamer Bauhof von drei kleinen Gemeinden"
COMMAND = [sys.executable, "-m", "koopkg.cli"]


def environment(byte_code: str) -> dict[str, str]:
    return {**{name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}, "PYTHONPYCACHEPREFIX": byte_code}


def seconds_of(process: subprocess.Popen[bytes]) -> float:
    """Processor time of a process that ends, and of all that it has waited for."""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_utime + usage.ru_stime


def start_to_ready(byte_code: str) -> float:
    """Taken at the moment in which it is ready, its children included."""
    process = subprocess.Popen([*COMMAND, "serve", "--port", str(PORT)], stdout=subprocess.DEVNULL, env=environment(byte_code))
    try:
        wait_until_ready()
        return used(process.pid)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()


def used(process: int) -> float:
    """Processor time that a process has used so far, with its children and those that are gone."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    children = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii").split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK") + sum(used(int(child)) for child in children)


def wait_until_ready() -> None:
    for _ in range(1200):
        try:
            with urlopen(f"http://127.0.0.1:{PORT}/readyz") as answer:
                if answer.status == 200:
                    return
        except URLError:
            time.sleep(0.05)
    raise SystemExit("the server did not become ready")


def cold_search(byte_code: str) -> float:
    return seconds_of(subprocess.Popen([*COMMAND, "search", TEXT], stdout=subprocess.DEVNULL, env=environment(byte_code)))


def libraries_alone(byte_code: str) -> float:
    """What no start can go below, and how fast the machine is right now."""
    return seconds_of(subprocess.Popen([sys.executable, "-c", "import fastapi, uvicorn, uvloop, httptools, jinja2"], env=environment(byte_code)))


def report(name: str, measure: Callable[[str], float], bar: float | None = None) -> None:
    with tempfile.TemporaryDirectory() as byte_code:
        median = statistics.median([measure(byte_code) for _ in range(RUNS + 1)][1:])
    told = "" if bar is None else f"   bar <= {bar:g} {'' if median <= bar else 'MISSED'}"
    print(f"{name:36} {median:5.2f} s of processor time{told}")


def main() -> None:
    report("importing FastAPI and uvicorn alone", libraries_alone)
    report("koopkg serve, start to ready", start_to_ready, 1.5)
    report("koopkg search, cold", cold_search, 1.2)


if __name__ == "__main__":
    main()
