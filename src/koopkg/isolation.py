"""A process of our own -> one that can do less, for good: no sockets (a seccomp filter, which needs no privilege), bounded memory and processor time."""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import signal
import struct
from dataclasses import dataclass

__all__ = ["IsolationError", "die_with", "forbid_sockets", "limit_memory", "limit_processor_time", "why_impossible"]

_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 38, 22, 2
_KILL_PROCESS, _ALLOW = 0x80000000, 0x7FFF0000
_LOAD, _JUMP_EQUAL, _JUMP_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_OFFSET_NUMBER, _OFFSET_ARCHITECTURE = 0, 4
_X32_NUMBERS = 0x40000000
"""From here the numbers of the x32 interface of x86-64 begin, under which every call has a second name."""
_IO_URING_SETUP = 425


_SPARE_SECONDS = 2
"""Processor time beyond a limit, after which the kernel ends a process that whoever started it did not."""


class IsolationError(OSError):
    """The kernel does not let this process forbid itself to open sockets."""


@dataclass(frozen=True, slots=True)
class _Architecture:
    """What the filter has to know of a processor: its number in audit messages and that of socket(2). Source: linux/audit.h, asm/unistd.h."""

    audit: int
    socket: int


_ARCHITECTURES = {"x86_64": _Architecture(0xC000003E, 41), "aarch64": _Architecture(0xC00000B7, 198)}


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def forbid_sockets() -> None:
    """End this process at the moment in which it, or a thread of it, opens a socket; there is no way back.

    The whole process is killed rather than the call refused, because SERVICE SILENT would pass over a refusal without a word.
    Sockets through io_uring and through the calls of another architecture are ended likewise.

    Raises:
        IsolationError: The processor is not known here, or the kernel refuses.

    Source: https://docs.kernel.org/userspace-api/seccomp_filter.html
    """
    architecture = _ARCHITECTURES.get(platform.machine())
    if architecture is None:
        raise IsolationError(f"no filter for the processor {platform.machine()}; known are {', '.join(_ARCHITECTURES)}")
    code = _filter(architecture)
    libc = ctypes.CDLL(None, use_errno=True)
    program = _Program(len(code) // 8, code)
    for arguments in ((_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), (_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0)):
        if libc.prctl(*arguments) != 0:
            raise IsolationError(ctypes.get_errno(), f"the kernel refuses a seccomp filter ({os.strerror(ctypes.get_errno())})")


def why_impossible() -> str | None:
    """Why a process cannot be kept from opening sockets here, tried in a child of this process; None if it can."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            forbid_sockets()
        except IsolationError as error:
            os.write(writing, str(error).encode())
        os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with open(reading, encoding="utf-8") as told:  # noqa: PTH123 -- a file descriptor, not a path
        return told.read() or None


def die_with(parent: int) -> bool:
    """Let the kernel kill this process when its parent dies; false if that has happened already."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    return os.getppid() == parent


def limit_memory(more_bytes: int) -> None:
    """Let this process map so much more than it has now, and leave no image of its memory behind when it dies."""
    with open("/proc/self/statm", "rb") as statm:  # noqa: PTH123 -- no file on a disk
        mapped = int(statm.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    resource.setrlimit(resource.RLIMIT_AS, (mapped + more_bytes, mapped + more_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def limit_processor_time(seconds: float) -> None:
    """Let the kernel end this process once it has used so much more processor time, and a little."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime + seconds) + _SPARE_SECONDS, hard))


def _filter(architecture: _Architecture) -> bytes:
    """The filter as instructions of classic BPF; a jump counts the instructions that it passes over, `kill` is the last one."""
    forbidden = (architecture.socket, _IO_URING_SETUP)
    kill = 5 + len(forbidden)
    instructions = [
        (_LOAD, 0, 0, _OFFSET_ARCHITECTURE),
        (_JUMP_EQUAL, 0, kill - 2, architecture.audit),
        (_LOAD, 0, 0, _OFFSET_NUMBER),
        (_JUMP_AT_LEAST, kill - 4, 0, _X32_NUMBERS),
        *((_JUMP_EQUAL, kill - 1 - place, 0, number) for place, number in enumerate(forbidden, start=4)),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _KILL_PROCESS),
    ]
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in instructions)
