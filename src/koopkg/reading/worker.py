"""The process in which files of foreign formats are read: `python -m koopkg.reading.worker DESCRIPTOR OPTIONS`, one file after the other.

It can open no socket, has bounded memory and processor time, and nothing in it lasts: whoever started it starts another when it dies.
"""

from __future__ import annotations

import contextlib
import json
import logging
import signal
import socket
import sys
import warnings
from typing import BinaryIO

from koopkg.errors import DocumentError, refused
from koopkg.isolation import IsolationError, die_with, forbid_sockets, limit_memory, limit_processor_time
from koopkg.messages import Foreign, Message
from koopkg.reading.formats import FORMATS, Format, in_this_process
from koopkg.reading.transport import Head, packed_content, packed_member, packed_refusal, read_frame, write_frame

__all__ = ["main"]


def main(line: socket.socket, *, parent: int, memory_mib: int, seconds: float) -> None:
    """Serve until the other end hangs up."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to all processes of a terminal; who started this one ends it
    warnings.simplefilter("ignore")  # what libraries say of faulty files is no news
    logging.disable()
    if not die_with(parent):
        return
    socket.has_ipv6 = False  # urllib3, which trafilatura brings along, opens a socket when it is imported, only to see whether it could
    with contextlib.suppress(IsolationError):  # nothing read here opens a socket of its own accord; this keeps what takes a reader over from it
        forbid_sockets()
    limit_memory(memory_mib * 2**20)
    with contextlib.suppress(ConnectionError), line.makefile("rb") as jobs, line.makefile("wb") as answers:
        while (job := read_frame(jobs)) is not None:
            limit_processor_time(seconds)  # rounded up, and cannot be undone by what runs in here
            signal.setitimer(signal.ITIMER_PROF, seconds)  # which ends this process by SIGPROF
            _work(answers, *job)
            signal.setitimer(signal.ITIMER_PROF, 0)


def _work(answers: BinaryIO, job: Head, raw: bytes) -> None:
    """Read one file, or hand out the files in it, one at a time."""
    row, where = FORMATS[job["format"]], job["where"]
    try:
        if job["kind"] == "read":
            write_frame(answers, *packed_content(in_this_process(row, raw, where)))
            return
        for member in row.members(raw, where) if row.members else ():
            write_frame(answers, *packed_member(member))
        write_frame(answers, {"kind": "end"})
    except ConnectionError:
        raise
    except DocumentError as error:
        write_frame(answers, packed_refusal(error))
    except MemoryError:
        write_frame(answers, packed_refusal(refused(where, "needs more memory than one document may; split it", field="size")))
    except Exception as error:  # noqa: BLE001 -- whatever a library raises on whatever bytes is a fault of this one file
        write_frame(answers, packed_refusal(refused(where, _told(row, error))))


def _told(row: Format, error: Exception) -> Message:
    return Message(
        "is damaged, or no {kind} file, whatever its name says ({reason}); save it anew or send it again",
        kind=row.endings[0].lstrip(".").upper(),
        reason=Foreign(type(error).__name__),
    )


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])), **json.loads(sys.argv[2]))
