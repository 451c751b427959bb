"""Landlock: the kernel refuses this process to write outside one folder, to run programs, to use TCP and
to signal other processes."""

from __future__ import annotations

import ctypes
import os

from lambdalint.confirm.worker import kernel

_VERSION = 1
_PATH_BENEATH = 1
_EXECUTE, _WRITE_FILE, _TRUNCATE, _IOCTL_DEVICE = 1, 1 << 1, 1 << 14, 1 << 15
_REMOVE_AND_MAKE = sum(1 << bit for bit in range(4, 13))
_REFER = 1 << 13
_BIND_AND_CONNECT = 3
_ABSTRACT_SOCKETS_AND_SIGNALS = 3


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32))


def enter(folder: str) -> str:
    """Restrict this process for good.

    Returns:
        What is refused from now on.

    Raises:
        OSError: the kernel has no Landlock, or it is switched off.
    """
    version = kernel.system_call(kernel.LANDLOCK_CREATE_RULESET, None, 0, _VERSION)
    writing = _WRITE_FILE | _REMOVE_AND_MAKE
    writing |= (_REFER if version >= 2 else 0) | (_TRUNCATE if version >= 3 else 0)
    ruleset = _Ruleset(
        _EXECUTE | writing,
        _BIND_AND_CONNECT if version >= 4 else 0,
        _ABSTRACT_SOCKETS_AND_SIGNALS if version >= 6 else 0,
    )
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    rules = kernel.system_call(kernel.LANDLOCK_CREATE_RULESET, ctypes.byref(ruleset), size, 0)
    try:
        _allow(rules, folder, writing)
        _allow(rules, os.devnull, writing & (_WRITE_FILE | _TRUNCATE))
        kernel.no_new_privileges()
        kernel.system_call(kernel.LANDLOCK_RESTRICT_SELF, rules, 0)
    finally:
        os.close(rules)
    refused = ["writing outside of its folder", "running programs"]
    refused += ["TCP"] if version >= 4 else []
    refused += ["signals to other processes"] if version >= 6 else []
    return f"Landlock: no {', no '.join(refused)}"


def _allow(rules: int, path: str, rights: int) -> None:
    folder = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        rule = _Beneath(rights, folder)
        kernel.system_call(kernel.LANDLOCK_ADD_RULE, rules, _PATH_BENEATH, ctypes.byref(rule), 0)
    finally:
        os.close(folder)
