"""What the operating system refuses -> one line that says what, where and what to do."""

from __future__ import annotations

import errno
import socket
import sqlite3

from koopkg.messages import Foreign, Message
from koopkg.text import printable

__all__ = ["GRAPH_FAULTS", "REFUSALS", "explain", "graph_fault", "unreadable_graph"]

REFUSALS = (OSError, sqlite3.Error)
"""Exceptions by which the system, or a store that passes its word on, refuses."""

GRAPH_FAULTS = (OSError, RuntimeError)
"""Exceptions by which Oxigraph tells that files of a store are missing or damaged."""

_FULL = Message("free some space and run the command again; what was published is as it was")
_READ_ONLY = Message("choose a place that you may write to (KOOPKG_DATA, --output), or ask for the right")
_REMEDIES = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EFBIG: _FULL,
    errno.EROFS: _READ_ONLY,
    errno.EACCES: _READ_ONLY,
    errno.EPERM: _READ_ONLY,
    errno.ENOENT: Message("make the folder first, or choose another"),
    errno.ENOTDIR: Message("choose a folder; what is named here is a file"),
    errno.EEXIST: Message("choose a folder; what is named here is a file"),
    errno.EISDIR: Message("choose a file; what is named here is a folder"),
    errno.ENAMETOOLONG: Message("choose a shorter name"),
    errno.ELOOP: Message("the link leads back to itself; name what it should lead to"),
    errno.EMFILE: Message("raise the limit of open files (ulimit -n)"),
    errno.ENOMEM: Message("free some memory and run the command again"),
    errno.EADDRINUSE: Message("choose another --port or end the program that listens there"),
    errno.EADDRNOTAVAIL: Message("choose another --host; this machine does not have that address"),
    socket.EAI_NONAME: Message("choose another --host, a name or address of this machine such as 127.0.0.1 or ::1"),
}
_OTHERWISE = Message("see to that and run the command again; `koopkg doctor` tells what works")
_SAYS_FULL = ("No space left on device", "disk is full", "disk I/O error")
"""How stores that are not written in Python tell of a full disk, without an errno."""


def explain(error: OSError | sqlite3.Error) -> Message:
    """The cause and its remedy; the file where there is one."""
    reason = getattr(error, "strerror", None) or " ".join(str(error).split()) or type(error).__name__
    name = getattr(error, "filename", None)
    remedy = _REMEDIES.get(getattr(error, "errno", None) or 0)
    if remedy is None:
        remedy = _FULL if any(words in reason for words in _SAYS_FULL) else _OTHERWISE
    if name is None:
        return Message("{reason}; {remedy}", reason=Foreign(reason), remedy=remedy)
    return Message("{where}: {reason}; {remedy}", where=printable(str(name)), reason=Foreign(reason), remedy=remedy)


def graph_fault(error: Exception) -> str:
    """What is wrong with a store, without the paths that RocksDB names behind a colon."""
    return str(getattr(error, "strerror", None) or str(error).partition(":")[0] or type(error).__name__)


def unreadable_graph(fault: str) -> Message:
    """The fault of a store and its remedy."""
    return Message("the graph cannot be read ({reason}); run `koopkg ingest`", reason=Foreign(fault))
