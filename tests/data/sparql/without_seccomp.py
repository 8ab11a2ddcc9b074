"""Run a command where the kernel refuses seccomp filters, and unshare(2), with EPERM: `python without_seccomp.py COMMAND...`."""

import ctypes
import os
import struct
import sys

EPERM = 0x00050001  # SECCOMP_RET_ERRNO | EPERM
ALLOW = 0x7FFF0000
PRCTL, SECCOMP, UNSHARE = {"x86_64": (157, 317, 272), "aarch64": (167, 277, 97)}[os.uname().machine]
INSTRUCTIONS = [
    (0x20, 0, 0, 0),  # load the number of the call
    (0x15, 5, 0, SECCOMP),
    (0x15, 4, 0, UNSHARE),
    (0x15, 0, 2, PRCTL),
    (0x20, 0, 0, 16),  # load its first argument
    (0x15, 1, 0, 22),  # PR_SET_SECCOMP
    (0x06, 0, 0, ALLOW),
    (0x06, 0, 0, EPERM),
]


class Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


code = b"".join(struct.pack("=HBBI", *instruction) for instruction in INSTRUCTIONS)
libc = ctypes.CDLL(None, use_errno=True)
assert libc.prctl(38, 1, 0, 0, 0) == 0
assert libc.prctl(22, 2, ctypes.byref(Program(len(INSTRUCTIONS), code)), 0, 0) == 0
os.execv(sys.argv[1], sys.argv[1:])
