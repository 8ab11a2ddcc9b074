"""A web application -> processes that share its listening socket: started by a supervisor, replaced when they die, all ended together.

Not the supervisor of uvicorn, which imports everything anew in each process, keeps silent when one dies, and leaves them behind when it is killed.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Sequence

import uvicorn

__all__ = ["serve"]

_LOG = logging.getLogger(__name__)
_SWITCH_SECONDS = 0.0005
"""How soon a thread that computes lets the event loop answer: at Python's 5 ms a light query beside four searches took half as long again."""
_PR_SET_PDEATHSIG = 1
_ENDING = (signal.SIGINT, signal.SIGTERM)
_WATCHED = (*_ENDING, signal.SIGCHLD)
_LEAST_SECONDS = 1.0
"""A process that lived for a shorter time is replaced only after as long, so that one that cannot start does not eat the machine."""
_MORE_SECONDS = 5
"""How much longer than for its requests a process may take to end before it is killed."""


def serve(config: uvicorn.Config, *, workers: int) -> None:
    """Serve until SIGINT or SIGTERM comes; with one process in this one, else in children of it.

    For children the application is built before they are forked, so that they share its memory; what it opens it opens in each of them.

    Raises:
        OSError: The address cannot be listened at.
    """
    sys.setswitchinterval(_SWITCH_SECONDS)
    if workers == 1:
        with contextlib.suppress(KeyboardInterrupt):  # how uvicorn hands on the signal that has ended it
            uvicorn.Server(config).run()
        return
    listening = _listening(config.host, config.port, config.backlog)
    config.load()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _WATCHED)
    supervisor = _Supervisor(config, listening, workers)
    try:
        number = supervisor.run()
        supervisor.end()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    if number == signal.SIGTERM:  # who sent it can see that it did its work, as where one process serves
        signal.signal(number, signal.SIG_DFL)
        signal.raise_signal(number)


class _Supervisor:
    """Keeps a number of processes at work."""

    def __init__(self, config: uvicorn.Config, listening: Sequence[socket.socket], workers: int) -> None:
        self._config = config
        self._listening = listening
        self._workers = workers
        self._started: dict[int, float] = {}
        """Process id -> when it was started."""

    def run(self) -> int:
        """Start the processes and replace those that die, until a signal says that this shall end; which one."""
        while True:
            while len(self._started) < self._workers:
                self._start()
            number = signal.sigwait(_WATCHED)
            if number in _ENDING:
                return number
            were_hasty = [self._has_died(pid, status) for pid, status in _ended()]
            if any(were_hasty) and (told := signal.sigtimedwait(_ENDING, _LEAST_SECONDS)):
                return told.si_signo

    def end(self) -> None:
        """Have the processes answer what they are asked and end; kill those that do not. A further signal kills at once."""
        self._send(signal.SIGTERM)
        patience = (self._config.timeout_graceful_shutdown or 0) + _MORE_SECONDS
        deadline = time.monotonic() + patience
        while self._started:
            told = signal.sigtimedwait(_WATCHED, max(0.0, deadline - time.monotonic()))
            for pid, _ in _ended():
                self._started.pop(pid, None)
            if told is None or told.si_signo != signal.SIGCHLD:
                self._send(signal.SIGKILL)
                deadline = time.monotonic() + patience

    def _start(self) -> None:
        supervisor = os.getpid()
        pid = os.fork()
        if pid == 0:
            _work(self._config, self._listening, supervisor)
        self._started[pid] = time.monotonic()

    def _has_died(self, pid: int, status: int) -> bool:
        """Take note of a process that has ended; whether it had hardly begun."""
        lived = time.monotonic() - self._started.pop(pid, 0.0)
        code = os.waitstatus_to_exitcode(status)
        reason = f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
        _LOG.error("server process %d has ended (%s); another one takes its place", pid, reason)
        return lived < _LEAST_SECONDS

    def _send(self, number: signal.Signals) -> None:
        for pid in self._started:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)


def _work(config: uvicorn.Config, listening: Sequence[socket.socket], supervisor: int) -> None:
    """The life of a process, from the fork to its end."""
    code = 1
    try:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)  # it ends with its supervisor, however that ends
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _WATCHED)
        if os.getppid() == supervisor:
            uvicorn.Server(config).run(list(listening))
        code = 0
    except KeyboardInterrupt:
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    except Exception:  # noqa: BLE001 -- the process ends with it
        _LOG.exception("a server process failed")
    finally:
        os._exit(code)


def _ended() -> list[tuple[int, int]]:
    """Process id and status of every child that has ended since the last look; several may, for one signal."""
    found = []
    with contextlib.suppress(ChildProcessError):
        while (child := os.waitpid(-1, os.WNOHANG))[0]:
            found.append(child)
    return found


def _listening(host: str, port: int, backlog: int) -> list[socket.socket]:
    """A socket for each address of a host, as one process alone would listen at."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    opened = []
    for family, address in dict.fromkeys((family, address) for family, _, _, _, address in found):
        try:
            opened.append(socket.create_server((str(address[0]), port), family=family, backlog=backlog))
        except OSError as error:
            if error.errno != errno.EADDRNOTAVAIL or len(found) == 1:  # such as the IPv6 address of a name on a machine without IPv6
                raise
    return opened
