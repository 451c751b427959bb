"""System calls of Linux that Python has no function for."""

from __future__ import annotations

import ctypes
import os
import platform
import sys
from typing import Any

LANDLOCK_CREATE_RULESET = 444
LANDLOCK_ADD_RULE = 445
LANDLOCK_RESTRICT_SELF = 446
MOUNT_SETATTR = 442
"""Numbers that all architectures share."""

_PR_SET_NO_NEW_PRIVS = 38


def libc() -> Any:
    """The C library.

    Raises:
        OSError: this is no Linux on a 64-bit machine.
    """
    if not sys.platform.startswith("linux") or ctypes.sizeof(ctypes.c_void_p) != 8:
        raise OSError("no 64-bit Linux")
    return ctypes.CDLL(None, use_errno=True)


def call(function: Any, *arguments: Any) -> int:
    """Call a function of the C library.

    Raises:
        OSError: it has failed.
    """
    result = int(function(*arguments))
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


def system_call(number: int, *arguments: Any) -> int:
    """Make a system call by its number; whole numbers are passed as 64 bits.

    Raises:
        OSError: it has failed, or this kernel does not have it.
    """
    wide = [ctypes.c_uint64(each) if isinstance(each, int) else each for each in arguments]
    return call(libc().syscall, ctypes.c_long(number), *wide)


def control(option: int, *arguments: Any) -> int:
    """``prctl``.

    Raises:
        OSError: it has failed.
    """
    wide = [ctypes.c_ulong(each) if isinstance(each, int) else each for each in arguments]
    wide += [ctypes.c_ulong(0)] * (4 - len(wide))
    return call(libc().prctl, ctypes.c_int(option), *wide)


def no_new_privileges() -> None:
    """Give up what set-user-id programs could give: the condition of the restrictions below.

    Raises:
        OSError: the kernel cannot.
    """
    control(_PR_SET_NO_NEW_PRIVS, 1)


def machine() -> str:
    """The architecture of the processor, as Linux names it."""
    return platform.machine()
