"""Files of foreign formats -> their content, read by a process of its own that serves many files and may die: then another takes its place."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from koopkg.errors import DocumentError, refused
from koopkg.messages import Message
from koopkg.reading.content import Content, Member
from koopkg.reading.formats import FORMATS, Format, in_this_process
from koopkg.reading.transport import Head, read_frame, unpacked_content, unpacked_member, unpacked_refusal, write_frame

__all__ = ["Isolated", "Limits"]

_START_SECONDS = 30
_SHARED = 3
"""Times the processor time that a file may take after which nothing more is waited for: others want the processor, too."""
_MOST_FILES = 500
"""After so many files a process is replaced, whatever its libraries have kept of them."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What the reading of one file may cost.

    Attributes:
        seconds: Of processor time.
        memory_mib: Beyond what a process has before it reads anything.
    """

    seconds: float = 60.0
    memory_mib: int = 1_024


class Isolated:
    """A process that reads files and one that unpacks them, each started when it is first needed; closed by `with`."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._reader: _Worker | None = None
        self._unpacker: _Worker | None = None

    def __enter__(self) -> Isolated:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in (self._reader, self._unpacker):
            if worker is not None:
                worker.end()

    @property
    def pid(self) -> int | None:
        """The id of the process that reads; None where there is none."""
        return self._reader.pid if self._reader else None

    def read(self, format: Format, raw: bytes, where: str) -> Content:
        """The content of a file; what we wrote ourselves is read in this process.

        Raises:
            DocumentError: What is wrong with it, or that its reading took too long, too much memory, or the process with it.
        """
        if not format.is_foreign or format.reader is None:
            return in_this_process(format, raw, where)
        worker = self._reader = self._living(self._reader)
        worker.send({"kind": "read", "format": FORMATS.index(format), "where": where}, raw)
        head, body = worker.answer(where)
        if head["kind"] == "refused":
            raise unpacked_refusal(head)
        return unpacked_content(head, body)

    def members(self, format: Format, raw: bytes, where: str) -> Iterator[Member]:
        """The files in a file, one at a time.

        Raises:
            DocumentError: As for `read`.
        """
        if format.members is None:
            return
        if not format.is_foreign:
            yield from format.members(raw, where)
            return
        worker = self._unpacker = self._living(self._unpacker)
        worker.send({"kind": "unpack", "format": FORMATS.index(format), "where": where}, raw)
        is_done = False
        try:
            while True:
                head, body = worker.answer(where)
                if head["kind"] != "member":
                    is_done = True
                    if head["kind"] == "refused":
                        raise unpacked_refusal(head)
                    return
                yield unpacked_member(head, body)
        finally:
            if not is_done:  # whoever asked has enough, or it has died
                worker.end()

    def _living(self, worker: _Worker | None) -> _Worker:
        if worker is not None and worker.is_usable:
            return worker
        if worker is not None:
            worker.end()
        return _Worker(self._limits)


class _Worker:
    """One process and the line to it."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._files = 0
        options = {"parent": os.getpid(), "memory_mib": limits.memory_mib, "seconds": limits.seconds}
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 -- our own module
                [sys.executable, "-P", "-m", "koopkg.reading.worker", str(theirs.fileno()), json.dumps(options)],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        ours.settimeout(_START_SECONDS + _SHARED * limits.seconds)
        self._socket = ours
        self._answers: BinaryIO = ours.makefile("rb")
        self._jobs: BinaryIO = ours.makefile("wb")

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_usable(self) -> bool:
        return self._files < _MOST_FILES and self._process.poll() is None and not self._jobs.closed

    def send(self, head: Head, raw: bytes) -> None:
        """Give it a file; if it has died the answer says so."""
        self._files += 1
        with contextlib.suppress(OSError):
            write_frame(self._jobs, head, raw)

    def answer(self, where: str) -> tuple[Head, bytes]:
        """The next thing that it says.

        Raises:
            DocumentError: It died, or said nothing in time.
        """
        answered: tuple[dict[str, Any], bytes] | None = None
        is_late = False
        try:
            answered = read_frame(self._answers)
        except TimeoutError:
            is_late = True
        except (OSError, ValueError):  # the line broke, or what came over it is no answer
            pass
        if answered is not None:
            return answered
        self.end()
        raise _why(self._process.returncode, self._limits, where, is_late=is_late)

    def end(self) -> None:
        """Kill it and wait until it is gone."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        for stream in (self._jobs, self._answers):
            with contextlib.suppress(OSError):
                stream.close()
        self._socket.close()


def _why(code: int, limits: Limits, where: str, *, is_late: bool) -> DocumentError:
    """What the end of a process in the middle of a file says of that file."""
    if is_late or code in (-signal.SIGXCPU, -signal.SIGPROF):
        return refused(where, Message("takes longer to read than {seconds:g} seconds; split it", seconds=limits.seconds))
    if code == -signal.SIGSYS:
        return refused(where, "tried to open a connection while it was read, and was not read any further")
    return refused(where, "cannot be read: the program that reads such files ended over it; save it anew, for example as PDF")
