"""The process that starts SPARQL workers: `python -m koopkg.sparql.foreman CONTROL OPTIONS`, a fork each, so that a new worker costs ten milliseconds.

It has loaded the engine but never opens a store, can open no socket, nor can its children, and ends with its server, they with it.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import socket
import sys
from typing import Any

from koopkg.isolation import IsolationError, die_with, forbid_sockets
from koopkg.sparql.worker import serve

__all__ = ["main"]


def main(control: socket.socket, *, server: int, graph: str, memory_mib: int, is_isolated: bool, niceness: int) -> None:
    """Fork a worker for each descriptor that comes over `control`, and report each start and each end as a line of JSON.

    Args:
        server: Process id of the server.
        niceness: Of the foreman and, at first, of its workers.
        is_isolated: Whether workers have to be unable to open sockets; only off where the operator said so.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to all processes of a terminal; the server ends its workers itself
    if not die_with(server):
        return
    os.setpriority(os.PRIO_PROCESS, 0, niceness)
    if is_isolated:
        try:
            forbid_sockets()
        except IsolationError as error:
            _report(control, refused=str(error))
            return
    _report(control, ready=True)
    with selectors.DefaultSelector() as watched:
        watched.register(control, selectors.EVENT_READ)
        while True:
            for key, _ in watched.select():
                if key.fileobj is not control:
                    watched.unregister(key.fileobj)
                    _bury(control, pid=key.data, descriptor=key.fd)
                elif not (descriptor := _wanted(control)):
                    return
                else:
                    pid = os.fork()
                    if pid == 0:
                        _work(control, descriptor, graph, memory_mib)
                    os.close(descriptor)
                    watched.register(os.pidfd_open(pid), selectors.EVENT_READ, pid)
                    _report(control, started=pid)


def _wanted(control: socket.socket) -> int | None:
    """The descriptor over which a new worker shall speak; None when the server is gone."""
    with contextlib.suppress(ConnectionError):
        message, descriptors, _, _ = socket.recv_fds(control, 1, 1)
        return descriptors[0] if message else None
    return None


def _work(control: socket.socket, descriptor: int, graph: str, memory_mib: int) -> None:
    """The life of a worker, from the fork to its end."""
    foreman = os.getppid()
    control.close()
    if die_with(foreman):
        serve(descriptor, graph, memory_mib=memory_mib)
    os._exit(0)


def _bury(control: socket.socket, *, pid: int, descriptor: int) -> None:
    os.close(descriptor)
    _, status = os.waitpid(pid, 0)
    _report(control, ended=pid, code=os.waitstatus_to_exitcode(status))


def _report(control: socket.socket, **facts: Any) -> None:
    with contextlib.suppress(ConnectionError):  # the server is gone; the next read says so
        control.sendall(json.dumps(facts).encode() + b"\n")


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])), **json.loads(sys.argv[2]))
