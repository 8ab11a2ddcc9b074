"""Run a command where the kernel refuses a system call with EPERM, as containers do: `python without.py seccomp|unshare COMMAND...`."""

import ctypes
import os
import struct
import sys

EPERM, ALLOW = 0x00050001, 0x7FFF0000  # SECCOMP_RET_ERRNO | EPERM, SECCOMP_RET_ALLOW
LOAD, JUMP_EQUAL, RETURN = 0x20, 0x15, 0x06
PRCTL, SECCOMP, UNSHARE = {"x86_64": (157, 317, 272), "aarch64": (167, 277, 97)}[os.uname().machine]
PR_SET_SECCOMP = 22
PROGRAMS = {
    "seccomp": [
        (LOAD, 0, 0, 0),  # the number of the call
        (JUMP_EQUAL, 4, 0, SECCOMP),
        (JUMP_EQUAL, 0, 2, PRCTL),
        (LOAD, 0, 0, 16),  # its first argument
        (JUMP_EQUAL, 1, 0, PR_SET_SECCOMP),
        (RETURN, 0, 0, ALLOW),
        (RETURN, 0, 0, EPERM),
    ],
    "unshare": [(LOAD, 0, 0, 0), (JUMP_EQUAL, 1, 0, UNSHARE), (RETURN, 0, 0, ALLOW), (RETURN, 0, 0, EPERM)],
}


class Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


program = PROGRAMS[sys.argv[1]]
code = b"".join(struct.pack("=HBBI", *instruction) for instruction in program)
libc = ctypes.CDLL(None, use_errno=True)
assert libc.prctl(38, 1, 0, 0, 0) == 0  # PR_SET_NO_NEW_PRIVS
assert libc.prctl(PR_SET_SECCOMP, 2, ctypes.byref(Program(len(program), code)), 0, 0) == 0
if sys.argv[1] == "unshare":
    assert libc.unshare(0x40000000) == -1
os.execv(sys.argv[2], sys.argv[2:])
