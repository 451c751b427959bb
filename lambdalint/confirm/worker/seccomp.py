"""seccomp: the kernel refuses this process the system calls that an experiment has no use for.

New processes, sockets, signals to others, tracing others, and whatever changes the system as a whole.
Threads stay possible.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct

from lambdalint.confirm.worker import kernel

_PR_SET_SECCOMP = 22
_FILTER = 2

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW = 0x7FFF0000
_ERROR = 0x00050000
_X32 = 0x40000000
_CLONE_THREAD = 0x00010000

# System call -> its numbers on x86-64 and on arm64 (None: not there).
_REFUSED: dict[str, tuple[int | None, int | None]] = {
    "fork": (57, None),
    "vfork": (58, None),
    "execve": (59, 221),
    "execveat": (322, 281),
    "socket": (41, 198),
    "connect": (42, 203),
    "bind": (49, 200),
    "listen": (50, 201),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "tkill": (200, 130),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "pidfd_send_signal": (424, 424),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "reboot": (169, 142),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "keyctl": (250, 219),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "adjtimex": (159, 171),
    "acct": (163, 89),
    "quotactl": (179, 60),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "shmget": (29, 194),
    "msgget": (68, 186),
    "semget": (64, 190),
    "mq_open": (240, 180),
}
_CLONE = (56, 220)
_CLONE3 = (435, 435)
_KILL = (62, 129)
_TGKILL = (234, 131)
_ARCHITECTURES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_char_p))


def enter() -> str:
    """Restrict this process, and the threads it starts from now on, for good.

    Returns:
        What is refused.

    Raises:
        OSError: the kernel has no seccomp, or its numbers of system calls are not known here.
    """
    if kernel.machine() not in _ARCHITECTURES:
        raise OSError(f"system calls of {kernel.machine()} are not known")
    code = _program(*_ARCHITECTURES[kernel.machine()])
    kernel.no_new_privileges()
    filters = _Program(len(code) // 8, code)
    kernel.control(_PR_SET_SECCOMP, _FILTER, ctypes.byref(filters))
    return "seccomp: no new processes, no sockets, no signals to other processes"


def _program(audit: int, column: int) -> bytes:
    """The filter: a list of steps, each of which compares and jumps, or returns."""
    refuse = [_step(_RETURN, _ERROR | errno.EPERM)]
    steps = [_step(_LOAD, 4), _step(_EQUAL, audit, 1, 0), *refuse, _step(_LOAD, 0)]
    if column == 0:
        steps += [_step(_AT_LEAST, _X32, 0, 1), *refuse]
    for numbers in _REFUSED.values():
        number = numbers[column]
        if number is not None:
            steps += [_step(_EQUAL, number, 0, 1), *refuse]
    # The C library then uses clone, whose flags can be read here.
    steps += [_step(_EQUAL, _CLONE3[column], 0, 1), _step(_RETURN, _ERROR | errno.ENOSYS)]
    steps += _unless(_CLONE[column], _step(_ANY_BIT, _CLONE_THREAD, 1, 0))
    for numbers in (_KILL, _TGKILL):
        steps += _unless(numbers[column], _step(_EQUAL, os.getpid(), 1, 0))
    return b"".join([*steps, _step(_RETURN, _ALLOW)])


def _unless(number: int, test: bytes) -> list[bytes]:
    """Refuse a system call unless ``test`` of its first argument skips the refusal."""
    return [
        _step(_EQUAL, number, 0, 4),
        _step(_LOAD, 16),
        test,
        _step(_RETURN, _ERROR | errno.EPERM),
        _step(_RETURN, _ALLOW),
    ]


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("HBBI", code, if_true, if_false, value)
