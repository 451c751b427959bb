"""Namespaces: the server and its children see every file system read-only, but for their own folder, and
a network with nothing in it.  Capabilities: a child of the superuser is given none of its powers."""

from __future__ import annotations

import contextlib
import ctypes
import os
from collections.abc import Callable

from lambdalint.confirm.worker import kernel

_NEW_MOUNTS, _NEW_IPC, _NEW_USER, _NEW_NETWORK = 0x00020000, 0x08000000, 0x10000000, 0x40000000
_BIND, _RECURSIVE, _PRIVATE = 4096, 16384, 1 << 18
_HERE = -100
_AT_RECURSIVE = 0x8000
_READ_ONLY = 1

_CAPABILITIES_3 = 0x20080522
_READ_ANYTHING = 1 << 2


class _MountAttributes(ctypes.Structure):
    _fields_ = (
        ("set", ctypes.c_uint64),
        ("clear", ctypes.c_uint64),
        ("propagation", ctypes.c_uint64),
        ("user", ctypes.c_uint64),
    )


class _Words(ctypes.Structure):
    _fields_ = (("words", ctypes.c_uint32 * 6),)


def enter(folder: str) -> list[str]:
    """Put this process, which has one thread, into namespaces of its own where it may.

    Only ``folder`` stays writable; it becomes the working directory.

    Returns:
        What is in force from now on.
    """
    held = []
    if _works(lambda: _read_only(folder)):
        _read_only(folder)
        held.append("mount namespace: all but its folder is read-only")
    with contextlib.suppress(OSError):
        kernel.call(kernel.libc().unshare, _NEW_NETWORK)
        held.append("network namespace: no network")
    return held


def _works(attempt: Callable[[], None]) -> bool:
    """Whether an attempt succeeds, made in a process that is thrown away: half of one is worse than none."""
    if not hasattr(os, "fork"):
        return False
    pid = os.fork()
    if pid == 0:
        try:
            attempt()
            os._exit(0)
        finally:
            os._exit(1)
    return os.waitpid(pid, 0)[1] == 0


def _leave(what: int) -> None:
    """Leave the namespaces that are shared with everybody; without the right to, in a user namespace."""
    try:
        kernel.call(kernel.libc().unshare, what)
    except PermissionError:
        user, group = os.getuid(), os.getgid()
        kernel.call(kernel.libc().unshare, _NEW_USER | what)
        for name, text in (
            ("setgroups", "deny"),
            ("uid_map", f"{user} {user} 1"),
            ("gid_map", f"{group} {group} 1"),
        ):
            with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
                file.write(text)


def _read_only(folder: str) -> None:
    _leave(_NEW_MOUNTS | _NEW_IPC)
    mount = kernel.libc().mount
    kernel.call(mount, None, b"/", None, ctypes.c_ulong(_RECURSIVE | _PRIVATE), None)
    path = os.fsencode(folder)
    kernel.call(mount, path, path, None, ctypes.c_ulong(_BIND), None)
    _attributes(b"/", _AT_RECURSIVE, _MountAttributes(_READ_ONLY, 0, 0, 0))
    _attributes(path, 0, _MountAttributes(0, _READ_ONLY, 0, 0))
    os.chdir(folder)


def _attributes(path: bytes, flags: int, wanted: _MountAttributes) -> None:
    size = ctypes.sizeof(wanted)
    kernel.system_call(kernel.MOUNT_SETATTR, ctypes.c_int(_HERE), path, flags, ctypes.byref(wanted), size)


def drop_capabilities() -> str:
    """Give up the powers of the superuser, but for reading.

    Returns:
        What is in force from now on; empty where there was nothing to give up.

    Raises:
        OSError: the kernel refuses.
    """
    libc = kernel.libc()
    header, held = (ctypes.c_uint32 * 2)(_CAPABILITIES_3, 0), _Words()
    kernel.call(libc.capget, ctypes.byref(header), ctypes.byref(held))
    if not any(held.words):
        return ""
    keep = held.words[0] & _READ_ANYTHING
    less = _Words()
    less.words[0] = less.words[1] = keep
    kernel.call(libc.capset, ctypes.byref(header), ctypes.byref(less))
    return "capabilities: none but reading"
